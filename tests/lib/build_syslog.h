/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_syslog.h -- syslog lines in the three forms.
 */
#ifndef HW_TESTS_BUILD_SYSLOG_H
#define HW_TESTS_BUILD_SYSLOG_H

#include "base/buf.h"

enum hw_build_syslog_form { HW_SYSLOG_3164, HW_SYSLOG_ISO, HW_SYSLOG_5424 };

struct hw_build_syslog {
    struct hw_buf *out;
    enum hw_build_syslog_form form;
    unsigned second; /* of the next line */
};

/* One line of gw1, pid 0: none. */
void build_syslog_line(struct hw_build_syslog *b, const char *program, unsigned pid,
                       const char *fmt, ...) HW_FORMAT(4, 5);
/* A session over ssh, two that failed, sudo, su, cron, a new account, a log-on, a VPN address, a
 * lease; twelve lines. */
void build_syslog_day(struct hw_build_syslog *b);

#endif
