/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_knowngood.c -- Targets: evidence/knowledge/knowngood.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_harmless.h"
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
    hw_buf_clear(&b);
    build_known_good(&b, false);
    give(state, "rds3", b.p, b.n);
    hw_buf_clear(&b);
    build_known_good(&b, true);
    give(state, "rds2", b.p, b.n);
    hw_buf_done(&b);
}
