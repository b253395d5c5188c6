/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/csaf.h -- the inside of the CSAF reader; docs/formats/csaf.md is the document.
 *
 *   csaf.c           probe, the document, its vulnerabilities one by one
 *   csaf_products.c  the product tree as one list, found by id
 *   csaf_status.c    what one vulnerability says of products
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_CSAF_H
#define HW_EVIDENCE_KNOWLEDGE_CSAF_H

#include "evidence/knowledge/claim.h"
#include "evidence/knowledge/feed.h"

/* One full_product_name_t, with what the branches above it said. Borrows from the tree. */
struct hw_csaf_product {
    struct hw_span id;
    json_t *full;                          /* the full_product_name_t */
    const json_t *vendor, *name, *version; /* branches; NULL: none */
    const json_t *relation;                /* made by this relationship; NULL: none */
    bool range;                            /* version is a range */
};
/* A group of products. */
struct hw_csaf_group {
    struct hw_span id;
    const json_t *ids;
};

/* What is known of a product in the vulnerability being read; cleared behind it. */
struct hw_csaf_mark {
    const char *label; /* of its flag: why it is not affected */
    uint8_t said;      /* one bit for each status, contradicting ones apart */
};

struct hw_csaf {
    struct hw_teach *t;
    struct hw_claim claim;
    struct hw_csaf_product *products; /* by id */
    struct hw_csaf_mark *marks;       /* beside products */
    size_t count;
    struct hw_csaf_group *groups; /* by id */
    size_t groups_count;
    struct hw_buf says;
    struct hw_span tracking; /* the document's id */
};

/* Lists the products and groups of product_tree (NULL: there is none), in the arena. False: memory
 * is out, and said. */
HW_CHECK bool hw_csaf_products(struct hw_csaf *c, json_t *tree);
/* The index of a product; count when there is none. */
size_t hw_csaf_find(const struct hw_csaf *c, struct hw_span id);
const struct hw_csaf_group *hw_csaf_group(const struct hw_csaf *c, struct hw_span id);
/* The product a relationship makes of others is judged as what stands in it: the one whose name,
 * version and identifiers count. Itself for all others. */
const struct hw_csaf_product *hw_csaf_part(const struct hw_csaf *c,
                                           const struct hw_csaf_product *p);
/* A reference to no product: said, with its place. */
void hw_csaf_dangling(struct hw_csaf *c, struct hw_span id, const char *where);

/* One of vulnerabilities[]. */
void hw_csaf_vulnerability(struct hw_csaf *c, const json_t *v);

extern const struct hw_format hw_csaf_format;

#endif
