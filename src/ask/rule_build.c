/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/rule_build.c -- people on build and signing hosts: who was never there before, and who looks
 * round.
 *
 * MITRE ATT&CK T1078, T1021, T1033, T1016, T1087. "Never before" is said only after seven days of
 * records of that host.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/look.h"
#include "base/grow.h"

#define BASELINE_NS (7 * HW_LOOK_DAY)

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static bool on_these(const struct hw_thing *t, const struct look_list *hosts)
{
    return t->host != HW_LOOK_NONE && look_has(hosts, t->host);
}

/* ---- build-host-new-logon ---- */

struct visit {
    uint32_t host, session, account,
        origin;          /* origin: a host, a VPN session, an address; NONE: here */
    uint32_t edge, from; /* from: the edge that tells the origin */
    int64_t at;
};
struct visits {
    struct visit *p;
    size_t count, room;
};

static int compare_visits(const void *a, const void *b)
{
    const struct visit *x = a, *y = b;
    return x->host != y->host ? (x->host < y->host ? -1 : 1)
           : x->at != y->at   ? (x->at < y->at ? -1 : 1)
                              : (x->session > y->session) - (x->session < y->session);
}

/* The machine it came from, by the best that is known; a gateway's session, or a bare address. */
static void origin_of(struct look *l, struct visit *v)
{
    struct look_edges in = {0};
    unsigned best = 0;
    look_in(l, v->session, &in);
    for (size_t i = 0; i < in.count; i++) {
        const struct hw_edge *e = &in.p[i].e;
        const struct hw_thing *t = look_thing(l, e->subject);
        uint32_t from = HW_LOOK_NONE;
        unsigned worth = 0;
        if (e->verb != HW_VERB_LOGGED_ON) {
            continue;
        }
        if (t->kind == HW_ENTITY_ADDRESS) {
            from = look_holder(l, e->subject, e);
            worth = from == HW_LOOK_NONE ? 1 : 3;
            from = from == HW_LOOK_NONE ? e->subject : from;
        } else if (t->kind == HW_ENTITY_PROCESS || t->kind == HW_ENTITY_SESSION) {
            from = t->host;
            worth = e->known == HW_KEYED || e->known == HW_OBSERVED ? 3 : 2;
        } else if (t->kind == HW_ENTITY_HOST) {
            from = e->subject;
            worth = 3;
        }
        if (from != HW_LOOK_NONE && from != v->host && worth > best) {
            best = worth;
            v->origin = from;
            v->from = in.p[i].n;
        }
    }
    look_edges_done(&in);
}

static void add_visit(struct look *l, struct visits *s, uint32_t session, uint32_t host)
{
    struct look_edge who;
    if (!look_from(l, session, HW_VERB_LOGGED_ON, HW_ENTITY_ACCOUNT, &who) ||
        !look_is_somebody(look_thing(l, who.e.subject))) {
        return;
    }
    if (HW_GROW(s->p, s->count, s->room, HW_GROW_MOST) != HW_OK) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory for sessions"));
        return;
    }
    struct visit v = {host,  session,      who.e.subject,      HW_LOOK_NONE,
                      who.n, HW_LOOK_NONE, look_middle(&who.e)};
    origin_of(l, &v);
    s->p[s->count++] = v;
}

/* Does the way back from this session lead over a gateway, or begin at one? */
static bool by_gateway(struct look *l, const struct visit *v, struct look_edge *out)
{
    enum { MOST = 400 };
    struct look_list todo = {0};
    struct look_edges in = {0};
    bool found = false;
    look_add(l, &todo, v->session);
    for (size_t i = 0; i < todo.count && i < MOST && !found && l->rc == HW_OK; i++) {
        look_in(l, todo.p[i], &in);
        for (size_t k = 0; k < in.count && !found; k++) {
            const struct hw_edge *e = &in.p[k].e;
            bool way = e->verb == HW_VERB_LOGGED_ON || e->verb == HW_VERB_RAN ||
                       e->verb == HW_VERB_SPAWNED;
            const struct hw_thing *t = look_thing(l, e->subject);
            if (!way || e->lo > v->at + HW_LOOK_MINUTE || e->hi < v->at - HW_LOOK_DAY) {
                continue;
            }
            if (t->kind == HW_ENTITY_ADDRESS) {
                uint32_t holder = look_holder(l, e->subject, e);
                found = hw_span_starts(look_thing(l, holder)->key, "vpn|");
                *out = found ? in.p[k] : *out;
            } else if ((t->kind == HW_ENTITY_PROCESS || t->kind == HW_ENTITY_SESSION) &&
                       (t->flags & HW_THING_BROKER) == 0 && !look_has(&todo, e->subject)) {
                look_add(l, &todo, e->subject);
            }
        }
    }
    look_edges_done(&in);
    return found;
}

/* A gateway's session is another each time; what stays is the device, or the account behind it. */
static uint32_t steady(struct look *l, uint32_t origin)
{
    struct look_edge e;
    const struct hw_thing *t = look_thing(l, origin);
    if (t->kind == HW_ENTITY_SESSION &&
        look_from(l, origin, HW_VERB_LOGGED_ON, HW_ENTITY_HOST, &e)) {
        return e.e.subject;
    }
    return t->kind == HW_ENTITY_SESSION ? look_account(l, origin) : origin;
}

static void new_logon(struct look *l, const struct visit *v, bool account, bool origin)
{
    struct look_edge over;
    char when[80];
    bool gateway = by_gateway(l, v, &over);
    bool high = gateway || (account && origin);
    const char *what = account && origin ? "account and origin" : account ? "account" : "origin";
    struct hw_finding *f = look_find(l, "build-host-new-logon", high ? HW_HIGH : HW_MEDIUM,
                                     account || gateway ? HW_CONF_MODERATE : HW_CONF_LOW,
                                     v->session, (struct hw_span){NULL, 0});
    look_why(l, f, v->edge, "%s logged on to %s at %s: this %s was never seen there before",
             look_name(l, v->account), look_name(l, v->host), look_time(v->at, when), what);
    if (v->origin != HW_LOOK_NONE) {
        look_why(l, f, v->from, "it came from %s", look_name(l, v->origin));
    }
    if (gateway) {
        look_why(l, f, over.n, "the way there began at a VPN gateway: %s",
                 look_name(l, look_holder(l, over.e.subject, &over.e)));
    }
}

static void judge_visits(struct look *l, const struct visit *v, size_t count)
{
    struct look_list accounts = {0}, origins = {0};
    int64_t since = look_thing(l, v[0].host)->first_ns;
    for (size_t i = 0; i < count && l->rc == HW_OK; i++) {
        uint32_t from = v[i].origin == HW_LOOK_NONE ? HW_LOOK_NONE : steady(l, v[i].origin);
        bool account = !look_has(&accounts, v[i].account);
        bool origin = from != HW_LOOK_NONE && !look_has(&origins, from);
        bool declared = (look_thing(l, v[i].account)->flags & HW_THING_BUILD) != 0;
        bool settled = since != HW_TIME_NONE && v[i].at - since >= BASELINE_NS;
        if (settled && (account || origin) && !declared) {
            new_logon(l, &v[i], account, origin);
        }
        if (account) {
            look_add(l, &accounts, v[i].account);
        }
        if (origin) {
            look_add(l, &origins, from);
        }
    }
}

/* A guarded host of which too little is recorded for anything to be new there. */
static void unknown_habits(struct look *l)
{
    struct look_list hosts;
    look_hosts(l, HW_THING_BUILD | HW_THING_SIGNING, &hosts);
    for (size_t i = 0; i < hosts.count && l->rc == HW_OK; i++) {
        const struct hw_thing *h = look_thing(l, hosts.p[i]);
        bool none = (h->flags & HW_THING_QUIET) != 0 || h->first_ns == HW_TIME_NONE;
        if (!none && h->last_ns - h->first_ns >= BASELINE_NS) {
            continue;
        }
        struct hw_finding *f = look_find(l, "build-host-new-logon", HW_INFO, HW_CONF_HIGH,
                                         hosts.p[i], HW_SPAN_LIT("too few records"));
        look_why(l, f, HW_LOOK_NONE, "cannot be judged: %s on %s",
                 none ? "nothing is recorded" : "fewer than seven days are recorded",
                 look_name(l, hosts.p[i]));
    }
}

void rule_new_logon(struct look *l)
{
    struct look_list sessions, hosts;
    struct visits s = {0};
    unknown_habits(l);
    look_hosts(l, HW_THING_BUILD | HW_THING_SIGNING, &hosts);
    look_all(l, HW_ENTITY_SESSION, on_these, &hosts, &sessions);
    for (size_t i = 0; i < sessions.count && l->rc == HW_OK; i++) {
        add_visit(l, &s, sessions.p[i], look_thing(l, sessions.p[i])->host);
    }
    if (s.count > 0) {
        qsort(s.p, s.count, sizeof *s.p, compare_visits);
    }
    for (size_t i = 0, end; i < s.count && l->rc == HW_OK; i = end) {
        for (end = i + 1; end < s.count && s.p[end].host == s.p[i].host; end++) {
        }
        judge_visits(l, s.p + i, end - i);
    }
    free(s.p);
}

/* ---- build-host-reconnaissance ---- */

enum { ENOUGH = 3, TOOLS_SAID = 8 };
#define WINDOW_NS (10 * HW_LOOK_MINUTE)

static const char *const tools[] = {
    "whoami.exe",
    "net.exe",
    "nltest.exe",
    "ipconfig.exe",
    "quser.exe",
    "query.exe",
    "qwinsta.exe",
    "tasklist.exe",
    "systeminfo.exe",
    "adfind.exe",
    "netstat.exe",
    "arp.exe",
    "route.exe",
    "nbtstat.exe",
    "klist.exe",
    "dsquery.exe",
    "csvde.exe",
    "hostname.exe",
    "sharphound.exe",
    "whoami",
    "id",
    "w",
    "who",
    "last",
    "ifconfig",
    "netstat",
    "ss",
    "uname",
    "arp",
};

struct asked {
    uint32_t group, process, edge, tool; /* group: the session, or the parent where none is known */
    int64_t at;
};
struct asking {
    struct asked *p;
    size_t count, room;
};

static int compare_asked(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    return x->group != y->group ? (x->group < y->group ? -1 : 1)
           : x->at != y->at     ? (x->at < y->at ? -1 : 1)
                                : (x->process > y->process) - (x->process < y->process);
}

static void add_asked(struct look *l, struct asking *s, uint32_t process)
{
    struct hw_span image = look_image(l, process);
    struct look_edge born;
    uint32_t tool = 0;
    while (tool < COUNT(tools) && !hw_span_is_nocase(image, tools[tool])) {
        tool++;
    }
    if (tool == COUNT(tools) ||
        (!look_from(l, process, HW_VERB_SPAWNED, HW_ENTITY_PROCESS, &born) &&
         !look_from(l, process, HW_VERB_RAN, HW_ENTITY_NONE, &born))) {
        return;
    }
    if (HW_GROW(s->p, s->count, s->room, HW_GROW_MOST) != HW_OK) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory for commands"));
        return;
    }
    uint32_t session = look_session(l, process);
    uint32_t group = session != HW_LOOK_NONE ? session : look_parent(l, process);
    if (group != HW_LOOK_NONE) {
        s->p[s->count++] = (struct asked){group, process, born.n, tool, look_middle(&born.e)};
    }
}

/* How many different tools stand from i on within the window; *end: behind the last. */
static size_t different(const struct asked *p, size_t count, size_t i, size_t *end)
{
    size_t n = 0, k = i;
    for (; k < count && p[k].group == p[i].group && p[k].at - p[i].at <= WINDOW_NS; k++) {
        bool again = false;
        for (size_t b = i; b < k; b++) {
            again = again || p[b].tool == p[k].tool;
        }
        n += !again;
    }
    *end = k;
    return n;
}

/* The same account asked as much on that host on another day before: it always does. */
static bool habit(struct look *l, const struct asking *s, size_t i)
{
    uint32_t who = look_account(l, s->p[i].group), host = look_thing(l, s->p[i].process)->host;
    size_t end;
    for (size_t k = 0; k < s->count && who != HW_LOOK_NONE; k++) {
        if (s->p[k].at <= s->p[i].at - HW_LOOK_DAY / 2 &&
            look_thing(l, s->p[k].process)->host == host && look_account(l, s->p[k].group) == who &&
            different(s->p, s->count, k, &end) >= ENOUGH) {
            return true;
        }
    }
    return false;
}

static void say_asked(struct look *l, const struct asking *s, size_t i, size_t end, size_t n)
{
    char when[80];
    uint32_t host = look_thing(l, s->p[i].process)->host;
    struct hw_finding *f = look_find(l, "build-host-reconnaissance", HW_MEDIUM, HW_CONF_MODERATE,
                                     s->p[i].group, (struct hw_span){NULL, 0});
    look_why(l, f, HW_LOOK_NONE,
             "%zu different commands that tell of machine and network, on %s, "
             "within %lld minutes",
             n, look_name(l, host),
             (long long)((s->p[end - 1].at - s->p[i].at) / HW_LOOK_MINUTE + 1));
    for (size_t k = i; k < end && k - i < TOOLS_SAID; k++) {
        look_why(l, f, s->p[k].edge, "%s at %s", look_name(l, s->p[k].process),
                 look_time(s->p[k].at, when));
    }
}

void rule_reconnaissance(struct look *l)
{
    struct look_list processes, hosts;
    struct asking s = {0};
    look_hosts(l, HW_THING_BUILD | HW_THING_SIGNING, &hosts);
    if (hosts.count == 0) {
        return;
    }
    look_all(l, HW_ENTITY_PROCESS, on_these, &hosts, &processes);
    for (size_t i = 0; i < processes.count && l->rc == HW_OK; i++) {
        add_asked(l, &s, processes.p[i]);
    }
    if (s.count > 0) {
        qsort(s.p, s.count, sizeof *s.p, compare_asked);
    }
    for (size_t i = 0; i < s.count && l->rc == HW_OK; i++) {
        size_t end, n = different(s.p, s.count, i, &end);
        if (n < ENOUGH) {
            continue;
        }
        if (!habit(l, &s, i)) {
            say_asked(l, &s, i, end, n);
        }
        while (i + 1 < s.count && s.p[i + 1].group == s.p[i].group) {
            i++; /* one finding a session */
        }
    }
    free(s.p);
}
