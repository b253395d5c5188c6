/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "build_asar.h"
#include "build_zone.h"
#include "evidence/telemetry/zone.h"
#include "records.h"
#include "sweep.h"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 1 << 20);
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
static const char lines[] = "ZoneId=3\r\nReferrerUrl=https://www.example.com/\r\n"
                            "HostUrl=https://cdn.example.com/a.zip?x=1\r\n";

static void zone_is_read_in_every_encoding(void **state)
{
    (void)state;
    for (unsigned as = BUILD_ZONE_PLAIN; as <= BUILD_ZONE_UTF16; as++) {
        build_zone(&b, lines, (enum build_zone_as)as);
        hw_told_examine(&t.told, b.p, b.n, NULL);
        assert_int_equal(t.told.anomalies, 0);
        assert_int_equal(t.records, 1);
        HAS("artifact node=0", "format=zone-identifier");
        HAS("zone-identifier/zone/mark number=1 ", "time=unknown clock=0 digits=0 ZoneId=\"3\" "
                                                   "ReferrerUrl=\"https://www.example.com/\" "
                                                   "HostUrl=\"https://cdn.example.com/a.zip?x=1\"");
        (void)end(NULL);
        (void)begin(NULL);
    }
}

static void zone_keeps_every_key_and_passes_other_sections(void **state)
{
    (void)state;
    build_zone(&b,
               "LastWriterPackageFamilyName=Microsoft.MicrosoftEdge_8wekyb3d8bbwe\r\n"
               "AppZoneId=4\r\nZoneId=3\r\nOwn=a=b\r\n[Other]\r\nloose\r\nZoneId=9\r\n",
               BUILD_ZONE_PLAIN);
    hw_told_examine(&t.told, b.p, b.n, NULL);
    assert_int_equal(t.records, 1);
    assert_int_equal(t.told.anomalies, 0);
    HAS("LastWriterPackageFamilyName=\"Microsoft.MicrosoftEdge_8wekyb3d8bbwe\" AppZoneId=\"4\" "
        "ZoneId=\"3\" Own=\"a=b\"");
}

static void zone_says_whose_it_is_by_its_name(void **state)
{
    static const struct {
        const char *name, *file;
    } names[] = {
        {"Users/j/Downloads/a.exe:Zone.Identifier", "Users/j/Downloads/a.exe"},
        {"a.exe:Zone.Identifier:$DATA", "a.exe"},
        {"C/a.exe.Zone.Identifier", "C/a.exe"},
        {"a.exe%3AZone.Identifier", "a.exe"},
        {"a.exe%3azone.identifier", "a.exe"},
        {"a.exe/Zone.Identifier", "a.exe"},
        {"Zone.Identifier", ""},
        {"a.exe", ""},
        {"", ""},
        {"xZone.Identifier", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct hw_span file = hw_zone_file(hw_span_str(names[i].name));
        assert_true(hw_span_is(file, names[i].file));
    }
    /* As a member of a box, where names are known. */
    struct hw_buf box;
    hw_buf_init(&box, 1 << 16);
    build_zone(&b, lines, BUILD_ZONE_PLAIN);
    hw_buf_printf(
        &box, "{\"files\":{\"setup.exe:Zone.Identifier\":{\"size\":%zu,\"offset\":\"0\"}}}", b.n);
    struct hw_buf asar;
    hw_buf_init(&asar, 1 << 16);
    build_asar(&asar, hw_buf_text(&box), b.p, b.n);
    hw_told_examine(&t.told, asar.p, asar.n, NULL);
    HAS("zone-identifier/zone/mark", "HostUrl=", "file=\"setup.exe\"");
    hw_buf_done(&asar);
    hw_buf_done(&box);
}

static void zone_bad_lines_are_told_and_the_rest_counts(void **state)
{
    (void)state;
    build_zone(&b, "ZoneId=3\r\nloose words\r\n=x\r\nZONEID=0\r\nHostUrl=about:internet\r\n",
               BUILD_ZONE_PLAIN);
    hw_told_examine(&t.told, b.p, b.n, NULL);
    HAS("rule=line-refused", "record 3: neither key=value nor a section");
    HAS("rule=line-refused", "record 4: ");
    HAS("rule=duplicate", "line 5: a key for the second time");
    HAS("ZoneId=\"3\" HostUrl=\"about:internet\"");
}

static void zone_two_sections_are_two_records(void **state)
{
    (void)state;
    build_zone(&b, "ZoneId=3\r\n[ZoneTransfer]\r\nZoneId=0\r\n[ZoneTransfer]\r\n",
               BUILD_ZONE_PLAIN);
    hw_told_examine(&t.told, b.p, b.n, NULL);
    assert_int_equal(t.records, 2);
    HAS("number=3 off=26 ", "ZoneId=\"0\"");
    HAS("rule=line-refused", "record 5: a [ZoneTransfer] without a key");
}

static void zone_limits_hold(void **state)
{
    (void)state;
    build_zone(&b, "ZoneId=3\r\n", BUILD_ZONE_PLAIN);
    for (unsigned i = 0; i < 10000; i++) {
        hw_buf_printf(&b, "k%u=v\r\n", i);
    }
    hw_told_examine(&t.told, b.p, b.n, NULL);
    HAS("rule=line-refused", "more than 63 keys");
    HAS("rule=hidden-bytes off=65536 ");
    HAS("degree=refused");
}

static void zone_is_nothing_else(void **state)
{
    static const char *const others[] = {
        "[ZoneTransfer]\r\n",
        "[Zone]\r\nZoneId=3\r\n",
        "ZoneId=3\r\n",
        "; [ZoneTransfer]\r\n[A]\r\nZoneId=3",
        "how [ZoneTransfer] works: ZoneId=3",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    assert_int_equal(hw_told_count(&t.told, "format=zone-identifier"), 0);
}

/* What is not a mark any more is no mark: recognised, or at least not read as another. */
static bool sound(const uint8_t *p, size_t n, void *state)
{
    struct hw_recorded one;
    (void)state;
    hw_recorded_init(&one);
    hw_told_examine(&one.told, p, n, NULL);
    bool whole = one.records == 1 && one.told.anomalies == 0;
    hw_recorded_done(&one);
    return whole;
}

static void zone_survives_every_cut_and_damage(void **state)
{
    (void)state;
    for (unsigned as = BUILD_ZONE_PLAIN; as <= BUILD_ZONE_UTF16; as++) {
        hw_buf_clear(&b);
        build_zone(&b, lines, (enum build_zone_as)as);
        hw_sweep_truncate(b.p, b.n, sound, NULL);
        hw_sweep_mutate(b.p, b.n, 2000, 29 + as, sound, NULL);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(zone_is_read_in_every_encoding),
        CASE(zone_keeps_every_key_and_passes_other_sections),
        CASE(zone_says_whose_it_is_by_its_name),
        CASE(zone_bad_lines_are_told_and_the_rest_counts),
        CASE(zone_two_sections_are_two_records),
        CASE(zone_limits_hold),
        CASE(zone_is_nothing_else),
        CASE(zone_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
