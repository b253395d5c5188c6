/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_bind.c -- observations bound to the [ ] of a whole pattern (STIX 2.1, 9.5).
 *
 * A pattern matches when each [ ] that counts can be given an observation of its own, and the
 * observations keep what WITHIN, START/STOP and FOLLOWEDBY say of their times. Observations are
 * taken in the order of time and given back when what follows cannot be met. What keeps that small:
 *
 *   - times only get narrower as observations are bound, so that one too late ends a row
 *   - the turns of REPEATS are alike, so each begins no earlier than the turn before
 *   - turns of one [ ] are not begun unless enough observations for all of them are left
 *
 * What is not small all the same ends with the fuel, and the answer says so. Goals stand before one
 * another on the stack, no more than HW_STIX_GOALS of them, as the proof has made sure.
 */
#include "base/sort.h"
#include "base/time.h"
#include "fact/stix_code.h"

enum scope_kind { WITHIN, BETWEEN, LEFT, RIGHT, TURN };

/* What an operator asks of each observation bound below it. */
struct scope {
    struct scope *up;
    enum scope_kind kind;
    int64_t x, y;             /* WITHIN: x ns; BETWEEN: from x until y */
    int64_t first, last;      /* the latest first and the earliest last of what is bound below */
    const struct scope *left; /* RIGHT: the other side of FOLLOWEDBY */
    size_t begins, floor; /* TURN: the observation it begins with, SIZE_MAX: none yet; the least */
};
/* What is still to be bound, the next one first. */
struct goal {
    const struct goal *next;
    struct scope *scope;
    const struct scope *before; /* REPEATS: the turn before this one */
    uint64_t turns;             /* REPEATS: still to be made */
    uint64_t enough;            /* observations there are for them; UINT64_MAX: not counted */
    unsigned node;
};
struct bind {
    const struct hw_stix *p;
    struct hw_stix_hit *hits;
    struct hw_stix_undo *undo;
    size_t count, undo_n;
    uint64_t *fuel;
    bool open; /* observations that may meet a [ ] are taken for such that do */
};

static enum hw_stix_answer solve(struct bind *b, const struct goal *g);

/* ---- times ---- */

enum fit { FITS, TOO_EARLY, TOO_LATE }; /* TOO_LATE: and so are all after it */

static bool nothing_bound(const struct scope *s)
{
    return s->last == HW_TIME_MAX && s->first == HW_TIME_MIN;
}

static enum fit fits(const struct scope *s, const struct hw_stix_hit *h, size_t at)
{
    enum fit early = FITS;
    for (; s != NULL; s = s->up) {
        bool none = nothing_bound(s);
        if ((s->kind == WITHIN && !none && h->first > hw_time_add(s->last, s->x)) ||
            (s->kind == BETWEEN && h->first >= s->y)) {
            return TOO_LATE;
        }
        if ((s->kind == WITHIN && !none && s->first > hw_time_add(h->last, s->x)) ||
            (s->kind == BETWEEN && h->last < s->x) ||
            (s->kind == RIGHT && h->last < s->left->first) ||
            (s->kind == TURN && s->begins == SIZE_MAX && at < s->floor)) {
            early = TOO_EARLY;
        }
    }
    return early;
}

/* Narrows every scope above, and keeps what it was. */
static bool narrow(struct bind *b, struct scope *s, const struct hw_stix_hit *h, size_t at)
{
    for (; s != NULL; s = s->up) {
        bool begins = s->kind == TURN && s->begins == SIZE_MAX;
        if (!begins && h->first <= s->first && h->last >= s->last) {
            continue;
        }
        if (b->undo_n == HW_STIX_UNDOS) {
            return false;
        }
        b->undo[b->undo_n++] = (struct hw_stix_undo){s, s->first, s->last, s->begins};
        s->first = h->first > s->first ? h->first : s->first;
        s->last = h->last < s->last ? h->last : s->last;
        s->begins = begins ? at : s->begins;
    }
    return true;
}

static void widen(struct bind *b, size_t to)
{
    while (b->undo_n > to) {
        const struct hw_stix_undo *u = &b->undo[--b->undo_n];
        struct scope *s = u->scope;
        s->first = u->first;
        s->last = u->last;
        s->begins = u->begins;
    }
}

/* ---- one [ ] ---- */

static bool is_for(const struct bind *b, const struct hw_stix_hit *h, int64_t leaf)
{
    uint64_t bit = UINT64_C(1) << leaf;
    return ((b->open ? h->meets | h->unsure : h->meets) & bit) != 0;
}

static uint64_t free_of(const struct hw_stix_hit *h)
{
    return h->used < h->number ? h->number - h->used : 0;
}

/* How many observations from `at` on could still be bound here. */
static uint64_t enough_from(struct bind *b, const struct scope *s, int64_t leaf, size_t at)
{
    uint64_t n = 0;
    for (; at < b->count; at++) {
        if (!hw_stix_spend(b->fuel, 1)) {
            return n;
        }
        if (is_for(b, &b->hits[at], leaf)) {
            enum fit fit = fits(s, &b->hits[at], at);
            if (fit == TOO_LATE) {
                break;
            }
            n += fit == FITS ? free_of(&b->hits[at]) : 0;
        }
    }
    return n;
}

/* Where a turn may begin: no observation before it need be looked at. */
static size_t floor_of(const struct scope *s)
{
    size_t at = 0;
    for (; s != NULL; s = s->up) {
        at = s->kind == TURN && s->begins == SIZE_MAX && s->floor > at ? s->floor : at;
    }
    return at;
}

/* The next goal is the next turn of this same [ ], if there is one: it is told how many
 * observations are left for it. */
static enum hw_stix_answer go_on(struct bind *b, const struct goal *g, int64_t leaf, size_t at,
                                 uint64_t *enough)
{
    const struct goal *next = g->next;
    struct goal turn;
    if (g->turns == 0) {
        return solve(b, next);
    }
    if (*enough == UINT64_MAX) {
        uint64_t n = enough_from(b, g->scope, leaf, at);
        if (n < g->turns) {
            return *b->fuel == 0 ? HW_STIX_GAVE_UP : HW_STIX_NO;
        }
        turn = *next;
        turn.enough = n;
        return solve(b, &turn);
    }
    turn = *next;
    turn.enough = *enough - 1;
    enum hw_stix_answer a = turn.enough < g->turns ? HW_STIX_NO : solve(b, &turn);
    *enough -= free_of(&b->hits[at]) + 1;
    return a;
}

/* Binds one observation after the other to a [ ], until what follows can be met. g->turns: of the
 * same [ ] that come right behind. */
static enum hw_stix_answer choose(struct bind *b, const struct goal *g, int64_t leaf)
{
    uint64_t enough = g->enough;
    for (size_t at = floor_of(g->scope); at < b->count; at++) {
        struct hw_stix_hit *h = &b->hits[at];
        if (!hw_stix_spend(b->fuel, 1)) {
            return HW_STIX_GAVE_UP;
        }
        if (!is_for(b, h, leaf) || free_of(h) == 0) {
            continue;
        }
        enum fit fit = fits(g->scope, h, at);
        if (fit == TOO_LATE || (enough != UINT64_MAX && enough < g->turns + 1)) {
            return HW_STIX_NO;
        }
        if (fit == TOO_EARLY) {
            continue;
        }
        size_t mark = b->undo_n;
        if (!narrow(b, g->scope, h, at)) {
            return HW_STIX_GAVE_UP;
        }
        h->used++;
        enum hw_stix_answer a = go_on(b, g, leaf, at, &enough);
        if (a != HW_STIX_NO) {
            return a;
        }
        h->used--;
        widen(b, mark);
    }
    return HW_STIX_NO;
}

/* ---- operators ---- */

static void begin(struct scope *s, enum scope_kind kind, struct scope *up)
{
    *s = (struct scope){
        .up = up, .kind = kind, .first = HW_TIME_MIN, .last = HW_TIME_MAX, .begins = SIZE_MAX};
}

static enum hw_stix_answer followed(struct bind *b, const struct goal *g, const struct stix_node *n)
{
    struct scope left, right;
    begin(&left, LEFT, g->scope);
    begin(&right, RIGHT, g->scope);
    right.left = &left;
    struct goal second = {.next = g->next, .scope = &right, .node = n->b, .enough = UINT64_MAX};
    struct goal first = {.next = &second, .scope = &left, .node = n->a, .enough = UINT64_MAX};
    return solve(b, &first);
}

static enum hw_stix_answer both(struct bind *b, const struct goal *g, const struct stix_node *n)
{
    struct goal second = {.next = g->next, .scope = g->scope, .node = n->b, .enough = UINT64_MAX};
    struct goal first = {.next = &second, .scope = g->scope, .node = n->a, .enough = UINT64_MAX};
    return solve(b, &first);
}

static enum hw_stix_answer either(struct bind *b, const struct goal *g, const struct stix_node *n)
{
    struct goal one = {.next = g->next, .scope = g->scope, .node = n->a, .enough = UINT64_MAX};
    enum hw_stix_answer a = solve(b, &one);
    if (a == HW_STIX_NO) {
        one.node = n->b;
        a = solve(b, &one);
    }
    return a;
}

static enum hw_stix_answer timed(struct bind *b, const struct goal *g, const struct stix_node *n)
{
    struct scope s;
    begin(&s, n->op == STIX_WITHIN ? WITHIN : BETWEEN, g->scope);
    s.x = n->x;
    s.y = n->y;
    struct goal inner = {.next = g->next, .scope = &s, .node = n->a, .enough = UINT64_MAX};
    return n->op == STIX_BETWEEN && n->x >= n->y ? HW_STIX_NO : solve(b, &inner);
}

static enum hw_stix_answer repeated(struct bind *b, const struct goal *g, const struct stix_node *n)
{
    struct scope turn;
    begin(&turn, TURN, g->scope);
    turn.floor = g->before == NULL ? 0 : g->before->begins;
    uint64_t more = (g->before == NULL ? (uint64_t)n->x : g->turns) - 1;
    struct goal rest = {.next = g->next,
                        .scope = g->scope,
                        .before = &turn,
                        .turns = more,
                        .node = g->node,
                        .enough = UINT64_MAX};
    struct goal inner = {
        .next = more > 0 ? &rest : g->next, .scope = &turn, .node = n->a, .enough = UINT64_MAX};
    struct stix_node child = hw_stix_node(b->p, n->a);
    if (child.op == STIX_LEAF) {
        inner.turns = more;
        inner.enough = g->enough;
    }
    return solve(b, &inner);
}

static enum hw_stix_answer solve(struct bind *b, const struct goal *g)
{
    if (g == NULL) {
        return HW_STIX_YES;
    }
    if (!hw_stix_spend(b->fuel, 1)) {
        return HW_STIX_GAVE_UP;
    }
    struct stix_node n = hw_stix_node(b->p, g->node);
    switch (n.op) {
    case STIX_LEAF:
        return choose(b, g, n.x);
    case STIX_BOTH:
        return both(b, g, &n);
    case STIX_EITHER:
        return either(b, g, &n);
    case STIX_FOLLOWED_BY:
        return followed(b, g, &n);
    case STIX_REPEATS:
        return repeated(b, g, &n);
    default:
        return timed(b, g, &n);
    }
}

/* ---- the whole ---- */

/* Enough observations at all, times aside? What fails here would otherwise fail slowly. */
static bool possible(struct bind *b, unsigned node, uint64_t times)
{
    struct stix_node n = hw_stix_node(b->p, node);
    uint64_t have = 0;
    if (!hw_stix_spend(b->fuel, 1)) {
        return true;
    }
    switch (n.op) {
    case STIX_LEAF:
        for (size_t i = 0; i < b->count && have < times && hw_stix_spend(b->fuel, 1); i++) {
            have += is_for(b, &b->hits[i], n.x) ? b->hits[i].number : 0;
        }
        return have >= times || *b->fuel == 0;
    case STIX_EITHER:
        return possible(b, n.a, 1) || possible(b, n.b, 1);
    case STIX_BOTH:
    case STIX_FOLLOWED_BY:
        return possible(b, n.a, times) && possible(b, n.b, times);
    case STIX_REPEATS:
        return possible(b, n.a, times * (uint64_t)n.x);
    default:
        return possible(b, n.a, times);
    }
}

static bool sooner(const void *a, const void *b)
{
    const struct hw_stix_hit *x = a, *y = b;
    return x->first != y->first ? x->first < y->first
           : x->last != y->last ? x->last < y->last
                                : x->tag < y->tag;
}

enum hw_stix_answer hw_stix_bind(const struct hw_stix *p, struct hw_stix_hit *hits, size_t count,
                                 struct hw_stix_scratch *scratch, uint64_t *fuel)
{
    struct bind b = {.p = p, .hits = hits, .undo = scratch->undo, .count = count, .fuel = fuel};
    struct goal whole = {.node = p->node_count - 1, .enough = UINT64_MAX};
    uint64_t unsure = 0;
    for (size_t i = 0; i < count; i++) {
        hits[i].used = 0;
        unsure |= hits[i].unsure;
    }
    hw_heap_sort(hits, count, sizeof *hits, sooner);
    enum hw_stix_answer a = possible(&b, whole.node, 1) ? solve(&b, &whole) : HW_STIX_NO;
    if (a == HW_STIX_NO && unsure != 0) {
        b.open = true;
        a = possible(&b, whole.node, 1) ? solve(&b, &whole) : HW_STIX_NO;
        a = a == HW_STIX_NO ? a : HW_STIX_GAVE_UP;
    }
    return a;
}
