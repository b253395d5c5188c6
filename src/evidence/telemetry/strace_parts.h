/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace_parts.h -- what the chapters of the strace parser share.
 *
 * strace_line.c takes a line apart, strace_args.c a call's arguments, strace_state.c keeps what is
 * known of each process, strace_calls.c says what a call did to that knowledge and to files, and
 * strace.c walks the log and emits.
 */
#ifndef HW_EVIDENCE_TELEMETRY_STRACE_PARTS_H
#define HW_EVIDENCE_TELEMETRY_STRACE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "evidence/evidence.h"
#include "evidence/records.h"

enum {
    HW_STRACE_ARGS = 16,               /* arguments of one call; more are left in the last */
    HW_STRACE_LINE_BYTES = 128 * 1024, /* of one line */
    HW_STRACE_SCRATCH = 1024 * 1024,   /* decoded text of one record */
    HW_STRACE_PATH_BYTES = 4096,       /* PATH_MAX */
    HW_STRACE_UNIQ = 48,
};

/* ---- lines ---- */

enum hw_strace_shape {
    HW_STRACE_CALL,       /* name( rest */
    HW_STRACE_RESUMED,    /* <... name resumed> rest */
    HW_STRACE_EXITED,     /* +++ exited with number +++ */
    HW_STRACE_KILLED,     /* +++ killed by name +++ */
    HW_STRACE_SUPERSEDED, /* +++ superseded by execve in pid number +++ */
    HW_STRACE_SIGNAL,     /* --- name rest --- */
    HW_STRACE_NOTE,       /* strace's own words: attached, detached, runs in 32 bit mode */
    HW_STRACE_OTHER,      /* not a line of strace */
};

struct hw_strace_line {
    bool has_pid, column, unfinished, has_attached, core; /* column: the pid of -o */
    uint64_t pid, number, attached;
    int64_t time_ns; /* HW_TIME_NONE without -t */
    enum hw_clock clock;
    unsigned digits;
    struct hw_span relative; /* -r: seconds since the line before */
    enum hw_strace_shape shape;
    struct hw_span name, rest;
};
void hw_strace_line(struct hw_span s, struct hw_strace_line *out);
unsigned hw_strace_probe(struct hw_span bytes, struct hw_budget *fuel);

/* ---- arguments ---- */

struct hw_strace_call {
    struct hw_span name;
    struct hw_span args[HW_STRACE_ARGS];
    size_t count;
    bool whole;       /* the closing bracket and " = " were there */
    bool has_ret, ok; /* ret is a number; it is no error */
    int64_t ret;      /* saturated where the text is larger */
    struct hw_span ret_text, ret_mark, errno_text, says, duration;
};
/* Takes "args) = ret ERRNO (says) <duration>" apart. */
void hw_strace_call(struct hw_span text, struct hw_strace_call *out);

/* Scratch for the text of one record; what does not fit is left as it was written. */
struct hw_strace_scratch {
    uint8_t *p;
    size_t n, room;
};
/* The inside of a C string at the start of s. False when s does not begin with one. *out_cut: it
 * was shortened by strace. *out_used: bytes of s, dots included. */
HW_CHECK bool hw_strace_string(struct hw_span s, struct hw_strace_scratch *m, struct hw_span *out,
                               bool *out_cut, size_t *out_used);
/* ["a", "b", ...] joined with blanks. */
HW_CHECK bool hw_strace_words(struct hw_span s, struct hw_strace_scratch *m, struct hw_span *out,
                              bool *out_cut);
/* "3</path>", "3", "AT_FDCWD", "AT_FDCWD</cwd>": AT_FDCWD is HW_STRACE_CWD. mark: as written. */
#define HW_STRACE_CWD INT64_C(-100)
HW_CHECK bool hw_strace_fd(struct hw_span s, int64_t *out_fd, struct hw_span *out_mark);
/* A mark that is an absolute path, decoded; false for sockets, pipes and deleted files. */
HW_CHECK bool hw_strace_mark_path(struct hw_span mark, struct hw_strace_scratch *m,
                                  struct hw_span *out);
HW_CHECK bool hw_strace_number(struct hw_span s, int64_t *out);
/* Does a list of flags joined by '|' have this one, whole? */
HW_CHECK bool hw_strace_flag(struct hw_span s, const char *flag);
/* What stands between `before` and the next of `ends`; empty when not there. */
struct hw_span hw_strace_after(struct hw_span s, const char *before, const char *ends);
uint8_t *hw_strace_take(struct hw_strace_scratch *m, size_t n); /* NULL when full */

/* ---- what is known of processes ---- */

struct hw_strace_text { /* a counted string of the pool */
    uint32_t refs;
    uint16_t size_class, n;
    struct hw_strace_text *next;
    uint8_t p[];
};

struct hw_strace_cwd { /* shared by all who have not changed directory since a fork */
    uint32_t refs;
    struct hw_strace_text *path; /* NULL: not known yet */
    struct hw_strace_cwd *next;
};

struct hw_strace_open {
    struct hw_strace_open *next;
    struct hw_strace_text *path; /* NULL: not known, or no file */
    int32_t fd;
    bool cloexec, said_read, said_write;
    bool writes;   /* opened to write, or written to, by this very program */
    uint8_t proto; /* 0 unknown, 6 TCP, 17 UDP */
};

struct hw_strace_files {
    uint32_t refs, count;
    struct hw_strace_open *head;
    struct hw_strace_files *next;
};

struct hw_strace_moment { /* where and when a record began */
    uint64_t off, line;
    int64_t time_ns;
    enum hw_clock clock;
    unsigned digits;
    struct hw_span relative;
};

struct hw_strace_process {
    struct hw_strace_process *next;          /* of the bucket, or of the free ones */
    struct hw_strace_process *newer, *older; /* all that live */
    uint64_t pid, leader;                    /* leader != pid: a thread of that process */
    uint32_t life, execs;
    struct hw_strace_files *files;
    struct hw_strace_cwd *cwd;
    struct hw_strace_text *image;
    uint64_t parent_pid;
    char parent_uniq[HW_STRACE_UNIQ];
    bool has_parent, told, guessed;
    /* A call whose end has not been seen. */
    bool pending, pending_spawn;
    uint64_t pending_child; /* already known to be this call's, else 0 */
    uint32_t pending_child_life;
    struct hw_strace_moment pending_at;
    struct hw_span pending_name, pending_text;
};

struct hw_strace_lives;
struct hw_strace_state {
    struct hw_arena *arena;
    struct hw_strace_process **buckets;
    struct hw_strace_process *newest, *free_processes, *spare;
    struct hw_strace_files *free_files;
    struct hw_strace_cwd *free_cwds;
    struct hw_strace_open *free_opens;
    struct hw_strace_text *free_texts[8];
    struct hw_strace_lives *lives;
    size_t text_bytes;
    uint32_t processes, opens, living;
    bool full; /* a limit was met: something is not known that the log would have told */
};
HW_CHECK bool hw_strace_state_init(struct hw_strace_state *s, struct hw_arena *arena);
struct hw_strace_process *hw_strace_find(struct hw_strace_state *s, uint64_t pid);
/* Never NULL: at the limit a spare one without memory. `line` tells lives apart when all else
 * fails. */
struct hw_strace_process *hw_strace_born(struct hw_strace_state *s, uint64_t pid, uint64_t line);
void hw_strace_inherit(struct hw_strace_state *s, struct hw_strace_process *child,
                       struct hw_strace_process *parent, bool share_files);
void hw_strace_dead(struct hw_strace_state *s, struct hw_strace_process *p);
void hw_strace_renumber(struct hw_strace_state *s, struct hw_strace_process *p, uint64_t pid);
void hw_strace_exec(struct hw_strace_state *s, struct hw_strace_process *p, struct hw_span image);
void hw_strace_uniq(struct hw_strace_state *s, struct hw_strace_process *p,
                    char out[HW_STRACE_UNIQ]);

/* The process a thread belongs to; itself for all others. */
struct hw_strace_process *hw_strace_leader(struct hw_strace_state *s, struct hw_strace_process *p);

struct hw_strace_open *hw_strace_open_find(const struct hw_strace_process *p, int64_t fd);
struct hw_strace_open *hw_strace_open_set(struct hw_strace_state *s, struct hw_strace_process *p,
                                          int64_t fd, struct hw_span path, bool cloexec);
void hw_strace_open_copy(struct hw_strace_state *s, struct hw_strace_process *p, int64_t from,
                         int64_t to, bool cloexec);
void hw_strace_open_close(struct hw_strace_state *s, struct hw_strace_process *p, int64_t fd);
void hw_strace_open_close_range(struct hw_strace_state *s, struct hw_strace_process *p,
                                int64_t first, int64_t last);
/* The process is somewhere else from now on (path empty: not known where). */
void hw_strace_cwd_set(struct hw_strace_state *s, struct hw_strace_process *p, struct hw_span path);
/* It was there all the time: told to everybody who shares it. */
void hw_strace_cwd_learn(struct hw_strace_state *s, struct hw_strace_process *p,
                         struct hw_span path);
struct hw_span hw_strace_text_span(const struct hw_strace_text *t); /* NULL gives an empty one */

/* ---- calls ---- */

enum hw_strace_op {
    OP_PATH, /* names a path, changes nothing that is followed here */
    OP_FD,   /* the same by a descriptor */
    OP_OPEN,
    OP_CREAT,
    OP_CLOSE,
    OP_CLOSE_RANGE,
    OP_DUP,
    OP_DUP_TO,
    OP_FCNTL,
    OP_CHDIR,
    OP_FCHDIR,
    OP_GETCWD,
    OP_EXEC,
    OP_PIPE,
    OP_SOCKET,
    OP_CONNECT,
    OP_ACCEPT,
    OP_PAIR, /* rename and links: path to target */
    OP_SYMLINK,
    OP_DELETE,
    OP_READ,
    OP_WRITE,
    OP_TRUNCATE,
    OP_MMAP,
    OP_COPY,
    OP_SPAWN,
};

struct hw_strace_row {
    const char *name;
    enum hw_strace_op op;
    int8_t dir, path;  /* arguments; -1: none */
    int8_t to_dir, to; /* the same for the target; for descriptors: the other one */
    int8_t flags;
};
const struct hw_strace_row *hw_strace_row(struct hw_span name); /* NULL: not followed */

/* The values of a record, in the order of their names. */
enum hw_strace_value {
    HW_SV_PID,
    HW_SV_TID,
    HW_SV_UNIQ,
    HW_SV_PRIOR_UNIQ,
    HW_SV_PARENT_PID,
    HW_SV_PARENT_UNIQ,
    HW_SV_PARENT_GUESS,
    HW_SV_IMAGE,
    HW_SV_CWD,
    HW_SV_DOES,
    HW_SV_PATH,
    HW_SV_PATH_NAMED,
    HW_SV_PATH_RELATIVE,
    HW_SV_TARGET,
    HW_SV_TARGET_RELATIVE,
    HW_SV_FLAGS,
    HW_SV_ARGV,
    HW_SV_ARGV_CUT,
    HW_SV_CHILD,
    HW_SV_CHILD_UNIQ,
    HW_SV_THREAD,
    HW_SV_PROTO,
    HW_SV_DST_IP,
    HW_SV_DST_PORT,
    HW_SV_DST_PATH,
    HW_SV_SRC_IP,
    HW_SV_SRC_PORT,
    HW_SV_RET,
    HW_SV_ERRNO,
    HW_SV_RET_PATH,
    HW_SV_RET_SAYS,
    HW_SV_DURATION,
    HW_SV_RELATIVE,
    HW_SV_RESUMED_LINE,
    HW_SV_UNFINISHED,
    HW_SV_SIGNAL,
    HW_SV_STATUS,
    HW_SV_CORE,
    HW_SV_TEXT,
    HW_SV_COUNT
};

struct hw_strace_record {
    struct hw_span values[HW_SV_COUNT]; /* p NULL: absent */
    struct hw_span args[HW_STRACE_ARGS];
    size_t count;
    uint32_t cut; /* bit N: aN was shortened by strace */
};
void hw_strace_put(struct hw_strace_record *r, enum hw_strace_value v, struct hw_span s);
void hw_strace_put_str(struct hw_strace_record *r, enum hw_strace_value v, const char *s);
void hw_strace_put_copy(struct hw_strace_record *r, struct hw_strace_scratch *m,
                        enum hw_strace_value v, struct hw_span s);

struct hw_strace_cached { /* a layout by what it is made of */
    uint64_t values;
    uint32_t args, cut, layout;
    struct hw_span event;
};

enum { HW_STRACE_CACHE = 512 };
struct hw_strace_out {
    struct hw_records w;
    struct hw_strace_scratch m;
    struct hw_strace_cached *cache; /* HW_STRACE_CACHE of them */
};

void hw_strace_put_number(struct hw_strace_out *k, struct hw_strace_record *r,
                          enum hw_strace_value v, uint64_t number);
void hw_strace_put_args(struct hw_strace_out *k, const struct hw_strace_call *c,
                        struct hw_strace_record *r);
void hw_strace_put_result(const struct hw_strace_call *c, struct hw_strace_record *r);
void hw_strace_emit(struct hw_strace_out *k, struct hw_span event,
                    const struct hw_strace_moment *at, struct hw_strace_record *r);

/* What the call did: moves the state on and writes does, path, target ... to the record. */
void hw_strace_effect(struct hw_strace_state *s, struct hw_strace_process *p,
                      const struct hw_strace_call *c, uint64_t line, struct hw_strace_scratch *m,
                      struct hw_strace_record *r);
HW_CHECK bool hw_strace_known(struct hw_span name); /* a system call's name in the table */
HW_CHECK bool hw_strace_spawns(struct hw_span name);
/* Makes the child of a clone, fork or vfork of `parent`, whose arguments are in `text`. */
struct hw_strace_process *hw_strace_spawn(struct hw_strace_state *s,
                                          struct hw_strace_process *parent, struct hw_span name,
                                          struct hw_span text, uint64_t pid, uint64_t line);

#endif
