/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/cert_name.h -- distinguished names as text.
 */
#ifndef HW_TRUST_CERT_NAME_H
#define HW_TRUST_CERT_NAME_H

#include "base/arena.h"
#include "base/error.h"
#include "base/reader.h"

enum { HW_NAME_TEXT = 4000 }; /* bytes of a printed name; a longer one is cut there */

/* Takes one Name (RFC 5280 4.1.2.4) and prints it as data/roots.csv does: RFC 4514, last RDN first,
 * what is not printable ASCII as \XX. *out_der is its DER; *out_people the first CN as UTF-8 as far
 * as it is (BMPString and Latin-1 converted, anything else as it stands), else O, else empty. All
 * in the arena. False: the reader faulted, or *out_text is {NULL, 0} because memory is out. */
HW_CHECK bool hw_name_read(struct hw_reader *r, struct hw_arena *a, struct hw_span *out_der,
                           struct hw_span *out_text, struct hw_span *out_people);

#endif
