/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups by behaviour: the score worked by hand, sources and dates that may not be used, refusals,
 * and what strangers could publish to make it slow or wrong.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/behave.h"
#include "base/text.h"
#include "base/time.h"

#define DAY INT64_C(86400000000000)

static struct hw_behave *b;
static struct hw_arena *arena;
static struct hw_error err;
static struct hw_behave_result r;

static int begin(void **state)
{
    (void)state;
    arena = hw_arena_new((size_t)256 << 20);
    return arena == NULL || hw_behave_new((size_t)256 << 20, &b, &err) != HW_OK;
}

static int end(void **state)
{
    (void)state;
    hw_behave_free(b);
    hw_arena_free(arena);
    b = NULL;
    return 0;
}

static void claim_of(const char *group, const char *by, const char *feature, const char *cites,
                     int64_t published)
{
    struct hw_behave_claim c = {.group = hw_span_str(group),
                                .by = hw_span_str(by),
                                .feature = hw_span_str(feature),
                                .software = feature[0] == 'S',
                                .cites = hw_span_str(cites),
                                .published = published};
    assert_int_equal(hw_behave_add(b, &c, &err), HW_OK);
}

static void claim(const char *group, const char *feature, const char *cites)
{
    claim_of(group, "", feature, cites, HW_TIME_NONE);
}

/* Features are letters: "ABC" is three. */
static void profile(const char *group, const char *features, const char *cites)
{
    for (; *features != '\0'; features++) {
        claim(group, (const char[]){*features, '\0'}, cites);
    }
}

static void ask(const char *features, struct hw_behave_query q)
{
    struct hw_span list[64];
    size_t n = strlen(features);
    for (size_t i = 0; i < n; i++) {
        list[i] = (struct hw_span){(const uint8_t *)features + i, 1};
    }
    q.features = list;
    q.feature_count = n;
    assert_int_equal(hw_behave_ask(b, &q, arena, &r, &err), HW_OK);
}

static void ask_all(const char *features)
{
    ask(features, (struct hw_behave_query){.as_of = HW_TIME_NONE});
}

static const struct hw_behave_candidate *candidate(const char *group)
{
    for (size_t i = 0; i < r.candidate_count; i++) {
        if (hw_span_is(r.candidates[i].group, group)) {
            return &r.candidates[i];
        }
    }
    return NULL;
}

static void near(double a, double wanted)
{
    if (fabs(a - wanted) > 1e-12) {
        fail_msg("%.15g is not %.15g", a, wanted);
    }
}

/* ---- the score ---- */

static void the_score_is_the_one_worked_by_hand(void **state)
{
    (void)state;
    /* three groups of 5, 3 and 1: the mean is 3, so that G2's chances are the odds themselves */
    profile("G1", "ABCDE", "R1");
    profile("G2", "ABF", "R2");
    profile("G3", "A", "R3");
    ask_all("ABCDEZ");
    const double all_have = log(1 + 3 / 48.0), two_have = log(1 + 3 / 32.0),
                 one_has = log(1 + 3 / 16.0);
    /* odds 3/3, 2/3, 1/3: chances .5, .4, .25 */
    double mean = .5 * all_have + .4 * two_have + 3 * .25 * one_has;
    double variance =
        .25 * all_have * all_have + .24 * two_have * two_have + 3 * .1875 * one_has * one_has;
    const struct hw_behave_candidate *g2 = candidate("G2");
    assert_non_null(g2);
    near(g2->z, (all_have + two_have - mean) / sqrt(variance));
    /* smoothed by 20 means, 60: 9 claims in all; A stands in three profiles, B in two */
    near(g2->log_odds, 5 * log(60.0 / 63) + log(1 + 9 / (60 * 3.0)) + log(1 + 9 / (60 * 2.0)));
    assert_int_equal(g2->features, 3);
    assert_int_equal(g2->shared_count, 2);
    assert_true(hw_span_is(g2->shared[0].feature, "B"));
    assert_int_equal(g2->shared[0].groups, 2);
    near(g2->shared[0].weight, two_have);
    assert_true(hw_span_is(r.candidates[0].group, "G1"));
    assert_int_equal(r.asked, 6);
    assert_int_equal(r.known, 5);
    assert_int_equal(r.groups, 3);
    near(r.input[HW_BEHAVE_Z], r.candidates[0].z);
    near(r.input[HW_BEHAVE_MARGIN], r.candidates[0].z - r.candidates[1].z);
    near(r.input[HW_BEHAVE_SHARED], log(6));
    near(r.input[HW_BEHAVE_TOOLS], 0);
    near(r.input[HW_BEHAVE_RAREST], 0);
    near(r.probability, hw_behave_probability(r.input));
}

static void several_sources_weigh_more_than_one(void **state)
{
    (void)state;
    profile("G1", "ABCDE", "R1");
    profile("G2", "ABCDE", "R1\nR2\nR1");
    profile("G2", "E", "R3");
    ask_all("ABCDE");
    assert_true(hw_span_is(r.candidates[0].group, "G2"));
    near(r.candidates[0].shared[0].weight, log(1 + 2 / 32.0) * pow(2, .3));
    assert_int_equal(r.candidates[0].shared[4].sources, 3);
    assert_int_equal(r.candidates[1].shared[4].sources, 1);
}

static void software_is_counted_and_its_rarest_told(void **state)
{
    (void)state;
    profile("G1", "ABCST", "R1");
    profile("G2", "AB", "R2");
    claim("G2", "S", "R2");
    claim("G3", "A", "R3");
    claim("G1", "S1", "R1");
    ask(("ABCST"), (struct hw_behave_query){.as_of = HW_TIME_NONE});
    assert_int_equal(r.candidates[0].tools, 1);
    near(r.input[HW_BEHAVE_TOOLS], log(2));
    near(r.input[HW_BEHAVE_RAREST], log(3.0 / 2));
    ask(("ABCST"), (struct hw_behave_query){.as_of = HW_TIME_NONE, .techniques_only = true});
    assert_int_equal(r.candidates[0].tools, 0);
    assert_int_equal(r.candidates[0].features, 4);
    assert_int_equal(r.known, 4);
}

/* ---- what may not be used ---- */

static void what_only_the_questions_sources_say_is_left_out(void **state)
{
    (void)state;
    profile("G1", "ABC", "R1");
    profile("G1", "DE", "R1\nR2");
    profile("G2", "ABCDE", "R3");
    struct hw_span own[] = {HW_SPAN_LIT("R1"), HW_SPAN_LIT("none has this")};
    ask("ABCDE",
        (struct hw_behave_query){.sources = own, .source_count = 2, .as_of = HW_TIME_NONE});
    assert_int_equal(candidate("G1")->features, 2);
    assert_int_equal(candidate("G2")->features, 5);
    assert_int_equal(r.left_out, 3);
    struct hw_span all[] = {HW_SPAN_LIT("R1"), HW_SPAN_LIT("R2"), HW_SPAN_LIT("R3")};
    ask("ABCDE",
        (struct hw_behave_query){.sources = all, .source_count = 3, .as_of = HW_TIME_NONE});
    assert_int_equal(r.candidate_count, 0);
    assert_int_equal(r.verdict, HW_BEHAVE_NO_PROFILE);
    near(r.probability, 0);
}

static void what_was_not_surely_published_before_is_left_out(void **state)
{
    (void)state;
    claim_of("G1", "", "A", "R1", 10 * DAY); /* dates R1 as well */
    claim_of("G1", "", "B", "R2", 20 * DAY);
    claim_of("G1", "", "C", "R9", HW_TIME_NONE); /* nobody says when */
    claim_of("G1", "", "D", "R1\nR2", 10 * DAY);
    claim_of("G1", "", "E", "", HW_TIME_NONE);
    claim_of("G1", "", "F", "", 5 * DAY);
    claim_of("G1", "", "G", "R7\nR8", 5 * DAY); /* one of them, and nobody says which */
    ask("ABCDEFG", (struct hw_behave_query){.as_of = 10 * DAY});
    assert_int_equal(candidate("G1")->features, 4);
    ask("ABCDEFG", (struct hw_behave_query){.as_of = 20 * DAY});
    assert_int_equal(candidate("G1")->features, 5);
    ask("ABCDEFG", (struct hw_behave_query){.as_of = 4 * DAY});
    assert_int_equal(r.verdict, HW_BEHAVE_NO_PROFILE);
    /* without its first source a claim is as old as the next, where that is known */
    struct hw_span own[] = {HW_SPAN_LIT("R1"), HW_SPAN_LIT("R7")};
    ask("ABCDEFG", (struct hw_behave_query){.sources = own, .source_count = 2, .as_of = 10 * DAY});
    assert_int_equal(candidate("G1")->features, 1);
    ask("ABCDEFG", (struct hw_behave_query){.sources = own, .source_count = 2, .as_of = 20 * DAY});
    assert_int_equal(candidate("G1")->features, 3);
    assert_int_equal(hw_behave_date(b, hw_span_str("R8"), 9 * DAY, &err), HW_OK);
    ask("ABCDEFG", (struct hw_behave_query){.sources = own, .source_count = 2, .as_of = 20 * DAY});
    assert_int_equal(candidate("G1")->features, 4);
}

static void claims_made_of_the_campaign_asked_about_are_left_out(void **state)
{
    (void)state;
    profile("G1", "AB", "R1");
    claim_of("G1", "C1", "B", "R2", HW_TIME_NONE);
    claim_of("G1", "C1", "C", "R2", HW_TIME_NONE);
    claim_of("G1", "C2", "D", "R2", HW_TIME_NONE);
    ask("ABCD", (struct hw_behave_query){.campaign = HW_SPAN_LIT("C1"), .as_of = HW_TIME_NONE});
    assert_int_equal(candidate("G1")->features, 3);
    assert_int_equal(r.known, 3);
    ask("ABCD", (struct hw_behave_query){.without = HW_SPAN_LIT("G1"), .as_of = HW_TIME_NONE});
    assert_int_equal(r.candidate_count, 0);
}

/* ---- refusals ---- */

static void many_groups(unsigned count, unsigned uses)
{
    char group[16], feature[16], cites[64];
    for (unsigned g = 0; g < count; g++) {
        for (unsigned i = 0; i < uses; i++) {
            (void)snprintf(group, sizeof group, "G%05u", g);
            (void)snprintf(feature, sizeof feature, "T%04u", (g * 131 + i * i * 7) % 700);
            (void)snprintf(cites, sizeof cites, "R%u", g * 3 + i % 3);
            claim(group, feature, cites);
        }
    }
}

static void a_thin_question_is_refused_however_well_it_fits(void **state)
{
    (void)state;
    many_groups(50, 10);
    for (int i = 0; i < 4; i++) {
        claim("G9999", (const char *[]){"S1", "S2", "S3", "S4"}[i], "X\nY\nZ");
    }
    struct hw_span four[] = {HW_SPAN_LIT("S1"), HW_SPAN_LIT("S2"), HW_SPAN_LIT("S3"),
                             HW_SPAN_LIT("S4"), HW_SPAN_LIT("S1"), HW_SPAN_LIT("unheard of")};
    struct hw_behave_query q = {.features = four, .feature_count = 6, .as_of = HW_TIME_NONE};
    assert_int_equal(hw_behave_ask(b, &q, arena, &r, &err), HW_OK);
    assert_int_equal(r.verdict, HW_BEHAVE_THIN_QUERY);
    assert_true(hw_span_is(r.candidates[0].group, "G9999"));
    assert_int_equal(r.known, 4);
    assert_true(strlen(hw_behave_reason(r.verdict)) > 10);
    claim("G9999", "S5", "X");
    four[5] = (struct hw_span)HW_SPAN_LIT("S5");
    assert_int_equal(hw_behave_ask(b, &q, arena, &r, &err), HW_OK);
    assert_int_equal(r.verdict, HW_BEHAVE_NAMED);
    assert_true(r.probability >= HW_BEHAVE_SURE);
    assert_true(r.probability <= .99);
    assert_string_equal(hw_behave_reason(r.verdict), "");
}

static void what_all_do_names_nobody(void **state)
{
    (void)state;
    static const char *const groups[] = {"G1", "G2", "G3", "G4", "G5", "G6"};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        profile(groups[i], "ABCDEFGH", groups[i]);
    }
    ask_all("ABCDEFGH");
    assert_int_equal(r.verdict, HW_BEHAVE_UNSURE);
    assert_true(r.probability > 0 && r.probability < HW_BEHAVE_SPEAK);
    assert_true(hw_span_is(r.candidates[0].group, "G1"));
    assert_int_equal(r.candidate_count, 6);
}

static void nothing_claimed_or_asked_is_refused(void **state)
{
    (void)state;
    ask_all("ABC");
    assert_int_equal(r.verdict, HW_BEHAVE_NO_PROFILE);
    profile("G1", "A", "R");
    ask_all("");
    assert_int_equal(r.verdict, HW_BEHAVE_THIN_QUERY);
    assert_int_equal(r.candidate_count, 1);
    near(r.candidates[0].z, 0);
}

static void the_probability_rises_with_what_speaks_for_it(void **state)
{
    (void)state;
    size_t count;
    const struct hw_behave_band *bands = hw_behave_bands(&count);
    double weak[HW_BEHAVE_INPUTS] = {0}, strong[HW_BEHAVE_INPUTS] = {12, 8, 1.4, 5, 3};
    assert_true(hw_behave_probability(weak) < .05);
    assert_true(hw_behave_probability(strong) > .8);
    strong[HW_BEHAVE_Z] = 1e300;
    near(hw_behave_probability(strong), .99);
    strong[HW_BEHAVE_Z] = -1e300;
    near(hw_behave_probability(strong), .01);
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++) {
        assert_true(bands[i].stated >= bands[i].from - .005 && bands[i].stated <= bands[i].to);
        assert_true(i == 0 || bands[i].right >= bands[i - 1].right);
    }
}

/* ---- order, and strangers ---- */

static void the_order_of_claims_changes_nothing(void **state)
{
    (void)state;
    double z[3], p[3];
    struct hw_span first[3];
    static const unsigned steps[] = {1, 7, 1999};
    for (unsigned pass = 0; pass < 3; pass++) {
        hw_behave_free(b);
        assert_int_equal(hw_behave_new((size_t)64 << 20, &b, &err), HW_OK);
        for (unsigned i = 0, at = 0; i < 2000; i++, at = (at + steps[pass]) % 2000) {
            char group[8], feature[8], cites[32];
            (void)snprintf(group, sizeof group, "G%u", at % 40);
            (void)snprintf(feature, sizeof feature, "%c%u", at % 9 == 0 ? 'S' : 'T', at * at % 211);
            (void)snprintf(cites, sizeof cites, "R%u\nR%u", at % 61, at % 17);
            claim_of(group, at % 5 == 0 ? "C1" : "", feature, cites, (int64_t)(at % 90) * DAY);
        }
        struct hw_span asked[] = {HW_SPAN_LIT("T1"),  HW_SPAN_LIT("T4"),  HW_SPAN_LIT("T9"),
                                  HW_SPAN_LIT("T16"), HW_SPAN_LIT("T25"), HW_SPAN_LIT("S36"),
                                  HW_SPAN_LIT("T49"), HW_SPAN_LIT("S81")};
        struct hw_span own = HW_SPAN_LIT("R5");
        struct hw_behave_query q = {.features = asked,
                                    .feature_count = 8,
                                    .sources = &own,
                                    .source_count = 1,
                                    .as_of = 60 * DAY};
        assert_int_equal(hw_behave_ask(b, &q, arena, &r, &err), HW_OK);
        assert_true(r.known >= HW_BEHAVE_THIN);
        z[pass] = r.candidates[0].z;
        p[pass] = r.probability;
        first[pass] =
            (struct hw_span){hw_arena_copy(arena, r.candidates[0].group), r.candidates[0].group.n};
    }
    for (unsigned pass = 1; pass < 3; pass++) {
        assert_memory_equal(&z[0], &z[pass], sizeof z[0]);
        assert_memory_equal(&p[0], &p[pass], sizeof p[0]);
        assert_true(hw_span_equal(first[0], first[pass]));
    }
}

static void claims_that_say_nothing_are_refused(void **state)
{
    (void)state;
    struct hw_behave_claim c = {.feature = HW_SPAN_LIT("T1"), .published = HW_TIME_NONE};
    assert_int_equal(hw_behave_add(b, &c, &err), HW_E_USAGE);
    c = (struct hw_behave_claim){.group = HW_SPAN_LIT("G1"), .published = HW_TIME_NONE};
    assert_int_equal(hw_behave_add(b, &c, &err), HW_E_USAGE);
    claim("G1", "A", "\n\n  \n\n");
    claim("G1", "B", "R1\n\n R1 \nR1");
    ask_all("AB");
    assert_int_equal(candidate("G1")->features, 2);
    assert_int_equal(candidate("G1")->shared[1].sources, 1);
}

static void too_many_groups_and_too_little_memory_are_said(void **state)
{
    (void)state;
    struct hw_behave *small = NULL;
    struct hw_behave_claim c = {.group = HW_SPAN_LIT("G1"), .published = HW_TIME_NONE};
    char text[64];
    int rc = HW_OK;
    assert_int_equal(hw_behave_new(1 << 16, &small, &err), HW_OK);
    for (unsigned i = 0; i < 100000 && rc == HW_OK; i++) {
        (void)snprintf(text, sizeof text, "T%u of a name that is long enough to tell", i);
        c.feature = hw_span_str(text);
        rc = hw_behave_add(small, &c, &err);
    }
    assert_int_equal(rc, HW_E_MEMORY);
    assert_int_equal(hw_behave_settle(small, &err), HW_OK);
    hw_behave_free(small);
    many_groups(HW_BEHAVE_GROUPS + 1, 1);
    assert_int_equal(hw_behave_settle(b, &err), HW_E_LIMIT);
    struct hw_behave_query q = {.as_of = HW_TIME_NONE};
    assert_int_equal(hw_behave_ask(b, &q, arena, &r, &err), HW_E_LIMIT);
}

static void a_question_of_any_length_is_answered_or_refused(void **state)
{
    (void)state;
    many_groups(200, 100);
    size_t n = 200000;
    struct hw_span *long_one = calloc(n, sizeof *long_one);
    char(*text)[8] = calloc(n, sizeof *text);
    assert_true(long_one != NULL && text != NULL);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(text[i], sizeof text[i], "T%04u", (unsigned)(i % 1400));
        long_one[i] = hw_span_str(text[i]);
    }
    struct hw_behave_query q = {.features = long_one,
                                .feature_count = n,
                                .sources = long_one,
                                .source_count = n,
                                .as_of = HW_TIME_NONE};
    assert_int_equal(hw_behave_ask(b, &q, arena, &r, &err), HW_OK);
    assert_int_equal(r.candidate_count, 200);
    assert_true(r.known <= 700);
    /* memory for the answer alone runs out: that is said */
    struct hw_arena *small = hw_arena_new(30000);
    assert_non_null(small);
    assert_int_equal(hw_behave_ask(b, &q, small, &r, &err), HW_E_MEMORY);
    hw_arena_free(small);
    free(long_one);
    free(text);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(the_score_is_the_one_worked_by_hand),
        T(several_sources_weigh_more_than_one),
        T(software_is_counted_and_its_rarest_told),
        T(what_only_the_questions_sources_say_is_left_out),
        T(what_was_not_surely_published_before_is_left_out),
        T(claims_made_of_the_campaign_asked_about_are_left_out),
        T(a_thin_question_is_refused_however_well_it_fits),
        T(what_all_do_names_nobody),
        T(nothing_claimed_or_asked_is_refused),
        T(the_probability_rises_with_what_speaks_for_it),
        T(the_order_of_claims_changes_nothing),
        T(claims_that_say_nothing_are_refused),
        T(too_many_groups_and_too_little_memory_are_said),
        T(a_question_of_any_length_is_answered_or_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("behave", tests, NULL, NULL);
}
