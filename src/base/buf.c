/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hw_buf_init(struct hw_buf *b, size_t max_bytes)
{
    *b = (struct hw_buf){.max = max_bytes};
}

void hw_buf_done(struct hw_buf *b)
{
    free(b->p);
    *b = (struct hw_buf){.max = b->max};
}

void hw_buf_clear(struct hw_buf *b)
{
    b->n = 0;
    b->failed = false;
}

bool hw_buf_ok(const struct hw_buf *b)
{
    return !b->failed;
}

struct hw_span hw_buf_span(const struct hw_buf *b)
{
    return (struct hw_span){b->p, b->n};
}

/* Room for n more bytes and the NUL of hw_buf_text(). */
static bool grow(struct hw_buf *b, size_t n)
{
    if (b->failed || n > b->max - b->n) {
        b->failed = true;
        return false;
    }
    if (b->room - b->n > n) {
        return true;
    }
    size_t want = b->room == 0 ? 256 : b->room;
    while (want - b->n <= n) {
        if (__builtin_mul_overflow(want, 2, &want)) {
            b->failed = true;
            return false;
        }
    }
    if (want - 1 > b->max) {
        want = b->max + 1; /* no more than the maximum and a NUL; n fits, as was asked above */
    }
    uint8_t *p = realloc(b->p, want);
    if (p == NULL) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->room = want;
    return true;
}

bool hw_buf_room(struct hw_buf *b, size_t n)
{
    return grow(b, n);
}

const char *hw_buf_text(struct hw_buf *b)
{
    if (!grow(b, 0)) {
        return NULL;
    }
    b->p[b->n] = 0;
    return (const char *)b->p;
}

void hw_buf_bytes(struct hw_buf *b, const void *p, size_t n)
{
    if (n > 0 && grow(b, n)) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    }
}

uint8_t *hw_buf_more(struct hw_buf *b, size_t n)
{
    if (n == 0 || !grow(b, n)) {
        return NULL;
    }
    b->n += n;
    return b->p + b->n - n;
}

void hw_buf_span_put(struct hw_buf *b, struct hw_span s)
{
    hw_buf_bytes(b, s.p, s.n);
}

void hw_buf_str(struct hw_buf *b, const char *s)
{
    hw_buf_bytes(b, s, strlen(s));
}

void hw_buf_char(struct hw_buf *b, char c)
{
    hw_buf_bytes(b, &c, 1);
}

void hw_buf_printf(struct hw_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
    } else if (grow(b, (size_t)n)) {
        (void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void hw_buf_hex(struct hw_buf *b, struct hw_span s)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < s.n; i++) {
        char two[2] = {digits[s.p[i] >> 4], digits[s.p[i] & 15]};
        hw_buf_bytes(b, two, 2);
    }
}

static void number(struct hw_buf *b, uint64_t v, unsigned n)
{
    uint8_t out[8];
    for (unsigned i = 0; i < n; i++) {
        out[i] = (uint8_t)(v >> (8 * i));
    }
    hw_buf_bytes(b, out, n);
}

void hw_buf_u16le(struct hw_buf *b, uint16_t v)
{
    number(b, v, 2);
}

void hw_buf_u32le(struct hw_buf *b, uint32_t v)
{
    number(b, v, 4);
}

void hw_buf_u64le(struct hw_buf *b, uint64_t v)
{
    number(b, v, 8);
}
