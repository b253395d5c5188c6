/* SPDX-License-Identifier: Apache-2.0 */
#include "unseen_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

int kit_setup(void **state)
{
    struct kit *k = calloc(1, sizeof *k);
    assert_non_null(k);
    k->arena = hw_arena_new(256 << 20);
    assert_non_null(k->arena);
    k->ask = (struct hw_unseen_ask){.captures = k->captures, .independent = true};
    *state = k;
    return 0;
}

int kit_teardown(void **state)
{
    struct kit *k = *state;
    hw_arena_free(k->arena);
    free(k);
    return 0;
}

struct hw_capture *kit_list(struct kit *k, const char *observer, size_t room)
{
    struct hw_capture *c = &k->captures[k->ask.count++];
    assert_true(k->ask.count <= HW_UNSEEN_LISTS + 1);
    *c = (struct hw_capture){
        .observer = hw_span_str(observer),
        .unit = HW_SPAN_LIT("package"),
        .of = HW_SPAN_LIT("poisoned packages"),
        .population = HW_POPULATION_CLOSED,
        .key = HW_KEY_IDENTITY,
    };
    c->items = hw_arena_array(k->arena, room + 1, sizeof c->items[0]);
    assert_non_null(c->items);
    return c;
}

void kit_put(struct kit *k, struct hw_capture *c, const char *item, int64_t at)
{
    struct hw_capture_item *to = (struct hw_capture_item *)(uintptr_t)&c->items[c->item_count++];
    to->item = (struct hw_span){hw_arena_copy(k->arena, hw_span_str(item)), strlen(item)};
    to->at = at;
    assert_non_null(to->item.p);
}

void kit_range(struct kit *k, struct hw_capture *c, unsigned from, unsigned below)
{
    char name[16];
    for (unsigned i = from; i < below; i++) {
        (void)snprintf(name, sizeof name, "v%u", i);
        kit_put(k, c, name, HW_TIME_NONE);
    }
}

const struct hw_unseen_answer *kit_ask(struct kit *k)
{
    struct hw_unseen_answer *a = NULL;
    if (hw_unseen_ask(&k->ask, k->arena, &a, &k->err) != HW_OK) {
        fail_msg("%s", k->err.text);
    }
    k->a = a;
    /* whatever was asked: a refusal silences every number, and a number has all its parts */
    assert_true(a->refusals == NULL || a->estimate_count == 0);
    for (size_t i = 0; i < a->estimate_count; i++) {
        const struct hw_unseen_estimate *e = &a->estimates[i];
        assert_true(e->number.lo >= (double)a->seen && e->number.lo <= e->number.n &&
                    e->number.n <= e->number.hi && e->number.hi < 1e300);
        assert_true(hw_span_starts(e->says, "at least ") && e->assumes[0] != NULL);
    }
    for (const struct hw_unseen_refusal *r = a->refusals; r != NULL; r = r->next) {
        assert_true(r->says.n > 0 && r->lifts.n > 0);
        assert_true(r->next == NULL || r->next->check > r->check); /* in order, each once */
    }
    return a;
}

const struct hw_unseen_refusal *kit_refusal(const struct kit *k, enum hw_unseen_check check)
{
    const struct hw_unseen_refusal *r = k->a->refusals;
    while (r != NULL && r->check != check) {
        r = r->next;
    }
    return r;
}

const char *kit_refusals(struct kit *k)
{
    char text[256] = "";
    for (const struct hw_unseen_refusal *r = k->a->refusals; r != NULL; r = r->next) {
        size_t n = strlen(text);
        (void)snprintf(text + n, sizeof text - n, "%s%s", n > 0 ? " " : "",
                       hw_unseen_check_word(r->check));
    }
    const char *kept = (const char *)hw_arena_copy(k->arena, hw_span_str(text));
    assert_non_null(kept);
    return kept;
}

const struct hw_unseen_estimate *kit_estimate(const struct kit *k, enum hw_unseen_method m)
{
    for (size_t i = 0; i < k->a->estimate_count; i++) {
        if (k->a->estimates[i].method == m) {
            return &k->a->estimates[i];
        }
    }
    return NULL;
}

const struct hw_unseen_pair *kit_pair(const struct kit *k, const char *one, const char *other)
{
    for (size_t i = 0; i < k->a->pair_count; i++) {
        const struct hw_unseen_pair *p = &k->a->pairs[i];
        struct hw_span a = k->a->lists[p->a].observer, b = k->a->lists[p->b].observer;
        if ((hw_span_is(a, one) && hw_span_is(b, other)) ||
            (hw_span_is(a, other) && hw_span_is(b, one))) {
            return p;
        }
    }
    fail_msg("no pair of %s and %s", one, other);
    return NULL;
}
