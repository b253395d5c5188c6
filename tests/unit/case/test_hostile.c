/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case file is evidence too. Copies of a small one are cut and changed, and opened as a
 * stranger's (which must refuse or answer) and as ours (whose damage every row must survive).
 */
#include "kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sweep.h"

struct hostile {
    struct kit *k;
    bool stranger;
    unsigned opened;
};

static void drain(struct hw_case *c)
{
    struct hw_error err;
    struct hw_cursor *q = NULL;
    struct hw_artifact_ask all_artifacts = {.under = HW_SPAN_LIT("/data")};
    struct hw_evidence_ask all = {0};
    union {
        struct hw_artifact_row artifact;
        struct hw_evidence_row evidence;
        struct hw_fact_row fact;
        struct hw_match_row match;
        struct hw_action_row action;
        struct hw_sighting_row sighting;
    } row;
    struct hw_case_check check = {0};
    uint8_t hash[32];
    struct hw_prevalence p;
    kit_hash(1, 0, hash);
    if (hw_case_artifacts(c, &all_artifacts, &q, &err) == HW_OK) {
        while (hw_artifact_next(q, &row.artifact, &err) == HW_ROW) {
        }
        hw_cursor_free(q);
    }
    if (hw_case_evidence(c, &all, &q, &err) == HW_OK) {
        struct hw_cursor *f = NULL;
        while (hw_evidence_next(q, &row.evidence, &err) == HW_ROW) {
            if (hw_case_facts(c, row.evidence.reading, HW_ANY_NODE, HW_ALL_KINDS, &f, &err) ==
                HW_OK) {
                while (hw_fact_next(f, &row.fact, &err) == HW_ROW) {
                }
                hw_cursor_free(f);
            }
        }
        hw_cursor_free(q);
    }
    if (hw_case_matches(c, &q, &err) == HW_OK) {
        while (hw_match_next(q, &row.match, &err) == HW_ROW) {
        }
        hw_cursor_free(q);
    }
    if (hw_case_log(c, &q, &err) == HW_OK) {
        while (hw_action_next(q, &row.action, &err) == HW_ROW) {
        }
        hw_cursor_free(q);
    }
    if (hw_case_sightings(c, hash, &q, &err) == HW_OK) {
        while (hw_sighting_next(q, &row.sighting, &err) == HW_ROW) {
        }
        hw_cursor_free(q);
    }
    (void)!hw_case_prevalence(c, hash, &p, &err);
    (void)!hw_case_check(c, &check, &err);
}

static bool open_copy(const uint8_t *p, size_t n, void *state)
{
    struct hostile *h = state;
    struct hw_case *c = NULL;
    struct hw_case_open how = {.path = h->k->path, .mode = HW_CASE_READ};
    unlink(h->k->path);
    int fd = open(h->k->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    /* The mode alone makes it a stranger's. */
    assert_int_equal(fchmod(fd, h->stranger ? 0622 : 0600), 0);
    close(fd);
    if (hw_case_open(&how, &c, &h->k->err) != HW_OK) {
        assert_true(h->k->err.code == HW_E_CASE || h->k->err.code == HW_E_IO ||
                    (n == 0 && h->k->err.code == HW_E_MISSING));
        assert_null(c);
        return false;
    }
    h->opened++;
    drain(c);
    hw_case_free(c);
    return true;
}

static void small_case(struct kit *k, struct hw_buf *out)
{
    struct hw_action a = {.who = "ann", .version = "0", .command = "add", .policy = ""};
    struct hw_case *c = kit_open(k, HW_CASE_WRITE);
    kit_store(c, 1, 4);
    kit_store(c, 2, 2);
    kit_store_indicator(c, 100, "imphash", "00112233445566778899aabbccddeeff");
    OK(hw_case_commit(c, &k->err));
    OK(hw_case_log_append(c, &a, &k->err));
    hw_case_free(c);
    kit_slurp(k->path, out);
}

static void strangers_case_answers_or_is_refused(void **state)
{
    struct hostile h = {.k = *state, .stranger = true};
    struct hw_buf b;
    small_case(h.k, &b);
    assert_true(open_copy(b.p, b.n, &h));
    h.opened = 0;
    hw_sweep_mutate(b.p, b.n, 400, 11, open_copy, &h);
    hw_buf_done(&b);
}

static void damaged_case_of_ours_never_crashes(void **state)
{
    struct hostile h = {.k = *state, .stranger = false};
    struct hw_buf b;
    small_case(h.k, &b);
    assert_true(open_copy(b.p, b.n, &h));
    h.opened = 0;
    hw_sweep_mutate(b.p, b.n, 400, 12, open_copy, &h);
    assert_true(h.opened > 0);
    hw_buf_done(&b);
}

static void cut_case_answers_or_is_refused(void **state)
{
    struct hostile h = {.k = *state, .stranger = true};
    struct hw_buf b;
    unsigned refused = 0;
    small_case(h.k, &b);
    for (size_t n = 0; n < b.n; n += n < 128 ? 1 : 509) {
        refused += !open_copy(b.p, n, &h);
    }
    assert_true(refused > 100);
    hw_buf_done(&b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(strangers_case_answers_or_is_refused),
        T(damaged_case_of_ours_never_crashes),
        T(cut_case_answers_or_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
