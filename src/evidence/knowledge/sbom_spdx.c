/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/sbom_spdx.c -- SPDX 2.2 and 2.3 as JSON (ISO/IEC 5962:2021; SPDX Specification
 * 2.3, clauses 6 to 11 and spdx-schema.json), and who is asked about SPDX at all.
 *
 *   {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name", "documentNamespace",
 *    "packages": [{"SPDXID", "name", "versionInfo", "checksums", "externalRefs", "hasFiles"}],
 *    "files": [{"SPDXID", "fileName", "checksums"}], "documentDescribes": [...],
 *    "relationships": [{"spdxElementId", "relationshipType", "relatedSpdxElement"}]}
 *
 * Members come in any order, so they are found first. SPDX 3 is JSON-LD and another model: it is
 * recognised and refused by name. Tag-value text is sbom_tags.c.
 */
#include "evidence/knowledge/sbom.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "evidence/json_walk.h"

enum { BITS = 96, PROBE_MEMBERS = 64, ENTRY_MEMBERS = 64, TAG_LINES = 32, SHOWN = 60 };

enum member { PACKAGES, FILES, RELATIONSHIPS, DESCRIBES, CREATION, MEMBERS };
static const char *const member_names[MEMBERS] = {"packages", "files", "relationships",
                                                  "documentDescribes", "creationInfo"};

struct place {
    struct hw_span value;
    uint64_t off;
};

struct spdx {
    struct hw_sbom b;
    struct place members[MEMBERS];
};

/* ---- whose is it ---- */

static struct hw_span string_of(struct hw_span object, const char *key, struct hw_budget *fuel)
{
    return hw_json_walk_string(hw_json_walk_find(object, key, PROBE_MEMBERS, fuel));
}

static bool says_spdx2(struct hw_span bytes, struct hw_budget *fuel)
{
    return hw_span_starts(string_of(bytes, "spdxVersion", fuel), "SPDX-2.") &&
           hw_span_starts(string_of(bytes, "SPDXID", fuel), "SPDXRef-");
}

static bool says_spdx3(struct hw_span bytes, struct hw_budget *fuel)
{
    return hw_span_starts(string_of(bytes, "@context", fuel), "https://spdx.org/rdf/3.");
}

/* The first tag of the text is the version, but for comments. */
static bool says_tags(struct hw_span bytes)
{
    struct hw_span rest = hw_span_starts(bytes, "\xef\xbb\xbf") ? hw_span_from(bytes, 3) : bytes;
    for (unsigned i = 0; i < TAG_LINES && rest.n > 0; i++) {
        size_t n = hw_span_find(hw_span_cut(rest, 0, 4096), '\n');
        struct hw_span line = hw_span_trim(hw_span_cut(rest, 0, n));
        if (hw_span_starts(line, "SPDXVersion:")) {
            return hw_span_starts(hw_span_trim(hw_span_from(line, 12)), "SPDX-2.");
        }
        if (line.n > 0 && line.p[0] != '#') {
            return false;
        }
        rest = hw_span_from(rest, n + 1);
    }
    return false;
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    return says_tags(bytes) || says_spdx2(bytes, fuel) || says_spdx3(bytes, fuel) ? BITS : 0;
}

/* ---- packages and files ---- */

/* "NOASSERTION" and "NONE" are words for nothing. */
struct hw_span hw_sbom_asserted(struct hw_span s)
{
    return hw_span_is(s, "NOASSERTION") || hw_span_is(s, "NONE") ? (struct hw_span){NULL, 0} : s;
}

/* "Organization: Acme (mail)": the name alone. */
struct hw_span hw_sbom_maker(struct hw_span s)
{
    size_t colon = hw_span_find(s, ':');
    return colon == s.n ? hw_sbom_asserted(s) : hw_span_trim(hw_span_from(s, colon + 1));
}

static void read_checksums(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span list,
                           uint64_t off)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, list, off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        hw_sbom_digest(b, p, string_of(w.value, "algorithm", &b->teach.x->fuel),
                       string_of(w.value, "checksumValue", &b->teach.x->fuel), w.off);
    }
}

static void read_references(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span list,
                            uint64_t off)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, list, off, &b->teach.x->fuel);
    while (p->purl.n == 0 && hw_json_walk_next(&w)) {
        if (hw_span_is(string_of(w.value, "referenceType", &b->teach.x->fuel), "purl")) {
            struct hw_span at =
                hw_json_walk_find(w.value, "referenceLocator", 16, &b->teach.x->fuel);
            p->purl = hw_sbom_string(b, at, w.off);
        }
    }
}

void hw_sbom_purpose(struct hw_sbom *b, struct hw_sbom_part *p, struct hw_span purpose,
                     uint64_t off)
{
    p->kind = hw_sbom_kind(purpose);
    if (p->kind == NULL) {
        struct hw_span s = hw_name_text(b->teach.x, b->teach.n, hw_span_cut(purpose, 0, SHOWN));
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", off, 0,
                       "a purpose that is none known here: '%.*s'", (int)s.n,
                       s.n == 0 ? "" : (const char *)s.p);
    }
}

static void read_part_member(struct hw_sbom *b, struct hw_sbom_part *p,
                             const struct hw_json_walk *w, struct hw_span *originator)
{
    struct hw_span k = w->key, v = w->value;
    if (hw_span_is(k, "name") || hw_span_is(k, "fileName")) {
        p->name = hw_sbom_text(b, "name", v, w->off);
    } else if (hw_span_is(k, "SPDXID")) {
        p->ref = hw_sbom_text(b, "SPDXID", v, w->off);
    } else if (hw_span_is(k, "versionInfo")) {
        p->version = hw_sbom_text(b, "versionInfo", v, w->off);
    } else if (hw_span_is(k, "supplier")) {
        p->vendor = hw_sbom_maker(hw_sbom_text(b, "supplier", v, w->off));
    } else if (hw_span_is(k, "originator")) {
        *originator = hw_sbom_maker(hw_sbom_text(b, "originator", v, w->off));
    } else if (hw_span_is(k, "downloadLocation")) {
        p->resolved = hw_sbom_asserted(hw_sbom_text(b, "downloadLocation", v, w->off));
    } else if (hw_span_is(k, "packageFileName")) {
        p->path = hw_sbom_text(b, "packageFileName", v, w->off);
    } else if (hw_span_is(k, "primaryPackagePurpose")) {
        hw_sbom_purpose(b, p, hw_sbom_text(b, "primaryPackagePurpose", v, w->off), w->off);
    } else if (hw_span_is(k, "checksums")) {
        read_checksums(b, p, v, w->off);
    } else if (hw_span_is(k, "externalRefs")) {
        read_references(b, p, v, w->off);
    }
}

static void read_part(struct hw_sbom *b, struct place at, bool file)
{
    struct hw_sbom_part p;
    struct hw_span originator = {NULL, 0};
    struct hw_json_walk w;
    hw_sbom_begin(b, &p, at.off);
    p.kind = file ? "file" : NULL;
    if (!hw_json_walk_is(at.value, '{')) {
        b->lines++;
        hw_teach_refuse(&b->teach, b->lines, at.off, at.value, "no object");
        return;
    }
    hw_json_walk_init(&w, at.value, at.off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        read_part_member(b, &p, &w, &originator);
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
    p.vendor = p.vendor.n > 0 ? p.vendor : originator;
    if (p.ref.n == 0) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", at.off, 0, "a part without SPDXID");
    }
    (void)hw_sbom_put(b, &p);
}

static void read_parts(struct spdx *s, enum member which)
{
    struct hw_sbom *b = &s->b;
    struct place list = s->members[which];
    struct hw_json_walk w;
    if (list.value.n == 0) {
        return;
    }
    hw_json_walk_init(&w, list.value, list.off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        read_part(b, (struct place){w.value, w.off}, which == FILES);
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

/* ---- relations ---- */

/* Elements of other documents ("DocumentRef-x:SPDXRef-y"), the document itself and the words for
 * nothing are not among the parts. */
static struct hw_sbom_end end_of(struct hw_span ref)
{
    bool far = hw_span_starts(ref, "DocumentRef-") || hw_span_is(ref, "SPDXRef-DOCUMENT") ||
               hw_sbom_asserted(ref).n == 0;
    return (struct hw_sbom_end){.ref = ref, .far = far};
}

void hw_sbom_relate(struct hw_sbom *b, struct hw_span from, struct hw_span type, struct hw_span to,
                    uint64_t line, uint64_t off)
{
    const char *word;
    bool turned;
    if (from.n == 0 || type.n == 0 || to.n == 0) {
        hw_teach_refuse(&b->teach, line, off, from, "a relationship without both its ends");
        return;
    }
    if (!hw_sbom_relation(type, &word, &turned)) {
        struct hw_span s = hw_name_text(b->teach.x, b->teach.n, hw_span_cut(type, 0, SHOWN));
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-value", off, 0,
                       "a relationship of no type known here: '%.*s'", (int)s.n,
                       s.n == 0 ? "" : (const char *)s.p);
    }
    if (strcmp(word, "describes") == 0 && b->subject == 0 &&
        hw_span_is(turned ? to : from, "SPDXRef-DOCUMENT")) {
        b->subject = hw_sbom_find(b, turned ? from : to);
    }
    hw_sbom_join(b, word, end_of(turned ? to : from), end_of(turned ? from : to), off);
}

static void read_relationships(struct spdx *s)
{
    struct hw_sbom *b = &s->b;
    struct place list = s->members[RELATIONSHIPS];
    struct hw_budget *fuel = &b->teach.x->fuel;
    struct hw_json_walk w;
    if (list.value.n == 0) {
        return;
    }
    hw_json_walk_init(&w, list.value, list.off, fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        b->scratch_n = 0;
        struct hw_span from = hw_json_walk_find(w.value, "spdxElementId", ENTRY_MEMBERS, fuel);
        struct hw_span to = hw_json_walk_find(w.value, "relatedSpdxElement", ENTRY_MEMBERS, fuel);
        struct hw_span type = string_of(w.value, "relationshipType", fuel);
        hw_sbom_relate(b, hw_sbom_string(b, from, w.off), type, hw_sbom_string(b, to, w.off),
                       w.count, w.off);
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

/* A list of refs that lie in, or are described by, one parent. */
static void read_list(struct hw_sbom *b, struct place list, const char *relation,
                      struct hw_sbom_end parent)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, list.value, list.off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        size_t kept = b->scratch_n;
        struct hw_span child = hw_sbom_text(b, relation, w.value, w.off);
        if (child.n > 0) {
            hw_sbom_join(b, relation, parent, end_of(child), w.off);
        }
        if (strcmp(relation, "describes") == 0 && b->subject == 0) {
            b->subject = hw_sbom_find(b, child);
        }
        b->scratch_n = kept;
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

/* hasFiles names files that are read after the packages, so packages are walked again for it. */
static void read_has_files(struct spdx *s)
{
    struct hw_sbom *b = &s->b;
    struct hw_json_walk w, in;
    if (s->members[PACKAGES].value.n == 0) {
        return;
    }
    hw_json_walk_init(&w, s->members[PACKAGES].value, s->members[PACKAGES].off, &b->teach.x->fuel);
    while (hw_sbom_going(b) && hw_json_walk_next(&w)) {
        hw_json_walk_init(&in, w.value, w.off, &b->teach.x->fuel);
        while (!in.array && hw_json_walk_next(&in)) {
            if (hw_span_is(in.key, "hasFiles")) {
                b->scratch_n = 0;
                struct hw_span id =
                    hw_json_walk_find(w.value, "SPDXID", ENTRY_MEMBERS, &b->teach.x->fuel);
                struct hw_sbom_end parent = end_of(hw_sbom_string(b, id, w.off));
                read_list(b, (struct place){in.value, in.off}, "contains", parent);
            }
        }
    }
}

/* ---- the document ---- */

static void find_members(struct spdx *s, struct hw_span bytes)
{
    struct hw_sbom *b = &s->b;
    struct hw_json_walk w;
    hw_json_walk_init(&w, bytes, 0, &b->teach.x->fuel);
    while (hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "name")) {
            b->teach.title = hw_exam_text(b->teach.x, hw_sbom_string(b, w.value, w.off), 1000);
        }
        for (unsigned i = 0; i < MEMBERS; i++) {
            if (!hw_span_is(w.key, member_names[i])) {
                continue;
            }
            if (s->members[i].value.n > 0) {
                hw_say_anomaly(b->teach.x, b->teach.n, "duplicate", w.off, w.value.n,
                               "\"%s\" stands twice; the first counts", member_names[i]);
            } else {
                s->members[i] = (struct place){w.value, w.off};
            }
        }
    }
    hw_sbom_fault(b, w.fault, w.fault_off);
}

void hw_sbom_created(struct hw_sbom *b, struct hw_span when, uint64_t off)
{
    if (when.n > 0 && !hw_time_parse(hw_span_trim(when), &b->teach.published)) {
        hw_say_anomaly(b->teach.x, b->teach.n, "bad-time", off, when.n,
                       "a time of creation that is no time");
    }
}

static void read_json(struct spdx *s, struct hw_span bytes)
{
    struct hw_sbom *b = &s->b;
    struct hw_budget *fuel = &b->teach.x->fuel;
    hw_say_text(b->teach.x, b->teach.n, "sbom.version", string_of(bytes, "spdxVersion", fuel));
    find_members(s, bytes);
    hw_sbom_created(b, string_of(s->members[CREATION].value, "created", fuel),
                    s->members[CREATION].off);
    read_parts(s, PACKAGES);
    read_parts(s, FILES);
    if (s->members[DESCRIBES].value.n > 0) {
        read_list(b, s->members[DESCRIBES], "describes",
                  (struct hw_sbom_end){.ref = HW_SPAN_LIT("SPDXRef-DOCUMENT"), .far = true});
    }
    read_relationships(s);
    read_has_files(s);
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct spdx s = {.members = {{.off = 0}}};
    hw_sbom_init(&s.b, x, n, "spdx");
    if (says_tags(n->bytes)) {
        hw_sbom_read_tags(&s.b);
    } else if (says_spdx2(n->bytes, &x->fuel)) {
        read_json(&s, n->bytes);
    } else {
        hw_say_anomaly(x, n, "unsupported", 0, n->bytes.n,
                       "SPDX 3 is another model; 2.2 and 2.3 are read");
        hw_say_degree(n, HW_REFUSED, "SPDX 3 is not read");
    }
    hw_sbom_done(&s.b);
}

const struct hw_format hw_spdx_format = {
    .word = "spdx",
    .probe = probe,
    .examine = examine,
};
