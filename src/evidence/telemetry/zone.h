/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/zone.h -- the mark of the web.
 */
#ifndef HW_EVIDENCE_TELEMETRY_ZONE_H
#define HW_EVIDENCE_TELEMETRY_ZONE_H

#include "evidence/evidence.h"

extern const struct hw_format hw_zone_format;

/* The path of the file a mark belongs to, from the mark's own name: what stands before
 * "Zone.Identifier" and the sign that separates them. Empty when the name is none of a mark. */
struct hw_span hw_zone_file(struct hw_span name);

#endif
