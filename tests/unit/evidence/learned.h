/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/unit/evidence/learned.h -- one text at a time, read as knowledge, and what was said of it.
 *
 * For the one file of a test that includes it: `t` is its own.
 */
#ifndef HW_TESTS_EVIDENCE_LEARNED_H
#define HW_TESTS_EVIDENCE_LEARNED_H

#include <string.h>

#include "exam.h"

static struct hw_told t;

static inline int begin(void **state)
{
    (void)state;
    hw_told_init(&t);
    t.reading = HW_READ_KNOWLEDGE;
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    hw_told_done(&t);
    return 0;
}

static inline void read_it(const char *s)
{
    hw_told_examine(&t, s, strlen(s), NULL);
}

#define HAS(...) assert_true(hw_told_has(&t, __VA_ARGS__, NULL))
#define HAS_NOT(...) assert_false(hw_told_has(&t, __VA_ARGS__, NULL))

#endif
