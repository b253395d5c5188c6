/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/said.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "fact/layouts.h"

static const char *const lists[] = {"said-source",  "said-claim",   "said-question", "said-count",
                                    "said-link",    "said-capture", "said-item",     "organisation",
                                    "supplier",     "host",         "account",       "release",
                                    "release-file", "release-part", "delivery"};

enum { NAMES = 16, NAME_BYTES = 256 };

struct shape {        /* of one layout; names as offsets, since shapes move */
    const char *list; /* NULL: another list, or no estate */
    size_t count;
    uint16_t from[NAMES], bytes[NAMES];
    uint8_t text[NAME_BYTES];
};

struct saying {
    struct hw_case *c;
    hw_said_each *each;
    void *state;
    struct hw_error *err;
    struct hw_layouts known;
    struct shape *shapes;
    uint32_t room;
    struct hw_span path;
    unsigned document;
};

struct hw_span hw_said_get(const struct hw_said *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (hw_span_is(s->names[i], name)) {
            return s->values[i];
        }
    }
    return (struct hw_span){NULL, 0};
}

int64_t hw_said_time(const struct hw_said *s, const char *name)
{
    int64_t t;
    struct hw_span v = hw_said_get(s, name);
    return v.n > 0 && hw_time_parse(v, &t) ? t : HW_TIME_NONE;
}

bool hw_said_word(struct hw_span *list, struct hw_span *out)
{
    while (list->n > 0) {
        size_t at = hw_span_find(*list, ',');
        *out = hw_span_trim(hw_span_cut(*list, 0, at));
        *list = hw_span_from(*list, at + 1);
        if (out->n > 0) {
            return true;
        }
    }
    return false;
}

static const char *list_of(struct hw_span log)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (hw_span_is(log, lists[i])) {
            return lists[i];
        }
    }
    return NULL;
}

/* Names live as long as their fact, so they are copied. Ours fit; others are none of ours. */
static bool keep_names(struct shape *s, const struct hw_span *names, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (count > NAMES || names[i].n > NAME_BYTES - used) {
            return false;
        }
        memcpy(s->text + used, names[i].p, names[i].n);
        s->from[i] = (uint16_t)used;
        s->bytes[i] = (uint16_t)names[i].n;
        used += names[i].n;
    }
    s->count = count;
    return true;
}

static int take_layout(struct saying *x, const struct hw_fact *f)
{
    size_t count;
    int rc = hw_layouts_add(&x->known, f, &count, x->err);
    if (rc != HW_OK) {
        return rc;
    }
    struct shape *p = hw_layouts_beside(&x->known, x->shapes, &x->room, sizeof *p);
    if (p == NULL) {
        return hw_fail(x->err, HW_E_MEMORY, "no memory for layouts");
    }
    x->shapes = p;
    p += x->known.count - 1;
    const char *list = list_of(hw_fact_get(f, HW_LAYOUT_LOG));
    p->list = keep_names(p, x->known.names, count) ? list : NULL;
    return HW_OK;
}

static int take_record(void *state, const struct hw_record *rec)
{
    struct saying *x = state;
    const struct shape *p = &x->shapes[rec->layout];
    struct hw_span names[NAMES];
    if (p->list == NULL) {
        return HW_OK;
    }
    for (size_t i = 0; i < p->count; i++) {
        names[i] = (struct hw_span){p->text + p->from[i], p->bytes[i]};
    }
    return x->each(x->state, &(struct hw_said){.list = p->list,
                                               .names = names,
                                               .values = rec->values,
                                               .count = p->count,
                                               .path = x->path,
                                               .line = rec->number,
                                               .off = rec->off,
                                               .document = x->document,
                                               .time_ns = rec->time_ns});
}

static int read_estate(struct saying *x, int64_t reading)
{
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    x->document++;
    int rc = hw_case_facts(x->c, reading, 0, HW_FACT_LAYOUT, HW_FACT_EVENTS, &k, x->err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, x->err)) == HW_ROW) {
        rc = row.fact.kind == HW_FACT_LAYOUT
                 ? take_layout(x, &row.fact)
                 : hw_layouts_each(&x->known, &row.fact, take_record, x, x->err);
    }
    hw_cursor_free(k);
    hw_layouts_clear(&x->known);
    return rc;
}

/* An estate bids for the outermost input only: it is node 0, and no software. */
static int read_class(struct saying *x, enum hw_class of)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = of};
    struct hw_evidence_row row;
    struct hw_artifact_row outer;
    struct hw_cursor *k = NULL;
    int rc = hw_case_evidence(x->c, &ask, &k, x->err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &row, x->err)) == HW_ROW) {
        rc = hw_case_artifact_get(x->c, row.reading, 0, &outer, x->err);
        x->path = row.path;
        rc = rc == 1 && strcmp(outer.format, "estate") == 0 ? read_estate(x, row.reading)
             : rc < 0                                       ? rc
                                                            : HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

int hw_said(struct hw_case *c, hw_said_each *each, void *state, struct hw_error *err)
{
    struct saying x = {.c = c, .each = each, .state = state, .err = err};
    int rc = hw_layouts_init(&x.known, err);
    rc = rc != HW_OK ? rc : read_class(&x, HW_CLASS_KNOWLEDGE);
    rc = rc != HW_OK ? rc : read_class(&x, HW_CLASS_TELEMETRY);
    hw_layouts_done(&x.known);
    free(x.shapes);
    return rc;
}
