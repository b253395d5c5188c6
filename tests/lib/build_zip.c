/* SPDX-License-Identifier: Apache-2.0 */
#include "build_zip.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { OUT_MAX = 256 * 1024 * 1024 };

struct last {
    uint64_t packed, size;
    uint32_t crc;
    uint16_t flags, method;
};

void build_zip_init(struct build_zip *z)
{
    *z = (struct build_zip){.count = 0};
    hw_buf_init(&z->out, OUT_MAX);
    hw_buf_init(&z->central, OUT_MAX);
}

void build_zip_done(struct build_zip *z)
{
    hw_buf_done(&z->out);
    hw_buf_done(&z->central);
}

void build_zip_bytes(struct build_zip *z, const void *p, size_t n)
{
    hw_buf_bytes(&z->out, p, n);
}

static uint8_t *pack(const void *p, size_t n, bool deflate_it, size_t *out_n)
{
    size_t room = n + n / 1000 + 64;
    uint8_t *out = malloc(room);
    if (out == NULL) {
        abort();
    }
    if (!deflate_it) {
        if (n > 0) {
            memcpy(out, p, n);
        }
        *out_n = n;
        return out;
    }
    z_stream s = {0};
    if (deflateInit2(&s, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        abort();
    }
    s.next_in = (Bytef *)(uintptr_t)p;
    s.avail_in = (unsigned)n;
    s.next_out = out;
    s.avail_out = (unsigned)room;
    if (deflate(&s, Z_FINISH) != Z_STREAM_END) {
        abort();
    }
    *out_n = s.total_out;
    (void)deflateEnd(&s);
    return out;
}

static void put_extra(struct hw_buf *b, bool zip64, uint64_t size, uint64_t packed,
                      const uint64_t *off, const char *second, const char *name)
{
    if (zip64) {
        hw_buf_u16le(b, 1);
        hw_buf_u16le(b, off != NULL ? 24 : 16);
        hw_buf_u64le(b, size);
        hw_buf_u64le(b, packed);
        if (off != NULL) {
            hw_buf_u64le(b, *off);
        }
    }
    if (second != NULL) {
        hw_buf_u16le(b, 0x7075);
        hw_buf_u16le(b, (uint16_t)(5 + strlen(second)));
        hw_buf_char(b, 1);
        hw_buf_u32le(b, (uint32_t)crc32(0, (const Bytef *)name, (unsigned)strlen(name)));
        hw_buf_str(b, second);
    }
}

static void put_central(struct build_zip *z, const char *name, const struct last *l, uint32_t mode,
                        uint64_t off, const char *second)
{
    struct hw_buf *c = &z->central;
    struct hw_buf extra;
    hw_buf_init(&extra, 1 << 16);
    put_extra(&extra, z->zip64, l->size, l->packed, &off, second, name);
    hw_buf_bytes(c, "PK\1\2", 4);
    hw_buf_u16le(c, 3 << 8 | 45);
    hw_buf_u16le(c, 20);
    hw_buf_u16le(c, l->flags);
    hw_buf_u16le(c, l->method);
    hw_buf_u32le(c, 0x21 << 16);
    hw_buf_u32le(c, l->crc);
    hw_buf_u32le(c, z->zip64 ? UINT32_MAX : (uint32_t)l->packed);
    hw_buf_u32le(c, z->zip64 ? UINT32_MAX : (uint32_t)l->size);
    hw_buf_u16le(c, (uint16_t)strlen(name));
    hw_buf_u16le(c, (uint16_t)extra.n);
    hw_buf_u16le(c, 0);
    hw_buf_u32le(c, 0);
    hw_buf_u32le(c, mode << 16);
    hw_buf_u32le(c, z->zip64 ? UINT32_MAX : (uint32_t)off);
    hw_buf_str(c, name);
    hw_buf_span_put(c, hw_buf_span(&extra));
    hw_buf_done(&extra);
    z->count++;
}

void build_zip_add(struct build_zip *z, const struct build_zip_member *m)
{
    size_t packed_n;
    uint8_t *packed = pack(m->bytes, m->n, m->deflate, &packed_n);
    const char *local_name = m->local_name != NULL ? m->local_name : m->name;
    struct last l = {.packed = packed_n + m->junk_n,
                     .size = m->n + m->size_add,
                     .crc = (uint32_t)crc32_z(crc32(0, NULL, 0), m->bytes, m->n) ^ m->crc_xor,
                     .flags = (uint16_t)(m->flags | (m->descriptor ? 8 : 0)),
                     .method = m->method != 0 ? m->method
                               : m->deflate   ? 8
                                              : 0};
    uint64_t local_size = l.size + m->local_size_add;
    struct hw_buf *o = &z->out, extra;
    z->last_local = o->n - z->correct;
    hw_buf_init(&extra, 1 << 16);
    put_extra(&extra, z->zip64, local_size, l.packed, NULL, NULL, NULL);
    hw_buf_bytes(o, "PK\3\4", 4);
    hw_buf_u16le(o, 20);
    hw_buf_u16le(o, l.flags);
    hw_buf_u16le(o, l.method);
    hw_buf_u32le(o, 0x21 << 16);
    hw_buf_u32le(o, m->descriptor ? 0 : l.crc);
    hw_buf_u32le(o, m->descriptor ? 0 : z->zip64 ? UINT32_MAX : (uint32_t)l.packed);
    hw_buf_u32le(o, m->descriptor ? 0 : z->zip64 ? UINT32_MAX : (uint32_t)local_size);
    hw_buf_u16le(o, (uint16_t)strlen(local_name));
    hw_buf_u16le(o, (uint16_t)extra.n);
    hw_buf_str(o, local_name);
    hw_buf_span_put(o, hw_buf_span(&extra));
    hw_buf_bytes(o, packed, packed_n);
    for (unsigned i = 0; i < m->junk_n; i++) {
        hw_buf_char(o, (char)(i + 1));
    }
    if (m->descriptor) {
        hw_buf_bytes(o, "PK\7\10", 4);
        hw_buf_u32le(o, l.crc);
        hw_buf_u32le(o, (uint32_t)l.packed);
        hw_buf_u32le(o, (uint32_t)l.size);
    }
    put_central(z, m->name, &l, m->mode, z->last_local + m->local_off_add, m->second_name);
    hw_buf_done(&extra);
    free(packed);
}

void build_zip_file(struct build_zip *z, const char *name, const char *text)
{
    build_zip_add(z, &(struct build_zip_member){
                         .name = name, .bytes = text, .n = strlen(text), .deflate = true});
}

/* Repeats the sizes of the member that stands at last_local. */
void build_zip_again(struct build_zip *z, const char *name)
{
    const uint8_t *h = z->out.p + z->last_local + z->correct;
    struct last l = {.flags = (uint16_t)(h[6] | h[7] << 8), .method = (uint16_t)(h[8] | h[9] << 8)};
    for (unsigned i = 4; i-- > 0;) {
        l.crc = l.crc << 8 | h[14 + i];
        l.packed = l.packed << 8 | h[18 + i];
        l.size = l.size << 8 | h[22 + i];
    }
    put_central(z, name, &l, 0, z->last_local, NULL);
}

void build_zip_end(struct build_zip *z, const char *comment)
{
    struct hw_buf *o = &z->out;
    uint64_t off = o->n - z->correct, size = z->central.n;
    uint64_t count = z->claim_count != 0 ? z->claim_count : z->count;
    hw_buf_span_put(o, hw_buf_span(&z->central));
    if (z->zip64) {
        uint64_t at = o->n - z->correct;
        hw_buf_bytes(o, "PK\6\6", 4);
        hw_buf_u64le(o, 44);
        hw_buf_u32le(o, 45 << 16 | 45);
        hw_buf_u64le(o, 0);
        hw_buf_u64le(o, count);
        hw_buf_u64le(o, count);
        hw_buf_u64le(o, size);
        hw_buf_u64le(o, off);
        hw_buf_bytes(o, "PK\6\7", 4);
        hw_buf_u32le(o, 0);
        hw_buf_u64le(o, at);
        hw_buf_u32le(o, 1);
    }
    hw_buf_bytes(o, "PK\5\6", 4);
    hw_buf_u32le(o, 0);
    hw_buf_u16le(o, z->zip64 ? UINT16_MAX : (uint16_t)count);
    hw_buf_u16le(o, z->zip64 ? UINT16_MAX : (uint16_t)count);
    hw_buf_u32le(o, z->zip64 ? UINT32_MAX : (uint32_t)size);
    hw_buf_u32le(o, z->zip64 ? UINT32_MAX : (uint32_t)off);
    hw_buf_u16le(o, (uint16_t)strlen(comment));
    hw_buf_str(o, comment);
}

struct hw_span build_zip_span(const struct build_zip *z)
{
    return hw_buf_span(&z->out);
}
