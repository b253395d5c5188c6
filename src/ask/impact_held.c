/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_held.c -- which machines, accounts and keys were, or could have been, in a stranger's
 * hand, and since when.
 *
 * It begins with machines that ran the payload, with what led to it (the trace back), or with the
 * target itself. From there by what was to be had:
 *   on a held machine    whoever works there, or did in the weeks before (profiles, stored log-ons,
 *                        tokens: ATT&CK T1003, T1539, T1555); a log-on over the network leaves
 *                        nothing there, so it counts only where it ran something
 *   from a held machine  sessions to others (T1021), each with its account
 *   by a held session    its machine, where it ran something, an administrator opened it, or what
 *                        is made there reaches others: builds, signatures, sources
 *   by a held account    such machines, wherever its sessions came from, and the keys it controls
 * Each is held from the moment it could be had. What records show being used from a held machine is
 * told apart from what only could be.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/impact_sessions.h"
#include "ask/impacting.h"
#include "ask/look.h"
#include "base/grow.h"
#include "base/time.h"

#define STORED_NS (30 * HW_LOOK_DAY) /* how long log-ons are taken to be kept on a machine */
#define ROLES (HW_THING_BUILD | HW_THING_SIGNING | HW_THING_SOURCE)

enum { WAY = 3 };

struct holding {
    struct impacting *x;
    struct sessions s;
    struct hw_edge_list keys;
    uint32_t at; /* being looked at */
    int64_t since;
};

/* ---- what is yet to be looked at, the longest held first ----
 *
 * Nothing is held longer than what led to it. So whatever is taken from the front is final, and is
 * looked at again only if records show more of it: cycles end, and a long way costs its length. */

static bool before(const struct waiting *a, const struct waiting *b)
{
    return a->since != b->since ? a->since < b->since : a->n < b->n;
}

static int queue_put(struct impacting *x, uint32_t n, int64_t since)
{
    struct waiting_room *q = &x->to_look;
    struct waiting now = {since, n};
    if (HW_GROW_IN(x->a->arena, q->p, q->count, q->room, HW_GROW_MOST) != HW_OK) {
        return impacting_no_memory(x);
    }
    size_t at = q->count++;
    for (; at > 0 && before(&now, &q->p[(at - 1) / 2]); at = (at - 1) / 2) {
        q->p[at] = q->p[(at - 1) / 2];
    }
    q->p[at] = now;
    return HW_OK;
}

static struct waiting queue_take(struct waiting_room *q)
{
    struct waiting first = q->p[0], last = q->p[--q->count];
    size_t at = 0;
    for (size_t next = 1; next < q->count; next = at * 2 + 1) {
        next += next + 1 < q->count && before(&q->p[next + 1], &q->p[next]);
        if (!before(&q->p[next], &last)) {
            break;
        }
        q->p[at] = q->p[next];
        at = next;
    }
    q->p[at] = last;
    return first;
}

int impact_hold(struct impacting *x, uint32_t thing, int64_t since, struct hold_as as)
{
    struct hold *h = &x->holds[thing];
    since = since == HW_TIME_MIN ? HW_TIME_NONE : since; /* how an edge without a date begins */
    if (since > impact_until(x) || (h->held && h->since <= since && (h->as.shown || !as.shown))) {
        return HW_OK;
    }
    if (!h->held || since < h->since) {
        bool before = h->as.shown;
        h->since = since;
        h->as = as;
        h->as.shown = before;
    }
    if (!h->held) {
        int rc = numbers_add(x, &x->all_held, thing);
        if (rc != HW_OK) {
            return rc;
        }
    }
    h->held = true;
    h->as.shown = h->as.shown || as.shown;
    return queue_put(x, thing, since);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- a machine ---- */

static int on_machine(void *state, const struct session *s, const struct came *came)
{
    struct holding *g = state;
    struct hw_thing t;
    (void)came;
    bool works = !s->came;
    if (s->account == UINT32_MAX || s->first > g->x->ask->as_of) {
        return HW_OK;
    }
    if (!s->acted && !works) {
        return HW_OK;
    }
    int rc = hw_walk_thing(g->x->q.w, s->account, &t, g->x->err);
    if (rc != HW_OK || !look_is_somebody(&t)) {
        return rc;
    }
    int64_t last = s->last == HW_TIME_NONE ? s->first : s->last;
    if (last >= g->since) { /* there with it */
        return impact_hold(g->x, s->account, later(g->since, s->first),
                           (struct hold_as){g->at, s->account_edge, HOLD_WORKED, false});
    }
    bool kept = last >= hw_time_add(g->since, -STORED_NS);
    return kept ? impact_hold(g->x, s->account, g->since,
                              (struct hold_as){g->at, s->account_edge, HOLD_STORED, false})
                : HW_OK;
}

static int from_here(void *state, const struct session *s, const struct came *came)
{
    struct holding *g = state;
    if (came->hi < g->since) {
        return HW_OK;
    }
    return impact_hold(g->x, s->n, later(came->lo, g->since),
                       (struct hold_as){g->at, came->edge, HOLD_OPENED, true});
}

struct through { /* an address, while it was held */
    struct holding *g;
    int64_t lo, hi;
};

static int from_address(void *state, const struct session *s, const struct came *came)
{
    const struct through *t = state;
    return came->hi < t->lo || came->lo > t->hi ? HW_OK : from_here(t->g, s, came);
}

static int keys_from(struct holding *g, const struct hw_edge *had)
{
    struct hw_edge_list *keys = &g->keys;
    int rc = hw_touch_edges(g->x->toucher, had->object, true, keys);
    for (size_t k = 0; k < keys->count && rc == HW_OK; k++) {
        const struct hw_edge *u = &keys->p[k].e;
        bool then = u->verb == HW_VERB_CONNECTED && u->hi >= had->lo && u->lo <= had->hi;
        if (then && g->x->q.acts[u->object].kind == HW_ENTITY_CERTIFICATE) {
            rc = impact_hold(g->x, u->object, later(g->since, had->lo),
                             (struct hold_as){g->at, keys->p[k].n, HOLD_ASKED, u->hi >= g->since});
        }
    }
    return rc;
}

/* Addresses that it had, and what came from them; keys that were asked for from there. */
static int by_address(struct holding *g)
{
    struct hw_edge_list *of = &g->x->edges;
    int rc = hw_touch_edges(g->x->toucher, g->at, true, of);
    for (size_t i = 0; i < of->count && rc == HW_OK; i++) {
        const struct hw_edge *e = &of->p[i].e;
        if (e->verb != HW_VERB_CONNECTED || (e->flags & HW_EDGE_HOLDS) == 0 || e->hi < g->since) {
            continue;
        }
        struct through t = {g, e->lo, e->hi};
        rc = sessions_from(&g->s, e->object, from_address, &t);
        rc = rc != HW_OK ? rc : keys_from(g, e);
    }
    return rc;
}

/* ---- a session, an account ---- */

static int session(struct holding *g)
{
    const struct session *s = sessions_get(&g->s, g->at);
    bool shown = g->x->holds[g->at].as.shown;
    int rc = HW_OK;
    struct hw_thing t;
    if (s->account != UINT32_MAX) {
        rc = hw_walk_thing(g->x->q.w, s->account, &t, g->x->err);
        rc = rc == HW_OK && look_is_somebody(&t)
                 ? impact_hold(g->x, s->account, g->since,
                               (struct hold_as){g->at, s->account_edge, HOLD_SESSION, shown})
                 : rc;
    }
    bool its = s->account != UINT32_MAX && rc == HW_OK && (t.flags & HW_THING_ADMIN) != 0;
    if (rc == HW_OK && s->host != UINT32_MAX) {
        rc = hw_walk_thing(g->x->q.w, s->host, &t, g->x->err);
        its = its || (t.flags & ROLES) != 0 || s->acted;
    }
    if (rc == HW_OK && s->host != UINT32_MAX && its) {
        uint32_t edge =
            s->account_edge != UINT32_MAX ? s->account_edge : g->x->holds[g->at].as.edge;
        rc = impact_hold(g->x, s->host, later(g->since, s->first),
                         (struct hold_as){g->at, edge, HOLD_SESSION, shown});
    }
    rc = rc != HW_OK ? rc : sessions_from(&g->s, g->at, from_here, g);
    return rc != HW_OK ? rc : by_address(g);
}

/* Where somebody could have used it, and what is made there reaches others. */
static int of_account(void *state, const struct session *s, const struct came *came)
{
    struct holding *g = state;
    (void)came;
    if (s->first < g->since || s->host == UINT32_MAX) {
        return HW_OK;
    }
    return (g->x->q.acts[s->host].flags & ROLES) != 0
               ? impact_hold(g->x, s->n, s->first,
                             (struct hold_as){g->at, s->account_edge, HOLD_MAY, false})
               : HW_OK;
}

static int keys_of(struct holding *g)
{
    struct hw_edge_list *of = &g->x->edges;
    int rc = hw_touch_edges(g->x->toucher, g->at, true, of);
    for (size_t i = 0; i < of->count && rc == HW_OK; i++) {
        uint32_t object = of->p[i].e.object;
        if (of->p[i].e.verb == HW_VERB_CONTROLS &&
            g->x->q.acts[object].kind == HW_ENTITY_CERTIFICATE) {
            rc = impact_hold(g->x, object, g->since,
                             (struct hold_as){g->at, of->p[i].n, HOLD_CONTROLLED, false});
        }
    }
    return rc;
}

/* ---- from where it begins ---- */

static int ran_there(void *state, const struct hw_touch *t)
{
    struct impacting *x = state;
    if (t->how != HW_TOUCH_RAN || t->host == UINT32_MAX) {
        return HW_OK;
    }
    x->holds[t->host].ran = true;
    return impact_hold(x, t->host, later(t->lo, x->ask->from),
                       (struct hold_as){UINT32_MAX, t->edge, HOLD_BEGAN, true});
}

/* What led to the bytes was held by whoever made them so: each machine of the chain, from its first
 * step there on. */
static int led_to_it(struct impacting *x)
{
    struct hw_trace_answer *t = NULL;
    struct hw_target_list several;
    struct hw_buf id;
    struct hw_trace_ask ask = {.back = true, .as_of = x->ask->as_of};
    hw_buf_init(&id, 64);
    hw_buf_str(&id, x->a->target.id);
    ask.target = hw_buf_span(&id);
    uint32_t ways = 0;
    int rc = hw_trace(x->c, &ask, &t, &several, x->err);
    for (const struct hw_root *r = rc == HW_OK ? t->roots : NULL; r != NULL; r = r->next) {
        ways |= r->principal ? r->ways : 0;
    }
    for (const struct hw_step *s = rc == HW_OK ? t->steps : NULL; s != NULL && rc == HW_OK;
         s = s->next) {
        bool ours = !s->context && !s->forward && (s->ways & ways) != 0 && s->from.host.n > 0 &&
                    strcmp(s->known, hw_known_word(HW_CLAIMED)) != 0 && !s->from.broker &&
                    s->from.host_n <= x->q.things;
        if (ours && (x->ask->from == HW_TIME_NONE || s->lo >= x->ask->from)) {
            rc = impact_hold(x, s->from.host_n, s->lo,
                             (struct hold_as){UINT32_MAX, s->edge, HOLD_BEGAN, true});
        }
    }
    hw_trace_answer_free(t);
    hw_buf_done(&id);
    return rc == HW_E_STATE || rc == HW_E_MISSING ? HW_OK : rc;
}

static int begin(struct impacting *x, uint32_t target)
{
    struct hw_thing t;
    int64_t from = x->ask->from;
    int rc = HW_OK;
    if (target != UINT32_MAX) {
        rc = hw_walk_thing(x->q.w, target, &t, x->err);
        if (rc == HW_OK && (t.kind == HW_ENTITY_HOST || t.kind == HW_ENTITY_ACCOUNT ||
                            t.kind == HW_ENTITY_CERTIFICATE)) {
            x->holds[target].ran = true;
            return impact_hold(x, target, from,
                               (struct hold_as){UINT32_MAX, UINT32_MAX, HOLD_BEGAN, true});
        }
        if (rc == HW_OK && (t.kind == HW_ENTITY_SESSION || t.kind == HW_ENTITY_PROCESS)) {
            uint32_t held = t.kind == HW_ENTITY_PROCESS ? t.host : target;
            if (held == UINT32_MAX) {
                return HW_OK;
            }
            x->holds[held].ran = true;
            return impact_hold(x, held, later(from, t.first_ns),
                               (struct hold_as){UINT32_MAX, UINT32_MAX, HOLD_BEGAN, true});
        }
        bool made = rc == HW_OK && (t.kind == HW_ENTITY_ARTIFACT || t.kind == HW_ENTITY_FILE ||
                                    t.kind == HW_ENTITY_RELEASE);
        rc = made ? led_to_it(x) : rc;
    }
    for (size_t i = 0; i < x->poison.count && rc == HW_OK; i++) {
        rc = hw_touched_bytes(x->toucher, x->poison.p[i], ran_there, x);
    }
    for (size_t i = 0; i < x->second.count && rc == HW_OK; i++) {
        rc = hw_touched_bytes(x->toucher, x->second.p[i], ran_there, x);
    }
    return rc;
}

static int look_further(struct holding *g)
{
    struct impacting *x = g->x;
    int rc = HW_OK;
    while (x->to_look.count > 0 && rc == HW_OK) {
        struct waiting now = queue_take(&x->to_look);
        struct hold *h = &x->holds[now.n];
        if (h->looked && h->looked_shown == h->as.shown && h->looked_since == h->since) {
            continue; /* it was put in again before its turn came */
        }
        h->looked = true;
        h->looked_shown = h->as.shown;
        h->looked_since = h->since;
        g->at = now.n;
        g->since = h->since;
        enum hw_entity kind = x->q.acts[g->at].kind;
        if (kind == HW_ENTITY_HOST) {
            rc = sessions_on(&g->s, g->at, on_machine, g);
            rc = rc != HW_OK ? rc : sessions_from(&g->s, g->at, from_here, g);
            rc = rc != HW_OK ? rc : by_address(g);
        } else if (kind == HW_ENTITY_SESSION && sessions_get(&g->s, g->at) != NULL) {
            rc = session(g);
        } else if (kind == HW_ENTITY_ACCOUNT) {
            rc = sessions_of(&g->s, g->at, of_account, g);
            rc = rc != HW_OK ? rc : keys_of(g);
        }
    }
    return rc;
}

/* ---- in words ---- */

static const struct {
    const char *before, *after;
} hows[] = {
    [HOLD_WORKED] = {"was logged on at ", " while that was held"},
    [HOLD_STORED] = {"had logged on at ", " not long before: its profile, stored log-on or token"},
    [HOLD_OPENED] = {"opened from ", ""},
    [HOLD_SESSION] = {"by ", ""},
    [HOLD_MAY] = {"open to ", ", wherever that logs on from"},
    [HOLD_CONTROLLED] = {"controlled by ", ""},
    [HOLD_ASKED] = {"asked for from ", ""},
};

static int say_beginning(struct impacting *x, struct hw_held *out, const struct hold *h)
{
    struct hw_span none = {NULL, 0};
    if (h->as.edge == UINT32_MAX) {
        hw_because(x->a->arena, &out->why, hw_span_str("it is what was asked about"), none, false,
                   0);
        return HW_OK;
    }
    return hw_because_edge(
        x->toucher, &out->why,
        hw_span_str(h->ran ? "the payload ran there" : "the way to the bytes went through it"),
        h->as.edge);
}

static int say_way(struct impacting *x, struct hw_held *out, uint32_t n)
{
    int rc = HW_OK;
    for (unsigned i = 0; i < WAY && rc == HW_OK; i++) {
        const struct hold *h = &x->holds[n];
        struct hw_end from;
        if (h->as.via == UINT32_MAX || h->as.edge == UINT32_MAX) {
            return say_beginning(x, out, h);
        }
        rc = impacting_end(x, h->as.via, &from);
        bool on = from.host.n > 0 && strcmp(from.kind, "host") != 0;
        struct hw_span says =
            hw_words(x->a->arena, "%s%.*s%s%.*s%s", hows[h->as.how].before, (int)from.name.n,
                     (const char *)from.name.p, on ? " on " : "", on ? (int)from.host.n : 0,
                     (const char *)from.host.p, hows[h->as.how].after);
        rc = rc != HW_OK ? rc : hw_because_edge(x->toucher, &out->why, says, h->as.edge);
        n = h->as.via;
    }
    return rc;
}

static int say(struct impacting *x, uint32_t n, struct hw_held ***tail, unsigned kind)
{
    struct hw_end e;
    struct hw_held *h = hw_arena_alloc(x->a->arena, sizeof *h);
    int rc = h == NULL ? impacting_no_memory(x) : impacting_end(x, n, &e);
    if (rc != HW_OK) {
        return rc;
    }
    *h = (struct hw_held){.n = n,
                          .kind = e.kind,
                          .name = e.name.n > 0 ? e.name : e.key,
                          .org = e.org,
                          .since = x->holds[n].since,
                          .shown = x->holds[n].as.shown,
                          .ran = x->holds[n].ran};
    memcpy(h->id, e.id, sizeof h->id);
    **tail = h;
    *tail = &h->next;
    x->a->held_count[kind]++;
    x->a->held_shown[kind] += h->shown;
    return say_way(x, h, n);
}

struct order {
    uint32_t n;
    unsigned kind;
    int64_t since;
};

static int by_time(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    return x->kind != y->kind     ? (x->kind > y->kind) - (x->kind < y->kind)
           : x->since != y->since ? (x->since > y->since) - (x->since < y->since)
                                  : (x->n > y->n) - (x->n < y->n);
}

static int say_all(struct impacting *x)
{
    static const enum hw_entity kinds[3] = {HW_ENTITY_HOST, HW_ENTITY_ACCOUNT,
                                            HW_ENTITY_CERTIFICATE};
    struct hw_held **tail = &x->a->held;
    size_t count = 0;
    int rc = HW_OK;
    struct order *all = calloc(x->all_held.count + 1, sizeof *all);
    if (all == NULL) {
        return impacting_no_memory(x);
    }
    for (size_t i = 0; i < x->all_held.count; i++) {
        uint32_t n = x->all_held.p[i];
        for (unsigned k = 0; k < 3; k++) {
            if (x->q.acts[n].kind == kinds[k]) {
                all[count++] = (struct order){n, k, x->holds[n].since};
            }
        }
    }
    if (count > 0) {
        qsort(all, count, sizeof *all, by_time);
    }
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = say(x, all[i].n, &tail, all[i].kind);
    }
    free(all);
    return rc;
}

int impact_held(struct impacting *x, uint32_t target)
{
    struct holding g = {.x = x};
    int rc = begin(x, target);
    if (rc == HW_OK && x->to_look.count > 0) {
        rc = sessions_load(&g.s, &x->q, &x->logons, x->acted);
        rc = rc != HW_OK ? rc : look_further(&g);
        sessions_done(&g.s);
    }
    return rc != HW_OK ? rc : say_all(x);
}
