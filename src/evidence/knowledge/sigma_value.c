/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sigma_value.c -- one field of a Sigma selection: its modifiers and values.
 *
 * Sigma specification 2.1, "Escaping" and appendix "Modifiers". `*` and `?` are wildcards unless a
 * backslash stands before them; two backslashes are one; any other backslash is itself. A modifier
 * not known here refuses the rule by its name.
 */
#include "base/base64.h"
#include "base/text.h"
#include "evidence/knowledge/sigma.h"

enum { VALUE_BYTES = 16 * 1024 };

enum wide { NARROW, UTF16LE, UTF16BE };

struct field {
    struct hw_sigma_making *s;
    struct hw_span name;
    enum hw_rule_op op; /* of texts and numbers; EQUALS when nothing was said */
    enum wide wide;
    bool each, cased, regex, cidr, exists, fieldref, dash, base64, base64offset, negated;
    unsigned regex_flags;
    struct hw_buf text, other; /* of one value, again and again */
};

static bool modifier(struct field *f, struct hw_span word)
{
    static const struct {
        const char *word;
        enum hw_rule_op op;
    } ops[] = {
        {"contains", HW_RULE_CONTAINS}, {"startswith", HW_RULE_STARTS}, {"endswith", HW_RULE_ENDS},
        {"lt", HW_RULE_LESS},           {"lte", HW_RULE_LESS_EQUAL},    {"gt", HW_RULE_GREATER},
        {"gte", HW_RULE_GREATER_EQUAL},
    };
    struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"all", &f->each},     {"cased", &f->cased},   {"re", &f->regex},
        {"cidr", &f->cidr},    {"exists", &f->exists}, {"fieldref", &f->fieldref},
        {"windash", &f->dash}, {"base64", &f->base64}, {"base64offset", &f->base64offset},
        {"neq", &f->negated},
    };
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (hw_span_is(word, ops[i].word)) {
            f->op = ops[i].op;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (hw_span_is(word, flags[i].word)) {
            *flags[i].flag = true;
            return true;
        }
    }
    if (hw_span_is(word, "wide") || hw_span_is(word, "utf16le") || hw_span_is(word, "utf16be")) {
        f->wide = hw_span_is(word, "utf16be") ? UTF16BE : UTF16LE;
        return true;
    }
    unsigned flag = hw_span_is(word, "i")   ? HW_REGEX_NOCASE
                    : hw_span_is(word, "m") ? HW_REGEX_MULTILINE
                    : hw_span_is(word, "s") ? HW_REGEX_DOTALL
                                            : 0;
    f->regex_flags |= flag;
    return (flag != 0 && f->regex) ||
           hw_sigma_refuse(f->s, "modifier: %.*s", (int)(word.n < 60 ? word.n : 60),
                           (const char *)word.p);
}

static bool modifiers(struct field *f, struct hw_span key)
{
    size_t bar = hw_span_find(key, '|');
    f->name = hw_span_cut(key, 0, bar);
    while (bar < key.n) {
        key = hw_span_from(key, bar + 1);
        bar = hw_span_find(key, '|');
        if (!modifier(f, hw_span_cut(key, 0, bar))) {
            return false;
        }
    }
    if (f->wide != NARROW && !f->base64 && !f->base64offset) {
        return hw_sigma_refuse(f->s, "modifier: wide without base64");
    }
    return true;
}

/* May a dash begin here: no word before it, one behind (as \B[-/]\b has it)? */
static bool is_option(struct hw_span raw, size_t at)
{
    bool before = at > 0 && (hw_ascii_is_alpha(raw.p[at - 1]) || hw_ascii_is_digit(raw.p[at - 1]) ||
                             raw.p[at - 1] == '_');
    bool behind = at + 1 < raw.n && (hw_ascii_is_alpha(raw.p[at + 1]) ||
                                     hw_ascii_is_digit(raw.p[at + 1]) || raw.p[at + 1] == '_');
    return !before && behind;
}

/* The text with its wildcards in f->text. */
static void unescape(struct field *f, struct hw_span raw)
{
    hw_buf_clear(&f->text);
    for (size_t i = 0; i < raw.n; i++) {
        uint8_t c = raw.p[i], next = i + 1 < raw.n ? raw.p[i + 1] : 0;
        if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
            hw_buf_char(&f->text, (char)next);
            i++;
        } else if (c == '*' || c == '?') {
            hw_buf_char(&f->text, (char)(c == '*' ? HW_RULE_WILD_MANY : HW_RULE_WILD_ONE));
        } else if (f->dash && (c == '-' || c == '/') && is_option(raw, i)) {
            hw_buf_char(&f->text, (char)HW_RULE_WILD_DASH);
        } else {
            hw_buf_char(&f->text, (char)c);
        }
    }
}

static bool is_wild(uint8_t c)
{
    return c >= HW_RULE_WILD_DASH;
}

/* Writes the text in f->text as the simplest operation that says it. */
static void put_text(struct field *f)
{
    struct hw_rule_maker *m = f->s->maker;
    struct hw_span v = hw_buf_span(&f->text);
    bool anywhere = f->name.n == 0 || f->op == HW_RULE_CONTAINS;
    bool before = anywhere || f->op == HW_RULE_ENDS, behind = anywhere || f->op == HW_RULE_STARTS;
    while (v.n > 0 && v.p[0] == HW_RULE_WILD_MANY) {
        before = true;
        v = hw_span_from(v, 1);
    }
    while (v.n > 0 && v.p[v.n - 1] == HW_RULE_WILD_MANY) {
        behind = true;
        v.n--;
    }
    bool wild = false;
    for (size_t i = 0; i < v.n && !wild; i++) {
        wild = is_wild(v.p[i]);
    }
    if (v.n == 0) {
        /* Empty, and there: a log that has no such field at all says nothing. */
        hw_rule_value(m, before || behind ? HW_RULE_EXISTS : HW_RULE_EQUALS, v);
    } else if (!wild) {
        hw_rule_value(m,
                      before && behind ? HW_RULE_CONTAINS
                      : before         ? HW_RULE_ENDS
                      : behind         ? HW_RULE_STARTS
                                       : HW_RULE_EQUALS,
                      v);
    } else {
        hw_buf_clear(&f->other);
        if (before) {
            hw_buf_char(&f->other, (char)HW_RULE_WILD_MANY);
        }
        hw_buf_span_put(&f->other, v);
        if (behind) {
            hw_buf_char(&f->other, (char)HW_RULE_WILD_MANY);
        }
        hw_rule_value(m, HW_RULE_WILD, hw_buf_span(&f->other));
    }
}

/* The text in f->text as UTF-16, in its place. */
static void widen(struct field *f)
{
    struct hw_span s = hw_buf_span(&f->text);
    hw_buf_clear(&f->other);
    while (s.n > 0) {
        uint32_t c;
        size_t n = hw_utf8_next(s, &c);
        uint32_t units[2] = {c, 0}, count = 1;
        if (c > 0xffff) {
            units[0] = 0xd800 + ((c - 0x10000) >> 10);
            units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
            count = 2;
        }
        for (uint32_t i = 0; i < count; i++) {
            uint8_t low = (uint8_t)units[i], high = (uint8_t)(units[i] >> 8);
            hw_buf_char(&f->other, (char)(f->wide == UTF16BE ? high : low));
            hw_buf_char(&f->other, (char)(f->wide == UTF16BE ? low : high));
        }
        s = hw_span_from(s, n);
    }
    hw_buf_clear(&f->text);
    hw_buf_span_put(&f->text, hw_buf_span(&f->other));
}

/* base64offset: the text at each of three places in a stream, without the characters that its
 * neighbours have a part in. base64 alone: as it is. */
static bool put_base64(struct field *f)
{
    struct hw_buf plain;
    struct hw_span v = hw_buf_span(&f->text);
    bool ok = true;
    for (size_t i = 0; i < v.n; i++) {
        ok = ok && !is_wild(v.p[i]);
    }
    if (!ok) {
        return hw_sigma_refuse(f->s, "modifier: base64 of a wildcard");
    }
    if (f->wide != NARROW) {
        widen(f);
    }
    hw_buf_init(&plain, VALUE_BYTES);
    hw_buf_span_put(&plain, hw_buf_span(&f->text));
    for (size_t offset = 0; offset < (f->base64offset ? 3U : 1U); offset++) {
        static const size_t skip[3] = {0, 2, 3}, drop[3] = {0, 3, 2};
        hw_buf_clear(&f->other);
        hw_buf_bytes(&f->other, "  ", offset);
        hw_buf_span_put(&f->other, hw_buf_span(&plain));
        hw_buf_clear(&f->text);
        hw_base64_put(&f->text, hw_buf_span(&f->other));
        struct hw_span whole = hw_buf_span(&f->text);
        if (f->base64offset) {
            size_t behind = drop[f->other.n % 3];
            whole = hw_span_from(hw_span_cut(whole, 0, whole.n > behind ? whole.n - behind : 0),
                                 skip[offset]);
        }
        hw_buf_clear(&f->other);
        hw_buf_span_put(&f->other, whole);
        hw_buf_clear(&f->text);
        hw_buf_span_put(&f->text, hw_buf_span(&f->other));
        put_text(f);
    }
    hw_buf_done(&plain);
    return true;
}

static bool put_special(struct field *f, const struct hw_yaml *y)
{
    struct hw_rule_maker *m = f->s->maker;
    if (f->regex) {
        hw_rule_matches(m, y->text, f->regex_flags);
    } else if (f->cidr) {
        hw_rule_cidr(m, y->text);
    } else if (f->fieldref) {
        uint8_t v[2] = {(uint8_t)f->op, hw_rule_name_number(m, y->text)};
        if (f->op > HW_RULE_ENDS) {
            return hw_sigma_refuse(f->s, "modifier: fieldref of a number");
        }
        hw_rule_value(m, HW_RULE_FIELD, (struct hw_span){v, 2});
    } else {
        hw_rule_value(m, f->op, y->text);
    }
    return true;
}

static bool put_value(struct field *f, const struct hw_yaml *y)
{
    if (y->kind != HW_YAML_SCALAR) {
        return hw_sigma_refuse(f->s, "detection: a value that is no scalar");
    }
    if (y->text.n > VALUE_BYTES / 4) {
        return hw_sigma_refuse(f->s, "detection: a value that is too long");
    }
    if (f->regex || f->cidr || f->fieldref || f->op >= HW_RULE_LESS) {
        return put_special(f, y);
    }
    if (hw_yaml_is_null(y)) {
        hw_rule_value(f->s->maker, HW_RULE_NULL, (struct hw_span){NULL, 0});
        return true;
    }
    unescape(f, y->text);
    if (f->base64 || f->base64offset) {
        return put_base64(f);
    }
    put_text(f);
    return true;
}

static bool put_exists(struct field *f, const struct hw_yaml *y)
{
    bool yes = hw_span_is_nocase(y->text, "true") || hw_span_is_nocase(y->text, "yes");
    if (y->kind != HW_YAML_SCALAR) {
        return hw_sigma_refuse(f->s, "detection: a value that is no scalar");
    }
    if (!yes) {
        hw_rule_open(f->s->maker, HW_RULE_NOT, 0);
    }
    hw_rule_test(f->s->maker, f->name, 0);
    hw_rule_value(f->s->maker, HW_RULE_EXISTS, (struct hw_span){NULL, 0});
    hw_rule_close(f->s->maker);
    if (!yes) {
        hw_rule_close(f->s->maker);
    }
    return true;
}

static bool put_test(struct field *f, const struct hw_yaml *values, bool one)
{
    const struct hw_yaml *y = values->kind == HW_YAML_LIST ? values->first : values;
    /* A value that becomes three is a test of its own. */
    bool apart = f->each && f->base64offset;
    unsigned flags = (f->cased ? HW_RULE_CASED : 0U) | (f->each && !apart ? HW_RULE_EACH : 0U);
    if (apart) {
        hw_rule_open(f->s->maker, HW_RULE_ALL, 0);
    } else {
        hw_rule_test(f->s->maker, f->name, flags);
    }
    for (; y != NULL; y = one ? NULL : y->next) {
        if (apart) {
            hw_rule_test(f->s->maker, f->name, flags);
        }
        if (!put_value(f, y)) {
            return false;
        }
        if (apart) {
            hw_rule_close(f->s->maker);
        }
    }
    hw_rule_close(f->s->maker);
    return true;
}

bool hw_sigma_field(struct hw_sigma_making *s, struct hw_span key, const struct hw_yaml *values)
{
    struct field f = {.s = s, .op = HW_RULE_EQUALS};
    bool ok = modifiers(&f, key);
    if (ok && values->kind == HW_YAML_MAP) {
        ok = hw_sigma_refuse(s, "detection: a value that is no scalar");
    }
    if (ok && values->kind == HW_YAML_LIST && values->first == NULL) {
        ok = hw_sigma_refuse(s, "detection: a field without values");
    }
    if (!ok) {
        return false;
    }
    if (f.exists) {
        return put_exists(&f, values);
    }
    hw_buf_init(&f.text, VALUE_BYTES);
    hw_buf_init(&f.other, VALUE_BYTES);
    if (f.negated) {
        hw_rule_open(s->maker, HW_RULE_NOT, 0);
    }
    ok = put_test(&f, values, values->kind == HW_YAML_SCALAR);
    if (f.negated) {
        hw_rule_close(s->maker);
    }
    ok = ok && ((hw_buf_ok(&f.text) && hw_buf_ok(&f.other)) ||
                hw_sigma_refuse(s, "detection: a value that is too long"));
    hw_buf_done(&f.text);
    hw_buf_done(&f.other);
    return ok && (s->maker->why == NULL || hw_sigma_refuse(s, "detection: %s", s->maker->why));
}
