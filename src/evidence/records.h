/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/records.h -- how parsers of records speak: each out with every original field.
 *
 * A parser opens a writer on its node, asks for a layout (the list of names a kind of record has;
 * asking again for the same one is cheap and gives the same number), and puts records. Records are
 * gathered and said as EVENTS facts. A line or record that is not what the format promises is told
 * with hw_records_bad(); when more than one in twenty of at least a hundred is bad,
 * hw_records_going() turns false and the log is refused as the wrong format.
 */
#ifndef HW_EVIDENCE_RECORDS_H
#define HW_EVIDENCE_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence/evidence.h"
#include "fact/record.h"

struct hw_layout_slot;

struct hw_records {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_buf packed, names;
    uint32_t packed_count;
    struct hw_layout_slot *layouts; /* open addressing, from the exam's arena */
    uint32_t layout_count, layout_room;
    struct hw_span *cut; /* values of a record that is too long, once there is one */
    uint64_t good, bad;
    bool refused;
};

void hw_records_init(struct hw_records *w, struct hw_exam *x, struct hw_node *n);
/* Says what is still gathered and the counts ("records", "records.bad" as properties); frees. */
void hw_records_done(struct hw_records *w);

/* The layout of these names. source: a word of hw_sources; log and event as fact/fact.h has them;
 * names: the source's own, 1 to HW_RECORD_VALUES. Names are made clean text; a '\n' in one
 * becomes a space. UINT32_MAX when the limits say no (the record is then to be told as bad). */
HW_CHECK uint32_t hw_records_layout(struct hw_records *w, const char *source, struct hw_span log,
                                    struct hw_span event, const struct hw_span *names,
                                    size_t count);
/* One record. Values that are too long together are cut, longest first, and that is an anomaly. */
void hw_records_put(struct hw_records *w, const struct hw_record *r);
/* A record or line (its number, for people) that could not be understood: an anomaly of rule
 * line-refused with its place. */
void hw_records_bad(struct hw_records *w, uint64_t number, uint64_t off, uint64_t size,
                    const char *why);
/* A LOST fact. what: a word of hw_losses. count 0: unknown. first 0: unknown. */
void hw_records_lost(struct hw_records *w, const char *what, uint64_t off, uint64_t count,
                     uint64_t first, uint64_t last, const char *says);
/* False once the exam failed or the log turned out to be something else. */
bool hw_records_going(const struct hw_records *w);

#endif
