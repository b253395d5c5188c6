/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON made flat, value by value. How a whole log is walked is held by test_winjson.c.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/ndjson.h"
#include "sweep.h"

static struct hw_json_flat f;
static struct hw_buf told;

static int begin(void **state)
{
    (void)state;
    hw_json_flat_init(&f);
    hw_buf_init(&told, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_json_flat_done(&f);
    hw_buf_done(&told);
    return 0;
}

static const char *tell(void)
{
    hw_buf_clear(&told);
    for (size_t i = 0; i < f.count; i++) {
        hw_buf_span_put(&told, f.names[i]);
        hw_buf_char(&told, '=');
        hw_buf_span_put(&told, f.values[i]);
        hw_buf_char(&told, ';');
    }
    return hw_buf_text(&told);
}

static enum hw_json_end flatten(const char *text)
{
    size_t at = 0;
    return hw_json_flatten(hw_span_str(text), &at, &f);
}

static void gives(const char *text, const char *want)
{
    assert_int_equal(flatten(text), HW_JSON_FINE);
    assert_string_equal(tell(), want);
}

static void json_flat_object_keeps_order_text_and_kinds(void **state)
{
    (void)state;
    gives(" {\"a\":\"x\",\"b\" : -1.50e+3 ,\"c\":true,\"d\":false,\"e\":null,\"f\":{},\"g\":[]}",
          "a=x;b=-1.50e+3;c=true;d=false;e=;f=;g=;");
    static const enum hw_json_kind kinds[] = {HW_JSON_STRING, HW_JSON_NUMBER, HW_JSON_BOOL,
                                              HW_JSON_BOOL,   HW_JSON_NULL,   HW_JSON_EMPTY,
                                              HW_JSON_EMPTY};
    for (size_t i = 0; i < f.count; i++) {
        assert_int_equal(f.kinds[i], kinds[i]);
        assert_non_null(f.values[i].p);
    }
    gives("{}", "");
}

static void json_nesting_becomes_dotted_names(void **state)
{
    (void)state;
    gives("{\"a\":{\"b\":1,\"c\":[\"x\",\"y\"],\"d\":[{\"e\":2},3]},\"z\":[[1,2],[]]}",
          "a.b=1;a.c=x, y;a.d.0.e=2;a.d.1=3;z.0=1, 2;z.1=;");
    gives("{\"a\":[\"\",\"q\\\"]\",true,null]}", "a=, q\"], true, ;");
    f.joint = " ";
    gives("{\"args\":[\"sh\",\"-c\"]}", "args=sh -c;");
}

static void json_escapes_in_names_and_values_are_undone(void **state)
{
    (void)state;
    gives("{\"a\\u002eb\":\"C:\\\\x\",\"o\":{\"\\\"k\":\"\\ud83d\\ude00\"}}",
          "a.b=C:\\x;o.\"k=\xF0\x9F\x98\x80;");
    gives("{\"a\":\"1\",\"a\":\"2\"}", "a=1;a=2;");
    assert_int_equal(hw_json_find(&f, "a", 1), 1);
    assert_int_equal(hw_json_find(&f, "b", 0), f.count);
}

/* Many values of one record are unescaped; none may be where another is. */
static void json_unescaped_values_stay_what_they_are(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_buf_char(&b, '{');
    for (unsigned i = 0; i < 2000; i++) {
        hw_buf_printf(&b, "%s\"k%u\":{\"v\":\"\\\\%u-0123456789\"}", i > 0 ? "," : "", i, i);
    }
    hw_buf_char(&b, '}');
    size_t at = 0;
    assert_int_equal(hw_json_flatten(hw_buf_span(&b), &at, &f), HW_JSON_FINE);
    assert_int_equal(at, b.n);
    assert_int_equal(f.count, 2000);
    for (unsigned i = 0; i < 2000; i++) {
        char name[32], value[32];
        snprintf(name, sizeof name, "k%u.v", i);
        snprintf(value, sizeof value, "\\%u-0123456789", i);
        assert_true(hw_span_is(f.names[i], name));
        assert_true(hw_span_is(f.values[i], value));
    }
    hw_buf_done(&b);
}

static void json_what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"a\":01}",   "{\"a\":+1}",      "{\"a\":1.}",      "{\"a\":.5}", "{\"a\":1e}",
        "{\"a\":tru}",  "{\"a\":nul1}",    "{\"a\" 1}",       "{\"a\":1,}", "{a:1}",
        "{\"a\":[1,]}", "{\"a\":[1 2]}",   "{\"a\":\"\\x\"}", "{\"a\":1]",  "{\"a\":\"x\ny\"}",
        "{\"a\":\x01}", "{\"a\":[{} {}]}", "{'a':1}",         "{\"a\":-}",  "<Event/>",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(flatten(bad[i]), HW_JSON_BAD);
    }
    assert_int_equal(flatten(" \n "), HW_JSON_NONE);
}

static void json_cut_at_every_byte_is_cut_not_read(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":{\"b\":[{\"c\":-1.5e3},true,\"\\u00e9\"]},\"d\":\"x\"}";
    for (size_t n = 1; n < sizeof whole - 1; n++) {
        char *p = malloc(n);
        assert_non_null(p);
        memcpy(p, whole, n);
        size_t at = 0;
        assert_int_equal(hw_json_flatten((struct hw_span){(uint8_t *)p, n}, &at, &f), HW_JSON_CUT);
        free(p);
    }
}

static void json_nesting_and_width_have_an_end(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 16 << 20);
    for (unsigned i = 0; i < 100000; i++) {
        hw_buf_str(&b, i % 2 == 0 ? "{\"a\":" : "[");
    }
    size_t at = 0;
    assert_int_equal(hw_json_flatten(hw_buf_span(&b), &at, &f), HW_JSON_DEEP);
    hw_buf_clear(&b);
    for (unsigned i = 0; i <= HW_JSON_FIELDS; i++) {
        hw_buf_printf(&b, "%c\"a%u\":1", i == 0 ? '{' : ',', i);
    }
    hw_buf_char(&b, '}');
    at = 0;
    assert_int_equal(hw_json_flatten(hw_buf_span(&b), &at, &f), HW_JSON_WIDE);
    hw_buf_clear(&b);
    hw_buf_str(&b, "{\"a\":\"\\n");
    for (unsigned i = 0; i < HW_JSON_TEXT / 8; i++) {
        hw_buf_str(&b, "01234567");
    }
    hw_buf_str(&b, "\"}");
    at = 0;
    assert_int_equal(hw_json_flatten(hw_buf_span(&b), &at, &f), HW_JSON_WIDE);
    hw_buf_done(&b);
}

static void json_inside_a_string_is_added_behind_its_name(void **state)
{
    (void)state;
    assert_int_equal(flatten("{\"x\":1,\"E\":\"{\\\"b\\\":{\\\"c\\\":2}}\"}"), HW_JSON_FINE);
    assert_true(hw_json_flatten_more(hw_json_get(&f, "E"), "E", &f));
    f.count = 2;
    assert_true(hw_json_flatten_more(hw_span_str("{\"a\":\"\\\\1\",\"b\":{\"c\":2}} "), "E", &f));
    assert_string_equal(tell(), "x=1;E={\"b\":{\"c\":2}};E.a=\\1;E.b.c=2;");
    assert_false(hw_json_flatten_more(hw_span_str("{\"q\":1} x"), "E", &f));
    assert_false(hw_json_flatten_more(hw_span_str("{\"q\":1"), "E", &f));
    assert_false(hw_json_flatten_more(hw_span_str("[1]"), "E", &f));
    assert_string_equal(tell(), "x=1;E={\"b\":{\"c\":2}};E.a=\\1;E.b.c=2;");
}

static bool sees(const struct hw_json_flat *flat, void *state)
{
    (void)state;
    return flat->count == 1;
}

static void json_logs_are_known_by_how_they_begin(void **state)
{
    (void)state;
    assert_true(hw_json_looks(hw_span_str("\xEF\xBB\xBF {")));
    assert_true(hw_json_looks(hw_span_str("[\n {\"a\"")));
    assert_false(hw_json_looks(hw_span_str("[1,2]")));
    assert_false(hw_json_looks(hw_span_str("text {")));
    assert_false(hw_json_looks(hw_span_str("")));
    struct hw_budget fuel = {1000, 1000, 8};
    assert_int_equal(
        hw_json_probe(hw_span_str("[{\"a\":1},\n{\"a\":2}\n{\"a\":3"), &fuel, 9, sees, NULL), 2);
    assert_int_equal(hw_json_probe(hw_span_str("{\"a\":1,\"b\":2}"), &fuel, 9, sees, NULL), 0);
    assert_true(fuel.bytes < 1000 && fuel.items < 1000);
}

static bool sound(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    size_t at = 0;
    return hw_json_flatten((struct hw_span){p, n}, &at, &f) == HW_JSON_FINE;
}

static void json_survives_every_cut_and_damage(void **state)
{
    (void)state;
    static const char whole[] = "{\"a\":{\"b\":[{\"c\":-1.5e3},true,\"\\u00e9\\n\"]},"
                                "\"long name of more than one step\":\"C:\\\\Windows\\\\x\"}";
    hw_sweep_truncate((const uint8_t *)whole, sizeof whole - 1, sound, NULL);
    hw_sweep_mutate((const uint8_t *)whole, sizeof whole - 1, 20000, 5, sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(json_flat_object_keeps_order_text_and_kinds),
        CASE(json_nesting_becomes_dotted_names),
        CASE(json_escapes_in_names_and_values_are_undone),
        CASE(json_unescaped_values_stay_what_they_are),
        CASE(json_what_is_not_json_is_refused),
        CASE(json_cut_at_every_byte_is_cut_not_read),
        CASE(json_nesting_and_width_have_an_end),
        CASE(json_inside_a_string_is_added_behind_its_name),
        CASE(json_logs_are_known_by_how_they_begin),
        CASE(json_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("ndjson", tests, NULL, NULL);
}
