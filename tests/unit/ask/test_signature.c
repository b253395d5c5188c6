/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four answers, from facts written here by hand: no cryptography is needed to judge, since
 * intake has done it, so every case can be stated exactly.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ask/room.h"

enum { FACTS = 32 };
static const int64_t DAY = INT64_C(86400000000000);

struct scene {
    struct hw_fact f[FACTS];
    size_t n;
    struct hw_arena *arena;
    struct hw_policy policy;
    bool crl_held, listed, partial;
    int64_t revoked_at, invalid_from, this_update, next_update;
};

/* Certificates and keys are known by one letter; their digest is that letter 32 times. */
static struct hw_span digest(struct scene *s, char c)
{
    uint8_t *p = hw_arena_alloc(s->arena, 32);
    memset(p, c, 32);
    return (struct hw_span){p, 32};
}

static struct hw_fact *add(struct scene *s, enum hw_fact_kind kind)
{
    struct hw_fact *f = &s->f[s->n++];
    hw_fact_about(f, kind, 0);
    return f;
}

static struct hw_fact *cert(struct scene *s, char c, int64_t from_day, int64_t to_day, bool ca,
                            const char *eku)
{
    struct hw_fact *f = add(s, HW_FACT_CERTIFICATE);
    hw_fact_span(f, HW_CERTIFICATE_SHA256, digest(s, c));
    hw_fact_str(f, HW_CERTIFICATE_NAME, "a name");
    hw_fact_str(f, HW_CERTIFICATE_ISSUER, "an issuer");
    hw_fact_span(f, HW_CERTIFICATE_SERIAL, HW_SPAN_LIT("\x01\x02"));
    hw_fact_time(f, HW_CERTIFICATE_NOT_BEFORE, from_day * DAY);
    hw_fact_time(f, HW_CERTIFICATE_NOT_AFTER, to_day * DAY);
    hw_fact_u64(f, HW_CERTIFICATE_CA, ca);
    hw_fact_str(f, HW_CERTIFICATE_EKU, eku);
    return f;
}

static struct hw_fact *link_to(struct scene *s, char child, char issuer, const char *source,
                               bool ok)
{
    struct hw_fact *f = add(s, HW_FACT_LINK);
    hw_fact_span(f, HW_LINK_CHILD, digest(s, child));
    hw_fact_span(f, HW_LINK_ISSUER, digest(s, issuer));
    hw_fact_span(f, HW_LINK_ISSUER_SPKI, digest(s, issuer));
    hw_fact_str(f, HW_LINK_SOURCE, source);
    hw_fact_str(f, HW_LINK_SUBJECT, "A Root");
    hw_fact_u64(f, HW_LINK_OK, ok);
    return f;
}

static struct hw_fact *signature(struct scene *s, char signer)
{
    struct hw_fact *f = add(s, HW_FACT_SIGNATURE);
    hw_fact_u64(f, HW_SIGNATURE_INDEX, 0);
    hw_fact_str(f, HW_SIGNATURE_SCHEME, "authenticode");
    hw_fact_str(f, HW_SIGNATURE_ALG, "sha256");
    hw_fact_span(f, HW_SIGNATURE_CLAIMED, digest(s, 'd'));
    hw_fact_span(f, HW_SIGNATURE_FOUND, digest(s, 'd'));
    hw_fact_u64(f, HW_SIGNATURE_CONTENT_OK, 1);
    hw_fact_u64(f, HW_SIGNATURE_MATH_OK, 1);
    hw_fact_span(f, HW_SIGNATURE_SIGNER, digest(s, signer));
    return f;
}

static struct hw_fact *stamp(struct scene *s, int64_t day, char signer)
{
    struct hw_fact *f = add(s, HW_FACT_TIMESTAMP);
    hw_fact_u64(f, HW_TIMESTAMP_SIGNATURE, 0);
    hw_fact_str(f, HW_TIMESTAMP_KIND, "rfc3161");
    hw_fact_time(f, HW_TIMESTAMP_TIME, day * DAY);
    hw_fact_u64(f, HW_TIMESTAMP_IMPRINT_OK, 1);
    hw_fact_u64(f, HW_TIMESTAMP_CONTENT_OK, 1);
    hw_fact_u64(f, HW_TIMESTAMP_MATH_OK, 1);
    hw_fact_span(f, HW_TIMESTAMP_SIGNER, digest(s, signer));
    return f;
}

/* A signer valid on days 100 to 103, under an intermediate, under an anchor; stamped on day 101. */
static void honest(struct scene *s)
{
    signature(s, 'S');
    cert(s, 'S', 100, 103, false, HW_OID_CODE_SIGNING);
    cert(s, 'I', 0, 5000, true, NULL);
    link_to(s, 'S', 'I', "bag", true);
    link_to(s, 'I', 'R', "anchor", true);
    stamp(s, 101, 'T');
    cert(s, 'T', 0, 5000, false, HW_OID_TIME_STAMPING);
    link_to(s, 'T', 'R', "anchor", true);
}

static bool look(void *state, struct hw_span spki, struct hw_span serial,
                 struct hw_revocation_row *out)
{
    struct scene *s = state;
    assert_int_equal(spki.n, 32);
    assert_true(serial.n > 0);
    if (!s->crl_held || spki.p[0] != 'I') {
        return false;
    }
    *out = (struct hw_revocation_row){.listed = s->listed,
                                      .when = s->revoked_at,
                                      .invalid_from = s->invalid_from,
                                      .this_update = s->this_update,
                                      .next_update = s->next_update,
                                      .partial = s->partial};
    return true;
}

static struct hw_sig_answer *judge(struct scene *s)
{
    struct hw_node_facts n = {s->f, s->n};
    struct hw_revocation_view v = {look, s};
    struct hw_sig_answer *out = NULL;
    struct hw_error err;
    assert_int_equal(hw_judge_signatures(s->arena, &n, &s->policy, &v, &out, &err), HW_OK);
    assert_non_null(out);
    return out;
}

static int setup(void **state)
{
    static struct scene s;
    s = (struct scene){
        .arena = hw_arena_new(1 << 20), .invalid_from = INT64_MIN, .next_update = INT64_MIN};
    s.policy = (struct hw_policy){.as_of = 1000 * DAY, .fail_on = HW_HIGH, .expiring_days = -1};
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    hw_arena_free(s->arena);
    return 0;
}

static void three_day_certificate_is_valid_at_its_countersigned_time(void **state)
{
    struct scene *s = *state;
    honest(s);
    const struct hw_sig_answer *a = judge(s);
    assert_int_equal(a->integrity, HW_INTACT);
    assert_int_equal(a->chain, HW_ANCHORED);
    assert_int_equal(a->at_time, HW_TIME_VALID);
    assert_int_equal(a->revocation, HW_REV_UNKNOWN);
    assert_true(a->signed_at == 101 * DAY);
    assert_int_equal(hw_judge_state(a), HW_STATE_VALID);
}

static void without_a_stamp_an_ended_certificate_is_expired(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 100, 103, false, HW_OID_CODE_SIGNING);
    link_to(s, 'S', 'R', "anchor", true);
    const struct hw_sig_answer *a = judge(s);
    assert_int_equal(a->at_time, HW_TIME_EXPIRED);
    assert_true(a->signed_at == INT64_MIN);
    assert_int_equal(hw_judge_state(a), HW_STATE_EXPIRED);
    s->policy.as_of = 102 * DAY;
    assert_int_equal(judge(s)->at_time, HW_TIME_VALID);
    s->policy.as_of = 99 * DAY;
    assert_int_equal(judge(s)->at_time, HW_TIME_NOT_YET);
}

static void a_stamp_whose_own_chain_leads_nowhere_proves_no_time(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 100, 103, false, HW_OID_CODE_SIGNING);
    link_to(s, 'S', 'R', "anchor", true);
    stamp(s, 101, 'T');
    cert(s, 'T', 0, 5000, false, HW_OID_TIME_STAMPING);
    const struct hw_sig_answer *a = judge(s);
    assert_true(a->signed_at == INT64_MIN);
    assert_int_equal(a->at_time, HW_TIME_EXPIRED);
    assert_non_null(a->because);
}

static void a_code_signer_may_not_stamp_times(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 100, 103, false, HW_OID_CODE_SIGNING);
    link_to(s, 'S', 'R', "anchor", true);
    stamp(s, 101, 'S');
    assert_true(judge(s)->signed_at == INT64_MIN);
}

static void a_stamp_that_does_not_verify_proves_no_time(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_u64(&s->f[5], HW_TIMESTAMP_IMPRINT_OK, 0);
    assert_true(judge(s)->signed_at == INT64_MIN);
}

static void other_bytes_than_signed_are_broken(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_span(&s->f[0], HW_SIGNATURE_FOUND, digest(s, 'x'));
    assert_int_equal(judge(s)->integrity, HW_INTEGRITY_BROKEN);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_BROKEN);
}

static void wrong_mathematics_is_broken_and_missing_mathematics_unknown(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_u64(&s->f[0], HW_SIGNATURE_MATH_OK, 0);
    assert_int_equal(judge(s)->integrity, HW_INTEGRITY_BROKEN);
    s->f[0].has &= ~(1U << HW_SIGNATURE_MATH_OK);
    assert_int_equal(judge(s)->integrity, HW_INTEGRITY_UNKNOWN);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_UNKNOWN);
}

static void a_cut_file_is_incomplete_never_broken(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_u64(&s->f[0], HW_SIGNATURE_TRUNCATED, 1);
    hw_fact_span(&s->f[0], HW_SIGNATURE_FOUND, digest(s, 'x'));
    assert_int_equal(judge(s)->integrity, HW_INTEGRITY_INCOMPLETE);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_INCOMPLETE);
}

static void added_bytes_are_additions_and_alignment_zeros_are_not(void **state)
{
    struct scene *s = *state;
    honest(s);
    struct hw_fact *u = add(s, HW_FACT_UNCOVERED);
    hw_fact_str(u, HW_UNCOVERED_WHERE, "alignment");
    hw_fact_u64(u, HW_UNCOVERED_SIZE, 7);
    hw_fact_u64(u, HW_UNCOVERED_NONZERO, 0);
    assert_int_equal(judge(s)->integrity, HW_INTACT);
    u = add(s, HW_FACT_UNCOVERED);
    hw_fact_str(u, HW_UNCOVERED_WHERE, "padding");
    hw_fact_u64(u, HW_UNCOVERED_SIZE, 4093);
    const struct hw_sig_answer *a = judge(s);
    assert_int_equal(a->integrity, HW_INTACT_WITH_ADDITIONS);
    assert_int_equal(a->uncovered_bytes, 4093);
    assert_int_equal(hw_judge_state(a), HW_STATE_VALID_WITH_ADDITIONS);
}

static void an_unknown_root_is_unanchored_and_a_missing_issuer_incomplete(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 0, 5000, false, NULL);
    cert(s, 'I', 0, 5000, true, NULL);
    link_to(s, 'S', 'I', "bag", true);
    assert_int_equal(judge(s)->chain, HW_CHAIN_INCOMPLETE);
    hw_fact_u64(&s->f[2], HW_CERTIFICATE_SELF, 1);
    const struct hw_sig_answer *a = judge(s);
    assert_int_equal(a->chain, HW_UNANCHORED);
    assert_false(a->self_made);
    assert_int_equal(hw_judge_state(a), HW_STATE_UNKNOWN);
}

static void a_signer_that_vouches_for_itself_is_untrusted(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    struct hw_fact *c = cert(s, 'S', 0, 5000, true, NULL);
    hw_fact_u64(c, HW_CERTIFICATE_SELF, 1);
    assert_true(judge(s)->self_made);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_UNTRUSTED);
}

static void a_root_with_the_right_name_and_the_wrong_key_is_forged(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 0, 5000, false, NULL);
    link_to(s, 'S', 'R', "anchor", false);
    assert_true(judge(s)->forged);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_UNTRUSTED);
}

static void an_issuer_that_is_no_ca_carries_nothing(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 0, 5000, false, NULL);
    cert(s, 'I', 0, 5000, false, NULL);
    link_to(s, 'S', 'I', "bag", true);
    link_to(s, 'I', 'R', "anchor", true);
    assert_int_equal(judge(s)->chain, HW_CHAIN_INCOMPLETE);
}

static void a_distrusted_anchor_counts_until_its_day(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_time(&s->f[4], HW_LINK_DISTRUST, 50 * DAY);
    assert_true(judge(s)->distrusted);
    hw_fact_time(&s->f[4], HW_LINK_DISTRUST, 500 * DAY);
    assert_false(judge(s)->distrusted);
}

static void a_ring_of_certificates_ends(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 0, 5000, true, NULL);
    cert(s, 'I', 0, 5000, true, NULL);
    link_to(s, 'S', 'I', "bag", true);
    link_to(s, 'I', 'S', "bag", true);
    assert_int_equal(judge(s)->chain, HW_CHAIN_INCOMPLETE);
}

static void revocation_counts_from_its_day_and_not_before(void **state)
{
    struct scene *s = *state;
    honest(s);
    s->crl_held = true;
    s->this_update = 102 * DAY;
    s->next_update = 2000 * DAY;
    assert_int_equal(judge(s)->revocation, HW_REV_GOOD);
    s->listed = true;
    s->revoked_at = 102 * DAY; /* stamped the day before */
    assert_int_equal(judge(s)->revocation, HW_REV_GOOD);
    s->invalid_from = 90 * DAY; /* the key was lost before the stamp */
    assert_int_equal(judge(s)->revocation, HW_REV_REVOKED);
    s->invalid_from = INT64_MIN;
    s->revoked_at = 100 * DAY;
    assert_int_equal(judge(s)->revocation, HW_REV_REVOKED);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_REVOKED);
}

static void a_list_made_after_the_certificate_ended_proves_nothing(void **state)
{
    struct scene *s = *state;
    honest(s);
    s->crl_held = true;
    s->this_update = 900 * DAY;
    s->next_update = 2000 * DAY;
    assert_int_equal(judge(s)->revocation, HW_REV_UNKNOWN);
    s->this_update = 102 * DAY;
    s->next_update = 500 * DAY; /* due for renewal before the as-of time */
    assert_int_equal(judge(s)->revocation, HW_REV_UNKNOWN);
}

static void the_best_of_several_signatures_speaks_for_identity(void **state)
{
    struct scene *s = *state;
    honest(s);
    struct hw_fact *old = signature(s, 'O'); /* an SHA-1 twin whose root nobody holds */
    hw_fact_u64(old, HW_SIGNATURE_INDEX, 1);
    cert(s, 'O', 0, 10, false, NULL);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_VALID);
    hw_fact_span(old, HW_SIGNATURE_FOUND, digest(s, 'y'));
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_BROKEN);
}

static void lifetime_signing_ends_with_the_certificate(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_str(&s->f[1], HW_CERTIFICATE_EKU, HW_OID_CODE_SIGNING "," HW_OID_LIFETIME_SIGNING);
    assert_int_equal(judge(s)->at_time, HW_TIME_EXPIRED);
}

static void a_stamp_behind_the_as_of_time_is_not_relied_on(void **state)
{
    struct scene *s = *state;
    honest(s);
    s->policy.as_of = 100 * DAY + DAY / 2;
    assert_true(judge(s)->signed_at == INT64_MIN);
    s->policy.as_of = 101 * DAY - DAY / 48; /* clocks differ a little */
    assert_true(judge(s)->signed_at == 101 * DAY);
}

static void an_anchor_for_another_makers_formats_is_none(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_str(&s->f[4], HW_LINK_PURPOSE, "apple-code-signing");
    assert_int_equal(judge(s)->chain, HW_CHAIN_INCOMPLETE);
    hw_fact_str(&s->f[4], HW_LINK_PURPOSE, "authenticode");
    assert_int_equal(judge(s)->chain, HW_ANCHORED);
}

static void an_issuer_below_another_than_it_allows_carries_nothing(void **state)
{
    struct scene *s = *state;
    signature(s, 'S');
    cert(s, 'S', 0, 5000, false, NULL);
    cert(s, 'J', 0, 5000, true, NULL);
    struct hw_fact *i = cert(s, 'I', 0, 5000, true, NULL);
    link_to(s, 'S', 'J', "bag", true);
    link_to(s, 'J', 'I', "bag", true);
    link_to(s, 'I', 'R', "anchor", true);
    hw_fact_u64(i, HW_CERTIFICATE_PATHLEN, 0);
    assert_int_equal(judge(s)->chain, HW_CHAIN_INCOMPLETE);
    hw_fact_u64(i, HW_CERTIFICATE_PATHLEN, 1);
    assert_int_equal(judge(s)->chain, HW_ANCHORED);
}

static void an_issuer_for_other_usages_makes_no_code_signer(void **state)
{
    struct scene *s = *state;
    honest(s);
    hw_fact_str(&s->f[2], HW_CERTIFICATE_EKU, "1.3.6.1.5.5.7.3.1");
    assert_true(judge(s)->distrusted);
    assert_int_equal(hw_judge_state(judge(s)), HW_STATE_UNTRUSTED);
    hw_fact_str(&s->f[2], HW_CERTIFICATE_EKU, "1.3.6.1.5.5.7.3.1," HW_OID_CODE_SIGNING);
    assert_false(judge(s)->distrusted);
}

static void not_standing_on_a_partial_list_proves_nothing(void **state)
{
    struct scene *s = *state;
    honest(s);
    s->crl_held = true;
    s->this_update = 102 * DAY;
    s->next_update = 2000 * DAY;
    assert_int_equal(judge(s)->revocation, HW_REV_GOOD);
    s->partial = true;
    assert_int_equal(judge(s)->revocation, HW_REV_UNKNOWN);
    s->listed = true;
    s->revoked_at = 100 * DAY;
    assert_int_equal(judge(s)->revocation, HW_REV_REVOKED);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(three_day_certificate_is_valid_at_its_countersigned_time),
        T(without_a_stamp_an_ended_certificate_is_expired),
        T(a_stamp_whose_own_chain_leads_nowhere_proves_no_time),
        T(a_code_signer_may_not_stamp_times),
        T(a_stamp_that_does_not_verify_proves_no_time),
        T(other_bytes_than_signed_are_broken),
        T(wrong_mathematics_is_broken_and_missing_mathematics_unknown),
        T(a_cut_file_is_incomplete_never_broken),
        T(added_bytes_are_additions_and_alignment_zeros_are_not),
        T(an_unknown_root_is_unanchored_and_a_missing_issuer_incomplete),
        T(a_signer_that_vouches_for_itself_is_untrusted),
        T(a_root_with_the_right_name_and_the_wrong_key_is_forged),
        T(an_issuer_that_is_no_ca_carries_nothing),
        T(a_distrusted_anchor_counts_until_its_day),
        T(a_ring_of_certificates_ends),
        T(a_stamp_behind_the_as_of_time_is_not_relied_on),
        T(an_anchor_for_another_makers_formats_is_none),
        T(an_issuer_below_another_than_it_allows_carries_nothing),
        T(an_issuer_for_other_usages_makes_no_code_signer),
        T(not_standing_on_a_partial_list_proves_nothing),
        T(revocation_counts_from_its_day_and_not_before),
        T(a_list_made_after_the_certificate_ended_proves_nothing),
        T(the_best_of_several_signatures_speaks_for_identity),
        T(lifetime_signing_ends_with_the_certificate),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
