/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/posix_path.h -- the path that a call named, from the folder it was made in.
 */
#ifndef HW_EVIDENCE_POSIX_PATH_H
#define HW_EVIDENCE_POSIX_PATH_H

#include "base/text.h"

/* base + "/" + name without ".", ".." and doubled slashes: as text, for links are not known here. A
 * rooted name is joined to an empty base. `out` has room for base.n + name.n + 2; returns what was
 * written. */
size_t hw_posix_join(struct hw_span base, struct hw_span name, uint8_t *out);

#endif
