/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/text.h"
#include "sweep.h"

/* Reads all of s and writes it plainly: fields in <>, a record a line, "odd" and "cut" behind. */
static void plain(struct hw_span s, char delimiter, size_t max, struct hw_buf *out)
{
    struct hw_budget fuel = {1 << 20, 1 << 16, 1};
    struct hw_reader r;
    struct hw_csv *c = calloc(1, sizeof *c);
    HW_AUTO(hw_arena) *a = hw_arena_new(1 << 22);
    assert_non_null(a);
    assert_non_null(c);
    hw_reader_init(&r, s, &fuel);
    hw_csv_init(c, &r, a, delimiter, max);
    while (hw_csv_next(c)) {
        hw_buf_printf(out, "%d@%d", (int)c->record_line, (int)c->record_off);
        assert_in_range(c->count, 1, HW_CSV_FIELDS_MAX);
        for (size_t i = 0; i < c->count; i++) {
            assert_in_range(c->fields[i].n, 0, max);
            hw_buf_char(out, '<');
            hw_buf_span_put(out, c->fields[i]);
            hw_buf_char(out, '>');
        }
        hw_buf_str(out, c->odd ? c->cut ? " odd cut\n" : " odd\n" : c->cut ? " cut\n" : "\n");
    }
    assert_false(hw_csv_failed(c));
    assert_true(hw_reader_ok(&r));
    assert_true(hw_read_done(&r));
    free(c);
}

static void assert_csv(struct hw_span s, char delimiter, const char *want)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    plain(s, delimiter, 100, &b);
    assert_string_equal(hw_buf_text(&b), want);
    hw_buf_done(&b);
}

static void rfc_4180_is_read(void **state)
{
    (void)state;
    assert_csv(HW_SPAN_LIT("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"), ',',
               "1@0<aaa><bbb><ccc>\n2@13<zzz><yyy><xxx>\n");
    assert_csv(HW_SPAN_LIT("a,b"), ',', "1@0<a><b>\n");
    assert_csv(HW_SPAN_LIT("\"a\",\"b \r\nb\",c\nd"), ',', "1@0<a><b \r\nb><c>\n3@14<d>\n");
    assert_csv(HW_SPAN_LIT("\"a\"\"b\"\"\",\"\",,\n"), ',', "1@0<a\"b\"><><><>\n");
    assert_csv(HW_SPAN_LIT("\"a,b\";c;d,e"), ';', "1@0<a,b><c><d,e>\n");
    assert_csv(HW_SPAN_LIT("a\t\"b\t\"\tc"), '\t', "1@0<a><b\t><c>\n");
    assert_csv(HW_SPAN_LIT("a|\"b|\"|c"), '|', "1@0<a><b|><c>\n");
}

static void marks_and_empty_lines_are_passed_over(void **state)
{
    (void)state;
    assert_csv(HW_SPAN_LIT(""), ',', "");
    assert_csv(HW_SPAN_LIT("\xEF\xBB\xBF"), ',', "");
    assert_csv(HW_SPAN_LIT("\n\r\n\n"), ',', "");
    assert_csv(HW_SPAN_LIT("\xEF\xBB\xBF\"a\"\n\n\r\nb\r"), ',', "1@3<a>\n4@10<b>\n");
    assert_csv(HW_SPAN_LIT("a\rb,c\n"), ',', "1@0<a\rb><c>\n");
    assert_csv(HW_SPAN_LIT("a\n\xEF\xBB\xBF"), ',', "1@0<a>\n2@2<\xEF\xBB\xBF>\n");
    assert_csv(HW_SPAN_LIT(","), ',', "1@0<><>\n");
}

static void stray_quotes_are_odd_and_cost_one_record(void **state)
{
    (void)state;
    assert_csv(HW_SPAN_LIT("a\"b,c\nd\n"), ',', "1@0<a\"b><c> odd\n2@6<d>\n");
    assert_csv(HW_SPAN_LIT("\"a\"b,\"c\"\" \"d\n"), ',', "1@0<ab><c\" d> odd\n");
    assert_csv(HW_SPAN_LIT("\"a\nb,c\nd\n"), ',', "1@0<\"a> odd\n2@3<b><c>\n3@7<d>\n");
    assert_csv(HW_SPAN_LIT("x,\""), ',', "1@0<x><\"> odd\n");
    assert_csv(HW_SPAN_LIT("\"\"\""), ',', "1@0<\"\"\"> odd\n");
    /* closes, but only behind the 100 bytes a field may have */
    char far[300];
    memset(far, 'z', sizeof far);
    far[0] = '"';
    far[10] = '\n';
    far[200] = '"';
    struct hw_buf b;
    hw_buf_init(&b, 1000);
    plain((struct hw_span){(uint8_t *)far, sizeof far}, ',', 100, &b);
    assert_non_null(strstr(hw_buf_text(&b), "1@0<\"zzzzzzzzz> odd\n2@11<zzz"));
    hw_buf_done(&b);
}

static void caps_cut_and_say_so(void **state)
{
    (void)state;
    struct hw_buf in, out;
    hw_buf_init(&in, 1 << 20);
    hw_buf_init(&out, 1 << 20);
    for (int i = 0; i < HW_CSV_FIELDS_MAX - 1; i++) {
        hw_buf_char(&in, ',');
    }
    plain(hw_buf_span(&in), ',', 10, &out);
    assert_null(strstr(hw_buf_text(&out), "cut"));
    hw_buf_str(&in, ",\nnext\n0123456789,0123456789A,\"0123456789A\",\"0\"123456789A\n");
    hw_buf_clear(&out);
    plain(hw_buf_span(&in), ',', 10, &out);
    assert_non_null(strstr(hw_buf_text(&out), "<> cut\n2@1025<next>\n"));
    assert_non_null(
        strstr(hw_buf_text(&out), "<0123456789><0123456789><\"012345678><0123456789> odd cut\n"));
    hw_buf_done(&in);
    hw_buf_done(&out);
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    struct hw_budget fuel = {1000, 10, 1};
    struct hw_reader r;
    struct hw_csv c;
    HW_AUTO(hw_arena) *a = hw_arena_new(1000);
    assert_non_null(a);
    hw_reader_init(&r, HW_SPAN_LIT("Type, SHA256 ,x\nfile,00\n"), &fuel);
    hw_csv_init(&c, &r, a, ',', 100);
    size_t at = 7;
    assert_true(hw_csv_next(&c));
    assert_false(hw_csv_column(&c, "y", &at));
    assert_int_equal(at, 7);
    assert_true(hw_csv_column(&c, "sha256", &at) && at == 1);
    assert_true(hw_csv_next(&c));
    assert_true(hw_span_is(hw_csv_field(&c, 1), "00"));
    assert_int_equal(hw_csv_field(&c, 2).n, 0);
    assert_false(hw_csv_next(&c));
    assert_int_equal(fuel.items, 8);
    assert_int_equal(fuel.bytes, 1000 - 24);
}

static void running_out_is_told_and_ends(void **state)
{
    (void)state;
    struct hw_reader r;
    struct hw_csv c;
    struct hw_budget few_bytes = {5, 10, 1}, few_items = {1000, 1, 1}, enough = {1000, 10, 1};
    struct hw_span in = HW_SPAN_LIT("a,b\n\"c\"\"\",d\n");
    HW_AUTO(hw_arena) *a = hw_arena_new(0);
    assert_non_null(a);
    hw_reader_init(&r, in, &few_bytes);
    hw_csv_init(&c, &r, a, ',', 100);
    assert_true(hw_csv_next(&c));
    hw_reader_init(&r, in, &few_items);
    hw_csv_init(&c, &r, a, ',', 100);
    assert_true(hw_csv_next(&c));
    assert_false(hw_csv_next(&c));
    assert_int_equal(hw_reader_fault(&r), HW_OVER_BUDGET);
    hw_reader_init(&r, in, &enough);
    hw_csv_init(&c, &r, a, ',', 100);
    assert_true(hw_csv_next(&c)); /* nothing to undo, nothing to keep */
    assert_false(hw_csv_next(&c));
    assert_true(hw_csv_failed(&c));
    assert_false(hw_csv_next(&c));
}

static void scratch_is_used_anew_for_each_record(void **state)
{
    (void)state;
    struct hw_buf in;
    hw_buf_init(&in, 1 << 20);
    for (unsigned i = 0; i < 10000; i++) {
        hw_buf_str(&in, "\"a\"\"b\",\"\"\"c\"|d\n");
    }
    hw_buf_str(&in, "\"0123456789\"\"\",\"x\"\"\"\n");
    struct hw_budget fuel = {1 << 20, 1 << 20, 1};
    struct hw_reader r;
    struct hw_csv *c = calloc(1, sizeof *c);
    uint8_t scratch[12];
    assert_non_null(c);
    hw_reader_init(&r, hw_buf_span(&in), &fuel);
    hw_csv_init(c, &r, NULL, ',', 100);
    hw_csv_reuse(c, scratch, sizeof scratch);
    for (unsigned i = 0; i < 10000; i++) {
        assert_true(hw_csv_next(c));
        assert_int_equal(c->count, 2);
        assert_true(hw_span_is(c->fields[0], "a\"b"));
        assert_true(hw_span_is(c->fields[1], "\"c|d"));
        assert_false(c->cut);
    }
    assert_true(hw_csv_next(c) && c->cut); /* no room for the second: kept as it is written */
    assert_true(hw_span_is(c->fields[0], "0123456789\""));
    assert_true(hw_span_is(c->fields[1], "x\"\""));
    assert_false(hw_csv_next(c) || hw_csv_failed(c));
    free(c);
    hw_buf_done(&in);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    plain((struct hw_span){p, n}, ',', 20, &b);
    bool same = hw_span_equal(hw_buf_span(&b), hw_buf_span(state));
    hw_buf_done(&b);
    return same;
}

static void sweeps_end_and_lose_no_byte(void **state)
{
    (void)state;
    struct hw_span in =
        HW_SPAN_LIT("\xEF\xBB\xBFtype,value\r\nsha256,\"a \"\"b\"\"\nc\"\n,,\nx,\"y");
    struct hw_buf whole;
    hw_buf_init(&whole, 1 << 20);
    plain(in, ',', 20, &whole);
    hw_sweep_truncate(in.p, in.n, parse, &whole); /* plain() checks that all was consumed */
    hw_sweep_mutate(in.p, in.n, 5000, 4180, parse, &whole);
    hw_buf_done(&whole);
}

/* 256 KiB made only of what is looked at twice: with a quadratic reader this takes minutes. */
static void quotes_that_never_close_do_not_cost_the_square(void **state)
{
    (void)state;
    static const char *const bits[] = {"\"\n", "\"\"\n\"", "\"\"\"\n",
                                       ",\"x", "\"",       "x,\"\"\"\"\"\n"};
    for (size_t k = 0; k < sizeof bits / sizeof bits[0]; k++) {
        struct hw_buf in;
        hw_buf_init(&in, 1 << 20);
        while (in.n < 256 * 1024) {
            hw_buf_str(&in, bits[k]);
        }
        struct hw_budget fuel = {1 << 20, 1 << 20, 1};
        struct hw_reader r;
        struct hw_csv *c = calloc(1, sizeof *c);
        HW_AUTO(hw_arena) *a = hw_arena_new(1 << 24);
        assert_non_null(a);
        assert_non_null(c);
        hw_reader_init(&r, hw_buf_span(&in), &fuel);
        hw_csv_init(c, &r, a, ',', 256 * 1024);
        while (hw_csv_next(c)) {
            assert_true(c->count > 0);
        }
        assert_true(hw_read_done(&r));
        free(c);
        hw_buf_done(&in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_4180_is_read),
        cmocka_unit_test(marks_and_empty_lines_are_passed_over),
        cmocka_unit_test(stray_quotes_are_odd_and_cost_one_record),
        cmocka_unit_test(caps_cut_and_say_so),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(running_out_is_told_and_ends),
        cmocka_unit_test(scratch_is_used_anew_for_each_record),
        cmocka_unit_test(sweeps_end_and_lose_no_byte),
        cmocka_unit_test(quotes_that_never_close_do_not_cost_the_square),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
