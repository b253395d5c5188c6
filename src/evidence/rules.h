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
 * Every source sees the external variables filename, filepath, extension, filetype and owner, as
 * Loki and THOR give them, because published rules use them.
 */
#ifndef HW_EVIDENCE_RULES_H
#define HW_EVIDENCE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

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

#endif
