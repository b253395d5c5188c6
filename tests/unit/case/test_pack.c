/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "case/room.h"

enum { BODY = 40000 };

static uint8_t body[BODY];

static void fill(void)
{
    for (size_t i = 0; i < sizeof body; i++) {
        body[i] = (uint8_t)(i % 97 % 13);
    }
}

static void records_come_back_as_they_were(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_packing p = {NULL};
    struct hw_buf room = {NULL};
    fill();
    for (size_t n = 0; n <= sizeof body; n = n * 2 + 1) {
        struct hw_span stored, back;
        assert_int_equal(hw_body_pack(&p, HW_FACT_EVENTS, (struct hw_span){body, n}, &stored, &err),
                         HW_OK);
        assert_true(n < 512 ? stored.p == body : stored.n < n && stored.p[0] == 0xFF);
        back = stored;
        assert_int_equal(hw_body_unpack(&room, HW_FACT_EVENTS, &back, &err), HW_OK);
        assert_int_equal(back.n, n);
        assert_true(n == 0 || memcmp(back.p, body, n) == 0);
    }
    hw_packing_done(&p);
    hw_buf_done(&room);
}

static void other_facts_and_what_gains_nothing_stay_as_they_are(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_packing p = {NULL};
    struct hw_span stored;
    uint32_t seed = 1;
    fill();
    assert_int_equal(
        hw_body_pack(&p, HW_FACT_ENTRY, (struct hw_span){body, sizeof body}, &stored, &err), HW_OK);
    assert_true(stored.p == body && stored.n == sizeof body);
    for (size_t i = 0; i < sizeof body; i++) {
        seed = seed * 1664525 + 1013904223;
        body[i] = (uint8_t)(seed >> 24);
    }
    assert_int_equal(
        hw_body_pack(&p, HW_FACT_EVENTS, (struct hw_span){body, sizeof body}, &stored, &err),
        HW_OK);
    assert_true(stored.p == body && stored.n == sizeof body);
    hw_packing_done(&p);
}

/* Cut anywhere, each byte changed, a length that lies: damage by name or the same bytes, never more
 * than a frame. */
static void damage_is_told_and_never_grows(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_packing p = {NULL};
    struct hw_buf room = {NULL};
    struct hw_span stored;
    static uint8_t copy[BODY];
    fill();
    assert_int_equal(
        hw_body_pack(&p, HW_FACT_EVENTS, (struct hw_span){body, sizeof body}, &stored, &err),
        HW_OK);
    for (size_t n = 1; n < stored.n; n++) {
        struct hw_span cut = {stored.p, n};
        assert_int_equal(hw_body_unpack(&room, HW_FACT_EVENTS, &cut, &err), HW_E_CASE);
    }
    for (size_t i = 1; i < stored.n; i++) {
        memcpy(copy, stored.p, stored.n);
        copy[i] ^= 0x10;
        struct hw_span bad = {copy, stored.n};
        int rc = hw_body_unpack(&room, HW_FACT_EVENTS, &bad, &err);
        assert_true(rc == HW_E_CASE || (rc == HW_OK && bad.n == sizeof body));
    }
    memcpy(copy, stored.p, stored.n);
    for (unsigned i = 1; i < 5; i++) {
        copy[i] = 0xFF;
    }
    struct hw_span absurd = {copy, stored.n};
    assert_int_equal(hw_body_unpack(&room, HW_FACT_EVENTS, &absurd, &err), HW_E_CASE);
    hw_packing_done(&p);
    hw_buf_done(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_as_they_were),
        cmocka_unit_test(other_facts_and_what_gains_nothing_stay_as_they_are),
        cmocka_unit_test(damage_is_told_and_never_grows),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
