/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/winjson_xml.c -- the XML that JSON of Windows events carries in strings.
 *
 *     <EventData xmlns="..."><Data Name="Image">C:\x</Data>...</EventData>      (Azure Monitor)
 *     <Event><System><Provider Name="Linux-Sysmon" .../><EventID>5</EventID>...</System>
 *     <EventData><Data Name="RuleName">-</Data>...</EventData></Event>          (Sysmon for Linux)
 *
 * Not an XML parser: elements, attributes in quotes, text, the five entities and character
 * references (XML 1.0, sections 2.3, 3.1, 4.1, 4.6). No DTD, no namespaces, no CDATA; whatever has
 * them is not of this form and its string is kept whole instead.
 */
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/winjson.h"

enum { TAG_DEPTH = 8 };

struct cut { /* the text, and how far it is read */
    struct hw_span s;
    size_t at;
    struct hw_windows_xml *x;
};

struct tag {
    struct hw_span name, attributes;
    bool closes, empty;
};

static size_t find(const struct cut *k, char what)
{
    return k->at + hw_span_find(hw_span_from(k->s, k->at), (uint8_t)what);
}

/* k->at is on '<'. */
static bool tag(struct cut *k, struct tag *out)
{
    size_t end = find(k, '>');
    if (end >= k->s.n) {
        k->x->cut = true;
        return false;
    }
    struct hw_span in = hw_span_cut(k->s, k->at + 1, end - k->at - 1);
    k->at = end + 1;
    out->closes = hw_span_starts(in, "/");
    out->empty = hw_span_ends(in, "/") && !out->closes;
    in = hw_span_cut(in, out->closes, in.n - out->closes - out->empty);
    size_t n = 0;
    while (n < in.n && !hw_ascii_is_blank(in.p[n])) {
        n++;
    }
    out->name = hw_span_cut(in, 0, n);
    out->attributes = hw_span_from(in, n);
    return n > 0 && in.p[0] != '!' && in.p[0] != '?';
}

/* The next name="value" of what is left of a tag; false when there is none. */
static bool attribute(struct hw_span *rest, struct hw_span *name, struct hw_span *value)
{
    struct hw_span s = hw_span_trim(*rest);
    size_t equals = hw_span_find(s, '=');
    *rest = (struct hw_span){s.p, 0};
    if (equals + 1 >= s.n || (s.p[equals + 1] != '"' && s.p[equals + 1] != '\'')) {
        return false;
    }
    struct hw_span in = hw_span_from(s, equals + 2);
    size_t end = hw_span_find(in, s.p[equals + 1]);
    if (end >= in.n) {
        return false;
    }
    *name = hw_span_trim(hw_span_cut(s, 0, equals));
    *value = hw_span_cut(in, 0, end);
    *rest = hw_span_from(in, end + 1);
    return true;
}

/* &#65; &#x41; or one of the five; *at is on '&'. False: it stays as it is written. */
static bool entity(struct hw_span s, size_t *at, struct hw_buf *out)
{
    static const struct {
        const char *text;
        char c;
    } five[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''},
    };
    struct hw_span rest = hw_span_from(s, *at);
    for (size_t i = 0; i < sizeof five / sizeof five[0]; i++) {
        if (hw_span_starts(rest, five[i].text)) {
            hw_buf_char(out, five[i].c);
            *at += strlen(five[i].text);
            return true;
        }
    }
    bool hex = hw_span_starts(rest, "&#x");
    if (!hex && !hw_span_starts(rest, "&#")) {
        return false;
    }
    uint32_t v = 0;
    size_t from = hex ? 3 : 2, i = from;
    for (; i < rest.n && i < from + 7; i++) {
        uint8_t c = hw_ascii_lower(rest.p[i]);
        if (hw_ascii_is_digit(c)) {
            v = v * (hex ? 16 : 10) + (uint32_t)(c - '0');
        } else if (hex && c >= 'a' && c <= 'f') {
            v = v * 16 + (uint32_t)(c - 'a' + 10);
        } else {
            break;
        }
    }
    if (i == from || i >= rest.n || rest.p[i] != ';') {
        return false;
    }
    hw_utf8_put(out, v);
    *at += i + 1;
    return true;
}

static struct hw_span plain(struct hw_windows_xml *x, struct hw_span s)
{
    if (hw_span_find(s, '&') == s.n) {
        return s.p == NULL ? (struct hw_span){(const uint8_t *)"", 0} : s;
    }
    size_t from = x->text->n;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] != '&' || !entity(s, &i, x->text)) {
            hw_buf_char(x->text, (char)s.p[i++]);
        }
    }
    return (struct hw_span){x->text->p + from, x->text->n - from};
}

static void add(struct hw_windows_xml *x, enum hw_windows_shape kind, struct hw_span name,
                struct hw_span value)
{
    if (name.n > 0 && !hw_columns_add(x->c, kind, name, plain(x, value))) {
        x->full = true;
    }
}

/* Element_Attribute, as EVTX has <System>. */
static void system_attributes(struct cut *k, const struct tag *t)
{
    struct hw_span rest = t->attributes, name, value;
    while (attribute(&rest, &name, &value)) {
        struct hw_buf *text = k->x->text;
        size_t from = text->n;
        hw_buf_span_put(text, t->name);
        hw_buf_char(text, '_');
        hw_buf_span_put(text, name);
        add(k->x, HW_WINDOWS_SYSTEM, (struct hw_span){text->p + from, text->n - from}, value);
    }
}

/* The text of the element just opened, up to its end tag, which is eaten. */
static bool content(struct cut *k, struct hw_span name, struct hw_span *out)
{
    struct tag end;
    size_t lt = find(k, '<');
    *out = hw_span_cut(k->s, k->at, lt - k->at);
    k->at = lt;
    if (lt >= k->s.n) {
        k->x->cut = true;
        return false;
    }
    return tag(k, &end) && end.closes && hw_span_equal(end.name, name);
}

static bool system_part(struct cut *k)
{
    struct tag t;
    struct hw_span text;
    for (k->at = find(k, '<'); k->at < k->s.n; k->at = find(k, '<')) {
        if (!tag(k, &t)) {
            return false;
        }
        if (t.closes) {
            return hw_span_is(t.name, "System");
        }
        system_attributes(k, &t);
        if (t.empty) {
            continue;
        }
        if (!content(k, t.name, &text)) {
            return false;
        }
        if (text.n > 0) {
            add(k->x, HW_WINDOWS_SYSTEM, t.name, text);
        }
    }
    k->x->cut = true;
    return false;
}

/* <Data Name="X">v</Data>, and in <UserData> any element by its own name. */
static bool data_part(struct cut *k, const char *part)
{
    struct tag t;
    struct hw_span text, name, value;
    for (k->at = find(k, '<'); k->at < k->s.n; k->at = find(k, '<')) {
        if (!tag(k, &t)) {
            return false;
        }
        if (t.closes) {
            return hw_span_is(t.name, part);
        }
        struct hw_span called = t.name, rest = t.attributes;
        while (attribute(&rest, &name, &value)) {
            called = hw_span_is(name, "Name") ? plain(k->x, value) : called;
        }
        text = (struct hw_span){(const uint8_t *)"", 0};
        bool whole = t.empty || content(k, t.name, &text);
        if (whole || k->x->cut) {
            add(k->x, HW_WINDOWS_DATA, called, text);
        }
        if (!whole) {
            return false;
        }
    }
    k->x->cut = true;
    return false;
}

bool hw_windows_xml(struct hw_windows_xml *x, struct hw_span xml)
{
    struct cut k = {.s = hw_span_trim(xml), .x = x};
    struct tag t;
    bool event = false;
    while (k.at < k.s.n && k.s.p[k.at] == '<') {
        if (!tag(&k, &t)) {
            return x->cut && !x->full;
        }
        if (event && t.closes && hw_span_is(t.name, "Event")) {
            return k.at == k.s.n && !x->full;
        }
        bool good = false;
        if (!event && !t.closes && !t.empty && hw_span_is(t.name, "Event")) {
            event = true;
            good = true;
        } else if (event && hw_span_is(t.name, "System")) {
            good = !t.closes && (t.empty || system_part(&k));
        } else if (hw_span_is(t.name, "EventData")) {
            good = !t.closes && (t.empty || data_part(&k, "EventData"));
        }
        if (!good) {
            return x->cut && !x->full;
        }
        if (!event) {
            return k.at == k.s.n && !x->full;
        }
        while (k.at < k.s.n && hw_ascii_is_blank(k.s.p[k.at])) {
            k.at++;
        }
    }
    x->cut = k.at >= k.s.n;
    return x->cut && !x->full;
}
