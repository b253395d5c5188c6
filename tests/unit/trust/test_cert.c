/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cert.h"

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "trust/cert_name.h"
#include "trust/hash.h"
#include "trust_test.h"

static int read_cert(struct hw_bench *b, struct hw_cert *c, struct hw_error *err)
{
    return hw_cert_read(&b->r, b->arena, c, err);
}

static void a_certificate_says_who_and_for_what(void **state)
{
    (void)state;
    struct hw_buf der;
    struct hw_bench b;
    struct hw_cert c;
    struct hw_error err;
    hw_buf_init(&der, 1 << 16);
    hw_test_signer(&der);
    bench_open(&b, hw_buf_span(&der));
    assert_int_equal(read_cert(&b, &c, &err), HW_OK);
    assert_span_str(c.subject, "CN=Test Signer,O=Test House");
    assert_span_str(c.issuer, "CN=Test Root,O=Test House");
    assert_span_str(c.name, "Test Signer");
    assert_span_str(c.serial, "\x02");
    assert_int_equal(c.not_before, NS(1577836800));
    assert_int_equal(c.not_after, NS(2208988800));
    assert_string_equal(c.key.word, "rsa-1024");
    assert_string_equal(c.alg.word, "rsa-sha256");
    assert_true(c.alg_agrees);
    assert_true(c.has_ca && !c.ca && c.has_eku && !c.has_usage);
    assert_span_str(c.eku, "1.3.6.1.5.5.7.3.3");
    assert_int_equal(c.ski.n, 20);
    assert_int_equal(c.aki.n, 20);
    assert_null(c.odd);
    assert_int_equal(c.der.n, der.n);
    bench_close(&b);
    hw_buf_done(&der);
}

static void the_issuers_key_verifies_and_no_other(void **state)
{
    (void)state;
    struct hw_buf d1, d2, d3;
    struct hw_bench b1, b2, b3;
    struct hw_cert root, leaf, other;
    struct hw_error err;
    const char *why;
    hw_buf_init(&d1, 1 << 16);
    hw_buf_init(&d2, 1 << 16);
    hw_buf_init(&d3, 1 << 16);
    hw_test_root(&d1);
    hw_test_signer(&d2);
    hw_test_stamper(&d3);
    bench_open(&b1, hw_buf_span(&d1));
    bench_open(&b2, hw_buf_span(&d2));
    bench_open(&b3, hw_buf_span(&d3));
    assert_int_equal(read_cert(&b1, &root, &err), HW_OK);
    assert_int_equal(read_cert(&b2, &leaf, &err), HW_OK);
    assert_int_equal(read_cert(&b3, &other, &err), HW_OK);
    assert_true(hw_cert_may_issue(&root, &leaf));
    assert_false(hw_cert_may_issue(&other, &leaf));
    assert_int_equal(hw_cert_verify(&leaf, &root.key, &why), HW_TRI_YES);
    assert_int_equal(hw_cert_verify(&root, &root.key, &why), HW_TRI_YES);
    assert_int_equal(hw_cert_verify(&leaf, &other.key, &why), HW_TRI_NO);
    bench_close(&b1);
    bench_close(&b2);
    bench_close(&b3);
    hw_buf_done(&d1);
    hw_buf_done(&d2);
    hw_buf_done(&d3);
}

/* A name with a value of each string type and every character that needs a backslash. */
static void odd_name(struct hw_buf *b)
{
    static const struct {
        const char *oid;
        unsigned tag;
        struct hw_span value;
    } rdns[] = {
        {"2.5.4.6", 0x13, {(const uint8_t *)"DE", 2}},
        {"2.5.4.10", 0x0c, {(const uint8_t *)"Caf\xc3\xa9, \"x\" + <y>; z\\", 21}},
        {"2.5.4.11", 0x1e, {(const uint8_t *)"\0A\x20\xac", 4}},
        {"2.5.4.7", 0x14, {(const uint8_t *)"M\xfcnchen", 7}},
        {"1.2.840.113549.1.9.1", 0x16, {(const uint8_t *)"a@b", 3}},
        {"1.2.3.4", 0x0c, {(const uint8_t *)"odd", 3}},
        {"2.5.4.5", 0x13, {(const uint8_t *)" 12 ", 4}},
        {"2.5.4.3", 0x0c, {(const uint8_t *)"#\x01 end\x7f", 7}},
    };
    size_t name = hw_test_begin(b, 0x30);
    for (size_t i = 0; i < sizeof rdns / sizeof rdns[0]; i++) {
        size_t set = hw_test_begin(b, 0x31), seq = hw_test_begin(b, 0x30);
        hw_test_oid(b, rdns[i].oid);
        hw_test_put(b, rdns[i].tag, rdns[i].value);
        hw_test_end(b, seq);
        if (i == 4) { /* a second pair in one RDN */
            seq = hw_test_begin(b, 0x30);
            hw_test_oid(b, "0.9.2342.19200300.100.1.25");
            hw_test_put(b, 0x16, HW_SPAN_LIT("org"));
            hw_test_end(b, seq);
        }
        hw_test_end(b, set);
    }
    hw_test_end(b, name);
}

static void names_print_as_openssl_prints_them(void **state)
{
    (void)state;
    struct hw_buf der;
    struct hw_bench b;
    struct hw_span raw, text, people;
    hw_buf_init(&der, 1 << 16);
    odd_name(&der);
    bench_open(&b, hw_buf_span(&der));
    assert_true(hw_name_read(&b.r, b.arena, &raw, &text, &people));
    const unsigned char *p = der.p;
    X509_NAME *name = d2i_X509_NAME(NULL, &p, (long)der.n);
    assert_non_null(name);
    BIO *bio = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
    char *want;
    long n = BIO_get_mem_data(bio, &want);
    assert_int_equal(text.n, n);
    assert_memory_equal(text.p, want, text.n);
    assert_span_str(people, "#\x01 end\x7f");
    BIO_free(bio);
    X509_NAME_free(name);
    bench_close(&b);
    hw_buf_done(&der);
}

static void a_broken_extension_is_noted_and_costs_nothing_else(void **state)
{
    (void)state;
    struct hw_buf der;
    struct hw_bench b;
    struct hw_cert c;
    struct hw_error err;
    hw_buf_init(&der, 1 << 16);
    hw_test_certificate(&der,
                        &(struct hw_test_cert){"A", "B", .serial = 0x80, .extension = "2.5.29.15",
                                               .extension_value = HW_SPAN_LIT("junk")});
    bench_open(&b, hw_buf_span(&der));
    assert_int_equal(read_cert(&b, &c, &err), HW_OK);
    assert_string_equal(c.odd, "keyUsage");
    assert_span_str(c.serial, "\x80"); /* DER's leading zero is gone */
    bench_close(&b);
    hw_buf_done(&der);
}

static void a_refusal_names_its_place(void **state)
{
    (void)state;
    struct hw_buf der;
    struct hw_bench b;
    struct hw_cert c;
    struct hw_error err;
    hw_buf_init(&der, 1 << 16);
    hw_test_root(&der);
    bench_open(&b, (struct hw_span){der.p, der.n - 1});
    assert_int_equal(read_cert(&b, &c, &err), HW_E_EVIDENCE);
    assert_int_equal(err.where, 4);
    bench_close(&b);
    hw_buf_done(&der);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_bench b;
    struct hw_cert c;
    const char *why;
    const struct hw_spki *ca = state;
    bench_open(&b, (struct hw_span){p, n});
    bool ok = hw_cert_read(&b.r, b.arena, &c, NULL) == HW_OK && hw_read_done(&b.r) &&
              hw_cert_verify(&c, ca, &why) == HW_TRI_YES;
    bench_close(&b);
    return ok;
}

static void sweeps_end_well(void **state)
{
    (void)state;
    struct hw_buf root, der;
    struct hw_bench b;
    struct hw_cert ca;
    struct hw_error err;
    hw_buf_init(&root, 1 << 16);
    hw_buf_init(&der, 1 << 16);
    hw_test_root(&root);
    hw_test_signer(&der);
    bench_open(&b, hw_buf_span(&root));
    assert_int_equal(read_cert(&b, &ca, &err), HW_OK);
    assert_true(parse(der.p, der.n, &ca.key));
    hw_sweep_truncate(der.p, der.n, parse, &ca.key);
    hw_sweep_mutate(der.p, der.n, 5000, 3, parse, &ca.key);
    bench_close(&b);
    hw_buf_done(&root);
    hw_buf_done(&der);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    struct hw_buf der;
    hw_buf_init(&der, 1 << 16);
    hw_test_signer(&der);
    unsigned failed = 0;
    for (uint64_t nth = 1; nth < 50; nth++) {
        struct hw_bench b;
        struct hw_cert c;
        struct hw_error err;
        bench_open(&b, hw_buf_span(&der));
        hw_arena_fail_nth(nth);
        int rc = read_cert(&b, &c, &err);
        hw_arena_fail_nth(0);
        assert_true(rc == HW_OK || rc == HW_E_MEMORY);
        failed += rc != HW_OK;
        bench_close(&b);
    }
    assert_true(failed > 3);
    hw_buf_done(&der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_says_who_and_for_what),
        cmocka_unit_test(the_issuers_key_verifies_and_no_other),
        cmocka_unit_test(names_print_as_openssl_prints_them),
        cmocka_unit_test(a_broken_extension_is_noted_and_costs_nothing_else),
        cmocka_unit_test(a_refusal_names_its_place),
        cmocka_unit_test(sweeps_end_well),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    hw_trust_warm();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
