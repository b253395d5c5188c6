/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/archive_pax.h -- the pax records of a tar member: `length key=value\n`.
 */
#ifndef HW_EVIDENCE_ARTIFACT_ARCHIVE_PAX_H
#define HW_EVIDENCE_ARTIFACT_ARCHIVE_PAX_H

#include "base/buf.h"
#include "evidence/evidence.h"

struct hw_pax {
    struct hw_buf path, linkpath;
    uint64_t size;
    int64_t mtime; /* or HW_NO_TIME */
    bool has_size, sparse;
};

void hw_pax_init(struct hw_pax *p);
void hw_pax_done(struct hw_pax *p);
/* Back to what the global records say. */
void hw_pax_forget(struct hw_pax *p, const struct hw_pax *global);
/* Reads records that lie at `off` of the stream; says what is wrong with them. */
void hw_pax_read(struct hw_exam *x, struct hw_node *n, struct hw_span s, uint64_t off,
                 struct hw_pax *p);

#endif
