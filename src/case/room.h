/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/room.h -- what the files of this room share: the handle, SQL helpers, the indexer.
 * Nobody outside case/ and its tests includes it.
 */
#ifndef HW_CASE_ROOM_H
#define HW_CASE_ROOM_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "case/case.h"
#include "case/cursor.h"

enum {
    HW_PATH_BYTES = 4096,
    HW_BATCH_EVIDENCES = 512,          /* a batch is committed after so many readings */
    HW_BATCH_BYTES = 32 * 1024 * 1024, /* or so many bytes of facts */
    HW_BATCH_NS = 1000 * 1000 * 1000,  /* or this long */
    HW_HOLD_BYTES = 4 * 1024 * 1024,   /* facts of one reading in memory before they go to disk */
    HW_YOUNG_NS = 2000 * 1000 * 1000,  /* a file changed this shortly before it was seen */
    HW_BUSY_MS = 10 * 1000,
    HW_SPARES = 12, /* statements of cursors that ended, for the next of the same words */
};

/* Statements used again and again are prepared once; sql.c has the words. */
enum hw_sql {
    HW_SQL_EVIDENCE_ID,
    HW_SQL_EVIDENCE_ADD,
    HW_SQL_READING_KNOWN,
    HW_SQL_READING_OF,
    HW_SQL_READING_ADD,
    HW_SQL_READING_SET,
    HW_SQL_READING_DROP,
    HW_SQL_READING_SIZE,
    HW_SQL_FACT_ADD,
    HW_SQL_FACT_ALL,
    HW_SQL_FACT_DROP,
    HW_SQL_PLACE_FIND,
    HW_SQL_PLACE_TOUCH,
    HW_SQL_PLACE_PAST,
    HW_SQL_PLACE_PUT,
    HW_SQL_PLACE_CURRENT,
    HW_SQL_UNREAD_PUT,
    HW_SQL_UNREAD_DROP,
    HW_SQL_SIGHTINGS_OF,
    HW_SQL_SPAN_OF,
    HW_SQL_PREVALENCE,
    HW_SQL_ARTIFACT_UP,
    HW_SQL_COUNT,
};

/* Facts of the reading that is being stored, until end or until they are too many to hold. */
struct hw_held {
    uint32_t node;
    uint32_t seq;
    uint32_t kind;
    uint32_t n;
    size_t at; /* in bodies */
};

struct hw_deflate;
struct hw_packing { /* zeroed at first */
    struct hw_deflate *deflate;
    struct hw_buf bytes;
};

struct hw_storing {
    bool on, broken;
    bool spilled; /* facts are in the database, inside a savepoint */
    bool knowledge;
    bool fresh;                /* the evidence was not there before */
    int64_t evidence, reading; /* row ids, once spilled or at end */
    uint64_t facts, nodes, indicators, logs;
    struct hw_evidence e;
    struct hw_buf bodies;
    struct hw_packing packing;
    struct hw_held *held;
    size_t held_count, held_room;
};

struct hw_case {
    sqlite3 *db;
    enum hw_case_mode mode;
    bool stranger, read_only, held, batch;
    char why[160];
    char *path;  /* NULL: private */
    int lock_fd; /* -1: no lock */
    char *lock_path;
    char uuid[37];
    unsigned schema;
    int64_t created_ns;
    sqlite3_stmt *sql[HW_SQL_COUNT];
    sqlite3_stmt *spare[HW_SPARES];
    unsigned next_spare;
    struct hw_index *index; /* writes the index tables of main */
    uint64_t batch_evidences, batch_bytes;
    int64_t batch_since_ns;
    struct hw_case_counts tally, tally_was; /* in a batch: now, and when it began */
    struct hw_storing storing;
    struct hw_buf path_buf; /* what hw_case_artifact_get lent out */
};

/* ---- sql.c ---- */

/* SQLite's refusal as one of ours. */
HW_CHECK int hw_sql_fail(sqlite3 *db, int rc, struct hw_error *err, const char *doing);
/* No statement and no value may be larger than the house needs. */
void hw_sql_limit(sqlite3 *db);
HW_CHECK int hw_sql_run(sqlite3 *db, const char *sql, struct hw_error *err);
HW_CHECK int hw_sql_make(sqlite3 *db, const char *sql, bool keep, sqlite3_stmt **out,
                         struct hw_error *err);
/* A prepared statement of the case, reset and without bindings. */
HW_CHECK int hw_sql_get(struct hw_case *c, enum hw_sql which, sqlite3_stmt **out,
                        struct hw_error *err);
/* Steps to the one row (HW_ROW), or to the end (HW_OK, reset), or a failure (reset). */
HW_CHECK int hw_sql_step(sqlite3_stmt *s, struct hw_error *err);
/* Steps a statement that gives no row, and resets it. */
HW_CHECK int hw_sql_done(sqlite3_stmt *s, struct hw_error *err);
/* The integer that a statement's only row has; *out untouched and HW_E_MISSING without a row. */
HW_CHECK int hw_sql_int(sqlite3 *db, const char *sql, int64_t *out, struct hw_error *err);

void hw_bind_int(sqlite3_stmt *s, int at, int64_t v);
void hw_bind_text(sqlite3_stmt *s, int at, const char *v);    /* NULL: as NULL; borrowed */
void hw_bind_blob(sqlite3_stmt *s, int at, struct hw_span v); /* empty: a blob of no bytes */
void hw_bind_hash(sqlite3_stmt *s, int at, const uint8_t v[32]);

/* Columns are checked for their type, since a case may be a stranger's: each sets *ok to false and
 * gives nothing when the column is of another type, size or sign. */
int64_t hw_col_int(sqlite3_stmt *s, int at, bool *ok);
uint64_t hw_col_size(sqlite3_stmt *s, int at, bool *ok); /* not negative */
uint32_t hw_col_u32(sqlite3_stmt *s, int at, bool *ok);
const char *hw_col_text(sqlite3_stmt *s, int at, bool *ok); /* never NULL; no NUL inside */
const char *hw_col_text_or_null(sqlite3_stmt *s, int at, bool *ok);
struct hw_span hw_col_blob(sqlite3_stmt *s, int at, bool *ok);
void hw_col_bytes(sqlite3_stmt *s, int at, void *out, size_t n, bool *ok); /* exactly n */
HW_CHECK int hw_col_bad(const char *table, struct hw_error *err);

/* A hex prefix as the range of blobs that begin so: lo <= value <= hi. HW_E_USAGE: not hex. */
struct hw_range {
    uint8_t lo[32], hi[64];
    size_t lo_n, hi_n;
};
HW_CHECK int hw_range_of(const char *hex, struct hw_range *out, struct hw_error *err);
/* For cursors, which outlive the caller's values: copies. Bind a range at `at` and `at`+1. */
HW_CHECK int hw_bind_range(sqlite3_stmt *s, int at, const struct hw_range *r, struct hw_error *err);
HW_CHECK int hw_bind_copy(sqlite3_stmt *s, int at, struct hw_span v, struct hw_error *err);
HW_CHECK int hw_bind_words(sqlite3_stmt *s, int at, const char *v, struct hw_error *err);

int64_t hw_monotonic_ns(void);
/* HW_E_STATE when the case may not be written; else opens a batch when none is open. */
HW_CHECK int hw_case_write(struct hw_case *c, struct hw_error *err);
/* Temporarily lets a connection of HW_CASE_READ write (the action log, check's own tables). */
HW_CHECK int hw_case_unlock_writes(struct hw_case *c, bool on, struct hw_error *err);

/* ---- tally.c: numbers that are kept along, so that nobody has to count ---- */

/* Does an artifact of this format hold records of what happened? */
bool hw_tally_is_log(struct hw_span format);
/* Row by row, whatever was kept. */
HW_CHECK int hw_tally_count(sqlite3 *db, struct hw_case_counts *out, struct hw_error *err);
/* As kept; *out_there: they are. */
HW_CHECK int hw_tally_read(sqlite3 *db, struct hw_case_counts *out, bool *out_there,
                           struct hw_error *err);
HW_CHECK int hw_tally_put(sqlite3 *db, const struct hw_case_counts *n, struct hw_error *err);
/* A batch begins, and is about to be committed: between the two c->tally is to be changed. */
HW_CHECK int hw_tally_begin(struct hw_case *c, struct hw_error *err);
HW_CHECK int hw_tally_end(struct hw_case *c, struct hw_error *err);

/* ---- schema.c ---- */

struct hw_step { /* from schema `from` to the next */
    unsigned from;
    const char *const *sql;                         /* ended by NULL */
    int (*more)(sqlite3 *db, struct hw_error *err); /* after the sql; may be NULL */
};
HW_CHECK int hw_schema_create(sqlite3 *db, struct hw_error *err);
/* Every table, index and trigger is ours, word for word, and nothing else is there. */
HW_CHECK int hw_schema_compare(sqlite3 *db, struct hw_error *err);
/* Takes every step from the schema found to `to`, each in its own transaction. */
HW_CHECK int hw_schema_migrate(sqlite3 *db, const struct hw_step *steps, size_t count, unsigned to,
                               struct hw_error *err);
/* Makes or drops the indices over what derive/ says. */
HW_CHECK int hw_schema_derived_indices(sqlite3 *db, bool on, struct hw_error *err);
extern const struct hw_step hw_schema_steps[];
extern const size_t hw_schema_step_count;
/* Creates empty index tables in another database of the connection. */
HW_CHECK int hw_schema_index_tables(sqlite3 *db, const char *in, struct hw_error *err);
/* Names of the index tables, and a column list that orders each whole; ended by NULL. */
extern const char *const hw_index_tables[];

/* ---- index.c: from one decoded fact to rows of the index tables ---- */

struct hw_index;
/* In database `in` ("main", "again"). */
HW_CHECK int hw_index_new(sqlite3 *db, const char *in, struct hw_index **out, struct hw_error *err);
void hw_index_free(struct hw_index *x);
HW_CHECK int hw_index_put(struct hw_index *x, int64_t reading, uint64_t seq,
                          const struct hw_fact *f, struct hw_error *err);
/* Takes away what hw_index_put() wrote for the same fact. */
HW_CHECK int hw_index_drop(struct hw_index *x, int64_t reading, uint64_t seq,
                           const struct hw_fact *f, struct hw_error *err);
HW_CHECK int hw_index_clear(struct hw_index *x, struct hw_error *err);
/* Feeds every fact of the case, in order. on_bad, when not NULL, is told of facts that do not
 * decode and the walk goes on; else it ends with HW_E_CASE. */
struct hw_fact_walk {
    int (*each)(void *state, int64_t reading, uint32_t node, uint64_t seq, const struct hw_fact *f,
                struct hw_error *err);
    void (*bad)(void *state, const char *says);
    void *state;
};
HW_CHECK int hw_facts_walk(sqlite3 *db, const struct hw_fact_walk *w, struct hw_error *err);

/* ---- fact bodies ---- */

/* ---- pack.c ---- */

/* The body as it is to be stored: itself, or packed; borrowed until the next call. */
HW_CHECK int hw_body_pack(struct hw_packing *p, uint32_t kind, struct hw_span body,
                          struct hw_span *out, struct hw_error *err);
void hw_packing_done(struct hw_packing *p);
/* Sets *body to what was packed, held in `room`; one that was not packed stays as it is. */
HW_CHECK int hw_body_unpack(struct hw_buf *room, uint32_t kind, struct hw_span *body,
                            struct hw_error *err);

/* Decodes a body read from the case: damaged is HW_E_CASE. Checks that it is about `node`. */
HW_CHECK int hw_body_decode(uint32_t kind, struct hw_span body, uint32_t node, struct hw_fact *out,
                            struct hw_error *err);

/* ---- facts.c ---- */

/* What is read of a fact `f` of a reading `r` of an evidence `e`, and the usual order. */
#define HW_FACT_COLUMNS(e, r, f)                                                                   \
    e ".sha256," r ".class," r ".id," f ".node," f ".kind," f ".seq," f ".body"
#define HW_FACT_ORDER "e.sha256,r.class,f.node,f.kind,f.seq"
/* Those columns, from `at` on, as a fact; what is borrowed lies in the statement or in `room`. */
HW_CHECK int hw_fact_fill(sqlite3_stmt *s, int at, struct hw_buf *room, struct hw_fact_row *row,
                          struct hw_error *err);

/* ---- store.c ---- */
HW_CHECK int hw_reading_drop(struct hw_case *c, int64_t reading, struct hw_error *err);
HW_CHECK int hw_evidence_id(struct hw_case *c, const uint8_t sha256[32], int64_t *out,
                            struct hw_error *err); /* HW_E_MISSING */

/* ---- graph.c ---- */
/* What derive/ said is gone, and nothing claims that it stands. In the batch that is open. */
HW_CHECK int hw_graph_drop(struct hw_case *c, struct hw_error *err);

/* ---- cursor ---- */

enum hw_cursor_kind {
    HW_K_EVIDENCE,
    HW_K_SIGHTING,
    HW_K_UNREAD,
    HW_K_DECLARED,
    HW_K_ARTIFACT,
    HW_K_FACT,
    HW_K_MATCH,
    HW_K_NAMED,
    HW_K_JUDGEMENT,
    HW_K_NOTE,
    HW_K_TOMBSTONE,
    HW_K_ACTION,
    HW_K_KEPT,
};

struct hw_meeting; /* matches.c */

struct hw_cursor {
    struct hw_case *c;
    enum hw_cursor_kind kind;
    sqlite3_stmt *s;
    bool ended;
    /* evidence, artifacts, unread */
    bool ever;
    struct hw_buf under;       /* whole, escaped */
    struct hw_buf under_outer; /* up to the first "!/", escaped */
    struct hw_buf path, outer; /* path of this row; of its outermost */
    struct hw_buf scope, host;
    struct hw_buf unpacked; /* body of this row */
    struct hw_buf box;      /* path inside, of the parent of this row */
    int64_t box_reading;
    uint32_t box_node;
    uint8_t last_evidence[32];
    bool last_known, last_in;   /* is last_evidence under `under`? */
    struct hw_meeting *meeting; /* matches */
    /* action log */
    uint8_t chain[32];
    uint64_t n;
};

HW_CHECK int hw_cursor_new(struct hw_case *c, enum hw_cursor_kind kind, const char *sql,
                           struct hw_cursor **out, struct hw_error *err);
/* Steps: HW_ROW, 0 (and from then on), or a failure; HW_E_STATE for a cursor of another kind. */
HW_CHECK int hw_cursor_step(struct hw_cursor *k, enum hw_cursor_kind kind, struct hw_error *err);

/* Narrows to places at or below `under`. */
HW_CHECK int hw_cursor_under(struct hw_cursor *k, struct hw_span under, bool ever,
                             struct hw_error *err);
/* Where this evidence lies, into outer, host and scope; is it in what was asked for? */
HW_CHECK int hw_cursor_place(struct hw_cursor *k, const uint8_t evidence[32], bool *out_in,
                             struct hw_error *err);

/* ---- matches.c ---- */
void hw_meeting_free(struct hw_meeting *m); /* NULL is silence */

/* ---- kept.c ---- */
/* Removes the file, if it is there. */
HW_CHECK int hw_kept_unlink(struct hw_case *c, const uint8_t sha256[32], struct hw_error *err);

/* ---- case.c ---- */
/* How adopt opens: a stranger's case for writing, with every check of a stranger's. */
HW_CHECK int hw_case_open_stranger(const char *path, struct hw_case **out, struct hw_error *err);
/* Marks a case opened by hw_case_open_stranger() as ours. */
HW_CHECK int hw_case_own(struct hw_case *c, struct hw_error *err);
/* Digest of who owns a case of this uuid here: uid and machine. */
void hw_owner_digest(const char *uuid, uint8_t out[32]);

#endif
