/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_auditd.h -- audit logs as auditd writes them.
 */
#ifndef HW_TESTS_BUILD_AUDITD_H
#define HW_TESTS_BUILD_AUDITD_H

#include "base/buf.h"

struct hw_build_auditd {
    struct hw_buf *out;
    const char *node;   /* NULL: no node= */
    const char *before; /* a carrier's words in front of each line; NULL: none */
    bool enriched;
};

/* One record of event `serial`, of second 1700000000 + serial. */
void build_auditd_line(struct hw_build_auditd *b, const char *type, unsigned serial,
                       const char *fmt, ...) HW_FORMAT(4, 5);
/* A system call of x86-64 by pid, with its enriched part where asked for. */
void build_auditd_call(struct hw_build_auditd *b, unsigned serial, unsigned call, const char *name,
                       const char *more, unsigned pid, unsigned ppid);
/* 100..108: a log-on, a clone, an execve with an argument in hex and one in pieces, an open for
 * writing, a rename, an unlink, a connect, a log-off; the lines of two of them interleaved. */
void build_auditd_session(struct hw_build_auditd *b);

#endif
