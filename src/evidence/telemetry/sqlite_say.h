/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/sqlite_say.h -- rows of a database as records.
 *
 * A record is gathered value by value and said at the end. Numbers are printed, blobs become hex,
 * and a column that holds a time, by its name, becomes ISO 8601.
 */
#ifndef HW_EVIDENCE_TELEMETRY_SQLITE_SAY_H
#define HW_EVIDENCE_TELEMETRY_SQLITE_SAY_H

#include "evidence/records.h"
#include "evidence/telemetry/sqlite.h"

enum { HW_SQLITE_SAY_NAMES = HW_SQLITE_COLUMNS + 16 };

enum hw_sqlite_epoch {
    HW_SQLITE_WEBKIT,  /* microseconds since 1601 */
    HW_SQLITE_PRTIME,  /* microseconds since 1970 */
    HW_SQLITE_UNIX_MS, /* milliseconds since 1970 */
    HW_SQLITE_MAC,     /* seconds since 2001, with a fraction */
};
struct hw_sqlite_time {
    const char *column; /* NULL ends a table */
    enum hw_sqlite_epoch epoch;
};

struct hw_sqlite_say {
    struct hw_records *out;
    const char *source;
    const struct hw_sqlite_time *times;
    struct hw_buf scratch;
    size_t count;
    struct hw_span names[HW_SQLITE_SAY_NAMES], values[HW_SQLITE_SAY_NAMES];
    size_t from[HW_SQLITE_SAY_NAMES]; /* in scratch; SIZE_MAX: values[] has it */
};
void hw_sqlite_say_init(struct hw_sqlite_say *s, struct hw_records *out, const char *source,
                        const struct hw_sqlite_time *times);
void hw_sqlite_say_done(struct hw_sqlite_say *s);

void hw_sqlite_say_begin(struct hw_sqlite_say *s);
/* Borrowed until the record is said. */
void hw_sqlite_say_text(struct hw_sqlite_say *s, struct hw_span name, struct hw_span text);
/* What was appended to s->scratch since it had `from` bytes. */
void hw_sqlite_say_scratch(struct hw_sqlite_say *s, struct hw_span name, size_t from);
void hw_sqlite_say_value(struct hw_sqlite_say *s, struct hw_span name,
                         const struct hw_sqlite_value *v);
/* All columns under their own names; the column `other`, when not NULL, under `as`. */
void hw_sqlite_say_row(struct hw_sqlite_say *s, const struct hw_sqlite_table *t,
                       const struct hw_sqlite_row *row, const char *other, const char *as);
/* The record at this row. when: the column that is its time; SIZE_MAX: none. */
void hw_sqlite_say_put(struct hw_sqlite_say *s, struct hw_span log, struct hw_span event,
                       const struct hw_sqlite_table *t, const struct hw_sqlite_row *row,
                       size_t when);

/* False for nothing, 0 (never, in all of these) and what int64 nanoseconds cannot say. */
HW_CHECK bool hw_sqlite_moment(const struct hw_sqlite_value *v, enum hw_sqlite_epoch epoch,
                               int64_t *out);

#endif
