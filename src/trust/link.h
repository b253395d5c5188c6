/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/link.h -- "this key verifies this certificate": the edges of which chains are made.
 *
 * Which path counts, at what time and for what purpose is asked elsewhere; here is only arithmetic.
 */
#ifndef HW_TRUST_LINK_H
#define HW_TRUST_LINK_H

#include "base/arena.h"
#include "trust/cms.h"
#include "trust/keyring.h"

struct hw_link {
    size_t child;             /* index among the certificates given */
    size_t issuer;            /* the same, or SIZE_MAX when a key of the keyring verified */
    const struct hw_key *key; /* that key, else NULL */
    bool ok;                  /* false: the name matched and no key of that name verified */
};

struct hw_links {
    struct hw_link *links;
    size_t count;
    bool *self; /* for each certificate: it verifies under its own key */
};

enum { HW_LINKS_PER_CERT = 8 }; /* more are not looked for */

/* All links from `certs` (distinct ones: give each certificate once) to each other and to the
 * keyring (NULL: none). Candidates are found by name and key identifier; each try costs one
 * verification of `work`, and when that is spent no further links are found (work->reached).
 * HW_E_MEMORY or HW_OK. */
HW_CHECK int hw_links_find(const struct hw_cert *const *certs, size_t count,
                           const struct hw_keyring *ring, struct hw_work *work, struct hw_arena *a,
                           struct hw_links *out, struct hw_error *err);

#endif
