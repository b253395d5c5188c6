/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_examine.c -- Targets: evidence/examine.c, say.c, names.c, member.c, guess.c, box.c and
 * evidence/artifact/known.c: the whole dispatcher, boxes within boxes included.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_archive.h"
#include "build_asar.h"
#include "build_tar.h"
#include "build_zip.h"
#include "exam_fuzz.h"

static void exam_fuzz_one(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz(data, size);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    exam_fuzz_one(data, size);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const struct {
        const char *name, *bytes;
        size_t n;
    } small[] = {
        {"cfb", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1................\x3e\0\3\0\xfe\xff\x09\0", 32},
        {"elf",
         "\x7f"
         "ELF\2\1\1\0........\3\0\x3e\0",
         20},
        {"mach-o", "\xcf\xfa\xed\xfe\7\0\0\1\3\0\0\0\2\0\0\0", 16},
        {"ar", "!<arch>\ndebian-binary   ", 24},
        {"rar", "Rar!\x1a\x07\x01\0....", 12},
        {"xml", "<?xml version='1.0'?><a/>", 25},
    };
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        give(state, small[i].name, (const uint8_t *)small[i].bytes, small[i].n);
    }
    struct hw_buf tar, asar, cab;
    struct build_zip z;
    hw_buf_init(&tar, 1 << 20);
    hw_buf_init(&asar, 1 << 20);
    hw_buf_init(&cab, 1 << 20);
    build_zip_init(&z);
    build_asar(&asar, "{\"files\":{\"a\":{\"size\":1,\"offset\":\"0\"}}}", "x", 1);
    build_cab(&cab, "f", HW_SPAN_LIT("x"));
    build_tar_add(&tar,
                  &(struct build_tar_member){.name = "app.asar", .bytes = asar.p, .n = asar.n});
    build_tar_add(&tar, &(struct build_tar_member){.name = "c.cab", .bytes = cab.p, .n = cab.n});
    build_tar_end(&tar);
    build_zip_bytes(&z, small[1].bytes, small[1].n);
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "../t.tar", .bytes = tar.p, .n = tar.n, .deflate = true});
    build_zip_file(&z, "package.json", "{\"name\":\"x\"}");
    build_zip_end(&z, "");
    give(state, "boxes", z.out.p, z.out.n);
    build_zip_done(&z);
    hw_buf_done(&tar);
    hw_buf_done(&asar);
    hw_buf_done(&cab);
}
