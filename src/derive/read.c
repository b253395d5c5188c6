/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive/read.c -- every record of every log of the case, in an order that intake cannot change.
 *
 * A log is a node whose format is one of logs; logs with the same bytes count once. They are read
 * in the order of their SHA-256. Layouts are bound to mappings once each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "case/cursor.h"
#include "derive/room.h"
#include "fact/record.h"
#include "fact/words.h"

/* What was declared of the evidence, over what its sighting says. */
static int add_declared(struct world *w, struct log *l, const struct hw_artifact_row *a)
{
    struct hw_declared_row d;
    struct hw_cursor *k = NULL;
    char scope[HW_SCOPE_TEXT];
    text_id org = text_of(w, hw_span_str(a->scope)), host = text_of(w, hw_span_str(a->host));
    int rc = hw_case_declared(w->c, a->evidence, &k, w->err);
    while (rc == HW_OK && (rc = hw_declared_next(k, &d, w->err)) == HW_ROW) {
        rc = HW_OK;
        text_id value = d.current ? text_of(w, d.value) : 0;
        org = value != 0 && strcmp(d.key, "org") == 0 ? value : org;
        host = value != 0 && strcmp(d.key, "host") == 0 ? value : host;
        l->zone = value != 0 && strcmp(d.key, "tz") == 0 ? value : l->zone;
    }
    hw_cursor_free(k);
    hw_scope_of_evidence(a->evidence, scope);
    l->scope = org != 0 ? org : text_of(w, hw_span_str(scope));
    l->host = host;
    return rc;
}

static int compare_logs(const void *a, const void *b)
{
    const struct log *x = a, *y = b;
    int by = memcmp(x->sha256, y->sha256, 32);
    by = by != 0 ? by : memcmp(x->evidence, y->evidence, 32);
    return by != 0 ? by : (x->node > y->node) - (x->node < y->node);
}

int read_logs(struct world *w)
{
    struct hw_artifact_ask ask = {.ever = true, .knowledge = true};
    struct hw_artifact_row a;
    struct hw_cursor *k = NULL;
    int rc = hw_case_artifacts(w->c, &ask, &k, w->err);
    while (rc == HW_OK && (rc = hw_artifact_next(k, &a, w->err)) == HW_ROW) {
        rc = HW_OK;
        if (!hw_format_is_log(hw_span_str(a.format))) {
            continue;
        }
        struct log l = {.reading = a.reading, .node = a.node, .path = text_of(w, a.path)};
        memcpy(l.sha256, a.sha256, 32);
        memcpy(l.evidence, a.evidence, 32);
        rc = add_declared(w, &l, &a);
        uint32_t i = rc != HW_OK ? 0 : vec_add(w, &w->logs);
        if (i != 0) {
            *AT(struct log, &w->logs, i) = l;
        }
        rc = rc != HW_OK ? rc : w->rc;
    }
    hw_cursor_free(k);
    if (rc != HW_OK) {
        return world_fail(w, rc);
    }
    qsort(AT(struct log, &w->logs, 1), w->logs.count - 1, sizeof(struct log), compare_logs);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < w->logs.count; i++) {
        struct log *l = AT(struct log, &w->logs, i);
        if (kept == 1 || memcmp(l->sha256, AT(struct log, &w->logs, kept - 1)->sha256, 32) != 0) {
            *AT(struct log, &w->logs, kept++) = *l;
        }
    }
    w->logs.count = kept;
    return w->rc;
}

/* ---- one log ---- */

enum { BOUNDS = 8, NAMES = HW_RECORD_VALUES };

struct layout {
    text_id source, event;
    struct hw_bound *bounds;
    size_t count;
};

struct reader {
    struct world *w;
    uint32_t log;
    struct layout *layouts;
    uint16_t *counts;
    uint32_t layout_count, room;
    struct hw_span *names, *values;
    struct hw_bound *scratch;
};

static void reader_done(struct reader *r)
{
    for (uint32_t i = 0; i < r->layout_count; i++) {
        free(r->layouts[i].bounds);
    }
    r->layout_count = 0;
}

static bool reader_grow(struct reader *r)
{
    uint32_t room = r->room == 0 ? 64 : r->room * 2;
    struct layout *l = realloc(r->layouts, room * sizeof *l);
    r->layouts = l == NULL ? r->layouts : l;
    uint16_t *c = l == NULL ? NULL : realloc(r->counts, room * sizeof *c);
    r->counts = c == NULL ? r->counts : c;
    if (c == NULL) {
        return false;
    }
    r->room = room;
    return true;
}

static size_t split(struct hw_span joined, struct hw_span *names, size_t room)
{
    size_t n = 0;
    while (n < room) {
        size_t end = hw_span_find(joined, '\n');
        names[n++] = hw_span_cut(joined, 0, end);
        if (end >= joined.n) {
            break;
        }
        joined = hw_span_from(joined, end + 1);
    }
    return n;
}

static int take_layout(struct reader *r, const struct hw_fact *f)
{
    if (hw_fact_get_u64(f, HW_LAYOUT_INDEX) != r->layout_count) {
        return hw_fail(r->w->err, HW_E_CASE, "layouts of a log are not in order");
    }
    if (r->layout_count == r->room && !reader_grow(r)) {
        return hw_fail(r->w->err, HW_E_MEMORY, "no memory for layouts");
    }
    size_t count = split(hw_fact_get(f, HW_LAYOUT_NAMES), r->names, NAMES);
    struct layout *l = &r->layouts[r->layout_count];
    *l = (struct layout){.source = text_of(r->w, hw_fact_get(f, HW_LAYOUT_SOURCE)),
                         .event = text_of(r->w, hw_fact_get(f, HW_LAYOUT_EVENT))};
    l->count = hw_bind(hw_fact_get(f, HW_LAYOUT_SOURCE), hw_fact_get(f, HW_LAYOUT_LOG),
                       hw_fact_get(f, HW_LAYOUT_EVENT), r->names, count, r->scratch, BOUNDS);
    if (l->count > 0) {
        l->bounds = malloc(l->count * sizeof *l->bounds);
        if (l->bounds == NULL) {
            return hw_fail(r->w->err, HW_E_MEMORY, "no memory for layouts");
        }
        memcpy(l->bounds, r->scratch, l->count * sizeof *l->bounds);
    }
    r->counts[r->layout_count++] = (uint16_t)count;
    return HW_OK;
}

static int take_events(struct reader *r, const struct read_pass *pass, const struct hw_fact *f)
{
    struct hw_budget fuel = {1 << 20, 1 << 20, 4};
    struct hw_reader in;
    struct hw_record rec;
    hw_reader_init(&in, hw_fact_get(f, HW_EVENTS_PACKED), &fuel);
    while (r->w->rc == HW_OK && hw_record_next(&in, r->counts, r->layout_count, r->values, &rec)) {
        const struct layout *l = &r->layouts[rec.layout];
        AT(struct log, &r->w->logs, r->log)->records++;
        pass->record(r->w, r->log, text_span(r->w, l->source), text_span(r->w, l->event), &rec,
                     l->bounds, l->count);
    }
    return hw_reader_ok(&in) ? r->w->rc
                             : hw_fail(r->w->err, HW_E_CASE, "records in the case are damaged");
}

static int read_log(struct reader *r, const struct read_pass *pass)
{
    const struct log *l = AT(struct log, &r->w->logs, r->log);
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    AT(struct log, &r->w->logs, r->log)->records = 0;
    /* Kinds are clustered, so all layouts come before the first event. */
    int rc =
        hw_case_facts(r->w->c, l->reading, l->node, HW_FACT_LAYOUT, HW_FACT_LOST, &k, r->w->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, r->w->err)) == HW_ROW) {
        rc = HW_OK;
        if (row.fact.kind == HW_FACT_LAYOUT) {
            rc = take_layout(r, &row.fact);
        } else if (row.fact.kind == HW_FACT_EVENTS) {
            rc = take_events(r, pass, &row.fact);
        } else if (row.fact.kind == HW_FACT_LOST && pass->lost != NULL) {
            pass->lost(r->w, r->log, &row.fact);
        }
    }
    hw_cursor_free(k);
    reader_done(r);
    return rc;
}

/* A log whose facts do not hold together: what was read of it stands, the rest is a gap, and no
 * other log is the poorer. */
static int damaged(struct reader *r, const struct read_pass *pass)
{
    struct world *w = r->w;
    uint32_t i = pass->lost == NULL ? 0 : vec_add(w, &w->gaps);
    if (i != 0) {
        const struct log *l = AT(struct log, &w->logs, r->log);
        struct gap g = {.what = text_print(w, "damaged"),
                        .log = l->path,
                        .says =
                            text_print(w, "what the case holds of it does not hold together: %s",
                                       w->err == NULL ? "" : w->err->text),
                        .host = host_of(w, l->scope, text_span(w, l->host)),
                        .from = HW_TIME_NONE,
                        .to = HW_TIME_NONE};
        *AT(struct gap, &w->gaps, i) = g;
    }
    if (w->err != NULL) {
        *w->err = (struct hw_error){.code = HW_OK};
    }
    return w->rc;
}

int read_all(struct world *w, const struct read_pass *pass)
{
    struct reader r = {.w = w};
    r.names = calloc(NAMES, sizeof *r.names);
    r.values = calloc(NAMES, sizeof *r.values);
    r.scratch = calloc(BOUNDS, sizeof *r.scratch);
    int rc = r.names == NULL || r.values == NULL || r.scratch == NULL
                 ? hw_fail(w->err, HW_E_MEMORY, "no memory to read logs")
                 : HW_OK;
    for (r.log = 1; r.log < w->logs.count && rc == HW_OK; r.log++) {
        rc = read_log(&r, pass);
        rc = rc == HW_E_CASE && w->rc == HW_OK ? damaged(&r, pass) : rc;
        rc = rc != HW_OK ? rc : w->rc;
    }
    free(r.names);
    free(r.values);
    free(r.scratch);
    free(r.layouts);
    free(r.counts);
    return rc != HW_OK ? world_fail(w, rc) : HW_OK;
}

/* ---- what a record says ---- */

struct hw_span found_get(const struct found *f, enum hw_role role)
{
    return hw_bound_get(f->bound, role, f->values);
}

text_id found_text(struct world *w, const struct found *f, enum hw_role role)
{
    return text_of(w, found_get(f, role));
}

bool span_number(struct hw_span s, uint64_t *out)
{
    s = hw_span_trim(s);
    if (s.n < 3 || s.p[0] != '0' || (s.p[1] != 'x' && s.p[1] != 'X')) {
        return hw_span_u64(s, out);
    }
    uint64_t v = 0;
    for (size_t i = 2; i < s.n; i++) {
        uint8_t c = hw_ascii_lower(s.p[i]);
        unsigned d = hw_ascii_is_digit(c)   ? (unsigned)c - '0'
                     : c >= 'a' && c <= 'f' ? c - 'a' + 10U
                                            : 16U;
        if (d > 15 || v >> 60 != 0) {
            return false;
        }
        v = v << 4 | d;
    }
    *out = v;
    return true;
}

bool found_u64(const struct found *f, enum hw_role role, uint64_t *out)
{
    return span_number(found_get(f, role), out);
}
