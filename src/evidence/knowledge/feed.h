/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/feed.h -- the documents of a JSON feed, one at a time.
 *
 * Feeds are given as one document, as documents one behind the other (NDJSON, or printed over many
 * lines), or as one array of them. Each is found without a tree and loaded by itself.
 *
 *     struct hw_feed f;
 *     hw_feed_init(&f, n->bytes, &x->fuel);
 *     while (hw_feed_next(&f)) {
 *         if (f.bad != NULL) { hw_teach_refuse(..., f.number, f.off, f.value, f.bad); continue; }
 *         ... hw_json_init(x, f.value, 0, &j) ...
 *     }
 */
#ifndef HW_EVIDENCE_KNOWLEDGE_FEED_H
#define HW_EVIDENCE_KNOWLEDGE_FEED_H

#include "evidence/json.h"
#include "evidence/json_walk.h"
#include "evidence/knowledge/teach.h"

struct hw_feed {
    struct hw_span value; /* one document, borrowed; when it is bad, what stands there instead */
    uint64_t off, number; /* its place; the first is 1 */
    const char *bad;      /* static words: no JSON, or cut short */
    /* private */
    struct hw_span text;
    size_t at;
    struct hw_budget *fuel;
    struct hw_json_walk walk;
    bool array, lines, done;
};
void hw_feed_init(struct hw_feed *f, struct hw_span text, struct hw_budget *fuel);
HW_CHECK bool hw_feed_next(struct hw_feed *f);
/* For probes: the first document, or as much of it as is there. */
struct hw_span hw_feed_first(struct hw_span text, struct hw_budget *fuel);

/* Calls `each` for every document that loads as an object, and refuses all others. */
typedef void (*hw_feed_each)(struct hw_teach *t, const struct hw_feed *f, const json_t *root,
                             void *state);
void hw_feed_read(struct hw_teach *t, hw_feed_each each, void *state);

/* A member of an object as its text; empty when it is not there or no string. */
struct hw_span hw_member_text(const json_t *object, const char *key);
/* The same as a time; HW_TIME_NONE when it is not there or none. */
int64_t hw_member_time(const json_t *object, const char *key);

#endif
