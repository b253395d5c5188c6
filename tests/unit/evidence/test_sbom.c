/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_sbom.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;
static struct hw_buf b;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    hw_buf_init(&b, 16 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    hw_buf_done(&b);
    return 0;
}

static void examine(const char *text)
{
    hw_told_done(&t);
    hw_told_init(&t);
    hw_told_examine(&t, text, strlen(text), NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

static void cyclonedx_parts_are_said_with_their_place_and_digests(void **state)
{
    (void)state;
    build_sbom_cyclonedx(&b);
    hw_told_examine(&t, b.p, b.n, NULL);
    assert_int_equal(t.anomalies, 0);
    HAS("artifact node=0", "format=cyclonedx");
    HAS("component node=0 source=cyclonedx name=\"app\" version=\"2.0\"", "line=1 ",
        "kind=application");
    HAS("component node=0 source=cyclonedx name=\"left\" version=\"1.0.0\" vendor=\"Acme\"",
        "purl=\"pkg:npm/left@1.0.0\"", "alg=sha256 digest=\"\\xab\\xab\\xab",
        "resolved=\"https://registry.example/left/-/left-1.0.0.tgz\"",
        "path=\"/app/node_modules/left/package.json\" ref=\"l\" line=2 ", "kind=library");
    HAS("checksum node=0 line=2 alg=sha1 digest=\"\\xcd\\xcd");
    HAS("name=\"in\\xc3\\xa9ner\"", "vendor=\"org\"", "line=3 ");
    HAS("name=\"api\"", "vendor=\"Acme Org\"", "line=4 ", "kind=service");
    HAS("knowledge node=0 form=cyclonedx title=\"app\"", "refused=0");
    HAS("key=sbom.components number=4");
    HAS("key=sbom.subject number=1");
}

static void cyclonedx_relations_lead_from_place_to_place(void **state)
{
    (void)state;
    build_sbom_cyclonedx(&b);
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("depends node=0 relation=contains parent=2 child=3");
    HAS("depends node=0 relation=depends-on parent=1 child=2");
    HAS("depends node=0 relation=depends-on parent=1 child-ref=\"urn:cdx:x/1#y\"");
    HAS("depends node=0 relation=offers parent=2 child=4");
    HAS("key=sbom.relations number=4");
}

#define CDX(rest) "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\"" rest "}"

static void cyclonedx_faults_are_told_and_the_rest_stands(void **state)
{
    (void)state;
    examine(CDX(",\"components\":[{\"type\":\"library\",\"bom-ref\":\"1\",\"name\":\"a\"},"
                "{\"type\":\"library\",\"bom-ref\":\"1\",\"name\":\"b\"},"
                "{\"type\":\"library\"},{\"type\":\"foo\",\"name\":\"c\"},{\"name\":\"d\"},7]"));
    HAS("rule=duplicate", "part 2 has the id of part 1");
    HAS("rule=line-refused", "entry 3", "without a name");
    HAS("rule=bad-value", "no type known here: 'foo'");
    HAS("rule=line-refused", "entry 6", "no object");
    HAS("refused=2");
    assert_int_equal(hw_told_count(&t, "component node=0"), 4);
    examine(CDX(",\"components\":[{\"type\":\"file\",\"name\":\"a\",\"hashes\":["
                "{\"alg\":\"FOO\",\"content\":\"00\"},{\"alg\":\"MD5\",\"content\":\"foo\"},"
                "{\"alg\":\"SHA-1\",\"content\":\"e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a\"}]}]"));
    HAS("rule=bad-value", "'FOO'");
    HAS("rule=bad-value", "no md5 digest");
    HAS("name=\"a\" alg=sha1 digest=\"\\xe6\\xb1");
    examine(CDX(",\"dependencies\":[{\"dependsOn\":[]},{\"ref\":\"x\",\"dependsOn\":[\"y\"]}]"));
    HAS("rule=line-refused", "a dependency without its ref");
    HAS("rule=bad-value", "not in the document: 'x'");
    HAS("relation=depends-on parent-ref=\"x\" child-ref=\"y\"");
    examine(CDX(",\"serialNumber\":\"urn:uuid:3e671687\",\"metadata\":{\"timestamp\":\"soon\"}"));
    HAS("rule=bad-value", "no UUID");
    HAS("rule=bad-time");
}

static void cyclonedx_a_list_of_bills_is_refused_by_name(void **state)
{
    (void)state;
    examine("[" CDX("") "," CDX("") "]");
    HAS("artifact node=0", "format=cyclonedx");
    HAS("rule=unsupported", "a list of bills");
    HAS("degree node=0 degree=refused");
}

static void sbom_is_nothing_else(void **state)
{
    static const char *const others[] = {
        "{\"bomFormat\":\"AnotherFormat\",\"specVersion\":\"1.4\"}",
        "{\"bomFormat\":\"CycloneDX\"}",
        "{\"a\":\"CycloneDX\",\"b\":{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\"}}",
        "[1,2,3]",
        "{\"spdxVersion\":\"SPDX-2.3\"}",
        "# SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\n",
        "text first\nSPDXVersion: SPDX-2.3\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        examine(others[i]);
        assert_int_equal(hw_told_count(&t, "format=cyclonedx"), 0);
        assert_int_equal(hw_told_count(&t, "format=spdx"), 0);
    }
}

static void nesting_ends_at_the_limit(void **state)
{
    (void)state;
    hw_buf_str(&b, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":");
    for (unsigned i = 0; i < 80; i++) {
        hw_buf_str(&b, "[{\"type\":\"library\",\"name\":\"a\",\"components\":");
    }
    hw_buf_str(&b, "[]");
    for (unsigned i = 0; i < 80; i++) {
        hw_buf_str(&b, "}]");
    }
    hw_buf_char(&b, '}');
    hw_told_examine(&t, b.p, b.n, NULL);
    HAS("rule=recursion");
    HAS("degree=broken");
    assert_int_equal(hw_told_count(&t, "component node=0"), 65);
}

static void many_parts_are_all_joined(void **state)
{
    (void)state;
    hw_buf_str(&b, "{\"dependencies\":[");
    for (unsigned i = 1; i < 5000; i++) {
        hw_buf_printf(&b, "%s{\"ref\":\"r%u\",\"dependsOn\":[\"r%u\"]}", i > 1 ? "," : "", i - 1,
                      i);
    }
    hw_buf_str(&b, "],\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.2\",\"components\":[");
    for (unsigned i = 0; i < 5000; i++) {
        hw_buf_printf(&b, "%s{\"bom-ref\":\"r%u\",\"type\":\"library\",\"name\":\"n%u\"}",
                      i > 0 ? "," : "", i, i);
    }
    hw_buf_str(&b, "]}");
    hw_told_examine(&t, b.p, b.n, NULL);
    assert_int_equal(t.anomalies, 0);
    assert_int_equal(hw_told_count(&t, "component node=0"), 5000);
    HAS("relation=depends-on parent=4999 child=5000");
    assert_int_equal(hw_told_count(&t, "child-ref"), 0);
}

/* Both languages of one bill say the same. */
static void spdx_says_the_same_in_json_and_in_tags(void **state)
{
    (void)state;
    for (unsigned tags = 0; tags < 2; tags++) {
        hw_told_done(&t);
        hw_told_init(&t);
        hw_buf_clear(&b);
        if (tags == 0) {
            build_sbom_spdx(&b);
        } else {
            build_sbom_tags(&b);
        }
        hw_told_examine(&t, b.p, b.n, NULL);
        assert_int_equal(t.anomalies, 0);
        HAS("artifact node=0", "format=spdx");
        HAS("key=sbom.version text=\"SPDX-2.3\"");
        HAS("component node=0 source=spdx name=\"app\" version=\"2.0\" vendor=\"Acme\"",
            "purl=\"pkg:npm/app@2.0\"", "alg=sha256 digest=\"\\xab\\xab\\xab",
            "resolved=\"https://example.org/app.tgz\" path=\"app.tgz\" ref=\"SPDXRef-app\"",
            "line=1 ", "kind=application");
        HAS("checksum node=0 line=1 alg=sha1 digest=\"\\xcd\\xcd");
        HAS("component node=0 source=spdx name=\"./bin/app\"", "alg=md5 digest=\"\\xef\\xef",
            "ref=\"SPDXRef-bin\" line=2 ", "kind=file");
        HAS("depends node=0 relation=contains parent=1 child=2");
        HAS("relation=describes child=1 parent-ref=\"SPDXRef-DOCUMENT\"");
        HAS("relation=builds-with parent=1 child-ref=\"DocumentRef-go:SPDXRef-Compiler\"");
        HAS("relation=generated-from parent=2 child=1");
        HAS("knowledge node=0 form=spdx title=\"a bill\"", "refused=0");
        HAS("key=sbom.subject number=1");
        HAS("degree=sound");
    }
}

#define SPDX(rest) "{\"spdxVersion\":\"SPDX-2.2\",\"SPDXID\":\"SPDXRef-DOCUMENT\"" rest "}"

static void spdx_faults_are_told_and_the_rest_stands(void **state)
{
    (void)state;
    examine(SPDX(",\"packages\":[{\"SPDXID\":\"SPDXRef-a\",\"name\":\"a\"},"
                 "{\"SPDXID\":\"SPDXRef-a\",\"name\":\"b\",\"primaryPackagePurpose\":\"FUN\"},"
                 "{\"name\":\"c\"}],\"creationInfo\":{\"created\":\"x\"},\"relationships\":["
                 "{\"spdxElementId\":\"SPDXRef-a\",\"relationshipType\":\"EATS\","
                 "\"relatedSpdxElement\":\"SPDXRef-z\"},{\"spdxElementId\":\"SPDXRef-a\"}]"));
    HAS("rule=duplicate", "part 2 has the id of part 1");
    HAS("rule=bad-value", "'FUN'");
    HAS("rule=bad-value", "a part without SPDXID");
    HAS("rule=bad-time");
    HAS("rule=bad-value", "no type known here: 'EATS'");
    HAS("rule=bad-value", "not in the document: 'SPDXRef-z'");
    HAS("rule=line-refused", "without both its ends");
    HAS("relation=other parent=1 child-ref=\"SPDXRef-z\"");
    examine("SPDXVersion: SPDX-2.2\nLicenseText: <text>\nPackageName: no\n</text>\nloose words\n"
            "PackageName: yes\nSPDXID: SPDXRef-y\nPackageChecksum: SHA1: zz\n");
    assert_int_equal(hw_told_count(&t, "component node=0"), 1);
    HAS("rule=line-refused", "neither a tag nor a comment");
    HAS("rule=bad-value", "no sha1 digest");
    examine(
        "SPDXVersion: SPDX-2.2\nPackageName: yes\nSPDXID: SPDXRef-y\nX: <text>\nPackageName: n");
    HAS("rule=truncated");
    assert_int_equal(hw_told_count(&t, "component node=0"), 1);
}

static void spdx_3_is_refused_by_name(void **state)
{
    (void)state;
    examine("{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[]}");
    HAS("artifact node=0", "format=spdx");
    HAS("rule=unsupported", "SPDX 3");
    HAS("degree=refused");
}

/* What is sound says what the whole one says: its parts and relations, all of them. */
struct whole {
    size_t components, relations;
};

static bool same(const uint8_t *p, size_t n, void *state)
{
    struct hw_told told;
    const struct whole *w = state;
    hw_told_init(&told);
    hw_told_examine(&told, p, n, NULL);
    bool is = told.anomalies == 0 && hw_told_count(&told, "component node=0") == w->components &&
              hw_told_count(&told, "depends node=0") == w->relations;
    hw_told_done(&told);
    return is;
}

static void sbom_survives_every_cut_and_damage(void **state)
{
    static void (*const build[])(struct hw_buf *) = {build_sbom_cyclonedx, build_sbom_spdx,
                                                     build_sbom_tags};
    struct whole w[] = {{4, 4}, {2, 4}, {2, 4}};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        hw_buf_clear(&b);
        build[i](&b);
        assert_true(same(b.p, b.n, &w[i]));
        hw_sweep_truncate(b.p, b.n, same, &w[i]);
        hw_sweep_mutate(b.p, b.n, 3000, 61 + i, same, &w[i]);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(cyclonedx_parts_are_said_with_their_place_and_digests),
        CASE(cyclonedx_relations_lead_from_place_to_place),
        CASE(cyclonedx_faults_are_told_and_the_rest_stands),
        CASE(cyclonedx_a_list_of_bills_is_refused_by_name),
        CASE(sbom_is_nothing_else),
        CASE(nesting_ends_at_the_limit),
        CASE(many_parts_are_all_joined),
        CASE(spdx_says_the_same_in_json_and_in_tags),
        CASE(spdx_faults_are_told_and_the_rest_stands),
        CASE(spdx_3_is_refused_by_name),
        CASE(sbom_survives_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("sbom", tests, NULL, NULL);
}
