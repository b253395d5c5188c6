/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/needles.h"

#include <stdlib.h>

#include "base/grow.h"
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

struct making {
    struct needles *n;
    uint32_t *often;       /* how many texts have the four bytes */
    struct hw_span *texts; /* of one rule */
    struct hw_error *err;
};

void needles_done(struct needles *n)
{
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
static size_t rarest(const struct making *m, struct hw_span text, bool count)
{
    size_t best = 0;
    for (size_t at = 0; at + GRAM <= text.n; at++) {
        uint32_t h = hash(gram_at(m->n, text, at));
        m->often[h] += count;
        best = m->often[h] < m->often[hash(gram_at(m->n, text, best))] ? at : best;
    }
    return best;
}

static int put(const struct making *m, struct hw_span text, uint32_t rule)
{
    struct needles *n = m->n;
    size_t at = rarest(m, text, false);
    uint32_t gram = gram_at(n, text, at), *head = &n->heads[hash(gram)];
    if (HW_GROW(n->p, n->count, n->room, HW_GROW_MOST) != HW_OK) {
        return no_memory(m->err);
    }
    n->p[n->count++] = (struct needle){gram, *head, rule, (uint32_t)at, text};
    *head = (uint32_t)n->count;
    return HW_OK;
}

static int take(const struct making *m, const struct needles_rules *rules, size_t i, bool count)
{
    struct hw_rule rule;
    int rc = HW_OK;
    if (!rules->rule(rules->state, i, &rule)) {
        return hw_fail(m->err, HW_E_CASE, "a published rule in the case is damaged");
    }
    size_t texts = hw_rule_needs(&rule, GRAM, m->texts, rules->most);
    if (texts == 0 && !count) {
        rules->always(rules->state, i);
    }
    for (size_t k = 0; k < texts && rc == HW_OK; k++) {
        if (count) {
            (void)rarest(m, m->texts[k], true);
        } else {
            rc = put(m, m->texts[k], (uint32_t)i);
        }
    }
    return rc;
}

int needles_make(struct needles *n, const struct needles_rules *rules, struct hw_error *err)
{
    struct making m = {.n = n, .err = err};
    *n = (struct needles){.count = 0};
    n->heads = calloc(BUCKETS, sizeof *n->heads);
    m.often = calloc(BUCKETS, sizeof *m.often);
    m.texts = calloc(rules->most, sizeof *m.texts);
    for (unsigned i = 0; i < 256; i++) {
        n->fold[i] = hw_ascii_lower((uint8_t)i);
    }
    int rc = n->heads == NULL || m.often == NULL || m.texts == NULL ? no_memory(err) : HW_OK;
    /* First how often each four bytes are needed; then, text by text, the rarest. */
    for (unsigned pass = 0; pass < 2 && rc == HW_OK; pass++) {
        for (size_t i = 0; i < rules->count && rc == HW_OK; i++) {
            rc = take(&m, rules, i, pass == 0);
        }
    }
    free(m.often);
    free(m.texts);
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
