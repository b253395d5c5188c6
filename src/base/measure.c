/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/measure.c -- the two loops that look at every byte of every program.
 *
 * Counting: one table would stall whenever a byte equals its neighbour (in runs of zeros: always),
 * because an increment waits for the one before it in the same place; so neighbours count in eight
 * tables, and a whole word is fetched at once.
 */
#include "base/measure.h"

#include <math.h>
#include <string.h>

enum { STRIDE = 8, TABLES = 8, LINE = 64, AHEAD = 4096 };
/* A table's 32-bit count holds this, however the bytes fall. */
#define BATCH_BYTES ((size_t)1 << 30)

static uint64_t word_at(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static void count_word(uint32_t part[TABLES][256], uint64_t v)
{
    part[0][v & 0xff]++;
    part[1][v >> 8 & 0xff]++;
    part[2][v >> 16 & 0xff]++;
    part[3][v >> 24 & 0xff]++;
    part[4][v >> 32 & 0xff]++;
    part[5][v >> 40 & 0xff]++;
    part[6][v >> 48 & 0xff]++;
    part[7][v >> 56]++;
}

static void count_batch(const uint8_t *p, size_t n, uint64_t seen[256])
{
    uint32_t part[TABLES][256] = {{0}};
    size_t i = 0;
    for (; n - i >= LINE; i += LINE) {
        /* A hint may point anywhere; whoever comes first pays for memory, and that is this loop. */
        __builtin_prefetch((const void *)((uintptr_t)p + i + AHEAD));
        for (unsigned k = 0; k < LINE; k += STRIDE) {
            count_word(part, word_at(p + i + k));
        }
    }
    for (; i < n; i++) {
        part[0][p[i]]++;
    }
    for (unsigned t = 0; t < TABLES; t++) {
        for (unsigned c = 0; c < 256; c++) {
            seen[c] += part[t][c];
        }
    }
}

void hw_count_bytes(struct hw_span s, uint64_t seen[256])
{
    for (size_t at = 0; at < s.n; at += BATCH_BYTES) {
        size_t left = s.n - at;
        count_batch(s.p + at, left < BATCH_BYTES ? left : BATCH_BYTES, seen);
    }
}

uint32_t hw_entropy(const uint64_t seen[256])
{
    uint64_t n = 0;
    double bits = 0;
    for (unsigned c = 0; c < 256; c++) {
        n += seen[c];
    }
    for (unsigned c = 0; c < 256; c++) {
        double share = n == 0 ? 0 : (double)seen[c] / (double)n;
        bits -= seen[c] == 0 ? 0 : share * log2(share);
    }
    /* The rounding keeps last-place differences of log2 between machines out of facts. */
    return (uint32_t)(bits * 1000 + 0.5);
}

uint64_t hw_sum_words(struct hw_span s)
{
    uint64_t low = 0, high = 0;
    size_t i = 0;
    for (; s.n - i >= STRIDE; i += STRIDE) {
        uint64_t v = word_at(s.p + i);
        low += v & UINT32_MAX;
        high += v >> 32;
    }
    for (unsigned k = 0; i < s.n; i++, k++) {
        low += (uint64_t)s.p[i] << (8 * (k % 4));
    }
    return low + high;
}
