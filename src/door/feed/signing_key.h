/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/signing_key.h -- the private key that signs what one Headwater writes for another:
 * packs of knowledge, and bundles of a case. One form of file for both (docs/formats/pack.md).
 */
#ifndef HW_DOOR_FEED_SIGNING_KEY_H
#define HW_DOOR_FEED_SIGNING_KEY_H

#include "base/error.h"
#include "trust/ed25519.h"

/* A new key in a new file of mode 0600. HW_E_USAGE when something lies there. */
HW_CHECK int hw_signing_key_make(const char *path, uint8_t seed[HW_ED25519_KEY],
                                 struct hw_error *err);
/* HW_E_MISSING: there is none. HW_E_USAGE: others may read it, or it is no key of ours. */
HW_CHECK int hw_signing_key_read(const char *path, uint8_t seed[HW_ED25519_KEY],
                                 struct hw_error *err);
/* Its public key, and what people compare. */
HW_CHECK int hw_signing_key_public(const char *path, const uint8_t seed[HW_ED25519_KEY],
                                   uint8_t out[HW_ED25519_KEY], char out_print[HW_ED25519_PRINT],
                                   struct hw_error *err);

#endif
