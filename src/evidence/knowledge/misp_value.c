/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/misp_value.c -- one attribute of a MISP event: its values, said.
 *
 * draft-dulaunoy-misp-core-format, 2.4 (attribute). What decides about a hit is "to_ids": the
 * publisher says with it that a value is fit for automatic detection. Everything else was written
 * down for people (the victim's own tools, a sandbox's address, a shared host), so it is said with
 * the role context, which never alerts.
 */
#include "evidence/knowledge/misp.h"

#include "base/text.h"

enum { INFO_BYTES = 400, COMMENT_BYTES = 600, RULE_BYTES = 8000 };

bool hw_misp_true(const json_t *v)
{
    return json_is_true(v) || (json_is_integer(v) && json_integer_value(v) == 1) ||
           hw_span_is(hw_json_text(v), "1") || hw_span_is(hw_json_text(v), "true");
}

int64_t hw_misp_time(struct hw_misp *m, const json_t *v)
{
    struct hw_span s = hw_span_trim(hw_json_text(v));
    uint64_t seconds = 0;
    int64_t ns = HW_TIME_NONE;
    if (v == NULL || json_is_null(v) || (json_is_string(v) && s.n == 0)) {
        return HW_TIME_NONE;
    }
    bool number = json_is_integer(v) && json_integer_value(v) >= 0;
    if (number) {
        seconds = (uint64_t)json_integer_value(v);
    }
    if (number || hw_span_u64(s, &seconds)) {
        if (seconds == 0) {
            return HW_TIME_NONE;
        }
        if (seconds <= INT64_MAX && hw_time_from_unix((int64_t)seconds, &ns)) {
            return ns;
        }
    } else if (hw_time_parse(s, &ns)) {
        return ns;
    }
    m->bad_times++;
    return HW_TIME_NONE;
}

static void put_word(struct hw_span word, struct hw_buf *out)
{
    word = hw_span_cut(hw_span_trim(word), 0, 200);
    if (word.n > 0 && out->n < HW_LIST_LABEL_BYTES) {
        hw_buf_str(out, out->n > 0 ? ", " : "");
        hw_buf_span_put(out, word);
    }
}

void hw_misp_tag(const json_t *tag, struct hw_buf *out)
{
    put_word(hw_json_text(json_object_get(tag, "name")), out);
}

/* A galaxy's clusters are the names people know: the actor, the tool, the technique. */
void hw_misp_galaxy(const json_t *galaxy, struct hw_buf *out)
{
    const json_t *cluster;
    size_t i;
    json_array_foreach(json_object_get(galaxy, "GalaxyCluster"), i, cluster)
    {
        put_word(hw_json_text(json_object_get(cluster, "value")), out);
    }
}

void hw_misp_words(const json_t *v, struct hw_buf *out)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(v, "Tag"), i, one)
    {
        hw_misp_tag(one, out);
    }
    json_array_foreach(json_object_get(v, "Galaxy"), i, one)
    {
        hw_misp_galaxy(one, out);
    }
}

/* "INFO; COMMENT; TAG, TAG": what a person reads when the value is met. A search for attributes
 * brings each with a short word about its event. */
static struct hw_span label_of(struct hw_misp *m, const json_t *a)
{
    struct hw_span info = hw_buf_span(&m->event.info);
    struct hw_span comment = hw_span_trim(hw_json_text(json_object_get(a, "comment")));
    struct hw_buf *b = &m->label;
    if (info.n == 0) {
        info = hw_json_text(json_object_get(json_object_get(a, "Event"), "info"));
    }
    hw_buf_clear(b);
    hw_buf_span_put(b, hw_span_cut(info, 0, INFO_BYTES));
    if (comment.n > 0) {
        hw_buf_str(b, b->n > 0 ? "; " : "");
        hw_buf_span_put(b, hw_span_cut(comment, 0, COMMENT_BYTES));
    }
    struct hw_buf words;
    hw_buf_init(&words, 2 * HW_LIST_LABEL_BYTES);
    hw_buf_span_put(&words, hw_buf_span(&m->event.words));
    hw_misp_words(a, &words);
    if (words.n > 0) {
        hw_buf_str(b, b->n > 0 ? "; " : "");
        hw_buf_span_put(b, hw_buf_span(&words));
    }
    hw_buf_done(&words);
    return hw_buf_span(b);
}

/* to_ids comes first; the comment may only make less of a value, never more. */
static const char *role_of(const json_t *a, const struct hw_misp_type *type)
{
    const json_t *detect = json_object_get(a, "to_ids");
    struct hw_list_words w = {.context = false};
    if ((detect != NULL && !hw_misp_true(detect)) || type->context) {
        return "context";
    }
    hw_list_words_text(hw_json_text(json_object_get(a, "comment")), &w);
    bool file = hw_list_kind_is_file_hash(type->first) || hw_list_kind_is_file_hash(type->second);
    return w.context ? "context" : w.bait && file ? "bait" : w.carrier && file ? "carrier" : NULL;
}

/* A host seen last in 2019 is somebody else's today; a file stays what it is. */
static bool ages(enum hw_list_kind kind)
{
    return kind == HW_LIST_DOMAIN || kind == HW_LIST_ADDRESS || kind == HW_LIST_URL ||
           kind == HW_LIST_EMAIL;
}

static void say_value(struct hw_misp *m, struct hw_taught *v, enum hw_list_kind as,
                      struct hw_span raw, int64_t last_seen)
{
    const char *role = v->role;
    if (hw_span_trim(raw).n == 0) {
        hw_teach_refuse(&m->t, v->line, v->off, raw, "one of its two values is empty");
        return;
    }
    v->as = as;
    v->raw = raw;
    v->until = ages(as) ? last_seen : HW_TIME_NONE;
    if (as == HW_LIST_FILENAME && role != NULL) {
        v->role = "context"; /* a name alone proves nothing, whatever lies under it */
    }
    hw_teach_indicator(&m->t, v);
    v->role = role;
}

static void say_rule(struct hw_misp *m, const struct hw_taught *v, const char *language,
                     const json_t *a)
{
    struct hw_fact f;
    hw_fact_about(&f, HW_FACT_PATTERN, m->n->number);
    hw_fact_u64(&f, HW_PATTERN_LINE, v->line);
    hw_fact_str(&f, HW_PATTERN_LANGUAGE, language);
    hw_teach_field(&m->t, &f, HW_PATTERN_ID, v->id, 250);
    hw_teach_field(&m->t, &f, HW_PATTERN_TITLE, v->label, 1000);
    hw_teach_field(&m->t, &f, HW_PATTERN_TEXT, hw_json_text(json_object_get(a, "value")),
                   RULE_BYTES);
    hw_fact_str(&f, HW_PATTERN_REFUSED,
                "a rule carried by an event is not run; learned as a file of its own it is");
    if (v->role != NULL) {
        hw_fact_str(&f, HW_PATTERN_ROLE, v->role);
    }
    hw_teach_field(&m->t, &f, HW_PATTERN_SOURCE, v->source, HW_LIST_SOURCE_BYTES);
    hw_teach_when(&f, HW_PATTERN_PUBLISHED, v->published);
    hw_teach_when(&f, HW_PATTERN_REVOKED, v->revoked);
    hw_fact_u64(&f, HW_PATTERN_OFF, v->off);
    hw_teach_put(&m->t, &f);
}

/* When a value was taken back is when it was last touched; a release that does not say so took it
 * back before anybody can ask. */
static int64_t revoked_at(const struct hw_taught *v)
{
    return v->published != HW_TIME_NONE ? v->published : 0;
}

void hw_misp_attribute(struct hw_misp *m, const json_t *a, const struct hw_misp_place *at)
{
    struct hw_span type_word = hw_json_text(json_object_get(a, "type"));
    struct hw_span value = hw_json_text(json_object_get(a, "value"));
    struct hw_misp_type type;
    struct hw_taught v;
    m->attributes++;
    if (!json_is_object(a) || type_word.n == 0 || value.n == 0) {
        hw_teach_refuse(&m->t, at->line, at->off, at->text,
                        "no attribute: a type and a value were expected");
        return;
    }
    hw_misp_type_read(type_word, &type);
    hw_taught_init(&v);
    v.line = at->line;
    v.off = at->off;
    v.label = label_of(m, a);
    v.source = hw_buf_span(&m->event.source);
    v.id = hw_json_text(json_object_get(a, "uuid"));
    v.role = role_of(a, &type);
    v.from = hw_misp_time(m, json_object_get(a, "first_seen"));
    v.published = hw_misp_time(m, json_object_get(a, "timestamp"));
    v.published = v.published == HW_TIME_NONE ? m->event.published : v.published;
    if (at->deleted || hw_misp_true(json_object_get(a, "deleted"))) {
        v.revoked = revoked_at(&v);
    }
    int64_t last_seen = hw_misp_time(m, json_object_get(a, "last_seen"));
    m->detect += hw_misp_true(json_object_get(a, "to_ids"));
    if (type.rule != NULL) {
        say_rule(m, &v, type.rule, a);
        return;
    }
    size_t bar = type.split ? hw_span_find(value, '|') : value.n;
    say_value(m, &v, type.first, hw_span_cut(value, 0, bar), last_seen);
    if (type.second != HW_LIST_NONE) {
        say_value(m, &v, type.second, hw_span_from(value, bar + (bar < value.n)), last_seen);
    }
}
