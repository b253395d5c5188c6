/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fact/rule.h"
#include "mutate.h"

enum { FUEL = 10000000, VALUES = 4 };

static struct hw_rule_maker m;
static struct hw_buf b;
static struct hw_regex_scratch scratch;
static struct hw_rule rule;

/* A record of the fields a, b, c, d. */
static const char *values[VALUES];

static struct hw_span value(void *state, size_t i)
{
    (void)state;
    return hw_span_str(values[i]);
}

static struct hw_span field(void *state, unsigned name)
{
    struct hw_span s = rule.names[name];
    unsigned i = s.n == 1 ? (unsigned)(s.p[0] - 'a') : VALUES;
    return i < VALUES ? value(state, i) : (struct hw_span){NULL, 0};
}

static const struct hw_rule_record record = {field, value, VALUES, NULL, NULL};

static int begin(void **state)
{
    (void)state;
    hw_rule_maker_init(&m);
    hw_buf_init(&b, HW_RULE_PROGRAM_BYTES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_rule_maker_done(&m);
    hw_buf_done(&b);
    return 0;
}

static void again(void)
{
    hw_rule_maker_clear(&m);
    hw_buf_clear(&b);
}

static bool asked(void)
{
    uint64_t fuel = FUEL;
    if (!hw_rule_finish(&m, &b)) {
        fail_msg("not made: %s", m.why);
    }
    assert_true(hw_rule_check(hw_buf_span(&b), &rule));
    enum hw_rule_answer answer = hw_rule_ask(&rule, &record, &scratch, &fuel);
    assert_int_not_equal(answer, HW_RULE_SPENT);
    return answer == HW_RULE_YES;
}

static void test(const char *name, enum hw_rule_op op, const char *v, unsigned flags)
{
    hw_rule_test(&m, hw_span_str(name), flags);
    hw_rule_value(&m, op, hw_span_str(v));
    hw_rule_close(&m);
}

static bool one(const char *text, enum hw_rule_op op, const char *v, unsigned flags)
{
    again();
    values[0] = text;
    test("a", op, v, flags);
    return asked();
}

static void texts_are_compared_as_said(void **state)
{
    static const struct {
        const char *text;
        enum hw_rule_op op;
        const char *v;
        unsigned flags;
        bool holds;
    } cases[] = {
        {"Power", HW_RULE_EQUALS, "pOWER", 0, true},
        {"Power", HW_RULE_EQUALS, "pOWER", HW_RULE_CASED, false},
        {"Power", HW_RULE_EQUALS, "Powe", 0, false},
        {"a-b-c", HW_RULE_CONTAINS, "B-", 0, true},
        {"aab", HW_RULE_CONTAINS, "ab", 0, true},
        {"ab", HW_RULE_CONTAINS, "abc", 0, false},
        {"cmd.exe", HW_RULE_STARTS, "CMD", 0, true},
        {"cmd.exe", HW_RULE_ENDS, ".EXE", 0, true},
        {"cmd.exe", HW_RULE_ENDS, "\\cmd.exe", 0, false},
        {"a1b22c", HW_RULE_WILD,
         "a\xff"
         "b\xff"
         "c",
         0, true},
        {"a1b22cd", HW_RULE_WILD,
         "a\xff"
         "b\xff"
         "c",
         0, false},
        {"abcabc", HW_RULE_WILD,
         "\xff"
         "abc",
         0, true},
        {"a\xe2\x82\xac"
         "c",
         HW_RULE_WILD,
         "a\xfe"
         "c",
         0, true},
        {"ac", HW_RULE_WILD,
         "a\xfe"
         "c",
         0, false},
        {"x /C y", HW_RULE_WILD,
         "\xff \xfd"
         "c \xff",
         0, true},
        {"x \xe2\x80\x93"
         "C y",
         HW_RULE_WILD,
         "\xff \xfd"
         "c \xff",
         0, true},
        {"x +C y", HW_RULE_WILD,
         "\xff \xfd"
         "c \xff",
         0, false},
        {"10", HW_RULE_GREATER, "9", 0, true},
        {"9.50", HW_RULE_GREATER_EQUAL, "9.5", 0, true},
        {"-3", HW_RULE_LESS, "2", 0, true},
        {"9.5", HW_RULE_LESS_EQUAL, "9.49", 0, false},
        {"many", HW_RULE_LESS, "2", 0, false},
        {"99999999999999999999999", HW_RULE_GREATER, "1", 0, false},
        {"", HW_RULE_NULL, "", 0, true},
        {"x", HW_RULE_NULL, "", 0, false},
        {"x", HW_RULE_EXISTS, "", 0, true},
        {NULL, HW_RULE_EXISTS, "", 0, false},
        {NULL, HW_RULE_NULL, "", 0, true},
        {NULL, HW_RULE_CONTAINS, "", 0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (one(cases[i].text, cases[i].op, cases[i].v, cases[i].flags) != cases[i].holds) {
            fail_msg("case %zu", i);
        }
    }
}

static bool in_network(const char *text, const char *network)
{
    again();
    values[0] = text;
    hw_rule_test(&m, HW_SPAN_LIT("a"), 0);
    hw_rule_cidr(&m, hw_span_str(network));
    hw_rule_close(&m);
    return asked();
}

static void networks_hold_their_addresses(void **state)
{
    (void)state;
    assert_true(in_network("10.1.2.3", "10.0.0.0/8"));
    assert_false(in_network("11.1.2.3", "10.0.0.0/8"));
    assert_true(in_network("172.31.255.255", "172.16.0.0/12"));
    assert_false(in_network("172.32.0.0", "172.16.0.0/12"));
    assert_true(in_network("1.2.3.4", "0.0.0.0/0"));
    assert_false(in_network("::1", "0.0.0.0/0"));
    assert_true(in_network("fe80::12", "fe80::/10"));
    assert_false(in_network("host", "0.0.0.0/0"));
    again();
    hw_rule_test(&m, HW_SPAN_LIT("a"), 0);
    hw_rule_cidr(&m, HW_SPAN_LIT("10.0.0.0/33"));
    hw_rule_close(&m);
    assert_false(hw_rule_finish(&m, &b));
    assert_string_equal(m.why, "not a network");
}

/* (a = 1 and not b = 2) or at least two of (c = 3, d = 4, b = 2) */
static bool joined(const char *a, const char *bb, const char *c, const char *d)
{
    again();
    values[0] = a;
    values[1] = bb;
    values[2] = c;
    values[3] = d;
    hw_rule_open(&m, HW_RULE_ANY, 0);
    hw_rule_open(&m, HW_RULE_ALL, 0);
    test("a", HW_RULE_EQUALS, "1", 0);
    hw_rule_open(&m, HW_RULE_NOT, 0);
    test("b", HW_RULE_EQUALS, "2", 0);
    hw_rule_close(&m);
    hw_rule_close(&m);
    hw_rule_open(&m, HW_RULE_AT_LEAST, 2);
    test("c", HW_RULE_EQUALS, "3", 0);
    test("d", HW_RULE_EQUALS, "4", 0);
    test("b", HW_RULE_EQUALS, "2", 0);
    hw_rule_close(&m);
    hw_rule_close(&m);
    return asked();
}

static void nodes_join_as_said(void **state)
{
    (void)state;
    assert_true(joined("1", "", "", ""));
    assert_true(joined("1", NULL, NULL, NULL));
    assert_false(joined("1", "2", "", ""));
    assert_true(joined("1", "2", "3", ""));
    assert_true(joined("", "", "3", "4"));
    assert_false(joined("", "", "3", ""));
    assert_false(joined("", "", "", ""));
}

static bool keywords(unsigned flags)
{
    again();
    hw_rule_test(&m, (struct hw_span){NULL, 0}, flags);
    hw_rule_value(&m, HW_RULE_CONTAINS, HW_SPAN_LIT("fox"));
    hw_rule_value(&m, HW_RULE_CONTAINS, HW_SPAN_LIT("dog"));
    hw_rule_close(&m);
    return asked();
}

static void keywords_stand_in_any_value(void **state)
{
    (void)state;
    values[0] = "quick";
    values[1] = NULL;
    values[2] = "a Fox";
    values[3] = "a hen";
    assert_true(keywords(0));
    assert_false(keywords(HW_RULE_EACH));
    values[3] = "a dog";
    assert_true(keywords(HW_RULE_EACH));
}

static void a_field_is_compared_with_another(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        again();
        values[0] = "c:\\a.exe";
        values[1] = i == 0 ? "C:\\A.EXE" : "C:\\B.EXE";
        hw_rule_test(&m, HW_SPAN_LIT("a"), 0);
        const uint8_t v[2] = {HW_RULE_EQUALS, hw_rule_name_number(&m, HW_SPAN_LIT("b"))};
        hw_rule_value(&m, HW_RULE_FIELD, (struct hw_span){v, 2});
        hw_rule_close(&m);
        assert_int_equal(asked(), i == 0);
    }
}

static size_t needs(struct hw_span *out, size_t max)
{
    hw_buf_clear(&b);
    assert_true(hw_rule_finish(&m, &b));
    assert_true(hw_rule_check(hw_buf_span(&b), &rule));
    return hw_rule_needs(&rule, 4, out, max);
}

static void what_a_rule_needs_stands_in_each_record_it_holds_for(void **state)
{
    struct hw_span out[4];
    (void)state;
    /* and: the better of the two; a wildcard's longest part */
    again();
    hw_rule_open(&m, HW_RULE_ALL, 0);
    test("a", HW_RULE_EQUALS, "1", 0);
    test("b", HW_RULE_WILD,
         "ab\xff"
         "longest\xfe"
         "x",
         0);
    test("c", HW_RULE_CONTAINS, "fives", 0);
    hw_rule_close(&m);
    assert_int_equal(needs(out, 4), 1);
    assert_true(hw_span_is(out[0], "longest"));
    /* or: both, and nothing when one needs nothing */
    again();
    hw_rule_open(&m, HW_RULE_ANY, 0);
    test("a", HW_RULE_CONTAINS, "first", 0);
    test("b", HW_RULE_CONTAINS, "second", 0);
    hw_rule_close(&m);
    assert_int_equal(needs(out, 4), 2);
    assert_int_equal(needs(out, 1), 0);
    again();
    hw_rule_open(&m, HW_RULE_ANY, 0);
    test("a", HW_RULE_CONTAINS, "first", 0);
    test("b", HW_RULE_CONTAINS, "abc", 0);
    hw_rule_close(&m);
    assert_int_equal(needs(out, 4), 0);
    again();
    hw_rule_open(&m, HW_RULE_NOT, 0);
    test("a", HW_RULE_CONTAINS, "first", 0);
    hw_rule_close(&m);
    assert_int_equal(needs(out, 4), 0);
}

/* Field a has the values of c and d behind its own. */
static struct hw_span also(void *state, unsigned name, size_t i)
{
    bool more = hw_span_is(rule.names[name], "a") && i < 3;
    return more ? value(state, i + 1) : (struct hw_span){NULL, 0};
}

static void a_field_with_several_values_holds_by_one_of_them(void **state)
{
    static const struct {
        const char *v;
        enum hw_rule_op op;
        bool alone, among;
    } cases[] = {
        {"one", HW_RULE_EQUALS, true, true},      {"two", HW_RULE_EQUALS, false, true},
        {"three", HW_RULE_EQUALS, false, true},   {"four", HW_RULE_EQUALS, false, false},
        {"onetwo", HW_RULE_EQUALS, false, false}, {"", HW_RULE_EXISTS, true, true},
    };
    struct hw_rule_record several = record;
    several.also = also;
    (void)state;
    values[0] = "one";
    values[1] = NULL;
    values[2] = "two";
    values[3] = "three";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t fuel = FUEL;
        again();
        test("a", cases[i].op, cases[i].v, 0);
        assert_int_equal(asked(), cases[i].alone);
        enum hw_rule_answer answer = hw_rule_ask(&rule, &several, &scratch, &fuel);
        assert_int_equal(answer == HW_RULE_YES, cases[i].among);
    }
    /* What is absent has no further values. */
    uint64_t fuel = FUEL;
    values[0] = NULL;
    again();
    test("a", HW_RULE_EQUALS, "two", 0);
    assert_false(asked());
    assert_int_equal(hw_rule_ask(&rule, &several, &scratch, &fuel), HW_RULE_NO);
}

static void limits_hold_and_are_named(void **state)
{
    static char text[HW_RULE_PROGRAM_BYTES + 2];
    (void)state;
    again();
    for (unsigned i = 0; i <= HW_RULE_DEPTH; i++) {
        hw_rule_open(&m, HW_RULE_NOT, 0);
    }
    assert_false(hw_rule_finish(&m, &b));
    assert_string_equal(m.why, "nested too deep");
    again();
    memset(text, 'x', sizeof text - 1);
    test("a", HW_RULE_EQUALS, text, 0);
    assert_false(hw_rule_finish(&m, &b));
    assert_string_equal(m.why, "larger than a rule may be");
    again();
    hw_rule_open(&m, HW_RULE_ALL, 0);
    hw_rule_close(&m);
    assert_false(hw_rule_finish(&m, &b));
    assert_string_equal(m.why, "it has a part without content");
    assert_int_equal(b.n, 0);
}

static void fuel_ends_what_costs_too_much(void **state)
{
    static char text[60000], v[30000];
    uint64_t fuel = 1000000;
    (void)state;
    again();
    memset(text, 'a', sizeof text - 1);
    memset(v, 'a', sizeof v - 2);
    v[sizeof v - 2] = 'b';
    values[0] = text;
    test("a", HW_RULE_CONTAINS, v, 0);
    assert_true(hw_rule_finish(&m, &b));
    assert_true(hw_rule_check(hw_buf_span(&b), &rule));
    assert_int_equal(hw_rule_ask(&rule, &record, &scratch, &fuel), HW_RULE_SPENT);
    assert_int_equal(fuel, 0);
}

static void a_program(void)
{
    again();
    hw_rule_open(&m, HW_RULE_ALL, 0);
    test("a", HW_RULE_CONTAINS, "quick", 0);
    hw_rule_open(&m, HW_RULE_AT_LEAST, 1);
    hw_rule_test(&m, HW_SPAN_LIT("b"), HW_RULE_EACH);
    hw_rule_matches(&m, HW_SPAN_LIT("^[a-z]+(x|y)"), 0);
    hw_rule_cidr(&m, HW_SPAN_LIT("10.0.0.0/8"));
    hw_rule_close(&m);
    hw_rule_open(&m, HW_RULE_NOT, 0);
    test("", HW_RULE_WILD,
         "a\xff"
         "b\xfd",
         HW_RULE_CASED);
    hw_rule_close(&m);
    hw_rule_close(&m);
    hw_rule_close(&m);
    assert_true(hw_rule_finish(&m, &b));
}

static void a_truncated_program_is_refused(void **state)
{
    (void)state;
    a_program();
    for (size_t n = 0; n < b.n; n++) {
        assert_false(hw_rule_check((struct hw_span){b.p, n}, &rule));
    }
    assert_true(hw_rule_check(hw_buf_span(&b), &rule));
}

static void a_mutated_program_is_refused_or_runs(void **state)
{
    struct hw_dice dice = {63};
    struct hw_span out[8];
    unsigned refused = 0, ran = 0;
    (void)state;
    values[0] = "the quick one";
    values[1] = "bcdx";
    values[2] = "ab-";
    values[3] = NULL;
    a_program();
    for (unsigned i = 0; i < 40000; i++) {
        uint64_t fuel = 100000;
        uint8_t *p = malloc(b.n);
        assert_non_null(p);
        memcpy(p, b.p, b.n);
        hw_mutate(p, b.n, &dice);
        assert_memory_not_equal(p, b.p, b.n);
        if (hw_rule_check((struct hw_span){p, b.n}, &rule)) {
            (void)hw_rule_ask(&rule, &record, &scratch, &fuel);
            (void)hw_rule_needs(&rule, 4, out, 8);
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
        cmocka_unit_test(texts_are_compared_as_said),
        cmocka_unit_test(networks_hold_their_addresses),
        cmocka_unit_test(nodes_join_as_said),
        cmocka_unit_test(keywords_stand_in_any_value),
        cmocka_unit_test(a_field_is_compared_with_another),
        cmocka_unit_test(what_a_rule_needs_stands_in_each_record_it_holds_for),
        cmocka_unit_test(a_field_with_several_values_holds_by_one_of_them),
        cmocka_unit_test(limits_hold_and_are_named),
        cmocka_unit_test(fuel_ends_what_costs_too_much),
        cmocka_unit_test(a_truncated_program_is_refused),
        cmocka_unit_test(a_mutated_program_is_refused_or_runs),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("rule", tests, begin, end);
}
