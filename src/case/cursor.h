/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/cursor.h -- reading the case back: streams of rows in an order that no row number decides.
 *
 * Each question opens a cursor; its `next` gives HW_ROW (1) and fills *out, 0 at the end, or a
 * negative code. What *out borrows lives until the next call on that cursor or its free. A row that
 * is damaged is HW_E_CASE and names its place; nothing read from the case is trusted. Several
 * cursors may be open at once. Order, unless said otherwise: evidence SHA-256, class, node, kind,
 * seq. Hex prefixes are lower-case hexadecimal, any length from 0 (all) on.
 */
#ifndef HW_CASE_CURSOR_H
#define HW_CASE_CURSOR_H

#include "case/case.h"

enum { HW_ROW = 1 };

struct hw_cursor;
void hw_cursor_free(struct hw_cursor *k); /* before its case; NULL is silence */
HW_AUTO_DEFINE(hw_cursor);

/* ---- evidence ---- */

struct hw_evidence_ask {
    const char *hash_prefix;  /* hex of SHA-256; NULL: all */
    struct hw_span under;     /* a current sighting at this path or below it; empty: all */
    bool ever;                /* sightings that are no longer current count too */
    uint32_t read_before;     /* only readings by a parser older than this; 0: all */
    enum hw_class only_class; /* HW_CLASS_ANY: all */
};

struct hw_evidence_row {
    int64_t reading; /* handle for hw_case_facts; never printed, never stored elsewhere */
    enum hw_class of_class;
    enum hw_class asked; /* what the reading was made for */
    uint8_t sha256[32], sha1[20], md5[16];
    uint64_t size;
    uint32_t parser;
    enum hw_degree degree;
    const char *because; /* NULL: nothing */
    const char *cage;
    uint64_t facts, nodes;
    int64_t read_ns, first_ns, last_ns; /* first and last seen; 0 without a sighting */
    struct hw_span path;      /* escaped; of the first sighting that matched; may be empty */
    const char *scope, *host; /* of the same; "" */
};
HW_CHECK int hw_case_evidence(struct hw_case *c, const struct hw_evidence_ask *ask,
                              struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_evidence_next(struct hw_cursor *k, struct hw_evidence_row *out,
                              struct hw_error *err);

struct hw_sighting_row {
    struct hw_place place;
    int64_t first_ns, last_ns;
    bool current; /* nothing else was seen there since */
};
/* In order of scope, host, path. */
HW_CHECK int hw_case_sightings(struct hw_case *c, const uint8_t evidence[32],
                               struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_sighting_next(struct hw_cursor *k, struct hw_sighting_row *out,
                              struct hw_error *err);

/* Organisation and host of every place where something was seen, or (sha256) where a box with these
 * bytes in it lies now; both once for each pair, in order, host never empty. */
typedef int hw_sighted_each(void *state, const char *scope, const char *host);
HW_CHECK int hw_case_sighted_hosts(struct hw_case *c, const uint8_t *sha256, hw_sighted_each *each,
                                   void *state, struct hw_error *err);

struct hw_unread_row {
    struct hw_span path;
    const char *scope, *host, *what;
    struct hw_span says;
    int64_t at_ns;
};
/* Paths met and not read, at or below `under` (empty: all), by path. */
HW_CHECK int hw_case_unreads(struct hw_case *c, struct hw_span under, struct hw_cursor **out,
                             struct hw_error *err);
HW_CHECK int hw_unread_next(struct hw_cursor *k, struct hw_unread_row *out, struct hw_error *err);

struct hw_declared_row {
    const char *key;
    struct hw_span value;
    int64_t at_ns;
    bool current; /* the newest of its key */
};
/* By key, then oldest first. */
HW_CHECK int hw_case_declared(struct hw_case *c, const uint8_t evidence[32], struct hw_cursor **out,
                              struct hw_error *err);
HW_CHECK int hw_declared_next(struct hw_cursor *k, struct hw_declared_row *out,
                              struct hw_error *err);

/* ---- artifacts ---- */

struct hw_artifact_ask {
    const char *hash_prefix; /* hex of SHA-256, SHA-1 or MD5 of the artifact; NULL: all */
    /* A path as fact/path.h writes it: file, or folder, or box!/member, or box!/folder. Empty: all.
     */
    struct hw_span under;
    const uint8_t *evidence; /* 32 bytes: only in this evidence; NULL: all */
    bool ever;
    bool knowledge; /* artifacts of knowledge and telemetry readings too */
    /* Of all that nothing narrows, only so many (0: all), and none of the first ones. */
    uint64_t limit, after;
};

struct hw_artifact_row {
    int64_t reading;
    enum hw_class of_class;
    uint8_t evidence[32];  /* SHA-256 of the outermost */
    uint32_t node, parent; /* parent UINT32_MAX for node 0 */
    uint8_t sha256[32], sha1[20], md5[16];
    uint64_t size;
    const char *format;
    enum hw_degree degree;
    struct hw_span name; /* inside its box, raw */
    /* The whole path, escaped: outermost path (of the first matching sighting) and members. */
    struct hw_span path;
    struct hw_span inside;    /* its tail from the first "!/" on; empty for node 0 */
    const char *scope, *host; /* of that sighting; "" */
};
HW_CHECK int hw_case_artifacts(struct hw_case *c, const struct hw_artifact_ask *ask,
                               struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_artifact_next(struct hw_cursor *k, struct hw_artifact_row *out,
                              struct hw_error *err);
/* The artifact that is (reading, node): 1 found, 0 not. Borrows from the case until the next call
 * of this function on it. */
HW_CHECK int hw_case_artifact_get(struct hw_case *c, int64_t reading, uint32_t node,
                                  struct hw_artifact_row *out, struct hw_error *err);

/* How many there are, those of knowledge and telemetry left out. */
HW_CHECK int hw_case_count_files(struct hw_case *c, uint64_t *out, struct hw_error *err);
/* How many lie inside of each artifact of a reading, at any depth: (*out)[node]; the caller's to
 * free. */
HW_CHECK int hw_case_members(struct hw_case *c, int64_t reading, uint32_t **out, size_t *out_count,
                             struct hw_error *err);

struct hw_prevalence {
    uint64_t evidences, sightings, hosts; /* sightings: current ones; hosts: scope and host */
    int64_t first_ns;                     /* 0: never sighted */
};
HW_CHECK int hw_case_prevalence(struct hw_case *c, const uint8_t sha256[32],
                                struct hw_prevalence *out, struct hw_error *err);

/* ---- facts ---- */

enum { HW_ANY_NODE = -1 };

struct hw_fact_row {
    int64_t reading;
    enum hw_class of_class;
    uint8_t evidence[32];
    uint32_t node;
    uint64_t seq;        /* order of arrival within the reading */
    struct hw_fact fact; /* decoded; borrows */
};
HW_CHECK int hw_fact_next(struct hw_cursor *k, struct hw_fact_row *out, struct hw_error *err);

/* Facts of one reading about one node (or HW_ANY_NODE), of kinds first to last inclusive. */
HW_CHECK int hw_case_facts(struct hw_case *c, int64_t reading, int64_t node,
                           enum hw_fact_kind first, enum hw_fact_kind last, struct hw_cursor **out,
                           struct hw_error *err);
#define HW_ALL_KINDS HW_FACT_NONE, (enum hw_fact_kind)65535

/* What facts can be found by. Values are bytes: digests raw, serials without leading zeros,
 * imphash its 16 bytes, entity the 8 bytes of an artifact's or certificate's id. */
enum hw_mark {
    HW_MARK_SHA256 = 1,  /* of an artifact -> its ARTIFACT fact */
    HW_MARK_SHA1,        /* the same */
    HW_MARK_MD5,         /* the same */
    HW_MARK_IMPHASH,     /* -> PROPERTY */
    HW_MARK_CERT_SHA256, /* -> CERTIFICATE, at the node that carries it */
    HW_MARK_CERT_SHA1,   /* the same */
    HW_MARK_CERT_SERIAL, /* the same */
    HW_MARK_CERT_SPKI,   /* the same: SHA-256 of the SubjectPublicKeyInfo */
    HW_MARK_SIGNER,      /* SHA-256 of the signer's certificate -> SIGNATURE */
    HW_MARK_CODE,        /* SHA-256 of what a component is without its signature -> COMPONENT */
    HW_MARK_ENTITY,      /* id of an artifact or certificate -> ARTIFACT, CERTIFICATE */
    HW_MARK_PATTERN,     /* language of a rule that can be run -> PATTERN */
    HW_MARK_RULES,       /* SHA-256 of the file that a rule came in -> MATCH */
    HW_MARK_RULESET,     /* SHA-256 of the set of rules a reading was made with -> PROPERTY */
    HW_MARK_COUNT,
};
const char *hw_mark_word(enum hw_mark m);
/* Facts that carry this mark: by hex prefix (ordered by value first), or NULL for all. */
HW_CHECK int hw_case_marked(struct hw_case *c, enum hw_mark mark, const char *hex_prefix,
                            struct hw_cursor **out, struct hw_error *err);
/* The same for one whole value. */
HW_CHECK int hw_case_marked_by(struct hw_case *c, enum hw_mark mark, struct hw_span value,
                               struct hw_cursor **out, struct hw_error *err);

/* The YARA rules of the case as one set (fact/ruleset.h), appended to `set`, which is empty. Each
 * file of rules is in it once. No rules: a set without sources. */
struct hw_case_rules {
    uint64_t sources, rules;
    uint64_t left;      /* sources that no longer fit */
    uint8_t digest[32]; /* of the set */
};
HW_CHECK int hw_case_rules(struct hw_case *c, struct hw_buf *set, struct hw_case_rules *out,
                           struct hw_error *err);
/* Was this evidence read as software with that set? True where it was not read so, or could not
 * be. */
HW_CHECK int hw_case_scanned(struct hw_case *c, const uint8_t sha256[32], const uint8_t set[32],
                             bool *out, struct hw_error *err);

/* COMPONENT facts by name (ASCII case folded), version, machine, then as usual. name, version and
 * machine narrow it; NULL: all. Copies of one component come one after the other. */
HW_CHECK int hw_case_components(struct hw_case *c, const char *name, const char *version,
                                const char *machine, struct hw_cursor **out, struct hw_error *err);
/* Components with a version and a machine that stand in the case more than once, from the index
 * alone. */
typedef int hw_component_each(void *state, const char *name, const char *version,
                              const char *machine);
HW_CHECK int hw_case_repeated_components(struct hw_case *c, hw_component_each *each, void *state,
                                         struct hw_error *err);
/* LINK facts whose child is this certificate. */
HW_CHECK int hw_case_links(struct hw_case *c, const uint8_t child[32], struct hw_cursor **out,
                           struct hw_error *err);
/* CRL facts of an issuer: those where a given (not empty) value equals. aki is the issuer's key
 * id, spki SHA-256 of its key, issuer its name. All empty: every CRL. */
struct hw_issuer {
    struct hw_span aki, spki;
    const char *issuer; /* NULL: not known */
};
HW_CHECK int hw_case_crls(struct hw_case *c, const struct hw_issuer *by, struct hw_cursor **out,
                          struct hw_error *err);
/* REVOKED facts of this serial in CRLs of that issuer. */
HW_CHECK int hw_case_revocations(struct hw_case *c, const struct hw_issuer *by,
                                 struct hw_span serial, struct hw_cursor **out,
                                 struct hw_error *err);
/* INDICATOR facts by kind, value. kind NULL: all. */
HW_CHECK int hw_case_indicators(struct hw_case *c, const char *kind, struct hw_cursor **out,
                                struct hw_error *err);

/* STATEMENT facts by name (ASCII case folded), ecosystem, then as usual. name and ecosystem narrow
 * it; NULL: all; an ecosystem of "" is that of products by their plain names. */
HW_CHECK int hw_case_statements(struct hw_case *c, const char *name, const char *ecosystem,
                                struct hw_cursor **out, struct hw_error *err);

/* INDICATOR facts of one kind and value: digests, serials and imphash as bytes, all else as text.
 */
HW_CHECK int hw_case_indicators_of(struct hw_case *c, const char *kind, struct hw_span value,
                                   struct hw_cursor **out, struct hw_error *err);

/* INDICATOR facts of one kind whose values begin so, by value. */
HW_CHECK int hw_case_indicators_under(struct hw_case *c, const char *kind, struct hw_span prefix,
                                      struct hw_cursor **out, struct hw_error *err);

/* What documents name in common, from the index alone: one row for each value of each document, in
 * order of kind, value, document. Values as hw_case_indicators_of() takes them. */
struct hw_named_row {
    const char *kind;
    struct hw_span value;
    int64_t reading;
    uint32_t node;
};
HW_CHECK int hw_case_named(struct hw_case *c, struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_named_next(struct hw_cursor *k, struct hw_named_row *out, struct hw_error *err);

/* Every indicator that a fact of an artifact's reading answers: hashes of artifacts and of
 * certificates, serials, imphash.
 * Ordered by mark, value, then artifact as usual, then indicator as usual. */
struct hw_match_row {
    enum hw_mark mark;
    struct hw_fact_row found;     /* what carries the mark */
    struct hw_fact_row indicator; /* what published it */
};
HW_CHECK int hw_case_matches(struct hw_case *c, struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_match_next(struct hw_cursor *k, struct hw_match_row *out, struct hw_error *err);

/* ---- what people said ---- */

struct hw_judgement_row {
    const char *subject, *because, *who;
    bool accept;
    int64_t at_ns;
    bool current; /* the newest about its subject */
};
/* By subject, oldest first; subject_prefix NULL: all. */
HW_CHECK int hw_case_judgements(struct hw_case *c, const char *subject_prefix,
                                struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_judgement_next(struct hw_cursor *k, struct hw_judgement_row *out,
                               struct hw_error *err);
struct hw_note_row {
    const char *subject, *text, *who;
    int64_t at_ns;
};
HW_CHECK int hw_case_notes(struct hw_case *c, const char *subject_prefix, struct hw_cursor **out,
                           struct hw_error *err);
HW_CHECK int hw_note_next(struct hw_cursor *k, struct hw_note_row *out, struct hw_error *err);
struct hw_tombstone_row {
    uint8_t sha256[32];
    int64_t at_ns;
    const char *who, *because;
};
HW_CHECK int hw_case_tombstones(struct hw_case *c, struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_tombstone_next(struct hw_cursor *k, struct hw_tombstone_row *out,
                               struct hw_error *err);

/* How much there is, for summaries. */
struct hw_case_counts {
    uint64_t evidences, readings, artifacts, facts, indicators, sightings, unreads;
    uint64_t telemetry; /* logs of what happened */
};
HW_CHECK int hw_case_count(struct hw_case *c, struct hw_case_counts *out, struct hw_error *err);
/* Evidence read as software that was not refused: what could not be read is a gap of its own. */
HW_CHECK int hw_case_count_read(struct hw_case *c, uint64_t *out, struct hw_error *err);

#endif
