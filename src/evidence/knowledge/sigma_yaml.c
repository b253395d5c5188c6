/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma_yaml.c -- libyaml's events become a tree.
 *
 * YAML 1.1, https://yaml.org/spec/1.1/, as libyaml 0.2.5 reads it. No recursion: the open nodes lie
 * on a stack of stated depth.
 */
#include "evidence/knowledge/sigma_yaml.h"

#include <yaml.h>

#include "base/text.h"

struct building {
    struct hw_arena *arena;
    struct hw_yaml *open[HW_YAML_DEPTH], *root;
    struct hw_span key; /* of the map on top, read and waiting for its value */
    bool has_key;
    size_t depth, nodes, documents;
    const char *why;
};

static bool refuse(struct building *b, const char *why)
{
    b->why = why;
    return false;
}

static bool keep(struct building *b, const yaml_char_t *p, size_t n, struct hw_span *out)
{
    uint8_t *copy = hw_arena_copy(b->arena, (struct hw_span){p, n});
    *out = (struct hw_span){copy, n};
    return copy != NULL || refuse(b, "YAML: larger than a rule may be");
}

/* A new node at its place: in the list or map on top, or the root. NULL: refused. */
static struct hw_yaml *put(struct building *b, enum hw_yaml_kind kind)
{
    struct hw_yaml *y = b->nodes++ < HW_YAML_NODES ? hw_arena_alloc(b->arena, sizeof *y) : NULL;
    struct hw_yaml *top = b->depth > 0 ? b->open[b->depth - 1] : NULL;
    if (y == NULL) {
        (void)refuse(b, "YAML: larger than a rule may be");
        return NULL;
    }
    y->kind = kind;
    if (top == NULL) {
        b->root = y;
        return y;
    }
    if (top->kind == HW_YAML_MAP) {
        if (!b->has_key) {
            (void)refuse(b, "YAML: a key that is no scalar");
            return NULL;
        }
        size_t keys = 0;
        for (const struct hw_yaml *o = top->first; o != NULL; o = o->next) {
            if (++keys == HW_YAML_KEYS) {
                (void)refuse(b, "YAML: larger than a rule may be");
                return NULL;
            }
            if (hw_span_equal(o->key, b->key)) {
                (void)refuse(b, "YAML: a key for the second time");
                return NULL;
            }
        }
        y->key = b->key;
        b->has_key = false;
    }
    if (top->last == NULL) {
        top->first = y;
    } else {
        top->last->next = y;
    }
    top->last = y;
    return y;
}

static bool scalar(struct building *b, const yaml_event_t *e)
{
    const yaml_char_t *p = e->data.scalar.value;
    size_t n = e->data.scalar.length;
    if (e->data.scalar.anchor != NULL) {
        return refuse(b, "YAML: an anchor");
    }
    bool in_map = b->depth > 0 && b->open[b->depth - 1]->kind == HW_YAML_MAP;
    if (in_map && !b->has_key) {
        b->has_key = true;
        return keep(b, p, n, &b->key);
    }
    struct hw_yaml *y = put(b, HW_YAML_SCALAR);
    if (y == NULL) {
        return false;
    }
    y->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return keep(b, p, n, &y->text);
}

static bool open_node(struct building *b, enum hw_yaml_kind kind, const yaml_char_t *anchor)
{
    if (anchor != NULL) {
        return refuse(b, "YAML: an anchor");
    }
    struct hw_yaml *y = put(b, kind);
    if (y == NULL) {
        return false;
    }
    if (b->depth == HW_YAML_DEPTH) {
        return refuse(b, "YAML: nested too deep");
    }
    b->open[b->depth++] = y;
    return true;
}

static bool take(struct building *b, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        return b->documents++ == 0 || refuse(b, "YAML: two documents in one");
    case YAML_ALIAS_EVENT:
        return refuse(b, "YAML: an alias");
    case YAML_SCALAR_EVENT:
        return scalar(b, e);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(b, HW_YAML_LIST, e->data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return open_node(b, HW_YAML_MAP, e->data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return true;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return true;
}

bool hw_yaml_read(struct hw_span document, struct hw_arena *arena, struct hw_yaml **out,
                  const char **out_why)
{
    struct building b = {.arena = arena};
    yaml_parser_t parser;
    bool done = false;
    if (document.n > HW_YAML_BYTES) {
        *out_why = "YAML: larger than a rule may be";
        return false;
    }
    if (!yaml_parser_initialize(&parser)) {
        *out_why = "YAML: no memory to read it";
        return false;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, document.p, document.n);
    while (!done && b.why == NULL) {
        yaml_event_t e;
        if (!yaml_parser_parse(&parser, &e)) {
            (void)refuse(&b, "not YAML");
            break;
        }
        done = e.type == YAML_STREAM_END_EVENT;
        (void)take(&b, &e);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&parser);
    *out_why = b.why;
    if (b.why == NULL) {
        *out = b.root;
    }
    return b.why == NULL;
}

const struct hw_yaml *hw_yaml_get(const struct hw_yaml *map, const char *key)
{
    const struct hw_yaml *y = map != NULL && map->kind == HW_YAML_MAP ? map->first : NULL;
    while (y != NULL && !hw_span_is(y->key, key)) {
        y = y->next;
    }
    return y;
}

struct hw_span hw_yaml_text(const struct hw_yaml *map, const char *key)
{
    const struct hw_yaml *y = hw_yaml_get(map, key);
    bool text = y != NULL && y->kind == HW_YAML_SCALAR && !hw_yaml_is_null(y);
    return text ? y->text : (struct hw_span){NULL, 0};
}

bool hw_yaml_is_null(const struct hw_yaml *y)
{
    return y->kind == HW_YAML_SCALAR && y->plain &&
           (y->text.n == 0 || hw_span_is(y->text, "~") || hw_span_is_nocase(y->text, "null"));
}
