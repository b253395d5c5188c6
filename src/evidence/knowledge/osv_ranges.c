/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/osv_ranges.c -- ranges and indicators of an OSV record: OSV schema 1.7,
 * "affected[].ranges[]" and its "Evaluation".
 *
 * Events stand in any order. A stretch begins where a version was introduced and ends at the next
 * later event that ends one; where versions cannot be compared, at the next one in the text.
 */
#include "base/text.h"
#include "evidence/knowledge/osv.h"

enum { EVENTS_MAX = 256, VERSION_BYTES = 256, DEPTH_MAX = 6, LABEL_BYTES = 250 };

/* A version event: introduced, fixed, limit or last_affected. */
struct event {
    struct hw_span version;
    bool begins, included;
};

static bool event_read(const json_t *v, struct event *out)
{
    static const struct {
        const char *key;
        bool begins, included;
    } kinds[] = {{"introduced", true, true},
                 {"fixed", false, false},
                 {"last_affected", false, true},
                 {"limit", false, false}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct hw_span s = hw_member_text(v, kinds[i].key);
        if (s.n > 0 && s.n <= VERSION_BYTES) {
            *out = (struct event){s, kinds[i].begins, kinds[i].included};
            return true;
        }
    }
    return false;
}

static bool is_start(struct hw_span version)
{
    return hw_span_is(version, "0");
}

/* Is `a` an end of what begins at `from`, and an earlier one than *best? */
static bool ends_sooner(enum hw_order scheme, struct hw_span from, const struct event *a,
                        const struct event *best)
{
    int d = 0;
    if (!is_start(from) &&
        (!hw_version_compare(scheme, a->version, from, &d) || d < 0 || (d == 0 && !a->included))) {
        return false;
    }
    if (best->version.n == 0) {
        return true;
    }
    return hw_version_compare(scheme, a->version, best->version, &d) &&
           (d < 0 || (d == 0 && !a->included));
}

/* The end of the stretch that event `i` begins; an empty version when there is none. */
static struct event end_of(const struct hw_osv *o, const json_t *events, size_t i,
                           struct hw_span from)
{
    enum hw_order scheme = o->claim.scheme;
    struct event best = {.begins = false}, e;
    for (size_t k = 0; k < json_array_size(events); k++) {
        if (event_read(json_array_get(events, k), &e) && !e.begins && !hw_span_is(e.version, "*") &&
            ends_sooner(scheme, from, &e, &best)) {
            best = e;
        }
    }
    for (size_t k = i + 1; k < json_array_size(events) && best.version.n == 0; k++) {
        int d = 0;
        if (!event_read(json_array_get(events, k), &e) || e.begins) {
            break;
        }
        /* One that surely lies before is no end; one that cannot be told is taken at its place. */
        if (!hw_version_compare(scheme, e.version, from, &d) && !hw_span_is(e.version, "*")) {
            best = e;
        }
    }
    return best;
}

void hw_osv_range(struct hw_osv *o, const json_t *range)
{
    const struct hw_versions every = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    const json_t *events = json_object_get(range, "events");
    struct hw_claim *c = &o->claim;
    struct hw_span type = hw_member_text(range, "type");
    enum hw_order scheme = c->scheme;
    bool any = false;
    if (hw_span_is(type, "GIT")) {
        o->t->ignored++; /* commits, which no artifact names */
        return;
    }
    if (json_array_size(events) > EVENTS_MAX) {
        hw_teach_refuse(o->t, c->line, c->off, type, "more events than any range has");
        return;
    }
    if (hw_span_is(type, "SEMVER")) {
        c->scheme = HW_ORDER_SEMVER;
    }
    for (size_t i = 0; i < json_array_size(events) && hw_teach_going(o->t); i++) {
        struct event e;
        if (!event_read(json_array_get(events, i), &e)) {
            hw_teach_refuse(o->t, c->line, c->off, type, "an event that says no version");
            continue;
        }
        if (e.begins) {
            struct event end = end_of(o, events, i, e.version);
            c->versions = every;
            c->versions.first = is_start(e.version) ? every.first : e.version;
            *(end.included ? &c->versions.last : &c->versions.below) = end.version;
            hw_claim_say(o->t, c);
            any = true;
        }
    }
    if (!any) {
        hw_teach_refuse(o->t, c->line, c->off, type, "a range that begins nowhere");
    }
    c->versions = every;
    c->scheme = scheme;
}

/* ---- indicators ---- */

static void teach_one(struct hw_osv *o, struct hw_span value, enum hw_list_kind as,
                      struct hw_span what)
{
    struct hw_taught v;
    hw_taught_init(&v);
    v.line = o->claim.line;
    v.off = o->claim.off;
    v.as = as;
    v.raw = value;
    v.label = what.n > 0 ? what : o->claim.says;
    v.source = o->claim.source;
    v.id = o->claim.advisory;
    v.published = o->claim.published;
    v.revoked = o->claim.revoked;
    if (hw_list_kind_is_file_hash(as) || as == HW_LIST_HASH) {
        v.role = o->malicious ? "payload" : "context";
    }
    hw_teach_indicator(o->t, &v);
}

/* A name of what an object is about, to tell its hashes apart. */
static struct hw_span label_of(const json_t *object)
{
    static const char *const keys[] = {"path", "filename", "file", "name"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct hw_span s = hw_member_text(object, keys[i]);
        if (s.n > 0) {
            return hw_span_cut(s, 0, LABEL_BYTES);
        }
    }
    return (struct hw_span){NULL, 0};
}

static bool is_hash(enum hw_list_kind k)
{
    return k == HW_LIST_HASH || hw_list_kind_is_file_hash(k);
}

/* Hashes at any place below `indicators`, known by the names of their members. */
static void walk_hashes(struct hw_osv *o, json_t *v, enum hw_list_kind as, struct hw_span label,
                        unsigned depth)
{
    struct hw_span text = hw_json_text(v);
    if (depth == DEPTH_MAX || !hw_teach_going(o->t)) {
        return;
    }
    if (text.n > 0 && is_hash(as)) {
        teach_one(o, text, as, label);
    }
    for (size_t i = 0; i < json_array_size(v); i++) {
        walk_hashes(o, json_array_get(v, i), as, label, depth + 1);
    }
    const char *key;
    json_t *member;
    struct hw_span own = label_of(v);
    json_object_foreach(v, key, member)
    {
        bool context = false;
        enum hw_list_kind kind = hw_list_type_read(hw_span_str(key), &context);
        walk_hashes(o, member, is_hash(kind) && !context ? kind : HW_LIST_NONE,
                    own.n > 0 ? own : label, depth + 1);
    }
}

void hw_osv_indicators(struct hw_osv *o, const json_t *own)
{
    static const struct {
        const char *key;
        enum hw_list_kind as;
    } lists[] = {{"domains", HW_LIST_DOMAIN}, {"ips", HW_LIST_ADDRESS}, {"urls", HW_LIST_URL}};
    const json_t *iocs = json_object_get(own, "iocs");
    struct hw_span none = {NULL, 0};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        const json_t *list = json_object_get(iocs, lists[k].key);
        for (size_t i = 0; i < json_array_size(list); i++) {
            teach_one(o, hw_json_text(json_array_get(list, i)), lists[k].as, none);
        }
    }
    walk_hashes(o, json_object_get(own, "indicators"), HW_LIST_NONE, none, 0);
}
