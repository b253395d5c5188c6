/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/zeek.h -- between the chapters of the Zeek reader.
 */
#ifndef HW_EVIDENCE_TELEMETRY_ZEEK_H
#define HW_EVIDENCE_TELEMETRY_ZEEK_H

#include "evidence/records.h"

extern const struct hw_format hw_format_zeek;

/* Bytes that conn.log says went by unseen, summed over a file and told once. */
struct hw_zeek_missed {
    uint64_t bytes, connections, first_off;
};
void hw_zeek_missed_add(struct hw_zeek_missed *m, struct hw_span value, uint64_t off);
void hw_zeek_missed_say(const struct hw_zeek_missed *m, struct hw_records *w);

/* Zeek's own time: seconds since 1970 with up to nine digits of fraction. False: something else. */
HW_CHECK bool hw_zeek_time(struct hw_span s, int64_t *out_ns, unsigned *out_digits);

/* zeek_json.c: bits of a bid, and the reading of the records. */
unsigned hw_zeek_json_probe(struct hw_span bytes, struct hw_budget *fuel);
void hw_zeek_json_examine(struct hw_exam *x, struct hw_node *n);

#endif
