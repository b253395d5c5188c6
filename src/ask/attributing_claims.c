/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/attributing_claims.c -- what others said, set beside each other.
 *
 * A grade is the analyst's: source from A to F, item from 1 to 6, judged apart (Admiralty scale;
 * AJP-2.1). Item 1 means confirmed by another; where nobody independent says the same, the claim is
 * held at 2. Values that differ are told as a disagreement unless both may hold: facts of different
 * matters do, and so do names that different publishers give to a group.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/attributing.h"
#include "ask/room.h"
#include "base/text.h"
#include "base/time.h"

static const struct topic {
    const char *word;
    bool excludes; /* two values cannot both hold */
    const char *decided_by;
} topics[] = {
    {"nexus", true,
     "code, keys or infrastructure seen in evidence held here that one of them is "
     "known for"},
    {"group", false, NULL},
    {"alias", false, NULL},
    {"motive", true,
     "what was looked for and taken on machines where more than the first stage ran"},
    {"objective", true, "what was done on machines where more than the first stage ran"},
    {"operator", true, "what both attacks share and nobody else has, tested on samples of both"},
    {"fact", false, NULL},
};
enum { TOPICS = sizeof topics / sizeof topics[0] };

static size_t topic_of(struct hw_span word)
{
    size_t i = 0;
    while (i < TOPICS && !hw_span_is(word, topics[i].word)) {
        i++;
    }
    return i;
}

static struct hw_span value_of(const struct hw_claim *c)
{
    return c->value.n > 0 ? c->value : c->says;
}

static int nocase(struct hw_span a, struct hw_span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        int d = (int)hw_ascii_lower(a.p[i]) - (int)hw_ascii_lower(b.p[i]);
        if (d != 0) {
            return d;
        }
    }
    return a.n < b.n ? -1 : a.n > b.n;
}

static int64_t undated_last(int64_t on)
{
    return on == HW_TIME_NONE ? INT64_MAX : on;
}

static int by_topic(const void *a, const void *b)
{
    const struct said_claim *x = a, *y = b;
    int d = nocase(x->said.about, y->said.about);
    size_t s = topic_of(x->said.topic), t = topic_of(y->said.topic);
    d = d != 0 || s == t ? d : s < t ? -1 : 1;
    int64_t when = undated_last(x->said.on), then = undated_last(y->said.on);
    d = d != 0 || when == then ? d : when < then ? -1 : 1;
    d = d != 0 ? d : nocase(x->said.by, y->said.by);
    d = d != 0 ? d : hw_span_compare(value_of(&x->said), value_of(&y->said));
    d = d != 0 ? d : hw_span_compare(x->said.says, y->said.says);
    d = d != 0 || x->said.line == y->said.line ? d : x->said.line < y->said.line ? -1 : 1;
    return d != 0 ? d : hw_span_compare(x->said.path, y->said.path);
}

/* ---- who says it, and how good that is ---- */

static void rests_on(struct attributing *q, struct said_claim *x)
{
    const struct said_source *s = &q->sources[x->source];
    struct hw_buf b;
    hw_buf_init(&b, 4096);
    for (uint32_t i = 0; i < s->rest_count && b.n < 512; i++) {
        hw_buf_str(&b, b.n > 0 ? ", " : "");
        hw_buf_span_put(&b, hw_span_cut(q->sources[s->rests[i]].by, 0, 200));
    }
    x->said.rests_on = hw_span_keep(q->a->arena, hw_buf_span(&b));
    hw_buf_done(&b);
}

static void of_source(struct attributing *q)
{
    for (size_t i = 0; i < q->claim_count; i++) {
        struct said_claim *x = &q->claims[i];
        if (x->source == NO_SOURCE) {
            x->said.by = x->source_id;
            continue;
        }
        const struct said_source *s = &q->sources[x->source];
        x->said.by = s->by;
        x->said.title = s->title;
        x->said.url = s->url;
        x->said.grade = x->said.grade.n > 0 ? x->said.grade : s->grade;
        rests_on(q, x);
    }
}

static bool same_said(const struct hw_claim *a, const struct hw_claim *b)
{
    return attributing_same(a->about, b->about) && hw_span_equal(a->topic, b->topic) &&
           attributing_same(value_of(a), value_of(b));
}

/* An estate that was read in two versions says the same twice. They stand beside each other. */
static void once(struct attributing *q)
{
    size_t kept = 0;
    for (size_t i = 0; i < q->claim_count; i++) {
        const struct hw_claim *x = &q->claims[i].said;
        const struct hw_claim *y = kept == 0 ? NULL : &q->claims[kept - 1].said;
        if (y == NULL || !same_said(x, y) || !hw_span_equal(x->says, y->says) || x->on != y->on ||
            !attributing_same(x->by, y->by) || !hw_span_equal(x->question, y->question) ||
            !hw_span_equal(x->names, y->names)) {
            q->claims[kept++] = q->claims[i];
        }
    }
    q->claim_count = kept;
}

static void count_independent(struct attributing *q)
{
    for (size_t i = 0; i < q->claim_count; i++) {
        struct hw_claim *x = &q->claims[i].said;
        size_t n = 0;
        if (x->independent > 0) {
            continue;
        }
        for (size_t k = i; k < q->claim_count; k++) {
            if (q->claims[k].source != NO_SOURCE && same_said(x, &q->claims[k].said)) {
                q->chosen[n++] = (uint32_t)q->claims[k].source;
            }
        }
        uint64_t independent = attributing_independent(q, q->chosen, n);
        for (size_t k = i; k < q->claim_count; k++) {
            if (same_said(x, &q->claims[k].said)) {
                q->claims[k].said.independent = independent > 0 ? independent : 1;
            }
        }
    }
}

static void grade(struct hw_claim *x)
{
    struct hw_span g = x->grade;
    uint8_t letter = g.n == 2 ? (uint8_t)(hw_ascii_lower(g.p[0]) - 'a' + 'A') : 0;
    if (letter < 'A' || letter > 'F' || g.p[1] < '1' || g.p[1] > '6') {
        return; /* none that the scale has */
    }
    x->held[0] = (char)letter;
    x->held[1] = g.p[1] == '1' && x->independent < 2 ? '2' : (char)g.p[1];
}

/* ---- statements that disagree ---- */

int attributing_add(struct attributing *q, const struct hw_disagreement *d,
                    struct hw_disagreement **out)
{
    struct hw_disagreement *x = hw_arena_alloc(q->a->arena, sizeof *x);
    if (x == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for statements");
    }
    *x = *d;
    *q->last_disagreement = x;
    q->last_disagreement = &x->next;
    q->a->disputed += x->disputed;
    *out = x;
    return HW_OK;
}

int attributing_say(struct attributing *q, struct hw_saying ***last, const struct hw_saying *s)
{
    struct hw_saying *x = hw_arena_alloc(q->a->arena, sizeof *x);
    if (x == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for statements");
    }
    *x = *s;
    **last = x;
    *last = &x->next;
    return HW_OK;
}

typedef bool chooses(const struct hw_claim *first, const struct hw_claim *x);

/* Those claims from the i-th on that are chosen, if they differ (or `all`) as one disagreement. */
static int beside(struct attributing *q, size_t i, chooses *chosen, bool all,
                  struct hw_disagreement d)
{
    const struct hw_claim *first = &q->claims[i].said;
    size_t count = 0;
    for (size_t k = i; k < q->claim_count; k++) {
        const struct hw_claim *x = &q->claims[k].said;
        if (chosen(first, x)) {
            d.disputed = d.disputed || !attributing_same(value_of(first), value_of(x));
            count++;
        }
    }
    if (count == 0 || (!all && !d.disputed)) {
        return HW_OK;
    }
    struct hw_disagreement *to = NULL;
    int rc = attributing_add(q, &d, &to);
    struct hw_saying **last = rc == HW_OK ? &to->each : NULL;
    for (size_t k = i; k < q->claim_count && rc == HW_OK; k++) {
        const struct hw_claim *x = &q->claims[k].said;
        if (chosen(first, x)) {
            rc = attributing_say(q, &last,
                                 &(struct hw_saying){.by = x->by,
                                                     .value = value_of(x),
                                                     .path = x->path,
                                                     .on = x->on,
                                                     .line = x->line});
        }
    }
    return rc;
}

static bool same_question(const struct hw_claim *first, const struct hw_claim *x)
{
    return attributing_same(first->question, x->question) &&
           attributing_same(first->about, x->about);
}

static bool same_matter(const struct hw_claim *first, const struct hw_claim *x)
{
    return x->question.n == 0 && hw_span_equal(first->topic, x->topic) &&
           attributing_same(first->about, x->about);
}

static const struct said_question *question_of(const struct attributing *q,
                                               const struct said_claim *x)
{
    const struct said_question *elsewhere = NULL;
    for (size_t i = 0; i < q->question_count; i++) {
        const struct said_question *y = &q->questions[i];
        if (attributing_same(y->id, x->said.question)) {
            if (y->document == x->document) {
                return y;
            }
            elsewhere = elsewhere == NULL ? y : elsewhere;
        }
    }
    return elsewhere;
}

static int disagreements(struct attributing *q)
{
    int rc = HW_OK;
    for (size_t i = 0; i < q->claim_count && rc == HW_OK; i++) {
        const struct hw_claim *x = &q->claims[i].said;
        size_t topic = topic_of(x->topic);
        bool asked = x->question.n > 0, first = true;
        for (size_t k = 0; k < i && first; k++) {
            const struct hw_claim *y = &q->claims[k].said;
            first = asked ? !same_question(x, y) : !same_matter(x, y);
        }
        if (!first || (!asked && (topic == TOPICS || !topics[topic].excludes))) {
            continue;
        }
        struct hw_disagreement d = {.about = x->about, .topic = x->topic, .question = x->question};
        const struct said_question *asks = asked ? question_of(q, &q->claims[i]) : NULL;
        if (asks != NULL) {
            d.asks = asks->asks;
            d.decided_by = asks->decided_by;
        } else if (!asked) {
            d.decided_by = hw_span_str(topics[topic].decided_by);
        }
        rc = beside(q, i, asked ? same_question : same_matter, asked, d);
    }
    return rc;
}

int attributing_claims(struct attributing *q)
{
    of_source(q);
    qsort(q->claims, q->claim_count, sizeof *q->claims, by_topic);
    once(q);
    count_independent(q);
    struct hw_claim **last = &q->a->claims;
    for (size_t i = 0; i < q->claim_count; i++) {
        grade(&q->claims[i].said);
        *last = &q->claims[i].said;
        last = &q->claims[i].said.next;
    }
    return disagreements(q);
}
