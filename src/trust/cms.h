/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/cms.h -- SignedData: who signed what, and does the mathematics hold (RFC 5652, and PKCS #7
 * 1.5, RFC 2315, as Authenticode uses it).
 *
 * Everything read is borrowed from the evidence or lives in the arena. Reading judges nothing;
 * hw_cms_check does the mathematics and spends from a struct hw_work.
 */
#ifndef HW_TRUST_CMS_H
#define HW_TRUST_CMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/reader.h"
#include "trust/cert.h"
#include "trust/der.h"
#include "trust/der_oid.h"

enum {
    HW_CMS_CERTS_MAX = 128, /* more are kept as `others` */
    HW_CMS_OTHERS_MAX = 256,
    HW_CMS_SIGNERS_MAX = 16,
    HW_CMS_ATTRIBUTES_MAX = 64,
    HW_VERIFICATIONS = 512, /* a default for struct hw_work */
};

/* How many signature verifications one input may still cost. */
struct hw_work {
    unsigned verifications;
    bool reached; /* one was asked for and not granted */
};
HW_CHECK bool hw_work_take(struct hw_work *w);

struct hw_attribute {
    struct hw_span oid;
    struct hw_span whole; /* the Attribute SEQUENCE */
    uint64_t off;
    struct hw_der values; /* the SET */
};

struct hw_signer {
    struct hw_span whole;
    uint64_t off;
    uint32_t version;
    struct hw_span issuer_der, issuer; /* by issuer and serial ... */
    struct hw_span serial;             /* without DER's leading zero */
    struct hw_span ski;                /* ... or by key identifier */
    enum hw_hash hash;                 /* NONE: not one we know */
    bool hash_odd;                     /* digest algorithm parameters nobody expects */
    struct hw_span hash_alg;           /* that AlgorithmIdentifier */
    uint64_t hash_alg_off;
    struct hw_sigalg alg;
    struct hw_span signature;
    uint64_t signature_off;
    bool has_signed;
    struct hw_der signed_set; /* [0] IMPLICIT: hashed with tag 31 */
    struct hw_attribute *signed_attrs, *unsigned_attrs;
    size_t signed_count, unsigned_count;
    /* what well-known signed attributes say; empty or false when absent */
    struct hw_span content_type, message_digest;
    bool has_signing_time;
    int64_t signing_time;
};

struct hw_cms {
    struct hw_span der; /* the ContentInfo */
    uint64_t off;
    char content_type[HW_OID_TEXT];
    bool has_content;
    struct hw_der content;     /* what [0] holds; its content octets are what is digested */
    struct hw_span algorithms; /* the digestAlgorithms SET */
    uint64_t algorithms_off;
    size_t algorithm_count;
    bool algorithms_odd; /* parameters nobody expects */
    struct hw_cert *certs;
    size_t cert_count;
    struct hw_der *others; /* in the certificate or CRL sets: what is no X.509 certificate */
    size_t other_count;
    struct hw_signer *signers;
    size_t signer_count;
};

/* Takes one ContentInfo that holds SignedData; what follows it stays in the reader. Certs-only
 * (no signers, no content) is fine. HW_E_EVIDENCE when the reader faulted, HW_E_MEMORY. */
HW_CHECK int hw_cms_read(struct hw_reader *r, struct hw_arena *a, struct hw_cms *out,
                         struct hw_error *err);
/* Takes one SignerInfo (a PKCS #9 countersignature is one). */
HW_CHECK int hw_signer_read(struct hw_reader *r, struct hw_arena *a, struct hw_signer *out,
                            struct hw_error *err);

/* The signer's certificate among these, or NULL. */
const struct hw_cert *hw_signer_find(const struct hw_signer *s, const struct hw_cert *certs,
                                     size_t count);

struct hw_check {
    enum hw_tri content_ok; /* the messageDigest attribute is the digest of the content */
    enum hw_tri math_ok;    /* the key verifies the signed attributes, or the content */
    const char *problem;    /* constant words: why unknown, or what was odd; else NULL */
};
/* Checks one signer over `content` (content octets). content_type: dotted, what the contentType
 * attribute must say, or NULL when it may say anything (countersignatures). cert may be NULL. */
void hw_signer_check(const struct hw_signer *s, const struct hw_cert *cert, struct hw_span content,
                     const char *content_type, struct hw_work *work, struct hw_check *out);

#endif
