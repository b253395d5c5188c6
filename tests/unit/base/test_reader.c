/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "mutate.h"
#include "sweep.h"

static struct hw_budget fuel;

static struct hw_reader over(struct hw_span s)
{
    struct hw_reader r;
    fuel = (struct hw_budget){1000, 10, 3};
    hw_reader_init(&r, s, &fuel);
    return r;
}

static void numbers_are_read_in_both_orders(void **state)
{
    (void)state;
    struct hw_reader r = over(HW_SPAN_LIT("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E"
                                          "\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E"
                                          "\x1F"));
    uint8_t b;
    uint16_t h;
    uint32_t w;
    uint64_t q;
    assert_true(hw_read_u16le(&r, &h) && h == 0x0201);
    assert_true(hw_read_u32le(&r, &w) && w == 0x06050403);
    assert_true(hw_read_u64le(&r, &q) && q == 0x0E0D0C0B0A090807U);
    assert_true(hw_read_u16be(&r, &h) && h == 0x1112);
    assert_true(hw_read_u32be(&r, &w) && w == 0x13141516);
    assert_true(hw_read_u64be(&r, &q) && q == 0x1718191A1B1C1D1EU);
    assert_true(hw_read_u8(&r, &b) && b == 0x1F);
    assert_true(hw_read_done(&r));
    assert_int_equal(fuel.bytes, 1000 - 29);
}

static void the_first_fault_sticks_and_tells_where_and_what(void **state)
{
    (void)state;
    struct hw_reader r = over(HW_SPAN_LIT("abcde"));
    uint32_t w = 7;
    uint8_t b = 7;
    struct hw_error err;
    assert_int_equal(hw_reader_fail(&r, &err), HW_OK);
    assert_true(hw_read_skip(&r, 2));
    assert_false(hw_read_u32le(&r, &w));
    assert_false(hw_read_u8(&r, &b)); /* three bytes are there, but the fault sticks */
    assert_false(hw_read_skip(&r, 0));
    assert_false(hw_read_fits(&r, 0, 1));
    assert_false(hw_read_magic(&r, "", 0));
    assert_false(hw_read_done(&r));
    assert_false(hw_reader_refuse(&r, "other words"));
    assert_int_equal(w, 7);
    assert_int_equal(b, 7);
    assert_int_equal(hw_read_left(&r), 0);
    assert_int_equal(hw_reader_fault(&r), HW_SHORT);
    assert_int_equal(hw_reader_fault_at(&r), 2);
    assert_int_equal(hw_reader_fail(&r, &err), HW_E_EVIDENCE);
    assert_int_equal(err.where, 2);
    assert_non_null(strstr(err.text, "32-bit"));
}

static void strings_end_where_they_must(void **state)
{
    (void)state;
    struct hw_span s;
    struct hw_reader r = over(HW_SPAN_LIT("abc\0\0x"));
    assert_true(hw_read_cstr(&r, 3, &s) && hw_span_equal(s, HW_SPAN_LIT("abc")));
    assert_true(hw_read_cstr(&r, 0, &s) && s.n == 0);
    assert_false(hw_read_cstr(&r, 10, &s));
    assert_int_equal(hw_reader_fault(&r), HW_SHORT);
    r = over(HW_SPAN_LIT("abcd\0"));
    assert_false(hw_read_cstr(&r, 3, &s));
    assert_int_equal(hw_reader_fault(&r), HW_OVER_BUDGET);
    r = over(HW_SPAN_LIT("abcd\0"));
    assert_true(hw_read_cstr(&r, SIZE_MAX, &s) && s.n == 4);
}

static void lines_end_in_lf_crlf_or_the_end(void **state)
{
    (void)state;
    struct hw_span s;
    struct hw_reader r = over(HW_SPAN_LIT("one\r\n\ntwo\rx\nend"));
    assert_true(hw_read_line(&r, 10, &s) && hw_span_equal(s, HW_SPAN_LIT("one")));
    assert_true(hw_read_line(&r, 10, &s) && s.n == 0);
    assert_true(hw_read_line(&r, 10, &s) && hw_span_equal(s, HW_SPAN_LIT("two\rx")));
    assert_true(hw_read_line(&r, 3, &s) && hw_span_equal(s, HW_SPAN_LIT("end")));
    assert_false(hw_read_line(&r, 10, &s));
    assert_int_equal(hw_reader_fault(&r), HW_SHORT);
    r = over(HW_SPAN_LIT("four"));
    assert_false(hw_read_line(&r, 3, &s));
    assert_int_equal(hw_reader_fault(&r), HW_OVER_BUDGET);
}

static void a_wrong_magic_does_not_move(void **state)
{
    (void)state;
    struct hw_reader r = over(HW_SPAN_LIT("MZ\x90"));
    struct hw_reader ahead = r;
    assert_false(hw_read_magic(&ahead, "PK", 2));
    assert_int_equal(hw_reader_fault(&ahead), HW_MISMATCH);
    assert_int_equal(hw_read_where(&ahead), 0);
    assert_true(hw_read_magic(&r, "MZ", 2));
    assert_false(hw_read_magic(&r, "\x90\0", 2));
    assert_int_equal(hw_reader_fault(&r), HW_SHORT);
}

static void alignment_counts_from_the_evidence_not_the_window(void **state)
{
    (void)state;
    struct hw_reader r;
    fuel = (struct hw_budget){100, 10, 3};
    hw_reader_init_at(&r, HW_SPAN_LIT("0123456789"), 5, &fuel);
    assert_true(hw_read_align(&r, 8));
    assert_int_equal(hw_read_where(&r), 8);
    assert_true(hw_read_align(&r, 8));
    assert_int_equal(hw_read_where(&r), 8);
    assert_false(hw_read_align(&r, 16));
    assert_int_equal(hw_reader_fault(&r), HW_SHORT);
    hw_reader_init_at(&r, HW_SPAN_LIT("01"), UINT64_MAX - 2, &fuel);
    assert_false(hw_read_align(&r, 1U << 31)); /* the next multiple has no name in 64 bits */
}

static void children_keep_to_their_part_and_the_parent_moves_on(void **state)
{
    (void)state;
    struct hw_reader r = over(HW_SPAN_LIT("abcdef")), child;
    uint8_t b;
    assert_true(hw_read_sub(&r, 2, &child));
    assert_int_equal(fuel.bytes, 1000); /* the child's getters spend */
    assert_true(hw_read_u8(&child, &b) && b == 'a');
    assert_true(hw_read_u8(&child, &b) && b == 'b');
    assert_false(hw_read_u8(&child, &b));
    assert_int_equal(hw_reader_fault_at(&child), 2);
    assert_true(hw_reader_ok(&r));
    assert_true(hw_read_u8(&r, &b) && b == 'c');
    assert_int_equal(fuel.bytes, 997);
    assert_false(hw_read_sub(&r, 4, &child));
    assert_int_equal(hw_reader_fault(&r), HW_SHORT);
}

static void an_absurd_window_is_refused_and_the_rest_stays_readable(void **state)
{
    (void)state;
    struct hw_reader r = over(HW_SPAN_LIT("abcdef")), child;
    uint8_t b;
    assert_true(hw_read_skip(&r, 3));
    assert_false(hw_read_window(&r, 6, 1, &child));
    assert_false(hw_read_window(&r, 7, 0, &child));
    assert_false(hw_read_window(&r, 1, UINT64_MAX, &child));
    assert_false(hw_read_window(&r, UINT64_MAX, 2, &child));
    assert_false(hw_read_tail(&r, 7, &child));
    assert_true(hw_reader_ok(&r));
    assert_true(hw_read_window(&r, 6, 0, &child)); /* nothing, at the very end */
    assert_true(hw_read_window(&r, 1, 5, &child)); /* counted from the start, not from here */
    assert_true(hw_read_u8(&child, &b) && b == 'b');
    assert_int_equal(hw_read_where(&child), 2);
    assert_true(hw_read_tail(&r, 5, &child));
    assert_int_equal(hw_read_left(&child), 1);
}

static void depth_bytes_and_items_are_bounded(void **state)
{
    (void)state;
    struct hw_reader r = over(HW_SPAN_LIT("abcdef"));
    for (unsigned i = 0; i < fuel.depth; i++) {
        assert_true(hw_read_window(&r, 0, 6, &r));
    }
    struct hw_reader child;
    assert_false(hw_read_window(&r, 0, 6, &child));
    assert_true(hw_reader_ok(&r));
    assert_false(hw_read_sub(&r, 1, &child));
    assert_int_equal(hw_reader_fault(&r), HW_OVER_BUDGET);
    r = over(HW_SPAN_LIT("abcdef"));
    fuel = (struct hw_budget){4, 2, 0};
    assert_true(hw_read_skip(&r, 3));
    assert_true(hw_reader_item(&r));
    assert_true(hw_reader_item(&r));
    child = r;
    assert_false(hw_reader_item(&child));
    assert_int_equal(hw_reader_fault(&child), HW_OVER_BUDGET);
    assert_false(hw_read_skip(&r, 2));
    assert_int_equal(hw_reader_fault(&r), HW_OVER_BUDGET);
    assert_int_equal(fuel.bytes, 1); /* what was refused was not spent */
}

static void counted_things_must_fit_before_they_are_read(void **state)
{
    (void)state;
    struct hw_reader r = over(HW_SPAN_LIT("abcdef")), copy = r;
    assert_true(hw_read_fits(&r, 3, 2));
    assert_true(hw_read_fits(&r, 0, UINT64_MAX));
    assert_true(hw_read_fits(&r, UINT64_MAX, 0));
    assert_false(hw_read_fits(&r, 7, 1));
    assert_false(hw_read_fits(&copy, (uint64_t)1 << 63, 2)); /* wraps to nothing */
}

static void an_empty_evidence_is_read_without_touching_its_null(void **state)
{
    (void)state;
    struct hw_reader r = over((struct hw_span){NULL, 0}), child;
    struct hw_span s = {(const uint8_t *)"x", 1};
    uint8_t b;
    assert_true(hw_read_bytes(&r, 0, &s) && s.n == 0);
    assert_true(hw_read_sub(&r, 0, &child));
    assert_true(hw_read_window(&r, 0, 0, &child));
    assert_true(hw_read_magic(&r, "", 0));
    assert_true(hw_read_align(&r, 16));
    assert_false(hw_read_peek(&r, &b));
    assert_int_equal(hw_reader_rest(&r).n, 0);
    assert_true(hw_read_done(&r));
    assert_false(hw_read_line(&r, 10, &s));
    assert_true(hw_span_equal((struct hw_span){NULL, 0}, HW_SPAN_LIT("")));
}

/* A small format: magic, count, records of a length and that many bytes. */
static bool parse_records(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    struct hw_reader r = over((struct hw_span){p, n});
    uint8_t count = 0;
    bool good = hw_read_magic(&r, "HWT", 3) && hw_read_u8(&r, &count) && hw_read_fits(&r, count, 1);
    for (unsigned i = 0; good && i < count; i++) {
        uint8_t len;
        struct hw_span s;
        good = hw_reader_item(&r) && hw_read_u8(&r, &len) && hw_read_bytes(&r, len, &s);
    }
    return good && hw_read_done(&r);
}

static void a_parser_on_the_reader_survives_both_sweeps(void **state)
{
    (void)state;
    const uint8_t good[] = "HWT\x03\x02xy\x00\x01z";
    assert_true(parse_records(good, sizeof good - 1, NULL));
    hw_sweep_truncate(good, sizeof good - 1, parse_records, NULL);
    hw_sweep_mutate(good, sizeof good - 1, 2000, 1, parse_records, NULL);
}

static bool note_length(const uint8_t *p, size_t n, void *state)
{
    (void)p;
    ((uint8_t *)state)[n]++;
    return false;
}

static void the_truncation_sweep_visits_what_it_says(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 5, 8192, 8193, 12288, 100000};
    for (size_t i = 0; i < 6; i++) {
        size_t n = sizes[i], visits = 0;
        uint8_t *input = calloc(n, 1), *seen = calloc(n + 1, 1);
        assert_non_null(input);
        assert_non_null(seen);
        hw_sweep_truncate(input, n, note_length, seen);
        assert_int_equal(seen[n], 0);
        for (size_t k = 0; k < n; k++) {
            bool edge = k < 2048 || k >= n - 2048;
            assert_true(seen[k] <= 1);
            assert_true(seen[k] == 1 || (n > 8192 && !edge));
            visits += seen[k];
        }
        assert_true(visits <= 4096 + 4096 + 1 || n <= 8192);
        assert_true(n < 100000 || visits > 4096 + 3500);
        free(input);
        free(seen);
    }
}

static void mutants_differ_and_the_same_seed_makes_the_same_ones(void **state)
{
    (void)state;
    for (size_t n = 1; n < 40; n++) {
        struct hw_dice one = {n}, two = {n};
        for (int i = 0; i < 200; i++) {
            uint8_t a[40] = {0}, b[40] = {0}, zero[40] = {0};
            hw_mutate(a, n, &one);
            hw_mutate(b, n, &two);
            assert_memory_equal(a, b, sizeof a);
            assert_memory_not_equal(a, zero, n);
            assert_memory_equal(a + n, zero, sizeof a - n);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_in_both_orders),
        cmocka_unit_test(the_first_fault_sticks_and_tells_where_and_what),
        cmocka_unit_test(strings_end_where_they_must),
        cmocka_unit_test(lines_end_in_lf_crlf_or_the_end),
        cmocka_unit_test(a_wrong_magic_does_not_move),
        cmocka_unit_test(alignment_counts_from_the_evidence_not_the_window),
        cmocka_unit_test(children_keep_to_their_part_and_the_parent_moves_on),
        cmocka_unit_test(an_absurd_window_is_refused_and_the_rest_stays_readable),
        cmocka_unit_test(depth_bytes_and_items_are_bounded),
        cmocka_unit_test(counted_things_must_fit_before_they_are_read),
        cmocka_unit_test(an_empty_evidence_is_read_without_touching_its_null),
        cmocka_unit_test(a_parser_on_the_reader_survives_both_sweeps),
        cmocka_unit_test(the_truncation_sweep_visits_what_it_says),
        cmocka_unit_test(mutants_differ_and_the_same_seed_makes_the_same_ones),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
