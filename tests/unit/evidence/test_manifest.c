/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "build_zip.h"
#include "exam.h"
#include "sweep.h"

static struct hw_told t;

static int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    return 0;
}

/* The text as member `name` of a ZIP; as itself where name is NULL. */
static void examine(const char *name, const char *text)
{
    struct build_zip z;
    (void)end(NULL);
    (void)begin(NULL);
    if (name == NULL) {
        hw_told_examine(&t, text, strlen(text), NULL);
        return;
    }
    build_zip_init(&z);
    build_zip_file(&z, name, text);
    build_zip_end(&z, "");
    hw_told_examine(&t, z.out.p, z.out.n, NULL);
    build_zip_done(&z);
}

static void package_json_is_a_claim_with_its_scope_encoded(void **state)
{
    (void)state;
    examine("package/package.json",
            "{\"name\":\"@acme/app core\",\"version\":\"1.2.3-rc.1\",\"author\":{\"name\":\"A\"},"
            "\"productName\":\"App\"}");
    assert_true(hw_told_has(&t, "component node=1 source=package-json name=\"@acme/app core\"",
                            "version=\"1.2.3-rc.1\" vendor=\"A\"",
                            "purl=\"pkg:npm/%40acme/app%20core@1.2.3-rc.1\"", "product=\"App\"",
                            NULL));
    examine("package.json", "{\"name\":");
    assert_true(hw_told_has(&t, "anomaly node=1 rule=bad-encoding", NULL));
    examine("package.json", "{\"name\":1,\"version\":{}}");
    assert_int_equal(hw_told_count(&t, "component "), 0);
}

static const char nuspec[] =
    "\xef\xbb\xbf<?xml version=\"1.0\"?><!-- <id>no</id> --><package><metadata>"
    "<id>Acme.Core</id>\n<version> 2.0.1 </version><authors>A &amp; B &x;</authors>"
    "<dependencies><group><id>deep</id></group></dependencies></metadata>"
    "<id>outside</id></package>";

static void nuspec_is_read_without_comments_entities_and_depth(void **state)
{
    (void)state;
    examine("Acme.Core.nuspec", nuspec);
    assert_true(hw_told_has(&t, "component node=1 source=nuspec name=\"Acme.Core\"",
                            "version=\"2.0.1\" vendor=\"A & B &x;\"",
                            "purl=\"pkg:nuget/Acme.Core@2.0.1\"", NULL));
}

static void wheel_metadata_stops_at_the_blank_line(void **state)
{
    (void)state;
    examine("a-1.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: My_Pkg\nVersion: 1.0\n\nAuthor: not this\n");
    assert_true(hw_told_has(&t, "source=wheel-metadata name=\"My_Pkg\" version=\"1.0\"",
                            "purl=\"pkg:pypi/my-pkg@1.0\"", NULL));
    assert_false(hw_told_has(&t, "not this", NULL));
}

static void jar_manifest_prefers_the_bundle_and_joins_lines(void **state)
{
    (void)state;
    examine("META-INF/MANIFEST.MF",
            "Manifest-Version: 1.0\r\nImplementation-Title: plain\r\n"
            "Bundle-SymbolicName: org.acme.very.\r\n long;singleton:=true\r\n"
            "Implementation-Version: 9\r\n\r\nName: x\r\nBundle-Version: 3\r\n");
    assert_true(
        hw_told_has(&t, "source=manifest-mf name=\"org.acme.very.long\" version=\"9\"", NULL));
}

static void pom_properties_have_group_and_artifact(void **state)
{
    (void)state;
    examine("META-INF/maven/g/a/pom.properties",
            "#comment\ngroupId=org.acme\nartifactId=core\nversion=1\n");
    assert_true(hw_told_has(&t, "source=pom-properties name=\"core\" version=\"1\"",
                            "purl=\"pkg:maven/org.acme/core@1\"", NULL));
}

static void manifest_outermost_is_known_by_its_content(void **state)
{
    (void)state;
    examine(NULL, "{\"name\":\"x\",\"version\":\"1\"}");
    assert_true(hw_told_has(&t, "component node=0 source=package-json name=\"x\"", NULL));
    examine(NULL, "{\"names\":[1]}");
    assert_int_equal(hw_told_count(&t, "component "), 0);
    examine("readme.json", "{\"name\":\"x\",\"version\":\"1\"}");
    assert_int_equal(hw_told_count(&t, "component "), 0);
}

/* A ZIP is always said to be unsound when cut, so the manifests are swept bare: sound means that
 * the claim came out as it was. */
static bool same_claim(const uint8_t *p, size_t n, void *state)
{
    struct hw_told told;
    hw_told_init(&told);
    hw_told_examine(&told, p, n, NULL);
    bool same = hw_told_has(&told, (const char *)state, NULL);
    hw_told_done(&told);
    return same;
}

static void manifests_survive_every_cut_and_damage(void **state)
{
    (void)state;
    static char claim[] = "name=\"Acme.Core\" version=\"2.0.1\" vendor=\"A & B &x;\"";
    static char npm[] = "name=\"x\" version=\"1\"";
    static const char json[] = "{\"name\":\"x\",\"version\":\"1\"}";
    hw_sweep_truncate((const uint8_t *)nuspec, sizeof nuspec - 1, same_claim, claim);
    hw_sweep_mutate((const uint8_t *)nuspec, sizeof nuspec - 1, 3000, 21, same_claim, claim);
    hw_sweep_truncate((const uint8_t *)json, sizeof json - 1, same_claim, npm);
    hw_sweep_mutate((const uint8_t *)json, sizeof json - 1, 3000, 22, same_claim, npm);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(package_json_is_a_claim_with_its_scope_encoded),
        CASE(nuspec_is_read_without_comments_entities_and_depth),
        CASE(wheel_metadata_stops_at_the_blank_line),
        CASE(jar_manifest_prefers_the_bundle_and_joins_lines),
        CASE(pom_properties_have_group_and_artifact),
        CASE(manifest_outermost_is_known_by_its_content),
        CASE(manifests_survive_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
