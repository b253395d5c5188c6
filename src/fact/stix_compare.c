/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_compare.c -- one observed value against the literals of one test (STIX 2.1, 9.6).
 *
 * Values of kinds that cannot be compared are unequal, and no order holds between them. A text and
 * bytes are compared character by byte, as long as every character is below U+0100. NOT turns the
 * answer round, whatever it came from; only an open one stays open.
 */
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "fact/stix_code.h"

enum { BYTES_MAX = 1 << 20 };

struct side { /* one side of a comparison */
    enum stix_literal kind;
    struct hw_span text;
    int64_t integer;
    double number;
};

bool hw_stix_spend(uint64_t *fuel, uint64_t steps)
{
    if (*fuel < steps) {
        *fuel = 0;
        return false;
    }
    *fuel -= steps;
    return true;
}

/* ---- order ---- */

/* A text against bytes; false when the text has a character no byte can be. */
static bool order_text_bytes(struct hw_span text, struct hw_span bytes, int *out)
{
    size_t at = 0;
    *out = 0;
    while (text.n > 0) {
        uint32_t c;
        size_t n = hw_utf8_next(text, &c);
        if (c > 0xff) {
            return false;
        }
        if (*out == 0) {
            *out = at == bytes.n ? 1 : c < bytes.p[at] ? -1 : c > bytes.p[at] ? 1 : 0;
        }
        at += at < bytes.n;
        text = hw_span_from(text, n);
    }
    *out = *out == 0 && at < bytes.n ? -1 : *out;
    return true;
}

static int order_numbers(const struct side *a, const struct side *b)
{
    if (a->kind == STIX_L_INT && b->kind == STIX_L_INT) {
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    }
    double x = a->kind == STIX_L_INT ? (double)a->integer : a->number;
    double y = b->kind == STIX_L_INT ? (double)b->integer : b->number;
    return x < y ? -1 : x > y;
}

static bool is_number(const struct side *s)
{
    return s->kind == STIX_L_INT || s->kind == STIX_L_FLOAT;
}

/* False: the two cannot be compared. */
static bool order_of(const struct side *seen, const struct side *wanted, bool nocase, int *out)
{
    bool texts = seen->kind == STIX_L_TEXT && wanted->kind == STIX_L_TEXT;
    if (is_number(seen) && is_number(wanted)) {
        *out = order_numbers(seen, wanted);
        return true;
    }
    if (texts && nocase && hw_span_equal_nocase(seen->text, wanted->text)) {
        *out = 0;
        return true;
    }
    if (texts || (seen->kind == STIX_L_BYTES && wanted->kind == STIX_L_BYTES)) {
        *out = hw_span_compare(seen->text, wanted->text);
        return true;
    }
    if (seen->kind == STIX_L_TEXT && wanted->kind == STIX_L_BYTES) {
        return order_text_bytes(seen->text, wanted->text, out);
    }
    if (seen->kind == STIX_L_BYTES && wanted->kind == STIX_L_TEXT) {
        bool ok = order_text_bytes(wanted->text, seen->text, out);
        *out = -*out;
        return ok;
    }
    if (seen->kind == wanted->kind && (seen->kind == STIX_L_TIME || seen->kind == STIX_L_BOOL)) {
        *out = seen->integer < wanted->integer ? -1 : seen->integer > wanted->integer;
        return true;
    }
    return false;
}

static unsigned ordered(struct stix_run *r, const struct stix_test *t, const struct side *seen)
{
    struct stix_value lit = hw_stix_literal(r->p, t->value);
    struct side wanted = {lit.kind, lit.text, lit.integer, lit.number}, have = *seen;
    int order = 0;
    if (lit.kind == STIX_L_TIME && seen->kind == STIX_L_TEXT) {
        have.kind = STIX_L_TIME;
        if (!hw_stix_time(seen->text, &have.integer)) {
            return STIX_OPEN;
        }
    }
    bool some = order_of(&have, &wanted, (t->flags & STIX_NOCASE) != 0, &order);
    bool equals = t->op == STIX_EQUAL || t->op == STIX_NOT_EQUAL;
    if (!some || (lit.kind == STIX_L_BOOL && !equals)) {
        return t->op == STIX_NOT_EQUAL ? STIX_YEP : STIX_NOPE;
    }
    switch (t->op) {
    case STIX_EQUAL:
        return order == 0;
    case STIX_NOT_EQUAL:
        return order != 0;
    case STIX_LESS:
        return order < 0;
    case STIX_GREATER:
        return order > 0;
    case STIX_LESS_EQUAL:
        return order <= 0;
    default:
        return order >= 0;
    }
}

static unsigned in_set(struct stix_run *r, const struct stix_test *t, const struct side *seen)
{
    struct stix_test one = *t;
    unsigned best = STIX_NOPE;
    one.op = STIX_EQUAL;
    for (unsigned i = 0; i < t->values && best != STIX_YEP; i++) {
        one.value = t->value + i;
        if (!hw_stix_spend(r->fuel, 1 + seen->text.n / 64)) {
            return STIX_OPEN;
        }
        unsigned a = ordered(r, &one, seen);
        best = a == STIX_NOPE ? best : a;
    }
    return best;
}

/* ---- LIKE: % any characters, _ one ---- */

static size_t next_char(struct hw_span s, bool bytes, uint32_t *out)
{
    if (bytes) {
        *out = s.p[0];
        return 1;
    }
    return hw_utf8_next(s, out);
}

/* The last % seen takes one character more each time what follows it fails: text times pattern at
 * the most. */
static unsigned like(struct stix_run *r, struct hw_span text, bool bytes, struct hw_span pattern)
{
    struct hw_span again_text = {NULL, 0}, again_pattern = {NULL, 0};
    bool star = false;
    for (;;) {
        uint32_t have = 0, want = 0;
        size_t n = text.n == 0 ? 0 : next_char(text, bytes, &have);
        size_t m = pattern.n == 0 ? 0 : next_char(pattern, false, &want);
        if (!hw_stix_spend(r->fuel, 1)) {
            return STIX_OPEN;
        }
        if (m > 0 && want == '%') {
            star = true;
            again_text = text;
            again_pattern = pattern = hw_span_from(pattern, m);
        } else if (n > 0 && m > 0 && (want == '_' || want == have)) {
            text = hw_span_from(text, n);
            pattern = hw_span_from(pattern, m);
        } else if (n == 0 && m == 0) {
            return STIX_YEP;
        } else if (star && again_text.n > 0) {
            again_text = hw_span_from(again_text, next_char(again_text, bytes, &have));
            text = again_text;
            pattern = again_pattern;
        } else {
            return STIX_NOPE;
        }
    }
}

/* ---- the rest ---- */

static unsigned matches(struct stix_run *r, const struct stix_value *lit, const struct side *seen)
{
    struct hw_regex re;
    if (!hw_regex_check(lit->text, &re)) {
        return STIX_OPEN;
    }
    switch (hw_regex_match(&re, seen->text, &r->scratch->regex, r->fuel)) {
    case HW_REGEX_YES:
        return STIX_YEP;
    case HW_REGEX_NO:
        return STIX_NOPE;
    default:
        return STIX_OPEN;
    }
}

static unsigned within_net(const struct stix_test *t, const struct stix_value *lit,
                           const struct side *seen)
{
    uint8_t net[STIX_SUBNET_BYTES];
    if (seen->kind != STIX_L_TEXT || !hw_stix_subnet(seen->text, net)) {
        return STIX_NOPE;
    }
    return t->op == STIX_ISSUBSET ? hw_stix_subnet_holds(lit->text.p, net)
                                  : hw_stix_subnet_holds(net, lit->text.p);
}

static unsigned answer(struct stix_run *r, const struct stix_test *t, const struct side *seen)
{
    struct stix_value lit = {.kind = STIX_L_TEXT};
    bool text = seen->kind == STIX_L_TEXT || seen->kind == STIX_L_BYTES;
    if (t->op == STIX_EXISTS) {
        return STIX_YEP;
    }
    if (t->op == STIX_IN) {
        return in_set(r, t, seen);
    }
    lit = hw_stix_literal(r->p, t->value);
    switch (t->op) {
    case STIX_LIKE:
        return text ? like(r, seen->text, seen->kind == STIX_L_BYTES, lit.text) : STIX_NOPE;
    case STIX_MATCHES:
        return text ? matches(r, &lit, seen) : STIX_NOPE;
    case STIX_ISSUBSET:
    case STIX_ISSUPERSET:
        return within_net(t, &lit, seen);
    default:
        return ordered(r, t, seen);
    }
}

static bool decoded(struct hw_span text, struct hw_span key, struct hw_buf *out)
{
    if (text.n > BYTES_MAX) {
        return false;
    }
    if (hw_span_ends(key, "_bin")) {
        return hw_base64_decode(text, out);
    }
    uint8_t *p = text.n == 0 ? NULL : hw_buf_more(out, text.n / 2);
    return hw_span_ends(key, "_hex") && p != NULL && hw_hex_decode(text, p, text.n / 2);
}

unsigned hw_stix_compare(struct stix_run *r, const struct stix_test *t,
                         const struct hw_stix_value *v, struct hw_span key)
{
    /* kinds no literal has stand for themselves: equal to nothing */
    struct side seen = {.kind = STIX_L_REGEX};
    struct hw_buf bytes;
    hw_buf_init(&bytes, BYTES_MAX);
    switch (v->kind) {
    case HW_STIX_BOOL:
    case HW_STIX_INT:
        seen.kind = v->kind == HW_STIX_INT ? STIX_L_INT : STIX_L_BOOL;
        seen.integer = v->v.integer;
        break;
    case HW_STIX_FLOAT:
        seen.kind = STIX_L_FLOAT;
        seen.number = v->v.number;
        break;
    case HW_STIX_TEXT:
        seen.kind = STIX_L_TEXT;
        seen.text = v->v.text;
        if (decoded(v->v.text, key, &bytes)) {
            seen.kind = STIX_L_BYTES;
            seen.text = hw_buf_span(&bytes);
        }
        break;
    default:
        break;
    }
    unsigned a = hw_stix_spend(r->fuel, 1 + seen.text.n / 64) ? answer(r, t, &seen) : STIX_OPEN;
    hw_buf_done(&bytes);
    return a == STIX_OPEN || (t->flags & STIX_NOT) == 0 ? a : !a;
}
