/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/layouts.h -- the layouts of one log as its LAYOUT facts announce them, and the records of
 * its EVENTS facts by them: for whoever reads a log out of a case.
 *
 * Facts of a node come by kind, so all layouts come before the first event. Both are as hostile as
 * the case they lie in: what does not hold together is HW_E_CASE, and no record is handed on that
 * was not proven.
 */
#ifndef HW_FACT_LAYOUTS_H
#define HW_FACT_LAYOUTS_H

#include "fact/fact.h"
#include "fact/record.h"

struct hw_layouts { /* zeroed, then hw_layouts_init() */
    uint16_t *counts;
    uint32_t count; /* layouts so far */
    size_t room;    /* place for so many, for arrays that run beside */
    struct hw_span
        *names; /* HW_RECORD_VALUES of room: the newest layout's, borrowed from its fact */
    struct hw_span *values; /* the same: of the record in hand */
};

HW_CHECK int hw_layouts_init(struct hw_layouts *l, struct hw_error *err);
void hw_layouts_done(struct hw_layouts *l); /* of a zeroed one: nothing */
/* Begins another log; keeps the room. */
void hw_layouts_clear(struct hw_layouts *l);
/* The next layout, number l->count - 1 from then on; *out_names of l->names are its own. */
HW_CHECK int hw_layouts_add(struct hw_layouts *l, const struct hw_fact *layout, size_t *out_names,
                            struct hw_error *err);
/* An array that runs beside, one thing of `each` bytes a layout: p, made as long as l->room, what
 * is new of it zeroed; *room is its length. NULL when memory is out, and p stays. */
HW_CHECK void *hw_layouts_beside(const struct hw_layouts *l, void *p, uint32_t *room, size_t each);
/* Each record of an EVENTS fact, until take() answers other than HW_OK, which is returned. */
typedef int (*hw_record_take)(void *state, const struct hw_record *r);
HW_CHECK int hw_layouts_each(struct hw_layouts *l, const struct hw_fact *events,
                             hw_record_take take, void *state, struct hw_error *err);
/* The names of a layout, '\n' between them, into names[0..room); how many. */
size_t hw_layout_names(struct hw_span joined, struct hw_span *names, size_t room);

#endif
