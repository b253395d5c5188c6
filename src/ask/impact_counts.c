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
#include "base/grow.h"
#include "base/text.h"
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

enum { PRODUCT_BYTES = 1024 };

struct scanned { /* plain names of what is looked for, and of who makes it */
    struct names products, makers;
};

struct exposing { /* by one scanner */
    struct impacting *x;
    struct hw_exposed *p;
    size_t count, room;
    int64_t first, last;
    const char *scanner;
};
enum { SCANNERS = 2 };

static int load_scanned(struct impacting *x, struct scanned *s)
{
    struct hw_arena *arena = x->a->arena;
    struct hw_span none = {NULL, 0};
    for (struct named_version *v = x->versions; v != NULL; v = v->next) {
        const char *org = hw_plain_name(arena, v->org);
        bool fresh;
        if (org == NULL ||
            !names_once(arena, &s->products, hw_span_str(v->plain), none, v, &fresh) ||
            !names_once(arena, &s->makers, hw_span_str(org), none, v, &fresh)) {
            return impacting_no_memory(x);
        }
    }
    return HW_OK;
}

/* A scanner names products in its own way: the maker's name in its first words is enough to be told
 * of; words, since a maker of one letter makes not all that begins with it. */
static bool is_product(const struct scanned *s, struct hw_span name)
{
    uint8_t plain[PRODUCT_BYTES];
    struct hw_span none = {NULL, 0}, so_far = {plain, 0};
    for (size_t i = 0; i < name.n && so_far.n < sizeof plain; i++) {
        uint8_t c = hw_ascii_lower(name.p[i]);
        bool of_word = hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c >= 0x80;
        if (of_word) {
            plain[so_far.n++] = c;
        } else if (so_far.n > 0 && names_get(&s->makers, so_far, none) != NULL) {
            return true;
        }
    }
    return so_far.n > 0 && (names_get(&s->makers, so_far, none) != NULL ||
                            names_get(&s->products, so_far, none) != NULL);
}

static int exposed_fact(struct exposing *e, const struct hw_fact *f)
{
    struct impacting *x = e->x;
    struct hw_exposed one = {.seen_ns = HW_TIME_NONE};
    if (!hw_exposed_read(f, &one)) {
        return HW_OK;
    }
    if (one.seen_ns != HW_TIME_NONE &&
        (one.seen_ns > impact_until(x) ||
         (x->ask->from != HW_TIME_NONE && one.seen_ns < x->ask->from))) {
        return HW_OK;
    }
    if (HW_GROW(e->p, e->count, e->room, HW_GROW_MOST) != HW_OK) {
        return impacting_no_memory(x);
    }
    if (one.seen_ns != HW_TIME_NONE) {
        e->first = e->first == HW_TIME_NONE || one.seen_ns < e->first ? one.seen_ns : e->first;
        e->last = e->last == HW_TIME_NONE || one.seen_ns > e->last ? one.seen_ns : e->last;
    }
    e->p[e->count++] = one;
    return HW_OK;
}

struct scanning {
    struct scanned of;
    struct exposing by[SCANNERS];
};

static int exposed_by(void *state, const struct hw_evidence_row *document,
                      const struct hw_fact_row *row)
{
    struct scanning *s = state;
    int rc = HW_OK;
    (void)document;
    for (unsigned i = 0; i < SCANNERS && rc == HW_OK; i++) {
        bool its = hw_fact_is(&row->fact, HW_EXPOSED_SCANNER, s->by[i].scanner) &&
                   is_product(&s->of, hw_fact_get(&row->fact, HW_EXPOSED_PRODUCT));
        rc = its ? exposed_fact(&s->by[i], &row->fact) : HW_OK;
    }
    return rc;
}

static int say_exposed(struct exposing *e)
{
    struct impacting *x = e->x;
    size_t services = hw_exposed_once(e->p, e->count, -1);
    if (services == 0) {
        return HW_OK;
    }
    struct hw_counted *c = count(x, "services on the Internet that name the product or its maker",
                                 "address and port", e->scanner, services);
    if (c == NULL) {
        return x->err->code;
    }
    c->ours = false;
    c->from = e->first;
    c->until = e->last;
    hw_because(x->a->arena, &c->why,
               hw_words(x->a->arena, "%zu sightings, each service counted once; %zu addresses",
                        e->count, hw_exposed_addresses(e->p, services)),
               (struct hw_span){NULL, 0}, false, 0);
    return HW_OK;
}

static int exposure(struct impacting *x)
{
    static const char *const scanners[SCANNERS] = {"shodan", "censys"};
    struct scanning s = {.of = {.products = {NULL}}};
    for (unsigned i = 0; i < SCANNERS; i++) {
        s.by[i] = (struct exposing){
            .x = x, .first = HW_TIME_NONE, .last = HW_TIME_NONE, .scanner = scanners[i]};
    }
    int rc = load_scanned(x, &s.of);
    rc = rc != HW_OK ? rc : hw_each_taught(x->c, HW_FACT_EXPOSED, exposed_by, &s, x->err);
    for (unsigned i = 0; i < SCANNERS; i++) {
        rc = rc != HW_OK ? rc : say_exposed(&s.by[i]);
        free(s.by[i].p);
    }
    return rc;
}

/* ---- what others counted of something else ---- */

static bool begins(const char *name, const char *with)
{
    return with != NULL && with[0] != 0 && strncmp(name, with, strlen(with)) == 0;
}

/* A count is told of an attack by its name, which mostly is the maker's or the product's. */
static bool is_about(struct impacting *x, const struct hw_counted *c)
{
    const char *about = hw_plain_name(x->a->arena, c->about);
    for (const struct named_version *v = x->versions; about != NULL && v != NULL; v = v->next) {
        const char *org = hw_plain_name(x->a->arena, v->org);
        if (begins(v->plain, about) || begins(about, v->plain) ||
            (org != NULL && org[0] != 0 && strcmp(org, about) == 0)) {
            return true;
        }
    }
    return false;
}

/* Where some are about this, those about something else are left out. */
static void choose(struct impacting *x)
{
    bool any = false;
    for (const struct hw_counted *c = x->a->counts; c != NULL && !any; c = c->next) {
        any = c->about.n > 0 && is_about(x, c);
    }
    for (struct hw_counted **at = &x->a->counts; any && *at != NULL;) {
        if ((*at)->about.n > 0 && !is_about(x, *at)) {
            *at = (*at)->next;
        } else {
            at = &(*at)->next;
        }
    }
}

int impact_counts(struct impacting *x)
{
    const struct hw_impact_answer *a = x->a;
    int rc = HW_OK;
    choose(x);
    if (x->versions != NULL) {
        rc = exposure(x);
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
