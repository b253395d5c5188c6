/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/inflate.h -- raw deflate (RFC 1951) and CRC-32, by zlib.
 *
 * Memory is zlib's window and one buffer, whatever the input says; how much may come out is the
 * caller's affair, who is asked before each piece is kept.
 */
#ifndef HW_BASE_INFLATE_H
#define HW_BASE_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

enum hw_inflate_end {
    HW_INFLATE_DONE,      /* the last block ended */
    HW_INFLATE_TRUNCATED, /* the input ended first */
    HW_INFLATE_CORRUPT,   /* no deflate stream from here on */
    HW_INFLATE_STOPPED,   /* more() said so */
};

struct hw_inflated {
    enum hw_inflate_end end;
    uint64_t in_used;  /* bytes of input that belong to the stream so far */
    uint64_t out_n;    /* bytes given to more() */
    uint32_t crc32;    /* of those */
    const char *words; /* zlib's reason when corrupt, static; else NULL */
};

/* Called with each piece (1 byte to 32 KiB, borrowed for the call); anything but 0 stops. */
typedef int (*hw_inflate_more)(void *state, const uint8_t *p, size_t n);

/* Always fills *out unless memory is out. HW_OK for whatever the evidence was like; HW_E_MEMORY;
 * or what more() returned, when it stopped us. */
HW_CHECK int hw_inflate_raw(struct hw_span in, hw_inflate_more more, void *state,
                            struct hw_inflated *out, struct hw_error *err);

/* CRC-32 (IEEE 802.3, as in ZIP and gzip) continued from crc; begin with 0. */
uint32_t hw_crc32(uint32_t crc, struct hw_span s);

#endif
