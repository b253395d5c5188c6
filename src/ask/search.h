/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/search.h -- the search of a trace: labels, the frontier, and what was settled (inside of the
 * room).
 */
#ifndef HW_ASK_SEARCH_H
#define HW_ASK_SEARCH_H

#include "ask/trace.h"

struct label { /* one way to one thing */
    uint32_t thing;
    uint32_t parent; /* label it came from; 0: a seed */
    uint32_t edge;   /* n of the edge between; 0: a seed */
    uint32_t cost;
    int64_t lo, hi; /* the moment that bounds the next step */
    struct hw_edge e;
    bool settled; /* the best way to its thing */
    bool use;     /* seed: runs or loads the target */
};

struct search {
    struct hw_walk *w;
    struct hw_error *err;
    bool forward;
    uint32_t budget;
    struct label *labels; /* from 1 */
    uint32_t label_count, label_room;
    struct waiting { /* by itself, so that ordering looks at nothing else */
        uint32_t cost, thing, edge, label;
    } * heap;
    uint32_t heap_count, heap_room;
    struct settled {
        uint32_t thing, label;
        int64_t bound;   /* scanned up to */
        uint32_t ways;   /* usable edges found beyond it */
        uint32_t births; /* those of them that say who started it */
        bool scanned;    /* up to bound */
    } * settled;
    uint32_t settled_count, settled_room;
    uint32_t *slots; /* thing -> settled index + 1 */
    uint32_t slot_room;
    uint64_t expanded, left;
    size_t bytes;
};

HW_CHECK int search_init(struct search *s, struct hw_walk *w, bool forward, uint32_t budget,
                         struct hw_error *err);
void search_done(struct search *s);
HW_CHECK int search_seed(struct search *s, uint32_t thing, int64_t lo, int64_t hi, uint32_t cost,
                         bool use);
HW_CHECK int search_run(struct search *s);
/* The settled entry of a thing, or NULL. */
const struct settled *search_of(const struct search *s, uint32_t thing);

#endif
