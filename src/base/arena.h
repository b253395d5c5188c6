/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena.h -- memory for one parse: born with a ceiling, dropped whole.
 *
 * Not thread-safe. Built with -Ddebug_arena=true every piece is a malloc of its own, so that
 * AddressSanitizer sees each edge.
 */
#ifndef HW_BASE_ARENA_H
#define HW_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

struct hw_arena;

/* An arena that will never hold more than ceiling_bytes. NULL when memory is out. */
HW_CHECK struct hw_arena *hw_arena_new(size_t ceiling_bytes);
void hw_arena_free(struct hw_arena *a); /* NULL is silence */
HW_AUTO_DEFINE(hw_arena);

/* n zeroed bytes aligned to 16, owned by the arena. NULL when the ceiling or memory is reached. */
HW_CHECK void *hw_arena_alloc(struct hw_arena *a, size_t n);
/* count things of `each` bytes, zeroed; NULL also when the product overflows. */
HW_CHECK void *hw_arena_array(struct hw_arena *a, size_t count, size_t each);
/* A copy of the span, with a NUL after it that is not counted. NULL as above. */
HW_CHECK uint8_t *hw_arena_copy(struct hw_arena *a, struct hw_span s);
/* Bytes handed out so far. */
size_t hw_arena_used(const struct hw_arena *a);

/* For tests only: the nth allocation from now (1 = the next) fails, in every arena of this
 * process; 0 turns it off. Counted across arenas so that a sweep can walk a whole parse. */
void hw_arena_fail_nth(uint64_t nth);

#endif
