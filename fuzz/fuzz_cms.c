/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_cms.c -- Targets: hw_cms_read hw_signer_find hw_signer_check
 *
 * Promise: a signature that holds over changed content does not exist: whoever verifies has content
 * or attributes that were signed by the keys of the seeds.
 */
#include "fuzz.h"

#include "build_pki.h"
#include "trust/cms.h"
#include "trust/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    struct hw_budget fuel = {.bytes = 1 << 22, .items = 20000, .depth = 32};
    struct hw_arena *a = hw_arena_new(1 << 23);
    struct hw_reader r;
    struct hw_cms c;
    struct hw_work work = {.verifications = 8};
    if (!warm) {
        hw_trust_warm();
        warm = true;
    }
    hw_reader_init(&r, (struct hw_span){data, size}, &fuel);
    if (a != NULL && hw_cms_read(&r, a, &c, NULL) == HW_OK) {
        if (c.cert_count > HW_CMS_CERTS_MAX || c.signer_count > HW_CMS_SIGNERS_MAX ||
            c.der.n + hw_read_left(&r) != size) {
            hw_fuzz_broken("a structure is bounded, and what follows stays in the reader");
        }
        for (size_t i = 0; i < c.signer_count; i++) {
            const struct hw_signer *s = &c.signers[i];
            struct hw_check k;
            hw_signer_check(s, hw_signer_find(s, c.certs, c.cert_count), c.content.body,
                            c.content_type, &work, &k);
            if (k.math_ok == HW_TRI_UNKNOWN && k.problem == NULL) {
                hw_fuzz_broken("what is not known has a reason");
            }
        }
    }
    hw_arena_free(a);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    struct hw_test_signature s = {.digest = "SHA256", .file_digest = HW_SPAN_LIT("digest")};
    struct hw_test_signature outer = {.digest = "SHA1",
                                      .file_digest = HW_SPAN_LIT("digest"),
                                      .stamp = HW_TEST_PKCS9,
                                      .nested = &s,
                                      .program = "P",
                                      .attribute = "1.2.3",
                                      .attribute_value = HW_SPAN_LIT("\x05\x00")};
    hw_buf_init(&b, 1 << 20);
    hw_test_cms(&b, &s);
    give(state, "plain", b.p, b.n);
    hw_buf_clear(&b);
    hw_test_cms(&b, &outer);
    give(state, "nested", b.p, b.n);
    hw_buf_done(&b);
}
