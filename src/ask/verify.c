/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/verify.c -- walks the records of the asked evidence, node by node, and judges each.
 */
#include "ask/verify.h"

#include <string.h>

#include "ask/room.h"
#include "case/cursor.h"

/* The kinds a judgement stands on; sections, imports and exports are fetched where twins differ. */
static bool matters(enum hw_fact_kind k)
{
    return k != HW_FACT_SECTION && k != HW_FACT_IMPORT && k != HW_FACT_EXPORT &&
           k != HW_FACT_INDICATOR && k != HW_FACT_REVOKED;
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
    struct hw_fact *facts; /* of the node being collected */
    size_t count, room;
    uint32_t node;
    bool open;
};

static bool look_revocation(void *state, struct hw_span spki, struct hw_span serial,
                            struct hw_revocation_row *out)
{
    struct hw_asking *q = state;
    struct hw_issuer by = {.spki = spki};
    struct hw_error err;
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    bool held = false;
    *out = (struct hw_revocation_row){.invalid_from = INT64_MIN, .next_update = INT64_MIN,
                                      .this_update = INT64_MIN};
    if (hw_case_crls(q->c, &by, &k, &err) != HW_OK) {
        return false;
    }
    while (hw_fact_next(k, &row, &err) == HW_ROW) {
        int64_t made = hw_fact_get_time(&row.fact, HW_CRL_THIS_UPDATE);
        bool verified = hw_fact_get_u64(&row.fact, HW_CRL_MATH_OK) == 1;
        if (verified && made <= q->policy->as_of && made > out->this_update) {
            held = true;
            out->this_update = made;
            out->next_update = hw_fact_has(&row.fact, HW_CRL_NEXT_UPDATE)
                                   ? hw_fact_get_time(&row.fact, HW_CRL_NEXT_UPDATE)
                                   : INT64_MIN;
        }
    }
    hw_cursor_free(k);
    k = NULL;
    if (!held || hw_case_revocations(q->c, &by, serial, &k, &err) != HW_OK) {
        return held;
    }
    while (hw_fact_next(k, &row, &err) == HW_ROW) {
        int64_t when = hw_fact_get_time(&row.fact, HW_REVOKED_WHEN);
        if (!out->listed || when < out->when) {
            out->listed = true;
            out->when = when;
            out->invalid_from = hw_fact_has(&row.fact, HW_REVOKED_INVALID_FROM)
                                    ? hw_fact_get_time(&row.fact, HW_REVOKED_INVALID_FROM)
                                    : INT64_MIN;
        }
    }
    hw_cursor_free(k);
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
    return ok ? HW_OK : hw_fail(err, HW_E_MEMORY, "no memory for a path");
}

static void take_component(struct hw_file_answer *file, const struct hw_fact *f)
{
    file->component = hw_fact_get(f, HW_COMPONENT_NAME);
    file->version = hw_fact_get(f, HW_COMPONENT_VERSION);
    file->vendor = hw_fact_get(f, HW_COMPONENT_VENDOR);
    file->purl = hw_fact_get(f, HW_COMPONENT_PURL);
    file->machine = hw_fact_get(f, HW_COMPONENT_MACHINE);
    file->original = hw_fact_get(f, HW_COMPONENT_ORIGINAL);
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
            file->format = hw_fact_get(f, HW_ARTIFACT_FORMAT);
        } else if (f->kind == HW_FACT_DEGREE) {
            file->degree = hw_fact_get(f, HW_DEGREE_DEGREE);
            file->degree_because = hw_fact_get(f, HW_DEGREE_BECAUSE);
        } else if (f->kind == HW_FACT_COMPONENT && file->component.n == 0) {
            take_component(file, f);
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

static int close_node(struct walk *w, struct hw_error *err)
{
    struct hw_asking *q = w->q;
    struct hw_answer *a = q->a;
    if (!w->open) {
        return HW_OK;
    }
    w->open = false;
    struct hw_file_answer *file = hw_arena_alloc(a->arena, sizeof *file);
    if (file == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a file's answer");
    }
    memcpy(file->evidence_sha256, w->target->evidence, 32);
    file->node = w->node;
    file->reading = w->reading;
    struct hw_node_view v = {.facts = {w->facts, w->count}, .file = file, .reading = w->reading,
                             .node = w->node};
    struct hw_revocation_view rev = {look_revocation, q};
    int rc = name_file(w, file, err);
    rc = rc != HW_OK ? rc : fill_file(w, file, err);
    rc = rc != HW_OK ? rc
                     : hw_judge_signatures(a->arena, &v.facts, q->policy, &rev, &file->signatures,
                                           err);
    if (rc != HW_OK) {
        return rc;
    }
    for (const struct hw_sig_answer *s = file->signatures; s != NULL; s = s->next) {
        file->signature_count++;
        /* bytes beside the signatures belong to the file, not to each of them */
        file->uncovered_bytes = s->uncovered_bytes > file->uncovered_bytes ? s->uncovered_bytes
                                                                           : file->uncovered_bytes;
    }
    file->state = hw_judge_state(file->signatures);
    if (file->can_be_signed) {
        a->state_count[file->state]++;
    }
    a->signed_count += file->signatures != NULL;
    a->artifact_count++;
    *q->file_tail = file;
    q->file_tail = &file->next;
    return hw_find_in_node(q, &v, err);
}

static int collect(struct walk *w, const struct hw_fact *f, struct hw_error *err)
{
    if (w->count == w->room) {
        size_t room = w->room == 0 ? 64 : w->room * 2;
        struct hw_fact *more = hw_arena_array(w->q->a->arena, room, sizeof *more);
        if (more == NULL) {
            return hw_fail(err, HW_E_MEMORY, "no memory for the facts of a file");
        }
        if (w->count > 0) {
            memcpy(more, w->facts, w->count * sizeof *more);
        }
        w->facts = more;
        w->room = room;
    }
    return hw_fact_keep(w->q->a->arena, f, &w->facts[w->count++], err);
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
        if (rc == HW_OK && w->open && matters(row.fact.kind) &&
            !foreign_anchor(&row.fact, w->q->policy)) {
            rc = collect(w, &row.fact, err);
        }
    }
    hw_cursor_free(k);
    return rc == HW_OK ? close_node(w, err) : rc;
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
    struct hw_evidence_ask ask = {.hash_prefix = hex, .ever = true,
                                  .only_class = HW_CLASS_ARTIFACT};
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
    } else if (rc == 0) {
        rc = hw_gap_add(q, hw_span_keep(q->a->arena, t->path), "unread",
                        HW_SPAN_LIT("it was not read as software"), HW_SPAN_LIT("read it with scan"),
                        true, err);
    }
    hw_cursor_free(k);
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
    for (size_t i = 0; i < count && rc == HW_OK; i++) {
        rc = one_target(&q, &targets[i], err);
    }
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
    rc = rc != HW_OK ? rc : hw_find_twins(&q, err);
    rc = rc != HW_OK ? rc : hw_find_known(&q, /* only_files= */ true, err);
    if (rc != HW_OK) {
        hw_asking_drop(&q);
        return rc;
    }
    return hw_asking_end(&q, out, err);
}
