/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/record.h -- the record of a log that an edge stands on, with every name and value as the log
 * has them. Judges nothing.
 */
#ifndef HW_ASK_RECORD_H
#define HW_ASK_RECORD_H

#include "case/graph.h"
#include "fact/layouts.h"

enum { HW_RECORD_PLACES = 5 };
struct hw_record_place {
    uint32_t source; /* n of hw_walk_source() */
    uint64_t number, off;
};
/* Where an edge is recorded: the first few places; examined software is none. */
size_t hw_record_places(const struct hw_edge_place *p,
                        struct hw_record_place out[HW_RECORD_PLACES]);

/* The record of this number and offset in the log that is (reading, node); names and values run
 * beside, a value of which p is NULL is absent. A log that has no such record: nothing is called.
 */
typedef int hw_record_told(void *state, const struct hw_record *rec, const struct hw_span *names,
                           size_t count);
HW_CHECK int hw_record_at(struct hw_case *c, int64_t reading, uint32_t node,
                          const struct hw_record_place *at, hw_record_told *tell, void *state,
                          struct hw_error *err);

#endif
