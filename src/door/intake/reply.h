/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/reply.h -- what became of one input (inside of the room; others use broker.h).
 */
#ifndef HW_DOOR_INTAKE_REPLY_H
#define HW_DOOR_INTAKE_REPLY_H

#include <stdint.h>

#include "door/intake/broker.h"
#include "door/intake/channel.h"
#include "door/intake/spool.h"
#include "door/worker/protocol.h"

struct hw_reply {
    struct hw_reply *next;
    void *tag;
    enum hw_refusal refusal;
    char why[240];
    uint64_t facts, nodes, cpu_us, peak_bytes;
    struct hw_spool spool;
};

struct hw_reply *hw_reply_new(void *tag); /* NULL: no memory */
/* A hw_frame_take that keeps the fact; state is the reply. */
int hw_reply_keep(void *state, const struct hw_frame *f, struct hw_error *err);
/* Refuses it and drops what it kept. */
void hw_reply_refuse(struct hw_reply *a, enum hw_refusal r, const char *why);
/* As it was when new: it is tried again. */
void hw_reply_anew(struct hw_reply *a);
/* The verdict of frames and death together; c has been closed. */
void hw_reply_judge(struct hw_reply *a, const struct hw_channel *c, const struct hw_msg_done *d,
                    uint64_t cpu_seconds);

#endif
