/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "build_zip.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct build_zip z;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    build_zip_init(&z);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    build_zip_done(&z);
    return 0;
}

static void examine(void)
{
    struct hw_span s = build_zip_span(&z);
    hw_told_examine(&t, s.p, s.n, NULL);
}

static void honest(void)
{
    build_zip_file(&z, "a.txt", "alpha alpha alpha alpha");
    build_zip_add(&z, &(struct build_zip_member){.name = "b/stored", .bytes = "beta", .n = 4});
    build_zip_add(&z, &(struct build_zip_member){.name = "c/late",
                                                 .bytes = "gammagammagamma",
                                                 .n = 15,
                                                 .deflate = true,
                                                 .descriptor = true});
    build_zip_add(&z, &(struct build_zip_member){.name = "d/", .bytes = "", .n = 0});
    build_zip_end(&z, "");
}

static void zip_honest_is_sound_with_all_members(void **state)
{
    (void)state;
    honest();
    examine();
    assert_int_equal(t.anomalies + t.unopened, 0);
    assert_int_equal(hw_told_count(&t, "artifact "), 4);
    assert_true(
        hw_told_has(&t, "artifact node=1 ", "name=\"a.txt\"", "size=23", "ordinal=0", NULL));
    assert_true(hw_told_has(&t, "artifact node=3 ", "name=\"c/late\"", "size=15", NULL));
    /* SHA-256 of "beta", computed elsewhere */
    assert_true(hw_told_has(&t, "name=\"b/stored\"",
                            "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753",
                            NULL));
    assert_true(hw_told_has(&t, "end ", "nodes=4", NULL));
}

static void zip64_is_read_the_same(void **state)
{
    (void)state;
    z.zip64 = true;
    build_zip_file(&z, "a.txt", "alpha");
    build_zip_end(&z, "");
    examine();
    assert_int_equal(t.anomalies, 0);
    assert_true(hw_told_has(&t, "name=\"a.txt\"", "size=5", NULL));
}

static void zip_two_stories_are_told(void **state)
{
    (void)state;
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "good.txt", .local_name = "evil.exe", .bytes = "x", .n = 1});
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "size.txt", .bytes = "xy", .n = 2, .local_size_add = 7});
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "name.txt", .second_name = "other.exe", .bytes = "x", .n = 1});
    build_zip_end(&z, "");
    examine();
    assert_true(hw_told_has(&t, "rule=two-stories", "on the name of", NULL));
    assert_true(hw_told_has(&t, "rule=two-stories", "on the size of", NULL));
    assert_true(hw_told_has(&t, "rule=two-stories", "second name", "other.exe", NULL));
    assert_true(hw_told_has(&t, "degree node=0 ", "degree=odd", NULL));
}

static void zip_wrong_crc_and_size_are_told_and_kept(void **state)
{
    (void)state;
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "crc", .bytes = "hello", .n = 5, .deflate = true, .crc_xor = 1});
    build_zip_add(&z,
                  &(struct build_zip_member){
                      .name = "size", .bytes = "hello", .n = 5, .deflate = true, .size_add = 3});
    build_zip_end(&z, "");
    examine();
    assert_true(hw_told_has(&t, "rule=bad-checksum", "crc", NULL));
    assert_true(hw_told_has(&t, "rule=bad-size", "unpacks to 5 bytes, not to 8", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 3);
}

static void zip_encrypted_and_odd_methods_stay_closed_by_name(void **state)
{
    (void)state;
    build_zip_add(
        &z, &(struct build_zip_member){.name = "secret", .bytes = "hello", .n = 5, .flags = 1});
    build_zip_add(
        &z, &(struct build_zip_member){.name = "squeezed", .bytes = "hello", .n = 5, .method = 12});
    build_zip_end(&z, "");
    examine();
    assert_true(hw_told_has(&t, "unopened ", "kind=encrypted", "name=\"secret\"", NULL));
    assert_true(hw_told_has(&t, "unopened ", "kind=compression", "name=\"squeezed\"", NULL));
}

static void zip_hidden_bytes_are_counted_and_placed(void **state)
{
    (void)state;
    build_zip_file(&z, "a", "alpha");
    size_t gap = z.out.n;
    char off[40];
    build_zip_bytes(&z, "HIDDENHIDDEN", 12);
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "b", .bytes = "beta", .n = 4, .deflate = true, .junk_n = 9});
    build_zip_end(&z, "");
    build_zip_bytes(&z, "tail", 4);
    examine();
    (void)snprintf(off, sizeof off, "off=%zu size=12", gap);
    assert_true(hw_told_has(&t, "rule=hidden-bytes", off, "between members", NULL));
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=9", "behind a member's", NULL));
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=4", "behind the archive", NULL));
    assert_true(hw_told_has(&t, "region node=0 role=hidden", off, "nonzero=12", NULL));
}

static void zip_prefix_is_an_anomaly_unless_it_is_a_script(void **state)
{
    (void)state;
    static const char script[] = "#!/bin/sh\nexec java -jar $0\n", bytes[] = "unexplained bytes";
    build_zip_bytes(&z, script, sizeof script - 1);
    z.correct = sizeof script - 1; /* offsets not corrected: delta must be found */
    honest();
    examine();
    assert_int_equal(t.anomalies, 0);
    assert_true(hw_told_has(&t, "region node=0 role=prefix off=0 size=28", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 4);
    (void)end(NULL);
    (void)begin(NULL);
    build_zip_bytes(&z, bytes, sizeof bytes - 1);
    honest();
    examine();
    assert_true(hw_told_has(&t, "rule=hidden-bytes off=0 size=17", "before the archive", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 4);
}

static void zip_two_ends_are_two_stories(void **state)
{
    (void)state;
    struct build_zip other;
    build_zip_init(&other);
    build_zip_file(&other, "inner", "other story");
    build_zip_end(&other, "");
    honest();
    /* a whole second archive behind the first: strict and lax readers see different members */
    build_zip_bytes(&z, other.out.p, other.out.n);
    examine();
    assert_true(t.anomalies > 0);
    assert_true(hw_told_has(&t, "rule=hidden-bytes", NULL) ||
                hw_told_has(&t, "rule=two-stories", NULL));
    build_zip_done(&other);
}

static void zip_links_are_entries_and_not_followed(void **state)
{
    (void)state;
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "ln", .bytes = "../../etc/passwd", .n = 16, .mode = 0120777});
    build_zip_end(&z, "");
    examine();
    assert_true(
        hw_told_has(&t, "entry node=0", "what=symlink", "target=\"../../etc/passwd\"", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 1);
}

static void zip_bad_names_are_told_and_kept(void **state)
{
    (void)state;
    /* In two parts, since an f would go on the number. */
    static const char rtl[] = "rtl\xe2\x80\xae"
                              "fdp.exe";
    static const char *const names[] = {"../up", "/abs", "C:\\x", "a\x1b[2J",  "a\\b",
                                        "same",  "same", "SAME",  "x/../../y", rtl};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        build_zip_file(&z, names[i], "x");
    }
    build_zip_end(&z, "");
    examine();
    assert_true(hw_told_has(&t, "rule=bad-name", "../up", "climbs out", NULL));
    assert_true(hw_told_has(&t, "rule=bad-name", "/abs", "absolute", NULL));
    assert_true(hw_told_has(&t, "rule=bad-name", "names a drive", NULL));
    assert_true(hw_told_has(&t, "rule=bad-name", "control characters", NULL));
    assert_true(hw_told_has(&t, "rule=bad-name", "backslashes", NULL));
    assert_true(hw_told_has(&t, "rule=bad-name", "x/../../y", NULL));
    assert_true(hw_told_has(&t, "rule=bad-name", "turn the text around", NULL));
    assert_true(hw_told_has(&t, "rule=duplicate", "same", NULL));
    assert_true(hw_told_has(&t, "key=box.case-twins number=1", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 11);
}

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

/* Examines under a clock; sanitizers are slow, so the promise of a second is held loosely there. */
static void examine_quickly(const struct hw_limits *limits)
{
    uint64_t before = now_ms();
    struct hw_span s = build_zip_span(&z);
    hw_told_examine(&t, s.p, s.n, limits);
    assert_true(now_ms() - before < 10000);
}

static void zip_bomb_by_overlap_is_refused(void **state)
{
    (void)state;
    size_t n = 1 << 20;
    uint8_t *zeros = calloc(1, n);
    build_zip_add(&z,
                  &(struct build_zip_member){.name = "k", .bytes = zeros, .n = n, .deflate = true});
    for (unsigned i = 0; i < 2000; i++) {
        char name[20];
        (void)snprintf(name, sizeof name, "k%u", i);
        build_zip_again(&z, name);
    }
    build_zip_end(&z, "");
    examine_quickly(NULL);
    assert_true(hw_told_has(&t, "rule=bomb-overlap", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=refused", "bomb-overlap", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 1);
    free(zeros);
}

static void zip_bomb_by_ratio_is_refused_and_what_came_before_stays(void **state)
{
    (void)state;
    size_t n = 100 << 20;
    uint8_t *zeros = calloc(1, n);
    build_zip_file(&z, "before", "kept");
    build_zip_add(
        &z, &(struct build_zip_member){.name = "zeros", .bytes = zeros, .n = n, .deflate = true});
    build_zip_file(&z, "after", "not reached");
    build_zip_end(&z, "");
    free(zeros);
    examine_quickly(NULL);
    assert_true(hw_told_has(&t, "rule=bomb-ratio", "zeros", NULL));
    assert_true(hw_told_has(&t, "name=\"before\"", NULL));
    assert_false(hw_told_has(&t, "name=\"after\"", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=refused", NULL));
}

static void zip_bomb_by_count_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        char name[20];
        (void)snprintf(name, sizeof name, "f%u", i);
        build_zip_add(&z, &(struct build_zip_member){.name = name, .bytes = "", .n = 0});
    }
    build_zip_end(&z, "");
    struct hw_limits few = {.nodes = 200};
    examine_quickly(&few);
    assert_true(hw_told_has(&t, "rule=bomb-count", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=refused", NULL));
}

static void zip_in_zip_beyond_the_depth_is_refused_by_name(void **state)
{
    (void)state;
    build_zip_file(&z, "core", "x");
    build_zip_end(&z, "");
    for (unsigned i = 0; i < 20; i++) {
        struct build_zip outer;
        build_zip_init(&outer);
        build_zip_add(&outer,
                      &(struct build_zip_member){.name = "in.zip", .bytes = z.out.p, .n = z.out.n});
        build_zip_end(&outer, "");
        build_zip_done(&z);
        z = outer;
    }
    examine_quickly(NULL);
    assert_true(hw_told_has(&t, "node=16 rule=bomb-depth", NULL));
    assert_true(hw_told_has(&t, "unopened node=16 kind=too-deep", NULL));
    assert_false(hw_told_has(&t, "name=\"core\"", NULL));
}

static void zip_member_too_large_is_left_closed_by_name_and_size(void **state)
{
    (void)state;
    uint8_t *noise = malloc(3 << 20);
    for (size_t i = 0; i < 3 << 20; i++) {
        noise[i] = (uint8_t)(i * i >> 7 ^ i);
    }
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "large", .bytes = noise, .n = 3 << 20, .deflate = true});
    build_zip_file(&z, "small", "still read");
    build_zip_end(&z, "");
    free(noise);
    struct hw_limits small = {.member_bytes = 1 << 20};
    examine_quickly(&small);
    assert_true(hw_told_has(&t, "unopened node=0 kind=too-large name=\"large\"", NULL));
    assert_true(hw_told_has(&t, "name=\"small\"", NULL));
}

static void zip_without_its_directory_is_truncated_and_closed(void **state)
{
    (void)state;
    honest();
    hw_told_examine(&t, z.out.p, z.central.n > 0 ? 60 : 0, NULL);
    assert_true(hw_told_has(&t, "rule=truncated", "no central directory", NULL));
    assert_true(hw_told_has(&t, "unopened node=0 kind=member", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=broken", NULL));
}

static void zip_kinds_are_told_from_names(void **state)
{
    (void)state;
    build_zip_file(&z, "Acme.nuspec", "<package/>");
    build_zip_file(&z, "[Content_Types].xml", "<x/>");
    build_zip_end(&z, "");
    examine();
    assert_true(hw_told_has(&t, "key=zip.kind text=\"nupkg\"", NULL));
}

static void zip_survives_every_cut(void **state)
{
    (void)state;
    honest();
    hw_sweep_truncate(z.out.p, z.out.n, hw_told_sound, NULL);
}

static void zip_survives_damage(void **state)
{
    (void)state;
    honest();
    hw_sweep_mutate(z.out.p, z.out.n, 6000, 1, hw_told_sound, NULL);
    (void)end(NULL);
    (void)begin(NULL);
    z.zip64 = true;
    honest();
    hw_sweep_mutate(z.out.p, z.out.n, 4000, 2, hw_told_sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(zip_honest_is_sound_with_all_members),
        CASE(zip64_is_read_the_same),
        CASE(zip_two_stories_are_told),
        CASE(zip_wrong_crc_and_size_are_told_and_kept),
        CASE(zip_encrypted_and_odd_methods_stay_closed_by_name),
        CASE(zip_hidden_bytes_are_counted_and_placed),
        CASE(zip_prefix_is_an_anomaly_unless_it_is_a_script),
        CASE(zip_two_ends_are_two_stories),
        CASE(zip_links_are_entries_and_not_followed),
        CASE(zip_bad_names_are_told_and_kept),
        CASE(zip_bomb_by_overlap_is_refused),
        CASE(zip_bomb_by_ratio_is_refused_and_what_came_before_stays),
        CASE(zip_bomb_by_count_is_refused),
        CASE(zip_in_zip_beyond_the_depth_is_refused_by_name),
        CASE(zip_member_too_large_is_left_closed_by_name_and_size),
        CASE(zip_without_its_directory_is_truncated_and_closed),
        CASE(zip_kinds_are_told_from_names),
        CASE(zip_survives_every_cut),
        CASE(zip_survives_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("zip", tests, NULL, NULL);
}
