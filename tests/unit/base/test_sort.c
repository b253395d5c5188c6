/* SPDX-License-Identifier: Apache-2.0 */
/* The heap against qsort, on orders that feed either. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

enum { MOST = 600 };

struct item {
    uint64_t key;
    uint8_t rest[40];
};

static bool before(const void *a, const void *b)
{
    return ((const struct item *)a)->key < ((const struct item *)b)->key;
}

static int compare(const void *a, const void *b)
{
    return before(a, b) ? -1 : before(b, a);
}

static uint64_t key_of(unsigned order, size_t i, size_t n)
{
    return order == 0   ? i
           : order == 1 ? n - i
           : order == 2 ? i % 3
           : order == 3 ? 7
                        : (i * 2654435761U) % 1000;
}

static void heap_sorts_as_qsort_does(void **state)
{
    static struct item a[MOST], b[MOST];
    (void)state;
    for (size_t n = 0; n <= MOST; n += n < 20 ? 1 : 97) {
        for (unsigned order = 0; order < 5; order++) {
            for (size_t i = 0; i < n; i++) {
                a[i].key = key_of(order, i, n);
                memset(a[i].rest, (int)(a[i].key & 0xff), sizeof a[i].rest);
            }
            memcpy(b, a, sizeof a);
            hw_heap_sort(a, n, sizeof *a, before);
            qsort(b, n, sizeof *b, compare);
            for (size_t i = 0; i < n; i++) {
                assert_memory_equal(&a[i], &b[i], sizeof a[i]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(heap_sorts_as_qsort_does)};
    return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}
