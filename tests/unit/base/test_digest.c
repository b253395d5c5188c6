/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/text.h"

/* "abc", and 1,000,000 times 'a': RFC 1321 A.5 and the examples of FIPS 180. */
static const struct {
    enum hw_digest_alg alg;
    const char *abc, *million;
} known[] = {
    {HW_DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72", "7707d6ae4e027c70eea2a935c2296f21"},
    {HW_DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d",
     "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
    {HW_DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {HW_DIGEST_SHA384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7",
     "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
     "07b8b3dc38ecc4ebae97ddd87f3d8985"},
    {HW_DIGEST_SHA512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
     "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
};
enum { KNOWN = sizeof known / sizeof known[0] };

static void assert_digest(struct hw_span got, const char *want)
{
    struct hw_buf b;
    hw_buf_init(&b, 1000);
    hw_buf_hex(&b, got);
    assert_string_equal(hw_buf_text(&b), want);
    hw_buf_done(&b);
}

static void known_answers_come_out_of_one_pass(void **state)
{
    (void)state;
    struct hw_error err;
    HW_AUTO(hw_digests) *d = hw_digests_new((1U << HW_DIGEST_COUNT) - 1);
    assert_non_null(d);
    assert_int_equal(hw_digests_update(d, HW_SPAN_LIT("abc"), &err), HW_OK);
    assert_int_equal(hw_digests_finish(d, &err), HW_OK);
    for (size_t i = 0; i < KNOWN; i++) {
        assert_digest(hw_digests_get(d, known[i].alg), known[i].abc);
    }
    uint8_t *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    static const size_t steps[] = {1000000, 1, 16384, 16385, 777};
    for (size_t k = 0; k < 5; k++) {
        assert_int_equal(hw_digests_reset(d, &err), HW_OK);
        for (size_t at = 0; at < 1000000; at += steps[k]) {
            struct hw_span s = hw_span_cut((struct hw_span){million, 1000000}, at, steps[k]);
            assert_int_equal(hw_digests_update(d, s, &err), HW_OK);
        }
        assert_int_equal(hw_digests_finish(d, &err), HW_OK);
        for (size_t i = 0; i < KNOWN; i++) {
            assert_digest(hw_digests_get(d, known[i].alg), known[i].million);
        }
    }
    free(million);
}

static void one_span_one_answer(void **state)
{
    (void)state;
    struct hw_error err;
    uint8_t out[HW_DIGEST_BYTES_MAX], sha256[32], sha1[20], md5[16];
    for (size_t i = 0; i < KNOWN; i++) {
        size_t n = 0;
        assert_int_equal(hw_digest_once(known[i].alg, HW_SPAN_LIT("abc"), out, &n, &err), HW_OK);
        assert_int_equal(n, hw_digest_bytes(known[i].alg));
        assert_digest((struct hw_span){out, n}, known[i].abc);
    }
    assert_int_equal(hw_digest_three(HW_SPAN_LIT("abc"), sha256, sha1, md5, &err), HW_OK);
    assert_digest((struct hw_span){md5, 16}, known[0].abc);
    assert_digest((struct hw_span){sha1, 20}, known[1].abc);
    assert_digest((struct hw_span){sha256, 32}, known[2].abc);
    assert_int_equal(hw_digest_once(HW_DIGEST_MD5, (struct hw_span){NULL, 0}, out, NULL, &err),
                     HW_OK);
    assert_digest((struct hw_span){out, 16}, "d41d8cd98f00b204e9800998ecf8427e");
    assert_int_equal(hw_digest_once(HW_DIGEST_COUNT, HW_SPAN_LIT(""), out, NULL, &err), HW_E_USAGE);
    assert_int_equal(hw_digest_prepare(&err), HW_OK);
}

static void order_is_kept_or_told(void **state)
{
    (void)state;
    struct hw_error err;
    HW_AUTO(hw_digests) *d = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA1));
    assert_non_null(d);
    assert_int_equal(hw_digests_get(d, HW_DIGEST_SHA1).n, 0); /* not finished */
    assert_int_equal(hw_digests_finish(d, &err), HW_OK);
    assert_digest(hw_digests_get(d, HW_DIGEST_SHA1), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    assert_int_equal(hw_digests_get(d, HW_DIGEST_MD5).n, 0); /* not asked for */
    assert_int_equal(hw_digests_finish(d, &err), HW_E_STATE);
    assert_int_equal(hw_digests_update(d, HW_SPAN_LIT("x"), &err), HW_E_STATE);
    assert_int_equal(hw_digests_reset(d, &err), HW_OK);
    assert_int_equal(hw_digests_get(d, HW_DIGEST_SHA1).n, 0);
    assert_null(hw_digests_new(1U << HW_DIGEST_COUNT));
    hw_digests_free(NULL);
}

static void words_and_sizes_belong_together(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HW_DIGEST_COUNT; i++) {
        enum hw_digest_alg back = HW_DIGEST_COUNT, alg = (enum hw_digest_alg)i;
        assert_true(hw_digest_from_word(hw_span_str(hw_digest_word(alg)), &back));
        assert_int_equal(back, alg);
        assert_in_range(hw_digest_bytes(alg), 16, HW_DIGEST_BYTES_MAX);
    }
    enum hw_digest_alg out = HW_DIGEST_COUNT;
    assert_false(hw_digest_from_word(HW_SPAN_LIT("SHA256"), &out));
    assert_false(hw_digest_from_word(HW_SPAN_LIT("sha224"), &out));
    assert_int_equal(out, HW_DIGEST_COUNT);
    assert_string_equal(hw_digest_word(HW_DIGEST_COUNT), "unknown");
    assert_int_equal(hw_digest_bytes(HW_DIGEST_COUNT), 0);
}

/* OPENSSL_CONF names a file that would make libcrypto fail, were it read. */
static void the_configuration_of_libcrypto_is_never_read(void **state)
{
    (void)state;
    struct hw_error err;
    assert_int_equal(hw_digest_prepare(&err), HW_OK);
    uint8_t out[HW_DIGEST_BYTES_MAX];
    assert_int_equal(hw_digest_once(HW_DIGEST_MD5, HW_SPAN_LIT("abc"), out, NULL, &err), HW_OK);
}

/* Makes a configuration under which MD5 is gone; must run before libcrypto wakes up. */
static void set_the_trap(char *path)
{
    static const char trap[] = "openssl_conf = a\n[a]\nalg_section = b\nproviders = c\n"
                               "[b]\ndefault_properties = nobody=has_this\n[c]\n";
    FILE *f = fopen(path, "we");
    if (f == NULL || fputs(trap, f) < 0 || fclose(f) != 0 || setenv("OPENSSL_CONF", path, 1) != 0) {
        abort();
    }
}

int main(void)
{
    char path[] = "/tmp/hw-test-digest-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || close(fd) != 0) {
        return 1;
    }
    set_the_trap(path);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_configuration_of_libcrypto_is_never_read),
        cmocka_unit_test(known_answers_come_out_of_one_pass),
        cmocka_unit_test(one_span_one_answer),
        cmocka_unit_test(order_is_kept_or_told),
        cmocka_unit_test(words_and_sizes_belong_together),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(path);
    return rc;
}
