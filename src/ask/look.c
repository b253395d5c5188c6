/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/look.c -- looking at the graph for a rule: things kept once met, edges as lists, and reasons
 * with the record that shows them.
 */
#include "ask/look.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/rules.h"
#include "base/grow.h"
#include "base/time.h"

/* Things met by all rules of one question. */
static const size_t LOOK_BYTES = (size_t)1 << 30;

struct look_slot {
    uint32_t n_plus; /* 0: free */
    struct hw_thing *thing;
};

void look_failed(struct look *l, int rc)
{
    l->rc = l->rc != HW_OK ? l->rc : rc;
}

int look_init(struct look *l, struct hw_asking *q, struct hw_error *err)
{
    *l = (struct look){.q = q, .err = err, .slot_room = 1 << 12};
    l->arena = hw_arena_new(LOOK_BYTES);
    l->slots = calloc(l->slot_room, sizeof *l->slots);
    if (l->arena == NULL || l->slots == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to look at the graph");
    }
    int rc = hw_walk_new(q->c, &l->w, err);
    return rc != HW_OK ? rc : hw_walk_new(q->c, &l->outer, err);
}

void look_done(struct look *l)
{
    hw_walk_free(l->w);
    hw_walk_free(l->outer);
    hw_arena_free(l->arena);
    free(l->slots);
}

void look_edges_done(struct look_edges *v)
{
    free(v->p);
    *v = (struct look_edges){0};
}

/* ---- things ---- */

static struct look_slot *slot_of(struct look *l, uint32_t n)
{
    size_t i = ((uint64_t)n * 0x9e3779b97f4a7c15ULL >> 20) & (l->slot_room - 1);
    while (l->slots[i].n_plus != 0 && l->slots[i].n_plus != n + 1) {
        i = (i + 1) & (l->slot_room - 1);
    }
    return &l->slots[i];
}

static bool grow_slots(struct look *l)
{
    struct look_slot *old = l->slots, *p = calloc(l->slot_room * 2, sizeof *p);
    size_t room = l->slot_room;
    if (p == NULL) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory to look at the graph"));
        return false;
    }
    l->slots = p;
    l->slot_room = room * 2;
    for (size_t i = 0; i < room; i++) {
        if (old[i].n_plus != 0) {
            *slot_of(l, old[i].n_plus - 1) = old[i];
        }
    }
    free(old);
    return true;
}

static struct hw_thing *keep(struct look *l, const struct hw_thing *t)
{
    struct hw_thing *out = hw_arena_alloc(l->arena, sizeof *out);
    if (out == NULL) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory to look at the graph"));
        return NULL;
    }
    *out = *t;
    out->key = hw_span_keep(l->arena, t->key);
    out->name = hw_span_keep(l->arena, t->name);
    out->native = hw_span_keep(l->arena, t->native);
    struct hw_span scope = {(const uint8_t *)t->scope, strlen(t->scope) + 1};
    out->scope = (const char *)hw_span_keep(l->arena, scope).p;
    out->scope = out->scope == NULL ? "" : out->scope;
    return out;
}

const struct hw_thing *look_thing(struct look *l, uint32_t n)
{
    static const struct hw_thing none = {.kind = HW_ENTITY_NONE, .scope = "", .host = UINT32_MAX};
    struct hw_thing t;
    if (l->rc != HW_OK || n == HW_LOOK_NONE) {
        return &none;
    }
    struct look_slot *s = slot_of(l, n);
    if (s->n_plus != 0) {
        return s->thing;
    }
    look_failed(l, hw_walk_thing(l->w, n, &t, l->err));
    if (l->rc != HW_OK || (l->slot_count * 2 >= l->slot_room && !grow_slots(l))) {
        return &none;
    }
    struct hw_thing *kept = keep(l, &t);
    if (kept == NULL) {
        return &none;
    }
    *slot_of(l, n) = (struct look_slot){n + 1, kept};
    l->slot_count++;
    return kept;
}

void look_add(struct look *l, struct look_list *v, uint32_t n)
{
    if (l->rc != HW_OK) {
        return;
    }
    if (HW_GROW_IN(l->arena, v->p, v->count, v->room, HW_GROW_MOST) != HW_OK) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory to look at the graph"));
        return;
    }
    v->p[v->count++] = n;
}

bool look_has(const struct look_list *v, uint32_t n)
{
    for (size_t i = 0; i < v->count; i++) {
        if (v->p[i] == n) {
            return true;
        }
    }
    return false;
}

void look_all(struct look *l, enum hw_entity kind, look_wanted *wanted,
              const struct look_list *hosts, struct look_list *out)
{
    struct hw_thing_ask ask = {.kind = kind};
    struct hw_thing t;
    uint32_t n;
    *out = (struct look_list){0};
    int rc = l->rc != HW_OK ? l->rc : hw_walk_find(l->outer, &ask, l->err);
    while (rc == HW_OK && (rc = hw_walk_found(l->outer, &n, &t, l->err)) == HW_ROW) {
        if (wanted == NULL || wanted(&t, hosts)) {
            look_add(l, out, n);
        }
        rc = l->rc;
    }
    look_failed(l, rc);
}

void look_hosts(struct look *l, uint32_t flags, struct look_list *out)
{
    struct look_list all;
    *out = (struct look_list){0};
    look_all(l, HW_ENTITY_HOST, NULL, NULL, &all);
    for (size_t i = 0; i < all.count && l->rc == HW_OK; i++) {
        if ((look_thing(l, all.p[i])->flags & flags) != 0) {
            look_add(l, out, all.p[i]);
        }
    }
}

/* ---- edges ---- */

static void push(struct look *l, struct look_edges *v, uint32_t n, const struct hw_edge *e)
{
    if (HW_GROW(v->p, v->count, v->room, HW_GROW_MOST) != HW_OK) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory to look at the graph"));
        return;
    }
    v->p[v->count++] = (struct look_edge){n, *e};
}

static void look(struct look *l, struct look_edges *out)
{
    struct hw_edge e;
    uint32_t n;
    int rc = l->rc;
    while (rc == HW_OK && (rc = hw_walk_next(l->w, &n, &e, l->err)) == HW_ROW) {
        if (e.lo <= l->q->a->as_of) {
            push(l, out, n, &e);
        }
        rc = l->rc;
    }
    look_failed(l, rc);
}

void look_in(struct look *l, uint32_t thing, struct look_edges *out)
{
    out->count = 0;
    if (l->rc == HW_OK && thing != HW_LOOK_NONE) {
        look_failed(l, hw_walk_back(l->w, thing, l->err));
        look(l, out);
    }
}

void look_out(struct look *l, uint32_t thing, struct look_edges *out)
{
    out->count = 0;
    if (l->rc == HW_OK && thing != HW_LOOK_NONE) {
        look_failed(l, hw_walk_forth(l->w, thing, l->err));
        look(l, out);
    }
}

bool look_from(struct look *l, uint32_t thing, enum hw_verb verb, enum hw_entity kind,
               struct look_edge *out)
{
    struct look_edges v = {0};
    bool found = false;
    look_in(l, thing, &v);
    for (size_t i = 0; i < v.count && !found; i++) {
        if (v.p[i].e.verb == verb &&
            (kind == HW_ENTITY_NONE || look_thing(l, v.p[i].e.subject)->kind == kind)) {
            *out = v.p[i];
            found = true;
        }
    }
    look_edges_done(&v);
    return found;
}

/* A gateway's session before a machine: the address was given to it for that very time. */
uint32_t look_holder(struct look *l, uint32_t address, const struct hw_edge *then)
{
    struct look_edges v = {0};
    uint32_t found = HW_LOOK_NONE;
    bool session = false;
    look_in(l, address, &v);
    for (size_t i = 0; i < v.count; i++) {
        const struct hw_edge *e = &v.p[i].e;
        if ((e->flags & HW_EDGE_HOLDS) == 0 || e->lo > then->hi || e->hi < then->lo || session) {
            continue;
        }
        session = look_thing(l, e->subject)->kind == HW_ENTITY_SESSION;
        found = session || found == HW_LOOK_NONE || e->known < HW_CLAIMED ? e->subject : found;
    }
    look_edges_done(&v);
    return found;
}

static uint32_t subject_of(struct look *l, uint32_t thing, enum hw_verb verb, enum hw_entity kind)
{
    struct look_edge e;
    return look_from(l, thing, verb, kind, &e) ? e.e.subject : HW_LOOK_NONE;
}

uint32_t look_session(struct look *l, uint32_t process)
{
    return subject_of(l, process, HW_VERB_RAN, HW_ENTITY_SESSION);
}

uint32_t look_account(struct look *l, uint32_t session)
{
    return subject_of(l, session, HW_VERB_LOGGED_ON, HW_ENTITY_ACCOUNT);
}

uint32_t look_parent(struct look *l, uint32_t process)
{
    return subject_of(l, process, HW_VERB_SPAWNED, HW_ENTITY_PROCESS);
}

uint32_t look_program(struct look *l, uint32_t process)
{
    return subject_of(l, process, HW_VERB_RAN, HW_ENTITY_FILE);
}

uint32_t look_host(struct look *l, uint32_t thing)
{
    const struct hw_thing *t = look_thing(l, thing);
    return t->kind == HW_ENTITY_HOST ? thing : t->host;
}

/* ---- saying ---- */

const char *look_text(struct look *l, struct hw_span s)
{
    uint8_t *p = hw_arena_alloc(l->q->a->arena, s.n + 1);
    if (p == NULL) {
        look_failed(l, hw_fail(l->err, HW_E_MEMORY, "no memory for words"));
        return "";
    }
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    for (size_t i = 0; i < s.n; i++) { /* a zero would end it */
        p[i] = p[i] == 0 ? '?' : p[i];
    }
    p[s.n] = 0;
    return (const char *)p;
}

const char *look_name(struct look *l, uint32_t thing)
{
    return thing == HW_LOOK_NONE ? "somebody unknown" : look_text(l, look_thing(l, thing)->name);
}

void look_ran(struct hw_finding *f)
{
    if (f != NULL) {
        f->ran = true;
    }
}

const char *look_time(int64_t ns, char out[80])
{
    char text[HW_TIME_TEXT];
    bool known = ns != HW_TIME_NONE && ns != HW_TIME_MIN && ns != HW_TIME_MAX;
    (void)snprintf(out, 80, "%s", known ? hw_time_text(ns, text) : "an unknown time");
    return out;
}

/* To the second, where that is what the clock's width allows. */
int64_t look_middle(const struct hw_edge *e)
{
    bool narrow = e->lo > HW_TIME_MIN && e->hi >= e->lo && e->hi - e->lo <= 10 * HW_LOOK_MINUTE;
    int64_t at = narrow ? e->lo + (e->hi - e->lo) / 2 : e->lo;
    return narrow && e->hi - e->lo >= HW_LOOK_SECOND ? at - at % HW_LOOK_SECOND : at;
}

const char *look_when(const struct hw_edge *e, char out[80])
{
    char a[HW_TIME_TEXT], b[HW_TIME_TEXT];
    bool known = e->lo > HW_TIME_MIN && e->hi < HW_TIME_MAX && e->lo <= e->hi;
    if (!known || e->lo == HW_TIME_NONE) {
        return look_time(HW_TIME_NONE, out);
    }
    if (e->hi - e->lo <= 10 * HW_LOOK_MINUTE) {
        return look_time(look_middle(e), out);
    }
    (void)snprintf(out, 80, "some time from %s to %s", hw_time_text(e->lo, a),
                   hw_time_text(e->hi, b));
    return out;
}

struct hw_finding *look_find(struct look *l, const char *rule, enum hw_severity severity,
                             enum hw_confidence confidence, uint32_t thing,
                             struct hw_span discriminator)
{
    const struct hw_thing *t = look_thing(l, thing);
    struct hw_arena *arena = l->q->a->arena;
    if (l->rc != HW_OK) {
        return NULL;
    }
    struct hw_about about = {.kind = t->kind,
                             .key = hw_span_keep(arena, t->key),
                             .path = hw_span_keep(arena, t->name),
                             .org = hw_span_keep(arena, hw_span_str(t->scope))};
    memcpy(about.id, t->id, sizeof about.id);
    if (t->kind != HW_ENTITY_HOST && t->host != UINT32_MAX) {
        about.host = hw_span_keep(arena, look_thing(l, t->host)->name);
    }
    l->err->code = HW_OK;
    struct hw_finding *f =
        hw_find_about(l->q, rule, severity, confidence, &about, discriminator, l->err);
    if (f == NULL) {
        look_failed(l, l->err->code != HW_OK ? l->err->code : HW_E_MEMORY);
        return NULL;
    }
    f->ran = t->kind == HW_ENTITY_PROCESS;
    if (t->kind != HW_ENTITY_HOST) {
        f->first = t->first_ns;
        f->last = t->last_ns;
    }
    return f;
}

void look_why(struct look *l, struct hw_finding *f, uint32_t edge, const char *fmt, ...)
{
    va_list ap;
    struct hw_edge_place p = {0};
    struct hw_source s = {0};
    if (f == NULL || l->rc != HW_OK) {
        return;
    }
    va_start(ap, fmt);
    struct hw_span says = hw_words_of(l->q->a->arena, fmt, ap);
    va_end(ap);
    if (edge == HW_LOOK_NONE) {
        hw_because(l->q->a->arena, &f->why, says, (struct hw_span){NULL, 0}, false, 0);
        return;
    }
    look_failed(l, hw_walk_place(l->w, edge, &p, l->err));
    if (l->rc == HW_OK && p.source != 0) { /* 0: no record, an examined box */
        look_failed(l, hw_walk_source(l->w, p.source, &s, l->err));
    }
    if (l->rc == HW_OK) {
        hw_because_record(l->q->a->arena, &f->why, says, hw_span_keep(l->q->a->arena, s.path),
                          p.number, p.off);
    }
}

int hw_find_in_graph(struct hw_asking *q, struct hw_error *err)
{
    static void (*const rules[])(struct look * l) = {
        rule_side_loaded,    rule_service_dll,    rule_read_as_data, rule_new_logon,
        rule_reconnaissance, rule_foreign_writer, rule_sign_outside, rule_vpn_device,
        rule_software,       rule_versions,
    };
    struct look l;
    int rc = look_init(&l, q, err);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0] && rc == HW_OK; i++) {
        rules[i](&l);
        rc = l.rc;
    }
    look_done(&l);
    return rc;
}
