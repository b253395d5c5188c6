/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/touched.h"

#include "ask/room.h"
#include "base/grow.h"

static int no_memory(struct hw_toucher *t)
{
    return hw_fail(t->err, HW_E_MEMORY, "no memory for what machines did");
}

bool hw_edge_list_add(struct hw_arena *arena, struct hw_edge_list *l, uint32_t n,
                      const struct hw_edge *e)
{
    if (HW_GROW_IN(arena, l->p, l->count, l->room, HW_GROW_MOST) != HW_OK) {
        return false;
    }
    l->p[l->count].n = n;
    l->p[l->count++].e = *e;
    return true;
}

int hw_touch_edges(struct hw_toucher *t, uint32_t thing, bool forth, struct hw_edge_list *out)
{
    struct hw_edge e;
    uint32_t n;
    out->count = 0;
    int rc = forth ? hw_walk_forth(t->w, thing, t->err) : hw_walk_back(t->w, thing, t->err);
    while (rc == HW_OK && (rc = hw_walk_next(t->w, &n, &e, t->err)) == HW_ROW) {
        rc = HW_OK;
        if (e.lo > t->as_of) {
            continue;
        }
        if (!hw_edge_list_add(t->arena, out, n, &e)) {
            return no_memory(t);
        }
    }
    return rc;
}

int hw_because_edge(const struct hw_toucher *t, struct hw_why **why, struct hw_span says,
                    uint32_t edge)
{
    struct hw_edge_place p;
    struct hw_source s = {.path = {NULL, 0}};
    int rc = hw_walk_place(t->w, edge, &p, t->err);
    if (rc == HW_OK && p.source > 0) { /* 0: examined software, which has no log */
        rc = hw_walk_source(t->w, p.source, &s, t->err);
    }
    if (rc == HW_OK) {
        hw_because_record(t->arena, why, says, hw_span_keep(t->arena, s.path), p.number, p.off);
    }
    return rc;
}

static int host_of(struct hw_toucher *t, uint32_t n, uint32_t *out)
{
    struct hw_thing thing = {.host = UINT32_MAX};
    int rc = hw_walk_thing(t->w, n, &thing, t->err);
    *out = rc != HW_OK ? UINT32_MAX : thing.kind == HW_ENTITY_HOST ? n : thing.host;
    return rc;
}

static int touch(struct hw_toucher *t, uint32_t who, enum hw_touch_how how, uint32_t n,
                 const struct hw_edge *e, hw_touch_each *each, void *state)
{
    struct hw_touch out = {.who = who, .edge = n, .lo = e->lo, .hi = e->hi, .how = how};
    int rc = host_of(t, who, &out.host);
    return rc != HW_OK ? rc : each(state, &out);
}

static int runs(struct hw_toucher *t, uint32_t thing, hw_touch_each *each, void *state)
{
    int rc = hw_touch_edges(t, thing, true, &t->file);
    for (size_t i = 0; i < t->file.count && rc == HW_OK; i++) {
        const struct hw_edge e = t->file.p[i].e;
        if (e.verb == HW_VERB_RAN || e.verb == HW_VERB_LOADED) {
            rc = touch(t, e.object, HW_TOUCH_RAN, t->file.p[i].n, &e, each, state);
        }
    }
    return rc;
}

int hw_touched_bytes(struct hw_toucher *t, uint32_t artifact, hw_touch_each *each, void *state)
{
    int rc = hw_touch_edges(t, artifact, true, &t->bytes);
    for (size_t i = 0; i < t->bytes.count && rc == HW_OK; i++) {
        const struct hw_edge e = t->bytes.p[i].e;
        if (e.verb == HW_VERB_INSTALLED || e.verb == HW_VERB_IS) {
            rc = touch(t, e.object, HW_TOUCH_HAS, t->bytes.p[i].n, &e, each, state);
        }
        if (e.verb == HW_VERB_IS && rc == HW_OK) {
            rc = runs(t, e.object, each, state);
        }
    }
    return rc != HW_OK ? rc : runs(t, artifact, each, state);
}

int hw_touched_place(struct hw_toucher *t, uint32_t place, hw_touch_each *each, void *state)
{
    int rc = HW_OK;
    for (unsigned way = 0; way < 2 && rc == HW_OK; way++) {
        rc = hw_touch_edges(t, place, way == 0, &t->bytes);
        for (size_t i = 0; i < t->bytes.count && rc == HW_OK; i++) {
            const struct hw_edge e = t->bytes.p[i].e;
            if (e.verb == HW_VERB_CONNECTED || e.verb == HW_VERB_RESOLVED ||
                e.verb == HW_VERB_DOWNLOADED) {
                rc = touch(t, way == 0 ? e.object : e.subject, HW_TOUCH_SPOKE, t->bytes.p[i].n, &e,
                           each, state);
            }
        }
    }
    return rc;
}
