/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/trace.h -- how it got there, and what it touched: the chain through one graph.
 *
 * Best-first search over time-respecting reachability: a step back must have been possible before
 * the step it leads to, within the intervals of both. Costs are integers: by class, by how ordinary
 * the step is over machines, by how many like it there are; ties go by id. Same case, same
 * question, same bytes.
 */
#ifndef HW_ASK_TRACE_H
#define HW_ASK_TRACE_H

#include "ask/answer.h"
#include "case/graph.h"

enum {
    HW_TRACE_NODES = 20000,
    HW_TRACE_BYTES = 128 << 20,
};

struct hw_trace_ask {
    struct hw_span target; /* id, hash, kind:key, native id, or a path in evidence */
    bool back, forward;    /* neither: both */
    bool counter;
    bool told; /* also over what other cases' owners told (docs/formats/share.md) */
    int64_t as_of;
    uint32_t nodes; /* 0: HW_TRACE_NODES, for each direction */
};

/* What a target means: several things are listed in *out (names for people) with HW_E_USAGE, none
 * is HW_E_MISSING. */
struct hw_target_list {
    uint32_t *p;
    size_t count;
    struct hw_span says; /* one a line, when they are several */
};
HW_CHECK int hw_trace_targets(struct hw_walk *w, struct hw_span target, struct hw_arena *arena,
                              struct hw_target_list *out, struct hw_error *err);

/* One end of an edge in words, in the arena. */
HW_CHECK int hw_end_of(struct hw_walk *w, struct hw_arena *arena, uint32_t n, struct hw_end *out,
                       struct hw_error *err);

/* An edge as a step, by itself: of no chain (n 0), and judged by nobody yet. In the arena. */
HW_CHECK int hw_step_of(struct hw_walk *w, struct hw_arena *arena, uint32_t n,
                        const struct hw_edge *e, struct hw_step *out, struct hw_error *err);

/* HW_E_STATE when the case holds no graph (hw_derive first). */
HW_CHECK int hw_trace(struct hw_case *c, const struct hw_trace_ask *ask,
                      struct hw_trace_answer **out, struct hw_target_list *several,
                      struct hw_error *err);

#endif
