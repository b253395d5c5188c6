/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_names.h -- what goes by two texts, found again (inside of the room).
 *
 * Estates, bills and lists are anybody's, and there may be tens of thousands of each: a list walked
 * for each of another list takes minutes. A hash would be slow for names made to collide, so this
 * is a balanced tree (Andersson, Balanced Search Trees Made Simple, 1993).
 */
#ifndef HW_ASK_IMPACT_NAMES_H
#define HW_ASK_IMPACT_NAMES_H

#include "base/arena.h"

struct name_item { /* what was put under one name, in the order it came */
    struct name_item *next;
    void *value;
};
struct name_node;
struct names { /* zeroed: empty */
    struct name_node *root;
};

/* The texts are borrowed. False: memory is out. */
HW_CHECK bool names_put(struct hw_arena *arena, struct names *t, struct hw_span one,
                        struct hw_span other, void *value);
/* NULL: nothing. */
const struct name_item *names_get(const struct names *t, struct hw_span one, struct hw_span other);
/* Puts it unless something is there; *out_new says whether. */
HW_CHECK bool names_once(struct hw_arena *arena, struct names *t, struct hw_span one,
                         struct hw_span other, void *value, bool *out_new);

#endif
