/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/graph.c -- things of the graph, and the edges of one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"
#include "door/console/room.h"

enum { RANKS = 3, THINGS_MAX = 500, EDGES_MAX = 2000000 };

int hw_graph_thing(struct hw_walk *w, struct hw_span id, uint32_t *out_n, struct hw_error *err)
{
    uint8_t bytes[HW_ID_BYTES];
    struct hw_thing t;
    if (!hw_span_starts(id, "e-") || !hw_hex_decode(hw_span_from(id, 2), bytes, sizeof bytes)) {
        return hw_fail(err, HW_E_USAGE, "give the whole id of a thing: e- and 16 digits");
    }
    struct hw_span key = {bytes, sizeof bytes};
    int rc = hw_walk_find(w, &(struct hw_thing_ask){.id_lo = key, .id_hi = key}, err);
    rc = rc != HW_OK ? rc : hw_walk_found(w, out_n, &t, err);
    return rc < 0         ? rc
           : rc == HW_ROW ? HW_OK
                          : hw_fail(err, HW_E_MISSING, "the graph has no thing %.*s", (int)id.n,
                                    (const char *)id.p);
}

int hw_json_thing(struct hw_buf *b, struct hw_walk *w, struct hw_arena *arena, uint32_t n,
                  struct hw_error *err)
{
    struct hw_end e;
    int rc = hw_end_of(w, arena, n, &e, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_printf(b, "{\"type\":\"thing\",\"schema\":1,\"id\":\"%s\",\"kind\":\"%s\",", e.id,
                  e.kind);
    hw_json_put(b, "key", e.key);
    hw_json_put(b, "name", e.name);
    hw_json_put(b, "host", e.host);
    hw_json_text(b, "org", e.org);
    hw_buf_str(b, "}\n");
    return HW_OK;
}

/* A desk, a walk and an arena for one request. */
struct looking {
    struct hw_console *k;
    struct hw_walk *w;
    struct hw_arena *arena;
    uint64_t generation; /* no younger than what w shows */
};

static int look(struct hw_console *k, struct looking *l, struct hw_error *err)
{
    *l = (struct looking){.k = k, .generation = hw_console_generation(k)};
    int rc = hw_desk_take(&k->quick, err);
    if (rc != HW_OK) {
        return rc;
    }
    l->arena = hw_arena_new(HW_CONSOLE_ARENA);
    rc = l->arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a request")
                          : hw_walk_new(k->quick.c, &l->w, err);
    if (rc != HW_OK) {
        hw_arena_free(l->arena);
        hw_desk_leave(&k->quick);
    }
    return rc;
}

static void looked(struct looking *l)
{
    hw_walk_free(l->w);
    hw_arena_free(l->arena);
    hw_desk_leave(&l->k->quick);
}

/* ---- searching ---- */

/* What stands behind the last separator: how people call a file. */
static struct hw_span last_part(struct hw_span s)
{
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != '/' && s.p[at - 1] != '\\') {
        at--;
    }
    return hw_span_from(s, at);
}

/* 0: its very name; 1: its name begins so; 2: somewhere; RANKS: not at all. */
static unsigned rank(struct hw_span name, struct hw_span key, struct hw_span q)
{
    struct hw_span last = last_part(name);
    if (hw_span_equal_nocase(name, q) || hw_span_equal_nocase(key, q) ||
        hw_span_equal_nocase(last, q)) {
        return 0;
    }
    if (hw_span_equal_nocase(hw_span_cut(name, 0, q.n), q) ||
        hw_span_equal_nocase(hw_span_cut(last, 0, q.n), q)) {
        return 1;
    }
    return hw_text_says(name, q) || hw_text_says(key, q) ? 2 : RANKS;
}

struct ranked {
    uint32_t n[RANKS][THINGS_MAX];
    size_t count[RANKS];
};

static int find_all(struct looking *l, struct hw_error *err)
{
    uint8_t lo[HW_ID_BYTES], hi[HW_ID_BYTES];
    memset(lo, 0, sizeof lo);
    memset(hi, 0xff, sizeof hi);
    return hw_walk_find(
        l->w, &(struct hw_thing_ask){.id_lo = {lo, sizeof lo}, .id_hi = {hi, sizeof hi}}, err);
}

/* What all things are called, a line each; kept until the graph is another. */
static int names(struct looking *l, struct hw_lines *out, struct hw_error *err)
{
    struct hw_thing t;
    uint32_t n;
    hw_buf_init(&out->text, HW_CONSOLE_ANSWER);
    int rc = find_all(l, err);
    while (rc == HW_OK && (rc = hw_walk_found(l->w, &n, &t, err)) == HW_ROW) {
        rc = HW_OK;
        hw_buf_printf(&out->text, "%u %u", n, (unsigned)t.kind);
        hw_line_field(&out->text, t.name);
        hw_line_field(&out->text, t.key);
        hw_buf_char(&out->text, '\n');
    }
    rc = rc != HW_OK || hw_buf_ok(&out->text)
             ? rc
             : hw_fail(err, HW_E_LIMIT, "too many things to search");
    return rc != HW_OK ? rc : hw_lines_cut(out, err);
}

static void search_line(struct hw_span line, struct hw_span q, enum hw_entity kind, size_t limit,
                        struct ranked *out)
{
    size_t blank = hw_span_find(line, ' '), first = hw_span_find(line, '\x1f');
    struct hw_span rest = hw_span_from(line, first + 1);
    size_t second = hw_span_find(rest, '\x1f');
    uint64_t n = 0, of = 0;
    unsigned r = rank(hw_span_cut(rest, 0, second), hw_span_from(rest, second + 1), q);
    if (r < RANKS && out->count[r] < limit && hw_span_u64(hw_span_cut(line, 0, blank), &n) &&
        hw_span_u64(hw_span_cut(line, blank + 1, first - blank - 1), &of) &&
        (kind == HW_ENTITY_NONE || of == (uint64_t)kind)) {
        out->n[r][out->count[r]++] = (uint32_t)n;
    }
}

static int search(struct looking *l, struct hw_span q, enum hw_entity kind, size_t limit,
                  struct ranked *out, struct hw_error *err)
{
    static const char key[] = "names of things";
    struct hw_lines own = {.count = 0};
    struct hw_kept *kept = hw_kept_find(l->k, key);
    int rc = kept != NULL ? HW_OK : names(l, &own, err);
    const struct hw_lines *lines = kept != NULL ? &kept->lines : &own;
    for (size_t i = 0; rc == HW_OK && i < lines->count && out->count[0] < limit; i++) {
        search_line(hw_lines_get(lines, i), q, kind, limit, out);
    }
    if (kept != NULL) {
        hw_kept_leave(l->k, kept);
    } else if (rc == HW_OK) {
        hw_kept_put(l->k, key, l->generation, hw_buf_span(&own.text));
    }
    hw_lines_done(&own);
    return rc;
}

/* Without words: the first ones, whichever. */
static int begin(struct looking *l, enum hw_entity kind, size_t limit, struct ranked *out,
                 struct hw_error *err)
{
    struct hw_thing t;
    uint32_t n;
    int rc = find_all(l, err);
    while (rc == HW_OK && out->count[0] < limit &&
           (rc = hw_walk_found(l->w, &n, &t, err)) == HW_ROW) {
        rc = HW_OK;
        if (kind == HW_ENTITY_NONE || t.kind == kind) {
            out->n[0][out->count[0]++] = n;
        }
    }
    return rc;
}

int hw_get_things(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                  struct hw_error *err)
{
    struct hw_span text = hw_request_get(q, "q"), word = hw_request_get(q, "kind");
    enum hw_entity kind = hw_entity_of(word);
    struct looking l;
    uint64_t limit, said = 0;
    int rc = hw_request_number(q, "limit", THINGS_MAX, 50, &limit, err);
    if (rc == HW_OK && word.n > 0 && kind == HW_ENTITY_NONE) {
        rc =
            hw_fail(err, HW_E_USAGE, "kind: \"%.*s\" is no kind of thing: host, file, artifact ...",
                    (int)(word.n > 40 ? 40 : word.n), (const char *)word.p);
    }
    struct ranked *found = rc != HW_OK ? NULL : calloc(1, sizeof *found);
    if (found == NULL) {
        return rc != HW_OK ? rc : hw_fail(err, HW_E_MEMORY, "no memory for a search");
    }
    rc = look(k, &l, err);
    if (rc == HW_OK) {
        rc = text.n > 0 ? search(&l, text, kind, (size_t)limit, found, err)
                        : begin(&l, kind, (size_t)limit, found, err);
        for (unsigned i = 0; i < RANKS; i++) {
            for (size_t j = 0; j < found->count[i] && rc == HW_OK && said < limit; j++, said++) {
                rc = hw_json_thing(&r->body, l.w, l.arena, found->n[i][j], err);
            }
        }
        looked(&l);
    }
    free(found);
    return rc;
}

int hw_get_thing(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                 struct hw_error *err)
{
    struct looking l;
    uint32_t n;
    int rc = look(k, &l, err);
    if (rc == HW_OK) {
        rc = hw_graph_thing(l.w, q->id, &n, err);
        rc = rc != HW_OK ? rc : hw_json_thing(&r->body, l.w, l.arena, n, err);
        looked(&l);
    }
    return rc;
}

/* ---- edges of a thing ---- */

struct near { /* an edge, before it is told */
    uint32_t n;
    int64_t place;
    struct hw_edge e;
};
struct nearby {
    struct near *p;
    size_t count, room;
};

static int earlier(const void *a, const void *b)
{
    const struct near *x = a, *y = b;
    return x->place != y->place ? (x->place < y->place ? -1 : 1) : (x->n > y->n) - (x->n < y->n);
}

static int add(struct nearby *l, uint32_t n, const struct hw_edge *e, struct hw_error *err)
{
    if (HW_GROW(l->p, l->count, l->room, EDGES_MAX) != HW_OK) {
        return hw_fail(err, HW_E_LIMIT,
                       "this thing has too many edges: narrow them with from and until");
    }
    bool holds_on = (e->flags & HW_EDGE_HOLDS) != 0;
    l->p[l->count++] = (struct near){n, holds_on ? e->lo : e->lo / 2 + e->hi / 2, *e};
    return HW_OK;
}

static int gather(struct looking *l, uint32_t n, bool back, int64_t from, int64_t until,
                  struct nearby *out, struct hw_error *err)
{
    struct hw_edge e;
    uint32_t edge;
    int rc = back ? hw_walk_back(l->w, n, err) : hw_walk_forth(l->w, n, err);
    while (rc == HW_OK && (rc = hw_walk_next(l->w, &edge, &e, err)) == HW_ROW) {
        rc = e.hi < from || e.lo > until ? HW_OK : add(out, edge, &e, err);
    }
    if (rc == HW_OK && out->count > 0) {
        qsort(out->p, out->count, sizeof *out->p, earlier);
    }
    return rc;
}

/* What an analyst said of it last. */
static int say_judged(struct looking *l, struct hw_step *s, struct hw_error *err)
{
    struct hw_judgement_row j;
    struct hw_cursor *c = NULL;
    int rc = hw_case_judgements(l->k->quick.c, s->id, &c, err);
    while (rc == HW_OK && (rc = hw_judgement_next(c, &j, err)) == HW_ROW) {
        rc = HW_OK;
        if (j.current && strcmp(j.subject, s->id) == 0) {
            struct hw_span because = hw_span_str(j.because);
            uint8_t *p = hw_arena_copy(l->arena, because);
            s->judged = j.accept ? "accept" : "reject";
            s->judged_because = (struct hw_span){p, p == NULL ? 0 : because.n};
        }
    }
    hw_cursor_free(c);
    return rc;
}

static int say_step(struct looking *l, uint32_t n, const struct hw_edge *e, bool forward,
                    struct hw_buf *out, struct hw_error *err)
{
    struct hw_step s;
    int rc = hw_step_of(l->w, l->arena, n, e, &s, err);
    s.forward = forward;
    s.context = (e->flags & HW_EDGE_CONTEXT) != 0;
    rc = rc != HW_OK ? rc : say_judged(l, &s, err);
    if (rc == HW_OK) {
        hw_json_step(out, &s);
        hw_steps_keep(l->k, &s, e, hw_console_generation(l->k));
    }
    return rc;
}

int hw_get_walk(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                struct hw_error *err)
{
    struct hw_span way = hw_request_get(q, "way");
    struct nearby all = {.count = 0};
    struct looking l;
    struct hw_page_ask page;
    int64_t from = 0, until = 0;
    uint32_t n;
    bool back = way.n == 0 || hw_span_is(way, "back");
    int rc = hw_page_of(q, &page, err);
    rc = rc != HW_OK ? rc : hw_request_time(q, "from", HW_TIME_MIN, &from, err);
    rc = rc != HW_OK ? rc : hw_request_time(q, "until", HW_TIME_MAX, &until, err);
    if (rc == HW_OK && !back && !hw_span_is(way, "forward")) {
        rc = hw_fail(err, HW_E_USAGE, "way: give back or forward");
    }
    rc = rc != HW_OK ? rc : look(k, &l, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_graph_thing(l.w, hw_request_get(q, "node"), &n, err);
    rc = rc != HW_OK ? rc : gather(&l, n, back, from, until, &all, err);
    for (uint64_t i = page.after; rc == HW_OK && i < all.count && i < page.after + page.limit;
         i++) {
        rc = say_step(&l, all.p[i].n, &all.p[i].e, !back, &r->body, err);
    }
    if (rc == HW_OK) {
        hw_page_end(&r->body, &page, all.count, all.count);
    }
    free(all.p);
    looked(&l);
    return rc;
}
