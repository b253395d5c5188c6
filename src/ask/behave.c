/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/behave.c -- claims of who uses what, taken in any order and sorted before the first question.
 *
 * Texts are numbered in their own order, not in that of arrival, so that sums of the same numbers
 * are made in the same order whatever order documents were learned in. Sorting costs n log n for
 * whatever a stranger publishes; a table of hashes could be made to cost its square.
 */
#include "ask/behave.h"

#include <stdlib.h>
#include <string.h>

#include "ask/behave_room.h"
#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"

enum { DATE_PASSES = 8 };

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for claims of behaviour");
}

/* ---- adding ---- */

int hw_behave_new(size_t ceiling_bytes, struct hw_behave **out, struct hw_error *err)
{
    struct hw_behave *b = calloc(1, sizeof *b);
    struct hw_arena *arena = hw_arena_new(ceiling_bytes);
    if (b == NULL || arena == NULL) {
        free(b);
        hw_arena_free(arena);
        return no_memory(err);
    }
    b->arena = arena;
    *out = b;
    return HW_OK;
}

static void unsettle(struct hw_behave *b)
{
    free(b->groups.p);
    free(b->features.p);
    free(b->sources.p);
    free(b->campaigns.p);
    free(b->claims);
    free(b->cited);
    free(b->source_date);
    free(b->is_software);
    free(b->uses);
    free(b->use_from);
    *b = (struct hw_behave){.arena = b->arena,
                            .given = b->given,
                            .given_count = b->given_count,
                            .given_room = b->given_room,
                            .dated = b->dated,
                            .dated_count = b->dated_count,
                            .dated_room = b->dated_room};
}

void hw_behave_free(struct hw_behave *b)
{
    if (b == NULL) {
        return;
    }
    unsettle(b);
    free(b->given);
    free(b->dated);
    hw_arena_free(b->arena);
    free(b);
}

static bool keep(struct hw_behave *b, struct hw_span *s)
{
    if (s->n == 0) {
        *s = (struct hw_span){NULL, 0};
        return true;
    }
    s->p = hw_arena_copy(b->arena, *s);
    return s->p != NULL;
}

int hw_behave_add(struct hw_behave *b, const struct hw_behave_claim *claim, struct hw_error *err)
{
    if (claim->group.n == 0 || claim->feature.n == 0) {
        return hw_fail(err, HW_E_USAGE, "a claim of behaviour without a group or a feature");
    }
    if (b->given_count == HW_BEHAVE_CLAIMS) {
        return hw_fail(err, HW_E_LIMIT, "more than %d claims of behaviour", HW_BEHAVE_CLAIMS);
    }
    if (HW_GROW(b->given, b->given_count, b->given_room, HW_BEHAVE_CLAIMS) != HW_OK) {
        return no_memory(err);
    }
    struct behave_given g = {.group = claim->group,
                             .by = claim->by,
                             .feature = claim->feature,
                             .cites = claim->cites,
                             .published = claim->published,
                             .software = claim->software};
    if (!keep(b, &g.group) || !keep(b, &g.by) || !keep(b, &g.feature) || !keep(b, &g.cites)) {
        return no_memory(err);
    }
    unsettle(b);
    b->given[b->given_count++] = g;
    return HW_OK;
}

int hw_behave_date(struct hw_behave *b, struct hw_span source, int64_t published,
                   struct hw_error *err)
{
    if (b->dated_count == HW_BEHAVE_CLAIMS) {
        return hw_fail(err, HW_E_LIMIT, "more than %d dates of sources", HW_BEHAVE_CLAIMS);
    }
    if (HW_GROW(b->dated, b->dated_count, b->dated_room, HW_BEHAVE_CLAIMS) != HW_OK) {
        return no_memory(err);
    }
    source = hw_span_trim(source); /* as those in lists of what is cited */
    if (!keep(b, &source)) {
        return no_memory(err);
    }
    unsettle(b);
    b->dated[b->dated_count++] = (struct behave_dated){source, published};
    return HW_OK;
}

/* ---- texts and their numbers ---- */

static int by_text(const void *a, const void *b)
{
    return hw_span_compare(*(const struct hw_span *)a, *(const struct hw_span *)b);
}

/* Sorts the texts and keeps each once. */
static void number_all(struct behave_names *n, size_t count)
{
    size_t kept = 0;
    if (count > 0) {
        qsort(n->p, count, sizeof n->p[0], by_text);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !hw_span_equal(n->p[kept - 1], n->p[i])) {
            n->p[kept++] = n->p[i];
        }
    }
    n->count = (uint32_t)kept;
}

uint32_t hw_behave_number(const struct behave_names *n, struct hw_span text)
{
    const struct hw_span *found =
        n->count == 0 ? NULL : bsearch(&text, n->p, n->count, sizeof n->p[0], by_text);
    return found == NULL ? HW_BEHAVE_NONE : (uint32_t)(found - n->p);
}

/* The next of the names in a list with line ends between them; empty: there is none. */
static struct hw_span next_cited(struct hw_span *list)
{
    struct hw_span one = {NULL, 0};
    while (one.n == 0 && list->n > 0) {
        size_t end = hw_span_find(*list, '\n');
        one = hw_span_trim(hw_span_cut(*list, 0, end));
        *list = hw_span_from(*list, end + 1);
    }
    return one;
}

static size_t count_cited(const struct hw_behave *b)
{
    size_t count = b->dated_count;
    for (size_t i = 0; i < b->given_count; i++) {
        struct hw_span list = b->given[i].cites;
        while (next_cited(&list).n > 0) {
            count++;
        }
    }
    return count;
}

static bool name_everything(struct hw_behave *b)
{
    size_t n = b->given_count, cited = count_cited(b), k = 0, campaigns = 0;
    b->groups.p = calloc(n + 1, sizeof(struct hw_span));
    b->features.p = calloc(n + 1, sizeof(struct hw_span));
    b->campaigns.p = calloc(n + 1, sizeof(struct hw_span));
    b->sources.p = calloc(cited + 1, sizeof(struct hw_span));
    b->cited = calloc(cited + 1, sizeof *b->cited);
    if (b->groups.p == NULL || b->features.p == NULL || b->campaigns.p == NULL ||
        b->sources.p == NULL || b->cited == NULL || cited >= HW_BEHAVE_NONE) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct hw_span list = b->given[i].cites, one;
        b->groups.p[i] = b->given[i].group;
        b->features.p[i] = b->given[i].feature;
        if (b->given[i].by.n > 0) {
            b->campaigns.p[campaigns++] = b->given[i].by;
        }
        while ((one = next_cited(&list)).n > 0) {
            b->sources.p[k++] = one;
        }
    }
    for (size_t i = 0; i < b->dated_count; i++) {
        b->sources.p[k++] = b->dated[i].source;
    }
    number_all(&b->groups, n);
    number_all(&b->features, n);
    number_all(&b->campaigns, campaigns);
    number_all(&b->sources, k);
    return true;
}

/* ---- claims ---- */

static int by_place(const void *x, const void *y)
{
    const struct behave_claim *a = x, *b = y;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    if (a->feature != b->feature) {
        return a->feature < b->feature ? -1 : 1;
    }
    return a->by < b->by ? -1 : a->by > b->by;
}

static void say_date(int64_t *date, int64_t said)
{
    if (said != HW_TIME_NONE && (*date == HW_TIME_NONE || said < *date)) {
        *date = said;
    }
}

static void fill_claims(struct hw_behave *b)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < b->sources.count; i++) {
        b->source_date[i] = HW_TIME_NONE;
    }
    for (size_t i = 0; i < b->given_count; i++) {
        const struct behave_given *g = &b->given[i];
        struct behave_claim *c = &b->claims[i];
        struct hw_span list = g->cites, one;
        *c = (struct behave_claim){.group = hw_behave_number(&b->groups, g->group),
                                   .feature = hw_behave_number(&b->features, g->feature),
                                   .by = HW_BEHAVE_NONE,
                                   .cites = k,
                                   .published = g->published};
        if (g->by.n > 0) {
            c->by = hw_behave_number(&b->campaigns, g->by);
        }
        while ((one = next_cited(&list)).n > 0) {
            b->cited[k++] = hw_behave_number(&b->sources, one);
        }
        c->cite_count = k - c->cites;
        if (c->cite_count == 1) {
            say_date(&b->source_date[b->cited[c->cites]], c->published);
        }
        b->is_software[c->feature] = b->is_software[c->feature] || g->software;
    }
    for (size_t i = 0; i < b->dated_count; i++) {
        uint32_t s = hw_behave_number(&b->sources, b->dated[i].source);
        say_date(&b->source_date[s], b->dated[i].published);
    }
    if (b->given_count > 0) {
        qsort(b->claims, b->given_count, sizeof b->claims[0], by_place);
    }
}

/* A claim's date is that of its first source. Where all but one of them are known to be later, it
 * is that one's: which one; HW_BEHAVE_NONE: that is not so. */
static uint32_t last_undated(const struct hw_behave *b, const struct behave_claim *c)
{
    uint32_t unknown = HW_BEHAVE_NONE;
    for (uint32_t i = 0; i < c->cite_count && c->published != HW_TIME_NONE; i++) {
        uint32_t s = b->cited[c->cites + i];
        if (b->source_date[s] == HW_TIME_NONE && (unknown == HW_BEHAVE_NONE || unknown == s)) {
            unknown = s;
        } else if (b->source_date[s] == HW_TIME_NONE || b->source_date[s] <= c->published) {
            return HW_BEHAVE_NONE;
        }
    }
    return unknown;
}

/* One date may tell the next. A pass looks at dates of the pass before alone, so that the order of
 * claims does not count; passes are bounded, for what is not found only counts for less. */
static void date_by_others(struct hw_behave *b, int64_t *next)
{
    bool more = true;
    size_t bytes = b->sources.count * sizeof *next;
    for (unsigned pass = 0; pass < DATE_PASSES && more; pass++) {
        more = false;
        memcpy(next, b->source_date, bytes);
        for (size_t i = 0; i < b->given_count; i++) {
            uint32_t s = last_undated(b, &b->claims[i]);
            if (s != HW_BEHAVE_NONE) {
                say_date(&next[s], b->claims[i].published);
                more = true;
            }
        }
        memcpy(b->source_date, next, bytes);
    }
}

static void fill_uses(struct hw_behave *b)
{
    uint32_t group = 0;
    b->use_from[0] = 0;
    for (size_t i = 0; i < b->given_count; i++) {
        const struct behave_claim *c = &b->claims[i];
        bool again = i > 0 && c->group == c[-1].group && c->feature == c[-1].feature;
        for (; group < c->group; group++) {
            b->use_from[group + 1] = b->use_count;
        }
        if (!again) {
            b->uses[b->use_count++] = (struct behave_use){c->feature, (uint32_t)i, 0};
        }
        b->uses[b->use_count - 1].claim_count++;
    }
    for (; group < b->groups.count; group++) {
        b->use_from[group + 1] = b->use_count;
    }
}

int hw_behave_settle(struct hw_behave *b, struct hw_error *err)
{
    if (b->settled) {
        return HW_OK;
    }
    bool ok = name_everything(b);
    int64_t *next = NULL;
    if (ok && (b->groups.count > HW_BEHAVE_GROUPS || b->features.count > HW_BEHAVE_FEATURES)) {
        unsettle(b);
        return hw_fail(err, HW_E_LIMIT, "more than %d groups or %d techniques and software",
                       HW_BEHAVE_GROUPS, HW_BEHAVE_FEATURES);
    }
    if (ok) {
        b->claims = calloc(b->given_count + 1, sizeof *b->claims);
        b->uses = calloc(b->given_count + 1, sizeof *b->uses);
        b->use_from = calloc((size_t)b->groups.count + 1, sizeof *b->use_from);
        b->is_software = calloc((size_t)b->features.count + 1, sizeof *b->is_software);
        b->source_date = calloc((size_t)b->sources.count + 1, sizeof *b->source_date);
        next = calloc((size_t)b->sources.count + 1, sizeof *next);
        ok = next != NULL && b->claims != NULL && b->uses != NULL && b->use_from != NULL &&
             b->is_software != NULL && b->source_date != NULL;
    }
    if (!ok) {
        unsettle(b);
        free(next);
        return no_memory(err);
    }
    fill_claims(b);
    date_by_others(b, next);
    free(next);
    fill_uses(b);
    b->settled = true;
    return HW_OK;
}
