/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/console.h -- the room's entry: the answers of one case over HTTP, for a page in a
 * browser of this machine.
 *
 * Loopback only. It shows what tell/ says and decides nothing.
 */
#ifndef HW_DOOR_CONSOLE_CONSOLE_H
#define HW_DOOR_CONSOLE_CONSOLE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct hw_console_ask {
    const char *case_path;
    bool default_place;  /* nobody named the case: as hw_case_open has it */
    uint16_t port;       /* 0: any that is free */
    const char *version; /* of the program */
    const char *who;     /* whom decisions are by */
    /* Called once, when it listens; `cage`: what holds it in, in words. */
    int (*listening)(void *state, uint16_t port, const char *token, const char *cage,
                     struct hw_error *err);
    void *state;
    const volatile sig_atomic_t *stop; /* set by a signal: then it ends */
};

/* Serves until *stop is set. *out_left: an answer was under way and would not end; the caller must
 * leave the process without freeing anything of it. */
HW_CHECK int hw_console_serve(const struct hw_console_ask *ask, bool *out_left,
                              struct hw_error *err);

#endif
