/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/der.h -- DER, strictly, on the reader: every element with its place, so that every byte of
 * a signature can be accounted for.
 *
 * ITU-T X.690 section 10: definite lengths in the fewest octets, low tag numbers only (nothing we
 * read has tag numbers above 30). What is refused faults the reader at the offending octet.
 */
#ifndef HW_TRUST_DER_H
#define HW_TRUST_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

enum {
    HW_DER_BOOLEAN = 0x01,
    HW_DER_INTEGER = 0x02,
    HW_DER_BITS = 0x03,
    HW_DER_OCTETS = 0x04,
    HW_DER_NULL = 0x05,
    HW_DER_OID = 0x06,
    HW_DER_ENUM = 0x0a,
    HW_DER_UTF8 = 0x0c,
    HW_DER_NUMERIC = 0x12,
    HW_DER_PRINTABLE = 0x13,
    HW_DER_T61 = 0x14,
    HW_DER_IA5 = 0x16,
    HW_DER_UTCTIME = 0x17,
    HW_DER_GENTIME = 0x18,
    HW_DER_VISIBLE = 0x1a,
    HW_DER_UNIVERSAL = 0x1c,
    HW_DER_BMP = 0x1e,
    HW_DER_SEQUENCE = 0x30,
    HW_DER_SET = 0x31,
};
#define HW_DER_CONTEXT(n) (0x80U | (n))     /* [n] IMPLICIT of a primitive */
#define HW_DER_CONSTRUCTED(n) (0xa0U | (n)) /* [n] EXPLICIT, or IMPLICIT of a constructed */

struct hw_der {
    uint8_t tag;          /* the identifier octet, class and form included */
    uint64_t off;         /* absolute offset of the identifier octet */
    uint64_t body_off;    /* absolute offset of the first content octet */
    struct hw_span whole; /* identifier, length, content */
    struct hw_span body;  /* content */
    struct hw_reader in;  /* over the content, one level deeper */
};

/* The next element, whatever its tag. Costs one item of fuel. */
HW_CHECK bool hw_der_next(struct hw_reader *r, struct hw_der *out);
/* The next element, which must have this tag. */
HW_CHECK bool hw_der_take(struct hw_reader *r, unsigned tag, struct hw_der *out);
/* True when the next identifier octet is `tag`; looks only, never faults. */
HW_CHECK bool hw_der_at(const struct hw_reader *r, unsigned tag);
/* Closes a child: true when `ok` and the child is exactly consumed. Else the child's fault becomes
 * the parent's (a child that refused without faulting refuses here), and the answer is false. */
HW_CHECK bool hw_der_leave(struct hw_reader *parent, struct hw_reader *child, bool ok);

/* Primitive contents; each takes the next element. */
HW_CHECK bool hw_der_bool(struct hw_reader *r, bool *out);
HW_CHECK bool hw_der_u32(struct hw_reader *r, unsigned tag,
                         uint32_t *out); /* INTEGER, ENUMERATED */
HW_CHECK bool hw_der_oid(struct hw_reader *r, struct hw_span *out);
/* BIT STRING with no unused bits. */
HW_CHECK bool hw_der_octet_bits(struct hw_reader *r, struct hw_span *out);
/* UTCTime (1950..2049) or GeneralizedTime, with seconds, in Zulu; ns since 1970, fractions kept. */
HW_CHECK bool hw_der_time(struct hw_reader *r, int64_t *out_ns);
/* An INTEGER's content without its leading zero octet; false (a fault) when negative or empty. */
HW_CHECK bool hw_der_unsigned(struct hw_reader *r, struct hw_span *out);

#endif
