/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cms.h"

#include "trust/hash.h"
#include "trust_test.h"

static const struct hw_test_signature honest = {
    .digest = "SHA256", .file_digest = {(const uint8_t *)"01234567890123456789012345678901", 32}};

/* Reads and checks; true when the reading went well. */
static bool check(struct hw_span der, struct hw_check *c)
{
    struct hw_bench b;
    struct hw_cms cms;
    struct hw_error err;
    struct hw_work work = {.verifications = 4};
    bench_open(&b, der);
    bool ok = hw_cms_read(&b.r, b.arena, &cms, &err) == HW_OK && hw_read_done(&b.r) &&
              cms.signer_count == 1 && cms.has_content;
    if (ok) {
        const struct hw_signer *s = &cms.signers[0];
        hw_signer_check(s, hw_signer_find(s, cms.certs, cms.cert_count), cms.content.body,
                        HW_OID_SPC_INDIRECT, &work, c);
    }
    bench_close(&b);
    return ok;
}

static void check_built(const struct hw_test_signature *s, struct hw_check *c)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_test_cms(&b, s);
    assert_true(check(hw_buf_span(&b), c));
    hw_buf_done(&b);
}

static void an_honest_signature_holds_by_every_digest(void **state)
{
    (void)state;
    static const char *const digests[] = {"MD5", "SHA1", "SHA256", "SHA384", "SHA512"};
    for (size_t i = 0; i < 5; i++) {
        struct hw_test_signature s = honest;
        struct hw_check c;
        s.digest = digests[i];
        check_built(&s, &c);
        assert_int_equal(c.content_ok, HW_TRI_YES);
        assert_int_equal(c.math_ok, HW_TRI_YES);
        assert_null(c.problem);
    }
}

static void each_lie_is_told_apart(void **state)
{
    (void)state;
    struct hw_test_signature s = honest;
    struct hw_check c;
    s.lie_content = true;
    check_built(&s, &c);
    assert_int_equal(c.content_ok, HW_TRI_NO);
    assert_int_equal(c.math_ok, HW_TRI_YES);
    s = honest;
    s.lie_math = true;
    check_built(&s, &c);
    assert_int_equal(c.content_ok, HW_TRI_YES);
    assert_int_equal(c.math_ok, HW_TRI_NO);
    s = honest;
    s.other_content = true;
    check_built(&s, &c);
    assert_int_equal(c.content_ok, HW_TRI_NO);
    assert_non_null(c.problem);
}

static void a_spent_budget_or_a_missing_certificate_is_unknown(void **state)
{
    (void)state;
    struct hw_buf b;
    struct hw_bench bench;
    struct hw_cms cms;
    struct hw_error err;
    struct hw_check c;
    struct hw_work work = {.verifications = 0};
    hw_buf_init(&b, 1 << 20);
    hw_test_cms(&b, &honest);
    bench_open(&bench, hw_buf_span(&b));
    assert_int_equal(hw_cms_read(&bench.r, bench.arena, &cms, &err), HW_OK);
    hw_signer_check(&cms.signers[0], &cms.certs[0], cms.content.body, NULL, &work, &c);
    assert_int_equal(c.math_ok, HW_TRI_UNKNOWN);
    assert_int_equal(c.content_ok, HW_TRI_YES);
    assert_true(work.reached);
    hw_signer_check(&cms.signers[0], NULL, cms.content.body, NULL, &work, &c);
    assert_int_equal(c.math_ok, HW_TRI_UNKNOWN);
    assert_non_null(c.problem);
    bench_close(&bench);
    hw_buf_done(&b);
}

static void what_follows_stays_in_the_reader(void **state)
{
    (void)state;
    struct hw_buf b;
    struct hw_bench bench;
    struct hw_cms cms;
    struct hw_error err;
    hw_buf_init(&b, 1 << 20);
    hw_test_cms(&b, &honest);
    size_t n = b.n;
    hw_buf_str(&b, "behind");
    bench_open(&bench, hw_buf_span(&b));
    assert_int_equal(hw_cms_read(&bench.r, bench.arena, &cms, &err), HW_OK);
    assert_int_equal(cms.der.n, n);
    assert_int_equal(hw_read_left(&bench.r), 6);
    bench_close(&bench);
    hw_buf_done(&b);
}

static void a_bag_of_strange_things_is_kept_apart(void **state)
{
    (void)state;
    struct hw_buf b;
    struct hw_bench bench;
    struct hw_cms cms;
    struct hw_error err;
    struct hw_test_signature s = honest;
    s.extra_certificate = HW_SPAN_LIT("\x30\x03\x02\x01\x05\xa1\x02\x05\x00");
    hw_buf_init(&b, 1 << 20);
    hw_test_cms(&b, &s);
    bench_open(&bench, hw_buf_span(&b));
    assert_int_equal(hw_cms_read(&bench.r, bench.arena, &cms, &err), HW_OK);
    assert_int_equal(cms.cert_count, 1);
    assert_int_equal(cms.other_count, 2);
    assert_int_equal(cms.others[1].tag, 0xa1);
    bench_close(&bench);
    hw_buf_done(&b);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_check c;
    (void)state;
    return check((struct hw_span){p, n}, &c) && c.content_ok == HW_TRI_YES &&
           c.math_ok == HW_TRI_YES;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf b;
    struct hw_test_signature s = honest;
    s.stamp = HW_TEST_PKCS9;
    s.program = "Program";
    s.attribute = "1.2.3";
    s.attribute_value = HW_SPAN_LIT("\x05\x00");
    hw_buf_init(&b, 1 << 20);
    hw_test_cms(&b, &s);
    assert_true(parse(b.p, b.n, NULL));
    hw_sweep_truncate(b.p, b.n, parse, NULL);
    hw_sweep_mutate(b.p, b.n, 4000, 4, parse, NULL);
    hw_buf_done(&b);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    struct hw_buf b;
    unsigned failed = 0;
    hw_buf_init(&b, 1 << 20);
    hw_test_cms(&b, &honest);
    for (uint64_t nth = 1; nth < 40; nth++) {
        struct hw_bench bench;
        struct hw_cms cms;
        struct hw_error err;
        bench_open(&bench, hw_buf_span(&b));
        hw_arena_fail_nth(nth);
        int rc = hw_cms_read(&bench.r, bench.arena, &cms, &err);
        hw_arena_fail_nth(0);
        assert_true(rc == HW_OK || rc == HW_E_MEMORY);
        failed += rc != HW_OK;
        bench_close(&bench);
    }
    assert_true(failed > 5);
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_honest_signature_holds_by_every_digest),
        cmocka_unit_test(each_lie_is_told_apart),
        cmocka_unit_test(a_spent_budget_or_a_missing_certificate_is_unknown),
        cmocka_unit_test(what_follows_stays_in_the_reader),
        cmocka_unit_test(a_bag_of_strange_things_is_kept_apart),
        cmocka_unit_test(sweeps_end_well),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
