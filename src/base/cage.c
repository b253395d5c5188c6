/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/cage.c -- seccomp (Documentation/userspace-api/seccomp_filter.rst of the kernel), Landlock
 * (landlock.rst there, ABI 1 to 6), resource limits and identities.
 *
 * libseccomp compiles the filters, by name, for the machine we run on; they are laid with the
 * system call itself, so that the worker's is compiled once in the broker and not in each child.
 */
#include "base/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sanitized.h"

enum {
    ARGS_MAX = 2,
    FILTER_MAX = 4096, /* BPF_MAXINSNS */
    BROKER_DESCRIPTORS = 64,
    NET_MEMORY_BYTES = 128 << 20,
    /* The answer of a call nobody needs: it proves that the filter is obeyed, not only accepted. */
    PROBE_ERRNO = EBADMSG,
};
#define ADDRESS_SLACK_BYTES (UINT64_C(1) << 30) /* code, stacks and libraries, mapped anyway */

struct call {
    const char *name;
    unsigned arg_count;
    struct scmp_arg_cmp args[ARGS_MAX];
    int refuse_errno; /* not 0: answered with this errno instead of allowed */
};

/* clang-format off */
#define MUST_NOT_EXECUTE {2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}
/* Shared and growing-down maps are not counted by RLIMIT_DATA. */
#define MUST_BE_PRIVATE {3, SCMP_CMP_MASKED_EQ, MAP_TYPE | MAP_GROWSDOWN, MAP_PRIVATE}

static const struct call worker_calls[] = {
    {"pread64", 1, {{0, SCMP_CMP_EQ, HW_CAGE_IN_FD, 0}}, 0},
    {"write", 1, {{0, SCMP_CMP_EQ, HW_CAGE_OUT_FD, 0}}, 0},
    {"mmap", 2, {MUST_NOT_EXECUTE, MUST_BE_PRIVATE}, 0},
    {"mprotect", 1, {MUST_NOT_EXECUTE}, 0},
    {"mremap", 0, {{0}}, 0},
    {"munmap", 0, {{0}}, 0},
    {"madvise", 0, {{0}}, 0},
    {"brk", 0, {{0}}, 0},
    {"futex", 0, {{0}}, 0},
    {"clock_gettime", 0, {{0}}, 0},
    {"getrandom", 0, {{0}}, 0},
    {"sysinfo", 0, {{0}}, 0}, /* qsort() asks how much memory there is */
    {"getpid", 0, {{0}}, 0},  /* libcrypto looks whether it was forked */
    {"gettid", 0, {{0}}, 0},
    {"rt_sigaction", 0, {{0}}, 0}, /* abort() */
    {"rt_sigprocmask", 0, {{0}}, 0},
    {"rt_sigreturn", 0, {{0}}, 0},
    {"restart_syscall", 0, {{0}}, 0},
    {"exit", 0, {{0}}, 0},
    {"exit_group", 0, {{0}}, 0},
    /* abort() and glibc's last words: refused, and abort() goes on to its trap instruction. */
    {"tgkill", 0, {{0}}, EPERM},
    {"writev", 0, {{0}}, EPERM},
    {"getitimer", 0, {{0}}, PROBE_ERRNO},
#if SANITIZED
    {"mmap", 0, {{0}}, 0},
    {"mprotect", 0, {{0}}, 0},
    {"write", 1, {{0, SCMP_CMP_EQ, STDERR_FILENO, 0}}, 0},
    {"sigaltstack", 0, {{0}}, 0},
    {"sched_yield", 0, {{0}}, 0},
    {"sched_getaffinity", 0, {{0}}, 0},
    {"getrlimit", 0, {{0}}, 0},
    {"prlimit64", 0, {{0}}, 0},
    {"readlink", 0, {{0}}, EPERM},
    {"ioctl", 0, {{0}}, ENOTTY},
    {"close", 0, {{0}}, 0},
#endif
};

/* What the broker may do beyond that. */
static const struct call broker_calls[] = {
    {"read", 0, {{0}}, 0},
    {"pread64", 0, {{0}}, 0},
    {"close", 0, {{0}}, 0},
    {"close_range", 0, {{0}}, 0},
    {"dup2", 0, {{0}}, 0},
    {"dup3", 0, {{0}}, 0},
    {"ppoll", 0, {{0}}, 0},
    {"recvmsg", 0, {{0}}, 0},
    {"sendto", 0, {{0}}, 0},
    {"wait4", 0, {{0}}, 0},
    {"getppid", 0, {{0}}, 0},
    {"set_robust_list", 0, {{0}}, 0},
    {"kill", 1, {{1, SCMP_CMP_EQ, SIGKILL, 0}}, 0},
    {"setrlimit", 0, {{0}}, 0},
    {"prlimit64", 1, {{0, SCMP_CMP_EQ, 0, 0}}, 0}, /* its own, nobody else's */
    {"prctl", 1, {{0, SCMP_CMP_EQ, PR_SET_PDEATHSIG, 0}}, 0},
    {"seccomp", 1, {{0, SCMP_CMP_EQ, SECCOMP_SET_MODE_FILTER, 0}}, 0},
    /* fork(), and nothing else clone() can do */
    {"clone", 1,
     {{0, SCMP_CMP_EQ, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0}}, 0},
};

/* A program that fetches: one peer's address, handed over before, is all it may reach. */
static const struct call net_calls[] = {
    {"read", 0, {{0}}, 0},
    {"write", 0, {{0}}, 0},
    {"pwrite64", 0, {{0}}, 0},
    {"close", 0, {{0}}, 0},
    {"mmap", 2, {MUST_NOT_EXECUTE, MUST_BE_PRIVATE}, 0},
    {"mprotect", 1, {MUST_NOT_EXECUTE}, 0},
    {"mremap", 0, {{0}}, 0},
    {"munmap", 0, {{0}}, 0},
    {"madvise", 0, {{0}}, 0},
    {"brk", 0, {{0}}, 0},
    {"futex", 0, {{0}}, 0},
    {"clock_gettime", 0, {{0}}, 0},
    {"clock_nanosleep", 0, {{0}}, 0},
    {"getrandom", 0, {{0}}, 0},
    {"sysinfo", 0, {{0}}, 0},
    {"uname", 0, {{0}}, 0},
    {"getpid", 0, {{0}}, 0},
    {"gettid", 0, {{0}}, 0},
    {"getuid", 0, {{0}}, 0},
    {"geteuid", 0, {{0}}, 0},
    {"rt_sigaction", 0, {{0}}, 0},
    {"rt_sigprocmask", 0, {{0}}, 0},
    {"rt_sigreturn", 0, {{0}}, 0},
    {"restart_syscall", 0, {{0}}, 0},
    {"exit", 0, {{0}}, 0},
    {"exit_group", 0, {{0}}, 0},
    {"socket", 1, {{0, SCMP_CMP_EQ, AF_INET, 0}}, 0},
    {"socket", 1, {{0, SCMP_CMP_EQ, AF_INET6, 0}}, 0},
    {"socketpair", 1, {{0, SCMP_CMP_EQ, AF_UNIX, 0}}, 0}, /* with itself: how curl is woken */
    {"connect", 0, {{0}}, 0},
    {"sendto", 0, {{0}}, 0},
    {"recvfrom", 0, {{0}}, 0},
    {"recvmsg", 0, {{0}}, 0},
    {"poll", 0, {{0}}, 0},
    {"ppoll", 0, {{0}}, 0},
    {"getsockname", 0, {{0}}, 0},
    {"getpeername", 0, {{0}}, 0},
    {"getsockopt", 0, {{0}}, 0},
    {"setsockopt", 0, {{0}}, 0},
    {"shutdown", 0, {{0}}, 0},
    {"fcntl", 0, {{0}}, 0},
    {"ftruncate", 0, {{0}}, 0},
    {"lseek", 0, {{0}}, 0},
    /* What libraries look for and do without. */
    {"openat", 0, {{0}}, EACCES},
    {"open", 0, {{0}}, EACCES},
    {"access", 0, {{0}}, EACCES},
    {"faccessat", 0, {{0}}, EACCES},
    {"stat", 0, {{0}}, EACCES},
    {"newfstatat", 0, {{0}}, EACCES},
    {"readlink", 0, {{0}}, EACCES},
    {"ioctl", 0, {{0}}, ENOTTY},
    {"tgkill", 0, {{0}}, EPERM},
    {"writev", 0, {{0}}, EPERM},
    {"getitimer", 0, {{0}}, PROBE_ERRNO},
#if SANITIZED
    {"mmap", 0, {{0}}, 0},
    {"mprotect", 0, {{0}}, 0},
    {"sigaltstack", 0, {{0}}, 0},
    {"sched_yield", 0, {{0}}, 0},
    {"sched_getaffinity", 0, {{0}}, 0},
    {"getrlimit", 0, {{0}}, 0},
    {"prlimit64", 0, {{0}}, 0},
#endif
};
/* clang-format on */

struct program {
    struct sock_filter code[FILTER_MAX];
    unsigned short count;
};
struct hw_cage {
    struct program broker, worker;
};

static int add_calls(scmp_filter_ctx ctx, const struct call *calls, size_t count,
                     struct hw_error *err)
{
    for (size_t i = 0; i < count; i++) {
        int nr = seccomp_syscall_resolve_name(calls[i].name);
        if (nr == __NR_SCMP_ERROR) {
            return hw_fail(err, HW_E_CAGE, "seccomp does not know %s", calls[i].name);
        }
        if (nr < 0) {
            continue; /* a call this machine does not have (dup2 on arm64) */
        }
        uint32_t action = calls[i].refuse_errno == 0
                              ? SCMP_ACT_ALLOW
                              : SCMP_ACT_ERRNO((uint16_t)calls[i].refuse_errno);
        int rc = seccomp_rule_add_array(ctx, action, nr, calls[i].arg_count, calls[i].args);
        if (rc != 0) {
            return hw_fail(err, HW_E_CAGE, "seccomp rule for %s: %s", calls[i].name, strerror(-rc));
        }
    }
    return HW_OK;
}

/* libseccomp hands its code out through a descriptor only. */
static int export_code(scmp_filter_ctx ctx, struct program *out, struct hw_error *err)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0) {
        return hw_fail(err, HW_E_CAGE, "memory file for the filter: %s", strerror(errno));
    }
    int rc = seccomp_export_bpf(ctx, fd);
    ssize_t n = rc == 0 ? pread(fd, out->code, sizeof out->code, 0) : -1;
    struct stat st;
    bool whole =
        n > 0 && fstat(fd, &st) == 0 && st.st_size == n && (size_t)n % sizeof out->code[0] == 0;
    (void)close(fd);
    if (!whole) {
        return hw_fail(err, HW_E_CAGE, "the seccomp filter could not be compiled");
    }
    out->count = (unsigned short)((size_t)n / sizeof out->code[0]);
    return HW_OK;
}

struct list {
    const struct call *calls;
    size_t count;
};
#define LIST(a)                                                                                    \
    {                                                                                              \
        a, sizeof(a) / sizeof(a)[0]                                                                \
    }
static const struct list worker_list = LIST(worker_calls), more_list = LIST(broker_calls),
                         net_list = LIST(net_calls);

static int compile(const struct list *first, const struct list *more, struct program *out,
                   struct hw_error *err)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (ctx == NULL) {
        return hw_fail(err, HW_E_CAGE, "seccomp cannot be initialised");
    }
    int rc = HW_OK;
    if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0) {
        rc = hw_fail(err, HW_E_CAGE, "seccomp cannot refuse foreign architectures");
    }
    rc = rc == HW_OK ? add_calls(ctx, first->calls, first->count, err) : rc;
    if (rc == HW_OK && more != NULL) {
        rc = add_calls(ctx, more->calls, more->count, err);
    }
    if (rc == HW_OK) {
        rc = export_code(ctx, out, err);
    }
    seccomp_release(ctx);
    return rc;
}

int hw_cage_new(struct hw_cage **out, struct hw_error *err)
{
    struct hw_cage *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the cage");
    }
    int rc = compile(&worker_list, &more_list, &c->broker, err);
    if (rc == HW_OK) {
        rc = compile(&worker_list, NULL, &c->worker, err);
    }
    if (rc != HW_OK) {
        hw_cage_free(c);
        return rc;
    }
    *out = c;
    return HW_OK;
}

void hw_cage_free(struct hw_cage *c)
{
    free(c);
}

static int lay_filter(const struct program *p, struct hw_error *err)
{
    struct sock_fprog prog = {.len = p->count, .filter = (struct sock_filter *)(uintptr_t)p->code};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) != 0) {
        return hw_fail(err, HW_E_CAGE, "no seccomp here: %s", strerror(errno));
    }
    errno = 0;
    if (syscall(SYS_getitimer, 0, NULL) != -1 || errno != PROBE_ERRNO) {
        return hw_fail(err, HW_E_CAGE, "seccomp filters are accepted here but not obeyed");
    }
    return HW_OK;
}

static void close_from(unsigned first)
{
    if (close_range(first, UINT_MAX, 0) == 0) {
        return;
    }
    struct rlimit lim = {.rlim_cur = BROKER_DESCRIPTORS};
    (void)getrlimit(RLIMIT_NOFILE, &lim);
    for (rlim_t fd = first; fd < lim.rlim_cur && fd < INT_MAX; fd++) {
        (void)close((int)fd);
    }
}

int hw_cage_descriptors(unsigned keep, struct hw_error *err)
{
    close_from(keep);
    int fd = memfd_create("nothing", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        return hw_fail(err, HW_E_CAGE, "sealed memory file: %s", strerror(errno));
    }
    for (int i = 0; i < 3; i++) {
        if (SANITIZED && i == STDERR_FILENO) {
            continue; /* the sanitizer reports there */
        }
        if (dup2(fd, i) != i) {
            return hw_fail(err, HW_E_CAGE, "descriptor %d: %s", i, strerror(errno));
        }
    }
    if (fd > 2) {
        (void)close(fd);
    }
    return HW_OK;
}

static int drop_capabilities(struct hw_error *err)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capset, &head, none) != 0) {
        return hw_fail(err, HW_E_CAGE, "capabilities could not be dropped: %s", strerror(errno));
    }
    return HW_OK;
}

/* Root becomes nobody, and whoever else we are becomes that for good. */
static int drop_identity(struct hw_error *err)
{
    uid_t r, e, s;
    gid_t rg = getgid();
    if (getresuid(&r, &e, &s) != 0) {
        return hw_fail(err, HW_E_CAGE, "getresuid: %s", strerror(errno));
    }
    bool root = r == 0 || e == 0 || s == 0;
    uid_t uid = root ? HW_CAGE_NOBODY : r;
    gid_t gid = root ? HW_CAGE_NOBODY : rg;
    if (root && setgroups(0, NULL) != 0 && errno != EPERM) {
        return hw_fail(err, HW_E_CAGE, "setgroups: %s", strerror(errno));
    }
    if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
        /* A user namespace without a nobody: its root is an ordinary user of the machine, and
         * loses what capabilities it has there. READY says uid 0, and the case records it. */
        if (root && errno == EINVAL) {
            return HW_OK;
        }
        return hw_fail(err, HW_E_CAGE, "cannot become uid %u: %s%s", (unsigned)uid, strerror(errno),
                       root ? "; run it as an ordinary user" : "");
    }
    if (getresuid(&r, &e, &s) != 0 || r != uid || e != uid || s != uid ||
        (uid != 0 && (setresuid(0, 0, 0) == 0 || setuid(0) == 0))) {
        return hw_fail(err, HW_E_CAGE, "uid %u can come back", (unsigned)uid);
    }
    return HW_OK;
}

static int set_limit(int what, uint64_t soft, uint64_t hard, struct hw_error *err)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)what, &now) != 0) {
        return hw_fail(err, HW_E_CAGE, "getrlimit %d: %s", what, strerror(errno));
    }
    /* Whoever started us may have been stricter. */
    struct rlimit lim = {.rlim_cur = soft, .rlim_max = hard};
    lim.rlim_max = now.rlim_max < lim.rlim_max ? now.rlim_max : lim.rlim_max;
    lim.rlim_cur = lim.rlim_max < lim.rlim_cur ? lim.rlim_max : lim.rlim_cur;
    if (setrlimit((__rlimit_resource_t)what, &lim) != 0) {
        return hw_fail(err, HW_E_CAGE, "setrlimit %d: %s", what, strerror(errno));
    }
    return HW_OK;
}

/* The kernel's own numbers (uapi/linux/landlock.h); the headers of Debian 12 end at ABI 2. */
struct landlock_ruleset {
    uint64_t fs, net, scoped;
};
struct landlock_port {
    uint64_t allowed, port;
};
enum {
    LANDLOCK_CREATE = 444,
    LANDLOCK_ADD = 445,
    LANDLOCK_RESTRICT = 446,
    LANDLOCK_NET_PORT = 2,
    LANDLOCK_CONNECT_TCP = 2,
    LANDLOCK_VERSION_FLAG = 1,
};

/* port 0: to none. */
static int enter_landlock(uint16_t port, uint32_t *out_abi, struct hw_error *err)
{
    long abi = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION_FLAG);
    if (abi < 1) {
        *out_abi = 0; /* no such call, disabled at boot, or hidden by a container */
        return HW_OK;
    }
    struct landlock_ruleset set = {.fs = (UINT64_C(1) << 13) - 1, .net = 0, .scoped = 0};
    size_t n = sizeof set.fs;
    if (abi >= 2) {
        set.fs |= UINT64_C(1) << 13; /* REFER */
    }
    if (abi >= 3) {
        set.fs |= UINT64_C(1) << 14; /* TRUNCATE */
    }
    if (abi >= 4) {
        set.net = 3; /* BIND_TCP, CONNECT_TCP */
        n += sizeof set.net;
    }
    if (abi >= 5) {
        set.fs |= UINT64_C(1) << 15; /* IOCTL_DEV */
    }
    if (abi >= 6) {
        set.scoped = 3; /* ABSTRACT_UNIX_SOCKET, SIGNAL: no signal to anyone outside */
        n += sizeof set.scoped;
    }
    long fd = syscall(LANDLOCK_CREATE, &set, n, 0);
    if (fd < 0) {
        return hw_fail(err, HW_E_CAGE, "landlock ruleset (ABI %ld): %s", abi, strerror(errno));
    }
    struct landlock_port one = {.allowed = LANDLOCK_CONNECT_TCP, .port = port};
    long rc = 0;
    if (port != 0 && abi >= 4) {
        rc = syscall(LANDLOCK_ADD, (int)fd, LANDLOCK_NET_PORT, &one, 0);
    }
    rc = rc != 0 ? rc : syscall(LANDLOCK_RESTRICT, (int)fd, 0);
    int why = errno;
    (void)close((int)fd);
    if (rc != 0) {
        return hw_fail(err, HW_E_CAGE, "landlock: %s", strerror(why));
    }
    *out_abi = (uint32_t)abi;
    return HW_OK;
}

/* What broker and fetcher have in common, up to their filters. */
static int close_in(uint16_t port, uint64_t file_bytes, struct hw_cage_state *state,
                    struct hw_error *err)
{
    int rc = chdir("/") == 0 ? HW_OK : hw_fail(err, HW_E_CAGE, "chdir: %s", strerror(errno));
    rc = rc == HW_OK ? drop_identity(err) : rc;
    rc = rc == HW_OK ? drop_capabilities(err) : rc;
    if (rc == HW_OK &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)) {
        rc = hw_fail(err, HW_E_CAGE, "no-new-privileges: %s", strerror(errno));
    }
    rc = rc == HW_OK ? set_limit(RLIMIT_CORE, 0, 0, err) : rc;
    rc = rc == HW_OK ? set_limit(RLIMIT_FSIZE, file_bytes, file_bytes, err) : rc;
    rc = rc == HW_OK ? set_limit(RLIMIT_NOFILE, BROKER_DESCRIPTORS, BROKER_DESCRIPTORS, err) : rc;
    rc = rc == HW_OK ? enter_landlock(port, &state->landlock_abi, err) : rc;
    state->uid = (uint32_t)getuid();
    return rc;
}

int hw_cage_enter_broker(const struct hw_cage *c, struct hw_cage_state *out, struct hw_error *err)
{
    struct hw_cage_state state = {0, 0};
    int rc = close_in(0, 0, &state, err);
    rc = rc == HW_OK ? lay_filter(&c->broker, err) : rc;
    if (rc == HW_OK) {
        *out = state;
    }
    return rc;
}

int hw_cage_enter_net(uint16_t port, uint64_t file_bytes, struct hw_cage_state *out,
                      struct hw_error *err)
{
    struct hw_cage_state state = {0, 0};
    struct program *filter = calloc(1, sizeof *filter);
    int rc = filter == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for the cage") : HW_OK;
    rc = rc == HW_OK ? compile(&net_list, NULL, filter, err) : rc;
    rc = rc == HW_OK ? close_in(port, file_bytes, &state, err) : rc;
    if (rc == HW_OK && !SANITIZED) {
        rc = set_limit(RLIMIT_DATA, NET_MEMORY_BYTES, NET_MEMORY_BYTES, err);
    }
    rc = rc == HW_OK ? lay_filter(filter, err) : rc;
    free(filter);
    if (rc == HW_OK) {
        *out = state;
    }
    return rc;
}

int hw_cage_limit_memory(uint64_t bytes, uint64_t *was, struct hw_error *err)
{
    struct rlimit now;
    if (getrlimit(RLIMIT_DATA, &now) != 0) {
        return hw_fail(err, HW_E_CAGE, "getrlimit: %s", strerror(errno));
    }
    *was = now.rlim_cur;
    return SANITIZED ? HW_OK : set_limit(RLIMIT_DATA, bytes, now.rlim_max, err);
}

int hw_cage_enter_worker(const struct hw_cage *c, const struct hw_cage_worker *w,
                         struct hw_error *err)
{
    close_from(HW_CAGE_OUT_FD + 1);
    /* The broker may have died between fork and prctl: then nobody would ever end us. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != w->broker) {
        return hw_fail(err, HW_E_CAGE, "the broker is gone");
    }
    int rc = HW_OK;
    if (!SANITIZED) {
        uint64_t space = w->evidence_bytes;
        space = space > UINT64_MAX / 4 ? UINT64_MAX / 4 : space;
        space += w->memory_bytes + ADDRESS_SLACK_BYTES;
        rc = set_limit(RLIMIT_DATA, w->memory_bytes, w->memory_bytes, err);
        /* Read-only anonymous maps cost page tables that RLIMIT_DATA does not count. */
        rc = rc == HW_OK ? set_limit(RLIMIT_AS, space, space, err) : rc;
    }
    /* The first second beyond is SIGXCPU, the next SIGKILL. */
    rc = rc == HW_OK ? set_limit(RLIMIT_CPU, w->cpu_seconds, w->cpu_seconds + 1, err) : rc;
    rc = rc == HW_OK ? lay_filter(&c->worker, err) : rc;
    return rc;
}
