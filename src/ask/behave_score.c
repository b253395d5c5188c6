/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/behave_score.c -- groups ranked by what a question and their profiles have in common.
 *
 * Of n groups d have a feature, and a group has k features where the mean is m. By popularity alone
 * the group has it with odds (d / n) (k / m)^.75, hence the chance e. A shared feature weighs
 *
 *     w = ln(1 + n / (16 d)) s^.3
 *
 * where s is how many sources say it of the group: what one group in 16 has weighs ln 2, what all
 * have next to nothing, and what is reported again and again is more the group's own. z is the sum
 * of w over what is shared, less its mean by popularity (sum of e w, with s = 1), over its standard
 * deviation (root of the sum of e (1 - e) w^2), over those features of the question that any group
 * has. Large profiles share more by chance; z takes that out.
 *
 * It differs from the plain score of -ln(e) in three ways: common features weigh less, size counts
 * by its power .75, and sources count. docs/accuracy.md compares both, on the reports that these
 * numbers were chosen on and on newer ones.
 *
 * log_odds is the question's likelihood under the profile, smoothed by what all groups use as by
 * twenty more profiles (Dirichlet smoothing, Zhai and Lafferty 2004), over that under all groups.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ask/behave_room.h"
#include "base/text.h"
#include "base/time.h"

#define RARE_SHARE 16.0
#define SIZE_POWER .75
#define SOURCE_POWER .3
#define SMOOTHING 20.0

/* One question under way. All lists by number. */
struct asking {
    struct hw_behave *b;
    const struct hw_behave_query *q;
    struct hw_arena *arena;
    bool *is_excluded; /* sources */
    bool *is_asked;    /* features */
    uint32_t *met;     /* sources: the last use that counted it, from 1 */
    uint32_t *holders; /* features: how many groups have it */
    uint32_t *backing; /* uses: how many sources say so; 0: not to be used */
    uint32_t *sizes;   /* groups: features that may be used */
    uint32_t *list;    /* features asked that a group has, in order */
    size_t list_count;
    uint32_t campaign, without;
    double groups, mean; /* compared; their mean size */
};

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory to compare profiles");
}

/* ---- what may be used ---- */

static bool in_time(const struct asking *x, int64_t published)
{
    return x->q->as_of == HW_TIME_NONE || (published != HW_TIME_NONE && published <= x->q->as_of);
}

/* How many sources of a claim may be used that were not counted before for this use. */
static uint32_t count_sources(struct asking *x, const struct behave_claim *c, uint32_t use,
                              bool *out_any)
{
    uint32_t more = 0, left = 0, dated = 0;
    for (uint32_t i = 0; i < c->cite_count; i++) {
        uint32_t s = x->b->cited[c->cites + i];
        if (x->is_excluded[s]) {
            continue;
        }
        left++;
        if (in_time(x, x->b->source_date[s])) {
            dated++;
            more += x->met[s] != use + 1;
            x->met[s] = use + 1;
        }
    }
    /* a claim's own date is that of its first source, which may be the one left out */
    bool whole = left == c->cite_count && in_time(x, c->published);
    *out_any = dated > 0 || whole;
    return more;
}

static uint32_t backing_of(struct asking *x, uint32_t use)
{
    const struct behave_use *u = &x->b->uses[use];
    uint32_t sources = 0;
    bool used = false;
    if (x->q->techniques_only && x->b->is_software[u->feature]) {
        return 0;
    }
    for (uint32_t i = 0; i < u->claim_count; i++) {
        const struct behave_claim *c = &x->b->claims[u->claims + i];
        bool any;
        if (c->by != HW_BEHAVE_NONE && c->by == x->campaign) {
            continue;
        }
        sources += count_sources(x, c, use, &any);
        used = used || any;
    }
    return used && sources == 0 ? 1 : sources;
}

static void weigh_profiles(struct asking *x, struct hw_behave_result *out)
{
    uint64_t all = 0;
    for (uint32_t g = 0; g < x->b->groups.count; g++) {
        for (uint32_t u = x->b->use_from[g]; u < x->b->use_from[g + 1] && g != x->without; u++) {
            x->backing[u] = backing_of(x, u);
            x->sizes[g] += x->backing[u] > 0;
            out->left_out += x->backing[u] == 0;
        }
        out->groups += x->sizes[g] > 0;
        all += x->sizes[g];
        for (uint32_t u = x->b->use_from[g]; u < x->b->use_from[g + 1]; u++) {
            x->holders[x->b->uses[u].feature] += x->backing[u] > 0;
        }
    }
    x->groups = out->groups;
    x->mean = out->groups == 0 ? 1 : (double)all / out->groups;
}

/* ---- the question ---- */

static int read_query(struct asking *x, struct hw_behave_result *out, struct hw_error *err)
{
    const struct hw_behave_query *q = x->q;
    size_t strange = 0, familiar = 0;
    for (size_t i = 0; i < q->source_count; i++) {
        uint32_t s = hw_behave_number(&x->b->sources, hw_span_trim(q->sources[i]));
        if (s != HW_BEHAVE_NONE) {
            x->is_excluded[s] = true;
        }
    }
    for (size_t i = 0; i < q->feature_count; i++) {
        uint32_t f = hw_behave_number(&x->b->features, q->features[i]);
        strange += f == HW_BEHAVE_NONE;
        if (f != HW_BEHAVE_NONE && !x->is_asked[f] &&
            !(q->techniques_only && x->b->is_software[f])) {
            x->is_asked[f] = true;
            familiar++;
        }
    }
    out->asked = (unsigned)(familiar + strange);
    if (familiar > HW_BEHAVE_ASKED) {
        return hw_fail(err, HW_E_LIMIT, "a question of more than %d techniques and software",
                       HW_BEHAVE_ASKED);
    }
    x->campaign = hw_behave_number(&x->b->campaigns, q->campaign);
    x->without = hw_behave_number(&x->b->groups, q->without);
    return HW_OK;
}

static int list_known(struct asking *x, struct hw_behave_result *out, struct hw_error *err)
{
    x->list = hw_arena_array(x->arena, HW_BEHAVE_ASKED, sizeof *x->list);
    if (x->list == NULL) {
        return no_memory(err);
    }
    for (uint32_t f = 0; f < x->b->features.count; f++) {
        if (x->is_asked[f] && x->holders[f] > 0) {
            x->list[x->list_count++] = f;
        }
    }
    out->known = (unsigned)x->list_count;
    return HW_OK;
}

/* ---- the score ---- */

static double weight_of(const struct asking *x, uint32_t f)
{
    return log(1 + x->groups / (RARE_SHARE * x->holders[f]));
}

static double chance_of(const struct asking *x, uint32_t g, uint32_t f)
{
    double odds = x->holders[f] / x->groups * pow(x->sizes[g] / x->mean, SIZE_POWER);
    return odds / (1 + odds);
}

/* The use of a feature by a group; NULL: it has none that may be used. */
static const uint32_t *backing_at(const struct asking *x, uint32_t g, uint32_t f)
{
    uint32_t from = x->b->use_from[g], to = x->b->use_from[g + 1];
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (x->b->uses[middle].feature < f) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    bool is_it = from < x->b->use_from[g + 1] && x->b->uses[from].feature == f;
    return is_it && x->backing[from] > 0 ? &x->backing[from] : NULL;
}

static int by_rarity(const void *x, const void *y)
{
    const struct hw_behave_shared *a = x, *b = y;
    if (a->groups != b->groups) {
        return a->groups < b->groups ? -1 : 1;
    }
    return hw_span_compare(a->feature, b->feature);
}

static int score(struct asking *x, uint32_t g, struct hw_behave_candidate *c, struct hw_error *err)
{
    double sum = 0, mean = 0, variance = 0;
    double prior = SMOOTHING * x->mean, all = x->groups * x->mean;
    *c = (struct hw_behave_candidate){.group = x->b->groups.p[g], .features = x->sizes[g]};
    size_t most = x->list_count < x->sizes[g] ? x->list_count : x->sizes[g];
    c->shared = hw_arena_array(x->arena, most + 1, sizeof *c->shared);
    if (c->shared == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < x->list_count; i++) {
        uint32_t f = x->list[i];
        const uint32_t *backing = backing_at(x, g, f);
        double e = chance_of(x, g, f), w = weight_of(x, f);
        double popular = prior * x->holders[f] / all;
        mean += e * w;
        variance += e * (1 - e) * w * w;
        c->log_odds += log(prior / (x->sizes[g] + prior));
        if (backing == NULL) {
            continue;
        }
        double weighs = w * pow(*backing, SOURCE_POWER);
        sum += weighs;
        c->log_odds += log(1 + 1 / popular);
        c->tools += x->b->is_software[f];
        c->shared[c->shared_count++] = (struct hw_behave_shared){.feature = x->b->features.p[f],
                                                                 .software = x->b->is_software[f],
                                                                 .groups = x->holders[f],
                                                                 .sources = *backing,
                                                                 .weight = weighs};
    }
    c->z = variance > 0 ? (sum - mean) / sqrt(variance) : 0;
    qsort(c->shared, c->shared_count, sizeof *c->shared, by_rarity);
    return HW_OK;
}

static int best_first(const void *x, const void *y)
{
    const struct hw_behave_candidate *a = x, *b = y;
    if (a->z < b->z || a->z > b->z) {
        return a->z > b->z ? -1 : 1;
    }
    return hw_span_compare(a->group, b->group);
}

static int rank(struct asking *x, struct hw_behave_result *out, struct hw_error *err)
{
    int rc = HW_OK;
    out->candidates = hw_arena_array(x->arena, (size_t)out->groups + 1, sizeof *out->candidates);
    if (out->candidates == NULL) {
        return no_memory(err);
    }
    for (uint32_t g = 0; g < x->b->groups.count && rc == HW_OK; g++) {
        if (x->sizes[g] > 0) {
            rc = score(x, g, &out->candidates[out->candidate_count++], err);
        }
    }
    qsort(out->candidates, out->candidate_count, sizeof *out->candidates, best_first);
    return rc;
}

/* ---- the verdict ---- */

static void judge(const struct asking *x, struct hw_behave_result *out)
{
    if (out->candidate_count == 0) {
        out->verdict = HW_BEHAVE_NO_PROFILE;
        return;
    }
    const struct hw_behave_candidate *first = &out->candidates[0];
    double second = out->candidate_count > 1 ? out->candidates[1].z : 0;
    out->input[HW_BEHAVE_Z] = first->z;
    out->input[HW_BEHAVE_MARGIN] = first->z - second;
    out->input[HW_BEHAVE_TOOLS] = log(1 + (double)first->tools);
    out->input[HW_BEHAVE_SHARED] = log(1 + (double)first->shared_count);
    for (size_t i = 0; i < first->shared_count; i++) {
        if (first->shared[i].software) { /* the rarest comes first */
            out->input[HW_BEHAVE_RAREST] = log(x->groups / first->shared[i].groups);
            break;
        }
    }
    out->probability = hw_behave_probability(out->input);
    out->verdict = out->known < HW_BEHAVE_THIN          ? HW_BEHAVE_THIN_QUERY
                   : out->probability < HW_BEHAVE_SPEAK ? HW_BEHAVE_UNSURE
                                                        : HW_BEHAVE_NAMED;
}

const char *hw_behave_reason(enum hw_behave_verdict v)
{
    static const char *const reasons[HW_BEHAVE_VERDICT_COUNT] = {
        [HW_BEHAVE_NAMED] = "",
        [HW_BEHAVE_THIN_QUERY] = "too few techniques and tools that any known group uses",
        [HW_BEHAVE_NO_PROFILE] = "no known group has a profile to compare with",
        [HW_BEHAVE_UNSURE] = "the best candidate's probability is below the threshold",
    };
    return reasons[v < HW_BEHAVE_VERDICT_COUNT ? v : HW_BEHAVE_UNSURE];
}

int hw_behave_ask(struct hw_behave *b, const struct hw_behave_query *q, struct hw_arena *arena,
                  struct hw_behave_result *out, struct hw_error *err)
{
    int rc = hw_behave_settle(b, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct asking x = {.b = b, .q = q, .arena = arena};
    struct hw_behave_result r = {.verdict = HW_BEHAVE_NO_PROFILE};
    x.is_excluded = hw_arena_array(arena, (size_t)b->sources.count + 1, sizeof *x.is_excluded);
    x.met = hw_arena_array(arena, (size_t)b->sources.count + 1, sizeof *x.met);
    x.is_asked = hw_arena_array(arena, (size_t)b->features.count + 1, sizeof *x.is_asked);
    x.holders = hw_arena_array(arena, (size_t)b->features.count + 1, sizeof *x.holders);
    x.backing = hw_arena_array(arena, (size_t)b->use_count + 1, sizeof *x.backing);
    x.sizes = hw_arena_array(arena, (size_t)b->groups.count + 1, sizeof *x.sizes);
    if (x.is_excluded == NULL || x.met == NULL || x.is_asked == NULL || x.holders == NULL ||
        x.backing == NULL || x.sizes == NULL) {
        return no_memory(err);
    }
    rc = read_query(&x, &r, err);
    if (rc != HW_OK) {
        return rc;
    }
    weigh_profiles(&x, &r);
    rc = list_known(&x, &r, err);
    rc = rc != HW_OK ? rc : rank(&x, &r, err);
    if (rc == HW_OK) {
        judge(&x, &r);
        *out = r;
    }
    return rc;
}
