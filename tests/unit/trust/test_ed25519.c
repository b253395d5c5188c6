/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/ed25519.h"

#include "base/text.h"
#include "trust_test.h"

static void hex(const char *text, uint8_t *out, size_t n)
{
    assert_true(hw_hex_decode(hw_span_str(text), out, n));
}

/* RFC 8032, 7.1, TEST 2. */
static void known_answer(void **state)
{
    uint8_t seed[32], want_key[32], want[64], key[32], got[64];
    static const uint8_t message[] = {0x72};
    struct hw_span m = {message, 1};
    (void)state;
    hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, 32);
    hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", want_key, 32);
    hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        want, 64);
    assert_true(hw_ed25519_public(seed, key));
    assert_memory_equal(key, want_key, 32);
    assert_true(hw_ed25519_sign(seed, m, got));
    assert_memory_equal(got, want, 64);
    assert_int_equal(hw_ed25519_verify((struct hw_span){key, 32}, m, (struct hw_span){want, 64}),
                     HW_TRI_YES);
}

static void a_changed_bit_anywhere_is_no(void **state)
{
    uint8_t seed[32] = {9}, key[32], signature[64], message[16] = "sixteen bytes ..";
    (void)state;
    assert_true(hw_ed25519_public(seed, key));
    assert_true(hw_ed25519_sign(seed, (struct hw_span){message, 16}, signature));
    struct hw_span k = {key, 32}, m = {message, 16}, s = {signature, 64};
    assert_int_equal(hw_ed25519_verify(k, m, s), HW_TRI_YES);
    for (unsigned bit = 0; bit < 64 * 8; bit++) {
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(hw_ed25519_verify(k, m, s), HW_TRI_NO);
        signature[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    for (unsigned bit = 0; bit < 16 * 8; bit++) {
        message[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(hw_ed25519_verify(k, m, s), HW_TRI_NO);
        message[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

static void wrong_lengths_are_no_answer(void **state)
{
    uint8_t seed[32] = {9}, key[32], signature[64];
    (void)state;
    assert_true(hw_ed25519_public(seed, key));
    assert_true(hw_ed25519_sign(seed, HW_SPAN_LIT("m"), signature));
    struct hw_span m = HW_SPAN_LIT("m");
    assert_int_equal(
        hw_ed25519_verify((struct hw_span){key, 31}, m, (struct hw_span){signature, 64}),
        HW_TRI_UNKNOWN);
    assert_int_equal(
        hw_ed25519_verify((struct hw_span){key, 32}, m, (struct hw_span){signature, 63}),
        HW_TRI_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answer),
        cmocka_unit_test(a_changed_bit_anywhere_is_no),
        cmocka_unit_test(wrong_lengths_are_no_answer),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("ed25519", tests, NULL, NULL);
}
