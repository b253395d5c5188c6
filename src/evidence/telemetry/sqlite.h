/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/sqlite.h -- rows of SQLite database files that we did not write.
 *
 * Browsers and macOS keep their histories in SQLite. The library of that name opens files, maps
 * memory and runs what the schema says; none of that may happen to hostile bytes in a cage. So
 * rowid tables are read here, by rowid or one after the other, and nothing else: no SQL, no
 * index, no WAL, no page of the freelist.
 *
 * Damage is told once for each place (when the database was opened with a writer) and the walk goes
 * on behind it. A walk visits no page twice; a lookup is bounded by the depth of a tree and
 * HW_SQLITE_SEEK_BYTES. Loops of a caller end when the fuel is spent.
 */
#ifndef HW_EVIDENCE_TELEMETRY_SQLITE_H
#define HW_EVIDENCE_TELEMETRY_SQLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "evidence/evidence.h"

enum {
    HW_SQLITE_COLUMNS = 128,           /* of one table; further ones are not read */
    HW_SQLITE_ROW_BYTES = 1024 * 1024, /* of one row; what lies behind is cut */
    HW_SQLITE_SEEK_BYTES = 16 * 1024,  /* the same for lookups */
    HW_SQLITE_DEPTH = 20,              /* of a tree; the library allows as many */
    HW_SQLITE_BITS = 160,              /* verified by hw_sqlite_probe() */
};

struct hw_records; /* evidence/records.h */

struct hw_sqlite {
    struct hw_budget *fuel;
    struct hw_arena *arena;
    struct hw_records *out; /* NULL: nothing is told (probes) */
    struct hw_span file;
    uint32_t page_bytes, usable, pages;
    uint32_t encoding; /* 1 UTF-8, 2 UTF-16LE, 3 UTF-16BE */
    bool wal;
    uint8_t *seen; /* a bit for each page that the present walk has used */
    uint64_t damaged, damaged_at;
};

/* The header alone. */
unsigned hw_sqlite_probe(struct hw_span bytes, struct hw_budget *fuel);
/* Is it a database that has all of these tables (a list, NULL at the end)? For probes. */
bool hw_sqlite_has_tables(struct hw_span bytes, struct hw_budget *fuel, const char *const *names);
/* False when the header is none. Tells what the header shows to be missing. */
HW_CHECK bool hw_sqlite_open(struct hw_sqlite *db, struct hw_span file, struct hw_budget *fuel,
                             struct hw_arena *arena, struct hw_records *out);
/* Tells how many pages could not be read. */
void hw_sqlite_done(struct hw_sqlite *db);

struct hw_sqlite_table {
    uint32_t root;
    size_t count;
    struct hw_span columns[HW_SQLITE_COLUMNS]; /* those that rows store, in order; in the arena */
    size_t rowid_column;                       /* which one stands for the rowid; SIZE_MAX: none */
};
/* False when there is none of this name, or none that can be read (which is told). */
HW_CHECK bool hw_sqlite_table(struct hw_sqlite *db, const char *name, struct hw_sqlite_table *out);
/* SIZE_MAX: the table has no such column. */
size_t hw_sqlite_column(const struct hw_sqlite_table *t, const char *name);

enum hw_sqlite_type {
    HW_SQLITE_ABSENT, /* NULL, or not stored */
    HW_SQLITE_INTEGER,
    HW_SQLITE_REAL,
    HW_SQLITE_TEXT, /* UTF-8 as far as it is valid */
    HW_SQLITE_BLOB,
};
struct hw_sqlite_value {
    enum hw_sqlite_type type;
    int64_t integer;
    double real;
    struct hw_span bytes; /* TEXT, BLOB: until the row is read again */
};
struct hw_sqlite_row { /* owns what its values borrow, where the file has it in pieces */
    int64_t rowid;
    uint64_t off; /* of the cell */
    bool cut;     /* longer than is read, or its pages are damaged: the last values are absent */
    size_t count;
    struct hw_sqlite_value values[HW_SQLITE_COLUMNS];
    struct hw_buf payload, text;
};
void hw_sqlite_row_init(struct hw_sqlite_row *row);
void hw_sqlite_row_done(struct hw_sqlite_row *row);
/* The value of a column; absent for SIZE_MAX and columns the row does not have. */
const struct hw_sqlite_value *hw_sqlite_value(const struct hw_sqlite_row *row, size_t column);

/* A walk over all rows, in the order of their ids. One at a time for each database. */
struct hw_sqlite_rows {
    struct hw_sqlite *db;
    const struct hw_sqlite_table *table;
    unsigned depth;
    struct hw_sqlite_level {
        uint32_t page, right;
        uint32_t at, count;
        uint64_t spent;
        bool leaf;
    } levels[HW_SQLITE_DEPTH];
};
void hw_sqlite_rows_init(struct hw_sqlite_rows *rows, struct hw_sqlite *db,
                         const struct hw_sqlite_table *table);
HW_CHECK bool hw_sqlite_rows_next(struct hw_sqlite_rows *rows, struct hw_sqlite_row *row);
/* The row of this id, during a walk of another table. False: there is none, or not readable. */
HW_CHECK bool hw_sqlite_seek(struct hw_sqlite *db, const struct hw_sqlite_table *table,
                             int64_t rowid, struct hw_sqlite_row *row);

/* ---- between sqlite.c and its chapters ---- */

/* Page `page` (1-based) as a reader over its usable bytes. False and told when there is none. */
HW_CHECK bool hw_sqlite_page(struct hw_sqlite *db, uint32_t page, struct hw_reader *out);
/* Marks a page as used by this walk; false and told when it was. */
HW_CHECK bool hw_sqlite_use(struct hw_sqlite *db, uint32_t page);
void hw_sqlite_damage(struct hw_sqlite *db, uint32_t page, const char *rule, const char *why);
/* 1 to 9 bytes, seven bits each, the highest first; the ninth has eight. */
HW_CHECK bool hw_sqlite_varint(struct hw_reader *r, uint64_t *out);
/* The cell of a table leaf that `r` stands on. lookup: bounded, and no page is marked as used.
 * *out_local: how many bytes of its page the cell has. False and told when it is none. */
HW_CHECK bool hw_sqlite_cell(struct hw_sqlite *db, const struct hw_sqlite_table *t,
                             struct hw_reader *r, bool lookup, struct hw_sqlite_row *row,
                             uint64_t *out_local);
/* The columns of CREATE TABLE; false when it is none, or one WITHOUT ROWID. */
HW_CHECK bool hw_sqlite_columns(struct hw_span sql, struct hw_arena *arena,
                                struct hw_sqlite_table *out);

#endif
