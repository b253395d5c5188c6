/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/attributing_judge.c -- one operator or not, and what no judgement is made of.
 *
 * Weight of evidence in decibans, ten times the decimal logarithm of how much more often one sees
 * this where one operator did both (I. J. Good 1950, after Turing): they add up, and the table
 * below and a pencil are enough to do it again. Two attacks begin as two operators' work: 1 to 20,
 * -13. Each kind of thing shared is weighed once, however many say so; what anybody can have weighs
 * nothing. The weights are set by judgement, not measured: no collection of attacks with known
 * operators is large enough. That is why words without a test never go above "likely".
 */
#include <stdlib.h>
#include <string.h>

#include "ask/attributing.h"
#include "ask/room.h"
#include "ask/wording.h"
#include "base/text.h"
#include "base/time.h"

static const struct kind {
    const char *word;
    int weight;
    bool artifact; /* a thing that can be compared, not a habit or a deed */
} kinds[] = {
    {"key", 7, true},            /* a secret that has to be handed over */
    {"code", 6, true},           /* unpublished source, or a copy of its binary */
    {"certificate", 6, true},    /* its private key */
    {"infrastructure", 5, true}, /* may be rented one after the other */
    {"stolen-access", 5, false}, /* may be sold */
    {"tool", 3, true},           /* not public, and still traded */
    {"technique", 1, false},     /* anybody can learn it */
};
enum {
    KINDS = sizeof kinds / sizeof kinds[0],
    START = -13,     /* 1 to 20 */
    INDEPENDENT = 1, /* a second, independent source: less likely a mistake */
    TESTED = 3,      /* seen in evidence held here */
    SPEAK_FROM = 55,
    MOST_CLAIMED = 79, /* nothing was tested */
    MOST = 94,
    PAIRS_MAX = 64
};

/* Per cent from decibans: 100 / (1 + 10^(-d/10)), rounded, never 0 or 100. */
static unsigned percent_of(int decibans)
{
    static const uint8_t above[] = {50, 56, 61, 67, 72, 76, 80, 83, 86, 89,
                                    91, 93, 94, 95, 96, 97, 98, 98, 98, 99};
    int last = (int)sizeof above - 1;
    int d = decibans < 0 ? -decibans : decibans;
    unsigned p = above[d > last ? last : d];
    return decibans < 0 ? 100 - p : p;
}

static size_t kind_of(struct hw_span word)
{
    size_t i = 0;
    while (i < KINDS && !hw_span_is(word, kinds[i].word)) {
        i++;
    }
    return i;
}

/* ---- pairs of attacks ---- */

static int nocase(struct hw_span a, struct hw_span b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        int d = (int)hw_ascii_lower(a.p[i]) - (int)hw_ascii_lower(b.p[i]);
        if (d != 0) {
            return d;
        }
    }
    return a.n < b.n ? -1 : a.n > b.n;
}

static struct hw_span low(const struct said_link *x)
{
    return nocase(x->one, x->other) <= 0 ? x->one : x->other;
}

static struct hw_span high(const struct said_link *x)
{
    return nocase(x->one, x->other) <= 0 ? x->other : x->one;
}

static int by_pair(const void *a, const void *b)
{
    const struct said_link *x = a, *y = b;
    int d = nocase(low(x), low(y));
    size_t s = kind_of(x->kind), t = kind_of(y->kind);
    d = d != 0 ? d : nocase(high(x), high(y));
    d = d != 0 || s == t ? d : s < t ? -1 : 1;
    d = d != 0 ? d : (int)x->is_public - (int)y->is_public;
    d = d != 0 ? d : hw_span_compare(x->what, y->what);
    d = d != 0 || x->source == y->source ? d : x->source < y->source ? -1 : 1;
    return d != 0 ? d : hw_span_compare(x->one, y->one);
}

static bool same_pair(const struct said_link *x, const struct said_link *y)
{
    return attributing_same(low(x), low(y)) && attributing_same(high(x), high(y));
}

/* ---- the weighing ---- */

struct weighing {
    struct attributing *q;
    const struct said_link *links; /* of this pair */
    size_t count;
    int weight[KINDS]; /* 0: nothing of this kind counts */
    uint64_t independent[KINDS], independent_all;
    bool tested[KINDS];
    unsigned counted, artifacts, tested_artifacts;
    int sum;
};

/* One who shows that anybody can have a thing outweighs all who do not say so. */
static void make_public(struct said_link *links, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; links[i].is_public && k < count; k++) {
            links[k].is_public =
                links[k].is_public || attributing_same(links[i].what, links[k].what);
        }
    }
}

static unsigned most(unsigned tested_artifacts)
{
    return tested_artifacts > 0 ? MOST : MOST_CLAIMED;
}

static unsigned capped(unsigned percent, unsigned tested_artifacts)
{
    return percent > most(tested_artifacts) ? most(tested_artifacts) : percent;
}

static void weigh(struct weighing *w)
{
    w->sum = START;
    size_t all = 0;
    for (size_t k = 0; k < KINDS; k++) {
        size_t n = 0;
        for (size_t i = 0; i < w->count; i++) {
            const struct said_link *x = &w->links[i];
            if (kind_of(x->kind) == k && x->source != NO_SOURCE && !x->is_public) {
                w->q->chosen[n++] = (uint32_t)x->source;
                w->tested[k] = w->tested[k] || x->tested;
            }
        }
        if (n > 0) {
            w->independent[k] = attributing_independent(w->q, w->q->chosen, n);
            w->weight[k] = kinds[k].weight + (w->independent[k] > 1 ? INDEPENDENT : 0) +
                           (w->tested[k] ? TESTED : 0);
            w->counted++;
            w->artifacts += kinds[k].artifact;
            w->tested_artifacts += kinds[k].artifact && w->tested[k];
        }
        w->sum += w->weight[k];
    }
    for (size_t i = 0; i < w->count; i++) {
        if (w->links[i].source != NO_SOURCE && !w->links[i].is_public) {
            w->q->chosen[all++] = (uint32_t)w->links[i].source;
        }
    }
    w->independent_all = all == 0 ? 0 : attributing_independent(w->q, w->q->chosen, all);
}

/* What it would come to without this kind: 0 when nothing would be said. */
static unsigned without(const struct weighing *w, size_t k)
{
    unsigned artifacts = w->artifacts - kinds[k].artifact;
    unsigned tested = w->tested_artifacts - (kinds[k].artifact && w->tested[k]);
    unsigned p = capped(percent_of(w->sum - w->weight[k]), tested);
    return w->counted < 3 || artifacts == 0 || p < SPEAK_FROM ? 0 : p;
}

static int shares(struct weighing *w, struct hw_judgement *j)
{
    struct hw_arena *arena = w->q->a->arena;
    struct hw_share **last = &j->shares;
    bool told[KINDS] = {false};
    for (size_t i = 0; i < w->count; i++) {
        const struct said_link *x = &w->links[i];
        struct hw_share *s = hw_arena_alloc(arena, sizeof *s);
        size_t k = kind_of(x->kind);
        if (s == NULL) {
            return hw_fail(w->q->err, HW_E_MEMORY, "no memory for what is shared");
        }
        *s = (struct hw_share){.kind = k < KINDS ? kinds[k].word : "other",
                               .what = x->what,
                               .by = x->source == NO_SOURCE ? x->source_id
                                                            : w->q->sources[x->source].by,
                               .path = x->path,
                               .line = x->line,
                               .is_public = x->is_public,
                               .tested = x->tested,
                               .without = -1};
        if (x->is_public || k == KINDS || told[k]) {
            s->because = x->is_public ? "anybody can have it"
                         : k == KINDS ? "of a kind that this version does not weigh"
                                      : "a kind is weighed once";
        } else {
            told[k] = true;
            s->weight = w->weight[k];
            s->independent = w->independent[k];
            s->without = (int)without(w, k);
            s->because = w->tested[k] ? "declared as tested on evidence held here" : NULL;
        }
        *last = s;
        last = &s->next;
    }
    return HW_OK;
}

static void line(struct weighing *w, struct hw_why **list, struct hw_span says)
{
    hw_because(w->q->a->arena, list, says, (struct hw_span){NULL, 0}, false, 0);
}

static bool has(const struct weighing *w, const char *kind)
{
    return w->weight[kind_of(hw_span_str(kind))] > 0;
}

static void alternatives(struct weighing *w, struct hw_judgement *j)
{
    line(w, &j->alternatives,
         HW_SPAN_LIT("Two operators have one supplier or developer: code and tools agree then, and "
                     "who holds stolen access does not."));
    if (has(w, "key") || has(w, "code") || has(w, "tool")) {
        line(w, &j->alternatives,
             HW_SPAN_LIT("The second took key or code out of a sample of the first."));
    }
    if (has(w, "stolen-access")) {
        line(w, &j->alternatives,
             HW_SPAN_LIT("Access stolen in the first was sold or handed on, and another used it."));
    }
    if (has(w, "infrastructure") || has(w, "certificate")) {
        line(w, &j->alternatives, HW_SPAN_LIT("What they share was rented, resold or hijacked."));
    }
    line(w, &j->alternatives,
         HW_SPAN_LIT("The second imitates the first, so that the blame falls there."));
}

static void would_change(struct weighing *w, struct hw_judgement *j)
{
    for (size_t k = 0; k < KINDS; k++) {
        unsigned p = without(w, k);
        if (w->weight[k] > 0 && p > 0) {
            line(w, &j->would_change,
                 hw_words(w->q->a->arena, "Without the shared %s it is %u %%.", kinds[k].word, p));
        } else if (w->weight[k] > 0) {
            line(w, &j->would_change,
                 hw_words(w->q->a->arena,
                          "Without the shared %s, or were it public, there is no judgement.",
                          kinds[k].word));
        }
    }
    if (w->tested_artifacts == 0) {
        line(w, &j->would_change,
             hw_words(w->q->a->arena,
                      "Tested on samples of both, it goes above the %d %% where words alone end.",
                      MOST_CLAIMED));
    }
}

static void gaps(struct weighing *w, struct hw_judgement *j)
{
    if (w->tested_artifacts == 0) {
        line(
            w, &j->gaps,
            HW_SPAN_LIT("No sample of both attacks was compared here: all of it is as published."));
    }
    if (w->independent_all < 2) {
        line(w, &j->gaps, HW_SPAN_LIT("All who publish it rest on one source, and count once."));
    }
    line(w, &j->gaps,
         HW_SPAN_LIT(
             "Who else had what they share, and when it passed from one to the other, is not "
             "known."));
}

static void sureness(struct weighing *w, struct hw_judgement *j)
{
    bool high = w->tested_artifacts > 1 && w->independent_all > 1;
    j->confidence = high ? HW_CONF_HIGH : HW_CONF_MODERATE;
    j->confidence_because =
        high ? HW_SPAN_LIT("several kinds of artefacts were tested on evidence held here, and "
                           "sources that do not rest on each other agree")
        : w->tested_artifacts > 0
            ? HW_SPAN_LIT("what was tested on evidence held here is of one kind, or all sources "
                          "rest on one")
            : HW_SPAN_LIT("artefacts link both, and all of it is published words: nothing was "
                          "tested on evidence held here");
}

static int judgement(struct attributing *q, const struct hw_judgement *j, struct hw_judgement **out)
{
    struct hw_judgement *x = hw_arena_alloc(q->a->arena, sizeof *x);
    if (x == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for judgements");
    }
    *x = *j;
    *q->last_judgement = x;
    q->last_judgement = &x->next;
    q->a->spoken += x->percent > 0;
    q->a->refused += x->percent == 0;
    *out = x;
    return HW_OK;
}

static const char NEEDS_LINK[] =
    "a key, code, a certificate, infrastructure or stolen access that both used and not everybody "
    "can have; best as samples of both, to be compared here";

static int one_operator(struct attributing *q, struct said_link *links, size_t count)
{
    struct weighing w = {.q = q, .links = links, .count = count};
    struct hw_judgement *to;
    make_public(links, count);
    weigh(&w);
    unsigned reached = percent_of(w.sum), p = capped(reached, w.tested_artifacts);
    bool speak = w.counted > 1 && w.artifacts > 0 && p >= SPEAK_FROM;
    struct hw_judgement j = {.of = "one-operator",
                             .about = links->one,
                             .other = links->other,
                             .percent = speak ? p : 0,
                             .reached = reached,
                             .word = speak ? hw_likelihood_of(p) : NULL,
                             .start = START,
                             .sum = w.sum};
    if (speak) {
        sureness(&w, &j);
        alternatives(&w, &j);
        would_change(&w, &j);
        gaps(&w, &j);
    } else {
        j.because =
            w.counted == 0     ? HW_SPAN_LIT("they share nothing that not everybody can have")
            : w.artifacts == 0 ? HW_SPAN_LIT("they share no artefact that not everybody can have")
            : w.counted == 1
                ? HW_SPAN_LIT("they share one kind of thing alone, and a single kind can be "
                              "copied or bought")
                : hw_words(q->a->arena,
                           "what they share comes to %u %%, and below %d %% nothing is said",
                           reached, SPEAK_FROM);
        j.needs = hw_span_str(NEEDS_LINK);
    }
    int rc = judgement(q, &j, &to);
    return rc != HW_OK ? rc : shares(&w, to);
}

/* Those that are spoken to the front, all in their order. */
static void spoken_first(struct attributing *q)
{
    struct hw_judgement *said = NULL, **s = &said, *rest = NULL, **r = &rest;
    for (struct hw_judgement *x = q->a->judgements; x != NULL; x = x->next) {
        struct hw_judgement ***to = x->percent > 0 ? &s : &r;
        **to = x;
        *to = &x->next;
    }
    *r = NULL;
    *s = rest;
    q->a->judgements = said;
    q->last_judgement = rest != NULL ? r : said != NULL ? s : &q->a->judgements;
}

static int pairs(struct attributing *q)
{
    size_t count = 0;
    int rc = HW_OK;
    for (size_t i = 0, end; i < q->link_count && rc == HW_OK; i = end) {
        for (end = i + 1; end < q->link_count && same_pair(&q->links[i], &q->links[end]); end++) {
        }
        if (!attributing_same(q->links[i].one, q->links[i].other)) {
            rc = count < PAIRS_MAX ? one_operator(q, q->links + i, end - i) : HW_OK;
            q->over += count >= PAIRS_MAX;
            count++;
        }
    }
    spoken_first(q);
    return rc;
}

/* ---- what no judgement is made of ---- */

static int refuse(struct attributing *q, const char *topic, const char *why, const char *needs)
{
    size_t n = 0, of_source = 0;
    for (size_t i = 0; i < q->claim_count; i++) {
        const struct said_claim *x = &q->claims[i];
        if (hw_span_is(x->said.topic, topic)) {
            n++;
            if (x->source != NO_SOURCE) {
                q->chosen[of_source++] = (uint32_t)x->source;
            }
        }
    }
    uint64_t independent = attributing_independent(q, q->chosen, of_source);
    struct hw_judgement *to;
    struct hw_judgement j = {.of = topic, .about = q->ask->target, .needs = hw_span_str(needs)};
    j.because =
        n == 0   ? hw_words(q->a->arena, "nobody's claim is held, and %s", why)
        : n == 1 ? hw_words(q->a->arena, "one claim is held, and a claim is no judgement; %s", why)
                 : hw_words(q->a->arena,
                            "%zu claims are held, of %llu independent source%s, and claims are no "
                            "judgement; %s",
                            n, (unsigned long long)independent, independent == 1 ? "" : "s", why);
    j.about = hw_span_keep(q->a->arena, j.about);
    return judgement(q, &j, &to);
}

static bool claimed(const struct attributing *q, const char *topic)
{
    size_t i = 0;
    while (i < q->claim_count && !hw_span_is(q->claims[i].said.topic, topic)) {
        i++;
    }
    return i < q->claim_count;
}

int attributing_judge(struct attributing *q)
{
    static const struct {
        const char *topic;
        bool always;
        const char *why, *needs;
    } refused[] = {
        {"group", true, "what was done and used was not compared with what groups are known for",
         "the techniques and tools of this attack, beside profiles of groups by several "
         "publishers"},
        {"nexus", false, "nothing held here was tested for it; techniques do not tell a country",
         "code, keys or infrastructure in evidence held here that one state's operators alone "
         "have"},
        {"motive", false, "nothing held here shows what was looked for",
         "records of what was looked for and taken, on machines where more than the first stage "
         "ran"},
        {"objective", true,
         "no second-stage evidence was weighed: this version reads no objective out of records",
         "the second stage itself, its commands, or records of what it took or changed, of "
         "machines "
         "that were chosen for it"},
    };
    if (q->claim_count + q->link_count == 0) {
        return HW_OK;
    }
    qsort(q->links, q->link_count, sizeof *q->links, by_pair);
    int rc = pairs(q);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0] && rc == HW_OK; i++) {
        if (refused[i].always || claimed(q, refused[i].topic)) {
            rc = refuse(q, refused[i].topic, refused[i].why, refused[i].needs);
        }
    }
    return rc;
}
