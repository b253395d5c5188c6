/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an attacker can add, asked of a real case: none of it may buy a better answer.
 */
#include "tale.h"

#include <string.h>

static void program(struct tale *t, const char *signer)
{
    tale_program(t, 'a');
    tale_signed(t, signer, "CN=x,O=Maker");
}

static void an_honest_program_has_no_finding(void **state)
{
    struct tale *t = *state;
    program(t, "Maker");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_null(a->findings);
    assert_null(a->gaps);
    assert_int_equal(a->exit_status, 0);
    assert_int_equal(a->files->state, HW_STATE_VALID);
}

static struct hw_fact *tag(struct tale *t, const char *word)
{
    struct hw_fact *u = tale_uncovered(t, "padding", 900, 60);
    hw_fact_str(u, HW_UNCOVERED_TAG, word);
    hw_fact_str(u, HW_UNCOVERED_TAG_SAYS, "appguid=1");
    return u;
}

static void a_tag_is_honest_only_for_its_documented_makers(void **state)
{
    static const struct {
        const char *word, *signer;
        enum hw_severity severity;
    } cases[] = {{"omaha", "Google LLC", HW_INFO},
                 {"msedge", "Microsoft Corporation", HW_INFO},
                 {"msedge", "Google LLC", HW_HIGH},
                 {"omaha", "Maker", HW_HIGH}};
    struct tale *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        program(t, cases[i].signer);
        (void)tag(t, cases[i].word);
        tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
        const struct hw_finding *f = tale_finding(tale_verify(t, "a", NULL), "signature-padding");
        assert_non_null(f);
        assert_int_equal(f->severity, cases[i].severity);
    }
}

/* The tag lies beside all signatures: a second one by somebody else does not make it honest. */
static void a_tag_beside_a_strangers_signature_is_no_costume(void **state)
{
    struct tale *t = *state;
    program(t, "Google LLC");
    struct hw_fact *f = tale_add(t, HW_FACT_SIGNATURE);
    *f = t->facts[2];
    assert_int_equal(f->kind, HW_FACT_SIGNATURE);
    hw_fact_u64(f, HW_SIGNATURE_INDEX, 1);
    hw_fact_span(f, HW_SIGNATURE_SIGNER, tale_digest(t, 'X'));
    (void)tag(t, "omaha");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_int_equal(tale_finding(a, "signature-padding")->severity, HW_HIGH);
    assert_int_equal(a->exit_status, 1);
}

static void a_cut_file_still_shows_its_padding(void **state)
{
    struct tale *t = *state;
    program(t, "Google LLC");
    hw_fact_u64(&t->facts[2], HW_SIGNATURE_TRUNCATED, 1);
    (void)tag(t, "omaha");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_int_equal(tale_finding(a, "signature-padding")->severity, HW_HIGH);
    assert_non_null(tale_gap(a, "incomplete"));
}

static void uncovered_bytes_of_a_file_are_counted_once_and_all(void **state)
{
    struct tale *t = *state;
    program(t, "Maker");
    (void)tale_uncovered(t, "padding", 900, 10);
    hw_fact_u64(tale_uncovered(t, "unsigned-attribute", 500, 100), HW_UNCOVERED_SIGNATURE, 0);
    hw_fact_u64(tale_uncovered(t, "unsigned-attribute", 540, 20), HW_UNCOVERED_SIGNATURE, 1);
    hw_fact_u64(tale_uncovered(t, "unsigned-attribute", 700, 50), HW_UNCOVERED_SIGNATURE, 1);
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_int_equal(a->files->uncovered_bytes, 160);
    assert_int_equal(a->files->signatures->uncovered_bytes, 110);
}

static void a_signature_that_cannot_be_computed_is_not_fine(void **state)
{
    struct tale *t = *state;
    program(t, "Maker");
    t->facts[2].has &= ~(1U << HW_SIGNATURE_MATH_OK);
    hw_fact_str(&t->facts[2], HW_SIGNATURE_PROBLEM, "an algorithm nobody knows");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_non_null(tale_gap(a, "signature"));
    assert_int_equal(a->exit_status, 3);
    static const char *const maker[] = {"Maker"};
    t->policy.require_signers = maker;
    t->policy.require_signer_count = 1;
    a = tale_verify(t, "a", NULL);
    assert_int_equal(tale_findings(a, "policy-signer"), 1);
}

static void only_boxes_can_be_accepted_as_opaque(void **state)
{
    static const char *const all[] = {"all"};
    struct tale *t = *state;
    t->policy.accept_opaque = all;
    t->policy.accept_opaque_count = 1;
    program(t, "Maker");
    struct hw_fact *u = tale_add(t, HW_FACT_UNOPENED);
    hw_fact_str(u, HW_UNOPENED_KIND, "nsis");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    assert_int_equal(tale_verify(t, "a", NULL)->exit_status, 0);
    program(t, "Maker");
    hw_fact_u64(&t->facts[2], HW_SIGNATURE_TRUNCATED, 1);
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    assert_int_equal(tale_verify(t, "a", NULL)->exit_status, 3);
}

static void an_organisation_inside_another_name_is_not_that_organisation(void **state)
{
    static const struct {
        const char *subject, *asked;
        bool fits;
    } cases[] = {{"CN=x,O=Good House", "Good House", true},
                 {"CN=x\\,O=Good House,O=Evil", "Good House", false},
                 {"CN=x\\\\,O=Good House", "Good House", true},
                 {"CN=x,O=Good House Evil", "Good House", false},
                 {"CN=x,O=Good House\\, Inc.", "Good House, Inc.", true}};
    struct tale *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        t->policy.require_signers = &cases[i].asked;
        t->policy.require_signer_count = 1;
        tale_program(t, 'a');
        tale_signed(t, "x", cases[i].subject);
        tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
        const struct hw_answer *a = tale_verify(t, "a", NULL);
        assert_int_equal(tale_findings(a, "policy-signer"), cases[i].fits ? 0 : 1);
    }
}

static void a_revocation_counts_from_a_proven_list(void **state)
{
    struct tale *t = *state;
    program(t, "Maker");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    tale_list(t, 'l', true, 900, 800);
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_int_equal(a->files->state, HW_STATE_REVOKED);
    assert_int_equal(tale_findings(a, "signature-revoked"), 1);
}

static void an_unproven_list_revokes_nothing_and_is_said(void **state)
{
    struct tale *t = *state;
    program(t, "Maker");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    tale_list(t, 'l', false, 900, 800);
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_int_equal(a->files->state, HW_STATE_VALID);
    assert_non_null(tale_gap(a, "revocation-list"));
    assert_int_equal(a->exit_status, 0);
}

/* A proven list makes the question answerable; what an unproven one says beside it stays
 * nothing. */
static void an_unproven_list_hides_behind_no_proven_one(void **state)
{
    struct tale *t = *state;
    program(t, "Maker");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    tale_list(t, 'l', false, 900, 800);
    tale_list(t, 'm', true, 700, 5000); /* says it of a day to come */
    assert_int_equal(tale_verify(t, "a", NULL)->files->state, HW_STATE_VALID);
}

static void a_list_newer_than_the_as_of_time_is_not_known_yet(void **state)
{
    struct tale *t = *state;
    program(t, "Maker");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    tale_list(t, 'l', true, 700, 5000);
    tale_list(t, 'm', true, 900, 800);
    t->policy.as_of = 850 * TALE_DAY;
    assert_int_equal(tale_verify(t, "a", NULL)->files->state, HW_STATE_VALID);
    t->policy.as_of = 950 * TALE_DAY;
    assert_int_equal(tale_verify(t, "a", NULL)->files->state, HW_STATE_REVOKED);
}

static void evidence_nobody_read_is_a_gap(void **state)
{
    const struct hw_answer *a = tale_verify(*state, "z", NULL);
    assert_non_null(tale_gap(a, "unread"));
    assert_int_equal(a->exit_status, 3);
}

static void every_path_of_a_known_bad_file_is_named(void **state)
{
    static const char *const paths[] = {"one.exe", "two.exe"};
    struct tale *t = *state;
    program(t, "Maker");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
    char hex[65];
    for (unsigned i = 0; i < 32; i++) {
        memcpy(hex + 2 * i, "61", 3);
    }
    tale_indicator(t, 'k', "sha256", hex);
    const struct hw_answer *a = tale_verify(t, "aa", paths);
    assert_int_equal(tale_findings(a, "known-bad"), 2);
    assert_int_equal(tale_finding(a, "known-bad")->severity, HW_CRITICAL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(an_honest_program_has_no_finding),
        T(a_tag_is_honest_only_for_its_documented_makers),
        T(a_tag_beside_a_strangers_signature_is_no_costume),
        T(a_cut_file_still_shows_its_padding),
        T(uncovered_bytes_of_a_file_are_counted_once_and_all),
        T(a_signature_that_cannot_be_computed_is_not_fine),
        T(only_boxes_can_be_accepted_as_opaque),
        T(an_organisation_inside_another_name_is_not_that_organisation),
        T(a_revocation_counts_from_a_proven_list),
        T(an_unproven_list_revokes_nothing_and_is_said),
        T(an_unproven_list_hides_behind_no_proven_one),
        T(a_list_newer_than_the_as_of_time_is_not_known_yet),
        T(evidence_nobody_read_is_a_gap),
        T(every_path_of_a_known_bad_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
