/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ndjson_columns.c -- names are numbered, records are sets of numbers.
 *
 * Everything is bounded: so many names of so many bytes, and a name repeated in one record a few
 * times. A record that does not fit goes out with its names as they stand, in a layout of its own,
 * which the limit on layouts bounds in turn.
 */
#include "evidence/telemetry/ndjson_columns.h"

#include <string.h>

#include "base/scan.h"

enum {
    NAMES = 2048,
    SLOTS = 4096, /* a power of two, twice the names */
    WORDS = NAMES / 64,
    NAME_BYTES = 1 << 20, /* of all names together */
    SAME = 8,             /* a name so often in one record */
    NONE = 0xffff,
};

struct column {
    struct hw_span raw, name;
    uint8_t kind, role;
    uint16_t again; /* the same name's next occurrence in a record, or NONE */
};

struct shape { /* a set of columns, a log and an event */
    uint64_t hash[2];
    uint32_t layout;
    bool used;
};

struct hw_columns {
    struct hw_records *w;
    hw_columns_see see;
    size_t names, name_bytes;
    struct column columns[NAMES];
    struct {
        uint64_t hash;
        uint16_t at;
    } slots[SLOTS];
    struct shape *shapes;
    uint32_t shape_count, shape_room;
    /* the record in hand */
    size_t count, words; /* fields, and words of `set` in use */
    bool odd;            /* some field has no column */
    uint64_t set[WORDS];
    uint16_t at[NAMES];              /* column -> field */
    uint16_t roles[HW_COLUMN_ROLES]; /* role -> field + 1 */
    struct hw_span field_names[HW_RECORD_VALUES], values[HW_RECORD_VALUES];
    /* what the same place held in the record before: most often it is the same column */
    uint16_t guess[HW_RECORD_VALUES];
    struct hw_span out[HW_RECORD_VALUES];
};

struct hw_columns *hw_columns_new(struct hw_records *w, hw_columns_see see)
{
    struct hw_columns *c = hw_arena_alloc(w->x->arena, sizeof *c);
    if (c == NULL) {
        hw_say_degree(w->n, HW_REFUSED, "no memory for the names of records");
        return NULL;
    }
    c->w = w;
    c->see = see;
    for (size_t i = 0; i < SLOTS; i++) {
        c->slots[i].at = NONE;
    }
    for (size_t i = 0; i < HW_RECORD_VALUES; i++) {
        c->guess[i] = NONE;
    }
    return c;
}

void hw_columns_begin(struct hw_columns *c)
{
    c->count = 0;
    c->odd = false;
    for (size_t i = 0; i < c->words; i++) {
        c->set[i] = 0;
    }
    c->words = 0;
    for (size_t i = 0; i < HW_COLUMN_ROLES; i++) {
        c->roles[i] = 0;
    }
}

static bool is(const struct column *m, unsigned kind, struct hw_span raw)
{
    return m->raw.n == raw.n && m->kind == kind && memcmp(m->raw.p, raw.p, raw.n) == 0;
}

/* A new column, or NONE when that would be too many. */
static uint16_t found(struct hw_columns *c, unsigned kind, struct hw_span raw)
{
    uint8_t room[HW_COLUMN_NAME];
    struct hw_span name = raw;
    if (c->names >= NAMES || raw.n > NAME_BYTES - c->name_bytes) {
        return NONE;
    }
    unsigned role = c->see == NULL ? 0 : c->see(kind, raw, room, &name);
    const uint8_t *own = hw_arena_copy(c->w->x->arena, raw);
    const uint8_t *called = hw_arena_copy(c->w->x->arena, name);
    if (own == NULL || called == NULL) {
        return NONE;
    }
    c->name_bytes += raw.n;
    c->columns[c->names] =
        (struct column){{own, raw.n}, {called, name.n}, (uint8_t)kind, (uint8_t)role, NONE};
    return (uint16_t)c->names++;
}

static uint16_t column(struct hw_columns *c, unsigned kind, struct hw_span raw)
{
    uint64_t hash = hw_scan_hash(raw, c->w->x->name_key[0] + kind);
    size_t i = hash & (SLOTS - 1);
    for (; c->slots[i].at != NONE; i = (i + 1) & (SLOTS - 1)) {
        if (c->slots[i].hash == hash && is(&c->columns[c->slots[i].at], kind, raw)) {
            return c->slots[i].at;
        }
    }
    uint16_t at = found(c, kind, raw);
    if (at != NONE) {
        c->slots[i].hash = hash;
        c->slots[i].at = at;
    }
    return at;
}

static bool in_set(const struct hw_columns *c, uint16_t at)
{
    return (c->set[at / 64] >> (at % 64) & 1) != 0;
}

/* The column for a name that the record has already: the next of its occurrences. */
static uint16_t repeated(struct hw_columns *c, uint16_t at)
{
    for (unsigned i = 0; i < SAME; i++) {
        struct column *m = &c->columns[at];
        if (m->again == NONE) {
            if (c->names >= NAMES) {
                return NONE;
            }
            c->columns[c->names] = *m;
            m->again = (uint16_t)c->names++;
        }
        at = m->again;
        if (!in_set(c, at)) {
            return at;
        }
    }
    return NONE;
}

bool hw_columns_add(struct hw_columns *c, unsigned kind, struct hw_span name, struct hw_span value)
{
    size_t i = c->count;
    if (i >= HW_RECORD_VALUES) {
        return false;
    }
    c->field_names[i] = name;
    c->values[i] = value;
    c->count = i + 1;
    uint16_t at = c->guess[i];
    if (name.n == 0) {
        c->odd = true;
        return true;
    }
    if (at == NONE || !is(&c->columns[at], kind, name)) {
        at = column(c, kind, name);
    }
    c->guess[i] = at;
    if (at != NONE && in_set(c, at)) {
        at = repeated(c, at);
    }
    if (at == NONE) {
        c->odd = true;
        return true;
    }
    c->set[at / 64] |= UINT64_C(1) << (at % 64);
    c->words = at / 64 + 1U > c->words ? at / 64 + 1U : c->words;
    c->at[at] = (uint16_t)i;
    uint16_t *role = &c->roles[c->columns[at].role];
    *role = *role == 0 ? (uint16_t)(i + 1) : *role;
    return true;
}

struct hw_span hw_columns_role(const struct hw_columns *c, unsigned role)
{
    uint16_t at = role == 0 ? 0 : c->roles[role];
    return at == 0 ? (struct hw_span){NULL, 0} : c->values[at - 1];
}

/* ---- layouts ---- */

static bool grow(struct hw_columns *c)
{
    uint32_t room = c->shape_room == 0 ? 64 : c->shape_room * 2;
    struct shape *p = hw_arena_array(c->w->x->arena, room, sizeof *p);
    if (p == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < c->shape_room; i++) {
        uint32_t at = (uint32_t)c->shapes[i].hash[0] & (room - 1);
        while (c->shapes[i].used && p[at].used) {
            at = (at + 1) & (room - 1);
        }
        if (c->shapes[i].used) {
            p[at] = c->shapes[i];
        }
    }
    c->shapes = p;
    c->shape_room = room;
    return true;
}

/* Calls what is in the set in order; the values go to c->out, the names over c->field_names. */
static size_t in_order(struct hw_columns *c, bool names)
{
    size_t n = 0;
    for (size_t word = 0; word < c->words; word++) {
        for (uint64_t bits = c->set[word]; bits != 0; bits &= bits - 1) {
            size_t at = word * 64 + (unsigned)__builtin_ctzll(bits);
            c->out[n] = c->values[c->at[at]];
            if (names) {
                c->field_names[n] = c->columns[at].name;
            }
            n++;
        }
    }
    return n;
}

static void hash_shape(const struct hw_columns *c, const char *source, struct hw_span log,
                       struct hw_span event, uint64_t out[2])
{
    struct hw_span set = {(const uint8_t *)c->set, c->words * sizeof c->set[0]};
    struct hw_span word = {(const uint8_t *)source, strlen(source)};
    for (size_t i = 0; i < 2; i++) {
        uint64_t h = c->w->x->name_key[i] + i;
        h = hw_scan_hash(word, h);
        h = hw_scan_hash(log, h);
        h = hw_scan_hash(event, h);
        out[i] = hw_scan_hash(set, h);
    }
}

static uint32_t layout(struct hw_columns *c, const char *source, struct hw_span log,
                       struct hw_span event)
{
    uint64_t hash[2];
    if (c->odd) {
        for (size_t i = 0; i < c->count; i++) {
            c->out[i] = c->values[i];
        }
        return hw_records_layout(c->w, source, log, event, c->field_names, c->count);
    }
    hash_shape(c, source, log, event, hash);
    if (c->shape_count * 2 >= c->shape_room && !grow(c)) {
        return UINT32_MAX;
    }
    uint32_t at = (uint32_t)hash[0] & (c->shape_room - 1);
    for (; c->shapes[at].used; at = (at + 1) & (c->shape_room - 1)) {
        if (c->shapes[at].hash[0] == hash[0] && c->shapes[at].hash[1] == hash[1]) {
            (void)in_order(c, false);
            return c->shapes[at].layout;
        }
    }
    size_t n = in_order(c, true);
    uint32_t known = hw_records_layout(c->w, source, log, event, c->field_names, n);
    if (known != UINT32_MAX) {
        c->shapes[at] = (struct shape){{hash[0], hash[1]}, known, true};
        c->shape_count++;
    }
    return known;
}

void hw_columns_put(struct hw_columns *c, const char *source, struct hw_span log,
                    struct hw_span event, struct hw_record *r)
{
    r->layout = layout(c, source, log, event);
    if (r->layout == UINT32_MAX) {
        hw_records_bad(c->w, r->number, r->off, 0, "more kinds of records than a log may have");
        return;
    }
    r->values = c->out;
    r->count = c->count;
    hw_records_put(c->w, r);
}
