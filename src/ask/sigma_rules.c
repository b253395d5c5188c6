/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/sigma_rules.c -- the rules of a case, and which of them could hold for a record.
 *
 * Of most rules one of a few texts must stand in the record (hw_rule_needs). Of each such text four
 * bytes, those that the fewest texts have, are kept in one table for all rules: a record is walked
 * once, and only the rules whose bytes were met are asked.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/sigma.h"
#include "base/grow.h"
#include "base/text.h"

enum { BUCKETS = 1 << 16, NEEDS = 4000, RULES_MAX = 500000 };

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for published rules");
}

static uint32_t hash_of(struct hw_span s)
{
    uint32_t h = UINT32_C(2166136261); /* FNV-1a */
    for (size_t i = 0; i < s.n; i++) {
        h = (h ^ hw_ascii_lower(s.p[i])) * UINT32_C(16777619);
    }
    return h;
}

int sigma_field_number(struct sigma_rules *s, struct hw_span name, uint16_t *out,
                       struct hw_error *err)
{
    uint32_t *bucket = &s->field_buckets[hash_of(name) % BUCKETS];
    for (uint32_t i = *bucket; i != 0; i = s->field_next[i - 1]) {
        if (hw_span_equal_nocase(s->fields[i - 1], name)) {
            *out = (uint16_t)(i - 1);
            return HW_OK;
        }
    }
    uint8_t *copy = hw_arena_copy(s->q->a->arena, name);
    if (copy == NULL) {
        return no_memory(err);
    }
    if (s->field_count == SIGMA_FIELDS_MAX) {
        return hw_fail(err, HW_E_LIMIT, "published rules name too many fields");
    }
    for (size_t i = 0; i < name.n; i++) {
        copy[i] = hw_ascii_lower(copy[i]);
    }
    s->fields[s->field_count] = (struct hw_span){copy, name.n};
    s->field_next[s->field_count] = *bucket;
    *bucket = (uint32_t)++s->field_count;
    *out = (uint16_t)(s->field_count - 1);
    return HW_OK;
}

/* product/category/service */
static int class_number(struct sigma_rules *s, struct hw_span log, uint16_t *out,
                        struct hw_error *err)
{
    struct hw_span part[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    for (size_t i = 0; i < 3; i++) {
        size_t end = i < 2 ? hw_span_find(log, '/') : log.n;
        part[i] = hw_span_cut(log, 0, end);
        log = hw_span_from(log, end + 1);
    }
    for (size_t i = 0; i < s->class_count; i++) {
        const struct sigma_class *c = &s->classes[i];
        if (hw_span_equal(c->product, part[0]) && hw_span_equal(c->category, part[1]) &&
            hw_span_equal(c->service, part[2])) {
            *out = (uint16_t)i;
            return HW_OK;
        }
    }
    if (s->class_count == SIGMA_CLASSES_MAX) {
        return hw_fail(err, HW_E_LIMIT, "published rules name too many log sources");
    }
    struct sigma_class *c = &s->classes[s->class_count];
    *c = (struct sigma_class){.product = hw_span_keep(s->q->a->arena, part[0]),
                              .category = hw_span_keep(s->q->a->arena, part[1]),
                              .service = hw_span_keep(s->q->a->arena, part[2])};
    sigma_class_find(c);
    *out = (uint16_t)s->class_count++;
    return HW_OK;
}

struct sigma_weight sigma_weigh(struct hw_span status, struct hw_span level, bool context)
{
    static const char *const words[] = {"info", "low", "medium", "high", "critical"};
    bool stable = hw_span_is(status, "stable"), test = hw_span_is(status, "test");
    enum hw_severity most = stable ? HW_CRITICAL : test ? HW_HIGH : HW_MEDIUM;
    struct sigma_weight w = {HW_INFO, stable || test ? HW_CONF_MODERATE : HW_CONF_LOW};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        w.severity = hw_span_is(level, words[i]) ? (enum hw_severity)i : w.severity;
    }
    w.severity = context ? HW_INFO : w.severity > most ? most : w.severity;
    return w;
}

struct hw_span sigma_status(struct hw_span tags)
{
    if (!hw_span_starts(tags, "status.")) {
        return (struct hw_span){NULL, 0};
    }
    return hw_span_cut(tags, 7, hw_span_find(tags, ' ') - 7);
}

static int add_rule(struct sigma_rules *s, const struct hw_fact *f, const uint8_t evidence[32],
                    struct hw_error *err)
{
    struct hw_arena *arena = s->q->a->arena;
    struct hw_rule rule;
    uint32_t held;
    /* Refused when it was read; or its program is not whole, in a case from elsewhere. */
    if (!hw_fact_has(f, HW_PATTERN_PROGRAM) ||
        !hw_rule_check(hw_fact_get(f, HW_PATTERN_PROGRAM), &rule)) {
        s->refused++;
        return sigma_held_add(s, f, evidence, SIGMA_REFUSED, 0, &held, err);
    }
    if (s->count == RULES_MAX) {
        return hw_fail(err, HW_E_LIMIT, "too many published rules");
    }
    if (HW_GROW(s->rules, s->count, s->room, RULES_MAX) != HW_OK) {
        return no_memory(err);
    }
    struct sigma_rule *r = &s->rules[s->count];
    *r = (struct sigma_rule){.id = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_ID)),
                             .title = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_TITLE)),
                             .says = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_SAYS)),
                             .source = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_SOURCE)),
                             .program = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_PROGRAM)),
                             .line = hw_fact_get_u64(f, HW_PATTERN_LINE)};
    r->status = hw_span_keep(arena, sigma_status(hw_fact_get(f, HW_PATTERN_TAGS)));
    struct sigma_weight w = sigma_weigh(r->status, hw_fact_get(f, HW_PATTERN_LEVEL),
                                        hw_fact_is(f, HW_PATTERN_ROLE, "context"));
    r->severity = w.severity;
    r->confidence = w.confidence;
    uint16_t *fields = hw_arena_array(arena, rule.name_count + 1, sizeof *fields);
    if (fields == NULL || r->program.n == 0) {
        return no_memory(err);
    }
    int rc = class_number(s, hw_fact_get(f, HW_PATTERN_LOG), &r->of_class, err);
    for (unsigned i = 0; rc == HW_OK && i < rule.name_count; i++) {
        rc = sigma_field_number(s, rule.names[i], &fields[i], err);
    }
    r->fields = fields;
    rc = rc != HW_OK ? rc : sigma_held_add(s, f, evidence, SIGMA_RULE, 0, &r->held, err);
    s->count += rc == HW_OK;
    return rc;
}

struct reading {
    struct sigma_rules *s;
    struct hw_error *err;
};

static int add(void *state, const struct hw_fact_row *row)
{
    const struct reading *r = state;
    const struct hw_fact *f = &row->fact;
    return hw_fact_is(f, HW_PATTERN_LANGUAGE, "sigma") ? add_rule(r->s, f, row->evidence, r->err)
           : hw_fact_is(f, HW_PATTERN_LANGUAGE, "sigma-correlation")
               ? sigma_correlation_add(r->s, f, row->evidence, r->err)
               : HW_OK;
}

static int compare_rules(const void *a, const void *b)
{
    const struct sigma_rule *x = a, *y = b;
    int by = hw_span_compare(x->id, y->id);
    by = by != 0 ? by : hw_span_compare(x->title, y->title);
    by = by != 0 ? by : hw_span_compare(x->program, y->program);
    return by != 0 ? by : (x->line > y->line) - (x->line < y->line);
}

/* A rule that two feeds bring is one. */
static void drop_copies(struct sigma_rules *s)
{
    size_t kept = 0;
    if (s->count > 0) {
        qsort(s->rules, s->count, sizeof *s->rules, compare_rules);
    }
    for (size_t i = 0; i < s->count; i++) {
        const struct sigma_rule *last = kept == 0 ? NULL : &s->rules[kept - 1];
        if (last == NULL || !hw_span_equal(last->id, s->rules[i].id) ||
            !hw_span_equal(last->title, s->rules[i].title) ||
            !hw_span_equal(last->program, s->rules[i].program)) {
            s->rules[kept++] = s->rules[i];
        }
        s->held[s->rules[i].held].n = (uint32_t)(kept - 1);
    }
    s->count = kept;
}

/* ---- the index ---- */

static bool rule_at(void *state, size_t i, struct hw_rule *out)
{
    struct sigma_rule *r = &((struct sigma_rules *)state)->rules[i];
    bool whole = hw_rule_check(r->program, out);
    r->root = whole ? out->root : r->root;
    return whole;
}

static void always(void *state, size_t i)
{
    struct sigma_rules *s = state;
    struct sigma_rule *r = &s->rules[i];
    struct sigma_class *c = &s->classes[r->of_class];
    r->next_always = c->always;
    c->always = r;
}

int sigma_rules_read(struct hw_asking *q, struct sigma_rules *out, struct hw_error *err)
{
    *out = (struct sigma_rules){.q = q};
    out->classes = calloc(SIGMA_CLASSES_MAX, sizeof *out->classes);
    out->fields = calloc(SIGMA_FIELDS_MAX, sizeof *out->fields);
    out->field_next = calloc(SIGMA_FIELDS_MAX, sizeof *out->field_next);
    out->field_buckets = calloc(BUCKETS, sizeof *out->field_buckets);
    if (out->classes == NULL || out->fields == NULL || out->field_next == NULL ||
        out->field_buckets == NULL) {
        return no_memory(err);
    }
    struct reading r = {out, err};
    int rc = hw_each_pattern(q, add, &r, err);
    if (rc == HW_OK) {
        drop_copies(out);
        rc = needles_make(&out->needles,
                          &(struct needles_rules){out->count, rule_at, always, out, NEEDS}, err);
    }
    return rc != HW_OK ? rc : sigma_relate(out, err);
}

void sigma_rules_done(struct sigma_rules *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->rules[i].stream != NULL) {
            free(s->rules[i].stream->events);
        }
    }
    for (size_t i = 0; i < s->correlation_count; i++) {
        free(s->correlations[i]->stream.events);
    }
    free(s->correlations);
    free(s->held);
    free(s->rules);
    free(s->classes);
    free(s->fields);
    free(s->field_next);
    free(s->field_buckets);
    needles_done(&s->needles);
}
