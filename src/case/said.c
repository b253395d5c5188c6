/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/said.c -- what people say: declared facts, judgements, notes; and the tombstones.
 *
 * None of it touches a reading, so it changes without reading again.
 */
#include "base/text.h"
#include "case/room.h"
#include "fact/words.h"

#include <string.h>

#include "fact/id.h"

enum { SAID_BYTES = 64 * 1024 };

static const char *const keys[] = {"accept-opaque", "acquired-at", "acquired-by", "exhibit", "host",
                                   "note",          "org",         "share-key",   "tool",    "tz"};

static bool is_key(const char *key)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* Prepares, lets the caller bind, runs: for what is said once in a while. */
static int prepare(struct hw_case *c, const char *sql, sqlite3_stmt **out, struct hw_error *err)
{
    int rc = hw_case_write(c, err);
    return rc != HW_OK ? rc : hw_sql_make(c->db, sql, false, out, err);
}

static int finish(sqlite3_stmt *s, struct hw_error *err)
{
    int rc = hw_sql_done(s, err);
    sqlite3_finalize(s);
    return rc;
}

/* *out: is this what was said last? */
static int said_last(struct hw_case *c, int64_t evidence, const char *key, struct hw_span value,
                     bool *out, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    int rc = hw_sql_make(c->db,
                         "SELECT value FROM declared WHERE evidence=?1 AND key=?2"
                         " ORDER BY at_ns DESC LIMIT 1",
                         false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, evidence);
    hw_bind_text(s, 2, key);
    rc = hw_sql_step(s, err);
    if (rc >= 0) {
        *out = rc == HW_ROW && hw_span_equal(hw_col_blob(s, 0, &ok), value);
        rc = HW_OK;
    }
    sqlite3_finalize(s);
    return rc;
}

int hw_case_declare(struct hw_case *c, const uint8_t sha256[32], const char *key,
                    struct hw_span value, int64_t now_ns, struct hw_error *err)
{
    int64_t evidence;
    bool same = false;
    sqlite3_stmt *s = NULL;
    if (!is_key(key)) {
        return hw_fail(err, HW_E_USAGE, "'%s' cannot be declared about evidence", key);
    }
    if (value.n > SAID_BYTES) {
        return hw_fail(err, HW_E_LIMIT, "more than 64 KiB for '%s'", key);
    }
    int rc = hw_evidence_id(c, sha256, &evidence, err);
    rc = rc != HW_OK ? rc : said_last(c, evidence, key, value, &same, err);
    if (rc != HW_OK || same) {
        return rc;
    }
    rc = prepare(c, "INSERT OR REPLACE INTO declared(evidence,key,at_ns,value) VALUES(?1,?2,?3,?4)",
                 &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, evidence);
    hw_bind_text(s, 2, key);
    hw_bind_int(s, 3, now_ns);
    hw_bind_blob(s, 4, value);
    return finish(s, err);
}

static int check_said(const char *subject, const char *text, struct hw_error *err)
{
    if (!hw_id_is(subject) || strlen(subject) != HW_ID_TEXT - 1) {
        return hw_fail(err, HW_E_USAGE, "not a whole id: '%.40s'", subject);
    }
    if (strlen(text) > SAID_BYTES) {
        return hw_fail(err, HW_E_LIMIT, "more than 64 KiB of text");
    }
    return HW_OK;
}

int hw_case_judge(struct hw_case *c, const char *subject, bool accept, const char *because,
                  const char *who, int64_t now_ns, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = check_said(subject, because, err);
    rc = rc != HW_OK ? rc
                     : prepare(c,
                               "INSERT INTO judgement(subject,at_ns,accept,because,who)"
                               " VALUES(?1,?2,?3,?4,?5)",
                               &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_text(s, 1, subject);
    hw_bind_int(s, 2, now_ns);
    hw_bind_int(s, 3, accept);
    hw_bind_text(s, 4, because);
    hw_bind_text(s, 5, who);
    return finish(s, err);
}

int hw_case_note(struct hw_case *c, const char *subject, const char *text, const char *who,
                 int64_t now_ns, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = check_said(subject, text, err);
    rc = rc != HW_OK
             ? rc
             : prepare(c, "INSERT INTO note(subject,at_ns,text,who) VALUES(?1,?2,?3,?4)", &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_text(s, 1, subject);
    hw_bind_int(s, 2, now_ns);
    hw_bind_text(s, 3, text);
    hw_bind_text(s, 4, who);
    return finish(s, err);
}

/* ---- back out ---- */

int hw_case_declared(struct hw_case *c, const uint8_t evidence[32], struct hw_cursor **out,
                     struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, HW_K_DECLARED,
                           "SELECT d.key,d.value,d.at_ns,NOT EXISTS (SELECT 1 FROM declared l"
                           " WHERE l.evidence=d.evidence AND l.key=d.key AND l.at_ns>d.at_ns)"
                           " FROM evidence e JOIN declared d ON d.evidence=e.id"
                           " WHERE e.sha256=?1 ORDER BY d.key,d.at_ns",
                           &k, err);
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 1, (struct hw_span){evidence, 32}, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    *out = k;
    return HW_OK;
}

int hw_declared_next(struct hw_cursor *k, struct hw_declared_row *out, struct hw_error *err)
{
    bool ok = true;
    int rc = hw_cursor_step(k, HW_K_DECLARED, err);
    if (rc != HW_ROW) {
        return rc;
    }
    struct hw_declared_row row = {.key = hw_col_text(k->s, 0, &ok),
                                  .value = hw_col_blob(k->s, 1, &ok),
                                  .at_ns = hw_col_int(k->s, 2, &ok),
                                  .current = hw_col_int(k->s, 3, &ok) != 0};
    if (!ok) {
        return hw_col_bad("declared", err);
    }
    *out = row;
    return HW_ROW;
}

/* Cursors over rows about a subject: its whole id, a prefix of it, or all. */
static int about(struct hw_case *c, enum hw_cursor_kind kind, const char *sql, const char *prefix,
                 struct hw_cursor **out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, kind, sql, &k, err);
    rc = rc != HW_OK ? rc : hw_bind_words(k->s, 1, prefix == NULL ? "" : prefix, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    *out = k;
    return HW_OK;
}

int hw_case_judgements(struct hw_case *c, const char *subject_prefix, struct hw_cursor **out,
                       struct hw_error *err)
{
    return about(c, HW_K_JUDGEMENT,
                 "SELECT j.subject,j.because,j.who,j.accept,j.at_ns,NOT EXISTS (SELECT 1 FROM"
                 " judgement l WHERE l.subject=j.subject AND (l.at_ns,l.id)>(j.at_ns,j.id))"
                 " FROM judgement j WHERE substr(j.subject,1,length(?1))=?1"
                 " ORDER BY j.subject,j.at_ns,j.id",
                 subject_prefix, out, err);
}

int hw_judgement_next(struct hw_cursor *k, struct hw_judgement_row *out, struct hw_error *err)
{
    bool ok = true;
    int rc = hw_cursor_step(k, HW_K_JUDGEMENT, err);
    if (rc != HW_ROW) {
        return rc;
    }
    struct hw_judgement_row row = {.subject = hw_col_text(k->s, 0, &ok),
                                   .because = hw_col_text(k->s, 1, &ok),
                                   .who = hw_col_text(k->s, 2, &ok),
                                   .accept = hw_col_int(k->s, 3, &ok) != 0,
                                   .at_ns = hw_col_int(k->s, 4, &ok),
                                   .current = hw_col_int(k->s, 5, &ok) != 0};
    if (!ok) {
        return hw_col_bad("judgement", err);
    }
    *out = row;
    return HW_ROW;
}

int hw_case_notes(struct hw_case *c, const char *subject_prefix, struct hw_cursor **out,
                  struct hw_error *err)
{
    return about(c, HW_K_NOTE,
                 "SELECT subject,text,who,at_ns FROM note WHERE substr(subject,1,length(?1))=?1"
                 " ORDER BY subject,at_ns,id",
                 subject_prefix, out, err);
}

int hw_note_next(struct hw_cursor *k, struct hw_note_row *out, struct hw_error *err)
{
    bool ok = true;
    int rc = hw_cursor_step(k, HW_K_NOTE, err);
    if (rc != HW_ROW) {
        return rc;
    }
    struct hw_note_row row = {.subject = hw_col_text(k->s, 0, &ok),
                              .text = hw_col_text(k->s, 1, &ok),
                              .who = hw_col_text(k->s, 2, &ok),
                              .at_ns = hw_col_int(k->s, 3, &ok)};
    if (!ok) {
        return hw_col_bad("note", err);
    }
    *out = row;
    return HW_ROW;
}

int hw_case_tombstones(struct hw_case *c, struct hw_cursor **out, struct hw_error *err)
{
    return hw_cursor_new(c, HW_K_TOMBSTONE,
                         "SELECT sha256,at_ns,who,because FROM tombstone ORDER BY sha256,at_ns",
                         out, err);
}

int hw_tombstone_next(struct hw_cursor *k, struct hw_tombstone_row *out, struct hw_error *err)
{
    bool ok = true;
    struct hw_tombstone_row row;
    int rc = hw_cursor_step(k, HW_K_TOMBSTONE, err);
    if (rc != HW_ROW) {
        return rc;
    }
    hw_col_bytes(k->s, 0, row.sha256, 32, &ok);
    row.at_ns = hw_col_int(k->s, 1, &ok);
    row.who = hw_col_text(k->s, 2, &ok);
    row.because = hw_col_text(k->s, 3, &ok);
    if (!ok) {
        return hw_col_bad("tombstone", err);
    }
    *out = row;
    return HW_ROW;
}
