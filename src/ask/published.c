/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/published.c -- a Bloom filter over what is published (B. Bloom, Communications of the ACM
 * 13(7), 1970), then each place of the graph against it; the index of the case has the last word.
 */
#include "ask/published.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "fact/url.h"

enum {
    FILTER_BITS = 1 << 25, /* 4 MiB; a million indicators leave it wrong once in a thousand */
    PROBES = 5,
    PARENTS = 32, /* of one domain, and folders of one URL */
};

/* What a value is published as; HOST_OF: the host of a URL. */
enum published_as { AS_DIGEST, AS_DOMAIN, AS_ADDRESS, AS_URL, AS_HOST_OF };

struct match {
    struct match *next;
    const char *kind;
    struct hw_span value; /* HOST: the host */
    uint32_t thing;
    enum hw_named_how how;
};

struct published {
    struct hw_case *c;
    struct hw_walk *w;
    struct hw_arena *arena;
    struct hw_error *err;
    uint8_t *filter;
    struct match *matches;
    size_t count;
    bool any_place;
};

/* ---- the filter ---- */

static void note(struct published *p, enum published_as as, struct hw_span value)
{
    uint64_t h = hw_scan_hash(value, (uint64_t)as);
    for (unsigned i = 0; i < PROBES; i++) {
        uint32_t bit = (uint32_t)(h + i * (h >> 32 | 1)) % FILTER_BITS;
        p->filter[bit / 8] |= (uint8_t)(1U << bit % 8);
    }
    p->any_place = true;
}

static bool may_be(const struct published *p, enum published_as as, struct hw_span value)
{
    uint64_t h = hw_scan_hash(value, (uint64_t)as);
    for (unsigned i = 0; i < PROBES; i++) {
        uint32_t bit = (uint32_t)(h + i * (h >> 32 | 1)) % FILTER_BITS;
        if ((p->filter[bit / 8] & 1U << bit % 8) == 0) {
            return false;
        }
    }
    return true;
}

bool hw_is_place(const struct hw_fact *indicator)
{
    return hw_fact_is(indicator, HW_INDICATOR_KIND, "domain") ||
           hw_fact_is(indicator, HW_INDICATOR_KIND, "address") ||
           hw_fact_is(indicator, HW_INDICATOR_KIND, "url");
}

bool hw_place_counts(const struct hw_fact *indicator, enum hw_named_how how)
{
    struct hw_span value = hw_fact_get(indicator, HW_INDICATOR_VALUE);
    if (!hw_fact_is(indicator, HW_INDICATOR_ROLE, "shared-host")) {
        return true;
    }
    return hw_fact_is(indicator, HW_INDICATOR_KIND, "url") && how != HW_NAMED_HOST &&
           hw_url_path(value) + 1 < value.n;
}

/* ---- looking ---- */

static int load(struct published *p)
{
    struct hw_cursor *k = NULL;
    struct hw_named_row row;
    int rc = hw_case_named(p->c, &k, p->err);
    while (rc == HW_OK && (rc = hw_named_next(k, &row, p->err)) == HW_ROW) {
        rc = HW_OK;
        if (strcmp(row.kind, "domain") == 0) {
            note(p, AS_DOMAIN, row.value);
        } else if (strcmp(row.kind, "address") == 0) {
            note(p, AS_ADDRESS, row.value);
        } else if (strcmp(row.kind, "url") == 0) {
            note(p, AS_URL, row.value);
            note(p, AS_HOST_OF, hw_url_host(row.value));
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int keep(struct published *p, uint32_t thing, const char *kind, struct hw_span value,
                enum hw_named_how how)
{
    struct match *m = hw_arena_alloc(p->arena, sizeof *m);
    uint8_t *copy = m == NULL ? NULL : hw_arena_copy(p->arena, value);
    if (copy == NULL) {
        return hw_fail(p->err, HW_E_MEMORY, "no memory for what is published");
    }
    *m = (struct match){p->matches, kind, {copy, value.n}, thing, how};
    p->matches = m;
    p->count++;
    return HW_OK;
}

static const char *digest_kind(const char *kind)
{
    static const char *const kinds[] = {"md5", "sha1", "sha256"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            return kinds[i];
        }
    }
    return "sha256";
}

static int bytes(struct published *p)
{
    uint32_t n;
    const char *kind;
    struct hw_span value;
    int rc = hw_walk_published(p->w, p->err);
    while (rc == HW_OK &&
           (rc = hw_walk_published_next(p->w, &n, &kind, &value, p->err)) == HW_ROW) {
        rc = value.n == 0 ? HW_OK : keep(p, n, digest_kind(kind), value, HW_NAMED_ITSELF);
    }
    return rc;
}

static int look(struct published *p, uint32_t thing, enum published_as as, const char *kind,
                struct hw_span value, enum hw_named_how how)
{
    return value.n > 0 && may_be(p, as, value) ? keep(p, thing, kind, value, how) : HW_OK;
}

/* The name, and every one above it that still has a dot: nobody publishes what all share. */
static int domain(struct published *p, uint32_t thing, struct hw_span name, enum hw_named_how how)
{
    int rc = HW_OK;
    for (unsigned i = 0; i < PARENTS && rc == HW_OK; i++) {
        size_t dot = hw_span_find(name, '.');
        if (dot == name.n) {
            break;
        }
        rc = look(p, thing, AS_DOMAIN, "domain", name, how);
        name = hw_span_from(name, dot + 1);
        how = HW_NAMED_UNDER;
    }
    return rc;
}

static int url(struct published *p, uint32_t thing, struct hw_span name)
{
    size_t path = hw_url_path(name);
    int rc = look(p, thing, AS_URL, "url", name, HW_NAMED_ITSELF);
    unsigned folders = 0;
    for (size_t at = name.n; at-- > path && rc == HW_OK && folders < PARENTS;) {
        uint8_t c = name.p[at];
        if (c != '/' && c != '?' && c != '#') {
            continue;
        }
        folders++;
        rc = at + 1 < name.n && c == '/'
                 ? look(p, thing, AS_URL, "url", hw_span_cut(name, 0, at + 1), HW_NAMED_UNDER)
                 : HW_OK;
        rc = rc != HW_OK ? rc
                         : look(p, thing, AS_URL, "url", hw_span_cut(name, 0, at), HW_NAMED_UNDER);
    }
    struct hw_span host = hw_url_host(name);
    rc = rc != HW_OK ? rc : look(p, thing, AS_ADDRESS, "address", host, HW_NAMED_UNDER);
    return rc != HW_OK ? rc : domain(p, thing, host, HW_NAMED_UNDER);
}

static int places(struct published *p)
{
    static const enum hw_entity kinds[] = {HW_ENTITY_DOMAIN, HW_ENTITY_ADDRESS, HW_ENTITY_URL};
    int rc = HW_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && rc == HW_OK; i++) {
        struct hw_thing t;
        uint32_t n;
        rc = hw_walk_find(p->w, &(struct hw_thing_ask){.kind = kinds[i]}, p->err);
        while (rc == HW_OK && (rc = hw_walk_found(p->w, &n, &t, p->err)) == HW_ROW) {
            if (kinds[i] == HW_ENTITY_URL) {
                rc = url(p, n, t.name);
                continue;
            }
            rc = kinds[i] == HW_ENTITY_DOMAIN
                     ? domain(p, n, t.name, HW_NAMED_ITSELF)
                     : look(p, n, AS_ADDRESS, "address", t.name, HW_NAMED_ITSELF);
            rc = rc != HW_OK ? rc : look(p, n, AS_HOST_OF, "url", t.name, HW_NAMED_HOST);
        }
    }
    return rc;
}

/* ---- what the index says ---- */

static int compare(const void *a, const void *b)
{
    const struct match *const *x = a, *const *y = b;
    int order = (*x)->thing != (*y)->thing ? ((*x)->thing < (*y)->thing ? -1 : 1)
                : (*x)->how != (*y)->how   ? (int)(*x)->how - (int)(*y)->how
                                           : strcmp((*x)->kind, (*y)->kind);
    return order != 0 ? order : hw_span_compare((*x)->value, (*y)->value);
}

static int visit(struct published *p, const struct match *m, const char *scheme,
                 hw_published_each *each, void *state)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    struct hw_buf prefix;
    int rc;
    hw_buf_init(&prefix, 1 << 16);
    if (m->how == HW_NAMED_HOST) {
        hw_buf_str(&prefix, scheme);
        hw_buf_span_put(&prefix, m->value);
        rc = hw_case_indicators_under(p->c, m->kind, hw_buf_span(&prefix), &k, p->err);
    } else {
        rc = hw_case_indicators_of(p->c, m->kind, m->value, &k, p->err);
    }
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, p->err)) == HW_ROW) {
        struct hw_span value = hw_fact_get(&row.fact, HW_INDICATOR_VALUE);
        bool same = m->how != HW_NAMED_HOST || hw_span_equal(hw_url_host(value), m->value);
        rc = same ? each(state, m->thing, m->how, &row) : HW_OK;
    }
    hw_cursor_free(k);
    hw_buf_done(&prefix);
    return rc;
}

static int visit_all(struct published *p, hw_published_each *each, void *state)
{
    int rc = HW_OK;
    size_t i = 0;
    struct match **all = malloc((p->count + 1) * sizeof(struct match *));
    if (all == NULL) {
        return hw_fail(p->err, HW_E_MEMORY, "no memory for what is published");
    }
    for (struct match *m = p->matches; m != NULL; m = m->next) {
        all[i++] = m;
    }
    qsort(all, p->count, sizeof(struct match *), compare);
    for (i = 0; i < p->count && rc == HW_OK; i++) {
        rc = visit(p, all[i], "https://", each, state);
        if (rc == HW_OK && all[i]->how == HW_NAMED_HOST) {
            rc = visit(p, all[i], "http://", each, state);
        }
    }
    free(all);
    return rc;
}

int hw_published(struct hw_case *c, struct hw_walk *w, struct hw_arena *arena,
                 hw_published_each *each, void *state, struct hw_error *err)
{
    struct published p = {.c = c, .w = w, .arena = arena, .err = err};
    p.filter = calloc(FILTER_BITS / 8, 1);
    int rc =
        p.filter == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for what is published") : load(&p);
    rc = rc != HW_OK ? rc : bytes(&p);
    rc = rc != HW_OK || !p.any_place ? rc : places(&p);
    free(p.filter);
    return rc != HW_OK ? rc : visit_all(&p, each, state);
}
