/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evtx_kit.h"
#include "sweep.h"

/* ---- honest logs ---- */

static void evtx_honest_log_is_sound_and_every_field_is_there(void **state)
{
    (void)state;
    honest(3);
    read_log();
    assert_int_equal(r.told.anomalies + r.told.unopened + r.lost, 0);
    assert_int_equal(r.told.worst, HW_SOUND);
    assert_int_equal(records(), 6);
    assert_true(has("format=evtx bits=64"));
    assert_true(hw_told_has(&r.told, "layout node=0 index=0 source=windows",
                            "log=\"Microsoft-Windows-Sysmon\" event=\"1\"", NULL));
    assert_true(hw_told_has(
        &r.told, "windows/Microsoft-Windows-Sysmon/1 number=1 off=4608 time=2023-03-13T",
        "clock=1 digits=7 Provider_Name=\"Microsoft-Windows-Sysmon\" "
        "Provider_Guid=\"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}\" EventID=\"1\" Level=\"4\" "
        "Keywords=\"0x8000000000000000\" TimeCreated=\"2023-03-13T",
        "0000000Z\" EventRecordID=\"1\" Execution_ProcessID=\"3544\" Execution_ThreadID=\"4272\" "
        "Channel=\"Test/Operational\" Security_UserID=\"S-1-5-18\" Image=\"C:\\\\a0.exe\" "
        "ProcessId=\"12345\"",
        NULL));
    assert_true(
        hw_told_has(&r.told, "/11 number=6", "TargetFilename=\"C:\\\\x.dll\" Hash=\"\"", NULL));
    assert_false(has("ActivityID=\"")); /* optional and null: the attribute is not there */
}

static void evtx_layouts_are_one_for_each_kind_over_all_chunks(void **state)
{
    (void)state;
    honest(400);
    assert_true(b.chunks > 2);
    read_log();
    assert_int_equal(records(), 800);
    assert_int_equal(r.layouts_count, 2);
    assert_int_equal(r.told.anomalies + r.lost, 0);
    assert_true(has("key=evtx.chunks number="));
}

static void evtx_log_without_records_is_sound(void **state)
{
    (void)state;
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(records(), 0);
    assert_int_equal(r.told.worst, HW_SOUND);
}

/* ---- values ---- */

static void value_is(uint8_t type, const void *p, size_t n, const char *want, bool odd)
{
    static const char *const names[] = {"V"};
    struct build_evtx_value v = {type, p, n};
    char part[600];
    again();
    build_evtx_event(&b, "P", 7, names, &v, 1);
    build_evtx_finish(&b, 0);
    read_log();
    (void)snprintf(part, sizeof part, " V=\"%s\"\n", want);
    const char *all = hw_buf_text(&r.told.lines);
    if (strstr(all, part) == NULL) {
        fail_msg("type %02x: not %s in %s", type, part, all);
    }
    assert_int_equal(hw_told_count(&r.told, "rule=bad-value"), odd);
}
#define VALUE(type, bytes, want) value_is(type, bytes, sizeof(bytes) - 1, want, false)
#define ODD(type, bytes, want) value_is(type, bytes, sizeof(bytes) - 1, want, true)

static void evtx_values_of_each_type_are_printed_as_windows_does(void **state)
{
    (void)state;
    VALUE(0x00, "", "");
    VALUE(0x01, "a\0\xe9\0\x3d\xd8\x00\xde", "a\xc3\xa9\xf0\x9f\x98\x80");
    VALUE(0x01, "a\0\x3d\xd8z\0", "a\xef\xbf\xbdz");
    VALUE(0x01, "\x00\xde", "\xef\xbf\xbd");
    VALUE(0x01, "a\0b\0\0\0\0\0", "ab");
    VALUE(0x02, "caf\xe9\0", "caf\xc3\xa9");
    VALUE(0x03, "\x80", "-128");
    VALUE(0x04, "\xff", "255");
    VALUE(0x05, "\xff\xff", "-1");
    VALUE(0x06, "\xff\xff", "65535");
    VALUE(0x07, "\x00\x00\x00\x80", "-2147483648");
    VALUE(0x08, "\xff\xff\xff\xff", "4294967295");
    VALUE(0x09, "\0\0\0\0\0\0\0\x80", "-9223372036854775808");
    VALUE(0x0a, "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615");
    VALUE(0x0b, "\xcd\xcc\xcc\x3d", "0.1");
    VALUE(0x0c, "\x9a\x99\x99\x99\x99\x99\xb9\x3f", "0.1");
    VALUE(0x0c, "\x33\x33\x33\x33\x33\x33\xd3\x3f", "0.3");
    VALUE(0x0d, "\1\0\0\0", "true");
    VALUE(0x0d, "\0\0\0\0", "false");
    VALUE(0x0e, "\x00\xab\x7f", "00AB7F");
    VALUE(0x0f, "\x1e\x23\x97\x01\x5a\x00\x28\x69\xa5\x0b\x00\x00\x00\x00\x0d\x00",
          "{0197231E-005A-6928-A50B-000000000D00}");
    VALUE(0x10, "\xe7\x03\0\0", "0x3e7");
    VALUE(0x10, "\xe7\x03\0\0\0\0\0\0", "0x3e7");
    VALUE(0x11, "\0\0\0\0\0\0\0\0", "1601-01-01T00:00:00.0000000Z");
    VALUE(0x11, "\x00\x2a\x57\x60\x75\x55\xd9\x01", "2023-03-13T06:31:00.0000000Z");
    VALUE(0x12, "\xe7\x07\x03\0\x01\0\x0d\0\x06\0\x1f\0\x05\0\x07\0", "2023-03-13T06:31:05.007Z");
    VALUE(0x13, "\1\5\0\0\0\0\0\5\x15\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\xf4\1\0\0",
          "S-1-5-21-1-2-3-500");
    VALUE(0x14, "\xff\0\0\x80", "0x800000ff");
    VALUE(0x15, "\xe7\x03\0\0\0\0\0\0", "0x3e7");
    VALUE(0x15, "\0\0\0\0\0\0\0\0", "0x0");
}

static void evtx_leap_days_are_where_the_calendar_has_them(void **state)
{
    (void)state;
    VALUE(0x11, "\x00\x80\xcc\xeb\x47\x82\xbf\x01", "2000-02-29T00:00:00.0000000Z");
    VALUE(0x11, "\xff\x3f\x36\x16\x11\x83\xbf\x01", "2000-02-29T23:59:59.9999999Z");
    VALUE(0x11, "\x00\x40\x36\x16\x11\x83\xbf\x01", "2000-03-01T00:00:00.0000000Z");
    VALUE(0x11, "\x00\x00\x34\x9e\xbc\x72\xc0\x01", "2000-12-31T00:00:00.0000000Z");
    VALUE(0x11, "\x00\xc0\x9d\xc8\x85\x73\xc0\x01", "2001-01-01T00:00:00.0000000Z");
    VALUE(0x11, "\x00\x80\x50\xef\x16\x5b\xdb\x01", "2024-12-31T00:00:00.0000000Z");
    VALUE(0x11, "\x00\x40\xc3\x3d\xc0\x9f\x2f\x02", "2100-03-01T00:00:00.0000000Z");
}

static void evtx_arrays_are_joined(void **state)
{
    (void)state;
    VALUE(0x81, "a\0\0\0b\0\0\0", "a, b");
    VALUE(0x81, "a\0\0\0b\0", "a, b");
    VALUE(0x82, "a\0b\0", "a, b");
    VALUE(0x86, "\1\0\2\0", "1, 2");
    VALUE(0x95, "\1\0\0\0\0\0\0\0\xff\0\0\0\0\0\0\0", "0x1, 0xff");
    VALUE(0x8d, "\1\0\0\0\0\0\0\0", "true, false");
    VALUE(0x93, "\1\1\0\0\0\0\0\5\x12\0\0\0\1\1\0\0\0\0\0\5\x13\0\0\0", "S-1-5-18, S-1-5-19");
}

static void evtx_values_of_a_size_not_their_types_are_kept_and_told(void **state)
{
    (void)state;
    ODD(0x08, "\x05\x01", "261");
    ODD(0x08, "\x05\x01\x02", "050102");
    ODD(0x0f, "\x05", "05");
    ODD(0x13, "\1\5\0\0\0\0\0\5", "0105000000000005");
    ODD(0x55, "\xab\xcd", "ABCD");
    ODD(0x11, "\1\2\3", "010203");
}

static void evtx_long_texts_are_the_same_whatever_their_length(void **state)
{
    (void)state;
    char want[200];
    uint8_t utf16[400];
    for (size_t n = 1; n < 80; n++) {
        for (size_t at = 0; at <= n; at += 7) {
            for (size_t i = 0; i < n; i++) {
                utf16[2 * i] = (uint8_t)('a' + i % 26);
                utf16[2 * i + 1] = i == at ? 1 : 0;
            }
            size_t k = 0;
            for (size_t i = 0; i < n; i++) {
                if (i == at) {
                    unsigned c = 0x100U + (unsigned)('a' + i % 26);
                    want[k++] = (char)(0xc0U | c >> 6);
                    want[k++] = (char)(0x80U | (c & 0x3fU));
                } else {
                    want[k++] = (char)('a' + i % 26);
                }
            }
            want[k] = '\0';
            value_is(0x01, utf16, 2 * n, want, false);
        }
    }
}

/* ---- names ---- */

static void evtx_data_without_names_and_repeated_names_are_counted(void **state)
{
    (void)state;
    static const char *const names[] = {"A", NULL, NULL, "A", NULL, "Level", "Data2"};
    struct build_evtx_value v[] = {text("0"), text("1"), text("2"), text("3"),
                                   text("4"), text("5"), text("6")};
    build_evtx_event(&b, "P", 7, names, v, 7);
    build_evtx_event(&b, "P", 7, names, v, 7);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(hw_told_count(&r.told, " A=\"0\" Data=\"1\" Data2=\"2\" A2=\"3\" Data3=\"4\" "
                                            "EventData.Level=\"5\" Data22=\"6\""),
                     2);
    assert_int_equal(r.layouts_count, 1);
}

static void evtx_user_data_goes_under_leaf_names_and_parents_where_they_clash(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "Microsoft-Windows-Eventlog", false);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(r.told.anomalies, 0);
    assert_true(
        hw_told_has(
            &r.told, "windows/Microsoft-Windows-Eventlog/104 number=1",
            " Provider_Name=\"Microsoft-Windows-Eventlog\" Qualifiers=\"9\" EventID=\"104\" "
            "Channel=\"System\" LogFileCleared.Channel=\"Security\" Who_Kind=\"a&\xc3\xa9&nbsp;\" "
            "Who=\"<>Security!\" Gone=\"\"\n",
            NULL) ||
        hw_told_has(&r.told, "Who=\"<>Security!\" Gone=\"\"", NULL));
    assert_true(has("BackupPath\\x0aWho_Kind\\x0aWho\\x0aGone")); /* absent here, and named */
    assert_false(has(" BackupPath=\""));
}

static void evtx_provider_out_of_values_makes_a_log_each(void **state)
{
    (void)state;
    build_evtx_cleared(&b, "One", false);
    build_evtx_cleared(&b, "Two", false);
    build_evtx_cleared(&b, "One", false);
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(r.layouts_count, 2);
    assert_int_equal(hw_told_count(&r.told, "windows/One/104 number="), 2);
    assert_int_equal(hw_told_count(&r.told, "windows/Two/104 number=2 "), 1);
}

static void write_named_by_value(struct build_evtx *e, const void *state)
{
    (void)state;
    be_open(e, "EventData", false);
    be_end_start(e);
    be_open(e, "Data", true);
    be_attribute(e, "Name", false);
    be_substitution(e, 0, 0x01, false);
    be_end_start(e);
    be_substitution(e, 1, 0x01, false);
    be_end(e);
    be_end(e);
}

static void evtx_names_out_of_values_are_each_records_own(void **state)
{
    (void)state;
    static const char *const names[] = {"X", "Y", "X"};
    for (unsigned i = 0; i < 3; i++) {
        struct build_evtx_value v[] = {text(names[i]), text("v")};
        build_evtx_record(&b);
        be_instance(&b, 3, write_named_by_value, NULL);
        be_values(&b, v, 2, NULL, NULL);
        build_evtx_record_end(&b);
    }
    build_evtx_finish(&b, 0);
    read_log();
    assert_int_equal(r.layouts_count, 2);
    assert_int_equal(hw_told_count(&r.told, " X=\"v\"\n") + hw_told_count(&r.told, " X=\"v\""), 2);
    assert_int_equal(hw_told_count(&r.told, " Y=\"v\""), 1);
}

static void evtx_elements_outside_of_templates_are_read(void **state)
{
    (void)state;
    static const uint8_t header[4] = {0x0f, 1, 1, 0};
    build_evtx_record(&b);
    hw_buf_bytes(&b.file, header, 4);
    be_open(&b, "EventData", false);
    be_end_start(&b);
    be_open(&b, "Plain", false);
    be_end_start(&b);
    be_text(&b, "here");
    be_end(&b);
    be_end(&b);
    be_token(&b, 0);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
    assert_true(has(" Plain=\"here\""));
    assert_int_equal(r.told.anomalies, 0);
}

/* As a collector writes what it was sent as XML: no template, all of it text. */
static void evtx_time_that_is_text_is_read(void **state)
{
    (void)state;
    build_evtx_record(&b);
    be_open(&b, "Event", false);
    be_end_start(&b);
    be_open(&b, "System", false);
    be_end_start(&b);
    be_open(&b, "TimeCreated", true);
    be_attribute(&b, "SystemTime", false);
    be_text(&b, "2001-02-03T04:05:06.1234567Z");
    be_end_empty(&b);
    be_open(&b, "EventRecordID", false);
    be_end_start(&b);
    be_text(&b, "4711");
    be_end(&b);
    be_end(&b);
    be_end(&b);
    be_token(&b, 0);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
    assert_true(has("windows// number=4711 off=4608 time=2001-02-03T04:05:06.123456700Z clock=1"));
}

static void write_instruction(struct build_evtx *e, const void *state)
{
    (void)state;
    be_open(e, "EventData", false);
    be_end_start(e);
    be_token(e, 0x0a);
    be_name(e, "do");
    be_token(e, 0x0b);
    hw_buf_u16le(&e->file, 1);
    hw_buf_u16le(&e->file, 'x');
    be_leaf(e, "A", 0, 0x01);
    be_end(e);
}

static void evtx_processing_instructions_are_told(void **state)
{
    (void)state;
    struct build_evtx_value v = text("v");
    build_evtx_record(&b);
    be_instance(&b, 3, write_instruction, NULL);
    be_values(&b, &v, 1, NULL, NULL);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    read_log();
    assert_true(has(" A=\"v\""));
    assert_true(has("rule=unsupported"));
}

static void evtx_survives_every_cut_and_damage(void **state)
{
    (void)state;
    honest(4);
    build_evtx_cleared(&b, "One", false); /* into a second chunk */
    struct build_evtx_value v = text("v");
    build_evtx_record(&b);
    be_instance(&b, 3, write_instruction, NULL);
    be_values(&b, &v, 1, NULL, NULL);
    build_evtx_record_end(&b);
    build_evtx_finish(&b, 0);
    hw_sweep_truncate(b.file.p, b.file.n, hw_told_sound, NULL);
    /* Only where there is something: most of the file is zeros. */
    hw_sweep_mutate(b.file.p, 4096 + 8192, 4000, 23, hw_told_sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, evtx_begin, evtx_end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(evtx_honest_log_is_sound_and_every_field_is_there),
        CASE(evtx_layouts_are_one_for_each_kind_over_all_chunks),
        CASE(evtx_log_without_records_is_sound),
        CASE(evtx_values_of_each_type_are_printed_as_windows_does),
        CASE(evtx_leap_days_are_where_the_calendar_has_them),
        CASE(evtx_arrays_are_joined),
        CASE(evtx_values_of_a_size_not_their_types_are_kept_and_told),
        CASE(evtx_long_texts_are_the_same_whatever_their_length),
        CASE(evtx_data_without_names_and_repeated_names_are_counted),
        CASE(evtx_user_data_goes_under_leaf_names_and_parents_where_they_clash),
        CASE(evtx_provider_out_of_values_makes_a_log_each),
        CASE(evtx_names_out_of_values_are_each_records_own),
        CASE(evtx_elements_outside_of_templates_are_read),
        CASE(evtx_time_that_is_text_is_read),
        CASE(evtx_processing_instructions_are_told),
        CASE(evtx_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("evtx", tests, NULL, NULL);
}
