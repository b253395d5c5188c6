/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_mapped.h -- logs of products that data/mappings/ knows, in each shape.
 */
#ifndef HW_TESTS_BUILD_MAPPED_H
#define HW_TESTS_BUILD_MAPPED_H

#include "base/buf.h"

/* Rows of GlobalProtect's CSV, as mapping globalprotect knows it: `before` first, then the header,
 * then rows 1 to `rows`, their fields between `delimiter`, each line ended by `end`. Row n has time
 * 2023/03/13 06:31:SS, user "corp\user<n>", and doubled quotes and a newline in "Description". */
void build_mapped_csv(struct hw_buf *b, const char *before, char delimiter, const char *end,
                      unsigned rows);
/* Sign-ins as mapping entra-signin knows them, between `open` and `close`, `between` each two. */
void build_mapped_json(struct hw_buf *b, const char *open, const char *between, const char *close,
                       unsigned rows);
/* FortiOS lines, a firewall's W3C log, an ASA's lines. */
void build_mapped_kv(struct hw_buf *b, unsigned rows);
void build_mapped_w3c(struct hw_buf *b, unsigned rows);
void build_mapped_lines(struct hw_buf *b, unsigned rows);

#endif
