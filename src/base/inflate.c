/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/inflate.c -- zlib behind our manners. zlib counts input in unsigned int, evidence in size_t,
 * so input is handed over in slices.
 */
#include "base/inflate.h"

#define ZLIB_CONST /* input is const */
#include <zlib.h>

#include "base/text.h"

enum { PIECE_BYTES = 32 * 1024, SLICE_BYTES = 1 << 30 };

/* What zlib's answer means, now that all it made has been given away. True: the end was reached. */
static bool ended(int z, const z_stream *s, size_t left, struct hw_inflated *out)
{
    if (z == Z_STREAM_END) {
        out->end = HW_INFLATE_DONE;
        return true;
    }
    if (z == Z_DATA_ERROR || z == Z_NEED_DICT) {
        out->end = HW_INFLATE_CORRUPT;
        out->words = s->msg != NULL ? s->msg : "a preset dictionary is asked for";
        return true;
    }
    if (s->avail_in == 0 && left == 0 && s->avail_out != 0) {
        out->end = HW_INFLATE_TRUNCATED;
        return true;
    }
    return false;
}

static int run(z_stream *s, struct hw_span in, hw_inflate_more more, void *state,
               struct hw_inflated *out, struct hw_error *err)
{
    uint8_t piece[PIECE_BYTES];
    struct hw_span left = in;
    for (;;) {
        if (s->avail_in == 0 && left.n > 0) {
            struct hw_span slice = hw_span_cut(left, 0, SLICE_BYTES);
            s->next_in = slice.p;
            s->avail_in = (uInt)slice.n;
            left = hw_span_from(left, slice.n);
        }
        s->next_out = piece;
        s->avail_out = sizeof piece;
        int z = inflate(s, Z_NO_FLUSH);
        if (z != Z_OK && z != Z_STREAM_END && z != Z_DATA_ERROR && z != Z_NEED_DICT &&
            z != Z_BUF_ERROR) {
            return hw_fail(err, HW_E_MEMORY, "zlib failed (%d)", z);
        }
        struct hw_span made = {piece, sizeof piece - s->avail_out};
        out->in_used = in.n - left.n - s->avail_in;
        if (made.n > 0) {
            int rc = more(state, made.p, made.n);
            if (rc != 0) {
                out->end = HW_INFLATE_STOPPED;
                return rc;
            }
            out->out_n += made.n;
            out->crc32 = hw_crc32(out->crc32, made);
        }
        if (ended(z, s, left.n, out)) {
            return HW_OK;
        }
    }
}

int hw_inflate_raw(struct hw_span in, hw_inflate_more more, void *state, struct hw_inflated *out,
                   struct hw_error *err)
{
    z_stream s = {0};
    *out = (struct hw_inflated){.end = HW_INFLATE_TRUNCATED};
    /* Negative: no zlib header, 32 KiB window. */
    if (inflateInit2(&s, -MAX_WBITS) != Z_OK) {
        return hw_fail(err, HW_E_MEMORY, "no memory for zlib");
    }
    int rc = run(&s, in, more, state, out, err);
    (void)inflateEnd(&s);
    return rc;
}

uint32_t hw_crc32(uint32_t crc, struct hw_span s)
{
    /* zlib takes a NULL buffer for "give me the first value", whatever crc was. */
    return s.n == 0 ? crc : (uint32_t)crc32_z(crc, s.p, s.n);
}
