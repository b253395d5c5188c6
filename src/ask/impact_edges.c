/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_edges.c -- all edges of the graph, looked at once for all chapters: inventories and
 * what is seen of machines at once, log-ons and what was written kept for later.
 */
#include "ask/impacting.h"

static int keep(struct impacting *x, struct hw_edge_list *l, uint32_t n, const struct hw_edge *e)
{
    if (!hw_edge_list_add(x->a->arena, l, n, e)) {
        return impacting_no_memory(x);
    }
    return HW_OK;
}

static void see(struct impacting *x, uint32_t host, enum hw_sight_kind kind)
{
    if (host != UINT32_MAX) {
        x->seen[host] |= (uint8_t)(1U << kind);
    }
}

static int one(struct impacting *x, uint32_t n, const struct hw_edge *e)
{
    const struct hw_acts *subject = &x->q.acts[e->subject], *object = &x->q.acts[e->object];
    uint32_t host = subject->kind == HW_ENTITY_HOST ? e->subject : subject->host;
    switch ((int)e->verb) {
    case HW_VERB_INSTALLED:
        see(x, e->object, HW_SIGHT_ARTIFACT);
        return affecting_inventory(&x->q, e);
    case HW_VERB_RESOLVED:
    case HW_VERB_CONNECTED:
        see(x, host, HW_SIGHT_NETWORK);
        return HW_OK;
    case HW_VERB_LOGGED_ON:
        return object->kind == HW_ENTITY_SESSION ? keep(x, &x->logons, n, e) : HW_OK;
    case HW_VERB_WROTE:
        return object->kind == HW_ENTITY_ARTIFACT && subject->host != UINT32_MAX
                   ? keep(x, &x->written, n, e)
                   : HW_OK;
    case HW_VERB_RAN:
    case HW_VERB_CONTROLS:
        x->acted[e->subject] |= subject->kind == HW_ENTITY_SESSION;
        return HW_OK;
    default:
        return HW_OK;
    }
}

/* What lies, runs and logs on there is a thing of that machine. */
static void see_things(struct impacting *x)
{
    for (uint64_t n = 0; n <= x->q.things; n++) {
        const struct hw_acts *a = &x->q.acts[n];
        if (a->host != UINT32_MAX && a->first_ns <= x->ask->as_of) {
            see(x,
                a->kind == HW_ENTITY_FILE || a->kind == HW_ENTITY_PROCESS ||
                        a->kind == HW_ENTITY_SESSION
                    ? a->host
                    : UINT32_MAX,
                a->kind == HW_ENTITY_FILE      ? HW_SIGHT_ARTIFACT
                : a->kind == HW_ENTITY_PROCESS ? HW_SIGHT_ENDPOINT
                                               : HW_SIGHT_IDENTITY);
        }
    }
}

int impact_edges(struct impacting *x)
{
    struct hw_edge e;
    uint32_t n;
    x->q.since = x->a->since;
    x->q.inventoried = true;
    see_things(x);
    int rc = hw_walk_verb(x->q.w, HW_VERB_NONE, x->err);
    while (rc == HW_OK && (rc = hw_walk_next(x->q.w, &n, &e, x->err)) == HW_ROW) {
        rc = e.lo > x->ask->as_of ? HW_OK : one(x, n, &e);
    }
    return rc;
}
