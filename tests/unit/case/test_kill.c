/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fifty kill -9: a child stores, commits and checkpoints, and says into a pipe what it is about to
 * do; the parent kills it there. What it said last is where it died. After all of them an
 * unhindered run must end with the very dump of a case that was never disturbed.
 */
#include "kit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVIDENCES = 60, KILLS = 50, LEAST = 12, MOST_TRIES = 400 };
enum phase { READING, COMMITTING, CHECKPOINTING, PHASES };

static const char said[PHASES] = {'r', 'c', 'p'};

/* The real thing would read a file here. */
static bool scan(struct hw_case *c, bool again, int tell)
{
    struct hw_error err;
    for (uint32_t n = 0; n < EVIDENCES; n++) {
        struct kit_evidence *e = kit_evidence(n, n % 25);
        bool known = false, ok = true;
        char path[64];
        snprintf(path, sizeof path, "/data/%u.zip", n);
        struct hw_place p = kit_place(path, NOW - 60 * SECOND);
        ok = tell < 0 || write(tell, "r", 1) == 1;
        ok = ok && hw_case_known(c, e->e.sha256, HW_CLASS_ANY, 1, &known, &err) == HW_OK;
        if (ok && (!known || again)) {
            ok = hw_case_store(c, &e->e, e->facts, e->count, &err) == HW_OK;
        }
        ok = ok && hw_case_sight(c, &p, e->e.sha256, NOW, &err) == HW_OK;
        if (n % 4 == 3) {
            ok = ok && (tell < 0 || write(tell, "c", 1) == 1);
            ok = ok && hw_case_commit(c, &err) == HW_OK;
        }
        if (n % 8 == 7) {
            ok = ok && (tell < 0 || write(tell, "p", 1) == 1);
            ok = ok && hw_case_checkpoint(c, &err) == HW_OK;
        }
        kit_evidence_free(e);
        if (!ok) {
            print_error("scan: %s\n", err.text);
            return false;
        }
    }
    return hw_case_commit(c, &err) == HW_OK;
}

static void child(const char *path, int tell)
{
    struct hw_case *c = NULL;
    struct hw_case_open how = {.path = path, .mode = HW_CASE_WRITE, .now_ns = NOW};
    if (hw_case_open(&how, &c, NULL) != HW_OK) {
        _exit(3);
    }
    for (bool again = false; scan(c, again, tell); again = true) {
    }
    _exit(4);
}

/* Reads until the child has said `wait_for` `times` times; then a short while more. */
static void wait_and_kill(pid_t pid, int from, enum phase wait_for, unsigned times,
                          unsigned linger_us, char *out_last)
{
    char c = 0;
    while (times > 0 && read(from, &c, 1) == 1) {
        times -= c == said[wait_for];
    }
    *out_last = c;
    usleep(linger_us);
    kill(pid, SIGKILL);
    while (read(from, &c, 1) == 1) {
        *out_last = c;
    }
}

static void fifty_kills_change_no_fact(void **state)
{
    struct kit *k = *state;
    unsigned died[PHASES] = {0}, kills = 0, tries = 0;
    struct hw_buf calm, shaken;
    uint64_t seed = 1;
    struct hw_case *c = kit_open(k, HW_CASE_PRIVATE);
    assert_true(scan(c, false, -1));
    kit_dump(c, &calm);
    hw_case_free(c);
    while (kills < KILLS || died[0] < LEAST || died[1] < LEAST || died[2] < LEAST) {
        int pipe_fd[2], status;
        char last = 0;
        assert_true(tries++ < MOST_TRIES);
        enum phase aim = died[1] <= died[0] && died[1] <= died[2] ? COMMITTING
                         : died[2] <= died[0]                     ? CHECKPOINTING
                                                                  : READING;
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        assert_int_equal(pipe(pipe_fd), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            close(pipe_fd[0]);
            child(k->path, pipe_fd[1]);
        }
        close(pipe_fd[1]);
        wait_and_kill(pid, pipe_fd[0], aim, 1 + (unsigned)(seed >> 33) % 6,
                      (seed >> 50) % 2 == 0 ? 0 : (unsigned)(seed >> 40) % 300, &last);
        close(pipe_fd[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        for (unsigned p = 0; p < PHASES; p++) {
            if (last == said[p]) {
                died[p]++;
                kills++;
            }
        }
        if (tries % 10 == 0) { /* whole after any kill, not only at the end */
            c = kit_open(k, HW_CASE_READ);
            assert_int_equal(kit_check(k, c), 0);
            hw_case_free(c);
        }
    }
    print_message("# killed %u times: reading %u, committing %u, checkpointing %u\n", kills,
                  died[READING], died[COMMITTING], died[CHECKPOINTING]);
    c = kit_open(k, HW_CASE_WRITE);
    assert_true(scan(c, false, -1));
    kit_dump(c, &shaken);
    assert_int_equal(kit_check(k, c), 0);
    hw_case_free(c);
    assert_int_equal(calm.n, shaken.n);
    assert_memory_equal(calm.p, shaken.p, calm.n);
    hw_buf_done(&calm);
    hw_buf_done(&shaken);
}

/* A file that was begun and never became a case is begun again. */
static void kill_while_creating_is_no_obstacle(void **state)
{
    struct kit *k = *state;
    for (unsigned i = 0; i < 40; i++) {
        unlink(k->path);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            struct hw_case *c = NULL;
            struct hw_case_open how = {.path = k->path, .mode = HW_CASE_WRITE, .now_ns = NOW};
            _exit(hw_case_open(&how, &c, NULL) == HW_OK ? 0 : 1);
        }
        usleep(i * 150);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        struct hw_case *c = kit_open(k, HW_CASE_WRITE);
        kit_store(c, i, 1);
        OK(hw_case_commit(c, &k->err));
        hw_case_free(c);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        T(fifty_kills_change_no_fact),
        T(kill_while_creating_is_no_obstacle),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
