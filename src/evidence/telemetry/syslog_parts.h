/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/syslog_parts.h -- what the chapters of the syslog parser share.
 *
 * syslog_line.c takes a line apart, syslog_means.c reads what a few programs say in prose.
 */
#ifndef HW_EVIDENCE_TELEMETRY_SYSLOG_PARTS_H
#define HW_EVIDENCE_TELEMETRY_SYSLOG_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"
#include "fact/record.h"

struct hw_syslog_line {
    struct hw_span host, program, pid, msgid, data, message;
    bool has_pri, has_data;
    uint64_t pri;
    int64_t time_ns;
    enum hw_clock clock;
    unsigned digits;
};
/* False when the line is none of the three forms. */
HW_CHECK bool hw_syslog_line(struct hw_span s, struct hw_syslog_line *out);

enum hw_syslog_value {
    HW_SYSLOG_DOES,
    HW_SYSLOG_USER,
    HW_SYSLOG_TARGET_USER,
    HW_SYSLOG_SRC_IP,
    HW_SYSLOG_SRC_PORT,
    HW_SYSLOG_AUTH,
    HW_SYSLOG_KEY,
    HW_SYSLOG_SESSION,
    HW_SYSLOG_COMMAND,
    HW_SYSLOG_CWD,
    HW_SYSLOG_TTY,
    HW_SYSLOG_IP,
    HW_SYSLOG_MAC,
    HW_SYSLOG_NAME,
    HW_SYSLOG_VALUES
};
/* What the message says, where that is known; absent values have p NULL. All borrow from it. */
void hw_syslog_means(const struct hw_syslog_line *l, struct hw_span out[HW_SYSLOG_VALUES]);

#endif
