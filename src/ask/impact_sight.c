/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_sight.c -- of which organisation is what kind of evidence held, what is only reported
 * of it, and of what there is nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/impacting.h"
#include "base/time.h"

struct org {
    struct hw_span name;
    uint8_t sight[HW_SIGHT_KINDS];
};
struct machine_of { /* a machine and the organisation it belongs to */
    struct hw_span org;
    uint32_t host;
};

struct seeing {
    struct impacting *x;
    struct machine_of *hosts;
    size_t count, room;
    struct org *orgs;
    size_t org_count;
    uint32_t *of; /* of each thing: its organisation's place, from 1 */
};

static int by_org(const void *a, const void *b)
{
    const struct machine_of *x = a, *y = b;
    int order = hw_span_compare(x->org, y->org);
    return order != 0 ? order : (x->host > y->host) - (x->host < y->host);
}

static int add_host(struct seeing *s, struct hw_span org, uint32_t host)
{
    if (s->count == s->room) {
        size_t room = s->room == 0 ? 1024 : s->room * 2;
        void *p = realloc(s->hosts, room * sizeof *s->hosts);
        if (p == NULL) {
            return impacting_no_memory(s->x);
        }
        s->hosts = p;
        s->room = room;
    }
    s->hosts[s->count++] = (struct machine_of){hw_span_keep(s->x->a->arena, org), host};
    return HW_OK;
}

static int load_hosts(struct seeing *s)
{
    struct hw_thing t;
    uint32_t n;
    struct impacting *x = s->x;
    int rc = hw_walk_find(x->q.w, &(struct hw_thing_ask){.kind = HW_ENTITY_HOST}, x->err);
    while (rc == HW_OK && (rc = hw_walk_found(x->q.w, &n, &t, x->err)) == HW_ROW) {
        bool ours = (t.flags & HW_THING_DECLARED) != 0 || (t.flags & HW_THING_QUIET) == 0;
        rc = ours ? add_host(s, hw_span_str(t.scope), n) : HW_OK;
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
    s->of = calloc(s->x->q.things + 1, sizeof *s->of);
    if (s->orgs == NULL || s->of == NULL) {
        return impacting_no_memory(s->x);
    }
    if (s->count > 0) {
        qsort(s->hosts, s->count, sizeof *s->hosts, by_org);
    }
    for (size_t i = 0; i < s->count; i++) {
        if (i == 0 || !hw_span_equal(s->hosts[i].org, s->hosts[i - 1].org)) {
            s->orgs[s->org_count++].name = s->hosts[i].org;
        }
        if (s->hosts[i].host != UINT32_MAX) {
            s->of[s->hosts[i].host] = (uint32_t)s->org_count;
        }
    }
    return HW_OK;
}

static void see(struct seeing *s, uint32_t thing, enum hw_sight_kind kind, enum hw_sight how)
{
    uint32_t at = thing == UINT32_MAX ? 0 : s->of[thing];
    if (at != 0 && s->orgs[at - 1].sight[kind] < how) {
        s->orgs[at - 1].sight[kind] = (uint8_t)how;
    }
}

/* What lies, runs and logs on there is a thing of that machine. */
static int by_things(struct seeing *s)
{
    static const struct {
        enum hw_entity kind;
        enum hw_sight_kind sight;
    } kinds[] = {{HW_ENTITY_FILE, HW_SIGHT_ARTIFACT},
                 {HW_ENTITY_PROCESS, HW_SIGHT_ENDPOINT},
                 {HW_ENTITY_SESSION, HW_SIGHT_IDENTITY}};
    struct impacting *x = s->x;
    int rc = HW_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && rc == HW_OK; i++) {
        struct hw_thing t;
        uint32_t n;
        rc = hw_walk_find(x->q.w, &(struct hw_thing_ask){.kind = kinds[i].kind}, x->err);
        while (rc == HW_OK && (rc = hw_walk_found(x->q.w, &n, &t, x->err)) == HW_ROW) {
            rc = HW_OK;
            see(s, t.host, kinds[i].sight, HW_SIGHT_HELD);
            if (t.host != UINT32_MAX) {
                s->of[n] = s->of[t.host];
            }
            if (kinds[i].kind == HW_ENTITY_PROCESS && hw_span_starts(t.key, "build|")) {
                see(s, t.host, HW_SIGHT_BUILD, HW_SIGHT_HELD);
            }
        }
    }
    return rc;
}

static int by_edges(struct seeing *s)
{
    struct hw_edge e;
    uint32_t n;
    int rc = hw_walk_verb(s->x->q.w, HW_VERB_NONE, s->x->err);
    while (rc == HW_OK && (rc = hw_walk_next(s->x->q.w, &n, &e, s->x->err)) == HW_ROW) {
        rc = HW_OK;
        if (e.verb == HW_VERB_INSTALLED) {
            see(s, e.object, HW_SIGHT_ARTIFACT, HW_SIGHT_HELD);
        } else if (e.verb == HW_VERB_RESOLVED || e.verb == HW_VERB_CONNECTED) {
            see(s, e.subject, HW_SIGHT_NETWORK, HW_SIGHT_HELD);
        }
    }
    return rc;
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
    rc = rc != HW_OK ? rc : by_things(&s);
    rc = rc != HW_OK ? rc : by_edges(&s);
    if (rc == HW_OK) {
        by_word(&s);
        rc = say(&s);
    }
    free(s.hosts);
    free(s.orgs);
    free(s.of);
    return rc;
}
