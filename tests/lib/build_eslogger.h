/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_eslogger.h -- Endpoint Security messages as eslogger and Jamf Protect print them.
 */
#ifndef HW_TESTS_BUILD_ESLOGGER_H
#define HW_TESTS_BUILD_ESLOGGER_H

#include "base/buf.h"

enum build_eslogger {
    BUILD_ESLOGGER_OBJECT, /* audit_token as an object */
    BUILD_ESLOGGER_ARRAY,  /* as an array of eight numbers */
    BUILD_ESLOGGER_JAMF,   /* glob_seq_num, host and metadata */
};
/* One message with its line feed: process /bin/zsh, pid 412, pidversion 1034, auid 501, euid 0, at
 * 2023-03-13T06:31:00.123456789Z. event: what stands between the braces of "event". */
void build_eslogger(struct hw_buf *b, enum build_eslogger how, unsigned seq, const char *event);

#endif
