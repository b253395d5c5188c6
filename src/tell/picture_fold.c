/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_fold.c -- what a picture is of: which bands, lanes, cells and arrows.
 *
 * A thing lies in the lane of its host, in the band of its organisation. What a crossing passes
 * over lies in the band it comes from; what has neither host nor organisation beside what it is
 * first met with, except the network, which is nobody's. Keys are looked up in one table of
 * hashes (FNV-1a), so that the work grows with the number of steps.
 */
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/picture.h"
#include "tell/report.h"

enum { SLOTS = 1 << 14 }; /* more than twice the ends of HW_PICTURE_STEPS steps */

struct slot {
    struct hw_span key;
    int value; /* 0: free; else one more than what it stands for */
};
struct table {
    struct slot *slots;
    struct hw_buf key;
};

struct fold {
    struct hw_picture *p;
    struct table lanes, nodes, arrows, ends;
};

static struct slot *find(struct hw_picture *p, struct table *t)
{
    struct hw_span k = hw_buf_span(&t->key);
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < k.n; i++) {
        h = (h ^ k.p[i]) * UINT64_C(1099511628211);
    }
    size_t at = (size_t)(h >> 20) % SLOTS;
    while (t->slots[at].value != 0 && !hw_span_equal(t->slots[at].key, k)) {
        at = (at + 1) % SLOTS;
    }
    if (t->slots[at].value == 0) {
        uint8_t *copy = hw_arena_copy(p->arena, k);
        p->failed = p->failed || copy == NULL || !hw_buf_ok(&t->key);
        t->slots[at].key = (struct hw_span){copy, copy == NULL ? 0 : k.n};
    }
    return &t->slots[at];
}

static void part(struct table *t, struct hw_span s)
{
    hw_buf_printf(&t->key, "%zu:", s.n);
    hw_buf_span_put(&t->key, s);
}

static bool is_kind(const struct hw_end *e, const char *kind)
{
    return strcmp(e->kind, kind) == 0;
}

/* ---- bands and lanes ---- */

static int band(struct fold *f, struct hw_span org)
{
    struct hw_picture *p = f->p;
    for (size_t i = 0; i < p->band_count; i++) {
        if (hw_span_equal(p->bands[i].org, org) || p->bands[i].rest) {
            return (int)i;
        }
    }
    struct hw_picture_band *b = &p->bands[p->band_count];
    b->org = org;
    b->rest = p->band_count + 1 == HW_PICTURE_BANDS;
    return (int)p->band_count++;
}

static int lane(struct fold *f, struct hw_span org, struct hw_span host)
{
    struct hw_picture *p = f->p;
    int in = band(f, org);
    bool rest = p->bands[in].rest;
    hw_buf_clear(&f->lanes.key);
    hw_buf_printf(&f->lanes.key, "%d ", in);
    part(&f->lanes, host);
    struct slot *s = find(p, &f->lanes);
    if (s->value != 0) {
        return s->value - 1;
    }
    if (p->lane_count >= HW_PICTURE_LANES || rest) { /* they share the last one of their band */
        for (size_t i = p->lane_count; i-- > 0;) {
            struct hw_picture_lane *l = &p->lanes[i];
            if (l->band == in && (l->hosts > 1 || i >= HW_PICTURE_LANES || rest)) {
                l->hosts++;
                s->value = (int)i + 1;
                return (int)i;
            }
        }
    }
    p->lanes[p->lane_count] =
        (struct hw_picture_lane){.band = in, .host = host, .hosts = 1, .first = UINT_MAX};
    s->value = (int)++p->lane_count;
    return s->value - 1;
}

static const struct hw_crossing *shipped(const struct hw_trace_answer *a, const struct hw_end *e)
{
    const struct hw_crossing *c = a->crossings;
    while (c != NULL && strcmp(c->over.id, e->id) != 0) {
        c = c->next;
    }
    return c;
}

static bool homeless(const struct hw_end *e)
{
    return e->host.n == 0 && hw_report_org(e->org).n == 0;
}

static int home(struct fold *f, const struct hw_end *e, const struct hw_end *other)
{
    const struct hw_crossing *c = shipped(f->p->a, e);
    struct hw_span none = {NULL, 0};
    if (c != NULL) {
        return lane(f, hw_report_org(c->from_org), none);
    }
    if (homeless(e) && (is_kind(e, "url") || is_kind(e, "address") || is_kind(e, "domain"))) {
        return lane(f, none, none);
    }
    e = homeless(e) && shipped(f->p->a, other) == NULL ? other : e;
    return lane(f, hw_report_org(e->org), e->host);
}

static int home_once(struct fold *f, const struct hw_end *e, const struct hw_end *other)
{
    hw_buf_clear(&f->ends.key);
    hw_buf_str(&f->ends.key, e->id);
    struct slot *s = find(f->p, &f->ends);
    if (s->value == 0) {
        s->value = home(f, e, other) + 1;
    }
    return s->value - 1;
}

/* ---- cells ---- */

static uint32_t principal(const struct hw_trace_answer *a)
{
    uint32_t ways = 0;
    for (const struct hw_root *r = a->roots; r != NULL; r = r->next) {
        ways |= r->principal ? r->ways : 0U;
    }
    return ways;
}

static const struct hw_root *root_at(const struct hw_trace_answer *a, const struct hw_end *e)
{
    const struct hw_root *r = a->roots;
    while (r != NULL && strcmp(r->at.id, e->id) != 0) {
        r = r->next;
    }
    return r;
}

static bool on_way(const struct hw_picture *p, const struct hw_step *s)
{
    uint32_t ways = principal(p->a);
    return !s->forward && !s->context && (ways == 0 || (s->ways & ways) != 0);
}

/* Is this thing one by itself at this level of folding? */
static bool alone(const struct hw_picture *p, const struct hw_end *e, bool needed)
{
    return strcmp(e->id, p->a->target.id) == 0 || root_at(p->a, e) != NULL ||
           shipped(p->a, e) != NULL || (needed && p->level == 0);
}

static int node(struct fold *f, const struct hw_end *e, int in, bool needed)
{
    struct hw_picture *p = f->p;
    bool one = alone(p, e, needed);
    hw_buf_clear(&f->nodes.key);
    if (one) {
        hw_buf_printf(&f->nodes.key, "=%s", e->id);
    } else {
        hw_buf_printf(&f->nodes.key, "%d %s ", in, e->kind);
        if (p->level < 2) {
            part(&f->nodes, hw_picture_stem(e));
        }
    }
    struct slot *s = find(p, &f->nodes);
    if (s->value == 0) {
        struct hw_picture_node *n = &p->nodes[p->node_count];
        const struct hw_root *r = root_at(p->a, e);
        *n = (struct hw_picture_node){.end = e,
                                      .lane = in,
                                      .hollow = e->implied || (r != NULL && !r->observed),
                                      .target = strcmp(e->id, p->a->target.id) == 0,
                                      .needed = one,
                                      .root = r != NULL,
                                      .principal = r != NULL && r->principal,
                                      .of_root = r,
                                      .shipped = shipped(p->a, e),
                                      .at = HW_TIME_NONE};
        n->poisoned = n->shipped != NULL && n->shipped->release.n > 0;
        s->value = (int)++p->node_count;
    }
    return s->value - 1;
}

/* Which ends lie on a way to the target: those keep a cell of their own at first. */
static void mark_needed(struct fold *f, bool *needed)
{
    struct hw_picture *p = f->p;
    for (size_t i = 0; i < p->step_count; i++) {
        const struct hw_step *s = p->steps[i];
        for (int k = 0; k < 2 && !s->forward && !s->context; k++) {
            hw_buf_clear(&f->ends.key);
            hw_buf_str(&f->ends.key, k == 0 ? s->from.id : s->to.id);
            needed[find(p, &f->ends) - f->ends.slots] = true;
        }
    }
}

/* ---- arrows ---- */

static int arrow(struct fold *f, size_t at)
{
    struct hw_picture *p = f->p;
    const struct hw_step *s = p->steps[at];
    int from = p->as_from[at], to = p->as_to[at];
    bool is = strcmp(s->verb, "is") == 0;
    hw_buf_clear(&f->arrows.key);
    /* bytes are a file and the file is the bytes: one arrow */
    hw_buf_printf(&f->arrows.key, "%d %d %s %s", is && from > to ? to : from,
                  is && from > to ? from : to, s->verb, s->known);
    struct slot *slot = find(p, &f->arrows);
    if (slot->value == 0) {
        bool back = is && p->nodes[to].shipped != NULL && p->nodes[from].shipped == NULL &&
                    p->lanes[p->nodes[from].lane].band != p->lanes[p->nodes[to].lane].band;
        p->arrows[p->arrow_count] = (struct hw_picture_arrow){
            .step = s, .from = back ? to : from, .to = back ? from : to, .side = true};
        slot->value = (int)++p->arrow_count;
    }
    struct hw_picture_arrow *x = &p->arrows[slot->value - 1];
    x->count++;
    x->last = s->n;
    x->side = x->side && !on_way(p, s);
    return slot->value - 1;
}

static void clear(struct table *t)
{
    memset(t->slots, 0, SLOTS * sizeof *t->slots);
}

static void draw(struct fold *f, const bool *needed)
{
    struct hw_picture *p = f->p;
    clear(&f->nodes);
    clear(&f->arrows);
    p->node_count = p->arrow_count = 0;
    for (size_t i = 0; i < p->step_count && !p->failed; i++) {
        const struct hw_step *s = p->steps[i];
        for (int k = 0; k < 2; k++) {
            const struct hw_end *e = k == 0 ? &s->from : &s->to;
            hw_buf_clear(&f->ends.key);
            hw_buf_str(&f->ends.key, e->id);
            const struct slot *at = find(p, &f->ends);
            *(k == 0 ? &p->as_from[i] : &p->as_to[i]) =
                node(f, e, at->value - 1, needed[at - f->ends.slots]);
        }
        p->as_arrow[i] = arrow(f, i);
    }
}

/* Beyond what is drawn: the first arrows stay, and cells that none of them touches go. */
static void leave_out(struct hw_picture *p)
{
    int *now = hw_arena_array(p->arena, p->node_count + 1, sizeof *now);
    if (now == NULL || p->arrow_count <= HW_PICTURE_ARROWS) {
        p->failed = p->failed || now == NULL;
        return;
    }
    p->arrow_count = HW_PICTURE_ARROWS;
    for (size_t i = 0; i < p->arrow_count; i++) {
        now[p->arrows[i].from] = now[p->arrows[i].to] = 1;
    }
    size_t kept = 0;
    for (size_t i = 0; i < p->node_count; i++) {
        if (now[i] != 0) {
            p->nodes[kept] = p->nodes[i];
            now[i] = (int)++kept;
        }
    }
    p->node_count = kept;
    for (size_t i = 0; i < p->arrow_count; i++) {
        p->arrows[i].from = now[p->arrows[i].from] - 1;
        p->arrows[i].to = now[p->arrows[i].to] - 1;
    }
    for (size_t i = 0; i < p->step_count; i++) {
        bool in = p->as_arrow[i] < HW_PICTURE_ARROWS;
        p->left += !in;
        p->as_arrow[i] = in ? p->as_arrow[i] : -1;
        p->as_from[i] = now[p->as_from[i]] - 1;
        p->as_to[i] = now[p->as_to[i]] - 1;
    }
}

/* How many things a cell stands for: each id once, in the order of the steps. */
static void count_things(struct fold *f)
{
    struct hw_picture *p = f->p;
    clear(&f->nodes);
    for (size_t i = 0; i < p->step_count; i++) {
        const struct hw_step *s = p->steps[i];
        for (int k = 0; k < 2; k++) {
            int n = k == 0 ? p->as_from[i] : p->as_to[i];
            hw_buf_clear(&f->nodes.key);
            hw_buf_str(&f->nodes.key, k == 0 ? s->from.id : s->to.id);
            struct slot *at = find(p, &f->nodes);
            if (n >= 0 && at->value == 0) {
                at->value = 1;
                p->nodes[n].count++;
            }
        }
    }
}

static bool start(struct fold *f, struct hw_picture *p)
{
    struct table *all[] = {&f->lanes, &f->nodes, &f->arrows, &f->ends};
    f->p = p;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        hw_buf_init(&all[i]->key, 1 << 20);
        all[i]->slots = hw_arena_array(p->arena, SLOTS, sizeof *all[i]->slots);
        p->failed = p->failed || all[i]->slots == NULL;
    }
    p->bands = hw_arena_array(p->arena, HW_PICTURE_BANDS, sizeof *p->bands);
    p->lanes =
        hw_arena_array(p->arena, (size_t)HW_PICTURE_LANES + HW_PICTURE_BANDS + 1, sizeof *p->lanes);
    p->nodes = hw_arena_array(p->arena, (size_t)2 * HW_PICTURE_STEPS + 1, sizeof *p->nodes);
    p->arrows = hw_arena_array(p->arena, HW_PICTURE_STEPS, sizeof *p->arrows);
    return !p->failed && p->bands != NULL && p->lanes != NULL && p->nodes != NULL &&
           p->arrows != NULL;
}

/* A target that no step leads to is shown all the same. */
static void lone_target(struct fold *f)
{
    struct hw_picture *p = f->p;
    if (p->step_count == 0 && p->a->target.kind != NULL) {
        int in = home(f, &p->a->target, &p->a->target);
        p->nodes[node(f, &p->a->target, in, true)].count = 1;
    }
}

void hw_picture_fold(struct hw_picture *p)
{
    struct fold f = {.p = p};
    bool *needed = hw_arena_array(p->arena, SLOTS, sizeof *needed);
    if (!start(&f, p) || needed == NULL) {
        p->failed = true;
        return;
    }
    for (const struct hw_step *s = p->a->steps; s != NULL; s = s->next) {
        if (hw_is_rejected(s->judged) || p->step_count == HW_PICTURE_STEPS) {
            p->left += !hw_is_rejected(s->judged);
            continue;
        }
        p->steps[p->step_count++] = s;
        int at[] = {home_once(&f, &s->from, &s->to), home_once(&f, &s->to, &s->from)};
        for (int k = 0; k < 2; k++) {
            unsigned *first = &p->lanes[at[k]].first;
            *first = !s->context && s->n < *first ? s->n : *first;
        }
    }
    mark_needed(&f, needed);
    do {
        draw(&f, needed);
    } while (p->arrow_count > HW_PICTURE_ARROWS && p->level < 2 && ++p->level > 0);
    leave_out(p);
    count_things(&f);
    lone_target(&f);
    hw_buf_done(&f.lanes.key);
    hw_buf_done(&f.nodes.key);
    hw_buf_done(&f.arrows.key);
    hw_buf_done(&f.ends.key);
}
