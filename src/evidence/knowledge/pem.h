/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/pem.h -- textual encodings of certificates and their kin (RFC 7468).
 *
 * Text around the blocks is passed over, as every reader of such files does. A block that cannot be
 * decoded is given with the reason, so that the caller can say it.
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_PEM_H
#define HW_EVIDENCE_KNOWLEDGE_PEM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

struct hw_pem {
    struct hw_buf text, der; /* scratch */
    struct hw_span label;    /* "CERTIFICATE"; borrowed from the evidence */
    uint64_t off, size;      /* of the block, its marks included */
    const char *why;         /* NULL: hw_buf_span(&der) is what it holds */
};

enum { HW_PEM_BYTES_MAX = 64 << 20 }; /* of one block, decoded or not */

void hw_pem_init(struct hw_pem *p);
void hw_pem_done(struct hw_pem *p);
/* The next block; false at the end, and when the fuel is spent (r has faulted then). */
HW_CHECK bool hw_pem_next(struct hw_pem *p, struct hw_reader *r);

#endif
