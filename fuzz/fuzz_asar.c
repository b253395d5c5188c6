/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_asar.c -- Targets: evidence/artifact/asar.c, evidence/json.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_asar.h"
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
    static const char files[] = "console.log(1)payload";
    struct hw_buf b, json;
    hw_buf_init(&b, 1 << 20);
    hw_buf_init(&json, 1 << 20);
    hw_buf_str(&json, "{\"files\":{\"main.js\":{\"size\":14,\"offset\":\"0\",");
    build_asar_integrity(&json, files, 14, 4, false);
    hw_buf_str(&json, "},\"d\":{\"files\":{\"x.node\":{\"size\":7,\"offset\":\"14\","
                      "\"executable\":true},\"o\":{\"size\":9,\"unpacked\":true},"
                      "\"l\":{\"link\":\"d/x.node\"}}}}}");
    build_asar(&b, hw_buf_text(&json), files, sizeof files - 1);
    give(state, "asar", b.p, b.n);
    hw_buf_done(&b);
    hw_buf_done(&json);
}
