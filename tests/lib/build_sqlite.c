/* SPDX-License-Identifier: Apache-2.0 */
#include "build_sqlite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        (void)fprintf(stderr, "%s\n%.200s\n", why == NULL ? "no memory" : why, sql);
        abort();
    }
}

void build_sqlite(struct hw_buf *b, const char *pragmas, const char *sql)
{
    build_sqlite_reserved(b, 0, pragmas, sql);
}

void build_sqlite_reserved(struct hw_buf *b, int reserved, const char *pragmas, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_int64 n = 0;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        abort();
    }
    run(db, pragmas);
    if (reserved > 0 &&
        sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved) != SQLITE_OK) {
        abort();
    }
    run(db, sql);
    unsigned char *p = sqlite3_serialize(db, "main", &n, 0);
    if (p == NULL) {
        abort();
    }
    hw_buf_bytes(b, p, (size_t)n);
    sqlite3_free(p);
    (void)sqlite3_close(db);
}
