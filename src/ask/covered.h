/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/covered.h -- which bytes of a file a signature speaks for, stretch by stretch over the whole
 * file, as the facts of its reader have it. Judges nothing. Header fields that a scheme leaves out
 * (twelve bytes of Authenticode's) have no fact and are not shown apart.
 */
#ifndef HW_ASK_COVERED_H
#define HW_ASK_COVERED_H

#include "base/arena.h"
#include "case/cursor.h"

struct hw_covered {
    uint64_t from, to; /* up to, not with */
    /* covered; excluded: by the scheme itself (the signature's own bytes, zeros that align);
     * uncovered; unknown: the digest could not be computed */
    const char *how;
};
/* Of signature `index` of (reading, node), in the order of offsets, without holes and never beyond
 * size; in the arena. Nothing when there is no such signature. */
HW_CHECK int hw_covered_of(struct hw_case *c, int64_t reading, uint32_t node, uint64_t size,
                           uint64_t index, struct hw_arena *arena, struct hw_covered **out,
                           size_t *out_count, struct hw_error *err);

#endif
