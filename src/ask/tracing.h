/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/tracing.h -- one trace under way: what the search found on its way into an answer (inside of
 * the room).
 */
#ifndef HW_ASK_TRACING_H
#define HW_ASK_TRACING_H

#include "ask/search.h"
#include "ask/trace.h"

enum { TRACING_USES = 8, TRACING_ROOTS = 10 };

struct use { /* an edge by which the target was run or loaded */
    uint32_t n;
    struct hw_edge e;
};
struct chosen { /* a root, and the search that found it */
    const struct search *s;
    uint32_t thing, label, cost;
    unsigned rank;        /* how much it explains: less is more */
    uint32_t over, taker; /* hands.c: the file it replaced, and who took that in; 0: no such root */
};
struct told { /* a step, before it is ordered */
    uint32_t n, ways;
    struct hw_edge e;
    int64_t by; /* as tracing_as */
    struct hw_step *step;
};

struct tracing {
    const struct hw_trace_ask *ask;
    struct hw_trace_answer *a;
    struct hw_walk *w;
    struct hw_case *c;
    struct hw_error *err;
    struct search back, how, forth; /* from the target; from what ran it; after it */
    struct use uses[TRACING_USES];
    size_t use_count;
    struct chosen roots[TRACING_ROOTS];
    size_t root_count;
    struct told *told;
    size_t told_count, told_room;
};

/* A thing as an end of a step, copied to the answer's arena. */
HW_CHECK int tracing_end(struct tracing *t, uint32_t thing, struct hw_end *out);
/* An edge as a step, once; `ways`: a bit for each root it leads from. */
struct tracing_as {
    uint32_t ways;
    bool forward, context, run;
    int64_t by; /* the chain's next step, which it came before; 0: none */
};
HW_CHECK int tracing_step(struct tracing *t, uint32_t n, const struct hw_edge *e,
                          struct tracing_as as);
/* Where it stands among the steps: the middle of what its clock leaves open, what holds for a
 * while by its beginning, and in any case before `by`. */
int64_t tracing_place(const struct hw_edge *e, int64_t by);
/* Who and where, for what stands on the chain: accounts of sessions, signers of bytes. */
HW_CHECK int tracing_context(struct tracing *t);
/* hands.c: roots that replaced what others took in, and the steps that say who started one. */
HW_CHECK int tracing_hands(struct tracing *t, const struct search *s);
HW_CHECK int tracing_birth(struct tracing *t, const struct chosen *r, uint32_t bit);
/* detours.c: what the chain's own hands did for the chain by other ways than the cheapest. */
HW_CHECK int tracing_detours(struct tracing *t);
/* Orders and numbers the steps, names crossings and roots, counts, decides the exit status. */
HW_CHECK int tracing_close(struct tracing *t);
/* tracing_gaps.c: what could not be seen, and what to ask for. */
HW_CHECK int tracing_gaps(struct tracing *t);
/* counter.c: the fewest records without which nothing leads here; harmless readings. */
HW_CHECK int tracing_counter(struct tracing *t, uint32_t target);
struct hw_span tracing_print(struct tracing *t, const char *fmt, ...) HW_FORMAT(2, 3);
void tracing_missing(struct tracing *t, unsigned worth, int64_t from, int64_t to,
                     struct hw_span what, struct hw_span ask_for);

#endif
