/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_asar.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf b, json;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    hw_buf_init(&b, 1 << 20);
    hw_buf_init(&json, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    hw_buf_done(&json);
    return 0;
}

static void make(const char *text, const char *files)
{
    build_asar(&b, text, files, strlen(files));
    hw_told_examine(&t, b.p, b.n, NULL);
}

static const char files[] = "console.log(1)payload";

static void honest(bool flip)
{
    hw_buf_str(&json, "{\"files\":{\"main.js\":{\"size\":14,\"offset\":\"0\",");
    build_asar_integrity(&json, files, 14, 4, flip);
    hw_buf_str(&json, "},\"d\":{\"files\":{\"x.node\":{\"size\":7,\"offset\":\"14\","
                      "\"executable\":true},\"out.node\":{\"size\":9,\"unpacked\":true},"
                      "\"l\":{\"link\":\"d/x.node\"}}}}}");
    make(hw_buf_text(&json), files);
}

static void asar_honest_is_sound_and_sealed(void **state)
{
    (void)state;
    honest(false);
    assert_int_equal(t.anomalies + t.unopened, 0);
    assert_true(hw_told_has(&t, "artifact node=0", "format=asar", NULL));
    assert_true(hw_told_has(&t, "artifact node=1", "name=\"main.js\" size=14", NULL));
    assert_true(hw_told_has(&t, "artifact node=2", "name=\"d/x.node\" size=7", "mode=493", NULL));
    assert_true(hw_told_has(&t, "seal node=1 by=0 scheme=asar alg=sha256", "ok=1", NULL));
    assert_true(hw_told_has(&t, "entry node=0 name=\"d/out.node\" what=unpacked", NULL));
    assert_true(
        hw_told_has(&t, "entry node=0 name=\"d/l\" what=symlink target=\"d/x.node\"", NULL));
}

static void asar_broken_seal_is_told(void **state)
{
    (void)state;
    honest(true);
    assert_true(hw_told_has(&t, "seal node=1", "ok=0", NULL));
    assert_true(hw_told_has(&t, "rule=seal-broken", "main.js", "hash", NULL));
}

static void asar_broken_block_is_told_though_the_whole_holds(void **state)
{
    (void)state;
    hw_buf_str(&json, "{\"files\":{\"main.js\":{\"size\":14,\"offset\":\"0\",");
    build_asar_integrity(&json, files, 14, 4, false);
    hw_buf_str(&json, "}}}");
    uint8_t *last = json.p + json.n - strlen("\"]}}}}") - 1; /* last digit of the last block */
    *last = *last == '0' ? '1' : '0';
    make(hw_buf_text(&json), "console.log(1)");
    assert_true(hw_told_has(&t, "rule=seal-broken", "block hashes", NULL));
    assert_true(hw_told_has(&t, "seal node=1", "ok=0", NULL));
}

static void asar_out_of_range_overlap_and_gaps_are_told(void **state)
{
    (void)state;
    make("{\"files\":{\"a\":{\"size\":4,\"offset\":\"0\"},\"b\":{\"size\":4,\"offset\":\"2\"},"
         "\"c\":{\"size\":4,\"offset\":\"90\"},\"d\":{\"size\":-1,\"offset\":\"1\"},"
         "\"e\":{\"size\":1,\"offset\":\"99999999999999999999\"}}}",
         "abcdefghijklmnop");
    assert_true(hw_told_has(&t, "rule=overlap", "size=2", NULL));
    assert_true(hw_told_has(&t, "rule=bad-offset", "\\\"c\\\"", NULL));
    assert_true(hw_told_has(&t, "unopened node=0 kind=member name=\"d\"", NULL));
    assert_true(hw_told_has(&t, "unopened node=0 kind=member name=\"e\"", NULL));
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=10", NULL));
}

static void asar_bomb_by_overlap_is_refused(void **state)
{
    (void)state;
    hw_buf_str(&json, "{\"files\":{");
    for (unsigned i = 0; i < 1000; i++) {
        hw_buf_printf(&json, "%s\"f%u\":{\"size\":5000,\"offset\":\"0\"}", i > 0 ? "," : "", i);
    }
    hw_buf_str(&json, "}}");
    char bytes[5001];
    memset(bytes, 'x', 5000);
    bytes[5000] = 0;
    make(hw_buf_text(&json), bytes);
    assert_true(hw_told_has(&t, "rule=bomb-overlap", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=refused", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 1);
}

static void asar_names_that_climb_are_told(void **state)
{
    (void)state;
    make("{\"files\":{\"..\":{\"files\":{\"x\":{\"size\":1,\"offset\":\"0\"}}}}}", "x");
    assert_true(hw_told_has(&t, "rule=bad-name", "climbs", NULL));
}

static void asar_header_that_is_no_tree_is_closed(void **state)
{
    (void)state;
    make("{\"files\":[1,2,3]}", "x");
    assert_true(hw_told_has(&t, "rule=bad-encoding", NULL));
    assert_true(hw_told_has(&t, "unopened node=0 kind=member", NULL));
    (void)end(NULL);
    (void)begin(NULL);
    make("{\"files\":{\"a\":{\"size\":1,\"offset\":\"0\"},\"a\":{\"size\":1,\"offset\":\"0\"}}}",
         "x");
    assert_true(hw_told_has(&t, "rule=duplicate", NULL));
}

static void asar_nesting_without_end_is_bounded(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1500; i++) {
        hw_buf_str(&json, "{\"files\":{\"d\":");
    }
    hw_buf_str(&json, "{}");
    for (unsigned i = 0; i < 1500; i++) {
        hw_buf_str(&json, "}}");
    }
    make(hw_buf_text(&json), "x");
    assert_true(t.anomalies > 0);
    assert_true(t.unopened > 0);
}

static void asar_survives_every_cut_and_damage(void **state)
{
    (void)state;
    honest(false);
    hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 6000, 11, hw_told_sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(asar_honest_is_sound_and_sealed),
        CASE(asar_broken_seal_is_told),
        CASE(asar_broken_block_is_told_though_the_whole_holds),
        CASE(asar_out_of_range_overlap_and_gaps_are_told),
        CASE(asar_bomb_by_overlap_is_refused),
        CASE(asar_names_that_climb_are_told),
        CASE(asar_header_that_is_no_tree_is_closed),
        CASE(asar_nesting_without_end_is_bounded),
        CASE(asar_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("asar", tests, NULL, NULL);
}
