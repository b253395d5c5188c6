/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_ci.h"
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

static void read_it(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

#define HAS(...) hw_told_has(&t.told, __VA_ARGS__, NULL)

static void ci_github_steps_and_commands_are_records(void **state)
{
    (void)state;
    build_ci_github(&b, false);
    read_it();
    assert_true(HAS("artifact node=0", "format=ci-log"));
    assert_int_equal(t.told.anomalies + t.lost, 0);
    assert_true(HAS("ci/github/step number=10 ",
                    "time=2026-03-01T10:00:09.123456700Z clock=1 "
                    "digits=7",
                    "build=\"release\" step=\"Run actions/checkout@v4\"", "runner=\"BUILD01\"",
                    "command=\"actions/checkout@v4\""));
    assert_true(HAS("ci/github/command", "repo=\"acme/app\" commit=\"" BUILD_CI_COMMIT,
                    "step=\"Run make release TOKEN=***\"", "command=\"make release TOKEN=***\"",
                    "workspace=\"D:\\\\a\\\\app\\\\app\""));
    assert_true(HAS("ci/github/command", "command=\"sha256sum dist/app.exe\""));
    assert_false(HAS("only cyan")); /* a colour outside of the group is output */
    assert_true(HAS("ci/github/checkout", "commit=\"" BUILD_CI_COMMIT "\""));
    assert_true(HAS("ci/github/action", "name=\"actions/checkout@v4\" version=\"" BUILD_CI_COMMIT));
    assert_true(HAS("ci/github/error", "result=\"Process completed with exit code 2.\""));
    assert_true(HAS("ci/github/step", "step=\"Post job cleanup.\""));
    assert_true(HAS("property node=0 key=ci.lines number=33"));
}

static void ci_github_files_and_uploads_are_records(void **state)
{
    (void)state;
    build_ci_github(&b, false);
    read_it();
    assert_true(HAS("ci/github/hash", "path=\"dist/app.exe\" hash=\"" BUILD_CI_SHA256 "\""));
    assert_true(HAS("ci/github/hash", "hash=\"" BUILD_CI_SHA256 "\" line=\"SHA256 hash of up"));
    assert_true(
        HAS("ci/github/output", "path=\"D:\\\\a\\\\app\\\\app\\\\bin\\\\App.dll\" name=\"App\""));
    assert_true(HAS("ci/github/signed", "path=\"dist\\\\app.exe\""));
    assert_true(HAS("ci/github/upload", "name=\"dist\""));
    assert_true(HAS("ci/github/upload", "url=\"https://github.com/acme/app/actions/runs/5/"));
}

static void ci_github_with_columns_is_read_too(void **state)
{
    (void)state;
    build_ci_github(&b, true);
    read_it();
    assert_true(HAS("format=ci-log"));
    assert_true(HAS("ci/github/hash", "build=\"release\" step=\"Run make\"",
                    "path=\"dist/app.exe\"", "time=2026-03-01T10:00:25.123456700Z"));
}

static void ci_gitlab_sections_give_time_and_step(void **state)
{
    (void)state;
    build_ci_gitlab(&b, false);
    read_it();
    assert_true(HAS("artifact node=0", "format=ci-log"));
    assert_int_equal(t.told.anomalies + t.lost, 0);
    assert_true(HAS("ci/gitlab/step number=3 ", "time=2026-03-01T10:00:00Z clock=1 digits=0",
                    "step=\"prepare_executor\""));
    assert_true(HAS("ci/gitlab/step number=4 ", "time=2026-03-01T10:00:02Z", "get_sources"));
    assert_true(HAS("ci/gitlab/step number=8 ", "step=\"step_script\""));
    assert_true(HAS("ci/gitlab/checkout", "commit=\"1a2b3c4d\" runner=\"build-7\""));
    assert_true(HAS("ci/gitlab/command number=9 ", "time=2026-03-01T10:00:04Z",
                    "workspace=\"/builds/acme/app\"", "command=\"make release\""));
}

static void ci_gitlab_files_and_uploads_are_records(void **state)
{
    (void)state;
    build_ci_gitlab(&b, false);
    read_it();
    assert_true(HAS("ci/gitlab/hash", "path=\"dist/app.tar.gz\" hash=\"" BUILD_CI_SHA256));
    assert_true(HAS("ci/gitlab/hash", "path=\"registry.example.org/acme/app\""));
    assert_true(HAS("ci/gitlab/upload", "path=\"dist/app.tar.gz\" line="));
    assert_true(HAS("ci/gitlab/upload", "build=\"77\"", "name=\"archive\""));
    assert_true(
        HAS("ci/gitlab/upload", "path=\"dist/app.tar.gz\" url=\"s3://releases/app.tar.gz\""));
    assert_true(HAS("ci/gitlab/result", "result=\"Job succeeded\""));
}

static void ci_gitlab_line_times_come_before_sections(void **state)
{
    (void)state;
    build_ci_gitlab(&b, true);
    read_it();
    assert_true(HAS("ci/gitlab/command", "time=2026-03-01T10:01:08.123456Z clock=1 digits=6",
                    "command=\"make release\""));
}

static void ci_jenkins_nodes_stages_and_commands(void **state)
{
    (void)state;
    build_ci_jenkins(&b, true);
    read_it();
    assert_true(HAS("artifact node=0", "format=ci-log"));
    assert_int_equal(t.told.anomalies + t.lost, 0);
    assert_true(HAS("ci/jenkins/step number=7 ", "time=2026-03-01T10:02:06.123Z", "step=\"Build\"",
                    "runner=\"win-3\"", "workspace=\"C:\\\\jenkins\\\\workspace\\\\app-release\""));
    assert_true(HAS("ci/jenkins/command", "command=\"msbuild app.sln\""));
    assert_true(HAS("ci/jenkins/command", "command=\"make all\"",
                    "repo=\"https://git.example.org/acme/app.git\" commit=\"" BUILD_CI_COMMIT));
    assert_true(HAS("ci/jenkins/command", "command=\"/bin/sh -xe /tmp/jenkins1.sh\""));
    assert_true(HAS("ci/jenkins/result", "result=\"FAILURE\""));
    assert_true(HAS("ci/jenkins/error", "result=\"script returned exit code 1\""));
}

static void ci_jenkins_hashes_of_all_forms(void **state)
{
    (void)state;
    build_ci_jenkins(&b, false);
    read_it();
    assert_true(HAS("ci/jenkins/hash", "path=\"dist\\\\app.exe\" hash=\"" BUILD_CI_SHA256 "\""));
    assert_true(
        HAS("ci/jenkins/hash", "path=\"C:\\\\out\\\\app.msi\" hash=\"" BUILD_CI_SHA256 "\""));
    assert_true(HAS("ci/jenkins/hash",
                    "path=\"app (x64).zip\" hash=\"" BUILD_CI_SHA256 BUILD_CI_SHA256 "\""));
    assert_true(HAS("ci/jenkins/upload", "path=\"app-1.0.0-py3-none-any.whl\""));
    assert_true(HAS("time=unknown clock=0"));
}

static void ci_records_mean_what_the_mapping_says(void **state)
{
    (void)state;
    t.happenings = true;
    build_ci_github(&b, false);
    read_it();
    assert_true(HAS("happened build-step", "host=\"BUILD01\"", "build=\"release\"",
                    "repo=\"acme/app\"", "commit=\"" BUILD_CI_COMMIT,
                    "command=\"make release TOKEN=***\""));
    assert_true(
        HAS("happened build-output", "path=\"dist/app.exe\"", "hash=\"" BUILD_CI_SHA256 "\""));
    assert_true(HAS("happened signed", "path=\"dist\\\\app.exe\""));
    assert_true(HAS("happened published", "name=\"dist\""));
    /* A hash of no named file is no output. */
    assert_int_equal(hw_told_count(&t.told, "happened build-output"), 2);
}

static void ci_log_without_its_end_is_told(void **state)
{
    (void)state;
    build_ci_jenkins(&b, false);
    b.n -= strlen("Finished: FAILURE\n");
    read_it();
    assert_true(HAS("lost node=0 what=truncated", "how the build ended"));
}

static void ci_is_not_claimed_of_other_text(void **state)
{
    (void)state;
    static const char *const others[] = {
        "Started by reading the manual.\nThen came the rest.\n",
        "2026-03-01T10:00:00.1234567Z one\n2026-03-01T10:00:01.1234567Z two\n"
        "2026-03-01T10:00:02.1234567Z three\n",
        "2026-03-01T10:00:00Z ##[group]x\n2026-03-01T10:00:01Z a\n2026-03-01T10:00:02Z b\n",
        "The console said: Running with gitlab-runner 16.3.0\n",
        "#!/bin/sh\n# section_start:1772359200:x\nsha256sum file\n",
        BUILD_CI_SHA256 "  file\n" BUILD_CI_SHA256 "  other\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t.told, others[i], strlen(others[i]), NULL);
    }
    assert_false(HAS("format=ci-log"));
}

static void ci_line_without_end_is_cut(void **state)
{
    (void)state;
    build_ci_gitlab(&b, false);
    hw_buf_str(&b, "$ ");
    for (unsigned i = 0; i < 300000; i++) {
        hw_buf_str(&b, "x\x1b[0m");
    }
    read_it();
    assert_int_equal(hw_told_count(&t.told, "ci/gitlab/command"), 2);
    assert_int_equal(t.told.anomalies, 0);
}

/* A console is free text, so a damaged one is seldom malformed: it says less, or other things. */
static bool says_all(const uint8_t *p, size_t n, void *state)
{
    struct hw_recorded *whole = state, r;
    hw_recorded_init(&r);
    hw_told_examine(&r.told, p, n, NULL);
    bool same = r.lost == 0 && r.told.anomalies == 0 && r.records == whole->records;
    hw_recorded_done(&r);
    return same;
}

static void ci_survives_every_cut_and_damage(void **state)
{
    static void (*const builds[])(struct hw_buf *, bool) = {build_ci_github, build_ci_gitlab,
                                                            build_ci_jenkins};
    for (unsigned i = 0; i < 3; i++) {
        (void)end(state);
        (void)begin(state);
        builds[i](&b, i == 2);
        read_it();
        assert_true(t.records > 5);
        hw_sweep_truncate(b.p, b.n, says_all, &t);
        hw_sweep_mutate(b.p, b.n, 1500, 31 + i, says_all, &t);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(ci_github_steps_and_commands_are_records),
        CASE(ci_github_files_and_uploads_are_records),
        CASE(ci_github_with_columns_is_read_too),
        CASE(ci_gitlab_sections_give_time_and_step),
        CASE(ci_gitlab_files_and_uploads_are_records),
        CASE(ci_gitlab_line_times_come_before_sections),
        CASE(ci_jenkins_nodes_stages_and_commands),
        CASE(ci_jenkins_hashes_of_all_forms),
        CASE(ci_records_mean_what_the_mapping_says),
        CASE(ci_log_without_its_end_is_told),
        CASE(ci_is_not_claimed_of_other_text),
        CASE(ci_line_without_end_is_cut),
        CASE(ci_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("ci", tests, NULL, NULL);
}
