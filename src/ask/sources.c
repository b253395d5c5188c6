/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sources.c -- documents of the case that copy each other, by what they name in common.
 *
 * One walk over the index of indicators in order of values: all documents that name a value stand
 * together, so shared values are counted pair by pair in a triangle of counters, and no document is
 * read twice. Containment (the part of the smaller one that the larger has) and not likeness:
 * who copies a list adds to it.
 */
#include "ask/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

enum { TOGETHER = 64 }; /* documents of one value that are counted with each other */

struct document {
    int64_t reading;
    uint32_t node;
    uint32_t values; /* of kinds that tell sources apart */
    uint32_t head;   /* of its class, by union */
    int64_t published;
};

struct hw_sources {
    struct document *all; /* in order of reading and node */
    size_t count, room;
    uint32_t *shared; /* triangle: [larger * (larger - 1) / 2 + smaller] */
};

/* ---- the documents ---- */

static int compare(const void *a, const void *b)
{
    const struct document *x = a, *y = b;
    if (x->reading != y->reading) {
        return x->reading < y->reading ? -1 : 1;
    }
    return x->node < y->node ? -1 : x->node > y->node;
}

static struct document *find(const struct hw_sources *s, int64_t reading, uint32_t node)
{
    struct document key = {.reading = reading, .node = node};
    return s->count == 0 ? NULL : bsearch(&key, s->all, s->count, sizeof key, compare);
}

static bool is_harmless(const struct hw_fact *knowledge)
{
    struct hw_span form = hw_fact_get(knowledge, HW_KNOWLEDGE_FORM);
    return hw_span_starts(form, "warning-list") || hw_span_starts(form, "known-good");
}

static int list_one(struct hw_sources *s, struct hw_case *c, const struct hw_evidence_row *e,
                    struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc =
        hw_case_facts(c, e->reading, HW_ANY_NODE, HW_FACT_KNOWLEDGE, HW_FACT_KNOWLEDGE, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (!is_harmless(&row.fact) && s->count < s->room) {
            s->all[s->count] = (struct document){
                .reading = row.reading, .node = row.node, .published = HW_TIME_NONE};
            if (hw_fact_has(&row.fact, HW_KNOWLEDGE_PUBLISHED)) {
                s->all[s->count].published = hw_fact_get_time(&row.fact, HW_KNOWLEDGE_PUBLISHED);
            }
            s->count++;
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int list_all(struct hw_sources *s, struct hw_case *c, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.only_class = HW_CLASS_KNOWLEDGE};
    struct hw_cursor *k = NULL;
    struct hw_evidence_row e;
    int rc = hw_case_evidence(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        rc = list_one(s, c, &e, err);
    }
    hw_cursor_free(k);
    if (rc == HW_OK) {
        qsort(s->all, s->count, sizeof s->all[0], compare);
        for (size_t i = 0; i < s->count; i++) {
            s->all[i].head = (uint32_t)i;
        }
    }
    return rc;
}

/* ---- what they share ---- */

static bool tells_apart(const char *kind)
{
    static const char *const kinds[] = {"address", "domain", "md5",    "package",
                                        "sha1",    "sha256", "sha512", "url"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            return true;
        }
    }
    return false;
}

static uint32_t *pair(struct hw_sources *s, size_t a, size_t b)
{
    size_t large = a > b ? a : b, small = a > b ? b : a;
    return &s->shared[large * (large - 1) / 2 + small];
}

/* All documents of one value. */
struct group {
    uint8_t value[2048];
    size_t n;
    char kind[16];
    uint32_t members[TOGETHER];
    size_t count;
};

static void close_group(struct hw_sources *s, struct group *g)
{
    for (size_t i = 0; i < g->count; i++) {
        for (size_t j = 0; j < i; j++) {
            (*pair(s, g->members[i], g->members[j]))++;
        }
    }
    g->count = 0;
}

static bool same_value(const struct group *g, const struct hw_named_row *row)
{
    return strcmp(g->kind, row->kind) == 0 &&
           hw_span_equal((struct hw_span){g->value, g->n}, row->value);
}

static void put_row(struct hw_sources *s, struct group *g, const struct hw_named_row *row)
{
    struct document *d = find(s, row->reading, row->node);
    if (d == NULL || !tells_apart(row->kind) || row->value.n == 0 ||
        row->value.n > sizeof g->value) {
        return;
    }
    if (!same_value(g, row)) {
        close_group(s, g);
        memcpy(g->value, row->value.p, row->value.n);
        g->n = row->value.n;
        memcpy(g->kind, row->kind, strlen(row->kind) + 1); /* one of the short words above */
    }
    d->values++;
    if (g->count < TOGETHER) {
        g->members[g->count++] = (uint32_t)(d - s->all);
    }
}

static int count_shared(struct hw_sources *s, struct hw_case *c, struct hw_arena *arena,
                        struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_named_row row;
    struct group *g = hw_arena_alloc(arena, sizeof *g);
    if (g == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to compare sources");
    }
    int rc = hw_case_named(c, &k, err);
    while (rc == HW_OK && (rc = hw_named_next(k, &row, err)) == HW_ROW) {
        put_row(s, g, &row);
        rc = HW_OK;
    }
    close_group(s, g);
    hw_cursor_free(k);
    return rc;
}

/* ---- classes ---- */

static uint32_t head(const struct hw_sources *s, uint32_t i)
{
    while (s->all[i].head != i) {
        i = s->all[i].head;
    }
    return i;
}

static void join(struct hw_sources *s)
{
    for (uint32_t a = 1; a < s->count; a++) {
        for (uint32_t b = 0; b < a; b++) {
            uint64_t shared = *pair(s, a, b);
            uint64_t smaller =
                s->all[a].values < s->all[b].values ? s->all[a].values : s->all[b].values;
            if (shared >= HW_SOURCES_SHARED && shared * 100 >= smaller * HW_SOURCES_PERCENT) {
                uint32_t x = head(s, a), y = head(s, b);
                s->all[x > y ? x : y].head = x > y ? y : x;
            }
        }
    }
}

int hw_sources_make(struct hw_case *c, struct hw_arena *arena, struct hw_sources **out,
                    struct hw_error *err)
{
    struct hw_sources *s = hw_arena_alloc(arena, sizeof *s);
    if (s == NULL || (s->all = hw_arena_array(arena, HW_SOURCES_MAX, sizeof s->all[0])) == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to compare sources");
    }
    s->room = HW_SOURCES_MAX;
    int rc = list_all(s, c, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (s->count > 0) {
        s->shared = hw_arena_array(arena, s->count * (s->count - 1) / 2 + 1, sizeof s->shared[0]);
        if (s->shared == NULL) {
            return hw_fail(err, HW_E_MEMORY, "no memory to compare sources");
        }
        rc = count_shared(s, c, arena, err);
        if (rc != HW_OK) {
            return rc;
        }
        join(s);
    }
    *out = s;
    return HW_OK;
}

uint64_t hw_sources_class(const struct hw_sources *s, int64_t reading, uint32_t node)
{
    const struct document *d = find(s, reading, node);
    return d != NULL ? head(s, (uint32_t)(d - s->all))
                     : HW_SOURCES_MAX + (uint64_t)reading * 2654435761u + node;
}

uint32_t hw_sources_values(const struct hw_sources *s, int64_t reading, uint32_t node)
{
    const struct document *d = find(s, reading, node);
    return d == NULL ? UINT32_MAX : d->values;
}

/* Where the document lies: its file's own name. */
static int file_name(struct hw_case *c, const uint8_t evidence[32], struct hw_arena *arena,
                     struct hw_span *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row row;
    int rc = hw_case_sightings(c, evidence, &k, err);
    rc = rc != HW_OK ? rc : hw_sighting_next(k, &row, err);
    if (rc == HW_ROW) {
        struct hw_span name = row.place.path;
        for (size_t i = name.n; i-- > 0;) {
            if (name.p[i] == '/') {
                name = hw_span_from(name, i + 1);
                break;
            }
        }
        *out = (struct hw_span){hw_arena_copy(arena, name), name.n};
        rc = out->p == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a title") : HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

int hw_sources_title(struct hw_case *c, struct hw_arena *arena, int64_t reading, uint32_t node,
                     struct hw_span *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    *out = (struct hw_span){NULL, 0};
    int rc = hw_case_facts(c, reading, node, HW_FACT_KNOWLEDGE, HW_FACT_KNOWLEDGE, &k, err);
    rc = rc != HW_OK ? rc : hw_fact_next(k, &row, err);
    if (rc == HW_ROW) {
        struct hw_span title = hw_fact_get(&row.fact, HW_KNOWLEDGE_TITLE);
        if (title.n == 0) {
            rc = file_name(c, row.evidence, arena, out, err);
        } else {
            *out = (struct hw_span){hw_arena_copy(arena, title), title.n};
            rc = out->p == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for a title") : HW_OK;
        }
    }
    hw_cursor_free(k);
    return rc;
}

void hw_naming_add(const struct hw_sources *s, struct hw_naming *n, int64_t reading, uint32_t node)
{
    for (unsigned k = 0; k < n->count; k++) {
        if (n->p[k].reading == reading && n->p[k].node == node) {
            return;
        }
    }
    if (n->count == HW_SOURCES_NAMING) {
        n->more = true;
        return;
    }
    n->p[n->count].reading = reading;
    n->p[n->count].node = node;
    n->p[n->count++].class = hw_sources_class(s, reading, node);
}

unsigned hw_naming_classes(const struct hw_naming *n)
{
    unsigned classes = 0;
    for (unsigned i = 0; i < n->count; i++) {
        bool met = false;
        for (unsigned k = 0; k < i; k++) {
            met = met || n->p[k].class == n->p[i].class;
        }
        classes += !met;
    }
    return classes;
}

size_t hw_sources_count(const struct hw_sources *s)
{
    return s->count;
}

size_t hw_sources_classes(const struct hw_sources *s)
{
    size_t n = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        n += s->all[i].head == i;
    }
    return n;
}

bool hw_sources_first(const struct hw_sources *s, uint64_t class, int64_t *out_reading,
                      uint32_t *out_node, int64_t *out_published)
{
    const struct document *first = NULL;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct document *d = &s->all[i];
        if (head(s, i) == class && d->published != HW_TIME_NONE &&
            (first == NULL || d->published < first->published)) {
            first = d;
        }
    }
    if (first == NULL) {
        return false;
    }
    *out_reading = first->reading;
    *out_node = first->node;
    *out_published = first->published;
    return true;
}
