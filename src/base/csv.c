/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/csv.c -- RFC 4180 records, with the manners for bad ones that base/csv.h promises.
 *
 * Time is linear although a quote that never closes is looked after for max_field_bytes and then
 * read again as a character: all quotes it was looked past are doubled, and a field that begins
 * with doubled quotes closes at once, so the next such search begins behind the end of this one.
 */
#include "base/csv.h"

#include <string.h>

#include "base/text.h"

/* One field being cut out of the bytes not yet consumed. */
struct cutting {
    struct hw_span rest;
    size_t at; /* on return: the delimiter, the line's end or the end of all */
};

void hw_csv_init(struct hw_csv *c, struct hw_reader *in, struct hw_arena *arena, char delimiter,
                 size_t max_field_bytes)
{
    c->in = in;
    c->arena = arena;
    c->max_field_bytes = max_field_bytes;
    c->line = 1;
    c->delimiter = (uint8_t)delimiter;
    c->begun = false;
    c->failed = false;
    c->scratch = NULL;
    c->scratch_n = 0;
    c->scratch_at = 0;
    c->count = 0;
    c->record_line = 0;
    c->record_off = 0;
    c->odd = false;
    c->cut = false;
}

void hw_csv_reuse(struct hw_csv *c, uint8_t *scratch, size_t n)
{
    c->scratch = scratch;
    c->scratch_n = n;
    c->scratch_at = 0;
}

bool hw_csv_failed(const struct hw_csv *c)
{
    return c->failed;
}

/* Bytes of the line's end at `at`: LF, CRLF, or a CR that is the last byte of all. */
static size_t line_end(struct hw_span s, size_t at)
{
    if (at >= s.n) {
        return 0;
    }
    if (s.p[at] == '\n') {
        return 1;
    }
    if (s.p[at] == '\r' && (at + 1 == s.n || s.p[at + 1] == '\n')) {
        return at + 1 == s.n ? 1 : 2;
    }
    return 0;
}

static bool field_ends(const struct hw_csv *c, struct hw_span s, size_t at)
{
    return at >= s.n || s.p[at] == c->delimiter || line_end(s, at) > 0;
}

/* Room for what is joined: NULL with c->failed when the arena is full, with c->cut when the scratch
 * is. */
static uint8_t *room_for(struct hw_csv *c, size_t n)
{
    if (c->scratch == NULL) {
        uint8_t *p = hw_arena_alloc(c->arena, n);
        c->failed = c->failed || p == NULL;
        return p;
    }
    if (n > c->scratch_n - c->scratch_at) {
        c->cut = true;
        return NULL;
    }
    uint8_t *p = c->scratch + c->scratch_at;
    c->scratch_at += n;
    return p;
}

static struct hw_span capped(struct hw_csv *c, struct hw_span s)
{
    if (s.n > c->max_field_bytes) {
        c->cut = true;
        s.n = c->max_field_bytes;
    }
    return s;
}

/* To the end of the field, quotes or not. */
static struct hw_span plain(struct hw_csv *c, struct cutting *k)
{
    size_t from = k->at, at = from;
    const struct hw_span s = k->rest;
    for (; at < s.n; at++) {
        uint8_t b = s.p[at];
        if (b == c->delimiter || ((b == '\n' || b == '\r') && line_end(s, at) > 0)) {
            break;
        }
        c->odd = c->odd || b == '"';
    }
    k->at = at;
    return hw_span_cut(s, from, at - from);
}

/* Where the quote that opens at `at` closes; false when it does not in time. */
static bool closing(const struct hw_csv *c, struct hw_span s, size_t at, size_t *out, bool *doubled)
{
    *doubled = false;
    for (size_t i = at + 1; i < s.n && i - at - 1 <= c->max_field_bytes; i++) {
        if (s.p[i] != '"') {
            continue;
        }
        if (i + 1 == s.n || s.p[i + 1] != '"') {
            *out = i;
            return true;
        }
        *doubled = true;
        i++;
    }
    return false;
}

/* The inside with each doubled quote made one, and the tail as it is. */
static bool joined(struct hw_csv *c, struct hw_span inside, struct hw_span tail,
                   struct hw_span *out)
{
    uint8_t *p = room_for(c, inside.n + tail.n);
    size_t n = 0;
    if (p == NULL) {
        *out = inside;
        return !c->failed;
    }
    for (size_t i = 0; i < inside.n; i++) {
        p[n++] = inside.p[i];
        i += inside.p[i] == '"' ? 1 : 0;
    }
    if (tail.n > 0) {
        memcpy(p + n, tail.p, tail.n);
    }
    *out = (struct hw_span){p, n + tail.n};
    return true;
}

static bool field(struct hw_csv *c, struct cutting *k, struct hw_span *out)
{
    bool quote = k->at < k->rest.n && k->rest.p[k->at] == '"';
    size_t close;
    bool doubled;
    if (!quote || !closing(c, k->rest, k->at, &close, &doubled)) {
        *out = capped(c, plain(c, k));
        return true;
    }
    struct hw_span inside = hw_span_cut(k->rest, k->at + 1, close - k->at - 1);
    struct hw_span tail = {NULL, 0};
    k->at = close + 1;
    if (!field_ends(c, k->rest, k->at)) {
        c->odd = true;
        tail = capped(c, plain(c, k));
    }
    if (!doubled && tail.n == 0) {
        *out = capped(c, inside);
        return true;
    }
    if (!joined(c, inside, tail, out)) {
        return false;
    }
    *out = capped(c, *out);
    return true;
}

/* The byte order mark and empty lines. False: nothing is left. */
static bool to_record(struct hw_csv *c)
{
    struct hw_span rest = hw_reader_rest(c->in);
    if (!c->begun) {
        c->begun = true;
        if (hw_span_starts(rest, "\xEF\xBB\xBF") && !hw_read_skip(c->in, 3)) {
            return false;
        }
    }
    for (;;) {
        rest = hw_reader_rest(c->in);
        size_t n = line_end(rest, 0);
        if (n == 0) {
            return rest.n > 0;
        }
        if (!hw_read_skip(c->in, n)) {
            return false;
        }
        c->line++;
    }
}

bool hw_csv_next(struct hw_csv *c)
{
    c->count = 0;
    c->odd = false;
    c->cut = false;
    c->scratch_at = 0;
    if (c->failed || !to_record(c) || !hw_reader_item(c->in)) {
        return false;
    }
    struct cutting k = {.rest = hw_reader_rest(c->in)};
    c->record_line = c->line;
    c->record_off = hw_read_where(c->in);
    for (bool more = true; more;) {
        struct hw_span one;
        if (!field(c, &k, &one)) {
            return false;
        }
        if (c->count < HW_CSV_FIELDS_MAX) {
            c->fields[c->count++] = one;
        } else {
            c->cut = true;
        }
        more = k.at < k.rest.n && k.rest.p[k.at] == c->delimiter;
        k.at += more ? 1 : 0;
    }
    k.at += line_end(k.rest, k.at);
    const uint8_t *p = k.rest.p, *end = p + k.at;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        c->line++;
        p++;
    }
    return hw_read_skip(c->in, k.at);
}

bool hw_csv_column(const struct hw_csv *c, const char *name, size_t *out)
{
    for (size_t i = 0; i < c->count; i++) {
        if (hw_span_is_nocase(hw_span_trim(c->fields[i]), name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

struct hw_span hw_csv_field(const struct hw_csv *c, size_t column)
{
    return column < c->count ? c->fields[column] : (struct hw_span){NULL, 0};
}
