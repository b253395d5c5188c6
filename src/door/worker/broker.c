/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/worker/broker.c -- the broker: one small caged process that forks a worker for each input.
 *
 * It never looks at evidence. What it reads is the keyring and the published rules, once, and after
 * its cage is closed. Rules are compiled here so that every worker has them for nothing; each of
 * them has compiled before, alone, in a worker. Where they end this process all the same, the
 * parent starts the next one without them.
 * It holds no descriptor of an input longer than the fork takes, so no worker ever inherits
 * another's. When the control socket ends it leaves, and its workers with it (PR_SET_PDEATHSIG).
 */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "door/worker/protocol.h"
#include "door/worker/warm.h"
#include "door/worker/worker.h"

enum {
    KEYRING_BYTES_MAX = 64 << 20,
    RULES_BYTES_MAX = 80 << 20,
    EXIT_BROKEN = 2, /* the parent broke the protocol, or is gone */
};

/* For compiling rules; a thousand megabytes compile fifty times what is published today. */
static const uint64_t COMPILE_BYTES = UINT64_C(1) << 30;

struct running {
    uint64_t job;
    pid_t pid; /* 0: this place is free */
    int64_t deadline_ms;
    enum hw_death death; /* why we killed it, else HW_DEATH_EXIT */
};

struct broker {
    struct hw_cage *cage;
    struct hw_arena *arena;
    struct hw_keyring keys;
    struct hw_worker_lent lent;
    sigset_t outside; /* the mask while we wait: SIGCHLD gets through */
    struct running running[HW_WORKER_JOBS_MAX];
};

static void on_child(int signal_number)
{
    (void)signal_number; /* it only has to interrupt ppoll() */
}

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool tell(const void *msg, size_t n)
{
    for (;;) {
        ssize_t sent = send(HW_WORKER_CONTROL_FD, msg, n, MSG_NOSIGNAL);
        if (sent >= 0 || errno != EINTR) {
            return sent == (ssize_t)n;
        }
    }
}

/* Asked before the cage is closed, which has no stat(). */
static int size_file(int fd, const char *what, size_t most, size_t *out, struct hw_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return hw_fail(err, HW_E_STATE, "no %s was handed over", what);
    }
    if (st.st_size < 0 || (uint64_t)st.st_size > most) {
        return hw_fail(err, HW_E_USAGE, "%s over %zu MiB", what, most >> 20);
    }
    *out = (size_t)st.st_size;
    return HW_OK;
}

static int read_keyring(struct broker *b, size_t n, struct hw_error *err)
{
    if (n == 0) {
        return HW_OK; /* no anchors at all: every chain is unanchored */
    }
    b->arena = hw_arena_new(n * 8 + (4 << 20));
    uint8_t *p = b->arena == NULL ? NULL : hw_arena_alloc(b->arena, n);
    if (p == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the keyring");
    }
    if (pread(HW_WORKER_KEYRING_FD, p, n, 0) != (ssize_t)n) {
        return hw_fail(err, HW_E_IO, "the keyring cannot be read: %s", strerror(errno));
    }
    return hw_keyring_read(&b->keys, (struct hw_span){p, n}, b->arena, err);
}

/* Memory from the kernel, as the allocator counts it. */
static uint64_t held_bytes(void)
{
    struct mallinfo2 m = mallinfo2();
    return m.arena + m.hblkhd;
}

/* Compiling leaves a heap in many small pieces, unsorted. A large request sorts thousands of them
 * on its way: better once here than in every worker, which would make its own copy of each page. */
static void settle_heap(void)
{
    enum { LARGE = 100 * 1024, TIMES = 64 };
    (void)malloc_trim(0);
    for (unsigned i = 0; i < TIMES; i++) {
        void *volatile p = malloc(LARGE + i * 64);
        free(p);
    }
}

/* Compiles the rules, within a limit of memory that this process alone has and only here. Rules
 * that cannot be had are no reason to read nothing: READY says how many there are. */
static int read_rules(struct broker *b, size_t n, struct hw_error *err)
{
    uint64_t was, before = held_bytes();
    if (n == 0) {
        return HW_OK;
    }
    uint8_t *p = malloc(n);
    int limited = p == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for rules")
                            : hw_cage_limit_memory(COMPILE_BYTES, &was, err);
    if (limited != HW_OK) {
        free(p);
        return limited;
    }
    int rc = pread(HW_WORKER_RULES_FD, p, n, 0) == (ssize_t)n
                 ? hw_yara_load((struct hw_span){p, n}, &b->lent.rules, err)
                 : hw_fail(err, HW_E_IO, "the rules cannot be read: %s", strerror(errno));
    free(p);
    limited = hw_cage_limit_memory(was, &was, err);
    if (limited != HW_OK) {
        return limited;
    }
    settle_heap();
    uint64_t after = held_bytes();
    b->lent.rules_bytes = after > before ? after - before : 0;
    return rc == HW_E_CAGE ? rc : HW_OK;
}

static int set_signals(struct broker *b, struct hw_error *err)
{
    sigset_t child;
    struct sigaction act = {.sa_handler = on_child};
    if (sigemptyset(&child) != 0 || sigaddset(&child, SIGCHLD) != 0 ||
        sigprocmask(SIG_BLOCK, &child, &b->outside) != 0 || sigdelset(&b->outside, SIGCHLD) != 0 ||
        sigaction(SIGCHLD, &act, NULL) != 0) {
        return hw_fail(err, HW_E_CAGE, "signals: %s", strerror(errno));
    }
    return HW_OK;
}

/* Everything up to READY, which is sent either way. */
static int get_ready(struct broker *b)
{
    struct hw_error err = {.code = HW_OK};
    struct hw_cage_state state = {0, 0};
    size_t keyring_n = 0, rules_n = 0;
    struct hw_msg_ready ready = {.kind = HW_MSG_READY, .version = HW_PROTOCOL_VERSION};
    b->lent.broker = getpid();
    b->lent.keys = &b->keys;
    int rc = hw_cage_descriptors(HW_WORKER_RULES_FD + 1, &err);
    rc = rc == HW_OK ? hw_cage_new(&b->cage, &err) : rc;
    rc = rc == HW_OK ? set_signals(b, &err) : rc;
    rc = rc == HW_OK
             ? size_file(HW_WORKER_KEYRING_FD, "keyring", KEYRING_BYTES_MAX, &keyring_n, &err)
             : rc;
    rc = rc == HW_OK ? size_file(HW_WORKER_RULES_FD, "rules", RULES_BYTES_MAX, &rules_n, &err) : rc;
    if (rc == HW_OK) {
        hw_warm();
    }
    rc = rc == HW_OK ? hw_cage_enter_broker(b->cage, &state, &err) : rc;
    rc = rc == HW_OK ? read_keyring(b, keyring_n, &err) : rc;
    rc = rc == HW_OK ? read_rules(b, rules_n, &err) : rc;
    b->lent.cage = b->cage;
    ready.landlock_abi = state.landlock_abi;
    ready.uid = state.uid;
    ready.seccomp = rc == HW_OK ? 1 : 0;
    if (b->lent.rules != NULL) {
        struct hw_yara_held held;
        hw_yara_held(b->lent.rules, &held);
        ready.rule_sources = held.sources;
        ready.rules = held.rules;
        ready.rules_refused = held.refused;
    }
    if (rc != HW_OK) {
        ready.code = rc;
        (void)snprintf(ready.refusal, sizeof ready.refusal, "%.*s", (int)sizeof ready.refusal - 1,
                       err.text);
    }
    return tell(&ready, sizeof ready) ? rc : HW_E_PEER;
}

static struct running *find_place(struct broker *b, pid_t pid)
{
    for (unsigned i = 0; i < HW_WORKER_JOBS_MAX; i++) {
        if (b->running[i].pid == pid) {
            return &b->running[i];
        }
    }
    return NULL;
}

static bool start_worker(struct broker *b, const struct hw_msg_job *job, int evidence, int facts)
{
    struct running *r = find_place(b, 0);
    if (r == NULL || job->wall_ms > INT64_MAX / 2) {
        return false; /* the parent promised never to ask for that */
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void)sigprocmask(SIG_SETMASK, &b->outside, NULL);
        hw_worker_read(&b->lent, job, evidence, facts);
    }
    if (pid < 0) {
        struct hw_msg_done done = {
            .kind = HW_MSG_DONE, .death = HW_DEATH_EXIT, .job = job->job, .code = HW_EXIT_FAILED};
        return tell(&done, sizeof done);
    }
    *r = (struct running){.job = job->job,
                          .pid = pid,
                          .deadline_ms = now_ms() + (int64_t)job->wall_ms,
                          .death = HW_DEATH_EXIT};
    return true;
}

static void end_worker(struct running *r, enum hw_death why)
{
    if (r->death == HW_DEATH_EXIT) {
        r->death = why;
    }
    (void)kill(r->pid, SIGKILL);
}

static void kill_job(struct broker *b, uint64_t job)
{
    for (unsigned i = 0; i < HW_WORKER_JOBS_MAX; i++) {
        struct running *r = &b->running[i];
        if (r->pid != 0 && r->job == job) {
            end_worker(r, HW_DEATH_KILLED);
        }
    }
}

union message {
    uint32_t kind;
    struct hw_msg_job job;
    struct hw_msg_kill kill;
};

/* One message. False: the parent is gone or broke the protocol, and the broker leaves. */
static bool serve_message(struct broker *b)
{
    union message msg;
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec io = {.iov_base = &msg, .iov_len = sizeof msg};
    struct msghdr hdr = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(HW_WORKER_CONTROL_FD, &hdr, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n < 0) {
        return errno == EINTR || errno == EAGAIN;
    }
    if ((hdr.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        return false;
    }
    struct cmsghdr *c = CMSG_FIRSTHDR(&hdr);
    if (n == (ssize_t)sizeof msg.kill && msg.kind == HW_MSG_KILL && c == NULL) {
        kill_job(b, msg.kill.job);
        return true;
    }
    if (n != (ssize_t)sizeof msg.job || msg.kind != HW_MSG_JOB || c == NULL ||
        c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
        c->cmsg_len != CMSG_LEN(2 * sizeof(int))) {
        return false;
    }
    int fds[2];
    memcpy(fds, CMSG_DATA(c), sizeof fds);
    bool fine = start_worker(b, &msg.job, fds[0], fds[1]);
    return close(fds[0]) == 0 && close(fds[1]) == 0 && fine;
}

static bool report(struct running *r, int status, const struct rusage *use)
{
    struct hw_msg_done done = {.kind = HW_MSG_DONE, .death = (uint32_t)r->death, .job = r->job};
    if (WIFSIGNALED(status)) {
        done.code = WTERMSIG(status);
        done.death = r->death == HW_DEATH_EXIT ? HW_DEATH_SIGNAL : (uint32_t)r->death;
    } else {
        done.code = WEXITSTATUS(status);
    }
    done.cpu_us = (uint64_t)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1000000 +
                  (uint64_t)(use->ru_utime.tv_usec + use->ru_stime.tv_usec);
    done.peak_bytes = (uint64_t)use->ru_maxrss * 1024;
    r->pid = 0;
    return tell(&done, sizeof done);
}

static bool reap(struct broker *b)
{
    for (;;) {
        int status;
        struct rusage use;
        pid_t pid = wait4(-1, &status, WNOHANG, &use);
        if (pid <= 0) {
            return true;
        }
        struct running *r = find_place(b, pid);
        if (r != NULL && !report(r, status, &use)) {
            return false;
        }
    }
}

/* Ends what is over its time; how long until the next is, or -1. */
static int64_t enforce_deadlines(struct broker *b)
{
    int64_t now = now_ms(), next = -1;
    for (unsigned i = 0; i < HW_WORKER_JOBS_MAX; i++) {
        struct running *r = &b->running[i];
        if (r->pid == 0 || r->death != HW_DEATH_EXIT) {
            continue;
        }
        int64_t left = r->deadline_ms - now;
        if (left <= 0) {
            end_worker(r, HW_DEATH_DEADLINE);
        } else if (next < 0 || left < next) {
            next = left;
        }
    }
    return next;
}

int hw_broker_serve(void)
{
    struct broker b = {.cage = NULL};
    if (get_ready(&b) != HW_OK) {
        return EXIT_BROKEN;
    }
    for (;;) {
        int64_t left = enforce_deadlines(&b);
        struct timespec t = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
        struct pollfd p = {.fd = HW_WORKER_CONTROL_FD, .events = POLLIN};
        int n = ppoll(&p, 1, left < 0 ? NULL : &t, &b.outside);
        if (n < 0 && errno != EINTR) {
            return EXIT_BROKEN;
        }
        if (!reap(&b) || (n > 0 && !serve_message(&b))) {
            return EXIT_BROKEN;
        }
        if (n > 0 && (p.revents & POLLIN) == 0) {
            return EXIT_BROKEN; /* hung up, and nothing left to hear */
        }
    }
}
