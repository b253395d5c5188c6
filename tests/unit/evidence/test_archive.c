/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_archive.h"
#include "build_tar.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf b, c;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    hw_buf_init(&b, 64 << 20);
    hw_buf_init(&c, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    hw_buf_done(&c);
    return 0;
}

static void again(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

static void examine(const struct hw_buf *what)
{
    hw_told_examine(&t, what->p, what->n, NULL);
}

static void honest_tar(struct hw_buf *to)
{
    build_tar_file(to, "package/package.json", "{\"name\":\"x\"}");
    build_tar_add(to, &(struct build_tar_member){.name = "package/d/", .type = '5'});
    build_tar_add(to, &(struct build_tar_member){.name = "package/l", .type = '2', .link = "d"});
    build_tar_file(to, "package/d/empty", "");
    build_tar_pax(to, "path", "package/a rather long name that pax carries instead");
    build_tar_file(to, "short", "paxed");
    build_tar_end(to);
}

static void tar_honest_is_sound_with_all_members(void **state)
{
    (void)state;
    honest_tar(&b);
    examine(&b);
    assert_int_equal(t.anomalies + t.unopened, 0);
    assert_true(hw_told_has(&t, "artifact node=0", "format=tar", NULL));
    assert_true(hw_told_has(&t, "name=\"package/package.json\" size=12", "mode=420",
                            "time=1700000000000000000ns", NULL));
    assert_true(hw_told_has(&t, "entry node=0 name=\"package/l\" what=symlink target=\"d\"", NULL));
    assert_true(hw_told_has(&t, "name=\"package/a rather long name", "size=5", NULL));
    assert_int_equal(hw_told_count(&t, "artifact "), 4);
}

static void tar_compressed_is_one_node_with_the_same_members(void **state)
{
    (void)state;
    static const char *const filters[] = {"gzip", "xz", "zstd", "bzip2", "lz4", "lzma", "compress"};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        again();
        honest_tar(&c);
        if (i == 0) {
            build_gzip(&b, hw_buf_span(&c), NULL, 0);
        } else {
            build_stream(&b, filters[i], hw_buf_span(&c));
        }
        examine(&b);
        if (t.anomalies != 0) {
            print_message("%s", hw_buf_text(&t.lines));
        }
        assert_int_equal(t.anomalies, 0);
        assert_true(hw_told_has(&t, "artifact node=0", "format=tar", NULL));
        assert_true(hw_told_has(&t, "key=tar.filter", filters[i], NULL));
        assert_int_equal(hw_told_count(&t, "artifact "), 4);
        assert_int_equal(hw_told_count(&t, "bid "), 0);
    }
}

static void tar_hidden_members_behind_the_end_are_read_and_told(void **state)
{
    (void)state;
    honest_tar(&b);
    build_tar_file(&b, "hidden.dll", "payload");
    build_tar_end(&b);
    examine(&b);
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "members stand behind the end", NULL));
    assert_true(hw_told_has(&t, "name=\"hidden.dll\"", NULL));
}

static void tar_lies_are_told(void **state)
{
    (void)state;
    build_tar_add(&b, &(struct build_tar_member){.name = "pad", .bytes = "x", .n = 1, .pad = 0x41});
    build_tar_add(&b, &(struct build_tar_member){.name = "sum", .checksum_add = 1});
    build_tar_file(&b, "after", "found again");
    build_tar_file(&b, "../climb", "x");
    build_tar_end(&b);
    examine(&b);
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=511", "padding", NULL));
    assert_true(hw_told_has(&t, "rule=bad-checksum off=1024", NULL));
    assert_true(hw_told_has(&t, "name=\"after\"", NULL));
    assert_true(hw_told_has(&t, "rule=bad-name", "climbs", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=broken", NULL));
}

static void tar_hard_link_with_a_body_is_two_stories(void **state)
{
    (void)state;
    build_tar_file(&b, "f", "x");
    build_tar_add(&b,
                  &(struct build_tar_member){.name = "h", .link = "f", .type = '1', .claim = 512});
    build_tar_file(&b, "inside or beside", "y");
    build_tar_end(&b);
    examine(&b);
    assert_true(hw_told_has(&t, "rule=two-stories", "hard link", NULL));
    assert_true(hw_told_has(&t, "name=\"inside or beside\"", NULL));
}

static void tar_cut_inside_a_member_is_broken_by_name(void **state)
{
    (void)state;
    build_tar_file(&b, "whole", "x");
    build_tar_add(
        &b, &(struct build_tar_member){.name = "cut", .bytes = "abc", .n = 3, .claim = 99999});
    examine(&b);
    assert_true(hw_told_has(&t, "rule=truncated", "inside a member", NULL));
    assert_true(hw_told_has(&t, "unopened node=0 kind=member name=\"cut\"", NULL));
    assert_true(hw_told_has(&t, "name=\"whole\"", NULL));
}

static void tar_bomb_is_refused(void **state)
{
    (void)state;
    size_t n = 80 << 20;
    uint8_t *zeros = calloc(1, n);
    struct hw_buf big;
    hw_buf_init(&big, 100 << 20);
    build_tar_file(&big, "before", "kept");
    build_tar_add(&big, &(struct build_tar_member){.name = "zeros", .bytes = zeros, .n = n});
    build_tar_end(&big);
    build_stream(&b, "zstd", hw_buf_span(&big));
    examine(&b);
    assert_true(hw_told_has(&t, "rule=bomb-ratio", NULL));
    assert_true(hw_told_has(&t, "name=\"before\"", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=refused", NULL));
    hw_buf_done(&big);
    free(zeros);
}

static void gzip_bare_is_one_member_named_by_its_header(void **state)
{
    (void)state;
    build_gzip(&b, HW_SPAN_LIT("hello hello hello"), "greeting.txt", 0);
    examine(&b);
    assert_int_equal(t.anomalies, 0);
    assert_true(hw_told_has(&t, "artifact node=0", "format=gzip", NULL));
    assert_true(hw_told_has(&t, "artifact node=1", "name=\"greeting.txt\" size=17", NULL));
}

static void gzip_lies_are_told(void **state)
{
    (void)state;
    build_gzip(&b, HW_SPAN_LIT("one"), NULL, 1);
    examine(&b);
    assert_true(hw_told_has(&t, "rule=bad-checksum", "CRC", NULL));
    again();
    build_gzip(&b, HW_SPAN_LIT("one"), NULL, 0);
    size_t first = b.n;
    build_gzip(&b, HW_SPAN_LIT("two"), NULL, 0);
    size_t both = b.n;
    hw_buf_str(&b, "garbage");
    examine(&b);
    char off[64];
    (void)snprintf(off, sizeof off, "rule=two-stories off=%zu", first);
    assert_true(hw_told_has(&t, off, "2 gzip streams", NULL));
    (void)snprintf(off, sizeof off, "rule=hidden-bytes off=%zu size=7", both);
    assert_true(hw_told_has(&t, off, NULL));
    assert_true(hw_told_has(&t, "name=\"[content]\" size=6", NULL));
}

static void stream_inside_stream_is_two_nodes(void **state)
{
    (void)state;
    build_stream(&c, "xz", HW_SPAN_LIT("core"));
    build_stream(&b, "zstd", hw_buf_span(&c));
    examine(&b);
    assert_true(hw_told_has(&t, "artifact node=0", "format=zstd", NULL));
    assert_true(hw_told_has(&t, "artifact node=1 parent=0", "format=xz", NULL));
    assert_true(hw_told_has(&t, "artifact node=2 parent=1", "size=4", NULL));
}

static void seven_zip_is_read_with_its_names(void **state)
{
    (void)state;
    static const char *const methods[] = {"copy", "lzma1", "lzma2", "deflate", "bzip2", "ppmd"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        again();
        build_7z(&b, methods[i], HW_SPAN_LIT("one one one one"), HW_SPAN_LIT("two"));
        examine(&b);
        assert_int_equal(t.anomalies + t.unopened, 0);
        assert_true(hw_told_has(&t, "name=\"one.txt\" size=15", NULL));
        assert_true(hw_told_has(&t, "name=\"d/zw\\xc3\\xb6lf.txt\" size=3", NULL));
        assert_true(hw_told_has(&t, "entry node=0 name=\"link\" what=symlink", NULL));
    }
    hw_buf_str(&b, "behind");
    hw_told_done(&t);
    hw_told_init(&t);
    examine(&b);
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=6", NULL));
}

static void cab_is_read_and_what_stands_behind_is_told(void **state)
{
    (void)state;
    build_cab(&b, "dir\\file.dll", HW_SPAN_LIT("cabinet bytes"));
    examine(&b);
    assert_int_equal(t.anomalies + t.unopened, 0);
    assert_true(hw_told_has(&t, "artifact node=0", "format=cab", NULL));
    assert_true(hw_told_has(&t, "name=\"dir/file.dll\" size=13", NULL));
    hw_buf_str(&b, "behind");
    hw_told_done(&t);
    hw_told_init(&t);
    examine(&b);
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=6", NULL));
}

static void archives_survive_every_cut_and_damage(void **state)
{
    (void)state;
    honest_tar(&b);
    hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 4000, 3, hw_told_sound, NULL);
    build_gzip(&c, hw_buf_span(&b), "x.tar", 0);
    hw_sweep_truncate(c.p, c.n, hw_told_sound, NULL);
    hw_sweep_mutate(c.p, c.n, 3000, 4, hw_told_sound, NULL);
}

static void libraries_boxes_survive_every_cut_and_damage(void **state)
{
    (void)state;
    static const char *const filters[] = {"xz", "zstd", "bzip2", "lz4", "lzma"};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        again();
        build_stream(&b, filters[i], HW_SPAN_LIT("some text, some text, some text"));
        hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
        hw_sweep_mutate(b.p, b.n, 500, 5 + i, hw_told_sound, NULL);
    }
    again();
    build_7z(&b, "lzma1", HW_SPAN_LIT("one one one one"), HW_SPAN_LIT("two"));
    hw_sweep_truncate(b.p, b.n, hw_told_sound, NULL);
    hw_sweep_mutate(b.p, b.n, 2000, 6, hw_told_sound, NULL);
    build_cab(&c, "file.dll", HW_SPAN_LIT("cabinet bytes"));
    hw_sweep_truncate(c.p, c.n, hw_told_sound, NULL);
    hw_sweep_mutate(c.p, c.n, 2000, 7, hw_told_sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(tar_honest_is_sound_with_all_members),
        CASE(tar_compressed_is_one_node_with_the_same_members),
        CASE(tar_hidden_members_behind_the_end_are_read_and_told),
        CASE(tar_lies_are_told),
        CASE(tar_hard_link_with_a_body_is_two_stories),
        CASE(tar_cut_inside_a_member_is_broken_by_name),
        CASE(tar_bomb_is_refused),
        CASE(gzip_bare_is_one_member_named_by_its_header),
        CASE(gzip_lies_are_told),
        CASE(stream_inside_stream_is_two_nodes),
        CASE(seven_zip_is_read_with_its_names),
        CASE(cab_is_read_and_what_stands_behind_is_told),
        CASE(archives_survive_every_cut_and_damage),
        CASE(libraries_boxes_survive_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    hw_evidence_warm();
    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
