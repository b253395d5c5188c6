/* SPDX-License-Identifier: Apache-2.0 */
/* OpenIOC documents: what stands alone, what does not, and the doors of XML that are shut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "build_openioc.h"
#include "evidence/knowledge/openioc.h"
#include "exam.h"
#include "sweep.h"

#define MD5 "0123456789abcdef0123456789abcdef"

static struct hw_told t;
static struct hw_buf doc, items;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_buf_init(&doc, 64 << 20);
    hw_buf_init(&items, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&doc);
    hw_buf_done(&items);
    return 0;
}

static void again(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

static void read_as(unsigned version)
{
    build_openioc(&doc, version, "A family (REPORT)", hw_buf_text(&items));
    hw_told_examine(&t, doc.p, doc.n, NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(hw_told_has(&t, __VA_ARGS__, NULL))

static void both_versions_say_what_stands_alone(void **state)
{
    (void)state;
    for (unsigned version = 10; version <= 11; version++) {
        build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
        build_openioc_item(&items, "FileItem/FileName", "is", "a &amp; b.exe", "");
        build_openioc_item(&items, "PortItem/remoteIP", "is", "198.51.100.7", "");
        build_openioc_item(&items, "ProcessItem/HandleList/Handle/Name", "is", "mutex", "");
        read_as(version);
        HAS("artifact node=0", "format=openioc");
        HAS("indicator", "line=1 kind=md5 value=\"" MD5 "\"",
            "label=\"A family (REPORT); threatgroup: Some Group\"", "role=payload",
            "source=\"Maker\"", "id=\"item-1\"", "published=1413579293000000000ns");
        HAS("line=2 kind=filename value=\"a & b.exe\"", "role=context");
        HAS("line=3 kind=address value=\"198.51.100.7\"");
        HAS("line=4 kind=other value=\"mutex\"");
        HAS("form=openioc", "title=\"A family (REPORT)\"", "entries=4 refused=0 ignored=1");
        assert_int_equal(t.anomalies, 0);
        again();
    }
}

static void hosts_contained_whole_are_hosts(void **state)
{
    (void)state;
    build_openioc_item(&items, "DnsEntryItem/Host", "contains", "evil.example", "");
    build_openioc_item(&items, "DnsEntryItem/Host", "contains", "evil-", "");
    build_openioc_item(&items, "FileItem/FullPath", "contains", "\\temp\\a.exe", "");
    read_as(10);
    HAS("indicator", "kind=domain value=\"evil.example\"");
    HAS("pattern", "line=2", "text=\"DnsEntryItem/Host contains \\\"evil-\\\"\"",
        "refused=\"a part of a value");
    HAS("pattern", "line=3");
    HAS("entries=3 refused=0 ignored=2");
}

static void an_and_is_one_pattern_and_never_its_halves(void **state)
{
    (void)state;
    hw_buf_str(&items, "<Indicator operator=\"AND\" id=\"g\">");
    build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
    hw_buf_str(&items, "<Indicator operator=\"OR\">");
    build_openioc_item(&items, "FileItem/FileName", "is", "a.exe", "");
    build_openioc_item(&items, "FileItem/FileName", "is", "b.exe", "");
    hw_buf_str(&items, "</Indicator></Indicator>");
    read_as(10);
    assert_int_equal(hw_told_count(&t, "indicator node="), 0);
    HAS("pattern", "language=openioc id=\"g\"", "refused=\"AND of several items\"",
        "text=\"(FileItem/Md5sum is \\\"" MD5 "\\\" AND (FileItem/FileName is \\\"a.exe\\\" OR "
        "FileItem/FileName is \\\"b.exe\\\"))\"");
    HAS("entries=1 refused=0 ignored=1");
}

static void an_and_of_one_is_none(void **state)
{
    (void)state;
    hw_buf_str(&items, "<Indicator operator=\"AND\"><Indicator operator=\"AND\">");
    build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
    hw_buf_str(&items, "</Indicator></Indicator>");
    read_as(11);
    HAS("indicator", "kind=md5", "role=payload");
    HAS_NOT("pattern node=0");
}

static void what_is_absent_is_no_indicator(void **state)
{
    (void)state;
    build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, " negate=\"true\"");
    build_openioc_item(&items, "FileItem/Md5sum", "isnot", MD5, "");
    read_as(11);
    assert_int_equal(hw_told_count(&t, "indicator node="), 0);
    HAS("pattern", "text=\"NOT FileItem/Md5sum is", "refused=\"what is not there");
    assert_int_equal(hw_told_count(&t, "pattern node="), 2);
}

static void methodology_is_context(void **state)
{
    (void)state;
    build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
    build_openioc(&doc, 11, "SUSPICIOUS THINGS (METHODOLOGY)", hw_buf_text(&items));
    hw_told_examine(&t, doc.p, doc.n, NULL);
    HAS("kind=md5", "role=context");
}

static void bad_items_are_counted_and_the_rest_stands(void **state)
{
    (void)state;
    build_openioc_item(&items, "FileItem/Md5sum", "is", "not a digest", "");
    hw_buf_str(&items, "<IndicatorItem condition=\"is\"><Context/></IndicatorItem>");
    build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
    read_as(10);
    HAS("entries=1 refused=2");
    HAS("entry 1: 'not a digest'");
    HAS("entry 2: ", "without a term or a value");
    HAS("indicator", "line=3 kind=md5");
}

static void the_doors_of_xml_are_shut(void **state)
{
    static const char *const types[] = {
        "<!DOCTYPE ioc [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>",
        "<!DOCTYPE ioc SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE ioc [<!ENTITY % p SYSTEM \"http://host.example/x\">%p;]>",
    };
    (void)state;
    build_openioc_item(&items, "FileItem/FileName", "is", "&b;", "");
    build_openioc(&doc, 10, "x", hw_buf_text(&items));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct hw_buf with;
        hw_buf_init(&with, 1 << 20);
        hw_buf_str(&with, types[i]);
        hw_buf_span_put(&with, hw_buf_span(&doc));
        hw_told_examine(&t, with.p, with.n, NULL);
        assert_int_equal(hw_told_count(&t, "a document type declaration, which is never read"),
                         i + 1);
        hw_buf_done(&with);
    }
    assert_int_equal(hw_told_count(&t, "format=openioc"), 3);
    assert_int_equal(hw_told_count(&t, "indicator node="), 0);
    assert_int_equal(hw_told_count(&t, "degree=broken"), 3);
    again();
    /* An entity nobody declared is an error, and no word. */
    build_openioc_item(&items, "FileItem/FileName", "is", "&b;", "");
    read_as(10);
    HAS("rule=bad-encoding", "undefined entity");
}

static void limits_hold(void **state)
{
    struct hw_limits few = {.items = 60};
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        hw_buf_str(&items, "<Indicator operator=\"OR\">");
    }
    read_as(10);
    HAS("elements nested beyond the limit");
    again();
    for (unsigned i = 0; i < 100; i++) {
        build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
    }
    build_openioc(&doc, 10, "x", hw_buf_text(&items));
    hw_told_examine(&t, doc.p, doc.n, &few);
    HAS("the budget for this input ended here");
    assert_true(hw_told_count(&t, "kind=md5") < 60);
    again();
    for (unsigned i = 0; i < HW_OPENIOC_NODES + 10; i++) {
        hw_buf_str(&items, "<Indicator/>");
    }
    read_as(10);
    HAS("more items than one document may have");
}

static void other_xml_is_not_this(void **state)
{
    static const char *const others[] = {
        "<ioc id=\"x\"/>",
        "<html xmlns=\"http://schemas.mandiant.com/2010/ioc\"/>",
        "<a><ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\"/></a>",
        "<!-- <ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\"> --><b/>",
        "text <ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\">",
        "<",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t, others[i], strlen(others[i]), NULL);
    }
    assert_int_equal(hw_told_count(&t, "format=openioc"), 0);
}

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE,
                                .lines = {{"form=openioc", "refused=0"}}};

static void documents_survive_every_cut_and_damage(void **state)
{
    (void)state;
    build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
    hw_buf_str(&items, "<Indicator operator=\"AND\">");
    build_openioc_item(&items, "FileItem/FileName", "is", "a.exe", "");
    build_openioc_item(&items, "DnsEntryItem/Host", "contains", "evil.example", "");
    hw_buf_str(&items, "</Indicator>");
    for (unsigned version = 10; version <= 11; version++) {
        hw_buf_clear(&doc);
        build_openioc(&doc, version, "x", hw_buf_text(&items));
        hw_sweep_truncate(doc.p, doc.n - 1, hw_told_whole,
                          &whole); /* the last byte is a line's end */
        hw_sweep_mutate(doc.p, doc.n, 2000, 47 + version, hw_told_whole, &whole);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(both_versions_say_what_stands_alone),
        CASE(hosts_contained_whole_are_hosts),
        CASE(an_and_is_one_pattern_and_never_its_halves),
        CASE(an_and_of_one_is_none),
        CASE(what_is_absent_is_no_indicator),
        CASE(methodology_is_context),
        CASE(bad_items_are_counted_and_the_rest_stands),
        CASE(the_doors_of_xml_are_shut),
        CASE(limits_hold),
        CASE(other_xml_is_not_this),
        CASE(documents_survive_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("openioc", tests, NULL, NULL);
}
