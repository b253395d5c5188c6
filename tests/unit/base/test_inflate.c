/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/inflate.h"
#include "base/text.h"
#include "sweep.h"

static int keep(void *state, const uint8_t *p, size_t n)
{
    struct hw_buf *b = state;
    hw_buf_bytes(b, p, n);
    return hw_buf_ok(b) ? 0 : HW_E_LIMIT;
}

static const char text[] = "hello hello hello hello\n";
/* That text, raw: a fixed block (RFC 1951 3.2.6). */
static const uint8_t packed[] = {0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x27, 0xB9, 0x00};
/* "abc" stored, then an empty last block. */
static const uint8_t stored[] = {0x00, 0x03, 0x00, 0xFC, 0xFF, 'a', 'b', 'c', 0x03, 0x00};

static void known_streams_come_out_whole(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_inflated got;
    struct hw_buf b;
    hw_buf_init(&b, 1000);
    assert_int_equal(hw_inflate_raw((struct hw_span){packed, sizeof packed}, keep, &b, &got, &err),
                     HW_OK);
    assert_int_equal(got.end, HW_INFLATE_DONE);
    assert_string_equal(hw_buf_text(&b), text);
    assert_int_equal(got.in_used, sizeof packed);
    assert_int_equal(got.out_n, sizeof text - 1);
    assert_int_equal(got.crc32, hw_crc32(0, hw_span_str(text)));
    hw_buf_clear(&b);
    assert_int_equal(hw_inflate_raw((struct hw_span){stored, sizeof stored}, keep, &b, &got, &err),
                     HW_OK);
    assert_int_equal(got.end, HW_INFLATE_DONE);
    assert_string_equal(hw_buf_text(&b), "abc");
    hw_buf_done(&b);
}

static void bytes_behind_the_end_are_not_counted_as_used(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_inflated got;
    struct hw_buf b, in;
    hw_buf_init(&b, 1000);
    hw_buf_init(&in, 100000);
    hw_buf_bytes(&in, packed, sizeof packed);
    for (int i = 0; i < 70000; i++) {
        hw_buf_char(&in, 'x');
    }
    assert_int_equal(hw_inflate_raw(hw_buf_span(&in), keep, &b, &got, &err), HW_OK);
    assert_int_equal(got.end, HW_INFLATE_DONE);
    assert_int_equal(got.in_used, sizeof packed);
    hw_buf_done(&b);
    hw_buf_done(&in);
}

static void every_cut_is_truncated_and_gives_what_there_was(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof packed; n++) {
        struct hw_error err;
        struct hw_inflated got;
        struct hw_buf b;
        hw_buf_init(&b, 1000);
        struct hw_span in = {n == 0 ? NULL : packed, n};
        assert_int_equal(hw_inflate_raw(in, keep, &b, &got, &err), HW_OK);
        assert_int_equal(got.end, HW_INFLATE_TRUNCATED);
        assert_int_equal(got.in_used, n);
        assert_int_equal(got.out_n, b.n);
        assert_true(b.n < sizeof text && (b.n == 0 || memcmp(b.p, text, b.n) == 0));
        hw_buf_done(&b);
    }
}

static void what_is_no_deflate_is_corrupt_and_says_why(void **state)
{
    (void)state;
    static const struct hw_span bad[] = {
        HW_SPAN_LIT("\x07"),                     /* block type 3 */
        HW_SPAN_LIT("\x00\x03\x00\x00\x00"),     /* stored, length check wrong */
        HW_SPAN_LIT("\x4B\x04\x62\x00\x00\x00"), /* copies from before the beginning */
        HW_SPAN_LIT("\x03\x02\x00\x00"),         /* the same in the first code */
        HW_SPAN_LIT("\xFD\xFF\xFF\xFF\xFF"),     /* too many codes */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct hw_error err;
        struct hw_inflated got;
        struct hw_buf b;
        hw_buf_init(&b, 1000);
        assert_int_equal(hw_inflate_raw(bad[i], keep, &b, &got, &err), HW_OK);
        assert_int_equal(got.end, HW_INFLATE_CORRUPT);
        assert_non_null(got.words);
        hw_buf_done(&b);
    }
}

/* One repeated byte packs about a thousand to one; made here by hand, 258 bytes for each code of
 * length one in a fixed block: literal 'a', then (length 258, distance 1) many times. */
static size_t bomb(uint8_t *out, size_t room)
{
    uint64_t bits = 0;
    unsigned have = 0;
    size_t n = 0;
    /* header 1, type 01; 'a' is 0x91 in 8 bits, most significant first: 10010001 */
    bits = 3 | (uint64_t)0x89 << 3;
    have = 11;
    while (n + 8 < room) {
        /* 285 is 11000101, distance code 0 is 00000: most significant bit first */
        bits |= (uint64_t)0xA3 << have;
        have += 13;
        for (; have >= 8; have -= 8, bits >>= 8) {
            out[n++] = (uint8_t)bits;
        }
    }
    have += 7; /* end of block: 0000000 */
    out[n++] = (uint8_t)bits;
    out[n++] = (uint8_t)(bits >> 8);
    return have > 16 ? n + 1 : n;
}

static int stop_at(void *state, const uint8_t *p, size_t n)
{
    (void)p;
    size_t *left = state;
    if (n > *left) {
        return HW_E_LIMIT;
    }
    *left -= n;
    return 0;
}

static void a_bomb_ends_where_more_says_so(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_inflated got;
    uint8_t *in = calloc(100000, 1);
    assert_non_null(in);
    size_t n = bomb(in, 99000), left = 1000000;
    int rc = hw_inflate_raw((struct hw_span){in, n}, stop_at, &left, &got, &err);
    assert_int_equal(rc, HW_E_LIMIT);
    assert_int_equal(got.end, HW_INFLATE_STOPPED);
    assert_in_range(got.out_n, 1000000 - 32 * 1024, 1000000);
    assert_true(got.in_used < n / 10);
    left = SIZE_MAX;
    assert_int_equal(hw_inflate_raw((struct hw_span){in, n}, stop_at, &left, &got, &err), HW_OK);
    assert_int_equal(got.end, HW_INFLATE_DONE);
    assert_true(got.out_n > 100 * n);
    free(in);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    struct hw_error err;
    struct hw_inflated got;
    size_t left = 1 << 20;
    (void)!hw_inflate_raw((struct hw_span){p, n}, stop_at, &left, &got, &err);
    assert_true(got.in_used <= n);
    return got.end == HW_INFLATE_DONE && got.crc32 == hw_crc32(0, hw_span_str(text));
}

static void sweeps_end(void **state)
{
    (void)state;
    hw_sweep_truncate(packed, sizeof packed, parse, NULL);
    hw_sweep_mutate(packed, sizeof packed, 5000, 1951, parse, NULL);
    hw_sweep_mutate(stored, sizeof stored, 5000, 1951, parse, NULL);
}

static void crc_32_has_its_check_value(void **state)
{
    (void)state;
    assert_int_equal(hw_crc32(0, HW_SPAN_LIT("123456789")), 0xCBF43926U);
    assert_int_equal(hw_crc32(hw_crc32(0, HW_SPAN_LIT("1234")), HW_SPAN_LIT("56789")), 0xCBF43926U);
    assert_int_equal(hw_crc32(0x1234, (struct hw_span){NULL, 0}), 0x1234);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_streams_come_out_whole),
        cmocka_unit_test(bytes_behind_the_end_are_not_counted_as_used),
        cmocka_unit_test(every_cut_is_truncated_and_gives_what_there_was),
        cmocka_unit_test(what_is_no_deflate_is_corrupt_and_says_why),
        cmocka_unit_test(a_bomb_ends_where_more_says_so),
        cmocka_unit_test(sweeps_end),
        cmocka_unit_test(crc_32_has_its_check_value),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
