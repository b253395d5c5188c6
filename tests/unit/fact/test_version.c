/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "fact/package.h"
#include "fact/version.h"
#include "fact/words.h"
#include "mutate.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

/* Each is before all that follow it; and each way round the answer turns. */
static void assert_ascending(enum hw_order scheme, const char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int d = 7;
            assert_true(hw_version_compare(scheme, hw_span_str(v[i]), hw_span_str(v[j]), &d));
            if (sign(d) != sign((int)i - (int)j)) {
                fail_msg("%s: %s against %s gives %d", hw_order_word(scheme), v[i], v[j], d);
            }
        }
    }
}

static void assert_same(enum hw_order scheme, const char *a, const char *b)
{
    int d = 7;
    assert_true(hw_version_compare(scheme, hw_span_str(a), hw_span_str(b), &d));
    if (d != 0) {
        fail_msg("%s: %s against %s gives %d", hw_order_word(scheme), a, b, d);
    }
}

static void assert_untold(enum hw_order scheme, const char *a, const char *b)
{
    int d = 7;
    assert_false(hw_version_compare(scheme, hw_span_str(a), hw_span_str(b), &d));
    assert_false(hw_version_compare(scheme, hw_span_str(b), hw_span_str(a), &d));
    assert_int_equal(d, 7);
}

static void words_of_schemes_are_the_list_of_facts(void **state)
{
    (void)state;
    assert_int_equal(hw_schemes.count, HW_ORDER_COUNT);
    for (size_t i = 0; i < hw_schemes.count; i++) {
        struct hw_span word = hw_span_str(hw_schemes.words[i].word);
        assert_string_equal(hw_order_word(hw_order_read(word)), hw_schemes.words[i].word);
    }
    assert_int_equal(hw_order_read(HW_SPAN_LIT("roman")), HW_ORDER_NONE);
}

/* The example of clause 11 of semver.org, and what goes around it. */
static void semver_orders_as_its_clause_11(void **state)
{
    (void)state;
    static const char *const v[] = {
        "0.9.10",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.9.0",
        "1.10.0",
        "2.0.0",
        "2.1.0",
        "2.1.1",
        "99999999999999999999999.0.0",
        "99999999999999999999999.0.1",
    };
    assert_ascending(HW_ORDER_SEMVER, v, COUNT(v));
    assert_same(HW_ORDER_SEMVER, "1.0.0+20130313144700", "1.0.0+exp.sha.5114f85");
    assert_same(HW_ORDER_SEMVER, "v1.2", "1.2.0.0");
    assert_same(HW_ORDER_SEMVER, "v2.0.0+incompatible", "2.0.0");
    assert_untold(HW_ORDER_SEMVER, "dev-master", "1.0.0");
    assert_untold(HW_ORDER_SEMVER, "1.0.0-", "1.0.0");
    assert_untold(HW_ORDER_SEMVER, "1..0", "1.0.0");
    assert_untold(HW_ORDER_SEMVER, "1.0.0-a..b", "1.0.0");
    assert_untold(HW_ORDER_SEMVER, "", "1.0.0");
}

static void dotted_orders_numbers_only(void **state)
{
    (void)state;
    static const char *const v[] = {"0",       "0.1",       "1",         "1.9",        "1.10",
                                    "7.17.90", "18.12.407", "18.12.416", "18.12.416.1"};
    assert_ascending(HW_ORDER_DOTTED, v, COUNT(v));
    assert_same(HW_ORDER_DOTTED, "18.12.407.0", "18.12.407");
    assert_untold(HW_ORDER_DOTTED, "1.0-rc1", "1.0");
    assert_untold(HW_ORDER_DOTTED, "R17", "16");
}

static void none_tells_only_equality(void **state)
{
    (void)state;
    assert_same(HW_ORDER_NONE, "abc", "abc");
    assert_untold(HW_ORDER_NONE, "1", "2");
}

static const char *const debs[] = {
    "0.9~~",     "0.9~~a",        "0.9~",       "0.9",   "0.9-1~bpo12+1", "0.9-1",
    "0.9-1+b1",  "0.9-1+deb12u1", "0.9-2",      "0.9a",  "0.9.1",         "1.0~beta1~svn1245",
    "1.0~beta1", "1.0",           "1.0+dfsg-1", "1:0.1", "1:0.1-1",       "1:1.2.3-4",
    "10:0",
};

static void deb_orders_as_the_policy(void **state)
{
    (void)state;
    assert_ascending(HW_ORDER_DEB, debs, COUNT(debs));
    assert_same(HW_ORDER_DEB, "0:1.0", "1.0");
    assert_same(HW_ORDER_DEB, "1.0-0", "1.0");
    assert_same(HW_ORDER_DEB, "1.00", "1.0");
    assert_untold(HW_ORDER_DEB, "a1", "1");
    assert_untold(HW_ORDER_DEB, ":1", "1");
    assert_untold(HW_ORDER_DEB, "x:1", "1");
    assert_untold(HW_ORDER_DEB, "1 0", "1");
}

/* What dpkg itself says: <0, 0, >0. */
static int dpkg_compare(const char *a, const char *b, bool *out_there)
{
    static const char *const how[] = {"lt", "eq", "gt"};
    *out_there = true;
    for (int i = 0; i < 3; i++) {
        int status = 0;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            (void)!freopen("/dev/null", "w", stderr);
            execlp("dpkg", "dpkg", "--compare-versions", a, how[i], b, (char *)NULL);
            _exit(99);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            return i - 1;
        }
        *out_there = !(WIFEXITED(status) && WEXITSTATUS(status) == 99);
        if (!*out_there) {
            return 0;
        }
    }
    fail_msg("dpkg has no answer for %s and %s", a, b);
    return 0;
}

static void random_version(struct hw_dice *dice, const char *head, const char *of, char *out,
                           size_t n)
{
    size_t len = hw_dice_below(dice, n - 2);
    out[0] = head[hw_dice_below(dice, strlen(head))];
    for (size_t i = 1; i <= len; i++) {
        out[i] = of[hw_dice_below(dice, strlen(of))];
    }
    out[len + 1] = 0;
}

static void deb_agrees_with_dpkg(void **state)
{
    (void)state;
    struct hw_dice dice = {20230329};
    int turned[3] = {0};
    for (int i = 0; i < 150; i++) {
        char a[9], b[9];
        bool there = false;
        int d = 7;
        random_version(&dice, "0123", "00123a.+~-", a, sizeof a);
        random_version(&dice, "0123", "00123a.+~-", b, sizeof b);
        if (i % 3 == 0) { /* near each other */
            memcpy(b, a, sizeof a);
            b[hw_dice_below(&dice, strlen(b))] = "01~.+a"[hw_dice_below(&dice, 6)];
        }
        if (!hw_version_compare(HW_ORDER_DEB, hw_span_str(a), hw_span_str(b), &d)) {
            continue;
        }
        /* A revision that is empty, dpkg refuses; it has no bearing on the order. */
        if (a[strlen(a) - 1] == '-' || b[strlen(b) - 1] == '-') {
            continue;
        }
        int oracle = dpkg_compare(a, b, &there);
        if (!there) {
            print_message("# skipped: no dpkg at hand\n");
            skip();
        }
        if (sign(d) != oracle) {
            fail_msg("%s against %s: %d, and dpkg says %d", a, b, d, oracle);
        }
        turned[oracle + 1]++;
    }
    assert_true(turned[0] > 20 && turned[2] > 20);
}

/* From rpm-version(7) and the tests of rpmvercmp. */
static void rpm_orders_as_its_manual(void **state)
{
    (void)state;
    static const char *const v[] = {
        "1.0~rc1",      "1.0~rc2",      "1.0",   "1.0-1",   "1.0-1.el9", "1.0-2",    "1.0^",
        "1.0^20160101", "1.0^20160102", "1.0a",  "1.0.1",   "1.10",      "2.0",      "5.5p1",
        "5.5p2",        "5.5p10",       "10xyz", "10.1xyz", "20101121",  "20101122", "1:0.1",
    };
    assert_ascending(HW_ORDER_RPM, v, COUNT(v));
    assert_same(HW_ORDER_RPM, "2_0", "2.0");
    assert_same(HW_ORDER_RPM, "0:2.0", "2.0");
    assert_same(HW_ORDER_RPM, "1.05", "1.5");
    assert_untold(HW_ORDER_RPM, "1.0/2", "1.0");
}

/* The orders of PEP 440, "Summary of permitted suffixes and relative ordering". */
static void pep440_orders_as_its_summary(void **state)
{
    (void)state;
    static const char *const v[] = {
        "1.dev0",
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345.dev456",
        "1.0b2.post345",
        "1.0rc1.dev456",
        "1.0rc1",
        "1.0",
        "1.0+abc.5",
        "1.0+abc.7",
        "1.0+5",
        "1.0.post456.dev34",
        "1.0.post456",
        "1.0.15",
        "1.1.dev1",
        "1.1",
        "2013.10",
        "1!0.5",
    };
    assert_ascending(HW_ORDER_PEP440, v, COUNT(v));
    assert_same(HW_ORDER_PEP440, "1.0", "1");
    assert_same(HW_ORDER_PEP440, "v1.0-ALPHA_1", "1.0a1");
    assert_same(HW_ORDER_PEP440, "1.0-preview-2", "1.0rc2");
    assert_same(HW_ORDER_PEP440, "1.0-1", "1.0.post1");
    assert_same(HW_ORDER_PEP440, "1.0-r4", "1.0.post4");
    assert_same(HW_ORDER_PEP440, "1.0+ubuntu-1", "1.0+UBUNTU.1");
    assert_same(HW_ORDER_PEP440, "1.0a", "1.0a0");
    assert_untold(HW_ORDER_PEP440, "1.0-final", "1.0");
    assert_untold(HW_ORDER_PEP440, "1.0+", "1.0");
    assert_untold(HW_ORDER_PEP440, "latest", "1.0");
}

/* From Maven's POM reference, "Version Order Specification", and its ComparableVersion tests. */
static void maven_orders_as_its_reference(void **state)
{
    (void)state;
    static const char *const v[] = {
        "1-alpha2snapshot",
        "1-alpha2",
        "1-alpha-123",
        "1-beta-2",
        "1-beta123",
        "1-m2",
        "1-m11",
        "1-rc",
        "1-cr2",
        "1-rc123",
        "1-SNAPSHOT",
        "1",
        "1-sp",
        "1-sp2",
        "1-sp123",
        "1-abc",
        "1-def",
        "1-pom-1",
        "1-1-snapshot",
        "1-1",
        "1-2",
        "1-123",
    };
    static const char *const numbers[] = {"1-1", "1.0.1", "1.1", "1.2", "1.10", "2.0", "2.0.1"};
    assert_ascending(HW_ORDER_MAVEN, v, COUNT(v));
    assert_ascending(HW_ORDER_MAVEN, numbers, COUNT(numbers));
    assert_same(HW_ORDER_MAVEN, "1.0.0", "1");
    assert_same(HW_ORDER_MAVEN, "1.ga", "1");
    assert_same(HW_ORDER_MAVEN, "1.0-Final", "1");
    assert_same(HW_ORDER_MAVEN, "1.0.0-foo.0.0", "1-foo");
    assert_same(HW_ORDER_MAVEN, "1-a1", "1-alpha-1");
    assert_same(HW_ORDER_MAVEN, "1-CR", "1-rc");
    assert_untold(HW_ORDER_MAVEN, "1 2", "1");
}

/* Maven's circles: two separators in a row are a 0 between them. */
static bool has_empty_token(const char *v)
{
    for (; v[0] != 0; v++) {
        if ((v[0] == '.' || v[0] == '-') && (v[1] == '.' || v[1] == '-')) {
            return true;
        }
    }
    return false;
}

/* Over random versions each order is one: it turns with its sides and has no circles. */
static void orders_are_orders(void **state)
{
    (void)state;
    static const struct {
        enum hw_order scheme;
        const char *head, *of;
    } each[] = {
        {HW_ORDER_DEB, "01", "01a~.+-:"},   {HW_ORDER_DOTTED, "v01", "0129."},
        {HW_ORDER_MAVEN, "12", "12ab.-"},   {HW_ORDER_PEP440, "01", "01.abrcdevpost-+"},
        {HW_ORDER_RPM, "01a", "01ab~^.-_"}, {HW_ORDER_SEMVER, "v01", "01..-ab+"},
    };
    for (size_t s = 0; s < COUNT(each); s++) {
        struct hw_dice dice = {s + 1};
        uint64_t told = 0, chains = 0;
        for (int i = 0; i < 60000; i++) {
            char v[3][9];
            int ab, ba, bc, ac;
            for (int k = 0; k < 3; k++) {
                do {
                    random_version(&dice, each[s].head, each[s].of, v[k], sizeof v[k]);
                } while (each[s].scheme == HW_ORDER_MAVEN && has_empty_token(v[k]));
            }
            struct hw_span a = hw_span_str(v[0]), b = hw_span_str(v[1]), c = hw_span_str(v[2]);
            bool there = hw_version_compare(each[s].scheme, a, b, &ab);
            assert_int_equal(hw_version_compare(each[s].scheme, b, a, &ba), there);
            if (!there) {
                continue;
            }
            told++;
            assert_int_equal(sign(ab), -sign(ba));
            if (!hw_version_compare(each[s].scheme, b, c, &bc) || ab > 0 || bc > 0) {
                continue;
            }
            chains++;
            assert_true(hw_version_compare(each[s].scheme, a, c, &ac));
            if (ac > 0 || (ac == 0 && (ab != 0 || bc != 0))) {
                fail_msg("%s: %s, %s, %s", hw_order_word(each[s].scheme), v[0], v[1], v[2]);
            }
        }
        assert_true(told > 1000 && chains > 100);
    }
}

static enum hw_within within(enum hw_order scheme, const char *version, const char *exact,
                             const char *first, const char *below, const char *last)
{
    struct hw_versions in = {hw_span_str(exact), hw_span_str(first), hw_span_str(below),
                             hw_span_str(last)};
    return hw_version_within(scheme, hw_span_str(version), &in);
}

static void stretches_hold_what_lies_in_them(void **state)
{
    (void)state;
    enum hw_order s = HW_ORDER_SEMVER;
    assert_int_equal(within(s, "1.0.0", NULL, NULL, NULL, NULL), HW_WITHIN_YES);
    assert_int_equal(within(s, "", NULL, NULL, NULL, NULL), HW_WITHIN_YES);
    assert_int_equal(within(s, "odd", NULL, NULL, NULL, NULL), HW_WITHIN_YES);
    assert_int_equal(within(s, "1.0.0", NULL, "1.0.0", "2.0.0", NULL), HW_WITHIN_YES);
    assert_int_equal(within(s, "2.0.0", NULL, "1.0.0", "2.0.0", NULL), HW_WITHIN_NO);
    assert_int_equal(within(s, "2.0.0-rc.1", NULL, "1.0.0", "2.0.0", NULL), HW_WITHIN_YES);
    assert_int_equal(within(s, "2.0.0", NULL, "1.0.0", NULL, "2.0.0"), HW_WITHIN_YES);
    assert_int_equal(within(s, "2.0.1", NULL, "1.0.0", NULL, "2.0.0"), HW_WITHIN_NO);
    assert_int_equal(within(s, "0.9.0", NULL, "1.0.0", NULL, NULL), HW_WITHIN_NO);
}

static void stretches_admit_what_cannot_be_told(void **state)
{
    (void)state;
    enum hw_order s = HW_ORDER_SEMVER;
    assert_int_equal(within(s, "", NULL, NULL, "2.0.0", NULL), HW_WITHIN_UNKNOWN);
    assert_int_equal(within(s, "", "1.0.0", NULL, NULL, NULL), HW_WITHIN_UNKNOWN);
    assert_int_equal(within(s, "odd", NULL, NULL, "2.0.0", NULL), HW_WITHIN_UNKNOWN);
    assert_int_equal(within(s, "1.5.0", NULL, "1.0.0", "odd", NULL), HW_WITHIN_UNKNOWN);
    assert_int_equal(within(s, "0.5.0", NULL, "1.0.0", "odd", NULL), HW_WITHIN_NO);
    assert_int_equal(within(HW_ORDER_NONE, "1", NULL, "0", NULL, NULL), HW_WITHIN_UNKNOWN);
}

static void one_version_is_that_version(void **state)
{
    (void)state;
    assert_int_equal(within(HW_ORDER_SEMVER, "v1.0", "1.0.0", NULL, NULL, NULL), HW_WITHIN_YES);
    assert_int_equal(within(HW_ORDER_SEMVER, "1.0.1", "1.0.0", NULL, NULL, NULL), HW_WITHIN_NO);
    assert_int_equal(within(HW_ORDER_NONE, "r5", "r5", NULL, NULL, NULL), HW_WITHIN_YES);
    assert_int_equal(within(HW_ORDER_NONE, "r5", "r6", NULL, NULL, NULL), HW_WITHIN_NO);
    assert_int_equal(within(HW_ORDER_PEP440, "odd", "1.0", NULL, NULL, NULL), HW_WITHIN_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_schemes_are_the_list_of_facts),
        cmocka_unit_test(semver_orders_as_its_clause_11),
        cmocka_unit_test(dotted_orders_numbers_only),
        cmocka_unit_test(none_tells_only_equality),
        cmocka_unit_test(deb_orders_as_the_policy),
        cmocka_unit_test(deb_agrees_with_dpkg),
        cmocka_unit_test(rpm_orders_as_its_manual),
        cmocka_unit_test(pep440_orders_as_its_summary),
        cmocka_unit_test(maven_orders_as_its_reference),
        cmocka_unit_test(orders_are_orders),
        cmocka_unit_test(stretches_hold_what_lies_in_them),
        cmocka_unit_test(stretches_admit_what_cannot_be_told),
        cmocka_unit_test(one_version_is_that_version),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
