/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/checked.h"

static void sums_that_do_not_fit_are_refused_and_leave_out_alone(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    size_t n = 7;
    assert_false(hw_add_u64(UINT64_MAX, 1, &u));
    assert_false(hw_mul_u64(UINT64_MAX / 2 + 1, 2, &u));
    assert_false(hw_sub_u64(1, 2, &u));
    assert_int_equal(u, 7);
    assert_false(hw_add_i64(INT64_MAX, 1, &i));
    assert_false(hw_add_i64(INT64_MIN, -1, &i));
    assert_false(hw_mul_i64(INT64_MIN, -1, &i));
    assert_int_equal(i, 7);
    assert_false(hw_add_size(SIZE_MAX, 1, &n));
    assert_false(hw_mul_size(SIZE_MAX, 2, &n));
    assert_int_equal(n, 7);
}

static void sums_at_the_very_edge_fit(void **state)
{
    (void)state;
    uint64_t u;
    int64_t i;
    size_t n;
    assert_true(hw_add_u64(UINT64_MAX - 1, 1, &u) && u == UINT64_MAX);
    assert_true(hw_mul_u64(UINT64_MAX / 5, 5, &u) && u == UINT64_MAX);
    assert_true(hw_sub_u64(2, 2, &u) && u == 0);
    assert_true(hw_add_i64(INT64_MAX, INT64_MIN, &i) && i == -1);
    assert_true(hw_mul_i64(INT64_MIN, 1, &i) && i == INT64_MIN);
    assert_true(hw_add_size(SIZE_MAX, 0, &n) && n == SIZE_MAX);
    assert_true(hw_mul_size(0, SIZE_MAX, &n) && n == 0);
    assert_true(hw_fit_size(5, &n) && n == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_that_do_not_fit_are_refused_and_leave_out_alone),
        cmocka_unit_test(sums_at_the_very_edge_fit),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
