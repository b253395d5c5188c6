/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/time.h"
#include "fact/exposed.h"

enum { MANY = 60 };
#define NS_PER_DAY (INT64_C(86400) * HW_NS_PER_SECOND)

static struct hw_exposed sighting(uint8_t host, uint16_t port, uint8_t transport, int64_t day,
                                  uint64_t place)
{
    struct hw_exposed e = {.port = port, .transport = transport, .place = place};
    e.address[10] = 0xFF;
    e.address[11] = 0xFF;
    e.address[12] = 192;
    e.address[15] = host;
    e.seen_ns = day < 0 ? HW_TIME_NONE : day * NS_PER_DAY;
    return e;
}

/* The same sightings in an order of their own: every permutation that steps of a prime make. */
static void in_order(const struct hw_exposed *from, size_t count, size_t step,
                     struct hw_exposed *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = from[(i * step + step / 2) % count];
    }
}

static void a_service_seen_again_within_the_window_is_one(void **state)
{
    (void)state;
    struct hw_exposed p[] = {sighting(1, 443, 3, 10, 0), sighting(1, 443, 3, 14, 1),
                             sighting(1, 443, 3, 20, 2)};
    assert_int_equal(hw_exposed_once(p, 3, 7 * NS_PER_DAY), 2);
    assert_int_equal(p[0].place, 0);
    assert_int_equal(p[1].place, 2);
    assert_int_equal(hw_exposed_addresses(p, 2), 1);
}

static void another_port_or_transport_is_another_service(void **state)
{
    (void)state;
    struct hw_exposed p[] = {sighting(1, 53, 4, 1, 0), sighting(1, 53, 3, 1, 1),
                             sighting(1, 54, 4, 1, 2), sighting(2, 53, 4, 1, 3)};
    assert_int_equal(hw_exposed_once(p, 4, -1), 4);
    assert_int_equal(hw_exposed_addresses(p, 4), 2);
}

static void an_endless_window_keeps_each_service_once(void **state)
{
    (void)state;
    struct hw_exposed p[] = {sighting(1, 80, 3, 4000, 0), sighting(1, 80, 3, 1, 1),
                             sighting(2, 80, 3, 9, 2)};
    assert_int_equal(hw_exposed_once(p, 3, -1), 2);
    assert_int_equal(p[0].place, 1);
}

static void a_window_of_nothing_keeps_each_moment(void **state)
{
    (void)state;
    struct hw_exposed p[] = {sighting(1, 80, 3, 1, 0), sighting(1, 80, 3, 1, 1),
                             sighting(1, 80, 3, 2, 2)};
    assert_int_equal(hw_exposed_once(p, 3, 0), 2);
}

static void what_has_no_time_counts_only_where_nothing_else_does(void **state)
{
    (void)state;
    struct hw_exposed p[] = {sighting(1, 80, 3, -1, 0), sighting(1, 80, 3, 5, 1),
                             sighting(2, 80, 3, -1, 2), sighting(2, 80, 3, -1, 3)};
    assert_int_equal(hw_exposed_once(p, 4, NS_PER_DAY), 2);
    assert_int_equal(p[0].place, 1);
    assert_int_equal(p[1].place, 2);
    assert_true(p[1].seen_ns == HW_TIME_NONE);
}

static void no_order_of_intake_changes_the_answer(void **state)
{
    (void)state;
    struct hw_exposed all[MANY], first[MANY], other[MANY];
    static const size_t steps[] = {7, 11, 13, 17, 59};
    for (size_t i = 0; i < MANY; i++) {
        all[i] = sighting((uint8_t)(i % 5), (uint16_t)(440 + i % 3), (uint8_t)(i % 2 + 3),
                          i % 11 == 0 ? -1 : (int64_t)(i * 37 % 90), i);
    }
    memcpy(first, all, sizeof all);
    size_t count = hw_exposed_once(first, MANY, 14 * NS_PER_DAY);
    assert_true(count > 30 && count < MANY);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        in_order(all, MANY, steps[i], other);
        assert_memory_not_equal(other, all, sizeof all);
        assert_int_equal(hw_exposed_once(other, MANY, 14 * NS_PER_DAY), count);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(other[k].place, first[k].place);
        }
    }
}

static void once_more_changes_nothing(void **state)
{
    (void)state;
    struct hw_exposed p[] = {sighting(1, 80, 3, 1, 0), sighting(1, 80, 3, 3, 1),
                             sighting(1, 80, 3, 5, 2), sighting(1, 80, 3, 9, 3)};
    size_t count = hw_exposed_once(p, 4, 4 * NS_PER_DAY);
    assert_int_equal(count, 3);
    assert_int_equal(hw_exposed_once(p, count, 4 * NS_PER_DAY), count);
}

static void a_fact_is_read_and_another_is_not(void **state)
{
    (void)state;
    struct hw_fact f;
    struct hw_exposed e = {.place = 9};
    hw_fact_about(&f, HW_FACT_EXPOSED, 0);
    hw_fact_u64(&f, HW_EXPOSED_LINE, 1);
    hw_fact_str(&f, HW_EXPOSED_SCANNER, "shodan");
    hw_fact_u64(&f, HW_EXPOSED_PORT, 443);
    assert_false(hw_exposed_read(&f, &e));
    hw_fact_str(&f, HW_EXPOSED_ADDRESS, "192.0.2.1");
    assert_true(hw_exposed_read(&f, &e));
    assert_int_equal(e.port, 443);
    assert_int_equal(e.transport, 0);
    assert_int_equal(e.place, 9);
    assert_true(e.seen_ns == HW_TIME_NONE);
    hw_fact_str(&f, HW_EXPOSED_TRANSPORT, "udp");
    hw_fact_time(&f, HW_EXPOSED_SEEN, 5);
    assert_true(hw_exposed_read(&f, &e));
    assert_int_equal(e.transport, 4);
    assert_int_equal(e.seen_ns, 5);
    hw_fact_u64(&f, HW_EXPOSED_PORT, 65536);
    assert_false(hw_exposed_read(&f, &e));
    f.kind = HW_FACT_INDICATOR;
    hw_fact_u64(&f, HW_EXPOSED_PORT, 443);
    assert_false(hw_exposed_read(&f, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_service_seen_again_within_the_window_is_one),
        cmocka_unit_test(another_port_or_transport_is_another_service),
        cmocka_unit_test(an_endless_window_keeps_each_service_once),
        cmocka_unit_test(a_window_of_nothing_keeps_each_moment),
        cmocka_unit_test(what_has_no_time_counts_only_where_nothing_else_does),
        cmocka_unit_test(no_order_of_intake_changes_the_answer),
        cmocka_unit_test(once_more_changes_nothing),
        cmocka_unit_test(a_fact_is_read_and_another_is_not),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
