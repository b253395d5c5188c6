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
#include "fact/package.h"

struct held_host {
    struct hw_span name;
    int64_t since;
    size_t at; /* in the order of since: the first that fits says most */
};

struct risking {
    struct impacting *x;
    struct hw_risky **tail;
    struct names releases; /* those at risk, by name and version */
    struct names named;    /* held hosts by key and organisation; "": nobody says whose */
    struct names any;      /* the same by key alone */
    struct hw_edge_list signatures;
    struct names signs, keeps; /* those shown to be held, by organisation: signing, sources */
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
    return names_put(r->x->a->arena, &r->releases, p->name, p->version, p)
               ? HW_OK
               : impacting_no_memory(r->x);
}

static struct hw_risky *find(struct risking *r, struct hw_span org, struct hw_span name,
                             struct hw_span version)
{
    const struct name_item *i = names_get(&r->releases, name, version);
    for (; i != NULL; i = i->next) {
        struct hw_risky *p = i->value;
        if (impact_same_org(p->org, org)) {
            return p;
        }
    }
    return NULL;
}

/* What an estate says of it: of this maker, for others have products of that name. */
static const struct declared_release *declared(struct risking *r, struct hw_span org,
                                               struct hw_span name, struct hw_span version)
{
    const struct name_item *i = names_get(&r->x->said_releases, name, version);
    for (; i != NULL; i = i->next) {
        const struct declared_release *d = i->value;
        if (impact_same_org(d->org, org)) {
            return d;
        }
    }
    return NULL;
}

/* ---- what carries it ---- */

static int add_poisoned(struct risking *r, const struct named_version *v,
                        const struct declared_release *d)
{
    struct hw_risky *p;
    struct hw_span org = v->org.n > 0 || d == NULL ? v->org : d->org;
    if (find(r, org, v->name, v->version) != NULL) {
        return HW_OK;
    }
    int rc = add(r,
                 &(struct hw_risky){.org = org,
                                    .name = v->name,
                                    .version = v->version,
                                    .risk = HW_RISK_POISONED,
                                    .published = d == NULL ? HW_TIME_NONE : d->published},
                 &p);
    if (rc == HW_OK && d != NULL) {
        hw_because_record(r->x->a->arena, &p->why,
                          hw_span_str(v->is_release ? "it carries the bytes, as its estate says"
                                                    : "it is what was asked about"),
                          d->path, d->line, d->off);
    }
    return rc;
}

/* A package that was asked about does not say whose it is: every maker's release of that name. */
static int poisoned(struct risking *r)
{
    int rc = HW_OK;
    for (const struct named_version *v = r->x->versions; v != NULL && rc == HW_OK; v = v->next) {
        if (v->is_release) {
            rc = add_poisoned(r, v, declared(r, v->org, v->name, v->version));
            continue;
        }
        const struct name_item *i =
            v->depth > 0 ? NULL : names_get(&r->x->said_releases, v->name, v->version);
        for (; i != NULL && rc == HW_OK; i = i->next) {
            rc = add_poisoned(r, v, i->value);
        }
    }
    return rc;
}

/* ---- by records ---- */

static int release_at_risk(struct risking *r, uint32_t n, struct hw_span says, uint32_t edge)
{
    struct hw_end e;
    struct hw_risky *p;
    int rc = impacting_end(r->x, n, &e);
    if (rc != HW_OK) {
        return rc;
    }
    struct hw_span org, name, version;
    hw_release_split(e.key, &org, &name, &version);
    if (find(r, org, name, version) != NULL) {
        return HW_OK;
    }
    const struct declared_release *d = declared(r, org, name, version);
    rc = add(r,
             &(struct hw_risky){.org = org,
                                .name = name,
                                .version = version,
                                .risk = HW_RISK_WRITTEN,
                                .published = d == NULL ? HW_TIME_NONE : d->published},
             &p);
    return rc != HW_OK ? rc : hw_because_edge(r->x->toucher, &p->why, says, edge);
}

/* Bytes that a held hand made: the releases that brought them, or they alone. */
static int made(struct risking *r, uint32_t artifact, struct hw_span says, uint32_t edge)
{
    uint8_t *mark = &r->x->q.marks[artifact];
    struct hw_edge_list *of = &r->x->edges;
    bool any = false;
    if ((*mark & IMPACT_MADE) != 0) {
        return HW_OK; /* once is enough */
    }
    *mark |= IMPACT_MADE;
    int rc = hw_touch_edges(r->x->toucher, artifact, false, of);
    for (size_t i = 0; i < of->count && rc == HW_OK; i++) {
        enum hw_entity kind;
        uint32_t flags;
        if (of->p[i].e.verb != HW_VERB_RELEASED) {
            continue;
        }
        rc = hw_walk_acts(r->x->q.w, of->p[i].e.subject, &kind, &flags, r->x->err);
        if (rc == HW_OK && kind == HW_ENTITY_RELEASE) {
            any = true;
            rc = release_at_risk(r, of->p[i].e.subject, says, edge);
        }
    }
    r->x->a->other_bytes += rc == HW_OK && !any && (*mark & AFFECTING_BAD) == 0;
    return rc;
}

static int signed_by(struct risking *r, uint32_t certificate, struct hw_span name)
{
    struct hw_edge_list *of = &r->signatures; /* made() uses the other */
    int64_t since = r->x->holds[certificate].since;
    struct hw_span says = hw_words(r->x->a->arena, "signed with key %.*s after it could be used",
                                   (int)name.n, (const char *)name.p);
    int rc = hw_touch_edges(r->x->toucher, certificate, true, of);
    for (size_t i = 0; i < of->count && rc == HW_OK; i++) {
        const struct hw_edge *e = &of->p[i].e;
        if (e->verb == HW_VERB_SIGNED && e->hi >= since && e->lo <= impact_until(r->x)) {
            rc = made(r, e->object, says, of->p[i].n);
        }
    }
    return rc;
}

/* Every file that a process made whose machine was held then. */
static int written(struct risking *r)
{
    struct impacting *x = r->x;
    int rc = HW_OK;
    for (size_t i = 0; i < x->written.count && rc == HW_OK; i++) {
        const struct hw_edge *e = &x->written.p[i].e;
        const struct hold *h = &x->holds[x->q.acts[e->subject].host];
        if (h->held && e->hi >= h->since && e->lo <= impact_until(x)) {
            rc = made(r, e->object, hw_span_str("made on a machine that was held then"),
                      x->written.p[i].n);
        }
    }
    return rc;
}

/* ---- by what estates say ---- */

static int load_host(struct risking *r, const struct hw_held *h, struct held_host *host)
{
    struct impacting *x = r->x;
    struct hw_arena *arena = x->a->arena;
    struct hw_span none = {NULL, 0}, key = hw_machine_key(arena, h->name);
    enum hw_entity kind;
    uint32_t flags;
    int rc = hw_walk_acts(x->q.w, h->n, &kind, &flags, x->err);
    bool role = h->shown && h->org.n > 0, put = true;
    if (rc == HW_OK) {
        put = names_put(arena, &r->named, key, h->org, host) &&
              names_put(arena, &r->any, key, none, host) &&
              (!role || (flags & HW_THING_SIGNING) == 0 ||
               names_put(arena, &r->signs, h->org, none, host)) &&
              (!role || (flags & HW_THING_SOURCE) == 0 ||
               names_put(arena, &r->keeps, h->org, none, host));
    }
    return rc != HW_OK || put ? rc : impacting_no_memory(x);
}

/* They come in the order of since (impact_held.c). */
static int load_hosts(struct risking *r)
{
    struct impacting *x = r->x;
    size_t count = 0;
    int rc = HW_OK;
    for (const struct hw_held *h = x->a->held; h != NULL && rc == HW_OK; h = h->next) {
        struct held_host *host;
        if (strcmp(h->kind, "host") != 0) {
            continue;
        }
        host = hw_arena_alloc(x->a->arena, sizeof *host);
        if (host == NULL) {
            return impacting_no_memory(x);
        }
        *host = (struct held_host){.name = h->name, .since = h->since, .at = count++};
        rc = load_host(r, h, host);
    }
    return rc;
}

static bool in_time(const struct impacting *x, const struct declared_release *d, int64_t since)
{
    return d->published == HW_TIME_NONE ||
           (d->published >= since && d->published <= impact_until(x));
}

/* The first of these, who held it longest, if that was in time; or what was found before. */
static const struct held_host *earlier(const struct risking *r, const struct declared_release *d,
                                       const struct name_item *first, const struct held_host *than)
{
    const struct held_host *h = first == NULL ? NULL : first->value;
    bool fits = h != NULL && in_time(r->x, d, h->since) && (than == NULL || h->at < than->at);
    return fits ? h : than;
}

static const struct held_host *builder(const struct risking *r, const struct declared_release *d,
                                       struct hw_span key)
{
    struct hw_span none = {NULL, 0};
    if (key.n == 0) {
        return NULL;
    }
    if (d->org.n == 0) {
        return earlier(r, d, names_get(&r->any, key, none), NULL);
    }
    const struct held_host *h = earlier(r, d, names_get(&r->named, key, d->org), NULL);
    return earlier(r, d, names_get(&r->named, key, none), h);
}

static int by_role(struct risking *r, const struct declared_release *d, struct hw_span built_key)
{
    static const char *const before[HW_RISK_COUNT] = {[HW_RISK_BUILT] = "built on "};
    static const char *const after[HW_RISK_COUNT] = {
        [HW_RISK_BUILT] = ", which was held when it came out",
        [HW_RISK_SIGNED] = " signs for its maker, and was held when it came out",
        [HW_RISK_SOURCE] = " keeps its maker's sources, and was held when it came out"};
    struct hw_span none = {NULL, 0};
    enum hw_risk risk = HW_RISK_BUILT;
    const struct held_host *best = builder(r, d, built_key);
    if (best == NULL) {
        risk = HW_RISK_SIGNED;
        best = earlier(r, d, names_get(&r->signs, d->org, none), NULL);
    }
    if (best == NULL) {
        risk = HW_RISK_SOURCE;
        best = earlier(r, d, names_get(&r->keeps, d->org, none), NULL);
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
        hw_because_record(r->x->a->arena, &p->why,
                          hw_words(r->x->a->arena, "%s%.*s%s",
                                   before[risk] == NULL ? "" : before[risk], (int)best->name.n,
                                   (const char *)best->name.p, after[risk]),
                          d->path, d->line, d->off);
    }
    return rc;
}

static int estates(struct risking *r)
{
    int rc = load_hosts(r);
    for (const struct declared_release *d = r->x->declared; d != NULL && rc == HW_OK; d = d->next) {
        if (find(r, d->org, d->name, d->version) == NULL) {
            rc = by_role(r, d, hw_machine_key(r->x->a->arena, d->built_on));
        }
    }
    return rc;
}

int impact_releases(struct impacting *x)
{
    struct risking r = {.x = x, .tail = &x->a->releases};
    int rc = poisoned(&r);
    if (rc == HW_OK && x->all_held.count > 0) {
        rc = written(&r);
        for (const struct hw_held *h = x->a->held; h != NULL && rc == HW_OK; h = h->next) {
            rc = strcmp(h->kind, "certificate") == 0 ? signed_by(&r, h->n, h->name) : HW_OK;
        }
        rc = rc != HW_OK ? rc : estates(&r);
    }
    return rc;
}
