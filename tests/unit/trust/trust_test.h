/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/trust/trust_test.h -- what every test of this room needs.
 */
#ifndef HW_TESTS_TRUST_TEST_H
#define HW_TESTS_TRUST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/reader.h"
#include "build_pki.h"
#include "sweep.h"

/* A reader with fuel enough for anything honest. */
struct hw_bench {
    struct hw_budget fuel;
    struct hw_reader r;
    struct hw_arena *arena;
};

static inline void bench_open(struct hw_bench *b, struct hw_span s)
{
    b->fuel = (struct hw_budget){.bytes = 1U << 24, .items = 1U << 20, .depth = 64};
    hw_reader_init(&b->r, s, &b->fuel);
    b->arena = hw_arena_new(1U << 24);
    assert_non_null(b->arena);
}

static inline void bench_close(struct hw_bench *b)
{
    hw_arena_free(b->arena);
}

static inline void assert_span_str(struct hw_span s, const char *want)
{
    assert_int_equal(s.n, strlen(want));
    assert_memory_equal(s.p, want, s.n);
}

/* 2020-01-01T00:00:00Z and others, in ns */
#define NS(seconds) (INT64_C(seconds) * 1000000000)

#endif
