/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_quarantine.c -- Targets: evidence/telemetry/quarantine.c and its chapters.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_quarantine.h"
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
    hw_buf_init(&b, 4 << 20);
    build_quarantine(&b, "PRAGMA page_size=512");
    give(state, "events", b.p, b.n);
    hw_buf_clear(&b);
    build_history(&b, BUILD_HISTORY_ENTRY "<dict><key>a</key><array/></dict>");
    give(state, "history", b.p, b.n);
    hw_buf_done(&b);
}
