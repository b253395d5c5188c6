/* SPDX-License-Identifier: Apache-2.0 */
/* One published value: recognised, refanged, canonical, or refused with a reason. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/list.h"

#define MD5 "0123456789abcdef0123456789ABCDEF"
#define MD5_LOW "0123456789abcdef0123456789abcdef"
#define SHA1 MD5 "01234567"
#define SHA1_LOW MD5_LOW "01234567"
#define SHA256 MD5 MD5
#define SHA256_LOW MD5_LOW MD5_LOW

struct row {
    enum hw_list_kind as;
    const char *raw;
    enum hw_list_kind kind; /* NONE: refused */
    const char *text;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hw_list_value v, again;
        const char *why = NULL;
        bool ok = hw_list_value_read(hw_span_str(rows[i].raw), rows[i].as, &v, &why);
        if (rows[i].kind == HW_LIST_NONE) {
            if (ok) {
                fail_msg("'%s' was taken for %.*s", rows[i].raw, (int)v.n, (const char *)v.p);
            }
            assert_non_null(why);
            continue;
        }
        if (!ok) {
            fail_msg("'%s' was refused: %s", rows[i].raw, why);
        }
        struct hw_span text = {v.p, v.n};
        if (v.kind != rows[i].kind || !hw_span_is(text, rows[i].text)) {
            fail_msg("'%s' gave %s '%.*s', not '%s'", rows[i].raw, hw_list_kind_word(v.kind),
                     (int)v.n, (const char *)v.p, rows[i].text);
        }
        assert_true(hw_list_value_read(text, v.kind, &again, &why));
        assert_int_equal(again.kind, v.kind);
        assert_true(hw_span_equal((struct hw_span){again.p, again.n}, text));
    }
}
#define CHECK(rows) check((rows), sizeof(rows) / sizeof((rows)[0]))

static void hashes_become_lower_hex_by_their_length(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_HASH, MD5, HW_LIST_MD5, MD5_LOW},
        {HW_LIST_HASH, SHA1, HW_LIST_SHA1, SHA1_LOW},
        {HW_LIST_SHA256, " \"" SHA256 "\" ", HW_LIST_SHA256, SHA256_LOW},
        {HW_LIST_HASH, SHA256 SHA256, HW_LIST_SHA512, SHA256_LOW SHA256_LOW},
        {HW_LIST_MD5, "MD5: " MD5, HW_LIST_MD5, MD5_LOW},
        {HW_LIST_IMPHASH, MD5, HW_LIST_IMPHASH, MD5_LOW},
        {HW_LIST_CERT_HASH, SHA1, HW_LIST_CERT_SHA1, SHA1_LOW},
        {HW_LIST_FILE, SHA1, HW_LIST_SHA1, SHA1_LOW},
        {HW_LIST_FILE, "setup.exe", HW_LIST_FILENAME, "setup.exe"},
    };
    (void)state;
    CHECK(rows);
}

static void hashes_that_contradict_their_type_are_refused(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_SHA256, SHA1, HW_LIST_NONE, NULL},
        {HW_LIST_MD5, SHA1, HW_LIST_NONE, NULL},
        {HW_LIST_HASH, MD5 "0", HW_LIST_NONE, NULL},
        {HW_LIST_HASH, "0123456789abcdef0123456789abcdeg", HW_LIST_NONE, NULL},
        {HW_LIST_HASH, "sha1:" MD5, HW_LIST_NONE, NULL},
        {HW_LIST_HASH, "", HW_LIST_NONE, NULL},
        {HW_LIST_CERT_SHA256, SHA1, HW_LIST_NONE, NULL},
    };
    (void)state;
    CHECK(rows);
}

static void serial_numbers_lose_their_ornaments_and_leading_zeros(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_CERT_SERIAL, "008538A6C5018F50FC", HW_LIST_CERT_SERIAL, "8538a6c5018f50fc"},
        {HW_LIST_CERT_SERIAL, "0x0FE973752022A606", HW_LIST_CERT_SERIAL, "fe973752022a606"},
        {HW_LIST_CERT_SERIAL, "00:85:38:A6:C5:01:8F:50:FC", HW_LIST_CERT_SERIAL,
         "8538a6c5018f50fc"},
        {HW_LIST_CERT_SERIAL, "85 38 a6 c5 01 8f 50 fc", HW_LIST_CERT_SERIAL, "8538a6c5018f50fc"},
        {HW_LIST_CERT_SERIAL, "00", HW_LIST_OTHER, "0"},
        {HW_LIST_CERT_SERIAL, "01", HW_LIST_OTHER, "1"},
        {HW_LIST_CERT_SERIAL, "::", HW_LIST_NONE, NULL},
        {HW_LIST_CERT_SERIAL, "serial", HW_LIST_NONE, NULL},
        {HW_LIST_CERT_HASH, "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:AB:CD:EF:01:23:45:67",
         HW_LIST_CERT_SHA1, "0123456789abcdef0123456789abcdef01234567"},
    };
    (void)state;
    CHECK(rows);
}

static void defanged_names_are_refanged(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_DOMAIN, "evil[.]example[.]com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "evil(.)example{.}com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "evil[dot]example(DOT)com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "evil [.] example [dot] com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "evil[.example.]com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "evil[[.]]example.com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "evil\\.example\\.com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, " EVIL.Example.COM. ", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "evil.example.com:8443", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_DOMAIN, "f--x_y.xn--p1ai", HW_LIST_DOMAIN, "f--x_y.xn--p1ai"},
        {HW_LIST_DOMAIN, "b\xc3\xbc\xc3\xbc.example", HW_LIST_DOMAIN, "b\xc3\xbc\xc3\xbc.example"},
        {HW_LIST_URL, "evil[.]example[.]com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_EMAIL, "Some.Body[@]Example[.]COM", HW_LIST_EMAIL, "Some.Body@example.com"},
        {HW_LIST_EMAIL, "a[at]example.com", HW_LIST_EMAIL, "a@example.com"},
        {HW_LIST_DOMAIN, "*.example.com", HW_LIST_OTHER, "*.example.com"},
    };
    (void)state;
    CHECK(rows);
}

static void what_is_no_name_is_refused(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_DOMAIN, "localhost", HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "evil..com", HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "evil.example.c", HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "1.2.3", HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "a b.com", HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "bad\xff.example", HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "a23456789012345678901234567890123456789012345678901234567890abcd.com",
         HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "evil.example.com:99999", HW_LIST_NONE, NULL},
        {HW_LIST_DOMAIN, "", HW_LIST_NONE, NULL},
        {HW_LIST_EMAIL, "nobody", HW_LIST_NONE, NULL},
        {HW_LIST_EMAIL, "@example.com", HW_LIST_NONE, NULL},
    };
    (void)state;
    CHECK(rows);
}

static void addresses_take_their_normal_form(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_ADDRESS, "192[.]0[.]2[.]1", HW_LIST_ADDRESS, "192.0.2.1"},
        {HW_LIST_ADDRESS, "192.0.2.1:443", HW_LIST_ADDRESS, "192.0.2.1"},
        {HW_LIST_DOMAIN, "192.0.2.1", HW_LIST_ADDRESS, "192.0.2.1"},
        {HW_LIST_ADDRESS, "2001:DB8:0:0:1:0:0:1", HW_LIST_ADDRESS, "2001:db8::1:0:0:1"},
        {HW_LIST_ADDRESS, "2001:0db8::0001", HW_LIST_ADDRESS, "2001:db8::1"},
        {HW_LIST_ADDRESS, "[2001:db8::1]:8080", HW_LIST_ADDRESS, "2001:db8::1"},
        {HW_LIST_ADDRESS, "2001:db8:1:2:3:4:5:6", HW_LIST_ADDRESS, "2001:db8:1:2:3:4:5:6"},
        {HW_LIST_ADDRESS, "2001:db8:0:1:1:1:1:1", HW_LIST_ADDRESS, "2001:db8:0:1:1:1:1:1"},
        {HW_LIST_ADDRESS, "::ffff:c000:0201", HW_LIST_ADDRESS, "::ffff:192.0.2.1"},
        {HW_LIST_ADDRESS, "64:ff9b::192.0.2.1", HW_LIST_ADDRESS, "64:ff9b::c000:201"},
        {HW_LIST_ADDRESS, "1::", HW_LIST_ADDRESS, "1::"},
        {HW_LIST_ADDRESS, "127.0.0.1", HW_LIST_OTHER, "127.0.0.1"},
        {HW_LIST_ADDRESS, "::1", HW_LIST_OTHER, "::1"},
        {HW_LIST_ADDRESS, "192.0.2.0/24", HW_LIST_OTHER, "192.0.2.0/24"},
        {HW_LIST_ADDRESS, "evil.example.com", HW_LIST_DOMAIN, "evil.example.com"},
    };
    (void)state;
    CHECK(rows);
}

static void what_is_no_address_is_refused(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_ADDRESS, "192.0.2.256", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "192.0.2.01", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "192.0.2", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "1.2.3.4.5", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "1:2:3:4:5:6:7", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "1:2:3:4:5:6:7:8:9", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "1::2::3", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "1:2:3:4::5:6:7:8", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "1:2:3:4:5:6:7:", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "12345::", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "fe80::1%eth0", HW_LIST_NONE, NULL},
        {HW_LIST_ADDRESS, "[2001:db8::1]x", HW_LIST_NONE, NULL},
    };
    (void)state;
    CHECK(rows);
}

static void urls_keep_their_path_and_are_never_widened_to_the_host(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_URL, "hxxp[:]//Evil[.]example[.]com/A/b?C=d#E", HW_LIST_URL,
         "http://evil.example.com/A/b?C=d#E"},
        {HW_LIST_URL, "hXXps://evil[.]example.com", HW_LIST_URL, "https://evil.example.com"},
        {HW_LIST_URL, "h**p://evil.example.com:8080/x", HW_LIST_URL,
         "http://evil.example.com:8080/x"},
        {HW_LIST_URL, "HTTP[://]evil.example.com./x", HW_LIST_URL, "http://evil.example.com/x"},
        {HW_LIST_URL, "fxp://user@Evil.example.com/x", HW_LIST_URL,
         "ftp://user@evil.example.com/x"},
        {HW_LIST_URL, "<https://raw.githubusercontent.com/A/b/x%d.ico>", HW_LIST_URL,
         "https://raw.githubusercontent.com/A/b/x%d.ico"},
        {HW_LIST_DOMAIN, "www.example.com/Some/Path", HW_LIST_URL, "www.example.com/Some/Path"},
        {HW_LIST_URL, "http://[2001:DB8::0:1]:80/x", HW_LIST_URL, "http://[2001:db8::1]:80/x"},
        {HW_LIST_URL, "http://192.0.2.1/x", HW_LIST_URL, "http://192.0.2.1/x"},
        {HW_LIST_URL, "http://", HW_LIST_NONE, NULL},
        {HW_LIST_URL, "http://a b/x", HW_LIST_NONE, NULL},
        {HW_LIST_URL, "/only/a/path", HW_LIST_NONE, NULL},
        {HW_LIST_URL, "http://evil.example.com/\x01", HW_LIST_NONE, NULL},
    };
    (void)state;
    CHECK(rows);
}

static void untyped_values_are_told_apart(void **state)
{
    static const struct row rows[] = {
        {HW_LIST_ANY, SHA256, HW_LIST_SHA256, SHA256_LOW},
        {HW_LIST_ANY, "hxxp://evil.example.com/x", HW_LIST_URL, "http://evil.example.com/x"},
        {HW_LIST_ANY, "evil[.]example[.]com", HW_LIST_DOMAIN, "evil.example.com"},
        {HW_LIST_ANY, "192.0.2.1", HW_LIST_ADDRESS, "192.0.2.1"},
        {HW_LIST_ANY, "a@example.com", HW_LIST_EMAIL, "a@example.com"},
        {HW_LIST_ANY, "setup.exe", HW_LIST_FILENAME, "setup.exe"},
        {HW_LIST_ANY, "C:\\Program Files\\x y.dll", HW_LIST_FILENAME, "C:\\Program Files\\x y.dll"},
        {HW_LIST_ANY, "/private/etc/apdl.cf", HW_LIST_FILENAME, "/private/etc/apdl.cf"},
        {HW_LIST_ANY, "CVE-2023-29059", HW_LIST_OTHER, "CVE-2023-29059"},
        {HW_LIST_ANY, "This is a sentence, and no indicator.", HW_LIST_NONE, NULL},
        {HW_LIST_ANY, "1.2.3", HW_LIST_NONE, NULL},
        {HW_LIST_ANY, "42", HW_LIST_NONE, NULL},
    };
    (void)state;
    CHECK(rows);
}

static void packages_are_names_with_one_version(void **state)
{
    struct hw_list_value v;
    const char *why = NULL;
    (void)state;
    assert_true(hw_list_package_read(hw_span_str(" @a/b "), hw_span_str("1.0.3"), &v, &why));
    assert_true(hw_span_is((struct hw_span){v.p, v.n}, "@a/b@1.0.3"));
    assert_true(hw_list_package_read(hw_span_str("b"), hw_span_str("v2.3.28-rc.1+x"), &v, &why));
    assert_false(hw_list_package_read(hw_span_str("b"), hw_span_str("0.2.0 to 0.2.6"), &v, &why));
    assert_false(hw_list_package_read(hw_span_str("b"), hw_span_str("latest"), &v, &why));
    /* A product's name has blanks, where a version says that it is one. */
    assert_true(hw_list_package_read(hw_span_str("Example Trader"), hw_span_str("7.17"), &v, &why));
    struct hw_span told = {v.p, v.n};
    struct hw_list_value again;
    assert_true(hw_list_value_read(told, HW_LIST_PACKAGE, &again, &why));
    assert_true(hw_span_equal(told, (struct hw_span){again.p, again.n}));
    assert_false(hw_list_package_read(hw_span_str("see below"), hw_span_str(""), &v, &why));
    assert_false(hw_list_package_read(hw_span_str("a  b"), hw_span_str("1.0"), &v, &why));
    assert_false(hw_list_package_read(hw_span_str("a\tb"), hw_span_str("1"), &v, &why));
    assert_false(hw_list_package_read(hw_span_str(""), hw_span_str("1"), &v, &why));
}

static void over_long_values_are_refused_and_the_limit_itself_is_not(void **state)
{
    static uint8_t big[HW_LIST_VALUE_BYTES + 1];
    struct hw_list_value v;
    const char *why = NULL;
    (void)state;
    memset(big, 'a', sizeof big);
    big[0] = '/';
    assert_true(
        hw_list_value_read((struct hw_span){big, HW_LIST_VALUE_BYTES}, HW_LIST_FILENAME, &v, &why));
    assert_false(hw_list_value_read((struct hw_span){big, sizeof big}, HW_LIST_FILENAME, &v, &why));
    assert_non_null(strstr(why, "2,048"));
    memset(big, '[', sizeof big);
    assert_false(hw_list_value_read((struct hw_span){big, sizeof big}, HW_LIST_DOMAIN, &v, &why));
}

static void type_words_are_read_in_their_many_spellings(void **state)
{
    static const struct {
        const char *word;
        enum hw_list_kind kind;
        bool context;
    } rows[] = {
        {"SHA256", HW_LIST_SHA256, false},
        {"FileHash-SHA1", HW_LIST_SHA1, false},
        {"file:hashes.'SHA-256'", HW_LIST_SHA256, false},
        {"IPv4", HW_LIST_ADDRESS, false},
        {"Domain-Name", HW_LIST_DOMAIN, false},
        {"hostname", HW_LIST_DOMAIN, false},
        {"domain_related", HW_LIST_DOMAIN, true},
        {"npm package", HW_LIST_PACKAGE, false},
        {"cert_serial", HW_LIST_CERT_SERIAL, false},
        {"authentihash", HW_LIST_OTHER, false},
        {"ja3", HW_LIST_OTHER, false},
        {"", HW_LIST_OTHER, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool context;
        assert_int_equal(hw_list_type_read(hw_span_str(rows[i].word), &context), rows[i].kind);
        assert_int_equal(context, rows[i].context);
    }
}

static const char *role_of(const char *text, bool cell, enum hw_list_kind as, const char *value)
{
    struct hw_list_words w = {false, false, false, false, false};
    struct hw_list_value v;
    const char *why;
    assert_true(hw_list_value_read(hw_span_str(value), as, &v, &why));
    if (cell) {
        hw_list_words_cell(hw_span_str(text), &w);
    } else {
        hw_list_words_text(hw_span_str(text), &w);
    }
    const char *role = hw_list_role(&v, &w);
    return role == NULL ? "none" : role;
}

static void roles_call_a_file_harmless_only_when_the_words_are_plain(void **state)
{
    (void)state;
    assert_string_equal(role_of("", false, HW_LIST_HASH, MD5), "payload");
    assert_string_equal(role_of("Benign", true, HW_LIST_HASH, MD5), "context");
    assert_string_equal(role_of("x.dll; family Benign; y", false, HW_LIST_HASH, MD5), "context");
    assert_string_equal(role_of("Benign Microsoft program", false, HW_LIST_HASH, MD5), "context");
    /* What is said of poison must not make it harmless. */
    assert_string_equal(
        role_of("side-loaded by a legitimate colorcpl.exe", false, HW_LIST_HASH, MD5), "payload");
    assert_string_equal(role_of("d3dcompiler_47.dll carrier", false, HW_LIST_HASH, MD5), "payload");
    assert_string_equal(role_of("CleanUpLoader", true, HW_LIST_HASH, MD5), "payload");
    assert_string_equal(role_of("signed with a stolen certificate", false, HW_LIST_HASH, MD5),
                        "payload");
    assert_string_equal(role_of("RAINFALL - Decoy Document", false, HW_LIST_HASH, MD5), "bait");
    assert_string_equal(role_of("carrier", true, HW_LIST_HASH, MD5), "carrier");
    assert_string_equal(role_of("", false, HW_LIST_FILENAME, "x.dll"), "context");
    assert_string_equal(role_of("", false, HW_LIST_DOMAIN, "evil.example.com"), "none");
    assert_string_equal(role_of("", false, HW_LIST_URL, "https://gist.github.com/x/y"),
                        "shared-host");
    assert_string_equal(role_of("", false, HW_LIST_URL, "https://notgithub.com/x/y"), "none");
    assert_string_equal(role_of("", false, HW_LIST_DOMAIN, "raw.githubusercontent.com"),
                        "shared-host");
    assert_string_equal(
        role_of("(legitimate host: match the path)", false, HW_LIST_URL, "www.example.com/a"),
        "shared-host");
    assert_string_equal(role_of("", false, HW_LIST_CERT_SERIAL, "0123456789abcdef"), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_become_lower_hex_by_their_length),
        cmocka_unit_test(hashes_that_contradict_their_type_are_refused),
        cmocka_unit_test(serial_numbers_lose_their_ornaments_and_leading_zeros),
        cmocka_unit_test(defanged_names_are_refanged),
        cmocka_unit_test(what_is_no_name_is_refused),
        cmocka_unit_test(addresses_take_their_normal_form),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(urls_keep_their_path_and_are_never_widened_to_the_host),
        cmocka_unit_test(untyped_values_are_told_apart),
        cmocka_unit_test(packages_are_names_with_one_version),
        cmocka_unit_test(over_long_values_are_refused_and_the_limit_itself_is_not),
        cmocka_unit_test(type_words_are_read_in_their_many_spellings),
        cmocka_unit_test(roles_call_a_file_harmless_only_when_the_words_are_plain),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
