/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/version_maven.c -- Maven's versions: chapter "Version Order Specification" of its POM
 * reference.
 *
 * A version falls into tokens at '.', '-' and wherever digits meet letters (as at '-'). Tokens that
 * say nothing (0, "", final, ga, release) are taken from its end, and from before each '-'. What is
 * left is compared token by token, the shorter one filled up with tokens that say nothing.
 */
#include "base/text.h"
#include "fact/version_rules.h"

enum { TOKENS_MAX = 64 };

struct token {
    struct hw_span s;
    bool number, dash;
    bool numbered; /* a word with a number right behind it: "a1" */
};

struct version {
    struct token t[TOKENS_MAX];
    size_t n;
};

/* Qualifiers Maven knows, from the earliest; the empty one is the release itself. */
enum { ALPHA = 1, BETA, MILESTONE, CANDIDATE, SNAPSHOT, RELEASE, SERVICE, OTHER };

static int rank(struct hw_span s, bool numbered)
{
    static const struct {
        const char *word;
        int rank;
        bool numbered;
    } known[] = {
        {"", RELEASE, false},          {"a", ALPHA, true},
        {"alpha", ALPHA, false},       {"b", BETA, true},
        {"beta", BETA, false},         {"cr", CANDIDATE, false},
        {"final", RELEASE, false},     {"ga", RELEASE, false},
        {"m", MILESTONE, true},        {"milestone", MILESTONE, false},
        {"rc", CANDIDATE, false},      {"release", RELEASE, false},
        {"snapshot", SNAPSHOT, false}, {"sp", SERVICE, false},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (hw_span_is_nocase(s, known[i].word) && (numbered || !known[i].numbered)) {
            return known[i].rank;
        }
    }
    return OTHER;
}

static bool says_nothing(const struct token *t)
{
    if (t->number) {
        return hw_digits_compare(t->s, (struct hw_span){NULL, 0}) == 0;
    }
    return rank(t->s, false) == RELEASE;
}

static void trim(struct version *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->n; i++) {
        while (v->t[i].dash && kept > 1 && says_nothing(&v->t[kept - 1])) {
            kept--;
        }
        v->t[kept++] = v->t[i];
    }
    while (kept > 1 && says_nothing(&v->t[kept - 1])) {
        kept--;
    }
    v->n = kept;
}

static bool allowed(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] >= 0x7F) {
            return false;
        }
    }
    return true;
}

/* An empty token, as between two dots, is a 0. */
static bool tokens_read(struct hw_span s, struct version *v)
{
    bool dash = false;
    v->n = 0;
    if (!allowed(s)) {
        return false;
    }
    for (;;) {
        if (v->n == TOKENS_MAX) {
            return false;
        }
        struct token *t = &v->t[v->n++];
        *t = (struct token){.dash = dash};
        t->s = hw_digits_take(&s);
        t->number = t->s.n > 0 || s.n == 0 || s.p[0] == '.' || s.p[0] == '-';
        if (!t->number) {
            size_t n = 0;
            while (n < s.n && s.p[n] != '.' && s.p[n] != '-' && !hw_ascii_is_digit(s.p[n])) {
                n++;
            }
            t->s = hw_span_cut(s, 0, n);
            s = hw_span_from(s, n);
            t->numbered = s.n > 0 && hw_ascii_is_digit(s.p[0]);
        }
        if (s.n == 0) {
            return true;
        }
        dash = s.p[0] != '.';
        s = s.p[0] == '.' || s.p[0] == '-' ? hw_span_from(s, 1) : s;
    }
}

static int words_compare(const struct version *a, const struct version *b, size_t i)
{
    struct hw_span none = {NULL, 0};
    struct hw_span x = i < a->n ? a->t[i].s : none, y = i < b->n ? b->t[i].s : none;
    int xr = i < a->n ? rank(x, a->t[i].numbered) : RELEASE;
    int yr = i < b->n ? rank(y, b->t[i].numbered) : RELEASE;
    if (xr != OTHER || yr != OTHER) {
        return xr - yr;
    }
    for (size_t c = 0; c < x.n && c < y.n; c++) {
        int d = (int)hw_ascii_lower(x.p[c]) - (int)hw_ascii_lower(y.p[c]);
        if (d != 0) {
            return d;
        }
    }
    return (x.n > y.n) - (x.n < y.n);
}

static int token_compare(const struct version *a, const struct version *b, size_t i)
{
    const struct token *x = i < a->n ? &a->t[i] : &b->t[i];
    const struct token *y = i < b->n ? &b->t[i] : &a->t[i];
    /* Words, then "-1", then ".1". */
    int xk = !x->number ? 0 : x->dash ? 1 : 2;
    int yk = !y->number ? 0 : y->dash ? 1 : 2;
    if (xk != yk || xk == 0) {
        return xk != yk ? xk - yk : words_compare(a, b, i);
    }
    struct hw_span none = {NULL, 0};
    return hw_digits_compare(i < a->n ? x->s : none, i < b->n ? y->s : none);
}

bool hw_version_maven(struct hw_span a, struct hw_span b, int *out)
{
    struct version x, y;
    if (!tokens_read(a, &x) || !tokens_read(b, &y)) {
        return false;
    }
    trim(&x);
    trim(&y);
    int d = 0;
    for (size_t i = 0; d == 0 && (i < x.n || i < y.n); i++) {
        d = token_compare(&x, &y, i);
    }
    *out = d;
    return true;
}
