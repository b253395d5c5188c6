/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/auditd.h -- the Linux audit log, and its lines where other logs carry them.
 */
#ifndef HW_EVIDENCE_TELEMETRY_AUDITD_H
#define HW_EVIDENCE_TELEMETRY_AUDITD_H

#include "evidence/evidence.h"
#include "evidence/records.h"

extern const struct hw_format hw_format_auditd;

/* An assembler of events from lines; its memory is the exam's arena's. NULL: no memory. */
struct hw_auditd;
struct hw_auditd *hw_auditd_new(struct hw_exam *x, struct hw_records *w);
/* Is there an audit record in this text? A carrier's words may stand in front ("audit: "). */
HW_CHECK bool hw_auditd_is(struct hw_span text);
/* One line; `host` names the machine where the line itself does not. False: not an audit record. */
HW_CHECK bool hw_auditd_line(struct hw_auditd *a, struct hw_span text, struct hw_span host,
                             uint64_t off);
/* What is still gathered, and what is known to be lost. */
void hw_auditd_end(struct hw_auditd *a);

#endif
