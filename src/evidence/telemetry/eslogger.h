/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/eslogger.h -- macOS Endpoint Security events as JSON.
 */
#ifndef HW_EVIDENCE_TELEMETRY_ESLOGGER_H
#define HW_EVIDENCE_TELEMETRY_ESLOGGER_H

#include "evidence/evidence.h"

extern const struct hw_format hw_format_eslogger;

#endif
