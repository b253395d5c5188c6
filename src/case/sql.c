/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/sql.c -- the small words between C and SQLite: prepare, bind, step, read a column, blame.
 */
#include "case/room.h"

#include <errno.h>
#include <string.h>
#include <time.h>

static const char *const words[HW_SQL_COUNT] = {
    [HW_SQL_EVIDENCE_ID] = "SELECT id FROM evidence WHERE sha256=?1",
    [HW_SQL_EVIDENCE_ADD] = "INSERT INTO evidence(sha256,sha1,md5,size) VALUES(?1,?2,?3,?4)",
    [HW_SQL_READING_KNOWN] =
        "SELECT 1 FROM evidence e JOIN reading r ON r.evidence=e.id WHERE e.sha256=?1"
        " AND r.parser=?2 AND (r.class=?3 OR (?3=0 AND r.asked=0))",
    [HW_SQL_READING_OF] = "SELECT id,asked FROM reading WHERE evidence=?1 AND class=?2",
    [HW_SQL_READING_ADD] =
        "INSERT INTO reading(evidence,class,asked,parser,degree,because,cage,facts,nodes,read_ns)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
    [HW_SQL_READING_SET] =
        "UPDATE reading SET class=?2,asked=?3,parser=?4,degree=?5,because=?6,cage=?7,facts=?8,"
        "nodes=?9,read_ns=?10 WHERE id=?1",
    [HW_SQL_READING_SIZE] = "SELECT class,nodes,facts FROM reading WHERE id=?1",
    [HW_SQL_READING_DROP] = "DELETE FROM reading WHERE id=?1",
    [HW_SQL_FACT_ADD] = "INSERT INTO fact(reading,node,kind,seq,body) VALUES(?1,?2,?3,?4,?5)",
    [HW_SQL_FACT_ALL] =
        "SELECT node,kind,seq,body FROM fact WHERE reading=?1 ORDER BY node,kind,seq",
    [HW_SQL_FACT_DROP] = "DELETE FROM fact WHERE reading=?1",
    [HW_SQL_PLACE_FIND] =
        "SELECT s.dev,s.ino,s.size,s.mtime_ns,s.ctime_ns,s.seen_ns,e.sha256,s.evidence,"
        "EXISTS(SELECT 1 FROM reading r WHERE r.evidence=s.evidence AND r.parser=?4"
        " AND (r.class=?5 OR (?5=0 AND r.asked=0)))"
        " FROM sighting s JOIN evidence e ON e.id=s.evidence"
        " WHERE s.path=?1 AND s.host=?2 AND s.scope=?3 AND s.current=1",
    [HW_SQL_PLACE_TOUCH] = "UPDATE sighting SET last_ns=max(last_ns,?5)"
                           " WHERE path=?1 AND host=?2 AND scope=?3 AND evidence=?4",
    [HW_SQL_PLACE_PAST] =
        "UPDATE sighting SET current=0 WHERE path=?1 AND host=?2 AND scope=?3 AND evidence<>?4"
        " AND current=1",
    [HW_SQL_PLACE_PUT] =
        "INSERT INTO sighting(path,host,scope,evidence,dev,ino,size,mtime_ns,ctime_ns,seen_ns,"
        "first_ns,last_ns,current) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?10,?10,1)"
        " ON CONFLICT DO UPDATE SET dev=?5,ino=?6,size=?7,mtime_ns=?8,ctime_ns=?9,seen_ns=?10,"
        "first_ns=min(first_ns,?10),last_ns=max(last_ns,?10),current=1",
    [HW_SQL_PLACE_CURRENT] =
        "SELECT current FROM sighting WHERE path=?1 AND host=?2 AND scope=?3 AND evidence=?4",
    [HW_SQL_UNREAD_PUT] =
        "INSERT OR REPLACE INTO unread(path,host,scope,what,says,at_ns) VALUES(?1,?2,?3,?4,?5,?6)",
    [HW_SQL_UNREAD_DROP] = "DELETE FROM unread WHERE path=?1 AND host=?2 AND scope=?3",
    [HW_SQL_SIGHTINGS_OF] =
        "SELECT s.path,s.host,s.scope,s.current FROM sighting s JOIN evidence e ON e.id=s.evidence"
        " WHERE e.sha256=?1 ORDER BY s.scope,s.host,s.path",
    [HW_SQL_SPAN_OF] =
        "SELECT min(s.first_ns),max(s.last_ns) FROM sighting s JOIN evidence e ON e.id=s.evidence"
        " WHERE e.sha256=?1",
    [HW_SQL_PREVALENCE] =
        "WITH held(id) AS (SELECT DISTINCT r.evidence FROM mark m JOIN reading r ON r.id=m.reading"
        " WHERE m.mark=1 AND m.value=?1 AND r.class>0)"
        " SELECT (SELECT count(*) FROM held), count(*),"
        " count(DISTINCT length(s.scope)||':'||s.scope||s.host),"
        " (SELECT coalesce(min(t.first_ns),0) FROM held JOIN sighting t ON t.evidence=held.id)"
        " FROM held JOIN sighting s ON s.evidence=held.id WHERE s.current=1",
    [HW_SQL_ARTIFACT_UP] = "SELECT parent,name FROM artifact WHERE reading=?1 AND node=?2",
};

/* What the system said: SQLite keeps it for the connection only when a statement fails, not when
 * a COMMIT does; then the file and its journal or log still have it. */
static int system_says(sqlite3 *db)
{
    int e = db == NULL ? 0 : sqlite3_system_errno(db);
    if (db != NULL && e == 0) {
        (void)sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &e);
    }
    sqlite3_file *beside = NULL;
    if (db != NULL && e == 0 &&
        sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &beside) == SQLITE_OK &&
        beside != NULL && beside->pMethods != NULL) {
        (void)beside->pMethods->xFileControl(beside, SQLITE_FCNTL_LAST_ERRNO, &e);
    }
    return e;
}

static bool no_room(sqlite3 *db)
{
    int e = system_says(db);
    return e == ENOSPC || e == EDQUOT || e == EFBIG;
}

int hw_sql_fail(sqlite3 *db, int rc, struct hw_error *err, const char *doing)
{
    int code;
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        code = HW_E_MEMORY;
        break;
    case SQLITE_FULL:
        code = HW_E_SPACE;
        break;
    case SQLITE_IOERR:
        code = rc == SQLITE_IOERR_NOMEM ? HW_E_MEMORY : no_room(db) ? HW_E_SPACE : HW_E_IO;
        break;
    case SQLITE_CANTOPEN:
        code = no_room(db) ? HW_E_SPACE : HW_E_IO;
        break;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        code = HW_E_IO;
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        code = HW_E_BUSY;
        break;
    case SQLITE_READONLY:
        code = HW_E_STATE;
        break;
    case SQLITE_INTERRUPT:
        code = HW_E_STOPPED;
        break;
    case SQLITE_TOOBIG:
        code = HW_E_LIMIT;
        break;
    case SQLITE_MISUSE:
        code = HW_E_STATE;
        break;
    default: /* corrupt, not a database, constraint, mismatch, schema */
        code = HW_E_CASE;
        break;
    }
    const char *says = db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(db);
    /* SQLite says "disk I/O error" to a limit on file sizes and much else: the system knows why. */
    int why = (rc & 0xff) != SQLITE_IOERR ? 0 : system_says(db);
    return why == 0 ? hw_fail(err, code, "%s: %s", doing, says)
                    : hw_fail(err, code, "%s: %s (%s)", doing, says, strerror(why));
}

int hw_sql_run(sqlite3 *db, const char *sql, struct hw_error *err)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? HW_OK : hw_sql_fail(db, rc, err, "the case");
}

int hw_sql_make(sqlite3 *db, const char *sql, bool keep, sqlite3_stmt **out, struct hw_error *err)
{
    unsigned flags = keep ? SQLITE_PREPARE_PERSISTENT : 0;
    int rc = sqlite3_prepare_v3(db, sql, -1, flags, out, NULL);
    return rc == SQLITE_OK ? HW_OK : hw_sql_fail(db, rc, err, "the case");
}

int hw_sql_get(struct hw_case *c, enum hw_sql which, sqlite3_stmt **out, struct hw_error *err)
{
    if (c->sql[which] == NULL) {
        int rc = hw_sql_make(c->db, words[which], true, &c->sql[which], err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    sqlite3_reset(c->sql[which]);
    sqlite3_clear_bindings(c->sql[which]);
    *out = c->sql[which];
    return HW_OK;
}

int hw_sql_step(sqlite3_stmt *s, struct hw_error *err)
{
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        return HW_ROW;
    }
    if (rc == SQLITE_DONE) {
        sqlite3_reset(s);
        return HW_OK;
    }
    rc = hw_sql_fail(sqlite3_db_handle(s), rc, err, "the case");
    sqlite3_reset(s);
    return rc;
}

int hw_sql_done(sqlite3_stmt *s, struct hw_error *err)
{
    int rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        sqlite3_reset(s);
        rc = HW_OK;
    }
    return rc;
}

int hw_sql_int(sqlite3 *db, const char *sql, int64_t *out, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_sql_make(db, sql, false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        *out = sqlite3_column_int64(s, 0);
        rc = HW_OK;
    } else if (rc == HW_OK) {
        rc = hw_fail(err, HW_E_MISSING, "the case gives no such number");
    }
    sqlite3_finalize(s);
    return rc;
}

/* A bind fails only for want of memory or by our own mistake; the step that follows then finds
 * NULL where NOT NULL is asked, or matches nothing. Values here are small and borrowed. */
static void bound(int rc)
{
    if (rc == SQLITE_RANGE || rc == SQLITE_MISUSE) {
        HW_NEVER();
    }
}

void hw_bind_int(sqlite3_stmt *s, int at, int64_t v)
{
    bound(sqlite3_bind_int64(s, at, v));
}

void hw_bind_text(sqlite3_stmt *s, int at, const char *v)
{
    bound(v == NULL ? sqlite3_bind_null(s, at) : sqlite3_bind_text(s, at, v, -1, SQLITE_STATIC));
}

void hw_bind_blob(sqlite3_stmt *s, int at, struct hw_span v)
{
    bound(v.n == 0 ? sqlite3_bind_zeroblob(s, at, 0)
                   : sqlite3_bind_blob64(s, at, v.p, v.n, SQLITE_STATIC));
}

void hw_bind_hash(sqlite3_stmt *s, int at, const uint8_t v[32])
{
    hw_bind_blob(s, at, (struct hw_span){v, 32});
}

int64_t hw_col_int(sqlite3_stmt *s, int at, bool *ok)
{
    if (sqlite3_column_type(s, at) != SQLITE_INTEGER) {
        *ok = false;
        return 0;
    }
    return sqlite3_column_int64(s, at);
}

uint64_t hw_col_size(sqlite3_stmt *s, int at, bool *ok)
{
    int64_t v = hw_col_int(s, at, ok);
    if (v < 0) {
        *ok = false;
        return 0;
    }
    return (uint64_t)v;
}

uint32_t hw_col_u32(sqlite3_stmt *s, int at, bool *ok)
{
    uint64_t v = hw_col_size(s, at, ok);
    if (v > UINT32_MAX) {
        *ok = false;
        return 0;
    }
    return (uint32_t)v;
}

const char *hw_col_text(sqlite3_stmt *s, int at, bool *ok)
{
    const char *t =
        sqlite3_column_type(s, at) == SQLITE_TEXT ? (const char *)sqlite3_column_text(s, at) : NULL;
    if (t == NULL || strlen(t) != (size_t)sqlite3_column_bytes(s, at)) {
        *ok = false;
        return "";
    }
    return t;
}

const char *hw_col_text_or_null(sqlite3_stmt *s, int at, bool *ok)
{
    return sqlite3_column_type(s, at) == SQLITE_NULL ? NULL : hw_col_text(s, at, ok);
}

struct hw_span hw_col_blob(sqlite3_stmt *s, int at, bool *ok)
{
    if (sqlite3_column_type(s, at) != SQLITE_BLOB) {
        *ok = false;
        return (struct hw_span){NULL, 0};
    }
    const uint8_t *p = sqlite3_column_blob(s, at);
    return (struct hw_span){p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(s, at)};
}

void hw_col_bytes(sqlite3_stmt *s, int at, void *out, size_t n, bool *ok)
{
    struct hw_span b = hw_col_blob(s, at, ok);
    if (b.n != n) {
        *ok = false;
        memset(out, 0, n);
    } else {
        memcpy(out, b.p, n);
    }
}

int hw_col_bad(const char *table, struct hw_error *err)
{
    return hw_fail(err, HW_E_CASE, "a row of %s in the case is damaged", table);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hw_range_of(const char *hex, struct hw_range *out, struct hw_error *err)
{
    size_t n = hex == NULL ? 0 : strlen(hex);
    struct hw_range r = {.lo_n = (n + 1) / 2, .hi_n = sizeof r.hi};
    memset(r.hi, 0xff, sizeof r.hi);
    if (n > 2 * sizeof r.lo) {
        return hw_fail(err, HW_E_USAGE, "more than 64 hex digits");
    }
    for (size_t i = 0; i < n; i++) {
        int d = hex_digit(hex[i]);
        if (d < 0) {
            return hw_fail(err, HW_E_USAGE, "not lower-case hexadecimal: digit %zu", i + 1);
        }
        if (i % 2 == 0) {
            r.lo[i / 2] = (uint8_t)(d << 4);
            r.hi[i / 2] = (uint8_t)(d << 4 | 15);
        } else {
            r.lo[i / 2] = (uint8_t)(r.lo[i / 2] | d);
            r.hi[i / 2] = r.lo[i / 2];
        }
    }
    *out = r;
    return HW_OK;
}

static int copied(int rc, struct hw_error *err)
{
    bound(rc);
    return rc == SQLITE_OK ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for a value");
}

int hw_bind_copy(sqlite3_stmt *s, int at, struct hw_span v, struct hw_error *err)
{
    return copied(v.n == 0 ? sqlite3_bind_zeroblob(s, at, 0)
                           : sqlite3_bind_blob64(s, at, v.p, v.n, SQLITE_TRANSIENT),
                  err);
}

int hw_bind_words(sqlite3_stmt *s, int at, const char *v, struct hw_error *err)
{
    return copied(sqlite3_bind_text(s, at, v, -1, SQLITE_TRANSIENT), err);
}

int hw_bind_range(sqlite3_stmt *s, int at, const struct hw_range *r, struct hw_error *err)
{
    int rc = hw_bind_copy(s, at, (struct hw_span){r->lo, r->lo_n}, err);
    return rc != HW_OK ? rc : hw_bind_copy(s, at + 1, (struct hw_span){r->hi, r->hi_n}, err);
}

int64_t hw_monotonic_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) {
        return 0;
    }
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void hw_sql_limit(sqlite3 *db)
{
    static const struct {
        int what, most;
    } limits[] = {
        {SQLITE_LIMIT_LENGTH, 8 * 1024 * 1024},
        {SQLITE_LIMIT_SQL_LENGTH, 64 * 1024},
        {SQLITE_LIMIT_COLUMN, 48},
        {SQLITE_LIMIT_EXPR_DEPTH, 64},
        {SQLITE_LIMIT_COMPOUND_SELECT, 16},
        {SQLITE_LIMIT_VDBE_OP, 100000},
        {SQLITE_LIMIT_FUNCTION_ARG, 8},
        {SQLITE_LIMIT_ATTACHED, 1},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64},
        {SQLITE_LIMIT_VARIABLE_NUMBER, 32},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 2},
        {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        sqlite3_limit(db, limits[i].what, limits[i].most);
    }
}
