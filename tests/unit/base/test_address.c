/* SPDX-License-Identifier: Apache-2.0 */
/* One spelling for each address, and none for what is no machine's alone. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/address.h"
#include "base/text.h"

static void each_has_one_spelling(void **state)
{
    static const char *const rows[][2] = {
        {"10.0.0.1", "10.0.0.1"},          {"::ffff:10.0.0.1", "10.0.0.1"},
        {"::FFFF:0a00:0001", "10.0.0.1"},  {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:db8::1%12", "2001:db8::1"}, {"fd00::5", "fd00::5"},
    };
    char out[HW_ADDRESS_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(hw_address_plain(hw_span_str(rows[i][0]), out));
        assert_string_equal(out, rows[i][1]);
    }
}

static void any_address_is_sixteen_bytes(void **state)
{
    static const uint8_t v4[16] = {[10] = 0xff, 0xff, 127, 0, 0, 1},
                         v6[16] = {0xfe, 0x80, [15] = 1};
    uint8_t got[16];
    (void)state;
    assert_true(hw_address_bytes(HW_SPAN_LIT("127.0.0.1"), got));
    assert_memory_equal(got, v4, 16);
    assert_true(hw_address_bytes(HW_SPAN_LIT("fe80::1%eth0"), got));
    assert_memory_equal(got, v6, 16);
    assert_false(hw_address_bytes(HW_SPAN_LIT("10.0.0.256"), got));
    assert_false(hw_address_bytes(HW_SPAN_LIT("host"), got));
}

static void nobodys_are_none(void **state)
{
    static const char *const rows[] = {
        "",
        "127.0.0.1",
        "::1",
        "0:0:0:0:0:0:0:1",
        "0.0.0.0",
        "::",
        "fe80::1%4",
        "224.0.0.1",
        "ff02::fb",
        "239.255.255.250",
        "255.255.255.255",
        "LOCAL",
        "-",
        "10.0.0",
        "10.0.0.256",
        "1.2.3.4:80",
        "host",
        "::ffff:127.0.0.1",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd",
    };
    char out[HW_ADDRESS_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(hw_address_plain(hw_span_str(rows[i]), out));
    }
}

static void what_is_outside_is_public(void **state)
{
    static const char *const inner[] = {
        "10.1.2.3",    "172.16.0.1", "172.31.255.1", "192.168.7.7", "169.254.1.1", "100.64.0.1",
        "100.127.0.1", "fc00::1",    "fd12::1",      "fe80::1",     "host",        "",
    };
    static const char *const outer[] = {
        "172.15.0.1",  "172.32.0.1",  "172.2.3.4",   "100.63.0.1",
        "100.128.0.1", "192.167.0.1", "2001:db8::1", "203.0.113.9",
    };
    (void)state;
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++) {
        assert_false(hw_address_is_public(hw_span_str(inner[i])));
    }
    for (size_t i = 0; i < sizeof outer / sizeof outer[0]; i++) {
        assert_true(hw_address_is_public(hw_span_str(outer[i])));
    }
}

static void networks_have_one_spelling(void **state)
{
    static const struct {
        const char *written, *is;
    } rows[] = {
        {"10.1.2.3/8", "10.0.0.0/8"},
        {"192.0.2.1/32", "192.0.2.1/32"},
        {"192.0.2.129/25", "192.0.2.128/25"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"2001:DB8:0:0::1/32", "2001:db8::/32"},
        {"::/0", "::/0"},
        {"2001:db8::ff/121", "2001:db8::80/121"},
    };
    static const char *const none[] = {"",       "10.0.0.0",    "10.0.0.0/", "10.0.0.0/33", "/8",
                                       "::/129", "10.0.0.0/-1", "host/8",    "10.0.0.0/8/8"};
    char out[HW_ADDRESS_NETWORK_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(hw_address_network(hw_span_str(rows[i].written), out));
        assert_string_equal(out, rows[i].is);
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_false(hw_address_network(hw_span_str(none[i]), out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_one_spelling),        cmocka_unit_test(nobodys_are_none),
        cmocka_unit_test(any_address_is_sixteen_bytes), cmocka_unit_test(what_is_outside_is_public),
        cmocka_unit_test(networks_have_one_spelling),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
