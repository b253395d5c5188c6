/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/cli/find.h -- what a person means by an id: a hash prefix, an entity id, a path in evidence.
 */
#ifndef HW_DOOR_CLI_FIND_H
#define HW_DOOR_CLI_FIND_H

#include "ask/trace.h"
#include "door/cli/cli.h"

struct hw_place_found {
    uint8_t evidence[32], sha256[32];
    uint32_t node;
    int64_t reading;
    struct hw_span path; /* in the command's arena */
};

/* One artifact. HW_E_MISSING: none; HW_E_USAGE: several different ones, listed in cli->out. */
HW_CHECK int hw_cli_find(struct hw_cli *cli, const char *what, struct hw_place_found *out,
                         struct hw_error *err);

/* The case holds full paths: what exists here is meant, with the members named behind it. */
struct hw_span hw_cli_full_path(struct hw_cli *cli, const char *what);

/* Asks about a target (target.c): a path that begins with / or ./ and exists here is that file, by
 * its path or else by its bytes; any other is taken as it stands. */
typedef int hw_cli_try(void *state, struct hw_span target, struct hw_error *err);
HW_CHECK int hw_cli_with_target(struct hw_cli *cli, const char *what, hw_cli_try *try, void *state,
                                struct hw_error *err);
/* The target means several things: they are the answer, for the next question. */
HW_CHECK int hw_cli_say_several(struct hw_cli *cli, const struct hw_target_list *l,
                                struct hw_error *err);

#endif
