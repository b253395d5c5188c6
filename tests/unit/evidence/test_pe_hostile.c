/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images built to crash, stall or drown a reader. Each must end, quickly, and say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "build_pe.h"
#include "exam.h"
#include "sweep.h"

#define SPAN(s) ((struct hw_span){(const uint8_t *)(s), sizeof(s) - 1})
enum { QUICK_SECONDS = 20 }; /* also under sanitizers; in an ordinary build all take under one */

static const char *const symbols[] = {"ExitProcess", "#115", NULL};
static const struct hw_build_import imports[] = {{"KERNEL32.dll", symbols, false},
                                                 {"WS2_32.dll", symbols, true}};
static const struct hw_build_export exports[] = {
    {"alpha", NULL}, {"beta", "made.beta"}, {NULL, NULL}};
static const struct hw_build_string version[] = {
    {"CompanyName", "Made"}, {"FileVersion", "1"}, {"OriginalFilename", "made.dll"}};

static void build(bool plus, struct hw_buf *out)
{
    static const char zip[] = "PK\3\4 not really";
    const struct hw_build_resource resources[] = {{NULL, 10, 1, 0, SPAN(zip)}};
    const struct hw_build_pe spec = {
        .plus = plus,
        .library = true,
        .imports = imports,
        .import_count = 2,
        .exports = exports,
        .export_count = 3,
        .version = version,
        .version_count = 3,
        .resources = resources,
        .resource_count = 1,
        .manifest = "<assembly/>",
        .pdb = "made.pdb",
        .repro = true,
        .rich = true,
        .checksum = true,
        .tls_callbacks = 1,
    };
    hw_build_pe(&spec, out);
}

/* Examines, releases the image and fails when that took too long. */
static void tell_quickly(struct hw_buf *image, struct hw_told *t)
{
    time_t before = time(NULL);
    hw_told_init(t);
    hw_told_examine(t, image->p, image->n, NULL);
    hw_buf_done(image);
    assert_true(time(NULL) - before <= QUICK_SECONDS);
}

#define ASSERT_TOLD(t, ...) assert_true(hw_told_has((t), __VA_ARGS__, NULL))

static void pe_survives_every_truncation(void **state)
{
    (void)state;
    for (unsigned plus = 0; plus < 2; plus++) {
        struct hw_buf image;
        build(plus == 1, &image);
        hw_sweep_truncate(image.p, image.n, hw_told_sound, NULL);
        hw_buf_done(&image);
    }
}

static void pe_survives_mutations(void **state)
{
    (void)state;
    for (unsigned plus = 0; plus < 2; plus++) {
        struct hw_buf image;
        build(plus == 1, &image);
        hw_sweep_mutate(image.p, image.n, 4000, 20260921 + plus, hw_told_sound, NULL);
        hw_buf_done(&image);
    }
}

/* Mutations of the headers and tables alone, where nearly every byte means something. */
static void pe_survives_mutated_headers(void **state)
{
    (void)state;
    struct hw_buf image;
    build(true, &image);
    for (uint32_t i = 0; i < 0x400; i++) {
        static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
        for (size_t k = 0; k < sizeof values; k++) {
            uint8_t was = image.p[i];
            image.p[i] = values[k];
            (void)hw_told_sound(image.p, image.n, NULL);
            image.p[i] = was;
        }
    }
    hw_buf_done(&image);
}

static void fill(struct hw_buf *image, size_t n)
{
    static const uint8_t zeros[65536];
    while (n > 0) {
        size_t k = n < sizeof zeros ? n : sizeof zeros;
        hw_buf_bytes(image, zeros, k);
        n -= k;
    }
}

/* An image whose last section holds `n` bytes for a test to write its tables into. Returns the RVA
 * of the first; *out_off gets its place. */
static uint32_t roomy(bool plus, size_t n, struct hw_buf *image, size_t *out_off)
{
    static const struct hw_build_section sections[] = {{".text", {(const uint8_t *)"x", 1}, 0, 0}};
    const struct hw_build_pe spec = {.plus = plus, .sections = sections, .section_count = 1};
    hw_build_pe(&spec, image);
    *out_off = image->n - 0x200;
    fill(image, n);
    hw_pe_edit_set(image, "section.0.raw-size", 0x200 + n);
    hw_pe_edit_set(image, "section.0.vsize", 0x200 + n);
    hw_pe_edit_set(image, "image-size", 0x2000 + ((0x200 + n + 0xfff) & ~(size_t)0xfff));
    return 0x1000;
}

static void pe_65535_sections_over_the_whole_file_are_quick(void **state)
{
    (void)state;
    struct hw_buf image;
    struct hw_told t;
    build(true, &image);
    size_t table = (size_t)hw_pe_edit_get(&image, "e_lfanew") + 24 + 240;
    fill(&image, table + 65535 * 40 - image.n);
    hw_pe_edit_set(&image, "section-count", 65535);
    for (size_t i = 0; i < 65535; i++) {
        hw_pe_edit_put(&image, table + 40 * i + 8, 4, 0xffffffff);
        hw_pe_edit_put(&image, table + 40 * i + 12, 4, (uint32_t)i * 0x1000);
        hw_pe_edit_put(&image, table + 40 * i + 16, 4, image.n - 1);
        hw_pe_edit_put(&image, table + 40 * i + 20, 4, 1);
    }
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=overlap");
    ASSERT_TOLD(&t, "anomaly", "rule=over-budget");
    assert_int_equal(hw_told_count(&t, "section node="), 65535);
    assert_true(hw_told_count(&t, "anomaly node=") < 300);
    hw_told_done(&t);
}

static void pe_ten_million_imports_are_cut_and_said(void **state)
{
    (void)state;
    enum { COUNT = 10000000 };
    struct hw_buf image;
    struct hw_told t;
    size_t off;
    uint32_t rva = roomy(false, 4 * COUNT + 4096, &image, &off);
    hw_pe_edit_put(&image, off, 4, rva + 100);     /* lookup */
    hw_pe_edit_put(&image, off + 12, 4, rva + 64); /* name */
    hw_pe_edit_put(&image, off + 16, 4, rva + 100);
    memcpy(image.p + off + 64, "A.dll", 6);
    memcpy(image.p + off + 82, "f", 2);
    for (size_t i = 0; i < COUNT; i++) {
        hw_pe_edit_put(&image, off + 100 + 4 * i, 4, rva + 80);
    }
    hw_pe_edit_set(&image, "dir.1.rva", rva);
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=over-budget");
    ASSERT_TOLD(&t, "degree=broken");
    assert_true(t.facts < 5000);
    hw_told_done(&t);
}

static void pe_endless_import_descriptors_are_cut_and_said(void **state)
{
    (void)state;
    enum { COUNT = 1000000 };
    struct hw_buf image;
    struct hw_told t;
    size_t off;
    uint32_t rva = roomy(true, 20 * COUNT + 4096, &image, &off);
    memcpy(image.p + off + 16, "A.dll", 6);
    hw_pe_edit_put(&image, off + 32, 8, UINT64_C(0x8000000000000001));
    for (size_t i = 0; i < COUNT; i++) {
        hw_pe_edit_put(&image, off + 64 + 20 * i, 4, rva + 32);
        hw_pe_edit_put(&image, off + 64 + 20 * i + 12, 4, rva + 16);
        hw_pe_edit_put(&image, off + 64 + 20 * i + 16, 4, rva + 32);
    }
    hw_pe_edit_set(&image, "dir.1.rva", rva + 64);
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=over-budget");
    assert_true(t.facts < 20000);
    hw_told_done(&t);
}

static void pe_ten_million_exports_are_cut_and_said(void **state)
{
    (void)state;
    enum { COUNT = 10000000 };
    struct hw_buf image;
    struct hw_told t;
    size_t off;
    uint32_t rva = roomy(true, 4 * COUNT + 4096, &image, &off);
    hw_pe_edit_put(&image, off + 20, 4, 0xffffffff);
    hw_pe_edit_put(&image, off + 24, 4, 0xffffffff);
    for (size_t i = 28; i <= 36; i += 4) {
        hw_pe_edit_put(&image, off + i, 4, rva + 64);
    }
    hw_pe_edit_put(&image, off + 40, 4, 0x66); /* the name "f" of every one */
    for (size_t i = 0; i < COUNT; i++) {
        hw_pe_edit_put(&image, off + 64 + 4 * i, 4, rva + 40);
    }
    hw_pe_edit_set(&image, "dir.0.rva", rva);
    hw_pe_edit_set(&image, "dir.0.size", 64);
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=bad-count");
    ASSERT_TOLD(&t, "anomaly", "rule=over-budget");
    assert_true(t.facts < 5000);
    hw_told_done(&t);
}

static void pe_resource_directories_that_share_are_counted(void **state)
{
    (void)state;
    enum { COUNT = 65535 };
    struct hw_buf image;
    struct hw_told t;
    size_t off;
    uint32_t rva = roomy(true, 3 * (16 + 8 * COUNT), &image, &off);
    for (size_t level = 0; level < 3; level++) {
        size_t dir = off + level * (16 + 8 * COUNT);
        hw_pe_edit_put(&image, dir + 14, 2, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            uint32_t next = (uint32_t)((level + 1) * (16 + 8 * COUNT));
            hw_pe_edit_put(&image, dir + 16 + 8 * i, 4, i);
            hw_pe_edit_put(&image, dir + 20 + 8 * i, 4, level < 2 ? next | 0x80000000U : 0);
        }
    }
    hw_pe_edit_set(&image, "dir.2.rva", rva);
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=over-budget");
    assert_true(t.facts < 5000);
    hw_told_done(&t);
}

static void pe_cyclic_resources_are_a_cycle(void **state)
{
    (void)state;
    struct hw_buf image;
    struct hw_told t;
    size_t off;
    uint32_t rva = roomy(true, 512, &image, &off);
    hw_pe_edit_put(&image, off + 14, 2, 1);
    hw_pe_edit_put(&image, off + 16, 4, 10);
    hw_pe_edit_put(&image, off + 20, 4, 0x80000000U); /* to itself */
    hw_pe_edit_set(&image, "dir.2.rva", rva);
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=cycle");
    hw_told_done(&t);
}

static void pe_resource_holding_its_own_image_ends(void **state)
{
    (void)state;
    struct hw_buf image;
    struct hw_told t;
    size_t off;
    uint32_t rva = roomy(true, 1024, &image, &off);
    /* One data entry whose bytes are the headers and all: an image that contains itself. */
    for (size_t level = 0; level < 3; level++) {
        size_t dir = off + 24 * level;
        hw_pe_edit_put(&image, dir + 14, 2, 1);
        hw_pe_edit_put(&image, dir + 16, 4, 10);
        hw_pe_edit_put(&image, dir + 20, 4, level < 2 ? (24 * (level + 1)) | 0x80000000U : 72);
    }
    hw_pe_edit_put(&image, off + 72, 4, rva);
    hw_pe_edit_put(&image, off + 76, 4, image.n);
    hw_pe_edit_set(&image, "dir.2.rva", rva);
    hw_pe_edit_set(&image, "section.0.raw-off", 0);
    hw_pe_edit_set(&image, "section.0.raw-size", image.n);
    hw_pe_edit_set(&image, "section.0.vsize", image.n);
    /* The tables moved with the section's new beginning. */
    hw_pe_edit_set(&image, "dir.2.rva", rva + off);
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=bomb-overlap");
    assert_int_equal(hw_told_count(&t, "artifact node="), 1);
    hw_told_done(&t);
}

static void pe_inside_pe_is_refused_at_the_depth_limit(void **state)
{
    (void)state;
    struct hw_buf image;
    struct hw_told t;
    build(true, &image);
    for (unsigned i = 0; i < 20; i++) {
        struct hw_buf outer;
        const struct hw_build_resource inner[] = {{NULL, 10, 1, 0, hw_buf_span(&image)}};
        const struct hw_build_pe spec = {.plus = true, .resources = inner, .resource_count = 1};
        hw_build_pe(&spec, &outer);
        hw_buf_done(&image);
        image = outer;
    }
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=bomb-depth");
    ASSERT_TOLD(&t, "unopened", "kind=too-deep");
    hw_told_done(&t);
}

static void pe_endless_version_strings_are_cut(void **state)
{
    (void)state;
    static struct hw_build_string many[3000];
    struct hw_build_pe spec = {.plus = true, .version = many, .version_count = 3000};
    struct hw_buf image;
    struct hw_told t;
    for (size_t i = 0; i < 3000; i++) {
        many[i] = (struct hw_build_string){"K", "v"};
    }
    hw_build_pe(&spec, &image);
    tell_quickly(&image, &t);
    ASSERT_TOLD(&t, "anomaly", "rule=bad-count");
    hw_told_done(&t);
}

/* The nth allocation fails, for every n: the parse ends in words, not in a crash. */
static void pe_survives_any_allocation_that_fails(void **state)
{
    (void)state;
    struct hw_buf image;
    unsigned hurt = 0;
    build(true, &image);
    for (uint64_t nth = 1; nth < 400; nth++) {
        struct hw_told t;
        struct hw_outer outer = {{0}, {0}, {0}};
        hw_told_init(&t);
        struct hw_exam x = {.sink = &t.sink};
        hw_arena_fail_nth(nth);
        int rc = hw_examine(&x, hw_buf_span(&image), &outer, NULL);
        hw_arena_fail_nth(0);
        hurt += rc != HW_OK || t.anomalies > 0;
        hw_told_done(&t);
    }
    assert_true(hurt >= 3);
    hw_buf_done(&image);
}

static void pe_tells_the_same_twice(void **state)
{
    (void)state;
    struct hw_buf a, b;
    struct hw_told x, y;
    build(true, &a);
    build(true, &b);
    tell_quickly(&a, &x);
    tell_quickly(&b, &y);
    assert_string_equal(hw_buf_text(&x.lines), hw_buf_text(&y.lines));
    hw_told_done(&x);
    hw_told_done(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pe_survives_every_truncation),
        cmocka_unit_test(pe_survives_mutations),
        cmocka_unit_test(pe_survives_mutated_headers),
        cmocka_unit_test(pe_65535_sections_over_the_whole_file_are_quick),
        cmocka_unit_test(pe_ten_million_imports_are_cut_and_said),
        cmocka_unit_test(pe_endless_import_descriptors_are_cut_and_said),
        cmocka_unit_test(pe_ten_million_exports_are_cut_and_said),
        cmocka_unit_test(pe_resource_directories_that_share_are_counted),
        cmocka_unit_test(pe_cyclic_resources_are_a_cycle),
        cmocka_unit_test(pe_resource_holding_its_own_image_ends),
        cmocka_unit_test(pe_inside_pe_is_refused_at_the_depth_limit),
        cmocka_unit_test(pe_endless_version_strings_are_cut),
        cmocka_unit_test(pe_survives_any_allocation_that_fails),
        cmocka_unit_test(pe_tells_the_same_twice),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
