/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_lex.h -- the words of a pattern, one at a time (STIX 2.1, 9.2 to 9.4), for
 * stix_compile.c alone.
 */
#ifndef HW_FACT_STIX_LEX_H
#define HW_FACT_STIX_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

enum stix_token {
    STIX_T_END,
    STIX_T_BAD,  /* fault says why */
    STIX_T_NAME, /* an identifier or a keyword; it may hold hyphens */
    STIX_T_INT,
    STIX_T_FLOAT,
    STIX_T_TEXT, /* text: between the quotes, escapes kept */
    STIX_T_HEX,  /* the same for h'', b'' and t'' */
    STIX_T_BASE64,
    STIX_T_TIME,
    STIX_T_SIGN, /* one of [ ] ( ) : . , * = == != <> < > <= >= */
};

struct stix_lex {
    struct hw_span text;
    size_t at;     /* behind the token */
    size_t begins; /* of the token */
    enum stix_token token;
    struct hw_span word;
    const char *fault;
};

void hw_stix_lex_init(struct stix_lex *l, struct hw_span text);
void hw_stix_lex_next(struct stix_lex *l);

#endif
