/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/picture_text.c -- words of a picture: how wide they are at most, and cut to fit.
 *
 * No font is read. A character is taken as wide as in DejaVu Sans, the widest of the usual ones, or
 * wider; what is no letter of Latin, Greek or Cyrillic as wide as its size. What is hidden or bad
 * is as wide as the escape that stands for it (base/text.h).
 */
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "tell/picture.h"

static bool combines(uint32_t c)
{
    return (c >= 0x300 && c < 0x370) || (c >= 0x483 && c < 0x48A) || (c >= 0x1AB0 && c < 0x1B00) ||
           (c >= 0x1DC0 && c < 0x1E00) || (c >= 0x20D0 && c < 0x2100) ||
           (c >= 0xFE20 && c < 0xFE30);
}

/* In hundredths of the size. */
static int width_of(struct hw_span one, uint32_t c)
{
    if (c == HW_BAD_CHAR) {
        return (int)one.n * 4 * 72;
    }
    if (hw_char_hidden(c)) {
        return (c < 0x80 ? 4 : c < 0x10000 ? 8 : 10) * 72;
    }
    if (c < 0x80) {
        return strchr(" !'(),-./:;I[]`fijlrt|", (int)c) != NULL ? 43
               : strchr("#%&+<=>@MWmw~^", (int)c) != NULL       ? 100
               : c >= 'A' && c <= 'Z'                           ? 80
                                                                : 66;
    }
    return combines(c) ? 20 : c < 0x590 ? 85 : c < 0x1100 ? 110 : 130;
}

static int scaled(int hundredths, int size, bool bold)
{
    return (hundredths * size * (bold ? 112 : 100) + 9999) / 10000;
}

enum { FAR = 1 << 20 }; /* hundredths: no text is looked at further than that */

int hw_picture_width(struct hw_span s, int size, bool bold)
{
    int w = 0;
    while (s.n > 0 && w < FAR) {
        uint32_t c;
        size_t n = hw_utf8_next(s, &c);
        w += width_of(hw_span_cut(s, 0, n), c);
        s = hw_span_from(s, n);
    }
    return scaled(w, size, bold);
}

/* How many bytes of s are at most so wide. */
static size_t fits(struct hw_span s, int max, int size, bool bold)
{
    int w = 0;
    size_t at = 0;
    while (at < s.n) {
        uint32_t c;
        size_t n = hw_utf8_next(hw_span_from(s, at), &c);
        w += width_of(hw_span_cut(s, at, n), c);
        if (scaled(w, size, bold) > max) {
            break;
        }
        at += n;
    }
    return at;
}

/* Where a tail begins that is at most so wide. Bad bytes may join into other characters from the
 * middle of a sequence: so characters are walked from the front of the last bytes. */
static size_t tail(struct hw_span s, int max, int size, bool bold)
{
    size_t at = s.n > 600 ? s.n - 600 : 0;
    while (at > 0 && at < s.n && (s.p[at] & 0xC0) == 0x80) {
        at++;
    }
    while (at < s.n && hw_picture_width(hw_span_from(s, at), size, bold) > max) {
        uint32_t c;
        at += hw_utf8_next(hw_span_from(s, at), &c);
    }
    return at;
}

/* Marks heaped on one letter would reach into the lines above: one of them stays. */
static void flatten(struct hw_span s, struct hw_buf *out)
{
    bool before = false;
    while (s.n > 0) {
        uint32_t c;
        size_t n = hw_utf8_next(s, &c);
        bool mark = combines(c);
        if (!mark || !before) {
            hw_buf_span_put(out, hw_span_cut(s, 0, n));
        }
        before = mark;
        s = hw_span_from(s, n);
    }
}

struct hw_span hw_picture_cut(struct hw_picture *p, struct hw_span s, int max, int size, bool bold)
{
    struct hw_buf flat;
    hw_buf_init(&flat, 1 << 20);
    flatten(s, &flat);
    s = hw_buf_span(&flat);
    static const struct hw_span dots = HW_SPAN_LIT("\xe2\x80\xa6");
    struct hw_buf b;
    size_t all = fits(s, max, size, bold);
    hw_buf_init(&b, 1 << 20);
    if (all == s.n) {
        hw_buf_span_put(&b, s);
    } else {
        int room = max - hw_picture_width(dots, size, bold);
        size_t head = fits(s, room * 11 / 20, size, bold);
        struct hw_span rest = hw_span_from(s, head);
        size_t from = tail(rest, room * 9 / 20, size, bold);
        hw_buf_span_put(&b, hw_span_cut(s, 0, head));
        hw_buf_span_put(&b, dots);
        hw_buf_span_put(&b, hw_span_from(rest, from));
    }
    p->failed = p->failed || !hw_buf_ok(&flat);
    hw_buf_done(&flat);
    return hw_picture_say(p, &b);
}

struct hw_span hw_picture_say(struct hw_picture *p, struct hw_buf *b)
{
    struct hw_span s = hw_buf_span(b);
    uint8_t *copy = hw_buf_ok(b) ? hw_arena_copy(p->arena, s) : NULL;
    size_t n = copy == NULL ? 0 : s.n;
    p->failed = p->failed || copy == NULL;
    hw_buf_done(b);
    return (struct hw_span){copy, n};
}

/* ---- labels ---- */

static const struct {
    int size, height;
    bool bold;
} looks[HW_LABEL_KINDS] = {
    [HW_LABEL_TITLE] = {18, 24, true},  [HW_LABEL_NAME] = {12, 16, false},
    [HW_LABEL_NOTE] = {10, 13, false},  [HW_LABEL_MARK] = {10, 13, true},
    [HW_LABEL_BAND] = {14, 18, true},   [HW_LABEL_LANE] = {12, 16, false},
    [HW_LABEL_TICK] = {11, 14, false},  [HW_LABEL_BREAK] = {10, 13, false},
    [HW_LABEL_ACROSS] = {12, 18, true}, [HW_LABEL_FOOT] = {12, 16, false},
};

int hw_label_height(enum hw_label_kind kind)
{
    return looks[kind].height;
}

int hw_label_size(enum hw_label_kind kind)
{
    return looks[kind].size;
}

bool hw_label_bold(enum hw_label_kind kind)
{
    return looks[kind].bold;
}

int hw_picture_label(struct hw_picture *p, enum hw_label_kind kind, int node, int x, int y, int max,
                     struct hw_span text)
{
    if (HW_GROW_IN(p->arena, p->labels, p->label_count, p->label_room, HW_GROW_MOST) != HW_OK) {
        p->failed = true;
        return 0;
    }
    struct hw_picture_label *l = &p->labels[p->label_count++];
    l->kind = kind;
    l->node = node;
    l->arrow = -1;
    l->size = looks[kind].size;
    l->whole = text;
    l->text = hw_picture_cut(p, text, max, l->size, looks[kind].bold);
    l->box = (struct hw_box){x, y, hw_picture_width(l->text, l->size, looks[kind].bold),
                             looks[kind].height};
    return l->box.w;
}

/* ---- names ---- */

static struct hw_span last_name(struct hw_span s)
{
    size_t n = s.n;
    while (n > 0 && s.p[n - 1] != '/' && s.p[n - 1] != '\\') {
        n--;
    }
    return n < s.n ? hw_span_from(s, n) : s;
}

struct hw_span hw_picture_stem(const struct hw_end *e)
{
    struct hw_span s = e->name;
    if (strcmp(e->kind, "file") == 0) {
        return last_name(s);
    }
    if (strcmp(e->kind, "session") == 0) {
        for (size_t i = 0; i + 4 < s.n; i++) {
            if (memcmp(s.p + i, " of ", 4) == 0) {
                return hw_span_from(s, i + 4);
            }
        }
    }
    if (strcmp(e->kind, "process") == 0 && hw_span_ends(s, ")")) {
        size_t n = s.n;
        while (n > 0 && s.p[n - 1] != '(') {
            n--;
        }
        if (n > 1 && hw_span_starts(hw_span_from(s, n), "pid ")) {
            s = hw_span_trim(hw_span_cut(s, 0, n - 1));
        }
    }
    return s;
}

struct hw_span hw_picture_name(struct hw_picture *p, const struct hw_picture_node *n)
{
    struct hw_buf b;
    const struct hw_end *e = n->end;
    hw_buf_init(&b, 1 << 20);
    if (n->count > 1 && p->level >= 2 && !n->needed) {
        hw_buf_printf(&b, "%s \xc3\x97 %u", e->kind, n->count);
        return hw_picture_say(p, &b);
    }
    if (strcmp(e->kind, "artifact") == 0) {
        hw_buf_str(&b, "bytes ");
        hw_buf_span_put(&b, hw_span_cut(e->name, 0, 10));
        hw_buf_str(&b, e->name.n > 10 ? "\xe2\x80\xa6" : "");
    } else if (n->count > 1 || strcmp(e->kind, "session") == 0) {
        bool of = strcmp(e->kind, "session") == 0 && hw_picture_stem(e).n < e->name.n;
        hw_buf_str(&b, of ? "session of " : "");
        hw_buf_span_put(&b, hw_picture_stem(e));
    } else if (strcmp(e->kind, "host") == 0) {
        hw_buf_str(&b, e->quiet ? "device " : "machine ");
        hw_buf_span_put(&b, e->name);
    } else {
        hw_buf_span_put(&b, strcmp(e->kind, "file") == 0 ? last_name(e->name) : e->name);
    }
    if (b.n == 0) {
        hw_buf_printf(&b, "%s without a name", e->kind);
    }
    /* the number of things must survive the cut, which takes from the middle */
    if (n->count > 1) {
        hw_buf_printf(&b, " \xc3\x97 %u", n->count);
    }
    return hw_picture_say(p, &b);
}
