/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisories: OSV, CSAF and OpenVEX. The documents are text and small, so they stand here.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_advisory.h"
#include "exam.h"
#include "learned.h"
#include "sweep.h"

/* ---- OSV ---- */

#define OSV(more) "{\"id\":\"X-1\",\"modified\":\"2024-01-02T00:00:00Z\",\"affected\":[{" more "}]}"
#define NPM "\"package\":{\"ecosystem\":\"npm\",\"name\":\"left-pad\"}"
#define SEMVER(events) NPM ",\"ranges\":[{\"type\":\"SEMVER\",\"events\":[" events "]}]"

static void osv_report_becomes_statements(void **state)
{
    (void)state;
    read_it(build_osv);
    HAS("artifact node=0", "format=osv");
    HAS("knowledge node=0 form=osv entries=6 refused=0 ignored=1");
    HAS("statement node=0 line=1 status=malicious name=\"@evil/pad\" ecosystem=npm",
        "advisory=\"MAL-2024-1\" scheme=semver exact=\"1.0.1\"",
        "source=\"ghsa-malware, checkmarx\" says=\"Malicious code (also GHSA-x)\"",
        "purl=\"pkg:npm/%40evil/pad\" published=1704067200000000000ns");
    HAS("exact=\"1.0.2\"");
    HAS("statement", "name=\"ruamel-yaml\" ecosystem=pypi",
        "scheme=pep440 first=\"0.9\" "
        "below=\"1.0\"");
    HAS("indicator", "kind=sha256 value=\"00112233", "label=\"setup.py\" role=payload",
        "id=\"MAL-2024-1\"");
    HAS("indicator", "kind=url value=\"https://evil.example/x\"");
    HAS("indicator", "kind=domain value=\"c2.evil.example\"");
    assert_int_equal(t.anomalies, 0);
}

static void osv_without_malice_is_affected_and_withdrawn_is_revoked(void **state)
{
    (void)state;
    read_it("{\"id\":\"GHSA-1\",\"modified\":\"2024-01-02T00:00:00Z\",\"withdrawn\":"
            "\"2024-03-01T00:00:00Z\",\"affected\":[{" NPM ",\"versions\":[\"1.0.0\"]}]}");
    HAS("statement", "status=affected", "exact=\"1.0.0\"", "source=\"GHSA\"",
        "revoked=1709251200000000000ns");
    read_it("{\"id\":\"GHSA-1\",\"modified\":\"2024-01-02T00:00:00Z\",\"withdrawn\":\"once\","
            "\"affected\":[{" NPM ",\"versions\":[\"2.0.0\"]}]}");
    HAS("exact=\"2.0.0\"", "revoked=1704153600000000000ns");
}

static void osv_malice_is_told_by_alias_origin_or_class(void **state)
{
    (void)state;
    static const char *const marks[] = {
        "\"aliases\":[\"MAL-2024-9\"]",
        "\"database_specific\":{\"malicious-packages-origins\":[]}",
        "\"database_specific\":{\"cwe_ids\":[\"CWE-79\",\"CWE-506\"]}",
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct hw_buf b;
        hw_buf_init(&b, 4096);
        hw_buf_printf(&b,
                      "{\"id\":\"X-%zu\",\"modified\":\"2024-01-02T00:00:00Z\",%s,"
                      "\"affected\":[{" NPM ",\"versions\":[\"1\"]}]}",
                      i, marks[i]);
        hw_told_examine(&t, b.p, b.n, NULL);
        hw_buf_clear(&b);
        hw_buf_printf(&b, "advisory=\"X-%zu\"", i);
        HAS("status=malicious", hw_buf_text(&b));
        hw_buf_done(&b);
    }
    read_it(OSV(NPM ",\"versions\":[\"1\"],\"database_specific\":{\"cwes\":[{\"cweId\":"
                    "\"CWE-506\"}]}"));
    HAS("status=malicious", "advisory=\"X-1\"");
}

static void osv_all_versions_have_no_bounds(void **state)
{
    (void)state;
    read_it(OSV(SEMVER("{\"introduced\":\"0\"}")));
    HAS("statement", "name=\"left-pad\" ecosystem=npm advisory=\"X-1\" scheme=semver source=");
    HAS_NOT("first=");
}

static void osv_events_are_paired_in_any_order(void **state)
{
    (void)state;
    read_it(OSV(SEMVER("{\"fixed\":\"2.5.0\"},{\"introduced\":\"2.0.0\"},{\"fixed\":\"1.5.0\"},"
                       "{\"introduced\":\"0\"},{\"introduced\":\"3.0.0\"},"
                       "{\"last_affected\":\"3.1.0\"}")));
    HAS("scheme=semver below=\"1.5.0\"");
    HAS("first=\"2.0.0\" below=\"2.5.0\"");
    HAS("first=\"3.0.0\" last=\"3.1.0\"");
    assert_int_equal(hw_told_count(&t, "statement node=0"), 3);
}

static void osv_events_that_cannot_be_compared_are_paired_as_they_stand(void **state)
{
    (void)state;
    read_it(OSV("\"package\":{\"ecosystem\":\"Photon OS:4\",\"name\":\"vim\"},\"ranges\":[{"
                "\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"r1\"},{\"fixed\":\"r2\"},"
                "{\"introduced\":\"r7\"},{\"fixed\":\"r8\"},{\"introduced\":\"r9\"}]}]"));
    HAS("ecosystem=photon-os", "scheme=none first=\"r1\" below=\"r2\"");
    HAS("first=\"r7\" below=\"r8\"");
    HAS("first=\"r9\" source");
}

static void osv_commits_are_counted_and_not_matched(void **state)
{
    (void)state;
    read_it(OSV(NPM ",\"ranges\":[{\"type\":\"GIT\",\"repo\":\"https://x\",\"events\":["
                    "{\"introduced\":\"0\"}]}]"));
    HAS("knowledge", "entries=0 refused=0 ignored=1");
    read_it(OSV("\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"}]}]"));
    assert_int_equal(hw_told_count(&t, "entries=0 refused=0 ignored=1"), 2);
}

static void osv_feeds_are_read_as_lines_and_as_arrays(void **state)
{
    (void)state;
#define ONE(v) OSV(NPM ",\"versions\":[\"" v "\"]")
    read_it("\xEF\xBB\xBF" ONE("1") "\n" ONE("2") "\n\n{broken\n" ONE("3") "\nnull\n" ONE("4"));
    HAS("knowledge", "entries=4 refused=2");
    HAS("statement node=0 line=1", "exact=\"1\"");
    HAS("statement node=0 line=4", "exact=\"3\"");
    HAS("statement node=0 line=6", "exact=\"4\"");
    HAS("anomaly", "line-refused", "entry 3");
    read_it("[" ONE("5") "," ONE("6") "]");
    HAS("statement node=0 line=2", "exact=\"6\"");
    HAS("knowledge", "entries=2 refused=0");
    read_it(ONE("7") " " ONE("8")); /* printed one behind the other */
    HAS("statement node=0 line=2", "exact=\"8\"");
}

static void osv_what_is_broken_is_refused_and_the_rest_stands(void **state)
{
    (void)state;
    static const char *const lines[] = {
        ONE("1"),
        "{\"modified\":\"x\"}",
        "5",
        OSV(NPM ",\"versions\":[7,\"  \",\"2\"]"),
        OSV("\"package\":{\"ecosystem\":\"npm\",\"name\":\"\"},\"versions\":[\"1\"]"),
        OSV(SEMVER("{\"fixed\":\"1.0.0\"}")),
        OSV(SEMVER("{\"other\":1}")),
    };
    struct hw_buf b;
    hw_buf_init(&b, 1 << 16);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        hw_buf_str(&b, i == 0 ? "[" : ",");
        hw_buf_str(&b, lines[i]);
    }
    hw_buf_char(&b, ']');
    hw_told_examine(&t, b.p, b.n, NULL);
    hw_buf_done(&b);
    HAS("knowledge", "entries=2");
    HAS("line-refused", "entry 2", "no OSV record");
    HAS("line-refused", "entry 3", "no JSON object");
    HAS("line-refused", "entry 4", "a version that is no text");
    HAS("line-refused", "entry 4", "a version of blanks");
    HAS("line-refused", "entry 5", "no package that could be named");
    HAS("line-refused", "entry 6", "a range that begins nowhere");
    HAS("line-refused", "entry 7", "an event that says no version");
}

/* ---- CSAF ---- */

static void csaf_advisory_becomes_statements(void **state)
{
    (void)state;
    read_it(build_csaf);
    HAS("artifact node=0", "format=csaf");
    HAS("knowledge node=0 form=csaf title=\"Acme advisory\"", "refused=0 ignored=1",
        "published=1706745600000000000ns");
    HAS("statement node=0 line=1 status=affected name=\"Widget\" vendor=\"Acme\"",
        "advisory=\"CVE-2024-1\" scheme=dotted exact=\"1.0\"", "source=\"Acme PSIRT\"",
        "says=\"A hole\"", "published=1704067200000000000ns");
    HAS("status=affected name=\"Widget\"", "scheme=dotted first=\"2.0\" below=\"2.5\"");
    HAS("status=affected name=\"Widget\"", "scheme=dotted last=\"0.9\"");
    HAS("status=fixed name=\"redhat/openssl\" ecosystem=rpm vendor=\"Acme\"",
        "scheme=rpm exact=\"3.0-1\"", "purl=\"pkg:rpm/redhat/openssl@3.0-1?arch=src\"");
    HAS("status=not-affected name=\"Widget\"", "exact=\"3.0\"",
        "says=\"A hole; component_not_present\"");
    HAS("status=investigating name=\"redhat/openssl\"", "exact=\"3.0-1\"",
        "says=\"A hole; OpenSSL in Widget 1.0\"");
    HAS("indicator", "kind=sha256", "label=\"widget.dll\" role=payload");
    HAS("indicator", "kind=sha256", "label=\"libssl.so\" role=context");
    assert_int_equal(t.anomalies, 0);
}

#define CSAF(tree, vulnerability)                                                                  \
    "{\"document\":{\"csaf_version\":\"2.0\",\"tracking\":{\"id\":\"A-1\"}},\"product_tree\":"     \
    "{" tree "},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\"," vulnerability "}]}"
#define FULL(id, name) "{\"product_id\":\"" id "\",\"name\":\"" name "\"}"
#define NAMES(list) "\"full_product_names\":[" list "]"
#define AFFECTED(id) "\"product_status\":{\"known_affected\":[\"" id "\"]}"

static void csaf_ids_that_are_not_defined_are_told(void **state)
{
    (void)state;
    read_it(CSAF(NAMES(FULL("P1", "One")), AFFECTED("P2")));
    HAS("anomaly", "bad-value", "known_affected: 'P2' is defined nowhere");
    HAS("knowledge", "entries=0");
    read_it(CSAF(NAMES(FULL("P1", "One")) ",\"product_groups\":[{\"group_id\":\"G\","
                                          "\"product_ids\":[\"P3\"]}]",
                 AFFECTED("P1") ",\"flags\":[{\"label\":\"x\",\"product_ids\":[\"P4\"],"
                                "\"group_ids\":[\"G2\"]}]"));
    HAS("product group: 'P3'");
    HAS("flag: 'P4'");
    HAS("group of a flag: 'G2'");
    HAS("statement", "name=\"One\"");
}

static void csaf_ids_defined_twice_count_once(void **state)
{
    (void)state;
    read_it(CSAF(NAMES(FULL("P1", "One") "," FULL("P1", "One")), AFFECTED("P1")));
    HAS("anomaly", "duplicate", "product id 'P1'");
    assert_int_equal(hw_told_count(&t, "statement node=0"), 1);
    read_it(CSAF("\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[]},"
                 "{\"group_id\":\"G\",\"product_ids\":[]}]",
                 "\"title\":\"x\""));
    HAS("duplicate", "group id 'G'");
}

static void csaf_contradicting_statuses_are_told(void **state)
{
    (void)state;
    read_it(CSAF(NAMES(FULL("P1", "One")), "\"product_status\":{\"known_affected\":[\"P1\"],"
                                           "\"first_affected\":[\"P1\"],\"fixed\":[\"P1\"]}"));
    HAS("anomaly", "two-stories", "'P1'");
    assert_int_equal(hw_told_count(&t, "status=affected"), 2);
    assert_int_equal(hw_told_count(&t, "status=fixed"), 0);
}

static void csaf_relationships_in_a_circle_end(void **state)
{
    (void)state;
    read_it(CSAF(
        "\"relationships\":[{\"product_reference\":\"P1\","
        "\"relates_to_product_reference\":\"P1\",\"full_product_name\":" FULL("P1", "One") "}]",
        AFFECTED("P1")));
    HAS("anomaly", "cycle", "'P1'");
    HAS("statement", "name=\"One\"");
}

static void csaf_ranges_in_words_are_refused_not_widened(void **state)
{
    (void)state;
    read_it(CSAF("\"branches\":[{\"category\":\"product_name\",\"name\":\"One\",\"branches\":[{"
                 "\"category\":\"product_version_range\",\"name\":\"all before May\","
                 "\"product\":" FULL("P1", "One before May") "}]}]",
                 AFFECTED("P1")));
    HAS("knowledge", "entries=0 refused=1");
    HAS("line-refused", "a range of versions in words");
}

static void range(const char *words)
{
    struct hw_buf b;
    hw_buf_init(&b, 4096);
    hw_buf_printf(
        &b,
        CSAF("\"branches\":[{\"category\":\"product_name\",\"name\":\"One\",\"branches\":["
             "{\"category\":\"product_version_range\",\"name\":\"%s\",\"product\":" FULL(
                 "P1", "One") "}]}]",
             AFFECTED("P1")),
        words);
    hw_told_examine(&t, b.p, b.n, NULL);
    hw_buf_done(&b);
}

static void csaf_ranges_for_machines_become_their_stretches(void **state)
{
    (void)state;
    range("vers:semver/0.5|>=1.0.0|<=1.5.0|>=2.0.0");
    HAS("statement", "scheme=semver exact=\"0.5\"");
    HAS("statement", "scheme=semver first=\"1.0.0\" last=\"1.5.0\"");
    HAS("statement", "scheme=semver first=\"2.0.0\" off");
    HAS("knowledge", "entries=3 refused=0");
    range("vers:pypi/*");
    HAS("statement", "scheme=pep440 off");
    range("vers:deb/<1.0-1");
    HAS("statement", "scheme=deb below=\"1.0-1\"");
    range(">= 3.0");
    HAS("statement", "scheme=dotted first=\"3.0\"");
}

static void csaf_ranges_that_are_no_stretches_are_refused(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "vers:semver/!=1.0.0",
        "vers:semver/>1.0.0",
        "vers:semver/>=1|>=2",
        "vers:semver/",
        "vers:semver/*|1",
        "vers:semver/1.0%2B1",
        "vers:semver/<",
        "vers:semver",
        "> 3.0",
        "< May",
        "<",
        "3.x",
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        range(odd[i]);
    }
    assert_int_equal(hw_told_count(&t, "statement node=0"), 0);
    assert_int_equal(hw_told_count(&t, "entries=0 refused=1"), sizeof odd / sizeof odd[0]);
}

static void csaf_purls_of_2_1_are_a_statement_each(void **state)
{
    (void)state;
    read_it(CSAF(NAMES("{\"product_id\":\"P1\",\"name\":\"One\",\"product_identification_helper\":{"
                       "\"purls\":[\"pkg:npm/one@1.0.0\",\"pkg:pypi/One@1.0\",\"no purl\"]}}"),
                 AFFECTED("P1")));
    HAS("statement", "name=\"one\" ecosystem=npm", "exact=\"1.0.0\"");
    HAS("statement", "name=\"one\" ecosystem=pypi", "exact=\"1.0\"");
    HAS("knowledge", "entries=2 refused=0");
}

static void csaf_withdrawn_is_revoked(void **state)
{
    (void)state;
    read_it("{\"document\":{\"category\":\"csaf_withdrawn\",\"csaf_version\":\"2.1\",\"tracking\":"
            "{\"id\":\"A\",\"current_release_date\":\"2024-02-01T00:00:00Z\"}},\"product_tree\":"
            "{" NAMES(FULL("P1", "One")) "},\"vulnerabilities\":[{" AFFECTED("P1") "}]}");
    HAS("statement", "advisory=\"A\"", "revoked=1706745600000000000ns");
}

static void csaf_tree_beyond_memory_is_refused_and_said(void **state)
{
    (void)state;
    struct hw_limits limits = hw_limits_default();
    limits.member_bytes = 20000;
    hw_told_examine(&t, build_csaf, strlen(build_csaf), &limits);
    HAS("anomaly", "over-budget", "the product tree cannot be read: more than memory holds");
    HAS("degree", "refused");
    HAS("knowledge", "entries=0");
    HAS_NOT("is defined nowhere");
}

/* ---- OpenVEX ---- */

static void openvex_becomes_statements(void **state)
{
    (void)state;
    read_it(build_openvex);
    HAS("artifact node=0", "format=openvex");
    HAS("knowledge node=0 form=openvex", "refused=0", "published=1704067200000000000ns");
    HAS("statement node=0 line=1 status=not-affected name=\"wolfi/git\" ecosystem=apk",
        "advisory=\"CVE-2023-1\" scheme=none exact=\"2.39.0-r1\" source=\"Acme\" "
        "says=\"inline_mitigations_already_exist; Included; in pkg:apk/wolfi/zlib\"");
    HAS("statement node=0 line=2 status=affected name=\"pypi-thing\" ecosystem=pypi",
        "exact=\"1.0\"", "published=1706745600000000000ns");
    HAS("statement node=0 line=3 status=investigating name=\"A product\" advisory");
    HAS("indicator", "kind=sha256", "role=payload");
    assert_int_equal(t.anomalies, 0);
}

static void openvex_without_a_status_is_refused(void **state)
{
    (void)state;
    read_it("{\"@context\":\"https://openvex.dev/ns\",\"statements\":[{\"vulnerability\":\"CVE-1\","
            "\"products\":[\"pkg:npm/x@1\"],\"status\":\"perhaps\"},{\"vulnerability\":\"CVE-1\","
            "\"products\":[\"pkg:npm/x@1\"],\"status\":\"fixed\"}]}");
    HAS("knowledge", "entries=1 refused=1");
    HAS("statement node=0 line=2 status=fixed name=\"x\" ecosystem=npm");
}

/* ---- all ---- */

static const char *const wholes[] = {build_osv, build_csaf, build_openvex};

static void documents_are_for_those_who_ask_for_knowledge(void **state)
{
    (void)state;
    static const char *const formats[] = {"format=osv", "format=csaf", "format=openvex"};
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        t.reading = HW_READ_ANY;
        read_it(wholes[i]);
        HAS("artifact node=0", formats[i]);
    }
    HAS_NOT("polyglot");
    t.reading = HW_READ_ARTIFACT;
    read_it("{\"id\":\"x\",\"affected\":[],\"modified\":5}");
    HAS_NOT("knowledge node=0 form=osv entries=0");
}

static struct hw_whole whole = {.reading = HW_READ_KNOWLEDGE, .lines = {{"statement node=0"}}};

static void documents_survive_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        hw_sweep_truncate((const uint8_t *)wholes[i], strlen(wholes[i]), hw_told_whole, &whole);
    }
}

static void documents_survive_mutation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        hw_sweep_mutate((const uint8_t *)wholes[i], strlen(wholes[i]), 3000, 20230329 + i,
                        hw_told_whole, &whole);
    }
}

/* Each document of a feed costs its bytes once, broken or not; memory is one document's. */
static void feeds_end_where_the_budget_does(void **state)
{
    (void)state;
    struct hw_limits limits = hw_limits_default();
    struct hw_buf b;
    hw_buf_init(&b, 8 << 20);
    for (int i = 0; i < 20000; i++) {
        hw_buf_str(&b, ONE("1") "\n");
    }
    limits.items = 30000;
    hw_told_examine(&t, b.p, b.n, &limits);
    HAS("line-refused", "the budget for this input ended here");
    assert_true(hw_told_count(&t, "statement node=0") > 1000);
    assert_true(hw_told_count(&t, "statement node=0") < 20000);
    hw_buf_clear(&b);
    hw_buf_str(&b, ONE("1") "\n");
    for (int i = 0; i < 200000; i++) {
        hw_buf_str(&b, "{\"a\":[\n");
    }
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("knowledge", "entries=1 refused=200000");
    hw_buf_done(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(osv_report_becomes_statements),
        T(osv_without_malice_is_affected_and_withdrawn_is_revoked),
        T(osv_malice_is_told_by_alias_origin_or_class),
        T(osv_all_versions_have_no_bounds),
        T(osv_events_are_paired_in_any_order),
        T(osv_events_that_cannot_be_compared_are_paired_as_they_stand),
        T(osv_commits_are_counted_and_not_matched),
        T(osv_feeds_are_read_as_lines_and_as_arrays),
        T(osv_what_is_broken_is_refused_and_the_rest_stands),
        T(csaf_advisory_becomes_statements),
        T(csaf_ids_that_are_not_defined_are_told),
        T(csaf_ids_defined_twice_count_once),
        T(csaf_contradicting_statuses_are_told),
        T(csaf_relationships_in_a_circle_end),
        T(csaf_ranges_in_words_are_refused_not_widened),
        T(csaf_ranges_for_machines_become_their_stretches),
        T(csaf_ranges_that_are_no_stretches_are_refused),
        T(csaf_purls_of_2_1_are_a_statement_each),
        T(csaf_withdrawn_is_revoked),
        T(csaf_tree_beyond_memory_is_refused_and_said),
        T(openvex_becomes_statements),
        T(openvex_without_a_status_is_refused),
        T(documents_are_for_those_who_ask_for_knowledge),
        T(documents_survive_truncation),
        T(documents_survive_mutation),
        T(feeds_end_where_the_budget_does),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
