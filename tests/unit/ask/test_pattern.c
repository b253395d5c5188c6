/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees of OpenIOC against files and records of a case: what is met, how much it weighs, and the
 * twin that stays silent.
 */
#include "pattern_kit.h"

/* ---- trees and files ---- */

static void an_and_holds_of_a_file_when_every_branch_does(void **state)
{
    struct tale *t = *state;
    pattern_library(t, 'a', "/case/C/Windows/Temp/evil.dll");
    pattern_and();
    pattern_item("FileItem/FullPath", "contains", "\\windows\\temp\\");
    pattern_item("FileItem/SizeInBytes", "is", "1000");
    pattern_item("FileItem/PEInfo/PETimeStamp", "is", "2014-08-23T08:22:49Z");
    pattern_item("FileItem/PEInfo/ImportedModules/Module/Name", "is", "kernel32.dll");
    pattern_item("FileItem/PEInfo/ImportedModules/Module/ImportedFunctions/string", "is", "#12");
    pattern_item("FileItem/PEInfo/Exports/ExportedFunctions/string", "is", "Stop");
    pattern_item("FileItem/PEInfo/Exports/DllName", "is", "core.dll");
    pattern_item("FileItem/PEInfo/Exports/NumberOfFunctions", "is", "2");
    pattern_item("FileItem/PEInfo/Sections/Section/Name", "starts-with", ".te");
    pattern_item("FileItem/PEInfo/DigitalSignature/CertificateSubject", "contains", "Maker Inc");
    pattern_item("FileItem/PEInfo/VersionInfoList/VersionInfoItem/OriginalFilename", "is",
                 "example.dll");
    pattern_item("FileItem/Md5sum", "is", "61616161616161616161616161616161");
    pattern_end();
    pattern_tree(t, "A family (REPORT)");
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-pattern");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_HIGH);
    assert_int_equal(f->confidence, HW_CONF_MODERATE);
    assert_true(hw_span_is(f->path, "/case/C/Windows/Temp/evil.dll"));
    assert_true(hw_span_starts(f->why->says, "meets the pattern \"A family (REPORT)\" by Maker: "));
    assert_null(tale_gap(t->a, "no-knowledge"));
    assert_null(tale_gap(t->a, "patterns-not-asked"));
}

/* Each of these is the tree above with one thing changed. */
static void an_and_with_one_branch_false_is_silent(void **state)
{
    static const char *const branches[][3] = {
        {"FileItem/FullPath", "ends-with", "\\windows\\temp\\evil"},
        {"FileItem/FullPath", "is", "\\windows\\temp\\evil.dll"},
        {"FileItem/FileName", "is", "vil.dll"},
        {"FileItem/FileExtension", "is", "ll"},
        {"FileItem/SizeInBytes", "is", "100"},
        {"FileItem/SizeInBytes", "greater-than", "1000"},
        {"FileItem/PEInfo/PETimeStamp", "is", "2014-08-23T08:22:50Z"},
        {"FileItem/PEInfo/ImportedModules/Module/Name", "is", "kernel32"},
        {"FileItem/PEInfo/Exports/ExportedFunctions/string", "is", "Stop>other.Stop"},
        {"FileItem/PEInfo/Exports/NumberOfFunctions", "is", "1"},
        {"FileItem/PEInfo/DigitalSignature/CertificateSubject", "contains", "CN=I"},
        {"FileItem/Md5sum", "is", "61616161616161616161616161616162"},
        {"FileItem/Md5sum", "isnot", "61616161616161616161616161616161"},
        {"FileItem/FileName", "containsnot", "evil"},
    };
    static const char *const holding[] = {"FileItem/FileName", "ends-with", "evil.dll"};
    struct tale *t = *state;
    pattern_library(t, 'a', "/case/C/Windows/Temp/evil.dll");
    for (size_t i = 0; i < sizeof branches / sizeof branches[0]; i++) {
        pattern_and();
        pattern_item(holding[0], holding[1], holding[2]);
        pattern_item(branches[i][0], branches[i][1], branches[i][2]);
        pattern_end();
        pattern_tree(t, "A tree");
        if (pattern_met(t) != 0) {
            fail_msg("%s %s %s holds", branches[i][0], branches[i][1], branches[i][2]);
        }
        assert_null(tale_gap(t->a, "patterns-not-asked"));
    }
    pattern_and();
    pattern_item(holding[0], holding[1], holding[2]);
    pattern_item(holding[0], holding[1], holding[2]);
    pattern_end();
    pattern_tree(t, "A tree");
    assert_int_equal(pattern_met(t), 1);
}

static void what_is_not_known_of_a_file_is_no_no(void **state)
{
    struct tale *t = *state;
    pattern_file(t, 'a', "/case/plain.txt"); /* no program: it has no exports to be without */
    pattern_and();
    pattern_item("FileItem/FileName", "is", "plain.txt");
    pattern_item_not("FileItem/PEInfo/Exports/DllName", "is", "core.dll");
    pattern_end();
    pattern_tree(t, "A tree");
    assert_int_equal(pattern_met(t), 0);
    pattern_library(t, 'b', "/case/x/plain.txt"); /* it exports, and under that name */
    assert_int_equal(pattern_met(t), 0);
    pattern_and();
    pattern_item("FileItem/FileName", "is", "plain.txt");
    pattern_item_not("FileItem/PEInfo/Exports/DllName", "is", "other.dll");
    pattern_end();
    pattern_tree(t, "A tree");
    assert_int_equal(pattern_met(t), 1);
}

static void a_branch_without_counterpart_is_counted_and_costs_itself(void **state)
{
    struct tale *t = *state;
    pattern_file(t, 'a', "/case/evil.dll");
    pattern_and();
    pattern_item("FileItem/FileName", "is", "evil.dll");
    pattern_or();
    pattern_item("ProcessItem/HandleList/Handle/Name", "is", "mutex");
    pattern_item("FileItem/SizeInBytes", "is", "1000");
    pattern_end();
    pattern_end();
    pattern_and();
    pattern_item("FileItem/FileName", "is", "evil.dll");
    pattern_item("ProcessItem/HandleList/Handle/Name", "is", "mutex");
    pattern_end();
    pattern_tree(t, "A tree");
    assert_int_equal(pattern_met(t), 1);
    const struct hw_gap *gap = tale_gap(t->a, "patterns-not-asked");
    assert_non_null(gap);
    assert_true(hw_span_holds(gap->what, "of 2 patterns over files and records 1 cannot be asked, "
                                         "and 1 only in part"));
}

static void names_alone_are_a_lead_and_methodology_is_context(void **state)
{
    struct tale *t = *state;
    pattern_file(t, 'a', "/case/C/Temp/evil.dll");
    pattern_item("FileItem/FullPath", "contains", "\\Temp\\evil");
    pattern_tree(t, "A tree");
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-pattern");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_MEDIUM);
    assert_int_equal(f->confidence, HW_CONF_LOW);
    pattern_item("FileItem/FullPath", "contains", "\\Temp\\evil");
    pattern_tree(t, "SUSPICIOUS PATHS (METHODOLOGY)");
    f = tale_finding(tale_hunt(t), "known-pattern");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_INFO);
}

/* ---- trees and records ---- */

static void a_tree_is_asked_of_records(void **state)
{
    static const struct {
        const char *item[3];
        const char *log, *event, *names;
        const char *values[4];
        unsigned found;
    } cases[] = {
        {{"RegistryItem/Path", "ends-with", "CurrentVersion\\Run"},
         "Microsoft-Windows-Sysmon",
         "13",
         "Computer\nImage\nTargetObject\nDetails",
         {"ALPHA", "C:\\a.exe", "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Up",
          "C:\\b.exe"},
         1},
        {{"RegistryItem/ValueName", "is", "Up"},
         "Microsoft-Windows-Sysmon",
         "13",
         "Computer\nImage\nTargetObject\nDetails",
         {"ALPHA", "C:\\a.exe", "HKLM\\Software\\Upper", "C:\\Up"},
         0},
        {{"DnsEntryItem/Host", "contains", "evil-"},
         "Microsoft-Windows-Sysmon",
         "22",
         "Computer\nImage\nQueryName\nQueryResults",
         {"ALPHA", "C:\\a.exe", "an.evil-host.example", "::ffff:198.51.100.7;"},
         1},
        {{"PortItem/remoteIP", "starts-with", "198.51."},
         "Microsoft-Windows-Sysmon",
         "3",
         "Computer\nImage\nDestinationIp\nDestinationPort",
         {"ALPHA", "C:\\a.exe", "203.0.113.198", "443"},
         0},
        {{"ProcessItem/SectionList/MemorySection/Name", "contains", "\\libssp-0.dll"},
         "Microsoft-Windows-Sysmon",
         "7",
         "Computer\nImage\nImageLoaded\nHashes",
         {"ALPHA", "C:\\a.exe", "C:\\x\\libssp-0.dll", "MD5=0123456789ABCDEF0123456789ABCDEF"},
         1},
        {{"ServiceItem/name", "starts-with", "Evil"},
         "Service Control Manager",
         "7045",
         "Computer\nServiceName\nImagePath\nAccountName",
         {"ALPHA", "EvilSvc", "C:\\svc.exe", "LocalSystem"},
         1},
    };
    struct tale *t = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pattern_item(cases[i].item[0], cases[i].item[1], cases[i].item[2]);
        pattern_tree(t, "A tree");
        pattern_record(t, 'e', cases[i].log, cases[i].event, cases[i].names, cases[i].values, 4,
                       100);
        if (pattern_met(t) != cases[i].found) {
            fail_msg("%s %s: %u findings", cases[i].item[0], cases[i].item[2], pattern_met(t));
        }
    }
}

static void a_process_and_its_file_are_one_record(void **state)
{
    struct tale *t = *state;
    pattern_process(t, 'e', "C:\\Users\\x\\word.exe", "word.exe scomma scxrt2.ini");
    pattern_and();
    pattern_item("ProcessItem/name", "is", "word.exe");
    pattern_item("ProcessItem/path", "is", "C:\\Users\\x");
    pattern_item("ProcessItem/arguments", "contains", "scxrt2.ini");
    pattern_item("FileItem/Md5sum", "is", "0123456789abcdef0123456789abcdef");
    pattern_item("processEvent/eventType", "is", "start");
    pattern_item_not("processEvent/processPath", "ends-with", "\\winword.exe");
    pattern_end();
    pattern_tree(t, "A family (REPORT)");
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-pattern");
    assert_non_null(f);
    assert_int_equal(tale_findings(t->a, "known-pattern"), 1);
    assert_true(hw_span_is(f->host, "ALPHA"));
    assert_true(hw_span_is(f->path, "A family (REPORT)"));
    assert_true(hw_span_holds(f->why->says, "1 record"));
    assert_int_equal(f->why->next->record, 7);
    assert_true(hw_span_holds(f->why->next->says, "00:01:40"));
    assert_true(hw_span_holds(f->why->next->says, "word.exe"));
    /* As of an earlier time it had not happened. */
    t->policy.as_of = 99 * SECOND;
    assert_int_equal(pattern_met(t), 0);
    t->policy.as_of = 1000 * TALE_DAY;
    /* The parent's image is another file: its name and this one's digest are no one thing's. */
    pattern_and();
    pattern_item("FileItem/FileName", "is", "explorer.exe");
    pattern_item("FileItem/Md5sum", "is", "0123456789abcdef0123456789abcdef");
    pattern_end();
    pattern_tree(t, "A tree");
    assert_int_equal(pattern_met(t), 0);
}

/* A case may be a stranger's: what is no log costs no other. */
static void a_damaged_log_costs_nothing_else(void **state)
{
    struct tale *t = *state;
    static const uint8_t cut[] = {0, 1, 2};
    pattern_process(t, 'd', "C:\\Users\\x\\word.exe", "word.exe");
    for (size_t i = 0; i < t->count; i++) {
        if (t->facts[i].kind == HW_FACT_EVENTS) {
            hw_fact_span(&t->facts[i], HW_EVENTS_PACKED, (struct hw_span){cut, sizeof cut});
        }
    }
    tale_store(t, HW_CLASS_TELEMETRY, "/logs/d.evtx");
    pattern_process(t, 'e', "C:\\Users\\x\\word.exe", "word.exe");
    pattern_and();
    pattern_item("ProcessItem/name", "is", "word.exe");
    pattern_item("ProcessItem/path", "is", "C:\\Users\\x");
    pattern_end();
    pattern_tree(t, "A tree");
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "known-pattern"), 1);
    assert_non_null(tale_gap(a, "damaged"));
    assert_true(tale_gap(a, "damaged")->needed);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, pattern_setup, pattern_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_and_holds_of_a_file_when_every_branch_does),
        CASE(an_and_with_one_branch_false_is_silent),
        CASE(what_is_not_known_of_a_file_is_no_no),
        CASE(a_branch_without_counterpart_is_counted_and_costs_itself),
        CASE(names_alone_are_a_lead_and_methodology_is_context),
        CASE(a_tree_is_asked_of_records),
        CASE(a_process_and_its_file_are_one_record),
        CASE(a_damaged_log_costs_nothing_else),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
