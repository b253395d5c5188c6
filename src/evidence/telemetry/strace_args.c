/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace_args.c -- the arguments and the result of one call.
 *
 * strace(1): "Arguments are printed in symbolic form"; strings as C has them with "..." behind
 * what was shortened (-s), arrays in [], structures in {}, comments as in C, and with -y what a
 * descriptor is in <> behind it, where '<' and '>' of a path stand as octal escapes. Sockets
 * (-yy) have "->" between their ends.
 *
 *   a, "b\n"..., ["c", "d"], {e=1, ...}, 3</f>, AT_FDCWD</g>) = -1 ENOENT (No such file) <0.000013>
 */
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/strace_parts.h"

enum { MARK_BYTES = 16 * 1024 };

uint8_t *hw_strace_take(struct hw_strace_scratch *m, size_t n)
{
    if (n > m->room - m->n) {
        return NULL;
    }
    uint8_t *p = m->p + m->n;
    m->n += n;
    return p;
}

bool hw_strace_flag(struct hw_span s, const char *flag)
{
    while (s.n > 0) {
        size_t n = hw_span_find(s, '|');
        if (hw_span_is(hw_span_trim(hw_span_cut(s, 0, n)), flag)) {
            return true;
        }
        s = hw_span_from(s, n + 1);
    }
    return false;
}

struct hw_span hw_strace_after(struct hw_span s, const char *before, const char *ends)
{
    size_t n = strlen(before);
    const uint8_t *hit = s.n >= n ? memmem(s.p, s.n, before, n) : NULL;
    if (hit == NULL) {
        return (struct hw_span){s.p, 0};
    }
    struct hw_span rest = hw_span_from(s, (size_t)(hit - s.p) + n);
    size_t end = 0;
    while (end < rest.n && strchr(ends, rest.p[end]) == NULL) {
        end++;
    }
    return hw_span_cut(rest, 0, end);
}

bool hw_strace_number(struct hw_span s, int64_t *out)
{
    bool minus = s.n > 0 && s.p[0] == '-';
    uint64_t v = 0;
    s = hw_span_from(s, minus ? 1 : 0);
    bool hex = s.n > 2 && s.p[0] == '0' && s.p[1] == 'x';
    s = hw_span_from(s, hex ? 2 : 0);
    if (s.n == 0) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        unsigned digit = hw_ascii_is_digit(c)          ? c - '0'
                         : hex && c >= 'a' && c <= 'f' ? c - 'W'
                                                       : 99;
        if (digit == 99) {
            return false;
        }
        if (__builtin_mul_overflow(v, hex ? 16U : 10U, &v) ||
            __builtin_add_overflow(v, digit, &v)) {
            v = INT64_MAX;
        }
    }
    v = v > INT64_MAX ? INT64_MAX : v;
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

/* One escape at s.p[at] == '\\'; returns the bytes it takes. */
static size_t escape(struct hw_span s, size_t at, uint8_t *out)
{
    static const char letters[] = "ntrvfab", means[] = "\n\t\r\v\f\a\b";
    uint8_t c = at + 1 < s.n ? s.p[at + 1] : '\\';
    const char *hit = c == 0 ? NULL : strchr(letters, c);
    if (c == 'x') {
        unsigned v = 0;
        size_t n = 2;
        for (; n < 4 && at + n < s.n; n++) {
            uint8_t d = hw_ascii_lower(s.p[at + n]);
            if (!hw_ascii_is_digit(d) && (d < 'a' || d > 'f')) {
                break;
            }
            v = v * 16 + (unsigned)(hw_ascii_is_digit(d) ? d - '0' : d - 'a' + 10);
        }
        *out = (uint8_t)v;
        return n;
    }
    if (c >= '0' && c <= '7') {
        unsigned v = 0;
        size_t n = 1;
        for (; n < 4 && at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '7'; n++) {
            v = v * 8 + (unsigned)(s.p[at + n] - '0');
        }
        *out = (uint8_t)v;
        return n;
    }
    *out = hit != NULL ? (uint8_t)means[hit - letters] : c;
    return at + 1 < s.n ? 2 : 1;
}

/* Bytes from the opening quote to behind the closing one; 0 when it does not close. */
static size_t string_bytes(struct hw_span s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\\') {
            i++;
        } else if (s.p[i] == '"') {
            return i + 1;
        }
    }
    return 0;
}

static struct hw_span decode(struct hw_span in, struct hw_strace_scratch *m)
{
    size_t first = hw_span_find(in, '\\'), n = 0;
    if (first == in.n) {
        return in;
    }
    uint8_t *p = hw_strace_take(m, in.n);
    if (p == NULL) {
        return in;
    }
    for (size_t i = 0; i < in.n;) {
        if (in.p[i] == '\\') {
            i += escape(in, i, &p[n++]);
        } else {
            p[n++] = in.p[i++];
        }
    }
    m->n -= in.n - n;
    return (struct hw_span){p, n};
}

bool hw_strace_string(struct hw_span s, struct hw_strace_scratch *m, struct hw_span *out,
                      bool *out_cut, size_t *out_used)
{
    size_t n = s.n > 0 && s.p[0] == '"' ? string_bytes(s) : 0;
    if (n < 2) {
        return false;
    }
    *out_cut = hw_span_starts(hw_span_from(s, n), "...");
    *out_used = n + (*out_cut ? 3 : 0);
    *out = decode(hw_span_cut(s, 1, n - 2), m);
    return true;
}

bool hw_strace_words(struct hw_span s, struct hw_strace_scratch *m, struct hw_span *out,
                     bool *out_cut)
{
    uint8_t *p = s.n > 1 && s.p[0] == '[' ? hw_strace_take(m, s.n) : NULL;
    size_t n = 0;
    *out_cut = false;
    if (p == NULL) {
        return false;
    }
    for (size_t i = 1; i < s.n && s.p[i] != ']';) {
        struct hw_span word;
        bool cut;
        size_t used;
        if (hw_strace_string(hw_span_from(s, i), m, &word, &cut, &used)) {
            /* A word is never longer than it was written, and its comma pays for the blank. */
            p[n] = ' ';
            n += n > 0;
            for (size_t k = 0; k < word.n; k++) {
                p[n++] = word.p[k];
            }
            *out_cut = *out_cut || cut;
            i += used;
        } else if (s.p[i] == '"') {
            break; /* it does not close: neither does anything behind it */
        } else {
            *out_cut = *out_cut || hw_span_starts(hw_span_from(s, i), "...");
            i++;
        }
    }
    *out = (struct hw_span){p, n};
    return true;
}

/* Bytes of "<...>" at the start of s; 0 when it does not close. "->" is no end. */
static size_t mark_bytes(struct hw_span s)
{
    unsigned depth = 0;
    for (size_t i = 0; i < s.n && i < MARK_BYTES; i++) {
        if (s.p[i] == '<') {
            depth++;
        } else if (s.p[i] == '>' && s.p[i - 1] != '-' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

bool hw_strace_fd(struct hw_span s, int64_t *out_fd, struct hw_span *out_mark)
{
    size_t at = hw_span_find(s, '<');
    struct hw_span head = hw_span_trim(hw_span_cut(s, 0, at));
    int64_t fd;
    if (hw_span_is(head, "AT_FDCWD")) {
        fd = HW_STRACE_CWD;
    } else if (!hw_strace_number(head, &fd)) {
        return false;
    }
    *out_fd = fd;
    struct hw_span mark = hw_span_from(s, at);
    size_t n = mark_bytes(mark);
    *out_mark = n < 2 ? (struct hw_span){NULL, 0} : hw_span_cut(mark, 1, n - 2);
    if (n >= 2 && hw_span_starts(hw_span_from(mark, n), "(deleted)")) {
        *out_mark = (struct hw_span){NULL, 0};
    }
    return true;
}

bool hw_strace_mark_path(struct hw_span mark, struct hw_strace_scratch *m, struct hw_span *out)
{
    if (mark.p == NULL || mark.n == 0 || mark.p[0] != '/' || hw_span_ends(mark, " (deleted)")) {
        return false;
    }
    size_t device = hw_span_find(mark, '<'); /* /dev/pts/0<char 136:0> */
    *out = decode(hw_span_cut(mark, 0, device), m);
    return true;
}

/* ---- the whole call ---- */

struct split {
    struct hw_span s;
    size_t at;
    bool no_marks, no_comments; /* one that did not close: none is looked for in this line again */
};

/* What must be passed over as one piece at w->at; 0: an ordinary character. */
static size_t piece(struct split *w)
{
    struct hw_span rest = hw_span_from(w->s, w->at);
    uint8_t c = rest.p[0], before = w->at > 0 ? w->s.p[w->at - 1] : ' ';
    size_t n = 0;
    if (c == '"') {
        n = string_bytes(rest);
        return n == 0 ? rest.n : n;
    }
    if (c == '/' && rest.n > 1 && rest.p[1] == '*' && !w->no_comments) {
        const uint8_t *end = memmem(rest.p + 2, rest.n - 2, "*/", 2);
        w->no_comments = end == NULL;
        return end == NULL ? 0 : (size_t)(end - rest.p) + 2;
    }
    if (c == '<' && rest.n > 1 && rest.p[1] == '<') {
        return 2; /* 1<<12 */
    }
    bool marks = hw_ascii_is_digit(before) || before == 'D' || before == ' ' || w->at == 0;
    if (c == '<' && marks && !w->no_marks) {
        n = mark_bytes(rest);
        w->no_marks = n == 0;
    }
    return n;
}

static void put_arg(struct hw_strace_call *c, struct hw_span a)
{
    a = hw_span_trim(a);
    if (a.n > 0 || c->count > 0) {
        c->args[c->count++] = a;
    }
}

/* The arguments, up to the bracket that closes them; returns where it stands, or the end. */
static size_t split(struct hw_span s, struct hw_strace_call *c)
{
    struct split w = {.s = s};
    size_t from = 0, depth = 0;
    while (w.at < s.n) {
        size_t n = piece(&w);
        uint8_t b = s.p[w.at];
        if (n > 0) {
            w.at += n;
            continue;
        }
        if (b == ')' && depth == 0) {
            break;
        }
        depth += b == '(' || b == '[' || b == '{';
        depth -= depth > 0 && (b == ')' || b == ']' || b == '}');
        if (b == ',' && depth == 0 && c->count + 1 < HW_STRACE_ARGS) {
            put_arg(c, hw_span_cut(s, from, w.at - from));
            from = w.at + 1;
        }
        w.at++;
    }
    size_t end = w.at < s.n ? w.at : s.n;
    put_arg(c, hw_span_cut(s, from, end - from));
    return end;
}

static void read_says(struct hw_span s, struct hw_strace_call *c)
{
    s = hw_span_trim(s);
    size_t n = 0;
    while (n < s.n &&
           (s.p[n] == '_' || (s.p[n] >= 'A' && s.p[n] <= 'Z') || hw_ascii_is_digit(s.p[n]))) {
        n++;
    }
    if (n > 1 && s.p[0] == 'E') {
        c->errno_text = hw_span_cut(s, 0, n);
        s = hw_span_trim(hw_span_from(s, n));
    }
    if (s.n > 2 && s.p[0] == '(' && s.p[s.n - 1] == ')') {
        c->says = hw_span_cut(s, 1, s.n - 2);
    } else if (s.n > 0) {
        c->says = s;
    }
}

static void read_result(struct hw_span s, struct hw_strace_call *c)
{
    s = hw_span_trim(s);
    if (s.n > 2 && s.p[s.n - 1] == '>') { /* -T */
        size_t at = s.n - 1;
        while (at > 0 && (hw_ascii_is_digit(s.p[at - 1]) || s.p[at - 1] == '.')) {
            at--;
        }
        if (at > 1 && s.p[at - 1] == '<' && s.p[at - 2] == ' ') {
            c->duration = hw_span_cut(s, at, s.n - 1 - at);
            s = hw_span_trim(hw_span_cut(s, 0, at - 1));
        }
    }
    size_t n = 0;
    while (n < s.n && s.p[n] != ' ' && s.p[n] != '<') {
        n++;
    }
    c->ret_text = hw_span_cut(s, 0, n);
    c->has_ret = hw_strace_number(c->ret_text, &c->ret);
    struct hw_span rest = hw_span_from(s, n);
    size_t mark = rest.n > 0 && rest.p[0] == '<' ? mark_bytes(rest) : 0;
    if (mark > 2) {
        c->ret_mark = hw_span_cut(rest, 1, mark - 2);
        rest = hw_span_from(rest, mark);
    }
    read_says(rest, c);
    c->ok = c->has_ret && c->ret >= 0;
}

void hw_strace_call(struct hw_span text, struct hw_strace_call *out)
{
    struct hw_span name = out->name;
    *out = (struct hw_strace_call){.name = name};
    size_t end = split(text, out);
    struct hw_span rest = hw_span_trim(hw_span_from(text, end + 1));
    if (end < text.n && hw_span_starts(rest, "= ")) {
        out->whole = true;
        read_result(hw_span_from(rest, 2), out);
    }
}
