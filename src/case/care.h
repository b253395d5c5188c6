/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/care.h -- looking after a case: check, adopt, forget, rebuild, dump.
 */
#ifndef HW_CASE_CARE_H
#define HW_CASE_CARE_H

#include "case/cursor.h"

/* A stranger's case becomes ours: opened by path, checked in full (as hw_case_check) while it is
 * still a stranger's, then marked and set to mode 0600. The caller must own the file. Already ours:
 * HW_OK. Trouble found: HW_E_CASE, and it stays a stranger's. */
HW_CHECK int hw_case_adopt(const char *path, int64_t now_ns, struct hw_error *err);

struct hw_case_check {
    /* Told of every trouble, in words that are printable ASCII; may be NULL. */
    void (*trouble)(void *state, const char *says);
    void *state;
    /* filled: */
    uint64_t facts, kept, actions, troubles;
};
/* SQLite's integrity check; the log's chain; every fact decodes and belongs to a reading, and so do
 * the records in it; every kept file has its hash; the index tables are what the facts say; the
 * graph holds together; counts agree. HW_OK whenever the check could be made: see `troubles`. */
HW_CHECK int hw_case_check(struct hw_case *c, struct hw_case_check *check, struct hw_error *err);

/* Deletes one evidence: readings, facts, sightings, declarations, kept bytes that nothing else
 * needs, and the graph, which is made anew when it is needed; leaves a tombstone (hash, when, who,
 * because) and rewrites the file so that the deleted bytes are gone from it. Commits.
 * HW_E_MISSING: no such evidence. HW_E_BUSY: it is deleted, but a reader keeps the old pages alive;
 * call hw_case_scrub() later. What the action log says stays. */
HW_CHECK int hw_case_forget(struct hw_case *c, const uint8_t sha256[32], const char *who,
                            const char *because, int64_t now_ns, struct hw_error *err);
/* Rewrites the file without its free pages and empties the write-ahead log. */
HW_CHECK int hw_case_scrub(struct hw_case *c, struct hw_error *err);

/* Drops the index tables and fills them again from the facts alone. Commits. What to read again
 * with a newer parser is hw_evidence_ask.read_before. */
HW_CHECK int hw_case_reindex(struct hw_case *c, struct hw_error *err);

/* Every fact as text, one a line, by evidence, class, node, kind, seq, each evidence with a heading
 * line; no time of reading, no row number: the same facts give the same bytes. */
HW_CHECK int hw_case_dump(struct hw_case *c,
                          int (*put)(void *state, struct hw_span line, struct hw_error *err),
                          void *state, struct hw_error *err);

#endif
