/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/client.c -- who on one machine may have asked for what happened on another, where the
 * system itself spoke for it.
 *
 * File sharing and remote calls leave the asking machine through its kernel or a broker, so no
 * record names the process. What is left is place, time and account, and signs that weigh: a
 * command that names the other machine, a file of the same name or kind written before, a
 * connection of its own. Only the best of them are told, and never as more than inferred.
 */
#include <stdlib.h>

#include "base/grow.h"
#include "base/text.h"
#include "derive/reach.h"
#include "derive/room.h"

#define BEFORE_NS (15 * MINUTE) /* a file made ready */
#define CALL_NS (2 * MINUTE)    /* a command that waits for its answer */
#define AFTER_NS (5 * SECOND)

static struct hw_span extension(struct hw_span base)
{
    size_t dot = base.n;
    while (dot > 0 && base.p[dot - 1] != '.') {
        dot--;
    }
    return dot == 0 ? (struct hw_span){NULL, 0} : hw_span_from(base, dot);
}

struct sign {
    unsigned weight;
    uint32_t deed;
    uint8_t why;
};

static void weigh(struct sign *s, unsigned weight, uint8_t why, uint32_t deed)
{
    if (weight > s->weight) {
        *s = (struct sign){weight, deed, why};
    }
}

/* First deed of a list sorted by host and time that is not before `lo`. */
static uint32_t first_deed(struct world *w, uint32_t host, int64_t lo)
{
    uint32_t a = 0, b = w->writes_count;
    while (a < b) {
        uint32_t mid = a + (b - a) / 2;
        const struct deed *d = AT(struct deed, &w->deeds, w->writes[mid]);
        if (d->at.host < host || (d->at.host == host && d->at.lo < lo)) {
            a = mid + 1;
        } else {
            b = mid;
        }
    }
    return a;
}

static int compare_writes(const void *a, const void *b, void *state)
{
    struct world *w = state;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    const struct deed *x = AT(struct deed, &w->deeds, i), *y = AT(struct deed, &w->deeds, k);
    return x->at.host != y->at.host ? (x->at.host < y->at.host ? -1 : 1)
           : x->at.lo != y->at.lo   ? (x->at.lo < y->at.lo ? -1 : 1)
                                    : (i > k) - (i < k);
}

static bool order_writes(struct world *w)
{
    if (w->writes != NULL) {
        return true;
    }
    w->writes = malloc(((size_t)w->deeds.count + 1) * sizeof *w->writes);
    if (w->writes == NULL) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory to order files"));
        return false;
    }
    for (uint32_t i = 1; i < w->deeds.count; i++) {
        const struct deed *d = AT(struct deed, &w->deeds, i);
        if (d->kind == HW_HAPPENED_FILE_WRITE || d->kind == HW_HAPPENED_FILE_READ) {
            w->writes[w->writes_count++] = i;
        }
    }
    qsort_r(w->writes, w->writes_count, sizeof *w->writes, compare_writes, w);
    return true;
}

static text_id proc_user(struct world *w, const struct proc *p)
{
    return account_is(w, host_at(w, p->host)->scope, p->user);
}

static bool could(struct world *w, const struct suspicion *s, const struct proc *p)
{
    return p->host == s->from && p->twin == 0 && !p->broker && p->lo <= s->at.hi &&
           p->died >= s->at.lo - AFTER_NS &&
           (p->implied ? p->seen_lo <= s->at.hi + BEFORE_NS : true) &&
           (s->account == 0 || proc_user(w, p) == s->account);
}

/* A process that may be it, with the best sign by its files. */
struct maybe {
    uint32_t proc;
    struct sign by_file;
};
struct maybes {
    struct maybe *p;
    size_t count, room;
};

static void maybe(struct world *w, struct maybes *m, uint32_t proc, struct sign by_file)
{
    if (HW_GROW(m->p, m->count, m->room, HW_GROW_MOST) != HW_OK) {
        (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for suspects"));
        return;
    }
    m->p[m->count++] = (struct maybe){proc, by_file};
}

/* By process; of one process the strongest sign first, of equals the earlier. */
static int compare_maybes(const void *a, const void *b, void *state)
{
    const struct maybe *x = a, *y = b;
    return x->proc != y->proc ? (x->proc < y->proc ? -1 : 1)
           : x->by_file.weight != y->by_file.weight
               ? (x->by_file.weight > y->by_file.weight ? -1 : 1)
               : compare_writes(&x->by_file.deed, &y->by_file.deed, state);
}

/* Signs by file: the same name, or the same kind of file, made ready before. */
static void made_ready(struct world *w, const struct suspicion *s, struct maybes *m)
{
    struct hw_span base = text_span(w, path_base(w, s->file)), kind = extension(base);
    uint32_t i =
        s->file == 0 ? w->writes_count : first_deed(w, s->from, hw_time_add(s->at.lo, -BEFORE_NS));
    for (; i < w->writes_count; i++) {
        const struct deed *d = AT(struct deed, &w->deeds, w->writes[i]);
        if (d->at.host != s->from || d->at.lo > s->at.hi) {
            break;
        }
        struct hw_span other = text_span(w, path_base(w, d->a));
        uint32_t proc = d->proc;
        if (proc != 0 && hw_span_equal_nocase(other, base)) {
            maybe(w, m, proc, (struct sign){40, w->writes[i], HW_WHY_SAME_NAME});
        } else if (proc != 0 && kind.n > 0 && hw_span_equal_nocase(extension(other), kind)) {
            maybe(w, m, proc, (struct sign){20, w->writes[i], HW_WHY_SAME_USER});
        }
    }
}

/* An address of the other machine among the words. */
static bool names_address(struct world *w, const struct suspicion *s, struct hw_span line)
{
    text_id scope = host_at(w, s->to)->scope;
    while (line.n > 0) {
        size_t n = 0;
        while (n < line.n && (hw_ascii_is_digit(line.p[n]) || line.p[n] == '.')) {
            n++;
        }
        text_id ip = n >= 7 ? address_of(w, hw_span_cut(line, 0, n)) : 0;
        const struct holder *h = ip == 0 ? NULL : holder_of(w, scope, ip, s->at);
        if (h != NULL && h->host == s->to) {
            return true;
        }
        line = hw_span_from(line, n == 0 ? 1 : n);
    }
    return false;
}

static void weigh_command(struct world *w, const struct suspicion *s, const struct proc *p,
                          struct sign *g)
{
    const struct host *to = host_at(w, s->to);
    bool then = hw_time_add(p->hi, CALL_NS) >= s->at.lo && p->lo <= hw_time_add(s->at.hi, AFTER_NS);
    struct hw_span line = text_span(w, p->command);
    if (!p->implied && then && line.n > 0 &&
        (hw_span_holds_nocase(line, text_str(w, to->name)) || names_address(w, s, line))) {
        weigh(g, 60, HW_WHY_NAMES_HOST, 0);
    }
    /* A program that copies itself. */
    if (s->file != 0 && p->image != 0 && path_base(w, p->image) == path_base(w, s->file)) {
        weigh(g, 30, HW_WHY_SAME_NAME, 0);
    }
}

/* ---- who may be it ---- */

bool clients_ready(struct world *w, struct clients *k)
{
    for (uint32_t i = 1; i < w->procs.count && order_writes(w); i++) {
        const struct proc p = *proc_get(w, i);
        text_id user = p.twin != 0 || p.broker || p.user == 0 ? 0 : proc_user(w, &p);
        if (user == 0) {
            continue;
        }
        if (!p.implied && p.command != 0) {
            reach_add(w, &k->commands, reach_key(p.host, user, 0), p.lo, hw_time_add(p.hi, CALL_NS),
                      i);
        }
        if (p.image != 0) {
            reach_add(w, &k->images, reach_key(p.host, user, path_base(w, p.image)), p.lo, p.died,
                      i);
        }
    }
    return reach_settle(w, &k->commands) && reach_settle(w, &k->images);
}

void clients_done(struct clients *k)
{
    reach_free(&k->commands);
    reach_free(&k->images);
}

/* Every process that can bear a sign: by its command of that time, by its own name, by its files.
 * */
static void gather(struct world *w, const struct clients *k, const struct suspicion *s,
                   struct maybes *m)
{
    static const struct sign none = {0, 0, 0};
    struct reach_ask r = reach_from(&k->commands, reach_key(s->from, s->account, 0), s->at.lo,
                                    hw_time_add(s->at.hi, AFTER_NS));
    for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
        maybe(w, m, i, none);
    }
    if (s->file != 0) {
        r = reach_from(&k->images, reach_key(s->from, s->account, path_base(w, s->file)),
                       hw_time_add(s->at.lo, -AFTER_NS), s->at.hi);
        for (uint32_t i = reach_next(&r); i != 0; i = reach_next(&r)) {
            maybe(w, m, i, none);
        }
    }
    made_ready(w, s, m);
    if (m->count > 1) {
        qsort_r(m->p, m->count, sizeof *m->p, compare_maybes, w);
    }
}

size_t suspects_of(struct world *w, const struct clients *k, const struct suspicion *s,
                   struct suspect *out, size_t max)
{
    size_t n = 0;
    unsigned best = 0;
    struct maybes m = {0};
    if (s->from == 0 || s->from == s->to || s->account == 0 ||
        account_is_machine(text_span(w, s->account))) {
        return 0;
    }
    gather(w, k, s, &m);
    for (size_t i = 0; i < m.count; i++) {
        const struct proc *p = proc_get(w, m.p[i].proc);
        struct sign g = {0, 0, 0};
        if ((i > 0 && m.p[i].proc == m.p[i - 1].proc) || !could(w, s, p)) {
            continue;
        }
        weigh_command(w, s, p, &g);
        weigh(&g, m.p[i].by_file.weight, m.p[i].by_file.why, m.p[i].by_file.deed);
        if (g.weight < best || g.weight == 0) {
            continue;
        }
        n = g.weight > best ? 0 : n;
        best = g.weight;
        if (n < max) {
            out[n++] = (struct suspect){m.p[i].proc, g.deed, g.why};
        }
    }
    free(m.p);
    return n;
}
