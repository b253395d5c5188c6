/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_zeek.h -- Zeek logs as text.
 */
#ifndef HW_TESTS_BUILD_ZEEK_H
#define HW_TESTS_BUILD_ZEEK_H

#include "base/buf.h"

/* The header. `fields` and `types` have blanks where the separator comes. */
void build_zeek_open(struct hw_buf *b, const char *separator, const char *path, const char *fields,
                     const char *types);
void build_zeek_close(struct hw_buf *b, const char *separator);
/* conn.log as Zeek writes it, `count` connections one second apart, every third with 1,000 bytes
 * missed when `missed`. */
void build_zeek_conn(struct hw_buf *b, unsigned count, bool missed);
/* conn, files, dns and a log nobody knows as JSON lines, with their path or without. */
void build_zeek_json(struct hw_buf *b, bool path);

#endif
