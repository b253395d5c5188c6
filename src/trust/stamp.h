/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/stamp.h -- somebody else's word on when a signature stood: RFC 3161 tokens and PKCS #9
 * countersignatures.
 */
#ifndef HW_TRUST_STAMP_H
#define HW_TRUST_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "trust/cms.h"

struct hw_stamp {
    bool rfc3161; /* else PKCS #9 */
    bool has_time;
    int64_t time; /* ns: genTime, or the countersigner's signingTime */
    bool has_accuracy;
    uint64_t accuracy;      /* ns, as stated */
    enum hw_tri imprint_ok; /* it is about this signature */
    enum hw_tri content_ok, math_ok;
    const char *problem;
    char policy[HW_OID_TEXT]; /* "" when none */
    struct hw_span serial;
    enum hw_hash hash;            /* of the imprint */
    const struct hw_cert *signer; /* NULL when the certificate is not there */
    struct hw_cms *cms;           /* RFC 3161: the token, with its own bag; else NULL */
    struct hw_signer *counter;    /* PKCS #9: the SignerInfo; else NULL */
};

/* Takes one token (a ContentInfo, RFC 3161 2.4.2) that must stamp `stamped`, the octets of a
 * signature. Certificates are looked for in the token, then in `bag`. HW_E_EVIDENCE when the reader
 * faulted, HW_E_MEMORY. A token that reads but says nonsense comes back with `problem`. */
HW_CHECK int hw_stamp_token(struct hw_reader *r, struct hw_arena *a, struct hw_span stamped,
                            const struct hw_cms *bag, struct hw_work *work, struct hw_stamp *out,
                            struct hw_error *err);
/* Takes one PKCS #9 countersignature (a SignerInfo, RFC 2985 5.3.6) over `stamped`. */
HW_CHECK int hw_stamp_counter(struct hw_reader *r, struct hw_arena *a, struct hw_span stamped,
                              const struct hw_cms *bag, struct hw_work *work, struct hw_stamp *out,
                              struct hw_error *err);

#endif
