/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/worker/worker.h -- the two halves of headwater-worker: the broker that forks, and the
 * worker that reads one input.
 */
#ifndef HW_DOOR_WORKER_WORKER_H
#define HW_DOOR_WORKER_WORKER_H

#include <sys/types.h>

#include "base/cage.h"
#include "door/worker/protocol.h"
#include "evidence/rules.h"
#include "trust/keyring.h"

/* The broker's life: closes the cage, says READY, serves jobs until the control socket ends.
 * Returns the exit status of the program. */
int hw_broker_serve(void);

/* What the broker holds and its workers inherit. */
struct hw_worker_lent {
    const struct hw_cage *cage;
    const struct hw_keyring *keys;
    struct hw_yara *rules; /* NULL: none */
    uint64_t rules_bytes;  /* memory they take, beyond what an input may have */
    pid_t broker;
};

/* The life of one worker, in the forked child; the two descriptors are given. Does not return. */
void hw_worker_read(const struct hw_worker_lent *lent, const struct hw_msg_job *job, int evidence,
                    int facts) __attribute__((noreturn));

#endif
