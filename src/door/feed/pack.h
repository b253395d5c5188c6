/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/feed/pack.h -- knowledge packs: all published documents of a case in one signed file, for
 * places without a network (docs/formats/pack.md).
 */
#ifndef HW_DOOR_FEED_PACK_H
#define HW_DOOR_FEED_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "door/intake/intake.h"

struct hw_pack_written {
    uint64_t documents, bytes;
    uint64_t missing; /* whose bytes were not kept */
    uint64_t private; /* estates, bills of materials: not published */
    bool new_key;
    char fingerprint[65]; /* of the key that signed: SHA-256 in hex */
};

/* Writes all published knowledge of the case to `path`, which must not be there, signed by the key
 * in `key_path`, which is made when it is not there (mode 0600, and refused with any other). The
 * same case, key and time give the same bytes. */
HW_CHECK int hw_pack_write(struct hw_case *c, const char *path, const char *key_path,
                           int64_t now_ns, struct hw_pack_written *out, struct hw_error *err);

/* Does this file say that it is a pack? Nothing of it is believed for that. */
bool hw_pack_is(const char *path);

struct hw_pack {
    char made[40];
    int64_t made_ns;
    char fingerprint[65];
    uint64_t documents;
    struct hw_pack_inside *inside;
};
/* Reads and verifies the whole of it before anything else. pin: the fingerprint it must be signed
 * by; NULL: whoever. HW_E_EVIDENCE: tampered with, or none; the words name what. HW_E_USAGE:
 * another key's. */
HW_CHECK int hw_pack_open(const char *path, const char *pin, struct hw_pack *out,
                          struct hw_error *err);
/* Gives its documents to intake; their place is "PATH#SOURCE". */
HW_CHECK int hw_pack_learn(struct hw_pack *p, const struct hw_intake_options *o,
                           struct hw_intake_report *out, struct hw_error *err);
void hw_pack_done(struct hw_pack *p);

#endif
