/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/gateway.c -- the zone of a gateway's or lease server's log, found from what its addresses
 * did.
 *
 * Such logs are often written in local time and do not say so. An address may only be used while it
 * is given out: of all zones the right one is that in which most connections and log-ons from the
 * addresses fall into the times they were given. What is left open between neighbouring zones stays
 * in the interval.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

enum { QUARTERS = 57 /* to either side: 14 hours and a quarter */, ENOUGH = 5 };
#define QUARTER_NS (15 * MINUTE)
#define WIDE_NS HOUR

struct use {
    text_id ip;
    int64_t t;
};

static int compare_uses(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    return x->ip != y->ip ? (x->ip < y->ip ? -1 : 1) : (x->t > y->t) - (x->t < y->t);
}

static bool is_sure(const struct when *at)
{
    return at->t != HW_TIME_NONE && hw_time_since(at->hi, at->lo) < WIDE_NS;
}

/* Connections and log-ons of known time, by the address they came from. */
static size_t uses_of(struct world *w, struct use *u, size_t room)
{
    size_t n = 0;
    for (uint32_t i = 1; i < w->flows.count && n < room; i++) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        if (f->src != 0 && is_sure(&f->at)) {
            u[n++] = (struct use){f->src, f->at.t};
        }
    }
    for (uint32_t i = 1; i < w->logons.count && n < room; i++) {
        const struct logon *l = AT(struct logon, &w->logons, i);
        if (l->src != 0 && is_sure(&l->at)) {
            u[n++] = (struct use){l->src, l->at.t};
        }
    }
    qsort(u, n, sizeof *u, compare_uses);
    return n;
}

static uint32_t log_of(struct world *w, uint32_t lease)
{
    const struct lease *l = AT(struct lease, &w->leases, lease);
    return AT(struct event, &w->events, l->at.event)->log;
}

/* Adds one to every zone in which the use falls into [from, to]: votes holds what each zone has
 * more than the one before. */
static void vote(int64_t *votes, int64_t use, int64_t from, int64_t to)
{
    int64_t lo = use - to, hi = use - from; /* what must be added to the gateway's clock */
    int64_t first = lo / QUARTER_NS + (lo > 0 && lo % QUARTER_NS != 0);
    int64_t last = hi / QUARTER_NS - (hi < 0 && hi % QUARTER_NS != 0);
    first = first < -QUARTERS ? -QUARTERS : first;
    last = last > QUARTERS ? QUARTERS : last;
    if (first <= last) {
        votes[first + QUARTERS]++;
        votes[last + QUARTERS + 1]--;
    }
}

/* The leases of one log. */
struct of_log {
    const uint32_t *p;
    uint32_t count;
};

static void count_votes(struct world *w, struct of_log log, const struct use *u, size_t n,
                        int64_t *votes)
{
    for (uint32_t k = 0; k < log.count; k++) {
        uint32_t i = log.p[k];
        const struct lease *l = AT(struct lease, &w->leases, i);
        if (l->ip == 0 || l->action == 2 || is_sure(&l->at)) {
            continue;
        }
        int64_t until = lease_end(w, i);
        size_t lo = 0, hi = n;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (u[mid].ip < l->ip ||
                (u[mid].ip == l->ip && u[mid].t < l->at.t - QUARTERS * QUARTER_NS)) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        for (; lo < n && u[lo].ip == l->ip && u[lo].t <= until + QUARTERS * QUARTER_NS; lo++) {
            vote(votes, u[lo].t, l->at.t, until);
        }
    }
}

static void set_zone(struct world *w, struct of_log log, int64_t by, int64_t open)
{
    for (uint32_t k = 0; k < log.count; k++) {
        struct lease *l = AT(struct lease, &w->leases, log.p[k]);
        if (!is_sure(&l->at) && l->at.t != HW_TIME_NONE) {
            l->at.t += by;
            l->at.lo = l->at.t - open - 2 * SECOND;
            l->at.hi = l->at.t + open + 2 * SECOND;
        }
    }
}

static void tell(struct world *w, uint32_t log, int64_t quarters, int64_t votes)
{
    uint32_t i = vec_add(w, &w->gaps);
    struct gap g = {.what = text_print(w, "clock"),
                    .log = AT(struct log, &w->logs, log)->path,
                    .says = text_print(
                        w, "its clock is at UTC%+lld:%02lld, by %lld uses of the addresses it gave",
                        (long long)(-quarters / 4),
                        (long long)((quarters < 0 ? -quarters : quarters) % 4 * 15),
                        (long long)votes),
                    .from = HW_TIME_NONE,
                    .to = HW_TIME_NONE};
    *AT(struct gap, &w->gaps, i) = g;
}

static void settle(struct world *w, struct of_log log, const struct use *u, size_t n)
{
    int64_t votes[2 * QUARTERS + 2] = {0}, best = 0;
    int lo = 0, hi = -1;
    count_votes(w, log, u, n, votes);
    for (int i = 1; i < 2 * QUARTERS + 1; i++) {
        votes[i] += votes[i - 1];
    }
    for (int i = 0; i < 2 * QUARTERS + 1; i++) {
        if (votes[i] > best) {
            best = votes[i];
            lo = hi = i;
        } else if (votes[i] == best && hi == i - 1) {
            hi = i;
        }
    }
    if (best >= ENOUGH && (hi - lo) * QUARTER_NS <= 2 * HOUR) {
        int64_t middle = (lo + hi) / 2 - QUARTERS;
        set_zone(w, log, middle * QUARTER_NS, (hi - lo + 1) / 2 * QUARTER_NS);
        tell(w, log_of(w, log.p[0]), middle, best);
    }
}

static int compare_logs(const void *a, const void *b, void *state)
{
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    uint32_t x = log_of(state, i), y = log_of(state, k);
    return x != y ? (x < y ? -1 : 1) : (i > k) - (i < k);
}

int set_gateways(struct world *w)
{
    bool any = false;
    for (uint32_t i = 1; i < w->leases.count; i++) {
        const struct lease *l = AT(struct lease, &w->leases, i);
        any = any || (l->at.t != HW_TIME_NONE && !is_sure(&l->at));
    }
    if (!any) {
        return w->rc;
    }
    size_t room = (size_t)w->flows.count + w->logons.count;
    struct use *u = malloc((room + 1) * sizeof *u);
    uint32_t count = w->leases.count - 1, *of = malloc(((size_t)count + 1) * sizeof *of);
    if (u == NULL || of == NULL) {
        free(u);
        free(of);
        return world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to set gateways' clocks"));
    }
    size_t n = uses_of(w, u, room);
    for (uint32_t i = 0; i < count; i++) {
        of[i] = i + 1;
    }
    qsort_r(of, count, sizeof *of, compare_logs, w);
    for (uint32_t i = 0; i < count && w->rc == HW_OK;) {
        uint32_t end = i;
        bool unsure = false;
        for (; end < count && log_of(w, of[end]) == log_of(w, of[i]); end++) {
            unsure = unsure || !is_sure(&AT(struct lease, &w->leases, of[end])->at);
        }
        if (unsure) {
            settle(w, (struct of_log){of + i, end - i}, u, n);
        }
        i = end;
    }
    free(u);
    free(of);
    return w->rc;
}
