/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_cert.c -- Targets: hw_cert_read hw_cert_may_issue hw_cert_verify hw_links_find
 *
 * Promise: what was read is what stands in the evidence, twice the same, and inside it.
 */
#include "fuzz.h"

#include <string.h>

#include "build_pki.h"
#include "trust/hash.h"
#include "trust/link.h"

static bool inside(struct hw_span outer, struct hw_span s)
{
    return s.n == 0 || (s.p >= outer.p && s.p + s.n <= outer.p + outer.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool warm;
    struct hw_budget fuel = {.bytes = 1 << 22, .items = 20000, .depth = 32};
    struct hw_arena *a = hw_arena_new(1 << 22);
    struct hw_span in = {data, size};
    struct hw_reader r;
    struct hw_cert c[2];
    const struct hw_cert *list[2];
    size_t count = 0;
    if (!warm) {
        hw_trust_warm();
        warm = true;
    }
    hw_reader_init(&r, in, &fuel);
    while (a != NULL && count < 2 && hw_cert_read(&r, a, &c[count], NULL) == HW_OK) {
        const struct hw_cert *one = &c[count];
        if (!inside(in, one->der) || !inside(one->der, one->tbs) ||
            !inside(one->der, one->signature) || !inside(one->tbs, one->serial) ||
            !inside(one->tbs, one->key.der) || !inside(one->tbs, one->ski)) {
            hw_fuzz_broken("a certificate's parts lie inside it");
        }
        list[count++] = one;
    }
    struct hw_links links;
    struct hw_work work = {.verifications = 8};
    if (count > 0 && hw_links_find(list, count, NULL, &work, a, &links, NULL) == HW_OK &&
        links.count > count * HW_LINKS_PER_CERT) {
        hw_fuzz_broken("links are bounded");
    }
    hw_arena_free(a);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    hw_test_root(&b);
    give(state, "root", b.p, b.n);
    hw_test_signer(&b);
    give(state, "root-signer", b.p, b.n);
    hw_buf_clear(&b);
    hw_test_stamper(&b);
    give(state, "stamper", b.p, b.n);
    hw_buf_done(&b);
}
