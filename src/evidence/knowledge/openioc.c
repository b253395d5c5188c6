/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openioc.c -- OpenIOC documents, 1.0 and 1.1.
 *
 * The schemas that Mandiant published: ioc.xsd (namespace http://schemas.mandiant.com/2010/ioc) and
 * OpenIOC 1.1 (http://openioc.org/schemas/OpenIOC_1.1).
 *
 *   <ioc id last-modified>                  <OpenIOC id last-modified published-date>
 *     <short_description> <authored_by>       <metadata> the same </metadata>
 *     <authored_date> <links><link rel>
 *     <definition>                            <criteria>
 *       <Indicator operator="OR">               the same; <IndicatorItem> may say negate="true"
 *         <IndicatorItem id condition="is">
 *           <Context search="FileItem/Md5sum"/> <Content type="md5">...</Content>
 *
 * The document is read into a tree first, since only a group's end tells whether an AND has one
 * member or several.
 */
#include "evidence/knowledge/openioc.h"

#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/openioc_xml.h"

enum {
    BITS = 96,
    PROBE_BYTES = 64 * 1024,
    TAG_BYTES = 4096,
    DOCUMENT_BYTES = 16 << 20, /* of real ones, 60 KiB is much */
    FIELD_BYTES = 64 * 1024,
    LABEL_BYTES = 4096,
    REFUSED_BYTES = 2048,
};

enum field { NOTHING, TITLE, AUTHOR, DATE, LINK, CONTENT };

struct loading {
    struct hw_openioc *o;
    uint32_t at; /* the group or item being read */
    enum field field;
    size_t field_at;
    struct hw_openioc_words rel;
    int64_t changed, published, authored;
    bool full;
};

struct hw_openioc_node *hw_openioc_node(struct hw_openioc *o, uint32_t i)
{
    return (struct hw_openioc_node *)(void *)o->nodes.p + i;
}

struct hw_span hw_openioc_span(const struct hw_openioc *o, struct hw_openioc_words w)
{
    return hw_span_cut(hw_buf_span(&o->text), w.at, w.n);
}

static struct hw_openioc_words keep(struct hw_openioc *o, struct hw_span s)
{
    struct hw_openioc_words w = {o->text.n, 0};
    hw_buf_span_put(&o->text, hw_span_cut(s, 0, FIELD_BYTES));
    w.n = o->text.n - w.at;
    return w;
}

/* ---- the tree ---- */

static void push(struct loading *l, const struct hw_openioc_node *as)
{
    struct hw_openioc *o = l->o;
    size_t i = o->nodes.n / sizeof *as;
    if (i >= HW_OPENIOC_NODES) {
        l->full = true;
        return;
    }
    hw_buf_bytes(&o->nodes, as, sizeof *as);
    if (!hw_buf_ok(&o->nodes)) {
        l->full = true;
        return;
    }
    struct hw_openioc_node *parent = hw_openioc_node(o, l->at);
    if (parent->first == 0) {
        parent->first = (uint32_t)i;
    } else {
        hw_openioc_node(o, parent->last)->next = (uint32_t)i;
    }
    parent->last = (uint32_t)i;
    parent->count++;
    hw_openioc_node(o, (uint32_t)i)->parent = l->at;
    l->at = (uint32_t)i;
}

static void begin_group(struct loading *l, const char *const *attributes, uint64_t off)
{
    /* Without a word it is an AND: the reading that alerts less. */
    push(l, &(struct hw_openioc_node){
                .group = true,
                .all = !hw_span_is_nocase(hw_openioc_attribute(attributes, "operator"), "OR"),
                .id = keep(l->o, hw_openioc_attribute(attributes, "id")),
                .line = l->o->items + 1,
                .off = off});
}

static void begin_item(struct loading *l, const char *const *attributes, uint64_t off)
{
    l->o->items++;
    push(l,
         &(struct hw_openioc_node){
             .negate = hw_span_is_nocase(hw_openioc_attribute(attributes, "negate"), "true"),
             .cased = hw_span_is_nocase(hw_openioc_attribute(attributes, "preserve-case"), "true"),
             .condition = keep(l->o, hw_openioc_attribute(attributes, "condition")),
             .id = keep(l->o, hw_openioc_attribute(attributes, "id")),
             .line = l->o->items,
             .off = off});
}

/* ---- elements ---- */

static int64_t time_of(struct hw_span s)
{
    int64_t ns;
    return hw_time_parse(hw_span_trim(s), &ns) ? ns : HW_TIME_NONE;
}

static enum field field_of(const char *name)
{
    static const struct {
        const char *name;
        enum field field;
    } fields[] = {
        {"short_description", TITLE}, {"authored_by", AUTHOR},
        {"authored_date", DATE},      {"link", LINK},
        {"Content", CONTENT},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(name, fields[i].name) == 0) {
            return fields[i].field;
        }
    }
    return NOTHING;
}

static void on_begin(void *state, const char *name, const char *const *attributes, uint64_t off)
{
    struct loading *l = state;
    struct hw_openioc *o = l->o;
    if (l->full) {
        return;
    }
    l->field = field_of(name);
    if (strcmp(name, "ioc") == 0 || strcmp(name, "OpenIOC") == 0) {
        o->id = keep(o, hw_openioc_attribute(attributes, "id"));
        l->changed = time_of(hw_openioc_attribute(attributes, "last-modified"));
        l->published = time_of(hw_openioc_attribute(attributes, "published-date"));
    } else if (strcmp(name, "Indicator") == 0) {
        begin_group(l, attributes, off);
    } else if (strcmp(name, "IndicatorItem") == 0) {
        begin_item(l, attributes, off);
    } else if (strcmp(name, "Context") == 0 && !hw_openioc_node(o, l->at)->group) {
        struct hw_openioc_words search = keep(o, hw_openioc_attribute(attributes, "search"));
        hw_openioc_node(o, l->at)->search = search;
    } else if (l->field == LINK) {
        l->rel = keep(o, hw_openioc_attribute(attributes, "rel"));
    }
    l->field_at = o->text.n;
}

static void on_text(void *state, struct hw_span part)
{
    struct loading *l = state;
    if (l->field != NOTHING && !l->full && l->o->text.n - l->field_at < FIELD_BYTES) {
        hw_buf_span_put(&l->o->text, part);
    }
}

/* "threatgroup: APT28": what the document's links say of it goes into each label. */
static void end_link(struct loading *l, struct hw_span text)
{
    struct hw_openioc *o = l->o;
    struct hw_span rel = hw_openioc_span(o, l->rel);
    if (text.n == 0 || rel.n == 0 || hw_span_is(rel, "license") || hw_span_is(rel, "link") ||
        o->label.n > LABEL_BYTES / 2) {
        return;
    }
    hw_buf_str(&o->label, "; ");
    hw_buf_span_put(&o->label, hw_span_cut(rel, 0, 60));
    hw_buf_str(&o->label, ": ");
    hw_buf_span_put(&o->label, hw_span_cut(text, 0, 300));
}

static void end_field(struct loading *l)
{
    struct hw_openioc *o = l->o;
    struct hw_openioc_words w = {l->field_at, o->text.n - l->field_at};
    struct hw_span text = hw_span_trim(hw_openioc_span(o, w));
    if (l->field == TITLE) {
        o->title = w;
    } else if (l->field == AUTHOR) {
        o->author = w;
    } else if (l->field == DATE) {
        l->authored = time_of(text);
    } else if (l->field == LINK) {
        end_link(l, text);
    } else if (l->field == CONTENT && !hw_openioc_node(o, l->at)->group) {
        hw_openioc_node(o, l->at)->value = w;
    }
    l->field = NOTHING;
}

static void on_end(void *state, const char *name)
{
    struct loading *l = state;
    if (l->full) {
        return;
    }
    if (l->field != NOTHING) {
        end_field(l);
    } else if ((strcmp(name, "Indicator") == 0 || strcmp(name, "IndicatorItem") == 0) &&
               l->at != 0) {
        l->at = hw_openioc_node(l->o, l->at)->parent;
    }
}

/* ---- the document ---- */

static void load(struct hw_openioc *o, struct loading *l)
{
    static const struct hw_openioc_sax sax = {on_begin, on_text, on_end};
    const char *why = "";
    uint64_t off = 0;
    if (o->n->bytes.n > DOCUMENT_BYTES) {
        hw_say_anomaly(o->x, o->n, "over-budget", DOCUMENT_BYTES, 0,
                       "larger than any document of this kind");
        hw_say_degree(o->n, HW_REFUSED, "larger than any document of this kind");
        return;
    }
    if (!hw_openioc_xml_read(o->n->bytes, &sax, l, &o->x->fuel, &why, &off)) {
        hw_say_anomaly(o->x, o->n, "bad-encoding", off, 0, "not XML that is read here: %s", why);
        hw_say_degree(o->n, HW_BROKEN, "not XML that is read here from some place on");
    }
    if (l->full || !hw_buf_ok(&o->text)) {
        hw_say_anomaly(o->x, o->n, "over-budget", 0, 0, "more items than one document may have");
        hw_say_degree(o->n, HW_REFUSED, "more items than one document may have");
    }
}

/* The label is the title and then what the links said. */
static void finish_label(struct hw_openioc *o)
{
    struct hw_buf links;
    hw_buf_init(&links, 2 * LABEL_BYTES);
    hw_buf_span_put(&links, hw_buf_span(&o->label));
    hw_buf_clear(&o->label);
    hw_buf_span_put(&o->label, hw_span_cut(hw_span_trim(hw_openioc_span(o, o->title)), 0, 1000));
    hw_buf_span_put(&o->label, hw_span_from(hw_buf_span(&links), o->label.n > 0 ? 0 : 2));
    hw_buf_done(&links);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_openioc o = {.x = x, .n = n};
    struct loading l = {
        .o = &o, .changed = HW_TIME_NONE, .published = HW_TIME_NONE, .authored = HW_TIME_NONE};
    static const struct hw_openioc_node root = {.group = true};
    hw_buf_init(&o.nodes, (HW_OPENIOC_NODES + 1) * sizeof root);
    hw_buf_init(&o.text, HW_OPENIOC_TEXT_BYTES);
    hw_buf_init(&o.label, 2 * LABEL_BYTES);
    hw_buf_init(&o.rule, FIELD_BYTES);
    hw_buf_init(&o.program, HW_RULE_PROGRAM_BYTES);
    hw_buf_init(&o.value, FIELD_BYTES);
    hw_buf_init(&o.refused, REFUSED_BYTES);
    hw_rule_maker_init(&o.maker);
    hw_teach_init(&o.t, x, n, "openioc");
    hw_buf_bytes(&o.nodes, &root, sizeof root);
    if (hw_buf_ok(&o.nodes)) {
        load(&o, &l);
        finish_label(&o);
        o.published = l.changed != HW_TIME_NONE     ? l.changed
                      : l.published != HW_TIME_NONE ? l.published
                                                    : l.authored;
        o.method = hw_span_holds_nocase(hw_openioc_span(&o, o.title), "(METHODOLOGY)");
        o.t.title = hw_openioc_span(&o, o.title);
        o.t.published = o.published;
        hw_openioc_say(&o);
    }
    hw_say_number(x, n, "openioc.items", o.items);
    hw_say_number(x, n, "openioc.patterns-run", o.run);
    hw_say_number(x, n, "openioc.patterns-run-in-part", o.partly);
    hw_say_number(x, n, "openioc.items-not-asked", o.unasked);
    hw_say_text(x, n, "openioc.id", hw_openioc_span(&o, o.id));
    hw_teach_done(&o.t);
    hw_buf_done(&o.nodes);
    hw_buf_done(&o.text);
    hw_buf_done(&o.label);
    hw_buf_done(&o.rule);
    hw_buf_done(&o.program);
    hw_buf_done(&o.value);
    hw_buf_done(&o.refused);
    hw_rule_maker_done(&o.maker);
}

/* ---- probe ---- */

/* Behind `end`, which must come; s.n when it does not. */
static size_t past(struct hw_span s, size_t at, const char *end)
{
    while (at < s.n && !hw_span_starts(hw_span_from(s, at), end)) {
        at++;
    }
    return at < s.n ? at + strlen(end) : s.n;
}

/* The root element's tag: declarations, comments and instructions in front of it are passed. */
static struct hw_span root_tag(struct hw_span s)
{
    size_t at = hw_span_starts(s, "\xef\xbb\xbf") ? 3 : 0;
    while (at < s.n) {
        struct hw_span rest = hw_span_from(s, at);
        if (hw_ascii_is_blank(s.p[at])) {
            at++;
        } else if (hw_span_starts(rest, "<?")) {
            at = past(s, at, "?>");
        } else if (hw_span_starts(rest, "<!--")) {
            at = past(s, at, "-->");
        } else if (hw_span_starts(rest, "<!DOCTYPE")) {
            size_t open = hw_span_find(rest, '['), close = hw_span_find(rest, '>');
            at = open < close ? past(s, at, "]>") : past(s, at, ">");
        } else {
            rest = hw_span_cut(rest, 0, TAG_BYTES);
            return hw_span_cut(rest, 0, hw_span_find(rest, '>'));
        }
    }
    return (struct hw_span){NULL, 0};
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span head = hw_span_cut(bytes, 0, PROBE_BYTES);
    if (fuel->bytes < head.n) {
        return 0;
    }
    fuel->bytes -= head.n;
    struct hw_span tag = root_tag(head);
    bool named = hw_span_starts(tag, "<") && (hw_span_holds(hw_span_cut(tag, 0, 60), "ioc ") ||
                                              hw_span_holds(hw_span_cut(tag, 0, 60), "OpenIOC "));
    return named && (hw_span_holds(tag, "\"http://schemas.mandiant.com/2010/ioc\"") ||
                     hw_span_holds(tag, "'http://schemas.mandiant.com/2010/ioc'") ||
                     hw_span_holds(tag, "http://openioc.org/schemas/OpenIOC_1.1"))
               ? BITS
               : 0;
}

const struct hw_format hw_openioc_format = {
    .word = "openioc",
    .probe = probe,
    .examine = examine,
};
