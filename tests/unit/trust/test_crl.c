/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/crl.h"

#include "trust/hash.h"
#include "trust_test.h"

static void a_list_says_what_was_revoked_when_and_why(void **state)
{
    (void)state;
    struct hw_buf der;
    struct hw_bench b;
    struct hw_crl crl;
    struct hw_revoked e;
    struct hw_error err;
    hw_buf_init(&der, 1 << 16);
    hw_test_crl(&der, HW_TEST_CA);
    bench_open(&b, hw_buf_span(&der));
    assert_int_equal(hw_crl_read(&b.r, b.arena, &crl, &err), HW_OK);
    assert_true(hw_read_done(&b.r));
    assert_span_str(crl.issuer, "CN=Test Root,O=Test House");
    assert_int_equal(crl.this_update, NS(1706745600));
    assert_true(crl.has_next && !crl.indirect && !crl.delta);
    assert_int_equal(crl.count, 2);
    assert_true(hw_crl_next(&crl, &e));
    assert_span_str(e.serial, "\x02");
    assert_int_equal(e.when, NS(1704164645));
    assert_string_equal(e.reason, "key-compromise");
    assert_true(e.has_invalid_from);
    assert_int_equal(e.invalid_from, NS(1703376000));
    assert_true(hw_crl_next(&crl, &e));
    assert_span_str(e.serial, "\x80\xff");
    assert_null(e.reason);
    assert_false(hw_crl_next(&crl, &e));
    bench_close(&b);
    hw_buf_done(&der);
}

static enum hw_tri by_ring(enum hw_test_key signer)
{
    struct hw_buf der, csv;
    struct hw_bench b;
    struct hw_crl crl;
    struct hw_error err;
    struct hw_keyring ring = {0};
    struct hw_work work = {.verifications = 4};
    const struct hw_key *key = NULL;
    hw_buf_init(&der, 1 << 16);
    hw_buf_init(&csv, 1 << 16);
    hw_test_crl(&der, signer);
    hw_test_roots_csv(&csv);
    bench_open(&b, hw_buf_span(&der));
    assert_int_equal(hw_crl_read(&b.r, b.arena, &crl, &err), HW_OK);
    assert_int_equal(hw_crl_verify_ring(&crl, &ring, &work, &key), HW_TRI_UNKNOWN);
    assert_int_equal(hw_keyring_read(&ring, hw_buf_span(&csv), b.arena, &err), HW_OK);
    enum hw_tri answer = hw_crl_verify_ring(&crl, &ring, &work, &key);
    assert_int_equal(key != NULL, answer == HW_TRI_YES);
    bench_close(&b);
    hw_buf_done(&der);
    hw_buf_done(&csv);
    return answer;
}

static void the_keyring_verifies_it_or_does_not(void **state)
{
    (void)state;
    assert_int_equal(by_ring(HW_TEST_CA), HW_TRI_YES);
    assert_int_equal(by_ring(HW_TEST_STRANGER), HW_TRI_NO);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_bench b;
    struct hw_crl crl;
    struct hw_revoked e;
    uint64_t seen = 0;
    (void)state;
    bench_open(&b, (struct hw_span){p, n});
    bool ok = hw_crl_read(&b.r, b.arena, &crl, NULL) == HW_OK && hw_read_done(&b.r);
    while (ok && hw_crl_next(&crl, &e)) {
        seen++;
    }
    assert_true(!ok || seen == crl.count);
    bench_close(&b);
    return ok;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf der;
    hw_buf_init(&der, 1 << 16);
    hw_test_crl(&der, HW_TEST_CA);
    assert_true(parse(der.p, der.n, NULL));
    hw_sweep_truncate(der.p, der.n, parse, NULL);
    hw_sweep_mutate(der.p, der.n, 10000, 7, parse, NULL);
    hw_buf_done(&der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_says_what_was_revoked_when_and_why),
        cmocka_unit_test(the_keyring_verifies_it_or_does_not),
        cmocka_unit_test(sweeps_end_well),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
