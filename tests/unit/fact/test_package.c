/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "fact/package.h"
#include "fact/words.h"
#include "mutate.h"

static void assert_text(struct hw_span s, const char *want)
{
    if (!hw_span_is(s, want)) {
        fail_msg("'%.*s', not '%s'", (int)s.n, s.n == 0 ? "" : (const char *)s.p, want);
    }
}

static void assert_purl(const char *s, const char *type, const char *space, const char *name,
                        const char *version)
{
    struct hw_purl p;
    if (!hw_purl_read(hw_span_str(s), &p)) {
        fail_msg("%s was refused", s);
    }
    assert_text(p.type, type);
    assert_text(p.space, space);
    assert_text(p.name, name);
    assert_text(p.version, version);
}

/* The examples of the specification, and how tools really write. */
static void purls_are_read(void **state)
{
    (void)state;
    assert_purl("pkg:bitbucket/birkenfeld/pygments-main@244fd47e07d1014f0aed9c", "bitbucket",
                "birkenfeld", "pygments-main", "244fd47e07d1014f0aed9c");
    assert_purl("pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", "deb", "debian", "curl",
                "7.50.3-1");
    assert_purl("pkg:docker/customer/dockerimage@sha256%3A244fd47e07d1004f0aed9c?repository_url="
                "gcr.io",
                "docker", "customer", "dockerimage", "sha256:244fd47e07d1004f0aed9c");
    assert_purl("pkg:gem/jruby-launcher@1.1.2?platform=java", "gem", "", "jruby-launcher", "1.1.2");
    assert_purl("pkg:golang/google.golang.org/genproto#googleapis/api/annotations", "golang",
                "google.golang.org", "genproto", "");
    assert_purl("pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?packaging=sources", "maven",
                "org.apache.xmlgraphics", "batik-anim", "1.9.1");
    assert_purl("pkg:npm/%40angular/animation@12.3.1", "npm", "@angular", "animation", "12.3.1");
    assert_purl("pkg:npm/@angular/animation@12.3.1", "npm", "@angular", "animation", "12.3.1");
    assert_purl("pkg:npm/@angular/animation", "npm", "@angular", "animation", "");
    assert_purl("PKG://NuGet/EnterpriseLibrary.Common@6.0.1304", "nuget", "",
                "EnterpriseLibrary.Common", "6.0.1304");
    assert_purl("pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386", "rpm", "fedora", "curl",
                "7.50.3-1.fc25");
    assert_purl("pkg:generic/a//b///c@1", "generic", "a/b", "c", "1");
}

static void what_is_no_purl_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "pkg:",
        "pkg:npm",
        "pkg:npm/",
        "pkg:npm/@1.0",
        "npm/x@1",
        "pkg:1npm/x",
        "pkg:n_m/x",
        "pkg:npm/x%4",
        "pkg:npm/x%zz",
        "pkg:npm/%00",
        "pkg:npm/%ff",
        "pkg:npm/a%2fb/c",
        "pkg:/x",
        "http://npm/x",
    };
    struct hw_purl p;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (hw_purl_read(hw_span_str(bad[i]), &p)) {
            fail_msg("%s was taken", bad[i]);
        }
    }
    static char big[HW_PURL_BYTES + 2];
    memset(big, 'x', sizeof big);
    memcpy(big, "pkg:npm/", 8);
    assert_false(hw_purl_read((struct hw_span){(uint8_t *)big, HW_PURL_BYTES + 1}, &p));
    assert_true(hw_purl_read((struct hw_span){(uint8_t *)big, HW_PURL_BYTES}, &p));
}

static void qualifiers_are_found_and_decoded(void **state)
{
    (void)state;
    struct hw_purl p;
    struct hw_buf out;
    hw_buf_init(&out, 100);
    assert_true(hw_purl_read(HW_SPAN_LIT("pkg:deb/x/y?arch=&Distro=a%20b&z=%4#s/t/"), &p));
    assert_text(p.subpath, "s/t");
    assert_false(hw_purl_qualifier(&p, "arch", &out));
    assert_false(hw_purl_qualifier(&p, "z", &out));
    assert_false(hw_purl_qualifier(&p, "none", &out));
    assert_true(hw_purl_qualifier(&p, "distro", &out));
    assert_text(hw_buf_span(&out), "a b");
    hw_buf_done(&out);
}

static void assert_name(const char *type, const char *space, const char *name, const char *want)
{
    struct hw_buf out, again;
    hw_buf_init(&out, 2000);
    hw_buf_init(&again, 2000);
    assert_true(hw_package_name(hw_span_str(type), hw_span_str(space), hw_span_str(name), &out));
    assert_text(hw_buf_span(&out), want);
    assert_true(
        hw_package_name(hw_span_str(type), (struct hw_span){NULL, 0}, hw_buf_span(&out), &again));
    assert_text(hw_buf_span(&again), want);
    hw_buf_done(&out);
    hw_buf_done(&again);
}

static void names_are_one_however_they_are_written(void **state)
{
    (void)state;
    assert_name("pypi", "", "Ruamel__Yaml.-Clib", "ruamel-yaml-clib");
    assert_name("npm", "@Scope", "X", "@scope/x");
    assert_name("npm", "", "@scope/x", "@scope/x");
    assert_name("nuget", "", "EnterpriseLibrary.Common", "enterpriselibrary.common");
    assert_name("github", "Package-URL", "Purl-Spec", "package-url/purl-spec");
    assert_name("golang", "", "github.com/Azure/x", "github.com/azure/x");
    assert_name("maven", "", "org.Apache:Batik", "org.Apache/Batik");
    assert_name("maven", "org.Apache", "Batik", "org.Apache/Batik");
    assert_name("deb", "Debian", "Curl", "debian/curl");
    assert_name("rpm", "Fedora", "ModemManager", "fedora/ModemManager");
    assert_name("pub", "", "Flutter-x", "flutter_x");
    assert_name("cargo", "", "Serde", "Serde");
    assert_name("", "", "Some Product", "Some Product");
}

static void names_of_nothing_or_too_much_are_refused(void **state)
{
    (void)state;
    static uint8_t big[HW_PACKAGE_BYTES + 1];
    struct hw_span none = {NULL, 0};
    struct hw_buf out;
    hw_buf_init(&out, 2000);
    memset(big, 'a', sizeof big);
    assert_false(hw_package_name(HW_SPAN_LIT("npm"), none, HW_SPAN_LIT("  "), &out));
    assert_false(
        hw_package_name(HW_SPAN_LIT("npm"), none, (struct hw_span){big, HW_PACKAGE_BYTES}, &out));
    assert_int_equal(out.n, 0);
    assert_true(hw_package_name(HW_SPAN_LIT("npm"), none,
                                (struct hw_span){big, HW_PACKAGE_BYTES - 1}, &out));
    hw_buf_done(&out);
}

static void ecosystems_have_their_purl_types(void **state)
{
    (void)state;
    static const char *const each[][3] = {
        {"PyPI", "pypi", ""},
        {"npm", "npm", ""},
        {"crates."
         "io",
         "cargo", ""},
        {"Debian:12", "deb", "debian"},
        {"Go", "golang", ""},
        {"Rocky Linux:9", "rpm", "rocky-linux"},
        {"RubyGems", "gem", ""},
        {"Packagist", "composer", ""},
        {"Alpine:v3.19", "apk", "alpine"},
        {"Ubuntu:Pro:20.04:LTS", "deb", "ubuntu"},
    };
    const char *type, *space;
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        assert_true(hw_package_ecosystem(hw_span_str(each[i][0]), &type, &space));
        assert_string_equal(type, each[i][1]);
        assert_string_equal(space, each[i][2]);
    }
    assert_false(hw_package_ecosystem(HW_SPAN_LIT("Linux"), &type, &space));
    assert_false(hw_package_ecosystem(HW_SPAN_LIT(""), &type, &space));
}

static void types_have_their_schemes(void **state)
{
    (void)state;
    assert_int_equal(hw_package_order(HW_SPAN_LIT("npm")), HW_ORDER_SEMVER);
    assert_int_equal(hw_package_order(HW_SPAN_LIT("deb")), HW_ORDER_DEB);
    assert_int_equal(hw_package_order(HW_SPAN_LIT("pypi")), HW_ORDER_PEP440);
    assert_int_equal(hw_package_order(HW_SPAN_LIT("huggingface")), HW_ORDER_NONE);
}

/* Whatever is damaged, what is taken keeps the promises of the header. */
static void damaged_purls_keep_the_promises(void **state)
{
    (void)state;
    static const char whole[] = "pkg:npm/%40scope/na%6De@1.0.0%2B1?arch=x86_64&a=%41#sub/path";
    struct hw_dice dice = {20230322};
    unsigned refused = 0, changed = 0;
    for (int i = 0; i < 20000; i++) {
        char s[sizeof whole];
        struct hw_purl p;
        size_t n = i < (int)sizeof whole ? (size_t)i : sizeof whole - 1;
        memcpy(s, whole, sizeof whole);
        if (i >= (int)sizeof whole) {
            hw_mutate((uint8_t *)s, n, &dice);
        }
        changed += memcmp(s, whole, n) != 0;
        if (!hw_purl_read((struct hw_span){(uint8_t *)s, n}, &p)) {
            refused++;
            continue;
        }
        assert_true(p.type.n > 0 && p.name.n > 0);
        assert_true(hw_utf8_valid(p.space) && hw_utf8_valid(p.name) && hw_utf8_valid(p.version));
        assert_true(hw_span_find(p.name, 0) == p.name.n);
    }
    assert_true(refused > 100 && changed > 10000);
}

static void assert_parts(const char *s, const char *name, const char *version)
{
    struct hw_span n = {NULL, 0}, v = {NULL, 0};
    assert_int_equal(hw_package_split(hw_span_str(s), &n, &v), name != NULL);
    assert_true(name == NULL ? n.p == NULL && v.p == NULL
                             : hw_span_is(n, name) && hw_span_is(v, version));
}

static void names_and_versions_part_at_the_last_at(void **state)
{
    (void)state;
    assert_parts("left-pad@1.3.0", "left-pad", "1.3.0");
    assert_parts("@scope/x@2", "@scope/x", "2");
    assert_parts("a@b@c", "a@b", "c");
    assert_parts("x@", "x", "");
    assert_parts("@scope/x", NULL, NULL);
    assert_parts("plain", NULL, NULL);
    assert_parts("", NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purls_are_read),
        cmocka_unit_test(what_is_no_purl_is_refused),
        cmocka_unit_test(qualifiers_are_found_and_decoded),
        cmocka_unit_test(names_are_one_however_they_are_written),
        cmocka_unit_test(names_of_nothing_or_too_much_are_refused),
        cmocka_unit_test(ecosystems_have_their_purl_types),
        cmocka_unit_test(types_have_their_schemes),
        cmocka_unit_test(names_and_versions_part_at_the_last_at),
        cmocka_unit_test(damaged_purls_keep_the_promises),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
