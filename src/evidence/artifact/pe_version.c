/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_version.c -- the version resource: what a file says it is.
 *
 * "VS_VERSIONINFO" and the structures below it (Microsoft, Win32 resource reference): each node is
 * u16 length, u16 length of its value, u16 kind (1: text), a UTF-16 key, then value and children,
 * each on a multiple of 4 from the start of the resource. Compilers disagree whether a text's
 * length counts bytes or characters, so a text runs to its NUL or to the end of its node.
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { FIXED_MAGIC = 0xfeef04bd, KEY_BYTES = 512, VALUE_BYTES = 4096 };

struct node {
    uint16_t value_n, kind;
    struct hw_span key;      /* UTF-16, without its NUL */
    struct hw_reader inside; /* behind the key, aligned */
};

struct version {
    struct hw_pe *pe;
    struct hw_pe_claims *claims;
    uint64_t start; /* file offset of the resource: alignment counts from here */
    unsigned strings;
};

static void align(struct version *v, struct hw_reader *r)
{
    uint64_t over = (hw_read_where(r) - v->start) % 4;
    if (over != 0 && hw_read_left(r) >= 4 - over) {
        (void)!hw_read_skip(r, 4 - over);
    }
}

static bool read_utf16(struct hw_reader *r, struct hw_span *out)
{
    struct hw_span all = hw_reader_rest(r);
    uint16_t c = 1;
    size_t n = 0;
    while (c != 0 && hw_read_u16le(r, &c)) {
        n += c == 0 ? 0 : 2;
    }
    *out = (struct hw_span){all.p, n};
    return c == 0;
}

/* Reads the next node of r and moves r past it. False at the end, or where nothing can follow. */
static bool read_node(struct version *v, struct hw_reader *r, struct node *out)
{
    uint16_t n;
    struct hw_reader look;
    align(v, r);
    look = *r;
    if (hw_read_left(r) < 6 || !hw_reader_item(r) || !hw_read_u16le(&look, &n) || n == 0) {
        return false;
    }
    if (n < 6 || n > hw_read_left(r)) {
        hw_pe_odd(v->pe, "bad-size", hw_read_where(r), 2,
                  "a version node claims %u bytes, %zu are there", n, hw_read_left(r));
        n = n < 6 ? 6 : (uint16_t)hw_read_left(r);
    }
    if (!hw_read_sub(r, n, &out->inside) || !hw_read_skip(&out->inside, 2) ||
        !hw_read_u16le(&out->inside, &out->value_n) || !hw_read_u16le(&out->inside, &out->kind) ||
        !read_utf16(&out->inside, &out->key)) {
        hw_pe_odd(v->pe, "bad-size", hw_read_where(r), 0, "a version node's key has no end");
        return false;
    }
    align(v, &out->inside);
    return true;
}

static bool key_is(const struct node *n, const char *word)
{
    size_t i = 0;
    for (; word[i] != 0 && 2 * i + 1 < n->key.n; i++) {
        if (n->key.p[2 * i] != (uint8_t)word[i] || n->key.p[2 * i + 1] != 0) {
            return false;
        }
    }
    return word[i] == 0 && n->key.n == 2 * i;
}

/* The first table that says anything wins. */
static void claim(struct hw_pe_claims *c, const char *key, struct hw_span text)
{
    struct hw_span *slot = strcmp(key, "CompanyName") == 0        ? &c->vendor
                           : strcmp(key, "FileVersion") == 0      ? &c->version
                           : strcmp(key, "InternalName") == 0     ? &c->internal
                           : strcmp(key, "OriginalFilename") == 0 ? &c->original
                           : strcmp(key, "ProductName") == 0      ? &c->product
                                                                  : NULL;
    if (slot != NULL && slot->n == 0) {
        *slot = text;
    }
}

static void say_string(struct version *v, const struct node *n, uint32_t table)
{
    static const struct {
        const char *key, *property;
    } known[] = {
        {"CompanyName", "pe.version.company-name"},
        {"FileDescription", "pe.version.file-description"},
        {"FileVersion", "pe.version.file-version"},
        {"InternalName", "pe.version.internal-name"},
        {"LegalCopyright", "pe.version.legal-copyright"},
        {"OriginalFilename", "pe.version.original-filename"},
        {"ProductName", "pe.version.product-name"},
        {"ProductVersion", "pe.version.product-version"},
        {"Comments", "pe.version.comments"},
        {"PrivateBuild", "pe.version.private-build"},
        {"SpecialBuild", "pe.version.special-build"},
    };
    struct hw_reader r = n->inside;
    struct hw_span raw;
    (void)!read_utf16(&r, &raw);
    struct hw_span text = hw_span_trim(hw_pe_utf16(v->pe, raw, VALUE_BYTES));
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (key_is(n, known[i].key)) {
            hw_pe_numbered(v->pe, known[i].property, table, text);
            claim(v->claims, known[i].key, text);
            return;
        }
    }
    struct hw_buf b;
    hw_buf_init(&b, KEY_BYTES + VALUE_BYTES + 8);
    hw_buf_span_put(&b, hw_pe_utf16(v->pe, n->key, KEY_BYTES));
    hw_buf_char(&b, '=');
    hw_buf_span_put(&b, text);
    hw_pe_numbered(v->pe, "pe.version.other", table, hw_buf_span(&b));
    hw_buf_done(&b);
}

/* The table's key is its language and code page in hex: "040904b0". */
static uint32_t table_number(const struct node *n)
{
    uint32_t v = 0;
    for (size_t i = 0; i + 1 < n->key.n && i < 16; i += 2) {
        uint8_t c = hw_ascii_lower(n->key.p[i]);
        v = v << 4 | (uint32_t)(c >= 'a' && c <= 'f' ? c - 'a' + 10 : c & 15);
    }
    return v;
}

static void string_tables(struct version *v, struct hw_reader *r)
{
    struct node table, string;
    while (read_node(v, r, &table)) {
        uint32_t number = table_number(&table);
        while (read_node(v, &table.inside, &string)) {
            if (v->strings++ >= HW_PE_MAX_VERSION_STRINGS) {
                hw_pe_odd(v->pe, "bad-count", hw_read_where(r), 0, "more than %d version strings",
                          HW_PE_MAX_VERSION_STRINGS);
                return;
            }
            say_string(v, &string, number);
        }
    }
}

static void say_four(struct hw_pe *pe, const char *key, uint32_t high, uint32_t low, bool file,
                     struct hw_pe_claims *claims)
{
    char text[48];
    int n = snprintf(text, sizeof text, "%u.%u.%u.%u", high >> 16, high & 0xffff, low >> 16,
                     low & 0xffff);
    hw_pe_words(pe, key, text);
    if (file && claims->fixed.n == 0 && n > 0) {
        claims->fixed = hw_exam_text(pe->x, (struct hw_span){(const uint8_t *)text, (size_t)n}, 48);
    }
}

static void fixed(struct version *v, struct hw_reader *r)
{
    uint32_t magic, file[2], product[2], mask, flags, os, type;
    if (!hw_read_u32le(r, &magic) || magic != FIXED_MAGIC || !hw_read_skip(r, 4) ||
        !hw_read_u32le(r, &file[0]) || !hw_read_u32le(r, &file[1]) ||
        !hw_read_u32le(r, &product[0]) || !hw_read_u32le(r, &product[1]) ||
        !hw_read_u32le(r, &mask) || !hw_read_u32le(r, &flags) || !hw_read_u32le(r, &os) ||
        !hw_read_u32le(r, &type)) {
        hw_pe_odd(v->pe, "bad-magic", hw_read_where(r), 0, "the fixed version block is not one");
        return;
    }
    say_four(v->pe, "pe.version.fixed-file", file[0], file[1], true, v->claims);
    say_four(v->pe, "pe.version.fixed-product", product[0], product[1], false, v->claims);
    hw_pe_number(v->pe, "pe.version.flags", flags & mask);
    hw_pe_number(v->pe, "pe.version.file-type", type);
}

void hw_pe_version(struct hw_pe *pe, struct hw_reader block, uint32_t lang,
                   struct hw_pe_claims *claims)
{
    struct version v = {.pe = pe, .claims = claims, .start = hw_read_where(&block)};
    struct node root, part;
    struct hw_reader value;
    if (!read_node(&v, &block, &root)) {
        hw_pe_odd(pe, "bad-value", v.start, 0, "a version resource without content");
        return;
    }
    claims->any = true;
    hw_pe_number(pe, "pe.version.language", lang);
    if (root.value_n > 0) {
        if (!hw_read_sub(&root.inside, root.value_n, &value)) {
            hw_pe_fault(pe, &root.inside, "the fixed version block");
            return;
        }
        fixed(&v, &value);
    }
    while (read_node(&v, &root.inside, &part)) {
        if (key_is(&part, "StringFileInfo")) {
            string_tables(&v, &part.inside);
        }
    }
}
