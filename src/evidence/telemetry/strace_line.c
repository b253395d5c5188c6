/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/strace_line.c -- one line of strace, up to the arguments.
 *
 * strace(1), "TRACE OUTPUT FORMAT" and options -f -o -t -r -i -n -Y; strace 4 to 6:
 *
 *   [pid]  [time]  [(+ relative)]  [[instruction] or [number]]  body
 *
 *   pid    "123 " with -o, "[pid   123] " without; "<comm>" behind the number with -Y
 *   time   HH:MM:SS, HH:MM:SS.f, seconds since 1970 with or without fraction; -r: few seconds
 *   body   name(...        name(... <unfinished ...>        <... name resumed>...
 *          +++ exited with N +++    --- SIGNAL {...} ---    strace: Process N attached
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/strace_parts.h"

enum { PID_MAX = 4194304, EPOCH_FROM = 100000000 };

static size_t blanks(struct hw_span s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t')) {
        at++;
    }
    return at;
}

static bool number(struct hw_span s, size_t *at, uint64_t *out)
{
    size_t from = *at, i = from;
    while (i < s.n && hw_ascii_is_digit(s.p[i])) {
        i++;
    }
    if (!hw_span_u64(hw_span_cut(s, from, i - from), out)) {
        return false;
    }
    *at = i;
    return true;
}

/* "<comm>" of -Y, which may hold anything but a '>'. */
static size_t comm(struct hw_span s, size_t at)
{
    if (at < s.n && s.p[at] == '<') {
        size_t end = at + hw_span_find(hw_span_from(s, at), '>');
        return end < s.n ? end + 1 : at;
    }
    return at;
}

static size_t read_pid(struct hw_span s, struct hw_strace_line *out)
{
    size_t at = 0;
    uint64_t pid;
    bool boxed = hw_span_starts(s, "[pid ");
    at = boxed ? blanks(s, 4) : 0;
    if (!number(s, &at, &pid) || pid > PID_MAX) {
        return 0;
    }
    at = comm(s, at);
    if (at >= s.n || s.p[at] != (boxed ? ']' : ' ')) {
        return 0;
    }
    out->has_pid = true;
    out->column = !boxed;
    out->pid = pid;
    return blanks(s, at + 1);
}

/* Up to nine digits of a fraction after a point at s.p[at]. */
static size_t fraction(struct hw_span s, size_t at, uint64_t *out_ns, unsigned *out_digits)
{
    uint64_t ns = 0;
    unsigned n = 0;
    if (at < s.n && s.p[at] == '.') {
        for (at++; at < s.n && hw_ascii_is_digit(s.p[at]) && n < 9; at++, n++) {
            ns = ns * 10 + (uint64_t)(s.p[at] - '0');
        }
    }
    *out_digits = n;
    for (unsigned k = n; k < 9; k++) {
        ns *= 10;
    }
    *out_ns = ns;
    return at;
}

static bool two(struct hw_span s, size_t at, unsigned most, unsigned *out)
{
    if (at + 2 > s.n || !hw_ascii_is_digit(s.p[at]) || !hw_ascii_is_digit(s.p[at + 1])) {
        return false;
    }
    *out = (unsigned)(s.p[at] - '0') * 10 + (unsigned)(s.p[at + 1] - '0');
    return *out <= most;
}

/* The time of day without a date: on the first day of 1970, and said to lack its year. */
static size_t read_clock(struct hw_span s, size_t at, struct hw_strace_line *out)
{
    unsigned h, m, sec, digits;
    uint64_t ns;
    if (at + 8 >= s.n || s.p[at + 2] != ':' || s.p[at + 5] != ':' || !two(s, at, 23, &h) ||
        !two(s, at + 3, 59, &m) || !two(s, at + 6, 60, &sec)) {
        return at;
    }
    size_t end = fraction(s, at + 8, &ns, &digits);
    if (end >= s.n || s.p[end] != ' ') {
        return at;
    }
    out->time_ns = (int64_t)(h * 3600 + m * 60 + sec) * HW_NS_PER_SECOND + (int64_t)ns;
    out->clock = HW_CLOCK_NO_YEAR;
    out->digits = digits;
    return blanks(s, end);
}

static size_t read_seconds(struct hw_span s, size_t at, struct hw_strace_line *out)
{
    size_t end = at;
    uint64_t sec, ns;
    unsigned digits;
    if (!number(s, &end, &sec)) {
        return at;
    }
    size_t whole = end;
    end = fraction(s, end, &ns, &digits);
    if (end >= s.n || s.p[end] != ' ' || (sec < EPOCH_FROM && digits == 0)) {
        return at;
    }
    if (sec < EPOCH_FROM) {
        out->relative = hw_span_cut(s, at, end - at);
    } else if (sec < 9000000000ULL && (whole == end || digits > 0)) {
        out->time_ns = (int64_t)sec * HW_NS_PER_SECOND + (int64_t)ns;
        out->clock = HW_CLOCK_UTC;
        out->digits = digits;
    } else {
        return at;
    }
    return blanks(s, end);
}

/* "(+     0.000348)" of -r beside -t, "[00007f...]" of -i, "[ 257]" of -n. */
static size_t read_extras(struct hw_span s, size_t at, struct hw_strace_line *out)
{
    if (hw_span_starts(hw_span_from(s, at), "(+")) {
        size_t from = blanks(s, at + 2);
        size_t end = from + hw_span_find(hw_span_from(s, from), ')');
        if (end < s.n && end - from < 32) {
            out->relative = hw_span_cut(s, from, end - from);
            at = blanks(s, end + 1);
        }
    }
    for (unsigned k = 0; k < 2 && at < s.n && s.p[at] == '['; k++) {
        size_t end = at + 1;
        while (end < s.n && end - at < 24 &&
               (hw_ascii_is_digit(s.p[end]) || s.p[end] == ' ' || s.p[end] == '?' ||
                (hw_ascii_lower(s.p[end]) >= 'a' && hw_ascii_lower(s.p[end]) <= 'f'))) {
            end++;
        }
        if (end + 1 >= s.n || s.p[end] != ']' || s.p[end + 1] != ' ') {
            break;
        }
        at = blanks(s, end + 1);
    }
    return at;
}

/* "strace: Process 123 attached" at the end of s (older: without "strace: "). */
static bool attached(struct hw_span s, size_t *out_at, uint64_t *out_pid)
{
    const char *word = "Process ";
    if (!hw_span_ends(s, " attached") || s.n < 18) {
        return false;
    }
    size_t end = s.n - 9, at = end;
    while (at > 0 && hw_ascii_is_digit(s.p[at - 1])) {
        at--;
    }
    if (at < 8 || !hw_span_is(hw_span_cut(s, at - 8, 8), word) ||
        !hw_span_u64(hw_span_cut(s, at, end - at), out_pid)) {
        return false;
    }
    at -= 8;
    *out_at = at >= 8 && hw_span_is(hw_span_cut(s, at - 8, 8), "strace: ") ? at - 8 : at;
    return true;
}

static bool is_note(struct hw_span s)
{
    return hw_span_starts(s, "strace: ") || hw_span_starts(s, "Process ") ||
           hw_span_starts(s, "[ Process PID=") || hw_span_starts(s, " > ") ||
           hw_span_starts(s, "<detached ...>");
}

static void read_end(struct hw_span s, struct hw_strace_line *out)
{
    struct hw_span in = hw_span_trim(hw_span_cut(s, 3, s.n - 6));
    size_t at;
    if (hw_span_starts(in, "exited with ")) {
        at = 12;
        out->shape = number(in, &at, &out->number) ? HW_STRACE_EXITED : HW_STRACE_OTHER;
    } else if (hw_span_starts(in, "killed by ")) {
        in = hw_span_from(in, 10);
        out->name = hw_span_cut(in, 0, hw_span_find(in, ' '));
        out->core = hw_span_ends(in, "(core dumped)");
        out->shape = HW_STRACE_KILLED;
    } else if (hw_span_starts(in, "superseded by execve in pid ")) {
        at = 28;
        out->shape = number(in, &at, &out->number) ? HW_STRACE_SUPERSEDED : HW_STRACE_OTHER;
    }
}

static void read_signal(struct hw_span s, struct hw_strace_line *out)
{
    struct hw_span in = hw_span_trim(hw_span_cut(s, 3, s.n - 6));
    size_t name = hw_span_find(in, ' ');
    out->name = hw_span_cut(in, 0, name);
    out->rest = hw_span_trim(hw_span_from(in, name));
    if (hw_span_starts(in, "stopped by ")) {
        out->name = hw_span_from(in, 11);
        out->rest = hw_span_cut(in, 0, 7);
    }
    bool named = hw_span_starts(out->name, "SIG");
    out->shape = named ? HW_STRACE_SIGNAL : HW_STRACE_OTHER;
}

static bool name_char(uint8_t c)
{
    return c == '_' || hw_ascii_is_digit(c) || (c >= 'a' && c <= 'z');
}

static void read_resumed(struct hw_span s, struct hw_strace_line *out)
{
    size_t at = 5;
    while (at < s.n && name_char(s.p[at])) {
        at++;
    }
    struct hw_span rest = hw_span_from(s, at);
    if (at > 5 && hw_span_starts(rest, " resumed>")) {
        out->name = hw_span_cut(s, 5, at - 5);
        out->rest = hw_span_from(rest, 9);
        out->shape = HW_STRACE_RESUMED;
    }
}

static void read_call(struct hw_span s, struct hw_strace_line *out)
{
    size_t at = 0;
    while (at < s.n && at < 40 && name_char(s.p[at])) {
        at++;
    }
    if (at == 0 || at >= s.n || s.p[at] != '(' || hw_ascii_is_digit(s.p[0])) {
        return;
    }
    out->shape = HW_STRACE_CALL;
    out->name = hw_span_cut(s, 0, at);
    out->rest = hw_span_from(s, at + 1);
}

static void read_body(struct hw_span s, struct hw_strace_line *out)
{
    size_t cut;
    if (s.n > 6 && hw_span_starts(s, "+++ ") && hw_span_ends(s, " +++")) {
        read_end(s, out);
    } else if (s.n > 8 && hw_span_starts(s, "--- ") && hw_span_ends(s, " ---")) {
        read_signal(s, out);
    } else if (hw_span_starts(s, "<... ")) {
        read_resumed(s, out);
    } else if (is_note(s)) {
        out->shape = HW_STRACE_NOTE;
        out->has_attached = attached(s, &cut, &out->attached);
        return;
    } else {
        read_call(s, out);
    }
    if (out->shape != HW_STRACE_CALL && out->shape != HW_STRACE_RESUMED) {
        return;
    }
    struct hw_span rest = out->rest;
    if (hw_span_ends(rest, "<unfinished ...>")) {
        out->unfinished = true;
        rest.n -= 16;
        rest.n -= rest.n > 0 && rest.p[rest.n - 1] == ' ';
    } else if (attached(rest, &cut, &out->attached)) {
        /* strace interrupts its own line when it meets the new process, on its error stream. */
        out->has_attached = out->unfinished = true;
        rest.n = cut;
    }
    out->rest = rest;
}

void hw_strace_line(struct hw_span s, struct hw_strace_line *out)
{
    *out = (struct hw_strace_line){.time_ns = HW_TIME_NONE, .shape = HW_STRACE_OTHER};
    if (hw_span_starts(s, " > ")) {
        out->shape = HW_STRACE_NOTE; /* -k: a frame of the stack */
        return;
    }
    size_t at = read_pid(s, out);
    at = blanks(s, at);
    size_t next = read_clock(s, at, out);
    next = next == at ? read_seconds(s, at, out) : next;
    next = read_extras(s, next, out);
    read_body(hw_span_trim(hw_span_from(s, next)), out);
}
