/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/said.h -- what estates say (docs/formats/estate.md), in their own words: claims, counts and
 * their like, of which no edge is made, and releases whole (inside of the room).
 */
#ifndef HW_ASK_SAID_H
#define HW_ASK_SAID_H

#include "case/cursor.h"

/* One element of a list of an estate. What it borrows lives until the next one. */
struct hw_said {
    const char *list; /* "said-claim", "release" ...: the records' log */
    const struct hw_span *names, *values;
    size_t count;
    struct hw_span path; /* of the document, escaped */
    uint64_t line, off;
    unsigned document; /* which estate, from 1: ids of sources are its own */
    int64_t time_ns;   /* HW_TIME_NONE: none */
};
/* Empty: not given. */
struct hw_span hw_said_get(const struct hw_said *s, const char *name);
/* A time among the values; HW_TIME_NONE: not given. */
int64_t hw_said_time(const struct hw_said *s, const char *name);

/* Texts that an estate joins with ",": the next of them, trimmed; false at the end. */
HW_CHECK bool hw_said_word(struct hw_span *list, struct hw_span *out);

typedef int hw_said_each(void *state, const struct hw_said *s);
/* Every element of the lists of that kind, of all estates in the case: by the estates' hashes, then
 * in their order. */
HW_CHECK int hw_said(struct hw_case *c, hw_said_each *each, void *state, struct hw_error *err);

#endif
