/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every product's mapping, and every other that has one, against its samples
 * (tests/mappings/NAME.sample.*): the file is known as that product or format and no other, no row
 * is bad, every name the mapping speaks of is there, and every line of it happens. HW_SAMPLES_DIR
 * is where they lie.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/mapped.h"
#include "fact/mapping.h"
#include "fact/record.h"
#include "records.h"

enum { SAMPLE_MAX = 1 << 20, LAYOUTS = 64, BOUND = 32, FIELDS = 512 };

struct layout {
    struct hw_span names[FIELDS];
    uint16_t count;
    char *text;
    struct hw_bound bound[BOUND];
    size_t bound_count;
};

/* What all samples of one mapping together show. */
struct shown {
    const struct hw_mapping *m;
    bool fired[256];
    struct hw_buf names; /* '\n' before and behind each */
    struct layout *layouts;
    size_t layouts_count;
    int (*put)(struct hw_sink *, const struct hw_fact *, struct hw_error *);
};
static struct shown shown;
static char path[4096];
static uint8_t bytes[SAMPLE_MAX];

static void keep_layout(const struct hw_fact *f)
{
    struct hw_span text = hw_fact_get(f, HW_LAYOUT_NAMES), rest;
    assert_true(shown.layouts_count < LAYOUTS);
    struct layout *l = &shown.layouts[shown.layouts_count++];
    l->text = hw_test_text(text);
    l->count = 0;
    for (rest = (struct hw_span){(const uint8_t *)l->text, text.n}; rest.n > 0;) {
        size_t n = hw_span_find(rest, '\n');
        assert_true(l->count < FIELDS);
        l->names[l->count++] = hw_span_cut(rest, 0, n);
        rest = hw_span_from(rest, n + 1);
    }
    hw_buf_char(&shown.names, '\n');
    hw_buf_span_put(&shown.names, text);
    hw_buf_char(&shown.names, '\n');
    l->bound_count = hw_bind(hw_fact_get(f, HW_LAYOUT_SOURCE), hw_fact_get(f, HW_LAYOUT_LOG),
                             hw_fact_get(f, HW_LAYOUT_EVENT), l->names, l->count, l->bound, BOUND);
}

static void play(const struct hw_fact *f)
{
    static struct hw_span values[HW_RECORD_VALUES];
    uint16_t counts[LAYOUTS];
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 4};
    struct hw_reader r;
    struct hw_record one;
    for (size_t i = 0; i < shown.layouts_count; i++) {
        counts[i] = shown.layouts[i].count;
    }
    hw_reader_init(&r, hw_fact_get(f, HW_EVENTS_PACKED), &fuel);
    while (hw_record_next(&r, counts, (uint32_t)shown.layouts_count, values, &one)) {
        const struct layout *l = &shown.layouts[one.layout];
        if (shown.m->time_from != NULL) {
            assert_true(one.clock != HW_CLOCK_NONE);
        }
        for (size_t i = 0; i < l->bound_count; i++) {
            if (hw_bound_holds(&l->bound[i], values)) {
                shown.fired[l->bound[i].line - shown.m->events] = true;
            }
        }
    }
    assert_true(hw_reader_ok(&r));
}

static int put(struct hw_sink *sink, const struct hw_fact *f, struct hw_error *err)
{
    if (f->kind == HW_FACT_LAYOUT) {
        keep_layout(f);
    } else if (f->kind == HW_FACT_EVENTS) {
        play(f);
    }
    return shown.put(sink, f, err);
}

/* No second mapping knows a file with these columns. (What a header begins with is not in the
 * columns: such a mapping is its own only by its name.) */
static void assert_alone(const struct layout *l)
{
    unsigned bits;
    for (int shape = HW_MAPPED_CSV_HAS; shape < HW_MAPPED_LINES; shape++) {
        const struct hw_mapping *m =
            shape == HW_MAPPED_CSV_HAS
                ? hw_mapped_find_csv((struct hw_span){NULL, 0}, l->names, l->count, 0, &bits)
                : hw_mapped_find_names((enum hw_mapped_shape)shape, l->names, l->count, 0, &bits);
        const struct hw_mapping *second =
            shape == HW_MAPPED_CSV_HAS
                ? hw_mapped_find_csv((struct hw_span){NULL, 0}, l->names, l->count, 1, &bits)
                : hw_mapped_find_names((enum hw_mapped_shape)shape, l->names, l->count, 1, &bits);
        if ((m != NULL && m != shown.m) || second != NULL) {
            fail_msg("%s is known as %s too", path, second != NULL ? second->name : m->name);
        }
    }
}

static bool tells_of_losses(void)
{
    bool does = false;
    for (size_t i = 0; i < shown.m->event_count; i++) {
        does = does || shown.m->events[i].kind == HW_HAPPENED_LOST;
    }
    return does;
}

static void read_sample(size_t n)
{
    char product[300];
    struct hw_told t;
    hw_told_init(&t);
    t.reading = HW_READ_ANY; /* the other rooms must not claim it */
    shown.put = t.sink.put;
    t.sink.put = put;
    shown.layouts_count = 0;
    hw_told_examine(&t, bytes, n, NULL);
    bool mapped = strcmp(shown.m->source, "mapped") == 0;
    (void)snprintf(product, sizeof product, mapped ? "\"%s\"" : "format=%s ", shown.m->name);
    if (!hw_told_has(&t, mapped ? "mapped.product" : "artifact node=0", product, NULL) ||
        t.anomalies > 0 || hw_told_count(&t, "bid node=") > 0 ||
        hw_told_count(&t, "records.bad") > 0 ||
        (hw_told_count(&t, "lost node=") > 0) != tells_of_losses() || t.unopened > 0) {
        fail_msg("%s is not read soundly as %s:\n%.3000s", path, shown.m->name,
                 hw_buf_text(&t.lines));
    }
    hw_told_done(&t);
    for (size_t i = 0; i < shown.layouts_count; i++) {
        assert_alone(&shown.layouts[i]);
        free(shown.layouts[i].text);
    }
}

static void one_name(const char *name, const char *where)
{
    char want[512];
    (void)snprintf(want, sizeof want, "\n%s\n", name);
    if (strstr(hw_buf_text(&shown.names), want) == NULL) {
        fail_msg("%s: no sample has \"%s\" (%s)", shown.m->name, name, where);
    }
}

static void all_is_shown(void)
{
    const struct hw_mapping *m = shown.m;
    for (size_t i = 0; i < m->event_count; i++) {
        const struct hw_map_event *e = &m->events[i];
        for (size_t k = 0; k < e->from_count; k++) {
            for (size_t n = 0; e->from[k].names != NULL && e->from[k].names[n] != NULL; n++) {
                one_name(e->from[k].names[n], e->event);
            }
        }
        for (size_t k = 0; k < e->if_count; k++) {
            one_name(e->ifs[k].name, e->event);
        }
        if (!shown.fired[i]) {
            fail_msg("%s: no sample shows \"event %s %s\"", m->name, e->event,
                     hw_happening_word(e->kind));
        }
    }
}

static void every_mapping_is_shown_by_its_samples(void **state)
{
    (void)state;
    static const char *const endings[] = {"csv",    "json",  "log",   "2.csv",
                                          "2.json", "2.log", "3.csv", "3.json"};
    size_t products = 0;
    for (size_t i = 0; i < hw_mapping_count; i++) {
        unsigned samples = 0;
        shown.m = &hw_mappings[i];
        assert_true(shown.m->event_count <= sizeof shown.fired);
        memset(shown.fired, 0, sizeof shown.fired);
        hw_buf_clear(&shown.names);
        for (size_t k = 0; k < sizeof endings / sizeof endings[0]; k++) {
            (void)snprintf(path, sizeof path, "%s/%s.sample.%s", HW_SAMPLES_DIR, shown.m->name,
                           endings[k]);
            FILE *f = fopen(path, "rb");
            if (f != NULL) {
                size_t n = fread(bytes, 1, sizeof bytes, f);
                (void)fclose(f);
                read_sample(n);
                samples++;
            }
        }
        bool mapped = strcmp(shown.m->source, "mapped") == 0;
        if (samples == 0 && mapped) {
            fail_msg("%s has no sample", shown.m->name);
        }
        if (samples > 0) {
            all_is_shown();
            products += mapped;
        }
    }
    assert_true(products > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mapping_is_shown_by_its_samples),
    };
    shown.layouts = calloc(LAYOUTS, sizeof *shown.layouts);
    hw_buf_init(&shown.names, 1 << 22);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int rc = cmocka_run_group_tests_name("mappings", tests, NULL, NULL);
    hw_buf_done(&shown.names);
    free(shown.layouts);
    return rc;
}
