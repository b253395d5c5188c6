/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/measure.h"

/* Every length around the strides, from every alignment, in a block with nothing behind it. */
static void measure_counts_what_a_plain_loop_counts(void **state)
{
    (void)state;
    for (size_t n = 0; n < 300; n++) {
        uint8_t *p = malloc(n + 1);
        uint64_t seen[256] = {0}, plain[256] = {0}, sum = 0;
        assert_non_null(p);
        for (size_t i = 0; i < n; i++) {
            p[i] = (uint8_t)(i * 37 + n);
            plain[p[i]]++;
            sum += (uint64_t)p[i] << (8 * (i % 4));
        }
        uint8_t *exact = malloc(n == 0 ? 1 : n);
        assert_non_null(exact);
        memcpy(exact, p, n);
        hw_count_bytes((struct hw_span){exact, n}, seen);
        assert_memory_equal(seen, plain, sizeof seen);
        assert_int_equal(hw_sum_words((struct hw_span){exact, n}), sum);
        free(exact);
        free(p);
    }
}

static void measure_adds_to_what_was_counted(void **state)
{
    (void)state;
    uint64_t seen[256] = {0};
    hw_count_bytes(HW_SPAN_LIT("aab"), seen);
    hw_count_bytes(HW_SPAN_LIT("b"), seen);
    assert_int_equal(seen['a'], 2);
    assert_int_equal(seen['b'], 2);
    assert_int_equal(hw_entropy(seen), 1000);
}

static void measure_entropy_runs_from_none_to_eight_bits(void **state)
{
    (void)state;
    uint64_t seen[256] = {0};
    assert_int_equal(hw_entropy(seen), 0);
    seen[7] = UINT64_C(1) << 40;
    assert_int_equal(hw_entropy(seen), 0);
    for (size_t i = 0; i < 256; i++) {
        seen[i] = 5;
    }
    assert_int_equal(hw_entropy(seen), 8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measure_counts_what_a_plain_loop_counts),
        cmocka_unit_test(measure_adds_to_what_was_counted),
        cmocka_unit_test(measure_entropy_runs_from_none_to_eight_bits),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
