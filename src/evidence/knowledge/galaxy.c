/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence/knowledge/galaxy.c -- clusters of a MISP galaxy (MISP/misp-galaxy,
 * schema_clusters.json): what is said of groups, software and techniques, and how they are related.
 *
 *   {"name", "type": "threat-actor", "uuid", "values": [{"value": name, "uuid", "meta":
 *    {"synonyms": [...], "country", "external_id"}, "related": [{"dest-uuid", "type": "uses"}]}]}
 *
 * The values are walked twice, one at a time: first for their names, since what is related may
 * stand behind, then for what is taught. What a relation leads to in another galaxy has a uuid here
 * and no name; the galaxies made of ATT&CK have the uuids of its STIX ids.
 */
#include "evidence/knowledge/galaxy.h"

#include <string.h>

#include "base/text.h"
#include "evidence/json.h"
#include "evidence/json_walk.h"
#include "evidence/knowledge/stix.h"

enum { BITS = 96, TOP = 64, LOOK = 64, NAME_BYTES = 1000 };
/* Of one cluster: each name is looked for among those that say who uses it. */
enum { NAMES = 1000, ATTRIBUTIONS = 5000 };

struct galaxy {
    struct hw_teach t;
    struct stix_index names;
    struct hw_behaviour_count doings;
    struct hw_buf what, cites;
    struct hw_span source;
    const char *doer; /* word of hw_doers; NULL: of a kind that does nothing */
    uint64_t line, off;
};

/* What clusters of a galaxy of this type are; all else (countries, sectors ...) does nothing. */
static const char *doer_of(struct hw_span type)
{
    static const struct {
        const char *type, *word;
    } known[] = {
        {"360net-threat-actor", "group"},
        {"backdoor", "malware"},
        {"banker", "malware"},
        {"botnet", "malware"},
        {"cryptominers", "malware"},
        {"exploit-kit", "tool"},
        {"malpedia", "malware"},
        {"microsoft-activity-group", "group"},
        {"mitre-attack-pattern", "technique"},
        {"mitre-campaign", "campaign"},
        {"mitre-intrusion-set", "group"},
        {"mitre-malware", "malware"},
        {"mitre-tool", "tool"},
        {"ransomware", "malware"},
        {"rat", "malware"},
        {"stealer", "malware"},
        {"threat-actor", "group"},
        {"tool", "tool"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (hw_span_is(type, known[i].type)) {
            return known[i].word;
        }
    }
    return NULL;
}

static struct hw_span text_at(const json_t *v, const char *key)
{
    return hw_json_text(json_object_get(v, key));
}

/* ---- where the values are ---- */

struct top {
    struct hw_span name, type, values;
    uint64_t values_off, fault_off;
    const char *fault;
};

static void read_top(struct hw_span bytes, struct hw_budget *fuel, struct top *out)
{
    struct hw_json_walk w;
    *out = (struct top){.fault = NULL};
    hw_json_walk_init(&w, bytes, 0, fuel);
    while (hw_json_walk_next(&w)) {
        if (hw_span_is(w.key, "name")) {
            out->name = w.value;
        } else if (hw_span_is(w.key, "type")) {
            out->type = hw_json_walk_string(w.value);
        } else if (hw_span_is(w.key, "values") && hw_json_walk_is(w.value, '[')) {
            out->values = w.value;
            out->values_off = w.off;
        }
    }
    out->fault = w.fault;
    out->fault_off = w.fault_off;
    if (w.fault != NULL && !w.closed && hw_span_is(w.key, "values") && w.fault_off < bytes.n &&
        out->values.n == 0) {
        /* an array that does not end is no value of its object: from its bracket on it is read */
        out->values = hw_span_from(bytes, (size_t)w.fault_off);
        out->values_off = w.fault_off;
    }
}

/* ---- the first pass ---- */

static void index_values(struct galaxy *g, const struct top *top)
{
    struct hw_json_walk w;
    struct hw_budget *fuel = &g->t.x->fuel;
    hw_json_walk_init(&w, top->values, top->values_off, fuel);
    while (hw_exam_going(g->t.x) && hw_json_walk_next(&w)) {
        struct hw_span uuid = hw_json_walk_string(hw_json_walk_find(w.value, "uuid", LOOK, fuel));
        struct hw_span name = hw_json_walk_find(w.value, "value", LOOK, fuel);
        struct stix_name *n = uuid.n > 0 ? hw_stix_index_name(&g->names, uuid) : NULL;
        if (n != NULL) {
            n->quoted = name;
        }
    }
}

/* ---- the second pass ---- */

static void begin(struct galaxy *g, const json_t *v, const char *relation, struct hw_behaviour *b)
{
    const json_t *meta = json_object_get(v, "meta");
    hw_behaviour_init(b);
    b->line = g->line;
    b->off = g->off;
    b->relation = relation;
    b->doer = g->doer;
    b->who = text_at(v, "value");
    b->who_ref = text_at(v, "uuid");
    b->who_id = text_at(meta, "external_id");
    b->source = g->source;
    hw_buf_clear(&g->cites);
    hw_buf_clear(&g->what);
    if (json_is_true(json_object_get(v, "revoked"))) {
        b->revoked = 0; /* at a time that no galaxy says */
    }
}

/* "name-attribution": ["NAME:uuid of who calls it so", ...] */
static void say_name(struct galaxy *g, const json_t *v, struct hw_span name)
{
    const json_t *one;
    struct hw_behaviour b;
    size_t i;
    begin(g, v, "also-called", &b);
    b.what = name;
    json_array_foreach(json_object_get(json_object_get(v, "meta"), "name-attribution"), i, one)
    {
        struct hw_span s = hw_json_text(one);
        if (i == ATTRIBUTIONS) {
            break;
        }
        if (s.n > name.n + 1 && hw_span_equal(hw_span_cut(s, 0, name.n), name) &&
            s.p[name.n] == ':') {
            (void)hw_behaviour_cite(&g->cites, hw_span_from(s, name.n + 1));
        }
    }
    b.cites = hw_buf_span(&g->cites);
    hw_behaviour_say(&g->t, &b, &g->doings);
}

static void say_country(struct galaxy *g, const json_t *v)
{
    const json_t *meta = json_object_get(v, "meta");
    struct hw_behaviour b;
    begin(g, v, "of-country", &b);
    b.what = text_at(meta, "country");
    b.likelihood = text_at(meta, "attribution-confidence");
    if (b.what.n > 0) {
        hw_behaviour_say(&g->t, &b, &g->doings);
    }
}

/* estimative-language:likelihood-probability="likely" */
static struct hw_span likelihood_of(const json_t *related)
{
    static const char mark[] = "likelihood-probability=\"";
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(related, "tags"), i, one)
    {
        struct hw_span s = hw_json_text(one);
        for (; s.n > 0; s = hw_span_from(s, 1)) {
            if (hw_span_starts(s, mark)) {
                s = hw_span_from(s, sizeof mark - 1);
                return hw_span_cut(s, 0, hw_span_find(s, '"'));
            }
        }
    }
    return (struct hw_span){NULL, 0};
}

static void say_related(struct galaxy *g, const json_t *v, const json_t *related)
{
    static const char *const words[] = {"attributed-to", "revoked-by", "similar", "subtechnique-of",
                                        "uses"};
    const char *relation = NULL;
    struct hw_behaviour b;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        relation = hw_span_is(text_at(related, "type"), words[i]) ? words[i] : relation;
    }
    if (relation == NULL) {
        g->t.ignored++;
        return;
    }
    begin(g, v, relation, &b);
    b.what_ref = text_at(related, "dest-uuid");
    b.likelihood = likelihood_of(related);
    if (b.what_ref.n == 0) {
        hw_teach_refuse(&g->t, g->line, g->off, b.who, "related to nothing: it has no dest-uuid");
        return;
    }
    const struct stix_name *n = hw_stix_index_known(&g->names, b.what_ref);
    if (n != NULL && n->quoted.n > 0 && n->quoted.n < NAME_BYTES) {
        struct hw_json j;
        hw_json_init(g->t.x, n->quoted, JSON_DECODE_ANY, &j);
        hw_buf_span_put(&g->what, hw_json_text(j.root));
        hw_json_done(g->t.x, &j);
        b.what = hw_buf_span(&g->what);
        b.deed = g->doer;
    }
    hw_behaviour_say(&g->t, &b, &g->doings);
}

static void teach_value(struct galaxy *g, const json_t *v, struct hw_span raw)
{
    const json_t *meta = json_object_get(v, "meta"), *one;
    struct hw_span name = text_at(v, "value");
    size_t i;
    if (name.n == 0 || text_at(v, "uuid").n == 0) {
        hw_teach_refuse(&g->t, g->line, g->off, raw, "a cluster without name or uuid");
        return;
    }
    if (g->doer == NULL) {
        g->t.ignored++;
        return;
    }
    hw_behaviour_count_thing(&g->doings, g->doer);
    say_name(g, v, name);
    json_array_foreach(json_object_get(meta, "synonyms"), i, one)
    {
        struct hw_span alias = hw_json_text(one);
        if (i == NAMES) {
            hw_teach_refuse(&g->t, g->line, g->off, name, "more names than are read of one");
            break;
        }
        if (alias.n > 0 && !hw_span_equal(alias, name)) {
            say_name(g, v, alias);
        }
    }
    say_country(g, v);
    json_array_foreach(json_object_get(v, "related"), i, one)
    {
        say_related(g, v, one);
    }
}

static void teach_values(struct galaxy *g, const struct top *top)
{
    struct hw_json_walk w;
    hw_json_walk_init(&w, top->values, top->values_off, &g->t.x->fuel);
    while (hw_teach_going(&g->t) && hw_json_walk_next(&w)) {
        struct hw_json j;
        g->line = w.count;
        g->off = w.off;
        hw_json_init(g->t.x, w.value, 0, &j);
        if (json_is_object(j.root)) {
            teach_value(g, j.root, w.value);
        } else {
            hw_teach_refuse(&g->t, g->line, g->off, w.value,
                            j.too_large ? "larger than one cluster may be" : "no JSON object");
        }
        hw_json_done(g->t.x, &j);
    }
    if (w.fault != NULL && !w.closed) {
        hw_teach_refuse(&g->t, w.count + 1, w.fault_off,
                        hw_span_from(g->t.n->bytes, (size_t)w.fault_off), w.fault);
    }
}

static void examine(struct hw_exam *x, struct hw_node *n)
{
    struct galaxy g = {.source = HW_SPAN_LIT("MISP galaxy")};
    struct top top;
    struct hw_json name;
    hw_teach_init(&g.t, x, n, "misp-galaxy");
    hw_behaviour_count_init(&g.doings);
    hw_buf_init(&g.what, NAME_BYTES);
    hw_buf_init(&g.cites, HW_BEHAVIOUR_CITES_BYTES);
    read_top(n->bytes, &x->fuel, &top);
    hw_json_init(x, top.name, JSON_DECODE_ANY, &name);
    g.t.title = hw_json_text(name.root);
    g.doer = doer_of(top.type);
    if (!hw_stix_index_init(&g.names, x, n->bytes.n)) {
        hw_say_degree(n, HW_REFUSED, "over-budget");
    } else {
        index_values(&g, &top);
        teach_values(&g, &top);
        hw_behaviour_count_say(&g.t, &g.doings);
    }
    if (top.fault != NULL) {
        hw_say_anomaly(x, n, "bad-encoding", top.fault_off, 0, "JSON: %s", top.fault);
        hw_say_degree(n, HW_BROKEN, top.fault);
    }
    hw_teach_done(&g.t);
    hw_json_done(x, &name);
    hw_buf_done(&g.what);
    hw_buf_done(&g.cites);
}

/* ---- the probe ---- */

static unsigned probe(struct hw_span bytes, struct hw_budget *fuel)
{
    struct hw_json_walk w;
    bool name = false, type = false, uuid = false;
    struct hw_span values = {NULL, 0};
    if (!hw_json_walk_is(hw_span_trim(bytes), '{')) {
        return 0;
    }
    hw_json_walk_init(&w, bytes, 0, fuel);
    while (w.count < TOP && hw_json_walk_next(&w)) {
        name = name || (hw_span_is(w.key, "name") && hw_json_walk_is(w.value, '"'));
        type = type || (hw_span_is(w.key, "type") && hw_json_walk_is(w.value, '"'));
        uuid = uuid || (hw_span_is(w.key, "uuid") && hw_json_walk_is(w.value, '"'));
        values = hw_span_is(w.key, "values") ? w.value : values;
    }
    if (values.n == 0 && w.fault != NULL && !w.closed && hw_span_is(w.key, "values") &&
        w.fault_off < bytes.n) {
        values = hw_span_from(bytes, (size_t)w.fault_off);
    }
    if (!name || !type || !uuid || !hw_json_walk_is(values, '[')) {
        return 0;
    }
    hw_json_walk_init(&w, values, 0, fuel);
    return hw_json_walk_next(&w) &&
                   hw_json_walk_is(hw_json_walk_find(w.value, "value", LOOK, fuel), '"') &&
                   hw_json_walk_is(hw_json_walk_find(w.value, "uuid", LOOK, fuel), '"')
               ? BITS
               : 0;
}

const struct hw_format hw_galaxy_format = {
    .word = "misp-galaxy",
    .probe = probe,
    .examine = examine,
};
