/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/needles.h"

#include <stdlib.h>

#include "base/text.h"

enum { GRAM = 4, BUCKETS = 1 << 16 };

struct needle {
    uint32_t gram, next; /* next: index + 1 */
    uint32_t rule, at;   /* at: of the four bytes in the text */
    struct hw_span text;
};

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for published rules");
}

int needles_init(struct needles *n, size_t most, struct hw_error *err)
{
    *n = (struct needles){.most = most};
    n->heads = calloc(BUCKETS, sizeof *n->heads);
    n->often = calloc(BUCKETS, sizeof *n->often);
    n->texts = calloc(most, sizeof *n->texts);
    for (unsigned i = 0; i < 256; i++) {
        n->fold[i] = hw_ascii_lower((uint8_t)i);
    }
    return n->heads == NULL || n->often == NULL || n->texts == NULL ? no_memory(err) : HW_OK;
}

void needles_made(struct needles *n)
{
    free(n->often);
    free(n->texts);
    n->often = NULL;
    n->texts = NULL;
}

void needles_done(struct needles *n)
{
    needles_made(n);
    free(n->p);
    free(n->heads);
    *n = (struct needles){.count = 0};
}

static uint32_t hash(uint32_t gram)
{
    return gram * UINT32_C(2654435761) >> 16;
}

static uint32_t gram_at(const struct needles *n, struct hw_span s, size_t at)
{
    uint32_t g = 0;
    for (size_t i = 0; i < GRAM; i++) {
        g = g << 8 | n->fold[s.p[at + i]];
    }
    return g;
}

/* Where the rarest four bytes of a text stand, by what was counted so far. */
static size_t rarest(struct needles *n, struct hw_span text, bool count)
{
    size_t best = 0;
    for (size_t at = 0; at + GRAM <= text.n; at++) {
        uint32_t h = hash(gram_at(n, text, at));
        n->often[h] += count;
        best = n->often[h] < n->often[hash(gram_at(n, text, best))] ? at : best;
    }
    return best;
}

void needles_count(struct needles *n, const struct hw_rule *rule)
{
    size_t count = hw_rule_needs(rule, GRAM, n->texts, n->most);
    for (size_t i = 0; i < count; i++) {
        (void)rarest(n, n->texts[i], true);
    }
}

static int put(struct needles *n, struct hw_span text, uint32_t rule, struct hw_error *err)
{
    size_t at = rarest(n, text, false);
    uint32_t gram = gram_at(n, text, at), *head = &n->heads[hash(gram)];
    if (n->count == n->room) {
        size_t room = n->room == 0 ? 4096 : n->room * 2;
        struct needle *p = realloc(n->p, room * sizeof *p);
        if (p == NULL) {
            return no_memory(err);
        }
        n->p = p;
        n->room = room;
    }
    n->p[n->count++] = (struct needle){gram, *head, rule, (uint32_t)at, text};
    *head = (uint32_t)n->count;
    return HW_OK;
}

int needles_put(struct needles *n, const struct hw_rule *rule, uint32_t number, bool *out_needed,
                struct hw_error *err)
{
    size_t count = hw_rule_needs(rule, GRAM, n->texts, n->most);
    int rc = HW_OK;
    *out_needed = count > 0;
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = put(n, n->texts[i], number, err);
    }
    return rc;
}

/* Does the text stand around its four bytes, the last of which is at `end`? */
static bool stands(const struct needles *n, const struct needle *g, struct hw_span v, size_t end)
{
    size_t before = g->at + GRAM - 1;
    if (end < before || v.n - (end - before) < g->text.n) {
        return false;
    }
    const uint8_t *p = v.p + (end - before);
    for (size_t i = 0; i < g->text.n; i++) {
        if (n->fold[p[i]] != n->fold[g->text.p[i]]) {
            return false;
        }
    }
    return true;
}

int needles_walk(const struct needles *n, struct hw_span value, const struct needles_asker *asker)
{
    uint32_t gram = 0;
    int rc = HW_OK;
    for (size_t i = 0; i < value.n && rc == HW_OK; i++) {
        gram = gram << 8 | n->fold[value.p[i]];
        for (uint32_t k = i + 1 < GRAM ? 0 : n->heads[hash(gram)]; k != 0 && rc == HW_OK;) {
            const struct needle *g = &n->p[k - 1];
            if (g->gram == gram && asker->wanted(asker->state, g->rule) && stands(n, g, value, i)) {
                rc = asker->ask(asker->state, g->rule);
            }
            k = g->next;
        }
    }
    return rc;
}
