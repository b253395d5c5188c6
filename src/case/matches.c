/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/matches.c -- indicators against marks, whichever of the two are more.
 *
 * Both tables lie in the order of their values, so they are walked side by side and each skips to
 * where the other is: a single indicator is one look into millions of marks, a million of them are
 * one walk through both, and memory is two rows. Facts are fetched for a value that is in both.
 */
#include "case/room.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Which kinds of indicator speak of which marks. A published SHA-256 may be a certificate's. */
#define PAIRS                                                                                      \
    "(1,'sha256'),(2,'sha1'),(3,'md5'),(4,'imphash'),(5,'sha256'),(5,'cert-sha256'),(6,'sha1'),"   \
    "(6,'cert-sha1'),(7,'cert-serial')"
enum { LAST_MARK = HW_MARK_CERT_SERIAL, PATIENCE = 4 };

/* Those of one mark and value. CROSS JOIN is SQLite's word for "in this order". Found are
 * artifacts' readings only: a list of hashes is not a victim of another. */
#define MATCHES                                                                                    \
    "WITH pair(mark,word) AS (VALUES " PAIRS                                                       \
    ") SELECT " HW_FACT_COLUMNS("e", "r", "f") "," HW_FACT_COLUMNS(                                \
        "d", "q",                                                                                  \
        "g") " FROM pair p CROSS JOIN indicator i ON i.kind=p.word AND i.value=?2"                 \
             " CROSS JOIN mark m ON m.mark=p.mark AND m.value=?2"                                  \
             " JOIN fact f ON f.reading=m.reading AND f.node=m.node AND f.kind=m.kind AND "        \
             "f.seq=m.seq"                                                                         \
             " JOIN reading r ON r.id=m.reading AND r.class=1 JOIN evidence e ON e.id=r.evidence"  \
             " JOIN fact g ON g.reading=i.reading AND g.node=i.node AND g.kind=61 AND g.seq=i.seq" \
             " JOIN reading q ON q.id=i.reading AND q.class>0 JOIN evidence d ON d.id=q.evidence"  \
             " WHERE p.mark=?1 ORDER BY " HW_FACT_ORDER ",d.sha256,q.class,g.node,g.seq"

/* Values from ?2 on; ?1 is a mark, or none of the words of its indicators. */
#define MARKS "SELECT value FROM mark WHERE mark=?1 AND value>=?2 ORDER BY value"
#define NAMED(word) "SELECT value FROM indicator WHERE kind='" word "' AND value>=?2 "
#define OR(word) "UNION ALL " NAMED(word)
#define BY_VALUE "ORDER BY value"

static const char *const published[LAST_MARK + 1] = {
    [HW_MARK_SHA256] = NAMED("sha256") BY_VALUE,
    [HW_MARK_SHA1] = NAMED("sha1") BY_VALUE,
    [HW_MARK_MD5] = NAMED("md5") BY_VALUE,
    [HW_MARK_IMPHASH] = NAMED("imphash") BY_VALUE,
    [HW_MARK_CERT_SHA256] = NAMED("sha256") OR("cert-sha256") BY_VALUE,
    [HW_MARK_CERT_SHA1] = NAMED("sha1") OR("cert-sha1") BY_VALUE,
    [HW_MARK_CERT_SERIAL] = NAMED("cert-serial") BY_VALUE,
};

/* One of the two tables, at a value. */
struct side {
    sqlite3_stmt *s;
    struct hw_span at; /* borrowed from s */
    unsigned patience; /* rows worth stepping over before looking the value up */
};

struct hw_meeting {
    struct side marks, named;
    int mark;           /* 0: not begun */
    bool open;          /* rows of the value found are still to come */
    struct hw_buf past; /* the value behind the one that was found */
};

void hw_meeting_free(struct hw_meeting *m)
{
    if (m != NULL) {
        sqlite3_finalize(m->marks.s);
        sqlite3_finalize(m->named.s);
        hw_buf_done(&m->past);
        free(m);
    }
}

int hw_case_matches(struct hw_case *c, struct hw_cursor **out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, HW_K_MATCH, MATCHES, &k, err);
    if (rc != HW_OK) {
        return rc;
    }
    k->meeting = calloc(1, sizeof *k->meeting);
    rc = k->meeting == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to match indicators")
                            : hw_sql_make(c->db, MARKS, false, &k->meeting->marks.s, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    hw_buf_init(&k->meeting->past, HW_FRAME_BYTES);
    *out = k;
    return HW_OK;
}

/* HW_ROW: side->at is the next value; 0: there is none. */
static int step(struct side *side, struct hw_error *err)
{
    bool ok = true;
    int rc = hw_sql_step(side->s, err);
    if (rc == HW_ROW) {
        side->at = hw_col_blob(side->s, 0, &ok);
        rc = ok ? rc : hw_col_bad("mark or indicator", err);
    }
    return rc;
}

static int seek(struct side *side, struct hw_span value, struct hw_error *err)
{
    sqlite3_reset(side->s);
    int rc = hw_bind_copy(side->s, 2, value, err);
    return rc != HW_OK ? rc : step(side, err);
}

/* To the first value that is not less. Near ones are reached by stepping, far ones looked up; how
 * near the last one was is the best guess of the next. */
static int reach(struct side *side, struct hw_span value, struct hw_error *err)
{
    for (unsigned i = 0; i < side->patience; i++) {
        int rc = step(side, err);
        if (rc != HW_ROW || hw_span_compare(side->at, value) >= 0) {
            side->patience = PATIENCE;
            return rc;
        }
    }
    side->patience = side->patience > 1 ? side->patience / 2 : 1;
    return seek(side, value, err);
}

/* HW_ROW: both are at the same value; 0: this mark has no more. */
static int meet(struct hw_meeting *m, int rc, struct hw_error *err)
{
    while (rc == HW_ROW) {
        int by = hw_span_compare(m->marks.at, m->named.at);
        if (by == 0) {
            return HW_ROW;
        }
        rc = by < 0 ? reach(&m->marks, m->named.at, err) : reach(&m->named, m->marks.at, err);
    }
    return rc;
}

/* Both at their first value from `from` on. */
static int place(struct hw_meeting *m, struct hw_span from, struct hw_error *err)
{
    int rc = seek(&m->named, from, err);
    struct hw_span first = m->named.at;
    return rc != HW_ROW ? rc : seek(&m->marks, first, err);
}

static int begin_mark(struct hw_cursor *k, struct hw_error *err)
{
    struct hw_meeting *m = k->meeting;
    sqlite3_finalize(m->named.s);
    m->named.s = NULL;
    m->mark++;
    int rc = hw_sql_make(k->c->db, published[m->mark], false, &m->named.s, err);
    if (rc != HW_OK) {
        return rc;
    }
    m->marks.patience = m->named.patience = PATIENCE;
    sqlite3_reset(m->marks.s);
    hw_bind_int(m->marks.s, 1, m->mark);
    return place(m, (struct hw_span){NULL, 0}, err);
}

/* The next value that both have; 0: no mark has one any more. */
static int next_value(struct hw_cursor *k, struct hw_error *err)
{
    struct hw_meeting *m = k->meeting;
    int rc = HW_OK;
    if (m->mark > 0) {
        rc = place(m, hw_buf_span(&m->past), err);
        rc = meet(m, rc, err);
    }
    while (rc == HW_OK && m->mark < LAST_MARK) {
        rc = begin_mark(k, err);
        rc = meet(m, rc, err);
    }
    if (rc != HW_ROW) {
        return rc;
    }
    /* The smallest value behind this one has a zero more: many rows may have this very value. */
    hw_buf_clear(&m->past);
    hw_buf_span_put(&m->past, m->marks.at);
    hw_buf_char(&m->past, '\0');
    if (!hw_buf_ok(&m->past)) {
        return hw_fail(err, HW_E_MEMORY, "no memory to match indicators");
    }
    sqlite3_reset(k->s);
    hw_bind_int(k->s, 1, m->mark);
    rc = hw_bind_copy(k->s, 2, m->marks.at, err);
    return rc != HW_OK ? rc : HW_ROW;
}

int hw_match_next(struct hw_cursor *k, struct hw_match_row *out, struct hw_error *err)
{
    struct hw_match_row row;
    if (k->kind != HW_K_MATCH) {
        return hw_fail(err, HW_E_STATE, "a cursor is asked for rows of another kind");
    }
    struct hw_meeting *m = k->meeting;
    int rc = HW_OK;
    while (!k->ended && rc == HW_OK) {
        rc = m->open ? HW_ROW : next_value(k, err);
        k->ended = rc != HW_ROW;
        rc = rc != HW_ROW ? rc : hw_sql_step(k->s, err);
        m->open = rc == HW_ROW;
    }
    if (rc != HW_ROW) {
        k->ended = true;
        return rc;
    }
    row.mark = (enum hw_mark)m->mark;
    rc = hw_fact_fill(k->s, 0, &k->unpacked, &row.found, err);
    rc = rc != HW_OK ? rc : hw_fact_fill(k->s, 7, &k->box, &row.indicator, err);
    if (rc != HW_OK) {
        return rc;
    }
    *out = row;
    return HW_ROW;
}
