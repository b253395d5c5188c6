/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/hash.h"

#include "trust_test.h"

static void one_pass_gives_what_each_alone_gives(void **state)
{
    (void)state;
    struct hw_hashes all;
    uint8_t one[HW_HASH_BYTES];
    struct hw_buf big;
    hw_buf_init(&big, 1 << 20);
    for (unsigned i = 0; i < 300000; i++) {
        hw_buf_char(&big, (char)(i * i));
    }
    struct hw_span parts[] = {hw_buf_span(&big), {NULL, 0}, HW_SPAN_LIT("end")};
    hw_hash_many(~0U, parts, 3, &all);
    for (unsigned h = HW_HASH_MD5; h < HW_HASH_COUNT; h++) {
        assert_true(all.have & 1U << h);
        assert_true(hw_hash_parts((enum hw_hash)h, parts, 3, one));
        assert_memory_equal(one, all.of[h], hw_hash_size((enum hw_hash)h));
    }
    hw_buf_done(&big);
}

static void known_answers(void **state)
{
    (void)state;
    uint8_t out[HW_HASH_BYTES];
    static const uint8_t abc[] = {0xa9, 0x99, 0x3e, 0x36}; /* FIPS 180-4, SHA-1 of "abc" */
    assert_true(hw_hash_one(HW_HASH_SHA1, HW_SPAN_LIT("abc"), out));
    assert_memory_equal(out, abc, sizeof abc);
    assert_false(hw_hash_one(HW_HASH_NONE, HW_SPAN_LIT("abc"), out));
    assert_null(hw_hash_word(HW_HASH_NONE));
    assert_string_equal(hw_hash_word(HW_HASH_SHA384), "sha384");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pass_gives_what_each_alone_gives),
        cmocka_unit_test(known_answers),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
