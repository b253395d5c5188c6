/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_zone.c -- Targets: evidence/telemetry/zone.c, evidence/records.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_zone.h"
#include "exam_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz(data, size);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    build_zone(&b, "ZoneId=3\r\nHostUrl=https://example.com/a\r\n", BUILD_ZONE_PLAIN);
    give(state, "plain", b.p, b.n);
    hw_buf_clear(&b);
    build_zone(&b, "ZoneId=3\r\nReferrerUrl=https://example.com/\r\n", BUILD_ZONE_UTF16);
    give(state, "utf16", b.p, b.n);
    hw_buf_done(&b);
}
