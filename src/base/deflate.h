/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/deflate.h -- making raw deflate (RFC 1951), by zlib, for what we keep ourselves.
 *
 * One handle serves many pieces, each a whole stream of its own. base/inflate.h reads them.
 */
#ifndef HW_BASE_DEFLATE_H
#define HW_BASE_DEFLATE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/reader.h"

struct hw_deflate;

/* level: 1 (fast) to 9 (small). NULL when memory is out. */
HW_CHECK struct hw_deflate *hw_deflate_new(int level);
void hw_deflate_free(struct hw_deflate *d); /* NULL is silence */
HW_AUTO_DEFINE(hw_deflate);

/* Appends the stream to `out`, whose own limit holds: hw_buf_ok() tells. `in` is at most 1 MiB. */
HW_CHECK int hw_deflate_raw(struct hw_deflate *d, struct hw_span in, struct hw_buf *out,
                            struct hw_error *err);

#endif
