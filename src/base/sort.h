/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/sort.h -- sorting inside the cage: no memory of its own and no system call, which glibc's
 * qsort needs and the cage refuses; and no worst case to feed.
 */
#ifndef HW_BASE_SORT_H
#define HW_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>

enum { HW_SORT_EACH = 64 }; /* bytes of one, at the most */

/* Heapsort (Williams 1964), not stable; a list that is in order already costs one look. */
void hw_heap_sort(void *p, size_t count, size_t each, bool (*before)(const void *, const void *));

#endif
