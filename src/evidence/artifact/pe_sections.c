/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_sections.c -- every section as a fact, and what is odd about where it claims to lie.
 *
 * "PE Format", "Section Table (Section Headers)". The loader wants sections in ascending order,
 * each beginning where the one before ends (rounded to SectionAlignment), and all raw data inside
 * the file; linkers keep to it, so whatever does not is said.
 */
#include "evidence/artifact/pe_image.h"

#include <stdlib.h>

enum { PAGE = 0x1000, SECTOR = 0x200, UNINITIALISED = 0x80 };

static void check_memory(struct hw_pe *pe, const struct hw_pe_section *s, size_t i, uint64_t *end)
{
    uint64_t at = pe->table_off + 40 * i;
    uint64_t n = s->vsize == 0 ? s->raw_size : s->vsize;
    uint64_t align = pe->section_align == 0 ? 1 : pe->section_align;
    if (s->va < *end) {
        hw_pe_odd(pe, "overlap", at + 12, 4, "section %zu begins at %#x, inside the one before", i,
                  s->va);
    } else if (i > 0 && s->va != *end) {
        hw_pe_odd(pe, "bad-order", at + 12, 4,
                  "section %zu begins at %#x, the one before ends at %#llx", i, s->va,
                  (unsigned long long)*end);
    }
    uint64_t stop = s->va + n;
    if (stop > UINT32_MAX) {
        hw_pe_odd(pe, "bad-size", at + 8, 8, "section %zu ends beyond 4 GiB", i);
    } else if (stop > pe->image_size && pe->section_align >= PAGE) {
        hw_pe_odd(pe, "bad-size", at + 8, 8, "section %zu ends at %#llx, beyond SizeOfImage %#x", i,
                  (unsigned long long)stop, pe->image_size);
    }
    stop = (stop + align - 1) / align * align;
    *end = stop > *end ? stop : *end;
}

static void check_raw(struct hw_pe *pe, const struct hw_pe_section *s, size_t i)
{
    uint64_t at = pe->table_off + 40 * i;
    if (s->raw_size == 0) {
        return;
    }
    if (s->raw_off == 0 && (s->flags & UNINITIALISED) != 0) {
        return; /* SizeOfRawData of uninitialised data, with no data: old linkers write it */
    }
    if (s->have < s->raw_size) {
        hw_pe_broken(pe, "truncated", pe->size, s->raw_size - s->have,
                     "section %zu claims %u bytes at %u", i, s->raw_size, s->raw_off);
    }
    if (s->raw_off < pe->table_end && s->have > 0) {
        hw_pe_odd(pe, "overlap", at + 20, 4, "section %zu lies over the headers", i);
    }
    if (pe->section_align >= PAGE && s->raw_off % SECTOR != 0) {
        hw_pe_odd(pe, "bad-alignment", at + 20, 4,
                  "section %zu stands at %u, not a multiple of 512", i, s->raw_off);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct hw_pe_extent *x = a, *y = b;
    return x->off < y->off ? -1 : x->off > y->off;
}

static void check_overlap(struct hw_pe *pe)
{
    struct hw_pe_extent *e = hw_arena_array(pe->x->arena, pe->section_count, sizeof *e);
    size_t count = 0;
    if (e == NULL) {
        return;
    }
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct hw_pe_section *s = &pe->sections[i];
        if (s->have > 0 && s->raw_off > 0) {
            e[count++] = (struct hw_pe_extent){s->raw_off, s->have, NULL};
        }
    }
    qsort(e, count, sizeof *e, by_place);
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t stop = e[i].off + e[i].n;
        if (e[i].off < end) {
            hw_pe_odd(pe, "overlap", e[i].off, (stop < end ? stop : end) - e[i].off,
                      "sections share bytes of the file");
        }
        end = stop > end ? stop : end;
    }
}

static void say(struct hw_pe *pe, const struct hw_pe_section *s, size_t i)
{
    static const struct hw_span nothing = {(const uint8_t *)"", 0};
    struct hw_fact f;
    uint8_t sha256[32];
    hw_fact_about(&f, HW_FACT_SECTION, pe->n->number);
    hw_fact_u64(&f, HW_SECTION_INDEX, i);
    hw_fact_span(&f, HW_SECTION_NAME, s->name);
    hw_fact_u64(&f, HW_SECTION_VA, s->va);
    hw_fact_u64(&f, HW_SECTION_VSIZE, s->vsize);
    hw_fact_u64(&f, HW_SECTION_OFF, s->raw_off);
    hw_fact_u64(&f, HW_SECTION_SIZE, s->raw_size);
    hw_fact_u64(&f, HW_SECTION_FLAGS, s->flags);
    if (s->measured) {
        hw_fact_span(&f, HW_SECTION_SHA256, (struct hw_span){s->sha256, 32});
        hw_fact_u64(&f, HW_SECTION_ENTROPY, s->entropy);
    } else if (s->have > 0) {
        hw_pe_odd(pe, "over-budget", s->raw_off, s->have,
                  "section %zu is not hashed: the sections together exceed twice the file", i);
    } else if (hw_pe_sha256(nothing, sha256)) {
        hw_fact_span(&f, HW_SECTION_SHA256, (struct hw_span){sha256, 32});
        hw_fact_u64(&f, HW_SECTION_ENTROPY, 0);
    }
    hw_say(pe->x, &f);
}

void hw_pe_sections(struct hw_pe *pe)
{
    uint64_t end = 0;
    for (size_t i = 0; i < pe->section_count && hw_exam_going(pe->x); i++) {
        const struct hw_pe_section *s = &pe->sections[i];
        check_memory(pe, s, i, &end);
        check_raw(pe, s, i);
        say(pe, s, i);
        hw_pe_claim(pe, NULL, s->raw_off, s->have);
    }
    check_overlap(pe);
}
