/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"

static void appends_come_out_in_order(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1000);
    assert_string_equal(hw_buf_text(&b), "");
    hw_buf_str(&b, "one ");
    hw_buf_char(&b, '2');
    hw_buf_printf(&b, " %s %05d", "three", 4);
    hw_buf_hex(&b, HW_SPAN_LIT("\x00\xAF\xff"));
    hw_buf_bytes(&b, NULL, 0);
    hw_buf_span_put(&b, (struct hw_span){NULL, 0});
    assert_string_equal(hw_buf_text(&b), "one 2 three 0000400afff");
    hw_buf_clear(&b);
    hw_buf_u16le(&b, 0x0102);
    hw_buf_u32le(&b, 0x03040506);
    hw_buf_u64le(&b, 0x0708090A0B0C0D0EU);
    const uint8_t want[] = {2, 1, 6, 5, 4, 3, 14, 13, 12, 11, 10, 9, 8, 7};
    assert_int_equal(b.n, sizeof want);
    assert_memory_equal(b.p, want, sizeof want);
    hw_buf_done(&b);
    hw_buf_done(&b);
}

static void the_maximum_holds_to_the_byte(void **state)
{
    (void)state;
    for (size_t max = 0; max < 600; max += 37) {
        struct hw_buf b;
        hw_buf_init(&b, max);
        for (size_t i = 0; i < max; i++) {
            hw_buf_char(&b, 'x');
        }
        assert_true(hw_buf_ok(&b));
        assert_non_null(hw_buf_text(&b)); /* the NUL does not count */
        assert_in_range(b.room, max, max + 1);
        hw_buf_char(&b, 'x');
        assert_false(hw_buf_ok(&b));
        assert_int_equal(b.n, max);
        hw_buf_done(&b);
    }
}

static void a_failed_append_changes_nothing_and_is_remembered(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 10);
    hw_buf_str(&b, "12345678");
    hw_buf_printf(&b, "%s", "abc");
    assert_false(hw_buf_ok(&b));
    hw_buf_char(&b, 'y'); /* would fit, but comes after the failure */
    assert_int_equal(b.n, 8);
    assert_memory_equal(b.p, "12345678", 8);
    assert_null(hw_buf_text(&b));
    hw_buf_clear(&b);
    hw_buf_str(&b, "again");
    assert_string_equal(hw_buf_text(&b), "again");
    hw_buf_bytes(&b, "", SIZE_MAX);
    assert_false(hw_buf_ok(&b));
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_come_out_in_order),
        cmocka_unit_test(the_maximum_holds_to_the_byte),
        cmocka_unit_test(a_failed_append_changes_nothing_and_is_remembered),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
