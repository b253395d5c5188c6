/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_releases.c -- releases that carry it, and those that whoever held a machine, an
 * account or a key could have written.
 *
 * What was made or signed is known by records (a process of a held machine wrote these bytes, a
 * held key signed them), or by what estates say of a release: the machine it was built on, and the
 * roles of its maker's machines. A release that came out before the machine was held is not at
 * risk; one without a date is.
 */
#include <string.h>

#include "ask/impacting.h"
#include "base/time.h"

struct held_host {
    uint32_t flags;
    struct hw_span key, org, name;
    int64_t since;
    bool shown;
};

struct risking {
    struct impacting *x;
    struct hw_risky **tail;
    struct held_host *hosts;
    size_t host_count;
};

static int add(struct risking *r, const struct hw_risky *what, struct hw_risky **out)
{
    struct hw_risky *p = hw_arena_alloc(r->x->a->arena, sizeof *p);
    if (p == NULL) {
        return impacting_no_memory(r->x);
    }
    *p = *what;
    *r->tail = p;
    r->tail = &p->next;
    r->x->a->risk_count[p->risk]++;
    *out = p;
    return HW_OK;
}

static struct hw_risky *find(struct risking *r, struct hw_span org, struct hw_span name,
                             struct hw_span version)
{
    for (struct hw_risky *p = r->x->a->releases; p != NULL; p = p->next) {
        if (hw_span_equal(p->name, name) && hw_span_equal(p->version, version) &&
            (org.n == 0 || p->org.n == 0 || hw_span_equal(p->org, org))) {
            return p;
        }
    }
    return NULL;
}

static struct declared_release *declared(struct risking *r, struct hw_span name,
                                         struct hw_span version)
{
    for (struct declared_release *d = r->x->declared; d != NULL; d = d->next) {
        if (hw_span_equal(d->name, name) && hw_span_equal(d->version, version)) {
            return d;
        }
    }
    return NULL;
}

/* ---- what carries it ---- */

static int poisoned(struct risking *r)
{
    int rc = HW_OK;
    for (const struct named_version *v = r->x->versions; v != NULL && rc == HW_OK; v = v->next) {
        struct hw_risky *p;
        struct declared_release *d = declared(r, v->name, v->version);
        bool is = v->is_release || (v->depth == 0 && d != NULL);
        if (!is || find(r, v->org, v->name, v->version) != NULL) {
            continue;
        }
        rc = add(r,
                 &(struct hw_risky){.org = v->org.n > 0 || d == NULL ? v->org : d->org,
                                    .name = v->name,
                                    .version = v->version,
                                    .risk = HW_RISK_POISONED,
                                    .published = d == NULL ? HW_TIME_NONE : d->published},
                 &p);
        if (rc == HW_OK && d != NULL) {
            d->risky = p;
            hw_because_record(r->x->a->arena, &p->why,
                              hw_span_str(v->is_release ? "it carries the bytes, as its estate says"
                                                        : "it is what was asked about"),
                              d->path, d->line, d->off);
        }
    }
    return rc;
}

/* ---- by records ---- */

/* org|name|version, as impact_poison.c takes it apart. */
static struct hw_span last_part(struct hw_span key)
{
    size_t end = key.n;
    while (end > 0 && key.p[end - 1] != '|') {
        end--;
    }
    return hw_span_from(key, end);
}

static int release_at_risk(struct risking *r, uint32_t n, struct hw_span says, uint32_t edge)
{
    struct hw_end e;
    struct hw_risky *p;
    int rc = impacting_end(r->x, n, &e);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_span version = last_part(e.key);
    struct hw_span rest = hw_span_from(e.key, e.org.n + 1);
    struct hw_span name =
        hw_span_cut(rest, 0, rest.n > version.n ? rest.n - version.n - 1 : rest.n);
    if (find(r, e.org, name, version) != NULL) {
        return HW_OK;
    }
    struct declared_release *d = declared(r, name, version);
    rc = add(r,
             &(struct hw_risky){.org = e.org,
                                .name = name,
                                .version = version,
                                .risk = HW_RISK_WRITTEN,
                                .published = d == NULL ? HW_TIME_NONE : d->published},
             &p);
    if (rc == HW_OK && d != NULL) {
        d->risky = p;
    }
    return rc != HW_OK ? rc : impacting_because(r->x, &p->why, says, edge);
}

/* Bytes that a held hand made: the releases that brought them, or they alone. */
static int made(struct risking *r, uint32_t artifact, struct hw_span says, uint32_t edge)
{
    struct hw_edge_list of = {.count = 0};
    bool any = false;
    int rc = hw_touch_edges(r->x->toucher, artifact, false, &of);
    for (size_t i = 0; i < of.count && rc == HW_OK; i++) {
        enum hw_entity kind;
        uint32_t flags;
        if (of.p[i].e.verb != HW_VERB_RELEASED) {
            continue;
        }
        rc = hw_walk_acts(r->x->q.w, of.p[i].e.subject, &kind, &flags, r->x->err);
        if (rc == HW_OK && kind == HW_ENTITY_RELEASE) {
            any = true;
            rc = release_at_risk(r, of.p[i].e.subject, says, edge);
        }
    }
    bool fresh = rc == HW_OK && !any && (r->x->q.marks[artifact] & AFFECTING_BAD) == 0 &&
                 (r->x->q.marks[artifact] & AFFECTING_GOOD) == 0;
    if (fresh) {
        r->x->q.marks[artifact] |= AFFECTING_GOOD; /* counted once */
        r->x->a->other_bytes++;
    }
    return rc;
}

static int signed_by(struct risking *r, uint32_t certificate, struct hw_span name)
{
    struct hw_edge_list of = {.count = 0};
    int64_t since = r->x->holds[certificate].since;
    int rc = hw_touch_edges(r->x->toucher, certificate, true, &of);
    for (size_t i = 0; i < of.count && rc == HW_OK; i++) {
        const struct hw_edge *e = &of.p[i].e;
        if (e->verb == HW_VERB_SIGNED && e->hi >= since && e->lo <= impact_until(r->x)) {
            rc = made(r, e->object,
                      hw_words(r->x->a->arena, "signed with key %.*s after it could be used",
                               (int)name.n, (const char *)name.p),
                      of.p[i].n);
        }
    }
    return rc;
}

/* Every file that a process made whose machine was held then: one look at all that was written. */
static int written(struct risking *r)
{
    struct impacting *x = r->x;
    struct numbers artifacts = {.count = 0}, edges = {.count = 0};
    struct hw_edge e;
    struct hw_thing t;
    uint32_t n;
    int rc = hw_walk_verb(x->q.w, HW_VERB_WROTE, x->err);
    while (rc == HW_OK && (rc = hw_walk_next(x->q.w, &n, &e, x->err)) == HW_ROW) {
        enum hw_entity kind;
        uint32_t flags;
        rc = hw_walk_acts(x->q.w, e.object, &kind, &flags, x->err);
        if (rc != HW_OK || kind != HW_ENTITY_ARTIFACT) {
            continue;
        }
        rc = hw_walk_thing(x->q.w, e.subject, &t, x->err);
        bool there = rc == HW_OK && t.host != UINT32_MAX && x->holds[t.host].held &&
                     e.hi >= x->holds[t.host].since && e.lo <= impact_until(x);
        if (there) {
            rc = numbers_add(x, &artifacts, e.object);
            rc = rc != HW_OK ? rc : numbers_add(x, &edges, n);
        }
    }
    for (size_t i = 0; i < artifacts.count && rc == HW_OK; i++) {
        rc = made(r, artifacts.p[i], hw_span_str("made on a machine that was held then"),
                  edges.p[i]);
    }
    return rc;
}

/* ---- by what estates say ---- */

static int load_hosts(struct risking *r)
{
    struct impacting *x = r->x;
    int rc = HW_OK;
    r->hosts = hw_arena_array(x->a->arena, x->a->held_count[0] + 1, sizeof *r->hosts);
    if (r->hosts == NULL) {
        return impacting_no_memory(x);
    }
    for (const struct hw_held *h = x->a->held; h != NULL && rc == HW_OK; h = h->next) {
        enum hw_entity kind;
        uint32_t flags;
        if (strcmp(h->kind, "host") != 0) {
            continue;
        }
        rc = hw_walk_acts(x->q.w, h->n, &kind, &flags, x->err);
        r->hosts[r->host_count++] = (struct held_host){.flags = flags,
                                                       .name = h->name,
                                                       .key = hw_machine_key(x->a->arena, h->name),
                                                       .org = h->org,
                                                       .shown = h->shown,
                                                       .since = h->since};
    }
    return rc;
}

static bool in_time(const struct impacting *x, const struct declared_release *d, int64_t since)
{
    return d->published == HW_TIME_NONE ||
           (d->published >= since && d->published <= impact_until(x));
}

static int by_role(struct risking *r, struct declared_release *d, struct hw_span built_key)
{
    static const char *const before[HW_RISK_COUNT] = {[HW_RISK_BUILT] = "built on "};
    static const char *const after[HW_RISK_COUNT] = {
        [HW_RISK_BUILT] = ", which was held when it came out",
        [HW_RISK_SIGNED] = " signs for its maker, and was held when it came out",
        [HW_RISK_SOURCE] = " keeps its maker's sources, and was held when it came out"};
    struct impacting *x = r->x;
    const struct held_host *best = NULL;
    enum hw_risk risk = HW_RISK_COUNT;
    for (size_t i = 0; i < r->host_count; i++) {
        const struct held_host *h = &r->hosts[i];
        bool of_org = d->org.n > 0 && hw_span_equal(h->org, d->org);
        bool its = built_key.n > 0 && hw_span_equal(h->key, built_key) &&
                   (of_org || d->org.n == 0 || h->org.n == 0);
        enum hw_risk now = its                                  ? HW_RISK_BUILT
                           : !of_org || !h->shown               ? HW_RISK_COUNT
                           : (h->flags & HW_THING_SIGNING) != 0 ? HW_RISK_SIGNED
                           : (h->flags & HW_THING_SOURCE) != 0  ? HW_RISK_SOURCE
                                                                : HW_RISK_COUNT;
        if (now < risk && in_time(x, d, h->since)) {
            risk = now;
            best = h;
        }
    }
    struct hw_risky *p;
    if (best == NULL) {
        return HW_OK;
    }
    int rc = add(r,
                 &(struct hw_risky){.org = d->org,
                                    .name = d->name,
                                    .version = d->version,
                                    .risk = risk,
                                    .published = d->published},
                 &p);
    if (rc == HW_OK) {
        d->risky = p;
        hw_because_record(x->a->arena, &p->why,
                          hw_words(x->a->arena, "%s%.*s%s",
                                   before[risk] == NULL ? "" : before[risk], (int)best->name.n,
                                   (const char *)best->name.p, after[risk]),
                          d->path, d->line, d->off);
    }
    return rc;
}

static int estates(struct risking *r)
{
    int rc = load_hosts(r);
    for (struct declared_release *d = r->x->declared; d != NULL && rc == HW_OK; d = d->next) {
        struct hw_risky *had = find(r, d->org, d->name, d->version);
        if (had != NULL) {
            d->risky = had;
            continue;
        }
        rc = by_role(r, d, hw_machine_key(r->x->a->arena, d->built_on));
    }
    return rc;
}

int impact_releases(struct impacting *x)
{
    struct risking r = {.x = x, .tail = &x->a->releases};
    int rc = poisoned(&r);
    if (rc == HW_OK && x->to_look.count > 0) {
        rc = written(&r);
        for (const struct hw_held *h = x->a->held; h != NULL && rc == HW_OK; h = h->next) {
            rc = strcmp(h->kind, "certificate") == 0 ? signed_by(&r, h->n, h->name) : HW_OK;
        }
        rc = rc != HW_OK ? rc : estates(&r);
    }
    return rc;
}
