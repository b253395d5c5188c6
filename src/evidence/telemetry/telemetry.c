/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/telemetry/telemetry.h"

#include "evidence/telemetry/browser.h"
#include "evidence/telemetry/quarantine.h"
#include "evidence/telemetry/zone.h"

const struct hw_format *const hw_telemetry_formats[] = {
    &hw_browser_format,
    &hw_quarantine_format,
    &hw_zone_format,
    NULL,
};
const size_t hw_telemetry_formats_count =
    sizeof hw_telemetry_formats / sizeof hw_telemetry_formats[0] - 1;
