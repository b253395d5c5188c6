/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/intake.h -- from paths to records: walk, hash, hand to the worker, store.
 *
 * Originals are opened read-only, hashed before the worker reads them and looked at again after it
 * has; a file that was touched in between is recorded as changed and nothing read from it is kept.
 */
#ifndef HW_DOOR_INTAKE_INTAKE_H
#define HW_DOOR_INTAKE_INTAKE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "case/case.h"

/* Raised when parsers change what they say: evidence read by an older one is read again. */
enum { HW_PARSER_VERSION = 2 };

enum hw_intake_what {
    HW_INTAKE_READ,      /* given to the worker, accepted */
    HW_INTAKE_KNOWN,     /* these bytes were read before; a sighting more */
    HW_INTAKE_UNCHANGED, /* the file is as it was last time; not even opened */
    HW_INTAKE_REFUSED,   /* the worker's answer was refused or the input gave out */
    HW_INTAKE_UNREAD,    /* link, device, unreadable, changed while read ... */
    HW_INTAKE_COUNT
};

struct hw_intake_event {
    enum hw_intake_what what;
    struct hw_span path; /* as the caller named it */
    bool named;          /* stood on the command line itself */
    uint8_t sha256[32];  /* of READ, KNOWN, UNCHANGED, REFUSED */
    const char *word;    /* of REFUSED and UNREAD */
    const char *says;
};

struct hw_intake_options {
    struct hw_case *c;
    enum hw_class asked;
    const char *scope, *host;    /* "" for none */
    const char *const *declared; /* key, value, key, value ... of hw_case_declare; ends with NULL */
    bool keep;
    bool again;             /* read even what was read before */
    const char *anchors;    /* file of certificates to trust as well; NULL: none */
    bool know_certificates; /* lend the case's own certificates to the worker (for CRLs) */
    const volatile sig_atomic_t *stop; /* non-zero: end after what is in flight; may be NULL */
    int (*event)(void *state, const struct hw_intake_event *e, struct hw_error *err);
    void (*progress)(void *state, uint64_t files, uint64_t bytes, struct hw_span path);
    void *state;
};

struct hw_intake_report {
    uint64_t count[HW_INTAKE_COUNT];
    uint64_t files, bytes; /* regular files met; bytes hashed */
    bool stopped;
    uint64_t rules;          /* published rules the worker ran over what it read */
    uint64_t rules_lost;     /* those of the case that could not be had: nothing was matched */
    uint64_t rules_left;     /* files of rules beyond what one set may hold */
    char cage[64];           /* which cage held */
    char anchors_origin[80]; /* "user:" and the hash of --anchors: what the policy must name */
};

/* HW_E_MISSING: a named path is not there (nothing was read). HW_E_CAGE, HW_E_PEER: no worker.
 * What was stored before a failure stays. */
HW_CHECK int hw_intake(const struct hw_intake_options *o, const char *const *paths, size_t count,
                       struct hw_intake_report *out, struct hw_error *err);
/* The same for files that are open already and lie nowhere: `name` is told and kept as the place,
 * a URL perhaps. The descriptors stay the caller's; nobody may be able to change what they hold. */
struct hw_intake_input {
    int fd;
    const char *name;
};
HW_CHECK int hw_intake_open(const struct hw_intake_options *o, const struct hw_intake_input *inputs,
                            size_t count, struct hw_intake_report *out, struct hw_error *err);

#endif
