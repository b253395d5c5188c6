/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_asar.h -- ASAR archives from a header written by hand.
 */
#ifndef HW_TESTS_BUILD_ASAR_H
#define HW_TESTS_BUILD_ASAR_H

#include "base/buf.h"

/* The pickles, the JSON as given, padding, then the files' bytes as given. */
void build_asar(struct hw_buf *b, const char *json, const void *files, size_t files_n);
/* `"integrity":{...}` of these bytes, in blocks of block_n; flip: one digit wrong. */
void build_asar_integrity(struct hw_buf *json, const void *p, size_t n, size_t block_n, bool flip);

#endif
