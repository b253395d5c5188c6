/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/benign.h -- harmless readings of a step, from a table of named causes with references (inside
 * of the room).
 */
#ifndef HW_ASK_BENIGN_H
#define HW_ASK_BENIGN_H

#include "ask/answer.h"

struct hw_benign {
    const char *name;                /* of the cause */
    const char *verb;                /* of the step */
    const char *from_kind, *to_kind; /* NULL: any */
    const char *from, *to;           /* a part of the name, lower case; NULL: any */
    const char *says;                /* the reading, for people */
    const char *reference;           /* where it is described */
};
extern const struct hw_benign hw_benigns[];
extern const size_t hw_benign_count;
/* The first that fits, or NULL. */
const struct hw_benign *hw_benign_of(const struct hw_step *s);

#endif
