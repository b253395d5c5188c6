/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/document.c -- JSON in others' forms, ids by name, and what may be said of people: nothing.
 */
#include "tell/document.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/time.h"

/* ---- JSON ---- */

static void key_of(struct hw_buf *b, const char *key)
{
    uint8_t last = b->n == 0 ? '{' : b->p[b->n - 1];
    if (last != '{' && last != '[') {
        hw_buf_char(b, ',');
    }
    if (key != NULL) {
        hw_buf_printf(b, "\"%s\":", key);
    }
}

void hw_doc_open(struct hw_buf *b, const char *key, char bracket)
{
    key_of(b, key);
    hw_buf_char(b, bracket);
}

void hw_doc_close(struct hw_buf *b, char bracket)
{
    hw_buf_char(b, bracket);
}

void hw_doc_clean(struct hw_buf *out, struct hw_span s, size_t max)
{
    hw_utf8_clean(s, max, out);
}

static void put(struct hw_buf *b, const char *key, struct hw_span value, size_t max)
{
    struct hw_buf clean;
    hw_buf_init(&clean, max + 8);
    hw_doc_clean(&clean, value, max);
    key_of(b, key);
    hw_buf_char(b, '"');
    hw_escape_put(b, hw_buf_span(&clean), HW_ESCAPE_JSON);
    hw_buf_char(b, '"');
    hw_buf_done(&clean);
}

void hw_doc_text(struct hw_buf *b, const char *key, struct hw_span value)
{
    put(b, key, value, HW_DOC_TEXT);
}

void hw_doc_name(struct hw_buf *b, const char *key, struct hw_span value, const char *without)
{
    put(b, key, hw_span_trim(value).n > 0 ? value : hw_span_str(without), HW_DOC_NAME);
}

void hw_doc_words(struct hw_buf *b, const char *key, const char *value)
{
    put(b, key, hw_span_str(value), HW_DOC_TEXT);
}

void hw_doc_number(struct hw_buf *b, const char *key, uint64_t n)
{
    key_of(b, key);
    hw_buf_printf(b, "%llu", (unsigned long long)n);
}

void hw_doc_flag(struct hw_buf *b, const char *key, bool on)
{
    key_of(b, key);
    hw_buf_str(b, on ? "true" : "false");
}

bool hw_doc_has_time(int64_t ns)
{
    return ns > HW_TIME_MIN && ns < HW_TIME_MAX;
}

int64_t hw_doc_whole(int64_t ns)
{
    int64_t rest = ns % 1000000;
    return ns - (rest < 0 && ns > HW_TIME_MIN + 2000000 ? rest + 1000000 : rest);
}

const char *hw_doc_moment(int64_t ns, char out[HW_DOC_TIME])
{
    struct hw_civil c;
    hw_time_to_civil(hw_doc_whole(ns), &c);
    (void)snprintf(out, HW_DOC_TIME, "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", c.year % 10000,
                   c.month % 100, c.day % 100, c.hour % 100, c.minute % 100, c.second % 100,
                   c.ns / 1000000 % 1000);
    return out;
}

void hw_doc_time(struct hw_buf *b, const char *key, int64_t ns)
{
    char text[HW_DOC_TIME];
    if (hw_doc_has_time(ns)) {
        hw_doc_words(b, key, hw_doc_moment(ns, text));
    }
}

/* ---- ids ---- */

static void put_uuid(const uint8_t u[16], char out[HW_UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;
    for (unsigned i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            out[n++] = '-';
        }
        out[n++] = hex[u[i] >> 4];
        out[n++] = hex[u[i] & 15];
    }
    out[n] = '\0';
}

bool hw_uuid_named(const uint8_t space[16], struct hw_span name, char out[HW_UUID_TEXT])
{
    uint8_t digest[HW_DIGEST_BYTES_MAX] = {0};
    struct hw_error err = {.code = HW_OK};
    struct hw_buf b;
    hw_buf_init(&b, name.n + 32);
    hw_buf_bytes(&b, space, 16);
    hw_buf_span_put(&b, name);
    bool ok = hw_buf_ok(&b) &&
              hw_digest_once(HW_DIGEST_SHA1, hw_buf_span(&b), digest, NULL, &err) == HW_OK;
    hw_buf_done(&b);
    digest[6] = (uint8_t)((digest[6] & 0x0f) | 0x50);
    digest[8] = (uint8_t)((digest[8] & 0x3f) | 0x80);
    put_uuid(digest, out);
    return ok;
}

bool hw_uuid_read(struct hw_span text, uint8_t out[16])
{
    char hex[32];
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (text.n != HW_UUID_TEXT - 1 || dash != (text.p[i] == '-')) {
            return false;
        }
        if (!dash) {
            hex[n++] = (char)text.p[i];
        }
    }
    return n == sizeof hex &&
           hw_hex_decode((struct hw_span){(const uint8_t *)hex, sizeof hex}, out, 16);
}

bool hw_uuid_of_case(const struct hw_report_answer *r, uint8_t out[16], char text[HW_UUID_TEXT])
{
    /* the space of names that are URLs (RFC 4122, appendix C) */
    static const uint8_t urls[16] = {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
                                     0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
    if (hw_uuid_read(r->id, out)) {
        put_uuid(out, text);
        return true;
    }
    return hw_uuid_named(urls, r->id, text) && hw_uuid_read(hw_span_str(text), out);
}

/* ---- TLP ---- */

static const char *const tlps[] = {"", "clear", "green", "amber", "amber+strict", "red"};

enum hw_tlp hw_tlp_read(struct hw_span text)
{
    text = hw_span_trim(text);
    if (text.n > 4 && hw_span_is_nocase(hw_span_cut(text, 0, 4), "tlp:")) {
        text = hw_span_from(text, 4);
    }
    for (unsigned i = HW_TLP_CLEAR; i <= HW_TLP_RED; i++) {
        if (hw_span_is_nocase(text, tlps[i])) {
            return (enum hw_tlp)i;
        }
    }
    return hw_span_is_nocase(text, "white") ? HW_TLP_CLEAR : HW_TLP_NONE;
}

const char *hw_tlp_word(enum hw_tlp t)
{
    return tlps[t];
}

/* ---- names ---- */

struct hw_span hw_doc_base(struct hw_span path)
{
    size_t from = 0;
    for (size_t i = 0; i + 1 < path.n; i++) {
        from = path.p[i] == '/' || path.p[i] == '\\' ? i + 1 : from;
    }
    return hw_span_from(path, from);
}

void hw_doc_end(struct hw_buf *b, const struct hw_end *e)
{
    bool person = strcmp(e->kind, "account") == 0 || strcmp(e->kind, "session") == 0;
    bool path = strcmp(e->kind, "file") == 0 || strcmp(e->kind, "process") == 0;
    struct hw_span name = e->name.n > 0 ? e->name : e->key;
    hw_buf_printf(b, "%s ", e->kind);
    if (person || name.n == 0) {
        hw_buf_str(b, e->id);
    } else {
        hw_doc_clean(b, path ? hw_doc_base(name) : name, HW_DOC_NAME);
    }
}

struct hw_span hw_doc_org(struct hw_span scope)
{
    return hw_span_starts(scope, "evidence:") ? (struct hw_span){NULL, 0} : scope;
}

static bool digits(struct hw_span s, size_t at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (at + i >= s.n || !hw_ascii_is_digit(s.p[at + i])) {
            return false;
        }
    }
    return true;
}

/* Is what stands at `at` named as ATT&CK's? Between "ATT&CK" and it stand only other ids. */
static bool is_attack(struct hw_span says, size_t at)
{
    if (at >= 7 && hw_span_is_nocase(hw_span_cut(says, at - 7, 7), "attack.")) {
        return true;
    }
    while (at > 0 && (hw_ascii_is_digit(says.p[at - 1]) || says.p[at - 1] == 'T' ||
                      says.p[at - 1] == '.' || says.p[at - 1] == ',' || says.p[at - 1] == ' ')) {
        at--;
    }
    return at >= 6 && hw_span_is(hw_span_cut(says, at - 6, 6), "ATT&CK");
}

bool hw_doc_technique(struct hw_span says, size_t *at, char out[12])
{
    for (size_t i = *at; i + 5 <= says.n; i++) {
        if ((says.p[i] != 'T' && says.p[i] != 't') || !digits(says, i + 1, 4) ||
            !is_attack(says, i)) {
            continue;
        }
        size_t n = i + 5 < says.n && says.p[i + 5] == '.' && digits(says, i + 6, 3) ? 9 : 5;
        memcpy(out, says.p + i, n);
        out[0] = 'T';
        out[n] = '\0';
        *at = i + n;
        if (i + n >= says.n ||
            (!hw_ascii_is_digit(says.p[i + n]) && !hw_ascii_is_alpha(says.p[i + n]))) {
            return true;
        }
    }
    *at = says.n;
    return false;
}

unsigned hw_doc_sure(const char *known)
{
    static const struct {
        const char *known;
        unsigned sure;
    } scale[] = {{"observed", 95}, {"keyed", 85}, {"inferred", 50}, {"claimed", 30}};
    for (size_t i = 0; known != NULL && i < sizeof scale / sizeof scale[0]; i++) {
        if (strcmp(known, scale[i].known) == 0) {
            return scale[i].sure;
        }
    }
    return 30;
}

bool hw_doc_is_url(struct hw_span s)
{
    if ((!hw_span_starts(s, "https://") && !hw_span_starts(s, "http://")) || s.n < 10 ||
        s.n > HW_DOC_NAME) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("\"<>\\^`{|}", s.p[i]) != NULL) {
            return false;
        }
    }
    return true;
}
