/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/json.h -- small JSON documents inside boxes, by jansson, with its memory
 * counted.
 */
#ifndef HW_EVIDENCE_JSON_H
#define HW_EVIDENCE_JSON_H

#include <jansson.h>

#include "evidence/evidence.h"

struct hw_json {
    json_t *root;  /* NULL: not JSON, or too much of it */
    uint64_t cost; /* what it counts among live_bytes */
    bool too_large;
    json_error_t why; /* when it is not JSON */
};

/* Loads text that must be one JSON value. How much it may become is reckoned before it is parsed.
 */
void hw_json_init(struct hw_exam *x, struct hw_span text, size_t flags, struct hw_json *out);
void hw_json_done(struct hw_exam *x, struct hw_json *j);
/* A string's bytes, borrowed from v; empty when v is none. */
struct hw_span hw_json_text(const json_t *v);
/* Lets jansson seed its tables before a cage closes. */
void hw_json_warm(void);

#endif
