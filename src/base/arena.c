/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

enum { CHUNK_BYTES = 64 * 1024, ALIGN = 16 };

struct chunk {
    struct chunk *next;
    size_t n, used;
    alignas(ALIGN) uint8_t bytes[];
};

struct hw_arena {
    struct chunk *head;
    size_t ceiling, used;
};

static uint64_t fail_countdown; /* the one mutable static: the tests' failing allocator */

void hw_arena_fail_nth(uint64_t nth)
{
    fail_countdown = nth;
}

static bool told_to_fail(void)
{
    return fail_countdown > 0 && --fail_countdown == 0;
}

struct hw_arena *hw_arena_new(size_t ceiling_bytes)
{
    struct hw_arena *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->ceiling = ceiling_bytes;
    }
    return a;
}

void hw_arena_free(struct hw_arena *a)
{
    if (a == NULL) {
        return;
    }
    for (struct chunk *c = a->head, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

/* The open chunk, or a new one that can hold n bytes. */
static struct chunk *chunk_with_room(struct hw_arena *a, size_t n)
{
    struct chunk *head = a->head;
#ifdef HW_DEBUG_ARENA
    size_t want = n;
#else
    size_t want = n > CHUNK_BYTES / 4 ? n : CHUNK_BYTES;
    if (head != NULL && head->n - head->used >= n) {
        return head;
    }
#endif
    size_t whole;
    if (!hw_add_size(want, sizeof(struct chunk), &whole)) {
        return NULL;
    }
    struct chunk *c = malloc(whole);
    if (c == NULL) {
        return NULL;
    }
    c->n = want;
    c->used = 0;
    if (head != NULL && want != CHUNK_BYTES) {
        c->next = head->next; /* a big piece goes behind, so the open chunk stays open */
        head->next = c;
    } else {
        c->next = head;
        a->head = c;
    }
    return c;
}

void *hw_arena_alloc(struct hw_arena *a, size_t n)
{
    size_t up;
    if (told_to_fail() || !hw_add_size(n == 0 ? 1 : n, ALIGN - 1, &up)) {
        return NULL;
    }
    up &= ~(size_t)(ALIGN - 1);
    if (up > a->ceiling - a->used) {
        return NULL;
    }
#ifdef HW_DEBUG_ARENA
    size_t piece = n; /* to the byte, so that one too far is one too far */
#else
    size_t piece = up;
#endif
    struct chunk *c = chunk_with_room(a, piece);
    if (c == NULL) {
        return NULL;
    }
    void *p = c->bytes + c->used;
    c->used += piece;
    a->used += up; /* the same in both builds, so that ceilings are reached at the same place */
    memset(p, 0, piece);
    return p;
}

void *hw_arena_array(struct hw_arena *a, size_t count, size_t each)
{
    size_t n;
    return hw_mul_size(count, each, &n) ? hw_arena_alloc(a, n) : NULL;
}

uint8_t *hw_arena_copy(struct hw_arena *a, struct hw_span s)
{
    size_t n;
    uint8_t *p = hw_add_size(s.n, 1, &n) ? hw_arena_alloc(a, n) : NULL;
    if (p != NULL && s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    return p;
}

size_t hw_arena_used(const struct hw_arena *a)
{
    return a->used;
}
