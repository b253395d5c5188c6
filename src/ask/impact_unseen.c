/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_unseen.c -- how many nobody has seen: what estates repeat of who saw which victims,
 * put to ask/unseen.h; and the numbers that others give without a list, which it refuses.
 */
#include <string.h>

#include "ask/impacting.h"
#include "ask/said.h"
#include "ask/unseen.h"
#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"

enum { COPIES = HW_UNSEEN_COPIES_SAID, LISTS = HW_UNSEEN_LISTS };

struct list { /* a capture, and its items as they come */
    struct hw_capture c;
    struct hw_capture_item *items;
    size_t room;
    struct hw_span copies[COPIES];
};

struct unseeing {
    struct impacting *x;
    struct list *lists; /* LISTS of room */
    size_t count;
    bool too_many; /* anybody may write a list: it must not cost the rest of the answer */
};

static struct hw_span kept(struct impacting *x, const struct hw_said *s, const char *name)
{
    return hw_span_keep(x->a->arena, hw_said_get(s, name));
}

/* Is this observer among those that the asker names? Nobody named: all are meant. */
static bool wanted(const struct impacting *x, struct hw_span observer)
{
    struct hw_span rest = x->ask->independent, one;
    while (hw_said_word(&rest, &one)) {
        if (hw_span_equal_nocase(one, observer)) {
            return true;
        }
    }
    return x->ask->independent.n == 0;
}

static void take_copies(struct unseeing *u, struct list *l, struct hw_span joined)
{
    struct hw_span rest = hw_span_keep(u->x->a->arena, joined), one;
    while (l->c.copy_count < COPIES && hw_said_word(&rest, &one)) {
        l->copies[l->c.copy_count++] = one;
    }
    l->c.copies = l->copies;
}

static struct list *find(struct unseeing *u, const struct hw_said *s)
{
    for (size_t i = 0; i < u->count; i++) {
        struct hw_capture *c = &u->lists[i].c;
        if (hw_span_equal(c->observer, hw_said_get(s, "observer")) &&
            hw_span_equal(c->of, hw_said_get(s, "of"))) {
            return &u->lists[i];
        }
    }
    return NULL;
}

static int capture(void *state, const struct hw_said *s)
{
    struct unseeing *u = state;
    struct impacting *x = u->x;
    if (strcmp(s->list, "said-capture") != 0 || !wanted(x, hw_said_get(s, "observer")) ||
        (s->time_ns != HW_TIME_NONE && s->time_ns > x->ask->as_of) || find(u, s) != NULL) {
        return HW_OK;
    }
    if (u->count == LISTS) {
        u->too_many = true;
        return HW_OK;
    }
    struct list *l = &u->lists[u->count++];
    struct hw_span population = hw_said_get(s, "population"), key = hw_said_get(s, "key");
    *l =
        (struct list){.c = {.observer = kept(x, s, "observer"),
                            .unit = kept(x, s, "unit"),
                            .of = kept(x, s, "of"),
                            .population = hw_span_is(population, "closed") ? HW_POPULATION_CLOSED
                                          : hw_span_is(population, "open") ? HW_POPULATION_OPEN
                                                                           : HW_POPULATION_UNSTATED,
                            .key = hw_span_is(key, "identity") ? HW_KEY_IDENTITY
                                   : hw_span_is(key, "weaker") ? HW_KEY_WEAKER
                                                               : HW_KEY_UNSTATED}};
    take_copies(u, l, hw_said_get(s, "copies"));
    return HW_OK;
}

static int item(void *state, const struct hw_said *s)
{
    struct unseeing *u = state;
    struct impacting *x = u->x;
    struct list *l = strcmp(s->list, "said-item") == 0 ? find(u, s) : NULL;
    if (l == NULL || (s->time_ns != HW_TIME_NONE && s->time_ns > x->ask->as_of)) {
        return HW_OK;
    }
    if (HW_GROW_IN(x->a->arena, l->items, l->c.item_count, l->room, HW_GROW_MOST) != HW_OK) {
        return impacting_no_memory(x);
    }
    l->items[l->c.item_count++] = (struct hw_capture_item){kept(x, s, "item"), s->time_ns};
    l->c.items = l->items;
    return HW_OK;
}

/* ---- the answer ---- */

static int refuse(struct impacting *x, struct hw_refused ***tail, struct hw_span of,
                  const struct hw_unseen_refusal *r)
{
    struct hw_refused *out = hw_arena_alloc(x->a->arena, sizeof *out);
    if (out == NULL) {
        return impacting_no_memory(x);
    }
    *out = (struct hw_refused){.of = of, .because = r->says, .needs = r->lifts};
    **tail = out;
    *tail = &out->next;
    return HW_OK;
}

static int estimate(struct impacting *x, struct hw_estimated ***tail, struct hw_span of,
                    const struct hw_unseen_estimate *e)
{
    struct hw_estimated *out = hw_arena_alloc(x->a->arena, sizeof *out);
    if (out == NULL) {
        return impacting_no_memory(x);
    }
    *out = (struct hw_estimated){.of = of,
                                 .method = hw_unseen_method_word(e->method),
                                 .says = e->says,
                                 .n = e->number.n,
                                 .lo = e->number.lo,
                                 .hi = e->number.hi,
                                 .assumes = e->assumes};
    **tail = out;
    *tail = &out->next;
    return HW_OK;
}

static int put(struct impacting *x, struct hw_span of, const struct hw_capture *captures,
               size_t count)
{
    struct hw_unseen_answer *a;
    struct hw_refused **refused = &x->a->refused;
    struct hw_estimated **estimated = &x->a->estimates;
    struct hw_unseen_ask ask = {
        .captures = captures, .count = count, .independent = x->ask->independent.n > 0};
    int rc = hw_unseen_ask(&ask, x->a->arena, &a, x->err);
    while (*refused != NULL) {
        refused = &(*refused)->next;
    }
    if (rc == HW_E_LIMIT) { /* too much of it: that is no reason to tell nothing else */
        struct hw_unseen_refusal r = {
            .says = hw_span_keep(x->a->arena, hw_span_str(x->err->text)),
            .lifts = hw_span_str("shorter lists, or --independent with the observers that count")};
        x->err->code = HW_OK;
        return refuse(x, &refused, of, &r);
    }
    for (const struct hw_unseen_refusal *r = rc == HW_OK ? a->refusals : NULL;
         r != NULL && rc == HW_OK; r = r->next) {
        rc = refuse(x, &refused, of, r);
    }
    for (size_t i = 0; rc == HW_OK && i < a->estimate_count; i++) {
        rc = estimate(x, &estimated, of, &a->estimates[i]);
    }
    if (rc == HW_OK && a->at_least > 0) {
        x->a->at_least = hw_words(x->a->arena, "At least %llu (%.*s).",
                                  (unsigned long long)a->at_least, (int)captures[0].unit.n,
                                  captures[0].unit.n > 0 ? (const char *)captures[0].unit.p : "");
    }
    return rc;
}

/* Numbers that others give: of one unit and population they would be lists without items. */
static int put_counts(struct impacting *x)
{
    struct hw_capture all[LISTS];
    size_t count = 0;
    for (const struct hw_counted *c = x->a->counts; c != NULL && count < LISTS; c = c->next) {
        if (!c->ours) {
            all[count++] = (struct hw_capture){
                .observer = c->observer, .unit = c->unit, .of = c->of, .stated = c->value};
        }
    }
    return count > 1 ? put(x, hw_span_str("how many victims nobody has seen, from these counts"),
                           all, count)
                     : HW_OK;
}

static int too_many(struct impacting *x)
{
    struct hw_refused **tail = &x->a->refused;
    struct hw_unseen_refusal r = {
        .says = hw_words(x->a->arena, "more than %d lists say who saw which victims", LISTS),
        .lifts = hw_span_str("--independent with the observers that count")};
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    return refuse(x, &tail, hw_span_str("how many victims nobody has seen"), &r);
}

int impact_unseen(struct impacting *x)
{
    struct unseeing u = {.x = x};
    u.lists = hw_arena_array(x->a->arena, LISTS, sizeof *u.lists);
    if (u.lists == NULL) {
        return impacting_no_memory(x);
    }
    int rc = put_counts(x);
    rc = rc != HW_OK ? rc : hw_said(x->c, capture, &u, x->err);
    if (rc == HW_OK && u.too_many) {
        return too_many(x);
    }
    rc = rc != HW_OK || u.count == 0 ? rc : hw_said(x->c, item, &u, x->err);
    if (rc == HW_OK && u.count > 0) {
        struct hw_capture all[LISTS];
        for (size_t i = 0; i < u.count; i++) {
            all[i] = u.lists[i].c;
        }
        struct hw_span of = all[0].of;
        rc = put(x,
                 hw_words(x->a->arena, "how many of the %.*s nobody has seen", (int)of.n,
                          (const char *)of.p),
                 all, u.count);
    }
    return rc;
}
