/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/regex_class.c -- for regex_compile.c: what stands in brackets, and what a backslash makes.
 */
#include <string.h>

#include "base/text.h"
#include "fact/regex.h"
#include "fact/regex_code.h"

struct class
{
    uint32_t low[HW_RE_RANGES_MAX], high[HW_RE_RANGES_MAX];
    size_t count;
    bool negated;
};

static bool class_add(struct hw_re_compiler *c, struct class *k, uint32_t low, uint32_t high)
{
    if (k->count == HW_RE_RANGES_MAX) {
        return hw_re_refuse(c, "regular expression: a class of more than 64 ranges");
    }
    k->low[k->count] = low;
    k->high[k->count++] = high;
    return true;
}

/* The ASCII classes, each in order of its ranges, so that what they leave out can be said too. */
static bool class_add_named(struct hw_re_compiler *c, struct class *k, const char *ranges,
                            bool negated)
{
    uint32_t from = 0;
    for (; ranges[0] != 0; ranges += 2) {
        uint32_t low = (uint8_t)ranges[0], high = (uint8_t)ranges[1];
        if (!negated ? !class_add(c, k, low, high)
                     : low > from && !class_add(c, k, from, low - 1)) {
            return false;
        }
        from = high + 1;
    }
    return !negated || class_add(c, k, from, 0x10ffff);
}

static const char *escape_ranges(uint32_t letter)
{
    switch (letter | 0x20) {
    case 'd':
        return "09";
    case 's':
        return "\t\r  ";
    case 'w':
        return "09AZ__az";
    default:
        return NULL;
    }
}

static bool class_emit(struct hw_re_compiler *c, const struct class *k)
{
    size_t n = HW_RE_CLASS_HEAD + k->count * HW_RE_RANGE_BYTES;
    uint32_t off = c->classes_n;
    uint8_t *p = c->classes + off;
    if (n > HW_REGEX_CLASS_BYTES - off) {
        return hw_re_refuse(c, "regular expression: its classes are too large");
    }
    *p++ = (uint8_t)k->count;
    *p++ = 0;
    *p++ = k->negated;
    for (size_t i = 0; i < k->count; i++) {
        for (unsigned shift = 0; shift < 24; shift += 8) {
            p[shift / 8] = (uint8_t)(k->low[i] >> shift);
            p[shift / 8 + 3] = (uint8_t)(k->high[i] >> shift);
        }
        p += HW_RE_RANGE_BYTES;
    }
    c->classes_n += (uint32_t)n;
    return hw_re_emit(c, (c->flags & HW_REGEX_NOCASE) != 0 ? HW_RE_CLASS_NOCASE : HW_RE_CLASS, off);
}

static bool hex_char(struct hw_re_compiler *c, size_t min, size_t max, uint32_t *out)
{
    uint32_t v = 0;
    size_t n = 0;
    for (; n < max && c->at < c->in.n; n++, c->at++) {
        uint8_t ch = hw_ascii_lower(c->in.p[c->at]);
        bool letter = ch >= 'a' && ch <= 'f';
        if (!letter && !hw_ascii_is_digit(ch)) {
            break;
        }
        v = v * 16 + (uint32_t)(letter ? ch - 'a' + 10 : ch - '0');
    }
    if (n < min || v > 0x10ffff) {
        return hw_re_refuse(c, "regular expression: a character's number is not whole");
    }
    *out = v;
    return true;
}

/* What follows a backslash, where it is one character: in a class and outside alike. */
bool hw_re_escaped_char(struct hw_re_compiler *c, uint32_t letter, uint32_t *out)
{
    static const char from[] = "nrtfvae0", to[] = "\n\r\t\f\v\a\x1b";
    const char *found = letter < 0x80 && letter > 0 ? strchr(from, (int)letter) : NULL;
    if (found != NULL) {
        *out = (uint8_t)to[found - from];
        return letter != '0' || !hw_ascii_is_digit((uint8_t)(hw_re_peek(c) & 0x7f)) ||
               hw_re_refuse(c, "regular expression: a character by its octal number");
    }
    if (letter == 'x') {
        bool braces = hw_re_took(c, "{");
        return hex_char(c, braces ? 1 : 2, braces ? 6 : 2, out) &&
               (!braces || hw_re_took(c, "}") ||
                hw_re_refuse(c, "regular expression: a character's number is not whole"));
    }
    if (letter == 'u') {
        return hex_char(c, 4, 4, out);
    }
    if (letter == HW_RE_END) {
        return hw_re_refuse(c, "regular expression: it ends in a backslash");
    }
    if (letter < 0x80 &&
        (hw_ascii_is_alpha((uint8_t)letter) || hw_ascii_is_digit((uint8_t)letter))) {
        return hw_re_refuse(c, hw_ascii_is_digit((uint8_t)letter) || letter == 'k'
                                   ? "regular expression: back reference"
                                   : "regular expression: unknown escape");
    }
    *out = letter;
    return true;
}

static bool posix_class(struct hw_re_compiler *c, struct class *k)
{
    static const struct {
        const char *name, *ranges;
    } names[] = {
        {"alnum:]", "09AZaz"},  {"alpha:]", "AZaz"},     {"blank:]", "\t\t  "},  {"digit:]", "09"},
        {"lower:]", "az"},      {"punct:]", "!/:@[`{~"}, {"space:]", "\t\r  "},  {"upper:]", "AZ"},
        {"word:]", "09AZ__az"}, {"print:]", " ~"},       {"xdigit:]", "09AFaf"},
    };
    bool negated = hw_re_took(c, "^");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (hw_re_took(c, names[i].name)) {
            return class_add_named(c, k, names[i].ranges, negated);
        }
    }
    return hw_re_refuse(c, "regular expression: unknown class");
}

/* One end of a range, or a class of its own (*out_whole). */
static bool class_item(struct hw_re_compiler *c, struct class *k, uint32_t *out, bool *out_whole)
{
    *out_whole = false;
    struct hw_span rest = hw_span_from(c->in, c->at);
    size_t end = hw_span_find(rest, ']');
    if (hw_span_starts(rest, "[:") && end < rest.n && end > 2 && rest.p[end - 1] == ':') {
        c->at += 2;
        *out_whole = true;
        return posix_class(c, k);
    }
    uint32_t ch = hw_re_take(c);
    if (ch == HW_RE_END) {
        return hw_re_refuse(c, "regular expression: a class has no end");
    }
    if (ch != '\\') {
        *out = ch;
        return true;
    }
    ch = hw_re_take(c);
    const char *ranges = ch < 0x80 ? escape_ranges(ch) : NULL;
    if (ranges != NULL) {
        *out_whole = true;
        return class_add_named(c, k, ranges, ch < 'a');
    }
    if (ch == 'b') {
        *out = '\b';
        return true;
    }
    return hw_re_escaped_char(c, ch, out);
}

bool hw_re_class_read(struct hw_re_compiler *c)
{
    struct class k = {.count = 0};
    k.negated = hw_re_took(c, "^");
    for (bool first = true; first || hw_re_peek(c) != ']'; first = false) {
        uint32_t low, high;
        bool whole;
        if (!class_item(c, &k, &low, &whole)) {
            return false;
        }
        if (whole) {
            continue;
        }
        high = low;
        struct hw_span rest = hw_span_from(c->in, c->at);
        if (rest.n > 1 && rest.p[0] == '-' && rest.p[1] != ']') {
            c->at++;
            if (!class_item(c, &k, &high, &whole)) {
                return false;
            }
            if (whole || high < low) {
                return hw_re_refuse(c, "regular expression: a range that runs backwards");
            }
        }
        if (!class_add(c, &k, low, high)) {
            return false;
        }
    }
    c->at++;
    return class_emit(c, &k);
}

bool hw_re_class_escape(struct hw_re_compiler *c, uint32_t letter, bool *out_is)
{
    const char *ranges = letter < 0x80 ? escape_ranges(letter) : NULL;
    struct class k = {.negated = letter < 'a'};
    *out_is = ranges != NULL;
    return ranges == NULL || (class_add_named(c, &k, ranges, false) && class_emit(c, &k));
}
