/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/known_graph.c -- what published indicators name in logs and inventories: bytes that a record
 * states a digest of, and domains, addresses and URLs that a machine asked for.
 *
 * A finding is one machine and one thing, with the records that show it and all who published the
 * thing. A file that was examined has its finding already (known.c); here it is said again only
 * where records add that it ran.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/harmless.h"
#include "ask/look.h"
#include "ask/published.h"
#include "ask/sources.h"
#include "ask/touched.h"

enum { REASONS = 12, RECORDS = 4 };

/* What is published of the thing under way. */
struct on_graph {
    struct look look;
    struct hw_toucher toucher;
    struct hw_naming by;
    struct hw_why *why;
    unsigned reasons;
    uint32_t thing; /* HW_LOOK_NONE: none yet */
    enum hw_severity severity;
    enum hw_confidence confidence;
    struct hw_harmless_row harmless;
    struct on_machine *machines; /* that had to do with it, the last met first */
    struct on_machine **of;      /* by number of the thing they are: the last made */
};

struct on_machine {
    struct on_machine *next;
    uint32_t who;   /* the machine; where none is known, who it was */
    uint32_t thing; /* that it had to do with */
    struct hw_finding *finding;
    unsigned records;
    bool told; /* its own copy was examined */
};

/* ---- machines ---- */

static bool is_bytes(struct on_graph *g)
{
    return look_thing(&g->look, g->thing)->kind == HW_ENTITY_ARTIFACT;
}

static bool examined(struct on_graph *g, uint32_t machine)
{
    struct hw_arena *arena = g->look.arena;
    struct hw_span key = hw_machine_key(arena, look_thing(&g->look, machine)->name);
    struct hw_span hex = look_thing(&g->look, g->thing)->name;
    uint8_t sha256[32];
    if (!is_bytes(g) || hex.n != 64 || !hw_hex_decode(hex, sha256, 32)) {
        return false;
    }
    for (const struct hw_file_answer *f = g->look.q->a->files; f != NULL; f = f->next) {
        if (memcmp(f->sha256, sha256, 32) == 0 && key.n > 0 &&
            hw_span_equal(hw_machine_key(arena, f->host), key)) {
            return true;
        }
    }
    return false;
}

static struct on_machine *machine_of(struct on_graph *g, uint32_t who)
{
    struct on_machine *m = g->of[who];
    if (m != NULL && m->thing == g->thing) {
        return m;
    }
    m = hw_arena_alloc(g->look.arena, sizeof *m);
    if (m == NULL) {
        look_failed(&g->look, hw_fail(g->look.err, HW_E_MEMORY, "no memory for machines"));
        return NULL;
    }
    *m = (struct on_machine){
        .next = g->machines, .who = who, .thing = g->thing, .told = examined(g, who)};
    g->machines = g->of[who] = m;
    return m;
}

static struct hw_finding *begin(struct on_graph *g, uint32_t who)
{
    struct look *l = &g->look;
    const struct hw_thing *t = look_thing(l, g->thing);
    struct hw_span key =
        hw_words(l->q->a->arena, "%s\n%s", hw_entity_word(t->kind), look_text(l, t->key));
    return look_find(l, is_bytes(g) ? "known-bad" : "known-contact", g->severity, g->confidence,
                     who, key);
}

static void widen(struct hw_finding *f, int64_t lo, int64_t hi)
{
    if (lo > HW_TIME_MIN && lo != HW_TIME_NONE && hi < HW_TIME_MAX) {
        f->first = f->first == HW_TIME_NONE || lo < f->first ? lo : f->first;
        f->last = f->last == HW_TIME_NONE || hi > f->last ? hi : f->last;
    }
}

static int touched(void *state, const struct hw_touch *t)
{
    struct on_graph *g = state;
    struct look *l = &g->look;
    char when[80];
    const struct hw_edge e = {.lo = t->lo, .hi = t->hi};
    uint32_t who = t->host == UINT32_MAX ? t->who : t->host;
    struct on_machine *m = machine_of(g, who);
    if (m == NULL || (m->told && t->how == HW_TOUCH_HAS)) {
        return l->rc;
    }
    struct hw_finding *f = m->finding = m->finding != NULL ? m->finding : begin(g, who);
    if (f == NULL) {
        return l->rc;
    }
    widen(f, t->lo, t->hi);
    f->ran = f->ran || t->how == HW_TOUCH_RAN;
    if (m->records++ >= RECORDS) {
        return l->rc;
    }
    if (t->how == HW_TOUCH_SPOKE) {
        f->met = hw_span_keep(l->q->a->arena, look_thing(l, g->thing)->name);
        look_why(l, f, t->edge, "%s%s%s at %s", t->who == who ? "" : look_name(l, t->who),
                 t->who == who ? "it asked for or spoke with " : " asked for or spoke with ",
                 look_name(l, g->thing), look_when(&e, when));
    } else if (t->how == HW_TOUCH_RAN) {
        look_why(l, f, t->edge, "%s ran or loaded it at %s", look_name(l, t->who),
                 look_when(&e, when));
    } else {
        bool timed = t->lo > HW_TIME_MIN && t->hi < HW_TIME_MAX;
        look_why(l, f, t->edge, "it lay there%s%s%s%s", t->who == who ? "" : " as ",
                 t->who == who ? "" : look_name(l, t->who), timed ? " at " : "",
                 timed ? look_when(&e, when) : "");
    }
    return l->rc;
}

/* ---- the thing ---- */

static int look_harmless(struct on_graph *g)
{
    struct look *l = &g->look;
    const struct hw_thing *t = look_thing(l, g->thing);
    struct hw_span value = t->name;
    uint8_t bytes[32];
    const char *kind = t->kind == HW_ENTITY_ARTIFACT ? (value.n == 64   ? "sha256"
                                                        : value.n == 40 ? "sha1"
                                                                        : "md5")
                                                     : hw_entity_word(t->kind);
    if (t->kind == HW_ENTITY_ARTIFACT) {
        size_t n = value.n / 2;
        if (n > sizeof bytes || !hw_hex_decode(value, bytes, n)) {
            return HW_OK;
        }
        value = (struct hw_span){bytes, n};
    }
    return hw_harmless_look(l->q->c, l->q->a->arena, kind, value, l->q->policy->as_of, &g->harmless,
                            l->err);
}

/* All that is published of the thing is known: who had to do with it? */
static int close_thing(struct on_graph *g)
{
    struct look *l = &g->look;
    if (g->thing == HW_LOOK_NONE || g->reasons == 0) {
        return l->rc;
    }
    int rc = look_harmless(g);
    hw_because_sources(l->q, &g->why, &g->by);
    rc = rc != HW_OK   ? rc
         : is_bytes(g) ? hw_touched_bytes(&g->toucher, g->thing, touched, g)
                       : hw_touched_place(&g->toucher, g->thing, touched, g);
    for (struct on_machine *m = g->machines; m != NULL && rc == HW_OK; m = m->next) {
        if (m->finding == NULL) {
            continue;
        }
        if (g->harmless.how != HW_HARMLESS_NOT) {
            hw_because_harmless(l->q, m->finding, &g->harmless);
        }
        struct hw_why **end = &m->finding->why;
        while (*end != NULL) {
            end = &(*end)->next;
        }
        *end = g->why; /* one list for all its machines: it is the last of each */
        rc = hw_campaign(l->q, &g->by, m->finding, l->err);
    }
    return rc;
}

static void open_thing(struct on_graph *g, uint32_t thing)
{
    g->thing = thing;
    g->why = NULL;
    g->reasons = 0;
    g->machines = NULL;
    g->by = (struct hw_naming){.count = 0};
    g->severity = HW_INFO;
    g->confidence = HW_CONF_LOW;
    g->harmless = (struct hw_harmless_row){.how = HW_HARMLESS_NOT};
}

/* Addresses pass from hand to hand; of a name below, and more so of the host of a URL that nobody
 * was seen to fetch, it is likely and no more that the same is meant. */
static void weigh(struct on_graph *g, enum hw_named_how how, const struct hw_fact *f)
{
    bool bytes = is_bytes(g), sure = how == HW_NAMED_ITSELF;
    bool address = hw_fact_is(f, HW_INDICATOR_KIND, "address");
    enum hw_severity severity = bytes ? HW_CRITICAL : how == HW_NAMED_HOST ? HW_MEDIUM : HW_HIGH;
    enum hw_confidence confidence = how == HW_NAMED_HOST ? HW_CONF_LOW
                                    : sure && !address   ? HW_CONF_HIGH
                                                         : HW_CONF_MODERATE;
    g->severity = severity > g->severity ? severity : g->severity;
    g->confidence = confidence > g->confidence ? confidence : g->confidence;
}

static int named(void *state, uint32_t thing, enum hw_named_how how, const struct hw_fact_row *by)
{
    static const char *const fits[] = {"matches", "lies above it", "has this host"};
    struct on_graph *g = state;
    struct look *l = &g->look;
    if (!hw_indicator_counts(&by->fact, l->q->policy->as_of) ||
        (hw_is_place(&by->fact) && !hw_place_counts(&by->fact, how))) {
        return HW_OK;
    }
    int rc = hw_asking_sources(l->q, l->err);
    if (rc == HW_OK && thing != g->thing) {
        rc = close_thing(g);
        open_thing(g, thing);
    }
    if (rc != HW_OK) {
        return rc;
    }
    weigh(g, how, &by->fact);
    hw_naming_add(l->q->sources, &g->by, by->reading, by->node);
    return g->reasons++ < REASONS ? hw_because_published(l->q, &g->why, by, fits[how], l->err)
                                  : HW_OK;
}

int hw_find_known_in_graph(struct hw_asking *q, struct hw_error *err)
{
    struct on_graph g = {.thing = HW_LOOK_NONE};
    int rc = look_init(&g.look, q, err);
    g.toucher =
        (struct hw_toucher){.w = g.look.w, .arena = g.look.arena, .as_of = q->a->as_of, .err = err};
    uint64_t things = 0, edges;
    rc = rc != HW_OK ? rc : hw_walk_counts(g.look.w, &things, &edges, err);
    if (rc == HW_OK) {
        g.of = calloc(things + 1, sizeof(struct on_machine *));
        rc = g.of == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for machines") : HW_OK;
    }
    rc = rc != HW_OK ? rc : hw_published(q->c, g.look.outer, g.look.arena, named, &g, err);
    rc = rc != HW_OK ? rc : close_thing(&g);
    free(g.of);
    look_done(&g.look);
    return rc;
}
