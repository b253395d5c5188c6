/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/csaf_status.c -- what one vulnerability of a CSAF document says of products:
 * CSAF 2.0, 3.2.3.9 (product status), 3.2.3.5 (flags), 3.1.3.3 (helpers to identify a product).
 *
 * Tests of the specification made here: 6.1.1 and 6.1.4 wherever a vulnerability names products or
 * groups, 6.1.6.
 */
#include "base/text.h"
#include "evidence/knowledge/csaf.h"

enum { SAYS_ROOM = 300 };

/* Lists of one class go together; two classes for one product contradict each other (6.1.6). */
enum { AFFECTED = 1, NOT_AFFECTED = 2, FIXED = 4, INVESTIGATED = 8 };

static const struct {
    const char *key, *status;
    uint8_t of;
} lists[] = {
    {"first_affected", "affected", AFFECTED},
    {"known_affected", "affected", AFFECTED},
    {"last_affected", "affected", AFFECTED},
    {"known_not_affected", "not-affected", NOT_AFFECTED},
    {"first_fixed", "fixed", FIXED},
    {"fixed", "fixed", FIXED},
    {"under_investigation", "investigating", INVESTIGATED},
    {"unknown", "investigating", INVESTIGATED},
};
enum { LISTS = sizeof lists / sizeof lists[0] };

static void label_one(struct hw_csaf *c, struct hw_span id, const char *label)
{
    size_t at = hw_csaf_find(c, id);
    if (at < c->count) {
        c->marks[at].label = label;
    } else if (label != NULL) {
        hw_csaf_dangling(c, id, "flag");
    }
}

static void label_group(struct hw_csaf *c, struct hw_span id, const char *label)
{
    const struct hw_csaf_group *g = hw_csaf_group(c, id);
    if (g == NULL) {
        if (label != NULL) {
            hw_csaf_dangling(c, id, "group of a flag");
        }
        return;
    }
    for (size_t i = 0; i < json_array_size(g->ids); i++) {
        size_t at = hw_csaf_find(c, hw_json_text(json_array_get(g->ids, i)));
        if (at < c->count) {
            c->marks[at].label = label;
        }
    }
}

/* Sets each flag's label at its products, or takes them all back. */
static void label_all(struct hw_csaf *c, const json_t *v, bool on)
{
    const json_t *flags = json_object_get(v, "flags");
    for (size_t i = 0; i < json_array_size(flags); i++) {
        const json_t *flag = json_array_get(flags, i);
        const json_t *ids = json_object_get(flag, "product_ids");
        const json_t *groups = json_object_get(flag, "group_ids");
        const char *label = on ? json_string_value(json_object_get(flag, "label")) : NULL;
        for (size_t k = 0; k < json_array_size(ids); k++) {
            label_one(c, hw_json_text(json_array_get(ids, k)), label);
        }
        for (size_t k = 0; k < json_array_size(groups) && hw_teach_going(c->t); k++) {
            if (c->t->x->fuel.items == 0) {
                return;
            }
            c->t->x->fuel.items--; /* many flags may name one large group */
            label_group(c, hw_json_text(json_array_get(groups, k)), label);
        }
    }
}

static void check_ids(struct hw_csaf *c, const json_t *ids, bool groups, const char *where)
{
    for (size_t i = 0; i < json_array_size(ids); i++) {
        struct hw_span id = hw_json_text(json_array_get(ids, i));
        bool there = groups ? hw_csaf_group(c, id) != NULL : hw_csaf_find(c, id) < c->count;
        if (!there) {
            hw_csaf_dangling(c, id, where);
        }
    }
}

/* Remediations, threats and the like become no statements; what they name must be there all the
 * same. */
static void check_others(struct hw_csaf *c, const json_t *v)
{
    static const char *const keys[] = {"first_known_exploitation_dates",
                                       "involvements",
                                       "metrics",
                                       "notes",
                                       "remediations",
                                       "scores",
                                       "threats"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *list = json_object_get(v, keys[i]);
        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *one = json_array_get(list, k);
            check_ids(c, json_object_get(one, "product_ids"), false, keys[i]);
            check_ids(c, json_object_get(one, "products"), false, keys[i]);
            check_ids(c, json_object_get(one, "group_ids"), true, keys[i]);
        }
    }
}

/* "Title; why it is not affected; as the whole is called". */
static void gather_says(struct hw_csaf *c, struct hw_span title, const char *label,
                        struct hw_span whole)
{
    hw_buf_clear(&c->says);
    hw_buf_span_put(&c->says, hw_span_cut(title, 0, SAYS_ROOM));
    if (label != NULL) {
        hw_buf_str(&c->says, c->says.n > 0 ? "; " : "");
        hw_buf_span_put(&c->says, hw_span_cut(hw_span_str(label), 0, SAYS_ROOM));
    }
    if (whole.n > 0) {
        hw_buf_str(&c->says, c->says.n > 0 ? "; " : "");
        hw_buf_span_put(&c->says, hw_span_cut(whole, 0, SAYS_ROOM));
    }
    c->claim.says = hw_buf_span(&c->says);
}

static void teach_hashes(struct hw_csaf *c, const json_t *helper, bool affected)
{
    const json_t *files = json_object_get(helper, "hashes");
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *file = json_array_get(files, i);
        const json_t *hashes = json_object_get(file, "file_hashes");
        for (size_t k = 0; k < json_array_size(hashes); k++) {
            const json_t *hash = json_array_get(hashes, k);
            bool context = false;
            struct hw_taught v;
            hw_taught_init(&v);
            v.line = c->claim.line;
            v.off = c->claim.off;
            v.as = hw_list_type_read(hw_member_text(hash, "algorithm"), &context);
            v.raw = hw_member_text(hash, "value");
            v.label = hw_member_text(file, "filename");
            v.source = c->claim.source;
            v.id = c->claim.advisory;
            v.role = affected ? "payload" : "context";
            v.published = c->claim.published;
            v.revoked = c->claim.revoked;
            if (hw_list_kind_is_file_hash(v.as)) {
                hw_teach_indicator(c->t, &v);
            } else {
                c->t->ignored++; /* an algorithm no file is known by here */
            }
        }
    }
}

/* A range in words a machine reads: vers:, or one comparison. */
static bool say_range(struct hw_csaf *c, struct hw_span range)
{
    struct hw_claim *k = &c->claim;
    if (hw_span_starts(range, "vers:")) {
        return hw_claim_vers(c->t, k, range);
    }
    bool below = hw_span_starts(range, "<"), up_to = hw_span_starts(range, "<=");
    bool from = hw_span_starts(range, ">=");
    struct hw_span version = hw_span_trim(hw_span_from(range, up_to || from ? 2 : 1));
    int d = 0;
    if ((!below && !from) || !hw_version_compare(k->scheme, version, HW_SPAN_LIT("0"), &d)) {
        return false;
    }
    *(up_to ? &k->versions.last : below ? &k->versions.below : &k->versions.first) = version;
    hw_claim_say(c->t, k);
    return true;
}

/* One claim with the version its branches say, where the product itself says none. */
static void say_versions(struct hw_csaf *c, const struct hw_csaf_product *p)
{
    struct hw_span version = hw_span_trim(hw_json_text(p->version));
    struct hw_claim *k = &c->claim;
    if (version.n == 0 || k->versions.exact.n > 0) {
        hw_claim_say(c->t, k);
    } else if (!p->range) {
        k->versions.exact = version;
        hw_claim_say(c->t, k);
    } else if (!say_range(c, version)) {
        hw_teach_refuse(c->t, k->line, k->off, version, "a range of versions in words");
    }
}

static void say_product(struct hw_csaf *c, const struct hw_csaf_product *p)
{
    const json_t *helper = json_object_get(p->full, "product_identification_helper");
    const json_t *purls = json_object_get(helper, "purls"); /* 2.1 */
    struct hw_span purl = hw_member_text(helper, "purl"), cpe = hw_member_text(helper, "cpe");
    struct hw_span name = hw_json_text(p->name);
    struct hw_claim *k = &c->claim;
    bool named = false;
    for (size_t i = 0; i <= json_array_size(purls) && hw_teach_going(c->t); i++) {
        struct hw_span one = i == 0 ? purl : hw_json_text(json_array_get(purls, i - 1));
        hw_claim_clear(k);
        if (one.n > 0 && hw_claim_purl(k, one)) {
            k->vendor = hw_json_text(p->vendor);
            k->cpe = cpe;
            say_versions(c, p);
            named = true;
        }
    }
    if (named) {
        return;
    }
    hw_claim_clear(k);
    name = name.n > 0 ? name : hw_member_text(p->full, "name");
    if (!hw_claim_product(k, hw_json_text(p->vendor), name)) {
        hw_teach_refuse(c->t, k->line, k->off, p->id, "a product without a name");
        return;
    }
    k->cpe = cpe;
    say_versions(c, p);
}

static void say_one(struct hw_csaf *c, size_t at, unsigned list, struct hw_span title)
{
    const struct hw_csaf_product *p = &c->products[at], *part = hw_csaf_part(c, p);
    struct hw_csaf_mark *m = &c->marks[at];
    struct hw_span whole = part == p ? (struct hw_span){NULL, 0} : hw_member_text(p->full, "name");
    uint8_t others = (uint8_t)(m->said & ~lists[list].of);
    m->said |= lists[list].of;
    if (others != 0) {
        hw_say_anomaly(c->t->x, c->t->n, "two-stories", c->claim.off, 0,
                       "product id '%.*s' stands under two statuses that cannot both be",
                       p->id.n < 100 ? (int)p->id.n : 100, (const char *)p->id.p);
        return;
    }
    c->claim.status = lists[list].status;
    gather_says(c, title, lists[list].of == NOT_AFFECTED ? m->label : NULL, whole);
    say_product(c, part);
    teach_hashes(c, json_object_get(part->full, "product_identification_helper"),
                 lists[list].of == AFFECTED);
}

static void forget(struct hw_csaf *c, const json_t *status)
{
    for (unsigned i = 0; i < LISTS; i++) {
        const json_t *list = json_object_get(status, lists[i].key);
        for (size_t k = 0; k < json_array_size(list); k++) {
            size_t at = hw_csaf_find(c, hw_json_text(json_array_get(list, k)));
            if (at < c->count) {
                c->marks[at].said = 0;
            }
        }
    }
}

void hw_csaf_vulnerability(struct hw_csaf *c, const json_t *v)
{
    const json_t *status = json_object_get(v, "product_status");
    const json_t *ids = json_object_get(v, "ids");
    struct hw_span title = hw_member_text(v, "title");
    struct hw_span other = hw_member_text(json_array_get(ids, 0), "text");
    c->claim.advisory = hw_member_text(v, "cve");
    c->claim.advisory = c->claim.advisory.n > 0 ? c->claim.advisory
                        : other.n > 0           ? other
                                                : c->tracking;
    title = title.n > 0 ? title : c->t->title;
    label_all(c, v, true);
    for (unsigned i = 0; i < LISTS; i++) {
        const json_t *list = json_object_get(status, lists[i].key);
        for (size_t k = 0; k < json_array_size(list) && hw_teach_going(c->t); k++) {
            struct hw_span id = hw_json_text(json_array_get(list, k));
            size_t at = hw_csaf_find(c, id);
            if (at < c->count) {
                say_one(c, at, i, title);
            } else {
                hw_csaf_dangling(c, id, lists[i].key);
            }
        }
    }
    const json_t *recommended = json_object_get(status, "recommended");
    check_ids(c, recommended, false, "recommended");
    c->t->ignored += json_array_size(recommended);
    check_others(c, v);
    forget(c, status);
    label_all(c, v, false);
}
