/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_window.h -- which windows of time meet a correlation: numbers alone, no case.
 *
 * A window ends with a point and holds all points of the span before it, both ends included. What a
 * condition is asked of is not the window that happens to be looked at but the most that any window
 * around its points holds: so "fewer than five" is not met by the first four of a hundred.
 */
#ifndef HW_ASK_SIGMA_WINDOW_H
#define HW_ASK_SIGMA_WINDOW_H

#include <stddef.h>

#include "base/error.h"
#include "fact/correlation.h"

struct sigma_point {  /* in the order of at, log, off; of one record, the last rule first */
    int64_t at, from; /* from: when that which it stands for began; at itself of a record */
    uint64_t off;
    uint32_t log;
    uint32_t what; /* the value that is counted, or the number of the rule; below `whats` */
};

struct sigma_window { /* that ends with the point of its number */
    size_t first;     /* and begins with this one */
    size_t before;    /* temporal_ordered: the point of the rule before; its own number: none */
    int64_t from;     /* the least of its points */
    uint64_t count;
    bool met;
};

struct sigma_slide { /* room that is used again; zeroed at first */
    uint64_t *most;
    size_t *list;
    uint32_t *times;
    size_t room, whats;
};
void sigma_slide_done(struct sigma_slide *s);

/* Fills in out[0..n). */
HW_CHECK int sigma_windows(struct sigma_slide *s, const struct hw_correlation *c,
                           const struct sigma_point *p, size_t n, size_t whats,
                           struct sigma_window *out, struct hw_error *err);

#endif
