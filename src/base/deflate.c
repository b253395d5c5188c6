/* SPDX-License-Identifier: Apache-2.0 */
#include "base/deflate.h"

#include <stdlib.h>

#define ZLIB_CONST /* input is const */
#include <zlib.h>

enum { MOST_BYTES = 1 << 20, MEMORY_LEVEL = 8 };

struct hw_deflate {
    z_stream s;
};

struct hw_deflate *hw_deflate_new(int level)
{
    struct hw_deflate *d = calloc(1, sizeof *d);
    /* Negative: no zlib header, 32 KiB window. */
    if (d != NULL && deflateInit2(&d->s, level, Z_DEFLATED, -MAX_WBITS, MEMORY_LEVEL,
                                  Z_DEFAULT_STRATEGY) != Z_OK) {
        free(d);
        return NULL;
    }
    return d;
}

void hw_deflate_free(struct hw_deflate *d)
{
    if (d != NULL) {
        (void)deflateEnd(&d->s);
        free(d);
    }
}

int hw_deflate_raw(struct hw_deflate *d, struct hw_span in, struct hw_buf *out,
                   struct hw_error *err)
{
    if (in.n > MOST_BYTES) {
        return hw_fail(err, HW_E_LIMIT, "%zu bytes to deflate at once", in.n);
    }
    if (deflateReset(&d->s) != Z_OK) {
        return hw_fail(err, HW_E_STATE, "zlib cannot begin again");
    }
    size_t room = deflateBound(&d->s, (uLong)in.n);
    if (!hw_buf_room(out, room)) {
        return hw_fail(err, HW_E_MEMORY, "no room for what is deflated");
    }
    d->s.next_in = in.p;
    d->s.avail_in = (uInt)in.n;
    d->s.next_out = out->p + out->n;
    d->s.avail_out = (uInt)room;
    if (deflate(&d->s, Z_FINISH) != Z_STREAM_END) {
        return hw_fail(err, HW_E_STATE, "zlib did not end a stream it had room for");
    }
    out->n += room - d->s.avail_out;
    return HW_OK;
}
