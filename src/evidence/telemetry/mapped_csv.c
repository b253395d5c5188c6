/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/mapped_csv.c -- a product's log as CSV: a header, then a row a record.
 *
 * RFC 4180 as base/csv.h reads it, with , ; | or tab. What stands before the header is passed over:
 * "sep=;" for spreadsheets, "#TYPE ..." of PowerShell's Export-Csv, the legend that Windows' DHCP
 * server writes at the top of its audit log. The header is the first line that a mapping recognises
 * among the first HEAD_LINES. A row with more or fewer fields than the header is refused by its
 * place, but for one empty field behind a delimiter at the end. A row that is the header again
 * (logs put one behind the other) is passed over.
 *
 * UTF-16 is recognised and not read: exports of today are UTF-8, and offsets must be the node's.
 */
#include "evidence/telemetry/mapped.h"

#include <string.h>

#include "base/csv.h"
#include "base/text.h"

enum {
    HEAD_LINES = 48,
    HEAD_BYTES = 64 * 1024,
    FIELD_BYTES = 256 * 1024, /* JSON in a column; what is too long for a record is cut there */
    SCRATCH_BYTES = 512 * 1024,
    LEAST_COLUMNS = 2,
};

struct head {
    const struct hw_mapping *product;
    size_t off; /* of the header line */
    char delimiter;
    unsigned bits;
};

/* The delimiter there are most of; 0 when there are too few of any. */
static char delimiter_of(struct hw_span line)
{
    static const char all[] = {',', '\t', ';', '|'};
    size_t most = LEAST_COLUMNS - 2; /* delimiters: one less than columns */
    char best = 0;
    for (size_t k = 0; k < sizeof all; k++) {
        size_t n = 0;
        for (size_t i = 0; i < line.n; i++) {
            n += line.p[i] == (uint8_t)all[k] ? 1 : 0;
        }
        if (n > most) {
            most = n;
            best = all[k];
        }
    }
    return best;
}

/* Is this line a header some mapping knows? Quotes within names are left as they are. */
static bool known_header(struct hw_span line, struct hw_span names[HW_MAPPED_NAMES],
                         struct head *out)
{
    struct hw_span rest = line;
    size_t count = 0;
    char delimiter = delimiter_of(line);
    if (delimiter == 0) {
        return false;
    }
    while (count < HW_MAPPED_NAMES && hw_mapped_next_name(&rest, delimiter, &names[count])) {
        count++;
    }
    const struct hw_mapping *p = hw_mapped_find_csv(line, names, count, 0, &out->bits);
    if (p == NULL) {
        return false;
    }
    out->product = p;
    out->delimiter = delimiter;
    return true;
}

static bool find_head(struct hw_span bytes, struct hw_budget *fuel, struct head *out)
{
    struct hw_reader r;
    struct hw_span names[HW_MAPPED_NAMES]; /* here, so that it is cleared once and not a line */
    struct hw_span line, all = hw_span_cut(bytes, 0, HEAD_BYTES);
    if (!hw_mapped_looks_text(all)) {
        return false;
    }
    hw_reader_init(&r, all, fuel);
    if (hw_span_starts(all, "\xEF\xBB\xBF") && !hw_read_skip(&r, 3)) {
        return false;
    }
    for (unsigned i = 0; i < HEAD_LINES; i++) {
        size_t off = (size_t)hw_read_where(&r);
        if (!hw_read_line(&r, HEAD_BYTES, &line)) {
            return false;
        }
        if (known_header(line, names, out)) {
            out->off = off;
            return true;
        }
    }
    return false;
}

/* The first lines of UTF-16 with a byte order mark, as UTF-8; false when it is none. */
static bool wide_head(struct hw_span bytes, struct hw_budget *fuel, struct head *out)
{
    struct hw_buf b;
    if (!hw_span_starts(bytes, "\xFF\xFE")) {
        return false;
    }
    hw_buf_init(&b, HEAD_BYTES);
    bool whole = hw_utf16le_to_utf8(hw_span_cut(bytes, 2, HEAD_BYTES / 4), &b);
    bool found = whole && hw_buf_ok(&b) && find_head(hw_buf_span(&b), fuel, out);
    hw_buf_done(&b);
    return found;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct head h;
    return find_head(bytes, fuel, &h) || wide_head(bytes, fuel, &h) ? h.bits : 0;
}

/* ---- rows ---- */

struct rows {
    struct hw_mapped m;
    struct hw_csv csv;
    struct hw_span names[HW_MAPPED_NAMES];
    size_t count, unfold; /* the column that holds JSON; SIZE_MAX: none */
    struct hw_json_flat flat;
    uint64_t number, odd, odd_off;
};

/* The header's names, trimmed; one that is empty is called by its place. */
static bool take_header(struct rows *t, struct hw_exam *x)
{
    const char *unfold = t->m.product->unfold;
    if (!hw_csv_next(&t->csv) || t->csv.count > HW_MAPPED_NAMES) {
        return false;
    }
    t->count = t->csv.count;
    t->unfold = SIZE_MAX;
    if (t->count > 1 && hw_span_trim(t->csv.fields[t->count - 1]).n == 0) {
        t->count--; /* a delimiter at the end of the line is no column */
    }
    for (size_t i = 0; i < t->count; i++) {
        t->names[i] = hw_span_trim(t->csv.fields[i]);
        if (t->names[i].n == 0) {
            struct hw_buf b;
            hw_buf_init(&b, 32);
            hw_buf_printf(&b, "column-%zu", i + 1);
            t->names[i] = hw_exam_text(x, hw_buf_span(&b), 32);
            hw_buf_done(&b);
        }
        if (unfold != NULL && hw_span_is(t->names[i], unfold)) {
            t->unfold = i;
        }
    }
    return hw_exam_going(x);
}

static bool is_header(const struct rows *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (!hw_span_equal(hw_span_trim(t->csv.fields[i]), t->names[i])) {
            return false;
        }
    }
    return true;
}

static void put_row(struct rows *t)
{
    size_t have = t->csv.count;
    uint64_t off = t->csv.record_off, size = hw_read_where(t->csv.in) - off;
    if (have == t->count + 1 && t->csv.fields[t->count].n == 0) {
        have = t->count;
    }
    if (have != t->count || t->csv.cut) {
        t->number++;
        hw_records_bad(&t->m.w, t->number, off, size,
                       t->csv.cut        ? "a field is longer than a record may be"
                       : have < t->count ? "fewer fields than the header has"
                                         : "more fields than the header has");
        return;
    }
    if (t->csv.fields[0].n == t->names[0].n && is_header(t)) {
        return;
    }
    t->number++;
    if (t->csv.odd) {
        t->odd_off = t->odd == 0 ? off : t->odd_off;
        t->odd++;
    }
    if (t->unfold != SIZE_MAX && hw_mapped_put_unfolded(&t->m, &t->flat, t->names, t->csv.fields,
                                                        t->count, t->unfold, t->number, off)) {
        return;
    }
    hw_mapped_put(&t->m, t->names, t->csv.fields, t->count, (struct hw_span){NULL, 0}, t->number,
                  off);
}

/* A last row without its end, and too short: the file was cut there. */
static void judge_end(struct rows *t, const struct hw_node *n, struct hw_reader *r)
{
    bool ends = n->bytes.n > 0 && (n->bytes.p[n->bytes.n - 1] == '\n');
    if (hw_reader_fault(r) == HW_OVER_BUDGET) {
        hw_say_fault(t->m.w.x, t->m.w.n, r, "the rows");
    } else if (!ends && t->csv.count > 0 && t->csv.count < t->count) {
        hw_records_lost(&t->m.w, "truncated", t->csv.record_off, 0, 0, 0,
                        "the last row is not whole");
    }
    if (t->odd > 0) {
        hw_say_anomaly(t->m.w.x, t->m.w.n, "bad-encoding", t->odd_off, 0,
                       "%llu rows have quotes where CSV has none, the first of them here",
                       (unsigned long long)t->odd);
    }
}

static void read_rows(struct rows *t, struct hw_exam *x, struct hw_node *n, const struct head *h,
                      uint8_t *scratch)
{
    struct hw_reader r;
    size_t last = 0;
    hw_node_reader(x, n, &r);
    if (!hw_read_skip(&r, h->off)) {
        hw_say_fault(x, n, &r, "the header");
        return;
    }
    hw_csv_init(&t->csv, &r, x->arena, h->delimiter, FIELD_BYTES);
    if (take_header(t, x)) {
        t->m.fixed = t->unfold == SIZE_MAX;
        hw_csv_reuse(&t->csv, scratch, SCRATCH_BYTES);
        while (hw_records_going(&t->m.w) && hw_csv_next(&t->csv)) {
            put_row(t);
            last = t->csv.count;
        }
        t->csv.count = last;
        judge_end(t, n, &r);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct head h;
    if (!find_head(n->bytes, &x->fuel, &h)) {
        hw_say_anomaly(x, n, "unsupported", 0, n->bytes.n,
                       "this log is UTF-16: export it as UTF-8");
        hw_say_unopened(x, n, "compression", (struct hw_span){NULL, 0}, 0, n->bytes.n,
                        "UTF-16 text is not read by this version");
        return;
    }
    struct rows *t = hw_arena_alloc(x->arena, sizeof *t);
    uint8_t *scratch = hw_arena_alloc(x->arena, SCRATCH_BYTES);
    if (t == NULL || scratch == NULL || !hw_mapped_open(&t->m, x, n, h.product, true)) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        return;
    }
    hw_json_flat_init(&t->flat);
    read_rows(t, x, n, &h, scratch);
    hw_json_flat_done(&t->flat);
    hw_mapped_done(&t->m);
}

const struct hw_format hw_format_mapped_csv = {"mapped-csv", probe, examine, NULL, false};
