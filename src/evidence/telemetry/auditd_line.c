/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/auditd_line.c -- one line of the audit log.
 *
 * auditd.conf(5), "audit-event-format" and "Specs / Audit Event Fields" of linux-audit, the
 * kernel's audit_log_untrustedstring(), and auditd's log_format=ENRICHED:
 *
 *   [node=H ]type=T msg=audit(seconds.ms:serial): name=value ... [0x1D NAME="value" ...]
 *
 *   value   "text", HEX (text with blanks, quotes or controls), bare, [list], { group }
 *   msg='name=value ...' of user space is opened in place
 *
 * Microsoft's AUOMS writes "type=AUOMS_X audit(...): ..." with command lines that are not quoted.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/telemetry/auditd_parts.h"

enum { TYPE_BYTES = 40, NODE_BYTES = 256 };

static bool type_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || hw_ascii_is_digit(c) || c == '_' || c == '[' || c == ']';
}

static struct hw_span word(struct hw_span *s)
{
    size_t n = hw_span_find(*s, ' ');
    struct hw_span w = hw_span_cut(*s, 0, n);
    *s = hw_span_from(*s, n < s->n ? n + 1 : n);
    return w;
}

/* "1490995752.404:20614537): ..." */
static bool stamp(struct hw_span s, struct hw_auditd_head *out)
{
    uint64_t sec, part = 0;
    size_t dot = hw_span_find(s, '.'), colon = hw_span_find(s, ':'), close = hw_span_find(s, ')');
    if (dot > 11 || colon > dot + 10 || colon <= dot + 1 || close > colon + 21 ||
        close + 1 >= s.n || (s.p[close + 1] != ':' && s.p[close + 1] != ' ')) {
        return false;
    }
    out->digits = (unsigned)(colon - dot - 1);
    if (!hw_span_u64(hw_span_cut(s, 0, dot), &sec) || sec > 9000000000ULL || out->digits > 9 ||
        !hw_span_u64(hw_span_cut(s, dot + 1, out->digits), &part) ||
        !hw_span_u64(hw_span_cut(s, colon + 1, close - colon - 1), &out->serial)) {
        return false;
    }
    for (unsigned k = out->digits; k < 9; k++) {
        part *= 10;
    }
    out->time_ns = (int64_t)sec * HW_NS_PER_SECOND + (int64_t)part;
    out->body = hw_span_from(s, close + 2);
    return true;
}

bool hw_auditd_head(struct hw_span line, struct hw_auditd_head *out)
{
    *out = (struct hw_auditd_head){.node = {NULL, 0}};
    struct hw_span s = line, w = word(&s);
    if (hw_span_starts(w, "node=") && w.n <= NODE_BYTES) {
        out->node = hw_span_from(w, 5);
        w = word(&s);
    }
    if (!hw_span_starts(w, "type=") || w.n < 6 || w.n > TYPE_BYTES) {
        return false;
    }
    out->type = hw_span_from(w, 5);
    for (size_t i = 0; i < out->type.n; i++) {
        if (!type_char(out->type.p[i])) {
            return false;
        }
    }
    s = hw_span_from(s, hw_span_starts(s, "msg=") ? 4 : 0);
    return hw_span_starts(s, "audit(") && stamp(hw_span_from(s, 6), out);
}

/* ---- fields ---- */

/* The end of a value that begins with `open`; quotes hide what is in them. */
static size_t group_bytes(struct hw_span s, uint8_t close)
{
    bool quoted = false;
    for (size_t i = 1; i < s.n; i++) {
        quoted = quoted != (s.p[i] == '"');
        if (!quoted && s.p[i] == close) {
            return i + 1;
        }
    }
    return 0;
}

/* An unquoted command line of AUOMS goes to the next field that is known to follow it. */
static size_t loose_bytes(struct hw_span s)
{
    static const char *const next[] = {" redactors=", " containerid=", " cmdline="};
    size_t best = s.n;
    for (size_t i = 0; i < sizeof next / sizeof next[0]; i++) {
        const uint8_t *hit = memmem(s.p, s.n, next[i], strlen(next[i]));
        size_t at = hit == NULL ? s.n : (size_t)(hit - s.p);
        best = at < best ? at : best;
    }
    return best;
}

static bool ends_value(uint8_t c)
{
    return c == ' ' || c == 0x1d || c == '\t';
}

static void read_value(struct hw_auditd_fields *f, struct hw_auditd_field *out)
{
    struct hw_span s = hw_span_from(f->s, f->at);
    uint8_t c = s.n > 0 ? s.p[0] : ' ';
    size_t n = 0;
    out->bare = true;
    if (c == '"') {
        n = hw_span_find(hw_span_from(s, 1), '"');
        out->bare = false;
        out->value = hw_span_cut(s, 1, n);
        f->at += n + 2;
        return;
    }
    if (c == '[' || c == '{') {
        n = group_bytes(s, c == '[' ? ']' : '}');
    } else if (f->loose &&
               (hw_span_is(out->name, "proctitle") || hw_span_is(out->name, "cmdline"))) {
        n = loose_bytes(s);
    }
    while (n < s.n && !ends_value(s.p[n])) {
        n++;
    }
    f->at += n;
    if (f->in_msg && n > 0 && s.p[n - 1] == '\'') {
        f->in_msg = false;
        n--;
    }
    n -= n > 0 && (s.p[n - 1] == ',' || (f->in_round && s.p[n - 1] == ')'));
    out->value = hw_span_cut(s, 0, n);
}

bool hw_auditd_next(struct hw_auditd_fields *f, struct hw_auditd_field *out)
{
    while (f->at < f->s.n &&
           (ends_value(f->s.p[f->at]) || f->s.p[f->at] == '\'' || f->s.p[f->at] == '(')) {
        f->in_round = f->in_round || f->s.p[f->at] == '('; /* "(hostname=?, res=success)" */
        f->at++;
    }
    if (f->at >= f->s.n) {
        return false;
    }
    size_t from = f->at;
    while (f->at < f->s.n && !ends_value(f->s.p[f->at]) && f->s.p[f->at] != '=') {
        f->at++;
    }
    *out = (struct hw_auditd_field){.name = {NULL, 0}};
    struct hw_span w = hw_span_cut(f->s, from, f->at - from);
    if (f->at >= f->s.n || f->s.p[f->at] != '=' || w.n == 0) {
        f->at += f->at < f->s.n && f->s.p[f->at] == '=';
        out->value = w;
        return true;
    }
    f->at++;
    if (f->at < f->s.n && f->s.p[f->at] == '\'' && hw_span_is(w, "msg")) {
        f->at++;
        f->in_msg = true;
        return hw_auditd_next(f, out);
    }
    out->name = w;
    read_value(f, out);
    return true;
}

bool hw_auditd_hex(struct hw_span s, struct hw_auditd_scratch *m, struct hw_span *out)
{
    size_t n = s.n / 2;
    if (s.n < 2 || s.n % 2 != 0 || n > m->room - m->n) {
        return false;
    }
    uint8_t *p = m->p + m->n;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool digit = hw_ascii_is_digit(c);
        if (!digit && (c < 'A' || c > 'F')) {
            return false;
        }
        uint8_t v = (uint8_t)(digit ? c - '0' : c - 'A' + 10);
        p[i / 2] = (uint8_t)(i % 2 == 0 ? v << 4 : p[i / 2] | v);
    }
    while (n > 0 && p[n - 1] == 0) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        p[i] = p[i] == 0 ? ' ' : p[i];
    }
    m->n += s.n / 2;
    *out = (struct hw_span){p, n};
    return true;
}
