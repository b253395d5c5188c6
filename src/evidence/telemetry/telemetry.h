/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/telemetry.h -- the log formats, in the order they are asked.
 *
 * They bid for every node, at any depth: logs come zipped. Of two bids with the same number of bits
 * the earlier one wins.
 */
#ifndef HW_EVIDENCE_TELEMETRY_TELEMETRY_H
#define HW_EVIDENCE_TELEMETRY_TELEMETRY_H

#include <stddef.h>

#include "evidence/evidence.h"

extern const struct hw_format *const hw_telemetry_formats[];
extern const size_t hw_telemetry_formats_count;

#endif
