/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int hw_fail(struct hw_error *err, int code, const char *fmt, ...)
{
    if (err != NULL) {
        va_list ap;
        va_start(ap, fmt);
        err->code = code;
        err->where = 0;
        (void)vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
    }
    return code;
}

int hw_blame(struct hw_error *err, int rc, const char *fmt, ...)
{
    if (err != NULL && rc != HW_OK) {
        char before[sizeof err->text];
        (void)snprintf(before, sizeof before, "%s", err->text);
        va_list ap;
        va_start(ap, fmt);
        int n = vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
        size_t used = n < 0 ? 0 : (size_t)n;
        if (used < sizeof err->text) {
            (void)snprintf(err->text + used, sizeof err->text - used, "%s", before);
        }
    }
    return rc;
}

const char *hw_code_word(int code)
{
    static const char *const words[] = {"ok",      "memory",  "io",   "space",   "usage",
                                        "limit",   "state",   "case", "cage",    "busy",
                                        "stopped", "missing", "peer", "evidence"};
    if (code > 0 || code <= -(int)(sizeof words / sizeof words[0])) {
        return "unknown";
    }
    return words[-code];
}
