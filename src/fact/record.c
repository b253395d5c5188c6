/* SPDX-License-Identifier: Apache-2.0 */
#include "fact/record.h"

#include <string.h>

static void put_varint(struct hw_buf *b, uint64_t v)
{
    uint8_t p[10];
    size_t n = 0;
    while (v >= 0x80) {
        p[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    p[n++] = (uint8_t)v;
    hw_buf_bytes(b, p, n);
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

bool hw_record_pack(const struct hw_record *r, struct hw_buf *out)
{
    size_t before = out->n;
    put_varint(out, r->layout);
    put_varint(out, r->number);
    put_varint(out, r->off);
    hw_buf_char(out, (char)((unsigned)r->clock | r->digits << 4));
    hw_buf_u64le(out, (uint64_t)r->time_ns);
    for (size_t i = 0; i < r->count; i++) {
        if (r->values[i].p == NULL) {
            hw_buf_char(out, 0);
        } else {
            put_varint(out, (uint64_t)r->values[i].n + 1);
            hw_buf_span_put(out, r->values[i]);
        }
    }
    if (hw_buf_ok(out) && out->n - before <= HW_RECORD_BYTES) {
        return true;
    }
    out->n = before;
    out->failed = false;
    return false;
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
    for (size_t i = 0; i < count && i < HW_RECORD_VALUES; i++) {
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
