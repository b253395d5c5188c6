/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/request.h -- what a caller asks, taken apart before anything is looked up (inside of
 * the room).
 *
 * A target is "/path?name=value&..." as it came. The path is compared as it stands: what is
 * written with escapes, with two slashes or with dots is no path of ours. Of the query names and
 * values are percent-decoded (RFC 3986, and '+' for a blank as forms write it), and a name that the
 * route does not know is an error, so that a typing mistake is never an unfiltered answer.
 */
#ifndef HW_DOOR_CONSOLE_REQUEST_H
#define HW_DOOR_CONSOLE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/reader.h"

enum {
    HW_REQUEST_TARGET = 16 * 1024, /* path and query as they came */
    HW_REQUEST_BODY = 16 * 1024,
    HW_REQUEST_MEMBERS = 24, /* of a query */
    HW_REQUEST_WHERE = 8,    /* members that may be named again: `where` */
};

struct hw_request_member {
    struct hw_span name, value;
};
struct hw_request {
    struct hw_span path; /* without the query */
    struct hw_span id;   /* what stands behind a route's last '/', or empty */
    struct hw_request_member query[HW_REQUEST_MEMBERS];
    size_t count;
    struct hw_span body;
    char *text; /* the target, owned; spans borrow from it */
};

/* HW_E_LIMIT: too long, or too many members; HW_E_USAGE: no form of ours, in words. */
HW_CHECK int hw_request_init(struct hw_request *q, const char *target, struct hw_error *err);
void hw_request_done(struct hw_request *q);
/* Only these names, blanks between, and each once but `where`. HW_E_USAGE names the other one. */
HW_CHECK int hw_request_only(const struct hw_request *q, const char *names, struct hw_error *err);
/* Its value; empty without. */
struct hw_span hw_request_get(const struct hw_request *q, const char *name);
/* A number from 0 to max, `otherwise` without. */
HW_CHECK int hw_request_number(const struct hw_request *q, const char *name, uint64_t max,
                               uint64_t otherwise, uint64_t *out, struct hw_error *err);
/* A time, `otherwise` without. */
HW_CHECK int hw_request_time(const struct hw_request *q, const char *name, int64_t otherwise,
                             int64_t *out, struct hw_error *err);

/* ---- who asks ---- */

enum hw_guard_says {
    HW_GUARD_PASS,
    HW_GUARD_HOST,   /* another name than ours: somebody rebinds it */
    HW_GUARD_ORIGIN, /* a page of another place asks */
    HW_GUARD_TOKEN,
};
struct hw_guard { /* the headers that matter; n of those: how often each came */
    const char *host, *origin, *site, *authorization;
    unsigned host_n, origin_n, site_n, authorization_n;
};
/* `api`: a path below /api/, which needs the token. The token is compared in constant time. */
enum hw_guard_says hw_guard_ask(const struct hw_guard *g, uint16_t port, const char *token,
                                bool api);

#endif
