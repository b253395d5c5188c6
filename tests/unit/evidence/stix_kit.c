/* SPDX-License-Identifier: Apache-2.0 */
#include "stix_kit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

enum { OBSERVATIONS = 1000, ARENA = 16 << 20 };

static void *take(struct stix_kit *k, size_t n, size_t each)
{
    void *p = hw_arena_array(k->arena, n == 0 ? 1 : n, each);
    if (p == NULL) {
        abort();
    }
    return p;
}

static struct hw_stix_value value_of(struct stix_kit *k, const json_t *v);

static struct hw_stix_member *members_of(struct stix_kit *k, const json_t *v, size_t *out_n)
{
    struct hw_stix_member *m =
        take(k, json_is_object(v) ? json_object_size(v) : json_array_size(v), sizeof *m);
    const char *key;
    json_t *one;
    size_t i, n = 0;
    json_object_foreach((json_t *)(uintptr_t)v, key, one)
    {
        m[n].key = hw_span_str(key);
        m[n++].value = value_of(k, one);
    }
    json_array_foreach(v, i, one)
    {
        m[n++].value = value_of(k, one);
    }
    *out_n = n;
    return m;
}

static struct hw_stix_value value_of(struct stix_kit *k, const json_t *v)
{
    struct hw_stix_value out = {.kind = HW_STIX_NULL};
    if (json_is_string(v)) {
        out.kind = HW_STIX_TEXT;
        out.v.text = (struct hw_span){(const uint8_t *)json_string_value(v), json_string_length(v)};
    } else if (json_is_integer(v)) {
        out.kind = HW_STIX_INT;
        out.v.integer = json_integer_value(v);
    } else if (json_is_real(v)) {
        out.kind = HW_STIX_FLOAT;
        out.v.number = json_real_value(v);
    } else if (json_is_boolean(v)) {
        out.kind = HW_STIX_BOOL;
        out.v.integer = json_is_true(v);
    } else if (json_is_object(v) || json_is_array(v)) {
        out.kind = json_is_array(v) ? HW_STIX_LIST : HW_STIX_DICT;
        out.v.members.p = members_of(k, v, &out.v.members.n);
    }
    return out;
}

static struct hw_span text_of(const json_t *v)
{
    return hw_span_str(json_string_value(v));
}

static void put_object(struct stix_kit *k, struct hw_stix_object *o, const char *id,
                       const json_t *v)
{
    o->type = text_of(json_object_get(v, "type"));
    o->id = hw_span_str(id);
    o->members = members_of(k, v, &o->count);
}

static const json_t *by_id(const json_t *objects, const char *id)
{
    size_t i;
    json_t *one;
    json_array_foreach(objects, i, one)
    {
        const char *own = json_string_value(json_object_get(one, "id"));
        if (own != NULL && strcmp(own, id) == 0) {
            return one;
        }
    }
    return NULL;
}

static void put_observed(struct stix_kit *k, const json_t *sdo, const json_t *around)
{
    struct hw_stix_observation *o = &k->observations[k->count++];
    json_t *inside = json_object_get(sdo, "objects"), *refs = json_object_get(sdo, "object_refs");
    struct hw_stix_object *objects =
        take(k, json_object_size(inside) + json_array_size(refs), sizeof *objects);
    const char *key;
    json_t *one;
    size_t i;
    json_object_foreach(inside, key, one)
    {
        put_object(k, &objects[o->count++], key, one);
    }
    json_array_foreach(refs, i, one)
    {
        const json_t *v = by_id(around, json_string_value(one));
        if (v != NULL) {
            put_object(k, &objects[o->count++], json_string_value(one), v);
        }
    }
    o->objects = objects;
    o->number = (uint32_t)json_integer_value(json_object_get(sdo, "number_observed"));
    if (!hw_time_parse(text_of(json_object_get(sdo, "first_observed")), &o->first) ||
        !hw_time_parse(text_of(json_object_get(sdo, "last_observed")), &o->last)) {
        abort();
    }
}

void stix_kit_init(struct stix_kit *k, const json_t *list)
{
    size_t i, j;
    json_t *one, *object;
    *k = (struct stix_kit){.arena = hw_arena_new(ARENA)};
    k->observations = take(k, OBSERVATIONS, sizeof *k->observations);
    json_array_foreach(list, i, one)
    {
        json_t *objects = json_object_get(one, "objects");
        if (json_is_object(objects)) {
            put_observed(k, one, NULL);
            continue;
        }
        json_array_foreach(objects, j, object)
        {
            if (hw_span_is(text_of(json_object_get(object, "type")), "observed-data")) {
                put_observed(k, object, objects);
            }
        }
    }
}

void stix_kit_done(struct stix_kit *k)
{
    hw_arena_free(k->arena);
}

int stix_kit_run(const struct stix_kit *k, struct hw_span pattern, unsigned flags, uint64_t fuel,
                 struct hw_stix_fault *out_fault)
{
    struct hw_buf program;
    struct hw_stix p;
    int answer = -1;
    hw_buf_init(&program, HW_STIX_PROGRAM_BYTES);
    if (hw_stix_compile(pattern, flags, &program, out_fault)) {
        struct hw_stix_hit *room = calloc(k->count + 1, sizeof *room);
        struct hw_stix_scratch *scratch = malloc(sizeof *scratch);
        if (room == NULL || scratch == NULL || !hw_stix_check(hw_buf_span(&program), &p)) {
            abort();
        }
        answer = (int)hw_stix_match(&p, k->observations, k->count, scratch, &fuel, room);
        free(scratch);
        free(room);
    }
    hw_buf_done(&program);
    return answer;
}
