/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_match.c -- the tests of each [ ] against one observation (STIX 2.1, 9.6 and 9.7).
 *
 * All tests of one [ ] joined by AND are about one object: each object of the observation is asked
 * by itself, and only the references of its own are followed, within the observation.
 */
#include "base/text.h"
#include "fact/stix_code.h"

struct walk {
    struct stix_run *r;
    const struct stix_test *t;
    unsigned best;
};

static const struct hw_stix_object *referred(const struct hw_stix_observation *o, struct hw_span id)
{
    for (size_t i = 0; i < o->count; i++) {
        if (hw_span_equal(o->objects[i].id, id)) {
            return &o->objects[i];
        }
    }
    return NULL;
}

static void settle(struct walk *w, unsigned answer)
{
    w->best = answer == STIX_NOPE || w->best == STIX_YEP ? w->best : answer;
}

static void walk_object(struct walk *w, const struct hw_stix_object *obj, unsigned step);

/* The value that so many steps led to, and the steps that are left. */
static void walk_value(struct walk *w, const struct hw_stix_value *v, struct hw_span key,
                       unsigned step)
{
    bool many = v->kind == HW_STIX_LIST || v->kind == HW_STIX_DICT;
    if (w->best == STIX_YEP || !hw_stix_spend(w->r->fuel, 1)) {
        return;
    }
    if (step == w->t->b) {
        settle(w, hw_stix_compare(w->r, w->t, v, key));
        return;
    }
    struct stix_step s = hw_stix_step(w->r->p, w->t->a + step);
    struct hw_span none = {NULL, 0};
    if (v->kind == HW_STIX_TEXT && s.kind == STIX_KEY) {
        bool ref = hw_span_ends(key, "_ref") || hw_span_ends(key, "_refs");
        const struct hw_stix_object *obj = ref ? referred(w->r->o, v->v.text) : NULL;
        if (obj != NULL) {
            walk_object(w, obj, step);
        }
        return;
    }
    for (size_t i = 0; many && i < v->v.members.n && w->best != STIX_YEP; i++) {
        const struct hw_stix_member *m = &v->v.members.p[i];
        if (s.kind == STIX_ANY) {
            walk_value(w, &m->value, v->kind == HW_STIX_LIST ? key : none, step + 1);
        } else if (s.kind == STIX_AT && v->kind == HW_STIX_LIST && s.at < v->v.members.n) {
            walk_value(w, &v->v.members.p[s.at].value, key, step + 1);
            return;
        } else if (s.kind == STIX_KEY && v->kind == HW_STIX_DICT && hw_span_equal(m->key, s.key)) {
            walk_value(w, &m->value, m->key, step + 1);
            return;
        }
        if (!hw_stix_spend(w->r->fuel, 1)) {
            return;
        }
    }
}

static void walk_object(struct walk *w, const struct hw_stix_object *obj, unsigned step)
{
    struct stix_step s = hw_stix_step(w->r->p, w->t->a + step);
    struct hw_stix_value own = {.kind = HW_STIX_TEXT};
    if (s.kind != STIX_KEY || !hw_stix_spend(w->r->fuel, 1 + obj->count / 8)) {
        return;
    }
    for (size_t i = 0; i < obj->count; i++) {
        if (hw_span_equal(obj->members[i].key, s.key)) {
            walk_value(w, &obj->members[i].value, s.key, step + 1);
            return;
        }
    }
    if (hw_span_is(s.key, "type") || hw_span_is(s.key, "id")) {
        own.v.text = hw_span_is(s.key, "id") ? obj->id : obj->type;
        walk_value(w, &own, s.key, step + 1);
    }
}

static unsigned test_object(struct stix_run *r, unsigned i, const struct hw_stix_object *obj,
                            const uint8_t *answers, unsigned first)
{
    struct stix_test t = hw_stix_test(r->p, i);
    if (t.op == STIX_AND || t.op == STIX_OR) {
        unsigned a = answers[t.a - first], b = answers[t.b - first];
        unsigned ends = t.op == STIX_AND ? STIX_NOPE : STIX_YEP;
        return a == ends || b == ends ? ends : a == STIX_OPEN || b == STIX_OPEN ? STIX_OPEN : a;
    }
    if (!hw_span_equal(t.type, obj->type)) {
        return STIX_NOPE;
    }
    struct walk w = {.r = r, .t = &t, .best = STIX_NOPE};
    walk_object(&w, obj, 0);
    return w.best;
}

static unsigned test_leaf(struct stix_run *r, unsigned first, unsigned last)
{
    uint8_t *answers = r->scratch->answers;
    unsigned best = STIX_NOPE;
    for (size_t k = 0; k < r->o->count && best != STIX_YEP; k++) {
        for (unsigned i = first; i <= last; i++) {
            if (!hw_stix_spend(r->fuel, 1)) {
                return STIX_OPEN;
            }
            answers[i - first] = (uint8_t)test_object(r, i, &r->o->objects[k], answers, first);
        }
        unsigned a = answers[last - first];
        best = a == STIX_NOPE ? best : a;
    }
    return best;
}

bool hw_stix_observe(const struct hw_stix *p, const struct hw_stix_observation *o,
                     struct hw_stix_scratch *scratch, uint64_t *fuel, struct hw_stix_hit *out)
{
    struct stix_run r = {.p = p, .o = o, .scratch = scratch, .fuel = fuel};
    *out = (struct hw_stix_hit){.first = o->first, .last = o->last, .number = o->number};
    for (unsigned i = 0; i < p->node_count; i++) {
        struct stix_node n = hw_stix_node(p, i);
        if (n.op != STIX_LEAF) {
            continue;
        }
        unsigned a = test_leaf(&r, n.b, n.a);
        out->meets |= a == STIX_YEP ? UINT64_C(1) << n.x : 0;
        out->unsure |= a == STIX_OPEN ? UINT64_C(1) << n.x : 0;
    }
    return *fuel > 0;
}

enum hw_stix_answer hw_stix_match(const struct hw_stix *p, const struct hw_stix_observation *o,
                                  size_t count, struct hw_stix_scratch *scratch, uint64_t *fuel,
                                  struct hw_stix_hit *room)
{
    for (size_t i = 0; i < count; i++) {
        if (!hw_stix_observe(p, &o[i], scratch, fuel, &room[i])) {
            return HW_STIX_GAVE_UP;
        }
        room[i].tag = i;
    }
    return hw_stix_bind(p, room, count, scratch, fuel);
}
