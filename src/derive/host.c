/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/host.c -- one machine, several names.
 *
 * A name is not identity: machines are renamed. What the estate says comes first. Failing that, two
 * names of one scope are one machine when the machine's part of Sysmon's process ids is the same
 * and in every channel the record numbers of the second name go on where those of the first
 * stopped: clones share the first, but not the rest.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

enum { FEW = 2000 }; /* records that a change of name may lose */

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

static void move_one(struct world *w, struct when *at)
{
    at->host = latest(w, at->host);
}

/* Everything said of a host is of the one it became. Called before any thing of a host is made. */
static void move(struct world *w)
{
    bool any = false;
    for (uint32_t i = 1; i < w->hosts.count; i++) {
        any = any || host_at(w, i)->is != 0;
    }
    if (any) {
        each_when(w, move_one);
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

struct trail {           /* of one host in one channel */
    uint32_t host, next; /* next of the same host, 0: none */
    text_id channel;
    uint64_t first, last;
    int64_t from, to;
};

struct trails {
    struct vec list;
    uint32_t *of;      /* by host: its first trail */
    uint32_t *machine; /* by host: the machine's part of its process ids, 0: none */
};

/* {b34bc01c-6dc1-...}: the first eight digits are the machine's. */
static uint32_t machine_of(struct hw_span guid)
{
    uint8_t b[4];
    return guid.n > 9 && guid.p[0] == '{' && hw_hex_decode(hw_span_cut(guid, 1, 8), b, 4)
               ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]
               : 0;
}

/* The trail of a record: a new one is as long as the record. */
static struct trail *trail_of(struct world *w, struct trails *t, uint32_t host,
                              const struct event *e)
{
    uint32_t i = t->of[host];
    while (i != 0 && AT(struct trail, &t->list, i)->channel != e->channel) {
        i = AT(struct trail, &t->list, i)->next;
    }
    if (i == 0 && (i = vec_add(w, &t->list)) != 0) {
        *AT(struct trail, &t->list, i) =
            (struct trail){host, t->of[host], e->channel, e->number, e->number, e->at, e->at};
        t->of[host] = i;
    }
    return AT(struct trail, &t->list, i);
}

static void follow_trails(struct world *w, struct trails *t)
{
    for (uint32_t i = 1; i < w->actors.count; i++) {
        const struct actor *p = AT(struct actor, &w->actors, i);
        uint32_t h = latest(w, p->host), machine = machine_of(text_span(w, p->guid));
        t->machine[h] = t->machine[h] == 0 ? machine : t->machine[h];
    }
    for (uint32_t i = 1; i < w->events.count && w->rc == HW_OK; i++) {
        const struct event *e = AT(struct event, &w->events, i);
        uint32_t h = latest(w, e->host);
        if (t->machine[h] == 0 || e->at == HW_TIME_NONE || e->number == 0) {
            continue;
        }
        struct trail *x = trail_of(w, t, h, e);
        x->first = e->number < x->first ? e->number : x->first;
        x->last = e->number > x->last ? e->number : x->last;
        x->from = e->at < x->from ? e->at : x->from;
        x->to = e->at > x->to ? e->at : x->to;
    }
}

/* In every channel that both names have, the second goes on within a few numbers of where the first
 * stopped. Not to the number: records of one moment are not written in its order. */
static bool goes_on(const struct trails *t, uint32_t a, uint32_t b)
{
    bool any = false;
    for (uint32_t i = t->of[a]; i != 0; i = AT(const struct trail, &t->list, i)->next) {
        const struct trail *x = AT(const struct trail, &t->list, i);
        for (uint32_t k = t->of[b]; k != 0; k = AT(const struct trail, &t->list, k)->next) {
            const struct trail *y = AT(const struct trail, &t->list, k);
            if (x->channel != y->channel) {
                continue;
            }
            bool before =
                x->first < y->first && x->last < y->last && x->to <= hw_time_add(y->from, MINUTE);
            uint64_t apart = x->last < y->first ? y->first - x->last : x->last - y->first;
            if (!before || apart > FEW) {
                return false;
            }
            any = true;
        }
    }
    return any;
}

static void renamed(struct world *w)
{
    struct trails t = {.list = {.each = sizeof(struct trail)},
                       .of = calloc(w->hosts.count, sizeof *t.of),
                       .machine = calloc(w->hosts.count, sizeof *t.machine)};
    (void)vec_add(w, &t.list);
    if (t.of == NULL || t.machine == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for names of machines"));
    } else {
        follow_trails(w, &t);
    }
    for (uint32_t a = 1; a < w->hosts.count && w->rc == HW_OK; a++) {
        for (uint32_t b = 1; t.of[a] != 0 && b < w->hosts.count; b++) {
            if (a != b && t.machine[a] == t.machine[b] && host_at(w, a)->is == 0 &&
                host_at(w, a)->scope == host_at(w, b)->scope && goes_on(&t, a, b)) {
                become(w, a, b);
            }
        }
    }
    vec_free(&t.list);
    free(t.of);
    free(t.machine);
}

int join_hosts(struct world *w)
{
    declared(w);
    renamed(w);
    move(w);
    return w->rc;
}
