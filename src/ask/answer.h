/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/answer.h -- what questions answer with, and all that tell/ may know.
 *
 * An answer is built in one arena by a question (ask/verify.h, ask/hunt.h) and read by the tongues.
 * Every span borrows from that arena. Lists are in a deterministic order: the same case and the
 * same question give the same bytes.
 */
#ifndef HW_ASK_ANSWER_H
#define HW_ASK_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reader.h"

enum hw_severity { HW_INFO, HW_LOW, HW_MEDIUM, HW_HIGH, HW_CRITICAL, HW_SEVERITY_COUNT };
enum hw_confidence { HW_CONF_LOW, HW_CONF_MODERATE, HW_CONF_HIGH, HW_CONFIDENCE_COUNT };

/* The four answers of one signature; each keeps "cannot be known" apart from good and bad. */
enum hw_integrity {
    HW_INTACT,
    HW_INTACT_WITH_ADDITIONS,
    HW_INTEGRITY_BROKEN,
    HW_INTEGRITY_INCOMPLETE,
    HW_INTEGRITY_UNKNOWN,
    HW_INTEGRITY_COUNT
};
enum hw_chain { HW_ANCHORED, HW_UNANCHORED, HW_CHAIN_INCOMPLETE, HW_CHAIN_COUNT };
enum hw_at_time {
    HW_TIME_VALID,
    HW_TIME_EXPIRED,
    HW_TIME_NOT_YET,
    HW_TIME_UNKNOWN,
    HW_AT_TIME_COUNT
};
enum hw_revocation { HW_REV_GOOD, HW_REV_REVOKED, HW_REV_UNKNOWN, HW_REVOCATION_COUNT };

/* One word for a whole file, derived from its signatures by the table in ask/state.c. */
enum hw_state {
    HW_STATE_VALID,
    HW_STATE_VALID_WITH_ADDITIONS,
    HW_STATE_BROKEN,
    HW_STATE_INCOMPLETE,
    HW_STATE_UNTRUSTED,
    HW_STATE_EXPIRED,
    HW_STATE_REVOKED,
    HW_STATE_UNSIGNED,
    HW_STATE_UNKNOWN,
    HW_STATE_COUNT
};

const char *hw_severity_word(enum hw_severity s);
const char *hw_confidence_word(enum hw_confidence c);
const char *hw_integrity_word(enum hw_integrity v);
const char *hw_chain_word(enum hw_chain v);
const char *hw_at_time_word(enum hw_at_time v);
const char *hw_revocation_word(enum hw_revocation v);
const char *hw_state_word(enum hw_state v);
/* "info" ... "critical"; false when the word is none. */
HW_CHECK bool hw_severity_parse(const char *word, enum hw_severity *out);

/* Of a finding or a step: did an analyst reject it? */
HW_CHECK bool hw_is_rejected(const char *judged);

/* A reason, with the place that proves it. */
struct hw_why {
    struct hw_why *next;
    struct hw_span says;     /* text for people */
    struct hw_span evidence; /* path in evidence where the proof lies */
    uint64_t off;
    uint64_t record; /* its number in the log; 0: not of a record with a number */
    bool has_off;
};

struct hw_file_answer;

struct hw_finding {
    struct hw_finding *next;
    char id[20];                          /* "f-" and 16 hex digits */
    const char *rule;                     /* a word of ask/rules.h */
    const char *do_next;                  /* what a reader does about it; static */
    const char *means, *errs, *reference; /* of its rule: when it errs, what it stands on; static */
    enum hw_severity severity;
    enum hw_confidence confidence;
    const struct hw_file_answer *file; /* the artifact it is about; NULL: no file */
    const char *kind;                  /* of the subject: artifact, indicator ... */
    char subject[20];                  /* its entity id */
    struct hw_span key;                /* sha256 as hex, or the subject's own key */
    struct hw_span path;               /* or its name, where it is no file */
    struct hw_span host, org;          /* where it is; empty: nowhere in particular */
    struct hw_why *why;
    bool baseline;      /* known: listed in --baseline, does not count */
    const char *judged; /* "accept" or "reject" by an analyst, else NULL */
    struct hw_span judged_because;
    int64_t first, last; /* when it happened; HW_TIME_NONE: nobody recorded that */
    bool ran;            /* it ran there, or was loaded */
    struct hw_span met;  /* a place that the machine spoke with; or empty */
    struct hw_span campaign;
    uint64_t campaign_class; /* documents that are one source; 0: of none */
    const char *incident;    /* id; NULL: of none */
};

/* Where a part of an incident is: one machine; files of no named one, by where their outermost
 * lies; or what several machines tell together. */
enum hw_incident_place { HW_AT_MACHINE, HW_AT_INPUT, HW_AT_SEVERAL };
struct hw_incident_machine {
    struct hw_incident_machine *next;
    struct hw_span name;
    enum hw_incident_place at;
    enum hw_severity severity;
    int64_t first, last;
    bool ran;
    uint64_t findings;
    struct hw_span met; /* places it spoke with, ", " between them; the first few */
};

/* Findings that are one event: of one machine, or of one organisation and campaign. */
struct hw_incident {
    struct hw_incident *next;
    char id[20]; /* "i-" and 16 hex digits; of its organisation and its first machine's name */
    struct hw_span org, campaign;
    enum hw_severity severity;
    int64_t first, last; /* HW_TIME_NONE: not recorded */
    uint64_t findings, machine_count, ran, contacted;
    struct hw_incident_machine *machines; /* worst first, then by name */
};

struct hw_sig_answer {
    struct hw_sig_answer *next;
    uint64_t index;
    uint64_t outer; /* index of the signature it is nested in */
    bool nested;
    struct hw_span scheme, alg, key;
    enum hw_integrity integrity;
    enum hw_chain chain;
    enum hw_at_time at_time;
    enum hw_revocation revocation;
    struct hw_span signer, signer_subject, serial_hex, anchor;
    uint8_t signer_sha256[32];
    char signer_id[20]; /* entity id of that certificate; "": none is there */
    bool has_signer;
    int64_t signed_at;    /* countersigned, verified; INT64_MIN: nobody vouches for a time */
    struct hw_span stamp; /* rfc3161 or pkcs9, empty without */
    uint64_t uncovered_bytes;
    struct hw_span program;
    struct hw_why *because; /* words behind the four answers */
    bool self_made, forged, distrusted;
};

struct hw_file_answer {
    struct hw_file_answer *next;
    uint8_t evidence_sha256[32], sha256[32];
    uint64_t node, size;
    struct hw_span path; /* outer path, then !/ members */
    struct hw_span format;
    struct hw_span degree, degree_because;
    struct hw_span component, version, vendor, purl;
    struct hw_sig_answer *signatures;
    unsigned signature_count;
    enum hw_state state;
    uint64_t uncovered_bytes;
    bool can_be_signed;                  /* a format whose signatures this version reads */
    uint64_t seen_evidence, seen_places; /* how often the case has seen these bytes */
    uint64_t seen_machines;              /* of hw_answer.machine_count: with these bytes */
    struct hw_span host, org;            /* of its sighting; or empty */
    int64_t first_seen;                  /* 0: never sighted by itself */
    struct hw_span machine, original;    /* of the component, for twins */
    uint8_t code[32];                    /* of the component, without its signature */
    bool has_code;
    int64_t reading; /* handle into the case while the question runs */
};

/* What was not examined, and what to do about it. */
struct hw_gap {
    struct hw_gap *next;
    struct hw_span path;
    const char *kind;    /* word: unopened kind, refused, incomplete, unreadable ... */
    struct hw_span what; /* for people */
    struct hw_span ask_for;
    bool accepted; /* by --accept-opaque: said, not counted */
    bool needed;   /* the question needed it: exit 3 */
};

struct hw_answer {
    struct hw_arena *arena;
    const char *question; /* verify, hunt, watch, like */
    int64_t as_of;
    struct hw_file_answer *files;
    struct hw_finding *findings;
    struct hw_gap *gaps;
    struct hw_incident *incidents;  /* of a hunt: worst first, then the earliest */
    uint64_t machine_count;         /* that the case knows of; 0: not counted */
    uint64_t log_count, rule_count; /* of a hunt; rules that others published */
    uint64_t evidence_count, artifact_count, signed_count, state_count[HW_STATE_COUNT];
    uint64_t finding_count[HW_SEVERITY_COUNT], baseline_count;
    uint64_t indicator_count, gap_count; /* gap_count: needed and not accepted */
    struct hw_span like;                 /* what something was to be like: a finding, in words */
    struct hw_span knowledge_says;       /* how old what came in packs is; or empty */
    enum hw_severity fail_on;
    int exit_status; /* 0, 1 or 3 */
};

/* ---- chains ---- */

/* One end of a step. */
struct hw_end {
    char id[20]; /* "e-" and 16 hex digits */
    const char *kind;
    struct hw_span key, name, native, host, org;
    uint32_t n, host_n; /* handles while the question runs; UINT32_MAX: no host */
    bool broker, implied, quiet, outside;
};

struct hw_place_said {
    struct hw_place_said *next;
    struct hw_span file;
    uint8_t sha256[32]; /* of the outermost file */
    uint64_t record, off;
};

struct hw_step {
    struct hw_step *next;
    unsigned n;    /* from 1, in the order of time */
    char id[20];   /* of the edge: "s-" and 16 hex digits, for judge */
    uint32_t edge; /* handle while the question runs */
    int64_t lo, hi;
    int64_t place; /* among the steps */
    bool bounded;  /* its own clock says less than that the next step came after it */
    struct hw_end from, to;
    const char *verb, *known; /* observed keyed inferred claimed */
    const char *why;          /* the join in words; "" when the record says so itself */
    struct hw_place_said *places;
    uint32_t ways;      /* a bit for each root that it leads from; 0 behind the target */
    bool forward;       /* behind the target, not before it */
    bool run;           /* how it came to be run, not how it came to be there */
    bool context;       /* says who or where; no way by itself */
    bool lost_across;   /* records are missing from a log of its time and host */
    const char *judged; /* "accept" or "reject" by an analyst, else NULL */
    struct hw_span judged_because;
    struct hw_span benign; /* --counter: a harmless reading, or empty */
};

struct hw_crossing {
    struct hw_crossing *next;
    struct hw_span from_org, to_org, release;
    struct hw_end over; /* the bytes, or the address */
};

struct hw_root {
    struct hw_root *next;
    struct hw_end at;
    bool observed;                  /* its beginning is in the records */
    int64_t before;                 /* not observed before this */
    bool principal;                 /* explains most: its way is the chain */
    uint32_t ways;                  /* the bits of hw_step.ways that lead from it */
    unsigned cost;                  /* what the way to it cost: less is better known */
    struct hw_span replaced, taker; /* the file it replaced, and who took that in; or empty */
    struct hw_span says;
};

struct hw_unseen {
    struct hw_unseen *next;
    struct hw_span what, ask_for;
    int64_t from, to;
    unsigned worth; /* how much it would settle: more is first */
};

/* An answer; and where an analyst rejected steps of it, the one that does without them. */
struct hw_trace_answer {
    struct hw_arena *arena;
    struct hw_end target;
    struct hw_step *steps;
    struct hw_crossing *crossings;
    struct hw_root *roots;
    struct hw_unseen *missing;
    struct hw_trace_answer *with; /* the answer with the steps of it that were rejected, or NULL */
    struct hw_step *cut; /* --counter: the fewest steps without which nothing leads to a root */
    uint64_t things, edges, expanded, left, touched;
    unsigned step_count, by_known[4], host_count, org_count;
    int64_t as_of;
    bool back, forward, counter;
    int exit_status; /* 0 with a chain, 3 without */
};
void hw_trace_answer_free(struct hw_trace_answer *a);

/* ---- machines and an advisory ---- */

/* What is known of one machine, worst first. */
enum hw_asset_state {
    HW_ASSET_SECOND_STAGE, /* what comes after ran or lies there; only of an impact */
    HW_ASSET_CONTACTED,    /* it spoke with what the advisory names */
    HW_ASSET_EXECUTED,     /* what is named ran there */
    HW_ASSET_PRESENT,      /* it lies there */
    HW_ASSET_UNKNOWN,      /* nothing held can tell: never folded into the next two */
    HW_ASSET_CLEAN,        /* the product is there, in bytes or a version that are not named */
    HW_ASSET_ABSENT,       /* an inventory of it has no such product */
    HW_ASSET_STATE_COUNT
};
const char *hw_asset_state_word(enum hw_asset_state s);

struct hw_asset {
    struct hw_asset *next;
    char id[20]; /* of the host; empty: files that lie here, of no named host */
    struct hw_span host, org;
    enum hw_asset_state state;
    bool by_hash, by_version; /* how it is known to be there */
    bool ran, contacted, second_stage;
    struct hw_why *why;
    struct hw_span lacks, ask_for; /* UNKNOWN: what is missing, and what would tell */
};

/* What is missing for several machines: the largest number first. */
struct hw_lack {
    struct hw_lack *next;
    struct hw_span lacks, ask_for;
    uint64_t machines;
};

struct hw_affected_answer {
    struct hw_arena *arena;
    struct hw_span title, form;                   /* of the advisory */
    int64_t published;                            /* INT64_MIN: not stated */
    uint64_t hashes, versions, places, unmatched; /* what it names: bytes, versions, domains and
                                                     addresses; and what this question cannot use */
    struct hw_asset *assets;                      /* worst first, then by name */
    struct hw_lack *lacks;
    uint64_t affected, ran, contacted, count[HW_ASSET_STATE_COUNT];
    uint64_t files; /* examined by hash, of no named host */
    int64_t as_of;
    int exit_status;
};
void hw_affected_answer_free(struct hw_affected_answer *a);

/* ---- who else is hit ---- */

/* Why a release is at risk, worst first. */
enum hw_risk {
    HW_RISK_POISONED, /* it carries the bytes */
    HW_RISK_WRITTEN,  /* bytes of it were made on a machine, or signed with a key, then held */
    HW_RISK_BUILT,    /* it is said to be built on such a machine, and came out after that */
    HW_RISK_SIGNED,   /* a machine that signs for its maker was held when it came out */
    HW_RISK_SOURCE,   /* the same of a machine that keeps its maker's sources */
    HW_RISK_COUNT
};
const char *hw_risk_word(enum hw_risk r);
struct hw_risky {
    struct hw_risky *next;
    struct hw_span org, name, version; /* name: a hash, where no release is known of it */
    enum hw_risk risk;
    int64_t published; /* HW_TIME_NONE: not stated */
    struct hw_why *why;
};

/* A machine, an account or a key that was, or could have been, in a stranger's hand. */
struct hw_held {
    struct hw_held *next;
    uint32_t n; /* handle while the question runs */
    char id[20];
    const char *kind; /* host, account, certificate */
    struct hw_span name, org;
    int64_t since;      /* not before; HW_TIME_NONE: nobody knows */
    bool shown;         /* records show it used; else it only could be */
    bool ran;           /* the payload ran on it, or it was asked about */
    struct hw_why *why; /* how it came there */
};

struct hw_product { /* that contains what is asked about */
    struct hw_product *next;
    struct hw_span name, version,
        via;        /* via: the part of it that brings it; the document, in why */
    unsigned depth; /* 1: it lists the thing itself */
    struct hw_why *why;
};
struct hw_receiver { /* an organisation that got it */
    struct hw_receiver *next;
    struct hw_span org, product;
    unsigned depth; /* 0: the poisoned release itself; else as the product's */
    bool at_risk;   /* what it got is at risk, and not known to be poisoned */
    int64_t at;
    struct hw_why *why;
};
struct hw_counted { /* by somebody: never added to another's */
    struct hw_counted *next;
    struct hw_span about; /* the attack or product that it is told of; or empty */
    struct hw_span of, unit, limit, observer, source;
    uint64_t value;
    int64_t from, until, on;
    bool ours; /* counted here, from what the case holds */
    struct hw_why *why;
};

enum hw_sight { HW_SIGHT_NOTHING, HW_SIGHT_REPORTED, HW_SIGHT_HELD };
enum hw_sight_kind {
    HW_SIGHT_ARTIFACT,
    HW_SIGHT_ENDPOINT,
    HW_SIGHT_IDENTITY,
    HW_SIGHT_NETWORK,
    HW_SIGHT_BUILD,
    HW_SIGHT_KINDS
};
const char *hw_sight_word(enum hw_sight s);
const char *hw_sight_kind_word(enum hw_sight_kind k);
struct hw_seen_org {
    struct hw_seen_org *next;
    struct hw_span org;
    enum hw_sight sight[HW_SIGHT_KINDS];
};
struct hw_to_do {
    struct hw_to_do *next;
    const char *verb; /* pull rotate revoke rebuild */
    struct hw_span what, because;
};
struct hw_refused { /* a number that is not given */
    struct hw_refused *next;
    struct hw_span of, because, needs;
};

struct hw_estimated { /* how many there are in all, seen or not */
    struct hw_estimated *next;
    struct hw_span of, says;
    const char *method;         /* chapman, chao2, log-linear */
    double n, lo, hi;           /* 95 % interval */
    const char *const *assumes; /* sentences, NULL at the end */
};

struct hw_impact_answer {
    struct hw_arena *arena;
    struct hw_end target;
    int64_t since;  /* it cannot have come before; HW_TIME_NONE: nobody knows */
    uint64_t bytes; /* files that carry it, by hash */
    struct hw_affected_answer *machines; /* NULL: no bytes and no version to look for */
    struct hw_held *held; /* machines, accounts, keys; in that order, earliest first */
    struct hw_risky *releases;
    uint64_t products_at_risk; /* names of releases, each once */
    uint64_t other_bytes;      /* made on held machines, and of no release that is known */
    struct hw_product *products;
    struct hw_receiver *receivers;
    struct hw_counted *counts;
    struct hw_seen_org *sights;
    struct hw_to_do *to_do;
    struct hw_refused *refused;
    struct hw_estimated *estimates;
    struct hw_span at_least; /* what of the unseen can be said; or empty */
    uint64_t held_count[3], held_shown[3], risk_count[HW_RISK_COUNT];
    uint64_t direct, transitive, receivers_at_risk; /* organisations */
    int64_t as_of;
    int exit_status;
};
void hw_impact_answer_free(struct hw_impact_answer *a);
/* ---- who did it ---- */

/* What one source says. The words are its own; nothing of it is a judgement of ours. */
struct hw_claim {
    struct hw_claim *next;
    struct hw_span about, topic, says, value, names, question;
    struct hw_span by, title, url, rests_on; /* who says it, and whom that copies or rests on */
    int64_t on;                              /* INT64_MIN: not stated */
    struct hw_span grade, confidence;        /* as stated; empty: not */
    char held[3];         /* the grade it is held at here: lower where nobody independent agrees */
    uint64_t independent; /* sources of this very value of which no two rest on a common one */
    struct hw_span path;
    uint64_t line;
};

/* What one of several says that do not agree. */
struct hw_saying {
    struct hw_saying *next;
    struct hw_span by, value, path;
    int64_t on;
    uint64_t line;
};
struct hw_disagreement {
    struct hw_disagreement *next;
    struct hw_span about, topic, question, asks, decided_by;
    bool disputed; /* false: all who answer say the same */
    struct hw_saying *each;
};

/* Names of groups, kept apart: who uses which system is its own matter. */
struct hw_names_apart {
    struct hw_names_apart *next;
    struct hw_span about;
    uint64_t claims, systems, names;
};
/* A published list (ATT&CK, a galaxy) has a claimed name too: as one of `who`. */
struct hw_alias {
    struct hw_alias *next;
    struct hw_span name, who, who_id, source, path;
    uint64_t line;
};

/* A word for a probability (ask/wording.h). */
struct hw_likelihood {
    const char *word;
    unsigned lo, hi; /* per cent: from lo up to, not with, hi; the last with its hi, 99 */
};
/* One thing that two attacks share, and what it weighs. */
struct hw_share {
    struct hw_share *next;
    const char *kind;
    struct hw_span what, by, path;
    uint64_t line, independent;
    int weight;  /* decibans; 0 where `because` says why */
    int without; /* per cent, had this kind not been shared; -1: it weighs nothing */
    bool is_public, tested;
    const char *because; /* why it weighs nothing, or nothing more; or NULL */
};
/* A judgement of ours, or why there is none (percent 0). */
struct hw_judgement {
    struct hw_judgement *next;
    const char *of; /* one-operator nexus group motive objective */
    struct hw_span about, other;
    unsigned percent, reached; /* reached: what the sum comes to, below the caps or not enough */
    const struct hw_likelihood *word;
    enum hw_confidence confidence;
    struct hw_span confidence_because, because, needs;
    struct hw_share *shares;
    int start, sum; /* decibans */
    struct hw_why *alternatives, *would_change, *gaps;
};

/* A group that may have done it, by what was done and used alone. */
struct hw_behaved {
    struct hw_behaved *next;
    struct hw_span id, name;
    struct hw_span rarest;            /* what it and the attack have in common, in words */
    double z;                         /* deviations above what popularity alone would share */
    unsigned features, shared, tools; /* of its profile; in common; software of these */
};
struct hw_behaviour_answer {       /* of --behaviour */
    struct hw_span publisher;      /* whose profiles; empty: none are held */
    struct hw_span id, said;       /* of the attack; groups that the publisher names for it, shown
                                      beside and never used */
    struct hw_behaved *candidates; /* the first few, best first */
    const struct hw_likelihood *word;
    struct hw_span because; /* why nobody is named */
    bool named;
    unsigned percent; /* that the first is it; 0: nothing could be compared */
    unsigned asked, known, groups;
    uint64_t left_out, unknown; /* claims, for their sources or dates; ids nobody knows */
};
struct hw_attribute_answer {
    struct hw_arena *arena;
    struct hw_span target;
    struct hw_claim *claims; /* by about, topic, time */
    struct hw_disagreement *disagreements;
    struct hw_names_apart *namings;
    struct hw_alias *aliases;
    struct hw_judgement *judgements;       /* spoken ones first */
    struct hw_behaviour_answer *behaviour; /* NULL: not asked */
    struct hw_gap *gaps;
    uint64_t claim_count, source_count, link_count, spoken, refused, disputed;
    uint64_t later; /* said after as_of, and left out */
    int64_t as_of;
    int exit_status; /* 0; 3: nobody's word is held */
};
void hw_attribute_answer_free(struct hw_attribute_answer *a);

/* 0, 1 or 3 from findings, fail_on and gaps; sets the counts. */
void hw_answer_close(struct hw_answer *a);
void hw_answer_free(struct hw_answer *a);

#endif
