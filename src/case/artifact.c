/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/artifact.c -- artifacts back out, with the path through their boxes, and how often seen.
 *
 * The path is not stored: names and parents are, and a parent's number is below its member's, which
 * is asked again here, so that the walk up ends whatever a stranger's case says.
 */
#include "case/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fact/path.h"

enum { UPWARD = 64, NODES_MAX = 1 << 24 };

static int fill(sqlite3_stmt *s, struct hw_artifact_row *row, struct hw_error *err)
{
    bool ok = true;
    *row = (struct hw_artifact_row){.parent = UINT32_MAX, .scope = "", .host = ""};
    row->reading = hw_col_int(s, 0, &ok);
    uint32_t class = hw_col_u32(s, 1, &ok);
    hw_col_bytes(s, 2, row->evidence, 32, &ok);
    row->node = hw_col_u32(s, 3, &ok);
    if (sqlite3_column_type(s, 4) != SQLITE_NULL) {
        row->parent = hw_col_u32(s, 4, &ok);
        ok = ok && row->parent < row->node;
    }
    hw_col_bytes(s, 5, row->sha256, 32, &ok);
    hw_col_bytes(s, 6, row->sha1, 20, &ok);
    hw_col_bytes(s, 7, row->md5, 16, &ok);
    row->size = hw_col_size(s, 8, &ok);
    row->format = hw_col_text(s, 9, &ok);
    uint32_t degree = hw_col_u32(s, 10, &ok);
    row->name = hw_col_blob(s, 11, &ok);
    if (!ok || class == 0 || class >= HW_CLASS_COUNT || degree >= HW_DEGREE_COUNT) {
        return hw_col_bad("artifact", err);
    }
    row->of_class = (enum hw_class) class;
    row->degree = (enum hw_degree)degree;
    return HW_OK;
}

/* One step up: the parent and the name of (reading, node). The name is copied behind `names`. */
static int go_up(struct hw_case *c, int64_t reading, uint32_t node, uint32_t *out_parent,
                 struct hw_buf *names, struct hw_error *err)
{
    sqlite3_stmt *s;
    bool ok = true;
    int rc = hw_sql_get(c, HW_SQL_ARTIFACT_UP, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(s, 1, reading);
    hw_bind_int(s, 2, node);
    rc = hw_sql_step(s, err);
    if (rc != HW_ROW) {
        return rc != HW_OK ? rc : hw_col_bad("artifact (no parent)", err);
    }
    bool top = sqlite3_column_type(s, 0) == SQLITE_NULL;
    uint32_t parent = top ? UINT32_MAX : hw_col_u32(s, 0, &ok);
    hw_buf_span_put(names, hw_col_blob(s, 1, &ok));
    sqlite3_reset(s);
    if (!ok || (!top && parent >= node) || (top && node != 0)) {
        return hw_col_bad("artifact", err);
    }
    *out_parent = parent;
    return HW_OK;
}

/* Appends "!/box!/member" for the node at the end of the way; nothing for node 0. */
static int put_inside(struct hw_case *c, int64_t reading, uint32_t node, struct hw_buf *out,
                      struct hw_error *err)
{
    struct hw_buf names;
    size_t at[UPWARD + 1];
    unsigned depth = 0;
    int rc = HW_OK;
    hw_buf_init(&names, (size_t)UPWARD * (HW_PATH_BYTES + 1));
    while (node != 0 && rc == HW_OK) {
        if (depth == UPWARD) {
            rc = hw_fail(err, HW_E_CASE, "an artifact in the case lies too deep");
            break;
        }
        at[depth++] = names.n;
        rc = go_up(c, reading, node, &node, &names, err);
    }
    at[depth] = names.n;
    while (depth-- > 0 && rc == HW_OK) {
        hw_path_put_member(out, (struct hw_span){names.p + at[depth], at[depth + 1] - at[depth]});
    }
    if (rc == HW_OK && (!hw_buf_ok(&names) || !hw_buf_ok(out))) {
        rc = hw_fail(err, HW_E_LIMIT, "an artifact's path in the case is too long");
    }
    hw_buf_done(&names);
    return rc;
}

int hw_case_artifacts(struct hw_case *c, const struct hw_artifact_ask *ask, struct hw_cursor **out,
                      struct hw_error *err)
{
    char sql[1024];
    struct hw_range range;
    struct hw_cursor *k = NULL;
    bool by_hash = ask->hash_prefix != NULL && ask->hash_prefix[0] != '\0';
    /* Few are met by a hash; all others are taken in their order, as the indexes have them: sorting
     * a million of them takes longer than whatever is asked. CROSS JOIN says that to SQLite. */
    const char *join = by_hash ? "JOIN" : "CROSS JOIN";
    int rc = hw_range_of(ask->hash_prefix, &range, err);
    int n = snprintf(
        sql, sizeof sql,
        "SELECT r.id,r.class,e.sha256,a.node,a.parent,a.sha256,a.sha1,a.md5,a.size,a.format,"
        "a.degree,a.name FROM evidence e %s reading r ON r.evidence=e.id"
        " %s artifact a ON a.reading=r.id WHERE (r.class=1 OR (r.class>1 AND ?4))%s%s"
        " ORDER BY e.sha256,r.class,a.node LIMIT ?5 OFFSET ?6",
        join, join, ask->evidence == NULL ? "" : " AND e.sha256=?3",
        by_hash ? " AND (a.reading,a.node) IN (SELECT reading,node FROM mark WHERE mark IN (1,2,3)"
                  " AND value>=?1 AND value<=?2)"
                : "");
    if (n < 0 || (size_t)n >= sizeof sql) {
        HW_NEVER();
    }
    rc = rc != HW_OK ? rc : hw_cursor_new(c, HW_K_ARTIFACT, sql, &k, err);
    rc = rc != HW_OK || !by_hash ? rc : hw_bind_range(k->s, 1, &range, err);
    rc = rc != HW_OK || ask->evidence == NULL
             ? rc
             : hw_bind_copy(k->s, 3, (struct hw_span){ask->evidence, 32}, err);
    rc = rc != HW_OK ? rc : hw_cursor_under(k, ask->under, ask->ever, err);
    if (rc != HW_OK) {
        hw_cursor_free(k);
        return rc;
    }
    hw_bind_int(k->s, 4, ask->knowledge);
    hw_bind_int(k->s, 5, ask->limit == 0 ? -1 : (int64_t)ask->limit);
    hw_bind_int(k->s, 6, (int64_t)ask->after);
    *out = k;
    return HW_OK;
}

/* The path of this row in k->path; boxes' paths are remembered, since members come in runs. */
static int build_path(struct hw_cursor *k, const struct hw_artifact_row *row, struct hw_error *err)
{
    int rc = HW_OK;
    hw_buf_clear(&k->path);
    hw_buf_span_put(&k->path, hw_buf_span(&k->outer));
    if (row->node == 0) {
        return HW_OK;
    }
    if (row->parent == UINT32_MAX) {
        return hw_col_bad("artifact", err);
    }
    if (k->box_reading != row->reading || k->box_node != row->parent) {
        hw_buf_clear(&k->box);
        rc = put_inside(k->c, row->reading, row->parent, &k->box, err);
        k->box_reading = row->reading;
        k->box_node = row->parent;
    }
    hw_buf_span_put(&k->path, hw_buf_span(&k->box));
    hw_path_put_member(&k->path, row->name);
    return rc != HW_OK || hw_buf_ok(&k->path)
               ? rc
               : hw_fail(err, HW_E_LIMIT, "an artifact's path in the case is too long");
}

int hw_artifact_next(struct hw_cursor *k, struct hw_artifact_row *out, struct hw_error *err)
{
    int rc;
    while ((rc = hw_cursor_step(k, HW_K_ARTIFACT, err)) == HW_ROW) {
        struct hw_artifact_row row;
        rc = fill(k->s, &row, err);
        if (rc == HW_OK && (!k->last_known || memcmp(k->last_evidence, row.evidence, 32) != 0)) {
            rc = hw_cursor_place(k, row.evidence, &k->last_in, err);
            memcpy(k->last_evidence, row.evidence, 32);
            k->last_known = true;
        }
        rc = rc != HW_OK || !k->last_in ? rc : build_path(k, &row, err);
        if (rc != HW_OK) {
            return rc;
        }
        if (k->last_in && (k->under_outer.n == 0 ||
                           hw_path_within(hw_buf_span(&k->path), hw_buf_span(&k->under)))) {
            row.path = hw_buf_span(&k->path);
            row.inside = (struct hw_span){row.path.p + k->outer.n, row.path.n - k->outer.n};
            row.host = hw_buf_text(&k->host);
            row.scope = hw_buf_text(&k->scope);
            *out = row;
            return HW_ROW;
        }
    }
    return rc;
}

/* Everything borrowed is copied behind each other, so that no statement stays open. */
static int lend(struct hw_case *c, const struct hw_artifact_row *row, struct hw_cursor *k,
                struct hw_artifact_row *out, struct hw_error *err)
{
    struct hw_buf *b = &c->path_buf;
    size_t at[5];
    hw_buf_clear(b);
    at[0] = b->n;
    hw_buf_span_put(b, row->name);
    at[1] = b->n;
    hw_buf_span_put(b, hw_buf_span(&k->path));
    at[2] = b->n;
    hw_buf_bytes(b, row->format, strlen(row->format) + 1);
    at[3] = b->n;
    hw_buf_bytes(b, hw_buf_text(&k->host), k->host.n + 1);
    at[4] = b->n;
    hw_buf_bytes(b, hw_buf_text(&k->scope), k->scope.n + 1);
    if (!hw_buf_ok(b)) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a path");
    }
    *out = *row;
    out->name = (struct hw_span){b->p + at[0], at[1] - at[0]};
    out->path = (struct hw_span){b->p + at[1], at[2] - at[1]};
    out->inside = (struct hw_span){out->path.p + k->outer.n, out->path.n - k->outer.n};
    out->format = (const char *)b->p + at[2];
    out->host = (const char *)b->p + at[3];
    out->scope = (const char *)b->p + at[4];
    return HW_ROW;
}

int hw_case_artifact_get(struct hw_case *c, int64_t reading, uint32_t node,
                         struct hw_artifact_row *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_artifact_row row;
    bool in;
    int rc = hw_cursor_new(c, HW_K_ARTIFACT,
                           "SELECT r.id,r.class,e.sha256,a.node,a.parent,a.sha256,a.sha1,a.md5,"
                           "a.size,a.format,a.degree,a.name FROM artifact a"
                           " JOIN reading r ON r.id=a.reading JOIN evidence e ON e.id=r.evidence"
                           " WHERE a.reading=?1 AND a.node=?2",
                           &k, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_int(k->s, 1, reading);
    hw_bind_int(k->s, 2, node);
    rc = hw_sql_step(k->s, err);
    if (rc == HW_ROW) {
        rc = fill(k->s, &row, err);
        rc = rc != HW_OK ? rc : hw_cursor_place(k, row.evidence, &in, err);
        rc = rc != HW_OK ? rc : build_path(k, &row, err);
        rc = rc != HW_OK ? rc : lend(c, &row, k, out, err);
    }
    hw_cursor_free(k);
    return rc;
}

int hw_case_count_files(struct hw_case *c, uint64_t *out, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    int rc = hw_sql_make(c->db, "SELECT coalesce(sum(nodes),0) FROM reading WHERE class=1", false,
                         &s, err);
    rc = rc != HW_OK ? rc : hw_sql_step(s, err);
    if (rc == HW_ROW) {
        *out = hw_col_size(s, 0, &ok);
        rc = ok ? HW_OK : hw_col_bad("reading", err);
    }
    sqlite3_finalize(s);
    return rc;
}

/* Boxes have smaller numbers than what lies in them: from the last on, what lies in one is counted
 * before it is added to its own box. */
static int add_up(sqlite3_stmt *s, uint32_t **out, size_t *out_count, struct hw_error *err)
{
    bool ok = true;
    int rc;
    while ((rc = hw_sql_step(s, err)) == HW_ROW) {
        uint32_t node = hw_col_u32(s, 0, &ok);
        uint32_t parent = node == 0 ? 0 : hw_col_u32(s, 1, &ok);
        if (*out == NULL && ok && node < NODES_MAX) {
            *out_count = (size_t)node + 1;
            *out = calloc(*out_count, sizeof **out);
            if (*out == NULL) {
                return hw_fail(err, HW_E_MEMORY, "no memory for what lies in a file");
            }
        }
        if (!ok || node >= *out_count || (node > 0 && parent >= node)) {
            return hw_col_bad("artifact", err);
        }
        if (node > 0) {
            (*out)[parent] += (*out)[node] + 1;
        }
    }
    return rc;
}

int hw_case_members(struct hw_case *c, int64_t reading, uint32_t **out, size_t *out_count,
                    struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    *out = NULL;
    *out_count = 0;
    int rc =
        hw_sql_make(c->db, "SELECT node,parent FROM artifact WHERE reading=?1 ORDER BY node DESC",
                    false, &s, err);
    if (rc == HW_OK) {
        hw_bind_int(s, 1, reading);
        rc = add_up(s, out, out_count, err);
    }
    sqlite3_finalize(s);
    if (rc != HW_OK) {
        free(*out);
        *out = NULL;
        *out_count = 0;
    }
    return rc;
}

int hw_case_prevalence(struct hw_case *c, const uint8_t sha256[32], struct hw_prevalence *out,
                       struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    int rc = hw_sql_get(c, HW_SQL_PREVALENCE, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, sha256);
    rc = hw_sql_step(s, err);
    if (rc == HW_ROW) {
        struct hw_prevalence p = {.evidences = hw_col_size(s, 0, &ok),
                                  .sightings = hw_col_size(s, 1, &ok),
                                  .hosts = hw_col_size(s, 2, &ok),
                                  .first_ns = hw_col_int(s, 3, &ok)};
        rc = ok ? HW_OK : hw_col_bad("sighting", err);
        if (rc == HW_OK) {
            *out = p;
        }
    }
    sqlite3_reset(s);
    return rc;
}

int hw_case_sighted_hosts(struct hw_case *c, const uint8_t *sha256, hw_sighted_each *each,
                          void *state, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    int rc = hw_sql_make(
        c->db,
        sha256 == NULL
            ? "SELECT DISTINCT scope,host FROM sighting WHERE host<>'' ORDER BY 1,2"
            : "SELECT DISTINCT s.scope,s.host FROM mark m JOIN reading r ON r.id=m.reading"
              " JOIN sighting s ON s.evidence=r.evidence WHERE m.mark=1 AND m.value=?1"
              " AND r.class>0 AND s.current=1 AND s.host<>'' ORDER BY 1,2",
        false, &s, err);
    if (rc == HW_OK && sha256 != NULL) {
        hw_bind_hash(s, 1, sha256);
    }
    while (rc == HW_OK && (rc = hw_sql_step(s, err)) == HW_ROW) {
        const char *scope = hw_col_text(s, 0, &ok), *host = hw_col_text(s, 1, &ok);
        rc = ok ? each(state, scope, host) : hw_col_bad("sighting", err);
    }
    sqlite3_finalize(s);
    return rc;
}

int hw_case_repeated_components(struct hw_case *c, hw_component_each *each, void *state,
                                struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    bool ok = true;
    int rc = hw_sql_make(c->db,
                         "SELECT name,version,machine FROM component WHERE version<>'' AND"
                         " machine<>'' GROUP BY name,version,machine HAVING count(*)>1"
                         " ORDER BY 1,2,3",
                         false, &s, err);
    while (rc == HW_OK && (rc = hw_sql_step(s, err)) == HW_ROW) {
        const char *name = hw_col_text(s, 0, &ok), *version = hw_col_text(s, 1, &ok);
        const char *machine = hw_col_text(s, 2, &ok);
        rc = ok ? each(state, name, version, machine) : hw_col_bad("component", err);
    }
    sqlite3_finalize(s);
    return rc;
}
