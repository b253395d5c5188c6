/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written as STIX, MISP and CSAF is read back by our own readers: nothing is refused, and
 * what may be blocked is again what is looked for, value by value; all else is context.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "exam.h"
#include "report_scene.h"

static struct scene s;
static struct hw_told t;
static struct hw_buf out;

static void read_back(scene_writer *write, const struct hw_span *name)
{
    scene_make(&s, name);
    hw_buf_init(&out, 64 << 20);
    scene_write(write, &s, &out);
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, out.p, out.n, NULL);
    assert_int_equal(t.anomalies, 0);
}

static int drop(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&out);
    return 0;
}

#define HAS(...)                                                                                   \
    if (!hw_told_has(&t, __VA_ARGS__, NULL)) {                                                     \
        fail_msg("no such line: %s", #__VA_ARGS__);                                                \
    }

/* How many values with this in their line would be matched: one without a role is looked for. */
static size_t looked_for(const char *part)
{
    size_t count = 0;
    char *rest = (char *)hw_buf_text(&t.lines);
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        count += strncmp(line, "indicator node=", 15) == 0 && strstr(line, part) != NULL &&
                 strstr(line, " role=context") == NULL && strstr(line, " role=shared") == NULL;
        if (rest != NULL) {
            rest[-1] = '\n';
        }
    }
    return count;
}

static void the_same_indicators(void)
{
    HAS(" refused=0 ");
    assert_true(looked_for("kind=sha256 value=\"" SCENE_HASH "\"") > 0);
    assert_int_equal(looked_for("kind=domain value=\"c2.example\""), 1);
    assert_int_equal(looked_for("kind=url value=\"https://u.example/a'b"), 1);
    assert_int_equal(looked_for("kind=address value=\"2001:db8::7\""), 1);
}

static void stix_is_read_back(void **state)
{
    (void)state;
    read_back(hw_tell_report_stix, NULL);
    HAS("format=stix ");
    the_same_indicators();
    assert_int_equal(looked_for(""), 4);
    assert_int_equal(hw_told_count(&t, "pattern node="), 0);
}

static void stix_with_names_made_to_deceive_is_read_back(void **state)
{
    (void)state;
    read_back(hw_tell_report_stix, &scene_nasty);
    the_same_indicators();
    assert_int_equal(looked_for(""), 4);
}

static void misp_is_read_back(void **state)
{
    (void)state;
    read_back(hw_tell_report_misp, NULL);
    HAS("format=misp ");
    the_same_indicators();
    assert_int_equal(looked_for(""), 5); /* a hash stands in an object, too */
    HAS("kind=sha256 value=\"" SCENE_CONTEXT "\"", "role=context");
}

static void misp_with_names_made_to_deceive_is_read_back(void **state)
{
    (void)state;
    read_back(hw_tell_report_misp, &scene_nasty);
    the_same_indicators();
}

static void csaf_is_read_back(void **state)
{
    (void)state;
    read_back(hw_tell_report_csaf, NULL);
    HAS("format=csaf ");
    HAS("refused=0");
    HAS("1.2");
}

static void an_attack_flow_is_a_bundle_of_nothing_to_look_for(void **state)
{
    (void)state;
    read_back(hw_tell_report_flow, NULL);
    HAS("format=stix ");
    HAS(" refused=0 ");
    assert_int_equal(looked_for(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(stix_is_read_back, drop),
        cmocka_unit_test_teardown(stix_with_names_made_to_deceive_is_read_back, drop),
        cmocka_unit_test_teardown(misp_is_read_back, drop),
        cmocka_unit_test_teardown(misp_with_names_made_to_deceive_is_read_back, drop),
        cmocka_unit_test_teardown(csaf_is_read_back, drop),
        cmocka_unit_test_teardown(an_attack_flow_is_a_bundle_of_nothing_to_look_for, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
