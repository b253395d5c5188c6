/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include "base/error.h"

static void failing_sets_code_words_and_place(void **state)
{
    (void)state;
    struct hw_error err = {.where = 9};
    assert_int_equal(hw_fail(&err, HW_E_IO, "cannot read %d", 5), HW_E_IO);
    assert_int_equal(err.code, HW_E_IO);
    assert_int_equal(err.where, 0);
    assert_string_equal(err.text, "cannot read 5");
    assert_int_equal(hw_fail(NULL, HW_E_IO, "nobody listens"), HW_E_IO);
}

static void blame_goes_in_front_and_keeps_the_rest(void **state)
{
    (void)state;
    struct hw_error err;
    int rc = hw_fail(&err, HW_E_LIMIT, "too many");
    rc = hw_blame(&err, rc, "section %d: ", 3);
    assert_int_equal(rc, HW_E_LIMIT);
    assert_string_equal(err.text, "section 3: too many");
    assert_int_equal(hw_blame(&err, HW_OK, "never"), HW_OK);
    assert_string_equal(err.text, "section 3: too many");
    assert_int_equal(hw_blame(NULL, HW_E_IO, "nobody"), HW_E_IO);
}

static void words_too_long_are_cut_not_spilt(void **state)
{
    (void)state;
    struct hw_error err;
    char words[500];
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = 0;
    int rc = hw_fail(&err, HW_E_IO, "%s", words);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    rc = hw_blame(&err, rc, "%s", words);
    assert_int_equal(rc, HW_E_IO);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void every_code_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (int a = HW_E_EVIDENCE; a <= HW_OK; a++) {
        assert_string_not_equal(hw_code_word(a), "unknown");
        for (int b = HW_E_EVIDENCE; b < a; b++) {
            assert_string_not_equal(hw_code_word(a), hw_code_word(b));
        }
    }
    assert_string_equal(hw_code_word(HW_E_EVIDENCE), "evidence");
    assert_string_equal(hw_code_word(HW_E_EVIDENCE - 1), "unknown");
    assert_string_equal(hw_code_word(1), "unknown");
    assert_string_equal(hw_code_word(INT_MIN), "unknown");
    assert_string_equal(hw_code_word(INT_MAX), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failing_sets_code_words_and_place),
        cmocka_unit_test(blame_goes_in_front_and_keeps_the_rest),
        cmocka_unit_test(words_too_long_are_cut_not_spilt),
        cmocka_unit_test(every_code_has_a_word_of_its_own),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
