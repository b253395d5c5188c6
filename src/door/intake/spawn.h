/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/spawn.h -- one broker process: found, started, asked whether its cage is closed.
 */
#ifndef HW_DOOR_INTAKE_SPAWN_H
#define HW_DOOR_INTAKE_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/reader.h"
#include "door/intake/broker.h"

/* A sealed memory file with these bytes; the caller closes it. Negative: enum hw_code. */
HW_CHECK int hw_spawn_file(struct hw_span bytes, const char *what, struct hw_error *err);

struct hw_spawned {
    pid_t pid;
    int control;
    struct hw_cage_held cage;
    struct hw_rules_held rules;
};
/* Starts a program of ours with one end of a SOCK_SEQPACKET pair at descriptor 3 and `second` at 4,
 * and nothing else. program NULL: `name` beside this program, else in the libexecdir compiled in.
 * */
HW_CHECK int hw_spawn_program(const char *name, const char *program, int second,
                              struct hw_spawned *out, struct hw_error *err);
/* program NULL: headwater-worker beside this program, else in the libexecdir compiled in. */
HW_CHECK int hw_spawn_broker(const char *program, int keyring, int rules, uint32_t ready_ms,
                             struct hw_spawned *out, struct hw_error *err);
/* Kills and reaps it; its workers die with it. Silent when there is none. */
void hw_spawn_end(struct hw_spawned *s);

#endif
