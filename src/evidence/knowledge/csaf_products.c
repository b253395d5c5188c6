/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/csaf_products.c -- the product tree of a CSAF document as one list: CSAF 2.0,
 * 3.1.2 (branches, full product names) and 3.2.2 (the product tree).
 *
 * Ids are the document's own and mean nothing outside of it, so each product is known by what its
 * branches and identifiers say. Tests of the specification made here: 6.1.1 in relationships and
 * groups, 6.1.2, 6.1.3, 6.1.5.
 */
#include "base/sort.h"
#include "base/text.h"
#include "evidence/knowledge/csaf.h"

enum { DEPTH_MAX = 64, CHAIN_MAX = 16, SHOWN = 100 };

/* The branches above the place that is being looked at. */
struct path {
    const json_t *vendor, *name, *version;
    bool range;
    unsigned depth;
};

/* Counts first, with products NULL; then fills. */
struct listing {
    struct hw_csaf *c;
    struct hw_csaf_product *products;
    size_t count, room;
};

static int shown(struct hw_span s)
{
    return s.n < SHOWN ? (int)s.n : SHOWN;
}

static const char *letters(struct hw_span s)
{
    return s.n == 0 ? "" : (const char *)s.p;
}

static void list_one(struct listing *l, json_t *full, const struct path *path,
                     const json_t *relation)
{
    struct hw_span id = hw_member_text(full, "product_id");
    if (id.n == 0) {
        return;
    }
    if (l->products != NULL && l->count < l->room) {
        l->products[l->count] = (struct hw_csaf_product){
            id, full, path->vendor, path->name, path->version, relation, path->range};
    }
    l->count++;
}

static void list_branches(struct listing *l, const json_t *branches, const struct path *above)
{
    if (above->depth == DEPTH_MAX) {
        if (l->products == NULL) {
            hw_teach_refuse(l->c->t, 0, 0, (struct hw_span){NULL, 0},
                            "branches nested beyond the limit");
        }
        return;
    }
    for (size_t i = 0; i < json_array_size(branches); i++) {
        const json_t *branch = json_array_get(branches, i);
        const json_t *name = json_object_get(branch, "name");
        struct hw_span category = hw_member_text(branch, "category");
        struct path path = *above;
        path.depth++;
        if (hw_span_is(category, "vendor")) {
            path.vendor = name;
        } else if (hw_span_is(category, "product_name")) {
            path.name = name;
        } else if (hw_span_is(category, "product_version") ||
                   hw_span_is(category, "product_version_range")) {
            path.version = name;
            path.range = hw_span_is(category, "product_version_range");
        }
        list_one(l, json_object_get(branch, "product"), &path, NULL);
        list_branches(l, json_object_get(branch, "branches"), &path);
    }
}

static void list_all(struct listing *l, const json_t *tree)
{
    static const struct path nothing = {.depth = 0};
    const json_t *names = json_object_get(tree, "full_product_names");
    const json_t *relations = json_object_get(tree, "relationships");
    list_branches(l, json_object_get(tree, "branches"), &nothing);
    for (size_t i = 0; i < json_array_size(names); i++) {
        list_one(l, json_array_get(names, i), &nothing, NULL);
    }
    for (size_t i = 0; i < json_array_size(relations); i++) {
        const json_t *relation = json_array_get(relations, i);
        list_one(l, json_object_get(relation, "full_product_name"), &nothing, relation);
    }
}

static bool product_before(const void *a, const void *b)
{
    const struct hw_csaf_product *x = a, *y = b;
    return hw_span_compare(x->id, y->id) < 0;
}

static bool group_before(const void *a, const void *b)
{
    const struct hw_csaf_group *x = a, *y = b;
    return hw_span_compare(x->id, y->id) < 0;
}

size_t hw_csaf_find(const struct hw_csaf *c, struct hw_span id)
{
    size_t lo = 0, hi = c->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hw_span_compare(c->products[mid].id, id) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < c->count && hw_span_equal(c->products[lo].id, id) ? lo : c->count;
}

const struct hw_csaf_group *hw_csaf_group(const struct hw_csaf *c, struct hw_span id)
{
    size_t lo = 0, hi = c->groups_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hw_span_compare(c->groups[mid].id, id) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < c->groups_count && hw_span_equal(c->groups[lo].id, id) ? &c->groups[lo] : NULL;
}

void hw_csaf_dangling(struct hw_csaf *c, struct hw_span id, const char *where)
{
    hw_say_anomaly(c->t->x, c->t->n, "bad-value", c->claim.off, 0,
                   "%s: '%.*s' is defined nowhere in the document", where, shown(id), letters(id));
}

/* The same id twice: what is said of it may be said of either, so the later ones do not count. */
static void drop_doubles(struct hw_csaf *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct hw_span id = c->products[i].id;
        if (kept > 0 && hw_span_equal(c->products[kept - 1].id, id)) {
            hw_say_anomaly(c->t->x, c->t->n, "duplicate", 0, 0,
                           "product id '%.*s' is defined more than once", shown(id), letters(id));
            continue;
        }
        c->products[kept++] = c->products[i];
    }
    c->count = kept;
}

static size_t referred(const struct hw_csaf *c, const struct hw_csaf_product *p, const char *key)
{
    return p->relation == NULL ? c->count : hw_csaf_find(c, hw_member_text(p->relation, key));
}

const struct hw_csaf_product *hw_csaf_part(const struct hw_csaf *c, const struct hw_csaf_product *p)
{
    for (unsigned i = 0; i < CHAIN_MAX && p->relation != NULL; i++) {
        size_t at = referred(c, p, "product_reference");
        if (at == c->count || json_object_get(p->full, "product_identification_helper") != NULL) {
            break;
        }
        p = &c->products[at];
    }
    return p;
}

/* Does a product stand, over relationships, on itself? */
static bool circles(const struct hw_csaf *c, const struct hw_csaf_product *from, const char *key)
{
    const struct hw_csaf_product *p = from;
    for (unsigned i = 0; i < CHAIN_MAX; i++) {
        size_t at = referred(c, p, key);
        if (at == c->count) {
            return false;
        }
        p = &c->products[at];
        if (p == from) {
            return true;
        }
    }
    return true;
}

static void check_relations(struct hw_csaf *c)
{
    static const char *const keys[] = {"product_reference", "relates_to_product_reference"};
    for (size_t i = 0; i < c->count; i++) {
        const struct hw_csaf_product *p = &c->products[i];
        for (size_t k = 0; k < 2 && p->relation != NULL; k++) {
            struct hw_span id = hw_member_text(p->relation, keys[k]);
            if (hw_csaf_find(c, id) == c->count) {
                hw_csaf_dangling(c, id, "relationship");
            } else if (circles(c, p, keys[k])) {
                hw_say_anomaly(c->t->x, c->t->n, "cycle", 0, 0,
                               "product id '%.*s' is defined by itself", shown(p->id),
                               letters(p->id));
            }
        }
    }
}

static bool list_groups(struct hw_csaf *c, const json_t *groups)
{
    size_t count = json_array_size(groups);
    c->groups = hw_arena_array(c->t->x->arena, count + 1, sizeof *c->groups);
    if (c->groups == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *group = json_array_get(groups, i);
        const json_t *ids = json_object_get(group, "product_ids");
        c->groups[i] = (struct hw_csaf_group){hw_member_text(group, "group_id"), ids};
        for (size_t k = 0; k < json_array_size(ids); k++) {
            struct hw_span id = hw_json_text(json_array_get(ids, k));
            if (hw_csaf_find(c, id) == c->count) {
                hw_csaf_dangling(c, id, "product group");
            }
        }
    }
    c->groups_count = count;
    hw_heap_sort(c->groups, count, sizeof *c->groups, group_before);
    for (size_t i = 1; i < count; i++) {
        if (hw_span_equal(c->groups[i].id, c->groups[i - 1].id)) {
            hw_say_anomaly(c->t->x, c->t->n, "duplicate", 0, 0,
                           "group id '%.*s' is defined more than once", shown(c->groups[i].id),
                           letters(c->groups[i].id));
        }
    }
    return true;
}

bool hw_csaf_products(struct hw_csaf *c, json_t *tree)
{
    struct listing l = {.c = c};
    list_all(&l, tree);
    l.room = l.count;
    l.count = 0;
    l.products = hw_arena_array(c->t->x->arena, l.room + 1, sizeof *l.products);
    c->marks = hw_arena_array(c->t->x->arena, l.room + 1, sizeof *c->marks);
    if (l.products == NULL || c->marks == NULL) {
        hw_say_anomaly(c->t->x, c->t->n, "over-budget", 0, 0,
                       "more products than one input may "
                       "have");
        hw_say_degree(c->t->n, HW_REFUSED, "more products than one input may have");
        return false;
    }
    list_all(&l, tree);
    c->products = l.products;
    c->count = l.count;
    hw_heap_sort(c->products, c->count, sizeof *c->products, product_before);
    drop_doubles(c);
    check_relations(c);
    if (!list_groups(c, json_object_get(tree, "product_groups"))) {
        hw_say_anomaly(c->t->x, c->t->n, "over-budget", 0, 0,
                       "more groups than one input may have");
        return false;
    }
    return true;
}
