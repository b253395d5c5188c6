/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/zip.h -- what zip.c (members) and zip_central.c (structure) share.
 */
#ifndef HW_EVIDENCE_ARTIFACT_ZIP_H
#define HW_EVIDENCE_ARTIFACT_ZIP_H

#include "evidence/evidence.h"

enum { HW_ZIP_STORED = 0, HW_ZIP_DEFLATED = 8, HW_ZIP_AES = 99 };
enum { HW_ZIP_ENCRYPTED = 1 << 0, HW_ZIP_DESCRIPTOR = 1 << 3, HW_ZIP_MASKED = 1 << 13 };

/* Where the archive ends and what that end says; offsets are of the node. */
struct hw_zip_end {
    uint64_t eocd_off, records_off; /* of the EOCD; of the first of the end records (ZIP64 too) */
    uint64_t after;                 /* behind the comment */
    uint64_t central_off, central_size, count;
    uint64_t delta; /* bytes put before the archive without correcting offsets */
    struct hw_span comment;
    bool zip64, count_is_16_bits;
};

struct hw_zip_entry {
    uint64_t central_off, local_off; /* local_off: delta included */
    uint64_t data_off, after;        /* of its data; behind data and descriptor */
    uint64_t packed, size;
    int64_t time_ns;
    uint64_t mode; /* unix, or HW_NO_MODE */
    struct hw_span name;
    uint32_t crc;
    uint16_t method, flags;
};

/* A walk over the central directory; loud: says what is wrong with it. */
struct hw_zip_walk {
    struct hw_reader r;
    uint64_t delta, seen;
    bool loud;
};

/* Finds the end records without a word. False: no archive end here. */
HW_CHECK bool hw_zip_find_end(struct hw_span bytes, struct hw_budget *fuel, struct hw_zip_end *out);
/* Says what is odd about the end records: rivals, trailing bytes, contradictions. */
void hw_zip_judge_end(struct hw_exam *x, struct hw_node *n, const struct hw_zip_end *end);

HW_CHECK bool hw_zip_walk_init(struct hw_exam *x, const struct hw_node *n,
                               const struct hw_zip_end *end, bool loud, struct hw_zip_walk *out);
/* The next entry of the central directory; false at its end or where it breaks. */
HW_CHECK bool hw_zip_next(struct hw_exam *x, struct hw_node *n, struct hw_zip_walk *w,
                          struct hw_zip_entry *out);
/* Reads the local header of *e, sets data_off and after; loud: cross-checks it. False: there is no
 * local header, or its data leave the file. */
HW_CHECK bool hw_zip_local(struct hw_exam *x, struct hw_node *n, bool loud, struct hw_zip_entry *e);

/* "jar", "nupkg", ... from the names alone. Feed every name, then ask. */
struct hw_zip_kind {
    uint32_t seen;
};
void hw_zip_kind_name(struct hw_zip_kind *k, struct hw_span name);
const char *hw_zip_kind_word(const struct hw_zip_kind *k); /* NULL: just a ZIP */

extern const struct hw_format hw_format_zip;

#endif
