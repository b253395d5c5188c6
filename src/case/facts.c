/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/facts.c -- facts back out: by reading, by mark, by what the index tables know, and matched.
 *
 * Every cursor here ends in the same seven columns, so one function turns a row into a fact.
 */
#include "case/room.h"

#include <stdio.h>
#include <string.h>

/* From an index row `x` to its fact; the kind is the index's own. */
#define FROM_INDEX(table, kind)                                                                    \
    "SELECT " HW_FACT_COLUMNS("e", "r", "f") " FROM " table                                        \
                                             " x JOIN fact f ON f.reading=x.reading"               \
                                             " AND f.node=x.node AND f.kind=" kind                 \
                                             " AND f.seq=x.seq JOIN reading r ON r.id=x.reading"   \
                                             " AND r.class>0 JOIN evidence e ON e.id=r.evidence"

static const char *const mark_words[HW_MARK_COUNT] = {
    NULL,        "sha256", "sha1", "md5",    "imphash", "cert-sha256", "cert-sha1", "cert-serial",
    "cert-spki", "signer", "code", "entity", "pattern", "rules",       "rule-set",
};

const char *hw_mark_word(enum hw_mark m)
{
    return (unsigned)m < HW_MARK_COUNT ? mark_words[m] : NULL;
}

int hw_body_decode(uint32_t kind, struct hw_span body, uint32_t node, struct hw_fact *out,
                   struct hw_error *err)
{
    struct hw_budget fuel = {HW_FRAME_BYTES, HW_FRAME_BYTES, 4};
    struct hw_reader r;
    if (body.n > HW_FRAME_BYTES || kind > UINT16_MAX) {
        return hw_fail(err, HW_E_CASE, "a fact in the case is too long, or of no kind");
    }
    hw_reader_init(&r, body, &fuel);
    struct hw_fact f;
    int rc = hw_fact_decode_body((enum hw_fact_kind)kind, &r, &f, err);
    if (rc == HW_E_PEER) {
        rc = hw_blame(err, HW_E_CASE, "a fact in the case is damaged: ");
        if (err != NULL) {
            err->code = rc;
        }
        return rc;
    }
    if (rc == HW_OK && hw_fact_get_u64(&f, HW_F_NODE) != node) {
        return hw_fail(err, HW_E_CASE, "a fact in the case is about another node than its key");
    }
    if (rc == HW_OK) {
        *out = f;
    }
    return rc;
}

int hw_fact_fill(sqlite3_stmt *s, int at, struct hw_buf *room, struct hw_fact_row *row,
                 struct hw_error *err)
{
    bool ok = true;
    hw_col_bytes(s, at, row->evidence, 32, &ok);
    uint32_t class = hw_col_u32(s, at + 1, &ok);
    row->reading = hw_col_int(s, at + 2, &ok);
    row->node = hw_col_u32(s, at + 3, &ok);
    uint32_t kind = hw_col_u32(s, at + 4, &ok);
    row->seq = hw_col_size(s, at + 5, &ok);
    struct hw_span body = hw_col_blob(s, at + 6, &ok);
    if (!ok || class == 0 || class >= HW_CLASS_COUNT) {
        return hw_col_bad("fact", err);
    }
    row->of_class = (enum hw_class) class;
    int rc = hw_body_unpack(room, kind, &body, err);
    rc = rc != HW_OK ? rc : hw_body_decode(kind, body, row->node, &row->fact, err);
    return hw_blame(err, rc, "evidence %02x%02x%02x%02x.., node %u, fact %llu: ", row->evidence[0],
                    row->evidence[1], row->evidence[2], row->evidence[3], row->node,
                    (unsigned long long)row->seq);
}

int hw_fact_next(struct hw_cursor *k, struct hw_fact_row *out, struct hw_error *err)
{
    struct hw_fact_row row;
    int rc = hw_cursor_step(k, HW_K_FACT, err);
    if (rc != HW_ROW) {
        return rc;
    }
    rc = hw_fact_fill(k->s, 0, &k->unpacked, &row, err);
    if (rc != HW_OK) {
        return rc;
    }
    *out = row;
    return HW_ROW;
}

/* Ends a constructor: the cursor, or nothing and the first failure. */
static int give(struct hw_cursor *k, int rc, struct hw_cursor **out)
{
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    *out = k;
    return HW_OK;
}

int hw_case_facts(struct hw_case *c, int64_t reading, int64_t node, enum hw_fact_kind first,
                  enum hw_fact_kind last, struct hw_cursor **out, struct hw_error *err)
{
#define FACTS_OF(more)                                                                             \
    "SELECT " HW_FACT_COLUMNS(                                                                     \
        "e", "r", "f") " FROM fact f JOIN reading r ON r.id=f.reading"                             \
                       " JOIN evidence e ON e.id=r.evidence WHERE f.reading=?1 AND r.class>0" more \
                       " AND f.kind>=?2 AND f.kind<=?3 ORDER BY f.node,f.kind,f.seq"
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(
        c, HW_K_FACT, node == HW_ANY_NODE ? FACTS_OF("") : FACTS_OF(" AND f.node=?4"), &k, err);
    if (rc == HW_OK) {
        hw_bind_int(k->s, 1, reading);
        hw_bind_int(k->s, 2, first);
        hw_bind_int(k->s, 3, last);
        if (node != HW_ANY_NODE) {
            hw_bind_int(k->s, 4, node);
        }
    }
    return give(k, rc, out);
}

#define MARKED(where)                                                                              \
    "SELECT " HW_FACT_COLUMNS(                                                                     \
        "e", "r",                                                                                  \
        "f") " FROM mark m JOIN fact f ON f.reading=m.reading"                                     \
             " AND f.node=m.node AND f.kind=m.kind AND f.seq=m.seq JOIN reading r ON "             \
             "r.id=m.reading"                                                                      \
             " AND r.class>0 JOIN evidence e ON e.id=r.evidence WHERE m.mark=?1 AND " where        \
             " ORDER BY m.value," HW_FACT_ORDER

int hw_case_marked(struct hw_case *c, enum hw_mark mark, const char *hex_prefix,
                   struct hw_cursor **out, struct hw_error *err)
{
    struct hw_range range;
    struct hw_cursor *k = NULL;
    int rc = hw_range_of(hex_prefix, &range, err);
    rc = rc != HW_OK ? rc
                     : hw_cursor_new(c, HW_K_FACT, MARKED("m.value>=?2 AND m.value<=?3"), &k, err);
    rc = rc != HW_OK ? rc : hw_bind_range(k->s, 2, &range, err);
    if (rc == HW_OK) {
        hw_bind_int(k->s, 1, mark);
    }
    return give(k, rc, out);
}

static struct hw_span without_zeros(struct hw_span s)
{
    while (s.n > 1 && s.p[0] == 0) {
        s.p++;
        s.n--;
    }
    return s;
}

int hw_case_marked_by(struct hw_case *c, enum hw_mark mark, struct hw_span value,
                      struct hw_cursor **out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, HW_K_FACT, MARKED("m.value=?2"), &k, err);
    value = mark == HW_MARK_CERT_SERIAL ? without_zeros(value) : value;
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 2, value, err);
    if (rc == HW_OK) {
        hw_bind_int(k->s, 1, mark);
    }
    return give(k, rc, out);
}

int hw_case_components(struct hw_case *c, const char *name, const char *version,
                       const char *machine, struct hw_cursor **out, struct hw_error *err)
{
    char sql[768];
    struct hw_cursor *k = NULL;
    const char *values[] = {name, version, machine};
    int n = snprintf(
        sql, sizeof sql,
        FROM_INDEX("component", "18") " WHERE 1%s%s%s"
                                      " ORDER BY x.name,x.version,x.machine," HW_FACT_ORDER,
        name == NULL ? "" : " AND x.name=?1", version == NULL ? "" : " AND x.version=?2",
        machine == NULL ? "" : " AND x.machine=?3");
    if (n < 0 || (size_t)n >= sizeof sql) {
        HW_NEVER();
    }
    int rc = hw_cursor_new(c, HW_K_FACT, sql, &k, err);
    for (int i = 0; i < 3 && rc == HW_OK; i++) {
        rc = values[i] == NULL ? HW_OK : hw_bind_words(k->s, i + 1, values[i], err);
    }
    return give(k, rc, out);
}

int hw_case_links(struct hw_case *c, const uint8_t child[32], struct hw_cursor **out,
                  struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, HW_K_FACT,
                           FROM_INDEX("link", "43") " WHERE x.child=?1 ORDER BY " HW_FACT_ORDER, &k,
                           err);
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 1, (struct hw_span){child, 32}, err);
    return give(k, rc, out);
}

/* CRLs of an issuer; ?1 to ?3 are aki, spki and name, each empty when not known. */
#define OF_ISSUER(x)                                                                               \
    "((length(?1)>0 AND " x ".aki=?1) OR (length(?2)>0 AND " x ".spki=?2)"                         \
    " OR (length(?3)>0 AND " x ".issuer=?3)"                                                       \
    " OR (length(?1)=0 AND length(?2)=0 AND length(?3)=0))"

static int bind_issuer(sqlite3_stmt *s, const struct hw_issuer *by, struct hw_error *err)
{
    int rc = hw_bind_copy(s, 1, by->aki, err);
    rc = rc != HW_OK ? rc : hw_bind_copy(s, 2, by->spki, err);
    return rc != HW_OK ? rc : hw_bind_words(s, 3, by->issuer == NULL ? "" : by->issuer, err);
}

int hw_case_crls(struct hw_case *c, const struct hw_issuer *by, struct hw_cursor **out,
                 struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(
        c, HW_K_FACT, FROM_INDEX("crl", "45") " WHERE " OF_ISSUER("x") " ORDER BY " HW_FACT_ORDER,
        &k, err);
    rc = rc != HW_OK ? rc : bind_issuer(k->s, by, err);
    return give(k, rc, out);
}

int hw_case_revocations(struct hw_case *c, const struct hw_issuer *by, struct hw_span serial,
                        struct hw_cursor **out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(
        c, HW_K_FACT,
        FROM_INDEX("revoked",
                   "46") " WHERE x.serial=?4 AND EXISTS (SELECT 1"
                         " FROM crl l WHERE l.reading=x.reading AND l.sha256=x.crl AND " OF_ISSUER(
                             "l") ") ORDER BY " HW_FACT_ORDER,
        &k, err);
    rc = rc != HW_OK ? rc : bind_issuer(k->s, by, err);
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 4, without_zeros(serial), err);
    return give(k, rc, out);
}

int hw_case_indicators(struct hw_case *c, const char *kind, struct hw_cursor **out,
                       struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(
        c, HW_K_FACT,
        kind == NULL ? FROM_INDEX("indicator", "61") " ORDER BY x.kind,x.value," HW_FACT_ORDER
                     : FROM_INDEX("indicator", "61") " WHERE x.kind=?1"
                                                     " ORDER BY x.value," HW_FACT_ORDER,
        &k, err);
    rc = rc != HW_OK || kind == NULL ? rc : hw_bind_words(k->s, 1, kind, err);
    return give(k, rc, out);
}

int hw_case_statements(struct hw_case *c, const char *name, const char *ecosystem,
                       struct hw_cursor **out, struct hw_error *err)
{
    char sql[768];
    struct hw_cursor *k = NULL;
    const char *values[] = {name, ecosystem};
    int n = snprintf(
        sql, sizeof sql,
        FROM_INDEX("statement", "62") " WHERE 1%s%s ORDER BY x.name,x.ecosystem," HW_FACT_ORDER,
        name == NULL ? "" : " AND x.name=?1", ecosystem == NULL ? "" : " AND x.ecosystem=?2");
    if (n < 0 || (size_t)n >= sizeof sql) {
        HW_NEVER();
    }
    int rc = hw_cursor_new(c, HW_K_FACT, sql, &k, err);
    for (int i = 0; i < 2 && rc == HW_OK; i++) {
        rc = values[i] == NULL ? HW_OK : hw_bind_words(k->s, i + 1, values[i], err);
    }
    return give(k, rc, out);
}

int hw_case_indicators_of(struct hw_case *c, const char *kind, struct hw_span value,
                          struct hw_cursor **out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_cursor_new(c, HW_K_FACT,
                           FROM_INDEX("indicator", "61") " WHERE x.kind=?1 AND x.value=?2"
                                                         " ORDER BY " HW_FACT_ORDER,
                           &k, err);
    rc = rc != HW_OK ? rc : hw_bind_words(k->s, 1, kind, err);
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 2, value, err);
    return give(k, rc, out);
}

int hw_case_indicators_under(struct hw_case *c, const char *kind, struct hw_span prefix,
                             struct hw_cursor **out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_buf end; /* no text has this byte */
    hw_buf_init(&end, 1 << 20);
    hw_buf_span_put(&end, prefix);
    hw_buf_char(&end, '\xff');
    int rc = hw_cursor_new(
        c, HW_K_FACT,
        FROM_INDEX("indicator", "61") " WHERE x.kind=?1 AND x.value>=?2"
                                      " AND x.value<?3 ORDER BY x.value," HW_FACT_ORDER,
        &k, err);
    rc = rc != HW_OK ? rc : hw_bind_words(k->s, 1, kind, err);
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 2, prefix, err);
    rc = rc != HW_OK ? rc : hw_bind_copy(k->s, 3, hw_buf_span(&end), err);
    hw_buf_done(&end);
    return give(k, rc, out);
}

int hw_case_named(struct hw_case *c, struct hw_cursor **out, struct hw_error *err)
{
    return hw_cursor_new(c, HW_K_NAMED,
                         "SELECT DISTINCT kind,value,reading,node FROM indicator"
                         " ORDER BY kind,value,reading,node",
                         out, err);
}

int hw_named_next(struct hw_cursor *k, struct hw_named_row *out, struct hw_error *err)
{
    struct hw_named_row row;
    bool ok = true;
    int rc = hw_cursor_step(k, HW_K_NAMED, err);
    if (rc != HW_ROW) {
        return rc;
    }
    row.kind = hw_col_text(k->s, 0, &ok);
    row.value = hw_col_blob(k->s, 1, &ok);
    row.reading = hw_col_int(k->s, 2, &ok);
    row.node = hw_col_u32(k->s, 3, &ok);
    if (!ok) {
        return hw_col_bad("indicator", err);
    }
    *out = row;
    return HW_ROW;
}

static int visit(sqlite3_stmt *s, const struct hw_fact_walk *w, struct hw_buf *room,
                 struct hw_error *err)
{
    bool ok = true;
    struct hw_fact f;
    struct hw_error why = {0};
    int64_t reading = hw_col_int(s, 0, &ok);
    uint32_t node = hw_col_u32(s, 1, &ok), kind = hw_col_u32(s, 2, &ok);
    uint64_t seq = hw_col_size(s, 3, &ok);
    struct hw_span body = hw_col_blob(s, 4, &ok);
    int rc = ok ? hw_body_unpack(room, kind, &body, &why) : hw_col_bad("fact", &why);
    rc = rc != HW_OK ? rc : hw_body_decode(kind, body, node, &f, &why);
    if (rc == HW_OK) {
        return w->each(w->state, reading, node, seq, &f, err);
    }
    if (rc == HW_E_CASE && w->bad != NULL) {
        w->bad(w->state, why.text);
        return HW_OK;
    }
    return hw_fail(err, rc, "%s", why.text);
}

int hw_facts_walk(sqlite3 *db, const struct hw_fact_walk *w, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    struct hw_buf room = {NULL};
    int rc = hw_sql_make(db,
                         "SELECT reading,node,kind,seq,body FROM fact"
                         " ORDER BY reading,node,kind,seq",
                         false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    while ((rc = hw_sql_step(s, err)) == HW_ROW) {
        rc = visit(s, w, &room, err);
        if (rc != HW_OK) {
            break;
        }
    }
    sqlite3_finalize(s);
    hw_buf_done(&room);
    return rc;
}
