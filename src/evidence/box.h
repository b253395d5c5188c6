/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/box.h -- what the readers of boxes share: bytes nobody accounts for, and parts
 * that lie over each other.
 */
#ifndef HW_EVIDENCE_BOX_H
#define HW_EVIDENCE_BOX_H

#include "evidence/evidence.h"

/* A REGION fact with size, entropy, non-zero bytes and digest. role: a word. */
void hw_box_region(struct hw_exam *x, const struct hw_node *n, const char *role, uint64_t off,
                   uint64_t size);
/* Bytes no structure accounts for: anomaly hidden-bytes and a region of role "hidden". Bytes that
 * are all zero are filling: the region alone, of role "filling". */
void hw_box_hidden(struct hw_exam *x, struct hw_node *n, uint64_t off, uint64_t size,
                   const char *where);

/* The parts of a box, each [lo, hi). Collected, then sorted, then judged. */
struct hw_part {
    uint64_t lo, hi;
};
struct hw_parts {
    struct hw_part *p;
    size_t count, room;
    uint64_t sum; /* of all sizes */
};
/* Room for `room` parts from the arena; false when memory or the arena's ceiling says no. */
HW_CHECK bool hw_parts_init(struct hw_exam *x, size_t room, struct hw_parts *out);
void hw_parts_add(struct hw_parts *t, uint64_t lo, uint64_t hi); /* empty parts count nothing */
/* Sorts and finds what lies over each other. When all parts together are larger than `whole`, the
 * box is a bomb: bomb-overlap, degree refused, false. Single overlaps are said and true. */
HW_CHECK bool hw_parts_judge(struct hw_exam *x, struct hw_node *n, struct hw_parts *t,
                             uint64_t whole);
/* Says the gaps between lo and hi that no part covers as hidden. */
void hw_parts_gaps(struct hw_exam *x, struct hw_node *n, const struct hw_parts *t, uint64_t lo,
                   uint64_t hi);

#endif
