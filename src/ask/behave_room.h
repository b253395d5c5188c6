/* SPDX-License-Identifier: Apache-2.0 */
/* ask/behave_room.h -- how claims lie in memory once they are sorted (inside of behave*.c). */
#ifndef HW_ASK_BEHAVE_ROOM_H
#define HW_ASK_BEHAVE_ROOM_H

#include "ask/behave.h"

#define HW_BEHAVE_NONE UINT32_MAX

/* Different texts in order; a number is a place among them. */
struct behave_names {
    struct hw_span *p;
    uint32_t count;
};

struct behave_given { /* a claim as it came; its spans are the arena's */
    struct hw_span group, by, feature, cites;
    int64_t published;
    bool software;
};

struct behave_dated {
    struct hw_span source;
    int64_t published;
};

struct behave_claim {
    uint32_t group, feature, by; /* by: HW_BEHAVE_NONE without a campaign */
    uint32_t cites, cite_count;  /* first of its sources in hw_behave.cited, and how many */
    int64_t published;
};

/* All claims that one group uses one feature. */
struct behave_use {
    uint32_t feature, claims, claim_count;
};

struct hw_behave {
    struct hw_arena *arena; /* texts as they were added */
    struct behave_given *given;
    size_t given_count, given_room;
    struct behave_dated *dated;
    size_t dated_count, dated_room;
    bool settled;
    /* what settling makes of it */
    struct behave_names groups, features, sources, campaigns;
    struct behave_claim *claims; /* by group, feature, then as their texts sort */
    uint32_t *cited;
    int64_t *source_date; /* HW_TIME_NONE: not known */
    bool *is_software;    /* by feature */
    struct behave_use *uses;
    uint32_t use_count;
    uint32_t *use_from; /* by group, one more than groups */
};

/* The number of a text; HW_BEHAVE_NONE: it is none of them. */
uint32_t hw_behave_number(const struct behave_names *n, struct hw_span text);

#endif
