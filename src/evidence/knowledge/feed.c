/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/feed.c -- documents of a JSON feed: RFC 8259, and lines of it as ndjson.org
 * (NDJSON 1.0) and jsonlines.org have them.
 */
#include "evidence/knowledge/feed.h"

#include <string.h>

#include "base/text.h"

void hw_feed_init(struct hw_feed *f, struct hw_span text, struct hw_budget *fuel)
{
    *f = (struct hw_feed){.text = text, .fuel = fuel};
    struct hw_span rest = hw_span_trim(text);
    if (rest.n >= 3 && memcmp(rest.p, "\xEF\xBB\xBF", 3) == 0) {
        f->at = 3;
        rest = hw_span_trim(hw_span_from(text, 3));
    }
    if (hw_json_walk_is(rest, '[')) {
        f->array = true;
        hw_json_walk_init(&f->walk, text, 0, fuel);
    }
}

static bool next_element(struct hw_feed *f)
{
    f->bad = NULL;
    if (hw_json_walk_next(&f->walk)) {
        f->value = f->walk.value;
        f->off = f->walk.off;
    } else {
        f->done = true;
        if (f->walk.fault == NULL) {
            return false;
        }
        f->bad = f->walk.fault;
        f->off = f->walk.fault_off;
        f->value = hw_span_from(f->text, (size_t)f->off);
    }
    f->number++;
    return true;
}

/* Where the document that begins at `at` ends: at the end of all, or where the next one begins.
 * Once one is broken, only lines count: what is passed over is one line, and no document is looked
 * for beyond its own, or a hostile text would be walked as often as it has lines. */
static size_t document_end(struct hw_feed *f, size_t at)
{
    struct hw_json_walk w;
    struct hw_span rest = hw_span_from(f->text, at);
    size_t line = hw_span_find(rest, '\n');
    rest.n = f->lines ? line : rest.n;
    hw_json_walk_init(&w, rest, at, f->fuel);
    while (hw_json_walk_next(&w)) {
    }
    if (w.fault == NULL || w.closed) {
        f->bad = NULL;
        return w.fault == NULL ? at + rest.n : (size_t)w.fault_off;
    }
    f->bad = w.fault;
    f->lines = true;
    return at + line;
}

bool hw_feed_next(struct hw_feed *f)
{
    if (f->done) {
        return false;
    }
    if (f->array) {
        return next_element(f);
    }
    while (f->at < f->text.n && hw_ascii_is_blank(f->text.p[f->at])) {
        f->at++;
    }
    if (f->at == f->text.n) {
        f->done = true;
        return false;
    }
    size_t end = document_end(f, f->at);
    f->off = f->at;
    f->value = hw_span_trim(hw_span_cut(f->text, f->at, end - f->at));
    f->number++;
    f->at = end;
    f->done = f->fuel->items == 0 || f->fuel->bytes == 0;
    return true;
}

struct hw_span hw_feed_first(struct hw_span text, struct hw_budget *fuel)
{
    struct hw_feed f;
    hw_feed_init(&f, text, fuel);
    if (!hw_feed_next(&f)) {
        return (struct hw_span){NULL, 0};
    }
    return f.bad == NULL || hw_json_walk_is(f.value, '{') ? f.value : (struct hw_span){NULL, 0};
}

void hw_feed_read(struct hw_teach *t, hw_feed_each each, void *state)
{
    struct hw_feed f;
    hw_feed_init(&f, t->n->bytes, &t->x->fuel);
    while (hw_teach_going(t) && hw_feed_next(&f)) {
        struct hw_json j;
        if (f.bad != NULL) {
            hw_teach_refuse(t, f.number, f.off, f.value, f.bad);
            continue;
        }
        hw_json_init(t->x, f.value, 0, &j);
        if (json_is_object(j.root)) {
            each(t, &f, j.root, state);
        } else {
            hw_teach_refuse(t, f.number, f.off, f.value,
                            j.too_large ? "larger than one document may be" : "no JSON object");
        }
        hw_json_done(t->x, &j);
    }
}

struct hw_span hw_member_text(const json_t *object, const char *key)
{
    return hw_json_text(json_object_get(object, key));
}

int64_t hw_member_time(const json_t *object, const char *key)
{
    int64_t ns = HW_TIME_NONE;
    return hw_time_parse(hw_member_text(object, key), &ns) ? ns : HW_TIME_NONE;
}
