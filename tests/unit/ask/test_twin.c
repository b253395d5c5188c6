/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of one version that are not the same program, and those that honestly differ. */
#include "tale.h"

static void copy(struct tale *t, char letter, const char *original, const char *version, char code,
                 uint64_t language, const char *path)
{
    tale_program(t, letter);
    tale_component(t, original, version, code, language);
    tale_section(t, code);
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

static void a_patched_copy_is_found_beside_its_original(void **state)
{
    struct tale *t = *state;
    copy(t, 'a', "x.dll", "1.2.3.4", 'A', 0x409, "/good/x.dll");
    copy(t, 'b', "x.dll", "1.2.3.4", 'B', 0x409, "/bad/x.dll");
    const struct hw_answer *a = tale_verify(t, "b", NULL);
    assert_int_equal(tale_findings(a, "twin-differs"), 1);
    assert_int_equal(tale_finding(a, "twin-differs")->severity, HW_HIGH);
    assert_int_equal(a->exit_status, 1);
}

static void copies_signed_differently_are_silent(void **state)
{
    struct tale *t = *state;
    copy(t, 'a', "x.dll", "1.2.3.4", 'A', 0x409, "/one/x.dll");
    copy(t, 'b', "x.dll", "1.2.3.4", 'A', 0x409, "/two/x.dll");
    assert_int_equal(tale_findings(tale_verify(t, "ab", NULL), "twin-differs"), 0);
}

static void every_copy_of_the_odd_one_is_named(void **state)
{
    struct tale *t = *state;
    copy(t, 'a', "x.dll", "1.2.3.4", 'A', 0x409, "/good/x.dll");
    copy(t, 'b', "x.dll", "1.2.3.4", 'B', 0x409, "/bad/x.dll");
    copy(t, 'c', "x.dll", "1.2.3.4", 'B', 0x409, "/other/x.dll");
    const struct hw_answer *a = tale_verify(t, "bc", NULL);
    assert_int_equal(tale_findings(a, "twin-differs"), 2);
    const struct hw_finding *one = tale_finding(a, "twin-differs");
    assert_string_not_equal(one->id, one->next->id);
    assert_true(hw_span_is(one->next->path, "c"));
    assert_true(hw_span_is(one->next->why->evidence, "c"));
}

static void translations_are_no_copies_of_each_other(void **state)
{
    static const char *const cs[] = {"app/cs/X.resources.dll"};
    struct tale *t = *state;
    copy(t, 'a', "X.resources.dll", "1.2.3.4", 'A', 0, "/app/de/X.resources.dll");
    copy(t, 'b', "X.resources.dll", "1.2.3.4", 'B', 0, "/app/cs/X.resources.dll");
    assert_int_equal(tale_findings(tale_verify(t, "b", cs), "twin-differs"), 0);
    copy(t, 'c', "X.resources.dll", "1.2.3.4", 'C', 0, "/other/cs/X.resources.dll");
    assert_int_equal(tale_findings(tale_verify(t, "b", cs), "twin-differs"), 1);
}

static void another_language_or_no_real_version_is_low(void **state)
{
    struct tale *t = *state;
    copy(t, 'a', "x.dll", "1.2.3.4", 'A', 0x409, "/en/x.dll");
    copy(t, 'b', "x.dll", "1.2.3.4", 'B', 0x407, "/de/x.dll");
    assert_int_equal(tale_finding(tale_verify(t, "b", NULL), "twin-differs")->severity, HW_LOW);
    copy(t, 'c', "y.dll", "1.0.0.0", 'C', 0x409, "/c/y.dll");
    copy(t, 'e', "y.dll", "1.0.0.0", 'E', 0x409, "/e/y.dll");
    assert_int_equal(tale_finding(tale_verify(t, "e", NULL), "twin-differs")->severity, HW_LOW);
}

static void another_version_name_or_maker_is_no_twin(void **state)
{
    struct tale *t = *state;
    copy(t, 'a', "x.dll", "1.2.3.4", 'A', 0x409, "/x.dll");
    copy(t, 'b', "x.dll", "1.2.3.5", 'B', 0x409, "/b/x.dll");
    copy(t, 'c', "y.dll", "1.2.3.4", 'C', 0x409, "/c/x.dll");
    assert_int_equal(tale_findings(tale_verify(t, "abc", NULL), "twin-differs"), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        T(a_patched_copy_is_found_beside_its_original), T(copies_signed_differently_are_silent),
        T(every_copy_of_the_odd_one_is_named),          T(translations_are_no_copies_of_each_other),
        T(another_language_or_no_real_version_is_low),  T(another_version_name_or_maker_is_no_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
