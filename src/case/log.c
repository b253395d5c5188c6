/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/log.c -- the action log and its chain.
 *
 * hash(n) = SHA-256 of
 *   "headwater-action-1\n" | hash(n-1), 32 zero bytes before the first | eight netstrings:
 *   n, at_ns, who, version, command, args, policy, as_of_ns (empty when there is none).
 * A netstring is a length in decimal, ':', that many bytes, ','. Numbers are decimal text.
 */
#include "case/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "case/room.h"

enum { ENTRY_BYTES = 4 * 1024 * 1024 };

static void put_part(struct hw_buf *b, struct hw_span s)
{
    hw_buf_printf(b, "%zu:", s.n);
    hw_buf_span_put(b, s);
    hw_buf_char(b, ',');
}

static void put_text(struct hw_buf *b, const char *s)
{
    put_part(b, (struct hw_span){(const uint8_t *)s, strlen(s)});
}

static void put_number(struct hw_buf *b, int64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, v);
    put_text(b, text);
}

static int entry_hash(uint64_t n, const struct hw_action *a, const uint8_t before[32],
                      uint8_t out[32], struct hw_error *err)
{
    struct hw_buf b;
    uint8_t whole[HW_DIGEST_BYTES_MAX];
    hw_buf_init(&b, ENTRY_BYTES);
    hw_buf_str(&b, "headwater-action-1\n");
    hw_buf_bytes(&b, before, 32);
    put_number(&b, (int64_t)n);
    put_number(&b, a->at_ns);
    put_text(&b, a->who);
    put_text(&b, a->version);
    put_text(&b, a->command);
    put_part(&b, a->args);
    put_text(&b, a->policy);
    if (a->as_of_ns == INT64_MIN) {
        put_text(&b, "");
    } else {
        put_number(&b, a->as_of_ns);
    }
    int rc = hw_buf_ok(&b) ? hw_digest_once(HW_DIGEST_SHA256, hw_buf_span(&b), whole, NULL, err)
                           : hw_fail(err, HW_E_LIMIT, "an entry of the action log is too long");
    hw_buf_done(&b);
    if (rc == HW_OK) {
        memcpy(out, whole, 32);
    }
    return rc;
}

int hw_case_log_head(struct hw_case *c, uint64_t *out_n, uint8_t out_hash[32], struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    int rc =
        hw_sql_make(c->db, "SELECT n,hash FROM action ORDER BY n DESC LIMIT 1", false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        uint64_t n = hw_col_size(s, 0, &ok);
        uint8_t hash[32];
        hw_col_bytes(s, 1, hash, 32, &ok);
        rc = ok ? HW_OK : hw_col_bad("action", err);
        if (rc == HW_OK) {
            *out_n = n;
            memcpy(out_hash, hash, 32);
        }
    } else if (rc == HW_OK) {
        *out_n = 0;
        memset(out_hash, 0, 32);
    }
    sqlite3_finalize(s);
    return rc;
}

static int insert(struct hw_case *c, const struct hw_action *a, struct hw_error *err)
{
    uint64_t n;
    uint8_t before[32], hash[32];
    sqlite3_stmt *s = NULL;
    int rc = hw_case_log_head(c, &n, before, err);
    rc = rc != HW_OK ? rc : entry_hash(n + 1, a, before, hash, err);
    rc = rc != HW_OK
             ? rc
             : hw_sql_make(c->db,
                           "INSERT INTO action(n,at_ns,who,version,command,args,policy,as_of_ns,"
                           "hash) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
                           false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, (int64_t)n + 1);
    hw_bind_int(s, 2, a->at_ns);
    hw_bind_text(s, 3, a->who);
    hw_bind_text(s, 4, a->version);
    hw_bind_text(s, 5, a->command);
    hw_bind_blob(s, 6, a->args);
    hw_bind_text(s, 7, a->policy);
    if (a->as_of_ns != INT64_MIN) {
        hw_bind_int(s, 8, a->as_of_ns);
    }
    hw_bind_hash(s, 9, hash);
    rc = hw_sql_done(s, err);
    sqlite3_finalize(s);
    return rc;
}

int hw_case_log_append(struct hw_case *c, const struct hw_action *a, struct hw_error *err)
{
    if (c->read_only || c->held || c->batch) {
        return hw_fail(err, HW_E_STATE, "the action log cannot be written now: %s",
                       c->read_only ? "the case is read-only"
                       : c->held    ? "the case is held"
                                    : "a batch is open");
    }
    int rc = hw_case_unlock_writes(c, true, err);
    rc = rc != HW_OK ? rc : hw_sql_run(c->db, "BEGIN IMMEDIATE", err);
    if (rc == HW_OK) {
        rc = insert(c, a, err);
        rc = rc != HW_OK ? rc : hw_sql_run(c->db, "COMMIT", err);
        if (rc != HW_OK) {
            sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
        }
    }
    int locked = hw_case_unlock_writes(c, false, rc == HW_OK ? err : NULL);
    return rc != HW_OK ? rc : locked;
}

int hw_case_log(struct hw_case *c, struct hw_cursor **out, struct hw_error *err)
{
    return hw_cursor_new(c, HW_K_ACTION,
                         "SELECT n,at_ns,who,version,command,args,policy,as_of_ns,hash FROM action"
                         " ORDER BY n",
                         out, err);
}

int hw_action_next(struct hw_cursor *k, struct hw_action_row *out, struct hw_error *err)
{
    bool ok = true;
    uint8_t follows[32];
    struct hw_action_row row = {0};
    int rc = hw_cursor_step(k, HW_K_ACTION, err);
    if (rc != HW_ROW) {
        return rc;
    }
    row.n = hw_col_size(k->s, 0, &ok);
    row.action.at_ns = hw_col_int(k->s, 1, &ok);
    row.action.who = hw_col_text(k->s, 2, &ok);
    row.action.version = hw_col_text(k->s, 3, &ok);
    row.action.command = hw_col_text(k->s, 4, &ok);
    row.action.args = hw_col_blob(k->s, 5, &ok);
    row.action.policy = hw_col_text(k->s, 6, &ok);
    row.action.as_of_ns =
        sqlite3_column_type(k->s, 7) == SQLITE_NULL ? INT64_MIN : hw_col_int(k->s, 7, &ok);
    hw_col_bytes(k->s, 8, row.hash, 32, &ok);
    if (!ok) {
        return hw_col_bad("action", err);
    }
    rc = entry_hash(row.n, &row.action, k->chain, follows, err);
    if (rc != HW_OK) {
        return rc;
    }
    row.sound = row.n == k->n + 1 && memcmp(follows, row.hash, 32) == 0;
    /* The next entry is asked to follow this one as it stands, so that one change shows once. */
    memcpy(k->chain, row.hash, 32);
    k->n = row.n;
    *out = row;
    return HW_ROW;
}

int hw_case_log_verify(struct hw_case *c, uint64_t *out_count, uint64_t *out_broken,
                       struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_action_row row = {.n = 0};
    uint64_t count = 0, broken = 0;
    int rc = hw_case_log(c, &k, err);
    if (rc != HW_OK) {
        return rc;
    }
    while ((rc = hw_action_next(k, &row, err)) == HW_ROW) {
        count++;
        if (broken == 0 && !row.sound) {
            broken = count;
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK) {
        *out_count = count;
        *out_broken = broken;
    }
    return rc;
}
