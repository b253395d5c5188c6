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

/* Everything said of host `from` is of host `to`. Called before any thing of a host is made. */
static void become(struct world *w, uint32_t from, uint32_t to)
{
    struct vec *lists[] = {&w->flows,    &w->logons, &w->explicits, &w->tickets,
                           &w->services, &w->shares, &w->deeds,     &w->leases};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        for (uint32_t i = 1; i < lists[k]->count; i++) {
            struct when *at = (struct when *)(void *)(lists[k]->p + (size_t)i * lists[k]->each);
            at->host = at->host == from ? to : at->host;
        }
    }
    for (uint32_t i = 1; i < w->events.count; i++) {
        struct event *e = AT(struct event, &w->events, i);
        e->host = e->host == from ? to : e->host;
    }
    for (uint32_t i = 1; i < w->procs.count; i++) {
        struct proc *p = AT(struct proc, &w->procs, i);
        p->host = p->host == from ? to : p->host;
    }
    for (uint32_t i = 1; i < w->actors.count; i++) {
        struct actor *a = AT(struct actor, &w->actors, i);
        a->host = a->host == from ? to : a->host;
    }
    struct host *f = host_at(w, from), *t = host_at(w, to);
    t->has_records = t->has_records || f->has_records;
    if (f->first != HW_TIME_NONE) {
        host_saw(w, to, f->first, f->last);
    }
    f->has_records = false;
    f->is = to;
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

static size_t trails(struct world *w, struct trail *t, size_t room)
{
    size_t n = 0, last = 0;
    for (uint32_t i = 1; i < w->procs.count; i++) {
        const struct proc *p = AT(struct proc, &w->procs, i);
        const struct event *e = AT(struct event, &w->events, p->event);
        uint32_t machine = machine_of(text_span(w, p->guid));
        if (machine == 0 || p->event == 0 || p->lo == HW_TIME_NONE || e->number == 0) {
            continue;
        }
        if (n == 0 || t[last].host != p->host || t[last].machine != machine ||
            t[last].channel != e->channel) {
            for (last = 0; last < n; last++) {
                if (t[last].host == p->host && t[last].machine == machine &&
                    t[last].channel == e->channel) {
                    break;
                }
            }
        }
        if (last == n) {
            if (n == room) {
                break;
            }
            t[n++] =
                (struct trail){p->host, machine, e->channel, e->number, e->number, p->lo, p->hi};
            continue;
        }
        struct trail *x = &t[last];
        x->first = e->number < x->first ? e->number : x->first;
        x->last = e->number > x->last ? e->number : x->last;
        x->from = p->lo < x->from ? p->lo : x->from;
        x->to = p->hi > x->to ? p->hi : x->to;
    }
    return n;
}

static void renamed(struct world *w)
{
    enum { ROOM = 100000 };
    struct trail *t = malloc(ROOM * sizeof *t);
    if (t == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for machines' names"));
        return;
    }
    size_t n = trails(w, t, ROOM);
    qsort(t, n, sizeof *t, compare);
    for (size_t i = 1; i < n && w->rc == HW_OK; i++) {
        struct trail *a = &t[i - 1], *b = &t[i];
        if (a->machine == b->machine && a->channel == b->channel && a->host != b->host &&
            host_at(w, a->host)->scope == host_at(w, b->host)->scope && a->to < b->from &&
            host_at(w, a->host)->last < host_at(w, b->host)->first && a->last < b->first &&
            host_at(w, a->host)->is == 0) {
            become(w, a->host, b->host);
            a->host = b->host;
        }
    }
    free(t);
}

int join_hosts(struct world *w)
{
    declared(w);
    renamed(w);
    return w->rc;
}
