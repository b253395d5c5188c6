/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_sight.c -- of which organisation is what kind of evidence held, what is only reported
 * of it, and of what there is nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/impacting.h"
#include "base/grow.h"
#include "base/time.h"

struct org {
    struct hw_span name;
    uint8_t sight[HW_SIGHT_KINDS];
};
struct machine_of { /* a machine and the organisation it belongs to */
    struct hw_span org;
    uint32_t host;
    size_t at; /* the organisation's place */
};

struct seeing {
    struct impacting *x;
    struct machine_of *hosts;
    size_t count, room;
    struct org *orgs;
    size_t org_count;
};

static int by_org(const void *a, const void *b)
{
    const struct machine_of *x = a, *y = b;
    int order = hw_span_compare(x->org, y->org);
    return order != 0 ? order : (x->host > y->host) - (x->host < y->host);
}

static int add_host(struct seeing *s, struct hw_span org, uint32_t host)
{
    if (HW_GROW(s->hosts, s->count, s->room, HW_GROW_MOST) != HW_OK) {
        return impacting_no_memory(s->x);
    }
    s->hosts[s->count++] = (struct machine_of){hw_span_keep(s->x->a->arena, org), host, 0};
    return HW_OK;
}

static int load_hosts(struct seeing *s)
{
    struct impacting *x = s->x;
    int rc = HW_OK;
    for (uint64_t n = 0; n <= x->q.things && rc == HW_OK; n++) {
        const struct hw_acts *a = &x->q.acts[n];
        struct hw_thing t;
        bool ours = (a->flags & HW_THING_DECLARED) != 0 || (a->flags & HW_THING_QUIET) == 0;
        if (a->kind == HW_ENTITY_HOST && ours) {
            rc = hw_walk_thing(x->q.w, (uint32_t)n, &t, x->err);
            rc = rc != HW_OK ? rc : add_host(s, hw_span_str(t.scope), (uint32_t)n);
        }
    }
    for (const struct hw_receiver *r = x->a->receivers; r != NULL && rc == HW_OK; r = r->next) {
        rc = add_host(s, r->org, UINT32_MAX);
    }
    for (const struct hw_risky *r = x->a->releases; r != NULL && rc == HW_OK; r = r->next) {
        rc = r->org.n > 0 ? add_host(s, r->org, UINT32_MAX) : HW_OK;
    }
    return rc;
}

static int name_orgs(struct seeing *s)
{
    s->orgs = calloc(s->count + 1, sizeof *s->orgs);
    if (s->orgs == NULL) {
        return impacting_no_memory(s->x);
    }
    if (s->count > 0) {
        qsort(s->hosts, s->count, sizeof *s->hosts, by_org);
    }
    for (size_t i = 0; i < s->count; i++) {
        if (i == 0 || !hw_span_equal(s->hosts[i].org, s->hosts[i - 1].org)) {
            s->orgs[s->org_count++].name = s->hosts[i].org;
        }
        s->hosts[i].at = s->org_count - 1;
    }
    return HW_OK;
}

/* A build is a process, too: its key says so. */
static int see_builds(struct impacting *x)
{
    struct hw_thing t;
    uint32_t n;
    int rc = hw_walk_find(x->q.w, &(struct hw_thing_ask){.kind = HW_ENTITY_PROCESS}, x->err);
    while (rc == HW_OK && (rc = hw_walk_found(x->q.w, &n, &t, x->err)) == HW_ROW) {
        rc = HW_OK;
        if (t.host != UINT32_MAX && t.first_ns <= x->ask->as_of &&
            hw_span_starts(t.key, "build|")) {
            x->seen[t.host] |= 1U << HW_SIGHT_BUILD;
        }
    }
    return rc;
}

/* What impact_edges.c saw of each machine. */
static void by_machines(struct seeing *s)
{
    for (size_t i = 0; i < s->count; i++) {
        uint32_t host = s->hosts[i].host;
        for (unsigned k = 0; k < HW_SIGHT_KINDS && host != UINT32_MAX; k++) {
            if ((s->x->seen[host] & 1U << k) != 0) {
                s->orgs[s->hosts[i].at].sight[k] = HW_SIGHT_HELD;
            }
        }
    }
}

static void reported(struct seeing *s, struct hw_span org, enum hw_sight_kind kind)
{
    size_t lo = 0, hi = s->org_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hw_span_compare(s->orgs[mid].name, org) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (lo < s->org_count && hw_span_equal(s->orgs[lo].name, org) &&
        s->orgs[lo].sight[kind] == HW_SIGHT_NOTHING) {
        s->orgs[lo].sight[kind] = HW_SIGHT_REPORTED;
    }
}

/* Who got something, or made it, is spoken of by somebody. */
static void by_word(struct seeing *s)
{
    for (const struct hw_receiver *r = s->x->a->receivers; r != NULL; r = r->next) {
        reported(s, r->org, HW_SIGHT_ARTIFACT);
    }
    for (const struct hw_risky *r = s->x->a->releases; r != NULL; r = r->next) {
        reported(s, r->org, HW_SIGHT_BUILD);
    }
}

static int say(struct seeing *s)
{
    struct hw_seen_org **tail = &s->x->a->sights;
    for (size_t i = 0; i < s->org_count; i++) {
        struct hw_seen_org *o = hw_arena_alloc(s->x->a->arena, sizeof *o);
        if (o == NULL) {
            return impacting_no_memory(s->x);
        }
        o->org = s->orgs[i].name;
        for (unsigned k = 0; k < HW_SIGHT_KINDS; k++) {
            o->sight[k] = (enum hw_sight)s->orgs[i].sight[k];
        }
        *tail = o;
        tail = &o->next;
    }
    return HW_OK;
}

int impact_sight(struct impacting *x)
{
    struct seeing s = {.x = x};
    int rc = load_hosts(&s);
    rc = rc != HW_OK ? rc : name_orgs(&s);
    rc = rc != HW_OK ? rc : see_builds(x);
    if (rc == HW_OK) {
        by_machines(&s);
        by_word(&s);
        rc = say(&s);
    }
    free(s.hosts);
    free(s.orgs);
    return rc;
}
