/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz/fuzz_correlation.c -- a correlation of a stranger's case, and the windows that it makes of
 * whatever records: what is whole writes itself again, and no window is met that holds too little.
 *
 * Targets: src/fact/correlation.c, src/ask/sigma_window.c
 * Max: 4096
 *
 * Input: u8 count of points, so many times u8 seconds since the last and u8 what, then a form.
 */
#include "fuzz.h"

#include "ask/sigma_window.h"
#include "base/text.h"

enum { POINTS = 255, WHATS = 256 };

static void ask(const struct hw_correlation *c, const uint8_t *p, size_t n)
{
    static struct sigma_point points[POINTS];
    static struct sigma_window windows[POINTS];
    struct sigma_slide slide = {.room = 0};
    struct hw_error err;
    size_t kinds = c->type == HW_VALUE_COUNT   ? WHATS
                   : c->type == HW_EVENT_COUNT ? 1
                                               : c->rule_count;
    int64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        at += p[2 * i] * INT64_C(1000000000);
        points[i] = (struct sigma_point){at, at, i, 0, (uint32_t)(p[2 * i + 1] % kinds)};
    }
    if (sigma_windows(&slide, c, points, n, kinds, windows, &err) != HW_OK) {
        hw_fuzz_broken("there is memory for a few windows");
    }
    for (size_t i = 0; i < n; i++) {
        const struct sigma_window *w = &windows[i];
        if (w->first > i || points[i].at - points[w->first].at > c->span_ns ||
            (w->met && !hw_correlation_holds(c, w->count)) || w->count > i - w->first + 1) {
            hw_fuzz_broken("a window is what its correlation asks for");
        }
    }
    sigma_slide_done(&slide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_span in = {data, size};
    static struct hw_correlation c;
    struct hw_buf again;
    if (size < 1 || size < 1 + 2 * (size_t)data[0]) {
        return 0;
    }
    in = hw_span_from(in, 1 + 2 * (size_t)data[0]);
    if (!hw_correlation_check(in, &c)) {
        return 0;
    }
    hw_buf_init(&again, HW_CORRELATION_BYTES);
    if (!hw_correlation_put(&c, &again) || !hw_span_equal(hw_buf_span(&again), in)) {
        hw_fuzz_broken("a form writes itself again");
    }
    hw_buf_done(&again);
    ask(&c, data + 1, data[0]);
    return 0;
}

void hw_fuzz_seeds(hw_fuzz_give give, void *state)
{
    static const uint8_t points[] = {6, 0, 0, 1, 1, 1, 2, 200, 0, 1, 1, 1, 2};
    for (unsigned i = 1; i < HW_CORRELATION_TYPE_COUNT; i++) {
        struct hw_correlation c = {.type = (enum hw_correlation_type)i,
                                   .rule_count = 3,
                                   .group_count = 1,
                                   .bound_count = 1,
                                   .alias_count = 1,
                                   .span_ns = INT64_C(60000000000),
                                   .rules = {HW_SPAN_LIT("a"), HW_SPAN_LIT("b"), HW_SPAN_LIT("c")},
                                   .groups = {HW_SPAN_LIT("u")},
                                   .field = HW_SPAN_LIT("f")};
        struct hw_buf b;
        c.bounds[0].op = i == HW_EVENT_COUNT ? HW_COUNT_LT : HW_COUNT_GTE;
        c.bounds[0].n = 3;
        c.aliases[0].alias = HW_SPAN_LIT("u");
        c.aliases[0].field = HW_SPAN_LIT("User");
        hw_buf_init(&b, HW_CORRELATION_BYTES);
        hw_buf_bytes(&b, points, sizeof points);
        if (!hw_correlation_put(&c, &b)) {
            hw_fuzz_broken("the seed is a form");
        }
        give(state, hw_correlation_type_word(c.type), b.p, b.n);
        hw_buf_done(&b);
    }
}
