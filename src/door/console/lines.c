/* SPDX-License-Identifier: Apache-2.0 */
#include "door/console/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "base/time.h"
#include "evidence/json_walk.h"

int hw_lines_cut(struct hw_lines *l, struct hw_error *err)
{
    const uint8_t *p = l->text.p, *end = p == NULL ? NULL : p + l->text.n;
    size_t count = 0;
    for (const uint8_t *i = p; i < end; count++) {
        const uint8_t *nl = memchr(i, '\n', (size_t)(end - i));
        i = nl == NULL ? end : nl + 1;
    }
    l->at = calloc(count + 1, sizeof *l->at);
    if (l->at == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the lines of an answer");
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *nl = memchr(p + l->at[i], '\n', l->text.n - l->at[i]);
        l->at[i + 1] = nl == NULL ? l->text.n : (size_t)(nl + 1 - p);
    }
    l->count = count;
    return HW_OK;
}

void hw_lines_done(struct hw_lines *l)
{
    hw_buf_done(&l->text);
    free(l->at);
    l->at = NULL;
    l->count = 0;
}

struct hw_span hw_lines_get(const struct hw_lines *l, size_t i)
{
    size_t n = l->at[i + 1] - l->at[i];
    struct hw_span s = {l->text.p + l->at[i], n};
    return n > 0 && s.p[n - 1] == '\n' ? hw_span_cut(s, 0, n - 1) : s;
}

int hw_line_filter_of(const struct hw_request *q, struct hw_line_filter *out, struct hw_error *err)
{
    *out =
        (struct hw_line_filter){.types = hw_request_get(q, "types"), .q = hw_request_get(q, "q")};
    for (size_t i = 0; i < q->count; i++) {
        struct hw_span s = q->query[i].value;
        size_t colon = hw_span_find(s, ':');
        if (!hw_span_is(q->query[i].name, "where")) {
            continue;
        }
        if (colon == 0 || colon == s.n) {
            return hw_fail(err, HW_E_USAGE,
                           "where: give a member and its value, as where=severity:high");
        }
        out->where[out->where_count++] =
            (struct hw_request_member){hw_span_cut(s, 0, colon), hw_span_from(s, colon + 1)};
    }
    return HW_OK;
}

/* ---- one line ---- */

static bool listed(struct hw_span word, struct hw_span list)
{
    while (list.n > 0) {
        size_t n = hw_span_find(list, ',');
        if (hw_span_equal(word, hw_span_cut(list, 0, n))) {
            return true;
        }
        list = hw_span_from(list, n + 1);
    }
    return false;
}

bool hw_line_member(struct hw_span line, struct hw_span name, struct hw_buf *out)
{
    struct hw_budget fuel = {UINT64_MAX, UINT64_MAX, 8};
    struct hw_json_walk w;
    hw_json_walk_init(&w, line, 0, &fuel);
    while (hw_json_walk_next(&w)) {
        if (!hw_span_equal(w.key, name)) {
            continue;
        }
        if (hw_json_walk_is(w.value, '"')) {
            size_t at = 1;
            bool odd = false;
            return hw_scan_unquote(w.value, &at, out, &odd) == HW_UNQUOTED;
        }
        hw_buf_span_put(out, w.value);
        return !hw_json_walk_is(w.value, '{') && !hw_json_walk_is(w.value, '[');
    }
    return false;
}

static bool member_is(struct hw_span line, const struct hw_request_member *m)
{
    struct hw_buf b;
    hw_buf_init(&b, line.n + 16);
    bool is = hw_line_member(line, m->name, &b) && hw_buf_ok(&b) &&
              hw_span_equal(hw_buf_span(&b), m->value);
    hw_buf_done(&b);
    return is;
}

/* Our own writers begin each line with its type; others are walked. */
static bool type_is(struct hw_span line, struct hw_span types)
{
    static const char begins[] = "{\"type\":\"";
    struct hw_span word = {NULL, 0};
    if (hw_span_starts(line, begins)) {
        word = hw_span_from(line, sizeof begins - 1);
        word = hw_span_cut(word, 0, hw_span_find(word, '"'));
        return listed(word, types);
    }
    struct hw_buf b;
    hw_buf_init(&b, 256);
    bool is = hw_line_member(line, HW_SPAN_LIT("type"), &b) && listed(hw_buf_span(&b), types);
    hw_buf_done(&b);
    return is;
}

void hw_line_field(struct hw_buf *b, struct hw_span s)
{
    hw_buf_char(b, '\x1f');
    for (size_t i = 0; i < s.n; i++) {
        hw_buf_char(b, s.p[i] == '\n' || s.p[i] == '\x1f' ? ' ' : (char)s.p[i]);
    }
}

bool hw_text_says(struct hw_span s, struct hw_span text)
{
    uint8_t first = text.n == 0 ? 0 : hw_ascii_lower(text.p[0]);
    for (size_t i = 0; text.n <= s.n && i <= s.n - text.n; i++) {
        if (hw_ascii_lower(s.p[i]) == first &&
            hw_span_equal_nocase(hw_span_cut(s, i, text.n), text)) {
            return true;
        }
    }
    return text.n == 0;
}

/* The string whose inside begins at *at; *at then lies behind it. */
static bool string_holds(struct hw_span line, size_t *at, struct hw_span text)
{
    size_t begin = *at, end = hw_scan_string(line, begin);
    if (end < line.n && line.p[end] == '"') { /* nothing to undo in it */
        *at = end + 1;
        bool name = *at < line.n && line.p[*at] == ':';
        return !name && hw_text_says(hw_span_cut(line, begin, end - begin), text);
    }
    struct hw_buf b;
    bool odd = false;
    hw_buf_init(&b, line.n + 16);
    bool whole = hw_scan_unquote(line, at, &b, &odd) == HW_UNQUOTED;
    bool name = *at < line.n && line.p[*at] == ':';
    bool is = whole && !name && hw_text_says(hw_buf_span(&b), text);
    *at = whole ? *at : line.n;
    hw_buf_done(&b);
    return is;
}

bool hw_line_says(struct hw_span line, struct hw_span text)
{
    size_t at = 0;
    while (at < line.n) {
        const uint8_t *quote = memchr(line.p + at, '"', line.n - at);
        if (quote == NULL) {
            return false;
        }
        at = (size_t)(quote - line.p) + 1;
        if (string_holds(line, &at, text)) {
            return true;
        }
    }
    return false;
}

static bool is_within(struct hw_span line, const struct hw_line_filter *f)
{
    struct hw_buf b;
    int64_t at;
    hw_buf_init(&b, 256);
    bool is = hw_line_member(line, HW_SPAN_LIT("at"), &b) && hw_time_parse(hw_buf_span(&b), &at) &&
              at >= f->from && at <= f->to;
    hw_buf_done(&b);
    return is;
}

bool hw_line_passes(struct hw_span line, const struct hw_line_filter *f)
{
    if (f->types.n > 0 && !type_is(line, f->types)) {
        return false;
    }
    for (size_t i = 0; i < f->where_count; i++) {
        if (!member_is(line, &f->where[i])) {
            return false;
        }
    }
    return (!f->timed || is_within(line, f)) && (f->q.n == 0 || hw_line_says(line, f->q));
}

/* ---- pages ---- */

int hw_page_of(const struct hw_request *q, struct hw_page_ask *out, struct hw_error *err)
{
    int rc = hw_request_number(q, "after", UINT32_MAX, 0, &out->after, err);
    rc = rc != HW_OK ? rc
                     : hw_request_number(q, "limit", HW_PAGE_MAX, HW_PAGE_LINES, &out->limit, err);
    if (rc == HW_OK && out->limit == 0) {
        rc = hw_fail(err, HW_E_USAGE, "limit: give a number from 1 to %d", HW_PAGE_MAX);
    }
    return rc;
}

void hw_page_end(struct hw_buf *b, const struct hw_page_ask *p, uint64_t total, uint64_t matched)
{
    hw_buf_printf(b, "{\"type\":\"page\",\"schema\":1,\"total\":%llu,\"matched\":%llu,\"next\":",
                  (unsigned long long)total, (unsigned long long)matched);
    if (p->after + p->limit < matched) {
        hw_buf_printf(b, "%llu}\n", (unsigned long long)(p->after + p->limit));
    } else {
        hw_buf_str(b, "null}\n");
    }
}

int hw_lines_page(const struct hw_lines *l, const struct hw_line_filter *f,
                  const struct hw_page_ask *p, struct hw_buf *out, struct hw_error *err)
{
    bool all = f->types.n == 0 && f->where_count == 0 && f->q.n == 0 && !f->timed;
    uint64_t matched = 0;
    for (size_t i = 0; i < l->count && !all; i++) {
        struct hw_span line = hw_lines_get(l, i);
        if (!hw_line_passes(line, f)) {
            continue;
        }
        if (matched >= p->after && matched < p->after + p->limit) {
            hw_buf_span_put(out, line);
            hw_buf_char(out, '\n');
        }
        matched++;
    }
    for (uint64_t i = p->after; all && i < l->count && i < p->after + p->limit; i++) {
        hw_buf_span_put(out, hw_lines_get(l, (size_t)i));
        hw_buf_char(out, '\n');
    }
    hw_page_end(out, p, l->count, all ? l->count : matched);
    return hw_buf_ok(out) ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for a page");
}
