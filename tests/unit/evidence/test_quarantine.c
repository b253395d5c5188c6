/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_quarantine.h"
#include "build_sqlite.h"
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

#define HAS(...) assert_true(hw_told_has(&t.told, __VA_ARGS__, NULL))

static void read_it(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

static void history(const char *entries)
{
    build_history(&b, entries);
    read_it();
}

static void quarantine_events_are_kept(void **state)
{
    static const char *const pragmas[] = {"", "PRAGMA page_size=512; PRAGMA encoding='UTF-16be'"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        build_quarantine(&b, pragmas[i]);
        read_it();
        assert_int_equal(t.told.anomalies, 0);
        assert_int_equal(t.records, 2);
        HAS("artifact node=0", "format=quarantine");
        HAS("quarantine/quarantine/event number=1 ",
            "time=2023-03-10T17:01:00.500Z clock=1 digits=6 "
            "LSQuarantineEventIdentifier=\"0F4C0C4B-7A2C\" "
            "LSQuarantineTimeStamp=\"2023-03-10T17:01:00.500Z\"",
            "LSQuarantineAgentName=\"Chrome\" "
            "LSQuarantineDataURLString=\"https://cdn.example.com/app.dmg\"",
            "LSQuarantineOriginURLString=\"https://www.example.com/get\"");
        HAS("quarantine/quarantine/event number=2 ", "time=2023-03-10T17:01:01Z",
            "LSQuarantineSenderAddress=\"jdoe@example.com\" LSQuarantineTypeNumber=\"2\"",
            "LSQuarantineOriginAlias=\"0102\"");
        (void)end(NULL);
        (void)begin(NULL);
    }
}

static void quarantine_times_that_are_none_are_kept_as_written(void **state)
{
    (void)state;
    build_sqlite(&b, "",
                 "CREATE TABLE LSQuarantineEvent(a PRIMARY KEY, LSQuarantineTimeStamp REAL);"
                 "INSERT INTO LSQuarantineEvent VALUES(1,1e300),(2,-1e12),(3,NULL),(4,0),(5,'x')");
    read_it();
    assert_int_equal(t.records, 5);
    assert_int_equal(hw_told_count(&t.told, "time=unknown clock=0"), 5);
    HAS("LSQuarantineTimeStamp=\"1e+300\"");
    HAS("LSQuarantineTimeStamp=\"x\"");
}

static void history_entries_are_kept(void **state)
{
    (void)state;
    history(BUILD_HISTORY_ENTRY
            "<!-- a remark --><dict><key>displayName</key><string/><key>ok</key><true/>"
            "<key>n</key><integer>7</integer><key>none</key><array/></dict>");
    assert_int_equal(t.told.anomalies, 0);
    assert_int_equal(t.records, 2);
    HAS("format=quarantine");
    char place[80];
    const uint8_t *dict = memmem(b.p, b.n, "<dict>", 6);
    assert_non_null(dict);
    (void)snprintf(place, sizeof place, "install-history/install number=1 off=%zu ",
                   (size_t)(dict - b.p));
    HAS(place,
        "time=2023-03-13T06:31:00Z clock=1 digits=0 date=\"2023-03-13T06:31:00Z\" "
        "displayName=\"Example & Co ",
        "displayVersion=\"18.12.416\" packageIdentifiers=\"com.example.app,com.example.helper\" "
        "processName=\"installer\"");
    HAS("number=2 ", "time=unknown", "displayName=\"\" ok=\"true\" n=\"7\" none=\"\"");
}

static void history_bad_entries_are_told_and_the_rest_counts(void **state)
{
    static const struct {
        const char *entry, *why;
    } faults[] = {
        {"<dict></dict>", "an entry without a key"},
        {"<dict><string>x</string></dict>", "a value without a key"},
        {"<dict><key>a</key><dict/></dict>", "a kind of value that no install history has"},
        {"<dict><key>a</key><string>x</date></dict>", "a value that is not whole"},
        {"<dict><key>a</key><string>&bomb;</string></dict>", "a value that is not whole"},
        {"<dict><key>a</key><string>&#0;</string></dict>", "a value that is not whole"},
        {"<dict><key>a</key><string><![CDATA[x]]></string></dict>", "a value that is not whole"},
        {"<dict><key>a</key><array><true/></array></dict>", "an array of anything but text"},
        {"<dict><key></key><true/></dict>", "a key that is not whole"},
        {"<dict><key>a</key><true/><key>a</key><true/></dict>", "a key for the second time"},
        {"<string>x</string>", "not an entry of this list"},
        {"loose", "not an entry of this list"},
        {"<dict x=\"1\">", "not an entry of this list"},
        {"<dict><!-- ", "a value without a key"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct hw_buf entries;
        hw_buf_init(&entries, 1 << 16);
        hw_buf_printf(&entries, "%s%s%s", BUILD_HISTORY_ENTRY, faults[i].entry,
                      BUILD_HISTORY_ENTRY);
        history(hw_buf_text(&entries));
        hw_buf_done(&entries);
        HAS("rule=line-refused", "record 2: ", faults[i].why);
        assert_int_equal(t.records, 2);
        (void)end(NULL);
        (void)begin(NULL);
    }
}

static void history_that_does_not_end_is_told(void **state)
{
    (void)state;
    build_history(&b, BUILD_HISTORY_ENTRY BUILD_HISTORY_ENTRY);
    b.n -= 40;
    read_it();
    assert_int_equal(t.records, 1);
    HAS("lost ", "what=truncated");
    HAS("rule=truncated");
    HAS("degree=broken");
}

static void history_as_a_binary_list_is_known_and_not_read(void **state)
{
    (void)state;
    hw_buf_str(&b, "bplist00\xa1\x01\xd5");
    hw_buf_str(&b, "\\displayName^displayVersion[processName");
    read_it();
    HAS("format=quarantine");
    HAS("rule=unsupported", "plutil");
    HAS("degree=refused");
}

static void history_is_no_other_property_list(void **state)
{
    static const char *const others[] = {
        "<plist version=\"1.0\"><dict><key>CFBundleName</key><string>x</string></dict></plist>",
        "<plist><array><dict><key>displayName</key><string>x</string></dict></array></plist>",
        "<?xml version=\"1.0\"?><a><key>processName</key><key>displayName</key>"
        "<key>displayVersion</key></a>",
        "<!DOCTYPE plist [<!ENTITY a \"b\">]><plist><array><key>processName</key>"
        "<key>displayName</key><key>displayVersion</key></array></plist>",
        "bplist00 of another kind",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    assert_int_equal(hw_told_count(&t.told, "format=quarantine"), 0);
}

static void history_limits_hold(void **state)
{
    struct hw_buf entries;
    (void)state;
    hw_buf_init(&entries, 4 << 20);
    hw_buf_str(&entries, BUILD_HISTORY_ENTRY "<dict>");
    for (unsigned i = 0; i < 70; i++) {
        hw_buf_printf(&entries, "<key>k%u</key><true/>", i);
    }
    hw_buf_str(&entries, "</dict><dict><key>long</key><string>");
    for (unsigned i = 0; i < 200000; i++) {
        hw_buf_char(&entries, 'x');
    }
    hw_buf_str(&entries, "</string></dict>" BUILD_HISTORY_ENTRY);
    history(hw_buf_text(&entries));
    HAS("rule=line-refused", "record 2: more than 64 keys");
    HAS("rule=line-refused", "record 3: ");
    assert_int_equal(t.records, 2);
    hw_buf_done(&entries);
}

/* Text can be changed into other text: sound is what gives the records it had. */
static bool sound(const uint8_t *p, size_t n, void *state)
{
    struct hw_recorded one;
    hw_recorded_init(&one);
    hw_told_examine(&one.told, p, n, NULL);
    bool whole = one.records == *(const unsigned *)state && one.told.anomalies == 0;
    hw_recorded_done(&one);
    return whole;
}

static void quarantine_survives_every_cut_and_damage(void **state)
{
    unsigned two = 2;
    (void)state;
    build_quarantine(&b, "PRAGMA page_size=512");
    assert_true(sound(b.p, b.n, &two));
    hw_sweep_truncate(b.p, b.n, sound, &two);
    hw_sweep_mutate(b.p, b.n, 3000, 47, sound, &two);
    hw_buf_clear(&b);
    build_history(&b, BUILD_HISTORY_ENTRY BUILD_HISTORY_ENTRY);
    assert_true(sound(b.p, b.n, &two));
    hw_sweep_truncate(b.p, b.n, sound, &two);
    hw_sweep_mutate(b.p, b.n, 4000, 53, sound, &two);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(quarantine_events_are_kept),
        CASE(quarantine_times_that_are_none_are_kept_as_written),
        CASE(history_entries_are_kept),
        CASE(history_bad_entries_are_told_and_the_rest_counts),
        CASE(history_that_does_not_end_is_told),
        CASE(history_as_a_binary_list_is_known_and_not_read),
        CASE(history_is_no_other_property_list),
        CASE(history_limits_hold),
        CASE(quarantine_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
