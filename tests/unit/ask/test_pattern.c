/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns over names and values, read as published (OpenIOC, Loki's names of files), against files
 * and records of a case: what is met, how much it weighs, and the twin that stays silent.
 */
#include "tale.h"

#include <string.h>

#include "build_openioc.h"
#include "evidence/evidence.h"
#include "fact/record.h"

#define SECOND INT64_C(1000000000)

static struct hw_buf items, doc, packed;

static int setup(void **state)
{
    hw_buf_init(&items, 1 << 20);
    hw_buf_init(&doc, 1 << 20);
    hw_buf_init(&packed, HW_PACKED_BYTES);
    return tale_setup(state);
}

static int teardown(void **state)
{
    hw_buf_done(&items);
    hw_buf_done(&doc);
    hw_buf_done(&packed);
    return tale_teardown(state);
}

/* ---- what is known ---- */

struct held {
    struct hw_sink sink;
    struct tale *t;
};

/* Facts as they come out of an examination, kept for a case. */
static int hold(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct tale *t = ((struct held *)sink)->t;
    (void)err;
    if (f->kind != HW_FACT_PATTERN && f->kind != HW_FACT_KNOWLEDGE) {
        return HW_OK;
    }
    struct hw_fact *to = tale_add(t, f->kind);
    *to = *f;
    for (unsigned i = 0; i < HW_FACT_FIELDS; i++) {
        const struct hw_field *d = &hw_fact_type(f->kind)->fields[i];
        if (d->name == NULL) {
            break;
        }
        if (hw_fact_has(f, i) && d->type != HW_T_U64 && d->type != HW_T_TIME) {
            to->v[i].s.p = hw_arena_copy(t->arena, f->v[i].s);
            assert_non_null(to->v[i].s.p);
        }
    }
    return HW_OK;
}

static void learn(struct tale *t, char letter, struct hw_span text)
{
    struct held h = {.sink = {.put = hold}, .t = t};
    struct hw_exam x = {.sink = &h.sink, .reading = HW_READ_KNOWLEDGE};
    struct hw_outer outer = {.sha256 = {0}};
    struct hw_error err = {.code = HW_OK};
    tale_program(t, letter);
    assert_int_equal(hw_examine(&x, text, &outer, &err), HW_OK);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/patterns");
}

static void item(const char *term, const char *condition, const char *v)
{
    build_openioc_item(&items, term, condition, v, "");
}

static void open_and(void)
{
    hw_buf_str(&items, "<Indicator operator=\"AND\">");
}

static void open_or(void)
{
    hw_buf_str(&items, "<Indicator operator=\"OR\">");
}

static void end_group(void)
{
    hw_buf_str(&items, "</Indicator>");
}

static void learn_tree(struct tale *t, const char *title)
{
    hw_buf_clear(&doc);
    build_openioc(&doc, 11, title, hw_buf_text(&items));
    hw_buf_clear(&items);
    learn(t, 'k', hw_buf_span(&doc));
}

static void learn_names(struct tale *t, const char *lines)
{
    hw_buf_clear(&doc);
    hw_buf_printf(&doc, "# LOKI File Name Characteristics\n\n# A heading\n%s", lines);
    learn(t, 'n', hw_buf_span(&doc));
}

/* ---- what is there ---- */

static void file_at(struct tale *t, char letter, const char *path)
{
    tale_program(t, letter);
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

/* A signed library with a version resource, imports and exports. */
static void library_at(struct tale *t, char letter, const char *path)
{
    static const char symbols[] = "CreateFileW\0#12";
    tale_program(t, letter);
    tale_component(t, "example.dll", "1.2.3.4", letter, 1033);
    tale_section(t, letter);
    tale_signed(t, "Maker", "CN=Maker,O=Maker Inc");
    struct hw_fact *f = tale_add(t, HW_FACT_PROPERTY);
    hw_fact_str(f, HW_PROPERTY_KEY, "pe.timestamp");
    hw_fact_u64(f, HW_PROPERTY_NUMBER, 1408782169);
    f = tale_add(t, HW_FACT_IMPORT);
    hw_fact_u64(f, HW_IMPORT_INDEX, 0);
    hw_fact_str(f, HW_IMPORT_MODULE, "KERNEL32.dll");
    hw_fact_u64(f, HW_IMPORT_COUNT, 2);
    hw_fact_span(f, HW_IMPORT_SYMBOLS, (struct hw_span){(const uint8_t *)symbols, sizeof symbols});
    for (unsigned part = 0; part < 2; part++) { /* lists that are long come in parts */
        f = tale_add(t, HW_FACT_EXPORT);
        hw_fact_str(f, HW_EXPORT_MODULE, "core.dll");
        hw_fact_u64(f, HW_EXPORT_COUNT, 1);
        hw_fact_span(f, HW_EXPORT_SYMBOLS,
                     hw_span_from(HW_SPAN_LIT("Start\0Stop>other.Stop\0"), 6 * part));
        hw_fact_u64(f, HW_EXPORT_PART, part);
    }
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

/* One record of a log of Windows. */
static void record_of(struct tale *t, char letter, const char *log, const char *event,
                      const char *names, const char *const *texts, size_t count, int64_t second)
{
    struct hw_span values[8];
    tale_program(t, letter);
    hw_fact_str(&t->facts[0], HW_ARTIFACT_FORMAT, "evtx");
    struct hw_fact *f = tale_add(t, HW_FACT_LAYOUT);
    hw_fact_u64(f, HW_LAYOUT_INDEX, 0);
    hw_fact_str(f, HW_LAYOUT_SOURCE, "windows");
    hw_fact_str(f, HW_LAYOUT_LOG, log);
    hw_fact_str(f, HW_LAYOUT_EVENT, event);
    hw_fact_str(f, HW_LAYOUT_NAMES, names);
    for (size_t i = 0; i < count; i++) {
        values[i] = hw_span_str(texts[i]);
    }
    struct hw_record r = {.number = 7,
                          .off = 700,
                          .time_ns = second * SECOND,
                          .clock = HW_CLOCK_UTC,
                          .values = values,
                          .count = count};
    hw_buf_clear(&packed);
    assert_true(hw_record_pack(&r, &packed));
    f = tale_add(t, HW_FACT_EVENTS);
    hw_fact_u64(f, HW_EVENTS_COUNT, 1);
    hw_fact_span(f, HW_EVENTS_PACKED, hw_buf_span(&packed));
    tale_store(t, HW_CLASS_TELEMETRY, "/logs/sysmon.evtx");
}

static void process(struct tale *t, char letter, const char *image, const char *command)
{
    const char *const texts[] = {"ALPHA", image, command,
                                 "SHA1=0000000000000000000000000000000000000000,"
                                 "MD5=0123456789ABCDEF0123456789ABCDEF",
                                 "C:\\Windows\\explorer.exe"};
    record_of(t, letter, "Microsoft-Windows-Sysmon", "1",
              "Computer\nImage\nCommandLine\nHashes\nParentImage", texts, 5, 100);
}

static unsigned met(struct tale *t)
{
    return tale_findings(tale_hunt(t), "known-pattern");
}

/* ---- trees and files ---- */

static void an_and_holds_of_a_file_when_every_branch_does(void **state)
{
    struct tale *t = *state;
    library_at(t, 'a', "/case/C/Windows/Temp/evil.dll");
    open_and();
    item("FileItem/FullPath", "contains", "\\windows\\temp\\");
    item("FileItem/SizeInBytes", "is", "1000");
    item("FileItem/PEInfo/PETimeStamp", "is", "2014-08-23T08:22:49Z");
    item("FileItem/PEInfo/ImportedModules/Module/Name", "is", "kernel32.dll");
    item("FileItem/PEInfo/ImportedModules/Module/ImportedFunctions/string", "is", "#12");
    item("FileItem/PEInfo/Exports/ExportedFunctions/string", "is", "Stop");
    item("FileItem/PEInfo/Exports/DllName", "is", "core.dll");
    item("FileItem/PEInfo/Exports/NumberOfFunctions", "is", "2");
    item("FileItem/PEInfo/Sections/Section/Name", "starts-with", ".te");
    item("FileItem/PEInfo/DigitalSignature/CertificateSubject", "contains", "Maker Inc");
    item("FileItem/PEInfo/VersionInfoList/VersionInfoItem/OriginalFilename", "is", "example.dll");
    item("FileItem/Md5sum", "is", "61616161616161616161616161616161");
    end_group();
    learn_tree(t, "A family (REPORT)");
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
    library_at(t, 'a', "/case/C/Windows/Temp/evil.dll");
    for (size_t i = 0; i < sizeof branches / sizeof branches[0]; i++) {
        open_and();
        item(holding[0], holding[1], holding[2]);
        item(branches[i][0], branches[i][1], branches[i][2]);
        end_group();
        learn_tree(t, "A tree");
        if (met(t) != 0) {
            fail_msg("%s %s %s holds", branches[i][0], branches[i][1], branches[i][2]);
        }
        assert_null(tale_gap(t->a, "patterns-not-asked"));
    }
    open_and();
    item(holding[0], holding[1], holding[2]);
    item(holding[0], holding[1], holding[2]);
    end_group();
    learn_tree(t, "A tree");
    assert_int_equal(met(t), 1);
}

static void what_is_not_known_of_a_file_is_no_no(void **state)
{
    struct tale *t = *state;
    file_at(t, 'a', "/case/plain.txt"); /* no program: it has no exports to be without */
    open_and();
    item("FileItem/FileName", "is", "plain.txt");
    build_openioc_item(&items, "FileItem/PEInfo/Exports/DllName", "is", "core.dll",
                       " negate=\"true\"");
    end_group();
    learn_tree(t, "A tree");
    assert_int_equal(met(t), 0);
    library_at(t, 'b', "/case/x/plain.txt"); /* it exports, and under that name */
    assert_int_equal(met(t), 0);
    open_and();
    item("FileItem/FileName", "is", "plain.txt");
    build_openioc_item(&items, "FileItem/PEInfo/Exports/DllName", "is", "other.dll",
                       " negate=\"true\"");
    end_group();
    learn_tree(t, "A tree");
    assert_int_equal(met(t), 1);
}

static void a_branch_without_counterpart_is_counted_and_costs_itself(void **state)
{
    struct tale *t = *state;
    file_at(t, 'a', "/case/evil.dll");
    open_and();
    item("FileItem/FileName", "is", "evil.dll");
    open_or();
    item("ProcessItem/HandleList/Handle/Name", "is", "mutex");
    item("FileItem/SizeInBytes", "is", "1000");
    end_group();
    end_group();
    open_and();
    item("FileItem/FileName", "is", "evil.dll");
    item("ProcessItem/HandleList/Handle/Name", "is", "mutex");
    end_group();
    learn_tree(t, "A tree");
    assert_int_equal(met(t), 1);
    const struct hw_gap *gap = tale_gap(t->a, "patterns-not-asked");
    assert_non_null(gap);
    assert_true(hw_span_holds(gap->what, "of 2 patterns over files and records 1 cannot be asked, "
                                         "and 1 only in part"));
}

static void names_alone_are_a_lead_and_methodology_is_context(void **state)
{
    struct tale *t = *state;
    file_at(t, 'a', "/case/C/Temp/evil.dll");
    item("FileItem/FullPath", "contains", "\\Temp\\evil");
    learn_tree(t, "A tree");
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-pattern");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_MEDIUM);
    assert_int_equal(f->confidence, HW_CONF_LOW);
    item("FileItem/FullPath", "contains", "\\Temp\\evil");
    learn_tree(t, "SUSPICIOUS PATHS (METHODOLOGY)");
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
        item(cases[i].item[0], cases[i].item[1], cases[i].item[2]);
        learn_tree(t, "A tree");
        record_of(t, 'e', cases[i].log, cases[i].event, cases[i].names, cases[i].values, 4, 100);
        if (met(t) != cases[i].found) {
            fail_msg("%s %s: %u findings", cases[i].item[0], cases[i].item[2], met(t));
        }
    }
}

static void a_process_and_its_file_are_one_record(void **state)
{
    struct tale *t = *state;
    process(t, 'e', "C:\\Users\\x\\word.exe", "word.exe scomma scxrt2.ini");
    open_and();
    item("ProcessItem/name", "is", "word.exe");
    item("ProcessItem/path", "is", "C:\\Users\\x");
    item("ProcessItem/arguments", "contains", "scxrt2.ini");
    item("FileItem/Md5sum", "is", "0123456789abcdef0123456789abcdef");
    item("processEvent/eventType", "is", "start");
    build_openioc_item(&items, "processEvent/processPath", "ends-with", "\\winword.exe",
                       " negate=\"true\"");
    end_group();
    learn_tree(t, "A family (REPORT)");
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
    assert_int_equal(met(t), 0);
    t->policy.as_of = 1000 * TALE_DAY;
    /* The parent's image is another file: its name and this one's digest are no one thing's. */
    open_and();
    item("FileItem/FileName", "is", "explorer.exe");
    item("FileItem/Md5sum", "is", "0123456789abcdef0123456789abcdef");
    end_group();
    learn_tree(t, "A tree");
    assert_int_equal(met(t), 0);
}

/* ---- names of files ---- */

static void a_name_is_a_lead_by_its_score(void **state)
{
    static const struct {
        const char *line;
        enum hw_severity severity;
        enum hw_confidence confidence;
    } cases[] = {
        {"\\\\Temp\\\\evil\\.dll$;39\n", HW_LOW, HW_CONF_LOW},
        {"\\\\Temp\\\\evil\\.dll$;50\n", HW_MEDIUM, HW_CONF_LOW},
        {"\\\\Temp\\\\evil\\.dll$;60\n", HW_MEDIUM, HW_CONF_LOW},
        {"\\\\Temp\\\\evil\\.dll$;70\n", HW_HIGH, HW_CONF_MODERATE},
        {"\\\\Temp\\\\evil\\.dll$;100\n", HW_HIGH, HW_CONF_MODERATE},
    };
    struct tale *t = *state;
    file_at(t, 'a', "/case/C/Temp/evil.dll");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        learn_names(t, cases[i].line);
        const struct hw_finding *f = tale_finding(tale_hunt(t), "known-pattern");
        assert_non_null(f);
        assert_int_equal(tale_findings(t->a, "known-pattern"), 1);
        assert_int_equal(f->severity, cases[i].severity);
        assert_int_equal(f->confidence, cases[i].confidence);
        assert_true(hw_span_holds(f->why->says, "of 100): A heading"));
        assert_null(tale_gap(t->a, "no-knowledge"));
    }
}

static void one_name_with_two_scores_is_one_pattern_and_the_higher(void **state)
{
    struct tale *t = *state;
    file_at(t, 'a', "/case/C/Temp/evil.dll");
    learn_names(t, "\\\\evil\\.dll;45\n\\\\evil\\.dll;85\n\\\\evil\\.dll;60\n");
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-pattern");
    assert_non_null(f);
    assert_int_equal(tale_findings(t->a, "known-pattern"), 1);
    assert_int_equal(f->severity, HW_HIGH);
    assert_true(hw_span_holds(f->why->says, "score 85"));
}

static void names_that_nearly_match_are_silent(void **state)
{
    static const char *const lines[] = {
        "\\\\Temp\\\\evil$;80\n",                       /* the path goes on */
        "\\\\temp\\\\evil\\.dll;80\n",                  /* as written in its case */
        "^evil\\.dll;80\n",                             /* does not begin so */
        "\\\\Temp\\\\[^\\\\]+\\.exe;80\n",              /* another ending */
        "\\\\Temp\\\\evil\\.dll;80;(?i)\\\\TEMP\\\\\n", /* what is to be left out */
        "\\\\evil\\.dll;80;^/case/\n",
        "(?i)\\\\temp\\\\[^\\\\]+\\.dll$;80;(good|evil)\n",
    };
    struct tale *t = *state;
    file_at(t, 'a', "/case/C/Temp/evil.dll");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        learn_names(t, lines[i]);
        if (met(t) != 0) {
            fail_msg("%s holds", lines[i]);
        }
    }
    learn_names(t, "(?i)\\\\temp\\\\[^\\\\]+\\.dll$;80;(good|better)\n");
    assert_int_equal(met(t), 1);
    learn_names(t, "e..l\\.dl{2};80\n"); /* one that no text is needed for */
    assert_int_equal(met(t), 1);
}

static void what_lies_below_a_drive_of_a_collection_lay_on_that_drive(void **state)
{
    static const struct {
        const char *path;
        unsigned found;
    } cases[] = {
        {"/case/HOST1/C/Temp/evil.exe", 1},
        {"/case/uploads/auto/C%3A/Temp/evil.exe", 1},
        {"/case/c%3a/Temp/evil.exe", 1},
        {"/case/all.zip!/C:/Temp/evil.exe", 1},
        {"/case/D/Temp/evil.exe", 0},
        {"/case/c/Temp/evil.exe", 0},
        {"/case/CC/Temp/evil.exe", 0},
        {"/case/C%3/Temp/evil.exe", 0},
        {"/case/C/other/Temp/evil.exe", 0},
        {"/case/C/D/Temp/evil.exe", 0},
        {"/case/Temp/C", 0},
    };
    struct tale *t = *state;
    unsigned wanted = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        file_at(t, (char)('A' + i), cases[i].path);
        learn_names(t, "^(?i)C:\\\\Temp\\\\evil\\.exe$;80\n");
        wanted += cases[i].found;
        if (met(t) != wanted) {
            fail_msg("%s: %u, not %u", cases[i].path, met(t), wanted);
        }
    }
    learn_names(t, "nothing\\.here\\.at;80\n");
    open_and();
    item("FileItem/FilePath", "is", "Temp");
    item("FileItem/FileName", "is", "evil.exe");
    end_group();
    learn_tree(t, "A tree");
    assert_int_equal(met(t), 5); /* of any drive */
}

static void a_file_is_asked_under_every_path_it_was_seen_at(void **state)
{
    struct tale *t = *state;
    struct hw_place p = {
        .scope = "", .host = "BETA", .path = HW_SPAN_LIT("/other/Temp/evil.dll"), .dev = 1};
    file_at(t, 'a', "/case/harmless.dll");
    learn_names(t, "/Temp/evil\\.dll$;80\n");
    assert_int_equal(met(t), 0);
    assert_int_equal(hw_case_sight(t->c, &p, tale_digest(t, 'a').p, 1000 * TALE_DAY, &t->err),
                     HW_OK);
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-pattern");
    assert_non_null(f);
    assert_int_equal(tale_findings(t->a, "known-pattern"), 1);
    assert_true(hw_span_is(f->why->evidence, "/other/Temp/evil.dll"));
}

static void names_are_asked_of_the_paths_in_records(void **state)
{
    struct tale *t = *state;
    process(t, 'e', "C:\\Temp\\evil.exe", "x");
    learn_names(t, "C:\\\\Temp\\\\evil\\.exe$;80\nexplorer\\.exe$;45\nsmss\\.exe$;80\n");
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "known-pattern"), 2); /* its image, and its parent's */
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        assert_true(hw_span_is(f->host, "ALPHA"));
        assert_int_equal(f->why->next->record, 7);
    }
    /* What a log's own file is called says nothing. */
    learn_names(t, "sysmon\\.evtx$;80\n");
    assert_int_equal(met(t), 0);
}

static void a_pattern_that_is_over_or_damaged_is_not_asked(void **state)
{
    struct tale *t = *state;
    file_at(t, 'a', "/case/C/Temp/evil.dll");
    learn_names(t, "\\\\evil\\.dll;80\n");
    assert_int_equal(met(t), 1);
    for (size_t i = 0; i < t->count; i++) {
        if (t->facts[i].kind == HW_FACT_PATTERN) {
            hw_fact_time(&t->facts[i], HW_PATTERN_REVOKED, 500 * TALE_DAY);
        }
    }
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/patterns");
    assert_int_equal(met(t), 0);
    learn_names(t, "\\\\evil\\.dll;80\n");
    for (size_t i = 0; i < t->count; i++) {
        if (t->facts[i].kind == HW_FACT_PATTERN) {
            hw_fact_span(&t->facts[i], HW_PATTERN_PROGRAM, HW_SPAN_LIT("Q\x01\x01\x00\x04"));
        }
    }
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/patterns");
    assert_int_equal(met(t), 0);
    assert_non_null(tale_gap(t->a, "patterns-not-asked"));
}

static void a_pattern_of_everything_is_bounded_and_says_so(void **state)
{
    struct tale *t = *state;
    char path[64] = "/case/b/a-file.txt";
    for (unsigned i = 0; i < 210; i++) {
        tale_program(t, (char)(i + 1));
        path[6] = (char)('a' + i % 26);
        path[8] = (char)('a' + i / 26);
        tale_store(t, HW_CLASS_ARTIFACT, path);
    }
    learn_names(t, "file\\.txt$;50\n");
    assert_int_equal(met(t), 200);
    const struct hw_gap *gap = tale_gap(t->a, "patterns-too-wide");
    assert_non_null(gap);
    assert_true(hw_span_starts(gap->what, "10 further"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
        CASE(a_name_is_a_lead_by_its_score),
        CASE(one_name_with_two_scores_is_one_pattern_and_the_higher),
        CASE(names_that_nearly_match_are_silent),
        CASE(what_lies_below_a_drive_of_a_collection_lay_on_that_drive),
        CASE(a_file_is_asked_under_every_path_it_was_seen_at),
        CASE(names_are_asked_of_the_paths_in_records),
        CASE(a_pattern_that_is_over_or_damaged_is_not_asked),
        CASE(a_pattern_of_everything_is_bounded_and_says_so),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
