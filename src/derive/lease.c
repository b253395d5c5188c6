/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/lease.c -- who had which address when: VPN sessions, DHCP, the estate, and the machines'
 * own records.
 *
 * An address is no machine: it belongs to one for a while. A gateway's assignment is the strongest
 * word, then a lease, then what records of a machine bear, then what the estate declares.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "derive/reach.h"
#include "derive/room.h"

#define LONGEST_VPN_NS (2 * DAY)
#define LEASE_NS DAY
#define OWN_NS (2 * HOUR)

/* ---- addresses ---- */

uint32_t address_thing(struct world *w, text_id scope, text_id ip)
{
    bool open = hw_address_is_public(text_span(w, ip));
    uint32_t t = thing_of(w, HW_ENTITY_ADDRESS, open ? text_print(w, "internet") : scope, ip, ip);
    thing_at(w, t)->flags |= open ? HW_THING_OUTSIDE : 0U;
    return t;
}

/* ---- holders ---- */

static int compare(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;
    return x->scope != y->scope ? (x->scope < y->scope ? -1 : 1)
           : x->ip != y->ip     ? (x->ip < y->ip ? -1 : 1)
           : x->lo != y->lo     ? (x->lo < y->lo ? -1 : 1)
           : x->why != y->why   ? (x->why < y->why ? -1 : 1)
                                : (x->thing > y->thing) - (x->thing < y->thing);
}

static void hold(struct world *w, struct holder h)
{
    if (h.ip == 0 || h.thing == 0) {
        return;
    }
    uint32_t i = vec_add(w, &w->holders);
    *AT(struct holder, &w->holders, i) = h;
}

static unsigned strength(const struct holder *h)
{
    return h->why == HW_WHY_LEASE ? 3 : h->why == HW_WHY_ADDRESS ? 2 : 1;
}

/* How far a machine's own records speak beyond themselves. */
static struct reach_item span_of(const struct holder *h)
{
    int64_t reach = h->why == HW_WHY_ADDRESS ? OWN_NS : 0;
    return (struct reach_item){.lo = h->lo > HW_TIME_MIN + reach ? h->lo - reach : h->lo,
                               .hi = h->hi < HW_TIME_MAX - reach ? h->hi + reach : h->hi};
}

const struct holder *holder_of(struct world *w, text_id scope, text_id ip, struct when at)
{
    const struct holder *best = NULL;
    if (w->holding == NULL) {
        return NULL;
    }
    struct reach_ask r = reach_from(w->holding, reach_key(scope, ip, 0), at.lo, at.hi);
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        const struct holder *h = AT(struct holder, &w->holders, i);
        if (h->scope != scope || h->ip != ip) {
            continue;
        }
        /* Of two equals the later lease has taken the address over. */
        if (best == NULL || strength(h) > strength(best) ||
            (strength(h) == strength(best) && h > best)) {
            best = h;
        }
    }
    return best;
}

static void settle_holders(struct world *w)
{
    w->holding = calloc(1, sizeof *w->holding);
    if (w->holding == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for addresses"));
        return;
    }
    for (uint32_t i = 1; i < w->holders.count; i++) {
        const struct holder *h = AT(struct holder, &w->holders, i);
        struct reach_item s = span_of(h);
        reach_add(w, w->holding, reach_key(h->scope, h->ip, 0), s.lo, s.hi, i);
    }
    (void)!reach_settle(w, w->holding);
}

void leases_done(struct world *w)
{
    if (w->holding != NULL) {
        reach_free(w->holding);
    }
    if (w->ending != NULL) {
        reach_free(w->ending);
    }
    free(w->holding);
    free(w->ending);
}

/* ---- VPN and DHCP ---- */

static int compare_leases(const void *a, const void *b)
{
    const struct lease *x = a, *y = b;
    return x->at.t != y->at.t ? (x->at.t < y->at.t ? -1 : 1)
                              : (x->at.event > y->at.event) - (x->at.event < y->at.event);
}

enum by { BY_IP, BY_SESSION, BY_ACCOUNT, BY_COUNT };

static uint64_t end_key(const struct lease *l, enum by by)
{
    text_id what = by == BY_IP ? l->ip : by == BY_SESSION ? l->session : l->account;
    return reach_key(what, (uint32_t)by, l->kind);
}

void order_leases(struct world *w)
{
    if (w->leases.count > 2) {
        qsort(AT(struct lease, &w->leases, 1), w->leases.count - 1, sizeof(struct lease),
              compare_leases);
    }
    w->ending = w->ending != NULL ? w->ending : calloc(1, sizeof *w->ending);
    if (w->ending == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for leases"));
        return;
    }
    reach_free(w->ending);
    for (uint32_t i = 1; i < w->leases.count; i++) {
        const struct lease *l = AT(struct lease, &w->leases, i);
        for (unsigned by = 0; by < BY_COUNT; by++) {
            /* In the order of the list itself, which is that of time. */
            reach_add(w, w->ending, end_key(l, (enum by)by), i, i, i);
        }
    }
    (void)!reach_settle(w, w->ending);
}

static text_id scope_of_event(struct world *w, uint32_t event)
{
    const struct event *e = AT(struct event, &w->events, event);
    return AT(struct log, &w->logs, e->log)->scope;
}

/* Does b end what a began? */
static bool ends(const struct lease *a, const struct lease *b)
{
    if (b->kind != a->kind) {
        return false;
    }
    if (b->action == 2) {
        return a->session != 0 && b->session != 0 ? a->session == b->session
               : a->ip != 0 && b->ip != 0         ? a->ip == b->ip
                                                  : a->account == b->account && a->account != 0;
    }
    return a->ip != 0 && a->ip == b->ip; /* given to somebody else */
}

/* The end by the log's own clock: what it says, what ends it, or the longest there is. */
int64_t lease_end(struct world *w, uint32_t i)
{
    const struct lease *a = AT(struct lease, &w->leases, i);
    int64_t longest = a->at.t + (a->kind == HW_HAPPENED_LEASE ? LEASE_NS : LONGEST_VPN_NS);
    if (a->action == 0) {
        return a->until != 0 ? a->until : a->at.t;
    }
    uint32_t first = w->leases.count;
    for (unsigned by = 0; by < BY_COUNT; by++) {
        struct reach_ask r = reach_from(w->ending, end_key(a, (enum by)by), i + 1LL, first - 1LL);
        for (uint32_t k = reach_next(&r); k != 0; k = reach_next(&r)) {
            const struct lease *b = AT(struct lease, &w->leases, k);
            if (b->at.t > longest) {
                break;
            }
            bool again = b->action != 2 && b->account == a->account && b->device == a->device;
            if (ends(a, b) && !again) {
                first = k;
                break;
            }
        }
    }
    return first < w->leases.count ? AT(struct lease, &w->leases, first)->at.t : longest;
}

/* The same, as late as the clock allows. */
static int64_t end_of(struct world *w, uint32_t i)
{
    const struct lease *a = AT(struct lease, &w->leases, i);
    return hw_time_add(lease_end(w, i), hw_time_since(a->at.hi, a->at.t));
}

/* A record that repeats what is already known of a running session (its configuration comes in
 * several) begins none. */
static bool repeats(struct world *w, uint32_t i)
{
    const struct lease *b = AT(struct lease, &w->leases, i);
    struct reach_ask r = reach_back(w->ending, end_key(b, BY_IP), i - 1LL);
    for (uint32_t k = reach_before(&r); k != 0; k = reach_before(&r)) {
        const struct lease *a = AT(struct lease, &w->leases, k);
        if (hw_time_since(b->at.t, a->at.t) > 5 * MINUTE) {
            break;
        }
        if (a->kind == b->kind && a->action != 2 && a->ip == b->ip && a->account == b->account &&
            a->device == b->device) {
            return true;
        }
    }
    return false;
}

static void vpn(struct world *w, uint32_t i)
{
    struct lease l = *AT(struct lease, &w->leases, i);
    text_id scope = scope_of_event(w, l.at.event);
    text_id account = account_is(w, scope, l.account);
    int64_t until = end_of(w, i);
    struct when span = {l.at.lo, until, l.at.event, l.at.host};
    if (l.action == 2 || l.ip == 0 || repeats(w, i)) {
        return;
    }
    text_id key =
        text_print(w, "vpn|%s|%s|%lld", text_str(w, account), text_str(w, l.ip), (long long)l.at.t);
    text_id name = text_print(w, "VPN session of %s", text_str(w, account));
    uint32_t s = thing_of(w, HW_ENTITY_SESSION, scope, key, name);
    thing_at(w, s)->native = l.session;
    thing_at(w, s)->host = host_thing(w, l.at.host);
    struct edge_how who = {HW_VERB_LOGGED_ON, HW_OBSERVED, HW_WHY_RECORD, HW_EDGE_CONTEXT};
    edge_add(w, account_thing(w, l.at.host, scope, account), s, who, l.at);
    uint32_t device = host_of(w, scope, text_span(w, l.device));
    who.why = HW_WHY_DEVICE;
    who.flags = 0;
    edge_add(w, host_thing(w, device), s, who, l.at);
    who.why = HW_WHY_RECORD;
    who.flags = device != 0 ? HW_EDGE_CONTEXT : 0;
    edge_add(w, address_thing(w, scope, l.src), s, who, l.at);
    hold(w, (struct holder){scope, l.ip, device, s, l.at.lo, until, l.at.event, 1, HW_WHY_LEASE,
                            HW_OBSERVED});
    edge_add(w, s, address_thing(w, scope, l.ip),
             (struct edge_how){HW_VERB_CONNECTED, HW_OBSERVED, HW_WHY_LEASE, HW_EDGE_HOLDS}, span);
}

static void dhcp(struct world *w, uint32_t i)
{
    struct lease l = *AT(struct lease, &w->leases, i);
    text_id scope = scope_of_event(w, l.at.event);
    uint32_t h = host_of(w, scope, text_span(w, l.name));
    if (h == 0 || l.action == 2) {
        return;
    }
    hold(w, (struct holder){scope, l.ip, h, host_thing(w, h), l.at.lo, end_of(w, i), l.at.event, 1,
                            HW_WHY_LEASE, HW_OBSERVED});
}

/* ---- what machines' own records bear ---- */

static int compare_own(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;
    return x->scope != y->scope ? (x->scope < y->scope ? -1 : 1)
           : x->ip != y->ip     ? (x->ip < y->ip ? -1 : 1)
           : x->host != y->host ? (x->host < y->host ? -1 : 1)
                                : (x->lo > y->lo) - (x->lo < y->lo);
}

struct place { /* an end of a connection of a host */
    uint32_t host;
    text_id ip;
};

/* Some recorders turn the ends of a connection round, so a far address looks like the machine's
 * own. Of two machines that bear one address at one time the one that bears it more often has
 * it. */
static bool outdone(const struct vec *v, uint32_t i, uint32_t kept)
{
    const struct holder *h = AT(const struct holder, v, i);
    for (int step = -1; step <= 1; step += 2) {
        for (int64_t k = (int64_t)i + step; k >= 1 && k < (int64_t)kept; k += step) {
            const struct holder *o = AT(const struct holder, v, k);
            if (o->scope != h->scope || o->ip != h->ip) {
                break;
            }
            if (o->host != h->host && o->count > h->count && o->lo <= h->hi && h->lo <= o->hi) {
                return true;
            }
        }
    }
    return false;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return x->host != y->host ? (x->host < y->host ? -1 : 1) : (x->ip > y->ip) - (x->ip < y->ip);
}

/* By host, the address that stands at one end of most of its connections: its own, whichever end
 * the recorder says. The caller frees it; NULL when memory is short. */
static text_id *usual_addresses(struct world *w)
{
    size_t n = 0, room = 2 * (size_t)w->flows.count;
    struct place *p = malloc((room + 1) * sizeof *p);
    text_id *out = calloc(w->hosts.count, sizeof *out);
    uint32_t *best = calloc(w->hosts.count, sizeof *best);
    for (uint32_t i = 1; p != NULL && i < w->flows.count; i++) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        if (!f->sensor && f->at.host != 0 && f->src != f->dst) {
            p[n++] = (struct place){f->at.host, f->src};
            p[n++] = (struct place){f->at.host, f->dst};
        }
    }
    if (p == NULL || out == NULL || best == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for addresses"));
        n = 0;
    }
    if (n > 0) {
        qsort(p, n, sizeof *p, compare_places);
    }
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i + 1; k < n && compare_places(&p[i], &p[k]) == 0; k++) {
        }
        if (p[i].ip != 0 && k - i > best[p[i].host]) {
            best[p[i].host] = (uint32_t)(k - i);
            out[p[i].host] = p[i].ip;
        }
    }
    free(p);
    free(best);
    return out;
}

static void own_addresses(struct world *w)
{
    struct vec v = {.each = sizeof(struct holder)};
    text_id *usual = usual_addresses(w);
    (void)vec_add(w, &v);
    for (uint32_t i = 1; i < w->flows.count && w->rc == HW_OK; i++) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        text_id own = f->initiated ? f->src : f->dst, far = f->initiated ? f->dst : f->src;
        own = far != 0 && far == usual[f->at.host] ? far : own; /* the ends are turned round */
        if (f->sensor || f->at.host == 0 || own == 0 || f->at.lo == HW_TIME_NONE ||
            !f->known_side || hw_span_ends(text_span(w, own), ".255")) {
            continue;
        }
        uint32_t k = vec_add(w, &v);
        f = AT(struct flow, &w->flows, i);
        *AT(struct holder, &v, k) = (struct holder){.scope = host_at(w, f->at.host)->scope,
                                                    .ip = own,
                                                    .host = f->at.host,
                                                    .lo = f->at.lo,
                                                    .hi = f->at.hi,
                                                    .event = f->at.event,
                                                    .why = HW_WHY_ADDRESS};
    }
    if (v.count > 2) {
        qsort(AT(struct holder, &v, 1), v.count - 1, sizeof(struct holder), compare_own);
    }
    uint32_t kept = 1;
    for (uint32_t i = 1; i < v.count && w->rc == HW_OK;) {
        struct holder h = *AT(struct holder, &v, i);
        uint32_t k = i + 1;
        for (; k < v.count; k++) {
            const struct holder *n = AT(struct holder, &v, k);
            if (n->scope != h.scope || n->ip != h.ip || n->host != h.host ||
                n->lo > hw_time_add(h.hi, DAY)) {
                break;
            }
            h.hi = n->hi > h.hi ? n->hi : h.hi;
        }
        h.count = k - i;
        *AT(struct holder, &v, kept++) = h;
        i = k;
    }
    for (uint32_t i = 1; i < kept && w->rc == HW_OK; i++) {
        struct holder h = *AT(struct holder, &v, i);
        if (!outdone(&v, i, kept)) {
            h.thing = host_thing(w, h.host);
            hold(w, h);
        }
    }
    free(usual);
    free(v.p);
}

static void declared_addresses(struct world *w)
{
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        if (c.kind != HW_HAPPENED_DECLARED || !hw_span_is(text_span(w, c.a), "host-address")) {
            continue;
        }
        text_id scope = c.c != 0 ? c.c : scope_of_event(w, c.at.event);
        uint32_t h = host_of(w, scope, text_span(w, c.b));
        int64_t lo = HW_TIME_MIN, hi = HW_TIME_MAX;
        (void)!hw_time_parse(text_span(w, c.e), &lo);
        (void)!hw_time_parse(text_span(w, c.f), &hi);
        hold(w, (struct holder){scope, address_of(w, text_span(w, c.d)), h, host_thing(w, h), lo,
                                hi, c.at.event, 1, HW_WHY_ESTATE, HW_CLAIMED});
    }
}

static void hold_edges(struct world *w)
{
    for (uint32_t i = 1; i < w->holders.count && w->rc == HW_OK; i++) {
        struct holder h = *AT(struct holder, &w->holders, i);
        if (thing_at(w, h.thing)->kind != HW_ENTITY_HOST) {
            continue;
        }
        edge_add(w, h.thing, address_thing(w, h.scope, h.ip),
                 (struct edge_how){HW_VERB_CONNECTED,
                                   h.why == HW_WHY_ESTATE ? HW_CLAIMED : HW_OBSERVED, h.why,
                                   HW_EDGE_HOLDS},
                 (struct when){h.lo, h.hi, h.event, h.host});
    }
}

int join_leases(struct world *w)
{
    order_leases(w);
    int rc = set_gateways(w);
    order_leases(w);
    for (uint32_t i = 1; i < w->leases.count && rc == HW_OK && w->rc == HW_OK; i++) {
        if (AT(struct lease, &w->leases, i)->kind == HW_HAPPENED_VPN_SESSION) {
            vpn(w, i);
        } else {
            dhcp(w, i);
        }
    }
    own_addresses(w);
    declared_addresses(w);
    if (w->holders.count > 2) {
        qsort(AT(struct holder, &w->holders, 1), w->holders.count - 1, sizeof(struct holder),
              compare);
    }
    settle_holders(w);
    hold_edges(w);
    return w->rc;
}
