/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "build_lock.h"
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

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))

static void every_kind_is_known_by_name_and_by_content(void **state)
{
    size_t count;
    const struct build_lock *locks = build_locks(&count);
    char source[64], node[64];
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (unsigned member = 0; member < 2; member++) {
            examine(member != 0 ? locks[i].file : NULL, locks[i].text);
            (void)snprintf(node, sizeof node, "component node=%u", member);
            (void)snprintf(source, sizeof source, " source=%s ", locks[i].source);
            if (hw_told_count(&t, source) != locks[i].components ||
                hw_told_count(&t, node) != locks[i].components ||
                hw_told_count(&t, "checksum ") != locks[i].checksums || t.anomalies != 0) {
                print_message("%s\n", hw_buf_text(&t.lines));
                fail_msg("%s (%zu): not %u and %u", locks[i].file, i, locks[i].components,
                         locks[i].checksums);
            }
        }
    }
}

static void examine_kind(const char *file, unsigned which)
{
    size_t count;
    const struct build_lock *locks = build_locks(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(locks[i].file, file) == 0 && which-- == 0) {
            examine(NULL, locks[i].text);
            return;
        }
    }
    fail_msg("no such lock: %s", file);
}

#define AB "\\xab\\xab\\xab"
#define CD "\\xcd\\xcd\\xcd"

static void npm_entries_have_digest_origin_and_path(void **state)
{
    (void)state;
    examine_kind("package-lock.json", 0);
    HAS("name=\"@acme/left\" version=\"1.2.3\" purl=\"pkg:npm/%40acme/left@1.2.3\" alg=sha512",
        "digest=\"" AB, "resolved=\"https://registry.example/@acme/left/-/left-1.2.3.tgz\"",
        "path=\"node_modules/@acme/left\"");
    HAS("name=\"real\" version=\"2.0.0\"", "path=\"node_modules/a/node_modules/alias\"");
    HAS("name=\"app\" version=\"1.0.0\"", "resolved=\"local\"");
    HAS("name=\"mine\" version=\"0.1.0\"", "resolved=\"local\" path=\"packages/mine\"");
    examine_kind("npm-shrinkwrap.json", 0);
    HAS("name=\"real\" version=\"2.0.0\"");
    HAS("name=\"gitty\" purl=\"pkg:npm/gitty\" resolved=\"git+https://example.org/g.git#abc\"");
}

static void yarn_and_pnpm_entries_name_what_is_fetched(void **state)
{
    (void)state;
    examine_kind("yarn.lock", 0);
    HAS("name=\"@acme/left\" version=\"1.2.3\"", "alg=sha512 digest=\"" AB,
        "resolved=\"https://registry.example/left.tgz\"");
    HAS("checksum node=0 line=1 alg=sha1 digest=\"" CD);
    HAS("name=\"real\" version=\"2.0.0\"");
    examine_kind("yarn.lock", 1);
    HAS("name=\"@acme/left\" version=\"1.2.3\"", "resolved=\"registry\"");
    HAS("name=\"own\"", "resolved=\"local\" path=\"packages/own\"");
    for (unsigned i = 0; i < 2; i++) {
        examine_kind("pnpm-lock.yaml", i);
        HAS("name=\"@acme/left\" version=\"1.2.3\" purl=\"pkg:npm/%40acme/left@1.2.3\"",
            "alg=sha512 digest=\"" AB, "resolved=\"registry\"");
    }
    HAS("name=\"plain\" version=\"2.0.0\"", "resolved=\"https://example.org/p.tgz\"");
}

static void python_entries_have_every_digest(void **state)
{
    static const char *const files[] = {"Pipfile.lock", "poetry.lock", "uv.lock",
                                        "requirements.txt"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        examine_kind(files[i], 0);
        HAS("name=\"left\" version=\"1.2.3\" purl=\"pkg:pypi/left@1.2.3\" alg=sha256",
            "digest=\"" CD);
        HAS("checksum node=0 line=1 alg=sha256 digest=\"" CD);
    }
    HAS("name=\"other\" purl=\"pkg:pypi/other\" resolved=\"https://example.org/o.whl\"");
    HAS("name=\"loose\" purl=\"pkg:pypi/loose\" resolved=\"registry\"");
    examine_kind("poetry.lock", 0);
    HAS("name=\"own\"", "resolved=\"local\" path=\"../own\"");
    examine_kind("uv.lock", 0);
    HAS("name=\"left\"", "resolved=\"https://index.example/simple\"");
    HAS("name=\"own\"", "resolved=\"local\" path=\".\"");
    examine_kind("pdm.lock", 0);
    HAS("name=\"left\" version=\"1.2.3\"", "alg=sha256", "resolved=\"registry\"");
    HAS("name=\"own\"", "resolved=\"local\" path=\"./own\"");
}

static void other_languages_are_read_alike(void **state)
{
    (void)state;
    examine_kind("Cargo.lock", 0);
    HAS("purl=\"pkg:cargo/left@1.2.3\" alg=sha256", "resolved=\"registry+https://index.example\"");
    HAS("name=\"own\"", "resolved=\"local\"");
    examine_kind("composer.lock", 0);
    HAS("purl=\"pkg:composer/acme/left@v1.2.3\" alg=sha1",
        "resolved=\"https://example.org/l.zip\"");
    examine_kind("packages.lock.json", 0);
    HAS("name=\"Acme.Left\" version=\"1.2.3\"", "alg=nuget-sha512 digest=\"" AB);
    examine_kind("go.sum", 0);
    HAS("purl=\"pkg:golang/example.org/left@v1.2.3\" alg=go-h1 digest=\"" AB);
    examine_kind("go.mod", 0);
    HAS("purl=\"pkg:golang/example.org/right@v2.0.0\"");
    examine_kind("Gemfile.lock", 0);
    HAS("purl=\"pkg:gem/left@1.2.3\" resolved=\"https://gems.example/\"");
    HAS("name=\"own\"", "resolved=\"local\" path=\".\"");
    examine_kind("gradle.lockfile", 0);
    HAS("purl=\"pkg:maven/org.acme/left@1.2.3\"");
}

static void bad_entries_are_told_and_the_rest_stands(void **state)
{
    (void)state;
    examine(NULL, "{\"lockfileVersion\":3,\"packages\":{\"node_modules/a\":{\"version\":\"1\","
                  "\"integrity\":\"sha512-x md9-y\"},\"node_modules/b\":{\"version\":\"2\"}}}");
    HAS("rule=bad-value", "sha512 digest is none");
    HAS("rule=bad-value", "unknown digest is none");
    HAS("name=\"a\" version=\"1\"");
    HAS("name=\"b\" version=\"2\"");
    examine(NULL, "{\"lockfileVersion\":3,\"packages\":{\"node_modules/a\":{\"version\":\"1\"}}");
    HAS("rule=bad-encoding");
    HAS("degree=broken");
    examine("x/go.sum", "a v1 h1:zz\nb v1\nc v1 h1:AA==\n");
    HAS("rule=bad-value", "go-h1 digest is none");
    HAS("rule=line-refused");
    examine(NULL, "# yarn lockfile v1\n  version \"1\"\n");
    HAS("rule=line-refused");
}

static void a_lock_file_is_nothing_else(void **state)
{
    (void)state;
    examine("package-lock.json", "{\"name\":\"x\",\"version\":\"1\"}");
    assert_int_equal(hw_told_count(&t, "component "), 0);
    examine("readme.txt", "left==1.2.3 --hash=sha256:" BUILD_LOCK_HEX "\n");
    assert_int_equal(hw_told_count(&t, "component "), 0);
    examine(NULL, "{\"name\":\"x\",\"version\":\"1\"}");
    HAS("source=package-json");
    examine("a/requirements-dev.txt", "left==1.2.3\n");
    HAS("source=requirements name=\"left\" version=\"1.2.3\"");
}

/* Digests of one entry beyond the limit are left out; the entry and the next one stand. */
static void limits_hold(void **state)
{
    struct hw_buf b;
    (void)state;
    hw_buf_init(&b, 16 << 20);
    hw_buf_str(&b, "left==1.2.3");
    for (unsigned i = 0; i < 600; i++) {
        hw_buf_str(&b, " \\\n --hash=sha256:" BUILD_LOCK_HEX);
    }
    hw_buf_str(&b, "\nnext==1\n");
    examine(NULL, hw_buf_text(&b));
    assert_int_equal(hw_told_count(&t, "checksum "), 511);
    HAS("name=\"next\"");
    hw_buf_clear(&b);
    hw_buf_str(&b, "# yarn lockfile v1\n");
    for (unsigned i = 0; i < 70000; i++) {
        hw_buf_char(&b, 'a');
    }
    examine(NULL, hw_buf_text(&b));
    HAS("rule=over-budget");
    hw_buf_clear(&b);
    hw_buf_str(&b, "{\"lockfileVersion\":1,\"dependencies\":");
    for (unsigned i = 0; i < 100; i++) {
        hw_buf_str(&b, "{\"a\":{\"version\":\"1\",\"dependencies\":");
    }
    hw_buf_str(&b, "{}");
    for (unsigned i = 0; i < 100; i++) {
        hw_buf_str(&b, "}}");
    }
    hw_buf_char(&b, '}');
    examine(NULL, hw_buf_text(&b));
    HAS("rule=recursion");
    hw_buf_done(&b);
}

/* What is sound says as much as the whole one. */
static bool same(const uint8_t *p, size_t n, void *state)
{
    struct hw_told told;
    const struct build_lock *lock = state;
    hw_told_init(&told);
    hw_told_examine(&told, p, n, NULL);
    bool is = told.anomalies == 0 && hw_told_count(&told, "component ") == lock->components &&
              hw_told_count(&told, "checksum ") == lock->checksums;
    hw_told_done(&told);
    return is;
}

static void locks_survive_every_cut_and_damage(void **state)
{
    size_t count;
    const struct build_lock *locks = build_locks(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct build_lock lock = locks[i];
        hw_sweep_truncate((const uint8_t *)lock.text, strlen(lock.text), same, &lock);
        hw_sweep_mutate((const uint8_t *)lock.text, strlen(lock.text), 1000, 70 + i, same, &lock);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_kind_is_known_by_name_and_by_content),
        CASE(npm_entries_have_digest_origin_and_path),
        CASE(yarn_and_pnpm_entries_name_what_is_fetched),
        CASE(python_entries_have_every_digest),
        CASE(other_languages_are_read_alike),
        CASE(bad_entries_are_told_and_the_rest_stands),
        CASE(a_lock_file_is_nothing_else),
        CASE(limits_hold),
        CASE(locks_survive_every_cut_and_damage),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
