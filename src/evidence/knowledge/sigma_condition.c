/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma_condition.c -- what joins the selections of a Sigma rule.
 *
 * Sigma specification 2.1, "Condition". `not` binds closer than `and`, `and` closer than `or`.
 *
 *   or    := and ("or" and)*
 *   and   := not ("and" not)*
 *   not   := "not" not | "(" or ")" | ("1" | NUMBER | "any" | "all") "of" ("them" | NAME) | NAME
 *
 * First a tree, since a program says what joins before it says what is joined.
 */
#include "base/text.h"
#include "evidence/knowledge/sigma.h"

enum { DEPTH = 20, NODES = 2000 };

struct term {
    enum hw_rule_kind kind; /* TEST: the selection `name` */
    struct hw_span name;
    struct term *first, *last, *next;
};

struct parse {
    struct hw_sigma_making *s;
    struct hw_span rest, word; /* word: the one that stands next; empty at the end */
    unsigned depth, nodes;
};

static bool is_word_char(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '_' || c == '*' || c == '-' ||
           c == '.' || c == '?' || c >= 0x80;
}

static void advance(struct parse *p)
{
    struct hw_span s = hw_span_trim(p->rest);
    size_t n = 0;
    while (n < s.n && is_word_char(s.p[n])) {
        n++;
    }
    p->word = hw_span_cut(s, 0, n == 0 && s.n > 0 ? 1 : n);
    p->rest = hw_span_from(s, p->word.n);
}

static bool took(struct parse *p, const char *word)
{
    if (!hw_span_is_nocase(p->word, word)) {
        return false;
    }
    advance(p);
    return true;
}

static struct term *term(struct parse *p, enum hw_rule_kind kind)
{
    struct term *t = p->nodes++ < NODES ? hw_arena_alloc(p->s->arena, sizeof *t) : NULL;
    if (t == NULL) {
        (void)hw_sigma_refuse(p->s, "condition: too long");
        return NULL;
    }
    t->kind = kind;
    return t;
}

static void add(struct term *t, struct term *child)
{
    if (t->last == NULL) {
        t->first = child;
    } else {
        t->last->next = child;
    }
    t->last = child;
}

static struct term *parse_or(struct parse *p);

/* Has the name the form, with `*` for any text? */
static bool fits(struct hw_span name, struct hw_span form)
{
    size_t star = hw_span_find(form, '*');
    struct hw_span tail = hw_span_from(form, star + 1);
    if (star == form.n) {
        return hw_span_equal(name, form);
    }
    return name.n >= star + tail.n && hw_span_find(tail, '*') == tail.n &&
           hw_span_equal(hw_span_cut(name, 0, star), hw_span_cut(form, 0, star)) &&
           hw_span_equal(hw_span_from(name, name.n - tail.n), tail);
}

static bool is_selection(struct hw_span key)
{
    return !hw_span_is(key, "condition") && !hw_span_is(key, "timeframe");
}

/* Each selection whose name has the form, under a node of that kind. */
static struct term *of_them(struct parse *p, struct term *t, struct hw_span form)
{
    const struct hw_yaml *both[2] = {p->s->detection, p->s->global};
    bool them = hw_span_is_nocase(form, "them");
    for (size_t i = 0; i < 2; i++) {
        for (const struct hw_yaml *y = both[i] == NULL ? NULL : both[i]->first; y != NULL;
             y = y->next) {
            bool meant = them ? y->key.n > 0 && y->key.p[0] != '_' : fits(y->key, form);
            struct term *one = NULL;
            if (!is_selection(y->key) || !meant) {
                continue;
            }
            if ((one = term(p, HW_RULE_TEST)) == NULL) {
                return NULL;
            }
            one->name = y->key;
            add(t, one);
        }
    }
    if (t->first == NULL) {
        (void)hw_sigma_refuse(p->s, "condition: it names a selection that is not there");
        return NULL;
    }
    return t;
}

static struct term *parse_name(struct parse *p)
{
    struct hw_span word = p->word;
    uint64_t n = 0;
    if (word.n == 0 || !is_word_char(word.p[0])) {
        bool pipe = hw_span_is(word, "|");
        (void)hw_sigma_refuse(p->s, pipe ? "condition: aggregation" : "condition: not understood");
        return NULL;
    }
    bool all = hw_span_is_nocase(word, "all"), any = hw_span_is_nocase(word, "any");
    advance(p);
    if (!hw_span_is_nocase(p->word, "of")) {
        struct term *t = term(p, HW_RULE_TEST);
        if (t != NULL) {
            t->name = word;
        }
        return t;
    }
    advance(p);
    if (!all && !any && (!hw_span_u64(word, &n) || n == 0 || n > 1000)) {
        (void)hw_sigma_refuse(p->s, "condition: not understood");
        return NULL;
    }
    struct hw_span form = p->word;
    struct term *t = term(p, all ? HW_RULE_ALL : any || n == 1 ? HW_RULE_ANY : HW_RULE_AT_LEAST);
    advance(p);
    if (t != NULL) {
        t->name = word; /* the number, for AT_LEAST */
    }
    return t == NULL ? NULL : of_them(p, t, form);
}

static struct term *parse_not(struct parse *p)
{
    struct term *t = NULL;
    if (p->depth == DEPTH) {
        (void)hw_sigma_refuse(p->s, "condition: nested too deep");
        return NULL;
    }
    p->depth++;
    if (took(p, "not")) {
        struct term *inner = parse_not(p);
        t = inner == NULL ? NULL : term(p, HW_RULE_NOT);
        if (t != NULL) {
            add(t, inner);
        }
    } else if (took(p, "(")) {
        t = parse_or(p);
        if (t != NULL && !took(p, ")")) {
            (void)hw_sigma_refuse(p->s, "condition: a bracket is not closed");
            t = NULL;
        }
    } else {
        t = parse_name(p);
    }
    p->depth--;
    return t;
}

static struct term *joined(struct parse *p, const char *word, enum hw_rule_kind kind,
                           struct term *(*part)(struct parse *))
{
    struct term *t = part(p), *many;
    if (t == NULL || !hw_span_is_nocase(p->word, word)) {
        return t;
    }
    if ((many = term(p, kind)) == NULL) {
        return NULL;
    }
    add(many, t);
    while (took(p, word)) {
        if ((t = part(p)) == NULL) {
            return NULL;
        }
        add(many, t);
    }
    return many;
}

static struct term *parse_and(struct parse *p)
{
    return joined(p, "and", HW_RULE_ALL, parse_not);
}

static struct term *parse_or(struct parse *p)
{
    return joined(p, "or", HW_RULE_ANY, parse_and);
}

static const struct hw_yaml *selection(const struct hw_sigma_making *s, struct hw_span name)
{
    const struct hw_yaml *both[2] = {s->detection, s->global};
    for (size_t i = 0; i < 2; i++) {
        for (const struct hw_yaml *y = both[i] == NULL ? NULL : both[i]->first; y != NULL;
             y = y->next) {
            if (is_selection(y->key) && hw_span_equal(y->key, name)) {
                return y;
            }
        }
    }
    return NULL;
}

static bool emit(struct hw_sigma_making *s, const struct term *t)
{
    if (t->kind == HW_RULE_TEST) {
        const struct hw_yaml *y = selection(s, t->name);
        if (y == NULL) {
            return hw_sigma_refuse(s, "condition: it names a selection that is not there");
        }
        return hw_sigma_selection(s, y);
    }
    uint64_t n = 0;
    if (t->kind == HW_RULE_AT_LEAST && !hw_span_u64(t->name, &n)) {
        return hw_sigma_refuse(s, "condition: not understood");
    }
    hw_rule_open(s->maker, t->kind, (unsigned)n);
    for (const struct term *c = t->first; c != NULL; c = c->next) {
        if (!emit(s, c)) {
            return false;
        }
    }
    hw_rule_close(s->maker);
    return s->maker->why == NULL || hw_sigma_refuse(s, "%s", s->maker->why);
}

bool hw_sigma_condition(struct hw_sigma_making *s, struct hw_span condition)
{
    struct parse p = {.s = s, .rest = condition};
    advance(&p);
    struct term *t = parse_or(&p);
    if (t == NULL) {
        return false;
    }
    if (p.word.n > 0) {
        bool pipe = hw_span_is(p.word, "|");
        return hw_sigma_refuse(s, pipe ? "condition: aggregation" : "condition: not understood");
    }
    return emit(s, t);
}
