/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/telemetry/telemetry.h"

#include "evidence/telemetry/auditd.h"
#include "evidence/telemetry/browser.h"
#include "evidence/telemetry/ci.h"
#include "evidence/telemetry/eslogger.h"
#include "evidence/telemetry/evtx.h"
#include "evidence/telemetry/mapped.h"
#include "evidence/telemetry/osquery.h"
#include "evidence/telemetry/quarantine.h"
#include "evidence/telemetry/signing.h"
#include "evidence/telemetry/strace.h"
#include "evidence/telemetry/syslog.h"
#include "evidence/telemetry/winjson.h"
#include "evidence/telemetry/zeek.h"
#include "evidence/telemetry/zone.h"

const struct hw_format *const hw_telemetry_formats[] = {
    &hw_format_evtx,    &hw_format_windows_json, &hw_format_strace,      &hw_format_auditd,
    &hw_format_syslog,  &hw_format_zeek,         &hw_format_ci,          &hw_format_signing,
    &hw_format_osquery, &hw_format_eslogger,     &hw_browser_format,     &hw_quarantine_format,
    &hw_zone_format,    &hw_format_mapped_csv,   &hw_format_mapped_json, &hw_format_mapped_text,
};
const size_t hw_telemetry_formats_count =
    sizeof hw_telemetry_formats / sizeof hw_telemetry_formats[0];
