/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/log_walk.h -- the records of one log of the case, each under every line of the mappings that
 * holds for it (inside of the room).
 */
#ifndef HW_ASK_LOG_WALK_H
#define HW_ASK_LOG_WALK_H

#include "ask/room.h"
#include "fact/layouts.h"
#include "fact/mapping.h"

struct log_bounds;
struct log_walk { /* zeroed, then log_walk_init(); one for all logs of a question */
    struct hw_layouts known;
    struct log_bounds *layouts; /* beside those known */
    uint32_t room;
    struct hw_bound *scratch;
};
HW_CHECK int log_walk_init(struct log_walk *w, struct hw_error *err);
void log_walk_done(struct log_walk *w); /* of a zeroed one: nothing */

/* A record and a line that says what of it happened; what is declared, and what was lost, did not.
 * Not HW_OK ends the log. */
typedef int log_walk_each(void *state, const struct hw_bound *b, const struct hw_record *rec);
/* Damage of the log becomes a gap. */
HW_CHECK int log_walk(struct log_walk *w, struct hw_asking *q, const struct hw_artifact_row *log,
                      log_walk_each *each, void *state, struct hw_error *err);

#endif
