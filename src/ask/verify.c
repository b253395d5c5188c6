/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/verify.c -- walks the records of the asked evidence, node by node, and judges each.
 */
#include "ask/verify.h"

#include <stdlib.h>
#include <string.h>

#include "ask/room.h"
#include "base/grow.h"
#include "case/cursor.h"

enum {
    SCRATCH_BYTES = 768 << 20, /* for the facts of one node */
    KIND_MOST = 1 << 16,       /* facts of one kind of one node; an honest file has far fewer */
    KINDS = 64,
};

/* What a judgement stands on; sections, imports and exports are fetched where twins differ. */
static bool matters(const struct hw_fact *f)
{
    switch (f->kind) {
    case HW_FACT_ARTIFACT:
    case HW_FACT_DEGREE:
    case HW_FACT_UNOPENED:
    case HW_FACT_COMPONENT:
    case HW_FACT_SIGNATURE:
    case HW_FACT_TIMESTAMP:
    case HW_FACT_CERTIFICATE:
    case HW_FACT_LINK:
    case HW_FACT_UNCOVERED:
        return true;
    case HW_FACT_ANOMALY:
        return hw_anomaly_is_finding(f);
    case HW_FACT_REGION:
        return hw_fact_is(f, HW_REGION_ROLE, "overlay");
    default:
        return false;
    }
}

/* Anchors somebody else once lent to the reading of this evidence do not count for this asker. */
static bool foreign_anchor(const struct hw_fact *f, const struct hw_policy *p)
{
    if (f->kind != HW_FACT_LINK || !hw_fact_is(f, HW_LINK_SOURCE, "anchor")) {
        return false;
    }
    struct hw_span origin = hw_fact_get(f, HW_LINK_ORIGIN);
    return hw_span_starts(origin, "user:") &&
           (p->user_anchors == NULL || !hw_span_is(origin, p->user_anchors));
}

struct walk {
    struct hw_asking *q;
    const struct hw_target *target;
    int64_t reading;
    uint8_t *inside; /* node -> 1 when it is the target node or below it */
    uint32_t nodes;
    struct hw_arena *scratch; /* of the node being collected, as all that follows */
    struct hw_fact *facts;
    size_t count, room;
    uint32_t kinds[KINDS]; /* how many of each kind were met */
    bool cut;              /* more than KIND_MOST of one */
    uint32_t node;
    bool open;
    uint64_t judged; /* nodes */
};

/* The lists of one issuer that may be believed at the as-of time. */
struct lists {
    uint8_t (*sha256)[32];
    size_t count, room;
    bool whole; /* one of them is its issuer's whole list */
};

/* Revocation as the case holds it; a case that fails must fail the question. */
struct revocations {
    struct hw_asking *q;
    struct hw_error *err;
    int rc;
};

/* A delta lists what changed, an indirect list other issuers' certificates: neither is whole. The
 * reader says so of the file they came in. */
static int is_partial(struct hw_asking *q, const struct hw_fact_row *list, bool *out,
                      struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    *out = false;
    int rc =
        hw_case_facts(q->c, list->reading, list->node, HW_FACT_PROPERTY, HW_FACT_PROPERTY, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        *out = *out || hw_fact_is(&row.fact, HW_PROPERTY_KEY, "crl.delta") ||
               hw_fact_is(&row.fact, HW_PROPERTY_KEY, "crl.indirect");
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static int take_list(struct hw_asking *q, const struct hw_fact_row *row, struct lists *l,
                     struct hw_revocation_row *out, struct hw_error *err)
{
    int64_t made = hw_fact_get_time(&row->fact, HW_CRL_THIS_UPDATE);
    struct hw_span sha256 = hw_fact_get(&row->fact, HW_CRL_SHA256);
    bool partial;
    int rc = is_partial(q, row, &partial, err);
    if (rc != HW_OK) {
        return rc;
    }
    if (HW_GROW(l->sha256, l->count, l->room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(err, HW_E_MEMORY, "no memory for revocation lists");
    }
    memcpy(l->sha256[l->count++], sha256.p, 32);
    if (!partial && (!l->whole || made > out->this_update)) {
        l->whole = true;
        out->this_update = made;
        out->next_update = hw_fact_has(&row->fact, HW_CRL_NEXT_UPDATE)
                               ? hw_fact_get_time(&row->fact, HW_CRL_NEXT_UPDATE)
                               : INT64_MIN;
    }
    return HW_OK;
}

/* Only what its issuer's key verified, and only what was known at the as-of time. */
static int find_lists(struct hw_asking *q, const struct hw_issuer *by, struct lists *l,
                      struct hw_revocation_row *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_crls(q->c, by, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        bool usable = hw_fact_get_u64(&row.fact, HW_CRL_MATH_OK) == 1 &&
                      hw_fact_get_time(&row.fact, HW_CRL_THIS_UPDATE) <= q->policy->as_of &&
                      hw_fact_get(&row.fact, HW_CRL_SHA256).n == 32;
        rc = usable ? take_list(q, &row, l, out, err) : HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static bool among(const struct lists *l, struct hw_span sha256)
{
    for (size_t i = 0; sha256.n == 32 && i < l->count; i++) {
        if (memcmp(l->sha256[i], sha256.p, 32) == 0) {
            return true;
        }
    }
    return false;
}

static int find_entries(struct hw_asking *q, const struct hw_issuer *by, struct hw_span serial,
                        const struct lists *l, struct hw_revocation_row *out, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = hw_case_revocations(q->c, by, serial, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        int64_t when = hw_fact_get_time(&row.fact, HW_REVOKED_WHEN);
        rc = HW_OK;
        if (!among(l, hw_fact_get(&row.fact, HW_REVOKED_CRL)) ||
            hw_fact_is(&row.fact, HW_REVOKED_REASON, "remove-from-crl") ||
            (out->listed && when >= out->when)) {
            continue;
        }
        out->listed = true;
        out->when = when;
        out->invalid_from = hw_fact_has(&row.fact, HW_REVOKED_INVALID_FROM)
                                ? hw_fact_get_time(&row.fact, HW_REVOKED_INVALID_FROM)
                                : INT64_MIN;
    }
    hw_cursor_free(k);
    return rc;
}

static bool look_revocation(void *state, struct hw_span spki, struct hw_span serial,
                            struct hw_revocation_row *out)
{
    struct revocations *r = state;
    struct hw_issuer by = {.spki = spki};
    struct lists l = {.count = 0};
    *out = (struct hw_revocation_row){
        .invalid_from = INT64_MIN, .next_update = INT64_MIN, .this_update = INT64_MIN};
    int rc = r->rc;
    rc = rc != HW_OK ? rc : find_lists(r->q, &by, &l, out, r->err);
    if (rc == HW_OK && l.count > 0) {
        rc = find_entries(r->q, &by, serial, &l, out, r->err);
    }
    out->partial = !l.whole;
    bool held = rc == HW_OK && l.count > 0;
    free(l.sha256);
    r->rc = rc;
    return held;
}

/* The path people see: the one they named, and the members behind it. */
static int name_file(struct walk *w, struct hw_file_answer *file, struct hw_error *err)
{
    struct hw_artifact_row row;
    int rc = hw_case_artifact_get(w->q->c, w->reading, w->node, &row, err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(err, HW_E_CASE, "node %u has no artifact", w->node);
    }
    struct hw_buf path;
    hw_buf_init(&path, 1 << 20);
    hw_buf_span_put(&path, w->target->path.n > 0 ? w->target->path : row.path);
    if (w->target->path.n > 0) {
        hw_buf_span_put(&path, row.inside);
    }
    file->path = hw_span_keep(w->q->a->arena, hw_buf_span(&path));
    bool ok = hw_buf_ok(&path);
    hw_buf_done(&path);
    memcpy(file->sha256, row.sha256, 32);
    file->size = row.size;
    file->host = hw_span_keep(w->q->a->arena, hw_span_str(row.host));
    file->org = hw_span_keep(w->q->a->arena, hw_span_str(row.scope));
    return ok ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for a path");
}

/* The facts go with their node: what an answer says is copied. */
static struct hw_span kept(const struct walk *w, const struct hw_fact *f, unsigned field)
{
    return hw_span_keep(w->q->a->arena, hw_fact_get(f, field));
}

static void take_component(const struct walk *w, struct hw_file_answer *file,
                           const struct hw_fact *f)
{
    file->component = kept(w, f, HW_COMPONENT_NAME);
    file->version = kept(w, f, HW_COMPONENT_VERSION);
    file->vendor = kept(w, f, HW_COMPONENT_VENDOR);
    file->purl = kept(w, f, HW_COMPONENT_PURL);
    file->machine = kept(w, f, HW_COMPONENT_MACHINE);
    file->original = kept(w, f, HW_COMPONENT_ORIGINAL);
    struct hw_span code = hw_fact_get(f, HW_COMPONENT_CODE);
    if (code.n == 32) {
        memcpy(file->code, code.p, 32);
        file->has_code = true;
    }
}

static int fill_file(struct walk *w, struct hw_file_answer *file, struct hw_error *err)
{
    file->format = HW_SPAN_LIT("unknown");
    file->degree = HW_SPAN_LIT("sound");
    for (size_t i = 0; i < w->count; i++) {
        const struct hw_fact *f = &w->facts[i];
        if (f->kind == HW_FACT_ARTIFACT) {
            file->format = kept(w, f, HW_ARTIFACT_FORMAT);
        } else if (f->kind == HW_FACT_DEGREE) {
            file->degree = kept(w, f, HW_DEGREE_DEGREE);
            file->degree_because = kept(w, f, HW_DEGREE_BECAUSE);
        } else if (f->kind == HW_FACT_COMPONENT && file->component.n == 0) {
            take_component(w, file, f);
        }
    }
    file->can_be_signed = hw_span_equal(file->format, HW_SPAN_LIT("pe"));
    struct hw_prevalence seen;
    int rc = hw_case_prevalence(w->q->c, file->sha256, &seen, err);
    if (rc == HW_OK) {
        file->seen_evidence = seen.evidences;
        file->seen_places = seen.sightings;
        file->first_seen = seen.first_ns;
    }
    return rc;
}

static int judge_node(struct walk *w, struct hw_error *err)
{
    struct hw_asking *q = w->q;
    struct hw_answer *a = q->a;
    struct hw_file_answer *file = hw_arena_alloc(a->arena, sizeof *file);
    if (file == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a file's answer");
    }
    memcpy(file->evidence_sha256, w->target->evidence, 32);
    file->node = w->node;
    file->reading = w->reading;
    struct hw_node_view v = {
        .facts = {w->facts, w->count}, .file = file, .reading = w->reading, .node = w->node};
    struct revocations held = {.q = q, .err = err};
    struct hw_revocation_view rev = {look_revocation, &held};
    int rc = name_file(w, file, err);
    rc = rc != HW_OK ? rc : fill_file(w, file, err);
    rc = rc != HW_OK
             ? rc
             : hw_judge_signatures(a->arena, &v.facts, q->policy, &rev, &file->signatures, err);
    rc = rc != HW_OK ? rc : held.rc;
    if (rc == HW_OK && file->signatures != NULL) {
        rc = hw_uncovered_bytes(&v.facts, NULL, &file->uncovered_bytes, err);
    }
    if (rc != HW_OK) {
        return rc;
    }
    for (struct hw_sig_answer *s = file->signatures; s != NULL && rc == HW_OK; s = s->next) {
        file->signature_count++;
        rc = s->has_signer ? hw_certificate_id(s->signer_sha256, s->signer_id, err) : HW_OK;
    }
    if (rc != HW_OK) {
        return rc;
    }
    file->state = hw_judge_state(file->signatures);
    if (file->can_be_signed) {
        a->state_count[file->state]++;
    }
    a->signed_count += file->signatures != NULL;
    a->artifact_count++;
    *q->file_tail = file;
    q->file_tail = &file->next;
    w->judged++;
    rc = hw_find_in_node(q, &v, err);
    if (rc == HW_OK && w->cut) {
        rc = hw_gap_add(
            q, file->path, "too-many",
            HW_SPAN_LIT("it says more of one kind than is judged; the rest was left out"),
            HW_SPAN_LIT("headwater show has all records"), true, err);
    }
    return rc;
}

static int close_node(struct walk *w, struct hw_error *err)
{
    int rc = w->open ? judge_node(w, err) : HW_OK;
    w->open = false;
    hw_arena_free(w->scratch);
    w->scratch = NULL;
    return rc;
}

static int collect(struct walk *w, const struct hw_fact *f, struct hw_error *err)
{
    if ((unsigned)f->kind >= KINDS || w->kinds[f->kind]++ >= KIND_MOST) {
        w->cut = true;
        return HW_OK;
    }
    if (HW_GROW_IN(w->scratch, w->facts, w->count, w->room, HW_GROW_MOST) != HW_OK) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the facts of a file");
    }
    return hw_fact_keep(w->scratch, f, &w->facts[w->count++], err);
}

/* Nodes come in order and a parent before its members, so one pass knows who is below whom. */
static int enter(struct walk *w, const struct hw_fact_row *row, struct hw_error *err)
{
    int rc = close_node(w, err);
    if (rc != HW_OK) {
        return rc;
    }
    w->node = row->node;
    w->facts = NULL;
    w->count = 0;
    w->room = 0;
    w->cut = false;
    memset(w->kinds, 0, sizeof w->kinds);
    struct hw_artifact_row art;
    rc = hw_case_artifact_get(w->q->c, w->reading, row->node, &art, err);
    if (rc != 1) {
        return rc < 0 ? rc : hw_fail(err, HW_E_CASE, "node %u has no artifact", row->node);
    }
    bool in = row->node == w->target->node ||
              (art.parent < w->nodes && art.parent < row->node && w->inside[art.parent]);
    if (row->node < w->nodes) {
        w->inside[row->node] = in;
    }
    w->open = in;
    if (in && (w->scratch = hw_arena_new(SCRATCH_BYTES)) == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for the facts of a file");
    }
    return HW_OK;
}

static int read_facts(struct walk *w, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    bool first = true;
    int rc = hw_case_facts(w->q->c, w->reading, HW_ANY_NODE, HW_ALL_KINDS, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (first || row.node != w->node) {
            first = false;
            rc = enter(w, &row, err);
        }
        if (rc == HW_OK && w->open && matters(&row.fact) &&
            !foreign_anchor(&row.fact, w->q->policy)) {
            rc = collect(w, &row.fact, err);
        }
    }
    hw_cursor_free(k);
    rc = rc == HW_OK ? close_node(w, err) : rc;
    hw_arena_free(w->scratch);
    w->scratch = NULL;
    return rc;
}

static int one_target(struct hw_asking *q, const struct hw_target *t, struct hw_error *err)
{
    char hex[65];
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 32; i++) {
        hex[2 * i] = digits[t->evidence[i] >> 4];
        hex[2 * i + 1] = digits[t->evidence[i] & 15];
    }
    hex[64] = 0;
    struct hw_evidence_ask ask = {
        .hash_prefix = hex, .ever = true, .only_class = HW_CLASS_ARTIFACT};
    struct hw_cursor *k = NULL;
    struct hw_evidence_row row;
    int rc = hw_case_evidence(q->c, &ask, &k, err);
    rc = rc != HW_OK ? rc : hw_evidence_next(k, &row, err);
    if (rc == HW_ROW) {
        struct walk w = {.q = q, .target = t, .reading = row.reading};
        w.nodes = row.nodes > UINT32_MAX ? UINT32_MAX : (uint32_t)row.nodes;
        w.inside = hw_arena_alloc(q->a->arena, w.nodes);
        q->a->evidence_count++;
        rc = w.inside == NULL ? hw_fail(err, HW_E_MEMORY, "no memory for an evidence's nodes")
                              : read_facts(&w, err);
        if (rc == HW_OK && w.judged == 0) {
            rc = hw_gap_add(q, hw_span_keep(q->a->arena, t->path), "unread",
                            HW_SPAN_LIT("its records are gone: it was read anew meanwhile"),
                            HW_SPAN_LIT("ask again"), true, err);
        }
    } else if (rc == 0) {
        rc = hw_gap_add(q, hw_span_keep(q->a->arena, t->path), "unread",
                        HW_SPAN_LIT("it was not read as software"),
                        HW_SPAN_LIT("read it with scan"), true, err);
    }
    hw_cursor_free(k);
    return rc;
}

/* Lists that no key has verified count for nothing; whoever relies on them must know. */
static int unproven_lists(struct hw_asking *q, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    struct hw_issuer any = {.issuer = NULL};
    uint64_t count = 0;
    int rc = q->a->signed_count == 0 ? HW_OK : hw_case_crls(q->c, &any, &k, err);
    while (rc == HW_OK && k != NULL && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        count += hw_fact_get_u64(&row.fact, HW_CRL_MATH_OK) != 1;
        rc = HW_OK;
    }
    hw_cursor_free(k);
    if (rc != HW_OK || count == 0) {
        return rc;
    }
    return hw_gap_add(q, (struct hw_span){NULL, 0}, "revocation-list",
                      hw_words(q->a->arena,
                               "%llu revocation list%s that no key known when learned "
                               "could verify: not relied on",
                               (unsigned long long)count, count == 1 ? "" : "s"),
                      HW_SPAN_LIT("headwater learn the list again, after software by its issuer"),
                      false, err);
}

int hw_judge_targets(struct hw_asking *q, const struct hw_target *targets, size_t count,
                     struct hw_error *err)
{
    int rc = HW_OK;
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = one_target(q, &targets[i], err);
    }
    return rc;
}

int hw_verify(struct hw_case *c, const struct hw_target *targets, size_t count,
              const struct hw_missing *missing, size_t missing_count,
              const struct hw_policy *policy, struct hw_answer **out, struct hw_error *err)
{
    struct hw_asking q;
    int rc = hw_asking_start(&q, c, "verify", policy, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_judge_targets(&q, targets, count, err);
    for (size_t i = 0; i < missing_count && rc == HW_OK; i++) {
        rc = hw_gap_add(&q, hw_span_keep(q.a->arena, missing[i].path), missing[i].kind,
                        hw_span_keep(q.a->arena, missing[i].says),
                        HW_SPAN_LIT("make it readable, or verify a copy"), missing[i].needed, err);
    }
    if (rc == HW_OK && count == 0 && missing_count == 0) {
        rc = hw_gap_add(&q, (struct hw_span){NULL, 0}, "empty",
                        HW_SPAN_LIT("there was nothing to look at"),
                        HW_SPAN_LIT("name a file, or a folder that holds some"), true, err);
    }
    rc = rc != HW_OK ? rc : unproven_lists(&q, err);
    rc = rc != HW_OK ? rc : hw_find_twins(&q, err);
    rc = rc != HW_OK ? rc : hw_find_retired(&q, err);
    rc = rc != HW_OK ? rc : hw_find_known(&q, /* only_files= */ true, err);
    if (rc != HW_OK) {
        hw_asking_drop(&q);
        return rc;
    }
    return hw_asking_end(&q, out, err);
}
