/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "mutate.h"

static void assert_escaped(struct hw_span s, enum hw_escape how, const char *want)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_escape_put(&b, s, how);
    assert_string_equal(hw_buf_text(&b), want);
    hw_buf_done(&b);
}

static void terminal_text_shows_what_would_steer_or_hide(void **state)
{
    (void)state;
    enum hw_escape t = HW_ESCAPE_TERMINAL;
    assert_escaped(HW_SPAN_LIT("plain Gr\xC3\xBC\xC3\x9F"
                               "e \xE6\x97\xA5"),
                   t,
                   "plain Gr\xC3\xBC\xC3\x9F"
                   "e \xE6\x97\xA5");
    assert_escaped(HW_SPAN_LIT("\x1B[2J\a\r\n\t\0\x7F"), t,
                   "\\x1b[2J\\x07\\x0d\\x0a\\x09\\x00\\x7f");
    assert_escaped(HW_SPAN_LIT("\xC2\x9B"
                               "31m"),
                   t, "\\u{9B}31m");                                            /* C1 CSI */
    assert_escaped(HW_SPAN_LIT("\x9B\xFF\xE2\x80"), t, "\\x9b\\xff\\xe2\\x80"); /* bad bytes */
    assert_escaped(HW_SPAN_LIT("\xE2\x80\xAE"
                               "fdp.exe"),
                   t, "\\u{202E}fdp.exe");
    assert_escaped(HW_SPAN_LIT("\xF3\xA0\x81\x81"), t, "\\u{E0041}");
    assert_escaped(HW_SPAN_LIT("C:\\x1b"), t, "C:\\\\x1b"); /* not to be taken for an ESC */
}

static void all_that_must_be_hidden_is(void **state)
{
    (void)state;
    static const struct {
        uint32_t first, last;
    } must[] = {
        {0x00, 0x1F},       {0x7F, 0x9F},        {0x61C, 0x61C},   {0x200B, 0x200F},
        {0x2028, 0x202E},   {0x2060, 0x2060},    {0x2066, 0x2069}, {0xFEFF, 0xFEFF},
        {0xE0000, 0xE007F}, {0xE000, 0xF8FF},    {0xFDD0, 0xFDEF}, {0xFFFE, 0xFFFF},
        {0x1FFFE, 0x1FFFF}, {0xF0000, 0x10FFFF},
    };
    for (size_t i = 0; i < sizeof must / sizeof must[0]; i++) {
        for (uint32_t c = must[i].first; c <= must[i].last; c++) {
            assert_true(hw_char_hidden(c));
        }
    }
    /* and what stands beside them is not */
    static const uint32_t pass[] = {' ',    '~',    0xA0,   0xE9,   0x61B,   0x61D,  0x200A, 0x2010,
                                    0x2027, 0x202F, 0x205F, 0x2070, 0x20AC,  0x3042, 0xF900, 0xFDCF,
                                    0xFDF0, 0xFEFE, 0xFFFC, 0xFFFD, 0x1F600, 0x1FFFD};
    for (size_t i = 0; i < sizeof pass / sizeof pass[0]; i++) {
        assert_false(hw_char_hidden(pass[i]));
    }
}

static void json_follows_rfc_8259(void **state)
{
    (void)state;
    enum hw_escape j = HW_ESCAPE_JSON;
    assert_escaped(HW_SPAN_LIT("a\"b\\c/\b\f\n\r\t\v\0\x1F\x7F"), j,
                   "a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u000b\\u0000\\u001f\\u007f");
    assert_escaped(HW_SPAN_LIT("\xE2\x80\xA8\xC2\x85\xEF\xBB\xBF"), j, "\\u2028\\u0085\\ufeff");
    assert_escaped(HW_SPAN_LIT("\xF3\xA0\x81\x81"), j, "\\udb40\\udc41");
    assert_escaped(HW_SPAN_LIT("\xF4\x8F\xBF\xBF"), j, "\\udbff\\udfff");
    assert_escaped(HW_SPAN_LIT("x\xFFy\xF0\x9F\x98\x80"), j, "x\xEF\xBF\xBDy\xF0\x9F\x98\x80");
}

static void csv_fields_stay_one_field_and_no_formula(void **state)
{
    (void)state;
    enum hw_escape c = HW_ESCAPE_CSV;
    assert_escaped(HW_SPAN_LIT(""), c, "");
    assert_escaped(HW_SPAN_LIT("C:\\dir"), c, "C:\\dir");
    assert_escaped(HW_SPAN_LIT("a,b"), c, "\"a,b\"");
    assert_escaped(HW_SPAN_LIT("a;b"), c, "\"a;b\"");
    assert_escaped(HW_SPAN_LIT("say \"x\""), c, "\"say \"\"x\"\"\"");
    assert_escaped(HW_SPAN_LIT(" a"), c, "\" a\"");
    assert_escaped(HW_SPAN_LIT("=1+1"), c, "'=1+1");
    assert_escaped(HW_SPAN_LIT("=cmd|' /C calc'!A0"), c, "\"'=cmd|' /C calc'!A0\"");
    assert_escaped(HW_SPAN_LIT("+1"), c, "'+1");
    assert_escaped(HW_SPAN_LIT("-1"), c, "'-1");
    assert_escaped(HW_SPAN_LIT("@x"), c, "'@x");
    assert_escaped(HW_SPAN_LIT("\t=1"), c, "'\\x09=1");
    assert_escaped(HW_SPAN_LIT("\r=1"), c, "'\\x0d=1");
    assert_escaped(HW_SPAN_LIT("\xEF\xBC\x9D"
                               "1"),
                   c,
                   "'\xEF\xBC\x9D"
                   "1");
    assert_escaped(HW_SPAN_LIT("a\r\nb"), c, "a\\x0d\\x0ab");
}

static void markdown_has_no_meaning_left(void **state)
{
    (void)state;
    enum hw_escape m = HW_ESCAPE_MARKDOWN;
    assert_escaped(HW_SPAN_LIT("[a](http://x)"), m, "\\[a\\]\\(http\\://x\\)");
    assert_escaped(HW_SPAN_LIT("<b>`|*_#~!&amp;"), m, "\\<b\\>\\`\\|\\*\\_\\#\\~\\!\\&amp;");
    assert_escaped(HW_SPAN_LIT("1. www.x.y a@b -"), m, "1\\. www\\.x\\.y a\\@b \\-");
    assert_escaped(HW_SPAN_LIT("a\\b\n\xE2\x80\xAE"), m, "a\\\\b\\\\x0a\\\\u\\{202E\\}");
}

static void xml_is_well_formed_whatever_comes(void **state)
{
    (void)state;
    enum hw_escape x = HW_ESCAPE_XML;
    assert_escaped(HW_SPAN_LIT("<a b=\"c\" d='e'>&]]>"), x,
                   "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;]]&gt;");
    assert_escaped(HW_SPAN_LIT("\0\x1B\n\xEF\xBF\xBE\xFF"), x, "\\x00\\x1b\\x0a\\u{FFFE}\\xff");
}

/* Whatever goes in, what comes out is valid UTF-8 without anything hidden, in every form. */
static void nothing_hidden_ever_leaves(void **state)
{
    (void)state;
    struct hw_dice dice = {2023};
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    for (int round = 0; round < 20000; round++) {
        uint8_t in[48];
        size_t n = hw_dice_below(&dice, sizeof in + 1);
        for (size_t i = 0; i < n; i++) {
            static const uint8_t likely[] = {0xE2, 0x80, 0xAE, 0xF3, 0xA0, 0xC2, 0x9B,
                                             0x1B, 0xEF, 0xBB, 0xBF, '\\', '"',  0};
            bool any = hw_dice_below(&dice, 2) == 0;
            in[i] = any ? (uint8_t)hw_dice_roll(&dice) : likely[hw_dice_below(&dice, 14)];
        }
        for (unsigned how = 0; how < HW_ESCAPE_COUNT; how++) {
            hw_buf_clear(&b);
            hw_escape_put(&b, (struct hw_span){in, n}, (enum hw_escape)how);
            for (struct hw_span s = hw_buf_span(&b); s.n > 0;) {
                uint32_t c;
                size_t used = hw_utf8_next(s, &c);
                assert_true(c != HW_BAD_CHAR && !hw_char_hidden(c));
                s = hw_span_from(s, used);
            }
        }
    }
    hw_buf_done(&b);
}

static void a_full_buffer_is_told_and_ends_the_work(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 10);
    hw_escape_str(&b, "\x1B\x1B\x1B\x1B", HW_ESCAPE_TERMINAL);
    assert_false(hw_buf_ok(&b));
    hw_buf_clear(&b);
    hw_escape_str(&b, NULL, HW_ESCAPE_TERMINAL);
    assert_string_equal(hw_buf_text(&b), "");
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminal_text_shows_what_would_steer_or_hide),
        cmocka_unit_test(all_that_must_be_hidden_is),
        cmocka_unit_test(json_follows_rfc_8259),
        cmocka_unit_test(csv_fields_stay_one_field_and_no_formula),
        cmocka_unit_test(markdown_has_no_meaning_left),
        cmocka_unit_test(xml_is_well_formed_whatever_comes),
        cmocka_unit_test(nothing_hidden_ever_leaves),
        cmocka_unit_test(a_full_buffer_is_told_and_ends_the_work),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
