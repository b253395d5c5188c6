/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets: hw_x509_guess hw_x509_examine hw_x509_read_cert hw_x509_read_bag hw_x509_read_crl
 *          hw_x509_say_certs hw_pem_next
 *
 * Promises: bad evidence is never our failure; entries cover what was said; the same bytes give the
 * same facts; no certificate ever becomes an indicator.
 */
#include "fuzz.h"

#include "build_x509.h"
#include "knowledge_sink.h"

static void look(const struct hw_fact *f)
{
    if (f->kind == HW_FACT_REVOKED && hw_fact_get(f, HW_REVOKED_SERIAL).n == 0) {
        hw_fuzz_broken("a revoked certificate has a number");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_knowledge_sink first, again;
    hw_knowledge_examine(&first, data, size, HW_READ_KNOWLEDGE, look);
    if (first.indicators == 0 && first.revoked > first.entries) {
        hw_fuzz_broken("what was said is counted");
    }
    if (first.indicators > 0 && first.revoked > 0) {
        hw_fuzz_broken("a file is a list of one sort");
    }
    hw_knowledge_examine(&again, data, size, HW_READ_KNOWLEDGE, NULL);
    if (again.facts != first.facts || again.sum != first.sum) {
        hw_fuzz_broken("the same bytes give the same facts");
    }
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const struct hw_crl_spec lists[] = {
        {.issuer = "Test root", .entries = 2, .next = true, .reason = true},
        {.issuer = "Test root", .entries = 1, .delta = true, .indirect = true},
        {.issuer = "R", .v1 = true},
    };
    struct hw_buf der, pem;
    hw_buf_init(&der, 1 << 20);
    hw_buf_init(&pem, 1 << 20);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char name[] = "crl-a";
        name[4] = (char)('a' + i);
        hw_buf_clear(&der);
        hw_build_crl(&lists[i], &der);
        give(state, name, der.p, der.n);
        hw_build_pem("X509 CRL", hw_buf_span(&der), &pem);
    }
    hw_buf_clear(&der);
    hw_build_cert("Test root", "Test leaf", 1, &der);
    give(state, "cert", der.p, der.n);
    hw_build_pem("CERTIFICATE", hw_buf_span(&der), &pem);
    hw_buf_clear(&der);
    hw_build_bag(2, &der);
    give(state, "bag", der.p, der.n);
    hw_build_pem("PKCS7", hw_buf_span(&der), &pem);
    give(state, "pem", pem.p, pem.n);
    hw_buf_done(&der);
    hw_buf_done(&pem);
}
