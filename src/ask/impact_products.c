/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact_products.c -- which products contain it, at what depth, and who got them.
 *
 * A bill of materials lists the parts of one product; the product may be a part of another, whose
 * bill is another document. So what was found in one round is looked for in the next. Of a document
 * only those that list what is looked for are read, each once a round. A bill that states no
 * relations says that a part is there, and not how deep: that is told as depth 1.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/impacting.h"
#include "ask/products.h"
#include "base/grow.h"
#include "base/time.h"
#include "fact/package.h"

enum { ROUNDS = 64 };

struct hit { /* a bill that lists something looked for */
    int64_t reading;
    uint32_t node; /* one archive may hold several bills */
    uint64_t line;
    size_t at; /* in the order found */
    const struct named_version *what;
    uint8_t evidence[32];
};
struct pair {
    uint64_t parent, child;
};

struct containing {
    struct impacting *x;
    struct hit *hits;
    size_t count, room;
    struct pair *pairs; /* relations of one bill */
    size_t pair_count, pair_room;
    uint32_t *depth; /* of each line, from 1; 0: not reached */
    uint64_t *line_queue;
    uint64_t lines;
    struct hw_product **tail;
    struct names products; /* by name and version */
    struct names itself;   /* what is looked for first, the same way */
};

static const char *text_of(struct impacting *x, struct hw_span s)
{
    char *p = hw_arena_alloc(x->a->arena, s.n + 1); /* zeroed */
    if (p != NULL && s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    return p;
}

/* Do two purls name one package? What is no purl, or has none, does not say otherwise. */
static bool same_package(struct hw_span one, struct hw_span other)
{
    struct hw_purl a, b;
    struct hw_buf x, y;
    if (!hw_purl_read(one, &a) || !hw_purl_read(other, &b)) {
        return true;
    }
    hw_buf_init(&x, HW_PURL_BYTES);
    hw_buf_init(&y, HW_PURL_BYTES);
    bool named = hw_package_name(a.type, a.space, a.name, &x) &&
                 hw_package_name(b.type, b.space, b.name, &y);
    bool same = hw_span_equal(a.type, b.type) &&
                (!named || hw_span_equal(hw_buf_span(&x), hw_buf_span(&y)));
    hw_buf_done(&x);
    hw_buf_done(&y);
    return same;
}

/* ---- bills that list it ---- */

static int find_by(struct containing *g, const struct named_version *v, struct hw_span name)
{
    struct impacting *x = g->x;
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    const char *version = v->version.n > 0 ? text_of(x, v->version) : NULL;
    const char *text = text_of(x, name);
    if (text == NULL || (v->version.n > 0 && version == NULL)) {
        return impacting_no_memory(x);
    }
    int rc = hw_case_components(x->c, text, version, NULL, &k, x->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, x->err)) == HW_ROW) {
        rc = HW_OK;
        if (!hw_fact_has(&row.fact, HW_COMPONENT_LINE) ||
            !same_package(v->purl, hw_fact_get(&row.fact, HW_COMPONENT_PURL))) {
            continue; /* of a file itself, not of a bill; or of another registry */
        }
        if (HW_GROW(g->hits, g->count, g->room, HW_GROW_MOST) != HW_OK) {
            rc = impacting_no_memory(x);
            break;
        }
        struct hit *h = &g->hits[g->count++];
        *h = (struct hit){.reading = row.reading,
                          .node = row.node,
                          .line = hw_fact_get_u64(&row.fact, HW_COMPONENT_LINE),
                          .at = g->count,
                          .what = v};
        memcpy(h->evidence, row.evidence, 32);
    }
    hw_cursor_free(k);
    return rc;
}

static int find_all(struct containing *g, const struct named_version *end)
{
    int rc = HW_OK;
    for (const struct named_version *v = g->x->versions; v != end && rc == HW_OK; v = v->next) {
        rc = find_by(g, v, v->name);
        size_t slash = v->name.n; /* CycloneDX writes the namespace apart, as the group */
        while (slash > 0 && v->name.p[slash - 1] != '/') {
            slash--;
        }
        rc = rc == HW_OK && slash > 0 ? find_by(g, v, hw_span_from(v->name, slash)) : rc;
    }
    return rc;
}

static bool same_bill(const struct hit *a, const struct hit *b)
{
    return a->reading == b->reading && a->node == b->node;
}

static int by_reading(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    int order = memcmp(x->evidence, y->evidence, 32);
    order = order != 0 ? order : (x->reading > y->reading) - (x->reading < y->reading);
    order = order != 0 ? order : (x->node > y->node) - (x->node < y->node);
    order = order != 0 ? order : (x->line > y->line) - (x->line < y->line);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/* ---- one bill ---- */

static int by_parent(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->parent != y->parent ? (x->parent > y->parent) - (x->parent < y->parent)
                                  : (x->child > y->child) - (x->child < y->child);
}

static int read_relations(struct containing *g, const struct hit *h, uint64_t last)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    bool sorted = true;
    g->pair_count = 0;
    g->lines = last;
    int rc = hw_case_facts(g->x->c, h->reading, h->node, HW_FACT_DEPENDS, HW_FACT_DEPENDS, &k,
                           g->x->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, g->x->err)) == HW_ROW) {
        rc = HW_OK;
        if (!hw_fact_has(&row.fact, HW_DEPENDS_PARENT) ||
            !hw_fact_has(&row.fact, HW_DEPENDS_CHILD)) {
            continue;
        }
        if (HW_GROW(g->pairs, g->pair_count, g->pair_room, HW_GROW_MOST) != HW_OK) {
            rc = impacting_no_memory(g->x);
            break;
        }
        struct pair two = {hw_fact_get_u64(&row.fact, HW_DEPENDS_PARENT),
                           hw_fact_get_u64(&row.fact, HW_DEPENDS_CHILD)};
        sorted =
            sorted && (g->pair_count == 0 || by_parent(&g->pairs[g->pair_count - 1], &two) <= 0);
        g->pairs[g->pair_count++] = two;
        g->lines = two.parent > g->lines ? two.parent : g->lines;
        g->lines = two.child > g->lines ? two.child : g->lines;
    }
    hw_cursor_free(k);
    if (rc == HW_OK && !sorted) {
        qsort(g->pairs, g->pair_count, sizeof *g->pairs, by_parent);
    }
    return rc;
}

static size_t first_of(const struct containing *g, uint64_t parent)
{
    size_t lo = 0, hi = g->pair_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (g->pairs[mid].parent < parent) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

enum { LINES_MOST = 2000000 }; /* more than a reader takes parts */

/* How deep each line lies below the product; breadth first, so the shortest way counts. */
static int measure(struct containing *g, uint64_t subject)
{
    if (g->lines > LINES_MOST || subject > g->lines) {
        g->pair_count = 0;
        g->lines = subject > LINES_MOST ? 0 : subject;
    }
    free(g->depth);
    free(g->line_queue);
    g->depth = calloc(g->lines + 2, sizeof *g->depth);
    g->line_queue = calloc(g->lines + 2, sizeof *g->line_queue);
    if (g->depth == NULL || g->line_queue == NULL) {
        return impacting_no_memory(g->x);
    }
    size_t count = 0;
    g->line_queue[count++] = subject;
    g->depth[subject <= g->lines ? subject : 0] = 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t parent = g->line_queue[i];
        for (size_t k = first_of(g, parent); k < g->pair_count && g->pairs[k].parent == parent;
             k++) {
            uint64_t child = g->pairs[k].child;
            if (g->depth[child] == 0) {
                g->depth[child] = g->depth[parent] + 1;
                g->line_queue[count++] = child;
            }
        }
    }
    return HW_OK;
}

struct subject {
    uint64_t line;
    struct hw_span name, version, purl;
};

static int path_of(struct containing *g, const struct hit *h, struct hw_span *out)
{
    struct hw_evidence_row row;
    struct hw_cursor *k = NULL;
    struct hw_buf hex;
    hw_buf_init(&hex, 128);
    hw_buf_hex(&hex, (struct hw_span){h->evidence, 32});
    struct hw_evidence_ask ask = {.hash_prefix = hw_buf_text(&hex), .ever = true};
    *out = (struct hw_span){NULL, 0};
    int rc = hw_case_evidence(g->x->c, &ask, &k, g->x->err);
    rc = rc != HW_OK ? rc : hw_evidence_next(k, &row, g->x->err);
    if (rc == HW_ROW) {
        *out = hw_span_keep(g->x->a->arena, row.path);
    }
    hw_cursor_free(k);
    hw_buf_done(&hex);
    return rc < 0 ? rc : HW_OK;
}

static int find_subject(struct containing *g, const struct hit *h, struct subject *out)
{
    struct impacting *x = g->x;
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    *out = (struct subject){.line = 0};
    int rc =
        hw_case_facts(x->c, h->reading, h->node, HW_FACT_PROPERTY, HW_FACT_PROPERTY, &k, x->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, x->err)) == HW_ROW) {
        rc = HW_OK;
        if (hw_fact_is(&row.fact, HW_PROPERTY_KEY, "sbom.subject")) {
            out->line = hw_fact_get_u64(&row.fact, HW_PROPERTY_NUMBER);
        }
    }
    hw_cursor_free(k);
    k = NULL;
    rc = rc != HW_OK || out->line == 0 ? rc
                                       : hw_case_facts(x->c, h->reading, h->node, HW_FACT_COMPONENT,
                                                       HW_FACT_COMPONENT, &k, x->err);
    while (k != NULL && rc == HW_OK && out->name.n == 0 &&
           (rc = hw_fact_next(k, &row, x->err)) == HW_ROW) {
        rc = HW_OK;
        if (hw_fact_get_u64(&row.fact, HW_COMPONENT_LINE) == out->line) {
            out->name = hw_span_keep(x->a->arena, hw_fact_get(&row.fact, HW_COMPONENT_NAME));
            out->version = hw_span_keep(x->a->arena, hw_fact_get(&row.fact, HW_COMPONENT_VERSION));
            out->purl = hw_span_keep(x->a->arena, hw_fact_get(&row.fact, HW_COMPONENT_PURL));
        }
    }
    hw_cursor_free(k);
    if (rc >= 0 && out->name.n == 0) { /* who wrote it does not say of what: it is told by itself */
        out->line = 0;
        rc = path_of(g, h, &out->name);
    }
    return rc;
}

static struct hw_product *known(struct containing *g, const struct subject *s)
{
    const struct name_item *i = names_get(&g->products, s->name, s->version);
    return i == NULL ? NULL : i->value;
}

/* A part of what was asked about may list that again: it does not contain itself. */
static bool is_itself(const struct containing *g, const struct subject *s)
{
    const struct name_item *i = names_get(&g->itself, s->name, s->version);
    for (; i != NULL; i = i->next) {
        const struct named_version *v = i->value;
        if (same_package(v->purl, s->purl)) {
            return true;
        }
    }
    return false;
}

/* What was found is looked for in the next round; a document that names no product is no part. */
static int look_for(struct impacting *x, const struct subject *s, unsigned depth)
{
    struct named_version *v;
    if (s->line == 0) {
        return HW_OK;
    }
    int rc = impact_version(x, s->name, s->version, false, depth, &v);
    if (rc == HW_OK) {
        v->purl = s->purl;
    }
    return rc;
}

static int add_product(struct containing *g, const struct subject *s, const struct hit *h,
                       unsigned depth, bool related)
{
    struct impacting *x = g->x;
    struct hw_product *p = known(g, s);
    if (is_itself(g, s)) {
        return HW_OK;
    }
    if (p != NULL) {
        if (depth >= p->depth) {
            return HW_OK;
        }
        p->depth = depth; /* and what contains it is nearer, too */
        p->via = h->what->name;
        return look_for(x, s, depth);
    }
    p = hw_arena_alloc(x->a->arena, sizeof *p);
    if (p == NULL) {
        return impacting_no_memory(x);
    }
    *p = (struct hw_product){
        .name = s->name, .version = s->version, .via = h->what->name, .depth = depth};
    *g->tail = p;
    g->tail = &p->next;
    if (!names_put(x->a->arena, &g->products, p->name, p->version, p)) {
        return impacting_no_memory(x);
    }
    struct hw_span path;
    int rc = path_of(g, h, &path);
    if (rc == HW_OK) {
        hw_because_record(
            x->a->arena, &p->why,
            hw_span_str(s->line == 0 ? "a bill of materials that names no product lists it"
                        : related    ? "its bill of materials has the way to it"
                                     : "its bill of materials lists it, without relations"),
            path, h->line, 0);
    }
    return rc != HW_OK ? rc : look_for(x, s, depth);
}

/* All that is looked for and listed by one bill: the shallowest makes the product's depth. */
static int one_bill(struct containing *g, size_t from, size_t to)
{
    struct subject s;
    unsigned best = UINT32_MAX;
    size_t at = from;
    bool related = false;
    int rc = find_subject(g, &g->hits[from], &s);
    if (rc != HW_OK || s.name.n == 0) {
        return rc;
    }
    rc = read_relations(g, &g->hits[from], g->hits[to - 1].line);
    rc = rc != HW_OK ? rc : measure(g, s.line);
    for (size_t i = from; i < to && rc == HW_OK; i++) {
        const struct hit *h = &g->hits[i];
        if (h->line == s.line) {
            continue; /* what the bill is about is no part of itself */
        }
        unsigned below = h->line <= g->lines && g->depth[h->line] > 0 ? g->depth[h->line] - 1 : 0;
        unsigned depth = h->what->depth + (below > 0 ? below : 1);
        if (depth < best) {
            best = depth;
            at = i;
            related = below > 0;
        }
    }
    return rc != HW_OK || best == UINT32_MAX ? rc : add_product(g, &s, &g->hits[at], best, related);
}

/* ---- who got it ---- */

struct delivered {
    struct names releases, products; /* by plain name and version; "": any of that name */
};
struct delivered_release {
    const struct hw_risky *r;
    bool certain; /* nobody else makes one of that name and version */
};

static int receiver(struct impacting *x, const struct declared_delivery *v, struct hw_span product,
                    unsigned depth, bool at_risk, struct hw_receiver ***tail)
{
    struct hw_receiver *r = hw_arena_alloc(x->a->arena, sizeof *r);
    if (r == NULL) {
        return impacting_no_memory(x);
    }
    *r = (struct hw_receiver){.org = v->to,
                              .product = product,
                              .depth = depth,
                              .at_risk = at_risk || v->version.n == 0,
                              .at = v->at};
    hw_because_record(
        x->a->arena, &r->why,
        hw_span_str(v->version.n == 0 ? "delivered, in a version nobody states" : "delivered"),
        v->path, v->line, v->off);
    if (r->why == NULL) {
        return impacting_no_memory(x);
    }
    **tail = r;
    *tail = &r->next;
    return HW_OK;
}

/* One delivery: the release itself before products that contain it, poisoned before at risk. */
static int one_delivery(struct impacting *x, const struct delivered *d,
                        const struct declared_delivery *v, struct hw_receiver ***tail)
{
    struct hw_span plain = hw_span_str(v->plain);
    const struct name_item *i = plain.n == 0 ? NULL : names_get(&d->releases, plain, v->version);
    if (i != NULL) {
        const struct delivered_release *r = i->value;
        return receiver(x, v, r->r->name, 0, !r->certain, tail);
    }
    i = plain.n == 0 ? NULL : names_get(&d->products, plain, v->version);
    if (i != NULL) {
        const struct named_version *n = i->value;
        return receiver(x, v, n->name, n->depth, false, tail);
    }
    return HW_OK;
}

static int by_org(const void *a, const void *b)
{
    const struct hw_receiver *const *x = a, *const *y = b;
    int order = hw_span_compare((*x)->org, (*y)->org);
    order = order != 0 ? order : ((*x)->at_risk > (*y)->at_risk) - ((*x)->at_risk < (*y)->at_risk);
    order = order != 0 ? order : ((*x)->depth > (*y)->depth) - ((*x)->depth < (*y)->depth);
    order = order != 0 ? order : hw_span_compare((*x)->product, (*y)->product);
    order = order != 0 ? order : ((*x)->at > (*y)->at) - ((*x)->at < (*y)->at);
    return order != 0 ? order
                      : ((*x)->why->off > (*y)->why->off) - ((*x)->why->off < (*y)->why->off);
}

/* In order, and each organisation counted once, by the worst that it got. */
static int count_receivers(struct impacting *x)
{
    size_t count = 0, i = 0;
    for (const struct hw_receiver *r = x->a->receivers; r != NULL; r = r->next) {
        count++;
    }
    struct hw_receiver **all = calloc(count + 1, sizeof(struct hw_receiver *));
    if (all == NULL) {
        return impacting_no_memory(x);
    }
    for (struct hw_receiver *r = x->a->receivers; r != NULL; r = r->next) {
        all[i++] = r;
    }
    if (count > 0) {
        qsort(all, count, sizeof *all, by_org);
    }
    for (i = 0; i < count; i++) {
        const struct hw_receiver *r = all[i];
        all[i]->next = all[i + 1];
        if (i == 0 || !hw_span_equal(all[i - 1]->org, r->org)) {
            x->a->direct += !r->at_risk && r->depth == 0;
            x->a->transitive += !r->at_risk && r->depth > 0;
            x->a->receivers_at_risk += r->at_risk;
        }
    }
    x->a->receivers = count > 0 ? all[0] : NULL;
    free(all);
    return HW_OK;
}

/* A delivery does not say whose product it was: if two make one of that name, it is not certain. */
static bool only_maker(const struct impacting *x, const struct hw_risky *r)
{
    const struct name_item *i = names_get(&x->said_releases, r->name, r->version);
    for (; i != NULL; i = i->next) {
        const struct declared_release *d = i->value;
        if (!impact_same_org(d->org, r->org)) {
            return false;
        }
    }
    return true;
}

/* In the order in which they are preferred, by plain name and version, and by plain name alone. */
static int load_delivered(struct impacting *x, struct delivered *d)
{
    struct hw_arena *arena = x->a->arena;
    struct hw_span none = {NULL, 0};
    bool put = true;
    for (const struct hw_risky *r = x->a->releases; r != NULL && put; r = r->next) {
        const char *plain = hw_plain_name(arena, r->name);
        struct delivered_release *one = hw_arena_alloc(arena, sizeof *one);
        put = plain != NULL && one != NULL;
        if (put) {
            *one = (struct delivered_release){r, r->risk == HW_RISK_POISONED && only_maker(x, r)};
            put = names_put(arena, &d->releases, hw_span_str(plain), r->version, one) &&
                  (r->version.n == 0 ||
                   names_put(arena, &d->releases, hw_span_str(plain), none, one));
        }
    }
    for (struct named_version *n = x->versions; n != NULL && put; n = n->next) {
        struct hw_span plain = hw_span_str(n->plain);
        put = n->is_release || n->depth == 0 ||
              (names_put(arena, &d->products, plain, n->version, n) &&
               (n->version.n == 0 || names_put(arena, &d->products, plain, none, n)));
    }
    return put ? HW_OK : impacting_no_memory(x);
}

static int receivers(struct impacting *x)
{
    struct hw_receiver **tail = &x->a->receivers;
    struct delivered d = {.releases = {NULL}};
    int rc = load_delivered(x, &d);
    for (const struct declared_delivery *v = x->deliveries; v != NULL && rc == HW_OK; v = v->next) {
        rc = one_delivery(x, &d, v, &tail);
    }
    return rc != HW_OK ? rc : count_receivers(x);
}

int impact_products(struct impacting *x)
{
    struct containing g = {.x = x, .tail = &x->a->products};
    const struct named_version *end = NULL;
    int rc = HW_OK;
    for (struct named_version *v = x->versions; v != NULL; v = v->next) {
        if (!names_put(x->a->arena, &g.itself, v->name, v->version, v)) {
            return impacting_no_memory(x);
        }
    }
    for (unsigned round = 0; round < ROUNDS && x->versions != end && rc == HW_OK; round++) {
        const struct named_version *now = x->versions;
        g.count = 0;
        rc = find_all(&g, end);
        end = now;
        if (rc == HW_OK && g.count > 0) {
            qsort(g.hits, g.count, sizeof *g.hits, by_reading);
        }
        for (size_t i = 0, k; i < g.count && rc == HW_OK; i = k) {
            for (k = i + 1; k < g.count && same_bill(&g.hits[k], &g.hits[i]); k++) {
            }
            rc = one_bill(&g, i, k);
        }
    }
    free(g.hits);
    free(g.pairs);
    free(g.depth);
    free(g.line_queue);
    return rc != HW_OK ? rc : receivers(x);
}
