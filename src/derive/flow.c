/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/flow.c -- connections: who spoke with which address, and both ends joined by their socket.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

/* A pair of addresses and ports comes again when the port does; not within this. */
#define SOCKET_NS (2 * MINUTE)

static _Thread_local struct world *sorting;

static int compare(const void *a, const void *b)
{
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct flow *x = AT(struct flow, &sorting->flows, i);
    const struct flow *y = AT(struct flow, &sorting->flows, k);
    return x->src != y->src             ? (x->src < y->src ? -1 : 1)
           : x->src_port != y->src_port ? (x->src_port < y->src_port ? -1 : 1)
           : x->dst != y->dst           ? (x->dst < y->dst ? -1 : 1)
           : x->dst_port != y->dst_port ? (x->dst_port < y->dst_port ? -1 : 1)
           : x->at.lo != y->at.lo       ? (x->at.lo < y->at.lo ? -1 : 1)
                                        : (i > k) - (i < k);
}

struct flow_range flows_from(struct world *w, text_id src, uint16_t port)
{
    uint32_t lo = 0, n = w->flows.count - 1, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct flow *f = AT(struct flow, &w->flows, w->flows_by_pair[mid]);
        if (f->src < src || (f->src == src && f->src_port < port)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    uint32_t end = lo;
    while (end < n) {
        const struct flow *f = AT(struct flow, &w->flows, w->flows_by_pair[end]);
        if (f->src != src || f->src_port != port) {
            break;
        }
        end++;
    }
    return (struct flow_range){w->flows_by_pair + lo, end - lo};
}

static bool same_pair(const struct flow *a, const struct flow *b)
{
    return a->src == b->src && a->dst == b->dst && a->src_port == b->src_port &&
           a->dst_port == b->dst_port;
}

/* The far end of a flow, by its socket: joined where both hosts recorded it. */
static void join_ends(struct world *w, const struct flow *a)
{
    struct flow_range r = flows_from(w, a->src, a->src_port);
    for (size_t i = 0; i < r.count; i++) {
        struct flow b = *AT(struct flow, &w->flows, r.p[i]);
        if (b.initiated || b.sensor || b.at.host == a->at.host || !same_pair(a, &b) ||
            !overlaps(a->at, b.at, SOCKET_NS) ||
            host_at(w, b.at.host)->scope != host_at(w, a->at.host)->scope) {
            continue;
        }
        bool broker = proc_get(w, b.proc)->broker || proc_get(w, a->proc)->broker;
        edge_add(w, proc_thing(w, a->proc), proc_thing(w, b.proc),
                 (struct edge_how){HW_VERB_CONNECTED, HW_KEYED, HW_WHY_SOCKET,
                                   broker ? HW_EDGE_CONTEXT : 0},
                 a->at);
    }
}

static void to_address(struct world *w, const struct flow *f)
{
    const struct host *h = host_at(w, f->at.host);
    text_id far = f->initiated ? f->dst : f->src;
    uint32_t p = proc_thing(w, f->proc);
    uint32_t a = far != 0 ? address_thing(w, h->scope, far) : 0;
    struct edge_how how = {HW_VERB_CONNECTED, HW_OBSERVED, HW_WHY_RECORD, HW_EDGE_CONTEXT};
    if (!f->initiated && far != 0) { /* who came from a machine that sends no records */
        const struct holder *from = holder_of(w, h->scope, far, f->at);
        bool known = from != NULL && from->host != 0 && host_at(w, from->host)->has_records;
        how.flags = known ? HW_EDGE_CONTEXT : 0;
    }
    if (f->initiated) {
        edge_add(w, p, a, how, f->at);
    } else {
        edge_add(w, a, p, how, f->at);
    }
    struct hw_span name = text_span(w, f->dst_name);
    if (f->initiated && name.n > 0 && hw_span_find(name, '.') < name.n) {
        how.verb = HW_VERB_RESOLVED;
        edge_add(w, p, thing_of(w, HW_ENTITY_DOMAIN, 0, f->dst_name, f->dst_name), how, f->at);
    }
}

static void names(struct world *w)
{
    for (uint32_t i = 1; i < w->deeds.count && w->rc == HW_OK; i++) {
        struct deed d = *AT(struct deed, &w->deeds, i);
        if (d.kind == HW_HAPPENED_DNS && d.a != 0) {
            text_id name = text_lower(w, text_span(w, d.a));
            edge_add(
                w, proc_thing(w, d.proc), thing_of(w, HW_ENTITY_DOMAIN, 0, name, name),
                (struct edge_how){HW_VERB_RESOLVED, HW_OBSERVED, HW_WHY_RECORD, HW_EDGE_CONTEXT},
                d.at);
        }
    }
}

int join_flows(struct world *w)
{
    uint32_t n = w->flows.count - 1;
    w->flows_by_pair = malloc(((size_t)n + 1) * sizeof *w->flows_by_pair);
    if (w->flows_by_pair == NULL) {
        return world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to order connections"));
    }
    for (uint32_t i = 0; i < n; i++) {
        w->flows_by_pair[i] = i + 1;
    }
    sorting = w;
    qsort(w->flows_by_pair, n, sizeof *w->flows_by_pair, compare);
    for (uint32_t i = 1; i <= n && w->rc == HW_OK; i++) {
        struct flow f = *AT(struct flow, &w->flows, i);
        if (f.proc == 0) {
            continue;
        }
        to_address(w, &f);
        if (f.initiated && f.src_port != 0) {
            join_ends(w, &f);
        }
    }
    names(w);
    return w->rc;
}
