/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_share.h -- bundles of other cases, signed by the tests' keys, honest and lying.
 */
#ifndef HW_TESTS_BUILD_SHARE_H
#define HW_TESTS_BUILD_SHARE_H

#include "base/buf.h"

struct build_share {
    const char *head;  /* the first line, whole; NULL: the right one */
    const char *lines; /* behind it; NULL: a small chain */
    uint8_t seed;      /* of the key; 0 is one too */
    bool sign_other;   /* the signature is another body's */
};
/* Appends a bundle. */
void build_share(struct hw_buf *b, const struct build_share *s);
/* The same around any bytes. */
void build_share_around(struct hw_buf *b, struct hw_span body, uint8_t seed);

extern const char build_share_head[], build_share_lines[];

#endif
