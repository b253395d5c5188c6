/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 28 OpenIOC documents that one publisher gave to the world, each with what is in it. Every
 * number was counted by other means (an XML reader of another language over the same files) before
 * it was pinned here. Without the corpus this is skipped and says so.
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

enum { FILE_BYTES = 4 << 20 };

static const struct {
    const char *path;
    unsigned items, indicators, patterns, context;
} wants[] = {
    {"openioc-fireeye/APT12/2384c8ce-6eca-4d06-8aa4-151b53d9a6bc.ioc", 25, 15, 4, 0},
    {"openioc-fireeye/APT17/7b9e87c5-b619-4a13-b862-0145614d359a.ioc", 25, 25, 0, 0},
    {"openioc-fireeye/APT18/0ae061d7-c624-4a84-8adf-00281b97797b.ioc", 5, 3, 1, 0},
    {"openioc-fireeye/APT28/0ff58bf9-1c07-42f6-b135-b18c139f631a.ioc", 14, 14, 0, 0},
    {"openioc-fireeye/APT28/a438caeb-96dd-4225-853c-fc5910980961.ioc", 3, 2, 1, 2},
    {"openioc-fireeye/APT28/a6c6dbf0-d72a-4f07-8b11-55527aef4755.ioc", 2, 1, 1, 1},
    {"openioc-fireeye/APT28/bdf7929c-3f0b-4fdd-bcc5-b4a82554ad92.ioc", 4, 2, 1, 1},
    {"openioc-fireeye/APT28/e1cbf7ca-4938-4d3c-a7e6-3ff966516191.ioc", 40, 18, 11, 1},
    {"openioc-fireeye/APT3/62f65dae-9475-44b0-a9eb-c1baebbd9885.ioc", 7, 7, 0, 0},
    {"openioc-fireeye/APT3/db0b6ac6-874a-498e-892b-ac7c2020e061.ioc", 30, 20, 8, 2},
    {"openioc-fireeye/APT30/eeffc8e8-caee-4fe1-8ace-7a994b5d893f.ioc", 266, 196, 24, 1},
    {"openioc-fireeye/BlogPosts/0b879284-0c37-4bfa-9dd8-34505a9c5175.ioc", 3, 3, 0, 1},
    {"openioc-fireeye/BlogPosts/113e561e-60d2-48db-979d-02f207550125.ioc", 16, 16, 0, 0},
    {"openioc-fireeye/BlogPosts/4fdb0f45-8151-4941-a9e1-a31e21000659.ioc", 38, 30, 2, 1},
    {"openioc-fireeye/BlogPosts/5a8d6878-2649-4ddc-a1f6-c98932a54f91.ioc", 22, 18, 4, 5},
    {"openioc-fireeye/BlogPosts/6037663c-680c-4a28-ad58-40622d206e1d.ioc", 66, 46, 12, 0},
    {"openioc-fireeye/BlogPosts/60a6de64-7308-4af1-9003-dc23a73fdf01.ioc", 5, 3, 2, 0},
    {"openioc-fireeye/BlogPosts/6bb9ce5b-94c1-4733-8bb8-dc5be775b190.ioc", 36, 30, 4, 15},
    {"openioc-fireeye/BlogPosts/9a7a6929-25ea-4254-a300-13fd6b39c490.ioc", 28, 18, 3, 6},
    {"openioc-fireeye/BlogPosts/9cee306d-5441-4cd3-932d-f3119752634c.ioc", 24, 16, 5, 3},
    {"openioc-fireeye/BlogPosts/b513e829-b023-426a-b7d4-accd511be3c0.ioc", 11, 5, 4, 0},
    {"openioc-fireeye/BlogPosts/de99badf-b448-49e7-885a-4d8688ddf02d.ioc", 108, 95, 8, 35},
    {"openioc-fireeye/BlogPosts/e598231d-8584-4535-a0de-94e822f04c0b.ioc", 9, 5, 4, 2},
    {"openioc-fireeye/FIN4/fb0699e2-23a6-40f9-bf96-4514d629eec3.ioc", 12, 9, 1, 0},
    {"sunburst-mandiant/rules/SUNBURST/hxioc/SUNBURST COMPROMISE INDICATORS.ioc", 17, 17, 0, 0},
    {"sunburst-mandiant/rules/SUNBURST/hxioc/SUNBURST SUSPICIOUS CHILD PROCESSES (METHODOLOGY).ioc",
     9, 0, 1, 0},
    {"sunburst-mandiant/rules/SUNBURST/hxioc/SUNBURST SUSPICIOUS FILEWRITES (METHODOLOGY).ioc", 7,
     0, 1, 0},
    {"sunburst-mandiant/rules/SUNBURST/hxioc/SUNBURST SUSPICIOUS URL HOSTNAME (METHODOLOGY).ioc", 5,
     0, 1, 0},
};

/* Of all documents together: the patterns, and the terms that have no counterpart here. */
static const struct {
    const char *part;
    unsigned count;
} refused[] = {
    {"pattern node=0", 103},
    {" program=\"Q", 96},
    {" refused=\"", 8},
    {"refused=\"no counterpart of ProcessItem/HandleList/Handle/Name\"", 2},
    {"refused=\"no counterpart of FileItem/PEInfo/ResourceInfoList/ResourceInfoItem/Name\"", 2},
    {"refused=\"no counterpart of FileItem/StringList/string\"", 1},
    {"refused=\"no counterpart of TaskItem/TriggerList/Trigger/TriggerFrequency; "
     "no counterpart of TaskItem/AccountName\"",
     1},
    {"refused=\"no counterpart of urlMonitorEvent/httpHeader\"", 1},
    {"refused=\"no counterpart of fileWriteEvent/textAtLowestOffset\"", 1},
};

static const struct {
    const char *kind;
    unsigned count;
} kinds[] = {
    {"address", 41}, {"domain", 134}, {"email", 1}, {"filename", 76}, {"md5", 336}, {"other", 26},
};

static const char *corpus(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    return set != NULL ? set : HW_CORPUS_DIR;
}

static void load(const char *path, struct hw_buf *out)
{
    char name[1024];
    (void)snprintf(name, sizeof name, "%s/intel/ioc/%s", corpus(), path);
    FILE *f = fopen(name, "rbe");
    if (f == NULL) {
        fail_msg("%s is not there", name);
    }
    uint8_t *p = hw_buf_more(out, FILE_BYTES);
    assert_non_null(p);
    out->n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
}

static void every_document_says_what_was_counted(void **state)
{
    size_t found[sizeof kinds / sizeof kinds[0]] = {0};
    size_t said[sizeof refused / sizeof refused[0]] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        struct hw_told t;
        struct hw_buf b;
        char part[80];
        hw_told_init(&t);
        hw_buf_init(&b, FILE_BYTES);
        load(wants[i].path, &b);
        hw_told_examine(&t, b.p, b.n, NULL);
        (void)snprintf(part, sizeof part, "entries=%u refused=0 ",
                       wants[i].indicators + wants[i].patterns);
        if (!hw_told_has(&t, "form=openioc", part, NULL)) {
            fail_msg("%s: not %s", wants[i].path, part);
        }
        (void)snprintf(part, sizeof part, "openioc.items number=%u", wants[i].items);
        assert_int_equal(hw_told_count(&t, part), 1);
        assert_int_equal(hw_told_count(&t, "indicator node=0"), wants[i].indicators);
        assert_int_equal(hw_told_count(&t, "pattern node=0"), wants[i].patterns);
        bool method = strstr(wants[i].path, "METHODOLOGY") != NULL;
        assert_int_equal(hw_told_count(&t, " role=context"),
                         wants[i].context + (method ? wants[i].patterns : 0));
        assert_int_equal(t.anomalies, 0);
        for (size_t k = 0; k < sizeof refused / sizeof refused[0]; k++) {
            said[k] += hw_told_count(&t, refused[k].part);
        }
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            (void)snprintf(part, sizeof part, " kind=%s ", kinds[k].kind);
            found[k] += hw_told_count(&t, part);
        }
        hw_buf_done(&b);
        hw_told_done(&t);
    }
    for (size_t k = 0; k < sizeof refused / sizeof refused[0]; k++) {
        if (said[k] != refused[k].count) {
            fail_msg("%s: %zu, not %u", refused[k].part, said[k], refused[k].count);
        }
    }
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        if (found[k] != kinds[k].count) {
            fail_msg("%s: %zu, not %u", kinds[k].kind, found[k], kinds[k].count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_document_says_what_was_counted)};
    struct stat st;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(corpus(), &st) != 0) {
        (void)printf("1..0 # SKIP no corpus at %s\n", corpus());
        return 0;
    }
    return cmocka_run_group_tests_name("openioc_corpus", tests, NULL, NULL);
}
