/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/json_walk.h -- the members of one JSON object or array, one at a time, without a tree.
 *
 * JSON as RFC 8259 has it. A document too large for jansson (evidence/json.h) is nearly always one
 * long array of small things: this finds where each of them lies, and each can then be loaded by
 * itself. It also shows a probe what a document's first members are, however long the document is.
 * Values are not checked here beyond their brackets and quotes; whoever loads one checks it.
 *
 *     struct hw_json_walk w;
 *     hw_json_walk_init(&w, text, base, &x->fuel);
 *     while (hw_json_walk_next(&w)) { w.key, w.value, w.off ... }
 *     if (w.fault != NULL) { w.fault_off ... }
 */
#ifndef HW_EVIDENCE_JSON_WALK_H
#define HW_EVIDENCE_JSON_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

enum { HW_JSON_WALK_DEPTH = 512 };

struct hw_json_walk {
    struct hw_span key;   /* as written between its quotes, escapes kept; empty in an array */
    struct hw_span value; /* the whole value, borrowed, blanks around it cut */
    uint64_t off;         /* of the value: base and place in the text */
    uint64_t count;       /* members so far; the first is 1 */
    const char *fault;    /* static words once the text is no JSON, is cut short, or fuel is out */
    uint64_t fault_off;
    bool closed; /* the closing bracket was seen; a fault then is what stands behind it */
    /* private */
    struct hw_span text;
    size_t at;
    uint64_t base;
    struct hw_budget *fuel;
    bool array, done;
};

/* `text` begins, blanks and a byte order mark aside, with '{' or '['; anything else is a fault at
 * the first hw_json_walk_next(). `base` is the offset of text in the evidence. */
void hw_json_walk_init(struct hw_json_walk *w, struct hw_span text, uint64_t base,
                       struct hw_budget *fuel);
/* The next member, false at the end or at a fault. What stands behind the closing bracket is a
 * fault as well. Each member costs its bytes and one item of the fuel. */
HW_CHECK bool hw_json_walk_next(struct hw_json_walk *w);

/* Is the value a string, an object, an array? The string's bytes between its quotes, escapes kept
 * (enough to compare with a plain word); empty when it is none. */
struct hw_span hw_json_walk_string(struct hw_span value);
bool hw_json_walk_is(struct hw_span value, char opens);

/* The value of member `key` of the object `text`, looking at no more than its first `max` members;
 * an empty span when it is not there. For probes: a text cut short answers for what is there. */
struct hw_span hw_json_walk_find(struct hw_span text, const char *key, uint64_t max,
                                 struct hw_budget *fuel);

#endif
