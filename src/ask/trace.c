/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/trace.c -- the question: search both ways, choose the roots that matter, and tell the steps
 * between in the order of time.
 */
#include "ask/trace.h"

#include <stdlib.h>
#include <string.h>

#include "ask/search.h"
#include "ask/tracing.h"
#include "base/text.h"
#include "base/time.h"
#include "case/cursor.h"

enum { ROOTS = 5, USES = 8, WAY = 512, FORWARD_STEPS = 60, AVOIDED = 256, ARENA_BYTES = 256 << 20 };

/* ---- seeds ---- */

/* The target itself, and what first loaded or ran it on each machine: how it came to run is part of
 * how it got in. */
static int seed_back(struct tracing *t, const struct hw_target_list *targets)
{
    int rc = HW_OK;
    for (size_t i = 0; i < targets->count && rc == HW_OK; i++) {
        rc = search_seed(&t->back, targets->p[i], HW_TIME_MIN, t->ask->as_of, 0, false);
    }
    return rc;
}

static int add_use(struct tracing *t, uint32_t thing, struct use *uses, size_t *count)
{
    struct hw_edge e;
    uint32_t n;
    int rc = hw_walk_forth(t->w, thing, t->err);
    while (rc == HW_OK && (rc = hw_walk_next(t->w, &n, &e, t->err)) == HW_ROW) {
        rc = HW_OK;
        if ((e.verb == HW_VERB_LOADED || e.verb == HW_VERB_RAN) && *count < USES &&
            (e.flags & HW_EDGE_CONTEXT) == 0) {
            uses[(*count)++] = (struct use){n, e};
        }
    }
    return rc;
}

/* Where the bytes lay first: what ran them there tells how they got in; what ran them later is what
 * came of it. */
static int first_copies(struct tracing *t, uint32_t bytes, uint32_t *out, size_t *count, size_t max)
{
    struct hw_edge e;
    uint32_t n;
    int64_t first[2] = {HW_TIME_MAX, HW_TIME_MAX}; /* of all; of what records show */
    int rc = HW_OK;
    for (int pass = 0; pass < 2 && rc == HW_OK; pass++) {
        rc = hw_walk_back(t->w, bytes, t->err);
        while (rc == HW_OK && (rc = hw_walk_next(t->w, &n, &e, t->err)) == HW_ROW) {
            rc = HW_OK;
            bool own = e.verb == HW_VERB_IS && (e.flags & HW_EDGE_SUBJECT) != 0;
            bool shown = e.known != HW_CLAIMED;
            for (int k = 0; k <= shown && pass == 0 && own; k++) {
                first[k] = e.hi < first[k] ? e.hi : first[k];
            }
            if (pass == 1 && own && e.lo <= first[shown] && *count < max) {
                out[(*count)++] = e.subject;
            }
        }
    }
    return rc;
}

static int add_copies(struct tracing *t, const struct hw_target_list *targets, uint32_t *out,
                      size_t *count, size_t max)
{
    struct hw_thing thing;
    int rc = HW_OK;
    *count = 0;
    for (size_t i = 0; i < targets->count && rc == HW_OK; i++) {
        rc = hw_walk_thing(t->w, targets->p[i], &thing, t->err);
        if (rc == HW_OK && thing.kind == HW_ENTITY_ARTIFACT) {
            rc = first_copies(t, targets->p[i], out, count, max);
        } else if (rc == HW_OK && *count < max) {
            out[(*count)++] = targets->p[i];
        }
    }
    return rc;
}

static int seed_uses(struct tracing *t, const struct hw_target_list *targets)
{
    uint32_t copies[USES];
    size_t count = 0;
    int rc = add_copies(t, targets, copies, &count, USES);
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = add_use(t, copies[i], t->uses, &t->use_count);
    }
    for (size_t i = 0; i < t->use_count && rc == HW_OK; i++) {
        const struct hw_edge *e = &t->uses[i].e;
        rc = search_seed(&t->how, e->object, e->lo, e->hi, 0, true);
    }
    return rc;
}

/* ---- roots ---- */

/* Can the thing be where something began? What merely stood there is none. */
static bool may_be_root(const struct hw_thing *t, const struct label *l, bool seed)
{
    switch (t->kind) {
    case HW_ENTITY_PROCESS:
        return (t->flags & HW_THING_BROKER) == 0;
    case HW_ENTITY_FILE:
    case HW_ENTITY_ARTIFACT:
        return seed || (l->e.verb == HW_VERB_IS && (t->flags & HW_THING_TOUCHED) != 0);
    case HW_ENTITY_ORGANISATION:
    case HW_ENTITY_ACCOUNT:
    case HW_ENTITY_SERVICE:
        return seed;
    default:
        return true;
    }
}

static int compare_roots(const void *a, const void *b)
{
    const struct chosen *x = a, *y = b;
    return x->cost != y->cost ? (x->cost < y->cost ? -1 : 1)
                              : (x->thing > y->thing) - (x->thing < y->thing);
}

/* A way that ends outside, at somebody's device, another's release or the network, explains more
 * than one that ends at a program nobody saw begin; and that more than one that just ends. */
static unsigned rank_of(const struct hw_thing *t, const struct label *l)
{
    bool device = t->kind == HW_ENTITY_HOST && (t->flags & HW_THING_QUIET) != 0;
    bool outside = t->kind == HW_ENTITY_URL || t->kind == HW_ENTITY_RELEASE ||
                   t->kind == HW_ENTITY_DOMAIN || (device && l->e.verb == HW_VERB_LOGGED_ON) ||
                   (t->kind == HW_ENTITY_ADDRESS && (t->flags & HW_THING_OUTSIDE) != 0);
    return outside ? 0 : device || (t->flags & HW_THING_IMPLIED) != 0 ? 1 : 2;
}

static int compare_chosen(const void *a, const void *b)
{
    const struct chosen *x = a, *y = b;
    return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : compare_roots(a, b);
}

/* Settled things beyond which nothing leads, cheapest way first. */
static int find_roots(struct tracing *t, const struct search *s)
{
    struct hw_thing thing;
    struct chosen *all = malloc((s->settled_count + 1) * sizeof *all);
    size_t count = 0;
    int rc = all == NULL ? hw_fail(t->err, HW_E_MEMORY, "no memory for roots") : HW_OK;
    for (uint32_t i = 0; i < s->settled_count && rc == HW_OK; i++) {
        const struct settled *x = &s->settled[i];
        const struct label *l = &s->labels[x->label];
        rc = x->ways > 0 ? HW_OK : hw_walk_thing(t->w, x->thing, &thing, t->err);
        if (rc == HW_OK && x->ways == 0 && may_be_root(&thing, l, l->parent == 0)) {
            all[count++] = (struct chosen){s, x->thing, x->label, l->cost, rank_of(&thing, l)};
        }
    }
    if (rc == HW_OK) {
        qsort(all, count, sizeof *all, compare_chosen);
        uint32_t best = 0;
        for (size_t i = 0, told = 0; i < count && told < ROOTS; i++) {
            /* A way that costs far more than the best of its rank is no rival to it. */
            best = i == 0 || all[i].rank != all[i - 1].rank ? all[i].cost : best;
            if (all[i].cost <= best * 2 + 120 && t->root_count < TRACING_ROOTS) {
                t->roots[t->root_count++] = all[i];
                told++;
            }
        }
    }
    free(all);
    return rc;
}

/* A machine is no end of its own where the way to a program on it is known. */
static int drop_hosts(struct tracing *t)
{
    struct hw_thing x, y;
    size_t kept = 0;
    int rc = HW_OK;
    for (size_t i = 0; i < t->root_count && rc == HW_OK; i++) {
        bool known = false;
        rc = hw_walk_thing(t->w, t->roots[i].thing, &x, t->err);
        for (size_t k = 0; k < t->root_count && rc == HW_OK && x.kind == HW_ENTITY_HOST; k++) {
            rc = hw_walk_thing(t->w, t->roots[k].thing, &y, t->err);
            known = known || (y.kind == HW_ENTITY_PROCESS && y.host == t->roots[i].thing);
        }
        if (!known) {
            t->roots[kept++] = t->roots[i];
        }
    }
    t->root_count = kept;
    return rc;
}

static void order_roots(struct tracing *t)
{
    if (t->root_count > 0) {
        qsort(t->roots, t->root_count, sizeof *t->roots, compare_chosen);
    }
}

/* ---- the answer ---- */

static int way_to(struct tracing *t, const struct chosen *r, uint32_t bit)
{
    uint32_t path[WAY], n = 0, label = r->label;
    bool run = r->s == &t->how;
    int64_t by = 0;
    int rc = HW_OK;
    for (; label != 0 && n < WAY; label = r->s->labels[label].parent) {
        path[n++] = label;
    }
    while (n-- > 0 && rc == HW_OK) { /* from the target, so that each knows what came after it */
        const struct label *l = &r->s->labels[path[n]];
        if (l->edge != 0) {
            rc = tracing_step(t, l->edge, &l->e,
                              (struct tracing_as){.ways = bit, .run = run, .by = by});
            by = tracing_place(&l->e, by);
        }
    }
    return rc;
}

static int tell_back(struct tracing *t)
{
    int rc = find_roots(t, &t->back);
    rc = rc != HW_OK ? rc : find_roots(t, &t->how);
    rc = rc != HW_OK ? rc : drop_hosts(t);
    rc = rc != HW_OK ? rc : tracing_hands(t, &t->back);
    rc = rc != HW_OK ? rc : tracing_hands(t, &t->how);
    order_roots(t);
    for (size_t i = 0; i < t->root_count && rc == HW_OK; i++) {
        rc = way_to(t, &t->roots[i], 1U << i);
        rc = rc != HW_OK ? rc : tracing_birth(t, &t->roots[i], 1U << i);
    }
    for (size_t i = 0; i < t->use_count && rc == HW_OK; i++) {
        rc = tracing_step(t, t->uses[i].n, &t->uses[i].e, (struct tracing_as){.forward = true});
    }
    return rc != HW_OK ? rc : tracing_detours(t);
}

static int tell_forward(struct tracing *t)
{
    const struct search *s = &t->forth;
    int rc = HW_OK;
    uint32_t told = 0;
    for (uint32_t i = 0; i < s->settled_count && rc == HW_OK && told < FORWARD_STEPS; i++) {
        const struct label *l = &s->labels[s->settled[i].label];
        if (l->edge != 0) {
            rc = tracing_step(t, l->edge, &l->e, (struct tracing_as){.forward = true});
            told++;
        }
    }
    t->a->touched = s->settled_count;
    return rc;
}

struct avoid { /* edges of rejected steps */
    struct hw_edge_ends p[AVOIDED];
    size_t count;
};

static int run(struct tracing *t, const struct hw_target_list *targets)
{
    uint32_t budget = t->ask->nodes == 0 ? HW_TRACE_NODES : t->ask->nodes;
    bool both = !t->ask->back && !t->ask->forward;
    t->a->back = both || t->ask->back;
    t->a->forward = both || t->ask->forward;
    int rc = search_init(&t->back, t->w, false, budget, t->err);
    rc = rc != HW_OK ? rc : search_init(&t->how, t->w, false, budget, t->err);
    rc = rc != HW_OK ? rc : search_init(&t->forth, t->w, true, budget, t->err);
    if (rc == HW_OK && t->a->back) {
        rc = seed_back(t, targets);
        rc = rc != HW_OK ? rc : seed_uses(t, targets);
        rc = rc != HW_OK ? rc : search_run(&t->back);
        rc = rc != HW_OK ? rc : search_run(&t->how);
        rc = rc != HW_OK ? rc : tell_back(t);
    }
    if (rc == HW_OK && t->a->forward) {
        for (size_t i = 0; i < targets->count && rc == HW_OK; i++) {
            rc = search_seed(&t->forth, targets->p[i], HW_TIME_MIN, HW_TIME_MAX, 0, false);
        }
        rc = rc != HW_OK ? rc : search_run(&t->forth);
        rc = rc != HW_OK ? rc : tell_forward(t);
    }
    t->a->expanded = t->back.expanded + t->how.expanded + t->forth.expanded;
    t->a->left = t->back.left + t->how.left + t->forth.left;
    rc = rc != HW_OK ? rc : tracing_context(t);
    rc = rc != HW_OK ? rc : tracing_close(t);
    return rc != HW_OK || !t->ask->counter ? rc : tracing_counter(t, targets->p[0]);
}

/* One answer, as if the avoided edges were not there. */
static int answer(struct hw_case *c, const struct hw_trace_ask *ask, const struct avoid *avoid,
                  struct hw_trace_answer **out, struct hw_target_list *several,
                  struct hw_error *err)
{
    struct hw_arena *arena = hw_arena_new(ARENA_BYTES);
    struct hw_trace_answer *a = arena == NULL ? NULL : hw_arena_alloc(arena, sizeof *a);
    if (a == NULL) {
        hw_arena_free(arena);
        return hw_fail(err, HW_E_MEMORY, "no memory for an answer");
    }
    *a = (struct hw_trace_answer){.arena = arena, .as_of = ask->as_of, .counter = ask->counter};
    struct tracing t = {.ask = ask, .a = a, .err = err, .c = c};
    struct hw_target_list targets;
    HW_AUTO(hw_walk) *w = NULL;
    int rc = hw_walk_new(c, &w, err);
    t.w = w;
    if (rc == HW_OK && ask->told) {
        hw_walk_told(w);
    }
    rc = rc != HW_OK ? rc : hw_walk_counts(w, &a->things, &a->edges, err);
    rc = rc != HW_OK ? rc : hw_trace_targets(w, ask->target, arena, &targets, err);
    if (rc == HW_E_USAGE) {
        *several = targets; /* lives in the arena that the answer owns */
    }
    if (rc == HW_OK) {
        hw_walk_avoid(w, avoid->p, avoid->count);
    }
    rc = rc != HW_OK ? rc : tracing_end(&t, targets.p[0], &a->target);
    rc = rc != HW_OK ? rc : run(&t, &targets);
    search_done(&t.back);
    search_done(&t.how);
    search_done(&t.forth);
    a->with = *out;
    *out = a;
    return rc;
}

/* Notes the rejected steps of an answer; false when there is none. */
static bool note_rejected(const struct hw_trace_answer *a, struct avoid *avoid)
{
    size_t before = avoid->count;
    for (const struct hw_step *s = a->steps; s != NULL && avoid->count < AVOIDED; s = s->next) {
        if (hw_is_rejected(s->judged)) {
            avoid->p[avoid->count++] = (struct hw_edge_ends){s->edge, s->from.n, s->to.n};
        }
    }
    return avoid->count > before;
}

int hw_trace(struct hw_case *c, const struct hw_trace_ask *ask, struct hw_trace_answer **out,
             struct hw_target_list *several, struct hw_error *err)
{
    struct avoid avoid = {.count = 0};
    int rc = answer(c, ask, &avoid, out, several, err);
    while (rc == HW_OK && note_rejected(*out, &avoid)) {
        rc = answer(c, ask, &avoid, out, several, err);
    }
    return rc;
}

void hw_trace_answer_free(struct hw_trace_answer *a)
{
    while (a != NULL) {
        struct hw_trace_answer *with = a->with;
        hw_arena_free(a->arena);
        a = with;
    }
}
