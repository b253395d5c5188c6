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
    HW_SOURCES_NAMING = 64, /* documents told apart that name one thing */
    HW_SOURCES_PERCENT = 90 /* of the smaller document's, at least */
};

struct hw_sources;

/* Compares all documents of the case that name files, hosts, addresses or URLs; harmless ones
 * (warning lists, known-good files) are no sources. Memory: the arena's, a few MiB at most. */
HW_CHECK int hw_sources_make(struct hw_case *c, struct hw_arena *arena, struct hw_sources **out,
                             struct hw_error *err);
/* The class of a document: equal for those that are one source. Unknown ones have their own. */
uint64_t hw_sources_class(const struct hw_sources *s, int64_t reading, uint32_t node);
/* How many values it names; UINT32_MAX: it was not compared. */
uint32_t hw_sources_values(const struct hw_sources *s, int64_t reading, uint32_t node);
/* What it is called: by its own word, or its file; empty where neither is known. */
HW_CHECK int hw_sources_title(struct hw_case *c, struct hw_arena *arena, int64_t reading,
                              uint32_t node, struct hw_span *out, struct hw_error *err);

/* The documents that name one thing: zeroed, then added to. */
struct hw_naming {
    struct {
        int64_t reading;
        uint32_t node;
        uint64_t class;
    } p[HW_SOURCES_NAMING];
    unsigned count;
    bool more;
};
void hw_naming_add(const struct hw_sources *s, struct hw_naming *n, int64_t reading, uint32_t node);
/* Several lists are as many proofs as they have sources: how many that are, at most. */
unsigned hw_naming_classes(const struct hw_naming *n);

/* How many documents were compared, and how many classes they are. */
size_t hw_sources_count(const struct hw_sources *s);
size_t hw_sources_classes(const struct hw_sources *s);
/* The document of a class that was published first, by what the documents say of themselves: false
 * when none of them says when. */
bool hw_sources_first(const struct hw_sources *s, uint64_t class, int64_t *out_reading,
                      uint32_t *out_node, int64_t *out_published);

#endif
