/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/unseen.c -- the question about the unseen: what lists share, then the checks, then numbers.
 *
 * All items are sorted once; equal ones stand together, so one walk counts every pair of lists and
 * every combination. Which conditions must hold is in ask/unseen_check.c, the arithmetic in
 * ask/unseen_estimate.c and ask/unseen_fit.c.
 */
#include "ask/unseen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ask/room.h"
#include "ask/unseen_parts.h"
#include "base/text.h"
#include "base/time.h"

static const char *const closed = "nobody joined or left the population while the observers looked "
                                  "(declared)";
static const char *const identity = "equal items are one victim, and no victim has two (declared)";
static const char *const independent = "no observer looked where another one pointed (declared)";
static const char *const even =
    "every victim is as easy to see as any other (nothing can check this): "
    "where some are harder to see, there are more than this";

const char *hw_unseen_check_word(enum hw_unseen_check c)
{
    static const char *const words[HW_UNSEEN_CHECK_COUNT] = {
        "units", "populations", "keys",    "open",    "copies",       "contained",
        "lag",   "no-lists",    "overlap", "avoided", "independence", "unfitted",
    };
    return (unsigned)c < HW_UNSEEN_CHECK_COUNT ? words[c] : "unknown";
}

const char *hw_unseen_method_word(enum hw_unseen_method m)
{
    static const char *const words[] = {"chapman", "chao2", "log-linear"};
    return (unsigned)m < sizeof words / sizeof words[0] ? words[m] : "unknown";
}

void hw_unseen_note(struct hw_unseen_work *w, struct hw_span says)
{
    struct hw_unseen_note *n = hw_arena_alloc(w->arena, sizeof *n);
    if (n == NULL || says.p == NULL) {
        w->failed = true;
        return;
    }
    n->says = says;
    *w->note_tail = n;
    w->note_tail = &n->next;
}

size_t hw_unseen_pair_at(size_t lists, size_t a, size_t b)
{
    return a * (2 * lists - a - 1) / 2 + (b - a - 1);
}

/* ---- what the lists share ---- */

struct entry {
    struct hw_span item;
    int64_t at;
    uint32_t list;
};

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int by_item = hw_span_compare(x->item, y->item);
    return by_item != 0 ? by_item : (x->list > y->list) - (x->list < y->list);
}

/* One item: the lists that have it, and when each of them had it first. */
struct sight {
    uint32_t on;
    int64_t at[HW_UNSEEN_LISTS];
};

static void put_pair(struct hw_unseen_pair *p, int64_t a, int64_t b)
{
    p->shared++;
    if (a != HW_TIME_NONE && b != HW_TIME_NONE) {
        p->dated++;
        p->a_first += a < b;
        p->b_first += b < a;
    }
}

static void put_sight(struct hw_unseen_work *w, const struct sight *s)
{
    struct hw_unseen_answer *a = w->a;
    int by = __builtin_popcount(s->on);
    a->seen++;
    a->once += by == 1;
    a->twice += by == 2;
    if (a->list_count <= HW_UNSEEN_FITTED) {
        w->cells[s->on]++;
    }
    for (unsigned i = 0; i < a->list_count; i++) {
        if ((s->on >> i & 1) == 0) {
            continue;
        }
        w->with_others[i] += by > 1;
        for (unsigned k = i + 1; k < a->list_count; k++) {
            if ((s->on >> k & 1) != 0) {
                put_pair(&a->pairs[hw_unseen_pair_at(a->list_count, i, k)], s->at[i], s->at[k]);
            }
        }
    }
}

/* Counts every list, and across lists where `across`. */
static void walk(struct hw_unseen_work *w, const struct entry *all, size_t count, bool across)
{
    struct sight s = {.on = 0};
    for (size_t i = 0; i < count; i++) {
        const struct entry *e = &all[i];
        uint32_t bit = 1U << e->list;
        if ((s.on & bit) == 0) {
            s.on |= bit;
            s.at[e->list] = e->at;
            w->a->lists[e->list].count++;
        } else if (e->at != HW_TIME_NONE &&
                   (s.at[e->list] == HW_TIME_NONE || e->at < s.at[e->list])) {
            s.at[e->list] = e->at;
        }
        if (i + 1 == count || !hw_span_equal(e->item, all[i + 1].item)) {
            if (across) {
                put_sight(w, &s);
            }
            s.on = 0;
        }
    }
}

static void measure_pairs(struct hw_unseen_answer *a)
{
    for (unsigned i = 0; i < a->list_count; i++) {
        for (unsigned k = i + 1; k < a->list_count; k++) {
            struct hw_unseen_pair *p = &a->pairs[hw_unseen_pair_at(a->list_count, i, k)];
            uint64_t x = a->lists[i].count, y = a->lists[k].count, smaller = x < y ? x : y;
            p->a = i;
            p->b = k;
            p->contained = smaller == 0 ? 0 : (double)p->shared / (double)smaller;
        }
    }
}

static bool units_alike(const struct hw_unseen_ask *ask)
{
    for (size_t i = 0; i < ask->count; i++) {
        if (ask->captures[i].unit.n == 0 ||
            !hw_span_equal_nocase(ask->captures[i].unit, ask->captures[0].unit)) {
            return false;
        }
    }
    return true;
}

static int gather(struct hw_unseen_work *w, size_t items, struct hw_error *err)
{
    struct hw_unseen_answer *a = w->a;
    const struct hw_unseen_ask *ask = w->ask;
    size_t pairs = ask->count * (ask->count - 1) / 2, at = 0;
    struct entry *all = hw_arena_array(w->arena, items + 1, sizeof *all);
    a->lists = hw_arena_array(w->arena, ask->count, sizeof a->lists[0]);
    a->pairs = hw_arena_array(w->arena, pairs + 1, sizeof a->pairs[0]);
    if (all == NULL || a->lists == NULL || a->pairs == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to compare %zu items", items);
    }
    a->list_count = ask->count;
    a->alike = units_alike(ask);
    a->pair_count = a->alike ? pairs : 0;
    for (uint32_t i = 0; i < ask->count; i++) {
        const struct hw_capture *c = &ask->captures[i];
        a->lists[i] = (struct hw_unseen_list){
            .observer = c->observer, .unit = c->unit, .of = c->of, .listed = c->item_count > 0};
        for (size_t k = 0; k < c->item_count; k++) {
            all[at++] = (struct entry){c->items[k].item, c->items[k].at, i};
        }
    }
    qsort(all, at, sizeof all[0], compare);
    walk(w, all, at, a->alike);
    measure_pairs(a);
    for (size_t i = 0; i < ask->count; i++) {
        a->lists[i].count = a->lists[i].listed ? a->lists[i].count : ask->captures[i].stated;
    }
    return HW_OK;
}

/* What stands without any estimate: the union, where one item is one victim of one population; else
 * the largest list, which at least its own observer did not count twice. */
static uint64_t at_least(const struct hw_unseen_work *w)
{
    const struct hw_unseen_answer *a = w->a;
    uint64_t most = 0;
    bool alike = a->alike, identical = true;
    for (size_t i = 0; i < a->list_count; i++) {
        const struct hw_capture *c = &w->ask->captures[i];
        alike = alike && hw_span_equal_nocase(c->of, w->ask->captures[0].of);
        identical = identical && (c->key == HW_KEY_IDENTITY || c->item_count == 0);
        most = a->lists[i].count > most ? a->lists[i].count : most;
    }
    if (!alike) {
        return 0;
    }
    return identical && a->seen > most ? a->seen : most;
}

/* ---- numbers ---- */

static void put_estimate(struct hw_unseen_work *w, enum hw_unseen_method method,
                         const struct hw_unseen_number *n, const char *const *assumes)
{
    struct hw_unseen_estimate *e = &w->a->estimates[w->a->estimate_count++];
    *e = (struct hw_unseen_estimate){.method = method, .number = *n, .assumes = assumes};
    e->says =
        hw_words(w->arena,
                 "at least %" PRIu64 ", who were seen; if all that is assumed holds, at least "
                 "about %.0f, with an interval of 95%% from %.0f to %.0f",
                 w->a->seen, n->n, n->lo, n->hi);
    w->failed = w->failed || e->says.p == NULL;
}

static void estimate_two(struct hw_unseen_work *w)
{
    static const char *const assumes[] = {closed, identity, independent, even, NULL};
    const struct hw_unseen_answer *a = w->a;
    struct hw_unseen_number n;
    if (hw_unseen_chapman(a->lists[0].count, a->lists[1].count, a->pairs[0].shared, &n)) {
        put_estimate(w, HW_UNSEEN_CHAPMAN, &n, assumes);
    }
}

static void estimate_chao2(struct hw_unseen_work *w)
{
    static const char *const assumes[] = {
        closed, identity, independent,
        "victims may differ in how easy they are to see: then there are more than this", NULL};
    const struct hw_unseen_answer *a = w->a;
    struct hw_unseen_number n;
    if (hw_unseen_chao2((unsigned)a->list_count, a->seen, a->once, a->twice, &n)) {
        put_estimate(w, HW_UNSEEN_CHAO2, &n, assumes);
    }
}

/* The pairs of a set, by their observers' names. */
static struct hw_span name_pairs(struct hw_unseen_work *w, uint32_t set)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 14);
    for (size_t i = 0; i < w->a->pair_count; i++) {
        if ((set >> i & 1) != 0) {
            const struct hw_unseen_pair *p = &w->a->pairs[i];
            hw_buf_str(&b, b.n > 0 ? "; " : "");
            hw_unseen_name_put(&b, w->a->lists[p->a].observer);
            hw_buf_str(&b, " with ");
            hw_unseen_name_put(&b, w->a->lists[p->b].observer);
        }
    }
    struct hw_span kept =
        hw_buf_ok(&b) ? hw_span_keep(w->arena, hw_buf_span(&b)) : (struct hw_span){NULL, 0};
    w->failed = w->failed || kept.p == NULL;
    hw_buf_done(&b);
    return kept;
}

static void estimate_fitted(struct hw_unseen_work *w, const struct hw_unseen_model *m)
{
    static const char *const assumes[] = {
        closed, identity,
        "lists depend on each other in pairs only, as the model says, and not all pairs do", even,
        NULL};
    struct hw_span pairs =
        m->with == 0 ? HW_SPAN_LIT("no list depends on another") : name_pairs(w, m->with);
    put_estimate(w, HW_UNSEEN_LOGLINEAR, &m->number, assumes);
    w->a->estimates[w->a->estimate_count - 1].model = pairs;
    if (m->with != 0) {
        hw_unseen_note(w,
                       hw_words(w->arena,
                                "declared independent, but fitted best with lists that depend on "
                                "each other: %.*s",
                                (int)pairs.n, (const char *)pairs.p));
    }
}

static void estimate_many(struct hw_unseen_work *w)
{
    struct hw_unseen_answer *a = w->a;
    struct hw_unseen_model m;
    if (a->list_count > HW_UNSEEN_FITTED) {
        hw_unseen_note(w, hw_words(w->arena,
                                   "no log-linear model: they are fitted to %d lists at most",
                                   HW_UNSEEN_FITTED));
        estimate_chao2(w);
        return;
    }
    if (!hw_unseen_loglinear((unsigned)a->list_count, w->cells, &m)) {
        hw_unseen_refuse(w, HW_UNSEEN_UNFITTED,
                         hw_words(w->arena,
                                  "none of %u log-linear models can be fitted: the matrix of "
                                  "information is singular, or a term runs off to infinity",
                                  m.tried),
                         "longer lists, with more in common");
        return;
    }
    if (m.negative == 0) {
        estimate_chao2(w);
    } else {
        struct hw_span pairs = name_pairs(w, m.negative);
        hw_unseen_note(w,
                       hw_words(w->arena,
                                "no Chao2: it would be no lower bound, for these share less than "
                                "by chance: %.*s",
                                (int)pairs.n, (const char *)pairs.p));
    }
    estimate_fitted(w, &m);
}

/* ---- the question ---- */

static int refuse_sizes(const struct hw_unseen_ask *ask, size_t *out_items, struct hw_error *err)
{
    size_t items = 0;
    if (ask->count == 0) {
        return hw_fail(err, HW_E_USAGE, "no lists to estimate from");
    }
    if (ask->count > HW_UNSEEN_LISTS) {
        return hw_fail(err, HW_E_LIMIT, "%zu lists, at most %d are compared", ask->count,
                       HW_UNSEEN_LISTS);
    }
    for (size_t i = 0; i < ask->count; i++) {
        size_t n = ask->captures[i].item_count;
        if (n > HW_UNSEEN_ITEMS - items) {
            return hw_fail(err, HW_E_LIMIT, "more than %d items are not compared", HW_UNSEEN_ITEMS);
        }
        if (ask->captures[i].copy_count > HW_UNSEEN_COPIES_SAID) {
            return hw_fail(err, HW_E_LIMIT, "a list that copies more than %d others",
                           HW_UNSEEN_COPIES_SAID);
        }
        items += n;
    }
    *out_items = items;
    return HW_OK;
}

int hw_unseen_ask(const struct hw_unseen_ask *ask, struct hw_arena *arena,
                  struct hw_unseen_answer **out, struct hw_error *err)
{
    size_t items = 0;
    int rc = refuse_sizes(ask, &items, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_unseen_work w = {.ask = ask, .arena = arena};
    w.a = hw_arena_alloc(arena, sizeof *w.a);
    if (w.a == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for an estimate");
    }
    w.refusal_tail = &w.a->refusals;
    w.note_tail = &w.a->notes;
    rc = gather(&w, items, err);
    if (rc != HW_OK) {
        return rc;
    }
    w.a->at_least = at_least(&w);
    hw_unseen_check(&w);
    if (w.a->refusals == NULL && ask->independent && !w.failed) {
        if (w.a->list_count == 2) {
            estimate_two(&w);
        } else {
            estimate_many(&w);
        }
    }
    if (w.failed) {
        return hw_fail(err, HW_E_MEMORY, "no memory for an estimate");
    }
    *out = w.a;
    return HW_OK;
}
