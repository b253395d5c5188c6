/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/rule_estate.c -- what an estate makes strange: a device it never declared on somebody's VPN,
 * and a program it does not want.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/look.h"
#include "base/grow.h"

/* ---- vpn-new-device ---- */

#define ESTABLISHED_NS HW_LOOK_DAY      /* a device seen on two days is somebody's own */
#define STILL_OPEN_NS (3 * HW_LOOK_DAY) /* records that end so soon do not show a replacement */
#define REACH_NS HW_LOOK_DAY

struct dial { /* one session of a gateway */
    uint32_t account, device, session, edge;
    int64_t at;
};
struct dials {
    struct dial *p;
    size_t count, room;
};

static int compare_dials(const void *a, const void *b)
{
    const struct dial *x = a, *y = b;
    return x->account != y->account ? (x->account < y->account ? -1 : 1)
           : x->at != y->at         ? (x->at < y->at ? -1 : 1)
                                    : (x->session > y->session) - (x->session < y->session);
}

static void add_dial(struct look *l, struct dials *d, uint32_t session)
{
    struct look_edge device;
    uint32_t account = look_account(l, session);
    if (account == HW_LOOK_NONE ||
        !look_from(l, session, HW_VERB_LOGGED_ON, HW_ENTITY_HOST, &device)) {
        return;
    }
    if (HW_GROW(d->p, d->count, d->room, HW_GROW_MOST) != HW_OK) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory for VPN sessions"));
        return;
    }
    d->p[d->count++] =
        (struct dial){account, device.e.subject, session, device.n, look_middle(&device.e)};
}

/* Was some other device of this account in use on two days before, and is one in use later? */
struct others {
    uint32_t established;
    size_t times;
    bool later;
};

static struct others others_of(const struct dial *d, size_t count, size_t at)
{
    struct others o = {.established = HW_LOOK_NONE};
    for (size_t i = 0; i < at; i++) {
        size_t times = 0;
        for (size_t k = i; k < at; k++) {
            bool same = d[k].device == d[i].device && d[k].device != d[at].device;
            times += same;
            if (same && d[k].at - d[i].at >= ESTABLISHED_NS && times > o.times) {
                o.established = d[i].device;
                o.times = times;
            }
        }
    }
    for (size_t i = at + 1; i < count; i++) {
        bool before = false;
        for (size_t k = 0; k < at; k++) {
            before = before || d[k].device == d[i].device;
        }
        o.later = o.later || (before && d[i].device != d[at].device);
    }
    return o;
}

/* Its own record lies within these times; the way to it may be less sure. */
static bool began_within(struct look *l, uint32_t session, int64_t from, int64_t to)
{
    struct look_edge who;
    return look_from(l, session, HW_VERB_LOGGED_ON, HW_ENTITY_ACCOUNT, &who) && who.e.hi >= from &&
           who.e.lo <= to;
}

/* The first place of interest that is reached from this address while the session held it, over
 * log-ons and what ran in them. */
static bool reaches(struct look *l, uint32_t session, struct look_edge *out)
{
    enum { MOST = 4000 };
    struct look_list todo = {0};
    struct look_edges v = {0};
    int64_t from = HW_TIME_MAX, to = HW_TIME_MIN;
    bool found = false;
    look_out(l, session, &v);
    for (size_t i = 0; i < v.count; i++) {
        if ((v.p[i].e.flags & HW_EDGE_HOLDS) != 0) {
            look_add(l, &todo, v.p[i].e.object);
            from = v.p[i].e.lo;
            to = v.p[i].e.hi < from + REACH_NS ? v.p[i].e.hi : from + REACH_NS;
        }
    }
    for (size_t i = 0; i < todo.count && i < MOST && !found && l->rc == HW_OK; i++) {
        look_out(l, todo.p[i], &v);
        for (size_t k = 0; k < v.count && !found; k++) {
            const struct hw_edge *e = &v.p[k].e;
            bool way = e->verb == HW_VERB_LOGGED_ON || e->verb == HW_VERB_RAN ||
                       e->verb == HW_VERB_SPAWNED;
            if (!way || e->hi < from || e->lo > to || look_has(&todo, e->object)) {
                continue;
            }
            uint32_t host = look_host(l, e->object);
            if (e->verb == HW_VERB_LOGGED_ON && host != HW_LOOK_NONE &&
                (look_thing(l, host)->flags &
                 (HW_THING_BUILD | HW_THING_SIGNING | HW_THING_SOURCE)) != 0 &&
                began_within(l, e->object, from, to)) {
                *out = v.p[k];
                found = true;
            }
            look_add(l, &todo, e->object);
        }
    }
    look_edges_done(&v);
    return found;
}

static void new_device(struct look *l, const struct dial *d, size_t count, size_t at, int64_t last)
{
    struct others o = others_of(d, count, at);
    struct look_edge reach;
    char when[80];
    if (o.established == HW_LOOK_NONE ||
        (look_thing(l, d[at].device)->flags & HW_THING_DECLARED) != 0 ||
        (!o.later && last - d[at].at > STILL_OPEN_NS)) {
        return; /* nobody's habit, the house's own, or a new one in place of the old */
    }
    size_t times = 0, reached = SIZE_MAX;
    for (size_t i = at; i < count; i++) {
        bool same = d[i].device == d[at].device;
        times += same;
        if (same && reached == SIZE_MAX && reaches(l, d[i].session, &reach)) {
            reached = i;
        }
    }
    struct hw_finding *f = look_find(l, "vpn-new-device", reached != SIZE_MAX ? HW_HIGH : HW_MEDIUM,
                                     o.later ? HW_CONF_MODERATE : HW_CONF_LOW, d[at].account,
                                     look_thing(l, d[at].device)->key);
    look_why(l, f, d[at].edge, "first session from %s at %s; %zu in all",
             look_name(l, d[at].device), look_time(d[at].at, when), times);
    look_why(l, f, HW_LOOK_NONE, "before, it used %s (%zu sessions)%s", look_name(l, o.established),
             o.times,
             o.later ? ", and such a device is in use later too: it was not replaced" : "");
    if (reached != SIZE_MAX) {
        look_why(l, f, reach.n, "within its session of %s it reached %s on %s",
                 look_time(d[reached].at, when), look_name(l, reach.e.object),
                 look_name(l, look_host(l, reach.e.object)));
    }
}

static bool by_gateway(const struct hw_thing *t, const struct look_list *hosts)
{
    (void)hosts;
    return hw_span_starts(t->key, "vpn|");
}

void rule_vpn_device(struct look *l)
{
    struct look_list sessions;
    struct dials d = {0};
    int64_t last = HW_TIME_MIN;
    look_all(l, HW_ENTITY_SESSION, by_gateway, NULL, &sessions);
    for (size_t i = 0; i < sessions.count && l->rc == HW_OK; i++) {
        add_dial(l, &d, sessions.p[i]);
    }
    if (d.count > 0) {
        qsort(d.p, d.count, sizeof *d.p, compare_dials);
    }
    for (size_t i = 0; i < d.count; i++) {
        last = d.p[i].at > last ? d.p[i].at : last;
    }
    for (size_t i = 0, end; i < d.count && l->rc == HW_OK; i = end) {
        for (end = i + 1; end < d.count && d.p[end].account == d.p[i].account; end++) {
        }
        for (size_t k = i; k < end; k++) {
            bool first = true;
            for (size_t b = i; b < k; b++) {
                first = first && d.p[b].device != d.p[k].device;
            }
            if (first) {
                new_device(l, d.p + i, end - i, k - i, last);
            }
        }
    }
    free(d.p);
}

/* ---- unsanctioned-software ---- */

enum { NAME_BYTES = 64, NAME_LEAST = 4 };

/* Letters and digits alone, lower case. */
static size_t plain(struct hw_span s, uint8_t out[NAME_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < NAME_BYTES; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        if (hw_ascii_is_digit(c) || (c >= 'a' && c <= 'z')) {
            out[n++] = c;
        }
    }
    return n;
}

/* How much of the software's name the program bears, in its own name or its folder's; 0: it is not
 * that. */
static size_t bears(struct hw_span path, struct hw_span software)
{
    uint8_t want[NAME_BYTES], base[NAME_BYTES], folder[NAME_BYTES];
    size_t n = plain(software, want), b = plain(look_base(path), base);
    size_t f = plain(look_base(look_folder(path)), folder);
    bool named = b >= n && memcmp(base, want, n) == 0;
    bool housed = f == n && memcmp(folder, want, n) == 0;
    return n >= NAME_LEAST && (named || housed) ? n : 0;
}

static struct hw_span org_of(const struct hw_thing *package)
{
    return hw_span_cut(package->key, 0, hw_span_find(package->key, '|'));
}

static size_t allowed(struct look *l, const struct look_list *packages, struct hw_span org,
                      struct hw_span path)
{
    size_t most = 0;
    for (size_t i = 0; i < packages->count; i++) {
        const struct hw_thing *p = look_thing(l, packages->p[i]);
        if ((p->flags & HW_THING_ALLOWED) != 0 && hw_span_equal(org_of(p), org)) {
            size_t n = bears(path, p->name);
            most = n > most ? n : most;
        }
    }
    return most;
}

static bool first_run(struct look *l, uint32_t file, struct look_edge *out)
{
    struct look_edges v = {0};
    bool found = false;
    look_out(l, file, &v);
    for (size_t i = 0; i < v.count && !found; i++) {
        found = v.p[i].e.verb == HW_VERB_RAN;
        *out = found ? v.p[i] : *out;
    }
    look_edges_done(&v);
    return found;
}

static void say_refused(struct look *l, uint32_t file, uint32_t package,
                        const struct look_edge *run, const char *says,
                        enum hw_confidence confidence)
{
    struct look_edge declared;
    char when[80];
    const struct hw_thing *host = look_thing(l, look_host(l, file));
    bool builds = (host->flags & (HW_THING_BUILD | HW_THING_SIGNING)) != 0;
    struct hw_finding *f = look_find(l, "unsanctioned-software", builds ? HW_HIGH : HW_MEDIUM,
                                     confidence, file, look_thing(l, package)->key);
    look_ran(f);
    look_why(l, f, run->n, "it ran at %s", look_when(&run->e, when));
    if (look_from(l, package, HW_VERB_CONTROLS, HW_ENTITY_ORGANISATION, &declared)) {
        look_why(l, f, declared.n, "%s %s %s", look_name(l, declared.e.subject), says,
                 look_name(l, package));
    }
}

/* By name, on hosts of the organisation that does not want it. One finding a host. */
static void by_name(struct look *l, const struct look_list *packages, uint32_t package,
                    const struct look_list *files)
{
    struct look_list told = {0};
    const struct hw_thing *p = look_thing(l, package);
    struct hw_span org = org_of(p);
    for (size_t i = 0; i < files->count && l->rc == HW_OK; i++) {
        const struct hw_thing *t = look_thing(l, files->p[i]);
        struct look_edge run;
        size_t n = hw_span_equal(hw_span_str(t->scope), org) ? bears(t->name, p->name) : 0;
        if (n > 0 && n > allowed(l, packages, org, t->name) && !look_has(&told, t->host) &&
            first_run(l, files->p[i], &run)) {
            say_refused(l, files->p[i], package, &run, "does not sanction", HW_CONF_MODERATE);
            look_add(l, &told, t->host);
        }
    }
}

/* By bytes, wherever a release of that name and maker ran: the maker itself no longer stands for
 * it. */
static void by_release(struct look *l, uint32_t package, uint32_t release)
{
    struct look_edges v = {0}, w = {0};
    look_out(l, release, &v);
    for (size_t i = 0; i < v.count; i++) {
        look_out(l, v.p[i].e.verb == HW_VERB_RELEASED ? v.p[i].e.object : HW_LOOK_NONE, &w);
        for (size_t k = 0; k < w.count && l->rc == HW_OK; k++) {
            struct look_edge run;
            if (w.p[k].e.verb == HW_VERB_IS && first_run(l, w.p[k].e.object, &run)) {
                say_refused(l, w.p[k].e.object, package, &run, "made it, and has retired",
                            HW_CONF_HIGH);
            }
        }
    }
    look_edges_done(&v);
    look_edges_done(&w);
}

/* Anything but what is surely none: programs of other systems have no ending. */
static bool is_program(const struct hw_thing *t, const struct look_list *hosts)
{
    (void)hosts;
    struct hw_span base = look_base(t->name);
    return hw_span_ends(base, ".exe") || hw_span_ends(base, ".com") ||
           hw_span_find(base, '.') == base.n || hw_span_ends(base, ".appimage");
}

void rule_software(struct look *l)
{
    struct look_list packages, files = {0}, releases = {0};
    look_all(l, HW_ENTITY_PACKAGE, NULL, NULL, &packages);
    bool any = false;
    for (size_t i = 0; i < packages.count; i++) {
        any = any || (look_thing(l, packages.p[i])->flags & HW_THING_REFUSED) != 0;
    }
    if (!any) {
        return;
    }
    look_all(l, HW_ENTITY_FILE, is_program, NULL, &files);
    look_all(l, HW_ENTITY_RELEASE, NULL, NULL, &releases);
    for (size_t i = 0; i < packages.count && l->rc == HW_OK; i++) {
        const struct hw_thing *p = look_thing(l, packages.p[i]);
        if ((p->flags & (HW_THING_REFUSED | HW_THING_ALLOWED)) != HW_THING_REFUSED) {
            continue;
        }
        by_name(l, &packages, packages.p[i], &files);
        for (size_t k = 0; k < releases.count; k++) {
            const struct hw_thing *r = look_thing(l, releases.p[k]);
            struct hw_span org = hw_span_cut(r->key, 0, hw_span_find(r->key, '|'));
            if (hw_span_equal(org, org_of(p)) && bears(r->name, p->name) > 0) {
                by_release(l, packages.p[i], releases.p[k]);
            }
        }
    }
}
