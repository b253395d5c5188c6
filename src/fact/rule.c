/* SPDX-License-Identifier: Apache-2.0 */
/* fact/rule.c -- proves and asks the programs of fact/rule.h. rule_text.c compares. */
#include "fact/rule.h"

#include "base/text.h"
#include "fact/rule_text.h"

enum { HEAD = 4, TEST_HEAD = 6 };

/* A node that stands at the beginning of s; false when it is not whole. */
static bool node_at(struct hw_span s, struct hw_span *out)
{
    if (s.n < HEAD) {
        return false;
    }
    size_t n = (size_t)s.p[1] | (size_t)s.p[2] << 8 | (size_t)s.p[3] << 16;
    *out = hw_span_cut(s, 0, n);
    return n >= HEAD && n <= s.n;
}

static size_t children_at(struct hw_span node)
{
    return node.p[0] == HW_RULE_AT_LEAST ? HEAD + 2 : HEAD;
}

/* The value at `at` of a proven test; false at the end. */
static bool value_at(struct hw_span node, size_t *at, enum hw_rule_op *op, struct hw_span *out)
{
    struct hw_span rest = hw_span_from(node, *at);
    if (rest.n < 3) {
        return false;
    }
    size_t n = (size_t)rest.p[1] | (size_t)rest.p[2] << 8;
    *op = (enum hw_rule_op)rest.p[0];
    *out = hw_span_cut(rest, 3, n);
    *at += 3 + out->n;
    return out->n == n;
}

static bool value_fits(enum hw_rule_op op, struct hw_span v, unsigned names)
{
    struct hw_regex re;
    switch (op) {
    case HW_RULE_EQUALS:
    case HW_RULE_CONTAINS:
    case HW_RULE_STARTS:
    case HW_RULE_ENDS:
    case HW_RULE_WILD:
        return true;
    case HW_RULE_MATCHES:
        return hw_regex_check(v, &re);
    case HW_RULE_CIDR:
        return v.n == HW_RULE_CIDR_BYTES && v.p[16] <= 128;
    case HW_RULE_LESS:
    case HW_RULE_LESS_EQUAL:
    case HW_RULE_GREATER:
    case HW_RULE_GREATER_EQUAL:
        return hw_rule_is_number(v);
    case HW_RULE_EXISTS:
    case HW_RULE_NULL:
        return v.n == 0;
    case HW_RULE_FIELD:
        return v.n == 2 && v.p[0] >= HW_RULE_EQUALS && v.p[0] <= HW_RULE_ENDS && v.p[1] < names;
    case HW_RULE_OP_COUNT:
        break;
    }
    return false;
}

static bool test_fits(struct hw_span node, unsigned names)
{
    size_t at = TEST_HEAD;
    enum hw_rule_op op;
    struct hw_span v;
    if (node.n <= TEST_HEAD || (node.p[4] & ~(HW_RULE_CASED | HW_RULE_EACH)) != 0 ||
        (node.p[5] >= names && node.p[5] != HW_RULE_ANY_FIELD)) {
        return false;
    }
    while (value_at(node, &at, &op, &v)) {
        if (!value_fits(op, v, names)) {
            return false;
        }
    }
    return at == node.n;
}

/* Recursion as deep as HW_RULE_DEPTH. */
static bool node_fits(struct hw_span node, unsigned names, unsigned depth)
{
    size_t count = 0;
    if (depth > HW_RULE_DEPTH || node.p[0] < HW_RULE_ALL || node.p[0] > HW_RULE_TEST) {
        return false;
    }
    if (node.p[0] == HW_RULE_TEST) {
        return test_fits(node, names);
    }
    if (node.n <= children_at(node)) {
        return false;
    }
    struct hw_span rest = hw_span_from(node, children_at(node)), child;
    while (rest.n > 0) {
        if (!node_at(rest, &child) || !node_fits(child, names, depth + 1)) {
            return false;
        }
        rest = hw_span_from(rest, child.n);
        count++;
    }
    return node.p[0] != HW_RULE_NOT || count == 1;
}

bool hw_rule_check(struct hw_span program, struct hw_rule *out)
{
    size_t at = HEAD;
    struct hw_span root;
    if (program.n < HEAD || program.n > HW_RULE_PROGRAM_BYTES || program.p[0] != 'Q' ||
        program.p[1] != 1 || program.p[2] > HW_RULE_NAMES || program.p[3] != 0) {
        return false;
    }
    out->name_count = program.p[2];
    for (unsigned i = 0; i < out->name_count; i++) {
        struct hw_span rest = hw_span_from(program, at);
        if (rest.n == 0 || rest.p[0] == 0 || rest.n - 1 < rest.p[0]) {
            return false;
        }
        out->names[i] = hw_span_cut(rest, 1, rest.p[0]);
        at += 1 + out->names[i].n;
    }
    struct hw_span rest = hw_span_from(program, at);
    if (!node_at(rest, &root) || root.n != rest.n || !node_fits(root, out->name_count, 1)) {
        return false;
    }
    out->root = root;
    return true;
}

/* ---- asking ---- */

struct ask {
    const struct hw_rule_record *r;
    struct hw_regex_scratch *scratch;
    uint64_t *fuel;
    bool spent;
};

static bool holds_of(struct ask *a, struct hw_span text, enum hw_rule_op op, struct hw_span v,
                     bool cased)
{
    if (op == HW_RULE_EXISTS) {
        return text.p != NULL;
    }
    if (op == HW_RULE_NULL) {
        return text.n == 0;
    }
    if (text.p == NULL) {
        return false;
    }
    if (op == HW_RULE_FIELD) {
        struct hw_span other = a->r->field(a->r->state, v.p[1]);
        return other.p != NULL &&
               hw_rule_text(text, (enum hw_rule_op)v.p[0], other, cased, a->fuel);
    }
    if (op == HW_RULE_MATCHES) {
        struct hw_regex re;
        hw_regex_open(v, &re);
        enum hw_regex_answer y = hw_regex_match(&re, text, a->scratch, a->fuel);
        a->spent = a->spent || y == HW_REGEX_SPENT;
        return y == HW_REGEX_YES;
    }
    return hw_rule_text(text, op, v, cased, a->fuel);
}

static bool value_holds(struct ask *a, struct hw_span node, enum hw_rule_op op, struct hw_span v)
{
    bool cased = (node.p[4] & HW_RULE_CASED) != 0, found = false;
    if (node.p[5] != HW_RULE_ANY_FIELD) {
        struct hw_span text = a->r->field(a->r->state, node.p[5]);
        found = holds_of(a, text, op, v, cased);
        for (size_t i = 1; a->r->also != NULL && text.p != NULL && !found && !a->spent; i++) {
            text = a->r->also(a->r->state, node.p[5], i);
            found = text.p != NULL && holds_of(a, text, op, v, cased);
            *a->fuel -= *a->fuel > 0;
            a->spent = a->spent || *a->fuel == 0;
        }
        return found;
    }
    for (size_t i = 0; i < a->r->count && !found && !a->spent; i++) {
        found = holds_of(a, a->r->value(a->r->state, i), op, v, cased);
        a->spent = a->spent || *a->fuel == 0;
    }
    return found;
}

static bool test_holds(struct ask *a, struct hw_span node)
{
    bool each = (node.p[4] & HW_RULE_EACH) != 0;
    size_t at = TEST_HEAD;
    enum hw_rule_op op;
    struct hw_span v;
    while (value_at(node, &at, &op, &v) && !a->spent) {
        bool holds = value_holds(a, node, op, v);
        *a->fuel -= *a->fuel > 0;
        a->spent = a->spent || *a->fuel == 0;
        if (holds != each) {
            return holds;
        }
    }
    return each && !a->spent;
}

static bool node_holds(struct ask *a, struct hw_span node)
{
    struct hw_span rest = hw_span_from(node, children_at(node)), child;
    bool all = node.p[0] == HW_RULE_ALL;
    size_t held = 0, want = 1;
    if (node.p[0] == HW_RULE_TEST) {
        return test_holds(a, node);
    }
    if (node.p[0] == HW_RULE_AT_LEAST) {
        want = (size_t)node.p[4] | (size_t)node.p[5] << 8;
    }
    while (!a->spent && (all || held < want) && node_at(rest, &child)) {
        bool holds = node_holds(a, child);
        if (all && !holds) {
            return false;
        }
        held += holds;
        rest = hw_span_from(rest, child.n);
    }
    return all || (held >= want) != (node.p[0] == HW_RULE_NOT);
}

enum hw_rule_answer hw_rule_ask(const struct hw_rule *rule, const struct hw_rule_record *record,
                                struct hw_regex_scratch *scratch, uint64_t *fuel)
{
    struct ask a = {record, scratch, fuel, *fuel == 0};
    bool holds = node_holds(&a, rule->root);
    return a.spent ? HW_RULE_SPENT : holds ? HW_RULE_YES : HW_RULE_NO;
}

/* ---- needs ---- */

struct needs {
    struct hw_span *p;
    size_t n, max, least;
};

static bool put_need(struct needs *s, struct hw_span v)
{
    if (v.n < s->least || s->n == s->max) {
        return false;
    }
    s->p[s->n++] = v;
    return true;
}

/* The longest stretch of a value that must stand in the text as it is. */
static struct hw_span fixed_part(enum hw_rule_op op, struct hw_span v)
{
    struct hw_span best = {NULL, 0};
    if (op > HW_RULE_WILD) {
        return best;
    }
    for (size_t from = 0, at = 0; at <= v.n; at++) {
        bool cut = at == v.n || (op == HW_RULE_WILD && v.p[at] >= HW_RULE_WILD_DASH);
        if (cut && at - from > best.n) {
            best = hw_span_cut(v, from, at - from);
        }
        from = cut ? at + 1 : from;
    }
    return best;
}

static bool test_needs(struct needs *s, struct hw_span node)
{
    bool each = (node.p[4] & HW_RULE_EACH) != 0;
    struct hw_span best = {NULL, 0}, v;
    size_t at = TEST_HEAD;
    enum hw_rule_op op;
    while (value_at(node, &at, &op, &v)) {
        struct hw_span part = fixed_part(op, v);
        best = part.n > best.n ? part : best;
        if (!each && !put_need(s, part)) {
            return false;
        }
    }
    return !each || put_need(s, best);
}

static size_t shortest(const struct needs *s, size_t from)
{
    size_t n = SIZE_MAX;
    for (size_t i = from; i < s->n; i++) {
        n = s->p[i].n < n ? s->p[i].n : n;
    }
    return n;
}

static bool node_needs(struct needs *s, struct hw_span node);

/* Of what all of them need, the list whose shortest text is longest: the rest says nothing more. It
 * lies at `from`, and each other one is tried behind it. */
static bool best_need(struct needs *s, struct hw_span rest)
{
    size_t from = s->n, best = 0;
    struct hw_span child;
    for (; node_at(rest, &child); rest = hw_span_from(rest, child.n)) {
        size_t behind = s->n;
        if (node_needs(s, child) && shortest(s, behind) > best) {
            best = shortest(s, behind);
            for (size_t i = behind; i < s->n; i++) {
                s->p[from + i - behind] = s->p[i];
            }
            s->n = from + s->n - behind;
        } else {
            s->n = behind;
        }
    }
    return best > 0;
}

/* Adds what this node needs; false when that cannot be listed, and what was added says nothing. */
static bool node_needs(struct needs *s, struct hw_span node)
{
    struct hw_span rest = hw_span_from(node, children_at(node)), child;
    switch ((enum hw_rule_kind)node.p[0]) {
    case HW_RULE_TEST:
        return test_needs(s, node);
    case HW_RULE_ALL:
        return best_need(s, rest);
    case HW_RULE_NOT:
        return false;
    case HW_RULE_AT_LEAST:
        if (node.p[4] == 0 && node.p[5] == 0) {
            return false;
        }
        break;
    case HW_RULE_ANY:
        break;
    }
    for (; node_at(rest, &child); rest = hw_span_from(rest, child.n)) {
        if (!node_needs(s, child)) {
            return false;
        }
    }
    return true;
}

size_t hw_rule_needs(const struct hw_rule *rule, size_t least, struct hw_span *out, size_t max)
{
    struct needs s = {out, 0, max, least > 0 ? least : 1};
    return node_needs(&s, rule->root) ? s.n : 0;
}
