/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/asking.c -- a question under way: its answer's memory, lists, findings and gaps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask/room.h"
#include "ask/rules.h"
#include "base/time.h"
#include "fact/words.h"

/* An answer names every file it judged; a million of them fit well below this. */
static const size_t ANSWER_BYTES = (size_t)1 << 30;

int hw_asking_start(struct hw_asking *q, struct hw_case *c, const char *question,
                    const struct hw_policy *policy, struct hw_error *err)
{
    struct hw_answer *a = calloc(1, sizeof *a);
    if (a == NULL || (a->arena = hw_arena_new(ANSWER_BYTES)) == NULL) {
        free(a);
        return hw_fail(err, HW_E_MEMORY, "no memory for an answer");
    }
    a->question = question;
    a->as_of = policy->as_of;
    a->fail_on = policy->fail_on;
    *q = (struct hw_asking){.c = c, .policy = policy, .a = a};
    q->finding_tail = &a->findings;
    q->gap_tail = &a->gaps;
    q->file_tail = &a->files;
    return HW_OK;
}

void hw_asking_drop(struct hw_asking *q)
{
    hw_answer_free(q->a);
    q->a = NULL;
}

int hw_asking_end(struct hw_asking *q, struct hw_answer **out, struct hw_error *err)
{
    struct hw_case_counts n;
    int rc = hw_case_count(q->c, &n, err);
    rc = rc != HW_OK ? rc : hw_knowledge_age(q, err);
    rc = rc != HW_OK ? rc : hw_say_excluded(q, err);
    if (rc != HW_OK) {
        hw_asking_drop(q);
        return rc;
    }
    q->a->indicator_count = n.indicators;
    hw_answer_close(q->a);
    *out = HW_TAKE(q->a);
    return HW_OK;
}

struct hw_span hw_span_keep(struct hw_arena *arena, struct hw_span s)
{
    uint8_t *p = s.n == 0 ? NULL : hw_arena_copy(arena, s);
    return p == NULL ? (struct hw_span){NULL, 0} : (struct hw_span){p, s.n};
}

int hw_fact_keep(struct hw_arena *arena, const struct hw_fact *f, struct hw_fact *out,
                 struct hw_error *err)
{
    const struct hw_fact_type *t = hw_fact_type(f->kind);
    *out = *f;
    for (unsigned i = 0; i < HW_FACT_FIELDS && t->fields[i].name != NULL; i++) {
        bool number = t->fields[i].type == HW_T_U64 || t->fields[i].type == HW_T_TIME;
        if (!number && hw_fact_has(f, i) && f->v[i].s.n > 0) {
            out->v[i].s = hw_span_keep(arena, f->v[i].s);
            if (out->v[i].s.p == NULL) {
                return hw_fail(err, HW_E_MEMORY, "no memory for the facts of a file");
            }
        }
    }
    return HW_OK;
}

/* The newest decision about this finding, if any. */
static int look_judgement(struct hw_asking *q, struct hw_finding *f, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    int rc = hw_case_judgements(q->c, f->id, &k, err);
    struct hw_judgement_row row;
    while (rc == HW_OK && (rc = hw_judgement_next(k, &row, err)) == HW_ROW) {
        if (row.current) {
            f->judged = row.accept ? "accept" : "reject";
            f->judged_because = hw_span_keep(q->a->arena, hw_span_str(row.because));
        }
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

/* Made and filled but for what it is about, which f->subject, key and path say already. */
static int settle(struct hw_asking *q, struct hw_finding *f, struct hw_span discriminator,
                  struct hw_error *err)
{
    int rc = hw_finding_id(f->rule, f->subject, discriminator, f->id, err);
    for (size_t i = 0; i < q->policy->baseline_count; i++) {
        f->baseline = f->baseline || strcmp(q->policy->baseline[i], f->id) == 0;
    }
    rc = rc != HW_OK ? rc : look_judgement(q, f, err);
    rc = rc != HW_OK ? rc : hw_excluded_by_signer(q, f, err);
    if (rc == HW_OK) {
        *q->finding_tail = f;
        q->finding_tail = &f->next;
    }
    return rc;
}

static struct hw_finding *begin(struct hw_asking *q, const char *rule, enum hw_severity severity,
                                enum hw_confidence confidence, struct hw_error *err)
{
    const struct hw_rule *r = hw_rule_find(rule);
    if (r == NULL) {
        HW_NEVER(); /* a rule that `headwater rules` does not list must not speak */
    }
    struct hw_finding *f = hw_arena_alloc(q->a->arena, sizeof *f);
    if (f == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a finding") == HW_OK ? f : NULL;
    }
    f->rule = r->word;
    f->do_next = r->do_next;
    f->means = r->means;
    f->errs = r->errs;
    f->reference = r->reference;
    f->severity = severity;
    f->confidence = confidence;
    f->first = f->last = HW_TIME_NONE;
    return f;
}

static struct hw_span hex_of(struct hw_asking *q, const uint8_t *p, size_t n)
{
    struct hw_buf hex;
    hw_buf_init(&hex, 128);
    hw_buf_hex(&hex, (struct hw_span){p, n});
    struct hw_span s = hw_span_keep(q->a->arena, hw_buf_span(&hex));
    hw_buf_done(&hex);
    return s;
}

struct hw_finding *hw_find(struct hw_asking *q, const char *rule, enum hw_severity severity,
                           enum hw_confidence confidence, const struct hw_file_answer *file,
                           struct hw_span discriminator, struct hw_error *err)
{
    struct hw_finding *f = begin(q, rule, severity, confidence, err);
    if (f == NULL) {
        return NULL;
    }
    f->kind = hw_entity_word(HW_ENTITY_ARTIFACT);
    f->key = hex_of(q, file->sha256, 32);
    f->path = file->path;
    f->file = file;
    f->host = file->host;
    f->org = file->org;
    bool ok = hw_artifact_id(file->sha256, f->subject, err) == HW_OK &&
              settle(q, f, discriminator, err) == HW_OK;
    return ok ? f : NULL;
}

struct hw_finding *hw_find_about(struct hw_asking *q, const char *rule, enum hw_severity severity,
                                 enum hw_confidence confidence, const struct hw_about *about,
                                 struct hw_span discriminator, struct hw_error *err)
{
    struct hw_finding *f = begin(q, rule, severity, confidence, err);
    if (f == NULL) {
        return NULL;
    }
    struct hw_span hex = hex_of(q, about->id, HW_ID_BYTES);
    (void)snprintf(f->subject, sizeof f->subject, "e-%.*s", (int)hex.n, (const char *)hex.p);
    f->kind = hw_entity_word(about->kind);
    f->key = about->key;
    f->path = about->path;
    f->host = about->host;
    f->org = about->org;
    return settle(q, f, discriminator, err) == HW_OK ? f : NULL;
}

bool hw_find_again(struct hw_asking *q, const struct hw_finding *f,
                   const struct hw_file_answer *file)
{
    struct hw_arena *arena = q->a->arena;
    struct hw_finding *n = hw_arena_alloc(arena, sizeof *n);
    if (n == NULL) {
        return false;
    }
    *n = *f; /* rule, kind and judgement are words of the program */
    n->next = NULL;
    n->file = file;
    n->path = file->path;
    n->host = file->host;
    n->org = file->org;
    n->key = hw_span_keep(arena, f->key);
    n->judged_because = hw_span_keep(arena, f->judged_because);
    n->campaign = hw_span_keep(arena, f->campaign);
    n->met = (struct hw_span){NULL, 0};
    n->incident = NULL;
    n->why = NULL;
    for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
        hw_because(arena, &n->why, hw_span_keep(arena, w->says), hw_span_keep(arena, w->evidence),
                   w->has_off, w->off);
    }
    *q->finding_tail = n;
    q->finding_tail = &n->next;
    return true;
}

int hw_gap_add(struct hw_asking *q, struct hw_span path, const char *kind, struct hw_span what,
               struct hw_span ask_for, bool needed, struct hw_error *err)
{
    struct hw_gap *g = hw_arena_alloc(q->a->arena, sizeof *g);
    if (g == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a gap");
    }
    *g = (struct hw_gap){
        .path = path, .kind = kind, .what = what, .ask_for = ask_for, .needed = needed};
    /* Boxes may stay closed by decision; a file that is cut off or unreadable is no box. */
    bool box = hw_vocab_has(&hw_unopeneds, hw_span_str(kind));
    for (size_t i = 0; box && i < q->policy->accept_opaque_count; i++) {
        const char *k = q->policy->accept_opaque[i];
        g->accepted = g->accepted || strcmp(k, "all") == 0 || strcmp(k, kind) == 0;
    }
    *q->gap_tail = g;
    q->gap_tail = &g->next;
    return HW_OK;
}

int hw_log_read(struct hw_asking *q, struct hw_span path, int rc, struct hw_error *err)
{
    if (rc != HW_E_CASE) {
        return rc;
    }
    rc = hw_gap_add(q, hw_span_keep(q->a->arena, path), "damaged",
                    hw_words(q->a->arena, "not all of its records could be asked: %s", err->text),
                    HW_SPAN_LIT("ingest the log again"), true, err);
    err->code = HW_OK;
    return rc;
}

int hw_each_taught(struct hw_case *c, enum hw_fact_kind kind, hw_taught_each *each, void *state,
                   struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_KNOWLEDGE};
    struct hw_evidence_row e;
    struct hw_fact_row row;
    struct hw_cursor *k = NULL;
    int rc = hw_case_evidence(c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        struct hw_cursor *facts = NULL;
        /* A bill has a million facts of one node: a kind of them is found by that node. */
        rc = hw_case_facts(c, e.reading, e.nodes <= 1 ? 0 : HW_ANY_NODE, kind, kind, &facts, err);
        while (rc == HW_OK && (rc = hw_fact_next(facts, &row, err)) == HW_ROW) {
            rc = each(state, &e, &row);
        }
        hw_cursor_free(facts);
    }
    hw_cursor_free(k);
    return rc;
}

struct patterns {
    const struct hw_policy *policy;
    hw_pattern_each *each;
    void *state;
};

static int one_pattern(void *state, const struct hw_evidence_row *document,
                       const struct hw_fact_row *row)
{
    const struct patterns *p = state;
    (void)document;
    return hw_in_force(&row->fact, p->policy->as_of) ? p->each(p->state, row) : HW_OK;
}

int hw_each_pattern(struct hw_asking *q, hw_pattern_each *each, void *state, struct hw_error *err)
{
    struct patterns p = {q->policy, each, state};
    return hw_each_taught(q->c, HW_FACT_PATTERN, one_pattern, &p, err);
}

struct hw_span hw_machine_key(struct hw_arena *arena, struct hw_span host)
{
    host = hw_span_cut(host, 0, hw_span_find(host, '.'));
    uint8_t *p = host.n == 0 ? NULL : hw_arena_copy(arena, host);
    for (size_t i = 0; p != NULL && i < host.n; i++) {
        p[i] = hw_ascii_lower(p[i]);
    }
    return (struct hw_span){p, p == NULL ? 0 : host.n};
}
