/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_x509.h -- certificates, revocation lists, certs-only bags and PEM around them, by
 * hand (RFC 5280, RFC 5652, RFC 7468). Deterministic; keys and signatures are bytes of the right
 * shape that verify nothing.
 */
#ifndef HW_TESTS_BUILD_X509_H
#define HW_TESTS_BUILD_X509_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/reader.h"

struct hw_crl_spec {
    const char *issuer; /* its CN */
    unsigned entries;   /* serial numbers count up from 0x8538a6c500000000 */
    bool v1, next, reason, delta, indirect;
    unsigned serial_bytes; /* 0: eight */
};
/* Each appends one object; out must have room, or the process ends. */
void hw_build_crl(const struct hw_crl_spec *spec, struct hw_buf *out);
void hw_build_cert(const char *issuer, const char *subject, unsigned serial, struct hw_buf *out);
/* ContentInfo with `count` certificates and no signer. */
void hw_build_bag(unsigned count, struct hw_buf *out);
void hw_build_pem(const char *label, struct hw_span der, struct hw_buf *out);

#endif
