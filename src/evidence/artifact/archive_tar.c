/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/archive_tar.c -- tar, bare or in one compressed stream, read as it flows by.
 *
 * Follows POSIX.1-2017 pax (ustar and pax headers) and the GNU tar manual ("Basic Tar Format":
 * long names, base-256 numbers, sparse files). A compressed tar is one box to people, so it is one
 * node here: format "tar", property tar.filter. Offsets are then of the unpacked stream.
 *
 *     0 name 100   100 mode 8   108 uid 8   116 gid 8   124 size 12   136 mtime 12   148 checksum 8
 *   156 type 1   157 link name 100   257 "ustar\0" "00" or "ustar  \0"   265 user 32   297 group 32
 *   329 device 8+8   345 prefix 155 (ustar only)      482 GNU sparse: more blocks follow
 *
 * Two blocks of zeros end the archive. What stands behind them is read as well: programs stop
 * there, and that is why somebody might put it there.
 */
#include "evidence/artifact/archive_tar.h"

#include <string.h>

#include "base/buf.h"
#include "base/checked.h"
#include "evidence/box.h"
#include "evidence/artifact/archive_stream.h"
#include "evidence/artifact/archive_pax.h"

enum { BLOCK = 512, META_BYTES = 1024 * 1024, NAME_ROOM = 260 };
enum { BITS_CHECKSUM = 40, BITS_MAGIC = 24 };

enum step { AT_HEADER, AT_BODY, AT_SPARSE, AT_PADDING };
enum fate { DROP, MEMBER, META }; /* of the body that flows by */

struct header {
    struct hw_span name, link, magic, prefix;
    uint64_t mode, size;
    int64_t mtime;
    uint8_t type;
    bool ustar, sparse_goes_on;
};

struct tar {
    struct hw_exam *x;
    struct hw_node *n;
    uint64_t at; /* in the unpacked stream */
    enum step step;
    enum fate fate;
    uint8_t block[BLOCK];
    size_t have;        /* of the block */
    uint64_t left;      /* of the body, or of the padding */
    uint64_t pad;       /* behind the body */
    uint64_t dirty;     /* padding bytes that are not zero */
    uint64_t zeros;     /* zero blocks in a row */
    uint64_t ended_at;  /* where the archive ended; 0: not yet */
    uint64_t link_size; /* a hard link that claims a body */
    uint64_t ordinal;
    struct hw_span live; /* the body in place, when the stream lies in memory */
    bool in_memory, spoilt, behind_said;
    struct hw_member_bytes body;
    struct hw_buf meta, name; /* body of a pax or long-name header; name of the member */
    struct header h;
    struct hw_pax pax, global;
};

/* Octal digits among blanks, or base-256 when the first bit is set. False: neither. */
static bool number(struct hw_reader *r, size_t n, uint64_t *out)
{
    struct hw_reader f;
    uint8_t c = 0;
    uint64_t v = 0;
    if (!hw_read_sub(r, n, &f) || !hw_read_peek(&f, &c)) {
        return false;
    }
    if ((c & 0x80) != 0) {
        bool negative = (c & 0x40) != 0;
        for (bool first = true; hw_read_u8(&f, &c); first = false) {
            if (v >> 56 != 0) {
                return false;
            }
            v = v << 8 | (first ? c & 0x3fU : c);
        }
        *out = v;
        return !negative;
    }
    bool digits = false, ended = false;
    while (hw_read_u8(&f, &c)) {
        if (c == ' ' || c == 0) {
            ended = digits;
        } else if (c < '0' || c > '7' || ended || v >> 61 != 0) {
            return false;
        } else {
            v = v << 3 | (uint64_t)(c - '0');
            digits = true;
        }
    }
    *out = v;
    return true;
}

/* A field that may or may not end in a NUL. */
static bool text(struct hw_reader *r, size_t n, struct hw_span *out)
{
    if (!hw_read_bytes(r, n, out)) {
        return false;
    }
    const uint8_t *nul = memchr(out->p, 0, out->n);
    out->n = nul == NULL ? out->n : (size_t)(nul - out->p);
    return true;
}

/* The sum of all bytes with the checksum field as blanks; old programs summed signed bytes. */
static bool checksum_holds(struct hw_span b)
{
    struct hw_budget fuel = {BLOCK * 2, BLOCK, 4};
    struct hw_reader r, f;
    uint64_t stated;
    int64_t plain = 0, with_sign = 0;
    hw_reader_init(&r, b, &fuel);
    if (!hw_read_window(&r, 148, 8, &f) || !number(&f, 8, &stated)) {
        return false;
    }
    for (size_t i = 0; i < b.n; i++) {
        uint8_t c = i >= 148 && i < 156 ? ' ' : b.p[i];
        plain += c;
        with_sign += (int8_t)c;
    }
    return stated == (uint64_t)plain || (int64_t)stated == with_sign;
}

static bool all_zero(struct hw_span b)
{
    uint64_t nonzero;
    hw_measure(b, NULL, &nonzero);
    return nonzero == 0;
}

unsigned hw_tar_bid(struct hw_span b)
{
    if (b.n < BLOCK) {
        return 0;
    }
    b.n = BLOCK;
    if (all_zero(b) || !checksum_holds(b)) {
        return 0;
    }
    return BITS_CHECKSUM + (memcmp(b.p + 257, "ustar", 5) == 0 ? BITS_MAGIC : 0);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    unsigned bits, own = hw_tar_bid(bytes);
    (void)fuel;
    if (own > 0) {
        return own;
    }
    enum hw_filter f = hw_filter_of(bytes, &bits);
    uint8_t first[HW_LOOK_BYTES];
    if (f == HW_FILTER_NONE) {
        return 0;
    }
    size_t n = hw_stream_look(bytes, f, first);
    own = hw_tar_bid((struct hw_span){first, n});
    return own > 0 ? own + bits : 0; /* and archive_stream.c withdraws: a compressed tar is a tar */
}

static bool parse(struct tar *t, struct header *h)
{
    struct hw_reader r;
    struct hw_span pass;
    uint64_t mtime = 0;
    uint8_t more = 0;
    *h = (struct header){0};
    hw_reader_init_at(&r, (struct hw_span){t->block, BLOCK}, t->at - BLOCK, &t->x->fuel);
    struct hw_reader tail = r;
    if (!hw_reader_item(&r) || !text(&r, 100, &h->name) || !number(&r, 8, &h->mode) ||
        !hw_read_skip(&r, 16) || !number(&r, 12, &h->size)) {
        return false;
    }
    bool dated = number(&r, 12, &mtime);
    if (!hw_read_window(&tail, 156, BLOCK - 156, &r) || !hw_read_u8(&r, &h->type) ||
        !text(&r, 100, &h->link) || !hw_read_bytes(&r, 8, &h->magic) || !hw_read_skip(&r, 80) ||
        !text(&r, 155, &h->prefix) || !hw_read_window(&tail, 482, 1, &r) ||
        !hw_read_u8(&r, &more) || !hw_read_window(&tail, 0, 1, &r) ||
        !hw_read_bytes(&r, 1, &pass)) {
        return false;
    }
    h->ustar = memcmp(h->magic.p, "ustar\0", 6) == 0;
    h->sparse_goes_on = more != 0;
    h->mtime = dated && mtime < INT64_MAX / 1000000000 ? (int64_t)mtime * 1000000000 : HW_NO_TIME;
    return true;
}

static void body_of(struct tar *t, enum fate fate, uint64_t size)
{
    t->fate = fate;
    t->left = size;
    t->pad = (BLOCK - size % BLOCK) % BLOCK;
    t->step = AT_BODY;
    t->spoilt = false;
    t->live = (struct hw_span){NULL, 0};
    hw_buf_clear(&t->meta);
}

static struct hw_span name_of(struct tar *t)
{
    if (t->pax.path.n > 0) {
        return hw_buf_span(&t->pax.path);
    }
    hw_buf_clear(&t->name);
    if (t->h.ustar && t->h.prefix.n > 0) {
        hw_buf_span_put(&t->name, t->h.prefix);
        hw_buf_char(&t->name, '/');
    }
    hw_buf_span_put(&t->name, t->h.name);
    return hw_buf_span(&t->name);
}

static struct hw_member member_of(struct tar *t)
{
    return (struct hw_member){
        .name = name_of(t),
        .ordinal = t->ordinal++,
        .mode = t->h.mode & 07777,
        .time_ns = t->pax.mtime != HW_NO_TIME ? t->pax.mtime : t->h.mtime,
        .off = t->at - BLOCK,
    };
}

static void entry(struct tar *t, const char *what)
{
    struct hw_member m = member_of(t);
    struct hw_span target = t->pax.linkpath.n > 0 ? hw_buf_span(&t->pax.linkpath) : t->h.link;
    hw_examine_entry(t->x, t->n, &m, what, target);
}

static void leave_closed(struct tar *t, const char *because)
{
    struct hw_member m = member_of(t);
    hw_say_unopened(t->x, t->n, "member", m.name, m.off, t->left, because);
}

/* Files: type '0', NUL, '7', and whatever POSIX did not name. */
static void begin_file(struct tar *t, uint64_t size)
{
    struct hw_span name = name_of(t);
    bool folder = name.n > 0 && name.p[name.n - 1] == '/' && size == 0;
    body_of(t, folder ? DROP : MEMBER, size);
    if (t->pax.sparse) {
        leave_closed(t, "a sparse file, whose holes this version does not fill");
        t->fate = DROP;
    }
}

static void begin(struct tar *t)
{
    struct header *h = &t->h;
    uint64_t size = t->pax.has_size ? t->pax.size : h->size;
    switch (h->type) {
    case 'x':
    case 'X':
    case 'g':
    case 'L':
    case 'K':
        body_of(t, META, h->size);
        return; /* the pax state stands for the member to come */
    case '1':
        entry(t, "hardlink");
        t->link_size = size;
        break;
    case '2':
        entry(t, "symlink");
        break;
    case '3':
    case '4':
        entry(t, "device");
        break;
    case '6':
        entry(t, "fifo");
        break;
    case '5':
        body_of(t, DROP, size); /* a folder's size is a quota hint, and some write a body */
        t->left = h->ustar ? 0 : t->left;
        t->pad = h->ustar ? 0 : t->pad;
        break;
    case 'D':
    case 'M':
    case 'V':
    case 'N':
        body_of(t, DROP, h->type == 'V' ? 0 : size);
        break;
    case 'S':
        body_of(t, DROP, size);
        leave_closed(t, "a sparse file, whose holes this version does not fill");
        t->step = h->sparse_goes_on ? AT_SPARSE : AT_BODY;
        break;
    default:
        begin_file(t, size);
        break;
    }
}

static void take_header(struct tar *t)
{
    struct hw_span b = {t->block, BLOCK};
    struct hw_exam *x = t->x;
    uint64_t off = t->at - BLOCK;
    if (all_zero(b)) {
        t->zeros++;
        t->link_size = 0;
        if (t->zeros == 2 && t->ended_at == 0) {
            t->ended_at = t->at;
        }
        return;
    }
    bool fits = checksum_holds(b);
    if (t->link_size > 0) {
        uint64_t size = t->link_size;
        t->link_size = 0;
        hw_say_anomaly(x, t->n, "two-stories", off, size,
                       "a hard link says it has %llu bytes: programs differ on whether they follow",
                       (unsigned long long)size);
        if (!fits) {
            body_of(t, DROP, size);
            t->left = size > BLOCK ? size - BLOCK : 0;
            t->pad = size > BLOCK ? t->pad : 0;
            return;
        }
    }
    t->have = 0;
    if (t->ended_at > 0 && !t->behind_said) {
        t->behind_said = true;
        hw_say_anomaly(x, t->n, "hidden-bytes", off, 0, "%s behind the end of the archive",
                       fits ? "members stand" : "bytes that belong to nothing");
    }
    if (!fits || !parse(t, &t->h)) {
        if (t->ended_at == 0 && !t->behind_said) {
            t->behind_said = true;
            hw_say_anomaly(x, t->n, fits ? "bad-header" : "bad-checksum", off, BLOCK,
                           "no member header here");
            hw_say_degree(t->n, HW_BROKEN, "a member header is broken");
            hw_say_unopened(x, t->n, "member", (struct hw_span){NULL, 0}, off, 0,
                            "what follows a broken member header");
        }
        return; /* the next good header goes on */
    }
    t->zeros = 0;
    begin(t);
    /* Records before a member are its own, and a member is there when its body is. */
    if (t->step != AT_BODY || t->fate == DROP) {
        hw_pax_forget(&t->pax, &t->global);
    }
}

static void end_meta(struct tar *t)
{
    struct hw_span s = hw_buf_span(&t->meta);
    uint64_t off = t->at - s.n;
    if (!hw_buf_ok(&t->meta) || t->spoilt) {
        hw_say_anomaly(t->x, t->n, "over-budget", off, 0, "a member's records are over 1 MiB");
        return;
    }
    if (t->h.type == 'L' || t->h.type == 'K') {
        const uint8_t *nul = s.n == 0 ? NULL : memchr(s.p, 0, s.n);
        s.n = nul == NULL ? s.n : (size_t)(nul - s.p);
        struct hw_buf *to = t->h.type == 'L' ? &t->pax.path : &t->pax.linkpath;
        hw_buf_clear(to);
        hw_buf_span_put(to, s);
        return;
    }
    hw_pax_read(t->x, t->n, s, off, t->h.type == 'g' ? &t->global : &t->pax);
    if (t->h.type == 'g') {
        hw_pax_forget(&t->pax, &t->global);
    }
}

static void end_body(struct tar *t)
{
    if (t->fate == META) {
        end_meta(t);
    } else if (t->fate == MEMBER) {
        struct hw_member m = member_of(t);
        m.bytes = t->live.p != NULL ? t->live : (struct hw_span){t->body.p, t->body.n};
        if (!t->spoilt) {
            hw_examine_member(t->x, t->n, &m, NULL);
        }
        hw_member_done(t->x, &t->body);
        hw_pax_forget(&t->pax, &t->global);
    }
    t->left = t->pad;
    t->step = AT_PADDING;
}

static void keep(struct tar *t, struct hw_span s)
{
    if (t->fate == META) {
        if (t->meta.n + s.n > META_BYTES) {
            t->spoilt = true;
            return;
        }
        hw_buf_span_put(&t->meta, s);
    } else if (t->fate == MEMBER && t->in_memory && s.n == t->left && t->body.n == 0) {
        t->live = s;
    } else if (t->fate == MEMBER && !t->spoilt) {
        if (!hw_member_more(t->x, t->n, name_of(t), t->n->bytes.n, &t->body, s.n)) {
            t->spoilt = true; /* said; the bytes flow by */
            hw_member_done(t->x, &t->body);
            return;
        }
        for (size_t i = 0; i < s.n; i++) {
            t->body.p[t->body.n + i] = s.p[i];
        }
        t->body.n += s.n;
    }
}

/* As many of s as this step can use; never more than is left. */
static size_t step_over(struct tar *t, struct hw_span s)
{
    size_t n = s.n;
    if (t->step == AT_HEADER || t->step == AT_SPARSE) {
        n = n > BLOCK - t->have ? BLOCK - t->have : n;
        for (size_t i = 0; i < n; i++) {
            t->block[t->have++] = s.p[i];
        }
        t->at += n;
        if (t->have == BLOCK) {
            t->have = 0;
            if (t->step == AT_HEADER) {
                take_header(t);
            } else if (t->block[504] == 0) {
                t->step = AT_BODY;
            }
        }
    } else {
        n = n > t->left ? (size_t)t->left : n;
        struct hw_span part = {s.p, n};
        if (t->step == AT_BODY) {
            keep(t, part);
        } else {
            uint64_t nonzero;
            hw_measure(part, NULL, &nonzero);
            t->dirty += nonzero;
        }
        t->left -= n;
        t->at += n;
    }
    while ((t->step == AT_BODY || t->step == AT_PADDING) && t->left == 0) {
        if (t->step == AT_BODY) {
            end_body(t);
        } else {
            t->step = AT_HEADER;
        }
    }
    return n;
}

static int flow(void *state, const uint8_t *p, size_t n)
{
    struct tar *t = state;
    while (n > 0) {
        size_t used = step_over(t, (struct hw_span){p, n});
        p += used;
        n -= used;
        if (!hw_exam_going(t->x) || t->n->degree == HW_REFUSED || t->x->fuel.items == 0) {
            return 1;
        }
    }
    /* What flows by unkept is a bomb as well when there is too much of it. */
    return t->in_memory || hw_unpacked_fits(t->x, t->n, t->n->bytes.n, t->at) ? 0 : 1;
}

static void judge_end(struct tar *t)
{
    struct hw_exam *x = t->x;
    bool inside = t->step != AT_HEADER || t->have > 0;
    if (t->step == AT_BODY || t->step == AT_SPARSE) {
        hw_say_anomaly(x, t->n, "truncated", t->at, t->left, "the tar ends inside a member");
        hw_say_degree(t->n, HW_BROKEN, "the tar ends inside a member");
        if (t->fate == MEMBER) {
            leave_closed(t, "cut short");
        }
    } else if (inside && t->ended_at == 0) {
        hw_say_anomaly(x, t->n, "truncated", t->at, 0, "the tar ends inside a block");
        hw_say_degree(t->n, HW_BROKEN, "the tar ends inside a block");
    } else if (t->zeros == 0 && !t->behind_said) {
        hw_say_anomaly(x, t->n, "truncated", t->at, 0, "no end mark (two blocks of zeros)");
    }
    if (t->dirty > 0) {
        hw_say_anomaly(x, t->n, "hidden-bytes", 0, t->dirty,
                       "%llu padding bytes behind members are not zero",
                       (unsigned long long)t->dirty);
    }
    hw_say_number(x, t->n, "tar.unpacked-bytes", t->at);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct tar *t = hw_arena_alloc(x->arena, sizeof *t);
    unsigned bits;
    if (t == NULL) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return;
    }
    t->x = x;
    t->n = n;
    hw_buf_init(&t->meta, META_BYTES);
    hw_buf_init(&t->name, NAME_ROOM);
    hw_pax_init(&t->pax);
    hw_pax_init(&t->global);
    enum hw_filter f = hw_tar_bid(n->bytes) > 0 ? HW_FILTER_NONE : hw_filter_of(n->bytes, &bits);
    bool whole = true;
    if (f == HW_FILTER_NONE) {
        t->in_memory = true;
        whole = flow(t, n->bytes.p, n->bytes.n) == 0;
    } else {
        const char *word = hw_filter_word(f);
        hw_say_text(x, n, "tar.filter", (struct hw_span){(const uint8_t *)word, strlen(word)});
        whole = hw_stream_pour(x, n, f, flow, t);
    }
    if (whole || n->degree != HW_REFUSED) {
        judge_end(t);
    }
    hw_member_done(x, &t->body);
    hw_buf_done(&t->meta);
    hw_buf_done(&t->name);
    hw_pax_done(&t->pax);
    hw_pax_done(&t->global);
}

const struct hw_format hw_format_tar = {"tar", probe, examine, NULL, true};
