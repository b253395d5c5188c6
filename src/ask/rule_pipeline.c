/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/rule_pipeline.c -- the build itself: what others put into its inputs, and what was signed
 * without it.
 *
 * The first is how SUNSPOT and its like work (MITRE ATT&CK T1195.002); the second is a key used
 * outside its purpose (T1553.002). A build is known by its log; its processes by who started them.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/look.h"

#define AROUND_NS (5 * HW_LOOK_MINUTE) /* clocks, and steps that a log tells late */
#define COVERED_NS (7 * HW_LOOK_DAY)   /* how far logs of builds speak beyond themselves */
#define BUILD_NS (HW_LOOK_DAY)         /* no build takes longer */

static bool is_build(const struct hw_thing *t, const struct look_list *hosts)
{
    (void)hosts;
    return hw_span_starts(t->key, "build|") && t->first_ns != HW_TIME_NONE;
}

static void find_builds(struct look *l, struct look_list *out)
{
    look_all(l, HW_ENTITY_PROCESS, is_build, NULL, out);
    for (size_t i = 1; i < out->count && l->rc == HW_OK; i++) { /* the earliest first */
        uint32_t b = out->p[i];
        size_t k = i;
        for (; k > 0 && look_thing(l, out->p[k - 1])->first_ns > look_thing(l, b)->first_ns; k--) {
            out->p[k] = out->p[k - 1];
        }
        out->p[k] = b;
    }
}

static bool during(const struct hw_thing *build, int64_t at)
{
    return at >= build->first_ns - AROUND_NS && at <= build->last_ns + AROUND_NS;
}

/* ---- build-input-foreign-writer ---- */

enum { GENERATIONS = 12, WRITES_SAID = 4 };

/* Started by an agent or a tool of builds, at whatever remove. */
static bool of_build(struct look *l, uint32_t process)
{
    for (unsigned i = 0; i < GENERATIONS && process != HW_LOOK_NONE; i++) {
        if (look_is_build_tool(look_image(l, process))) {
            return true;
        }
        process = look_parent(l, process);
    }
    return false;
}

/* Has anybody other than the build, its tools, and installers written this file? */
static bool is_foreign(struct look *l, uint32_t writer)
{
    const struct hw_thing *t = look_thing(l, writer);
    if (t->kind == HW_ENTITY_SESSION) {
        const struct hw_thing *who = look_thing(l, look_account(l, writer));
        return (who->flags & HW_THING_BUILD) == 0;
    }
    return t->kind == HW_ENTITY_PROCESS && !hw_span_starts(t->key, "build|") &&
           !look_is_installer(look_image(l, writer)) && !of_build(l, writer);
}

struct input { /* of a build, by the edge that shows it */
    uint32_t file, build, edge;
};

static void judge_input(struct look *l, const struct input *in, struct look_list *told)
{
    struct look_edges v = {0};
    char when[80], then[80];
    struct hw_finding *f = NULL;
    const struct hw_thing *build = look_thing(l, in->build);
    unsigned said = 0;
    look_in(l, in->file, &v);
    for (size_t i = 0; i < v.count && l->rc == HW_OK; i++) {
        const struct hw_edge *e = &v.p[i].e;
        if (e->verb != HW_VERB_WROTE || (e->flags & HW_EDGE_CONTEXT) != 0 ||
            e->lo > build->last_ns || !is_foreign(l, e->subject) || said++ >= WRITES_SAID) {
            continue;
        }
        bool meanwhile = during(build, e->lo);
        if (f == NULL) {
            f = look_find(l, "build-input-foreign-writer", HW_HIGH,
                          meanwhile ? HW_CONF_HIGH : HW_CONF_MODERATE, in->file,
                          (struct hw_span){NULL, 0});
            look_why(l, f, in->edge, "%s (%s) used it as an input", look_name(l, in->build),
                     look_time(build->first_ns, when));
            look_add(l, told, in->file);
        }
        look_why(l, f, v.p[i].n, "%s wrote it at %s%s: neither the build nor one of its tools",
                 look_name(l, e->subject), look_when(e, then),
                 meanwhile ? ", while the build ran" : "");
    }
    look_edges_done(&v);
}

/* Files that processes of the build read or loaded, wherever they lay. */
static void used_by(struct look *l, uint32_t process, uint32_t build, struct look_list *told)
{
    struct look_edges v = {0};
    look_in(l, process, &v);
    for (size_t i = 0; i < v.count && l->rc == HW_OK; i++) {
        const struct hw_edge *e = &v.p[i].e;
        const struct hw_thing *t = look_thing(l, e->subject);
        if ((e->verb == HW_VERB_READ || e->verb == HW_VERB_LOADED || e->verb == HW_VERB_RAN) &&
            t->kind == HW_ENTITY_FILE && (t->flags & HW_THING_TOUCHED) != 0 &&
            !look_in_windows(t->name) && !look_has(told, e->subject)) {
            struct input in = {e->subject, build, v.p[i].n};
            judge_input(l, &in, told);
        }
    }
    look_edges_done(&v);
}

static void inputs_of(struct look *l, uint32_t build, const struct look_list *processes,
                      struct look_list *told)
{
    struct look_edges v = {0};
    const struct hw_thing *b = look_thing(l, build);
    look_in(l, build, &v);
    for (size_t i = 0; i < v.count && l->rc == HW_OK; i++) {
        if (v.p[i].e.verb == HW_VERB_READ && !look_has(told, v.p[i].e.subject)) {
            struct input in = {v.p[i].e.subject, build, HW_LOOK_NONE};
            judge_input(l, &in, told);
        }
    }
    look_edges_done(&v);
    for (size_t i = 0; i < processes->count && l->rc == HW_OK && b->host != HW_LOOK_NONE; i++) {
        const struct hw_thing *p = look_thing(l, processes->p[i]);
        if (p->host == b->host && p->first_ns != HW_TIME_NONE && during(b, p->first_ns) &&
            p->last_ns - p->first_ns < BUILD_NS && of_build(l, processes->p[i])) {
            used_by(l, processes->p[i], build, told);
        }
    }
}

static bool is_there(const struct hw_thing *t, const struct look_list *hosts)
{
    return t->host != HW_LOOK_NONE && look_has(hosts, t->host);
}

void rule_foreign_writer(struct look *l)
{
    struct look_list builds, processes, told = {0}, hosts = {0};
    find_builds(l, &builds);
    if (builds.count == 0) {
        return;
    }
    for (size_t i = 0; i < builds.count; i++) {
        uint32_t host = look_thing(l, builds.p[i])->host;
        if (host != HW_LOOK_NONE && !look_has(&hosts, host)) {
            look_add(l, &hosts, host);
        }
    }
    look_all(l, HW_ENTITY_PROCESS, is_there, &hosts, &processes);
    for (size_t i = 0; i < builds.count && l->rc == HW_OK; i++) {
        inputs_of(l, builds.p[i], &processes, &told);
    }
}

/* ---- sign-outside-pipeline ---- */

struct use { /* of a key */
    uint32_t cert, artifact, edge, account, address, host;
    int64_t at;
    struct hw_edge signing;
    const char *scope;
};

/* Who asked and from where: the edges that stand on the same record. */
static void who_asked(struct look *l, struct use *u, const struct look_edges *in)
{
    struct hw_edge_place mine, other;
    look_failed(l, hw_walk_place(l->w, u->edge, &mine, l->err));
    for (size_t i = 0; i < in->count && l->rc == HW_OK; i++) {
        const struct hw_edge *e = &in->p[i].e;
        if (e->lo != u->at || (e->verb != HW_VERB_CONTROLS && e->verb != HW_VERB_CONNECTED)) {
            continue;
        }
        struct hw_edge_place kept = {.source = mine.source, .number = mine.number, .off = mine.off};
        look_failed(l, hw_walk_place(l->w, in->p[i].n, &other, l->err));
        if (l->rc != HW_OK || other.source != kept.source || other.off != kept.off) {
            continue;
        }
        if (e->verb == HW_VERB_CONTROLS) {
            u->account = e->subject;
        } else {
            u->address = e->subject;
            uint32_t holder = look_holder(l, e->subject, e);
            u->host = holder == HW_LOOK_NONE ? HW_LOOK_NONE : look_host(l, holder);
        }
    }
    const struct hw_thing *a = look_thing(l, u->account != HW_LOOK_NONE ? u->account : u->address);
    u->scope = a->kind == HW_ENTITY_NONE ? "" : a->scope;
}

struct pipeline { /* what is known of an organisation's */
    bool builds, covers, time, place, accounts;
};

static struct pipeline pipeline_of(struct look *l, const struct use *u,
                                   const struct look_list *builds, const struct look_list *accounts)
{
    struct pipeline p = {0};
    for (size_t i = 0; i < builds->count; i++) {
        const struct hw_thing *b = look_thing(l, builds->p[i]);
        if (u->scope[0] != '\0' && strcmp(b->scope, u->scope) != 0) {
            continue;
        }
        p.builds = true;
        p.covers =
            p.covers || (u->at >= b->first_ns - COVERED_NS && u->at <= b->last_ns + COVERED_NS);
        if (during(b, u->at)) {
            p.time = true;
            p.place = p.place || u->host == HW_LOOK_NONE || b->host == HW_LOOK_NONE ||
                      u->host == b->host ||
                      (look_thing(l, u->host)->flags & (HW_THING_BUILD | HW_THING_SIGNING)) != 0;
        }
    }
    for (size_t i = 0; i < accounts->count; i++) {
        p.accounts = p.accounts || strcmp(look_thing(l, accounts->p[i])->scope, u->scope) == 0;
    }
    return p;
}

static void judge_use(struct look *l, const struct use *u, const struct pipeline *p)
{
    char when[80];
    bool builder = !p->accounts || u->account == HW_LOOK_NONE ||
                   (look_thing(l, u->account)->flags & HW_THING_BUILD) != 0;
    if (p->time && p->place && builder) {
        return;
    }
    struct hw_finding *f = look_find(l, "sign-outside-pipeline", HW_HIGH,
                                     p->time && p->place ? HW_CONF_MODERATE : HW_CONF_HIGH,
                                     u->artifact, look_thing(l, u->cert)->key);
    look_why(l, f, u->edge, "signed with %s at %s, asked for by %s", look_name(l, u->cert),
             look_when(&u->signing, when), look_name(l, u->account));
    if (!p->time) {
        look_why(l, f, HW_LOOK_NONE, "no build of this organisation ran then");
    } else if (!p->place) {
        look_why(l, f, HW_LOOK_NONE, "it was asked for from %s, where no build ran",
                 look_name(l, u->host));
    }
    if (!builder) {
        look_why(l, f, HW_LOOK_NONE, "the estate declares accounts that build, and this is none");
    }
}

static void uses_of(struct look *l, uint32_t cert, const struct look_list *builds,
                    const struct look_list *accounts)
{
    struct look_edges in = {0}, out = {0};
    bool told = false;
    look_in(l, cert, &in);
    look_out(l, cert, &out);
    for (size_t i = 0; i < out.count && l->rc == HW_OK; i++) {
        if (out.p[i].e.verb != HW_VERB_SIGNED) {
            continue;
        }
        struct use u = {.cert = cert,
                        .artifact = out.p[i].e.object,
                        .edge = out.p[i].n,
                        .account = HW_LOOK_NONE,
                        .address = HW_LOOK_NONE,
                        .host = HW_LOOK_NONE,
                        .at = out.p[i].e.lo,
                        .signing = out.p[i].e};
        who_asked(l, &u, &in);
        struct pipeline p = pipeline_of(l, &u, builds, accounts);
        if (p.covers) {
            judge_use(l, &u, &p);
        } else if (!told) {
            struct hw_finding *f = look_find(l, "sign-outside-pipeline", HW_INFO, HW_CONF_HIGH,
                                             cert, HW_SPAN_LIT("no build log"));
            look_why(l, f, u.edge, "cannot be judged: no log of builds %s",
                     p.builds ? "of that time is held" : "of this organisation is held");
            told = true;
        }
    }
    look_edges_done(&in);
    look_edges_done(&out);
}

static bool builds_things(const struct hw_thing *t, const struct look_list *hosts)
{
    (void)hosts;
    return (t->flags & HW_THING_BUILD) != 0;
}

void rule_sign_outside(struct look *l)
{
    struct look_list certs, builds, accounts;
    look_all(l, HW_ENTITY_CERTIFICATE, NULL, NULL, &certs);
    if (certs.count == 0) {
        return;
    }
    find_builds(l, &builds);
    look_all(l, HW_ENTITY_ACCOUNT, builds_things, NULL, &accounts);
    for (size_t i = 0; i < certs.count && l->rc == HW_OK; i++) {
        uses_of(l, certs.p[i], &builds, &accounts);
    }
}
