/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_sbom.c -- Targets: evidence/knowledge/sbom.c and its chapters, evidence/json_walk.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_sbom.h"
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
    hw_buf_init(&b, 1 << 20);
    build_sbom_cyclonedx(&b);
    give(state, "cyclonedx", b.p, b.n);
    hw_buf_clear(&b);
    build_sbom_spdx(&b);
    give(state, "spdx", b.p, b.n);
    hw_buf_clear(&b);
    build_sbom_tags(&b);
    give(state, "tags", b.p, b.n);
    hw_buf_done(&b);
}
