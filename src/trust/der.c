/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/der.c -- identifier, length, content: X.690 sections 8.1 and 10.1, nothing looser.
 */
#include "trust/der.h"

#include <string.h>

static bool length(struct hw_reader *r, uint64_t *out)
{
    uint8_t first;
    if (!hw_read_u8(r, &first)) {
        return false;
    }
    if (first < 0x80) {
        *out = first;
        return true;
    }
    unsigned octets = first & 0x7fU;
    if (octets == 0 || octets > 8) {
        return hw_reader_refuse(r, "a definite DER length of at most eight octets");
    }
    uint64_t n = 0;
    for (unsigned i = 0; i < octets; i++) {
        uint8_t b;
        if (!hw_read_u8(r, &b)) {
            return false;
        }
        if (i == 0 && b == 0) {
            return hw_reader_refuse(r, "a DER length in the fewest octets");
        }
        n = n << 8 | b;
    }
    if (n < 0x80) {
        return hw_reader_refuse(r, "a DER length in the fewest octets");
    }
    *out = n;
    return true;
}

bool hw_der_next(struct hw_reader *r, struct hw_der *out)
{
    struct hw_der e = {0};
    uint64_t n = 0;
    struct hw_span from = hw_reader_rest(r);
    e.off = hw_read_where(r);
    if (!hw_reader_item(r) || !hw_read_u8(r, &e.tag)) {
        return false;
    }
    if ((e.tag & 0x1fU) == 0x1fU) {
        return hw_reader_refuse(r, "a DER tag number below 31");
    }
    if (!length(r, &n)) {
        return false;
    }
    e.body_off = hw_read_where(r);
    if (!hw_read_sub(r, n, &e.in)) {
        return false;
    }
    e.body = hw_reader_rest(&e.in);
    e.whole = (struct hw_span){from.p, (size_t)(e.body_off - e.off) + e.body.n};
    *out = e;
    return true;
}

bool hw_der_at(const struct hw_reader *r, unsigned tag)
{
    uint8_t b;
    return hw_read_peek(r, &b) && b == tag;
}

/* What a reader wanted is kept by pointer, so the words must be constants. */
static const char *wanted(unsigned tag)
{
    switch (tag) {
    case HW_DER_BOOLEAN:
        return "a BOOLEAN";
    case HW_DER_INTEGER:
        return "an INTEGER";
    case HW_DER_BITS:
        return "a BIT STRING";
    case HW_DER_OCTETS:
        return "an OCTET STRING";
    case HW_DER_OID:
        return "an OBJECT IDENTIFIER";
    case HW_DER_SEQUENCE:
        return "a SEQUENCE";
    case HW_DER_SET:
        return "a SET";
    default:
        return "another DER tag";
    }
}

bool hw_der_take(struct hw_reader *r, unsigned tag, struct hw_der *out)
{
    if (hw_read_left(r) > 0 && !hw_der_at(r, tag)) {
        return hw_reader_refuse(r, wanted(tag));
    }
    return hw_der_next(r, out);
}

bool hw_der_leave(struct hw_reader *parent, struct hw_reader *child, bool ok)
{
    if (ok && hw_read_done(child)) {
        return true;
    }
    if (hw_reader_ok(child)) {
        (void)!hw_reader_refuse(child, "another value");
    }
    *parent = *child; /* the fault, its place and its words */
    return false;
}

bool hw_der_bool(struct hw_reader *r, bool *out)
{
    struct hw_der e;
    uint8_t b;
    if (!hw_der_take(r, HW_DER_BOOLEAN, &e) ||
        !hw_der_leave(r, &e.in, hw_read_u8(&e.in, &b))) {
        return false;
    }
    *out = b != 0; /* DER says FF; real certificates carry 01 */
    return true;
}

bool hw_der_u32(struct hw_reader *r, unsigned tag, uint32_t *out)
{
    struct hw_der e;
    uint64_t v = 0;
    uint8_t b;
    if (!hw_der_take(r, tag, &e)) {
        return false;
    }
    bool first = true;
    while (hw_read_left(&e.in) > 0) {
        if (!hw_read_u8(&e.in, &b) || (first && b >= 0x80) || v > UINT32_MAX >> 8) {
            return hw_der_leave(r, &e.in, false);
        }
        v = v << 8 | b;
        first = false;
    }
    if (first) {
        return hw_der_leave(r, &e.in, false);
    }
    *out = (uint32_t)v;
    return true;
}

bool hw_der_oid(struct hw_reader *r, struct hw_span *out)
{
    struct hw_der e;
    if (!hw_der_take(r, HW_DER_OID, &e)) {
        return false;
    }
    *out = e.body;
    return true;
}

bool hw_der_octet_bits(struct hw_reader *r, struct hw_span *out)
{
    struct hw_der e;
    uint8_t unused;
    if (!hw_der_take(r, HW_DER_BITS, &e)) {
        return false;
    }
    if (!hw_read_u8(&e.in, &unused) || unused != 0) {
        return hw_der_leave(r, &e.in, false);
    }
    *out = hw_reader_rest(&e.in);
    return true;
}

bool hw_der_unsigned(struct hw_reader *r, struct hw_span *out)
{
    struct hw_der e;
    uint8_t first;
    if (!hw_der_take(r, HW_DER_INTEGER, &e)) {
        return false;
    }
    if (!hw_read_peek(&e.in, &first) || first >= 0x80) {
        return hw_der_leave(r, &e.in, false);
    }
    if (first == 0 && hw_read_left(&e.in) > 1 && !hw_read_u8(&e.in, &first)) {
        return hw_der_leave(r, &e.in, false);
    }
    *out = hw_reader_rest(&e.in);
    return true;
}

/* -- time ----------------------------------------------------------------------------------- */

static bool digits(struct hw_reader *r, unsigned count, unsigned *out)
{
    unsigned v = 0;
    for (unsigned i = 0; i < count; i++) {
        uint8_t c;
        if (!hw_read_u8(r, &c)) {
            return false;
        }
        if (c < '0' || c > '9') {
            return hw_reader_refuse(r, "a digit of a time");
        }
        v = v * 10 + (unsigned)(c - '0');
    }
    *out = v;
    return true;
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar; y may be 0..9999. */
static int64_t days(unsigned y, unsigned m, unsigned d)
{
    int64_t yy = (int64_t)y - (m <= 2 ? 1 : 0);
    int64_t era = (yy >= 0 ? yy : yy - 399) / 400;
    int64_t yoe = yy - era * 400;
    int64_t doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + (int64_t)d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool fraction(struct hw_reader *r, int64_t *out_ns)
{
    int64_t unit = 100000000;
    uint8_t c;
    *out_ns = 0;
    while (hw_read_peek(r, &c) && c >= '0' && c <= '9') {
        if (!hw_read_u8(r, &c)) {
            return false;
        }
        *out_ns += (int64_t)(c - '0') * unit;
        unit /= 10;
    }
    return true;
}

static bool clock_text(struct hw_reader *r, bool utc, int64_t *out_ns)
{
    static const unsigned char in_month[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
    int64_t ns = 0;
    uint8_t c;
    if (!digits(r, utc ? 2 : 4, &y) || !digits(r, 2, &mo) || !digits(r, 2, &d) ||
        !digits(r, 2, &h) || !digits(r, 2, &mi) || !digits(r, 2, &s)) {
        return false;
    }
    if (utc) {
        y += y < 50 ? 2000 : 1900;
    }
    if (!utc && hw_read_peek(r, &c) && c == '.' && (!hw_read_u8(r, &c) || !fraction(r, &ns))) {
        return false;
    }
    if (mo < 1 || mo > 12 || d < 1 || d > in_month[mo - 1] || h > 23 || mi > 59 || s > 60) {
        return hw_reader_refuse(r, "a time that exists");
    }
    if (!hw_read_u8(r, &c) || c != 'Z') {
        return false;
    }
    int64_t secs = days(y, mo, d) * 86400 + (int64_t)h * 3600 + (int64_t)mi * 60 + (int64_t)s;
    /* int64 nanoseconds reach from 1678 to 2261; RFC 5280's "no end" (9999) becomes the edge. */
    if (__builtin_mul_overflow(secs, (int64_t)1000000000, out_ns) ||
        __builtin_add_overflow(*out_ns, ns, out_ns)) {
        *out_ns = secs < 0 ? INT64_MIN + 1 : INT64_MAX;
    }
    return true;
}

bool hw_der_time(struct hw_reader *r, int64_t *out_ns)
{
    struct hw_der e;
    int64_t ns = 0;
    bool utc = hw_der_at(r, HW_DER_UTCTIME);
    if (!utc && !hw_der_at(r, HW_DER_GENTIME)) {
        return hw_reader_refuse(r, "a time");
    }
    if (!hw_der_next(r, &e) || !hw_der_leave(r, &e.in, clock_text(&e.in, utc, &ns))) {
        return false;
    }
    *out_ns = ns;
    return true;
}

uint64_t hw_der_nonzero(struct hw_span s)
{
    uint64_t count = 0;
    for (size_t i = 0; i < s.n; i++) {
        count += s.p[i] != 0;
    }
    return count;
}
