/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/time.h"
#include "mutate.h"

#define S HW_NS_PER_SECOND

/* An oracle of another make. */
static int64_t libc_seconds(const struct hw_civil *c)
{
    struct tm tm = {.tm_year = c->year - 1900,
                    .tm_mon = (int)c->month - 1,
                    .tm_mday = (int)c->day,
                    .tm_hour = (int)c->hour,
                    .tm_min = (int)c->minute,
                    .tm_sec = (int)c->second};
    return timegm(&tm);
}

static void every_day_of_six_centuries_agrees_with_libc(void **state)
{
    (void)state;
    for (int64_t day = -106751; day < 106751; day++) {
        int64_t ns = day * 86400 * S + (day & 0xFFFF) * S, back;
        struct hw_civil c;
        hw_time_to_civil(ns, &c);
        assert_int_equal(libc_seconds(&c), ns / S);
        assert_true(hw_time_from_civil(&c, &back) && back == ns);
    }
}

static void the_edges_of_int64_hold(void **state)
{
    (void)state;
    static const int64_t edges[] = {HW_TIME_MIN, HW_TIME_MIN + 1, -S - 1,     -S, -1, 0, 1,
                                    S - 1,       HW_TIME_MAX - 1, HW_TIME_MAX};
    char text[HW_TIME_TEXT];
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        struct hw_civil c;
        int64_t back;
        hw_time_to_civil(edges[i], &c);
        assert_true(hw_time_from_civil(&c, &back) && back == edges[i]);
        assert_true(hw_time_parse(hw_span_str(hw_time_text(edges[i], text)), &back));
        assert_int_equal(back, edges[i]);
    }
    assert_string_equal(hw_time_text(HW_TIME_MAX, text), "2262-04-11T23:47:16.854775807Z");
    assert_string_equal(hw_time_text(HW_TIME_MIN, text), "1677-09-21T00:12:43.145224193Z");
    assert_string_equal(hw_time_text(HW_TIME_NONE, text), "unknown");
    struct hw_civil over = {2262, 4, 11, 23, 47, 16, 854775808};
    struct hw_civil under = {1677, 9, 21, 0, 12, 43, 145224192};
    int64_t out = 7;
    assert_false(hw_time_from_civil(&over, &out));
    assert_false(hw_time_from_civil(&under, &out)); /* that one would mean "not known" */
    assert_int_equal(out, 7);
}

static void days_not_in_the_calendar_are_refused(void **state)
{
    (void)state;
    static const struct hw_civil bad[] = {
        {2023, 0, 1, 0, 0, 0, 0},          {2023, 13, 1, 0, 0, 0, 0}, {2023, 1, 0, 0, 0, 0, 0},
        {2023, 2, 29, 0, 0, 0, 0},         {1900, 2, 29, 0, 0, 0, 0}, {2023, 4, 31, 0, 0, 0, 0},
        {2023, 1, 1, 24, 0, 0, 0},         {2023, 1, 1, 0, 60, 0, 0}, {2023, 1, 1, 0, 0, 60, 0},
        {2023, 1, 1, 0, 0, 0, 1000000000}, {-1, 1, 1, 0, 0, 0, 0},    {10000, 1, 1, 0, 0, 0, 0},
        {1601, 1, 1, 0, 0, 0, 0},          {2263, 1, 1, 0, 0, 0, 0},
    };
    int64_t out;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hw_time_from_civil(&bad[i], &out));
    }
    struct hw_civil leap = {2000, 2, 29, 0, 0, 0, 0};
    assert_true(hw_time_from_civil(&leap, &out) && out == INT64_C(951782400) * S);
}

static void fractions_are_written_only_when_there_are_any(void **state)
{
    (void)state;
    char text[HW_TIME_TEXT];
    int64_t t = INT64_C(1678689060) * S;
    assert_string_equal(hw_time_text(t, text), "2023-03-13T06:31:00Z");
    assert_string_equal(hw_time_text(t + 120000000, text), "2023-03-13T06:31:00.120Z");
    assert_string_equal(hw_time_text(t + 1000, text), "2023-03-13T06:31:00.000001Z");
    assert_string_equal(hw_time_text(t + 1, text), "2023-03-13T06:31:00.000000001Z");
    assert_string_equal(hw_time_text(-1, text), "1969-12-31T23:59:59.999999999Z");
}

static void iso_texts_are_as_wide_as_they_are_vague(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t lo, wide;
    } good[] = {
        {"2023-03-13", INT64_C(1678665600) * S, INT64_C(86400) * S},
        {"2023-03-13T06:31Z", INT64_C(1678689060) * S, 60 * S},
        {"2023-03-13 06:31:00", INT64_C(1678689060) * S, S},
        {"2023-03-13t06:31:00z", INT64_C(1678689060) * S, S},
        {"2023-03-13T08:31:00+02:00", INT64_C(1678689060) * S, S},
        {"2023-03-13T08:31:00+0200", INT64_C(1678689060) * S, S},
        {"2023-03-13T08:31:00+02", INT64_C(1678689060) * S, S},
        {"2023-03-13T01:01:00-05:30", INT64_C(1678689060) * S, S},
        {"2023-03-13T06:31:00.5Z", INT64_C(1678689060) * S + S / 2, S / 10},
        {"2023-03-13T06:31:00.123456789Z", INT64_C(1678689060) * S + 123456789, 1},
        {"1969-12-31T23:59:59.9", -S / 10, S / 10},
        {"2016-12-31T23:59:60Z", INT64_C(1483228800) * S, S},
        {"2017-01-01T00:59:60.5+01:00", INT64_C(1483228800) * S + S / 2, S / 10},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct hw_interval v;
        assert_true(hw_interval_parse(hw_span_str(good[i].text), &v));
        assert_int_equal(v.lo, good[i].lo);
        assert_int_equal(v.hi - v.lo + 1, good[i].wide);
    }
    struct hw_interval last;
    assert_true(hw_interval_parse(HW_SPAN_LIT("2262-04-11"), &last));
    assert_int_equal(last.hi, HW_TIME_MAX);
}

static void texts_that_are_no_time_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2023",
        "2023-03",
        "2023-3-13",
        "2023-03-1",
        "2023-02-29",
        "2023-03-13T",
        "23-03-13",
        "2023-03-13T06",
        "2023-03-13T06:31:",
        "2023-03-13T6:31",
        "2023-03-13T06:31:00.",
        "2023-03-13T06:31:00.1234567890",
        "2023-03-13T06:31:00+",
        "2023-03-13T06:31:00+2",
        "2023-03-13T06:31:00+02:",
        "2023-03-13T06:31:00+02:0",
        "2023-03-13T06:31:00+15:00",
        "2023-03-13T06:31:00+02:60",
        "2023-03-13T06:31:00Zx",
        "2023-03-13  06:31:00",
        "2023-03-13Z",
        " 2023-03-13",
        "2023-03-13 ",
        "2023-03-13T24:00:00",
        "2023-03-13T06:31:60",
        "2023-03-13T06:60:00",
        "+2023-03-13",
        "2023/03/13",
        "9999-12-31",
        "0000-01-01",
        "2023-03-13T06:31:00,5Z",
        "2023-03-13T06:31:00.5.5Z",
        "2023-00-13",
    };
    int64_t out = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hw_time_parse(hw_span_str(bad[i]), &out));
    }
    assert_false(hw_time_parse(HW_SPAN_LIT("2023-03-13\0"), &out));
    assert_int_equal(out, 7);
}

static void openssl_texts_are_read(void **state)
{
    (void)state;
    int64_t t;
    assert_true(hw_time_parse_openssl(HW_SPAN_LIT("May 17 11:23:22 2018 GMT"), &t));
    assert_int_equal(t, INT64_C(1526556202) * S);
    assert_true(hw_time_parse_openssl(HW_SPAN_LIT("Aug  1 12:29:50 2008 GMT"), &t));
    assert_int_equal(t, INT64_C(1217593790) * S);
    static const char *const bad[] = {
        "",
        "May",
        "May 17 11:23:22 2018",
        "may 17 11:23:22 2018 GMT",
        "May 17 11:23:22 2018 UTC",
        "May 32 11:23:22 2018 GMT",
        "May   1 11:23:22 2018 GMT",
        "May 17 11:23:22 2018 GMT ",
        "ayJ 17 11:23:22 2018 GMT",
        "May 1 11:23:22 2018 GMT",
        "May  17 11:23:22 2018 GMT",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hw_time_parse_openssl(hw_span_str(bad[i]), &t));
    }
}

static void der_times_are_read_strictly(void **state)
{
    (void)state;
    int64_t t;
    assert_true(hw_time_parse_utctime(HW_SPAN_LIT("180517112322Z"), &t));
    assert_int_equal(t, INT64_C(1526556202) * S);
    assert_true(hw_time_parse_utctime(HW_SPAN_LIT("500101000000Z"), &t));
    assert_int_equal(t, INT64_C(-631152000) * S);
    assert_true(hw_time_parse_utctime(HW_SPAN_LIT("491231235959Z"), &t));
    assert_int_equal(t, INT64_C(2524607999) * S);
    assert_true(hw_time_parse_gentime(HW_SPAN_LIT("20180517112322Z"), &t));
    assert_int_equal(t, INT64_C(1526556202) * S);
    assert_true(hw_time_parse_gentime(HW_SPAN_LIT("20180517112322.05Z"), &t));
    assert_int_equal(t, INT64_C(1526556202) * S + S / 20);
    assert_true(hw_time_parse_gentime(HW_SPAN_LIT("20180517112322.0000000001Z"), &t));
    assert_int_equal(t, INT64_C(1526556202) * S);
    assert_true(hw_time_parse_gentime(HW_SPAN_LIT("99991231235959Z"), &t));
    assert_int_equal(t, HW_TIME_MAX);
    assert_true(hw_time_parse_gentime(HW_SPAN_LIT("00010101000000Z"), &t));
    assert_int_equal(t, HW_TIME_MIN);
    static const char *const bad[] = {
        "",
        "Z",
        "20180517112322",
        "201805171123Z",
        "2018051711Z",
        "20180517112322+0000",
        "20180517112322.Z",
        "20180517112322.50Z",
        "20180517112322.0Z",
        "20180517112322,5Z",
        "20180517112360Z",
        "20180517242322Z",
        "20180532112322Z",
        "20181317112322Z",
        "20180517112322ZZ",
        "20180517112322.5",
        " 20180517112322Z",
        "99991331235959Z",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hw_time_parse_gentime(hw_span_str(bad[i]), &t));
    }
    static const char *const bad_utc[] = {"1805171123Z",     "180517112322",      "180517112322.5Z",
                                          "20180517112322Z", "180517112322+0000", "18O517112322Z"};
    for (size_t i = 0; i < sizeof bad_utc / sizeof bad_utc[0]; i++) {
        assert_false(hw_time_parse_utctime(hw_span_str(bad_utc[i]), &t));
    }
}

static void other_clocks_are_converted_or_refused(void **state)
{
    (void)state;
    int64_t t = 7;
    assert_true(hw_time_from_filetime(INT64_C(116444736000000000), &t) && t == 0);
    assert_true(hw_time_from_filetime(INT64_C(116444735999999999), &t) && t == -100);
    assert_true(hw_time_from_filetime(INT64_C(131709935320000001), &t));
    assert_int_equal(t, INT64_C(1526519932) * S + 100);
    assert_false(hw_time_from_filetime(0, &t));
    assert_false(hw_time_from_filetime(UINT64_MAX, &t));
    assert_true(hw_time_from_unix(-1, &t) && t == -S);
    assert_false(hw_time_from_unix(INT64_MAX, &t));
    assert_false(hw_time_from_unix(INT64_MIN, &t));
    assert_true(hw_time_from_dos(0x4CB1, 0x5AEB, &t)); /* 2018-05-17 11:23:22 */
    assert_int_equal(t, INT64_C(1526556202) * S);
    assert_false(hw_time_from_dos(0, 0, &t));
    assert_false(hw_time_from_dos(0xFFFF, 0xFFFF, &t));
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct hw_dice dice = {1970};
    struct hw_buf b;
    hw_buf_init(&b, 100);
    for (int i = 0; i < 100000; i++) {
        int64_t t = (int64_t)hw_dice_roll(&dice), back;
        if (t == HW_TIME_NONE) {
            continue;
        }
        t -= i % 3 == 0 ? t % S : i % 3 == 1 ? t % 1000 : 0;
        hw_buf_clear(&b);
        hw_time_put(&b, t);
        assert_true(hw_time_parse(hw_buf_span(&b), &back));
        assert_int_equal(back, t);
    }
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_six_centuries_agrees_with_libc),
        cmocka_unit_test(the_edges_of_int64_hold),
        cmocka_unit_test(days_not_in_the_calendar_are_refused),
        cmocka_unit_test(fractions_are_written_only_when_there_are_any),
        cmocka_unit_test(iso_texts_are_as_wide_as_they_are_vague),
        cmocka_unit_test(texts_that_are_no_time_are_refused),
        cmocka_unit_test(openssl_texts_are_read),
        cmocka_unit_test(der_times_are_read_strictly),
        cmocka_unit_test(other_clocks_are_converted_or_refused),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
