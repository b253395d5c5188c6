/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/search.c -- best-first search in one direction of time.
 *
 * Each thing is expanded for its cheapest way first. A later way that allows more time expands only
 * what the first could not reach, so every edge is looked at once. Brokers are left by key only;
 * accounts and what stood there before the records are ends.
 */
#include "ask/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "case/cursor.h"

enum { EDGES_OF_ONE = 65536 };

static int no_memory(struct search *s)
{
    return hw_fail(s->err, HW_E_LIMIT, "the trace needs more memory than it may have");
}

static void *grow(struct search *s, void *p, uint32_t *room, size_t each)
{
    uint32_t more = *room == 0 ? 1024 : *room * 2;
    size_t bytes = (size_t)more * each;
    if (s->bytes + bytes / 2 > HW_TRACE_BYTES) {
        return NULL;
    }
    void *q = realloc(p, bytes);
    if (q != NULL) {
        s->bytes += bytes / 2;
        *room = more;
    }
    return q;
}

int search_init(struct search *s, struct hw_walk *w, bool forward, uint32_t budget,
                struct hw_error *err)
{
    *s = (struct search){.w = w, .err = err, .forward = forward, .budget = budget};
    s->slot_room = 1 << 16;
    s->slots = calloc(s->slot_room, sizeof *s->slots);
    s->label_count = 1;
    return s->slots == NULL ? no_memory(s) : HW_OK;
}

void search_done(struct search *s)
{
    free(s->labels);
    free(s->heap);
    free(s->settled);
    free(s->slots);
}

/* ---- settled things ---- */

static uint32_t *slot_of(const struct search *s, uint32_t thing)
{
    uint32_t at = (thing * 2654435761U) & (s->slot_room - 1);
    while (s->slots[at] != 0 && s->settled[s->slots[at] - 1].thing != thing) {
        at = (at + 1) & (s->slot_room - 1);
    }
    return &s->slots[at];
}

const struct settled *search_of(const struct search *s, uint32_t thing)
{
    uint32_t at = *slot_of(s, thing);
    return at == 0 ? NULL : &s->settled[at - 1];
}

static struct settled *settle(struct search *s, uint32_t thing, uint32_t label)
{
    if (s->settled_count == s->settled_room) {
        struct settled *p = grow(s, s->settled, &s->settled_room, sizeof *p);
        if (p == NULL) {
            return NULL;
        }
        s->settled = p;
    }
    uint32_t *slot = slot_of(s, thing);
    s->settled[s->settled_count] = (struct settled){
        .thing = thing, .label = label, .bound = s->forward ? HW_TIME_MAX : HW_TIME_MIN};
    *slot = ++s->settled_count;
    return &s->settled[s->settled_count - 1];
}

/* ---- the frontier ---- */

/* Cheapest first; ties by thing, whose numbers follow ids. */
static bool before(const struct waiting *x, const struct waiting *y)
{
    return x->cost != y->cost     ? x->cost < y->cost
           : x->thing != y->thing ? x->thing < y->thing
                                  : x->edge < y->edge;
}

static int push(struct search *s, uint32_t label)
{
    if (s->heap_count == s->heap_room) {
        struct waiting *p = grow(s, s->heap, &s->heap_room, sizeof *p);
        if (p == NULL) {
            return no_memory(s);
        }
        s->heap = p;
    }
    const struct label *l = &s->labels[label];
    struct waiting one = {l->cost, l->thing, l->edge, label};
    uint32_t at = s->heap_count++;
    while (at > 0 && before(&one, &s->heap[(at - 1) / 2])) {
        s->heap[at] = s->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    s->heap[at] = one;
    return HW_OK;
}

static uint32_t pop(struct search *s)
{
    uint32_t top = s->heap[0].label, at = 0;
    struct waiting last = s->heap[--s->heap_count];
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child >= s->heap_count) {
            break;
        }
        if (child + 1 < s->heap_count && before(&s->heap[child + 1], &s->heap[child])) {
            child++;
        }
        if (!before(&s->heap[child], &last)) {
            break;
        }
        s->heap[at] = s->heap[child];
        at = child;
    }
    if (s->heap_count > 0) {
        s->heap[at] = last;
    }
    return top;
}

static int add_label(struct search *s, struct label l)
{
    if (s->label_count >= s->label_room) {
        struct label *p = grow(s, s->labels, &s->label_room, sizeof *p);
        if (p == NULL) {
            return no_memory(s);
        }
        s->labels = p;
    }
    s->labels[s->label_count] = l;
    return push(s, s->label_count++);
}

int search_seed(struct search *s, uint32_t thing, int64_t lo, int64_t hi, uint32_t cost, bool use)
{
    return add_label(s,
                     (struct label){.thing = thing, .cost = cost, .lo = lo, .hi = hi, .use = use});
}

/* ---- one expansion ---- */

static uint32_t class_cost(enum hw_known k)
{
    static const uint32_t costs[HW_KNOWN_COUNT] = {10, 12, 40, 90};
    return costs[k];
}

/* Some verbs carry less: what a process read or was handed matters less than who made it. */
static uint32_t verb_cost(const struct search *s, const struct hw_edge *e)
{
    switch (e->verb) {
    case HW_VERB_READ:
        return 25;
    case HW_VERB_LOADED:
        return s->forward ? 0 : 10;
    case HW_VERB_INJECTED:
        return 15;
    case HW_VERB_CONNECTED:
        return 5;
    default:
        return 0;
    }
}

/* Is the step possible within the bound, and does it lead anywhere? */
static bool usable(const struct search *s, const struct label *l, const struct hw_edge *e,
                   bool by_key_only)
{
    /* What is already inside a process acts with its hands, be it a broker's. */
    bool inside = s->forward && (l->e.verb == HW_VERB_LOADED || l->e.verb == HW_VERB_INJECTED) &&
                  (e->verb == HW_VERB_SPAWNED || e->verb == HW_VERB_WROTE);
    if ((e->flags & HW_EDGE_CONTEXT) != 0 && !inside) {
        return false;
    }
    /* Into a broker only a request leads, and a request is a join of ours. A library that somebody
     * wrote within the records is no request: it is the broker from then on. */
    bool planted = !s->forward && e->verb == HW_VERB_LOADED && (e->flags & HW_EDGE_SUBJECT) != 0;
    if (by_key_only && e->known == HW_OBSERVED && !inside && !planted) {
        return false;
    }
    if ((e->flags & HW_EDGE_HOLDS) != 0) {
        return e->lo <= l->hi && e->hi >= l->lo;
    }
    return s->forward ? e->hi >= l->lo : e->lo <= l->hi;
}

/* Going back to bytes that nobody wrote, fetched or started within the records is going nowhere. */
static bool leads_nowhere(const struct search *s, const struct hw_edge *e)
{
    return !s->forward && (e->flags & HW_EDGE_SUBJECT) == 0 &&
           (e->verb == HW_VERB_IS ||
            ((e->verb == HW_VERB_LOADED || e->verb == HW_VERB_RAN || e->verb == HW_VERB_READ) &&
             e->known != HW_KEYED));
}

static bool scanned(const struct search *s, const struct settled *t, const struct hw_edge *e)
{
    return t->scanned && (s->forward ? e->hi >= t->bound : e->lo <= t->bound);
}

static unsigned log2_of(uint32_t n)
{
    unsigned bits = 0;
    while (n >>= 1) {
        bits++;
    }
    return bits;
}

struct scan {
    struct {
        uint32_t n;
        struct hw_edge e;
    } * p;
    uint32_t count, room;
    uint32_t of_verb[HW_VERB_COUNT];
};

static int scan_edges(struct search *s, const struct label *l, const struct settled *t, bool by_key,
                      struct scan *out)
{
    struct hw_edge e;
    uint32_t n, looked = 0;
    int rc =
        s->forward ? hw_walk_forth(s->w, l->thing, s->err) : hw_walk_back(s->w, l->thing, s->err);
    while (rc == HW_OK && (rc = hw_walk_next(s->w, &n, &e, s->err)) == HW_ROW) {
        rc = HW_OK;
        if (++looked > EDGES_OF_ONE) {
            s->left++;
            break;
        }
        if (!usable(s, l, &e, by_key) || scanned(s, t, &e) || leads_nowhere(s, &e)) {
            continue;
        }
        if (out->count == out->room) {
            void *p = grow(s, out->p, &out->room, sizeof *out->p);
            if (p == NULL) {
                return no_memory(s);
            }
            out->p = p;
        }
        out->p[out->count].n = n;
        out->p[out->count++].e = e;
        out->of_verb[e.verb]++;
    }
    return rc;
}

/* Bytes came from where they lay first. What provably had them later had them from there, or from
 * somewhere in between: that is the way forth, not the way back. What somebody merely says of
 * earlier places adds a way, and takes none that records show. */
static void keep_first(struct scan *found)
{
    int64_t first[2] = {HW_TIME_MAX, HW_TIME_MAX}; /* of all; of what records show */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < found->count; i++) {
        const struct hw_edge *e = &found->p[i].e;
        for (int shown = 0; shown < 2 && e->verb == HW_VERB_IS; shown++) {
            bool counts = shown == 0 || e->known != HW_CLAIMED;
            first[shown] = counts && e->hi < first[shown] ? e->hi : first[shown];
        }
    }
    for (uint32_t i = 0; i < found->count; i++) {
        const struct hw_edge *e = &found->p[i].e;
        if (e->verb != HW_VERB_IS || e->lo <= first[e->known != HW_CLAIMED]) {
            found->p[kept++] = found->p[i];
        }
    }
    found->count = kept;
}

static int expand(struct search *s, uint32_t at, struct settled *t, bool by_key, bool bytes)
{
    struct scan found = {0};
    struct label l = s->labels[at];
    int rc = scan_edges(s, &l, t, by_key, &found);
    if (bytes && !s->forward) {
        keep_first(&found);
    }
    for (uint32_t i = 0; i < found.count && rc == HW_OK; i++) {
        const struct hw_edge *e = &found.p[i].e;
        uint32_t cost = l.cost + class_cost(e->known) + verb_cost(s, e) + e->weight +
                        4 * log2_of(found.of_verb[e->verb]);
        struct label next = {.thing = s->forward ? e->object : e->subject,
                             .parent = at,
                             .edge = found.p[i].n,
                             .cost = cost,
                             .e = *e};
        bool holds = (e->flags & HW_EDGE_HOLDS) != 0;
        next.lo = holds || (s->forward && e->lo < l.lo) ? l.lo : e->lo;
        next.hi = holds || (!s->forward && e->hi > l.hi) ? l.hi : e->hi;
        rc = add_label(s, next);
    }
    if (s->bytes >= (size_t)found.room * sizeof *found.p) {
        s->bytes -= (size_t)found.room * sizeof *found.p;
    }
    free(found.p);
    t = &s->settled[*slot_of(s, l.thing) - 1];
    t->ways += found.count;
    t->births += found.of_verb[HW_VERB_SPAWNED];
    t->bound = s->forward ? l.lo : l.hi;
    t->scanned = true;
    s->expanded++;
    return rc;
}

static bool is_end(enum hw_entity kind, bool forward)
{
    return kind == HW_ENTITY_ACCOUNT || kind == HW_ENTITY_ORGANISATION ||
           (kind == HW_ENTITY_RELEASE && !forward);
}

int search_run(struct search *s)
{
    int rc = HW_OK;
    while (s->heap_count > 0 && rc == HW_OK) {
        uint32_t at = pop(s);
        struct label *l = &s->labels[at];
        uint32_t slot = *slot_of(s, l->thing);
        enum hw_entity kind = HW_ENTITY_NONE;
        uint32_t flags = 0;
        const struct settled *was = slot == 0 ? NULL : &s->settled[slot - 1];
        if (was != NULL && was->scanned &&
            (s->forward ? l->lo >= was->bound : l->hi <= was->bound)) {
            continue;
        }
        if (slot == 0 && s->settled_count >= s->budget) {
            s->left += s->heap_count + 1;
            break;
        }
        if (slot == 0) {
            l->settled = true;
            if (s->settled_count * 2 >= s->slot_room || settle(s, l->thing, at) == NULL) {
                s->left += s->heap_count + 1;
                break;
            }
            slot = *slot_of(s, l->thing);
        }
        rc = hw_walk_acts(s->w, l->thing, &kind, &flags, s->err);
        if (rc == HW_OK && !is_end(kind, s->forward)) {
            bool by_key = (flags & HW_THING_BROKER) != 0;
            rc = expand(s, at, &s->settled[slot - 1], by_key, kind == HW_ENTITY_ARTIFACT);
        }
    }
    if (rc == HW_E_LIMIT) {
        s->left += s->heap_count;
        rc = HW_OK; /* what was found stands; what was not expanded is said */
    }
    return rc;
}
