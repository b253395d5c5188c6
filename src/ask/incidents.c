/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/incidents.c -- findings that are one event, told together.
 *
 * Findings of one machine are one incident; so are those of one organisation that one campaign's
 * publications name, on whichever machines. What is joined so is joined on. Findings below medium,
 * rejected ones and those of the baseline make none and join none. The order of findings does not
 * show: groups are by what findings say of themselves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/room.h"
#include "base/time.h"
#include "fact/id.h"

enum { MET_BYTES = 400 };

struct member {
    struct hw_finding *f;
    struct hw_span machine; /* in lower case, without its domain; else the hash of its evidence */
    struct hw_span name;    /* for people; else where its evidence lies */
    struct hw_span org;
    enum hw_incident_place at;
    size_t head; /* of its group, by union */
};

struct grouping {
    struct hw_asking *q;
    struct member *all;
    size_t *order;
    size_t count;
    struct hw_error *err;
};

/* ---- who belongs together ---- */

static bool makes_one(const struct hw_finding *f)
{
    return f->severity >= HW_MEDIUM && !f->baseline && !hw_is_rejected(f->judged);
}

/* The outermost file of a path: members of one box are one. */
static struct hw_span outermost(struct hw_span path)
{
    for (size_t i = 0; i + 1 < path.n; i++) {
        if (path.p[i] == '!' && path.p[i + 1] == '/') {
            return hw_span_cut(path, 0, i);
        }
    }
    return path;
}

static void name_machine(struct grouping *g, struct member *m)
{
    const struct hw_finding *f = m->f;
    m->name = f->host.n > 0                  ? f->host
              : strcmp(f->kind, "host") == 0 ? f->path
                                             : (struct hw_span){NULL, 0};
    m->at = m->name.n > 0                                         ? HW_AT_MACHINE
            : f->file != NULL || strcmp(f->kind, "artifact") == 0 ? HW_AT_INPUT
                                                                  : HW_AT_SEVERAL;
    if (m->at != HW_AT_MACHINE) { /* by content: where it lies is chance */
        struct hw_buf hex;
        hw_buf_init(&hex, 128);
        if (f->file != NULL) {
            hw_buf_hex(&hex, (struct hw_span){f->file->evidence_sha256, 32});
        } else {
            hw_buf_span_put(&hex, f->key);
        }
        m->name = outermost(f->path);
        m->machine = hw_span_keep(g->q->a->arena, hw_buf_span(&hex));
        hw_buf_done(&hex);
        return;
    }
    m->machine = hw_machine_key(g->q->a->arena, m->name);
}

static int take_all(struct grouping *g)
{
    size_t room = 0;
    for (struct hw_finding *f = g->q->a->findings; f != NULL; f = f->next) {
        room += makes_one(f);
    }
    g->all = calloc(room + 1, sizeof *g->all);
    g->order = calloc(room + 1, sizeof *g->order);
    if (g->all == NULL || g->order == NULL) {
        return hw_fail(g->err, HW_E_MEMORY, "no memory to group findings");
    }
    for (struct hw_finding *f = g->q->a->findings; f != NULL; f = f->next) {
        if (makes_one(f)) {
            struct member *m = &g->all[g->count];
            *m = (struct member){.f = f, .org = f->org, .head = g->count};
            name_machine(g, m);
            if (f->first == HW_TIME_NONE && f->file != NULL && f->file->first_seen != 0) {
                f->first = f->last = f->file->first_seen; /* when it was first met */
            }
            g->order[g->count] = g->count;
            g->count++;
        }
    }
    return HW_OK;
}

static int by_name(const void *a, const void *b, void *state)
{
    const struct member *all = state;
    const struct member *x = &all[*(const size_t *)a], *y = &all[*(const size_t *)b];
    int order = x->at != y->at ? (int)x->at - (int)y->at : hw_span_compare(x->machine, y->machine);
    return order != 0 ? order : hw_span_compare(y->org, x->org); /* nobody's last */
}

/* A record names a machine and seldom whose it is: where one organisation alone has a machine of
 * that name, it is that one. */
static void whose(struct grouping *g)
{
    qsort_r(g->order, g->count, sizeof *g->order, by_name, g->all);
    for (size_t from = 0, to; from < g->count; from = to) {
        const struct member *first = &g->all[g->order[from]];
        bool one = first->at == HW_AT_MACHINE && first->org.n > 0;
        for (to = from; to < g->count; to++) {
            const struct member *m = &g->all[g->order[to]];
            if (m->at != first->at || !hw_span_equal(m->machine, first->machine)) {
                break;
            }
            one = one && (m->org.n == 0 || hw_span_equal(m->org, first->org));
        }
        for (size_t i = from; one && i < to; i++) {
            g->all[g->order[i]].org = first->org;
        }
    }
}

static size_t head(struct grouping *g, size_t i)
{
    while (g->all[i].head != i) {
        g->all[i].head = g->all[g->all[i].head].head;
        i = g->all[i].head;
    }
    return i;
}

static int by_machine(const void *a, const void *b, void *state)
{
    const struct member *all = state;
    const struct member *x = &all[*(const size_t *)a], *y = &all[*(const size_t *)b];
    int order = x->at != y->at ? (int)x->at - (int)y->at : hw_span_compare(x->org, y->org);
    return order != 0 ? order : hw_span_compare(x->machine, y->machine);
}

static int by_campaign(const void *a, const void *b, void *state)
{
    const struct member *all = state;
    const struct member *x = &all[*(const size_t *)a], *y = &all[*(const size_t *)b];
    uint64_t i = x->f->campaign_class, k = y->f->campaign_class;
    return i != k ? (i < k ? -1 : 1) : hw_span_compare(x->org, y->org);
}

/* Neighbours that compare equal are one. */
static void join(struct grouping *g, int (*compare)(const void *, const void *, void *),
                 bool campaigns)
{
    qsort_r(g->order, g->count, sizeof *g->order, compare, g->all);
    for (size_t i = 1; i < g->count; i++) {
        bool of_none = campaigns && g->all[g->order[i]].f->campaign_class == 0;
        if (!of_none && compare(&g->order[i - 1], &g->order[i], g->all) == 0) {
            size_t a = head(g, g->order[i - 1]), b = head(g, g->order[i]);
            g->all[a > b ? a : b].head = a > b ? b : a;
        }
    }
}

/* ---- what they come to ---- */

static void widen(int64_t *first, int64_t *last, const struct hw_finding *f)
{
    if (f->first != HW_TIME_NONE) {
        *first = *first == HW_TIME_NONE || f->first < *first ? f->first : *first;
    }
    if (f->last != HW_TIME_NONE) {
        *last = *last == HW_TIME_NONE || f->last > *last ? f->last : *last;
    }
}

static void add_met(struct grouping *g, struct hw_incident_machine *m, struct hw_span met)
{
    struct hw_buf b;
    if (met.n == 0 || m->met.n + met.n > MET_BYTES ||
        memmem(m->met.p == NULL ? (const void *)"" : m->met.p, m->met.n, met.p, met.n) != NULL) {
        return;
    }
    hw_buf_init(&b, 4096);
    hw_buf_span_put(&b, m->met);
    hw_buf_str(&b, m->met.n > 0 ? ", " : "");
    hw_buf_span_put(&b, met);
    m->met = hw_span_keep(g->q->a->arena, hw_buf_span(&b));
    hw_buf_done(&b);
}

static int no_memory(struct grouping *g)
{
    return hw_fail(g->err, HW_E_MEMORY, "no memory for incidents");
}

static int machine_order(const void *a, const void *b)
{
    const struct hw_incident_machine *const *x = a, *const *y = b;
    return (*x)->severity != (*y)->severity ? (int)(*y)->severity - (int)(*x)->severity
                                            : hw_span_compare((*x)->name, (*y)->name);
}

/* The members from..to of the order are one incident, those of one machine together. */
static int fill(struct grouping *g, size_t from, size_t to, struct hw_incident *n)
{
    struct hw_incident_machine **all = calloc(to - from + 1, sizeof(struct hw_incident_machine *));
    struct hw_incident_machine *m = NULL;
    const struct member *last = NULL;
    int rc = all == NULL ? no_memory(g) : HW_OK;
    for (size_t i = from; i < to && rc == HW_OK; i++) {
        struct member *x = &g->all[g->order[i]];
        const struct hw_finding *f = x->f;
        if (last == NULL || last->at != x->at || !hw_span_equal(last->machine, x->machine)) {
            m = hw_arena_alloc(g->q->a->arena, sizeof *m);
            if (m == NULL) {
                rc = no_memory(g);
                break;
            }
            m->name = x->name;
            m->at = x->at;
            m->first = m->last = HW_TIME_NONE;
            all[n->machine_count++] = m;
            last = x;
        }
        x->f->incident = n->id;
        m->severity = f->severity > m->severity ? f->severity : m->severity;
        m->ran = m->ran || f->ran;
        m->findings++;
        add_met(g, m, f->met);
        widen(&m->first, &m->last, f);
        widen(&n->first, &n->last, f);
        n->severity = f->severity > n->severity ? f->severity : n->severity;
        n->campaign = n->campaign.n > 0 ? n->campaign : f->campaign;
        n->findings++;
    }
    if (rc == HW_OK) {
        qsort(all, n->machine_count, sizeof(struct hw_incident_machine *), machine_order);
    }
    for (size_t i = 0; i < n->machine_count && rc == HW_OK; i++) {
        all[i]->next = i + 1 < n->machine_count ? all[i + 1] : NULL;
        n->ran += all[i]->ran;
        n->contacted += all[i]->met.n > 0;
    }
    n->machines = rc == HW_OK ? all[0] : NULL;
    free(all);
    return rc;
}

static int by_group(const void *a, const void *b, void *state)
{
    const struct member *all = state;
    size_t x = all[*(const size_t *)a].head, y = all[*(const size_t *)b].head;
    return x != y ? (x < y ? -1 : 1) : by_machine(a, b, state);
}

static int incident_order(const void *a, const void *b)
{
    const struct hw_incident *const *x = a, *const *y = b;
    if ((*x)->severity != (*y)->severity) {
        return (int)(*y)->severity - (int)(*x)->severity;
    }
    if ((*x)->first != (*y)->first) {
        return (*x)->first == HW_TIME_NONE   ? 1
               : (*y)->first == HW_TIME_NONE ? -1
               : (*x)->first < (*y)->first   ? -1
                                             : 1;
    }
    return strcmp((*x)->id, (*y)->id);
}

static int tell(struct grouping *g)
{
    struct hw_incident **all = calloc(g->count + 1, sizeof(struct hw_incident *));
    size_t count = 0;
    int rc = all == NULL ? no_memory(g) : HW_OK;
    for (size_t i = 0; i < g->count; i++) {
        g->all[i].head = head(g, i);
    }
    qsort_r(g->order, g->count, sizeof *g->order, by_group, g->all);
    for (size_t from = 0, to; from < g->count && rc == HW_OK; from = to) {
        const struct member *first = &g->all[g->order[from]];
        struct hw_incident *n = hw_arena_alloc(g->q->a->arena, sizeof *n);
        for (to = from; to < g->count && g->all[g->order[to]].head == first->head;) {
            to++;
        }
        if (n == NULL) {
            rc = no_memory(g);
            break;
        }
        n->org = first->org;
        n->first = n->last = HW_TIME_NONE;
        rc = hw_incident_id(first->org, first->machine, n->id, g->err);
        rc = rc != HW_OK ? rc : fill(g, from, to, n);
        all[count++] = n;
    }
    if (rc == HW_OK && count > 0) {
        qsort(all, count, sizeof(struct hw_incident *), incident_order);
        g->q->a->incidents = all[0];
        for (size_t i = 0; i + 1 < count; i++) {
            all[i]->next = all[i + 1];
        }
    }
    free(all);
    return rc;
}

int hw_group_incidents(struct hw_asking *q, struct hw_error *err)
{
    struct grouping g = {.q = q, .err = err};
    int rc = take_all(&g);
    if (rc == HW_OK && g.count > 0) {
        whose(&g);
        join(&g, by_machine, false);
        join(&g, by_campaign, true);
        rc = tell(&g);
    }
    free(g.all);
    free(g.order);
    return rc;
}
