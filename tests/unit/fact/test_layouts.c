/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts in their order, arrays beside them, records by them; what does not hold together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fact/layouts.h"

static struct hw_layouts known;
static struct hw_error err;

static int begin(void **state)
{
    (void)state;
    return hw_layouts_init(&known, &err);
}

static int end(void **state)
{
    (void)state;
    hw_layouts_done(&known);
    return 0;
}

static int add(uint64_t index, const char *names, size_t *out)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_LAYOUT, 0);
    hw_fact_u64(&f, HW_LAYOUT_INDEX, index);
    hw_fact_str(&f, HW_LAYOUT_NAMES, names);
    return hw_layouts_add(&known, &f, out, &err);
}

static void names_are_parted_and_an_empty_layout_has_one(void **state)
{
    (void)state;
    size_t n;
    assert_int_equal(add(0, "a\nbc\n", &n), HW_OK);
    assert_int_equal(n, 3);
    assert_true(hw_span_is(known.names[0], "a") && hw_span_is(known.names[1], "bc"));
    assert_int_equal(known.names[2].n, 0);
    assert_int_equal(add(1, "", &n), HW_OK);
    assert_int_equal(n, 1);
}

static void layouts_out_of_order_are_refused(void **state)
{
    (void)state;
    size_t n;
    assert_int_equal(add(1, "a", &n), HW_E_CASE);
    assert_int_equal(add(0, "a", &n), HW_OK);
    assert_int_equal(add(0, "a", &n), HW_E_CASE);
    hw_layouts_clear(&known);
    assert_int_equal(add(0, "b", &n), HW_OK);
}

static void an_array_beside_grows_with_zeros(void **state)
{
    (void)state;
    uint32_t *beside = NULL, room = 0;
    size_t n;
    for (uint64_t i = 0; i < 200; i++) {
        assert_int_equal(add(i, "a", &n), HW_OK);
        beside = hw_layouts_beside(&known, beside, &room, sizeof *beside);
        assert_non_null(beside);
        assert_true(room >= known.count);
        assert_int_equal(beside[i], 0);
        beside[i] = 7;
    }
    assert_int_equal(beside[0] + beside[63] + beside[64] + beside[199], 28);
    free(beside);
}

static int count(void *state, const struct hw_record *r)
{
    unsigned *n = state;
    assert_true(r->count == 1 && hw_span_is(r->values[0], "x"));
    return ++*n == 2 ? HW_E_STOPPED : HW_OK;
}

static void records_go_to_the_taker_until_it_has_enough(void **state)
{
    (void)state;
    const struct hw_span values[] = {HW_SPAN_LIT("x")};
    struct hw_record r = {.layout = 0, .values = values, .count = 1};
    struct hw_buf packed;
    struct hw_fact f;
    unsigned taken = 0;
    size_t n;
    hw_buf_init(&packed, HW_PACKED_BYTES);
    assert_int_equal(add(0, "a", &n), HW_OK);
    hw_fact_about(&f, HW_FACT_EVENTS, 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(hw_record_pack(&r, &packed));
    }
    hw_fact_span(&f, HW_EVENTS_PACKED, hw_buf_span(&packed));
    assert_int_equal(hw_layouts_each(&known, &f, count, &taken, &err), HW_E_STOPPED);
    assert_int_equal(taken, 2);
    /* the first record whole, the second cut: what is whole is handed on, and the fault is told */
    taken = 0;
    hw_fact_span(&f, HW_EVENTS_PACKED, hw_span_cut(hw_buf_span(&packed), 0, packed.n / 3 + 1));
    assert_int_equal(hw_layouts_each(&known, &f, count, &taken, &err), HW_E_CASE);
    assert_int_equal(taken, 1);
    hw_buf_done(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_parted_and_an_empty_layout_has_one, begin, end),
        cmocka_unit_test_setup_teardown(layouts_out_of_order_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(an_array_beside_grows_with_zeros, begin, end),
        cmocka_unit_test_setup_teardown(records_go_to_the_taker_until_it_has_enough, begin, end),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
