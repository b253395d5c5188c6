/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/attributing_sources.c -- which sources are one.
 *
 * Published analyses copy each other: four lists of one attack had 21 of 21 domains in common. So
 * each source has a footprint: its own publisher and every publisher that any source of these rests
 * on, however far. Two sources are independent when their footprints do not meet. A source that
 * rests on two others does not make one of these: it only adds nothing beside either.
 */
#include <stdlib.h>

#include "ask/attributing.h"
#include "base/text.h"

bool attributing_same(struct hw_span a, struct hw_span b)
{
    return hw_span_equal_nocase(hw_span_trim(a), hw_span_trim(b));
}

/* The source of this id in the same estate, or else the first in another. */
static int32_t find(const struct attributing *q, struct hw_span id, unsigned document)
{
    int32_t elsewhere = NO_SOURCE;
    for (size_t i = 0; i < q->source_count; i++) {
        if (attributing_same(q->sources[i].id, id)) {
            if (q->sources[i].document == document) {
                return (int32_t)i;
            }
            elsewhere = elsewhere == NO_SOURCE ? (int32_t)i : elsewhere;
        }
    }
    return elsewhere;
}

/* Somebody names a source that nobody describes: it stands for itself. */
static int32_t find_or_stand_for(struct attributing *q, struct hw_span id, unsigned document)
{
    int32_t i = find(q, id, document);
    if (i == NO_SOURCE && q->source_count < SOURCES_MAX) {
        i = (int32_t)q->source_count++;
        q->sources[i] =
            (struct said_source){.id = id, .by = id, .published = INT64_MIN, .document = document};
    }
    return i;
}

static void rest(struct attributing *q)
{
    size_t described = q->source_count;
    for (size_t i = 0; i < described; i++) {
        struct said_source *s = &q->sources[i];
        struct hw_span list = s->rests_on, id;
        while (hw_said_word(&list, &id)) {
            int32_t on = find_or_stand_for(q, id, s->document);
            if (on == NO_SOURCE || s->rest_count == RESTS_MAX) {
                q->over++;
            } else {
                s->rests[s->rest_count++] = (uint32_t)on;
            }
        }
    }
    for (size_t i = 0; i < q->claim_count; i++) {
        q->claims[i].source = find_or_stand_for(q, q->claims[i].source_id, q->claims[i].document);
    }
    for (size_t i = 0; i < q->link_count; i++) {
        q->links[i].source = find_or_stand_for(q, q->links[i].source_id, q->links[i].document);
    }
    for (size_t i = 0; i < q->source_count; i++) {
        uint32_t first = 0;
        while (first < i && !attributing_same(q->sources[first].by, q->sources[i].by)) {
            first++;
        }
        q->sources[i].publisher = first;
        q->sources[i].sibling = (uint32_t)i;
        if (first < i) {
            q->sources[i].sibling = q->sources[first].sibling;
            q->sources[first].sibling = (uint32_t)i;
        }
    }
}

struct reach {
    uint32_t *stack, *met;
    size_t depth;
    uint32_t round;
};

static void meet(struct reach *r, uint32_t source)
{
    if (r->met[source] != r->round) {
        r->met[source] = r->round;
        r->stack[r->depth++] = source;
    }
}

/* Every source reached from this one; who rests on each other in a ring is met once. */
static void walk(struct attributing *q, size_t from, struct reach *r)
{
    struct said_source *s = &q->sources[from];
    r->round = (uint32_t)from + 1;
    meet(r, (uint32_t)from);
    while (r->depth > 0) {
        const struct said_source *at = &q->sources[r->stack[--r->depth]];
        uint64_t bit = UINT64_C(1) << (at->publisher % 64);
        s->weight += (s->footprint[at->publisher / 64] & bit) == 0;
        s->footprint[at->publisher / 64] |= bit;
        meet(r, at->sibling);
        for (uint32_t i = 0; i < at->rest_count; i++) {
            meet(r, at->rests[i]);
        }
    }
}

int attributing_sources(struct attributing *q)
{
    struct hw_arena *arena = q->a->arena;
    rest(q);
    size_t words = q->source_count / 64 + 1;
    uint64_t *all = hw_arena_array(arena, (q->source_count + 2) * words, sizeof *all);
    struct reach r = {.stack = hw_arena_array(arena, q->source_count + 1, sizeof *r.stack),
                      .met = hw_arena_array(arena, q->source_count + 1, sizeof *r.met)};
    q->chosen = hw_arena_array(arena, SOURCES_MAX + CLAIMS_MAX, sizeof *q->chosen);
    if (all == NULL || r.stack == NULL || r.met == NULL || q->chosen == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for sources");
    }
    q->footprint_words = words;
    q->taken = all + q->source_count * words;
    for (size_t i = 0; i < q->source_count; i++) {
        q->sources[i].footprint = all + i * words;
        walk(q, i, &r);
        q->a->source_count += q->sources[i].described;
    }
    return HW_OK;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static bool meets(const struct attributing *q, const uint64_t *footprint)
{
    for (size_t i = 0; i < q->footprint_words; i++) {
        if ((footprint[i] & q->taken[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* Those that rest on fewest first: what they take from others is least. */
uint64_t attributing_independent(struct attributing *q, uint32_t *sources, size_t count)
{
    uint64_t n = 0;
    uint32_t heaviest = 0;
    qsort(sources, count, sizeof *sources, by_number);
    for (size_t i = 0; i < q->footprint_words; i++) {
        q->taken[i] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t w = q->sources[sources[i]].weight;
        heaviest = w > heaviest ? w : heaviest;
    }
    for (uint32_t w = 1; w <= heaviest; w++) {
        uint32_t next = UINT32_MAX;
        for (size_t i = 0; i < count; i++) {
            const struct said_source *s = &q->sources[sources[i]];
            next = s->weight > w && s->weight < next ? s->weight : next;
            if (s->weight != w || meets(q, s->footprint)) {
                continue;
            }
            for (size_t k = 0; k < q->footprint_words; k++) {
                q->taken[k] |= s->footprint[k];
            }
            n++;
        }
        w = next == UINT32_MAX ? heaviest : next - 1;
    }
    return n;
}
