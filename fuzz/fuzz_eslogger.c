/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_eslogger.c -- Targets: evidence/telemetry/eslogger.c, ndjson.c, ndjson_lines.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_eslogger.h"
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
    for (unsigned how = 0; how <= BUILD_ESLOGGER_JAMF; how++) {
        hw_buf_clear(&b);
        build_eslogger(&b, (enum build_eslogger)how, 3, "\"exec\":{\"args\":[\"sh\",\"-c\"]}");
        build_eslogger(&b, (enum build_eslogger)how, 6,
                       "\"create\":{\"destination\":{\"new_path\":{\"dir\":"
                       "{\"path\":\"/tmp\"},\"filename\":\"x\"}}}");
        give(state, how == 0 ? "object" : how == 1 ? "array" : "jamf", b.p, b.n);
    }
    hw_buf_done(&b);
}
