/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/artifact.h -- the formats of this room, in the order they are asked.
 *
 * Of two bids with the same number of bits the earlier one wins.
 */
#ifndef HW_EVIDENCE_ARTIFACT_ARTIFACT_H
#define HW_EVIDENCE_ARTIFACT_ARTIFACT_H

#include <stddef.h>

#include "evidence/evidence.h"

extern const struct hw_format *const hw_artifact_formats[];
extern const size_t hw_artifact_formats_count;

#endif
