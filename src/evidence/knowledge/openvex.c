/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/openvex.c -- what a publisher says of its products and a vulnerability, in
 * OpenVEX: specification 0.2.0 (github.com/openvex/spec), and 0.0.1, whose products and
 * vulnerabilities are plain texts.
 *
 *   {"@context": "https://openvex.dev/ns/v0.2.0", "@id", "author", "timestamp",
 *    "statements": [{"vulnerability": {"name"}, "products": [{"@id": "pkg:...",
 *                    "identifiers": {"purl", "cpe23"}, "hashes": {"sha-256": ...}}],
 *                    "status", "justification", "impact_statement"}]}
 *
 * A statement is about its products. Where it names subcomponents it is about these inside of the
 * product, so it says nothing of them elsewhere; SAYS names them. docs/formats/openvex.md.
 */
#include "evidence/knowledge/openvex.h"

#include <string.h>

#include "base/text.h"
#include "evidence/knowledge/claim.h"
#include "evidence/knowledge/feed.h"

enum { BITS = 96, PROBE_BYTES = 1 << 20, PROBE_MEMBERS = 64, SAYS_BYTES = 2000, PART_BYTES = 400 };

struct vex {
    struct hw_teach *t;
    struct hw_claim claim;
    struct hw_buf says;
    uint64_t statements; /* of all documents, so far */
    int64_t published;
};

static const char *status_word(struct hw_span s)
{
    static const char *const words[][2] = {
        {"not_affected", "not-affected"},
        {"affected", "affected"},
        {"fixed", "fixed"},
        {"under_investigation", "investigating"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (hw_span_is(s, words[i][0])) {
            return words[i][1];
        }
    }
    return NULL;
}

static void says_more(struct vex *x, struct hw_span s)
{
    if (s.n > 0 && x->says.n < SAYS_BYTES - PART_BYTES - 10) {
        hw_buf_str(&x->says, x->says.n > 0 ? "; " : "");
        hw_buf_span_put(&x->says, hw_span_cut(s, 0, PART_BYTES));
    }
}

static struct hw_span id_of(const json_t *v)
{
    return json_is_object(v) ? hw_member_text(v, "@id") : hw_json_text(v);
}

static void gather_says(struct vex *x, const json_t *statement, const json_t *product)
{
    static const char *const keys[] = {"justification", "impact_statement", "action_statement",
                                       "status_notes"};
    const json_t *parts = json_object_get(product, "subcomponents");
    hw_buf_clear(&x->says);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        says_more(x, hw_member_text(statement, keys[i]));
    }
    for (size_t i = 0; i < json_array_size(parts) && i < 4; i++) {
        struct hw_span id = id_of(json_array_get(parts, i));
        if (id.n > 0) {
            hw_buf_str(&x->says, x->says.n > 0 ? "; in " : "in ");
            hw_buf_span_put(&x->says, hw_span_cut(id, 0, PART_BYTES / 2));
        }
    }
    x->claim.says = hw_buf_span(&x->says);
}

static void teach_hashes(struct vex *x, const json_t *product, struct hw_span id)
{
    json_t *hashes = json_object_get(product, "hashes"), *value;
    const char *key;
    json_object_foreach(hashes, key, value)
    {
        bool context = false;
        struct hw_taught v;
        hw_taught_init(&v);
        v.line = x->claim.line;
        v.off = x->claim.off;
        v.as = hw_list_type_read(hw_span_str(key), &context);
        v.raw = hw_json_text(value);
        v.label = id;
        v.source = x->claim.source;
        v.id = x->claim.advisory;
        v.published = x->claim.published;
        v.role = strcmp(x->claim.status, "affected") == 0 ? "payload" : "context";
        if (hw_list_kind_is_file_hash(v.as)) {
            hw_teach_indicator(x->t, &v);
        } else {
            x->t->ignored++;
        }
    }
}

static void product_one(struct vex *x, const json_t *statement, const json_t *product)
{
    const json_t *identifiers = json_object_get(product, "identifiers");
    struct hw_span id = id_of(product), purl = hw_member_text(identifiers, "purl");
    struct hw_claim *c = &x->claim;
    static const struct hw_span nobody = {NULL, 0};
    hw_claim_clear(c);
    gather_says(x, statement, product);
    purl = purl.n > 0 ? purl : id;
    if (!hw_claim_purl(c, purl)) {
        hw_claim_clear(c);
        if (!hw_claim_product(c, nobody, id)) {
            hw_teach_refuse(x->t, c->line, c->off, id, "a product without a name");
            return;
        }
    }
    c->cpe = hw_member_text(identifiers, "cpe23");
    c->cpe = c->cpe.n > 0 ? c->cpe : hw_member_text(identifiers, "cpe22");
    hw_claim_say(x->t, c);
    teach_hashes(x, product, id);
}

static void statement_one(struct vex *x, const json_t *statement, struct hw_span text)
{
    const json_t *vulnerability = json_object_get(statement, "vulnerability");
    const json_t *products = json_object_get(statement, "products");
    struct hw_claim *c = &x->claim;
    int64_t own = hw_member_time(statement, "timestamp");
    c->status = status_word(hw_member_text(statement, "status"));
    c->advisory = json_is_object(vulnerability) ? hw_member_text(vulnerability, "name")
                                                : hw_json_text(vulnerability);
    c->published = own != HW_TIME_NONE ? own : x->published;
    if (c->status == NULL || c->advisory.n == 0) {
        hw_teach_refuse(x->t, c->line, c->off, text, "a statement without status or vulnerability");
        return;
    }
    /* A vulnerability may be about the products of the document's own: then none is named. */
    x->t->ignored += json_array_size(products) == 0;
    for (size_t i = 0; i < json_array_size(products) && hw_teach_going(x->t); i++) {
        product_one(x, statement, json_array_get(products, i));
    }
}

static void document(struct hw_teach *t, const struct hw_feed *f, const json_t *root, void *state)
{
    struct vex *x = state;
    const json_t *statements = json_object_get(root, "statements");
    struct hw_span name = hw_member_text(root, "@id");
    if (!json_is_array(statements)) {
        hw_teach_refuse(t, f->number, f->off, f->value, "no OpenVEX document: statements");
        return;
    }
    x->published = hw_member_time(root, "timestamp");
    x->claim.source = hw_member_text(root, "author");
    if (f->number == 1) {
        t->published = x->published;
        hw_say_text(t->x, t->n, "openvex.id", hw_span_cut(name, 0, 1000));
    }
    for (size_t i = 0; i < json_array_size(statements) && hw_teach_going(t); i++) {
        x->claim.line = ++x->statements;
        x->claim.off = f->off;
        statement_one(x, json_array_get(statements, i), name);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_teach t;
    struct vex v = {.t = &t, .published = HW_TIME_NONE};
    hw_teach_init(&t, x, n, "openvex");
    hw_claim_init(&v.claim);
    hw_buf_init(&v.says, SAYS_BYTES);
    hw_feed_read(&t, document, &v);
    hw_teach_done(&t);
    hw_buf_done(&v.says);
    hw_claim_done(&v.claim);
}

/* The context is a name nobody writes by chance. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    bool context = false, statements = false;
    struct hw_span first = hw_feed_first(hw_span_cut(bytes, 0, PROBE_BYTES), fuel);
    if (!hw_json_walk_is(first, '{')) {
        return 0;
    }
    hw_json_walk_init(&w, first, 0, fuel);
    while (w.count < PROBE_MEMBERS && hw_json_walk_next(&w)) {
        context =
            context || (hw_span_is(w.key, "@context") &&
                        hw_span_starts(hw_json_walk_string(w.value), "https://openvex.dev/ns"));
        /* An array cut short at the end of what is looked at has no value yet. */
        statements =
            statements || (hw_span_is(w.key, "statements") && hw_json_walk_is(w.value, '['));
    }
    statements = statements || (w.fault != NULL && hw_span_is(w.key, "statements"));
    return context && statements ? BITS : 0;
}

const struct hw_format hw_openvex_format = {
    .word = "openvex",
    .probe = probe,
    .examine = examine,
};
