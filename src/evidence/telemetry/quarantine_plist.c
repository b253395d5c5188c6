/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/quarantine_plist.c -- XML property lists, as far as Apple writes them.
 *
 * PropertyList-1.0.dtd; XML 1.0. Strict where XML could surprise: no CDATA, no entity but the five
 * of XML and numbers, no DOCTYPE with declarations in it, no attribute but on <plist>.
 */
#include "evidence/telemetry/quarantine.h"

#include <string.h>

#include "base/text.h"

/* Of markup and of a tag: an end is looked for no further, so that many without one cost little. */
enum { MARKUP_BYTES = 4096, TAG_BYTES = 256 };

static struct hw_plist_piece bad(uint64_t off, const char *why)
{
    return (struct hw_plist_piece){HW_PLIST_BAD, hw_span_str(why), off};
}

static size_t find(struct hw_span s, const char *word)
{
    const uint8_t *p = s.n == 0 ? NULL : memmem(s.p, s.n, word, strlen(word));
    return p == NULL ? s.n : (size_t)(p - s.p);
}

static bool is_name(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_ascii_is_alpha(s.p[i])) {
            return false;
        }
    }
    return s.n > 0;
}

/* <!-- -->, <? ?> and <!DOCTYPE >: over it; NULL, or why not. */
static const char *skip_markup(struct hw_reader *r, struct hw_span rest)
{
    const char *end = hw_span_starts(rest, "<!--") ? "-->"
                      : hw_span_starts(rest, "<?") ? "?>"
                                                   : ">";
    rest = hw_span_cut(rest, 0, MARKUP_BYTES);
    size_t n = find(rest, end);
    if (n == rest.n) {
        return "markup without an end";
    }
    if (end[1] == '\0' &&
        (!hw_span_starts(rest, "<!DOCTYPE") || hw_span_find(hw_span_cut(rest, 0, n), '[') < n)) {
        return "markup that no property list has";
    }
    return hw_read_skip(r, n + strlen(end)) ? NULL : "markup without an end";
}

static struct hw_plist_piece read_tag(struct hw_reader *r, struct hw_span rest, uint64_t off)
{
    struct hw_plist_piece p = {HW_PLIST_OPEN, {NULL, 0}, off};
    rest = hw_span_cut(rest, 0, TAG_BYTES);
    size_t n = hw_span_find(rest, '>');
    if (n == rest.n || !hw_read_skip(r, n + 1)) {
        return bad(off, "a tag without an end");
    }
    p.text = hw_span_cut(rest, 1, n - 1);
    if (hw_span_starts(p.text, "/")) {
        p.sort = HW_PLIST_CLOSE;
        p.text = hw_span_from(p.text, 1);
    } else if (hw_span_ends(p.text, "/")) {
        p.sort = HW_PLIST_EMPTY;
        p.text = hw_span_cut(p.text, 0, p.text.n - 1);
    } else if (hw_span_starts(p.text, "plist ")) {
        p.text = hw_span_cut(p.text, 0, 5);
    }
    p.text = hw_span_trim(p.text);
    return is_name(p.text) ? p : bad(off, "a tag that no property list has");
}

struct hw_plist_piece hw_plist_next(struct hw_reader *r)
{
    while (hw_read_left(r) > 0 && hw_reader_item(r)) {
        uint64_t off = hw_read_where(r);
        struct hw_span rest = hw_reader_rest(r), text;
        size_t n = hw_span_find(rest, '<');
        if (n > 0) {
            if (!hw_read_bytes(r, n, &text)) {
                return bad(off, "the budget for this input ended here");
            }
            if (hw_span_trim(text).n > 0) {
                return (struct hw_plist_piece){HW_PLIST_TEXT, text, off};
            }
        } else if (rest.n > 1 && (rest.p[1] == '!' || rest.p[1] == '?')) {
            const char *why = skip_markup(r, rest);
            if (why != NULL) {
                return bad(off, why);
            }
        } else {
            return read_tag(r, rest, off);
        }
    }
    return (struct hw_plist_piece){HW_PLIST_END, {NULL, 0}, hw_read_where(r)};
}

bool hw_plist_is(const struct hw_plist_piece *p, enum hw_plist_sort sort, const char *name)
{
    return p->sort == sort && hw_span_is(p->text, name);
}

/* &#N; and &#xN; */
static bool put_number(struct hw_span s, struct hw_buf *out)
{
    uint64_t v = 0;
    if (hw_span_starts(s, "#x")) {
        for (size_t i = 2; i < s.n; i++) {
            uint8_t c = hw_ascii_lower(s.p[i]);
            bool digit = hw_ascii_is_digit(c);
            if (i > 8 || (!digit && (c < 'a' || c > 'f'))) {
                return false;
            }
            v = v << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
        }
    } else if (!hw_span_u64(hw_span_from(s, 1), &v)) {
        return false;
    }
    if (v == 0 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff)) {
        return false;
    }
    hw_utf8_put(out, (uint32_t)v);
    return true;
}

static bool put_entity(struct hw_span name, struct hw_buf *out)
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (hw_span_is(name, known[i].name)) {
            hw_buf_char(out, known[i].c);
            return true;
        }
    }
    return hw_span_starts(name, "#") && put_number(name, out);
}

static bool put_plain(struct hw_span s, struct hw_buf *out)
{
    while (s.n > 0) {
        size_t n = hw_span_find(s, '&');
        hw_buf_span_put(out, hw_span_cut(s, 0, n));
        s = hw_span_from(s, n);
        if (s.n > 0) {
            size_t end = hw_span_find(hw_span_cut(s, 0, 16), ';');
            if (end >= 16 || end == s.n || !put_entity(hw_span_cut(s, 1, end - 1), out)) {
                return false;
            }
            s = hw_span_from(s, end + 1);
        }
    }
    return hw_buf_ok(out);
}

bool hw_plist_text(struct hw_reader *r, struct hw_span name, struct hw_buf *out)
{
    struct hw_span text;
    size_t n = hw_span_find(hw_reader_rest(r), '<');
    if (!hw_read_bytes(r, n, &text) || !put_plain(text, out)) {
        return false;
    }
    struct hw_plist_piece p = hw_plist_next(r);
    return p.sort == HW_PLIST_CLOSE && hw_span_equal(p.text, name);
}
