/* SPDX-License-Identifier: Apache-2.0 */
#include "build_strace.h"

#include <stdarg.h>
#include <stdio.h>

void build_strace_line(struct hw_build_strace *b, unsigned pid, const char *fmt, ...)
{
    char text[4096];
    unsigned us = b->tick++;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (b->pids == HW_PIDS_COLUMN) {
        hw_buf_printf(b->out, "%-5u ", pid);
    } else if (b->pids == HW_PIDS_BOXED) {
        hw_buf_printf(b->out, "[pid %5u] ", pid);
    }
    switch (b->times) {
    case HW_TIMES_NONE:
        break;
    case HW_TIMES_T:
        hw_buf_printf(b->out, "12:34:%02u ", us / 1000 % 60);
        break;
    case HW_TIMES_TT:
        hw_buf_printf(b->out, "12:34:56.%06u ", us);
        break;
    case HW_TIMES_TTT:
        hw_buf_printf(b->out, "1700000000.%06u ", us);
        break;
    case HW_TIMES_R:
        hw_buf_printf(b->out, "     0.%06u ", 7U);
        break;
    }
    hw_buf_str(b->out, text);
    if (b->duration && text[0] != '+' && text[0] != '-') {
        hw_buf_str(b->out, " <0.000013>");
    }
    hw_buf_char(b->out, '\n');
}

/* A line that breaks off has no duration. */
static void part(struct hw_build_strace *b, unsigned pid, const char *text)
{
    bool duration = b->duration;
    b->duration = false;
    build_strace_line(b, pid, "%s <unfinished ...>", text);
    b->duration = duration;
}

static void compile(struct hw_build_strace *b)
{
    const char *at = b->paths ? "AT_FDCWD</src>" : "AT_FDCWD";
    build_strace_line(b, 101, "dup2(%s, 1) = %s", b->paths ? "3</src/build.log>" : "3",
                      b->paths ? "1</src/build.log>" : "1");
    build_strace_line(b, 101, "close(3) = 0");
    part(b, 101, "execve(\"/usr/bin/cc1\", [\"cc1\", \"-O2\", \"main.c\"], 0x7ffc0 /* 3 vars */");
    build_strace_line(b, 100, "<... vfork resumed>) = 101");
    part(b, 100, "wait4(-1, ");
    build_strace_line(b, 101, "<... execve resumed>) = 0");
    build_strace_line(b, 101, "openat(%s, \"main.c\", O_RDONLY|O_CLOEXEC) = 3%s", at,
                      b->paths ? "</src/main.c>" : "");
    build_strace_line(b, 101, "read(3%s, \"int main(void)\\n{\"..., 4096) = 24",
                      b->paths ? "</src/main.c>" : "");
    build_strace_line(b, 101,
                      "openat(%s, \"no.h\", O_RDONLY) = -1 ENOENT (No such file or "
                      "directory)",
                      at);
    build_strace_line(b, 101, "open(\"main.o\", O_RDWR|O_CREAT|O_TRUNC, 0666) = 4%s",
                      b->paths ? "</src/main.o>" : "");
    build_strace_line(b, 101, "write(1%s, \"ok\\n\", 3) = 3", b->paths ? "</src/build.log>" : "");
    build_strace_line(b, 101, "exit_group(0) = ?");
    build_strace_line(b, 101, "+++ exited with 0 +++");
}

void build_strace_session(struct hw_build_strace *b)
{
    const char *at = b->paths ? "AT_FDCWD</src>" : "AT_FDCWD";
    build_strace_line(b, 100,
                      "execve(\"/bin/sh\", [\"sh\", \"-c\", \"make it\"], 0x7ffc /* 2 vars "
                      "*/) = 0");
    build_strace_line(b, 100, "getcwd(\"/src\", 4096) = 5");
    build_strace_line(b, 100, "openat(%s, \"build.log\", O_WRONLY|O_CREAT, 0666) = 3%s", at,
                      b->paths ? "</src/build.log>" : "");
    part(b, 100, "vfork(");
    compile(b);
    build_strace_line(b, 100,
                      "<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, "
                      "NULL) = 101");
    build_strace_line(b, 100, "--- SIGCHLD {si_signo=SIGCHLD, si_pid=101, si_status=0} ---");
    build_strace_line(b, 100, "renameat2(%s, \"main.o\", %s, \"out/main.o\", 0) = 0", at, at);
    build_strace_line(b, 100, "unlink(\"/tmp/x\\ty\") = 0");
    build_strace_line(b, 100,
                      "connect(5, {sa_family=AF_INET, sin_port=htons(443), "
                      "sin_addr=inet_addr(\"10.1.2.3\")}, 16) = 0");
    build_strace_line(b, 100, "+++ exited with 3 +++");
}
