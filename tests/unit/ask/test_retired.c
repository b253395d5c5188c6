/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files signed long after their product's end, and versions signed a second time; each with the
 * honest file that looks most like it.
 */
#include "tale.h"

static void program(struct tale *t, char letter, const char *version, char code, int64_t day,
                    const char *path)
{
    tale_program(t, letter);
    tale_component(t, "x.dll", version, code, 0x409);
    tale_section(t, code);
    tale_signed(t, "Maker", "CN=Maker");
    if (day >= 0) {
        tale_stamped(t, day);
    }
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

static void ended(struct tale *t, char letter, const char *vendor, int64_t day)
{
    struct hw_fact *f = tale_statement(t, letter, "ended", "thing");
    hw_fact_str(f, HW_STATEMENT_VENDOR, vendor);
    hw_fact_time(f, HW_STATEMENT_FROM, day * TALE_DAY);
    hw_fact_str(f, HW_STATEMENT_SOURCE, "a table");
    tale_store(t, HW_CLASS_KNOWLEDGE, "/ended.csv");
}

static void signed_long_after_the_end_is_told(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 600, "/x.dll");
    ended(t, 'k', "Maker, Inc.", 100);
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    const struct hw_finding *f = tale_finding(a, "retired-but-signed");
    assert_int_equal(tale_findings(a, "retired-but-signed"), 1);
    assert_int_equal(f->severity, HW_HIGH);
    assert_true(hw_span_holds(f->why->says, "signed on 1971-08-24"));
    assert_true(hw_span_holds(f->why->says, "ended on 1970-04-11"));
    assert_true(hw_span_holds(f->why->next->says, "stated by a table"));
    assert_int_equal(a->exit_status, 1);
}

static void signed_before_the_end_or_within_a_year_is_silent(void **state)
{
    struct tale *t = *state;
    ended(t, 'k', "Maker", 100);
    program(t, 'a', "1.2.3.4", 'A', 50, "/a/x.dll");
    program(t, 'b', "1.2.3.5", 'B', 465, "/b/x.dll");
    program(t, 'c', "1.2.3.6", 'C', 466, "/c/x.dll");
    assert_int_equal(tale_findings(tale_verify(t, "ab", NULL), "retired-but-signed"), 0);
    assert_int_equal(tale_findings(tale_verify(t, "c", NULL), "retired-but-signed"), 1);
}

static void another_maker_is_silent_and_an_unnamed_one_is_medium(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 600, "/x.dll");
    ended(t, 'k', "Somebody else", 100);
    assert_int_equal(tale_findings(tale_verify(t, "a", NULL), "retired-but-signed"), 0);
    ended(t, 'l', NULL, 100);
    const struct hw_answer *a = tale_verify(t, "a", NULL);
    assert_int_equal(tale_findings(a, "retired-but-signed"), 1);
    assert_int_equal(tale_finding(a, "retired-but-signed")->severity, HW_MEDIUM);
}

static void only_the_versions_that_ended_count(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 600, "/a/x.dll");
    program(t, 'b', "2.0.0.1", 'B', 600, "/b/x.dll");
    struct hw_fact *f = tale_statement(t, 'k', "ended", "Thing");
    hw_fact_str(f, HW_STATEMENT_VENDOR, "Maker");
    hw_fact_str(f, HW_STATEMENT_FIRST, "1");
    hw_fact_str(f, HW_STATEMENT_BELOW, "2");
    hw_fact_time(f, HW_STATEMENT_FROM, 100 * TALE_DAY);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/ended.csv");
    const struct hw_answer *a = tale_verify(t, "ab", NULL);
    assert_int_equal(tale_findings(a, "retired-but-signed"), 1);
    assert_true(hw_span_is(tale_finding(a, "retired-but-signed")->file->path, "a"));
}

static void what_was_taken_back_or_is_another_status_is_silent(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 600, "/x.dll");
    struct hw_fact *f = tale_statement(t, 'k', "ended", "Thing");
    hw_fact_time(f, HW_STATEMENT_FROM, 100 * TALE_DAY);
    hw_fact_time(f, HW_STATEMENT_REVOKED, 200 * TALE_DAY);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/ended.csv");
    f = tale_statement(t, 'l', "affected", "Thing");
    hw_fact_time(f, HW_STATEMENT_FROM, 100 * TALE_DAY);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/affected.json");
    tale_statement(t, 'm', "ended", "Thing"); /* at a time nobody says */
    tale_store(t, HW_CLASS_KNOWLEDGE, "/sometime.json");
    assert_int_equal(tale_findings(tale_verify(t, "a", NULL), "retired-but-signed"), 0);
}

/* The certificate holds from day 0, which is over a year behind the end. */
static void without_a_stamp_the_certificates_first_day_is_the_time(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', -1, "/x.dll");
    ended(t, 'k', "Maker", -365);
    assert_int_equal(tale_findings(tale_verify(t, "a", NULL), "retired-but-signed"), 0);
    ended(t, 'l', "Maker", -366);
    const struct hw_finding *f = tale_finding(tale_verify(t, "a", NULL), "retired-but-signed");
    assert_non_null(f);
    assert_true(hw_span_holds(f->why->says, "certificate holds from 1970-01-01"));
}

/* The hunt asks it of everything ever read, and says it once for each file. */
static void the_hunt_tells_both_of_everything(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 300, "/good/x.dll");
    program(t, 'b', "1.2.3.4", 'B', 700, "/bad/x.dll");
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "version-reissued"), 1);
    assert_true(hw_span_is(tale_finding(a, "version-reissued")->file->path, "/bad/x.dll"));
    assert_int_equal(tale_findings(a, "retired-but-signed"), 0);
    assert_non_null(a->incidents);
    ended(t, 'k', "Maker", 200);
    a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "version-reissued"), 1);
    assert_int_equal(tale_findings(a, "retired-but-signed"), 1); /* 'A' within the year */
    assert_true(hw_span_is(tale_finding(a, "retired-but-signed")->file->path, "/bad/x.dll"));
}

static void the_hunt_is_silent_of_the_same_code_and_of_the_living(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 300, "/a/x.dll");
    program(t, 'b', "1.2.3.4", 'A', 700, "/b/x.dll");
    program(t, 'c', "1.2.3.5", 'B', 700, "/c/x.dll");
    ended(t, 'k', "Somebody else", 100);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "version-reissued"), 0);
    assert_int_equal(tale_findings(a, "retired-but-signed"), 0);
}

static void a_version_signed_again_long_after_is_told(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 300, "/good/x.dll");
    program(t, 'b', "1.2.3.4", 'B', 700, "/bad/x.dll");
    program(t, 'c', "1.2.3.4", 'B', 700, "/worse/x.dll");
    const struct hw_answer *a = tale_verify(t, "abc", NULL);
    const struct hw_finding *f = tale_finding(a, "version-reissued");
    assert_int_equal(tale_findings(a, "version-reissued"), 2); /* every copy of the later one */
    assert_int_equal(f->severity, HW_HIGH);
    assert_true(hw_span_is(f->file->path, "b"));
    assert_true(hw_span_is(f->why->next->evidence, "/good/x.dll"));
}

static void the_same_code_signed_again_is_silent(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 300, "/one/x.dll");
    program(t, 'b', "1.2.3.4", 'A', 700, "/two/x.dll");
    assert_int_equal(tale_findings(tale_verify(t, "ab", NULL), "version-reissued"), 0);
}

static void two_builds_of_one_season_are_silent(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', 300, "/one/x.dll");
    program(t, 'b', "1.2.3.4", 'B', 390, "/two/x.dll");
    program(t, 'c', "1.0.0.0", 'C', 300, "/three/x.dll");
    program(t, 'e', "1.0.0.0", 'E', 700, "/four/x.dll");
    const struct hw_answer *a = tale_verify(t, "abce", NULL);
    assert_int_equal(tale_findings(a, "version-reissued"), 0);
    assert_true(tale_findings(a, "twin-differs") > 0);
}

static void a_copy_whose_time_nobody_vouches_for_is_silent(void **state)
{
    struct tale *t = *state;
    program(t, 'a', "1.2.3.4", 'A', -1, "/one/x.dll");
    program(t, 'b', "1.2.3.4", 'B', 700, "/two/x.dll");
    assert_int_equal(tale_findings(tale_verify(t, "ab", NULL), "version-reissued"), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(signed_long_after_the_end_is_told),
        T(signed_before_the_end_or_within_a_year_is_silent),
        T(another_maker_is_silent_and_an_unnamed_one_is_medium),
        T(only_the_versions_that_ended_count),
        T(what_was_taken_back_or_is_another_status_is_silent),
        T(without_a_stamp_the_certificates_first_day_is_the_time),
        T(the_hunt_tells_both_of_everything),
        T(the_hunt_is_silent_of_the_same_code_and_of_the_living),
        T(a_version_signed_again_long_after_is_told),
        T(the_same_code_signed_again_is_silent),
        T(two_builds_of_one_season_are_silent),
        T(a_copy_whose_time_nobody_vouches_for_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
