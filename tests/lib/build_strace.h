/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_strace.h -- logs as strace writes them, in the styles people ask for.
 */
#ifndef HW_TESTS_BUILD_STRACE_H
#define HW_TESTS_BUILD_STRACE_H

#include "base/buf.h"

enum hw_build_strace_pids { HW_PIDS_COLUMN, HW_PIDS_BOXED, HW_PIDS_NONE };
enum hw_build_strace_times { HW_TIMES_NONE, HW_TIMES_T, HW_TIMES_TT, HW_TIMES_TTT, HW_TIMES_R };

struct hw_build_strace {
    struct hw_buf *out;
    enum hw_build_strace_pids pids;
    enum hw_build_strace_times times;
    bool paths;    /* -y */
    bool duration; /* -T */
    unsigned tick; /* microseconds since the start */
};

/* One line of process pid. */
void build_strace_line(struct hw_build_strace *b, unsigned pid, const char *fmt, ...)
    HW_FORMAT(3, 4);
/* A shell (100) in /src that makes main.o: it forks 101, which becomes a compiler, opens main.c by
 * a relative name and writes main.o; then it renames main.o to out/main.o and unlinks a temporary.
 * Interrupted calls, a redirection and the ends of both are in it. */
void build_strace_session(struct hw_build_strace *b);

#endif
