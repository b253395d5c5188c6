/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_assets.c -- each machine's state, by what carries the target.
 *
 * The machinery is that of one advisory (ask/affecting.h), which here is made: the bytes that carry
 * the target, the versions of releases that do, and of the documents that name those bytes the
 * places (who spoke with one has been contacted) and what they call a second stage.
 */
#include <string.h>

#include "ask/harmless.h"
#include "ask/impacting.h"
#include "ask/published.h"
#include "base/text.h"
#include "base/time.h"

struct document {
    struct document *next;
    uint8_t sha256[32];
    int64_t reading;
    bool beside; /* it names none of the bytes, but a place that one of those names */
};
struct documents { /* each once */
    struct impacting *x;
    struct document *first, **tail;
    struct names known;  /* the same, by their hashes */
    struct names places; /* those that were looked for, by kind and value */
};

static const struct document *find_document(const struct documents *d, const uint8_t sha256[32])
{
    const struct name_item *i =
        names_get(&d->known, (struct hw_span){sha256, 32}, (struct hw_span){NULL, 0});
    return i == NULL ? NULL : i->value;
}

static int add_document(struct documents *d, const struct hw_fact_row *row, bool beside)
{
    if (!hw_indicator_counts(&row->fact, d->x->ask->as_of) ||
        find_document(d, row->evidence) != NULL) {
        return HW_OK;
    }
    struct document *now = hw_arena_alloc(d->x->a->arena, sizeof *now);
    if (now == NULL) {
        return impacting_no_memory(d->x);
    }
    *now = (struct document){.reading = row->reading, .beside = beside};
    memcpy(now->sha256, row->evidence, 32);
    *d->tail = now;
    d->tail = &now->next;
    return names_put(d->x->a->arena, &d->known, (struct hw_span){now->sha256, 32},
                     (struct hw_span){NULL, 0}, now)
               ? HW_OK
               : impacting_no_memory(d->x);
}

static int documents_with(struct documents *d, const char *kind, struct hw_span value, bool beside)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_indicators_of(d->x->c, kind, value, &k, d->x->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, d->x->err)) == HW_ROW) {
        rc = add_document(d, &row, beside);
    }
    hw_cursor_free(k);
    return rc;
}

static int documents_of(struct documents *d, struct hw_span hex)
{
    const char *kind = hex.n == 64 ? "sha256" : hex.n == 40 ? "sha1" : "md5";
    uint8_t bytes[32];
    return hex.n > 64 || !hw_hex_decode(hex, bytes, hex.n / 2)
               ? HW_OK
               : documents_with(d, kind, (struct hw_span){bytes, hex.n / 2}, false);
}

/* Documents that name this place; asked once, for lists repeat each other. */
static int documents_at(struct documents *d, const struct hw_fact *f)
{
    struct hw_arena *arena = d->x->a->arena;
    struct hw_span kind = hw_fact_get(f, HW_INDICATOR_KIND);
    struct hw_span value = hw_fact_get(f, HW_INDICATOR_VALUE);
    char word[32] = "";
    if (kind.n == 0 || kind.n >= sizeof word || names_get(&d->places, kind, value) != NULL) {
        return HW_OK;
    }
    memcpy(word, kind.p, kind.n);
    kind = hw_span_keep(arena, kind);
    value = hw_span_keep(arena, value);
    return !names_put(arena, &d->places, kind, value, d) ? impacting_no_memory(d->x)
                                                         : documents_with(d, word, value, true);
}

/* Who publishes what came later seldom names the first bytes again; the server, mostly. */
static int documents_beside(struct documents *d)
{
    struct impacting *x = d->x;
    struct document **end = d->tail; /* what is found here is looked at no further */
    int rc = HW_OK;
    for (const struct document *now = d->first; end != &d->first && now != NULL && rc == HW_OK;
         now = &now->next == end ? NULL : now->next) {
        struct hw_cursor *k = NULL;
        struct hw_fact_row row;
        rc = hw_case_facts(x->c, now->reading, HW_ANY_NODE, HW_FACT_INDICATOR, HW_FACT_INDICATOR,
                           &k, x->err);
        while (rc == HW_OK && (rc = hw_fact_next(k, &row, x->err)) == HW_ROW) {
            bool place = hw_is_place(&row.fact) && hw_place_counts(&row.fact, HW_NAMED_ITSELF) &&
                         hw_indicator_counts(&row.fact, x->ask->as_of);
            rc = place ? documents_at(d, &row.fact) : HW_OK;
        }
        hw_cursor_free(k);
    }
    return rc;
}

/* ---- what those documents say besides ---- */

/* Publishers call it so; what only came beside it in a list is another file of the same attack. */
static bool is_second_stage(const struct hw_fact *f)
{
    static const char *const words[] = {"second stage", "second-stage", "stage two",   "stage 2",
                                        "stage2",       "2nd stage",    "second_stage"};
    struct hw_span label = hw_fact_get(f, HW_INDICATOR_LABEL);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (hw_span_holds_nocase(label, words[i])) {
            return true;
        }
    }
    return false;
}

static int named(void *state, uint32_t thing, enum hw_named_how how, const struct hw_fact_row *by)
{
    struct documents *d = state;
    struct affecting *q = &d->x->q;
    const struct hw_fact *f = &by->fact;
    bool passed =
        hw_fact_is(f, HW_INDICATOR_ROLE, "carrier") || hw_fact_is(f, HW_INDICATOR_ROLE, "bait");
    const struct document *in = passed ? NULL : find_document(d, by->evidence);
    if (in == NULL || (in->beside && !is_second_stage(f)) ||
        !hw_indicator_counts(f, d->x->ask->as_of)) {
        return HW_OK;
    }
    struct hw_span value = hw_span_cut(hw_fact_get(f, HW_INDICATOR_VALUE), 0, 200);
    if (hw_is_place(f)) {
        q->a->places++;
        return !hw_place_counts(f, how)
                   ? HW_OK
                   : affecting_place(q, thing,
                                     hw_words(d->x->a->arena, "%.*s, published beside the bytes",
                                              (int)value.n, (const char *)value.p));
    }
    if (!is_second_stage(f) || (q->marks[thing] & AFFECTING_BYTES) != 0) {
        return HW_OK;
    }
    int rc = numbers_add(d->x, &d->x->second, thing);
    return rc != HW_OK
               ? rc
               : affecting_second(q, thing,
                                  hw_words(d->x->a->arena, "published as a second stage: %.*s",
                                           (int)value.n, (const char *)value.p));
}

/* ---- the bytes ---- */

static int bytes(struct impacting *x, struct documents *d, uint32_t n)
{
    struct hw_thing t;
    uint8_t raw[32];
    int rc = hw_walk_thing(x->q.w, n, &t, x->err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_span key = hw_span_keep(x->a->arena, t.key);
    struct hw_span says =
        hw_words(x->a->arena, "bytes %.*s", (int)hw_span_cut(key, 0, 64).n, (const char *)key.p);
    x->q.a->hashes++;
    x->q.names_bytes = true;
    rc = affecting_bytes(&x->q, n, says);
    if (rc == HW_OK && key.n == 64 && hw_hex_decode(key, raw, sizeof raw)) {
        rc = affecting_files(&x->q, HW_MARK_SHA256, (struct hw_span){raw, sizeof raw}, says);
    }
    return rc != HW_OK ? rc : documents_of(d, key);
}

static int versions(struct impacting *x)
{
    int rc = HW_OK;
    for (const struct named_version *v = x->versions; v != NULL && rc == HW_OK; v = v->next) {
        struct said s = {.bad = true, .scheme = HW_ORDER_NONE};
        s.in.exact = v->version;
        rc = v->version.n > 0 ? affecting_keep(&x->q, v->name, &s) : HW_OK;
    }
    return rc;
}

/* What was asked about may be a place of the network: who spoke with it has been contacted. */
static int place(struct impacting *x, uint32_t target)
{
    enum hw_entity kind = target == UINT32_MAX ? HW_ENTITY_NONE : x->q.acts[target].kind;
    if (kind != HW_ENTITY_DOMAIN && kind != HW_ENTITY_URL && kind != HW_ENTITY_ADDRESS) {
        return HW_OK;
    }
    struct hw_span name = hw_span_cut(x->a->target.name, 0, 200);
    x->q.a->places++;
    return affecting_place(
        &x->q, target,
        hw_words(x->a->arena, "%.*s, which was asked about", (int)name.n, (const char *)name.p));
}

int impact_assets(struct impacting *x, uint32_t target)
{
    struct documents d = {.x = x};
    d.tail = &d.first;
    int rc = versions(x);
    for (size_t i = 0; i < x->poison.count && rc == HW_OK; i++) {
        rc = bytes(x, &d, x->poison.p[i]);
    }
    rc = rc != HW_OK ? rc : documents_beside(&d);
    if (rc == HW_OK && d.first != NULL) {
        rc = hw_published(x->c, x->q.w, x->a->arena, named, &d, x->err);
    }
    rc = rc != HW_OK ? rc : place(x, target);
    if (rc != HW_OK || x->q.a->hashes + x->q.a->versions + x->q.a->places == 0) {
        return rc;
    }
    x->a->machines = x->q.a;
    return affecting_judge(&x->q);
}
