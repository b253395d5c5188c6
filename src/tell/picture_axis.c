/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_axis.c -- time along a picture: not to scale, but never backwards.
 *
 * Cells follow each other in the order of the steps. The way from one to the next grows with the
 * time between, from a little for the same instant to a lot for weeks; over quiet months the axis
 * is broken, and says so. So a night of work and the year before it both fit on one page.
 */
#include "base/time.h"
#include "tell/picture.h"

#define SECONDS(n) ((n)*HW_NS_PER_SECOND)
#define DAYS(n) SECONDS(INT64_C(86400) * (n))

enum { CELL = 210, WAY_MAX = 236 };

static bool dated(int64_t t)
{
    return t != HW_TIME_NONE && t > HW_TIME_MIN && t < HW_TIME_MAX;
}

static int64_t time_of(const struct hw_step *s)
{
    return dated(s->lo) && dated(s->hi)
               ? (dated(s->place) && s->bounded ? s->place : s->lo / 2 + s->hi / 2)
               : HW_TIME_NONE;
}

static int weight(int64_t ns)
{
    return ns <= 0              ? 4
           : ns < SECONDS(60)   ? 5
           : ns < SECONDS(3600) ? 6
           : ns < DAYS(1)       ? 8
           : ns < DAYS(7)       ? 10
           : ns < DAYS(30)      ? 13
                                : 30;
}

/* A cell is as early as the first step that it is part of. */
static void date(struct hw_picture *p)
{
    for (size_t i = p->step_count; i-- > 0;) {
        int64_t t = time_of(p->steps[i]);
        if (p->as_from[i] >= 0) {
            p->nodes[p->as_from[i]].at = t;
        }
        if (p->as_to[i] >= 0) {
            p->nodes[p->as_to[i]].at = t;
        }
    }
    int64_t latest = HW_TIME_NONE; /* the steps' order is the picture's, also where times vary */
    for (size_t i = 0; i < p->node_count; i++) {
        int64_t *at = &p->nodes[i].at;
        *at = *at != HW_TIME_NONE && *at < latest ? latest : *at;
        latest = *at > latest ? *at : latest;
    }
}

void hw_picture_axis(struct hw_picture *p)
{
    int64_t last = HW_TIME_NONE;
    int sum = 0, widest = 1, room = p->right_edge - p->left_edge - CELL;
    date(p);
    int *ways = hw_arena_array(p->arena, p->node_count + 1, sizeof *ways);
    p->breaks = hw_arena_array(p->arena, p->node_count + 1, sizeof *p->breaks);
    if (ways == NULL || p->breaks == NULL) {
        p->failed = true;
        return;
    }
    for (size_t i = 0; i < p->node_count; i++) {
        int64_t at = p->nodes[i].at;
        int64_t since = at == HW_TIME_NONE || last == HW_TIME_NONE ? 0 : hw_time_since(at, last);
        ways[i] = i == 0 ? 0 : weight(since);
        if (i > 0 && last == HW_TIME_NONE && at != HW_TIME_NONE) {
            ways[i] = 24; /* from what has no time to what has one */
        }
        if (since >= DAYS(30)) {
            p->breaks[p->break_count++] = (struct hw_picture_break){(int)i, last, at};
        }
        sum += ways[i];
        widest = ways[i] > widest ? ways[i] : widest;
        last = at > last ? at : last;
    }
    /* few cells stand near each other, not at the far ends of the page */
    int full = widest * room > WAY_MAX * sum ? WAY_MAX * sum / widest : room;
    int gone = 0;
    p->unknown_until = p->left_edge;
    for (size_t i = 0, k = 0; i < p->node_count; i++) {
        int before = sum == 0 ? 0 : gone * full / sum;
        gone += ways[i];
        int x = p->left_edge + 12 + (sum == 0 ? 0 : gone * full / sum);
        p->nodes[i].box.x = x;
        if (k < p->break_count && p->breaks[k].x == (int)i) {
            p->breaks[k++].x = (p->left_edge + 12 + before + x) / 2;
        }
        if (p->nodes[i].at == HW_TIME_NONE && p->unknown_until >= 0 && i + 1 < p->node_count &&
            p->nodes[i + 1].at != HW_TIME_NONE && p->unknown_until == p->left_edge) {
            p->unknown_until = -1 - (int)i; /* until the next one, whose place is not known yet */
        } else if (p->unknown_until < 0) {
            p->unknown_until = x - 6;
        }
    }
}

int hw_picture_x(const struct hw_picture *p, int64_t t)
{
    const struct hw_picture_node *before = NULL;
    for (size_t i = 0; i < p->node_count; i++) {
        const struct hw_picture_node *n = &p->nodes[i];
        if (n->at == HW_TIME_NONE) {
            continue;
        }
        if (n->at > t) {
            int from = before == NULL ? p->unknown_until : before->box.x, to = n->box.x;
            if (before == NULL) {
                return from;
            }
            uint64_t span = ((uint64_t)n->at - (uint64_t)before->at) >> 20;
            uint64_t part = ((uint64_t)t - (uint64_t)before->at) >> 20;
            return from + (span == 0 ? 0 : (int)((uint64_t)(to - from) * part / span));
        }
        before = n;
    }
    return before == NULL ? p->left_edge : p->right_edge;
}
