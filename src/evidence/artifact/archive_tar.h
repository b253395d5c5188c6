/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HW_EVIDENCE_ARTIFACT_ARCHIVE_TAR_H
#define HW_EVIDENCE_ARTIFACT_ARCHIVE_TAR_H

#include "evidence/evidence.h"

/* Bits verified of a tar member's header in the first 512 bytes; 0: none there. */
unsigned hw_tar_bid(struct hw_span block);

extern const struct hw_format hw_format_tar;

#endif
