/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "build_mapped.h"
#include "build_tar.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 64 << 20);
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
    assert_true(hw_buf_ok(&b));
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

static void anew(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

static void assert_sound(unsigned records)
{
    if (t.told.anomalies + t.told.unopened > 0 || t.lost > 0 || t.records != records) {
        fail_msg("not sound, or not %u records:\n%.2000s", records, hw_buf_text(&t.told.lines));
    }
}

/* ---- CSV ---- */

static void csv_rows_are_records_with_every_field(void **state)
{
    (void)state;
    build_mapped_csv(&b, "", ',', "\n", 3);
    read_it();
    assert_sound(3);
    assert_true(hw_told_has(&t.told, "artifact node=0", "format=mapped-csv", NULL));
    assert_true(hw_told_has(&t.told, "mapped/globalprotect/gateway-connected number=2",
                            "time=2023-03-13T06:31:02Z clock=2 digits=0",
                            "Source User=\"corp\\\\user2\"", "Private IP=\"10.8.0.17\"",
                            "Description=\"says \"hi\"\\x0a,\"", NULL));
}

static void csv_offsets_are_those_of_the_file(void **state)
{
    (void)state;
    char want[64];
    build_mapped_csv(&b, "\xEF\xBB\xBFsep=,\r\n", ',', "\r\n", 2);
    const char *second = strstr(hw_buf_text(&b), "2023/03/13 06:31:02");
    (void)snprintf(want, sizeof want, "number=2 off=%d ", (int)(second - (const char *)b.p));
    read_it();
    assert_sound(2);
    assert_true(hw_told_has(&t.told, want, "user2", NULL));
}

static void csv_of_any_delimiter_and_preamble_is_read(void **state)
{
    (void)state;
    static const char *const before[] = {
        "", "\xEF\xBB\xBF", "sep=;\r\n", "#TYPE System.Data.DataRow\r\n",
        "\tA log\r\n\r\n00\tThe log was started, and so on.\r\n\r\n"};
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        for (const char *d = ",;\t|"; *d != 0; d++) {
            anew();
            build_mapped_csv(&b, before[i], *d, "\r\n", 5);
            read_it();
            assert_sound(5);
        }
    }
}

static void csv_rows_that_do_not_fit_are_refused_by_place(void **state)
{
    (void)state;
    build_mapped_csv(&b, "", ',', "\n", 50);
    hw_buf_str(&b, "2023/03/13 06:40:00,gateway-logout,logout\n");
    hw_buf_str(&b, "2023/03/13 06:40:01,a,b,c,d,e,f,g,h,i,j,k,l\n");
    hw_buf_str(&b,
               "2023/03/13 06:40:02,gateway-logout,logout,u,m,p,q,h,s,v,d,\n"); /* one too many, */
    read_it();                                                                  /* but empty */
    assert_int_equal(t.records, 51);
    assert_true(hw_told_has(&t.told, "rule=line-refused", "record 51: fewer fields", NULL));
    assert_true(hw_told_has(&t.told, "rule=line-refused", "record 52: more fields", NULL));
    assert_true(hw_told_has(&t.told, "gateway-logout number=53", NULL));
    assert_true(hw_told_has(&t.told, "records.bad number=2", NULL));
    assert_int_equal(t.lost, 0);
}

static void csv_cut_in_a_row_is_told_as_lost(void **state)
{
    (void)state;
    build_mapped_csv(&b, "", ',', "\n", 3);
    b.n -= strlen("8f0c,success,vpn,\"says \"\"hi\"\"\n,\"\n");
    read_it();
    assert_int_equal(t.records, 2);
    assert_true(hw_told_has(&t.told, "lost node=0 what=truncated", NULL));
}

static void csv_header_again_is_no_row(void **state)
{
    (void)state;
    build_mapped_csv(&b, "", ',', "\n", 2);
    build_mapped_csv(&b, "", ',', "\n", 2);
    read_it();
    assert_sound(4);
    assert_true(hw_told_has(&t.told, "number=4", "user2", NULL));
}

static void csv_in_utf16_is_said_and_left(void **state)
{
    (void)state;
    struct hw_buf wide;
    build_mapped_csv(&b, "", ',', "\n", 2);
    hw_buf_init(&wide, 1 << 16);
    hw_buf_u16le(&wide, 0xfeff);
    for (size_t i = 0; i < b.n; i++) {
        hw_buf_u16le(&wide, b.p[i]);
    }
    hw_told_examine(&t.told, wide.p, wide.n, NULL);
    hw_buf_done(&wide);
    assert_true(hw_told_has(&t.told, "rule=unsupported", "UTF-16", NULL));
    assert_int_equal(t.told.unopened, 1);
    assert_int_equal(t.records, 0);
}

static void discriminators_without_end_are_other(void **state)
{
    (void)state;
    build_mapped_csv(&b, "", ',', "\n", 1);
    for (unsigned i = 0; i < 200; i++) {
        hw_buf_printf(&b, "2023/03/13 06:40:00,Event-%u,s,u,m,p,q,h,s,v,d\n", i);
    }
    hw_buf_str(&b, "2023/03/13 06:40:00,,s,u,m,p,q,h,s,v,d\n");
    read_it();
    assert_sound(202);
    assert_int_equal(hw_told_count(&t.told, "layout node=0"), 66); /* 64, other and row */
    assert_true(hw_told_has(&t.told, "mapped/globalprotect/event-3 number=5", NULL));
    assert_true(hw_told_has(&t.told, "mapped/globalprotect/other number=201", NULL));
    assert_true(hw_told_has(&t.told, "mapped/globalprotect/row number=202", NULL));
}

static void times_that_cannot_be_read_leave_the_record(void **state)
{
    (void)state;
    build_mapped_csv(&b, "", ',', "\n", 1);
    hw_buf_str(&b, "yesterday,gateway-logout,s,u,m,p,q,h,s,v,d\n");
    hw_buf_str(&b, "2023/13/45 06:40:00,gateway-logout,s,u,m,p,q,h,s,v,d\n");
    read_it();
    assert_int_equal(t.records, 3);
    assert_true(hw_told_has(&t.told, "number=2", "time=unknown clock=0", NULL));
    assert_int_equal(hw_told_count(&t.told, "rule=bad-time"), 1);
    assert_true(hw_told_has(&t.told, "rule=bad-time", "2 records", NULL));
}

static void logs_that_are_mostly_bad_are_refused(void **state)
{
    (void)state;
    build_mapped_csv(&b, "", ',', "\n", 50);
    for (unsigned i = 0; i < 100000; i++) {
        hw_buf_str(&b, "no,row\n");
    }
    read_it();
    assert_int_equal(t.records, 50);
    assert_true(hw_told_has(&t.told, "degree node=0 degree=refused", NULL));
}

/* 25,000 rows whose undone quotes, kept, would need 50 MB: more than the arena may hold. */
static void long_logs_take_no_memory_for_their_rows(void **state)
{
    (void)state;
    char text[2001];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    t.told.quiet = true;
    build_mapped_csv(&b, "", ',', "\n", 1);
    for (unsigned i = 1; i < 25000; i++) {
        hw_buf_printf(&b, "2023/03/13 06:40:00,e,s,u,m,p,q,h,s,v,\"\"\"%s\"\n", text);
    }
    read_it();
    assert_int_equal(t.records, 25000);
    assert_int_equal(t.told.anomalies, 0);
}

static void running_out_of_fuel_is_said(void **state)
{
    (void)state;
    struct hw_limits few = {.items = 20};
    build_mapped_csv(&b, "", ',', "\n", 100);
    hw_told_examine(&t.told, b.p, b.n, &few);
    assert_true(t.records < 100);
    assert_true(hw_told_has(&t.told, "rule=over-budget", NULL));
    for (unsigned shape = 0; shape < 2; shape++) {
        anew();
        if (shape == 0) {
            build_mapped_kv(&b, 100);
        } else {
            build_mapped_json(&b, "{\"value\":[", ",", "]}", 100);
        }
        hw_told_examine(&t.told, b.p, b.n, &few);
        assert_true(t.records < 100);
        assert_true(hw_told_has(&t.told, "rule=over-budget", NULL));
    }
}

/* ---- JSON ---- */

static void json_in_every_wrapper_is_read(void **state)
{
    (void)state;
    static const char *const shapes[][3] = {
        {"", "\n", "\n"},
        {"[", ",\n", "]"},
        {"{\"value\":[", ",", "]}"},
        {"\xEF\xBB\xBF{ \"@odata.context\" : \"https://a\" , \"value\" : [ ", " , ",
         " ] , \"@odata.nextLink\":\"}\" }\n"},
        {"{\"records\":[", ",", "]}\n"},
        {"{\"Records\":[", ",", "]}"},
        {"{\"value\":[", "]}\n{\"value\":[", "]}\n"},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        anew();
        build_mapped_json(&b, shapes[i][0], shapes[i][1], shapes[i][2], 3);
        read_it();
        assert_sound(3);
        assert_true(hw_told_has(&t.told, "artifact node=0", "format=mapped-json", NULL));
        assert_true(hw_told_has(&t.told, "mapped/entra-signin/row number=3",
                                "time=2023-03-13T06:31:03Z clock=1",
                                "userPrincipalName=\"user3@example.com\"",
                                "deviceDetail.displayName=\"LT-0147\"", NULL));
    }
}

static void json_wrappers_that_end_early_are_told_as_lost(void **state)
{
    (void)state;
    build_mapped_json(&b, "{\"value\":[", ",", "", 3);
    read_it();
    assert_int_equal(t.records, 3);
    assert_true(hw_told_has(&t.told, "lost node=0 what=truncated", NULL));
    anew();
    build_mapped_json(&b, "{\"value\":[", ",", ",nonsense]}", 3);
    read_it();
    assert_int_equal(t.records, 3);
    assert_true(hw_told_has(&t.told, "lost node=0 what=damaged", NULL));
    assert_true(hw_told_has(&t.told, "rule=line-refused", NULL));
    anew();
    build_mapped_json(&b, "{\"value\":[", ",", "]} and more", 3);
    read_it();
    assert_int_equal(t.records, 3);
    assert_true(hw_told_has(&t.told, "lost node=0 what=damaged", NULL));
}

static void json_in_a_column_is_unfolded(void **state)
{
    (void)state;
    hw_buf_str(&b, "CreationDate,UserIds,Operations,AuditData\n"
                   "2023-03-13T06:31:05,u,UserLoggedIn,\"{\"\"ClientIP\"\":\"\"203.0.113.7\"\","
                   "\"\"a\"\":{\"\"b\"\":1}}\"\n"
                   "2023-03-13T06:31:06,u,UserLoggedIn,{not json\n"
                   "2023-03-13T06:31:07,u,UserLoggedIn,\n");
    read_it();
    assert_sound(3);
    assert_true(hw_told_has(&t.told, "mapped/m365-audit/userloggedin number=1",
                            "UserIds=\"u\" Operations=\"UserLoggedIn\" ClientIP=\"203.0.113.7\" "
                            "a.b=\"1\"",
                            NULL));
    assert_true(hw_told_has(&t.told, "number=2", "AuditData=\"{not json\"", NULL));
    assert_true(hw_told_has(&t.told, "number=3", "AuditData=\"\"", NULL));
}

/* ---- lines ---- */

static void key_value_lines_are_read(void **state)
{
    (void)state;
    build_mapped_kv(&b, 3);
    hw_buf_str(&b, "date=2023-03-13 time=06:40:00 devid=F logid=1 type=t subtype=x vd=r "
                   "note=two words a=\"\" b= c=\"open\n");
    read_it();
    assert_sound(4);
    assert_true(hw_told_has(&t.told, "artifact node=0", "format=mapped-text", NULL));
    assert_true(hw_told_has(&t.told, "mapped/fortigate/vpn number=2",
                            "time=2023-03-13T06:30:02.123456789Z clock=1 digits=9",
                            "head=\"<189>\" date=\"2023-03-13\"", "devname=\"FW 1\"",
                            "msg=\"say \\\\\"up\\\\\" now\"", NULL));
    assert_true(hw_told_has(&t.told, "mapped/fortigate/x number=4",
                            "time=2023-03-13T06:40:00Z clock=2",
                            "note=\"two words\" a=\"\" b=\"\" c=\"open\"", NULL));
}

static void w3c_fields_may_change_on_the_way(void **state)
{
    (void)state;
    build_mapped_w3c(&b, 2);
    hw_buf_str(&b, "#Fields: date time action\r\n2023-03-13 06:40:00 \"OPEN INBOUND\"\r\n");
    read_it();
    assert_sound(3);
    assert_true(hw_told_has(&t.told, "mapped/pfirewall/row number=2", "src-ip=\"10.20.4.31\"",
                            "tcpflags=\"-\"", NULL));
    assert_true(hw_told_has(&t.told, "number=3", "action=\"OPEN INBOUND\"", NULL));
}

static void lines_fit_patterns_or_are_kept_whole(void **state)
{
    (void)state;
    build_mapped_lines(&b, 2);
    hw_buf_str(&b, "Mar 13 2023 06:40:00 fw01 : %ASA-6-302013: Built inbound\r\n\r\nloose words\n");
    read_it();
    assert_int_equal(t.records, 4);
    assert_true(hw_told_has(&t.told, "mapped/anyconnect/722051 number=2",
                            "time=2023-03-13T06:31:02Z clock=2",
                            "user=\"user2\" ip=\"203.0.113.7\"", "inner=\"10.8.0.2\"", NULL));
    assert_true(hw_told_has(&t.told, "mapped/anyconnect/row number=3", "time=2023-03-13T06:40:00Z",
                            "line=\"Mar 13 2023 06:40:00 fw01 : %ASA", NULL));
    assert_true(
        hw_told_has(&t.told, "mapped/anyconnect/row number=4", "line=\"loose words\"", NULL));
}

/* ---- what is nobody's ---- */

static void what_no_mapping_knows_is_left_alone(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",
        "a,b,c\n1,2,3\n",
        "Source User,Public IP\nu,1.2.3.4\n",
        "#include <stdio.h>\nint main(void)\n{\n    printf(\"a, b, c\");\n}\n",
        "{\"name\":\"pkg\",\"version\":\"1.0.0\",\"files\":[\"a\",\"b\"]}",
        "{\"value\":[1,2,3]}",
        "{\"value\":[{\"a\":1}]}",
        "[]",
        "key=value\nother=value\nthird=value\n",
        "#Fields: a b c\n1 2 3\n",
        "The message %ASA-6-722051 means that an address was assigned.\n",
        "Some notes on dnsmasq[1]: nothing else.\n",
        "\x01\x02\x03 Event ID,Stage,Source User,Machine Name,Public IP,Private IP\n",
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        anew();
        hw_buf_bytes(&b, none[i], strlen(none[i]));
        read_it();
        if (hw_told_count(&t.told, "mapped") > 0) {
            fail_msg("taken for a product's log: %s", none[i]);
        }
    }
}

/* ---- collections ---- */

static void members_that_could_not_be_copied_are_told_as_lost(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        bool lost;
    } members[] = {
        {"C/Windows/System32/config/SECURITY", "", true},
        {"C/Windows/System32/winevt/logs/Security.evtx", "", true},
        {"uploads/auto/C%3A/$MFT", "", true},
        {"C/Windows/System32/config/software", "regf", false},
        {"C/Users/a/NTUSER.DAT.locked", "x", true},
        {"C/Users/a/readme.txt", "", false},
        {"evtx", "", false},
        {".locked", "", false},
    };
    size_t lost = 0;
    char want[128];
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        build_tar_file(&b, members[i].name, members[i].bytes);
        lost += members[i].lost ? 1 : 0;
    }
    build_tar_end(&b);
    read_it();
    assert_int_equal(t.lost, lost);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *slash = strrchr(members[i].name, '/');
        (void)snprintf(want, sizeof want, "lost node=%zu what=locked off=0 says=\"%s\"", i + 1,
                       slash == NULL ? members[i].name : slash + 1);
        assert_int_equal(hw_told_has(&t.told, want, NULL), members[i].lost);
    }
}

static bool sound(const uint8_t *p, size_t n, void *state)
{
    struct hw_recorded r;
    (void)state;
    hw_recorded_init(&r);
    r.told.quiet = true;
    hw_told_examine(&r.told, p, n, NULL);
    bool ok = r.told.anomalies == 0 && r.lost == 0 && r.records == 4;
    hw_recorded_done(&r);
    return ok;
}

static void every_shape_survives_every_cut_and_damage(void **state)
{
    (void)state;
    for (unsigned shape = 0; shape < 6; shape++) {
        anew();
        if (shape == 0) {
            build_mapped_csv(&b, "sep=;\n", ';', "\r\n", 4);
        } else if (shape == 1) {
            build_mapped_json(&b, "{\"value\":[", ",", "]}", 4);
        } else if (shape == 2) {
            build_mapped_json(&b, "", "\n", "\n", 4);
        } else if (shape == 3) {
            build_mapped_kv(&b, 4);
        } else if (shape == 4) {
            build_mapped_w3c(&b, 4);
        } else {
            build_mapped_lines(&b, 4);
        }
        assert_true(sound(b.p, b.n, NULL));
        hw_sweep_truncate(b.p, b.n, sound, NULL);
        hw_sweep_mutate(b.p, b.n, 1500, 40 + shape, sound, NULL);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(csv_rows_are_records_with_every_field),
        CASE(csv_offsets_are_those_of_the_file),
        CASE(csv_of_any_delimiter_and_preamble_is_read),
        CASE(csv_rows_that_do_not_fit_are_refused_by_place),
        CASE(csv_cut_in_a_row_is_told_as_lost),
        CASE(csv_header_again_is_no_row),
        CASE(csv_in_utf16_is_said_and_left),
        CASE(discriminators_without_end_are_other),
        CASE(times_that_cannot_be_read_leave_the_record),
        CASE(logs_that_are_mostly_bad_are_refused),
        CASE(long_logs_take_no_memory_for_their_rows),
        CASE(running_out_of_fuel_is_said),
        CASE(json_in_every_wrapper_is_read),
        CASE(json_wrappers_that_end_early_are_told_as_lost),
        CASE(json_in_a_column_is_unfolded),
        CASE(key_value_lines_are_read),
        CASE(w3c_fields_may_change_on_the_way),
        CASE(lines_fit_patterns_or_are_kept_whole),
        CASE(what_no_mapping_knows_is_left_alone),
        CASE(members_that_could_not_be_copied_are_told_as_lost),
        CASE(every_shape_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("mapped", tests, NULL, NULL);
}
