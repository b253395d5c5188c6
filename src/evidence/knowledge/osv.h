/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/osv.h -- the inside of the OSV reader; docs/formats/osv.md is the document.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_OSV_H
#define HW_EVIDENCE_KNOWLEDGE_OSV_H

#include "evidence/knowledge/claim.h"
#include "evidence/knowledge/feed.h"

struct hw_osv {
    struct hw_teach *t;
    struct hw_claim claim; /* of the record and package being read */
    struct hw_buf says, source, word;
    bool malicious;
};
/* One of affected[].ranges: a claim for each stretch. */
void hw_osv_range(struct hw_osv *o, const json_t *range);
/* Hashes and addresses that reports of malicious packages carry beside the packages. */
void hw_osv_indicators(struct hw_osv *o, const json_t *database_specific);

extern const struct hw_format hw_osv_format;

#endif
