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

/* Says LOST of a member of a collection that could not be copied (mapped_collection.c); silence for
 * every other. For each member, whatever won it. */
void hw_telemetry_member(struct hw_exam *x, const struct hw_node *n);

#endif
