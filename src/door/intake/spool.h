/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/spool.h -- facts of one input waiting for its END: in memory while few, else in an
 * unlinked file of our own, so that many inputs at once cannot fill memory.
 */
#ifndef HW_DOOR_INTAKE_SPOOL_H
#define HW_DOOR_INTAKE_SPOOL_H

#include "base/buf.h"
#include "base/error.h"
#include "door/intake/channel.h"

struct hw_spool {
    struct hw_buf near; /* what is not in the file yet; all of it when there is none */
    int fd;             /* -1: no file yet */
    uint64_t filed_bytes;
};

void hw_spool_init(struct hw_spool *s);
void hw_spool_done(struct hw_spool *s); /* also gives the room back */
HW_CHECK int hw_spool_put(struct hw_spool *s, const struct hw_frame *f, struct hw_error *err);
HW_CHECK int hw_spool_each(struct hw_spool *s, hw_frame_take take, void *state,
                           struct hw_error *err);

#endif
