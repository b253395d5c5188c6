/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/share.h"

#include <string.h>

#include "base/address.h"
#include "base/text.h"

struct choosing {
    struct hw_trace_answer *a;
    struct hw_span to;
    struct hw_step **steps;
    bool *kept, *way; /* way: for one crossing at a time */
    size_t count;
};

static bool same_end(const struct hw_end *x, const struct hw_end *y)
{
    return x->id[0] != 0 && strcmp(x->id, y->id) == 0;
}

static bool of_party(const struct choosing *c, const struct hw_end *e)
{
    return hw_span_equal_nocase(e->org, c->to) ||
           (strcmp(e->kind, "organisation") == 0 && hw_span_equal_nocase(e->name, c->to));
}

static bool touches(const struct choosing *c, const struct hw_step *s)
{
    return of_party(c, &s->from) || of_party(c, &s->to);
}

static bool at_target(const struct choosing *c, const struct hw_step *s)
{
    return !s->forward && (same_end(&s->from, &c->a->target) || same_end(&s->to, &c->a->target));
}

static bool rejected(const struct hw_step *s)
{
    return hw_is_rejected(s->judged);
}

/* All steps that lead to a marked thing: those into it, and into what these come from. */
static void keep_way_to(struct choosing *c, const struct hw_end *over)
{
    bool more = true;
    bool *way = c->way;
    memset(way, 0, c->count * sizeof *way);
    while (more) {
        more = false;
        for (size_t i = c->count; i-- > 0;) { /* the latest first: one round does nearly all */
            bool leads = !way[i] && !c->steps[i]->context && same_end(&c->steps[i]->to, over);
            for (size_t k = 0; k < c->count && !leads && !way[i]; k++) {
                leads = way[k] && !c->steps[i]->context && !c->steps[i]->forward &&
                        same_end(&c->steps[i]->to, &c->steps[k]->from);
            }
            way[i] = way[i] || leads;
            more = more || leads;
        }
    }
    for (size_t i = 0; i < c->count; i++) {
        c->kept[i] = c->kept[i] || way[i];
    }
}

/* Who and where, of the things that are told. */
static void keep_context(struct choosing *c)
{
    for (int round = 0; round < 2; round++) { /* an account of a session of a process */
        for (size_t i = 0; i < c->count; i++) {
            for (size_t k = 0; k < c->count && c->steps[i]->context && !c->kept[i]; k++) {
                c->kept[i] = c->kept[k] && (same_end(&c->steps[i]->to, &c->steps[k]->to) ||
                                            same_end(&c->steps[i]->to, &c->steps[k]->from));
            }
        }
    }
}

static void choose(struct choosing *c, struct hw_share_kept *out)
{
    for (size_t i = 0; i < c->count; i++) {
        c->kept[i] = c->to.n == 0 || touches(c, c->steps[i]) || at_target(c, c->steps[i]);
        out->met = out->met || (c->to.n > 0 && touches(c, c->steps[i]));
    }
    for (const struct hw_crossing *x = c->a->crossings; x != NULL && c->to.n > 0; x = x->next) {
        if (hw_span_equal_nocase(x->from_org, c->to) || hw_span_equal_nocase(x->to_org, c->to)) {
            out->met = true;
            keep_way_to(c, &x->over);
        }
    }
    for (size_t i = 0; i < c->count && c->to.n > 0 && !out->met; i++) {
        c->kept[i] = !c->steps[i]->forward;
    }
    if (c->to.n > 0) {
        keep_context(c);
    }
}

static bool is_told(const struct choosing *c, const struct hw_end *e)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->kept[i] && (same_end(&c->steps[i]->from, e) || same_end(&c->steps[i]->to, e))) {
            return true;
        }
    }
    return false;
}

static void drop_others(struct choosing *c)
{
    struct hw_step **at = &c->a->steps;
    struct hw_crossing **x = &c->a->crossings;
    struct hw_root **r = &c->a->roots;
    for (size_t i = 0; i < c->count; i++) {
        if (c->kept[i]) {
            *at = c->steps[i];
            at = &c->steps[i]->next;
        }
    }
    *at = NULL;
    while (*x != NULL) {
        if (is_told(c, &(*x)->over)) {
            x = &(*x)->next;
        } else {
            *x = (*x)->next;
        }
    }
    while (*r != NULL) {
        if (is_told(c, &(*r)->at)) {
            r = &(*r)->next;
        } else {
            *r = (*r)->next;
        }
    }
    c->a->missing = NULL;
    c->a->cut = NULL;
    hw_trace_answer_free(c->a->with); /* an answer of its own */
    c->a->with = NULL;
}

int hw_share_select(struct hw_trace_answer *a, struct hw_span to, struct hw_share_kept *out,
                    struct hw_error *err)
{
    struct choosing c = {.a = a, .to = to};
    struct hw_share_kept kept = {.steps = 0};
    for (const struct hw_step *s = a->steps; s != NULL; s = s->next) {
        c.count++;
    }
    c.steps = hw_arena_array(a->arena, c.count + 1, sizeof *c.steps);
    c.kept = hw_arena_array(a->arena, c.count + 1, sizeof *c.kept);
    c.way = hw_arena_array(a->arena, c.count + 1, sizeof *c.way);
    if (c.steps == NULL || c.kept == NULL || c.way == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to choose what concerns whom");
    }
    c.count = 0;
    for (struct hw_step *s = a->steps; s != NULL; s = s->next) {
        c.steps[c.count++] = s;
    }
    choose(&c, &kept);
    for (size_t i = 0; i < c.count; i++) {
        c.kept[i] = c.kept[i] && !rejected(c.steps[i]);
        kept.steps += c.kept[i];
        kept.left += !c.kept[i];
    }
    drop_others(&c);
    *out = kept;
    return HW_OK;
}

/* ---- what it is called there ---- */

static bool is_everybodys(const struct hw_end *e)
{
    static const char *const kinds[] = {"artifact", "certificate", "domain",      "package",
                                        "release",  "url",         "organisation"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(e->kind, kinds[i]) == 0) {
            return true;
        }
    }
    return strcmp(e->kind, "address") == 0 && hw_address_is_public(e->key);
}

static int hide(struct hw_trace_answer *a, struct hw_end *e, const uint8_t key[HW_REDACT_KEY_BYTES],
                struct hw_error *err)
{
    char text[HW_REDACT_TEXT_BYTES];
    e->native = (struct hw_span){NULL, 0};
    e->org = hw_span_starts(e->org, "evidence:") ? (struct hw_span){NULL, 0} : e->org;
    if (e->id[0] == 0 || is_everybodys(e)) {
        return HW_OK;
    }
    int rc = hw_redact_name("thing", hw_span_str(e->id), key, text, err);
    const uint8_t *copy = rc == HW_OK ? hw_arena_copy(a->arena, hw_span_str(text)) : NULL;
    if (copy == NULL) {
        return rc != HW_OK ? rc : hw_fail(err, HW_E_MEMORY, "no memory for pseudonyms");
    }
    e->key = (struct hw_span){copy, strlen(text)};
    return HW_OK;
}

int hw_share_hide(struct hw_trace_answer *a, const uint8_t key[HW_REDACT_KEY_BYTES],
                  struct hw_error *err)
{
    int rc = hide(a, &a->target, key, err);
    for (struct hw_step *s = a->steps; s != NULL && rc == HW_OK; s = s->next) {
        rc = hide(a, &s->from, key, err);
        rc = rc != HW_OK ? rc : hide(a, &s->to, key, err);
    }
    for (struct hw_crossing *x = a->crossings; x != NULL && rc == HW_OK; x = x->next) {
        rc = hide(a, &x->over, key, err);
    }
    for (struct hw_root *r = a->roots; r != NULL && rc == HW_OK; r = r->next) {
        rc = hide(a, &r->at, key, err);
    }
    return rc;
}
