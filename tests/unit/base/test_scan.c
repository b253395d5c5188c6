/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vector scan against the one by single bytes, at every alignment and with the end of the span
 * at the end of a heap block, so that a sanitizer sees one byte too far.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/text.h"

static struct hw_buf out;

static int begin(void **state)
{
    (void)state;
    hw_buf_init(&out, 4096);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_buf_done(&out);
    return 0;
}

static enum hw_unquote undo(const char *text, size_t n, size_t *at, bool *odd)
{
    uint8_t *p = malloc(n == 0 ? 1 : n);
    assert_non_null(p);
    if (n > 0) {
        memcpy(p, text, n);
    }
    *at = 0;
    *odd = false;
    hw_buf_clear(&out);
    enum hw_unquote u = hw_scan_unquote((struct hw_span){p, n}, at, &out, odd);
    free(p);
    return u;
}

static void gives(const char *text, const char *want)
{
    size_t at;
    bool odd;
    assert_int_equal(undo(text, strlen(text), &at, &odd), HW_UNQUOTED);
    assert_int_equal(at, strlen(text));
    assert_string_equal(hw_buf_text(&out), want);
}

static void fails(const char *text, enum hw_unquote want)
{
    size_t at;
    bool odd;
    assert_int_equal(undo(text, strlen(text), &at, &odd), want);
    assert_true(at <= strlen(text));
}

static void scan_agrees_with_single_bytes(void **state)
{
    (void)state;
    static const uint8_t stops[] = {'"', '\\', 0, 0x1f, '\n'}, passes[] = {0x20, 0x7f, 0x80, 0xff};
    size_t stopped = 0;
    for (size_t n = 0; n <= 70; n++) {
        uint8_t *p = malloc(n == 0 ? 1 : n);
        assert_non_null(p);
        for (size_t hit = 0; hit <= n; hit++) {
            memset(p, passes[(n + hit) % sizeof passes], n == 0 ? 1 : n);
            if (hit < n) {
                p[hit] = stops[(n + hit) % sizeof stops];
            }
            struct hw_span s = {p, n};
            for (size_t at = 0; at <= n; at++) {
                size_t want = hw_scan_string_slow(s, at);
                assert_int_equal(hw_scan_string(s, at), want);
                assert_int_equal(want, at <= hit ? hit : n);
                stopped += want < n;
            }
        }
        free(p);
    }
    assert_true(stopped > 1000);
}

static void scan_unquotes_every_escape(void **state)
{
    (void)state;
    gives("\"", "");
    gives("plain\"", "plain");
    gives("a\\\"b\\\\c\\/d\\b\\f\\n\\r\\t\"", "a\"b\\c/d\b\f\n\r\t");
    gives("C:\\\\Windows\\\\System32\\\\a very long path that needs more than one step.dll\"",
          "C:\\Windows\\System32\\a very long path that needs more than one step.dll");
    gives("\\u0041\\u00e9\\u20AC\"", "A\xC3\xA9\xE2\x82\xAC");
    gives("\\uD83D\\uDE00\"", "\xF0\x9F\x98\x80");
    gives("\\uD83Dx\\uDE00\"", "\xEF\xBF\xBDx\xEF\xBF\xBD");
    gives("\\uD83D\\u0041\"", "\xEF\xBF\xBD"
                              "A");
    gives("\xFF\xC0 raw\"", "\xFF\xC0 raw");
}

static void scan_keeps_a_nul_and_marks_raw_controls(void **state)
{
    (void)state;
    size_t at;
    bool odd;
    assert_int_equal(undo("a\\u0000b\"", 9, &at, &odd), HW_UNQUOTED);
    assert_true(!odd && out.n == 3 && memcmp(out.p, "a\0b", 3) == 0);
    assert_int_equal(undo("a\tb\"", 4, &at, &odd), HW_UNQUOTED);
    assert_true(odd && out.n == 3 && memcmp(out.p, "a\tb", 3) == 0);
}

static void scan_refuses_what_is_no_string(void **state)
{
    (void)state;
    fails("", HW_UNQUOTE_OPEN);
    fails("never closed, however long it is", HW_UNQUOTE_OPEN);
    fails("half an escape\\", HW_UNQUOTE_OPEN);
    fails("half an escape\\u12", HW_UNQUOTE_OPEN);
    fails("bad \\x41\"", HW_UNQUOTE_BAD);
    fails("bad \\u12G4 and more\"", HW_UNQUOTE_BAD);
    fails("a line\nfeed\"", HW_UNQUOTE_LINE);
}

static void scan_stops_at_the_buffers_maximum(void **state)
{
    (void)state;
    char text[6000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '"';
    size_t at;
    bool odd;
    assert_int_equal(undo(text, sizeof text, &at, &odd), HW_UNQUOTE_FULL);
    assert_int_equal(undo(text + 3000, 3000, &at, &odd), HW_UNQUOTED);
    assert_int_equal(out.n, 2999);
}

static void scan_hash_tells_names_and_keys_apart(void **state)
{
    (void)state;
    static const char *const names[] = {
        "", "a", "b", "ab", "ba", "ProcessId", "ProcessID", "TargetProcessId", "SourceProcessId"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(hw_scan_hash(hw_span_str(names[i]), 1) !=
                    hw_scan_hash(hw_span_str(names[i]), 2));
        for (size_t k = 0; k < i; k++) {
            assert_true(hw_scan_hash(hw_span_str(names[i]), 1) !=
                        hw_scan_hash(hw_span_str(names[k]), 1));
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(scan_agrees_with_single_bytes),           CASE(scan_unquotes_every_escape),
        CASE(scan_keeps_a_nul_and_marks_raw_controls), CASE(scan_refuses_what_is_no_string),
        CASE(scan_stops_at_the_buffers_maximum),       CASE(scan_hash_tells_names_and_keys_apart),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
