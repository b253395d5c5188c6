/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/key.h -- public keys and the one question asked of them: does this key verify this?
 *
 * Keys are taken apart by our own DER reader and handed to libcrypto as numbers; libcrypto's own
 * decoders never see evidence. Hostile keys are capped before any arithmetic: RSA moduli of 512 to
 * 16,384 bits with exponents of at most 64 bits (33 above 4,096 bits), named elliptic curves only,
 * DSA of at most 3,072 bits.
 */
#ifndef HW_TRUST_KEY_H
#define HW_TRUST_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"
#include "trust/der.h"
#include "trust/hash.h"

/* An answer that can be missing. */
enum hw_tri { HW_TRI_UNKNOWN, HW_TRI_NO, HW_TRI_YES };

enum hw_key_kind { HW_KEY_UNKNOWN, HW_KEY_RSA, HW_KEY_EC, HW_KEY_DSA };

/* A SubjectPublicKeyInfo (RFC 5280 4.1.2.7), borrowed from the evidence. */
struct hw_spki {
    enum hw_key_kind kind;
    char word[24];             /* rsa-2048, ec-p256, dsa-1024, else "unknown" */
    const char *problem;       /* why it cannot be used, or NULL */
    struct hw_span der;        /* the whole */
    struct hw_span bits;       /* the BIT STRING's octets: what key identifiers are made of */
    const char *curve;         /* libcrypto's group name */
    struct hw_span n, e;       /* RSA */
    struct hw_span p, q, g, y; /* DSA */
};

/* Reads one SubjectPublicKeyInfo. A key of unknown kind or beyond the caps is read all the same,
 * with `problem` set; only broken DER faults the reader. */
HW_CHECK bool hw_spki_read(struct hw_reader *r, struct hw_spki *out);

enum hw_scheme { HW_SCHEME_UNKNOWN, HW_SCHEME_RSA, HW_SCHEME_PSS, HW_SCHEME_EC, HW_SCHEME_DSA };

/* An AlgorithmIdentifier of a signature, understood. */
struct hw_sigalg {
    enum hw_scheme scheme;
    enum hw_hash hash; /* NONE: the signature names its digest elsewhere */
    enum hw_hash mgf;  /* PSS */
    uint32_t salt;     /* PSS */
    const char *word;  /* rsa-sha256, ecdsa-sha384 ..., "unknown" */
    struct hw_span oid;
    bool odd_parameters; /* parameters nobody expects there: bytes that nothing accounts for */
    struct hw_span whole;
    uint64_t off;
};

/* Reads one AlgorithmIdentifier; an unknown one is no fault. */
HW_CHECK bool hw_sigalg_read(struct hw_reader *r, struct hw_sigalg *out);
/* The same for a digest algorithm: NONE when unknown. */
HW_CHECK bool hw_hashalg_read(struct hw_reader *r, enum hw_hash *out, bool *out_odd);

/* Does `key` verify `sig` over the parts one behind the other? Digest is `hash`, or the algorithm's
 * own. UNKNOWN when it could not be computed, with *why set to constant words. */
enum hw_tri hw_key_verify(const struct hw_spki *key, const struct hw_sigalg *alg, enum hw_hash hash,
                          const struct hw_span *parts, size_t count, struct hw_span sig,
                          const char **why);

/* Called by hw_trust_warm. */
void hw_key_warm(void);

#endif
