/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/ustar.h -- the one form of tar header that we write ourselves (POSIX.1-1988 ustar).
 *
 * The same name, size and time give the same 512 bytes: a reader makes the header anew and
 * compares.
 */
#ifndef HW_BASE_USTAR_H
#define HW_BASE_USTAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { HW_USTAR_BLOCK = 512, HW_USTAR_NAME = 100 };
#define HW_USTAR_SIZE_MAX ((UINT64_C(1) << 33) - 1) /* eleven octal digits */

/* False when name, size or time do not fit the form. */
HW_CHECK bool hw_ustar_head(const char *name, uint64_t size, uint64_t mtime_s,
                            uint8_t out[HW_USTAR_BLOCK]);
/* Bytes of zeros behind a member of this size. */
static inline uint64_t hw_ustar_pad(uint64_t size)
{
    return (HW_USTAR_BLOCK - size % HW_USTAR_BLOCK) % HW_USTAR_BLOCK;
}

#endif
