/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/service.c -- services, tasks and remote calls: brokers' joins, each by its key.
 *
 * A service is the key between whoever told it to start and the process that runs as it: by name on
 * its host. sc and net name both in their command line. A process whose parent is the WMI provider
 * host or that is the remoting host runs for a session; where that bears no address, the connection
 * to the port of that very second is what is left, and that is inferred.
 */
#include <string.h>

#include "base/text.h"
#include "derive/reach.h"
#include "derive/room.h"

#define REMOTE_NS (30 * SECOND)

static uint32_t service_thing(struct world *w, uint32_t host, text_id name)
{
    const struct host *h = host_at(w, host);
    text_id key = text_print(w, "%s|%s", text_str(w, h->name), text_str(w, name));
    uint32_t t = name == 0 || host == 0 ? 0 : thing_of(w, HW_ENTITY_SERVICE, h->scope, key, name);
    if (t != 0) {
        uint32_t on = host_thing(w, host);
        thing_at(w, t)->host = on;
    }
    return t;
}

/* ---- words of a command ---- */

static struct hw_span next_word(struct hw_span *s)
{
    *s = hw_span_trim(*s);
    bool quoted = s->n > 0 && s->p[0] == '"';
    struct hw_span in = quoted ? hw_span_from(*s, 1) : *s;
    size_t end = 0;
    while (end < in.n && (quoted ? in.p[end] != '"' : in.p[end] != ' ' && in.p[end] != '\t')) {
        end++;
    }
    struct hw_span word = hw_span_cut(in, 0, end);
    *s = hw_span_from(in, end < in.n ? end + 1 : end);
    return word;
}

static const char *const commands[] = {"start",   "stop",  "config", "create",
                                       "failure", "sdset", "query",  "qc"};

static bool is_command(struct hw_span word)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (hw_span_is_nocase(word, commands[i])) {
            return true;
        }
    }
    return false;
}

/* sc [\\HOST] start NAME ..., net start NAME. */
static void controls(struct world *w, uint32_t proc)
{
    struct proc p = *proc_get(w, proc);
    struct hw_span line = text_span(w, p.command);
    bool sc = image_is(text_span(w, p.image), "sc.exe");
    bool net =
        image_is(text_span(w, p.image), "net.exe") || image_is(text_span(w, p.image), "net1.exe");
    if ((!sc && !net) || line.n == 0) {
        return;
    }
    uint32_t host = p.host;
    (void)next_word(&line);
    struct hw_span word = next_word(&line);
    if (word.n > 2 && word.p[0] == '\\' && word.p[1] == '\\') {
        host = host_of(w, host_at(w, p.host)->scope, hw_span_from(word, 2));
        word = next_word(&line);
    }
    if (!is_command(word)) {
        return;
    }
    text_id name = text_lower(w, next_word(&line));
    edge_add(w, proc_thing(w, proc), service_thing(w, host, name),
             (struct edge_how){HW_VERB_CONTROLS, HW_KEYED, HW_WHY_SERVICE_NAME, 0},
             (struct when){p.lo, p.hi, p.event, p.host});
}

/* svchost -k GROUP -s NAME */
static text_id hosted(struct world *w, const struct proc *p)
{
    struct hw_span line = text_span(w, p->command);
    while (line.n > 0) {
        struct hw_span word = next_word(&line);
        if (hw_span_is(word, "-s")) {
            return text_lower(w, next_word(&line));
        }
    }
    return 0;
}

static void runs_as(struct world *w, uint32_t proc)
{
    struct proc p = *proc_get(w, proc);
    if (image_is(text_span(w, p.image), "svchost.exe") && p.command != 0) {
        edge_add(w, service_thing(w, p.host, hosted(w, &p)), proc_thing(w, proc),
                 (struct edge_how){HW_VERB_RAN, HW_KEYED, HW_WHY_SERVICE_STARTS, 0},
                 (struct when){p.lo, p.hi, p.event, p.host});
    }
}

/* A command with its variables written out, in lower case. */
static text_id written_out(struct world *w, struct hw_span s)
{
    static const struct {
        const char *from, *to;
    } variables[] = {
        {"%comspec%", "c:\\windows\\system32\\cmd.exe"},
        {"%systemroot%", "c:\\windows"},
        {"%windir%", "c:\\windows"},
    };
    struct hw_span low = hw_span_trim(text_span(w, text_lower(w, s)));
    struct hw_buf b;
    hw_buf_init(&b, 1 << 20);
    while (low.n > 0) {
        size_t k = 0, count = sizeof variables / sizeof variables[0];
        while (k < count && !hw_span_starts(low, variables[k].from)) {
            k++;
        }
        if (k < count) {
            hw_buf_str(&b, variables[k].to);
            low = hw_span_from(low, strlen(variables[k].from));
        } else {
            hw_buf_char(&b, (char)low.p[0]);
            low = hw_span_from(low, 1);
        }
    }
    text_id t = hw_buf_ok(&b) ? text_of(w, hw_buf_span(&b)) : 0;
    hw_buf_done(&b);
    return t;
}

/* Everything after the program's own name is the same: the name itself may be written otherwise. */
static bool same_rest(struct hw_span a, struct hw_span b)
{
    (void)next_word(&a);
    (void)next_word(&b);
    a = hw_span_trim(a);
    b = hw_span_trim(b);
    return a.n > 3 && hw_span_equal_nocase(a, b);
}

/* Who may answer, by where and when. */
struct finding {
    struct reach children; /* of the service manager, by host */
    struct reach programs; /* processes, by host and name */
    struct reach remoting; /* connections to a port of remoting, by scope */
    struct reach commands; /* processes whose command names another machine, by scope */
};

static bool made_by_services(struct world *w, const struct proc *p)
{
    const struct actor *a = AT(struct actor, &w->actors, p->parent);
    return image_is(text_span(w, a->image), "services.exe") &&
           !image_is(text_span(w, p->image), "svchost.exe");
}

/* A service's own program, started by the service manager. */
static void runs_program(struct world *w, const struct finding *x, const struct service *s,
                         uint32_t thing)
{
    struct reach_ask r =
        reach_from(&x->children, reach_key(s->at.host, 0, 0), s->at.lo, HW_TIME_MAX);
    uint32_t i = s->path == 0 ? 0 : reach_next(&r);
    for (; i != 0; i = reach_next(&r)) {
        struct proc p = *proc_get(w, i);
        struct hw_span image = text_span(w, p.image), path = text_span(w, s->path);
        bool mine = image.n > 0 && path.n >= image.n &&
                    hw_span_equal_nocase(hw_span_cut(path, 0, image.n), image);
        bool asked =
            p.command != 0 && (written_out(w, path) == written_out(w, text_span(w, p.command)) ||
                               same_rest(path, text_span(w, p.command)));
        if (p.host == s->at.host && (mine || asked)) {
            edge_add(w, thing, proc_thing(w, i),
                     (struct edge_how){HW_VERB_RAN, HW_KEYED, HW_WHY_SERVICE_STARTS, 0},
                     (struct when){p.lo, p.hi, p.event, p.host});
        }
    }
}

/* A task's program, started by the scheduler in the second in which the task is said to run. */
static void runs_task(struct world *w, const struct finding *x, const struct service *s,
                      uint32_t thing)
{
    text_id base = path_base(w, s->path);
    struct reach_ask r =
        reach_from(&x->programs, reach_key(s->at.host, base, 0), hw_time_add(s->at.lo, -2 * SECOND),
                   hw_time_add(s->at.hi, 2 * SECOND));
    uint32_t i = s->path == 0 ? 0 : reach_next(&r);
    for (; i != 0; i = reach_next(&r)) {
        struct proc p = *proc_get(w, i);
        struct when at = {p.lo, p.hi, p.event, p.host};
        if (p.host == s->at.host && path_base(w, p.image) == base) {
            edge_add(w, thing, proc_thing(w, i),
                     (struct edge_how){HW_VERB_RAN, HW_KEYED, HW_WHY_TASK, 0}, at);
        }
    }
}

static void recorded(struct world *w, const struct finding *x)
{
    for (uint32_t i = 1; i < w->services.count && w->rc == HW_OK; i++) {
        struct service s = *AT(struct service, &w->services, i);
        uint32_t t = service_thing(w, s.at.host, s.name);
        uint32_t session = session_at(w, s.at.host, s.logon, s.at);
        uint32_t proc = s.actor == 0 ? 0 : proc_at(w, s.actor, s.at);
        struct edge_how how = {HW_VERB_CONTROLS, HW_OBSERVED, HW_WHY_RECORD, 0};
        edge_add(w, session, t, how, s.at);
        edge_add(w, proc_thing(w, proc), t, how, s.at);
        if (s.kind == HW_HAPPENED_SERVICE_INSTALL) {
            runs_program(w, x, &s, t);
        } else if (s.kind == HW_HAPPENED_TASK_RUN) {
            runs_task(w, x, &s, t);
        }
    }
}

/* HKLM\System\CurrentControlSet\Services\NAME\... : who wrote it made or changed the service. */
static void by_registry(struct world *w, const struct deed *d)
{
    static const char marker[] = "\\services\\";
    struct hw_span key = text_span(w, text_lower(w, text_span(w, d->a)));
    size_t at = 0, n = sizeof marker - 1;
    while (at + n <= key.n && memcmp(key.p + at, marker, n) != 0) {
        at++;
    }
    if (at + n >= key.n || !hw_span_holds_nocase(key, "controlset")) {
        return;
    }
    struct hw_span name = hw_span_from(key, at + n), rest;
    size_t end = hw_span_find(name, '\\');
    rest = hw_span_from(name, end);
    name = hw_span_cut(name, 0, end);
    if (!hw_span_ends(rest, "\\imagepath") && !hw_span_ends(rest, "\\servicedll") &&
        !hw_span_ends(rest, "\\start")) {
        return;
    }
    bool broker = proc_get(w, d->proc)->broker;
    edge_add(w, proc_thing(w, d->proc), service_thing(w, d->at.host, text_of(w, name)),
             (struct edge_how){HW_VERB_CONTROLS, HW_OBSERVED, HW_WHY_RECORD,
                               broker ? HW_EDGE_CONTEXT : 0},
             d->at);
}

/* ---- remote calls ---- */

static bool remoting_port(uint16_t port)
{
    return port == 5985 || port == 5986;
}

/* How far a connection and a start lie apart; a connection is recorded late rather than early. */
static int64_t apart(const struct flow *f, const struct proc *p)
{
    int64_t d = hw_time_since(f->at.hi, p->hi);
    return d >= 0 ? d : -d;
}

static bool leads_here(struct world *w, const struct flow *f, const struct proc *p)
{
    text_id scope = host_at(w, p->host)->scope;
    if (f->at.host == p->host || host_at(w, f->at.host)->scope != scope) {
        return false;
    }
    const struct holder *h = holder_of(w, scope, f->dst, f->at);
    return h != NULL
               ? h->host == p->host
               : hw_span_starts(text_span(w, f->dst_name), text_str(w, host_at(w, p->host)->name));
}

/* The process behind the connection to this host's remoting port that lies nearest. It leads to the
 * session, where the process has one, for that is what was asked for. */
static void by_remoting(struct world *w, const struct finding *x, uint32_t proc)
{
    struct proc p = *proc_get(w, proc);
    uint32_t best = 0;
    int64_t least = HW_TIME_MAX;
    struct reach_ask r = reach_from(&x->remoting, reach_key(host_at(w, p.host)->scope, 0, 0),
                                    hw_time_add(p.lo, -REMOTE_NS), p.hi);
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        int64_t far = apart(f, &p);
        bool nearer = best == 0 || far < least || (far == least && i < best);
        if (nearer && leads_here(w, f, &p)) {
            best = i;
            least = far;
        }
    }
    if (best == 0) {
        return;
    }
    struct flow f = *AT(struct flow, &w->flows, best);
    struct when at = {p.lo, p.hi, p.event, p.host};
    uint32_t session = session_at(w, p.host, p.logon, at);
    edge_add(w, proc_thing(w, f.proc), session != 0 ? session : proc_thing(w, proc),
             (struct edge_how){HW_VERB_CONNECTED, HW_INFERRED, HW_WHY_WINRM, 0}, f.at);
}

/* A command elsewhere that names this machine just before the provider host made a process here. */
static void by_management(struct world *w, const struct finding *x, uint32_t proc)
{
    struct proc p = *proc_get(w, proc);
    text_id scope = host_at(w, p.host)->scope;
    const char *name = text_str(w, host_at(w, p.host)->name);
    struct reach_ask r =
        reach_from(&x->commands, reach_key(scope, 0, 0), hw_time_add(p.lo, -REMOTE_NS), p.hi);
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        struct proc q = *proc_get(w, i);
        if (q.host != p.host && host_at(w, q.host)->scope == scope &&
            hw_span_holds_nocase(text_span(w, q.command), name)) {
            edge_add(w, proc_thing(w, i), proc_thing(w, proc),
                     (struct edge_how){HW_VERB_CONNECTED, HW_INFERRED, HW_WHY_WMI, 0},
                     (struct when){q.lo, q.hi, q.event, q.host});
        }
    }
}

static bool find_ready(struct world *w, struct finding *x)
{
    for (uint32_t i = 1; i < w->procs.count; i++) {
        const struct proc *p = proc_get(w, i);
        if (p->twin != 0 || p->implied) {
            continue;
        }
        if (made_by_services(w, p)) {
            reach_add(w, &x->children, reach_key(p->host, 0, 0), p->lo, p->hi, i);
        }
        if (p->image != 0) {
            text_id base = path_base(w, p->image);
            reach_add(w, &x->programs, reach_key(p->host, base, 0), p->lo, p->hi, i);
        }
        if (p->command != 0 && hw_span_holds_nocase(text_span(w, p->command), "/node:")) {
            reach_add(w, &x->commands, reach_key(host_at(w, p->host)->scope, 0, 0), p->lo, p->hi,
                      i);
        }
    }
    for (uint32_t i = 1; i < w->flows.count; i++) {
        const struct flow *f = AT(struct flow, &w->flows, i);
        if (f->initiated && f->proc != 0 && remoting_port(f->dst_port) &&
            !proc_get(w, f->proc)->broker) {
            reach_add(w, &x->remoting, reach_key(host_at(w, f->at.host)->scope, 0, 0), f->at.lo,
                      f->at.hi, i);
        }
    }
    return reach_settle(w, &x->children) && reach_settle(w, &x->programs) &&
           reach_settle(w, &x->commands) && reach_settle(w, &x->remoting);
}

static void of_processes(struct world *w, const struct finding *x)
{
    uint32_t known = w->procs.count;
    for (uint32_t i = 1; i < known && w->rc == HW_OK; i++) {
        struct proc p = *proc_get(w, i);
        if (p.twin != 0 || p.implied) {
            continue;
        }
        controls(w, i);
        runs_as(w, i);
        const struct actor *a = AT(struct actor, &w->actors, p.parent);
        if (image_is(text_span(w, p.image), "wsmprovhost.exe")) {
            by_remoting(w, x, i);
        } else if (image_is(text_span(w, p.image), "wmiprvse.exe") ||
                   image_is(text_span(w, a->image), "wmiprvse.exe")) {
            by_management(w, x, i);
        }
    }
}

int join_services(struct world *w)
{
    struct finding x = {0};
    if (find_ready(w, &x)) {
        of_processes(w, &x);
        for (uint32_t i = 1; i < w->deeds.count && w->rc == HW_OK; i++) {
            struct deed d = *AT(struct deed, &w->deeds, i);
            if (d.kind == HW_HAPPENED_REGISTRY_SET) {
                by_registry(w, &d);
            }
        }
        recorded(w, &x);
    }
    reach_free(&x.children);
    reach_free(&x.programs);
    reach_free(&x.remoting);
    reach_free(&x.commands);
    return w->rc;
}
