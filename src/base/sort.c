/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sort.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

struct heap {
    uint8_t *p;
    size_t each;
    bool (*before)(const void *, const void *);
};

static uint8_t *at(const struct heap *h, size_t i)
{
    return h->p + i * h->each;
}

static void swap(const struct heap *h, size_t i, size_t k)
{
    uint8_t kept[HW_SORT_EACH];
    memcpy(kept, at(h, i), h->each);
    memcpy(at(h, i), at(h, k), h->each);
    memcpy(at(h, k), kept, h->each);
}

static void sink(const struct heap *h, size_t root, size_t count)
{
    for (size_t child; (child = root * 2 + 1) < count; root = child) {
        child += child + 1 < count && h->before(at(h, child), at(h, child + 1));
        if (!h->before(at(h, root), at(h, child))) {
            return;
        }
        swap(h, root, child);
    }
}

void hw_heap_sort(void *p, size_t count, size_t each, bool (*before)(const void *, const void *))
{
    const struct heap h = {p, each, before};
    size_t i = 1;
    assert(each <= HW_SORT_EACH);
    while (i < count && !before(at(&h, i), at(&h, i - 1))) {
        i++;
    }
    if (i >= count) {
        return;
    }
    for (i = count / 2; i-- > 0;) {
        sink(&h, i, count);
    }
    for (i = count; i-- > 1;) {
        swap(&h, 0, i);
        sink(&h, 0, i);
    }
}
