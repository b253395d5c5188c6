/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists people really published about 3CX, X_TRADER, SUNBURST and the package worms, each with
 * what is in it, kind by kind. Every number was counted once by other means (a CSV reader and
 * regular expressions of another language over the same files) before it was pinned here.
 *
 * "data" asks the lists of data/, which are part of the tree. "corpus" asks those of the corpus,
 * which lies beside the tree or where HEADWATER_CORPUS says; without it that run is skipped and
 * says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "exam.h"

enum { FILE_BYTES = 16 << 20, KINDS = 16 };

struct want {
    const char *path;
    const char *form;
    bool unasked; /* taken for a list with any reading, too */
    unsigned rows, refused, ignored;
    struct {
        const char *kind;
        unsigned count;
    } kinds[KINDS];
    unsigned payload, context;
};

/* Why the kinds do not add up as the type columns do:
 * 3cx, xtrader: domain_context and domain_related are domains of role context, filename and
 * filepath one kind; "other" are rule names, crypto constants and the like, 16 dead-drop icons,
 * CVEs. sunburst: two of twelve SHA-256 (eleven SHA-1, eleven MD5) are of code-signing
 * certificates; the MD5s of those are "other". Two more files are marked benign: context. */
static const struct want data_lists[] = {
    {"3cx-iocs.csv",
     "csv",
     true,
     232,
     0,
     77,
     {{"sha256", 51},
      {"sha1", 20},
      {"md5", 21},
      {"domain", 30},
      {"url", 3},
      {"address", 1},
      {"email", 5},
      {"filename", 23},
      {"cert-serial", 1},
      {"other", 77}},
     92,
     28},
    {"xtrader-iocs.csv",
     "csv",
     true,
     56,
     0,
     28,
     {{"sha256", 7},
      {"md5", 7},
      {"domain", 2},
      {"url", 1},
      {"filename", 10},
      {"cert-serial", 1},
      {"other", 28}},
     14,
     12},
    {"sunburst-iocs.csv",
     "csv",
     true,
     71,
     0,
     6,
     {{"sha256", 10},
      {"sha1", 9},
      {"md5", 9},
      {"cert-sha256", 2},
      {"cert-sha1", 2},
      {"cert-serial", 1},
      {"domain", 16},
      {"address", 10},
      {"filename", 6},
      {"other", 6}},
     22,
     18},
};

static const struct want corpus_lists[] = {
    /* 28 names and addresses of mail, six rows of three digests in one field */
    {"3cx/volexity-iocs.csv",
     "csv",
     true,
     34,
     0,
     0,
     {{"sha256", 6}, {"sha1", 6}, {"md5", 6}, {"domain", 23}, {"email", 5}},
     18,
     0},
    {"3cx/signature-base-hash-excerpt.txt",
     "lines",
     false,
     51,
     0,
     0,
     {{"sha256", 41}, {"sha1", 2}, {"md5", 8}},
     51,
     0},
    {"3cx/signature-base-c2-excerpt.txt", "lines", false, 29, 0, 0, {{"domain", 29}}, 0, 0},
    {"3cx/signature-base-filename-excerpt.txt",
     "loki-filenames",
     false,
     20,
     0,
     0,
     {{"pattern", 20}},
     0,
     0},
    {"signature-base-loki/hash-iocs.txt",
     "loki-hashes",
     true,
     3224,
     0,
     0,
     {{"sha256", 1259}, {"sha1", 926}, {"md5", 1039}},
     3217,
     0}, /* seven are decoy documents */
    {"signature-base-loki/c2-iocs.txt",
     "loki-c2",
     true,
     1844,
     0,
     0,
     {{"domain", 1709}, {"address", 135}},
     0,
     0},
    {"signature-base-loki/filename-iocs.txt",
     "loki-filenames",
     true,
     3828,
     0,
     0,
     {{"pattern", 3828}},
     0,
     0}, /* each of them an expression that compiles */
    /* eleven rows, two of certificates, two benign; a certificate's MD5 and "file name" are other
     */
    {"sunburst-mandiant/indicator_release/Indicator_Release_Hashes.csv",
     "csv",
     true,
     11,
     0,
     0,
     {{"sha256", 9},
      {"sha1", 9},
      {"md5", 9},
      {"filename", 9},
      {"cert-sha256", 2},
      {"cert-sha1", 2},
      {"other", 4}},
     21,
     23},
    {"sunburst-mandiant/indicator_release/Indicator_Release_NBIs.csv",
     "csv",
     true,
     16,
     0,
     0,
     {{"domain", 16}, {"address", 10}},
     0,
     0},
    {"datadog/axios-npm-supply-chain-compromise/iocs.csv",
     "csv",
     true,
     19,
     0,
     2,
     {{"domain", 1},
      {"address", 1},
      {"url", 1},
      {"package", 3},
      {"sha256", 3},
      {"filename", 8},
      {"other", 2}},
     3,
     8},
    {"datadog/1Phish/iocs.csv", "csv", false, 13, 0, 0, {{"domain", 13}}, 0, 0},
    /* 68 rows of npm and PyPI packages, several versions each; images, actions, extensions: other
     */
    {"datadog/teampcp/iocs.csv", "csv", false, 78, 0, 10, {{"package", 147}, {"other", 10}}, 0, 0},
    {"datadog/react-CVE-2025-55182/iocs.csv", "csv", false, 210, 0, 0, {{"address", 210}}, 0, 0},
    {"datadog/shai-hulud-2.0/shai-hulud-2.0.csv",
     "csv",
     false,
     537,
     0,
     0,
     {{"package", 537}},
     0,
     0},
    {"datadog/shai-hulud-2.0/consolidated_iocs.csv",
     "csv",
     false,
     795,
     0,
     0,
     {{"package", 1091}},
     0,
     0},
};

static uint8_t *load(const char *folder, const char *path, size_t *out_n)
{
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/%s", folder, path);
    FILE *f = fopen(name, "rbe");
    if (f == NULL) {
        fail_msg("%s is not there", name);
    }
    uint8_t *p = malloc(FILE_BYTES);
    assert_non_null(p);
    *out_n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
    return p;
}

static void check(const struct want *w, const uint8_t *p, size_t n)
{
    struct hw_told asked, any;
    char part[64];
    unsigned all = 0;
    hw_told_init(&asked);
    asked.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&asked, p, n, NULL);
    for (size_t i = 0; i < KINDS && w->kinds[i].kind != NULL; i++) {
        bool pattern = strcmp(w->kinds[i].kind, "pattern") == 0;
        (void)snprintf(part, sizeof part, pattern ? " language=filename " : " kind=%s ",
                       w->kinds[i].kind);
        if (hw_told_count(&asked, part) != w->kinds[i].count) {
            fail_msg("%s: %zu of %s, not %u", w->path, hw_told_count(&asked, part),
                     w->kinds[i].kind, w->kinds[i].count);
        }
        all += w->kinds[i].count;
    }
    (void)snprintf(part, sizeof part, "entries=%u refused=%u ignored=%u", all, w->refused,
                   w->ignored);
    if (!hw_told_has(&asked, "knowledge", w->form, part, NULL)) {
        fail_msg("%s: not %s %s", w->path, w->form, part);
    }
    (void)snprintf(part, sizeof part, "key=list.rows number=%u", w->rows);
    assert_true(hw_told_has(&asked, part, NULL));
    assert_int_equal(hw_told_count(&asked, " role=payload"), w->payload);
    assert_int_equal(hw_told_count(&asked, " role=context"), w->context);
    size_t patterns = hw_told_count(&asked, "pattern node=0");
    assert_int_equal(hw_told_count(&asked, " program=\"Q"), patterns);
    assert_int_equal(asked.anomalies, 0);
    hw_told_init(&any);
    hw_told_examine(&any, p, n, NULL);
    assert_int_equal(
        hw_told_count(&any, "indicator node=0") + hw_told_count(&any, "pattern node=0") > 0,
        w->unasked);
    hw_told_done(&any);
    hw_told_done(&asked);
}

static void check_all(const char *folder, const struct want *wants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n;
        uint8_t *p = load(folder, wants[i].path, &n);
        check(&wants[i], p, n);
        free(p);
    }
}

static void our_own_lists_hold_what_was_counted(void **state)
{
    (void)state;
    check_all(HW_DATA_DIR, data_lists, sizeof data_lists / sizeof data_lists[0]);
}

static void the_list_of_roots_is_never_a_list_of_bad_hashes(void **state)
{
    struct hw_told t;
    size_t n;
    uint8_t *p = load(HW_DATA_DIR, "roots.csv", &n);
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, p, n, NULL);
    assert_int_equal(hw_told_count(&t, "indicator node=0"), 0);
    hw_told_done(&t);
    free(p);
}

static const char *corpus(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    return set != NULL ? set : HW_CORPUS_DIR;
}

static void published_lists_hold_what_was_counted(void **state)
{
    char folder[1024];
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/intel/ioc", corpus());
    check_all(folder, corpus_lists, sizeof corpus_lists / sizeof corpus_lists[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest ours[] = {
        cmocka_unit_test(our_own_lists_hold_what_was_counted),
        cmocka_unit_test(the_list_of_roots_is_never_a_list_of_bad_hashes),
    };
    const struct CMUnitTest theirs[] = {
        cmocka_unit_test(published_lists_hold_what_was_counted),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (argc > 1 && strcmp(argv[1], "data") == 0) {
        return cmocka_run_group_tests(ours, NULL, NULL);
    }
    struct stat st;
    if (stat(corpus(), &st) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", corpus());
        return 0;
    }
    return cmocka_run_group_tests(theirs, NULL, NULL);
}
