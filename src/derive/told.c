/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/told.c -- what the owners of other cases say in signed bundles (docs/formats/share.md),
 * as edges that are claimed, whatever their makers call them.
 *
 * Only a bundle whose signer was pinned when it was added counts: anybody can make a key. All that
 * has a scope lives in one that bears the key's fingerprint, so no word of a bundle can name or
 * join a machine, an account or a release of this case; bytes, public addresses, domains and URLs
 * are the same for everybody and join. This chapter comes after all others: a thing that is there
 * keeps its name and its flags.
 */
#include "base/address.h"
#include "base/text.h"
#include "derive/room.h"
#include "fact/package.h"

enum { PRINT_SHOWN = 12 };

struct telling {
    uint32_t log;
    text_id by, signer;
    struct vec ends; /* uint32_t: things, by number */
};

static bool is(struct world *w, text_id t, const char *word)
{
    return hw_span_is(text_span(w, t), word);
}

/* "Maker, as told by 0123456789ab" */
static text_id scope_of(struct world *w, const struct telling *t, struct hw_span org)
{
    struct hw_span who = org.n > 0 ? org : text_span(w, t->by);
    return text_print(w, "%.*s, as told by %.*s", (int)(who.n > 512 ? 512 : who.n),
                      (const char *)who.p, PRINT_SHOWN, text_str(w, t->signer));
}

/* "host-0123456789ab [0123456789ab]": wherever a machine or an account is named without its
 * organisation, it is still nobody's here. */
static text_id theirs(struct world *w, const struct telling *t, text_id name)
{
    return name == 0
               ? 0
               : text_print(w, "%s [%.*s]", text_str(w, name), PRINT_SHOWN, text_str(w, t->signer));
}

static uint32_t host(struct world *w, const struct telling *t, text_id scope, text_id name)
{
    text_id shown = theirs(w, t, name);
    uint32_t h = thing_of(w, HW_ENTITY_HOST, scope, text_lower(w, text_span(w, shown)), shown);
    thing_at(w, h)->flags |= HW_THING_QUIET;
    return h;
}

static uint32_t address(struct world *w, text_id scope, text_id key)
{
    text_id ip = address_of(w, text_span(w, key));
    return ip != 0 ? address_thing(w, scope, ip) : thing_of(w, HW_ENTITY_ADDRESS, scope, key, key);
}

/* Of the same maker, under the name that is told. */
static uint32_t release(struct world *w, const struct telling *t, text_id key)
{
    struct hw_span org, name, version;
    hw_release_split(text_span(w, key), &org, &name, &version);
    text_id scope = scope_of(w, t, org);
    text_id mine = text_print(w, "%s|%.*s|%.*s", text_str(w, scope), (int)name.n,
                              (const char *)name.p, (int)version.n, (const char *)version.p);
    text_id says = text_print(w, "%.*s %.*s", (int)name.n, (const char *)name.p, (int)version.n,
                              (const char *)version.p);
    return thing_of(w, HW_ENTITY_RELEASE, 0, mine, says);
}

static uint32_t certificate(struct world *w, text_id scope, text_id key)
{
    text_id hash = hash_of(w, text_span(w, key));
    text_id mine = hash != 0 && text_span(w, hash).n == 64
                       ? hash
                       : text_print(w, "%s|%s", text_str(w, scope), text_str(w, key));
    return thing_of(w, HW_ENTITY_CERTIFICATE, 0, mine, hash == mine ? mine : key);
}

/* An end: a = what, b = number, c = kind, d = key, e = name, f = host, g = organisation. */
static uint32_t end_thing(struct world *w, const struct telling *t, const struct claim *c)
{
    text_id scope = scope_of(w, t, text_span(w, c->g)), name = c->e != 0 ? c->e : c->d;
    enum hw_entity kind = hw_entity_of(text_span(w, c->c));
    uint32_t n = 0;
    switch (kind) {
    case HW_ENTITY_ARTIFACT:
        return artifact_thing(w, hash_of(w, text_span(w, c->d)));
    case HW_ENTITY_DOMAIN:
    case HW_ENTITY_URL:
        return thing_of(w, kind, 0, c->d, c->d);
    case HW_ENTITY_ADDRESS:
        return address(w, scope, c->d);
    case HW_ENTITY_RELEASE:
        return release(w, t, c->d);
    case HW_ENTITY_CERTIFICATE:
        return certificate(w, scope, c->d);
    case HW_ENTITY_HOST:
        return host(w, t, scope, name);
    case HW_ENTITY_ORGANISATION:
        scope = scope_of(w, t, text_span(w, name));
        return thing_of(w, kind, 0, scope, scope);
    case HW_ENTITY_NONE:
        return 0;
    default:
        name = kind == HW_ENTITY_ACCOUNT ? theirs(w, t, name) : name;
        n = thing_of(w, kind, scope, text_print(w, "%s|%s", text_str(w, scope), text_str(w, c->d)),
                     name);
    }
    if (c->f != 0) {
        uint32_t on = host(w, t, scope, c->f);
        thing_at(w, n)->host = on;
    }
    return n;
}

static uint32_t end_of(struct world *w, const struct telling *t, text_id number)
{
    uint64_t n = 0;
    return span_number(text_span(w, number), &n) && n < t->ends.count ? *AT(uint32_t, &t->ends, n)
                                                                      : 0;
}

static void add_place(struct world *w, struct telling *t)
{
    uint32_t i = vec_add(w, &t->ends);
    if (w->rc == HW_OK) {
        *AT(uint32_t, &t->ends, i) = 0;
    }
}

static void take_end(struct world *w, struct telling *t, const struct claim *c)
{
    uint64_t n = 0;
    /* Numbers come in order; one that was refused leaves its place empty. */
    while (w->rc == HW_OK && span_number(text_span(w, c->b), &n) && n <= UINT32_MAX / 8 &&
           t->ends.count <= n) {
        add_place(w, t);
    }
    if (w->rc == HW_OK && n > 0 && n < t->ends.count) {
        uint32_t thing = end_thing(w, t, c);
        *AT(uint32_t, &t->ends, n) = thing;
    }
}

static int64_t bound(struct world *w, text_id t, int64_t none)
{
    int64_t at;
    return t != 0 && hw_time_parse(text_span(w, t), &at) ? at : none;
}

/* A step: b = from, c = to, d = verb, e = class, f = lo, g = hi, h = part. */
static void take_step(struct world *w, const struct telling *t, const struct claim *c)
{
    static const struct {
        const char *word;
        uint8_t why;
    } classes[] = {{"observed", HW_WHY_TOLD_OBSERVED},
                   {"keyed", HW_WHY_TOLD_KEYED},
                   {"inferred", HW_WHY_TOLD_INFERRED},
                   {"claimed", HW_WHY_TOLD_CLAIMED}};
    struct edge_how how = {.verb = hw_verb_of(text_span(w, c->d)),
                           .known = HW_CLAIMED,
                           .why = HW_WHY_TOLD_CLAIMED,
                           .flags = HW_EDGE_TOLD | (is(w, c->h, "context") ? HW_EDGE_CONTEXT : 0)};
    struct when at = {bound(w, c->f, HW_TIME_MIN), bound(w, c->g, HW_TIME_MAX), c->at.event, 0, 0};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        how.why = is(w, c->e, classes[i].word) ? classes[i].why : how.why;
    }
    if (how.verb != HW_VERB_NONE && at.lo <= at.hi) {
        edge_add(w, end_of(w, t, c->b), end_of(w, t, c->c), how, at);
    }
}

static uint32_t log_of(struct world *w, const struct claim *c)
{
    return AT(struct event, &w->events, c->at.event)->log;
}

/* Is the head's signer the one whom somebody here pinned for these bytes? */
static bool vouched(struct world *w, const struct claim *head)
{
    return head->c != 0 && AT(struct log, &w->logs, log_of(w, head))->signer == head->c;
}

int join_told(struct world *w)
{
    struct telling t = {.ends = {.each = sizeof(uint32_t)}};
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        if (c.kind != HW_HAPPENED_DECLARED || c.a == 0) {
            continue;
        }
        if (is(w, c.a, "share")) {
            t.log = vouched(w, &c) ? log_of(w, &c) : 0;
            t.by = c.b;
            t.signer = c.c;
            t.ends.count = 0;
            add_place(w, &t); /* number 0 is nothing */
        } else if (t.log != 0 && t.log == log_of(w, &c) && is(w, c.a, "share-end")) {
            take_end(w, &t, &c);
        } else if (t.log != 0 && t.log == log_of(w, &c) && is(w, c.a, "share-step")) {
            take_step(w, &t, &c);
        }
    }
    vec_free(&t.ends);
    return w->rc;
}
