/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case/pack.c -- bodies of records and rules lie deflated: they are most of a case, and much alike.
 *
 * A body on the wire begins with the number of a field, which is below HW_FACT_FIELDS, so the byte
 * 0xFF says that a packed one follows: u32le length of the body, then raw deflate (RFC 1951). What
 * comes out must have that length, which is a frame's at most; anything else is damage.
 */
#include "base/deflate.h"
#include "base/inflate.h"
#include "case/room.h"

enum {
    PACKED = 0xFF,
    HEAD_BYTES = 5,
    WORTH_BYTES = 512, /* smaller ones gain nothing */
    LEVEL = 1,         /* measured: the next levels cost twice and save a tenth */
};

/* Records, and the texts of rules. */
static bool is_packed(uint32_t kind)
{
    return kind == HW_FACT_EVENTS || kind == HW_FACT_PATTERN;
}

int hw_body_pack(struct hw_packing *p, uint32_t kind, struct hw_span body, struct hw_span *out,
                 struct hw_error *err)
{
    *out = body;
    if (!is_packed(kind) || body.n < WORTH_BYTES || body.n > HW_FRAME_BYTES) {
        return HW_OK;
    }
    if (p->deflate == NULL) {
        p->deflate = hw_deflate_new(LEVEL);
        hw_buf_init(&p->bytes, 2 * HW_FRAME_BYTES);
    }
    if (p->deflate == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory to pack records");
    }
    hw_buf_clear(&p->bytes);
    hw_buf_char(&p->bytes, (char)PACKED);
    hw_buf_u32le(&p->bytes, (uint32_t)body.n);
    int rc = hw_deflate_raw(p->deflate, body, &p->bytes, err);
    if (rc == HW_OK && p->bytes.n < body.n - body.n / 8) {
        *out = hw_buf_span(&p->bytes);
    }
    return rc;
}

void hw_packing_done(struct hw_packing *p)
{
    hw_deflate_free(p->deflate);
    hw_buf_done(&p->bytes);
    *p = (struct hw_packing){NULL};
}

static int keep(void *state, const uint8_t *p, size_t n)
{
    struct hw_buf *b = state;
    hw_buf_bytes(b, p, n);
    return hw_buf_ok(b) ? 0 : HW_E_CASE;
}

int hw_body_unpack(struct hw_buf *room, uint32_t kind, struct hw_span *body, struct hw_error *err)
{
    struct hw_budget fuel = {HW_FRAME_BYTES, HW_FRAME_BYTES, 4};
    struct hw_reader r;
    struct hw_inflated got;
    struct hw_span stream;
    uint8_t first;
    uint32_t length;
    if (!is_packed(kind) || body->n > HW_FRAME_BYTES) {
        return HW_OK; /* too long: whoever decodes it says so */
    }
    hw_reader_init(&r, *body, &fuel);
    if (!hw_read_u8(&r, &first) || first != PACKED) {
        return HW_OK;
    }
    if (!hw_read_u32le(&r, &length) || length > HW_FRAME_BYTES ||
        !hw_read_bytes(&r, hw_read_left(&r), &stream)) {
        return hw_fail(err, HW_E_CASE, "packed records in the case are damaged");
    }
    hw_buf_done(room);
    hw_buf_init(room, length);
    int rc = hw_inflate_raw(stream, keep, room, &got, err);
    if (rc == HW_E_MEMORY) {
        return rc;
    }
    if (rc != HW_OK || got.end != HW_INFLATE_DONE || room->n != length || got.in_used != stream.n) {
        return hw_fail(err, HW_E_CASE, "packed records in the case are damaged");
    }
    *body = hw_buf_span(room);
    return HW_OK;
}
