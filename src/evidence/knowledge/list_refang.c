/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_refang.c -- undoes the marks that keep people from clicking.
 *
 * Publishers write evil[.]com, hxxp[:]//, name[@]host. refang() undoes these while it appends:
 * after each byte it looks whether the text now ends in a mark, and looks again after each
 * replacement, so the result never holds one and reading it twice changes nothing.
 */
#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/list_value.h"

struct mark {
    const char *from;
    const char *to;
    bool glue; /* blanks beside it belong to the mark */
};
static const struct mark marks[] = {
    {"[.", ".", true},    {".]", ".", true},           {"(.)", ".", true},
    {"{.}", ".", true},   {"\\.", ".", false},         {"[dot]", ".", true},
    {"(dot)", ".", true}, {"{dot}", ".", true},        {"[:]", ":", false},
    {"[/]", "/", false},  {"[://]", "://", false},     {"[@]", "@", true},
    {"(@)", "@", true},   {"[at]", "@", true},         {"(at)", "@", true},
    {"{at}", "@", true},  {"\xe2\x80\x8b", "", false}, {"\xef\xbb\xbf", "", false},
};

static const struct mark *mark_at_end(const struct hw_list_value *v)
{
    uint8_t last = v->p[v->n - 1];
    if (last != '.' && last != ']' && last != ')' && last != '}' && last != 0x8b && last != 0xbf) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t n = strlen(marks[i].from);
        struct hw_span from = {(const uint8_t *)marks[i].from, n};
        if (n <= v->n && hw_span_equal_nocase(hw_span_from(hw_value_text(v), v->n - n), from)) {
            return &marks[i];
        }
    }
    return NULL;
}

static bool refang(struct hw_span s, struct hw_list_value *v)
{
    bool glue = false;
    v->n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (glue && hw_ascii_is_blank(s.p[i])) {
            continue;
        }
        glue = false;
        if (!hw_value_put(v, s.p[i])) {
            return false;
        }
        const struct mark *m;
        while (v->n > 0 && (m = mark_at_end(v)) != NULL) {
            v->n -= strlen(m->from);
            while (m->glue && v->n > 0 && hw_ascii_is_blank(v->p[v->n - 1])) {
                v->n--;
            }
            glue = glue || m->glue;
            /* Never longer than what it replaces. */
            (void)hw_value_put_all(v, hw_span_str(m->to));
        }
    }
    return true;
}

static bool is_wrapping(uint8_t c)
{
    return hw_ascii_is_blank(c) || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' ||
           c == ',' || c == ';';
}

struct hw_span hw_value_unwrap(struct hw_span s)
{
    size_t from = 0, to = s.n;
    while (from < to && is_wrapping(s.p[from])) {
        from++;
    }
    while (to > from && is_wrapping(s.p[to - 1])) {
        to--;
    }
    return hw_span_cut(s, from, to - from);
}

/* Moves part of v's own text to its front. */
static void keep(struct hw_list_value *v, struct hw_span part)
{
    for (size_t i = 0; i < part.n; i++) {
        v->p[i] = part.p[i];
    }
    v->n = part.n;
}

/* hxxp, hXXp, h**p, htxp, h__p, meow and fxp in front of a colon are the schemes they hide. All
 * replacements have the length of what they replace. */
static void unhide_scheme(struct hw_list_value *v)
{
    size_t colon = hw_span_find(hw_value_text(v), ':');
    if (colon == v->n || colon < 3 || colon > 5) {
        return;
    }
    bool s = colon > 3 && (v->p[colon - 1] == 's' || v->p[colon - 1] == 'S');
    size_t n = colon - s;
    if (n == 4 && hw_ascii_lower(v->p[0]) == 'h' && hw_ascii_lower(v->p[3]) == 'p' &&
        hw_value_one_of(v->p[1], "tTxX*_-") && hw_value_one_of(v->p[2], "tTxX*_-")) {
        v->p[1] = 't', v->p[2] = 't';
    } else if (n == 3 && hw_span_is_nocase(hw_span_cut(hw_value_text(v), 0, 3), "fxp")) {
        v->p[1] = 't';
    } else if (n == 4 && !s && hw_span_is_nocase(hw_span_cut(hw_value_text(v), 0, 4), "meow")) {
        v->p[0] = 'h', v->p[1] = 't', v->p[2] = 't', v->p[3] = 'p';
    }
}

/* Unwrapped, refanged, unwrapped again: a fixed point, since no part of the result is a mark. */
bool hw_value_plain(struct hw_span raw, struct hw_list_value *v, const char **out_why)
{
    if (!refang(hw_value_unwrap(raw), v)) {
        return hw_value_no(out_why, "longer than 2,048 bytes");
    }
    keep(v, hw_value_unwrap(hw_value_text(v)));
    unhide_scheme(v);
    for (size_t i = 0; i < v->n; i++) {
        if (v->p[i] < 0x20 || v->p[i] == 0x7f) {
            return hw_value_no(out_why, "control characters inside");
        }
    }
    return v->n > 0 || hw_value_no(out_why, "nothing is left of it");
}
