/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real broker and worker, with an examiner that has been taken over (nasty_examine.c): whatever
 * it tries costs that one input, by name, and the next is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sanitized.h"
#include "jobs.h"
#include "build_frames.h"

static const char *program; /* the worker under test, from the command line */

static int set_up(void **state)
{
    *state = start_broker(program, "", 2);
    return 0;
}

static int tear_down(void **state)
{
    hw_broker_free(*state);
    return 0;
}

static void next_is_read(struct hw_broker *b)
{
    expect_reply(run_input(b, "plain"), NULL);
}

static void plain_input_is_read(void **state)
{
    struct hw_reply *a = run_input(*state, "plain");
    assert_int_equal(hw_reply_facts(a), 2);
    assert_int_equal(hw_reply_nodes(a), 1);
    assert_true(hw_reply_peak_bytes(a) > 0);
    expect_reply(a, NULL);
    expect_reply(run_input(*state, ""), NULL);
    /* one that is mapped, not read */
    expect_reply(run_job(*state, make_job(make_input("plain", 3 << 20))), NULL);
}

static void cage_says_what_held(void **state)
{
    struct hw_cage_held held = hw_broker_cage(*state);
    assert_int_equal(held.seccomp, 1);
    assert_true(held.uid != 0);
    if (getuid() != 0) {
        assert_int_equal(held.uid, getuid());
    }
}

static void forbidden_calls_are_named(void **state)
{
    static const char *const words[] = {
        "open",   "stat",         "socket",       "fork",     "thread",         "exec",
        "ptrace", "getppid",      "kill",         "setuid",   "prctl",          "seccomp",
        "dup",    "read-control", "write-stdout", "truncate", "write-evidence",
    };
    static const char *const memory_words[] = {"mprotect-exec", "map-exec", "map-shared",
                                               "setrlimit"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        print_message("# %s\n", words[i]);
        expect_reply(run_input(*state, words[i]), "forbidden-call");
        next_is_read(*state);
    }
    for (size_t i = 0; !SANITIZED && i < sizeof memory_words / sizeof memory_words[0]; i++) {
        print_message("# %s\n", memory_words[i]);
        expect_reply(run_input(*state, memory_words[i]), "forbidden-call");
        next_is_read(*state);
    }
}

static void memory_without_end_is_refused(void **state)
{
    if (SANITIZED) {
        skip(); /* its shadow is beyond any limit */
    }
    struct hw_reply *a = run_input(*state, "memory");
    assert_true(hw_reply_peak_bytes(a) < UINT64_C(300) << 20);
    expect_reply(a, "memory");
    expect_reply(run_input(*state, "maps"), "memory");
    struct hw_job small = make_job(make_input("memory", 0));
    small.memory_bytes = 32 << 20;
    a = run_job(*state, small);
    assert_true(hw_reply_peak_bytes(a) < UINT64_C(64) << 20);
    expect_reply(a, "memory");
    next_is_read(*state);
}

static void time_is_limited(void **state)
{
    static const char *const words[] = {"spin", "spin-on"};
    for (size_t i = 0; i < 2; i++) {
        struct hw_job cpu = make_job(make_input(words[i], 0));
        cpu.cpu_seconds = 1;
        cpu.wall_ms = 20000;
        expect_reply(run_job(*state, cpu), "time");
        next_is_read(*state);
    }
    struct hw_job wall = make_job(make_input("hang", 0));
    wall.wall_ms = 200;
    expect_reply(run_job(*state, wall), "time");
    next_is_read(*state);
}

static void floods_are_refused(void **state)
{
    expect_reply(run_input(*state, "some"), NULL);
    expect_reply(run_input(*state, "many"), "too-many-facts");
    next_is_read(*state);
    expect_reply(run_input(*state, "large"), "too-many-bytes");
    next_is_read(*state);
}

static void expect_crash(struct hw_reply *a)
{
    if (SANITIZED && hw_reply_refusal(a) == HW_REFUSAL_FORBIDDEN_CALL) {
        hw_reply_free(a); /* the sanitizer looked for symbols to print */
    } else {
        expect_reply(a, "crashed");
    }
}

static void crashes_cost_one_input(void **state)
{
    static const char *const words[] = {"segv", "stack", "abort", "trap", "exit"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        print_message("# %s\n", words[i]);
        expect_crash(run_input(*state, words[i]));
        next_is_read(*state);
    }
    expect_reply(run_input(*state, "leave"), "no-end");
    expect_reply(run_input(*state, "failed"), "failed");
    next_is_read(*state);
}

static void shrinking_file_is_named(void **state)
{
    struct hw_error err;
    struct hw_broker *b = *state;
    int fd = make_input("spin", 4 << 20);
    struct hw_job job = make_job(fd);
    assert_int_equal(hw_broker_submit(b, &job, &err), HW_OK);
    assert_int_equal(hw_broker_pump(b, 200, &err), HW_OK); /* it has mapped it by now */
    assert_null(hw_broker_next(b));
    assert_int_equal(ftruncate(fd, 4096), 0);
    assert_int_equal(hw_broker_pump(b, 20000, &err), HW_OK);
    if (!SANITIZED) {
        expect_reply(hw_broker_next(b), "shrank");
    } else {
        hw_reply_free(hw_broker_next(b));
    }
    next_is_read(b);
    /* shorter already when it was opened: mapped or read, no signal is needed to see it */
    for (size_t size = 4096; size <= 4U << 20; size <<= 10) {
        struct hw_job late = make_job(make_input("plain", size));
        late.size++;
        expect_reply(run_job(b, late), "shrank");
    }
    assert_int_equal(close(fd), 0);
    next_is_read(b);
}

static void only_regular_files_are_read(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct hw_job job = {.fd = ends[0], .size = 4, .outer = hw_frames_outer()};
    struct hw_error err;
    assert_int_equal(hw_broker_submit(*state, &job, &err), HW_E_USAGE);
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
    next_is_read(*state);
}

static void many_inputs_fly_at_once(void **state)
{
    (void)state;
    struct hw_error err;
    static const char *const words[] = {"plain", "segv", "some", "open", "plain", "exit"};
    enum { ROUNDS = 240 };
    unsigned sent = 0, answered = 0, accepted = 0;
    struct hw_broker *b = start_broker(program, "", 8);
    while (answered < ROUNDS) {
        while (sent < ROUNDS && hw_broker_room(b) > 0) {
            struct hw_job job = make_job(make_input(words[sent % 6], 0));
            assert_int_equal(hw_broker_submit(b, &job, &err), HW_OK);
            assert_int_equal(close(job.fd), 0);
            sent++;
        }
        struct hw_job over = {.fd = 0};
        assert_true(hw_broker_room(b) > 0 || hw_broker_submit(b, &over, &err) == HW_E_BUSY);
        assert_int_equal(hw_broker_pump(b, 10000, &err), HW_OK);
        for (struct hw_reply *a = hw_broker_next(b); a != NULL; a = hw_broker_next(b)) {
            accepted += hw_reply_refusal(a) == HW_REFUSAL_NONE ? 1 : 0;
            answered++;
            hw_reply_free(a);
        }
    }
    assert_int_equal(accepted, ROUNDS / 2);
    assert_int_equal(hw_broker_flying(b), 0);
    hw_broker_free(b);
}

static struct hw_broker *start_with(const char *rules, uint64_t want)
{
    struct hw_error err;
    struct hw_broker *with = NULL;
    struct hw_broker_options o = {.program = program,
                                  .keyring = HW_SPAN_LIT("fine"),
                                  .rules = {(const uint8_t *)rules, strlen(rules)}};
    assert_int_equal(hw_broker_start(&o, &with, &err), HW_OK);
    assert_int_equal(hw_broker_rules(with).rules, want);
    return with;
}

/* A broker that its rules end is started without them; the scan is not lost. */
static void rules_that_end_the_broker_cost_themselves(void **state)
{
    (void)state;
    struct hw_broker *with = start_with("abort", 0);
    expect_reply(run_input(with, "plain"), NULL);
    hw_broker_free(with);
    if (SANITIZED) {
        return; /* no limit holds it */
    }
    with = start_with("memory", 0); /* within its limit: it lives on, without rules */
    expect_reply(run_input(with, "plain"), NULL);
    hw_broker_free(with);
}

/* An input that crashes only with rules is read without them; one that crashes anyway is not. */
static void rules_that_end_a_worker_cost_themselves(void **state)
{
    (void)state;
    struct hw_broker *with = start_with("fine", 7);
    expect_reply(run_input(with, "plain"), NULL);
    expect_reply(run_input(with, "rules-abort"), NULL);
    struct hw_job job = make_job(make_input("rules-spin", 0));
    job.cpu_seconds = 1;
    expect_reply(run_job(with, job), NULL);
    expect_crash(run_input(with, "abort"));
    expect_reply(run_input(with, "plain"), NULL);
    hw_broker_free(with);
}

static void bad_keyring_is_usage(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_broker *b = NULL;
    struct hw_broker_options o = {.program = program, .keyring = HW_SPAN_LIT("bad")};
    assert_int_equal(hw_broker_start(&o, &b, &err), HW_E_USAGE);
    assert_non_null(strstr(err.text, "no header"));
    assert_null(b);
    o.keyring = HW_SPAN_LIT("fine");
    assert_int_equal(hw_broker_start(&o, &b, &err), HW_OK);
    hw_broker_free(b);
}

/* In a child that first became somebody else: 0 when an input was read, 77 when it could not be
 * tried here, and what the broker said it runs under. */
static int read_one_as(int (*become)(void), uint32_t want_uid)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct hw_error err = {.text = ""};
        struct hw_broker *b = NULL;
        struct hw_broker_options o = {.program = program};
        struct hw_job job = make_job(make_input("plain", 0));
        if (become() != 0 || access(program, X_OK) != 0) {
            _exit(77);
        }
        if (hw_broker_start(&o, &b, &err) != HW_OK) {
            (void)fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
        if (hw_broker_cage(b).uid != want_uid) {
            _exit(2);
        }
        if (hw_broker_submit(b, &job, &err) != HW_OK || hw_broker_pump(b, 10000, &err) != HW_OK) {
            _exit(3);
        }
        struct hw_reply *a = hw_broker_next(b);
        _exit(a != NULL && hw_reply_refusal(a) == HW_REFUSAL_NONE ? 0 : 4);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 5;
}

enum { SOMEBODY = 12345 };

static int become_somebody(void)
{
    return setgroups(0, NULL) != 0 || setresgid(SOMEBODY, SOMEBODY, SOMEBODY) != 0 ||
           setresuid(SOMEBODY, SOMEBODY, SOMEBODY) != 0;
}

/* A namespace that knows one identity only: its root, who is nobody special outside. */
static int become_lonely_root(void)
{
    static const char map[] = "0 0 1";
    if (unshare(CLONE_NEWUSER) != 0) {
        return -1;
    }
    int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    return fd < 0 || write(fd, map, sizeof map - 1) < 0 || close(fd) != 0 || getuid() != 0;
}

static void cage_closes_for_an_ordinary_user(void **state)
{
    (void)state;
    int rc = getuid() == 0 ? read_one_as(become_somebody, SOMEBODY) : 77;
    if (rc == 77) {
        skip(); /* not root, and then every other test here is that test */
    }
    assert_int_equal(rc, 0);
}

static void cage_closes_where_nobody_is_unknown(void **state)
{
    (void)state;
    int rc = getuid() == 0 ? read_one_as(become_lonely_root, 0) : 77;
    if (rc == 77) {
        skip(); /* as above: this one needs root too */
    }
    assert_int_equal(rc, 0);
}

static void missing_program_is_refused(void **state)
{
    (void)state;
    struct hw_error err;
    struct hw_broker *b = NULL;
    struct hw_broker_options o = {.program = "/nonexistent/headwater-worker"};
    assert_int_equal(hw_broker_start(&o, &b, &err), HW_E_CAGE);
    assert_null(b);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_input_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cage_says_what_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forbidden_calls_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_without_end_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(floods_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(crashes_cost_one_input, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shrinking_file_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_regular_files_are_read, set_up, tear_down),
        cmocka_unit_test(many_inputs_fly_at_once),
        cmocka_unit_test(bad_keyring_is_usage),
        cmocka_unit_test(rules_that_end_the_broker_cost_themselves),
        cmocka_unit_test(rules_that_end_a_worker_cost_themselves),
        cmocka_unit_test(cage_closes_for_an_ordinary_user),
        cmocka_unit_test(cage_closes_where_nobody_is_unknown),
        cmocka_unit_test(missing_program_is_refused),
    };
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s WORKER\n", argv[0]);
        return 2;
    }
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
