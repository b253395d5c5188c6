/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/record.h"

#include <string.h>

/* Packing is the hot end of every log parser: the size is known before, room is made once, and the
 * bytes are laid down without asking again. */
static size_t varint_bytes(uint64_t v)
{
    size_t n = 1;
    for (; v >= 0x80; v >>= 7) {
        n++;
    }
    return n;
}

static uint8_t *lay_varint(uint8_t *p, uint64_t v)
{
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    return p;
}

/* Most values are a few bytes: two overlapping moves of a fixed width beat a call. */
static uint8_t *lay_value(uint8_t *p, struct hw_span s)
{
    if (s.n > 16) {
        memcpy(p, s.p, s.n);
    } else if (s.n >= 8) {
        memcpy(p, s.p, 8);
        memcpy(p + s.n - 8, s.p + s.n - 8, 8);
    } else if (s.n >= 4) {
        memcpy(p, s.p, 4);
        memcpy(p + s.n - 4, s.p + s.n - 4, 4);
    } else {
        for (size_t i = 0; i < s.n; i++) {
            p[i] = s.p[i];
        }
    }
    return p + s.n;
}

static bool get_varint(struct hw_reader *r, uint64_t *out)
{
    uint64_t v = 0;
    uint8_t byte;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (!hw_read_u8(r, &byte)) {
            return false;
        }
        if (shift == 63 && byte > 1) {
            break;
        }
        v |= (uint64_t)(byte & 0x7fU) << shift;
        if ((byte & 0x80U) == 0) {
            *out = v;
            return true;
        }
    }
    return hw_reader_refuse(r, "a number of at most 64 bits");
}

/* False when it is longer than a record may be. */
static bool packed_bytes(const struct hw_record *r, size_t *out)
{
    size_t n = varint_bytes(r->layout) + varint_bytes(r->number) + varint_bytes(r->off) + 1 + 8;
    for (size_t i = 0; i < r->count; i++) {
        if (r->values[i].p == NULL) {
            n++;
            continue;
        }
        size_t value = r->values[i].n;
        if (value > HW_RECORD_BYTES) {
            return false;
        }
        n += value + (value < 0x7f ? 1 : varint_bytes(value + 1));
    }
    *out = n;
    return n <= HW_RECORD_BYTES;
}

bool hw_record_pack(const struct hw_record *r, struct hw_buf *out)
{
    size_t n;
    if (out->failed || !packed_bytes(r, &n)) {
        return false;
    }
    if (!hw_buf_room(out, n)) {
        out->failed = false;
        return false;
    }
    uint8_t *p = out->p + out->n;
    p = lay_varint(p, r->layout);
    p = lay_varint(p, r->number);
    p = lay_varint(p, r->off);
    *p++ = (uint8_t)((unsigned)r->clock | r->digits << 4);
    for (unsigned k = 0; k < 8; k++) {
        *p++ = (uint8_t)((uint64_t)r->time_ns >> (8 * k));
    }
    for (size_t i = 0; i < r->count; i++) {
        if (r->values[i].p == NULL) {
            *p++ = 0;
        } else {
            p = lay_varint(p, (uint64_t)r->values[i].n + 1);
            p = lay_value(p, r->values[i]);
        }
    }
    out->n += n;
    return true;
}

static bool get_value(struct hw_reader *r, struct hw_span *out)
{
    uint64_t n;
    if (!get_varint(r, &n)) {
        return false;
    }
    if (n == 0) {
        *out = (struct hw_span){NULL, 0};
        return true;
    }
    if (n == 1) {
        *out = (struct hw_span){(const uint8_t *)"", 0};
        return true;
    }
    return hw_read_bytes(r, n - 1, out);
}

bool hw_record_next(struct hw_reader *r, const uint16_t *counts, uint32_t layouts,
                    struct hw_span *values, struct hw_record *out)
{
    uint64_t layout, number, off, time;
    uint8_t clock;
    if (hw_read_left(r) == 0) {
        return false;
    }
    if (!get_varint(r, &layout) || !get_varint(r, &number) || !get_varint(r, &off) ||
        !hw_read_u8(r, &clock) || !hw_read_u64le(r, &time)) {
        return false;
    }
    if (layout >= layouts || (clock & 0x0fU) >= HW_CLOCK_COUNT || clock >> 4 > 9) {
        return hw_reader_refuse(r, "a layout announced before and a clock of the list");
    }
    size_t count = counts[layout];
    if (count > HW_RECORD_VALUES) {
        return hw_reader_refuse(r, "a layout of at most 2048 names");
    }
    for (size_t i = 0; i < count; i++) {
        if (!get_value(r, &values[i])) {
            return false;
        }
    }
    *out = (struct hw_record){.layout = (uint32_t)layout,
                              .number = number,
                              .off = off,
                              .time_ns = (int64_t)time,
                              .clock = (enum hw_clock)(clock & 0x0fU),
                              .digits = clock >> 4,
                              .values = values,
                              .count = count};
    return true;
}
