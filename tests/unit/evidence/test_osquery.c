/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_osquery.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 16 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void examine(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

static void osquery_event_row_is_a_record_at_its_own_time(void **state)
{
    (void)state;
    build_osquery_event(&b, "pack/incident/process_events",
                        "\"pid\":\"412\",\"path\":\"/bin/ls\",\"cmdline\":\"ls -l\","
                        "\"time\":\"1678689000\"");
    build_osquery_event(&b, "what runs", "\"pid\":\"413\",\"path\":\"/bin/cat\",\"uptime\":\"9\"");
    examine();
    assert_int_equal(t.told.anomalies + t.told.worst, 0);
    assert_int_equal(t.records, 2);
    assert_true(hw_told_has(&t.told, "artifact node=0", "format=osquery", NULL));
    assert_true(hw_told_has(&t.told,
                            "osquery/pack/incident/process_events/process_events number=1 off=0 "
                            "time=2023-03-13T06:30:00Z clock=1 digits=0",
                            " pid=\"412\"", " path=\"/bin/ls\"", " cmdline=\"ls -l\"",
                            " hostIdentifier=\"mac1\"", " unixTime=\"1678689060\"",
                            " query.name=\"pack/incident/process_events\"",
                            " query.action=\"added\"", " decorations.team=\"red\"", NULL));
    assert_true(hw_told_has(&t.told, "osquery/what runs/what runs number=2",
                            "time=2023-03-13T06:31:00Z", NULL));
}

static void osquery_columns_called_as_the_envelope_stay_apart(void **state)
{
    (void)state;
    build_osquery_event(&b, "q1", "\"pid\":\"1\"");
    build_osquery_event(&b, "fim",
                        "\"target_path\":\"/etc/x\",\"action\":\"CREATED\","
                        "\"name\":\"n\",\"time\":\"1678689000\"");
    examine();
    assert_true(hw_told_has(&t.told, "osquery/fim/file_events", " action=\"CREATED\"",
                            " name=\"n\"", " query.name=\"fim\"", " query.action=\"added\"", NULL));
}

static void osquery_rows_of_a_batch_and_a_snapshot_are_records(void **state)
{
    (void)state;
    build_osquery_rows(&b, "processes", "snapshot",
                       "{\"pid\":\"1\",\"name\":\"launchd\"}, {\"pid\":\"2\",\"name\":\"]}\\\"\"}");
    build_osquery_rows(&b, "programs", "removed", "{\"name\":\"old\",\"version\":\"1\"}");
    build_osquery_rows(&b, "programs", "added", "");
    examine();
    char where[64];
    const char *row = strstr(hw_buf_text(&b), "{\"pid\":\"2\"");
    assert_non_null(row);
    assert_int_equal(t.told.anomalies + t.told.worst, 0);
    assert_int_equal(t.records, 3);
    snprintf(where, sizeof where, "number=1 off=%zu ", (size_t)(row - (const char *)b.p));
    assert_true(hw_told_has(&t.told, "osquery/processes/processes ", where, " pid=\"2\"",
                            " name=\"]}\"\"", " query.action=\"snapshot\"", NULL));
    assert_true(hw_told_has(&t.told, "osquery/programs/programs number=2", " name=\"old\"",
                            " query.action=\"removed\"", NULL));
}

static void osquery_snapshot_of_many_thousand_rows_is_read(void **state)
{
    (void)state;
    hw_buf_str(&b, "{\"snapshot\":[");
    for (unsigned i = 0; i < 50000; i++) {
        hw_buf_printf(&b, "%s{\"pid\":\"%u\"}", i > 0 ? "," : "", i);
    }
    hw_buf_str(&b, "],\"action\":\"snapshot\",\"name\":\"processes\",\"hostIdentifier\":\"h\","
                   "\"unixTime\":1678689060}\n");
    examine();
    assert_int_equal(t.records, 50000);
    assert_int_equal(t.layouts_count, 1);
    assert_int_equal(t.told.anomalies, 0);
}

static void osquery_rows_that_are_none_are_told(void **state)
{
    (void)state;
    build_osquery_event(&b, "q", "\"pid\":\"1\"");
    build_osquery_rows(&b, "q", "snapshot", "{\"pid\":\"1\"},{\"pid\" 2}");
    hw_buf_str(&b, "{\"x\":1}\n");
    examine();
    assert_int_equal(t.records, 2);
    assert_true(hw_told_has(&t.told, "rule=line-refused", "rows that are not JSON", NULL));
    assert_true(hw_told_has(&t.told, "rule=line-refused", "no result of osquery", NULL));
}

static void osquery_other_json_is_not_claimed(void **state)
{
    static const char *const others[] = {
        "{\"name\":\"x\",\"columns\":[1],\"version\":\"1\"}\n",
        "{\"hostIdentifier\":\"h\",\"unixTime\":1,\"severity\":0}\n",
        "{\"snapshot\":[],\"name\":\"backup\"}\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)end(state);
        (void)begin(state);
        hw_buf_str(&b, others[i]);
        examine();
        assert_false(hw_told_has(&t.told, "format=osquery", NULL));
    }
}

static void osquery_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_osquery_event(&b, "process_events", "\"pid\":\"412\",\"time\":\"1678689000\"");
    build_osquery_rows(&b, "processes", "snapshot", "{\"pid\":\"1\"},{\"pid\":\"2\"}");
    hw_sweep_truncate(b.p, b.n, hw_recorded_some, NULL);
    hw_sweep_mutate(b.p, b.n, 4000, 41, hw_recorded_some, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(osquery_event_row_is_a_record_at_its_own_time),
        CASE(osquery_columns_called_as_the_envelope_stay_apart),
        CASE(osquery_rows_of_a_batch_and_a_snapshot_are_records),
        CASE(osquery_snapshot_of_many_thousand_rows_is_read),
        CASE(osquery_rows_that_are_none_are_told),
        CASE(osquery_other_json_is_not_claimed),
        CASE(osquery_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("osquery", tests, NULL, NULL);
}
