/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ndjson.c -- one JSON value (RFC 8259) made flat; ndjson_lines.c walks a node.
 *
 * A record is walked once. What needs no unescaping is borrowed; the rest is appended to f->text,
 * which never moves while a record is read: one that needs more room is read again with more.
 */
#include "evidence/telemetry/ndjson.h"

#include <string.h>

#include "base/scan.h"
#include "base/text.h"

/* An empty value: there, and of no bytes. */
static const struct hw_span nothing = {(const uint8_t *)"", 0};

enum {
    TEXT_FIRST = 64 << 10, /* of f->text, and then eight times more each time */
    TEXT_SPARE = 4 << 10,  /* kept for what callers make of a record, beside its own length */
};

struct walk {
    struct hw_span s;
    size_t at;
    struct hw_json_flat *f;
    unsigned depth;
};

const char *hw_json_end_words(enum hw_json_end e)
{
    static const char *const words[] = {
        "whole",    "nothing",         "cut off",
        "not JSON", "nested too deep", "too many fields or too much text",
    };
    return words[e];
}

void hw_json_flat_init(struct hw_json_flat *f)
{
    f->count = 0;
    f->lines = 0;
    f->odd = false;
    f->joint = ", ";
    f->aside = NULL;
    hw_buf_init(&f->text, TEXT_FIRST);
}

void hw_json_flat_done(struct hw_json_flat *f)
{
    hw_buf_done(&f->text);
}

/* ---- tokens ---- */

static inline void blanks(struct walk *k)
{
    while (k->at < k->s.n && k->s.p[k->at] <= ' ') {
        uint8_t c = k->s.p[k->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return;
        }
        k->f->lines += c == '\n';
        k->at++;
    }
}

/* The byte in hand; 0 at the end, where no token begins either. */
static inline uint8_t look(const struct walk *k)
{
    return k->at < k->s.n ? k->s.p[k->at] : 0;
}

/* What is wrong where something else was expected. */
static enum hw_json_end wrong(const struct walk *k)
{
    return k->at >= k->s.n ? HW_JSON_CUT : HW_JSON_BAD;
}

static enum hw_json_end unquote(struct walk *k, struct hw_span *out)
{
    struct hw_buf *text = &k->f->text;
    size_t from = text->n;
    switch (hw_scan_unquote(k->s, &k->at, text, &k->f->odd)) {
    case HW_UNQUOTED:
        *out = (struct hw_span){text->p + from, text->n - from};
        return HW_JSON_FINE;
    case HW_UNQUOTE_OPEN:
        return HW_JSON_CUT;
    case HW_UNQUOTE_FULL:
        return HW_JSON_WIDE;
    default:
        return HW_JSON_BAD;
    }
}

/* A string; k->at is on its opening quote. */
static inline enum hw_json_end string(struct walk *k, struct hw_span *out)
{
    size_t from = k->at + 1, end = hw_scan_string(k->s, from);
    if (end < k->s.n && k->s.p[end] == '"') {
        *out = (struct hw_span){k->s.p + from, end - from};
        k->at = end + 1;
        return HW_JSON_FINE;
    }
    k->at = from;
    return unquote(k, out);
}

static size_t digits(const struct walk *k, size_t at)
{
    while (at < k->s.n && hw_ascii_is_digit(k->s.p[at])) {
        at++;
    }
    return at;
}

/* RFC 8259 section 6. */
static enum hw_json_end number(struct walk *k, struct hw_span *out)
{
    size_t i = k->at + (k->s.p[k->at] == '-'), from = i;
    i = digits(k, i);
    bool good = i > from && (i == from + 1 || k->s.p[from] != '0');
    if (i < k->s.n && k->s.p[i] == '.') {
        from = ++i;
        i = digits(k, i);
        good = good && i > from;
    }
    if (i < k->s.n && (k->s.p[i] | 0x20U) == 'e') {
        i++;
        i += i < k->s.n && (k->s.p[i] == '+' || k->s.p[i] == '-');
        from = i;
        i = digits(k, i);
        good = good && i > from;
    }
    if (!good) {
        k->at = i;
        return wrong(k);
    }
    *out = (struct hw_span){k->s.p + k->at, i - k->at};
    k->at = i;
    return HW_JSON_FINE;
}

static enum hw_json_end word(struct walk *k, const char *what, struct hw_span *out)
{
    size_t n = strlen(what), i = 0;
    while (i < n && k->at + i < k->s.n && k->s.p[k->at + i] == (uint8_t)what[i]) {
        i++;
    }
    *out = (struct hw_span){k->s.p + k->at, i};
    k->at += i;
    return i == n ? HW_JSON_FINE : wrong(k);
}

/* Anything but an array or an object. */
static inline enum hw_json_end scalar(struct walk *k, enum hw_json_kind *kind, struct hw_span *out)
{
    switch (look(k)) {
    case '"':
        *kind = HW_JSON_STRING;
        return string(k, out);
    case 't':
        *kind = HW_JSON_BOOL;
        return word(k, "true", out);
    case 'f':
        *kind = HW_JSON_BOOL;
        return word(k, "false", out);
    case 'n': {
        *kind = HW_JSON_NULL;
        enum hw_json_end e = word(k, "null", out);
        *out = nothing;
        return e;
    }
    default:
        if (look(k) != '-' && !hw_ascii_is_digit(look(k))) {
            return wrong(k);
        }
        *kind = HW_JSON_NUMBER;
        return number(k, out);
    }
}

/* ---- fields ---- */

static inline enum hw_json_end add(struct walk *k, struct hw_span name, enum hw_json_kind kind,
                                   struct hw_span value)
{
    struct hw_json_flat *f = k->f;
    size_t i = f->count;
    if (i >= HW_JSON_FIELDS) {
        return HW_JSON_WIDE;
    }
    f->names[i] = name;
    f->values[i] = value;
    f->kinds[i] = (uint8_t)kind;
    f->count = i + 1;
    return HW_JSON_FINE;
}

/* prefix.name, in f->text. */
static enum hw_json_end joined(struct walk *k, struct hw_span prefix, struct hw_span name,
                               struct hw_span *out)
{
    struct hw_buf *text = &k->f->text;
    size_t from = text->n;
    hw_buf_span_put(text, prefix);
    if (prefix.n > 0) {
        hw_buf_char(text, '.');
    }
    hw_buf_span_put(text, name);
    *out = (struct hw_span){text->p + from, text->n - from};
    return hw_buf_ok(text) ? HW_JSON_FINE : HW_JSON_WIDE;
}

static enum hw_json_end value(struct walk *k, struct hw_span name);

/* A member: k->at is on the quote of its name. */
static inline enum hw_json_end member(struct walk *k, struct hw_span prefix)
{
    struct hw_span name, v;
    enum hw_json_kind kind;
    if (look(k) != '"') {
        return wrong(k);
    }
    enum hw_json_end e = string(k, &name);
    if (e == HW_JSON_FINE && prefix.n > 0) {
        e = joined(k, prefix, name, &name);
    }
    if (e != HW_JSON_FINE) {
        return e;
    }
    blanks(k);
    if (look(k) != ':') {
        return wrong(k);
    }
    k->at++;
    blanks(k);
    if (look(k) == '{' || look(k) == '[') {
        return value(k, name);
    }
    e = scalar(k, &kind, &v);
    return e == HW_JSON_FINE ? add(k, name, kind, v) : e;
}

static enum hw_json_end object(struct walk *k, struct hw_span name)
{
    k->at++;
    blanks(k);
    if (look(k) == '}') {
        k->at++;
        return name.n == 0 ? HW_JSON_FINE : add(k, name, HW_JSON_EMPTY, nothing);
    }
    for (;;) {
        enum hw_json_end e = member(k, name);
        if (e != HW_JSON_FINE) {
            return e;
        }
        blanks(k);
        if (look(k) == '}') {
            k->at++;
            return HW_JSON_FINE;
        }
        if (look(k) != ',') {
            return wrong(k);
        }
        k->at++;
        blanks(k);
    }
}

/* Where the closing quote is of the string whose inside begins at `at`; s.n or more: nowhere. */
static size_t string_end(struct hw_span s, size_t at)
{
    size_t i = hw_scan_string(s, at);
    while (i < s.n && s.p[i] != '"') {
        i = hw_scan_string(s, i + (s.p[i] == '\\' ? 2 : 1));
    }
    return i;
}

/* Are there only scalars up to the end of the array k->at stands in? Each byte is looked at once
 * more at most: where it meets a box it stops, and that box begins behind. */
static bool all_scalar(const struct walk *k)
{
    for (size_t i = k->at; i < k->s.n; i++) {
        uint8_t c = k->s.p[i];
        if (c == '[' || c == '{') {
            return false;
        }
        if (c == ']') {
            return true;
        }
        if (c == '"') {
            i = string_end(k->s, i + 1);
        }
    }
    return true;
}

/* ',' or the end of an array: FINE and *more, or what is wrong. */
static enum hw_json_end comma(struct walk *k, bool *more)
{
    blanks(k);
    uint8_t c = look(k);
    if (c != ',' && c != ']') {
        return wrong(k);
    }
    k->at++;
    *more = c == ',';
    blanks(k);
    return HW_JSON_FINE;
}

static enum hw_json_end list(struct walk *k, struct hw_span name)
{
    struct hw_buf *text = &k->f->text;
    enum hw_json_kind kind;
    enum hw_json_end e = HW_JSON_FINE;
    struct hw_span v;
    /* Escaped elements are unescaped in place; the list then is what lies from here on. */
    size_t from = text->n;
    for (bool more = true, first = true; more && e == HW_JSON_FINE; first = false) {
        hw_buf_str(text, first ? "" : k->f->joint);
        size_t before = text->n;
        e = scalar(k, &kind, &v);
        if (e == HW_JSON_FINE && text->n == before) {
            hw_buf_span_put(text, v);
        }
        e = e == HW_JSON_FINE ? comma(k, &more) : e;
    }
    if (e == HW_JSON_FINE && !hw_buf_ok(text)) {
        e = HW_JSON_WIDE;
    }
    v = (struct hw_span){text->p + from, text->n - from};
    return e == HW_JSON_FINE ? add(k, name, HW_JSON_LIST, v) : e;
}

static enum hw_json_end numbered(struct walk *k, struct hw_span name)
{
    enum hw_json_end e = HW_JSON_FINE;
    uint64_t index = 0;
    for (bool more = true; more && e == HW_JSON_FINE; index++) {
        struct hw_buf *text = &k->f->text;
        struct hw_span one = {text->p + text->n, 0};
        hw_buf_span_put(text, name);
        hw_buf_printf(text, name.n > 0 ? ".%llu" : "%llu", (unsigned long long)index);
        one.n = (size_t)(text->p + text->n - one.p);
        e = hw_buf_ok(text) ? value(k, one) : HW_JSON_WIDE;
        e = e == HW_JSON_FINE ? comma(k, &more) : e;
    }
    return e;
}

static bool is_aside(const struct hw_json_flat *f, struct hw_span name)
{
    for (const char *const *one = f->aside; one != NULL && *one != NULL; one++) {
        if (hw_span_is(name, *one)) {
            return true;
        }
    }
    return false;
}

/* Passes over an array, k->at behind its bracket, by counting brackets outside of strings. */
static enum hw_json_end aside(struct walk *k, struct hw_span name)
{
    size_t from = k->at - 1, open = 1;
    while (from > 0 && k->s.p[from] != '[') {
        from--;
    }
    for (; open > 0; k->at++) {
        if (k->at >= k->s.n) {
            return HW_JSON_CUT;
        }
        uint8_t c = k->s.p[k->at];
        k->f->lines += c == '\n';
        if (c == '[' || c == '{') {
            open++;
        } else if (c == ']' || c == '}') {
            open--;
        } else if (c == '"') {
            k->at = string_end(k->s, k->at + 1);
        }
    }
    struct hw_span all = hw_span_cut(k->s, from, k->at - from);
    return add(k, name, HW_JSON_ASIDE, all);
}

static enum hw_json_end array(struct walk *k, struct hw_span name)
{
    k->at++;
    blanks(k);
    if (look(k) == ']') {
        k->at++;
        return add(k, name, HW_JSON_EMPTY, nothing);
    }
    if (all_scalar(k)) {
        return list(k, name);
    }
    return is_aside(k->f, name) ? aside(k, name) : numbered(k, name);
}

static enum hw_json_end value(struct walk *k, struct hw_span name)
{
    enum hw_json_kind kind;
    struct hw_span v;
    uint8_t c = look(k);
    if (c != '{' && c != '[') {
        enum hw_json_end e = scalar(k, &kind, &v);
        return e == HW_JSON_FINE ? add(k, name, kind, v) : e;
    }
    if (k->depth >= HW_JSON_DEPTH) {
        return HW_JSON_DEEP;
    }
    k->depth++;
    enum hw_json_end e = c == '{' ? object(k, name) : array(k, name);
    k->depth--;
    return e;
}

/* ---- records ---- */

/* Once through the record at k->at, with the room there is. */
static enum hw_json_end once(struct walk *k)
{
    struct hw_json_flat *f = k->f;
    f->count = 0;
    f->lines = 0;
    f->odd = false;
    k->depth = 0;
    hw_buf_clear(&f->text);
    blanks(k);
    f->size = k->at; /* where it begins, until it is known where it ends */
    if (!hw_buf_room(&f->text, f->text.max)) {
        return HW_JSON_WIDE;
    }
    return k->at >= k->s.n ? HW_JSON_NONE : value(k, nothing);
}

enum hw_json_end hw_json_flatten(struct hw_span s, size_t *at, struct hw_json_flat *f)
{
    for (;;) {
        struct walk k = {.s = s, .at = *at, .f = f};
        enum hw_json_end e = once(&k);
        f->size = k.at - f->size;
        bool full = e == HW_JSON_WIDE && !hw_buf_ok(&f->text);
        bool tight = e == HW_JSON_FINE && f->text.max - f->text.n < f->size + TEXT_SPARE;
        if ((!full && !tight) || f->text.max >= HW_JSON_TEXT) {
            *at = k.at;
            return e;
        }
        size_t more = f->text.max * 8;
        hw_buf_done(&f->text);
        hw_buf_init(&f->text, more < HW_JSON_TEXT ? more : HW_JSON_TEXT);
    }
}

bool hw_json_flatten_more(struct hw_span s, const char *prefix, struct hw_json_flat *f)
{
    struct walk k = {.s = s, .f = f};
    size_t count = f->count;
    uint64_t lines = f->lines;
    struct hw_span name = hw_span_str(prefix);
    blanks(&k);
    k.depth = 1;
    bool good = look(&k) == '{' && object(&k, name) == HW_JSON_FINE;
    blanks(&k);
    good = good && k.at == s.n && hw_buf_ok(&f->text);
    f->lines = lines;
    f->count = good ? f->count : count;
    return good;
}

bool hw_json_rows(struct hw_span array, size_t *at, struct hw_json_flat *f)
{
    size_t i = *at;
    while (i < array.n && (hw_ascii_is_blank(array.p[i]) || array.p[i] == (*at == 0 ? '[' : ','))) {
        i++;
    }
    if (i >= array.n || array.p[i] != '{') {
        return false;
    }
    *at = i;
    return hw_json_flatten(array, at, f) == HW_JSON_FINE;
}

size_t hw_json_find(const struct hw_json_flat *f, const char *name, size_t from)
{
    size_t n = strlen(name);
    for (size_t i = from; i < f->count; i++) {
        if (f->names[i].n == n && memcmp(f->names[i].p, name, n) == 0) {
            return i;
        }
    }
    return f->count;
}

struct hw_span hw_json_get(const struct hw_json_flat *f, const char *name)
{
    size_t at = hw_json_find(f, name, 0);
    return at < f->count ? f->values[at] : (struct hw_span){NULL, 0};
}
