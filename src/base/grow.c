/* SPDX-License-Identifier: Apache-2.0 */
/* base/grow.c -- see grow.h. */
#include "base/grow.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST = 64 };

/* The room to go on with; as it was when that will do, or when the maximum forbids more. */
static size_t next(size_t count, size_t n, size_t room, size_t max)
{
    if (hw_grown(count, n, room, max) != HW_E_MEMORY) {
        return room;
    }
    room = room > max / 2 ? max : room < FIRST / 2 ? FIRST : room * 2;
    room = room < count + n ? count + n : room; /* no more than max, as was asked above */
    return room < max ? room : max;
}

void *hw_grow(void *p, size_t each, size_t count, size_t n, size_t *io_room, size_t max)
{
    size_t room = next(count, n, *io_room, max);
    /* reallocarray() refuses what would wrap */
    void *longer = room == *io_room ? NULL : reallocarray(p, room, each);
    *io_room = longer == NULL ? *io_room : room;
    return longer == NULL ? p : longer;
}

void *hw_grow_in(struct hw_arena *a, void *p, size_t each, size_t count, size_t n, size_t *io_room,
                 size_t max)
{
    size_t room = next(count, n, *io_room, max);
    void *longer = room == *io_room ? NULL : hw_arena_array(a, room, each);
    if (longer != NULL && count > 0) {
        memcpy(longer, p, count * each);
    }
    *io_room = longer == NULL ? *io_room : room;
    return longer == NULL ? p : longer;
}
