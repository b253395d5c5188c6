/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/forget.c -- taking evidence out so that it is gone, and rebuilding what stands on facts.
 *
 * SQLite leaves deleted bytes in free pages and in the slack of live ones. So deletion overwrites
 * (secure_delete), and ends in rewriting the file (VACUUM) and emptying the write-ahead log. The
 * graph of all records holds texts of this evidence among those of others: it goes whole, in the
 * same transaction, and the next question that needs it has it made anew.
 */
#include "case/care.h"

#include "case/kept.h"
#include "case/room.h"

/* Kept bytes that only this evidence needs: unlinked first, so that a kill leaves a row without a
 * file, which `case check` tells, never bytes without a row. */
static int forget_kept(struct hw_case *c, int64_t evidence, struct hw_error *err)
{
    sqlite3_stmt *s = NULL, *del = NULL;
    int rc = hw_sql_make(c->db,
                         "SELECT k.sha256 FROM kept k WHERE k.sha256 IN (SELECT a.sha256"
                         " FROM artifact a JOIN reading r ON r.id=a.reading WHERE r.evidence=?1"
                         " UNION SELECT sha256 FROM evidence WHERE id=?1)"
                         " AND NOT EXISTS (SELECT 1 FROM mark m JOIN reading r ON r.id=m.reading"
                         " WHERE m.mark=1 AND m.value=k.sha256 AND r.evidence<>?1)",
                         false, &s, err);
    rc =
        rc != HW_OK ? rc : hw_sql_make(c->db, "DELETE FROM kept WHERE sha256=?1", false, &del, err);
    if (rc == HW_OK) {
        hw_bind_int(s, 1, evidence);
        while ((rc = hw_sql_step(s, err)) == HW_ROW) {
            bool ok = true;
            uint8_t hash[32];
            hw_col_bytes(s, 0, hash, 32, &ok);
            rc = ok ? hw_kept_unlink(c, hash, err) : hw_col_bad("kept", err);
            if (rc == HW_OK) {
                hw_bind_hash(del, 1, hash);
                rc = hw_sql_done(del, err);
            }
            if (rc != HW_OK) {
                break;
            }
        }
    }
    sqlite3_finalize(s);
    sqlite3_finalize(del);
    return rc;
}

static int drop_readings(struct hw_case *c, int64_t evidence, struct hw_error *err)
{
    for (int class = HW_CLASS_ARTIFACT; class < HW_CLASS_COUNT; class ++) {
        sqlite3_stmt *s;
        int rc = hw_sql_get(c, HW_SQL_READING_OF, &s, err);
        if (rc != HW_OK) {
            return rc;
        }
        hw_bind_int(s, 1, evidence);
        hw_bind_int(s, 2, class);
        rc = hw_sql_step(s, err);
        if (rc == HW_ROW) {
            int64_t reading = sqlite3_column_int64(s, 0);
            sqlite3_reset(s);
            rc = hw_reading_drop(c, reading, err);
        }
        if (rc != HW_OK) {
            return rc;
        }
    }
    return HW_OK;
}

/* Before the rows go. */
static int count_down(struct hw_case *c, int64_t evidence, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_sql_make(c->db, "SELECT count(*) FROM sighting WHERE evidence=?1 AND current=1",
                         false, &s, err);
    if (rc == HW_OK) {
        hw_bind_int(s, 1, evidence);
        rc = hw_sql_step(s, err);
    }
    if (rc == HW_ROW) {
        c->tally.sightings -= (uint64_t)sqlite3_column_int64(s, 0);
        c->tally.evidences--;
        rc = HW_OK;
    }
    sqlite3_finalize(s);
    return rc;
}

static int drop_rows(struct hw_case *c, int64_t evidence, struct hw_error *err)
{
    static const char *const sql[] = {
        "DELETE FROM sighting WHERE evidence=?1",
        "DELETE FROM declared WHERE evidence=?1",
        "DELETE FROM evidence WHERE id=?1",
    };
    int rc = count_down(c, evidence, err);
    for (size_t i = 0; i < sizeof sql / sizeof sql[0] && rc == HW_OK; i++) {
        sqlite3_stmt *s = NULL;
        rc = hw_sql_make(c->db, sql[i], false, &s, err);
        if (rc == HW_OK) {
            hw_bind_int(s, 1, evidence);
            rc = hw_sql_done(s, err);
        }
        sqlite3_finalize(s);
    }
    return rc;
}

static int put_tombstone(struct hw_case *c, const uint8_t sha256[32], const char *who,
                         const char *because, int64_t now_ns, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_sql_make(c->db,
                         "INSERT OR REPLACE INTO tombstone(sha256,at_ns,who,because)"
                         " VALUES(?1,?2,?3,?4)",
                         false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, sha256);
    hw_bind_int(s, 2, now_ns);
    hw_bind_text(s, 3, who);
    hw_bind_text(s, 4, because);
    rc = hw_sql_done(s, err);
    sqlite3_finalize(s);
    return rc;
}

int hw_case_forget(struct hw_case *c, const uint8_t sha256[32], const char *who,
                   const char *because, int64_t now_ns, struct hw_error *err)
{
    int64_t evidence;
    int rc = hw_case_commit(c, err);
    rc = rc != HW_OK ? rc : hw_sql_run(c->db, "PRAGMA secure_delete=ON", err);
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    rc = rc != HW_OK ? rc : hw_evidence_id(c, sha256, &evidence, err);
    rc = rc != HW_OK ? rc : forget_kept(c, evidence, err);
    rc = rc != HW_OK ? rc : hw_graph_drop(c, err);
    rc = rc != HW_OK ? rc : drop_readings(c, evidence, err);
    rc = rc != HW_OK ? rc : drop_rows(c, evidence, err);
    rc = rc != HW_OK ? rc : put_tombstone(c, sha256, who, because, now_ns, err);
    if (rc != HW_OK) {
        hw_case_rollback(c);
        return rc;
    }
    rc = hw_case_commit(c, err);
    return rc != HW_OK ? rc : hw_case_scrub(c, err);
}

int hw_case_scrub(struct hw_case *c, struct hw_error *err)
{
    if (c->read_only || c->mode == HW_CASE_READ || c->batch || c->held) {
        return hw_fail(err, HW_E_STATE, "the case cannot be rewritten now");
    }
    /* VACUUM attaches its own copy; the connection's limits leave room for that one only. */
    int rc = hw_sql_run(c->db, "VACUUM", err);
    if (rc != HW_OK || c->mode == HW_CASE_PRIVATE) {
        return rc;
    }
    int left = 0;
    int sql = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, NULL);
    if ((sql & 0xff) == SQLITE_BUSY) {
        return hw_fail(err, HW_E_BUSY, "deleted, but a reader still holds the old pages");
    }
    return sql == SQLITE_OK ? HW_OK : hw_sql_fail(c->db, sql, err, "cannot empty the log");
}

/* ---- the index, from nothing ---- */

static int index_one(void *state, int64_t reading, uint32_t node, uint64_t seq,
                     const struct hw_fact *f, struct hw_error *err)
{
    (void)node;
    return hw_index_put(state, reading, seq, f, err);
}

int hw_case_reindex(struct hw_case *c, struct hw_error *err)
{
    struct hw_fact_walk walk = {.each = index_one, .state = c->index};
    int rc = hw_case_commit(c, err);
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    rc = rc != HW_OK ? rc : hw_index_clear(c->index, err);
    rc = rc != HW_OK ? rc : hw_facts_walk(c->db, &walk, err);
    rc = rc != HW_OK ? rc : hw_tally_count(c->db, &c->tally, err);
    if (rc != HW_OK) {
        hw_case_rollback(c);
        return rc;
    }
    return hw_case_commit(c, err);
}
