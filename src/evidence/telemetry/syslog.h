/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HW_EVIDENCE_TELEMETRY_SYSLOG_H
#define HW_EVIDENCE_TELEMETRY_SYSLOG_H

#include "evidence/evidence.h"

extern const struct hw_format hw_format_syslog;

#endif
