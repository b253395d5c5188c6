/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/hash.h -- digests as signatures name them.
 */
#ifndef HW_TRUST_HASH_H
#define HW_TRUST_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

enum hw_hash {
    HW_HASH_NONE,
    HW_HASH_MD5,
    HW_HASH_SHA1,
    HW_HASH_SHA224,
    HW_HASH_SHA256,
    HW_HASH_SHA384,
    HW_HASH_SHA512,
    HW_HASH_COUNT,
};

enum { HW_HASH_BYTES = 64 }; /* the longest */

struct hw_hashes {
    unsigned have; /* bit 1 << enum hw_hash: made */
    uint8_t of[HW_HASH_COUNT][HW_HASH_BYTES];
};

size_t hw_hash_size(enum hw_hash h);      /* bytes; 0 for NONE */
const char *hw_hash_word(enum hw_hash h); /* sha256 ...; NULL for NONE */

/* The digest of the parts one behind the other. False when libcrypto will not (out is untouched).
 */
HW_CHECK bool hw_hash_parts(enum hw_hash h, const struct hw_span *parts, size_t count,
                            uint8_t out[HW_HASH_BYTES]);
HW_CHECK bool hw_hash_one(enum hw_hash h, struct hw_span s, uint8_t out[HW_HASH_BYTES]);
/* Several digests in one pass over the parts; `want` and out->have are bits 1 << enum hw_hash. */
void hw_hash_many(unsigned want, const struct hw_span *parts, size_t count, struct hw_hashes *out);

/* Makes libcrypto fetch every algorithm this room uses, without its configuration file, so that
 * nothing is opened once the cage is closed. Call it once, before the first input. */
void hw_trust_warm(void);

#endif
