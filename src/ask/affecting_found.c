/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/affecting_found.c -- what the things that an advisory names mean for machines.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/affecting.h"
#include "ask/products.h"
#include "base/grow.h"
#include "base/time.h"
#include "fact/package.h"

enum { REASONS = 6 };

static int no_memory(struct affecting *q)
{
    return hw_fail(q->err, HW_E_MEMORY, "no memory for machines");
}

static struct machine *new_machine(struct affecting *q, uint32_t host)
{
    if (HW_GROW_IN(q->a->arena, q->machines, q->machine_count, q->machine_room, HW_GROW_MOST) !=
        HW_OK) {
        return NULL;
    }
    struct machine *m = &q->machines[q->machine_count];
    *m = (struct machine){.host = host};
    m->asset = hw_arena_alloc(q->a->arena, sizeof *m->asset);
    q->machine_count += m->asset != NULL;
    return m->asset == NULL ? NULL : m;
}

static bool name_machine(struct affecting *q, struct machine *m)
{
    struct hw_thing t;
    if (m->host == UINT32_MAX) {
        m->asset->host = hw_span_str("files of no named machine");
        return true;
    }
    if (hw_walk_thing(q->w, m->host, &t, q->err) != HW_OK) {
        return false;
    }
    struct hw_buf id;
    hw_buf_init(&id, 64);
    hw_buf_str(&id, "e-");
    hw_buf_hex(&id, (struct hw_span){t.id, HW_ID_BYTES});
    memcpy(m->asset->id, hw_buf_text(&id), sizeof m->asset->id - 1);
    hw_buf_done(&id);
    m->asset->host = hw_span_keep(q->a->arena, t.name);
    m->asset->org = hw_span_keep(q->a->arena, hw_span_str(t.scope));
    m->logs = (t.flags & HW_THING_QUIET) == 0;
    return true;
}

struct machine *affecting_machine(struct affecting *q, uint32_t host)
{
    uint32_t *at = &q->machine_of[host == UINT32_MAX ? q->things + 1 : host];
    if (*at == 0) {
        struct machine *m = new_machine(q, host);
        if (m == NULL || !name_machine(q, m)) {
            (void)(q->err->code != HW_OK ? HW_OK : no_memory(q));
            return NULL;
        }
        *at = (uint32_t)q->machine_count;
    }
    return &q->machines[*at - 1];
}

/* Is there room for this reason, and is it none that was given? */
static bool is_new(const struct hw_asset *a, struct hw_span says)
{
    unsigned n = 0;
    for (const struct hw_why *y = a->why; y != NULL; y = y->next) {
        if (++n >= REASONS || hw_span_equal(y->says, says)) {
            return false;
        }
    }
    return true;
}

/* A reason, with the record that an edge stands in. */
static int because(struct affecting *q, struct machine *m, struct hw_span says, uint32_t edge)
{
    return is_new(m->asset, says) ? hw_because_edge(&q->toucher, &m->asset->why, says, edge)
                                  : HW_OK;
}

/* ---- bytes and places ---- */

struct telling {
    struct affecting *q;
    struct hw_span says;
    bool second;
};

static int touched(void *state, const struct hw_touch *t)
{
    static const char *const before[] = {"", "ran: ", "spoke with "};
    const struct telling *x = state;
    struct hw_span says = x->says;
    struct machine *m = t->host == UINT32_MAX ? NULL : affecting_machine(x->q, t->host);
    if (m == NULL) {
        return t->host == UINT32_MAX ? HW_OK : x->q->err->code;
    }
    m->asset->second_stage = m->asset->second_stage || x->second;
    m->asset->by_hash = m->asset->by_hash || (t->how != HW_TOUCH_SPOKE && !x->second);
    m->asset->ran = m->asset->ran || (t->how == HW_TOUCH_RAN && !x->second);
    m->asset->contacted = m->asset->contacted || t->how == HW_TOUCH_SPOKE;
    says = hw_words(x->q->a->arena, "%s%.*s", before[t->how], (int)says.n, (const char *)says.p);
    return because(x->q, m, says, t->edge);
}

/* The product that bytes of an inventory's row belong to: its other rows are looked at, too. */
static int learn_product(struct affecting *q, uint32_t package)
{
    struct hw_thing t;
    struct hw_span name, version;
    int rc = hw_walk_thing(q->w, package, &t, q->err);
    if (rc != HW_OK || !hw_package_split(t.key, &name, &version)) {
        return rc;
    }
    return affecting_keep(q, name, &(struct said){.named = true});
}

int affecting_bytes(struct affecting *q, uint32_t artifact, struct hw_span says)
{
    struct telling x = {q, says, false};
    struct hw_edge_list *of = &q->edges;
    int rc = hw_touched_bytes(&q->toucher, artifact, touched, &x);
    rc = rc != HW_OK ? rc : hw_touch_edges(&q->toucher, artifact, true, of);
    for (size_t i = 0; i < of->count && rc == HW_OK; i++) {
        rc = of->p[i].e.verb == HW_VERB_CONTAINS ? learn_product(q, of->p[i].e.object) : HW_OK;
    }
    return rc;
}

int affecting_second(struct affecting *q, uint32_t artifact, struct hw_span says)
{
    struct telling x = {q, says, true};
    return hw_touched_bytes(&q->toucher, artifact, touched, &x);
}

int affecting_place(struct affecting *q, uint32_t place, struct hw_span says)
{
    struct telling x = {q, says, false};
    return hw_touched_place(&q->toucher, place, touched, &x);
}

int affecting_files(struct affecting *q, enum hw_mark mark, struct hw_span value,
                    struct hw_span says)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_marked_by(q->c, mark, value, &k, q->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, q->err)) == HW_ROW) {
        struct hw_artifact_row art;
        rc = hw_case_artifact_get(q->c, row.reading, row.node, &art, q->err);
        if (rc != 1 || art.host[0] != 0) {
            rc = rc < 0 ? rc : HW_OK; /* a named machine's files are known through the graph */
            continue;
        }
        struct machine *m = affecting_machine(q, UINT32_MAX);
        rc = m == NULL ? q->err->code : HW_OK;
        if (m != NULL) {
            m->asset->by_hash = true;
        }
        if (m != NULL && is_new(m->asset, says)) {
            hw_because(q->a->arena, &m->asset->why, says, hw_span_keep(q->a->arena, art.path),
                       false, 0);
        }
    }
    hw_cursor_free(k);
    return rc;
}

/* ---- packages ---- */

/* What the advisory says of this package: bits of AFFECTING_; 0: not of its product. */
static uint8_t judge(const struct affecting *q, const char *plain, struct hw_span version)
{
    bool known = false, bad = false, good = false, unsure = false, ranged = false;
    for (const struct said *s = q->said; s != NULL; s = s->next) {
        if (strcmp(s->name, plain) != 0) {
            continue;
        }
        known = true;
        if (s->named) {
            continue;
        }
        enum hw_within w = hw_version_within(s->scheme, version, &s->in);
        ranged = ranged || s->bad;
        bad = bad || (s->bad && w == HW_WITHIN_YES);
        good = good || (!s->bad && w == HW_WITHIN_YES);
        unsure = unsure || (s->bad && w == HW_WITHIN_UNKNOWN);
    }
    return (uint8_t)(!known                        ? 0
                     : bad                         ? AFFECTING_PRODUCT | AFFECTING_BAD
                     : good || (ranged && !unsure) ? AFFECTING_PRODUCT | AFFECTING_GOOD
                                                   : AFFECTING_PRODUCT);
}

static int mark_packages(struct affecting *q)
{
    struct hw_thing t;
    uint32_t n;
    int rc = hw_walk_find(q->w, &(struct hw_thing_ask){.kind = HW_ENTITY_PACKAGE}, q->err);
    while (rc == HW_OK && (rc = hw_walk_found(q->w, &n, &t, q->err)) == HW_ROW) {
        struct hw_span name, version = {NULL, 0};
        if (!hw_package_split(t.key, &name, &version)) {
            name = t.key; /* an estate's: it has no version */
        }
        const char *plain = hw_plain_name(q->a->arena, name);
        rc = plain == NULL ? no_memory(q) : HW_OK;
        q->marks[n] |= rc == HW_OK ? judge(q, plain, version) : 0;
    }
    return rc;
}

struct packages {
    struct hw_edge_list on, of; /* a package's machines, and its bytes */
    uint32_t
        *there; /* of each thing: the package, from 1, whose bytes it has; the last looked at */
};

/* Which machines have bytes under this package's name. Looked at once for all of them: popular
 * bytes lie on most. */
static int bytes_there(struct affecting *q, uint32_t package, struct packages *p)
{
    int rc = hw_touch_edges(&q->toucher, package, false, &p->of); /* artifact -contains-> package */
    for (size_t i = 0; i < p->of.count && rc == HW_OK; i++) {
        struct hw_edge e;
        uint32_t n;
        if (p->of.p[i].e.verb != HW_VERB_CONTAINS) {
            continue;
        }
        rc = hw_walk_forth(q->w, p->of.p[i].e.subject, q->err);
        while (rc == HW_OK && (rc = hw_walk_next(q->w, &n, &e, q->err)) == HW_ROW) {
            rc = HW_OK;
            if (e.verb == HW_VERB_INSTALLED && e.lo <= q->ask->as_of) {
                p->there[e.object] = package + 1;
            }
        }
    }
    return rc;
}

static int one_machine(struct affecting *q, uint32_t package, struct hw_span name, uint32_t edge,
                       const struct hw_edge *e, const struct packages *p)
{
    struct machine *m = affecting_machine(q, e->object);
    uint8_t mark = q->marks[package];
    if (m == NULL) {
        return q->err->code;
    }
    bool bytes = p->there[e->object] == package + 1;
    m->product = m->product || affecting_covers(q, e);
    if (!bytes && (mark & AFFECTING_BAD) != 0) {
        m->asset->by_version = true;
        return because(
            q, m, hw_words(q->a->arena, "version: %.*s", (int)name.n, (const char *)name.p), edge);
    }
    if (!bytes && (mark & AFFECTING_GOOD) == 0) {
        m->unsure = true;
        m->unsure_name = name;
    }
    return HW_OK;
}

static int one_package(struct affecting *q, uint32_t package, struct packages *p)
{
    struct hw_thing t;
    int rc = hw_walk_thing(q->w, package, &t, q->err);
    struct hw_span name = rc == HW_OK ? hw_span_keep(q->a->arena, t.name) : (struct hw_span){0};
    rc = rc != HW_OK ? rc : hw_touch_edges(&q->toucher, package, true, &p->on);
    rc = rc != HW_OK || !q->names_bytes ? rc : bytes_there(q, package, p);
    for (size_t i = 0; i < p->on.count && rc == HW_OK; i++) {
        if (p->on.p[i].e.verb == HW_VERB_INSTALLED) {
            rc = one_machine(q, package, name, p->on.p[i].n, &p->on.p[i].e, p);
        }
    }
    return rc;
}

int affecting_packages(struct affecting *q)
{
    struct packages p = {.there = calloc(q->things + 1, sizeof *p.there)};
    int rc = p.there == NULL ? no_memory(q) : mark_packages(q);
    for (uint64_t n = 0; n <= q->things && rc == HW_OK; n++) {
        if ((q->marks[n] & AFFECTING_PRODUCT) != 0) {
            rc = one_package(q, (uint32_t)n, &p);
        }
    }
    free(p.there);
    return rc;
}
