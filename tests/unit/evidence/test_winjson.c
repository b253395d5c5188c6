/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_winjson.h"
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

static void make(const char *text)
{
    hw_buf_str(&b, text);
    examine();
}

static void winjson_every_shape_tells_the_same_event(void **state)
{
    for (unsigned shape = 0; shape < BUILD_WINJSON_COUNT; shape++) {
        (void)end(state);
        (void)begin(state);
        for (unsigned i = 1; i <= 5; i++) {
            build_winjson(&b, (enum build_winjson)shape, i);
        }
        examine();
        const char *log = shape == BUILD_WINJSON_SYSLOG ? "windows/Linux-Sysmon/11"
                                                        : "windows/Microsoft-Windows-Sysmon/11";
        assert_int_equal(t.told.anomalies + t.told.worst, 0);
        assert_int_equal(t.records, 5);
        assert_int_equal(t.layouts_count, 1);
        assert_true(hw_told_has(&t.told, "artifact node=0", "format=windows-json", NULL));
        assert_true(hw_told_has(&t.told, log, " number=3 ", " EventID=\"11\"", " Provider_Name=\"",
                                " Channel=\"", " EventRecordID=\"3\"",
                                " Computer=\"WS1.corp.example\"", " Execution_ProcessID=\"4242\"",
                                " Execution_ThreadID=\"7\"", " Security_UserID=\"S-1-5-18\"",
                                " ProcessId=\"77\"", " Image=\"C:\\\\Tools\\\\a.exe\"",
                                " TargetFilename=\"C:\\\\Temp\\\\3\xC3\xA9.dll\"", NULL));
    }
}

static void winjson_time_is_the_logs_not_the_collectors(void **state)
{
    for (unsigned shape = 0; shape < BUILD_WINJSON_COUNT; shape++) {
        (void)end(state);
        (void)begin(state);
        build_winjson(&b, (enum build_winjson)shape, 1);
        examine();
        bool wall = shape == BUILD_WINJSON_NXLOG;
        assert_int_equal(t.records, 1);
        assert_true(hw_told_has(&t.told,
                                wall ? "time=2023-03-13T06:31:00Z clock=2 digits=0"
                                     : "time=2023-03-13T06:31:00.123Z clock=1 digits=3",
                                NULL));
    }
}

static void winjson_collectors_time_counts_when_there_is_no_other(void **state)
{
    (void)state;
    make("{\"EventID\":1,\"Channel\":\"c\",\"Hostname\":\"h\",\"SourceName\":\"p\","
         "\"@timestamp\":\"2023-03-13T10:31:00Z\"}\n"
         "{\"EventID\":1,\"Channel\":\"c\",\"Hostname\":\"h\",\"SourceName\":\"p\","
         "\"@timestamp\":\"yesterday\"}\n");
    assert_true(hw_told_has(&t.told, "windows/p/1 number=1", "10:31:00Z clock=1", NULL));
    assert_true(hw_told_has(&t.told, "windows/p/1 number=2", "time=unknown clock=0",
                            "@timestamp=\"yesterday\"", NULL));
}

static void winjson_what_a_collector_adds_is_kept(void **state)
{
    (void)state;
    build_winjson(&b, BUILD_WINJSON_NXLOG, 1);
    examine();
    assert_true(hw_told_has(
        &t.told, " EventTime=\"2023-03-13 06:31:00\"", " @timestamp=\"2023-03-13T10:31:00.500Z\"",
        " host=\"wec.corp.example\"", " tags=\"a, b\"",
        " Message=\"File created:\\x0d\\x0a\\x09C:\\\\Temp\"", " Keywords=\"-9223372036854775808\"",
        " Opcode=\"0\"", " OpcodeName=\"Info\"", NULL));
}

static void winjson_user_data_and_qualifiers_have_names(void **state)
{
    (void)state;
    make("[{\"Event\":{\"System\":{\"Provider\":{\"@Name\":\"Microsoft-Windows-Eventlog\"},"
         "\"EventID\":{\"#attributes\":{\"Qualifiers\":16384},\"#text\":1102},"
         "\"TimeCreated_attributes\":{\"SystemTime\":\"2023-03-13 06:31:00.123456 UTC\"},"
         "\"Channel\":\"Security\",\"Computer\":\"h\",\"EventRecordID\":9},"
         "\"UserData\":{\"LogFileCleared\":{\"SubjectUserName\":\"mallory\"}}}}]\n");
    assert_true(hw_told_has(&t.told, "windows/Microsoft-Windows-Eventlog/1102 number=9",
                            "time=2023-03-13T06:31:00.123456Z clock=1 digits=6",
                            "EventID_Qualifiers=\"16384\"", "SubjectUserName=\"mallory\"", NULL));
    assert_true(hw_told_has(&t.told, "lost node=0 what=cleared", NULL));
    assert_int_equal(t.lost, 1);
}

static void winjson_event_data_that_is_no_json_stays_as_text(void **state)
{
    (void)state;
    make("{\"TenantId\":\"t\",\"Computer\":\"h\",\"Channel\":\"c\",\"Provider\":\"p\","
         "\"EventID\":5,\"EventData\":\"<EventData><Data Name=\\\"a\\\">1</Data><oops>\"}\n"
         "{\"TenantId\":\"t\",\"Computer\":\"h\",\"Channel\":\"c\",\"Provider\":\"p\","
         "\"EventID\":5,\"EventData\":\"{\\\"a\\\":1}\"}\n"
         "{\"TenantId\":\"t\",\"Computer\":\"h\",\"Channel\":\"c\",\"Provider\":\"p\","
         "\"EventID\":5,\"EventData\":\"{\\\"a\\\":\"}\n");
    assert_int_equal(t.records, 3);
    assert_true(hw_told_has(&t.told, "windows/p/5 number=2", " a=\"1\"", NULL));
    assert_true(hw_told_has(&t.told, "windows/p/5 number=3", " EventData=\"{\"a\":\"", NULL));
    assert_int_equal(hw_told_count(&t.told, " a=\"1\""), 2);
}

static void winjson_xml_cut_by_syslog_is_kept_and_told(void **state)
{
    (void)state;
    make("{\"TenantId\":\"t\",\"SyslogMessage\":\"<Event><System><Provider "
         "Name=\\\"Linux-Sysmon\\\"/><EventID>1</EventID><Computer>h</Computer></System><EventData>"
         "<Data Name=\\\"Image\\\">/bin/sh</Data><Data Name=\\\"CommandLine\\\">sh -c cu\"}\n");
    assert_int_equal(t.records, 1);
    assert_true(hw_told_has(&t.told, "rule=truncated", "cut off", NULL));
    assert_true(hw_told_has(&t.told, "windows/Linux-Sysmon/1", " Image=\"/bin/sh\"",
                            " CommandLine=\"sh -c cu\"", NULL));
}

static void winjson_bad_lines_are_told_and_passed_over(void **state)
{
    (void)state;
    build_winjson(&b, BUILD_WINJSON_FLAT, 1);
    size_t first = b.n;
    hw_buf_str(&b, "{\"EventID\":1,\"Channel\":\"unclosed\n");
    size_t second = b.n;
    hw_buf_str(&b, "{\"EventID\":1\n");
    build_winjson(&b, BUILD_WINJSON_FLAT, 2);
    hw_buf_str(&b, "{\"other\":\"json\"}\n\nno json at all\n");
    build_winjson(&b, BUILD_WINJSON_FLAT, 3);
    size_t last = b.n;
    hw_buf_str(&b, "{\"EventID\":11,\"Chann");
    examine();
    char where[64];
    assert_int_equal(t.records, 3);
    assert_int_equal(hw_told_count(&t.told, "rule=line-refused"), 5);
    snprintf(where, sizeof where, "rule=line-refused off=%zu", first);
    assert_true(hw_told_has(&t.told, where, "record 2: not JSON", NULL));
    snprintf(where, sizeof where, "rule=line-refused off=%zu", second);
    assert_true(hw_told_has(&t.told, where, "record 3: not JSON", NULL));
    assert_true(hw_told_has(&t.told, "no Windows event", NULL));
    snprintf(where, sizeof where, "lost node=0 what=truncated off=%zu", last);
    assert_true(hw_told_has(&t.told, where, NULL));
    assert_true(hw_told_has(&t.told, "property node=0 key=records.bad number=5", NULL));
}

static void winjson_log_that_is_something_else_is_given_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        build_winjson(&b, BUILD_WINJSON_BEAT, i);
    }
    for (unsigned i = 0; i < 1000; i++) {
        hw_buf_printf(&b, "{\"agent\":{\"type\":\"auditbeat\"},\"n\":%u}\n", i);
    }
    examine();
    assert_true(hw_told_has(&t.told, "degree node=0 degree=refused", NULL));
    assert_int_equal(hw_told_count(&t.told, "rule=line-refused"), 96);
}

static void winjson_order_of_keys_makes_no_layouts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        build_winjson(&b,
                      (enum build_winjson)(i % 2 == 0 ? BUILD_WINJSON_NXLOG : BUILD_WINJSON_FLAT),
                      i + i / 3);
    }
    examine();
    assert_int_equal(t.records, 1000);
    assert_int_equal(t.layouts_count, 2); /* EventTime or TimeCreated */
}

static void winjson_names_without_end_are_bounded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        hw_buf_printf(&b,
                      "{\"EventID\":1,\"Channel\":\"c\",\"Hostname\":\"h\",\"SourceName\":\"p\","
                      "\"EventTime\":\"2023-03-13 06:31:00\",\"name%u\":1,\"x\":1,\"x\":2}\n",
                      i);
    }
    examine();
    assert_int_equal(t.records, 4000);
    assert_true(
        hw_told_has(&t.told, "number=3999", " name3998=\"1\"", " x=\"1\"", " x=\"2\"", NULL));
}

static void winjson_other_json_is_not_claimed(void **state)
{
    static const char *const others[] = {
        "{\"name\":\"left-pad\",\"version\":\"1.0.0\",\"dependencies\":{}}\n",
        "{\"EventID\":\"x\",\"Channel\":\"c\",\"Hostname\":\"h\",\"SourceName\":\"p\"}\n",
        "{\"EventID\":1,\"Channel\":\"c\"}\n",
        "[1,2,3]\n",
        "{\"SyslogMessage\":\"session opened\",\"TenantId\":\"t\",\"Computer\":\"h\"}\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)end(state);
        (void)begin(state);
        make(others[i]);
        assert_false(hw_told_has(&t.told, "format=windows-json", NULL));
        assert_int_equal(t.records, 0);
    }
}

static void winjson_survives_every_cut_and_damage(void **state)
{
    for (unsigned shape = 0; shape < BUILD_WINJSON_COUNT; shape++) {
        (void)end(state);
        (void)begin(state);
        build_winjson(&b, (enum build_winjson)shape, 1);
        build_winjson(&b, (enum build_winjson)shape, 2);
        hw_sweep_truncate(b.p, b.n, hw_recorded_some, NULL);
        hw_sweep_mutate(b.p, b.n, 1500, 31 + shape, hw_recorded_some, NULL);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(winjson_every_shape_tells_the_same_event),
        CASE(winjson_time_is_the_logs_not_the_collectors),
        CASE(winjson_collectors_time_counts_when_there_is_no_other),
        CASE(winjson_what_a_collector_adds_is_kept),
        CASE(winjson_user_data_and_qualifiers_have_names),
        CASE(winjson_event_data_that_is_no_json_stays_as_text),
        CASE(winjson_xml_cut_by_syslog_is_kept_and_told),
        CASE(winjson_bad_lines_are_told_and_passed_over),
        CASE(winjson_log_that_is_something_else_is_given_up),
        CASE(winjson_order_of_keys_makes_no_layouts),
        CASE(winjson_names_without_end_are_bounded),
        CASE(winjson_other_json_is_not_claimed),
        CASE(winjson_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("winjson", tests, NULL, NULL);
}
