/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/detours.c -- ways that the search did not take and that belong to the answer.
 *
 * The search keeps the cheapest way to each thing. Where the same hand did several things for one
 * end (controlled a service, and put the library there that the service loads), the dearer way is
 * no less true, and it is often the one that a responder has to undo.
 */
#include "ask/tracing.h"
#include "base/time.h"
#include "case/cursor.h"

enum { DETOURS = 64, PLANTED_DEEP = 4, PLANTED_LOOKS = 256 };

static bool on_chain(const struct tracing *t, uint32_t thing, size_t among)
{
    for (size_t i = 0; i < among; i++) {
        if (t->told[i].e.subject == thing || t->told[i].e.object == thing) {
            return true;
        }
    }
    return false;
}

/* Recorded or keyed; or the copy that an inferred step stands on. */
static bool sure(const struct hw_edge *e)
{
    return (e->flags & (HW_EDGE_CONTEXT | HW_EDGE_HOLDS)) == 0 &&
           (e->known <= HW_KEYED || (e->known == HW_INFERRED && e->verb == HW_VERB_IS));
}

/* Edges into a thing that could have happened by then; all, or what is recorded or keyed. */
static int ways_into(struct tracing *t, uint32_t thing, int64_t by, bool all, struct use *out,
                     size_t *count)
{
    struct hw_edge e;
    uint32_t n;
    *count = 0;
    int rc = hw_walk_back(t->w, thing, t->err);
    while (rc == HW_OK && (rc = hw_walk_next(t->w, &n, &e, t->err)) == HW_ROW) {
        rc = HW_OK;
        bool told = sure(&e) || (all && (e.flags & (HW_EDGE_CONTEXT | HW_EDGE_HOLDS)) == 0);
        if (told && e.lo <= by && *count < DETOURS) {
            out[(*count)++] = (struct use){n, e};
        }
    }
    return rc;
}

/* Until when something could still have had its effect on the thing an edge leads to: the chain's
 * last step from there. */
static int64_t needed_by(const struct tracing *t, const struct hw_edge *x, size_t among)
{
    int64_t by = x->hi;
    for (size_t i = 0; i < among; i++) {
        const struct hw_edge *e = &t->told[i].e;
        if (e->subject == x->object && (e->flags & HW_EDGE_HOLDS) == 0 && e->hi > by &&
            e->hi < HW_TIME_MAX) {
            by = e->hi;
        }
    }
    return by;
}

/* What the chain's own things did to the chain by one step more: the same hand at work, told
 * because it confirms, and because the cheapest way is not the only one. */
static int add_short(struct tracing *t)
{
    struct use first[DETOURS], second[DETOURS];
    size_t among = t->told_count, n, m;
    int rc = HW_OK;
    for (size_t i = 0; i < among && rc == HW_OK; i++) {
        struct hw_edge x = t->told[i].e;
        struct tracing_as as = {t->told[i].ways, t->told[i].step->forward, false, 0};
        rc = ways_into(t, x.object, needed_by(t, &x, among), false, first, &n);
        for (size_t k = 0; k < n && rc == HW_OK; k++) {
            const struct hw_edge *y = &first[k].e;
            if (on_chain(t, y->subject, among)) {
                rc = tracing_step(t, first[k].n, y, as);
                continue;
            }
            if ((y->verb != x.verb && y->verb != HW_VERB_IS) || y->subject == x.subject) {
                continue;
            }
            rc = ways_into(t, y->subject, y->hi, true, second, &m);
            for (size_t j = 0; j < m && rc == HW_OK; j++) {
                /* One that comes from where it leads to is a round trip and no way. */
                if (second[j].e.subject != x.object && on_chain(t, second[j].e.subject, among)) {
                    rc = tracing_step(t, first[k].n, y, as);
                    rc = rc != HW_OK ? rc : tracing_step(t, second[j].n, &second[j].e, as);
                }
            }
        }
    }
    return rc;
}

/* From a file back to the chain, by what is recorded or keyed; who opened a session may be
 * inferred, for the kernel asks in its own name. */
struct planted {
    struct use way[PLANTED_DEEP];
    size_t among; /* steps that were told before: the chain */
    unsigned looks;
};

/* Fills way[deep...] from `thing` to something on the chain; *out_deep: how many there are then, 0
 * when none leads there. `from` is where the whole way leads: to come from there is a round trip.
 */
static int find_hand(struct tracing *t, struct planted *p, uint32_t thing, uint32_t from,
                     int64_t by, size_t deep, size_t *out_deep)
{
    struct use ways[DETOURS];
    size_t n;
    *out_deep = 0;
    if (deep == PLANTED_DEEP || p->looks++ == PLANTED_LOOKS) {
        return HW_OK;
    }
    int rc = ways_into(t, thing, by, deep > 0, ways, &n);
    for (size_t i = 0; i < n && rc == HW_OK && *out_deep == 0; i++) {
        const struct hw_edge *e = &ways[i].e;
        bool made = e->verb == HW_VERB_WROTE || e->verb == HW_VERB_DOWNLOADED;
        bool guessed = !sure(e) && (e->verb != HW_VERB_LOGGED_ON || e->known != HW_INFERRED);
        if (e->subject == from || guessed || (deep == 0 && !made)) {
            continue;
        }
        p->way[deep] = ways[i];
        if (on_chain(t, e->subject, p->among)) {
            *out_deep = deep + 1;
        } else {
            rc = find_hand(t, p, e->subject, from, e->hi, deep + 1, out_deep);
        }
    }
    return rc;
}

/* A library that a process of the chain loaded and that the chain's own hands had put there. */
static int add_planted(struct tracing *t)
{
    struct use loaded[DETOURS];
    size_t among = t->told_count, n;
    int rc = HW_OK;
    for (size_t i = 0; i < among && rc == HW_OK; i++) {
        struct hw_edge x = t->told[i].e;
        struct tracing_as as = {t->told[i].ways, t->told[i].step->forward, false, 0};
        if (x.verb != HW_VERB_RAN && x.verb != HW_VERB_SPAWNED) {
            continue;
        }
        rc = ways_into(t, x.object, needed_by(t, &x, among), false, loaded, &n);
        for (size_t k = 0; k < n && rc == HW_OK; k++) {
            const struct hw_edge *y = &loaded[k].e;
            struct planted p = {.among = among};
            size_t deep = 0;
            if (y->verb == HW_VERB_LOADED && !on_chain(t, y->subject, among)) {
                rc = find_hand(t, &p, y->subject, x.object, y->hi, 0, &deep);
            }
            rc = rc == HW_OK && deep > 0 ? tracing_step(t, loaded[k].n, y, as) : rc;
            for (size_t j = 0; j < deep && rc == HW_OK; j++) {
                rc = tracing_step(t, p.way[j].n, &p.way[j].e, as);
            }
        }
    }
    return rc;
}

int tracing_detours(struct tracing *t)
{
    int rc = add_planted(t);
    return rc != HW_OK ? rc : add_short(t);
}
