/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fact/record.h"
#include "mutate.h"

static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_buf_init(&b, HW_PACKED_BYTES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_buf_done(&b);
    return 0;
}

static struct hw_record record(const struct hw_span *values, size_t count)
{
    return (struct hw_record){.layout = 300,
                              .number = UINT64_MAX,
                              .off = 127,
                              .time_ns = -5,
                              .clock = HW_CLOCK_UTC,
                              .digits = 7,
                              .values = values,
                              .count = count};
}

static void what_is_packed_comes_back(void **state)
{
    static uint8_t long_text[300];
    static uint16_t counts[301];
    const struct hw_span values[] = {HW_SPAN_LIT("a"),
                                     {NULL, 0},
                                     {(const uint8_t *)"", 0},
                                     {long_text, sizeof long_text},
                                     HW_SPAN_LIT("end")};
    struct hw_record r = record(values, 5), got;
    struct hw_span back[HW_RECORD_VALUES];
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 4};
    struct hw_reader reader;
    (void)state;
    counts[300] = 5;
    memset(long_text, 'x', sizeof long_text);
    assert_true(hw_record_pack(&r, &b));
    assert_true(hw_record_pack(&r, &b));
    hw_reader_init(&reader, hw_buf_span(&b), &fuel);
    for (unsigned i = 0; i < 2; i++) {
        assert_true(hw_record_next(&reader, counts, 301, back, &got));
        assert_int_equal(got.layout, 300);
        assert_true(got.number == UINT64_MAX && got.off == 127 && got.time_ns == -5);
        assert_true(got.clock == HW_CLOCK_UTC && got.digits == 7);
        assert_int_equal(got.count, 5);
        for (size_t k = 0; k < 5; k++) {
            assert_true(hw_span_equal(back[k], values[k]));
            assert_int_equal(back[k].p == NULL, k == 1);
        }
    }
    assert_false(hw_record_next(&reader, counts, 301, back, &got));
    assert_true(hw_reader_ok(&reader));
}

static void a_record_may_be_so_long_and_no_longer(void **state)
{
    static uint8_t text[HW_RECORD_BYTES + 1];
    (void)state;
    /* layout 2, number 10, offset 1, clock and time 9, length 3 */
    struct hw_span value = {text, HW_RECORD_BYTES - 25};
    struct hw_record r = record(&value, 1);
    assert_true(hw_record_pack(&r, &b));
    assert_int_equal(b.n, HW_RECORD_BYTES);
    hw_buf_clear(&b);
    for (value.n++; value.n <= sizeof text; value.n += 13) {
        assert_false(hw_record_pack(&r, &b));
        assert_int_equal(b.n, 0);
        assert_true(hw_buf_ok(&b));
    }
}

static void a_record_that_finds_no_room_leaves_the_buffer_as_it_was(void **state)
{
    static uint8_t text[20000];
    struct hw_span value = {text, sizeof text};
    struct hw_record r = record(&value, 1);
    (void)state;
    assert_true(hw_record_pack(&r, &b) && hw_record_pack(&r, &b) && hw_record_pack(&r, &b));
    size_t before = b.n;
    assert_false(hw_record_pack(&r, &b));
    assert_int_equal(b.n, before);
    assert_true(hw_buf_ok(&b));
}

/* ---- packings from a stranger ---- */

enum { LAYOUTS = 3 };
static const uint16_t few[LAYOUTS] = {2, 0, 5};

/* A packing of records of all three layouts, in memory of exactly its size. */
static uint8_t *packing(size_t *n)
{
    const struct hw_span values[] = {HW_SPAN_LIT("C:\\x.exe"),
                                     {NULL, 0},
                                     {(const uint8_t *)"", 0},
                                     HW_SPAN_LIT("0123456789abcdef+"),
                                     HW_SPAN_LIT("4")};
    hw_buf_clear(&b);
    for (uint32_t i = 0; i < 9; i++) {
        struct hw_record r = record(values, few[i % LAYOUTS]);
        r.layout = i % LAYOUTS;
        r.number = i == 3 ? UINT64_MAX : i;
        r.off = UINT64_C(1) << (7 * i);
        assert_true(hw_record_pack(&r, &b));
    }
    uint8_t *p = malloc(b.n);
    assert_non_null(p);
    memcpy(p, b.p, b.n);
    *n = b.n;
    return p;
}

/* Reads to the end. Every value lies in what was given, or is none. */
static bool read_all(const uint8_t *p, size_t n, unsigned *out_count)
{
    static struct hw_span values[HW_RECORD_VALUES];
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 4};
    struct hw_reader r;
    struct hw_record got;
    *out_count = 0;
    hw_reader_init(&r, (struct hw_span){p, n}, &fuel);
    while (hw_record_next(&r, few, LAYOUTS, values, &got)) {
        assert_true(got.layout < LAYOUTS && got.count == few[got.layout]);
        assert_true((unsigned)got.clock < HW_CLOCK_COUNT && got.digits <= 9);
        for (size_t i = 0; i < got.count; i++) {
            struct hw_span v = got.values[i];
            assert_true(v.n == 0 || (v.p >= p && v.p + v.n <= p + n));
        }
        ++*out_count;
    }
    return hw_reader_ok(&r);
}

static void a_packing_cut_short_ends_at_a_record_or_faults(void **state)
{
    size_t n, whole = 0;
    unsigned count;
    uint8_t *p = packing(&n);
    (void)state;
    for (size_t cut = 0; cut <= n; cut++) {
        uint8_t *exact = malloc(cut == 0 ? 1 : cut);
        assert_non_null(exact);
        memcpy(exact, p, cut);
        whole += read_all(exact, cut, &count) ? 1 : 0;
        free(exact);
    }
    assert_int_equal(whole, 10); /* nothing, and behind each of nine records */
    assert_true(read_all(p, n, &count));
    assert_int_equal(count, 9);
    free(p);
}

static void a_damaged_packing_gives_records_or_a_fault(void **state)
{
    enum { ROUNDS = 20000 };
    struct hw_dice dice = {20240611};
    unsigned faulted = 0, count;
    size_t n;
    uint8_t *good = packing(&n), *p = malloc(n);
    (void)state;
    assert_non_null(p);
    for (unsigned i = 0; i < ROUNDS; i++) {
        memcpy(p, good, n);
        hw_mutate(p, n, &dice);
        faulted += read_all(p, n, &count) ? 0 : 1;
        assert_true(count <= n / 12); /* no record is shorter than its fixed part */
    }
    assert_true(faulted > ROUNDS / 10 && faulted < ROUNDS);
    free(p);
    free(good);
}

static void faults(const char *p, size_t n, const uint16_t *counts, uint32_t layouts)
{
    static struct hw_span values[HW_RECORD_VALUES];
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 4};
    struct hw_reader r;
    struct hw_record got;
    hw_reader_init(&r, (struct hw_span){(const uint8_t *)p, n}, &fuel);
    assert_false(hw_record_next(&r, counts, layouts, values, &got));
    assert_false(hw_reader_ok(&r));
    assert_false(hw_record_next(&r, counts, layouts, values, &got));
}

#define TIME8 "\0\0\0\0\0\0\0\0"
#define FAULTS(text, counts, layouts) faults(text, sizeof(text) - 1, counts, layouts)

static void what_no_writer_of_ours_packs_is_refused(void **state)
{
    static const uint16_t one[] = {1}, many[] = {HW_RECORD_VALUES + 1};
    (void)state;
    FAULTS("\x01\0\0\x01" TIME8 "\0", one, 1); /* a layout nobody announced */
    FAULTS("\0\0\0\x01" TIME8 "\0", one, 0);   /* none was announced at all */
    FAULTS("\0\0\0\x05" TIME8 "\0", one, 1);   /* a clock beyond the list */
    FAULTS("\0\0\0\xa1" TIME8 "\0", one, 1);   /* ten digits of a second */
    FAULTS("\0\0\0\x01" TIME8 "\x05"
           "abc",
           one, 1); /* a value longer than the rest */
    FAULTS("\0\0\0\x01" TIME8 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", one, 1);
    FAULTS("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02\0\0", one, 1); /* more than 64 bits */
    FAULTS("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", one, 1);
    char wide[12 + HW_RECORD_VALUES + 1] = {0, 0, 0, 1};
    faults(wide, sizeof wide, many, 1); /* more values than there is room for */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_packed_comes_back),
        CASE(a_record_may_be_so_long_and_no_longer),
        CASE(a_record_that_finds_no_room_leaves_the_buffer_as_it_was),
        CASE(a_packing_cut_short_ends_at_a_record_or_faults),
        CASE(a_damaged_packing_gives_records_or_a_fault),
        CASE(what_no_writer_of_ours_packs_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
