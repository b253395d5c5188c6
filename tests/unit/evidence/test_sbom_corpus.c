/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bills people really published, and those the CycloneDX project made to be refused: each part
 * and relation counted a second time over jansson's tree of the whole document.
 *
 * The corpus lies beside the tree or where HEADWATER_CORPUS says; without it the run is skipped and
 * says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "exam.h"

enum { FILE_BYTES = 4 << 20, PATH_BYTES = 1024 };

static char folder[PATH_BYTES];
static unsigned valid, invalid, parts, relations;

static char *load(const char *path, size_t *out_n)
{
    FILE *f = fopen(path, "rbe");
    if (f == NULL) {
        fail_msg("%s is not there", path);
    }
    char *p = malloc(FILE_BYTES);
    assert_non_null(p);
    *out_n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
    return p;
}

/* ---- the second count ---- */

static size_t nested(const json_t *list, const char *member, size_t *contained, bool top)
{
    size_t n = 0, i;
    const json_t *v;
    json_array_foreach(list, i, v)
    {
        n += 1 + nested(json_object_get(v, member), member, contained, false);
        *contained += !top;
    }
    return n;
}

static size_t list_of(const json_t *list, const char *member)
{
    size_t n = 0, i;
    const json_t *v;
    json_array_foreach(list, i, v)
    {
        n += json_array_size(json_object_get(v, member));
    }
    return n;
}

static void count_cyclonedx(const json_t *root, size_t *out_parts, size_t *out_relations)
{
    size_t contained = 0;
    const json_t *top = json_object_get(json_object_get(root, "metadata"), "component");
    size_t n = nested(json_object_get(root, "components"), "components", &contained, true) +
               nested(json_object_get(root, "services"), "services", &contained, true);
    if (top != NULL) {
        n += 1 + nested(json_object_get(top, "components"), "components", &contained, false);
    }
    *out_parts = n;
    *out_relations = contained + list_of(json_object_get(root, "dependencies"), "dependsOn") +
                     list_of(json_object_get(root, "dependencies"), "provides");
}

static void count_spdx(const json_t *root, size_t *out_parts, size_t *out_relations)
{
    const json_t *packages = json_object_get(root, "packages");
    *out_parts = json_array_size(packages) + json_array_size(json_object_get(root, "files"));
    *out_relations = json_array_size(json_object_get(root, "relationships")) +
                     json_array_size(json_object_get(root, "documentDescribes")) +
                     list_of(packages, "hasFiles");
}

/* Tags: each name of a part begins a line; a file after a package is in it. */
static void count_tags(const char *text, size_t *out_parts, size_t *out_relations)
{
    size_t packages = 0, files = 0, said = 0, in_package = 0;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        bool file = strncmp(line, "FileName:", 9) == 0;
        packages += strncmp(line, "PackageName:", 12) == 0;
        files += file;
        in_package += file && packages > 0;
        said += strncmp(line, "Relationship:", 13) == 0;
    }
    *out_parts = packages + files;
    *out_relations = said + in_package;
}

/* ---- one file ---- */

static void check(const char *path, bool must_be_sound)
{
    size_t n, want_parts, want_relations;
    char *text = load(path, &n);
    struct hw_told t;
    json_t *root = json_loadb(text, n, 0, NULL);
    text[n] = '\0';
    if (root == NULL) {
        count_tags(text, &want_parts, &want_relations);
    } else if (json_object_get(root, "spdxVersion") != NULL) {
        count_spdx(root, &want_parts, &want_relations);
    } else {
        count_cyclonedx(root, &want_parts, &want_relations);
    }
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, text, n, NULL);
    size_t got_parts = hw_told_count(&t, "component node=0"),
           got_relations = hw_told_count(&t, "depends node=0");
    if (must_be_sound &&
        (t.anomalies > 0 || got_parts != want_parts || got_relations != want_relations)) {
        print_message("%s\n", hw_buf_text(&t.lines));
        fail_msg("%s: %zu of %zu parts, %zu of %zu relations, %u anomalies", path, got_parts,
                 want_parts, got_relations, want_relations, t.anomalies);
    }
    parts += (unsigned)got_parts;
    relations += (unsigned)got_relations;
    hw_told_done(&t);
    json_decref(root);
    free(text);
}

static void each(const char *under, const char *prefix, void (*then)(const char *path))
{
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, under);
    DIR *d = opendir(path);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        char sub[PATH_BYTES];
        struct stat st;
        (void)snprintf(sub, sizeof sub, "%.500s/%.500s", under, e->d_name);
        (void)snprintf(path, sizeof path, "%s/%s", folder, sub);
        if (e->d_name[0] == '.' || stat(path, &st) != 0) {
            continue;
        }
        if (S_ISDIR(st.st_mode)) {
            each(sub, prefix, then);
        } else if (st.st_size > 0 && strncmp(e->d_name, prefix, strlen(prefix)) == 0 &&
                   (strstr(e->d_name, ".json") != NULL || strstr(e->d_name, ".spdx") != NULL)) {
            then(path);
        }
    }
    (void)closedir(d);
}

static void check_valid(const char *path)
{
    valid++;
    check(path, true);
}

static void published_bills_are_sound_and_counted_alike(void **state)
{
    (void)state;
    each("cyclonedx-1.4", "valid-", check_valid);
    each("cyclonedx-1.5", "valid-", check_valid);
    each("cyclonedx-bom-examples", "", check_valid);
    each("spdx-examples", "", check_valid);
    print_message("# %u bills: %u parts, %u relations\n", valid, parts, relations);
    assert_true(valid > 100);
}

/* What a reader of parts cannot see, with the reason. */
static bool outside(const char *path)
{
    static const char *const names[] = {
        "bomformat",  /* no CycloneDX at all, so not ours to judge */
        "license",    /* licences are not read */
        "swid",       /* SWID tags are not read */
        "scope",      /* a part is a part, required or not */
        "issue-type", /* pedigree is not read */
        "patch-type", "service-data",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strstr(path, names[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_invalid(const char *path)
{
    size_t n;
    struct hw_told t;
    if (outside(path)) {
        return;
    }
    char *text = load(path, &n);
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, text, n, NULL);
    if (t.anomalies == 0) {
        fail_msg("%s: nothing is said against it", path);
    }
    invalid++;
    hw_told_done(&t);
    free(text);
}

static void bills_made_to_be_invalid_are_told(void **state)
{
    (void)state;
    each("cyclonedx-1.4", "invalid-", check_invalid);
    each("cyclonedx-1.5", "invalid-", check_invalid);
    assert_int_equal(invalid, 24);
}

int main(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    struct stat st;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_bills_are_sound_and_counted_alike),
        cmocka_unit_test(bills_made_to_be_invalid_are_told),
    };
    (void)snprintf(folder, sizeof folder, "%.900s/intel/sbom", set != NULL ? set : HW_CORPUS_DIR);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(folder, &st) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", folder);
        return 0;
    }
    return cmocka_run_group_tests_name("sbom_corpus", tests, NULL, NULL);
}
