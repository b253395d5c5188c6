/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/keyring.h -- the public keys we hold: trust anchors, and certificates a case already knows.
 *
 * A keyring is read from CSV in the form of data/roots.csv (header row; columns purpose, subject,
 * self_issued, sha256, not_before, not_after, spki_base64, source, and optionally distrust_after
 * and issuer_purpose; unknown columns are passed over). Purpose "known" marks a certificate that
 * is no anchor but whose key helps to compute links. The built-in list and any list of the user's
 * are read by the same hostile-input reader, before the cage takes its first input.
 */
#ifndef HW_TRUST_KEYRING_H
#define HW_TRUST_KEYRING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reader.h"

struct hw_key {
    struct hw_span purpose, subject, origin; /* text */
    uint8_t sha256[32];                      /* of the certificate, as listed */
    uint8_t spki_sha256[32];                 /* computed from spki */
    uint8_t key_id[20];                      /* SHA-1 of the key bits (RFC 5280 4.2.1.2 (1)) */
    struct hw_span spki;                     /* SubjectPublicKeyInfo DER */
    int64_t not_before, not_after;           /* ns */
    int64_t distrust_after;                  /* ns; INT64_MIN: not known */
    bool anchor;                             /* purpose is not "known" */
};

struct hw_keyring {
    const struct hw_key *keys;
    size_t count;
    size_t refused; /* rows that could not be used */
};

/* Reads rows from csv and appends them to what *ring holds (zero-initialise it first). Everything
 * lives in the arena. Rows that cannot be used are counted in refused and passed over; a missing
 * header is HW_E_USAGE. */
HW_CHECK int hw_keyring_read(struct hw_keyring *ring, struct hw_span csv, struct hw_arena *arena,
                             struct hw_error *err);

#endif
