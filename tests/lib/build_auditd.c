/* SPDX-License-Identifier: Apache-2.0 */
#include "build_auditd.h"

#include <stdarg.h>
#include <stdio.h>

void build_auditd_line(struct hw_build_auditd *b, const char *type, unsigned serial,
                       const char *fmt, ...)
{
    char text[8192];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (b->before != NULL) {
        hw_buf_str(b->out, b->before);
    }
    if (b->node != NULL) {
        hw_buf_printf(b->out, "node=%s ", b->node);
    }
    hw_buf_printf(b->out, "type=%s msg=audit(%u.%03u:%u): %s\n", type, 1700000000U + serial,
                  serial % 1000, serial, text);
}

void build_auditd_call(struct hw_build_auditd *b, unsigned serial, unsigned call, const char *name,
                       const char *more, unsigned pid, unsigned ppid)
{
    char enriched[128] = "";
    if (b->enriched) {
        (void)snprintf(enriched, sizeof enriched,
                       "\x1d"
                       "ARCH=x86_64 SYSCALL=%s AUID=\"ann\" UID=\"root\"",
                       name);
    }
    build_auditd_line(b, "SYSCALL", serial,
                      "arch=c000003e syscall=%u %s items=2 ppid=%u pid=%u auid=1000 uid=0 tty=pts0 "
                      "ses=3 comm=\"cc\" exe=\"/usr/bin/cc\" key=\"build\"%s",
                      call, more, ppid, pid, enriched);
}

void build_auditd_session(struct hw_build_auditd *b)
{
    build_auditd_line(b, "USER_LOGIN", 100,
                      "pid=50 uid=0 auid=1000 ses=3 msg='op=login id=1000 exe=\"/usr/sbin/sshd\" "
                      "hostname=? addr=10.9.8.7 terminal=ssh res=success'");
    build_auditd_call(b, 101, 56, "clone", "success=yes exit=61 a0=1200011 a1=0 a2=0 a3=0", 60, 50);
    build_auditd_call(b, 102, 59, "execve", "success=yes exit=0 a0=5 a1=6 a2=7 a3=0", 61, 60);
    build_auditd_line(b, "EXECVE", 102,
                      "argc=4 a0=\"cc\" a1=6120622E63 a2_len=12 a2[0]=2D6F a2[1]=6F7574");
    build_auditd_call(b, 103, 257, "openat", "success=yes exit=3 a0=ffffff9c a1=7 a2=241 a3=1b6",
                      61, 60);
    build_auditd_line(b, "CWD", 102, "cwd=\"/src\"");
    build_auditd_line(b, "PATH", 102,
                      "item=0 name=\"/usr/bin/cc\" inode=12 dev=08:01 mode=0100755 ouid=0 ogid=0 "
                      "rdev=00:00 nametype=NORMAL");
    build_auditd_line(b, "CWD", 103, "cwd=\"/src\"");
    build_auditd_line(b, "PATH", 102, "item=1 name=\"/lib64/ld.so\" inode=13 nametype=NORMAL");
    build_auditd_line(b, "PATH", 103, "item=0 name=\"./\" inode=1 nametype=PARENT");
    build_auditd_line(b, "PROCTITLE", 102, "proctitle=6363006120622E63");
    build_auditd_line(b, "PATH", 103, "item=1 name=\"out.o\" inode=2 nametype=CREATE");
    build_auditd_call(b, 104, 82, "rename", "success=yes exit=0 a0=1 a1=2 a2=0 a3=0", 61, 60);
    build_auditd_line(b, "CWD", 104, "cwd=\"/src\"");
    build_auditd_line(b, "PATH", 104, "item=0 name=\"/src\" inode=1 nametype=PARENT");
    build_auditd_line(b, "PATH", 104, "item=1 name=\"/dst\" inode=5 nametype=PARENT");
    build_auditd_line(b, "PATH", 104, "item=2 name=\"out.o\" inode=2 nametype=DELETE");
    build_auditd_line(b, "PATH", 104, "item=3 name=\"/dst/out.o\" inode=2 nametype=CREATE");
    build_auditd_call(b, 105, 87, "unlink", "success=no exit=-2 a0=1 a1=2 a2=0 a3=0", 61, 60);
    build_auditd_line(b, "CWD", 105, "cwd=\"/src\"");
    build_auditd_line(b, "PATH", 105, "item=0 name=\"gone\" nametype=UNKNOWN");
    build_auditd_call(b, 106, 42, "connect", "success=yes exit=0 a0=3 a1=7 a2=10 a3=0", 61, 60);
    build_auditd_line(b, "SOCKADDR", 106, "saddr=020001BB0A0102030000000000000000");
    build_auditd_call(b, 107, 231, "exit_group", "a0=0 a1=0 a2=0 a3=0", 61, 60);
    build_auditd_line(b, "USER_END", 108,
                      "pid=50 uid=0 auid=1000 ses=3 msg='op=PAM:session_close acct=\"ann\" "
                      "exe=\"/usr/sbin/sshd\" hostname=h addr=10.9.8.7 terminal=ssh res=success'");
}
