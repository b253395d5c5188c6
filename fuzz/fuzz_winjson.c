/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_winjson.c -- Targets: evidence/telemetry/winjson.c, winjson_names.c, winjson_xml.c,
 *     ndjson.c, ndjson_lines.c, ndjson_columns.c, ndjson_time.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include <stdio.h>

#include "build_winjson.h"
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
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    for (unsigned shape = 0; shape < BUILD_WINJSON_COUNT; shape++) {
        char name[32];
        hw_buf_clear(&b);
        for (unsigned i = 1; i <= 2; i++) {
            build_winjson(&b, (enum build_winjson)shape, i);
        }
        (void)snprintf(name, sizeof name, "winjson-%u", shape);
        give(state, name, b.p, b.n);
    }
    hw_buf_done(&b);
}
