/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/record.h -- records of telemetry as they travel, many to one EVENTS fact.
 *
 * Packed, one record after the other, numbers as LEB128 (least significant seven bits first):
 *
 *   layout   varint   index of a LAYOUT of the same node, announced before
 *   number   varint   the source's own record number, serial or line; 0: none
 *   off      varint   of the record in the node's bytes
 *   clock    u8       low four bits: enum hw_clock; high four: digits of the second that were given
 *   time     i64le    ns since 1970 UTC, HW_TIME_NONE when unknown
 *   values   for each name of the layout: varint 0 (absent) or 1 + length, then the bytes
 *
 * Values are the source's own text, unchanged but for what its format makes of it (JSON escapes
 * undone, binary numbers printed). Nothing is judged here.
 */
#ifndef HW_FACT_RECORD_H
#define HW_FACT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/reader.h"

enum {
    HW_RECORD_VALUES = 2048,     /* values of one record at most */
    HW_RECORD_BYTES = 56 * 1024, /* one packed record at most */
    HW_PACKED_BYTES = 60 * 1024, /* one EVENTS fact's packing at most */
    HW_LAYOUTS_MAX = 20000,      /* of one node */
};

/* How far the time of a record can be trusted by its text alone. */
enum hw_clock {
    HW_CLOCK_NONE,    /* no time */
    HW_CLOCK_UTC,     /* the zone is stated, or the format is defined in UTC */
    HW_CLOCK_LOCAL,   /* a wall clock of a zone not stated; time is as if it were UTC */
    HW_CLOCK_NO_YEAR, /* the same, without a year; time is given in 1970 */
    HW_CLOCK_COUNT
};

struct hw_record {
    uint32_t layout;
    uint64_t number, off;
    int64_t time_ns;
    enum hw_clock clock;
    unsigned digits;              /* of the second: 0 (whole seconds) to 9 */
    const struct hw_span *values; /* p NULL: absent; an empty value has p and n 0 */
    size_t count;
};

/* Appends a packed record. False when it would be longer than HW_RECORD_BYTES or the buffer is
 * full; the buffer is then as it was. */
HW_CHECK bool hw_record_pack(const struct hw_record *r, struct hw_buf *out);
/* The next record; its values go to `values` (HW_RECORD_VALUES of room) and borrow from the
 * reader's bytes. counts[layout] says how many values a layout has; a record of a layout beyond
 * `layouts` faults the reader. False at the end and on a fault. */
HW_CHECK bool hw_record_next(struct hw_reader *r, const uint16_t *counts, uint32_t layouts,
                             struct hw_span *values, struct hw_record *out);

#endif
