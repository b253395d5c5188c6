/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/stix.c -- documents of STIX 2.0 and 2.1: bundles, envelopes of TAXII 2.1, a
 * list of objects, or one object (STIX 2.1, OASIS Standard, 10 June 2021; docs/formats/stix.md).
 *
 *   {"type": "bundle", "id": "bundle--...", "objects": [ {"type": ..., "id": "type--uuid", ...} ]}
 *
 * A document is walked twice, object by object, and only the object at hand is ever loaded: first
 * for names, versions and relationships, which may stand anywhere, then for what is taught. Objects
 * that say nothing to match (reports, groups, malware ...) are counted by kind.
 */
#include "evidence/knowledge/stix.h"

#include <string.h>

#include "base/text.h"
#include "evidence/json.h"
#include "evidence/json_walk.h"

enum { BITS = 96, LOOK = 12, MEMBERS = 200, UUID = 36 };

/* Kinds of objects, counted by their own names; "other" is what STIX does not define. */
static const char *const kinds[] = {
    "attack-pattern",
    "campaign",
    "course-of-action",
    "grouping",
    "identity",
    "indicator",
    "infrastructure",
    "intrusion-set",
    "location",
    "malware",
    "malware-analysis",
    "marking-definition",
    "note",
    "observed-data",
    "opinion",
    "relationship",
    "report",
    "sighting",
    "threat-actor",
    "tool",
    "vulnerability",
    "observable",
    "other",
};
enum { KINDS = sizeof kinds / sizeof kinds[0], OBSERVABLE = KINDS - 2, OTHER = KINDS - 1 };

static const char *const observables[] = {
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
};

/* What the first look at an object shows, as it is written. */
struct head {
    struct hw_span type, id, name, modified, created, source, target, relation, first, last;
    struct hw_span references; /* external_references, the array */
    bool gone;                 /* taken back, or retired */
    bool attack;               /* it has keys of ATT&CK */
    const char *fault;         /* it is no JSON */
};

static void read_head(struct stix_doc *d, struct hw_span object, struct head *out)
{
    struct hw_json_walk w;
    *out = (struct head){.attack = false};
    hw_json_walk_init(&w, object, d->off, &d->t.x->fuel);
    while (w.count < MEMBERS && hw_json_walk_next(&w)) {
        struct hw_span *to = hw_span_is(w.key, "type")                ? &out->type
                             : hw_span_is(w.key, "id")                ? &out->id
                             : hw_span_is(w.key, "modified")          ? &out->modified
                             : hw_span_is(w.key, "created")           ? &out->created
                             : hw_span_is(w.key, "source_ref")        ? &out->source
                             : hw_span_is(w.key, "target_ref")        ? &out->target
                             : hw_span_is(w.key, "relationship_type") ? &out->relation
                             : hw_span_is(w.key, "first_seen")        ? &out->first
                             : hw_span_is(w.key, "last_seen")         ? &out->last
                                                                      : NULL;
        if (to != NULL) {
            *to = hw_json_walk_string(w.value);
        } else if (hw_span_is(w.key, "external_references")) {
            out->references = w.value;
        } else if (hw_span_is(w.key, "revoked") || hw_span_is(w.key, "x_mitre_deprecated")) {
            out->gone = out->gone || hw_span_is(w.value, "true");
        } else if (hw_span_is(w.key, "name") && hw_json_walk_string(w.value).n > 0) {
            out->name = w.value;
        }
        out->attack = out->attack || hw_span_starts(w.key, "x_mitre_");
    }
    out->fault = w.fault;
}

static size_t kind_of(struct hw_span type)
{
    for (size_t i = 0; i < OBSERVABLE; i++) {
        if (hw_span_is(type, kinds[i])) {
            return i;
        }
    }
    for (size_t i = 0; i < sizeof observables / sizeof observables[0]; i++) {
        if (hw_span_is(type, observables[i])) {
            return OBSERVABLE;
        }
    }
    return OTHER;
}

/* ---- where the objects are ---- */

struct objects {
    struct hw_json_walk w;
    struct hw_span one; /* a document that is one object */
    uint64_t off, line;
    bool single;
    const char *fault;
    uint64_t fault_off;
};

/* Without a byte order mark, which is no JSON but stands before some. */
static struct hw_span text_of(struct hw_span bytes)
{
    return hw_span_from(bytes, hw_span_starts(bytes, "\xef\xbb\xbf") ? 3 : 0);
}

/* The array of a bundle or envelope. A document cut short has one too. */
static bool open_objects(struct stix_doc *d, struct objects *o)
{
    struct hw_span bytes = d->t.n->bytes, value = {NULL, 0};
    struct hw_budget *fuel = &d->t.x->fuel;
    struct hw_json_walk w;
    uint64_t off = 0;
    *o = (struct objects){.one = {NULL, 0}};
    hw_json_walk_init(&w, bytes, 0, fuel);
    while (hw_json_walk_next(&w) && w.key.n > 0) {
        if (hw_span_is(w.key, "objects") && hw_json_walk_is(w.value, '[')) {
            value = w.value;
            off = w.off;
        }
    }
    o->fault = w.fault;
    o->fault_off = w.fault_off;
    if (value.p == NULL && w.fault != NULL) {
        /* an array that does not end is no value of its object: from its bracket on it is read */
        for (size_t i = 0; i + 9 < bytes.n && value.p == NULL; i++) {
            struct hw_span rest = hw_span_from(bytes, i);
            if (hw_span_starts(rest, "\"objects\"")) {
                off = i + 9 + hw_span_find(hw_span_from(rest, 9), '[');
                value = hw_span_from(bytes, (size_t)off);
            }
        }
    }
    bool array = hw_json_walk_is(hw_span_trim(text_of(bytes)), '[');
    o->single = !array && value.p == NULL;
    o->one = bytes;
    hw_json_walk_init(&o->w, array ? bytes : value, array ? 0 : off, fuel);
    return o->single || array || value.n > 0;
}

static bool next_object(struct stix_doc *d, struct objects *o, struct hw_span *out)
{
    if (o->single) {
        *out = o->one;
        d->off = 0;
        d->line = 1;
        return o->line++ == 0;
    }
    if (!hw_json_walk_next(&o->w)) {
        o->fault = o->w.fault != NULL ? o->w.fault : o->fault;
        o->fault_off = o->w.fault != NULL ? o->w.fault_off : o->fault_off;
        return false;
    }
    *out = o->w.value;
    d->off = o->w.off;
    d->line = o->w.count;
    return true;
}

/* ---- the first pass ---- */

static int64_t time_of(struct hw_span s)
{
    int64_t t;
    return hw_time_parse(s, &t) ? t : HW_TIME_NONE;
}

/* "mitre-attack", "mitre-mobile-attack" ...: the first that numbers what it names. */
static struct hw_span external_id(struct stix_doc *d, struct hw_span references)
{
    struct hw_json_walk w;
    struct hw_budget *fuel = &d->t.x->fuel;
    hw_json_walk_init(&w, references, 0, fuel);
    while (hw_json_walk_is(references, '[') && hw_json_walk_next(&w)) {
        struct hw_span source =
            hw_json_walk_string(hw_json_walk_find(w.value, "source_name", LOOK, fuel));
        struct hw_span id =
            hw_json_walk_string(hw_json_walk_find(w.value, "external_id", LOOK, fuel));
        if (hw_span_starts(source, "mitre-") && id.n > 0 && hw_span_find(id, '\\') == id.n) {
            return id;
        }
    }
    return (struct hw_span){NULL, 0};
}

static void index_name(struct stix_doc *d, const struct head *h, int64_t modified)
{
    struct stix_name *n = hw_stix_index_name(&d->index, h->id);
    if (n == NULL || (n->quoted.n > 0 && modified < n->modified)) {
        return;
    }
    n->quoted = h->name;
    n->modified = modified;
    if (hw_stix_doer_word(h->id) != NULL) {
        n->external = external_id(d, h->references);
        n->from = time_of(h->first);
        n->until = time_of(h->last);
        n->gone = h->gone ? modified : HW_TIME_NONE;
    }
}

static void index_object(struct stix_doc *d, const struct head *h)
{
    int64_t modified = time_of(h->modified.n > 0 ? h->modified : h->created);
    if (hw_span_is(h->type, "indicator")) {
        hw_stix_index_version(&d->index, h->id, modified, d->line);
    } else if (hw_span_is(h->type, "relationship")) {
        if (hw_span_is(h->relation, "indicates")) {
            hw_stix_index_link(&d->index, h->source, h->target);
        } else if (hw_stix_is_behaviour(h->relation)) {
            hw_stix_index_version(&d->index, h->id, modified, d->line);
        }
    } else if (h->name.n > 0 && kind_of(h->type) < OBSERVABLE && h->id.n > 0) {
        index_name(d, h, modified);
    }
}

static void index_all(struct stix_doc *d, struct hw_buf *title)
{
    struct objects o;
    struct hw_span object, name = {NULL, 0};
    bool attack = false, collection = false;
    struct head h;
    if (!open_objects(d, &o)) {
        return;
    }
    while (hw_exam_going(d->t.x) && next_object(d, &o, &object)) {
        read_head(d, object, &h);
        index_object(d, &h);
        attack = attack || h.attack || hw_span_starts(h.type, "x-mitre-");
        bool whole = hw_span_is(h.type, "x-mitre-collection");
        if (h.name.n > 0 && (whole || (!collection && hw_span_is(h.type, "report")))) {
            name = h.name;
            collection = collection || whole;
        }
    }
    if (name.n > 0 && name.n < 900) {
        hw_stix_unquote(d, name, title);
    }
    if (attack && !hw_span_holds(hw_buf_span(title), "ATT&CK")) {
        hw_buf_str(title, title->n > 0 ? " (ATT&CK)" : "ATT&CK");
    }
}

/* ---- the second pass ---- */

static void teach_loaded(struct stix_doc *d, size_t kind, const json_t *v, struct hw_span raw)
{
    const char *key;
    json_t *one;
    if (strcmp(kinds[kind], "indicator") == 0) {
        hw_stix_indicator(d, v, raw);
        return;
    }
    if (kind == OBSERVABLE) {
        hw_stix_observable(d, v);
        return;
    }
    if (strcmp(kinds[kind], "relationship") == 0) {
        d->t.ignored += !hw_stix_behaviour(d, v);
        return;
    }
    if (strcmp(kinds[kind], "observed-data") != 0) {
        hw_stix_doer(d, v);
        return;
    }
    json_object_foreach(json_object_get(v, "objects"), key, one) /* observed-data of 2.0 */
    {
        hw_stix_observable(d, one);
    }
}

static bool is_older(const struct stix_doc *d, const struct head *h)
{
    const struct stix_name *n = hw_stix_index_known(&d->index, h->id);
    return n != NULL && time_of(h->modified.n > 0 ? h->modified : h->created) < n->modified;
}

static void teach_object(struct stix_doc *d, struct hw_span object, uint64_t *counts)
{
    struct hw_json j;
    struct head h;
    if (!hw_json_walk_is(object, '{')) {
        hw_teach_refuse(&d->t, d->line, d->off, object, "no object of STIX");
        return;
    }
    read_head(d, object, &h);
    if (h.type.n == 0 || h.fault != NULL) {
        hw_teach_refuse(&d->t, d->line, d->off, object,
                        h.fault != NULL ? h.fault : "an object without a type");
        return;
    }
    size_t kind = kind_of(h.type);
    bool indicator = strcmp(kinds[kind], "indicator") == 0;
    bool doer = kind < OBSERVABLE && hw_stix_doer_word(h.id) != NULL && h.name.n > 0;
    bool behaviour = strcmp(kinds[kind], "relationship") == 0 && hw_stix_is_behaviour(h.relation);
    counts[kind]++;
    if (!indicator && !doer && !behaviour && kind != OBSERVABLE &&
        strcmp(kinds[kind], "observed-data") != 0) {
        d->t.ignored++;
        return;
    }
    if (((indicator || behaviour) && !hw_stix_index_is_newest(&d->index, h.id, d->line)) ||
        (doer && is_older(d, &h))) {
        d->t.ignored++;
        return;
    }
    hw_json_init(d->t.x, object, 0, &j);
    if (j.root == NULL) {
        hw_teach_refuse(&d->t, d->line, d->off, object,
                        j.too_large ? "an object that needs more memory than one may have"
                                    : "an object that is no JSON");
    } else {
        teach_loaded(d, kind, j.root, object);
    }
    hw_json_done(d->t.x, &j);
}

static void say_counts(struct stix_doc *d, const uint64_t *counts)
{
    struct hw_buf key;
    hw_buf_init(&key, 64);
    for (size_t i = 0; i < KINDS; i++) {
        hw_buf_clear(&key);
        hw_buf_printf(&key, "stix.%s", kinds[i]);
        if (counts[i] > 0 && hw_buf_text(&key) != NULL) {
            hw_say_number(d->t.x, d->t.n, hw_buf_text(&key), counts[i]);
        }
    }
    hw_buf_done(&key);
}

static void say_fault(struct stix_doc *d, const struct objects *o)
{
    if (o->fault != NULL) {
        hw_say_anomaly(d->t.x, d->t.n, "bad-encoding", o->fault_off, 0, "JSON: %s", o->fault);
        hw_say_degree(d->t.n, HW_BROKEN, o->fault);
    }
    if (d->index.full) {
        hw_say_anomaly(d->t.x, d->t.n, "over-budget", 0, 0,
                       "more ids than are kept: of some indicators an older version may stand, "
                       "and some lack the name of who made them");
    }
}

static void teach_all(struct stix_doc *d)
{
    uint64_t counts[KINDS] = {0};
    struct objects o;
    struct hw_span object;
    hw_behaviour_count_init(&d->doings);
    if (open_objects(d, &o)) {
        while (hw_teach_going(&d->t) && next_object(d, &o, &object)) {
            teach_object(d, object, counts);
        }
    }
    say_fault(d, &o);
    say_counts(d, counts);
    hw_behaviour_count_say(&d->t, &d->doings);
}

void hw_stix_unquote(struct stix_doc *d, struct hw_span quoted, struct hw_buf *out)
{
    struct hw_json j;
    hw_json_init(d->t.x, quoted, JSON_DECODE_ANY, &j);
    hw_buf_span_put(out, hw_json_text(j.root));
    hw_json_done(d->t.x, &j);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct stix_doc d = {.line = 0};
    struct hw_buf title;
    struct hw_buf *bufs[] = {&d.label, &d.source, &d.tags, &title, &d.who, &d.what, &d.cites};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) {
        hw_buf_init(bufs[i], bufs[i] == &d.cites ? HW_BEHAVIOUR_CITES_BYTES : 2048);
    }
    hw_buf_init(&d.program, HW_STIX_PROGRAM_BYTES);
    hw_teach_init(&d.t, x, n, "stix");
    if (!hw_stix_index_init(&d.index, x, n->bytes.n)) {
        hw_say_anomaly(x, n, "over-budget", 0, 0, "no memory for the ids of this document");
        hw_say_degree(n, HW_REFUSED, "the memory for this input ended here");
    } else {
        index_all(&d, &title);
        d.t.title = hw_buf_span(&title);
        teach_all(&d);
    }
    hw_teach_done(&d.t);
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) {
        hw_buf_done(bufs[i]);
    }
    hw_buf_done(&d.program);
}

/* ---- the probe ---- */

static bool is_type(struct hw_span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!hw_ascii_is_alpha(s.p[i]) && !hw_ascii_is_digit(s.p[i]) && s.p[i] != '-') {
            return false;
        }
    }
    return s.n > 2;
}

/* "file--" and a UUID, for the type "file". */
static bool is_id_of(struct hw_span id, struct hw_span type)
{
    return is_type(type) && id.n == type.n + 2 + UUID &&
           hw_span_equal(hw_span_cut(id, 0, type.n), type) &&
           hw_span_is(hw_span_cut(id, type.n, 2), "--") && id.p[type.n + 10] == '-' &&
           id.p[type.n + 15] == '-';
}

static bool is_object(struct hw_span text, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    struct hw_span type = {NULL, 0}, id = {NULL, 0};
    if (!hw_json_walk_is(text, '{')) {
        return false;
    }
    hw_json_walk_init(&w, text, 0, fuel);
    while (w.count < LOOK && (type.n == 0 || id.n == 0) && hw_json_walk_next(&w)) {
        type = hw_span_is(w.key, "type") ? hw_json_walk_string(w.value) : type;
        id = hw_span_is(w.key, "id") ? hw_json_walk_string(w.value) : id;
    }
    /* the ids of bundles are not always UUIDs, those of objects nearly always */
    return is_id_of(id, type) || (hw_span_is(type, "bundle") && hw_span_starts(id, "bundle--"));
}

static bool first_is_object(struct hw_span array, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(array, '[')) {
        return false;
    }
    hw_json_walk_init(&w, array, 0, fuel);
    return hw_json_walk_next(&w) && is_object(w.value, fuel);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span text = hw_span_trim(text_of(bytes));
    bool stix = is_object(text, fuel) || first_is_object(text, fuel) ||
                (hw_json_walk_is(text, '{') &&
                 first_is_object(hw_json_walk_find(text, "objects", LOOK, fuel), fuel));
    return stix ? BITS : 0;
}

const struct hw_format hw_stix_format = {
    .word = "stix",
    .probe = probe,
    .examine = examine,
};
