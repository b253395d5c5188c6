/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/case/schema_1.h -- the words that the first released schema was made of. Never
 * changed: cases of it lie in people's folders, and each must open.
 */
#ifndef HW_TESTS_CASE_SCHEMA_1_H
#define HW_TESTS_CASE_SCHEMA_1_H

/* clang-format off */
static const char schema_1[] =
    "CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, value ANY NOT NULL) STRICT, "
    "WITHOUT ROWID;"
    "CREATE TABLE evidence(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, sha1 BLOB NOT "
    "NULL, md5 BLOB NOT NULL, size INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX evidence_sha256 ON evidence(sha256);"
    "CREATE TABLE reading(id INTEGER PRIMARY KEY, evidence INTEGER NOT NULL, class "
    "INTEGER NOT NULL, asked INTEGER NOT NULL, parser INTEGER NOT NULL, degree INTEGER "
    "NOT NULL, because TEXT, cage TEXT NOT NULL, facts INTEGER NOT NULL, nodes INTEGER "
    "NOT NULL, read_ns INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX reading_evidence ON reading(evidence, class);"
    "CREATE TABLE fact(reading INTEGER NOT NULL, node INTEGER NOT NULL, kind INTEGER NOT "
    "NULL, seq INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(reading, node, kind, "
    "seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE sighting(path BLOB NOT NULL, host TEXT NOT NULL, scope TEXT NOT NULL, "
    "evidence INTEGER NOT NULL, dev INTEGER NOT NULL, ino INTEGER NOT NULL, size INTEGER "
    "NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, seen_ns INTEGER NOT "
    "NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, current INTEGER NOT "
    "NULL, PRIMARY KEY(path, host, scope, evidence)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX sighting_evidence ON sighting(evidence);"
    "CREATE TABLE unread(path BLOB NOT NULL, host TEXT NOT NULL, scope TEXT NOT NULL, "
    "what TEXT NOT NULL, says BLOB NOT NULL, at_ns INTEGER NOT NULL, PRIMARY KEY(path, "
    "host, scope)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE declared(evidence INTEGER NOT NULL, key TEXT NOT NULL, at_ns INTEGER "
    "NOT NULL, value BLOB NOT NULL, PRIMARY KEY(evidence, key, at_ns)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TABLE judgement(id INTEGER PRIMARY KEY, subject TEXT NOT NULL, at_ns INTEGER "
    "NOT NULL, accept INTEGER NOT NULL, because TEXT NOT NULL, who TEXT NOT NULL) STRICT;"
    "CREATE INDEX judgement_subject ON judgement(subject, at_ns);"
    "CREATE TABLE note(id INTEGER PRIMARY KEY, subject TEXT NOT NULL, at_ns INTEGER NOT "
    "NULL, text TEXT NOT NULL, who TEXT NOT NULL) STRICT;"
    "CREATE INDEX note_subject ON note(subject, at_ns);"
    "CREATE TABLE tombstone(sha256 BLOB NOT NULL, at_ns INTEGER NOT NULL, who TEXT NOT "
    "NULL, because TEXT NOT NULL, PRIMARY KEY(sha256, at_ns)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE kept(sha256 BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL, at_ns "
    "INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE action(n INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, who TEXT NOT "
    "NULL, version TEXT NOT NULL, command TEXT NOT NULL, args BLOB NOT NULL, policy TEXT "
    "NOT NULL, as_of_ns INTEGER, hash BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER action_in_order BEFORE INSERT ON action WHEN NEW.n <> (SELECT "
    "coalesce(max(n), 0) + 1 FROM action) BEGIN SELECT raise(ABORT, 'the action log goes "
    "on only at its end'); END;"
    "CREATE TRIGGER action_no_update BEFORE UPDATE ON action BEGIN SELECT raise(ABORT, "
    "'the action log is append-only'); END;"
    "CREATE TRIGGER action_no_delete BEFORE DELETE ON action BEGIN SELECT raise(ABORT, "
    "'the action log is append-only'); END;"
    "CREATE TABLE artifact(reading INTEGER NOT NULL, node INTEGER NOT NULL, parent "
    "INTEGER, size INTEGER NOT NULL, degree INTEGER NOT NULL, format TEXT NOT NULL, "
    "sha256 BLOB NOT NULL, sha1 BLOB NOT NULL, md5 BLOB NOT NULL, name BLOB NOT NULL, "
    "PRIMARY KEY(reading, node)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE mark(mark INTEGER NOT NULL, value BLOB NOT NULL, reading INTEGER NOT "
    "NULL, node INTEGER NOT NULL, kind INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY "
    "KEY(mark, value, reading, node, kind, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE component(name TEXT NOT NULL COLLATE NOCASE, version TEXT NOT NULL, "
    "machine TEXT NOT NULL, reading INTEGER NOT NULL, node INTEGER NOT NULL, seq INTEGER "
    "NOT NULL, PRIMARY KEY(name, version, machine, reading, node, seq)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TABLE link(child BLOB NOT NULL, reading INTEGER NOT NULL, node INTEGER NOT "
    "NULL, seq INTEGER NOT NULL, PRIMARY KEY(child, reading, node, seq)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE TABLE crl(reading INTEGER NOT NULL, node INTEGER NOT NULL, seq INTEGER NOT "
    "NULL, sha256 BLOB NOT NULL, aki BLOB NOT NULL, spki BLOB NOT NULL, issuer TEXT NOT "
    "NULL, PRIMARY KEY(reading, node, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE revoked(serial BLOB NOT NULL, reading INTEGER NOT NULL, node INTEGER "
    "NOT NULL, seq INTEGER NOT NULL, crl BLOB NOT NULL, PRIMARY KEY(serial, reading, "
    "node, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE indicator(kind TEXT NOT NULL, value BLOB NOT NULL, reading INTEGER NOT "
    "NULL, node INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(kind, value, "
    "reading, node, seq)) STRICT, WITHOUT ROWID;";
/* clang-format on */

/* Every table of it, in an order in which rows can be put in. */
static const char *const schema_1_tables[] = {
    "meta",      "evidence", "reading",   "fact",    "sighting",  "unread",   "declared",
    "judgement", "note",     "tombstone", "kept",    "action",    "artifact", "mark",
    "component", "link",     "crl",       "revoked", "indicator",
};

#endif
