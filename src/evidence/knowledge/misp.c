/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/misp.c -- events of the MISP threat sharing platform, as JSON.
 *
 * The MISP core format: draft-dulaunoy-misp-core-format (event 2.2, attribute 2.4, object 2.6,
 * manifest 3), and what servers and feeds really write.
 *
 *   {"Event": {"info": ..., "Orgc": {...}, "Tag": [...], "Attribute": [...], "Object": [...]}}
 *   {"response": [{"Event": ...}, ...]}       a search for events; also without the object around
 *   {"response": {"Attribute": [...]}}        a search for attributes
 *   {"UUID": {"info": ..., "Orgc": ...}, ...} a feed's manifest: which events it has, no values
 *
 * An event is walked twice, for its own words and then for its attributes, since members stand in
 * any order; of its arrays only one element is in memory at a time.
 */
#include "evidence/knowledge/misp.h"

#include "base/text.h"
#include "evidence/json_walk.h"

enum {
    BITS = 96,
    TOP_MEMBERS = 8,    /* a document's own few */
    EVENT_MEMBERS = 64, /* of which an event has thirty */
    TEXT_BYTES = 64 * 1024,
    UUID_BYTES = 36,
    LOAD = JSON_DECODE_ANY | JSON_ALLOW_NUL,
};

static void say_walk(struct hw_misp *m, const struct hw_json_walk *w)
{
    if (w->fault != NULL) {
        hw_say_anomaly(m->x, m->n, "bad-encoding", w->fault_off, 0, "not JSON: %s", w->fault);
        hw_say_degree(m->n, HW_BROKEN, "not JSON from some place on");
    }
}

/* One value of the document, whole in memory. False: it was told why not. */
static bool load(struct hw_misp *m, struct hw_span text, uint64_t off, struct hw_json *out)
{
    hw_json_init(m->x, text, LOAD, out);
    if (out->root == NULL) {
        hw_teach_refuse(&m->t, m->attributes + 1, off, text,
                        out->too_large ? "needs more memory than one input may have" : "not JSON");
        hw_json_done(m->x, out);
        return false;
    }
    return true;
}

/* ---- an event's own words ---- */

static void copy_text(struct hw_misp *m, struct hw_span text, uint64_t off, const char *member,
                      struct hw_buf *out)
{
    struct hw_json j;
    if (load(m, text, off, &j)) {
        const json_t *v = member == NULL ? j.root : json_object_get(j.root, member);
        hw_buf_clear(out);
        hw_buf_span_put(out, hw_span_cut(hw_json_text(v), 0, HW_LIST_SOURCE_BYTES));
        hw_json_done(m->x, &j);
    }
}

static int64_t read_time(struct hw_misp *m, struct hw_span text, uint64_t off)
{
    struct hw_json j;
    int64_t ns = HW_TIME_NONE;
    if (load(m, text, off, &j)) {
        ns = hw_misp_time(m, j.root);
        hw_json_done(m->x, &j);
    }
    return ns;
}

static void read_words(struct hw_misp *m, struct hw_span text, uint64_t off,
                       void (*word)(const json_t *, struct hw_buf *))
{
    struct hw_json_walk w;
    struct hw_json j;
    hw_json_walk_init(&w, text, off, &m->x->fuel);
    while (hw_json_walk_next(&w)) {
        if (load(m, w.value, w.off, &j)) {
            word(j.root, &m->event.words);
            hw_json_done(m->x, &j);
        }
    }
    say_walk(m, &w);
}

/* The event's date is when it happened or was begun, in days; publish_timestamp when it was last
 * given out; timestamp when it was last changed. The last is set in every export. */
static void read_head(struct hw_misp *m, struct hw_span event, uint64_t off)
{
    struct hw_json_walk w;
    int64_t date = HW_TIME_NONE, changed = HW_TIME_NONE;
    hw_buf_clear(&m->event.info);
    hw_buf_clear(&m->event.source);
    hw_buf_clear(&m->event.words);
    hw_json_walk_init(&w, event, off, &m->x->fuel);
    while (hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "info")) {
            copy_text(m, w.value, w.off, NULL, &m->event.info);
        } else if (hw_span_is(w.key, "Orgc")) {
            copy_text(m, w.value, w.off, "name", &m->event.source);
        } else if (hw_span_is(w.key, "date")) {
            date = read_time(m, w.value, w.off);
        } else if (hw_span_is(w.key, "timestamp")) {
            changed = read_time(m, w.value, w.off);
        } else if (hw_span_is(w.key, "Tag") && hw_json_walk_is(w.value, '[')) {
            read_words(m, w.value, w.off, hw_misp_tag);
        } else if (hw_span_is(w.key, "Galaxy") && hw_json_walk_is(w.value, '[')) {
            read_words(m, w.value, w.off, hw_misp_galaxy);
        }
    }
    m->event.published = changed != HW_TIME_NONE ? changed : date;
    if (m->events == 0) {
        hw_buf_span_put(&m->title, hw_buf_span(&m->event.info));
        m->t.published = m->event.published;
    }
}

/* ---- its attributes ---- */

static void read_attributes(struct hw_misp *m, struct hw_span list, uint64_t off)
{
    struct hw_json_walk w;
    struct hw_json j;
    hw_json_walk_init(&w, list, off, &m->x->fuel);
    while (hw_teach_going(&m->t) && hw_json_walk_next(&w)) {
        if (load(m, w.value, w.off, &j)) {
            struct hw_misp_place at = {.line = m->attributes + 1, .off = w.off, .text = w.value};
            hw_misp_attribute(m, j.root, &at);
            hw_json_done(m->x, &j);
        } else {
            m->attributes++;
        }
    }
    say_walk(m, &w);
}

/* What stands in one object is of one thing: one line for all of it. */
static void read_object(struct hw_misp *m, struct hw_span object, uint64_t off)
{
    struct hw_json j;
    const json_t *one;
    size_t i;
    if (!load(m, object, off, &j)) {
        return;
    }
    struct hw_misp_place at = {.line = m->attributes + 1, .off = off, .text = object};
    at.deleted = hw_misp_true(json_object_get(j.root, "deleted"));
    json_array_foreach(json_object_get(j.root, "Attribute"), i, one)
    {
        if (hw_teach_going(&m->t)) {
            hw_misp_attribute(m, one, &at);
        }
    }
    hw_json_done(m->x, &j);
}

static void read_event(struct hw_misp *m, struct hw_span event, uint64_t off)
{
    struct hw_json_walk w, list;
    if (!hw_json_walk_is(event, '{')) {
        hw_teach_refuse(&m->t, m->attributes + 1, off, event, "no event: an object was expected");
        return;
    }
    read_head(m, event, off);
    m->events++;
    hw_json_walk_init(&w, event, off, &m->x->fuel);
    while (hw_teach_going(&m->t) && hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "Attribute") && hw_json_walk_is(w.value, '[')) {
            read_attributes(m, w.value, w.off);
        } else if (hw_span_is(w.key, "Object") && hw_json_walk_is(w.value, '[')) {
            hw_json_walk_init(&list, w.value, w.off, &m->x->fuel);
            while (hw_teach_going(&m->t) && hw_json_walk_next(&list)) {
                read_object(m, list.value, list.off);
            }
            say_walk(m, &list);
        }
    }
    say_walk(m, &w);
}

/* ---- documents ---- */

/* {"Event": ...}, or an event's lists without one. */
static void read_element(struct hw_misp *m, struct hw_span element, uint64_t off)
{
    struct hw_json_walk w;
    bool named = false;
    hw_json_walk_init(&w, element, off, &m->x->fuel);
    while (hw_teach_going(&m->t) && hw_json_walk_is(element, '{') && hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "Event")) {
            named = true;
            read_event(m, w.value, w.off);
        }
    }
    if (!named) {
        read_event(m, element, off);
    }
}

static void read_elements(struct hw_misp *m, struct hw_span list, uint64_t off)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(list, '[')) {
        read_element(m, list, off);
        return;
    }
    hw_json_walk_init(&w, list, off, &m->x->fuel);
    while (hw_teach_going(&m->t) && hw_json_walk_next(&w)) {
        read_element(m, w.value, w.off);
    }
    say_walk(m, &w);
}

static void read_document(struct hw_misp *m, struct hw_span text)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, text, 0, &m->x->fuel);
    while (hw_teach_going(&m->t) && hw_json_walk_next(&w)) {
        if (w.array) {
            read_element(m, w.value, w.off);
        } else if (hw_span_is(w.key, "Event")) {
            read_event(m, w.value, w.off);
        } else if (hw_span_is(w.key, "response")) {
            read_elements(m, w.value, w.off);
        }
    }
    say_walk(m, &w);
}

/* One event of a manifest: "UUID DATE INFO [ORGC]". */
static void read_summary(struct hw_misp *m, const struct hw_json_walk *w)
{
    struct hw_json j;
    if (!load(m, w->value, w->off, &j)) {
        return;
    }
    struct hw_buf *b = &m->label;
    struct hw_span info = hw_json_text(json_object_get(j.root, "info"));
    hw_buf_clear(b);
    hw_buf_span_put(b, hw_span_cut(w->key, 0, UUID_BYTES));
    hw_buf_str(b, " ");
    hw_buf_span_put(b, hw_span_cut(hw_json_text(json_object_get(j.root, "date")), 0, 20));
    hw_buf_str(b, " ");
    hw_buf_span_put(b, hw_span_cut(info, 0, HW_LIST_SOURCE_BYTES));
    hw_buf_str(b, " [");
    hw_buf_span_put(
        b, hw_span_cut(hw_json_text(json_object_get(json_object_get(j.root, "Orgc"), "name")), 0,
                       200));
    hw_buf_str(b, "]");
    if (w->key.n != UUID_BYTES || info.n == 0) {
        hw_teach_refuse(&m->t, w->count, w->off, w->value,
                        "no event of a manifest: a UUID and an info were expected");
    } else {
        m->t.entries++;
        hw_say_text(m->x, m->n, "misp.event", hw_buf_span(b));
    }
    hw_json_done(m->x, &j);
}

static void read_manifest(struct hw_misp *m, struct hw_span text)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, text, 0, &m->x->fuel);
    while (hw_exam_going(m->x) && m->t.entries < HW_LIST_INDICATORS_MAX && hw_json_walk_next(&w)) {
        read_summary(m, &w);
    }
    say_walk(m, &w);
    m->events = m->t.entries;
}

/* ---- probe ---- */

/* Its title and two more of what only MISP puts together. */
static bool is_event(struct hw_span event, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    bool info = false;
    unsigned more = 0;
    hw_json_walk_init(&w, event, 0, fuel);
    while (hw_json_walk_is(event, '{') && w.count < EVENT_MEMBERS && hw_json_walk_next(&w)) {
        bool list = hw_json_walk_is(w.value, '[');
        info = info || (hw_span_is(w.key, "info") && hw_json_walk_is(w.value, '"'));
        more += (hw_span_is(w.key, "Attribute") && list) || (hw_span_is(w.key, "Object") && list) ||
                (hw_span_is(w.key, "Orgc") && hw_json_walk_is(w.value, '{')) ||
                (hw_span_is(w.key, "threat_level_id")) || (hw_span_is(w.key, "analysis")) ||
                (hw_span_is(w.key, "uuid") && hw_json_walk_string(w.value).n == UUID_BYTES);
    }
    return info && more >= 2;
}

static bool is_attribute(struct hw_span attribute, struct hw_budget *fuel)
{
    return hw_json_walk_find(attribute, "to_ids", EVENT_MEMBERS, fuel).n > 0 &&
           hw_json_walk_find(attribute, "type", EVENT_MEMBERS, fuel).n > 0 &&
           hw_json_walk_find(attribute, "value", EVENT_MEMBERS, fuel).n > 0;
}

/* The first element of an array, or the value itself. */
static struct hw_span first_of(struct hw_span v, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(v, '[')) {
        return v;
    }
    hw_json_walk_init(&w, v, 0, fuel);
    return hw_json_walk_next(&w) ? w.value : (struct hw_span){NULL, 0};
}

static bool is_element(struct hw_span element, struct hw_budget *fuel)
{
    return hw_json_walk_is(element, '{') &&
           (is_event(hw_json_walk_find(element, "Event", TOP_MEMBERS, fuel), fuel) ||
            is_attribute(first_of(hw_json_walk_find(element, "Attribute", TOP_MEMBERS, fuel), fuel),
                         fuel));
}

static bool is_manifest(struct hw_span text, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, text, 0, fuel);
    if (w.array || !hw_json_walk_next(&w) || w.key.n != UUID_BYTES || w.key.p[8] != '-' ||
        w.key.p[13] != '-' || w.key.p[18] != '-' || w.key.p[23] != '-') {
        return false;
    }
    return hw_json_walk_string(hw_json_walk_find(w.value, "info", EVENT_MEMBERS, fuel)).n > 0 &&
           hw_json_walk_find(w.value, "timestamp", EVENT_MEMBERS, fuel).n > 0 &&
           hw_json_walk_is(hw_json_walk_find(w.value, "Orgc", EVENT_MEMBERS, fuel), '{');
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span text =
        hw_span_trim(hw_span_starts(bytes, "\xef\xbb\xbf") ? hw_span_from(bytes, 3) : bytes);
    if (hw_json_walk_is(text, '[')) {
        return is_element(first_of(text, fuel), fuel) ? BITS : 0;
    }
    if (!hw_json_walk_is(text, '{')) {
        return 0;
    }
    bool mine =
        is_manifest(text, fuel) || is_element(text, fuel) ||
        is_element(first_of(hw_json_walk_find(text, "response", TOP_MEMBERS, fuel), fuel), fuel);
    return mine ? BITS : 0;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_misp m = {.x = x, .n = n};
    bool manifest = is_manifest(n->bytes, &x->fuel);
    struct hw_buf *const texts[] = {&m.event.info, &m.event.source, &m.event.words, &m.title,
                                    &m.label};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hw_buf_init(texts[i], TEXT_BYTES);
    }
    hw_teach_init(&m.t, x, n, manifest ? "misp-manifest" : "misp-event");
    if (manifest) {
        read_manifest(&m, n->bytes);
    } else {
        read_document(&m, n->bytes);
    }
    if (m.bad_times > 0) {
        hw_say_anomaly(x, n, "bad-time", 0, 0, "%llu times could not be read",
                       (unsigned long long)m.bad_times);
    }
    m.t.title = hw_buf_span(&m.title);
    hw_say_number(x, n, "misp.events", m.events);
    if (!manifest) {
        hw_say_number(x, n, "misp.attributes", m.attributes);
        hw_say_number(x, n, "misp.to-ids", m.detect);
    }
    hw_teach_done(&m.t);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        hw_buf_done(texts[i]);
    }
}

const struct hw_format hw_misp_format = {
    .word = "misp",
    .probe = probe,
    .examine = examine,
};
