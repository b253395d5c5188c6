/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/intake/spawn.c -- starting headwater-worker and headwater-fetch: no PATH, no inherited
 * environment, its own session (so that Ctrl-C reaches only us), nothing open but what it is given.
 */
#include "door/intake/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "door/worker/protocol.h"

#ifndef HW_LIBEXECDIR
#error "HW_LIBEXECDIR says where headwater-worker is installed"
#endif

enum { HIGH_FD = 16 }; /* above every number the child is given */

int hw_spawn_file(struct hw_span bytes, const char *what, struct hw_error *err)
{
    int fd = memfd_create(what, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0) {
        return hw_fail(err, HW_E_IO, "memory file for the %s: %s", what, strerror(errno));
    }
    for (size_t at = 0; at < bytes.n;) {
        ssize_t n = pwrite(fd, bytes.p + at, bytes.n - at, (off_t)at);
        if (n <= 0 && errno != EINTR) {
            int rc = hw_fail(err, HW_E_IO, "writing the %s: %s", what, strerror(errno));
            (void)close(fd);
            return rc;
        }
        at += n > 0 ? (size_t)n : 0;
    }
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (fcntl(fd, F_ADD_SEALS, seals) != 0) {
        int rc = hw_fail(err, HW_E_IO, "sealing the %s: %s", what, strerror(errno));
        (void)close(fd);
        return rc;
    }
    return fd;
}

/* Beside the program that runs; where that cannot be told (no /proc), the place of the install. */
static int find_program(const char *name, char out[PATH_MAX], struct hw_error *err)
{
    size_t room = PATH_MAX - strlen(name) - 1;
    ssize_t n = readlink("/proc/self/exe", out, room);
    if (n > 0 && (size_t)n < room) {
        out[n] = '\0';
        char *slash = strrchr(out, '/');
        if (slash != NULL) {
            memcpy(slash + 1, name, strlen(name) + 1);
            if (access(out, X_OK) == 0) {
                return HW_OK;
            }
        }
    }
    (void)snprintf(out, PATH_MAX, "%s/%s", HW_LIBEXECDIR, name);
    if (access(out, X_OK) == 0) {
        return HW_OK;
    }
    return hw_fail(err, HW_E_CAGE, "%s is neither beside this program nor in %s", name,
                   HW_LIBEXECDIR);
}

/* What the child is born with. */
struct born {
    int control, keyring, rules;
};

static int prepare(posix_spawnattr_t *attr, posix_spawn_file_actions_t *acts,
                   const struct born *with)
{
    sigset_t none, all;
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    /* SETSID, not a group: without a terminal nothing can be typed into ours. */
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID;
    int rc = posix_spawnattr_setflags(attr, flags);
    rc = rc == 0 ? posix_spawnattr_setsigmask(attr, &none) : rc;
    rc = rc == 0 ? posix_spawnattr_setsigdefault(attr, &all) : rc;
    rc = rc == 0 ? posix_spawn_file_actions_adddup2(acts, with->control, HW_WORKER_CONTROL_FD) : rc;
    rc = rc == 0 ? posix_spawn_file_actions_adddup2(acts, with->keyring, HW_WORKER_KEYRING_FD) : rc;
    if (rc == 0 && with->rules >= 0) {
        rc = posix_spawn_file_actions_adddup2(acts, with->rules, HW_WORKER_RULES_FD);
    }
    return rc;
}

static int spawn(const char *name, const char *program, const struct born *with, pid_t *out,
                 struct hw_error *err)
{
    char called[64];
    (void)snprintf(called, sizeof called, "%s", name);
    /* OPENSSL_CONF: what verifies here must not depend on a system's crypto policy. */
    char conf[] = "OPENSSL_CONF=/dev/null";
    char *argv[] = {called, NULL}, *envp[] = {conf, NULL};
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t acts;
    if (posix_spawnattr_init(&attr) != 0) {
        return hw_fail(err, HW_E_MEMORY, "no memory to start %s", program);
    }
    if (posix_spawn_file_actions_init(&acts) != 0) {
        (void)posix_spawnattr_destroy(&attr);
        return hw_fail(err, HW_E_MEMORY, "no memory to start %s", program);
    }
    int rc = prepare(&attr, &acts, with);
    rc = rc == 0 ? posix_spawn(out, program, &acts, &attr, argv, envp) : rc;
    (void)posix_spawn_file_actions_destroy(&acts);
    (void)posix_spawnattr_destroy(&attr);
    return rc == 0 ? HW_OK : hw_fail(err, HW_E_CAGE, "starting %s: %s", program, strerror(rc));
}

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int await_ready(int control, uint32_t ready_ms, struct hw_msg_ready *out,
                       struct hw_error *err)
{
    int64_t deadline = now_ms() + ready_ms;
    for (;;) {
        int64_t left = deadline - now_ms();
        struct pollfd p = {.fd = control, .events = POLLIN};
        int n = poll(&p, 1, left < 0 ? 0 : (int)left);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n == 0) {
            return hw_fail(err, HW_E_CAGE, "the worker did not answer within %u ms", ready_ms);
        }
        break;
    }
    struct hw_msg_ready r;
    ssize_t n = recv(control, &r, sizeof r, MSG_DONTWAIT | MSG_TRUNC);
    if (n == 0) {
        return hw_fail(err, HW_E_CAGE, "the worker left before its cage was closed");
    }
    if (n != (ssize_t)sizeof r || r.kind != HW_MSG_READY || r.version != HW_PROTOCOL_VERSION) {
        return hw_fail(err, HW_E_CAGE, "the worker is of another version");
    }
    r.refusal[sizeof r.refusal - 1] = '\0';
    if (r.refusal[0] != '\0' || r.seccomp != 1) {
        int code = r.code == HW_E_USAGE || r.code == HW_E_MEMORY ? r.code : HW_E_CAGE;
        return hw_fail(err, code, "the worker refuses: %s", r.refusal);
    }
    *out = r;
    return HW_OK;
}

/* Both ends away from the numbers the child will use, or one dup2 would overwrite the other. */
static int move_up(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
    (void)close(fd);
    return high;
}

static void close_born(const struct born *b)
{
    const int fds[] = {b->control, b->keyring, b->rules};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            (void)close(fds[i]);
        }
    }
}

/* rules: -1 where the program takes none. */
static int spawn_with(const char *name, const char *program, int keyring, int rules,
                      struct hw_spawned *out, struct hw_error *err)
{
    char path[PATH_MAX];
    struct hw_spawned s = {.pid = 0, .control = -1};
    struct born with = {.control = -1,
                        .keyring = fcntl(keyring, F_DUPFD_CLOEXEC, HIGH_FD),
                        .rules = rules < 0 ? -1 : fcntl(rules, F_DUPFD_CLOEXEC, HIGH_FD)};
    int ends[2], rc = HW_OK;
    if (with.keyring < 0 || (rules >= 0 && with.rules < 0) ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        rc = hw_fail(err, HW_E_IO, "socket for %s: %s", name, strerror(errno));
        close_born(&with);
        return rc;
    }
    s.control = ends[0];
    with.control = move_up(ends[1]);
    if (with.control < 0) {
        rc = hw_fail(err, HW_E_IO, "socket: %s", strerror(errno));
    }
    if (rc == HW_OK && program == NULL) {
        rc = find_program(name, path, err);
        program = path;
    }
    rc = rc == HW_OK ? spawn(name, program, &with, &s.pid, err) : rc;
    close_born(&with);
    if (rc != HW_OK) {
        hw_spawn_end(&s);
        return rc;
    }
    *out = s;
    return HW_OK;
}

int hw_spawn_program(const char *name, const char *program, int second, struct hw_spawned *out,
                     struct hw_error *err)
{
    return spawn_with(name, program, second, /* rules= */ -1, out, err);
}

int hw_spawn_broker(const char *program, int keyring, int rules, uint32_t ready_ms,
                    struct hw_spawned *out, struct hw_error *err)
{
    struct hw_msg_ready ready = {.kind = 0};
    struct hw_spawned s = {.pid = 0, .control = -1};
    int rc = spawn_with("headwater-worker", program, keyring, rules, &s, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = await_ready(s.control, ready_ms, &ready, err);
    if (rc != HW_OK) {
        hw_spawn_end(&s);
        return rc;
    }
    s.cage = (struct hw_cage_held){ready.landlock_abi, ready.seccomp, ready.uid};
    s.rules = (struct hw_rules_held){ready.rule_sources, ready.rules, ready.rules_refused};
    *out = s;
    return HW_OK;
}

void hw_spawn_end(struct hw_spawned *s)
{
    if (s->control >= 0) {
        (void)close(s->control);
    }
    if (s->pid > 0) {
        (void)kill(s->pid, SIGKILL);
        while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    *s = (struct hw_spawned){.pid = 0, .control = -1};
}
