/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/authenticode_parts.h -- what the authenticode_*.c files share, and nobody else.
 *
 * The order of work: the table is walked and its first PKCS #7 entry read, with every signature
 * nested in it (authenticode.c, authenticode_read.c); all digests they ask for are made in one
 * pass; the mathematics is done and everything said (authenticode_say.c); what nothing covers is
 * counted (authenticode_gaps.c), tags recognised (authenticode_tag.c).
 */
#ifndef HW_EVIDENCE_ARTIFACT_AUTHENTICODE_PARTS_H
#define HW_EVIDENCE_ARTIFACT_AUTHENTICODE_PARTS_H

#include "evidence/artifact/authenticode.h"
#include "evidence/evidence.h"
#include "trust/cms.h"
#include "trust/link.h"
#include "trust/stamp.h"

enum {
    HW_AUTH_SIGNATURES = 32, /* of one file, nested ones included */
    HW_AUTH_NESTING = 4,
    HW_AUTH_STAMPS = 8, /* of one signature */
    HW_AUTH_CERTS = 512,
    HW_AUTH_BAGS = 128, /* SignedData structures: signatures and timestamp tokens */
    HW_AUTH_GAPS = 4096,
};

struct hw_auth_signature {
    uint64_t index, outer;
    bool has_outer;
    struct hw_cms *cms;
    const struct hw_signer *signer; /* NULL: the structure could not be read, or has none */
    const struct hw_cert *cert;
    enum hw_hash alg; /* of the file's digest, as claimed; NONE: unknown or unreadable */
    struct hw_span claimed;
    struct hw_check check;
    bool page_hashes;
    struct hw_span program, url; /* raw text, arena or evidence */
    uint64_t off, size;
    bool has_place;
    const char *problem; /* constant or arena words */
    struct hw_stamp stamps[HW_AUTH_STAMPS];
    size_t stamp_count;
};

struct hw_auth {
    struct hw_exam *x;
    struct hw_node *n;
    const struct hw_pe_layout *layout;
    struct hw_budget fuel; /* the exam's, with depth for DER */
    struct hw_work work;
    struct hw_auth_signature *signatures;
    size_t signature_count;
    uint64_t entry; /* number of the table entry the signatures stand in */
    bool truncated; /* the file ends inside what the table claims */
    struct hw_cms *bags[HW_AUTH_BAGS];
    uint64_t bag_signature[HW_AUTH_BAGS]; /* index of the signature a bag belongs to */
    size_t bag_count;
    const struct hw_cert **certs; /* distinct, in order of sight */
    bool *used;                   /* it signed something here, or issued what did */
    size_t cert_count;
    struct hw_links links;
    unsigned gaps; /* said so far */
};

/* -- authenticode_read.c -- */

/* Reads the SignedData at `r` and what is nested in it into a->signatures. What cannot be read is
 * said as an anomaly and as a signature with a problem. Leaves r behind the structure. */
void hw_auth_read(struct hw_auth *a, struct hw_reader *r);
/* Adds a signature that could not be read at all. */
void hw_auth_unreadable(struct hw_auth *a, uint64_t off, uint64_t size, const char *problem);
/* Memory ran out: the exam ends with it. */
void hw_auth_starved(struct hw_auth *a);
/* Keeps a bag for later accounting. False: too many. */
bool hw_auth_keep_bag(struct hw_auth *a, struct hw_cms *cms, uint64_t signature);
/* A program name or address as Authenticode states it (SpcSpOpusInfo). */
void hw_auth_opus(struct hw_auth *a, const struct hw_signer *s, struct hw_auth_signature *out);

/* -- authenticode_say.c -- */

/* Does the mathematics of every signature and timestamp, and finds links. */
void hw_auth_compute(struct hw_auth *a);
/* Says SIGNATURE, TIMESTAMP, CERTIFICATE and LINK facts. */
void hw_auth_say(struct hw_auth *a, const struct hw_hashes *found);

/* -- authenticode_gaps.c -- */

/* Bytes nothing covers. `name` may be NULL; signature is UINT64_MAX where they belong to none. */
void hw_auth_gap(struct hw_auth *a, uint64_t signature, const char *where, uint64_t off,
                 struct hw_span bytes, const char *name);
/* The bytes behind the PKCS #7 structure inside its entry and to the next multiple of 8.
 * `table` is a reader over the whole table; all offsets are relative to it. Returns where the next
 * entry would begin. */
uint64_t hw_auth_behind(struct hw_auth *a, const struct hw_reader *table, uint64_t entry,
                        uint64_t der_end, uint64_t entry_end);
/* Everything from `at` to the end of the table: further entries, or bytes that are none. */
void hw_auth_rest(struct hw_auth *a, const struct hw_reader *table, uint64_t at);
/* One entry of the table, counted whole, with its alignment. Returns where the next would begin, or
 * `at` itself when there is no entry there. */
uint64_t hw_auth_entry(struct hw_auth *a, const struct hw_reader *table, uint64_t at);
/* Unsigned attributes, unused certificates and stuffed algorithm fields of every bag. */
void hw_auth_inside(struct hw_auth *a);

/* -- authenticode_tag.c -- */

/* Which documented tag grammar consumes every one of these bytes (then zeros)? Its word, with what
 * it says in out (NUL-terminated), or NULL. */
enum { HW_TAG_SAYS = 512, HW_TAG_MAX = 8192 };
const char *hw_tag_padding(struct hw_span bytes, char out[HW_TAG_SAYS]);
/* The same for a superfluous certificate that carries a tag and nothing else of size. */
const char *hw_tag_certificate(const struct hw_cert *c, char out[HW_TAG_SAYS]);

#endif
