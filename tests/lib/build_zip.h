/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_zip.h -- ZIPs, honest and lying.
 */
#ifndef HW_TESTS_BUILD_ZIP_H
#define HW_TESTS_BUILD_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct build_zip {
    struct hw_buf out, central;
    uint64_t count, last_local; /* last_local: offset of the member added last */
    uint64_t claim_count;       /* the EOCD's count, when not 0 */
    uint64_t correct;           /* taken off every offset: bytes put before the archive */
    bool zip64;                 /* ZIP64 extras and end records, though nothing needs them */
};

/* A member; what is zero is honest. */
struct build_zip_member {
    const char *name;
    const void *bytes;
    size_t n;
    bool deflate;
    bool descriptor; /* sizes and CRC behind the data */
    /* lies */
    const char *local_name;
    uint32_t crc_xor, local_size_add, size_add, local_off_add;
    uint16_t flags, method;  /* or-ed in; method in both headers when not 0 */
    uint16_t junk_n;         /* bytes behind the deflate stream, counted as packed */
    uint32_t mode;           /* unix */
    const char *second_name; /* Info-ZIP Unicode path */
};

void build_zip_init(struct build_zip *z);
void build_zip_done(struct build_zip *z);
void build_zip_bytes(struct build_zip *z, const void *p, size_t n); /* belonging to nothing */
void build_zip_add(struct build_zip *z, const struct build_zip_member *m);
void build_zip_file(struct build_zip *z, const char *name, const char *text); /* deflated */
/* Another central entry for the member added last: shares its bytes. */
void build_zip_again(struct build_zip *z, const char *name);
void build_zip_end(struct build_zip *z, const char *comment);
struct hw_span build_zip_span(const struct build_zip *z);

#endif
