/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_flow.c -- the chain of a report as an Attack Flow 2.0 (Center for Threat-Informed
 * Defense; schema attack-flow-schema-2.0.0.json), a bundle of STIX 2.1 with new kinds of objects.
 *
 * Each step of the chain is an action. It leads to the later steps that begin where it ends; where
 * several steps lead to one thing, each of them may have been enough, so an operator OR stands
 * between. Steps that begin where none ended start the flow; a start whose own beginning nobody
 * recorded is behind a condition that says so. Steps that an analyst rejected, and those that say
 * only who or where, are no actions.
 *
 * A technique is named only where a finding about the very record of a step names one. Confidence
 * is that of the step's class (hw_doc_sure()): observed 95, keyed 85, inferred 50, claimed 30.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/bundle.h"
#include "tell/tell.h"

enum {
    STEPS = 1000,
    EFFECTS = 60, /* of one thing: later steps that are told to begin there */
};

#define FLOW "extension-definition--fb9c968a-745b-4ade-9b25-c324172197f4"
#define MITRE "identity--d673f8cb-c168-42da-8ed4-0cb26725f86c"

struct node {
    const struct hw_step *step;
    char id[HW_STIX_ID];     /* of its action */
    char before[HW_STIX_ID]; /* what leads to it: itself, or the operator before it */
    unsigned ways;           /* earlier steps that end where it begins */
};

struct flow {
    struct hw_bundle x;
    struct hw_buf words, starts;
    struct hw_arena *arena;
    struct node *nodes;
    size_t count;
    uint64_t left;     /* steps beyond STEPS */
    uint64_t rejected; /* by an analyst */
};

/* The published definition, the same in every flow. */
static void define(struct flow *f)
{
    static const char when[] = "2022-08-02T19:34:35.143Z";
    hw_buf_printf(&f->x.b,
                  ",{\"type\":\"identity\",\"spec_version\":\"2.1\",\"id\":\"" MITRE
                  "\",\"created_by_ref\":\"" MITRE "\",\"created\":\"%s\",\"modified\":\"%s\","
                  "\"name\":\"MITRE Center for Threat-Informed Defense\","
                  "\"identity_class\":\"organization\"}",
                  when, when);
    hw_buf_printf(
        &f->x.b,
        ",{\"type\":\"extension-definition\",\"id\":\"" FLOW "\",\"spec_version\":\"2.1\","
        "\"name\":\"Attack Flow\","
        "\"description\":\"Extends STIX 2.1 with features to create Attack Flows.\","
        "\"created\":\"%s\",\"modified\":\"%s\",\"created_by_ref\":\"" MITRE "\","
        "\"schema\":\"https://center-for-threat-informed-defense.github.io/attack-flow/stix/"
        "attack-flow-schema-2.0.0.json\",\"version\":\"2.0.0\",\"extension_types\":[\"new-sdo\"],"
        "\"external_references\":[{\"source_name\":\"Documentation\",\"description\":"
        "\"Documentation for Attack Flow\",\"url\":"
        "\"https://center-for-threat-informed-defense.github.io/attack-flow\"},"
        "{\"source_name\":\"GitHub\",\"description\":\"Source code repository for Attack Flow\","
        "\"url\":\"https://github.com/center-for-threat-informed-defense/attack-flow\"}]}",
        when, when);
}

static bool open_object(struct flow *f, const char *type, const char *id)
{
    if (!hw_bundle_open(&f->x, type, id)) {
        return false;
    }
    hw_doc_open(&f->x.b, "extensions", '{');
    hw_doc_open(&f->x.b, FLOW, '{');
    hw_doc_words(&f->x.b, "extension_type", "new-sdo");
    hw_doc_close(&f->x.b, '}');
    hw_doc_close(&f->x.b, '}');
    return true;
}

/* ---- what leads where ---- */

static bool is_action(const struct hw_step *s)
{
    return !s->context && !hw_is_rejected(s->judged);
}

static bool gather(struct flow *f)
{
    const struct hw_trace_answer *a = f->x.r->chain;
    f->arena = hw_arena_new(STEPS * sizeof(struct node) + 4096);
    f->nodes = f->arena == NULL ? NULL : hw_arena_array(f->arena, STEPS, sizeof(struct node));
    for (const struct hw_step *s = a == NULL ? NULL : a->steps; f->nodes != NULL && s != NULL;
         s = s->next) {
        f->rejected += hw_is_rejected(s->judged);
        if (!is_action(s)) {
            continue;
        }
        if (f->count == STEPS) {
            f->left++;
            continue;
        }
        struct node *n = &f->nodes[f->count++];
        n->step = s;
        hw_bundle_id(&f->x, "attack-action", "step", hw_span_str(s->id), n->id);
    }
    return f->nodes != NULL;
}

static bool leads(const struct node *from, const struct node *to)
{
    return from != to && strcmp(from->step->to.id, to->step->from.id) == 0;
}

/* What comes before each step, looked for among the earlier ones: a flow has no rings. */
static void join(struct flow *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct node *n = &f->nodes[i];
        for (size_t k = 0; k < i; k++) {
            n->ways += leads(&f->nodes[k], n);
        }
        if (n->ways > 1) {
            hw_bundle_id(&f->x, "attack-operator", "or", hw_span_str(n->step->id), n->before);
        } else {
            memcpy(n->before, n->id, sizeof n->before);
        }
    }
}

static void operators(struct flow *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct node *n = &f->nodes[i];
        if (n->ways > 1 && open_object(f, "attack-operator", n->before)) {
            hw_doc_words(&f->x.b, "operator", "OR");
            hw_bundle_refer(&f->x, "effect_refs", n->id);
            hw_bundle_close(&f->x);
        }
    }
}

static void effects(struct flow *f, size_t at)
{
    unsigned n = 0;
    for (size_t k = at + 1; k < f->count && n < EFFECTS; k++) {
        if (leads(&f->nodes[at], &f->nodes[k])) {
            if (n++ == 0) {
                hw_doc_open(&f->x.b, "effect_refs", '[');
            }
            hw_doc_words(&f->x.b, NULL, f->nodes[k].before);
        }
    }
    if (n > 0) {
        hw_doc_close(&f->x.b, ']');
    }
}

/* ---- assets ---- */

/* The asset of an end, written where it is new. */
static void asset(struct flow *f, const struct hw_end *e, char out[HW_STIX_ID])
{
    char object[HW_STIX_ID];
    hw_bundle_thing(&f->x, e, object);
    hw_bundle_id(&f->x, "attack-asset", e->kind, hw_span_str(e->id), out);
    if (!open_object(f, "attack-asset", out)) {
        return;
    }
    hw_buf_clear(&f->words);
    hw_doc_end(&f->words, e);
    hw_doc_text(&f->x.b, "name", hw_buf_span(&f->words));
    if (e->host.n > 0 || hw_doc_org(e->org).n > 0) {
        hw_buf_clear(&f->words);
        if (e->host.n > 0) {
            hw_buf_str(&f->words, "on ");
            hw_doc_clean(&f->words, e->host, HW_DOC_NAME);
        }
        if (hw_doc_org(e->org).n > 0) {
            hw_buf_str(&f->words, f->words.n > 0 ? ", of " : "of ");
            hw_doc_clean(&f->words, e->org, HW_DOC_NAME);
        }
        hw_doc_text(&f->x.b, "description", hw_buf_span(&f->words));
    }
    if (object[0] != '\0') {
        hw_doc_words(&f->x.b, "object_ref", object);
    }
    hw_bundle_close(&f->x);
}

/* ---- actions ---- */

static bool same_record(const struct hw_step *s, const struct hw_why *w)
{
    for (const struct hw_place_said *p = s->places; p != NULL; p = p->next) {
        if (w->record != 0 && p->record == w->record && hw_span_equal(p->file, w->evidence)) {
            return true;
        }
    }
    return false;
}

static bool technique(const struct flow *f, const struct hw_step *s, char out[12])
{
    const struct hw_finding *g = f->x.r->hunt == NULL ? NULL : f->x.r->hunt->findings;
    for (; g != NULL; g = g->next) {
        bool about = false;
        for (const struct hw_why *w = g->why; w != NULL; w = w->next) {
            about = about || same_record(s, w);
        }
        for (const struct hw_why *w = g->why; about && w != NULL; w = w->next) {
            size_t at = 0;
            if (hw_doc_technique(w->says, &at, out)) {
                return true;
            }
        }
    }
    return false;
}

static void describe(struct flow *f, const struct hw_step *s)
{
    struct hw_buf *b = &f->words;
    hw_buf_clear(b);
    hw_buf_printf(b, "%s", s->known);
    hw_buf_printf(b, "%s%s", s->why != NULL && s->why[0] != '\0' ? ": " : "",
                  s->why != NULL ? s->why : "");
    hw_buf_printf(b, "; step %s", s->id);
    if (s->lost_across) {
        hw_buf_str(b, "; records are missing from a log of this time and host");
    }
    for (const struct hw_crossing *c = f->x.r->chain->crossings; c != NULL; c = c->next) {
        if (strcmp(c->over.id, s->to.id) == 0 || strcmp(c->over.id, s->from.id) == 0) {
            hw_buf_str(b, "; by it the chain came from ");
            hw_doc_clean(b, hw_doc_org(c->from_org), HW_DOC_NAME);
            hw_buf_str(b, " to ");
            hw_doc_clean(b, hw_doc_org(c->to_org), HW_DOC_NAME);
            break;
        }
    }
    hw_doc_text(&f->x.b, "description", hw_buf_span(b));
}

static void action(struct flow *f, size_t at)
{
    const struct node *n = &f->nodes[at];
    const struct hw_step *s = n->step;
    char from[HW_STIX_ID], to[HW_STIX_ID], named[12];
    asset(f, &s->from, from);
    asset(f, &s->to, to);
    if (!open_object(f, "attack-action", n->id)) {
        return;
    }
    hw_buf_clear(&f->words);
    hw_doc_end(&f->words, &s->from);
    hw_buf_printf(&f->words, " %s ", s->verb);
    hw_doc_end(&f->words, &s->to);
    hw_doc_text(&f->x.b, "name", hw_buf_span(&f->words));
    describe(f, s);
    if (technique(f, s, named)) {
        hw_doc_words(&f->x.b, "technique_id", named);
    }
    hw_doc_number(&f->x.b, "confidence", hw_doc_sure(s->known));
    hw_doc_time(&f->x.b, "execution_start", s->lo);
    hw_doc_time(&f->x.b, "execution_end", s->hi);
    hw_doc_open(&f->x.b, "asset_refs", '[');
    hw_doc_words(&f->x.b, NULL, from);
    if (strcmp(from, to) != 0) {
        hw_doc_words(&f->x.b, NULL, to);
    }
    hw_doc_close(&f->x.b, ']');
    effects(f, at);
    hw_bundle_close(&f->x);
}

/* ---- where it starts ---- */

static void start(struct flow *f, const char *id)
{
    hw_buf_printf(&f->starts, "%s\"%s\"", f->starts.n > 0 ? "," : "", id);
}

static const struct hw_root *root_of(const struct flow *f, const struct hw_step *s)
{
    const struct hw_root *r = f->x.r->chain->roots;
    while (r != NULL && strcmp(r->at.id, s->from.id) != 0) {
        r = r->next;
    }
    return r;
}

static void open_condition(struct flow *f, const struct hw_root *r, const char *first)
{
    char id[HW_STIX_ID];
    hw_bundle_id(&f->x, "attack-condition", "root", hw_span_str(first), id);
    if (open_object(f, "attack-condition", id)) {
        hw_buf_clear(&f->words);
        hw_buf_str(&f->words, "Its beginning is not in the records");
        if (r->says.n > 0) {
            hw_buf_str(&f->words, ": ");
            hw_doc_clean(&f->words, r->says, HW_DOC_NAME);
        }
        hw_doc_text(&f->x.b, "description", hw_buf_span(&f->words));
        hw_bundle_refer(&f->x, "on_true_refs", first);
        hw_bundle_close(&f->x);
    }
    start(f, id);
}

static void begin(struct flow *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct node *n = &f->nodes[i];
        const struct hw_root *r = n->ways > 0 ? NULL : root_of(f, n->step);
        if (n->ways == 0 && (r == NULL || r->observed)) {
            start(f, n->id);
        } else if (n->ways == 0) {
            open_condition(f, r, n->id);
        }
    }
    if (f->starts.n == 0) { /* a flow must start somewhere (schema, start_refs) */
        char id[HW_STIX_ID];
        hw_bundle_id(&f->x, "attack-condition", "none", (struct hw_span){NULL, 0}, id);
        if (open_object(f, "attack-condition", id)) {
            hw_doc_words(&f->x.b, "description", "No chain is known: no step could be told");
            hw_bundle_close(&f->x);
        }
        start(f, id);
    }
}

static void close_flow(struct flow *f)
{
    char id[HW_STIX_ID];
    hw_bundle_id(&f->x, "attack-flow", "flow", (struct hw_span){NULL, 0}, id);
    if (!open_object(f, "attack-flow", id)) {
        return;
    }
    hw_doc_name(&f->x.b, "name", f->x.r->title, "Headwater chain");
    hw_buf_clear(&f->words);
    hw_buf_printf(&f->words,
                  "%llu actions, from the records of a case. Confidence by class: observed 95, "
                  "keyed 85, inferred 50, claimed 30.",
                  (unsigned long long)f->count);
    if (f->rejected > 0) {
        hw_buf_printf(&f->words, " %llu steps that an analyst rejected are left out.",
                      (unsigned long long)f->rejected);
    }
    if (f->left > 0) {
        hw_buf_printf(&f->words, " %llu steps beyond the first %d are left out.",
                      (unsigned long long)f->left, STEPS);
    }
    hw_doc_text(&f->x.b, "description", hw_buf_span(&f->words));
    hw_doc_words(&f->x.b, "scope", "incident");
    hw_doc_open(&f->x.b, "start_refs", '[');
    hw_buf_span_put(&f->x.b, hw_buf_span(&f->starts));
    hw_doc_close(&f->x.b, ']');
    hw_bundle_close(&f->x);
}

int hw_tell_report_flow(const struct hw_teller *t, const struct hw_report_answer *r,
                        struct hw_error *err)
{
    struct flow f = {.count = 0};
    hw_buf_init(&f.words, 1 << 18);
    hw_buf_init(&f.starts, 1 << 20);
    if (hw_bundle_init(&f.x, r, "flow") && gather(&f)) {
        define(&f);
        join(&f);
        for (size_t i = 0; i < f.count; i++) {
            action(&f, i);
        }
        operators(&f);
        begin(&f);
        close_flow(&f);
        hw_buf_str(&f.x.b, "]}\n");
    } else {
        f.x.failed = true;
    }
    int rc = hw_bundle_ok(&f.x) && hw_buf_ok(&f.words) && hw_buf_ok(&f.starts)
                 ? t->put(t->state, hw_buf_span(&f.x.b), err)
                 : hw_fail(err, HW_E_MEMORY, "no memory for the flow");
    hw_bundle_done(&f.x);
    hw_buf_done(&f.words);
    hw_buf_done(&f.starts);
    hw_arena_free(f.arena);
    return rc;
}
