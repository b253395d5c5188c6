/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_estate.c -- Targets: evidence/knowledge/estate.c and its chapters, evidence/json.c,
 * evidence/records.c.
 *
 * Promises: as fuzz_zip.c.
 */
#include "fuzz.h"

#include "build_estate.h"
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
    build_estate(&b);
    give(state, "whole", b.p, b.n);
    hw_buf_clear(&b);
    build_estate_of(&b, "\"hosts\":[{\"name\":\"H\",\"addresses\":[{\"ip\":\"::1\"}],\"x\":0}]");
    give(state, "host", b.p, b.n);
    hw_buf_done(&b);
}
