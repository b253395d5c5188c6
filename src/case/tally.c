/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/tally.c -- how much of everything there is, kept along by whoever writes: to count millions
 * of rows would cost more than most questions.
 *
 * The numbers are a row of meta, written with the batch that changed them, so they are as true as
 * what was committed. `case check` counts again. A stranger's numbers are not believed.
 */
#include "case/room.h"

#include <string.h>

#include "base/text.h"

enum { FIELDS = 8, BYTES = 8 * FIELDS };

static uint64_t *field(struct hw_case_counts *n, unsigned i)
{
    uint64_t *const all[FIELDS] = {&n->evidences,  &n->readings,  &n->artifacts, &n->facts,
                                   &n->indicators, &n->sightings, &n->unreads,   &n->telemetry};
    return all[i];
}

/* ---- counting ---- */

bool hw_tally_is_log(struct hw_span format)
{
    /* What somebody declares (an estate, a bundle) is no log by itself: nothing happened yet. */
    return hw_format_is_log(format) && !hw_span_is(format, "estate") &&
           !hw_span_is(format, "share");
}

static int count_logs(sqlite3 *db, uint64_t *out, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    uint64_t n = 0;
    int rc =
        hw_sql_make(db, "SELECT format,count(*) FROM artifact GROUP BY format", false, &s, err);
    while (rc == HW_OK && (rc = hw_sql_step(s, err)) == HW_ROW) {
        bool log = hw_tally_is_log(hw_span_str(hw_col_text(s, 0, &ok)));
        n += log ? (uint64_t)hw_col_int(s, 1, &ok) : 0;
        rc = ok ? HW_OK : hw_col_bad("artifact", err);
    }
    sqlite3_finalize(s);
    if (rc == HW_OK) {
        *out = n;
    }
    return rc;
}

int hw_tally_count(sqlite3 *db, struct hw_case_counts *out, struct hw_error *err)
{
    static const char *const sql[FIELDS - 1] = {
        "SELECT count(*) FROM evidence",
        "SELECT count(*) FROM reading WHERE class>0",
        "SELECT coalesce(sum(nodes),0) FROM reading WHERE class=1",
        "SELECT coalesce(sum(facts),0) FROM reading WHERE class>0",
        "SELECT count(*) FROM indicator",
        "SELECT count(*) FROM sighting WHERE current=1",
        "SELECT count(*) FROM unread",
    };
    struct hw_case_counts n = {.evidences = 0};
    for (unsigned i = 0; i < FIELDS - 1; i++) {
        int64_t v = 0;
        int rc = hw_sql_int(db, sql[i], &v, err);
        if (rc != HW_OK) {
            return rc;
        }
        *field(&n, i) = (uint64_t)v;
    }
    int rc = count_logs(db, &n.telemetry, err);
    if (rc == HW_OK) {
        *out = n;
    }
    return rc;
}

/* ---- kept along ---- */

int hw_tally_read(sqlite3 *db, struct hw_case_counts *out, bool *out_there, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    struct hw_case_counts n = {.evidences = 0};
    int rc = hw_sql_make(db, "SELECT value FROM meta WHERE key='counts'", false, &s, err);
    rc = rc != HW_OK ? rc : hw_sql_step(s, err);
    bool there = rc == HW_ROW && sqlite3_column_type(s, 0) == SQLITE_BLOB &&
                 sqlite3_column_bytes(s, 0) == BYTES;
    const uint8_t *p = there ? sqlite3_column_blob(s, 0) : NULL;
    for (unsigned i = 0; i < BYTES && p != NULL; i++) {
        *field(&n, i / 8) |= (uint64_t)p[i] << (8 * (i % 8));
    }
    sqlite3_finalize(s);
    if (rc >= 0) {
        *out_there = p != NULL;
        *out = n;
    }
    return rc < 0 ? rc : HW_OK;
}

int hw_tally_put(sqlite3 *db, const struct hw_case_counts *n, struct hw_error *err)
{
    struct hw_case_counts copy = *n;
    sqlite3_stmt *s = NULL;
    uint8_t b[BYTES];
    for (unsigned i = 0; i < BYTES; i++) {
        b[i] = (uint8_t)(*field(&copy, i / 8) >> (8 * (i % 8)));
    }
    int rc = hw_sql_make(db, "INSERT OR REPLACE INTO meta(key,value) VALUES('counts',?1)", false,
                         &s, err);
    if (rc == HW_OK) {
        hw_bind_blob(s, 1, (struct hw_span){b, sizeof b});
        rc = hw_sql_done(s, err);
    }
    sqlite3_finalize(s);
    return rc;
}

int hw_tally_begin(struct hw_case *c, struct hw_error *err)
{
    bool there = false;
    int rc = hw_tally_read(c->db, &c->tally, &there, err);
    rc = rc != HW_OK || there ? rc : hw_tally_count(c->db, &c->tally, err);
    c->tally_was = c->tally;
    if (!there) {
        memset(&c->tally_was, 0xff, sizeof c->tally_was); /* the end of this batch writes them */
    }
    return rc;
}

int hw_tally_end(struct hw_case *c, struct hw_error *err)
{
    bool same = memcmp(&c->tally, &c->tally_was, sizeof c->tally) == 0;
    int rc = same ? HW_OK : hw_tally_put(c->db, &c->tally, err);
    c->tally_was = rc == HW_OK ? c->tally : c->tally_was;
    return rc;
}

int hw_case_count(struct hw_case *c, struct hw_case_counts *out, struct hw_error *err)
{
    bool there = false;
    if (c->batch) {
        *out = c->tally;
        return HW_OK;
    }
    int rc = c->stranger ? HW_OK : hw_tally_read(c->db, out, &there, err);
    return rc != HW_OK || there ? rc : hw_tally_count(c->db, out, err);
}

int hw_case_count_read(struct hw_case *c, uint64_t *out, struct hw_error *err)
{
    int64_t n = 0;
    int rc = hw_sql_int(c->db, "SELECT count(*) FROM reading WHERE class=1 AND degree<>3", &n, err);
    if (rc == HW_OK) {
        *out = (uint64_t)n;
    }
    return rc;
}
