/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/lifecycle_csv.c -- four columns for what no feed knows: that a product was
 * given up. RFC 4180 as base/csv.h reads it; the first line is
 *
 *   vendor,product,version,ended
 *
 * in that order. A version stands for itself and all that go on from it; without one it is the
 * whole product. The date is ISO 8601 and must be there. Lines that begin with '#' are passed over.
 */
#include "evidence/knowledge/lifecycle.h"

#include "base/csv.h"
#include "base/text.h"

enum { FIELD_BYTES = 4096, COLUMNS = 4, HEADER_BYTES = 200 };

bool hw_lifecycle_is_csv(struct hw_span text, struct hw_span *out_rest)
{
    static const char *const names[COLUMNS] = {"vendor", "product", "version", "ended"};
    size_t mark = hw_span_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
    struct hw_span line = hw_span_from(text, mark);
    size_t end = hw_span_find(line, '\n');
    *out_rest = hw_span_from(line, end + 1);
    line = hw_span_cut(line, 0, end);
    if (line.n > HEADER_BYTES) {
        return false;
    }
    for (unsigned i = 0; i < COLUMNS; i++) {
        size_t comma = hw_span_find(line, ',');
        if (!hw_span_is_nocase(hw_span_trim(hw_span_cut(line, 0, comma)), names[i]) ||
            (i + 1 < COLUMNS) != (comma < line.n)) {
            return false;
        }
        line = hw_span_from(line, comma + 1);
    }
    return true;
}

static void row(struct hw_lifecycle *l, const struct hw_csv *csv)
{
    struct hw_claim *c = &l->claim;
    struct hw_span version = hw_span_trim(hw_csv_field(csv, 2));
    struct hw_span ended = hw_span_trim(hw_csv_field(csv, 3));
    c->line = csv->record_line + 1; /* the header was the first */
    c->off = csv->record_off;
    hw_claim_clear(c);
    if (csv->count != COLUMNS || csv->cut) {
        hw_teach_refuse(l->t, c->line, c->off, csv->fields[0], "not four columns");
    } else if (!hw_claim_product(c, hw_csv_field(csv, 0), hw_csv_field(csv, 1))) {
        hw_teach_refuse(l->t, c->line, c->off, csv->fields[1], "a product without a name");
    } else if (!hw_time_parse(ended, &c->from)) {
        hw_teach_refuse(l->t, c->line, c->off, ended, "no date");
    } else {
        hw_lifecycle_line(l, version);
        hw_claim_say(l->t, c);
    }
}

void hw_lifecycle_csv(struct hw_lifecycle *l, struct hw_span rest, uint64_t base)
{
    struct hw_exam *x = l->t->x;
    struct hw_csv *csv = hw_arena_alloc(x->arena, sizeof *csv);
    uint8_t *scratch = hw_arena_alloc(x->arena, COLUMNS * FIELD_BYTES);
    struct hw_reader r;
    if (csv == NULL || scratch == NULL) {
        hw_say_anomaly(x, l->t->n, "over-budget", 0, 0, "no memory for a table");
        return;
    }
    hw_reader_init_at(&r, rest, base, &x->fuel);
    hw_csv_init(csv, &r, x->arena, ',', FIELD_BYTES);
    hw_csv_reuse(csv, scratch, COLUMNS * FIELD_BYTES);
    while (hw_teach_going(l->t) && hw_csv_next(csv)) {
        if (!hw_span_starts(csv->fields[0], "#")) {
            row(l, csv);
        }
    }
    hw_say_fault(x, l->t->n, &r, "lifecycle table");
}
