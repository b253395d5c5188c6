/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/ruleset.h -- the rules a case knows, as one piece: how they travel from the case to the
 * worker, and what a reading says it was made with.
 *
 *   "headwater-rules-1\n", then for each source:
 *   32  SHA-256 of the file the rules came in
 *   8   length of the text, little-endian
 *   ... the text: those of its rules that compile, imports among them
 *
 * Its SHA-256 names the set. Sources come in an order that follows from the case alone.
 */
#ifndef HW_FACT_RULESET_H
#define HW_FACT_RULESET_H

#include "base/buf.h"
#include "base/reader.h"

enum { HW_RULESET_BYTES = 64 << 20 };

struct hw_ruleset_source {
    struct hw_span digest, text;
};

void hw_ruleset_begin(struct hw_buf *out);
void hw_ruleset_put(struct hw_buf *out, const struct hw_ruleset_source *s);

/* Is this a set? The reader then stands at its first source. */
HW_CHECK bool hw_ruleset_open(struct hw_reader *r);
/* The next source; false at the end, and when the set is damaged (r has faulted then). */
HW_CHECK bool hw_ruleset_next(struct hw_reader *r, struct hw_ruleset_source *out);

#endif
