/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/attribution_plain.c -- plain methods, as they stand in the literature, beside ours: on the
 * same profiles, with the same sources left out.
 *
 * Of n groups d have a feature; a profile has k features, all of them m on the average.
 *   Jaccard     shared / together
 *   TF-IDF      cosine of vectors of ln(n / d)
 *   log-odds    sum over the question of ln((2 p + held) / 3 p), p = d / n
 *   z           -ln(e) over shared features, less its mean, over its standard deviation;
 *               e from the odds p k / m
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attribution.h"

struct plain {
    const struct corpus *c;
    bool *holds; /* [group * things + feature] */
    bool *asked;
    unsigned *holders, *sizes;
    double groups, mean;
};

/* May the claim be used: is there a source of it that the question has not, and old enough? */
static bool usable(const struct corpus *c, const struct edge *e, const struct question *q,
                   bool as_of)
{
    for (uint32_t i = 0; i < e->cite_count; i++) {
        uint32_t s = c->cited[e->cites + i];
        if (s != q->source && (!as_of || (c->months[s] != NO_DATE && c->months[s] < q->month))) {
            return true;
        }
    }
    return e->cite_count == 0 && !as_of;
}

static bool fill(struct plain *x, const struct question *q, bool as_of, bool techniques_only)
{
    const struct corpus *c = x->c;
    size_t n = c->id_count;
    x->holds = calloc(n * n, 1);
    x->asked = calloc(n, 1);
    x->holders = calloc(n, sizeof *x->holders);
    x->sizes = calloc(n, sizeof *x->sizes);
    if (x->holds == NULL || x->asked == NULL || x->holders == NULL || x->sizes == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct edge *e = &c->edges[i];
        const uint32_t own[2] = {e->from, UINT32_MAX};
        const uint32_t *groups = c->kinds[e->from] == 'c' ? c->group_of[e->from] : own;
        bool used = !(techniques_only && c->kinds[e->to] == 's') && usable(c, e, q, as_of);
        for (unsigned k = 0; k < 2 && used && groups[k] != UINT32_MAX; k++) {
            bool *held = &x->holds[groups[k] * n + e->to];
            x->holders[e->to] += !*held;
            x->sizes[groups[k]] += !*held;
            x->mean += !*held;
            *held = true;
        }
    }
    for (size_t g = 0; g < n; g++) {
        x->groups += x->sizes[g] > 0;
    }
    x->mean = x->groups > 0 ? x->mean / x->groups : 1;
    for (size_t i = 0; i < q->feature_count; i++) {
        for (size_t f = 0; f < n; f++) {
            x->asked[f] = x->asked[f] || (hw_span_equal(c->ids[f], q->features[i]) &&
                                          !(techniques_only && c->kinds[f] == 's'));
        }
    }
    return true;
}

static void score(const struct plain *x, size_t g, double out[PLAIN_COUNT])
{
    size_t n = x->c->id_count;
    double shared = 0, together = 0, dot = 0, own = 0, odds = 0, sum = 0, mean = 0, variance = 0;
    for (size_t f = 0; f < n; f++) {
        bool held = x->holds[g * n + f];
        if ((!held && !x->asked[f]) || x->holders[f] == 0) {
            together += x->asked[f];
            continue;
        }
        double p = x->holders[f] / x->groups, idf = -log(p);
        double size = p * x->sizes[g] / x->mean, e = size / (1 + size);
        together += 1;
        own += held ? idf * idf : 0;
        if (!x->asked[f]) {
            continue;
        }
        shared += held;
        dot += held ? idf * idf : 0;
        odds += log((2 * p + held) / (3 * p));
        sum += held ? -log(e) : 0;
        mean -= e * log(e);
        variance += e * (1 - e) * log(e) * log(e);
    }
    out[PLAIN_JACCARD] = together > 0 ? shared / together : 0;
    out[PLAIN_TFIDF] = own > 0 ? dot / sqrt(own) : 0;
    out[PLAIN_ODDS] = odds;
    out[PLAIN_Z] = variance > 0 ? (sum - mean) / sqrt(variance) : 0;
}

void ask_plainly(const struct corpus *c, const struct question *q, bool as_of, bool techniques_only,
                 unsigned ranks[PLAIN_COUNT])
{
    struct plain x = {.c = c};
    memset(ranks, 0, PLAIN_COUNT * sizeof ranks[0]);
    if (fill(&x, q, as_of, techniques_only) && x.sizes[q->group] > 0) {
        double own[PLAIN_COUNT], other[PLAIN_COUNT];
        score(&x, q->group, own);
        for (size_t g = 0; g < c->id_count; g++) {
            if (x.sizes[g] == 0) {
                continue;
            }
            score(&x, g, other);
            for (unsigned m = 0; m < PLAIN_COUNT; m++) {
                ranks[m] += other[m] > own[m] || (other[m] >= own[m] && g <= q->group);
            }
        }
    }
    free(x.holds);
    free(x.asked);
    free(x.holders);
    free(x.sizes);
}
