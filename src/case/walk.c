/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/walk.c -- walking the graph: prepared statements, one row at a time, every column checked.
 */
#include <stdlib.h>
#include <string.h>

#include "case/graph.h"
#include "case/room.h"

enum {
    GET_THING,
    GET_ACTS,
    GET_ALL,
    GET_PLACE,
    GET_SOURCE,
    GET_BACK,
    GET_FORTH,
    GET_VERB,
    GET_GAPS,
    GET_COUNT
};

#define THING "n,id,kind,scope,key,name,native,host,first_ns,last_ns,flags"

static const char *const words[GET_COUNT] = {
    [GET_THING] = "SELECT " THING " FROM thing WHERE n=?1",
    [GET_ACTS] = "SELECT kind,flags FROM thing WHERE n=?1",
    [GET_ALL] = "SELECT n,kind,flags,host,first_ns FROM thing ORDER BY n",
    [GET_PLACE] = "SELECT why,source,number,off,also FROM edge WHERE n=?1",
    [GET_SOURCE] = "SELECT evidence,node,reading,path,records FROM source WHERE n=?1",
    [GET_BACK] = "SELECT n,subject,object,lo,hi,pack FROM edge_in WHERE object=?1"
                 " ORDER BY object DESC,hi DESC,n DESC",
    [GET_FORTH] = "SELECT n,subject,object,lo,hi,pack FROM edge_out WHERE subject=?1"
                  " ORDER BY subject,lo,n",
    [GET_VERB] = "SELECT n,subject,object,lo,hi,pack FROM edge_in WHERE ?1=0 OR (pack&255)=?1"
                 " ORDER BY object,hi,n",
    [GET_GAPS] = "SELECT what,host,log,from_ns,to_ns,count,says FROM gap ORDER BY n",
};

struct hw_walk {
    struct hw_case *c;
    sqlite3_stmt *s[GET_COUNT];
    sqlite3_stmt *find;
    sqlite3_stmt *walking; /* GET_BACK, GET_FORTH or GET_VERB; NULL: ended */
    struct hw_span name_end;
    const struct hw_edge_ends *avoid;
    size_t avoid_count;
    bool told;
    uint64_t things; /* no number may be beyond: callers keep arrays of so many */
};

/* They are numbered from 1 without a gap: to count millions would cost more than the trace. */
static int last_number(sqlite3 *db, const char *sql, uint64_t *out, struct hw_error *err)
{
    int64_t n = 0;
    int rc = hw_sql_int(db, sql, &n, err);
    if (rc == HW_OK && (n < 0 || n >= UINT32_MAX)) {
        return hw_col_bad("number in the graph", err);
    }
    *out = (uint64_t)n;
    return rc;
}

int hw_walk_new(struct hw_case *c, struct hw_walk **out, struct hw_error *err)
{
    struct hw_walk *w = calloc(1, sizeof *w);
    int rc = w == NULL ? hw_fail(err, HW_E_MEMORY, "no memory to walk the graph") : HW_OK;
    for (unsigned i = 0; i < GET_COUNT && rc == HW_OK; i++) {
        rc = hw_sql_make(c->db, words[i], true, &w->s[i], err);
    }
    if (rc != HW_OK) {
        hw_walk_free(w);
        return rc;
    }
    /* Things and edges of a walk lie far apart: pages once read are worth keeping while it lasts.
     * */
    rc = hw_sql_run(c->db, "PRAGMA cache_size=-131072", err);
    if (rc != HW_OK) {
        hw_walk_free(w);
        return rc;
    }
    w->c = c;
    rc = last_number(c->db, "SELECT ifnull(max(n),0) FROM thing", &w->things, err);
    if (rc != HW_OK) {
        hw_walk_free(w);
        return rc;
    }
    *out = w;
    return HW_OK;
}

void hw_walk_free(struct hw_walk *w)
{
    if (w == NULL) {
        return;
    }
    for (unsigned i = 0; i < GET_COUNT; i++) {
        sqlite3_finalize(w->s[i]);
    }
    sqlite3_finalize(w->find);
    free(w);
}

int hw_walk_counts(struct hw_walk *w, uint64_t *out_things, uint64_t *out_edges,
                   struct hw_error *err)
{
    *out_things = w->things;
    return last_number(w->c->db, "SELECT ifnull(max(n),0) FROM edge", out_edges, err);
}

static int fill_thing(const struct hw_walk *w, sqlite3_stmt *s, uint32_t *out_n,
                      struct hw_thing *out, struct hw_error *err)
{
    bool ok = true;
    struct hw_thing t = {.host = UINT32_MAX};
    uint32_t n = hw_col_u32(s, 0, &ok);
    hw_col_bytes(s, 1, t.id, HW_ID_BYTES, &ok);
    uint32_t kind = hw_col_u32(s, 2, &ok);
    t.scope = hw_col_text(s, 3, &ok);
    t.key = hw_col_blob(s, 4, &ok);
    t.name = hw_col_blob(s, 5, &ok);
    t.native = hw_col_blob(s, 6, &ok);
    if (sqlite3_column_type(s, 7) != SQLITE_NULL) {
        t.host = hw_col_u32(s, 7, &ok);
    }
    t.first_ns = hw_col_int(s, 8, &ok);
    t.last_ns = hw_col_int(s, 9, &ok);
    t.flags = hw_col_u32(s, 10, &ok);
    bool within = n <= w->things && (t.host == UINT32_MAX || t.host <= w->things);
    if (!ok || !within || kind == 0 || kind >= HW_ENTITY_COUNT) {
        return hw_col_bad("thing", err);
    }
    t.kind = (enum hw_entity)kind;
    *out_n = n;
    *out = t;
    return HW_OK;
}

/* Steps to the one row that must be there. */
static int one(sqlite3_stmt *s, uint32_t n, const char *table, struct hw_error *err)
{
    sqlite3_reset(s);
    hw_bind_int(s, 1, n);
    int rc = hw_sql_step(s, err);
    return rc == HW_ROW ? HW_OK : rc != HW_OK ? rc : hw_col_bad(table, err);
}

int hw_walk_thing(struct hw_walk *w, uint32_t n, struct hw_thing *out, struct hw_error *err)
{
    uint32_t same;
    int rc = one(w->s[GET_THING], n, "thing (no such row)", err);
    return rc != HW_OK ? rc : fill_thing(w, w->s[GET_THING], &same, out, err);
}

int hw_walk_acts(struct hw_walk *w, uint32_t n, enum hw_entity *out_kind, uint32_t *out_flags,
                 struct hw_error *err)
{
    bool ok = true;
    int rc = one(w->s[GET_ACTS], n, "thing (no such row)", err);
    if (rc != HW_OK) {
        return rc;
    }
    uint32_t kind = hw_col_u32(w->s[GET_ACTS], 0, &ok);
    uint32_t flags = hw_col_u32(w->s[GET_ACTS], 1, &ok);
    if (!ok || kind == 0 || kind >= HW_ENTITY_COUNT) {
        return hw_col_bad("thing", err);
    }
    *out_kind = (enum hw_entity)kind;
    *out_flags = flags;
    return HW_OK;
}

int hw_walk_all(struct hw_walk *w, struct hw_acts *out, struct hw_error *err)
{
    sqlite3_stmt *s = w->s[GET_ALL];
    int rc;
    sqlite3_reset(s);
    while ((rc = hw_sql_step(s, err)) == HW_ROW) {
        bool ok = true;
        uint32_t n = hw_col_u32(s, 0, &ok), kind = hw_col_u32(s, 1, &ok);
        struct hw_acts a = {.flags = hw_col_u32(s, 2, &ok), .host = UINT32_MAX};
        if (sqlite3_column_type(s, 3) != SQLITE_NULL) {
            a.host = hw_col_u32(s, 3, &ok);
        }
        a.first_ns = hw_col_int(s, 4, &ok);
        ok = ok && n <= w->things && (a.host == UINT32_MAX || a.host <= w->things);
        if (!ok || kind == 0 || kind >= HW_ENTITY_COUNT) {
            return hw_col_bad("thing", err);
        }
        a.kind = (enum hw_entity)kind;
        out[n] = a;
    }
    return rc;
}

int hw_walk_place(struct hw_walk *w, uint32_t n, struct hw_edge_place *out, struct hw_error *err)
{
    sqlite3_stmt *s = w->s[GET_PLACE];
    bool ok = true;
    struct hw_edge_place p;
    int rc = one(s, n, "edge (no such row)", err);
    if (rc != HW_OK) {
        return rc;
    }
    p.why = hw_col_u32(s, 0, &ok);
    p.source = hw_col_u32(s, 1, &ok);
    p.number = (uint64_t)hw_col_int(s, 2, &ok);
    p.off = (uint64_t)hw_col_int(s, 3, &ok);
    p.also = hw_col_blob(s, 4, &ok);
    if (!ok) {
        return hw_col_bad("edge", err);
    }
    *out = p;
    return HW_OK;
}

int hw_walk_source(struct hw_walk *w, uint32_t n, struct hw_source *out, struct hw_error *err)
{
    sqlite3_stmt *s = w->s[GET_SOURCE];
    bool ok = true;
    struct hw_source p;
    int rc = one(s, n, "source (no such row)", err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_col_bytes(s, 0, p.evidence, 32, &ok);
    p.node = hw_col_u32(s, 1, &ok);
    p.reading = hw_col_int(s, 2, &ok);
    p.path = hw_col_blob(s, 3, &ok);
    p.records = hw_col_size(s, 4, &ok);
    if (!ok) {
        return hw_col_bad("source", err);
    }
    *out = p;
    return HW_OK;
}

/* ---- edges ---- */

static int start(struct hw_walk *w, unsigned which, uint32_t n)
{
    if (w->walking != NULL) {
        sqlite3_reset(w->walking);
    }
    w->walking = w->s[which];
    sqlite3_reset(w->walking);
    hw_bind_int(w->walking, 1, n);
    return HW_OK;
}

int hw_walk_back(struct hw_walk *w, uint32_t object, struct hw_error *err)
{
    (void)err;
    return start(w, GET_BACK, object);
}

int hw_walk_forth(struct hw_walk *w, uint32_t subject, struct hw_error *err)
{
    (void)err;
    return start(w, GET_FORTH, subject);
}

int hw_walk_verb(struct hw_walk *w, enum hw_verb verb, struct hw_error *err)
{
    (void)err;
    return start(w, GET_VERB, (uint32_t)verb);
}

void hw_walk_avoid(struct hw_walk *w, const struct hw_edge_ends *edges, size_t count)
{
    w->avoid = edges;
    w->avoid_count = count;
}

void hw_walk_told(struct hw_walk *w)
{
    w->told = true;
}

static bool avoided(const struct hw_walk *w, uint32_t n, const struct hw_edge *e)
{
    if (!w->told && (e->flags & HW_EDGE_TOLD) != 0) {
        return true;
    }
    for (size_t i = 0; i < w->avoid_count; i++) {
        const struct hw_edge_ends *a = &w->avoid[i];
        if (a->n == n ||
            (e->verb == HW_VERB_IS && a->subject == e->object && a->object == e->subject)) {
            return true;
        }
    }
    return false;
}

static int next_edge(struct hw_walk *w, uint32_t *out_n, struct hw_edge *out, struct hw_error *err)
{
    sqlite3_stmt *s = w->walking;
    bool ok = true;
    struct hw_edge e;
    if (s == NULL) {
        return HW_OK;
    }
    int rc = hw_sql_step(s, err);
    if (rc != HW_ROW) {
        w->walking = NULL;
        return rc;
    }
    uint32_t n = hw_col_u32(s, 0, &ok);
    e.subject = hw_col_u32(s, 1, &ok);
    e.object = hw_col_u32(s, 2, &ok);
    e.lo = hw_col_int(s, 3, &ok);
    e.hi = hw_col_int(s, 4, &ok);
    uint64_t pack = hw_col_size(s, 5, &ok);
    e.verb = (enum hw_verb)(pack & 0xff);
    e.known = (enum hw_known)(pack >> 8 & 0xf);
    e.flags = (uint32_t)(pack >> 12 & 0xff);
    if (w->told && (e.flags & HW_EDGE_TOLD_SUBJECT) != 0) {
        e.flags |= HW_EDGE_SUBJECT;
    }
    e.weight = (uint32_t)(pack >> 20 & 0xfff);
    ok = ok && e.subject <= w->things && e.object <= w->things;
    if (!ok || e.verb == HW_VERB_NONE || e.verb >= HW_VERB_COUNT || e.known >= HW_KNOWN_COUNT) {
        return hw_col_bad("edge", err);
    }
    *out_n = n;
    *out = e;
    return HW_ROW;
}

int hw_walk_next(struct hw_walk *w, uint32_t *out_n, struct hw_edge *out, struct hw_error *err)
{
    int rc = next_edge(w, out_n, out, err);
    while (rc == HW_ROW && avoided(w, *out_n, out)) {
        rc = next_edge(w, out_n, out, err);
    }
    return rc;
}

/* ---- finding ---- */

/* Numbers are sorted, and not whole rows: an index has them by name. */
static const char *find_words(const struct hw_thing_ask *ask)
{
    return ask->id_lo.n > 0    ? "SELECT " THING " FROM thing WHERE n IN"
                                 " (SELECT n FROM thing WHERE id>=?1 AND id<=?2) ORDER BY n"
           : ask->native.n > 0 ? "SELECT " THING " FROM thing WHERE native=?1 ORDER BY n"
           : ask->name.n > 0   ? "SELECT " THING " FROM thing WHERE kind=?2 AND n IN"
                                 " (SELECT n FROM thing WHERE kind=?2 AND name=?1"
                                 " UNION SELECT n FROM alias WHERE name=?1) ORDER BY n"
                               : "SELECT " THING " FROM thing WHERE n IN"
                                 " (SELECT n FROM thing WHERE kind=?1) ORDER BY n";
}

int hw_walk_find(struct hw_walk *w, const struct hw_thing_ask *ask, struct hw_error *err)
{
    sqlite3_finalize(w->find);
    w->find = NULL;
    w->name_end = ask->name_end; /* borrowed until the walk ends */
    int rc = hw_sql_make(w->c->db, find_words(ask), false, &w->find, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (ask->id_lo.n > 0) {
        rc = hw_bind_copy(w->find, 1, ask->id_lo, err);
        return rc != HW_OK ? rc : hw_bind_copy(w->find, 2, ask->id_hi, err);
    }
    if (ask->native.n > 0) {
        return hw_bind_copy(w->find, 1, ask->native, err);
    }
    if (ask->name.n > 0) {
        hw_bind_int(w->find, 2, ask->kind);
        return hw_bind_copy(w->find, 1, ask->name, err);
    }
    hw_bind_int(w->find, 1, ask->kind);
    return HW_OK;
}

static bool ends_with(struct hw_span s, struct hw_span end)
{
    return s.n >= end.n && memcmp(s.p + (s.n - end.n), end.p, end.n) == 0;
}

int hw_walk_found(struct hw_walk *w, uint32_t *out_n, struct hw_thing *out, struct hw_error *err)
{
    int rc = HW_OK;
    while (w->find != NULL && (rc = hw_sql_step(w->find, err)) == HW_ROW) {
        rc = fill_thing(w, w->find, out_n, out, err);
        if (rc != HW_OK) {
            return rc;
        }
        if (w->name_end.n == 0 || ends_with(out->name, w->name_end)) {
            return HW_ROW;
        }
    }
    sqlite3_finalize(w->find);
    w->find = NULL;
    return rc;
}

/* The indicator leads: there are fewer of them than bytes ever seen, or as good as. Bytes have the
 * name of their strongest digest, in hex, and those of the others as aliases. */
#define NAMED_BYTES(table, more)                                                                   \
    "SELECT DISTINCT i.kind,i.value,t.n FROM indicator i CROSS JOIN " table                        \
    " t ON t.name=CAST(lower(hex(i.value)) AS BLOB)" more                                          \
    " WHERE i.kind IN('md5','sha1','sha256')"

int hw_walk_published(struct hw_walk *w, struct hw_error *err)
{
    sqlite3_finalize(w->find);
    w->find = NULL;
    int rc = hw_sql_make(w->c->db,
                         NAMED_BYTES("thing", " AND t.kind=?1") " UNION ALL " NAMED_BYTES(
                             "alias", "") " ORDER BY 1,2,3",
                         false, &w->find, err);
    if (rc == HW_OK) {
        hw_bind_int(w->find, 1, HW_ENTITY_ARTIFACT);
    }
    return rc;
}

int hw_walk_published_next(struct hw_walk *w, uint32_t *out_n, const char **out_kind,
                           struct hw_span *out_value, struct hw_error *err)
{
    bool ok = true;
    int rc = w->find == NULL ? HW_OK : hw_sql_step(w->find, err);
    if (rc != HW_ROW) {
        return rc;
    }
    *out_kind = hw_col_text(w->find, 0, &ok);
    *out_value = hw_col_blob(w->find, 1, &ok);
    *out_n = hw_col_u32(w->find, 2, &ok);
    ok = ok && *out_n <= w->things;
    return ok ? HW_ROW : hw_col_bad("indicator", err);
}

int hw_walk_gaps(struct hw_walk *w, struct hw_error *err)
{
    (void)err;
    sqlite3_reset(w->s[GET_GAPS]);
    return HW_OK;
}

int hw_walk_gap(struct hw_walk *w, struct hw_gap_row *out, struct hw_error *err)
{
    sqlite3_stmt *s = w->s[GET_GAPS];
    bool ok = true;
    struct hw_gap_row g = {.host = UINT32_MAX};
    int rc = hw_sql_step(s, err);
    if (rc != HW_ROW) {
        return rc;
    }
    g.what = hw_col_text(s, 0, &ok);
    if (sqlite3_column_type(s, 1) != SQLITE_NULL) {
        g.host = hw_col_u32(s, 1, &ok);
        ok = ok && g.host <= w->things;
    }
    g.log = hw_col_text(s, 2, &ok);
    g.from_ns = hw_col_int(s, 3, &ok);
    g.to_ns = hw_col_int(s, 4, &ok);
    g.count = hw_col_size(s, 5, &ok);
    g.says = hw_col_text(s, 6, &ok);
    if (!ok) {
        return hw_col_bad("gap", err);
    }
    *out = g;
    return HW_ROW;
}
