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
#include "ask/hunt.h"
#include "ask/look.h"
#include "ask/room.h"
#include "ask/sources.h"
#include "base/time.h"
#include "fact/ruleset.h"

enum { REASONS = 12, BUCKETS = 1 << 14, LISTS = 64 };

/* The documents that name one file. */
struct known_lists {
    struct {
        int64_t reading;
        uint32_t node;
        uint64_t class;
    } p[LISTS];
    unsigned count;
    bool more;
};

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

int known_place(struct known *s, const uint8_t evidence[32], struct hw_span *out)
{
    struct hw_cursor *k = NULL;
    struct hw_sighting_row place;
    *out = (struct hw_span){NULL, 0};
    int rc = hw_case_sightings(s->q->c, evidence, &k, s->err);
    rc = rc != HW_OK ? rc : hw_sighting_next(k, &place, s->err);
    if (rc == HW_ROW) {
        *out = hw_span_keep(s->q->a->arena, place.place.path);
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static int say(struct known *s, const struct hw_match_row *m, struct hw_finding *f)
{
    struct hw_arena *arena = s->q->a->arena;
    const struct hw_fact *i = &m->indicator.fact;
    struct hw_span label = hw_fact_get(i, HW_INDICATOR_LABEL);
    struct hw_span source = hw_fact_get(i, HW_INDICATOR_SOURCE);
    struct hw_span kind = hw_fact_get(i, HW_INDICATOR_KIND);
    struct hw_span list;
    int rc = known_place(s, m->indicator.evidence, &list);
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

/* Keeps which document this match is of. */
static int count_list(struct known *s, const struct hw_match_row *m, struct known_slot *l)
{
    const struct hw_fact_row *i = &m->indicator;
    if (s->sources == NULL) {
        int rc = hw_sources_make(s->q->c, s->q->a->arena, &s->sources, s->err);
        if (rc != HW_OK) {
            return rc;
        }
    }
    l->by = l->by != NULL ? l->by : hw_arena_alloc(s->q->a->arena, sizeof *l->by);
    if (l->by == NULL) {
        return hw_fail(s->err, HW_E_MEMORY, "no memory for what is known");
    }
    for (unsigned k = 0; k < l->by->count; k++) {
        if (l->by->p[k].reading == i->reading && l->by->p[k].node == i->node) {
            return HW_OK;
        }
    }
    if (l->by->count == LISTS) {
        l->by->more = true;
        return HW_OK;
    }
    l->by->p[l->by->count].reading = i->reading;
    l->by->p[l->by->count].node = i->node;
    l->by->p[l->by->count++].class = hw_sources_class(s->sources, i->reading, i->node);
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
    return rc == HW_OK && l->reasons++ < REASONS ? say(s, m, f) : rc;
}

/* ---- what the matches of one file come to ---- */

/* Several lists are as many proofs as they have sources. */
static void weigh_sources(struct known *s, const struct known_slot *l)
{
    unsigned classes = 0;
    for (unsigned i = 0; i < l->by->count; i++) {
        bool met = false;
        for (unsigned k = 0; k < i; k++) {
            met = met || l->by->p[k].class == l->by->p[i].class;
        }
        classes += !met;
    }
    if (l->by->count > 1) {
        /* Lists too short to compare may be copies all the same. */
        struct hw_span says =
            hw_words(s->q->a->arena, "%u%s lists, %s%u independent source%s", l->by->count,
                     l->by->more ? " and more" : "", classes > 1 ? "at most " : "", classes,
                     classes == 1 ? "" : "s");
        hw_because(s->q->a->arena, &l->finding->why, says, (struct hw_span){NULL, 0}, false, 0);
    }
}

/* Said after the matches, so that it weighs whatever they came to. */
static void say_harmless(struct known *s, struct hw_finding *f, const struct hw_harmless_row *h)
{
    bool good = h->how == HW_HARMLESS_GOOD;
    enum hw_severity most = good ? HW_LOW : HW_INFO;
    struct hw_span says =
        hw_words(s->q->a->arena, "%s: %.*s (line %llu)",
                 good ? "known good all the same, by the list" : "on warning list", (int)h->list.n,
                 h->list.n == 0 ? "" : (const char *)h->list.p, (unsigned long long)h->line);
    hw_because(s->q->a->arena, &f->why, says, h->path, false, 0);
    f->severity = f->severity > most ? most : f->severity;
    f->confidence = good ? f->confidence : HW_CONF_LOW;
}

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
            say_harmless(s, l->finding, &h);
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
                weigh_sources(s, l);
                rc = weigh_harmless(s, l);
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

/* The rules are wanted for their number and name, not their text. */
static int rules_of_case(struct hw_case *c, struct hw_case_rules *out, struct hw_error *err)
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
    rc = rc != HW_OK ? rc : rules_of_case(q->c, &rules, err);
    return rc != HW_OK ? rc : known_rules(&s, &rules);
}

int hw_hunt(struct hw_case *c, const struct hw_policy *policy, struct hw_answer **out,
            struct hw_error *err)
{
    struct hw_asking q;
    struct hw_case_counts n;
    bool packages = false, told = false;
    size_t patterns = 0;
    int rc = hw_asking_start(&q, c, "hunt", policy, err);
    if (rc != HW_OK) {
        return rc;
    }
    uint64_t rules = 0;
    rc = hw_case_count(c, &n, err);
    rc = rc != HW_OK ? rc : hw_find_packages(&q, &packages, &told, err);
    rc = rc != HW_OK ? rc : hw_find_sigma(&q, &rules, err);
    rc = rc != HW_OK ? rc : hw_find_stix(&q, &patterns, err);
    struct hw_case_rules yara = {.sources = 0};
    bool none = n.indicators + rules + patterns == 0 && !told;
    if (rc == HW_OK && none) {
        rc = rules_of_case(c, &yara, err);
    }
    if (rc == HW_OK && none && yara.sources == 0) {
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
