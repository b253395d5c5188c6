/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

#include "base/text.h"
#include "case/memo.h"

static struct hw_buf got;

static bool recall(struct kit *k, struct hw_case *c, const char *word, const char *name)
{
    bool there = false;
    hw_buf_clear(&got);
    OK(hw_case_memo_get(c, word, hw_span_str(name), &got, &there, &k->err));
    return there;
}

static void put(struct kit *k, struct hw_case *c, const char *word, const char *name,
                const char *value)
{
    OK(hw_case_memo_put(c, word, hw_span_str(name), hw_span_str(value), &k->err));
}

static void memo_is_remembered_replaced_and_forgotten_by_its_word(void **state)
{
    struct kit *k = *state;
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    hw_buf_init(&got, 1 << 16);
    assert_false(recall(k, c, "feed", "https://a"));
    put(k, c, "feed", "https://a", "one");
    put(k, c, "feed", "https://a", "two");
    put(k, c, "feeds", "https://a", "three");
    OK(hw_case_commit(c, &k->err));
    hw_case_free(c);
    c = kit_open(k, HW_CASE_WRITE);
    assert_true(recall(k, c, "feed", "https://a"));
    assert_true(hw_span_is(hw_buf_span(&got), "two"));
    OK(hw_case_memo_clear(c, "feed", &k->err));
    assert_false(recall(k, c, "feed", "https://a"));
    assert_true(recall(k, c, "feeds", "https://a"));
    OK(hw_case_commit(c, &k->err));
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    hw_buf_done(&got);
}

static void memo_limits_hold(void **state)
{
    struct kit *k = *state;
    static uint8_t big[HW_MEMO_KEY_BYTES + 1];
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    memset(big, 'x', sizeof big);
    struct hw_span v = {big, HW_MEMO_BYTES};
    OK(hw_case_memo_put(c, "w", hw_span_str("n"), v, &k->err));
    v.n++;
    assert_int_equal(hw_case_memo_put(c, "w", hw_span_str("n"), v, &k->err), HW_E_LIMIT);
    struct hw_span name = {big, sizeof big}, nul = {(const uint8_t *)"a\0b", 3};
    assert_int_equal(hw_case_memo_put(c, "w", name, hw_span_str("v"), &k->err), HW_E_LIMIT);
    assert_int_equal(hw_case_memo_put(c, "w", nul, hw_span_str("v"), &k->err), HW_E_LIMIT);
    hw_case_free(c);
}

static void memo_of_a_stranger_is_nothing(void **state)
{
    struct kit *k = *state;
    hw_buf_init(&got, 1 << 16);
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    put(k, c, "feed", "a", "one");
    OK(hw_case_commit(c, &k->err));
    hw_case_free(c);
    kit_sql(k->path, "UPDATE meta SET value='text' WHERE key='feed a'");
    c = kit_open(k, HW_CASE_READ);
    assert_false(recall(k, c, "feed", "a"));
    assert_int_not_equal(hw_case_memo_put(c, "feed", hw_span_str("a"), hw_span_str("v"), &k->err),
                         HW_OK);
    hw_case_free(c);
    hw_buf_done(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memo_is_remembered_replaced_and_forgotten_by_its_word,
                                        kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(memo_limits_hold, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(memo_of_a_stranger_is_nothing, kit_setup, kit_teardown),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("case-memo", tests, NULL, NULL);
}
