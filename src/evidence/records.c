/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/records.h"

#include <string.h>

#include "evidence/room.h"

enum {
    SAY_AT = 48 * 1024, /* an EVENTS fact is said once so much is gathered */
    LOG_BYTES = 1000,
    BAD_FROM = 100, /* records before a share is judged */
    BAD_SHARE = 20, /* one in so many may be bad */
};

struct hw_layout_slot {
    uint64_t hash[2];
    uint32_t index, count;
    bool used;
};

void hw_records_init(struct hw_records *w, struct hw_exam *x, struct hw_node *n)
{
    *w = (struct hw_records){.x = x, .n = n};
    hw_buf_init(&w->packed, HW_PACKED_BYTES);
    hw_buf_init(&w->names, HW_PACKED_BYTES);
}

static void say_events(struct hw_records *w)
{
    if (w->packed_count == 0) {
        return;
    }
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_EVENTS, w->n->number);
    hw_fact_u64(&f, HW_EVENTS_COUNT, w->packed_count);
    hw_fact_span(&f, HW_EVENTS_PACKED, hw_buf_span(&w->packed));
    hw_say(w->x, &f);
    hw_buf_clear(&w->packed);
    w->packed_count = 0;
}

void hw_records_done(struct hw_records *w)
{
    say_events(w);
    hw_say_number(w->x, w->n, "records", w->good);
    if (w->bad > 0) {
        hw_say_number(w->x, w->n, "records.bad", w->bad);
    }
    hw_buf_done(&w->packed);
    hw_buf_done(&w->names);
}

/* ---- layouts ---- */

/* Two streams of multiply and fold over 8 bytes a step, keyed by the input's own digest so that no
 * file can be made to collide without knowing itself first. */
struct mix {
    uint64_t a, b;
};

static uint64_t fold(uint64_t x, uint64_t y)
{
    __uint128_t p = (__uint128_t)x * y;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static void mix_word(struct mix *m, uint64_t v)
{
    m->a = fold(m->a ^ v, 0x9e3779b97f4a7c15ULL);
    m->b = fold(m->b + v, 0xd6e8feb86659fd93ULL) ^ m->a;
}

static void mix_span(struct mix *m, struct hw_span s)
{
    size_t i = 0;
    mix_word(m, s.n);
    for (; i + 8 <= s.n; i += 8) {
        uint64_t v = 0;
        for (unsigned k = 0; k < 8; k++) {
            v |= (uint64_t)s.p[i + k] << (8 * k);
        }
        mix_word(m, v);
    }
    uint64_t v = 0;
    for (unsigned k = 0; i < s.n; i++, k++) {
        v |= (uint64_t)s.p[i] << (8 * k);
    }
    mix_word(m, v);
}

static bool grow(struct hw_records *w)
{
    uint32_t room = w->layout_room == 0 ? 64 : w->layout_room * 2;
    struct hw_layout_slot *p = hw_arena_array(w->x->arena, room, sizeof *p);
    if (p == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < w->layout_room; i++) {
        const struct hw_layout_slot *s = &w->layouts[i];
        if (s->used) {
            uint32_t at = (uint32_t)s->hash[0] & (room - 1);
            while (p[at].used) {
                at = (at + 1) & (room - 1);
            }
            p[at] = *s;
        }
    }
    w->layouts = p;
    w->layout_room = room;
    return true;
}

static struct hw_span word_span(const char *s)
{
    return (struct hw_span){(const uint8_t *)s, strlen(s)};
}

/* The names, cleaned, in w->names; false when they do not fit. */
static bool join(struct hw_records *w, const struct hw_span *names, size_t count)
{
    hw_buf_clear(&w->names);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            hw_buf_char(&w->names, '\n');
        }
        size_t from = w->names.n;
        bool plain = true;
        for (size_t k = 0; k < names[i].n; k++) {
            plain = plain && names[i].p[k] >= 0x20 && names[i].p[k] < 0x7f;
        }
        hw_buf_span_put(&w->names, plain ? names[i] : hw_exam_text(w->x, names[i], HW_NAME_BYTES));
        for (size_t k = from; k < w->names.n; k++) {
            w->names.p[k] = w->names.p[k] == '\n' ? ' ' : w->names.p[k];
        }
    }
    return hw_buf_ok(&w->names);
}

static bool say_layout(struct hw_records *w, const char *source, struct hw_span log,
                       struct hw_span event, const struct hw_span *names, size_t count)
{
    if (!join(w, names, count)) {
        return false;
    }
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_LAYOUT, w->n->number);
    hw_fact_u64(&f, HW_LAYOUT_INDEX, w->n->layouts);
    hw_fact_str(&f, HW_LAYOUT_SOURCE, source);
    hw_fact_span(&f, HW_LAYOUT_LOG, hw_exam_text(w->x, log, LOG_BYTES));
    hw_fact_span(&f, HW_LAYOUT_EVENT, hw_exam_text(w->x, event, LOG_BYTES));
    hw_fact_span(&f, HW_LAYOUT_NAMES, hw_buf_span(&w->names));
    /* What is gathered may refer to earlier layouts only: order on the wire is order of need. */
    hw_say(w->x, &f);
    return hw_exam_going(w->x);
}

uint32_t hw_records_layout(struct hw_records *w, const char *source, struct hw_span log,
                           struct hw_span event, const struct hw_span *names, size_t count)
{
    struct mix m = {w->x->name_key[0], w->x->name_key[1]};
    /* No names and one empty name would be the same text on the wire. */
    if (count == 0 || count > HW_RECORD_VALUES) {
        return UINT32_MAX;
    }
    mix_span(&m, word_span(source));
    mix_span(&m, log);
    mix_span(&m, event);
    for (size_t i = 0; i < count; i++) {
        mix_span(&m, names[i]);
    }
    if (w->layout_count * 2 >= w->layout_room && !grow(w)) {
        return UINT32_MAX;
    }
    uint32_t at = (uint32_t)m.a & (w->layout_room - 1);
    for (; w->layouts[at].used; at = (at + 1) & (w->layout_room - 1)) {
        if (w->layouts[at].hash[0] == m.a && w->layouts[at].hash[1] == m.b) {
            return w->layouts[at].index;
        }
    }
    /* Two formats in one file are two writers on one node: its layouts are numbered through. */
    uint32_t index = w->n->layouts;
    if (index >= HW_LAYOUTS_MAX || !say_layout(w, source, log, event, names, count)) {
        return UINT32_MAX;
    }
    w->layouts[at] = (struct hw_layout_slot){{m.a, m.b}, index, (uint32_t)count, true};
    w->layout_count++;
    return w->n->layouts++;
}

/* ---- records ---- */

/* Cuts the longest values until the rest fits; the values are the caller's and stay as they are. */
static bool put_cut(struct hw_records *w, const struct hw_record *r)
{
    w->cut =
        w->cut != NULL ? w->cut : hw_arena_array(w->x->arena, HW_RECORD_VALUES, sizeof *w->cut);
    struct hw_span *v = w->cut;
    if (v == NULL || r->count > HW_RECORD_VALUES) {
        return false;
    }
    size_t each = r->count == 0 ? 0 : HW_RECORD_BYTES / 2 / r->count;
    for (size_t i = 0; i < r->count; i++) {
        v[i] = r->values[i];
        v[i].n = v[i].n > each && v[i].n > 64 ? (each > 64 ? each : 64) : v[i].n;
    }
    struct hw_record cut = *r;
    cut.values = v;
    return hw_record_pack(&cut, &w->packed);
}

void hw_records_put(struct hw_records *w, const struct hw_record *r)
{
    if (!hw_exam_going(w->x)) {
        return;
    }
    if (w->packed.n >= SAY_AT) {
        say_events(w);
    }
    if (!hw_record_pack(r, &w->packed)) {
        say_events(w);
        if (!hw_record_pack(r, &w->packed)) {
            hw_say_anomaly(w->x, w->n, "bad-size", r->off, 0,
                           "record %llu is longer than a record may be: its longest values are cut",
                           (unsigned long long)r->number);
            if (!put_cut(w, r)) {
                hw_records_bad(w, r->number, r->off, 0, "too long to be kept");
                return;
            }
        }
    }
    w->packed_count++;
    w->good++;
}

void hw_records_bad(struct hw_records *w, uint64_t number, uint64_t off, uint64_t size,
                    const char *why)
{
    w->bad++;
    hw_say_anomaly(w->x, w->n, "line-refused", off, size, "record %llu: %s",
                   (unsigned long long)number, why);
    if (w->good + w->bad >= BAD_FROM && w->bad > (w->good + w->bad) / BAD_SHARE && !w->refused) {
        w->refused = true;
        hw_say_degree(w->n, HW_REFUSED, "more than one record in twenty is not what it says");
    }
}

void hw_records_lost(struct hw_records *w, const char *what, uint64_t off, uint64_t count,
                     uint64_t first, uint64_t last, const char *says)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_LOST, w->n->number);
    hw_fact_str(&f, HW_LOST_WHAT, what);
    hw_fact_u64(&f, HW_LOST_OFF, off);
    if (count > 0) {
        hw_fact_u64(&f, HW_LOST_COUNT, count);
    }
    if (first > 0) {
        hw_fact_u64(&f, HW_LOST_FIRST, first);
        hw_fact_u64(&f, HW_LOST_LAST, last);
    }
    if (says != NULL) {
        hw_fact_span(&f, HW_LOST_SAYS, hw_exam_text(w->x, word_span(says), LOG_BYTES));
    }
    hw_say(w->x, &f);
}

bool hw_records_going(const struct hw_records *w)
{
    return hw_exam_going(w->x) && !w->refused;
}
