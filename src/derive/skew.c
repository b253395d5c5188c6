/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/skew.c -- machines whose clock is off, found by pairs of records of one moment on two
 * machines.
 *
 * Witnesses: a log-on and the domain controller's ticket, or the use of credentials elsewhere, with
 * the same GUID; the two ends of a connection; a connection as the sensor saw it; a log-on and the
 * connection from its address and port. A pair of addresses and ports counts where either side has
 * it once only, so that no window of time is needed and a clock that is off by months is found as
 * well as one that is off by a minute. Two machines agree on the most frequent difference, when
 * enough pairs show it; from the clock with the most witnesses (a sensor, or the best connected
 * machine) the rest are set.
 */
#include <stdlib.h>

#include "base/grow.h"
#include "base/text.h"
#include "derive/room.h"

enum { ENOUGH = 3, SENSOR = 0 };
#define AGREE_NS (2 * SECOND)
#define ONCE_NS (20 * SECOND) /* as far apart as two logs of one machine tell one connection */
#define WORTH_NS (2 * SECOND) /* smaller differences lie within the intervals */

struct pair { /* of hosts, a < b */
    uint32_t a, b;
    int64_t d; /* b's clock less a's */
};

struct pairs {
    struct pair *p;
    size_t count, room;
};

static void add(struct world *w, struct pairs *v, struct when x, struct when y, bool sensor)
{
    uint32_t a = sensor ? SENSOR : x.host, b = y.host;
    if (a == b || b == SENSOR || x.t == HW_TIME_NONE || y.t == HW_TIME_NONE ||
        (!sensor && (a == SENSOR || host_at(w, a)->scope != host_at(w, b)->scope))) {
        return;
    }
    if (HW_GROW(v->p, v->count, v->room, HW_GROW_MOST) != HW_OK) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to compare clocks"));
        return;
    }
    int64_t d = hw_time_since(y.t, x.t);
    v->p[v->count++] = a < b ? (struct pair){a, b, d} : (struct pair){b, a, -d};
}

/* ---- witnesses ---- */

enum side { OPENED, TAKEN, SEEN, LOGGED };

struct end { /* one record of a connection */
    text_id src, dst;
    uint32_t ports;
    uint8_t side;
    struct when at;
};

static int compare_ends(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    return x->src != y->src       ? (x->src < y->src ? -1 : 1)
           : x->ports != y->ports ? (x->ports < y->ports ? -1 : 1)
           : x->side != y->side   ? (int)x->side - (int)y->side
           : x->at.t != y->at.t   ? (x->at.t < y->at.t ? -1 : 1)
                                  : (x->at.event > y->at.event) - (x->at.event < y->at.event);
}

/* Two records of a connection by one machine (two of its logs, say): the one that knows its moment
 * better, or NULL when they are of two connections. */
static const struct end *better(const struct end *x, const struct end *y)
{
    int64_t apart =
        x->at.t < y->at.t ? hw_time_since(y->at.t, x->at.t) : hw_time_since(x->at.t, y->at.t);
    if (x->at.host != y->at.host || apart > ONCE_NS) {
        return NULL;
    }
    return hw_time_since(y->at.hi, y->at.lo) < hw_time_since(x->at.hi, x->at.lo) ? y : x;
}

/* The records of one source address and port: each side that is there once only is paired. */
static void pair_up(struct world *w, struct pairs *v, const struct end *e, size_t n)
{
    const struct end *one[4] = {NULL, NULL, NULL, NULL};
    bool many[4] = {false, false, false, false};
    for (size_t i = 0; i < n; i++) {
        uint8_t side = e[i].side;
        one[side] = one[side] == NULL ? &e[i] : many[side] ? one[side] : better(one[side], &e[i]);
        many[side] = many[side] || one[side] == NULL;
        one[side] = one[side] == NULL ? &e[i] : one[side];
    }
    for (unsigned i = 0; i < 4; i++) {
        one[i] = many[i] ? NULL : one[i];
    }
    if (one[SEEN] != NULL) {
        for (unsigned i = 0; i < 4; i++) {
            if (i != SEEN && one[i] != NULL) {
                add(w, v, one[SEEN]->at, one[i]->at, true);
            }
        }
    }
    for (unsigned i = TAKEN; i < 4; i++) {
        if (i != SEEN && one[OPENED] != NULL && one[i] != NULL) {
            add(w, v, one[OPENED]->at, one[i]->at, false);
        }
    }
}

static void sockets(struct world *w, struct pairs *v)
{
    size_t n = 0, room = (size_t)w->flows.count + w->logons.count;
    struct end *e = malloc((room + 1) * sizeof *e);
    if (e == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to compare clocks"));
        return;
    }
    for (uint32_t i = 1; i < w->flows.count; i++) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        if (f->src != 0 && f->src_port >= 1024 && f->at.t != HW_TIME_NONE) {
            e[n++] = (struct end){f->src, f->dst, f->src_port,
                                  f->sensor      ? SEEN
                                  : f->initiated ? OPENED
                                                 : TAKEN,
                                  f->at};
        }
    }
    for (uint32_t i = 1; i < w->logons.count; i++) {
        const struct logon *l = AT(struct logon, &w->logons, i);
        if (l->src != 0 && l->src_port >= 1024 && l->at.t != HW_TIME_NONE) {
            e[n++] = (struct end){l->src, 0, l->src_port, LOGGED, l->at};
        }
    }
    qsort(e, n, sizeof *e, compare_ends);
    for (size_t i = 0; i < n;) {
        size_t k = i + 1;
        while (k < n && e[k].src == e[i].src && e[k].ports == e[i].ports) {
            k++;
        }
        pair_up(w, v, e + i, k - i);
        i = k;
    }
    free(e);
}

struct guid {
    text_id guid;
    struct when at;
    bool logon;
};

static int compare_guids(const void *a, const void *b)
{
    const struct guid *x = a, *y = b;
    return x->guid != y->guid     ? (x->guid < y->guid ? -1 : 1)
           : x->logon != y->logon ? (x->logon ? -1 : 1)
                                  : (x->at.t > y->at.t) - (x->at.t < y->at.t);
}

static void guids(struct world *w, struct pairs *v)
{
    size_t n = 0, room = (size_t)w->logons.count + w->tickets.count + w->explicits.count;
    struct guid *g = malloc((room + 1) * sizeof *g);
    if (g == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to compare clocks"));
        return;
    }
    for (uint32_t i = 1; i < w->logons.count; i++) {
        const struct logon *l = AT(struct logon, &w->logons, i);
        g[n++] = (struct guid){l->guid, l->at, true};
    }
    for (uint32_t i = 1; i < w->tickets.count; i++) {
        const struct ticket *t = AT(struct ticket, &w->tickets, i);
        g[n++] = (struct guid){t->guid, t->at, false};
    }
    for (uint32_t i = 1; i < w->explicits.count; i++) {
        const struct explicit_logon *x = AT(struct explicit_logon, &w->explicits, i);
        g[n++] = (struct guid){x->guid, x->at, false};
    }
    qsort(g, n, sizeof *g, compare_guids);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && g[i].logon && g[i].guid != 0 && g[k].guid == g[i].guid;
             k++) {
            if (!g[k].logon) {
                add(w, v, g[k].at, g[i].at, false);
            }
        }
    }
    free(g);
}

/* ---- agreement ---- */

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->a != y->a   ? (x->a < y->a ? -1 : 1)
           : x->b != y->b ? (x->b < y->b ? -1 : 1)
                          : (x->d > y->d) - (x->d < y->d);
}

struct accord { /* of two hosts */
    uint32_t a, b, count;
    int64_t d;
};

/* The difference that most pairs share, within two seconds: the middle of the fullest stretch. */
static bool agree(const struct pair *p, size_t n, struct accord *out)
{
    size_t best = 0, from = 0, lo = 0;
    for (size_t hi = 0; hi < n; hi++) {
        while (p[hi].d - p[lo].d > 2 * AGREE_NS) {
            lo++;
        }
        if (hi - lo + 1 > best) {
            best = hi - lo + 1;
            from = lo;
        }
    }
    *out = (struct accord){p[0].a, p[0].b, (uint32_t)best, p[from + best / 2].d};
    return best >= ENOUGH && best * 2 > n;
}

static size_t accords(struct pairs *v, struct accord *out)
{
    size_t n = 0;
    qsort(v->p, v->count, sizeof *v->p, compare_pairs);
    for (size_t i = 0; i < v->count;) {
        size_t k = i + 1;
        while (k < v->count && v->p[k].a == v->p[i].a && v->p[k].b == v->p[i].b) {
            k++;
        }
        n += agree(v->p + i, k - i, &out[n]);
        i = k;
    }
    return n;
}

/* ---- setting clocks ---- */

static void shift_one(struct world *w, struct when *at)
{
    int64_t by = at->t == HW_TIME_NONE ? 0 : host_at(w, at->host)->skew;
    at->lo = hw_time_add(at->lo, by);
    at->hi = hw_time_add(at->hi, by);
    at->t = hw_time_add(at->t, by);
}

/* One pass over all records sets all machines right. */
static void shift(struct world *w)
{
    each_when(w, shift_one);
    for (uint32_t i = 1; i < w->procs.count; i++) {
        struct proc *p = AT(struct proc, &w->procs, i);
        int64_t by = p->lo == HW_TIME_NONE ? 0 : host_at(w, p->host)->skew;
        p->lo = hw_time_add(p->lo, by);
        p->hi = hw_time_add(p->hi, by);
        p->seen_lo = hw_time_add(p->seen_lo, by);
        p->seen_hi = hw_time_add(p->seen_hi, by);
    }
    for (uint32_t i = 1; i < w->events.count; i++) {
        struct event *e = AT(struct event, &w->events, i);
        e->at += e->at == HW_TIME_NONE ? 0 : host_at(w, e->host)->skew;
    }
}

/* The accords that reach from clocks that are set to others, the surest first, and where each
 * clock's own accords stand. */
struct frontier {
    const struct accord *a;
    uint32_t *heap, *of, *from; /* of: accords by clock; from: where a clock's begin */
    size_t count;
    bool *set;
};

static bool surer(const struct frontier *f, uint32_t x, uint32_t y)
{
    return f->a[x].count != f->a[y].count ? f->a[x].count > f->a[y].count : x < y;
}

static void push(struct frontier *f, uint32_t x)
{
    size_t at = f->count++;
    for (; at > 0 && surer(f, x, f->heap[(at - 1) / 2]); at = (at - 1) / 2) {
        f->heap[at] = f->heap[(at - 1) / 2];
    }
    f->heap[at] = x;
}

static uint32_t pop(struct frontier *f)
{
    uint32_t top = f->heap[0], last = f->heap[--f->count];
    size_t at = 0;
    for (size_t child = 1; child < f->count; child = 2 * at + 1) {
        child += child + 1 < f->count && surer(f, f->heap[child + 1], f->heap[child]);
        if (!surer(f, f->heap[child], last)) {
            break;
        }
        f->heap[at] = f->heap[child];
        at = child;
    }
    f->heap[at] = last;
    return top;
}

static void settle(struct frontier *f, uint32_t clock)
{
    f->set[clock] = true;
    for (uint32_t i = f->from[clock]; i < f->from[clock + 1]; i++) {
        const struct accord *a = &f->a[f->of[i]];
        if (!f->set[a->a] || !f->set[a->b]) {
            push(f, f->of[i]);
        }
    }
}

/* Fills `of` and `from`, and gives the clock to begin with. */
static uint32_t by_clock(struct world *w, struct frontier *f, size_t n)
{
    uint64_t most = 0, *weight = calloc(w->hosts.count, sizeof *weight);
    uint32_t start = SENSOR, *next = calloc(w->hosts.count, sizeof *next);
    if (weight == NULL || next == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to compare clocks"));
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        weight[f->a[i].a] += f->a[i].count;
        weight[f->a[i].b] += f->a[i].count;
        f->from[f->a[i].a + 1]++;
        f->from[f->a[i].b + 1]++;
    }
    for (uint32_t h = 0; n > 0 && h < w->hosts.count; h++) {
        next[h] = f->from[h];
        f->from[h + 1] += f->from[h];
        if (weight[SENSOR] == 0 && weight[h] > most) {
            most = weight[h];
            start = h;
        }
    }
    for (size_t i = 0; i < n; i++) {
        f->of[next[f->a[i].a]++] = (uint32_t)i;
        f->of[next[f->a[i].b]++] = (uint32_t)i;
    }
    free(weight);
    free(next);
    return start;
}

/* From the clock with the most witnesses outwards, the surest accord first. */
static void spread(struct world *w, const struct accord *a, size_t n)
{
    struct frontier f = {.a = a,
                         .heap = calloc(2 * n + 1, sizeof *f.heap),
                         .of = calloc(2 * n + 1, sizeof *f.of),
                         .from = calloc((size_t)w->hosts.count + 1, sizeof *f.from),
                         .set = calloc(w->hosts.count, sizeof *f.set)};
    if (f.heap == NULL || f.of == NULL || f.from == NULL || f.set == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to compare clocks"));
    } else if (n > 0) {
        uint32_t start = by_clock(w, &f, n);
        settle(&f, start);
    }
    while (w->rc == HW_OK && f.count > 0) {
        const struct accord *best = &a[pop(&f)];
        if (f.set[best->a] && f.set[best->b]) {
            continue;
        }
        bool forth = f.set[best->a];
        uint32_t known = forth ? best->a : best->b, other = forth ? best->b : best->a;
        int64_t base = known == SENSOR ? 0 : host_at(w, known)->skew;
        host_at(w, other)->skew = base - (forth ? best->d : -best->d);
        host_at(w, other)->witnesses = best->count;
        settle(&f, other);
    }
    free(f.heap);
    free(f.of);
    free(f.from);
    free(f.set);
}

static void tell(struct world *w, uint32_t h)
{
    const struct host x = *host_at(w, h);
    int64_t seconds = (x.skew < 0 ? -x.skew : x.skew) / SECOND;
    uint32_t i = vec_add(w, &w->gaps);
    struct gap g = {
        .what = text_print(w, "clock"),
        .log = x.shown,
        .says = text_print(w,
                           "its clock was %lld s %s, by %u pairs of records; its times are set "
                           "right",
                           (long long)seconds, x.skew < 0 ? "ahead" : "behind", x.witnesses),
        .host = h,
        .from = HW_TIME_NONE,
        .to = HW_TIME_NONE};
    *AT(struct gap, &w->gaps, i) = g;
}

int repair_clocks(struct world *w)
{
    struct pairs v = {0};
    sockets(w, &v);
    guids(w, &v);
    struct accord *a = v.count == 0 ? NULL : malloc(v.count * sizeof *a);
    if (a != NULL && w->rc == HW_OK) {
        spread(w, a, accords(&v, a));
    }
    bool any = false;
    for (uint32_t h = 1; h < w->hosts.count && w->rc == HW_OK; h++) {
        struct host *x = host_at(w, h);
        if (x->skew > WORTH_NS || x->skew < -WORTH_NS) {
            tell(w, h);
            any = true;
        } else {
            x->skew = 0;
        }
    }
    if (any) {
        shift(w);
    }
    free(a);
    free(v.p);
    return w->rc;
}
