/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_compile.c -- a pattern as written becomes a program (STIX 2.1, 9.3 to 9.7).
 *
 * One pass downwards; rows are put behind what they are made of. [ ] with OR between them become
 * one, since whichever of them is met, one observation is bound. Comparisons are in
 * stix_compile_test.c.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "fact/stix_code.h"
#include "fact/stix_emit.h"

static bool observations(struct stix_emit *e, unsigned *out);

static void put_i64(struct hw_buf *b, int64_t v)
{
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    hw_buf_u64le(b, u);
}

static bool put_node(struct stix_emit *e, struct stix_node n, unsigned *out)
{
    *out = (unsigned)(e->nodes.n / STIX_NODE);
    if (*out >= HW_STIX_GOALS) {
        return hw_stix_refuse(e, "more operators than one pattern may have");
    }
    hw_buf_char(&e->nodes, (char)n.op);
    hw_buf_char(&e->nodes, 0);
    hw_buf_u16le(&e->nodes, (uint16_t)n.a);
    hw_buf_u16le(&e->nodes, (uint16_t)n.b);
    hw_buf_u16le(&e->nodes, 0);
    put_i64(&e->nodes, n.x);
    put_i64(&e->nodes, n.y);
    return true;
}

/* ---- qualifiers ---- */

static bool seconds(struct stix_emit *e, int64_t *out)
{
    double s;
    if ((e->lex.token != STIX_T_INT && e->lex.token != STIX_T_FLOAT) ||
        !hw_stix_number(e->lex.word, &s) || s <= 0) {
        return hw_stix_refuse(e, "WITHIN needs a number of seconds above nought");
    }
    *out = s * 1e9 >= 9e18 ? HW_TIME_MAX : (int64_t)(s * 1e9);
    *out = *out == 0 ? 1 : *out;
    hw_stix_lex_next(&e->lex);
    return hw_stix_word(e, "SECONDS") || hw_stix_refuse(e, "SECONDS is missing");
}

static bool times(struct stix_emit *e, int64_t *out)
{
    uint64_t n;
    if (e->lex.token != STIX_T_INT || !hw_span_u64(e->lex.word, &n) || n == 0) {
        return hw_stix_refuse(e, "REPEATS needs a number above nought");
    }
    if (n > HW_STIX_GOALS / 2 - 1) {
        return hw_stix_refuse(e, "REPEATS asks for more observations than are ever bound");
    }
    *out = (int64_t)n;
    hw_stix_lex_next(&e->lex);
    return hw_stix_word(e, "TIMES") || hw_stix_refuse(e, "TIMES is missing");
}

static bool moment(struct stix_emit *e, int64_t *out)
{
    bool old = (e->flags & HW_STIX_20) != 0 && e->lex.token == STIX_T_TEXT;
    if ((e->lex.token != STIX_T_TIME && !old) || !hw_stix_time(e->lex.word, out)) {
        return hw_stix_refuse(e, "START and STOP need a timestamp");
    }
    hw_stix_lex_next(&e->lex);
    return true;
}

/* One qualifier, if one is next; *seen has a bit for each kind that stood before. */
static bool qualifier(struct stix_emit *e, unsigned *node, unsigned *seen, bool *found)
{
    struct stix_node n = {.a = *node};
    bool ok = true;
    *found = true;
    if (hw_stix_word(e, "WITHIN")) {
        n.op = STIX_WITHIN;
        ok = seconds(e, &n.x);
    } else if (hw_stix_word(e, "REPEATS")) {
        n.op = STIX_REPEATS;
        ok = times(e, &n.x);
    } else if (hw_stix_word(e, "START")) {
        n.op = STIX_BETWEEN;
        ok = moment(e, &n.x) && (hw_stix_word(e, "STOP") || hw_stix_refuse(e, "STOP is missing")) &&
             moment(e, &n.y);
    } else {
        *found = false;
        return true;
    }
    if (ok && (*seen & 1U << n.op) != 0 && (e->flags & HW_STIX_20) == 0) {
        return hw_stix_refuse(e, "the same qualifier twice on one [ ]");
    }
    *seen |= 1U << n.op;
    return ok && put_node(e, n, node);
}

/* ---- operators ---- */

static bool leaf(struct stix_emit *e, unsigned *out)
{
    struct stix_node n = {.op = STIX_LEAF, .b = hw_stix_tests(e)};
    if (!hw_stix_comparison(e, &n.a)) {
        return false;
    }
    if (!hw_stix_sign(e, "]")) {
        return hw_stix_refuse(e, "] is missing");
    }
    return put_node(e, n, out);
}

static bool primary(struct stix_emit *e, unsigned *out)
{
    unsigned seen = 0;
    bool found = true, bare = false;
    if (hw_stix_sign(e, "[")) {
        bare = true;
        if (!leaf(e, out)) {
            return false;
        }
    } else if (hw_stix_sign(e, "(")) {
        if (!hw_stix_enter(e) || !observations(e, out)) {
            return false;
        }
        e->depth--;
        if (!hw_stix_sign(e, ")")) {
            return hw_stix_refuse(e, ") is missing");
        }
    } else {
        return hw_stix_refuse(e, "[ is missing");
    }
    while (found) {
        seen = bare ? seen : 0;
        if (!qualifier(e, out, &seen, &found)) {
            return false;
        }
    }
    return true;
}

static bool all_of(struct stix_emit *e, unsigned *out)
{
    if (!primary(e, out)) {
        return false;
    }
    while (hw_stix_word(e, "AND")) {
        struct stix_node n = {.op = STIX_BOTH, .a = *out};
        if (!primary(e, &n.b) || !put_node(e, n, out)) {
            return false;
        }
    }
    return true;
}

static struct stix_node node_at(const struct stix_emit *e, unsigned i)
{
    struct hw_stix p = {.nodes = hw_buf_span(&e->nodes)};
    return hw_stix_node(&p, i);
}

/* Two leaves, one right behind the other, become the first. */
static bool join(struct stix_emit *e, unsigned a, unsigned b)
{
    struct stix_node x = node_at(e, a), y = node_at(e, b);
    if (x.op != STIX_LEAF || y.op != STIX_LEAF || b != a + 1) {
        return false;
    }
    unsigned both;
    if (!hw_stix_put_either(e, x.a, y.a, &both)) {
        return false;
    }
    e->nodes.n = (size_t)a * STIX_NODE;
    return put_node(e, (struct stix_node){.op = STIX_LEAF, .a = both, .b = x.b}, &a);
}

static bool any_of(struct stix_emit *e, unsigned *out)
{
    if (!all_of(e, out)) {
        return false;
    }
    while (hw_stix_word(e, "OR")) {
        struct stix_node n = {.op = STIX_EITHER, .a = *out};
        if (!all_of(e, &n.b)) {
            return false;
        }
        if (!join(e, n.a, n.b) && (e->why != NULL || !put_node(e, n, out))) {
            return false;
        }
    }
    return true;
}

static bool observations(struct stix_emit *e, unsigned *out)
{
    if (!any_of(e, out)) {
        return false;
    }
    while (hw_stix_word(e, "FOLLOWEDBY")) {
        struct stix_node n = {.op = STIX_FOLLOWED_BY, .a = *out};
        if (!any_of(e, &n.b) || !put_node(e, n, out)) {
            return false;
        }
    }
    return true;
}

/* ---- the whole ---- */

/* Leaves are numbered in their order once it is known which are left. */
static bool number_leaves(struct stix_emit *e)
{
    unsigned leaves = 0;
    for (size_t at = 0; at < e->nodes.n; at += STIX_NODE) {
        if (e->nodes.p[at] == STIX_LEAF) {
            e->nodes.p[at + 8] = (uint8_t)leaves++;
        }
    }
    return leaves <= HW_STIX_LEAVES || hw_stix_refuse(e, "more [ ] than one pattern may have");
}

static bool assemble(struct stix_emit *e, struct hw_buf *out)
{
    struct hw_buf *tables[] = {&e->nodes, &e->tests, &e->steps, &e->values, &e->pool};
    static const unsigned rows[] = {STIX_NODE, STIX_TEST, STIX_STEP, STIX_VALUE};
    size_t n = STIX_HEADER, from = out->n;
    for (size_t i = 0; i < 5; i++) {
        if (!hw_buf_ok(tables[i])) {
            return hw_stix_refuse(e, "more than one program may hold");
        }
        n += tables[i]->n;
    }
    if (n > HW_STIX_PROGRAM_BYTES) {
        return hw_stix_refuse(e, "more than one program may hold");
    }
    hw_buf_str(out, "S\x01");
    hw_buf_u16le(out, 0);
    for (size_t i = 0; i < 4; i++) {
        hw_buf_u16le(out, (uint16_t)(tables[i]->n / rows[i]));
    }
    hw_buf_u32le(out, (uint32_t)e->pool.n);
    for (size_t i = 0; i < 5; i++) {
        hw_buf_span_put(out, hw_buf_span(tables[i]));
    }
    struct hw_stix proof;
    if (!hw_buf_ok(out) || !hw_stix_check(hw_span_from(hw_buf_span(out), from), &proof)) {
        out->n = from;
        return hw_stix_refuse(e, "more than a match may bind");
    }
    return true;
}

bool hw_stix_compile(struct hw_span text, unsigned flags, struct hw_buf *out,
                     struct hw_stix_fault *out_fault)
{
    struct stix_emit e = {.flags = flags};
    struct hw_buf *tables[] = {&e.nodes, &e.tests, &e.steps, &e.values, &e.pool};
    unsigned root;
    for (size_t i = 0; i < 5; i++) {
        hw_buf_init(tables[i], HW_STIX_PROGRAM_BYTES);
    }
    bool ok = text.n <= HW_STIX_PATTERN_BYTES || hw_stix_refuse(&e, "too long for a pattern");
    if (ok) {
        hw_stix_lex_init(&e.lex, text);
        ok = observations(&e, &root) &&
             (e.lex.token == STIX_T_END || hw_stix_refuse(&e, "more behind the pattern's end")) &&
             number_leaves(&e) && assemble(&e, out);
    }
    if (!ok) {
        *out_fault = (struct hw_stix_fault){
            e.why_at, e.why != NULL ? e.why : "more than one program may hold"};
    }
    for (size_t i = 0; i < 5; i++) {
        hw_buf_done(tables[i]);
    }
    return ok;
}
