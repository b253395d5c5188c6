/* SPDX-License-Identifier: Apache-2.0 */
#include "mutate.h"

#include <stdbool.h>
#include <string.h>

/* SplitMix64 (Steele, Lea, Flood 2014): tiny, and any seed will do. */
uint64_t hw_dice_roll(struct hw_dice *d)
{
    uint64_t z = d->state += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

size_t hw_dice_below(struct hw_dice *d, size_t n)
{
    return (size_t)(hw_dice_roll(d) % n);
}

static void flip_bit(uint8_t *p, size_t n, struct hw_dice *d)
{
    p[hw_dice_below(d, n)] ^= (uint8_t)(1U << hw_dice_below(d, 8));
}

/* 0, 1, the greatest positive, the least negative and all ones, or near them, in either order. */
static void edge_value(uint8_t *p, size_t n, struct hw_dice *d)
{
    size_t wide = (size_t)1 << hw_dice_below(d, 4);
    if (wide > n) {
        wide = 1;
    }
    uint64_t top = (uint64_t)1 << (wide * 8 - 1);
    const uint64_t edges[] = {0, 1, top - 1, top, UINT64_MAX};
    uint64_t v = edges[hw_dice_below(d, 5)];
    size_t at = hw_dice_below(d, n - wide + 1);
    bool big = hw_dice_below(d, 2) == 1;
    for (size_t i = 0; i < wide; i++) {
        p[at + i] = (uint8_t)(v >> (8 * (big ? wide - 1 - i : i)));
    }
}

static void copy_run(uint8_t *p, size_t n, struct hw_dice *d)
{
    size_t most = n < 64 ? n : 64;
    size_t run = 1 + hw_dice_below(d, most);
    memmove(p + hw_dice_below(d, n - run + 1), p + hw_dice_below(d, n - run + 1), run);
}

/* A sum that one changed bit changes: enough to see that something was changed. */
static uint64_t sum_of(const uint8_t *p, size_t n)
{
    uint64_t h = 0xCBF29CE484222325U;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ p[i]) * 0x100000001B3U;
    }
    return h;
}

void hw_mutate(uint8_t *p, size_t n, struct hw_dice *d)
{
    uint64_t before = sum_of(p, n);
    for (size_t places = 1 + hw_dice_below(d, 4); places > 0; places--) {
        switch (hw_dice_below(d, 3)) {
        case 0:
            flip_bit(p, n, d);
            break;
        case 1:
            edge_value(p, n, d);
            break;
        default:
            copy_run(p, n, d);
            break;
        }
    }
    if (sum_of(p, n) == before) {
        flip_bit(p, n, d);
    }
}
