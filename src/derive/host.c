/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/host.c -- one machine, several names.
 *
 * A name is not identity: machines are renamed. What the estate says comes first. Failing that, two
 * names of one scope are one machine when the machine's part of Sysmon's process ids is the same,
 * one name ends before the other begins, and the record numbers of a channel go on: clones share
 * the first, but not the rest.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

/* From now on host `from` is host `to`; what was said of it is moved later, for all at once. */
static void become(struct world *w, uint32_t from, uint32_t to)
{
    struct host *f = host_at(w, from), *t = host_at(w, to);
    t->has_records = t->has_records || f->has_records;
    if (f->first != HW_TIME_NONE) {
        host_saw(w, to, f->first, f->last);
    }
    f->has_records = false;
    f->is = to;
}

static uint32_t latest(struct world *w, uint32_t h)
{
    for (unsigned i = 0; host_at(w, h)->is != 0 && i < 64; i++) {
        h = host_at(w, h)->is;
    }
    return h;
}

/* Everything said of a host is of the one it became. Called before any thing of a host is made. */
static void move(struct world *w)
{
    struct vec *lists[] = {&w->flows,    &w->logons, &w->explicits, &w->tickets,
                           &w->services, &w->shares, &w->deeds,     &w->leases};
    bool any = false;
    for (uint32_t i = 1; i < w->hosts.count; i++) {
        any = any || host_at(w, i)->is != 0;
    }
    for (size_t k = 0; any && k < sizeof lists / sizeof lists[0]; k++) {
        for (uint32_t i = 1; i < lists[k]->count; i++) {
            struct when *at = (struct when *)(void *)(lists[k]->p + (size_t)i * lists[k]->each);
            at->host = latest(w, at->host);
        }
    }
    for (uint32_t i = 1; any && i < w->events.count; i++) {
        struct event *e = AT(struct event, &w->events, i);
        e->host = latest(w, e->host);
    }
    for (uint32_t i = 1; any && i < w->procs.count; i++) {
        struct proc *p = AT(struct proc, &w->procs, i);
        p->host = latest(w, p->host);
    }
    for (uint32_t i = 1; any && i < w->actors.count; i++) {
        struct actor *a = AT(struct actor, &w->actors, i);
        a->host = latest(w, a->host);
    }
}

static void declared(struct world *w)
{
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        if (c.kind != HW_HAPPENED_DECLARED || !hw_span_is(text_span(w, c.a), "host-alias")) {
            continue;
        }
        uint32_t now = host_of(w, c.c, text_span(w, c.b));
        uint32_t then = host_of(w, c.c, text_span(w, c.d));
        if (now != 0 && then != 0 && now != then) {
            become(w, then, now);
        }
    }
}

struct trail { /* of one host: its machine part and its numbers in a channel */
    uint32_t host, machine;
    text_id channel;
    uint64_t first, last;
    int64_t from, to;
};

struct trails {
    struct vec list;
    struct table table;
    uint32_t last;
};
static _Thread_local struct trails *trails_now;

static int compare(const void *a, const void *b)
{
    const struct trail *x = a, *y = b;
    return x->machine != y->machine   ? (x->machine < y->machine ? -1 : 1)
           : x->channel != y->channel ? (x->channel < y->channel ? -1 : 1)
           : x->from != y->from       ? (x->from < y->from ? -1 : 1)
                                      : (x->host > y->host) - (x->host < y->host);
}

/* {b34bc01c-6dc1-...}: the first eight digits are the machine's. */
static uint32_t machine_of(struct hw_span guid)
{
    uint8_t b[4];
    return guid.n > 9 && guid.p[0] == '{' && hw_hex_decode(hw_span_cut(guid, 1, 8), b, 4)
               ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]
               : 0;
}

static bool trail_same(struct world *w, uint32_t i, const void *key)
{
    const struct trail *a = AT(struct trail, &trails_now->list, i), *b = key;
    (void)w;
    return a->host == b->host && a->machine == b->machine && a->channel == b->channel;
}

static uint64_t trail_mix(const struct trail *t)
{
    uint32_t k[3] = {t->host, t->machine, t->channel};
    return world_hash(k, sizeof k, 13);
}

static uint64_t trail_hash(struct world *w, uint32_t i)
{
    (void)w;
    return trail_mix(AT(struct trail, &trails_now->list, i));
}

/* The trail that this record is of: a new one is as long as the record. */
static struct trail *trail_of(struct world *w, const struct trail *one)
{
    struct trails *t = trails_now;
    if (t->last == 0 || !trail_same(w, t->last, one)) {
        uint32_t *slot = table_find(w, &t->table, trail_mix(one), trail_same, one, trail_hash);
        t->last = slot == NULL ? 0 : *slot;
        if (slot != NULL && *slot == 0) {
            t->last = *slot = vec_add(w, &t->list);
            t->table.used += *slot != 0;
            *AT(struct trail, &t->list, t->last) = *one;
        }
    }
    return AT(struct trail, &t->list, t->last);
}

static void follow_trails(struct world *w)
{
    for (uint32_t i = 1; i < w->procs.count && w->rc == HW_OK; i++) {
        const struct proc *p = AT(struct proc, &w->procs, i);
        const struct event *e = AT(struct event, &w->events, p->event);
        uint32_t machine = machine_of(text_span(w, p->guid));
        if (machine == 0 || p->event == 0 || p->lo == HW_TIME_NONE || e->number == 0) {
            continue;
        }
        struct trail one = {latest(w, p->host), machine, e->channel, e->number,
                            e->number,          p->lo,   p->hi};
        struct trail *x = trail_of(w, &one);
        x->first = e->number < x->first ? e->number : x->first;
        x->last = e->number > x->last ? e->number : x->last;
        x->from = p->lo < x->from ? p->lo : x->from;
        x->to = p->hi > x->to ? p->hi : x->to;
    }
}

static void renamed(struct world *w)
{
    struct trails all = {.list = {.each = sizeof(struct trail)}};
    (void)vec_add(w, &all.list);
    trails_now = &all;
    follow_trails(w);
    trails_now = NULL;
    if (all.list.count > 2) {
        qsort(AT(struct trail, &all.list, 1), all.list.count - 1, sizeof(struct trail), compare);
    }
    for (uint32_t i = 2; i < all.list.count && w->rc == HW_OK; i++) {
        struct trail *a = AT(struct trail, &all.list, i - 1), *b = a + 1;
        if (a->machine == b->machine && a->channel == b->channel && a->host != b->host &&
            host_at(w, a->host)->scope == host_at(w, b->host)->scope && a->to < b->from &&
            host_at(w, a->host)->last < host_at(w, b->host)->first && a->last < b->first &&
            host_at(w, a->host)->is == 0) {
            become(w, a->host, b->host);
            a->host = b->host;
        }
    }
    vec_free(&all.list);
    free(all.table.slot);
}

int join_hosts(struct world *w)
{
    declared(w);
    renamed(w);
    move(w);
    return w->rc;
}
