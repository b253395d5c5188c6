/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/digest.h -- one pass over bytes that yields any set of digests.
 *
 * libcrypto computes. Its configuration file is never read (OPENSSL_CONF could load foreign code).
 */
#ifndef HW_BASE_DIGEST_H
#define HW_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

enum hw_digest_alg {
    HW_DIGEST_MD5,
    HW_DIGEST_SHA1,
    HW_DIGEST_SHA256,
    HW_DIGEST_SHA384,
    HW_DIGEST_SHA512,
    HW_DIGEST_COUNT
};
#define HW_DIGEST_BYTES_MAX 64
#define HW_DIGEST_BIT(alg) (1U << (alg))
/* What every file is known by. */
#define HW_DIGEST_THREE                                                                            \
    (HW_DIGEST_BIT(HW_DIGEST_SHA256) | HW_DIGEST_BIT(HW_DIGEST_SHA1) | HW_DIGEST_BIT(HW_DIGEST_MD5))

/* "md5" "sha1" "sha256" "sha384" "sha512" and their sizes in bytes. */
const char *hw_digest_word(enum hw_digest_alg alg);
size_t hw_digest_bytes(enum hw_digest_alg alg);
/* False when the word is none of ours. */
HW_CHECK bool hw_digest_from_word(struct hw_span word, enum hw_digest_alg *out);

/* Loads libcrypto's tables and tries every algorithm once, so that nothing is opened later: call it
 * before a cage closes. HW_E_STATE names an algorithm that this machine refuses. */
HW_CHECK int hw_digest_prepare(struct hw_error *err);

/* Several digests of one stream. Making one costs some microseconds, resetting it far less: who
 * digests many small things keeps one. Not thread-safe. */
struct hw_digests;
HW_CHECK struct hw_digests *hw_digests_new(unsigned mask); /* of HW_DIGEST_BIT; NULL: no memory */
void hw_digests_free(struct hw_digests *d);                /* NULL is silence */
HW_AUTO_DEFINE(hw_digests);
/* Forget all bytes and begin anew; a new one is already reset. */
HW_CHECK int hw_digests_reset(struct hw_digests *d, struct hw_error *err);
/* Spans of any size; large ones are cut up inside, so that all algorithms run over warm bytes. */
HW_CHECK int hw_digests_update(struct hw_digests *d, struct hw_span s, struct hw_error *err);
/* Once; then hw_digests_get() answers until the next reset. */
HW_CHECK int hw_digests_finish(struct hw_digests *d, struct hw_error *err);
/* Borrowed from d; empty when not finished or not in the mask. */
struct hw_span hw_digests_get(const struct hw_digests *d, enum hw_digest_alg alg);

/* One span, one algorithm. out has room for HW_DIGEST_BYTES_MAX; out_n may be NULL. */
HW_CHECK int hw_digest_once(enum hw_digest_alg alg, struct hw_span s, uint8_t *out, size_t *out_n,
                            struct hw_error *err);
/* SHA-256, SHA-1 and MD5 of one span. */
HW_CHECK int hw_digest_three(struct hw_span s, uint8_t sha256[32], uint8_t sha1[20],
                             uint8_t md5[16], struct hw_error *err);

#endif
