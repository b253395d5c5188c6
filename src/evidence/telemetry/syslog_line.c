/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/syslog_line.c -- one line of syslog.
 *
 *   RFC 3164   [<PRI>]Mmm dd hh:mm:ss host program[pid]: message       no year, no zone
 *   ISO        [<PRI>]2023-03-13T06:31:05.123456+01:00 host program[pid]: message   (rsyslog)
 *   RFC 5424   <PRI>1 2023-03-13T06:31:05.003Z host program pid msgid [data]|- message
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/syslog_parts.h"

enum { HOST_BYTES = 255, PROGRAM_BYTES = 64 };

static struct hw_span word(struct hw_span *s)
{
    size_t n = hw_span_find(*s, ' ');
    struct hw_span w = hw_span_cut(*s, 0, n);
    *s = hw_span_from(*s, n < s->n ? n + 1 : n);
    return w;
}

static bool read_pri(struct hw_span *s, struct hw_syslog_line *out)
{
    if (s->n < 3 || s->p[0] != '<') {
        return true;
    }
    size_t end = hw_span_find(*s, '>');
    if (end > 4 || end >= s->n || !hw_span_u64(hw_span_cut(*s, 1, end - 1), &out->pri) ||
        out->pri > 191) {
        return false;
    }
    out->has_pri = true;
    *s = hw_span_from(*s, end + 1);
    return true;
}

static bool two(struct hw_span s, size_t at, unsigned *out)
{
    uint64_t v;
    size_t from = at < s.n && s.p[at] == ' ' ? 1 : 0;
    if (at + 2 > s.n || !hw_span_u64(hw_span_cut(s, at + from, 2 - from), &v)) {
        return false;
    }
    *out = (unsigned)v;
    return true;
}

static bool read_old_time(struct hw_span *s, struct hw_syslog_line *out)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct hw_civil c = {.year = 1970};
    for (unsigned m = 0; s->n >= 16 && m < 12; m++) {
        if (hw_span_equal(hw_span_cut(*s, 0, 3),
                          (struct hw_span){(const uint8_t *)months + 3 * (size_t)m, 3})) {
            c.month = m + 1;
        }
    }
    if (c.month == 0 || s->p[3] != ' ' || s->p[6] != ' ' || s->p[9] != ':' || s->p[12] != ':' ||
        s->p[15] != ' ' || !two(*s, 4, &c.day) || !two(*s, 7, &c.hour) || !two(*s, 10, &c.minute) ||
        !two(*s, 13, &c.second)) {
        return false;
    }
    /* 1970 had no 29th of February, and a leap second is the one that follows. */
    bool leap_day = c.month == 2 && c.day == 29;
    c.day -= leap_day;
    c.second -= c.second == 60;
    if (!hw_time_from_civil(&c, &out->time_ns)) {
        return false;
    }
    out->time_ns += leap_day ? INT64_C(86400) * HW_NS_PER_SECOND : 0;
    out->clock = HW_CLOCK_NO_YEAR;
    *s = hw_span_from(*s, 16);
    return true;
}

static bool read_iso_time(struct hw_span w, struct hw_syslog_line *out)
{
    if (w.n < 19 || w.p[4] != '-' || w.p[10] != 'T' || !hw_time_parse(w, &out->time_ns)) {
        return false;
    }
    size_t at = 19;
    if (at < w.n && w.p[at] == '.') {
        for (at++; at < w.n && hw_ascii_is_digit(w.p[at]) && out->digits < 9; at++) {
            out->digits++;
        }
    }
    out->clock = at < w.n ? HW_CLOCK_UTC : HW_CLOCK_LOCAL;
    return true;
}

static bool host_ok(struct hw_span h)
{
    for (size_t i = 0; i < h.n; i++) {
        uint8_t c = h.p[i];
        if (!hw_ascii_is_digit(c) && !hw_ascii_is_alpha(c) && c != '.' && c != '-' && c != '_' &&
            c != ':' && c != '%') {
            return false;
        }
    }
    return h.n > 0 && h.n <= HOST_BYTES && h.p[h.n - 1] != ':';
}

static bool program_ok(struct hw_span p)
{
    for (size_t i = 0; i < p.n; i++) {
        if (p.p[i] <= 0x20 || p.p[i] >= 0x7f || p.p[i] == '"' || p.p[i] == '=' || p.p[i] == ',') {
            return false;
        }
    }
    return p.n > 0 && p.n <= PROGRAM_BYTES && !hw_ascii_is_digit(p.p[0]);
}

/* "program[pid]: ", "program: ". */
static bool read_tag(struct hw_span s, struct hw_syslog_line *out)
{
    size_t n = 0;
    while (n < s.n && n <= PROGRAM_BYTES && s.p[n] != '[' && s.p[n] != ' ' &&
           !(s.p[n] == ':' && (n + 1 == s.n || s.p[n + 1] == ' '))) {
        n++;
    }
    out->program = hw_span_cut(s, 0, n);
    if (n < s.n && s.p[n] == '[') {
        size_t end = n + hw_span_find(hw_span_from(s, n), ']');
        out->pid = hw_span_cut(s, n + 1, end - n - 1);
        n = end + 1;
        if (end >= s.n || out->pid.n > 12) {
            return false;
        }
    }
    if (!program_ok(out->program) || n >= s.n || s.p[n] != ':') {
        return false;
    }
    s = hw_span_from(s, n + 1);
    out->message = hw_span_from(s, s.n > 0 && s.p[0] == ' ' ? 1 : 0);
    return true;
}

static struct hw_span but_dash(struct hw_span s)
{
    return hw_span_is(s, "-") ? (struct hw_span){NULL, 0} : s;
}

/* [id name="value"...][...]: a quote, a backslash and a bracket within a value are escaped. */
static size_t data_bytes(struct hw_span s)
{
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        if (quoted && s.p[i] == '\\') {
            i++;
        } else if (s.p[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && s.p[i] == ']' && (i + 1 >= s.n || s.p[i + 1] != '[')) {
            return i + 1;
        }
    }
    return 0;
}

static bool read_new(struct hw_span s, struct hw_syslog_line *out)
{
    struct hw_span time = word(&s);
    if (!hw_span_is(time, "-") && !read_iso_time(time, out)) {
        return false;
    }
    out->host = but_dash(word(&s));
    out->program = but_dash(word(&s));
    out->pid = but_dash(word(&s));
    out->msgid = but_dash(word(&s));
    if (s.n == 0 || (out->host.p != NULL && !host_ok(out->host)) ||
        (out->program.p != NULL && !program_ok(out->program))) {
        return false;
    }
    size_t n = s.p[0] == '[' ? data_bytes(s) : s.p[0] == '-' ? 1 : 0;
    if (n == 0 || (n < s.n && s.p[n] != ' ')) {
        return false;
    }
    out->has_data = s.p[0] == '[';
    out->data = hw_span_cut(s, 0, n);
    out->message = hw_span_from(s, n + 1);
    if (hw_span_starts(out->message, "\xef\xbb\xbf")) {
        out->message = hw_span_from(out->message, 3);
    }
    return true;
}

bool hw_syslog_line(struct hw_span s, struct hw_syslog_line *out)
{
    *out = (struct hw_syslog_line){.time_ns = HW_TIME_NONE};
    if (!read_pri(&s, out)) {
        return false;
    }
    if (out->has_pri && hw_span_starts(s, "1 ")) {
        return read_new(hw_span_from(s, 2), out);
    }
    if (!read_old_time(&s, out)) {
        struct hw_span time = word(&s);
        if (!read_iso_time(time, out)) {
            return false;
        }
    }
    out->host = word(&s);
    return host_ok(out->host) && read_tag(s, out);
}
