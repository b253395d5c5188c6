/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma_correlation.c -- the `correlation` of a Sigma rule becomes a form
 * (fact/correlation.h).
 *
 * Sigma Correlation Rules Specification 2.0, "Correlation section" and "Field Name Aliases". What
 * is not in it, or is read otherwise elsewhere, is refused by its own word: a correlation that
 * means something else than its author meant is worse than none.
 */
#include "base/text.h"
#include "evidence/knowledge/sigma.h"

static bool is_in(const struct hw_span *list, unsigned count, struct hw_span s)
{
    for (unsigned i = 0; i < count; i++) {
        if (hw_span_equal(list[i], s)) {
            return true;
        }
    }
    return false;
}

/* A list of texts, or one text, each once. */
static bool take_texts(struct hw_sigma_making *s, const struct hw_yaml *y, const char *key,
                       struct hw_span *out, unsigned max, unsigned *out_count)
{
    const struct hw_yaml *item = y != NULL && y->kind == HW_YAML_LIST ? y->first : y;
    bool more = item != y;
    for (*out_count = 0; item != NULL; item = more ? item->next : NULL) {
        if (item->kind != HW_YAML_SCALAR || item->text.n == 0 ||
            item->text.n > HW_CORRELATION_TEXT) {
            return hw_sigma_refuse(s, "correlation: %s: no text of 1 to 255 bytes", key);
        }
        if (*out_count == max) {
            return hw_sigma_refuse(s, "correlation: %s: more than %u", key, max);
        }
        if (is_in(out, *out_count, item->text)) {
            return hw_sigma_refuse(s, "correlation: %s: one for the second time", key);
        }
        out[(*out_count)++] = item->text;
    }
    return true;
}

static bool take_type(struct hw_sigma_making *s, struct hw_span word, struct hw_correlation *c)
{
    for (unsigned i = 1; i < HW_CORRELATION_TYPE_COUNT; i++) {
        if (hw_span_is(word, hw_correlation_type_word((enum hw_correlation_type)i))) {
            c->type = (enum hw_correlation_type)i;
            return true;
        }
    }
    word = hw_span_cut(word, 0, 40);
    return hw_sigma_refuse(s, "correlation: %.*s", (int)word.n,
                           word.n > 0 ? (const char *)word.p : "");
}

/* A number and one of s m h d. */
static bool take_span(struct hw_sigma_making *s, struct hw_span text, struct hw_correlation *c)
{
    static const struct {
        char letter;
        uint32_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    uint64_t n = 0;
    if (text.n > 1 && hw_span_u64(hw_span_cut(text, 0, text.n - 1), &n)) {
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (text.p[text.n - 1] == (uint8_t)units[i].letter && n > 0 &&
                n <= HW_CORRELATION_SPAN_S / units[i].seconds) {
                c->span_ns = (int64_t)(n * units[i].seconds) * 1000000000;
                return true;
            }
        }
    }
    return hw_sigma_refuse(s, "correlation: timespan: no number with s, m, h or d, or too long");
}

/* ---- condition ---- */

static bool take_bound(struct hw_sigma_making *s, const struct hw_yaml *y, struct hw_correlation *c)
{
    for (unsigned i = 1; i < HW_CORRELATION_OP_COUNT; i++) {
        if (!hw_span_is(y->key, hw_correlation_op_word((enum hw_correlation_op)i))) {
            continue;
        }
        if (y->kind != HW_YAML_SCALAR || !hw_span_u64(y->text, &c->bounds[c->bound_count].n)) {
            return hw_sigma_refuse(s, "correlation: condition: no whole number");
        }
        c->bounds[c->bound_count++].op = (enum hw_correlation_op)i;
        return true;
    }
    struct hw_span key = hw_span_cut(y->key, 0, 40);
    return hw_sigma_refuse(s, "correlation: condition: %.*s", (int)key.n,
                           key.n > 0 ? (const char *)key.p : "");
}

static bool take_field(struct hw_sigma_making *s, const struct hw_yaml *y, struct hw_correlation *c)
{
    unsigned count = 0;
    return take_texts(s, y, "condition: field", &c->field, 1, &count) &&
           (count == 1 || hw_sigma_refuse(s, "correlation: condition: field without a name"));
}

/* One after the other is all of them or nothing: how many of them, in what order, no text says. */
static bool is_all(const struct hw_correlation *c)
{
    for (unsigned n = 0; n <= c->rule_count; n++) {
        if (hw_correlation_holds(c, n) != (n == c->rule_count)) {
            return false;
        }
    }
    return true;
}

static bool take_condition(struct hw_sigma_making *s, const struct hw_yaml *y,
                           struct hw_correlation *c)
{
    bool by_time = c->type == HW_TEMPORAL || c->type == HW_TEMPORAL_ORDERED;
    if (y == NULL && by_time) {
        c->bounds[c->bound_count].op = HW_COUNT_GTE;
        c->bounds[c->bound_count++].n = c->rule_count;
        return true;
    }
    if (y == NULL || y->kind != HW_YAML_MAP) {
        return hw_sigma_refuse(s, y == NULL ? "correlation: there is no condition"
                                            : "correlation: a condition that is no map");
    }
    for (const struct hw_yaml *m = y->first; m != NULL; m = m->next) {
        bool field = c->type == HW_VALUE_COUNT && hw_span_is(m->key, "field");
        if (field ? !take_field(s, m, c) : !take_bound(s, m, c)) {
            return false;
        }
    }
    if (c->bound_count == 0) {
        return hw_sigma_refuse(s, "correlation: a condition without a number");
    }
    if (c->type == HW_VALUE_COUNT && c->field.n == 0) {
        return hw_sigma_refuse(s, "correlation: value_count without a field");
    }
    return c->type != HW_TEMPORAL_ORDERED || is_all(c) ||
           hw_sigma_refuse(s, "correlation: temporal_ordered of some of its rules");
}

/* ---- aliases ---- */

static bool take_alias(struct hw_sigma_making *s, const struct hw_yaml *alias,
                       struct hw_correlation *c)
{
    if (alias->kind != HW_YAML_MAP || alias->key.n == 0 || alias->key.n > HW_CORRELATION_TEXT) {
        return hw_sigma_refuse(s, "correlation: aliases: not understood");
    }
    for (const struct hw_yaml *y = alias->first; y != NULL; y = y->next) {
        unsigned rule = 0;
        while (rule < c->rule_count && !hw_span_equal(c->rules[rule], y->key)) {
            rule++;
        }
        if (rule == c->rule_count) {
            return hw_sigma_refuse(s, "correlation: aliases: a rule that is not one of its rules");
        }
        if (y->kind != HW_YAML_SCALAR || y->text.n == 0 || y->text.n > HW_CORRELATION_TEXT) {
            return hw_sigma_refuse(s, "correlation: aliases: no field of 1 to 255 bytes");
        }
        if (c->alias_count == HW_CORRELATION_ALIASES) {
            return hw_sigma_refuse(s, "correlation: aliases: more than %u", HW_CORRELATION_ALIASES);
        }
        c->aliases[c->alias_count].rule = rule;
        c->aliases[c->alias_count].alias = alias->key;
        c->aliases[c->alias_count++].field = y->text;
    }
    return true;
}

static bool take_aliases(struct hw_sigma_making *s, const struct hw_yaml *y,
                         struct hw_correlation *c)
{
    if (y != NULL && y->kind != HW_YAML_MAP) {
        return hw_sigma_refuse(s, "correlation: aliases: not understood");
    }
    for (const struct hw_yaml *a = y == NULL ? NULL : y->first; a != NULL; a = a->next) {
        if (!take_alias(s, a, c)) {
            return false;
        }
    }
    for (unsigned g = 0; g <= c->group_count; g++) {
        struct hw_span name = g < c->group_count ? c->groups[g] : c->field;
        for (unsigned i = 0; name.n > 0 && i < c->rule_count; i++) {
            if (hw_correlation_field(c, i, name).n == 0) {
                return hw_sigma_refuse(s,
                                       "correlation: aliases: one without a field for each rule");
            }
        }
    }
    return true;
}

/* ---- the whole ---- */

static bool known_keys(struct hw_sigma_making *s, const struct hw_yaml *map)
{
    static const char *const keys[] = {"type",      "rules",   "group-by", "timespan",
                                       "condition", "aliases", "generate"};
    for (const struct hw_yaml *y = map->first; y != NULL; y = y->next) {
        bool known = false;
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            known = known || hw_span_is(y->key, keys[i]);
        }
        if (!known) {
            struct hw_span key = hw_span_cut(y->key, 0, 40);
            return hw_sigma_refuse(s, "correlation: %.*s", (int)key.n,
                                   key.n > 0 ? (const char *)key.p : "");
        }
    }
    return true;
}

/* The specification has it beside `correlation`; converters read it inside. */
static bool take_generate(struct hw_sigma_making *s, const struct hw_yaml *y,
                          struct hw_correlation *c)
{
    static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};
    for (size_t i = 0; y != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (y->kind == HW_YAML_SCALAR && hw_span_is_nocase(y->text, words[i])) {
            c->generate = i >= 3;
            return true;
        }
    }
    return y == NULL || hw_sigma_refuse(s, "correlation: generate: neither true nor false");
}

bool hw_sigma_correlate(struct hw_sigma_making *s, const struct hw_yaml *document,
                        struct hw_buf *out)
{
    const struct hw_yaml *y = hw_yaml_get(document, "correlation");
    struct hw_correlation *c = hw_arena_alloc(s->arena, sizeof *c);
    if (c == NULL || y == NULL || y->kind != HW_YAML_MAP) {
        return hw_sigma_refuse(s, "correlation: not understood");
    }
    bool made = take_type(s, hw_yaml_text(y, "type"), c) && known_keys(s, y) &&
                take_texts(s, hw_yaml_get(y, "rules"), "rules", c->rules, HW_CORRELATION_RULES,
                           &c->rule_count) &&
                (c->rule_count > 0 || hw_sigma_refuse(s, "correlation: there are no rules")) &&
                take_texts(s, hw_yaml_get(y, "group-by"), "group-by", c->groups,
                           HW_CORRELATION_GROUPS, &c->group_count) &&
                take_span(s, hw_yaml_text(y, "timespan"), c) &&
                take_condition(s, hw_yaml_get(y, "condition"), c) &&
                take_aliases(s, hw_yaml_get(y, "aliases"), c) &&
                take_generate(s, hw_yaml_get(document, "generate"), c) &&
                take_generate(s, hw_yaml_get(y, "generate"), c);
    return made && (hw_correlation_put(c, out) ||
                    hw_sigma_refuse(s, "correlation: larger than a rule may be"));
}
