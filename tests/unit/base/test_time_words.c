/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "base/time_words.h"
#include "mutate.h"
#include "sweep.h"

struct row {
    const char *text;
    enum hw_time_hint hint;
    const char *want; /* ISO 8601 in UTC */
    bool zoned, yearless;
    unsigned digits;
};

static const struct row rows[] = {
    {"2023-03-13T06:31:05Z", 0, "2023-03-13T06:31:05Z", true, false, 0},
    {"2023-03-13T06:31:05.1234567Z", 0, "2023-03-13T06:31:05.123456700Z", true, false, 7},
    {"2023-03-13 06:31:05,250 +0200", 0, "2023-03-13T04:31:05.250Z", true, false, 3},
    {"2023-03-13 06:31:05-05:30", 0, "2023-03-13T12:01:05Z", true, false, 0},
    {"2023-03-13 06:31:05 UTC", 0, "2023-03-13T06:31:05Z", true, false, 0},
    {"2023-03-13 06:31:05", 0, "2023-03-13T06:31:05Z", false, false, 0},
    {"2023-03-13 06:31", 0, "2023-03-13T06:31:00Z", false, false, 0},
    {"2023-03-13", 0, "2023-03-13T00:00:00Z", false, false, 0},
    {"2023/03/13 06:31:05", 0, "2023-03-13T06:31:05Z", false, false, 0},
    {"2016-12-31T23:59:60Z", 0, "2017-01-01T00:00:00Z", true, false, 0},
    {"03/13/2023 06:31:05", 0, "2023-03-13T06:31:05Z", false, false, 0},
    {"3/4/2023 6:31:05 PM", 0, "2023-03-04T18:31:05Z", false, false, 0},
    {"3/4/2023 12:31:05 AM", 0, "2023-03-04T00:31:05Z", false, false, 0},
    {"3/4/2023, 12:31:05.250 PM", 0, "2023-03-04T12:31:05.250Z", false, false, 3},
    {"03/13/23 06:31:05", 0, "2023-03-13T06:31:05Z", false, false, 0},
    {"03/04/2023 06:31:05", HW_TIME_DAY_FIRST, "2023-04-03T06:31:05Z", false, false, 0},
    {"03/13/23 06:31:05:250", 0, "2023-03-13T06:31:05.250Z", false, false, 3},
    {"13.03.2023 06:31:05", 0, "2023-03-13T06:31:05Z", false, false, 0},
    {"Mar 13 2023 06:31:05", 0, "2023-03-13T06:31:05Z", false, false, 0},
    {"Mar 13, 2023 6:31:05 AM UTC", 0, "2023-03-13T06:31:05Z", true, false, 0},
    {"Mar 13, 2023 @ 06:31:05.123", 0, "2023-03-13T06:31:05.123Z", false, false, 3},
    {"March  3, 2023 06:31:05", 0, "2023-03-03T06:31:05Z", false, false, 0},
    {"Mon Mar 13 06:31:05 2023", 0, "2023-03-13T06:31:05Z", false, false, 0},
    {"Mar  3 06:31:05", 0, "1970-03-03T06:31:05Z", false, true, 0},
    {"13/Mar/2023:06:31:05 +0100", 0, "2023-03-13T05:31:05Z", true, false, 0},
    {"[13/Mar/2023:06:31:05 +0000]", 0, "2023-03-13T06:31:05Z", true, false, 0},
    {"13-Mar-2023 06:31:05.250", 0, "2023-03-13T06:31:05.250Z", false, false, 3},
    {"Mon, 13 Mar 2023 06:31:05 GMT", 0, "2023-03-13T06:31:05Z", true, false, 0},
    {"1678689065", 0, "2023-03-13T06:31:05Z", true, false, 0},
    {"1678689065.25", 0, "2023-03-13T06:31:05.250Z", true, false, 2},
    {"1678689065250", 0, "2023-03-13T06:31:05.250Z", true, false, 3},
    {"1678689065250001", 0, "2023-03-13T06:31:05.250001Z", true, false, 6},
    {"1678689065250001002", 0, "2023-03-13T06:31:05.250001002Z", true, false, 9},
    {"133231626652500000", 0, "2023-03-13T06:31:05.250Z", true, false, 7},
    {"5", HW_TIME_EPOCH, "1970-01-01T00:00:05Z", true, false, 0},
    {"5250", HW_TIME_EPOCH_MS, "1970-01-01T00:00:05.250Z", true, false, 3},
    {"116444736000000000", HW_TIME_FILETIME, "1970-01-01T00:00:00Z", true, false, 7},
    {" \"2023-03-13 06:31:05\" ", 0, "2023-03-13T06:31:05Z", false, false, 0},
};

static void every_written_form_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct hw_time_said said;
        char text[HW_TIME_TEXT];
        if (!hw_time_words(hw_span_str(rows[i].text), rows[i].hint, &said)) {
            fail_msg("not understood: %s", rows[i].text);
        }
        assert_string_equal(hw_time_text(said.ns, text), rows[i].want);
        assert_int_equal(said.zoned, rows[i].zoned);
        assert_int_equal(said.yearless, rows[i].yearless);
        assert_int_equal(said.digits, rows[i].digits);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const no[] = {
        "",
        "-",
        "N/A",
        "0",
        "12345678",
        "2023-02-30 00:00:00",
        "2023-13-01 00:00:00",
        "13/03/2023 06:31:05",
        "03/13/2023 25:00:00",
        "3/4/2023 13:00:00 PM",
        "Mar 32 2023 00:00:00",
        "Foo 13 2023 06:31:05",
        "2023-03-13 06:31:05 CET",
        "2023-03-13T06:31:05Z trailing",
        "2023-03-13T06:31:05.",
        "2023-03-13 06:31:05 +99:00",
        "Feb 29 10:00:00",
        "1678689065.",
        "99999999999999999999",
        "2023-03-13T",
        "99/Mar/2023:06:31:05 +0000",
        "10:00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "1.2.3.4",
        "10.0.0.5",
    };
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        struct hw_time_said said = {.ns = 7};
        if (hw_time_words(hw_span_str(no[i]), HW_TIME_AS_WRITTEN, &said)) {
            fail_msg("taken for a time: %s", no[i]);
        }
        assert_int_equal(said.ns, 7);
    }
}

static bool read_any(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    bool all = true;
    for (int hint = HW_TIME_AS_WRITTEN; hint <= (int)HW_TIME_FILETIME; hint++) {
        struct hw_time_said said;
        if (!hw_time_words((struct hw_span){p, n}, (enum hw_time_hint)hint, &said)) {
            all = false;
        } else {
            assert_true(said.ns != HW_TIME_NONE && said.digits <= 9);
        }
    }
    return all;
}

static void no_cut_or_damage_leads_out_of_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint8_t *p = (const uint8_t *)rows[i].text;
        hw_sweep_truncate(p, strlen(rows[i].text), read_any, NULL);
        if (strlen(rows[i].text) > 8) {
            hw_sweep_mutate(p, strlen(rows[i].text), 2000, i + 1, read_any, NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_written_form_is_understood),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(no_cut_or_damage_leads_out_of_the_text),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("time_words", tests, NULL, NULL);
}
