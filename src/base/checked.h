/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/checked.h -- arithmetic that answers instead of wrapping.
 *
 * Each returns true and writes *out when the exact result fits, else false and *out is untouched.
 * Crossing from evidence offsets (uint64_t) to memory sizes (size_t) goes through hw_fit_size.
 */
#ifndef HW_BASE_CHECKED_H
#define HW_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

HW_CHECK static inline bool hw_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t r;
    if (__builtin_add_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

HW_CHECK static inline bool hw_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t r;
    if (__builtin_mul_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

HW_CHECK static inline bool hw_sub_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    if (b > a) {
        return false;
    }
    *out = a - b;
    return true;
}

HW_CHECK static inline bool hw_add_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t r;
    if (__builtin_add_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

HW_CHECK static inline bool hw_mul_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t r;
    if (__builtin_mul_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

HW_CHECK static inline bool hw_add_size(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_add_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

HW_CHECK static inline bool hw_mul_size(size_t a, size_t b, size_t *out)
{
    size_t r;
    if (__builtin_mul_overflow(a, b, &r)) {
        return false;
    }
    *out = r;
    return true;
}

HW_CHECK static inline bool hw_fit_size(uint64_t v, size_t *out)
{
    if (v > SIZE_MAX) {
        return false;
    }
    *out = (size_t)v;
    return true;
}

#endif
