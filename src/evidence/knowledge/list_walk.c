/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_walk.c -- all rows of a list, one after the other, from the shape's
 * start.
 */
#include "evidence/knowledge/list.h"

#include "base/text.h"
#include "evidence/knowledge/teach.h"

enum { UNREAD_BYTES = 1000 };

bool hw_list_line_next(struct hw_reader *r, struct hw_span *out, bool *out_long)
{
    *out_long = false;
    if (hw_read_left(r) == 0) {
        return false;
    }
    struct hw_span rest = hw_reader_rest(r);
    size_t n = hw_span_find(hw_span_cut(rest, 0, HW_LIST_LINE_BYTES + 1), '\n');
    if (n <= HW_LIST_LINE_BYTES) {
        return hw_read_line(r, HW_LIST_LINE_BYTES, out);
    }
    size_t end = hw_span_find(rest, '\n');
    *out = hw_span_cut(rest, 0, HW_LIST_LINE_BYTES);
    *out_long = true;
    return hw_read_skip(r, end == rest.n ? end : end + 1);
}

bool hw_list_is_comment(struct hw_span line)
{
    line = hw_span_trim(line);
    return line.n > 0 && (line.p[0] == '#' || line.p[0] == ';' || hw_span_starts(line, "//"));
}

struct hw_span hw_list_comment(struct hw_span line)
{
    size_t from = 0;
    while (from < line.n && !hw_ascii_is_alpha(line.p[from]) && !hw_ascii_is_digit(line.p[from]) &&
           line.p[from] < 0x80) {
        from++;
    }
    return hw_span_trim(hw_span_from(line, from));
}

static bool is_empty(const struct hw_csv *csv)
{
    for (size_t i = 0; i < csv->count; i++) {
        if (hw_span_trim(csv->fields[i]).n > 0) {
            return false;
        }
    }
    return true;
}

/* Columns that mean nothing to this reader are named, so that nobody thinks they were read. */
static void say_unread(struct hw_list_run *run, const struct hw_csv *csv)
{
    struct hw_buf names;
    hw_buf_init(&names, UNREAD_BYTES);
    for (size_t i = 0; i < csv->count && i < run->shape->column_count; i++) {
        struct hw_span s = hw_span_trim(csv->fields[i]);
        if (run->shape->columns[i].use == HW_LIST_UNREAD && s.n > 0 &&
            names.n + s.n + 2 <= UNREAD_BYTES) {
            hw_buf_str(&names, names.n > 0 ? ", " : "");
            hw_buf_span_put(&names, s);
        }
    }
    if (names.n > 0 && hw_buf_ok(&names)) {
        hw_say_text(run->teach->x, run->teach->n, "list.columns-unread", hw_buf_span(&names));
    }
    hw_buf_done(&names);
}

static void read_record(struct hw_list_run *run, struct hw_csv *csv, uint64_t end)
{
    struct hw_list_row row = {.fields = csv->fields,
                              .count = csv->count,
                              .line = csv->record_line + run->shape->start_line - 1,
                              .off = csv->record_off,
                              .size = end - csv->record_off};
    run->odd_quotes += csv->odd;
    if (csv->cut) {
        run->rows++;
        run->refused++;
        hw_list_refuse(run, &row, csv->fields[0], "a field over 64 KiB, or more than 1,024 fields");
        return;
    }
    hw_list_row_read(run, &row);
}

static void walk_records(struct hw_list_run *run, struct hw_reader *r, struct hw_arena *arena,
                         uint64_t rows_max)
{
    struct hw_csv csv;
    bool header = run->shape->form == HW_LIST_CSV;
    hw_csv_init(&csv, r, arena, run->shape->delimiter, HW_LIST_LINE_BYTES);
    while (hw_list_run_going(run) && run->rows < rows_max && hw_csv_next(&csv)) {
        if (header) {
            header = false;
            if (run->teach != NULL) {
                say_unread(run, &csv);
            }
        } else if (!is_empty(&csv) && !hw_span_starts(hw_span_trim(csv.fields[0]), "#")) {
            read_record(run, &csv, hw_read_where(r));
        }
    }
    if (hw_csv_failed(&csv) && run->teach != NULL) {
        hw_say_anomaly(run->teach->x, run->teach->n, "over-budget", csv.record_off, 0,
                       "the memory for this list ended at line %llu",
                       (unsigned long long)(csv.record_line + run->shape->start_line - 1));
        hw_say_degree(run->teach->n, HW_REFUSED, "the memory for this input ended here");
    }
}

static void walk_lines(struct hw_list_run *run, struct hw_reader *r, uint64_t rows_max)
{
    struct hw_span line;
    struct hw_list_row row = {.fields = &line, .count = 1, .line = run->shape->start_line};
    bool over;
    for (row.off = hw_read_where(r); hw_list_run_going(run) && run->rows < rows_max &&
                                     hw_list_line_next(r, &line, &over) && hw_reader_item(r);
         row.off = hw_read_where(r), row.line++) {
        row.size = hw_read_where(r) - row.off;
        if (over) {
            run->rows++;
            run->refused++;
            hw_list_refuse(run, &row, line, "a line over 64 KiB");
        } else if (hw_span_trim(line).n == 0) {
            row.heading = (struct hw_span){NULL, 0};
        } else if (hw_list_is_comment(line)) {
            row.heading = hw_span_cut(hw_list_comment(line), 0, HW_LIST_LABEL_BYTES);
        } else {
            hw_list_line_read(run, &row);
        }
    }
}

void hw_list_walk(struct hw_list_run *run, struct hw_reader *r, struct hw_arena *arena,
                  uint64_t rows_max)
{
    if (!hw_read_skip(r, run->shape->start)) {
        return;
    }
    if (run->shape->form == HW_LIST_CSV || run->shape->form == HW_LIST_CSV_TYPED) {
        walk_records(run, r, arena, rows_max);
    } else {
        walk_lines(run, r, rows_max);
    }
}
