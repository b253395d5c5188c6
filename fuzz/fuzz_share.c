/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_share.c -- Targets: evidence/knowledge/share.c, fact/share.c.
 *
 * Promises: the same bytes give the same facts. What is not signed is signed here, since behind a
 * signature that does not fit nothing is read.
 */
#include "fuzz.h"

#include "base/text.h"
#include "build_share.h"
#include "exam_fuzz.h"
#include "fact/share.h"

static void hold(struct hw_span bytes)
{
    const char *broken = exam_fuzz_as(bytes.p, bytes.n, HW_READ_KNOWLEDGE);
    if (broken != NULL) {
        hw_fuzz_broken(broken);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_buf b;
    struct hw_span bytes = {data, size};
    hold(bytes);
    hw_buf_init(&b, 1 << 24);
    build_share_around(&b, bytes, 1);
    if (hw_buf_ok(&b)) {
        hold(hw_buf_span(&b));
    }
    hw_buf_done(&b);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    build_share(&b, &(struct build_share){.seed = 1});
    give(state, "whole", b.p, b.n);
    hw_buf_clear(&b);
    hw_buf_str(&b, build_share_head);
    hw_buf_str(&b, build_share_lines);
    give(state, "body", b.p, b.n);
    hw_buf_done(&b);
}
