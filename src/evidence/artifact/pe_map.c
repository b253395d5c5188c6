/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_map.c -- from an address in memory to a place in the file, as the loader of Windows maps it.
 *
 * With section alignment of a page or more the loader rounds PointerToRawData down to 512, maps
 * min(SizeOfRawData rounded up to 512, VirtualSize rounded up to a page) bytes from the file and
 * fills the rest with zeros; VirtualSize 0 means SizeOfRawData. Below a page it maps the file flat.
 * It wants sections to follow each other without holes and refuses anything else, so only the run
 * of sections that ascends is mapped here, and a lookup is a binary search whatever the table says.
 */
#include "evidence/artifact/pe_image.h"

enum { PAGE = 0x1000, SECTOR = 0x200 };

static uint64_t round_up(uint64_t v, uint64_t to)
{
    return (v + to - 1) / to * to;
}

static void add(struct hw_pe *pe, uint64_t va, uint64_t va_n, uint64_t off, uint64_t n)
{
    uint64_t left = off < pe->size ? pe->size - off : 0;
    n = n < va_n ? n : va_n;
    pe->maps[pe->map_count++] = (struct hw_pe_map){va, va + va_n, off, n < left ? n : left};
}

void hw_pe_map(struct hw_pe *pe)
{
    bool flat = pe->section_align < PAGE;
    pe->maps = hw_arena_array(pe->x->arena, pe->section_count + 2, sizeof *pe->maps);
    if (pe->maps == NULL) {
        hw_pe_broken(pe, "over-budget", pe->table_off, 0, "no memory for the section map");
        return;
    }
    uint64_t first = flat ? pe->size : pe->headers_size;
    for (size_t i = 0; i < pe->section_count; i++) {
        first = pe->sections[i].va < first ? pe->sections[i].va : first;
    }
    add(pe, 0, first, 0, first);
    uint64_t end = first;
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct hw_pe_section *s = &pe->sections[i];
        uint64_t va_n = s->vsize == 0 ? s->raw_size : s->vsize;
        uint64_t off = flat ? s->raw_off : s->raw_off & ~(uint64_t)(SECTOR - 1);
        if (s->va < end || va_n == 0) {
            continue;
        }
        va_n = round_up(va_n, flat ? 1 : PAGE);
        add(pe, s->va, va_n, off, flat ? s->raw_size : round_up(s->raw_size, SECTOR));
        end = s->va + va_n;
    }
}

static const struct hw_pe_map *find(const struct hw_pe *pe, uint64_t rva)
{
    size_t lo = 0, hi = pe->map_count;
    while (lo < hi) { /* the last one that begins at or below rva */
        size_t mid = lo + (hi - lo) / 2;
        if (pe->maps[mid].va <= rva) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo > 0 && rva < pe->maps[lo - 1].va_end ? &pe->maps[lo - 1] : NULL;
}

bool hw_pe_at(const struct hw_pe *pe, uint64_t rva, struct hw_reader *out, uint64_t *out_zeros)
{
    const struct hw_pe_map *m = find(pe, rva);
    if (m == NULL || rva - m->va >= m->n) {
        return false;
    }
    uint64_t in = rva - m->va;
    if (!hw_read_window(&pe->file, m->off + in, m->n - in, out)) {
        return false;
    }
    if (out_zeros != NULL) {
        *out_zeros = m->va_end - m->va - m->n;
    }
    return true;
}

bool hw_pe_offset(const struct hw_pe *pe, uint64_t rva, uint64_t *out)
{
    const struct hw_pe_map *m = find(pe, rva);
    if (m == NULL || rva - m->va >= m->n) {
        return false;
    }
    *out = m->off + (rva - m->va);
    return true;
}

bool hw_pe_window(const struct hw_pe *pe, uint64_t rva, uint64_t n, struct hw_reader *out)
{
    const struct hw_pe_map *m = find(pe, rva);
    if (m == NULL || rva - m->va > m->n || n > m->n - (rva - m->va)) {
        return false;
    }
    return hw_read_window(&pe->file, m->off + (rva - m->va), n, out);
}
