/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/attribute.h"

#include <string.h>

#include "ask/attributing.h"
#include "ask/room.h"
#include "base/text.h"
#include "base/time.h"

enum { ARENA_BYTES = 256 << 20, NAMED_BYTES = 120 };

static struct hw_span keep(struct attributing *q, const struct hw_said *s, const char *name)
{
    return hw_span_keep(q->a->arena, hw_span_trim(hw_said_get(s, name)));
}

static bool room_for(struct attributing *q, size_t count, size_t most)
{
    q->over += count == most;
    return count < most;
}

static void take_source(struct attributing *q, const struct hw_said *s)
{
    if (room_for(q, q->source_count, SOURCES_MAX)) {
        q->sources[q->source_count++] = (struct said_source){
            .id = keep(q, s, "id"),
            .by = keep(q, s, "by"),
            .title = keep(q, s, "title"),
            .url = keep(q, s, "url"),
            .grade = keep(q, s, "grade"),
            .rests_on = keep(q, s, "based_on"),
            .published = hw_said_time(s, "published"),
            .document = s->document,
            .described = true,
        };
    }
}

static void take_claim(struct attributing *q, const struct hw_said *s)
{
    if (room_for(q, q->claim_count, CLAIMS_MAX)) {
        q->claims[q->claim_count++] = (struct said_claim){
            .said = {.about = keep(q, s, "about"),
                     .topic = keep(q, s, "topic"),
                     .says = keep(q, s, "says"),
                     .value = keep(q, s, "value"),
                     .names = keep(q, s, "names"),
                     .question = keep(q, s, "question"),
                     .on = hw_said_time(s, "on"),
                     .grade = keep(q, s, "grade"),
                     .confidence = keep(q, s, "confidence"),
                     .path = hw_span_keep(q->a->arena, s->path),
                     .line = s->line},
            .source_id = keep(q, s, "source"),
            .document = s->document,
        };
    }
}

static bool truth(const struct hw_said *s, const char *name)
{
    return hw_span_is(hw_said_get(s, name), "true");
}

static void take_link(struct attributing *q, const struct hw_said *s)
{
    if (room_for(q, q->link_count, LINKS_MAX)) {
        q->links[q->link_count++] = (struct said_link){
            .one = keep(q, s, "one"),
            .other = keep(q, s, "other"),
            .kind = keep(q, s, "kind"),
            .what = keep(q, s, "what"),
            .source_id = keep(q, s, "source"),
            .path = hw_span_keep(q->a->arena, s->path),
            .document = s->document,
            .line = s->line,
            .is_public = truth(s, "public"),
            .tested = truth(s, "tested"),
        };
    }
}

static void take_question(struct attributing *q, const struct hw_said *s)
{
    if (room_for(q, q->question_count, QUESTIONS_MAX)) {
        q->questions[q->question_count++] =
            (struct said_question){.id = keep(q, s, "id"),
                                   .about = keep(q, s, "about"),
                                   .asks = keep(q, s, "asks"),
                                   .decided_by = keep(q, s, "decided_by"),
                                   .document = s->document};
    }
}

static int take(void *state, const struct hw_said *s)
{
    static const struct {
        const char *list;
        void (*take)(struct attributing *q, const struct hw_said *s);
    } lists[] = {{"said-source", take_source},
                 {"said-claim", take_claim},
                 {"said-link", take_link},
                 {"said-question", take_question}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (strcmp(s->list, lists[i].list) == 0) {
            lists[i].take(state, s);
        }
    }
    return HW_OK;
}

/* ---- the attack that is meant ---- */

/* Calls each with every name of an attack, repeats among them, until it says true. */
static bool each_name(const struct attributing *q, bool (*each)(void *, struct hw_span),
                      void *state)
{
    for (size_t i = 0; i < q->claim_count; i++) {
        if (each(state, q->claims[i].said.about)) {
            return true;
        }
    }
    for (size_t i = 0; i < q->link_count; i++) {
        if (each(state, q->links[i].one) || each(state, q->links[i].other)) {
            return true;
        }
    }
    return false;
}

static bool is_meant(void *state, struct hw_span name)
{
    return attributing_same(*(const struct hw_span *)state, name);
}

struct listing {
    char text[NAMED_BYTES];
    struct hw_span seen[16];
    size_t n, count;
};

static bool list_name(void *state, struct hw_span name)
{
    struct listing *l = state;
    for (size_t i = 0; i < l->count; i++) {
        if (attributing_same(l->seen[i], name)) {
            return false;
        }
    }
    if (name.n == 0 || l->count == sizeof l->seen / sizeof l->seen[0] ||
        name.n + 3 > sizeof l->text - l->n) {
        return false;
    }
    if (l->n > 0) {
        memcpy(l->text + l->n, ", ", 2);
        l->n += 2;
    }
    memcpy(l->text + l->n, name.p, name.n);
    l->n += name.n;
    l->seen[l->count++] = name;
    return false;
}

static int find_target(struct attributing *q)
{
    struct hw_span target = q->ask->target;
    struct listing l = {.n = 0};
    if (target.n == 0 || q->claim_count + q->link_count == 0 || each_name(q, is_meant, &target)) {
        return HW_OK;
    }
    if (q->ask->behaviour) {
        return HW_OK; /* who publishes what groups do may know it */
    }
    (void)each_name(q, list_name, &l);
    return hw_fail(q->err, HW_E_USAGE,
                   "nobody speaks of an attack by the name \"%.*s\"; known here: %.*s",
                   target.n > 60 ? 60 : (int)target.n, (const char *)target.p, (int)l.n, l.text);
}

/* Leaves out what is about another attack, or was said later. When it was said: by itself, or with
 * its source. */
static int64_t said_on(const struct attributing *q, int64_t on, int32_t source)
{
    return on != HW_TIME_NONE || source == NO_SOURCE ? on : q->sources[source].published;
}

static void choose(struct attributing *q)
{
    size_t kept = 0;
    bool all = q->ask->target.n == 0;
    for (size_t i = 0; i < q->claim_count; i++) {
        struct said_claim *x = &q->claims[i];
        x->said.on = said_on(q, x->said.on, x->source);
        bool later = x->said.on != HW_TIME_NONE && x->said.on > q->ask->as_of;
        if (all || attributing_same(x->said.about, q->ask->target)) {
            q->a->later += later;
            if (!later) {
                q->claims[kept++] = *x;
            }
        }
    }
    q->claim_count = kept;
    kept = 0;
    for (size_t i = 0; i < q->link_count; i++) {
        struct said_link *x = &q->links[i];
        int64_t on = said_on(q, HW_TIME_NONE, x->source);
        bool later = on != HW_TIME_NONE && on > q->ask->as_of;
        if (all || attributing_same(x->one, q->ask->target) ||
            attributing_same(x->other, q->ask->target)) {
            q->a->later += later;
            if (!later) {
                q->links[kept++] = *x;
            }
        }
    }
    q->link_count = kept;
}

/* ---- the question ---- */

static int gap(struct attributing *q, struct hw_span what, const char *ask_for)
{
    struct hw_gap *g = hw_arena_alloc(q->a->arena, sizeof *g), **last = &q->a->gaps;
    if (g == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for gaps");
    }
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *g = (struct hw_gap){.kind = "attribute", .what = what, .ask_for = hw_span_str(ask_for)};
    *last = g;
    return HW_OK;
}

static int close_answer(struct attributing *q)
{
    struct hw_attribute_answer *a = q->a;
    uint64_t unknown = q->source_count - a->source_count;
    int rc = HW_OK;
    a->claim_count = q->claim_count;
    a->link_count = q->link_count;
    bool compared = a->behaviour != NULL && a->behaviour->groups > 0;
    if (q->claim_count + q->link_count == 0 && !compared) {
        a->exit_status = 3;
        rc =
            gap(q,
                a->later > 0 ? HW_SPAN_LIT("all that others said was said later")
                             : HW_SPAN_LIT("the case holds nothing that others said of who did it"),
                a->later > 0 ? "a later --as-of"
                             : "an estate with sources, claims and links (docs/formats/estate.md)");
    }
    if (rc == HW_OK && unknown > 0) {
        rc = gap(q,
                 hw_words(a->arena, "%llu source%s named and not described",
                          (unsigned long long)unknown, unknown == 1 ? " is" : "s are"),
                 "who published them, and on what they rest: each counts as one of its own");
    }
    if (rc == HW_OK && q->over > 0) {
        rc = gap(q,
                 hw_words(a->arena, "%llu entries beyond what one answer takes were left out",
                          (unsigned long long)q->over),
                 "a case for each attack");
    }
    return rc;
}

static int run(struct attributing *q)
{
    struct hw_arena *arena = q->a->arena;
    q->sources = hw_arena_array(arena, SOURCES_MAX, sizeof *q->sources);
    q->claims = hw_arena_array(arena, CLAIMS_MAX, sizeof *q->claims);
    q->links = hw_arena_array(arena, LINKS_MAX, sizeof *q->links);
    q->questions = hw_arena_array(arena, QUESTIONS_MAX, sizeof *q->questions);
    if (q->sources == NULL || q->claims == NULL || q->links == NULL || q->questions == NULL) {
        return hw_fail(q->err, HW_E_MEMORY, "no memory for what others said");
    }
    int rc = hw_said(q->c, take, q, q->err);
    rc = rc != HW_OK ? rc : find_target(q);
    rc = rc != HW_OK ? rc : attributing_sources(q);
    if (rc == HW_OK) {
        choose(q);
    }
    rc = rc != HW_OK ? rc : attributing_claims(q);
    rc = rc != HW_OK ? rc : attributing_names(q);
    rc = rc != HW_OK ? rc : attributing_judge(q);
    rc = rc != HW_OK || !q->ask->behaviour ? rc : attributing_behaviour(q);
    return rc != HW_OK ? rc : close_answer(q);
}

int hw_attribute(struct hw_case *c, const struct hw_attribute_ask *ask,
                 struct hw_attribute_answer **out, struct hw_error *err)
{
    struct hw_arena *arena = hw_arena_new(ARENA_BYTES);
    struct hw_attribute_answer *a = arena == NULL ? NULL : hw_arena_alloc(arena, sizeof *a);
    if (a == NULL) {
        hw_arena_free(arena);
        return hw_fail(err, HW_E_MEMORY, "no memory for an answer");
    }
    *a = (struct hw_attribute_answer){
        .arena = arena, .target = hw_span_keep(arena, ask->target), .as_of = ask->as_of};
    err->code = HW_OK;
    struct attributing q = {.c = c,
                            .ask = ask,
                            .a = a,
                            .err = err,
                            .last_disagreement = &a->disagreements,
                            .last_judgement = &a->judgements};
    int rc = run(&q);
    if (rc != HW_OK) {
        hw_arena_free(arena);
        return rc;
    }
    *out = a;
    return HW_OK;
}

void hw_attribute_answer_free(struct hw_attribute_answer *a)
{
    if (a != NULL) {
        hw_arena_free(a->arena);
    }
}
