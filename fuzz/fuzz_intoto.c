/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_intoto.c -- Targets: evidence/knowledge/intoto.c, evidence/knowledge/sbom.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_intoto.h"
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
    struct hw_buf b, body;
    hw_buf_init(&b, 1 << 20);
    hw_buf_init(&body, 1 << 20);
    build_intoto_link(&b);
    give(state, "link", b.p, b.n);
    build_intoto_statement(&body, 0);
    give(state, "statement", body.p, body.n);
    hw_buf_clear(&b);
    build_intoto_envelope(&b, hw_buf_span(&body), true);
    give(state, "envelope", b.p, b.n);
    hw_buf_done(&b);
    hw_buf_done(&body);
}
