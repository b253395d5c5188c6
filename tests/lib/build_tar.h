/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_tar.h -- tars, honest and lying, and gzip frames around anything.
 */
#ifndef HW_TESTS_BUILD_TAR_H
#define HW_TESTS_BUILD_TAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct build_tar_member {
    const char *name, *link;
    const void *bytes;
    size_t n;
    char type;                 /* 0: '0' */
    uint64_t claim;            /* size field, when not 0 */
    uint8_t checksum_add, pad; /* wrong checksum; what padding is filled with */
};

void build_tar_add(struct hw_buf *b, const struct build_tar_member *m);
void build_tar_file(struct hw_buf *b, const char *name, const char *text);
/* A pax record `key=value` for the member that follows. */
void build_tar_pax(struct hw_buf *b, const char *key, const char *value);
void build_tar_end(struct hw_buf *b); /* two blocks of zeros */
/* One gzip stream; name may be NULL. crc_xor: a wrong checksum. */
void build_gzip(struct hw_buf *b, struct hw_span s, const char *name, uint32_t crc_xor);

#endif
