/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/memo.c -- rows of meta that are nobody's evidence.
 */
#include "case/memo.h"

#include <string.h>

#include "case/room.h"

static int key_of(const char *word, struct hw_span name, struct hw_buf *out, struct hw_error *err)
{
    hw_buf_init(out, HW_MEMO_KEY_BYTES);
    hw_buf_str(out, word);
    hw_buf_char(out, ' ');
    hw_buf_span_put(out, name);
    bool plain = hw_buf_ok(out) && memchr(out->p, 0, out->n) == NULL;
    return plain ? HW_OK : hw_fail(err, HW_E_LIMIT, "no name to remember something under");
}

static int bind_key(struct hw_case *c, const char *sql, const char *word, struct hw_span name,
                    struct hw_buf *key, sqlite3_stmt **out, struct hw_error *err)
{
    int rc = key_of(word, name, key, err);
    rc = rc != HW_OK ? rc : hw_sql_make(c->db, sql, false, out, err);
    if (rc == HW_OK) {
        hw_bind_text(*out, 1, hw_buf_text(key));
    }
    return rc;
}

int hw_case_memo_put(struct hw_case *c, const char *word, struct hw_span name, struct hw_span value,
                     struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    struct hw_buf key = {.p = NULL};
    int rc = value.n > HW_MEMO_BYTES ? hw_fail(err, HW_E_LIMIT, "too much to remember") : HW_OK;
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    rc = rc != HW_OK ? rc
                     : bind_key(c, "INSERT OR REPLACE INTO meta(key,value) VALUES(?1,?2)", word,
                                name, &key, &s, err);
    if (rc == HW_OK) {
        hw_bind_blob(s, 2, value);
        rc = hw_sql_done(s, err);
    }
    sqlite3_finalize(s);
    hw_buf_done(&key);
    return rc;
}

int hw_case_memo_get(struct hw_case *c, const char *word, struct hw_span name, struct hw_buf *out,
                     bool *out_there, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    struct hw_buf key = {.p = NULL};
    bool there = false;
    int rc = bind_key(c, "SELECT value FROM meta WHERE key=?1", word, name, &key, &s, err);
    rc = rc != HW_OK ? rc : hw_sql_step(s, err);
    if (rc == HW_ROW) {
        /* What is no blob of ours was put there by a stranger: nothing is remembered. */
        int n = sqlite3_column_bytes(s, 0);
        there = sqlite3_column_type(s, 0) == SQLITE_BLOB && n <= HW_MEMO_BYTES;
        if (there && n > 0) {
            hw_buf_bytes(out, sqlite3_column_blob(s, 0), (size_t)n);
        }
        rc = hw_buf_ok(out) ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for what is remembered");
    }
    if (rc == HW_OK) {
        *out_there = there;
    }
    sqlite3_finalize(s);
    hw_buf_done(&key);
    return rc;
}

int hw_case_memo_clear(struct hw_case *c, const char *word, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    struct hw_buf key = {.p = NULL};
    int rc = hw_case_write(c, err);
    rc = rc != HW_OK ? rc
                     : bind_key(c, "DELETE FROM meta WHERE substr(key,1,length(?1))=?1", word,
                                (struct hw_span){NULL, 0}, &key, &s, err);
    if (rc == HW_OK) {
        rc = hw_sql_done(s, err);
    }
    sqlite3_finalize(s);
    hw_buf_done(&key);
    return rc;
}
