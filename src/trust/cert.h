/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/cert.h -- one X.509 certificate, taken apart (RFC 5280), and judged by nobody here.
 */
#ifndef HW_TRUST_CERT_H
#define HW_TRUST_CERT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/reader.h"
#include "trust/key.h"

enum { HW_EKU_TEXT = 1000 };

struct hw_extension {
    struct hw_span oid;
    bool critical;
    struct hw_span value; /* the OCTET STRING's content */
    uint64_t off;         /* of that content */
};

struct hw_cert {
    struct hw_span der; /* the whole, borrowed from the evidence */
    uint64_t off;       /* absolute */
    uint8_t sha256[32], sha1[20];
    uint8_t spki_sha256[32];
    uint8_t key_id[20];    /* SHA-1 of the key's bits (RFC 5280 4.2.1.2 (1)) */
    struct hw_span serial; /* as an unsigned number: without DER's leading zero */
    struct hw_span issuer_der, subject_der;
    struct hw_span issuer, subject; /* text as data/roots.csv prints it; arena */
    struct hw_span name;            /* what people read: CN, else O, else the subject */
    int64_t not_before, not_after;  /* ns */
    struct hw_spki key;
    struct hw_sigalg alg; /* of the signature on it */
    bool alg_agrees;      /* inside and outside name the same algorithm */
    struct hw_span tbs, signature;
    bool has_ca, ca, has_pathlen, has_eku, has_usage;
    uint32_t pathlen, usage;         /* usage: bit i is RFC 5280's bit i */
    struct hw_span eku;              /* dotted OIDs, comma between; arena */
    struct hw_span ski, aki;         /* key identifiers; empty when absent */
    struct hw_extension *extensions; /* arena */
    size_t extension_count;
    const char *odd; /* an extension that could not be read: which; else NULL */
};

/* Takes one Certificate. HW_E_EVIDENCE when the reader faulted (its words in err), HW_E_MEMORY. */
HW_CHECK int hw_cert_read(struct hw_reader *r, struct hw_arena *a, struct hw_cert *out,
                          struct hw_error *err);

/* Could `issuer` have issued `child`, by names or by key identifiers? Names of the same text, or an
 * authority key identifier that is the issuer's subject key identifier or key id. */
bool hw_cert_may_issue(const struct hw_cert *issuer, const struct hw_cert *child);
/* Does this key verify the certificate's signature? */
enum hw_tri hw_cert_verify(const struct hw_cert *child, const struct hw_spki *key,
                           const char **why);

#endif
