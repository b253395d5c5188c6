/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_pack.c -- Targets: evidence/knowledge/pack.c, base/ustar.c.
 *
 * Promises: the same bytes give the same facts.
 */
#include "fuzz.h"

#include "base/text.h"
#include "build_pack.h"
#include "exam.h"

static void examine(const uint8_t *data, size_t size, struct hw_told *t)
{
    static const struct hw_limits small = {.parse_bytes = 64 << 20, .items = 1 << 20};
    hw_told_init(t);
    t->reading = HW_READ_FEED;
    hw_told_examine(t, data, size, &small);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    if (!warm) {
        hw_evidence_warm();
        warm = true;
    }
    struct hw_told one, two;
    examine(data, size, &one);
    examine(data, size, &two);
    bool same = hw_span_equal(hw_buf_span(&one.lines), hw_buf_span(&two.lines));
    hw_told_done(&one);
    hw_told_done(&two);
    if (!same) {
        hw_fuzz_broken("the same bytes give the same facts");
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
