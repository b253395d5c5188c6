/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/routes.c -- every address below /api/ in one table. What is not in it is not there.
 */
#include <string.h>

#include "base/text.h"
#include "door/console/room.h"

/* clang-format off: a row an address */
const struct hw_route hw_routes[] = {
    {"GET", "/api/case", "", hw_get_case},
    {"GET", "/api/lines", "of target types where q after limit", hw_get_lines},
    {"GET", "/api/picture", "target", hw_get_picture},
    {"GET", "/api/things", "q kind limit", hw_get_things},
    {"GET", "/api/thing/", "", hw_get_thing},
    {"GET", "/api/walk", "node way from until after limit", hw_get_walk},
    {"GET", "/api/step/", "node", hw_get_step},
    {"POST", "/api/judge", "", hw_post_judge},
    {"GET", "/api/artifacts", "q state after limit", hw_get_artifacts},
    {"GET", "/api/artifact/", "", hw_get_artifact},
    {"GET", "/api/timeline", "target from to after limit", hw_get_timeline},
    {"GET", "/api/events", "", hw_get_events},
    {NULL, NULL, NULL, NULL},
};
/* clang-format on */

/* An id: a letter, '-', and 16 lower-case hexadecimal digits. */
static bool is_id(struct hw_span s)
{
    bool is = s.n == 18 && s.p[0] >= 'a' && s.p[0] <= 'z' && s.p[1] == '-';
    for (size_t i = 2; is && i < s.n; i++) {
        is = hw_ascii_is_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'f');
    }
    return is;
}

const struct hw_route *hw_route_find(struct hw_span path, struct hw_span *id)
{
    *id = (struct hw_span){NULL, 0};
    for (const struct hw_route *r = hw_routes; r->path != NULL; r++) {
        size_t n = strlen(r->path);
        if (r->path[n - 1] != '/') {
            if (hw_span_is(path, r->path)) {
                return r;
            }
        } else if (hw_span_starts(path, r->path) && is_id(hw_span_from(path, n))) {
            *id = hw_span_from(path, n);
            return r;
        }
    }
    return NULL;
}

int hw_reply_status(int code)
{
    switch (code) {
    case HW_E_USAGE:
        return 400;
    case HW_E_MISSING:
        return 404;
    case HW_E_STATE:
        return 409;
    case HW_E_LIMIT:
        return 413;
    case HW_E_BUSY:
    case HW_E_MEMORY:
    case HW_E_STOPPED:
        return 503;
    default:
        return 500;
    }
}

void hw_reply_error(struct hw_reply *r, int status, const char *says)
{
    hw_buf_clear(&r->body);
    r->file = NULL;
    r->stream = false;
    r->status = status;
    r->type = "application/x-ndjson";
    hw_buf_str(&r->body, "{\"type\":\"error\",\"schema\":1,");
    hw_json_text(&r->body, "says", hw_span_str(says));
    hw_buf_str(&r->body, "}\n");
}
