/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/cage_local.c -- closing in a program that answers others on this machine and writes one
 * folder (seccomp_filter.rst and landlock.rst of the kernel's userspace-api).
 *
 * It runs threads and a database whose calls no list of ours can promise to know, so its filter
 * names what is refused, not what is allowed: whatever would begin another program or process,
 * speak to anybody who did not call, or reach into the kernel. Files are Landlock's part.
 */
#include "base/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sanitized.h"

/* The answer of a call nobody needs: it proves that the filter is obeyed, not only accepted. */
enum { PROBE_ERRNO = EBADMSG };

static const char *const refused[] = {
    "execve",
    "execveat",
    "fork",
    "vfork",
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "mount",
    "umount2",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "add_key",
    "request_key",
    "keyctl",
    "open_by_handle_at",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "kcmp",
    "mknod",
    "mknodat",
    "chmod",
    "fchmodat",
    "chown",
    "fchownat",
    "lchown",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "personality",
    "setuid",
    "setgid",
    "setresuid",
    "setresgid",
    "setreuid",
    "setregid",
    "setgroups",
    "capset",
    "iopl",
    "ioperm",
    "acct",
    "quotactl",
    "settimeofday",
    "clock_settime",
    "sethostname",
};
/* What the sanitizer's last look at memory is made with. */
static const char *const refused_alone[] = {"ptrace"};

static int refuse(scmp_filter_ctx ctx, const char *const *names, size_t count, struct hw_error *err)
{
    for (size_t i = 0; i < count; i++) {
        int nr = seccomp_syscall_resolve_name(names[i]);
        int rc = nr < 0 ? 0 : seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), nr, 0, NULL);
        if (nr == __NR_SCMP_ERROR || rc != 0) {
            return hw_fail(err, HW_E_CAGE, "seccomp cannot refuse %s", names[i]);
        }
    }
    return HW_OK;
}

/* A thread is begun with CLONE_THREAD, a process without. clone3 hides its flags in memory: libc
 * does without it when it is not there. */
static int refuse_processes(scmp_filter_ctx ctx, struct hw_error *err)
{
    struct scmp_arg_cmp no_thread = {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0};
    bool done =
        seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &no_thread) == 0 &&
        seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL) == 0;
    return done ? HW_OK : hw_fail(err, HW_E_CAGE, "seccomp cannot refuse new processes");
}

static int enter_seccomp(struct hw_error *err)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (ctx == NULL) {
        return hw_fail(err, HW_E_CAGE, "seccomp cannot be initialised");
    }
    int rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0
                 ? HW_OK
                 : hw_fail(err, HW_E_CAGE, "seccomp cannot refuse foreign architectures");
    rc = rc == HW_OK ? refuse(ctx, refused, sizeof refused / sizeof refused[0], err) : rc;
    if (!SANITIZED) {
        rc = rc == HW_OK ? refuse(ctx, refused_alone, 1, err) : rc;
        rc = rc == HW_OK ? refuse_processes(ctx, err) : rc;
    }
    if (rc == HW_OK && (seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(PROBE_ERRNO),
                                               SCMP_SYS(getitimer), 0, NULL) != 0 ||
                        seccomp_load(ctx) != 0)) {
        rc = hw_fail(err, HW_E_CAGE, "no seccomp here");
    }
    seccomp_release(ctx);
    errno = 0;
    if (rc == HW_OK && (syscall(SYS_getitimer, 0, NULL) != -1 || errno != PROBE_ERRNO)) {
        rc = hw_fail(err, HW_E_CAGE, "seccomp filters are accepted here but not obeyed");
    }
    return rc;
}

/* The kernel's own numbers (uapi/linux/landlock.h); the headers of Debian 12 end at ABI 2. */
struct ruleset {
    uint64_t fs, net, scoped;
};
struct beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));
enum { CREATE = 444, ADD = 445, RESTRICT = 446, PATH_BENEATH = 1, VERSION_FLAG = 1 };
#define BIT(n) (UINT64_C(1) << (n))
enum { WRITE_FILE = 1, READ_FILE, READ_DIR, REMOVE_FILE = 5, MAKE_REG = 8, TRUNCATE = 14 };

/* A folder that is not there needs no rule. */
static int allow(int set, const char *path, uint64_t what, struct hw_error *err)
{
    int fd = path == NULL || path[0] != '/' ? -1 : open(path, O_PATH | O_CLOEXEC | O_DIRECTORY);
    if (fd < 0) {
        return HW_OK;
    }
    struct beneath b = {.allowed = what, .parent = fd};
    long rc = syscall(ADD, set, PATH_BENEATH, &b, 0);
    int why = errno;
    (void)close(fd);
    return rc == 0 ? HW_OK
                   : hw_fail(err, HW_E_CAGE, "landlock rule for %.100s: %s", path, strerror(why));
}

static int allow_folders(int set, const char *folder, uint64_t handled, struct hw_error *err)
{
    static const char *const read[] = {"/etc", "/proc", "/usr"};
    /* where SQLite puts what it sorts (its documentation, "Temporary Files Used By SQLite") */
    const char *const written[] = {
        folder, getenv("SQLITE_TMPDIR"), getenv("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp"};
    uint64_t reads = BIT(READ_FILE) | BIT(READ_DIR);
    uint64_t writes =
        (reads | BIT(WRITE_FILE) | BIT(REMOVE_FILE) | BIT(MAKE_REG) | BIT(TRUNCATE)) & handled;
    int rc = HW_OK;
    for (size_t i = 0; i < sizeof written / sizeof written[0] && rc == HW_OK; i++) {
        rc = allow(set, written[i], writes, err);
    }
    for (size_t i = 0; i < sizeof read / sizeof read[0] && rc == HW_OK; i++) {
        rc = allow(set, read[i], reads, err);
    }
    return rc;
}

static int enter_landlock(const char *folder, uint32_t *out_abi, struct hw_error *err)
{
    long abi = syscall(CREATE, NULL, 0, VERSION_FLAG);
    *out_abi = 0;
    if (abi < 1) {
        return HW_OK; /* no such call, disabled at boot, or hidden by a container */
    }
    struct ruleset rules = {.fs = BIT(13) - 1};
    size_t n = sizeof rules.fs;
    rules.fs |= abi >= 2 ? BIT(13) : 0;       /* REFER */
    rules.fs |= abi >= 3 ? BIT(TRUNCATE) : 0; /* and of devices, IOCTL, below */
    rules.fs |= abi >= 5 ? BIT(15) : 0;
    if (abi >= 4) {
        rules.net = 3; /* BIND_TCP, CONNECT_TCP */
        n += sizeof rules.net;
    }
    if (abi >= 6) {
        rules.scoped = 3; /* no abstract socket and no signal of anyone outside */
        n += sizeof rules.scoped;
    }
    int set = (int)syscall(CREATE, &rules, n, 0);
    if (set < 0) {
        return hw_fail(err, HW_E_CAGE, "landlock ruleset (ABI %ld): %s", abi, strerror(errno));
    }
    int rc = allow_folders(set, folder, rules.fs, err);
    if (rc == HW_OK && syscall(RESTRICT, set, 0) != 0) {
        rc = hw_fail(err, HW_E_CAGE, "landlock: %s", strerror(errno));
    }
    (void)close(set);
    *out_abi = rc == HW_OK ? (uint32_t)abi : 0;
    return rc;
}

int hw_cage_enter_local(const char *folder, struct hw_cage_state *out, struct hw_error *err)
{
    struct hw_cage_state state = {.uid = (uint32_t)getuid()};
    struct rlimit none = {0, 0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        (!SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) ||
        setrlimit(RLIMIT_CORE, &none) != 0) {
        return hw_fail(err, HW_E_CAGE, "no-new-privileges: %s", strerror(errno));
    }
    int rc = enter_landlock(folder, &state.landlock_abi, err);
    rc = rc == HW_OK ? enter_seccomp(err) : rc;
    if (rc == HW_OK) {
        *out = state;
    }
    return rc;
}
