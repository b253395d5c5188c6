/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_ci.c -- Targets: evidence/telemetry/ci.c, ci_lines.c, ci_hash.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_ci.h"
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
    build_ci_github(&b, false);
    give(state, "github", b.p, b.n);
    hw_buf_clear(&b);
    build_ci_github(&b, true);
    give(state, "columns", b.p, b.n);
    hw_buf_clear(&b);
    build_ci_gitlab(&b, true);
    give(state, "gitlab", b.p, b.n);
    hw_buf_clear(&b);
    build_ci_jenkins(&b, true);
    give(state, "jenkins", b.p, b.n);
    hw_buf_done(&b);
}
