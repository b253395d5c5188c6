/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/named.c -- which machine asked for which name, by the word of others: a resolver, a proxy,
 * a sensor on the wire. They know addresses and no process. The machine is who had the address
 * then; where nobody is known to have had it, the address stands for itself.
 *
 * Such logs are long and say the same all day: one edge a day for each machine and name, where its
 * first record of the day is. That a name was asked for says who and where, and is no way by
 * itself. Where a machine's own records name the process, flow.c has the edge.
 */
#include <stdlib.h>

#include "base/text.h"
#include "derive/room.h"

struct asked {
    uint32_t who, name; /* things */
    uint8_t verb, known, why;
    struct when at;
};

static int64_t day_of(const struct asked *a)
{
    return a->at.lo == HW_TIME_NONE ? HW_TIME_NONE : a->at.lo / DAY;
}

static int compare(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    int64_t dx = day_of(x), dy = day_of(y);
    return x->who != y->who       ? (x->who < y->who ? -1 : 1)
           : x->name != y->name   ? (x->name < y->name ? -1 : 1)
           : x->verb != y->verb   ? (int)x->verb - (int)y->verb
           : dx != dy             ? (dx < dy ? -1 : 1)
           : x->at.lo != y->at.lo ? (x->at.lo < y->at.lo ? -1 : 1)
                                  : (x->at.event > y->at.event) - (x->at.event < y->at.event);
}

/* The name of a machine in a URL, or before the port of what a proxy was told to connect to. */
static struct hw_span machine_of(struct hw_span url)
{
    for (size_t i = 0; i + 2 < url.n; i++) {
        if (hw_span_starts(hw_span_from(url, i), "://")) {
            url = hw_span_from(url, i + 3);
            break;
        }
    }
    size_t end = 0;
    while (end < url.n && url.p[end] != '/' && url.p[end] != ':' && url.p[end] != '?' &&
           url.p[end] != '#') {
        end++;
    }
    return hw_span_cut(url, 0, end);
}

/* Lower case, without the final dot; 0: no name of a machine but an address, or none at all. */
static text_id domain_of(struct world *w, struct hw_span s)
{
    s = hw_span_trim(s);
    s.n -= s.n > 0 && s.p[s.n - 1] == '.' ? 1U : 0U;
    bool letters = false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        letters = letters || (c >= 'a' && c <= 'z');
    }
    return letters && hw_span_find(s, '.') < s.n && hw_span_find(s, ':') == s.n ? text_lower(w, s)
                                                                                : 0;
}

static void ask(struct world *w, struct vec *all, text_id ip, text_id name, uint8_t verb,
                struct when at)
{
    text_id scope = AT(struct log, &w->logs, AT(struct event, &w->events, at.event)->log)->scope;
    if (ip == 0 || name == 0 || w->rc != HW_OK) {
        return;
    }
    struct asked a = {.verb = verb, .known = HW_OBSERVED, .why = HW_WHY_RECORD, .at = at};
    const struct holder *h = holder_of(w, scope, ip, at);
    if (h != NULL && (h->host != 0 || h->thing != 0)) {
        a.known = h->known > HW_INFERRED ? h->known : HW_INFERRED;
        a.why = h->why;
        a.who = h->host != 0 ? host_thing(w, h->host) : h->thing;
    } else {
        a.who = address_thing(w, scope, ip);
    }
    a.name = thing_of(w, HW_ENTITY_DOMAIN, 0, name, name);
    uint32_t i = vec_add(w, all);
    if (w->rc == HW_OK) {
        *AT(struct asked, all, i) = a;
    }
}

int join_names(struct world *w)
{
    struct vec all = {.each = sizeof(struct asked)};
    for (uint32_t i = 1; i < w->deeds.count && w->rc == HW_OK; i++) {
        struct deed d = *AT(struct deed, &w->deeds, i);
        if (d.kind == HW_HAPPENED_DNS && d.proc == 0) {
            ask(w, &all, d.c, domain_of(w, text_span(w, d.a)), HW_VERB_RESOLVED, d.at);
        }
    }
    for (uint32_t i = 1; i < w->claims.count && w->rc == HW_OK; i++) {
        struct claim c = *AT(struct claim, &w->claims, i);
        if (c.kind == HW_HAPPENED_HTTP) {
            struct hw_span said = text_span(w, c.d);
            text_id name = domain_of(w, machine_of(said.n > 0 ? said : text_span(w, c.c)));
            ask(w, &all, address_of(w, text_span(w, c.a)), name, HW_VERB_CONNECTED, c.at);
        }
    }
    if (all.count > 1) {
        qsort(all.p, all.count, all.each, compare);
    }
    for (uint32_t i = 0; i < all.count && w->rc == HW_OK; i++) {
        const struct asked *a = AT(struct asked, &all, i), *was = i == 0 ? NULL : a - 1;
        if (was == NULL || was->who != a->who || was->name != a->name || was->verb != a->verb ||
            day_of(was) != day_of(a)) {
            edge_add(w, a->who, a->name,
                     (struct edge_how){(enum hw_verb)a->verb, (enum hw_known)a->known, a->why,
                                       HW_EDGE_CONTEXT},
                     a->at);
        }
    }
    vec_free(&all);
    return w->rc;
}
