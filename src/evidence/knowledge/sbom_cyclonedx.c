/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sbom_cyclonedx.c -- CycloneDX 1.2 to 1.7 as JSON (ECMA-424; the schemas
 * bom-1.2.schema.json to bom-1.7.schema.json of the CycloneDX project).
 *
 *   {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {...}},
 *    "components": [{"bom-ref", "name", "version", "purl", "hashes", "components": [...]}],
 *    "services": [...], "dependencies": [{"ref", "dependsOn": [...], "provides": [...]}]}
 *
 * A bill of a container image has hundreds of thousands of parts, so no tree of it is built: the
 * members of the document are found first, then read in the order in which refs can be resolved,
 * one part at a time.
 */
#include "evidence/knowledge/sbom.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/json_walk.h"

enum { BITS = 96, PROBE_MEMBERS = 64, SHOWN = 60 };

enum member { METADATA, COMPONENTS, SERVICES, DEPENDENCIES, SERIAL, VULNERABILITIES, MEMBERS };
static const char *const member_names[MEMBERS] = {
    "metadata", "components", "services", "dependencies", "serialNumber", "vulnerabilities"};

struct place {
    struct hw_span value;
    uint64_t off;
};

struct cyclonedx {
    struct hw_sbom b;
    struct place members[MEMBERS];
};

static bool says_cyclonedx(struct hw_span object, struct hw_budget *fuel)
{
    struct hw_span format = hw_json_walk_find(object, "bomFormat", PROBE_MEMBERS, fuel);
    struct hw_span version = hw_json_walk_find(object, "specVersion", PROBE_MEMBERS, fuel);
    return hw_span_is(hw_json_walk_string(format), "CycloneDX") &&
           hw_span_starts(hw_json_walk_string(version), "1.");
}

/* The first member of a list of documents; empty when the text is no list. */
static struct hw_span first_of_list(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, bytes, 0, fuel);
    return w.array && hw_json_walk_next(&w) ? w.value : (struct hw_span){NULL, 0};
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span first = first_of_list(bytes, fuel);
    return says_cyclonedx(first.n > 0 ? first : bytes, fuel) ? BITS : 0;
}

/* ---- one part ---- */

static void read_hashes(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span list,
                        uint64_t off)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, list, off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        struct hw_span alg = hw_json_walk_find(w.value, "alg", 8, &b->teach.x->fuel);
        struct hw_span hex = hw_json_walk_find(w.value, "content", 8, &b->teach.x->fuel);
        hw_sbom_digest(b, p, hw_json_walk_string(alg), hw_json_walk_string(hex), w.off);
    }
}

/* Where it was fetched from: the first reference of type distribution. */
static void read_references(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span list,
                            uint64_t off)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, list, off, &b->teach.x->fuel);
    while (p->resolved.n == 0 && hw_json_walk_next(&w)) {
        struct hw_span type = hw_json_walk_find(w.value, "type", 8, &b->teach.x->fuel);
        if (hw_span_is(hw_json_walk_string(type), "distribution")) {
            struct hw_span url = hw_json_walk_find(w.value, "url", 8, &b->teach.x->fuel);
            p->resolved = hw_sbom_string(b, url, w.off);
        }
    }
}

/* Where tools say that the part lies: each has a property of its own for it. */
static void read_properties(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span list,
                            uint64_t off)
{
    static const char *const names[] = {"SrcFile", "aquasecurity:trivy:FilePath",
                                        "cdx:npm:package:path", "syft:location:0:path"};
    struct hw_json_walk w;
    hw_json_walk_init(&w, list, off, &b->teach.x->fuel);
    while (p->path.n == 0 && hw_json_walk_next(&w)) {
        struct hw_span name =
            hw_json_walk_string(hw_json_walk_find(w.value, "name", 8, &b->teach.x->fuel));
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (hw_span_is(name, names[i])) {
                struct hw_span v = hw_json_walk_find(w.value, "value", 8, &b->teach.x->fuel);
                p->path = hw_sbom_string(b, v, w.off);
            }
        }
    }
}

/* 1.5: evidence.occurrences[0].location */
static void read_evidence(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span object,
                          uint64_t off)
{
    struct hw_budget *fuel = &b->teach.x->fuel;
    struct hw_span first = first_of_list(hw_json_walk_find(object, "occurrences", 16, fuel), fuel);
    struct hw_span location = hw_json_walk_find(first, "location", 16, fuel);
    if (location.n > 0) {
        p->path = hw_sbom_string(b, location, off);
    }
}

static void read_kind(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span type)
{
    p->kind = hw_sbom_kind(type);
    if (p->kind == NULL) {
        struct hw_span s = hw_name_text(b->teach.x, b->teach.n, hw_span_cut(type, 0, SHOWN));
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", p->off, 0,
                       "a component of no type known here: '%.*s'", (int)s.n,
                       s.n == 0 ? "" : (const char *)s.p);
    }
}

/* Who made it: the publisher, else who supplies it, else the group it is published under. */
struct makers {
    struct hw_span publisher, supplier, group;
};

/* One member of a part that is not a part itself. */
static void read_member(struct hw_sbom *b, struct hw_sbom_part *p, struct makers *by,
                        const struct hw_json_walk *w)
{
    const struct {
        const char *name;
        struct hw_span *to;
    } strings[] = {{"name", &p->name},
                   {"version", &p->version},
                   {"purl", &p->purl},
                   {"publisher", &by->publisher},
                   {"group", &by->group}};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        if (hw_span_is(w->key, strings[i].name)) {
            *strings[i].to = hw_sbom_text(b, strings[i].name, w->value, w->off);
            return;
        }
    }
    if (hw_span_is(w->key, "bom-ref")) {
        p->ref = hw_sbom_text(b, "bom-ref", w->value, w->off);
        if (p->ref.n == 0) {
            hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", w->off, 0, "an empty bom-ref");
        }
    } else if (hw_span_is(w->key, "supplier") || hw_span_is(w->key, "manufacturer") ||
               hw_span_is(w->key, "provider")) {
        struct hw_span name = hw_json_walk_find(w->value, "name", 16, &b->teach.x->fuel);
        by->supplier = by->supplier.n > 0 ? by->supplier : hw_sbom_string(b, name, w->off);
    } else if (hw_span_is(w->key, "hashes")) {
        read_hashes(b, p, w->value, w->off);
    } else if (hw_span_is(w->key, "externalReferences")) {
        read_references(b, p, w->value, w->off);
    } else if (hw_span_is(w->key, "properties")) {
        read_properties(b, p, w->value, w->off);
    } else if (hw_span_is(w->key, "evidence")) {
        read_evidence(b, p, w->value, w->off);
    }
}

static void read_parts(struct cyclonedx *c, bool services, struct place list, uint64_t parent,
                       unsigned depth);

/* Reads the part, then those in it. Its own words are said before theirs are decoded. */
static uint64_t read_part(struct cyclonedx *c, bool service, struct place at, uint64_t parent,
                          unsigned depth)
{
    struct hw_sbom *b = &c->b;
    struct hw_sbom_part p;
    struct makers by = {.publisher = {NULL, 0}};
    struct place inner = {.off = 0};
    struct hw_json_walk w;
    struct hw_span type = {NULL, 0};
    hw_sbom_begin(b, &p, at.off);
    if (!hw_json_walk_is(at.value, '{')) {
        b->lines++;
        hw_teach_refuse(&b->teach, b->lines, at.off, at.value, "no object");
        return 0;
    }
    hw_json_walk_init(&w, at.value, at.off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, service ? "services" : "components")) {
            inner = (struct place){w.value, w.off};
        } else if (hw_span_is(w.key, "type")) {
            type = hw_sbom_text(b, "type", w.value, w.off);
        } else {
            read_member(b, &p, &by, &w);
        }
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
    if (service) {
        p.kind = "service";
    } else {
        read_kind(b, &p, type);
    }
    p.vendor = by.publisher.n > 0 ? by.publisher : by.supplier.n > 0 ? by.supplier : by.group;
    uint64_t line = hw_sbom_put(b, &p);
    if (line != 0 && parent != 0) {
        hw_sbom_join(b, "contains", (struct hw_sbom_end){.line = parent},
                     (struct hw_sbom_end){.line = line}, at.off);
    }
    if (inner.value.n > 0) {
        read_parts(c, service, inner, line, depth + 1);
    }
    return line;
}

static void read_parts(struct cyclonedx *c, bool services, struct place list, uint64_t parent,
                       unsigned depth)
{
    struct hw_sbom *b = &c->b;
    struct hw_json_walk w;
    if (depth > HW_SBOM_NEST) {
        hw_say_anomaly(b->teach.x, b->teach.n, "recursion", list.off, list.value.n,
                       "parts within parts more than %d deep", HW_SBOM_NEST);
        hw_say_degree(b->teach.n, HW_BROKEN, "parts nested beyond the limit");
        return;
    }
    if (!hw_json_walk_is(list.value, '[')) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", list.off, list.value.n,
                       "a list of parts that is no list");
        return;
    }
    hw_json_walk_init(&w, list.value, list.off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        (void)read_part(c, services, (struct place){w.value, w.off}, parent, depth);
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

/* ---- relations ---- */

static void read_edges(struct hw_sbom *b, struct hw_span entry, uint64_t off, struct hw_span ref,
                       const char *member, const char *relation)
{
    struct hw_json_walk w;
    struct hw_span list = hw_json_walk_find(entry, member, 16, &b->teach.x->fuel);
    if (list.n == 0) {
        return;
    }
    uint64_t at = off + (uint64_t)(list.p - entry.p);
    size_t kept = b->scratch_n; /* the parent's ref */
    hw_json_walk_init(&w, list, at, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        struct hw_span child = hw_sbom_text(b, member, w.value, w.off);
        if (child.n > 0) {
            hw_sbom_join(
                b, relation, (struct hw_sbom_end){.ref = ref},
                (struct hw_sbom_end){.ref = child, .far = hw_span_starts(child, "urn:cdx:")},
                w.off);
        }
        b->scratch_n = kept;
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

static void read_dependencies(struct cyclonedx *c)
{
    struct hw_sbom *b = &c->b;
    struct hw_json_walk w;
    if (c->members[DEPENDENCIES].value.n == 0) {
        return;
    }
    hw_json_walk_init(&w, c->members[DEPENDENCIES].value, c->members[DEPENDENCIES].off,
                      &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        b->scratch_n = 0;
        struct hw_span ref = hw_json_walk_find(w.value, "ref", 16, &b->teach.x->fuel);
        ref = hw_sbom_string(b, ref, w.off);
        if (ref.n == 0) {
            hw_teach_refuse(&b->teach, w.count, w.off, w.value, "a dependency without its ref");
            continue;
        }
        read_edges(b, w.value, w.off, ref, "dependsOn", "depends-on");
        read_edges(b, w.value, w.off, ref, "provides", "offers");
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

/* ---- the document ---- */

static bool serial_ok(struct hw_span s)
{
    static const char form[] = "urn:uuid:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i < s.n && i < sizeof form - 1; i++) {
        uint8_t lower = hw_ascii_lower(s.p[i]);
        bool hex = hw_ascii_is_digit(lower) || (lower >= 'a' && lower <= 'f');
        if (form[i] == 'x' ? !hex : lower != (uint8_t)form[i]) {
            return false;
        }
    }
    return s.n == sizeof form - 1;
}

/* The part the bill is about, and when it was written. */
static void read_metadata(struct cyclonedx *c)
{
    struct hw_sbom *b = &c->b;
    struct hw_json_walk w;
    struct place at = c->members[METADATA];
    if (at.value.n == 0) {
        return;
    }
    hw_json_walk_init(&w, at.value, at.off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && !w.array && hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "component")) {
            struct hw_span name = hw_json_walk_find(w.value, "name", 64, &b->teach.x->fuel);
            b->scratch_n = 0;
            b->teach.title = hw_exam_text(b->teach.x, hw_sbom_string(b, name, w.off), 1000);
            b->subject = read_part(c, false, (struct place){w.value, w.off}, 0, 0);
        } else if (hw_span_is(w.key, "timestamp") &&
                   (hw_span_find(w.value, 'T') == w.value.n || /* a day alone is not enough */
                    !hw_time_parse(hw_json_walk_string(w.value), &b->teach.published))) {
            hw_say_anomaly(b->teach.x, b->teach.n, "bad-time", w.off, w.value.n,
                           "a timestamp that is no time");
        }
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

static void find_members(struct cyclonedx *c, struct hw_span bytes)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, bytes, 0, &c->b.teach.x->fuel);
    while (hw_json_walk_next(&w)) {
        for (unsigned i = 0; i < MEMBERS; i++) {
            if (!hw_span_is(w.key, member_names[i])) {
                continue;
            }
            if (c->members[i].value.n > 0) {
                hw_say_anomaly(c->b.teach.x, c->b.teach.n, "duplicate", w.off, w.value.n,
                               "\"%s\" stands twice; the first counts", member_names[i]);
            } else {
                c->members[i] = (struct place){w.value, w.off};
            }
        }
    }
    hw_sbom_fault(&c->b, w.fault, w.fault_off);
}

/* What the document says of flaws is another question; that it does is told. */
static void say_vulnerabilities(const struct cyclonedx *c)
{
    const struct place *at = &c->members[VULNERABILITIES];
    struct hw_json_walk w;
    if (at->value.n == 0) {
        return;
    }
    hw_json_walk_init(&w, at->value, at->off, &c->b.teach.x->fuel);
    while (hw_json_walk_next(&w)) {
    }
    hw_say_number(c->b.teach.x, c->b.teach.n, "sbom.vulnerabilities", w.count);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct cyclonedx c = {.members = {{.off = 0}}};
    hw_sbom_init(&c.b, x, n, "cyclonedx");
    if (first_of_list(n->bytes, &x->fuel).n > 0) {
        hw_say_anomaly(x, n, "unsupported", 0, n->bytes.n,
                       "a list of bills: each must be given as a document of its own");
        hw_say_degree(n, HW_REFUSED, "a list of documents, not one");
        hw_sbom_done(&c.b);
        return;
    }
    find_members(&c, n->bytes);
    struct hw_span version =
        hw_json_walk_string(hw_json_walk_find(n->bytes, "specVersion", PROBE_MEMBERS, &x->fuel));
    hw_say_text(x, n, "sbom.version", version);
    struct place serial = c.members[SERIAL];
    if (serial.value.n > 0 && !serial_ok(hw_json_walk_string(serial.value))) {
        hw_say_anomaly(x, n, "bad-value", serial.off, serial.value.n,
                       "a serial number that is no UUID");
    }
    read_metadata(&c);
    if (c.members[COMPONENTS].value.n > 0) {
        read_parts(&c, false, c.members[COMPONENTS], 0, 0);
    }
    if (c.members[SERVICES].value.n > 0) {
        read_parts(&c, true, c.members[SERVICES], 0, 0);
    }
    read_dependencies(&c);
    say_vulnerabilities(&c);
    hw_sbom_done(&c.b);
}

const struct hw_format hw_cyclonedx_format = {
    .word = "cyclonedx",
    .probe = probe,
    .examine = examine,
};
