/* SPDX-License-Identifier: Apache-2.0 */
/* Reported packages against those of a case: what ties them together decides how much it means. */
#include "tale.h"

#include <stdio.h>
#include <string.h>

struct told {
    const char *source, *purl, *version, *resolved;
    bool digest;
    uint64_t line; /* 0: a manifest, which has none */
};

static struct hw_fact *component(struct tale *t, const struct told *c)
{
    struct hw_fact *f = tale_add(t, HW_FACT_COMPONENT);
    hw_fact_str(f, HW_COMPONENT_SOURCE, c->source);
    hw_fact_str(f, HW_COMPONENT_NAME, "left");
    hw_fact_str(f, HW_COMPONENT_VERSION, c->version);
    hw_fact_str(f, HW_COMPONENT_PURL, c->purl);
    hw_fact_str(f, HW_COMPONENT_RESOLVED, c->resolved);
    if (c->digest) {
        hw_fact_str(f, HW_COMPONENT_ALG, "sha256");
        hw_fact_span(f, HW_COMPONENT_DIGEST, tale_digest(t, 'D'));
    }
    if (c->line != 0) {
        hw_fact_u64(f, HW_COMPONENT_LINE, c->line);
    }
    return f;
}

static void software(struct tale *t, const struct told *c, const char *path)
{
    tale_program(t, 'a');
    (void)component(t, c);
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

static struct hw_fact *report(struct tale *t, const char *status, const char *exact)
{
    tale_program(t, 'k');
    struct hw_fact *f = tale_add(t, HW_FACT_KNOWLEDGE);
    hw_fact_str(f, HW_KNOWLEDGE_FORM, "osv");
    f = tale_add(t, HW_FACT_STATEMENT);
    hw_fact_u64(f, HW_STATEMENT_LINE, 1);
    hw_fact_str(f, HW_STATEMENT_STATUS, status);
    hw_fact_str(f, HW_STATEMENT_NAME, "left");
    hw_fact_str(f, HW_STATEMENT_ECOSYSTEM, "npm");
    hw_fact_str(f, HW_STATEMENT_ADVISORY, "MAL-1");
    hw_fact_str(f, HW_STATEMENT_SCHEME, "semver");
    hw_fact_str(f, HW_STATEMENT_EXACT, exact);
    return f;
}

static void published(struct tale *t)
{
    tale_store(t, HW_CLASS_KNOWLEDGE, "/feeds/mal.json");
}

#define PURL "pkg:npm/left@1.2.3"
#define URL "https://registry.example/left/-/left-1.2.3.tgz"

static void a_match_is_as_strong_as_what_ties_it(void **state)
{
    static const struct {
        struct told c;
        const char *path, *exact; /* exact NULL: every version is reported */
        const char *rule;         /* NULL: nothing is found */
        enum hw_severity severity;
    } cases[] = {
        {{"package-lock", PURL, "1.2.3", URL, true, 1}, "/l", "1.2.3", "known-bad", HW_CRITICAL},
        {{"package-lock", PURL, "1.2.3", URL, false, 1}, "/l", "1.2.3", "known-bad", HW_HIGH},
        {{"cyclonedx", PURL, "1.2.3", NULL, true, 1}, "/b", "1.2.3", "known-bad", HW_HIGH},
        {{"cyclonedx", PURL, "1.2.3", NULL, true, 1}, "/b", "1.2.4", NULL, HW_INFO},
        {{"package-lock", PURL, "1.2.3", URL, true, 1}, "/l", NULL, "known-bad", HW_MEDIUM},
        {{"yarn-lock", PURL, "1.2.3", "registry", true, 1}, "/l", NULL, "known-bad", HW_MEDIUM},
        {{"cyclonedx", PURL, "1.2.3", NULL, true, 1}, "/b", NULL, "registry-name-only", HW_INFO},
        {{"package-lock", PURL, "1.2.3", "local", false, 1},
         "/l",
         "1.2.3",
         "registry-name-only",
         HW_INFO},
        {{"package-lock", PURL, "1.2.3", "git+https://example.org/left.git#abc", false, 1},
         "/l",
         NULL,
         "registry-name-only",
         HW_INFO},
        {{"package-json", PURL, "1.2.3", NULL, false, 0},
         "/src/left/package.json",
         "1.2.3",
         "registry-name-only",
         HW_INFO},
        {{"package-json", PURL, "1.2.3", NULL, false, 0},
         "/app/node_modules/left/package.json",
         "1.2.3",
         "known-bad",
         HW_HIGH},
        {{"package-json", PURL, "1.2.3", NULL, false, 0},
         "/app/node_modules/left/package.json",
         NULL,
         "registry-name-only",
         HW_INFO},
        {{"wheel-metadata", "pkg:pypi/left@1.2.3", "1.2.3", NULL, false, 0},
         "/x/METADATA",
         "1.2.3",
         NULL,
         HW_INFO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(tale_setup(state), 0);
        struct tale *t = *state;
        software(t, &cases[i].c, cases[i].path);
        (void)report(t, "malicious", cases[i].exact);
        published(t);
        const struct hw_answer *a = tale_hunt(t);
        const struct hw_finding *f = a->findings;
        if ((f == NULL) != (cases[i].rule == NULL) ||
            (f != NULL && (strcmp(f->rule, cases[i].rule) != 0 || f->next != NULL ||
                           f->severity != cases[i].severity))) {
            fail_msg("case %zu: %s %d", i, f == NULL ? "nothing" : f->rule,
                     f == NULL ? 0 : (int)f->severity);
        }
        assert_null(tale_gap(a, "no-knowledge"));
        assert_int_equal(tale_teardown(state), 0);
    }
}

static const struct told locked = {"package-lock", PURL, "1.2.3", URL, true, 1};

static void a_reason_names_report_and_entry(void **state)
{
    struct tale *t = *state;
    software(t, &locked, "/app/package-lock.json");
    (void)report(t, "malicious", "1.2.3");
    published(t);
    const struct hw_finding *f = tale_finding(tale_hunt(t), "known-bad");
    assert_non_null(f);
    assert_true(hw_span_holds(f->why->says, "package-lock names left 1.2.3, from " URL));
    assert_true(hw_span_is(f->why->evidence, "/app/package-lock.json"));
    assert_true(hw_span_holds(f->why->next->says, "MAL-1 reports this version as malicious"));
    assert_true(hw_span_is(f->why->next->evidence, "/feeds/mal.json"));
}

static void only_what_holds_at_the_time_counts(void **state)
{
    struct tale *t = *state;
    software(t, &locked, "/l");
    hw_fact_time(report(t, "malicious", "1.2.3"), HW_STATEMENT_REVOKED, 900 * TALE_DAY);
    published(t);
    assert_int_equal(tale_findings(tale_hunt(t), "known-bad"), 0);
    t->policy.as_of = 899 * TALE_DAY;
    assert_int_equal(tale_findings(tale_hunt(t), "known-bad"), 1);
    t->policy.as_of = 1000 * TALE_DAY;
    (void)report(t, "affected", "1.2.3"); /* a flaw is no poison */
    published(t);
    assert_int_equal(tale_findings(tale_hunt(t), "known-bad"), 0);
}

static void stretches_of_versions_are_compared(void **state)
{
    struct tale *t = *state;
    software(t, &locked, "/l");
    struct hw_fact *f = report(t, "malicious", NULL);
    hw_fact_str(f, HW_STATEMENT_FIRST, "1.2.0");
    hw_fact_str(f, HW_STATEMENT_BELOW, "1.2.3");
    published(t);
    assert_null(tale_hunt(t)->findings);
    f = report(t, "malicious", NULL);
    hw_fact_str(f, HW_STATEMENT_FIRST, "0");
    hw_fact_str(f, HW_STATEMENT_LAST, "1.2.3");
    published(t);
    assert_int_equal(tale_finding(tale_hunt(t), "known-bad")->severity, HW_CRITICAL);
    f = report(t, "malicious", NULL);
    hw_fact_str(f, HW_STATEMENT_FIRST, "not a version");
    published(t);
    assert_int_equal(tale_finding(tale_hunt(t), "registry-name-only")->severity, HW_INFO);
}

static const char *hex_of(char c, unsigned n)
{
    static char hex[129];
    for (unsigned i = 0; i < n; i++) {
        (void)snprintf(hex + (size_t)2 * i, 3, "%02x", (unsigned)c);
    }
    return hex;
}

static void a_digest_of_a_package_is_enough(void **state)
{
    struct tale *t = *state;
    static const struct told bill = {"cyclonedx", PURL, "1.2.3", NULL, true, 1};
    tale_program(t, 'a');
    (void)component(t, &bill);
    struct hw_fact *f = tale_add(t, HW_FACT_CHECKSUM);
    hw_fact_u64(f, HW_CHECKSUM_LINE, 1);
    hw_fact_str(f, HW_CHECKSUM_ALG, "md5");
    hw_fact_span(f, HW_CHECKSUM_DIGEST, hw_span_cut(tale_digest(t, 'M'), 0, 16));
    tale_store(t, HW_CLASS_KNOWLEDGE, "/bill.json");
    tale_indicator(t, 'k', "sha256", hex_of('X', 32));
    assert_null(tale_hunt(t)->findings);
    tale_indicator(t, 'l', "sha256", hex_of('D', 32));
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_finding(a, "known-bad")->severity, HW_CRITICAL);
    assert_null(tale_gap(a, "no-evidence"));
}

static void a_further_digest_is_as_good(void **state)
{
    struct tale *t = *state;
    static const struct told bill = {"cyclonedx", PURL, "1.2.3", NULL, true, 1};
    tale_program(t, 'a');
    (void)component(t, &bill);
    struct hw_fact *f = tale_add(t, HW_FACT_CHECKSUM);
    hw_fact_u64(f, HW_CHECKSUM_LINE, 1);
    hw_fact_str(f, HW_CHECKSUM_ALG, "md5");
    hw_fact_span(f, HW_CHECKSUM_DIGEST, hw_span_cut(tale_digest(t, 'M'), 0, 16));
    tale_store(t, HW_CLASS_KNOWLEDGE, "/bill.json");
    tale_indicator(t, 'k', "md5", hex_of('M', 16));
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "known-bad"), 1);
    assert_int_equal(tale_finding(a, "known-bad")->severity, HW_CRITICAL);
}

static void a_file_of_a_bill_needs_no_package_url(void **state)
{
    struct tale *t = *state;
    static const struct told file = {"spdx", NULL, NULL, NULL, true, 1};
    tale_program(t, 'a');
    (void)component(t, &file);
    tale_store(t, HW_CLASS_KNOWLEDGE, "/bill.spdx");
    tale_indicator(t, 'k', "sha256", hex_of('D', 32));
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_finding(a, "known-bad")->severity, HW_CRITICAL);
    tale_indicator(t, 'k', "package", "left");
    assert_null(tale_hunt(t)->findings);
}

static void lists_that_name_packages_count_alike(void **state)
{
    struct tale *t = *state;
    software(t, &locked, "/l");
    tale_indicator(t, 'k', "package", "left@1.2.4");
    assert_null(tale_hunt(t)->findings);
    tale_indicator(t, 'k', "package", "left");
    assert_int_equal(tale_finding(tale_hunt(t), "known-bad")->severity, HW_MEDIUM);
    tale_indicator(t, 'k', "package", "left@1.2.3");
    assert_int_equal(tale_finding(tale_hunt(t), "known-bad")->severity, HW_CRITICAL);
}

static void one_package_in_one_file_is_found_once(void **state)
{
    struct tale *t = *state;
    struct told again = locked;
    tale_program(t, 'a');
    (void)component(t, &locked);
    again.line = 2;
    (void)component(t, &again);
    tale_store(t, HW_CLASS_ARTIFACT, "/l");
    (void)report(t, "malicious", "1.2.3");
    published(t);
    tale_indicator(t, 'm', "package", "left@1.2.3");
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "known-bad"), 1);
    assert_non_null(a->findings->why->next->next); /* both reports are reasons */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_is_as_strong_as_what_ties_it),
        T(a_reason_names_report_and_entry),
        T(only_what_holds_at_the_time_counts),
        T(stretches_of_versions_are_compared),
        T(a_digest_of_a_package_is_enough),
        T(a_further_digest_is_as_good),
        T(a_file_of_a_bill_needs_no_package_url),
        T(lists_that_name_packages_count_alike),
        T(one_package_in_one_file_is_found_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
