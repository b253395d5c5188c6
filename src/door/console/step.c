/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door/console/step.c -- one step of the graph, the records it stands on, and what was decided of
 * it.
 *
 * A step's id is a digest of what it joins (docs/formats/ids.md): nothing is found by it alone.
 * Where it was told by this process its edge is remembered; a caller who knows one of its ends says
 * so (`node`); for any other all edges are looked at, for a while.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/record.h"
#include "base/text.h"
#include "base/time.h"
#include "door/console/room.h"

enum { LOOK_EACH = 1000 };
static const int64_t LOOK_FOR_NS = INT64_C(8) * HW_NS_PER_SECOND;

static bool number_of(struct hw_span id, uint64_t *out)
{
    uint8_t b[8];
    if (id.n != 18 || !hw_hex_decode(hw_span_from(id, 2), b, 8)) {
        return false;
    }
    *out = 0;
    for (int i = 0; i < 8; i++) {
        *out = *out << 8 | b[i];
    }
    return *out != 0;
}

void hw_steps_keep(struct hw_console *k, const struct hw_step *s, const struct hw_edge *e,
                   uint64_t generation)
{
    uint64_t id;
    if (!number_of(hw_span_str(s->id), &id)) {
        return;
    }
    (void)pthread_mutex_lock(&k->state);
    if (k->steps_of != generation) { /* numbers of edges hold for one derivation */
        memset(k->steps, 0, HW_CONSOLE_STEPS * sizeof *k->steps);
        k->steps_of = generation;
    }
    k->steps[id % HW_CONSOLE_STEPS] = (struct hw_known_step){id, s->edge, *e};
    (void)pthread_mutex_unlock(&k->state);
}

void hw_steps_of_chain(struct hw_console *k, const struct hw_trace_answer *a)
{
    uint64_t generation = hw_console_generation(k);
    for (const struct hw_step *s = a->steps; s != NULL; s = s->next) {
        struct hw_edge e = {.subject = s->from.n,
                            .object = s->to.n,
                            .lo = s->lo,
                            .hi = s->hi,
                            .verb = hw_verb_of(hw_span_str(s->verb))};
        while (e.known < HW_CLAIMED && strcmp(hw_known_word(e.known), s->known) != 0) {
            e.known++;
        }
        hw_steps_keep(k, s, &e, generation);
    }
}

bool hw_steps_find(struct hw_console *k, struct hw_span id, uint32_t *out_n, struct hw_edge *out)
{
    uint64_t number;
    if (!number_of(id, &number)) {
        return false;
    }
    (void)pthread_mutex_lock(&k->state);
    const struct hw_known_step *s = &k->steps[number % HW_CONSOLE_STEPS];
    bool found = k->steps_of == k->generation && s->id == number;
    if (found) {
        *out_n = s->n;
        *out = s->edge;
    }
    (void)pthread_mutex_unlock(&k->state);
    return found;
}

struct seeking {
    struct hw_console *k;
    struct hw_walk *w, *ends; /* edges; and what is asked of each */
    struct hw_span id;
    struct hw_arena *arena;
    uint32_t n;
    struct hw_edge e;
    bool found;
};

static int try_edge(struct seeking *s, uint32_t n, const struct hw_edge *e, struct hw_error *err)
{
    struct hw_step step;
    struct hw_arena *arena = hw_arena_new(HW_CONSOLE_ARENA);
    int rc = arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a step")
                           : hw_step_of(s->ends, arena, n, e, &step, err);
    if (rc == HW_OK && hw_span_is(s->id, step.id)) {
        s->found = true;
        s->n = n;
        s->e = *e;
    }
    hw_arena_free(arena);
    return rc;
}

/* Edges that a walk begun on s->w gives, until it is among them. */
static int seek(struct seeking *s, struct hw_error *err)
{
    struct hw_edge e;
    uint32_t n;
    int64_t until = hw_console_now() + LOOK_FOR_NS;
    int rc = HW_OK;
    for (unsigned i = 1; rc == HW_OK && !s->found; i++) {
        rc = hw_walk_next(s->w, &n, &e, err);
        if (rc != HW_ROW) {
            break;
        }
        rc = try_edge(s, n, &e, err);
        if (rc == HW_OK && i % LOOK_EACH == 0 && hw_console_now() > until) {
            return hw_fail(err, HW_E_MISSING,
                           "no such step was found in a while: say one of its ends, as "
                           "?node=e-...");
        }
    }
    return rc;
}

static int find(struct seeking *s, struct hw_span node, struct hw_error *err)
{
    uint32_t n;
    int rc = HW_OK;
    if (hw_steps_find(s->k, s->id, &s->n, &s->e)) {
        s->found = true;
        return HW_OK;
    }
    rc = hw_walk_new(s->k->quick.c, &s->ends, err);
    if (rc == HW_OK && node.n > 0) {
        rc = hw_graph_thing(s->w, node, &n, err);
        rc = rc != HW_OK ? rc : hw_walk_back(s->w, n, err);
        rc = rc != HW_OK ? rc : seek(s, err);
        rc = rc != HW_OK || s->found ? rc : hw_walk_forth(s->w, n, err);
        rc = rc != HW_OK || s->found ? rc : seek(s, err);
    } else if (rc == HW_OK) {
        rc = hw_walk_verb(s->w, HW_VERB_NONE, err);
        rc = rc != HW_OK ? rc : seek(s, err);
    }
    return rc != HW_OK || s->found ? rc
                                   : hw_fail(err, HW_E_MISSING, "the graph has no step %.*s",
                                             (int)s->id.n, (const char *)s->id.p);
}

int hw_json_decisions(struct hw_buf *b, struct hw_case *c, const char *id, bool *out_any,
                      struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_judgement_row j;
    int rc = hw_case_judgements(c, id, &k, err);
    while (rc == HW_OK && (rc = hw_judgement_next(k, &j, err)) == HW_ROW) {
        rc = HW_OK;
        hw_buf_printf(b, "{\"type\":\"decision\",\"schema\":1,\"id\":\"%s\",\"says\":\"%s\",", id,
                      j.accept ? "accept" : "reject");
        hw_json_put(b, "because", hw_span_str(j.because));
        hw_json_put(b, "by", hw_span_str(j.who));
        hw_json_time(b, "at", j.at_ns);
        hw_buf_str(b, "}\n");
        if (out_any != NULL) {
            *out_any = true;
        }
    }
    hw_cursor_free(k);
    return rc;
}

/* ---- records ---- */

struct telling {
    struct hw_buf *out;
    struct hw_span file;
};

static int tell_record(void *state, const struct hw_record *rec, const struct hw_span *names,
                       size_t count)
{
    struct telling *t = state;
    bool first = true;
    hw_buf_str(t->out, "{\"type\":\"record\",\"schema\":1,");
    hw_json_put(t->out, "file", t->file);
    hw_json_put_number(t->out, "record", rec->number);
    hw_json_put_number(t->out, "offset", rec->off);
    hw_json_put_time(t->out, "time", rec->time_ns);
    hw_buf_str(t->out, "\"values\":[");
    for (size_t i = 0; i < count && i < rec->count; i++) {
        if (rec->values[i].p == NULL && rec->values[i].n == 0) {
            continue;
        }
        hw_buf_str(t->out, first ? "{" : ",{");
        hw_json_put(t->out, "name", names[i]);
        hw_json_text(t->out, "value", rec->values[i]);
        hw_buf_char(t->out, '}');
        first = false;
    }
    hw_buf_str(t->out, "]}\n");
    return HW_OK;
}

static int say_records(struct seeking *s, struct hw_buf *out, struct hw_error *err)
{
    struct hw_edge_place p;
    struct hw_record_place at[HW_RECORD_PLACES];
    int rc = hw_walk_place(s->w, s->n, &p, err);
    size_t count = rc != HW_OK ? 0 : hw_record_places(&p, at);
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        struct hw_source src;
        rc = hw_walk_source(s->w, at[i].source, &src, err);
        if (rc == HW_OK) {
            uint8_t *path = hw_arena_copy(s->arena, src.path);
            struct telling t = {out, {path, path == NULL ? 0 : src.path.n}};
            rc = hw_record_at(s->k->quick.c, src.reading, src.node, &at[i], tell_record, &t, err);
        }
    }
    return rc;
}

static int say(struct seeking *s, struct hw_buf *out, struct hw_error *err)
{
    struct hw_step step;
    struct hw_judgement_row j;
    struct hw_cursor *c = NULL;
    int rc = hw_step_of(s->w, s->arena, s->n, &s->e, &step, err);
    rc = rc != HW_OK ? rc : hw_case_judgements(s->k->quick.c, step.id, &c, err);
    while (rc == HW_OK && (rc = hw_judgement_next(c, &j, err)) == HW_ROW) {
        rc = HW_OK;
        if (j.current) {
            struct hw_span because = hw_span_str(j.because);
            uint8_t *p = hw_arena_copy(s->arena, because);
            step.judged = j.accept ? "accept" : "reject";
            step.judged_because = (struct hw_span){p, p == NULL ? 0 : because.n};
        }
    }
    hw_cursor_free(c);
    if (rc == HW_OK) {
        hw_json_step(out, &step);
        rc = say_records(s, out, err);
    }
    return rc != HW_OK ? rc : hw_json_decisions(out, s->k->quick.c, step.id, NULL, err);
}

int hw_get_step(struct hw_console *k, const struct hw_request *q, struct hw_reply *r,
                struct hw_error *err)
{
    struct seeking s = {.k = k, .id = q->id};
    if (q->id.p[0] != 's') {
        return hw_fail(err, HW_E_MISSING, "a step has an id that begins with s-");
    }
    int rc = hw_desk_take(&k->quick, err);
    if (rc != HW_OK) {
        return rc;
    }
    s.arena = hw_arena_new(HW_CONSOLE_ARENA);
    rc = s.arena == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a request")
                         : hw_walk_new(k->quick.c, &s.w, err);
    rc = rc != HW_OK ? rc : find(&s, hw_request_get(q, "node"), err);
    rc = rc != HW_OK ? rc : say(&s, &r->body, err);
    hw_walk_free(s.ends);
    hw_walk_free(s.w);
    hw_arena_free(s.arena);
    hw_desk_leave(&k->quick);
    return rc;
}
