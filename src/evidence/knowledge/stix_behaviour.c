/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/stix_behaviour.c -- who does what: groups, campaigns, software, techniques,
 * and the relationships between them (STIX 2.1, 4.2, 4.8, 4.16 and 5.1; ATT&CK's own properties as
 * "ATT&CK Data Model" and mitre/cti's USAGE.md have them).
 *
 * Names are claims: which source uses which name for a group is said name by name, since who joins
 * groups by shared names fuses those that nobody holds for one. What a relationship cites is kept
 * by name and date, for an attribution that knows its own sources already proves nothing.
 */
#include "base/text.h"
#include "evidence/json.h"
#include "evidence/knowledge/stix.h"

/* Names are looked for among references, and their citations there again: both are bounded, far
 * beyond what any publisher has, or one object could cost the square of its length. */
enum { NAMES = 1000, REFERENCES = 5000, CITATIONS = 100 };

static const struct {
    const char *type, *word;
} doers[] = {
    {"attack-pattern--", "technique"}, {"campaign--", "campaign"},  {"intrusion-set--", "group"},
    {"malware--", "malware"},          {"threat-actor--", "actor"}, {"tool--", "tool"},
};

static const char *const relations[] = {"attributed-to", "revoked-by", "subtechnique-of", "uses"};

const char *hw_stix_doer_word(struct hw_span id)
{
    for (size_t i = 0; i < sizeof doers / sizeof doers[0]; i++) {
        if (hw_span_starts(id, doers[i].type)) {
            return doers[i].word;
        }
    }
    return NULL;
}

static const char *relation_word(struct hw_span relation)
{
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        if (hw_span_is(relation, relations[i])) {
            return relations[i];
        }
    }
    return NULL;
}

bool hw_stix_is_behaviour(struct hw_span relation)
{
    return relation_word(relation) != NULL;
}

static struct hw_span text_at(const json_t *v, const char *key)
{
    return hw_json_text(json_object_get(v, key));
}

static int64_t time_at(const json_t *v, const char *key)
{
    int64_t t;
    return hw_time_parse(text_at(v, key), &t) ? t : HW_TIME_NONE;
}

/* Revoked or, as ATT&CK says it, deprecated: since it was last changed. */
static int64_t gone_at(const json_t *v)
{
    bool gone = json_is_true(json_object_get(v, "revoked")) ||
                json_is_true(json_object_get(v, "x_mitre_deprecated"));
    return gone ? time_at(v, "modified") : HW_TIME_NONE;
}

static void begin(struct stix_doc *d, const json_t *v, struct hw_behaviour *b)
{
    hw_behaviour_init(b);
    hw_stix_put_source(d, v);
    hw_buf_clear(&d->cites);
    b->line = d->line;
    b->off = d->off;
    b->source = hw_buf_span(&d->source);
    b->id = text_at(v, "id");
    b->published = time_at(v, "created");
    b->revoked = gone_at(v);
}

/* The date of the reference of this name among those of an object. */
static int64_t date_of(const json_t *references, struct hw_span name)
{
    const json_t *one;
    size_t i;
    json_array_foreach(references, i, one)
    {
        if (i == REFERENCES) {
            break;
        }
        if (hw_span_equal(text_at(one, "source_name"), name)) {
            int64_t t = hw_behaviour_cited(text_at(one, "description"));
            if (t != HW_TIME_NONE) {
                return t;
            }
        }
    }
    return HW_TIME_NONE;
}

/* "(Citation: A)(Citation: B)": what stands behind a name. */
static void cite_named(struct stix_doc *d, const json_t *references, struct hw_span text,
                       struct hw_behaviour *b)
{
    static const char mark[] = "(Citation:";
    unsigned dated = 0;
    while (text.n > 0 && dated < CITATIONS) {
        text = hw_span_from(text, hw_span_find(text, '('));
        if (!hw_span_starts(text, mark)) {
            text = hw_span_from(text, 1);
            continue;
        }
        text = hw_span_from(text, sizeof mark - 1);
        size_t end = hw_span_find(text, ')');
        struct hw_span name = hw_span_trim(hw_span_cut(text, 0, end));
        if (hw_behaviour_cite(&d->cites, name)) {
            b->cited = hw_behaviour_earlier(b->cited, date_of(references, name));
            dated++;
        }
        text = hw_span_from(text, end);
    }
}

/* ---- names ---- */

static void say_name(struct stix_doc *d, const json_t *v, struct hw_span alias)
{
    const json_t *references = json_object_get(v, "external_references"), *one;
    const struct stix_name *n = hw_stix_index_known(&d->index, text_at(v, "id"));
    struct hw_behaviour b;
    size_t i;
    begin(d, v, &b);
    b.relation = "also-called";
    b.doer = hw_stix_doer_word(b.id);
    b.who = text_at(v, "name");
    b.who_ref = b.id;
    b.who_id = n == NULL ? b.who_id : n->external;
    b.what = alias;
    b.from = time_at(v, "first_seen");
    b.until = time_at(v, "last_seen");
    json_array_foreach(references, i, one)
    {
        if (i == REFERENCES) {
            break;
        }
        if (hw_span_equal(text_at(one, "source_name"), alias)) {
            cite_named(d, references, text_at(one, "description"), &b);
        }
    }
    b.cites = hw_buf_span(&d->cites);
    hw_behaviour_say(&d->t, &b, &d->doings);
}

void hw_stix_doer(struct stix_doc *d, const json_t *v)
{
    static const char *const lists[] = {"aliases", "x_mitre_aliases"};
    struct hw_span name = text_at(v, "name");
    const json_t *one;
    size_t i;
    if (gone_at(v) == HW_TIME_NONE) {
        hw_behaviour_count_thing(&d->doings, hw_stix_doer_word(text_at(v, "id")));
    }
    say_name(d, v, name);
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        json_array_foreach(json_object_get(v, lists[k]), i, one)
        {
            struct hw_span alias = hw_json_text(one);
            if (i == NAMES) {
                hw_teach_refuse(&d->t, d->line, d->off, name, "more names than are read of one");
                break;
            }
            if (alias.n > 0 && !hw_span_equal(alias, name) && hw_teach_going(&d->t)) {
                say_name(d, v, alias);
            }
        }
    }
}

/* ---- relationships ---- */

static void put_end(struct stix_doc *d, const struct stix_name *n, struct hw_buf *name,
                    struct hw_span *out_name, struct hw_span *out_id, struct hw_behaviour *b)
{
    hw_buf_clear(name);
    if (n == NULL) {
        return;
    }
    if (n->quoted.n > 0 && n->quoted.n < name->max) {
        hw_stix_unquote(d, n->quoted, name);
    }
    *out_name = hw_buf_span(name);
    *out_id = n->external;
    b->revoked = hw_behaviour_earlier(b->revoked, n->gone);
}

static void cite_all(struct stix_doc *d, const json_t *references, struct hw_behaviour *b)
{
    const json_t *one;
    size_t i;
    json_array_foreach(references, i, one)
    {
        if (hw_behaviour_cite(&d->cites, text_at(one, "source_name"))) {
            b->cited =
                hw_behaviour_earlier(b->cited, hw_behaviour_cited(text_at(one, "description")));
        }
    }
    b->cites = hw_buf_span(&d->cites);
}

bool hw_stix_behaviour(struct stix_doc *d, const json_t *v)
{
    struct hw_behaviour b;
    begin(d, v, &b);
    b.relation = relation_word(text_at(v, "relationship_type"));
    b.who_ref = text_at(v, "source_ref");
    b.what_ref = text_at(v, "target_ref");
    b.doer = hw_stix_doer_word(b.who_ref);
    b.deed = hw_stix_doer_word(b.what_ref);
    if (b.who_ref.n == 0 || b.what_ref.n == 0) {
        hw_teach_refuse(&d->t, d->line, d->off, b.id, "a relationship without its ends");
        return true;
    }
    if (b.relation == NULL || b.doer == NULL || b.deed == NULL) {
        return false;
    }
    const struct stix_name *who = hw_stix_index_known(&d->index, b.who_ref);
    put_end(d, who, &d->who, &b.who, &b.who_id, &b);
    put_end(d, hw_stix_index_known(&d->index, b.what_ref), &d->what, &b.what, &b.what_id, &b);
    if (who != NULL) {
        b.from = who->from;
        b.until = who->until;
    }
    cite_all(d, json_object_get(v, "external_references"), &b);
    hw_behaviour_say(&d->t, &b, &d->doings);
    return true;
}
