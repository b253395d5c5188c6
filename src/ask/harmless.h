/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/harmless.h -- is a value on a list of what is harmless? (inside of the room)
 *
 * Lists of badness hold digests of empty files, public resolvers and hosts of large clouds, and so
 * does every case. A match on such a value is never dropped for it: it is said with the list's
 * name, and weighs little.
 */
#ifndef HW_ASK_HARMLESS_H
#define HW_ASK_HARMLESS_H

#include "ask/answer.h"
#include "case/cursor.h"

enum hw_harmless { HW_HARMLESS_NOT, HW_HARMLESS_SHARED, HW_HARMLESS_GOOD };

struct hw_harmless_row {
    enum hw_harmless how; /* SHARED: on a warning list. GOOD: among files known to be good */
    struct hw_span list;  /* its name, in the arena given */
    struct hw_span path;  /* where the list lies, in the arena given */
    uint64_t line;
};

/* Looks a value up as published (kind as in hw_indicators; digests as bytes, all else in canonical
 * form): the value itself; for a domain also every name above it that a list of hosts has; for an
 * address every network; for a URL its host. Behind those, the texts and expressions of lists of
 * substrings and of regular expressions, where a list is for values of that kind; all of them
 * within one bound. The first list in the case's order is given. */
HW_CHECK int hw_harmless_look(struct hw_case *c, struct hw_arena *arena, const char *kind,
                              struct hw_span value, int64_t as_of, struct hw_harmless_row *out,
                              struct hw_error *err);
/* Does this INDICATOR fact alert at that time: neither context nor harmless, begun, not ended, not
 * taken back? */
bool hw_indicator_counts(const struct hw_fact *indicator, int64_t as_of);

#endif
