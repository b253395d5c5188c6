/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/records.h -- rows of a case as JSON, one a line: the same for the command line and
 * the console.
 */
#ifndef HW_DOOR_CONSOLE_RECORDS_H
#define HW_DOOR_CONSOLE_RECORDS_H

#include "base/buf.h"
#include "case/log.h"

void hw_json_evidence(struct hw_buf *b, const struct hw_evidence_row *e);
void hw_json_action(struct hw_buf *b, const struct hw_action_row *a);
/* {"type":"document",...}: a KNOWLEDGE fact, and where it lies. */
void hw_json_document(struct hw_buf *b, const struct hw_fact *knowledge, struct hw_span path);

#endif
