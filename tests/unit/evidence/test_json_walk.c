/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a JSON value, one at a time: whatever the text is, every span lies inside it, and
 * what is no JSON ends the walk with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "evidence/json_walk.h"
#include "sweep.h"

static struct hw_budget plenty(void)
{
    return (struct hw_budget){.bytes = 1 << 20, .items = 1 << 16, .depth = 4};
}

/* "key=value" of each member, '|' between, "! words" at a fault. */
static void expect_walk(const char *text, const char *told)
{
    struct hw_budget fuel = plenty();
    struct hw_json_walk w;
    struct hw_buf b;
    hw_buf_init(&b, 4096);
    hw_json_walk_init(&w, hw_span_str(text), 100, &fuel);
    while (hw_json_walk_next(&w)) {
        hw_buf_printf(&b, "%.*s=%.*s@%llu|", (int)w.key.n,
                      w.key.n == 0 ? "" : (const char *)w.key.p, (int)w.value.n,
                      (const char *)w.value.p, (unsigned long long)w.off);
    }
    if (w.fault != NULL) {
        hw_buf_printf(&b, "! %s@%llu", w.fault, (unsigned long long)w.fault_off);
    }
    hw_buf_char(&b, '\0');
    assert_true(hw_buf_ok(&b));
    assert_string_equal((const char *)b.p, told);
    hw_buf_done(&b);
}

static void every_member_is_found_with_its_place(void **state)
{
    (void)state;
    expect_walk("{}", "");
    expect_walk("[]", "");
    expect_walk("\xEF\xBB\xBF { \"a\" : 1 , \"b\":[1,{\"c\":\"}\"}] }\n",
                "a=1@112|b=[1,{\"c\":\"}\"}]@120|");
    expect_walk("[\"a\\\"]\", {\"b\":2},null]", "=\"a\\\"]\"@101|={\"b\":2}@109|=null@117|");
}

static void what_is_no_json_ends_the_walk_with_its_place(void **state)
{
    (void)state;
    expect_walk("", "! neither an object nor an array@100");
    expect_walk("true", "! neither an object nor an array@100");
    expect_walk("{\"a\":1", "a=1@105|! cut short@106");
    expect_walk("{\"a\":\"x", "! a value that is cut short@105");
    expect_walk("{\"a\":1 \"b\":2}", "a=1@105|! no comma between two members@107");
    expect_walk("{a:1}", "! a member without a name@101");
    expect_walk("{\"a\":,}", "! no value@105");
    expect_walk("[1]x", "=1@101|! something stands behind the end@103");
}

static void nesting_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    static uint8_t deep[3 * HW_JSON_WALK_DEPTH];
    struct hw_budget fuel = plenty();
    struct hw_json_walk w;
    memset(deep, '[', sizeof deep / 2);
    memset(deep + sizeof deep / 2, ']', sizeof deep / 2);
    hw_json_walk_init(&w, (struct hw_span){deep, sizeof deep}, 0, &fuel);
    assert_false(hw_json_walk_next(&w));
    assert_non_null(w.fault);
}

static void spent_fuel_ends_the_walk(void **state)
{
    (void)state;
    struct hw_budget fuel = {.bytes = 1 << 20, .items = 2, .depth = 1};
    struct hw_json_walk w;
    hw_json_walk_init(&w, hw_span_str("[1,2,3]"), 0, &fuel);
    assert_true(hw_json_walk_next(&w));
    assert_true(hw_json_walk_next(&w));
    assert_false(hw_json_walk_next(&w));
    assert_string_equal(w.fault, "the budget for this input ended here");
}

static void a_probe_finds_a_member_of_a_text_cut_short(void **state)
{
    (void)state;
    struct hw_budget fuel = plenty();
    struct hw_span text = hw_span_str("{\"a\":{\"b\":1},\"type\":\"bundle\",\"objects\":[{");
    struct hw_span v = hw_json_walk_string(hw_json_walk_find(text, "type", 8, &fuel));
    assert_true(hw_span_equal(v, hw_span_str("bundle")));
    assert_int_equal(hw_json_walk_find(text, "objects", 8, &fuel).n, 0);
    assert_int_equal(hw_json_walk_find(text, "type", 1, &fuel).n, 0);
}

static bool walks(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    struct hw_budget fuel = plenty();
    struct hw_json_walk w;
    struct hw_span text = {p, n};
    hw_json_walk_init(&w, text, 0, &fuel);
    while (hw_json_walk_next(&w)) {
        assert_true(w.value.n > 0 && w.value.p >= p && w.value.p + w.value.n <= p + n);
        assert_int_equal(w.off, (uint64_t)(w.value.p - p));
    }
    return w.fault == NULL;
}

static void no_truncation_or_mutation_leaves_the_text(void **state)
{
    (void)state;
    const char *text =
        "{\"type\":\"bundle\",\"id\":\"x\\u0041\",\"objects\":[{\"a\":[1,2,{\"b\":null}]},"
        "\"\\\\\",-1.5e3],\"n\":{}}";
    hw_sweep_truncate((const uint8_t *)text, strlen(text), walks, NULL);
    hw_sweep_mutate((const uint8_t *)text, strlen(text), 20000, 7, walks, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_is_found_with_its_place),
        cmocka_unit_test(what_is_no_json_ends_the_walk_with_its_place),
        cmocka_unit_test(nesting_beyond_the_limit_is_refused),
        cmocka_unit_test(spent_fuel_ends_the_walk),
        cmocka_unit_test(a_probe_finds_a_member_of_a_text_cut_short),
        cmocka_unit_test(no_truncation_or_mutation_leaves_the_text),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
