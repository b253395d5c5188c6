/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"

static void valid_and_invalid_utf8_are_told_apart(void **state)
{
    (void)state;
    static const struct hw_span good[] = {
        HW_SPAN_LIT(""),
        HW_SPAN_LIT("a\0b"),
        HW_SPAN_LIT("\xC2\x80"),
        HW_SPAN_LIT("\xDF\xBF"),
        HW_SPAN_LIT("\xE0\xA0\x80"),
        HW_SPAN_LIT("\xED\x9F\xBF"),
        HW_SPAN_LIT("\xEE\x80\x80"),
        HW_SPAN_LIT("\xEF\xBF\xBF"),
        HW_SPAN_LIT("\xF0\x90\x80\x80"),
        HW_SPAN_LIT("\xF4\x8F\xBF\xBF"),
    };
    static const struct hw_span bad[] = {
        HW_SPAN_LIT("\x80"),
        HW_SPAN_LIT("\xBF"),
        HW_SPAN_LIT("\xC0\x80"),
        HW_SPAN_LIT("\xC1\xBF"),
        HW_SPAN_LIT("\xC2"),
        HW_SPAN_LIT("\xC2"
                    "A"),
        HW_SPAN_LIT("\xE0\x9F\xBF"),
        HW_SPAN_LIT("\xED\xA0\x80"),
        HW_SPAN_LIT("\xED\xBF\xBF"),
        HW_SPAN_LIT("\xE2\x82"),
        HW_SPAN_LIT("\xF0\x8F\xBF\xBF"),
        HW_SPAN_LIT("\xF4\x90\x80\x80"),
        HW_SPAN_LIT("\xF5\x80\x80\x80"),
        HW_SPAN_LIT("\xFE"),
        HW_SPAN_LIT("\xFF"),
        HW_SPAN_LIT("\xF0\x90\x80"),
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(hw_utf8_valid(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hw_utf8_valid(bad[i]));
    }
}

static void every_character_goes_out_and_comes_back(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 16);
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        uint32_t got;
        hw_buf_clear(&b);
        hw_utf8_put(&b, c);
        assert_int_equal(hw_utf8_next(hw_buf_span(&b), &got), b.n);
        assert_int_equal(got, c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c);
    }
    hw_buf_done(&b);
}

static void assert_clean(struct hw_span s, size_t max, const char *want)
{
    struct hw_buf b;
    hw_buf_init(&b, 1000);
    hw_utf8_clean(s, max, &b);
    assert_string_equal(hw_buf_text(&b), want);
    hw_buf_done(&b);
}

#define REPL "\xEF\xBF\xBD"

static void bad_utf8_is_replaced_part_by_part(void **state)
{
    (void)state;
    assert_clean(HW_SPAN_LIT("a\0b"), 99, "a" REPL "b");
    /* Unicode 15, table 3-8 */
    assert_clean(HW_SPAN_LIT("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                             "A"),
                 99, REPL REPL REPL REPL REPL REPL REPL REPL "A");
    /* table 3-10 */
    assert_clean(HW_SPAN_LIT("\xF4\x91\x92\x93\xFF"
                             "A"
                             "\x80\xBF"
                             "B"),
                 99, REPL REPL REPL REPL REPL "A" REPL REPL "B");
    /* table 3-11: cut sequences are one part each */
    assert_clean(HW_SPAN_LIT("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                             "A"),
                 99, REPL REPL REPL REPL "A");
}

static void cleaning_cuts_at_a_characters_edge(void **state)
{
    (void)state;
    assert_clean(HW_SPAN_LIT("ab\xE2\x82\xAC"
                             "c"),
                 5, "ab\xE2\x82\xAC");
    assert_clean(HW_SPAN_LIT("ab\xE2\x82\xAC"
                             "c"),
                 4, "ab");
    assert_clean(HW_SPAN_LIT("ab\xFF"), 4, "ab");
    assert_clean(HW_SPAN_LIT("ab"), 0, "");
}

static void utf16_becomes_utf8(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 100);
    assert_true(hw_utf16le_to_utf8(HW_SPAN_LIT("A\0\xAC\x20\x3D\xD8\x00\xDE"), &b));
    assert_string_equal(hw_buf_text(&b), "A\xE2\x82\xAC\xF0\x9F\x98\x80");
    hw_buf_clear(&b);
    assert_true(hw_utf16be_to_utf8(HW_SPAN_LIT("\0A\x20\xAC\xD8\x3D\xDE\x00"), &b));
    assert_string_equal(hw_buf_text(&b), "A\xE2\x82\xAC\xF0\x9F\x98\x80");
    hw_buf_clear(&b);
    /* lone high, lone low, high at the end */
    assert_true(hw_utf16le_to_utf8(HW_SPAN_LIT("\x3D\xD8"
                                               "A\0"
                                               "\x00\xDE"
                                               "\x3D\xD8"),
                                   &b));
    assert_string_equal(hw_buf_text(&b), REPL "A" REPL REPL);
    hw_buf_clear(&b);
    assert_false(hw_utf16le_to_utf8(HW_SPAN_LIT("A\0B"), &b));
    assert_string_equal(hw_buf_text(&b), "A");
    hw_buf_clear(&b);
    assert_true(hw_utf16le_to_utf8(HW_SPAN_LIT("A\0\0\0"), &b));
    assert_int_equal(b.n, 2);
    hw_buf_clear(&b);
    hw_latin1_to_utf8(HW_SPAN_LIT("\xE4"
                                  "b"),
                      &b);
    assert_string_equal(hw_buf_text(&b), "\xC3\xA4"
                                         "b");
    hw_buf_done(&b);
}

static void hex_is_exact_or_refused(void **state)
{
    (void)state;
    uint8_t out[3] = {9, 9, 9};
    assert_false(hw_hex_decode(HW_SPAN_LIT("0011"), out, 3));
    assert_false(hw_hex_decode(HW_SPAN_LIT("00112"), out, 3));
    assert_false(hw_hex_decode(HW_SPAN_LIT("00112233"), out, 3));
    assert_false(hw_hex_decode(HW_SPAN_LIT("00112g"), out, 3));
    assert_false(hw_hex_decode(HW_SPAN_LIT("0x1122"), out, 3));
    assert_false(hw_hex_decode(HW_SPAN_LIT("00 122"), out, 3));
    assert_false(hw_hex_decode(HW_SPAN_LIT(""), out, SIZE_MAX / 2 + 1)); /* twice that wraps */
    assert_memory_equal(out, "\x09\x09\x09", 3);
    assert_true(hw_hex_decode(HW_SPAN_LIT("00aFFa"), out, 3));
    assert_memory_equal(out, "\x00\xAF\xFA", 3);
    assert_true(hw_hex_decode(HW_SPAN_LIT(""), out, 0));
}

static void spans_never_leave_themselves(void **state)
{
    (void)state;
    struct hw_span s = hw_span_str("  abc\t\n"), none = {NULL, 0};
    assert_true(hw_span_is(hw_span_trim(s), "abc"));
    assert_int_equal(hw_span_trim(hw_span_str(" \t ")).n, 0);
    assert_int_equal(hw_span_trim(none).n, 0);
    assert_int_equal(hw_span_from(s, 100).n, 0);
    assert_int_equal(hw_span_cut(s, 6, SIZE_MAX).n, 1);
    assert_int_equal(hw_span_cut(s, SIZE_MAX, SIZE_MAX).n, 0);
    assert_int_equal(hw_span_cut(none, 3, 3).n, 0);
    assert_int_equal(hw_span_str(NULL).n, 0);
    assert_true(hw_span_starts(s, "  a") && hw_span_starts(s, "") && hw_span_starts(none, ""));
    assert_false(hw_span_starts(hw_span_str("ab"), "abc"));
    assert_true(hw_span_ends(s, "\t\n") && hw_span_ends(none, ""));
    assert_false(hw_span_ends(hw_span_str("bc"), "abc"));
    assert_int_equal(hw_span_find(s, 'b'), 3);
    assert_int_equal(hw_span_find(s, 'x'), s.n);
    assert_int_equal(hw_span_find(none, 'x'), 0);
}

static void only_ascii_letters_are_alike_in_both_cases(void **state)
{
    (void)state;
    assert_true(hw_span_is_nocase(hw_span_str("SHA256@[`{"), "sha256@[`{"));
    assert_false(hw_span_is_nocase(hw_span_str("@"), "`"));
    assert_false(hw_span_is_nocase(hw_span_str("["), "{"));
    assert_false(hw_span_is_nocase(hw_span_str("\xC4"), "\xE4"));
    assert_false(hw_span_is_nocase(hw_span_str("ab"), "abc"));
    assert_true(hw_span_compare(hw_span_str("a"), hw_span_str("ab")) < 0);
    assert_true(hw_span_compare(hw_span_str("\xFF"), hw_span_str("a")) > 0);
    assert_true(hw_span_compare(hw_span_str(""), hw_span_str(NULL)) == 0);
}

static void numbers_are_digits_that_fit(void **state)
{
    (void)state;
    uint64_t v = 7;
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hw_span_u64(hw_span_str(bad[i]), &v));
    }
    assert_int_equal(v, 7);
    assert_true(hw_span_u64(hw_span_str("18446744073709551615"), &v) && v == UINT64_MAX);
    assert_true(hw_span_u64(hw_span_str("007"), &v) && v == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_and_invalid_utf8_are_told_apart),
        cmocka_unit_test(every_character_goes_out_and_comes_back),
        cmocka_unit_test(bad_utf8_is_replaced_part_by_part),
        cmocka_unit_test(cleaning_cuts_at_a_characters_edge),
        cmocka_unit_test(utf16_becomes_utf8),
        cmocka_unit_test(hex_is_exact_or_refused),
        cmocka_unit_test(spans_never_leave_themselves),
        cmocka_unit_test(only_ascii_letters_are_alike_in_both_cases),
        cmocka_unit_test(numbers_are_digits_that_fit),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
