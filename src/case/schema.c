/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/schema.c -- every table of a case, in words; creating, comparing and migrating them.
 *
 * Records and what people said come first; the index tables at the end hold nothing that facts do
 * not say and can be dropped at any time. docs/formats/case.md explains each column. No constraint
 * here makes an index of its own, so that a case holds exactly the objects listed.
 */
#include "case/room.h"

#include <stdio.h>
#include <string.h>

struct object {
    const char *type, *name, *sql;
};

#define TABLE(name, columns)                                                                       \
    {                                                                                              \
        "table", name, "CREATE TABLE " name "(" columns ") STRICT"                                 \
    }
/* One tree in the order of its key, and no row numbers. */
#define ORDERED(name, columns)                                                                     \
    {                                                                                              \
        "table", name, "CREATE TABLE " name "(" columns ") STRICT, WITHOUT ROWID"                  \
    }
#define INDEX(name, on)                                                                            \
    {                                                                                              \
        "index", name, "CREATE INDEX " name " ON " on                                              \
    }
#define UNIQUE(name, on)                                                                           \
    {                                                                                              \
        "index", name, "CREATE UNIQUE INDEX " name " ON " on                                       \
    }
#define TRIGGER(name, rest)                                                                        \
    {                                                                                              \
        "trigger", name, "CREATE TRIGGER " name " " rest                                           \
    }

/* What is no artifact is rare, and asked for as such: no question walks millions of files to it. */
#define READING_OTHER INDEX("reading_other", "reading(class, evidence) WHERE class>1")
/* In the order in which sightings are shown, with all that counting them needs. */
#define SIGHTING_EVIDENCE                                                                          \
    INDEX("sighting_evidence", "sighting(evidence, scope, host, path, current, first_ns)")

/* clang-format off */
static const struct object objects[] = {
    ORDERED("meta", "key TEXT NOT NULL PRIMARY KEY, value ANY NOT NULL"),

    TABLE("evidence",
        "id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, sha1 BLOB NOT NULL, md5 BLOB NOT NULL,"
        " size INTEGER NOT NULL"),
    UNIQUE("evidence_sha256", "evidence(sha256)"),
    TABLE("reading",
        "id INTEGER PRIMARY KEY, evidence INTEGER NOT NULL, class INTEGER NOT NULL,"
        " asked INTEGER NOT NULL, parser INTEGER NOT NULL, degree INTEGER NOT NULL, because TEXT,"
        " cage TEXT NOT NULL, facts INTEGER NOT NULL, nodes INTEGER NOT NULL,"
        " read_ns INTEGER NOT NULL"),
    UNIQUE("reading_evidence", "reading(evidence, class)"),
    READING_OTHER,
    ORDERED("fact",
        "reading INTEGER NOT NULL, node INTEGER NOT NULL, kind INTEGER NOT NULL,"
        " seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(reading, node, kind, seq)"),

    ORDERED("sighting",
        "path BLOB NOT NULL, host TEXT NOT NULL, scope TEXT NOT NULL, evidence INTEGER NOT NULL,"
        " dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER NOT NULL,"
        " mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL,"
        " first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, current INTEGER NOT NULL,"
        " PRIMARY KEY(path, host, scope, evidence)"),
    SIGHTING_EVIDENCE,
    ORDERED("unread",
        "path BLOB NOT NULL, host TEXT NOT NULL, scope TEXT NOT NULL, what TEXT NOT NULL,"
        " says BLOB NOT NULL, at_ns INTEGER NOT NULL, PRIMARY KEY(path, host, scope)"),

    ORDERED("declared",
        "evidence INTEGER NOT NULL, key TEXT NOT NULL, at_ns INTEGER NOT NULL,"
        " value BLOB NOT NULL, PRIMARY KEY(evidence, key, at_ns)"),
    TABLE("judgement",
        "id INTEGER PRIMARY KEY, subject TEXT NOT NULL, at_ns INTEGER NOT NULL,"
        " accept INTEGER NOT NULL, because TEXT NOT NULL, who TEXT NOT NULL"),
    INDEX("judgement_subject", "judgement(subject, at_ns)"),
    TABLE("note",
        "id INTEGER PRIMARY KEY, subject TEXT NOT NULL, at_ns INTEGER NOT NULL,"
        " text TEXT NOT NULL, who TEXT NOT NULL"),
    INDEX("note_subject", "note(subject, at_ns)"),
    ORDERED("tombstone",
        "sha256 BLOB NOT NULL, at_ns INTEGER NOT NULL, who TEXT NOT NULL, because TEXT NOT NULL,"
        " PRIMARY KEY(sha256, at_ns)"),
    ORDERED("kept",
        "sha256 BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL, at_ns INTEGER NOT NULL"),

    TABLE("action",
        "n INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, who TEXT NOT NULL, version TEXT NOT NULL,"
        " command TEXT NOT NULL, args BLOB NOT NULL, policy TEXT NOT NULL, as_of_ns INTEGER,"
        " hash BLOB NOT NULL"),
    TRIGGER("action_in_order",
        "BEFORE INSERT ON action WHEN NEW.n <> (SELECT coalesce(max(n), 0) + 1 FROM action)"
        " BEGIN SELECT raise(ABORT, 'the action log goes on only at its end'); END"),
    TRIGGER("action_no_update",
        "BEFORE UPDATE ON action BEGIN SELECT raise(ABORT, 'the action log is append-only'); END"),
    TRIGGER("action_no_delete",
        "BEFORE DELETE ON action BEGIN SELECT raise(ABORT, 'the action log is append-only'); END"),
};

/* In the index of every new case, and added to one of an older schema. */
#define STATEMENT_TABLE                                                                            \
    ORDERED("statement",                                                                           \
        "name TEXT NOT NULL COLLATE NOCASE, ecosystem TEXT NOT NULL, reading INTEGER NOT NULL,"    \
        " node INTEGER NOT NULL, seq INTEGER NOT NULL,"                                            \
        " PRIMARY KEY(name, ecosystem, reading, node, seq)")

/* What facts say, by what is asked for. */
static const struct object index_objects[] = {
    ORDERED("artifact",
        "reading INTEGER NOT NULL, node INTEGER NOT NULL, parent INTEGER, size INTEGER NOT NULL,"
        " degree INTEGER NOT NULL, format TEXT NOT NULL, sha256 BLOB NOT NULL, sha1 BLOB NOT NULL,"
        " md5 BLOB NOT NULL, name BLOB NOT NULL, PRIMARY KEY(reading, node)"),
    ORDERED("mark",
        "mark INTEGER NOT NULL, value BLOB NOT NULL, reading INTEGER NOT NULL,"
        " node INTEGER NOT NULL, kind INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " PRIMARY KEY(mark, value, reading, node, kind, seq)"),
    ORDERED("component",
        "name TEXT NOT NULL COLLATE NOCASE, version TEXT NOT NULL, machine TEXT NOT NULL,"
        " reading INTEGER NOT NULL, node INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " PRIMARY KEY(name, version, machine, reading, node, seq)"),
    ORDERED("link",
        "child BLOB NOT NULL, reading INTEGER NOT NULL, node INTEGER NOT NULL,"
        " seq INTEGER NOT NULL, PRIMARY KEY(child, reading, node, seq)"),
    ORDERED("crl",
        "reading INTEGER NOT NULL, node INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " sha256 BLOB NOT NULL, aki BLOB NOT NULL, spki BLOB NOT NULL, issuer TEXT NOT NULL,"
        " PRIMARY KEY(reading, node, seq)"),
    ORDERED("revoked",
        "serial BLOB NOT NULL, reading INTEGER NOT NULL, node INTEGER NOT NULL,"
        " seq INTEGER NOT NULL, crl BLOB NOT NULL, PRIMARY KEY(serial, reading, node, seq)"),
    ORDERED("indicator",
        "kind TEXT NOT NULL, value BLOB NOT NULL, reading INTEGER NOT NULL, node INTEGER NOT NULL,"
        " seq INTEGER NOT NULL, PRIMARY KEY(kind, value, reading, node, seq)"),
    STATEMENT_TABLE,
};

#define ALIAS_TABLE                                                                                \
    ORDERED("alias", "name BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(name, n)")

/* What derive/ says from all records together: dropped and written again as a whole. */
static const struct object derived_objects[] = {
    ORDERED("source",
        "n INTEGER NOT NULL PRIMARY KEY, evidence BLOB NOT NULL, node INTEGER NOT NULL,"
        " reading INTEGER NOT NULL, path BLOB NOT NULL, records INTEGER NOT NULL"),
    TABLE("thing",
        "n INTEGER PRIMARY KEY, id BLOB NOT NULL, kind INTEGER NOT NULL, scope TEXT NOT NULL,"
        " key BLOB NOT NULL, name BLOB NOT NULL, native BLOB NOT NULL, host INTEGER,"
        " first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, flags INTEGER NOT NULL"),
    INDEX("thing_id", "thing(id)"),
    INDEX("thing_native", "thing(native)"),
    INDEX("thing_name", "thing(kind, name)"),
    ALIAS_TABLE,
    TABLE("edge",
        "n INTEGER PRIMARY KEY, why INTEGER NOT NULL, source INTEGER NOT NULL,"
        " number INTEGER NOT NULL, off INTEGER NOT NULL, also BLOB NOT NULL"),
    ORDERED("edge_in",
        "object INTEGER NOT NULL, hi INTEGER NOT NULL, n INTEGER NOT NULL,"
        " subject INTEGER NOT NULL, lo INTEGER NOT NULL, pack INTEGER NOT NULL,"
        " PRIMARY KEY(object, hi, n)"),
    ORDERED("edge_out",
        "subject INTEGER NOT NULL, lo INTEGER NOT NULL, n INTEGER NOT NULL,"
        " object INTEGER NOT NULL, hi INTEGER NOT NULL, pack INTEGER NOT NULL,"
        " PRIMARY KEY(subject, lo, n)"),
    TABLE("gap",
        "n INTEGER PRIMARY KEY, what TEXT NOT NULL, host INTEGER, log TEXT NOT NULL,"
        " from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL, count INTEGER NOT NULL,"
        " says TEXT NOT NULL"),
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *const hw_index_tables[] = {
    "artifact", "mark", "component", "link", "crl", "revoked", "indicator", "statement", NULL,
};

static int create_all(sqlite3 *db, const struct object *o, size_t count, struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = hw_sql_run(db, o[i].sql, err);
    }
    return rc;
}

/* Schema 2 has what derive/ says. A step is never changed once released. */
static int add_derived(sqlite3 *db, struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0; i < COUNT(derived_objects) && rc == HW_OK; i++) {
        bool later = strcmp(derived_objects[i].name, "alias") == 0;
        rc = later ? HW_OK : hw_sql_run(db, derived_objects[i].sql, err);
    }
    return rc;
}

/* Schema 3 finds what publishers say of products by name. No program that wrote schema 2 read a
 * document that says any, so there is nothing to fill it with. */
static int add_statement(sqlite3 *db, struct hw_error *err)
{
    static const struct object added[] = {STATEMENT_TABLE};
    return create_all(db, added, COUNT(added), err);
}

/* Schema 4 answers questions of millions of files without walking them: knowledge by its class,
 * sightings counted in one index, and numbers kept along. And it knows bytes by their weaker
 * digests, too: the graph is made anew with them before the next question, for derive/ is newer. */
static int add_scale(sqlite3 *db, struct hw_error *err)
{
    static const struct object added[] = {READING_OTHER, SIGHTING_EVIDENCE, ALIAS_TABLE};
    struct hw_case_counts n;
    int rc = hw_sql_run(db, "DROP INDEX sighting_evidence", err);
    rc = rc != HW_OK ? rc : create_all(db, added, COUNT(added), err);
    rc = rc != HW_OK ? rc : hw_tally_count(db, &n, err);
    return rc != HW_OK ? rc : hw_tally_put(db, &n, err);
}

int hw_schema_derived_indices(sqlite3 *db, bool on, struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0; i < COUNT(derived_objects) && rc == HW_OK; i++) {
        const struct object *o = &derived_objects[i];
        char drop[96];
        int n = snprintf(drop, sizeof drop, "DROP INDEX %s", o->name);
        if (n < 0 || (size_t)n >= sizeof drop) {
            HW_NEVER();
        }
        if (strcmp(o->type, "index") == 0) {
            rc = hw_sql_run(db, on ? o->sql : drop, err);
        }
    }
    return rc;
}

const struct hw_step hw_schema_steps[] = {
    {1, NULL, add_derived},
    {2, NULL, add_statement},
    {3, NULL, add_scale},
};
const size_t hw_schema_step_count = COUNT(hw_schema_steps);

int hw_schema_create(sqlite3 *db, struct hw_error *err)
{
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id=%d; PRAGMA user_version=%d",
             HW_CASE_APPLICATION, HW_CASE_SCHEMA);
    int rc = hw_sql_run(db, marks, err);
    rc = rc != HW_OK ? rc : create_all(db, objects, COUNT(objects), err);
    rc = rc != HW_OK ? rc : create_all(db, index_objects, COUNT(index_objects), err);
    return rc != HW_OK ? rc : create_all(db, derived_objects, COUNT(derived_objects), err);
}

int hw_schema_index_tables(sqlite3 *db, const char *in, struct hw_error *err)
{
    for (size_t i = 0; i < COUNT(index_objects); i++) {
        char sql[1024];
        const char *rest = index_objects[i].sql + strlen("CREATE TABLE ");
        int n = snprintf(sql, sizeof sql, "CREATE TABLE %s.%s", in, rest);
        if (n < 0 || (size_t)n >= sizeof sql) {
            HW_NEVER();
        }
        int rc = hw_sql_run(db, sql, err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    return HW_OK;
}

static bool is_ours(const char *type, const char *name, const char *sql)
{
    const struct object *lists[] = {objects, index_objects, derived_objects};
    const size_t counts[] = {COUNT(objects), COUNT(index_objects), COUNT(derived_objects)};
    for (size_t k = 0; k < COUNT(lists); k++) {
        for (size_t i = 0; i < counts[k]; i++) {
            const struct object *o = &lists[k][i];
            if (strcmp(o->name, name) == 0) {
                return strcmp(o->type, type) == 0 && strcmp(o->sql, sql) == 0;
            }
        }
    }
    return false;
}

/* A name from a stranger's file, for our words: short and printable. */
static void printable(const char *s, char out[49])
{
    size_t n = 0;
    for (; s[n] != '\0' && n < 48; n++) {
        out[n] = s[n] >= 0x20 && s[n] < 0x7f ? s[n] : '?';
    }
    out[n] = '\0';
}

int hw_schema_compare(sqlite3 *db, struct hw_error *err)
{
    sqlite3_stmt *s = NULL;
    size_t found = 0;
    int rc = hw_sql_make(db, "SELECT type,name,sql FROM sqlite_schema", false, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    while ((rc = hw_sql_step(s, err)) == HW_ROW) {
        bool ok = true;
        const char *type = hw_col_text(s, 0, &ok);
        const char *name = hw_col_text(s, 1, &ok);
        const char *sql = hw_col_text(s, 2, &ok);
        if (!ok || !is_ours(type, name, sql)) {
            char what[49];
            printable(name, what);
            rc = hw_fail(err, HW_E_CASE, "not a case as this program makes them: '%s' is not ours",
                         what);
            break;
        }
        found++;
    }
    sqlite3_finalize(s);
    if (rc == HW_OK && found != COUNT(objects) + COUNT(index_objects) + COUNT(derived_objects)) {
        rc = hw_fail(err, HW_E_CASE, "not a case as this program makes them: tables are missing");
    }
    return rc;
}

static int take_step(sqlite3 *db, const struct hw_step *step, struct hw_error *err)
{
    char mark[48];
    snprintf(mark, sizeof mark, "PRAGMA user_version=%u", step->from + 1);
    int rc = hw_sql_run(db, "BEGIN IMMEDIATE", err);
    if (rc != HW_OK) {
        return rc;
    }
    /* Another process may have migrated while we waited for the lock. */
    int64_t now = -1;
    rc = hw_sql_int(db, "PRAGMA user_version", &now, err);
    if (rc == HW_OK && now == (int64_t)step->from) {
        for (size_t i = 0; rc == HW_OK && step->sql != NULL && step->sql[i] != NULL; i++) {
            rc = hw_sql_run(db, step->sql[i], err);
        }
        rc = rc == HW_OK && step->more != NULL ? step->more(db, err) : rc;
        rc = rc == HW_OK ? hw_sql_run(db, mark, err) : rc;
    }
    rc = rc == HW_OK ? hw_sql_run(db, "COMMIT", err) : rc;
    if (rc != HW_OK) {
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        return hw_blame(err, rc, "moving to schema %u: ", step->from + 1);
    }
    return HW_OK;
}

int hw_schema_migrate(sqlite3 *db, const struct hw_step *steps, size_t count, unsigned to,
                      struct hw_error *err)
{
    for (;;) {
        int64_t now = -1;
        int rc = hw_sql_int(db, "PRAGMA user_version", &now, err);
        if (rc != HW_OK || now == (int64_t)to) {
            return rc;
        }
        const struct hw_step *step = NULL;
        for (size_t i = 0; i < count; i++) {
            if (now == (int64_t)steps[i].from) {
                step = &steps[i];
            }
        }
        if (step == NULL) {
            return hw_fail(err, HW_E_CASE, "no way from schema %lld to %u", (long long)now, to);
        }
        rc = take_step(db, step, err);
        if (rc != HW_OK) {
            return rc;
        }
    }
}
