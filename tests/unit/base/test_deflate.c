/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/deflate.h"
#include "base/inflate.h"
#include "base/text.h"

static int keep(void *state, const uint8_t *p, size_t n)
{
    struct hw_buf *b = state;
    hw_buf_bytes(b, p, n);
    return hw_buf_ok(b) ? 0 : HW_E_LIMIT;
}

static void assert_comes_back(struct hw_deflate *d, struct hw_span in)
{
    struct hw_error err;
    struct hw_inflated got;
    struct hw_buf packed, out;
    hw_buf_init(&packed, 1 << 21);
    hw_buf_init(&out, 1 << 21);
    assert_int_equal(hw_deflate_raw(d, in, &packed, &err), HW_OK);
    assert_int_equal(hw_inflate_raw(hw_buf_span(&packed), keep, &out, &got, &err), HW_OK);
    assert_int_equal(got.end, HW_INFLATE_DONE);
    assert_int_equal(got.in_used, packed.n);
    assert_int_equal(out.n, in.n);
    assert_true(in.n == 0 || memcmp(out.p, in.p, in.n) == 0);
    hw_buf_done(&packed);
    hw_buf_done(&out);
}

static void each_piece_is_a_stream_of_its_own(void **state)
{
    (void)state;
    static uint8_t bytes[1 << 20];
    HW_AUTO(hw_deflate) *d = hw_deflate_new(1);
    assert_non_null(d);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * i >> (i >> 16));
    }
    for (size_t n = 0; n <= sizeof bytes; n = n * 3 + 1) {
        assert_comes_back(d, (struct hw_span){bytes, n});
    }
    assert_comes_back(d, (struct hw_span){bytes, sizeof bytes});
}

static void alike_bytes_become_few_and_stand_behind_what_was_there(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_buf out;
    static const uint8_t zeros[60000];
    HW_AUTO(hw_deflate) *d = hw_deflate_new(1);
    assert_non_null(d);
    hw_buf_init(&out, 100000);
    hw_buf_str(&out, "head");
    assert_int_equal(hw_deflate_raw(d, (struct hw_span){zeros, sizeof zeros}, &out, &err), HW_OK);
    assert_true(out.n > 4 && out.n < 1000);
    assert_memory_equal(out.p, "head", 4);
    hw_buf_done(&out);
}

static void what_is_too_long_or_has_no_room_is_refused(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_buf out;
    static const uint8_t zeros[(1 << 20) + 1];
    HW_AUTO(hw_deflate) *d = hw_deflate_new(1);
    assert_non_null(d);
    hw_buf_init(&out, 100);
    assert_int_equal(hw_deflate_raw(d, (struct hw_span){zeros, sizeof zeros}, &out, &err),
                     HW_E_LIMIT);
    assert_int_equal(hw_deflate_raw(d, (struct hw_span){zeros, 60000}, &out, &err), HW_E_MEMORY);
    assert_int_equal(out.n, 0);
    hw_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_piece_is_a_stream_of_its_own),
        cmocka_unit_test(alike_bytes_become_few_and_stand_behind_what_was_there),
        cmocka_unit_test(what_is_too_long_or_has_no_room_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
