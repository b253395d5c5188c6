/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/log_walk.h"

#include <stdlib.h>
#include <string.h>

enum { BOUNDS = 8 };

struct log_bounds { /* of one layout */
    struct hw_bound *p;
    size_t count;
};

struct taking {
    struct log_walk *w;
    log_walk_each *each;
    void *state;
};

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for layouts");
}

int log_walk_init(struct log_walk *w, struct hw_error *err)
{
    w->scratch = calloc(BOUNDS, sizeof *w->scratch);
    return w->scratch == NULL ? no_memory(err) : hw_layouts_init(&w->known, err);
}

static void forget(struct log_walk *w)
{
    for (uint32_t i = 0; i < w->known.count && i < w->room; i++) {
        free(w->layouts[i].p);
        w->layouts[i] = (struct log_bounds){.count = 0};
    }
    hw_layouts_clear(&w->known);
}

void log_walk_done(struct log_walk *w)
{
    hw_layouts_done(&w->known);
    free(w->layouts);
    free(w->scratch);
}

static int take_layout(struct log_walk *w, const struct hw_fact *f, struct hw_error *err)
{
    size_t count;
    int rc = hw_layouts_add(&w->known, f, &count, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct log_bounds *l = hw_layouts_beside(&w->known, w->layouts, &w->room, sizeof *l);
    if (l == NULL) {
        return no_memory(err);
    }
    w->layouts = l;
    l += w->known.count - 1;
    *l = (struct log_bounds){.count = hw_bind(hw_fact_get(f, HW_LAYOUT_SOURCE),
                                              hw_fact_get(f, HW_LAYOUT_LOG),
                                              hw_fact_get(f, HW_LAYOUT_EVENT), w->known.names,
                                              count, w->scratch, BOUNDS)};
    if (l->count > 0) {
        l->p = malloc(l->count * sizeof *l->p);
        if (l->p == NULL) {
            l->count = 0;
            return no_memory(err);
        }
        memcpy(l->p, w->scratch, l->count * sizeof *l->p);
    }
    return HW_OK;
}

static int take_record(void *state, const struct hw_record *rec)
{
    const struct taking *t = state;
    const struct log_bounds *l = &t->w->layouts[rec->layout];
    int rc = HW_OK;
    for (size_t i = 0; i < l->count && rc == HW_OK; i++) {
        const struct hw_bound *b = &l->p[i];
        bool tells = b->kind != HW_HAPPENED_DECLARED && b->kind != HW_HAPPENED_LOST;
        rc = tells && hw_bound_holds(b, rec->values) ? t->each(t->state, b, rec) : HW_OK;
    }
    return rc;
}

int log_walk(struct log_walk *w, struct hw_asking *q, const struct hw_artifact_row *log,
             log_walk_each *each, void *state, struct hw_error *err)
{
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    struct taking t = {w, each, state};
    int rc = hw_case_facts(q->c, log->reading, log->node, HW_FACT_LAYOUT, HW_FACT_EVENTS, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = row.fact.kind == HW_FACT_LAYOUT
                 ? take_layout(w, &row.fact, err)
                 : hw_layouts_each(&w->known, &row.fact, take_record, &t, err);
    }
    hw_cursor_free(k);
    forget(w);
    return hw_log_read(q, log->path, rc, err);
}
