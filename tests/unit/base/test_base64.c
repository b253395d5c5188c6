/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "mutate.h"

static const struct {
    const char *plain, *coded;
} vectors[] = {
    /* RFC 4648 section 10 */
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

static void the_vectors_of_rfc_4648_hold_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct hw_buf b;
        hw_buf_init(&b, 100);
        hw_base64_put(&b, hw_span_str(vectors[i].plain));
        assert_string_equal(hw_buf_text(&b), vectors[i].coded);
        hw_buf_clear(&b);
        assert_true(hw_base64_decode(hw_span_str(vectors[i].coded), &b));
        assert_string_equal(hw_buf_text(&b), vectors[i].plain);
        hw_buf_done(&b);
    }
}

static void any_bytes_come_back(void **state)
{
    (void)state;
    struct hw_dice dice = {4648};
    struct hw_buf coded, back;
    hw_buf_init(&coded, 1000);
    hw_buf_init(&back, 1000);
    for (size_t n = 0; n < 300; n++) {
        uint8_t in[300];
        for (size_t i = 0; i < n; i++) {
            in[i] = (uint8_t)hw_dice_roll(&dice);
        }
        hw_buf_clear(&coded);
        hw_buf_clear(&back);
        hw_base64_put(&coded, (struct hw_span){in, n});
        assert_true(hw_base64_decode(hw_buf_span(&coded), &back));
        assert_true(hw_span_equal(hw_buf_span(&back), (struct hw_span){in, n}));
    }
    hw_buf_done(&coded);
    hw_buf_done(&back);
}

static void anything_but_the_one_spelling_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Zg",     "Zg=",  "Zg===",     "=",    "====", "Zg==Zg==", "Z===", "Zh==",     "Zm9=",
        "Zm9v\n", "Zm 9", "Zm9v Zm9v", "Zm-_", "=m9v", "Z=9v",     "Zm=v", "Zm9v====", "Zm9\x80",
    };
    struct hw_buf b;
    hw_buf_init(&b, 100);
    hw_buf_str(&b, "before");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(hw_base64_decode(hw_span_str(bad[i]), &b));
        assert_string_equal(hw_buf_text(&b), "before");
    }
    hw_buf_done(&b);
    hw_buf_init(&b, 4);
    assert_false(hw_base64_decode(hw_span_str("Zm9vYmFy"), &b));
    assert_false(hw_buf_ok(&b));
    assert_int_equal(b.n, 0);
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_4648_hold_both_ways),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(anything_but_the_one_spelling_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
