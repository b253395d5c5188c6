/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/hands.c -- a strange hand among those that made something.
 *
 * A build and what tampers with it often go back to one beginning: the machine's first process, or
 * one shell, started both. The end of the chain is then that beginning, by the shortest way, and
 * the hand in between is never told. So a process is an end of its own when it replaced a file
 * that lay there before, another process took that in on the way to the target, nothing but its
 * own start leads further back from it, and the two share no job: nothing recorded started both,
 * or the first of all did, this one itself and the other through others. What makes its parts by
 * itself, as a compiler driver does, is one job; so is a rule of make that writes over its last
 * object.
 */
#include "ask/tracing.h"
#include "base/text.h"
#include "case/cursor.h"

enum { LINE = 64, LOOKED_AT = 256, RANK = 1 };

struct line { /* a process, what started it, and so on; each by its first program */
    uint32_t p[LINE];
    size_t n;
};

static int starter_of(struct tracing *t, uint32_t thing, struct use *out, bool *found)
{
    struct hw_edge e;
    uint32_t n;
    *found = false;
    int rc = hw_walk_back(t->w, thing, t->err);
    while (rc == HW_OK && !*found && (rc = hw_walk_next(t->w, &n, &e, t->err)) == HW_ROW) {
        rc = HW_OK;
        if (e.verb == HW_VERB_SPAWNED) {
            *out = (struct use){n, e};
            *found = true;
        }
    }
    return rc;
}

/* "(pid 4)": a process that becomes another program stays the same one. */
static bool same_process(struct hw_span a, struct hw_span b)
{
    size_t i = a.n, k = b.n;
    while (i > 0 && a.p[i - 1] != '(') {
        i--;
    }
    while (k > 0 && b.p[k - 1] != '(') {
        k--;
    }
    return i > 0 && hw_span_equal(hw_span_from(a, i), hw_span_from(b, k));
}

/* A broker starts what others ask for: no job is its own, so the line ends below it. */
static int line_of(struct tracing *t, uint32_t thing, struct line *out)
{
    struct hw_thing x;
    struct use by = {0};
    bool found;
    int rc = hw_walk_thing(t->w, thing, &x, t->err);
    out->n = 0;
    while (rc == HW_OK && out->n < LINE) {
        struct hw_span was = {hw_arena_copy(t->a->arena, x.name), x.name.n};
        rc = was.p == NULL ? hw_fail(t->err, HW_E_LIMIT, "the answer is too large")
                           : starter_of(t, thing, &by, &found);
        if (rc != HW_OK || !found) {
            break;
        }
        rc = hw_walk_thing(t->w, by.e.subject, &x, t->err);
        if (rc != HW_OK || (x.flags & HW_THING_BROKER) != 0) {
            break;
        }
        if (!same_process(was, x.name)) {
            out->p[out->n++] = thing;
        }
        thing = by.e.subject;
    }
    if (out->n < LINE) {
        out->p[out->n++] = thing;
    }
    return rc;
}

/* Both have a beginning in the records, and it is not one job. */
static bool strangers(const struct line *own, const struct line *other)
{
    for (size_t i = 0; i < own->n; i++) {
        for (size_t k = 0; k < other->n; k++) {
            if (own->p[i] == other->p[k]) {
                return i == 1 && i + 1 == own->n && k > 1;
            }
        }
    }
    return own->n > 1 && other->n > 1;
}

/* The file through which the next process on the way took it in, and that process; 0: none did. */
static int taken(struct tracing *t, const struct search *s, uint32_t label, uint32_t *out_file,
                 uint32_t *out_taker)
{
    struct hw_thing x;
    uint32_t file = 0;
    int rc = HW_OK;
    *out_taker = 0;
    for (label = s->labels[label].parent; label != 0 && rc == HW_OK && *out_taker == 0;
         label = s->labels[label].parent) {
        rc = hw_walk_thing(t->w, s->labels[label].thing, &x, t->err);
        if (rc == HW_OK && x.kind == HW_ENTITY_FILE) {
            file = s->labels[label].thing;
        } else if (rc == HW_OK && x.kind == HW_ENTITY_PROCESS && file != 0) {
            *out_taker = s->labels[label].thing;
        } else if (x.kind != HW_ENTITY_ARTIFACT) {
            break;
        }
    }
    *out_file = file;
    return rc;
}

/* Did another content lie at the same path before? */
static int replaced(struct tracing *t, uint32_t file, bool *out)
{
    struct hw_thing x, y;
    uint32_t n;
    *out = false;
    int rc = hw_walk_thing(t->w, file, &x, t->err);
    if (rc != HW_OK) {
        return rc;
    }
    int64_t first = x.first_ns;
    uint32_t host = x.host;
    struct hw_span name = {hw_arena_copy(t->a->arena, x.name), x.name.n};
    if (name.p == NULL) {
        return hw_fail(t->err, HW_E_LIMIT, "the answer is too large");
    }
    rc = hw_walk_find(t->w, &(struct hw_thing_ask){.kind = HW_ENTITY_FILE, .name = name}, t->err);
    while (rc == HW_OK && (rc = hw_walk_found(t->w, &n, &y, t->err)) == HW_ROW) {
        rc = HW_OK;
        *out = *out || (n != file && y.host == host && y.first_ns < first);
    }
    return rc;
}

static int is_hand(struct tracing *t, const struct search *s, const struct settled *x,
                   struct chosen *out, bool *is)
{
    struct hw_thing thing;
    struct line own, other;
    *is = false;
    *out = (struct chosen){s, x->thing, x->label, s->labels[x->label].cost, RANK, 0, 0};
    int rc = hw_walk_thing(t->w, x->thing, &thing, t->err);
    if (rc != HW_OK || thing.kind != HW_ENTITY_PROCESS || (thing.flags & HW_THING_BROKER) != 0) {
        return rc;
    }
    rc = taken(t, s, x->label, &out->over, &out->taker);
    if (rc != HW_OK || out->taker == 0) {
        return rc;
    }
    rc = line_of(t, x->thing, &own);
    rc = rc != HW_OK ? rc : line_of(t, out->taker, &other);
    if (rc != HW_OK || !strangers(&own, &other)) {
        return rc;
    }
    return replaced(t, out->over, is);
}

int tracing_hands(struct tracing *t, const struct search *s)
{
    struct chosen hand;
    unsigned looked = 0;
    bool is;
    int rc = HW_OK;
    for (uint32_t i = 0; i < s->settled_count && rc == HW_OK && looked < LOOKED_AT; i++) {
        const struct settled *x = &s->settled[i];
        const struct label *l = &s->labels[x->label];
        if (x->ways == 0 || x->ways != x->births || l->parent == 0 || l->e.verb != HW_VERB_WROTE) {
            continue;
        }
        looked++;
        rc = is_hand(t, s, x, &hand, &is);
        if (rc == HW_OK && is && t->root_count < TRACING_ROOTS) {
            t->roots[t->root_count++] = hand;
        }
    }
    return rc;
}

int tracing_birth(struct tracing *t, const struct chosen *r, uint32_t bit)
{
    struct use by = {.n = 0};
    uint32_t thing = r->thing;
    bool found = r->over != 0;
    int rc = HW_OK;
    for (unsigned i = 0; i < LINE && found && rc == HW_OK; i++) {
        rc = starter_of(t, thing, &by, &found);
        if (rc == HW_OK && found) {
            rc = tracing_step(t, by.n, &by.e, (struct tracing_as){.ways = bit});
            thing = by.e.subject;
        }
    }
    return rc;
}
