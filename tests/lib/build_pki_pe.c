/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pki_pe.c -- the least of PE that a signature needs.
 */
#include "tests/lib/build_pki.h"

static uint32_t at32(struct hw_span f, size_t off)
{
    return (uint32_t)f.p[off] | (uint32_t)f.p[off + 1] << 8 | (uint32_t)f.p[off + 2] << 16 |
           (uint32_t)f.p[off + 3] << 24;
}

static uint32_t at16(struct hw_span f, size_t off)
{
    return (uint32_t)f.p[off] | (uint32_t)f.p[off + 1] << 8;
}

bool hw_test_pe_layout(struct hw_span f, struct hw_pe_layout *out)
{
    if (f.n < 0x40 || at16(f, 0) != 0x5a4d) {
        return false;
    }
    size_t pe = at32(f, 0x3c);
    if (pe > f.n || f.n - pe < 24 || at32(f, pe) != 0x4550) {
        return false;
    }
    size_t opt = pe + 24, sections = at16(f, pe + 6), opt_n = at16(f, pe + 20);
    if (f.n - opt < opt_n || opt_n < 96) {
        return false;
    }
    size_t dirs = at16(f, opt) == 0x20b ? 112 : 96;
    struct hw_pe_layout l = {.file = f, .checksum_off = opt + 64};
    l.headers_size = at32(f, opt + 60);
    if (opt_n >= dirs + 40 && at32(f, opt + dirs - 4) >= 5) {
        l.security_off = opt + dirs + 32;
        l.table_off = at32(f, l.security_off);
        l.table_size = at32(f, l.security_off + 4);
    }
    for (size_t i = 0; i < sections && f.n - opt - opt_n >= (i + 1) * 40; i++) {
        size_t s = opt + opt_n + i * 40;
        uint64_t end = (uint64_t)at32(f, s + 20) + at32(f, s + 16);
        l.sections_end = at32(f, s + 16) > 0 && end > l.sections_end ? end : l.sections_end;
    }
    *out = l;
    return true;
}
