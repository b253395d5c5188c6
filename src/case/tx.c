/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/tx.c -- batches for writers, one steady state for readers.
 */
#include "case/room.h"

int hw_case_begin(struct hw_case *c, struct hw_error *err)
{
    if (c->batch) {
        return HW_OK;
    }
    if (c->read_only || c->mode == HW_CASE_READ) {
        return hw_fail(err, HW_E_STATE, "the case was opened for reading only");
    }
    if (c->held) {
        return hw_fail(err, HW_E_STATE, "the case is held still");
    }
    int rc = hw_sql_run(c->db, "BEGIN IMMEDIATE", err);
    if (rc == HW_OK) {
        c->batch = true;
        rc = hw_tally_begin(c, err);
        c->batch_evidences = c->batch_bytes = 0;
        c->batch_since_ns = hw_monotonic_ns();
    }
    if (rc != HW_OK) {
        hw_case_rollback(c);
    }
    return rc;
}

int hw_case_write(struct hw_case *c, struct hw_error *err)
{
    /* SQLite ends a transaction by itself when the disk is full: never go on in its ruins. */
    if (c->batch && sqlite3_get_autocommit(c->db) != 0) {
        c->batch = false;
        return hw_fail(err, HW_E_STATE, "the batch was undone after a failure");
    }
    return hw_case_begin(c, err);
}

int hw_case_commit(struct hw_case *c, struct hw_error *err)
{
    if (!c->batch) {
        return HW_OK;
    }
    if (c->storing.on) {
        return hw_fail(err, HW_E_STATE, "a reading is being stored");
    }
    int rc = hw_tally_end(c, err);
    rc = rc != HW_OK ? rc : hw_sql_run(c->db, "COMMIT", err);
    if (rc != HW_OK) {
        hw_case_rollback(c);
    }
    c->batch = false;
    return rc;
}

int hw_case_commit_due(struct hw_case *c, struct hw_error *err)
{
    bool due = c->batch && !c->storing.on &&
               (c->batch_evidences >= HW_BATCH_EVIDENCES || c->batch_bytes >= HW_BATCH_BYTES ||
                hw_monotonic_ns() - c->batch_since_ns >= HW_BATCH_NS);
    return due ? hw_case_commit(c, err) : HW_OK;
}

void hw_case_rollback(struct hw_case *c)
{
    if (c->db == NULL) {
        return;
    }
    c->storing.on = c->storing.spilled = false;
    if (c->batch) {
        for (unsigned i = 0; i < HW_SQL_COUNT; i++) {
            if (c->sql[i] != NULL) {
                sqlite3_reset(c->sql[i]);
            }
        }
        sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
        c->batch = false;
    }
}

int hw_case_checkpoint(struct hw_case *c, struct hw_error *err)
{
    if (c->batch || c->read_only) {
        return hw_fail(err, HW_E_STATE, "a batch is open, or nothing can be written");
    }
    int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY
               ? HW_OK
               : hw_sql_fail(c->db, rc, err, "cannot checkpoint the case");
}

int hw_case_hold(struct hw_case *c, struct hw_error *err)
{
    int64_t ignored;
    if (c->held || c->batch) {
        return hw_fail(err, HW_E_STATE, "the case is held already, or a batch is open");
    }
    int rc = hw_sql_run(c->db, "BEGIN", err);
    if (rc != HW_OK) {
        return rc;
    }
    c->held = true;
    /* The state is fixed by the first read. */
    rc = hw_sql_int(c->db, "SELECT count(*) FROM meta", &ignored, err);
    if (rc != HW_OK) {
        hw_case_release(c);
    }
    return rc;
}

void hw_case_release(struct hw_case *c)
{
    if (c->held) {
        sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL);
        c->held = false;
    }
}

int hw_case_unlock_writes(struct hw_case *c, bool on, struct hw_error *err)
{
    if (c->mode != HW_CASE_READ || c->read_only) {
        return HW_OK;
    }
    return hw_sql_run(c->db, on ? "PRAGMA query_only=OFF" : "PRAGMA query_only=ON", err);
}

int hw_case_version(struct hw_case *c, uint64_t *out, struct hw_error *err)
{
    int64_t n = 0;
    int rc = hw_sql_int(c->db, "PRAGMA data_version", &n, err);
    if (rc == HW_OK) {
        *out = (uint64_t)n;
    }
    return rc;
}

void hw_case_interrupt(struct hw_case *c)
{
    sqlite3_interrupt(c->db);
}
