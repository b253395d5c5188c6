/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pack.h -- knowledge packs, signed by a key of the tests', honest and lying.
 */
#ifndef HW_TESTS_BUILD_PACK_H
#define HW_TESTS_BUILD_PACK_H

#include "base/buf.h"

struct build_pack {
    const char *made;             /* NULL: 2026-11-01T00:00:00Z */
    const char *const *documents; /* texts, NULL at the end */
    const char *first_line;       /* NULL: the right one */
    const char *list_more;        /* lines more in the list, signed */
    size_t documents_change;      /* 1 + index of a document that is changed after signing */
    bool sign_other;              /* the signature is another list's */
    bool leave_out;               /* the last document is listed and not there */
};

/* Appends a pack. */
void build_pack(struct hw_buf *b, const struct build_pack *p);

#endif
