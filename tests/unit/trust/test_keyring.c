/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/keyring.h"

#include "trust/hash.h"
#include "trust_test.h"

static void rows_become_keys_and_bad_rows_are_counted(void **state)
{
    (void)state;
    struct hw_buf csv;
    struct hw_keyring ring = {0};
    struct hw_error err;
    struct hw_arena *a = hw_arena_new(1 << 22);
    hw_buf_init(&csv, 1 << 16);
    hw_test_roots_csv(&csv);
    hw_buf_str(&csv, "authenticode,CN=No Key,yes,00,Jan  1 00:00:00 2020 GMT,,,\n");
    hw_buf_str(&csv, "short\n");
    assert_int_equal(hw_keyring_read(&ring, hw_buf_span(&csv), a, &err), HW_OK);
    assert_int_equal(ring.count, 1);
    assert_int_equal(ring.refused, 2);
    const struct hw_key *k = &ring.keys[0];
    assert_span_str(k->purpose, "authenticode");
    assert_span_str(k->subject, "CN=Test Root,O=Test House");
    assert_span_str(k->origin, "made, by the tests");
    assert_int_equal(k->not_before, NS(1577836800));
    assert_int_equal(k->distrust_after, INT64_MIN);
    assert_true(k->anchor);
    assert_int_equal(k->sha256[31], 0x5a);
    assert_int_equal(hw_keyring_read(&ring, hw_buf_span(&csv), a, &err), HW_OK);
    assert_int_equal(ring.count, 2); /* appended */
    hw_arena_free(a);
    hw_buf_done(&csv);
}

static void a_list_without_its_columns_is_our_callers_mistake(void **state)
{
    (void)state;
    struct hw_keyring ring = {0};
    struct hw_error err;
    struct hw_arena *a = hw_arena_new(1 << 20);
    assert_int_equal(hw_keyring_read(&ring, HW_SPAN_LIT("a,b\n1,2\n"), a, &err), HW_E_USAGE);
    assert_int_equal(hw_keyring_read(&ring, HW_SPAN_LIT(""), a, &err), HW_E_USAGE);
    assert_int_equal(ring.count, 0);
    hw_arena_free(a);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_keyring ring = {0};
    struct hw_arena *a = hw_arena_new(1 << 20);
    (void)state;
    bool ok = hw_keyring_read(&ring, (struct hw_span){p, n}, a, NULL) == HW_OK && ring.count == 1 &&
              ring.refused == 0;
    hw_arena_free(a);
    return ok;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf csv;
    hw_buf_init(&csv, 1 << 16);
    hw_test_roots_csv(&csv);
    assert_true(parse(csv.p, csv.n, NULL));
    hw_sweep_truncate(csv.p, csv.n, parse, NULL);
    hw_sweep_mutate(csv.p, csv.n, 5000, 6, parse, NULL);
    hw_buf_done(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_keys_and_bad_rows_are_counted),
        cmocka_unit_test(a_list_without_its_columns_is_our_callers_mistake),
        cmocka_unit_test(sweeps_end_well),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
