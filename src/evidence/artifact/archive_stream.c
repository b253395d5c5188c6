/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/archive_stream.c -- compressed streams; the bare ones as boxes of one member.
 *
 * gzip follows RFC 1952 and is read here, because its checksum, its length and what stands behind
 * it are evidence. The others (xz, Zstandard, bzip2, LZ4, LZMA alone, compress) go through
 * archive.c.
 *
 *   gzip  0 1f 8b 08   3 flags   4 time (4)   8 extra flags   9 system
 *         [4: length (2), extra]  [8: name NUL]  [16: comment NUL]  [2: CRC-16]
 *         deflate   CRC-32 (4)   length modulo 2^32 (4)      then further such streams, or nothing
 */
#include "evidence/artifact/archive_stream.h"

#include <string.h>

#include "evidence/artifact/archive.h"
#include "evidence/box.h"
#include "evidence/artifact/archive_tar.h"

enum { TEXT = 1, HEADER_CRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0 };
enum { NAME_MAX_BYTES = 4096, BITS_UNPACKS = 32 };

struct gzip_head {
    struct hw_span name;
    uint32_t mtime;
};

static const struct {
    const char *word, *magic;
    size_t n;
    unsigned bits;
} filters[HW_FILTER_COUNT] = {
    [HW_FILTER_GZIP] = {"gzip", "\x1f\x8b\x08", 3, 27},
    [HW_FILTER_XZ] = {"xz", "\xfd\x37zXZ\0", 6, 48},
    [HW_FILTER_ZSTD] = {"zstd", "\x28\xb5\x2f\xfd", 4, 32},
    [HW_FILTER_BZIP2] = {"bzip2", "BZh", 3, 24},
    [HW_FILTER_LZ4] = {"lz4", "\x04\x22\x4d\x18", 4, 32},
    [HW_FILTER_LZMA] = {"lzma", "\x5d\0\0", 3, 24},
    [HW_FILTER_COMPRESS] = {"compress", "\x1f\x9d", 2, 18},
};

const char *hw_filter_word(enum hw_filter f)
{
    return filters[f].word;
}

/* What the magic alone does not say. */
static bool plausible(enum hw_filter f, struct hw_span s)
{
    switch (f) {
    case HW_FILTER_GZIP:
        return s.n >= 18 && (s.p[3] & RESERVED) == 0;
    case HW_FILTER_BZIP2: /* level, then the block's or the end's own magic */
        return s.n >= 14 && s.p[3] >= '1' && s.p[3] <= '9' &&
               (memcmp(s.p + 4, "1AY&SY", 6) == 0 ||
                memcmp(s.p + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
    case HW_FILTER_LZMA: /* dictionary of 2^n or 2^n + 2^(n-1); length unknown or below 2^38 */
        return s.n > 13 && s.p[3] != 0 && (s.p[12] == 0xff || (s.p[12] == 0 && s.p[10] < 0x40)) &&
               s.p[4] < 0x10;
    case HW_FILTER_COMPRESS:
        return s.n > 3 && (s.p[2] & 0x60) == 0 && (s.p[2] & 0x1f) >= 9 && (s.p[2] & 0x1f) <= 16;
    case HW_FILTER_NONE:
    case HW_FILTER_XZ:
    case HW_FILTER_ZSTD:
    case HW_FILTER_LZ4:
    case HW_FILTER_COUNT:
        break;
    }
    return true;
}

enum hw_filter hw_filter_of(struct hw_span bytes, unsigned *out_bits)
{
    for (enum hw_filter f = HW_FILTER_GZIP; f < HW_FILTER_COUNT; f++) {
        if (bytes.n >= filters[f].n && memcmp(bytes.p, filters[f].magic, filters[f].n) == 0 &&
            plausible(f, bytes)) {
            *out_bits = filters[f].bits;
            return f;
        }
    }
    return HW_FILTER_NONE;
}

/* A gzip header; r stands behind it then. */
static bool read_head(struct hw_reader *r, struct gzip_head *out)
{
    uint8_t flags;
    uint16_t extra;
    struct hw_span skip;
    struct gzip_head h = {.mtime = 0};
    if (!hw_read_magic(r, "\x1f\x8b\x08", 3) || !hw_read_u8(r, &flags) ||
        !hw_read_u32le(r, &h.mtime) || !hw_read_skip(r, 2)) {
        return false;
    }
    if ((flags & RESERVED) != 0) {
        return hw_reader_refuse(r, "gzip flags that exist");
    }
    if ((flags & EXTRA) != 0 && (!hw_read_u16le(r, &extra) || !hw_read_skip(r, extra))) {
        return false;
    }
    if ((flags & NAME) != 0 && !hw_read_cstr(r, NAME_MAX_BYTES, &h.name)) {
        return false;
    }
    if ((flags & COMMENT) != 0 && !hw_read_cstr(r, 65536, &skip)) {
        return false;
    }
    if ((flags & HEADER_CRC) != 0 && !hw_read_skip(r, 2)) {
        return false;
    }
    *out = h;
    return true;
}

/* One gzip stream at r. False: no more can be read; it has been said why. */
static bool pour_one(struct hw_exam *x, struct hw_node *n, struct hw_reader *r,
                     hw_inflate_more more, void *state)
{
    struct gzip_head head;
    struct hw_inflated got;
    uint32_t crc, length;
    if (!read_head(r, &head)) {
        hw_say_fault(x, n, r, "a gzip header");
        return false;
    }
    uint64_t at = hw_read_where(r);
    int rc = hw_inflate_raw(hw_reader_rest(r), more, state, &got, &x->err);
    if (rc < 0) {
        x->rc = rc;
        return false;
    }
    if (got.end != HW_INFLATE_DONE) {
        bool cut = got.end == HW_INFLATE_TRUNCATED;
        if (got.end != HW_INFLATE_STOPPED) {
            hw_say_anomaly(x, n, cut ? "truncated" : "bad-encoding", at + got.in_used, 0,
                           "the deflate stream %s",
                           cut                 ? "ends before its last block"
                           : got.words != NULL ? got.words
                                               : "is broken");
            hw_say_degree(n, HW_BROKEN, "the stream breaks off");
        }
        return false;
    }
    if (!hw_read_skip(r, got.in_used) || !hw_read_u32le(r, &crc) || !hw_read_u32le(r, &length)) {
        hw_say_fault(x, n, r, "a gzip trailer");
        return false;
    }
    if (crc != got.crc32 || length != (uint32_t)got.out_n) {
        hw_say_anomaly(x, n, "bad-checksum", at + got.in_used, 8,
                       "the gzip trailer's %s does not match", crc != got.crc32 ? "CRC" : "length");
    }
    return true;
}

static bool pour_gzip(struct hw_exam *x, struct hw_node *n, hw_inflate_more more, void *state)
{
    struct hw_reader r;
    hw_node_reader(x, n, &r);
    uint64_t streams = 0, second = 0;
    bool whole = true;
    while (whole && hw_read_left(&r) > 0) {
        struct hw_reader ahead = r;
        if (streams > 0 && !hw_read_magic(&ahead, "\x1f\x8b\x08", 3)) {
            hw_box_hidden(x, n, hw_read_where(&r), hw_read_left(&r), "behind the gzip stream");
            break;
        }
        second = streams == 1 ? hw_read_where(&r) : second;
        whole = hw_reader_item(&r) && pour_one(x, n, &r, more, state);
        streams++;
    }
    if (streams > 1) {
        hw_say_anomaly(x, n, "two-stories", second, 0,
                       "%llu gzip streams one behind the other: some programs read the first only",
                       (unsigned long long)streams);
    }
    return whole;
}

bool hw_stream_pour(struct hw_exam *x, struct hw_node *n, enum hw_filter f, hw_inflate_more more,
                    void *state)
{
    if (f == HW_FILTER_GZIP) {
        return pour_gzip(x, n, more, state);
    }
    struct hw_poured got;
    int rc = hw_archive_pour(n->bytes, f, more, state, &got, &x->err);
    if (rc < 0) {
        x->rc = rc;
        return false;
    }
    if (got.end == HW_INFLATE_DONE) {
        if (got.in_used < n->bytes.n) {
            hw_box_hidden(x, n, got.in_used, n->bytes.n - got.in_used, "behind the stream");
        }
        return true;
    }
    if (got.no_memory) {
        hw_say_unopened(x, n, "too-large", (struct hw_span){NULL, 0}, 0, n->bytes.n,
                        "the stream wants more memory than one worker may have");
        hw_say_degree(n, HW_BROKEN, "the stream wants too much memory");
    } else if (got.end != HW_INFLATE_STOPPED) {
        hw_say_anomaly(x, n, got.end == HW_INFLATE_TRUNCATED ? "truncated" : "bad-encoding",
                       got.in_used, 0, "the %s stream: %s", filters[f].word, got.words);
        hw_say_degree(n, HW_BROKEN, "the stream breaks off");
    }
    return false;
}

struct look {
    uint8_t *out;
    size_t n;
};

static int look_more(void *state, const uint8_t *p, size_t n)
{
    struct look *l = state;
    for (size_t i = 0; i < n && l->n < HW_LOOK_BYTES; i++) {
        l->out[l->n++] = p[i];
    }
    return l->n == HW_LOOK_BYTES;
}

size_t hw_stream_look(struct hw_span bytes, enum hw_filter f, uint8_t out[HW_LOOK_BYTES])
{
    struct look l = {out, 0};
    struct hw_error err;
    if (f == HW_FILTER_GZIP) {
        struct hw_budget fuel = {1 << 20, 1 << 10, 4};
        struct hw_reader r;
        struct gzip_head head;
        struct hw_inflated got;
        hw_reader_init(&r, bytes, &fuel);
        if (read_head(&r, &head) &&
            hw_inflate_raw(hw_reader_rest(&r), look_more, &l, &got, &err) < 0) {
            return 0;
        }
    } else {
        struct hw_poured got;
        if (hw_archive_pour(bytes, f, look_more, &l, &got, &err) < 0) {
            return 0;
        }
    }
    return l.n;
}

/* A bare stream: one member, named after the gzip header's own word where there is one. */
struct content {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_span name;
    struct hw_member_bytes m;
    uint64_t out_n;
    bool refused;
};

static int keep(void *state, const uint8_t *p, size_t n)
{
    struct content *c = state;
    c->out_n += n;
    if (!hw_member_more(c->x, c->n, c->name, c->n->bytes.n, &c->m, n)) {
        c->refused = true;
        return 1;
    }
    uint8_t *to = c->m.p + c->m.n;
    for (size_t i = 0; i < n; i++) {
        to[i] = p[i];
    }
    c->m.n += n;
    return 0;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    unsigned bits;
    enum hw_filter f = hw_filter_of(n->bytes, &bits);
    struct content c = {.x = x, .n = n, .name = HW_SPAN_LIT("[content]")};
    struct hw_member m = {.mode = HW_NO_MODE, .time_ns = HW_NO_TIME};
    struct hw_reader r;
    struct gzip_head head;
    hw_node_reader(x, n, &r);
    if (f == HW_FILTER_GZIP && read_head(&r, &head)) {
        c.name = head.name.n > 0 ? head.name : c.name;
        m.time_ns = head.mtime == 0 ? HW_NO_TIME : (int64_t)head.mtime * 1000000000;
    }
    bool whole = hw_stream_pour(x, n, f, keep, &c);
    if (whole) {
        m.name = c.name;
        m.bytes = (struct hw_span){c.m.p, c.m.n};
        hw_examine_member(x, n, &m, NULL);
    } else if (!c.refused) {
        hw_say_unopened(x, n, "member", c.name, 0, c.out_n, "the stream breaks off");
    }
    hw_member_done(x, &c.m);
}

static unsigned probe(enum hw_filter f, struct hw_span bytes)
{
    unsigned bits;
    uint8_t first[HW_LOOK_BYTES];
    if (hw_filter_of(bytes, &bits) != f) {
        return 0;
    }
    size_t n = hw_stream_look(bytes, f, first);
    if (hw_tar_bid((struct hw_span){first, n}) > 0) {
        return 0;
    }
    return bits + (n > 0 ? BITS_UNPACKS : 0);
}

#define STREAM(word, filter)                                                                       \
    static unsigned probe_##word(struct hw_span bytes, struct hw_budget *fuel)                     \
    {                                                                                              \
        (void)fuel;                                                                                \
        return probe(filter, bytes);                                                               \
    }                                                                                              \
    const struct hw_format hw_format_##word = {#word, probe_##word, examine, NULL, true};

STREAM(gzip, HW_FILTER_GZIP)
STREAM(xz, HW_FILTER_XZ)
STREAM(zstd, HW_FILTER_ZSTD)
STREAM(bzip2, HW_FILTER_BZIP2)
STREAM(lz4, HW_FILTER_LZ4)
STREAM(lzma, HW_FILTER_LZMA)
STREAM(compress, HW_FILTER_COMPRESS)
