/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/room.h -- what the files of this room share and nobody outside needs.
 */
#ifndef HW_EVIDENCE_ROOM_H
#define HW_EVIDENCE_ROOM_H

#include "evidence/evidence.h"

enum {
    HW_NAME_BYTES = 4096,        /* a member's name as facts carry it */
    HW_SERIOUS_BITS = 32,        /* from here on a bid is kept */
    HW_GUESS_BITS = 24,          /* below, a bid only names */
    HW_ANOMALIES_LISTED = 10000, /* of one node */
};
#define HW_RATIO_FROM_BYTES (64U << 20)

/* Judges a member's name (empty, absolute, climbing, control characters, over-long) and whether an
 * earlier member of the same box had it. Returns the name cut to HW_NAME_BYTES. */
struct hw_span hw_names_judge(struct hw_exam *x, struct hw_node *box, struct hw_span name,
                              uint64_t off);
/* Says how many names differ from another in case only, and forgets the table. */
void hw_names_done(struct hw_exam *x, struct hw_node *box);

/* Pages from the kernel: grown by moving, given back when freed. NULL when memory is out. */
void *hw_pages_grow(void *p, size_t had, size_t want);
void hw_pages_free(void *p, size_t had);

/* What bytes nobody recognised look like: "text", "json", "xml" or NULL, for naming only. */
const char *hw_guess(struct hw_span bytes, unsigned *out_bits);

#endif
