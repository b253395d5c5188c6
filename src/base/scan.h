/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/scan.h -- the hot loops over text, sixteen bytes a step.
 *
 * Logs of gigabytes are mostly the insides of strings, and what ends one is rare: a quote, a
 * backslash, a control character. This is the only place of the tree with vector instructions:
 * SSE2, which every x86-64 has, by unaligned loads that never leave the span; elsewhere the same by
 * single bytes. Log strings are short: wider registers than these would seldom be full.
 *
 * JSON strings as RFC 8259 section 7 has them.
 */
#ifndef HW_BASE_SCAN_H
#define HW_BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"
#include "base/reader.h"

/* Offset of the first '"', '\\' or byte below 0x20 from `at` on; s.n when there is none.
 * In line, because most strings of a log end within one step. */
static inline size_t hw_scan_string(struct hw_span s, size_t at)
{
    size_t i = at;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i last = _mm_set1_epi8(0x1f);
    for (; s.n >= 16 && i <= s.n - 16; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_max_epu8(v, last), last));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask != 0) {
            return i + (unsigned)__builtin_ctz(mask);
        }
    }
#endif
    while (i < s.n && s.p[i] != '"' && s.p[i] != '\\' && s.p[i] >= 0x20) {
        i++;
    }
    return i;
}

/* The same by single bytes everywhere: what the fast one must agree with. */
size_t hw_scan_string_slow(struct hw_span s, size_t at);

enum hw_unquote {
    HW_UNQUOTED,
    HW_UNQUOTE_OPEN, /* the span ended inside */
    HW_UNQUOTE_LINE, /* a line feed stood inside: no JSON string has one */
    HW_UNQUOTE_BAD,  /* an escape that is none */
    HW_UNQUOTE_FULL  /* the buffer's maximum */
};

/* Undoes a JSON string whose inside begins at *at, appending to `out`; *at then lies behind the
 * closing quote, or where it went wrong. A lone surrogate becomes U+FFFD; other control characters
 * than line feed are taken as they are and set *odd; bytes above 7F are not judged. */
HW_CHECK enum hw_unquote hw_scan_unquote(struct hw_span s, size_t *at, struct hw_buf *out,
                                         bool *odd);

/* A hash for tables keyed by `key`, of a name. Not for anything an enemy may choose freely unless
 * the key is unknown to them. */
uint64_t hw_scan_hash(struct hw_span s, uint64_t key);

#endif
