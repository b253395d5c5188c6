/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/share.h -- a bundle that one case's owner hands to another: signed, and whose it is
 * (docs/formats/share.md). What it says is read in the cage, as all evidence is.
 */
#ifndef HW_DOOR_FEED_SHARE_H
#define HW_DOOR_FEED_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "trust/ed25519.h"

struct hw_share_written {
    uint8_t sha256[32];
    uint64_t bytes;
    char print[HW_ED25519_PRINT]; /* fingerprint of the key that signed */
};
/* Signs `body` with the key in `key_path` and writes both to `path`, which must not be there (mode
 * 0600). */
HW_CHECK int hw_share_write(const char *path, const char *key_path, struct hw_span body,
                            struct hw_share_written *out, struct hw_error *err);

/* Does this file say that it is a bundle? Nothing of it is believed for that. */
bool hw_share_is(const char *path);

struct hw_share_in {
    int fd; /* sealed; the caller closes */
    char print[HW_ED25519_PRINT];
    int64_t made_ns;
};
/* Its bytes, verified. pin: the fingerprint it must be signed by; NULL: whoever. HW_E_EVIDENCE: it
 * is not whole, tampered with, or made later than now_ns; HW_E_USAGE: another key's. */
HW_CHECK int hw_share_open(const char *path, const char *pin, int64_t now_ns,
                           struct hw_share_in *out, struct hw_error *err);

#endif
