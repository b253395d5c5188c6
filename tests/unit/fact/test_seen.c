/* SPDX-License-Identifier: Apache-2.0 */
/* The names by which rules ask of files and records: each found again, once, and known of
 * something. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "fact/seen.h"

static void each_name_is_one_field_that_something_knows(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HW_SEEN_COUNT; i++) {
        const char *word = hw_seen_word((enum hw_seen)i);
        assert_non_null(word);
        assert_int_equal(hw_seen_named(hw_span_str(word)), i); /* so no two are the same */
        assert_true(hw_seen_in((enum hw_seen)i) != 0);
    }
    assert_int_equal(hw_seen_kind(HW_SEEN_SIZE), HW_SEEN_NUMBER);
    assert_int_equal(hw_seen_kind(HW_SEEN_PE_TIME), HW_SEEN_TIME);
    assert_int_equal(hw_seen_kind(HW_SEEN_PATH), HW_SEEN_TEXT);
}

static void what_is_no_name_is_none(void **state)
{
    static const char *const others[] = {"", "file", "file.path ", "FILE.PATH", "pe"};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(hw_seen_named(hw_span_str(others[i])), HW_SEEN_COUNT);
    }
    assert_null(hw_seen_word(HW_SEEN_COUNT));
    assert_int_equal(hw_seen_in(HW_SEEN_COUNT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_is_one_field_that_something_knows),
        cmocka_unit_test(what_is_no_name_is_none),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("seen", tests, NULL, NULL);
}
