/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_headers.c -- DOS header, COFF header, optional header, directories and the section table.
 *
 * "PE Format" (Microsoft), sections "MS-DOS Stub" to "Section Table"; where the loader of Windows
 * is stricter or milder than that text, the comment at the check says so.
 *
 *   0     "MZ", ... e_lfanew at 60       +24   optional header: 96 (PE32) or 112 (PE32+) bytes,
 *   e_lfanew: "PE\0\0"                         then 8 bytes for each directory
 *   +4    COFF header, 20 bytes          +24 + SizeOfOptionalHeader: 40 bytes for each section
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>
#include <string.h>

enum {
    PE32 = 0x10b,
    PE32_PLUS = 0x20b,
    COFF_SYMBOL_BYTES = 18,
    SECTION_BYTES = 40,
    PAGE = 0x1000,
    SECTOR = 0x200,
    EXECUTABLE_IMAGE = 0x0002,
    IS_DLL = 0x2000,
};

static bool read_dos(struct hw_pe *pe, struct hw_reader *nt)
{
    struct hw_reader r = pe->file;
    uint32_t at;
    if (!hw_read_magic(&r, "MZ", 2) || !hw_read_skip(&r, 58) || !hw_read_u32le(&r, &at)) {
        hw_pe_fault(pe, &r, "the DOS header");
        return false;
    }
    pe->nt_off = at;
    if (!hw_read_tail(&pe->file, at, nt)) {
        hw_pe_broken(pe, "truncated", pe->size, 0, "the PE header should stand at %u", at);
        return false;
    }
    if (!hw_read_magic(nt, "PE\0\0", 4)) {
        hw_pe_fault(pe, nt, "the PE signature");
        return false;
    }
    if (at < 64) {
        hw_pe_odd(pe, "overlap", at, 0, "the PE header lies over the DOS header");
    }
    if (at % 4 != 0) {
        hw_pe_odd(pe, "bad-alignment", 60, 4, "the PE header stands at an unaligned place");
    }
    return true;
}

static bool read_coff(struct hw_pe *pe, struct hw_reader *r)
{
    if (!hw_read_u16le(r, &pe->machine) || !hw_read_u16le(r, &pe->section_claims) ||
        !hw_read_u32le(r, &pe->timestamp) || !hw_read_u32le(r, &pe->coff_off) ||
        !hw_read_u32le(r, &pe->coff_count) || !hw_read_u16le(r, &pe->opt_size) ||
        !hw_read_u16le(r, &pe->characteristics)) {
        hw_pe_fault(pe, r, "the COFF header");
        return false;
    }
    return true;
}

static bool read_image_base(struct hw_reader *r, bool plus, uint64_t *out)
{
    uint32_t base_of_data, base;
    if (plus) {
        return hw_read_u64le(r, out);
    }
    if (!hw_read_u32le(r, &base_of_data) || !hw_read_u32le(r, &base)) {
        return false;
    }
    *out = base;
    return true;
}

static bool read_optional(struct hw_pe *pe, struct hw_reader *r)
{
    uint16_t magic;
    pe->opt_off = (uint32_t)hw_read_where(r);
    if (!hw_read_u16le(r, &magic)) {
        hw_pe_fault(pe, r, "the optional header");
        return false;
    }
    if (magic != PE32 && magic != PE32_PLUS) {
        hw_pe_broken(pe, "bad-header", pe->opt_off, 2, "optional header of unknown kind %#x",
                     magic);
        return false;
    }
    pe->plus = magic == PE32_PLUS;
    uint32_t claimed;
    if (!hw_read_u8(r, &pe->linker_major) || !hw_read_u8(r, &pe->linker_minor) ||
        !hw_read_skip(r, 12) || !hw_read_u32le(r, &pe->entry) || !hw_read_skip(r, 4) ||
        !read_image_base(r, pe->plus, &pe->image_base) || !hw_read_u32le(r, &pe->section_align) ||
        !hw_read_u32le(r, &pe->file_align) || !hw_read_skip(r, 16) ||
        !hw_read_u32le(r, &pe->image_size) || !hw_read_u32le(r, &pe->headers_size) ||
        !hw_read_u32le(r, &pe->checksum) || !hw_read_u16le(r, &pe->subsystem) ||
        !hw_read_u16le(r, &pe->dll_characteristics) || !hw_read_skip(r, pe->plus ? 36 : 20) ||
        !hw_read_u32le(r, &claimed)) {
        hw_pe_fault(pe, r, "the optional header");
        return false;
    }
    pe->dirs_off = (uint32_t)hw_read_where(r);
    if (claimed > HW_PE_DIR_COUNT) {
        hw_pe_odd(pe, "bad-count", pe->dirs_off - 4U, 4, "%u directories claimed, 16 exist",
                  claimed);
        claimed = HW_PE_DIR_COUNT;
    }
    for (uint32_t i = 0; i < claimed; i++) {
        if (!hw_read_u32le(r, &pe->dirs[i].rva) || !hw_read_u32le(r, &pe->dirs[i].size)) {
            pe->dirs[i] = (struct hw_pe_dir){0, 0};
            hw_pe_fault(pe, r, "the directories");
            break;
        }
        pe->dir_count = i + 1;
    }
    return true;
}

/* "/123": MinGW keeps names over 8 bytes in the COFF string table, behind the symbols. */
static struct hw_span spelled_out(struct hw_pe *pe, struct hw_span name)
{
    if (name.n < 2 || name.p[0] != '/' || pe->coff_off == 0) {
        return name;
    }
    uint64_t at = 0;
    struct hw_reader digits, r;
    struct hw_span full;
    uint8_t c;
    hw_reader_init(&digits, name, pe->file.fuel);
    if (!hw_read_skip(&digits, 1)) {
        return name;
    }
    while (hw_read_left(&digits) > 0 && hw_read_u8(&digits, &c)) {
        if (c < '0' || c > '9') {
            return name;
        }
        at = at * 10 + (uint64_t)(c - '0');
    }
    uint64_t table = (uint64_t)pe->coff_off + (uint64_t)pe->coff_count * COFF_SYMBOL_BYTES;
    if (!hw_read_tail(&pe->file, table + at, &r) || !hw_read_cstr(&r, 255, &full)) {
        hw_pe_odd(pe, "bad-offset", table + at, 0, "a section's long name is not there");
        return name;
    }
    return full;
}

static struct hw_span until_nul(struct hw_span s)
{
    const uint8_t *nul = s.n == 0 ? NULL : memchr(s.p, 0, s.n);
    return nul == NULL ? s : (struct hw_span){s.p, (size_t)(nul - s.p)};
}

static bool read_section(struct hw_pe *pe, struct hw_reader *r, struct hw_pe_section *s)
{
    struct hw_span name;
    if (!hw_reader_item(r) || !hw_read_bytes(r, 8, &name) || !hw_read_u32le(r, &s->vsize) ||
        !hw_read_u32le(r, &s->va) || !hw_read_u32le(r, &s->raw_size) ||
        !hw_read_u32le(r, &s->raw_off) || !hw_read_skip(r, 12) || !hw_read_u32le(r, &s->flags)) {
        hw_pe_fault(pe, r, "the section table");
        return false;
    }
    s->name = spelled_out(pe, until_nul(name));
    if (s->raw_off < pe->size) {
        uint64_t left = pe->size - s->raw_off;
        s->have = s->raw_size < left ? s->raw_size : left;
    }
    return true;
}

static void read_sections(struct hw_pe *pe)
{
    struct hw_reader r;
    pe->table_off = (uint64_t)pe->opt_off + pe->opt_size;
    pe->table_end = pe->table_off + (uint64_t)pe->section_claims * SECTION_BYTES;
    if (pe->section_claims == 0) {
        return;
    }
    if (!hw_read_tail(&pe->file, pe->table_off, &r)) {
        hw_pe_broken(pe, "truncated", pe->size, 0, "the section table should stand at %llu",
                     (unsigned long long)pe->table_off);
        return;
    }
    size_t room = hw_read_left(&r) / SECTION_BYTES;
    room = room < pe->section_claims ? room : pe->section_claims;
    pe->sections = hw_arena_array(pe->x->arena, room, sizeof *pe->sections);
    if (pe->sections == NULL) {
        hw_pe_broken(pe, "over-budget", pe->table_off, 0, "no memory for %zu sections", room);
        return;
    }
    for (size_t i = 0; i < room && read_section(pe, &r, &pe->sections[i]); i++) {
        pe->section_count = i + 1;
    }
    if (room < pe->section_claims) {
        hw_pe_broken(pe, "truncated", pe->size, 0, "%u sections claimed, the file holds %zu",
                     pe->section_claims, room);
    }
}

static bool power_of_two(uint32_t v)
{
    return v != 0 && (v & (v - 1)) == 0;
}

/* What the loader checks before it looks at any section. Below a page of section alignment it maps
 * the file flat and wants both alignments equal. */
static void check_alignment(struct hw_pe *pe)
{
    bool flat = pe->section_align < PAGE;
    if (!power_of_two(pe->section_align) || !power_of_two(pe->file_align) ||
        pe->file_align > pe->section_align) {
        hw_pe_odd(pe, "bad-alignment", pe->opt_off + 32U, 8,
                  "sections aligned to %u in memory and %u in the file", pe->section_align,
                  pe->file_align);
    } else if (flat ? pe->file_align != pe->section_align : pe->file_align < SECTOR) {
        hw_pe_odd(pe, "bad-alignment", pe->opt_off + 36U, 4,
                  "file alignment %u does not go with section alignment %u", pe->file_align,
                  pe->section_align);
    }
    if (pe->image_base % 0x10000 != 0) {
        hw_pe_odd(pe, "bad-alignment", pe->opt_off + (pe->plus ? 24U : 28U), pe->plus ? 8 : 4,
                  "image base %#llx is not a multiple of 64 KiB",
                  (unsigned long long)pe->image_base);
    }
}

static void check_headers(struct hw_pe *pe)
{
    uint64_t fixed = pe->plus ? 112 : 96;
    if (pe->opt_size < fixed + 8ULL * pe->dir_count) {
        hw_pe_odd(pe, "overlap", pe->table_off, 0,
                  "the section table begins inside the optional header");
    }
    if (pe->headers_size < pe->table_end) {
        hw_pe_odd(pe, "bad-size", pe->opt_off + 60U, 4,
                  "SizeOfHeaders %u ends before the section table", pe->headers_size);
    }
    if (pe->headers_size > pe->size) {
        hw_pe_broken(pe, "truncated", pe->size, 0, "SizeOfHeaders is %u", pe->headers_size);
    }
    if ((pe->characteristics & EXECUTABLE_IMAGE) == 0) {
        hw_pe_odd(pe, "bad-value", pe->nt_off + 22ULL, 2, "not marked as an executable image");
    }
    bool wide = pe->machine == 0x8664 || pe->machine == 0xaa64 || pe->machine == 0x200;
    if ((wide && !pe->plus) || (pe->machine == 0x14c && pe->plus)) {
        hw_pe_odd(pe, "two-stories", pe->nt_off + 4ULL, 2,
                  "machine %#x and the kind of optional header contradict each other", pe->machine);
    }
    if (pe->section_claims == 0) {
        hw_pe_odd(pe, "bad-count", pe->nt_off + 6ULL, 2, "no sections");
    }
    check_alignment(pe);
}

bool hw_pe_read_headers(struct hw_pe *pe)
{
    struct hw_reader r;
    if (!read_dos(pe, &r) || !read_coff(pe, &r) || !read_optional(pe, &r)) {
        return false;
    }
    read_sections(pe);
    check_headers(pe);
    return true;
}

static void say_entry(struct hw_pe *pe)
{
    hw_pe_number(pe, "pe.entry-point", pe->entry);
    if (pe->entry == 0) {
        if ((pe->characteristics & IS_DLL) == 0) {
            hw_pe_odd(pe, "bad-value", pe->opt_off + 16U, 4, "a program without an entry point");
        }
        return;
    }
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct hw_pe_section *s = &pe->sections[i];
        uint32_t n = s->vsize > s->raw_size ? s->vsize : s->raw_size;
        if (pe->entry >= s->va && pe->entry - s->va < n) {
            hw_say_text(pe->x, pe->n, "pe.entry-section", s->name);
            return;
        }
    }
    hw_pe_odd(pe, "bad-offset", pe->opt_off + 16U, 4, "the entry point %#x lies in no section",
              pe->entry);
}

void hw_pe_say_headers(struct hw_pe *pe)
{
    char words[32];
    const char *machine = hw_pe_machine_word(pe->machine);
    const char *subsystem = hw_pe_subsystem_word(pe->subsystem);
    hw_pe_words(pe, "pe.kind", pe->plus ? "pe32-plus" : "pe32");
    hw_pe_numbered(pe, "pe.machine", pe->machine,
                   machine == NULL ? HW_SPAN_LIT("unknown")
                                   : (struct hw_span){(const uint8_t *)machine, strlen(machine)});
    hw_pe_number(pe, "pe.characteristics", pe->characteristics);
    hw_pe_number(pe, "pe.library", (pe->characteristics & IS_DLL) != 0);
    hw_pe_numbered(pe, "pe.subsystem", pe->subsystem,
                   subsystem == NULL
                       ? HW_SPAN_LIT("unknown")
                       : (struct hw_span){(const uint8_t *)subsystem, strlen(subsystem)});
    hw_pe_number(pe, "pe.dll-characteristics", pe->dll_characteristics);
    (void)snprintf(words, sizeof words, "%u.%02u", pe->linker_major, pe->linker_minor);
    hw_pe_words(pe, "pe.linker", words);
    hw_pe_number(pe, "pe.timestamp", pe->timestamp);
    hw_pe_number(pe, "pe.image-base", pe->image_base);
    hw_pe_number(pe, "pe.image-size", pe->image_size);
    hw_pe_number(pe, "pe.headers-size", pe->headers_size);
    hw_pe_number(pe, "pe.sections", pe->section_count);
    hw_pe_number(pe, "pe.nt-header", pe->nt_off);
    say_entry(pe);
}
