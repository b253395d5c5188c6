/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_inside.c -- programs that carry other files: self-extractors and installers.
 *
 * What stands behind the last section, or in a resource, and is a box of a known kind, is examined
 * as a member. Installers that this version does not open are named as unopened boxes:
 * NSIS by its first header (fileform.h of NSIS: flags, 0xDEADBEEF, "NullsoftInst", on a multiple of
 * 512 from the start of the overlay) and Inno Setup by "Inno Setup Setup Data (" together with its
 * loader's offset table (SetupLdr). A self-extractor's text configuration before 7z data is
 * ";!@Install@!UTF-8!" ... ";!@InstallEnd@!" (7-Zip's sfx.txt).
 */
#include "evidence/artifact/pe_image.h"

#include <string.h>

#include "base/text.h"
#include "evidence/artifact/pe.h"
#include "evidence/artifact/zip.h"

enum { SFX_CONFIG = 64 * 1024, ZIP_END = 22 + 65535 };

#define STARTS(s, lit) (starts((s), lit, sizeof(lit) - 1))
static bool starts(struct hw_span s, const char *magic, size_t n)
{
    return s.n >= n && memcmp(s.p, magic, n) == 0;
}

static bool holds(struct hw_span s, const char *needle, size_t n, size_t *out_at)
{
    const uint8_t *p = s.n == 0 ? NULL : memmem(s.p, s.n, needle, n);
    if (p == NULL) {
        return false;
    }
    *out_at = (size_t)(p - s.p);
    return true;
}

static bool is_pe(struct hw_span s)
{
    struct hw_budget fuel = {.bytes = 4096, .items = 64, .depth = 4};
    return STARTS(s, "MZ") && hw_format_pe.probe(s, &fuel) >= 32;
}

bool hw_pe_is_box(struct hw_span s)
{
    return STARTS(s, "PK\x03\x04") || STARTS(s, "7z\xbc\xaf\x27\x1c") ||
           STARTS(s, "MSCF\0\0\0\0") || STARTS(s, "Rar!\x1a\x07") ||
           STARTS(s, "\xfd"
                     "7zXZ\0") ||
           STARTS(s, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") || STARTS(s, "\x28\xb5\x2f\xfd") ||
           STARTS(s, "\x1f\x8b\x08") || is_pe(s);
}

void hw_pe_member(struct hw_pe *pe, struct hw_span name, struct hw_span bytes, uint64_t off)
{
    if (pe->member_count >= HW_PE_MAX_RESOURCE_MEMBERS) {
        if (pe->member_count++ == HW_PE_MAX_RESOURCE_MEMBERS) {
            hw_say_unopened(pe->x, pe->n, "too-many", name, off, bytes.n,
                            "more boxes inside than are opened for one program");
        }
        return;
    }
    /* Together no more than the file: members that lie over each other could else nest without
     * end. */
    if (bytes.n > pe->size - pe->given_bytes || bytes.n >= pe->size) {
        hw_pe_odd(pe, "bomb-overlap", off, bytes.n, "boxes inside lie over each other");
        return;
    }
    uint8_t *copy = hw_arena_copy(pe->x->arena, name);
    if (copy == NULL) {
        return;
    }
    pe->given_bytes += bytes.n;
    pe->members[pe->member_count++] = (struct hw_pe_member){{copy, name.n}, bytes, off};
}

/* Where a ZIP may begin although other bytes stand before it: its end record is at the end. */
static bool ends_as_zip(struct hw_span s)
{
    size_t at, from = s.n > ZIP_END ? s.n - ZIP_END : 0;
    return holds(hw_span_from(s, from), "PK\x05\x06", 4, &at) && from + at + 22 <= s.n;
}

/* Where the ZIP ends that the auction finds in the whole file and has read as part of it. */
static bool outer_zip(struct hw_pe *pe, uint64_t *out_end)
{
    struct hw_span file = pe->n->bytes;
    size_t from = file.n > ZIP_END ? file.n - ZIP_END : 0, at;
    if ((hw_format_zip.probe(file, &pe->x->fuel) & ~HW_BID_ELSEWHERE) < 32) {
        return false;
    }
    bool found = false;
    while (holds(hw_span_from(file, from), "PK\x05\x06", 4, &at)) {
        *out_end = from + at;
        from += at + 4;
        found = true;
    }
    return found;
}

bool hw_pe_is_outer_zip(struct hw_pe *pe, uint64_t off, uint64_t n)
{
    if (!pe->zip_sought) {
        pe->zip_sought = true;
        pe->zip_found = outer_zip(pe, &pe->zip_end);
    }
    return pe->zip_found && pe->zip_end >= off && pe->zip_end - off < n;
}

static bool installer(struct hw_pe *pe, struct hw_span overlay, uint64_t off)
{
    size_t at;
    if (holds(overlay, "\xef\xbe\xad\xdeNullsoftInst", 16, &at) && at >= 4) {
        hw_pe_words(pe, "pe.overlay", "nsis");
        hw_say_unopened(pe->x, pe->n, "nsis", (struct hw_span){NULL, 0}, off + at - 4,
                        overlay.n - at + 4, "NSIS installers are not opened yet");
        return true;
    }
    if (pe->inno_table && holds(overlay, "Inno Setup Setup Data (", 23, &at)) {
        hw_pe_words(pe, "pe.overlay", "inno");
        hw_say_unopened(pe->x, pe->n, "inno", (struct hw_span){NULL, 0}, off, overlay.n,
                        "Inno Setup installers are not opened yet");
        return true;
    }
    return false;
}

void hw_pe_overlay_box(struct hw_pe *pe, uint64_t off, uint64_t n)
{
    struct hw_reader r;
    struct hw_span bytes;
    size_t at;
    if (!hw_read_window(&pe->file, off, n, &r)) {
        return;
    }
    bytes = hw_reader_rest(&r);
    if (installer(pe, bytes, off)) {
        return;
    }
    if (STARTS(bytes, "\xef\xbb\xbf;!@Install@!") || STARTS(bytes, ";!@Install@!")) {
        if (holds(hw_span_cut(bytes, 0, SFX_CONFIG), "7z\xbc\xaf\x27\x1c", 6, &at)) {
            bytes = hw_span_from(bytes, at);
            off += at;
        }
    }
    if (hw_pe_is_outer_zip(pe, off, bytes.n)) {
        hw_pe_words(pe, "pe.overlay", "zip"); /* by the ZIP reader, as part of this very file */
    } else if (hw_pe_is_box(bytes) || ends_as_zip(bytes)) {
        hw_pe_words(pe, "pe.overlay", "box");
        hw_pe_member(pe, HW_SPAN_LIT("[overlay]"), bytes, off);
    }
}

/* A program is no box, so the auction lets it be read at any depth; what it carries is not. */
void hw_pe_examine_members(struct hw_pe *pe)
{
    size_t count = pe->member_count;
    count = count < HW_PE_MAX_RESOURCE_MEMBERS ? count : HW_PE_MAX_RESOURCE_MEMBERS;
    for (size_t i = 0; i < count && hw_exam_going(pe->x); i++) {
        const struct hw_pe_member *p = &pe->members[i];
        if (pe->n->level >= pe->x->limits.depth) {
            hw_pe_odd(pe, "bomb-depth", p->off, p->bytes.n, "a box %u boxes deep, the limit",
                      pe->n->level);
            hw_say_unopened(pe->x, pe->n, "too-deep", p->name, p->off, p->bytes.n,
                            "nested beyond the limit");
            hw_say_degree(pe->n, HW_REFUSED, "bomb-depth");
            return;
        }
        struct hw_member m = {.name = p->name,
                              .bytes = p->bytes,
                              .ordinal = i,
                              .mode = HW_NO_MODE,
                              .time_ns = HW_NO_TIME,
                              .off = p->off};
        hw_examine_member(pe->x, pe->n, &m, NULL);
    }
}
