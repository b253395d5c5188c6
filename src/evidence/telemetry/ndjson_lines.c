/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/ndjson_lines.c -- the JSON records of a node, one after the other.
 *
 * NDJSON, one array of objects and objects in a row differ in what stands between records only:
 * white space, a comma, the brackets of the array. After a record that is no JSON reading goes on
 * with the next line that begins with '{': one damaged line costs that one record.
 */
#include "evidence/telemetry/ndjson.h"

#include "base/text.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Where the first thing stands that is neither a byte order mark nor white space. */
static size_t begin(struct hw_span s)
{
    size_t i = hw_span_starts(s, "\xEF\xBB\xBF") ? 3 : 0;
    while (i < s.n && is_blank(s.p[i])) {
        i++;
    }
    return i;
}

bool hw_json_looks(struct hw_span bytes)
{
    size_t i = begin(bytes);
    if (i < bytes.n && bytes.p[i] == '[') {
        i++;
        while (i < bytes.n && is_blank(bytes.p[i])) {
            i++;
        }
    }
    return i < bytes.n && bytes.p[i] == '{';
}

/* Past what may stand before a record: white space, one comma, and in an array its end. */
static size_t between(struct hw_json_lines *j, struct hw_span s)
{
    size_t i = 0;
    for (bool comma = false; i < s.n; i++) {
        if (s.p[i] == '\n') {
            j->next_line++;
        } else if (j->array && s.p[i] == ']') {
            j->array = false;
        } else if (s.p[i] == ',' && !comma) {
            comma = true;
        } else if (!is_blank(s.p[i])) {
            break;
        }
    }
    return i;
}

static size_t opening(struct hw_json_lines *j, struct hw_span s)
{
    size_t i = begin(s);
    for (size_t k = 0; k < i; k++) {
        j->next_line += s.p[k] == '\n';
    }
    if (i < s.n && s.p[i] == '[') {
        j->array = true;
        i++;
    }
    return i;
}

/* Where reading goes on after a record that went wrong at `at`: the next line that begins with '{'.
 * Lines the broken record had already swallowed count only when nothing stands before the brace, as
 * in NDJSON: `{"a":1` without its end must not take the next record with it. */
static size_t resume(struct hw_json_lines *j, struct hw_span s, size_t at)
{
    for (size_t i = 0;;) {
        i += hw_span_find(hw_span_from(s, i), '\n');
        if (i >= s.n) {
            return s.n;
        }
        j->next_line++;
        size_t line = ++i;
        while (i > at && i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == ',')) {
            i++;
        }
        if (i < s.n && s.p[i] == '{') {
            return line;
        }
        i = line;
    }
}

struct hw_json_lines *hw_json_open(struct hw_records *w, struct hw_exam *x, struct hw_node *n)
{
    struct hw_json_lines *j = hw_arena_alloc(x->arena, sizeof *j);
    if (j == NULL) {
        hw_say_degree(n, HW_REFUSED, "no memory for a record");
        return NULL;
    }
    j->w = w;
    j->next_line = 1;
    hw_node_reader(x, n, &j->in);
    hw_json_flat_init(&j->flat);
    return j;
}

static void refuse(struct hw_json_lines *j, struct hw_span rest, size_t at, enum hw_json_end e)
{
    size_t end = resume(j, rest, at);
    hw_records_bad(j->w, j->number, j->off, end, hw_json_end_words(e));
    if (e == HW_JSON_CUT && end == rest.n) {
        hw_records_lost(j->w, "truncated", j->off, 0, 0, 0, "the last record is cut off");
    }
    if (!hw_read_skip(&j->in, end)) {
        return; /* the reader has faulted, and hw_json_next() ends */
    }
}

bool hw_json_next(struct hw_json_lines *j)
{
    while (hw_records_going(j->w) && hw_reader_item(&j->in)) {
        struct hw_span rest = hw_reader_rest(&j->in);
        size_t gap = j->begun ? 0 : opening(j, rest);
        j->begun = true;
        gap += between(j, hw_span_from(rest, gap));
        if (!hw_read_skip(&j->in, gap)) {
            break;
        }
        rest = hw_reader_rest(&j->in);
        size_t at = 0;
        j->off = hw_read_where(&j->in);
        j->line = j->next_line;
        if (rest.n == 0) {
            break;
        }
        j->number++;
        enum hw_json_end e = hw_json_flatten(rest, &at, &j->flat);
        if (e == HW_JSON_FINE && rest.p[0] != '{') {
            e = HW_JSON_BAD;
        }
        if (e != HW_JSON_FINE) {
            refuse(j, rest, at, e);
            continue;
        }
        j->next_line += j->flat.lines;
        j->size = at;
        j->raw = hw_span_cut(rest, 0, at);
        return hw_read_skip(&j->in, at);
    }
    return false;
}

void hw_json_close(struct hw_json_lines *j)
{
    if (j == NULL) {
        return;
    }
    if (!hw_reader_ok(&j->in)) {
        hw_say_fault(j->w->x, j->w->n, &j->in, "a JSON record");
    }
    hw_json_flat_done(&j->flat);
}

unsigned hw_json_probe(struct hw_span bytes, struct hw_budget *fuel, unsigned max,
                       hw_json_sees sees, void *state)
{
    return hw_json_probe_aside(bytes, fuel, max, sees, state, NULL);
}

unsigned hw_json_probe_aside(struct hw_span bytes, struct hw_budget *fuel, unsigned max,
                             hw_json_sees sees, void *state, const char *const *aside)
{
    struct hw_json_flat flat;
    struct hw_reader r;
    unsigned seen = 0;
    if (!hw_json_looks(bytes)) {
        return 0;
    }
    hw_json_flat_init(&flat);
    flat.aside = aside;
    hw_reader_init(&r, bytes, fuel);
    size_t at = begin(bytes);
    at += bytes.p[at] == '[' ? 1 : 0;
    while (seen < max && hw_reader_item(&r)) {
        size_t from = at;
        while (seen > 0 && from < bytes.n && (is_blank(bytes.p[from]) || bytes.p[from] == ',')) {
            from++;
        }
        at = from;
        enum hw_json_end e = hw_json_flatten(bytes, &at, &flat);
        if (e != HW_JSON_FINE || !hw_read_skip(&r, at - from) || !sees(&flat, state)) {
            break;
        }
        seen++;
    }
    hw_json_flat_done(&flat);
    return seen;
}
