/* SPDX-License-Identifier: Apache-2.0 */
/* ask/unseen_parts.h -- what the chapters of ask/unseen.h share (inside of the room). */
#ifndef HW_ASK_UNSEEN_PARTS_H
#define HW_ASK_UNSEEN_PARTS_H

#include "ask/unseen.h"
#include "base/buf.h"

struct hw_unseen_work {
    const struct hw_unseen_ask *ask;
    struct hw_arena *arena;
    struct hw_unseen_answer *a;
    struct hw_unseen_refusal **refusal_tail;
    struct hw_unseen_note **note_tail;
    uint64_t with_others[HW_UNSEEN_LISTS];  /* of each list: how many any other one has, too */
    uint64_t cells[1U << HW_UNSEEN_FITTED]; /* by the lists that have it; of few lists only */
    bool failed;                            /* memory was out */
};

/* Makes every check in its order. */
void hw_unseen_check(struct hw_unseen_work *w);
/* Appends; `says` without bytes means that memory was out. `lifts` is static. */
void hw_unseen_refuse(struct hw_unseen_work *w, enum hw_unseen_check check, struct hw_span says,
                      const char *lifts);
void hw_unseen_note(struct hw_unseen_work *w, struct hw_span says);

/* Where the pair a < b stands among the pairs of so many lists. */
size_t hw_unseen_pair_at(size_t lists, size_t a, size_t b);
/* An observer, within reason. */
void hw_unseen_name_put(struct hw_buf *b, struct hw_span observer);

#endif
