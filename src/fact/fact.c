/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/fact.c -- encoding, decoding and printing of facts, all standing on the table in types.c.
 *
 * Body layout (docs/formats/facts.md): fields in ascending order, each
 *   u8 field number | u16le length | bytes
 * Numbers and times are 8 bytes little-endian, so that every length is checked by one rule.
 */
#include "fact/fact.h"

#include <string.h>

#include "base/text.h"
#include "fact/words.h"

static unsigned field_count(const struct hw_fact_type *t)
{
    unsigned n = 0;
    while (n < HW_FACT_FIELDS && t->fields[n].name != NULL) {
        n++;
    }
    return n;
}

static bool is_number(enum hw_field_type t)
{
    return t == HW_T_U64 || t == HW_T_TIME;
}

void hw_fact_init(struct hw_fact *f, enum hw_fact_kind kind)
{
    f->kind = kind;
    f->has = 0;
}

void hw_fact_about(struct hw_fact *f, enum hw_fact_kind kind, uint64_t node)
{
    hw_fact_init(f, kind);
    hw_fact_u64(f, HW_F_NODE, node);
}

void hw_fact_u64(struct hw_fact *f, unsigned field, uint64_t v)
{
    if (field >= HW_FACT_FIELDS) {
        HW_NEVER();
    }
    f->v[field].u = v;
    f->has |= 1U << field;
}

void hw_fact_time(struct hw_fact *f, unsigned field, int64_t ns)
{
    hw_fact_u64(f, field, (uint64_t)ns);
}

void hw_fact_span(struct hw_fact *f, unsigned field, struct hw_span s)
{
    if (field >= HW_FACT_FIELDS) {
        HW_NEVER();
    }
    f->v[field].s = s;
    f->has |= 1U << field;
}

void hw_fact_str(struct hw_fact *f, unsigned field, const char *s)
{
    if (s != NULL) {
        hw_fact_span(f, field, (struct hw_span){(const uint8_t *)s, strlen(s)});
    }
}

bool hw_fact_has(const struct hw_fact *f, unsigned field)
{
    return field < HW_FACT_FIELDS && (f->has >> field & 1U) != 0;
}

static enum hw_field_type type_of(const struct hw_fact *f, unsigned field)
{
    const struct hw_fact_type *t = hw_fact_type(f->kind);
    if (t == NULL || field >= field_count(t)) {
        HW_NEVER();
    }
    return t->fields[field].type;
}

uint64_t hw_fact_get_u64(const struct hw_fact *f, unsigned field)
{
    return hw_fact_has(f, field) && is_number(type_of(f, field)) ? f->v[field].u : 0;
}

int64_t hw_fact_get_time(const struct hw_fact *f, unsigned field)
{
    return (int64_t)hw_fact_get_u64(f, field);
}

struct hw_span hw_fact_get(const struct hw_fact *f, unsigned field)
{
    if (!hw_fact_has(f, field) || is_number(type_of(f, field))) {
        return (struct hw_span){NULL, 0};
    }
    return f->v[field].s;
}

bool hw_fact_is(const struct hw_fact *f, unsigned field, const char *word)
{
    struct hw_span s = hw_fact_get(f, field);
    return s.n == strlen(word) && s.n > 0 && memcmp(s.p, word, s.n) == 0;
}

/* UTF-8 without NUL: text must survive every tongue. */
static bool is_text(struct hw_span s)
{
    return hw_utf8_valid(s) && hw_span_find(s, 0) == s.n;
}

static bool is_word(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
        if (!fine) {
            return false;
        }
    }
    return s.n > 0;
}

static size_t max_of(const struct hw_field *d)
{
    if (d->max != 0) {
        return d->max;
    }
    switch (d->type) {
    case HW_T_U64:
    case HW_T_TIME:
        return 8;
    case HW_T_DIGEST:
        return 32;
    case HW_T_WORD:
        return 48;
    case HW_T_TEXT:
        return 1024;
    case HW_T_BYTES:
        return 4096;
    }
    HW_NEVER();
}

/* Why this value may not stand in this field, or NULL. One rule for both ends of the wire. */
static const char *objection(const struct hw_field *d, struct hw_span s)
{
    if (s.n > max_of(d)) {
        return "over-long";
    }
    switch (d->type) {
    case HW_T_U64:
    case HW_T_TIME:
        return s.n == 8 ? NULL : "not 8 bytes";
    case HW_T_DIGEST:
        return s.n == 32 ? NULL : "not 32 bytes";
    case HW_T_TEXT:
        return is_text(s) ? NULL : "not text";
    case HW_T_BYTES:
        return NULL;
    case HW_T_WORD:
        if (!is_word(s)) {
            return "not a word";
        }
        return d->vocab == NULL || hw_vocab_has(d->vocab, s) ? NULL : "not in its list";
    }
    HW_NEVER();
}

int hw_fact_encode_body(const struct hw_fact *f, struct hw_buf *out, struct hw_error *err)
{
    const struct hw_fact_type *t = hw_fact_type(f->kind);
    if (t == NULL) {
        return hw_fail(err, HW_E_STATE, "fact of unknown kind %d", (int)f->kind);
    }
    unsigned n = field_count(t);
    if (n < HW_FACT_FIELDS && f->has >> n != 0) {
        return hw_fail(err, HW_E_STATE, "%s: a field beyond its table", t->name);
    }
    for (unsigned i = 0; i < n; i++) {
        const struct hw_field *d = &t->fields[i];
        if (!hw_fact_has(f, i)) {
            if (d->required) {
                return hw_fail(err, HW_E_STATE, "%s: %s is missing", t->name, d->name);
            }
            continue;
        }
        uint8_t number[8];
        struct hw_span s;
        if (is_number(d->type)) {
            for (unsigned k = 0; k < 8; k++) {
                number[k] = (uint8_t)(f->v[i].u >> (8 * k));
            }
            s = (struct hw_span){number, 8};
        } else {
            s = f->v[i].s;
        }
        const char *why = objection(d, s);
        if (why != NULL) {
            return hw_fail(err, HW_E_STATE, "%s: %s is %s", t->name, d->name, why);
        }
        hw_buf_char(out, (char)i);
        hw_buf_u16le(out, (uint16_t)s.n);
        hw_buf_span_put(out, s);
    }
    return hw_buf_ok(out) ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for a fact");
}

int hw_fact_encode(const struct hw_fact *f, struct hw_buf *out, struct hw_error *err)
{
    size_t start = out->n;
    hw_buf_u32le(out, 0);
    hw_buf_u16le(out, (uint16_t)f->kind);
    int rc = hw_fact_encode_body(f, out, err);
    if (rc != HW_OK) {
        out->n = start;
        return rc;
    }
    if (out->n - start > HW_FRAME_BYTES) {
        out->n = start;
        return hw_fail(err, HW_E_STATE, "%s: frame over 64 KiB", hw_fact_type(f->kind)->name);
    }
    uint32_t rest = (uint32_t)(out->n - start - 4);
    for (unsigned k = 0; k < 4; k++) {
        out->p[start + k] = (uint8_t)(rest >> (8 * k));
    }
    return HW_OK;
}

static int refuse(const struct hw_fact_type *t, const struct hw_reader *r, const char *field,
                  const char *why, struct hw_error *err)
{
    return hw_fail(err, HW_E_PEER, "%s: %s %s (offset %llu)", t->name, field, why,
                   (unsigned long long)hw_read_where(r));
}

int hw_fact_decode_body(enum hw_fact_kind kind, struct hw_reader *r, struct hw_fact *out,
                        struct hw_error *err)
{
    const struct hw_fact_type *t = hw_fact_type(kind);
    if (t == NULL) {
        return hw_fail(err, HW_E_PEER, "unknown fact kind %d", (int)kind);
    }
    unsigned n = field_count(t), next = 0;
    struct hw_fact f = {.kind = kind, .has = 0};
    while (hw_read_left(r) > 0) {
        uint8_t number;
        uint16_t len;
        struct hw_span s;
        if (!hw_read_u8(r, &number) || !hw_read_u16le(r, &len)) {
            return refuse(t, r, "a field", "is cut short", err);
        }
        if (number >= n || number < next) {
            return refuse(t, r, "a field", "is unknown or out of order", err);
        }
        const struct hw_field *d = &t->fields[number];
        if (!hw_read_bytes(r, len, &s)) {
            return refuse(t, r, d->name, "is cut short", err);
        }
        const char *why = objection(d, s);
        if (why != NULL) {
            return refuse(t, r, d->name, why, err);
        }
        if (is_number(d->type)) {
            uint64_t v = 0;
            for (unsigned k = 8; k-- > 0;) {
                v = v << 8 | s.p[k];
            }
            f.v[number].u = v;
        } else {
            f.v[number].s = s;
        }
        f.has |= 1U << number;
        next = number + 1U;
    }
    if (!hw_reader_ok(r)) {
        return refuse(t, r, "the body", "could not be read", err);
    }
    for (unsigned i = 0; i < n; i++) {
        if (t->fields[i].required && !hw_fact_has(&f, i)) {
            return refuse(t, r, t->fields[i].name, "is missing", err);
        }
    }
    *out = f;
    return HW_OK;
}

static void print_quoted(struct hw_span s, struct hw_buf *out)
{
    hw_buf_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c == '"' || c == '\\') {
            hw_buf_char(out, '\\');
            hw_buf_char(out, (char)c);
        } else if (c >= 0x20 && c < 0x7f) {
            hw_buf_char(out, (char)c);
        } else {
            hw_buf_printf(out, "\\x%02x", c);
        }
    }
    hw_buf_char(out, '"');
}

void hw_fact_print(const struct hw_fact *f, struct hw_buf *out)
{
    const struct hw_fact_type *t = hw_fact_type(f->kind);
    if (t == NULL) {
        hw_buf_printf(out, "unknown-kind-%d", (int)f->kind);
        return;
    }
    hw_buf_str(out, t->name);
    for (unsigned i = 0; i < field_count(t); i++) {
        if (!hw_fact_has(f, i)) {
            continue;
        }
        const struct hw_field *d = &t->fields[i];
        hw_buf_printf(out, " %s=", d->name);
        switch (d->type) {
        case HW_T_U64:
            hw_buf_printf(out, "%llu", (unsigned long long)f->v[i].u);
            break;
        case HW_T_TIME:
            hw_buf_printf(out, "%lldns", (long long)f->v[i].u);
            break;
        case HW_T_DIGEST:
            hw_buf_hex(out, f->v[i].s);
            break;
        case HW_T_WORD:
            hw_buf_span_put(out, f->v[i].s);
            break;
        case HW_T_TEXT:
        case HW_T_BYTES:
            print_quoted(f->v[i].s, out);
            break;
        }
    }
}
