/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace_calls.c -- what a system call did.
 *
 * strace_table.c says which arguments are paths, directories and descriptors; here what is known
 * of the process is moved on by them, and the record gets what it `does`:
 *
 *   read write readwrite   a file was opened so, with success; or the first such use of a
 *                          descriptor that the program did not open itself (a shell's redirection)
 *   write                  also a descriptor that could write was closed: until then it may have
 *   load                   a file was mapped to be executed (a program's library)
 *   exec spawn exit        the life of processes
 *   rename delete          `path` to `target` (links too); `path` is gone
 *   connect accept         an internet peer
 *   other                  anything else, and whatever failed
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "evidence/posix_path.h"
#include "evidence/telemetry/strace_parts.h"

/* ---- paths ---- */

struct doing {
    struct hw_strace_state *s;
    struct hw_strace_process *p;
    struct hw_strace_process *home; /* whose directory and image are meant: a thread's process */
    const struct hw_strace_call *c;
    const struct hw_strace_row *row;
    struct hw_strace_scratch *m;
    struct hw_strace_record *r;
    uint64_t line;
};

static struct hw_span arg(const struct doing *d, int which)
{
    return which >= 0 && (size_t)which < d->c->count ? d->c->args[which]
                                                     : (struct hw_span){NULL, 0};
}

static struct hw_span join(struct hw_strace_scratch *m, struct hw_span base, struct hw_span name)
{
    uint8_t *p = hw_strace_take(m, base.n + name.n + 2);
    return p == NULL ? name : (struct hw_span){p, hw_posix_join(base, name, p)};
}

static struct hw_span cwd_of(const struct doing *d)
{
    return hw_strace_text_span(d->home->cwd == NULL ? NULL : d->home->cwd->path);
}

/* What the pool holds may be given back by this very call. */
static struct hw_span keep(struct doing *d, struct hw_span s)
{
    uint8_t *p = s.n == 0 ? NULL : hw_strace_take(d->m, s.n);
    for (size_t i = 0; p != NULL && i < s.n; i++) {
        p[i] = s.p[i];
    }
    return p == NULL ? (struct hw_span){NULL, 0} : (struct hw_span){p, s.n};
}

/* What a descriptor argument is: by its mark, else by what was opened before. Empty: not known. */
static struct hw_span fd_path(struct doing *d, struct hw_span a, int64_t *out_fd)
{
    struct hw_span mark, path = {NULL, 0};
    int64_t fd;
    if (!hw_strace_fd(a, &fd, &mark)) {
        return path;
    }
    if (out_fd != NULL) {
        *out_fd = fd;
    }
    bool marked = hw_strace_mark_path(mark, d->m, &path);
    if (fd == HW_STRACE_CWD) {
        if (marked) {
            hw_strace_cwd_learn(d->s, d->home, path);
        }
        return marked ? path : keep(d, cwd_of(d));
    }
    const struct hw_strace_open *o = hw_strace_open_find(d->p, fd);
    if (mark.p == NULL) {
        return o == NULL ? path : keep(d, hw_strace_text_span(o->path));
    }
    if (marked && (o == NULL || !hw_span_equal(hw_strace_text_span(o->path), path))) {
        /* Opened where we did not see it: by a parent before the log began, or received. */
        (void)hw_strace_open_set(d->s, d->p, fd, path, false);
    }
    return path;
}

/* The path argument at `which`, absolute where that can be known. False: no string there. */
static bool path_of(struct doing *d, int dir, int which, struct hw_span *out, bool *out_relative)
{
    struct hw_span name;
    bool cut;
    size_t used;
    if (!hw_strace_string(arg(d, which), d->m, &name, &cut, &used)) {
        return false;
    }
    *out_relative = cut;
    if (name.n > 0 && name.p[0] == '/') {
        *out = join(d->m, (struct hw_span){NULL, 0}, name);
        return true;
    }
    struct hw_span base = dir < 0 ? cwd_of(d) : fd_path(d, arg(d, dir), NULL);
    *out_relative = base.n == 0;
    *out = base.n == 0 ? name : join(d->m, base, name);
    return true;
}

static void put_path(struct doing *d, enum hw_strace_value v, struct hw_span path, bool relative)
{
    if (path.n > 0) {
        hw_strace_put(d->r, v, path);
        if (relative) {
            hw_strace_put_str(d->r, v == HW_SV_PATH ? HW_SV_PATH_RELATIVE : HW_SV_TARGET_RELATIVE,
                              "1");
        }
    }
}

static void does(struct doing *d, const char *word)
{
    hw_strace_put_str(d->r, HW_SV_DOES, word);
    hw_strace_put_copy(d->r, d->m, HW_SV_IMAGE, hw_strace_text_span(d->home->image));
}

/* ---- calls ---- */

static const char *open_does(struct hw_span flags)
{
    bool both = hw_strace_flag(flags, "O_RDWR"), write = hw_strace_flag(flags, "O_WRONLY");
    bool made = hw_strace_flag(flags, "O_TRUNC") || hw_strace_flag(flags, "O_EXCL");
    if (hw_strace_flag(flags, "O_PATH") || hw_strace_flag(flags, "O_DIRECTORY") ||
        hw_strace_flag(flags, "O_TMPFILE")) {
        return NULL;
    }
    if (both && !made) {
        return "readwrite"; /* what was there may have come in */
    }
    return both || write || made || hw_strace_flag(flags, "O_CREAT") ? "write" : "read";
}

static void do_open(struct doing *d)
{
    struct hw_span flags = arg(d, d->row->flags), path = {NULL, 0}, real;
    bool relative = false;
    if (hw_span_holds(flags, "flags=")) { /* openat2 */
        flags = hw_strace_after(flags, "flags=", ",}");
    }
    bool named = path_of(d, d->row->dir, d->row->path, &path, &relative);
    const char *word = d->row->op == OP_CREAT ? "write" : open_does(flags);
    hw_strace_put(d->r, HW_SV_FLAGS, flags);
    /* The kernel's own name of what was opened is better than the one it was asked for. */
    if (d->c->ok && hw_strace_mark_path(d->c->ret_mark, d->m, &real)) {
        if (named && !hw_span_equal(real, path)) {
            hw_strace_put(d->r, HW_SV_PATH_NAMED, path);
        }
        path = real;
        relative = false;
    }
    put_path(d, HW_SV_PATH, path, relative);
    if (!d->c->ok) {
        return;
    }
    struct hw_strace_open *o =
        hw_strace_open_set(d->s, d->p, d->c->ret, relative ? (struct hw_span){NULL, 0} : path,
                           hw_strace_flag(flags, "O_CLOEXEC"));
    if (word != NULL) {
        does(d, word);
    }
    if (o != NULL) {
        o->said_read = o->said_write = true;
        o->writes = word != NULL && strcmp(word, "read") != 0;
    }
}

/* The first use of a descriptor that came from somebody else. */
static void do_use(struct doing *d, bool write)
{
    int64_t fd = -1;
    struct hw_span path = fd_path(d, arg(d, d->row->path), &fd);
    put_path(d, HW_SV_PATH, path, false);
    struct hw_strace_open *o = d->c->ok ? hw_strace_open_find(d->p, fd) : NULL;
    if (o == NULL || path.n == 0 || path.p[0] != '/') {
        return;
    }
    bool *said = write ? &o->said_write : &o->said_read;
    if (!*said) {
        *said = true;
        o->writes = o->writes || write;
        does(d, write ? "write" : "read");
    }
}

static void do_mmap(struct doing *d)
{
    struct hw_span path = fd_path(d, arg(d, d->row->path), NULL);
    put_path(d, HW_SV_PATH, path, false);
    if (d->c->ok && path.n > 0 && hw_strace_flag(arg(d, 2), "PROT_EXEC")) {
        does(d, "load");
    }
}

static void do_fcntl(struct doing *d)
{
    int64_t fd = -1;
    struct hw_span what = arg(d, 1);
    put_path(d, HW_SV_PATH, fd_path(d, arg(d, 0), &fd), false);
    if (!d->c->ok) {
        return;
    }
    if (hw_span_is(what, "F_DUPFD") || hw_span_is(what, "F_DUPFD_CLOEXEC")) {
        hw_strace_open_copy(d->s, d->p, fd, d->c->ret, hw_span_is(what, "F_DUPFD_CLOEXEC"));
    } else if (hw_span_is(what, "F_SETFD")) {
        struct hw_strace_open *o = hw_strace_open_find(d->p, fd);
        if (o != NULL) {
            o->cloexec = hw_strace_flag(arg(d, 2), "FD_CLOEXEC");
        }
    }
}

/* A linker opens its output before it has read its inputs: what it wrote is whole when it
 * closes. */
static void do_close(struct doing *d, int64_t fd, struct hw_span path)
{
    const struct hw_strace_open *o = hw_strace_open_find(d->p, fd);
    if (o != NULL && o->writes && path.n > 0 && path.p[0] == '/') {
        does(d, "write");
    }
    hw_strace_open_close(d->s, d->p, fd);
}

static void do_descriptors(struct doing *d)
{
    int64_t fd = -1, last = INT32_MAX;
    struct hw_span path = fd_path(d, arg(d, d->row->path), &fd);
    put_path(d, HW_SV_PATH, path, false);
    if (!d->c->ok) {
        return;
    }
    switch (d->row->op) {
    case OP_CLOSE:
        do_close(d, fd, path);
        break;
    case OP_CLOSE_RANGE:
        last = hw_strace_number(arg(d, 1), &last) ? last : INT32_MAX; /* ~0U: all */
        if (!hw_strace_flag(arg(d, 2), "CLOSE_RANGE_CLOEXEC")) {
            hw_strace_open_close_range(d->s, d->p, fd, last);
        }
        break;
    default:
        hw_strace_open_copy(d->s, d->p, fd, d->c->ret,
                            hw_strace_flag(arg(d, d->row->flags), "O_CLOEXEC"));
        break;
    }
}

static void do_directory(struct doing *d)
{
    struct hw_span path = {NULL, 0};
    bool relative = false, cut;
    size_t used;
    if (d->row->op == OP_FCHDIR) {
        path = fd_path(d, arg(d, 0), NULL);
        relative = path.n == 0;
    } else if (d->row->op == OP_GETCWD) {
        if (hw_strace_string(arg(d, 0), d->m, &path, &cut, &used) && d->c->ok && path.n > 0 &&
            path.p[0] == '/' && !cut) {
            hw_strace_cwd_learn(d->s, d->home, path);
        }
        return;
    } else if (!path_of(d, -1, 0, &path, &relative)) {
        return;
    }
    put_path(d, HW_SV_PATH, path, relative);
    if (d->c->ok) {
        hw_strace_cwd_set(d->s, d->home, relative ? (struct hw_span){NULL, 0} : path);
    }
}

static void do_exec(struct doing *d)
{
    struct hw_span path = {NULL, 0}, words;
    bool relative = false, cut = false;
    char uniq[HW_STRACE_UNIQ];
    bool named = path_of(d, d->row->dir, d->row->path, &path, &relative);
    if (d->row->dir >= 0 && named && path.n == 0) {
        path = fd_path(d, arg(d, d->row->dir), NULL); /* AT_EMPTY_PATH: the descriptor itself */
    }
    put_path(d, HW_SV_PATH, path, relative);
    if (hw_strace_words(arg(d, d->row->to), d->m, &words, &cut)) {
        hw_strace_put(d->r, HW_SV_ARGV, words);
        if (cut) {
            hw_strace_put_str(d->r, HW_SV_ARGV_CUT, "1");
        }
    }
    hw_strace_put_copy(d->r, d->m, HW_SV_CWD, cwd_of(d));
    if (!d->c->ok) {
        return;
    }
    hw_strace_uniq(d->s, d->p, uniq);
    hw_strace_put_copy(d->r, d->m, HW_SV_PRIOR_UNIQ, hw_span_str(uniq));
    hw_strace_exec(d->s, d->p, path);
    d->home = d->p;
    does(d, "exec");
}

/* "[3, 4]" and, with -y, "[3<pipe:[1]>, 4<pipe:[1]>]": two descriptors that are no files. */
static void do_pipe(struct doing *d)
{
    struct hw_span both = arg(d, 0), none = {NULL, 0}, mark;
    bool cloexec = hw_strace_flag(arg(d, d->row->flags), "O_CLOEXEC");
    if (!d->c->ok || both.n < 5) {
        return;
    }
    size_t comma = hw_span_find(both, ',');
    struct hw_span ends[2] = {hw_span_cut(both, 1, comma - 1),
                              hw_span_trim(hw_span_from(both, comma + 1))};
    ends[1].n -= ends[1].n > 0 && ends[1].p[ends[1].n - 1] == ']';
    for (unsigned i = 0; i < 2; i++) {
        int64_t fd;
        if (hw_strace_fd(ends[i], &fd, &mark)) {
            (void)hw_strace_open_set(d->s, d->p, fd, none, cloexec);
        }
    }
}

/* ---- addresses ---- */

static void do_socket(struct doing *d)
{
    struct hw_span kind = arg(d, 1);
    if (!d->c->ok) {
        return;
    }
    struct hw_strace_open *o = hw_strace_open_set(d->s, d->p, d->c->ret, (struct hw_span){NULL, 0},
                                                  hw_strace_flag(kind, "SOCK_CLOEXEC"));
    if (o != NULL) {
        o->proto = hw_strace_flag(kind, "SOCK_STREAM")  ? 6
                   : hw_strace_flag(kind, "SOCK_DGRAM") ? 17
                                                        : 0;
    }
}

/* {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.1")} and kin. */
static bool address(struct hw_span a, struct hw_span *out_ip, struct hw_span *out_port)
{
    *out_port = hw_strace_after(a, "port=htons(", ")");
    *out_ip = hw_strace_after(a, "inet_addr(\"", "\"");
    if (out_ip->n == 0) {
        *out_ip = hw_strace_after(a, "inet_pton(AF_INET6, \"", "\"");
    }
    return out_ip->n > 0;
}

static void do_peer(struct doing *d)
{
    struct hw_span ip, port, a = arg(d, d->row->to), mark = {NULL, 0};
    int64_t fd = -1;
    bool accept = d->row->op == OP_ACCEPT;
    bool done = d->c->ok || (!accept && hw_span_is(d->c->errno_text, "EINPROGRESS"));
    bool named = hw_strace_fd(arg(d, 0), &fd, &mark);
    const struct hw_strace_open *o = named ? hw_strace_open_find(d->p, fd) : NULL;
    unsigned proto = o == NULL ? 0 : o->proto;
    proto = hw_span_starts(mark, "TCP") ? 6 : hw_span_starts(mark, "UDP") ? 17 : proto;
    if (accept && d->c->ok) {
        (void)hw_strace_open_set(d->s, d->p, d->c->ret, (struct hw_span){NULL, 0},
                                 hw_strace_flag(arg(d, d->row->flags), "SOCK_CLOEXEC"));
    }
    if (proto != 0) {
        hw_strace_put_str(d->r, HW_SV_PROTO, proto == 6 ? "tcp" : "udp");
    }
    if (address(a, &ip, &port)) {
        hw_strace_put(d->r, accept ? HW_SV_SRC_IP : HW_SV_DST_IP, ip);
        hw_strace_put(d->r, accept ? HW_SV_SRC_PORT : HW_SV_DST_PORT, port);
        if (done) {
            does(d, accept ? "accept" : "connect");
        }
    } else if (hw_span_holds(a, "sun_path=")) {
        hw_strace_put(d->r, HW_SV_DST_PATH, hw_strace_after(a, "sun_path=", "}"));
    }
}

/* ---- names ---- */

static void do_pair(struct doing *d)
{
    struct hw_span path, to;
    bool relative, to_relative;
    bool both = path_of(d, d->row->dir, d->row->path, &path, &relative);
    both = both && path_of(d, d->row->to_dir, d->row->to, &to, &to_relative);
    if (!both) {
        return;
    }
    if (d->row->op == OP_SYMLINK && d->c->args[0].n > 1 && d->c->args[0].p[1] != '/') {
        /* A link's text is meant from where the link lies. */
        bool cut;
        size_t used, slash = to.n;
        while (slash > 0 && to.p[slash - 1] != '/') {
            slash--;
        }
        if (!hw_strace_string(d->c->args[0], d->m, &path, &cut, &used)) {
            return;
        }
        relative = to_relative || slash == 0;
        path = relative ? path : join(d->m, hw_span_cut(to, 0, slash), path);
    }
    put_path(d, HW_SV_PATH, path, relative);
    put_path(d, HW_SV_TARGET, to, to_relative);
    if (d->c->ok) {
        does(d, "rename");
    }
}

static void do_named(struct doing *d)
{
    struct hw_span path;
    bool relative;
    if (path_of(d, d->row->dir, d->row->path, &path, &relative)) {
        put_path(d, HW_SV_PATH, path, relative);
    }
    if (d->c->ok && d->row->op == OP_DELETE) {
        does(d, "delete");
    } else if (d->c->ok && d->row->op == OP_TRUNCATE) {
        does(d, "write");
    }
}

static void do_copy(struct doing *d)
{
    put_path(d, HW_SV_PATH, fd_path(d, arg(d, d->row->path), NULL), false);
    put_path(d, HW_SV_TARGET, fd_path(d, arg(d, d->row->to), NULL), false);
}

/* ---- new processes ---- */

struct hw_strace_process *hw_strace_spawn(struct hw_strace_state *s,
                                          struct hw_strace_process *parent, struct hw_span name,
                                          struct hw_span text, uint64_t pid, uint64_t line)
{
    bool flagged = hw_span_starts(name, "clone");
    struct hw_strace_process *child = hw_strace_born(s, pid, line);
    hw_strace_inherit(s, child, parent, flagged && hw_span_holds(text, "CLONE_FILES"));
    if (flagged && hw_span_holds(text, "CLONE_THREAD")) {
        child->leader = parent->leader;
    }
    return child;
}

static struct hw_span all_args(const struct hw_strace_call *c)
{
    struct hw_span none = {NULL, 0};
    if (c->count == 0 || c->args[0].p == NULL) {
        return none;
    }
    struct hw_span last = c->args[c->count - 1];
    return (struct hw_span){c->args[0].p, (size_t)(last.p + last.n - c->args[0].p)};
}

static void do_spawn(struct doing *d)
{
    if (!d->c->ok || d->c->ret <= 0) {
        return; /* 0 is the child's own answer, in logs that follow it */
    }
    uint64_t pid = (uint64_t)d->c->ret;
    struct hw_span text = all_args(d->c);
    bool thread = hw_span_starts(d->c->name, "clone") && hw_span_holds(text, "CLONE_THREAD");
    struct hw_strace_process *child = hw_strace_find(d->s, pid);
    uint32_t life = d->p->pending_child_life;
    if (d->p->pending_child != pid) {
        /* One that was seen before, and given to another or to nobody, was this call's. */
        if (child == NULL || (child->has_parent && !child->guessed)) {
            child = hw_strace_spawn(d->s, d->p, d->c->name, text, pid, d->line);
        }
        life = child->life;
    }
    char uniq[HW_STRACE_UNIQ];
    if (thread) {
        hw_strace_uniq(d->s, d->p, uniq);
        hw_strace_put_str(d->r, HW_SV_THREAD, "1");
    } else {
        /* By now it may be another program or dead: it is named as it was born. */
        snprintf(uniq, sizeof uniq, "%llu.%u.0", (unsigned long long)pid, life);
    }
    hw_strace_put(d->r, HW_SV_CHILD, d->c->ret_text);
    hw_strace_put_copy(d->r, d->m, HW_SV_CHILD_UNIQ, hw_span_str(uniq));
    hw_strace_put_copy(d->r, d->m, HW_SV_CWD, cwd_of(d));
    does(d, "spawn");
}

void hw_strace_effect(struct hw_strace_state *s, struct hw_strace_process *p,
                      const struct hw_strace_call *c, uint64_t line, struct hw_strace_scratch *m,
                      struct hw_strace_record *r)
{
    struct doing d = {
        .s = s, .p = p, .c = c, .row = hw_strace_row(c->name), .m = m, .r = r, .line = line};
    d.home = hw_strace_leader(s, p);
    if (d.row == NULL) {
        return;
    }
    switch (d.row->op) {
    case OP_OPEN:
    case OP_CREAT:
        do_open(&d);
        break;
    case OP_CLOSE:
    case OP_CLOSE_RANGE:
    case OP_DUP:
    case OP_DUP_TO:
        do_descriptors(&d);
        break;
    case OP_CHDIR:
    case OP_FCHDIR:
    case OP_GETCWD:
        do_directory(&d);
        break;
    case OP_CONNECT:
    case OP_ACCEPT:
        do_peer(&d);
        break;
    case OP_PAIR:
    case OP_SYMLINK:
        do_pair(&d);
        break;
    case OP_READ:
    case OP_WRITE:
        do_use(&d, d.row->op == OP_WRITE);
        break;
    case OP_PATH:
    case OP_DELETE:
    case OP_TRUNCATE:
        do_named(&d);
        break;
    case OP_FD:
        put_path(&d, HW_SV_PATH, fd_path(&d, arg(&d, d.row->path), NULL), false);
        break;
    case OP_FCNTL:
        do_fcntl(&d);
        break;
    case OP_EXEC:
        do_exec(&d);
        break;
    case OP_PIPE:
        do_pipe(&d);
        break;
    case OP_SOCKET:
        do_socket(&d);
        break;
    case OP_MMAP:
        do_mmap(&d);
        break;
    case OP_COPY:
        do_copy(&d);
        break;
    case OP_SPAWN:
        do_spawn(&d);
        break;
    }
}
