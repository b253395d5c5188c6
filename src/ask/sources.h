/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sources.h -- which lists are one source (inside of the room).
 *
 * Lists copy each other, so a number of lists is no number of proofs. Two documents of a case are
 * taken for one source when nearly all of the smaller one stands in the larger: at least five
 * values, and nine of ten. What is joined so is joined on: A with B and B with C is one class.
 */
#ifndef HW_ASK_SOURCES_H
#define HW_ASK_SOURCES_H

#include "base/arena.h"
#include "case/cursor.h"

enum {
    HW_SOURCES_MAX = 2048,  /* documents compared; each one beyond is a class of its own */
    HW_SOURCES_SHARED = 5,  /* values, at least */
    HW_SOURCES_PERCENT = 90 /* of the smaller document's, at least */
};

struct hw_sources;

/* Compares all documents of the case that name files, hosts, addresses or URLs; harmless ones
 * (warning lists, known-good files) are no sources. Memory: the arena's, a few MiB at most. */
HW_CHECK int hw_sources_make(struct hw_case *c, struct hw_arena *arena, struct hw_sources **out,
                             struct hw_error *err);
/* The class of a document: equal for those that are one source. Unknown ones have their own. */
uint64_t hw_sources_class(const struct hw_sources *s, int64_t reading, uint32_t node);
/* How many documents were compared, and how many classes they are. */
size_t hw_sources_count(const struct hw_sources *s);
size_t hw_sources_classes(const struct hw_sources *s);
/* The document of a class that was published first, by what the documents say of themselves: false
 * when none of them says when. */
bool hw_sources_first(const struct hw_sources *s, uint64_t class, int64_t *out_reading,
                      uint32_t *out_node, int64_t *out_published);

#endif
