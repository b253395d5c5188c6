/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_lifecycle.h"
#include "exam.h"
#include "learned.h"
#include "sweep.h"

static void releases_that_ended_become_statements(void **state)
{
    (void)state;
    read_it(build_endoflife);
    HAS("artifact node=0", "format=lifecycle");
    HAS("knowledge node=0 form=lifecycle entries=6 refused=0 ignored=1");
    HAS("statement node=0 line=2 status=ended name=\"snake\" ecosystem=generic scheme=dotted "
        "first=\"3.8\" below=\"3.9\" from=1728259200000000000ns source=\"endoflife.date\"");
    HAS("statement node=0 line=2 status=ended name=\"Snake\" scheme=dotted first=\"3.8\" "
        "below=\"3.9\"",
        "cpe=\"cpe:2.3:a:snake:snake\"");
    HAS("statement node=0 line=3 status=ended name=\"Snake\" scheme=dotted first=\"2\" "
        "below=\"3\" source");
    assert_int_equal(t.anomalies, 0);
}

static void a_name_that_is_no_number_is_that_one_and_paid_support_moves_the_end(void **state)
{
    (void)state;
    read_it(build_endoflife);
    HAS("statement node=0 line=4 status=ended name=\"Snake\"",
        "exact=\"2012-r2\" from=1791849600000000000ns");
}

static void api_of_endoflife_is_read(void **state)
{
    (void)state;
    read_it(build_endoflife_api);
    HAS("knowledge", "entries=2 refused=0 ignored=1");
    HAS("statement node=0 line=1 status=ended name=\"snake\" ecosystem=pypi scheme=pep440 "
        "first=\"1.9\" below=\"1.10\" from=1577836800000000000ns",
        "says=\"1.9 LTS\"");
    read_it("{\"result\":[{\"name\":\"a\",\"releases\":[{\"name\":\"1\",\"isEol\":true}]},"
            "{\"name\":\"b\",\"releases\":[{\"name\":\"\",\"isEol\":true},{\"name\":\"4\","
            "\"isEol\":true}]},{\"name\":\"c\"}]}");
    HAS("name=\"a\" scheme=dotted first=\"1\" below=\"2\"");
    HAS("statement node=0 line=3", "name=\"b\" scheme=dotted first=\"4\" below=\"5\"");
    HAS("knowledge", "entries=2 refused=2");
}

static void openeox_shell_is_read_and_a_core_names_nothing(void **state)
{
    (void)state;
    read_it(build_openeox);
    HAS("artifact node=0", "format=lifecycle");
    HAS("knowledge", "entries=2 refused=0 ignored=1");
    HAS("statement node=0 line=1 status=ended name=\"Widget\" vendor=\"Example\" scheme=dotted "
        "first=\"5.2\" below=\"5.3\" from=1585699200000000000ns source=\"OpenEoX\" "
        "published=1577836800000000000ns");
    HAS("name=\"example/widget\" ecosystem=generic", "purl=\"pkg:generic/example/widget@5.2\"");
    read_it("{\"$schema\":\"https://docs.oasis-open.org/openeox/v1.0/schema/core.json\","
            "\"end_of_life\":\"2025-12-31T12:00:00Z\"}");
    HAS("knowledge", "entries=0 refused=0 ignored=1");
}

static void table_of_four_columns_is_read(void **state)
{
    (void)state;
    read_it(build_lifecycle_csv);
    HAS("artifact node=0", "format=lifecycle");
    HAS_NOT("polyglot");
    HAS("knowledge", "entries=2 refused=0");
    HAS("statement node=0 line=3 status=ended name=\"Widget\" vendor=\"Example, Inc.\" "
        "scheme=dotted first=\"7.17\" below=\"7.18\" from=1585699200000000000ns");
    HAS("statement node=0 line=4 status=ended name=\"Gadget\" vendor=\"Example\" scheme=dotted "
        "from=");
    assert_int_equal(t.anomalies, 0);
}

static void lines_that_say_no_end_are_refused(void **state)
{
    (void)state;
    read_it("vendor,product,version,ended\nExample,Widget,1,soon\nExample,,1,2020-01-01\n"
            "Example,Widget,2020-01-01\nExample,Widget,1,2020-01-01\n");
    HAS("knowledge", "entries=1 refused=3");
    HAS("line-refused", "entry 2", "no date");
    HAS("line-refused", "entry 3", "a product without a name");
    HAS("line-refused", "entry 4", "not four columns");
}

static void other_tables_are_none(void **state)
{
    (void)state;
    read_it("vendor,product,ended,version\nExample,Widget,2020-01-01,1\n");
    read_it("vendor,product,version\nExample,Widget,1\n");
    read_it("vendor,product,version,ended,why\nExample,Widget,1,2020-01-01,x\n");
    read_it("{\"name\":\"x\",\"releases\":[]}");
    HAS_NOT("format=lifecycle");
}

static const char *const wholes[] = {build_endoflife, build_endoflife_api, build_openeox,
                                     build_lifecycle_csv};

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE, .lines = {{"statement node=0"}}};

static void lifecycles_survive_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        hw_sweep_truncate((const uint8_t *)wholes[i], strlen(wholes[i]), hw_told_whole, &whole);
    }
}

static void lifecycles_survive_mutation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        hw_sweep_mutate((const uint8_t *)wholes[i], strlen(wholes[i]), 2000, 20200401 + i,
                        hw_told_whole, &whole);
    }
}

/* The successor of a line is a number that must exist. */
static void limits_of_numbers_are_kept(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_buf_str(&b, "vendor,product,version,ended\nE,W,18446744073709551615,2020-01-01\n"
                   "E,W,18446744073709551614,2020-01-01\nE,W,");
    for (int i = 0; i < 300; i++) {
        hw_buf_char(&b, '1');
    }
    hw_buf_str(&b, ",2020-01-01\n");
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("exact=\"18446744073709551615\"");
    HAS("first=\"18446744073709551614\" below=\"18446744073709551615\"");
    HAS("knowledge", "entries=2 refused=1");
    HAS("line-refused", "a version too long");
    hw_buf_done(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(releases_that_ended_become_statements),
        T(a_name_that_is_no_number_is_that_one_and_paid_support_moves_the_end),
        T(api_of_endoflife_is_read),
        T(openeox_shell_is_read_and_a_core_names_nothing),
        T(table_of_four_columns_is_read),
        T(lines_that_say_no_end_are_refused),
        T(other_tables_are_none),
        T(lifecycles_survive_truncation),
        T(lifecycles_survive_mutation),
        T(limits_of_numbers_are_kept),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
