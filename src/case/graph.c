/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/graph.c -- writing what derive/ says, as a whole, and knowing whether it is still true.
 */
#include "case/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "case/room.h"

const char *hw_known_word(enum hw_known k)
{
    static const char *const words[HW_KNOWN_COUNT] = {"observed", "keyed", "inferred", "claimed"};
    return words[k];
}

enum { PUT_SOURCE, PUT_THING, PUT_ALIAS, PUT_PLACE, PUT_IN, PUT_OUT, PUT_GAP, PUT_COUNT };

static const char *const words[PUT_COUNT] = {
    [PUT_SOURCE] = "INSERT INTO source(n,evidence,node,reading,path,records)"
                   " VALUES(?1,?2,?3,?4,?5,?6)",
    [PUT_THING] = "INSERT INTO thing(n,id,kind,scope,key,name,native,host,first_ns,last_ns,flags)"
                  " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
    [PUT_ALIAS] = "INSERT OR IGNORE INTO alias(name,n) VALUES(?1,?2)",
    [PUT_PLACE] = "INSERT INTO edge(n,why,source,number,off,also) VALUES(?1,?2,?3,?4,?5,?6)",
    [PUT_IN] = "INSERT INTO edge_in(object,hi,n,subject,lo,pack) VALUES(?1,?2,?3,?4,?5,?6)",
    [PUT_OUT] = "INSERT INTO edge_out(subject,lo,n,object,hi,pack) VALUES(?1,?2,?3,?4,?5,?6)",
    [PUT_GAP] = "INSERT INTO gap(what,host,log,from_ns,to_ns,count,says) VALUES(?1,?2,?3,?4,?5,?6,"
                "?7)",
};

struct hw_graph {
    struct hw_case *c;
    sqlite3_stmt *s[PUT_COUNT];
    bool done;
};

/* ---- is it still true? ---- */

static int feed(struct hw_digests *d, sqlite3 *db, const char *sql, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_sql_make(db, sql, false, &s, err);
    while (rc == HW_OK && (rc = hw_sql_step(s, err)) == HW_ROW) {
        rc = HW_OK;
        for (int i = 0; i < sqlite3_column_count(s) && rc == HW_OK; i++) {
            const void *p = sqlite3_column_blob(s, i);
            uint8_t n[4];
            int bytes = sqlite3_column_bytes(s, i);
            for (unsigned k = 0; k < 4; k++) {
                n[k] = (uint8_t)((unsigned)bytes >> (8 * k));
            }
            rc = hw_digests_update(d, (struct hw_span){n, 4}, err);
            rc = rc != HW_OK ? rc : hw_digests_update(d, (struct hw_span){p, (size_t)bytes}, err);
        }
    }
    sqlite3_finalize(s);
    return rc;
}

int hw_graph_print(struct hw_case *c, uint32_t version, uint8_t out[32], struct hw_error *err)
{
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA256));
    if (d == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a digest");
    }
    uint8_t v[4] = {(uint8_t)version, (uint8_t)(version >> 8), (uint8_t)(version >> 16),
                    (uint8_t)(version >> 24)};
    int rc = hw_digests_update(d, (struct hw_span){v, 4}, err);
    rc = rc != HW_OK ? rc
                     : feed(d, c->db,
                            "SELECT e.sha256,r.class,r.parser,r.facts FROM reading r"
                            " JOIN evidence e ON e.id=r.evidence ORDER BY e.sha256,r.class",
                            err);
    rc = rc != HW_OK ? rc
                     : feed(d, c->db,
                            "SELECT e.sha256,d.key,d.value FROM declared d JOIN evidence e"
                            " ON e.id=d.evidence WHERE d.key IN('org','host','tz','share-key')"
                            " ORDER BY e.sha256,d.key,d.at_ns",
                            err);
    rc = rc != HW_OK ? rc : hw_digests_finish(d, err);
    if (rc == HW_OK) {
        memcpy(out, hw_digests_get(d, HW_DIGEST_SHA256).p, 32);
    }
    return rc;
}

int hw_graph_exists(struct hw_case *c, bool *out, struct hw_error *err)
{
    int64_t n = 0;
    int rc = hw_sql_int(c->db, "SELECT count(*) FROM meta WHERE key='derived'", &n, err);
    if (rc == HW_OK) {
        *out = n > 0;
    }
    return rc;
}

int hw_graph_fresh(struct hw_case *c, const uint8_t print[32], bool *out, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_sql_make(c->db, "SELECT value FROM meta WHERE key='derived'", false, &s, err);
    rc = rc != HW_OK ? rc : hw_sql_step(s, err);
    if (rc >= 0) {
        *out = rc == HW_ROW && sqlite3_column_type(s, 0) == SQLITE_BLOB &&
               sqlite3_column_bytes(s, 0) == 32 &&
               memcmp(sqlite3_column_blob(s, 0), print, 32) == 0;
        rc = HW_OK;
    }
    sqlite3_finalize(s);
    return rc;
}

/* ---- writing ---- */

int hw_graph_drop(struct hw_case *c, struct hw_error *err)
{
    return hw_sql_run(c->db,
                      "DELETE FROM source; DELETE FROM thing; DELETE FROM alias; DELETE FROM edge; "
                      "DELETE FROM edge_in;"
                      "DELETE FROM edge_out; DELETE FROM gap; DELETE FROM meta WHERE key='derived'",
                      err);
}

int hw_graph_begin(struct hw_case *c, struct hw_graph **out, struct hw_error *err)
{
    int rc = hw_case_commit(c, err);
    /* What is sorted for the indices stays in memory: records are nobody's in a shared folder. */
    rc = rc != HW_OK ? rc
                     : hw_sql_run(c->db, "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536", err);
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_graph *g = calloc(1, sizeof *g);
    if (g == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the graph");
    }
    g->c = c;
    /* Not overwritten here: forgetting rewrites the file, free pages and all. */
    rc = hw_graph_drop(c, err);
    /* Rows come in the order of their tables, so that each page is written once; indices in no
     * order of theirs, so they are made from the whole table at the end. */
    rc = rc != HW_OK ? rc : hw_schema_derived_indices(c->db, false, err);
    for (unsigned i = 0; i < PUT_COUNT && rc == HW_OK; i++) {
        rc = hw_sql_make(c->db, words[i], true, &g->s[i], err);
    }
    if (rc != HW_OK) {
        hw_graph_free(g);
        return rc;
    }
    *out = g;
    return HW_OK;
}

void hw_graph_free(struct hw_graph *g)
{
    if (g == NULL) {
        return;
    }
    for (unsigned i = 0; i < PUT_COUNT; i++) {
        sqlite3_finalize(g->s[i]);
    }
    if (!g->done) {
        hw_case_rollback(g->c);
    }
    sqlite3_exec(g->c->db, "PRAGMA cache_size=-16384", NULL, NULL, NULL);
    free(g);
}

int hw_graph_put_source(struct hw_graph *g, uint32_t n, const struct hw_source *p,
                        struct hw_error *err)
{
    sqlite3_stmt *s = g->s[PUT_SOURCE];
    hw_bind_int(s, 1, n);
    hw_bind_hash(s, 2, p->evidence);
    hw_bind_int(s, 3, p->node);
    hw_bind_int(s, 4, p->reading);
    hw_bind_blob(s, 5, p->path);
    hw_bind_int(s, 6, (int64_t)p->records);
    return hw_sql_done(s, err);
}

int hw_graph_put_thing(struct hw_graph *g, uint32_t n, const struct hw_thing *t,
                       struct hw_error *err)
{
    sqlite3_stmt *s = g->s[PUT_THING];
    sqlite3_clear_bindings(s);
    hw_bind_int(s, 1, n);
    hw_bind_blob(s, 2, (struct hw_span){t->id, HW_ID_BYTES});
    hw_bind_int(s, 3, t->kind);
    hw_bind_text(s, 4, t->scope);
    hw_bind_blob(s, 5, t->key);
    hw_bind_blob(s, 6, t->name);
    hw_bind_blob(s, 7, t->native);
    if (t->host != UINT32_MAX) {
        hw_bind_int(s, 8, t->host);
    }
    hw_bind_int(s, 9, t->first_ns);
    hw_bind_int(s, 10, t->last_ns);
    hw_bind_int(s, 11, t->flags);
    return hw_sql_done(s, err);
}

int hw_graph_put_alias(struct hw_graph *g, uint32_t n, struct hw_span name, struct hw_error *err)
{
    sqlite3_stmt *s = g->s[PUT_ALIAS];
    hw_bind_blob(s, 1, name);
    hw_bind_int(s, 2, n);
    return hw_sql_done(s, err);
}

int hw_graph_put_place(struct hw_graph *g, uint32_t n, const struct hw_edge_place *p,
                       struct hw_error *err)
{
    sqlite3_stmt *s = g->s[PUT_PLACE];
    hw_bind_int(s, 1, n);
    hw_bind_int(s, 2, p->why);
    hw_bind_int(s, 3, p->source);
    hw_bind_int(s, 4, (int64_t)p->number);
    hw_bind_int(s, 5, (int64_t)p->off);
    hw_bind_blob(s, 6, p->also);
    return hw_sql_done(s, err);
}

static int64_t pack(const struct hw_edge *e)
{
    return (int64_t)((uint64_t)e->verb | (uint64_t)e->known << 8 | (uint64_t)e->flags << 12 |
                     (uint64_t)e->weight << 20);
}

static int put_edge(sqlite3_stmt *s, uint32_t near, int64_t when, uint32_t n, uint32_t far,
                    int64_t other, const struct hw_edge *e, struct hw_error *err)
{
    hw_bind_int(s, 1, near);
    hw_bind_int(s, 2, when);
    hw_bind_int(s, 3, n);
    hw_bind_int(s, 4, far);
    hw_bind_int(s, 5, other);
    hw_bind_int(s, 6, pack(e));
    return hw_sql_done(s, err);
}

int hw_graph_put_in(struct hw_graph *g, uint32_t n, const struct hw_edge *e, struct hw_error *err)
{
    return put_edge(g->s[PUT_IN], e->object, e->hi, n, e->subject, e->lo, e, err);
}

int hw_graph_put_out(struct hw_graph *g, uint32_t n, const struct hw_edge *e, struct hw_error *err)
{
    return put_edge(g->s[PUT_OUT], e->subject, e->lo, n, e->object, e->hi, e, err);
}

int hw_graph_put_gap(struct hw_graph *g, const struct hw_gap_row *p, struct hw_error *err)
{
    sqlite3_stmt *s = g->s[PUT_GAP];
    sqlite3_clear_bindings(s);
    hw_bind_text(s, 1, p->what);
    if (p->host != UINT32_MAX) {
        hw_bind_int(s, 2, p->host);
    }
    hw_bind_text(s, 3, p->log);
    hw_bind_int(s, 4, p->from_ns);
    hw_bind_int(s, 5, p->to_ns);
    hw_bind_int(s, 6, (int64_t)p->count);
    hw_bind_text(s, 7, p->says);
    return hw_sql_done(s, err);
}

int hw_graph_end(struct hw_graph *g, const uint8_t print[32], struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    int rc = hw_schema_derived_indices(g->c->db, true, err);
    rc = rc != HW_OK
             ? rc
             : hw_sql_make(g->c->db, "INSERT OR REPLACE INTO meta(key,value) VALUES('derived',?1)",
                           false, &s, err);
    if (rc == HW_OK) {
        hw_bind_hash(s, 1, print);
        rc = hw_sql_done(s, err);
    }
    sqlite3_finalize(s);
    rc = rc != HW_OK ? rc : hw_case_commit(g->c, err);
    g->done = rc == HW_OK;
    return rc;
}
