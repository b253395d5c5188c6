/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/prose.c -- signs out of running text, pasted as people send it round.
 *
 * Most warnings arrive as a mail or a page before anybody publishes a list. Two kinds of words in
 * them can be nothing else than signs: hashes, which have the length and the letters of one, and
 * whatever the author took the trouble to defang (evil[.]example, hxxps://...). A plain address of
 * a page is as likely the author's own, so it is never taken. No standard; what is undone is what
 * list_refang.c undoes.
 *
 * This reads only what somebody said is knowledge, and only what no list reader wanted.
 */
#include "evidence/knowledge/prose.h"

#include "base/text.h"
#include "evidence/knowledge/teach.h"

enum {
    GUESS_BITS = 24,
    PROBE_BYTES = 64 * 1024,
    WORD_BYTES = HW_LIST_VALUE_BYTES,
    TITLE_BYTES = 200,
};

static bool is_hash(struct hw_span s)
{
    bool digit = false, letter = false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        digit = digit || hw_ascii_is_digit(c);
        letter = letter || (c >= 'a' && c <= 'f');
        if (!hw_ascii_is_digit(c) && !(c >= 'a' && c <= 'f')) {
            return false;
        }
    }
    return digit && letter && (s.n == 32 || s.n == 40 || s.n == 64 || s.n == 128);
}

/* Did the author keep people from clicking on it? */
static bool is_defanged(struct hw_span s)
{
    static const char *const marks[] = {"[.]", "(.)",  "{.}", "[dot]", "(dot)", "[:]",
                                        "[@]", "[at]", "[.",  "hxxp",  "[://]"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (hw_span_holds_nocase(s, marks[i])) {
            return true;
        }
    }
    return false;
}

/* Blanks and what no sign begins or ends with; a bracket inside a word may be a defanging mark. */
static bool parts(uint8_t c)
{
    return c <= ' ' || c == '"' || c == '\'' || c == '`' || c == ',' || c == ';' || c == '<' ||
           c == '>' || c == '|' || c == 0x7f;
}

static bool hangs(uint8_t c)
{
    return c == '.' || c == ':' || c == '!' || c == '?' || c == '*' || c == '-' || c == '=';
}

/* Brackets that only stand around the word go; those that belong to a mark stay. */
static struct hw_span bare(struct hw_span s)
{
    bool more = true;
    while (more && s.n > 1) {
        uint8_t first = s.p[0], last = s.p[s.n - 1];
        bool around = (first == '(' && last == ')') || (first == '[' && last == ']');
        more = around || hangs(last);
        s = around ? hw_span_cut(s, 1, s.n - 2) : hangs(last) ? hw_span_cut(s, 0, s.n - 1) : s;
    }
    if (s.n > 1 && (s.p[0] == '(' || s.p[0] == '*') && hw_span_find(s, ')') == s.n) {
        s = hw_span_from(s, 1);
    }
    if (s.n > 1 && s.p[s.n - 1] == ')' && hw_span_find(s, '(') == s.n) {
        s = hw_span_cut(s, 0, s.n - 1);
    }
    return s;
}

/* The next word of a line that can be nothing else than a sign. */
static bool next_sign(struct hw_span line, size_t *at, struct hw_span *out)
{
    while (*at < line.n) {
        size_t from = *at;
        while (from < line.n && parts(line.p[from])) {
            from++;
        }
        size_t to = from;
        while (to < line.n && !parts(line.p[to])) {
            to++;
        }
        *at = to;
        *out = bare(hw_span_cut(line, from, to - from));
        /* "SHA256:0e70..." and "md5=..." name what follows. */
        size_t colon = hw_span_find(*out, ':'), equals = hw_span_find(*out, '=');
        size_t cut = colon < equals ? colon : equals;
        if (cut < out->n && is_hash(hw_span_from(*out, cut + 1))) {
            *out = hw_span_from(*out, cut + 1);
        }
        if (out->n > 0 && out->n <= WORD_BYTES && (is_hash(*out) || is_defanged(*out))) {
            return true;
        }
    }
    return false;
}

/* Fields stand close; in running text a blank follows a comma. */
static bool is_record(struct hw_span line)
{
    size_t close = 0;
    for (size_t i = 0; i + 1 < line.n; i++) {
        uint8_t c = line.p[i];
        close += (c == ',' || c == ';' || c == '|' || c == '\t') && line.p[i + 1] != ' ';
    }
    return close >= 2;
}

/* What no list reader took of a table (a list of roots, say) is no list of bad things, and running
 * text neither. */
static bool is_table(struct hw_span text)
{
    enum { LINES = 40 };
    size_t lines = 0, records = 0;
    for (size_t at = 0; at < text.n && lines < LINES;) {
        struct hw_span rest = hw_span_from(text, at);
        size_t end = hw_span_find(rest, '\n');
        struct hw_span line = hw_span_trim(hw_span_cut(rest, 0, end));
        at += end + 1;
        if (line.n > 0 && line.p[0] != '#') {
            lines++;
            records += is_record(line);
        }
    }
    return records * 2 > lines;
}

/* Text with at least one sign in its first part. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span head = hw_span_cut(bytes, 0, PROBE_BYTES), sign;
    size_t at = 0;
    if (fuel->bytes < head.n || head.n == 0) {
        return 0;
    }
    fuel->bytes -= head.n;
    for (size_t i = 0; i < head.n; i++) {
        bool control = head.p[i] < ' ' && !hw_ascii_is_blank(head.p[i]) && head.p[i] != '\n' &&
                       head.p[i] != '\r' && head.p[i] != '\f';
        if (control) {
            return 0;
        }
    }
    /* What begins as JSON or XML is a document of some form, and no running text. */
    struct hw_span text = hw_span_trim(head);
    if (text.n > 0 && (text.p[0] == '{' || text.p[0] == '[' || text.p[0] == '<')) {
        return 0;
    }
    if (is_table(text)) {
        return 0;
    }
    return next_sign(head, &at, &sign) ? GUESS_BITS : 0;
}

static void read_line(struct hw_teach *t, struct hw_span line, uint64_t number, uint64_t off)
{
    struct hw_span sign;
    size_t at = 0;
    while (hw_teach_going(t) && next_sign(line, &at, &sign)) {
        struct hw_taught v;
        hw_taught_init(&v);
        v.line = number;
        v.off = off + (uint64_t)(sign.p - line.p);
        v.as = is_hash(sign) ? HW_LIST_HASH : HW_LIST_ANY;
        v.raw = sign;
        v.label = hw_span_cut(hw_span_trim(line), 0, TITLE_BYTES);
        hw_teach_indicator(t, &v);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_teach t;
    struct hw_reader r;
    struct hw_span line;
    bool ended;
    uint64_t number = 0;
    hw_teach_init(&t, x, n, "prose");
    hw_node_reader(x, n, &r);
    for (uint64_t off = 0; hw_teach_going(&t) && hw_read_log_line(&r, &line, &ended);
         off = hw_read_where(&r)) {
        number++;
        if (t.title.n == 0) {
            t.title = hw_span_cut(hw_span_trim(line), 0, TITLE_BYTES);
        }
        read_line(&t, line, number, off);
    }
    hw_say_fault(x, n, &r, "text");
    hw_teach_done(&t);
}

const struct hw_format hw_prose_format = {
    .word = "prose",
    .probe = probe,
    .examine = examine,
};
