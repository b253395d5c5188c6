/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/published.h -- which things of the graph published indicators name (inside of the room).
 *
 * Bytes are named by a digest. A domain is named by itself, by a domain above it, or as the host of
 * a URL; a URL by itself, by one that it lies under, or by its host; an address by itself or as the
 * host of a URL. What is not the very thing is said to be so.
 *
 * All indicators are looked through once, into a filter of fixed size, and all places of the graph
 * once; memory beyond that is what the matches take.
 */
#ifndef HW_ASK_PUBLISHED_H
#define HW_ASK_PUBLISHED_H

#include "base/arena.h"
#include "case/cursor.h"
#include "case/graph.h"

enum hw_named_how {
    HW_NAMED_ITSELF,
    HW_NAMED_UNDER, /* a name below the published domain, a path below the published URL */
    HW_NAMED_HOST,  /* it is the host of the published URL, and no more is known */
};

/* One thing and one indicator fact that names it. Things come in the order of their numbers. */
typedef int hw_published_each(void *state, uint32_t thing, enum hw_named_how how,
                              const struct hw_fact_row *by);
/* `w` is walked until the first call of `each`; matches are kept in the arena. */
HW_CHECK int hw_published(struct hw_case *c, struct hw_walk *w, struct hw_arena *arena,
                          hw_published_each *each, void *state, struct hw_error *err);

/* Is this indicator a domain, an address or a URL? */
bool hw_is_place(const struct hw_fact *indicator);
/* Does who met a place named so meet what is meant? A host that many share is nobody's: there only
 * a path is. */
bool hw_place_counts(const struct hw_fact *indicator, enum hw_named_how how);
#endif
