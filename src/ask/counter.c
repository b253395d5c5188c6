/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/counter.c -- what speaks against a chain: the fewest records without which nothing leads
 * from its ends to the target, and a harmless reading of each step.
 *
 * The fewest records are a minimum cut (Ford and Fulkerson 1956; shortest augmenting ways, Edmonds
 * and Karp 1972) of the graph of told steps, where a step is worth as many as records say it.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/benign.h"
#include "ask/tracing.h"

struct arc {
    uint32_t from, to; /* places in nodes */
    int left, back;    /* capacity left, and given back the other way */
    size_t told;
};

struct net {
    uint32_t *nodes; /* things; 0 and 1 are the ends and the target */
    uint32_t node_count;
    struct arc *arcs;
    size_t arc_count;
    size_t *by; /* arc by which a node was reached, plus one; sign in `forth` */
    bool *forth, *seen;
    uint32_t *queue;
};

enum { ENDS, TARGET, WHOLE = 1 << 20 }; /* WHOLE: more than any cut */

static uint32_t node_of(struct net *n, uint32_t thing)
{
    for (uint32_t i = 2; i < n->node_count; i++) {
        if (n->nodes[i] == thing) {
            return i;
        }
    }
    n->nodes[n->node_count] = thing;
    return n->node_count++;
}

static bool counts(const struct told *x)
{
    return !x->step->context && !x->step->forward && !x->step->run;
}

static int records_of(const struct hw_step *s)
{
    int n = 0;
    if (strcmp(s->verb, "is") == 0) {
        return WHOLE; /* bytes are what they are: no record less would part them */
    }
    for (const struct hw_place_said *p = s->places; p != NULL; p = p->next) {
        n++;
    }
    return n == 0 ? 1 : n;
}

static void build(struct tracing *t, struct net *n, uint32_t target)
{
    for (size_t i = 0; i < t->told_count; i++) {
        const struct told *x = &t->told[i];
        if (counts(x)) {
            n->arcs[n->arc_count++] = (struct arc){
                node_of(n, x->e.subject), node_of(n, x->e.object), records_of(x->step), 0, i};
        }
    }
    for (size_t i = 0; i < t->root_count; i++) {
        if (t->roots[i].rank == t->roots[0].rank && t->roots[i].s == &t->back) {
            n->arcs[n->arc_count++] =
                (struct arc){ENDS, node_of(n, t->roots[i].thing), WHOLE, 0, SIZE_MAX};
        }
    }
    n->arcs[n->arc_count++] = (struct arc){node_of(n, target), TARGET, WHOLE, 0, SIZE_MAX};
}

/* The shortest way with room left; false when there is none. n->seen is then one side of the
 * cut. */
static bool find_way(struct net *n)
{
    uint32_t head = 0, tail = 0;
    memset(n->seen, 0, n->node_count * sizeof *n->seen);
    n->queue[tail++] = ENDS;
    n->seen[ENDS] = true;
    while (head < tail) {
        uint32_t at = n->queue[head++];
        for (size_t i = 0; i < n->arc_count; i++) {
            const struct arc *a = &n->arcs[i];
            bool forth = a->from == at && a->left > 0, back = a->to == at && a->back > 0;
            uint32_t next = forth ? a->to : a->from;
            if ((forth || back) && !n->seen[next]) {
                n->seen[next] = true;
                n->by[next] = i;
                n->forth[next] = forth;
                n->queue[tail++] = next;
            }
        }
    }
    return n->seen[TARGET];
}

static void fill_way(struct net *n)
{
    int least = WHOLE;
    for (uint32_t at = TARGET; at != ENDS;) {
        const struct arc *a = &n->arcs[n->by[at]];
        int room = n->forth[at] ? a->left : a->back;
        least = room < least ? room : least;
        at = n->forth[at] ? a->from : a->to;
    }
    for (uint32_t at = TARGET; at != ENDS;) {
        struct arc *a = &n->arcs[n->by[at]];
        a->left += n->forth[at] ? -least : least;
        a->back += n->forth[at] ? least : -least;
        at = n->forth[at] ? a->from : a->to;
    }
}

/* Steps that lead over the cut, as copies in a list of their own. */
static int tell_cut(struct tracing *t, const struct net *n)
{
    struct hw_step **at = &t->a->cut;
    for (size_t i = 0; i < n->arc_count; i++) {
        const struct arc *a = &n->arcs[i];
        if (a->told == SIZE_MAX || !n->seen[a->from] || n->seen[a->to]) {
            continue;
        }
        struct hw_step *s = hw_arena_alloc(t->a->arena, sizeof *s);
        if (s == NULL) {
            return hw_fail(t->err, HW_E_LIMIT, "the answer is too large");
        }
        *s = *t->told[a->told].step;
        s->next = NULL;
        *at = s;
        at = &s->next;
    }
    return HW_OK;
}

/* A cut through what cannot be cut is none. */
static bool cut_is_real(const struct net *n)
{
    for (size_t i = 0; i < n->arc_count; i++) {
        const struct arc *a = &n->arcs[i];
        if (n->seen[a->from] && !n->seen[a->to] && a->back >= WHOLE) {
            return false;
        }
    }
    return true;
}

static int find_cut(struct tracing *t, uint32_t target)
{
    size_t room = 2 * t->told_count + TRACING_ROOTS + 4;
    struct hw_arena *m = t->a->arena;
    struct net n = {.node_count = 2,
                    .nodes = hw_arena_array(m, room, sizeof *n.nodes),
                    .arcs = hw_arena_array(m, room, sizeof *n.arcs),
                    .by = hw_arena_array(m, room, sizeof *n.by),
                    .forth = hw_arena_array(m, room, sizeof *n.forth),
                    .seen = hw_arena_array(m, room, sizeof *n.seen),
                    .queue = hw_arena_array(m, room, sizeof *n.queue)};
    if (n.nodes == NULL || n.arcs == NULL || n.by == NULL || n.forth == NULL || n.seen == NULL ||
        n.queue == NULL) {
        return hw_fail(t->err, HW_E_LIMIT, "the answer is too large");
    }
    build(t, &n, target);
    while (find_way(&n)) {
        fill_way(&n);
    }
    return cut_is_real(&n) ? tell_cut(t, &n) : HW_OK;
}

int tracing_counter(struct tracing *t, uint32_t target)
{
    for (struct hw_step *s = t->a->steps; s != NULL; s = s->next) {
        const struct hw_benign *b =
            s->context || strcmp(s->known, "inferred") == 0 ? NULL : hw_benign_of(s);
        if (b != NULL) {
            s->benign = tracing_print(t, "%s: %s (%s)", b->name, b->says, b->reference);
        }
    }
    return t->root_count == 0 ? HW_OK : find_cut(t, target);
}
