/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/reach.h -- numbers by a key and a span of time, so that a join looks at what can match and
 * at nothing else.
 *
 * Filled once, put in order once (by key, beginning, number), then asked. Above the ordered items
 * lies a tree of the latest end in each block, so that a span which ends before the question is
 * passed over with all its neighbours that do. A key is a digest: whoever asks checks what it
 * stands for.
 */
#ifndef HW_DERIVE_REACH_H
#define HW_DERIVE_REACH_H

#include "derive/world.h"

struct reach_item {
    uint64_t key;
    int64_t lo, hi;
    uint32_t i;
};
struct reach {
    struct reach_item *p;
    int64_t *latest; /* a heap-ordered tree over blocks of items */
    size_t count, room, leaves;
};
struct reach_ask {
    const struct reach *r;
    size_t at, end;
    int64_t lo;
};

uint64_t reach_key(uint32_t a, uint32_t b, uint32_t c);
void reach_add(struct world *w, struct reach *r, uint64_t key, int64_t lo, int64_t hi, uint32_t i);
/* Nothing is found before. False: no memory, and the world has failed. */
bool reach_settle(struct world *w, struct reach *r);
void reach_free(struct reach *r);

/* All of this key with item.lo <= hi and item.hi >= lo, in the order of their beginnings. */
struct reach_ask reach_from(const struct reach *r, uint64_t key, int64_t lo, int64_t hi);
/* The next one's number; 0: no more. */
uint32_t reach_next(struct reach_ask *a);
/* All of this key that begin at `hi` or before, the last one first. */
struct reach_ask reach_back(const struct reach *r, uint64_t key, int64_t hi);
uint32_t reach_before(struct reach_ask *a);

#endif
