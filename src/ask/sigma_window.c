/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/sigma_window.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

void sigma_slide_done(struct sigma_slide *s)
{
    free(s->most);
    free(s->list);
    free(s->times);
    *s = (struct sigma_slide){.room = 0};
}

static int make_room(struct sigma_slide *s, size_t n, size_t whats, struct hw_error *err)
{
    if (n > s->room) {
        free(s->most);
        free(s->list);
        s->room = 0;
        s->most = calloc(n, sizeof *s->most);
        s->list = calloc(n + 1, sizeof *s->list);
        s->room = s->most == NULL || s->list == NULL ? 0 : n;
    }
    if (whats > s->whats) {
        free(s->times);
        s->times = calloc(whats, sizeof *s->times);
        s->whats = s->times == NULL ? 0 : whats;
    }
    return s->room < n || s->whats < whats
               ? hw_fail(err, HW_E_MEMORY, "no memory for windows of time")
               : HW_OK;
}

/* ---- how much each window holds ---- */

/* Records, or different values or rules among them. list is a queue of points, each of which began
 * before those behind it. */
static void count_all(struct sigma_slide *s, const struct hw_correlation *c,
                      const struct sigma_point *p, size_t n, struct sigma_window *out)
{
    uint64_t different = 0;
    size_t first = 0, head = 0, tail = 0;
    for (size_t i = 0; i < n; i++) {
        different += s->times[p[i].what]++ == 0;
        while (hw_time_since(p[i].at, p[first].at) > c->span_ns) {
            different -= --s->times[p[first].what] == 0;
            first++;
        }
        while (tail > head && p[s->list[tail - 1]].from >= p[i].from) {
            tail--;
        }
        s->list[tail++] = i;
        while (s->list[head] < first) {
            head++;
        }
        out[i] = (struct sigma_window){.first = first, .before = i, .from = p[s->list[head]].from};
        out[i].count = c->type == HW_EVENT_COUNT ? i - first + 1 : different;
    }
    for (; first < n; first++) { /* zeros again, for the next */
        s->times[p[first].what] = 0;
    }
}

struct chain { /* the rules up to one of them, in order: the one that began last */
    size_t first, last;
    int64_t from;
    bool any;
};

static void better(struct chain *best, struct chain c, const struct sigma_point *p)
{
    if (c.any && (!best->any || p[c.first].at > p[best->first].at)) {
        *best = c;
    }
}

/* One record after the other. At one moment the order of a log counts; of two logs neither is
 * first, so each begins with what was before that moment. */
static void follow(const struct hw_correlation *c, const struct sigma_point *p, size_t n,
                   struct sigma_window *out)
{
    struct chain before[HW_CORRELATION_RULES] = {{.any = false}}, now[HW_CORRELATION_RULES],
                 after[HW_CORRELATION_RULES];
    size_t bytes = c->rule_count * sizeof before[0];
    memcpy(now, before, sizeof now);
    memcpy(after, before, sizeof after);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && p[i].at != p[i - 1].at) {
            memcpy(before, after, bytes);
        }
        if (i == 0 || p[i].at != p[i - 1].at || p[i].log != p[i - 1].log) {
            memcpy(now, before, bytes);
        }
        uint32_t k = p[i].what;
        struct chain made = k == 0 ? (struct chain){i, i, p[i].from, true} : now[k - 1];
        out[i] =
            (struct sigma_window){.first = i, .before = k == 0 ? i : made.last, .from = p[i].from};
        made.any = made.any && hw_time_since(p[i].at, p[made.first].at) <= c->span_ns;
        made.last = i;
        made.from = p[i].from < made.from ? p[i].from : made.from;
        if (made.any && k + 1 == c->rule_count) {
            out[i].first = made.first;
            out[i].from = made.from;
            out[i].count = c->rule_count;
        }
        better(&now[k], made, p);
        better(&after[k], made, p);
    }
}

/* ---- which of them meet it ---- */

/* most[i]: the greatest count of a window that holds point i; list is a queue of windows, each
 * greater than those behind it. */
static void peaks(struct sigma_slide *s, const struct hw_correlation *c,
                  const struct sigma_point *p, size_t n, const struct sigma_window *w)
{
    size_t head = 0, tail = 0, next = 0;
    for (size_t i = 0; i < n; i++) {
        for (; next < n && hw_time_since(p[next].at, p[i].at) <= c->span_ns; next++) {
            while (tail > head && w[s->list[tail - 1]].count <= w[next].count) {
                tail--;
            }
            s->list[tail++] = next;
        }
        while (s->list[head] < i) {
            head++;
        }
        s->most[i] = w[s->list[head]].count;
    }
}

/* A window is met when it holds, and so does the most around each of its points. list[i]: how many
 * points before i do not. */
static void meet(struct sigma_slide *s, const struct hw_correlation *c, size_t n,
                 struct sigma_window *w)
{
    s->list[0] = 0;
    for (size_t i = 0; i < n; i++) {
        s->list[i + 1] = s->list[i] + !hw_correlation_holds(c, s->most[i]);
    }
    for (size_t i = 0; i < n; i++) {
        w[i].met = hw_correlation_holds(c, w[i].count) && s->list[i + 1] - s->list[w[i].first] == 0;
    }
}

int sigma_windows(struct sigma_slide *s, const struct hw_correlation *c,
                  const struct sigma_point *p, size_t n, size_t whats, struct sigma_window *out,
                  struct hw_error *err)
{
    int rc = make_room(s, n, whats, err);
    if (rc != HW_OK || n == 0) {
        return rc;
    }
    if (c->type == HW_TEMPORAL_ORDERED) {
        follow(c, p, n, out);
        for (size_t i = 0; i < n; i++) {
            out[i].met = hw_correlation_holds(c, out[i].count);
        }
        return HW_OK;
    }
    count_all(s, c, p, n, out);
    peaks(s, c, p, n, out);
    meet(s, c, n, out);
    return HW_OK;
}
