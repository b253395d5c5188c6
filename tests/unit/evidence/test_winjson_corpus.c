/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captures of real attacks, as collectors really wrote them: every line a record, none refused.
 *
 * "otrf" asks the Windows captures of OTRF's Security-Datasets, "sigma" the events of SigmaHQ's
 * regression data as evtx_dump printed them. Both lie in the corpus, beside the tree or where
 * HEADWATER_CORPUS says; without it the runs are skipped and say so. The numbers of lines were
 * counted by other means before they were pinned here.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "records.h"

enum {
    FILE_BYTES = 64 << 20,
    OTRF_CAPTURES = 63,
    OTRF_LINES = 384841,
    SIGMA_FILES = 140,
    SIGMA_EVENTS = 163,
};

struct totals {
    unsigned captures, refused;
    uint64_t records;
};

/* Of the file in hand; facts pass through here on their way to the recorder. */
static struct totals now;
static int (*recorder)(struct hw_sink *, const struct hw_fact *, struct hw_error *);

static int put(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    now.captures +=
        f->kind == HW_FACT_ARTIFACT && hw_fact_is(f, HW_ARTIFACT_FORMAT, "windows-json");
    now.refused += f->kind == HW_FACT_ANOMALY && hw_fact_is(f, HW_ANOMALY_RULE, "line-refused");
    return recorder(sink, f, err);
}

static const char *corpus(void)
{
    const char *given = getenv("HEADWATER_CORPUS");
    return given != NULL ? given : HW_CORPUS_DIR;
}

static void examine(const char *path, struct totals *sum)
{
    struct hw_recorded t;
    FILE *f = fopen(path, "rbe");
    uint8_t *p = malloc(FILE_BYTES);
    assert_non_null(f);
    assert_non_null(p);
    size_t n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
    hw_recorded_init(&t);
    now = (struct totals){0, 0, 0};
    recorder = t.told.sink.put;
    t.told.sink.put = put;
    t.told.quiet = true;
    hw_told_examine(&t.told, p, n, NULL);
    if (now.captures > 0) {
        if (now.refused > 0) {
            fail_msg("%s: lines were refused", path);
        }
        sum->captures += now.captures;
        sum->records += t.records;
    }
    hw_recorded_done(&t);
    free(p);
}

static void walk(const char *folder, const char *ending, struct totals *sum)
{
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/telemetry/%s", corpus(), folder);
    struct stat st;
    if (stat(name, &st) != 0) {
        (void)fprintf(stderr, "SKIPPED: no corpus at %s\n", name);
        skip();
    }
    char *const roots[] = {name, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    for (FTSENT *e; (e = fts_read(tree)) != NULL;) {
        size_t n = strlen(e->fts_name), m = strlen(ending);
        if (e->fts_info == FTS_F && n > m && strcmp(e->fts_name + n - m, ending) == 0) {
            examine(e->fts_path, sum);
        }
    }
    (void)fts_close(tree);
}

static void winjson_otrf_every_line_is_a_record(void **state)
{
    (void)state;
    struct totals sum = {0, 0, 0};
    walk("otrf-mordor", ".zip", &sum);
    assert_int_equal(sum.captures, OTRF_CAPTURES);
    assert_int_equal(sum.records, OTRF_LINES);
}

static void winjson_sigma_every_event_is_a_record(void **state)
{
    (void)state;
    struct totals sum = {0, 0, 0};
    walk("sigma-regression", ".tar.xz", &sum);
    assert_int_equal(sum.captures, SIGMA_FILES);
    assert_int_equal(sum.records, 2 * SIGMA_EVENTS); /* the box has each as EVTX too */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(winjson_otrf_every_line_is_a_record),
        cmocka_unit_test(winjson_sigma_every_event_is_a_record),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("winjson_corpus", tests, NULL, NULL);
}
