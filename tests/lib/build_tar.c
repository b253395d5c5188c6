/* SPDX-License-Identifier: Apache-2.0 */
#include "build_tar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { BLOCK = 512 };

void build_tar_add(struct hw_buf *b, const struct build_tar_member *m)
{
    char h[BLOCK + 1] = {0};
    size_t name_n = strlen(m->name);
    memcpy(h, m->name, name_n < 100 ? name_n : 100);
    (void)snprintf(h + 100, 8, "%07o", 0644U);
    (void)snprintf(h + 108, 8, "%07o", 0U);
    (void)snprintf(h + 116, 8, "%07o", 0U);
    (void)snprintf(h + 124, 12, "%011llo",
                   (unsigned long long)(m->claim != 0 ? m->claim : (uint64_t)m->n));
    (void)snprintf(h + 136, 12, "%011o", 1700000000U);
    memset(h + 148, ' ', 8);
    h[156] = m->type == 0 ? '0' : m->type;
    if (m->link != NULL) {
        size_t link_n = strlen(m->link);
        memcpy(h + 157, m->link, link_n < 100 ? link_n : 100);
    }
    memcpy(h + 257,
           "ustar\0"
           "00",
           8);
    unsigned sum = m->checksum_add;
    for (unsigned i = 0; i < BLOCK; i++) {
        sum += (uint8_t)h[i];
    }
    (void)snprintf(h + 148, 8, "%06o", sum & 0777777);
    hw_buf_bytes(b, h, BLOCK);
    hw_buf_bytes(b, m->bytes, m->n);
    for (size_t i = m->n; i % BLOCK != 0; i++) {
        hw_buf_char(b, (char)m->pad);
    }
}

void build_tar_file(struct hw_buf *b, const char *name, const char *text)
{
    build_tar_add(b, &(struct build_tar_member){.name = name, .bytes = text, .n = strlen(text)});
}

void build_tar_pax(struct hw_buf *b, const char *key, const char *value)
{
    struct hw_buf r;
    size_t bare = strlen(key) + strlen(value) + 3, whole = bare + 1;
    char digits[24];
    while ((size_t)snprintf(digits, sizeof digits, "%zu", whole) + bare != whole) {
        whole++;
    }
    hw_buf_init(&r, 1 << 20);
    hw_buf_printf(&r, "%zu %s=%s\n", whole, key, value);
    build_tar_add(b,
                  &(struct build_tar_member){.name = "pax", .type = 'x', .bytes = r.p, .n = r.n});
    hw_buf_done(&r);
}

void build_tar_end(struct hw_buf *b)
{
    static const char zeros[BLOCK * 2];
    hw_buf_bytes(b, zeros, sizeof zeros);
}

void build_gzip(struct hw_buf *b, struct hw_span s, const char *name, uint32_t crc_xor)
{
    size_t room = s.n + s.n / 1000 + 64;
    uint8_t *out = malloc(room);
    z_stream z = {0};
    if (out == NULL || deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
        abort();
    }
    z.next_in = (Bytef *)(uintptr_t)s.p;
    z.avail_in = (unsigned)s.n;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
        abort();
    }
    hw_buf_bytes(b, "\x1f\x8b\x08", 3);
    hw_buf_char(b, name != NULL ? 8 : 0);
    hw_buf_u32le(b, 1700000000);
    hw_buf_bytes(b, "\0\3", 2);
    if (name != NULL) {
        hw_buf_bytes(b, name, strlen(name) + 1);
    }
    hw_buf_bytes(b, out, z.total_out);
    hw_buf_u32le(b, (uint32_t)crc32_z(crc32(0, NULL, 0), s.p, s.n) ^ crc_xor);
    hw_buf_u32le(b, (uint32_t)s.n);
    (void)deflateEnd(&z);
    free(out);
}
