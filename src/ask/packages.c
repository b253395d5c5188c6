/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/packages.c -- packages that a publisher reports as poison, among those this case has seen in
 * bills of materials, lock files and manifests.
 *
 * A package's name proves nothing: names of private packages are taken in public registries every
 * day. So a match is as strong as what ties this package to the report, in five steps:
 *
 *   1  a digest stated of it is a reported one                             critical
 *   2  a lock file has its reported version, with digest, from a registry  critical
 *   3  its version is a reported one                                       high
 *   4  all versions are reported, and it comes from a registry             medium
 *   5  it has the name alone                                               info
 *
 * What lies in the project itself (a workspace, a folder, a manifest that nobody installed) was not
 * fetched, and stays at step 5 whatever its version says.
 *
 * Indicators may be millions and components too. A first walk over the components marks what could
 * match in a bitmap of hashes, one walk over the indicators keeps those marked, and a second walk
 * over the components compares for good.
 */
#include "ask/packages.h"

#include <string.h>

enum { MARK_BITS = 1 << 26 };

struct hw_package_list {
    struct hw_package_list *next;
    int64_t reading;
    uint32_t node;
};

/* ---- keys and marks ---- */

static uint64_t hash_of(struct hw_span s)
{
    uint64_t h = 1469598103934665603ULL;
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ s.p[i]) * 1099511628211ULL;
    }
    return h ^ h >> 32;
}

static void mark(struct hw_packages *s, const struct hw_package_key *k)
{
    uint64_t bit = hash_of((struct hw_span){k->p, k->n}) % MARK_BITS;
    s->marks[bit / 8] |= (uint8_t)(1U << bit % 8);
}

static bool is_marked(const struct hw_packages *s, struct hw_span key)
{
    uint64_t bit = hash_of(key) % MARK_BITS;
    return (s->marks[bit / 8] & 1U << bit % 8) != 0;
}

static void put(struct hw_package_key *k, struct hw_span s)
{
    for (size_t i = 0; i < s.n && k->n < sizeof k->p; i++) {
        k->p[k->n++] = hw_ascii_lower(s.p[i]);
    }
}

void hw_package_key_name(struct hw_span name, struct hw_span version, struct hw_package_key *out)
{
    out->n = 0;
    put(out, HW_SPAN_LIT("package\n"));
    put(out, name);
    if (version.n > 0) {
        put(out, HW_SPAN_LIT("@"));
        put(out, version);
    }
}

bool hw_package_key_digest(struct hw_span alg, struct hw_span digest, struct hw_package_key *out)
{
    static const char *const algs[] = {"md5", "sha1", "sha256", "sha512"};
    static const char hex[] = "0123456789abcdef";
    out->n = 0;
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        if (hw_span_is(alg, algs[i]) && digest.n > 0) {
            put(out, alg);
            put(out, HW_SPAN_LIT("\n"));
            for (size_t k = 0; k < digest.n && out->n + 2 <= sizeof out->p; k++) {
                out->p[out->n++] = (uint8_t)hex[digest.p[k] >> 4];
                out->p[out->n++] = (uint8_t)hex[digest.p[k] & 15];
            }
            return true;
        }
    }
    return false;
}

void hw_package_read(struct hw_packages *s, const struct hw_fact_row *row)
{
    s->row = row;
    hw_buf_clear(&s->name);
    s->named = hw_purl_read(hw_fact_get(&row->fact, HW_COMPONENT_PURL), &s->purl) &&
               hw_package_name(s->purl.type, s->purl.space, s->purl.name, &s->name);
}

struct hw_span hw_package_version(const struct hw_packages *s)
{
    return s->named && s->purl.version.n > 0 ? s->purl.version
                                             : hw_fact_get(&s->row->fact, HW_COMPONENT_VERSION);
}

/* ---- the first walk ---- */

static int keep_list(struct hw_packages *s, const struct hw_fact_row *row)
{
    struct hw_package_list **at =
        &s->lists[((uint64_t)row->reading * 31 + row->node) % HW_PACKAGE_BUCKETS];
    for (; *at != NULL; at = &(*at)->next) {
        if ((*at)->reading == row->reading && (*at)->node == row->node) {
            return HW_OK;
        }
    }
    *at = hw_arena_alloc(s->q->a->arena, sizeof **at);
    if (*at == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory to look at packages");
    }
    **at = (struct hw_package_list){.reading = row->reading, .node = row->node};
    return HW_OK;
}

static int mark_component(struct hw_packages *s, const struct hw_fact_row *row)
{
    const struct hw_fact *f = &row->fact;
    struct hw_package_key k;
    if (hw_package_key_digest(hw_fact_get(f, HW_COMPONENT_ALG), hw_fact_get(f, HW_COMPONENT_DIGEST),
                              &k)) {
        mark(s, &k);
        s->any_hash = s->any_component = true;
    }
    if (hw_fact_has(f, HW_COMPONENT_DIGEST) && keep_list(s, row) != HW_OK) {
        return s->err->code;
    }
    hw_package_read(s, row);
    if (s->named) {
        s->any_component = true;
        hw_package_key_name(hw_buf_span(&s->name), hw_package_version(s), &k);
        mark(s, &k);
        hw_package_key_name(hw_buf_span(&s->name), (struct hw_span){NULL, 0}, &k);
        mark(s, &k);
    }
    return HW_OK;
}

static int each_component(struct hw_packages *s,
                          int (*then)(struct hw_packages *s, const struct hw_fact_row *row))
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_components(s->q->c, NULL, NULL, NULL, &k, s->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, s->err)) == HW_ROW) {
        rc = then(s, &row);
    }
    hw_cursor_free(k);
    return rc;
}

/* Every further digest of every list. */
static int each_checksum(struct hw_packages *s,
                         int (*then)(struct hw_packages *s, const struct hw_fact_row *row))
{
    int rc = HW_OK;
    for (size_t i = 0; i < HW_PACKAGE_BUCKETS; i++) {
        for (const struct hw_package_list *l = s->lists[i]; l != NULL && rc == HW_OK; l = l->next) {
            struct hw_cursor *k = NULL;
            struct hw_fact_row row;
            rc = hw_case_facts(s->q->c, l->reading, l->node, HW_FACT_CHECKSUM, HW_FACT_CHECKSUM, &k,
                               s->err);
            while (rc == HW_OK && (rc = hw_fact_next(k, &row, s->err)) == HW_ROW) {
                rc = then(s, &row);
            }
            hw_cursor_free(k);
        }
    }
    return rc;
}

static int mark_checksum(struct hw_packages *s, const struct hw_fact_row *row)
{
    struct hw_package_key k;
    if (hw_package_key_digest(hw_fact_get(&row->fact, HW_CHECKSUM_ALG),
                              hw_fact_get(&row->fact, HW_CHECKSUM_DIGEST), &k)) {
        mark(s, &k);
        s->any_hash = true;
    }
    return HW_OK;
}

/* ---- what was published ---- */

static int keep_indicator(struct hw_packages *s, const struct hw_fact_row *row, struct hw_span kind)
{
    const struct hw_fact *f = &row->fact;
    struct hw_arena *arena = s->q->a->arena;
    struct hw_package_key k = {.n = 0};
    put(&k, kind);
    put(&k, HW_SPAN_LIT("\n"));
    put(&k, hw_fact_get(f, HW_INDICATOR_VALUE));
    struct hw_span key = {k.p, k.n};
    if (!is_marked(s, key) || hw_fact_is(f, HW_INDICATOR_ROLE, "context") ||
        !hw_in_force(f, s->q->policy->as_of)) {
        return HW_OK;
    }
    struct hw_package_sign *i = hw_arena_alloc(arena, sizeof *i);
    if (i == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for what is known of packages");
    }
    struct hw_package_sign **b = &s->signs[hash_of(key) % HW_PACKAGE_BUCKETS];
    *i =
        (struct hw_package_sign){.next = *b,
                                 .key = hw_span_keep(arena, key),
                                 .label = hw_span_keep(arena, hw_fact_get(f, HW_INDICATOR_LABEL)),
                                 .source = hw_span_keep(arena, hw_fact_get(f, HW_INDICATOR_SOURCE)),
                                 .reading = row->reading,
                                 .node = row->node,
                                 .line = hw_fact_get_u64(f, HW_INDICATOR_LINE),
                                 .off = hw_fact_get_u64(f, HW_INDICATOR_OFF)};
    *b = i;
    return HW_OK;
}

static int keep_indicators(struct hw_packages *s)
{
    static const char *const kinds[] = {"package", "md5", "sha1", "sha256", "sha512"};
    int rc = HW_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && rc == HW_OK; i++) {
        struct hw_cursor *k = NULL;
        struct hw_fact_row row;
        if (i > 0 && !s->any_hash) {
            break;
        }
        rc = hw_case_indicators(s->q->c, kinds[i], &k, s->err);
        while (rc == HW_OK && (rc = hw_fact_next(k, &row, s->err)) == HW_ROW) {
            rc = keep_indicator(s, &row, hw_span_str(kinds[i]));
        }
        hw_cursor_free(k);
    }
    return rc;
}

const struct hw_package_sign *hw_package_known(const struct hw_packages *s,
                                               const struct hw_package_key *k)
{
    struct hw_span key = {k->p, k->n};
    const struct hw_package_sign *i = s->signs[hash_of(key) % HW_PACKAGE_BUCKETS];
    while (i != NULL && !hw_span_equal(i->key, key)) {
        i = i->next;
    }
    return i;
}

static int hit_checksum(struct hw_packages *s, const struct hw_fact_row *row)
{
    struct hw_package_key k;
    const struct hw_package_sign *i = NULL;
    if (hw_package_key_digest(hw_fact_get(&row->fact, HW_CHECKSUM_ALG),
                              hw_fact_get(&row->fact, HW_CHECKSUM_DIGEST), &k)) {
        i = hw_package_known(s, &k);
    }
    if (i == NULL) {
        return HW_OK;
    }
    struct hw_package_hit *h = hw_arena_alloc(s->q->a->arena, sizeof *h);
    if (h == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for what is known of packages");
    }
    *h = (struct hw_package_hit){.next = s->hits,
                                 .reading = row->reading,
                                 .node = row->node,
                                 .line = hw_fact_get_u64(&row->fact, HW_CHECKSUM_LINE),
                                 .by = i};
    s->hits = h;
    return HW_OK;
}

/* ---- the question ---- */

/* Is there anything about packages that could be answered? */
static int look_at_statements(struct hw_packages *s)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_statements(s->q->c, NULL, NULL, &k, s->err);
    rc = rc != HW_OK ? rc : hw_fact_next(k, &row, s->err);
    s->any_statement = rc == HW_ROW;
    hw_cursor_free(k);
    return rc == HW_ROW ? HW_OK : rc;
}

static int walk_all(struct hw_packages *s)
{
    int rc = each_component(s, mark_component);
    rc = rc != HW_OK ? rc : each_checksum(s, mark_checksum);
    rc = rc != HW_OK ? rc : look_at_statements(s);
    rc = rc != HW_OK ? rc : keep_indicators(s);
    rc = rc != HW_OK || !s->any_hash ? rc : each_checksum(s, hit_checksum);
    return rc != HW_OK ? rc : each_component(s, hw_package_judge);
}

int hw_find_packages(struct hw_asking *q, bool *out_any, bool *out_told, struct hw_error *err)
{
    struct hw_packages *s = hw_arena_alloc(q->a->arena, sizeof *s);
    if (s == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to look at packages");
    }
    s->q = q;
    s->err = err;
    s->marks = hw_arena_alloc(q->a->arena, MARK_BITS / 8);
    s->signs = hw_arena_array(q->a->arena, HW_PACKAGE_BUCKETS, sizeof *s->signs);
    s->lists = hw_arena_array(q->a->arena, HW_PACKAGE_BUCKETS, sizeof *s->lists);
    if (s->marks == NULL || s->signs == NULL || s->lists == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to look at packages");
    }
    hw_buf_init(&s->name, HW_PACKAGE_BYTES + 1);
    hw_buf_init(&s->silent, HW_PACKAGE_BYTES + 100);
    int rc = walk_all(s);
    hw_buf_done(&s->name);
    hw_buf_done(&s->silent);
    *out_any = s->any_component;
    *out_told = s->any_statement;
    return rc;
}
