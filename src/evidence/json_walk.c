/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence/json_walk.h"

#include <string.h>

#include "base/scan.h"
#include "base/text.h"

static bool fault(struct hw_json_walk *w, const char *why, size_t at)
{
    w->done = true;
    w->fault = why;
    w->fault_off = w->base + at;
    return false;
}

static size_t past_blanks(const struct hw_json_walk *w, size_t at)
{
    while (at < w->text.n && hw_ascii_is_blank(w->text.p[at])) {
        at++;
    }
    return at;
}

void hw_json_walk_init(struct hw_json_walk *w, struct hw_span text, uint64_t base,
                       struct hw_budget *fuel)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    *w = (struct hw_json_walk){.text = text, .base = base, .fuel = fuel};
    if (text.n >= sizeof mark && memcmp(text.p, mark, sizeof mark) == 0) {
        w->at = sizeof mark;
    }
    w->at = past_blanks(w, w->at);
    if (w->at == text.n || (text.p[w->at] != '{' && text.p[w->at] != '[')) {
        (void)fault(w, "neither an object nor an array", w->at);
        return;
    }
    w->array = text.p[w->at++] == '[';
}

/* From the byte behind the opening quote to the one behind the closing one; 0: cut short. */
static size_t past_string(const struct hw_json_walk *w, size_t at)
{
    while ((at = hw_scan_string(w->text, at)) < w->text.n) {
        if (w->text.p[at] == '"') {
            return at + 1;
        }
        at += w->text.p[at] == '\\' ? 2 : 1;
    }
    return 0;
}

/* Behind the value that begins at `at`; 0: cut short, or nested beyond the limit. */
static size_t past_value(const struct hw_json_walk *w, size_t at)
{
    unsigned depth = 0;
    while (at < w->text.n) {
        uint8_t c = w->text.p[at];
        if (c == '"') {
            at = past_string(w, at + 1);
            if (at == 0) {
                return 0;
            }
        } else if (c == '{' || c == '[') {
            if (++depth > HW_JSON_WALK_DEPTH) {
                return 0;
            }
            at++;
            continue;
        } else if (c == '}' || c == ']') {
            if (depth == 0) {
                return at;
            }
            depth--;
            at++;
        } else if (depth == 0 && (c == ',' || hw_ascii_is_blank(c))) {
            return at;
        } else {
            at++;
            continue;
        }
        if (depth == 0) {
            return at;
        }
    }
    return depth == 0 ? at : 0;
}

static bool spend(struct hw_json_walk *w, size_t n)
{
    if (w->fuel->bytes < n || w->fuel->items == 0) {
        return fault(w, "the budget for this input ended here", w->at);
    }
    w->fuel->bytes -= n;
    w->fuel->items--;
    return true;
}

static bool ends(struct hw_json_walk *w, size_t at)
{
    w->done = true;
    w->closed = true;
    at = past_blanks(w, at + 1);
    return at == w->text.n ? false : fault(w, "something stands behind the end", at);
}

static bool read_key(struct hw_json_walk *w, size_t *at)
{
    if (w->text.p[*at] != '"') {
        return fault(w, "a member without a name", *at);
    }
    size_t from = *at + 1, to = past_string(w, from);
    if (to == 0) {
        return fault(w, "a name that is cut short", *at);
    }
    w->key = (struct hw_span){w->text.p + from, to - 1 - from};
    *at = past_blanks(w, to);
    if (*at == w->text.n || w->text.p[*at] != ':') {
        return fault(w, "a name without a value", *at);
    }
    *at = past_blanks(w, *at + 1);
    return true;
}

bool hw_json_walk_next(struct hw_json_walk *w)
{
    if (w->done) {
        return false;
    }
    size_t began = w->at, at = past_blanks(w, began);
    uint8_t closes = w->array ? ']' : '}';
    if (w->count > 0 && at < w->text.n && w->text.p[at] != closes) {
        if (w->text.p[at] != ',') {
            return fault(w, "no comma between two members", at);
        }
        at = past_blanks(w, at + 1);
    }
    if (at == w->text.n) {
        return fault(w, "cut short", at);
    }
    if (w->text.p[at] == closes) {
        return ends(w, at);
    }
    w->key = (struct hw_span){NULL, 0};
    if (!w->array && !read_key(w, &at)) {
        return false;
    }
    size_t to = past_value(w, at);
    if (to == 0 || to == at) {
        return fault(w, to == at && at < w->text.n ? "no value" : "a value that is cut short", at);
    }
    if (!spend(w, to - began)) {
        return false;
    }
    w->value = (struct hw_span){w->text.p + at, to - at};
    w->off = w->base + at;
    w->at = to;
    w->count++;
    return true;
}

bool hw_json_walk_is(struct hw_span value, char opens)
{
    return value.n > 0 && value.p[0] == (uint8_t)opens;
}

struct hw_span hw_json_walk_string(struct hw_span value)
{
    bool whole = value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"';
    return whole ? hw_span_cut(value, 1, value.n - 2) : (struct hw_span){NULL, 0};
}

struct hw_span hw_json_walk_find(struct hw_span text, const char *key, uint64_t max,
                                 struct hw_budget *fuel)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, text, 0, fuel);
    while (!w.array && w.count < max && hw_json_walk_next(&w)) {
        if (hw_span_equal(w.key, hw_span_str(key))) {
            return w.value;
        }
    }
    return (struct hw_span){NULL, 0};
}
