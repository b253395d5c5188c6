/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/lifecycle.c -- which products are no longer made, sold or supported, and since
 * when: what a file that was signed afterwards has to be held against.
 *
 * Three forms: products of endoflife.date (its API 1, and the documents the site is made of),
 * OpenEoX (OASIS, Core 1.0 inside of a Shell), and a table of four columns for what only a person
 * knows (lifecycle_csv.c).
 *
 *   {"name", "identifiers": [{"purl"}], "releases": [{"releaseCycle", "eol": date or true}]}
 *   {"schema_version", "result": {"name", "releases": [{"name", "isEol", "eolFrom"}]}}
 *   {"$schema": ".../openeox/...", "statements": [{"core": {"end_of_life"}, "product": {...}}]}
 *
 * docs/formats/lifecycle.md says what each becomes.
 */
#include "evidence/knowledge/lifecycle.h"

#include "base/text.h"

enum { BITS = 96, PROBE_BYTES = 1 << 20, PROBE_MEMBERS = 64, VERSION_BYTES = 250 };

void hw_lifecycle_line(struct hw_lifecycle *l, struct hw_span release)
{
    static const struct hw_versions every = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    struct hw_claim *c = &l->claim;
    struct hw_span zero = HW_SPAN_LIT("0");
    size_t dot = release.n;
    uint64_t last;
    int d = 0;
    c->versions = every;
    release = hw_span_trim(release);
    if (release.n == 0) {
        return;
    }
    for (dot = release.n; dot > 0 && release.p[dot - 1] != '.'; dot--) {
    }
    if (release.n > VERSION_BYTES || !hw_ascii_is_digit(release.p[0]) ||
        !hw_version_compare(HW_ORDER_DOTTED, release, zero, &d) ||
        !hw_span_u64(hw_span_from(release, dot), &last) || last == UINT64_MAX) {
        c->versions.exact = release;
        return;
    }
    hw_buf_clear(&l->below);
    hw_buf_span_put(&l->below, hw_span_cut(release, 0, dot));
    hw_buf_printf(&l->below, "%llu", (unsigned long long)last + 1);
    c->versions.first = release;
    c->versions.below = hw_buf_span(&l->below);
}

/* Says that a release ended, under every name its product has. */
static void say_ended(struct hw_lifecycle *l, const json_t *identifiers, struct hw_span title,
                      struct hw_span vendor, struct hw_span release)
{
    struct hw_span cpe = {NULL, 0};
    struct hw_claim *c = &l->claim;
    for (size_t i = 0; i < json_array_size(identifiers) && hw_teach_going(l->t); i++) {
        const json_t *one = json_array_get(identifiers, i);
        struct hw_span id = hw_member_text(one, "id"), purl = hw_member_text(one, "purl");
        purl = hw_json_text(one).n > 0 ? hw_json_text(one) : purl.n > 0 ? purl : id;
        cpe = cpe.n > 0 ? cpe : hw_member_text(one, "cpe");
        hw_claim_clear(c);
        if (hw_claim_purl(c, purl)) {
            c->vendor = vendor;
            hw_lifecycle_line(l, c->versions.exact.n > 0 ? c->versions.exact : release);
            hw_claim_say(l->t, c);
        }
    }
    hw_claim_clear(c);
    if (!hw_claim_product(c, vendor, title)) {
        hw_teach_refuse(l->t, c->line, c->off, title, "a product without a name");
        return;
    }
    c->cpe = cpe;
    hw_lifecycle_line(l, release);
    hw_claim_say(l->t, c);
}

/* "eol": a date, true or false; API 1: "isEol" and "eolFrom". Support that goes on for those who
 * pay ("eoes", "eoesFrom") moves the end, for its builds are honest ones. */
static enum hw_ended when_ended(const json_t *release, int64_t *out)
{
    const json_t *eol = json_object_get(release, "eol");
    struct hw_span date = hw_json_text(eol);
    date = date.n > 0 ? date : hw_member_text(release, "eolFrom");
    *out = HW_TIME_NONE;
    if (date.n > 0 && hw_time_parse(date, out)) {
        int64_t paid = hw_member_time(release, "eoes");
        paid = paid != HW_TIME_NONE ? paid : hw_member_time(release, "eoesFrom");
        *out = paid != HW_TIME_NONE && paid > *out ? paid : *out;
        return HW_ENDED_DATED;
    }
    bool ended = json_is_true(eol) || json_is_true(json_object_get(release, "isEol"));
    return ended ? HW_ENDED_SOME_TIME : HW_ENDED_NOT;
}

static void endoflife(struct hw_lifecycle *l, const json_t *product, uint64_t off,
                      struct hw_span text)
{
    const json_t *releases = json_object_get(product, "releases");
    struct hw_span title = hw_member_text(product, "title"), none = {NULL, 0};
    title = title.n > 0 ? title : hw_member_text(product, "label");
    title = title.n > 0 ? title : hw_member_text(product, "name");
    if (!json_is_array(releases) || title.n == 0) {
        hw_teach_refuse(l->t, l->claim.line + 1, off, text, "no product: name, releases");
        return;
    }
    for (size_t i = 0; i < json_array_size(releases) && hw_teach_going(l->t); i++) {
        const json_t *release = json_array_get(releases, i);
        struct hw_span cycle = hw_member_text(release, "releaseCycle");
        cycle = cycle.n > 0 ? cycle : hw_member_text(release, "name");
        l->claim.line++;
        l->claim.off = off;
        l->claim.says = hw_member_text(release, "label");
        if (cycle.n == 0) {
            hw_teach_refuse(l->t, l->claim.line, off, title, "a release without a name");
        } else if (when_ended(release, &l->claim.from) == HW_ENDED_NOT) {
            l->t->ignored++;
        } else {
            say_ended(l, json_object_get(product, "identifiers"), title, none, cycle);
        }
    }
}

static void openeox_one(struct hw_lifecycle *l, const json_t *statement, uint64_t off)
{
    const json_t *core = json_object_get(statement, "core");
    const json_t *product = json_object_get(statement, "product");
    const json_t *helper = json_object_get(statement, "product_identification_helper");
    struct hw_span end = hw_member_text(core, "end_of_life");
    product = json_is_object(product) ? product : statement; /* earlier drafts */
    struct hw_span vendor = hw_member_text(product, "vendor_name");
    struct hw_claim *c = &l->claim;
    vendor = vendor.n > 0 ? vendor : hw_member_text(product, "supplier_name");
    c->line++;
    c->off = off;
    c->published = hw_member_time(core, "last_updated");
    if (hw_span_is(end, "tba")) {
        l->t->ignored++;
        return;
    }
    if (!hw_time_parse(end, &c->from)) {
        hw_teach_refuse(l->t, c->line, off, end, "an end of life that is no time");
        return;
    }
    say_ended(l, json_object_get(helper, "purls"), hw_member_text(product, "product_name"), vendor,
              hw_member_text(product, "product_version"));
}

static bool is_openeox(struct hw_span schema)
{
    return hw_span_holds(schema, "/openeox/");
}

static void document(struct hw_teach *t, const struct hw_feed *f, const json_t *root, void *state)
{
    struct hw_lifecycle *l = state;
    const json_t *statements = json_object_get(root, "statements");
    const json_t *result = json_object_get(root, "result");
    if (!is_openeox(hw_member_text(root, "$schema"))) {
        l->claim.source = HW_SPAN_LIT("endoflife.date");
        for (size_t i = 0; i < json_array_size(result) && hw_teach_going(t); i++) {
            endoflife(l, json_array_get(result, i), f->off, f->value);
        }
        if (!json_is_array(result)) {
            endoflife(l, json_is_object(result) ? result : root, f->off, f->value);
        }
        return;
    }
    l->claim.source = HW_SPAN_LIT("OpenEoX");
    for (size_t i = 0; i < json_array_size(statements) && hw_teach_going(t); i++) {
        openeox_one(l, json_array_get(statements, i), f->off);
    }
    /* A core by itself names no product. */
    t->ignored += statements == NULL;
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_teach t;
    struct hw_lifecycle l = {.t = &t};
    struct hw_span rest;
    hw_teach_init(&t, x, n, "lifecycle");
    hw_claim_init(&l.claim);
    hw_buf_init(&l.below, VERSION_BYTES + 30);
    l.claim.status = "ended";
    if (hw_lifecycle_is_csv(n->bytes, &rest)) {
        hw_lifecycle_csv(&l, rest, n->bytes.n - rest.n);
    } else {
        hw_feed_read(&t, document, &l);
    }
    hw_teach_done(&t);
    hw_buf_done(&l.below);
    hw_claim_done(&l.claim);
}

/* A product: a name and releases, of which the first has a cycle or says whether it ended. */
static bool is_product(struct hw_span text, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    struct hw_span releases = hw_json_walk_find(text, "releases", PROBE_MEMBERS, fuel);
    if (!hw_json_walk_is(hw_json_walk_find(text, "name", PROBE_MEMBERS, fuel), '"') ||
        !hw_json_walk_is(releases, '[')) {
        return false;
    }
    hw_json_walk_init(&w, releases, 0, fuel);
    return hw_json_walk_next(&w) &&
           (hw_json_walk_find(w.value, "releaseCycle", PROBE_MEMBERS, fuel).n > 0 ||
            hw_json_walk_find(w.value, "isEol", PROBE_MEMBERS, fuel).n > 0);
}

/* API 1 gives one product, or all of them in a list. */
static bool is_result(struct hw_span result, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    if (!hw_json_walk_is(result, '[')) {
        return is_product(result, fuel);
    }
    hw_json_walk_init(&w, result, 0, fuel);
    return hw_json_walk_next(&w) && is_product(w.value, fuel);
}

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_span rest;
    if (hw_lifecycle_is_csv(bytes, &rest)) {
        return BITS;
    }
    struct hw_span first = hw_feed_first(hw_span_cut(bytes, 0, PROBE_BYTES), fuel);
    if (!hw_json_walk_is(first, '{')) {
        return 0;
    }
    struct hw_span schema =
        hw_json_walk_string(hw_json_walk_find(first, "$schema", PROBE_MEMBERS, fuel));
    if (is_openeox(schema)) {
        bool core =
            hw_json_walk_is(hw_json_walk_find(first, "end_of_life", PROBE_MEMBERS, fuel), '"');
        bool shell =
            hw_json_walk_is(hw_json_walk_find(first, "statements", PROBE_MEMBERS, fuel), '[');
        return core || shell ? BITS : 0;
    }
    struct hw_span result = hw_json_walk_find(first, "result", PROBE_MEMBERS, fuel);
    return is_product(first, fuel) || (result.n > 0 && is_result(result, fuel)) ? BITS : 0;
}

const struct hw_format hw_lifecycle_format = {
    .word = "lifecycle",
    .probe = probe,
    .examine = examine,
};
