/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_poison.c -- what carries the target: bytes in bytes, bytes in releases.
 *
 * From bytes, whatever contains them, and the releases that brought them, whole: what a release
 * ships as its files carries all of its parts. From a release, what it released; from a key, what
 * it signed. Machines and accounts carry nothing: of them it is asked what they could have made.
 */
#include <string.h>

#include "ask/impacting.h"
#include "ask/products.h"
#include "ask/said.h"
#include "base/text.h"
#include "base/time.h"
#include "fact/package.h"

int impact_version(struct impacting *x, struct hw_span name, struct hw_span version,
                   bool is_release, unsigned depth, struct named_version **out)
{
    const char *plain = hw_plain_name(x->a->arena, name);
    struct named_version *v = hw_arena_alloc(x->a->arena, sizeof *v);
    if (v == NULL || plain == NULL) {
        return impacting_no_memory(x);
    }
    *v = (struct named_version){.next = x->versions,
                                .name = name,
                                .version = version,
                                .plain = plain,
                                .depth = depth,
                                .is_release = is_release};
    x->versions = v;
    if (out != NULL) {
        *out = v;
    }
    return HW_OK;
}

static int add_poison(struct impacting *x, uint32_t n)
{
    if ((x->q.marks[n] & AFFECTING_BYTES) != 0) {
        return HW_OK;
    }
    x->q.marks[n] |= AFFECTING_BAD | AFFECTING_BYTES;
    return numbers_add(x, &x->poison, n);
}

static int add_release(struct impacting *x, uint32_t n, const struct hw_thing *t)
{
    struct named_version *v;
    if ((x->q.marks[n] & IMPACT_CARRIES) != 0) {
        return HW_OK;
    }
    x->q.marks[n] |= IMPACT_CARRIES;
    struct hw_span key = hw_span_keep(x->a->arena, t->key);
    struct hw_span org, name, version;
    hw_release_split(key, &org, &name, &version);
    int rc = impact_version(x, name, version, true, 0, &v);
    if (rc != HW_OK) {
        return rc;
    }
    v->org = org;
    return names_put(x->a->arena, &x->carrying, name, version, v) ? HW_OK : impacting_no_memory(x);
}

static int add_package(struct impacting *x, const struct hw_thing *t)
{
    struct hw_span name, version, key = hw_span_keep(x->a->arena, t->key);
    return hw_package_split(key, &name, &version) && version.n > 0
               ? impact_version(x, name, version, false, 0, NULL)
               : HW_OK;
}

/* The way from one thing to what carries it. */
static int follow(struct impacting *x, const struct hw_edge *e, bool forth)
{
    struct hw_thing t;
    uint32_t to = forth ? e->object : e->subject;
    bool early = e->verb == HW_VERB_SIGNED && x->ask->from != HW_TIME_NONE && e->hi < x->ask->from;
    bool late = e->verb == HW_VERB_SIGNED && x->ask->until != HW_TIME_NONE && e->lo > x->ask->until;
    bool carries = (forth && (e->verb == HW_VERB_CONTAINS || e->verb == HW_VERB_SIGNED)) ||
                   e->verb == HW_VERB_RELEASED;
    if (!carries || early || late) {
        return HW_OK;
    }
    int rc = hw_walk_thing(x->q.w, to, &t, x->err);
    if (rc == HW_OK && t.kind == HW_ENTITY_ARTIFACT && forth) {
        rc = add_poison(x, to);
    } else if (rc == HW_OK && t.kind == HW_ENTITY_RELEASE && !forth) {
        rc = add_release(x, to, &t);
    } else if (rc == HW_OK && t.kind == HW_ENTITY_PACKAGE && e->verb == HW_VERB_CONTAINS) {
        rc = add_package(x, &t);
    }
    return rc;
}

static int ways_from(struct impacting *x, uint32_t n)
{
    int rc = HW_OK;
    for (unsigned forth = 0; forth < 2 && rc == HW_OK; forth++) {
        rc = hw_touch_edges(x->toucher, n, forth != 0, &x->edges);
        for (size_t i = 0; i < x->edges.count && rc == HW_OK; i++) {
            rc = follow(x, &x->edges.p[i].e, forth != 0);
        }
    }
    return rc;
}

static bool is_poisoned(const struct impacting *x, const struct hw_said *s)
{
    const struct name_item *i =
        names_get(&x->carrying, hw_said_get(s, "release"), hw_said_get(s, "version"));
    for (; i != NULL; i = i->next) {
        const struct named_version *v = i->value;
        if (impact_same_org(v->org, hw_said_get(s, "org"))) {
            return true;
        }
    }
    return false;
}

/* The files that a poisoned release ships carry its poison; its other parts do not. */
static int file_of(void *state, const struct hw_said *s)
{
    struct impacting *x = state;
    struct hw_thing t;
    uint32_t n;
    struct hw_span hash = hw_said_get(s, "sha256");
    char lower[65];
    if (strcmp(s->list, "release-file") != 0 || hash.n != 64 || !is_poisoned(x, s)) {
        return HW_OK;
    }
    for (size_t i = 0; i < 64; i++) {
        lower[i] = (char)hw_ascii_lower(hash.p[i]);
    }
    int rc = hw_walk_find(
        x->q.w,
        &(struct hw_thing_ask){.kind = HW_ENTITY_ARTIFACT, .name = {(const uint8_t *)lower, 64}},
        x->err);
    while (rc == HW_OK && (rc = hw_walk_found(x->q.w, &n, &t, x->err)) == HW_ROW) {
        rc = add_poison(x, n);
    }
    return rc;
}

/* When it came out. Where estates disagree, the last of it: who backdates a release must not clear
 * machines by inventories that are older than it. */
static int64_t came_out(const struct impacting *x, const struct named_version *v)
{
    int64_t at = HW_TIME_NONE;
    const struct name_item *i = names_get(&x->said_releases, v->name, v->version);
    for (; i != NULL; i = i->next) {
        const struct declared_release *r = i->value;
        at = impact_same_org(v->org, r->org) && r->published > at ? r->published : at;
    }
    return at;
}

/* It cannot have come before the first release that carries it; where none is dated, before the
 * first that anybody saw of its bytes. */
static int set_since(struct impacting *x)
{
    int64_t since = HW_TIME_NONE;
    for (const struct named_version *v = x->versions; v != NULL; v = v->next) {
        int64_t at = v->is_release ? came_out(x, v) : HW_TIME_NONE;
        since = at != HW_TIME_NONE && (since == HW_TIME_NONE || at < since) ? at : since;
    }
    for (size_t i = 0; i < x->poison.count && since == HW_TIME_NONE; i++) {
        struct hw_thing t;
        int rc = hw_walk_thing(x->q.w, x->poison.p[i], &t, x->err);
        if (rc != HW_OK) {
            return rc;
        }
        since = t.first_ns != HW_TIME_NONE && (since == HW_TIME_NONE || t.first_ns < since)
                    ? t.first_ns
                    : since;
    }
    x->a->since = x->ask->from != HW_TIME_NONE ? x->ask->from : since;
    return HW_OK;
}

int impact_poison(struct impacting *x, uint32_t target)
{
    struct hw_thing t;
    int rc = hw_walk_thing(x->q.w, target, &t, x->err);
    if (rc == HW_OK && t.kind == HW_ENTITY_ARTIFACT) {
        rc = add_poison(x, target);
    } else if (rc == HW_OK && t.kind == HW_ENTITY_FILE) { /* its bytes, as far as they are known */
        rc = hw_touch_edges(x->toucher, target, true, &x->edges);
        for (size_t i = 0; i < x->edges.count && rc == HW_OK; i++) {
            const struct hw_edge *e = &x->edges.p[i].e;
            enum hw_entity kind = HW_ENTITY_NONE;
            uint32_t flags;
            rc = e->verb == HW_VERB_IS ? hw_walk_acts(x->q.w, e->object, &kind, &flags, x->err)
                                       : HW_OK;
            rc = rc == HW_OK && kind == HW_ENTITY_ARTIFACT ? add_poison(x, e->object) : rc;
        }
    } else if (rc == HW_OK && t.kind == HW_ENTITY_RELEASE) {
        rc = add_release(x, target, &t);
        rc = rc != HW_OK ? rc : ways_from(x, target);
    } else if (rc == HW_OK && t.kind == HW_ENTITY_CERTIFICATE) {
        rc = ways_from(x, target);
    } else if (rc == HW_OK && t.kind == HW_ENTITY_PACKAGE) {
        rc = add_package(x, &t);
    }
    for (size_t i = 0; i < x->poison.count && rc == HW_OK; i++) { /* it grows as it goes */
        rc = ways_from(x, x->poison.p[i]);
    }
    rc = rc != HW_OK ? rc : hw_said(x->c, file_of, x, x->err);
    x->a->bytes = x->poison.count;
    return rc != HW_OK ? rc : set_since(x);
}
