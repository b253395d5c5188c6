/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/flow.c -- connections: who spoke with which address, and both ends joined by their socket.
 */
#include "base/text.h"
#include "derive/room.h"

/* A pair of addresses and ports comes again when the port does; not within this. */
#define SOCKET_NS (2 * MINUTE)

static uint64_t pair_key(const struct flow *f)
{
    return reach_key(f->src, f->dst, (uint32_t)f->src_port << 16 | f->dst_port);
}

static bool same_pair(const struct flow *a, const struct flow *b)
{
    return a->src == b->src && a->dst == b->dst && a->src_port == b->src_port &&
           a->dst_port == b->dst_port;
}

/* The far end of a flow, by its socket: joined where both hosts recorded it. */
static void join_ends(struct world *w, const struct reach *taken, const struct flow *a)
{
    struct reach_ask r = reach_from(taken, pair_key(a), hw_time_add(a->at.lo, -SOCKET_NS),
                                    hw_time_add(a->at.hi, SOCKET_NS));
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        struct flow b = *AT(struct flow, &w->flows, i);
        if (b.at.host == a->at.host || !same_pair(a, &b) ||
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
    struct reach taken = {0};
    for (uint32_t i = 1; i < w->flows.count; i++) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        if (!f->initiated && !f->sensor) {
            reach_add(w, &taken, pair_key(f), f->at.lo, f->at.hi, i);
        }
    }
    bool ready = reach_settle(w, &taken);
    for (uint32_t i = 1; i < w->flows.count && ready && w->rc == HW_OK; i++) {
        struct flow f = *AT(struct flow, &w->flows, i);
        if (f.proc == 0) {
            continue;
        }
        to_address(w, &f);
        if (f.initiated && f.src_port != 0) {
            join_ends(w, &taken, &f);
        }
    }
    reach_free(&taken);
    names(w);
    return w->rc;
}
