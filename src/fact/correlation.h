/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/correlation.h -- a published correlation of rules (Sigma), in a compact form.
 *
 * Sigma Correlation Rules Specification 2.0 (SigmaHQ/sigma-specification). The cage writes the form
 * (hw_correlation_put), it travels in a PATTERN fact, a question proves it (hw_correlation_check: a
 * case may be a stranger's).
 *
 * Numbers are little-endian; a text is u16 length, 1 to 255, and its bytes:
 *
 *   magic     u8  'C'
 *   version   u8  1
 *   type      u8  enum hw_correlation_type
 *   generate  u8  1: its rules speak for themselves too
 *   rules     u8  1 to HW_CORRELATION_RULES
 *   groups    u8  0 to HW_CORRELATION_GROUPS
 *   bounds    u8  1 to HW_CORRELATION_BOUNDS
 *   aliases   u8  0 to HW_CORRELATION_ALIASES
 *   span_s    u64 seconds, 1 to HW_CORRELATION_SPAN_S
 *   bounds    each u8 enum hw_correlation_op, u64: what the count is compared with; all must hold
 *   rules     each text: name or id
 *   groups    each text: a field, or an alias
 *   field     text, of a value_count alone
 *   aliases   each u8 number of the rule, text alias, text field in that rule's records
 */
#ifndef HW_FACT_CORRELATION_H
#define HW_FACT_CORRELATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

enum {
    HW_CORRELATION_RULES = 64,
    HW_CORRELATION_GROUPS = 16,
    HW_CORRELATION_BOUNDS = 6,
    HW_CORRELATION_ALIASES = 128,
    HW_CORRELATION_TEXT = 255,
    HW_CORRELATION_BYTES = 40 * 1024,
    HW_CORRELATION_SPAN_S = 36500 * 86400U, /* a hundred years */
};

enum hw_correlation_type {
    HW_EVENT_COUNT = 1,  /* records that any of the rules holds for */
    HW_VALUE_COUNT,      /* different values of a field in them */
    HW_TEMPORAL,         /* different rules that held */
    HW_TEMPORAL_ORDERED, /* the same, one after the other as listed */
    HW_CORRELATION_TYPE_COUNT
};
enum hw_correlation_op {
    HW_COUNT_GT = 1,
    HW_COUNT_GTE,
    HW_COUNT_LT,
    HW_COUNT_LTE,
    HW_COUNT_EQ,
    HW_COUNT_NEQ,
    HW_CORRELATION_OP_COUNT
};
/* "event_count" and so on, "gte" and so on; a value that is none: "". */
const char *hw_correlation_type_word(enum hw_correlation_type t);
const char *hw_correlation_op_word(enum hw_correlation_op op);

struct hw_correlation { /* borrows its texts */
    enum hw_correlation_type type;
    bool generate;
    unsigned rule_count, group_count, bound_count, alias_count;
    int64_t span_ns;
    struct {
        enum hw_correlation_op op;
        uint64_t n;
    } bounds[HW_CORRELATION_BOUNDS];
    struct hw_span rules[HW_CORRELATION_RULES], groups[HW_CORRELATION_GROUPS], field;
    struct {
        unsigned rule;
        struct hw_span alias, field;
    } aliases[HW_CORRELATION_ALIASES];
};

/* Appends the form. False when a count or a text is out of bounds, or the buffer is full; then what
 * was appended is no form. */
HW_CHECK bool hw_correlation_put(const struct hw_correlation *c, struct hw_buf *out);
/* Proves it whole: nothing missing, nothing behind it. */
HW_CHECK bool hw_correlation_check(struct hw_span program, struct hw_correlation *out);

/* Does this count hold all bounds? */
bool hw_correlation_holds(const struct hw_correlation *c, uint64_t n);
/* Can a count become too large for it? Then a part of the records is no answer. */
bool hw_correlation_is_capped(const struct hw_correlation *c);
/* The field of a rule's records that this name stands for: through an alias, or the name itself. */
struct hw_span hw_correlation_field(const struct hw_correlation *c, unsigned rule,
                                    struct hw_span name);

#endif
