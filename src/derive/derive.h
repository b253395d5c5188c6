/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/derive.h -- what only all records together can say, made anew as a whole.
 *
 * A derivation is a function of all readings, what was declared of them, and HW_DERIVE_VERSION:
 * order and repetition of intake change nothing. It is written to the case (case/graph.h) in one
 * transaction and stays true until a reading comes or goes.
 */
#ifndef HW_DERIVE_DERIVE_H
#define HW_DERIVE_DERIVE_H

#include "case/case.h"

enum { HW_DERIVE_VERSION = 11 };

struct hw_derived {
    bool made; /* false: the graph in the case was still true */
    uint64_t logs, records, twice, things, edges;
};

/* Is the graph in the case still true? */
HW_CHECK int hw_derive_fresh(struct hw_case *c, bool *out, struct hw_error *err);

/* progress may be NULL; it is called a few times a second at most. */
struct hw_derive_progress {
    void (*say)(void *state, const char *doing, uint64_t done);
    void *state;
};
/* HW_E_STATE when the case may not be written and the graph is not true. */
HW_CHECK int hw_derive(struct hw_case *c, const struct hw_derive_progress *progress,
                       struct hw_derived *out, struct hw_error *err);

#endif
