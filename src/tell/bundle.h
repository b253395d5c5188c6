/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/bundle.h -- a bundle of STIX 2.1 (OASIS Standard, 10 June 2021) under way; the ground of
 * report_stix.c and report_flow.c (inside of the room).
 *
 * Ids are UUIDs of version 5 over the case's own UUID and our ids, so the same case and the same
 * moment give the same bytes, and a later report of the case speaks of the same objects: created
 * when the case was, modified as of the report. Observables have the ids that the standard
 * computes (2.9), so that they meet those of others. An id is written once.
 */
#ifndef HW_TELL_BUNDLE_H
#define HW_TELL_BUNDLE_H

#include "base/arena.h"
#include "tell/document.h"

enum { HW_STIX_ID = 80 };

struct hw_bundle {
    const struct hw_report_answer *r;
    struct hw_buf b;     /* the document so far */
    struct hw_buf refs;  /* "id","id" of what a report may refer to */
    struct hw_buf words; /* scratch */
    struct hw_arena *arena;
    uint8_t (*seen)[32]; /* what was written: a table of digests */
    size_t seen_count;
    uint8_t space[16];
    char uuid[HW_UUID_TEXT]; /* of the case */
    char me[HW_STIX_ID];     /* who reports */
    const char *marking;     /* id; NULL: none */
    int64_t born, now;
    bool failed;
};

/* Opens the bundle: what it is called, its markings, who reports. `kind` tells one writer's bundle
 * of a case from another's. False for want of memory; hw_bundle_done() is due all the same. */
HW_CHECK bool hw_bundle_init(struct hw_bundle *x, const struct hw_report_answer *r,
                             const char *kind);
void hw_bundle_done(struct hw_bundle *x);
bool hw_bundle_ok(const struct hw_bundle *x);

/* The id of an object of this case: by what it is and how that is called. */
void hw_bundle_id(struct hw_bundle *x, const char *type, const char *kind, struct hw_span name,
                  char out[HW_STIX_ID]);
/* Opens an object with all that is common to those of STIX. False: it was written before. */
HW_CHECK bool hw_bundle_open(struct hw_bundle *x, const char *type, const char *id);
void hw_bundle_close(struct hw_bundle *x);
/* "key":["one"] */
void hw_bundle_refer(struct hw_bundle *x, const char *key, const char *id);

/* Each writes its object where it is new, and gives its id. Empty: the value makes no such object.
 */
void hw_bundle_organisation(struct hw_bundle *x, struct hw_span scope, char out[HW_STIX_ID]);
void hw_bundle_machine(struct hw_bundle *x, struct hw_span org, struct hw_span host,
                       char out[HW_STIX_ID]);
/* hash: hex by its length; either may be empty, not both */
void hw_bundle_file(struct hw_bundle *x, struct hw_span hash, struct hw_span path,
                    char out[HW_STIX_ID]);
/* type: domain-name, ipv4-addr, ipv6-addr, url (one that keeps to RFC 3986, as 6.17 asks) */
void hw_bundle_value(struct hw_bundle *x, const char *type, struct hw_span value,
                     char out[HW_STIX_ID]);
void hw_bundle_thing(struct hw_bundle *x, const struct hw_end *e, char out[HW_STIX_ID]);

/* "SHA-256" ... by the number of hex digits; NULL: no hash that is known. */
const char *hw_bundle_hash(struct hw_span hex);
/* "ipv4-addr" or "ipv6-addr"; NULL: no address. */
const char *hw_bundle_family(struct hw_span address);

#endif
