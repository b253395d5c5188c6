/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_emit.h -- a program while it is made, for stix_compile*.c alone.
 */
#ifndef HW_FACT_STIX_EMIT_H
#define HW_FACT_STIX_EMIT_H

#include "fact/stix_lex.h"
#include "fact/stix_pattern.h"

struct stix_emit {
    struct stix_lex lex;
    unsigned flags, depth;
    struct hw_buf nodes, tests, steps, values, pool;
    const char *why; /* the first refusal */
    size_t why_at;
};

/* Always false, so that it can be returned. What the lexer has against the text goes first. */
bool hw_stix_refuse(struct stix_emit *e, const char *why);
/* Is this keyword or sign next? Then it is taken. */
bool hw_stix_word(struct stix_emit *e, const char *keyword);
bool hw_stix_sign(struct stix_emit *e, const char *sign);
/* One bracket deeper. */
HW_CHECK bool hw_stix_enter(struct stix_emit *e);
HW_CHECK bool hw_stix_number(struct hw_span s, double *out);

unsigned hw_stix_tests(const struct stix_emit *e);
/* What stands in [ ]; *out is its last test. */
HW_CHECK bool hw_stix_comparison(struct stix_emit *e, unsigned *out);
HW_CHECK bool hw_stix_put_either(struct stix_emit *e, unsigned a, unsigned b, unsigned *out);

#endif
