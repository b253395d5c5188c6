/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fact/record.h"

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

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_packed_comes_back),
        CASE(a_record_may_be_so_long_and_no_longer),
        CASE(a_record_that_finds_no_room_leaves_the_buffer_as_it_was),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
