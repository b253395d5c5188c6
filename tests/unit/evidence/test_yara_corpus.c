/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole collection people really publish (signature-base at 8a89b3b): every file of it is read
 * and every rule of it compiles. Numbers were counted by libyara's compiler over the single files.
 *
 * The corpus lies beside the tree or where HEADWATER_CORPUS says; without it the test is skipped
 * and says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exam.h"

enum { FILE_BYTES = 8 << 20, RULES = 5883 };

static const char *corpus_path(char out[1024])
{
    const char *corpus = getenv("HEADWATER_CORPUS");
    (void)snprintf(out, 1024, "%s/intel/ioc/signature-base-yara-8a89b3b.tar.gz",
                   corpus == NULL ? HW_CORPUS_DIR : corpus);
    return out;
}

static uint64_t sum_of(const struct hw_told *t, const char *key)
{
    uint64_t sum = 0;
    const char *at = (const char *)t->lines.p;
    while (at != NULL && (at = strstr(at, key)) != NULL) {
        at += strlen(key);
        sum += strtoull(at, NULL, 10);
    }
    return sum;
}

static void every_published_rule_compiles(void **state)
{
    char path[1024];
    struct hw_told t;
    (void)state;
    FILE *f = fopen(corpus_path(path), "rbe");
    if (f == NULL) {
        fail_msg("%s is not there", path);
    }
    uint8_t *p = malloc(FILE_BYTES);
    assert_non_null(p);
    size_t n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
    hw_evidence_warm();
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    hw_told_examine(&t, p, n, NULL);
    free(p);
    assert_non_null(hw_buf_text(&t.lines));
    assert_int_equal(t.anomalies, 0);
    assert_int_equal(hw_told_count(&t, " format=yara "), 741);
    assert_int_equal(hw_told_count(&t, "knowledge node="), 741);
    assert_int_equal(sum_of(&t, " entries="), RULES);
    assert_int_equal(sum_of(&t, " refused="), 0);
    assert_int_equal(hw_told_count(&t, "language=yara"), RULES);
    assert_true(hw_told_has(&t, "id=\"SUSP_TH_APT_UNC4736_TradingTech_Cert_Apr23_1\"",
                            "level=", "program=\"import \\\"pe\\\"", NULL));
    hw_told_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_rule_compiles),
    };
    char path[1024];
    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (access(corpus_path(path), R_OK) != 0) {
        /* cmocka calls a skipped test "not ok", which is not what TAP means by it. */
        (void)printf("1..0 # SKIP no corpus at %s\n", path);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
