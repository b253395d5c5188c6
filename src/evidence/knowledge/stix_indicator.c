/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/stix_indicator.c -- one indicator (STIX 2.1, 4.7).
 *
 * A pattern that says "one of these values" becomes those values, which are matched by index; so
 * does one that names several hashes of one file, for each of them names it. Every other pattern
 * becomes a program. What cannot be compiled is kept as it is written, with the reason.
 */
#include "base/text.h"
#include "evidence/json.h"
#include "evidence/knowledge/stix.h"

enum { LABEL_BYTES = 2000, SOURCE_BYTES = 900, TAGS_BYTES = 2000, TITLE = 1000, SAYS = 2000 };

struct tlp {
    const char *id, *word;
};
/* The markings that the standard and OASIS for TLP 2.0 define (STIX 2.1, 7.2.1.4). */
static const struct tlp tlps[] = {
    {"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "TLP:WHITE"},
    {"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "TLP:GREEN"},
    {"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "TLP:AMBER"},
    {"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "TLP:RED"},
    {"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "TLP:CLEAR"},
    {"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "TLP:GREEN"},
    {"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER"},
    {"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "TLP:AMBER+STRICT"},
    {"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED"},
};

static struct hw_span text_at(const json_t *v, const char *key)
{
    return hw_json_text(json_object_get(v, key));
}

static int64_t time_at(const json_t *v, const char *key)
{
    int64_t t;
    return hw_time_parse(text_at(v, key), &t) ? t : HW_TIME_NONE;
}

static void part(struct hw_buf *b, const char *before, struct hw_span s)
{
    size_t room = b->max - b->n;
    if (s.n > 0 && room > 64) {
        hw_buf_str(b, b->n > 0 ? before : "");
        hw_buf_span_put(b, hw_span_cut(s, 0, room - 64));
    }
}

/* ---- what is said about the indicator ---- */

static void put_markings(struct stix_doc *d, const json_t *v)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(v, "object_marking_refs"), i, one)
    {
        struct hw_span id = hw_json_text(one), quoted = hw_stix_index_name_of(&d->index, id);
        const char *word = NULL;
        for (size_t k = 0; k < sizeof tlps / sizeof tlps[0]; k++) {
            word = hw_span_is(id, tlps[k].id) ? tlps[k].word : word;
        }
        if (word != NULL) {
            part(&d->label, "; ", hw_span_str(word));
        } else if (quoted.n > 0 && d->label.max - d->label.n > quoted.n + 64) {
            hw_buf_str(&d->label, d->label.n > 0 ? "; " : "");
            hw_stix_unquote(d, quoted, &d->label);
        }
    }
}

static void put_label(struct stix_doc *d, const json_t *v)
{
    struct hw_span name = text_at(v, "name"),
                   of = hw_stix_index_indicated(&d->index, text_at(v, "id"));
    hw_buf_clear(&d->label);
    part(&d->label, "", name.n > 0 ? name : hw_span_cut(text_at(v, "description"), 0, 300));
    if (of.n > 0 && d->label.max - d->label.n > of.n + 64) {
        hw_buf_str(&d->label, d->label.n > 0 ? "; indicates " : "indicates ");
        hw_stix_unquote(d, of, &d->label);
    }
    put_markings(d, v);
}

void hw_stix_put_source(struct stix_doc *d, const json_t *v)
{
    struct hw_span by = text_at(v, "created_by_ref"), name = hw_stix_index_name_of(&d->index, by);
    hw_buf_clear(&d->source);
    if (name.n > 0 && name.n < SOURCE_BYTES) {
        hw_stix_unquote(d, name, &d->source);
    } else {
        hw_buf_span_put(&d->source, hw_span_cut(by, 0, 100));
    }
}

static void put_tags(struct stix_doc *d, const json_t *v)
{
    static const char *const lists[] = {"indicator_types", "labels"};
    const json_t *one;
    size_t i;
    hw_buf_clear(&d->tags);
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        json_array_foreach(json_object_get(v, lists[k]), i, one)
        {
            part(&d->tags, ", ", hw_json_text(one));
        }
    }
    json_array_foreach(json_object_get(v, "kill_chain_phases"), i, one)
    {
        part(&d->tags, ", ", text_at(one, "kill_chain_name"));
        part(&d->tags, ":", text_at(one, "phase_name"));
    }
}

/* What the publisher calls harmless, or only odd, never alerts. */
static const char *role_of(const json_t *v)
{
    static const char *const lists[] = {"indicator_types", "labels"};
    const json_t *one;
    size_t i;
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        json_array_foreach(json_object_get(v, lists[k]), i, one)
        {
            struct hw_span s = hw_json_text(one);
            if (hw_span_is_nocase(s, "benign") || hw_span_is_nocase(s, "anomalous-activity")) {
                return "context";
            }
        }
    }
    return NULL;
}

static void describe(struct stix_doc *d, const json_t *v, struct hw_taught *out)
{
    put_label(d, v);
    hw_stix_put_source(d, v);
    put_tags(d, v);
    hw_taught_init(out);
    out->line = d->line;
    out->off = d->off;
    out->label = hw_buf_span(&d->label);
    out->source = hw_buf_span(&d->source);
    out->id = text_at(v, "id");
    out->role = role_of(v);
    out->from = time_at(v, "valid_from");
    out->until = time_at(v, "valid_until");
    out->published = time_at(v, "created");
    if (json_is_true(json_object_get(v, "revoked"))) {
        out->revoked = time_at(v, "modified");
        out->revoked = out->revoked == HW_TIME_NONE ? out->published : out->revoked;
        out->revoked = out->revoked == HW_TIME_NONE ? 0 : out->revoked;
    }
}

/* ---- values ---- */

/* Every value of the pattern is one that is matched by itself. Of a sum: they are hashes and names
 * of one file, with a hash among them. */
static bool is_values(const struct hw_stix *p, bool sum)
{
    struct hw_stix_equal e;
    bool hash = false;
    for (size_t i = 0; hw_stix_equal_at(p, i, &e); i++) {
        enum hw_list_kind kind = hw_stix_value_kind(e.type, (struct hw_span){e.path, e.path_n});
        hash = hash || hw_list_kind_is_file_hash(kind);
        if (kind == HW_LIST_NONE ||
            (sum && kind != HW_LIST_FILENAME && !hw_list_kind_is_file_hash(kind))) {
            return false;
        }
    }
    return hash || !sum;
}

static void say_values(struct stix_doc *d, const struct hw_stix *p, bool sum,
                       struct hw_taught *taught)
{
    const char *role = taught->role;
    struct hw_stix_equal e;
    for (size_t i = 0; hw_stix_equal_at(p, i, &e) && hw_teach_going(&d->t); i++) {
        taught->as = hw_stix_value_kind(e.type, (struct hw_span){e.path, e.path_n});
        taught->raw = e.value;
        /* a name means what it means beside its hash, and nothing alone */
        taught->role = sum && taught->as == HW_LIST_FILENAME ? "context" : role;
        hw_teach_indicator(&d->t, taught);
    }
}

/* ---- patterns ---- */

static void put_log(struct hw_teach *t, struct hw_fact *f, const struct hw_stix *p)
{
    uint8_t words[256];
    struct hw_span type, last = {NULL, 0};
    size_t n = 0;
    for (unsigned i = 0; i < p->test_count; i++) {
        if (!hw_stix_type_at(p, i, &type) || hw_span_equal(type, last) ||
            type.n + 1 > sizeof words - n) {
            continue;
        }
        if (n > 0) {
            words[n++] = ' ';
        }
        for (size_t k = 0; k < type.n; k++) {
            words[n++] = type.p[k];
        }
        last = type;
    }
    hw_teach_field(t, f, HW_PATTERN_LOG, (struct hw_span){words, n}, sizeof words);
}

static void say_pattern(struct stix_doc *d, const json_t *v, const char *language,
                        const struct hw_taught *taught, const struct hw_stix *p, const char *why)
{
    struct hw_teach *t = &d->t;
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PATTERN, t->n->number);
    hw_fact_u64(&f, HW_PATTERN_LINE, taught->line);
    hw_fact_str(&f, HW_PATTERN_LANGUAGE, language);
    hw_teach_field(t, &f, HW_PATTERN_ID, taught->id, 250);
    hw_teach_field(t, &f, HW_PATTERN_TITLE, taught->label, TITLE);
    hw_teach_field(t, &f, HW_PATTERN_TEXT, text_at(v, "pattern"), 8000);
    if (p != NULL) {
        hw_fact_span(&f, HW_PATTERN_PROGRAM, hw_buf_span(&d->program));
        put_log(t, &f, p);
    }
    hw_fact_str(&f, HW_PATTERN_REFUSED, why);
    hw_fact_str(&f, HW_PATTERN_ROLE, taught->role != NULL ? taught->role : "payload");
    hw_teach_field(t, &f, HW_PATTERN_TAGS, hw_buf_span(&d->tags), TAGS_BYTES);
    hw_teach_field(t, &f, HW_PATTERN_SOURCE, taught->source, SOURCE_BYTES);
    hw_teach_when(&f, HW_PATTERN_FROM, taught->from);
    hw_teach_when(&f, HW_PATTERN_UNTIL, taught->until);
    hw_teach_when(&f, HW_PATTERN_PUBLISHED, taught->published);
    hw_teach_when(&f, HW_PATTERN_REVOKED, taught->revoked);
    hw_fact_u64(&f, HW_PATTERN_OFF, taught->off);
    hw_teach_field(t, &f, HW_PATTERN_SAYS, text_at(v, "description"), SAYS);
    hw_teach_put(t, &f);
}

static unsigned flags_of(const json_t *v)
{
    struct hw_span version = text_at(v, "pattern_version");
    bool old =
        version.n > 0 ? hw_span_starts(version, "2.0") : json_object_get(v, "spec_version") == NULL;
    return old ? HW_STIX_20 : 0;
}

static void read_pattern(struct stix_doc *d, const json_t *v, struct hw_taught *taught)
{
    struct hw_span text = text_at(v, "pattern");
    struct hw_stix_fault fault;
    struct hw_stix p;
    hw_buf_clear(&d->program);
    if (!hw_stix_compile(text, flags_of(v), &d->program, &fault)) {
        hw_teach_refuse(&d->t, d->line, d->off, hw_span_from(text, fault.off), fault.why);
        say_pattern(d, v, "stix", taught, NULL, fault.why);
        return;
    }
    if (!hw_stix_check(hw_buf_span(&d->program), &p)) {
        return;
    }
    bool list = hw_stix_is_list(&p) && is_values(&p, false);
    bool sum = !list && hw_stix_is_sum(&p) && is_values(&p, true);
    if (list || sum) {
        say_values(d, &p, sum, taught);
    } else {
        say_pattern(d, v, "stix", taught, &p, NULL);
    }
}

void hw_stix_indicator(struct stix_doc *d, const json_t *v, struct hw_span raw)
{
    struct hw_span type = text_at(v, "pattern_type"), pattern = text_at(v, "pattern");
    struct hw_taught taught;
    describe(d, v, &taught);
    if (pattern.n == 0) {
        hw_teach_refuse(&d->t, d->line, d->off, raw, "an indicator without a pattern");
    } else if (type.n == 0 || hw_span_is(type, "stix")) {
        read_pattern(d, v, &taught);
    } else if (hw_span_is(type, "sigma") || hw_span_is(type, "yara")) {
        say_pattern(d, v, hw_span_is(type, "sigma") ? "sigma" : "yara", &taught, NULL,
                    "a rule of another language inside STIX; learn it as a file of its own");
        d->t.ignored++;
    } else {
        hw_teach_refuse(&d->t, d->line, d->off, type,
                        "patterns of this type are not understood here");
    }
}
