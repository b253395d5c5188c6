/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/telemetry/telemetry.h"

#include "evidence/telemetry/auditd.h"
#include "evidence/telemetry/strace.h"
#include "evidence/telemetry/syslog.h"

const struct hw_format *const hw_telemetry_formats[] = {
    &hw_format_auditd,
    &hw_format_strace,
    &hw_format_syslog,
    NULL,
};
const size_t hw_telemetry_formats_count =
    sizeof hw_telemetry_formats / sizeof hw_telemetry_formats[0] - 1;
