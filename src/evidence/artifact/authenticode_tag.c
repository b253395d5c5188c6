/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/artifact/authenticode_tag.c -- grammars of honestly tagged installers.
 *
 * Some vendors write a few words into a signed installer as it is downloaded, where the signature
 * does not look. Only grammars their makers document are here, and one is recognised only when it
 * consumes every byte; who may use it is asked elsewhere (the word leads to the documented
 * signers).
 *
 * omaha   Google's updater and its kin: "Gact2.0Omaha", the tag's length in two big-endian octets,
 *         the tag, then zeros. The tag is name=value pairs joined by '&', names from a closed list
 *         (Chromium, chrome/updater/tag.h: names, and the limit of 8,192; google/omaha,
 *         common/certificate_tag and common/tag_extractor: placed behind the PKCS #7 structure or
 * as extension 1.3.6.1.4.1.11129.2.1.9999 of a superfluous certificate). msedge  Microsoft Edge and
 * WebView2: "MSEDGE_", pairs as above, "_EGDESM", all UTF-16LE, then zeros (same names; the frame
 * is the one public installer parsers describe).
 */
#include "evidence/artifact/authenticode_parts.h"

#include <string.h>

enum {
    NAME_MAX_LEN = 32,
    PAIRS_MAX = 64,
    FRAME = 4096, /* what a tag certificate may have beside its tag */
};

static const char *const names[] = {
    "ap",
    "appguid",
    "appid",
    "appname",
    "brand",
    "browser",
    "bundleid",
    "bundlename",
    "client",
    "dr",
    "etoken",
    "experiments",
    "flighting",
    "iid",
    "installdataindex",
    "installerdata",
    "lang",
    "needsadmin",
    "omahaexperiments",
    "pv",
    "referral",
    "runtime",
    "sessionid",
    "type",
    "untrusteddata",
    "usagestats",
};

static uint64_t nonzero_in(struct hw_span s)
{
    uint64_t count;
    hw_measure(s, NULL, &count);
    return count;
}

static bool known_name(const char *s)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], s) == 0) {
            return true;
        }
    }
    return false;
}

/* Characters of a query string (RFC 3986 query, without '&' and '='), and what real tags carry. */
static bool value_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-._~%!*'(),;:@/?{}+$ |", c) != NULL;
}

/* name=value&name=value..., at least one pair, every name known, no value absurd. */
static bool is_pairs(const char *s, size_t n)
{
    size_t at = 0;
    for (unsigned pairs = 0; pairs < PAIRS_MAX; pairs++) {
        char name[NAME_MAX_LEN];
        size_t len = 0;
        while (at < n && s[at] != '=' && len < sizeof name - 1) {
            char c = s[at++];
            name[len++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
        name[len] = '\0';
        if (at == n || s[at] != '=' || !known_name(name)) {
            return false;
        }
        at++;
        while (at < n && s[at] != '&') {
            if (s[at] == '\0' || !value_char(s[at])) {
                return false;
            }
            at++;
        }
        if (at == n) {
            return true;
        }
        at++;
    }
    return false;
}

static void say(const char *s, size_t n, char out[HW_TAG_SAYS])
{
    size_t put = n < HW_TAG_SAYS - 1 ? n : HW_TAG_SAYS - 1;
    for (size_t i = 0; i < put; i++) {
        out[i] = s[i];
    }
    out[put] = '\0';
}

static bool read_omaha(struct hw_reader *r, char text[HW_TAG_MAX], size_t *out_n)
{
    uint16_t n;
    uint8_t c;
    if (!hw_read_magic(r, "Gact2.0Omaha", 12) || !hw_read_u16be(r, &n) || n >= HW_TAG_MAX) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!hw_read_u8(r, &c)) {
            return false;
        }
        text[i] = (char)c;
    }
    *out_n = n;
    return true;
}

static bool wide_magic(struct hw_reader *r, const char *magic)
{
    uint16_t u;
    for (; *magic != '\0'; magic++) {
        if (!hw_read_u16le(r, &u) || u != (unsigned char)*magic) {
            return false;
        }
    }
    return true;
}

static bool read_msedge(struct hw_reader *r, char text[HW_TAG_MAX], size_t *out_n)
{
    uint16_t u;
    size_t n = 0;
    if (!wide_magic(r, "MSEDGE_")) {
        return false;
    }
    for (;;) {
        struct hw_reader look = *r;
        if (wide_magic(&look, "_EGDESM")) {
            *r = look;
            *out_n = n;
            return true;
        }
        if (n == HW_TAG_MAX || !hw_read_u16le(r, &u) || u >= 0x80) {
            return false;
        }
        text[n++] = (char)u;
    }
}

static const struct {
    const char *word;
    bool (*read)(struct hw_reader *r, char text[HW_TAG_MAX], size_t *out_n);
    bool may_be_empty; /* the marker alone: made for tagging, not yet tagged */
} grammars[] = {
    {"omaha", read_omaha, true},
    {"msedge", read_msedge, false},
};

static const char *recognise(struct hw_span bytes, char out[HW_TAG_SAYS])
{
    char text[HW_TAG_MAX];
    for (size_t i = 0; i < sizeof grammars / sizeof grammars[0]; i++) {
        struct hw_budget fuel = {.bytes = bytes.n * 8 + 64, .items = 0, .depth = 1};
        struct hw_reader r;
        size_t n = 0;
        hw_reader_init(&r, bytes, &fuel);
        if (!grammars[i].read(&r, text, &n)) {
            continue;
        }
        bool ok = n == 0 ? grammars[i].may_be_empty : is_pairs(text, n);
        if (ok && nonzero_in(hw_reader_rest(&r)) == 0) {
            say(text, n, out);
            return grammars[i].word;
        }
    }
    return NULL;
}

const char *hw_tag_padding(struct hw_span bytes, char out[HW_TAG_SAYS])
{
    return bytes.n >= HW_TAG_MAX ? NULL : recognise(bytes, out);
}

const char *hw_tag_certificate(const struct hw_cert *c, char out[HW_TAG_SAYS])
{
    const struct hw_extension *tag = NULL;
    for (size_t i = 0; i < c->extension_count; i++) {
        if (hw_oid_is(c->extensions[i].oid, HW_OID_OMAHA_TAG)) {
            if (tag != NULL) {
                return NULL;
            }
            tag = &c->extensions[i];
        }
    }
    /* The tag's room is 8,192 octets and its frame; the certificate around it must be an ordinary
     * one, or it would carry more than the tag. */
    if (tag == NULL || tag->value.n > HW_TAG_MAX + 14 || c->der.n - tag->value.n > FRAME / 2) {
        return NULL;
    }
    return recognise(tag->value, out);
}
