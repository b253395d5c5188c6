/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/measure.h -- numbers about whole spans, at memory's pace.
 */
#ifndef HW_BASE_MEASURE_H
#define HW_BASE_MEASURE_H

#include <stdint.h>

#include "base/reader.h"

/* Adds to seen[c] how often each byte c stands in s. */
void hw_count_bytes(struct hw_span s, uint64_t seen[256]);
/* Shannon's entropy of what was counted, in thousandths of a bit per byte (0..8000). */
uint32_t hw_entropy(const uint64_t seen[256]);
/* The sum of s read as little-endian 32-bit words, the last one filled up with zeros. Exact for
 * anything below 16 GiB; what would go beyond 64 bits wraps. */
uint64_t hw_sum_words(struct hw_span s);

#endif
