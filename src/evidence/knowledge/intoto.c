/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/intoto.c -- what a build says of itself: in-toto links, layouts and
 * statements, SLSA provenance, plain or in DSSE envelopes, one document or one a line.
 *
 *   {"payloadType": "application/vnd.in-toto+json", "payload": "BASE64", "signatures": [...]}
 *   {"signed": {"_type": "link", "name", "materials": {...}, "products": {...}}, "signatures": []}
 *   {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name", "digest": {...}}],
 *    "predicateType": "https://slsa.dev/provenance/v1", "predicate": {...}}
 *
 * Sources: in-toto Specification 1.0; in-toto Attestation Framework, Statement v0.1 and v1; SLSA
 * Provenance 0.2 and 1.0; DSSE v1.0.0 (envelope.md); the Sigstore bundle's dsseEnvelope.
 *
 * The build is a part itself; what it made was generated from it, and what went in it builds with.
 * Signatures are counted and named, and not verified: "intoto.verified" says so.
 */
#include "evidence/knowledge/intoto.h"

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "evidence/json_walk.h"
#include "evidence/knowledge/sbom.h"

enum { BITS = 96, MEMBERS = 64, PAYLOAD_BYTES = 16 << 20, KEYS_SAID = 16, KEY_BYTES = 200 };

struct intoto {
    struct hw_sbom b;
    struct hw_buf payload, plain; /* decoded; base64 in the standard alphabet */
    uint64_t build;               /* line of the build read now */
    uint64_t documents, keys;
};

static struct hw_span value_of(struct intoto *s, struct hw_span object, const char *key)
{
    return hw_json_walk_find(object, key, MEMBERS, &s->b.teach.x->fuel);
}

static struct hw_span string_of(struct intoto *s, struct hw_span object, const char *key,
                                uint64_t off)
{
    return hw_sbom_string(&s->b, value_of(s, object, key), off);
}

/* ---- whose is it ---- */

static struct hw_span first_line(struct hw_span bytes)
{
    return hw_span_trim(hw_span_cut(bytes, 0, hw_span_find(bytes, '\n')));
}

static struct hw_span raw_string(struct hw_span object, const char *key, struct hw_budget *fuel)
{
    return hw_json_walk_string(hw_json_walk_find(object, key, MEMBERS, fuel));
}

static bool is_type(struct hw_span type)
{
    return hw_span_is(type, "link") || hw_span_is(type, "layout") ||
           hw_span_starts(type, "https://in-toto.io/Statement/");
}

static bool is_envelope(struct hw_span object, struct hw_budget *fuel)
{
    return hw_span_is(raw_string(object, "payloadType", fuel), "application/vnd.in-toto+json") &&
           raw_string(object, "payload", fuel).n > 0 &&
           hw_json_walk_is(hw_json_walk_find(object, "signatures", MEMBERS, fuel), '[');
}

/* One of the forms above, or a bundle around an envelope. */
static bool says_intoto(struct hw_span object, struct hw_budget *fuel)
{
    struct hw_span is = hw_json_walk_find(object, "signed", MEMBERS, fuel);
    struct hw_span type = raw_string(is.n > 0 ? is : object, "_type", fuel);
    return is_envelope(object, fuel) ||
           is_envelope(hw_json_walk_find(object, "dsseEnvelope", MEMBERS, fuel), fuel) ||
           (is_type(type) && (is.n > 0 || hw_span_starts(type, "https:")));
}

/* A document on its first line alone is one of several, a line each. */
static bool has_lines(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span line = first_line(bytes);
    struct hw_json_walk w;
    hw_json_walk_init(&w, line, 0, fuel);
    while (hw_json_walk_next(&w)) {
    }
    return w.fault == NULL && w.count > 0 && hw_span_trim(bytes).n > line.n;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    return hw_json_walk_is(hw_span_trim(hw_span_cut(bytes, 0, 64)), '{') &&
                   says_intoto(has_lines(bytes, fuel) ? first_line(bytes) : bytes, fuel)
               ? BITS
               : 0;
}

/* ---- parts ---- */

/* Digests of trees of files and of modules have no algorithm that a file could be compared with. */
static bool is_of_a_file(struct hw_span alg)
{
    return !hw_span_starts(alg, "dirHash") && !hw_span_starts(alg, "goModule") &&
           !hw_span_starts(alg, "nix") && !hw_span_holds(alg, "Tree");
}

static void read_digests(struct intoto *s, struct hw_sbom_part *p, struct hw_span set, uint64_t off)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(set, '{')) {
        return;
    }
    hw_json_walk_init(&w, set, off, &s->b.teach.x->fuel);
    while (hw_sbom_going(&s->b) && hw_json_walk_next(&w)) {
        if (is_of_a_file(w.key)) {
            hw_sbom_digest(&s->b, p, w.key, hw_json_walk_string(w.value), off);
        }
    }
}

/* What the build made, or what went in. */
static void put_part(struct intoto *s, struct hw_sbom_part *p, bool made)
{
    uint64_t line = hw_sbom_put(&s->b, p);
    struct hw_sbom_end build = {.line = s->build}, part = {.line = line};
    if (line != 0 && s->build != 0) {
        hw_sbom_join(&s->b, made ? "generated-from" : "builds-with", made ? part : build,
                     made ? build : part, p->off);
    }
}

/* Links: {"name": {"sha256": "..."}}. */
static void read_artifacts(struct intoto *s, struct hw_span list, uint64_t off, bool made)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(list, '{')) {
        return;
    }
    hw_json_walk_init(&w, list, off, &s->b.teach.x->fuel);
    while (hw_sbom_going(&s->b) && hw_json_walk_next(&w)) {
        struct hw_sbom_part p;
        hw_sbom_begin(&s->b, &p, off);
        p.kind = "file";
        p.name = w.key;
        read_digests(s, &p, w.value, off);
        put_part(s, &p, made);
    }
    hw_sbom_fault(&s->b, w.fault, off);
}

/* Statements: [{"name" or "uri", "digest": {...}}]. */
static void read_descriptors(struct intoto *s, struct hw_span list, uint64_t off, bool made)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(list, '[')) {
        return;
    }
    hw_json_walk_init(&w, list, off, &s->b.teach.x->fuel);
    while (hw_sbom_going(&s->b) && hw_json_walk_next(&w)) {
        struct hw_sbom_part p;
        hw_sbom_begin(&s->b, &p, off);
        struct hw_span uri = string_of(s, w.value, "uri", off);
        struct hw_span location = string_of(s, w.value, "downloadLocation", off);
        p.name = string_of(s, w.value, "name", off);
        p.name = p.name.n > 0 ? p.name : uri;
        p.purl = hw_span_starts(uri, "pkg:")      ? uri
                 : hw_span_starts(p.name, "pkg:") ? p.name
                                                  : p.purl;
        p.resolved = location.n > 0 ? location : hw_span_starts(uri, "pkg:") ? p.resolved : uri;
        read_digests(s, &p, value_of(s, w.value, "digest"), off);
        put_part(s, &p, made);
    }
    hw_sbom_fault(&s->b, w.fault, off);
}

static void put_build(struct intoto *s, struct hw_span name, uint64_t off)
{
    struct hw_sbom_part p;
    hw_sbom_begin(&s->b, &p, off);
    p.kind = "build";
    p.name = name;
    if (s->b.teach.title.n == 0) {
        s->b.teach.title = hw_exam_text(s->b.teach.x, name, 1000);
    }
    s->build = hw_sbom_put(&s->b, &p);
    s->b.subject = s->b.subject == 0 ? s->build : s->b.subject;
}

/* ---- properties ---- */

static void say(struct intoto *s, const char *key, struct hw_span text)
{
    if (text.n > 0) {
        hw_say_text(s->b.teach.x, s->b.teach.n, key, hw_span_cut(text, 0, 1000));
    }
}

static void say_time(struct intoto *s, const char *key, struct hw_span text, uint64_t off)
{
    int64_t when;
    if (text.n > 0 && !hw_time_parse(text, &when)) {
        hw_say_anomaly(s->b.teach.x, s->b.teach.n, "bad-time", off, 0, "%s: no time", key);
    }
    say(s, key, text);
}

/* SLSA 0.2: builder, buildType, metadata, materials. SLSA 1.0: buildDefinition and runDetails. */
static void read_provenance(struct intoto *s, struct hw_span predicate, uint64_t off)
{
    struct hw_span definition = value_of(s, predicate, "buildDefinition");
    struct hw_span run = value_of(s, predicate, "runDetails");
    struct hw_span at = run.n > 0 ? run : predicate;
    struct hw_span meta = value_of(s, at, "metadata");
    struct hw_span builder = string_of(s, value_of(s, at, "builder"), "id", off);
    s->b.scratch_n = 0;
    say(s, "intoto.builder", builder);
    put_build(s, builder.n > 0 ? builder : HW_SPAN_LIT("a build"), off);
    say(s, "intoto.build-type",
        string_of(s, definition.n > 0 ? definition : predicate, "buildType", off));
    struct hw_span id = string_of(s, meta, "invocationId", off);
    say(s, "intoto.invocation", id.n > 0 ? id : string_of(s, meta, "buildInvocationId", off));
    struct hw_span began = string_of(s, meta, "startedOn", off);
    struct hw_span ended = string_of(s, meta, "finishedOn", off);
    say_time(s, "intoto.started", began.n > 0 ? began : string_of(s, meta, "buildStartedOn", off),
             off);
    say_time(s, "intoto.finished", ended.n > 0 ? ended : string_of(s, meta, "buildFinishedOn", off),
             off);
    struct hw_span materials = definition.n > 0 ? value_of(s, definition, "resolvedDependencies")
                                                : value_of(s, predicate, "materials");
    read_descriptors(s, materials, off, false);
}

/* ---- documents ---- */

static void read_statement(struct intoto *s, struct hw_span body, uint64_t off)
{
    struct hw_span predicate = string_of(s, body, "predicateType", off);
    say(s, "intoto.predicate", predicate);
    s->build = 0;
    if (hw_span_starts(predicate, "https://slsa.dev/provenance/")) {
        read_provenance(s, value_of(s, body, "predicate"), off);
    }
    struct hw_span subject = value_of(s, body, "subject");
    if (!hw_json_walk_is(subject, '[')) {
        hw_teach_refuse(&s->b.teach, s->documents, off, subject, "a statement about nothing");
        return;
    }
    read_descriptors(s, subject, off, true);
}

static void read_link(struct intoto *s, struct hw_span body, uint64_t off)
{
    struct hw_span name = string_of(s, body, "name", off);
    put_build(s, name.n > 0 ? name : HW_SPAN_LIT("a step"), off);
    read_artifacts(s, value_of(s, body, "materials"), off, false);
    read_artifacts(s, value_of(s, body, "products"), off, true);
}

/* A layout says which steps must be, and until when it holds; it names no file. */
static void read_layout(struct intoto *s, struct hw_span body, uint64_t off)
{
    struct hw_json_walk w;
    struct hw_span steps = value_of(s, body, "steps");
    say_time(s, "intoto.expires", string_of(s, body, "expires", off), off);
    if (!hw_json_walk_is(steps, '[')) {
        hw_teach_refuse(&s->b.teach, s->documents, off, steps, "a layout without steps");
        return;
    }
    hw_json_walk_init(&w, steps, off, &s->b.teach.x->fuel);
    while (hw_sbom_going(&s->b) && hw_json_walk_next(&w)) {
        s->b.scratch_n = 0;
        say(s, "intoto.step", string_of(s, w.value, "name", off));
    }
    hw_sbom_fault(&s->b, w.fault, off);
}

static void read_body(struct intoto *s, struct hw_span body, uint64_t off)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, body, off, &s->b.teach.x->fuel);
    while (hw_json_walk_next(&w)) {
    }
    hw_sbom_fault(&s->b, w.fault, w.fault_off);
    s->b.scratch_n = 0;
    struct hw_span type = string_of(s, body, "_type", off);
    say(s, "intoto.type", type);
    if (hw_span_is(type, "link")) {
        read_link(s, body, off);
    } else if (hw_span_is(type, "layout")) {
        read_layout(s, body, off);
    } else if (hw_span_starts(type, "https://in-toto.io/Statement/")) {
        read_statement(s, body, off);
    } else {
        hw_teach_refuse(&s->b.teach, s->documents, off, type, "neither link, layout nor statement");
    }
}

static void say_signatures(struct intoto *s, struct hw_span list, uint64_t off)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, list, off, &s->b.teach.x->fuel);
    while (w.array && hw_json_walk_next(&w)) {
        struct hw_span id = hw_json_walk_string(value_of(s, w.value, "keyid"));
        if (id.n > 0 && s->keys++ < KEYS_SAID) {
            say(s, "intoto.key", hw_span_cut(id, 0, KEY_BYTES));
        }
    }
    if (w.count == 0) {
        hw_say_anomaly(s->b.teach.x, s->b.teach.n, "bad-count", off, 0, "nobody signed this");
    }
}

/* The payload is base64 of either alphabet, padded or not. */
static bool decode(struct intoto *s, struct hw_span text)
{
    hw_buf_clear(&s->plain);
    hw_buf_clear(&s->payload);
    for (size_t i = 0; i < text.n; i++) {
        char c = (char)text.p[i];
        hw_buf_char(&s->plain, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (s->plain.n % 4 != 0) {
        hw_buf_char(&s->plain, '=');
    }
    return hw_buf_ok(&s->plain) && hw_base64_decode(hw_buf_span(&s->plain), &s->payload);
}

static void read_envelope(struct intoto *s, struct hw_span object, uint64_t off)
{
    struct hw_span payload = value_of(s, object, "payload");
    uint64_t at = off + (uint64_t)(payload.p - object.p);
    say_signatures(s, value_of(s, object, "signatures"), off);
    if (!decode(s, hw_json_walk_string(payload))) {
        hw_say_anomaly(s->b.teach.x, s->b.teach.n, "bad-encoding", at, payload.n,
                       "a payload that is no base64, or too large");
        hw_say_degree(s->b.teach.n, HW_BROKEN, "the payload could not be decoded");
        return;
    }
    read_body(s, hw_buf_span(&s->payload), at);
}

static void read_document(struct intoto *s, struct hw_span object, uint64_t off)
{
    struct hw_budget *fuel = &s->b.teach.x->fuel;
    struct hw_span is = value_of(s, object, "signed"), bundle = value_of(s, object, "dsseEnvelope");
    s->documents++;
    s->b.scratch_n = 0;
    if (is_envelope(object, fuel)) {
        read_envelope(s, object, off);
    } else if (is_envelope(bundle, fuel)) {
        read_envelope(s, bundle, off + (uint64_t)(bundle.p - object.p));
    } else if (is.n > 0) {
        say_signatures(s, value_of(s, object, "signatures"), off);
        read_body(s, is, off + (uint64_t)(is.p - object.p));
    } else {
        read_body(s, object, off);
    }
}

static void check_whole(struct intoto *s, struct hw_span object, uint64_t off)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, object, off, &s->b.teach.x->fuel);
    while (hw_json_walk_next(&w)) {
    }
    hw_sbom_fault(&s->b, w.fault, w.fault_off);
}

static void read_lines(struct intoto *s, struct hw_span bytes)
{
    for (size_t at = 0; at < bytes.n && hw_sbom_going(&s->b);) {
        struct hw_span rest = hw_span_from(bytes, at);
        size_t n = hw_span_find(rest, '\n');
        struct hw_span line = hw_span_trim(hw_span_cut(rest, 0, n));
        if (line.n > 0 && says_intoto(line, &s->b.teach.x->fuel)) {
            check_whole(s, line, at);
            read_document(s, line, at);
        } else if (line.n > 0) {
            hw_teach_refuse(&s->b.teach, ++s->documents, at, line, "no in-toto document");
        }
        at += n + 1;
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct intoto s = {.build = 0};
    hw_sbom_init(&s.b, x, n, "in-toto");
    hw_buf_init(&s.payload, PAYLOAD_BYTES);
    hw_buf_init(&s.plain, PAYLOAD_BYTES / 3 * 4 + 8);
    if (has_lines(n->bytes, &x->fuel)) {
        read_lines(&s, n->bytes);
    } else {
        check_whole(&s, n->bytes, 0);
        read_document(&s, n->bytes, 0);
    }
    hw_say_number(x, n, "intoto.documents", s.documents);
    hw_say_number(x, n, "intoto.signatures", s.keys);
    hw_say_text(x, n, "intoto.verified", HW_SPAN_LIT("not verified"));
    hw_sbom_done(&s.b);
    hw_buf_done(&s.payload);
    hw_buf_done(&s.plain);
}

const struct hw_format hw_intoto_format = {
    .word = "in-toto",
    .probe = probe,
    .examine = examine,
};
