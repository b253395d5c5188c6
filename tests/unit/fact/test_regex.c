/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fact/regex.h"
#include "mutate.h"

enum { FUEL = 1000000000, HEAD_BYTES = 40 };

static struct hw_buf b;
static struct hw_regex_scratch scratch;

static int begin(void **state)
{
    (void)state;
    hw_buf_init(&b, HW_REGEX_PROGRAM_BYTES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_buf_done(&b);
    return 0;
}

static bool matches(const char *pattern, unsigned flags, const char *text)
{
    struct hw_regex re;
    const char *why = "";
    uint64_t fuel = FUEL;
    hw_buf_clear(&b);
    if (!hw_regex_compile(hw_span_str(pattern), flags, &b, &why)) {
        fail_msg("'%s' is refused: %s", pattern, why);
    }
    struct hw_regex proven;
    assert_true(hw_regex_check(hw_buf_span(&b), &proven));
    hw_regex_open(hw_buf_span(&b), &re);
    assert_memory_equal(&re, &proven, sizeof re);
    enum hw_regex_answer answer = hw_regex_match(&re, hw_span_str(text), &scratch, &fuel);
    assert_int_not_equal(answer, HW_REGEX_SPENT);
    return answer == HW_REGEX_YES;
}

static void what_an_expression_says_is_what_matches(void **state)
{
    static const struct {
        const char *pattern;
        unsigned flags;
        const char *text;
        bool yes;
    } cases[] = {
        {"", 0, "", true},
        {"b", 0, "abc", true},
        {"^b", 0, "abc", false},
        {"c$", 0, "abc", true},
        {"c$", 0, "abc\n", true},
        {"c\\Z", 0, "abc\n", false},
        {"^b$", HW_REGEX_MULTILINE, "a\nb\nc", true},
        {"a.b", 0, "a\nb", false},
        {"a.b", HW_REGEX_DOTALL, "a\nb", true},
        {"^.$", 0, "\xe2\x82\xac", true},
        {"^.$", HW_REGEX_BYTES, "\xe2\x82\xac", false},
        {"^.$", 0, "\xff", true},
        {"^\\xd4\\xc3", HW_REGEX_BYTES, "\xd4\xc3x", true},
        {"abc", HW_REGEX_NOCASE, "xABCx", true},
        {"[a-c]{3}", HW_REGEX_NOCASE, "ABC", true},
        {"[^a]", HW_REGEX_NOCASE, "A", false},
        {"(?i)abc", 0, "ABC", true},
        {"a(?i)b", 0, "aB", true},
        {"a(?i)b", 0, "AB", false},
        {"(a(?i)b)c", 0, "aBC", false},
        {"(?i:a)b", 0, "Ab", true},
        {"(?i:a)b", 0, "AB", false},
        {"a{2,3}", HW_REGEX_WHOLE, "aaaa", false},
        {"a{2,3}", HW_REGEX_WHOLE, "aaa", true},
        {"a{,2}", HW_REGEX_WHOLE, "aa", true},
        {"a{x}", 0, "a{x}", true},
        {"a{0}b", HW_REGEX_WHOLE, "b", true},
        {"(a|b|)c", HW_REGEX_WHOLE, "c", true},
        {"(?:|a)+", HW_REGEX_WHOLE, "aaa", true},
        {"(a*)*b", 0, "aaab", true},
        {"a|b|c", HW_REGEX_WHOLE, "b", true},
        {"\\bfoo\\b", 0, "a foo b", true},
        {"\\bfoo\\b", 0, "afoo", false},
        {"o\\B", 0, "foo", true},
        {"[]a]", 0, "]", true},
        {"[a-]", 0, "-", true},
        {"[[:digit:]x]+", HW_REGEX_WHOLE, "1x2", true},
        {"[\\W_]", 0, "a_", true},
        {"[\\D]", 0, "123", false},
        {"\\x{20ac}", 0, "\xe2\x82\xac", true},
        {"\\u20ac", 0, "\xe2\x82\xac", true},
        {"(?<year>\\d{4})-(?P<m>\\d\\d)", 0, "2023-03", true},
        {"a(?#why)b", 0, "ab", true},
        {"https?://(?:(?:25[0-5]|(?:2[0-4]|1\\d|[1-9])?\\d)(?:\\.|\\b)){4}", 0, "http://10.0.0.1/x",
         true},
        {"x*?y+?", HW_REGEX_WHOLE, "xxy", true},
        {"\\\\AppData\\\\", 0, "C:\\Users\\a\\AppData\\Local", true},
        {"\\bx", 0, "axx x", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (matches(cases[i].pattern, cases[i].flags, cases[i].text) != cases[i].yes) {
            fail_msg("'%s' on '%s'", cases[i].pattern, cases[i].text);
        }
    }
}

static void what_is_not_of_the_language_is_refused_by_name(void **state)
{
    static const char *const cases[][2] = {
        {"(?=a)", "ahead"},
        {"(?!a)", "ahead"},
        {"(?<=a)", "behind"},
        {"(?<!a)", "behind"},
        {"(a)\\1", "back reference"},
        {"\\k<a>", "back reference"},
        {"(?P=a)", "back reference"},
        {"(?>a)", "atomic"},
        {"a++", "possessive"},
        {"a**", "repetition of"},
        {"*a", "nothing to repeat"},
        {"^*", "nothing to repeat"},
        {"(?(1)a)", "condition"},
        {"(?R)", "recursion"},
        {"\\p{L}", "unknown escape"},
        {"(a", "no end"},
        {"a)", "never began"},
        {"[a", "no end"},
        {"[b-a]", "backwards"},
        {"a{3,2}", "backwards"},
        {"a{100000}", "too often"},
        {"a\\", "backslash"},
        {"\\x4", "not whole"},
        {"(?x)a", "unknown flag"},
        {"[[:nope:]]", "unknown class"},
        {"((a{99}){99}){99}", "too large"},
        {"\xff", "UTF-8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *why = "";
        hw_buf_clear(&b);
        if (hw_regex_compile(hw_span_str(cases[i][0]), 0, &b, &why)) {
            fail_msg("'%s' is taken", cases[i][0]);
        }
        if (strstr(why, cases[i][1]) == NULL) {
            fail_msg("'%s' is refused with '%s'", cases[i][0], why);
        }
        assert_int_equal(b.n, 0);
    }
}

static void limits_hold_at_their_edge(void **state)
{
    static char text[HW_REGEX_PATTERN_BYTES + 2];
    const char *why = "";
    char deep[2 * HW_REGEX_DEPTH + 4] = "";
    (void)state;
    memset(text, 'a', HW_REGEX_CODE_MAX - 1);
    assert_true(matches(text, 0, text));
    text[HW_REGEX_CODE_MAX - 1] = 'a';
    hw_buf_clear(&b);
    assert_false(hw_regex_compile(hw_span_str(text), 0, &b, &why));
    memset(text, 'a', sizeof text - 1);
    assert_false(hw_regex_compile(hw_span_str(text), 0, &b, &why));
    memset(deep, '(', HW_REGEX_DEPTH);
    memset(deep + HW_REGEX_DEPTH, ')', HW_REGEX_DEPTH);
    assert_true(matches(deep, 0, ""));
    memset(deep, '(', HW_REGEX_DEPTH + 1);
    memset(deep + HW_REGEX_DEPTH + 1, ')', HW_REGEX_DEPTH + 1);
    hw_buf_clear(&b);
    assert_false(hw_regex_compile(hw_span_str(deep), 0, &b, &why));
    assert_true(matches("a{2000}", 0, memset(text, 'a', 2000)));
}

/* What takes a backtracking matcher longer than the universe lasts. */
static void an_evil_expression_costs_text_times_program(void **state)
{
    static char text[HW_REGEX_TEXT_BYTES + 1];
    struct hw_regex re;
    const char *why = "";
    uint64_t fuel = FUEL, few = 1000;
    (void)state;
    memset(text, 'a', HW_REGEX_TEXT_BYTES);
    hw_buf_clear(&b);
    assert_true(hw_regex_compile(HW_SPAN_LIT("(a*)*(a?){20}(a|a)*b"), 0, &b, &why));
    assert_true(hw_regex_check(hw_buf_span(&b), &re));
    assert_int_equal(hw_regex_match(&re, hw_span_str(text), &scratch, &fuel), HW_REGEX_NO);
    assert_true(FUEL - fuel < (uint64_t)HW_REGEX_TEXT_BYTES * 100);
    assert_int_equal(hw_regex_match(&re, hw_span_str(text), &scratch, &few), HW_REGEX_SPENT);
    assert_int_equal(few, 0);
}

static void what_must_stand_is_read_off_the_program(void **state)
{
    static const struct {
        const char *pattern, *literal;
    } cases[] = {
        {"\\\\svc\\.exe$", "\\svc.exe"},
        {"^abc", "abc"},
        {"ab|cd", ""},
        {"(ab|cd)efg", "efg"},
        {"abc(d|e)fg", "abc"},
        {"abcd?e", "abc"},
        {"ab*cde", "cde"},
        {"abc+de", "abc"},
        {"a(bcd)+e", "abcd"},
        {"x{3}yz", "xxxyz"},
        {"a.bcd[xy]ef", "bcd"},
        {"(?i)Temp\\\\[^\\\\]+\\.tmp", "Temp\\"},
        {"\\x41b\\u20acc", "Ab\xe2\x82\xac"
                           "c"},
        {"(a|b)?", ""},
        {"", ""},
        {"xyz(?#[)|c", ""},
        {"xyza{b|c", ""},
    };
    uint8_t literal[HW_REGEX_LITERAL_BYTES];
    struct hw_regex re;
    char longer[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)matches(cases[i].pattern, 0, "");
        assert_true(hw_regex_check(hw_buf_span(&b), &re));
        struct hw_span found = {literal, hw_regex_literal(&re, literal)};
        if (!hw_span_is(found, cases[i].literal)) {
            fail_msg("'%s': '%.*s'", cases[i].pattern, (int)found.n, (const char *)found.p);
        }
    }
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    (void)matches(longer, 0, "");
    assert_true(hw_regex_check(hw_buf_span(&b), &re));
    assert_int_equal(hw_regex_literal(&re, literal), HW_REGEX_LITERAL_BYTES);
}

static void a_truncated_program_is_refused(void **state)
{
    struct hw_regex re;
    const char *why = "";
    (void)state;
    hw_buf_clear(&b);
    assert_true(hw_regex_compile(HW_SPAN_LIT("^a[b-d]*(x|y)$"), 0, &b, &why));
    for (size_t n = 0; n < b.n; n++) {
        assert_false(hw_regex_check((struct hw_span){b.p, n}, &re));
    }
}

static bool holds(const char *text, struct hw_span must)
{
    struct hw_span s = hw_span_str(text);
    for (size_t at = 0; at + must.n <= s.n; at++) {
        if (hw_span_equal_nocase(hw_span_cut(s, at, must.n), must)) {
            return true;
        }
    }
    return false;
}

/* Whatever check() lets through runs within its program, and ends. */
static void a_mutated_program_is_refused_or_runs(void **state)
{
    static const char text[] = "a quick brown fox\njumps over \xe2\x82\xac\xff the dog";
    uint8_t literal[HW_REGEX_LITERAL_BYTES];
    struct hw_regex re;
    const char *why = "";
    unsigned refused = 0, ran = 0;
    struct hw_dice dice = {45};
    (void)state;
    hw_buf_clear(&b);
    assert_true(hw_regex_compile(HW_SPAN_LIT("(?i)^a[b-q]*(x|\\w+|\\s){2,5}\\bf.*$"), 0, &b, &why));
    for (int i = 0; i < 60000; i++) {
        uint8_t *p = malloc(b.n);
        uint64_t fuel = 100000;
        assert_non_null(p);
        memcpy(p, b.p, b.n);
        for (int k = 0; k <= i % 3; k++) {
            size_t at = HEAD_BYTES + hw_dice_below(&dice, b.n - HEAD_BYTES);
            p[at] = (uint8_t)hw_dice_roll(&dice);
        }
        if (hw_regex_check((struct hw_span){p, b.n}, &re)) {
            struct hw_span must = {literal, hw_regex_literal(&re, literal)};
            if (hw_regex_match(&re, hw_span_str(text), &scratch, &fuel) == HW_REGEX_YES) {
                assert_true(holds(text, must));
            }
            ran++;
        } else {
            refused++;
        }
        free(p);
    }
    assert_true(refused > 1000 && ran > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_expression_says_is_what_matches),
        cmocka_unit_test(what_is_not_of_the_language_is_refused_by_name),
        cmocka_unit_test(limits_hold_at_their_edge),
        cmocka_unit_test(an_evil_expression_costs_text_times_program),
        cmocka_unit_test(what_must_stand_is_read_off_the_program),
        cmocka_unit_test(a_truncated_program_is_refused),
        cmocka_unit_test(a_mutated_program_is_refused_or_runs),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("regex", tests, begin, end);
}
