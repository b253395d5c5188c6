/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/kept.h -- kept bytes: NAME.case.d/<aa>/<sha256>.kept, so changed that nothing there can run.
 *
 * A header line, then the bytes under a key stream that everyone can compute from the hash (no
 * secret: it keeps scanners and loaders off, docs/formats/case.md). Written beside, synced,
 * renamed.
 */
#ifndef HW_CASE_KEPT_H
#define HW_CASE_KEPT_H

#include "case/cursor.h"

/* Keeps the `size` bytes of fd (read with pread from 0) under their hash. Bytes that do not have
 * that hash are not kept: HW_E_EVIDENCE. Kept already: HW_OK, nothing written. A private or
 * read-only case: HW_E_STATE. The kept row belongs to the open batch. */
HW_CHECK int hw_case_keep(struct hw_case *c, int fd, uint64_t size, const uint8_t sha256[32],
                          int64_t now_ns, struct hw_error *err);
/* Writes the plain bytes to out_fd, verified against the hash. HW_E_MISSING: not kept.
 * HW_E_CASE: what lies there is not what was kept (out_fd then has rubbish). out_fd may be -1:
 * verify only. */
HW_CHECK int hw_case_kept_read(struct hw_case *c, const uint8_t sha256[32], int out_fd,
                               struct hw_error *err);

struct hw_kept_row {
    uint8_t sha256[32];
    uint64_t size;
    int64_t at_ns;
};
HW_CHECK int hw_case_kept(struct hw_case *c, struct hw_cursor **out, struct hw_error *err);
HW_CHECK int hw_kept_next(struct hw_cursor *k, struct hw_kept_row *out, struct hw_error *err);

#endif
