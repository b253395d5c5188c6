/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact/stix_compile_test.c -- what stands in [ ]: paths, operators and literals (STIX 2.1, 9.6).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "fact/stix_code.h"
#include "fact/stix_emit.h"

enum { TEXT_MAX = HW_STIX_PROGRAM_BYTES };

/* ---- small tools ---- */

bool hw_stix_refuse(struct stix_emit *e, const char *why)
{
    if (e->why == NULL) {
        e->why = e->lex.token == STIX_T_BAD ? e->lex.fault : why;
        e->why_at = e->lex.begins;
    }
    return false;
}

bool hw_stix_word(struct stix_emit *e, const char *keyword)
{
    bool yes = e->lex.token == STIX_T_NAME && hw_span_is(e->lex.word, keyword);
    if (yes) {
        hw_stix_lex_next(&e->lex);
    }
    return yes;
}

bool hw_stix_sign(struct stix_emit *e, const char *sign)
{
    bool yes = e->lex.token == STIX_T_SIGN && hw_span_is(e->lex.word, sign);
    if (yes) {
        hw_stix_lex_next(&e->lex);
    }
    return yes;
}

bool hw_stix_enter(struct stix_emit *e)
{
    return ++e->depth <= HW_STIX_DEPTH || hw_stix_refuse(e, "too many brackets in brackets");
}

bool hw_stix_number(struct hw_span s, double *out)
{
    char text[64];
    if (s.n >= sizeof text) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        text[i] = (char)s.p[i];
    }
    text[s.n] = '\0';
    *out = strtod(text, NULL);
    return isfinite(*out);
}

unsigned hw_stix_tests(const struct stix_emit *e)
{
    return (unsigned)(e->tests.n / STIX_TEST);
}

/* Bytes into the pool; where they are. */
static bool put_pool(struct stix_emit *e, struct hw_span s, unsigned *out_off)
{
    *out_off = (unsigned)e->pool.n;
    hw_buf_span_put(&e->pool, s);
    return hw_buf_ok(&e->pool) || hw_stix_refuse(e, "more text than one program may hold");
}

struct row {
    enum stix_test_op op;
    unsigned flags, a, b, type, type_n, value, values;
};

static bool put_test(struct stix_emit *e, const struct row *r, unsigned *out)
{
    *out = hw_stix_tests(e);
    if (*out >= HW_STIX_TESTS) {
        return hw_stix_refuse(e, "more comparisons than one pattern may have");
    }
    hw_buf_char(&e->tests, (char)r->op);
    hw_buf_char(&e->tests, (char)r->flags);
    const unsigned numbers[] = {r->a, r->b, r->type, r->type_n, r->value, r->values, 0};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        hw_buf_u16le(&e->tests, (uint16_t)numbers[i]);
    }
    return hw_buf_ok(&e->tests) || hw_stix_refuse(e, "more comparisons than one program may hold");
}

bool hw_stix_put_either(struct stix_emit *e, unsigned a, unsigned b, unsigned *out)
{
    return put_test(e, &(struct row){.op = STIX_OR, .a = a, .b = b}, out);
}

/* A quoted text without its escapes. */
static void unquoted(struct hw_span s, struct hw_buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        i += s.p[i] == '\\' && i + 1 < s.n;
        hw_buf_char(out, (char)s.p[i]);
    }
}

/* ---- paths ---- */

struct path {
    unsigned first, count;
    bool hash, bytes, name; /* of a hash; of bytes; of a domain */
    size_t digits;          /* a hash of this name has so many, 0: any */
};

struct hash {
    const char *plain, *name;
    size_t digits;
};

/* The name of a hash in its one spelling; the same span when it is none. */
static struct hw_span hash_name(struct hw_span s, size_t *digits)
{
    static const struct hash hashes[] = {
        {"md5", "MD5", 32},
        {"sha1", "SHA-1", 40},
        {"sha256", "SHA-256", 64},
        {"sha512", "SHA-512", 128},
    };
    uint8_t plain[8];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof plain; i++) {
        if (s.p[i] != '-' && s.p[i] != '_') {
            plain[n++] = hw_ascii_lower(s.p[i]);
        }
    }
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        if (hw_span_is((struct hw_span){plain, n}, hashes[i].plain)) {
            *digits = hashes[i].digits;
            return hw_span_str(hashes[i].name);
        }
    }
    return s;
}

static bool put_step(struct stix_emit *e, enum stix_step_kind kind, unsigned off, unsigned n)
{
    hw_buf_char(&e->steps, (char)kind);
    hw_buf_char(&e->steps, 0);
    hw_buf_u16le(&e->steps, (uint16_t)off);
    hw_buf_u16le(&e->steps, (uint16_t)n);
    return hw_buf_ok(&e->steps) || hw_stix_refuse(e, "more paths than one program may hold");
}

/* A key: a name without hyphens, or a text. */
static bool key_step(struct stix_emit *e, struct path *p, struct hw_span type)
{
    struct hw_buf text;
    unsigned off = 0;
    bool plain = e->lex.token == STIX_T_NAME && hw_span_find(e->lex.word, '-') == e->lex.word.n;
    if (!plain && e->lex.token != STIX_T_TEXT) {
        return hw_stix_refuse(e, "a path needs a name here");
    }
    hw_buf_init(&text, TEXT_MAX);
    unquoted(e->lex.word, &text);
    struct hw_span key = hw_buf_span(&text);
    key = p->hash ? hash_name(key, &p->digits) : key;
    p->name = p->count == 0 && hw_span_is(type, "domain-name") && hw_span_is(key, "value");
    p->bytes = hw_span_ends(key, "_hex") || hw_span_ends(key, "_bin");
    p->hash = p->hash || hw_span_is(key, "hashes");
    bool ok =
        hw_buf_ok(&text) && put_pool(e, key, &off) && put_step(e, STIX_KEY, off, (unsigned)key.n);
    hw_buf_done(&text);
    hw_stix_lex_next(&e->lex);
    return ok;
}

/* [*] or [n], behind its opening bracket. */
static bool place_step(struct stix_emit *e)
{
    uint64_t at = 0;
    bool any = hw_stix_sign(e, "*");
    if (!any) {
        if (e->lex.token != STIX_T_INT || !hw_span_u64(e->lex.word, &at) || at > UINT16_MAX) {
            return hw_stix_refuse(e, "a place in a list is a number or *");
        }
        hw_stix_lex_next(&e->lex);
    }
    return put_step(e, any ? STIX_ANY : STIX_AT, (unsigned)at, 0) &&
           (hw_stix_sign(e, "]") || hw_stix_refuse(e, "] is missing behind a place in a list"));
}

static bool object_path(struct stix_emit *e, struct row *r, struct path *p)
{
    struct hw_span type = e->lex.word;
    *p = (struct path){.first = (unsigned)(e->steps.n / STIX_STEP)};
    if (e->lex.token != STIX_T_NAME || !put_pool(e, type, &r->type)) {
        return hw_stix_refuse(e, "a comparison begins with a type of object");
    }
    r->type_n = (unsigned)type.n;
    hw_stix_lex_next(&e->lex);
    if (!hw_stix_sign(e, ":")) {
        return hw_stix_refuse(e, ": is missing behind the type of object");
    }
    bool more = true;
    while (more) {
        bool place = p->count > 0 && hw_stix_sign(e, "[");
        if (p->count == HW_STIX_STEPS) {
            return hw_stix_refuse(e, "a path with too many steps");
        }
        if (!(place ? place_step(e) : key_step(e, p, type))) {
            return false;
        }
        p->count++;
        more =
            hw_stix_sign(e, ".") || (e->lex.token == STIX_T_SIGN && hw_span_is(e->lex.word, "["));
    }
    r->a = p->first;
    r->b = p->count;
    return true;
}

/* ---- literals ---- */

static bool put_value(struct stix_emit *e, enum stix_literal kind, struct hw_span text,
                      uint64_t number)
{
    unsigned off = 0;
    if (text.n > UINT16_MAX || !put_pool(e, text, &off)) {
        return hw_stix_refuse(e, "more text than one program may hold");
    }
    hw_buf_char(&e->values, (char)kind);
    hw_buf_char(&e->values, 0);
    hw_buf_u16le(&e->values, (uint16_t)off);
    hw_buf_u16le(&e->values, (uint16_t)text.n);
    hw_buf_u16le(&e->values, 0);
    hw_buf_u64le(&e->values, number);
    return hw_buf_ok(&e->values) || hw_stix_refuse(e, "more values than one program may hold");
}

static bool whole_number(struct hw_span s, int64_t *out)
{
    bool minus = s.p[0] == '-';
    uint64_t v;
    if (!hw_span_u64(hw_span_from(s, minus || s.p[0] == '+'), &v) || v > INT64_MAX) {
        return false;
    }
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

static bool number_value(struct stix_emit *e)
{
    int64_t whole;
    double d;
    uint64_t bits;
    if (e->lex.token == STIX_T_INT && whole_number(e->lex.word, &whole)) {
        memcpy(&bits, &whole, sizeof bits);
        return put_value(e, STIX_L_INT, (struct hw_span){NULL, 0}, bits);
    }
    if (!hw_stix_number(e->lex.word, &d)) {
        return hw_stix_refuse(e, "a number beyond what can be compared");
    }
    memcpy(&bits, &d, sizeof bits);
    return put_value(e, STIX_L_FLOAT, (struct hw_span){NULL, 0}, bits);
}

static bool bytes_value(struct stix_emit *e)
{
    struct hw_buf b;
    struct hw_span s = e->lex.word;
    bool hex = e->lex.token == STIX_T_HEX;
    hw_buf_init(&b, TEXT_MAX);
    uint8_t *p = hex && s.n > 1 ? hw_buf_more(&b, s.n / 2) : NULL;
    bool ok =
        hex ? s.n == 0 || (p != NULL && hw_hex_decode(s, p, s.n / 2)) : hw_base64_decode(s, &b);
    ok = ok ? put_value(e, STIX_L_BYTES, hw_buf_span(&b), 0)
            : hw_stix_refuse(e, hex ? "h'' holds pairs of hexadecimal digits" : "b'' holds base64");
    hw_buf_done(&b);
    return ok;
}

static bool time_value(struct stix_emit *e)
{
    int64_t t;
    uint64_t bits;
    if (!hw_stix_time(e->lex.word, &t)) {
        return hw_stix_refuse(e, "t'' holds a timestamp such as 2016-06-01T01:30:00Z");
    }
    memcpy(&bits, &t, sizeof bits);
    return put_value(e, STIX_L_TIME, (struct hw_span){NULL, 0}, bits);
}

static bool is_hex(struct hw_span s, size_t digits)
{
    uint8_t bytes[64];
    return s.n == digits && hw_hex_decode(s, bytes, digits / 2);
}

/* What the operator makes of its text. */
static bool text_value(struct stix_emit *e, enum stix_test_op op, const struct path *p)
{
    struct hw_buf text, program;
    uint8_t net[STIX_SUBNET_BYTES];
    const char *why = NULL;
    bool equal = op == STIX_EQUAL || op == STIX_NOT_EQUAL || op == STIX_IN, ok;
    hw_buf_init(&text, TEXT_MAX);
    hw_buf_init(&program, HW_REGEX_PROGRAM_BYTES);
    unquoted(e->lex.word, &text);
    struct hw_span s = hw_buf_span(&text);
    if (!hw_buf_ok(&text)) {
        ok = hw_stix_refuse(e, "more text than one program may hold");
    } else if (op == STIX_MATCHES) {
        unsigned flags = HW_REGEX_DOTALL | (p->bytes ? HW_REGEX_BYTES : 0);
        ok = hw_regex_compile(s, flags, &program, &why)
                 ? put_value(e, STIX_L_REGEX, hw_buf_span(&program), 0)
                 : hw_stix_refuse(e, why);
    } else if (op == STIX_ISSUBSET || op == STIX_ISSUPERSET) {
        ok = hw_stix_subnet(s, net)
                 ? put_value(e, STIX_L_SUBNET, (struct hw_span){net, sizeof net}, 0)
                 : hw_stix_refuse(e, "a network or address that is none");
    } else {
        ok = !equal || p->digits == 0 || is_hex(s, p->digits)
                 ? put_value(e, STIX_L_TEXT, s, 0)
                 : hw_stix_refuse(e, "a hash that is not as long as its name says");
    }
    hw_buf_done(&program);
    hw_buf_done(&text);
    return ok;
}

/* One literal; *out_kind is its kind as sets see it: numbers are one, and so are bytes. */
static bool value(struct stix_emit *e, enum stix_test_op op, const struct path *p,
                  enum stix_literal *out_kind)
{
    bool ok;
    switch (e->lex.token) {
    case STIX_T_INT:
    case STIX_T_FLOAT:
        *out_kind = STIX_L_INT;
        ok = number_value(e);
        break;
    case STIX_T_HEX:
    case STIX_T_BASE64:
        *out_kind = STIX_L_BYTES;
        ok = bytes_value(e);
        break;
    case STIX_T_TIME:
        *out_kind = STIX_L_TIME;
        ok = time_value(e);
        break;
    case STIX_T_TEXT:
        *out_kind = STIX_L_TEXT;
        ok = text_value(e, op, p);
        break;
    default:
        *out_kind = STIX_L_BOOL;
        bool yes = hw_span_is(e->lex.word, "true");
        ok = e->lex.token == STIX_T_NAME && (yes || hw_span_is(e->lex.word, "false"))
                 ? put_value(e, STIX_L_BOOL, (struct hw_span){NULL, 0}, yes)
                 : hw_stix_refuse(e, "a value is missing, or is not of the language");
        break;
    }
    if (ok) {
        hw_stix_lex_next(&e->lex);
    }
    return ok;
}

static bool set(struct stix_emit *e, struct row *r, const struct path *p)
{
    enum stix_literal kind, first = STIX_L_INT;
    if (!hw_stix_sign(e, "(")) {
        return hw_stix_refuse(e, "IN needs a set in ( )");
    }
    if (hw_stix_sign(e, ")")) {
        return true;
    }
    do {
        size_t begins = e->lex.begins;
        if (!value(e, STIX_IN, p, &kind)) {
            return false;
        }
        first = r->values == 0 ? kind : first;
        if (kind != first) {
            hw_stix_refuse(e, "a set holds values of one kind");
            e->why_at = begins;
            return false;
        }
        r->values++;
    } while (hw_stix_sign(e, ","));
    return hw_stix_sign(e, ")") || hw_stix_refuse(e, ") is missing behind a set");
}

/* ---- comparisons ---- */

static enum stix_test_op operator_of(const struct stix_emit *e)
{
    static const struct {
        const char *word;
        enum stix_test_op op;
    } operators[] = {
        {"=", STIX_EQUAL},
        {"==", STIX_EQUAL},
        {"!=", STIX_NOT_EQUAL},
        {"<>", STIX_NOT_EQUAL},
        {"<", STIX_LESS},
        {">", STIX_GREATER},
        {"<=", STIX_LESS_EQUAL},
        {">=", STIX_GREATER_EQUAL},
        {"IN", STIX_IN},
        {"LIKE", STIX_LIKE},
        {"MATCHES", STIX_MATCHES},
        {"ISSUBSET", STIX_ISSUBSET},
        {"ISSUPERSET", STIX_ISSUPERSET},
    };
    if (e->lex.token != STIX_T_SIGN && e->lex.token != STIX_T_NAME) {
        return 0;
    }
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (hw_span_is(e->lex.word, operators[i].word)) {
            return operators[i].op;
        }
    }
    return 0;
}

/* "ipv4-addr:value = '10.0.0.0/8'": publishers mean every address of the network. */
static bool is_network(const struct stix_emit *e, const struct row *r)
{
    struct hw_span type = hw_span_cut(hw_buf_span(&e->pool), r->type, r->type_n);
    uint8_t net[STIX_SUBNET_BYTES];
    return e->lex.token == STIX_T_TEXT && r->b == 1 &&
           (hw_span_is(type, "ipv4-addr") || hw_span_is(type, "ipv6-addr")) &&
           hw_span_find(e->lex.word, '/') < e->lex.word.n && hw_stix_subnet(e->lex.word, net);
}

static bool property_test(struct stix_emit *e, unsigned *out)
{
    struct row r = {.op = STIX_EXISTS, .value = (unsigned)(e->values.n / STIX_VALUE)};
    struct path p;
    enum stix_literal kind;
    if (hw_stix_word(e, "EXISTS")) {
        return object_path(e, &r, &p) && put_test(e, &r, out);
    }
    if (!object_path(e, &r, &p)) {
        return false;
    }
    r.flags = hw_stix_word(e, "NOT") ? STIX_NOT : 0;
    r.op = operator_of(e);
    if (r.op == 0) {
        return hw_stix_refuse(e, "an operator is missing");
    }
    r.flags |= p.hash || p.name ? STIX_NOCASE : 0;
    hw_stix_lex_next(&e->lex);
    if (r.op == STIX_IN) {
        return set(e, &r, &p) && put_test(e, &r, out);
    }
    if (r.op == STIX_EQUAL && is_network(e, &r)) {
        r.op = STIX_ISSUBSET;
    }
    bool texts = r.op >= STIX_LIKE;
    bool order = r.op >= STIX_LESS && r.op <= STIX_GREATER_EQUAL;
    if (texts && e->lex.token != STIX_T_TEXT) {
        return hw_stix_refuse(e, "this operator needs a text");
    }
    if (order && e->lex.token == STIX_T_NAME) {
        return hw_stix_refuse(e, "no order holds between true and false");
    }
    r.values = 1;
    return value(e, r.op, &p, &kind) && put_test(e, &r, out);
}

static bool single(struct stix_emit *e, unsigned *out)
{
    if (!hw_stix_sign(e, "(")) {
        return property_test(e, out);
    }
    if (!hw_stix_enter(e) || !hw_stix_comparison(e, out)) {
        return false;
    }
    e->depth--;
    return hw_stix_sign(e, ")") || hw_stix_refuse(e, ") is missing");
}

static bool all_of(struct stix_emit *e, unsigned *out)
{
    if (!single(e, out)) {
        return false;
    }
    while (hw_stix_word(e, "AND")) {
        struct row r = {.op = STIX_AND, .a = *out};
        if (!single(e, &r.b) || !put_test(e, &r, out)) {
            return false;
        }
    }
    return true;
}

bool hw_stix_comparison(struct stix_emit *e, unsigned *out)
{
    if (!all_of(e, out)) {
        return false;
    }
    while (hw_stix_word(e, "OR")) {
        struct row r = {.op = STIX_OR, .a = *out};
        if (!all_of(e, &r.b) || !put_test(e, &r, out)) {
            return false;
        }
    }
    return true;
}
