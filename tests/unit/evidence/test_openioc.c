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
        "program=\"Q\\x01\\x01\\x00\\x08net.host");
    HAS("pattern", "line=3", "file.path");
    HAS_NOT("refused=\"");
    HAS("entries=3 refused=0 ignored=0");
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
    HAS("pattern", "language=openioc id=\"g\"", "file.md5\\x09file.name",
        "text=\"(FileItem/Md5sum is \\\"" MD5 "\\\" AND (FileItem/FileName is \\\"a.exe\\\" OR "
        "FileItem/FileName is \\\"b.exe\\\"))\"");
    HAS_NOT("refused=\"");
    HAS("entries=1 refused=0 ignored=0");
    HAS("openioc.patterns-run number=1");
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

static void group(const char *operator)
{
    hw_buf_printf(&items, "<Indicator operator=\"%s\">", operator);
}

static void close_group(void)
{
    hw_buf_str(&items, "</Indicator>");
}

#define MUTEX "ProcessItem/HandleList/Handle/Name"

static void a_term_without_counterpart_costs_its_branch_alone(void **state)
{
    (void)state;
    group("AND"); /* an OR goes on without it */
    build_openioc_item(&items, "FileItem/FileName", "is", "a.exe", "");
    group("OR");
    build_openioc_item(&items, MUTEX, "is", "m", "");
    build_openioc_item(&items, "FileItem/Md5sum", "is", MD5, "");
    close_group();
    close_group();
    group("AND"); /* an AND does not */
    build_openioc_item(&items, "FileItem/FileName", "is", "a.exe", "");
    build_openioc_item(&items, MUTEX, "is", "m", "");
    close_group();
    group("AND"); /* nor when it is negated: of what nobody knows nothing is known */
    build_openioc_item(&items, "FileItem/FileName", "is", "a.exe", "");
    build_openioc_item(&items, MUTEX, "is", "m", " negate=\"true\"");
    close_group();
    read_as(11);
    HAS("pattern", "line=1", "program=\"Q", "refused=\"no counterpart of " MUTEX "\"");
    assert_int_equal(hw_told_count(&t, "program=\"Q"), 1);
    assert_int_equal(hw_told_count(&t, "refused=\"no counterpart of " MUTEX "\""), 3);
    HAS("entries=3 refused=0 ignored=2");
    HAS("openioc.patterns-run number=1");
    HAS("openioc.patterns-run-in-part number=1");
    HAS("openioc.items-not-asked number=3");
}

static void what_no_single_thing_has_is_refused(void **state)
{
    (void)state;
    group("AND");
    build_openioc_item(&items, "FileItem/SizeInBytes", "is", "7", "");
    build_openioc_item(&items, "RegistryItem/Path", "contains", "CurrentVersion\\Run", "");
    close_group();
    group("AND"); /* a process and the file it wrote are one record */
    build_openioc_item(&items, "fileWriteEvent/process", "is", "a.exe", "");
    build_openioc_item(&items, "fileWriteEvent/fileExtension", "is", "dll", "");
    close_group();
    read_as(11);
    HAS("pattern", "line=1", "refused=\"an AND over things that no one file or record has at once");
    HAS("pattern", "line=3", "file.extension");
    assert_int_equal(hw_told_count(&t, "program=\"Q"), 1);
}

static void conditions_and_values_are_refused_by_name(void **state)
{
    static const struct {
        const char *term, *condition, *value, *says;
    } cases[] = {
        {"FileItem/SizeInBytes", "is", "many", "not a value it could be compared with"},
        {"FileItem/SizeInBytes", "contains", "7", "not a value it could be compared with"},
        {"FileItem/PEInfo/PETimeStamp", "is", "yesterday", "not a value it could be compared with"},
        {"FileItem/FullPath", "sounds-like", "a", "unknown condition sounds-like"},
        {"FileItem/FullPath", "greater-than", "a", "not a value it could be compared with"},
        {"FileItem/FullPath", "matches", "(?=a)b", "regular expression: looks ahead"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        build_openioc_item(&items, cases[i].term, cases[i].condition, cases[i].value, "");
        read_as(11);
        if (!hw_told_has(&t, "pattern", "refused=\"", cases[i].says, NULL)) {
            fail_msg("%s %s: not refused by name", cases[i].term, cases[i].condition);
        }
        HAS_NOT("program=\"Q");
        again();
    }
    /* The twins. */
    build_openioc_item(&items, "FileItem/SizeInBytes", "greater-than", "7", "");
    build_openioc_item(&items, "FileItem/PEInfo/PETimeStamp", "is", "2014-08-23T08:22:49Z", "");
    build_openioc_item(&items, "FileItem/FullPath", "matches", "a.b$", " preserve-case=\"true\"");
    read_as(11);
    assert_int_equal(hw_told_count(&t, "program=\"Q"), 3);
    HAS("pe.time", "1408782169");
    HAS_NOT("refused=\"");
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
    again();
    for (unsigned i = 0; i < 40; i++) { /* deeper than a program may be */
        group("AND");
        build_openioc_item(&items, "FileItem/FileName", "is", "a", "");
    }
    for (unsigned i = 0; i < 40; i++) {
        close_group();
    }
    read_as(10);
    HAS("pattern", "refused=\"nested too deep\"");
    again();
    group("AND");
    for (unsigned i = 0; i < 3000; i++) {
        hw_buf_str(&items, "<IndicatorItem condition=\"is\"><Context search=\"FileItem/Md5sum\"/>"
                           "<Content>" MD5 "</Content></IndicatorItem>");
    }
    close_group();
    read_as(10);
    HAS("pattern", "refused=\"larger than a rule may be\"");
    HAS("entries=1 refused=0 ignored=1");
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
    hw_buf_str(&items, "</Indicator><Indicator operator=\"AND\">");
    build_openioc_item(&items, "FileItem/SizeInBytes", "is", "7", " negate=\"true\"");
    build_openioc_item(&items, "FileItem/FullPath", "matches", "a[bc]+\\.exe$", "");
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
        CASE(a_term_without_counterpart_costs_its_branch_alone),
        CASE(what_no_single_thing_has_is_refused),
        CASE(conditions_and_values_are_refused_by_name),
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
