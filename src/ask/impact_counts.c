/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_counts.c -- how many: what is counted here, what scanners saw, what others said.
 *
 * Machines, services of the Internet and organisations are three things; so are two observers of
 * one thing. Each count keeps its unit and observer, none is added to another, and where somebody
 * would want to add them the refusal says why not.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/impacting.h"
#include "ask/products.h"
#include "base/time.h"
#include "fact/exposed.h"

static struct hw_counted *count(struct impacting *x, const char *of, const char *unit,
                                const char *observer, uint64_t value)
{
    struct hw_counted *c = hw_arena_alloc(x->a->arena, sizeof *c);
    if (c == NULL) {
        (void)!impacting_no_memory(x);
        return NULL;
    }
    *c = (struct hw_counted){.next = x->a->counts,
                             .of = hw_span_str(of),
                             .unit = hw_span_str(unit),
                             .observer = hw_span_str(observer),
                             .value = value,
                             .from = x->a->since,
                             .until = x->ask->as_of,
                             .on = HW_TIME_NONE,
                             .ours = true};
    x->a->counts = c;
    return c;
}

/* ---- services that scanners saw ---- */

struct exposing {
    struct impacting *x;
    struct hw_exposed *p;
    size_t count, room;
    int64_t first, last;
    const char *scanner;
};

/* A scanner names products in its own way: the maker's name in it is enough to be told of. */
static bool is_product(struct impacting *x, const struct hw_fact *f)
{
    const char *plain = hw_plain_name(x->a->arena, hw_fact_get(f, HW_EXPOSED_PRODUCT));
    if (plain == NULL || plain[0] == 0) {
        return false;
    }
    for (const struct named_version *v = x->versions; v != NULL; v = v->next) {
        const char *org = hw_plain_name(x->a->arena, v->org);
        if (strcmp(plain, v->plain) == 0 ||
            (org != NULL && org[0] != 0 && strncmp(plain, org, strlen(org)) == 0)) {
            return true;
        }
    }
    return false;
}

static int exposed_fact(struct exposing *e, const struct hw_fact *f)
{
    struct impacting *x = e->x;
    struct hw_exposed one;
    bool other = !hw_fact_is(f, HW_EXPOSED_SCANNER, e->scanner);
    if (other || !hw_exposed_read(f, &one) || !is_product(x, f)) {
        return HW_OK;
    }
    if (one.seen_ns != HW_TIME_NONE &&
        (one.seen_ns > impact_until(x) ||
         (x->ask->from != HW_TIME_NONE && one.seen_ns < x->ask->from))) {
        return HW_OK;
    }
    if (e->count == e->room) {
        size_t room = e->room == 0 ? 1024 : e->room * 2;
        void *p = realloc(e->p, room * sizeof *e->p);
        if (p == NULL) {
            return impacting_no_memory(x);
        }
        e->p = p;
        e->room = room;
    }
    if (one.seen_ns != HW_TIME_NONE) {
        e->first = e->first == HW_TIME_NONE || one.seen_ns < e->first ? one.seen_ns : e->first;
        e->last = e->last == HW_TIME_NONE || one.seen_ns > e->last ? one.seen_ns : e->last;
    }
    e->p[e->count++] = one;
    return HW_OK;
}

static int read_exposed(struct exposing *e)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_KNOWLEDGE};
    struct hw_evidence_row row;
    struct hw_cursor *k = NULL;
    int rc = hw_case_evidence(e->x->c, &ask, &k, e->x->err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &row, e->x->err)) == HW_ROW) {
        struct hw_cursor *facts = NULL;
        struct hw_fact_row f;
        rc = hw_case_facts(e->x->c, row.reading, HW_ANY_NODE, HW_FACT_EXPOSED, HW_FACT_EXPOSED,
                           &facts, e->x->err);
        while (rc == HW_OK && (rc = hw_fact_next(facts, &f, e->x->err)) == HW_ROW) {
            rc = exposed_fact(e, &f.fact);
        }
        hw_cursor_free(facts);
    }
    hw_cursor_free(k);
    return rc;
}

static int exposure(struct impacting *x, const char *scanner)
{
    struct exposing e = {.x = x, .first = HW_TIME_NONE, .last = HW_TIME_NONE, .scanner = scanner};
    int rc = read_exposed(&e);
    size_t services = rc == HW_OK ? hw_exposed_once(e.p, e.count, -1) : 0;
    if (services > 0) {
        struct hw_counted *c =
            count(x, "services on the Internet that name the product or its maker",
                  "address and port", scanner, services);
        rc = c == NULL ? x->err->code : HW_OK;
        if (c != NULL) {
            c->ours = false;
            c->from = e.first;
            c->until = e.last;
            hw_because(x->a->arena, &c->why,
                       hw_words(x->a->arena,
                                "%zu sightings, each service counted once; %zu addresses", e.count,
                                hw_exposed_addresses(e.p, services)),
                       (struct hw_span){NULL, 0}, false, 0);
        }
    }
    free(e.p);
    return rc;
}

int impact_counts(struct impacting *x)
{
    const struct hw_impact_answer *a = x->a;
    int rc = HW_OK;
    if (x->versions != NULL) {
        rc = exposure(x, "shodan");
        rc = rc != HW_OK ? rc : exposure(x, "censys");
    }
    if (rc == HW_OK && a->direct + a->transitive > 0) {
        rc = count(x, "organisations that got it", "organisation", "this case",
                   a->direct + a->transitive) == NULL
                 ? x->err->code
                 : HW_OK;
    }
    if (rc == HW_OK && a->machines != NULL) {
        rc = count(x, "machines on which it is shown", "machine", "this case",
                   a->machines->affected) == NULL
                 ? x->err->code
                 : HW_OK;
    }
    return rc;
}
