/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe.c -- reads a Portable Executable from end to end, chapter by chapter.
 *
 * Specification: Microsoft, "PE Format" (learn.microsoft.com/windows/win32/debug/pe-format).
 *
 *   pe_headers.c    DOS, COFF and optional header, directories, section table
 *   pe_map.c        addresses in memory to places in the file
 *   pe_sections.c   sections; pe_measure.c: the one pass over all bytes
 *   pe_imports.c    imports, delay imports, import hash (pe_ordinals.c)
 *   pe_exports.c    exports and forwarders
 *   pe_resources.c  resource tree; pe_version.c: the version resource
 *   pe_debug.c      debug directory; pe_rich.c: Rich header; pe_runtime.c: TLS, load config, CLR
 *   pe_account.c    every byte placed: regions, gaps, overlay, CheckSum
 *   pe_inside.c     boxes carried in resources and overlay
 *
 * The order matters twice: claims on bytes come before the account, and everything the file is
 * comes before its members, so that a reader of facts sees the box whole.
 */
#include "evidence/artifact/pe.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "evidence/artifact/authenticode.h"
#include "evidence/artifact/pe_image.h"

enum {
    MZ_BITS = 16,
    CUT_BITS = 24, /* the file ends before its PE header: worth reading, not serious */
    PE_BITS = 64,
    DOS_BYTES = 64,
    EXTRA_EXTENTS = HW_PE_MAX_DEBUG + 8,
};

/* Without a PE header inside, "MZ" is a DOS program and not ours; a file that ends before the place
 * its header names may be ours, cut off. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r, nt;
    uint32_t at;
    uint16_t magic;
    hw_reader_init(&r, bytes, fuel);
    if (!hw_read_magic(&r, "MZ", 2)) {
        return 0;
    }
    if (bytes.n < DOS_BYTES) {
        return bytes.n > 3 && bytes.p[3] == 0 ? MZ_BITS : 0;
    }
    if (!hw_read_skip(&r, 58) || !hw_read_u32le(&r, &at)) {
        return 0;
    }
    if (at > bytes.n || bytes.n - at < 26) {
        return at >= 4 && at < 0x10000 && at % 4 == 0 ? CUT_BITS : 0;
    }
    if (!hw_read_tail(&r, at, &nt) || !hw_read_magic(&nt, "PE\0\0", 4)) {
        return 0;
    }
    bool known =
        hw_read_skip(&nt, 20) && hw_read_u16le(&nt, &magic) && (magic == 0x10b || magic == 0x20b);
    return known ? PE_BITS : PE_BITS - 16;
}

/* The COFF symbols and strings behind a MinGW image are accounted for, not overlay. */
static void claim_coff(struct hw_pe *pe)
{
    struct hw_reader r;
    uint32_t strings = 0;
    uint64_t n = (uint64_t)pe->coff_count * 18;
    if (pe->coff_off == 0 || pe->coff_count == 0) {
        return;
    }
    if (!hw_read_tail(&pe->file, pe->coff_off + n, &r)) {
        hw_pe_odd(pe, "bad-offset", pe->nt_off + 12ULL, 8, "the COFF symbols are not in the file");
        return;
    }
    if (hw_read_left(&r) >= 4 && hw_read_u32le(&r, &strings)) {
        n += strings < 4 ? 4 : strings;
    }
    hw_pe_number(pe, "pe.coff-symbols", pe->coff_count);
    hw_pe_claim(pe, "coff-symbols", pe->coff_off, n);
}

/* The greatest end of raw data any section states. */
static uint64_t sections_end(const struct hw_pe *pe)
{
    uint64_t end = 0;
    for (size_t i = 0; i < pe->section_count; i++) {
        uint64_t stop = (uint64_t)pe->sections[i].raw_off + pe->sections[i].raw_size;
        end = pe->sections[i].raw_size > 0 && stop > end ? stop : end;
    }
    return end;
}

static struct hw_pe_layout layout_of(const struct hw_pe *pe)
{
    struct hw_pe_dir table = pe->dirs[HW_PE_DIR_SECURITY];
    struct hw_pe_layout layout = {.file = pe->n->bytes,
                                  .checksum_off = (uint64_t)pe->opt_off + 64,
                                  .security_off = 0,
                                  .table_off = table.rva,
                                  .table_size = table.size,
                                  .headers_size = pe->headers_size,
                                  .sections_end = sections_end(pe)};
    if (pe->dir_count > HW_PE_DIR_SECURITY) {
        layout.security_off = (uint64_t)pe->dirs_off + 8 * HW_PE_DIR_SECURITY;
    }
    return layout;
}

static void measure(struct hw_pe *pe)
{
    struct hw_pe_layout layout = layout_of(pe);
    struct hw_span parts[HW_PE_PARTS];
    hw_pe_measure(pe, parts, hw_authenticode_parts(&layout, parts));
}

static void signatures(struct hw_pe *pe)
{
    struct hw_pe_layout layout = layout_of(pe);
    bool has_table = layout.table_off != 0 && layout.table_size != 0;
    hw_pe_number(pe, "pe.signed", has_table);
    if (has_table) {
        hw_pe_claim(pe, "certificate-table", layout.table_off, layout.table_size);
    }
    layout.code = pe->code_known ? pe->code : NULL;
    pe->code_known = hw_authenticode(pe->x, pe->n, &layout, pe->code_known ? NULL : pe->code);
    if (pe->code_known) {
        hw_pe_hex(pe, "pe.code-sha256", (struct hw_span){pe->code, 32});
    }
}

static struct hw_span either(struct hw_span a, struct hw_span b)
{
    return a.n > 0 ? a : b;
}

static void put_text(struct hw_pe *pe, struct hw_fact *f, unsigned field, struct hw_span text,
                     size_t max)
{
    if (text.n > 0) {
        hw_fact_span(f, field, hw_exam_text(pe->x, text, max));
    }
}

/* Satellite files name themselves after the file they translate. */
static struct hw_span without_mui(struct hw_span name)
{
    if (name.n > 4 && hw_span_equal_nocase(hw_span_from(name, name.n - 4), HW_SPAN_LIT(".mui"))) {
        name.n -= 4;
    }
    return name;
}

static void say_component(struct hw_pe *pe, const struct hw_pe_claims *c)
{
    struct hw_fact f;
    char machine[24];
    const char *word = hw_pe_machine_word(pe->machine);
    if (!c->any) {
        return;
    }
    (void)snprintf(machine, sizeof machine, "machine-%x", pe->machine);
    hw_fact_about(&f, HW_FACT_COMPONENT, pe->n->number);
    hw_fact_str(&f, HW_COMPONENT_SOURCE, "version-resource");
    struct hw_span original = without_mui(c->original);
    put_text(pe, &f, HW_COMPONENT_NAME, either(original, either(c->internal, c->product)), 1024);
    put_text(pe, &f, HW_COMPONENT_VERSION, either(c->version, c->fixed), 256);
    put_text(pe, &f, HW_COMPONENT_VENDOR, c->vendor, 1024);
    put_text(pe, &f, HW_COMPONENT_ORIGINAL, original, 1024);
    put_text(pe, &f, HW_COMPONENT_PRODUCT, c->product, 1024);
    hw_fact_str(&f, HW_COMPONENT_MACHINE, word == NULL ? machine : word);
    if (pe->code_known) {
        hw_fact_span(&f, HW_COMPONENT_CODE, (struct hw_span){pe->code, 32});
    }
    hw_say(pe->x, &f);
}

static void read_chapters(struct hw_pe *pe)
{
    struct hw_pe_claims claims = {0};
    hw_pe_map(pe);
    hw_pe_say_headers(pe);
    hw_pe_rich(pe);
    measure(pe);
    hw_pe_sections(pe);
    claim_coff(pe);
    hw_pe_imports(pe);
    hw_pe_exports(pe);
    hw_pe_debug(pe);
    hw_pe_runtime(pe);
    hw_pe_resources(pe, &claims);
    hw_pe_checksum(pe);
    signatures(pe);
    say_component(pe, &claims);
    hw_pe_account(pe);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_pe *pe = hw_arena_alloc(x->arena, sizeof *pe);
    if (pe == NULL) {
        hw_say_anomaly(x, n, "over-budget", 0, 0, "no memory to read the image");
        hw_say_degree(n, HW_REFUSED, "no memory to read the image");
        return;
    }
    pe->x = x;
    pe->n = n;
    pe->size = n->bytes.n;
    hw_node_reader(x, n, &pe->file);
    bool readable = hw_pe_read_headers(pe);
    pe->extents = hw_arena_array(x->arena, pe->section_count + EXTRA_EXTENTS, sizeof *pe->extents);
    pe->extent_room = pe->extents == NULL ? 0 : pe->section_count + EXTRA_EXTENTS;
    if (readable) {
        read_chapters(pe);
        hw_pe_examine_members(pe);
    }
}

const struct hw_format hw_format_pe = {.word = "pe", .probe = probe, .examine = examine};
