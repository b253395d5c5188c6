/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of files as Loki publishes them against the paths of files and of records: what is met, how
 * much it weighs, and the twin that stays silent.
 */
#include "pattern_kit.h"

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
    pattern_file(t, 'a', "/case/C/Temp/evil.dll");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pattern_names(t, cases[i].line);
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
    pattern_file(t, 'a', "/case/C/Temp/evil.dll");
    pattern_names(t, "\\\\evil\\.dll;45\n\\\\evil\\.dll;85\n\\\\evil\\.dll;60\n");
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
    pattern_file(t, 'a', "/case/C/Temp/evil.dll");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        pattern_names(t, lines[i]);
        if (pattern_met(t) != 0) {
            fail_msg("%s holds", lines[i]);
        }
    }
    pattern_names(t, "(?i)\\\\temp\\\\[^\\\\]+\\.dll$;80;(good|better)\n");
    assert_int_equal(pattern_met(t), 1);
    pattern_names(t, "e..l\\.dl{2};80\n"); /* one that no text is needed for */
    assert_int_equal(pattern_met(t), 1);
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
        pattern_file(t, (char)('A' + i), cases[i].path);
        pattern_names(t, "^(?i)C:\\\\Temp\\\\evil\\.exe$;80\n");
        wanted += cases[i].found;
        if (pattern_met(t) != wanted) {
            fail_msg("%s: %u, not %u", cases[i].path, pattern_met(t), wanted);
        }
    }
    pattern_names(t, "nothing\\.here\\.at;80\n");
    pattern_and();
    pattern_item("FileItem/FilePath", "is", "Temp");
    pattern_item("FileItem/FileName", "is", "evil.exe");
    pattern_end();
    pattern_tree(t, "A tree");
    assert_int_equal(pattern_met(t), 5); /* of any drive */
}

static void a_file_is_asked_under_every_path_it_was_seen_at(void **state)
{
    struct tale *t = *state;
    struct hw_place p = {
        .scope = "", .host = "BETA", .path = HW_SPAN_LIT("/other/Temp/evil.dll"), .dev = 1};
    pattern_file(t, 'a', "/case/harmless.dll");
    pattern_names(t, "/Temp/evil\\.dll$;80\n");
    assert_int_equal(pattern_met(t), 0);
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
    pattern_process(t, 'e', "C:\\Temp\\evil.exe", "x");
    pattern_names(t, "C:\\\\Temp\\\\evil\\.exe$;80\nexplorer\\.exe$;45\nsmss\\.exe$;80\n");
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "known-pattern"), 2); /* its image, and its parent's */
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        assert_true(hw_span_is(f->host, "ALPHA"));
        assert_int_equal(f->why->next->record, 7);
    }
    /* What a log's own file is called says nothing. */
    pattern_names(t, "sysmon\\.evtx$;80\n");
    assert_int_equal(pattern_met(t), 0);
}

static void a_pattern_that_is_over_or_damaged_is_not_asked(void **state)
{
    struct tale *t = *state;
    pattern_file(t, 'a', "/case/C/Temp/evil.dll");
    pattern_names(t, "\\\\evil\\.dll;80\n");
    assert_int_equal(pattern_met(t), 1);
    for (size_t i = 0; i < t->count; i++) {
        if (t->facts[i].kind == HW_FACT_PATTERN) {
            hw_fact_time(&t->facts[i], HW_PATTERN_REVOKED, 500 * TALE_DAY);
        }
    }
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/patterns");
    assert_int_equal(pattern_met(t), 0);
    pattern_names(t, "\\\\evil\\.dll;80\n");
    for (size_t i = 0; i < t->count; i++) {
        if (t->facts[i].kind == HW_FACT_PATTERN) {
            hw_fact_span(&t->facts[i], HW_PATTERN_PROGRAM, HW_SPAN_LIT("Q\x01\x01\x00\x04"));
        }
    }
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/patterns");
    assert_int_equal(pattern_met(t), 0);
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
    pattern_names(t, "file\\.txt$;50\n");
    assert_int_equal(pattern_met(t), 200);
    const struct hw_gap *gap = tale_gap(t->a, "patterns-too-wide");
    assert_non_null(gap);
    assert_true(hw_span_starts(gap->what, "10 further"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, pattern_setup, pattern_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
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
    return cmocka_run_group_tests_name("pattern_names", tests, NULL, NULL);
}
