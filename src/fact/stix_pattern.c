/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_pattern.c -- programs of STIX patterns: proven, and read as a list of values.
 *
 * After hw_stix_check() every index that a row carries is inside its table, every stretch of the
 * pool inside the pool, and each row stands behind those it is made of, so that walking ends.
 */
#include "fact/stix_pattern.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "fact/stix_code.h"

/* ---- rows ---- */

static uint64_t number_at(struct hw_span s, size_t off, size_t bytes)
{
    uint64_t v = 0;
    struct hw_span part = hw_span_cut(s, off, bytes);
    for (size_t i = part.n; i > 0; i--) {
        v = v << 8 | part.p[i - 1];
    }
    return v;
}

static unsigned u8_at(struct hw_span s, size_t off)
{
    return (unsigned)number_at(s, off, 1);
}

static unsigned u16_at(struct hw_span s, size_t off)
{
    return (unsigned)number_at(s, off, 2);
}

static int64_t i64_at(struct hw_span s, size_t off)
{
    uint64_t v = number_at(s, off, 8);
    int64_t out;
    memcpy(&out, &v, sizeof out);
    return out;
}

struct stix_node hw_stix_node(const struct hw_stix *p, unsigned i)
{
    struct hw_span s = hw_span_cut(p->nodes, (size_t)i * STIX_NODE, STIX_NODE);
    return (struct stix_node){.op = (enum stix_node_op)u8_at(s, 0),
                              .a = u16_at(s, 2),
                              .b = u16_at(s, 4),
                              .x = i64_at(s, 8),
                              .y = i64_at(s, 16)};
}

struct stix_test hw_stix_test(const struct hw_stix *p, unsigned i)
{
    struct hw_span s = hw_span_cut(p->tests, (size_t)i * STIX_TEST, STIX_TEST);
    return (struct stix_test){.op = (enum stix_test_op)u8_at(s, 0),
                              .flags = u8_at(s, 1),
                              .a = u16_at(s, 2),
                              .b = u16_at(s, 4),
                              .type = hw_span_cut(p->pool, u16_at(s, 6), u16_at(s, 8)),
                              .value = u16_at(s, 10),
                              .values = u16_at(s, 12)};
}

struct stix_step hw_stix_step(const struct hw_stix *p, unsigned i)
{
    struct hw_span s = hw_span_cut(p->steps, (size_t)i * STIX_STEP, STIX_STEP);
    return (struct stix_step){.kind = (enum stix_step_kind)u8_at(s, 0),
                              .at = u16_at(s, 2),
                              .key = hw_span_cut(p->pool, u16_at(s, 2), u16_at(s, 4))};
}

struct stix_value hw_stix_literal(const struct hw_stix *p, unsigned i)
{
    struct hw_span s = hw_span_cut(p->values, (size_t)i * STIX_VALUE, STIX_VALUE);
    struct stix_value v = {.kind = (enum stix_literal)u8_at(s, 0),
                           .text = hw_span_cut(p->pool, u16_at(s, 2), u16_at(s, 4)),
                           .integer = i64_at(s, 8)};
    memcpy(&v.number, &v.integer, sizeof v.number);
    return v;
}

/* ---- the proof ---- */

static bool in_pool(const struct hw_stix *p, size_t off, size_t n)
{
    return off <= p->pool.n && n <= p->pool.n - off;
}

static bool values_hold(const struct hw_stix *p)
{
    for (unsigned i = 0; i < p->value_count; i++) {
        struct hw_span s = hw_span_cut(p->values, (size_t)i * STIX_VALUE, STIX_VALUE);
        struct stix_value v = hw_stix_literal(p, i);
        struct hw_regex re;
        if (v.kind < STIX_L_INT || v.kind > STIX_L_SUBNET || u8_at(s, 1) != 0 ||
            u16_at(s, 6) != 0 || !in_pool(p, u16_at(s, 2), u16_at(s, 4)) ||
            (v.kind == STIX_L_FLOAT && !isfinite(v.number)) ||
            (v.kind == STIX_L_BOOL && v.integer != 0 && v.integer != 1) ||
            (v.kind == STIX_L_REGEX && !hw_regex_check(v.text, &re))) {
            return false;
        }
        if (v.kind == STIX_L_SUBNET &&
            (v.text.n != STIX_SUBNET_BYTES || (v.text.p[0] != 4 && v.text.p[0] != 6) ||
             v.text.p[1] > (v.text.p[0] == 4 ? 32 : 128))) {
            return false;
        }
    }
    return true;
}

static bool steps_hold(const struct hw_stix *p)
{
    for (unsigned i = 0; i < p->step_count; i++) {
        struct hw_span s = hw_span_cut(p->steps, (size_t)i * STIX_STEP, STIX_STEP);
        unsigned kind = u8_at(s, 0);
        if (kind < STIX_KEY || kind > STIX_ANY || u8_at(s, 1) != 0 ||
            (kind == STIX_KEY && !in_pool(p, u16_at(s, 2), u16_at(s, 4)))) {
            return false;
        }
    }
    return true;
}

static bool comparison_holds(const struct hw_stix *p, const struct stix_test *t)
{
    unsigned wants = t->op == STIX_EXISTS ? 0 : 1;
    if (t->a >= p->step_count || t->b == 0 || t->b > HW_STIX_STEPS || t->b > p->step_count - t->a ||
        hw_stix_step(p, t->a).kind != STIX_KEY || t->type.n == 0) {
        return false;
    }
    if (t->value > p->value_count || t->values > p->value_count - t->value ||
        (t->op != STIX_IN && t->values != wants)) {
        return false;
    }
    for (unsigned i = 0; i < t->values; i++) {
        enum stix_literal kind = hw_stix_literal(p, t->value + i).kind;
        bool subnet = t->op == STIX_ISSUBSET || t->op == STIX_ISSUPERSET;
        if ((t->op == STIX_LIKE && kind != STIX_L_TEXT) ||
            (t->op == STIX_MATCHES) != (kind == STIX_L_REGEX) ||
            subnet != (kind == STIX_L_SUBNET)) {
            return false;
        }
    }
    return true;
}

/* The tests of one leaf: each made of earlier ones of the same leaf. */
static bool tests_hold(const struct hw_stix *p, unsigned first, unsigned last)
{
    for (unsigned i = first; i <= last; i++) {
        struct hw_span s = hw_span_cut(p->tests, (size_t)i * STIX_TEST, STIX_TEST);
        struct stix_test t = hw_stix_test(p, i);
        if (t.op < STIX_AND || t.op > STIX_EXISTS || t.flags > (STIX_NOT | STIX_NOCASE) ||
            u16_at(s, 14) != 0) {
            return false;
        }
        if (t.op == STIX_AND || t.op == STIX_OR) {
            if (t.a < first || t.a >= i || t.b < first || t.b >= i) {
                return false;
            }
        } else if (!in_pool(p, u16_at(s, 6), u16_at(s, 8)) || !comparison_holds(p, &t)) {
            return false;
        }
    }
    return true;
}

static unsigned capped(uint64_t v)
{
    return v > HW_STIX_GOALS ? HW_STIX_GOALS + 1 : (unsigned)v;
}

/* goals[i]: how many goals stand before one another at the most while node i is bound. */
static bool node_holds(struct hw_stix *p, unsigned i, unsigned *goals)
{
    struct stix_node n = hw_stix_node(p, i);
    bool two = n.op == STIX_BOTH || n.op == STIX_EITHER || n.op == STIX_FOLLOWED_BY;
    if (n.op == STIX_LEAF) {
        bool ok = n.x == (int64_t)p->leaf_count && p->leaf_count < HW_STIX_LEAVES &&
                  n.a < p->test_count && n.b <= n.a && tests_hold(p, n.b, n.a);
        p->leaf_count++;
        goals[i] = 1;
        return ok;
    }
    if (n.op < STIX_LEAF || n.op > STIX_BETWEEN || n.a >= i || (two && n.b >= i) ||
        (n.op == STIX_WITHIN && n.x < 1)) {
        return false;
    }
    uint64_t one = 1 + (uint64_t)goals[n.a];
    if (two) {
        goals[i] = capped(one + goals[n.b]);
        return true;
    }
    if (n.op == STIX_REPEATS && (n.x < 1 || n.x > HW_STIX_GOALS)) {
        return false;
    }
    goals[i] = capped(n.op == STIX_REPEATS ? one * (uint64_t)n.x : one);
    return true;
}

static bool nodes_hold(struct hw_stix *p)
{
    unsigned goals[HW_STIX_GOALS];
    if (p->node_count == 0 || p->node_count > HW_STIX_GOALS) {
        return false;
    }
    for (unsigned i = 0; i < p->node_count; i++) {
        goals[i] = 1;
        if (!node_holds(p, i, goals) || goals[i] > HW_STIX_GOALS) {
            return false;
        }
    }
    return true;
}

bool hw_stix_check(struct hw_span program, struct hw_stix *out)
{
    struct hw_stix p = {.node_count = u16_at(program, 4),
                        .test_count = u16_at(program, 6),
                        .step_count = u16_at(program, 8),
                        .value_count = u16_at(program, 10)};
    size_t pool = (size_t)number_at(program, 12, 4), at = STIX_HEADER;
    size_t sizes[] = {(size_t)p.node_count * STIX_NODE, (size_t)p.test_count * STIX_TEST,
                      (size_t)p.step_count * STIX_STEP, (size_t)p.value_count * STIX_VALUE, pool};
    struct hw_span *spans[] = {&p.nodes, &p.tests, &p.steps, &p.values, &p.pool};
    if (program.n < STIX_HEADER || program.n > HW_STIX_PROGRAM_BYTES || program.p[0] != 'S' ||
        program.p[1] != 1 || u16_at(program, 2) != 0 || p.test_count > HW_STIX_TESTS) {
        return false;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i] > program.n - at) {
            return false;
        }
        *spans[i] = hw_span_cut(program, at, sizes[i]);
        at += sizes[i];
    }
    if (at != program.n || !values_hold(&p) || !steps_hold(&p) || !nodes_hold(&p)) {
        return false;
    }
    *out = p;
    return true;
}

/* ---- patterns that are lists of values ---- */

bool hw_stix_is_single(const struct hw_stix *p)
{
    return p->node_count == 1;
}

bool hw_stix_type_at(const struct hw_stix *p, size_t test, struct hw_span *out)
{
    for (; test < p->test_count; test++) {
        struct stix_test t = hw_stix_test(p, (unsigned)test);
        if (t.op > STIX_OR) {
            *out = t.type;
            return true;
        }
        break;
    }
    *out = (struct hw_span){NULL, 0};
    return test < p->test_count;
}

/* One [ ] of equalities of texts, with nothing but `joined` between. */
static bool is_equalities(const struct hw_stix *p, enum stix_test_op joined)
{
    bool yes = hw_stix_is_single(p);
    for (unsigned i = 0; yes && i < p->test_count; i++) {
        struct stix_test t = hw_stix_test(p, i);
        bool set = t.op == STIX_IN && joined == STIX_OR;
        yes = t.op == joined || ((t.op == STIX_EQUAL || set) && (t.flags & STIX_NOT) == 0);
        for (unsigned v = 0; yes && t.op != joined && v < t.values; v++) {
            yes = hw_stix_literal(p, t.value + v).kind == STIX_L_TEXT;
        }
    }
    return yes;
}

bool hw_stix_is_list(const struct hw_stix *p)
{
    return is_equalities(p, STIX_OR);
}

bool hw_stix_is_sum(const struct hw_stix *p)
{
    return is_equalities(p, STIX_AND);
}

static void path_text(const struct hw_stix *p, const struct stix_test *t, struct hw_stix_equal *out)
{
    out->path_n = 0;
    for (unsigned i = 0; i < t->b; i++) {
        struct stix_step s = hw_stix_step(p, t->a + i);
        size_t n = s.key.n + (i > 0);
        if (s.kind != STIX_KEY || n > sizeof out->path - out->path_n) {
            out->path_n = 0;
            return;
        }
        if (i > 0) {
            out->path[out->path_n++] = '.';
        }
        for (size_t k = 0; k < s.key.n; k++) {
            out->path[out->path_n++] = s.key.p[k];
        }
    }
}

bool hw_stix_equal_at(const struct hw_stix *p, size_t i, struct hw_stix_equal *out)
{
    for (unsigned k = 0; k < p->test_count; k++) {
        struct stix_test t = hw_stix_test(p, k);
        if (t.op == STIX_AND || t.op == STIX_OR) {
            continue;
        }
        if (i < t.values) {
            out->type = t.type;
            out->value = hw_stix_literal(p, t.value + (unsigned)i).text;
            path_text(p, &t, out);
            return true;
        }
        i -= t.values;
    }
    return false;
}
