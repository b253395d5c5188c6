/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/case.h -- the case file: opening, closing, and the writer.
 *
 * A case is one SQLite file after a clean close (docs/formats/case.md). This room alone speaks SQL.
 * Reading back is in case/cursor.h, the action log in case/log.h, kept bytes in case/kept.h, and
 * checking, adopting, forgetting and dumping in case/care.h.
 *
 * Words: *evidence* is bytes, known by SHA-256. A *reading* is what one parser version said about
 * it: its facts. Evidence has at most one reading of each class (artifact, knowledge), and a new
 * one replaces the old whole. A *sighting* is where evidence was seen.
 *
 * No function here reads the wall clock: `now_ns` (ns since 1970 UTC) is the caller's. Handles are
 * not thread-safe; use one for each thread. Two handles on one case in one process are fine.
 */
#ifndef HW_CASE_CASE_H
#define HW_CASE_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"
#include "fact/fact.h"
#include "fact/words.h"

struct hw_case;

enum {
    HW_CASE_APPLICATION = 0x48575452, /* "HWTR" */
    HW_CASE_SCHEMA = 4,
};

enum hw_case_mode {
    HW_CASE_READ,    /* must exist; nothing but the action log can be written */
    HW_CASE_WRITE,   /* creates it when it is not there; takes the writer's lock */
    HW_CASE_PRIVATE, /* a nameless case that vanishes at close; path must be NULL */
};

struct hw_case_open {
    const char *path;
    enum hw_case_mode mode;
    /* The caller did not name the case: it is ./headwater.case or the like. Then a symlink, a file
     * of another owner and one that others may write are refused, not opened read-only. */
    bool default_place;
    /* HW_CASE_WRITE and HW_CASE_READ never create with this set. */
    bool must_exist;
    /* For creating; ignored otherwise. */
    int64_t now_ns;
    /* While another writer holds the case: `waiting` (may be NULL) is called once, then about every
     * second; a return of false gives up. wait_ns: how long at most (0: not at all). */
    int64_t wait_ns;
    bool (*waiting)(void *state, int64_t waited_ns);
    void *state;
};

/* HW_E_MISSING: no such case, or an empty file (only where it is not created). HW_E_CASE: foreign,
 * damaged, of a newer schema (the text has both numbers), or its tables are not ours (the text has
 * the name). HW_E_BUSY: the other writer did not let go. HW_E_STATE: HW_CASE_WRITE on a stranger's
 * case, which needs `case adopt`. A stranger's case (another owner, writable by others, or carried
 * over from another machine or user) opens for HW_CASE_READ only, immutable, after an integrity
 * check. */
HW_CHECK int hw_case_open(const struct hw_case_open *how, struct hw_case **out,
                          struct hw_error *err);
/* Undoes what was not committed, checkpoints, and leaves one file when no one else has it open.
 * NULL is silence. */
void hw_case_free(struct hw_case *c);
HW_AUTO_DEFINE(hw_case);

struct hw_case_info {
    const char *path; /* NULL: private */
    char uuid[37];
    unsigned schema;
    int64_t created_ns;
    bool stranger;  /* read-only until adopted */
    char why[160];  /* why it is a stranger's, for people */
    bool read_only; /* nothing can be written, the action log included */
};
void hw_case_info(const struct hw_case *c, struct hw_case_info *out); /* path borrowed */

/* ---- transactions ----
 * Every function that writes opens a batch when none is open. A batch is one transaction: it is
 * committed by hw_case_commit(), or by itself between two evidences once it is big or old enough.
 * A kill loses at most the batch, never half an evidence. */
HW_CHECK int hw_case_begin(struct hw_case *c, struct hw_error *err);  /* no-op in a batch */
HW_CHECK int hw_case_commit(struct hw_case *c, struct hw_error *err); /* no-op outside one */
/* Commits a batch that is big or old enough. For whoever writes something else than evidence, or
 * waits with a batch open: nobody else gets to write meanwhile, not even a question's log entry. */
HW_CHECK int hw_case_commit_due(struct hw_case *c, struct hw_error *err);
void hw_case_rollback(struct hw_case *c);
/* Moves what the write-ahead log holds into the file, as far as readers allow. */
HW_CHECK int hw_case_checkpoint(struct hw_case *c, struct hw_error *err);
/* From hold to release every cursor sees one state of the case, whatever a writer does meanwhile.
 * The action log cannot be appended to in between. Holding twice is HW_E_STATE. */
HW_CHECK int hw_case_hold(struct hw_case *c, struct hw_error *err);
void hw_case_release(struct hw_case *c);

/* A number that is another one once anybody else has written the case: for whoever keeps answers.
 * What this handle writes itself does not count. */
HW_CHECK int hw_case_version(struct hw_case *c, uint64_t *out, struct hw_error *err);
/* Ends what this handle is doing (HW_E_STOPPED); may be called from another thread while the
 * handle is not freed. */
void hw_case_interrupt(struct hw_case *c);
/* Does somebody hold the writer's lock? Takes nothing. */
HW_CHECK int hw_case_is_written(struct hw_case *c, bool *out, struct hw_error *err);

/* ---- where evidence was seen ---- */

enum { HW_PLACE_BYTES = 64 * 1024 }; /* the longest path of a place; longer: HW_E_LIMIT */

struct hw_place {
    const char *scope;   /* organisation as declared, "" when none was */
    const char *host;    /* "" when none was given */
    struct hw_span path; /* bytes as the file system has them */
    uint64_t dev, ino, size;
    int64_t mtime_ns, ctime_ns;
};

/* Which kind of reading; the same numbers as enum hw_reading of evidence/evidence.h. A reading by
 * ANY belongs to the class its facts have: KNOWLEDGE when one of them is HW_FACT_KNOWLEDGE. */
enum hw_class {
    HW_CLASS_ANY,
    HW_CLASS_ARTIFACT,
    HW_CLASS_KNOWLEDGE,
    HW_CLASS_TELEMETRY,
    HW_CLASS_COUNT
};
const char *hw_class_word(enum hw_class c);

/* Was this very file, by place and stat identity, seen before, and read for this class by this
 * parser version? Then *out is true, sha256 is filled, and its sighting now says now_ns. A file
 * changed (mtime, ctime) less than two seconds before its last sighting began, or after, is not
 * trusted: false. */
HW_CHECK int hw_case_unchanged(struct hw_case *c, const struct hw_place *p, enum hw_class asked,
                               uint32_t parser, int64_t now_ns, bool *out, uint8_t sha256[32],
                               struct hw_error *err);
/* Is evidence of this hash read for this class by this parser version? */
HW_CHECK int hw_case_known(struct hw_case *c, const uint8_t sha256[32], enum hw_class asked,
                           uint32_t parser, bool *out, struct hw_error *err);
/* Records that evidence (already stored, else HW_E_MISSING) lies at this place. seen_ns is taken
 * before the file was opened. Sightings of other evidence at the same place stop being current. */
HW_CHECK int hw_case_sight(struct hw_case *c, const struct hw_place *p, const uint8_t sha256[32],
                           int64_t seen_ns, struct hw_error *err);
/* A path that was met and not read: `what` is a word (symlink, fifo, socket, device, unreadable,
 * changed ...), `says` words or a link's target, may be empty. Replaced when met again, removed
 * when evidence is sighted there; sightings at the place stop being current. */
HW_CHECK int hw_case_unread(struct hw_case *c, const struct hw_place *p, const char *what,
                            struct hw_span says, int64_t now_ns, struct hw_error *err);
/* A folder was entered: that it once could not be read is over. */
HW_CHECK int hw_case_entered(struct hw_case *c, const struct hw_place *p, struct hw_error *err);

/* ---- one evidence and its reading ---- */

struct hw_evidence {
    uint8_t sha256[32], sha1[20], md5[16];
    uint64_t size;
    enum hw_class asked;
    uint32_t parser; /* version of the parsers */
    int64_t read_ns;
    enum hw_degree degree;
    const char *because; /* why broken or refused; NULL: nothing to say */
    const char *cage;    /* which cage held, as words: "seccomp+landlock"; "" unknown */
};

/* A reading comes fact by fact: begin, any number of facts, end. Nothing is visible before end,
 * which replaces every earlier reading of that class of that evidence. Bodies are decoded here
 * again; a body that does not decode is HW_E_PEER, and the reading can then only be dropped.
 * Without any fact (a refused input) the outermost artifact and its degree are recorded from `e`.
 * HW_E_SPACE: no room; the batch is undone, the case stays sound. One reading at a time. */
HW_CHECK int hw_case_store_begin(struct hw_case *c, const struct hw_evidence *e,
                                 struct hw_error *err);
HW_CHECK int hw_case_store_fact(struct hw_case *c, enum hw_fact_kind kind, struct hw_span body,
                                struct hw_error *err);
/* degree and because of `e` may have become known only now: e replaces what begin was given. */
HW_CHECK int hw_case_store_end(struct hw_case *c, const struct hw_evidence *e,
                               struct hw_error *err);
/* Forgets the reading begun; earlier readings stand. Silent when none was begun. */
void hw_case_store_drop(struct hw_case *c);

/* The same in one call. */
struct hw_stored_fact {
    enum hw_fact_kind kind;
    struct hw_span body;
};
HW_CHECK int hw_case_store(struct hw_case *c, const struct hw_evidence *e,
                           const struct hw_stored_fact *facts, size_t count, struct hw_error *err);

/* ---- what people say ---- */

/* A declared fact about evidence. key is one of: org host tz acquired-by acquired-at exhibit tool
 * note accept-opaque. Kept with its time; the newest of a key counts; the same value again changes
 * nothing. HW_E_MISSING: no such evidence. */
HW_CHECK int hw_case_declare(struct hw_case *c, const uint8_t sha256[32], const char *key,
                             struct hw_span value, int64_t now_ns, struct hw_error *err);
/* subject: a whole id ("e-...", "f-..." or "s-..."). */
HW_CHECK int hw_case_judge(struct hw_case *c, const char *subject, bool accept, const char *because,
                           const char *who, int64_t now_ns, struct hw_error *err);
HW_CHECK int hw_case_note(struct hw_case *c, const char *subject, const char *text, const char *who,
                          int64_t now_ns, struct hw_error *err);

#endif
