/* SPDX-License-Identifier: Apache-2.0 */
/* base/grow.c -- see grow.h. */
#include "base/grow.h"

#include <stdlib.h>

enum { FIRST = 64 };

void *hw_grow(void *p, size_t each, size_t count, size_t n, size_t *io_room, size_t max)
{
    size_t room = *io_room;
    if (hw_grown(count, n, room, max) != HW_E_MEMORY) {
        return p;
    }
    room = room > max / 2 ? max : room < FIRST / 2 ? FIRST : room * 2;
    room = room < count + n ? count + n : room; /* no more than max, as was asked above */
    room = room < max ? room : max;
    void *longer = reallocarray(p, room, each); /* which refuses what would wrap */
    if (longer == NULL) {
        return p;
    }
    *io_room = room;
    return longer;
}
