/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/telemetry/signing_csv.c -- audit exports of signing services as CSV (RFC 4180).
 *
 * Known by the header alone: columns for a time, a key or certificate, and a hash or file, and the
 * word itself in one of them; or in the first row's action.
 */
#include "evidence/telemetry/signing.h"

#include "base/csv.h"
#include "base/text.h"
#include "base/time.h"

enum {
    FIELD_BYTES = 16 * 1024,
    SCRATCH_BYTES = 64 * 1024,
    HEADER_BYTES = 8 * 1024,
    ROW_BYTES = 64 * 1024,
    CSV_BITS = 36,
    ADDED = HW_SIGN_ROLES, /* columns behind the source's own */
};

struct sheet {
    struct hw_exam *x;
    struct hw_node *n;
    struct hw_records w;
    struct hw_csv csv;
    size_t columns;
    enum hw_sign_role roles[HW_CSV_FIELDS_MAX];
    struct hw_span names[HW_CSV_FIELDS_MAX + ADDED], values[HW_CSV_FIELDS_MAX + ADDED];
};

static const struct {
    const char *name;
    enum hw_sign_role role;
} added[] = {
    {"signing.key", HW_SIGN_KEY},   {"signing.cert", HW_SIGN_CERT}, {"signing.hash", HW_SIGN_HASH},
    {"signing.path", HW_SIGN_PATH}, {"signing.user", HW_SIGN_USER}, {"signing.ip", HW_SIGN_IP},
};
enum { ADDED_COUNT = sizeof added / sizeof added[0] };

static char delimiter_of(struct hw_span line)
{
    size_t comma = 0, semicolon = 0, tab = 0;
    for (size_t i = 0; i < line.n; i++) {
        comma += line.p[i] == ',';
        semicolon += line.p[i] == ';';
        tab += line.p[i] == '\t';
    }
    return semicolon > comma && semicolon >= tab ? ';' : tab > comma ? '\t' : ',';
}

/* The next cell of a line, by delimiters alone: headers have no quotes that matter. */
static struct hw_span cell(struct hw_span *rest, char delimiter)
{
    size_t at = hw_span_find(*rest, (uint8_t)delimiter);
    struct hw_span s = hw_span_trim(hw_span_cut(*rest, 0, at));
    *rest = hw_span_from(*rest, at + 1);
    return s.n >= 2 && s.p[0] == '"' ? hw_span_cut(s, 1, s.n - 2) : s;
}

unsigned hw_sign_csv_probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_reader r;
    struct hw_span header, row, left, value;
    bool has[HW_SIGN_ROLES] = {false}, word = false;
    unsigned columns = 0;
    hw_reader_init(&r, bytes, fuel);
    if ((hw_span_starts(bytes, "\xEF\xBB\xBF") && !hw_read_skip(&r, 3)) ||
        !hw_read_line(&r, HEADER_BYTES, &header) || !hw_read_line(&r, ROW_BYTES, &row)) {
        return 0;
    }
    char delimiter = delimiter_of(header);
    for (left = header, value = row; left.n > 0; columns++) {
        struct hw_span name = cell(&left, delimiter), first = cell(&value, delimiter);
        enum hw_sign_role role = hw_sign_role_of(name);
        has[role] = true;
        word = word || hw_sign_word(name) || (role == HW_SIGN_ACTION && hw_sign_is_signing(first));
    }
    return columns >= 4 && word && hw_sign_enough(has) ? CSV_BITS : 0;
}

static void read_header(struct sheet *s)
{
    s->columns = s->csv.count;
    for (size_t i = 0; i < s->columns; i++) {
        struct hw_span name = hw_span_trim(s->csv.fields[i]);
        uint8_t *copy = hw_arena_copy(s->x->arena, name); /* the scratch is reused */
        s->names[i] = (struct hw_span){copy, copy == NULL ? 0 : name.n};
        s->roles[i] = hw_sign_role_of(name);
    }
    for (size_t i = 0; i < ADDED_COUNT; i++) {
        s->names[s->columns + i] = hw_span_str(added[i].name);
    }
}

static void read_row(struct sheet *s)
{
    struct hw_record r = {.number = s->csv.record_line,
                          .off = s->csv.record_off,
                          .time_ns = HW_TIME_NONE,
                          .values = s->values,
                          .count = s->columns + ADDED_COUNT};
    struct hw_sign_said said = {{{NULL, 0}}};
    if (s->csv.count != s->columns || s->csv.cut) {
        hw_records_bad(&s->w, r.number, r.off, 0, "not as many columns as the header");
        return;
    }
    for (size_t i = 0; i < s->columns; i++) {
        struct hw_span v = s->csv.fields[i];
        s->values[i] = v.n > 0 ? v : HW_SPAN_LIT("");
        if (v.n > 0 && said.by[s->roles[i]].n == 0) {
            said.by[s->roles[i]] = v;
        }
    }
    for (size_t i = 0; i < ADDED_COUNT; i++) {
        struct hw_span v = said.by[added[i].role];
        s->values[s->columns + i] = v.n > 0 ? v : (struct hw_span){NULL, 0};
    }
    struct hw_span action = said.by[HW_SIGN_ACTION], event = action;
    if (action.n == 0 || hw_sign_is_signing(action)) {
        event = hw_sign_has_failed(said.by[HW_SIGN_RESULT]) ? HW_SPAN_LIT("sign-failed")
                                                            : HW_SPAN_LIT("signed");
    }
    if (!hw_sign_time(said.by[HW_SIGN_TIME], &r)) {
        hw_records_bad(&s->w, r.number, r.off, 0, "its time is none");
        return;
    }
    r.layout = hw_records_layout(&s->w, "signing", HW_SPAN_LIT("csv"), event, s->names, r.count);
    if (r.layout == UINT32_MAX) {
        hw_records_bad(&s->w, r.number, r.off, 0, "more kinds of records than a log may have");
        return;
    }
    hw_records_put(&s->w, &r);
}

void hw_sign_csv_examine(struct hw_exam *x, struct hw_node *n)
{
    struct sheet *s = hw_arena_alloc(x->arena, sizeof *s);
    uint8_t *scratch = hw_arena_alloc(x->arena, SCRATCH_BYTES);
    struct hw_reader r;
    if (s == NULL || scratch == NULL) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
        hw_say_anomaly(x, n, "over-budget", 0, 0, "no memory for one row");
        return;
    }
    s->x = x;
    s->n = n;
    hw_records_init(&s->w, x, n);
    hw_node_reader(x, n, &r);
    char delimiter = delimiter_of(hw_span_cut(n->bytes, 0, hw_span_find(n->bytes, '\n')));
    hw_csv_init(&s->csv, &r, x->arena, delimiter, FIELD_BYTES);
    hw_csv_reuse(&s->csv, scratch, SCRATCH_BYTES);
    if (hw_csv_next(&s->csv)) {
        read_header(s);
    }
    while (hw_records_going(&s->w) && hw_csv_next(&s->csv)) {
        read_row(s);
    }
    if (!hw_reader_ok(&r)) {
        hw_say_fault(x, n, &r, "a row");
    }
    hw_records_done(&s->w);
}
