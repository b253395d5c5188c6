/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Databases are made by the SQLite library, so what it wrote is what must be read back.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "build_sqlite.h"
#include "evidence/records.h"
#include "evidence/telemetry/sqlite.h"
#include "exam.h"
#include "mutate.h"
#include "sweep.h"

static struct hw_buf b;
static struct hw_told t;

/* An exam with one node, as a parser has it. */
struct desk {
    struct hw_exam x;
    struct hw_node n;
    struct hw_records w;
    struct hw_sqlite db;
    struct hw_sqlite_row row;
};
static struct desk d;

static int begin(void **state)
{
    (void)state;
    hw_buf_init(&b, 64 << 20);
    hw_told_init(&t);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_buf_done(&b);
    hw_told_done(&t);
    return 0;
}

static bool open_desk(const uint8_t *p, size_t n)
{
    memset(&d, 0, sizeof d);
    d.x = (struct hw_exam){.sink = &t.sink, .fuel = {1ULL << 32, 1 << 22, 64}};
    d.x.arena = hw_arena_new(8 << 20);
    assert_non_null(d.x.arena);
    d.n.bytes = (struct hw_span){p, n};
    hw_records_init(&d.w, &d.x, &d.n);
    hw_sqlite_row_init(&d.row);
    return hw_sqlite_open(&d.db, d.n.bytes, &d.x.fuel, d.x.arena, &d.w);
}

static void close_desk(void)
{
    hw_sqlite_done(&d.db);
    hw_records_done(&d.w);
    hw_sqlite_row_done(&d.row);
    hw_arena_free(d.x.arena);
}

static void expect_text(size_t column, const char *want)
{
    const struct hw_sqlite_value *v = hw_sqlite_value(&d.row, column);
    assert_int_equal(v->type, HW_SQLITE_TEXT);
    assert_true(hw_span_is(v->bytes, want));
}

/* Row i of the big table holds a text of size_of(i) bytes. */
static size_t size_of(unsigned i)
{
    return i % 97 == 0 ? 20000 + i : i % 7 == 0 ? 900 + i % 300 : i % 60;
}

static void build_big_reserved(int reserved, const char *pragmas, unsigned rows)
{
    struct hw_buf sql;
    hw_buf_init(&sql, 64 << 20);
    hw_buf_str(&sql, "CREATE TABLE other(x); CREATE TABLE big(id INTEGER PRIMARY KEY, n INT,"
                     " long TEXT, r REAL, e BLOB, last TEXT); BEGIN;");
    for (unsigned i = 1; i <= rows; i++) {
        hw_buf_printf(&sql, "INSERT INTO big VALUES(%u,%lld,'", i * 3,
                      (long long)(i % 2 == 0 ? -1 : 1) * ((long long)i << (i % 40)));
        for (size_t k = 0; k < size_of(i); k++) {
            hw_buf_char(&sql, (char)('a' + (i + k) % 26));
        }
        hw_buf_printf(&sql, "',%u.5,x'00ff%02x','l%u');", i, i % 256, i);
    }
    hw_buf_str(&sql, "COMMIT;");
    build_sqlite_reserved(&b, reserved, pragmas, hw_buf_text(&sql));
    hw_buf_done(&sql);
}

static void build_big(const char *pragmas, unsigned rows)
{
    build_big_reserved(0, pragmas, rows);
}

static void expect_row(unsigned i)
{
    assert_int_equal(d.row.rowid, i * 3);
    assert_false(d.row.cut);
    assert_int_equal(hw_sqlite_value(&d.row, 0)->integer, i * 3);
    assert_int_equal(hw_sqlite_value(&d.row, 1)->integer,
                     (i % 2 == 0 ? -1 : 1) * ((long long)i << (i % 40)));
    struct hw_span s = hw_sqlite_value(&d.row, 2)->bytes;
    assert_int_equal(s.n, size_of(i));
    for (size_t k = 0; k < s.n; k++) {
        assert_int_equal(s.p[k], 'a' + (i + k) % 26);
    }
    assert_true(hw_sqlite_value(&d.row, 3)->type == HW_SQLITE_REAL &&
                hw_sqlite_value(&d.row, 3)->real == i + 0.5);
    const uint8_t blob[3] = {0, 255, (uint8_t)i};
    assert_true(hw_span_equal(hw_sqlite_value(&d.row, 4)->bytes, (struct hw_span){blob, 3}));
    char last[20];
    (void)snprintf(last, sizeof last, "l%u", i);
    expect_text(5, last);
}

/* Every page size and encoding; rows within pages, and over many overflow pages. */
static void sqlite_rows_are_what_the_library_wrote(void **state)
{
    static const char *const pragmas[] = {
        "PRAGMA page_size=512", "PRAGMA page_size=1024; PRAGMA encoding='UTF-16le'",
        "PRAGMA page_size=4096", "PRAGMA page_size=65536; PRAGMA encoding='UTF-16be'",
        "PRAGMA page_size=1024; PRAGMA auto_vacuum=1"};
    (void)state;
    for (size_t k = 0; k < sizeof pragmas / sizeof pragmas[0]; k++) {
        struct hw_sqlite_table table;
        struct hw_sqlite_rows rows;
        build_big(pragmas[k], 1500);
        assert_int_equal(hw_sqlite_probe(hw_buf_span(&b), &(struct hw_budget){1000, 10, 4}),
                         HW_SQLITE_BITS);
        assert_true(open_desk(b.p, b.n));
        assert_true(hw_sqlite_table(&d.db, "big", &table));
        assert_false(hw_sqlite_table(&d.db, "none", &table));
        assert_true(hw_sqlite_table(&d.db, "BIG", &table));
        assert_int_equal(table.count, 6);
        assert_int_equal(hw_sqlite_column(&table, "LONG"), 2);
        assert_int_equal(hw_sqlite_column(&table, "longer"), SIZE_MAX);
        hw_sqlite_rows_init(&rows, &d.db, &table);
        for (unsigned i = 1; i <= 1500; i++) {
            assert_true(hw_sqlite_rows_next(&rows, &d.row));
            expect_row(i);
        }
        assert_false(hw_sqlite_rows_next(&rows, &d.row));
        close_desk();
        assert_int_equal(t.anomalies, 0);
        (void)end(NULL);
        (void)begin(NULL);
    }
}

static void sqlite_reserved_bytes_are_no_payload(void **state)
{
    struct hw_sqlite_table table;
    struct hw_sqlite_rows rows;
    (void)state;
    build_big_reserved(24, "PRAGMA page_size=1024", 600);
    assert_int_equal(b.p[20], 24);
    assert_true(open_desk(b.p, b.n));
    assert_int_equal(d.db.usable, 1000);
    assert_true(hw_sqlite_table(&d.db, "big", &table));
    hw_sqlite_rows_init(&rows, &d.db, &table);
    for (unsigned i = 1; i <= 600; i++) {
        assert_true(hw_sqlite_rows_next(&rows, &d.row));
        expect_row(i);
    }
    close_desk();
    assert_int_equal(t.anomalies, 0);
}

static void sqlite_deleted_rows_are_gone_and_their_places_reused(void **state)
{
    struct hw_sqlite_table table;
    struct hw_sqlite_rows rows;
    unsigned count = 0;
    (void)state;
    build_sqlite(&b, "PRAGMA page_size=512",
                 "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);"
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000)"
                 " INSERT INTO t SELECT i, printf('%.*c', i % 700, 'x') FROM n;"
                 "DELETE FROM t WHERE id % 3 != 0;"
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<400)"
                 " INSERT INTO t SELECT i * 3 + 1, printf('%.*c', i, 'y') FROM n;");
    assert_true(open_desk(b.p, b.n));
    assert_true(hw_sqlite_table(&d.db, "t", &table));
    hw_sqlite_rows_init(&rows, &d.db, &table);
    while (hw_sqlite_rows_next(&rows, &d.row)) {
        int64_t id = d.row.rowid;
        struct hw_span a = hw_sqlite_value(&d.row, 1)->bytes;
        assert_int_equal(a.n, id % 3 == 0 ? id % 700 : id / 3);
        assert_true(a.n == 0 || a.p[a.n - 1] == (id % 3 == 0 ? 'x' : 'y'));
        count++;
    }
    assert_int_equal(count, 666 + 400);
    assert_int_equal(t.anomalies, 0);
    close_desk();
}

static void sqlite_lookup_finds_each_row_and_no_other(void **state)
{
    struct hw_sqlite_table table;
    (void)state;
    build_big("PRAGMA page_size=512", 1500);
    assert_true(open_desk(b.p, b.n));
    assert_true(hw_sqlite_table(&d.db, "big", &table));
    for (unsigned i = 1500; i >= 1; i--) {
        assert_true(hw_sqlite_seek(&d.db, &table, (int64_t)i * 3, &d.row));
        assert_int_equal(d.row.rowid, i * 3);
        if (i % 97 != 0) {
            expect_row(i);
        } else {
            assert_true(d.row.cut); /* longer than a lookup reads */
        }
        assert_false(hw_sqlite_seek(&d.db, &table, (int64_t)i * 3 - 1, &d.row));
    }
    assert_false(hw_sqlite_seek(&d.db, &table, INT64_MIN, &d.row));
    assert_false(hw_sqlite_seek(&d.db, &table, INT64_MAX, &d.row));
    assert_int_equal(t.anomalies, 0);
    close_desk();
}

static void columns(const char *sql, const char *names, size_t rowid_column)
{
    struct hw_sqlite_table table;
    struct hw_buf got;
    HW_AUTO(hw_arena) *arena = hw_arena_new(1 << 20);
    hw_buf_init(&got, 1000);
    bool is = hw_sqlite_columns(hw_span_str(sql), arena, &table);
    for (size_t i = 0; is && i < table.count; i++) {
        hw_buf_str(&got, i > 0 ? "," : "");
        hw_buf_span_put(&got, table.columns[i]);
    }
    assert_string_equal(hw_buf_text(&got), names);
    if (is) {
        assert_int_equal(table.rowid_column, rowid_column);
    }
    hw_buf_done(&got);
}

static void sqlite_columns_are_found_in_every_spelling(void **state)
{
    (void)state;
    columns("CREATE TABLE t(a,b)", "a,b", SIZE_MAX);
    columns("CREATE TABLE \"t(x\" (a INTEGER PRIMARY KEY, b TEXT DEFAULT 'x,)y' NOT NULL)", "a,b",
            0);
    columns("create table t (\"a b\" INT, `c``d` DECIMAL(10,2), [e] , \"f\" CHECK(f > 0))",
            "a b,c``d,e,f", SIZE_MAX);
    columns("CREATE TABLE t (a INT PRIMARY KEY, b UNSIGNED INTEGER)", "a,b", SIZE_MAX);
    columns("CREATE TABLE t -- say (a\n (/* , */ a TEXT, id INTEGER, PRIMARY KEY(id))", "a,id", 1);
    columns("CREATE TABLE t (a INTEGER, b INTEGER, PRIMARY KEY(a,b), UNIQUE(a))", "a,b", SIZE_MAX);
    columns("CREATE TABLE t (a INTEGER, b, CONSTRAINT k PRIMARY KEY (a))", "a,b", 0);
    columns("CREATE TABLE t (a, v INT GENERATED ALWAYS AS (a+1), s AS (a) STORED, z)", "a,s,z",
            SIZE_MAX);
    columns("CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID", "", 0);
    columns("CREATE VIRTUAL TABLE t USING fts5(a)", "", 0);
    columns("CREATE TABLE t", "", 0);
    columns("CREATE TABLE t (a, \"b", "a,b", SIZE_MAX);
    columns("", "", 0);
}

static void sqlite_columns_beyond_the_limit_are_not_read(void **state)
{
    struct hw_sqlite_table table;
    struct hw_sqlite_rows rows;
    struct hw_buf sql;
    (void)state;
    hw_buf_init(&sql, 1 << 20);
    hw_buf_str(&sql, "CREATE TABLE t(c0");
    for (unsigned i = 1; i < 300; i++) {
        hw_buf_printf(&sql, ",c%u INTEGER", i);
    }
    hw_buf_str(&sql, "); INSERT INTO t(c0,c127,c128,c299) VALUES(1,2,3,4);");
    build_sqlite(&b, "", hw_buf_text(&sql));
    hw_buf_done(&sql);
    assert_true(open_desk(b.p, b.n));
    assert_true(hw_sqlite_table(&d.db, "t", &table));
    assert_int_equal(table.count, HW_SQLITE_COLUMNS);
    hw_sqlite_rows_init(&rows, &d.db, &table);
    assert_true(hw_sqlite_rows_next(&rows, &d.row));
    assert_int_equal(d.row.count, HW_SQLITE_COLUMNS);
    assert_int_equal(hw_sqlite_value(&d.row, 127)->integer, 2);
    close_desk();
}

static void sqlite_added_columns_are_absent_in_old_rows(void **state)
{
    struct hw_sqlite_table table;
    struct hw_sqlite_rows rows;
    (void)state;
    build_sqlite(&b, "",
                 "CREATE TABLE t(a); INSERT INTO t VALUES(NULL); ALTER TABLE t ADD COLUMN b;"
                 "INSERT INTO t VALUES(0,1)");
    assert_true(open_desk(b.p, b.n));
    assert_true(hw_sqlite_table(&d.db, "t", &table));
    hw_sqlite_rows_init(&rows, &d.db, &table);
    assert_true(hw_sqlite_rows_next(&rows, &d.row));
    assert_int_equal(hw_sqlite_value(&d.row, 0)->type, HW_SQLITE_ABSENT);
    assert_int_equal(hw_sqlite_value(&d.row, 1)->type, HW_SQLITE_ABSENT);
    assert_true(hw_sqlite_rows_next(&rows, &d.row));
    assert_int_equal(hw_sqlite_value(&d.row, 0)->type, HW_SQLITE_INTEGER);
    assert_int_equal(hw_sqlite_value(&d.row, 1)->integer, 1);
    close_desk();
}

static uint64_t walk(const char *name)
{
    struct hw_sqlite_table table;
    struct hw_sqlite_rows rows;
    uint64_t count = 0;
    if (hw_sqlite_table(&d.db, name, &table)) {
        hw_sqlite_rows_init(&rows, &d.db, &table);
        while (hw_sqlite_rows_next(&rows, &d.row)) {
            struct hw_sqlite_row found;
            count++;
            if (count % 16 == 0) {
                hw_sqlite_row_init(&found);
                (void)!hw_sqlite_seek(&d.db, &table, d.row.rowid, &found);
                hw_sqlite_row_done(&found);
            }
        }
    }
    return count;
}

static void sqlite_header_admissions_are_told(void **state)
{
    (void)state;
    build_big("PRAGMA page_size=512", 100);
    b.p[18] = b.p[19] = 2;
    assert_true(open_desk(b.p, b.n - 512));
    (void)walk("big");
    close_desk();
    assert_true(hw_told_has(&t, "lost ", "what=dirty", "-wal", NULL));
    assert_true(hw_told_has(&t, "lost ", "what=truncated", NULL));
    assert_true(hw_told_has(&t, "rule=truncated", NULL));
    (void)end(NULL);
    (void)begin(NULL);
    build_big("PRAGMA page_size=512", 10);
    for (unsigned i = 0; i < 1024; i++) {
        hw_buf_char(&b, 'x');
    }
    assert_true(open_desk(b.p, b.n));
    assert_int_equal(walk("big"), 10);
    close_desk();
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=1024", NULL));
}

static void put_u32be(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static void sqlite_loops_end_and_are_told(void **state)
{
    struct hw_sqlite_table table;
    (void)state;
    build_big("PRAGMA page_size=512", 1500);
    assert_true(open_desk(b.p, b.n));
    assert_true(hw_sqlite_table(&d.db, "big", &table));
    close_desk();
    /* The rightmost child of the root is the root. */
    uint8_t *root = b.p + (size_t)(table.root - 1) * 512;
    assert_int_equal(root[0], 5);
    put_u32be(root + 8, table.root);
    assert_true(open_desk(b.p, b.n));
    assert_in_range(walk("big"), 1, 1499);
    close_desk();
    assert_true(hw_told_has(&t, "rule=cycle", NULL));
    assert_true(hw_told_has(&t, "lost ", "what=damaged", NULL));
    (void)end(NULL);
    (void)begin(NULL);
    /* A chain of overflow pages that leads back to its first page. */
    build_sqlite(
        &b, "PRAGMA page_size=512",
        "CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(5000)); INSERT INTO t VALUES(1)");
    put_u32be(b.p + (size_t)512 * 3, 3);
    assert_true(open_desk(b.p, b.n));
    assert_int_equal(walk("t"), 2);
    close_desk();
    assert_true(hw_told_has(&t, "rule=cycle", NULL));
    assert_true(hw_told_has(&t, "rule=truncated", "row 1 is not whole", NULL));
}

static void sqlite_cells_over_each_other_cost_no_more_than_their_page(void **state)
{
    (void)state;
    build_sqlite(&b, "PRAGMA page_size=65536",
                 "CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(30000))");
    /* Thirty thousand cells, all of them the one there is. */
    uint8_t *leaf = b.p + 65536;
    uint8_t at[2] = {leaf[8], leaf[9]};
    assert_int_equal(leaf[0], 13);
    for (unsigned i = 0; i < 10000; i++) {
        leaf[8 + 2 * i] = at[0];
        leaf[9 + 2 * i] = at[1];
    }
    leaf[3] = 10000 >> 8;
    leaf[4] = 10000 & 255;
    assert_true(open_desk(b.p, b.n));
    assert_true(walk("t") <= 2);
    close_desk();
    assert_true(hw_told_has(&t, "rule=overlap", NULL));
}

static void sqlite_fuel_that_ends_ends_the_walk(void **state)
{
    struct hw_sqlite_table table;
    struct hw_sqlite_rows rows;
    uint64_t count = 0;
    (void)state;
    build_big("PRAGMA page_size=512", 1500);
    assert_true(open_desk(b.p, b.n));
    assert_true(hw_sqlite_table(&d.db, "big", &table));
    d.x.fuel.items = 100;
    hw_sqlite_rows_init(&rows, &d.db, &table);
    while (hw_sqlite_rows_next(&rows, &d.row)) {
        count++;
    }
    assert_in_range(count, 1, 100);
    close_desk();
}

static bool sound(const uint8_t *p, size_t n, void *state)
{
    (void)state;
    hw_told_done(&t);
    hw_told_init(&t);
    bool opened = open_desk(p, n);
    uint64_t rows = opened ? walk("big") : 0;
    close_desk();
    return rows == 60 && t.anomalies == 0;
}

static void sqlite_survives_every_cut_and_damage(void **state)
{
    (void)state;
    build_big("PRAGMA page_size=512", 60);
    assert_true(sound(b.p, b.n, NULL));
    hw_sweep_truncate(b.p, b.n, sound, NULL);
    hw_sweep_mutate(b.p, b.n, 4000, 31, sound, NULL);
    hw_buf_clear(&b);
    build_big("PRAGMA page_size=1024; PRAGMA encoding='UTF-16le'", 60);
    assert_true(sound(b.p, b.n, NULL));
    hw_sweep_mutate(b.p, b.n, 4000, 37, sound, NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(sqlite_rows_are_what_the_library_wrote),
        CASE(sqlite_reserved_bytes_are_no_payload),
        CASE(sqlite_deleted_rows_are_gone_and_their_places_reused),
        CASE(sqlite_lookup_finds_each_row_and_no_other),
        CASE(sqlite_columns_are_found_in_every_spelling),
        CASE(sqlite_columns_beyond_the_limit_are_not_read),
        CASE(sqlite_added_columns_are_absent_in_old_rows),
        CASE(sqlite_header_admissions_are_told),
        CASE(sqlite_loops_end_and_are_told),
        CASE(sqlite_cells_over_each_other_cost_no_more_than_their_page),
        CASE(sqlite_fuel_that_ends_ends_the_walk),
        CASE(sqlite_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
