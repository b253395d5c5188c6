/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/evtx_run.c -- a record's binary XML run into its fields.
 *
 * Follows [MS-EVEN6] 2.2.12: a fragment holds template instances (or, rarely, elements):
 *
 *    0 u8 0c | 1 u8 1 | 2 u32 template's id | 6 u32 its offset in the chunk
 *      [the template itself, where the offset is that of the byte behind it]
 *      u32 values | as many: u16 size, u8 type, u8 0 | their bytes
 *
 * A value of type 21 is a fragment again: <EventData> and <UserData> come so. Programs are run in
 * the order of their places; each place that is one gives a field, absent where its substitution is
 * optional and null, as Windows leaves the element out.
 */
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/evtx.h"

enum { BINXML = 0x21, OP_WORK = 4 };
enum { RAN_PROGRAM, RAN_NEST, RAN_TEXT, RAN_NOTHING };

static bool fragment(struct evtx *e, struct hw_reader *r, unsigned depth);

static bool refuse(struct evtx *e, const char *why)
{
    if (e->why == NULL) {
        e->why = why;
    }
    return false;
}

/* The values of the instance in hand. */
struct frame {
    const struct evtx_value *values;
    uint32_t count;
    unsigned depth;
};

static const struct evtx_value *value(const struct frame *f, uint32_t index)
{
    static const struct evtx_value none = {NULL, 0, 0};
    return index < f->count ? &f->values[index] : &none;
}

static bool put_field(struct evtx *e, const struct evtx_op *op, const struct frame *f,
                      struct hw_span text)
{
    if (e->field_n == HW_RECORD_VALUES) {
        return refuse(e, "it has more values than a record may have");
    }
    e->fields[e->field_n] = text;
    e->slots[e->field_n++] = (struct evtx_slot){op, {NULL, 0}};
    if (op->role == EVTX_PLAIN || f->depth > 0) {
        return true;
    }
    if (op->role == EVTX_PROVIDER && e->provider.p == NULL) {
        e->provider = text;
    } else if (op->role == EVTX_EVENT && e->event.p == NULL) {
        e->event = text;
    } else if (op->role == EVTX_NUMBER && e->number == 0 && !hw_span_u64(text, &e->number)) {
        e->number = 0;
    } else if (op->role == EVTX_TIME && e->when.p == NULL) {
        e->when = text;
    }
    return true;
}

/* What a record ran, in order and with its depth, is the key of its names. */
static void note(struct evtx *e, const struct frame *f, uint32_t what, uint32_t which)
{
    e->key = evtx_hash_word(e->key, (uint64_t)f->depth << 40 | (uint64_t)what << 32 | which);
}

static bool nest(struct evtx *e, const struct evtx_op *op, const struct frame *f,
                 const struct evtx_value *v)
{
    struct hw_reader r;
    if (f->depth == EVTX_DEPTH) {
        return refuse(e, "binary XML within binary XML goes too deep");
    }
    note(e, f, RAN_NEST, op->place);
    if (!hw_read_window(&e->chunk, (uint64_t)(v->p - e->chunk.in.p), v->n, &r)) {
        return refuse(e, "binary XML within binary XML goes too deep");
    }
    return fragment(e, &r, f->depth + 1);
}

/* Literals and values in a row, as one text; a value that is a fragment adds nothing to it. */
static bool join(struct evtx *e, const struct evtx_piece *p, const struct frame *f,
                 struct hw_span *out)
{
    size_t from = e->out_n;
    bool any = false;
    for (; p != NULL; p = p->next) {
        if (p->text.p != NULL) {
            if (p->text.n > EVTX_OUT_BYTES - e->out_n) {
                return refuse(e, "its values are longer than a record may be");
            }
            for (size_t i = 0; i < p->text.n; i++) {
                e->out[e->out_n + i] = p->text.p[i];
            }
            e->out_n += p->text.n;
            any = true;
            continue;
        }
        const struct evtx_value *v = value(f, p->index);
        any = any || v->type != 0 || !p->optional;
        if (v->type != 0 && v->type != BINXML && evtx_value_text(e, v).p == NULL) {
            return false;
        }
    }
    *out = (struct hw_span){any ? e->out + from : NULL, e->out_n - from};
    return true;
}

static bool run_mixed(struct evtx *e, const struct evtx_op *op, const struct frame *f)
{
    struct hw_span text;
    if (!join(e, op->first, f, &text) || !put_field(e, op, f, text)) {
        return false;
    }
    for (const struct evtx_piece *p = op->first; p != NULL; p = p->next) {
        const struct evtx_value *v = value(f, p->index);
        if (p->text.p == NULL && v->type == BINXML && !nest(e, op, f, v)) {
            return false;
        }
    }
    return true;
}

static bool run_value(struct evtx *e, const struct evtx_op *op, const struct frame *f)
{
    const struct evtx_value *v = value(f, op->index);
    if (v->type == BINXML) {
        return nest(e, op, f, v);
    }
    if (op->nests && v->type == 0) {
        note(e, f, RAN_NOTHING, op->place);
        return true;
    }
    if (op->nests) {
        note(e, f, RAN_TEXT, op->place);
    }
    if (v->type == 0) {
        struct hw_span none = {op->optional ? NULL : e->out, 0};
        return put_field(e, op, f, none);
    }
    struct hw_span text = evtx_value_text(e, v);
    if (text.p == NULL) {
        return false;
    }
    if (op->role == EVTX_TIME && f->depth == 0 && v->type == 0x11 && v->n == 8 &&
        e->filetime == 0) {
        for (unsigned i = 8; i-- > 0;) {
            e->filetime = e->filetime << 8 | v->p[i];
        }
    }
    return put_field(e, op, f, text);
}

static bool run_op(struct evtx *e, const struct evtx_op *op, const struct frame *f)
{
    if (op->source == EVTX_VALUE) {
        return run_value(e, op, f);
    }
    if (op->source == EVTX_MIXED) {
        return run_mixed(e, op, f);
    }
    struct hw_span text = {e->out, 0};
    return put_field(e, op, f, op->first == NULL ? text : op->first->text);
}

static bool run(struct evtx *e, const struct evtx_program *p, const struct frame *f)
{
    size_t before = e->out_n;
    uint64_t work = (uint64_t)p->count * OP_WORK + OP_WORK;
    if (work > e->work) {
        e->work = 0;
        return refuse(e, "the chunk wants more work than an honest one could");
    }
    e->work -= work;
    note(e, f, RAN_PROGRAM, p->id);
    e->dynamic = e->dynamic || p->dynamic || p->id == 0;
    e->instance = true;
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t made = e->field_n;
        const struct evtx_op *op = &p->ops[i];
        if (!run_op(e, op, f)) {
            return false;
        }
        if (op->naming != NULL && made < e->field_n &&
            !join(e, op->naming, f, &e->slots[made].name)) {
            return false;
        }
    }
    work = (uint64_t)(e->out_n - before);
    e->work = work > e->work ? 0 : e->work - work;
    return true;
}

/* The table of sizes and types, and the bytes behind it. The table is a span walked within its
 * bounds: there are dozens of values in each of millions of records. */
static bool read_values(struct evtx *e, struct hw_reader *r, struct frame *f)
{
    uint32_t count;
    struct hw_span table, bytes;
    if (!hw_read_u32le(r, &count) || !hw_read_fits(r, count, 4) ||
        !hw_read_bytes(r, (uint64_t)count * 4, &table)) {
        return refuse(e, "it states more values than it holds");
    }
    if (count > EVTX_VALUES - e->value_n) {
        return refuse(e, "it has more values than a record may have");
    }
    struct evtx_value *v = e->values + e->value_n;
    struct hw_span rest = hw_reader_rest(r);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *d = table.p + 4 * i;
        v[i].n = (uint16_t)(d[0] | (unsigned)d[1] << 8);
        v[i].type = d[2];
        v[i].p = rest.p + (at <= rest.n ? at : 0);
        at += v[i].n; /* at most 65,535 for each of at most EVTX_VALUES */
    }
    if (!hw_read_bytes(r, at, &bytes)) {
        return refuse(e, "its values are longer than the record");
    }
    e->value_n += count;
    f->values = v;
    f->count = count;
    return true;
}

static bool instance(struct evtx *e, struct hw_reader *r, unsigned depth)
{
    uint8_t one;
    uint32_t id, off, size;
    struct evtx_program p;
    struct frame f = {.depth = depth};
    if (!hw_read_u8(r, &one) || !hw_read_u32le(r, &id) || !hw_read_u32le(r, &off)) {
        return refuse(e, "its binary XML is cut short");
    }
    if (off == hw_read_where(r) - e->chunk_off &&
        (!hw_read_skip(r, 20) || !hw_read_u32le(r, &size) || !hw_read_skip(r, size))) {
        return refuse(e, "its template is longer than the record");
    }
    struct evtx_mark mark = evtx_mark(e);
    uint32_t values = e->value_n;
    if (!evtx_template(e, off, id, &p) || !read_values(e, r, &f) || !run(e, &p, &f)) {
        return false;
    }
    e->value_n = values;
    if (!e->dynamic) { /* else its names are still wanted, when the record is put */
        evtx_release(e, mark);
    }
    return true;
}

static bool element(struct evtx *e, struct hw_reader *r, unsigned depth)
{
    struct evtx_program p;
    struct frame f = {.depth = depth};
    return evtx_element(e, r, &p) && run(e, &p, &f);
}

static bool fragment(struct evtx *e, struct hw_reader *r, unsigned depth)
{
    uint8_t t;
    while (hw_read_peek(r, &t) && hw_reader_item(r)) {
        bool fine;
        if (t == 0x01 || t == 0x41) {
            fine = element(e, r, depth);
        } else if (!hw_read_skip(r, 1) || t == 0x00) {
            return true;
        } else if (t == 0x0f) {
            fine = hw_read_skip(r, 3) || refuse(e, "its binary XML is cut short");
        } else if (t == 0x0c) {
            fine = instance(e, r, depth);
        } else {
            fine = refuse(e, "its binary XML has a token where a template should be");
        }
        if (!fine) {
            return false;
        }
    }
    return true;
}

bool evtx_record_run(struct evtx *e, struct hw_reader *r)
{
    e->why = NULL;
    e->op_n = e->piece_n = e->value_n = e->field_n = 0;
    e->text_n = e->out_n = 0;
    e->key = (struct evtx_hash){e->x->name_key[0], e->x->name_key[1]};
    e->provider = e->event = e->when = (struct hw_span){NULL, 0};
    e->filetime = e->number = 0;
    e->dynamic = e->instance = false;
    if (!fragment(e, r, 0)) {
        return false;
    }
    return e->instance || refuse(e, "there is no event in it");
}
