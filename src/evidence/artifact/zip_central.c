/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/zip_central.c -- the structure of a ZIP: its end, its central directory, and
 * whether each local header tells the same story. Follows PKWARE's APPNOTE.TXT 6.3.10.
 *
 *   EOCD (4.3.16)       0 "PK\5\6"  4 disk  6 disk of CD  8 entries here  10 entries
 *                      12 size of CD  16 offset of CD  20 comment length  22 comment
 *   ZIP64 locator       0 "PK\6\7"  4 disk  8 offset of ZIP64 EOCD  16 disks        (20 bytes)
 *   ZIP64 EOCD (4.3.14) 0 "PK\6\6"  4 size of the rest (8)  24 entries here (8)  32 entries (8)
 *                      40 size of CD (8)  48 offset of CD (8)
 *   central (4.3.12)    0 "PK\1\2"  4 made by  6 needed  8 flags  10 method  12 time  14 date
 *                      16 crc  20 packed  24 size  28 name  30 extra  32 comment  34 disk
 *                      36 internal  38 external (4)  42 local header (4)  46 name, extra, comment
 *   local (4.3.7)       0 "PK\3\4"  4 needed  6 flags  8 method  10 time  12 date  14 crc
 *                      18 packed  22 size  26 name  28 extra  30 name, extra, data
 *   descriptor (4.3.9)  ["PK\7\8"]  crc  packed  size (4 or 8 each)
 */
#include "evidence/artifact/zip.h"

#include <string.h>

#include "base/checked.h"
#include "evidence/box.h"

enum { EOCD_BYTES = 22, LOCATOR_BYTES = 20, CENTRAL_BYTES = 46, LOCAL_BYTES = 30 };
enum { COMMENT_MAX = 65535, EXTRA_ZIP64 = 0x0001, EXTRA_TIME = 0x5455, EXTRA_NAME = 0x7075 };

/* One EOCD at `off`, as it stands. */
static bool read_eocd(const struct hw_reader *all, uint64_t off, struct hw_zip_end *out)
{
    struct hw_reader r;
    uint16_t disk, cd_disk, here, count, comment;
    uint32_t size, at;
    if (!hw_read_tail(all, off, &r) || !hw_read_magic(&r, "PK\5\6", 4) ||
        !hw_read_u16le(&r, &disk) || !hw_read_u16le(&r, &cd_disk) || !hw_read_u16le(&r, &here) ||
        !hw_read_u16le(&r, &count) || !hw_read_u32le(&r, &size) || !hw_read_u32le(&r, &at) ||
        !hw_read_u16le(&r, &comment)) {
        return false;
    }
    struct hw_span text = {NULL, 0};
    if (!hw_read_bytes(&r, comment, &text)) {
        text = hw_reader_rest(&r); /* a comment that is cut off: still the archive's end */
    }
    *out = (struct hw_zip_end){
        .eocd_off = off,
        .records_off = off,
        .after = off + EOCD_BYTES + comment,
        .central_off = at,
        .central_size = size,
        .count = count,
        .comment = text,
        .count_is_16_bits = true,
    };
    return true;
}

/* The ZIP64 records before the EOCD, when there are any; they override it. */
static void read_zip64(const struct hw_reader *all, struct hw_zip_end *end)
{
    struct hw_reader r;
    uint32_t disk;
    uint64_t at, rest, here, count, size, off;
    if (end->eocd_off < LOCATOR_BYTES || !hw_read_tail(all, end->eocd_off - LOCATOR_BYTES, &r) ||
        !hw_read_magic(&r, "PK\6\7", 4) || !hw_read_u32le(&r, &disk) || !hw_read_u64le(&r, &at)) {
        return;
    }
    /* With bytes put before the archive the locator is off by as much; the record mostly stands
     * right before it, 56 bytes long. */
    uint64_t usual = end->eocd_off - LOCATOR_BYTES - 56;
    uint64_t places[2] = {at, usual};
    for (unsigned i = 0; i < 2; i++) {
        if (end->eocd_off >= LOCATOR_BYTES + 56 && hw_read_tail(all, places[i], &r) &&
            places[i] < end->eocd_off && hw_read_magic(&r, "PK\6\6", 4) &&
            hw_read_u64le(&r, &rest) && hw_read_skip(&r, 12) && hw_read_u64le(&r, &here) &&
            hw_read_u64le(&r, &count) && hw_read_u64le(&r, &size) && hw_read_u64le(&r, &off)) {
            end->zip64 = true;
            end->count_is_16_bits = false;
            end->records_off = places[i];
            end->count = count;
            end->central_size = size;
            end->central_off = off;
            return;
        }
    }
}

static bool has_central(const struct hw_reader *all, uint64_t off)
{
    struct hw_reader r;
    return hw_read_tail(all, off, &r) && hw_read_magic(&r, "PK\1\2", 4);
}

/* Where the central directory really is: right before the end records, as most programs compute it,
 * else where it is said to be. False: it is nowhere. */
static bool place_central(const struct hw_reader *all, struct hw_zip_end *end)
{
    uint64_t before, stated_end;
    if (hw_sub_u64(end->records_off, end->central_size, &before) && before >= end->central_off &&
        (end->central_size == 0 || has_central(all, before))) {
        end->delta = before - end->central_off;
        end->central_off = before;
        return true;
    }
    return end->central_size > 0 && hw_add_u64(end->central_off, end->central_size, &stated_end) &&
           stated_end <= end->records_off && has_central(all, end->central_off);
}

static bool try_end(const struct hw_reader *all, uint64_t off, struct hw_zip_end *out)
{
    if (!read_eocd(all, off, out)) {
        return false;
    }
    read_zip64(all, out);
    return place_central(all, out);
}

/* The last EOCD signature before `below` in the window a comment allows; false: none. */
static bool last_signature(struct hw_span s, uint64_t below, uint64_t *out)
{
    uint64_t lo = s.n > EOCD_BYTES + COMMENT_MAX ? s.n - (EOCD_BYTES + COMMENT_MAX) : 0;
    for (uint64_t hi = below; hi > lo;) {
        const uint8_t *p = memrchr(s.p + lo, 'P', (size_t)(hi - lo));
        if (p == NULL) {
            return false;
        }
        hi = (uint64_t)(p - s.p);
        if (s.n - hi >= EOCD_BYTES && memcmp(p, "PK\5\6", 4) == 0) {
            *out = hi;
            return true;
        }
    }
    return false;
}

bool hw_zip_find_end(struct hw_span bytes, struct hw_budget *fuel, struct hw_zip_end *out)
{
    struct hw_reader all;
    hw_reader_init(&all, bytes, fuel);
    struct hw_zip_end end, best;
    bool found = false;
    uint64_t off = bytes.n;
    while (bytes.n > 0 && last_signature(bytes, off, &off)) {
        if (!try_end(&all, off, &end)) {
            continue;
        }
        /* Programs take the last one; the exactly fitting one is what a strict reader takes. */
        if (end.after == bytes.n) {
            *out = end;
            return true;
        }
        if (!found) {
            best = end;
            found = true;
        }
    }
    if (found) {
        *out = best;
    }
    return found;
}

void hw_zip_judge_end(struct hw_exam *x, struct hw_node *n, const struct hw_zip_end *end)
{
    struct hw_reader all;
    hw_node_reader(x, n, &all);
    struct hw_zip_end other;
    uint64_t off = n->bytes.n;
    while (last_signature(n->bytes, off, &off) && off >= end->central_off) {
        if (off != end->eocd_off && try_end(&all, off, &other)) {
            hw_say_anomaly(x, n, "two-stories", off, EOCD_BYTES,
                           "another end of a central directory, for %llu members at %llu",
                           (unsigned long long)other.count, (unsigned long long)other.central_off);
        }
    }
    if (read_eocd(&all, end->eocd_off, &other) && end->zip64) {
        bool differs =
            (other.count != UINT16_MAX && other.count != end->count) ||
            (other.central_size != UINT32_MAX && other.central_size != end->central_size) ||
            (other.central_off != UINT32_MAX && other.central_off + end->delta != end->central_off);
        if (differs) {
            hw_say_anomaly(x, n, "two-stories", end->eocd_off, EOCD_BYTES,
                           "the end record and its ZIP64 twin disagree");
        }
    }
    uint64_t central_end = end->central_off + end->central_size;
    if (end->delta > 0 && has_central(&all, end->central_off - end->delta)) {
        hw_say_anomaly(x, n, "two-stories", end->central_off - end->delta, 0,
                       "a second central directory, where the end record points");
    }
    if (central_end < end->records_off) {
        hw_box_hidden(x, n, central_end, end->records_off - central_end,
                      "behind the central directory");
    }
    if (end->after > n->bytes.n) {
        hw_say_anomaly(x, n, "truncated", n->bytes.n, end->after - n->bytes.n,
                       "the archive comment goes on behind the end");
    } else if (end->after < n->bytes.n && n->format == &hw_format_zip) {
        hw_box_hidden(x, n, end->after, n->bytes.n - end->after, "behind the archive");
    }
}

bool hw_zip_walk_init(struct hw_exam *x, const struct hw_node *n, const struct hw_zip_end *end,
                      bool loud, struct hw_zip_walk *out)
{
    struct hw_reader all;
    hw_node_reader(x, n, &all);
    *out = (struct hw_zip_walk){.delta = end->delta, .loud = loud};
    return hw_read_window(&all, end->central_off, end->central_size, &out->r);
}

/* One value of the ZIP64 extra: there only when its 32-bit field is all ones (4.5.3). */
static bool widen(struct hw_reader *r, uint64_t *v)
{
    return *v != UINT32_MAX || hw_read_u64le(r, v);
}

/* Info-ZIP's extended timestamp: bit 0 of the flags, then seconds since 1970. */
static void take_time(struct hw_reader *r, struct hw_zip_entry *e)
{
    uint8_t flags;
    uint32_t seconds;
    if (hw_read_u8(r, &flags) && (flags & 1) != 0 && hw_read_u32le(r, &seconds)) {
        e->time_ns = (int64_t)(int32_t)seconds * 1000000000;
    }
}

static bool is_ascii(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* Info-ZIP's Unicode path: a second name for the same member. Programs differ in which they use. */
static void judge_second_name(struct hw_exam *x, struct hw_node *n, struct hw_reader *r,
                              const struct hw_zip_entry *e)
{
    uint8_t version;
    uint32_t crc;
    if (!hw_read_u8(r, &version) || !hw_read_u32le(r, &crc)) {
        return;
    }
    struct hw_span second = hw_reader_rest(r);
    if (is_ascii(e->name) && !hw_span_equal(second, e->name)) {
        struct hw_span a = hw_name_text(x, n, e->name), b = hw_name_text(x, n, second);
        hw_say_anomaly(x, n, "two-stories", e->central_off, second.n,
                       "the member \"%.*s\" has a second name \"%.*s\"", (int)a.n,
                       (const char *)a.p, (int)b.n, (const char *)b.p);
    }
}

/* Extra fields (4.5): id, length, value. What is not understood is passed over. */
static void read_extra(struct hw_exam *x, struct hw_node *n, struct hw_reader *r, bool central,
                       bool loud, struct hw_zip_entry *e)
{
    uint64_t local = e->local_off;
    while (hw_read_left(r) >= 4) {
        uint16_t id, size;
        struct hw_reader v;
        if (!hw_reader_item(r) || !hw_read_u16le(r, &id) || !hw_read_u16le(r, &size)) {
            return;
        }
        if (!hw_read_sub(r, size, &v)) {
            if (loud) {
                hw_say_anomaly(x, n, "bad-size", hw_read_where(r), size,
                               "an extra field is longer than its place");
            }
            return;
        }
        if (id == EXTRA_ZIP64) {
            bool fine =
                widen(&v, &e->size) && widen(&v, &e->packed) && (!central || widen(&v, &local));
            if (!fine && loud) {
                hw_say_anomaly(x, n, "bad-size", hw_read_where(&v), size,
                               "a ZIP64 field is too short for what it must hold");
            }
        } else if (id == EXTRA_TIME && central) {
            take_time(&v, e);
        } else if (id == EXTRA_NAME && central && loud) {
            judge_second_name(x, n, &v, e);
        }
    }
    e->local_off = local;
}

static uint64_t unix_mode(uint16_t made_by, uint32_t external)
{
    unsigned system = made_by >> 8;
    bool is_unix = system == 3 || system == 19;
    return is_unix && external >> 16 != 0 ? external >> 16 : HW_NO_MODE;
}

bool hw_zip_next(struct hw_exam *x, struct hw_node *n, struct hw_zip_walk *w,
                 struct hw_zip_entry *out)
{
    struct hw_reader *r = &w->r, extra;
    if (hw_read_left(r) == 0) {
        return false;
    }
    struct hw_zip_entry e = {.central_off = hw_read_where(r), .time_ns = HW_NO_TIME};
    uint16_t made_by, needed, name, extra_n, comment, disk, internal;
    uint32_t stamp, packed, size, external, local;
    uint8_t look[4] = {0};
    struct hw_reader ahead = *r;
    for (unsigned i = 0; i < 4 && hw_read_u8(&ahead, &look[i]); i++) {
    }
    if (memcmp(look, "PK\5\5", 4) == 0) {
        return false; /* the digital signature record (4.3.13) ends the directory */
    }
    if (!hw_reader_item(r) || !hw_read_magic(r, "PK\1\2", 4) || !hw_read_u16le(r, &made_by) ||
        !hw_read_u16le(r, &needed) || !hw_read_u16le(r, &e.flags) || !hw_read_u16le(r, &e.method) ||
        !hw_read_u32le(r, &stamp) || !hw_read_u32le(r, &e.crc) || !hw_read_u32le(r, &packed) ||
        !hw_read_u32le(r, &size) || !hw_read_u16le(r, &name) || !hw_read_u16le(r, &extra_n) ||
        !hw_read_u16le(r, &comment) || !hw_read_u16le(r, &disk) || !hw_read_u16le(r, &internal) ||
        !hw_read_u32le(r, &external) || !hw_read_u32le(r, &local) ||
        !hw_read_bytes(r, name, &e.name) || !hw_read_sub(r, extra_n, &extra) ||
        !hw_read_skip(r, comment)) {
        if (w->loud) {
            hw_say_fault(x, n, r, "the central directory");
        }
        return false;
    }
    e.packed = packed;
    e.size = size;
    e.local_off = local;
    e.mode = unix_mode(made_by, external);
    read_extra(x, n, &extra, true, w->loud, &e);
    if (!hw_add_u64(e.local_off, w->delta, &e.local_off)) {
        e.local_off = UINT64_MAX;
    }
    w->seen++;
    *out = e;
    return true;
}

/* What a local header says differently; NULL: the same. Sizes and CRC may be left to the
 * descriptor, as zero, when bit 3 says so. */
static const char *difference(const struct hw_zip_entry *e, const struct hw_zip_entry *local)
{
    bool later = (local->flags & HW_ZIP_DESCRIPTOR) != 0;
    if (!hw_span_equal(e->name, local->name)) {
        return "name";
    }
    if (e->method != local->method) {
        return "method";
    }
    if (((e->flags ^ local->flags) & (HW_ZIP_ENCRYPTED | HW_ZIP_DESCRIPTOR)) != 0) {
        return "flags";
    }
    if (e->crc != local->crc && !(later && local->crc == 0)) {
        return "CRC";
    }
    if (e->packed != local->packed && !(later && local->packed == 0)) {
        return "packed size";
    }
    if (e->size != local->size && !(later && local->size == 0)) {
        return "size";
    }
    return NULL;
}

/* The data descriptor, with or without its signature, with 32 or 64-bit sizes: whichever agrees. */
static bool read_descriptor(const struct hw_reader *all, struct hw_zip_entry *e)
{
    for (unsigned form = 0; form < 4; form++) {
        struct hw_reader r;
        bool wide = (form & 1) != 0, bare = (form & 2) != 0;
        uint32_t crc, packed32 = 0, size32 = 0;
        uint64_t packed = 0, size = 0;
        if (!hw_read_tail(all, e->after, &r) || (!bare && !hw_read_magic(&r, "PK\7\10", 4)) ||
            !hw_read_u32le(&r, &crc)) {
            continue;
        }
        bool fine = wide ? hw_read_u64le(&r, &packed) && hw_read_u64le(&r, &size)
                         : hw_read_u32le(&r, &packed32) && hw_read_u32le(&r, &size32);
        if (fine && crc == e->crc && packed + packed32 == e->packed && size + size32 == e->size) {
            e->after = hw_read_where(&r);
            return true;
        }
    }
    return false;
}

static bool read_local(struct hw_exam *x, struct hw_node *n, struct hw_reader *r, bool loud,
                       struct hw_zip_entry *l)
{
    uint16_t needed, name, extra_n;
    uint32_t stamp, packed, size;
    struct hw_reader extra;
    if (!hw_read_magic(r, "PK\3\4", 4) || !hw_read_u16le(r, &needed) ||
        !hw_read_u16le(r, &l->flags) || !hw_read_u16le(r, &l->method) ||
        !hw_read_u32le(r, &stamp) || !hw_read_u32le(r, &l->crc) || !hw_read_u32le(r, &packed) ||
        !hw_read_u32le(r, &size) || !hw_read_u16le(r, &name) || !hw_read_u16le(r, &extra_n) ||
        !hw_read_bytes(r, name, &l->name) || !hw_read_sub(r, extra_n, &extra)) {
        return false;
    }
    l->packed = packed;
    l->size = size;
    read_extra(x, n, &extra, false, loud, l);
    return true;
}

bool hw_zip_local(struct hw_exam *x, struct hw_node *n, bool loud, struct hw_zip_entry *e)
{
    struct hw_reader all, r;
    struct hw_zip_entry l = {0};
    hw_node_reader(x, n, &all);
    if (!hw_read_tail(&all, e->local_off, &r)) {
        if (loud) {
            hw_say_anomaly(x, n, "bad-offset", e->central_off, 0,
                           "a local header is said to be at %llu, outside the file",
                           (unsigned long long)e->local_off);
            hw_say_degree(n, HW_BROKEN, "a member's local header is not there");
        }
        return false;
    }
    if (!read_local(x, n, &r, loud, &l)) {
        if (loud) {
            hw_say_fault(x, n, &r, "a local header");
        }
        return false;
    }
    const char *what = difference(e, &l);
    if (loud && what != NULL) {
        struct hw_span text = hw_name_text(x, n, e->name);
        hw_say_anomaly(x, n, "two-stories", e->local_off, 0,
                       "local header and central directory disagree on the %s of \"%.*s\"", what,
                       (int)text.n, (const char *)text.p);
    }
    e->data_off = hw_read_where(&r);
    if (e->packed > n->bytes.n - e->data_off) {
        if (loud) {
            hw_say_anomaly(x, n, "truncated", e->data_off, e->packed,
                           "a member's %llu bytes reach behind the end of the file",
                           (unsigned long long)e->packed);
            hw_say_degree(n, HW_BROKEN, "a member's bytes are not there");
        }
        return false;
    }
    e->after = e->data_off + e->packed;
    if ((l.flags & HW_ZIP_DESCRIPTOR) != 0 && !read_descriptor(&all, e) && loud) {
        hw_say_anomaly(x, n, "two-stories", e->after, 0,
                       "no data descriptor here that agrees with the central directory");
    }
    return true;
}
