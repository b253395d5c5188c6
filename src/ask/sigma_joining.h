/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_joining.h -- one correlation at hand: what it joins, and how it is said.
 *
 *   sigma_correlate.c  what it joins, and whether that meets it
 *   sigma_found.c      the finding, in words and with its records
 */
#ifndef HW_ASK_SIGMA_JOINING_H
#define HW_ASK_SIGMA_JOINING_H

#include "ask/sigma.h"
#include "ask/sigma_window.h"

struct sigma_in { /* an event that a correlation joins */
    const struct sigma_event *e;
    const struct sigma_stream *of;
    uint32_t group, what, slot;
};

struct sigma_met { /* what one group of events met */
    size_t best;   /* the window of the greatest count; the earliest of them */
    size_t last;   /* the latest window */
    size_t times;  /* runs of windows that share no event */
};

struct sigma_joining {
    struct sigma_rules *s;
    struct sigma_kept *k;
    const struct sigma_log *logs;
    struct hw_error *err;
    struct sigma_slide slide;
    struct hw_buf words;
    uint32_t apart; /* a log without an organisation, + 1 */
    bool many_apart;
    size_t said; /* groups, of all */
    /* of the correlation at hand */
    struct sigma_correlation *c;
    struct sigma_in *in;
    size_t count, room;
    struct sigma_point *points;
    struct sigma_window *windows;
    uint64_t untimed, left, ungrouped, valueless, unsaid;
};

/* The number of the text that the event has for a name, as this correlation calls it. */
uint32_t sigma_value_of(const struct sigma_joining *j, const struct sigma_in *in,
                        struct hw_span name);
/* The same text in lower case. */
uint32_t sigma_lower(const struct sigma_joining *j, uint32_t text);
/* A group that met it; in and w are the group's own. NULL: j->err says why. */
struct hw_finding *sigma_found(struct sigma_joining *j, const struct sigma_in *in,
                               const struct sigma_window *w, const struct sigma_met *m);

#endif
