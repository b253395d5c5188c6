/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which sources are one, and what two attacks share: the mathematics, without a case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ask/attributing.h"
#include "base/text.h"

enum { MANY = 64 };

struct told {
    struct hw_arena *arena;
    struct hw_attribute_answer a;
    struct hw_attribute_ask ask;
    struct hw_error err;
    struct attributing q;
};

static int setup(void **state)
{
    struct hw_arena *arena = hw_arena_new(64 << 20);
    struct told *t = arena == NULL ? NULL : hw_arena_alloc(arena, sizeof *t);
    assert_non_null(t);
    t->arena = arena;
    t->a = (struct hw_attribute_answer){.arena = arena};
    t->q = (struct attributing){.ask = &t->ask,
                                .a = &t->a,
                                .err = &t->err,
                                .sources = hw_arena_array(arena, SOURCES_MAX, sizeof *t->q.sources),
                                .claims = hw_arena_array(arena, MANY, sizeof *t->q.claims),
                                .links = hw_arena_array(arena, MANY, sizeof *t->q.links),
                                .last_disagreement = &t->a.disagreements,
                                .last_judgement = &t->a.judgements};
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct told *t = *state;
    hw_arena_free(t->arena);
    return 0;
}

static void source(struct told *t, const char *id, const char *by, const char *rests_on)
{
    t->q.sources[t->q.source_count++] = (struct said_source){.id = hw_span_str(id),
                                                             .by = hw_span_str(by),
                                                             .rests_on = hw_span_str(rests_on),
                                                             .document = 1,
                                                             .described = true};
}

static void link_of(struct told *t, const char *kind, const char *what, const char *by)
{
    t->q.links[t->q.link_count++] = (struct said_link){.one = HW_SPAN_LIT("one"),
                                                       .other = HW_SPAN_LIT("two"),
                                                       .kind = hw_span_str(kind),
                                                       .what = hw_span_str(what),
                                                       .source_id = hw_span_str(by),
                                                       .document = 1};
}

static const struct hw_judgement *judged(struct told *t)
{
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(attributing_judge(&t->q), HW_OK);
    assert_string_equal(t->a.judgements->of, "one-operator");
    return t->a.judgements;
}

static uint64_t independent(struct told *t, size_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        t->q.chosen[i] = i;
    }
    return attributing_independent(&t->q, t->q.chosen, count);
}

/* ---- sources ---- */

static void strangers_are_independent(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "");
    source(t, "c", "Gamma", "");
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(independent(t, 3), 3);
    assert_int_equal(independent(t, 0), 0);
}

static void one_publisher_is_one(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", " ALPHA", "");
    source(t, "c", "Beta", "x");
    source(t, "d", "beta", "");
    source(t, "x", "Gamma", "");
    source(t, "e", "Delta", "x");
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(independent(t, 2), 1);
    t->q.chosen[0] = 3; /* Beta's other document rests on nobody, and Beta does */
    t->q.chosen[1] = 5;
    assert_int_equal(attributing_independent(&t->q, t->q.chosen, 2), 1);
}

static void who_rests_on_another_however_far_is_one_with_it(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "c");
    source(t, "c", "Gamma", "d");
    source(t, "d", "Delta", "a");
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(independent(t, 4), 1);
    assert_int_equal(independent(t, 2), 1);
}

static void a_ring_is_one(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "b");
    source(t, "b", "Beta", "c,c, ,c");
    source(t, "c", "Gamma", "a,c");
    source(t, "d", "Delta", "");
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(independent(t, 3), 1);
    assert_int_equal(independent(t, 4), 2);
}

/* A summary of two does not make one of them. */
static void a_summary_of_two_leaves_them_two(void **state)
{
    struct told *t = *state;
    source(t, "sum", "Summary", "a,b");
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "");
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(independent(t, 3), 2);
    assert_int_equal(independent(t, 1), 1);
    assert_int_equal(independent(t, 2), 1);
}

static void who_rest_on_the_same_unknown_source_are_one(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "nobody");
    source(t, "b", "Beta", "NOBODY");
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(independent(t, 2), 1);
    assert_int_equal(t->q.source_count, 3);
    assert_int_equal(t->a.source_count, 2);
}

static void a_source_too_many_is_counted_and_not_followed(void **state)
{
    struct told *t = *state;
    static char ids[SOURCES_MAX][8];
    for (size_t i = 0; i < SOURCES_MAX; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "s%zu", i);
        source(t, ids[i], ids[i], i > 0 ? ids[i - 1] : "one more");
    }
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(t->q.over, 1);
    assert_int_equal(independent(t, SOURCES_MAX), 1);
}

/* ---- one operator ---- */

static void key_code_and_access_are_enough_to_speak(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    link_of(t, "key", "k", "a");
    link_of(t, "code", "c", "a");
    link_of(t, "stolen-access", "s", "a");
    const struct hw_judgement *j = judged(t);
    assert_int_equal(j->sum, 5);
    assert_int_equal(j->percent, 76);
    assert_string_equal(j->word->word, "likely");
    assert_int_equal(j->confidence, HW_CONF_MODERATE);
    assert_non_null(j->alternatives);
    assert_non_null(j->would_change);
    assert_non_null(j->gaps);
}

/* Each of the three taken away, or shown to be anybody's: nothing is said. */
static void altering_any_of_them_ends_the_judgement(void **state)
{
    static const char *const kinds[] = {"key", "code", "stolen-access"};
    (void)state;
    for (size_t without = 0; without < 3; without++) {
        for (int is_public = 0; is_public < 2; is_public++) {
            void *fresh;
            assert_int_equal(setup(&fresh), 0);
            struct told *t = fresh;
            source(t, "a", "Alpha", "");
            for (size_t k = 0; k < 3; k++) {
                if (k != without || is_public) {
                    link_of(t, kinds[k], kinds[k], "a");
                    t->q.links[t->q.link_count - 1].is_public = k == without;
                }
            }
            const struct hw_judgement *j = judged(t);
            assert_int_equal(j->percent, 0);
            assert_null(j->word);
            assert_true(j->because.n > 0 && j->needs.n > 0);
            (void)teardown(&fresh);
        }
    }
}

static void copies_weigh_nothing_more(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "a");
    source(t, "c", "Gamma", "b");
    static const char *const who[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        link_of(t, "key", "k", who[i]);
        link_of(t, "key", "another", who[i]);
        link_of(t, "code", "c", who[i]);
        link_of(t, "stolen-access", "s", who[i]);
    }
    assert_int_equal(judged(t)->sum, 5);
}

static void an_independent_source_weighs_one_more(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "");
    source(t, "c", "Gamma", "");
    link_of(t, "key", "k", "a");
    link_of(t, "key", "k", "b");
    link_of(t, "key", "k", "c");
    link_of(t, "code", "c", "a");
    assert_int_equal(judged(t)->sum, 7 + 1 + 6 - 13);
}

static void public_tools_weigh_nothing_whoever_says_so(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "");
    link_of(t, "tool", "Flip", "a");
    link_of(t, "tool", "flip ", "b");
    t->q.links[1].is_public = true;
    const struct hw_judgement *j = judged(t);
    assert_int_equal(j->sum, -13);
    assert_int_equal(j->reached, 5);
    assert_int_equal(j->percent, 0);
    for (const struct hw_share *s = j->shares; s != NULL; s = s->next) {
        assert_int_equal(s->weight, 0);
        assert_string_equal(s->because, "anybody can have it");
    }
}

static void everything_of(struct told *t, bool tested)
{
    static const char *const kinds[] = {"key",  "code",          "certificate", "infrastructure",
                                        "tool", "stolen-access", "technique"};
    for (size_t i = 0; i < 7; i++) {
        link_of(t, kinds[i], kinds[i], "a");
        link_of(t, kinds[i], kinds[i], "b");
        t->q.links[t->q.link_count - 1].tested = tested;
    }
}

static void words_alone_end_below_very_likely(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "");
    everything_of(t, false);
    const struct hw_judgement *j = judged(t);
    assert_int_equal(j->reached, 99);
    assert_int_equal(j->percent, 79);
    assert_string_equal(j->word->word, "likely");
    assert_int_equal(j->confidence, HW_CONF_MODERATE);
}

static void what_was_tested_goes_further_and_never_to_the_end(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "");
    everything_of(t, true);
    const struct hw_judgement *j = judged(t);
    assert_int_equal(j->percent, 94);
    assert_string_equal(j->word->word, "very likely");
    assert_int_equal(j->confidence, HW_CONF_HIGH);
}

static void one_source_is_never_high_confidence(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "a");
    everything_of(t, true);
    assert_int_equal(judged(t)->confidence, HW_CONF_MODERATE);
}

static void habits_and_access_without_an_artefact_say_nothing(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    source(t, "b", "Beta", "");
    link_of(t, "technique", "t", "a");
    link_of(t, "stolen-access", "s", "a");
    link_of(t, "stolen-access", "s", "b");
    t->q.links[1].tested = true;
    assert_int_equal(judged(t)->percent, 0);
}

static void an_unknown_kind_weighs_nothing(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    link_of(t, "feeling", "f", "a");
    const struct hw_judgement *j = judged(t);
    assert_int_equal(j->sum, -13);
    assert_string_equal(j->shares->kind, "other");
}

static void both_orders_of_a_pair_are_one_pair(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    link_of(t, "key", "k", "a");
    link_of(t, "code", "c", "a");
    link_of(t, "stolen-access", "s", "a");
    t->q.links[1].one = HW_SPAN_LIT("TWO");
    t->q.links[1].other = HW_SPAN_LIT("One");
    link_of(t, "key", "itself", "a");
    t->q.links[3].other = HW_SPAN_LIT(" ONE");
    const struct hw_judgement *j = judged(t);
    assert_int_equal(j->percent, 76);
    assert_string_not_equal(j->next->of, "one-operator");
}

static void group_and_objective_are_refused_whatever_is_claimed(void **state)
{
    struct told *t = *state;
    source(t, "a", "Alpha", "");
    for (size_t i = 0; i < 4; i++) {
        static const char *const topics[] = {"group", "nexus", "motive", "objective"};
        t->q.claims[t->q.claim_count++] =
            (struct said_claim){.said = {.about = HW_SPAN_LIT("one"),
                                         .topic = hw_span_str(topics[i]),
                                         .says = HW_SPAN_LIT("x")},
                                .source_id = HW_SPAN_LIT("a"),
                                .document = 1};
    }
    assert_int_equal(attributing_sources(&t->q), HW_OK);
    assert_int_equal(attributing_judge(&t->q), HW_OK);
    assert_int_equal(t->a.refused, 4);
    assert_int_equal(t->a.spoken, 0);
    for (const struct hw_judgement *j = t->a.judgements; j != NULL; j = j->next) {
        assert_int_equal(j->percent, 0);
        assert_true(j->because.n > 0 && j->needs.n > 0);
    }
}

/* Every share of memory that is refused ends in words, not in a half answer. */
static void memory_that_ends_is_said(void **state)
{
    (void)state;
    bool went_well = false;
    for (uint64_t n = 1; n < 200 && !went_well; n++) {
        void *fresh;
        assert_int_equal(setup(&fresh), 0);
        struct told *t = fresh;
        source(t, "a", "Alpha", "");
        everything_of(t, false);
        hw_arena_fail_nth(n);
        int rc = attributing_sources(&t->q);
        rc = rc != HW_OK ? rc : attributing_judge(&t->q);
        went_well = rc == HW_OK && t->a.judgements->alternatives != NULL;
        assert_true(rc == HW_OK || rc == HW_E_MEMORY);
        hw_arena_fail_nth(0);
        (void)teardown(&fresh);
    }
    assert_true(went_well);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(strangers_are_independent, setup, teardown),
        cmocka_unit_test_setup_teardown(one_publisher_is_one, setup, teardown),
        cmocka_unit_test_setup_teardown(who_rests_on_another_however_far_is_one_with_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_ring_is_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_summary_of_two_leaves_them_two, setup, teardown),
        cmocka_unit_test_setup_teardown(who_rest_on_the_same_unknown_source_are_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_source_too_many_is_counted_and_not_followed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(key_code_and_access_are_enough_to_speak, setup, teardown),
        cmocka_unit_test(altering_any_of_them_ends_the_judgement),
        cmocka_unit_test_setup_teardown(copies_weigh_nothing_more, setup, teardown),
        cmocka_unit_test_setup_teardown(an_independent_source_weighs_one_more, setup, teardown),
        cmocka_unit_test_setup_teardown(public_tools_weigh_nothing_whoever_says_so, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(words_alone_end_below_very_likely, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_tested_goes_further_and_never_to_the_end, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_source_is_never_high_confidence, setup, teardown),
        cmocka_unit_test_setup_teardown(habits_and_access_without_an_artefact_say_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_unknown_kind_weighs_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(both_orders_of_a_pair_are_one_pair, setup, teardown),
        cmocka_unit_test_setup_teardown(group_and_objective_are_refused_whatever_is_claimed, setup,
                                        teardown),
        cmocka_unit_test(memory_that_ends_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
