/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_exports.c -- what a library offers, forwarders included.
 *
 * "PE Format", "The .edata Section". 40 bytes of directory lead to three tables: addresses (by
 * ordinal), names (sorted), and for each name its place among the addresses. An address that lies
 * inside the export directory is no address but the text "MODULE.symbol": a forwarder.
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>

enum { NAME_MAX_READ = 4096, ORDINALS = 65536 };

struct exports {
    struct hw_pe *pe;
    struct hw_pe_list list;
    struct hw_reader addresses, names, places;
    uint32_t base, address_count, name_count;
    uint8_t *named; /* a byte for each address, up to ORDINALS */
    uint64_t symbols, forwards;
};

static bool read_name(struct hw_pe *pe, uint32_t rva, struct hw_span *out)
{
    struct hw_reader r;
    return hw_pe_at(pe, rva, &r, NULL) && hw_read_cstr(&r, NAME_MAX_READ, out);
}

static bool address_of(struct exports *e, uint64_t i, uint32_t *out)
{
    struct hw_reader r;
    return i < e->address_count && hw_read_window(&e->addresses, i * 4, 4, &r) &&
           hw_read_u32le(&r, out);
}

/* Adds the symbol with the target of its forwarder, where it is one. */
static bool add(struct exports *e, struct hw_span name, uint64_t i)
{
    const struct hw_pe_dir *d = &e->pe->dirs[HW_PE_DIR_EXPORT];
    struct hw_span target = {NULL, 0};
    uint32_t rva = 0;
    if (!address_of(e, i, &rva)) {
        hw_pe_odd(e->pe, "bad-offset", 0, 0, "an exported name leads to place %llu of %u",
                  (unsigned long long)i, e->address_count);
    } else if (rva >= d->rva && rva - d->rva < d->size) {
        if (!read_name(e->pe, rva, &target) || target.n == 0) {
            hw_pe_odd(e->pe, "bad-offset", 0, 0, "a forwarder at %#x is no text", rva);
            target = HW_SPAN_LIT("?");
        }
        e->forwards++;
    }
    e->symbols++;
    return hw_pe_list_add(e->pe, &e->list, name, target);
}

static bool add_named(struct exports *e)
{
    uint32_t rva;
    uint16_t place;
    struct hw_span name;
    struct hw_reader *r = &e->names;
    for (uint32_t i = 0; i < e->name_count; i++) {
        if (!hw_reader_item(r) || !hw_read_u32le(r, &rva) || !hw_read_u16le(&e->places, &place)) {
            hw_pe_fault(e->pe, hw_reader_ok(r) ? &e->places : r, "the table of exported names");
            return false;
        }
        if (!read_name(e->pe, rva, &name)) {
            hw_pe_odd(e->pe, "bad-offset", hw_read_where(r) - 4, 4,
                      "an exported name should stand at %#x", rva);
            continue;
        }
        e->named[place] = 1;
        if (!add(e, name, place)) {
            return false;
        }
    }
    return true;
}

static void add_nameless(struct exports *e)
{
    uint32_t rva;
    char name[24];
    for (uint32_t i = 0; i < e->address_count && i < ORDINALS; i++) {
        if (!hw_reader_item(&e->addresses)) {
            hw_pe_fault(e->pe, &e->addresses, "the export addresses");
            return;
        }
        if (e->named[i] != 0 || !address_of(e, i, &rva) || rva == 0) {
            continue;
        }
        int n = snprintf(name, sizeof name, "#%llu", (unsigned long long)e->base + i);
        if (!add(e, (struct hw_span){(const uint8_t *)name, (size_t)n}, i)) {
            return;
        }
    }
}

/* Opens the table of `count` things at rva; cuts count to what is there. */
static bool open_table(struct hw_pe *pe, uint32_t rva, uint32_t *count, size_t each,
                       struct hw_reader *out, const char *what)
{
    if (*count == 0) {
        *out = pe->file;
        return true;
    }
    if (!hw_pe_at(pe, rva, out, NULL)) {
        hw_pe_odd(pe, "bad-offset", 0, 0, "%s should stand at %#x", what, rva);
        return false;
    }
    size_t fit = hw_read_left(out) / each;
    if (fit < *count) {
        hw_pe_broken(pe, "bad-count", hw_read_where(out), 0, "%s: %u claimed, %zu fit", what,
                     *count, fit);
        *count = (uint32_t)fit;
    }
    return true;
}

static void walk(struct exports *e, struct hw_reader *r)
{
    struct hw_pe *pe = e->pe;
    uint32_t name, addresses, names, places, stamp;
    struct hw_span module = {NULL, 0};
    if (!hw_read_skip(r, 4) || !hw_read_u32le(r, &stamp) || !hw_read_skip(r, 4) ||
        !hw_read_u32le(r, &name) || !hw_read_u32le(r, &e->base) ||
        !hw_read_u32le(r, &e->address_count) || !hw_read_u32le(r, &e->name_count) ||
        !hw_read_u32le(r, &addresses) || !hw_read_u32le(r, &names) || !hw_read_u32le(r, &places)) {
        hw_pe_fault(pe, r, "the export directory");
        return;
    }
    if (name != 0 && !read_name(pe, name, &module)) {
        hw_pe_odd(pe, "bad-offset", 0, 0, "the library's own name should stand at %#x", name);
    }
    e->named = hw_arena_alloc(pe->x->arena, ORDINALS);
    if (e->named == NULL) {
        hw_pe_broken(pe, "over-budget", 0, 0, "no memory for the exports");
        return;
    }
    hw_pe_list_begin(&e->list, HW_FACT_EXPORT, module);
    uint32_t place_count = e->name_count;
    if (open_table(pe, addresses, &e->address_count, 4, &e->addresses, "export addresses") &&
        open_table(pe, names, &e->name_count, 4, &e->names, "export names") &&
        open_table(pe, places, &place_count, 2, &e->places, "export ordinals") && add_named(e)) {
        add_nameless(e);
    }
    hw_pe_list_end(pe, &e->list);
    hw_pe_number(pe, "pe.exports", e->symbols);
    hw_pe_number(pe, "pe.export-forwards", e->forwards);
}

void hw_pe_exports(struct hw_pe *pe)
{
    struct exports e = {.pe = pe};
    struct hw_reader r;
    if (pe->dirs[HW_PE_DIR_EXPORT].rva == 0) {
        return;
    }
    if (!hw_pe_at(pe, pe->dirs[HW_PE_DIR_EXPORT].rva, &r, NULL)) {
        hw_pe_odd(pe, "bad-offset", pe->dirs_off, 8, "the exports stand nowhere in the file");
        return;
    }
    walk(&e, &r);
}
