/* SPDX-License-Identifier: Apache-2.0 */
/* Which windows meet a correlation: by hand, and against a slow and simple way to say the same. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "ask/sigma_window.h"

#define SECOND INT64_C(1000000000)

enum { MANY = 64 };

static struct hw_error err;

static struct hw_correlation asks(enum hw_correlation_type type, enum hw_correlation_op op,
                                  uint64_t n, int64_t seconds)
{
    struct hw_correlation c = {.type = type, .bound_count = 1, .span_ns = seconds * SECOND};
    c.rule_count = 3;
    c.bounds[0].op = op;
    c.bounds[0].n = n;
    return c;
}

/* "0a 5b": at second 0 value a, at second 5 value b; "5b*": in another log. */
static size_t points(const char *text, struct sigma_point *out)
{
    size_t n = 0;
    for (char *end; *text != '\0'; n++) {
        out[n] = (struct sigma_point){.at = strtol(text, &end, 10) * SECOND, .off = n};
        out[n].from = out[n].at;
        out[n].what = (uint32_t)(*end++ - 'a');
        if (*end == '*') {
            out[n].log = 1;
            end++;
        }
        text = *end == ' ' ? end + 1 : end;
    }
    return n;
}

/* How many windows meet it. */
static unsigned met(const struct hw_correlation *c, const char *text, struct sigma_window *w)
{
    static struct sigma_window own[MANY];
    struct sigma_slide slide = {.room = 0};
    struct sigma_point p[MANY] = {{.at = 0}};
    size_t n = points(text, p);
    unsigned count = 0;
    w = w == NULL ? own : w;
    assert_int_equal(sigma_windows(&slide, c, p, n, 26, w, &err), HW_OK);
    for (size_t i = 0; i < n; i++) {
        count += w[i].met;
    }
    sigma_slide_done(&slide);
    return count;
}

static void counts_slide_with_time(void **state)
{
    static const struct {
        enum hw_correlation_type type;
        enum hw_correlation_op op;
        unsigned n;
        const char *points;
        unsigned met;
    } cases[] = {
        {HW_EVENT_COUNT, HW_COUNT_GTE, 3, "0a 5a 10a", 1},
        {HW_EVENT_COUNT, HW_COUNT_GTE, 3, "0a 5a", 0},
        {HW_EVENT_COUNT, HW_COUNT_GTE, 3, "0a 5a 11a", 0}, /* a second too late */
        {HW_EVENT_COUNT, HW_COUNT_GTE, 3, "0a 9a 11a 12a", 1},
        {HW_EVENT_COUNT, HW_COUNT_GT, 3, "0a 1a 2a", 0},
        {HW_EVENT_COUNT, HW_COUNT_GT, 3, "0a 1a 2a 3a", 1},
        /* of a burst neither the beginning nor the end is few */
        {HW_EVENT_COUNT, HW_COUNT_LT, 3, "0a 1a", 2},
        {HW_EVENT_COUNT, HW_COUNT_LT, 3, "0a 1a 2a 3a", 0},
        {HW_EVENT_COUNT, HW_COUNT_LT, 3, "0a 1a 2a 3a 12a 30a", 1},
        {HW_EVENT_COUNT, HW_COUNT_LTE, 3, "0a 1a 2a", 3},
        {HW_EVENT_COUNT, HW_COUNT_EQ, 3, "0a 1a 2a", 1},
        {HW_EVENT_COUNT, HW_COUNT_EQ, 3, "0a 1a 2a 3a", 0},
        {HW_EVENT_COUNT, HW_COUNT_EQ, 3, "0a 1a", 0},
        {HW_EVENT_COUNT, HW_COUNT_NEQ, 3, "0a 1a 2a", 0},
        {HW_EVENT_COUNT, HW_COUNT_NEQ, 3, "0a 1a", 2},
        {HW_VALUE_COUNT, HW_COUNT_GTE, 3, "0a 1b 2c", 1},
        {HW_VALUE_COUNT, HW_COUNT_GTE, 3, "0a 1b 2a 3b", 0},
        {HW_VALUE_COUNT, HW_COUNT_GTE, 3, "0a 8b 11c", 0},
        {HW_VALUE_COUNT, HW_COUNT_LT, 2, "0a 1a 2a", 3},
        {HW_VALUE_COUNT, HW_COUNT_LT, 2, "0a 1a 2b", 0},
        {HW_TEMPORAL, HW_COUNT_GTE, 3, "0c 1a 2b", 1},
        {HW_TEMPORAL, HW_COUNT_GTE, 3, "0c 1a 2a", 0},
        {HW_TEMPORAL, HW_COUNT_GTE, 3, "0c 1a 11b", 0},
        {HW_TEMPORAL, HW_COUNT_GTE, 2, "0c 1a 11b", 2},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 1b 2c", 1},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 1c 2b", 0},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0c 1b 2a", 0},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 5b 11c", 0},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 5a 6b 14c", 1}, /* the later a begins it */
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 1b 2b 3c 4c", 2},
        /* of one moment the log knows the order; of two logs nobody does */
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 0b 0c", 1},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0b 0a 0c", 0},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 0b 0c*", 0},
        {HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, "0a 0b 1c*", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hw_correlation c = asks(cases[i].type, cases[i].op, cases[i].n, 10);
        unsigned n = met(&c, cases[i].points, NULL);
        if (n != cases[i].met) {
            fail_msg("%s %s %u of \"%s\": %u windows, not %u", hw_correlation_type_word(c.type),
                     hw_correlation_op_word(c.bounds[0].op), cases[i].n, cases[i].points, n,
                     cases[i].met);
        }
    }
}

static void a_window_says_where_it_begins(void **state)
{
    struct sigma_window w[MANY];
    struct hw_correlation c = asks(HW_EVENT_COUNT, HW_COUNT_GTE, 3, 10);
    (void)state;
    assert_int_equal(met(&c, "0a 9a 11a 12a", w), 1);
    assert_int_equal(w[3].first, 1);
    assert_int_equal(w[3].count, 3);
    c = asks(HW_TEMPORAL_ORDERED, HW_COUNT_GTE, 3, 10);
    assert_int_equal(met(&c, "0a 5a 6b 7b 14c", w), 1);
    assert_int_equal(w[4].first, 1);
    assert_int_equal(w[4].before, 2);
    assert_int_equal(w[2].before, 1);
    assert_int_equal(w[1].before, 1);
}

/* ---- the same, slowly ---- */

static uint64_t held(const struct hw_correlation *c, const struct sigma_point *p, size_t from,
                     size_t to)
{
    uint64_t n = 0;
    for (size_t i = from; i <= to; i++) {
        bool known = false;
        for (size_t k = from; k < i; k++) {
            known = known || p[k].what == p[i].what;
        }
        n += c->type == HW_EVENT_COUNT || !known;
    }
    return n;
}

static size_t from_of(const struct hw_correlation *c, const struct sigma_point *p, size_t i)
{
    size_t from = i;
    while (from > 0 && p[i].at - p[from - 1].at <= c->span_ns) {
        from--;
    }
    return from;
}

static bool slowly(const struct hw_correlation *c, const struct sigma_point *p, size_t n, size_t i)
{
    size_t from = from_of(c, p, i);
    bool all = hw_correlation_holds(c, held(c, p, from, i));
    for (size_t k = from; k <= i; k++) {
        uint64_t most = 0;
        for (size_t m = k; m < n; m++) {
            uint64_t here = from_of(c, p, m) <= k ? held(c, p, from_of(c, p, m), m) : 0;
            most = here > most ? here : most;
        }
        all = all && hw_correlation_holds(c, most);
    }
    return all;
}

static int64_t least(const struct sigma_point *p, size_t from, size_t to)
{
    int64_t at = p[from].from;
    for (size_t i = from; i <= to; i++) {
        at = p[i].from < at ? p[i].from : at;
    }
    return at;
}

/* a then b then c, each later than the one before. */
static bool slowly_ordered(const struct hw_correlation *c, const struct sigma_point *p, size_t i)
{
    for (size_t a = 0; a < i; a++) {
        for (size_t b = a + 1; b < i; b++) {
            bool in = p[a].what == 0 && p[b].what == 1 && p[i].what == 2;
            bool order = (p[a].at < p[b].at || p[a].log == p[b].log) &&
                         (p[b].at < p[i].at || p[b].log == p[i].log);
            if (in && order && p[i].at - p[a].at <= c->span_ns) {
                return true;
            }
        }
    }
    return false;
}

static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

static void every_window_is_the_slow_ways(void **state)
{
    uint32_t seed = 77;
    unsigned yes = 0, no = 0;
    struct sigma_slide slide = {.room = 0};
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        struct sigma_point p[24] = {{.at = 0}};
        struct sigma_window w[24];
        size_t n = 1 + next_number(&seed) % 24;
        struct hw_correlation c = asks((enum hw_correlation_type)(1 + next_number(&seed) % 4),
                                       (enum hw_correlation_op)(1 + next_number(&seed) % 6),
                                       next_number(&seed) % 5, (int64_t)(next_number(&seed) % 12));
        int64_t at = 0;
        if (c.type == HW_TEMPORAL_ORDERED) {
            c.bounds[0].op = HW_COUNT_GTE;
            c.bounds[0].n = 3;
        }
        for (size_t i = 0; i < n; i++) {
            uint32_t step = next_number(&seed) % 5;
            at += step * SECOND;
            uint32_t log = i > 0 && step == 0 && p[i - 1].log == 1 ? 1 : next_number(&seed) % 2;
            p[i] = (struct sigma_point){at, at, i, log, next_number(&seed) % 3};
            p[i].what = c.type == HW_EVENT_COUNT ? 0 : p[i].what;
            p[i].from -= next_number(&seed) % 9 * SECOND;
        }
        assert_int_equal(sigma_windows(&slide, &c, p, n, 3, w, &err), HW_OK);
        for (size_t i = 0; i < n; i++) {
            bool want =
                c.type == HW_TEMPORAL_ORDERED ? slowly_ordered(&c, p, i) : slowly(&c, p, n, i);
            assert_int_equal(w[i].met, want);
            if (c.type != HW_TEMPORAL_ORDERED) {
                assert_int_equal(w[i].from, least(p, from_of(&c, p, i), i));
            }
            yes += want;
            no += !want;
        }
    }
    assert_true(yes > 1000 && no > 1000);
    sigma_slide_done(&slide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_slide_with_time),
        cmocka_unit_test(a_window_says_where_it_begins),
        cmocka_unit_test(every_window_is_the_slow_ways),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("sigma_window", tests, NULL, NULL);
}
