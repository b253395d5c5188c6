/* SPDX-License-Identifier: Apache-2.0 */
#include "derive/reach.h"

#include <stdlib.h>

#include "base/grow.h"

enum { BLOCK = 16 };

uint64_t reach_key(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t k[3] = {a, b, c};
    return world_hash(k, sizeof k, 11);
}

static void no_memory(struct world *w)
{
    (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to put records in order"));
}

void reach_add(struct world *w, struct reach *r, uint64_t key, int64_t lo, int64_t hi, uint32_t i)
{
    if (w->rc != HW_OK) {
        return;
    }
    if (HW_GROW(r->p, r->count, r->room, HW_GROW_MOST) != HW_OK) {
        no_memory(w);
        return;
    }
    r->p[r->count++] = (struct reach_item){key, lo, hi, i};
}

static int compare(const void *a, const void *b)
{
    const struct reach_item *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1)
           : x->lo != y->lo ? (x->lo < y->lo ? -1 : 1)
                            : (x->i > y->i) - (x->i < y->i);
}

bool reach_settle(struct world *w, struct reach *r)
{
    size_t blocks = (r->count + BLOCK - 1) / BLOCK;
    r->leaves = 1;
    while (r->leaves < blocks) {
        r->leaves *= 2;
    }
    free(r->latest);
    r->latest = w->rc != HW_OK ? NULL : malloc(2 * r->leaves * sizeof *r->latest);
    if (r->latest == NULL) {
        r->count = 0;
        no_memory(w);
        return false;
    }
    if (r->count > 1) {
        qsort(r->p, r->count, sizeof *r->p, compare);
    }
    for (size_t i = 0; i < 2 * r->leaves; i++) {
        r->latest[i] = INT64_MIN;
    }
    for (size_t i = 0; i < r->count; i++) {
        int64_t *leaf = &r->latest[r->leaves + i / BLOCK];
        *leaf = r->p[i].hi > *leaf ? r->p[i].hi : *leaf;
    }
    for (size_t i = r->leaves; i-- > 1;) {
        int64_t a = r->latest[2 * i], b = r->latest[2 * i + 1];
        r->latest[i] = a > b ? a : b;
    }
    return true;
}

void reach_free(struct reach *r)
{
    free(r->p);
    free(r->latest);
    *r = (struct reach){0};
}

/* The first item of this key or a later one that begins after `lo`, or at it unless `past`. */
static size_t bound(const struct reach *r, uint64_t key, int64_t lo, bool past)
{
    size_t a = 0, b = r->count;
    while (a < b) {
        size_t mid = a + (b - a) / 2;
        const struct reach_item *x = &r->p[mid];
        if (x->key < key || (x->key == key && (x->lo < lo || (past && x->lo == lo)))) {
            a = mid + 1;
        } else {
            b = mid;
        }
    }
    return a;
}

struct reach_ask reach_from(const struct reach *r, uint64_t key, int64_t lo, int64_t hi)
{
    return (struct reach_ask){r, bound(r, key, INT64_MIN, false), bound(r, key, hi, true), lo};
}

/* The first block after this one that holds an end not before `lo`; leaves: none. */
static size_t next_block(const struct reach *r, size_t block, int64_t lo)
{
    size_t at = r->leaves + block;
    for (;;) {
        while (at > 1 && (at & 1) == 1) {
            at /= 2; /* up from right children */
        }
        if (at <= 1) {
            return r->leaves;
        }
        at++;
        if (r->latest[at] >= lo) {
            break;
        }
    }
    while (at < r->leaves) {
        at = r->latest[2 * at] >= lo ? 2 * at : 2 * at + 1;
    }
    return at - r->leaves;
}

uint32_t reach_next(struct reach_ask *a)
{
    while (a->at < a->end) {
        size_t block = a->at / BLOCK, upto = (block + 1) * BLOCK;
        upto = upto < a->end ? upto : a->end;
        if (a->r->latest[a->r->leaves + block] < a->lo) {
            a->at = upto;
        }
        while (a->at < upto) {
            const struct reach_item *x = &a->r->p[a->at++];
            if (x->hi >= a->lo) {
                return x->i;
            }
        }
        if (a->at < a->end) {
            size_t next = next_block(a->r, block, a->lo) * BLOCK;
            a->at = next < a->end ? next : a->end;
        }
    }
    return 0;
}

struct reach_ask reach_back(const struct reach *r, uint64_t key, int64_t hi)
{
    return (struct reach_ask){r, bound(r, key, INT64_MIN, false), bound(r, key, hi, true), 0};
}

uint32_t reach_before(struct reach_ask *a)
{
    return a->end > a->at ? a->r->p[--a->end].i : 0;
}
