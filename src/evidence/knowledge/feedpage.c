/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/feedpage.c -- where a feed's knowledge is: MISP's manifest and the pages of
 * TAXII.
 *
 * MISP feed format (misp-standard.org, draft-00 of the core format, "manifest"):
 *   {"<uuid of event>": {"timestamp": "1600000000", "info": "...", ...}, ...}
 * TAXII 2.1 (OASIS, 2021-06-10): discovery 4.1, API root 4.2, collections 5.2.1, envelope 3.7:
 *   {"title": "...", "api_roots": ["https://...", ...]}
 *   {"title": "...", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 1}
 *   {"collections": [{"id": "<uuid>", "title": "...", "can_read": true, ...}, ...]}
 *   {"more": true, "next": "...", "objects": [ ... ]}
 *
 * Whoever fetches asks what comes next; the answers are properties of the page: feed.kind, and
 * feed.event, feed.root, feed.collection, feed.next, feed.more, and where feed.objects begin and
 * how many bytes they have, so that they can be taken out whole without being understood.
 */
#include "evidence/knowledge/feedpage.h"

#include "base/text.h"
#include "evidence/json.h"
#include "evidence/json_walk.h"

enum { BITS = 64, PROBE_MEMBERS = 16, UUID_BYTES = 36 };

static const char MISP[] = "misp-manifest", DISCOVERY[] = "taxii-discovery", ROOT[] = "taxii-root",
                  COLLECTIONS[] = "taxii-collections", ENVELOPE[] = "taxii-envelope";

static bool is_uuid(struct hw_span s)
{
    for (size_t i = 0; i < s.n && s.n == UUID_BYTES; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        uint8_t c = hw_ascii_lower(s.p[i]);
        bool hex = hw_ascii_is_digit(c) || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !hex) {
            return false;
        }
    }
    return s.n == UUID_BYTES;
}

/* The page's kind by its first members; NULL: none of these. */
static const char *kind_of(struct hw_span text, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    bool objects = false, bundle = false, more = false, versions = false, longest = false;
    unsigned uuids = 0;
    hw_json_walk_init(&w, text, 0, fuel);
    while (!w.array && w.count < PROBE_MEMBERS && hw_json_walk_next(&w)) {
        bool list = hw_json_walk_is(w.value, '[');
        if (list && hw_span_is(w.key, "api_roots")) {
            return DISCOVERY;
        }
        if (list && hw_span_is(w.key, "collections")) {
            return COLLECTIONS;
        }
        objects = objects || (list && hw_span_is(w.key, "objects"));
        bundle = bundle || hw_span_is(w.key, "type");
        more = more || hw_span_is(w.key, "more") || hw_span_is(w.key, "next");
        versions = versions || (list && hw_span_is(w.key, "versions"));
        longest = longest || hw_span_is(w.key, "max_content_length");
        uuids += is_uuid(w.key) && hw_json_walk_is(w.value, '{');
    }
    bool whole = w.fault == NULL && !w.array;
    if (versions && longest) {
        return ROOT;
    }
    if (!bundle && (objects || more || (whole && w.count == 0))) {
        return ENVELOPE; /* without objects it may be {} */
    }
    return w.count > 0 && uuids == w.count ? MISP : NULL;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    return kind_of(bytes, fuel) == NULL ? 0 : BITS;
}

/* A property from a JSON string, its escapes undone; nothing when it is none or too long. */
static void say_string(struct hw_exam *x, struct hw_node *n, const char *key, struct hw_span value,
                       uint64_t off)
{
    uint8_t text[HW_FEEDPAGE_TEXT_BYTES];
    struct hw_json j;
    if (value.n > HW_FEEDPAGE_TEXT_BYTES) {
        hw_say_anomaly(x, n, "bad-value", off, value.n, "%s is too long", key);
        return;
    }
    hw_json_init(x, value, JSON_DECODE_ANY, &j);
    struct hw_span s = j.root == NULL ? (struct hw_span){NULL, 0} : hw_json_text(j.root);
    size_t used = hw_exam_clean(s, text, sizeof text);
    if (used > 0) {
        struct hw_fact f;
        hw_fact_about(&f, HW_FACT_PROPERTY, n->number);
        hw_fact_str(&f, HW_PROPERTY_KEY, key);
        hw_fact_span(&f, HW_PROPERTY_TEXT, (struct hw_span){text, used});
        hw_say(x, &f);
    } else {
        hw_say_anomaly(x, n, "bad-value", off, value.n, "%s is no text", key);
    }
    hw_json_done(x, &j);
}

static void say_fault(struct hw_exam *x, struct hw_node *n, const struct hw_json_walk *w)
{
    if (w->fault != NULL) {
        hw_say_anomaly(x, n, "bad-value", w->fault_off, 0, "%s", w->fault);
        hw_say_degree(n, HW_BROKEN, w->fault);
    }
}

/* An event's name and when it was last changed, as one text: "<uuid> <seconds>". */
static void say_event(struct hw_exam *x, struct hw_node *n, const struct hw_json_walk *w)
{
    uint64_t at = 0;
    uint8_t text[UUID_BYTES + 1 + 20];
    size_t used = 0;
    struct hw_span when = hw_json_walk_find(w->value, "timestamp", 64, &x->fuel);
    when = hw_json_walk_is(when, '"') ? hw_json_walk_string(when) : when;
    if (!is_uuid(w->key) || when.n > 20 || !hw_span_u64(when, &at)) {
        hw_say_anomaly(x, n, "bad-value", w->off, w->value.n, "this is no event with a timestamp");
        return;
    }
    for (size_t i = 0; i < UUID_BYTES; i++) {
        text[used++] = hw_ascii_lower(w->key.p[i]);
    }
    text[used++] = ' ';
    for (size_t i = 0; i < when.n; i++) {
        text[used++] = when.p[i];
    }
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PROPERTY, n->number);
    hw_fact_str(&f, HW_PROPERTY_KEY, "feed.event");
    hw_fact_span(&f, HW_PROPERTY_TEXT, (struct hw_span){text, used});
    hw_say(x, &f);
}

static void read_manifest(struct hw_exam *x, struct hw_node *n)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, n->bytes, 0, &x->fuel);
    while (hw_exam_going(x) && hw_json_walk_next(&w)) {
        if (w.count > HW_FEEDPAGE_EVENTS_MAX) {
            hw_say_anomaly(x, n, "over-budget", w.off, 0, "more than %d events: the rest is left",
                           HW_FEEDPAGE_EVENTS_MAX);
            return;
        }
        say_event(x, n, &w);
    }
    say_fault(x, n, &w);
}

/* Each text of a list, or that of one member of each of its objects. */
static void read_names(struct hw_exam *x, struct hw_node *n, const char *list, const char *member,
                       const char *key)
{
    struct hw_json_walk top, w;
    hw_json_walk_init(&top, n->bytes, 0, &x->fuel);
    while (hw_exam_going(x) && hw_json_walk_next(&top)) {
        if (!hw_span_is(top.key, list) || !hw_json_walk_is(top.value, '[')) {
            continue;
        }
        hw_json_walk_init(&w, top.value, top.off, &x->fuel);
        while (hw_exam_going(x) && w.count < HW_FEEDPAGE_NAMES_MAX && hw_json_walk_next(&w)) {
            struct hw_span value = w.value;
            if (member != NULL) {
                struct hw_span may = hw_json_walk_find(w.value, "can_read", 64, &x->fuel);
                value = hw_json_walk_find(w.value, member, 64, &x->fuel);
                if (hw_span_is(may, "false")) {
                    continue;
                }
            }
            say_string(x, n, key, value, w.off);
        }
        say_fault(x, n, &w);
    }
    say_fault(x, n, &top);
}

static void read_envelope(struct hw_exam *x, struct hw_node *n)
{
    struct hw_json_walk w;
    bool objects = false, next = false, more = false;
    hw_json_walk_init(&w, n->bytes, 0, &x->fuel);
    while (hw_exam_going(x) && hw_json_walk_next(&w)) {
        if (!objects && hw_span_is(w.key, "objects") && hw_json_walk_is(w.value, '[')) {
            objects = true;
            hw_say_number(x, n, "feed.objects", w.off);
            hw_say_number(x, n, "feed.objects-bytes", w.value.n);
        } else if (!more && hw_span_is(w.key, "more")) {
            more = true;
            hw_say_number(x, n, "feed.more", hw_span_is(w.value, "true"));
        } else if (!next && hw_span_is(w.key, "next")) {
            next = true;
            say_string(x, n, "feed.next", w.value, w.off);
        }
    }
    say_fault(x, n, &w);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    const char *kind = kind_of(n->bytes, &x->fuel);
    if (kind == NULL) {
        hw_say_degree(n, HW_BROKEN, "no page of a feed");
        return;
    }
    hw_say_text(x, n, "feed.kind", hw_span_str(kind));
    if (kind == MISP) {
        read_manifest(x, n);
    } else if (kind == DISCOVERY) {
        read_names(x, n, "api_roots", NULL, "feed.root");
    } else if (kind == COLLECTIONS) {
        read_names(x, n, "collections", "id", "feed.collection");
    } else if (kind == ENVELOPE) {
        read_envelope(x, n);
    }
}

const struct hw_format hw_feedpage_format = {
    .word = "feed-page", .probe = probe, .examine = examine};
