/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_pe.c -- whole images through the PE parser, members and signatures included.
 *
 * Targets: src/evidence/artifact/pe*.c, src/base/measure.c
 *
 * Promises: every fact fits the wire; the same bytes give the same facts; what the regions,
 * sections and the file say about places stays inside the file.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_pe.h"
#include "evidence/evidence.h"
#include "evidence/artifact/pe.h"

struct sink {
    struct hw_sink sink;
    struct hw_buf wire;
    uint64_t sum, facts, size;
};

static void check_places(const struct sink *s, const struct hw_fact *f)
{
    uint64_t off = hw_fact_get_u64(f, HW_REGION_OFF), n = hw_fact_get_u64(f, HW_REGION_SIZE);
    if (f->kind == HW_FACT_REGION && hw_fact_get_u64(f, HW_F_NODE) == 0 &&
        (off > s->size || n > s->size - off)) {
        hw_fuzz_broken("regions lie inside the file");
    }
}

static int put(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct sink *s = (struct sink *)sink;
    hw_buf_clear(&s->wire);
    if (hw_fact_encode(f, &s->wire, err) != HW_OK) {
        hw_fuzz_broken("every fact fits the wire");
    }
    for (size_t i = 0; i < s->wire.n; i++) {
        s->sum = s->sum * 31 + s->wire.p[i];
    }
    s->facts++;
    check_places(s, f);
    return HW_OK;
}

/* Straight into the parser: the other formats' bids would cost more than the image. */
static void examine(const uint8_t *data, size_t size, struct sink *s)
{
    struct hw_exam x = {.sink = &s->sink, .nodes = 1};
    struct hw_node n = {.bytes = {data, size}};
    *s = (struct sink){.sink = {put}, .size = size};
    hw_buf_init(&s->wire, HW_FRAME_BYTES + 64);
    x.limits = hw_limits_default();
    x.limits.nodes = 64;
    x.fuel = (struct hw_budget){.bytes = 64 << 20, .items = 1 << 18, .depth = 64};
    x.arena = hw_arena_new(40 << 20);
    if (x.arena == NULL) {
        abort();
    }
    hw_format_pe.examine(&x, &n);
    if (!hw_exam_going(&x)) {
        hw_fuzz_broken("evidence is never our failure");
    }
    hw_arena_free(x.arena);
    hw_buf_done(&s->wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sink a, b;
    if (size < 2 || data[0] != 'M' || data[1] != 'Z') {
        return 0; /* other formats have harnesses of their own */
    }
    examine(data, size, &a);
    if (size % 8 == 0) {
        examine(data, size, &b);
        if (a.sum != b.sum || a.facts != b.facts) {
            hw_fuzz_broken("the same bytes give the same facts");
        }
    }
    return 0;
}

#define SPAN(s) ((struct hw_span){(const uint8_t *)(s), sizeof(s) - 1})

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const symbols[] = {"ExitProcess", "#115", NULL};
    static const struct hw_build_import imports[] = {{"KERNEL32.dll", symbols, false},
                                                     {"oleaut32.dll", symbols, false},
                                                     {"WS2_32.dll", symbols, true}};
    static const struct hw_build_export exports[] = {
        {"alpha", NULL}, {"beta", "made.beta"}, {NULL, NULL}};
    static const struct hw_build_string version[] = {
        {"CompanyName", "Made"}, {"FileVersion", "1"}, {"OriginalFilename", "made.dll"}};
    static const char zip[] = "PK\3\4 not really";
    static const struct hw_build_resource resources[] = {
        {"DATA", 0, 1, 0, {(const uint8_t *)zip, sizeof zip - 1}}};
    for (unsigned i = 0; i < 4; i++) {
        struct hw_build_pe spec = {.plus = (i & 1) != 0};
        struct hw_buf image;
        if (i >= 2) {
            spec = (struct hw_build_pe){.plus = (i & 1) != 0,
                                        .library = true,
                                        .imports = imports,
                                        .import_count = 3,
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
                                        .overlay = SPAN("\0\0\0\0\xef\xbe\xad\xdeNullsoftInst"),
                                        .certificate = SPAN("0\x82\1\0")};
        }
        char name[16];
        (void)snprintf(name, sizeof name, "pe-%u", i);
        hw_build_pe(&spec, &image);
        give(state, name, image.p, image.n);
        hw_buf_done(&image);
    }
}
