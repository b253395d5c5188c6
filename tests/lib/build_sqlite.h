/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_sqlite.h -- database files by the SQLite library itself.
 */
#ifndef HW_TESTS_BUILD_SQLITE_H
#define HW_TESTS_BUILD_SQLITE_H

#include "base/buf.h"

/* A database with these statements run in it. pragmas are run first: page size, encoding. Ends the
 * process when a statement fails. */
void build_sqlite(struct hw_buf *b, const char *pragmas, const char *sql);
/* The same with so many bytes kept free at the end of each page, as checksums and ciphers do. */
void build_sqlite_reserved(struct hw_buf *b, int reserved, const char *pragmas, const char *sql);

#endif
