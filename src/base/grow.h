/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/grow.h -- a growing array, of the heap or of an arena, which cannot be grown without its
 * maximum.
 *
 * An array is three things of its owner, all zero in the beginning: p (malloc'd, and the owner
 * frees it; or the arena's, where the shorter ones before it stay), count (items in use) and room
 * (items that fit, size_t; count is never above it). All numbers are items, not bytes. The room
 * doubles, and never goes beyond the maximum. What is new is zeroed in an arena only.
 *
 *     if (HW_GROW(l->p, l->count, l->room, FILES_MAX) != HW_OK) {
 *         return hw_fail(err, HW_E_MEMORY, "no memory for files");
 *     }
 *     l->p[l->count++] = one;
 *
 * The answer is HW_OK, HW_E_LIMIT (count and n are more than max) or HW_E_MEMORY (no memory, an
 * arena at its ceiling, or more bytes than a size_t can say). It comes without words: the caller
 * knows whose maximum it is. After a failure p, room and all items are as they were, and still the
 * owner's.
 */
#ifndef HW_BASE_GROW_H
#define HW_BASE_GROW_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* The maximum of a list that only the case bounds: what an index of 32 bits can tell apart. It is
 * beyond what memory holds in practice, so its callers have words for memory only. */
#define HW_GROW_MOST ((size_t)UINT32_MAX)

/* Room for one item more, or for n. Arguments are evaluated more than once. */
#define HW_GROW(p, count, room, max) HW_GROW_BY(p, count, 1, room, max)
#define HW_GROW_BY(p, count, n, room, max)                                                         \
    ((p) = hw_grow((p), sizeof *(p), (count), (n), &(room), (max)),                                \
     hw_grown((count), (n), (room), (max)))

#define HW_GROW_IN(arena, p, count, room, max)                                                     \
    ((p) = hw_grow_in((arena), (p), sizeof *(p), (count), 1, &(room), (max)),                      \
     hw_grown((count), 1, (room), (max)))

/* What the macros are made of, for arrays whose item has no type (`each`: its bytes): the array in
 * its new place, or p as it was; then whether there is room. */
HW_CHECK void *hw_grow(void *p, size_t each, size_t count, size_t n, size_t *io_room, size_t max);
HW_CHECK void *hw_grow_in(struct hw_arena *a, void *p, size_t each, size_t count, size_t n,
                          size_t *io_room, size_t max);
HW_CHECK static inline int hw_grown(size_t count, size_t n, size_t room, size_t max)
{
    if (count <= room && n <= room - count) {
        return HW_OK;
    }
    return count <= max && n <= max - count ? HW_E_MEMORY : HW_E_LIMIT;
}

#endif
