/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace_table.c -- the system calls that are followed, and which of their
 * arguments are paths, directories and descriptors (section 2 of the manual, each by its name).
 */
#include "base/text.h"
#include "evidence/telemetry/strace_parts.h"

enum { PROBE_LINES = 100, PROBE_BYTES = 64 << 10 };

/* In the order of strcmp. */
static const struct hw_strace_row rows[] = {
    {"accept", OP_ACCEPT, -1, 0, -1, 1, -1},      {"accept4", OP_ACCEPT, -1, 0, -1, 1, 3},
    {"access", OP_PATH, -1, 0, -1, -1, -1},       {"chdir", OP_CHDIR, -1, 0, -1, -1, -1},
    {"chmod", OP_PATH, -1, 0, -1, -1, -1},        {"chown", OP_PATH, -1, 0, -1, -1, -1},
    {"clone", OP_SPAWN, -1, -1, -1, -1, -1},      {"clone3", OP_SPAWN, -1, -1, -1, -1, -1},
    {"close", OP_CLOSE, -1, 0, -1, -1, -1},       {"close_range", OP_CLOSE_RANGE, -1, 0, -1, 1, 2},
    {"connect", OP_CONNECT, -1, 0, -1, 1, -1},    {"copy_file_range", OP_COPY, -1, 0, -1, 2, -1},
    {"creat", OP_CREAT, -1, 0, -1, -1, -1},       {"dup", OP_DUP, -1, 0, -1, -1, -1},
    {"dup2", OP_DUP_TO, -1, 0, -1, 1, -1},        {"dup3", OP_DUP_TO, -1, 0, -1, 1, 2},
    {"execve", OP_EXEC, -1, 0, -1, 1, -1},        {"execveat", OP_EXEC, 0, 1, -1, 2, -1},
    {"faccessat", OP_PATH, 0, 1, -1, -1, -1},     {"faccessat2", OP_PATH, 0, 1, -1, -1, -1},
    {"fallocate", OP_FD, -1, 0, -1, -1, -1},      {"fchdir", OP_FCHDIR, -1, 0, -1, -1, -1},
    {"fchmod", OP_FD, -1, 0, -1, -1, -1},         {"fchmodat", OP_PATH, 0, 1, -1, -1, -1},
    {"fchmodat2", OP_PATH, 0, 1, -1, -1, -1},     {"fchown", OP_FD, -1, 0, -1, -1, -1},
    {"fchownat", OP_PATH, 0, 1, -1, -1, -1},      {"fcntl", OP_FCNTL, -1, 0, -1, -1, -1},
    {"fcntl64", OP_FCNTL, -1, 0, -1, -1, -1},     {"fork", OP_SPAWN, -1, -1, -1, -1, -1},
    {"fstat", OP_FD, -1, 0, -1, -1, -1},          {"ftruncate", OP_WRITE, -1, 0, -1, -1, -1},
    {"getcwd", OP_GETCWD, -1, 0, -1, -1, -1},     {"getdents64", OP_FD, -1, 0, -1, -1, -1},
    {"lchown", OP_PATH, -1, 0, -1, -1, -1},       {"link", OP_PAIR, -1, 0, -1, 1, -1},
    {"linkat", OP_PAIR, 0, 1, 2, 3, 4},           {"lseek", OP_FD, -1, 0, -1, -1, -1},
    {"lstat", OP_PATH, -1, 0, -1, -1, -1},        {"mkdir", OP_PATH, -1, 0, -1, -1, -1},
    {"mkdirat", OP_PATH, 0, 1, -1, -1, -1},       {"mknod", OP_PATH, -1, 0, -1, -1, -1},
    {"mknodat", OP_PATH, 0, 1, -1, -1, -1},       {"mmap", OP_MMAP, -1, 4, -1, -1, -1},
    {"mmap2", OP_MMAP, -1, 4, -1, -1, -1},        {"newfstatat", OP_PATH, 0, 1, -1, -1, -1},
    {"open", OP_OPEN, -1, 0, -1, -1, 1},          {"openat", OP_OPEN, 0, 1, -1, -1, 2},
    {"openat2", OP_OPEN, 0, 1, -1, -1, 2},        {"pipe", OP_PIPE, -1, 0, -1, -1, -1},
    {"pipe2", OP_PIPE, -1, 0, -1, -1, 1},         {"pread64", OP_READ, -1, 0, -1, -1, -1},
    {"preadv", OP_READ, -1, 0, -1, -1, -1},       {"preadv2", OP_READ, -1, 0, -1, -1, -1},
    {"pwrite64", OP_WRITE, -1, 0, -1, -1, -1},    {"pwritev", OP_WRITE, -1, 0, -1, -1, -1},
    {"pwritev2", OP_WRITE, -1, 0, -1, -1, -1},    {"read", OP_READ, -1, 0, -1, -1, -1},
    {"readlink", OP_PATH, -1, 0, -1, -1, -1},     {"readlinkat", OP_PATH, 0, 1, -1, -1, -1},
    {"readv", OP_READ, -1, 0, -1, -1, -1},        {"rename", OP_PAIR, -1, 0, -1, 1, -1},
    {"renameat", OP_PAIR, 0, 1, 2, 3, -1},        {"renameat2", OP_PAIR, 0, 1, 2, 3, 4},
    {"rmdir", OP_DELETE, -1, 0, -1, -1, -1},      {"sendfile", OP_COPY, -1, 1, -1, 0, -1},
    {"sendfile64", OP_COPY, -1, 1, -1, 0, -1},    {"socket", OP_SOCKET, -1, -1, -1, -1, 1},
    {"splice", OP_COPY, -1, 0, -1, 2, -1},        {"stat", OP_PATH, -1, 0, -1, -1, -1},
    {"statfs", OP_PATH, -1, 0, -1, -1, -1},       {"statx", OP_PATH, 0, 1, -1, -1, -1},
    {"symlink", OP_SYMLINK, -1, 0, -1, 1, -1},    {"symlinkat", OP_SYMLINK, -1, 0, 1, 2, -1},
    {"truncate", OP_TRUNCATE, -1, 0, -1, -1, -1}, {"unlink", OP_DELETE, -1, 0, -1, -1, -1},
    {"unlinkat", OP_DELETE, 0, 1, -1, -1, 2},     {"utimensat", OP_PATH, 0, 1, -1, -1, -1},
    {"vfork", OP_SPAWN, -1, -1, -1, -1, -1},      {"write", OP_WRITE, -1, 0, -1, -1, -1},
    {"writev", OP_WRITE, -1, 0, -1, -1, -1},
};

const struct hw_strace_row *hw_strace_row(struct hw_span name)
{
    size_t lo = 0, hi = sizeof rows / sizeof rows[0];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int d = hw_span_compare(name, hw_span_str(rows[mid].name));
        if (d == 0) {
            return &rows[mid];
        }
        lo = d > 0 ? mid + 1 : lo;
        hi = d > 0 ? hi : mid;
    }
    return NULL;
}

bool hw_strace_known(struct hw_span name)
{
    static const char *const more[] = {
        "arch_prctl", "brk",          "mprotect",       "munmap",          "exit_group",
        "wait4",      "rt_sigaction", "rt_sigprocmask", "set_tid_address", "ioctl",
        "getpid",     "futex",        "poll",           "getuid",          "prlimit64",
    };
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (hw_span_is(name, more[i])) {
            return true;
        }
    }
    return hw_strace_row(name) != NULL;
}

bool hw_strace_spawns(struct hw_span name)
{
    const struct hw_strace_row *row = hw_strace_row(name);
    return row != NULL && row->op == OP_SPAWN;
}

/* Several lines of the right shape, with calls the table knows, and nearly nothing else. Program
 * text has names and brackets too, but no results behind them line after line. */
unsigned hw_strace_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct hw_span s, head = hw_span_cut(bytes, 0, PROBE_BYTES);
    unsigned lines = 0, sure = 0, shaped = 0;
    bool ended;
    hw_reader_init(&r, head, fuel);
    while (lines < PROBE_LINES && hw_read_log_line(&r, &s, &ended) &&
           (ended || head.n == bytes.n)) {
        struct hw_strace_line l;
        struct hw_strace_call c;
        lines += s.n > 0;
        if (lines == 4 && shaped == 0) {
            return 0;
        }
        hw_strace_line(s, &l);
        shaped += l.shape != HW_STRACE_OTHER;
        c.name = l.name;
        if (l.shape == HW_STRACE_CALL && hw_strace_known(l.name)) {
            hw_strace_call(l.rest, &c);
            sure += l.unfinished || (c.whole && (c.has_ret || hw_span_is(c.ret_text, "?")));
        } else {
            sure += l.shape == HW_STRACE_RESUMED || l.shape == HW_STRACE_EXITED ||
                    l.shape == HW_STRACE_KILLED;
        }
    }
    if (sure < 2 || sure * 10 < lines * 6 || shaped * 10 < lines * 8) {
        return 0;
    }
    return sure >= 8 ? 96 : 32 + sure * 4;
}
