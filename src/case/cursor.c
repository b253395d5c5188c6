/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/cursor.c -- what all cursors share, and those over evidence, sightings and unread paths.
 */
#include "case/room.h"

#include <stdlib.h>
#include <string.h>

#include "fact/path.h"

enum { PATHS_BYTES = 1024 * 1024 };

/* A question opens the same few cursors for each of its matches: to prepare the words anew would
 * cost more than the rows. */
static sqlite3_stmt *take_spare(struct hw_case *c, const char *sql)
{
    for (unsigned i = 0; i < HW_SPARES; i++) {
        sqlite3_stmt *s = c->spare[i];
        if (s != NULL && strcmp(sqlite3_sql(s), sql) == 0) {
            c->spare[i] = NULL;
            return s;
        }
    }
    return NULL;
}

static void give_spare(struct hw_case *c, sqlite3_stmt *s)
{
    if (s != NULL) {
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
        sqlite3_finalize(c->spare[c->next_spare]);
        c->spare[c->next_spare] = s;
        c->next_spare = (c->next_spare + 1) % HW_SPARES;
    }
}

int hw_cursor_new(struct hw_case *c, enum hw_cursor_kind kind, const char *sql,
                  struct hw_cursor **out, struct hw_error *err)
{
    struct hw_cursor *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a cursor");
    }
    k->c = c;
    k->kind = kind;
    struct hw_buf *all[] = {&k->under, &k->under_outer, &k->path, &k->outer,
                            &k->scope, &k->host,        &k->box,  &k->unpacked};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hw_buf_init(all[i], PATHS_BYTES);
    }
    k->s = take_spare(c, sql);
    int rc = k->s != NULL ? HW_OK : hw_sql_make(c->db, sql, false, &k->s, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    *out = k;
    return HW_OK;
}

void hw_cursor_free(struct hw_cursor *k)
{
    if (k == NULL) {
        return;
    }
    hw_meeting_free(k->meeting);
    give_spare(k->c, k->s);
    struct hw_buf *all[] = {&k->under, &k->under_outer, &k->path, &k->outer,
                            &k->scope, &k->host,        &k->box,  &k->unpacked};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hw_buf_done(all[i]);
    }
    free(k);
}

int hw_cursor_step(struct hw_cursor *k, enum hw_cursor_kind kind, struct hw_error *err)
{
    if (k->kind != kind) {
        return hw_fail(err, HW_E_STATE, "a cursor is asked for rows of another kind");
    }
    if (k->ended) {
        return 0;
    }
    int rc = hw_sql_step(k->s, err);
    k->ended = rc != HW_ROW;
    return rc;
}

int hw_cursor_under(struct hw_cursor *k, struct hw_span under, bool ever, struct hw_error *err)
{
    struct hw_span outer, rest;
    if (under.n > PATHS_BYTES / 2) {
        return hw_fail(err, HW_E_LIMIT, "a path of %zu bytes", under.n);
    }
    hw_path_split(under, &outer, &rest);
    hw_buf_span_put(&k->under, under);
    hw_buf_span_put(&k->under_outer, rest.n > 0 ? outer : (struct hw_span){NULL, 0});
    k->ever = ever;
    return hw_buf_ok(&k->under) && hw_buf_ok(&k->under_outer)
               ? HW_OK
               : hw_fail(err, HW_E_MEMORY, "no memory for a path");
}

static bool place_matches(const struct hw_cursor *k)
{
    if (k->under_outer.n > 0) {
        return hw_span_equal(hw_buf_span(&k->outer), hw_buf_span(&k->under_outer));
    }
    return hw_path_within(hw_buf_span(&k->outer), hw_buf_span(&k->under));
}

static int take_place(struct hw_cursor *k, sqlite3_stmt *s, bool *out_current, struct hw_error *err)
{
    bool ok = true;
    hw_buf_clear(&k->outer);
    hw_buf_clear(&k->host);
    hw_buf_clear(&k->scope);
    hw_path_put(&k->outer, hw_col_blob(s, 0, &ok));
    hw_buf_str(&k->host, hw_col_text(s, 1, &ok));
    hw_buf_str(&k->scope, hw_col_text(s, 2, &ok));
    *out_current = hw_col_int(s, 3, &ok) != 0;
    if (!ok) {
        return hw_col_bad("sighting", err);
    }
    return hw_buf_ok(&k->outer) && hw_buf_ok(&k->host) && hw_buf_ok(&k->scope)
               ? HW_OK
               : hw_fail(err, HW_E_MEMORY, "no memory for a path");
}

/* Without a path to look under, every evidence is in, and shown at its first current place, else
 * at its first; with one, it is in when a place that counts is there. Two rounds at most. */
int hw_cursor_place(struct hw_cursor *k, const uint8_t evidence[32], bool *out_in,
                    struct hw_error *err)
{
    bool asked = k->under.n > 0, in = !asked;
    for (int round = 0; round < 2; round++) {
        bool past_too = round == 1;
        if (past_too && asked && !k->ever) {
            break;
        }
        sqlite3_stmt *s;
        int rc = hw_sql_get(k->c, HW_SQL_SIGHTINGS_OF, &s, err);
        if (rc != HW_OK) {
            return rc;
        }
        hw_bind_hash(s, 1, evidence);
        while ((rc = hw_sql_step(s, err)) == HW_ROW) {
            bool current;
            rc = take_place(k, s, &current, err);
            if (rc != HW_OK || ((current || past_too) && place_matches(k))) {
                sqlite3_reset(s);
                *out_in = true;
                return rc;
            }
        }
        if (rc != HW_OK) {
            return rc;
        }
    }
    hw_buf_clear(&k->outer);
    hw_buf_clear(&k->host);
    hw_buf_clear(&k->scope);
    *out_in = in;
    return HW_OK;
}

/* ---- evidence ---- */

#define EVIDENCE(from)                                                                             \
    "SELECT r.id,r.class,e.sha256,e.sha1,e.md5,e.size,r.parser,r.degree,r.because,r.cage,"         \
    "r.facts,r.nodes,r.read_ns,r.asked FROM " from " AND e.sha256>=?1 AND e.sha256<=?2"            \
    " AND (?4=0 OR r.parser<?4) ORDER BY e.sha256,r.class"

int hw_case_evidence(struct hw_case *c, const struct hw_evidence_ask *ask, struct hw_cursor **out,
                     struct hw_error *err)
{
    struct hw_range range;
    struct hw_cursor *k = NULL;
    int rc = hw_range_of(ask->hash_prefix, &range, err);
    bool rare = ask->only_class > HW_CLASS_ARTIFACT; /* as the index reading_other has them */
    rc = rc != HW_OK ? rc
                     : hw_cursor_new(c, HW_K_EVIDENCE,
                                     rare ? EVIDENCE("reading r CROSS JOIN evidence e ON"
                                                     " r.evidence=e.id WHERE r.class>1"
                                                     " AND r.class=?3")
                                          : EVIDENCE("evidence e JOIN reading r ON r.evidence=e.id"
                                                     " WHERE r.class>0 AND (?3=0 OR r.class=?3)"),
                                     &k, err);
    rc = rc != HW_OK ? rc : hw_bind_range(k->s, 1, &range, err);
    rc = rc != HW_OK ? rc : hw_cursor_under(k, ask->under, ask->ever, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    hw_bind_int(k->s, 3, ask->only_class);
    hw_bind_int(k->s, 4, ask->read_before);
    *out = k;
    return HW_OK;
}

static int read_span(struct hw_cursor *k, struct hw_evidence_row *row, struct hw_error *err)
{
    sqlite3_stmt *s;
    bool ok = true;
    int rc = hw_sql_get(k->c, HW_SQL_SPAN_OF, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, row->sha256);
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        if (sqlite3_column_type(s, 0) != SQLITE_NULL) {
            row->first_ns = hw_col_int(s, 0, &ok);
            row->last_ns = hw_col_int(s, 1, &ok);
        }
        sqlite3_reset(s);
        rc = ok ? HW_OK : hw_col_bad("sighting", err);
    }
    return rc;
}

static int fill_evidence(struct hw_cursor *k, struct hw_evidence_row *row, struct hw_error *err)
{
    bool ok = true;
    *row = (struct hw_evidence_row){0};
    row->reading = hw_col_int(k->s, 0, &ok);
    uint32_t class = hw_col_u32(k->s, 1, &ok);
    hw_col_bytes(k->s, 2, row->sha256, 32, &ok);
    hw_col_bytes(k->s, 3, row->sha1, 20, &ok);
    hw_col_bytes(k->s, 4, row->md5, 16, &ok);
    row->size = hw_col_size(k->s, 5, &ok);
    row->parser = hw_col_u32(k->s, 6, &ok);
    uint32_t degree = hw_col_u32(k->s, 7, &ok);
    row->because = hw_col_text_or_null(k->s, 8, &ok);
    row->cage = hw_col_text(k->s, 9, &ok);
    row->facts = hw_col_size(k->s, 10, &ok);
    row->nodes = hw_col_size(k->s, 11, &ok);
    row->read_ns = hw_col_int(k->s, 12, &ok);
    uint32_t asked = hw_col_u32(k->s, 13, &ok);
    if (!ok || class == 0 || class >= HW_CLASS_COUNT || degree >= HW_DEGREE_COUNT ||
        asked >= HW_CLASS_COUNT) {
        return hw_col_bad("evidence or reading", err);
    }
    row->of_class = (enum hw_class) class;
    row->asked = (enum hw_class)asked;
    row->degree = (enum hw_degree)degree;
    return HW_OK;
}

int hw_evidence_next(struct hw_cursor *k, struct hw_evidence_row *out, struct hw_error *err)
{
    int rc;
    while ((rc = hw_cursor_step(k, HW_K_EVIDENCE, err)) == HW_ROW) {
        struct hw_evidence_row row;
        bool in = false;
        rc = fill_evidence(k, &row, err);
        rc = rc != HW_OK ? rc : hw_cursor_place(k, row.sha256, &in, err);
        rc = rc != HW_OK || !in ? rc : read_span(k, &row, err);
        if (rc != HW_OK) {
            return rc;
        }
        if (in) {
            row.path = hw_buf_span(&k->outer);
            row.host = hw_buf_text(&k->host);
            row.scope = hw_buf_text(&k->scope);
            *out = row;
            return HW_ROW;
        }
    }
    return rc;
}

/* ---- sightings ---- */

int hw_case_sightings(struct hw_case *c, const uint8_t evidence[32], struct hw_cursor **out,
                      struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, HW_K_SIGHTING,
                           "SELECT s.scope,s.host,s.path,s.dev,s.ino,s.size,s.mtime_ns,s.ctime_ns,"
                           "s.first_ns,s.last_ns,s.current FROM evidence e"
                           " JOIN sighting s ON s.evidence=e.id WHERE e.sha256=?1"
                           " ORDER BY s.scope,s.host,s.path",
                           &k, err);
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 1, (struct hw_span){evidence, 32}, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    *out = k;
    return HW_OK;
}

int hw_sighting_next(struct hw_cursor *k, struct hw_sighting_row *out, struct hw_error *err)
{
    int rc = hw_cursor_step(k, HW_K_SIGHTING, err);
    if (rc != HW_ROW) {
        return rc;
    }
    bool ok = true;
    struct hw_sighting_row row = {.place = {.scope = hw_col_text(k->s, 0, &ok),
                                            .host = hw_col_text(k->s, 1, &ok),
                                            .path = hw_col_blob(k->s, 2, &ok),
                                            .dev = (uint64_t)hw_col_int(k->s, 3, &ok),
                                            .ino = (uint64_t)hw_col_int(k->s, 4, &ok),
                                            .size = hw_col_size(k->s, 5, &ok),
                                            .mtime_ns = hw_col_int(k->s, 6, &ok),
                                            .ctime_ns = hw_col_int(k->s, 7, &ok)},
                                  .first_ns = hw_col_int(k->s, 8, &ok),
                                  .last_ns = hw_col_int(k->s, 9, &ok),
                                  .current = hw_col_int(k->s, 10, &ok) != 0};
    if (!ok) {
        return hw_col_bad("sighting", err);
    }
    *out = row;
    return HW_ROW;
}

/* ---- paths met and not read ---- */

int hw_case_unreads(struct hw_case *c, struct hw_span under, struct hw_cursor **out,
                    struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, HW_K_UNREAD,
                           "SELECT path,scope,host,what,says,at_ns FROM unread"
                           " ORDER BY path,host,scope",
                           &k, err);
    rc = rc != HW_OK ? rc : hw_cursor_under(k, under, true, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    *out = k;
    return HW_OK;
}

int hw_unread_next(struct hw_cursor *k, struct hw_unread_row *out, struct hw_error *err)
{
    int rc;
    while ((rc = hw_cursor_step(k, HW_K_UNREAD, err)) == HW_ROW) {
        bool ok = true;
        struct hw_unread_row row = {.path = hw_col_blob(k->s, 0, &ok),
                                    .scope = hw_col_text(k->s, 1, &ok),
                                    .host = hw_col_text(k->s, 2, &ok),
                                    .what = hw_col_text(k->s, 3, &ok),
                                    .says = hw_col_blob(k->s, 4, &ok),
                                    .at_ns = hw_col_int(k->s, 5, &ok)};
        if (!ok) {
            return hw_col_bad("unread", err);
        }
        hw_buf_clear(&k->path);
        hw_path_put(&k->path, row.path);
        if (!hw_buf_ok(&k->path)) {
            return hw_fail(err, HW_E_MEMORY, "no memory for a path");
        }
        if (hw_path_within(hw_buf_span(&k->path), hw_buf_span(&k->under))) {
            *out = row;
            return HW_ROW;
        }
    }
    return rc;
}
