/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/ustar.c -- offsets of the ustar header: name 0, mode 100, uid 108, gid 116, size 124,
 * mtime 136, checksum 148, type 156, magic and version 257; everything else zero.
 */
#include "base/ustar.h"

#include <string.h>

static void octal(uint8_t *p, unsigned digits, uint64_t v)
{
    for (unsigned i = digits; i-- > 0; v >>= 3) {
        p[i] = (uint8_t)('0' + (v & 7));
    }
}

bool hw_ustar_head(const char *name, uint64_t size, uint64_t mtime_s, uint8_t out[HW_USTAR_BLOCK])
{
    size_t n = strlen(name);
    if (n == 0 || n >= HW_USTAR_NAME || size > HW_USTAR_SIZE_MAX || mtime_s > HW_USTAR_SIZE_MAX) {
        return false;
    }
    memset(out, 0, HW_USTAR_BLOCK);
    memcpy(out, name, n);
    octal(out + 100, 7, 0644);
    octal(out + 108, 7, 0);
    octal(out + 116, 7, 0);
    octal(out + 124, 11, size);
    octal(out + 136, 11, mtime_s);
    memset(out + 148, ' ', 8);
    out[156] = '0';
    memcpy(out + 257, "ustar\00000", 8);
    unsigned sum = 0;
    for (unsigned i = 0; i < HW_USTAR_BLOCK; i++) {
        sum += out[i];
    }
    octal(out + 148, 6, sum);
    out[154] = 0;
    return true;
}
