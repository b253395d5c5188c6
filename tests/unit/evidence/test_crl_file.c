/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and revocation lists as files: DER, PEM, several in one, and hostile ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "build_x509.h"
#include "exam.h"
#include "sweep.h"

enum { ROOM = 8 << 20 };

static const struct hw_crl_spec plain = {
    .issuer = "Test root", .entries = 3, .next = true, .reason = true};

static void read_as(struct hw_told *t, enum hw_reading reading, const struct hw_buf *b)
{
    hw_told_init(t);
    t->reading = reading;
    hw_told_examine(t, b->p, b->n, NULL);
}

static void a_list_says_itself_once_and_each_entry(void **state)
{
    struct hw_buf b;
    struct hw_told t;
    (void)state;
    hw_buf_init(&b, ROOM);
    hw_build_crl(&plain, &b);
    read_as(&t, HW_READ_ANY, &b);
    assert_true(hw_told_has(&t, "artifact", "format=crl", NULL));
    assert_true(hw_told_has(&t, "crl node=0", "issuer=\"CN=Test root\"", "count=3",
                            "this-update=1680307200000000000ns",
                            "next-update=1682899200000000000ns", NULL));
    assert_false(hw_told_has(&t, "crl node=0", "math-ok", NULL));
    assert_int_equal(hw_told_count(&t, "revoked node=0"), 3);
    assert_true(hw_told_has(&t, "revoked", "serial=\"\\x858\\xa6\\xc5\\x00\\x00\\x00\\x02\"",
                            "when=1680134400000000000ns", "reason=key-compromise", NULL));
    assert_true(hw_told_has(&t, "knowledge", "form=revocation-list", "entries=3", NULL));
    assert_int_equal(t.worst, HW_SOUND);
    hw_told_done(&t);
    hw_buf_done(&b);
}

static void partial_lists_say_that_absence_proves_nothing(void **state)
{
    struct hw_crl_spec spec = {.issuer = "R", .entries = 1, .delta = true, .indirect = true};
    struct hw_buf b;
    struct hw_told t;
    (void)state;
    hw_buf_init(&b, ROOM);
    hw_build_crl(&spec, &b);
    read_as(&t, HW_READ_KNOWLEDGE, &b);
    assert_true(hw_told_has(&t, "crl.delta", "number=1", NULL));
    assert_true(hw_told_has(&t, "crl.indirect", "number=1", NULL));
    hw_told_done(&t);
    hw_buf_done(&b);
}

static void old_and_empty_lists_are_lists(void **state)
{
    struct hw_crl_spec spec = {.issuer = "R", .v1 = true};
    struct hw_buf b;
    struct hw_told t;
    (void)state;
    hw_buf_init(&b, ROOM);
    hw_build_crl(&spec, &b);
    read_as(&t, HW_READ_ANY, &b);
    assert_true(hw_told_has(&t, "crl node=0", "count=0", NULL));
    assert_true(hw_told_has(&t, "knowledge", "entries=0", "refused=0", NULL));
    hw_told_done(&t);
    hw_buf_done(&b);
}

static void several_lists_in_one_pem_are_all_read(void **state)
{
    struct hw_crl_spec other = {.issuer = "Other root", .entries = 2};
    struct hw_buf der, pem;
    struct hw_told t;
    (void)state;
    hw_buf_init(&der, ROOM);
    hw_buf_init(&pem, ROOM);
    hw_build_crl(&plain, &der);
    hw_buf_str(&pem, "\nwords around the blocks\n");
    hw_build_pem("X509 CRL", hw_buf_span(&der), &pem);
    hw_buf_clear(&der);
    hw_build_crl(&other, &der);
    hw_build_pem("X509 CRL", hw_buf_span(&der), &pem);
    read_as(&t, HW_READ_KNOWLEDGE, &pem);
    assert_int_equal(hw_told_count(&t, "crl node=0"), 2);
    assert_int_equal(hw_told_count(&t, "revoked node=0"), 5);
    assert_true(hw_told_has(&t, "format=crl", NULL));
    hw_told_done(&t);
    hw_buf_done(&der);
    hw_buf_done(&pem);
}

static void certificates_are_said_once_and_never_as_indicators(void **state)
{
    struct hw_buf der, pem;
    struct hw_told t;
    (void)state;
    hw_buf_init(&der, ROOM);
    hw_buf_init(&pem, ROOM);
    hw_build_cert("Test root", "Test leaf", 7, &der);
    hw_build_pem("CERTIFICATE", hw_buf_span(&der), &pem);
    hw_build_pem("CERTIFICATE", hw_buf_span(&der), &pem);
    hw_build_pem("PRIVATE KEY", hw_buf_span(&der), &pem);
    read_as(&t, HW_READ_ANY, &pem);
    assert_int_equal(hw_told_count(&t, "certificate node=0"), 1);
    assert_true(hw_told_has(&t, "certificate node=0", "subject=\"CN=Test leaf\"",
                            "issuer=\"CN=Test root\"", "key=rsa-1024", "spki-der=", NULL));
    assert_true(hw_told_has(&t, "knowledge", "entries=2", "ignored=1", NULL));
    assert_int_equal(hw_told_count(&t, "indicator"), 0);
    hw_told_done(&t);
    read_as(&t, HW_READ_ANY, &der);
    assert_true(hw_told_has(&t, "artifact", "format=certificate", NULL));
    assert_int_equal(hw_told_count(&t, "certificate node=0"), 1);
    hw_told_done(&t);
    hw_buf_done(&der);
    hw_buf_done(&pem);
}

static void bags_of_certificates_are_opened_when_asked_for(void **state)
{
    struct hw_buf b;
    struct hw_told t;
    (void)state;
    hw_buf_init(&b, ROOM);
    hw_build_bag(3, &b);
    read_as(&t, HW_READ_KNOWLEDGE, &b);
    assert_int_equal(hw_told_count(&t, "certificate node=0"), 3);
    hw_told_done(&t);
    read_as(&t, HW_READ_ANY, &b);
    assert_int_equal(hw_told_count(&t, "certificate node=0"), 0);
    hw_told_done(&t);
    hw_buf_done(&b);
}

static void broken_blocks_are_said_and_the_others_read(void **state)
{
    struct hw_buf der, pem;
    struct hw_told t;
    (void)state;
    hw_buf_init(&der, ROOM);
    hw_buf_init(&pem, ROOM);
    hw_build_cert("Test root", "Test leaf", 7, &der);
    hw_buf_str(&pem, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
    hw_buf_str(&pem, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    hw_build_pem("CERTIFICATE", hw_buf_span(&der), &pem);
    hw_buf_str(&pem, "-----BEGIN CERTIFICATE-----\nMAA=\n");
    read_as(&t, HW_READ_KNOWLEDGE, &pem);
    assert_int_equal(hw_told_count(&t, "certificate node=0"), 1);
    assert_true(hw_told_has(&t, "anomaly", "not base64", "off=0", NULL));
    assert_true(hw_told_has(&t, "anomaly", "without an end", NULL));
    assert_true(hw_told_has(&t, "knowledge", "entries=1", "refused=3", NULL));
    hw_told_done(&t);
    hw_buf_done(&der);
    hw_buf_done(&pem);
}

static void bytes_behind_a_list_are_hidden_bytes(void **state)
{
    struct hw_buf b;
    struct hw_told t;
    (void)state;
    hw_buf_init(&b, ROOM);
    hw_build_crl(&plain, &b);
    hw_buf_str(&b, "more");
    read_as(&t, HW_READ_ANY, &b);
    assert_true(hw_told_has(&t, "rule=hidden-bytes", "size=4", NULL));
    hw_told_done(&t);
    hw_buf_done(&b);
}

static void serial_numbers_that_fit_no_fact_are_refused_by_size(void **state)
{
    struct hw_crl_spec spec = {.issuer = "R", .entries = 2, .serial_bytes = 65};
    struct hw_buf b;
    struct hw_told t;
    (void)state;
    hw_buf_init(&b, ROOM);
    hw_build_crl(&spec, &b);
    read_as(&t, HW_READ_ANY, &b);
    assert_true(hw_told_has(&t, "rule=bad-size", "65 bytes", NULL));
    assert_true(hw_told_has(&t, "knowledge", "entries=0", "refused=2", NULL));
    hw_told_done(&t);
    hw_buf_done(&b);
}

static void more_certificates_than_one_file_may_hold_end_it(void **state)
{
    struct hw_buf pem, der;
    struct hw_told t;
    (void)state;
    hw_buf_init(&pem, ROOM);
    hw_buf_init(&der, ROOM);
    for (unsigned i = 0; i < 1026; i++) {
        hw_buf_clear(&der);
        hw_build_cert("R", "L", i, &der);
        hw_build_pem("CERTIFICATE", hw_buf_span(&der), &pem);
    }
    read_as(&t, HW_READ_ANY, &pem);
    assert_int_equal(hw_told_count(&t, "certificate node=0"), 1024);
    assert_true(hw_told_has(&t, "rule=over-budget", NULL));
    assert_int_equal(t.worst, HW_REFUSED);
    hw_told_done(&t);
    hw_buf_done(&pem);
    hw_buf_done(&der);
}

/* With a real key: a list verifies under its issuer's certificate from the same file, and not when
 * a byte of it changed. */
static void give_der(struct hw_buf *pem, const char *label, unsigned char *der, int n)
{
    assert_true(n > 0);
    hw_build_pem(label, (struct hw_span){der, (size_t)n}, pem);
    OPENSSL_free(der);
}

static void a_list_is_verified_with_the_certificate_beside_it(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_CRL *crl = X509_CRL_new();
    X509_NAME *name = X509_NAME_new();
    ASN1_TIME *now = ASN1_TIME_set(NULL, 1680307200);
    (void)state;
    assert_true(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                           (const unsigned char *)"Real root", -1, -1, 0));
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 77);
    X509_set_subject_name(cert, name);
    X509_set_issuer_name(cert, name);
    X509_set1_notBefore(cert, now);
    X509_set1_notAfter(cert, now);
    X509_set_pubkey(cert, key);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, name);
    X509_CRL_set1_lastUpdate(crl, now);
    assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);

    for (int change = 0; change < 2; change++) {
        struct hw_buf pem;
        struct hw_told t;
        unsigned char *der = NULL;
        hw_buf_init(&pem, ROOM);
        int n = i2d_X509_CRL(crl, &der);
        der[n - 1] ^= (unsigned char)change; /* the last byte of the signature */
        give_der(&pem, "X509 CRL", der, n);
        der = NULL;
        n = i2d_X509(cert, &der);
        give_der(&pem, "CERTIFICATE", der, n);
        read_as(&t, HW_READ_ANY, &pem);
        assert_true(hw_told_has(&t, "certificate node=0", "self=1", NULL));
        assert_true(hw_told_has(&t, "crl node=0", change == 0 ? "math-ok=1" : "math-ok=0", NULL));
        assert_int_equal(hw_told_count(&t, "issuer-cert="), change == 0);
        hw_told_done(&t);
        hw_buf_done(&pem);
    }
    ASN1_TIME_free(now);
    X509_NAME_free(name);
    X509_CRL_free(crl);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static bool parse(const uint8_t *p, size_t n, void *state)
{
    struct hw_told t;
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, p, n, NULL);
    bool sound = t.worst == HW_SOUND && t.anomalies == 0 && hw_told_has(&t, "knowledge", NULL);
    hw_told_done(&t);
    return sound;
}

static void lists_and_certificates_survive_being_cut_and_changed(void **state)
{
    struct hw_crl_spec rich = {.issuer = "Test root",
                               .entries = 2,
                               .next = true,
                               .reason = true,
                               .delta = true,
                               .indirect = true};
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct hw_buf b, der;
        hw_buf_init(&b, ROOM);
        hw_buf_init(&der, ROOM);
        if (i == 0) {
            hw_build_crl(&rich, &b);
        } else if (i == 1) {
            hw_build_cert("Test root", "Test leaf", 1, &b);
        } else if (i == 2) {
            hw_build_bag(2, &b);
        } else {
            hw_build_crl(&plain, &der);
            hw_build_pem("X509 CRL", hw_buf_span(&der), &b);
        }
        assert_true(parse(b.p, b.n, NULL));
        if (i == 3) {
            b.n--; /* without its last newline a block is still whole */
        }
        hw_sweep_truncate(b.p, b.n, parse, NULL);
        hw_sweep_mutate(b.p, b.n, 3000, 11 + i, parse, NULL);
        hw_buf_done(&b);
        hw_buf_done(&der);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_says_itself_once_and_each_entry),
        cmocka_unit_test(partial_lists_say_that_absence_proves_nothing),
        cmocka_unit_test(old_and_empty_lists_are_lists),
        cmocka_unit_test(several_lists_in_one_pem_are_all_read),
        cmocka_unit_test(certificates_are_said_once_and_never_as_indicators),
        cmocka_unit_test(bags_of_certificates_are_opened_when_asked_for),
        cmocka_unit_test(broken_blocks_are_said_and_the_others_read),
        cmocka_unit_test(bytes_behind_a_list_are_hidden_bytes),
        cmocka_unit_test(serial_numbers_that_fit_no_fact_are_refused_by_size),
        cmocka_unit_test(more_certificates_than_one_file_may_hold_end_it),
        cmocka_unit_test(a_list_is_verified_with_the_certificate_beside_it),
        cmocka_unit_test(lists_and_certificates_survive_being_cut_and_changed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
