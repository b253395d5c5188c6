/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_eslogger.h"
#include "records.h"
#include "sweep.h"

#define EXEC                                                                                       \
    "\"exec\":{\"target\":{\"audit_token\":{\"pid\":412,\"pidversion\":1035},\"executable\":"      \
    "{\"path\":\"/bin/sh\"}},\"args\":[\"sh\",\"-c\",\"id\"],\"cwd\":{\"path\":\"/\"}}"

static struct hw_recorded t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    hw_buf_init(&b, 16 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_recorded_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void examine(void)
{
    hw_told_examine(&t.told, b.p, b.n, NULL);
}

static void eslogger_message_keeps_its_dotted_names(void **state)
{
    (void)state;
    build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 7, EXEC);
    examine();
    assert_int_equal(t.told.anomalies + t.told.worst, 0);
    assert_true(hw_told_has(&t.told, "artifact node=0", "format=eslogger", NULL));
    assert_true(hw_told_has(
        &t.told, "eslogger/eslogger/exec number=7 off=0 time=2023-03-13T06:31:00.123456789Z",
        "clock=1 digits=9", " process.audit_token.pid=\"412\"",
        " process.executable.path=\"/bin/zsh\"", " event.exec.target.executable.path=\"/bin/sh\"",
        " event.exec.target.audit_token.pidversion=\"1035\"", " event.exec.args=\"sh -c id\"",
        " event.exec.cwd.path=\"/\"", " global_seq_num=\"7\"", NULL));
}

static void eslogger_token_as_an_array_has_the_same_names(void **state)
{
    (void)state;
    build_eslogger(&b, BUILD_ESLOGGER_ARRAY, 7, EXEC);
    examine();
    assert_true(
        hw_told_has(&t.told, " process.audit_token=\"501 0 0 501 20 412 100003 1034\"",
                    " process.audit_token.pid=\"412\"", " process.audit_token.pidversion=\"1034\"",
                    " process.audit_token.auid=\"501\"", " process.audit_token.euid=\"0\"", NULL));
}

static void eslogger_paths_told_in_parts_are_joined(void **state)
{
    (void)state;
    build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 1,
                   "\"create\":{\"destination_type\":1,\"destination\":{\"new_path\":{\"dir\":"
                   "{\"path\":\"/tmp\"},\"filename\":\"x.dylib\"}}}");
    build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 2,
                   "\"link\":{\"source\":{\"path\":\"/a\"},\"target_dir\":{\"path\":\"/\"},"
                   "\"target_filename\":\"b\"}");
    build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 3,
                   "\"create\":{\"destination\":{\"existing_file\":{\"path\":\"/q\"}}}");
    examine();
    assert_int_equal(t.records, 3);
    assert_true(hw_told_has(&t.told, "/create number=1",
                            " event.create.destination.path=\"/tmp/x.dylib\"", NULL));
    assert_true(hw_told_has(&t.told, "/link number=2", " event.link.target.path=\"/b\"", NULL));
    assert_true(hw_told_has(&t.told, "/create number=3",
                            " event.create.destination.existing_file.path=\"/q\"", NULL));
}

static void eslogger_holes_in_the_global_sequence_are_lost(void **state)
{
    (void)state;
    static const unsigned seqs[] = {5, 6, 9, 10, 0, 1, 3};
    for (size_t i = 0; i < sizeof seqs / sizeof seqs[0]; i++) {
        build_eslogger(&b, BUILD_ESLOGGER_OBJECT, seqs[i], EXEC);
    }
    examine();
    assert_int_equal(t.records, 7);
    assert_int_equal(t.lost, 2);
    assert_true(hw_told_has(&t.told, "lost node=0 what=dropped", "count=2 first=7 last=8", NULL));
    assert_true(hw_told_has(&t.told, "lost node=0 what=dropped", "count=1 first=2 last=2", NULL));
}

static void eslogger_holes_without_end_are_summed_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1501; i++) {
        build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 1 + i * 3, EXEC);
    }
    examine();
    assert_int_equal(t.lost, 1001);
    assert_true(hw_told_has(&t.told, "lost node=0", "count=1000 ", "together", NULL));
}

static void eslogger_jamf_is_told_apart(void **state)
{
    (void)state;
    build_eslogger(&b, BUILD_ESLOGGER_JAMF, 5, EXEC);
    build_eslogger(&b, BUILD_ESLOGGER_JAMF, 8, EXEC);
    examine();
    assert_true(
        hw_told_has(&t.told, "eslogger/jamf/exec number=5", " host.hostname=\"mac1\"", NULL));
    assert_true(hw_told_has(&t.told, "lost node=0 what=dropped", "count=2 first=6 last=7", NULL));
}

static void eslogger_bad_lines_are_told(void **state)
{
    (void)state;
    build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 1, EXEC);
    hw_buf_str(&b, "{\"time\":\"2023-03-13T06:31:00Z\",\"event\":null}\nnonsense\n");
    build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 2, EXEC);
    examine();
    assert_int_equal(t.records, 2);
    assert_int_equal(hw_told_count(&t.told, "rule=line-refused"), 2);
}

static void eslogger_other_json_is_not_claimed(void **state)
{
    static const char *const others[] = {
        "{\"event\":{\"exec\":{}},\"time\":\"x\"}\n",
        "{\"event\":{\"action\":\"a\"},\"process\":{\"pid\":1},\"time\":\"x\",\"mach_time\":1}\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)end(state);
        (void)begin(state);
        hw_buf_str(&b, others[i]);
        examine();
        assert_false(hw_told_has(&t.told, "format=eslogger", NULL));
    }
}

static void eslogger_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_eslogger(&b, BUILD_ESLOGGER_ARRAY, 1, EXEC);
    build_eslogger(&b, BUILD_ESLOGGER_OBJECT, 2,
                   "\"create\":{\"destination\":{\"new_path\":{\"dir\":{\"path\":\"/tmp\"},"
                   "\"filename\":\"x\"}}}");
    hw_sweep_truncate(b.p, b.n, hw_recorded_some, NULL);
    hw_sweep_mutate(b.p, b.n, 4000, 43, hw_recorded_some, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(eslogger_message_keeps_its_dotted_names),
        CASE(eslogger_token_as_an_array_has_the_same_names),
        CASE(eslogger_paths_told_in_parts_are_joined),
        CASE(eslogger_holes_in_the_global_sequence_are_lost),
        CASE(eslogger_holes_without_end_are_summed_up),
        CASE(eslogger_jamf_is_told_apart),
        CASE(eslogger_bad_lines_are_told),
        CASE(eslogger_other_json_is_not_claimed),
        CASE(eslogger_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("eslogger", tests, NULL, NULL);
}
