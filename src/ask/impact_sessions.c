/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_sessions.c -- who logged on where, and from where: all sessions of the graph, found by
 * machine, by account and by where they came from.
 */
#include "ask/impact_sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/time.h"
#include "case/cursor.h"

static int no_memory(struct sessions *s)
{
    return hw_fail(s->err, HW_E_MEMORY, "no memory for sessions");
}

static int load_sessions(struct sessions *s, const struct affecting *q, const bool *acted)
{
    struct hw_thing t;
    uint32_t n;
    int rc = hw_walk_find(q->w, &(struct hw_thing_ask){.kind = HW_ENTITY_SESSION}, s->err);
    while (rc == HW_OK && (rc = hw_walk_found(q->w, &n, &t, s->err)) == HW_ROW) {
        rc = HW_OK;
        if (t.first_ns > q->ask->as_of) {
            continue; /* nobody knew of it then */
        }
        if (HW_GROW(s->p, s->count, s->room, HW_GROW_MOST) != HW_OK) {
            return no_memory(s);
        }
        s->p[s->count] = (struct session){.n = n,
                                          .host = t.host,
                                          .account = UINT32_MAX,
                                          .account_edge = UINT32_MAX,
                                          .first = t.first_ns,
                                          .last = t.last_ns,
                                          .acted = acted[n]};
        s->index[n] = (uint32_t)++s->count;
    }
    return rc;
}

static int add_came(struct sessions *s, struct came c)
{
    if (HW_GROW(s->came, s->came_count, s->came_room, HW_GROW_MOST) != HW_OK) {
        return no_memory(s);
    }
    s->came[s->came_count++] = c;
    return HW_OK;
}

/* An account opens it; a machine, address, session or process is where it came from. */
static int load_logons(struct sessions *s, const struct affecting *q,
                       const struct hw_edge_list *logons)
{
    int rc = HW_OK;
    for (size_t i = 0; i < logons->count && rc == HW_OK; i++) {
        const struct hw_edge *e = &logons->p[i].e;
        const struct hw_acts *who = &q->acts[e->subject];
        uint32_t n = logons->p[i].n, at = s->index[e->object];
        if (at == 0) {
            continue;
        }
        struct session *of = &s->p[at - 1];
        if (who->kind == HW_ENTITY_ACCOUNT) {
            of->account = e->subject;
            of->account_edge = n;
        } else {
            bool there = who->kind == HW_ENTITY_PROCESS && who->host != UINT32_MAX;
            uint32_t from = there ? who->host : e->subject;
            rc = add_came(s, (struct came){from, at - 1, n, e->lo, e->hi});
            of->came = true;
        }
    }
    return rc;
}

static int by_from(const void *a, const void *b)
{
    const struct came *x = a, *y = b;
    return x->from != y->from ? (x->from > y->from) - (x->from < y->from)
                              : (x->edge > y->edge) - (x->edge < y->edge);
}

struct keyed {
    uint32_t key, at;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                            : (x->at > y->at) - (x->at < y->at);
}

static struct keyed *order(struct sessions *s, bool account)
{
    struct keyed *k = calloc(s->count + 1, sizeof *k);
    for (size_t i = 0; k != NULL && i < s->count; i++) {
        k[i] = (struct keyed){account ? s->p[i].account : s->p[i].host, (uint32_t)i};
    }
    if (k != NULL && s->count > 0) {
        qsort(k, s->count, sizeof *k, by_key);
    }
    return k;
}

int sessions_load(struct sessions *s, const struct affecting *q, const struct hw_edge_list *logons,
                  const bool *acted)
{
    *s = (struct sessions){.err = q->err};
    s->index = calloc(q->things + 1, sizeof *s->index);
    int rc = s->index == NULL ? hw_fail(s->err, HW_E_MEMORY, "no memory for sessions") : HW_OK;
    rc = rc != HW_OK ? rc : load_sessions(s, q, acted);
    rc = rc != HW_OK ? rc : load_logons(s, q, logons);
    if (rc != HW_OK) {
        return rc;
    }
    if (s->came_count > 0) {
        qsort(s->came, s->came_count, sizeof *s->came, by_from);
    }
    s->of_host = order(s, false);
    s->of_account = order(s, true);
    return s->of_host == NULL || s->of_account == NULL
               ? hw_fail(s->err, HW_E_MEMORY, "no memory for sessions")
               : HW_OK;
}

void sessions_done(struct sessions *s)
{
    free(s->index);
    free(s->p);
    free(s->came);
    free(s->of_host);
    free(s->of_account);
}

static size_t first_key(const struct keyed *k, size_t count, uint32_t key)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (k[mid].key < key) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static int each_of(const struct sessions *s, const struct keyed *k, uint32_t key,
                   sessions_each *each, void *state)
{
    int rc = HW_OK;
    for (size_t i = first_key(k, s->count, key); i < s->count && k[i].key == key && rc == HW_OK;
         i++) {
        rc = each(state, &s->p[k[i].at], NULL);
    }
    return rc;
}

int sessions_on(const struct sessions *s, uint32_t host, sessions_each *each, void *state)
{
    return each_of(s, s->of_host, host, each, state);
}

int sessions_of(const struct sessions *s, uint32_t account, sessions_each *each, void *state)
{
    return each_of(s, s->of_account, account, each, state);
}

int sessions_from(const struct sessions *s, uint32_t thing, sessions_each *each, void *state)
{
    size_t lo = 0, hi = s->came_count;
    int rc = HW_OK;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->came[mid].from < thing) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    for (; lo < s->came_count && s->came[lo].from == thing && rc == HW_OK; lo++) {
        rc = each(state, &s->p[s->came[lo].session], &s->came[lo]);
    }
    return rc;
}

const struct session *sessions_get(const struct sessions *s, uint32_t n)
{
    return s->index[n] == 0 ? NULL : &s->p[s->index[n] - 1];
}
