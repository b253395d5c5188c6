/* SPDX-License-Identifier: Apache-2.0 */
/* Warning lists: every value is said, and none of them alerts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "build_harmless.h"
#include "exam.h"
#include "sweep.h"

#define MD5 "d41d8cd98f00b204e9800998ecf8427e"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct hw_told t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_buf_init(&b, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void again(void)
{
    (void)end(NULL);
    (void)begin(NULL);
}

static void warn(const char *type, const char *values)
{
    build_warnlist(&b, type, values);
    hw_told_examine(&t, b.p, b.n, NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

static void a_list_of_strings_says_what_each_value_is(void **state)
{
    (void)state;
    warn("string", "\"" SHA256 "\",\"" MD5 "\",\"a.example\",\"AAA\"");
    HAS("artifact node=0", "format=warning-list");
    HAS("line=1 kind=sha256 value=\"" SHA256 "\"", "role=harmless", "source=\"Some list\"");
    HAS("line=2 kind=md5", "role=harmless");
    HAS("line=3 kind=domain value=\"a.example\"", "role=harmless");
    HAS("line=4 kind=other value=\"AAA\"", "role=harmless");
    HAS("form=warning-list-string title=\"Some list\"", "entries=4 refused=0 ignored=1");
    assert_int_equal(t.anomalies, 0);
}

static void hosts_lose_their_leading_dot(void **state)
{
    (void)state;
    warn("hostname", "\".b.example\",\"c.example\"");
    HAS("line=1 kind=domain value=\"b.example\"", "role=harmless");
    HAS("line=2 kind=domain value=\"c.example\"");
    HAS("form=warning-list-hostname", "entries=2 refused=0 ignored=0");
}

static void networks_have_one_spelling(void **state)
{
    (void)state;
    warn("cidr", "\"10.1.2.3/8\",\"2001:DB8:0::/32\",\"192.0.2.1\",\"0.0.0.0/0\",\"10.0.0.0/33\"");
    HAS("line=1 kind=other value=\"10.0.0.0/8\"", "role=harmless");
    HAS("line=2 kind=other value=\"2001:db8::/32\"");
    HAS("line=3 kind=address value=\"192.0.2.1\"", "role=harmless");
    HAS("line=4 kind=other value=\"0.0.0.0/0\"");
    HAS("line=5 kind=other value=\"10.0.0.0/33\"");
    HAS("form=warning-list-cidr", "entries=5 refused=0 ignored=1");
}

static void texts_and_expressions_become_programs(void **state)
{
    (void)state;
    warn("regex", "\"/^(a|b)+$/i\",\"plain\",\"/a(?=b)/\",\"/a/x\",\"/a\",\"//\"");
    HAS("pattern", "line=1 language=warning-list title=\"Some list\" text=\"/^(a|b)+$/i\"",
        "program=\"Q\\x01\\x02\\x00\\x06domain\\x07address", "role=harmless");
    HAS("pattern", "line=2", "program=\"Q");
    HAS("pattern", "line=3", "refused=\"regular expression: looks ahead\"");
    HAS("pattern", "line=4", "refused=\"regular expression: unknown flag\"");
    HAS("pattern", "line=5", "refused=\"regular expression: no end\"");
    HAS("pattern", "line=6", "refused=\"regular expression: empty\"");
    HAS("form=warning-list-regex", "entries=6 refused=0 ignored=4");
    assert_int_equal(hw_told_count(&t, "indicator node=0"), 0);
    again();
    warn("substring", "\"a.example\",\"b.\\u00e9\"");
    HAS("pattern", "line=1", "program=\"Q", "a.example");
    HAS("form=warning-list-substring", "entries=2 refused=0 ignored=0");
}

static void a_list_for_what_is_not_looked_up_is_refused_by_name(void **state)
{
    static const char list[] =
        "{\"name\":\"x\",\"type\":\"substring\",\"list\":[\"a\"],\"matching_attributes\":"
        "[\"phone-number\",7]}";
    (void)state;
    hw_told_examine(&t, list, strlen(list), NULL);
    HAS("pattern", "refused=\"it is for attributes that are not looked up\"");
    HAS("entries=1 refused=0 ignored=1");
}

static void bad_values_cost_themselves_only(void **state)
{
    (void)state;
    warn("string", "7,\"\",null,\"a.example\"");
    HAS("line=4 kind=domain");
    HAS("entries=1 refused=3");
    HAS("entry 1: '7': no value: a string was expected");
}

static void other_documents_are_no_warning_lists(void **state)
{
    static const char *const others[] = {
        "{\"name\":\"x\",\"type\":\"string\",\"list\":[]}",
        "{\"name\":\"x\",\"type\":\"other\",\"list\":[],\"matching_attributes\":[]}",
        "{\"name\":\"x\",\"type\":\"string\",\"list\":{},\"matching_attributes\":[]}",
        "[{\"name\":\"x\",\"type\":\"string\",\"list\":[],\"matching_attributes\":[]}]",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hw_told_examine(&t, others[i], strlen(others[i]), NULL);
    }
    assert_int_equal(hw_told_count(&t, "format=warning-list"), 0);
}

static void limits_hold(void **state)
{
    struct hw_limits few = {.items = 30};
    struct hw_buf values;
    (void)state;
    hw_buf_init(&values, 1 << 20);
    for (unsigned i = 0; i < 3000; i++) {
        hw_buf_printf(&values, "%s\"h%u.example\"", i == 0 ? "" : ",", i);
    }
    build_warnlist(&b, "hostname", hw_buf_text(&values));
    hw_told_examine(&t, b.p, b.n, &few);
    HAS("the budget for this input ended here");
    assert_true(hw_told_count(&t, "role=harmless") < 30);
    hw_buf_done(&values);
}

static struct hw_whole programs = {.reading = HW_READ_KNOWLEDGE,
                                   .lines = {{"program=\"Q", "role=harmless"}}};
static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE, .lines = {{"role=harmless"}}};

static void lists_survive_every_cut_and_damage(void **state)
{
    (void)state;
    build_warnlist(&b, "cidr", "\"10.0.0.0/8\",\"192.0.2.1\",\"\\u0041.example\"");
    hw_sweep_truncate(b.p, b.n - 1, hw_told_whole, &whole); /* the last byte is a line's end */
    hw_sweep_mutate(b.p, b.n, 3000, 51, hw_told_whole, &whole);
    hw_buf_clear(&b);
    build_warnlist(&b, "regex", "\"/^a[b-d]+(x|y)$/i\",\"^z{2,3}\"");
    hw_sweep_truncate(b.p, b.n - 1, hw_told_whole, &programs);
    hw_sweep_mutate(b.p, b.n, 3000, 52, hw_told_whole, &programs);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_list_of_strings_says_what_each_value_is),
        CASE(hosts_lose_their_leading_dot),
        CASE(networks_have_one_spelling),
        CASE(texts_and_expressions_become_programs),
        CASE(a_list_for_what_is_not_looked_up_is_refused_by_name),
        CASE(bad_values_cost_themselves_only),
        CASE(other_documents_are_no_warning_lists),
        CASE(limits_hold),
        CASE(lists_survive_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("warnlist", tests, NULL, NULL);
}
