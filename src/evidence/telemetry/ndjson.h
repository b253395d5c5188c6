/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ndjson.h -- records of JSON logs: an object, a flat list of names and values.
 *
 * JSON as RFC 8259 has it, in any of the shapes logs come in: a line each (NDJSON), one array of
 * objects, objects one after the other and printed over many lines, with or without a byte order
 * mark. No tree is built; a record is walked once and nothing is allocated for it.
 *
 * How to read a log (see winjson.c, osquery.c):
 *
 *     struct hw_json_lines *j = hw_json_open(&w, x, n);           arena; NULL: memory is out
 *     while (hw_records_going(&w) && hw_json_next(j)) {           j->flat is one record
 *         const struct hw_json_flat *f = &j->flat;
 *         size_t at = hw_json_find(f, "process.pid", 0);          f->count when absent
 *         ... f->names[i], f->values[i], f->kinds[i], j->off, j->line, j->number ...
 *         hw_columns_put(...);                              ndjson_columns.h: keys in any order
 *     }
 *     hw_json_close(j);
 *
 * What is no JSON is told by hw_json_next() itself (hw_records_bad, with its place) and passed over
 * up to the next line; a last record that is cut off is told as lost, too.
 *
 * How it becomes flat. {"a":{"b":1,"c":["x","y"],"d":[{"e":2},3]}} gives
 *
 *     a.b = 1      a.c = x, y      a.d.0.e = 2      a.d.1 = 3
 *
 * - names are joined by '.'; a name of the log that has a dot itself is not told apart;
 * - an array of strings, numbers and words only is ONE value, joined with ", " (kind LIST; f->joint
 *   stands between them, ", " unless changed before flattening); any other array is numbered;
 * - values are text: strings with their escapes undone, numbers, true and false as written, null
 *   and empty arrays and objects as "" (kinds tell);
 * - names and values without escapes borrow from the evidence, all else from f->text: both live
 *   until the next flattening of the same f;
 * - bytes that are no UTF-8 stay as they are. The same name twice stays twice.
 */
#ifndef HW_EVIDENCE_TELEMETRY_NDJSON_H
#define HW_EVIDENCE_TELEMETRY_NDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/evidence.h"
#include "evidence/records.h"

enum {
    HW_JSON_DEPTH = 64,
    HW_JSON_FIELDS = HW_RECORD_VALUES,
    HW_JSON_TEXT = 4 << 20, /* bytes of unescaped text of one record */
};

enum hw_json_kind {
    HW_JSON_STRING,
    HW_JSON_NUMBER,
    HW_JSON_BOOL,
    HW_JSON_NULL,
    HW_JSON_LIST,  /* an array of scalars, joined */
    HW_JSON_EMPTY, /* {} or [] */
    HW_JSON_ASIDE, /* an array left as it is written: see `aside` */
};

enum hw_json_end {
    HW_JSON_FINE,
    HW_JSON_NONE, /* nothing but white space was left */
    HW_JSON_CUT,  /* the text ended inside */
    HW_JSON_BAD,  /* not JSON */
    HW_JSON_DEEP, /* nested beyond HW_JSON_DEPTH */
    HW_JSON_WIDE, /* more fields or text than one record may have */
};
const char *hw_json_end_words(enum hw_json_end e);

/* One record, flat. About 70 KiB: in the arena, or on the stack of a probe. */
struct hw_json_flat {
    size_t count;
    struct hw_span names[HW_JSON_FIELDS], values[HW_JSON_FIELDS];
    uint8_t kinds[HW_JSON_FIELDS]; /* enum hw_json_kind */
    size_t size;                   /* bytes of the value last flattened */
    uint64_t lines;                /* line feeds passed by the last flattening */
    const char *joint;             /* between the elements of a LIST */
    /* Names, NULL behind the last: an array of boxes of such a name is not made flat but given as
     * its text, brackets and all, for logs that put thousands of rows into one record. NULL: none.
     * hw_json_rows() goes through it. */
    const char *const *aside;
    bool odd; /* raw control characters inside a string */
    struct hw_buf text;
};
void hw_json_flat_init(struct hw_json_flat *f);
void hw_json_flat_done(struct hw_json_flat *f);

/* The value that begins at or behind *at (white space is passed over) as one record; a value that
 * is no object has the empty name. *at then lies behind it, or where it went wrong; f holds what
 * was read up to there. */
HW_CHECK enum hw_json_end hw_json_flatten(struct hw_span s, size_t *at, struct hw_json_flat *f);
/* The next object of an array's text from *at on (0 at first), made flat; false: no more, or no
 * object. */
HW_CHECK bool hw_json_rows(struct hw_span array, size_t *at, struct hw_json_flat *f);
/* Adds the fields of the object in `s` (a JSON text inside a string value of f, say; nothing but
 * white space may follow) to those of f, each name behind `prefix`. When
 * it is anything but an object, nothing is added. */
HW_CHECK bool hw_json_flatten_more(struct hw_span s, const char *prefix, struct hw_json_flat *f);

/* The first field of this name from `from` on; f->count when there is none. */
size_t hw_json_find(const struct hw_json_flat *f, const char *name, size_t from);
/* Its value, or an empty one. */
struct hw_span hw_json_get(const struct hw_json_flat *f, const char *name);
/* Does it begin as JSON logs do: after a byte order mark and white space '{', or '[' and '{'? */
bool hw_json_looks(struct hw_span bytes);

/* A time as JSON logs write it (ISO 8601, " UTC" behind it allowed): sets time_ns, clock (UTC where
 * the zone is stated, else LOCAL) and digits of `out`. False, nothing set: it is none. */
HW_CHECK bool hw_json_time(struct hw_span s, struct hw_record *out);
/* The same in Unix seconds, with a fraction or without; 13, 16 and 19 digits are milliseconds,
 * microseconds and nanoseconds. */
HW_CHECK bool hw_json_unix(struct hw_span s, struct hw_record *out);

/* For probes: flattens up to `max` records from the start of the bytes and hands each to `sees`
 * until one is not JSON or sees() says false. How many were handed over. Nothing is told. The last
 * may be one that is cut off, when the others were whole. Spends fuel for what it reads. */
typedef bool (*hw_json_sees)(const struct hw_json_flat *f, void *state);
unsigned hw_json_probe(struct hw_span bytes, struct hw_budget *fuel, unsigned max,
                       hw_json_sees sees, void *state);
/* The same with names to leave aside. */
unsigned hw_json_probe_aside(struct hw_span bytes, struct hw_budget *fuel, unsigned max,
                             hw_json_sees sees, void *state, const char *const *aside);

/* The records of one node. */
struct hw_json_lines {
    struct hw_records *w;
    struct hw_reader in;
    struct hw_json_flat flat;
    uint64_t off;    /* of this record's first byte */
    uint64_t size;   /* its bytes */
    uint64_t line;   /* of its first byte, from 1 */
    uint64_t number; /* of the record, from 1, the bad ones counted */
    struct hw_span raw;
    /* private */
    uint64_t next_line;
    bool begun, array;
};
/* NULL when memory is out (the exam then has failed). */
struct hw_json_lines *hw_json_open(struct hw_records *w, struct hw_exam *x, struct hw_node *n);
HW_CHECK bool hw_json_next(struct hw_json_lines *j);
/* Frees; says when the budget ended it. NULL is silence. */
void hw_json_close(struct hw_json_lines *j);

#endif
