/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/rules.h -- YARA rules, compiled and run inside the cage. Only landlord of libyara (4.2).
 *
 * Rules are programs of strangers. They are compiled from their source, here, and never loaded from
 * a compiled file, which libyara would believe. A source is first compiled alone, by the worker
 * that learns it; only what passed there is ever put together with other rules and run. libyara
 * opens nothing, starts nothing and asks no clock but the monotonic one for that: includes are
 * refused, and so are the modules that would need more (magic, cuckoo, time).
 *
 *   rules.c       one source alone, for who learns it (knowledge/yara.c)
 *   rules_scan.c  all sources of a case together, and running them
 *   rules_node.c  what is said of a node
 *
 * Every source sees the external variables filename, filepath, extension, filetype and owner, as
 * Loki and THOR give them, because published rules use them.
 */
#ifndef HW_EVIDENCE_RULES_H
#define HW_EVIDENCE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

struct hw_exam;
struct hw_node;

struct hw_yara; /* compiled rules; forked children share them */

enum {
    HW_YARA_SOURCE_BYTES = 16 << 20, /* of one source */
    HW_YARA_METAS = 64,              /* of a rule, told to the caller */
};

/* Makes libyara load what it loads once. Before the cage closes. */
void hw_yara_warm(void);

/* May rules import this module? *out_why (static) when not. */
HW_CHECK bool hw_yara_module_allowed(struct hw_span name, const char **out_why);

/* What libyara has against a source: the line (from 1), the rule it was in if it knows (else
 * empty), and its words. Borrowed for the call. */
struct hw_yara_fault {
    uint64_t line;
    struct hw_span rule;
    const char *says;
};
typedef void (*hw_yara_fault_take)(void *state, const struct hw_yara_fault *f);

/* Compiles one source. HW_OK with *out NULL: it does not compile, and each fault was told.
 * HW_E_MEMORY: not even the compiler could be made. `text` ends with a NUL. */
HW_CHECK int hw_yara_compile(const char *text, hw_yara_fault_take take, void *state,
                             struct hw_yara **out, struct hw_error *err);
void hw_yara_free(struct hw_yara *y);
HW_AUTO_DEFINE(hw_yara);

/* A rule as compiled; all borrowed for the call. */
struct hw_yara_meta {
    struct hw_span name, text; /* text: empty for numbers and booleans */
    int64_t number;
};
struct hw_yara_rule {
    struct hw_span id;
    struct hw_yara_meta metas[HW_YARA_METAS];
    size_t meta_count;
    const char *tags; /* words, one blank between them */
    bool silent;      /* private: it only serves other rules */
};
typedef void (*hw_yara_rule_take)(void *state, const struct hw_yara_rule *r);
/* Each rule, in the order of the source. */
void hw_yara_each(const struct hw_yara *y, hw_yara_rule_take take, void *state);

/* Compiles a whole set (fact/ruleset.h), each source in a namespace of its own. A source that no
 * longer compiles is left out and counted. HW_E_EVIDENCE: no set. HW_E_USAGE:
 * they do not compile together. */
HW_CHECK int hw_yara_load(struct hw_span set, struct hw_yara **out, struct hw_error *err);
struct hw_yara_held {
    uint64_t sources, rules, refused; /* refused: sources that were left out */
    uint8_t digest[32];               /* of the set, whole as it was given */
};
void hw_yara_held(const struct hw_yara *y, struct hw_yara_held *out);

/* What rules may ask about where the bytes lie; "" where it is not known. */
struct hw_yara_place {
    const char *filename, *filepath, *extension, *filetype;
};
struct hw_yara_match {
    struct hw_span id, tags;
    uint8_t source[32]; /* digest of the source it came in */
    struct hw_span string;
    uint64_t strings, off; /* strings 0: no text of it stands there */
};
/* False: enough, no further match is wanted. */
typedef bool (*hw_yara_match_take)(void *state, const struct hw_yara_match *m);
enum hw_yara_end {
    HW_YARA_WHOLE,  /* every rule had its say */
    HW_YARA_ENOUGH, /* the caller wanted no more */
    HW_YARA_TIME,
    HW_YARA_MEMORY,
    HW_YARA_MANY, /* a text stands there more often than libyara counts: rules may be missed */
    HW_YARA_FAILED,
};
/* Runs all rules over the bytes, for at most so many seconds. */
enum hw_yara_end hw_yara_scan(struct hw_yara *y, struct hw_span bytes,
                              const struct hw_yara_place *place, unsigned seconds,
                              hw_yara_match_take take, void *state);

/* Runs the exam's rules over one node and says what matches; rules_node.c. */
void hw_rules_examine(struct hw_exam *x, struct hw_node *n);
/* Says with which rules this input was read, and what they did not look at. */
void hw_rules_done(struct hw_exam *x);

#endif
