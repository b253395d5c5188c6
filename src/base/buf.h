/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/buf.h -- a growing buffer that cannot be made without its maximum.
 *
 * A failed append leaves the buffer as it was and is remembered: hw_buf_ok() is false from then on,
 * so a run of appends needs one check at its end.
 */
#ifndef HW_BASE_BUF_H
#define HW_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

struct hw_buf {
    uint8_t *p;
    size_t n, room, max;
    bool failed;
};

void hw_buf_init(struct hw_buf *b, size_t max_bytes); /* allocates nothing */
void hw_buf_done(struct hw_buf *b);                   /* frees; a zeroed or done one is silence */
void hw_buf_clear(struct hw_buf *b); /* keeps the room, forgets bytes and failure */
bool hw_buf_ok(const struct hw_buf *b);
struct hw_span hw_buf_span(const struct hw_buf *b); /* borrowed until the next append */
/* The bytes with a NUL behind them; "" when empty; NULL when the buffer failed. Borrowed. */
const char *hw_buf_text(struct hw_buf *b);

/* Makes room for n more bytes, so that p[n..room) can be written straight and n raised. False, and
 * remembered, when the maximum or memory says no. */
HW_CHECK bool hw_buf_room(struct hw_buf *b, size_t n);
void hw_buf_bytes(struct hw_buf *b, const void *p, size_t n);
/* n bytes appended for the caller to write, all of them; borrowed until the next append. NULL when
 * there is no room, or when n is 0. */
HW_CHECK uint8_t *hw_buf_more(struct hw_buf *b, size_t n);
void hw_buf_span_put(struct hw_buf *b, struct hw_span s);
void hw_buf_str(struct hw_buf *b, const char *s);
void hw_buf_char(struct hw_buf *b, char c);
void hw_buf_printf(struct hw_buf *b, const char *fmt, ...) HW_FORMAT(2, 3);
void hw_buf_hex(struct hw_buf *b, struct hw_span s); /* lower case */
void hw_buf_u16le(struct hw_buf *b, uint16_t v);
void hw_buf_u32le(struct hw_buf *b, uint32_t v);
void hw_buf_u64le(struct hw_buf *b, uint64_t v);

#endif
