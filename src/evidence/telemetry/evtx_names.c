/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/evtx_names.c -- under which names the fields of a record go.
 *
 * Each field has a name of its own (evtx_template.c). The first to want it has it. Who wants it
 * again from the same place (same element in the same parent) gets a number: Data, Data2. Who wants
 * it from another place gets its parent's name in front: LogFileCleared.Channel. Records that ran
 * the same programs in the same way have the same names, so these are worked out once.
 */
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/evtx.h"

enum { NUMBER_BYTES = 12 };

static uint64_t fold(uint64_t x, uint64_t y)
{
    __uint128_t p = (__uint128_t)x * y;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

struct evtx_hash evtx_hash_word(struct evtx_hash h, uint64_t v)
{
    h.a = fold(h.a ^ v, 0x9e3779b97f4a7c15ULL);
    h.b = fold(h.b + v, 0xd6e8feb86659fd93ULL) ^ h.a;
    return h;
}

struct evtx_hash evtx_hash_span(struct evtx_hash h, struct hw_span s)
{
    size_t i = 0;
    uint64_t v = 0;
    h = evtx_hash_word(h, s.n);
    for (; i + 8 <= s.n; i += 8) {
        v = 0;
        for (unsigned k = 0; k < 8; k++) {
            v |= (uint64_t)s.p[i + k] << (8 * k);
        }
        h = evtx_hash_word(h, v);
    }
    v = 0;
    for (unsigned k = 0; i < s.n; i++, k++) {
        v |= (uint64_t)s.p[i] << (8 * k);
    }
    return evtx_hash_word(h, v);
}

void *evtx_keep(struct evtx *e, size_t count, size_t each)
{
    size_t n = count * each + 16; /* of counts of ours, all below 2^20 */
    if (n > EVTX_KEPT_BYTES - e->kept_bytes) {
        return NULL;
    }
    e->kept_bytes += n;
    return hw_arena_array(e->x->arena, count, each);
}

/* ---- names of one record ---- */

static struct hw_span parent_of(const struct evtx_op *op)
{
    return op->parent.p != NULL ? op->parent : HW_SPAN_LIT("Event");
}

static bool same_place(const struct evtx_op *a, const struct evtx_op *b)
{
    return a->attribute == b->attribute && hw_span_equal(a->elem, b->elem) &&
           hw_span_equal(parent_of(a), parent_of(b));
}

/* The field that has this name, or UINT32_MAX; then *out_at is where to note it. */
static uint32_t find_name(const struct evtx *e, struct hw_span name, uint32_t *out_at)
{
    struct evtx_hash h = {e->x->name_key[0], e->x->name_key[1]};
    uint32_t at = (uint32_t)evtx_hash_span(h, name).a & (EVTX_SEEN - 1);
    for (; e->seen[at] != 0; at = (at + 1) & (EVTX_SEEN - 1)) {
        if (hw_span_equal(e->names[e->seen[at] - 1U], name)) {
            return e->seen[at] - 1U;
        }
    }
    *out_at = at;
    return UINT32_MAX;
}

static bool spell(struct evtx *e, struct hw_span a, const char *joint, struct hw_span b,
                  struct hw_span *out)
{
    struct hw_span parts[3] = {a, hw_span_str(joint), b};
    uint8_t *p = e->text + e->text_n;
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].n > EVTX_TEXT_BYTES - e->text_n - n) {
            e->why = "its names are too long";
            return false;
        }
        for (size_t k = 0; k < parts[i].n; k++) {
            p[n++] = parts[i].p[k];
        }
    }
    e->text_n += n;
    *out = (struct hw_span){p, n};
    return true;
}

static bool spell_number(struct evtx *e, struct hw_span name, uint32_t number, struct hw_span *out)
{
    uint8_t digits[NUMBER_BYTES];
    size_t n = sizeof digits;
    do {
        digits[--n] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return spell(e, name, "", (struct hw_span){digits + n, sizeof digits - n}, out);
}

static bool name_field(struct evtx *e, uint32_t i)
{
    const struct evtx_slot *s = &e->slots[i];
    struct hw_span name = s->name.p != NULL && s->name.n > 0 ? s->name : s->op->name;
    uint32_t at = 0, has = find_name(e, name, &at);
    if (has != UINT32_MAX && !same_place(e->slots[has].op, s->op)) {
        if (!spell(e, parent_of(s->op), ".", name, &name)) {
            return false;
        }
        has = find_name(e, name, &at);
    }
    struct hw_span stem = name;
    while (has != UINT32_MAX) {
        /* Counted at the first that had it, so that a thousand repeats are not a million looks. */
        size_t before = e->text_n;
        uint32_t first = find_name(e, stem, &at);
        if (!spell_number(e, stem, ++e->repeats[first] + 1, &name)) {
            return false;
        }
        has = find_name(e, name, &at);
        e->text_n = has != UINT32_MAX ? before : e->text_n;
    }
    e->names[i] = name;
    e->repeats[i] = 0;
    e->seen[at] = (uint16_t)(i + 1);
    return true;
}

static bool name_fields(struct evtx *e)
{
    memset(e->seen, 0, EVTX_SEEN * sizeof *e->seen);
    for (uint32_t i = 0; i < e->field_n; i++) {
        if (!name_field(e, i)) {
            return false;
        }
    }
    return true;
}

/* ---- shapes ---- */

static struct evtx_shape *shape_at(const struct evtx *e, struct evtx_hash key)
{
    uint32_t at = (uint32_t)key.a & (e->shape_room - 1);
    for (; e->shapes[at].used; at = (at + 1) & (e->shape_room - 1)) {
        if (e->shapes[at].key.a == key.a && e->shapes[at].key.b == key.b) {
            break;
        }
    }
    return &e->shapes[at];
}

/* Keeps the names in e->names for the key; true when they are. */
static bool keep_shape(struct evtx *e, struct evtx_shape *s)
{
    struct hw_span *names = e->shape_count * 2 >= e->shape_room
                                ? NULL
                                : evtx_keep(e, (size_t)e->field_n + 1, sizeof *names);
    if (names == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < e->field_n; i++) {
        uint8_t *p = evtx_keep(e, e->names[i].n + 1, 1);
        if (p == NULL) {
            return false;
        }
        for (size_t k = 0; k < e->names[i].n; k++) {
            p[k] = e->names[i].p[k];
        }
        names[i] = (struct hw_span){p, e->names[i].n};
    }
    *s = (struct evtx_shape){e->key, names, e->field_n, true};
    e->shape_count++;
    return true;
}

static bool new_layout(struct evtx *e, const struct hw_span *names, uint32_t *out)
{
    *out = hw_records_layout(&e->w, "windows", e->provider, e->event, names, e->field_n);
    if (*out == UINT32_MAX) {
        e->why = "there are too many kinds of records, or its names are too long";
        return false;
    }
    return true;
}

bool evtx_layout(struct evtx *e, uint32_t *out)
{
    if (e->dynamic) {
        return name_fields(e) && new_layout(e, e->names, out);
    }
    e->key = evtx_hash_word(e->key, e->field_n);
    struct evtx_hash key = evtx_hash_span(evtx_hash_span(e->key, e->provider), e->event);
    struct evtx_layout *l = &e->layouts[key.b & (EVTX_LAYOUTS - 1)];
    if (l->used && l->key.a == key.a && l->key.b == key.b) {
        *out = l->index;
        return true;
    }
    struct evtx_shape *s = shape_at(e, e->key);
    const struct hw_span *names = s->used ? s->names : e->names;
    if (!s->used) {
        if (!name_fields(e)) {
            return false;
        }
        (void)keep_shape(e, s); /* else they are worked out again the next time */
    }
    if (!new_layout(e, names, out)) {
        return false;
    }
    *l = (struct evtx_layout){key, *out, true};
    return true;
}
