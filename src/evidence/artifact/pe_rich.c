/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_rich.c -- the Rich header: which tools of Microsoft's made how many of the parts.
 *
 * Not documented by its maker; the layout is common knowledge since Daniel Pistelli's "Microsoft's
 * Rich Signature (undocumented)" (2004). Between DOS stub and PE header, 32-bit words XORed with a
 * key: "DanS", three zeros, then pairs (product << 16 | build, count), then in clear "Rich" and
 * the key. The key is a checksum over the DOS header without e_lfanew and over the pairs:
 *   key = start of "DanS" + sum of rol(byte i, i) + sum of rol(pair word, count).
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>

#include "base/buf.h"

enum { DANS = 0x536e6144, RICH = 0x68636952, DOS_BYTES = 64 };

static uint32_t rol(uint32_t v, uint32_t by)
{
    by &= 31;
    return by == 0 ? v : v << by | v >> (32 - by);
}

/* Finds "Rich" on a multiple of 4 between the DOS header and the PE header. */
static bool find_rich(struct hw_pe *pe, uint32_t *out_at, uint32_t *out_key)
{
    struct hw_reader r;
    uint32_t word;
    bool found = false;
    if (pe->nt_off <= DOS_BYTES ||
        !hw_read_window(&pe->file, DOS_BYTES, pe->nt_off - DOS_BYTES, &r)) {
        return false;
    }
    while (!found && hw_read_left(&r) >= 8 && hw_read_u32le(&r, &word)) {
        found = word == RICH;
    }
    if (!found) {
        return false;
    }
    *out_at = (uint32_t)hw_read_where(&r) - 4;
    return hw_read_u32le(&r, out_key);
}

/* The last "DanS" under the key before `rich`. */
static bool find_dans(struct hw_pe *pe, uint32_t rich, uint32_t key, uint32_t *out_at)
{
    struct hw_reader r;
    uint32_t word;
    bool found = false;
    if (!hw_read_window(&pe->file, DOS_BYTES, rich - DOS_BYTES, &r)) {
        return false;
    }
    while (hw_read_left(&r) >= 4 && hw_read_u32le(&r, &word)) {
        if ((word ^ key) == DANS) {
            *out_at = (uint32_t)hw_read_where(&r) - 4;
            found = true;
        }
    }
    return found;
}

static uint32_t sum_of_stub(struct hw_pe *pe, uint32_t dans)
{
    struct hw_reader r;
    uint32_t sum = dans;
    uint8_t c;
    if (!hw_read_window(&pe->file, 0, dans, &r)) {
        return 0;
    }
    for (uint32_t i = 0; hw_read_left(&r) > 0 && hw_read_u8(&r, &c); i++) {
        if (i < 60 || i >= DOS_BYTES) { /* e_lfanew counts as zero */
            sum += rol(c, i);
        }
    }
    return sum;
}

/* Pairs as "product.build:count" into text, the whole header in clear into `clear`. */
static void decode(struct hw_reader *r, uint32_t key, struct hw_buf *text, struct hw_buf *clear,
                   uint32_t *sum)
{
    uint32_t id, count, word;
    for (size_t i = 0; i < 4 && hw_read_u32le(r, &word); i++) {
        hw_buf_u32le(clear, word ^ key);
    }
    for (unsigned n = 0; n < HW_PE_MAX_RICH && hw_read_left(r) >= 8 && hw_reader_item(r); n++) {
        if (!hw_read_u32le(r, &id) || !hw_read_u32le(r, &count)) {
            return;
        }
        id ^= key;
        count ^= key;
        *sum += rol(id, count);
        hw_buf_u32le(clear, id);
        hw_buf_u32le(clear, count);
        hw_buf_printf(text, "%s%u.%u:%u", n == 0 ? "" : " ", id >> 16, id & 0xffff, count);
    }
}

static void say_pairs(struct hw_pe *pe, uint32_t dans, uint32_t rich, uint32_t key)
{
    struct hw_reader r;
    struct hw_buf text, clear;
    uint8_t md5[16];
    uint32_t sum = sum_of_stub(pe, dans);
    if (!hw_read_window(&pe->file, dans, rich - dans, &r)) {
        return;
    }
    hw_buf_init(&text, 32 * HW_PE_MAX_RICH);
    hw_buf_init(&clear, 16 + 8 * HW_PE_MAX_RICH);
    decode(&r, key, &text, &clear, &sum);
    hw_say_text(pe->x, pe->n, "pe.rich", hw_buf_span(&text));
    if (hw_buf_ok(&clear) && hw_pe_md5(hw_buf_span(&clear), md5)) {
        hw_pe_hex(pe, "pe.rich-md5", (struct hw_span){md5, 16});
    }
    hw_pe_number(pe, "pe.rich-checksum-ok", sum == key);
    if (sum != key) {
        hw_pe_odd(pe, "bad-checksum", dans, rich + 8 - dans,
                  "the Rich header's checksum is %#x, the file's bytes give %#x", key, sum);
    }
    hw_buf_done(&text);
    hw_buf_done(&clear);
}

void hw_pe_rich(struct hw_pe *pe)
{
    uint32_t rich, key, dans;
    if (find_rich(pe, &rich, &key) && find_dans(pe, rich, key, &dans)) {
        say_pairs(pe, dans, rich, key);
    }
}
