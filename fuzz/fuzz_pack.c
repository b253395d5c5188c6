/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_pack.c -- Targets: evidence/knowledge/pack.c, base/ustar.c.
 *
 * Promises: the same bytes give the same facts.
 */
#include "fuzz.h"

#include "base/text.h"
#include "build_pack.h"
#include "exam_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *broken = exam_fuzz_as(data, size, HW_READ_FEED);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char *const two[] = {"sha256\n00\n", "domain\nexample.com\n", NULL};
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_pack(&b, &(struct build_pack){.documents = two});
    give(state, "whole", b.p, b.n);
    hw_buf_clear(&b);
    build_pack(&b, &(struct build_pack){.documents = two, .documents_change = 1});
    give(state, "changed", b.p, b.n);
    hw_buf_done(&b);
}
