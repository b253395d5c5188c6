/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/key.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "trust_test.h"

static bool spki(struct hw_span s, struct hw_spki *k)
{
    struct hw_budget fuel = {.bytes = 1U << 20, .items = 100, .depth = 16};
    struct hw_reader r;
    hw_reader_init(&r, s, &fuel);
    return hw_spki_read(&r, k) && hw_read_done(&r);
}

/* An RSA key of any size and exponent, made of ones. */
static void rsa_like(struct hw_buf *b, size_t n_bytes, size_t e_bytes)
{
    uint8_t ones[4096];
    memset(ones, 0x7f, sizeof ones);
    size_t all = hw_test_begin(b, 0x30);
    hw_test_alg(b, "1.2.840.113549.1.1.1");
    size_t bits = hw_test_begin(b, 0x03);
    hw_buf_char(b, 0);
    size_t seq = hw_test_begin(b, 0x30);
    hw_test_put(b, 0x02, (struct hw_span){ones, n_bytes});
    hw_test_put(b, 0x02, (struct hw_span){ones, e_bytes});
    hw_test_end(b, seq);
    hw_test_end(b, bits);
    hw_test_end(b, all);
}

static void absurd_rsa_keys_are_named_and_never_used(void **state)
{
    (void)state;
    static const struct {
        size_t n, e;
        bool fine;
    } cases[] = {{32, 3, false}, {128, 3, true},  {2048, 3, true},  {2049, 3, false},
                 {128, 8, true}, {128, 9, false}, {1024, 5, false}, {1024, 4, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hw_buf b;
        struct hw_spki k;
        struct hw_sigalg alg = {.scheme = HW_SCHEME_RSA, .hash = HW_HASH_SHA256};
        const char *why;
        hw_buf_init(&b, 1 << 16);
        rsa_like(&b, cases[i].n, cases[i].e);
        assert_true(spki(hw_buf_span(&b), &k));
        assert_int_equal(k.problem == NULL, cases[i].fine);
        if (!cases[i].fine) {
            assert_int_equal(
                hw_key_verify(&k, &alg, HW_HASH_NONE, &HW_SPAN_LIT("x"), 1, HW_SPAN_LIT("y"), &why),
                HW_TRI_UNKNOWN);
            assert_non_null(why);
        }
        hw_buf_done(&b);
    }
}

static EVP_PKEY *make_ec(const char *group)
{
    EVP_PKEY *k = EVP_EC_gen(group);
    assert_non_null(k);
    return k;
}

static struct hw_sigalg sigalg(const char *oid)
{
    struct hw_buf b;
    struct hw_budget fuel = {.bytes = 1000, .items = 100, .depth = 16};
    struct hw_reader r;
    struct hw_sigalg a;
    hw_buf_init(&b, 1000);
    size_t seq = hw_test_begin(&b, 0x30);
    hw_test_oid(&b, oid);
    hw_test_end(&b, seq);
    hw_reader_init(&r, hw_buf_span(&b), &fuel);
    assert_true(hw_sigalg_read(&r, &a));
    a.oid = a.whole = (struct hw_span){NULL, 0};
    hw_buf_done(&b);
    return a;
}

static void named_curves_verify_and_a_changed_byte_does_not(void **state)
{
    (void)state;
    static const char *const groups[][2] = {
        {"P-256", "ec-p256"}, {"P-384", "ec-p384"}, {"P-521", "ec-p521"}};
    struct hw_sigalg alg = sigalg("1.2.840.10045.4.3.3");
    assert_string_equal(alg.word, "ecdsa-sha384");
    for (size_t i = 0; i < 3; i++) {
        EVP_PKEY *key = make_ec(groups[i][0]);
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        uint8_t sig[256], *der = NULL;
        size_t n = sizeof sig;
        struct hw_spki k;
        const char *why;
        int der_n = i2d_PUBKEY(key, &der);
        assert_true(EVP_DigestSignInit(ctx, NULL, EVP_sha384(), NULL, key) == 1 &&
                    EVP_DigestSign(ctx, sig, &n, (const uint8_t *)"hello", 5) == 1);
        assert_true(der_n > 0 && spki((struct hw_span){der, (size_t)der_n}, &k));
        assert_string_equal(k.word, groups[i][1]);
        struct hw_span parts[] = {HW_SPAN_LIT("hel"), HW_SPAN_LIT("lo")};
        struct hw_span s = {sig, n};
        assert_int_equal(hw_key_verify(&k, &alg, HW_HASH_NONE, parts, 2, s, &why), HW_TRI_YES);
        parts[1] = HW_SPAN_LIT("l0");
        assert_int_equal(hw_key_verify(&k, &alg, HW_HASH_NONE, parts, 2, s, &why), HW_TRI_NO);
        EVP_MD_CTX_free(ctx);
        EVP_PKEY_free(key);
        OPENSSL_free(der);
    }
}

static void a_point_off_its_curve_is_no_key(void **state)
{
    (void)state;
    EVP_PKEY *key = make_ec("P-256");
    struct hw_sigalg alg = sigalg("1.2.840.10045.4.3.2");
    struct hw_spki k;
    const char *why;
    uint8_t *der = NULL;
    int n = i2d_PUBKEY(key, &der);
    assert_true(n > 0);
    der[n - 1] ^= 1;
    assert_true(spki((struct hw_span){der, (size_t)n}, &k));
    assert_int_equal(
        hw_key_verify(&k, &alg, HW_HASH_NONE, &HW_SPAN_LIT("x"), 1, HW_SPAN_LIT("y"), &why),
        HW_TRI_UNKNOWN);
    EVP_PKEY_free(key);
    OPENSSL_free(der);
}

static void pss_verifies_with_its_own_parameters(void **state)
{
    (void)state;
    EVP_PKEY *key = EVP_RSA_gen(1024);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *pctx;
    uint8_t sig[256], *der = NULL;
    size_t n = sizeof sig;
    struct hw_spki k;
    const char *why;
    assert_true(EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, key) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, 32) == 1 &&
                EVP_DigestSign(ctx, sig, &n, (const uint8_t *)"x", 1) == 1);
    int der_n = i2d_PUBKEY(key, &der);
    assert_true(der_n > 0 && spki((struct hw_span){der, (size_t)der_n}, &k));
    assert_string_equal(k.word, "rsa-1024");
    struct hw_sigalg alg = {
        .scheme = HW_SCHEME_PSS, .hash = HW_HASH_SHA256, .mgf = HW_HASH_SHA256, .salt = 32};
    struct hw_span s = {sig, n}, x = HW_SPAN_LIT("x");
    assert_int_equal(hw_key_verify(&k, &alg, HW_HASH_NONE, &x, 1, s, &why), HW_TRI_YES);
    alg.salt = 20;
    assert_int_equal(hw_key_verify(&k, &alg, HW_HASH_NONE, &x, 1, s, &why), HW_TRI_NO);
    alg.scheme = HW_SCHEME_EC;
    assert_int_equal(hw_key_verify(&k, &alg, HW_HASH_NONE, &x, 1, s, &why), HW_TRI_NO);
    alg.scheme = HW_SCHEME_UNKNOWN;
    assert_int_equal(hw_key_verify(&k, &alg, HW_HASH_NONE, &x, 1, s, &why), HW_TRI_UNKNOWN);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    OPENSSL_free(der);
}

static void an_unnamed_curve_is_not_computed(void **state)
{
    (void)state;
    struct hw_buf b;
    struct hw_spki k;
    hw_buf_init(&b, 4096);
    size_t all = hw_test_begin(&b, 0x30), alg = hw_test_begin(&b, 0x30);
    hw_test_oid(&b, "1.2.840.10045.2.1");
    size_t params = hw_test_begin(&b, 0x30); /* explicit parameters (CVE-2020-0601's place) */
    hw_test_int(&b, 1);
    hw_test_end(&b, params);
    hw_test_end(&b, alg);
    hw_test_put(&b, 0x03, HW_SPAN_LIT("\0\4xxxx"));
    hw_test_end(&b, all);
    assert_true(spki(hw_buf_span(&b), &k));
    assert_non_null(k.problem);
    assert_int_equal(k.kind, HW_KEY_UNKNOWN);
    hw_buf_done(&b);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_spki k;
    (void)state;
    return spki((struct hw_span){p, n}, &k) && k.problem == NULL;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf b;
    hw_buf_init(&b, 4096);
    hw_test_spki(&b, HW_TEST_CA);
    assert_true(parse(b.p, b.n, NULL));
    hw_sweep_truncate(b.p, b.n, parse, NULL);
    hw_sweep_mutate(b.p, b.n, 20000, 2, parse, NULL);
    hw_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absurd_rsa_keys_are_named_and_never_used),
        cmocka_unit_test(named_curves_verify_and_a_changed_byte_does_not),
        cmocka_unit_test(a_point_off_its_curve_is_no_key),
        cmocka_unit_test(pss_verifies_with_its_own_parameters),
        cmocka_unit_test(an_unnamed_curve_is_not_computed),
        cmocka_unit_test(sweeps_end_well),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
