/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/write.c -- from memory to the case: things in the order of their ids, edges in both
 * orders.
 *
 * Rarity is counted over machines, not events: what the same kind of subject does to the same kind
 * of object on many machines is ordinary, and costs a trace more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "derive/room.h"

struct rank {
    uint8_t id[HW_ID_BYTES];
    uint32_t thing;
};

static int compare_ranks(const void *a, const void *b)
{
    return memcmp(a, b, HW_ID_BYTES);
}

struct writing {
    struct world *w;
    struct hw_graph *g;
    struct rank *ranks;
    uint32_t *n_of; /* thing -> number in the case, from 1 */
    struct edge *e; /* as in the case, ordered */
    uint32_t *order;
    uint32_t count;
};

static int rank_things(struct writing *x)
{
    struct world *w = x->w;
    uint32_t n = w->things.count - 1;
    x->ranks = calloc((size_t)n + 1, sizeof *x->ranks);
    x->n_of = calloc((size_t)n + 1, sizeof *x->n_of);
    if (x->ranks == NULL || x->n_of == NULL) {
        return hw_fail(w->err, HW_E_MEMORY, "no memory to order things");
    }
    for (uint32_t i = 1; i <= n; i++) {
        const struct thing *t = thing_at(w, i);
        int rc = hw_entity_id_bytes(t->kind, text_span(w, t->scope), text_span(w, t->key),
                                    x->ranks[i - 1].id, w->err);
        if (rc != HW_OK) {
            return rc;
        }
        x->ranks[i - 1].thing = i;
    }
    qsort(x->ranks, n, sizeof *x->ranks, compare_ranks);
    for (uint32_t i = 0; i < n; i++) {
        x->n_of[x->ranks[i].thing] = i + 1;
    }
    return HW_OK;
}

static int put_sources(struct writing *x)
{
    struct world *w = x->w;
    int rc = HW_OK;
    for (uint32_t i = 1; i < w->logs.count && rc == HW_OK; i++) {
        const struct log *l = AT(struct log, &w->logs, i);
        struct hw_source s = {.node = l->node,
                              .reading = l->reading,
                              .path = text_span(w, l->path),
                              .records = l->records};
        memcpy(s.evidence, l->evidence, 32);
        rc = hw_graph_put_source(x->g, i, &s, w->err);
    }
    return rc;
}

static int put_things(struct writing *x)
{
    struct world *w = x->w;
    int rc = HW_OK;
    for (uint32_t i = 1; i < w->things.count && rc == HW_OK; i++) {
        const struct rank *r = &x->ranks[i - 1];
        const struct thing *t = thing_at(w, r->thing);
        struct hw_thing out = {.kind = t->kind,
                               .scope = text_str(w, t->scope),
                               .key = text_span(w, t->key),
                               .name = text_span(w, t->name),
                               .native = text_span(w, t->native),
                               .host = t->host == 0 ? UINT32_MAX : x->n_of[t->host],
                               .first_ns = t->first,
                               .last_ns = t->last,
                               .flags = t->flags};
        memcpy(out.id, r->id, HW_ID_BYTES);
        rc = hw_graph_put_thing(x->g, i, &out, w->err);
    }
    return rc;
}

static int put_aliases(struct writing *x)
{
    struct world *w = x->w;
    int rc = HW_OK;
    for (uint32_t i = 1; i < w->aliases.count && rc == HW_OK; i++) {
        const struct alias *a = AT(struct alias, &w->aliases, i);
        uint32_t t = thing_known(w, HW_ENTITY_ARTIFACT, 0, a->strong);
        if (t != 0) {
            rc = hw_graph_put_alias(x->g, x->n_of[t], text_span(w, a->weak), w->err);
        }
    }
    return rc;
}

/* ---- rarity ---- */

struct usual {
    uint64_t hash, hosts; /* a bit for each host, folded to 64 */
};

/* What stays of a name when numbers of versions, users and chance are taken out. */
static uint64_t template_of(struct world *w, uint32_t thing, uint64_t seed)
{
    const struct thing *t = thing_at(w, thing);
    struct hw_span s = text_span(
        w, t->kind == HW_ENTITY_PROCESS || t->kind == HW_ENTITY_FILE ? path_base(w, t->name) : 0);
    uint8_t buf[128];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof buf; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (c == ' ' && i + 1 < s.n && s.p[i + 1] == '(') {
            break; /* "(pid 4)" */
        }
        if (!hw_ascii_is_digit(c)) {
            buf[n++] = c;
        }
    }
    return world_hash(buf, n, seed ^ (uint64_t)t->kind << 56);
}

static void weigh(struct writing *x)
{
    enum { BITS = 18 };
    struct world *w = x->w;
    struct usual *u = calloc(1U << BITS, sizeof *u);
    for (int pass = 0; pass < 2 && u != NULL; pass++) {
        for (uint32_t i = 1; i < w->edges.count; i++) {
            struct edge *e = AT(struct edge, &w->edges, i);
            uint64_t h = template_of(w, e->object, template_of(w, e->subject, e->verb));
            struct usual *slot = &u[h & ((1U << BITS) - 1)];
            uint32_t host = thing_at(w, e->object)->host;
            if (pass == 0) {
                slot->hosts |= 1ULL << (world_hash(&host, sizeof host, 9) & 63);
            } else {
                int many = __builtin_popcountll(slot->hosts);
                unsigned bits = 0;
                while (many >>= 1) {
                    bits++;
                }
                e->weight = (uint16_t)(bits * 8);
            }
        }
    }
    free(u);
}

/* ---- edges ---- */

/* What is told is seen by who asks for it only. */
static bool is_seen(const struct edge *e, bool told)
{
    return told || (e->flags & HW_EDGE_TOLD) == 0;
}

/* An end that stands there already when the records begin has nothing before it: going back to it
 * is going nowhere, and the edge says so. A file has something before it when it was written,
 * fetched or marked; bytes, when a file of theirs has; a file that merely lay there, when its
 * bytes have. */
static void mark_ends(struct world *w, bool told)
{
    uint8_t *reach = calloc((size_t)w->things.count + 1, 1);
    if (reach == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to mark ends"));
        return;
    }
    for (uint32_t i = 1; i < w->edges.count; i++) {
        const struct edge *e = AT(struct edge, &w->edges, i);
        bool bytes = e->verb == HW_VERB_IS && (e->known == HW_KEYED || (e->flags & HW_EDGE_TOLD));
        if ((e->flags & HW_EDGE_CONTEXT) == 0 && !bytes && is_seen(e, told)) {
            struct thing *t = thing_at(w, e->object);
            /* What is everybody's was not touched here because somebody elsewhere says so. */
            t->flags |= !told || hw_entity_scoped(t->kind) ? HW_THING_TOUCHED : 0U;
            reach[e->object] = 1;
        }
    }
    for (int round = 0; round < 2; round++) { /* file to bytes, bytes to file */
        for (uint32_t i = 1; i < w->edges.count; i++) {
            const struct edge *e = AT(struct edge, &w->edges, i);
            bool from_file = thing_at(w, e->subject)->kind == HW_ENTITY_FILE;
            if (e->verb == HW_VERB_IS && reach[e->subject] && from_file == (round == 0) &&
                is_seen(e, told)) {
                reach[e->object] = 1;
            }
        }
    }
    for (uint32_t i = 1; i < w->edges.count; i++) {
        struct edge *e = AT(struct edge, &w->edges, i);
        bool to_bytes = e->verb == HW_VERB_IS && thing_at(w, e->object)->kind == HW_ENTITY_ARTIFACT;
        bool before = to_bytes ? (thing_at(w, e->subject)->flags & HW_THING_TOUCHED) != 0
                               : reach[e->subject] != 0;
        e->flags |= !before ? 0 : told ? HW_EDGE_TOLD_SUBJECT : HW_EDGE_SUBJECT;
    }
    free(reach);
}

static int compare_in(const void *a, const void *b, void *state)
{
    const struct edge *all = state;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct edge *x = &all[i], *y = &all[k];
    return x->object != y->object ? (x->object < y->object ? -1 : 1)
           : x->hi != y->hi       ? (x->hi < y->hi ? -1 : 1)
                                  : (i > k) - (i < k);
}

static int compare_out(const void *a, const void *b, void *state)
{
    const struct edge *all = state;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct edge *x = &all[i], *y = &all[k];
    return x->subject != y->subject ? (x->subject < y->subject ? -1 : 1)
           : x->lo != y->lo         ? (x->lo < y->lo ? -1 : 1)
                                    : (i > k) - (i < k);
}

/* Numbers of edges follow content, so that no order of intake shows. */
static int compare_content(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->object != y->object     ? (x->object < y->object ? -1 : 1)
           : x->subject != y->subject ? (x->subject < y->subject ? -1 : 1)
           : x->verb != y->verb       ? (int)x->verb - (int)y->verb
           : x->lo != y->lo           ? (x->lo < y->lo ? -1 : 1)
           : x->hi != y->hi           ? (x->hi < y->hi ? -1 : 1)
           : x->known != y->known     ? (int)x->known - (int)y->known
           : x->why != y->why         ? (int)x->why - (int)y->why
                                      : (x->event > y->event) - (x->event < y->event);
}

/* One act: the same words at the same time, or the one birth of a process by two recorders. */
static bool twice(const struct edge *a, const struct edge *b)
{
    bool birth = a->verb == HW_VERB_SPAWNED || a->verb == HW_VERB_RAN;
    bool then = birth ? a->lo <= b->hi && b->lo <= a->hi : a->lo == b->lo && a->hi == b->hi;
    return a->object == b->object && a->subject == b->subject && a->verb == b->verb && then &&
           a->known == b->known && a->why == b->why;
}

/* Two records, one edge: both are where it stands. */
static void also_from(struct world *w, struct edge *kept, uint32_t other)
{
    uint32_t a = kept->event == other ? 0 : vec_add(w, &w->alsos);
    if (a != 0) {
        const struct event *o = AT(struct event, &w->events, other);
        *AT(struct also, &w->alsos, a) = (struct also){kept->also, o->log, o->number, o->off};
        kept->also = a;
    }
}

static int order_edges(struct writing *x)
{
    struct world *w = x->w;
    x->count = w->edges.count - 1;
    x->e = AT(struct edge, &w->edges, 1);
    x->order = malloc(((size_t)x->count + 1) * sizeof *x->order);
    if (x->order == NULL) {
        return hw_fail(w->err, HW_E_MEMORY, "no memory to order edges");
    }
    for (uint32_t i = 0; i < x->count; i++) {
        x->e[i].subject = x->n_of[x->e[i].subject];
        x->e[i].object = x->n_of[x->e[i].object];
        /* Unknown times reach everywhere. */
        bool known = x->e[i].lo != HW_TIME_NONE;
        x->e[i].lo = known ? x->e[i].lo : HW_TIME_MIN;
        x->e[i].hi = known ? x->e[i].hi : HW_TIME_MAX;
    }
    qsort(x->e, x->count, sizeof *x->e, compare_content);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < x->count; i++) {
        if (kept == 0 || !twice(&x->e[kept - 1], &x->e[i])) {
            x->e[kept++] = x->e[i];
        } else {
            also_from(w, &x->e[kept - 1], x->e[i].event);
        }
    }
    x->count = kept;
    return HW_OK;
}

static int compare_also(const void *a, const void *b)
{
    const struct also *x = a, *y = b;
    return x->log != y->log         ? (x->log < y->log ? -1 : 1)
           : x->number != y->number ? (x->number < y->number ? -1 : 1)
                                    : (x->off > y->off) - (x->off < y->off);
}

/* The records of an edge beside its event's first, each once and in their own order. */
static void pack_also(struct world *w, const struct edge *e, struct hw_buf *out)
{
    enum { TOLD = 64 };
    struct also all[TOLD];
    const struct event *own = AT(struct event, &w->events, e->event);
    struct also first = {0, own->log, own->number, own->off};
    size_t n = 0;
    uint32_t lists[] = {own->also, e->also};
    for (size_t k = 0; k < 2; k++) {
        for (uint32_t a = lists[k]; a != 0 && n < TOLD; a = all[n++].next) {
            all[n] = *AT(struct also, &w->alsos, a);
        }
    }
    if (n > 1) {
        qsort(all, n, sizeof *all, compare_also);
    }
    hw_buf_clear(out);
    for (size_t i = 0; i < n; i++) {
        if (compare_also(&all[i], &first) == 0 ||
            (i > 0 && compare_also(&all[i], &all[i - 1]) == 0)) {
            continue;
        }
        hw_buf_u32le(out, all[i].log);
        hw_buf_u64le(out, all[i].number);
        hw_buf_u64le(out, all[i].off);
    }
}

static int put_places(struct writing *x)
{
    struct world *w = x->w;
    struct hw_buf also;
    int rc = HW_OK;
    hw_buf_init(&also, 1 << 20);
    for (uint32_t i = 0; i < x->count && rc == HW_OK; i++) {
        const struct event *e = AT(struct event, &w->events, x->e[i].event);
        pack_also(w, &x->e[i], &also);
        struct hw_edge_place p = {.why = x->e[i].why,
                                  .source = e->log,
                                  .number = e->number,
                                  .off = e->off,
                                  .also = hw_buf_span(&also)};
        rc = hw_graph_put_place(x->g, i + 1, &p, w->err);
    }
    hw_buf_done(&also);
    return rc;
}

static int put_edges(struct writing *x, int (*compare)(const void *, const void *, void *),
                     int (*put)(struct hw_graph *, uint32_t, const struct hw_edge *,
                                struct hw_error *))
{
    int rc = HW_OK;
    for (uint32_t i = 0; i < x->count; i++) {
        x->order[i] = i;
    }
    qsort_r(x->order, x->count, sizeof *x->order, compare, x->e);
    for (uint32_t i = 0; i < x->count && rc == HW_OK; i++) {
        const struct edge *e = &x->e[x->order[i]];
        struct hw_edge out = {.subject = e->subject,
                              .object = e->object,
                              .lo = e->lo,
                              .hi = e->hi,
                              .verb = (enum hw_verb)e->verb,
                              .known = (enum hw_known)e->known,
                              .flags = e->flags,
                              .weight = e->weight};
        rc = put(x->g, x->order[i] + 1, &out, x->w->err);
    }
    return rc;
}

static int put_gaps(struct writing *x)
{
    struct world *w = x->w;
    int rc = HW_OK;
    for (uint32_t i = 1; i < w->gaps.count && rc == HW_OK; i++) {
        const struct gap *g = AT(struct gap, &w->gaps, i);
        uint32_t host = host_thing(w, g->host);
        struct hw_gap_row out = {.what = text_str(w, g->what),
                                 .log = text_str(w, g->log),
                                 .says = text_str(w, g->says),
                                 .host = host == 0 || host > w->ranked ? UINT32_MAX : x->n_of[host],
                                 .from_ns = g->from,
                                 .to_ns = g->to,
                                 .count = g->count};
        rc = hw_graph_put_gap(x->g, &out, w->err);
    }
    return rc;
}

int write_graph(struct world *w, const uint8_t print[32])
{
    struct writing x = {.w = w};
    for (uint32_t i = 1; i < w->gaps.count; i++) {
        (void)host_thing(w, AT(struct gap, &w->gaps, i)->host); /* before things are ranked */
    }
    world_forget_deeds(w);
    weigh(&x);
    mark_ends(w, /* told= */ false);
    mark_ends(w, /* told= */ true);
    w->ranked = w->things.count - 1;
    int rc = w->rc != HW_OK ? w->rc : rank_things(&x);
    rc = rc != HW_OK ? rc : order_edges(&x);
    rc = rc != HW_OK ? rc : hw_graph_begin(w->c, &x.g, w->err);
    rc = rc != HW_OK ? rc : put_sources(&x);
    rc = rc != HW_OK ? rc : put_things(&x);
    rc = rc != HW_OK ? rc : put_aliases(&x);
    rc = rc != HW_OK ? rc : put_places(&x);
    rc = rc != HW_OK ? rc : put_edges(&x, compare_in, hw_graph_put_in);
    rc = rc != HW_OK ? rc : put_edges(&x, compare_out, hw_graph_put_out);
    rc = rc != HW_OK ? rc : put_gaps(&x);
    rc = rc != HW_OK ? rc : hw_graph_end(x.g, print, w->err);
    w->told->things = w->things.count - 1;
    w->told->edges = x.count;
    hw_graph_free(x.g);
    free(x.ranks);
    free(x.n_of);
    free(x.order);
    return rc != HW_OK ? world_fail(w, rc) : HW_OK;
}
