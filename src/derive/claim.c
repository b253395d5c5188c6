/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/claim.c -- bytes and their makers: releases, builds, signatures, boxes, and what ran on a
 * machine before it was used as somebody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "case/cursor.h"
#include "derive/reach.h"
#include "derive/room.h"

#define BEFORE_BUILD_NS (90 * DAY)

static bool is_declared(struct world *w, const struct claim *c, const char *what)
{
    return c->kind == HW_HAPPENED_DECLARED && hw_span_is(text_span(w, c->a), what);
}

static text_id scope_of(struct world *w, const struct claim *c)
{
    return AT(struct log, &w->logs, AT(struct event, &w->events, c->at.event)->log)->scope;
}

/* ---- releases ---- */

static uint32_t release_thing(struct world *w, text_id org, text_id name, text_id version)
{
    text_id key =
        text_print(w, "%s|%s|%s", text_str(w, org), text_str(w, name), text_str(w, version));
    text_id says = text_print(w, "%s %s", text_str(w, name), text_str(w, version));
    return name == 0 ? 0 : thing_of(w, HW_ENTITY_RELEASE, org, key, says);
}

/* Do the bytes lie on a machine of the organisation that released them? Then that is where they
 * came from, and the release only names it. */
static bool made_there(struct world *w, const struct reach *made, uint32_t artifact, text_id org)
{
    struct reach_ask r = reach_from(made, reach_key(artifact, org, 0), 0, 0);
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        const struct version *v = AT(struct version, &w->versions, i);
        if (host_at(w, v->host)->scope == org && artifact_thing(w, v->hash) == artifact) {
            return true;
        }
    }
    return false;
}

static struct when when_of(const struct claim *c)
{
    struct when at = c->at;
    if (at.lo == HW_TIME_NONE) {
        at.lo = HW_TIME_MIN;
        at.hi = HW_TIME_MIN; /* before everything: a release without a date came first */
    }
    return at;
}

/* A delivery names no maker: whoever released it under this name. */
static void delivery(struct world *w, const struct reach *named, const struct claim *c,
                     struct edge_how how)
{
    struct reach_ask r = reach_from(named, reach_key(c->b, c->d, 0), 0, 0);
    how.verb = HW_VERB_SHIPS;
    for (uint32_t k = reach_next(&r); k != 0; k = reach_next(&r)) {
        struct claim d = *AT(struct claim, &w->claims, k);
        if (d.b == c->b && d.d == c->d) {
            edge_add(w, release_thing(w, d.c, d.b, d.d),
                     thing_of(w, HW_ENTITY_ORGANISATION, 0, c->c, c->c), how, when_of(c));
        }
    }
}

static void one_release(struct world *w, const struct reach *made, const struct reach *named,
                        const struct claim *c)
{
    struct edge_how how = {HW_VERB_RELEASED, HW_CLAIMED, HW_WHY_ESTATE, HW_EDGE_CONTEXT};
    if (is_declared(w, c, "release")) {
        uint32_t r = release_thing(w, c->c, c->b, c->d);
        edge_add(w, thing_of(w, HW_ENTITY_ORGANISATION, 0, c->c, c->c), r, how, when_of(c));
    } else if (is_declared(w, c, "release-file") || is_declared(w, c, "release-part")) {
        text_id org = c->c != 0 ? c->c : scope_of(w, c);
        uint32_t a = artifact_thing(w, c->f);
        uint32_t r = release_thing(w, org, c->b, c->d);
        how.flags = made_there(w, made, a, org) ? HW_EDGE_CONTEXT : 0;
        edge_add(w, r, a, how, when_of(c));
    } else if (is_declared(w, c, "delivery")) {
        delivery(w, named, c, how);
    }
}

static void releases(struct world *w)
{
    struct reach made = {0}, named = {0};
    for (uint32_t i = 1; i < w->versions.count; i++) {
        const struct version v = *AT(struct version, &w->versions, i);
        if (v.hash != 0 && v.touched) {
            reach_add(w, &made, reach_key(artifact_thing(w, v.hash), host_at(w, v.host)->scope, 0),
                      0, 0, i);
        }
    }
    for (uint32_t i = 1; i < w->claims.count; i++) {
        const struct claim *c = AT(struct claim, &w->claims, i);
        if (is_declared(w, c, "release")) {
            reach_add(w, &named, reach_key(c->b, c->d, 0), 0, 0, i);
        }
    }
    bool ready = reach_settle(w, &made) && reach_settle(w, &named);
    for (uint32_t i = 1; ready && i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        one_release(w, &made, &named, &c);
    }
    reach_free(&made);
    reach_free(&named);
}

/* ---- builds and signatures ---- */

static uint32_t build_thing(struct world *w, const struct claim *c, text_id build, uint32_t host)
{
    const struct event *e = AT(struct event, &w->events, c->at.event);
    const struct log *l = AT(struct log, &w->logs, e->log);
    text_id key = text_print(w, "build|%02x%02x%02x%02x|%s", l->sha256[0], l->sha256[1],
                             l->sha256[2], l->sha256[3], text_str(w, build));
    text_id name = text_print(w, "build %s", text_str(w, build));
    uint32_t t = thing_of(w, HW_ENTITY_PROCESS, l->scope, key, name);
    uint32_t on = host_thing(w, host);
    thing_at(w, t)->host = on;
    return t;
}

/* Versions that somebody made, by host and path, letter by letter with the case aside: what lies
 * in a folder stands together. */
struct shelf {
    uint32_t *p, count;
};

static int compare_paths(struct hw_span a, struct hw_span b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        uint8_t x = hw_ascii_lower(a.p[i]), y = hw_ascii_lower(b.p[i]);
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    return (a.n > b.n) - (a.n < b.n);
}

static int compare_shelf(const void *a, const void *b, void *state)
{
    struct world *w = state;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct version *x = AT(struct version, &w->versions, i);
    const struct version *y = AT(struct version, &w->versions, k);
    int by = x->host != y->host ? (x->host < y->host ? -1 : 1)
                                : compare_paths(text_span(w, x->path), text_span(w, y->path));
    return by != 0 ? by : (i > k) - (i < k);
}

static bool shelve(struct world *w, struct shelf *s)
{
    s->p = malloc(((size_t)w->versions.count + 1) * sizeof *s->p);
    if (s->p == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to look into folders"));
        return false;
    }
    for (uint32_t i = 1; i < w->versions.count; i++) {
        if (AT(struct version, &w->versions, i)->touched) {
            s->p[s->count++] = i;
        }
    }
    qsort_r(s->p, s->count, sizeof *s->p, compare_shelf, w);
    return true;
}

/* The first on this host whose path does not come before. */
static uint32_t shelf_find(struct world *w, const struct shelf *s, uint32_t host,
                           struct hw_span path)
{
    uint32_t lo = 0, hi = s->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const struct version *v = AT(struct version, &w->versions, s->p[mid]);
        if (v->host < host || (v->host == host && compare_paths(text_span(w, v->path), path) < 0)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static void input(struct world *w, uint32_t build, uint32_t i, struct when at)
{
    struct version v = *AT(struct version, &w->versions, i);
    const struct version *next = AT(struct version, &w->versions, i + 1);
    bool replaced = i + 1 < w->versions.count && next->host == v.host && next->path == v.path &&
                    next->hi < at.lo;
    if (v.lo <= at.hi && hw_time_since(at.lo, v.lo) <= BEFORE_BUILD_NS && !replaced) {
        edge_add(w, v.thing, build,
                 (struct edge_how){HW_VERB_READ, HW_INFERRED, HW_WHY_BUILD_INPUT, 0}, at);
    }
}

/* What lay in the build's folder then and was put there by somebody the records know. */
static void inputs(struct world *w, const struct shelf *s, uint32_t build, uint32_t host,
                   text_id folder, struct when at)
{
    struct hw_span in = text_span(w, path_of(w, text_span(w, folder)));
    for (const char *bar = "/\\"; *bar != '\0' && in.n > 2; bar++) {
        text_id below = text_print(w, "%.*s%c", (int)in.n, (const char *)in.p, *bar);
        struct hw_span path = text_span(w, below);
        for (uint32_t k = shelf_find(w, s, host, path); k < s->count && w->rc == HW_OK; k++) {
            const struct version *v = AT(struct version, &w->versions, s->p[k]);
            struct hw_span begins = hw_span_cut(text_span(w, v->path), 0, path.n);
            if (v->host != host || !hw_span_equal_nocase(begins, path)) {
                break;
            }
            input(w, build, s->p[k], at);
        }
    }
}

static void builds(struct world *w)
{
    uint32_t last = 0;
    struct shelf shelf = {NULL, 0};
    bool ready = shelve(w, &shelf);
    for (uint32_t i = 1; ready && i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        bool step = c.kind == HW_HAPPENED_BUILD_STEP, output = c.kind == HW_HAPPENED_BUILD_OUTPUT;
        if (!step && !output) {
            continue;
        }
        uint32_t host = host_of(w, scope_of(w, &c), text_span(w, c.e));
        uint32_t b = build_thing(w, &c, c.a, host);
        /* A step that leads nowhere is the build's all the same. */
        thing_saw(w, b, c.at.lo, c.at.hi);
        if (output) {
            edge_add(w, b, artifact_thing(w, c.c),
                     (struct edge_how){HW_VERB_WROTE, HW_OBSERVED, HW_WHY_BUILD_OUTPUT, 0}, c.at);
        }
        if (b != last && host != 0 && c.d != 0) {
            inputs(w, &shelf, b, host, c.d, c.at);
            last = b;
        }
    }
    free(shelf.p);
}

static void signatures(struct world *w)
{
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        struct edge_how how = {HW_VERB_SIGNED, HW_OBSERVED, HW_WHY_RECORD, HW_EDGE_CONTEXT};
        if (c.kind != HW_HAPPENED_SIGNED) {
            continue;
        }
        text_id key = c.b != 0 ? c.b : c.a;
        uint32_t cert = thing_of(w, HW_ENTITY_CERTIFICATE, 0, key, key);
        uint32_t a = artifact_thing(w, c.c);
        text_id scope = scope_of(w, &c);
        text_id user = account_of(w, text_span(w, c.e), (struct hw_span){NULL, 0});
        edge_add(w, cert, a, how, c.at);
        how.verb = HW_VERB_CONTROLS;
        edge_add(w, account_thing(w, c.at.host, scope, user), cert, how, c.at);
        how.verb = HW_VERB_CONNECTED;
        text_id src = address_of(w, text_span(w, c.f));
        edge_add(w, src == 0 ? 0 : address_thing(w, scope, src), cert, how, c.at);
    }
}

static void transfers(struct world *w)
{
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        text_id scope = scope_of(w, &c);
        struct edge_how how = {HW_VERB_DOWNLOADED, HW_OBSERVED, HW_WHY_RECORD, HW_EDGE_CONTEXT};
        if (c.kind == HW_HAPPENED_FILE_TRANSFER && c.c != 0) {
            text_id src = address_of(w, text_span(w, c.a));
            edge_add(w, src == 0 ? 0 : address_thing(w, scope, src), artifact_thing(w, c.c), how,
                     c.at);
        } else if (c.kind == HW_HAPPENED_SIGN_IN) {
            struct hw_span none = {NULL, 0};
            text_id account = account_is(w, scope, account_of(w, text_span(w, c.a), none));
            text_id src = address_of(w, text_span(w, c.b));
            text_id key = text_print(w, "sign-in|%s|%s|%lld", text_str(w, c.d),
                                     text_str(w, account), (long long)c.at.lo);
            uint32_t s = thing_of(w, HW_ENTITY_SESSION, scope, key,
                                  text_print(w, "sign-in of %s", text_str(w, account)));
            how.verb = HW_VERB_LOGGED_ON;
            edge_add(w, account_thing(w, c.at.host, scope, account), s, how, c.at);
            how.flags = 0;
            edge_add(w, src == 0 ? 0 : address_thing(w, scope, src), s, how, c.at);
            how.why = HW_WHY_DEVICE;
            edge_add(w, host_thing(w, host_of(w, scope, text_span(w, c.c))), s, how, c.at);
        }
    }
}

/* ---- boxes ---- */

static text_id hex_of(struct world *w, const uint8_t sha256[32])
{
    struct hw_buf b;
    hw_buf_init(&b, 64);
    hw_buf_hex(&b, (struct hw_span){sha256, 32});
    text_id t = text_of(w, hw_buf_span(&b));
    hw_buf_done(&b);
    return t;
}

static bool known_artifact(struct world *w, text_id hex)
{
    uint32_t before = w->things.count;
    uint32_t t = thing_of(w, HW_ENTITY_ARTIFACT, 0, hex, hex);
    return t != 0 && t < before;
}

/* Examined software whose bytes records know as well: what lies in what. */
static int boxes(struct world *w)
{
    struct hw_artifact_ask ask = {.ever = true};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    struct vec parents = {.each = sizeof(text_id)};
    int64_t reading = -1;
    int rc = hw_case_artifacts(w->c, &ask, &k, w->err);
    while (rc == HW_OK && w->rc == HW_OK && (rc = hw_artifact_next(k, &a, w->err)) == HW_ROW) {
        rc = HW_OK;
        if (a.reading != reading) {
            reading = a.reading;
            parents.count = 0;
        }
        while (parents.count <= a.node && w->rc == HW_OK) {
            uint32_t i = vec_add(w, &parents);
            *AT(text_id, &parents, i) = 0;
        }
        text_id hex = hex_of(w, a.sha256);
        *AT(text_id, &parents, a.node) = hex;
        if (a.parent < a.node && known_artifact(w, hex)) {
            struct when at = {HW_TIME_MIN, HW_TIME_MAX, 0, 0};
            edge_add(
                w, artifact_thing(w, hex), artifact_thing(w, *AT(text_id, &parents, a.parent)),
                (struct edge_how){HW_VERB_CONTAINS, HW_OBSERVED, HW_WHY_CONTAINS, HW_EDGE_CONTEXT},
                at);
        }
    }
    hw_cursor_free(k);
    vec_free(&parents);
    return rc != HW_OK ? world_fail(w, rc) : w->rc;
}

/* ---- a machine that was used as somebody ---- */

/* What ran on a device before its owner's account was used from it, and had come from outside: any
 * of it may have taken the account along. Time and place only. */
static void lived(struct world *w)
{
    uint32_t edges = w->edges.count;
    for (uint32_t i = 1; i < edges && w->rc == HW_OK; i++) {
        struct edge e = *AT(struct edge, &w->edges, i);
        const struct thing *file = thing_at(w, e.subject), *proc = thing_at(w, e.object);
        if (file->kind != HW_ENTITY_FILE || proc->kind != HW_ENTITY_PROCESS || proc->host == 0 ||
            (e.verb != HW_VERB_RAN && e.verb != HW_VERB_LOADED) ||
            (thing_at(w, proc->host)->flags & HW_THING_SHARED) == 0 ||
            (file->flags & HW_THING_TOUCHED) == 0 || (proc->flags & HW_THING_BROKER) != 0) {
            continue;
        }
        edge_add(w, e.object, proc->host,
                 (struct edge_how){HW_VERB_CONTROLS, HW_INFERRED, HW_WHY_LIVED, 0},
                 (struct when){e.lo, e.hi, e.event, 0});
    }
}

/* Marks devices of sessions, and files that came from outside. */
static void mark_devices(struct world *w)
{
    for (uint32_t i = 1; i < w->edges.count; i++) {
        const struct edge *e = AT(struct edge, &w->edges, i);
        if (e->why == HW_WHY_DEVICE && thing_at(w, e->subject)->kind == HW_ENTITY_HOST) {
            thing_at(w, e->subject)->flags |= HW_THING_SHARED;
        }
        if (e->verb == HW_VERB_DOWNLOADED && thing_at(w, e->object)->kind == HW_ENTITY_FILE) {
            thing_at(w, e->object)->flags |= HW_THING_TOUCHED;
        }
    }
}

static void unmark_devices(struct world *w)
{
    for (uint32_t i = 1; i < w->things.count; i++) {
        struct thing *t = thing_at(w, i);
        t->flags &= t->kind == HW_ENTITY_HOST ? ~(uint32_t)HW_THING_SHARED : UINT32_MAX;
        t->flags &= ~(uint32_t)HW_THING_TOUCHED; /* write.c says it of all things */
    }
}

int join_claims(struct world *w)
{
    releases(w);
    builds(w);
    signatures(w);
    transfers(w);
    if (w->rc == HW_OK && boxes(w) != HW_OK) {
        return w->rc;
    }
    mark_devices(w);
    lived(w);
    unmark_devices(w);
    return w->rc;
}
