/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/archive_stream.h -- compressed streams: gzip by our own reader,
 * the others through archive.c. What comes out goes to a callback, so that no stream is held whole.
 */
#ifndef HW_EVIDENCE_ARTIFACT_ARCHIVE_STREAM_H
#define HW_EVIDENCE_ARTIFACT_ARCHIVE_STREAM_H

#include "base/inflate.h"
#include "evidence/evidence.h"

enum hw_filter {
    HW_FILTER_NONE,
    HW_FILTER_GZIP,
    HW_FILTER_XZ,
    HW_FILTER_ZSTD,
    HW_FILTER_BZIP2,
    HW_FILTER_LZ4,
    HW_FILTER_LZMA,
    HW_FILTER_COMPRESS,
    HW_FILTER_COUNT
};
const char *hw_filter_word(enum hw_filter f); /* "gzip"; also the format's word. NONE: NULL */

/* Which compression begins here, by its magic, and how many bits of it that were. */
enum hw_filter hw_filter_of(struct hw_span bytes, unsigned *out_bits);

enum { HW_LOOK_BYTES = 512 };
/* The first bytes that come out, at most HW_LOOK_BYTES; their number. Says nothing. */
size_t hw_stream_look(struct hw_span bytes, enum hw_filter f, uint8_t out[HW_LOOK_BYTES]);

/* Unpacks the node's bytes into more(), saying what is wrong with the frame: cut short, corrupt,
 * wrong checksum, further streams behind the first, bytes behind the last. True when the stream
 * came to its end; false also when more() stopped it. */
HW_CHECK bool hw_stream_pour(struct hw_exam *x, struct hw_node *n, enum hw_filter f,
                             hw_inflate_more more, void *state);

extern const struct hw_format hw_format_gzip, hw_format_xz, hw_format_zstd, hw_format_bzip2,
    hw_format_lz4, hw_format_lzma, hw_format_compress;

#endif
