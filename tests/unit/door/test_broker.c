/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parent's end against a worker that speaks the protocol wrongly (hostile_worker.c): each
 * offence is refused by its name, and the next input is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "jobs.h"
#include "build_frames.h"

static const char *hostile, *honest; /* programs, from the command line */

static int set_up(void **state)
{
    *state = start_broker(hostile, "", 4);
    return 0;
}

static int tear_down(void **state)
{
    hw_broker_free(*state);
    return 0;
}

static void next_is_read(struct hw_broker *b)
{
    struct hw_reply *a = run_input(b, "good");
    assert_int_equal(hw_reply_facts(a), 2);
    expect_reply(a, NULL);
}

static void each_offence_has_its_name(void **state)
{
    static const struct {
        const char *offence, *name;
    } table[] = {
        {"unknown-kind", "unknown-kind"},     {"wrong-hash", "wrong-hash"},
        {"wrong-md5", "wrong-hash"},          {"wrong-size", "wrong-hash"},
        {"over-long", "over-long"},           {"endless-length", "over-long"},
        {"longest-frame", "malformed"},       {"empty-frame", "malformed"},
        {"malformed", "malformed"},           {"no-begin", "out-of-order"},
        {"other-job", "out-of-order"},        {"begin-twice", "out-of-order"},
        {"fact-first", "out-of-order"},       {"end-first", "out-of-order"},
        {"first-has-parent", "out-of-order"}, {"node-twice", "out-of-order"},
        {"node-jump", "out-of-order"},        {"own-parent", "out-of-order"},
        {"orphan", "out-of-order"},           {"stranger", "out-of-order"},
        {"far-stranger", "out-of-order"},     {"wrong-count", "wrong-count"},
        {"wrong-nodes", "wrong-count"},       {"after-end", "after-end"},
        {"one-byte-more", "after-end"},       {"half-frame", "half-frame"},
        {"half-length", "half-frame"},        {"no-end", "no-end"},
        {"ten-million", "too-many-facts"},
    };
    next_is_read(*state);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        print_message("# %s\n", table[i].offence);
        expect_reply(run_input(*state, table[i].offence), table[i].name);
        next_is_read(*state);
    }
}

static void caps_of_one_input_hold(void **state)
{
    struct hw_job job = make_job(make_input("good", 0));
    job.caps = (struct hw_channel_caps){.facts = 1, .bytes = 1 << 20, .nodes = 1};
    expect_reply(run_job(*state, job), "too-many-facts");
    job = make_job(make_input("good", 0));
    job.caps = (struct hw_channel_caps){.facts = 2, .bytes = 100, .nodes = 1};
    expect_reply(run_job(*state, job), "too-many-bytes");
    job = make_job(make_input("good", 0));
    job.caps = (struct hw_channel_caps){.facts = 2, .bytes = 1 << 20, .nodes = 1};
    expect_reply(run_job(*state, job), NULL);
}

static void slow_drip_is_heard(void **state)
{
    struct hw_reply *a = run_input(*state, "drip");
    assert_int_equal(hw_reply_facts(a), 2);
    expect_reply(a, NULL);
}

static void silent_broker_is_ended(void **state)
{
    struct hw_job job = make_job(make_input("mute", 0));
    job.wall_ms = 100;
    expect_reply(run_job(*state, job), "time");
    next_is_read(*state);
}

static void lost_broker_costs_only_the_culprit(void **state)
{
    static const char *const words[] = {"good", "die", "good", "good"};
    struct hw_error err;
    struct hw_broker *b = *state;
    unsigned accepted = 0, lost = 0;
    for (unsigned i = 0; i < 4; i++) {
        struct hw_job job = make_job(make_input(words[i], 0));
        job.tag = (void *)(uintptr_t)words[i];
        assert_int_equal(hw_broker_submit(b, &job, &err), HW_OK);
        assert_int_equal(close(job.fd), 0);
    }
    while (hw_broker_flying(b) > 0) {
        assert_int_equal(hw_broker_pump(b, 10000, &err), HW_OK);
        for (struct hw_reply *a = hw_broker_next(b); a != NULL; a = hw_broker_next(b)) {
            bool culprit = strcmp(hw_reply_tag(a), "die") == 0;
            lost += culprit ? 1 : 0;
            accepted += culprit ? 0 : 1;
            expect_reply(a, culprit ? "broker-lost" : NULL);
        }
    }
    assert_int_equal(lost, 1);
    assert_int_equal(accepted, 3);
    next_is_read(b);
}

static void broker_that_breaks_the_protocol_is_replaced(void **state)
{
    static const char *const words[] = {"noise", "strange-done", "strange-death"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        expect_reply(run_input(*state, words[i]), "broker-lost");
        next_is_read(*state);
    }
    expect_reply(run_input(*state, "done-twice"), NULL);
    next_is_read(*state);
}

static void broker_killed_while_idle_is_replaced(void **state)
{
    (void)state;
    struct hw_broker *b = start_broker(honest, "", 2);
    for (unsigned i = 0; i < 3; i++) {
        pid_t pid = 0;
        char name[64];
        (void)snprintf(name, sizeof name, "/proc/%d/task/%d/children", getpid(), getpid());
        FILE *f = fopen(name, "re");
        if (f == NULL || fscanf(f, "%d", &pid) != 1) {
            skip(); /* no /proc here */
        }
        assert_int_equal(fclose(f), 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        expect_reply(run_input(b, "plain"), NULL);
    }
    hw_broker_free(b);
}

static void bad_starts_are_refused(void **state)
{
    (void)state;
    static const char *const ways[] = {"leave", "silent", "old", "no-seccomp", "refuse", "short"};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct hw_error err = {.text = ""};
        struct hw_broker *b = NULL;
        struct hw_broker_options o = {
            .program = hostile,
            .keyring = {(const uint8_t *)ways[i], strlen(ways[i])},
            .ready_ms = 300,
        };
        assert_int_equal(hw_broker_start(&o, &b, &err), HW_E_CAGE);
        assert_null(b);
        assert_true(err.text[0] != '\0');
    }
}

/* A process in which nobody can lay a filter: seccomp() and its older form answer ENOSYS. */
static int lose_seccomp(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0 /* the call's number */),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16 /* the first argument */),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_SECCOMP, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {.len = sizeof code / sizeof code[0], .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return -1;
    }
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

static void without_seccomp_nothing_is_read(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct hw_error err = {.text = ""};
        struct hw_broker *b = NULL;
        struct hw_broker_options o = {.program = honest};
        if (lose_seccomp() != 0) {
            _exit(1);
        }
        int rc = hw_broker_start(&o, &b, &err);
        _exit(rc == HW_E_CAGE && b == NULL && strstr(err.text, "seccomp") != NULL ? 42 : 2);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_offence_has_its_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(caps_of_one_input_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slow_drip_is_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silent_broker_is_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lost_broker_costs_only_the_culprit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broker_that_breaks_the_protocol_is_replaced, set_up,
                                        tear_down),
        cmocka_unit_test(broker_killed_while_idle_is_replaced),
        cmocka_unit_test(bad_starts_are_refused),
        cmocka_unit_test(without_seccomp_nothing_is_read),
    };
    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s HOSTILE HONEST\n", argv[0]);
        return 2;
    }
    hostile = argv[1];
    honest = argv[2];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
