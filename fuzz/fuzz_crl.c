/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_crl.c -- Targets: hw_crl_read hw_crl_next hw_crl_verify_ring
 *
 * Promise: the entries walked are the entries counted.
 */
#include "fuzz.h"

#include "build_pki.h"
#include "trust/crl.h"
#include "trust/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    struct hw_budget fuel = {.bytes = 1 << 22, .items = 100000, .depth = 32};
    struct hw_arena *a = hw_arena_new(1 << 22);
    struct hw_reader r;
    struct hw_crl c;
    struct hw_revoked e;
    if (!warm) {
        hw_trust_warm();
        warm = true;
    }
    hw_reader_init(&r, (struct hw_span){data, size}, &fuel);
    if (a != NULL && hw_crl_read(&r, a, &c, NULL) == HW_OK) {
        uint64_t seen = 0;
        while (hw_crl_next(&c, &e)) {
            seen++;
        }
        if (seen != c.count && fuel.items > 0) {
            hw_fuzz_broken("the entries walked are the entries counted");
        }
    }
    hw_arena_free(a);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_test_crl(&b, HW_TEST_CA);
    give(state, "crl", b.p, b.n);
    hw_buf_done(&b);
}
