/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/pattern_rules.c -- the patterns of a case, how much each proves, and which could hold.
 *
 * A list has thousands of them: ask/needles.h says which could hold of a value.
 */
#include <stdlib.h>
#include <string.h>

#include "ask/pattern.h"
#include "base/grow.h"
#include "base/text.h"

enum { NEEDS = 2000, RULES_MOST = 200000 };
_Static_assert(HW_SEEN_COUNT <= 64, "a bit for each field");

static int no_memory(struct hw_error *err)
{
    return hw_fail(err, HW_E_MEMORY, "no memory for published patterns");
}

static uint64_t bit(enum hw_seen s)
{
    return UINT64_C(1) << s;
}

/* What a thing is called and how large it is, of which anything can be anybody's. */
static uint64_t names(void)
{
    return bit(HW_SEEN_NAME) | bit(HW_SEEN_PATH) | bit(HW_SEEN_FOLDER) | bit(HW_SEEN_EXTENSION) |
           bit(HW_SEEN_SIZE) | bit(HW_SEEN_PROCESS_NAME) | bit(HW_SEEN_PROCESS_PATH) |
           bit(HW_SEEN_PROCESS_PARENT) | bit(HW_SEEN_PROCESS_EVENT) | bit(HW_SEEN_MODULE);
}

/* A name is a lead and no proof, whatever its list says of it. Of a tree: names alone are a lead as
 * well; one sign is less than several together. */
static void weigh(struct pattern_rule *r, const struct hw_fact *f)
{
    bool high = hw_fact_is(f, HW_PATTERN_LEVEL, "high");
    bool alone = (r->asks & (r->asks - 1)) == 0, named = (r->asks & ~names()) == 0;
    if (hw_fact_is(f, HW_PATTERN_ROLE, "context")) {
        r->severity = HW_INFO;
        r->confidence = HW_CONF_LOW;
    } else if (r->filename) {
        r->severity = high                                        ? HW_HIGH
                      : hw_fact_is(f, HW_PATTERN_LEVEL, "medium") ? HW_MEDIUM
                                                                  : HW_LOW;
        r->confidence = high ? HW_CONF_MODERATE : HW_CONF_LOW;
    } else {
        r->severity = named || alone ? HW_MEDIUM : HW_HIGH;
        r->confidence = named ? HW_CONF_LOW : HW_CONF_MODERATE;
    }
}

/* The program's names as fields; false: one is none that is known, in a case from elsewhere. */
static bool fields_of(const struct hw_rule *rule, uint8_t *out, uint64_t *out_asks)
{
    *out_asks = 0;
    for (unsigned i = 0; i < rule->name_count; i++) {
        enum hw_seen s = hw_seen_named(rule->names[i]);
        if (s == HW_SEEN_COUNT) {
            return false;
        }
        out[i] = (uint8_t)s;
        *out_asks |= bit(s);
    }
    return true;
}

struct reading {
    struct pattern_rules *s;
    struct hw_error *err;
};

static int add_rule(void *state, const struct hw_fact_row *row)
{
    struct pattern_rules *s = ((struct reading *)state)->s;
    struct hw_error *err = ((struct reading *)state)->err;
    const struct hw_fact *f = &row->fact;
    struct hw_arena *arena = s->q->a->arena;
    struct hw_rule rule;
    bool filename = hw_fact_is(f, HW_PATTERN_LANGUAGE, "filename");
    if (!filename && !hw_fact_is(f, HW_PATTERN_LANGUAGE, "openioc")) {
        return HW_OK;
    }
    struct pattern_rule r = {.filename = filename};
    uint8_t fields[HW_RULE_NAMES];
    if (s->count == RULES_MOST || !hw_fact_has(f, HW_PATTERN_PROGRAM) ||
        !hw_rule_check(hw_fact_get(f, HW_PATTERN_PROGRAM), &rule) ||
        !fields_of(&rule, fields, &r.asks)) {
        s->refused++;
        return HW_OK;
    }
    if (HW_GROW(s->rules, s->count, s->room, RULES_MOST) != HW_OK) {
        return no_memory(err);
    }
    r.fields = hw_arena_copy(arena, (struct hw_span){fields, rule.name_count});
    s->partly += hw_fact_has(f, HW_PATTERN_REFUSED);
    r.id = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_ID));
    r.title = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_TITLE));
    r.text = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_TEXT));
    r.source = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_SOURCE));
    r.tags = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_TAGS));
    r.program = hw_span_keep(arena, hw_fact_get(f, HW_PATTERN_PROGRAM));
    r.line = hw_fact_get_u64(f, HW_PATTERN_LINE);
    weigh(&r, f);
    s->asks |= r.asks;
    s->rules[s->count++] = r;
    return r.program.n == 0 || r.fields == NULL ? no_memory(err) : HW_OK;
}

static int compare_rules(const void *a, const void *b)
{
    const struct pattern_rule *x = a, *y = b;
    int by = (x->filename > y->filename) - (x->filename < y->filename);
    by = by != 0 ? by : hw_span_compare(x->id, y->id);
    by = by != 0 ? by : hw_span_compare(x->program, y->program);
    by = by != 0 ? by : (x->severity < y->severity) - (x->severity > y->severity);
    by = by != 0 ? by : hw_span_compare(x->text, y->text);
    by = by != 0 ? by : hw_span_compare(x->title, y->title);
    return by != 0 ? by : (x->line > y->line) - (x->line < y->line);
}

/* A pattern that two lists bring is one, as strong as the stronger of them says. */
static void drop_copies(struct pattern_rules *s)
{
    size_t kept = 0;
    qsort(s->rules, s->count, sizeof *s->rules, compare_rules);
    for (size_t i = 0; i < s->count; i++) {
        const struct pattern_rule *last = kept == 0 ? NULL : &s->rules[kept - 1];
        if (last == NULL || last->filename != s->rules[i].filename ||
            !hw_span_equal(last->id, s->rules[i].id) ||
            !hw_span_equal(last->program, s->rules[i].program)) {
            s->rules[kept++] = s->rules[i];
        }
    }
    s->count = kept;
}

/* ---- the index ---- */

static bool rule_at(void *state, size_t i, struct hw_rule *out)
{
    struct pattern_rule *r = &((struct pattern_rules *)state)->rules[i];
    bool whole = hw_rule_check(r->program, out);
    r->root = whole ? out->root : r->root;
    return whole;
}

static void always(void *state, size_t i)
{
    struct pattern_rules *s = state;
    s->always[s->always_count++] = (uint32_t)i;
}

int pattern_rules_read(struct hw_asking *q, struct pattern_rules *out, struct hw_error *err)
{
    *out = (struct pattern_rules){.q = q};
    struct reading r = {out, err};
    int rc = hw_each_pattern(q, add_rule, &r, err);
    if (rc == HW_OK && out->count > 0) {
        drop_copies(out);
        out->always = calloc(out->count, sizeof *out->always);
        rc = out->always == NULL
                 ? no_memory(err)
                 : needles_make(&out->needles,
                                &(struct needles_rules){out->count, rule_at, always, out, NEEDS},
                                err);
    }
    return rc;
}

void pattern_rules_done(struct pattern_rules *s)
{
    free(s->rules);
    free(s->always);
    needles_done(&s->needles);
}
