/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/lib/build_pki_pe.c -- the least of PE that a signature needs.
 */
#include "build_pki.h"

#include <string.h>

#include "evidence/artifact/authenticode.h"

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

enum {
    PE_AT = 0x40,
    OPT_AT = PE_AT + 24,
    OPT_N = 240,
    CHECKSUM_AT = OPT_AT + 64,
    SECURITY_AT = OPT_AT + 112 + 32,
    HEADERS_N = 0x200
};

static void set16(struct hw_buf *b, size_t off, uint32_t v)
{
    b->p[off] = (uint8_t)v;
    b->p[off + 1] = (uint8_t)(v >> 8);
}

static void set32(struct hw_buf *b, size_t off, uint32_t v)
{
    set16(b, off, v & 0xffff);
    set16(b, off + 2, v >> 16);
}

void hw_test_pe(struct hw_buf *b, size_t code_n)
{
    static const uint8_t zeros[HEADERS_N];
    hw_buf_clear(b);
    hw_buf_bytes(b, zeros, sizeof zeros);
    for (size_t i = 0; i < code_n; i++) {
        hw_buf_char(b, (char)(i * 7 + 1));
    }
    set16(b, 0, 0x5a4d);
    set32(b, 0x3c, PE_AT);
    set32(b, PE_AT, 0x4550);
    set16(b, PE_AT + 4, 0x8664);
    set16(b, PE_AT + 6, 1);
    set16(b, PE_AT + 20, OPT_N);
    set16(b, PE_AT + 22, 0x22);
    set16(b, OPT_AT, 0x20b);
    set32(b, OPT_AT + 32, 0x1000);
    set32(b, OPT_AT + 36, 0x200);
    set32(b, OPT_AT + 56, 0x3000);
    set32(b, OPT_AT + 60, HEADERS_N);
    set32(b, CHECKSUM_AT, 0x12345678);
    set32(b, OPT_AT + 108, 16);
    size_t section = OPT_AT + OPT_N;
    memcpy(b->p + section, ".text", 5);
    set32(b, section + 8, (uint32_t)code_n);
    set32(b, section + 12, 0x1000);
    set32(b, section + 16, (uint32_t)code_n);
    set32(b, section + 20, HEADERS_N);
    set32(b, section + 36, 0x60000020);
}

void hw_test_pe_table(struct hw_buf *b, struct hw_span der, bool rounded)
{
    size_t off = b->n, length = 8 + der.n, padded = (length + 7) & ~(size_t)7;
    hw_buf_u32le(b, (uint32_t)(rounded ? padded : length));
    hw_buf_u16le(b, 0x0200);
    hw_buf_u16le(b, 2);
    hw_buf_span_put(b, der);
    for (size_t i = length; i < padded; i++) {
        hw_buf_char(b, 0);
    }
    set32(b, SECURITY_AT, (uint32_t)off);
    set32(b, SECURITY_AT + 4, (uint32_t)padded);
}

/* The digest of a PE without a table, by another road than the one under test. */
static void bare_digest(const struct hw_buf *b, const char *alg, uint8_t out[64], size_t *out_n)
{
    struct hw_buf bare;
    hw_buf_init(&bare, 1 << 22);
    hw_buf_bytes(&bare, b->p, CHECKSUM_AT);
    hw_buf_bytes(&bare, b->p + CHECKSUM_AT + 4, SECURITY_AT - CHECKSUM_AT - 4);
    hw_buf_bytes(&bare, b->p + SECURITY_AT + 8, b->n - SECURITY_AT - 8);
    hw_test_digest(alg, hw_buf_span(&bare), out, out_n);
    hw_buf_done(&bare);
}

void hw_test_pe_signed(struct hw_buf *b, size_t code_n, struct hw_test_signature s)
{
    struct hw_buf cms;
    struct hw_test_signature inner;
    uint8_t digest[64], inner_digest[64];
    size_t n;
    hw_test_pe(b, code_n);
    hw_buf_init(&cms, 1 << 22);
    if (s.nested != NULL) {
        inner = *s.nested;
        bare_digest(b, inner.digest, inner_digest, &n);
        inner.file_digest = (struct hw_span){inner_digest, n};
        s.nested = &inner;
    }
    bare_digest(b, s.digest, digest, &n);
    s.file_digest = (struct hw_span){digest, n};
    hw_test_cms(&cms, &s);
    hw_test_pe_table(b, hw_buf_span(&cms), true);
    hw_buf_done(&cms);
}

void hw_test_pe_grow(struct hw_buf *b, uint32_t entry_by, uint32_t directory_by)
{
    struct hw_span f = hw_buf_span(b);
    size_t table = at32(f, SECURITY_AT);
    set32(b, table, at32(f, table) + entry_by);
    set32(b, SECURITY_AT + 4, at32(f, SECURITY_AT + 4) + directory_by);
}
