/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_zip.c -- Targets: evidence/artifact/zip.c, zip_central.c, zip_kind.c.
 *
 * Promises: facts are always fit for the wire, nothing stays alive, and the same bytes give the
 * same facts.
 */
#include "fuzz.h"

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

static void give_zip(hw_fuzz_give give, void *state, const char *name, bool zip64)
{
    struct build_zip z;
    build_zip_init(&z);
    z.zip64 = zip64;
    build_zip_file(&z, "a.txt", "alpha alpha alpha");
    build_zip_add(&z, &(struct build_zip_member){.name = "s", .bytes = "beta", .n = 4});
    build_zip_add(&z,
                  &(struct build_zip_member){
                      .name = "late", .bytes = "gg", .n = 2, .deflate = true, .descriptor = true});
    build_zip_add(
        &z, &(struct build_zip_member){.name = "ln", .bytes = "a.txt", .n = 5, .mode = 0120777});
    build_zip_add(&z, &(struct build_zip_member){
                          .name = "two", .second_name = "names", .bytes = "x", .n = 1, .flags = 1});
    build_zip_again(&z, "again");
    build_zip_end(&z, "comment");
    give(state, name, z.out.p, z.out.n);
    build_zip_done(&z);
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    give_zip(give, state, "zip", false);
    give_zip(give, state, "zip64", true);
}
