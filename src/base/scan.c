/* SPDX-License-Identifier: Apache-2.0 */
#include "base/scan.h"

#include <string.h>

#include "base/text.h"

size_t hw_scan_string_slow(struct hw_span s, size_t at)
{
    size_t i = at;
    while (i < s.n && s.p[i] != '"' && s.p[i] != '\\' && s.p[i] >= 0x20) {
        i++;
    }
    return i;
}

/* Copies the plain run that begins at `at` into `out` and returns where it ends. Whole steps are
 * written even where the run ends within one: what lies behind out->n is nobody's. */
static size_t copy_run(struct hw_span s, size_t at, struct hw_buf *out)
{
    size_t i = at;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i last = _mm_set1_epi8(0x1f);
    while (s.n >= 16 && i <= s.n - 16) {
        if (out->room - out->n <= 16 && !hw_buf_room(out, 16)) {
            return i;
        }
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        _mm_storeu_si128((__m128i *)(void *)(out->p + out->n), v);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_max_epu8(v, last), last));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask != 0) {
            unsigned n = (unsigned)__builtin_ctz(mask);
            out->n += n;
            return i + n;
        }
        i += 16;
        out->n += 16;
    }
#endif
    size_t end = hw_scan_string_slow(s, i);
    hw_buf_bytes(out, s.p + i, end - i);
    return end;
}

static bool hex4(struct hw_span s, size_t at, uint32_t *out)
{
    uint32_t v = 0;
    if (s.n < 4 || at > s.n - 4) {
        return false;
    }
    for (size_t i = at; i < at + 4; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (hw_ascii_is_digit(c)) {
            v = v << 4 | (uint32_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            v = v << 4 | (uint32_t)(c - 'a' + 10);
        } else {
            return false;
        }
    }
    *out = v;
    return true;
}

/* \uXXXX, its second half too where it has one; *at stands behind the 'u'. */
static bool unicode(struct hw_span s, size_t *at, struct hw_buf *out)
{
    uint32_t c, low;
    if (!hex4(s, *at, &c)) {
        return false;
    }
    *at += 4;
    if (c >= 0xd800 && c <= 0xdbff && s.n - *at >= 6 && s.p[*at] == '\\' && s.p[*at + 1] == 'u' &&
        hex4(s, *at + 2, &low) && low >= 0xdc00 && low <= 0xdfff) {
        *at += 6;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    if (c < 0x80) {
        hw_buf_char(out, (char)c);
    } else {
        hw_utf8_put(out, c); /* of a lone surrogate it makes U+FFFD */
    }
    return true;
}

/* What stands behind a backslash; 0: nothing that may. */
static const char escapes[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

/* *at is on the backslash. */
static enum hw_unquote escape(struct hw_span s, size_t *at, struct hw_buf *out)
{
    if (s.n - *at < 2) {
        return HW_UNQUOTE_OPEN;
    }
    uint8_t c = s.p[*at + 1];
    if (escapes[c] != 0) {
        if (out->room - out->n <= 1 && !hw_buf_room(out, 1)) {
            return HW_UNQUOTE_FULL;
        }
        out->p[out->n++] = (uint8_t)escapes[c];
        *at += 2;
        return HW_UNQUOTED;
    }
    if (c != 'u') {
        return HW_UNQUOTE_BAD;
    }
    size_t from = *at + 2;
    if (!unicode(s, &from, out)) {
        return s.n - *at < 6 ? HW_UNQUOTE_OPEN : HW_UNQUOTE_BAD;
    }
    *at = from;
    return HW_UNQUOTED;
}

enum hw_unquote hw_scan_unquote(struct hw_span s, size_t *at, struct hw_buf *out, bool *odd)
{
    for (size_t i = *at;;) {
        i = copy_run(s, i, out);
        *at = i;
        if (!hw_buf_ok(out)) {
            return HW_UNQUOTE_FULL;
        }
        if (i == s.n) {
            return HW_UNQUOTE_OPEN;
        }
        uint8_t c = s.p[i];
        if (c == '"') {
            *at = i + 1;
            return HW_UNQUOTED;
        }
        if (c == '\\') {
            enum hw_unquote u = escape(s, &i, out);
            if (u != HW_UNQUOTED) {
                return u;
            }
        } else if (c == '\n') {
            return HW_UNQUOTE_LINE;
        } else {
            *odd = true;
            hw_buf_char(out, (char)c);
            i++;
        }
    }
}

static uint64_t fold(uint64_t x, uint64_t y)
{
    __uint128_t p = (__uint128_t)x * y;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t load8(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

uint64_t hw_scan_hash(struct hw_span s, uint64_t key)
{
    uint64_t h = key ^ (s.n * 0x9e3779b97f4a7c15ULL), v = 0;
    if (s.n < 8) {
        for (size_t i = 0; i < s.n; i++) {
            v = v << 8 | s.p[i];
        }
    } else {
        for (size_t i = 0; i + 8 < s.n; i += 8) {
            h = fold(h ^ load8(s.p + i), 0xd6e8feb86659fd93ULL);
        }
        v = load8(s.p + s.n - 8); /* the last eight, some of them twice */
    }
    return fold(h ^ v, 0x9e3779b97f4a7c15ULL);
}
