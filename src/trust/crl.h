/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/crl.h -- certificate revocation lists (RFC 5280 section 5).
 */
#ifndef HW_TRUST_CRL_H
#define HW_TRUST_CRL_H

#include "trust/cms.h"
#include "trust/keyring.h"

struct hw_crl {
    struct hw_span der;
    uint64_t off;
    uint8_t sha256[32];
    struct hw_span issuer_der, issuer; /* text as data/roots.csv prints it */
    struct hw_span aki;                /* empty when absent */
    int64_t this_update, next_update;
    bool has_next;
    bool indirect, delta; /* not a whole list of its issuer's own: say so, do not read absence */
    struct hw_sigalg alg;
    struct hw_span tbs, signature;
    struct hw_reader entries; /* over revokedCertificates; hw_crl_next walks it */
    uint64_t count;
};

struct hw_revoked {
    struct hw_span serial; /* without DER's leading zero */
    int64_t when;
    const char *reason; /* RFC 5280's word in kebab-case; NULL when not given */
    bool has_invalid_from;
    int64_t invalid_from;
};

/* Takes one CertificateList and counts its entries. HW_E_EVIDENCE when the reader faulted. */
HW_CHECK int hw_crl_read(struct hw_reader *r, struct hw_arena *a, struct hw_crl *out,
                         struct hw_error *err);
/* The next entry of crl->entries; false at the end (entries were all read once by hw_crl_read, so
 * it ends early only when the fuel is spent). */
HW_CHECK bool hw_crl_next(struct hw_crl *crl, struct hw_revoked *out);
/* Does this key verify the list? */
enum hw_tri hw_crl_verify(const struct hw_crl *crl, const struct hw_spki *key, const char **why);
/* The first key of the keyring that verifies it, tried by name and key identifier. UNKNOWN: no
 * candidate could be tried; *out_key is set on YES only. */
enum hw_tri hw_crl_verify_ring(const struct hw_crl *crl, const struct hw_keyring *ring,
                               struct hw_work *work, const struct hw_key **out_key);

#endif
