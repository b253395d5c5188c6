/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/claim.h -- what an advisory says of one product, on its way to a STATEMENT.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_CLAIM_H
#define HW_EVIDENCE_KNOWLEDGE_CLAIM_H

#include "evidence/knowledge/teach.h"
#include "fact/package.h"

/* Spans are borrowed and may be dirty; empty ones and HW_TIME_NONE are left out. */
struct hw_claim {
    uint64_t line, off;
    const char *status; /* word of hw_statuses */
    /* The product, by hw_claim_package(), _purl() or _product(). */
    struct hw_span type; /* purl type; empty: a product by its plain name */
    struct hw_buf name;  /* canonical */
    struct hw_span vendor, purl, cpe;
    enum hw_order scheme;
    struct hw_versions versions;
    struct hw_span advisory, source, says;
    int64_t from, until, published, revoked;
    struct hw_purl parts; /* of the purl; private */
};
/* A claim holds memory: one is used for all of a document. */
void hw_claim_init(struct hw_claim *c);
void hw_claim_done(struct hw_claim *c);
/* Forgets product and versions; all else stays. */
void hw_claim_clear(struct hw_claim *c);

/* What it is about. Each sets name, type and scheme, and says false for what is none. */
HW_CHECK bool hw_claim_package(struct hw_claim *c, struct hw_span type, struct hw_span space,
                               struct hw_span name);
/* The purl's version becomes the exact one. Borrows from the claim itself. */
HW_CHECK bool hw_claim_purl(struct hw_claim *c, struct hw_span purl);
/* A product as people call it: no ecosystem, versions are numbers with dots. */
HW_CHECK bool hw_claim_product(struct hw_claim *c, struct hw_span vendor, struct hw_span name);

void hw_claim_say(struct hw_teach *t, const struct hw_claim *c);

/* Says one claim for each stretch of a version range specifier, `vers:type/constraints` (the purl
 * project's VERS, for ranges as they are written: constraints in order, `*`, `=`, `!=` refused).
 * False, nothing said: it is none, or not one of those. */
HW_CHECK bool hw_claim_vers(struct hw_teach *t, struct hw_claim *c, struct hw_span vers);

#endif
