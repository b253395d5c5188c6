/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/impact_names.h"

#include "base/text.h"

struct name_node {
    struct name_node *left, *right;
    unsigned level;
    struct hw_span one, other;
    struct name_item *first, *last;
};

static int order(struct hw_span one, struct hw_span other, const struct name_node *n)
{
    int by_one = hw_span_compare(one, n->one);
    return by_one != 0 ? by_one : hw_span_compare(other, n->other);
}

static struct name_node *skew(struct name_node *n)
{
    struct name_node *l = n->left;
    if (l == NULL || l->level != n->level) {
        return n;
    }
    n->left = l->right;
    l->right = n;
    return l;
}

static struct name_node *split(struct name_node *n)
{
    struct name_node *r = n->right;
    if (r == NULL || r->right == NULL || r->right->level != n->level) {
        return n;
    }
    n->right = r->left;
    r->left = n;
    r->level++;
    return r;
}

/* Depth: twice the logarithm of their number. */
static struct name_node *insert(struct name_node *n, struct name_node *what)
{
    if (n == NULL) {
        return what;
    }
    if (order(what->one, what->other, n) < 0) {
        n->left = insert(n->left, what);
    } else {
        n->right = insert(n->right, what);
    }
    return split(skew(n));
}

static struct name_node *find(const struct names *t, struct hw_span one, struct hw_span other)
{
    struct name_node *n = t->root;
    int way;
    while (n != NULL && (way = order(one, other, n)) != 0) {
        n = way < 0 ? n->left : n->right;
    }
    return n;
}

static bool put(struct hw_arena *arena, struct names *t, struct name_node *at, struct hw_span one,
                struct hw_span other, void *value)
{
    struct name_item *item = hw_arena_alloc(arena, sizeof *item);
    if (item == NULL) {
        return false;
    }
    item->value = value;
    if (at != NULL) {
        at->last->next = item;
        at->last = item;
        return true;
    }
    at = hw_arena_alloc(arena, sizeof *at);
    if (at == NULL) {
        return false;
    }
    *at = (struct name_node){.level = 1, .one = one, .other = other, .first = item, .last = item};
    t->root = insert(t->root, at);
    return true;
}

bool names_put(struct hw_arena *arena, struct names *t, struct hw_span one, struct hw_span other,
               void *value)
{
    return put(arena, t, find(t, one, other), one, other, value);
}

bool names_once(struct hw_arena *arena, struct names *t, struct hw_span one, struct hw_span other,
                void *value, bool *out_new)
{
    *out_new = find(t, one, other) == NULL;
    return !*out_new || put(arena, t, NULL, one, other, value);
}

const struct name_item *names_get(const struct names *t, struct hw_span one, struct hw_span other)
{
    const struct name_node *n = find(t, one, other);
    return n == NULL ? NULL : n->first;
}
