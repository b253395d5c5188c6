/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/der_oid.h -- object identifiers: as dotted text, and the ones we know by name.
 */
#ifndef HW_TRUST_DER_OID_H
#define HW_TRUST_DER_OID_H

#include <stdbool.h>

#include "base/error.h"
#include "base/reader.h"

enum { HW_OID_TEXT = 128 }; /* dotted, NUL included */

/* Content octets of an OBJECT IDENTIFIER as dotted text. False, and "?" in out, when they are not
 * one (empty, cut short, padded), an arc passes 64 bits, or the text would not fit. */
bool hw_oid_text(struct hw_span body, char out[HW_OID_TEXT]);
/* Do these octets say `dotted`? */
HW_CHECK bool hw_oid_is(struct hw_span body, const char *dotted);

/* What people call it: "codeSigning", "sha256WithRSAEncryption"; NULL when not in the table. */
const char *hw_oid_word(const char *dotted);
/* The short name RFC 4514 and OpenSSL print in a distinguished name ("CN"); NULL when none. */
const char *hw_oid_rdn(const char *dotted);

/* The ones this program reasons about. */
#define HW_OID_DATA "1.2.840.113549.1.7.1"
#define HW_OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define HW_OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define HW_OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define HW_OID_SIGNING_TIME "1.2.840.113549.1.9.5"
#define HW_OID_COUNTERSIGNATURE "1.2.840.113549.1.9.6"
#define HW_OID_TST_INFO "1.2.840.113549.1.9.16.1.4"
#define HW_OID_TIMESTAMP_TOKEN "1.2.840.113549.1.9.16.2.14"
#define HW_OID_SPC_INDIRECT "1.3.6.1.4.1.311.2.1.4"
#define HW_OID_SPC_PE_IMAGE "1.3.6.1.4.1.311.2.1.15"
#define HW_OID_SPC_OPUS "1.3.6.1.4.1.311.2.1.12"
#define HW_OID_SPC_NESTED "1.3.6.1.4.1.311.2.4.1"
#define HW_OID_MS_RFC3161 "1.3.6.1.4.1.311.3.3.1"
#define HW_OID_OMAHA_TAG "1.3.6.1.4.1.11129.2.1.9999"

#endif
