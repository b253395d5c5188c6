/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/rule_versions.c -- programs that inventories list, against what is published of versions.
 *
 * A version that is said to be poison is a lead and no proof: one number is shared by the good and
 * the bad build. A product that has ended is nobody's to watch, and on a machine that builds or
 * signs it is what a stranger would take (MITRE ATT&CK T1195.002).
 */
#include <stdlib.h>
#include <string.h>

#include "ask/look.h"
#include "ask/products.h"
#include "ask/sources.h"
#include "base/grow.h"
#include "fact/package.h"

static int no_memory(struct look *l)
{
    return hw_fail(l->err, HW_E_MEMORY, "no memory for versions");
}

enum { RIGHTS = HW_THING_BUILD | HW_THING_SIGNING };

struct stated {
    const char *plain;
    uint32_t n;          /* in the order of the case */
    struct hw_fact fact; /* kept */
    uint8_t evidence[32];
    int64_t reading;
    uint32_t node;
    bool bad; /* malicious; else ended */
};

struct versions {
    struct look *look;
    struct stated *p; /* by name, then as they came */
    size_t count, room;
};

static void keep(struct versions *v, const struct hw_fact_row *row, bool bad)
{
    struct look *l = v->look;
    struct hw_arena *arena = l->q->a->arena;
    if (HW_GROW(v->p, v->count, v->room, HW_GROW_MOST) != HW_OK) {
        look_failed(l, no_memory(l));
        return;
    }
    struct stated *s = &v->p[v->count];
    *s = (struct stated){.n = (uint32_t)v->count,
                         .plain = hw_plain_name(arena, hw_fact_get(&row->fact, HW_STATEMENT_NAME)),
                         .reading = row->reading,
                         .node = row->node,
                         .bad = bad};
    memcpy(s->evidence, row->evidence, 32);
    look_failed(l, s->plain == NULL ? no_memory(l)
                                    : hw_fact_keep(arena, &row->fact, &s->fact, l->err));
    v->count++;
}

static int by_name(const void *a, const void *b)
{
    const struct stated *x = a, *y = b;
    int order = strcmp(x->plain, y->plain);
    return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* The first of this name, or of one behind it. */
static size_t first_of(const struct versions *v, const char *plain)
{
    size_t lo = 0, hi = v->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(v->p[mid].plain, plain) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static void read_statements(struct versions *v)
{
    struct look *l = v->look;
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_statements(l->q->c, NULL, NULL, &k, l->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, l->err)) == HW_ROW) {
        bool bad = hw_fact_is(&row.fact, HW_STATEMENT_STATUS, "malicious");
        bool ended = hw_fact_is(&row.fact, HW_STATEMENT_STATUS, "ended");
        if ((bad || ended) && hw_of_machines(&row.fact) &&
            hw_in_force(&row.fact, l->q->policy->as_of)) {
            keep(v, &row, bad);
        }
        rc = l->rc;
    }
    hw_cursor_free(k);
    look_failed(l, rc);
}

static void say(struct look *l, struct hw_finding *f, const struct stated *s)
{
    struct hw_span list = {NULL, 0};
    struct hw_span who = hw_fact_get(&s->fact, HW_STATEMENT_ADVISORY);
    struct hw_span says = hw_fact_get(&s->fact, HW_STATEMENT_SAYS);
    char when[80];
    if (f == NULL) {
        return;
    }
    look_failed(l, hw_asking_sources(l->q, l->err));
    if (l->rc == HW_OK && s->bad) {
        struct hw_naming by = {.count = 0};
        hw_naming_add(l->q->sources, &by, s->reading, s->node);
        look_failed(l, hw_campaign(l->q, &by, f, l->err));
    }
    look_failed(l, hw_place_of(l->q, s->evidence, &list, l->err));
    bool dated = !s->bad && hw_fact_has(&s->fact, HW_STATEMENT_FROM);
    struct hw_span words =
        hw_words(l->q->a->arena, "%s%s%.*s%s%.*s (line %llu)",
                 s->bad ? "this version is said to be poison: " : "its product ended ",
                 s->bad  ? ""
                 : dated ? look_time(hw_fact_get_time(&s->fact, HW_STATEMENT_FROM), when)
                         : "",
                 (int)who.n, who.n > 0 ? (const char *)who.p : "", says.n > 0 ? ": " : "",
                 (int)says.n, says.n > 0 ? (const char *)says.p : "",
                 (unsigned long long)hw_fact_get_u64(&s->fact, HW_STATEMENT_LINE));
    hw_because(l->q->a->arena, &f->why, words, list, hw_fact_has(&s->fact, HW_STATEMENT_OFF),
               hw_fact_get_u64(&s->fact, HW_STATEMENT_OFF));
}

/* Does the document that speaks of the version name its bytes, too? */
static bool names_bytes(struct look *l, const struct stated *s)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    bool found = false;
    int rc = hw_case_facts(l->q->c, s->reading, HW_ANY_NODE, HW_FACT_INDICATOR, HW_FACT_INDICATOR,
                           &k, l->err);
    while (rc == HW_OK && !found && (rc = hw_fact_next(k, &row, l->err)) == HW_ROW) {
        found = hw_fact_is(&row.fact, HW_INDICATOR_KIND, "sha256") ||
                hw_fact_is(&row.fact, HW_INDICATOR_KIND, "sha1") ||
                hw_fact_is(&row.fact, HW_INDICATOR_KIND, "md5");
        rc = HW_OK;
    }
    hw_cursor_free(k);
    look_failed(l, rc);
    return found;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Machines whose own bytes of this package are known: hashes say more of them than a number. */
static void with_bytes(struct look *l, uint32_t package, struct look_list *out)
{
    struct look_edges v = {0}, w = {0};
    *out = (struct look_list){0};
    look_in(l, package, &v);
    for (size_t i = 0; i < v.count; i++) {
        look_out(l, v.p[i].e.verb == HW_VERB_CONTAINS ? v.p[i].e.subject : HW_LOOK_NONE, &w);
        for (size_t k = 0; k < w.count; k++) {
            if (w.p[k].e.verb == HW_VERB_INSTALLED) {
                look_add(l, out, w.p[k].e.object);
            }
        }
    }
    if (out->count > 0) {
        qsort(out->p, out->count, sizeof out->p[0], compare);
    }
    look_edges_done(&v);
    look_edges_done(&w);
}

/* Each machine that the package is installed on. */
static void installed(struct look *l, uint32_t package, const struct stated *s)
{
    struct look_edges v = {0};
    struct look_list known = {0};
    if (s->bad && names_bytes(l, s)) {
        with_bytes(l, package, &known);
    }
    look_out(l, package, &v);
    for (size_t i = 0; i < v.count && l->rc == HW_OK; i++) {
        const struct hw_edge *e = &v.p[i].e;
        bool by_bytes = known.count > 0 &&
                        bsearch(&e->object, known.p, known.count, sizeof known.p[0], compare);
        const struct hw_thing *host = look_thing(l, e->object);
        if (e->verb != HW_VERB_INSTALLED || host->kind != HW_ENTITY_HOST || by_bytes ||
            (!s->bad && (host->flags & RIGHTS) == 0)) {
            continue;
        }
        struct hw_finding *f =
            look_find(l, s->bad ? "known-version" : "retired-on-build-host", HW_HIGH,
                      HW_CONF_MODERATE, e->object, look_thing(l, package)->key);
        look_why(l, f, v.p[i].n, "%s is installed", look_name(l, package));
        say(l, f, s);
    }
    look_edges_done(&v);
}

static void one_package(struct versions *v, uint32_t package)
{
    struct look *l = v->look;
    struct hw_span name, version = {NULL, 0};
    const struct hw_thing *t = look_thing(l, package);
    const struct stated *bad = NULL, *ended = NULL;
    if (!hw_package_split(t->key, &name, &version)) {
        return; /* an estate's: it has no version */
    }
    const char *plain = hw_plain_name(l->arena, name);
    if (plain == NULL) {
        look_failed(l, no_memory(l));
        return;
    }
    for (size_t i = first_of(v, plain); i < v->count && strcmp(v->p[i].plain, plain) == 0; i++) {
        const struct stated *s = &v->p[i];
        struct hw_versions in;
        enum hw_order order = hw_statement_versions(&s->fact, &in);
        if (hw_version_within(order, version, &in) == HW_WITHIN_YES) {
            bad = s->bad && bad == NULL ? s : bad;
            ended = !s->bad && ended == NULL ? s : ended;
        }
    }
    if (bad != NULL) {
        installed(l, package, bad);
    }
    if (ended != NULL) {
        installed(l, package, ended);
    }
}

void rule_versions(struct look *l)
{
    struct versions v = {.look = l};
    struct look_list packages;
    read_statements(&v);
    if (v.count > 0 && l->rc == HW_OK) {
        qsort(v.p, v.count, sizeof *v.p, by_name);
        look_all(l, HW_ENTITY_PACKAGE, NULL, NULL, &packages);
        for (size_t i = 0; i < packages.count && l->rc == HW_OK; i++) {
            one_package(&v, packages.p[i]);
        }
    }
    free(v.p);
}
