/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_key.c -- Targets: hw_spki_read hw_sigalg_read hw_hashalg_read hw_key_verify
 *
 * Promise: no key that was not named problematic makes libcrypto do more than say no.
 */
#include "fuzz.h"

#include <string.h>

#include "build_pki.h"
#include "trust/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    struct hw_budget fuel = {.bytes = 1 << 20, .items = 1000, .depth = 16};
    struct hw_reader r;
    struct hw_spki k;
    struct hw_sigalg alg = {.scheme = HW_SCHEME_RSA, .hash = HW_HASH_SHA256};
    enum hw_hash h;
    const char *why;
    bool odd;
    if (!warm) {
        hw_trust_warm();
        warm = true;
    }
    hw_reader_init(&r, (struct hw_span){data, size}, &fuel);
    struct hw_reader again = r, digest = r;
    (void)(hw_hashalg_read(&digest, &h, &odd) && odd);
    if (!hw_spki_read(&r, &k)) {
        (void)(hw_sigalg_read(&again, &alg) && alg.odd_parameters);
        return 0;
    }
    if (hw_read_left(&r) > 0 && !hw_sigalg_read(&r, &alg)) {
        alg.scheme = k.kind == HW_KEY_EC    ? HW_SCHEME_EC
                     : k.kind == HW_KEY_DSA ? HW_SCHEME_DSA
                                            : HW_SCHEME_RSA;
        alg.hash = HW_HASH_SHA256;
    }
    if (memchr(k.word, 0, sizeof k.word) == NULL) {
        hw_fuzz_broken("a key's word ends");
    }
    if (hw_key_verify(&k, &alg, HW_HASH_SHA256, &HW_SPAN_LIT("x"), 1, HW_SPAN_LIT("no signature"),
                      &why) == HW_TRI_YES) {
        hw_fuzz_broken("nobody signed this");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_test_spki(&b, HW_TEST_CA);
    give(state, "rsa", b.p, b.n);
    hw_test_alg(&b, "1.2.840.113549.1.1.11");
    give(state, "rsa-sha256", b.p, b.n);
    hw_buf_clear(&b);
    size_t all = hw_test_begin(&b, 0x30), alg = hw_test_begin(&b, 0x30);
    hw_test_oid(&b, "1.2.840.10045.2.1");
    hw_test_oid(&b, "1.2.840.10045.3.1.7");
    hw_test_end(&b, alg);
    hw_test_put(&b, 0x03, HW_SPAN_LIT("\0\2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    hw_test_end(&b, all);
    give(state, "ec", b.p, b.n);
    hw_buf_clear(&b);
    all = hw_test_begin(&b, 0x30);
    hw_test_oid(&b, "1.2.840.113549.1.1.10");
    size_t pss = hw_test_begin(&b, 0x30), f = hw_test_begin(&b, 0xa0);
    hw_test_alg(&b, "2.16.840.1.101.3.4.2.1");
    hw_test_end(&b, f);
    f = hw_test_begin(&b, 0xa2);
    hw_test_int(&b, 32);
    hw_test_end(&b, f);
    hw_test_end(&b, pss);
    hw_test_end(&b, all);
    give(state, "pss", b.p, b.n);
    hw_buf_done(&b);
}
