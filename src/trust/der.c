/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/der.c -- identifier, length, content: X.690 sections 8.1 and 10.1, nothing looser.
 */
#include "trust/der.h"

#include "base/time.h"

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
    if (!hw_der_take(r, HW_DER_BOOLEAN, &e) || !hw_der_leave(r, &e.in, hw_read_u8(&e.in, &b))) {
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

bool hw_der_time(struct hw_reader *r, int64_t *out_ns)
{
    struct hw_der e;
    bool utc = hw_der_at(r, HW_DER_UTCTIME);
    if (!utc && !hw_der_at(r, HW_DER_GENTIME)) {
        return hw_reader_refuse(r, "a time");
    }
    if (!hw_der_next(r, &e)) {
        return false;
    }
    if (utc ? hw_time_parse_utctime(e.body, out_ns) : hw_time_parse_gentime(e.body, out_ns)) {
        return true;
    }
    (void)!hw_reader_refuse(&e.in, "a time in DER's form");
    return hw_der_leave(r, &e.in, false);
}
