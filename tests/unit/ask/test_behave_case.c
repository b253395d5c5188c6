/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour out of a case: documents are learned as any other, and their claims asked. Names never
 * join what two publishers say, nor what one says of two.
 */
#include "tale.h"

#include <stdio.h>
#include <string.h>

#include "ask/behave_case.h"
#include "base/buf.h"
#include "base/time.h"
#include "behave_kit.h"
#include "build_behaviour.h"
#include "evidence/evidence.h"

static struct hw_behave_case *profiles(struct tale *t, const char *publisher)
{
    struct hw_behave_case *k = NULL;
    assert_int_equal(hw_behave_case_new(t->c, hw_span_str(publisher), &k, &t->err), HW_OK);
    return k;
}

static struct hw_behave_result ask(struct tale *t, struct hw_behave_case *k,
                                   const struct hw_behave_query *q)
{
    struct hw_behave_result r;
    assert_int_equal(hw_behave_ask(hw_behave_case_claims(k), q, t->arena, &r, &t->err), HW_OK);
    return r;
}

static struct hw_behave_query target(struct tale *t, const struct hw_behave_case *k,
                                     const char *name, const char *id, const char *said)
{
    struct hw_behave_query q;
    struct hw_span got_id, got_said;
    assert_int_equal(
        hw_behave_case_target(k, hw_span_str(name), t->arena, &q, &got_id, &got_said, &t->err),
        HW_OK);
    assert_true(hw_span_is(got_id, id));
    assert_true(hw_span_is(got_said, said));
    return q;
}

static int refused(struct tale *t, const struct hw_behave_case *k, const char *name)
{
    struct hw_behave_query q;
    struct hw_span id, said;
    return hw_behave_case_target(k, hw_span_str(name), t->arena, &q, &id, &said, &t->err);
}

static void a_campaign_adds_to_the_group_it_is_attributed_to(void **state)
{
    struct tale *t = *state;
    behave_learn(t, 'a', hw_span_str(build_attack));
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    struct hw_span all[] = {HW_SPAN_LIT("T1566.002"), HW_SPAN_LIT("S9001"), HW_SPAN_LIT("T1063"),
                            HW_SPAN_LIT("nothing")};
    struct hw_behave_query q;
    size_t unknown;
    assert_int_equal(hw_behave_case_features(k, all, 4, t->arena, &q, &unknown, &t->err), HW_OK);
    assert_int_equal(unknown, 2); /* the retired one is none any more */
    struct hw_behave_result r = ask(t, k, &q);
    assert_int_equal(r.candidate_count, 1);
    assert_true(hw_span_is(r.candidates[0].group, "G9001"));
    assert_int_equal(r.candidates[0].features, 2);
    assert_int_equal(r.candidates[0].tools, 1);
    assert_true(hw_span_is(hw_behave_case_name(k, r.candidates[0].group), "Quiet Heron"));
    assert_true(hw_span_is(hw_behave_case_name(k, hw_span_str("S9001")), "WADER"));
    assert_int_equal(hw_behave_case_name(k, hw_span_str("S1")).n, 0);
}

static void what_is_asked_about_is_not_its_own_proof(void **state)
{
    struct tale *t = *state;
    behave_learn(t, 'a', hw_span_str(build_attack));
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    struct hw_behave_query q = target(t, k, "c9001", "C9001", "G9001");
    assert_int_equal(q.feature_count, 1);
    assert_true(hw_span_is(q.features[0], "S9001"));
    struct hw_behave_result r = ask(t, k, &q);
    assert_int_equal(r.candidate_count, 1);
    assert_int_equal(r.candidates[0].features, 1);
    assert_int_equal(r.candidates[0].shared_count, 0);
    q = target(t, k, "long WADE", "C9001", "G9001");
    q = target(t, k, "group-7", "G9001", "");
    assert_int_equal(q.feature_count, 1);
    assert_int_equal(q.source_count, 2);
    assert_true(hw_span_is(q.sources[1], "Lab One 2021"));
    r = ask(t, k, &q);
    assert_int_equal(r.candidate_count, 0);
    assert_int_equal(r.verdict, HW_BEHAVE_NO_PROFILE);
    assert_int_equal(refused(t, k, "Old Heron"), HW_E_MISSING);
    assert_int_equal(refused(t, k, "T1566"), HW_E_MISSING);
    assert_int_equal(refused(t, k, ""), HW_E_MISSING);
}

static void publishers_are_never_joined_by_names(void **state)
{
    struct tale *t = *state;
    size_t count, used;
    behave_learn(t, 'a', hw_span_str(build_attack));
    behave_learn(t, 'g', hw_span_str(build_galaxy));
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    const struct hw_behave_publisher *p = hw_behave_case_publishers(k, &count, &used);
    assert_int_equal(count, 3); /* some objects do not say who made them */
    assert_true(hw_span_is(p[used].name, "The Maker"));
    assert_int_equal(p[used].uses, 2);
    target(t, k, "quiet heron", "G9001", "");
    assert_int_equal(refused(t, k, "grey heron"), HW_E_MISSING);
    HW_AUTO(hw_behave_case) *other = profiles(t, "misp galaxy");
    struct hw_behave_query q =
        target(t, other, "grey heron", "00000000-0000-4000-8000-000000000002", "");
    assert_int_equal(refused(t, other, "G9001"), HW_E_MISSING);
    assert_int_equal(refused(t, other, "Long Wade"), HW_E_MISSING);
    assert_int_equal(ask(t, other, &q).candidate_count, 0);
    struct hw_behave_case *none = NULL;
    assert_int_equal(hw_behave_case_new(t->c, hw_span_str("Somebody Else"), &none, &t->err),
                     HW_E_MISSING);
}

#define U "00000000-0000-4000-8000-00000000000"
static const char taken_back[] =
    "{\"type\":\"bundle\",\"id\":\"bundle--" U "0\",\"objects\":["
    "{\"type\":\"identity\",\"id\":\"identity--" U "1\",\"name\":\"The Maker\"},"
    "{\"type\":\"relationship\",\"id\":\"relationship--" U "a\",\"relationship_type\":\"uses\","
    "\"created_by_ref\":\"identity--" U "1\",\"revoked\":true,"
    "\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2024-04-01T00:00:00.000Z\","
    "\"source_ref\":\"intrusion-set--" U "2\",\"target_ref\":\"attack-pattern--" U "6\"}]}";
static const char namesakes[] =
    "{\"type\":\"bundle\",\"id\":\"bundle--" U "0\",\"objects\":["
    "{\"type\":\"identity\",\"id\":\"identity--" U "1\",\"name\":\"The Maker\"},"
    "{\"type\":\"intrusion-set\",\"id\":\"intrusion-set--" U "c\",\"name\":\"Tall Heron\","
    "\"created_by_ref\":\"identity--" U "1\",\"created\":\"2020-01-01T00:00:00.000Z\","
    "\"modified\":\"2024-04-01T00:00:00.000Z\",\"aliases\":[\"Quiet Heron\"]}]}";

static void a_claim_taken_back_later_is_gone(void **state)
{
    struct tale *t = *state;
    behave_learn(t, 'a', hw_span_str(build_attack));
    behave_learn(t, 'b', hw_span_str(taken_back));
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    struct hw_behave_query q = target(t, k, "G9001", "G9001", "");
    assert_int_equal(q.feature_count, 0);
}

static const char group_taken_back[] =
    "{\"type\":\"bundle\",\"id\":\"bundle--" U "0\",\"objects\":["
    "{\"type\":\"identity\",\"id\":\"identity--" U "1\",\"name\":\"The Maker\"},"
    "{\"type\":\"intrusion-set\",\"id\":\"intrusion-set--" U "2\",\"name\":\"Quiet Heron\","
    "\"created_by_ref\":\"identity--" U "1\",\"created\":\"2020-01-01T00:00:00.000Z\","
    "\"modified\":\"2024-04-01T00:00:00.000Z\",\"revoked\":true}]}";

static void a_group_taken_back_later_takes_its_claims_along(void **state)
{
    struct tale *t = *state;
    behave_learn(t, 'a', hw_span_str(build_attack));
    behave_learn(t, 'b', hw_span_str(group_taken_back));
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    assert_int_equal(refused(t, k, "G9001"), HW_E_MISSING);
    struct hw_behave_query q = target(t, k, "C9001", "C9001", "");
    q.campaign = (struct hw_span){NULL, 0};
    assert_int_equal(ask(t, k, &q).candidate_count, 0);
}

static void a_name_that_two_have_is_asked_back(void **state)
{
    struct tale *t = *state;
    behave_learn(t, 'a', hw_span_str(build_attack));
    behave_learn(t, 'b', hw_span_str(namesakes));
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    assert_int_equal(refused(t, k, "Quiet Heron"), HW_E_USAGE);
    assert_non_null(strstr(t->err.text, "G9001"));
    target(t, k, "Tall Heron", "intrusion-set--" U "c", "");
}

static void a_large_bundle_is_asked_and_dates_bind(void **state)
{
    struct tale *t = *state;
    struct hw_buf b;
    hw_buf_init(&b, (size_t)64 << 20);
    build_attack_many(&b, 60, 200, 25, 10);
    behave_learn(t, 'm', hw_buf_span(&b));
    hw_buf_done(&b);
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    struct hw_behave_query q = target(t, k, "G0007", "G0007", "");
    assert_int_equal(q.feature_count, 25);
    struct hw_behave_result r = ask(t, k, &q);
    /* reports are numbered round 50: what the 57th says stands on the 7th's alone */
    assert_int_equal(r.groups, 58);
    q.source_count = 0;
    r = ask(t, k, &q);
    assert_int_equal(r.groups, 59);
    assert_true(hw_time_parse(hw_span_str("2021-05-03T12:00:00Z"), &q.as_of));
    assert_int_equal(ask(t, k, &q).groups, 0);
    assert_true(hw_time_parse(hw_span_str("2021-05-04T00:00:00Z"), &q.as_of));
    assert_int_equal(ask(t, k, &q).groups, 59);
}

static void a_case_that_knows_nothing_says_so(void **state)
{
    struct tale *t = *state;
    size_t count, used;
    HW_AUTO(hw_behave_case) *k = profiles(t, "");
    (void)hw_behave_case_publishers(k, &count, &used);
    assert_int_equal(count, 0);
    assert_int_equal(refused(t, k, "G0032"), HW_E_MISSING);
    struct hw_behave_query q = {.as_of = HW_TIME_NONE};
    assert_int_equal(ask(t, k, &q).verdict, HW_BEHAVE_NO_PROFILE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(a_campaign_adds_to_the_group_it_is_attributed_to),
        T(what_is_asked_about_is_not_its_own_proof),
        T(publishers_are_never_joined_by_names),
        T(a_claim_taken_back_later_is_gone),
        T(a_group_taken_back_later_takes_its_claims_along),
        T(a_name_that_two_have_is_asked_back),
        T(a_large_bundle_is_asked_and_dates_bind),
        T(a_case_that_knows_nothing_says_so),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    hw_evidence_warm();
    return cmocka_run_group_tests_name("behave_case", tests, NULL, NULL);
}
