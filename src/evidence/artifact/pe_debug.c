/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_debug.c -- the debug directory: where the symbols are, and whether the build is reproducible.
 *
 * "PE Format", "The .debug Section": entries of 28 bytes. CodeView "RSDS" is a GUID, an age and the
 * path of the PDB; REPRO (16) says that time stamps are a hash of the content, and may carry it.
 */
#include "evidence/artifact/pe_image.h"

#include <stdio.h>

enum {
    ENTRY_BYTES = 28,
    CODEVIEW = 2,
    REPRO = 16,
    PATH_MAX_READ = 4096,
    TYPES = 32,
};

struct entry {
    uint32_t timestamp, type, size, rva, off;
};

static const char *const type_words[TYPES] = {
    [1] = "coff",
    [2] = "codeview",
    [3] = "fpo",
    [4] = "misc",
    [5] = "exception",
    [6] = "fixup",
    [7] = "omap-to",
    [8] = "omap-from",
    [9] = "borland",
    [10] = "reserved10",
    [11] = "clsid",
    [12] = "vc-feature",
    [13] = "pogo",
    [14] = "iltcg",
    [15] = "mpx",
    [16] = "repro",
    [17] = "embedded-pdb",
    [19] = "pdb-checksum",
    [20] = "ex-dll-characteristics",
};

static void say_guid(struct hw_pe *pe, struct hw_reader *r)
{
    uint32_t a;
    uint16_t b, c;
    struct hw_span d;
    char text[48];
    if (!hw_read_u32le(r, &a) || !hw_read_u16le(r, &b) || !hw_read_u16le(r, &c) ||
        !hw_read_bytes(r, 8, &d)) {
        return;
    }
    (void)snprintf(text, sizeof text, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", a, b, c,
                   d.p[0], d.p[1], d.p[2], d.p[3], d.p[4], d.p[5], d.p[6], d.p[7]);
    hw_pe_words(pe, "pe.pdb-guid", text);
}

static void codeview(struct hw_pe *pe, struct hw_reader *r)
{
    uint32_t age;
    struct hw_span kind, path;
    if (!hw_read_bytes(r, 4, &kind)) {
        hw_pe_fault(pe, r, "a CodeView entry");
        return;
    }
    if (hw_span_equal(kind, HW_SPAN_LIT("RSDS"))) {
        say_guid(pe, r);
    } else if (!hw_span_equal(kind, HW_SPAN_LIT("NB10")) || !hw_read_skip(r, 8)) {
        return; /* older kinds hold the symbols themselves */
    }
    struct hw_span rest;
    if (!hw_read_u32le(r, &age)) {
        hw_pe_fault(pe, r, "a CodeView entry");
        return;
    }
    hw_pe_number(pe, "pe.pdb-age", age);
    rest = hw_reader_rest(r);
    if (hw_read_cstr(r, PATH_MAX_READ, &path)) {
        hw_say_text(pe->x, pe->n, "pe.pdb", path);
    } else if (rest.n > 0) {
        hw_pe_odd(pe, "bad-size", hw_read_where(r), 0, "the PDB path has no end");
    }
}

static void repro(struct hw_pe *pe, struct hw_reader *r)
{
    uint32_t n;
    struct hw_span hash;
    if (hw_read_left(r) >= 4 && hw_read_u32le(r, &n) && hw_read_bytes(r, n, &hash)) {
        hw_pe_hex(pe, "pe.repro-hash", hash);
    }
}

/* Where the entry's data stand: by file offset as debuggers read them. The address, where there is
 * one, must lead to the same place. */
static bool open_data(struct hw_pe *pe, const struct entry *e, uint64_t at, struct hw_reader *out)
{
    uint64_t mapped;
    if (e->size == 0) {
        return hw_read_window(&pe->file, 0, 0, out);
    }
    if (e->rva != 0 && e->off != 0 && hw_pe_offset(pe, e->rva, &mapped) && mapped != e->off) {
        hw_pe_odd(pe, "two-stories", at + 20, 8,
                  "debug data stand at %#x in memory (%llu in the file) and at %u in the file",
                  e->rva, (unsigned long long)mapped, e->off);
    }
    if (e->off != 0 && hw_read_window(&pe->file, e->off, e->size, out)) {
        hw_pe_claim(pe, "debug-data", e->off, e->size);
        return true;
    }
    if (e->off == 0 && hw_pe_window(pe, e->rva, e->size, out)) {
        return true;
    }
    hw_pe_odd(pe, "bad-offset", at + 16, 12, "debug data of type %u (%u bytes) are not in the file",
              e->type, e->size);
    return false;
}

static void say_entry(struct hw_pe *pe, const struct entry *e, uint64_t at)
{
    struct hw_reader r;
    char other[24];
    const char *word = e->type < TYPES ? type_words[e->type] : NULL;
    if (word == NULL) {
        (void)snprintf(other, sizeof other, "type-%u", e->type);
        word = other;
    }
    hw_pe_words(pe, "pe.debug", word);
    if (!open_data(pe, e, at, &r)) {
        return;
    }
    if (e->type == CODEVIEW) {
        codeview(pe, &r);
    } else if (e->type == REPRO) {
        repro(pe, &r);
    }
}

void hw_pe_debug(struct hw_pe *pe)
{
    const struct hw_pe_dir *d = &pe->dirs[HW_PE_DIR_DEBUG];
    struct hw_reader r;
    struct entry e;
    bool hashed = false;
    uint32_t count = d->size / ENTRY_BYTES;
    if (d->rva != 0 && d->size != 0 && !hw_pe_window(pe, d->rva, d->size, &r)) {
        hw_pe_odd(pe, "bad-offset", pe->dirs_off + 48U, 8,
                  "the debug directory stands nowhere in the file");
        count = 0;
    }
    if (count > HW_PE_MAX_DEBUG) {
        hw_pe_odd(pe, "bad-count", pe->dirs_off + 52U, 4, "%u debug entries, %d are read", count,
                  HW_PE_MAX_DEBUG);
        count = HW_PE_MAX_DEBUG;
    }
    for (uint32_t i = 0; d->rva != 0 && i < count; i++) {
        uint64_t at = hw_read_where(&r);
        if (!hw_reader_item(&r) || !hw_read_skip(&r, 4) || !hw_read_u32le(&r, &e.timestamp) ||
            !hw_read_skip(&r, 4) || !hw_read_u32le(&r, &e.type) || !hw_read_u32le(&r, &e.size) ||
            !hw_read_u32le(&r, &e.rva) || !hw_read_u32le(&r, &e.off)) {
            hw_pe_fault(pe, &r, "the debug directory");
            break;
        }
        hashed = hashed || e.type == REPRO;
        say_entry(pe, &e, at);
    }
    hw_pe_number(pe, "pe.reproducible", hashed);
}
