/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped.c -- what all shapes of mapped logs share: the event a record is, by the
 * mapping's event-from, and its time, by time-from (docs/mappings.md).
 *
 * The discriminator's values are the evidence's, so only so many are told apart: an attacker who
 * writes a new one in each row gets "other", not a layout for each.
 */
#include "evidence/telemetry/mapped.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"

enum { OTHER = HW_MAPPED_EVENTS, ROW, SLOTS, JOINED = 128 };

/* NAME|NAME+NAME into choices. */
static size_t choices(const char *list, struct hw_mapped_choice *out)
{
    size_t count = 0;
    struct hw_span one;
    while (list != NULL && count < HW_MAPPED_CHOICES && hw_mapped_next_name(&list, '|', &one)) {
        size_t plus = hw_span_find(one, '+');
        out[count] = (struct hw_mapped_choice){.name = {hw_span_trim(hw_span_cut(one, 0, plus))}};
        if (plus < one.n) {
            out[count].name[1] = hw_span_trim(hw_span_from(one, plus + 1));
        }
        count++;
    }
    return count;
}

static enum hw_time_hint hint_of(const char *kind)
{
    static const struct {
        const char *word;
        enum hw_time_hint hint;
    } words[] = {{"epoch", HW_TIME_EPOCH},
                 {"epoch-ms", HW_TIME_EPOCH_MS},
                 {"filetime", HW_TIME_FILETIME},
                 {"day-first", HW_TIME_DAY_FIRST}};
    for (size_t i = 0; kind != NULL && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(kind, words[i].word) == 0) {
            return words[i].hint;
        }
    }
    return HW_TIME_AS_WRITTEN;
}

bool hw_mapped_open(struct hw_mapped *m, struct hw_exam *x, struct hw_node *n,
                    const struct hw_mapped_product *p, bool fixed)
{
    *m = (struct hw_mapped){.product = p, .fixed = fixed};
    m->known = hw_arena_array(x->arena, SLOTS, sizeof *m->known);
    if (m->known == NULL) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return false;
    }
    for (size_t i = 0; i < SLOTS; i++) {
        m->known[i].layout = UINT32_MAX;
    }
    memcpy(m->known[OTHER].text, "other", m->known[OTHER].n = 5);
    memcpy(m->known[ROW].text, "row", m->known[ROW].n = 3);
    m->events_count = choices(p->event_from, m->events);
    m->times_count = choices(p->time_from, m->times);
    m->hint = hint_of(p->time_kind);
    m->utc = p->time_kind != NULL && strcmp(p->time_kind, "utc") == 0;
    hw_records_init(&m->w, x, n);
    hw_say_text(x, n, "mapped.product", hw_span_str(p->name));
    return true;
}

void hw_mapped_done(struct hw_mapped *m)
{
    if (m->times_bad > 0) {
        hw_say_anomaly(m->w.x, m->w.n, "bad-time", m->times_bad_off, 0,
                       "%llu records have a time that cannot be read, the first of them here",
                       (unsigned long long)m->times_bad);
    }
    hw_records_done(&m->w);
}

bool hw_mapped_looks_text(struct hw_span s)
{
    struct hw_span head = hw_span_cut(s, 0, 512);
    for (size_t i = 0; i < head.n; i++) {
        if (head.p[i] < 0x20 && !hw_ascii_is_blank(head.p[i]) && head.p[i] != 0x1b) {
            return false;
        }
    }
    return head.n > 0;
}

/* ---- columns ---- */

/* The value under a name; first where it was before. Nothing for none, empty, "-" and "(null)". */
static struct hw_span value_of(struct hw_span name, size_t *at, const struct hw_span *names,
                               const struct hw_span *values, size_t count)
{
    if (*at >= count || !hw_span_equal(names[*at], name)) {
        for (*at = 0; *at < count && !hw_span_equal(names[*at], name); ++*at) {
        }
    }
    if (*at >= count) {
        return (struct hw_span){NULL, 0};
    }
    struct hw_span v = hw_span_trim(values[*at]);
    if (hw_span_is(v, "-") || hw_span_is(v, "(null)")) {
        return (struct hw_span){NULL, 0};
    }
    return v;
}

/* ---- events ---- */

static struct hw_mapped_event *event_of(struct hw_mapped *m, struct hw_span v)
{
    uint8_t low[HW_MAPPED_EVENT_BYTES];
    if (v.n == 0) {
        return &m->known[ROW];
    }
    if (v.n > sizeof low) {
        return &m->known[OTHER];
    }
    for (size_t i = 0; i < v.n; i++) {
        low[i] = hw_ascii_lower(v.p[i]);
    }
    for (size_t i = 0; i < m->known_count; i++) {
        if (hw_span_equal((struct hw_span){m->known[i].text, m->known[i].n},
                          (struct hw_span){low, v.n})) {
            return &m->known[i];
        }
    }
    if (m->known_count == HW_MAPPED_EVENTS) {
        return &m->known[OTHER];
    }
    struct hw_mapped_event *e = &m->known[m->known_count++];
    for (size_t i = 0; i < v.n; i++) {
        e->text[i] = low[i];
    }
    e->n = v.n;
    return e;
}

static uint32_t layout_of(struct hw_mapped *m, const struct hw_span *names,
                          const struct hw_span *values, size_t count, struct hw_span event)
{
    for (size_t i = 0; i < m->events_count && event.n == 0; i++) {
        struct hw_mapped_choice *c = &m->events[i];
        event = value_of(c->name[0], &c->at[0], names, values, count);
    }
    struct hw_mapped_event *e = event_of(m, event);
    if (m->fixed && e->layout != UINT32_MAX) {
        return e->layout;
    }
    uint32_t layout = hw_records_layout(&m->w, "mapped", hw_span_str(m->product->name),
                                        (struct hw_span){e->text, e->n}, names, count);
    e->layout = layout;
    return layout;
}

/* ---- time ---- */

/* Both parts with a blank between, or the one there is; nothing when the first is not there. */
static struct hw_span time_text(struct hw_mapped_choice *c, const struct hw_span *names,
                                const struct hw_span *values, size_t count, uint8_t room[JOINED])
{
    struct hw_span a = value_of(c->name[0], &c->at[0], names, values, count);
    if (c->name[1].n == 0 || a.n == 0) {
        return a;
    }
    struct hw_span b = value_of(c->name[1], &c->at[1], names, values, count);
    size_t n = 0;
    if (b.n == 0 || a.n + b.n + 1 > JOINED) {
        return (struct hw_span){NULL, 0};
    }
    for (size_t i = 0; i < a.n; i++) {
        room[n++] = a.p[i];
    }
    room[n++] = ' ';
    for (size_t i = 0; i < b.n; i++) {
        room[n++] = b.p[i];
    }
    return (struct hw_span){room, n};
}

static void put_time(struct hw_mapped *m, const struct hw_span *names, const struct hw_span *values,
                     size_t count, struct hw_record *r)
{
    uint8_t room[JOINED];
    struct hw_time_said said;
    bool written = false;
    for (size_t i = 0; i < m->times_count; i++) {
        struct hw_span v = time_text(&m->times[i], names, values, count, room);
        written = written || v.n > 0;
        if (v.n == 0 || !hw_time_words(v, m->hint, &said)) {
            continue;
        }
        r->time_ns = said.ns;
        r->digits = said.digits;
        r->clock = said.yearless             ? HW_CLOCK_NO_YEAR
                   : said.zoned || m->utc ? HW_CLOCK_UTC
                                             : HW_CLOCK_LOCAL;
        return;
    }
    if (written) {
        m->times_bad_off = m->times_bad == 0 ? r->off : m->times_bad_off;
        m->times_bad++;
    }
}

void hw_mapped_put(struct hw_mapped *m, const struct hw_span *names, const struct hw_span *values,
                   size_t count, struct hw_span event, uint64_t number, uint64_t off)
{
    struct hw_record r = {.number = number,
                          .off = off,
                          .time_ns = HW_TIME_NONE,
                          .clock = HW_CLOCK_NONE,
                          .values = values,
                          .count = count};
    r.layout = layout_of(m, names, values, count, event);
    if (r.layout == UINT32_MAX) {
        hw_records_bad(&m->w, number, off, 0, "more kinds of records than one log may have");
        return;
    }
    put_time(m, names, values, count, &r);
    hw_records_put(&m->w, &r);
}
