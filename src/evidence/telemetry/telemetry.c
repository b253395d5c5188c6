/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/telemetry/telemetry.h"

#include "evidence/telemetry/ci.h"
#include "evidence/telemetry/signing.h"
#include "evidence/telemetry/windows_json.h"
#include "evidence/telemetry/zeek.h"

const struct hw_format *const hw_telemetry_formats[] = {
    &hw_format_windows_json,
    &hw_format_zeek,
    &hw_format_ci,
    &hw_format_signing,
    NULL,
};
const size_t hw_telemetry_formats_count =
    sizeof hw_telemetry_formats / sizeof hw_telemetry_formats[0] - 1;
