/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/touched.h -- which machines had to do with some bytes, or with a place of the network (inside
 * of the room).
 */
#ifndef HW_ASK_TOUCHED_H
#define HW_ASK_TOUCHED_H

#include "ask/answer.h"
#include "base/arena.h"
#include "case/cursor.h"
#include "case/graph.h"

enum hw_touch_how { HW_TOUCH_HAS, HW_TOUCH_RAN, HW_TOUCH_SPOKE };

struct hw_touch {
    uint32_t who;  /* the file, process, machine or address at the other end */
    uint32_t host; /* whose that is; UINT32_MAX: nobody knows */
    uint32_t edge; /* that says so */
    int64_t lo, hi;
    enum hw_touch_how how;
};
typedef int hw_touch_each(void *state, const struct hw_touch *t); /* HW_OK: go on */

struct hw_edge_list { /* its room is the arena's, and used again */
    struct {
        uint32_t n;
        struct hw_edge e;
    } * p;
    size_t count, room;
};

HW_CHECK bool hw_edge_list_add(struct hw_arena *arena, struct hw_edge_list *l, uint32_t n,
                               const struct hw_edge *e); /* false: memory is out */

struct hw_toucher {
    struct hw_walk *w;
    struct hw_arena *arena;
    int64_t as_of;
    struct hw_error *err;
    struct hw_edge_list bytes, file;
};

/* Edges out of a thing (forth) or into it, begun by as_of; what is done with them may walk again.
 */
HW_CHECK int hw_touch_edges(struct hw_toucher *t, uint32_t thing, bool forth,
                            struct hw_edge_list *out);
/* A reason with the record that an edge stands in. */
HW_CHECK int hw_because_edge(const struct hw_toucher *t, struct hw_why **why, struct hw_span says,
                             uint32_t edge);
/* Where these bytes lay, and where they ran or were loaded. */
HW_CHECK int hw_touched_bytes(struct hw_toucher *t, uint32_t artifact, hw_touch_each *each,
                              void *state);
/* Who asked for a domain or URL, or spoke with an address. */
HW_CHECK int hw_touched_place(struct hw_toucher *t, uint32_t place, hw_touch_each *each,
                              void *state);

#endif
