/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_browser.c -- Targets: evidence/telemetry/browser.c and its chapters, sqlite_say.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_browser.h"
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
    build_browser_chromium(&b, "PRAGMA page_size=512", "");
    give(state, "chromium", b.p, b.n);
    hw_buf_clear(&b);
    build_browser_firefox(&b, "PRAGMA page_size=512; PRAGMA encoding='UTF-16le'", "");
    give(state, "firefox", b.p, b.n);
    hw_buf_done(&b);
}
