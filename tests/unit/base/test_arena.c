/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/arena.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    HW_AUTO(hw_arena) *a = hw_arena_new(1 << 20);
    assert_non_null(a);
    uint8_t *pieces[200];
    for (size_t i = 0; i < 200; i++) {
        pieces[i] = hw_arena_alloc(a, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        for (size_t k = 0; k < i; k++) {
            assert_int_equal(pieces[i][k], 0);
        }
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_int_equal(pieces[i][k], (uint8_t)i);
        }
    }
}

static void the_ceiling_is_never_passed(void **state)
{
    (void)state;
    HW_AUTO(hw_arena) *a = hw_arena_new(1000);
    assert_non_null(a);
    size_t got = 0;
    while (hw_arena_alloc(a, 100) != NULL) {
        got += 100;
        assert_in_range(hw_arena_used(a), got, 1000);
    }
    assert_true(got >= 800);
    assert_null(hw_arena_alloc(a, 1000));
    assert_null(hw_arena_alloc(a, SIZE_MAX));
    assert_null(hw_arena_alloc(a, SIZE_MAX - 14));
}

static void big_pieces_leave_the_small_ones_alone(void **state)
{
    (void)state;
    HW_AUTO(hw_arena) *a = hw_arena_new(16 << 20);
    assert_non_null(a);
    for (int i = 0; i < 20; i++) {
        char *small = hw_arena_alloc(a, 10);
        char *big = hw_arena_alloc(a, 300 * 1024);
        assert_non_null(small);
        assert_non_null(big);
        memset(big, 0xFF, 300 * 1024);
        assert_int_equal(small[9], 0);
        char *chunk = hw_arena_alloc(a, 64 * 1024); /* exactly the size of a chunk */
        assert_non_null(chunk);
        memset(chunk, 0xEE, 64 * 1024);
    }
}

static void a_product_that_wraps_is_refused(void **state)
{
    (void)state;
    HW_AUTO(hw_arena) *a = hw_arena_new(SIZE_MAX);
    assert_non_null(a);
    assert_null(hw_arena_array(a, SIZE_MAX / 2, 3));
    assert_null(hw_arena_array(a, (size_t)1 << 63, 2)); /* wraps to nothing */
    assert_non_null(hw_arena_array(a, 3, 8));
    assert_non_null(hw_arena_array(a, 0, 8));
}

static void a_copy_ends_in_nul_and_is_a_copy(void **state)
{
    (void)state;
    HW_AUTO(hw_arena) *a = hw_arena_new(1000);
    assert_non_null(a);
    uint8_t text[3] = {'a', 'b', 'c'};
    uint8_t *copy = hw_arena_copy(a, (struct hw_span){text, 3});
    assert_non_null(copy);
    text[0] = 'x';
    assert_string_equal((char *)copy, "abc");
    uint8_t *empty = hw_arena_copy(a, (struct hw_span){NULL, 0});
    assert_non_null(empty);
    assert_int_equal(empty[0], 0);
}

static void the_nth_allocation_fails_once_when_told_so(void **state)
{
    (void)state;
    HW_AUTO(hw_arena) *a = hw_arena_new(1000);
    assert_non_null(a);
    hw_arena_fail_nth(3);
    assert_non_null(hw_arena_alloc(a, 1));
    assert_non_null(hw_arena_alloc(a, 1));
    assert_null(hw_arena_alloc(a, 1));
    assert_non_null(hw_arena_alloc(a, 1));
    hw_arena_fail_nth(1);
    hw_arena_fail_nth(0);
    assert_non_null(hw_arena_alloc(a, 1));
    hw_arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(the_ceiling_is_never_passed),
        cmocka_unit_test(big_pieces_leave_the_small_ones_alone),
        cmocka_unit_test(a_product_that_wraps_is_refused),
        cmocka_unit_test(a_copy_ends_in_nul_and_is_a_copy),
        cmocka_unit_test(the_nth_allocation_fails_once_when_told_so),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
