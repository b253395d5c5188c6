/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pki.h -- test authorities, certificates, signatures, timestamps, and PE files
 * that carry them, all written octet by octet so that every field can lie.
 *
 * Four RSA keys are fixed (1,024 bits: fit for nothing but tests), so the same call makes the same
 * bytes everywhere. Builders fail the process when libcrypto fails: tests have no use for less.
 */
#ifndef HW_TESTS_BUILD_PKI_H
#define HW_TESTS_BUILD_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

struct hw_pe_layout;

/* -- DER -- */

/* Opens an element; hw_test_end closes it and puts its length in. */
size_t hw_test_begin(struct hw_buf *b, unsigned tag);
void hw_test_end(struct hw_buf *b, size_t mark);
void hw_test_put(struct hw_buf *b, unsigned tag, struct hw_span body);
void hw_test_oid(struct hw_buf *b, const char *dotted);
void hw_test_int(struct hw_buf *b, uint64_t v);
/* SEQUENCE { OID, NULL } */
void hw_test_alg(struct hw_buf *b, const char *dotted);
/* "CN=..." of one RDN each: cn, and o when not NULL. */
void hw_test_name(struct hw_buf *b, const char *cn, const char *o);

/* -- keys -- */

enum hw_test_key { HW_TEST_CA, HW_TEST_SIGNER, HW_TEST_STAMPER, HW_TEST_STRANGER, HW_TEST_KEYS };

void hw_test_spki(struct hw_buf *b, enum hw_test_key k);
/* RSA PKCS #1 v1.5 with this digest ("SHA256") over the bytes. */
void hw_test_sign(struct hw_buf *out, enum hw_test_key k, const char *digest, struct hw_span bytes);
void hw_test_digest(const char *digest, struct hw_span bytes, uint8_t out[64], size_t *out_n);

/* -- certificates -- */

struct hw_test_cert {
    const char *subject, *issuer; /* common names */
    enum hw_test_key key, issuer_key;
    uint64_t serial;
    bool ca;
    const char *eku;       /* one dotted OID, or NULL */
    const char *from, *to; /* UTCTime; NULL: 2020 to 2040 */
    const char *extension; /* one more extension: dotted OID, or NULL */
    struct hw_span extension_value;
    bool key_ids; /* subject and authority key identifiers */
};
void hw_test_certificate(struct hw_buf *b, const struct hw_test_cert *c);
/* The usual three: "Test Root" (CA, self), "Test Signer" (code signing), "Test Stamper". */
void hw_test_root(struct hw_buf *b);
void hw_test_signer(struct hw_buf *b);
void hw_test_stamper(struct hw_buf *b);
/* A CSV in the form of data/roots.csv with Test Root's key (and a header). */
void hw_test_roots_csv(struct hw_buf *b);
/* A list of Test Root that revokes serial 2 (the signer's) for key compromise on 2024-01-02. */
void hw_test_crl(struct hw_buf *b, enum hw_test_key signed_by);

/* -- signatures -- */

enum hw_test_stamp { HW_TEST_NO_STAMP, HW_TEST_RFC3161, HW_TEST_PKCS9 };

struct hw_test_signature {
    const char *digest; /* "SHA256"; of file, content and attributes alike */
    struct hw_span file_digest;
    enum hw_test_stamp stamp; /* at 2023-05-06 07:08:09 UTC */
    const char *stamp_at;     /* of RFC 3161 at another time: a GeneralizedTime, or NULL */
    const struct hw_test_signature *nested;
    const char *attribute; /* one more unsigned attribute: dotted OID, or NULL */
    struct hw_span attribute_value;
    struct hw_span extra_certificate; /* DER, put into the bag */
    bool lie_content, lie_math;       /* wrong messageDigest; signature by another key */
    bool other_content;               /* content type data instead of SpcIndirectData */
    const char *program, *url;
};
void hw_test_cms(struct hw_buf *b, const struct hw_test_signature *s);
/* An RFC 3161 token over `stamped`. */
void hw_test_token(struct hw_buf *b, struct hw_span stamped);
/* A PKCS #9 countersignature (SignerInfo) over `stamped`. */
void hw_test_counter(struct hw_buf *b, struct hw_span stamped);

/* -- PE -- */

/* Finds what hw_authenticode wants in an honest PE file. False: no PE. */
bool hw_test_pe_layout(struct hw_span file, struct hw_pe_layout *out);
/* The least of a PE32+: headers, one section of `code_n` octets; no table. */
void hw_test_pe(struct hw_buf *b, size_t code_n);
/* Appends a table with one entry around the DER: dwLength as given by `rounded` (to a multiple of
 * 8, or exact), zeros up to the multiple, directory entry filled in. b holds a PE without a table
 * and a length that is a multiple of 8. */
void hw_test_pe_table(struct hw_buf *b, struct hw_span der, bool rounded);
/* The same PE signed: SHA-256 and what else `s` says (its file_digest is filled in). */
void hw_test_pe_signed(struct hw_buf *b, size_t code_n, struct hw_test_signature s);
/* Changes dwLength of the first entry and the directory's Size by these amounts. */
void hw_test_pe_grow(struct hw_buf *b, uint32_t entry_by, uint32_t directory_by);

#endif
