/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/list_row.c -- one row of a list: what it names, split and said as INDICATORs.
 *
 * A row is refused when any of its values could not be understood, ignored when all it named is of
 * kinds this version keeps and does not match; both are counted once a row. Refusals are said one
 * by one up to HW_LIST_REFUSALS_SAID; all are counted.
 */
#include "evidence/knowledge/list.h"

#include "base/text.h"
#include "base/time.h"
#include "evidence/knowledge/teach.h"

enum { VERSIONS_BYTES = 4096 };

/* What all values of one row share. */
struct sharing {
    struct hw_list_run *run;
    const struct hw_list_row *row;
    struct hw_list_words words;
    struct hw_span type, version;
    bool typed;
    int64_t from, until;
    uint64_t said, matched, refused;
    bool over;
};

void hw_list_run_init(struct hw_list_run *run, const struct hw_list_shape *shape)
{
    *run = (struct hw_list_run){.shape = shape};
    hw_buf_init(&run->label, HW_LIST_LABEL_BYTES);
    hw_buf_init(&run->source, HW_LIST_SOURCE_BYTES);
}

void hw_list_run_done(struct hw_list_run *run)
{
    hw_buf_done(&run->label);
    hw_buf_done(&run->source);
}

bool hw_list_run_going(const struct hw_list_run *run)
{
    return run->teach == NULL || hw_teach_going(run->teach);
}

void hw_list_refuse(struct hw_list_run *run, const struct hw_list_row *row, struct hw_span part,
                    const char *why)
{
    if (run->teach != NULL) {
        hw_teach_complain(run->teach, row->line, row->off, row->size, part, why);
    }
}

static void refuse(struct sharing *c, struct hw_span part, const char *why)
{
    c->refused++;
    hw_list_refuse(c->run, c->row, part, why);
}

/* A row that multiplies (many columns of names, many versions) ends here, and says so. */
static bool row_going(struct sharing *c)
{
    if (c->said + c->refused < HW_LIST_ROW_VALUES_MAX) {
        return hw_list_run_going(c->run);
    }
    if (!c->over) {
        c->over = true;
        refuse(c, c->row->fields[0], "more than 4,096 values in one row");
    }
    return false;
}

/* Texts */

static void add_text(struct hw_buf *b, size_t max, struct hw_span s)
{
    s = hw_span_trim(s);
    if (hw_list_is_blank(s) || b->n + 2 >= max) {
        return;
    }
    if (b->n > 0) {
        hw_buf_str(b, "; ");
    }
    hw_utf8_clean(s, max - b->n, b);
}

static void add_label(struct sharing *c, struct hw_span s)
{
    if (c->run->teach != NULL) {
        add_text(&c->run->label, HW_LIST_LABEL_BYTES, s);
    }
}

static void read_time(struct sharing *c, struct hw_span s, bool from)
{
    struct hw_interval when;
    s = hw_span_trim(s);
    if (hw_list_is_blank(s)) {
        return;
    }
    if (!hw_interval_parse(s, &when)) {
        c->run->unread_times++;
    } else if (from) {
        c->from = when.lo;
    } else {
        c->until = when.hi;
    }
}

/* Facts */

static bool say(struct sharing *c, const struct hw_list_value *v, struct hw_span raw,
                const char *role)
{
    struct hw_list_run *run = c->run;
    struct hw_span value = {v->p, v->n};
    struct hw_span label = hw_buf_span(&run->label), source = hw_buf_span(&run->source);
    struct hw_fact f;
    raw = hw_span_cut(hw_span_trim(raw), 0, HW_LIST_VALUE_BYTES);
    if (!hw_buf_ok(&run->label) || !hw_buf_ok(&run->source)) {
        struct hw_exam *x = run->teach->x;
        x->rc = hw_fail(&x->err, HW_E_MEMORY, "no memory for the words of a list");
        return false;
    }
    hw_fact_about(&f, HW_FACT_INDICATOR, run->teach->n->number);
    hw_fact_u64(&f, HW_INDICATOR_LINE, c->row->line);
    hw_fact_str(&f, HW_INDICATOR_KIND, hw_list_kind_word(v->kind));
    hw_fact_span(&f, HW_INDICATOR_VALUE, value);
    if (raw.n > 0 && !hw_span_equal(raw, value)) {
        hw_fact_span(&f, HW_INDICATOR_RAW, raw);
    }
    if (label.n > 0) {
        hw_fact_span(&f, HW_INDICATOR_LABEL, label);
    }
    hw_fact_str(&f, HW_INDICATOR_ROLE, role);
    if (source.n > 0) {
        hw_fact_span(&f, HW_INDICATOR_SOURCE, source);
    }
    if (c->from != HW_TIME_NONE) {
        hw_fact_time(&f, HW_INDICATOR_FROM, c->from);
    }
    if (c->until != HW_TIME_NONE) {
        hw_fact_time(&f, HW_INDICATOR_UNTIL, c->until);
    }
    hw_fact_u64(&f, HW_INDICATOR_OFF, c->row->off);
    hw_teach_put(run->teach, &f);
    return !run->teach->full;
}

static void emit(struct sharing *c, struct hw_list_value *v, struct hw_span raw)
{
    struct hw_list_run *run = c->run;
    if (c->words.certificate) {
        v->kind = v->kind == HW_LIST_SHA1     ? HW_LIST_CERT_SHA1
                  : v->kind == HW_LIST_SHA256 ? HW_LIST_CERT_SHA256
                  : hw_list_kind_is_file_hash(v->kind) || v->kind == HW_LIST_FILENAME
                      ? HW_LIST_OTHER
                      : v->kind;
    }
    if (run->teach != NULL && !say(c, v, raw, hw_list_role(v, &c->words))) {
        return;
    }
    run->entries++;
    c->said++;
    c->matched += v->kind != HW_LIST_OTHER;
    run->checked += hw_list_kind_is_file_hash(v->kind) || v->kind == HW_LIST_DOMAIN ||
                    v->kind == HW_LIST_ADDRESS || v->kind == HW_LIST_URL ||
                    v->kind == HW_LIST_CERT_SHA1 || v->kind == HW_LIST_CERT_SHA256;
    run->hashes += hw_list_kind_is_file_hash(v->kind);
}

/* Values */

static bool is_separator(uint8_t c, bool slash)
{
    return hw_ascii_is_blank(c) || c == ',' || c == ';' || c == '|' || (slash && c == '/');
}

/* Takes the next run of bytes that are no separators off the front. */
static bool take_token(struct hw_span *rest, bool slash, struct hw_span *out)
{
    size_t from = 0;
    while (from < rest->n && is_separator(rest->p[from], slash)) {
        from++;
    }
    size_t to = from;
    while (to < rest->n && !is_separator(rest->p[to], slash)) {
        to++;
    }
    *out = hw_span_cut(*rest, from, to - from);
    *rest = hw_span_from(*rest, to);
    return out->n > 0;
}

static bool is_hash_kind(enum hw_list_kind k)
{
    return hw_list_kind_is_file_hash(k) || k == HW_LIST_IMPHASH || k == HW_LIST_HASH ||
           k == HW_LIST_FILE || k == HW_LIST_CERT_SHA1 || k == HW_LIST_CERT_SHA256 ||
           k == HW_LIST_CERT_HASH;
}

/* What one token of a field with several may be. A "file" with several values is several hashes. */
static enum hw_list_kind token_kind(enum hw_list_kind k)
{
    return k == HW_LIST_FILE ? HW_LIST_HASH : k;
}

static bool has_scheme(struct hw_span s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        if (s.p[i] == '/' && s.p[i + 1] == '/') {
            return true;
        }
    }
    return false;
}

/* Are there several values here, every one of them certain? */
static bool all_tokens(struct hw_span field, enum hw_list_kind k)
{
    struct hw_list_value v;
    struct hw_span rest = field, token;
    const char *why;
    size_t count = 0;
    bool schemes = false;
    for (; take_token(&rest, is_hash_kind(k), &token); count++) {
        schemes = schemes || (count == 0 && has_scheme(token));
        if (!hw_list_value_read(token, token_kind(k), &v, &why) || v.kind == HW_LIST_OTHER ||
            (schemes && !has_scheme(token)) || (k == HW_LIST_ANY && v.kind == HW_LIST_FILENAME)) {
            return false;
        }
    }
    return count > 1;
}

static void read_tokens(struct sharing *c, struct hw_span field, enum hw_list_kind k)
{
    struct hw_list_value v;
    struct hw_span token;
    const char *why = "";
    while (row_going(c) && take_token(&field, is_hash_kind(k), &token)) {
        if (hw_list_value_read(token, token_kind(k), &v, &why)) {
            emit(c, &v, token);
        } else {
            refuse(c, token, why);
        }
    }
}

/* "0.69.4, 0.69.5": one package each. What is no list of versions is kept in words. */
static void read_package(struct sharing *c, struct hw_span name)
{
    struct hw_list_value v;
    struct hw_span rest = c->version, token;
    const char *why = "";
    bool several = !hw_list_is_blank(rest) && rest.n <= VERSIONS_BYTES;
    while (several && take_token(&rest, false, &token)) {
        several = hw_list_package_read(name, token, &v, &why);
    }
    if (several) {
        rest = c->version;
        while (row_going(c) && take_token(&rest, false, &token)) {
            if (hw_list_package_read(name, token, &v, &why)) {
                emit(c, &v, (struct hw_span){NULL, 0});
            }
        }
        return;
    }
    if (!hw_list_package_read(name, (struct hw_span){NULL, 0}, &v, &why)) {
        refuse(c, name, why);
        return;
    }
    if (!hw_list_is_blank(c->version)) {
        add_label(c, c->version);
        v.kind = HW_LIST_OTHER; /* which versions, only a person can read */
    }
    emit(c, &v, name);
}

static void read_values(struct sharing *c, struct hw_span field, enum hw_list_kind k)
{
    struct hw_list_value v;
    const char *why = "";
    field = hw_span_trim(field);
    if (hw_list_is_blank(field)) {
        return;
    }
    if (k == HW_LIST_PACKAGE) {
        read_package(c, field);
        return;
    }
    if (k == HW_LIST_OTHER) {
        add_label(c, c->version);
    }
    bool net = k == HW_LIST_DOMAIN || k == HW_LIST_ADDRESS || k == HW_LIST_URL ||
               k == HW_LIST_EMAIL || k == HW_LIST_ANY;
    if ((net || is_hash_kind(k)) && all_tokens(field, k)) {
        read_tokens(c, field, k);
    } else if (hw_list_value_read(field, k, &v, &why)) {
        emit(c, &v, field);
    } else if (is_hash_kind(k)) {
        read_tokens(c, field, k);
    } else {
        refuse(c, field, why);
    }
}

/* A value and its type, either of which may be a pair ("filename|sha256", as MISP writes them). */
static void read_typed(struct sharing *c, struct hw_span type, struct hw_span field)
{
    size_t t = hw_span_find(type, '|'), f = hw_span_find(field, '|');
    bool context;
    if (t < type.n && f < field.n) {
        read_typed(c, hw_span_cut(type, 0, t), hw_span_cut(field, 0, f));
        type = hw_span_from(type, t + 1);
        field = hw_span_from(field, f + 1);
    }
    enum hw_list_kind k = hw_list_is_blank(type) ? HW_LIST_ANY : hw_list_type_read(type, &context);
    read_values(c, field, k);
}

/* Rows */

static void close_row(struct sharing *c)
{
    struct hw_span all = c->row->count > 0 ? c->row->fields[0] : (struct hw_span){NULL, 0};
    c->run->rows++;
    if (c->said == 0 && c->refused == 0 && hw_list_run_going(c->run)) {
        refuse(c, all, "no indicator in it");
    }
    c->run->refused += c->refused > 0;
    c->run->ignored += c->refused == 0 && c->matched == 0 && c->said > 0;
}

static void open_row(struct sharing *c, struct hw_list_run *run, const struct hw_list_row *row)
{
    *c = (struct sharing){.run = run, .row = row, .from = HW_TIME_NONE, .until = HW_TIME_NONE};
    hw_buf_clear(&run->label);
    hw_buf_clear(&run->source);
}

/* A column that describes the row. */
static void describe(struct sharing *c, const struct hw_list_column *column, struct hw_span s)
{
    switch (column->use) {
    case HW_LIST_FAMILY:
    case HW_LIST_ROLE:
        hw_list_words_cell(s, &c->words);
        add_label(c, s);
        break;
    case HW_LIST_PRODUCT:
    case HW_LIST_LABEL:
    case HW_LIST_NAME:
        hw_list_words_text(s, &c->words);
        add_label(c, s);
        break;
    case HW_LIST_SOURCE:
        if (c->run->teach != NULL) {
            add_text(&c->run->source, HW_LIST_SOURCE_BYTES, s);
        }
        break;
    case HW_LIST_FROM:
        read_time(c, s, true);
        break;
    case HW_LIST_UNTIL:
        read_time(c, s, false);
        break;
    case HW_LIST_DETECT:
        s = hw_span_trim(s);
        c->words.context = c->words.context || hw_span_is(s, "0") || hw_span_is_nocase(s, "false");
        break;
    case HW_LIST_VERSION:
        c->version = s;
        break;
    case HW_LIST_TYPE:
    case HW_LIST_VALUE:
    case HW_LIST_KINDED:
    case HW_LIST_UNREAD:
        break;
    }
}

static void read_type(struct sharing *c)
{
    const struct hw_list_shape *shape = c->run->shape;
    for (size_t i = 0; i < shape->column_count && i < c->row->count; i++) {
        if (shape->columns[i].use == HW_LIST_TYPE) {
            bool context;
            c->type = hw_span_trim(c->row->fields[i]);
            c->typed = true;
            enum hw_list_kind k = hw_list_type_read(c->type, &context);
            c->words.context = context;
            if (k == HW_LIST_OTHER || k == HW_LIST_PACKAGE) {
                add_label(c, c->type);
            }
            return;
        }
    }
}

void hw_list_row_read(struct hw_list_run *run, const struct hw_list_row *row)
{
    const struct hw_list_shape *shape = run->shape;
    struct sharing c;
    open_row(&c, run, row);
    read_type(&c);
    for (size_t i = 0; i < shape->column_count && i < row->count; i++) {
        describe(&c, &shape->columns[i], row->fields[i]);
    }
    for (size_t i = 0; i < shape->column_count && i < row->count && row_going(&c); i++) {
        const struct hw_list_column *column = &shape->columns[i];
        if (column->use == HW_LIST_KINDED) {
            read_values(&c, row->fields[i], column->kind);
        } else if (column->use == HW_LIST_PRODUCT && !hw_list_is_blank(c.version)) {
            read_values(&c, row->fields[i], HW_LIST_PACKAGE);
        } else if (column->use == HW_LIST_VALUE && c.typed) {
            read_typed(&c, c.type, row->fields[i]);
        } else if (column->use == HW_LIST_VALUE) {
            read_values(&c, row->fields[i], HW_LIST_ANY);
        }
    }
    close_row(&c);
}

/* Lines */

static void add_score(struct sharing *c, const char *before, struct hw_span score)
{
    if (c->run->teach != NULL) {
        hw_buf_str(&c->run->label, before);
        hw_utf8_clean(score, 3, &c->run->label);
    }
}

static void read_filename(struct sharing *c, struct hw_span line)
{
    const char *why = "";
    bool runs = false;
    if (!hw_list_filename_read(c->run, c->row, line, &runs, &why)) {
        refuse(c, line, why);
        return;
    }
    c->run->entries++;
    c->said++;
    c->matched += runs;
}

/* What stands behind the value: a comment, or Loki's score. */
static void read_comment(struct sharing *c, struct hw_span s)
{
    uint64_t score;
    while (s.n > 0 && (is_separator(s.p[0], false) || s.p[0] == '#' || s.p[0] == '*')) {
        s = hw_span_from(s, 1);
    }
    s = hw_span_trim(s);
    if (s.n <= 3 && hw_span_u64(s, &score)) {
        add_score(c, "score ", s);
        add_label(c, c->row->heading);
        return;
    }
    hw_list_words_text(s, &c->words);
    add_label(c, s.n > 0 ? s : c->row->heading);
}

/* Where the value of a line ends: at a delimiter; a URL holds those, and ends at a blank. */
static size_t value_end(struct hw_span s)
{
    bool url = has_scheme(hw_span_cut(s, 0, 24));
    for (size_t i = 0; i < s.n; i++) {
        bool blank = s.p[i] == ' ' || s.p[i] == '\t';
        if (blank && (s.p[i] == '\t' || url || (i + 1 < s.n && s.p[i + 1] == '#'))) {
            return i;
        }
        if (!url && (s.p[i] == ';' || s.p[i] == ',' || s.p[i] == '|')) {
            return i;
        }
    }
    return s.n;
}

static void read_plain_line(struct sharing *c, struct hw_span line)
{
    struct hw_list_value v, more;
    struct hw_span rest = line, token;
    const char *why = "";
    if (take_token(&rest, false, &token) && hw_list_value_read(token, HW_LIST_HASH, &v, &why)) {
        struct hw_span comment = rest, next;
        while (take_token(&rest, true, &next) &&
               hw_list_value_read(next, HW_LIST_HASH, &more, &why)) {
            comment = rest;
        }
        read_comment(c, comment);
        size_t values_n = line.n - comment.n;
        read_tokens(c, hw_span_cut(line, 0, values_n), HW_LIST_HASH);
        return;
    }
    size_t end = value_end(line);
    enum hw_list_kind k = c->run->shape->form == HW_LIST_LOKI_C2 ? HW_LIST_DOMAIN : HW_LIST_ANY;
    if (hw_list_value_read(hw_span_cut(line, 0, end), k, &v, &why)) {
        read_comment(c, hw_span_from(line, end));
        emit(c, &v, hw_span_cut(line, 0, end));
    } else {
        refuse(c, line, why);
    }
}

void hw_list_line_read(struct hw_list_run *run, const struct hw_list_row *row)
{
    struct sharing c;
    struct hw_span line = hw_span_trim(row->fields[0]);
    open_row(&c, run, row);
    if (run->shape->form == HW_LIST_LOKI_FILENAMES) {
        read_filename(&c, line);
    } else {
        read_plain_line(&c, line);
    }
    close_row(&c);
}
