/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust/cert_name.c -- RFC 4514 section 2, in the dialect OpenSSL calls RFC 2253: unknown attribute
 * types as dotted OID with '#' and the value's DER, every octet above 7E as a backslash and two hex
 * digits.
 */
#include "trust/cert_name.h"

#include "base/buf.h"
#include "base/text.h"
#include "trust/der.h"
#include "trust/der_oid.h"

enum { RDNS_MAX = 64, VALUE_MAX = 1024 };

struct part {
    struct hw_span oid;
    struct hw_der value;
    bool joined; /* to the part before it: one multi-valued RDN */
};

/* The value as UTF-8 (or what claims to be). False: not a character string. */
static bool as_utf8(const struct hw_der *value, struct hw_buf *out)
{
    struct hw_reader r = value->in;
    uint32_t w;
    switch (value->tag) {
    case HW_DER_UTF8:
    case HW_DER_PRINTABLE:
    case HW_DER_IA5:
    case HW_DER_VISIBLE:
    case HW_DER_NUMERIC:
        hw_buf_span_put(out, value->body);
        return true;
    case HW_DER_T61: /* in practice Latin-1 */
        hw_latin1_to_utf8(value->body, out);
        return true;
    case HW_DER_BMP:
        return hw_utf16be_to_utf8(value->body, out);
    case HW_DER_UNIVERSAL:
        while (hw_buf_ok(out) && hw_read_left(&r) > 0 && hw_read_u32be(&r, &w)) {
            hw_utf8_put(out, w);
        }
        return hw_reader_ok(&r);
    default:
        return false;
    }
}

static bool special(char c)
{
    return c == ',' || c == '+' || c == '"' || c == '\\' || c == '<' || c == '>' || c == ';';
}

static void escape(struct hw_buf *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        bool edge = (i == 0 && (c == ' ' || c == '#')) || (i == n - 1 && c == ' ');
        if (c < 0x20 || c >= 0x7f) {
            hw_buf_printf(out, "\\%02X", c);
        } else {
            if (edge || special((char)c)) {
                hw_buf_char(out, '\\');
            }
            hw_buf_char(out, (char)c);
        }
    }
}

static void print_part(const struct part *p, struct hw_buf *out)
{
    char dotted[HW_OID_TEXT];
    bool known = hw_oid_text(p->oid, dotted) && hw_oid_rdn(dotted) != NULL;
    struct hw_buf text;
    hw_buf_init(&text, VALUE_MAX);
    hw_buf_printf(out, "%s=", known ? hw_oid_rdn(dotted) : dotted);
    if (known && as_utf8(&p->value, &text) && hw_buf_ok(&text)) {
        escape(out, (const char *)text.p, text.n);
    } else {
        hw_buf_char(out, '#');
        for (size_t i = 0; i < p->value.whole.n && hw_buf_ok(out); i++) {
            hw_buf_printf(out, "%02X", p->value.whole.p[i]);
        }
    }
    hw_buf_done(&text);
}

static bool read_parts(struct hw_reader *r, struct part *parts, size_t *out_count)
{
    size_t count = 0;
    while (hw_read_left(r) > 0) {
        struct hw_der rdn;
        if (!hw_der_take(r, HW_DER_SET, &rdn)) {
            return false;
        }
        bool joined = false;
        do {
            struct hw_der pair;
            struct part p = {.joined = joined};
            if (count == RDNS_MAX) {
                (void)!hw_reader_refuse(&rdn.in, "a name of bearable length");
                return hw_der_leave(r, &rdn.in, false);
            }
            if (!hw_der_take(&rdn.in, HW_DER_SEQUENCE, &pair) ||
                !hw_der_leave(&rdn.in, &pair.in,
                              hw_der_oid(&pair.in, &p.oid) && hw_der_next(&pair.in, &p.value))) {
                return hw_der_leave(r, &rdn.in, false);
            }
            parts[count++] = p;
            joined = true;
        } while (hw_read_left(&rdn.in) > 0);
    }
    *out_count = count;
    return true;
}

static struct hw_span people(const struct part *parts, size_t count, struct hw_arena *a)
{
    static const char *const wanted[] = {"2.5.4.3", "2.5.4.10"};
    struct hw_span out = {NULL, 0};
    for (size_t w = 0; w < 2 && out.p == NULL; w++) {
        for (size_t i = count; i-- > 0 && out.p == NULL;) {
            struct hw_buf text;
            hw_buf_init(&text, VALUE_MAX);
            if (hw_oid_is(parts[i].oid, wanted[w]) && as_utf8(&parts[i].value, &text) &&
                hw_buf_ok(&text) && text.n > 0) {
                out = hw_buf_span(&text);
                out.p = hw_arena_copy(a, out);
            }
            hw_buf_done(&text);
        }
    }
    return out.p == NULL ? (struct hw_span){NULL, 0} : out;
}

bool hw_name_read(struct hw_reader *r, struct hw_arena *a, struct hw_span *out_der,
                  struct hw_span *out_text, struct hw_span *out_people)
{
    struct part parts[RDNS_MAX];
    struct hw_der name;
    size_t count = 0;
    *out_text = (struct hw_span){NULL, 0};
    if (!hw_der_take(r, HW_DER_SEQUENCE, &name) ||
        !hw_der_leave(r, &name.in, read_parts(&name.in, parts, &count))) {
        return false;
    }
    struct hw_buf text;
    hw_buf_init(&text, HW_NAME_TEXT * 4);
    for (size_t i = count; i-- > 0;) {
        print_part(&parts[i], &text);
        if (i > 0) {
            hw_buf_char(&text, parts[i].joined ? '+' : ',');
        }
    }
    struct hw_span s = {text.p, text.n < HW_NAME_TEXT ? text.n : HW_NAME_TEXT};
    struct hw_span kept = {hw_arena_copy(a, s), s.n};
    hw_buf_done(&text);
    if (kept.p == NULL) {
        return false;
    }
    *out_der = name.whole;
    *out_text = kept;
    *out_people = people(parts, count, a);
    return true;
}
