/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/grow.h"

/* A sanitizer's allocator that says no shall say it as the ordinary one does, and not end us. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

struct numbers {
    uint32_t *p;
    size_t count, room;
};

/* Sixty-four of them are more bytes than a size_t can say. */
struct vast {
    char bytes[SIZE_MAX / 64 + 1];
};

static void fill(struct numbers *v, size_t n, size_t max)
{
    while (v->count < n) {
        assert_int_equal(HW_GROW(v->p, v->count, v->room, max), HW_OK);
        assert_true(v->count < v->room && v->room <= max);
        v->p[v->count] = (uint32_t)v->count;
        v->count++;
    }
}

static void is_whole(const struct numbers *v, size_t n)
{
    assert_int_equal(v->count, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(v->p[i], i);
    }
}

static void items_stay_where_they_were_put(void **state)
{
    (void)state;
    struct numbers v = {0};
    size_t moves = 0;
    for (size_t room = 0; v.count < 100000; moves += room != v.room, room = v.room) {
        fill(&v, v.count + 1, HW_GROW_MOST);
    }
    is_whole(&v, 100000);
    assert_in_range(moves, 2, 17); /* the room doubles: each item is moved a few times at most */
    free(v.p);
}

static void the_maximum_holds_to_the_item(void **state)
{
    (void)state;
    const size_t maxima[] = {1, 2, 63, 64, 65, 100, 128, 1000};
    for (size_t i = 0; i < sizeof maxima / sizeof maxima[0]; i++) {
        struct numbers v = {0};
        fill(&v, maxima[i], maxima[i]);
        uint32_t *was = v.p;
        assert_int_equal(HW_GROW(v.p, v.count, v.room, maxima[i]), HW_E_LIMIT);
        assert_ptr_equal(v.p, was);
        assert_int_equal(v.room, maxima[i]);
        is_whole(&v, maxima[i]);
        free(v.p);
    }
    struct numbers none = {0};
    assert_int_equal(HW_GROW(none.p, none.count, none.room, 0), HW_E_LIMIT);
    assert_null(none.p);
}

static void many_items_are_made_room_for_at_once(void **state)
{
    (void)state;
    struct numbers v = {0};
    fill(&v, 10, 5000);
    assert_int_equal(HW_GROW_BY(v.p, v.count, 4990, v.room, 5000), HW_OK);
    assert_int_equal(v.room, 5000);
    fill(&v, 5000, 5000);
    is_whole(&v, 5000);
    v.count = 4000;
    assert_int_equal(HW_GROW_BY(v.p, v.count, 1000, v.room, 5000), HW_OK);
    assert_int_equal(HW_GROW_BY(v.p, v.count, 1001, v.room, 5000), HW_E_LIMIT);
    assert_int_equal(HW_GROW_BY(v.p, v.count, SIZE_MAX, v.room, SIZE_MAX), HW_E_LIMIT);
    is_whole(&v, 4000);
    free(v.p);
}

static void what_bytes_cannot_say_is_no_memory(void **state)
{
    (void)state;
    struct vast *p = NULL;
    size_t room = 0;
    assert_int_equal(HW_GROW_BY(p, 0, 64, room, SIZE_MAX), HW_E_MEMORY);
    assert_null(p);
    assert_int_equal(room, 0);
}

static void without_memory_the_old_array_stays(void **state)
{
    (void)state;
    struct numbers v = {0};
    fill(&v, 64, HW_GROW_MOST);
    uint32_t *was = v.p;
    assert_int_equal(HW_GROW_BY(v.p, v.count, SIZE_MAX / 8, v.room, SIZE_MAX), HW_E_MEMORY);
    assert_ptr_equal(v.p, was);
    assert_int_equal(v.room, 64);
    is_whole(&v, 64);
    fill(&v, 65, HW_GROW_MOST); /* and goes on growing */
    is_whole(&v, 65);
    free(v.p);
}

static void in_an_arena_the_same_holds(void **state)
{
    (void)state;
    HW_AUTO(hw_arena) *a = hw_arena_new(1 << 20);
    struct numbers v = {0};
    for (; v.count < 1000; v.count++) {
        assert_int_equal(HW_GROW_IN(a, v.p, v.count, v.room, 1000), HW_OK);
        assert_int_equal(v.p[v.count], 0);
        v.p[v.count] = (uint32_t)v.count;
    }
    uint32_t *was = v.p;
    assert_int_equal(v.room, 1000);
    assert_int_equal(HW_GROW_IN(a, v.p, v.count, v.room, 1000), HW_E_LIMIT);
    hw_arena_fail_nth(1);
    assert_int_equal(HW_GROW_IN(a, v.p, v.count, v.room, 1001), HW_E_MEMORY);
    hw_arena_fail_nth(0);
    assert_ptr_equal(v.p, was);
    assert_int_equal(v.room, 1000);
    is_whole(&v, 1000);
    struct vast *vast = NULL;
    size_t room = 0;
    assert_int_equal(HW_GROW_IN(a, vast, 0, room, SIZE_MAX), HW_E_MEMORY);
    assert_null(vast);
    assert_int_equal(HW_GROW_IN(a, v.p, v.count, v.room, 1001), HW_OK);
    assert_int_equal(v.room, 1001);
    is_whole(&v, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_stay_where_they_were_put),
        cmocka_unit_test(the_maximum_holds_to_the_item),
        cmocka_unit_test(many_items_are_made_room_for_at_once),
        cmocka_unit_test(what_bytes_cannot_say_is_no_memory),
        cmocka_unit_test(without_memory_the_old_array_stays),
        cmocka_unit_test(in_an_arena_the_same_holds),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
