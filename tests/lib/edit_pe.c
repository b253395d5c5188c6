/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edit_pe.c -- changes to an image that is already there, made or real (build_pe.h).
 *
 * The certificate table is that of "PE Format": entries of u32 length, u16 revision, u16 type and
 * content, each on a multiple of 8.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_pe_parts.h"

static uint64_t get(const struct hw_buf *image, size_t at, size_t width)
{
    uint64_t v = 0;
    if (at > image->n || width > image->n - at) {
        hw_build_fail("read outside of the image");
    }
    for (size_t i = width; i-- > 0;) {
        v = v << 8 | image->p[at + i];
    }
    return v;
}

struct place {
    const char *name;
    size_t off, width;
};

static bool find(const struct place *list, size_t count, const char *name, size_t base,
                 size_t *out_off, size_t *out_width)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) == 0) {
            *out_off = base + list[i].off;
            *out_width = list[i].width;
            return true;
        }
    }
    return false;
}

#define LIST(a) (a), sizeof(a) / sizeof((a)[0])

static bool section_field(const struct hw_buf *image, size_t nt, const char *field, size_t *out_off,
                          size_t *out_width)
{
    static const struct place list[] = {{"name", 0, 8},      {"vsize", 8, 4},    {"va", 12, 4},
                                        {"raw-size", 16, 4}, {"raw-off", 20, 4}, {"flags", 36, 4}};
    char *dot;
    unsigned long i = strtoul(field, &dot, 10);
    if (i >= get(image, nt + 6, 2) || *dot != '.') {
        return false;
    }
    return find(LIST(list), dot + 1, nt + 24 + get(image, nt + 20, 2) + 40 * i, out_off, out_width);
}

bool hw_pe_edit_field(const struct hw_buf *image, const char *field, size_t *out_off,
                      size_t *out_width)
{
    static const struct place common[] = {
        {"signature", 0, 4},
        {"machine", 4, 2},
        {"section-count", 6, 2},
        {"timestamp", 8, 4},
        {"coff-off", 12, 4},
        {"coff-count", 16, 4},
        {"optional-size", 20, 2},
        {"characteristics", 22, 2},
        {"magic", 24, 2},
        {"entry", 40, 4},
        {"section-alignment", 56, 4},
        {"file-alignment", 60, 4},
        {"image-size", 80, 4},
        {"headers-size", 84, 4},
        {"checksum", 88, 4},
        {"subsystem", 92, 2},
    };
    if (strcmp(field, "e_lfanew") == 0) {
        *out_off = 60;
        *out_width = 4;
        return true;
    }
    size_t nt = (size_t)get(image, 60, 4);
    if (find(LIST(common), field, nt, out_off, out_width)) {
        return true;
    }
    bool plus = get(image, nt + 24, 2) == 0x20b;
    struct place wide[] = {{"image-base", plus ? 48 : 52, plus ? 8 : 4},
                           {"directory-count", plus ? 132 : 116, 4}};
    if (find(LIST(wide), field, nt, out_off, out_width)) {
        return true;
    }
    if (strncmp(field, "section.", 8) == 0) {
        return section_field(image, nt, field + 8, out_off, out_width);
    }
    char *dot;
    unsigned long i = strncmp(field, "dir.", 4) == 0 ? strtoul(field + 4, &dot, 10) : 16;
    if (i >= 16) {
        return false;
    }
    *out_off = nt + (plus ? 136 : 120) + 8 * i + (strcmp(dot, ".size") == 0 ? 4 : 0);
    *out_width = 4;
    return true;
}

static void locate(const struct hw_buf *image, const char *field, size_t *off, size_t *width)
{
    if (!hw_pe_edit_field(image, field, off, width)) {
        hw_build_fail(field);
    }
}

void hw_pe_edit_set(struct hw_buf *image, const char *field, uint64_t value)
{
    size_t off, width;
    locate(image, field, &off, &width);
    hw_build_put(image, off, width, value);
}

uint64_t hw_pe_edit_get(const struct hw_buf *image, const char *field)
{
    size_t off, width;
    locate(image, field, &off, &width);
    return get(image, off, width);
}

void hw_pe_edit_put(struct hw_buf *image, size_t off, size_t width, uint64_t value)
{
    hw_build_put(image, off, width, value);
}

size_t hw_pe_edit_offset(const struct hw_buf *image, uint32_t rva)
{
    uint64_t count = hw_pe_edit_get(image, "section-count");
    char field[40];
    for (uint64_t i = 0; i < count; i++) {
        uint64_t v[3];
        static const char *const names[] = {"va", "raw-size", "raw-off"};
        for (size_t k = 0; k < 3; k++) {
            (void)snprintf(field, sizeof field, "section.%u.%s", (unsigned)i, names[k]);
            v[k] = hw_pe_edit_get(image, field);
        }
        if (rva >= v[0] && rva - v[0] < v[1]) {
            return (size_t)(v[2] + rva - v[0]);
        }
    }
    hw_build_fail("an address that no section holds");
}

void hw_pe_edit_patch(struct hw_buf *image, uint32_t rva, struct hw_span bytes)
{
    size_t at = hw_pe_edit_offset(image, rva);
    for (size_t i = 0; i < bytes.n; i++) {
        hw_build_put(image, at + i, 1, bytes.p[i]);
    }
}

uint32_t hw_pe_edit_export(const struct hw_buf *image, const char *name)
{
    uint32_t dir = (uint32_t)hw_pe_edit_get(image, "dir.0.rva");
    if (dir == 0) {
        return 0;
    }
    size_t at = hw_pe_edit_offset(image, dir);
    uint64_t count = get(image, at + 24, 4);
    size_t addresses = hw_pe_edit_offset(image, (uint32_t)get(image, at + 28, 4));
    size_t names = hw_pe_edit_offset(image, (uint32_t)get(image, at + 32, 4));
    size_t places = hw_pe_edit_offset(image, (uint32_t)get(image, at + 36, 4));
    for (uint64_t i = 0; i < count; i++) {
        size_t text = hw_pe_edit_offset(image, (uint32_t)get(image, names + 4 * i, 4));
        size_t n = strlen(name) + 1;
        if (n <= image->n - text && memcmp(image->p + text, name, n) == 0) {
            return (uint32_t)get(image, addresses + 4 * get(image, places + 2 * i, 2), 4);
        }
    }
    return 0;
}

bool hw_pe_edit_table(const struct hw_buf *image, uint32_t *out_off, uint32_t *out_size)
{
    *out_off = (uint32_t)hw_pe_edit_get(image, "dir.4.rva");
    *out_size = (uint32_t)hw_pe_edit_get(image, "dir.4.size");
    return *out_off != 0 && *out_size >= 8;
}

void hw_pe_edit_strip(struct hw_buf *image)
{
    uint32_t off, size;
    if (hw_pe_edit_table(image, &off, &size)) {
        image->n = off < image->n ? off : image->n;
        hw_pe_edit_set(image, "dir.4.rva", 0);
        hw_pe_edit_set(image, "dir.4.size", 0);
    }
}

void hw_pe_edit_sign(struct hw_buf *image, struct hw_span certificate)
{
    hw_pe_edit_strip(image);
    hw_build_align(image, 8);
    size_t off = image->n;
    hw_buf_u32le(image, (uint32_t)(certificate.n + 8));
    hw_buf_u16le(image, 0x200);
    hw_buf_u16le(image, 2);
    hw_buf_span_put(image, certificate);
    hw_build_align(image, 8);
    hw_pe_edit_set(image, "dir.4.rva", off);
    hw_pe_edit_set(image, "dir.4.size", image->n - off);
}

/* Offset of the last entry of the table. */
static size_t last_entry(const struct hw_buf *image, uint32_t off, uint32_t size)
{
    size_t at = off, end = (size_t)off + size;
    for (;;) {
        size_t next = at + (((size_t)get(image, at, 4) + 7) & ~(size_t)7);
        if (next <= at || next + 8 > end) {
            return at;
        }
        at = next;
    }
}

void hw_pe_edit_pad_inside(struct hw_buf *image, struct hw_span extra)
{
    uint32_t off, size;
    if (!hw_pe_edit_table(image, &off, &size)) {
        hw_build_fail("no certificate table");
    }
    size_t entry = last_entry(image, off, size);
    size_t length = (size_t)get(image, entry, 4);
    image->n = entry + length; /* the alignment zeros come again behind the extra bytes */
    hw_buf_span_put(image, extra);
    hw_build_put(image, entry, 4, length + extra.n);
    hw_build_align(image, 8);
    hw_pe_edit_set(image, "dir.4.size", image->n - off);
}

void hw_pe_edit_pad_behind(struct hw_buf *image, struct hw_span extra)
{
    uint32_t off, size;
    if (!hw_pe_edit_table(image, &off, &size)) {
        hw_build_fail("no certificate table");
    }
    image->n = (size_t)off + size;
    hw_buf_span_put(image, extra);
    hw_build_align(image, 8);
    hw_pe_edit_set(image, "dir.4.size", image->n - off);
}

void hw_pe_edit_checksum(struct hw_buf *image)
{
    uint64_t sum = 0;
    hw_pe_edit_set(image, "checksum", 0);
    for (size_t i = 0; i < image->n; i++) {
        sum += (uint64_t)image->p[i] << (8 * (i & 1));
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    hw_pe_edit_set(image, "checksum", sum + image->n);
}
