/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/osquery.h -- the result log of osquery.
 */
#ifndef HW_EVIDENCE_TELEMETRY_OSQUERY_H
#define HW_EVIDENCE_TELEMETRY_OSQUERY_H

#include "evidence/evidence.h"

extern const struct hw_format hw_format_osquery;

#endif
