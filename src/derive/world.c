/* SPDX-License-Identifier: Apache-2.0 */
#include "derive/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"

enum { BLOCK_BYTES = 4 << 20, VEC_MAX = 1U << 31 };

struct text {
    const uint8_t *p;
    uint32_t n, hash;
};

int world_fail(struct world *w, int rc)
{
    if (w->rc == HW_OK) {
        w->rc = rc;
    }
    return w->rc;
}

static void out_of_memory(struct world *w)
{
    (void)world_fail(w, hw_fail(w->err, HW_E_MEMORY, "no memory for the graph of all records"));
}

uint32_t vec_add(struct world *w, struct vec *v)
{
    if (w->rc != HW_OK) {
        return 0;
    }
    v->p = hw_grow(v->p, v->each, v->count, 1, &v->room, VEC_MAX);
    if (v->count == v->room) {
        out_of_memory(w);
        return 0;
    }
    /* Element by element, so that room which is never used is never touched. */
    memset(v->p + (size_t)v->count * v->each, 0, v->each);
    return v->count++;
}

void vec_free(struct vec *v)
{
    free(v->p);
    *v = (struct vec){.each = v->each};
}

/* ---- tables ---- */

static bool table_grow(struct world *w, struct table *t,
                       uint64_t (*hash_at)(struct world *w, uint32_t index))
{
    uint32_t room = t->room == 0 ? 1024 : t->room * 2;
    uint32_t *slot = room == 0 ? NULL : calloc(room, sizeof *slot);
    if (slot == NULL) {
        out_of_memory(w);
        return false;
    }
    for (uint32_t i = 0; i < t->room; i++) {
        if (t->slot[i] != 0) {
            uint32_t at = (uint32_t)hash_at(w, t->slot[i]) & (room - 1);
            while (slot[at] != 0) {
                at = (at + 1) & (room - 1);
            }
            slot[at] = t->slot[i];
        }
    }
    free(t->slot);
    t->slot = slot;
    t->room = room;
    return true;
}

uint32_t *table_find(struct world *w, struct table *t, uint64_t hash,
                     bool (*same)(struct world *w, uint32_t index, const void *key),
                     const void *key, uint64_t (*hash_at)(struct world *w, uint32_t index))
{
    if (t->used * 2 >= t->room && !table_grow(w, t, hash_at)) {
        return NULL;
    }
    uint32_t at = (uint32_t)hash & (t->room - 1);
    while (t->slot[at] != 0 && !same(w, t->slot[at], key)) {
        at = (at + 1) & (t->room - 1);
    }
    return &t->slot[at];
}

uint64_t world_hash(const void *p, size_t n, uint64_t seed)
{
    const uint8_t *b = p;
    uint64_t h = seed ^ (n * 0x9e3779b97f4a7c15ULL);
    while (n > 0) {
        uint64_t v = 0;
        size_t take = n < 8 ? n : 8;
        memcpy(&v, b, take);
        __uint128_t m = (__uint128_t)(h ^ v) * 0xd6e8feb86659fd93ULL;
        h = (uint64_t)m ^ (uint64_t)(m >> 64);
        b += take;
        n -= take;
    }
    h ^= h >> 32;
    return h * 0x9fb21c651e98df25ULL ^ h >> 28;
}

/* ---- texts ---- */

static bool text_same(struct world *w, uint32_t i, const void *key)
{
    const struct hw_span *s = key;
    const struct text *t = AT(struct text, &w->texts, i);
    return t->n == s->n && memcmp(t->p, s->p, s->n) == 0;
}

static uint64_t text_hash(struct world *w, uint32_t i)
{
    const struct text *t = AT(struct text, &w->texts, i);
    return world_hash(t->p, t->n, 1);
}

static uint8_t *text_room(struct world *w, size_t n)
{
    if (w->block_count == 0 || w->block_used + n > BLOCK_BYTES) {
        size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
        uint8_t **blocks = realloc(w->blocks, (w->block_count + 1) * sizeof *blocks);
        uint8_t *block = blocks == NULL ? NULL : malloc(size);
        w->blocks = blocks == NULL ? w->blocks : blocks;
        if (block == NULL) {
            out_of_memory(w);
            return NULL;
        }
        w->blocks[w->block_count++] = block;
        w->block_used = 0;
    }
    uint8_t *p = w->blocks[w->block_count - 1] + w->block_used;
    w->block_used += n;
    return p;
}

text_id text_of(struct world *w, struct hw_span s)
{
    if (s.n == 0 || s.n > UINT32_MAX / 2 || w->rc != HW_OK) {
        return 0;
    }
    uint32_t *slot =
        table_find(w, &w->text_table, world_hash(s.p, s.n, 1), text_same, &s, text_hash);
    if (slot == NULL || *slot != 0) {
        return slot == NULL ? 0 : *slot;
    }
    uint32_t i = vec_add(w, &w->texts);
    uint8_t *p = i == 0 ? NULL : text_room(w, s.n + 1);
    if (p == NULL) {
        return 0;
    }
    memcpy(p, s.p, s.n);
    p[s.n] = 0;
    *AT(struct text, &w->texts, i) = (struct text){p, (uint32_t)s.n, 0};
    *slot = i;
    w->text_table.used++;
    return i;
}

text_id text_lower(struct world *w, struct hw_span s)
{
    uint8_t small[512], *p = s.n <= sizeof small ? small : malloc(s.n);
    if (p == NULL) {
        out_of_memory(w);
        return 0;
    }
    for (size_t i = 0; i < s.n; i++) {
        p[i] = hw_ascii_lower(s.p[i]);
    }
    text_id t = text_of(w, (struct hw_span){p, s.n});
    if (p != small) {
        free(p);
    }
    return t;
}

text_id text_print(struct world *w, const char *fmt, ...)
{
    struct hw_buf b;
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof text) {
        return text_of(w, (struct hw_span){(const uint8_t *)text, (size_t)n});
    }
    hw_buf_init(&b, 1 << 20);
    char *big = malloc(1 << 20);
    if (big == NULL) {
        out_of_memory(w);
        return 0;
    }
    va_start(ap, fmt);
    n = vsnprintf(big, 1 << 20, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < (1 << 20) ? (size_t)n : (1 << 20) - 1;
    text_id t = text_of(w, (struct hw_span){(const uint8_t *)big, len});
    free(big);
    hw_buf_done(&b);
    return t;
}

struct hw_span text_span(const struct world *w, text_id t)
{
    const struct text *x = AT(const struct text, &w->texts, t);
    return (struct hw_span){t == 0 ? (const uint8_t *)"" : x->p, x->n};
}

const char *text_str(const struct world *w, text_id t)
{
    return (const char *)text_span(w, t).p;
}

/* ---- things ---- */

static bool thing_same(struct world *w, uint32_t i, const void *key)
{
    const struct thing *a = AT(struct thing, &w->things, i), *b = key;
    return a->kind == b->kind && a->scope == b->scope && a->key == b->key;
}

static uint64_t thing_mix(const struct thing *t)
{
    uint32_t k[3] = {(uint32_t)t->kind, t->scope, t->key};
    return world_hash(k, sizeof k, 2);
}

static uint64_t thing_hash(struct world *w, uint32_t i)
{
    return thing_mix(AT(struct thing, &w->things, i));
}

uint32_t thing_known(struct world *w, enum hw_entity kind, text_id scope, text_id key)
{
    struct thing t = {.kind = kind, .scope = hw_entity_scoped(kind) ? scope : 0, .key = key};
    uint32_t *slot = key == 0 || w->rc != HW_OK ? NULL
                                                : table_find(w, &w->thing_table, thing_mix(&t),
                                                             thing_same, &t, thing_hash);
    return slot == NULL ? 0 : *slot;
}

uint32_t thing_of(struct world *w, enum hw_entity kind, text_id scope, text_id key, text_id name)
{
    struct thing t = {.kind = kind,
                      .scope = hw_entity_scoped(kind) ? scope : 0,
                      .key = key,
                      .name = name,
                      .first = HW_TIME_NONE,
                      .last = HW_TIME_NONE};
    if (key == 0 || w->rc != HW_OK) {
        return 0;
    }
    uint32_t *slot = table_find(w, &w->thing_table, thing_mix(&t), thing_same, &t, thing_hash);
    if (slot == NULL || *slot != 0) {
        return slot == NULL ? 0 : *slot;
    }
    uint32_t i = vec_add(w, &w->things);
    if (i != 0) {
        *AT(struct thing, &w->things, i) = t;
        *slot = i;
        w->thing_table.used++;
    }
    return i;
}

struct thing *thing_at(struct world *w, uint32_t t)
{
    return AT(struct thing, &w->things, t);
}

void thing_saw(struct world *w, uint32_t i, int64_t lo, int64_t hi)
{
    struct thing *t = thing_at(w, i);
    if (i == 0 || lo == HW_TIME_NONE) {
        return;
    }
    t->first = t->first == HW_TIME_NONE || lo < t->first ? lo : t->first;
    t->last = t->last == HW_TIME_NONE || hi > t->last ? hi : t->last;
}

void edge_add(struct world *w, uint32_t subject, uint32_t object, struct edge_how how,
              struct when at)
{
    if (subject == 0 || object == 0 || subject == object) {
        return;
    }
    uint32_t i = vec_add(w, &w->edges);
    if (i == 0) {
        return;
    }
    *AT(struct edge, &w->edges, i) = (struct edge){.subject = subject,
                                                   .object = object,
                                                   .lo = at.lo,
                                                   .hi = at.hi,
                                                   .event = at.event,
                                                   .verb = (uint8_t)how.verb,
                                                   .known = (uint8_t)how.known,
                                                   .flags = how.flags,
                                                   .why = how.why};
    if ((how.flags & (HW_EDGE_HOLDS | HW_EDGE_TOLD)) == 0) { /* nobody here saw what is told */
        thing_saw(w, subject, at.lo, at.hi);
        thing_saw(w, object, at.lo, at.hi);
    }
}

/* ---- hosts ---- */

struct host_key {
    text_id scope, name;
};

static bool host_same(struct world *w, uint32_t i, const void *key)
{
    const struct host *h = AT(struct host, &w->hosts, i);
    const struct host_key *k = key;
    return h->scope == k->scope && h->name == k->name;
}

static uint64_t host_hash(struct world *w, uint32_t i)
{
    const struct host *h = AT(struct host, &w->hosts, i);
    struct host_key k = {h->scope, h->name};
    return world_hash(&k, sizeof k, 3);
}

/* A machine is known by the first label of its name: collectors write the same machine short and
 * long, in either case. An address stays whole. */
static struct hw_span first_label(struct hw_span name)
{
    size_t dot = hw_span_find(name, '.');
    bool address = name.n > 0;
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        address = address && (hw_ascii_is_digit(c) || c == '.');
        if (c == ':') {
            return name;
        }
    }
    return address ? name : hw_span_cut(name, 0, dot);
}

uint32_t host_of(struct world *w, text_id scope, struct hw_span name)
{
    name = hw_span_trim(name);
    struct host_key k = {scope, text_lower(w, first_label(name))};
    if (k.name == 0 || w->rc != HW_OK) {
        return 0;
    }
    uint32_t *slot =
        table_find(w, &w->host_table, world_hash(&k, sizeof k, 3), host_same, &k, host_hash);
    if (slot == NULL || *slot != 0) {
        uint32_t is = slot == NULL ? 0 : host_at(w, *slot)->is;
        return slot == NULL ? 0 : is != 0 ? is : *slot;
    }
    uint32_t i = vec_add(w, &w->hosts);
    if (i != 0) {
        *AT(struct host, &w->hosts, i) = (struct host){.scope = scope,
                                                       .name = k.name,
                                                       .shown = text_of(w, first_label(name)),
                                                       .first = HW_TIME_NONE,
                                                       .last = HW_TIME_NONE};
        *slot = i;
        w->host_table.used++;
    }
    return i;
}

void each_when(struct world *w, void (*change)(struct world *w, struct when *at))
{
    struct vec *lists[] = {&w->flows,    &w->logons, &w->explicits, &w->tickets,
                           &w->services, &w->shares, &w->deeds,     &w->leases};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        for (uint32_t i = 1; i < lists[k]->count; i++) {
            change(w, (struct when *)(void *)(lists[k]->p + (size_t)i * lists[k]->each));
        }
    }
}

struct host *host_at(struct world *w, uint32_t h)
{
    return AT(struct host, &w->hosts, h);
}

void host_saw(struct world *w, uint32_t i, int64_t lo, int64_t hi)
{
    struct host *h = host_at(w, i);
    if (i == 0) {
        return;
    }
    h->has_records = true;
    if (lo != HW_TIME_NONE) {
        h->first = h->first == HW_TIME_NONE || lo < h->first ? lo : h->first;
        h->last = h->last == HW_TIME_NONE || hi > h->last ? hi : h->last;
    }
}

uint32_t host_thing(struct world *w, uint32_t i)
{
    struct host *h = host_at(w, i);
    if (i == 0) {
        return 0;
    }
    if (h->thing == 0) {
        uint32_t t = thing_of(w, HW_ENTITY_HOST, h->scope, h->name, h->shown);
        host_at(w, i)->thing = t;
        return t;
    }
    return h->thing;
}

/* ---- beginning and end ---- */

static void vec_init(struct world *w, struct vec *v, size_t each)
{
    v->each = (uint32_t)each;
    (void)vec_add(w, v);
}

static struct vec *vec_of(struct world *w, unsigned i)
{
    struct vec *all[] = {&w->texts,     &w->hosts,    &w->events,  &w->alsos,        &w->logs,
                         &w->actors,    &w->procs,    &w->deeds,   &w->flows,        &w->logons,
                         &w->explicits, &w->tickets,  &w->shares,  &w->services,     &w->leases,
                         &w->claims,    &w->things,   &w->edges,   &w->gaps,         &w->seen_keys,
                         &w->aliases,   &w->versions, &w->holders, &w->same_accounts};
    return i < sizeof all / sizeof all[0] ? all[i] : NULL;
}

int world_init(struct world *w, struct hw_case *c, struct hw_error *err)
{
    static const size_t each[] = {
        sizeof(struct text),
        sizeof(struct host),
        sizeof(struct event),
        sizeof(struct also),
        sizeof(struct log),
        sizeof(struct actor),
        sizeof(struct proc),
        sizeof(struct deed),
        sizeof(struct flow),
        sizeof(struct logon),
        sizeof(struct explicit_logon),
        sizeof(struct ticket),
        sizeof(struct share),
        sizeof(struct service),
        sizeof(struct lease),
        sizeof(struct claim),
        sizeof(struct thing),
        sizeof(struct edge),
        sizeof(struct gap),
        sizeof(uint64_t),
        sizeof(struct alias),
        sizeof(struct version),
        sizeof(struct holder),
        sizeof(struct same_account),
    };
    *w = (struct world){.c = c, .err = err};
    for (unsigned i = 0; vec_of(w, i) != NULL; i++) {
        vec_init(w, vec_of(w, i), each[i]);
    }
    return w->rc;
}

void world_forget_seen(struct world *w)
{
    vec_free(&w->seen_keys);
    free(w->seen.slot);
    w->seen = (struct table){0};
}

/* What joins have used up, before the graph needs the room. */
void world_forget_deeds(struct world *w)
{
    struct vec *all[] = {&w->deeds,    &w->flows,    &w->explicits, &w->tickets, &w->shares,
                         &w->services, &w->versions, &w->procs,     &w->actors};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        vec_free(all[i]);
    }
    free(w->actor_table.slot);
    w->actor_table = (struct table){0};
}

void world_done(struct world *w)
{
    struct table *tables[] = {&w->text_table, &w->host_table, &w->actor_table, &w->thing_table,
                              &w->seen};
    for (unsigned i = 0; vec_of(w, i) != NULL; i++) {
        free(vec_of(w, i)->p);
    }
    for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        free(tables[i]->slot);
    }
    for (uint32_t i = 0; i < w->block_count; i++) {
        free(w->blocks[i]);
    }
    free(w->blocks);
    free(w->procs_by_host);
    free(w->procs_by_pid);
    leases_done(w);
    free(w->writes);
}
