/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_sqlite.c -- Targets: evidence/telemetry/sqlite.c and its chapters.
 *
 * Promises: a walk gives no row whose place lies outside of the file, and ends within the fuel; a
 * lookup gives the row that was asked for; the same bytes give the same rows.
 */
#include "fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "build_sqlite.h"
#include "evidence/telemetry/sqlite.h"

static uint64_t mix(uint64_t sum, struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        sum = sum * 31 + s.p[i];
    }
    return sum;
}

static uint64_t look_up(struct hw_sqlite *db, const struct hw_sqlite_table *table, int64_t rowid)
{
    struct hw_sqlite_row row;
    uint64_t sum = 0;
    hw_sqlite_row_init(&row);
    if (hw_sqlite_seek(db, table, rowid, &row)) {
        if (row.rowid != rowid) {
            hw_fuzz_broken("a lookup gives the row that was asked for");
        }
        sum = mix(row.count, hw_sqlite_value(&row, 1)->bytes);
    }
    hw_sqlite_row_done(&row);
    return sum;
}

static uint64_t walk(struct hw_sqlite *db, const struct hw_sqlite_table *table)
{
    struct hw_sqlite_rows rows;
    struct hw_sqlite_row row;
    uint64_t sum = 0, count = 0;
    hw_sqlite_row_init(&row);
    hw_sqlite_rows_init(&rows, db, table);
    while (hw_sqlite_rows_next(&rows, &row)) {
        if (row.off >= db->file.n || row.count > table->count) {
            hw_fuzz_broken("a row lies in the file and has the table's columns");
        }
        for (size_t i = 0; i < row.count; i++) {
            sum = mix(sum + (uint64_t)row.values[i].type, row.values[i].bytes);
        }
        if (++count < 64) {
            sum += look_up(db, table, row.rowid);
        }
    }
    hw_sqlite_row_done(&row);
    return sum + count;
}

static uint64_t one(const uint8_t *data, size_t size)
{
    struct hw_budget fuel = {16 << 20, 1 << 18, 16};
    struct hw_sqlite db;
    struct hw_sqlite_table table;
    uint64_t sum = 0;
    HW_AUTO(hw_arena) *arena = hw_arena_new(1 << 20);
    if (arena == NULL) {
        abort();
    }
    if (hw_sqlite_open(&db, (struct hw_span){data, size}, &fuel, arena, NULL)) {
        sum = hw_sqlite_table(&db, "t", &table) ? walk(&db, &table) : 1;
        hw_sqlite_done(&db);
    }
    /* What is no database may still be a statement. */
    return sum +
           hw_sqlite_columns((struct hw_span){data, size < 4096 ? size : 4096}, arena, &table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (one(data, size) != one(data, size)) {
        hw_fuzz_broken("the same bytes give the same rows");
    }
    return 0;
}

static void give_one(hw_fuzz_give give, void *state, const char *name, const char *pragmas)
{
    struct hw_buf b;
    hw_buf_init(&b, 4 << 20);
    build_sqlite(
        &b, pragmas,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB, c REAL);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<60)"
        " INSERT INTO t SELECT i*2, printf('%.*c', i*7, 'x'), zeroblob(i*i), i/3.0 FROM n");
    give(state, name, b.p, b.n);
    hw_buf_done(&b);
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const char sql[] =
        "CREATE TABLE \"t\" (a INTEGER PRIMARY KEY, [b] TEXT DEFAULT ',', PRIMARY KEY(a))";
    give_one(give, state, "small-pages", "PRAGMA page_size=512");
    give_one(give, state, "utf16", "PRAGMA page_size=1024; PRAGMA encoding='UTF-16be'");
    give(state, "statement", (const uint8_t *)sql, sizeof sql - 1);
}
