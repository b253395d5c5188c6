/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_signing.c -- Targets: evidence/telemetry/signing.c and its chapters.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_signing.h"
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
    static const char *const names[SIGNING_FORMS] = {"azure", "google", "vault",
                                                     "json",  "csv",    "signtool"};
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    for (unsigned i = 0; i < SIGNING_FORMS; i++) {
        hw_buf_clear(&b);
        build_signing(&b, (enum build_signing)i);
        give(state, names[i], b.p, b.n);
    }
    hw_buf_done(&b);
}
