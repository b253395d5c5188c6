/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real Zeek logs, as their publishers packed them: Zeek's own baselines (text, with times written
 * over) and the sensors of two published exercises (text and JSON). How many logs and records each
 * holds was counted once by other means (lines that are no remark) before it was pinned here; not
 * one of them is malformed.
 *
 * The corpus lies beside the tree or where HEADWATER_CORPUS says; without it this is skipped and
 * says so.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evidence/evidence.h"
#include "records.h"

enum { FILE_BYTES = 4 << 20 };

#define OTRF "telemetry/otrf-mordor/compound/"
static const struct {
    const char *path;
    unsigned logs, records;
} wanted[] = {
    {"telemetry/zeek/zeek-btest-baseline-logs.tar.xz", 552, 4985},
    {OTRF "LSASS_campaign_01/metasploit_logonpasswords_lsass_memory_dump_zeek_logs.zip", 12, 261},
    {OTRF "LSASS_campaign_02/metasploit_procdump_lsass_memory_dump_zeek_logs.zip", 6, 278},
    {OTRF "apt29/day1/zeek/NASHUA-zeek_logs.zip", 12, 1725},
    {OTRF "apt29/day1/zeek/SCRANTON-zeek_logs.zip", 14, 415},
    {OTRF "apt29/day2/zeek/NEWYORK-zeek_logs.zip", 12, 1337},
    {OTRF "apt29/day2/zeek/SCRANTON-zeek_logs.zip", 11, 620},
    {OTRF "apt29/day2/zeek/UTICA-A-zeek_logs.zip", 17, 1280},
    {OTRF "apt29/day2/zeek/UTICA-C-zeek_logs.zip", 11, 557},
    {OTRF "apt29/day2/zeek/UTICA-D-zeek_logs.zip", 11, 1207},
    {OTRF "apt29/day2/zeek/UTICA-ONE-DRIVE-zeek_logs.zip", 11, 663},
};

static const char *corpus(void)
{
    const char *set = getenv("HEADWATER_CORPUS");
    return set != NULL ? set : HW_CORPUS_DIR;
}

static size_t load(const char *path, uint8_t *p)
{
    char whole[1024];
    (void)snprintf(whole, sizeof whole, "%s/%s", corpus(), path);
    FILE *f = fopen(whole, "rbe");
    if (f == NULL) {
        fail_msg("cannot read %s", whole);
        return 0;
    }
    size_t n = fread(p, 1, FILE_BYTES, f);
    assert_true(n > 0 && n < FILE_BYTES);
    assert_int_equal(fclose(f), 0);
    return n;
}

static void zeek_corpus_is_read_whole(void **state)
{
    uint8_t *p = malloc(FILE_BYTES);
    (void)state;
    assert_non_null(p);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        struct hw_recorded t;
        size_t n = load(wanted[i].path, p);
        hw_recorded_init(&t);
        hw_told_examine(&t.told, p, n, NULL);
        size_t logs = hw_told_count(&t.told, " format=zeek ");
        if (logs != wanted[i].logs || t.records != wanted[i].records ||
            hw_told_count(&t.told, "rule=line-refused") != 0 ||
            hw_told_count(&t.told, "rule=polyglot") != 0) {
            fail_msg("%s: %zu logs, %llu records, %zu refused", wanted[i].path, logs,
                     (unsigned long long)t.records, hw_told_count(&t.told, "rule=line-refused"));
        }
        hw_recorded_done(&t);
    }
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(zeek_corpus_is_read_whole)};
    struct stat st;
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (stat(corpus(), &st) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", corpus());
        return 0;
    }
    hw_evidence_warm();
    return cmocka_run_group_tests_name("zeek_corpus", tests, NULL, NULL);
}
