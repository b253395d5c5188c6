/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/auditd_does.c -- what the system call of an event did.
 *
 * By the call's name, as the enriched part or AUOMS gives it, else by number and architecture
 * (arch= is an AUDIT_ARCH_* of linux/audit.h; numbers from the kernel's system call tables of
 * x86-64, arm64 and i386). Only calls that matter for processes, files and peers are known.
 */
#include <stdio.h>

#include "base/text.h"
#include "evidence/telemetry/auditd_parts.h"
#include "evidence/posix_path.h"

enum does {
    DOES_OTHER,
    DOES_OPEN,
    DOES_WRITE,
    DOES_EXEC,
    DOES_SPAWN,
    DOES_EXIT,
    DOES_CONNECT,
    DOES_ACCEPT,
    DOES_RENAME,
    DOES_LINK,
    DOES_DELETE,
    DOES_LOAD,
};

struct row {
    const char *name;
    int16_t x86_64, arm64, i386; /* -1: not there */
    uint8_t does;
    int8_t flags; /* which argument holds open flags; -1: none */
};

static const struct row rows[] = {
    {"accept", 43, 202, -1, DOES_ACCEPT, -1},
    {"accept4", 288, 242, 364, DOES_ACCEPT, -1},
    {"bind", 49, 200, 361, DOES_OTHER, -1},
    {"chdir", 80, 49, 12, DOES_OTHER, -1},
    {"chmod", 90, -1, 15, DOES_OTHER, -1},
    {"chown", 92, -1, 182, DOES_OTHER, -1},
    {"clone", 56, 220, 120, DOES_SPAWN, -1},
    {"clone3", 435, 435, 435, DOES_SPAWN, -1},
    {"connect", 42, 203, 362, DOES_CONNECT, -1},
    {"creat", 85, -1, 8, DOES_WRITE, -1},
    {"delete_module", 176, 106, 129, DOES_OTHER, -1},
    {"execve", 59, 221, 11, DOES_EXEC, -1},
    {"execveat", 322, 281, 358, DOES_EXEC, -1},
    {"exit", 60, 93, 1, DOES_OTHER, -1},
    {"exit_group", 231, 94, 252, DOES_EXIT, -1},
    {"fchmod", 91, 52, 94, DOES_OTHER, -1},
    {"fchmodat", 268, 53, 306, DOES_OTHER, -1},
    {"fchown", 93, 55, 95, DOES_OTHER, -1},
    {"fchownat", 260, 54, 298, DOES_OTHER, -1},
    {"finit_module", 313, 273, 350, DOES_LOAD, -1},
    {"fork", 57, -1, 2, DOES_SPAWN, -1},
    {"ftruncate", 77, 46, 93, DOES_WRITE, -1},
    {"init_module", 175, 105, 128, DOES_LOAD, -1},
    {"kill", 62, 129, 37, DOES_OTHER, -1},
    {"lchown", 94, -1, 16, DOES_OTHER, -1},
    {"link", 86, -1, 9, DOES_LINK, -1},
    {"linkat", 265, 37, 303, DOES_LINK, -1},
    {"listen", 50, 201, 363, DOES_OTHER, -1},
    {"memfd_create", 319, 279, 356, DOES_OTHER, -1},
    {"mkdir", 83, -1, 39, DOES_OTHER, -1},
    {"mkdirat", 258, 34, 296, DOES_OTHER, -1},
    {"mknod", 133, -1, 14, DOES_OTHER, -1},
    {"mknodat", 259, 33, 297, DOES_OTHER, -1},
    {"mount", 165, 40, 21, DOES_OTHER, -1},
    {"open", 2, -1, 5, DOES_OPEN, 1},
    {"open_by_handle_at", 304, 265, 342, DOES_OPEN, 2},
    {"openat", 257, 56, 295, DOES_OPEN, 2},
    {"openat2", 437, 437, 437, DOES_OPEN, -1},
    {"process_vm_writev", 311, 271, 348, DOES_OTHER, -1},
    {"ptrace", 101, 117, 26, DOES_OTHER, -1},
    {"recvfrom", 45, 207, 371, DOES_OTHER, -1},
    {"rename", 82, -1, 38, DOES_RENAME, -1},
    {"renameat", 264, 38, 302, DOES_RENAME, -1},
    {"renameat2", 316, 276, 353, DOES_RENAME, -1},
    {"rmdir", 84, -1, 40, DOES_DELETE, -1},
    {"sendto", 44, 206, 369, DOES_OTHER, -1},
    {"setxattr", 188, 5, 226, DOES_OTHER, -1},
    {"symlink", 88, -1, 83, DOES_OTHER, -1},
    {"symlinkat", 266, 36, 304, DOES_OTHER, -1},
    {"truncate", 76, 45, 92, DOES_WRITE, -1},
    {"unlink", 87, -1, 10, DOES_DELETE, -1},
    {"unlinkat", 263, 35, 301, DOES_DELETE, -1},
    {"vfork", 58, -1, 190, DOES_SPAWN, -1},
};

static const struct row *by_name(struct hw_span name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (hw_span_is(name, rows[i].name)) {
            return &rows[i];
        }
    }
    return NULL;
}

static const struct row *call_of(const struct hw_auditd_event *e)
{
    struct hw_span call = hw_auditd_get(e, "syscall"), name = hw_auditd_get(e, "SYSCALL");
    struct hw_span arch = hw_auditd_get(e, "arch");
    uint64_t number;
    if (name.n > 0 || !hw_span_u64(call, &number)) {
        return by_name(name.n > 0 ? name : call);
    }
    bool x = hw_span_is_nocase(arch, "c000003e"), arm = hw_span_is_nocase(arch, "c00000b7");
    if (!x && !arm && !hw_span_is(arch, "40000003")) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int16_t n = x ? rows[i].x86_64 : arm ? rows[i].arm64 : rows[i].i386;
        if (n >= 0 && (uint64_t)n == number) {
            return &rows[i];
        }
    }
    return NULL;
}

static uint64_t hex_arg(const struct hw_auditd_event *e, int which)
{
    char name[4] = {'a', (char)('0' + which), '\0'};
    struct hw_span s = hw_auditd_get(e, name);
    uint64_t v = 0;
    for (size_t i = 0; i < s.n && i < 16; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (!hw_ascii_is_digit(c) && (c < 'a' || c > 'f')) {
            return 0;
        }
        v = v << 4 | (uint64_t)(hw_ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return v;
}

/* ---- paths ---- */

static bool is_type(const struct hw_auditd_item *i, const char *type)
{
    return i->there && hw_span_is(i->nametype, type);
}

static const struct hw_auditd_item *item_of(const struct hw_auditd_event *e, const char *type)
{
    for (size_t i = 0; i < HW_AUDITD_ITEMS; i++) {
        if (is_type(&e->items[i], type)) {
            return &e->items[i];
        }
    }
    return NULL;
}

/* What the call was about: not the folder it lies in, and not the loader behind a program. */
static const struct hw_auditd_item *main_item(const struct hw_auditd_event *e)
{
    for (size_t i = 0; i < HW_AUDITD_ITEMS; i++) {
        const struct hw_auditd_item *one = &e->items[i];
        if (one->there && one->name.n > 0 && !hw_span_is(one->nametype, "PARENT")) {
            return one;
        }
    }
    return NULL;
}

/* The name from the event's folder, in the event's scratch. */
static struct hw_span absolute(struct hw_auditd_event *e, struct hw_span cwd, struct hw_span name)
{
    uint8_t *p = e->m.p + e->m.n;
    bool rooted = name.n > 0 && name.p[0] == '/';
    if (cwd.n + name.n + 2 > e->m.room - e->m.n) {
        return name;
    }
    size_t n = hw_posix_join(rooted ? (struct hw_span){NULL, 0} : cwd, name, p);
    e->m.n += n;
    return (struct hw_span){p, n};
}

static void put_path(struct hw_auditd_event *e, const char *role, struct hw_span name,
                     bool from_cwd)
{
    struct hw_span cwd = hw_auditd_get(e, "cwd");
    bool rooted = name.n > 0 && name.p[0] == '/';
    if (name.n == 0 || hw_span_is(name, "(null)")) {
        return;
    }
    if (rooted || (from_cwd && cwd.n > 0 && cwd.p[0] == '/')) {
        hw_auditd_own(e, role, absolute(e, cwd, name));
    } else {
        hw_auditd_own(e, role, name);
        hw_auditd_own(e, role[0] == 'p' ? "path_relative" : "target_relative", HW_SPAN_LIT("1"));
    }
}

/* A relative name of an ...at() call is meant from the descriptor in a0, which only AT_FDCWD
 * (-100) makes the working directory. */
static bool from_cwd(const struct hw_auditd_event *e, const struct row *row)
{
    struct hw_span name = row == NULL ? (struct hw_span){NULL, 0} : hw_span_str(row->name);
    bool at = hw_span_ends(name, "at") || hw_span_ends(name, "at2") || hw_span_is(name, "openat");
    uint64_t a0 = hex_arg(e, hw_span_starts(name, "symlinkat") ? 1 : 0);
    return !at || (uint32_t)a0 == 0xffffff9cU;
}

static void put_paths(struct hw_auditd_event *e, const struct row *row)
{
    unsigned does = row == NULL ? DOES_OTHER : row->does;
    const struct hw_auditd_item *from = main_item(e), *to = NULL;
    bool here = from_cwd(e, row);
    if (does == DOES_RENAME || does == DOES_LINK) {
        const struct hw_auditd_item *gone = item_of(e, "DELETE");
        to = item_of(e, "CREATE");
        from = does == DOES_RENAME && gone != NULL ? gone : from;
    }
    struct hw_span name = from != NULL ? from->name : (struct hw_span){NULL, 0};
    if (from == NULL) {
        name = hw_auditd_get(e, "name"); /* AUOMS has it among the call's own fields */
        name = name.n > 0 && hw_auditd_get(e, "nametype").n > 0 ? name : (struct hw_span){NULL, 0};
    }
    put_path(e, "path", name, here);
    if (to != NULL && to != from) {
        put_path(e, "target", to->name, here);
    }
}

/* ---- what it did ---- */

static const char *open_does(const struct hw_auditd_event *e, const struct row *row)
{
    enum { WRONLY = 1, RDWR = 2, CREAT = 0x40, EXCL = 0x80, TRUNC = 0x200, PATH = 0x200000 };
    if (item_of(e, "CREATE") != NULL) {
        return "write";
    }
    if (row->flags < 0) {
        return "other"; /* openat2: its flags are in memory that was not recorded */
    }
    uint64_t f = hex_arg(e, row->flags);
    bool arm = hw_span_is_nocase(hw_auditd_get(e, "arch"), "c00000b7");
    if ((f & PATH) != 0 || (f & (arm ? 0x4000U : 0x10000U)) != 0) { /* O_DIRECTORY */
        return "other";
    }
    if ((f & RDWR) != 0 && (f & (TRUNC | EXCL)) == 0) {
        return "readwrite";
    }
    return (f & (WRONLY | RDWR | TRUNC | CREAT)) != 0 ? "write" : "read";
}

static void put_child(struct hw_auditd_event *e, const struct row *row)
{
    enum { CLONE_THREAD = 0x10000 };
    hw_auditd_own(e, "child", hw_auditd_get(e, "exit"));
    if (hw_span_is(hw_span_str(row->name), "clone") && (hex_arg(e, 0) & CLONE_THREAD) != 0) {
        hw_auditd_own(e, "thread", HW_SPAN_LIT("1"));
    }
}

void hw_auditd_does(struct hw_auditd_event *e)
{
    static const char *const words[] = {
        [DOES_OTHER] = "other",   [DOES_WRITE] = "write",   [DOES_EXEC] = "exec",
        [DOES_SPAWN] = "spawn",   [DOES_EXIT] = "exit",     [DOES_CONNECT] = "connect",
        [DOES_ACCEPT] = "accept", [DOES_RENAME] = "rename", [DOES_LINK] = "rename",
        [DOES_DELETE] = "delete", [DOES_LOAD] = "load",
    };
    const struct row *row = call_of(e);
    struct hw_span success = hw_auditd_get(e, "success");
    if (hw_auditd_get(e, "syscall").n == 0) {
        return;
    }
    if (row != NULL && hw_auditd_get(e, "SYSCALL").n == 0 &&
        !hw_span_is(hw_auditd_get(e, "syscall"), row->name)) {
        hw_auditd_own(e, "syscall_name", hw_span_str(row->name));
    }
    put_paths(e, row);
    unsigned does = row == NULL ? DOES_OTHER : row->does;
    bool done = hw_span_is(success, "yes") || (success.n == 0 && does == DOES_EXIT) ||
                (does == DOES_CONNECT && hw_span_is(hw_auditd_get(e, "exit"), "-115"));
    if (does == DOES_CONNECT && e->peer_ip.n == 0) {
        done = false; /* a local socket, or nothing said of the peer */
    }
    if (!done) {
        hw_auditd_own(e, "does", HW_SPAN_LIT("other"));
        return;
    }
    if (does == DOES_SPAWN) {
        put_child(e, row);
    }
    hw_auditd_own(e, "does", hw_span_str(does == DOES_OPEN ? open_does(e, row) : words[does]));
}
