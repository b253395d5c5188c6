/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma_detection.c -- the detection of a Sigma rule becomes a program.
 *
 * Sigma specification 2.1, "Detection": a map joins its fields by and, a list joins its items by
 * or; items that are texts are keywords.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "evidence/knowledge/sigma.h"

bool hw_sigma_refuse(struct hw_sigma_making *s, const char *fmt, ...)
{
    va_list args;
    if (s->why[0] != '\0') {
        return false;
    }
    va_start(args, fmt);
    (void)vsnprintf(s->why, sizeof s->why, fmt, args);
    va_end(args);
    return false;
}

static bool all_scalars(const struct hw_yaml *list)
{
    for (const struct hw_yaml *y = list->first; y != NULL; y = y->next) {
        if (y->kind != HW_YAML_SCALAR) {
            return false;
        }
    }
    return true;
}

static bool fields(struct hw_sigma_making *s, const struct hw_yaml *map)
{
    bool many = map->first != map->last;
    if (map->first == NULL) {
        return hw_sigma_refuse(s, "detection: a selection without content");
    }
    if (many) {
        hw_rule_open(s->maker, HW_RULE_ALL, 0);
    }
    for (const struct hw_yaml *y = map->first; y != NULL; y = y->next) {
        if (!hw_sigma_field(s, y->key, y)) {
            return false;
        }
    }
    if (many) {
        hw_rule_close(s->maker);
    }
    return true;
}

/* As deep as the document: HW_YAML_DEPTH. */
bool hw_sigma_selection(struct hw_sigma_making *s, const struct hw_yaml *selection)
{
    if (s->maker->why != NULL) {
        return hw_sigma_refuse(s, "detection: %s", s->maker->why);
    }
    if (selection->kind == HW_YAML_MAP) {
        return fields(s, selection);
    }
    if (selection->kind == HW_YAML_SCALAR || all_scalars(selection)) {
        return hw_sigma_field(s, (struct hw_span){NULL, 0}, selection);
    }
    hw_rule_open(s->maker, HW_RULE_ANY, 0);
    for (const struct hw_yaml *y = selection->first; y != NULL; y = y->next) {
        if (!hw_sigma_selection(s, y)) {
            return false;
        }
    }
    hw_rule_close(s->maker);
    return true;
}

/* Several conditions are joined by or. */
static bool conditions(struct hw_sigma_making *s, const struct hw_yaml *c)
{
    if (c == NULL) {
        return hw_sigma_refuse(s, "condition: there is none");
    }
    if (c->kind == HW_YAML_SCALAR) {
        return hw_sigma_condition(s, c->text);
    }
    if (c->kind != HW_YAML_LIST || c->first == NULL || !all_scalars(c)) {
        return hw_sigma_refuse(s, "condition: not understood");
    }
    hw_rule_open(s->maker, HW_RULE_ANY, 0);
    for (const struct hw_yaml *y = c->first; y != NULL; y = y->next) {
        if (!hw_sigma_condition(s, y->text)) {
            return false;
        }
    }
    hw_rule_close(s->maker);
    return true;
}

bool hw_sigma_compile(struct hw_sigma_making *s, struct hw_buf *out)
{
    const struct hw_yaml *c = hw_yaml_get(s->detection, "condition");
    c = c != NULL ? c : hw_yaml_get(s->global, "condition");
    if (hw_yaml_get(s->detection, "timeframe") != NULL ||
        hw_yaml_get(s->global, "timeframe") != NULL) {
        return hw_sigma_refuse(s, "condition: aggregation");
    }
    hw_rule_maker_clear(s->maker);
    if (!conditions(s, c)) {
        return false;
    }
    return hw_rule_finish(s->maker, out) || hw_sigma_refuse(s, "detection: %s", s->maker->why);
}
