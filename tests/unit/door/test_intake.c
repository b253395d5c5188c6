/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real trees through the real worker into a private case: whatever lies there is told and costs at
 * most itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "beside.h"
#include "case/cursor.h"
#include "door/intake/intake.h"

#define OK(call) assert_int_equal(call, HW_OK)
enum { EVENTS = 16 };

struct tree {
    char dir[64];
    struct hw_case *c;
    struct hw_error err;
    struct hw_intake_report report;
    struct hw_intake_event events[EVENTS];
    char words[EVENTS][24];
    size_t path_n[EVENTS], count;
    volatile sig_atomic_t stop;
    bool stop_at_once;
};

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int set_up(void **state)
{
    struct tree *t = calloc(1, sizeof *t);
    struct hw_case_open how = {.mode = HW_CASE_PRIVATE, .now_ns = HW_NS_PER_SECOND};
    const char *tmp = getenv("TMPDIR");
    assert_non_null(t);
    snprintf(t->dir, sizeof t->dir, "%.40s/hw-tree-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(t->dir));
    OK(hw_case_open(&how, &t->c, &t->err));
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct tree *t = *state;
    hw_case_free(t->c);
    nftw(t->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(t);
    return 0;
}

static void put(struct tree *t, const char *name, const char *text, size_t grown)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", t->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(grown > 0 ? ftruncate(fd, (off_t)grown) : 0, 0);
    close(fd);
}

static int keep(void *state, const struct hw_intake_event *e, struct hw_error *err)
{
    struct tree *t = state;
    (void)err;
    assert_true(t->count < EVENTS);
    snprintf(t->words[t->count], sizeof t->words[0], "%s", e->word == NULL ? "" : e->word);
    t->path_n[t->count] = e->path.n;
    t->events[t->count++] = *e;
    return HW_OK;
}

static void stop(void *state, uint64_t files, uint64_t bytes, struct hw_span path)
{
    struct tree *t = state;
    (void)files;
    (void)bytes;
    (void)path;
    t->stop = t->stop_at_once;
}

static int take(struct tree *t, enum hw_class asked, const char *path)
{
    struct hw_intake_options o = {.c = t->c,
                                  .asked = asked,
                                  .scope = "",
                                  .host = "",
                                  .know_certificates = asked == HW_CLASS_KNOWLEDGE,
                                  .stop = &t->stop,
                                  .event = keep,
                                  .progress = stop,
                                  .state = t};
    t->count = 0;
    int rc = hw_intake(&o, &path, 1, &t->report, &t->err);
    if (rc != HW_OK) {
        print_error("intake: %s\n", t->err.text);
    }
    return rc;
}

static bool met(const struct tree *t, enum hw_intake_what what, const char *word)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->events[i].what == what && strcmp(t->words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static void a_file_is_read_once_and_known_under_every_name(void **state)
{
    struct tree *t = *state;
    char a[128], b[128];
    put(t, "a", "some words", 0);
    snprintf(a, sizeof a, "%s/a", t->dir);
    snprintf(b, sizeof b, "%s/b", t->dir);
    assert_int_equal(link(a, b), 0);
    OK(take(t, HW_CLASS_ARTIFACT, t->dir));
    assert_int_equal(t->report.count[HW_INTAKE_READ], 1);
    assert_int_equal(t->report.count[HW_INTAKE_KNOWN], 1);
    OK(take(t, HW_CLASS_ARTIFACT, t->dir));
    assert_int_equal(t->report.count[HW_INTAKE_READ], 0);
}

static void links_and_pipes_are_told_and_not_opened(void **state)
{
    struct tree *t = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/pipe", t->dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/link", t->dir);
    assert_int_equal(symlink("/etc", path), 0);
    put(t, "file", "some words", 0);
    OK(take(t, HW_CLASS_ARTIFACT, t->dir));
    assert_true(met(t, HW_INTAKE_UNREAD, "fifo"));
    assert_true(met(t, HW_INTAKE_UNREAD, "symlink"));
    assert_int_equal(t->report.count[HW_INTAKE_READ], 1);
    assert_int_equal(t->count, 3);
}

static void files_of_the_kernel_are_left_alone_even_when_named(void **state)
{
    struct tree *t = *state;
    OK(take(t, HW_CLASS_ARTIFACT, "/proc/version"));
    assert_int_equal(t->count, 1);
    assert_true(met(t, HW_INTAKE_UNREAD, "pseudo"));
    OK(take(t, HW_CLASS_ARTIFACT, "/proc/self"));
    assert_true(met(t, HW_INTAKE_UNREAD, "pseudo"));
}

static void a_stop_does_not_wait_for_the_end_of_a_huge_file(void **state)
{
    struct tree *t = *state;
    put(t, "sparse", "x", (size_t)1 << 40);
    t->stop_at_once = true;
    OK(take(t, HW_CLASS_ARTIFACT, t->dir));
    assert_true(t->report.stopped);
    assert_int_equal(t->count, 0);
}

static void a_missing_path_is_said_before_anything_is_read(void **state)
{
    struct tree *t = *state;
    assert_int_equal(take(t, HW_CLASS_ARTIFACT, "/nowhere/at/all"), HW_E_MISSING);
}

static void store_list(struct tree *t, const uint8_t sha256[32], bool proven)
{
    static uint8_t bodies[3][HW_FRAME_BYTES];
    struct hw_stored_fact stored[3];
    struct hw_fact f[3];
    struct hw_span d = {sha256, 32};
    hw_fact_about(&f[0], HW_FACT_ARTIFACT, 0);
    hw_fact_u64(&f[0], HW_ARTIFACT_SIZE, 10);
    hw_fact_span(&f[0], HW_ARTIFACT_SHA256, d);
    hw_fact_span(&f[0], HW_ARTIFACT_SHA1, hw_span_cut(d, 0, 20));
    hw_fact_span(&f[0], HW_ARTIFACT_MD5, hw_span_cut(d, 0, 16));
    hw_fact_str(&f[0], HW_ARTIFACT_FORMAT, "unknown");
    hw_fact_u64(&f[0], HW_ARTIFACT_BITS, 0);
    hw_fact_about(&f[1], HW_FACT_KNOWLEDGE, 0);
    hw_fact_str(&f[1], HW_KNOWLEDGE_FORM, "crl");
    hw_fact_about(&f[2], HW_FACT_CRL, 0);
    hw_fact_span(&f[2], HW_CRL_SHA256, d);
    if (proven) {
        hw_fact_u64(&f[2], HW_CRL_MATH_OK, 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        struct hw_buf b;
        hw_buf_init(&b, HW_FRAME_BYTES);
        OK(hw_fact_encode_body(&f[i], &b, &t->err));
        memcpy(bodies[i], b.p, b.n);
        stored[i] = (struct hw_stored_fact){f[i].kind, {bodies[i], b.n}};
        hw_buf_done(&b);
    }
    struct hw_evidence e = {.size = 10,
                            .asked = HW_CLASS_KNOWLEDGE,
                            .parser = HW_PARSER_VERSION,
                            .degree = HW_SOUND,
                            .cage = ""};
    memcpy(e.sha256, sha256, 32);
    OK(hw_case_store(t->c, &e, stored, 3, &t->err));
}

/* Learned before the certificate of its issuer, a list gets its second chance; a proven one needs
 * none. */
static void an_unproven_list_is_read_again_when_learned_again(void **state)
{
    struct tree *t = *state;
    put(t, "list", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", 0);
    OK(take(t, HW_CLASS_KNOWLEDGE, t->dir));
    assert_int_equal(t->count, 1);
    uint8_t sha256[32];
    memcpy(sha256, t->events[0].sha256, 32);
    store_list(t, sha256, true);
    OK(take(t, HW_CLASS_KNOWLEDGE, t->dir));
    assert_int_equal(t->report.count[HW_INTAKE_READ], 0);
    store_list(t, sha256, false);
    OK(take(t, HW_CLASS_KNOWLEDGE, t->dir));
    assert_int_equal(t->report.count[HW_INTAKE_READ], 1);
}

static bool holds_fact(struct tree *t, enum hw_mark mark, size_t want)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    size_t n = 0;
    OK(hw_case_marked(t->c, mark, NULL, &k, &t->err));
    while (hw_fact_next(k, &row, &t->err) == HW_ROW) {
        n++;
    }
    hw_cursor_free(k);
    return n == want;
}

/* Rules learned later are run over what was read before, once. */
static void what_was_read_without_a_rule_is_read_again_with_it(void **state)
{
    struct tree *t = *state;
    char rules[128], sample[128];
    put(t, "rules.yar", "rule poison { strings: $a = \"poison words\" condition: $a }", 0);
    put(t, "sample", "some poison words\n", 0);
    snprintf(rules, sizeof rules, "%s/rules.yar", t->dir);
    snprintf(sample, sizeof sample, "%s/sample", t->dir);
    OK(take(t, HW_CLASS_ARTIFACT, sample));
    assert_int_equal(t->report.rules, 0);
    assert_true(holds_fact(t, HW_MARK_RULES, 0));
    OK(take(t, HW_CLASS_KNOWLEDGE, rules));
    assert_true(met(t, HW_INTAKE_READ, ""));
    OK(take(t, HW_CLASS_ARTIFACT, sample));
    assert_true(met(t, HW_INTAKE_READ, ""));
    assert_int_equal(t->report.rules, 1);
    assert_int_equal(t->report.rules_lost, 0);
    assert_true(holds_fact(t, HW_MARK_RULES, 1));
    assert_true(holds_fact(t, HW_MARK_RULESET, 1));
    OK(take(t, HW_CLASS_ARTIFACT, sample));
    assert_false(met(t, HW_INTAKE_READ, ""));
    /* the rules themselves are knowledge, and match nothing, not even themselves */
    OK(take(t, HW_CLASS_ANY, rules));
    assert_true(holds_fact(t, HW_MARK_RULES, 1));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(a_file_is_read_once_and_known_under_every_name),
        T(links_and_pipes_are_told_and_not_opened),
        T(files_of_the_kernel_are_left_alone_even_when_named),
        T(a_stop_does_not_wait_for_the_end_of_a_huge_file),
        T(a_missing_path_is_said_before_anything_is_read),
        T(an_unproven_list_is_read_again_when_learned_again),
        T(what_was_read_without_a_rule_is_read_again_with_it),
    };
    if (argc != 2 || !put_beside(argv[1])) {
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
