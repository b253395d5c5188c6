/* SPDX-License-Identifier: Apache-2.0 */
/* What parsers say records with: layouts come once, records are cut, bad ones are counted. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evidence/records.h"
#include "records.h"

static struct hw_recorded t;
static struct hw_exam x;
static struct hw_node n;
static struct hw_records w;

static int begin(void **state)
{
    (void)state;
    hw_recorded_init(&t);
    x = (struct hw_exam){.sink = &t.told.sink,
                         .fuel = {UINT64_MAX, UINT64_MAX, 64},
                         .arena = hw_arena_new(40 << 20),
                         .name_key = {1, 2}};
    n = (struct hw_node){.number = 0};
    assert_non_null(x.arena);
    hw_records_init(&w, &x, &n);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hw_arena_free(x.arena);
    hw_recorded_done(&t);
    return 0;
}

#define HAS(...) assert_true(hw_told_has(&t.told, __VA_ARGS__, NULL))
#define LOG HW_SPAN_LIT("log")
#define EVENT HW_SPAN_LIT("event")

static uint32_t layout(const struct hw_span *names, size_t count)
{
    return hw_records_layout(&w, "zeek", LOG, EVENT, names, count);
}

static void put(uint32_t index, uint64_t number, const struct hw_span *values, size_t count)
{
    struct hw_record r = {.layout = index,
                          .number = number,
                          .off = 10 * number,
                          .time_ns = INT64_MIN,
                          .values = values,
                          .count = count};
    hw_records_put(&w, &r);
}

static void done(void)
{
    hw_records_done(&w);
    assert_int_equal(x.rc, HW_OK);
}

/* ---- layouts ---- */

static void a_layout_is_said_once_and_before_its_records(void **state)
{
    const struct hw_span names[] = {HW_SPAN_LIT("a"), HW_SPAN_LIT("b")};
    const struct hw_span turned[] = {HW_SPAN_LIT("b"), HW_SPAN_LIT("a")};
    const struct hw_span glued[] = {HW_SPAN_LIT("ab"), HW_SPAN_LIT("")};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(layout(names, 2), 0);
        assert_int_equal(layout(turned, 2), 1);
        assert_int_equal(layout(glued, 2), 2);
        assert_int_equal(hw_records_layout(&w, "zeek", EVENT, LOG, names, 2), 3);
        put(1, i, names, 2);
    }
    done();
    assert_int_equal(hw_told_count(&t.told, "layout node=0"), 4);
    assert_int_equal(t.records, 3);
    HAS("zeek/log/event number=2 off=20 time=unknown", "b=\"a\" a=\"b\"");
    HAS("property node=0 key=records number=3");
    const char *text = hw_buf_text(&t.told.lines);
    assert_true(strstr(text, "layout node=0 index=1") < strstr(text, "events node=0"));
}

static void names_are_made_clean_and_stay_apart(void **state)
{
    const struct hw_span names[] = {HW_SPAN_LIT("two\nlines"), HW_SPAN_LIT("n\xff!")};
    const struct hw_span values[] = {HW_SPAN_LIT("1"), HW_SPAN_LIT("2")};
    (void)state;
    put(layout(names, 2), 1, values, 2);
    done();
    assert_int_equal(t.records, 1); /* a line too many would shift every value behind it */
    HAS("two lines=\"1\"", "=\"2\"");
}

static void layouts_without_names_or_with_too_many_are_refused(void **state)
{
    struct hw_span *names = calloc(HW_RECORD_VALUES + 1, sizeof *names);
    static uint8_t wide[HW_PACKED_BYTES / 100];
    (void)state;
    assert_non_null(names);
    for (size_t i = 0; i <= HW_RECORD_VALUES; i++) {
        names[i] = HW_SPAN_LIT("n");
    }
    assert_int_equal(layout(names, 0), UINT32_MAX);
    assert_int_equal(layout(names, HW_RECORD_VALUES + 1), UINT32_MAX);
    assert_int_equal(layout(names, HW_RECORD_VALUES), 0);
    memset(wide, 'w', sizeof wide);
    for (size_t i = 0; i < 200; i++) {
        names[i] = (struct hw_span){wide, sizeof wide};
    }
    assert_int_equal(layout(names, 200), UINT32_MAX); /* more text than one fact holds */
    assert_int_equal(layout(names, 2), 1);            /* and it was no end */
    done();
    free(names);
}

static void a_log_has_so_many_layouts_and_no_more(void **state)
{
    char name[16];
    (void)state;
    t.told.quiet = true;
    for (uint32_t i = 0; i <= HW_LAYOUTS_MAX; i++) {
        snprintf(name, sizeof name, "n%u", i);
        struct hw_span one = hw_span_str(name);
        assert_int_equal(layout(&one, 1), i < HW_LAYOUTS_MAX ? i : UINT32_MAX);
    }
    for (uint32_t i = 0; i < HW_LAYOUTS_MAX; i += 997) { /* those there are stay */
        snprintf(name, sizeof name, "n%u", i);
        struct hw_span one = hw_span_str(name);
        assert_int_equal(layout(&one, 1), i);
    }
    done();
}

/* A file that is two logs is read as both: what one says must not be taken for the other. */
static void two_writers_on_one_node_number_through(void **state)
{
    const struct hw_span a = HW_SPAN_LIT("a"), b = HW_SPAN_LIT("b"), value = HW_SPAN_LIT("1");
    struct hw_records first = w;
    (void)state;
    assert_int_equal(hw_records_layout(&first, "zeek", LOG, EVENT, &a, 1), 0);
    hw_records_put(&first, &(struct hw_record){.layout = 0, .values = &value, .count = 1});
    hw_records_done(&first);
    hw_records_init(&w, &x, &n);
    assert_int_equal(layout(&b, 1), 1);
    put(1, 5, &value, 1);
    done();
    assert_int_equal(t.records, 2);
    HAS("number=0", "a=\"1\"");
    HAS("number=5", "b=\"1\"");
}

/* ---- records ---- */

static void records_are_gathered_and_none_is_lost(void **state)
{
    enum { COUNT = 5000 };
    const struct hw_span name = HW_SPAN_LIT("v");
    static uint8_t text[100];
    struct hw_span value = {text, sizeof text};
    (void)state;
    memset(text, 'v', sizeof text);
    uint32_t index = layout(&name, 1);
    for (unsigned i = 0; i < COUNT; i++) {
        put(index, i, &value, 1);
    }
    done();
    assert_int_equal(t.records, COUNT);
    HAS("property node=0 key=records number=5000");
    size_t facts = hw_told_count(&t.told, "events node=0");
    assert_true(facts >= COUNT * sizeof text / HW_PACKED_BYTES && facts < COUNT / 100);
    assert_int_equal(t.told.anomalies, 0);
}

static void a_record_that_is_too_long_is_cut_at_its_longest_values(void **state)
{
    enum { LONG = HW_RECORD_BYTES + 10 };
    const struct hw_span names[] = {HW_SPAN_LIT("short"), HW_SPAN_LIT("long"), HW_SPAN_LIT("none")};
    uint8_t *text = malloc(LONG);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONG);
    struct hw_span values[] = {HW_SPAN_LIT("whole"), {text, LONG}, {NULL, 0}};
    uint32_t index = layout(names, 3);
    put(index, 7, values, 3);
    put(index, 8, values, 1 + 2);
    assert_int_equal(values[1].n, LONG); /* the caller's values stay as they are */
    done();
    assert_int_equal(t.records, 2);
    assert_int_equal(t.told.anomalies, 2);
    HAS("anomaly node=0", "rule=bad-size", "off=70", "record 7 is longer");
    HAS("number=8", "short=\"whole\"", "long=\"xxxx");
    assert_false(hw_told_has(&t.told, "none=", NULL));
    assert_int_equal(w.bad, 0);
    free(text);
}

/* A long log of long records must not use memory for each of them. */
static void cutting_takes_memory_once(void **state)
{
    enum { VALUES = 500, RECORDS = 6000 }; /* 48 MB of the arena's 40, if each took its own */
    static struct hw_span names[VALUES], values[VALUES];
    static uint8_t text[200];
    (void)state;
    t.told.quiet = true;
    for (unsigned i = 0; i < VALUES; i++) {
        names[i] = HW_SPAN_LIT("n");
        values[i] = (struct hw_span){text, sizeof text};
    }
    uint32_t index = layout(names, VALUES);
    for (unsigned i = 0; i < RECORDS; i++) {
        put(index, i, values, VALUES);
    }
    assert_true(hw_records_going(&w));
    done();
    assert_true(w.bad == 0 && w.good == RECORDS);
}

static void a_record_that_cannot_be_cut_is_bad(void **state)
{
    static struct hw_span names[HW_RECORD_VALUES], values[HW_RECORD_VALUES];
    static uint8_t text[64];
    (void)state;
    for (unsigned i = 0; i < HW_RECORD_VALUES; i++) {
        names[i] = HW_SPAN_LIT("n");
        values[i] = (struct hw_span){text, sizeof text};
    }
    put(layout(names, HW_RECORD_VALUES), 3, values, HW_RECORD_VALUES);
    done();
    assert_int_equal(t.records, 0);
    HAS("rule=line-refused", "record 3: too long to be kept");
    HAS("property node=0 key=records.bad number=1");
}

/* ---- bad ones ---- */

static void good(uint64_t count)
{
    const struct hw_span name = HW_SPAN_LIT("v"), value = HW_SPAN_LIT("1");
    uint32_t index = layout(&name, 1);
    for (uint64_t i = 0; i < count; i++) {
        put(index, i, &value, 1);
    }
}

static void one_bad_in_twenty_is_borne(void **state)
{
    (void)state;
    good(1900);
    for (unsigned i = 0; i < 100; i++) {
        hw_records_bad(&w, i, i, 1, "not what it says");
    }
    assert_true(hw_records_going(&w));
    done();
    assert_int_equal(n.degree, HW_ODD);
    HAS("rule=line-refused", "off=99", "record 99: not what it says");
    HAS("property node=0 key=records.bad number=100");
}

static void more_is_another_format_and_refused(void **state)
{
    (void)state;
    good(1900);
    for (unsigned i = 0; i <= 100; i++) {
        hw_records_bad(&w, i, i, 1, "not what it says");
    }
    assert_false(hw_records_going(&w));
    done();
    assert_int_equal(n.degree, HW_REFUSED);
    assert_int_equal(t.records, 1900); /* what was understood is kept */
}

static void few_records_are_too_few_to_judge_by(void **state)
{
    (void)state;
    good(1);
    for (unsigned i = 0; i < 98; i++) {
        hw_records_bad(&w, i, i, 1, "not what it says");
    }
    assert_true(hw_records_going(&w)); /* 99 */
    hw_records_bad(&w, 98, 98, 1, "not what it says");
    assert_false(hw_records_going(&w));
    done();
}

/* ---- lost ones ---- */

static void what_is_lost_is_said_with_what_is_known_of_it(void **state)
{
    (void)state;
    hw_records_lost(&w, "cleared", 5, 0, 0, 0, NULL);
    hw_records_lost(&w, "overwritten", 6, 10, 100, 109, "ten\nare gone");
    done();
    assert_int_equal(t.lost, 2);
    HAS("lost node=0 what=cleared off=5");
    HAS("lost node=0 what=overwritten off=6 count=10 first=100 last=109", "are gone");
    assert_false(hw_told_has(&t.told, "what=cleared", "count=", NULL));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_layout_is_said_once_and_before_its_records),
        CASE(names_are_made_clean_and_stay_apart),
        CASE(layouts_without_names_or_with_too_many_are_refused),
        CASE(a_log_has_so_many_layouts_and_no_more),
        CASE(two_writers_on_one_node_number_through),
        CASE(records_are_gathered_and_none_is_lost),
        CASE(a_record_that_is_too_long_is_cut_at_its_longest_values),
        CASE(cutting_takes_memory_once),
        CASE(a_record_that_cannot_be_cut_is_bad),
        CASE(one_bad_in_twenty_is_borne),
        CASE(more_is_another_format_and_refused),
        CASE(few_records_are_too_few_to_judge_by),
        CASE(what_is_lost_is_said_with_what_is_known_of_it),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
