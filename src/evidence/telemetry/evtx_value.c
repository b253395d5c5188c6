/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/evtx_value.c -- one value of a record as text, as Windows prints it in event
 * XML.
 *
 * Follows [MS-EVEN6] 2.2.12 (BinXml, value types); what it leaves open is settled by what Windows
 * shows:
 *
 *   type                                text
 *   00 null                             nothing
 *   01 string, 02 ANSI string           UTF-8, NULs at the end cut; ANSI is read as ISO 8859-1
 *   03..0a integers                     decimal
 *   0b, 0c reals                        the shortest of 6..9 and 15..17 digits that reads the same
 *   0d boolean                          true, false
 *   0e binary                           hexadecimal, upper case
 *   0f GUID                             {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}, upper case
 *   10 size, 14, 15, 20 handle          0x and hexadecimal, lower case
 *   11 FILETIME                         2023-03-13T06:31:00.1234567Z, always seven digits
 *   12 SYSTEMTIME                       the same with three
 *   13 SID                              S-1-5-...
 *   80 | type: array                    the elements, joined by ", "
 *
 * A value whose size is not its type's is printed by its size if it is an integer, else as binary;
 * the reader counts these.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/evtx.h"

enum {
    T_NULL = 0x00,
    T_STRING = 0x01,
    T_ANSI = 0x02,
    T_INT8 = 0x03,
    T_UINT64 = 0x0a,
    T_REAL32 = 0x0b,
    T_REAL64 = 0x0c,
    T_BOOL = 0x0d,
    T_BINARY = 0x0e,
    T_GUID = 0x0f,
    T_SIZE = 0x10,
    T_FILETIME = 0x11,
    T_SYSTIME = 0x12,
    T_SID = 0x13,
    T_HEX32 = 0x14,
    T_HEX64 = 0x15,
    T_HANDLE = 0x20,
    T_XML = 0x23,
    T_ARRAY = 0x80,
    /* No element of any type prints longer than this for each of its bytes, and once more. */
    EACH_BYTE = 7,
    ONCE = 64,
    WIDE = 64,
    BLOCK = 16,
    HALF = 8,
};

static const char upper[] = "0123456789ABCDEF";
static const char lower[] = "0123456789abcdef";

static uint64_t number(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = n; i-- > 0;) {
        v = v << 8 | p[i];
    }
    return v;
}

/* ---- text ---- */

/* So many characters at once; all of them ASCII? With a constant count the compiler makes vectors
 * of it. */
static inline __attribute__((always_inline)) bool ascii_block(const uint8_t *p, size_t count,
                                                              uint8_t *out)
{
    uint8_t not_ascii = 0;
    for (size_t i = 0; i < count; i++) {
        out[i] = p[2 * i];
        not_ascii |= (uint8_t)(p[2 * i + 1] | (p[2 * i] & 0x80U));
    }
    return not_ascii == 0;
}

/* How many characters from the start are ASCII, in whole blocks; out has them. Most text is, and
 * is done here: the last block overlaps the one before it, which writes the same bytes again. */
static size_t ascii_start(const uint8_t *p, size_t chars, uint8_t *out)
{
    size_t i = 0;
    while (chars - i >= WIDE && ascii_block(p + 2 * i, WIDE, out + i)) {
        i += WIDE;
    }
    while (chars - i >= BLOCK && ascii_block(p + 2 * i, BLOCK, out + i)) {
        i += BLOCK;
    }
    while (chars - i >= HALF && ascii_block(p + 2 * i, HALF, out + i)) {
        i += HALF;
    }
    if (chars >= HALF && chars - i < HALF &&
        ascii_block(p + 2 * (chars - HALF), HALF, out + chars - HALF)) {
        i = chars;
    }
    return i;
}

size_t evtx_utf8(struct hw_span s, uint8_t *out)
{
    size_t chars = s.n / 2, i = ascii_start(s.p, chars, out), n = i;
    while (i < chars) {
        /* Up to where another block may begin. */
        for (size_t stop = chars - i >= BLOCK ? i + BLOCK : chars; i < stop; i++) {
            uint32_t c = (uint32_t)s.p[2 * i] | (uint32_t)s.p[2 * i + 1] << 8;
            if (c >= 0xd800 && c <= 0xdfff) {
                uint32_t d =
                    i + 1 < chars ? (uint32_t)s.p[2 * i + 2] | (uint32_t)s.p[2 * i + 3] << 8 : 0;
                bool pair = c < 0xdc00 && d >= 0xdc00 && d <= 0xdfff;
                c = pair ? 0x10000U + ((c - 0xd800U) << 10) + (d - 0xdc00U) : 0xfffdU;
                i += pair;
            }
            n += hw_utf8_encode(c, out + n);
        }
        while (i < chars && chars - i >= BLOCK && ascii_block(s.p + 2 * i, BLOCK, out + n)) {
            i += BLOCK;
            n += BLOCK;
        }
    }
    return n;
}

static struct hw_span without_nuls(const uint8_t *p, size_t n, size_t width)
{
    while (n >= width && p[n - 1] == 0 && p[n - width] == 0) {
        n -= width;
    }
    return (struct hw_span){p, n};
}

static size_t put_string(const uint8_t *p, size_t n, uint8_t *out)
{
    return evtx_utf8(without_nuls(p, n - n % 2, 2), out);
}

static size_t put_ansi(const uint8_t *p, size_t n, uint8_t *out)
{
    struct hw_span s = without_nuls(p, n, 1);
    size_t k = 0;
    for (size_t i = 0; i < s.n; i++) {
        k += hw_utf8_encode(s.p[i], out + k);
    }
    return k;
}

/* ---- numbers ---- */

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static size_t put_two(uint32_t v, uint8_t *out) /* v < 100 */
{
    out[0] = (uint8_t)pairs[2 * v];
    out[1] = (uint8_t)pairs[2 * v + 1];
    return 2;
}

static size_t put_decimal(uint64_t v, uint8_t *out)
{
    uint8_t digits[24];
    size_t n = sizeof digits, k = 0;
    while (v > UINT32_MAX) {
        digits[--n] = (uint8_t)('0' + v % 10);
        v /= 10;
    }
    uint32_t w = (uint32_t)v;
    for (; w >= 100; w /= 100) {
        n -= 2;
        (void)put_two(w % 100, digits + n);
    }
    if (w >= 10) {
        n -= 2;
        (void)put_two(w, digits + n);
    } else {
        digits[--n] = (uint8_t)('0' + w);
    }
    while (n < sizeof digits) {
        out[k++] = digits[n++];
    }
    return k;
}

static size_t put_signed(uint64_t v, size_t bytes, uint8_t *out)
{
    uint64_t sign = (uint64_t)1 << (8 * bytes - 1);
    if ((v & sign) == 0) {
        return put_decimal(v, out);
    }
    out[0] = '-';
    return 1 + put_decimal((sign << 1) - v, out + 1); /* of 64 bits: 0 - v, as it should be */
}

static size_t put_padded(uint32_t v, size_t digits, uint8_t *out)
{
    for (size_t i = digits; i-- > 0; v /= 10) {
        out[i] = (uint8_t)('0' + v % 10);
    }
    return digits;
}

static size_t put_hex_number(uint64_t v, uint8_t *out)
{
    size_t n = 2;
    unsigned shift = 60;
    out[0] = '0';
    out[1] = 'x';
    while (shift > 0 && v >> shift == 0) {
        shift -= 4;
    }
    for (;; shift -= 4) {
        out[n++] = (uint8_t)lower[v >> shift & 15];
        if (shift == 0) {
            return n;
        }
    }
}

static size_t put_binary(const uint8_t *p, size_t n, uint8_t *out)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = (uint8_t)upper[p[i] >> 4];
        out[2 * i + 1] = (uint8_t)upper[p[i] & 15];
    }
    return 2 * n;
}

static size_t put_real(const uint8_t *p, bool wide, uint8_t *out)
{
    char text[40];
    union {
        uint64_t bits;
        double value;
    } d = {.bits = number(p, wide ? 8 : 4)};
    union {
        uint32_t bits;
        float value;
    } f = {.bits = (uint32_t)d.bits};
    int len = 0;
    for (int digits = wide ? 15 : 6; digits <= (wide ? 17 : 9); digits++) {
        double v = wide ? d.value : (double)f.value;
        len = snprintf(text, sizeof text, "%.*g", digits, v);
        char *end;
        double back = strtod(text, &end);
        if (isnan(v) || (wide ? back == v : (float)back == f.value)) {
            break;
        }
    }
    for (int i = 0; i < len; i++) {
        out[i] = (uint8_t)text[i];
    }
    return (size_t)len;
}

/* ---- the rest ---- */

static size_t put_guid(const uint8_t *p, uint8_t *out)
{
    /* The first three parts are little-endian numbers, the last two bytes as they stand. */
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    size_t n = 0;
    out[n++] = '{';
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            out[n++] = '-';
        }
        out[n++] = (uint8_t)upper[p[order[i]] >> 4];
        out[n++] = (uint8_t)upper[p[order[i]] & 15];
    }
    out[n++] = '}';
    return n;
}

static size_t put_date(uint64_t year, uint32_t month, uint32_t day, uint8_t *out)
{
    size_t n = year > 9999 ? put_decimal(year, out) : put_padded((uint32_t)year, 4, out);
    out[n++] = '-';
    n += put_two(month, out + n);
    out[n++] = '-';
    return n + put_two(day, out + n);
}

static size_t put_time(uint32_t second, uint32_t part, size_t digits, uint8_t *out)
{
    size_t n = 0;
    out[n++] = 'T';
    n += put_two(second / 3600, out + n);
    out[n++] = ':';
    n += put_two(second / 60 % 60, out + n);
    out[n++] = ':';
    n += put_two(second % 60, out + n);
    out[n++] = '.';
    n += put_padded(part, digits, out + n);
    out[n++] = 'Z';
    return n;
}

/* The date so many days behind 1601-01-01, which begins a cycle of 400 years: leap days stand at
 * the end of each part of it. */
static size_t put_day(uint64_t days, uint8_t *out)
{
    static const uint16_t before[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    uint64_t year = 1601 + days / 146097 * 400;
    days %= 146097;
    uint64_t part = days / 36524 > 3 ? 3 : days / 36524;
    year += part * 100;
    days -= part * 36524;
    year += days / 1461 * 4;
    days %= 1461;
    part = days / 365 > 3 ? 3 : days / 365;
    year += part;
    days -= part * 365;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    uint32_t month = 1;
    while (month < 12 && days >= before[month] + (size_t)(leap && month >= 2)) {
        month++;
    }
    return put_date(year, month, (uint32_t)(days - before[month - 1] - (leap && month > 2) + 1),
                    out);
}

static size_t put_filetime(uint64_t ft, uint8_t *out)
{
    uint64_t seconds = ft / 10000000;
    size_t n = put_day(seconds / 86400, out);
    return n + put_time((uint32_t)(seconds % 86400), (uint32_t)(ft % 10000000), 7, out + n);
}

static uint32_t short_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static size_t put_systime(const uint8_t *p, uint8_t *out)
{
    /* year, month, day of the week, day, hour, minute, second, millisecond */
    uint32_t second =
        short_at(p + 8) % 100 * 3600 + short_at(p + 10) % 60 * 60 + short_at(p + 12) % 60;
    size_t n = put_date(short_at(p), short_at(p + 2) % 100, short_at(p + 6) % 100, out);
    return n + put_time(second, short_at(p + 14) % 1000, 3, out + n);
}

/* Bytes of the SID at p, 0 when there is none. */
static size_t sid_bytes(const uint8_t *p, size_t n)
{
    size_t want = n < 8 ? 0 : 8 + 4 * (size_t)p[1];
    return want <= n ? want : 0;
}

static size_t put_sid(const uint8_t *p, uint8_t *out)
{
    uint64_t authority = 0;
    size_t n = 0;
    out[n++] = 'S';
    out[n++] = '-';
    n += put_decimal(p[0], out + n);
    out[n++] = '-';
    for (size_t i = 2; i < 8; i++) {
        authority = authority << 8 | p[i];
    }
    n +=
        authority >> 32 == 0 ? put_decimal(authority, out + n) : put_hex_number(authority, out + n);
    for (size_t i = 0; i < p[1]; i++) {
        out[n++] = '-';
        n += put_decimal(number(p + 8 + 4 * i, 4), out + n);
    }
    return n;
}

/* The size one value of this type has; 0: any. */
static size_t size_of(unsigned type)
{
    static const uint8_t sizes[T_HEX64 + 1] = {
        [0x03] = 1,    [0x04] = 1,    [0x05] = 2,   [0x06] = 2,       [0x07] = 4,
        [0x08] = 4,    [0x09] = 8,    [0x0a] = 8,   [T_REAL32] = 4,   [T_REAL64] = 8,
        [T_BOOL] = 4,  [T_GUID] = 16, [T_SIZE] = 8, [T_FILETIME] = 8, [T_SYSTIME] = 16,
        [T_HEX32] = 4, [T_HEX64] = 8};
    return type <= T_HEX64 ? sizes[type] : type == T_HANDLE ? 8 : 0;
}

static size_t put_bool(uint64_t v, uint8_t *out)
{
    const char *word = v != 0 ? "true" : "false";
    size_t n = v != 0 ? 4 : 5;
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint8_t)word[i];
    }
    return n;
}

/* One value of a type with a size, of that size. */
static size_t put_sized(unsigned type, const uint8_t *p, size_t n, uint8_t *out)
{
    switch (type) {
    case T_REAL32:
    case T_REAL64:
        return put_real(p, type == T_REAL64, out);
    case T_GUID:
        return put_guid(p, out);
    case T_SYSTIME:
        return put_systime(p, out);
    case T_FILETIME:
        return put_filetime(number(p, 8), out);
    case T_BOOL:
        return put_bool(number(p, n), out);
    case T_SIZE:
    case T_HEX32:
    case T_HEX64:
    case T_HANDLE:
        return put_hex_number(number(p, n), out);
    default: /* integers: odd types are signed */
        return type % 2 == 1 ? put_signed(number(p, n), n, out) : put_decimal(number(p, n), out);
    }
}

/* One value; *out_odd when its size is not its type's. */
static size_t put_one(unsigned type, const uint8_t *p, size_t n, uint8_t *out, bool *out_odd)
{
    size_t want = size_of(type);
    if (type == T_STRING || type == T_XML) {
        return put_string(p, n, out);
    }
    if (want != 0 && (n == want || (type == T_SIZE && n == 4))) {
        return put_sized(type, p, n, out);
    }
    if (type == T_ANSI) {
        return put_ansi(p, n, out);
    }
    if (n == 0 || type == T_NULL) {
        return 0;
    }
    if (type == T_SID && sid_bytes(p, n) > 0) {
        return put_sid(p, out);
    }
    bool integer = (type >= T_INT8 && type <= T_UINT64) || type == T_BOOL || type == T_HEX32 ||
                   type == T_HEX64 || type == T_HANDLE || type == T_SIZE;
    *out_odd = *out_odd || type != T_BINARY;
    return integer && (n == 1 || n == 2 || n == 4 || n == 8) ? put_sized(type, p, n, out)
                                                             : put_binary(p, n, out);
}

/* Bytes of the first element of an array, its NUL (for strings) included. */
static size_t element_bytes(unsigned type, const uint8_t *p, size_t n)
{
    size_t each = size_of(type), i = 0;
    if (type == T_STRING) {
        while (i + 1 < n && (p[i] | p[i + 1]) != 0) {
            i += 2;
        }
        return i + 2 < n ? i + 2 : n;
    }
    if (type == T_ANSI) {
        while (i < n && p[i] != 0) {
            i++;
        }
        return i + 1 < n ? i + 1 : n;
    }
    if (type == T_SID) {
        each = sid_bytes(p, n);
    }
    return each == 0 || each > n ? n : each;
}

static size_t put_array(unsigned type, const uint8_t *p, size_t n, uint8_t *out, bool *out_odd)
{
    size_t at = 0, k = 0;
    while (at < n) {
        size_t each = element_bytes(type, p + at, n - at);
        if (at > 0) {
            out[k++] = ',';
            out[k++] = ' ';
        }
        k += put_one(type, p + at, each, out + k, out_odd);
        at += each;
    }
    return k;
}

struct hw_span evtx_value_text(struct evtx *e, const struct evtx_value *v)
{
    size_t most = (size_t)v->n * EACH_BYTE + ONCE, n;
    bool odd = false;
    uint8_t *out = e->out + e->out_n;
    if (most > EVTX_OUT_BYTES - e->out_n) {
        e->why = "its values are longer than a record may be";
        return (struct hw_span){NULL, 0};
    }
    if ((v->type & T_ARRAY) != 0) {
        n = put_array(v->type & ~(unsigned)T_ARRAY, v->p, v->n, out, &odd);
    } else {
        n = put_one(v->type, v->p, v->n, out, &odd);
    }
    if (odd) {
        e->odd_sizes++;
    }
    e->out_n += n;
    return (struct hw_span){out, n};
}
