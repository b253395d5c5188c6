/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build_pe.c -- lays out an image: headers, given sections, .rdata with all tables, .rsrc, overlay,
 * certificate table. Layout as in Microsoft's "PE Format".
 */
#include "build_pe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build_pe_parts.h"

enum {
    FILE_ALIGN = 0x200,
    SECTION_ALIGN = 0x1000,
    HEADERS = 0x400,
    MAX_SECTIONS = 16,
    CODE = 0x60000020,
    DATA = 0x40000040,
};

void hw_build_fail(const char *what)
{
    (void)fprintf(stderr, "build_pe: %s\n", what);
    abort();
}

void hw_build_put(struct hw_buf *b, size_t at, size_t width, uint64_t v)
{
    if (at > b->n || width > b->n - at) {
        hw_build_fail("write outside of the image");
    }
    for (size_t i = 0; i < width; i++) {
        b->p[at + i] = (uint8_t)(v >> (8 * i));
    }
}

void hw_build_zeros(struct hw_buf *b, size_t n)
{
    while (n-- > 0) {
        hw_buf_char(b, '\0');
    }
}

void hw_build_align(struct hw_buf *b, size_t to)
{
    hw_build_zeros(b, (to - b->n % to) % to);
}

struct placed {
    char name[9];
    struct hw_buf data;
    uint32_t va, vsize, flags;
};

struct image {
    const struct hw_build_pe *spec;
    struct placed sections[MAX_SECTIONS];
    size_t count;
    uint32_t next_va;
    uint32_t dirs[16][2];
    uint64_t base;
    bool plus;
};

static struct placed *place(struct image *im, const char *name, uint32_t flags)
{
    if (im->count == MAX_SECTIONS) {
        hw_build_fail("too many sections");
    }
    struct placed *s = &im->sections[im->count++];
    (void)snprintf(s->name, sizeof s->name, "%s", name);
    s->flags = flags;
    s->va = im->next_va;
    hw_buf_init(&s->data, 1U << 30);
    return s;
}

static void placed(struct image *im, struct placed *s)
{
    uint32_t n = s->vsize == 0 ? (uint32_t)s->data.n : s->vsize;
    s->vsize = n;
    n = n == 0 ? 1 : n;
    im->next_va += (n + SECTION_ALIGN - 1) / SECTION_ALIGN * SECTION_ALIGN;
}

static void pointer(struct image *im, struct hw_buf *b, uint64_t v)
{
    if (im->plus) {
        hw_buf_u64le(b, v);
    } else {
        hw_buf_u32le(b, (uint32_t)v);
    }
}

static uint32_t here(const struct placed *s)
{
    return s->va + (uint32_t)s->data.n;
}

static void text(struct hw_buf *b, const char *s)
{
    hw_buf_bytes(b, s, strlen(s) + 1);
}

/* Thunks of one module; returns the RVA of the lookup table. */
static uint32_t thunks(struct image *im, struct placed *s, const struct hw_build_import *m)
{
    uint32_t names[256];
    size_t count = 0;
    for (; m->symbols[count] != NULL; count++) {
        if (count == 256) {
            hw_build_fail("too many symbols for one module");
        }
        hw_build_align(&s->data, 2);
        names[count] = here(s);
        if (m->symbols[count][0] != '#') {
            hw_buf_u16le(&s->data, 0);
            text(&s->data, m->symbols[count]);
        }
    }
    hw_build_align(&s->data, 8);
    uint32_t table = here(s);
    for (size_t i = 0; i < count; i++) {
        if (m->symbols[i][0] == '#') {
            uint64_t high = im->plus ? UINT64_C(1) << 63 : UINT64_C(1) << 31;
            pointer(im, &s->data, high | strtoul(m->symbols[i] + 1, NULL, 10));
        } else {
            pointer(im, &s->data, names[i]);
        }
    }
    pointer(im, &s->data, 0);
    return table;
}

static void put_imports(struct image *im, struct placed *s, bool delay)
{
    const struct hw_build_pe *spec = im->spec;
    uint32_t lookup[64], address[64], name[64];
    size_t count = 0;
    for (size_t i = 0; i < spec->import_count; i++) {
        const struct hw_build_import *m = &spec->imports[i];
        if (m->delay != delay) {
            continue;
        }
        if (count == 64) {
            hw_build_fail("too many modules");
        }
        lookup[count] = thunks(im, s, m);
        address[count] = thunks(im, s, m);
        name[count++] = here(s);
        text(&s->data, m->module);
        hw_build_align(&s->data, 8);
    }
    if (count == 0) {
        return;
    }
    unsigned dir = delay ? 13 : 1;
    im->dirs[dir][0] = here(s);
    for (size_t i = 0; i < count; i++) {
        if (delay) {
            uint32_t words[8] = {1, name[i], 0, address[i], lookup[i], 0, 0, 0};
            for (size_t k = 0; k < 8; k++) {
                hw_buf_u32le(&s->data, words[k]);
            }
        } else {
            uint32_t words[5] = {lookup[i], 0, 0, name[i], address[i]};
            for (size_t k = 0; k < 5; k++) {
                hw_buf_u32le(&s->data, words[k]);
            }
        }
    }
    hw_build_zeros(&s->data, delay ? 32 : 20);
    im->dirs[dir][1] = here(s) - im->dirs[dir][0];
}

static void put_exports(struct image *im, struct placed *s)
{
    const struct hw_build_pe *spec = im->spec;
    size_t n = spec->export_count, named = 0;
    if (n == 0) {
        return;
    }
    hw_build_align(&s->data, 4);
    size_t start = s->data.n;
    uint32_t rva = here(s);
    for (size_t i = 0; i < n; i++) {
        named += spec->exports[i].name != NULL;
    }
    size_t addresses = start + 40, names = addresses + 4 * n, places = names + 4 * named;
    hw_build_zeros(&s->data, places + 2 * named - start);
    uint32_t words[10] = {0,
                          spec->timestamp,
                          0,
                          here(s),
                          1,
                          (uint32_t)n,
                          (uint32_t)named,
                          rva + 40,
                          rva + 40 + 4 * (uint32_t)n,
                          rva + 40 + 4 * (uint32_t)(n + named)};
    for (size_t i = 0; i < 10; i++) {
        hw_build_put(&s->data, start + 4 * i, 4, words[i]);
    }
    text(&s->data, spec->export_module == NULL ? "made.dll" : spec->export_module);
    for (size_t i = 0, k = 0; i < n; i++) {
        uint32_t to = SECTION_ALIGN; /* the entry point */
        if (spec->exports[i].forward != NULL) {
            to = here(s);
            text(&s->data, spec->exports[i].forward);
        }
        hw_build_put(&s->data, addresses + 4 * i, 4, to);
        if (spec->exports[i].name != NULL) {
            hw_build_put(&s->data, names + 4 * k, 4, here(s));
            hw_build_put(&s->data, places + 2 * k++, 2, i);
            text(&s->data, spec->exports[i].name);
        }
    }
    im->dirs[0][0] = rva;
    im->dirs[0][1] = here(s) - rva;
}

static void put_tls(struct image *im, struct placed *s)
{
    if (im->spec->tls_callbacks == 0) {
        return;
    }
    hw_build_align(&s->data, 8);
    uint64_t list = im->base + here(s);
    for (uint32_t i = 0; i < im->spec->tls_callbacks; i++) {
        pointer(im, &s->data, im->base + SECTION_ALIGN);
    }
    pointer(im, &s->data, 0);
    im->dirs[9][0] = here(s);
    for (unsigned i = 0; i < 4; i++) {
        pointer(im, &s->data, i == 3 ? list : list - (im->plus ? 8 : 4));
    }
    hw_build_zeros(&s->data, 8);
    im->dirs[9][1] = here(s) - im->dirs[9][0];
}

static void debug_entry(struct placed *s, size_t at, uint32_t type, uint32_t size, uint32_t rva)
{
    hw_build_put(&s->data, at + 12, 4, type);
    hw_build_put(&s->data, at + 16, 4, size);
    hw_build_put(&s->data, at + 20, 4, rva);
    /* PointerToRawData is set when the section has its place: finish_debug(). */
}

static void put_debug(struct image *im, struct placed *s)
{
    const struct hw_build_pe *spec = im->spec;
    uint32_t count = (spec->pdb != NULL) + (uint32_t)spec->repro;
    if (count == 0) {
        return;
    }
    hw_build_align(&s->data, 4);
    size_t at = s->data.n;
    im->dirs[6][0] = here(s);
    im->dirs[6][1] = 28 * count;
    hw_build_zeros(&s->data, 28 * (size_t)count);
    if (spec->pdb != NULL) {
        uint32_t rva = here(s);
        hw_buf_bytes(&s->data, "RSDS", 4);
        for (char c = 0; c < 16; c++) {
            hw_buf_char(&s->data, (char)(c + 1));
        }
        hw_buf_u32le(&s->data, 7);
        text(&s->data, spec->pdb);
        debug_entry(s, at, 2, here(s) - rva, rva);
        at += 28;
    }
    if (spec->repro) {
        uint32_t rva = here(s);
        hw_buf_u32le(&s->data, 4);
        hw_buf_u32le(&s->data, spec->timestamp);
        debug_entry(s, at, 16, 8, rva);
    }
}

static void finish_debug(struct image *im, struct hw_buf *out)
{
    for (uint32_t i = 0; i < im->dirs[6][1] / 28; i++) {
        size_t at = hw_pe_edit_offset(out, im->dirs[6][0]) + 28 * (size_t)i;
        uint32_t rva = 0;
        for (unsigned k = 0; k < 4; k++) {
            rva |= (uint32_t)out->p[at + 20 + k] << (8 * k);
        }
        hw_build_put(out, at + 24, 4, hw_pe_edit_offset(out, rva));
    }
}

static uint32_t rol(uint32_t v, uint32_t by)
{
    by &= 31;
    return by == 0 ? v : v << by | v >> (32 - by);
}

/* Three tools between 0x80 and the PE header, under their checksum. */
static void put_rich(struct hw_buf *out)
{
    static const uint32_t pairs[] = {259U << 16 | 26706, 3, 1U << 16, 40, 258U << 16 | 27412, 1};
    uint32_t key = 0x80;
    for (uint32_t i = 0; i < 0x80; i++) {
        key += i >= 60 && i < 64 ? 0 : rol(out->p[i], i);
    }
    for (size_t i = 0; i < 6; i += 2) {
        key += rol(pairs[i], pairs[i + 1]);
    }
    hw_buf_u32le(out, 0x536e6144 ^ key);
    for (size_t i = 0; i < 3; i++) {
        hw_buf_u32le(out, key);
    }
    for (size_t i = 0; i < 6; i++) {
        hw_buf_u32le(out, pairs[i] ^ key);
    }
    hw_buf_bytes(out, "Rich", 4);
    hw_buf_u32le(out, key);
    hw_build_align(out, 16);
}

static void put_dos(struct image *im, struct hw_buf *out)
{
    hw_buf_bytes(out, "MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0", 16);
    hw_build_zeros(out, 64 - out->n);
    hw_buf_str(out, "This program cannot be run in DOS mode.\r\r\n$");
    hw_build_align(out, 0x80);
    if (im->spec->rich) {
        put_rich(out);
    }
    hw_build_put(out, 60, 4, out->n);
}

static void put_optional(struct image *im, struct hw_buf *out)
{
    hw_buf_u16le(out, im->plus ? 0x20b : 0x10b);
    hw_buf_char(out, 14);
    hw_buf_char(out, 29);
    hw_build_zeros(out, 12);
    hw_buf_u32le(out, SECTION_ALIGN); /* the entry point: the first section's first byte */
    hw_build_zeros(out, 4);
    if (im->plus) {
        hw_buf_u64le(out, im->base);
    } else {
        hw_build_zeros(out, 4);
        hw_buf_u32le(out, (uint32_t)im->base);
    }
    hw_buf_u32le(out, SECTION_ALIGN);
    hw_buf_u32le(out, FILE_ALIGN);
    hw_buf_u32le(out, 6);
    hw_buf_u32le(out, 0);
    hw_buf_u32le(out, 6);
    hw_buf_u32le(out, 0);
    hw_buf_u32le(out, im->next_va); /* SizeOfImage */
    hw_buf_u32le(out, HEADERS);
    hw_buf_u32le(out, 0); /* CheckSum */
    hw_buf_u16le(out, 3); /* console */
    hw_buf_u16le(out, 0x8160);
    for (unsigned i = 0; i < 4; i++) {
        pointer(im, out, 0x100000);
    }
    hw_buf_u32le(out, 0);
    hw_buf_u32le(out, 16);
    for (unsigned i = 0; i < 16; i++) {
        hw_buf_u32le(out, im->dirs[i][0]);
        hw_buf_u32le(out, im->dirs[i][1]);
    }
}

static void put_headers(struct image *im, struct hw_buf *out)
{
    const struct hw_build_pe *spec = im->spec;
    uint16_t machine = spec->machine != 0 ? spec->machine : im->plus ? 0x8664 : 0x14c;
    put_dos(im, out);
    hw_buf_bytes(out, "PE\0\0", 4);
    hw_buf_u16le(out, machine);
    hw_buf_u16le(out, (uint16_t)im->count);
    hw_buf_u32le(out, spec->timestamp);
    hw_buf_u32le(out, 0);
    hw_buf_u32le(out, 0);
    hw_buf_u16le(out, im->plus ? 240 : 224);
    hw_buf_u16le(out, spec->library ? 0x2022 : 0x0022);
    put_optional(im, out);
    uint32_t off = HEADERS;
    for (size_t i = 0; i < im->count; i++) {
        const struct placed *s = &im->sections[i];
        uint32_t raw = (uint32_t)(s->data.n + FILE_ALIGN - 1) / FILE_ALIGN * FILE_ALIGN;
        hw_buf_bytes(out, s->name, 8);
        hw_buf_u32le(out, s->vsize);
        hw_buf_u32le(out, s->va);
        hw_buf_u32le(out, raw);
        hw_buf_u32le(out, raw == 0 ? 0 : off);
        hw_build_zeros(out, 12);
        hw_buf_u32le(out, s->flags);
        off += raw;
    }
    if (out->n > HEADERS) {
        hw_build_fail("the headers burst");
    }
    hw_build_zeros(out, HEADERS - out->n);
}

static void put_given(struct image *im)
{
    const struct hw_build_pe *spec = im->spec;
    for (size_t i = 0; i < spec->section_count; i++) {
        const struct hw_build_section *g = &spec->sections[i];
        struct placed *s = place(im, g->name, g->flags == 0 ? CODE : g->flags);
        hw_buf_span_put(&s->data, g->data);
        s->vsize = g->vsize;
        placed(im, s);
    }
    if (spec->section_count == 0) {
        struct placed *s = place(im, ".text", CODE);
        for (unsigned i = 0; i < 512; i++) {
            hw_buf_char(&s->data, (char)(i * 7 + i / 16));
        }
        placed(im, s);
    }
}

static void put_tables(struct image *im)
{
    struct placed *s = place(im, ".rdata", DATA);
    put_imports(im, s, false);
    put_imports(im, s, true);
    put_exports(im, s);
    put_tls(im, s);
    put_debug(im, s);
    if (s->data.n == 0) {
        im->count--;
        hw_buf_done(&s->data);
        return;
    }
    placed(im, s);
}

void hw_build_pe(const struct hw_build_pe *spec, struct hw_buf *out)
{
    struct image im = {.spec = spec, .next_va = SECTION_ALIGN, .plus = spec->plus};
    im.base = spec->plus ? UINT64_C(0x180000000) : 0x10000000;
    hw_buf_init(out, 1U << 30);
    put_given(&im);
    put_tables(&im);
    if (hw_build_has_resources(spec)) {
        struct placed *s = place(&im, ".rsrc", DATA);
        hw_build_resources(spec, s->va, &s->data);
        im.dirs[2][0] = s->va;
        im.dirs[2][1] = (uint32_t)s->data.n;
        placed(&im, s);
    }
    put_headers(&im, out);
    for (size_t i = 0; i < im.count; i++) {
        hw_buf_span_put(out, hw_buf_span(&im.sections[i].data));
        hw_build_align(out, FILE_ALIGN);
        hw_buf_done(&im.sections[i].data);
    }
    finish_debug(&im, out);
    hw_buf_span_put(out, spec->overlay);
    if (spec->certificate.n > 0) {
        hw_pe_edit_sign(out, spec->certificate);
    }
    if (spec->checksum) {
        hw_pe_edit_checksum(out);
    }
    if (!hw_buf_ok(out)) {
        hw_build_fail("no memory");
    }
}
