/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_archive.c -- Targets: evidence/artifact/archive.c, archive_stream.c, archive_tar.c,
 * archive_pax.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <string.h>

#include "build_archive.h"
#include "build_tar.h"
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

static void make_tar(struct hw_buf *b)
{
    build_tar_file(b, "package/package.json", "{\"name\":\"x\",\"version\":\"1\"}");
    build_tar_pax(b, "path", "a longer name");
    build_tar_file(b, "short", "paxed");
    build_tar_add(b, &(struct build_tar_member){.name = "l", .type = '2', .link = "short"});
    build_tar_add(b, &(struct build_tar_member){
                         .name = "././@LongLink", .type = 'L', .bytes = "long name", .n = 9});
    build_tar_add(b, &(struct build_tar_member){.name = "h", .type = '1', .link = "l", .claim = 9});
    build_tar_end(b);
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const filters[] = {"xz", "zstd", "bzip2", "lz4", "lzma", "compress"};
    struct hw_buf tar, b;
    hw_buf_init(&tar, 1 << 20);
    hw_buf_init(&b, 1 << 20);
    make_tar(&tar);
    give(state, "tar", tar.p, tar.n);
    build_gzip(&b, hw_buf_span(&tar), "x.tar", 0);
    give(state, "tar.gz", b.p, b.n);
    hw_buf_clear(&b);
    build_gzip(&b, HW_SPAN_LIT("bare"), "bare.txt", 0);
    build_gzip(&b, HW_SPAN_LIT("twice"), NULL, 0);
    give(state, "gz", b.p, b.n);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        hw_buf_clear(&b);
        build_stream(&b, filters[i], HW_SPAN_LIT("some text, some text, some text"));
        give(state, filters[i], b.p, b.n);
    }
    hw_buf_clear(&b);
    build_7z(&b, "lzma1", HW_SPAN_LIT("one one one"), HW_SPAN_LIT("two"));
    give(state, "7z", b.p, b.n);
    hw_buf_clear(&b);
    build_cab(&b, "file.dll", HW_SPAN_LIT("cabinet"));
    give(state, "cab", b.p, b.n);
    hw_buf_done(&tar);
    hw_buf_done(&b);
}
