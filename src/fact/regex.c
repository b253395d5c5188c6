/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/regex.c -- proves and runs the programs of fact/regex.h. The compiler is regex_compile.c.
 */
#include "fact/regex.h"

#include <string.h>

#include "base/text.h"
#include "fact/regex_code.h"

static uint32_t u16_at(struct hw_span s, size_t at)
{
    return (uint32_t)s.p[at] | (uint32_t)s.p[at + 1] << 8;
}

static uint32_t u24_at(struct hw_span s, size_t at)
{
    return u16_at(s, at) | (uint32_t)s.p[at + 2] << 16;
}

static uint32_t code_at(const struct hw_regex *re, uint32_t at)
{
    return u24_at(re->code, (size_t)at * 4) | (uint32_t)re->code.p[(size_t)at * 4 + 3] << 24;
}

static bool class_fits(const struct hw_regex *re, uint32_t off)
{
    if (off > re->classes.n || re->classes.n - off < HW_RE_CLASS_HEAD) {
        return false;
    }
    uint32_t ranges = u16_at(re->classes, off);
    return ranges <= HW_RE_RANGES_MAX &&
           ranges * (size_t)HW_RE_RANGE_BYTES <= re->classes.n - off - HW_RE_CLASS_HEAD;
}

static bool in_ranges(const struct hw_regex *re, uint32_t off, uint32_t c)
{
    uint32_t count = u16_at(re->classes, off);
    for (size_t i = 0, at = off + HW_RE_CLASS_HEAD; i < count; i++, at += HW_RE_RANGE_BYTES) {
        if (c >= u24_at(re->classes, at) && c <= u24_at(re->classes, at + 3)) {
            return true;
        }
    }
    return false;
}

static uint32_t other_case(uint32_t c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter ? c ^ 0x20 : c;
}

static bool takes(const struct hw_regex *re, uint32_t code, uint32_t c)
{
    uint32_t v = hw_re_operand(code);
    switch (hw_re_op(code)) {
    case HW_RE_CHAR:
        return c == v;
    case HW_RE_CHAR_NOCASE:
        return c == v || other_case(c) == v;
    case HW_RE_CLASS:
        return in_ranges(re, v, c) != (re->classes.p[v + 2] != 0);
    case HW_RE_CLASS_NOCASE:
        return (in_ranges(re, v, c) || in_ranges(re, v, other_case(c))) !=
               (re->classes.p[v + 2] != 0);
    case HW_RE_ANY:
        return true;
    case HW_RE_ANY_IN_LINE:
        return c != '\n';
    case HW_RE_JUMP:
    case HW_RE_SPLIT:
    case HW_RE_TEXT_START:
    case HW_RE_TEXT_END:
    case HW_RE_LAST_LINE_END:
    case HW_RE_LINE_START:
    case HW_RE_LINE_END:
    case HW_RE_WORD_EDGE:
    case HW_RE_NO_WORD_EDGE:
    case HW_RE_MATCH:
        break;
    }
    return false;
}

/* Each instruction's own needs: a jump inside, a class inside, a next one where it goes on. */
static bool instruction_fits(const struct hw_regex *re, uint32_t at)
{
    uint32_t code = code_at(re, at);
    enum hw_regex_op op = hw_re_op(code);
    int32_t target = hw_re_target(at, code);
    if (op < HW_RE_CHAR || op > HW_RE_MATCH) {
        return false;
    }
    if ((op == HW_RE_JUMP || op == HW_RE_SPLIT) && (target < 0 || target >= (int32_t)re->count)) {
        return false;
    }
    if ((op == HW_RE_CLASS || op == HW_RE_CLASS_NOCASE) && !class_fits(re, hw_re_operand(code))) {
        return false;
    }
    return op == HW_RE_MATCH || op == HW_RE_JUMP || at + 1 < re->count;
}

void hw_regex_open(struct hw_span program, struct hw_regex *out)
{
    const size_t head = HW_RE_HEAD_BYTES + HW_RE_FIRST_BYTES;
    *out = (struct hw_regex){.count = u16_at(program, 4), .bytes = program.p[2] != 0};
    size_t code_n = (size_t)out->count * 4;
    out->first = hw_span_cut(program, HW_RE_HEAD_BYTES, HW_RE_FIRST_BYTES);
    out->code = hw_span_cut(program, head, code_n);
    out->classes = hw_span_from(program, head + code_n);
    /* Only what may be empty begins with each of the 256 bytes, or what takes any character: then
     * nothing is passed over either way. */
    out->starts_anywhere = true;
    for (size_t i = 0; i < HW_RE_FIRST_BYTES; i++) {
        out->starts_anywhere = out->starts_anywhere && out->first.p[i] == 0xff;
    }
}

bool hw_regex_check(struct hw_span program, struct hw_regex *out)
{
    struct hw_regex re;
    uint8_t first[HW_RE_FIRST_BYTES];
    const size_t head = HW_RE_HEAD_BYTES + HW_RE_FIRST_BYTES;
    if (program.n < head || program.n > HW_REGEX_PROGRAM_BYTES || program.p[0] != 'R' ||
        program.p[1] != 1 || (program.p[2] & ~HW_REGEX_BYTES) != 0 || program.p[3] != 0) {
        return false;
    }
    size_t count = u16_at(program, 4);
    if (count == 0 || count > HW_REGEX_CODE_MAX ||
        program.n != head + count * 4 + u16_at(program, 6)) {
        return false;
    }
    hw_regex_open(program, &re);
    for (uint32_t i = 0; i < re.count; i++) {
        if (!instruction_fits(&re, i)) {
            return false;
        }
    }
    hw_re_first(&re, first);
    if (!hw_span_equal(re.first, (struct hw_span){first, sizeof first})) {
        return false;
    }
    *out = re;
    return true;
}

static void first_of(const struct hw_regex *re, uint32_t code, uint8_t *first)
{
    for (uint32_t c = 0; c < 0x80; c++) {
        if (takes(re, code, c)) {
            first[c / 8] = (uint8_t)(first[c / 8] | 1U << (c % 8));
        }
    }
    /* Above ASCII all or none, so that a search that passes bytes over stays at characters. */
    enum hw_regex_op op = hw_re_op(code);
    if ((op != HW_RE_CHAR && op != HW_RE_CHAR_NOCASE) || hw_re_operand(code) >= 0x80) {
        memset(first + 16, 0xff, 16);
    }
}

void hw_re_first(const struct hw_regex *re, uint8_t first[HW_RE_FIRST_BYTES])
{
    uint16_t stack[HW_REGEX_CODE_MAX];
    uint8_t seen[HW_REGEX_CODE_MAX] = {0};
    size_t n = 0;
    memset(first, 0, HW_RE_FIRST_BYTES);
    stack[n++] = 0;
    seen[0] = 1;
    while (n > 0) {
        uint32_t at = stack[--n], code = code_at(re, at);
        enum hw_regex_op op = hw_re_op(code);
        uint32_t to[2] = {(uint32_t)hw_re_target(at, code), at + 1};
        size_t from = op == HW_RE_JUMP || op == HW_RE_SPLIT ? 0 : 1;
        size_t end = op == HW_RE_JUMP ? 1 : 2;
        if (op == HW_RE_MATCH) {
            memset(first, 0xff, HW_RE_FIRST_BYTES);
            return;
        }
        if (op < HW_RE_JUMP) {
            first_of(re, code, first);
            continue;
        }
        for (size_t i = from; i < end; i++) {
            if (!seen[to[i]]) {
                seen[to[i]] = 1;
                stack[n++] = (uint16_t)to[i];
            }
        }
    }
}

struct run {
    const struct hw_regex *re;
    struct hw_span text;
    struct hw_regex_scratch *s;
    uint64_t *fuel;
    size_t at;
    uint32_t round; /* what `seen` holds for the threads of this place */
    size_t next_n;
    bool matched, spent;
};

static bool word_at(const struct run *r, size_t at)
{
    return at < r->text.n && hw_re_is_word(r->text.p[at]);
}

static bool holds(const struct run *r, enum hw_regex_op op)
{
    size_t at = r->at, n = r->text.n;
    bool edge = (at > 0 && word_at(r, at - 1)) != word_at(r, at);
    switch (op) {
    case HW_RE_TEXT_START:
        return at == 0;
    case HW_RE_TEXT_END:
        return at == n;
    case HW_RE_LAST_LINE_END:
        return at == n || (at + 1 == n && r->text.p[at] == '\n');
    case HW_RE_LINE_START:
        return at == 0 || r->text.p[at - 1] == '\n';
    case HW_RE_LINE_END:
        return at == n || r->text.p[at] == '\n';
    case HW_RE_WORD_EDGE:
        return edge;
    case HW_RE_NO_WORD_EDGE:
        return !edge;
    case HW_RE_CHAR:
    case HW_RE_CHAR_NOCASE:
    case HW_RE_CLASS:
    case HW_RE_CLASS_NOCASE:
    case HW_RE_ANY:
    case HW_RE_ANY_IN_LINE:
    case HW_RE_JUMP:
    case HW_RE_SPLIT:
    case HW_RE_MATCH:
        break;
    }
    return false;
}

/* Adds the threads that stand at `pc` without taking a character. Each instruction is pushed once
 * for one place, so the stack has room. */
static void add(struct run *r, uint32_t pc, uint16_t *list, size_t *count)
{
    struct hw_regex_scratch *s = r->s;
    size_t n = 0;
    if (s->seen[pc] == r->round) {
        return;
    }
    s->seen[pc] = r->round;
    s->stack[n++] = (uint16_t)pc;
    while (n > 0) {
        uint32_t at = s->stack[--n], code = code_at(r->re, at);
        enum hw_regex_op op = hw_re_op(code);
        uint32_t to[2] = {(uint32_t)hw_re_target(at, code), at + 1};
        size_t from = op == HW_RE_JUMP || op == HW_RE_SPLIT ? 0 : 1;
        size_t end = op == HW_RE_JUMP ? 1 : 2;
        if (*r->fuel == 0) {
            r->spent = true;
            return;
        }
        --*r->fuel;
        if (op < HW_RE_JUMP) {
            list[(*count)++] = (uint16_t)at;
            continue;
        }
        if (op == HW_RE_MATCH) {
            r->matched = true;
            return;
        }
        if (op > HW_RE_SPLIT && !holds(r, op)) {
            continue;
        }
        for (size_t i = from; i < end; i++) {
            if (s->seen[to[i]] != r->round) {
                s->seen[to[i]] = r->round;
                s->stack[n++] = (uint16_t)to[i];
            }
        }
    }
}

/* The character at the place, and how many bytes it takes. */
static size_t character(const struct run *r, uint32_t *out)
{
    uint8_t c = r->text.p[r->at];
    if (r->re->bytes || c < 0x80) {
        *out = c;
        return 1;
    }
    size_t n = hw_utf8_next(hw_span_from(r->text, r->at), out);
    if (*out == HW_BAD_CHAR) {
        *out = HW_RE_BAD_CHAR;
    }
    return n;
}

static bool may_begin(const struct run *r)
{
    uint8_t c = r->text.p[r->at];
    return (r->re->first.p[c / 8] & 1U << (c % 8)) != 0;
}

enum hw_regex_answer hw_regex_match(const struct hw_regex *re, struct hw_span text,
                                    struct hw_regex_scratch *scratch, uint64_t *fuel)
{
    struct run r = {.re = re, .s = scratch, .fuel = fuel, .round = 1};
    uint16_t *now = scratch->now, *next = scratch->next;
    bool anchored = hw_re_op(code_at(re, 0)) == HW_RE_TEXT_START;
    size_t count = 0;
    r.text = hw_span_cut(text, 0, HW_REGEX_TEXT_BYTES);
    memset(scratch->seen, 0, re->count * sizeof scratch->seen[0]);
    for (;;) {
        size_t stood = r.at;
        while (count == 0 && !re->starts_anywhere && r.at < r.text.n && !may_begin(&r)) {
            r.at++;
        }
        r.round += r.at != stood;
        if (r.at == 0 || !anchored) {
            add(&r, 0, now, &count);
        }
        if ((anchored && count == 0) || r.matched || r.spent || r.at >= r.text.n) {
            break;
        }
        uint32_t c;
        size_t taken = character(&r, &c), next_count = 0;
        r.round++;
        r.at += taken;
        for (size_t i = 0; i < count && !r.matched && !r.spent; i++) {
            if (takes(re, code_at(re, now[i]), c)) {
                add(&r, now[i] + 1U, next, &next_count);
            }
        }
        uint16_t *swap = now;
        now = next;
        next = swap;
        count = next_count;
        if (r.matched || r.spent) {
            break;
        }
    }
    return r.matched ? HW_REGEX_YES : r.spent ? HW_REGEX_SPENT : HW_REGEX_NO;
}
