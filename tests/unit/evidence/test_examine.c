/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "build_archive.h"
#include "build_tar.h"
#include "build_zip.h"
#include "exam.h"

static struct hw_told t;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    return 0;
}

static void examine(const void *p, size_t n)
{
    (void)end(NULL);
    (void)begin(NULL);
    hw_told_examine(&t, p, n, NULL);
}

static void empty_text_json_xml_and_noise_get_their_names(void **state)
{
    (void)state;
    examine(NULL, 0);
    assert_true(hw_told_has(&t, "artifact node=0 size=0", "format=empty bits=0", NULL));
    assert_true(hw_told_has(&t, "end facts=2 nodes=1", NULL));
    examine("plain words\n", 12);
    assert_true(hw_told_has(&t, "format=text", NULL));
    examine(" {\"a\":1}\n", 9);
    assert_true(hw_told_has(&t, "format=json", NULL));
    examine("<?xml version='1.0'?><a/>", 25);
    assert_true(hw_told_has(&t, "format=xml", NULL));
    examine("\x01\x02\xff\xfe", 4);
    assert_true(hw_told_has(&t, "format=unknown bits=0", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=sound", NULL));
}

static void known_boxes_are_named_and_left_closed(void **state)
{
    (void)state;
    static uint8_t iso[40000], dmg[1024];
    static const struct {
        const char *bytes, *format;
        size_t n;
    } rows[] = {
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1................\x3e\0\3\0\xfe\xff\x09\0", "cfb", 32},
        {"Rar!\x1a\x07\x01\0....", "rar", 12},
        {"!<arch>\ndebian-binary   ", "ar", 24},
        {"xar!\0\x1c\0\1........", "xar", 16},
        {"hsqs........................\4\0\0\0", "squashfs", 32},
        {"\xed\xab\xee\xdb\3\0", "rpm", 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char format[40], kind[40];
        (void)snprintf(format, sizeof format, "format=%s", rows[i].format);
        (void)snprintf(kind, sizeof kind, "unopened node=0 kind=%s", rows[i].format);
        examine(rows[i].bytes, rows[i].n);
        assert_true(hw_told_has(&t, format, NULL));
        assert_true(hw_told_has(&t, kind, NULL));
    }
    memcpy(iso + 32768, "\1CD001\1", 7);
    examine(iso, sizeof iso);
    assert_true(hw_told_has(&t, "unopened node=0 kind=iso9660", NULL));
    memcpy(dmg + 512, "koly\0\0\0\4\0\0\2\0", 12);
    examine(dmg, sizeof dmg);
    assert_true(hw_told_has(&t, "unopened node=0 kind=dmg", NULL));
}

static void programs_are_named_and_no_boxes(void **state)
{
    (void)state;
    examine("\x7f"
            "ELF\2\1\1\0........\3\0\x3e\0",
            20);
    assert_true(hw_told_has(&t, "format=elf", NULL));
    assert_true(hw_told_has(&t, "key=elf.machine number=62", NULL));
    examine("\xcf\xfa\xed\xfe\7\0\0\1\3\0\0\0\2\0\0\0", 16);
    assert_true(hw_told_has(&t, "format=mach-o", NULL));
    examine("\xca\xfe\xba\xbe\0\0\0\2........", 16);
    assert_true(hw_told_has(&t, "format=mach-o", NULL));
    examine("\xca\xfe\xba\xbe\0\0\0\x3d........", 16); /* a Java class */
    assert_true(hw_told_has(&t, "format=unknown", NULL));
    assert_int_equal(t.unopened, 0);
}

/* An ELF header is read, and the ZIP behind it as well; the pair is natural. */
static void zip_behind_a_program_is_said_and_read_and_no_anomaly(void **state)
{
    (void)state;
    struct build_zip z;
    static const char elf[] = "\x7f"
                              "ELF\2\1\1\0........\3\0\x3e\0 and more of a program";
    build_zip_init(&z);
    build_zip_bytes(&z, elf, sizeof elf - 1);
    build_zip_file(&z, "payload.dll", "x");
    build_zip_end(&z, "");
    examine(z.out.p, z.out.n);
    assert_true(hw_told_has(&t, "artifact node=0", "format=elf", NULL));
    assert_true(hw_told_has(&t, "bid node=0 format=zip", NULL));
    assert_true(hw_told_has(&t, "key=also.zip", NULL));
    assert_true(hw_told_has(&t, "name=\"payload.dll\"", NULL));
    assert_int_equal(t.anomalies, 0);
    build_zip_done(&z);
}

static void zip_behind_a_compound_file_is_a_polyglot(void **state)
{
    (void)state;
    struct build_zip z;
    static const char cfb[] =
        "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1................\x3e\0\3\0\xfe\xff\x09";
    build_zip_init(&z);
    build_zip_bytes(&z, cfb, sizeof cfb);
    build_zip_file(&z, "payload.jar", "x");
    build_zip_end(&z, "");
    examine(z.out.p, z.out.n);
    assert_true(hw_told_has(&t, "format=cfb", NULL));
    assert_true(hw_told_has(&t, "rule=polyglot", "cfb and zip", NULL));
    assert_true(hw_told_has(&t, "name=\"payload.jar\"", NULL));
    build_zip_done(&z);
}

static void two_formats_at_byte_0_are_a_polyglot(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_tar_file(&b, "Rar!\x1a\x07\x01", "named so that the tar begins as a RAR");
    build_tar_end(&b);
    examine(b.p, b.n);
    assert_true(hw_told_has(&t, "format=tar", NULL));
    assert_true(hw_told_has(&t, "bid node=0 format=rar", NULL));
    assert_true(hw_told_has(&t, "rule=polyglot", NULL));
    assert_true(hw_told_has(&t, "unopened node=0 kind=rar", NULL));
    hw_buf_done(&b);
}

static void quine_like_nesting_is_bounded_by_the_whole_input(void **state)
{
    (void)state;
    /* Each level unpacks to ten of the next: every ratio is modest, the product is not. */
    struct build_zip z;
    size_t n = 4 << 20;
    uint8_t *zeros = calloc(1, n);
    build_zip_init(&z);
    build_zip_add(
        &z, &(struct build_zip_member){.name = "core", .bytes = zeros, .n = n, .deflate = true});
    build_zip_end(&z, "");
    for (unsigned level = 0; level < 5; level++) {
        struct build_zip outer;
        build_zip_init(&outer);
        for (unsigned i = 0; i < 10; i++) {
            char name[20];
            (void)snprintf(name, sizeof name, "%u.zip", i);
            build_zip_add(&outer,
                          &(struct build_zip_member){
                              .name = name, .bytes = z.out.p, .n = z.out.n, .deflate = true});
        }
        build_zip_end(&outer, "");
        build_zip_done(&z);
        z = outer;
    }
    examine(z.out.p, z.out.n);
    assert_true(hw_told_has(&t, "rule=bomb-ratio", "in the whole input", NULL));
    assert_true(hw_told_has(&t, "degree node=0 degree=refused", NULL));
    build_zip_done(&z);
    free(zeros);
}

static void evidence_text_is_clean_and_cut_at_a_character(void **state)
{
    (void)state;
    struct hw_exam x = {.arena = hw_arena_new(1 << 20)};
    struct hw_span s = hw_exam_text(&x, HW_SPAN_LIT("a\xff\xc3\xa4z"), 100);
    assert_int_equal(s.n, 1 + 3 + 2 + 1);
    assert_memory_equal(s.p, "a\xef\xbf\xbd\xc3\xa4z", 7);
    s = hw_exam_text(&x, HW_SPAN_LIT("ab\xc3\xa4"), 3);
    assert_int_equal(s.n, 2);
    hw_arena_free(x.arena);
}

static void entropy_and_nonzero_are_measured(void **state)
{
    (void)state;
    uint8_t all[256];
    uint32_t entropy;
    uint64_t nonzero;
    for (unsigned i = 0; i < 256; i++) {
        all[i] = (uint8_t)i;
    }
    hw_measure((struct hw_span){all, 256}, &entropy, &nonzero);
    assert_int_equal(entropy, 8000);
    assert_int_equal(nonzero, 255);
    hw_measure((struct hw_span){NULL, 0}, &entropy, &nonzero);
    assert_int_equal(entropy + nonzero, 0);
    hw_measure(HW_SPAN_LIT("aabb"), &entropy, NULL);
    assert_int_equal(entropy, 1000);
}

struct failing {
    struct hw_sink sink;
    unsigned left;
};

static int put_until(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct failing *s = (struct failing *)sink;
    (void)f;
    if (s->left == 0) {
        return hw_fail(err, HW_E_IO, "the pipe is gone");
    }
    s->left--;
    return HW_OK;
}

static void failing_sink_ends_the_exam_with_its_own_code(void **state)
{
    (void)state;
    struct build_zip z;
    static const struct hw_outer outer;
    build_zip_init(&z);
    build_zip_file(&z, "a", "x");
    build_zip_file(&z, "b", "y");
    build_zip_end(&z, "");
    for (unsigned i = 0; i < 6; i++) {
        struct failing sink = {{put_until}, i};
        struct hw_exam x = {.sink = &sink.sink};
        struct hw_error err = {0};
        assert_int_equal(hw_examine(&x, build_zip_span(&z), &outer, &err), HW_E_IO);
        assert_string_equal(err.text, "the pipe is gone");
        assert_int_equal(x.live_bytes, 0);
    }
    build_zip_done(&z);
}

/* The nth allocation fails: either nothing is lost, or it is said. No crash, nothing left alive. */
static void failing_memory_never_crashes(void **state)
{
    (void)state;
    struct build_zip z;
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_zip_init(&z);
    build_tar_file(&b, "package.json", "{\"name\":\"x\",\"version\":\"1\"}");
    build_tar_end(&b);
    build_zip_add(&z, &(struct build_zip_member){.name = "../t.tar", .bytes = b.p, .n = b.n});
    build_zip_add(&z, &(struct build_zip_member){.name = "x", .bytes = "", .crc_xor = 1});
    build_zip_end(&z, "comment");
    for (uint64_t i = 1; i < 120; i++) {
        hw_arena_fail_nth(i);
        examine(z.out.p, z.out.n);
    }
    hw_arena_fail_nth(0);
    build_zip_done(&z);
    hw_buf_done(&b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(empty_text_json_xml_and_noise_get_their_names),
        CASE(known_boxes_are_named_and_left_closed),
        CASE(programs_are_named_and_no_boxes),
        CASE(zip_behind_a_program_is_said_and_read_and_no_anomaly),
        CASE(zip_behind_a_compound_file_is_a_polyglot),
        CASE(two_formats_at_byte_0_are_a_polyglot),
        CASE(quine_like_nesting_is_bounded_by_the_whole_input),
        CASE(evidence_text_is_clean_and_cut_at_a_character),
        CASE(entropy_and_nonzero_are_measured),
        CASE(failing_sink_ends_the_exam_with_its_own_code),
        CASE(failing_memory_never_crashes),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("examine", tests, NULL, NULL);
}
