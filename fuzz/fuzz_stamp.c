/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_stamp.c -- Targets: hw_stamp_token hw_stamp_counter hw_signer_read
 *
 * Promise: a stamp that holds has a time.
 */
#include "fuzz.h"

#include "build_pki.h"
#include "trust/hash.h"
#include "trust/stamp.h"

static void held(const struct hw_stamp *s)
{
    if (s->rfc3161 && s->imprint_ok == HW_TRI_YES && !s->has_time) {
        hw_fuzz_broken("a stamp that holds has a time");
    }
    if (s->math_ok == HW_TRI_UNKNOWN && s->problem == NULL) {
        hw_fuzz_broken("what is not known has a reason");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    struct hw_budget fuel = {.bytes = 1 << 22, .items = 20000, .depth = 32};
    struct hw_arena *a = hw_arena_new(1 << 23);
    struct hw_reader r, again;
    struct hw_stamp s;
    struct hw_work work = {.verifications = 8};
    struct hw_span stamped = HW_SPAN_LIT("stamped");
    if (!warm) {
        hw_trust_warm();
        warm = true;
    }
    hw_reader_init(&r, (struct hw_span){data, size}, &fuel);
    again = r;
    if (a != NULL && hw_stamp_token(&r, a, stamped, NULL, &work, &s, NULL) == HW_OK) {
        held(&s);
    }
    if (a != NULL && hw_stamp_counter(&again, a, stamped, NULL, &work, &s, NULL) == HW_OK) {
        held(&s);
    }
    hw_arena_free(a);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_test_token(&b, HW_SPAN_LIT("stamped"));
    give(state, "token", b.p, b.n);
    hw_buf_clear(&b);
    hw_test_counter(&b, HW_SPAN_LIT("stamped"));
    give(state, "counter", b.p, b.n);
    hw_buf_done(&b);
}
