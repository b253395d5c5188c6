/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/estate.c -- the estate: what a person declares of the organisations, hosts,
 * networks, accounts and releases that an investigation is about.
 *
 * No log says that 10.8.0.23 was a VPN's inner address or that BUILD01 builds the product; whoever
 * runs the place knows. The document is JSON, written by hand: docs/formats/estate.md, and for an
 * editor docs/schema/estate.schema.json.
 *
 *   {"headwater": "estate", "version": 1, "hosts": [ {...}, ... ], ...}
 *
 * Each element of each list becomes one record of source "estate". Declared words decide what is
 * joined later, so an element with a fault does not count at all: a host's address whose "until"
 * cannot be read would otherwise hold for ever. The fault is told with its line, what was expected
 * is said, and all other elements stand.
 */
#include "evidence/knowledge/estate.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/json.h"
#include "evidence/records.h"

enum {
    BITS = 128, /* a key and a value that nobody writes by chance */
    PROBE_BYTES = 64 * 1024,
    SCRATCH_BYTES = 256 * 1024,
    NAMES = HW_ESTATE_VALUES,
    NUMBER = 1, /* of the version this reads */
};

struct estate {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records out;
    struct hw_estate_text text;
    struct hw_buf scratch; /* values of the records being read, the innermost last */
    uint64_t entries, refused, ignored;
};

/* One record while it is read: values are places in scratch. */
struct entry {
    const struct hw_estate_list *list;
    const json_t *parent;
    struct hw_estate_place place;
    struct hw_span names[NAMES];
    size_t from[NAMES], bytes[NAMES];
    bool there[NAMES];
    size_t count;
    int64_t time_ns, begins, ends;
    bool faulty;
};

/* ---- words about faults ---- */

static void refuse(struct estate *e, const struct hw_estate_place *at, const char *what,
                   const char *key, const char *expected)
{
    hw_say_anomaly(e->x, e->n, "line-refused", at->off, 0, "line %llu: %s: %s: expected %s",
                   (unsigned long long)at->line, what, key, expected);
}

static void tell_unknown(struct estate *e, const struct hw_estate_place *at, const char *what,
                         const char *key)
{
    e->ignored++;
    hw_say_anomaly(e->x, e->n, "bad-value", at->off, 0,
                   "line %llu: %s: nothing is known by the key \"%.200s\"; it is not read",
                   (unsigned long long)at->line, what, key);
}

/* ---- one record ---- */

static void put_value(struct entry *r, const char *name, const struct hw_buf *b, size_t from)
{
    r->names[r->count] = hw_span_str(name);
    r->there[r->count] = b != NULL;
    r->from[r->count] = from;
    r->bytes[r->count] = b == NULL ? 0 : b->n - from;
    r->count++;
}

/* What a record repeats of its parent. The first is the parent's name: without it the record would
 * belong to nobody. */
static void put_own(struct estate *e, struct entry *r)
{
    for (size_t i = 0; i < sizeof r->list->own / sizeof r->list->own[0]; i++) {
        const char *name = r->list->own[i].name;
        if (name == NULL) {
            return;
        }
        struct hw_span s = hw_json_text(json_object_get(r->parent, r->list->own[i].from));
        size_t from = e->scratch.n;
        hw_buf_span_put(&e->scratch, hw_span_cut(s, 0, 2048));
        put_value(r, name, s.n > 0 ? &e->scratch : NULL, from);
        if (i == 0 && s.n == 0) {
            refuse(e, &r->place, r->list->log, name, "a name to belong to");
            r->faulty = true;
        }
    }
}

static size_t index_of(const struct entry *r, const char *name)
{
    size_t i = 0;
    while (i < r->count && !hw_span_is(r->names[i], name)) {
        i++;
    }
    return i;
}

static void begin(struct estate *e, struct entry *r)
{
    r->time_ns = r->begins = r->ends = HW_TIME_NONE;
    put_own(e, r);
    for (const struct hw_estate_field *f = r->list->fields; f->name != NULL; f++) {
        if (f->kind != HW_ESTATE_LIST && f->kind != HW_ESTATE_EACH) {
            put_value(r, f->name, NULL, 0);
        }
    }
}

static void read_value(struct estate *e, struct entry *r, const struct hw_estate_field *f,
                       const json_t *v, const struct hw_estate_place *at)
{
    bool odd = false;
    int64_t when = HW_TIME_NONE;
    size_t from = e->scratch.n, i = index_of(r, f->name);
    const char *why = hw_estate_value(f, v, &e->scratch, &odd, &when);
    if (why != NULL || i == r->count) {
        refuse(e, at, r->list->log, f->name, why == NULL ? "another key" : why);
        r->faulty = true;
        return;
    }
    if (odd) {
        hw_say_anomaly(e->x, e->n, "bad-value", at->off, 0,
                       "line %llu: %s: %s: not one of the words known here; kept as it is",
                       (unsigned long long)at->line, r->list->log, f->name);
    }
    r->there[i] = true;
    r->from[i] = from;
    r->bytes[i] = e->scratch.n - from;
    r->begins = strcmp(f->name, "from") == 0 ? when : r->begins;
    r->ends = strcmp(f->name, "until") == 0 ? when : r->ends;
    if (r->list->time != NULL && strcmp(f->name, r->list->time) == 0) {
        r->time_ns = when;
    }
}

/* What only the whole element shows. */
static void judge(struct estate *e, struct entry *r)
{
    for (const struct hw_estate_field *f = r->list->fields; f->name != NULL && !r->faulty; f++) {
        if (f->must && !r->there[index_of(r, f->name)]) {
            refuse(e, &r->place, r->list->log, f->name, "to be there");
            r->faulty = true;
        }
    }
    if (!r->faulty && r->list->needs != NULL && !r->there[index_of(r, r->list->needs)] &&
        !r->there[index_of(r, r->list->or_needs)]) {
        refuse(e, &r->place, r->list->log, r->list->needs, r->list->or_needs);
        r->faulty = true;
    }
    if (!r->faulty && r->begins != HW_TIME_NONE && r->ends != HW_TIME_NONE && r->begins > r->ends) {
        refuse(e, &r->place, r->list->log, "until", "a time not before \"from\"");
        r->faulty = true;
    }
}

static void finish(struct estate *e, struct entry *r)
{
    struct hw_span values[NAMES];
    judge(e, r);
    if (r->faulty || !hw_buf_ok(&e->scratch)) {
        e->refused++;
        return;
    }
    uint32_t layout = hw_records_layout(&e->out, "estate", hw_span_str(r->list->log),
                                        hw_span_str(r->list->log), r->names, r->count);
    if (layout == UINT32_MAX) {
        e->refused++;
        return;
    }
    struct hw_span all = hw_buf_span(&e->scratch);
    for (size_t i = 0; i < r->count; i++) {
        values[i] =
            r->there[i] ? hw_span_cut(all, r->from[i], r->bytes[i]) : (struct hw_span){NULL, 0};
    }
    e->entries++;
    hw_records_put(&e->out, &(struct hw_record){
                                .layout = layout,
                                .number = r->place.line,
                                .off = r->place.off,
                                .time_ns = r->time_ns,
                                .clock = r->time_ns == HW_TIME_NONE ? HW_CLOCK_NONE : HW_CLOCK_UTC,
                                .values = values,
                                .count = r->count,
                            });
}

/* ---- lists, and lists within elements ---- */

static void read_list(struct estate *e, const struct hw_estate_list *list, bool plain,
                      const json_t *v, const json_t *parent, const struct hw_estate_place *at);

static void read_member(struct estate *e, struct entry *r, const json_t *object, const char *key,
                        const json_t *v, const struct hw_estate_place *at)
{
    const struct hw_estate_field *f = hw_estate_field_find(r->list, key);
    if (f != NULL && (f->kind == HW_ESTATE_LIST || f->kind == HW_ESTATE_EACH)) {
        read_list(e, f->list, f->kind == HW_ESTATE_EACH, v, object, at);
        return;
    }
    if (f == NULL) {
        tell_unknown(e, at, r->list->log, key);
    } else {
        read_value(e, r, f, v, at);
    }
    (void)!hw_estate_text_skip(&e->text, NULL);
}

static void read_element(struct estate *e, struct entry *r, json_t *v)
{
    struct hw_estate_place at;
    struct hw_span raw;
    const char *key;
    json_t *value;
    if (!json_is_object(v)) {
        refuse(e, &r->place, r->list->log, "element", "an object");
        e->refused++;
        (void)!hw_estate_text_skip(&e->text, NULL);
        return;
    }
    begin(e, r);
    bool open = hw_estate_text_enter(&e->text, '{');
    json_object_foreach(v, key, value)
    {
        if (!open || !hw_estate_text_next(&e->text, &at) || !hw_estate_text_key(&e->text, &raw)) {
            break;
        }
        read_member(e, r, v, key, value, &at);
    }
    if (open) {
        (void)!hw_estate_text_next(&e->text, &at);
    }
    finish(e, r);
}

static void read_plain(struct estate *e, struct entry *r, const json_t *v)
{
    begin(e, r);
    read_value(e, r, &r->list->fields[0], v, &r->place);
    (void)!hw_estate_text_skip(&e->text, NULL);
    finish(e, r);
}

static void read_list(struct estate *e, const struct hw_estate_list *list, bool plain,
                      const json_t *v, const json_t *parent, const struct hw_estate_place *at)
{
    struct hw_estate_place end;
    json_t *one;
    size_t i;
    if (!json_is_array(v) || !hw_estate_text_enter(&e->text, '[')) {
        refuse(e, at, list->key, list->key, "a list");
        e->refused++;
        (void)!hw_estate_text_skip(&e->text, NULL);
        return;
    }
    json_array_foreach(v, i, one)
    {
        struct entry r = {.list = list, .parent = parent};
        size_t kept = e->scratch.n;
        if (!hw_records_going(&e->out) || !hw_estate_text_next(&e->text, &r.place)) {
            return;
        }
        if (plain) {
            read_plain(e, &r, one);
        } else {
            read_element(e, &r, one);
        }
        e->scratch.n = kept;
    }
    (void)!hw_estate_text_next(&e->text, &end);
}

/* ---- the document ---- */

static void read_top(struct estate *e, const char *key, const json_t *v,
                     const struct hw_estate_place *at)
{
    for (size_t i = 0; hw_estate_lists[i] != NULL; i++) {
        if (strcmp(hw_estate_lists[i]->key, key) == 0) {
            read_list(e, hw_estate_lists[i], false, v, NULL, at);
            return;
        }
    }
    if (strcmp(key, "headwater") != 0 && strcmp(key, "version") != 0 &&
        strcmp(key, "$schema") != 0 && strcmp(key, "title") != 0) {
        tell_unknown(e, at, "estate", key);
    }
    (void)!hw_estate_text_skip(&e->text, NULL);
}

static void read_document(struct estate *e, json_t *root)
{
    struct hw_estate_place at = {0, 1};
    struct hw_span raw;
    const char *key;
    json_t *value, *version = json_object_get(root, "version");
    if (!json_is_integer(version) || json_integer_value(version) != NUMBER) {
        refuse(e, &at, "estate", "version", "1: this version reads no other");
        hw_say_degree(e->n, HW_REFUSED, "an estate of another version");
        return;
    }
    if (!hw_estate_text_enter(&e->text, '{')) {
        return;
    }
    json_object_foreach(root, key, value)
    {
        if (!hw_records_going(&e->out) || !hw_estate_text_next(&e->text, &at) ||
            !hw_estate_text_key(&e->text, &raw)) {
            break;
        }
        read_top(e, key, value, &at);
    }
    hw_say_fault(e->x, e->n, &e->text.r, "estate");
}

static void say_knowledge(struct estate *e, const json_t *root)
{
    struct hw_span title = hw_json_text(json_object_get(root, "title"));
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_KNOWLEDGE, e->n->number);
    hw_fact_str(&f, HW_KNOWLEDGE_FORM, "estate");
    if (title.n > 0) {
        hw_fact_span(&f, HW_KNOWLEDGE_TITLE, hw_exam_text(e->x, title, 1000));
    }
    hw_fact_u64(&f, HW_KNOWLEDGE_ENTRIES, e->entries);
    hw_fact_u64(&f, HW_KNOWLEDGE_REFUSED, e->refused);
    hw_fact_u64(&f, HW_KNOWLEDGE_IGNORED, e->ignored);
    hw_say(e->x, &f);
}

static void say_no_json(struct estate *e, const struct hw_json *j, size_t mark)
{
    if (j->too_large) {
        hw_say_anomaly(e->x, e->n, "over-budget", 0, e->n->bytes.n,
                       "the estate needs more memory than one input may have");
        hw_say_degree(e->n, HW_REFUSED, "the memory for this input ended here");
        return;
    }
    hw_say_anomaly(e->x, e->n, "line-refused",
                   (uint64_t)(j->why.position < 0 ? 0 : j->why.position) + mark, 0,
                   "line %d, column %d: not JSON: %s", j->why.line, j->why.column, j->why.text);
    hw_say_degree(e->n, HW_REFUSED, "not JSON");
}

/* A byte order mark is no JSON, but editors write it; what stands behind it is read. */
static size_t mark_bytes(struct hw_span bytes)
{
    return hw_span_starts(bytes, "\xef\xbb\xbf") ? 3 : 0;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct estate e = {.x = x, .n = n};
    struct hw_json j;
    size_t mark = mark_bytes(n->bytes);
    hw_buf_init(&e.scratch, SCRATCH_BYTES);
    hw_records_init(&e.out, x, n);
    hw_json_init(x, hw_span_from(n->bytes, mark), JSON_REJECT_DUPLICATES, &j);
    hw_estate_text_init(&e.text, n->bytes, &x->fuel);
    if (j.root == NULL) {
        say_no_json(&e, &j, mark);
    } else if (hw_read_skip(&e.text.r, mark)) {
        read_document(&e, j.root);
    }
    say_knowledge(&e, j.root);
    hw_records_done(&e.out);
    hw_json_done(x, &j);
    hw_buf_done(&e.scratch);
}

/* The version is not asked here: whoever writes "estate" shall hear why it is not read. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_estate_text t;
    struct hw_estate_place at;
    struct hw_span key, value;
    bool named = false, numbered = false;
    hw_estate_text_init(&t, hw_span_cut(hw_span_from(bytes, mark_bytes(bytes)), 0, PROBE_BYTES),
                        fuel);
    if (!hw_estate_text_enter(&t, '{')) {
        return 0;
    }
    while (!(named && numbered) && hw_estate_text_next(&t, &at) && hw_estate_text_key(&t, &key) &&
           hw_estate_text_skip(&t, &value)) {
        named = named || (hw_span_is(key, "headwater") && hw_span_is(value, "\"estate\""));
        numbered = numbered || hw_span_is(key, "version");
    }
    return named && numbered ? BITS : 0;
}

const struct hw_format hw_estate_format = {
    .word = "estate",
    .probe = probe,
    .examine = examine,
};
