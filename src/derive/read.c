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
#include "fact/layouts.h"
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
        l->signer = value != 0 && strcmp(d.key, "share-key") == 0 ? value : l->signer;
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

enum { BOUNDS = 8 };

struct layout {
    text_id source, event;
    struct hw_bound *bounds;
    size_t count;
};

struct reader {
    struct world *w;
    const struct read_pass *pass;
    uint32_t log;
    struct hw_layouts known;
    struct layout *layouts; /* beside those known */
    uint32_t room;
    struct hw_bound *scratch;
};

static void forget_layouts(struct reader *r)
{
    for (uint32_t i = 0; i < r->known.count && i < r->room; i++) {
        free(r->layouts[i].bounds);
        r->layouts[i] = (struct layout){.count = 0};
    }
    hw_layouts_clear(&r->known);
}

static int take_layout(struct reader *r, const struct hw_fact *f)
{
    size_t count;
    int rc = hw_layouts_add(&r->known, f, &count, r->w->err);
    if (rc != HW_OK) {
        return rc;
    }
    struct layout *l = hw_layouts_beside(&r->known, r->layouts, &r->room, sizeof *l);
    if (l == NULL) {
        return hw_fail(r->w->err, HW_E_MEMORY, "no memory for layouts");
    }
    r->layouts = l;
    l += r->known.count - 1;
    *l = (struct layout){.source = text_of(r->w, hw_fact_get(f, HW_LAYOUT_SOURCE)),
                         .event = text_of(r->w, hw_fact_get(f, HW_LAYOUT_EVENT))};
    l->count = hw_bind(hw_fact_get(f, HW_LAYOUT_SOURCE), hw_fact_get(f, HW_LAYOUT_LOG),
                       hw_fact_get(f, HW_LAYOUT_EVENT), r->known.names, count, r->scratch, BOUNDS);
    if (l->count > 0) {
        l->bounds = malloc(l->count * sizeof *l->bounds);
        if (l->bounds == NULL) {
            l->count = 0;
            return hw_fail(r->w->err, HW_E_MEMORY, "no memory for layouts");
        }
        memcpy(l->bounds, r->scratch, l->count * sizeof *l->bounds);
    }
    return HW_OK;
}

static int take_record(void *state, const struct hw_record *rec)
{
    struct reader *r = state;
    const struct layout *l = &r->layouts[rec->layout];
    AT(struct log, &r->w->logs, r->log)->records++;
    r->pass->record(r->w, r->log, text_span(r->w, l->source), text_span(r->w, l->event), rec,
                    l->bounds, l->count);
    return r->w->rc;
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
            rc = hw_layouts_each(&r->known, &row.fact, take_record, r, r->w->err);
        } else if (row.fact.kind == HW_FACT_LOST && pass->lost != NULL) {
            pass->lost(r->w, r->log, &row.fact);
        }
    }
    hw_cursor_free(k);
    forget_layouts(r);
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
    struct reader r = {.w = w, .pass = pass};
    r.scratch = calloc(BOUNDS, sizeof *r.scratch);
    int rc = hw_layouts_init(&r.known, w->err);
    if (rc == HW_OK && r.scratch == NULL) {
        rc = hw_fail(w->err, HW_E_MEMORY, "no memory to read logs");
    }
    for (r.log = 1; r.log < w->logs.count && rc == HW_OK; r.log++) {
        rc = read_log(&r, pass);
        rc = rc == HW_E_CASE && w->rc == HW_OK ? damaged(&r, pass) : rc;
        rc = rc != HW_OK ? rc : w->rc;
    }
    hw_layouts_done(&r.known);
    free(r.scratch);
    free(r.layouts);
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
