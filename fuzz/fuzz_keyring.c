/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_keyring.c -- Targets: hw_keyring_read
 *
 * Promise: every key kept can be read again as one.
 */
#include "fuzz.h"

#include "build_pki.h"
#include "trust/hash.h"
#include "trust/key.h"
#include "trust/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    struct hw_arena *a = hw_arena_new(1 << 23);
    struct hw_keyring ring = {0};
    if (!warm) {
        hw_trust_warm();
        warm = true;
    }
    if (a != NULL && hw_keyring_read(&ring, (struct hw_span){data, size}, a, NULL) == HW_OK) {
        for (size_t i = 0; i < ring.count; i++) {
            struct hw_budget fuel = {.bytes = 1 << 16, .items = 64, .depth = 8};
            struct hw_reader r;
            struct hw_spki k;
            hw_reader_init(&r, ring.keys[i].spki, &fuel);
            if (!hw_spki_read(&r, &k) || k.problem != NULL || ring.keys[i].subject.n == 0) {
                hw_fuzz_broken("every key kept can be used");
            }
        }
    }
    hw_arena_free(a);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    hw_test_roots_csv(&b);
    give(state, "roots", b.p, b.n);
    hw_buf_done(&b);
}
