/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_account.c -- every byte of the file placed: what the headers account for, and what nothing
 * does.
 *
 * Chapters claim runs of bytes (headers, sections, COFF symbols, debug data, certificate table);
 * what is left between them is a gap, what is left behind the last section is overlay. Nothing in
 * the format forbids either; both are where things are hidden, so both are measured.
 */
#include "evidence/artifact/pe_image.h"

#include <stdlib.h>

void hw_pe_claim(struct hw_pe *pe, const char *role, uint64_t off, uint64_t n)
{
    if (off >= pe->size || n == 0 || pe->extent_count == pe->extent_room) {
        return;
    }
    n = n < pe->size - off ? n : pe->size - off;
    pe->extents[pe->extent_count++] = (struct hw_pe_extent){off, n, role};
}

uint64_t hw_pe_region(struct hw_pe *pe, const char *role, uint64_t off, uint64_t n)
{
    struct hw_reader r;
    struct hw_fact f;
    uint8_t sha256[32];
    uint32_t entropy;
    uint64_t nonzero = 0;
    if (!hw_read_window(&pe->file, off, n, &r)) {
        return 0;
    }
    struct hw_span bytes = hw_reader_rest(&r);
    hw_measure(bytes, &entropy, &nonzero);
    hw_fact_about(&f, HW_FACT_REGION, pe->n->number);
    hw_fact_str(&f, HW_REGION_ROLE, role);
    hw_fact_u64(&f, HW_REGION_OFF, off);
    hw_fact_u64(&f, HW_REGION_SIZE, n);
    hw_fact_u64(&f, HW_REGION_ENTROPY, entropy);
    hw_fact_u64(&f, HW_REGION_NONZERO, nonzero);
    if (nonzero > 0 && hw_pe_sha256(bytes, sha256)) {
        hw_fact_span(&f, HW_REGION_SHA256, (struct hw_span){sha256, 32});
    }
    hw_say(pe->x, &f);
    return nonzero;
}

static int by_place(const void *a, const void *b)
{
    const struct hw_pe_extent *x = a, *y = b;
    if (x->off != y->off) {
        return x->off < y->off ? -1 : 1;
    }
    if ((x->role == NULL) != (y->role == NULL)) {
        return x->role == NULL ? -1 : 1; /* what a section holds needs no region */
    }
    return x->n < y->n ? -1 : x->n > y->n;
}

/* The end of what is mapped: headers and sections. Whatever lies behind is not the program. */
static uint64_t end_of_image(struct hw_pe *pe)
{
    uint64_t end = pe->headers_size < pe->size ? pe->headers_size : pe->size;
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct hw_pe_section *s = &pe->sections[i];
        uint64_t stop = s->raw_off + s->have;
        end = s->have > 0 && stop > end ? stop : end;
    }
    return end;
}

static void say_hole(struct hw_pe *pe, uint64_t off, uint64_t stop, uint64_t image)
{
    if (off < image) {
        uint64_t n = (stop < image ? stop : image) - off;
        uint64_t nonzero = hw_pe_region(pe, "gap", off, n);
        if (nonzero > 0) {
            hw_pe_odd(pe, "hidden-bytes", off, n,
                      "%llu bytes that are not zero stand between the parts of the image",
                      (unsigned long long)nonzero);
        }
        off += n;
    }
    if (off < stop) {
        (void)hw_pe_region(pe, "overlay", off, stop - off);
        hw_pe_overlay_box(pe, off, stop - off);
    }
}

/* The rest of the header page behind the section table: zeros, or bound import names. */
static void say_header_spare(struct hw_pe *pe, uint64_t headers)
{
    if (pe->table_end < headers) {
        struct hw_reader r;
        uint64_t nonzero = 0;
        if (hw_read_window(&pe->file, pe->table_end, headers - pe->table_end, &r)) {
            hw_measure(hw_reader_rest(&r), NULL, &nonzero);
        }
        if (nonzero > 0) {
            (void)hw_pe_region(pe, "header-spare", pe->table_end, headers - pe->table_end);
        }
    }
}

static uint64_t headers_end(struct hw_pe *pe)
{
    uint64_t end = pe->headers_size > pe->table_end ? pe->headers_size : pe->table_end;
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct hw_pe_section *s = &pe->sections[i];
        if (s->have > 0 && s->raw_off >= pe->table_end && s->raw_off < end) {
            end = s->raw_off;
        }
    }
    return end < pe->size ? end : pe->size;
}

void hw_pe_account(struct hw_pe *pe)
{
    uint64_t headers = headers_end(pe), image = end_of_image(pe), at = 0;
    image = image < headers ? headers : image;
    hw_pe_claim(pe, "headers", 0, headers);
    if (pe->extent_count > 1) {
        qsort(pe->extents, pe->extent_count, sizeof *pe->extents, by_place);
    }
    for (size_t i = 0; i < pe->extent_count && hw_exam_going(pe->x); i++) {
        const struct hw_pe_extent *e = &pe->extents[i];
        if (e->off > at) {
            say_hole(pe, at, e->off, image);
        }
        uint64_t stop = e->off + e->n;
        /* Sections have facts of their own; what lies inside another part is accounted for. */
        if (e->role != NULL && stop > at) {
            uint64_t from = e->off > at ? e->off : at;
            (void)hw_pe_region(pe, e->role, from, stop - from);
        }
        at = stop > at ? stop : at;
    }
    if (at < pe->size) {
        say_hole(pe, at, pe->size, image);
    }
    say_header_spare(pe, headers);
}

/*
 * CheckSum: the file as little-endian 16-bit words, the field itself as zero, summed with the carry
 * brought round, plus the size of the file. Summing 32-bit words gives the same remainder. Linkers
 * leave the field zero where nobody asks, and signers and installers forget it: a fact, no anomaly.
 */
void hw_pe_checksum(struct hw_pe *pe)
{
    uint64_t sum = pe->sum;
    uint64_t at = (uint64_t)pe->opt_off + 64;
    hw_pe_number(pe, "pe.checksum", pe->checksum);
    if (!pe->summed) {
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        uint64_t byte = pe->checksum >> (8 * i) & 0xff;
        sum -= byte << (8 * ((at + i) & 3));
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    hw_pe_number(pe, "pe.checksum-found", (uint32_t)(sum + pe->size));
}
