/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/regex_compile.c -- an expression becomes a program, in one pass and without a tree.
 *
 * What is repeated is a run of instructions whose jumps are relative, so repeating it is copying
 * it, and what comes before it (a split) is let in by moving it up. Depth, length and repetitions
 * are bounded by regex.h; a run without instructions is not repeated at all.
 */
#include <string.h>

#include "base/text.h"
#include "fact/regex.h"
#include "fact/regex_code.h"

enum { FOREVER = -1 };

bool hw_re_refuse(struct hw_re_compiler *c, const char *why)
{
    c->why = c->why == NULL ? why : c->why;
    return false;
}

/* The next character and its length; HW_RE_END and nothing at the end. */
static size_t look(const struct hw_re_compiler *c, uint32_t *out)
{
    *out = HW_RE_END;
    if (c->at == c->in.n) {
        return 0;
    }
    if ((c->flags & HW_REGEX_BYTES) == 0) {
        return hw_utf8_next(hw_span_from(c->in, c->at), out);
    }
    *out = c->in.p[c->at];
    return 1;
}

uint32_t hw_re_peek(const struct hw_re_compiler *c)
{
    uint32_t ch;
    (void)look(c, &ch);
    return ch;
}

uint32_t hw_re_take(struct hw_re_compiler *c)
{
    uint32_t ch;
    c->at += look(c, &ch);
    return ch;
}

bool hw_re_took(struct hw_re_compiler *c, const char *word)
{
    if (!hw_span_starts(hw_span_from(c->in, c->at), word)) {
        return false;
    }
    c->at += strlen(word);
    return true;
}

bool hw_re_emit(struct hw_re_compiler *c, enum hw_regex_op op, uint32_t operand)
{
    if (c->count == HW_REGEX_CODE_MAX) {
        return hw_re_refuse(c, "regular expression: its program would be too large");
    }
    c->code[c->count++] = hw_re_make(op, operand);
    return true;
}

/* Lets an instruction in at `at`; what is behind it moves up whole. */
static bool let_in(struct hw_re_compiler *c, uint32_t at, uint32_t code)
{
    if (!hw_re_emit(c, HW_RE_MATCH, 0)) {
        return false;
    }
    memmove(c->code + at + 1, c->code + at, (c->count - 1 - at) * sizeof c->code[0]);
    c->code[at] = code;
    return true;
}

/* --- repetition --- */

static bool number(struct hw_re_compiler *c, int *out)
{
    size_t from = c->at;
    int v = 0;
    while (c->at < c->in.n && hw_ascii_is_digit(c->in.p[c->at])) {
        v = v * 10 + (c->in.p[c->at++] - '0');
        v = v > HW_REGEX_REPEAT_MAX ? HW_REGEX_REPEAT_MAX + 1 : v;
    }
    *out = v;
    return c->at > from;
}

/* {m} {m,} {,n} {m,n}; anything else in braces is the characters themselves. */
static bool braces(struct hw_re_compiler *c, int *out_min, int *out_max)
{
    size_t from = c->at++;
    bool had = number(c, out_min);
    *out_max = *out_min;
    if (hw_re_took(c, ",")) {
        had = true;
        *out_max = number(c, out_max) ? *out_max : FOREVER;
    }
    if (!had || !hw_re_took(c, "}")) {
        c->at = from;
        return false;
    }
    return true;
}

static bool copy(struct hw_re_compiler *c, const uint32_t *block, uint32_t n)
{
    if (n > HW_REGEX_CODE_MAX - c->count) {
        return hw_re_refuse(c, "regular expression: its program would be too large");
    }
    memmove(c->code + c->count, block, n * sizeof block[0]);
    c->count += n;
    return true;
}

/* The block at `from` (to the end of the code) min to max times. */
static bool repeat(struct hw_re_compiler *c, uint32_t from, int min, int max)
{
    uint32_t n = c->count - from;
    int32_t d = (int32_t)n;
    if (n == 0) {
        return true;
    }
    if (max == 0) {
        c->count = from;
        return true;
    }
    for (int i = 1; i < min; i++) {
        if (!copy(c, c->code + from, n)) {
            return false;
        }
    }
    if (max == FOREVER) {
        return min > 0 ? hw_re_emit(c, HW_RE_SPLIT, hw_re_distance(-d))
                       : let_in(c, from, hw_re_make(HW_RE_SPLIT, hw_re_distance(d + 2))) &&
                             hw_re_emit(c, HW_RE_JUMP, hw_re_distance(-d - 1));
    }
    /* Each of those that may be there: a split over it and all that follow. */
    uint32_t block = from;
    for (int left = max - min; left > 0; left--) {
        uint32_t skip = hw_re_make(HW_RE_SPLIT, hw_re_distance(left * (d + 1)));
        if (left > (1 << 20) / (d + 1)) {
            return hw_re_refuse(c, "regular expression: its program would be too large");
        }
        if (min == 0 && left == max) {
            if (!let_in(c, from, skip)) {
                return false;
            }
            block = from + 1;
        } else if (!hw_re_emit(c, hw_re_op(skip), hw_re_operand(skip)) ||
                   !copy(c, c->code + block, n)) {
            return false;
        }
    }
    return true;
}

static bool quantifier(struct hw_re_compiler *c, uint32_t from, bool nothing)
{
    int min = 0, max = FOREVER;
    uint32_t ch = hw_re_peek(c);
    if (ch == '{') {
        if (!braces(c, &min, &max)) {
            return true;
        }
    } else if (ch == '*' || ch == '+' || ch == '?') {
        c->at++;
        min = ch == '+';
        max = ch == '?' ? 1 : FOREVER;
    } else {
        return true;
    }
    if (nothing) {
        return hw_re_refuse(c, "regular expression: nothing to repeat");
    }
    if (hw_re_took(c, "+")) {
        return hw_re_refuse(c, "regular expression: possessive repetition");
    }
    (void)hw_re_took(c, "?");
    ch = hw_re_peek(c);
    size_t at = c->at;
    int a, b;
    if (ch == '*' || ch == '+' || ch == '?' || (ch == '{' && braces(c, &a, &b))) {
        return hw_re_refuse(c, "regular expression: repetition of a repetition");
    }
    c->at = at;
    if (max != FOREVER && max < min) {
        return hw_re_refuse(c, "regular expression: a repetition that runs backwards");
    }
    if (min > HW_REGEX_REPEAT_MAX || max > HW_REGEX_REPEAT_MAX) {
        return hw_re_refuse(c, "regular expression: repeated too often");
    }
    return repeat(c, from, min, max);
}

/* --- atoms, sequences, alternatives --- */

static bool alternatives(struct hw_re_compiler *c);

static bool group_flags(struct hw_re_compiler *c, bool *out_open)
{
    unsigned on = c->flags;
    bool off = false;
    for (;;) {
        uint32_t ch = hw_re_take(c);
        unsigned flag = ch == 'i'   ? HW_REGEX_NOCASE
                        : ch == 'm' ? HW_REGEX_MULTILINE
                        : ch == 's' ? HW_REGEX_DOTALL
                                    : 0;
        if (ch == '-' && !off) {
            off = true;
        } else if (flag != 0) {
            on = off ? on & ~flag : on | flag;
        } else if (ch == ')' || ch == ':') {
            c->flags = on;
            *out_open = ch == ':';
            return true;
        } else {
            return hw_re_refuse(c, "regular expression: unknown flag");
        }
    }
}

/* Behind "(?": *out_open is false for flags that hold for the rest of the group around them. */
static bool group_kind(struct hw_re_compiler *c, bool *out_open)
{
    static const struct {
        const char *start, *why;
    } refused[] = {
        {"=", "regular expression: looks ahead"},     {"!", "regular expression: looks ahead"},
        {"<=", "regular expression: looks behind"},   {"<!", "regular expression: looks behind"},
        {">", "regular expression: atomic group"},    {"(", "regular expression: condition"},
        {"P=", "regular expression: back reference"}, {"P>", "regular expression: recursion"},
        {"R", "regular expression: recursion"},
    };
    *out_open = true;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (hw_re_took(c, refused[i].start)) {
            return hw_re_refuse(c, refused[i].why);
        }
    }
    if (hw_re_took(c, ":")) {
        return true;
    }
    if (hw_re_took(c, "#")) {
        c->at += hw_span_find(hw_span_from(c->in, c->at), ')');
        *out_open = false;
        return hw_re_took(c, ")") || hw_re_refuse(c, "regular expression: a group has no end");
    }
    if (hw_re_took(c, "P<") || hw_re_took(c, "<")) {
        struct hw_span rest = hw_span_from(c->in, c->at);
        size_t end = hw_span_find(rest, '>');
        for (size_t i = 0; i < end; i++) {
            if (!hw_re_is_word(rest.p[i])) {
                return hw_re_refuse(c, "regular expression: a group's name");
            }
        }
        c->at += end;
        return hw_re_took(c, ">") || hw_re_refuse(c, "regular expression: a group's name");
    }
    return group_flags(c, out_open);
}

static bool group(struct hw_re_compiler *c, bool *out_nothing)
{
    unsigned flags = c->flags;
    bool open = true;
    if (c->depth == HW_REGEX_DEPTH) {
        return hw_re_refuse(c, "regular expression: groups too deep");
    }
    if (hw_re_took(c, "?") && !group_kind(c, &open)) {
        return false;
    }
    if (!open) {
        *out_nothing = true;
        return true;
    }
    c->depth++;
    bool ok = alternatives(c) &&
              (hw_re_took(c, ")") || hw_re_refuse(c, "regular expression: a group has no end"));
    c->depth--;
    c->flags = flags;
    return ok;
}

static bool literal(struct hw_re_compiler *c, uint32_t ch)
{
    bool letter = ch < 0x80 && hw_ascii_is_alpha((uint8_t)ch);
    bool fold = letter && (c->flags & HW_REGEX_NOCASE) != 0;
    return hw_re_emit(c, fold ? HW_RE_CHAR_NOCASE : HW_RE_CHAR, ch);
}

static bool escape(struct hw_re_compiler *c, bool *out_nothing)
{
    uint32_t ch = hw_re_take(c);
    bool is_class;
    if (!hw_re_class_escape(c, ch, &is_class) || is_class) {
        return c->why == NULL;
    }
    enum hw_regex_op op = ch == 'b'   ? HW_RE_WORD_EDGE
                          : ch == 'B' ? HW_RE_NO_WORD_EDGE
                          : ch == 'A' ? HW_RE_TEXT_START
                          : ch == 'Z' ? HW_RE_TEXT_END
                          : ch == 'z' ? HW_RE_TEXT_END
                                      : HW_RE_MATCH;
    if (op != HW_RE_MATCH) {
        *out_nothing = true;
        return hw_re_emit(c, op, 0);
    }
    return hw_re_escaped_char(c, ch, &ch) && literal(c, ch);
}

/* *out_nothing: what was read takes no character and cannot be repeated. */
static bool atom(struct hw_re_compiler *c, bool *out_nothing)
{
    uint32_t ch = hw_re_take(c);
    bool lines = (c->flags & HW_REGEX_MULTILINE) != 0;
    switch (ch) {
    case '(':
        return group(c, out_nothing);
    case '[':
        return hw_re_class_read(c);
    case '\\':
        return escape(c, out_nothing);
    case '.':
        return hw_re_emit(c, (c->flags & HW_REGEX_DOTALL) != 0 ? HW_RE_ANY : HW_RE_ANY_IN_LINE, 0);
    case '^':
        *out_nothing = true;
        return hw_re_emit(c, lines ? HW_RE_LINE_START : HW_RE_TEXT_START, 0);
    case '$':
        *out_nothing = true;
        return hw_re_emit(c, lines ? HW_RE_LINE_END : HW_RE_LAST_LINE_END, 0);
    case '*':
    case '+':
    case '?':
        return hw_re_refuse(c, "regular expression: nothing to repeat");
    default:
        return literal(c, ch);
    }
}

static bool sequence(struct hw_re_compiler *c)
{
    uint32_t ch;
    while (ch = hw_re_peek(c), ch != HW_RE_END && ch != '|' && ch != ')') {
        uint32_t from = c->count;
        bool nothing = false;
        if (!atom(c, &nothing) || !quantifier(c, from, nothing)) {
            return false;
        }
    }
    return true;
}

/* Each alternative but the last: a split over it before, a jump to the end behind. Until the end is
 * known, the jumps hold the place of the one before. */
static bool alternatives(struct hw_re_compiler *c)
{
    uint32_t last = HW_RE_END, from = c->count;
    if (!sequence(c)) {
        return false;
    }
    while (hw_re_took(c, "|")) {
        int32_t n = (int32_t)(c->count - from);
        if (!let_in(c, from, hw_re_make(HW_RE_SPLIT, hw_re_distance(n + 2))) ||
            !hw_re_emit(c, HW_RE_JUMP, last & 0xffffff)) {
            return false;
        }
        last = c->count - 1;
        from = c->count;
        if (!sequence(c)) {
            return false;
        }
    }
    while (last != HW_RE_END && last != 0xffffff) {
        uint32_t before = hw_re_operand(c->code[last]);
        int32_t d = (int32_t)(c->count - last);
        c->code[last] = hw_re_make(HW_RE_JUMP, hw_re_distance(d));
        last = before;
    }
    return true;
}

static bool whole(struct hw_re_compiler *c)
{
    bool all = (c->flags & HW_REGEX_WHOLE) != 0;
    if (all && !hw_re_emit(c, HW_RE_TEXT_START, 0)) {
        return false;
    }
    if (!alternatives(c)) {
        return false;
    }
    if (c->at < c->in.n) {
        return hw_re_refuse(c, "regular expression: a group ends that never began");
    }
    return (!all || hw_re_emit(c, HW_RE_TEXT_END, 0)) && hw_re_emit(c, HW_RE_MATCH, 0);
}

bool hw_regex_compile(struct hw_span pattern, unsigned flags, struct hw_buf *out,
                      const char **out_why)
{
    struct hw_re_compiler c = {.in = pattern, .flags = flags};
    uint8_t first[HW_RE_FIRST_BYTES];
    uint8_t code[HW_REGEX_CODE_MAX * 4];
    if (pattern.n > HW_REGEX_PATTERN_BYTES) {
        *out_why = "regular expression: too long";
        return false;
    }
    if ((flags & HW_REGEX_BYTES) == 0 && !hw_utf8_valid(pattern)) {
        *out_why = "regular expression: not UTF-8";
        return false;
    }
    if (!whole(&c)) {
        *out_why = c.why;
        return false;
    }
    for (uint32_t i = 0; i < c.count; i++) {
        for (unsigned b = 0; b < 4; b++) {
            code[i * 4 + b] = (uint8_t)(c.code[i] >> b * 8);
        }
    }
    struct hw_regex re = {
        .code = {code, (size_t)c.count * 4}, .classes = {c.classes, c.classes_n}, .count = c.count};
    hw_re_first(&re, first);
    size_t n = HW_RE_HEAD_BYTES + sizeof first + re.code.n + re.classes.n;
    uint8_t *p = hw_buf_more(out, n);
    if (p == NULL) {
        *out_why = "regular expression: no room for its program";
        return false;
    }
    const uint8_t head[HW_RE_HEAD_BYTES] = {'R',
                                            1,
                                            (flags & HW_REGEX_BYTES) != 0 ? HW_REGEX_BYTES : 0,
                                            0,
                                            (uint8_t)c.count,
                                            (uint8_t)(c.count >> 8),
                                            (uint8_t)c.classes_n,
                                            (uint8_t)(c.classes_n >> 8)};
    memcpy(p, head, sizeof head);
    memcpy(p + sizeof head, first, sizeof first);
    memcpy(p + sizeof head + sizeof first, code, re.code.n);
    memcpy(p + sizeof head + sizeof first + re.code.n, c.classes, re.classes.n);
    return true;
}
