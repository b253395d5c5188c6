/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_archive.h -- what libarchive writes (7z, compressed streams), and cabinets.
 */
#ifndef HW_TESTS_BUILD_ARCHIVE_H
#define HW_TESTS_BUILD_ARCHIVE_H

#include <stdbool.h>

#include "base/buf.h"

/* A 7z with two files and a symlink; method: "copy", "lzma1", "lzma2", "deflate", "bzip2" or
 * "ppmd". */
void build_7z(struct hw_buf *b, const char *method, struct hw_span one, struct hw_span two);
/* One stream: "xz", "zstd", "bzip2", "lz4", "lzma", "compress". */
void build_stream(struct hw_buf *b, const char *filter, struct hw_span s);
/* A cabinet with one stored file. */
void build_cab(struct hw_buf *b, const char *name, struct hw_span s);

#endif
