/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/answer.h -- what became of one input (inside of the room; others use broker.h).
 */
#ifndef HW_DOOR_INTAKE_ANSWER_H
#define HW_DOOR_INTAKE_ANSWER_H

#include <stdint.h>

#include "door/intake/broker.h"
#include "door/intake/channel.h"
#include "door/intake/spool.h"
#include "door/worker/protocol.h"

struct hw_answer {
    struct hw_answer *next;
    void *tag;
    enum hw_refusal refusal;
    char why[240];
    uint64_t facts, nodes, cpu_us, peak_bytes;
    struct hw_spool spool;
};

struct hw_answer *hw_answer_new(void *tag); /* NULL: no memory */
/* A hw_frame_take that keeps the fact; state is the answer. */
int hw_answer_keep(void *state, const struct hw_frame *f, struct hw_error *err);
/* Refuses it and drops what it kept. */
void hw_answer_refuse(struct hw_answer *a, enum hw_refusal r, const char *why);
/* The verdict of frames and death together; c has been closed. */
void hw_answer_judge(struct hw_answer *a, const struct hw_channel *c, const struct hw_msg_done *d,
                     uint64_t cpu_seconds);

#endif
