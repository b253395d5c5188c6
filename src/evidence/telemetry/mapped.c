/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped.c -- what all shapes of mapped logs share: the event a record is, by
 * the mapping's event-from, and its time, by time-from (docs/mappings.md).
 *
 * The discriminator's values are the evidence's, so only so many are told apart: an attacker who
 * writes a new one in each row gets "other", not a layout for each.
 */
#include "evidence/telemetry/mapped.h"

#include "base/text.h"
#include "base/time.h"

enum { OTHER = HW_MAPPED_EVENTS, ROW, SLOTS, LOSSES = 1000, JOINED = 128, ALSO_BYTES = 32 * 1024 };

/* NAME|NAME+NAME into choices. */
static size_t choices(struct hw_span list, struct hw_mapped_choice *out)
{
    size_t count = 0;
    struct hw_span one;
    while (count < HW_MAPPED_CHOICES && hw_mapped_next_name(&list, '|', &one)) {
        struct hw_mapped_choice *c = &out[count++];
        *c = (struct hw_mapped_choice){.at = {SIZE_MAX, SIZE_MAX}};
        if (!hw_mapped_next_name(&one, '+', &c->name[0]) ||
            !hw_mapped_next_name(&one, '+', &c->name[1])) {
            c->name[1] = (struct hw_span){NULL, 0};
        }
    }
    return count;
}

/* Takes the word off that may stand behind time-from's names. */
static enum hw_time_hint take_kind(struct hw_span *list, bool *utc)
{
    static const struct {
        const char *word;
        enum hw_time_hint hint;
    } kinds[] = {{"utc", HW_TIME_AS_WRITTEN},    {"local", HW_TIME_AS_WRITTEN},
                 {"epoch", HW_TIME_EPOCH},       {"epoch-ms", HW_TIME_EPOCH_MS},
                 {"filetime", HW_TIME_FILETIME}, {"day-first", HW_TIME_DAY_FIRST}};
    struct hw_span s = hw_span_trim(*list);
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != ' ' && s.p[at - 1] != '"') {
        at--;
    }
    struct hw_span word = hw_span_from(s, at);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && at > 0; i++) {
        if (hw_span_is(word, kinds[i].word)) {
            *utc = i == 0;
            *list = hw_span_trim(hw_span_cut(s, 0, at));
            return kinds[i].hint;
        }
    }
    return HW_TIME_AS_WRITTEN;
}

static void name_slot(struct hw_mapped_event *e, const char *word)
{
    for (e->n = 0; word[e->n] != 0; e->n++) {
        e->text[e->n] = (uint8_t)word[e->n];
    }
}

bool hw_mapped_open(struct hw_mapped *m, struct hw_exam *x, struct hw_node *n,
                    const struct hw_mapping *p, bool fixed)
{
    *m = (struct hw_mapped){.product = p, .fixed = fixed};
    m->known = hw_arena_array(x->arena, SLOTS, sizeof *m->known);
    if (p->also_name != NULL) {
        m->names = hw_arena_array(x->arena, HW_MAPPED_NAMES + 1, sizeof *m->names);
        m->values = hw_arena_array(x->arena, HW_MAPPED_NAMES + 1, sizeof *m->values);
    }
    if (m->known == NULL || (p->also_name != NULL && (m->names == NULL || m->values == NULL))) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return false;
    }
    for (size_t i = 0; i < SLOTS; i++) {
        m->known[i].layout = UINT32_MAX;
    }
    name_slot(&m->known[OTHER], "other");
    name_slot(&m->known[ROW], "row");
    struct hw_span times = hw_span_str(p->time_from);
    m->hint = take_kind(&times, &m->utc);
    m->times_count = choices(times, m->times);
    m->events_count = choices(hw_span_str(p->event_from), m->events);
    for (size_t i = 0; i < p->event_count; i++) {
        m->loses = m->loses || p->events[i].kind == HW_HAPPENED_LOST;
    }
    hw_buf_init(&m->also, ALSO_BYTES);
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
    hw_buf_done(&m->also);
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

/* The event, with a layout of these names; its layout is UINT32_MAX when there can be none. */
static struct hw_mapped_event *layout_of(struct hw_mapped *m, const struct hw_span *names,
                                         const struct hw_span *values, size_t count,
                                         struct hw_span event)
{
    for (size_t i = 0; i < m->events_count && event.n == 0; i++) {
        struct hw_mapped_choice *c = &m->events[i];
        event = value_of(c->name[0], &c->at[0], names, values, count);
    }
    struct hw_mapped_event *e = event_of(m, event);
    if (!m->fixed || e->layout == UINT32_MAX) {
        e->layout = hw_records_layout(&m->w, "mapped", hw_span_str(m->product->name),
                                      (struct hw_span){e->text, e->n}, names, count);
    }
    return e;
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

/* A time at the front of a longer text: of its first words, as many as make one. A syslog priority
 * before it is passed over. */
static bool leading_time(struct hw_span s, enum hw_time_hint hint, struct hw_time_said *out)
{
    size_t ends[6], count = 0;
    if (s.n > 0 && s.p[0] == '<') {
        s = hw_span_from(s, hw_span_find(s, '>') + 1);
    }
    for (size_t i = 1; i <= s.n && count < sizeof ends / sizeof ends[0]; i++) {
        if (i == s.n || (s.p[i] == ' ' && s.p[i - 1] != ' ')) {
            ends[count++] = i;
        }
    }
    while (count > 0) {
        struct hw_span front = hw_span_cut(s, 0, ends[--count]);
        while (front.n > 0 && (front.p[front.n - 1] == ':' || front.p[front.n - 1] == ' ')) {
            front.n--;
        }
        if (hw_time_words(front, hint, out)) {
            return true;
        }
    }
    return false;
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
        if (v.n == 0 ||
            !(hw_time_words(v, m->hint, &said) || (m->prefix && leading_time(v, m->hint, &said)))) {
            continue;
        }
        r->time_ns = said.ns;
        r->digits = said.digits;
        r->clock = said.yearless          ? HW_CLOCK_NO_YEAR
                   : said.zoned || m->utc ? HW_CLOCK_UTC
                                          : HW_CLOCK_LOCAL;
        return;
    }
    if (written) {
        m->times_bad_off = m->times_bad == 0 ? r->off : m->times_bad_off;
        m->times_bad++;
    }
}

/* ---- a name made of others ---- */

/* "{ParentPath}\\{FileName}" with the values in place; nothing when one of the names is not
 * there. */
static struct hw_span filled(struct hw_mapped *m, const struct hw_span *names,
                             const struct hw_span *values, size_t count)
{
    struct hw_span p = hw_span_str(m->product->also_pattern);
    hw_buf_clear(&m->also);
    while (p.n > 0) {
        size_t open = hw_span_find(p, '{'), close = hw_span_find(p, '}'), at = SIZE_MAX;
        hw_buf_span_put(&m->also, hw_span_cut(p, 0, open));
        if (open == p.n || close < open) {
            break;
        }
        struct hw_span name = hw_span_cut(p, open + 1, close - open - 1);
        struct hw_span v = value_of(name, &at, names, values, count);
        if (v.n == 0) {
            return (struct hw_span){NULL, 0};
        }
        hw_buf_span_put(&m->also, v);
        p = hw_span_from(p, close + 1);
    }
    return hw_buf_ok(&m->also) ? hw_buf_span(&m->also) : (struct hw_span){NULL, 0};
}

/* ---- losses ---- */

/* A collector's own log says what it did not bring: each such record is a LOST fact as well, so
 * that whoever counts what is gone need not read mappings. The first line that holds counts, and
 * no more than LOSSES are said: all of them stay records. */
static void say_lost(struct hw_mapped *m, const struct hw_span *names, const struct hw_span *values,
                     size_t count, struct hw_span event, uint64_t off)
{
    struct hw_bound bound[4];
    size_t n = hw_bind(HW_SPAN_LIT("mapped"), hw_span_str(m->product->name), event, names, count,
                       bound, sizeof bound / sizeof bound[0]);
    for (size_t i = 0; i < n; i++) {
        if (bound[i].kind != HW_HAPPENED_LOST || !hw_bound_holds(&bound[i], values)) {
            continue;
        }
        struct hw_span kind = hw_bound_get(&bound[i], HW_ROLE_KIND, values);
        struct hw_span what = hw_exam_text(m->w.x, hw_bound_get(&bound[i], HW_ROLE_WHAT, values),
                                           HW_MAPPED_EVENT_BYTES * 4);
        char says[HW_MAPPED_EVENT_BYTES * 4 + 1] = "";
        for (size_t k = 0; k < what.n && k + 1 < sizeof says; k++) {
            says[k] = (char)what.p[k];
        }
        const char *word = hw_span_is(kind, "locked") ? "locked" : "missing";
        hw_records_lost(&m->w, word, off, 0, 0, 0, says);
        m->losses++;
        return;
    }
}

static void put_one(struct hw_mapped *m, const struct hw_span *names, const struct hw_span *values,
                    size_t count, struct hw_span event, uint64_t number, uint64_t off)
{
    struct hw_record r = {.number = number,
                          .off = off,
                          .time_ns = HW_TIME_NONE,
                          .clock = HW_CLOCK_NONE,
                          .values = values,
                          .count = count};
    struct hw_mapped_event *e = layout_of(m, names, values, count, event);
    r.layout = e->layout;
    if (r.layout == UINT32_MAX) {
        hw_records_bad(&m->w, number, off, 0, "more kinds of records than one log may have");
        return;
    }
    put_time(m, names, values, count, &r);
    hw_records_put(&m->w, &r);
    if (m->loses && m->losses < LOSSES) {
        say_lost(m, names, values, count, (struct hw_span){e->text, e->n}, off);
    }
}

void hw_mapped_put(struct hw_mapped *m, const struct hw_span *names, const struct hw_span *values,
                   size_t count, struct hw_span event, uint64_t number, uint64_t off)
{
    if (m->product->also_name == NULL || count > HW_MAPPED_NAMES) {
        put_one(m, names, values, count, event, number, off);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        m->names[i] = names[i];
        m->values[i] = values[i];
    }
    m->names[count] = hw_span_str(m->product->also_name);
    m->values[count] = filled(m, names, values, count);
    put_one(m, m->names, m->values, count + 1, event, number, off);
}
