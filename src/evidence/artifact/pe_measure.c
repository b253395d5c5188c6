/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pe_measure.c -- one pass over the file for everything that needs every byte.
 *
 * Memory is slower than SHA-256 with the processor's own instructions: what is fetched is used for
 * everything at once, piece by piece while it is warm. A piece is counted into the entropy of the
 * section it lies in, digested for it, digested for what the file is without its signature, and
 * summed for CheckSum.
 *
 * Sections of an honest file lie apart. Where they lie over each other, those that begin inside an
 * earlier one are measured on their own, as long as all together stay under twice the file: a small
 * file must not cost without end.
 */
#include "evidence/artifact/pe_image.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/measure.h"

enum { PIECE = 32 * 1024 };

struct pass {
    struct hw_pe *pe;
    struct hw_digests *digests;
    const size_t *order; /* of sections that lie apart, by place */
    size_t count, next;
    uint64_t seen[256];
    uint64_t at; /* offset in the file */
    struct hw_digests *code;
    const struct hw_span *parts; /* what counts for it, in order */
    size_t part_count, part;
    bool code_ok;
};

struct placed {
    uint64_t off, n;
    size_t index;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->off != y->off) {
        return x->off < y->off ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

/* A piece of a section, digested and counted. */
static void take(struct pass *p, struct hw_span bytes)
{
    hw_count_bytes(bytes, p->seen);
    if (hw_digests_update(p->digests, bytes, NULL) != HW_OK) {
        p->count = 0; /* our own failure: sections stay without digests */
    }
}

static void finish(struct pass *p, struct hw_pe_section *s)
{
    s->entropy = hw_entropy(p->seen);
    if (hw_digests_finish(p->digests, NULL) == HW_OK) {
        s->measured = hw_pe_keep(p->digests, s->sha256);
    }
    memset(p->seen, 0, sizeof p->seen);
    if (hw_digests_reset(p->digests, NULL) != HW_OK) {
        p->count = 0;
    }
    p->next++;
}

/* Is this part of the file itself (padding is not), and where? */
static bool place_of(const struct pass *p, struct hw_span part, uint64_t *out)
{
    uintptr_t file = (uintptr_t)p->pe->n->bytes.p, at = (uintptr_t)part.p;
    if (part.n == 0 || at < file || at - file >= p->pe->size) {
        return false;
    }
    *out = at - file;
    return true;
}

/* What of the piece counts for the code. */
static void take_code(struct pass *p, struct hw_span piece)
{
    uint64_t end = p->at + piece.n, off;
    while (p->part < p->part_count) {
        struct hw_span part = p->parts[p->part];
        if (!place_of(p, part, &off)) {
            p->code_ok = p->code_ok && hw_digests_update(p->code, part, NULL) == HW_OK;
            p->part++;
            continue;
        }
        uint64_t from = off > p->at ? off : p->at;
        uint64_t to = off + part.n < end ? off + part.n : end;
        if (from < to) {
            struct hw_span s = {piece.p + (from - p->at), (size_t)(to - from)};
            p->code_ok = p->code_ok && hw_digests_update(p->code, s, NULL) == HW_OK;
        }
        if (off + part.n > end) {
            return;
        }
        p->part++;
    }
}

/* The next bytes of the file, in order and without holes. */
static void feed(struct pass *p, struct hw_span piece)
{
    uint64_t end = p->at + piece.n;
    p->pe->sum += hw_sum_words(piece); /* pieces begin on multiples of 4 */
    take_code(p, piece);
    while (p->next < p->count) {
        struct hw_pe_section *s = &p->pe->sections[p->order[p->next]];
        uint64_t from = s->raw_off > p->at ? s->raw_off : p->at;
        uint64_t stop = s->raw_off + s->have;
        uint64_t to = stop < end ? stop : end;
        if (from < to) {
            take(p, (struct hw_span){piece.p + (from - p->at), (size_t)(to - from)});
        }
        if (stop > end) {
            break;
        }
        finish(p, s);
    }
    p->at = end;
}

/* Overlapping sections, one by one. */
static void measure_alone(struct hw_pe *pe, struct hw_pe_section *s, uint64_t *left)
{
    struct hw_reader r;
    if (s->have > *left || !hw_read_window(&pe->file, s->raw_off, s->have, &r)) {
        return;
    }
    *left -= s->have;
    hw_measure(hw_reader_rest(&r), &s->entropy, NULL);
    s->measured = hw_pe_sha256(hw_reader_rest(&r), s->sha256);
}

/* Fills order with the sections that lie apart; the others are measured at once. */
static size_t put_in_order(struct hw_pe *pe, struct placed *places, size_t *order)
{
    size_t count = 0, apart = 0;
    uint64_t end = 0, left = pe->size;
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct hw_pe_section *s = &pe->sections[i];
        if (s->have > 0) {
            places[count++] = (struct placed){s->raw_off, s->have, i};
        }
    }
    qsort(places, count, sizeof *places, by_place);
    for (size_t i = 0; i < count; i++) {
        if (places[i].off >= end) {
            order[apart++] = places[i].index;
            end = places[i].off + places[i].n;
        } else {
            measure_alone(pe, &pe->sections[places[i].index], &left);
        }
    }
    return apart;
}

void hw_pe_measure(struct hw_pe *pe, const struct hw_span *parts, size_t part_count)
{
    struct placed *places = hw_arena_array(pe->x->arena, pe->section_count, sizeof *places);
    size_t *order = hw_arena_array(pe->x->arena, pe->section_count, sizeof *order);
    HW_AUTO(hw_digests) *digests = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA256));
    HW_AUTO(hw_digests) *code = hw_digests_new(HW_DIGEST_BIT(HW_DIGEST_SHA256));
    struct hw_reader r = pe->file;
    struct hw_span piece;
    if (places == NULL || order == NULL || digests == NULL || code == NULL) {
        hw_pe_broken(pe, "over-budget", 0, 0, "no memory to measure the sections");
        return;
    }
    struct pass p = {.pe = pe,
                     .digests = digests,
                     .order = order,
                     .code = code,
                     .parts = parts,
                     .part_count = part_count,
                     .code_ok = true};
    p.count = put_in_order(pe, places, order);
    while (hw_read_left(&r) > 0 && hw_exam_going(pe->x)) {
        size_t left = hw_read_left(&r);
        if (!hw_read_bytes(&r, left < PIECE ? left : PIECE, &piece)) {
            hw_pe_fault(pe, &r, "the image");
            return;
        }
        feed(&p, piece);
    }
    pe->summed = true;
    if (p.code_ok && p.part == p.part_count && hw_digests_finish(code, NULL) == HW_OK) {
        pe->code_known = hw_pe_keep(code, pe->code);
    }
}
