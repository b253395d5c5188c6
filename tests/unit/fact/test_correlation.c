/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "fact/correlation.h"
#include "sweep.h"

#define SECOND INT64_C(1000000000)

static struct hw_correlation form(void)
{
    struct hw_correlation c = {.type = HW_VALUE_COUNT,
                               .generate = true,
                               .rule_count = 2,
                               .group_count = 2,
                               .bound_count = 2,
                               .alias_count = 2,
                               .span_ns = 600 * SECOND,
                               .rules = {HW_SPAN_LIT("first"), HW_SPAN_LIT("second")},
                               .groups = {HW_SPAN_LIT("who"), HW_SPAN_LIT("Computer")},
                               .field = HW_SPAN_LIT("Port")};
    c.bounds[0].op = HW_COUNT_GT;
    c.bounds[0].n = 100;
    c.bounds[1].op = HW_COUNT_LTE;
    c.bounds[1].n = 200;
    c.aliases[0].rule = 0;
    c.aliases[0].alias = c.aliases[1].alias = HW_SPAN_LIT("who");
    c.aliases[0].field = HW_SPAN_LIT("User");
    c.aliases[1].rule = 1;
    c.aliases[1].field = HW_SPAN_LIT("Account");
    return c;
}

static struct hw_buf b;

static bool put(const struct hw_correlation *c)
{
    hw_buf_done(&b);
    hw_buf_init(&b, HW_CORRELATION_BYTES);
    return hw_correlation_put(c, &b);
}

static void a_form_is_read_as_it_was_written(void **state)
{
    struct hw_correlation c = form(), got;
    (void)state;
    assert_true(put(&c));
    assert_true(hw_correlation_check(hw_buf_span(&b), &got));
    assert_int_equal(got.type, HW_VALUE_COUNT);
    assert_true(got.generate);
    assert_int_equal(got.span_ns, 600 * SECOND);
    assert_int_equal(got.rule_count, 2);
    assert_true(hw_span_is(got.rules[1], "second"));
    assert_true(hw_span_is(got.groups[1], "Computer"));
    assert_true(hw_span_is(got.field, "Port"));
    assert_int_equal(got.bounds[1].op, HW_COUNT_LTE);
    assert_int_equal(got.bounds[1].n, 200);
    assert_true(hw_span_is(hw_correlation_field(&got, 1, HW_SPAN_LIT("WHO")), "Account"));
    assert_true(hw_span_is(hw_correlation_field(&got, 0, HW_SPAN_LIT("who")), "User"));
    assert_true(hw_span_is(hw_correlation_field(&got, 0, HW_SPAN_LIT("Image")), "Image"));
    got.alias_count = 1; /* an alias of another rule is no field of this one */
    assert_int_equal(hw_correlation_field(&got, 1, HW_SPAN_LIT("who")).n, 0);
    hw_buf_done(&b);
}

static void what_is_out_of_bounds_is_no_form(void **state)
{
    static char long_text[300];
    struct hw_correlation c, got;
    (void)state;
    memset(long_text, 'x', sizeof long_text);
    for (unsigned i = 0; i < 9; i++) {
        c = form();
        switch (i) {
        case 0:
            c.rule_count = 0;
            break;
        case 1:
            c.bound_count = 0;
            break;
        case 2:
            c.span_ns = 0;
            break;
        case 3:
            c.span_ns = (HW_CORRELATION_SPAN_S + INT64_C(1)) * SECOND;
            break;
        case 4:
            c.type = HW_CORRELATION_TYPE_COUNT;
            break;
        case 5:
            c.field = (struct hw_span){NULL, 0};
            break;
        case 6:
            c.rules[0] = (struct hw_span){(const uint8_t *)long_text, 256};
            break;
        case 7:
            c.group_count = HW_CORRELATION_GROUPS + 1;
            break;
        default:
            c.alias_count = HW_CORRELATION_ALIASES + 1;
        }
        assert_false(put(&c));
    }
    c = form();
    assert_true(put(&c));
    hw_buf_char(&b, 0); /* more behind it */
    assert_false(hw_correlation_check(hw_buf_span(&b), &got));
    assert_true(put(&c));
    b.p[3] = 2;
    assert_false(hw_correlation_check(hw_buf_span(&b), &got));
    assert_true(put(&c));
    b.p[16] = HW_CORRELATION_OP_COUNT;
    assert_false(hw_correlation_check(hw_buf_span(&b), &got));
    hw_buf_done(&b);
}

static void bounds_hold_together(void **state)
{
    static const struct {
        enum hw_correlation_op op;
        bool below, at, above, capped;
    } cases[] = {
        {HW_COUNT_GT, false, false, true, false}, {HW_COUNT_GTE, false, true, true, false},
        {HW_COUNT_LT, true, false, false, true},  {HW_COUNT_LTE, true, true, false, true},
        {HW_COUNT_EQ, false, true, false, true},  {HW_COUNT_NEQ, true, false, true, true},
    };
    struct hw_correlation c = form();
    (void)state;
    assert_false(hw_correlation_holds(&c, 100));
    assert_true(hw_correlation_holds(&c, 101) && hw_correlation_holds(&c, 200));
    assert_false(hw_correlation_holds(&c, 201));
    assert_true(hw_correlation_is_capped(&c));
    c.bound_count = 1;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        c.bounds[0].op = cases[i].op;
        assert_int_equal(hw_correlation_holds(&c, 99), cases[i].below);
        assert_int_equal(hw_correlation_holds(&c, 100), cases[i].at);
        assert_int_equal(hw_correlation_holds(&c, 101), cases[i].above);
        assert_int_equal(hw_correlation_is_capped(&c), cases[i].capped);
    }
}

/* Whatever is taken for a form writes itself again, byte for byte. */
static bool whole(const uint8_t *p, size_t n, void *state)
{
    struct hw_correlation c;
    struct hw_buf again;
    (void)state;
    if (!hw_correlation_check((struct hw_span){p, n}, &c)) {
        return false;
    }
    hw_buf_init(&again, HW_CORRELATION_BYTES);
    assert_true(hw_correlation_put(&c, &again));
    assert_true(hw_span_equal(hw_buf_span(&again), (struct hw_span){p, n}));
    hw_buf_done(&again);
    return true;
}

static void hostile_forms_are_whole_or_refused(void **state)
{
    struct hw_correlation c = form();
    (void)state;
    assert_true(put(&c));
    assert_true(whole(b.p, b.n, NULL));
    hw_sweep_truncate(b.p, b.n, whole, NULL);
    hw_sweep_mutate(b.p, b.n, 20000, 2611, whole, NULL);
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_form_is_read_as_it_was_written),
        cmocka_unit_test(what_is_out_of_bounds_is_no_form),
        cmocka_unit_test(bounds_hold_together),
        cmocka_unit_test(hostile_forms_are_whole_or_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("correlation", tests, NULL, NULL);
}
