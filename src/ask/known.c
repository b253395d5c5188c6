/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/known.c -- published indicators that match, and the hunt over everything.
 *
 * One file matched by several indicators is one finding with several reasons: lists copy each other,
 * and a number of lists is not a number of proofs.
 */
#include <string.h>

#include "ask/hunt.h"
#include "ask/room.h"
#include "base/time.h"

enum { REASONS = 12 };

struct known {
    struct hw_asking *q;
    struct hw_error *err;
    bool only_files;
    uint64_t matches;
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

static struct hw_file_answer *file_in_answer(struct known *s, const struct hw_artifact_row *art)
{
    for (struct hw_file_answer *f = s->q->a->files; f != NULL; f = f->next) {
        if (f->node == art->node && memcmp(f->evidence_sha256, art->evidence, 32) == 0) {
            return f;
        }
    }
    return NULL;
}

static struct hw_file_answer *add_file(struct known *s, const struct hw_artifact_row *art)
{
    struct hw_arena *arena = s->q->a->arena;
    struct hw_file_answer *f = hw_arena_alloc(arena, sizeof *f);
    struct hw_prevalence seen;
    if (f == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for a match") == HW_OK ? f : NULL;
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
    if (hw_case_prevalence(s->q->c, f->sha256, &seen, s->err) != HW_OK) {
        return NULL;
    }
    f->seen_evidence = seen.evidences;
    f->seen_places = seen.sightings;
    f->first_seen = seen.first_ns;
    *s->q->file_tail = f;
    s->q->file_tail = &f->next;
    return f;
}

/* The known-bad finding of this file, made when it is the first match. */
static struct hw_finding *finding_of(struct known *s, const struct hw_file_answer *file)
{
    for (struct hw_finding *f = s->q->a->findings; f != NULL; f = f->next) {
        if (strcmp(f->rule, "known-bad") == 0 && f->file == file) {
            return f;
        }
    }
    return hw_find(s->q, "known-bad", HW_HIGH, HW_CONF_HIGH, file, (struct hw_span){NULL, 0},
                   s->err);
}

static int say(struct known *s, const struct hw_match_row *m, struct hw_finding *f)
{
    struct hw_arena *arena = s->q->a->arena;
    const struct hw_fact *i = &m->indicator.fact;
    struct hw_span label = hw_fact_get(i, HW_INDICATOR_LABEL);
    struct hw_span source = hw_fact_get(i, HW_INDICATOR_SOURCE);
    struct hw_span kind = hw_fact_get(i, HW_INDICATOR_KIND);
    /* A hash of the file itself is proof; a certificate or an import hash is shared with others. */
    bool exact = m->mark == HW_MARK_SHA256 || m->mark == HW_MARK_SHA1 || m->mark == HW_MARK_MD5;
    if (exact) {
        f->severity = HW_CRITICAL;
    }
    unsigned said = 0;
    for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
        said++;
    }
    if (said >= REASONS) {
        return HW_OK;
    }
    struct hw_cursor *k = NULL;
    struct hw_sighting_row place;
    struct hw_span list = {NULL, 0};
    int rc = hw_case_sightings(s->q->c, m->indicator.evidence, &k, s->err);
    if (rc == HW_OK && hw_sighting_next(k, &place, s->err) == HW_ROW) {
        list = hw_span_keep(arena, place.place.path);
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

static int one_match(struct known *s, const struct hw_match_row *m)
{
    if (!usable(&m->indicator.fact, s->q->policy->as_of)) {
        return HW_OK;
    }
    struct hw_artifact_row art;
    int rc = hw_case_artifact_get(s->q->c, m->found.reading, m->found.node, &art, s->err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(s->err, HW_E_CASE, "a match without its artifact");
    }
    struct hw_file_answer *file = file_in_answer(s, &art);
    if (file == NULL && s->only_files) {
        return HW_OK;
    }
    s->err->code = HW_OK;
    file = file == NULL ? add_file(s, &art) : file;
    struct hw_finding *f = file == NULL ? NULL : finding_of(s, file);
    if (f == NULL) {
        return s->err->code != HW_OK ? s->err->code : HW_E_MEMORY;
    }
    s->matches++;
    return say(s, m, f);
}

int hw_find_known(struct hw_asking *q, bool only_files, struct hw_error *err)
{
    struct known s = {.q = q, .err = err, .only_files = only_files};
    struct hw_cursor *k = NULL;
    struct hw_match_row m;
    int rc = hw_case_matches(q->c, &k, err);
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
    int rc = hw_asking_start(&q, c, "hunt", policy, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_case_count(c, &n, err);
    if (rc == HW_OK && n.indicators == 0) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-knowledge",
                        HW_SPAN_LIT("the case holds no indicators, so nothing can match"),
                        HW_SPAN_LIT("headwater learn FILE"), true, err);
    }
    if (rc == HW_OK && n.artifacts == 0) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "no-evidence",
                        HW_SPAN_LIT("the case holds no software to hunt in"),
                        HW_SPAN_LIT("headwater scan PATH"), true, err);
    }
    rc = rc != HW_OK ? rc : hw_find_known(&q, /* only_files= */ false, err);
    if (rc != HW_OK) {
        hw_asking_drop(&q);
        return rc;
    }
    q.a->artifact_count = n.artifacts;
    q.a->evidence_count = n.evidences;
    return hw_asking_end(&q, out, err);
}
