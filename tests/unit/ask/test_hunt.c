/* SPDX-License-Identifier: Apache-2.0 */
/* Published signs against what a case holds: how much a match proves, and when it counts. */
#include "tale.h"

#include <stdio.h>

static void program(struct tale *t)
{
    tale_program(t, 'a');
    tale_signed(t, "Maker", "CN=x,O=Maker");
    struct hw_fact *f = tale_add(t, HW_FACT_PROPERTY);
    hw_fact_str(f, HW_PROPERTY_KEY, "pe.imphash");
    hw_fact_str(f, HW_PROPERTY_TEXT, "00112233445566778899aabbccddeeff");
    tale_store(t, HW_CLASS_ARTIFACT, "/a.exe");
}

static const char *letters(char c, unsigned n)
{
    static char hex[129];
    for (unsigned i = 0; i < n; i++) {
        snprintf(hex + (size_t)2 * i, 3, "%02x", (unsigned)c);
    }
    return hex;
}

static void nothing_known_and_nothing_held_are_gaps(void **state)
{
    const struct hw_answer *a = tale_hunt(*state);
    assert_non_null(tale_gap(a, "no-knowledge"));
    assert_non_null(tale_gap(a, "no-evidence"));
    assert_int_equal(a->exit_status, 3);
}

static void a_match_is_as_strong_as_what_it_matches(void **state)
{
    struct tale *t = *state;
    program(t);
    tale_indicator(t, 'k', "imphash", "00112233445566778899aabbccddeeff");
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-bad");
    assert_non_null(f);
    assert_int_equal(f->severity, HW_MEDIUM);
    assert_int_equal(f->confidence, HW_CONF_LOW);
    tale_indicator(t, 'l', "cert-serial", letters('S', 4));
    f = tale_finding(tale_hunt(t), "known-bad");
    assert_int_equal(f->severity, HW_HIGH);
    assert_int_equal(f->confidence, HW_CONF_MODERATE);
    tale_indicator(t, 'm', "cert-sha256", letters('S', 32));
    f = tale_finding(tale_hunt(t), "known-bad");
    assert_int_equal(f->confidence, HW_CONF_HIGH);
    tale_indicator(t, 'n', "md5", letters('a', 16));
    const struct hw_answer *a = tale_hunt(t);
    f = tale_finding(a, "known-bad");
    assert_int_equal(f->severity, HW_CRITICAL);
    assert_int_equal(tale_findings(a, "known-bad"), 1);
}

static void an_indicator_counts_within_its_time(void **state)
{
    struct tale *t = *state;
    program(t);
    tale_program(t, 'k');
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "csv");
    f = tale_add(t, HW_FACT_INDICATOR);
    hw_fact_u64(f, HW_INDICATOR_LINE, 2);
    hw_fact_str(f, HW_INDICATOR_KIND, "md5");
    hw_fact_str(f, HW_INDICATOR_VALUE, letters('a', 16));
    hw_fact_time(f, HW_INDICATOR_FROM, 500 * TALE_DAY);
    hw_fact_time(f, HW_INDICATOR_UNTIL, 600 * TALE_DAY);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/lists/bad.csv");
    static const struct {
        int64_t day;
        unsigned found;
    } cases[] = {{499, 0}, {500, 1}, {600, 1}, {601, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        t->policy.as_of = cases[i].day * TALE_DAY;
        assert_int_equal(tale_findings(tale_hunt(t), "known-bad"), cases[i].found);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(nothing_known_and_nothing_held_are_gaps),
        T(a_match_is_as_strong_as_what_it_matches),
        T(an_indicator_counts_within_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
