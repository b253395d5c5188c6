/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/csaf.h -- the two parts of a report as CSAF 2.0 (inside of the room): report_csaf.c has the
 * document, csaf_products.c its products and what is known of each.
 */
#ifndef HW_TELL_CSAF_H
#define HW_TELL_CSAF_H

#include "base/arena.h"
#include "tell/document.h"

struct csaf_product {
    struct hw_span org, name, version;
    struct hw_span via; /* what brings it in; or empty */
    const char *risk;   /* word */
    bool affected;      /* else under investigation */
    bool told;          /* its branch is written */
};

struct csaf {
    const struct hw_report_answer *r;
    struct hw_buf b, words;
    struct hw_arena *arena;
    char uuid[HW_UUID_TEXT];
    struct csaf_product *products; /* each once: its number plus one is its id */
    size_t count, affected;
    uint64_t left; /* for which there was no room */
};

HW_CHECK bool csaf_gather(struct csaf *c); /* false: no memory */
void csaf_products(struct csaf *c);        /* "product_tree", where there are any */
void csaf_vulnerability(struct csaf *c);   /* "vulnerabilities", as well */

#endif
