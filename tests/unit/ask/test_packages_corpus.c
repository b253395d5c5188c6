/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real reports of poisoned packages against lock files that name them, and against the names that
 * real bills of materials share with such reports by chance.
 *
 * Fifty reports that list versions, of four registries, become lock files as their tools write
 * them, which are read as any evidence; every one must be found. The collisions, which three
 * thousand real bills held, must stay what they are.
 *
 * The corpus lies beside the tree or where HEADWATER_CORPUS says; without it the run is skipped and
 * says so.
 */
#include "tale.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence/evidence.h"
#include "fact/package.h"

enum { PATH_BYTES = 1024, REPORTS = 50 };

static char folder[PATH_BYTES];

/* ---- the reports ---- */

struct report {
    char type[16], name[128], version[64], id[32];
};
static struct report reports[REPORTS];
static size_t report_count;

static void take(const char *type, const json_t *root)
{
    const json_t *a = json_array_get(json_object_get(root, "affected"), 0);
    const char *name = json_string_value(json_object_get(json_object_get(a, "package"), "name"));
    const char *version = json_string_value(json_array_get(json_object_get(a, "versions"), 0));
    if (name == NULL || version == NULL || report_count == REPORTS) {
        return;
    }
    struct report *r = &reports[report_count++];
    (void)snprintf(r->type, sizeof r->type, "%s", type);
    (void)snprintf(r->name, sizeof r->name, "%s", name);
    (void)snprintf(r->version, sizeof r->version, "%s", version);
    (void)snprintf(r->id, sizeof r->id, "%s", json_string_value(json_object_get(root, "id")));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Up to `most` reports of a registry, in the order of their names. */
static void gather(const char *under, const char *type, size_t most)
{
    static char names[256][64];
    char path[3 * PATH_BYTES];
    size_t n = 0, before = report_count;
    (void)snprintf(path, sizeof path, "%s/raw-sample/%s", folder, under);
    DIR *d = opendir(path);
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d)) != NULL && n < 256;) {
        if (e->d_name[0] != '.') {
            (void)snprintf(names[n++], sizeof names[0], "%.60s", e->d_name);
        }
    }
    (void)closedir(d);
    qsort(names, n, sizeof names[0], by_name);
    for (size_t i = 0; i < n && report_count < before + most; i++) {
        (void)snprintf(path, sizeof path, "%.1000s/raw-sample/%.60s/%.63s", folder, under,
                       names[i]);
        json_t *root = json_load_file(path, 0, NULL);
        take(type, root);
        json_decref(root);
    }
}

/* ---- lock files that name them ---- */

static const char sri[] =
    "sha512-q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urqw==";
static const char hex[] = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

static void write_entry(const struct report *r, struct hw_buf *out)
{
    bool first = out->n == 0;
    if (strcmp(r->type, "npm") == 0) {
        hw_buf_str(out, first ? "{\"lockfileVersion\":3,\"packages\":{" : ",");
        hw_buf_printf(out,
                      "\"node_modules/%s\":{\"version\":\"%s\",\"resolved\":"
                      "\"https://registry.example/%s.tgz\",\"integrity\":\"%s\"}",
                      r->name, r->version, r->name, sri);
    } else if (strcmp(r->type, "pypi") == 0) {
        hw_buf_printf(out, "%s==%s \\\n    --hash=sha256:%s\n", r->name, r->version, hex);
    } else if (strcmp(r->type, "nuget") == 0) {
        hw_buf_str(out, first ? "{\"version\":1,\"dependencies\":{\"net6.0\":{" : ",");
        hw_buf_printf(out,
                      "\"%s\":{\"type\":\"Direct\",\"resolved\":\"%s\",\"contentHash\":\"%s\"}",
                      r->name, r->version, sri + 7);
    } else {
        hw_buf_str(out, first ? "GEM\n  remote: https://gems.example/\n  specs:\n" : "");
        hw_buf_printf(out, "    %s (%s)\n", r->name, r->version);
    }
}

/* Facts as they come out of an examination, kept for a case. */
struct held {
    struct hw_sink sink;
    struct tale *t;
};

static int hold(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct tale *t = ((struct held *)sink)->t;
    if (f->kind != HW_FACT_COMPONENT) {
        return HW_OK;
    }
    struct hw_fact *to = tale_add(t, f->kind);
    *to = *f;
    for (unsigned i = 0; i < HW_FACT_FIELDS; i++) {
        const struct hw_field *d = &hw_fact_type(f->kind)->fields[i];
        if (d->name == NULL) {
            break;
        }
        if (hw_fact_has(f, i) && d->type != HW_T_U64 && d->type != HW_T_TIME) {
            to->v[i].s.p = hw_arena_copy(t->arena, f->v[i].s);
            assert_non_null(to->v[i].s.p);
        }
    }
    (void)err;
    return HW_OK;
}

static void read_lock(struct tale *t, char letter, struct hw_span text)
{
    struct held h = {.sink = {.put = hold}, .t = t};
    struct hw_exam x = {.sink = &h.sink, .reading = HW_READ_ARTIFACT};
    struct hw_outer outer = {.sha256 = {0}};
    struct hw_error err = {.code = HW_OK};
    char path[16] = "/locks/?";
    path[7] = letter;
    tale_program(t, letter);
    assert_int_equal(hw_examine(&x, text, &outer, &err), HW_OK);
    tale_store(t, HW_CLASS_ARTIFACT, path);
}

static void tell_report(struct tale *t, const struct report *r)
{
    struct hw_fact *f = tale_add(t, HW_FACT_STATEMENT);
    struct hw_buf name;
    hw_buf_init(&name, HW_PACKAGE_BYTES);
    assert_true(hw_package_name(hw_span_str(r->type), (struct hw_span){NULL, 0},
                                hw_span_str(r->name), &name));
    hw_fact_u64(f, HW_STATEMENT_LINE, 1);
    hw_fact_str(f, HW_STATEMENT_STATUS, "malicious");
    struct hw_span kept = {hw_arena_copy(t->arena, hw_buf_span(&name)), name.n};
    hw_fact_span(f, HW_STATEMENT_NAME, kept);
    hw_fact_str(f, HW_STATEMENT_ECOSYSTEM, r->type);
    hw_fact_str(f, HW_STATEMENT_ADVISORY, r->id);
    hw_fact_str(f, HW_STATEMENT_SCHEME, hw_order_word(hw_package_order(hw_span_str(r->type))));
    if (r->version[0] != '\0') {
        hw_fact_str(f, HW_STATEMENT_EXACT, r->version);
    }
    hw_buf_done(&name);
}

static void tell_reports(struct tale *t, const struct report *r, size_t count)
{
    tale_program(t, 'k');
    hw_fact_str(tale_add(t, HW_FACT_KNOWLEDGE), HW_KNOWLEDGE_FORM, "osv");
    for (size_t i = 0; i < count; i++) {
        tell_report(t, &r[i]);
    }
    tale_store(t, HW_CLASS_KNOWLEDGE, "/feeds/mal.json");
}

static void fifty_reported_packages_are_all_found_in_lock_files(void **state)
{
    static const struct {
        const char *type, *ends;
    } files[] = {{"npm", "}}"}, {"pypi", ""}, {"nuget", "}}}"}, {"gem", ""}};
    struct tale *t = *state;
    gather("npm", "npm", 15);
    gather("pypi", "pypi", 12);
    gather("nuget", "nuget", 12);
    gather("rubygems", "gem", 11);
    assert_int_equal(report_count, REPORTS);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct hw_buf text;
        hw_buf_init(&text, 1 << 20);
        for (size_t k = 0; k < report_count; k++) {
            if (strcmp(reports[k].type, files[i].type) == 0) {
                write_entry(&reports[k], &text);
            }
        }
        hw_buf_str(&text, files[i].ends);
        read_lock(t, (char)('a' + i), hw_buf_span(&text));
        hw_buf_done(&text);
    }
    tell_reports(t, reports, report_count);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "known-bad"), REPORTS);
    assert_int_equal(tale_findings(a, "registry-name-only"), 0);
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        assert_true(f->severity >= HW_HIGH);
    }
}

/* ---- names that collide ---- */

static size_t read_collisions(struct report *out, size_t most)
{
    char path[2 * PATH_BYTES], line[512];
    size_t n = 0;
    (void)snprintf(path, sizeof path, "%s/sbom-name-collisions.csv", folder);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f)); /* the header */
    while (n < most && fgets(line, sizeof line, f) != NULL) {
        struct hw_span rest = hw_span_str(line);
        char *const to[] = {out[n].type, out[n].name, out[n].version, out[n].id};
        const size_t room[] = {sizeof out->type, sizeof out->name, sizeof out->version,
                               sizeof out->id};
        for (unsigned i = 0; i < 4; i++) {
            struct hw_span cell = hw_span_cut(rest, 0, hw_span_find(rest, ','));
            (void)snprintf(to[i], room[i], "%.*s", (int)cell.n, (const char *)cell.p);
            rest = hw_span_from(rest, cell.n + 1);
        }
        n++;
    }
    (void)fclose(f);
    return n;
}

/* The reports mean every version; the bills say name and version, and a manifest does. */
static void names_that_collide_raise_nothing_above_info(void **state)
{
    struct tale *t = *state;
    struct report names[16], every[16];
    size_t n = read_collisions(names, 16);
    assert_int_equal(n, 6);
    for (unsigned as_bill = 0; as_bill < 2; as_bill++) {
        tale_program(t, (char)('a' + as_bill));
        for (size_t i = 0; i < n; i++) {
            struct hw_fact *f = tale_add(t, HW_FACT_COMPONENT);
            char purl[256];
            (void)snprintf(purl, sizeof purl, "pkg:npm/%s@%s", names[i].name, names[i].version);
            struct hw_span kept = hw_span_str(purl);
            kept.p = hw_arena_copy(t->arena, kept);
            hw_fact_str(f, HW_COMPONENT_SOURCE, as_bill != 0 ? "cyclonedx" : "package-json");
            hw_fact_str(f, HW_COMPONENT_NAME, names[i].name);
            hw_fact_str(f, HW_COMPONENT_VERSION, names[i].version);
            hw_fact_span(f, HW_COMPONENT_PURL, kept);
            if (as_bill != 0) {
                hw_fact_u64(f, HW_COMPONENT_LINE, i + 1);
            }
        }
        tale_store(t, HW_CLASS_ARTIFACT, as_bill != 0 ? "/bill.json" : "/theme/package.json");
    }
    for (size_t i = 0; i < n; i++) {
        every[i] = names[i];
        every[i].version[0] = '\0';
    }
    tell_reports(t, every, n);
    const struct hw_answer *a = tale_hunt(t);
    assert_int_equal(tale_findings(a, "known-bad"), 0);
    assert_int_equal(tale_findings(a, "registry-name-only"), 12);
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        assert_int_equal(f->severity, HW_INFO);
    }
    assert_int_equal(a->exit_status, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, tale_setup, tale_teardown)
    const char *set = getenv("HEADWATER_CORPUS");
    struct stat st;
    const struct CMUnitTest tests[] = {
        T(fifty_reported_packages_are_all_found_in_lock_files),
        T(names_that_collide_raise_nothing_above_info),
    };
    (void)snprintf(folder, sizeof folder, "%.900s/intel/osv-malicious",
                   set != NULL ? set : HW_CORPUS_DIR);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(folder, &st) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", folder);
        return 0;
    }
    hw_evidence_warm();
    return cmocka_run_group_tests_name("packages_corpus", tests, NULL, NULL);
}
