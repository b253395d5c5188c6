/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/zip.c -- ZIP and its kin: JAR, wheel, NuGet, APK, Office documents.
 *
 * Follows PKWARE's APPNOTE.TXT 6.3.10; zip_central.c has the layout. Our own reader, because a
 * library answers "what is in it" and not "what else is in it": each local header is held against
 * the central directory, members may not share bytes, and bytes that belong to nothing are counted.
 * Members are stored or deflated; other methods and encryption are said and left closed.
 */
#include "evidence/artifact/zip.h"

#include <string.h>

#include "base/inflate.h"
#include "evidence/box.h"

enum { BITS_MAGIC = 32, BITS_BOTH = 64, LINK_BYTES = 4096 };
enum { TYPE_MASK = 0170000, TYPE_LINK = 0120000, TYPE_FILE = 0100000, TYPE_FOLDER = 0040000 };

static bool begins(struct hw_span s, const char *magic, size_t n)
{
    return s.n >= n && memcmp(s.p, magic, n) == 0;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_zip_end end;
    /* "PK00" or the spanning mark may stand before the first local header (APPNOTE 8.5.3). */
    bool local = begins(bytes, "PK\3\4", 4) || begins(bytes, "PK00PK\3\4", 8) ||
                 begins(bytes, "PK\7\10PK\3\4", 8);
    bool ends = hw_zip_find_end(bytes, fuel, &end);
    if (ends && (local || end.records_off == 0)) {
        return BITS_BOTH;
    }
    if (local) {
        return BITS_MAGIC;
    }
    /* Without members there is only the EOCD's own magic, and that may be chance. */
    return ends && end.central_size > 0 ? HW_BID_ELSEWHERE | BITS_BOTH : 0;
}

/* A member being unpacked. */
struct unpacking {
    struct hw_exam *x;
    struct hw_node *box;
    const struct hw_zip_entry *e;
    struct hw_member_bytes m;
};

static int take_piece(void *state, const uint8_t *p, size_t n)
{
    struct unpacking *u = state;
    if (!hw_member_more(u->x, u->box, u->e->name, u->e->packed, &u->m, n)) {
        return 1;
    }
    uint8_t *to = u->m.p + u->m.n;
    for (size_t i = 0; i < n; i++) {
        to[i] = p[i];
    }
    u->m.n += n;
    return 0;
}

static void refuse_member(struct hw_exam *x, struct hw_node *n, const struct hw_zip_entry *e,
                          const char *kind, const char *because)
{
    hw_say_unopened(x, n, kind, e->name, e->local_off, e->packed, because);
}

/* The deflate stream of e into u->m. False: it has been said why not. */
static bool inflate_member(struct unpacking *u, struct hw_span data)
{
    struct hw_exam *x = u->x;
    const struct hw_zip_entry *e = u->e;
    struct hw_inflated got;
    int rc = hw_inflate_raw(data, take_piece, u, &got, &x->err);
    if (rc < 0) {
        x->rc = rc;
        return false;
    }
    if (got.end == HW_INFLATE_STOPPED) {
        return false;
    }
    if (got.end != HW_INFLATE_DONE) {
        bool cut = got.end == HW_INFLATE_TRUNCATED;
        hw_say_anomaly(x, u->box, cut ? "truncated" : "bad-encoding", e->data_off + got.in_used, 0,
                       "a deflate stream %s",
                       cut                 ? "ends before its last block"
                       : got.words != NULL ? got.words
                                           : "is broken");
        hw_say_degree(u->box, HW_BROKEN, "a member could not be unpacked");
        refuse_member(x, u->box, e, "member", "its deflate stream is broken");
        return false;
    }
    if (got.in_used < data.n) {
        hw_box_hidden(x, u->box, e->data_off + got.in_used, data.n - got.in_used,
                      "behind a member's deflate stream");
    }
    return true;
}

static void hand_on(struct hw_exam *x, struct hw_node *n, const struct hw_zip_entry *e,
                    uint64_t ordinal, struct hw_span bytes)
{
    struct hw_member m = {.name = e->name,
                          .bytes = bytes,
                          .ordinal = ordinal,
                          .mode = e->mode,
                          .time_ns = e->time_ns,
                          .off = e->central_off};
    uint32_t crc = hw_crc32(0, bytes);
    if (bytes.n != e->size) {
        struct hw_span name = hw_name_text(x, n, e->name);
        hw_say_anomaly(x, n, "bad-size", e->central_off, bytes.n,
                       "\"%.*s\" unpacks to %zu bytes, not to %llu", (int)name.n,
                       (const char *)name.p, bytes.n, (unsigned long long)e->size);
    }
    if (crc != e->crc) {
        struct hw_span name = hw_name_text(x, n, e->name);
        hw_say_anomaly(x, n, "bad-checksum", e->central_off, bytes.n,
                       "\"%.*s\" has CRC %08x, not %08x", (int)name.n, (const char *)name.p, crc,
                       e->crc);
    }
    uint64_t type = e->mode == HW_NO_MODE ? TYPE_FILE : e->mode & TYPE_MASK;
    if (type == TYPE_LINK) {
        bytes.n = bytes.n > LINK_BYTES ? LINK_BYTES : bytes.n;
        hw_examine_entry(x, n, &m, "symlink", bytes);
    } else if (type != TYPE_FILE && type != 0) {
        hw_examine_entry(x, n, &m, "other", (struct hw_span){NULL, 0});
    } else {
        hw_examine_member(x, n, &m, NULL);
    }
}

static void read_member(struct hw_exam *x, struct hw_node *n, struct hw_zip_entry *e,
                        uint64_t ordinal)
{
    bool folder = e->name.n > 0 && e->name.p[e->name.n - 1] == '/';
    if (folder && e->size == 0) {
        return;
    }
    if (!hw_zip_local(x, n, false, e)) {
        refuse_member(x, n, e, "member", "its bytes are not where the directory says");
        return;
    }
    if ((e->flags & HW_ZIP_ENCRYPTED) != 0 || e->method == HW_ZIP_AES) {
        refuse_member(x, n, e, "encrypted", "encrypted");
        return;
    }
    struct hw_reader all, data;
    struct hw_span packed;
    hw_node_reader(x, n, &all);
    if (!hw_read_window(&all, e->data_off, e->packed, &data) ||
        !hw_read_bytes(&data, e->packed, &packed)) {
        refuse_member(x, n, e, "member", "the budget for this input ended here");
        return;
    }
    if (e->method == HW_ZIP_STORED) {
        hand_on(x, n, e, ordinal, packed);
    } else if (e->method == HW_ZIP_DEFLATED) {
        struct unpacking u = {x, n, e, {0}};
        if (inflate_member(&u, packed)) {
            hand_on(x, n, e, ordinal, (struct hw_span){u.m.p, u.m.n});
        }
        hw_member_done(x, &u.m);
    } else {
        refuse_member(x, n, e, "compression", "a compression method this version does not undo");
    }
}

/* First pass: where every member lies, and whether its two headers agree. */
static bool survey(struct hw_exam *x, struct hw_node *n, const struct hw_zip_end *end,
                   struct hw_parts *parts)
{
    struct hw_zip_walk w;
    struct hw_zip_entry e;
    struct hw_zip_kind kind = {0};
    uint64_t left = x->limits.nodes - x->nodes, room = end->central_size / 46;
    if (!hw_zip_walk_init(x, n, end, true, &w)) {
        hw_say_anomaly(x, n, "bad-offset", end->eocd_off, 0, "the central directory is not there");
        return false;
    }
    if (!hw_parts_init(x, (size_t)(room > left ? left : room), parts)) {
        hw_say_anomaly(x, n, "over-budget", end->central_off, end->central_size,
                       "no memory for a directory of this size");
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return false;
    }
    while (hw_exam_going(x) && hw_zip_next(x, n, &w, &e)) {
        if (w.seen > left) {
            hw_say_anomaly(x, n, "bomb-count", e.central_off, 0,
                           "more than %u members in this input", x->limits.nodes);
            hw_say_degree(n, HW_REFUSED, "bomb-count");
            return false;
        }
        hw_zip_kind_name(&kind, e.name);
        if (hw_zip_local(x, n, true, &e)) {
            hw_parts_add(parts, e.local_off, e.after);
        }
    }
    if (w.seen != end->count && !(end->count_is_16_bits && (w.seen & UINT16_MAX) == end->count)) {
        hw_say_anomaly(x, n, "bad-count", end->eocd_off, 0,
                       "the end record counts %llu members, the directory has %llu",
                       (unsigned long long)end->count, (unsigned long long)w.seen);
    }
    hw_say_number(x, n, "zip.members", w.seen);
    if (hw_zip_kind_word(&kind) != NULL) {
        hw_say_text(x, n, "zip.kind",
                    (struct hw_span){(const uint8_t *)hw_zip_kind_word(&kind),
                                     strlen(hw_zip_kind_word(&kind))});
    }
    return hw_parts_judge(x, n, parts, n->bytes.n);
}

/* Android's signing block (v2 and later) stands between members and directory, by design. */
static uint64_t signing_block(struct hw_exam *x, const struct hw_node *n, uint64_t central_off)
{
    struct hw_reader all, r;
    uint64_t size;
    hw_node_reader(x, n, &all);
    if (central_off < 32 || !hw_read_tail(&all, central_off - 24, &r) ||
        !hw_read_u64le(&r, &size) || !hw_read_magic(&r, "APK Sig Block 42", 16) ||
        size > central_off - 8) {
        return 0;
    }
    return size + 8;
}

static void account(struct hw_exam *x, struct hw_node *n, const struct hw_zip_end *end,
                    const struct hw_parts *parts)
{
    uint64_t block = signing_block(x, n, end->central_off);
    uint64_t hi = end->central_off - block;
    uint64_t first = parts->count > 0 && parts->p[0].lo < hi ? parts->p[0].lo : hi;
    if (block > 0) {
        hw_box_region(x, n, "apk-signing-block", hi, block);
    }
    bool guest = n->format != &hw_format_zip; /* then the program accounts for its own bytes */
    bool script = begins(n->bytes, "#!", 2), mark = first == 4;
    if (first > 0 && !guest && (script || mark)) {
        hw_box_region(x, n, "prefix", 0, first);
    } else if (first > 0 && !guest) {
        hw_box_hidden(x, n, 0, first, "before the archive");
    }
    if (first > 0) {
        hw_say_number(x, n, "zip.prefix-bytes", first);
    }
    hw_parts_gaps(x, n, parts, first, hi);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_zip_end end;
    struct hw_zip_walk w;
    struct hw_zip_entry e;
    struct hw_parts parts;
    if (!hw_zip_find_end(n->bytes, &x->fuel, &end)) {
        hw_say_anomaly(x, n, "truncated", n->bytes.n, 0, "no central directory");
        hw_say_degree(n, HW_BROKEN, "no central directory");
        hw_say_unopened(x, n, "member", (struct hw_span){NULL, 0}, 0, n->bytes.n,
                        "a ZIP without its central directory");
        return;
    }
    hw_zip_judge_end(x, n, &end);
    if (end.comment.n > 0) {
        hw_say_text(x, n, "zip.comment", end.comment);
    }
    if (!survey(x, n, &end, &parts)) {
        return;
    }
    account(x, n, &end, &parts);
    if (!hw_zip_walk_init(x, n, &end, false, &w)) {
        return;
    }
    for (uint64_t i = 0; hw_exam_going(x) && n->degree != HW_REFUSED && hw_zip_next(x, n, &w, &e);
         i++) {
        read_member(x, n, &e, i);
    }
}

const struct hw_format hw_format_zip = {"zip", probe, examine, NULL, true};
