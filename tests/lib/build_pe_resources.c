/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build_pe_resources.c -- resource sections: version resource, manifest and whatever a test gives.
 */
#include <string.h>

#include "build_pe_parts.h"

enum { MAX_LEAVES = 64, RT_VERSION = 16, RT_MANIFEST = 24 };

static void utf16(struct hw_buf *b, const char *s)
{
    for (size_t i = 0; s[i] != 0; i++) {
        hw_buf_u16le(b, (uint8_t)s[i]);
    }
    hw_buf_u16le(b, 0);
}

/* A node's head; its length is set by node_end(). */
static size_t node_begin(struct hw_buf *b, uint16_t value_n, uint16_t kind, const char *key)
{
    hw_build_align(b, 4);
    size_t at = b->n;
    hw_buf_u16le(b, 0);
    hw_buf_u16le(b, value_n);
    hw_buf_u16le(b, kind);
    utf16(b, key);
    hw_build_align(b, 4);
    return at;
}

static void node_end(struct hw_buf *b, size_t at)
{
    hw_build_put(b, at, 2, b->n - at);
}

void hw_build_version(const struct hw_build_pe *spec, struct hw_buf *out)
{
    const uint16_t *v = spec->version_number;
    hw_buf_init(out, 1U << 20);
    size_t root = node_begin(out, 52, 0, "VS_VERSION_INFO");
    uint32_t high = (uint32_t)v[0] << 16 | v[1], low = (uint32_t)v[2] << 16 | v[3];
    uint32_t fixed[13] = {0xfeef04bd, 0x10000, high, low, high, low, 0x3f, 0, 0x40004, 2, 0, 0, 0};
    for (size_t i = 0; i < 13; i++) {
        hw_buf_u32le(out, fixed[i]);
    }
    size_t info = node_begin(out, 0, 1, "StringFileInfo");
    size_t table = node_begin(out, 0, 1, "040904b0");
    for (size_t i = 0; i < spec->version_count; i++) {
        const struct hw_build_string *s = &spec->version[i];
        size_t node = node_begin(out, (uint16_t)(strlen(s->value) + 1), 1, s->key);
        utf16(out, s->value);
        node_end(out, node);
    }
    node_end(out, table);
    node_end(out, info);
    size_t var = node_begin(out, 0, 1, "VarFileInfo");
    size_t translation = node_begin(out, 4, 0, "Translation");
    hw_buf_u32le(out, 0x04b00409);
    node_end(out, translation);
    node_end(out, var);
    node_end(out, root);
}

bool hw_build_has_resources(const struct hw_build_pe *spec)
{
    return spec->version_count > 0 || spec->manifest != NULL || spec->resource_count > 0;
}

static void directory(struct hw_buf *b, uint16_t named, uint16_t numbered)
{
    hw_build_zeros(b, 12);
    hw_buf_u16le(b, named);
    hw_buf_u16le(b, numbered);
}

/* Every leaf gets a type, a name and a language directory of its own: allowed, and simple. */
void hw_build_resources(const struct hw_build_pe *spec, uint32_t rva, struct hw_buf *out)
{
    struct hw_build_resource leaves[MAX_LEAVES];
    struct hw_buf version;
    size_t count = 0, named = 0;
    hw_build_version(spec, &version);
    for (size_t i = 0; i < spec->resource_count; i++) { /* names stand before numbers */
        if (i + 3 > MAX_LEAVES) {
            hw_build_fail("too many resources");
        }
        leaves[count++] = spec->resources[i];
        named += spec->resources[i].type_name != NULL;
    }
    if (spec->version_count > 0) {
        leaves[count++] =
            (struct hw_build_resource){NULL, RT_VERSION, 1, 1033, hw_buf_span(&version)};
    }
    if (spec->manifest != NULL) {
        struct hw_span text = {(const uint8_t *)spec->manifest, strlen(spec->manifest)};
        leaves[count++] = (struct hw_build_resource){NULL, RT_MANIFEST, 1, 1033, text};
    }
    uint32_t levels = 16 + 8 * (uint32_t)count; /* the root */
    directory(out, (uint16_t)named, (uint16_t)(count - named));
    uint32_t names =
        levels + 64 * (uint32_t)count; /* behind two directories and a data entry each */
    for (size_t i = 0; i < count; i++) {
        hw_buf_u32le(out, leaves[i].type_name == NULL ? leaves[i].type : names | 0x80000000U);
        hw_buf_u32le(out, (levels + 64 * (uint32_t)i) | 0x80000000U);
        names += leaves[i].type_name == NULL ? 0 : 2 + 2 * (uint32_t)strlen(leaves[i].type_name);
    }
    uint32_t data = (names + 3) & ~3U;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = levels + 64 * (uint32_t)i;
        directory(out, 0, 1);
        hw_buf_u32le(out, leaves[i].name);
        hw_buf_u32le(out, (at + 24) | 0x80000000U);
        directory(out, 0, 1);
        hw_buf_u32le(out, leaves[i].lang);
        hw_buf_u32le(out, at + 48);
        hw_buf_u32le(out, rva + data);
        hw_buf_u32le(out, (uint32_t)leaves[i].data.n);
        hw_build_zeros(out, 8);
        data += ((uint32_t)leaves[i].data.n + 3) & ~3U;
    }
    for (size_t i = 0; i < count; i++) {
        if (leaves[i].type_name != NULL) {
            hw_buf_u16le(out, (uint16_t)strlen(leaves[i].type_name));
            utf16(out, leaves[i].type_name);
            out->n -= 2; /* counted, not ended */
        }
    }
    hw_build_align(out, 4);
    for (size_t i = 0; i < count; i++) {
        hw_buf_span_put(out, leaves[i].data);
        hw_build_align(out, 4);
    }
    hw_buf_done(&version);
}
