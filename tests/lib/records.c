/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "fact/mapping.h"
#include "fact/record.h"

struct hw_recorded_layout {
    uint64_t node;
    char *source, *log, *event, *names;
    uint16_t count;
};

/* Not strndup: a sanitizer's looks one byte past what has no end of its own. */
char *hw_test_text(struct hw_span s)
{
    char *p = malloc(s.n + 1);
    if (p == NULL) {
        abort();
    }
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    p[s.n] = '\0';
    return p;
}

static char *text_of(const struct hw_fact *f, unsigned field)
{
    struct hw_span s = hw_fact_get(f, field);
    return hw_test_text(s);
}

static void keep_layout(struct hw_recorded *t, const struct hw_fact *f)
{
    struct hw_recorded_layout *p = realloc(t->layouts, (t->layouts_count + 1) * sizeof *t->layouts);
    if (p == NULL) {
        abort();
    }
    struct hw_span names = hw_fact_get(f, HW_LAYOUT_NAMES);
    uint16_t count = names.p == NULL ? 0 : 1;
    for (size_t i = 0; i < names.n; i++) {
        count = (uint16_t)(count + (names.p[i] == '\n'));
    }
    t->layouts = p;
    p[t->layouts_count++] = (struct hw_recorded_layout){
        hw_fact_get_u64(f, 0),       text_of(f, HW_LAYOUT_SOURCE), text_of(f, HW_LAYOUT_LOG),
        text_of(f, HW_LAYOUT_EVENT), text_of(f, HW_LAYOUT_NAMES),  count};
}

static void put_record(struct hw_recorded *t, const struct hw_recorded_layout *l,
                       const struct hw_record *r)
{
    struct hw_buf *b = &t->told.lines;
    char when[HW_TIME_TEXT];
    hw_buf_printf(b, "%s/%s/%s number=%llu off=%llu time=%s clock=%u digits=%u", l->source, l->log,
                  l->event, (unsigned long long)r->number, (unsigned long long)r->off,
                  hw_time_text(r->time_ns, when), (unsigned)r->clock, r->digits);
    const char *name = l->names;
    for (size_t i = 0; i < r->count; i++) {
        size_t n = strcspn(name, "\n");
        if (r->values[i].p != NULL) {
            hw_buf_printf(b, " %.*s=\"", (int)n, name);
            hw_escape_put(b, r->values[i], HW_ESCAPE_TERMINAL);
            hw_buf_char(b, '"');
        }
        name += n + (name[n] == '\n');
    }
    hw_buf_char(b, '\n');
}

static void put_happened(struct hw_buf *b, const struct hw_bound *m, const struct hw_span *values)
{
    hw_buf_printf(b, "happened %s", hw_happening_word(m->kind));
    for (unsigned role = 0; role < HW_ROLE_COUNT; role++) {
        struct hw_span v = hw_bound_get(m, (enum hw_role)role, values);
        if (v.p != NULL) {
            hw_buf_printf(b, " %s=\"", hw_role_word((enum hw_role)role));
            hw_escape_put(b, v, HW_ESCAPE_TERMINAL);
            hw_buf_char(b, '"');
        }
    }
    hw_buf_char(b, '\n');
}

static void put_happenings(struct hw_recorded *t, const struct hw_recorded_layout *l,
                           const struct hw_record *r)
{
    enum { LINES = 32 };
    static struct hw_bound bound[LINES];
    static struct hw_span names[HW_RECORD_VALUES];
    size_t count = 0;
    for (const char *s = l->names; count < r->count; count++) {
        names[count] = (struct hw_span){(const uint8_t *)s, strcspn(s, "\n")};
        s += names[count].n + (s[names[count].n] == '\n');
    }
    size_t lines = hw_bind(hw_span_str(l->source), hw_span_str(l->log), hw_span_str(l->event),
                           names, count, bound, LINES);
    for (size_t i = 0; i < lines; i++) {
        if (hw_bound_holds(&bound[i], r->values)) {
            put_happened(&t->told.lines, &bound[i], r->values);
        }
    }
}

/* The layouts of one node, in the order of their index. */
static void put_records(struct hw_recorded *t, const struct hw_fact *f)
{
    static struct hw_span values[HW_RECORD_VALUES];
    struct hw_recorded_layout **own = calloc(t->layouts_count + 1, sizeof *own);
    uint16_t *counts = calloc(t->layouts_count + 1, sizeof *counts);
    if (own == NULL || counts == NULL) {
        abort();
    }
    uint32_t layouts = 0;
    for (size_t i = 0; i < t->layouts_count; i++) {
        if (t->layouts[i].node == hw_fact_get_u64(f, 0)) {
            own[layouts] = &t->layouts[i];
            counts[layouts++] = t->layouts[i].count;
        }
    }
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 4};
    struct hw_reader r;
    struct hw_record one;
    uint64_t seen = 0;
    hw_reader_init(&r, hw_fact_get(f, HW_EVENTS_PACKED), &fuel);
    while (hw_record_next(&r, counts, layouts, values, &one)) {
        seen++;
        if (!t->told.quiet) {
            put_record(t, own[one.layout], &one);
        }
        if (t->happenings) {
            put_happenings(t, own[one.layout], &one);
        }
    }
    if (!hw_reader_ok(&r) || seen != hw_fact_get_u64(f, HW_EVENTS_COUNT)) {
        (void)fprintf(stderr, "an EVENTS fact does not hold what it counts\n");
        abort();
    }
    t->records += seen;
    free(own);
    free(counts);
}

static void forget_layouts(struct hw_recorded *t)
{
    for (size_t i = 0; i < t->layouts_count; i++) {
        free(t->layouts[i].source);
        free(t->layouts[i].log);
        free(t->layouts[i].event);
        free(t->layouts[i].names);
    }
    t->layouts_count = 0;
}

static int put(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    struct hw_recorded *t = (struct hw_recorded *)sink;
    if (f->kind == HW_FACT_ARTIFACT && hw_fact_get_u64(f, 0) == 0) {
        forget_layouts(t); /* another input begins */
    } else if (f->kind == HW_FACT_LAYOUT) {
        keep_layout(t, f);
    } else if (f->kind == HW_FACT_EVENTS) {
        put_records(t, f);
    } else if (f->kind == HW_FACT_LOST) {
        t->lost++;
    }
    return t->told_put(sink, f, err);
}

void hw_recorded_init(struct hw_recorded *t)
{
    *t = (struct hw_recorded){.layouts = NULL};
    hw_told_init(&t->told);
    t->told.reading = HW_READ_TELEMETRY;
    t->told_put = t->told.sink.put;
    t->told.sink.put = put;
}

void hw_recorded_done(struct hw_recorded *t)
{
    forget_layouts(t);
    free(t->layouts);
    hw_told_done(&t->told);
}

static bool read_well(const uint8_t *p, size_t n, uint64_t *out_records, uint64_t *out_lost)
{
    struct hw_recorded r;
    hw_recorded_init(&r);
    r.told.quiet = true;
    hw_told_examine(&r.told, p, n, NULL);
    bool well = r.told.anomalies == 0 && r.told.worst == HW_SOUND;
    *out_records = r.records;
    *out_lost = r.lost;
    hw_recorded_done(&r);
    return well;
}

bool hw_recorded_sound(const uint8_t *p, size_t n, void *state)
{
    uint64_t records, lost;
    (void)state;
    return read_well(p, n, &records, &lost) && lost == 0;
}

bool hw_recorded_some(const uint8_t *p, size_t n, void *state)
{
    uint64_t records, lost;
    (void)state;
    return read_well(p, n, &records, &lost) && records > 0;
}
