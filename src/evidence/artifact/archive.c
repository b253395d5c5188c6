/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/archive.c -- the landlord of libarchive: compressed streams, 7z and CAB.
 *
 * Only the readers named here are switched on, never "all", and one filter at a time, so that a
 * stream inside a stream becomes a node of its own. What a library does not tell (bytes behind the
 * end, checksums of headers) is read here from the outermost structure: 7zFormat.txt (7-Zip) and
 * [MS-CAB] 2.1.
 *
 *   7z   0 "7z\xbc\xaf\x27\x1c"  6 version (2)  8 CRC of the next 20  12 offset (8) of the header,
 *        from byte 32 on  20 its size (8)  28 its CRC
 *   CAB  0 "MSCF"  4 zero  8 size  12 zero  16 first file  20 zero  24 minor 3  25 major 1
 *        26 folders (2)  28 files (2)  30 flags (2): 1 previous, 2 next, 4 reserve  32 set
 *        34 number  36 [reserve sizes 2+1+1, then reserve: zero (2) 16 (2), offset and size of a
 *        signature]
 *
 * libarchive converts names by the locale: hw_archive_warm() sets one whose conversions are built
 * in (C.UTF-8), so that no table is opened inside the cage, and a time zone that reads no file.
 */
#include "evidence/artifact/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evidence/box.h"

enum { SEVEN_BYTES = 32, LINK_BYTES = 4096 };

static const struct {
    int code;
    int (*support)(struct archive *);
} filters[HW_FILTER_COUNT] = {
    [HW_FILTER_XZ] = {ARCHIVE_FILTER_XZ, archive_read_support_filter_xz},
    [HW_FILTER_ZSTD] = {ARCHIVE_FILTER_ZSTD, archive_read_support_filter_zstd},
    [HW_FILTER_BZIP2] = {ARCHIVE_FILTER_BZIP2, archive_read_support_filter_bzip2},
    [HW_FILTER_LZ4] = {ARCHIVE_FILTER_LZ4, archive_read_support_filter_lz4},
    [HW_FILTER_LZMA] = {ARCHIVE_FILTER_LZMA, archive_read_support_filter_lzma},
    [HW_FILTER_COMPRESS] = {ARCHIVE_FILTER_COMPRESS, archive_read_support_filter_compress},
};

static void explain(struct archive *a, char *out, size_t n)
{
    const char *words = archive_error_string(a);
    (void)snprintf(out, n, "%s", words == NULL ? "no reason given" : words);
}

static bool wants_memory(struct archive *a)
{
    const char *words = archive_error_string(a);
    return archive_errno(a) == ENOMEM || (words != NULL && strcasestr(words, "memory") != NULL);
}

/* liblzma says "no progress" where its input ends too early. */
static bool is_cut(const char *words)
{
    return strcasestr(words, "truncated") != NULL || strcasestr(words, "no progress") != NULL;
}

static void judge_failure(struct archive *a, struct hw_poured *out)
{
    explain(a, out->words, sizeof out->words);
    out->no_memory = wants_memory(a);
    out->end = is_cut(out->words) ? HW_INFLATE_TRUNCATED : HW_INFLATE_CORRUPT;
}

static void pour(struct archive *a, hw_inflate_more more, void *state, struct hw_poured *out)
{
    struct archive_entry *entry;
    int rc = archive_read_next_header(a, &entry);
    while (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) {
        const void *p = NULL;
        size_t n = 0;
        la_int64_t off;
        rc = archive_read_data_block(a, &p, &n, &off);
        if (n > 0 && (rc == ARCHIVE_OK || rc == ARCHIVE_WARN) && more(state, p, n) != 0) {
            out->end = HW_INFLATE_STOPPED;
            return;
        }
    }
    if (rc == ARCHIVE_EOF) {
        out->end = HW_INFLATE_DONE;
    } else {
        judge_failure(a, out);
    }
}

/* Opens one filter over `in`. By bidding, because only then the filter's first block is tried, and
 * a stream that is cut short or broken in it is told from an empty one. */
static bool open_bidding(struct archive *a, struct hw_span in, enum hw_filter f,
                         struct hw_poured *out)
{
    if (archive_read_support_format_raw(a) != ARCHIVE_OK ||
        archive_read_support_format_empty(a) != ARCHIVE_OK || filters[f].support(a) != ARCHIVE_OK ||
        archive_read_open_memory(a, in.p, in.n) != ARCHIVE_OK) {
        judge_failure(a, out);
        return false;
    }
    if (archive_filter_code(a, 0) != filters[f].code) {
        (void)snprintf(out->words, sizeof out->words, "its header is not what it should be");
        return false;
    }
    return true;
}

/* The same without bids: what comes out is not looked at for a further stream. The first block is
 * known to be good by then. (compress reads while it is appended, and has nothing to read yet.) */
static struct archive *reopen_alone(struct archive *a, struct hw_span in, enum hw_filter f)
{
    struct archive *alone = f == HW_FILTER_COMPRESS ? NULL : archive_read_new();
    if (alone == NULL) {
        return a;
    }
    if (archive_read_support_format_raw(alone) != ARCHIVE_OK ||
        archive_read_append_filter(alone, filters[f].code) != ARCHIVE_OK ||
        archive_read_open_memory(alone, in.p, in.n) != ARCHIVE_OK) {
        (void)archive_read_free(alone);
        return a;
    }
    (void)archive_read_free(a);
    return alone;
}

int hw_archive_pour(struct hw_span in, enum hw_filter f, hw_inflate_more more, void *state,
                    struct hw_poured *out, struct hw_error *err)
{
    struct hw_poured got = {.end = HW_INFLATE_CORRUPT};
    struct archive *a = archive_read_new();
    if (a == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for libarchive");
    }
    if (open_bidding(a, in, f, &got)) {
        if (archive_filter_count(a) > 2) { /* the filter, and libarchive's own "none" */
            a = reopen_alone(a, in, f);
        }
        pour(a, more, state, &got);
        la_int64_t used = archive_filter_bytes(a, -1);
        got.in_used = used > 0 && (uint64_t)used < in.n ? (uint64_t)used : in.n;
    }
    (void)archive_read_free(a);
    *out = got;
    return HW_OK;
}

void hw_archive_warm(void)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    (void)setenv("TZ", "UTC0", 1);
    tzset();
    /* mktime() of the CAB reader asks for the zone again; the first answer is kept. */
    struct tm then = {.tm_year = 100, .tm_mday = 1};
    (void)mktime(&then);
}

/* A box that libarchive walks. */
struct walk {
    struct hw_exam *x;
    struct hw_node *n;
    struct archive *a;
    struct archive_entry *entry;
    uint64_t ordinal, claimed;
    bool utc; /* its times have a zone */
};

static struct hw_span name_of(const struct walk *w)
{
    const char *name = archive_entry_pathname(w->entry);
    if (name == NULL) {
        name = archive_entry_pathname_utf8(w->entry);
    }
    return name == NULL ? HW_SPAN_LIT("") : (struct hw_span){(const uint8_t *)name, strlen(name)};
}

static struct hw_member member_of(const struct walk *w)
{
    struct archive_entry *e = w->entry;
    bool dated = w->utc && archive_entry_mtime_is_set(e) && archive_entry_mtime(e) > -9000000000 &&
                 archive_entry_mtime(e) < 9000000000;
    la_int64_t at = archive_read_header_position(w->a);
    return (struct hw_member){
        .name = name_of(w),
        .ordinal = w->ordinal,
        .mode = w->utc && archive_entry_perm(e) != 0 ? archive_entry_perm(e) : HW_NO_MODE,
        .time_ns = dated
                       ? (int64_t)archive_entry_mtime(e) * 1000000000 + archive_entry_mtime_nsec(e)
                       : HW_NO_TIME,
        .off = at > 0 ? (uint64_t)at : 0,
    };
}

static void leave_closed(struct walk *w, const char *kind, const char *because)
{
    struct hw_member m = member_of(w);
    la_int64_t size = archive_entry_size(w->entry);
    hw_say_unopened(w->x, w->n, kind, m.name, m.off, size > 0 ? (uint64_t)size : 0, because);
}

/* Why the data could not be read, as a kind of closed box, or as damage. */
static void say_unreadable(struct walk *w, uint64_t at)
{
    char words[160];
    explain(w->a, words, sizeof words);
    bool method = strcasestr(words, "unsupported") != NULL;
    bool key = strcasestr(words, "crypt") != NULL;
    leave_closed(w,
                 wants_memory(w->a) ? "too-large"
                 : key              ? "encrypted"
                 : method           ? "compression"
                                    : "member",
                 words);
    if (!method && !key) {
        hw_say_anomaly(w->x, w->n, "bad-encoding", 0, at, "%s", words);
        hw_say_degree(w->n, HW_BROKEN, "a member could not be unpacked");
    }
}

enum unpacked { WHOLE, REFUSED, UNREADABLE };

/* The member's bytes into m; what is not whole has been said. A refused member is read on without
 * being kept, because libarchive's own way of skipping is less well trodden than its reading. */
static enum unpacked unpack(struct walk *w, struct hw_member_bytes *m, bool keep)
{
    struct hw_span name = name_of(w);
    bool kept = keep;
    for (;;) {
        const void *p = NULL;
        size_t n = 0;
        la_int64_t off;
        int rc = archive_read_data_block(w->a, &p, &n, &off);
        if (rc == ARCHIVE_WARN) {
            char words[160];
            explain(w->a, words, sizeof words);
            hw_say_anomaly(w->x, w->n, "bad-checksum", 0, m->n, "%s", words);
        }
        /* a wrong checksum is told at the end of the data */
        if (rc == ARCHIVE_EOF || (rc == ARCHIVE_WARN && n == 0)) {
            return kept ? WHOLE : REFUSED;
        }
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
            say_unreadable(w, m->n);
            return UNREADABLE;
        }
        if (kept && n > 0 && !hw_member_more(w->x, w->n, name, w->n->bytes.n, m, n)) {
            kept = false;
        }
        if (w->n->degree == HW_REFUSED) {
            return REFUSED;
        }
        const uint8_t *from = p;
        for (size_t i = 0; kept && i < n; i++) {
            m->p[m->n + i] = from[i];
        }
        m->n += kept ? n : 0;
    }
}

/* False: nothing more can be read behind it. */
static bool read_entry(struct walk *w)
{
    struct hw_member m = member_of(w);
    struct hw_exam *x = w->x;
    const char *link = archive_entry_symlink(w->entry);
    const char *hard = archive_entry_hardlink(w->entry);
    la_int64_t size = archive_entry_size(w->entry);
    if (archive_entry_filetype(w->entry) == AE_IFDIR) {
        return true;
    }
    if (link != NULL || hard != NULL || archive_entry_filetype(w->entry) == AE_IFLNK) {
        const char *to = hard != NULL ? hard : link != NULL ? link : "";
        hw_examine_entry(x, w->n, &m, hard != NULL ? "hardlink" : "symlink",
                         (struct hw_span){(const uint8_t *)to, strlen(to)});
        return true;
    }
    if (archive_entry_is_encrypted(w->entry) > 0) {
        leave_closed(w, "encrypted", "encrypted");
        return true;
    }
    w->claimed += size > 0 ? (uint64_t)size : 0;
    if (!hw_unpacked_fits(x, w->n, w->n->bytes.n, w->claimed)) {
        return false;
    }
    bool keep = size < 0 || (uint64_t)size <= x->limits.member_bytes;
    if (!keep) {
        leave_closed(w, "too-large", "more memory than one worker may have");
    }
    struct hw_member_bytes bytes = {0};
    enum unpacked got = unpack(w, &bytes, keep);
    if (got == WHOLE) {
        m.bytes = (struct hw_span){bytes.p, bytes.n};
        hw_examine_member(x, w->n, &m, NULL);
    }
    hw_member_done(x, &bytes);
    if (got != UNREADABLE || w->utc) {
        return true;
    }
    /* The CAB reader of libarchive 3.6 runs wild when it skips what it could not read. */
    hw_say_unopened(x, w->n, "member", (struct hw_span){NULL, 0}, 0, w->n->bytes.n,
                    "what follows a member that could not be unpacked");
    return false;
}

static void say_end(struct walk *w, int rc)
{
    char words[160];
    explain(w->a, words, sizeof words);
    if (rc == ARCHIVE_EOF || rc == ARCHIVE_OK || rc == ARCHIVE_WARN || !hw_exam_going(w->x) ||
        w->n->degree == HW_REFUSED) {
        return;
    }
    struct hw_span none = {NULL, 0};
    if (strcasestr(words, "crypt") != NULL) {
        hw_say_unopened(w->x, w->n, "encrypted", none, 0, w->n->bytes.n, words);
        return;
    }
    bool cut = is_cut(words);
    hw_say_anomaly(w->x, w->n, cut ? "truncated" : "bad-header", 0, 0, "%s", words);
    hw_say_degree(w->n, HW_BROKEN, "the box breaks off");
    hw_say_unopened(w->x, w->n, wants_memory(w->a) ? "too-large" : "member", none, 0, w->n->bytes.n,
                    words);
}

static void walk_box(struct walk *w)
{
    int rc = ARCHIVE_OK;
    while (hw_exam_going(w->x) && w->n->degree != HW_REFUSED && w->x->fuel.items > 0) {
        rc = archive_read_next_header(w->a, &w->entry);
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
            break;
        }
        w->x->fuel.items--;
        if (rc == ARCHIVE_WARN) {
            char words[160];
            explain(w->a, words, sizeof words);
            hw_say_anomaly(w->x, w->n, "bad-encoding", 0, 0, "%s", words);
        }
        if (!read_entry(w)) {
            return;
        }
        w->ordinal++;
    }
    say_end(w, rc);
}

static void open_box(struct hw_exam *x, struct hw_node *n, int (*support)(struct archive *),
                     bool utc)
{
    struct walk w = {.x = x, .n = n, .a = archive_read_new(), .utc = utc};
    if (w.a == NULL) {
        x->rc = hw_fail(&x->err, HW_E_MEMORY, "no memory for libarchive");
        return;
    }
    if (support(w.a) != ARCHIVE_OK ||
        archive_read_open_memory(w.a, n->bytes.p, n->bytes.n) != ARCHIVE_OK) {
        say_end(&w, ARCHIVE_FATAL);
    } else {
        walk_box(&w);
    }
    (void)archive_read_free(w.a);
}

struct seven {
    struct hw_span start; /* what the CRC covers */
    uint64_t off, size;
    uint32_t crc;
};

static bool seven_head(struct hw_reader *r, struct seven *out)
{
    struct seven s;
    uint16_t version;
    struct hw_reader ahead;
    return hw_read_magic(r, "7z\xbc\xaf\x27\x1c", 6) && hw_read_u16le(r, &version) &&
           hw_read_u32le(r, &s.crc) && (ahead = *r, hw_read_bytes(&ahead, 20, &s.start)) &&
           hw_read_u64le(r, &s.off) && hw_read_u64le(r, &s.size) && (*out = s, true);
}

static unsigned seven_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct seven s;
    hw_reader_init(&r, bytes, fuel);
    if (!seven_head(&r, &s)) {
        return 0;
    }
    return hw_crc32(0, s.start) == s.crc ? 80 : 48;
}

static void seven_examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_reader r;
    struct seven s;
    uint64_t end;
    hw_node_reader(x, n, &r);
    if (!seven_head(&r, &s)) {
        hw_say_fault(x, n, &r, "the 7z header");
        return;
    }
    if (hw_crc32(0, s.start) != s.crc) {
        hw_say_anomaly(x, n, "bad-checksum", 8, 4, "the 7z start header's CRC does not match");
    }
    if (__builtin_add_overflow(s.off, s.size, &end) || end > UINT64_MAX - SEVEN_BYTES ||
        end + SEVEN_BYTES > n->bytes.n) {
        hw_say_anomaly(x, n, "truncated", n->bytes.n, 0, "the 7z header lies behind the end");
        hw_say_degree(n, HW_BROKEN, "the 7z header lies behind the end");
    } else if (end + SEVEN_BYTES < n->bytes.n) {
        hw_box_hidden(x, n, end + SEVEN_BYTES, n->bytes.n - end - SEVEN_BYTES,
                      "behind the archive");
    }
    if (s.size > 0) {
        open_box(x, n, archive_read_support_format_7zip, true);
    }
}

struct cab {
    uint32_t size, sig_off, sig_size;
    uint16_t flags;
};

static bool cab_head(struct hw_reader *r, struct cab *out)
{
    struct cab c = {0};
    uint32_t zero[3], first;
    uint16_t version, folders, files, set, number, header = 0, pad;
    if (!hw_read_magic(r, "MSCF", 4) || !hw_read_u32le(r, &zero[0]) || !hw_read_u32le(r, &c.size) ||
        !hw_read_u32le(r, &zero[1]) || !hw_read_u32le(r, &first) || !hw_read_u32le(r, &zero[2]) ||
        !hw_read_u16le(r, &version) || !hw_read_u16le(r, &folders) || !hw_read_u16le(r, &files) ||
        !hw_read_u16le(r, &c.flags) || !hw_read_u16le(r, &set) || !hw_read_u16le(r, &number) ||
        version != 0x0103) {
        return false;
    }
    bool reserve = (c.flags & 4) != 0 && hw_read_u16le(r, &header) && hw_read_skip(r, 2);
    if (reserve && header >= 12 && hw_read_u16le(r, &pad) && hw_read_u16le(r, &pad)) {
        if (!hw_read_u32le(r, &c.sig_off) || !hw_read_u32le(r, &c.sig_size)) {
            c.sig_off = c.sig_size = 0;
        }
    }
    *out = c;
    return true;
}

static unsigned cab_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct cab c;
    hw_reader_init(&r, bytes, fuel);
    return cab_head(&r, &c) ? 56 : 0;
}

static void cab_examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_reader r;
    struct cab c;
    hw_node_reader(x, n, &r);
    if (!cab_head(&r, &c)) {
        hw_say_fault(x, n, &r, "the cabinet header");
        return;
    }
    uint64_t end = c.size;
    if (end > n->bytes.n) {
        hw_say_anomaly(x, n, "truncated", n->bytes.n, end - n->bytes.n,
                       "the cabinet says it is %u bytes long", c.size);
    } else if (c.sig_size > 0 && c.sig_off == end && c.sig_size <= n->bytes.n - end) {
        hw_box_region(x, n, "signature", c.sig_off, c.sig_size);
        end += c.sig_size;
    }
    if (end < n->bytes.n) {
        hw_box_hidden(x, n, end, n->bytes.n - end, "behind the cabinet");
    }
    if ((c.flags & 3) != 0) {
        hw_say_anomaly(x, n, "unsupported", 30, 2, "one cabinet of a set: members may be cut");
    }
    open_box(x, n, archive_read_support_format_cab, false);
}

const struct hw_format hw_format_7z = {"7z", seven_probe, seven_examine, NULL, true};
const struct hw_format hw_format_cab = {"cab", cab_probe, cab_examine, NULL, true};
