/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped_json.c -- a product's log as JSON, flat as evidence/telemetry/ndjson.h
 * makes it: {"a":{"b":1}} has the name a.b.
 *
 * Besides lines and one array, the wrappers that services put around their records, each of which
 * may stand more than once in a file:
 *
 *   {"value":[...]}      Microsoft Graph (OData), maybe behind "@odata.context":"..."
 *   {"records":[...]}    Azure diagnostic settings
 *   {"Records":[...]}    AWS CloudTrail
 */
#include "evidence/telemetry/mapped.h"

#include <string.h>

#include "base/text.h"
#include "evidence/telemetry/ndjson.h"

enum { LOOK_RECORDS = 8, WRAP_BYTES = 4096, WRAP_MEMBERS = 8 };

/* ---- a column that holds JSON ---- */

bool hw_mapped_put_unfolded(struct hw_mapped *m, struct hw_json_flat *f,
                            const struct hw_span *names, const struct hw_span *values, size_t count,
                            size_t column, uint64_t number, uint64_t off)
{
    struct hw_span all_names[HW_MAPPED_NAMES], all_values[HW_MAPPED_NAMES];
    size_t at = 0, n = 0;
    if (hw_json_flatten(values[column], &at, f) != HW_JSON_FINE ||
        hw_span_trim(hw_span_from(values[column], at)).n > 0 ||
        f->count + count > HW_MAPPED_NAMES) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (i != column) {
            all_names[n] = names[i];
            all_values[n++] = values[i];
        }
    }
    for (size_t i = 0; i < f->count; i++) {
        all_names[n] = f->names[i];
        all_values[n++] = f->values[i];
    }
    hw_mapped_put(m, all_names, all_values, n, (struct hw_span){NULL, 0}, number, off);
    return true;
}

/* ---- wrappers ---- */

static size_t blanks(struct hw_span s, size_t at)
{
    while (at < s.n && hw_ascii_is_blank(s.p[at])) {
        at++;
    }
    return at;
}

/* Behind the string that begins at `at`, whose inside is *out; 0 for none. Keys that matter here
 * have no escapes. */
static size_t string_end(struct hw_span s, size_t at, struct hw_span *out)
{
    if (at >= s.n || s.p[at] != '"') {
        return 0;
    }
    for (size_t i = at + 1; i < s.n && s.p[i] != '\\'; i++) {
        if (s.p[i] == '"') {
            *out = hw_span_cut(s, at + 1, i - at - 1);
            return i + 1;
        }
    }
    return 0;
}

static bool wraps(struct hw_span key)
{
    return hw_span_is(key, "value") || hw_span_is(key, "records") || hw_span_is(key, "Records");
}

/* Where the first record of a wrapper lies, when one begins at `at`; else 0. Before the array there
 * may be members that are strings. */
static size_t wrapper(struct hw_span whole, size_t at)
{
    struct hw_span s = hw_span_cut(whole, 0, at + WRAP_BYTES), key, value;
    at = blanks(s, at);
    if (at >= s.n || s.p[at] != '{') {
        return 0;
    }
    for (unsigned i = 0; i < WRAP_MEMBERS; i++) {
        at = string_end(s, blanks(s, at + 1), &key);
        at = at == 0 ? s.n : blanks(s, at);
        if (at >= s.n || s.p[at] != ':') {
            return 0;
        }
        at = blanks(s, at + 1);
        if (at < s.n && s.p[at] == '[') {
            return wraps(key) ? at + 1 : 0;
        }
        at = string_end(s, at, &value);
        at = at == 0 ? s.n : blanks(s, at);
        if (at >= s.n || s.p[at] != ',') {
            return 0;
        }
    }
    return 0;
}

static size_t begin_of(struct hw_span s)
{
    return hw_span_starts(s, "\xEF\xBB\xBF") ? 3 : 0;
}

/* ---- which ---- */

struct seen {
    const struct hw_mapping *product;
    unsigned bits;
};

static bool sees(const struct hw_json_flat *f, void *state)
{
    struct seen *s = state;
    s->product = hw_mapped_find_names(HW_MAPPED_JSON, f->names, f->count, 0, &s->bits);
    return s->product == NULL;
}

static bool find(struct hw_span bytes, struct hw_budget *fuel, struct seen *out)
{
    *out = (struct seen){.product = NULL};
    if (!hw_json_looks(bytes)) {
        return false;
    }
    size_t inside = wrapper(bytes, begin_of(bytes));
    (void)hw_json_probe(hw_span_from(bytes, inside), fuel, inside > 0 ? 1 : LOOK_RECORDS, sees,
                        out);
    return out->product != NULL;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct seen s;
    return find(bytes, fuel, &s) ? s.bits : 0;
}

/* ---- records ---- */

struct jsons {
    struct hw_mapped m;
    struct hw_json_flat inner; /* of a column that holds JSON */
    struct hw_json_flat flat;  /* of a wrapper's record */
    uint64_t number;
};

static void put(struct jsons *t, const struct hw_json_flat *f, uint64_t number, uint64_t off)
{
    size_t at = t->m.product->unfold == NULL ? f->count : hw_json_find(f, t->m.product->unfold, 0);
    if (at < f->count &&
        hw_mapped_put_unfolded(&t->m, &t->inner, f->names, f->values, f->count, at, number, off)) {
        return;
    }
    hw_mapped_put(&t->m, f->names, f->values, f->count, (struct hw_span){NULL, 0}, number, off);
}

/* The records of one wrapper. *at goes behind its array; false: it ended wrongly. */
static bool read_wrapper(struct jsons *t, struct hw_reader *r, struct hw_span s, size_t *at)
{
    while (hw_records_going(&t->m.w) && hw_reader_item(r)) {
        size_t from = *at = blanks(s, *at);
        if (from < s.n && s.p[from] == ']') {
            *at = from + 1;
            return true;
        }
        if (from < s.n && s.p[from] == ',' && t->number > 0) {
            *at = from + 1;
            continue;
        }
        enum hw_json_end end = hw_json_flatten(s, at, &t->flat);
        if (end == HW_JSON_CUT || end == HW_JSON_NONE) {
            hw_records_lost(&t->m.w, "truncated", from, 0, 0, 0, "the array is not closed");
            return false;
        }
        if (end != HW_JSON_FINE || t->flat.count == 0) {
            hw_records_bad(&t->m.w, ++t->number, from, *at - from, hw_json_end_words(end));
            hw_records_lost(&t->m.w, "damaged", *at, 0, 0, 0, "the rest of the array");
            return false;
        }
        if (!hw_read_skip(r, *at - from)) {
            return false;
        }
        put(t, &t->flat, ++t->number, from);
    }
    return false;
}

/* Members behind the array, up to the brace; they are scalars ("@odata.nextLink":"...").  */
static size_t behind(struct hw_span s, size_t at)
{
    bool quoted = false;
    for (; at < s.n && (quoted || s.p[at] != '}'); at++) {
        quoted = s.p[at] == '"' ? !quoted : quoted;
    }
    return at < s.n ? at + 1 : at;
}

static void read_wrappers(struct jsons *t, struct hw_reader *r, struct hw_span s)
{
    size_t at = begin_of(s), inside;
    while (hw_records_going(&t->m.w) && hw_reader_item(r) && (inside = wrapper(s, at)) > 0) {
        at = inside;
        if (!read_wrapper(t, r, s, &at)) {
            return;
        }
        at = behind(s, at);
        if (at < s.n) {
            at = blanks(s, at);
        }
    }
    if (blanks(s, at) < s.n && hw_records_going(&t->m.w)) {
        hw_records_lost(&t->m.w, "damaged", at, 0, 0, 0, "what follows is no wrapper of records");
    }
}

static void read_plain(struct jsons *t, struct hw_exam *x, struct hw_node *n)
{
    struct hw_json_lines *j = hw_json_open(&t->m.w, x, n);
    if (j == NULL) {
        return;
    }
    while (hw_records_going(&t->m.w) && hw_json_next(j)) {
        put(t, &j->flat, j->number, j->off);
    }
    hw_json_close(j);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct seen s;
    struct hw_reader r;
    struct jsons *t = hw_arena_alloc(x->arena, sizeof *t);
    if (t == NULL || !find(n->bytes, &x->fuel, &s) ||
        !hw_mapped_open(&t->m, x, n, s.product, false)) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return;
    }
    hw_json_flat_init(&t->inner);
    hw_json_flat_init(&t->flat);
    hw_node_reader(x, n, &r);
    if (wrapper(n->bytes, begin_of(n->bytes)) > 0) {
        read_wrappers(t, &r, hw_reader_rest(&r));
        if (hw_reader_fault(&r) == HW_OVER_BUDGET) {
            hw_say_fault(x, n, &r, "the records");
        }
    } else {
        read_plain(t, x, n);
    }
    hw_json_flat_done(&t->inner);
    hw_json_flat_done(&t->flat);
    hw_mapped_done(&t->m);
}

const struct hw_format hw_format_mapped_json = {"mapped-json", probe, examine, NULL, false};
