/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/process.c -- processes as incarnations: never a bare pid.
 *
 * A source's own id (Sysmon's ProcessGuid, strace's life of a pid) is the process. A record with a
 * pid alone is about the incarnation that held the pid then; one recorder's start and another's are
 * one process when host, pid, program and second agree. What nobody saw begin is implied, and never
 * a root. Brokers act for others, so a way through one needs a key of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "derive/room.h"

#define TWIN_NS (2 * SECOND)

bool overlaps(struct when a, struct when b, int64_t slack)
{
    return a.lo <= b.hi + slack && b.lo <= a.hi + slack;
}

struct proc *proc_get(struct world *w, uint32_t i)
{
    return AT(struct proc, &w->procs, i);
}

/* Those that act on a request by others. svchost and dllhost by what they were started for. */
static const char *const brokers[] = {
    "system",       "conhost.exe",  "lsass.exe",    "services.exe",
    "wininit.exe",  "winlogon.exe", "smss.exe",     "csrss.exe",
    "wmiprvse.exe", "dllhost.exe",  "taskeng.exe",  "taskhostw.exe",
    "registry",     "lsaiso.exe",   "spoolsv.exe",  "fontdrvhost.exe",
    "dwm.exe",      "logonui.exe",  "sihost.exe",   "runtimebroker.exe",
    "msmpeng.exe",  "sysmon.exe",   "sysmon64.exe", "searchindexer.exe",
    "systemd",      "init",         "sshd",         "dockerd",
    "containerd",   "launchd",
};
static const char *const broker_services[] = {
    "dcomlaunch",        "rpcss",   "schedule", "winmgmt",  "lanmanserver",
    "lanmanworkstation", "appinfo", "winrm",    "bits",     "wuauserv",
    "eventlog",          "profsvc", "gpsvc",    "dnscache",
};

bool image_is_broker(struct hw_span image)
{
    for (size_t i = 0; i < sizeof brokers / sizeof brokers[0]; i++) {
        if (image_is(image, brokers[i])) {
            return true;
        }
    }
    return false;
}

static bool is_broker(struct world *w, const struct proc *p)
{
    struct hw_span image = text_span(w, p->image), command = text_span(w, p->command);
    if (!image_is(image, "svchost.exe")) {
        /* Defender lives in ProgramData or Program Files; a namesake elsewhere is none. */
        return image_is_broker(image) &&
               !(image_is(image, "msmpeng.exe") && hw_span_holds_nocase(image, "\\system32\\"));
    }
    if (command.n == 0) {
        return true; /* which service it hosts is not known */
    }
    for (size_t i = 0; i < sizeof broker_services / sizeof broker_services[0]; i++) {
        if (hw_span_holds_nocase(command, broker_services[i])) {
            return true;
        }
    }
    return false;
}

/* ---- order ---- */

static int by_pid(const void *a, const void *b, void *state)
{
    struct world *w = state;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct proc *x = proc_get(w, i), *y = proc_get(w, k);
    return x->host != y->host ? (x->host < y->host ? -1 : 1)
           : x->pid != y->pid ? (x->pid < y->pid ? -1 : 1)
           : x->lo != y->lo   ? (x->lo < y->lo ? -1 : 1)
                              : (i > k) - (i < k);
}

static int by_host(const void *a, const void *b, void *state)
{
    struct world *w = state;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct proc *x = proc_get(w, i), *y = proc_get(w, k);
    return x->host != y->host ? (x->host < y->host ? -1 : 1)
           : x->lo != y->lo   ? (x->lo < y->lo ? -1 : 1)
                              : (i > k) - (i < k);
}

static int sorted(struct world *w, uint32_t **out,
                  int (*compare)(const void *, const void *, void *))
{
    uint32_t n = w->procs.count - 1;
    uint32_t *p = realloc(*out, ((size_t)n + 1) * sizeof *p);
    if (p == NULL) {
        return world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to order processes"));
    }
    for (uint32_t i = 0; i < n; i++) {
        p[i] = i + 1;
    }
    qsort_r(p, n, sizeof *p, compare, w);
    *out = p;
    return HW_OK;
}

/* First index in procs_by_pid of (host, pid) that is not before (lo, i). */
static uint32_t lower_bound(struct world *w, const struct proc *of, int64_t lo, uint32_t i)
{
    uint32_t a = 0, b = w->known_procs;
    while (a < b) {
        uint32_t mid = a + (b - a) / 2, at = w->procs_by_pid[mid];
        const struct proc *p = proc_get(w, at);
        bool less = p->host != of->host ? p->host < of->host
                    : p->pid != of->pid ? p->pid < of->pid
                    : p->lo != lo       ? p->lo < lo
                                        : at < i;
        if (less) {
            a = mid + 1;
        } else {
            b = mid;
        }
    }
    return a;
}

/* ---- one process, two recorders ---- */

static bool same_program(struct world *w, text_id a, text_id b)
{
    return a == 0 || b == 0 || a == b || path_base(w, a) == path_base(w, b);
}

/* Some exports lose a process's own pid and keep its parent's: then that must agree. */
static bool may_be_twins(struct world *w, const struct proc *p, const struct proc *q)
{
    uint32_t a = AT(struct actor, &w->actors, p->parent)->pid;
    uint32_t b = AT(struct actor, &w->actors, q->parent)->pid;
    bool numbers = q->pid != 0 ? q->pid == p->pid : p->image == q->image && a != 0 && a == b;
    return q->guid != 0 && q->host == p->host && numbers && same_program(w, p->image, q->image) &&
           q->lo <= p->hi + TWIN_NS && p->lo <= q->hi + TWIN_NS;
}

static void find_twins(struct world *w)
{
    uint32_t n = w->known_procs;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t self = w->procs_by_host[i];
        struct proc *p = proc_get(w, self);
        if (p->guid != 0 || p->pid == 0) {
            continue;
        }
        int64_t best = INT64_MAX;
        for (int step = -1; step <= 1; step += 2) {
            for (int64_t k = (int64_t)i + step; k >= 0 && k < (int64_t)n; k += step) {
                const struct proc *q = proc_get(w, w->procs_by_host[k]);
                int64_t far =
                    q->lo > p->lo ? hw_time_since(q->lo, p->lo) : hw_time_since(p->lo, q->lo);
                if (q->host != p->host || far > 2 * TWIN_NS + SECOND) {
                    break;
                }
                if (far < best && !q->has_twin && may_be_twins(w, p, q)) {
                    p->twin = w->procs_by_host[k];
                    best = far;
                }
            }
        }
        if (p->twin != 0) {
            struct proc *q = proc_get(w, p->twin);
            q->has_twin = true;
            q->pid = q->pid != 0 ? q->pid : p->pid;
        }
    }
}

/* What the twin knows and the process does not. */
static void merge_twins(struct world *w)
{
    for (uint32_t i = 1; i < w->procs.count; i++) {
        struct proc *p = proc_get(w, i);
        struct proc *q = proc_get(w, p->twin);
        if (p->twin == 0) {
            continue;
        }
        q->user = q->user != 0 ? q->user : p->user;
        q->logon = q->logon != 0 ? q->logon : p->logon;
        q->command = q->command != 0 ? q->command : p->command;
    }
}

/* ---- who did it ---- */

static uint32_t implied(struct world *w, uint32_t actor, struct when at)
{
    struct actor *a = AT(struct actor, &w->actors, actor);
    if (a->proc == 0) {
        uint32_t i = vec_add(w, &w->procs);
        a = AT(struct actor, &w->actors, actor);
        *proc_get(w, i) = (struct proc){.host = a->host,
                                        .guid = a->guid,
                                        .pid = a->pid,
                                        .image = a->image,
                                        .user = a->user,
                                        .lo = HW_TIME_MIN,
                                        .hi = at.hi,
                                        .died = HW_TIME_MAX,
                                        .seen_lo = at.lo,
                                        .seen_hi = at.hi,
                                        .implied = true};
        proc_get(w, i)->broker = is_broker(w, proc_get(w, i));
        a->proc = i;
    }
    return a->proc;
}

/* The incarnation that held the pid then: the last that began by then and was not gone. */
static uint32_t held_pid(struct world *w, const struct actor *a, struct when at)
{
    struct proc of = {.host = a->host, .pid = a->pid};
    for (uint32_t i = lower_bound(w, &of, at.hi, UINT32_MAX); i-- > 0;) {
        uint32_t at_i = w->procs_by_pid[i];
        const struct proc *p = proc_get(w, at_i);
        if (p->host != a->host || p->pid != a->pid) {
            break;
        }
        if (p->died != HW_TIME_MAX && hw_time_add(p->died, SECOND) < at.lo) {
            continue;
        }
        /* Another program: somebody else took the number since. */
        return !same_program(w, p->image, a->image) ? 0 : p->twin != 0 ? p->twin : at_i;
    }
    return 0;
}

uint32_t proc_at(struct world *w, uint32_t actor, struct when at)
{
    const struct actor *a = AT(struct actor, &w->actors, actor);
    uint32_t i = 0;
    if (actor == 0) {
        return 0;
    }
    if (a->guid == 0) {
        i = held_pid(w, a, at);
        i = i != 0 || a->other == 0 ? i : proc_at(w, a->other, at);
    } else if (a->proc != 0) {
        i = a->proc;
    }
    i = i != 0 ? i : implied(w, actor, at);
    struct proc *p = proc_get(w, i);
    p->seen_lo = at.lo < p->seen_lo ? at.lo : p->seen_lo;
    p->seen_hi = at.hi > p->seen_hi ? at.hi : p->seen_hi;
    if (p->implied && at.lo != HW_TIME_NONE && at.hi < p->hi) {
        p->hi = at.hi; /* born before whatever it did first */
    }
    return i;
}

uint32_t proc_thing(struct world *w, uint32_t i)
{
    struct proc *p = proc_get(w, i);
    if (i == 0 || p->thing != 0) {
        return i == 0 ? 0 : p->thing;
    }
    const struct host *h = host_at(w, p->host);
    /* A fork is a copy of its maker until it becomes another program. */
    text_id image = p->image != 0 ? p->image : AT(struct actor, &w->actors, p->parent)->image;
    struct hw_span base = text_span(w, path_base(w, image));
    const char *host = text_str(w, h->name);
    text_id key = p->guid != 0 ? text_print(w, "%s|%s", host, text_str(w, p->guid))
                  : p->implied
                      ? text_print(w, "%s|pid %u|%s", host, p->pid - 1, text_str(w, p->image))
                      : text_print(w, "%s|pid %u|%lld", host, p->pid - 1, (long long)p->lo);
    text_id name =
        p->pid == 0 ? text_print(w, "%.*s", (int)base.n, (const char *)base.p)
                    : text_print(w, "%.*s (pid %u)", (int)base.n, (const char *)base.p, p->pid - 1);
    uint32_t t = thing_of(w, HW_ENTITY_PROCESS, h->scope, key, name);
    uint32_t on = host_thing(w, p->host);
    struct thing *x = thing_at(w, t);
    p = proc_get(w, i);
    x->native = p->guid;
    x->host = on;
    x->flags |= (p->broker ? HW_THING_BROKER : 0U) | (p->implied ? HW_THING_IMPLIED : 0U);
    thing_saw(w, t, p->seen_lo, p->seen_hi);
    p->thing = t;
    return t;
}

/* ---- all of them ---- */

static void settle_guids(struct world *w)
{
    for (uint32_t i = 1; i < w->deeds.count; i++) {
        const struct deed *d = AT(struct deed, &w->deeds, i);
        if (d->proc == 0) {
            continue;
        }
        struct proc *p = proc_get(w, d->proc);
        struct actor *a = AT(struct actor, &w->actors, d->actor);
        if (p->guid != 0 && (a->proc == 0 || proc_get(w, a->proc)->lo > p->lo)) {
            a->proc = d->proc;
        }
        p->broker = is_broker(w, p);
    }
}

static void settle_ends(struct world *w)
{
    for (uint32_t i = 1; i < w->deeds.count; i++) {
        struct deed *d = AT(struct deed, &w->deeds, i);
        if (d->kind == HW_HAPPENED_PROCESS_END && d->actor != 0) {
            uint32_t at = proc_at(w, d->actor, d->at);
            AT(struct deed, &w->deeds, i)->proc = at;
            proc_get(w, at)->died = AT(struct deed, &w->deeds, i)->at.hi;
        }
    }
}

static void settle_doers(struct world *w)
{
    for (uint32_t i = 1; i < w->deeds.count && w->rc == HW_OK; i++) {
        struct deed d = *AT(struct deed, &w->deeds, i);
        if (d.proc == 0 && d.actor != 0) {
            uint32_t at = proc_at(w, d.actor, d.at);
            AT(struct deed, &w->deeds, i)->proc = at;
        } else if (proc_get(w, d.proc)->twin != 0) {
            AT(struct deed, &w->deeds, i)->proc = proc_get(w, d.proc)->twin;
        }
    }
    for (uint32_t i = 1; i < w->flows.count && w->rc == HW_OK; i++) {
        struct flow f = *AT(struct flow, &w->flows, i);
        uint32_t at = proc_at(w, f.actor, f.at);
        AT(struct flow, &w->flows, i)->proc = at;
    }
}

/* The incarnation of the same pid that this one took the place of. */
static uint32_t before_exec(struct world *w, const struct deed *d)
{
    const struct proc *p = proc_get(w, d->proc);
    uint32_t i = lower_bound(w, p, p->lo, d->proc), k = i == 0 ? 0 : w->procs_by_pid[i - 1];
    const struct proc *q = proc_get(w, k);
    return k != 0 && q->host == p->host && q->pid == p->pid ? k : 0;
}

/* A child has its maker's account and log-on unless a broker made it: so it tells what nobody
 * recorded of a maker that was there before. */
static void inherit(struct world *w, uint32_t parent, uint32_t child)
{
    struct proc *p = proc_get(w, parent);
    const struct proc *c = proc_get(w, child);
    if (p->implied && !p->broker) {
        p->user = p->user != 0 ? p->user : c->user;
        p->logon = p->logon != 0 ? p->logon : c->logon;
        p->heir = p->heir != 0 ? p->heir : c->event;
    }
}

/* A thread started in another process is a way in. Opening one with the right to write is at most a
 * sign; a maker opens its child as it makes it, and brokers open everybody. */
static void add_reach(struct world *w, const struct deed *d, uint32_t target)
{
    const struct proc *p = proc_get(w, d->proc), *q = proc_get(w, target);
    bool opened = d->kind == HW_HAPPENED_PROCESS_ACCESS;
    bool maker = !q->implied && q->parent != 0 && proc_at(w, q->parent, d->at) == d->proc;
    if (opened && (p->broker || q->broker || maker)) {
        return;
    }
    edge_add(w, proc_thing(w, d->proc), proc_thing(w, target),
             opened ? (struct edge_how){HW_VERB_INJECTED, HW_INFERRED, HW_WHY_OPENED, 0}
                    : (struct edge_how){HW_VERB_INJECTED, HW_OBSERVED, HW_WHY_RECORD,
                                        p->broker ? HW_EDGE_CONTEXT : 0},
             d->at);
}

static void add_births(struct world *w)
{
    for (uint32_t i = 1; i < w->deeds.count && w->rc == HW_OK; i++) {
        struct deed d = *AT(struct deed, &w->deeds, i);
        uint32_t parent = 0;
        if (d.kind == HW_HAPPENED_PROCESS_START) {
            parent = proc_at(w, d.a, d.at);
        } else if (d.kind == HW_HAPPENED_PROCESS_EXEC) {
            parent = before_exec(w, &d);
        } else if (d.kind == HW_HAPPENED_PROCESS_INJECT || d.kind == HW_HAPPENED_PROCESS_ACCESS) {
            uint32_t target = proc_at(w, d.a, d.at);
            add_reach(w, &d, target);
            continue;
        }
        if (parent == 0) {
            continue;
        }
        bool broker = proc_get(w, parent)->broker;
        inherit(w, parent, d.proc);
        edge_add(w, proc_thing(w, parent), proc_thing(w, d.proc),
                 (struct edge_how){HW_VERB_SPAWNED, HW_OBSERVED, HW_WHY_RECORD,
                                   broker ? HW_EDGE_CONTEXT : 0},
                 d.at);
    }
}

/* A pid without a guid is the process that another recorder knows by guid and nobody saw begin:
 * the same number and program on the same host, and only one such. */
static int compare_actors(const void *a, const void *b, void *state)
{
    struct world *w = state;
    const struct actor *x = AT(struct actor, &w->actors, *(const uint32_t *)a);
    const struct actor *y = AT(struct actor, &w->actors, *(const uint32_t *)b);
    return x->host != y->host   ? (x->host < y->host ? -1 : 1)
           : x->pid != y->pid   ? (x->pid < y->pid ? -1 : 1)
           : x->guid != y->guid ? (x->guid < y->guid ? -1 : 1)
                                : 0;
}

static void name_pids(struct world *w)
{
    uint32_t n = 0, *p = malloc(((size_t)w->actors.count + 1) * sizeof *p);
    if (p == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to order processes"));
        return;
    }
    for (uint32_t i = 1; i < w->actors.count; i++) {
        struct actor *a = AT(struct actor, &w->actors, i);
        if (a->pid == 0 && image_is(text_span(w, a->image), "system")) {
            a->pid = 5; /* the kernel's number never changes */
        }
        if (a->pid != 0) {
            p[n++] = i;
        }
    }
    qsort_r(p, n, sizeof *p, compare_actors, w);
    for (uint32_t i = 0; i < n;) { /* a run of one host and pid: those without guid come first */
        const struct actor *a = AT(struct actor, &w->actors, p[i]);
        uint32_t end = i, by_guid = 0, one = 0;
        for (; end < n; end++) {
            const struct actor *b = AT(struct actor, &w->actors, p[end]);
            if (b->host != a->host || b->pid != a->pid) {
                break;
            }
            by_guid += b->guid != 0;
            one = b->guid != 0 ? p[end] : one;
        }
        for (; i < end; i++) {
            struct actor *b = AT(struct actor, &w->actors, p[i]);
            if (b->guid == 0 && by_guid == 1 &&
                same_program(w, b->image, AT(struct actor, &w->actors, one)->image)) {
                b->other = one;
            }
        }
    }
    free(p);
}

/* Two recorders of one connection: the one with a guid and the one with a pid mean one process. */
static int compare_sockets(const void *a, const void *b, void *state)
{
    struct world *w = state;
    const struct flow *x = AT(struct flow, &w->flows, *(const uint32_t *)a);
    const struct flow *y = AT(struct flow, &w->flows, *(const uint32_t *)b);
    return x->at.host != y->at.host     ? (x->at.host < y->at.host ? -1 : 1)
           : x->src != y->src           ? (x->src < y->src ? -1 : 1)
           : x->src_port != y->src_port ? (x->src_port < y->src_port ? -1 : 1)
           : x->dst != y->dst           ? (x->dst < y->dst ? -1 : 1)
           : x->at.lo != y->at.lo       ? (x->at.lo < y->at.lo ? -1 : 1)
                                        : (x->at.event > y->at.event) - (x->at.event < y->at.event);
}

static void one_holder(struct world *w, const struct flow *x, const struct flow *y)
{
    struct actor *a = AT(struct actor, &w->actors, x->actor);
    struct actor *b = AT(struct actor, &w->actors, y->actor);
    if (x->at.host != y->at.host || x->src != y->src || x->src_port != y->src_port ||
        x->dst != y->dst || x->initiated != y->initiated || !overlaps(x->at, y->at, MINUTE)) {
        return;
    }
    if ((a->guid != 0) == (b->guid != 0)) {
        return;
    }
    uint32_t by_guid = a->guid != 0 ? x->actor : y->actor;
    struct actor *g = a->guid != 0 ? a : b, *n = a->guid != 0 ? b : a;
    if (n->pid != 0 && n->other == 0 && same_program(w, g->image, n->image)) {
        n->other = by_guid;
        g->pid = g->pid != 0 ? g->pid : n->pid;
    }
}

static void name_by_socket(struct world *w)
{
    uint32_t n = 0, *p = malloc(((size_t)w->flows.count + 1) * sizeof *p);
    if (p == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to order connections"));
        return;
    }
    for (uint32_t i = 1; i < w->flows.count; i++) {
        if (AT(struct flow, &w->flows, i)->actor != 0) {
            p[n++] = i;
        }
    }
    qsort_r(p, n, sizeof *p, compare_sockets, w);
    for (uint32_t i = 1; i < n; i++) {
        one_holder(w, AT(struct flow, &w->flows, p[i - 1]), AT(struct flow, &w->flows, p[i]));
    }
    free(p);
}

int join_processes(struct world *w)
{
    w->known_procs = w->procs.count - 1;
    settle_guids(w);
    int rc = sorted(w, &w->procs_by_host, by_host);
    if (rc != HW_OK) {
        return rc;
    }
    find_twins(w);
    merge_twins(w);
    rc = sorted(w, &w->procs_by_pid, by_pid);
    if (rc != HW_OK) {
        return rc;
    }
    name_pids(w);
    name_by_socket(w);
    settle_ends(w);
    settle_doers(w);
    add_births(w);
    return w->rc != HW_OK ? w->rc : sorted(w, &w->procs_by_host, by_host);
}
