/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/stamp.h"

#include "trust/hash.h"
#include "trust_test.h"

static const struct hw_span octets = {(const uint8_t *)"the octets of a signature", 25};

static bool token(struct hw_span der, struct hw_span stamped, struct hw_stamp *out,
                  struct hw_bench *b)
{
    struct hw_work work = {.verifications = 4};
    struct hw_error err;
    bench_open(b, der);
    return hw_stamp_token(&b->r, b->arena, stamped, NULL, &work, out, &err) == HW_OK;
}

static void a_token_tells_when(void **state)
{
    (void)state;
    struct hw_buf der;
    struct hw_bench b;
    struct hw_stamp s;
    hw_buf_init(&der, 1 << 16);
    hw_test_token(&der, octets);
    assert_true(token(hw_buf_span(&der), octets, &s, &b));
    assert_true(s.rfc3161 && s.has_time && s.has_accuracy);
    assert_int_equal(s.time, NS(1683356889) + 250000000);
    assert_int_equal(s.accuracy, 1005000000);
    assert_int_equal(s.imprint_ok, HW_TRI_YES);
    assert_int_equal(s.content_ok, HW_TRI_YES);
    assert_int_equal(s.math_ok, HW_TRI_YES);
    assert_string_equal(s.policy, "1.2.3.4.1");
    assert_span_str(s.serial, "M");
    assert_span_str(s.signer->name, "Test Stamper");
    assert_null(s.problem);
    bench_close(&b);
    hw_buf_done(&der);
}

static void a_token_for_another_signature_is_told(void **state)
{
    (void)state;
    struct hw_buf der;
    struct hw_bench b;
    struct hw_stamp s;
    hw_buf_init(&der, 1 << 16);
    hw_test_token(&der, octets);
    assert_true(token(hw_buf_span(&der), HW_SPAN_LIT("another"), &s, &b));
    assert_int_equal(s.imprint_ok, HW_TRI_NO);
    assert_int_equal(s.math_ok, HW_TRI_YES);
    bench_close(&b);
    hw_buf_done(&der);
}

static void a_countersignature_needs_the_bag_for_its_signer(void **state)
{
    (void)state;
    struct hw_buf der, cert;
    struct hw_bench b, cb;
    struct hw_stamp s;
    struct hw_cert stamper;
    struct hw_error err;
    struct hw_work work = {.verifications = 4};
    hw_buf_init(&der, 1 << 16);
    hw_buf_init(&cert, 1 << 16);
    hw_test_counter(&der, octets);
    hw_test_stamper(&cert);
    bench_open(&cb, hw_buf_span(&cert));
    assert_int_equal(hw_cert_read(&cb.r, cb.arena, &stamper, &err), HW_OK);
    struct hw_cms bag = {.certs = &stamper, .cert_count = 1};
    bench_open(&b, hw_buf_span(&der));
    assert_int_equal(hw_stamp_counter(&b.r, b.arena, octets, &bag, &work, &s, &err), HW_OK);
    assert_true(!s.rfc3161 && s.has_time);
    assert_int_equal(s.time, NS(1683356889));
    assert_int_equal(s.math_ok, HW_TRI_YES);
    assert_int_equal(s.imprint_ok, HW_TRI_YES);
    bench_close(&b);
    bench_open(&b, hw_buf_span(&der));
    assert_int_equal(hw_stamp_counter(&b.r, b.arena, octets, NULL, &work, &s, &err), HW_OK);
    assert_int_equal(s.math_ok, HW_TRI_UNKNOWN);
    assert_null(s.signer);
    bench_close(&b);
    bench_close(&cb);
    hw_buf_done(&der);
    hw_buf_done(&cert);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_bench b;
    struct hw_stamp s;
    (void)state;
    bool ok = token((struct hw_span){p, n}, octets, &s, &b) && s.math_ok == HW_TRI_YES &&
              s.imprint_ok == HW_TRI_YES;
    bench_close(&b);
    return ok;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf der;
    hw_buf_init(&der, 1 << 16);
    hw_test_token(&der, octets);
    assert_true(parse(der.p, der.n, NULL));
    hw_sweep_truncate(der.p, der.n, parse, NULL);
    hw_sweep_mutate(der.p, der.n, 4000, 5, parse, NULL);
    hw_buf_done(&der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_tells_when),
        cmocka_unit_test(a_token_for_another_signature_is_told),
        cmocka_unit_test(a_countersignature_needs_the_bag_for_its_signer),
        cmocka_unit_test(sweeps_end_well),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
