/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/known.c -- published indicators that match, and the hunt over everything.
 *
 * One file matched by several indicators is one finding with several reasons: lists copy each
 * other, and a number of lists is not a number of proofs (sources.c counts what is left of them).
 * What stands on a list of harmless values as well is said with both, and weighs little.
 */
#include "ask/known.h"

#include <string.h>

#include "ask/harmless.h"
#include "ask/look.h"
#include "ask/room.h"
#include "ask/sources.h"
#include "base/time.h"
#include "fact/ruleset.h"

enum { REASONS = 12, BUCKETS = 1 << 14 };

/* A hash of the evidence is spread already. */
static struct known_slot **bucket(struct known *s, const uint8_t evidence[32], uint64_t node)
{
    uint64_t h = node * 0x9e3779b97f4a7c15ULL;
    for (unsigned i = 0; i < 8; i++) {
        h ^= (uint64_t)evidence[i] << (8 * i);
    }
    return &s->buckets[(h ^ h >> 29) % BUCKETS];
}

static bool fits(const struct known_slot *l, const uint8_t evidence[32], uint64_t node)
{
    return l->file->node == node && memcmp(l->file->evidence_sha256, evidence, 32) == 0;
}

static int put_slot(struct known *s, struct hw_file_answer *file)
{
    struct known_slot **b = bucket(s, file->evidence_sha256, file->node);
    struct known_slot *l = hw_arena_alloc(s->q->a->arena, sizeof *l);
    if (l == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for what is known");
    }
    *l = (struct known_slot){.next = *b, .file = file};
    *b = l;
    return HW_OK;
}

struct hw_file_answer *hw_file_add(struct hw_asking *q, const struct hw_artifact_row *art,
                                   struct hw_error *err)
{
    struct hw_arena *arena = q->a->arena;
    struct hw_file_answer *f = hw_arena_alloc(arena, sizeof *f);
    struct hw_prevalence seen;
    if (f == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a match") == HW_OK ? f : NULL;
    }
    memcpy(f->evidence_sha256, art->evidence, 32);
    memcpy(f->sha256, art->sha256, 32);
    f->node = art->node;
    f->reading = art->reading;
    f->size = art->size;
    f->path = hw_span_keep(arena, art->path);
    f->format = hw_span_keep(arena, hw_span_str(art->format));
    f->host = hw_span_keep(arena, hw_span_str(art->host));
    f->org = hw_span_keep(arena, hw_span_str(art->scope));
    f->degree = hw_span_str(hw_degree_word(art->degree));
    f->state = HW_STATE_UNKNOWN;
    if (hw_case_prevalence(q->c, f->sha256, &seen, err) != HW_OK) {
        return NULL;
    }
    f->seen_evidence = seen.evidences;
    f->seen_places = seen.sightings;
    f->first_seen = seen.first_ns;
    *q->file_tail = f;
    q->file_tail = &f->next;
    return f;
}

/* How much a match proves. A hash of the file is the file. A certificate is one key's, good work
 * and bad; a serial number is unique only for its issuer, and import hashes are shared by whatever
 * was built alike, so these two are leads. */
static void weigh(enum hw_mark mark, enum hw_severity *severity, enum hw_confidence *confidence)
{
    bool exact = mark == HW_MARK_SHA256 || mark == HW_MARK_SHA1 || mark == HW_MARK_MD5;
    *severity = exact ? HW_CRITICAL : mark == HW_MARK_IMPHASH ? HW_MEDIUM : HW_HIGH;
    *confidence = mark == HW_MARK_IMPHASH       ? HW_CONF_LOW
                  : mark == HW_MARK_CERT_SERIAL ? HW_CONF_MODERATE
                                                : HW_CONF_HIGH;
}

/* The known-bad finding of this file, made when it is the first match, as strong as the
 * strongest. */
static struct hw_finding *finding_of(struct known *s, struct known_slot *l, enum hw_mark mark)
{
    enum hw_severity severity;
    enum hw_confidence confidence;
    weigh(mark, &severity, &confidence);
    if (l->finding == NULL) {
        l->finding = hw_find(s->q, "known-bad", severity, confidence, l->file,
                             (struct hw_span){NULL, 0}, s->err);
    }
    if (l->finding != NULL && severity > l->finding->severity) {
        l->finding->severity = severity;
    }
    if (l->finding != NULL && confidence > l->finding->confidence) {
        l->finding->confidence = confidence;
    }
    return l->finding;
}

/* Keeps which document this match is of. */
static int count_list(struct known *s, const struct hw_match_row *m, struct known_slot *l)
{
    int rc = hw_asking_sources(s->q, s->err);
    if (rc != HW_OK) {
        return rc;
    }
    l->by = l->by != NULL ? l->by : hw_arena_alloc(s->q->a->arena, sizeof *l->by);
    if (l->by == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for what is known");
    }
    hw_naming_add(s->q->sources, l->by, m->indicator.reading, m->indicator.node);
    return HW_OK;
}

static int one_slot(struct known *s, struct known_slot *l, void *state)
{
    const struct hw_match_row *m = state;
    s->err->code = HW_OK;
    struct hw_finding *f = finding_of(s, l, m->mark);
    if (f == NULL) {
        return s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    }
    int rc = count_list(s, m, l);
    return rc == HW_OK && l->reasons++ < REASONS
               ? hw_because_published(s->q, &f->why, &m->indicator, "matches", s->err)
               : rc;
}

/* ---- what the matches of one file come to ---- */

static int weigh_harmless(struct known *s, const struct known_slot *l)
{
    struct hw_artifact_row art;
    struct hw_harmless_row h, said = {.how = HW_HARMLESS_NOT};
    int rc = hw_case_artifact_get(s->q->c, l->file->reading, (uint32_t)l->file->node, &art, s->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(s->err, HW_E_CASE, "a match without its artifact");
    }
    const struct {
        const char *kind;
        struct hw_span value;
    } asked[] = {{"sha256", {art.sha256, 32}}, {"sha1", {art.sha1, 20}}, {"md5", {art.md5, 16}}};
    rc = HW_OK;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0] && rc == HW_OK; i++) {
        rc = hw_harmless_look(s->q->c, s->q->a->arena, asked[i].kind, asked[i].value,
                              s->q->policy->as_of, &h, s->err);
        if (rc != HW_OK || h.how == HW_HARMLESS_NOT) {
            continue;
        }
        /* A list that has all three digests of a file is one list. */
        if (said.how == HW_HARMLESS_NOT || !hw_span_equal(said.list, h.list) ||
            !hw_span_equal(said.path, h.path)) {
            hw_because_harmless(s->q, l->finding, &h);
        }
        said = h;
    }
    return rc;
}

static int weigh_all(struct known *s)
{
    int rc = HW_OK;
    for (size_t i = 0; i < BUCKETS && rc == HW_OK; i++) {
        for (struct known_slot *l = s->buckets[i]; l != NULL && rc == HW_OK; l = l->next) {
            if (l->finding != NULL) {
                hw_because_sources(s->q, &l->finding->why, l->by);
                rc = hw_campaign(s->q, l->by, l->finding, s->err);
                rc = rc != HW_OK ? rc : weigh_harmless(s, l);
            }
        }
    }
    return rc;
}

/* What is in the answer; otherwise, in a hunt, it is added. */
int known_visit(struct known *s, const struct hw_fact_row *about, known_each each, void *state)
{
    bool met = false;
    int rc = HW_OK;
    struct known_slot **b = bucket(s, about->evidence, about->node);
    for (struct known_slot *l = *b; l != NULL && rc == HW_OK; l = l->next) {
        if (fits(l, about->evidence, about->node)) {
            met = true;
            rc = each(s, l, state);
        }
    }
    if (rc != HW_OK || met || s->only_files) {
        return rc;
    }
    struct hw_artifact_row art;
    rc = hw_case_artifact_get(s->q->c, about->reading, about->node, &art, s->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(s->err, HW_E_CASE, "a match without its artifact");
    }
    s->err->code = HW_OK;
    struct hw_file_answer *file = hw_file_add(s->q, &art, s->err);
    if (file == NULL) {
        return s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    }
    rc = put_slot(s, file);
    return rc != HW_OK ? rc : each(s, *bucket(s, file->evidence_sha256, file->node), state);
}

static int one_match(struct known *s, struct hw_match_row *m)
{
    return hw_indicator_counts(&m->indicator.fact, s->q->policy->as_of)
               ? known_visit(s, &m->found, one_slot, m)
               : HW_OK;
}

int hw_rules_of_case(struct hw_case *c, struct hw_case_rules *out, struct hw_error *err)
{
    struct hw_buf set;
    hw_buf_init(&set, 2 * HW_RULESET_BYTES);
    int rc = hw_case_rules(c, &set, out, err);
    hw_buf_done(&set);
    return rc;
}

int hw_find_known(struct hw_asking *q, bool only_files, struct hw_error *err)
{
    struct known s = {.q = q, .err = err, .only_files = only_files};
    struct hw_cursor *k = NULL;
    struct hw_match_row m;
    int rc = HW_OK;
    s.buckets = hw_arena_array(q->a->arena, BUCKETS, sizeof(struct known_slot *));
    if (s.buckets == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for what is known");
    }
    for (struct hw_file_answer *f = q->a->files; f != NULL && rc == HW_OK; f = f->next) {
        rc = put_slot(&s, f);
    }
    rc = rc != HW_OK ? rc : hw_case_matches(q->c, &k, err);
    while (rc == HW_OK && (rc = hw_match_next(k, &m, err)) == HW_ROW) {
        rc = one_match(&s, &m);
    }
    hw_cursor_free(k);
    rc = rc != HW_OK ? rc : weigh_all(&s);
    struct hw_case_rules rules;
    rc = rc != HW_OK ? rc : hw_rules_of_case(q->c, &rules, err);
    q->a->rule_count += rc != HW_OK ? 0 : rules.rules;
    return rc != HW_OK ? rc : known_rules(&s, &rules);
}
