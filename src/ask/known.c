/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/known.c -- published indicators that match, and the hunt over everything.
 *
 * One file matched by several indicators is one finding with several reasons: lists copy each
 * other, and a number of lists is not a number of proofs.
 */
#include <string.h>

#include "ask/hunt.h"
#include "ask/look.h"
#include "ask/room.h"
#include "base/time.h"

enum { REASONS = 12, BUCKETS = 1 << 14 };

/* A file of the answer and its finding. One file under several paths has several: each is named. */
struct slot {
    struct slot *next;
    struct hw_file_answer *file;
    struct hw_finding *finding; /* NULL: no match yet */
    unsigned reasons;
};

struct known {
    struct hw_asking *q;
    struct hw_error *err;
    bool only_files;
    struct slot **buckets;
};

static bool usable(const struct hw_fact *indicator, int64_t as_of)
{
    if (hw_fact_is(indicator, HW_INDICATOR_ROLE, "context")) {
        return false;
    }
    bool begun = !hw_fact_has(indicator, HW_INDICATOR_FROM) ||
                 hw_fact_get_time(indicator, HW_INDICATOR_FROM) <= as_of;
    bool ended = hw_fact_has(indicator, HW_INDICATOR_UNTIL) &&
                 hw_fact_get_time(indicator, HW_INDICATOR_UNTIL) < as_of;
    return begun && !ended;
}

/* A hash of the evidence is spread already. */
static struct slot **bucket(struct known *s, const uint8_t evidence[32], uint64_t node)
{
    uint64_t h = node * 0x9e3779b97f4a7c15ULL;
    for (unsigned i = 0; i < 8; i++) {
        h ^= (uint64_t)evidence[i] << (8 * i);
    }
    return &s->buckets[(h ^ h >> 29) % BUCKETS];
}

static bool fits(const struct slot *l, const uint8_t evidence[32], uint64_t node)
{
    return l->file->node == node && memcmp(l->file->evidence_sha256, evidence, 32) == 0;
}

static int put_slot(struct known *s, struct hw_file_answer *file)
{
    struct slot **b = bucket(s, file->evidence_sha256, file->node);
    struct slot *l = hw_arena_alloc(s->q->a->arena, sizeof *l);
    if (l == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for what is known");
    }
    *l = (struct slot){.next = *b, .file = file};
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
static struct hw_finding *finding_of(struct known *s, struct slot *l, enum hw_mark mark)
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

static int say(struct known *s, const struct hw_match_row *m, struct hw_finding *f)
{
    struct hw_arena *arena = s->q->a->arena;
    const struct hw_fact *i = &m->indicator.fact;
    struct hw_span label = hw_fact_get(i, HW_INDICATOR_LABEL);
    struct hw_span source = hw_fact_get(i, HW_INDICATOR_SOURCE);
    struct hw_span kind = hw_fact_get(i, HW_INDICATOR_KIND);
    struct hw_cursor *k = NULL;
    struct hw_sighting_row place;
    struct hw_span list = {NULL, 0};
    int rc = hw_case_sightings(s->q->c, m->indicator.evidence, &k, s->err);
    rc = rc != HW_OK ? rc : hw_sighting_next(k, &place, s->err);
    if (rc == HW_ROW) {
        list = hw_span_keep(arena, place.place.path);
        rc = HW_OK;
    }
    hw_cursor_free(k);
    struct hw_buf b;
    hw_buf_init(&b, 8192);
    hw_buf_printf(&b, "%.*s matches", (int)kind.n, (const char *)kind.p);
    if (label.n > 0) {
        hw_buf_str(&b, ": ");
        hw_buf_span_put(&b, label);
    }
    if (source.n > 0) {
        hw_buf_str(&b, " [");
        hw_buf_span_put(&b, source);
        hw_buf_str(&b, "]");
    }
    hw_buf_printf(&b, " (line %llu)", (unsigned long long)hw_fact_get_u64(i, HW_INDICATOR_LINE));
    hw_because(arena, &f->why, hw_span_keep(arena, hw_buf_span(&b)), list,
               hw_fact_has(i, HW_INDICATOR_OFF), hw_fact_get_u64(i, HW_INDICATOR_OFF));
    hw_buf_done(&b);
    return rc;
}

static int one_slot(struct known *s, const struct hw_match_row *m, struct slot *l)
{
    s->err->code = HW_OK;
    struct hw_finding *f = finding_of(s, l, m->mark);
    if (f == NULL) {
        return s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    }
    return l->reasons++ < REASONS ? say(s, m, f) : HW_OK;
}

/* Matches what is in the answer; otherwise, in a hunt, adds it. */
static int one_match(struct known *s, const struct hw_match_row *m)
{
    bool met = false;
    int rc = HW_OK;
    if (!usable(&m->indicator.fact, s->q->policy->as_of)) {
        return HW_OK;
    }
    struct slot **b = bucket(s, m->found.evidence, m->found.node);
    for (struct slot *l = *b; l != NULL && rc == HW_OK; l = l->next) {
        if (fits(l, m->found.evidence, m->found.node)) {
            met = true;
            rc = one_slot(s, m, l);
        }
    }
    if (rc != HW_OK || met || s->only_files) {
        return rc;
    }
    struct hw_artifact_row art;
    rc = hw_case_artifact_get(s->q->c, m->found.reading, m->found.node, &art, s->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(s->err, HW_E_CASE, "a match without its artifact");
    }
    s->err->code = HW_OK;
    struct hw_file_answer *file = hw_file_add(s->q, &art, s->err);
    if (file == NULL) {
        return s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    }
    rc = put_slot(s, file);
    return rc != HW_OK ? rc : one_slot(s, m, *bucket(s, file->evidence_sha256, file->node));
}

int hw_find_known(struct hw_asking *q, bool only_files, struct hw_error *err)
{
    struct known s = {.q = q, .err = err, .only_files = only_files};
    struct hw_cursor *k = NULL;
    struct hw_match_row m;
    int rc = HW_OK;
    s.buckets = hw_arena_array(q->a->arena, BUCKETS, sizeof(struct slot *));
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
    return rc;
}

int hw_hunt(struct hw_case *c, const struct hw_policy *policy, struct hw_answer **out,
            struct hw_error *err)
{
    struct hw_asking q;
    struct hw_case_counts n;
    bool packages = false, told = false;
    int rc = hw_asking_start(&q, c, "hunt", policy, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_case_count(c, &n, err);
    rc = rc != HW_OK ? rc : hw_find_packages(&q, &packages, &told, err);
    if (rc == HW_OK && n.indicators == 0 && !told) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-knowledge",
                        HW_SPAN_LIT("the case holds no indicators, so nothing can match"),
                        HW_SPAN_LIT("headwater learn FILE"), n.telemetry == 0, err);
    }
    if (rc == HW_OK && n.telemetry > 0 && !policy->derived) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-graph",
                        HW_SPAN_LIT("the logs of this case were not joined, so no rule could look "
                                    "at what they say"),
                        HW_SPAN_LIT("headwater case adopt, for a case from elsewhere"), true, err);
    }
    if (rc == HW_OK && n.artifacts == 0 && n.telemetry == 0 && !packages) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-evidence",
                        HW_SPAN_LIT("the case holds no software to hunt in"),
                        HW_SPAN_LIT("headwater scan PATH"), true, err);
    }
    rc = rc != HW_OK ? rc : hw_find_known(&q, /* only_files= */ false, err);
    if (rc == HW_OK && n.telemetry > 0 && policy->derived) {
        rc = hw_find_in_graph(&q, err);
    }
    if (rc != HW_OK) {
        hw_asking_drop(&q);
        return rc;
    }
    q.a->artifact_count = n.artifacts;
    q.a->evidence_count = n.evidences;
    return hw_asking_end(&q, out, err);
}
