/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/estate.c -- what an estate declares of hosts, accounts and software, where rules find it:
 * as flags of the things, for a role is no act and makes no edge. Software that an organisation
 * sanctions or refuses is a package of that organisation; the one edge into it is where it is said.
 */
#include "base/text.h"
#include "derive/room.h"

static const struct role {
    const char *word;
    uint32_t flag;
} roles[] = {
    {"build", HW_THING_BUILD},
    {"signing", HW_THING_SIGNING},
    {"source", HW_THING_SOURCE},
    {"vpn", HW_THING_VPN},
    {"domain-controller", HW_THING_CONTROLLER},
    {"admin", HW_THING_ADMIN},
};

/* "build,signing" */
static uint32_t flags_of(struct hw_span said)
{
    uint32_t flags = HW_THING_DECLARED;
    while (said.n > 0) {
        size_t end = hw_span_find(said, ',');
        struct hw_span word = hw_span_trim(hw_span_cut(said, 0, end));
        for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
            flags |= hw_span_is_nocase(word, roles[i].word) ? roles[i].flag : 0U;
        }
        said = end < said.n ? hw_span_from(said, end + 1) : hw_span_from(said, end);
    }
    return flags;
}

static text_id scope_of(struct world *w, const struct claim *c)
{
    const struct event *e = AT(struct event, &w->events, c->at.event);
    return c->c != 0 ? c->c : AT(struct log, &w->logs, e->log)->scope;
}

static void host(struct world *w, const struct claim *c)
{
    uint32_t t = host_thing(w, host_of(w, scope_of(w, c), text_span(w, c->b)));
    thing_at(w, t)->flags |= flags_of(text_span(w, c->d));
}

static void account(struct world *w, const struct claim *c)
{
    text_id name = account_of(w, text_span(w, c->b), (struct hw_span){NULL, 0});
    uint32_t t = account_thing(w, 0, scope_of(w, c), name);
    thing_at(w, t)->flags |= flags_of(text_span(w, c->d));
}

static void software(struct world *w, const struct claim *c)
{
    text_id org = scope_of(w, c);
    uint32_t t = thing_of(w, HW_ENTITY_PACKAGE, 0,
                          text_print(w, "%s|%s", text_str(w, org), text_str(w, c->b)), c->b);
    bool allowed = hw_span_is_nocase(text_span(w, c->d), "true");
    thing_at(w, t)->flags |= HW_THING_DECLARED | (allowed ? HW_THING_ALLOWED : HW_THING_REFUSED);
    edge_add(w, thing_of(w, HW_ENTITY_ORGANISATION, 0, org, org), t,
             (struct edge_how){HW_VERB_CONTROLS, HW_CLAIMED, HW_WHY_ESTATE, HW_EDGE_CONTEXT},
             c->at);
}

/* How long records of a machine go back: what was never seen there means nothing without it. */
static void spans(struct world *w)
{
    for (uint32_t i = 1; i < w->hosts.count; i++) {
        const struct host *h = host_at(w, i);
        if (h->has_records && h->thing != 0 && h->first != HW_TIME_NONE) {
            thing_saw(w, h->thing, h->first, h->last);
        }
    }
}

int join_estate(struct world *w)
{
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        if (c.kind != HW_HAPPENED_DECLARED) {
            continue;
        }
        struct hw_span what = text_span(w, c.a);
        if (hw_span_is(what, "host")) {
            host(w, &c);
        } else if (hw_span_is(what, "account")) {
            account(w, &c);
        } else if (hw_span_is(what, "software")) {
            software(w, &c);
        }
    }
    spans(w);
    return w->rc;
}
