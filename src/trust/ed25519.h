/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/ed25519.h -- Ed25519 (RFC 8032, pure), as raw numbers: our own signatures on what Headwater
 * writes for another Headwater. Nothing of it is found in evidence of others, so it has no DER.
 */
#ifndef HW_TRUST_ED25519_H
#define HW_TRUST_ED25519_H

#include <stdbool.h>

#include "trust/key.h"

enum { HW_ED25519_KEY = 32, HW_ED25519_SIGNATURE = 64, HW_ED25519_PRINT = 65 };

/* The public key of a private one. False: libcrypto would not. */
HW_CHECK bool hw_ed25519_public(const uint8_t seed[HW_ED25519_KEY], uint8_t out[HW_ED25519_KEY]);
HW_CHECK bool hw_ed25519_sign(const uint8_t seed[HW_ED25519_KEY], struct hw_span message,
                              uint8_t out[HW_ED25519_SIGNATURE]);
/* UNKNOWN when a length is wrong or libcrypto would not. */
enum hw_tri hw_ed25519_verify(struct hw_span key, struct hw_span message, struct hw_span signature);

/* What people compare and pin: SHA-256 of the public key, as hex. */
HW_CHECK bool hw_ed25519_print(const uint8_t key[HW_ED25519_KEY], char out[HW_ED25519_PRINT]);

/* Called by hw_trust_warm. */
void hw_ed25519_warm(void);

#endif
