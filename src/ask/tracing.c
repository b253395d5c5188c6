/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/tracing.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/room.h"
#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"
#include "case/cursor.h"
#include "fact/package.h"
#include "fact/why.h"

enum { CONTEXT_EACH = 3 };

/* ---- pieces ---- */

static int too_large(struct hw_error *err)
{
    return hw_fail(err, HW_E_LIMIT, "the answer is too large");
}

static int no_memory(struct tracing *t)
{
    return too_large(t->err);
}

struct hw_span tracing_print(struct tracing *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct hw_span s = hw_words_of(t->a->arena, fmt, ap);
    va_end(ap);
    return s.n > 0 ? s : (struct hw_span){(const uint8_t *)"", 0};
}

static struct hw_span kept_in(struct hw_arena *arena, struct hw_span s)
{
    uint8_t *p = s.n == 0 ? NULL : hw_arena_copy(arena, s);
    return p == NULL ? (struct hw_span){(const uint8_t *)"", 0} : (struct hw_span){p, s.n};
}

int hw_end_of(struct hw_walk *w, struct hw_arena *arena, uint32_t n, struct hw_end *out,
              struct hw_error *err)
{
    struct hw_thing x, host;
    int rc = hw_walk_thing(w, n, &x, err);
    if (rc != HW_OK) {
        return rc;
    }
    *out = (struct hw_end){.kind = hw_entity_word(x.kind),
                           .n = n,
                           .key = kept_in(arena, x.key),
                           .name = kept_in(arena, x.name),
                           .native = kept_in(arena, x.native),
                           .org = kept_in(arena, hw_span_str(x.scope)),
                           .broker = (x.flags & HW_THING_BROKER) != 0,
                           .implied = (x.flags & HW_THING_IMPLIED) != 0,
                           .quiet = (x.flags & HW_THING_QUIET) != 0,
                           .outside = (x.flags & HW_THING_OUTSIDE) != 0};
    struct hw_buf b;
    hw_buf_init(&b, 64);
    hw_buf_str(&b, "e-");
    hw_buf_hex(&b, (struct hw_span){x.id, HW_ID_BYTES});
    const char *id = hw_buf_text(&b);
    (void)snprintf(out->id, sizeof out->id, "%s", id == NULL ? "" : id);
    hw_buf_done(&b);
    if (x.kind == HW_ENTITY_RELEASE) {
        struct hw_span name, version;
        hw_release_split(out->key, &out->org, &name, &version);
    }
    uint32_t on = x.kind == HW_ENTITY_HOST ? n : x.host;
    out->host_n = on;
    if (on == UINT32_MAX) {
        return HW_OK;
    }
    rc = hw_walk_thing(w, on, &host, err);
    if (rc == HW_OK) {
        out->host = kept_in(arena, host.name);
    }
    return rc;
}

int tracing_end(struct tracing *t, uint32_t n, struct hw_end *out)
{
    return hw_end_of(t->w, t->a->arena, n, out, t->err);
}

/* An edge is known by what it joins and when: the same over order, machine and re-reading. */
static int edge_id(const struct hw_edge *e, const struct hw_step *s, char out[20],
                   struct hw_error *err)
{
    struct hw_buf b;
    char id[HW_ID_TEXT];
    hw_buf_init(&b, 512);
    hw_buf_printf(&b, "%s %s %s %lld %lld %s", s->from.id, s->verb, s->to.id, (long long)e->lo,
                  (long long)e->hi, s->why);
    int rc = hw_finding_id("edge", s->to.id, hw_buf_span(&b), id, err);
    (void)snprintf(out, 20, "s-%s", rc == HW_OK ? id + 2 : "");
    hw_buf_done(&b);
    return rc;
}

static int add_place(struct hw_walk *w, struct hw_arena *arena, struct hw_step *s, uint32_t source,
                     uint64_t number, uint64_t off, struct hw_error *err)
{
    struct hw_source src;
    struct hw_place_said *p, **at = &s->places;
    if (source == 0) {
        return HW_OK; /* examined software: its own facts are the source */
    }
    int rc = hw_walk_source(w, source, &src, err);
    p = rc != HW_OK ? NULL : hw_arena_alloc(arena, sizeof *p);
    if (p == NULL) {
        return rc != HW_OK ? rc : too_large(err);
    }
    *p = (struct hw_place_said){.file = kept_in(arena, src.path), .record = number, .off = off};
    memcpy(p->sha256, src.evidence, sizeof p->sha256);
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = p;
    return HW_OK;
}

static uint64_t little(const uint8_t *p, unsigned n)
{
    uint64_t v = 0;
    while (n-- > 0) {
        v = v << 8 | p[n];
    }
    return v;
}

static int add_places(struct hw_walk *w, struct hw_arena *arena, uint32_t n, struct hw_step *s,
                      struct hw_error *err)
{
    enum { EACH = 20, ALSO = 4 };
    struct hw_edge_place p;
    uint8_t also[EACH * ALSO];
    int rc = hw_walk_place(w, n, &p, err);
    if (rc != HW_OK) {
        return rc;
    }
    size_t bytes = p.also.n > sizeof also ? sizeof also : p.also.n;
    memcpy(also, p.also.p == NULL ? (const uint8_t *)"" : p.also.p, bytes);
    s->why = p.why == HW_WHY_RECORD ? "" : hw_why_words(p.why);
    rc = add_place(w, arena, s, p.source, p.number, p.off, err);
    for (size_t i = 0; i + EACH <= bytes && rc == HW_OK; i += EACH) {
        rc = add_place(w, arena, s, (uint32_t)little(also + i, 4), little(also + i + 4, 8),
                       little(also + i + 12, 8), err);
    }
    return rc;
}

int hw_step_of(struct hw_walk *w, struct hw_arena *arena, uint32_t n, const struct hw_edge *e,
               struct hw_step *out, struct hw_error *err)
{
    *out = (struct hw_step){.edge = n,
                            .lo = e->lo,
                            .hi = e->hi,
                            .place = tracing_place(e, 0),
                            .verb = hw_verb_word(e->verb),
                            .known = hw_known_word(e->known),
                            .why = ""};
    int rc = hw_end_of(w, arena, e->subject, &out->from, err);
    rc = rc != HW_OK ? rc : hw_end_of(w, arena, e->object, &out->to, err);
    rc = rc != HW_OK ? rc : add_places(w, arena, n, out, err);
    return rc != HW_OK ? rc : edge_id(e, out, out->id, err);
}

int tracing_step(struct tracing *t, uint32_t n, const struct hw_edge *e, struct tracing_as as)
{
    for (size_t i = 0; i < t->told_count; i++) {
        if (t->told[i].n == n) {
            t->told[i].ways |= as.ways;
            t->told[i].step->context = t->told[i].step->context && as.context;
            t->told[i].step->run = t->told[i].step->run && as.run;
            return HW_OK;
        }
    }
    if (HW_GROW_IN(t->a->arena, t->told, t->told_count, t->told_room, HW_GROW_MOST) != HW_OK) {
        return no_memory(t);
    }
    struct hw_step *s = hw_arena_alloc(t->a->arena, sizeof *s);
    if (s == NULL) {
        return no_memory(t);
    }
    int rc = hw_step_of(t->w, t->a->arena, n, e, s, t->err);
    s->forward = as.forward;
    s->run = as.run;
    s->context = as.context;
    if (rc == HW_OK) {
        t->told[t->told_count++] = (struct told){n, as.ways, *e, as.by, s};
    }
    return rc;
}

/* ---- who and where ---- */

static bool tells_who(const struct hw_edge *e)
{
    if (e->verb == HW_VERB_RAN && e->known == HW_KEYED) {
        return true; /* the session it ran in, or the service it ran as */
    }
    return (e->flags & HW_EDGE_CONTEXT) != 0 &&
           (e->verb == HW_VERB_LOGGED_ON || e->verb == HW_VERB_SIGNED ||
            e->verb == HW_VERB_CONTROLS || e->verb == HW_VERB_SPAWNED || e->verb == HW_VERB_WROTE);
}

static int context_of(struct tracing *t, uint32_t thing, int64_t before, uint32_t ways, bool run)
{
    struct use found[CONTEXT_EACH];
    struct hw_edge e;
    uint32_t n;
    size_t count = 0;
    int rc = hw_walk_back(t->w, thing, t->err);
    while (rc == HW_OK && (rc = hw_walk_next(t->w, &n, &e, t->err)) == HW_ROW) {
        rc = HW_OK;
        if (tells_who(&e) && count < CONTEXT_EACH && e.lo <= before) {
            found[count++] = (struct use){n, e};
        }
    }
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = tracing_step(
            t, found[i].n, &found[i].e,
            (struct tracing_as){.ways = ways, .context = true, .run = run, .by = before});
    }
    return rc;
}

int tracing_context(struct tracing *t)
{
    int rc = HW_OK;
    size_t from = 0;
    for (int round = 0; round < 2; round++) { /* a session that is told tells of its account */
        size_t count = t->told_count;
        for (size_t i = from; i < count && rc == HW_OK; i++) {
            struct told x = t->told[i];
            if (x.step->forward) {
                continue; /* what came of it is long enough */
            }
            bool session = strcmp(x.step->from.kind, "session") == 0;
            rc = round == 0 ? context_of(t, x.e.object, x.e.hi, x.ways, x.step->run) : HW_OK;
            rc = rc != HW_OK || (round > 0 && !session)
                     ? rc
                     : context_of(t, x.e.subject, x.e.hi, x.ways, x.step->run);
        }
        from = count;
    }
    return rc;
}

/* ---- closing ---- */

int64_t tracing_place(const struct hw_edge *e, int64_t by)
{
    int64_t place = (e->flags & HW_EDGE_HOLDS) != 0 ? e->lo : e->lo / 2 + e->hi / 2;
    return by != 0 && place >= by ? by - 1 : place;
}

static int compare_told(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    int64_t p = tracing_place(&x->e, x->by), q = tracing_place(&y->e, y->by);
    return p != q ? (p < q ? -1 : 1) : (x->n > y->n) - (x->n < y->n);
}

static unsigned known_index(const char *word)
{
    for (unsigned i = 0; i < HW_KNOWN_COUNT; i++) {
        if (strcmp(word, hw_known_word((enum hw_known)i)) == 0) {
            return i;
        }
    }
    return 0;
}

static void number(struct tracing *t)
{
    struct hw_step **at = &t->a->steps;
    if (t->told_count > 0) {
        qsort(t->told, t->told_count, sizeof *t->told, compare_told);
    }
    for (size_t i = 0; i < t->told_count; i++) {
        struct hw_step *s = t->told[i].step;
        s->ways = t->told[i].ways;
        s->place = tracing_place(&t->told[i].e, t->told[i].by);
        s->bounded = s->place != tracing_place(&t->told[i].e, 0);
        s->n = ++t->a->step_count;
        t->a->by_known[known_index(s->known)]++;
        *at = s;
        at = &s->next;
    }
}

static unsigned distinct(const struct tracing *t, bool org)
{
    unsigned n = 0;
    for (const struct hw_step *s = t->a->steps; s != NULL; s = s->next) {
        struct hw_span mine = org ? s->from.org : s->from.host;
        bool seen = mine.n == 0 || (org && hw_span_is(mine, "internet"));
        for (const struct hw_step *b = t->a->steps; b != s && !seen; b = b->next) {
            seen = hw_span_equal(org ? b->from.org : b->from.host, mine);
        }
        n += !seen;
    }
    return n;
}

/* The release of `org` that holds these bytes, by name. */
static int release_of(struct tracing *t, uint32_t artifact, struct hw_span org, struct hw_span *out)
{
    struct hw_edge e;
    struct hw_thing r;
    uint32_t n, found = 0;
    int rc = hw_walk_back(t->w, artifact, t->err);
    while (rc == HW_OK && (rc = hw_walk_next(t->w, &n, &e, t->err)) == HW_ROW) {
        rc = HW_OK;
        if (e.verb == HW_VERB_RELEASED && found == 0) {
            rc = hw_walk_thing(t->w, e.subject, &r, t->err);
            struct hw_span by = hw_span_cut(r.key, 0, hw_span_find(r.key, '|'));
            found = rc == HW_OK && hw_span_equal(by, org) ? e.subject : 0;
            if (found != 0) {
                *out = kept_in(t->a->arena, r.name);
            }
        }
    }
    return rc;
}

static int add_crossing(struct tracing *t, const struct hw_end *over, struct hw_span from,
                        struct hw_span to)
{
    struct hw_crossing **at = &t->a->crossings, *c;
    for (; *at != NULL; at = &(*at)->next) {
        if (hw_span_equal((*at)->from_org, from) && hw_span_equal((*at)->to_org, to)) {
            return HW_OK;
        }
    }
    c = hw_arena_alloc(t->a->arena, sizeof *c);
    if (c == NULL) {
        return no_memory(t);
    }
    *c = (struct hw_crossing){.from_org = from, .to_org = to, .over = *over};
    *at = c;
    return release_of(t, over->n, from, &c->release);
}

/* Bytes that come from one organisation's file or release and go to another's file. */
/* Evidence that was added for no organisation says nothing of who is whose. */
static bool is_org(struct hw_span org)
{
    return org.n > 0 && !hw_span_starts(org, "evidence:");
}

/* Bytes pass from who had them first. */
static bool passes(const struct hw_step *a, const struct hw_step *b)
{
    return b->from.n == a->to.n && is_org(b->to.org) && !hw_span_equal(a->from.org, b->to.org) &&
           (b->lo == HW_TIME_MIN || a->lo <= b->lo);
}

static int find_crossings(struct tracing *t)
{
    int rc = HW_OK;
    for (const struct hw_step *a = t->a->steps; a != NULL && rc == HW_OK; a = a->next) {
        if (strcmp(a->to.kind, "artifact") != 0 || !is_org(a->from.org)) {
            continue;
        }
        for (const struct hw_step *b = t->a->steps; b != NULL && rc == HW_OK; b = b->next) {
            if (passes(a, b)) {
                rc = add_crossing(t, &a->to, a->from.org, b->to.org);
            }
        }
    }
    return rc;
}

static int name_of(struct tracing *t, uint32_t n, struct hw_span *out)
{
    struct hw_thing x;
    int rc = n == 0 ? HW_OK : hw_walk_thing(t->w, n, &x, t->err);
    *out = rc == HW_OK && n != 0 ? kept_in(t->a->arena, x.name) : (struct hw_span){NULL, 0};
    return rc;
}

static int say_roots(struct tracing *t)
{
    struct hw_root **at = &t->a->roots, *same;
    struct hw_thing x;
    int rc = HW_OK;
    for (size_t i = 0; i < t->root_count && rc == HW_OK; i++) {
        for (same = t->a->roots; same != NULL && same->at.n != t->roots[i].thing;) {
            same = same->next;
        }
        if (same != NULL) { /* two searches ended there */
            same->ways |= 1U << i;
            continue;
        }
        struct hw_root *r = hw_arena_alloc(t->a->arena, sizeof *r);
        if (r == NULL) {
            return no_memory(t);
        }
        rc = hw_walk_thing(t->w, t->roots[i].thing, &x, t->err);
        if (rc != HW_OK) {
            return rc;
        }
        *r = (struct hw_root){.before = x.first_ns,
                              .ways = 1U << i,
                              .cost = t->roots[i].cost,
                              .principal = t->roots[i].rank == t->roots[0].rank,
                              .observed = (x.flags & (HW_THING_IMPLIED | HW_THING_QUIET)) == 0 &&
                                          x.kind == HW_ENTITY_PROCESS};
        rc = tracing_end(t, t->roots[i].thing, &r->at);
        rc = rc != HW_OK ? rc : name_of(t, t->roots[i].over, &r->replaced);
        rc = rc != HW_OK ? rc : name_of(t, t->roots[i].taker, &r->taker);
        *at = r;
        at = &r->next;
    }
    return rc;
}

/* What an analyst said of a step. */
static int judged(struct tracing *t)
{
    struct hw_judgement_row j;
    struct hw_cursor *k = NULL;
    int rc = hw_case_judgements(t->c, "s-", &k, t->err);
    while (rc == HW_OK && (rc = hw_judgement_next(k, &j, t->err)) == HW_ROW) {
        rc = HW_OK;
        for (struct hw_step *s = t->a->steps; s != NULL && j.current; s = s->next) {
            if (strcmp(s->id, j.subject) == 0) {
                s->judged = j.accept ? "accept" : "reject";
                s->judged_because = kept_in(t->a->arena, hw_span_str(j.because));
            }
        }
    }
    hw_cursor_free(k);
    return rc;
}

int tracing_close(struct tracing *t)
{
    number(t);
    t->a->host_count = distinct(t, false);
    t->a->org_count = distinct(t, true);
    int rc = find_crossings(t);
    rc = rc != HW_OK ? rc : say_roots(t);
    rc = rc != HW_OK ? rc : judged(t);
    rc = rc != HW_OK ? rc : tracing_gaps(t);
    t->a->exit_status = t->a->step_count > 0 ? 0 : 3;
    return rc;
}
