/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/text.c -- UTF-8 (RFC 3629; Unicode 15 table 3-7 and section 3.9), UTF-16 (RFC 2781), spans.
 *
 * Well-formed UTF-8, by first byte:   00..7F
 *   C2..DF 80..BF                     E0 A0..BF 80..BF      E1..EC, EE..EF 80..BF 80..BF
 *   ED 80..9F 80..BF                  F0 90..BF 80..BF 80..BF
 *   F1..F3 80..BF 80..BF 80..BF       F4 80..8F 80..BF 80..BF
 */
#include "base/text.h"

#include <string.h>

#define REPLACEMENT 0xFFFDU

size_t hw_utf8_next(struct hw_span s, uint32_t *out)
{
    uint8_t first = s.p[0], lo = 0x80, hi = 0xBF;
    size_t want = 0;
    uint32_t c = 0;
    if (first < 0x80) {
        *out = first;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        want = 2;
        c = first & 0x1FU;
    } else if (first >= 0xE0 && first <= 0xEF) {
        want = 3;
        c = first & 0x0FU;
        lo = first == 0xE0 ? 0xA0 : lo;
        hi = first == 0xED ? 0x9F : hi;
    } else if (first >= 0xF0 && first <= 0xF4) {
        want = 4;
        c = first & 0x07U;
        lo = first == 0xF0 ? 0x90 : lo;
        hi = first == 0xF4 ? 0x8F : hi;
    }
    size_t n = 1;
    while (n < want && n < s.n && s.p[n] >= lo && s.p[n] <= hi) {
        c = c << 6 | (s.p[n] & 0x3FU);
        n++;
        lo = 0x80;
        hi = 0xBF;
    }
    *out = want != 0 && n == want ? c : HW_BAD_CHAR;
    return n;
}

size_t hw_utf8_encode(uint32_t c, uint8_t *out)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        c = REPLACEMENT;
    }
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xC0U | c >> 6);
        out[1] = (uint8_t)(0x80U | (c & 0x3FU));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xE0U | c >> 12);
        out[1] = (uint8_t)(0x80U | (c >> 6 & 0x3FU));
        out[2] = (uint8_t)(0x80U | (c & 0x3FU));
        return 3;
    }
    out[0] = (uint8_t)(0xF0U | c >> 18);
    out[1] = (uint8_t)(0x80U | (c >> 12 & 0x3FU));
    out[2] = (uint8_t)(0x80U | (c >> 6 & 0x3FU));
    out[3] = (uint8_t)(0x80U | (c & 0x3FU));
    return 4;
}

void hw_utf8_put(struct hw_buf *out, uint32_t c)
{
    uint8_t bytes[4];
    hw_buf_bytes(out, bytes, hw_utf8_encode(c, bytes));
}

bool hw_utf8_valid(struct hw_span s)
{
    while (s.n > 0) {
        uint32_t c;
        size_t n = hw_utf8_next(s, &c);
        if (c == HW_BAD_CHAR) {
            return false;
        }
        s = hw_span_from(s, n);
    }
    return true;
}

void hw_utf8_clean(struct hw_span s, size_t max, struct hw_buf *out)
{
    while (s.n > 0) {
        uint32_t c;
        uint8_t bytes[4];
        size_t n = hw_utf8_next(s, &c);
        size_t made = hw_utf8_encode(c == 0 ? REPLACEMENT : c, bytes);
        if (made > max) {
            return;
        }
        max -= made;
        hw_buf_bytes(out, bytes, made);
        s = hw_span_from(s, n);
    }
}

static bool from_utf16(struct hw_span s, unsigned high, struct hw_buf *out)
{
    unsigned low = high ^ 1U;
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t c = (uint32_t)s.p[i + high] << 8 | s.p[i + low];
        if (c >= 0xD800 && c <= 0xDBFF && s.n - i >= 4) {
            uint32_t d = (uint32_t)s.p[i + 2 + high] << 8 | s.p[i + 2 + low];
            if (d >= 0xDC00 && d <= 0xDFFF) {
                c = 0x10000U + ((c - 0xD800U) << 10) + (d - 0xDC00U);
                i += 2;
            }
        }
        hw_utf8_put(out, c); /* a surrogate left alone becomes U+FFFD there */
    }
    return s.n % 2 == 0;
}

bool hw_utf16le_to_utf8(struct hw_span s, struct hw_buf *out)
{
    return from_utf16(s, 1, out);
}

bool hw_utf16be_to_utf8(struct hw_span s, struct hw_buf *out)
{
    return from_utf16(s, 0, out);
}

void hw_latin1_to_utf8(struct hw_span s, struct hw_buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        hw_utf8_put(out, s.p[i]);
    }
}

static int hex_value(uint8_t c)
{
    uint8_t lower = hw_ascii_lower(c);
    if (hw_ascii_is_digit(c)) {
        return c - '0';
    }
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool hw_hex_decode(struct hw_span s, uint8_t *out, size_t n)
{
    if (s.n % 2 != 0 || s.n / 2 != n) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (hex_value(s.p[i]) < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)(hex_value(s.p[2 * i]) << 4 | hex_value(s.p[2 * i + 1]));
    }
    return true;
}

uint8_t hw_ascii_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool hw_ascii_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool hw_ascii_is_alpha(uint8_t c)
{
    uint8_t lower = hw_ascii_lower(c);
    return lower >= 'a' && lower <= 'z';
}

bool hw_ascii_is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct hw_span hw_span_str(const char *s)
{
    return (struct hw_span){(const uint8_t *)s, s == NULL ? 0 : strlen(s)};
}

struct hw_span hw_span_from(struct hw_span s, size_t off)
{
    return hw_span_cut(s, off, SIZE_MAX);
}

struct hw_span hw_span_cut(struct hw_span s, size_t off, size_t n)
{
    off = off < s.n ? off : s.n;
    size_t left = s.n - off;
    /* An empty span may have NULL in it, and NULL + 0 is not for C. */
    return (struct hw_span){off == 0 ? s.p : s.p + off, n < left ? n : left};
}

struct hw_span hw_span_trim(struct hw_span s)
{
    while (s.n > 0 && hw_ascii_is_blank(s.p[0])) {
        s = hw_span_from(s, 1);
    }
    while (s.n > 0 && hw_ascii_is_blank(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

bool hw_span_is(struct hw_span s, const char *word)
{
    return hw_span_equal(s, hw_span_str(word));
}

bool hw_span_starts(struct hw_span s, const char *prefix)
{
    struct hw_span p = hw_span_str(prefix);
    return s.n >= p.n && hw_span_equal(hw_span_cut(s, 0, p.n), p);
}

bool hw_span_ends(struct hw_span s, const char *suffix)
{
    struct hw_span p = hw_span_str(suffix);
    return s.n >= p.n && hw_span_equal(hw_span_from(s, s.n - p.n), p);
}

bool hw_span_equal_nocase(struct hw_span a, struct hw_span b)
{
    if (a.n != b.n) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (hw_ascii_lower(a.p[i]) != hw_ascii_lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

bool hw_span_is_nocase(struct hw_span s, const char *word)
{
    return hw_span_equal_nocase(s, hw_span_str(word));
}

bool hw_span_holds(struct hw_span s, const char *word)
{
    size_t n = strlen(word);
    return n == 0 || (s.n >= n && memmem(s.p, s.n, word, n) != NULL);
}

bool hw_span_holds_nocase(struct hw_span s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++) {
        if (hw_span_is_nocase(hw_span_cut(s, i, n), word)) {
            return true;
        }
    }
    return false;
}

size_t hw_span_find(struct hw_span s, uint8_t c)
{
    const uint8_t *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);
    return at == NULL ? s.n : (size_t)(at - s.p);
}

int hw_span_compare(struct hw_span a, struct hw_span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool hw_span_u64(struct hw_span s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_ascii_is_digit(s.p[i]) || __builtin_mul_overflow(v, 10U, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v)) {
            return false;
        }
    }
    if (s.n == 0) {
        return false;
    }
    *out = v;
    return true;
}
