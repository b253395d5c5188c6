/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/report_indicators.c -- what was published of badness, as a report repeats it: with role and
 * source, whether it is in force, when something here met it, and whether it may be blocked.
 *
 * A block list hurts whoever blocks what others need. So only what its source calls a payload is
 * one, while it is in force, and not where a warning list, a list of known-good files or the role
 * shared-host says that others use it as well.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/harmless.h"
#include "ask/published.h"
#include "ask/reporting.h"
#include "ask/room.h"
#include "ask/sources.h"
#include "ask/touched.h"
#include "base/grow.h"
#include "base/time.h"
#include "fact/words.h"

/* One INDICATOR fact that something of the case carries. */
struct met {
    int64_t reading, first, last;
    uint64_t seq;
};

struct listing {
    struct hw_case *c;
    const struct hw_policy *policy;
    struct hw_report_answer *a;
    struct hw_error *err;
    struct met *met;
    size_t met_count, met_room;
    struct hw_walk *walk;
    struct hw_toucher toucher;
    uint32_t thing; /* whose times are these */
    int64_t first, last;
    struct hw_report_indicator *known, **known_end, *other, **other_end;
    uint64_t held;
    int64_t reading; /* the last document looked up, and its names */
    uint32_t node;
    struct hw_span title, path;
};

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for the indicators of a report");
}

static int add_met(struct listing *l, const struct hw_fact_row *by)
{
    if (HW_GROW(l->met, l->met_count, l->met_room, HW_GROW_MOST) != HW_OK) {
        return no_memory(l->err);
    }
    l->met[l->met_count++] = (struct met){by->reading, l->first, l->last, by->seq};
    return HW_OK;
}

/* ---- what carries them ---- */

static int met_by_files(struct listing *l)
{
    struct hw_cursor *k = NULL;
    struct hw_match_row row;
    l->first = l->last = HW_TIME_NONE;
    int rc = hw_case_matches(l->c, &k, l->err);
    while (rc == HW_OK && (rc = hw_match_next(k, &row, l->err)) == HW_ROW) {
        rc = add_met(l, &row.indicator);
    }
    hw_cursor_free(k);
    return rc;
}

static int widen(void *state, const struct hw_touch *t)
{
    struct listing *l = state;
    if (t->lo > HW_TIME_MIN && t->lo != HW_TIME_NONE && t->hi < HW_TIME_MAX) {
        l->first = l->first == HW_TIME_NONE || t->lo < l->first ? t->lo : l->first;
        l->last = l->last == HW_TIME_NONE || t->hi > l->last ? t->hi : l->last;
    }
    return HW_OK;
}

static int met_by_graph(void *state, uint32_t thing, enum hw_named_how how,
                        const struct hw_fact_row *by)
{
    struct listing *l = state;
    struct hw_thing t;
    int rc = HW_OK;
    if (hw_is_place(&by->fact) && !hw_place_counts(&by->fact, how)) {
        return HW_OK;
    }
    if (thing != l->thing) {
        l->thing = thing;
        l->first = l->last = HW_TIME_NONE;
        rc = hw_walk_thing(l->walk, thing, &t, l->err);
        bool bytes = rc == HW_OK && t.kind == HW_ENTITY_ARTIFACT;
        rc = rc != HW_OK ? rc
             : bytes     ? hw_touched_bytes(&l->toucher, thing, widen, l)
                         : hw_touched_place(&l->toucher, thing, widen, l);
    }
    return rc != HW_OK ? rc : add_met(l, by);
}

static int met_in_graph(struct listing *l)
{
    HW_AUTO(hw_walk) *outer = NULL;
    HW_AUTO(hw_arena) *arena = hw_arena_new((size_t)1 << 30);
    if (arena == NULL) {
        return no_memory(l->err);
    }
    int rc = hw_walk_new(l->c, &outer, l->err);
    rc = rc != HW_OK ? rc : hw_walk_new(l->c, &l->walk, l->err);
    l->thing = UINT32_MAX;
    l->toucher =
        (struct hw_toucher){.w = l->walk, .arena = arena, .as_of = l->policy->as_of, .err = l->err};
    rc = rc != HW_OK ? rc : hw_published(l->c, outer, arena, met_by_graph, l, l->err);
    hw_walk_free(l->walk);
    return rc;
}

static int by_fact(const void *a, const void *b)
{
    const struct met *x = a, *y = b;
    return x->reading != y->reading ? (x->reading < y->reading ? -1 : 1)
                                    : (x->seq > y->seq) - (x->seq < y->seq);
}

/* All that is known of when it was met; false: nothing here carries it. */
static bool look_met(const struct listing *l, const struct hw_fact_row *row,
                     struct hw_report_indicator *x)
{
    struct met key = {.reading = row->reading, .seq = row->seq};
    const struct met *m =
        l->met_count == 0 ? NULL : bsearch(&key, l->met, l->met_count, sizeof key, by_fact);
    if (m == NULL) {
        return false;
    }
    while (m > l->met && by_fact(m - 1, &key) == 0) {
        m--;
    }
    for (; m < l->met + l->met_count && by_fact(m, &key) == 0; m++) {
        if (m->first != HW_TIME_NONE) {
            x->first = x->first == HW_TIME_NONE || m->first < x->first ? m->first : x->first;
            x->last = x->last == HW_TIME_NONE || m->last > x->last ? m->last : x->last;
        }
    }
    return true;
}

/* ---- one of them ---- */

static int64_t time_of(const struct hw_fact *f, unsigned field)
{
    return hw_fact_has(f, field) ? hw_fact_get_time(f, field) : HW_TIME_NONE;
}

static int document_of(struct listing *l, const struct hw_fact_row *row)
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row place;
    if (l->reading == row->reading && l->node == row->node) {
        return HW_OK;
    }
    l->reading = row->reading;
    l->node = row->node;
    l->path = (struct hw_span){NULL, 0};
    int rc = hw_sources_title(l->c, l->a->arena, row->reading, row->node, &l->title, l->err);
    rc = rc != HW_OK ? rc : hw_case_sightings(l->c, row->evidence, &k, l->err);
    rc = rc != HW_OK ? rc : hw_sighting_next(k, &place, l->err);
    if (rc == HW_ROW) {
        l->path = hw_span_keep(l->a->arena, place.place.path);
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

/* The value as lists of harmless things are asked for it: digests and serials as bytes. */
static struct hw_span as_asked(struct hw_arena *arena, const char *kind, struct hw_span v)
{
    static const char *const bytes[] = {"sha256",  "sha1",        "md5",       "sha512",
                                        "imphash", "cert-sha256", "cert-sha1", "cert-serial"};
    bool raw = false;
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        raw = raw || strcmp(kind, bytes[i]) == 0;
    }
    uint8_t *p = raw && v.n % 2 == 0 && v.n > 0 ? hw_arena_alloc(arena, v.n / 2) : NULL;
    return p != NULL && hw_hex_decode(v, p, v.n / 2) ? (struct hw_span){p, v.n / 2} : v;
}

/* May it be blocked? Others may use it too; whoever says so is named. */
static int judge(struct listing *l, struct hw_report_indicator *x)
{
    struct hw_harmless_row h = {.how = HW_HARMLESS_NOT};
    if (!hw_span_is(x->role, "payload") || !x->in_force) {
        return HW_OK;
    }
    struct hw_span value = as_asked(l->a->arena, x->kind, x->value);
    int rc = hw_harmless_look(l->c, l->a->arena, x->kind, value, l->policy->as_of, &h, l->err);
    x->list = h.list;
    x->block = rc == HW_OK && h.how == HW_HARMLESS_NOT;
    return rc;
}

static int add(struct listing *l, const struct hw_fact_row *row)
{
    const struct hw_fact *f = &row->fact;
    struct hw_report_indicator seen = {.first = HW_TIME_NONE, .last = HW_TIME_NONE};
    seen.met = look_met(l, row, &seen);
    if (!seen.met && l->held >= HW_REPORT_INDICATORS) {
        l->a->indicators_left++;
        return HW_OK;
    }
    struct hw_report_indicator *x = hw_arena_alloc(l->a->arena, sizeof *x);
    struct hw_span kind = hw_span_keep(l->a->arena, hw_fact_get(f, HW_INDICATOR_KIND));
    if (x == NULL || kind.p == NULL) {
        return no_memory(l->err);
    }
    int rc = document_of(l, row);
    *x = seen;
    x->kind = (const char *)kind.p;
    x->value = hw_span_keep(l->a->arena, hw_fact_get(f, HW_INDICATOR_VALUE));
    x->role = hw_span_keep(l->a->arena, hw_fact_get(f, HW_INDICATOR_ROLE));
    x->label = hw_span_keep(l->a->arena, hw_fact_get(f, HW_INDICATOR_LABEL));
    x->source = hw_span_keep(l->a->arena, hw_fact_get(f, HW_INDICATOR_SOURCE));
    x->title = l->title;
    x->path = l->path;
    x->line = hw_fact_get_u64(f, HW_INDICATOR_LINE);
    x->from = time_of(f, HW_INDICATOR_FROM);
    x->until = time_of(f, HW_INDICATOR_UNTIL);
    x->published = time_of(f, HW_INDICATOR_PUBLISHED);
    x->revoked = time_of(f, HW_INDICATOR_REVOKED);
    x->in_force = hw_in_force(f, l->policy->as_of);
    rc = rc != HW_OK ? rc : judge(l, x);
    struct hw_report_indicator ***end = x->met ? &l->known_end : &l->other_end;
    **end = x;
    *end = &x->next;
    l->held++;
    return rc;
}

int hw_report_indicators(struct hw_case *c, const struct hw_policy *policy,
                         struct hw_report_answer *a, struct hw_error *err)
{
    struct listing l = {.c = c, .policy = policy, .a = a, .err = err, .reading = -1};
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    l.known_end = &l.known;
    l.other_end = &l.other;
    int rc = met_by_files(&l);
    rc = rc != HW_OK || !policy->derived ? rc : met_in_graph(&l);
    if (rc == HW_OK && l.met_count > 0) {
        qsort(l.met, l.met_count, sizeof *l.met, by_fact);
    }
    rc = rc != HW_OK ? rc : hw_case_indicators(c, NULL, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = hw_fact_is(&row.fact, HW_INDICATOR_ROLE, "harmless") ? HW_OK : add(&l, &row);
    }
    hw_cursor_free(k);
    free(l.met);
    *l.known_end = l.other;
    a->indicators = l.known;
    return rc;
}
