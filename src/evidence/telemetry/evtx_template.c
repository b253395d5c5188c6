/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/evtx_template.c -- binary XML into programs.
 *
 * Follows [MS-EVEN6] 2.2.12 and, for what lies around it in a file, libevtx's "Windows XML Event
 * Log (EVTX)" format paper. Tokens (0x40 set: more follow, or an attribute list does):
 *
 *   00 end | 01 41 element: [u16 dependency] u32 size, u32 name [u32 attributes' size]
 *   02 end of start tag | 03 end of empty element | 04 end of element
 *   05 45 text: u8 type (1), u16 characters, UTF-16 | 06 46 attribute: u32 name
 *   07 47 CDATA: u16 characters, UTF-16 | 08 48 character: u16 | 09 49 entity: u32 name
 *   0a PI target: u32 name | 0b PI data: u16 characters, UTF-16
 *   0c template instance | 0d 0e substitution (0e: optional): u16 index, u8 type
 *   0f fragment header: u8 1, u8 1, u8 flags
 *
 * A name is an offset in the chunk to: u32 next, u16 hash, u16 characters, UTF-16, u16 0. Where the
 * offset is that of the byte behind it, the name stands right there. A template at its offset:
 *
 *    0 u32 next | 4 GUID | 20 u32 size of what follows | 24 fragment
 *
 * The dependency is there in templates only. Names and templates may be pointed at from anywhere,
 * by hostile hands; nothing here follows `next`, a name holds no further pointer, and a template
 * holds no template, so there is nothing to go round in.
 *
 * Names: <System> gives Provider_Name, EventID and so on; <Data Name="X"> gives X; other elements
 * their own name, attributes Element_Attribute; attributes that declare namespaces nothing.
 */
#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/evtx.h"

/* Names are compared with a dozen words for each element, so the words' lengths are constants. */
#define IS(span, word)                                                                             \
    ((span).n == sizeof(word) - 1 && memcmp((span).p, (word), sizeof(word) - 1) == 0)

struct element {
    struct hw_span name;
    struct evtx_op *text;      /* its text, once there is any */
    struct evtx_piece *naming; /* the value of Data's Name */
    bool children, attributes, system, data, root;
};

struct compiler {
    struct evtx *e;
    struct hw_reader *r;
    struct element open[EVTX_ELEMENTS];
    size_t depth;
    struct evtx_op *attribute; /* while one is being read: where pieces go */
    bool naming;               /* the attribute is Data's Name */
    struct evtx_piece *naming_last;
    bool in_tag; /* between the element's token and the end of its start tag */
    uint32_t first_op;
    bool in_template;
};

static bool refuse(struct evtx *e, const char *why)
{
    if (e->why == NULL) {
        e->why = why;
    }
    return false;
}

static bool short_of(struct evtx *e)
{
    return refuse(e, "its binary XML is cut short");
}

/* ---- text ---- */

static bool put_utf8(struct evtx *e, struct hw_span utf16, struct hw_span *out)
{
    if (utf16.n / 2 * 3 + 1 > EVTX_TEXT_BYTES - e->text_n) {
        return refuse(e, "its template holds too much text");
    }
    uint8_t *p = e->text + e->text_n;
    size_t n = evtx_utf8(utf16, p);
    e->text_n += n;
    *out = (struct hw_span){p, n};
    return true;
}

static bool put_text(struct evtx *e, struct hw_span s, struct hw_span *out)
{
    if (s.n + 1 > EVTX_TEXT_BYTES - e->text_n) {
        return refuse(e, "its template holds too much text");
    }
    uint8_t *p = e->text + e->text_n;
    for (size_t i = 0; i < s.n; i++) {
        p[i] = s.p[i];
    }
    e->text_n += s.n;
    *out = (struct hw_span){p, s.n};
    return true;
}

/* a, then joint, then b. */
static bool put_joined(struct evtx *e, struct hw_span a, const char *joint, struct hw_span b,
                       struct hw_span *out)
{
    struct hw_span one, two, three;
    if (!put_text(e, a, &one) || !put_text(e, hw_span_str(joint), &two) ||
        !put_text(e, b, &three)) {
        return false;
    }
    *out = (struct hw_span){one.p, one.n + two.n + three.n};
    return true;
}

static bool counted(struct compiler *c, struct hw_span *out)
{
    uint16_t chars;
    return (hw_read_u16le(c->r, &chars) && hw_read_bytes(c->r, (uint64_t)chars * 2, out)) ||
           short_of(c->e);
}

static bool name_at(struct evtx *e, struct hw_reader *r, struct hw_span *out)
{
    uint32_t next;
    uint16_t hash, chars;
    struct hw_span utf16;
    if (!hw_read_u32le(r, &next) || !hw_read_u16le(r, &hash) || !hw_read_u16le(r, &chars) ||
        !hw_read_bytes(r, (uint64_t)chars * 2, &utf16) || !hw_read_skip(r, 2)) {
        return refuse(e, "a name of its binary XML is cut short");
    }
    return put_utf8(e, utf16, out);
}

static bool name(struct compiler *c, struct hw_span *out)
{
    uint32_t off;
    struct hw_reader there;
    if (!hw_read_u32le(c->r, &off)) {
        return short_of(c->e);
    }
    if (off == hw_read_where(c->r) - c->e->chunk_off) {
        return name_at(c->e, c->r, out);
    }
    if (!hw_read_tail(&c->e->chunk, off, &there)) {
        return refuse(c->e, "a name of its binary XML lies outside of the chunk");
    }
    return name_at(c->e, &there, out);
}

/* ---- ops and pieces ---- */

static struct evtx_op *new_op(struct compiler *c)
{
    struct evtx *e = c->e;
    if (e->op_n == EVTX_OPS || e->op_n - c->first_op == HW_RECORD_VALUES) {
        (void)refuse(e, "its template has more places for values than a record may have");
        return NULL;
    }
    struct evtx_op *op = &e->ops[e->op_n++];
    const struct element *in = &c->open[c->depth - 1];
    *op = (struct evtx_op){.elem = in->name};
    if (c->depth > 1) {
        op->parent = c->open[c->depth - 2].name;
    }
    return op;
}

static struct evtx_piece *new_piece(struct evtx *e)
{
    if (e->piece_n == EVTX_PIECES) {
        (void)refuse(e, "its template has too many parts");
        return NULL;
    }
    struct evtx_piece *p = &e->pieces[e->piece_n++];
    *p = (struct evtx_piece){.next = NULL};
    return p;
}

static bool begins_blank(struct hw_span s)
{
    return hw_span_trim(s).n == 0;
}

/* The name of an element's text, and its part in <System>. */
static void name_text(struct element *in, struct evtx_op *op)
{
    op->name = in->name;
    if (in->system) {
        op->role = IS(in->name, "EventID")         ? EVTX_EVENT
                   : IS(in->name, "EventRecordID") ? EVTX_NUMBER
                                                   : EVTX_PLAIN;
    } else if (in->data && in->naming != NULL) {
        if (in->naming->next == NULL && in->naming->text.p != NULL) {
            op->name = in->naming->text.n > 0 ? in->naming->text : in->name;
        } else {
            op->naming = in->naming;
        }
    }
}

/* Where the next piece goes: the attribute being read, or the text of the innermost element. */
static struct evtx_op *target(struct compiler *c)
{
    struct element *in = &c->open[c->depth - 1];
    if (c->attribute != NULL) {
        return c->attribute;
    }
    if (in->text == NULL) {
        in->text = new_op(c);
        if (in->text != NULL) {
            name_text(in, in->text);
        }
    }
    return in->text;
}

static bool add_piece(struct compiler *c, const struct evtx_piece *what)
{
    struct evtx_piece **first, **last;
    struct element *in = &c->open[c->depth - 1];
    if (c->naming) {
        first = &in->naming;
        last = &c->naming_last;
    } else {
        struct evtx_op *op = target(c);
        if (op == NULL) {
            return false;
        }
        first = &op->first;
        last = &op->last;
    }
    struct evtx_piece *before = *last;
    if (before != NULL && before->text.p != NULL && what->text.p != NULL &&
        before->text.p + before->text.n == what->text.p) {
        before->text.n += what->text.n; /* literals that follow each other in memory are one */
        return true;
    }
    struct evtx_piece *p = new_piece(c->e);
    if (p == NULL) {
        return false;
    }
    *p = *what;
    p->next = NULL;
    if (before == NULL) {
        *first = p;
    } else {
        before->next = p;
    }
    *last = p;
    return true;
}

static bool add_literal(struct compiler *c, struct hw_span text)
{
    struct evtx_piece p = {.text = text};
    return c->depth == 0 ? refuse(c->e, "there is text outside of its elements") : add_piece(c, &p);
}

static bool add_utf16(struct compiler *c, struct hw_span utf16)
{
    struct hw_span text;
    return put_utf8(c->e, utf16, &text) && add_literal(c, text);
}

/* ---- tokens ---- */

static struct hw_span attribute_name(struct evtx *e, const struct element *in, struct hw_span attr)
{
    static const struct {
        const char *elem, *attr, *name;
    } system[] = {
        {"TimeCreated", "SystemTime", "TimeCreated"},
        {"EventID", "Qualifiers", "Qualifiers"},
        {"Correlation", "ActivityID", "ActivityID"},
        {"Correlation", "RelatedActivityID", "RelatedActivityID"},
    };
    struct hw_span joined = {NULL, 0};
    for (size_t i = 0; in->system && i < sizeof system / sizeof system[0]; i++) {
        if (hw_span_is(in->name, system[i].elem) && hw_span_is(attr, system[i].attr)) {
            return hw_span_str(system[i].name);
        }
    }
    return put_joined(e, in->name, "_", attr, &joined) ? joined : (struct hw_span){NULL, 0};
}

static bool attribute(struct compiler *c)
{
    struct hw_span attr;
    struct element *in = c->depth > 0 ? &c->open[c->depth - 1] : NULL;
    if (in == NULL || !c->in_tag) {
        return refuse(c->e, "an attribute stands outside of a tag");
    }
    if (!name(c, &attr)) {
        return false;
    }
    c->naming = in->data && IS(attr, "Name") && in->naming == NULL;
    c->naming_last = NULL;
    c->attribute = NULL;
    if (c->naming) {
        return true;
    }
    struct evtx_op *op = new_op(c);
    if (op == NULL) {
        return false;
    }
    op->attribute = true;
    op->drop = hw_span_starts(attr, "xmlns");
    op->name = attribute_name(c->e, in, attr);
    if (op->name.p == NULL) {
        return false;
    }
    if (in->system && IS(in->name, "Provider") && IS(attr, "Name")) {
        op->role = EVTX_PROVIDER;
    } else if (in->system && IS(in->name, "TimeCreated") && IS(attr, "SystemTime")) {
        op->role = EVTX_TIME;
    }
    c->attribute = op;
    in->attributes = true;
    return true;
}

/* Is there `u32 size, u32 name` at the reader, as an element has? */
static bool looks_like_element(const struct compiler *c, bool dependency)
{
    struct hw_reader look = *c->r;
    uint32_t size, off;
    return (!dependency || hw_read_skip(&look, 2)) && hw_read_u32le(&look, &size) &&
           hw_read_u32le(&look, &off) && size >= 5 && off >= 512 && off < EVTX_CHUNK_BYTES;
}

static bool open_element(struct compiler *c, bool attributes)
{
    struct evtx *e = c->e;
    if (c->depth == EVTX_ELEMENTS) {
        return refuse(e, "its elements are nested too deep");
    }
    /* Outside of templates the dependency is left out, says the specification; not every writer
     * knows. */
    bool dependency = c->in_template || !looks_like_element(c, false);
    struct element *in = &c->open[c->depth];
    *in = (struct element){.root = c->depth == 0};
    if ((dependency && !hw_read_skip(c->r, 2)) || !hw_read_skip(c->r, 4)) {
        return short_of(e);
    }
    if (!name(c, &in->name)) {
        return false;
    }
    if (attributes && !hw_read_skip(c->r, 4)) {
        return short_of(e);
    }
    in->system = (c->depth == 2 && IS(c->open[0].name, "Event") && IS(c->open[1].name, "System"));
    in->data = !in->system && (IS(in->name, "Data") || IS(in->name, "ComplexData"));
    if (c->depth > 0) {
        c->open[c->depth - 1].children = true;
    }
    c->depth++;
    c->in_tag = true;
    c->attribute = NULL;
    c->naming = false;
    return true;
}

static void end_tag(struct compiler *c)
{
    c->in_tag = false;
    c->attribute = NULL;
    c->naming = false;
}

/* Text that is there whatever happens, or that is not worth a value? */
static bool close_element(struct compiler *c)
{
    struct element *in = c->depth > 0 ? &c->open[c->depth - 1] : NULL;
    if (in == NULL) {
        return refuse(c->e, "an element ends that did not begin");
    }
    end_tag(c);
    if (in->text != NULL) {
        const struct evtx_piece *p = in->text->first;
        in->text->drop = in->children && p != NULL && p->next == NULL && p->text.p != NULL &&
                         begins_blank(p->text);
    } else if (!in->children && !in->system && !in->root && !in->attributes &&
               !(c->depth == 2 && IS(c->open[0].name, "Event"))) {
        /* An empty leaf is a value too: <Data Name="X"/> says that X is empty. */
        if (target(c) == NULL) {
            return false;
        }
    }
    c->depth--;
    return true;
}

static bool substitution(struct compiler *c, bool optional)
{
    struct evtx_piece p = {.optional = optional};
    uint8_t type;
    if (!hw_read_u16le(c->r, &p.index) || !hw_read_u8(c->r, &type)) {
        return short_of(c->e);
    }
    if (c->depth == 0) {
        return refuse(c->e, "a value stands outside of its elements");
    }
    if (type == 0x21 && c->attribute == NULL && !c->naming) {
        /* A fragment of its own: never part of the text around it. */
        struct evtx_piece *own = new_piece(c->e);
        struct evtx_op *op = own == NULL ? NULL : new_op(c);
        if (op == NULL) {
            return false;
        }
        *own = p;
        op->first = op->last = own;
        op->name = op->elem;
        op->nests = true;
        c->open[c->depth - 1].children = true;
        return true;
    }
    return add_piece(c, &p);
}

static bool entity(struct compiler *c)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}};
    struct hw_span ent, text;
    size_t before = c->e->text_n;
    if (!name(c, &ent)) {
        return false;
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (hw_span_is(ent, known[i].name)) {
            c->e->text_n = before; /* so that the text around it stays in one piece */
            return put_text(c->e, hw_span_str(known[i].text), &text) && add_literal(c, text);
        }
    }
    /* One this version does not know stays as it would be written. */
    return put_joined(c->e, HW_SPAN_LIT("&"), "", ent, &text) && add_literal(c, text) &&
           put_text(c->e, HW_SPAN_LIT(";"), &text) && add_literal(c, text);
}

static bool character(struct compiler *c)
{
    struct hw_span utf16;
    return hw_read_bytes(c->r, 2, &utf16) ? add_utf16(c, utf16) : short_of(c->e);
}

/* Processing instructions have no place in a record; that there was one is told. */
static bool instruction(struct compiler *c, bool is_target)
{
    struct hw_span s;
    if (c->e->pis++ == 0) {
        c->e->pi_off = hw_read_where(c->r);
    }
    return is_target ? name(c, &s) : counted(c, &s);
}

static bool text_value(struct compiler *c)
{
    uint8_t type;
    struct hw_span utf16;
    if (!hw_read_u8(c->r, &type)) {
        return short_of(c->e);
    }
    if (type != 1) {
        return refuse(c->e, "its binary XML has a literal that is no text");
    }
    return counted(c, &utf16) && add_utf16(c, utf16);
}

static bool token(struct compiler *c, uint8_t t)
{
    struct hw_span utf16;
    switch (t) {
    case 0x01:
    case 0x41:
        return open_element(c, t == 0x41);
    case 0x02:
        end_tag(c);
        return true;
    case 0x03:
    case 0x04:
        return close_element(c);
    case 0x05:
    case 0x45:
        return text_value(c);
    case 0x06:
    case 0x46:
        return attribute(c);
    case 0x07:
    case 0x47:
        return counted(c, &utf16) && add_utf16(c, utf16);
    case 0x08:
    case 0x48:
        return character(c);
    case 0x09:
    case 0x49:
        return entity(c);
    case 0x0a:
    case 0x0b:
        return instruction(c, t == 0x0a);
    case 0x0d:
    case 0x0e:
        return substitution(c, t == 0x0e);
    case 0x0f:
        return hw_read_skip(c->r, 3) || short_of(c->e);
    case 0x0c:
        return refuse(c->e, "a template stands within a template's elements");
    default:
        return refuse(c->e, "its binary XML has a token that does not exist");
    }
}

/* ---- a finished program ---- */

/* Settles where each value comes from, and lets go of what is no value. */
static void settle(struct evtx *e, uint32_t from, struct evtx_program *out)
{
    uint32_t n = from;
    bool dynamic = false;
    for (uint32_t i = from; i < e->op_n; i++) {
        struct evtx_op op = e->ops[i];
        if (op.drop) {
            continue;
        }
        const struct evtx_piece *p = op.first;
        op.source = p == NULL           ? EVTX_LITERAL
                    : p->next != NULL   ? EVTX_MIXED
                    : p->text.p == NULL ? EVTX_VALUE
                                        : EVTX_LITERAL;
        if (op.source == EVTX_VALUE) {
            op.index = p->index;
            op.optional = p->optional;
        }
        dynamic = dynamic || op.naming != NULL;
        op.place = (uint16_t)(n - from);
        e->ops[n++] = op;
    }
    e->op_n = n;
    *out = (struct evtx_program){.ops = e->ops + from, .count = n - from, .dynamic = dynamic};
}

bool evtx_compile(struct evtx *e, struct hw_reader *r, bool in_template, bool one,
                  struct evtx_program *out)
{
    struct compiler c;
    uint8_t t = 0;
    c.e = e;
    c.r = r;
    c.depth = 0;
    c.first_op = e->op_n;
    c.in_template = in_template;
    end_tag(&c);
    bool begun = false;
    while (hw_reader_item(r) && hw_read_u8(r, &t) && t != 0) {
        if (!token(&c, t)) {
            return false;
        }
        begun = begun || c.depth > 0;
        if (one && begun && c.depth == 0) {
            break;
        }
    }
    if (c.depth > 0 || !begun) {
        return short_of(e);
    }
    settle(e, c.first_op, out);
    return true;
}

bool evtx_charge(struct evtx *e, uint64_t n)
{
    if (n > e->work) {
        e->work = 0;
        return refuse(e, "the chunk wants more work than an honest one could");
    }
    e->work -= n;
    return true;
}

bool evtx_element(struct evtx *e, struct hw_reader *r, struct evtx_program *out)
{
    size_t before = hw_read_left(r);
    return evtx_charge(e, 64) && evtx_compile(e, r, false, true, out) &&
           evtx_charge(e, before - hw_read_left(r));
}
