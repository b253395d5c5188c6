/* SPDX-License-Identifier: Apache-2.0 */
#include "build_syslog.h"

#include <stdarg.h>
#include <stdio.h>

void build_syslog_line(struct hw_build_syslog *b, const char *program, unsigned pid,
                       const char *fmt, ...)
{
    char text[4096];
    unsigned s = b->second++ % 60;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (b->form == HW_SYSLOG_5424) {
        hw_buf_printf(b->out, "<86>1 2023-03-13T06:31:%02u.250+01:00 gw1 %s ", s, program);
        hw_buf_printf(b->out, pid == 0 ? "-" : "%u", pid);
        hw_buf_printf(b->out, " - [x@1 k=\"a]\\\"b\"] %s\n", text);
        return;
    }
    if (b->form == HW_SYSLOG_3164) {
        hw_buf_printf(b->out, "Mar  3 06:31:%02u gw1 %s", s, program);
    } else {
        hw_buf_printf(b->out, "2023-03-13T06:31:%02u.250123+01:00 gw1 %s", s, program);
    }
    if (pid != 0) {
        hw_buf_printf(b->out, "[%u]", pid);
    }
    hw_buf_printf(b->out, ": %s\n", text);
}

void build_syslog_day(struct hw_build_syslog *b)
{
    build_syslog_line(b, "sshd", 41,
                      "Accepted publickey for ann from 203.0.113.7 port 5022 ssh2: ED25519 "
                      "SHA256:abc");
    build_syslog_line(b, "sshd", 41,
                      "pam_unix(sshd:session): session opened for user ann(uid=1000) by (uid=0)");
    build_syslog_line(b, "sshd", 42,
                      "Failed password for invalid user a from b from 198.51.100.9 "
                      "port 22 ssh2");
    build_syslog_line(b, "sshd", 43, "Invalid user test from 198.51.100.9 port 4711");
    build_syslog_line(
        b, "sudo", 0,
        "     ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/bin/sh -c a ; b");
    build_syslog_line(b, "su", 50, "(to root) ann on pts/0");
    build_syslog_line(b, "CRON", 51, "(root) CMD (test -x /usr/sbin/x && y)");
    build_syslog_line(b, "useradd", 52, "new user: name=bob, UID=1001, GID=1001");
    build_syslog_line(b, "systemd-logind", 53, "New session 3 of user ann.");
    build_syslog_line(b, "openvpn", 54,
                      "ann/203.0.113.7:51234 MULTI: Learn: 10.8.0.17 -> ann/203.0.113.7:51234");
    build_syslog_line(b, "dhcpd", 55, "DHCPACK on 10.0.0.5 to 00:11:22:33:44:55 (ws01) via eth0");
    build_syslog_line(b, "sshd", 41, "Disconnected from user ann 203.0.113.7 port 5022");
}
