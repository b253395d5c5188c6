/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/mutate.h -- repeatable damage: the same seed does the same harm everywhere.
 */
#ifndef HW_TESTS_MUTATE_H
#define HW_TESTS_MUTATE_H

#include <stddef.h>
#include <stdint.h>

struct hw_dice {
    uint64_t state;
};
uint64_t hw_dice_roll(struct hw_dice *d);
size_t hw_dice_below(struct hw_dice *d, size_t n); /* 0..n-1; n > 0 */

/* Changes one to four places of p[0..n) (n > 0) in place: a bit, an edge value in a 1, 2, 4 or 8
 * byte word, or a run copied from elsewhere. The result differs from what was there. */
void hw_mutate(uint8_t *p, size_t n, struct hw_dice *d);

#endif
