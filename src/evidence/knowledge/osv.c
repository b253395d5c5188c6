/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/osv.c -- advisories and reports of malicious packages in the OSV schema.
 *
 * OSV schema 1.7 (ossf.github.io/osv-schema); every version from 1.0 on has the keys read here.
 *
 *   {"id", "modified", "published", "withdrawn", "aliases": [], "summary", "details",
 *    "affected": [{"package": {"ecosystem", "name", "purl"}, "versions": [], "ranges": []}],
 *    "database_specific": {...}}
 *
 * docs/formats/osv.md says what each becomes. A report says "malicious" when its id or an alias is
 * one of the malicious-packages project, when that project's origins stand in it, or when it is
 * classified as CWE-506, embedded malicious code; all others say "affected".
 */
#include "evidence/knowledge/osv.h"

#include "base/text.h"

enum {
    BITS = 96,
    PROBE_BYTES = 1 << 20,
    PROBE_MEMBERS = 64,
    SAYS_BYTES = 2000,
    SOURCE_BYTES = 900,
    ORIGINS_MAX = 64
};

static bool text_at(const json_t *array, size_t i, struct hw_span *out)
{
    *out = hw_json_text(json_array_get(array, i));
    return out->n > 0;
}

static bool is_mal(struct hw_span id)
{
    return hw_span_starts(id, "MAL-");
}

static bool lists_506(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        struct hw_span id = json_is_object(v) ? hw_member_text(v, "cweId") : hw_json_text(v);
        if (hw_span_is(id, "CWE-506")) {
            return true;
        }
    }
    return false;
}

static bool is_classified(const json_t *object)
{
    const json_t *own = json_object_get(object, "database_specific");
    return lists_506(json_object_get(own, "cwe_ids")) || lists_506(json_object_get(own, "cwes"));
}

static bool is_malicious(const json_t *root, struct hw_span id)
{
    const json_t *own = json_object_get(root, "database_specific");
    const json_t *aliases = json_object_get(root, "aliases");
    bool mal = is_mal(id) || json_object_get(own, "malicious-packages-origins") != NULL ||
               is_classified(root);
    for (size_t i = 0; i < json_array_size(aliases) && !mal; i++) {
        mal = is_mal(hw_json_text(json_array_get(aliases, i)));
    }
    const json_t *affected = json_object_get(root, "affected");
    for (size_t i = 0; i < json_array_size(affected) && !mal; i++) {
        mal = is_classified(json_array_get(affected, i));
    }
    return mal;
}

/* The summary, else the details, and what else it is called. */
static void gather_says(struct hw_osv *o, const json_t *root)
{
    const json_t *aliases = json_object_get(root, "aliases");
    struct hw_span words = hw_member_text(root, "summary"), alias;
    words = words.n > 0 ? words : hw_member_text(root, "details");
    hw_buf_clear(&o->says);
    hw_buf_span_put(&o->says, hw_span_cut(hw_span_trim(words), 0, SAYS_BYTES / 2));
    const char *lead = o->says.n > 0 ? " (also " : "also ", *close = o->says.n > 0 ? ")" : "";
    bool any = false;
    for (size_t i = 0; i < json_array_size(aliases) && o->says.n < SAYS_BYTES - 300; i++) {
        if (text_at(aliases, i, &alias) && alias.n < 200) {
            hw_buf_str(&o->says, any ? ", " : lead);
            hw_buf_span_put(&o->says, alias);
            any = true;
        }
    }
    hw_buf_str(&o->says, any ? close : "");
}

/* Who reported it, each once; else the database its id names. */
static void gather_source(struct hw_osv *o, const json_t *root, struct hw_span id)
{
    const json_t *own = json_object_get(root, "database_specific");
    const json_t *origins = json_object_get(own, "malicious-packages-origins");
    hw_buf_clear(&o->source);
    size_t count = json_array_size(origins) < ORIGINS_MAX ? json_array_size(origins) : ORIGINS_MAX;
    for (size_t i = 0; i < count && o->source.n < SOURCE_BYTES - 100; i++) {
        struct hw_span s = hw_member_text(json_array_get(origins, i), "source");
        bool again = s.n == 0 || s.n > 90;
        for (size_t k = 0; k < i && !again; k++) {
            again = hw_span_equal(s, hw_member_text(json_array_get(origins, k), "source"));
        }
        if (!again) {
            hw_buf_str(&o->source, o->source.n > 0 ? ", " : "");
            hw_buf_span_put(&o->source, s);
        }
    }
    if (o->source.n == 0) {
        hw_buf_span_put(&o->source, hw_span_cut(id, 0, hw_span_find(id, '-')));
    }
}

/* A registry nobody here knows keeps its own name, in the letters an ecosystem may have. */
static struct hw_span ecosystem_word(struct hw_osv *o, struct hw_span name)
{
    name = hw_span_cut(name, 0, hw_span_find(name, ':'));
    hw_buf_clear(&o->word);
    for (size_t i = 0; i < name.n && i < 48; i++) {
        uint8_t c = hw_ascii_lower(name.p[i]);
        bool fine = hw_ascii_is_alpha(c) || hw_ascii_is_digit(c) || c == '.';
        hw_buf_char(&o->word, fine ? (char)c : '-');
    }
    return hw_buf_span(&o->word);
}

/* Sets the claim's product. */
static bool product(struct hw_osv *o, const json_t *package)
{
    struct hw_span ecosystem = hw_member_text(package, "ecosystem"), none = {NULL, 0};
    struct hw_span name = hw_member_text(package, "name"), purl = hw_member_text(package, "purl");
    const char *type, *space;
    hw_claim_clear(&o->claim);
    if (name.n > 0 && hw_package_ecosystem(ecosystem, &type, &space)) {
        o->claim.purl = purl;
        return hw_claim_package(&o->claim, hw_span_str(type), hw_span_str(space), name);
    }
    if (purl.n > 0 && hw_claim_purl(&o->claim, purl)) {
        o->claim.versions.exact = none;
        return true;
    }
    return ecosystem.n > 0 && hw_claim_package(&o->claim, ecosystem_word(o, ecosystem), none, name);
}

static void affected_one(struct hw_osv *o, const json_t *affected)
{
    const json_t *package = json_object_get(affected, "package");
    const json_t *versions = json_object_get(affected, "versions");
    const json_t *ranges = json_object_get(affected, "ranges");
    if (package == NULL) {
        o->t->ignored++; /* commits of a repository: no package has them */
        return;
    }
    if (!product(o, package)) {
        hw_teach_refuse(o->t, o->claim.line, o->claim.off, hw_member_text(package, "name"),
                        "no package that could be named");
        return;
    }
    for (size_t i = 0; i < json_array_size(versions) && hw_teach_going(o->t); i++) {
        if (text_at(versions, i, &o->claim.versions.exact)) {
            hw_claim_say(o->t, &o->claim);
        } else {
            hw_teach_refuse(o->t, o->claim.line, o->claim.off, o->claim.versions.exact,
                            "a version that is no text");
        }
    }
    o->claim.versions.exact = (struct hw_span){NULL, 0};
    for (size_t i = 0; i < json_array_size(ranges) && hw_teach_going(o->t); i++) {
        hw_osv_range(o, json_array_get(ranges, i));
    }
    /* Without both, no version is affected. */
    o->t->ignored += json_array_size(versions) == 0 && json_array_size(ranges) == 0;
}

static void record(struct hw_teach *t, const struct hw_feed *f, const json_t *root, void *state)
{
    struct hw_osv *o = state;
    struct hw_claim *c = &o->claim;
    const json_t *affected = json_object_get(root, "affected");
    struct hw_span id = hw_member_text(root, "id");
    if (id.n == 0 || (affected != NULL && !json_is_array(affected))) {
        hw_teach_refuse(t, f->number, f->off, f->value, "no OSV record: id, affected");
        return;
    }
    o->malicious = is_malicious(root, id);
    gather_says(o, root);
    gather_source(o, root, id);
    c->line = f->number;
    c->off = f->off;
    c->status = o->malicious ? "malicious" : "affected";
    c->advisory = id;
    c->says = hw_buf_span(&o->says);
    c->source = hw_buf_span(&o->source);
    c->published = hw_member_time(root, "published");
    c->revoked = hw_member_time(root, "withdrawn");
    if (json_object_get(root, "withdrawn") != NULL && c->revoked == HW_TIME_NONE) {
        c->revoked = hw_member_time(root, "modified"); /* when is not known, that is */
        c->revoked = c->revoked != HW_TIME_NONE ? c->revoked : c->published;
    }
    for (size_t i = 0; i < json_array_size(affected) && hw_teach_going(t); i++) {
        affected_one(o, json_array_get(affected, i));
    }
    hw_osv_indicators(o, json_object_get(root, "database_specific"));
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct hw_teach t;
    struct hw_osv o = {.t = &t};
    hw_teach_init(&t, x, n, "osv");
    hw_claim_init(&o.claim);
    hw_buf_init(&o.says, SAYS_BYTES);
    hw_buf_init(&o.source, SOURCE_BYTES);
    hw_buf_init(&o.word, 64);
    hw_feed_read(&t, record, &o);
    hw_teach_done(&t);
    hw_buf_done(&o.says);
    hw_buf_done(&o.source);
    hw_buf_done(&o.word);
    hw_claim_done(&o.claim);
}

/* An id, times and what is affected: three keys with the right kinds of values. */
static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    bool id = false, affected = false, when = false;
    struct hw_span first = hw_feed_first(hw_span_cut(bytes, 0, PROBE_BYTES), fuel);
    if (!hw_json_walk_is(first, '{')) {
        return 0;
    }
    hw_json_walk_init(&w, first, 0, fuel);
    while (w.count < PROBE_MEMBERS && hw_json_walk_next(&w)) {
        bool text = hw_json_walk_is(w.value, '"');
        id = id || (text && hw_span_is(w.key, "id"));
        when = when || (text && hw_span_is(w.key, "modified"));
        affected = affected || (hw_json_walk_is(w.value, '[') && hw_span_is(w.key, "affected"));
    }
    return id && affected && when ? BITS : 0;
}

const struct hw_format hw_osv_format = {
    .word = "osv",
    .probe = probe,
    .examine = examine,
};
