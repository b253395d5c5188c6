/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_zeek.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 8 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void read_it(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

#define HAS(...) hw_told_has(&t.told, __VA_ARGS__, NULL)

static void zeek_conn_is_kept_field_by_field(void **state)
{
    (void)state;
    build_zeek_conn(&b, 5, false);
    read_it();
    assert_true(HAS("artifact node=0", "format=zeek"));
    assert_int_equal(t.records, 5);
    assert_int_equal(t.told.anomalies + t.lost, 0);
    assert_true(HAS("zeek/conn/conn number=10 ", "time=2026-03-01T00:00:01.007919Z",
                    "clock=1 digits=6", "uid=\"C0000000000000001\"", "id.orig_h=\"10.0.1.0\"",
                    "id.resp_p=\"443\"", "resp_ip_bytes=\"1\""));
    assert_false(HAS("tunnel_parents=")); /* unset is absent */
}

static void zeek_offsets_lead_to_the_line(void **state)
{
    (void)state;
    build_zeek_conn(&b, 1, false);
    read_it();
    const char *text = hw_buf_text(&b), *line = strstr(text, "\n1772");
    char want[32];
    assert_non_null(line);
    (void)snprintf(want, sizeof want, " off=%zu ", (size_t)(line + 1 - text));
    assert_true(HAS("zeek/conn/conn", want));
}

static void zeek_escapes_are_undone_and_sets_stay_text(void **state)
{
    (void)state;
    build_zeek_open(&b, "\t", "http", "ts uri names empty dash",
                    "time string set[string] vector[string] string");
    hw_buf_str(&b, "1.5\t/a\\x09b\\\\c\\xe4\ta\\x2cb,c\\x20d\t(empty)\t\\x2d\n");
    hw_buf_str(&b, "2\t/a\\x0\\xzz\\\t\t\t-\n");
    build_zeek_close(&b, "\t");
    read_it();
    /* The escaper of the tests shows a tab as \x09 and a backslash as two. */
    assert_true(HAS("time=1970-01-01T00:00:01.500Z clock=1 digits=1", "uri=\"/a\\x09b\\\\c\\xe4\"",
                    "names=\"a\\\\x2cb,c d\"", "empty=\"\"", "dash=\"-\""));
    assert_true(HAS("digits=0", "uri=\"/a\\\\x0\\\\xzz\\\\\"", "names=\"\" empty=\"\"\n") ||
                HAS("digits=0", "uri=\"/a\\\\x0\\\\xzz\\\\\"", "names=\"\" empty=\"\""));
    assert_int_equal(t.told.anomalies, 0);
}

static void zeek_separator_may_be_any_bytes(void **state)
{
    (void)state;
    build_zeek_open(&b, "||", "dns", "ts query answers", "time string vector[string]");
    hw_buf_str(&b, "1||example.org||192.0.2.1,a|b\n2||-||(empty)\n3||x\n");
    build_zeek_close(&b, "||");
    read_it();
    assert_true(HAS("zeek/dns/dns", "query=\"example.org\" answers=\"192.0.2.1,a|b\""));
    assert_true(HAS("number=10", "digits=0 ts=\"2\" answers=\"\""));
    assert_true(HAS("rule=line-refused", "2 fields, and the header has 3"));
}

static void zeek_appended_log_has_its_own_header(void **state)
{
    (void)state;
    build_zeek_open(&b, "\t", "ssl", "ts a b", "time string string");
    hw_buf_str(&b, "1\tx\ty\n");
    build_zeek_close(&b, "\t");
    build_zeek_open(&b, "|", "files", "ts b", "time string");
    hw_buf_str(&b, "1|tab\there\n1\tx\ty\n");
    build_zeek_close(&b, "|");
    read_it();
    assert_true(HAS("zeek/ssl/ssl number=9", "a=\"x\" b=\"y\""));
    assert_true(HAS("zeek/files/files number=19", "b=\"tab\\x09here\""));
    assert_true(HAS("rule=line-refused", "record 20: 1 fields, and the header has 2"));
}

static void zeek_lines_without_a_header_are_refused(void **state)
{
    (void)state;
    hw_buf_str(&b, "#separator \\x09\n#path\tconn\n#fields\tts\ta\n1\t2\n#separator \\x09\n3\t4\n");
    read_it();
    assert_int_equal(t.records, 1);
    assert_true(HAS("rule=line-refused", "record 6: no header"));
    assert_true(HAS("lost node=0 what=dirty"));
}

static void zeek_header_without_a_separator_ends(void **state)
{
    (void)state;
    hw_buf_str(&b, "#separator \n#path\tconn\n#fields\tts\ta\n#types\ttime\n1\t2\n");
    read_it();
    assert_true(HAS("rule=bad-header", "no separator"));
    assert_int_equal(t.records, 0);
}

static void zeek_types_that_do_not_fit_are_told(void **state)
{
    (void)state;
    build_zeek_open(&b, "\t", "conn", "ts a b", "time string");
    hw_buf_str(&b, "1\tx\ty\n");
    read_it();
    assert_true(HAS("rule=bad-header", "2 types for 3 fields"));
    assert_int_equal(t.records, 1);
}

static void zeek_missed_bytes_are_summed_once(void **state)
{
    (void)state;
    build_zeek_conn(&b, 7, true);
    read_it();
    assert_int_equal(t.lost, 1);
    assert_true(HAS("lost node=0 what=dropped", "3000 bytes of 3 connections"));
}

static void zeek_log_cut_short_is_dirty_and_truncated(void **state)
{
    (void)state;
    build_zeek_conn(&b, 3, false);
    b.n -= 30 + strlen("#close\t2026-03-01-01-00-00\n");
    read_it();
    assert_int_equal(t.records, 2);
    assert_true(HAS("lost node=0 what=truncated"));
    assert_true(HAS("lost node=0 what=dirty"));
    assert_true(HAS("rule=line-refused", "record 11"));
}

static void zeek_time_that_is_none_keeps_the_record(void **state)
{
    (void)state;
    build_zeek_open(&b, "\t", "weird", "ts name", "time string");
    hw_buf_str(&b, "XXXXXXXXXX.XXXXXX\ta\n-\tb\n1.2.3\tc\n99999999999\td\n");
    build_zeek_close(&b, "\t");
    read_it();
    assert_int_equal(t.records, 4);
    assert_true(HAS("rule=bad-time", "3 records"));
    assert_true(HAS("time=unknown clock=0 digits=0 ts=\"XXXX", "name=\"a\""));
    assert_true(HAS("clock=0 digits=0 name=\"b\""));
}

static void zeek_remark_before_the_header_is_borne(void **state)
{
    (void)state;
    hw_buf_str(&b, "### a tool's remark\n");
    build_zeek_conn(&b, 1, false);
    read_it();
    assert_int_equal(t.records, 1);
    assert_int_equal(t.told.anomalies, 0);
}

static void zeek_is_not_claimed_of_other_text(void **state)
{
    (void)state;
    static const char *const others[] = {
        "#separator ,\n1,2,3\n",
        "# separator \\x09\n#fields\ta\n",
        "uid\tservice\thistory\nC1\thttp\tS\n",
        "ts\tuid\n#separator \\x09\n#fields\ta\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    assert_false(HAS("format=zeek"));
}

static void zeek_more_fields_than_a_record_may_have_is_refused(void **state)
{
    (void)state;
    hw_buf_str(&b, "#separator \\x09\n#path\tconn\n#fields");
    for (unsigned i = 0; i < 2049; i++) {
        hw_buf_str(&b, "\ta");
    }
    hw_buf_str(&b, "\n1\t2\n");
    read_it();
    assert_true(HAS("rule=bad-header", "more than a record may have"));
    assert_true(HAS("rule=line-refused"));
    assert_int_equal(t.records, 0);
}

static void zeek_value_without_end_is_cut_and_told(void **state)
{
    (void)state;
    build_zeek_open(&b, "\t", "http", "ts uri user_agent", "time string string");
    hw_buf_str(&b, "1\t");
    for (unsigned i = 0; i < 100000; i++) {
        hw_buf_str(&b, "\\xff");
    }
    hw_buf_str(&b, "\tcurl\n");
    build_zeek_close(&b, "\t");
    read_it();
    assert_int_equal(t.records, 1);
    assert_true(HAS("rule=bad-size", "longest values are cut"));
    assert_true(HAS("user_agent=\"curl\""));
}

static void zeek_headers_without_end_are_bounded(void **state)
{
    (void)state;
    hw_buf_str(&b, "#separator \\x09\n#path\tx\n");
    for (unsigned i = 0; i < 20100; i++) {
        hw_buf_printf(&b, "#fields\tts\tf%u\n1\t2\n", i);
    }
    read_it();
    assert_int_equal(t.records, 20000);
    assert_true(HAS("rule=bad-header", "more kinds of records"));
}

static void zeek_budget_of_items_is_kept(void **state)
{
    (void)state;
    const struct hw_limits few = {.items = 20};
    build_zeek_conn(&b, 100, false);
    hw_told_examine(&t.told, b.p, b.n, &few);
    assert_true(t.records < 20);
    assert_true(HAS("rule=over-budget"));
}

static void zeek_records_mean_what_the_mapping_says(void **state)
{
    (void)state;
    t.happenings = true;
    build_zeek_json(&b, true);
    hw_buf_str(&b, "{\"_path\":\"dce_rpc\",\"ts\":1,\"uid\":\"C9\",\"id_orig_h\":\"10.0.0.5\","
                   "\"id_resp_h\":\"10.0.0.8\",\"endpoint\":\"svcctl\",\"operation\":"
                   "\"CreateServiceW\"}\n"
                   "{\"_path\":\"kerberos\",\"ts\":1,\"id_orig_h\":\"10.0.0.5\",\"client\":"
                   "\"eve/X\",\"service\":\"cifs/B\",\"success\":true}\n"
                   "{\"_path\":\"ssh\",\"ts\":1,\"id_orig_h\":\"10.0.0.5\",\"auth_success\":"
                   "false}\n");
    read_it();
    assert_true(HAS("happened net-flow", "src.ip=\"10.0.0.5\"", "dst.ip=\"192.0.2.9\"",
                    "dst.port=\"443\"", "uid=\"C1\""));
    assert_true(HAS("happened file-transfer", "src.ip=\"10.0.0.5,10.0.0.6\"", "native=\"F1\""));
    assert_true(HAS("happened dns", "name=\"example.org\"", "answers=\"192.0.2.9\""));
    assert_true(HAS("happened service-install", "dst.ip=\"10.0.0.8\""));
    assert_true(HAS("happened ticket", "user=\"eve/X\"", "service=\"cifs/B\""));
    assert_true(HAS("happened logon-failed", "kind=\"ssh\""));
    assert_int_equal(hw_told_count(&t.told, "happened "), 6);
    assert_false(HAS("happened", " host=")); /* a sensor is neither end */
}

static void zeek_json_with_a_path_is_kept(void **state)
{
    (void)state;
    build_zeek_json(&b, true);
    read_it();
    assert_true(HAS("artifact node=0", "format=zeek"));
    assert_int_equal(t.told.anomalies, 0);
    assert_true(HAS("zeek/conn/conn number=1 off=0 time=2026-03-01T00:00:00.500Z clock=1 digits=1",
                    "id.orig_h=\"10.0.0.5\"", "missed_bytes=\"7\""));
    assert_true(HAS("zeek/files/files number=2", "tx_hosts=\"10.0.0.5,10.0.0.6\""));
    assert_true(HAS("lost node=0 what=dropped", "7 bytes of 1 connections"));
}

static void zeek_json_without_a_path_is_told_by_its_fields(void **state)
{
    (void)state;
    build_zeek_json(&b, false);
    read_it();
    assert_true(HAS("zeek/conn/conn number=1"));
    assert_true(HAS("zeek/files/files number=2"));
    assert_true(HAS("zeek/dns/dns number=3", "2026-03-01T00:00:02.25"));
    assert_true(HAS("zeek/unknown/unknown number=4"));
    assert_int_equal(t.told.anomalies, 0);
}

static void zeek_json_of_a_shipper_is_known_by_its_writer(void **state)
{
    (void)state;
    hw_buf_str(&b, "{\"@stream\":\"loaded_scripts\",\"@system\":\"s\",\"@proc\":\"zeek\","
                   "\"name\":\"/x.zeek\"}\n{\"@stream\":\"dns\",\"@proc\":\"zeek\",\"ts\":"
                   "\"2026-03-01T00:00:01.5Z\",\"id_orig_h\":\"10.0.0.5\",\"query\":null}\n");
    read_it();
    assert_true(HAS("zeek/loaded_scripts/loaded_scripts number=1", "time=unknown"));
    assert_true(HAS("zeek/dns/dns number=2", "time=2026-03-01T00:00:01.500Z clock=1"));
    assert_false(HAS("query=")); /* null is unset */
}

static void zeek_json_that_is_another_programs_is_left(void **state)
{
    (void)state;
    static const char *const others[] = {
        "{\"ts\":1772323200.5,\"level\":\"info\",\"msg\":\"started\"}\n",
        "{\"_path\":\"a\",\"ts\":1772323200.5}\n",
        "{\"uid\":\"1\",\"name\":\"package\",\"version\":\"1.0\"}\n",
        "{\"@stream\":\"x y\",\"@proc\":\"zeek\"}\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    assert_false(HAS("format=zeek"));
}

static void zeek_json_record_of_something_else_is_bad(void **state)
{
    (void)state;
    build_zeek_json(&b, true);
    hw_buf_str(&b, "{\"level\":\"info\"}\n{\"_path\":\"conn\",\"ts\":\"noon\"}\n");
    read_it();
    assert_true(HAS("rule=line-refused", "no record of a Zeek log"));
    assert_true(HAS("rule=bad-time", "1 records"));
}

static void zeek_json_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_zeek_json(&b, true);
    build_zeek_json(&b, false);
    hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 3000, 22, hw_told_sound, NULL);
}

static void zeek_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_zeek_conn(&b, 12, true);
    build_zeek_open(&b, "\t", "http", "ts uri names", "time string set[string]");
    hw_buf_str(&b, "1.5\t/a\\x09b\\\\c\\xe4\ta\\x2cb,c\\x20d\n");
    hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 4000, 21, hw_told_sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(zeek_conn_is_kept_field_by_field),
        CASE(zeek_offsets_lead_to_the_line),
        CASE(zeek_escapes_are_undone_and_sets_stay_text),
        CASE(zeek_separator_may_be_any_bytes),
        CASE(zeek_appended_log_has_its_own_header),
        CASE(zeek_lines_without_a_header_are_refused),
        CASE(zeek_header_without_a_separator_ends),
        CASE(zeek_types_that_do_not_fit_are_told),
        CASE(zeek_missed_bytes_are_summed_once),
        CASE(zeek_log_cut_short_is_dirty_and_truncated),
        CASE(zeek_time_that_is_none_keeps_the_record),
        CASE(zeek_remark_before_the_header_is_borne),
        CASE(zeek_is_not_claimed_of_other_text),
        CASE(zeek_more_fields_than_a_record_may_have_is_refused),
        CASE(zeek_value_without_end_is_cut_and_told),
        CASE(zeek_headers_without_end_are_bounded),
        CASE(zeek_budget_of_items_is_kept),
        CASE(zeek_records_mean_what_the_mapping_says),
        CASE(zeek_json_with_a_path_is_kept),
        CASE(zeek_json_without_a_path_is_told_by_its_fields),
        CASE(zeek_json_of_a_shipper_is_known_by_its_writer),
        CASE(zeek_json_that_is_another_programs_is_left),
        CASE(zeek_json_record_of_something_else_is_bad),
        CASE(zeek_json_survives_every_cut_and_damage),
        CASE(zeek_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("zeek", tests, NULL, NULL);
}
