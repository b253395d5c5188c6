/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/share.c -- the lines of a bundle (docs/formats/share.md), and the list of what they tell.
 */
#include "tell/share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "base/time.h"
#include "fact/share.h"

enum { NAME_BYTES = 4096, EVIDENCE_EACH = 4 };

struct writing {
    struct hw_buf *b;
    struct hw_arena *arena;
    const struct hw_end **ends; /* by id, each once */
    size_t end_count, room, count;
    struct hw_share_field *fields;
    struct hw_error *err;
    int rc;
};

/* ---- texts ---- */

static void note(struct writing *w, const char *kind, struct hw_span value)
{
    if (HW_GROW_IN(w->arena, w->fields, w->count, w->room, HW_GROW_MOST) != HW_OK) {
        w->rc = hw_fail(w->err, HW_E_MEMORY, "no memory to list what is told");
        return;
    }
    const uint8_t *copy = hw_arena_copy(w->arena, value);
    if (copy == NULL) {
        w->rc = hw_fail(w->err, HW_E_MEMORY, "no memory to list what is told");
        return;
    }
    w->fields[w->count++] = (struct hw_share_field){kind, {copy, value.n}};
}

/* ,"key":"value" */
static void put(struct writing *w, const char *kind, const char *key, struct hw_span value)
{
    struct hw_buf clean;
    if (value.n == 0 || w->rc != HW_OK) {
        return;
    }
    hw_buf_init(&clean, 4UL * NAME_BYTES);
    hw_utf8_clean(value, NAME_BYTES, &clean);
    hw_buf_printf(w->b, ",\"%s\":\"", key);
    hw_escape_put(w->b, hw_buf_span(&clean), HW_ESCAPE_JSON);
    hw_buf_char(w->b, '"');
    note(w, kind, hw_buf_span(&clean));
    hw_buf_done(&clean);
}

static void put_time(struct writing *w, const char *key, int64_t ns)
{
    char text[HW_TIME_TEXT];
    if (ns > HW_TIME_MIN && ns != HW_TIME_MAX) {
        put(w, "time", key, hw_span_str(hw_time_text(ns, text)));
    }
}

static const char *kind_of(const struct hw_end *e, const char *what)
{
    static const char *const all[][3] = {
        {"account", "account", "account pseudonym"},
        {"address", "address", "address"},
        {"artifact", "file name", "SHA-256 of bytes"},
        {"certificate", "certificate name", "certificate"},
        {"domain", "domain", "domain"},
        {"file", "file name", "file pseudonym"},
        {"host", "host", "host pseudonym"},
        {"organisation", "organisation", "organisation"},
        {"package", "package", "package"},
        {"process", "process", "process pseudonym"},
        {"release", "release", "release"},
        {"service", "service", "service pseudonym"},
        {"session", "session", "session pseudonym"},
        {"url", "URL", "URL"},
    };
    bool name = strcmp(what, "name") == 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i][0], e->kind) == 0) {
            return all[i][name ? 1 : 2];
        }
    }
    return name ? "name" : "key";
}

/* ---- ends ---- */

static int compare_ends(const void *a, const void *b)
{
    const struct hw_end *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

static size_t count_ends(const struct hw_trace_answer *a)
{
    size_t n = 1;
    for (const struct hw_step *s = a->steps; s != NULL; s = s->next) {
        n += 2;
    }
    for (const struct hw_crossing *x = a->crossings; x != NULL; x = x->next) {
        n++;
    }
    for (const struct hw_root *r = a->roots; r != NULL; r = r->next) {
        n++;
    }
    return n;
}

static void collect(struct writing *w, const struct hw_trace_answer *a)
{
    size_t n = 0, kept = 0;
    w->ends = hw_arena_array(w->arena, count_ends(a), sizeof *w->ends);
    if (w->ends == NULL) {
        w->rc = hw_fail(w->err, HW_E_MEMORY, "no memory for a bundle");
        return;
    }
    w->ends[n++] = &a->target;
    for (const struct hw_step *s = a->steps; s != NULL; s = s->next) {
        w->ends[n++] = &s->from;
        w->ends[n++] = &s->to;
    }
    for (const struct hw_crossing *x = a->crossings; x != NULL; x = x->next) {
        w->ends[n++] = &x->over;
    }
    for (const struct hw_root *r = a->roots; r != NULL; r = r->next) {
        w->ends[n++] = &r->at;
    }
    qsort(w->ends, n, sizeof *w->ends, compare_ends);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || strcmp(w->ends[kept - 1]->id, w->ends[i]->id) != 0) {
            w->ends[kept++] = w->ends[i];
        }
    }
    w->end_count = kept;
}

static unsigned number_of(const struct writing *w, const struct hw_end *e)
{
    size_t lo = 0, hi = w->end_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(w->ends[mid]->id, e->id) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return (unsigned)lo + 1;
}

static void end(struct writing *w, const struct hw_end *e)
{
    hw_buf_printf(w->b, "{\"type\":\"end\",\"n\":%u,\"kind\":\"%s\"", number_of(w, e), e->kind);
    put(w, kind_of(e, "key"), "key", e->key);
    put(w, kind_of(e, "name"), "name",
        hw_span_equal(e->name, e->key) ? (struct hw_span){NULL, 0} : e->name);
    put(w, "host", "host", e->host);
    put(w, "organisation", "org", e->org);
    hw_buf_str(w->b, "}\n");
}

/* ---- steps ---- */

static void evidence(struct writing *w, const struct hw_step *s)
{
    struct hw_buf text;
    unsigned n = 0;
    hw_buf_init(&text, 4096);
    for (const struct hw_place_said *p = s->places; p != NULL && n < EVIDENCE_EACH; p = p->next) {
        hw_buf_str(&text, n++ == 0 ? "" : ",");
        hw_buf_hex(&text, (struct hw_span){p->sha256, sizeof p->sha256});
        hw_buf_printf(&text, ":%llu", (unsigned long long)p->record);
    }
    put(w, "SHA-256 of evidence, and record", "evidence", hw_buf_span(&text));
    hw_buf_done(&text);
}

static void step(struct writing *w, const struct hw_step *s)
{
    hw_buf_printf(w->b, "{\"type\":\"step\",\"from\":%u,\"verb\":\"%s\",\"to\":%u",
                  number_of(w, &s->from), s->verb, number_of(w, &s->to));
    put_time(w, "lo", s->lo);
    put_time(w, "hi", s->hi);
    hw_buf_printf(w->b, ",\"class\":\"%s\",\"part\":\"%s\"", s->known,
                  s->context   ? "context"
                  : s->forward ? "after"
                  : s->run     ? "run"
                               : "way");
    put(w, "reason", "why", hw_span_str(s->why));
    evidence(w, s);
    hw_buf_str(w->b, "}\n");
}

static void head(struct writing *w, const struct hw_share_head *h, const struct hw_trace_answer *a)
{
    char made[HW_TIME_TEXT];
    struct hw_span when =
        hw_span_str(hw_time_text(h->made_ns - h->made_ns % HW_NS_PER_SECOND, made));
    hw_buf_str(w->b, HW_SHARE_BEGINS);
    hw_buf_span_put(w->b, when);
    hw_buf_char(w->b, '"');
    note(w, "made", when);
    put(w, "told by", "by", h->by);
    put(w, "contact", "contact", h->contact);
    put(w, "told to", "to", h->to);
    put(w, "id of this bundle", "id", hw_span_str(h->id));
    put(w, "unit of times", "times", h->times);
    put(w, "tool", "tool", h->version);
    hw_buf_printf(w->b, ",\"target\":%u}\n", number_of(w, &a->target));
}

static void rest(struct writing *w, const struct hw_trace_answer *a)
{
    for (const struct hw_crossing *x = a->crossings; x != NULL; x = x->next) {
        hw_buf_printf(w->b, "{\"type\":\"crossing\",\"over\":%u", number_of(w, &x->over));
        put(w, "organisation", "from_org", x->from_org);
        put(w, "organisation", "to_org", x->to_org);
        put(w, "release", "release", x->release);
        hw_buf_str(w->b, "}\n");
    }
    for (const struct hw_root *r = a->roots; r != NULL; r = r->next) {
        hw_buf_printf(w->b, "{\"type\":\"root\",\"at\":%u,\"observed\":%s}\n", number_of(w, &r->at),
                      r->observed ? "true" : "false");
    }
}

/* ---- the list ---- */

static int compare_fields(const void *a, const void *b)
{
    const struct hw_share_field *x = a, *y = b;
    int by = strcmp(x->kind, y->kind);
    return by != 0 ? by : hw_span_compare(x->value, y->value);
}

static void close_list(struct writing *w, struct hw_share_body *out)
{
    size_t kept = 0;
    if (w->count > 0) {
        qsort(w->fields, w->count, sizeof *w->fields, compare_fields);
    }
    for (size_t i = 0; i < w->count; i++) {
        if (kept == 0 || compare_fields(&w->fields[kept - 1], &w->fields[i]) != 0) {
            w->fields[kept++] = w->fields[i];
        }
    }
    out->fields = w->fields;
    out->field_count = kept;
}

int hw_tell_share(const struct hw_share_head *h, const struct hw_trace_answer *a,
                  struct hw_share_body *out, struct hw_error *err)
{
    struct hw_share_body body = {.ends = 0};
    struct writing w = {.b = &body.text, .arena = a->arena, .err = err, .rc = HW_OK};
    hw_buf_init(&body.text, HW_SHARE_BYTES);
    collect(&w, a);
    if (w.rc == HW_OK) {
        head(&w, h, a);
    }
    for (size_t i = 0; i < w.end_count && w.rc == HW_OK; i++) {
        end(&w, w.ends[i]);
    }
    for (const struct hw_step *s = a->steps; s != NULL && w.rc == HW_OK; s = s->next) {
        step(&w, s);
        body.steps++;
    }
    rest(&w, a);
    body.ends = (unsigned)w.end_count;
    if (w.rc == HW_OK &&
        (!hw_buf_ok(&body.text) || body.ends > HW_SHARE_ENDS || body.steps > HW_SHARE_STEPS)) {
        w.rc = hw_fail(err, HW_E_LIMIT, "more than a bundle may have: ask for less of the chain");
    }
    if (w.rc != HW_OK) {
        hw_buf_done(&body.text);
        return w.rc;
    }
    close_list(&w, &body);
    *out = body;
    return HW_OK;
}
