/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped_text.c -- a product's log as lines of text, of one of three kinds:
 *
 *   kv     date=2023-03-13 devname="FW 1" action=accept   with or without a syslog header before it
 *   w3c    #Fields: date time c-ip cs-host                W3C Extended Log File Format (draft of
 *          2023-03-13 06:31:05 10.0.0.5 example.com       1996), as proxies and firewalls have it
 *   lines  %ASA-6-722051: Group <g> User <u> IP <i> ...   by the patterns of the mapping
 *
 * Which kind a log is of is found once, from its first lines. A field of a pattern reaches to the
 * first place where the text behind it in the pattern stands; a blank there matches any run of
 * blanks. Lines that fit no pattern are kept whole, under the name "line": products write many
 * kinds of lines and a mapping names the few that mean something.
 */
#include "evidence/telemetry/mapped.h"

#include <string.h>

#include "base/text.h"

enum { LOOK_LINES = 64, LOOK_BYTES = 64 * 1024, KV_LEAST = 3, FIELDS = 512 };

struct text_kind {
    enum hw_mapped_shape shape;
    const struct hw_mapping *product;
    unsigned bits;
};

struct fields {
    struct hw_span names[FIELDS], values[FIELDS];
    size_t count;
};

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool put_field(struct fields *f, struct hw_span name, struct hw_span value)
{
    if (f->count == FIELDS) {
        return false;
    }
    f->names[f->count] = name;
    f->values[f->count++] = value;
    return true;
}

/* ---- key=value ---- */

static bool key_char(uint8_t c)
{
    return hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '_' || c == '.' || c == '-';
}

/* Length of the key that begins at `at` and has its '=' behind it, else 0. */
static size_t key_at(struct hw_span s, size_t at)
{
    size_t n = at;
    if (n >= s.n || !hw_ascii_is_alpha(s.p[n])) {
        return 0;
    }
    while (n < s.n && key_char(s.p[n])) {
        n++;
    }
    return n < s.n && s.p[n] == '=' ? n - at : 0;
}

/* The value at `at`; *at then lies behind it. A value without quotes goes on over blanks until the
 * next key. */
static struct hw_span kv_value(struct hw_span s, size_t *at)
{
    size_t from = *at, i = from;
    if (i < s.n && s.p[i] == '"') {
        for (i++; i < s.n && s.p[i] != '"'; i++) {
            i += s.p[i] == '\\' && i + 1 < s.n ? 1 : 0;
        }
        *at = i < s.n ? i + 1 : s.n;
        return hw_span_cut(s, from + 1, (i < s.n ? i : s.n) - from - 1);
    }
    while (i < s.n && !(blank(s.p[i]) && key_at(s, i + 1) > 0)) {
        i++;
    }
    *at = i;
    return hw_span_trim(hw_span_cut(s, from, i - from));
}

static bool split_kv(struct hw_span line, struct fields *f)
{
    size_t at = 0;
    bool before = true; /* a key begins behind a blank, or behind the '>' of a syslog priority */
    f->count = 0;
    while (at < line.n && !(before && key_at(line, at) > 0)) {
        before = blank(line.p[at]) || line.p[at] == '>';
        at++;
    }
    struct hw_span head = hw_span_trim(hw_span_cut(line, 0, at));
    if (head.n > 0 && !put_field(f, HW_SPAN_LIT("head"), head)) {
        return false;
    }
    while (at < line.n) {
        size_t n = key_at(line, at);
        if (n == 0) {
            at++; /* blanks, and what stands loose behind a quoted value */
            continue;
        }
        struct hw_span name = hw_span_cut(line, at, n);
        at += n + 1;
        if (!put_field(f, name, kv_value(line, &at))) {
            return false;
        }
    }
    return f->count >= KV_LEAST;
}

/* ---- W3C ---- */

/* Values between blanks; one in quotes may hold blanks. */
static bool split_w3c(struct hw_span line, struct hw_span *out, size_t *count)
{
    size_t at = 0;
    *count = 0;
    while (at < line.n) {
        size_t from = at;
        if (blank(line.p[at])) {
            at++;
            continue;
        }
        bool quoted = line.p[at] == '"';
        at += quoted ? 1 : 0;
        while (at < line.n && (quoted ? line.p[at] != '"' : !blank(line.p[at]))) {
            at++;
        }
        if (*count == FIELDS) {
            return false;
        }
        out[(*count)++] = hw_span_cut(line, from + (quoted ? 1 : 0), at - from - (quoted ? 1 : 0));
        at += quoted && at < line.n ? 1 : 0;
    }
    return *count > 0;
}

static bool take_fields_line(struct hw_span line, struct fields *f)
{
    return hw_span_starts(line, "#Fields:") &&
           split_w3c(hw_span_from(line, 8), f->names, &f->count);
}

/* ---- patterns ---- */

/* Does the literal stand at `at`? Its blanks match runs. How many bytes, or SIZE_MAX. */
static size_t literal_at(struct hw_span s, size_t at, struct hw_span literal)
{
    size_t i = at;
    for (size_t k = 0; k < literal.n; k++) {
        if (i >= s.n) {
            return SIZE_MAX;
        }
        if (literal.p[k] == ' ') {
            if (!blank(s.p[i])) {
                return SIZE_MAX;
            }
            while (i < s.n && blank(s.p[i])) {
                i++;
            }
        } else if (s.p[i++] != literal.p[k]) {
            return SIZE_MAX;
        }
    }
    return i - at;
}

/* The next place from `at` on where a literal that begins with c can stand; the end for none. */
static size_t next_start(struct hw_span line, size_t at, uint8_t c)
{
    struct hw_span rest = hw_span_from(line, at);
    const uint8_t *hit = rest.n == 0 || c == ' ' ? rest.p : memchr(rest.p, c, rest.n);
    return hit == NULL ? line.n : at + (size_t)(hit - rest.p);
}

/* Fills f with the pattern's fields. Nothing is tried twice: each literal is looked for from where
 * the one before it ended. */
static bool fits(struct hw_span line, const char *pattern, struct fields *f)
{
    struct hw_span p = hw_span_str(pattern), name = {NULL, 0};
    bool field = false;
    size_t at = 0;
    f->count = 0;
    while (p.n > 0 || field) {
        size_t open = hw_span_find(p, '{');
        struct hw_span literal = hw_span_cut(p, 0, open);
        size_t from = at, n = literal_at(line, at, literal);
        while (field && literal.n > 0 && n == SIZE_MAX && at < line.n) {
            at = next_start(line, at + 1, literal.p[0]);
            n = literal_at(line, at, literal);
        }
        if (n == SIZE_MAX) {
            return false;
        }
        at = literal.n == 0 && field ? line.n : at; /* the last field takes the rest */
        if (field && name.n > 0 &&
            !put_field(f, name, hw_span_trim(hw_span_cut(line, from, at - from)))) {
            return false;
        }
        at += literal.n == 0 ? 0 : n;
        p = hw_span_from(p, open);
        size_t close = hw_span_find(p, '}');
        field = p.n > 0;
        name = field ? hw_span_cut(p, 1, close - 1) : name;
        p = hw_span_from(p, close + 1);
    }
    return at == line.n;
}

static const struct hw_map_line *split_line(const struct hw_mapping *m, struct hw_span line,
                                            struct fields *f)
{
    for (size_t i = 0; i < m->line_count; i++) {
        if (fits(line, m->lines[i].pattern, f)) {
            return &m->lines[i];
        }
    }
    return NULL;
}

/* ---- which ---- */

static bool judge_line(struct hw_span line, struct fields *f, struct text_kind *out)
{
    if (take_fields_line(line, f)) {
        out->shape = HW_MAPPED_W3C;
        out->product = hw_mapped_find_names(HW_MAPPED_W3C, f->names, f->count, 0, &out->bits);
        return out->product != NULL;
    }
    if (split_kv(line, f)) {
        out->shape = HW_MAPPED_KV;
        out->product = hw_mapped_find_names(HW_MAPPED_KV, f->names, f->count, 0, &out->bits);
        if (out->product != NULL) {
            return true;
        }
    }
    out->shape = HW_MAPPED_LINES;
    out->product = hw_mapped_find_line(line, 0, &out->bits);
    return out->product != NULL && split_line(out->product, line, f) != NULL;
}

static bool find_kind(struct hw_span bytes, struct hw_budget *fuel, struct text_kind *out)
{
    struct hw_reader r;
    struct hw_span line, all = hw_span_cut(bytes, 0, LOOK_BYTES);
    struct fields f;
    if (!hw_mapped_looks_text(all)) {
        return false;
    }
    hw_reader_init(&r, all, fuel);
    if (hw_span_starts(all, "\xEF\xBB\xBF") && !hw_read_skip(&r, 3)) {
        return false;
    }
    for (unsigned i = 0; i < LOOK_LINES && hw_read_line(&r, LOOK_BYTES, &line); i++) {
        if (judge_line(line, &f, out)) {
            return true;
        }
    }
    return false;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct text_kind k;
    return find_kind(bytes, fuel, &k) ? k.bits : 0;
}

/* ---- records ---- */

struct texts {
    struct hw_mapped m;
    struct text_kind kind;
    struct fields f;
    struct hw_span cells[FIELDS];
    uint64_t number;
};

static void put_w3c(struct texts *t, struct hw_span line, uint64_t off)
{
    size_t count;
    if (take_fields_line(line, &t->f) || hw_span_starts(line, "#")) {
        return;
    }
    t->number++;
    if (!split_w3c(line, t->cells, &count) || count != t->f.count) {
        hw_records_bad(&t->m.w, t->number, off, line.n,
                       t->f.count == 0 ? "no #Fields before it"
                                       : "not as many fields as #Fields has");
        return;
    }
    hw_mapped_put(&t->m, t->f.names, t->cells, count, (struct hw_span){NULL, 0}, t->number, off);
}

static void put_line(struct texts *t, struct hw_span line, uint64_t off)
{
    if (t->kind.shape == HW_MAPPED_W3C) {
        put_w3c(t, line, off);
        return;
    }
    t->number++;
    if (t->kind.shape == HW_MAPPED_KV) {
        if (!split_kv(line, &t->f)) {
            hw_records_bad(&t->m.w, t->number, off, line.n, "not a line of key=value");
            return;
        }
        hw_mapped_put(&t->m, t->f.names, t->f.values, t->f.count, (struct hw_span){NULL, 0},
                      t->number, off);
        return;
    }
    const struct hw_map_line *fit = split_line(t->m.product, line, &t->f);
    if (fit == NULL) {
        t->f.count = 0;
        (void)put_field(&t->f, HW_SPAN_LIT("line"), line);
    }
    hw_mapped_put(&t->m, t->f.names, t->f.values, t->f.count,
                  hw_span_str(fit == NULL ? "row" : fit->event), t->number, off);
}

static bool has_nul(struct hw_span s)
{
    return s.n > 0 && memchr(s.p, 0, s.n) != NULL;
}

static void read_lines(struct texts *t, struct hw_reader *r)
{
    while (hw_records_going(&t->m.w) && hw_read_left(r) > 0 && hw_reader_item(r)) {
        uint64_t off = hw_read_where(r);
        struct hw_span rest = hw_reader_rest(r), line;
        size_t n = hw_span_find(rest, '\n');
        bool long_one = n > HW_MAPPED_LINE;
        if (!hw_read_bytes(r, n < rest.n ? n + 1 : n, &line)) {
            break;
        }
        line = hw_span_cut(line, 0, n);
        line.n -= line.n > 0 && line.p[line.n - 1] == '\r' ? 1 : 0;
        if (off == 0 && hw_span_starts(line, "\xEF\xBB\xBF")) {
            line = hw_span_from(line, 3);
        }
        if (long_one || has_nul(line)) {
            hw_records_bad(&t->m.w, ++t->number, off, n,
                           long_one ? "longer than a line of a log" : "not text");
        } else if (hw_span_trim(line).n > 0) {
            put_line(t, line, off);
        }
    }
    if (hw_reader_fault(r) == HW_OVER_BUDGET) {
        hw_say_fault(t->m.w.x, t->m.w.n, r, "the lines");
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_reader r;
    struct texts *t = hw_arena_alloc(x->arena, sizeof *t);
    if (t == NULL || !find_kind(n->bytes, &x->fuel, &t->kind) ||
        !hw_mapped_open(&t->m, x, n, t->kind.product, false)) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return;
    }
    t->m.prefix = t->kind.shape == HW_MAPPED_LINES;
    hw_node_reader(x, n, &r);
    read_lines(t, &r);
    hw_mapped_done(&t->m);
}

const struct hw_format hw_format_mapped_text = {"mapped-text", probe, examine, NULL, false};
