/* SPDX-License-Identifier: Apache-2.0 */
/* ask/room.h -- what the files of ask/ share among themselves. */
#ifndef HW_ASK_ROOM_H
#define HW_ASK_ROOM_H

#include <stdarg.h>

#include "ask/answer.h"
#include "ask/chain.h"
#include "ask/policy.h"
#include "base/buf.h"
#include "base/text.h"
#include "case/cursor.h"
#include "fact/fact.h"
#include "fact/id.h"

struct hw_sources; /* ask/sources.h */
struct hw_naming;
struct hw_excluded;     /* ask/excluded.c */
struct hw_harmless_row; /* ask/harmless.h */

struct hw_revocation_row {
    bool listed;
    int64_t when, invalid_from; /* invalid_from: INT64_MIN when not stated */
    int64_t this_update, next_update;
    bool partial; /* no whole list is held: not being on it proves nothing */
};

/* Revocation as the case knows it, behind one call so that judging needs no case in its tests. */
struct hw_revocation_view {
    /* Looks up (issuer key, serial). Returns false when no verified list of that issuer is held. */
    bool (*look)(void *state, struct hw_span issuer_spki, struct hw_span serial,
                 struct hw_revocation_row *out);
    void *state;
};

/* Judges every signature of one node; the list is in index order. Memory out: HW_E_MEMORY. */
HW_CHECK int hw_judge_signatures(struct hw_arena *arena, const struct hw_node_facts *n,
                                 const struct hw_policy *policy,
                                 const struct hw_revocation_view *revocations,
                                 struct hw_sig_answer **out, struct hw_error *err);

/* Bytes that this signature (NULL: any of the file's) does not cover, each counted once. Zeros that
 * only align do not count. */
HW_CHECK int hw_uncovered_bytes(const struct hw_node_facts *n, const uint64_t *signature,
                                uint64_t *out, struct hw_error *err);

/* One word for the file from its signatures, by the table printed in docs/rules.md. */
enum hw_state hw_judge_state(const struct hw_sig_answer *sigs);

/* One node as the questions see it: what the records say of it, copied into the answer's arena. */
struct hw_node_view {
    struct hw_node_facts facts;
    struct hw_file_answer *file;
    uint8_t evidence[32];
    int64_t reading;
    uint32_t node;
};

/* A question under way. */
struct hw_asking {
    struct hw_case *c;
    const struct hw_policy *policy;
    struct hw_answer *a;
    struct hw_finding **finding_tail;
    struct hw_gap **gap_tail;
    struct hw_file_answer **file_tail;
    struct hw_sources *sources; /* made when the first match is met: hw_asking_sources() */
    uint64_t campaign_class;    /* the last one named, and its name: a fleet has one for all */
    struct hw_span campaign;
    struct hw_excluded *excluded; /* signers rejected as a whole (ask/excluded.c) */
    bool excluded_read;
};
/* Is the finding one of a signer that was rejected as a whole? Then it is judged so. */
HW_CHECK int hw_excluded_by_signer(struct hw_asking *q, struct hw_finding *f, struct hw_error *err);
/* Says what that silenced. */
HW_CHECK int hw_say_excluded(struct hw_asking *q, struct hw_error *err);
HW_CHECK int hw_asking_sources(struct hw_asking *q, struct hw_error *err);

/* Starts an answer to `question`; hw_asking_end() closes it and hands it over. */
HW_CHECK int hw_asking_start(struct hw_asking *q, struct hw_case *c, const char *question,
                             const struct hw_policy *policy, struct hw_error *err);
HW_CHECK int hw_asking_end(struct hw_asking *q, struct hw_answer **out, struct hw_error *err);
void hw_asking_drop(struct hw_asking *q);

/* A new finding about an artifact, with baseline and judgements looked up. NULL: memory or case
 * failed, err says which. */
struct hw_finding *hw_find(struct hw_asking *q, const char *rule, enum hw_severity severity,
                           enum hw_confidence confidence, const struct hw_file_answer *file,
                           struct hw_span discriminator, struct hw_error *err);
/* What a finding is about, where that is no file: an entity as the graph knows it. */
struct hw_about {
    uint8_t id[HW_ID_BYTES];
    enum hw_entity kind;
    struct hw_span key, path, host, org; /* in the answer's memory; path: its name */
};
struct hw_finding *hw_find_about(struct hw_asking *q, const char *rule, enum hw_severity severity,
                                 enum hw_confidence confidence, const struct hw_about *about,
                                 struct hw_span discriminator, struct hw_error *err);
/* The same finding as another answer has it, about this file. False: memory is out. */
HW_CHECK bool hw_find_again(struct hw_asking *q, const struct hw_finding *f,
                            const struct hw_file_answer *file);
/* Signed after their product ended, or a second time, over everything (ask/lifecycle.c). */
HW_CHECK int hw_find_lifecycle(struct hw_asking *q, struct hw_error *err);
/* A new gap; what and ask_for live in the arena or forever. */
HW_CHECK int hw_gap_add(struct hw_asking *q, struct hw_span path, const char *kind,
                        struct hw_span what, struct hw_span ask_for, bool needed,
                        struct hw_error *err);

/* Calls `each` for every fact of one kind in all that was learned, document by document; not HW_OK
 * ends it. */
typedef int hw_taught_each(void *state, const struct hw_evidence_row *document,
                           const struct hw_fact_row *row);
HW_CHECK int hw_each_taught(struct hw_case *c, enum hw_fact_kind kind, hw_taught_each *each,
                            void *state, struct hw_error *err);
/* Calls `each` for every PATTERN fact of the case that is in force, document by document; not HW_OK
 * ends it. */
typedef int hw_pattern_each(void *state, const struct hw_fact_row *row);
HW_CHECK int hw_each_pattern(struct hw_asking *q, hw_pattern_each *each, void *state,
                             struct hw_error *err);
/* What logs and people agree on in a machine's name: without its domain, in lower case; in the
 * arena, and empty when memory is out. */
struct hw_span hw_machine_key(struct hw_arena *arena, struct hw_span host);

/* What reading a stored log came to: its damage is a gap, for what was read of it stands, and no
 * other log is the poorer. Any other failure is returned as it is. */
HW_CHECK int hw_log_read(struct hw_asking *q, struct hw_span path, int rc, struct hw_error *err);

/* Does this ANOMALY fact speak for itself? The others are shown with the record, not judged. */
bool hw_anomaly_is_finding(const struct hw_fact *anomaly);
/* All findings and gaps that one node gives rise to. */
HW_CHECK int hw_find_in_node(struct hw_asking *q, const struct hw_node_view *v,
                             struct hw_error *err);
/* Judges every file of these evidences into the answer: its signatures, and what its records give
 * rise to. */
struct hw_target; /* ask/verify.h */
HW_CHECK int hw_judge_targets(struct hw_asking *q, const struct hw_target *targets, size_t count,
                              struct hw_error *err);
/* Copies of the components of these files that differ (ask/twin.c). */
HW_CHECK int hw_find_twins(struct hw_asking *q, struct hw_error *err);
/* A copy of a component, found beside a file of the answer. */
struct hw_copy {
    struct hw_span code, path;
    int64_t signed_at; /* countersigned; INT64_MIN: nobody vouches for a time */
    bool comparable;   /* its version means something, and both speak one language */
};
/* When the copy at this node was signed, by its records alone. */
HW_CHECK int hw_signed_time(struct hw_asking *q, int64_t reading, uint32_t node, int64_t *out,
                            struct hw_error *err);
/* Says that the file is its version signed a second time, when it is (ask/reissued.c). */
HW_CHECK int hw_say_reissued(struct hw_asking *q, const struct hw_file_answer *file,
                             const struct hw_copy *other, struct hw_error *err);
/* Files of this answer signed long after their product ended (ask/retired.c). */
HW_CHECK int hw_find_retired(struct hw_asking *q, struct hw_error *err);
/* Published indicators that match (ask/known.c). only_files: none but files of this answer; else
 * whatever the case holds, adding a file answer for each. */
HW_CHECK int hw_find_known(struct hw_asking *q, bool only_files, struct hw_error *err);
/* Published rules (Sigma) that hold for records of the logs (ask/sigma.c). *out_rules: how many the
 * case has that can be run. */
HW_CHECK int hw_find_sigma(struct hw_asking *q, uint64_t *out_rules, struct hw_error *err);

/* A file more in the answer, as the case knows it; NULL: *err says why. */
struct hw_file_answer *hw_file_add(struct hw_asking *q, const struct hw_artifact_row *art,
                                   struct hw_error *err);
/* Packages that are reported as poison, among those of bills, lock files and manifests
 * (ask/packages.c). *out_any: the case names packages; *out_told: publishers speak of some. */
HW_CHECK int hw_find_packages(struct hw_asking *q, bool *out_any, bool *out_told,
                              struct hw_error *err);

/* Patterns of STIX that records and files meet (ask/stix_hunt.c). *out_patterns: how many could be
 * asked. */
HW_CHECK int hw_find_stix(struct hw_asking *q, size_t *out_patterns, struct hw_error *err);

/* Patterns over names and values (OpenIOC's trees, Loki's names of files) that files and records
 * meet (ask/pattern_files.c). Adds to *io_patterns how many could be asked. */
HW_CHECK int hw_find_patterns(struct hw_asking *q, size_t *io_patterns, struct hw_error *err);

/* Has this INDICATOR, STATEMENT or PATTERN begun by then, and neither ended nor been taken back?
 * False for any other fact. */
bool hw_in_force(const struct hw_fact *f, int64_t as_of);

/* A deep copy of a decoded fact into the arena. */
HW_CHECK int hw_fact_keep(struct hw_arena *arena, const struct hw_fact *f, struct hw_fact *out,
                          struct hw_error *err);
struct hw_span hw_span_keep(struct hw_arena *arena, struct hw_span s);

/* Where a list or a file of rules lies, in the answer's memory; empty when it is nowhere now. */
HW_CHECK int hw_place_of(struct hw_asking *q, const uint8_t evidence[32], struct hw_span *out,
                         struct hw_error *err);
/* The rules of the case by their number and name, without their text. */
HW_CHECK int hw_rules_of_case(struct hw_case *c, struct hw_case_rules *out, struct hw_error *err);
/* Reasons by the word of others (ask/published_says.c). The INDICATOR fact, and how it fits: */
HW_CHECK int hw_because_published(struct hw_asking *q, struct hw_why **why,
                                  const struct hw_fact_row *by, const char *how,
                                  struct hw_error *err);
/* How many sources several lists are; silent where one list names it. */
void hw_because_sources(struct hw_asking *q, struct hw_why **why, const struct hw_naming *by);
/* Who calls it harmless; the last reason, so that it weighs whatever the others came to. */
void hw_because_harmless(struct hw_asking *q, struct hw_finding *f,
                         const struct hw_harmless_row *h);
/* Which campaign the documents make it one of, if they are about one. */
HW_CHECK int hw_campaign(struct hw_asking *q, const struct hw_naming *by, struct hw_finding *f,
                         struct hw_error *err);

/* What indicators name in logs and inventories (ask/known_graph.c). */
HW_CHECK int hw_find_known_in_graph(struct hw_asking *q, struct hw_error *err);
/* How many machines have the bytes of each file of the answer (ask/prevalence.c). */
HW_CHECK int hw_count_machines(struct hw_asking *q, struct hw_error *err);
/* The findings by machine, organisation and campaign (ask/incidents.c). */
HW_CHECK int hw_group_incidents(struct hw_asking *q, struct hw_error *err);

/* Says of the answer how old the knowledge from packs is (ask/age.c). */
HW_CHECK int hw_knowledge_age(struct hw_asking *q, struct hw_error *err);

/* Text made in the arena; empty when memory is out (the builder notices by the arena). */
struct hw_span hw_words(struct hw_arena *arena, const char *fmt, ...) HW_FORMAT(2, 3);
struct hw_span hw_words_of(struct hw_arena *arena, const char *fmt, va_list ap) HW_FORMAT(2, 0);
/* Appends a reason to a list. */
void hw_because(struct hw_arena *arena, struct hw_why **list, struct hw_span says,
                struct hw_span evidence, bool has_off, uint64_t off);
/* The same for a record of a log: its number there (0: it has none), and its offset. */
void hw_because_record(struct hw_arena *arena, struct hw_why **list, struct hw_span says,
                       struct hw_span evidence, uint64_t record, uint64_t off);

#endif
