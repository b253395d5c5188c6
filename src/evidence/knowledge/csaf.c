/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/csaf.c -- vendors' security advisories and VEX documents in CSAF: OASIS Common
 * Security Advisory Framework 2.0 (18 November 2022) and 2.1.
 *
 *   {"document": {"csaf_version", "category", "title", "publisher", "tracking": {...}},
 *    "product_tree": {"branches", "full_product_names", "relationships", "product_groups"},
 *    "vulnerabilities": [{"cve", "product_status": {...}, "flags": [], ...}]}
 *
 * The product tree is loaded whole, vulnerabilities one at a time. docs/formats/csaf.md says what
 * each becomes, and which of the specification's tests are made on the way.
 */
#include "evidence/knowledge/csaf.h"

#include "base/text.h"
#include "evidence/json_walk.h"

enum { BITS = 128, PROBE_BYTES = 1 << 20, PROBE_MEMBERS = 32, SAYS_BYTES = 2000 };

/* The parts of the document, as they stand in the text. */
struct parts {
    struct hw_span document, tree, vulnerabilities;
    uint64_t vulnerabilities_off;
    const char *fault;
    uint64_t fault_off;
};

static void find_parts(struct hw_span text, struct hw_budget *fuel, uint64_t max, struct parts *out)
{
    struct hw_json_walk w;
    *out = (struct parts){.fault = NULL};
    hw_json_walk_init(&w, text, 0, fuel);
    while (!w.array && w.count < max && hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "document")) {
            out->document = w.value;
        } else if (hw_span_is(w.key, "product_tree")) {
            out->tree = w.value;
        } else if (hw_span_is(w.key, "vulnerabilities")) {
            out->vulnerabilities = w.value;
            out->vulnerabilities_off = w.off;
        }
    }
    out->fault = w.fault;
    out->fault_off = w.fault_off;
}

static void read_document(struct hw_csaf *c, const json_t *document)
{
    const json_t *tracking = json_object_get(document, "tracking");
    struct hw_span category = hw_member_text(document, "category");
    struct hw_claim *k = &c->claim;
    int64_t now = hw_member_time(tracking, "current_release_date");
    c->tracking = hw_member_text(tracking, "id");
    c->t->title = hw_member_text(document, "title");
    c->t->published = now;
    k->published = hw_member_time(tracking, "initial_release_date");
    k->source = hw_member_text(json_object_get(document, "publisher"), "name");
    /* 2.1: an advisory that is no more says so by what it is. */
    if (hw_span_is(category, "csaf_withdrawn") || hw_span_is(category, "csaf_superseded")) {
        k->revoked = now != HW_TIME_NONE ? now : k->published;
    }
}

static void read_vulnerabilities(struct hw_csaf *c, const struct parts *p)
{
    struct hw_teach *t = c->t;
    struct hw_json_walk w;
    if (!hw_json_walk_is(p->vulnerabilities, '[')) {
        return;
    }
    hw_json_walk_init(&w, p->vulnerabilities, p->vulnerabilities_off, &t->x->fuel);
    while (hw_teach_going(t) && hw_json_walk_next(&w)) {
        struct hw_json j;
        hw_json_init(t->x, w.value, 0, &j);
        c->claim.line = w.count;
        c->claim.off = w.off;
        if (json_is_object(j.root)) {
            hw_csaf_vulnerability(c, j.root);
        } else {
            hw_teach_refuse(t, w.count, w.off, w.value,
                            j.too_large ? "larger than one document may be" : "no JSON object");
        }
        hw_json_done(t->x, &j);
    }
    if (w.fault != NULL) {
        hw_teach_refuse(t, w.count + 1, w.fault_off, (struct hw_span){NULL, 0}, w.fault);
    }
}

/* Loads one of the document's two big parts; a part that is not there is none. False: more than
 * memory holds, and said; without it nothing behind it can be told. */
static bool load(struct hw_csaf *c, struct hw_span text, const char *what, struct hw_json *out)
{
    struct hw_teach *t = c->t;
    *out = (struct hw_json){.root = NULL};
    if (text.n == 0) {
        return true;
    }
    uint64_t off = (uint64_t)(text.p - t->n->bytes.p);
    hw_json_init(t->x, text, 0, out);
    if (out->too_large) {
        hw_say_anomaly(t->x, t->n, "over-budget", off, text.n, "%s: more than memory holds", what);
        hw_say_degree(t->n, HW_REFUSED, "more than memory holds");
        return false;
    }
    if (!json_is_object(out->root)) {
        hw_teach_refuse(t, 0, off, hw_span_cut(text, 0, 40), what);
    }
    return true;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_teach t;
    struct hw_csaf c = {.t = &t};
    struct hw_json document, tree;
    struct parts parts;
    hw_teach_init(&t, x, n, "csaf");
    hw_claim_init(&c.claim);
    hw_buf_init(&c.says, SAYS_BYTES);
    find_parts(n->bytes, &x->fuel, UINT64_MAX, &parts);
    if (parts.fault != NULL) {
        hw_teach_refuse(&t, 0, parts.fault_off, hw_span_from(n->bytes, (size_t)parts.fault_off),
                        parts.fault);
    }
    bool whole = load(&c, parts.document, "the document's head cannot be read", &document);
    whole = load(&c, parts.tree, "the product tree cannot be read", &tree) && whole;
    read_document(&c, document.root);
    if (whole && hw_csaf_products(&c, tree.root)) {
        read_vulnerabilities(&c, &parts);
    }
    hw_teach_done(&t);
    hw_json_done(x, &tree);
    hw_json_done(x, &document);
    hw_buf_done(&c.says);
    hw_claim_done(&c.claim);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct parts parts;
    find_parts(hw_span_cut(bytes, 0, PROBE_BYTES), fuel, PROBE_MEMBERS, &parts);
    if (!hw_json_walk_is(parts.document, '{')) {
        return 0;
    }
    struct hw_span version =
        hw_json_walk_string(hw_json_walk_find(parts.document, "csaf_version", PROBE_MEMBERS, fuel));
    struct hw_span tracking = hw_json_walk_find(parts.document, "tracking", PROBE_MEMBERS, fuel);
    return hw_span_starts(version, "2.") && hw_json_walk_is(tracking, '{') ? BITS : 0;
}

const struct hw_format hw_csaf_format = {
    .word = "csaf",
    .probe = probe,
    .examine = examine,
};
