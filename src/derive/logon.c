/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/logon.c -- where each session came from, and what ran in it.
 *
 * In the order of their worth: the process that held the socket; the session whose credentials were
 * used towards this machine in that second; the machine that a domain controller's ticket names;
 * the machine that held the address, and on it, by place, time and account only, who may have
 * asked.
 */
#include "base/text.h"
#include "derive/reach.h"
#include "derive/room.h"

#define SOCKET_NS MINUTE
#define EXPLICIT_NS (5 * SECOND)
#define COPY_NS MINUTE /* from a log-on to the write it was for */
#define SUSPECTS 4

static const struct edge_how observed = {HW_VERB_LOGGED_ON, HW_OBSERVED, HW_WHY_RECORD, 0};

/* An address is the way only where nothing better is known of who spoke from it. */
static void who_and_where(struct world *w, const struct logon *l, bool better)
{
    const struct host *h = host_at(w, l->at.host);
    struct edge_how how = observed;
    how.flags = HW_EDGE_CONTEXT;
    edge_add(w, account_thing(w, l->at.host, h->scope, l->account), l->session, how, l->at);
    if (l->src != 0) {
        edge_add(w, address_thing(w, h->scope, l->src), l->session, better ? how : observed, l->at);
    }
}

static void by_id(struct world *w, const struct logon *l)
{
    if (l->by != 0 && l->by != l->logon && !logon_is_system(text_span(w, l->by))) {
        edge_add(w, session_at(w, l->at.host, l->by, l->at), l->session,
                 (struct edge_how){HW_VERB_LOGGED_ON, HW_KEYED, HW_WHY_LOGON_ID, 0}, l->at);
    }
    if (l->linked != 0) {
        uint32_t other = session_at(w, l->at.host, l->linked, l->at);
        struct edge_how how = {HW_VERB_LOGGED_ON, HW_KEYED, HW_WHY_LINKED, 0};
        edge_add(w, other, l->session, how, l->at);
        edge_add(w, l->session, other, how, l->at);
    }
}

/* What a log-on may have come from, by what both records bear. */
struct coming {
    struct reach sockets;   /* connections that were opened, by source address and port */
    struct reach by_guid;   /* uses of credentials, by log-on guid */
    struct reach by_target; /* the same, by scope, account and machine they were used towards */
    struct reach tickets;   /* by log-on guid */
    struct reach wrote;     /* files reached over the network, by host and log-on */
    struct reach people;    /* log-ons of people at a machine, by host and account */
    struct clients clients;
};

/* The process that held the socket, on the machine it was opened on. Gives that machine. */
static uint32_t by_socket(struct world *w, const struct coming *x, const struct logon *l,
                          bool *out_named)
{
    uint32_t from = 0;
    if (l->src == 0 || l->src_port == 0) {
        return 0;
    }
    struct reach_ask r =
        reach_from(&x->sockets, reach_key(l->src, l->src_port, 0),
                   hw_time_add(l->at.lo, -SOCKET_NS), hw_time_add(l->at.hi, SOCKET_NS));
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        struct flow f = *AT(struct flow, &w->flows, i);
        if (f.src != l->src || f.src_port != l->src_port || f.at.host == l->at.host ||
            f.at.host == 0 || host_at(w, f.at.host)->scope != host_at(w, l->at.host)->scope) {
            continue;
        }
        from = f.at.host;
        bool broker = proc_get(w, f.proc)->broker;
        edge_add(w, proc_thing(w, f.proc), l->session,
                 (struct edge_how){HW_VERB_LOGGED_ON, HW_KEYED, HW_WHY_SOCKET,
                                   broker ? HW_EDGE_CONTEXT : 0},
                 f.at);
        *out_named = *out_named || (f.proc != 0 && !broker);
    }
    return from;
}

/* A machine as a record of credentials names it: the first label, lower case. Remote desktop gives
 * "TERMSRV/host", others "host:port". */
static text_id target_of(struct world *w, const struct explicit_logon *e)
{
    struct hw_span s = text_span(w, e->dst);
    size_t slash = hw_span_find(s, '/');
    s = slash < s.n ? hw_span_from(s, slash + 1) : s;
    s = hw_span_cut(s, 0, hw_span_find(s, ':'));
    return text_lower(w, hw_span_cut(s, 0, hw_span_find(s, '.')));
}

static bool used_there(struct world *w, const struct explicit_logon *e, const struct logon *l,
                       uint8_t why)
{
    uint32_t from = session_at(w, e->at.host, e->by, e->at);
    edge_add(w, from, l->session, (struct edge_how){HW_VERB_LOGGED_ON, HW_KEYED, why, 0}, e->at);
    return from != 0;
}

static bool by_credentials(struct world *w, const struct coming *x, const struct logon *l)
{
    const struct host h = *host_at(w, l->at.host);
    bool found = false;
    struct reach_ask r = reach_from(&x->by_guid, reach_key(l->guid, 0, 0), 0, 0);
    for (uint32_t i = l->guid == 0 ? 0 : reach_next(&r); i != 0; i = reach_next(&r)) {
        struct explicit_logon e = *AT(struct explicit_logon, &w->explicits, i);
        if (e.guid == l->guid && host_at(w, e.at.host)->scope == h.scope) {
            found = used_there(w, &e, l, HW_WHY_LOGON_GUID) || found;
        }
    }
    r = reach_from(&x->by_target, reach_key(h.scope, l->account, h.name),
                   hw_time_add(l->at.lo, -EXPLICIT_NS), hw_time_add(l->at.hi, EXPLICIT_NS));
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        struct explicit_logon e = *AT(struct explicit_logon, &w->explicits, i);
        bool guid = e.guid != 0 && e.guid == l->guid;
        if (!guid && host_at(w, e.at.host)->scope == h.scope && target_of(w, &e) == h.name &&
            account_is(w, h.scope, e.account) == l->account) {
            found = used_there(w, &e, l, HW_WHY_EXPLICIT) || found;
        }
    }
    return found;
}

/* The domain controller's ticket with the same GUID knows the address that the log-on does not. */
static text_id by_ticket(struct world *w, const struct coming *x, const struct logon *l,
                         bool better)
{
    text_id src = 0;
    struct reach_ask r = reach_from(&x->tickets, reach_key(l->guid, 0, 0), 0, 0);
    for (uint32_t i = l->guid == 0 ? 0 : reach_next(&r); i != 0; i = reach_next(&r)) {
        struct ticket t = *AT(struct ticket, &w->tickets, i);
        const struct host *h = host_at(w, l->at.host);
        if (t.guid != l->guid || t.src == 0 || host_at(w, t.at.host)->scope != h->scope) {
            continue;
        }
        src = t.src;
        edge_add(w, address_thing(w, h->scope, t.src), l->session,
                 (struct edge_how){HW_VERB_LOGGED_ON, HW_KEYED, HW_WHY_LOGON_GUID,
                                   better ? HW_EDGE_CONTEXT : 0},
                 t.at);
    }
    return src;
}

/* What the session wrote here first, for its name. */
static text_id wrote_here(struct world *w, const struct coming *x, const struct logon *l)
{
    struct reach_ask r = reach_from(&x->wrote, reach_key(l->at.host, l->logon, 0), 0, 0);
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        const struct share *s = AT(struct share, &w->shares, i);
        if (s->at.host == l->at.host && s->logon == l->logon &&
            session_at(w, s->at.host, s->logon, s->at) == l->session) {
            struct hw_span base = text_span(w, path_base(w, s->path));
            if (hw_span_find(base, '.') < base.n) {
                return s->path;
            }
        }
    }
    return 0;
}

/* The last log-on of a person with this account on that machine before. */
static uint32_t last_person(struct world *w, const struct coming *x, const struct logon *l,
                            uint32_t from)
{
    struct reach_ask r = reach_back(&x->people, reach_key(from, l->account, 0), l->at.hi);
    for (uint32_t i = reach_before(&r); i != 0; i = reach_before(&r)) {
        const struct logon *o = AT(struct logon, &w->logons, i);
        if (o->at.host == from && o->account == l->account && o->session != l->session) {
            return o->at.lo >= HW_TIME_MIN ? i : 0;
        }
    }
    return 0;
}

/* Sessions of the same account that were open on that machine. */
static bool by_place(struct world *w, const struct coming *x, const struct logon *l, uint32_t from)
{
    struct suspicion s = {from, l->at.host, l->account, wrote_here(w, x, l), l->at};
    struct suspect found[SUSPECTS];
    size_t n = suspects_of(w, &x->clients, &s, found, SUSPECTS);
    for (size_t i = 0; i < n; i++) {
        edge_add(w, proc_thing(w, found[i].proc), l->session,
                 (struct edge_how){HW_VERB_LOGGED_ON, HW_INFERRED, found[i].why, 0}, l->at);
        if (found[i].deed != 0) {
            struct deed d = *AT(struct deed, &w->deeds, found[i].deed);
            edge_add(w, version_at(w, from, d.a, d.at.hi),
                     version_at(w, l->at.host, s.file, l->at.hi + COPY_NS),
                     (struct edge_how){
                         HW_VERB_IS, HW_INFERRED,
                         found[i].why == HW_WHY_SAME_NAME ? HW_WHY_COPY : HW_WHY_COPY_KIND, 0},
                     l->at);
        }
    }
    uint32_t last = n > 0 ? 0 : last_person(w, x, l, from);
    if (last != 0) {
        edge_add(w, AT(struct logon, &w->logons, last)->session, l->session,
                 (struct edge_how){HW_VERB_LOGGED_ON, HW_INFERRED, HW_WHY_SAME_USER, 0}, l->at);
    }
    return n > 0 || last != 0;
}

static void join_one(struct world *w, const struct coming *x, const struct logon *l)
{
    bool named = false, placed = false;
    by_id(w, l);
    uint32_t from = by_socket(w, x, l, &named);
    named = by_credentials(w, x, l) || named;
    text_id src = by_ticket(w, x, l, named);
    src = l->src != 0 ? l->src : src;
    if (from == 0 && src != 0) {
        const struct holder *h = holder_of(w, host_at(w, l->at.host)->scope, src, l->at);
        from = h == NULL ? 0 : h->host;
    }
    bool machine =
        account_is_machine(text_span(w, l->account)) || account_is_system(text_span(w, l->account));
    if (!named && from != 0 && from != l->at.host && !machine) {
        placed = by_place(w, x, l, from);
    }
    who_and_where(w, l, named || placed);
}

/* What ran in a session, unless its parent already did. */
static void ran_in(struct world *w)
{
    uint32_t n = w->procs.count;
    for (uint32_t i = 1; i < n && w->rc == HW_OK; i++) {
        struct proc p = *proc_get(w, i);
        if (p.twin != 0 || p.logon == 0) {
            continue;
        }
        struct when at = {p.implied ? p.seen_lo : p.lo, p.hi, p.event, p.host};
        uint32_t s = session_at(w, p.host, p.logon, at);
        if (p.implied) { /* known by what it started, which has its log-on */
            at.event = p.heir;
            edge_add(w, s, proc_thing(w, i),
                     (struct edge_how){HW_VERB_RAN, HW_INFERRED, HW_WHY_LOGON_ID, 0}, at);
            continue;
        }
        uint32_t parent = p.parent == 0 ? 0 : proc_at(w, p.parent, at);
        const struct proc *q = proc_get(w, parent);
        bool recorded = (thing_at(w, s)->flags & HW_THING_IMPLIED) == 0;
        bool inherited =
            parent != 0 && !q->broker && q->logon == p.logon && !(q->implied && recorded);
        edge_add(w, s, proc_thing(w, i),
                 (struct edge_how){HW_VERB_RAN, HW_KEYED, HW_WHY_LOGON_ID,
                                   inherited ? HW_EDGE_CONTEXT : 0},
                 at);
    }
}

/* At the machine, by desktop, unlocking it, or with a password it remembers. */
static bool is_person(struct hw_span kind)
{
    return kind.n == 0 || hw_span_is(kind, "2") || hw_span_is(kind, "7") ||
           hw_span_is(kind, "10") || hw_span_is(kind, "11");
}

static void index_credentials(struct world *w, struct coming *x)
{
    for (uint32_t i = 1; i < w->explicits.count; i++) {
        struct explicit_logon e = *AT(struct explicit_logon, &w->explicits, i);
        if (e.guid != 0) {
            reach_add(w, &x->by_guid, reach_key(e.guid, 0, 0), 0, 0, i);
        }
        if (e.dst != 0) {
            text_id scope = host_at(w, e.at.host)->scope, account = account_is(w, scope, e.account);
            reach_add(w, &x->by_target, reach_key(scope, account, target_of(w, &e)), e.at.lo,
                      e.at.hi, i);
        }
    }
    for (uint32_t i = 1; i < w->tickets.count; i++) {
        const struct ticket *t = AT(struct ticket, &w->tickets, i);
        if (t->guid != 0) {
            reach_add(w, &x->tickets, reach_key(t->guid, 0, 0), 0, 0, i);
        }
    }
}

static bool coming_ready(struct world *w, struct coming *x)
{
    index_credentials(w, x);
    for (uint32_t i = 1; i < w->flows.count; i++) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        if (f->initiated && !f->sensor && f->src != 0 && f->src_port != 0) {
            reach_add(w, &x->sockets, reach_key(f->src, f->src_port, 0), f->at.lo, f->at.hi, i);
        }
    }
    for (uint32_t i = 1; i < w->shares.count; i++) {
        const struct share *s = AT(struct share, &w->shares, i);
        reach_add(w, &x->wrote, reach_key(s->at.host, s->logon, 0), 0, 0, i);
    }
    for (uint32_t i = 1; i < w->logons.count; i++) {
        const struct logon *l = AT(struct logon, &w->logons, i);
        if (l->session != 0 && is_person(text_span(w, l->kind))) {
            reach_add(w, &x->people, reach_key(l->at.host, l->account, 0), l->at.lo, l->at.hi, i);
        }
    }
    return reach_settle(w, &x->sockets) && reach_settle(w, &x->by_guid) &&
           reach_settle(w, &x->by_target) && reach_settle(w, &x->tickets) &&
           reach_settle(w, &x->wrote) && reach_settle(w, &x->people) &&
           clients_ready(w, &x->clients);
}

int join_sessions(struct world *w)
{
    struct coming x = {0};
    if (coming_ready(w, &x)) {
        for (uint32_t i = 1; i < w->logons.count && w->rc == HW_OK; i++) {
            struct logon l = *AT(struct logon, &w->logons, i);
            if (l.session != 0) {
                join_one(w, &x, &l);
            }
        }
    }
    struct reach *all[] = {&x.sockets, &x.by_guid, &x.by_target, &x.tickets, &x.wrote, &x.people};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        reach_free(all[i]);
    }
    clients_done(&x.clients);
    ran_in(w);
    return w->rc;
}
