/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_sniff.c -- which of the known forms a file has, and how sure that is.
 *
 * Forms are tried on a sample of the file, in this order: a header that names columns; a type first
 * and a value second; Loki's file names; lines that begin with a value. A form stands when at least
 * half of the sampled rows are understood in it.
 *
 * A form is strong when nobody needs to say "this is a list of bad things": checksum files, package
 * lists and tables of addresses have the same shape and the opposite meaning, so only words that
 * speak of badness, or a type column whose types hold, make one strong.
 */
#include "evidence/knowledge/list.h"

#include "base/text.h"
#include "evidence/knowledge/list_value.h"

static const char *const form_words[HW_LIST_FORM_COUNT] = {
    [HW_LIST_NO_FORM] = "none",        [HW_LIST_CSV] = "csv",
    [HW_LIST_CSV_TYPED] = "csv-typed", [HW_LIST_LINES] = "lines",
    [HW_LIST_CHECKSUMS] = "checksums", [HW_LIST_LOKI_HASHES] = "loki-hashes",
    [HW_LIST_LOKI_C2] = "loki-c2",     [HW_LIST_LOKI_FILENAMES] = "loki-filenames",
};

const char *hw_list_form_word(enum hw_list_form f)
{
    return form_words[f];
}

struct sniffing {
    struct hw_span sample;
    struct hw_budget *fuel;
    struct hw_arena *arena;
    struct hw_list_shape *shape;
    uint64_t text; /* offset behind a byte order mark */
    bool loki;     /* a comment at the top says so */
};

/* Text in some eight-bit code: no control characters but those of text. */
static bool is_text(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < 0x20 && !hw_ascii_is_blank(s.p[i])) {
            return false;
        }
    }
    return s.n > 0;
}

static bool holds_nocase(struct hw_span s, const char *word)
{
    size_t n = hw_span_str(word).n;
    for (size_t i = 0; i + n <= s.n; i++) {
        if (hw_span_is_nocase(hw_span_cut(s, i, n), word)) {
            return true;
        }
    }
    return false;
}

/* Comments and blank lines at the top. Leaves start at the first line of data. */
static bool read_top(struct sniffing *f)
{
    struct hw_reader r;
    struct hw_span line;
    bool over, loki = false, iocs = false;
    f->text = hw_span_starts(f->sample, "\xef\xbb\xbf") ? 3 : 0;
    hw_reader_init(&r, f->sample, f->fuel);
    if (!hw_read_skip(&r, f->text)) {
        return false;
    }
    f->shape->start_line = 1;
    for (;;) {
        f->shape->start = hw_read_where(&r);
        if (!hw_list_line_next(&r, &line, &over)) {
            return false;
        }
        if (hw_span_trim(line).n > 0 && !hw_list_is_comment(line)) {
            break;
        }
        f->shape->start_line++;
        struct hw_span says = hw_list_comment(line);
        if (f->shape->title.n == 0) {
            f->shape->title = says;
        }
        loki = loki || holds_nocase(says, "LOKI");
        iocs = iocs || holds_nocase(says, "IOC") || holds_nocase(says, "EVIL HASHES") ||
               holds_nocase(says, "File Name Characteristics");
    }
    f->loki = loki && iocs;
    return true;
}

static void try_rows(struct sniffing *f, uint64_t rows, struct hw_list_run *out_run)
{
    struct hw_reader r;
    hw_list_run_init(out_run, f->shape);
    hw_reader_init(&r, f->sample, f->fuel);
    hw_list_walk(out_run, &r, f->arena, rows);
    hw_list_run_done(out_run);
}

/* Counts how the rows of the sample fare in the shape as it stands. Most files are no lists: when
 * hardly any of the first rows is understood, the others are not asked. */
static void try_shape(struct sniffing *f, struct hw_list_run *out_run)
{
    enum { FIRST_ROWS = 24 };
    try_rows(f, FIRST_ROWS, out_run);
    if (out_run->rows == FIRST_ROWS && out_run->refused * 4 <= out_run->rows * 3) {
        try_rows(f, HW_LIST_SAMPLE_ROWS, out_run);
    }
}

/* Headers */

/* Settles what depends on the other columns; answers whether any column holds values. */
static bool settle(struct hw_list_shape *s)
{
    bool type = false, value = false, kinded = false, product = false, version = false;
    for (size_t i = 0; i < s->column_count; i++) {
        product = product || s->columns[i].use == HW_LIST_PRODUCT;
        version = version || s->columns[i].use == HW_LIST_VERSION;
        type = type || s->columns[i].use == HW_LIST_TYPE;
        value = value || s->columns[i].use == HW_LIST_VALUE;
        kinded = kinded || s->columns[i].use == HW_LIST_KINDED;
    }
    for (size_t i = 0; i < s->column_count; i++) {
        struct hw_list_column *c = &s->columns[i];
        if (c->use == HW_LIST_NAME && type && !value) {
            c->use = HW_LIST_VALUE;
            value = true;
        } else if (c->use == HW_LIST_TYPE && !value && kinded) {
            c->use = HW_LIST_LABEL;
        }
    }
    return value || kinded || (product && version);
}

/* A table of certificates, such as a list of roots, has digests and calls nothing bad. */
static bool is_certificate_table(const struct hw_csv *csv)
{
    size_t column;
    return hw_csv_column(csv, "spki_base64", &column) || hw_csv_column(csv, "not_before", &column);
}

/* How many columns of the record have names this reader knows; 0 when it is no header. */
static size_t count_columns(const struct hw_csv *csv)
{
    size_t known = 0;
    if (is_certificate_table(csv)) {
        return 0;
    }
    for (size_t i = 0; i < csv->count; i++) {
        struct hw_list_column c;
        struct hw_list_value v;
        const char *why;
        hw_list_column_read(csv->fields[i], &c);
        known += c.use != HW_LIST_UNREAD;
        if (hw_list_value_read(csv->fields[i], HW_LIST_ANY, &v, &why)) {
            return 0;
        }
    }
    return known;
}

static bool read_header(struct sniffing *f)
{
    static const char delimiters[] = {',', ';', '\t'};
    struct hw_csv csv;
    size_t best = 0;
    for (size_t d = 0; d < sizeof delimiters; d++) {
        struct hw_reader r;
        hw_reader_init(&r, f->sample, f->fuel);
        if (!hw_read_skip(&r, f->shape->start)) {
            return false;
        }
        hw_csv_init(&csv, &r, f->arena, delimiters[d], HW_LIST_LINE_BYTES);
        if (!hw_csv_next(&csv)) {
            return false;
        }
        size_t known = count_columns(&csv);
        if (known <= best) {
            continue;
        }
        best = known;
        f->shape->delimiter = delimiters[d];
        f->shape->column_count = csv.count;
        for (size_t i = 0; i < csv.count; i++) {
            hw_list_column_read(csv.fields[i], &f->shape->columns[i]);
        }
    }
    return best > 0 && settle(f->shape);
}

static bool is_strong_csv(const struct hw_list_shape *s, const struct hw_list_run *run)
{
    bool bad_word = false, typed = false;
    for (size_t i = 0; i < s->column_count; i++) {
        bad_word = bad_word || s->columns[i].bad_word;
        typed = typed || s->columns[i].use == HW_LIST_TYPE;
    }
    /* "type,value" alone is any table: its types must hold, and speak of what lists speak of. */
    bool holds = typed && run->checked >= 3 && run->refused * 10 <= run->rows &&
                 (run->hashes > 0 || run->checked * 2 >= run->rows);
    return holds || (bad_word && run->checked > 0);
}

static bool sniff_csv(struct sniffing *f)
{
    struct hw_list_run run;
    if (!read_header(f)) {
        return false;
    }
    f->shape->form = HW_LIST_CSV;
    try_shape(f, &run);
    f->shape->strong = is_strong_csv(f->shape, &run);
    return run.refused * 2 <= run.rows;
}

/* The first field of the first line: most files end here. */
static bool begins_with_type(const struct sniffing *f, char delimiter)
{
    struct hw_span rest = hw_span_from(f->sample, (size_t)f->shape->start);
    struct hw_span line = hw_span_cut(rest, 0, hw_span_find(rest, '\n'));
    size_t n = hw_span_find(line, (uint8_t)delimiter);
    bool context;
    return n < line.n && n < 64 &&
           hw_list_type_read(hw_span_cut(line, 0, n), &context) != HW_LIST_OTHER;
}

static bool sniff_typed(struct sniffing *f)
{
    static const char delimiters[] = {',', ';', '\t'};
    static const struct hw_list_column columns[] = {
        {.use = HW_LIST_TYPE}, {.use = HW_LIST_VALUE}, {.use = HW_LIST_LABEL}};
    struct hw_list_run run;
    f->shape->form = HW_LIST_CSV_TYPED;
    f->shape->column_count = 3;
    for (size_t i = 0; i < 3; i++) {
        f->shape->columns[i] = columns[i];
    }
    for (size_t d = 0; d < sizeof delimiters; d++) {
        if (!begins_with_type(f, delimiters[d])) {
            continue;
        }
        f->shape->delimiter = delimiters[d];
        try_shape(f, &run);
        /* Words that are no types become "other" and would pass: most rows must be certain. */
        if (run.rows > 0 && run.checked * 2 >= run.rows && run.refused * 2 <= run.rows) {
            return true;
        }
    }
    return false;
}

/* Lines */

enum { FORM_ROWS = 64 }; /* enough to tell the line forms apart */

struct lines {
    uint64_t count, regexes, hashes, checksums;
};

static void look_at_line(struct hw_span line, struct lines *l)
{
    struct hw_span regex, score, but;
    struct hw_list_value v;
    const char *why;
    size_t n = 0;
    line = hw_span_trim(line);
    l->count++;
    if (hw_list_loki_filename(line, &regex, &score, &but) &&
        !hw_list_value_read(regex, HW_LIST_HASH, &v, &why) &&
        !hw_list_value_read(regex, HW_LIST_DOMAIN, &v, &why)) {
        l->regexes++;
    }
    while (n < line.n && hw_value_is_hex(line.p[n])) {
        n++;
    }
    if (hw_list_value_read(hw_span_cut(line, 0, n), HW_LIST_HASH, &v, &why)) {
        struct hw_span rest = hw_span_from(line, n);
        l->hashes++;
        l->checksums += hw_span_starts(rest, "  ") || hw_span_starts(rest, " *");
    }
}

static void look_at_lines(struct sniffing *f, struct lines *out)
{
    struct hw_reader r;
    struct hw_span line;
    bool over;
    *out = (struct lines){0};
    hw_reader_init(&r, f->sample, f->fuel);
    if (!hw_read_skip(&r, f->shape->start)) {
        return;
    }
    while (out->count < FORM_ROWS && hw_list_line_next(&r, &line, &over) && hw_reader_item(&r)) {
        if (hw_span_trim(line).n > 0 && !hw_list_is_comment(line)) {
            look_at_line(line, out);
        }
    }
}

static bool sniff_lines(struct sniffing *f)
{
    struct hw_list_run run;
    struct lines l;
    look_at_lines(f, &l);
    /* The comments at the top may head the first group. */
    f->shape->start = f->text;
    f->shape->start_line = 1;
    if (l.regexes * 2 > l.count) {
        f->shape->form = HW_LIST_LOKI_FILENAMES;
    } else if (l.checksums * 2 > l.count) {
        f->shape->form = HW_LIST_CHECKSUMS;
    } else if (l.hashes * 2 > l.count) {
        f->shape->form = f->loki ? HW_LIST_LOKI_HASHES : HW_LIST_LINES;
    } else {
        f->shape->form = f->loki ? HW_LIST_LOKI_C2 : HW_LIST_LINES;
    }
    try_shape(f, &run);
    f->shape->strong = f->loki;
    return run.rows > 0 && run.refused * 2 <= run.rows;
}

bool hw_list_sniff(struct hw_span bytes, struct hw_budget *fuel, struct hw_arena *arena,
                   struct hw_list_shape *out)
{
    struct sniffing f = {hw_span_cut(bytes, 0, HW_LIST_SAMPLE_BYTES), fuel, arena, out, 0, false};
    *out = (struct hw_list_shape){.form = HW_LIST_NO_FORM};
    if (f.sample.n < bytes.n) {
        /* The last line of the sample is whole, or not in it. */
        while (f.sample.n > 0 && f.sample.p[f.sample.n - 1] != '\n') {
            f.sample.n--;
        }
    }
    if (!is_text(f.sample) || !read_top(&f)) {
        return false;
    }
    if (sniff_csv(&f)) {
        return true;
    }
    out->strong = false;
    return sniff_typed(&f) || sniff_lines(&f);
}
