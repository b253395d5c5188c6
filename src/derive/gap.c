/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/gap.c -- what is not there: numbers missing from a channel, and machines without records.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

enum { GAPS_OF_CHANNEL = 2000 };

static int compare(const void *a, const void *b, void *state)
{
    struct world *w = state;
    const struct event *x = AT(struct event, &w->events, *(const uint32_t *)a);
    const struct event *y = AT(struct event, &w->events, *(const uint32_t *)b);
    return x->host != y->host         ? (x->host < y->host ? -1 : 1)
           : x->channel != y->channel ? (x->channel < y->channel ? -1 : 1)
           : x->number != y->number   ? (x->number < y->number ? -1 : 1)
                                      : (x->at > y->at) - (x->at < y->at);
}

static void missing(struct world *w, const struct event *a, const struct event *b)
{
    uint32_t i = vec_add(w, &w->gaps);
    uint64_t count = b->number - a->number - 1;
    text_id says = text_print(w, "records %llu to %llu are missing",
                              (unsigned long long)a->number + 1, (unsigned long long)b->number - 1);
    struct gap g = {.what = text_print(w, "overwritten"),
                    .log = a->channel,
                    .says = says,
                    .host = a->host,
                    .from = a->at < b->at ? a->at : b->at,
                    .to = a->at < b->at ? b->at : a->at,
                    .count = count};
    *AT(struct gap, &w->gaps, i) = g;
}

/* More places than are told one by one: the last stands for the rest. */
static void widen(struct world *w, const struct event *a, const struct event *b)
{
    struct gap *g = AT(struct gap, &w->gaps, w->gaps.count - 1);
    int64_t from = a->at < b->at ? a->at : b->at, to = a->at < b->at ? b->at : a->at;
    g->from = from < g->from ? from : g->from;
    g->to = to > g->to ? to : g->to;
    g->count += b->number - a->number - 1;
}

static int numbers(struct world *w)
{
    uint32_t n = 0, *p = malloc(((size_t)w->events.count + 1) * sizeof *p);
    if (p == NULL) {
        return world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to look for lost records"));
    }
    for (uint32_t i = 1; i < w->events.count; i++) {
        const struct event *e = AT(struct event, &w->events, i);
        if (e->channel != 0 && e->number != 0) {
            p[n++] = i;
        }
    }
    qsort_r(p, n, sizeof *p, compare, w);
    uint32_t told = 0;
    for (uint32_t i = 1; i < n && w->rc == HW_OK; i++) {
        struct event a = *AT(struct event, &w->events, p[i - 1]);
        struct event b = *AT(struct event, &w->events, p[i]);
        if (a.host != b.host || a.channel != b.channel) {
            told = 0;
        } else if (b.number > a.number + 1) {
            (told++ < GAPS_OF_CHANNEL ? missing : widen)(w, &a, &b);
        }
    }
    free(p);
    return w->rc;
}

int find_gaps(struct world *w)
{
    for (uint32_t i = 1; i < w->hosts.count && w->rc == HW_OK; i++) {
        const struct host *h = host_at(w, i);
        if (h->thing != 0 && !h->has_records) {
            thing_at(w, h->thing)->flags |= HW_THING_QUIET;
        }
    }
    return numbers(w);
}
