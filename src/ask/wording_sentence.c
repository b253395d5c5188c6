/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/wording_sentence.c -- where sentences of a report begin and end.
 *
 * Reports are written by people who break lines anywhere and know what a full stop is not: in
 * "e.g.", in "3.5", in "J. Doe". A sentence ends at . ! or ? before a blank and a word that does
 * not begin small, unless an abbreviation stands before it; and where a new block begins. Every
 * byte is looked at a bounded number of times.
 */
#include <string.h>

#include "ask/wording.h"
#include "base/text.h"

static uint8_t byte(struct hw_span t, size_t i)
{
    return i < t.n ? t.p[i] : 0;
}

static bool curly(struct hw_span t, size_t i, uint8_t last)
{
    return byte(t, i) == 0xe2 && byte(t, i + 1) == 0x80 && byte(t, i + 2) == last;
}

/* A line without anything in it ends a paragraph, and with it what was quoted. */
static bool blank_line(struct hw_span t, size_t i)
{
    if (byte(t, i) != '\n') {
        return false;
    }
    for (i++; i < t.n && (t.p[i] == ' ' || t.p[i] == '\t' || t.p[i] == '\r'); i++) {
    }
    return i >= t.n || t.p[i] == '\n';
}

static size_t straight_quote(struct hw_span t, size_t at)
{
    uint8_t before = at == 0 ? ' ' : t.p[at - 1];
    if (!hw_ascii_is_blank(before) && strchr("([{:;,-/>*_", before) == NULL && before < 0x80) {
        return 0;
    }
    for (size_t i = at + 1; i < t.n && !blank_line(t, i); i++) {
        if (t.p[i] == '\\') {
            i++;
        } else if (t.p[i] == '"') {
            return i + 1;
        }
    }
    return 0;
}

/* Where the next closing quote stands is remembered, so that a thousand open ones cost one look. */
static size_t curly_quote(struct hw_sentences *s, size_t at)
{
    if (s->curly_at <= at || at < s->curly_from) {
        size_t i = at;
        while (i < s->text.n && !curly(s->text, i, 0x9d) && !blank_line(s->text, i)) {
            i++;
        }
        s->curly_at = i;
        s->curly_from = at;
    }
    return curly(s->text, s->curly_at, 0x9d) ? s->curly_at + 3 : 0;
}

size_t hw_sentence_quote(struct hw_sentences *s, size_t at)
{
    return byte(s->text, at) == '"'   ? straight_quote(s->text, at)
           : curly(s->text, at, 0x9c) ? curly_quote(s, at)
                                      : 0;
}

/* ---- blocks ---- */

static size_t line_start(struct hw_span t, size_t i)
{
    while (i < t.n && (t.p[i] == ' ' || t.p[i] == '\t' || t.p[i] == '\r')) {
        i++;
    }
    return i;
}

enum { LABEL_BYTES = 48 };

/* "Basis:", "What would change it:" at the beginning of a line. */
static bool label(struct hw_span t, size_t i)
{
    if (byte(t, i) < 'A' || byte(t, i) > 'Z') {
        return false;
    }
    for (size_t k = i; k < t.n && k < i + LABEL_BYTES; k++) {
        if (t.p[k] == ':') {
            return hw_ascii_is_blank(byte(t, k + 1)) || k + 1 >= t.n;
        }
        if (!hw_ascii_is_alpha(t.p[k]) && !hw_ascii_is_digit(t.p[k]) && t.p[k] != ' ' &&
            t.p[k] != '-' && t.p[k] != '\'') {
            return false;
        }
    }
    return false;
}

static bool item(struct hw_span t, size_t i)
{
    size_t k = i;
    if (strchr("-*+", byte(t, i)) != NULL && byte(t, i) != 0) {
        return byte(t, i + 1) == ' ';
    }
    while (k < i + 3 && hw_ascii_is_digit(byte(t, k))) {
        k++;
    }
    return k > i && (byte(t, k) == '.' || byte(t, k) == ')') && byte(t, k + 1) == ' ';
}

static bool one_line(struct hw_span t, size_t i)
{
    return byte(t, i) == '#' || byte(t, i) == '|';
}

/* Does the line behind this newline begin something new? */
static bool new_block(struct hw_span t, size_t newline)
{
    size_t i = line_start(t, newline + 1);
    return i >= t.n || t.p[i] == '\n' || one_line(t, i) || item(t, i) || label(t, i);
}

/* ---- full stops ---- */

static bool one_of(struct hw_span word, const char *const *words)
{
    while (*words != NULL && !hw_span_is_nocase(word, *words)) {
        words++;
    }
    return *words != NULL;
}

/* Is this full stop part of what stands before it? `next`: where the next word begins. */
static bool abbreviation(struct hw_span t, size_t dot, size_t next)
{
    static const char *const always[] = {"vs", "cf",   "mr", "mrs",    "ms", "dr",
                                         "al", "prof", "st", "approx", "ca", NULL};
    static const char *const before_numbers[] = {"no",   "fig", "vol", "ch",  "sec",
                                                 "jan",  "feb", "mar", "apr", "aug",
                                                 "sept", "oct", "nov", "dec", NULL};
    size_t from = dot;
    while (from > 0 && hw_ascii_is_alpha(t.p[from - 1])) {
        from--;
    }
    struct hw_span word = {t.p + from, dot - from};
    bool capital = word.n == 1 && t.p[from] >= 'A' && t.p[from] <= 'Z';
    bool dotted = word.n == 1 && from > 0 && t.p[from - 1] == '.';
    return capital || dotted || one_of(word, always) || /* U.S., J. Doe, e.g. */
           (hw_ascii_is_digit(byte(t, next)) && one_of(word, before_numbers));
}

/* Behind a mark that ends a sentence: closing brackets and quotes, then a blank, then what does not
 * begin small. */
static bool ends(struct hw_span t, size_t mark)
{
    size_t i = mark + 1;
    while (i < t.n && (t.p[i] == ')' || t.p[i] == ']' || t.p[i] == '"' || t.p[i] == '\'' ||
                       t.p[i] == '*' || t.p[i] == '_')) {
        i++;
    }
    i += curly(t, i, 0x9d) ? 3 : 0;
    if (i >= t.n) {
        return true;
    }
    if (!hw_ascii_is_blank(t.p[i])) {
        return false;
    }
    while (i < t.n && hw_ascii_is_blank(t.p[i])) {
        i++;
    }
    bool small = i < t.n && t.p[i] >= 'a' && t.p[i] <= 'z';
    return !small && !(t.p[mark] == '.' && abbreviation(t, mark, i));
}

static bool is_mark(uint8_t c)
{
    return c == '.' || c == '!' || c == '?';
}

static void count_lines(struct hw_sentences *s, size_t upto)
{
    for (; s->counted < upto; s->counted++) {
        s->line += s->text.p[s->counted] == '\n';
    }
}

bool hw_sentence_next(struct hw_sentences *s, struct hw_span *out, uint64_t *out_line)
{
    struct hw_span t = s->text;
    while (s->at < t.n && hw_ascii_is_blank(t.p[s->at])) {
        s->at++;
    }
    if (s->at >= t.n) {
        return false;
    }
    size_t from = s->at, i = from;
    bool short_block = one_line(t, from);
    while (i < t.n) {
        size_t behind = hw_sentence_quote(s, i);
        size_t mark = behind > 0 && byte(t, behind - 1) == '"' ? behind - 2 : i;
        if (t.p[i] == '\n' && (short_block || new_block(t, i))) {
            break;
        }
        i = behind > 0 ? behind : i + 1;
        if (is_mark(byte(t, mark)) && ends(t, mark)) {
            while (i < t.n && !hw_ascii_is_blank(t.p[i])) {
                i++;
            }
            break;
        }
    }
    count_lines(s, from);
    *out = hw_span_trim((struct hw_span){t.p + from, i - from});
    *out_line = s->line + 1;
    s->at = i;
    return true;
}
