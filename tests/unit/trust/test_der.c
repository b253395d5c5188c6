/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/der.h"

#include "trust/der_oid.h"
#include "trust_test.h"

static bool next(struct hw_span s, struct hw_der *e)
{
    struct hw_budget fuel = {.bytes = 1000, .items = 100, .depth = 8};
    struct hw_reader r;
    hw_reader_init_at(&r, s, 1000, &fuel);
    bool ok = hw_der_next(&r, e);
    assert_int_equal(ok, hw_reader_ok(&r));
    return ok;
}

static void an_element_knows_its_place(void **state)
{
    (void)state;
    struct hw_der e;
    assert_true(next(HW_SPAN_LIT("\x30\x03\x02\x01\x05tail"), &e));
    assert_int_equal(e.tag, HW_DER_SEQUENCE);
    assert_int_equal(e.off, 1000);
    assert_int_equal(e.body_off, 1002);
    assert_int_equal(e.whole.n, 5);
    assert_int_equal(e.body.n, 3);
    assert_int_equal(hw_read_where(&e.in), 1002);
}

static void lengths_must_be_definite_and_shortest(void **state)
{
    (void)state;
    struct hw_der e;
    assert_false(next(HW_SPAN_LIT("\x30\x80\x00\x00"), &e));    /* indefinite */
    assert_false(next(HW_SPAN_LIT("\x04\x81\x03yes"), &e));     /* not shortest */
    assert_false(next(HW_SPAN_LIT("\x04\x82\x00\x03yes"), &e)); /* leading zero */
    assert_false(next(HW_SPAN_LIT("\x1f\x81\x01\x00"), &e));    /* high tag number */
    assert_false(next(HW_SPAN_LIT("\x04\x04yes"), &e));         /* longer than there is */
    assert_false(next(HW_SPAN_LIT("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff"), &e));
    assert_false(next(HW_SPAN_LIT("\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00"), &e));
    assert_true(next(HW_SPAN_LIT("\x04\x03yes"), &e));
}

static void what_is_left_in_a_child_is_the_parents_fault(void **state)
{
    (void)state;
    struct hw_budget fuel = {.bytes = 100, .items = 10, .depth = 4};
    struct hw_reader r;
    struct hw_der e;
    uint32_t v;
    hw_reader_init(&r, HW_SPAN_LIT("\x30\x04\x02\x01\x05\x00"), &fuel);
    assert_true(hw_der_take(&r, HW_DER_SEQUENCE, &e));
    assert_false(hw_der_leave(&r, &e.in, hw_der_u32(&e.in, HW_DER_INTEGER, &v)));
    assert_false(hw_reader_ok(&r));
    assert_int_equal(hw_reader_fault_at(&r), 5);
}

static bool u32(struct hw_span s, uint32_t *v)
{
    struct hw_budget fuel = {.bytes = 100, .items = 10, .depth = 4};
    struct hw_reader r;
    hw_reader_init(&r, s, &fuel);
    return hw_der_u32(&r, HW_DER_INTEGER, v);
}

static void integers_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    uint32_t v = 9;
    assert_false(u32(HW_SPAN_LIT("\x02\x00"), &v));
    assert_false(u32(HW_SPAN_LIT("\x02\x01\x80"), &v)); /* negative */
    assert_false(u32(HW_SPAN_LIT("\x02\x06\x00\xff\xff\xff\xff\xff"), &v));
    assert_int_equal(v, 9);
    assert_true(u32(HW_SPAN_LIT("\x02\x05\x00\xff\xff\xff\xff"), &v));
    assert_int_equal(v, UINT32_MAX);
}

static bool when(struct hw_span s, int64_t *ns)
{
    struct hw_budget fuel = {.bytes = 100, .items = 10, .depth = 4};
    struct hw_reader r;
    hw_reader_init(&r, s, &fuel);
    return hw_der_time(&r, ns);
}

static void times_are_zulu_and_exist(void **state)
{
    (void)state;
    int64_t ns = 0;
    assert_true(when(HW_SPAN_LIT("\x17\x0d"
                                 "230506070809Z"),
                     &ns));
    assert_int_equal(ns, NS(1683356889));
    assert_true(when(HW_SPAN_LIT("\x18\x12"
                                 "20230506070809.25Z"),
                     &ns));
    assert_int_equal(ns, NS(1683356889) + 250000000);
    assert_false(when(HW_SPAN_LIT("\x17\x0d"
                                  "231306070809Z"),
                      &ns));
    assert_false(when(HW_SPAN_LIT("\x17\x11"
                                  "230506070809+0100"),
                      &ns));
    assert_false(when(HW_SPAN_LIT("\x04\x0d"
                                  "230506070809Z"),
                      &ns));
}

static void object_identifiers_read_as_dotted(void **state)
{
    (void)state;
    char text[HW_OID_TEXT];
    assert_true(hw_oid_text(HW_SPAN_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), text));
    assert_string_equal(text, HW_OID_SIGNED_DATA);
    assert_true(hw_oid_text(HW_SPAN_LIT("\x88\x37\x03"), text)); /* 2.999.3 */
    assert_string_equal(text, "2.999.3");
    assert_false(hw_oid_text(HW_SPAN_LIT(""), text));
    assert_string_equal(text, "?");
    assert_false(hw_oid_text(HW_SPAN_LIT("\x2a\x86"), text));     /* cut short */
    assert_false(hw_oid_text(HW_SPAN_LIT("\x2a\x80\x01"), text)); /* padded */
    assert_false(
        hw_oid_text(HW_SPAN_LIT("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), text));
    assert_string_equal(hw_oid_word("1.3.6.1.5.5.7.3.3"), "codeSigning");
    assert_null(hw_oid_word("1.2.3"));
    assert_string_equal(hw_oid_rdn("2.5.4.3"), "CN");
}

static bool walk(struct hw_reader *r)
{
    struct hw_der e;
    while (hw_read_left(r) > 0) {
        if (!hw_der_next(r, &e)) {
            return false;
        }
        if ((e.tag & 0x20U) != 0 && !hw_der_leave(r, &e.in, walk(&e.in))) {
            return false;
        }
    }
    return hw_reader_ok(r);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_budget fuel = {.bytes = 1U << 20, .items = 10000, .depth = 32};
    struct hw_reader r;
    (void)state;
    hw_reader_init(&r, (struct hw_span){p, n}, &fuel);
    return walk(&r) && n > 0;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_test_signer(&b);
    assert_true(parse(b.p, b.n, NULL));
    hw_sweep_truncate(b.p, b.n, parse, NULL);
    hw_sweep_mutate(b.p, b.n, 20000, 1, parse, NULL);
    hw_buf_done(&b);
}

static void nesting_ends_at_the_budget(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    size_t marks[100];
    for (size_t i = 0; i < 100; i++) {
        marks[i] = hw_test_begin(&b, 0x30);
    }
    for (size_t i = 100; i-- > 0;) {
        hw_test_end(&b, marks[i]);
    }
    assert_false(parse(b.p, b.n, NULL));
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_element_knows_its_place),
        cmocka_unit_test(lengths_must_be_definite_and_shortest),
        cmocka_unit_test(what_is_left_in_a_child_is_the_parents_fault),
        cmocka_unit_test(integers_that_do_not_fit_are_refused),
        cmocka_unit_test(times_are_zulu_and_exist),
        cmocka_unit_test(object_identifiers_read_as_dotted),
        cmocka_unit_test(sweeps_end_well),
        cmocka_unit_test(nesting_ends_at_the_budget),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
