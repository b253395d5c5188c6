/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ndjson_columns.h -- fields in any order, one layout.
 *
 * JSON writers put keys as their hash tables have them: the same event has its fields in another
 * order every line, and a layout for each order would be thousands. Here each name met gets a
 * number once, a record is a set of numbers, and values go out in the order of the numbers. The
 * caller says once for each name what it is to be called and what role it plays; for all later
 * records that costs one comparison.
 *
 *     struct hw_columns *c = hw_columns_new(&w, see);
 *     for each record:
 *         hw_columns_begin(c);
 *         for each field: hw_columns_add(c, kind, name, value);
 *         struct hw_span id = hw_columns_role(c, MY_ROLE_EVENT_ID);
 *         hw_columns_put(c, "windows", log, event, &record);   sets layout, values and count
 */
#ifndef HW_EVIDENCE_TELEMETRY_NDJSON_COLUMNS_H
#define HW_EVIDENCE_TELEMETRY_NDJSON_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence/records.h"

enum {
    HW_COLUMN_ROLES = 64,
    HW_COLUMN_NAME = 256, /* bytes of a name that see() may write */
};

/* What the name `raw` (not empty, of the caller's `kind` of record) is called in the layout: *name
 * is raw, and may be cut, pointed at a constant or at `room`, which has HW_COLUMN_NAME bytes; the
 * name is copied. Returns its role, 1 to HW_COLUMN_ROLES - 1, or 0 for none. Asked once a name. */
typedef unsigned (*hw_columns_see)(unsigned kind, struct hw_span raw, uint8_t *room,
                                   struct hw_span *name);

struct hw_columns;

/* In the exam's arena. see may be NULL. NULL when memory is out; the node is then refused. */
struct hw_columns *hw_columns_new(struct hw_records *w, hw_columns_see see);
void hw_columns_begin(struct hw_columns *c);
/* Names and values are borrowed until hw_columns_put(). Beyond HW_RECORD_VALUES fields: false. */
HW_CHECK bool hw_columns_add(struct hw_columns *c, unsigned kind, struct hw_span name,
                             struct hw_span value);
/* The first value with this role; p NULL when the record has none. */
struct hw_span hw_columns_role(const struct hw_columns *c, unsigned role);
/* Puts the record, or tells it as bad when it has no layout. r: number, off, time_ns, clock, digits
 * are the caller's. */
void hw_columns_put(struct hw_columns *c, const char *source, struct hw_span log,
                    struct hw_span event, struct hw_record *r);

#endif
