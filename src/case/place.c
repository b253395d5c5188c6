/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/place.c -- where evidence was seen, and whether it has changed since.
 *
 * A file is taken as unchanged by device, inode, size, mtime and ctime in ns. A file written within
 * the clock's grain after we read it would keep those, so one whose times are not clearly older
 * than our look is read again (git calls such an entry racily clean).
 */
#include "case/room.h"

#include <string.h>

static int check_place(const struct hw_place *p, struct hw_error *err)
{
    if (p->path.n == 0 || p->path.n > HW_PLACE_BYTES) {
        return hw_fail(err, HW_E_LIMIT, "a path of %zu bytes; 1 to %d are kept", p->path.n,
                       HW_PLACE_BYTES);
    }
    return HW_OK;
}

static void bind_place(sqlite3_stmt *s, const struct hw_place *p)
{
    hw_bind_blob(s, 1, p->path);
    hw_bind_text(s, 2, p->host == NULL ? "" : p->host);
    hw_bind_text(s, 3, p->scope == NULL ? "" : p->scope);
}

static bool young(int64_t changed_ns, int64_t seen_ns)
{
    int64_t old_before;
    return __builtin_sub_overflow(seen_ns, (int64_t)HW_YOUNG_NS, &old_before) ||
           changed_ns > old_before;
}

/* HW_ROW when the place has a current sighting with this very stat identity, and what was seen has
 * been read by this parser. */
static int find_same(struct hw_case *c, const struct hw_place *p, enum hw_class asked,
                     uint32_t parser, int64_t *out_evidence, uint8_t sha256[32],
                     struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = hw_sql_get(c, HW_SQL_PLACE_FIND, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    bind_place(s, p);
    hw_bind_int(s, 4, parser);
    hw_bind_int(s, 5, asked);
    rc = hw_sql_step(s, err);
    if (rc != HW_ROW) {
        return rc;
    }
    bool ok = true;
    bool same = (uint64_t)hw_col_int(s, 0, &ok) == p->dev &&
                (uint64_t)hw_col_int(s, 1, &ok) == p->ino && hw_col_size(s, 2, &ok) == p->size &&
                hw_col_int(s, 3, &ok) == p->mtime_ns && hw_col_int(s, 4, &ok) == p->ctime_ns;
    int64_t seen_ns = hw_col_int(s, 5, &ok);
    uint8_t hash[32];
    hw_col_bytes(s, 6, hash, 32, &ok);
    int64_t evidence = hw_col_int(s, 7, &ok);
    bool known = hw_col_int(s, 8, &ok) != 0;
    sqlite3_reset(s);
    if (!ok) {
        return hw_col_bad("sighting", err);
    }
    if (!same || !known || young(p->mtime_ns, seen_ns) || young(p->ctime_ns, seen_ns)) {
        return HW_OK;
    }
    *out_evidence = evidence;
    memcpy(sha256, hash, 32);
    return HW_ROW;
}

int hw_case_unchanged(struct hw_case *c, const struct hw_place *p, enum hw_class asked,
                      uint32_t parser, int64_t now_ns, bool *out, uint8_t sha256[32],
                      struct hw_error *err)
{
    int64_t evidence = 0;
    uint8_t hash[32];
    sqlite3_stmt *s;
    int rc = check_place(p, err);
    rc = rc != HW_OK ? rc : find_same(c, p, asked, parser, &evidence, hash, err);
    if (rc != HW_ROW) {
        if (rc == HW_OK) {
            *out = false;
        }
        return rc;
    }
    rc = hw_case_write(c, err);
    rc = rc != HW_OK ? rc : hw_sql_get(c, HW_SQL_PLACE_TOUCH, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    bind_place(s, p);
    hw_bind_int(s, 4, evidence);
    hw_bind_int(s, 5, now_ns);
    rc = hw_sql_done(s, err);
    if (rc == HW_OK) {
        memcpy(sha256, hash, 32);
        *out = true;
    }
    return rc;
}

int hw_case_known(struct hw_case *c, const uint8_t sha256[32], enum hw_class asked, uint32_t parser,
                  bool *out, struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = hw_sql_get(c, HW_SQL_READING_KNOWN, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_bind_hash(s, 1, sha256);
    hw_bind_int(s, 2, parser);
    hw_bind_int(s, 3, asked);
    rc = hw_sql_step(s, err);
    if (rc < 0) {
        return rc;
    }
    sqlite3_reset(s);
    *out = rc == HW_ROW;
    return HW_OK;
}

/* What was seen at the place before is no longer current, but for this evidence (-1: none). */
static int make_past(struct hw_case *c, const struct hw_place *p, int64_t evidence,
                     struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = hw_sql_get(c, HW_SQL_PLACE_PAST, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    bind_place(s, p);
    hw_bind_int(s, 4, evidence);
    rc = hw_sql_done(s, err);
    if (rc == HW_OK) {
        c->tally.sightings -= (uint64_t)sqlite3_changes64(c->db);
    }
    return rc;
}

static int is_current(struct hw_case *c, const struct hw_place *p, int64_t evidence, bool *out,
                      struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = hw_sql_get(c, HW_SQL_PLACE_CURRENT, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    bind_place(s, p);
    hw_bind_int(s, 4, evidence);
    rc = hw_sql_step(s, err);
    *out = rc == HW_ROW && sqlite3_column_int64(s, 0) == 1;
    sqlite3_reset(s);
    return rc < 0 ? rc : HW_OK;
}

static int put_sighting(struct hw_case *c, const struct hw_place *p, int64_t evidence,
                        int64_t seen_ns, struct hw_error *err)
{
    sqlite3_stmt *s;
    bool before = false;
    int rc = is_current(c, p, evidence, &before, err);
    rc = rc != HW_OK ? rc : hw_sql_get(c, HW_SQL_PLACE_PUT, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    bind_place(s, p);
    hw_bind_int(s, 4, evidence);
    hw_bind_int(s, 5, (int64_t)p->dev);
    hw_bind_int(s, 6, (int64_t)p->ino);
    hw_bind_int(s, 7, (int64_t)p->size);
    hw_bind_int(s, 8, p->mtime_ns);
    hw_bind_int(s, 9, p->ctime_ns);
    hw_bind_int(s, 10, seen_ns);
    rc = hw_sql_done(s, err);
    c->tally.sightings += rc == HW_OK && !before;
    return rc;
}

static int drop_unread(struct hw_case *c, const struct hw_place *p, struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = hw_sql_get(c, HW_SQL_UNREAD_DROP, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    bind_place(s, p);
    rc = hw_sql_done(s, err);
    if (rc == HW_OK) {
        c->tally.unreads -= (uint64_t)sqlite3_changes64(c->db);
    }
    return rc;
}

int hw_case_sight(struct hw_case *c, const struct hw_place *p, const uint8_t sha256[32],
                  int64_t seen_ns, struct hw_error *err)
{
    int64_t evidence;
    int rc = check_place(p, err);
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    rc = rc != HW_OK ? rc : hw_evidence_id(c, sha256, &evidence, err);
    rc = rc != HW_OK ? rc : make_past(c, p, evidence, err);
    rc = rc != HW_OK ? rc : put_sighting(c, p, evidence, seen_ns, err);
    return rc != HW_OK ? rc : drop_unread(c, p, err);
}

int hw_case_entered(struct hw_case *c, const struct hw_place *p, struct hw_error *err)
{
    int rc = check_place(p, err);
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    return rc != HW_OK ? rc : drop_unread(c, p, err);
}

int hw_case_unread(struct hw_case *c, const struct hw_place *p, const char *what,
                   struct hw_span says, int64_t now_ns, struct hw_error *err)
{
    sqlite3_stmt *s;
    int rc = check_place(p, err);
    rc = rc != HW_OK ? rc : hw_case_write(c, err);
    rc = rc != HW_OK ? rc : make_past(c, p, -1, err);
    rc = rc != HW_OK ? rc : drop_unread(c, p, err);
    rc = rc != HW_OK ? rc : hw_sql_get(c, HW_SQL_UNREAD_PUT, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    bind_place(s, p);
    hw_bind_text(s, 4, what);
    hw_bind_blob(s, 5, says);
    hw_bind_int(s, 6, now_ns);
    rc = hw_sql_done(s, err);
    c->tally.unreads += rc == HW_OK;
    return rc;
}
