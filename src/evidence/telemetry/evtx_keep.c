/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/evtx_keep.c -- templates by their place in a chunk, and programs kept for the
 * chunks to come.
 *
 * Each chunk holds its templates anew, with other offsets inside, so the bytes of one template are
 * not the same twice. Their program is, and is found by its own hash (and the template's GUID):
 * within a chunk a template is compiled once, and what was worked out for its program stays. The
 * template's head is told in evtx_template.c.
 */
#include "evidence/telemetry/evtx.h"

struct evtx_mark evtx_mark(const struct evtx *e)
{
    return (struct evtx_mark){e->op_n, e->piece_n, e->text_n};
}

void evtx_release(struct evtx *e, struct evtx_mark m)
{
    e->op_n = m.ops;
    e->piece_n = m.pieces;
    e->text_n = m.text;
}

static bool refuse(struct evtx *e, const char *why)
{
    if (e->why == NULL) {
        e->why = why;
    }
    return false;
}

/* The same text by its place in memory, so that it need not be read again. */
static bool same_span(struct hw_span a, struct hw_span b)
{
    return a.p == b.p && a.n == b.n;
}

static struct evtx_hash hash_of(struct evtx *e, const struct evtx_program *p, struct hw_span guid)
{
    struct evtx_hash h = {e->x->name_key[0], e->x->name_key[1]};
    h = evtx_hash_span(h, guid);
    for (uint32_t i = 0; i < p->count; i++) {
        const struct evtx_op *op = &p->ops[i];
        bool own = !same_span(op->elem, op->name);
        bool other = i == 0 || !same_span(op->parent, op[-1].parent);
        h = evtx_hash_word(h, (uint64_t)1 << 63 | (uint64_t)op->role |
                                  (uint64_t)op->attribute << 8 | (uint64_t)op->nests << 9 |
                                  (uint64_t)(op->naming != NULL) << 10 |
                                  (uint64_t)(op->parent.p != NULL) << 11 | (uint64_t)own << 12 |
                                  (uint64_t)other << 13);
        h = evtx_hash_span(h, op->name);
        h = own ? evtx_hash_span(h, op->elem) : h;
        h = other ? evtx_hash_span(h, op->parent) : h;
        for (const struct evtx_piece *k = op->first; k != NULL; k = k->next) {
            h = evtx_hash_word(h, (uint64_t)k->index << 8 | (uint64_t)k->optional << 1 |
                                      (uint64_t)(k->text.p != NULL));
            h = k->text.p != NULL ? evtx_hash_span(h, k->text) : h;
        }
        for (const struct evtx_piece *k = op->naming; k != NULL; k = k->next) {
            h = evtx_hash_word(h, (uint64_t)1 << 62 | (uint64_t)k->index << 8 |
                                      (uint64_t)(k->text.p != NULL));
            h = k->text.p != NULL ? evtx_hash_span(h, k->text) : h;
        }
    }
    return h;
}

static bool keep_text(struct evtx *e, struct hw_span *s)
{
    uint8_t *p = s->p == NULL ? NULL : evtx_keep(e, s->n + 1, 1);
    if (s->p == NULL) {
        return true;
    }
    if (p == NULL) {
        return false;
    }
    for (size_t i = 0; i < s->n; i++) {
        p[i] = s->p[i];
    }
    s->p = p;
    return true;
}

static bool keep_pieces(struct evtx *e, struct evtx_piece **first)
{
    struct evtx_piece **link = first;
    for (const struct evtx_piece *p = *first; p != NULL; p = p->next) {
        struct evtx_piece *copy = evtx_keep(e, 1, sizeof *copy);
        if (copy == NULL) {
            return false;
        }
        *copy = *p;
        if (!keep_text(e, &copy->text)) {
            return false;
        }
        *link = copy;
        link = &copy->next;
    }
    return true;
}

static bool room_for_program(struct evtx *e)
{
    if (e->program_count * 2 < e->program_room) {
        return true;
    }
    uint32_t room = e->program_room == 0 ? 64 : e->program_room * 2;
    struct evtx_program_slot *p = evtx_keep(e, room, sizeof *p);
    if (p == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < e->program_room; i++) {
        if (e->programs[i].program != NULL) {
            uint32_t at = (uint32_t)e->programs[i].program->hash.a & (room - 1);
            while (p[at].program != NULL) {
                at = (at + 1) & (room - 1);
            }
            p[at] = e->programs[i];
        }
    }
    e->programs = p;
    e->program_room = room;
    return true;
}

static const struct evtx_program *find(const struct evtx *e, struct evtx_hash h)
{
    uint32_t at = (uint32_t)h.a & (e->program_room - 1);
    for (; e->program_room > 0 && e->programs[at].program != NULL;
         at = (at + 1) & (e->program_room - 1)) {
        const struct evtx_program *p = e->programs[at].program;
        if (p->hash.a == h.a && p->hash.b == h.b) {
            return p;
        }
    }
    return NULL;
}

static const struct evtx_program *copy(struct evtx *e, const struct evtx_program *p)
{
    struct evtx_program *kept = evtx_keep(e, 1, sizeof *kept);
    struct evtx_op *ops = kept == NULL ? NULL : evtx_keep(e, (size_t)p->count + 1, sizeof *ops);
    if (ops == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        ops[i] = p->ops[i];
        if (!keep_text(e, &ops[i].name) || !keep_text(e, &ops[i].elem) ||
            !keep_text(e, &ops[i].parent) || !keep_pieces(e, &ops[i].first) ||
            !keep_pieces(e, &ops[i].naming)) {
            return NULL;
        }
    }
    *kept = *p;
    kept->ops = ops;
    return kept;
}

/* The kept program that equals *p, keeping it now if it is new. NULL: there is no room. */
static const struct evtx_program *keep(struct evtx *e, struct evtx_program *p)
{
    const struct evtx_program *kept = find(e, p->hash);
    if (kept != NULL || !room_for_program(e)) {
        return kept;
    }
    p->id = e->program_count + 1;
    kept = copy(e, p);
    if (kept == NULL) {
        p->id = 0;
        return NULL;
    }
    e->program_count++;
    uint32_t at = (uint32_t)p->hash.a & (e->program_room - 1);
    while (e->programs[at].program != NULL) {
        at = (at + 1) & (e->program_room - 1);
    }
    e->programs[at].program = kept;
    return kept;
}

static struct evtx_lender *lender(const struct evtx *e, uint32_t id)
{
    return &e->lenders[(id * 2654435761U) >> 22];
}

static void note_lender(struct evtx *e, uint32_t id, const struct evtx_program *p)
{
    struct evtx_lender *l = lender(e, id);
    if (l->id == id && l->program != p) {
        l->program = NULL;
    } else if (l->id == 0) {
        *l = (struct evtx_lender){id, p};
    }
}

/* A template's number is the first part of its GUID, so one of the same number in another chunk is
 * as good; which of two different ones it was cannot be known. */
static bool borrow(struct evtx *e, uint32_t id, const char *why, struct evtx_program *out)
{
    const struct evtx_lender *l = lender(e, id);
    if (id == 0 || l->id != id || l->program == NULL) {
        return refuse(e, why);
    }
    if (e->borrowed++ == 0) {
        e->borrowed_off = e->chunk_off;
    }
    e->why = NULL;
    *out = *l->program;
    return true;
}

static bool compile_at(struct evtx *e, uint32_t off, uint32_t *out_id, struct evtx_program *out)
{
    struct hw_reader head, body;
    struct hw_span guid;
    uint32_t next, size;
    if (!hw_read_tail(&e->chunk, off, &head) || !hw_read_u32le(&head, &next) ||
        !hw_read_window(&head, 4, 16, &body) || !hw_read_u32le(&body, out_id) ||
        !hw_read_bytes(&head, 16, &guid) || !hw_read_u32le(&head, &size) ||
        !hw_read_window(&e->chunk, (uint64_t)off + 24, size, &body)) {
        return refuse(e, "its template lies outside of the chunk");
    }
    if (!evtx_charge(e, (uint64_t)size + 64) || !evtx_compile(e, &body, true, false, out)) {
        return false;
    }
    out->hash = hash_of(e, out, guid);
    return true;
}

bool evtx_template(struct evtx *e, uint32_t off, uint32_t id, struct evtx_program *out)
{
    struct evtx_spot *s = &e->spots[(off * 2654435761U) >> 22];
    if (s->stamp == e->stamp && s->off == off) {
        if (s->program == NULL) {
            return borrow(e, id, s->bad, out);
        }
        *out = *s->program;
        return true;
    }
    struct evtx_mark before = evtx_mark(e);
    uint32_t own_id;
    if (!compile_at(e, off, &own_id, out)) {
        evtx_release(e, before);
        *s = (struct evtx_spot){e->stamp, off, NULL, e->why};
        return borrow(e, id, e->why, out);
    }
    const struct evtx_program *kept = keep(e, out);
    if (kept != NULL) {
        evtx_release(e, before);
        *s = (struct evtx_spot){e->stamp, off, kept, NULL};
        *out = *kept;
        note_lender(e, own_id, kept);
    }
    return true;
}
