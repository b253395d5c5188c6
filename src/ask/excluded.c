/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/excluded.c -- findings of a signer that an analyst rejected as a whole.
 *
 * It is asked for where one maker's files cry too often, and it is what whoever holds that maker's
 * key wishes for: so it counts only for signatures that hold, never against known bytes, and every
 * answer says how many findings it silences.
 */
#include <string.h>

#include "ask/room.h"
#include "fact/id.h"

struct hw_excluded {
    struct hw_excluded *next;
    char id[HW_ID_TEXT];
    struct hw_span because, name; /* name: once one of its files was met */
    uint64_t findings;
};

/* Decisions about certificates, once for the question. */
static int read_decisions(struct hw_asking *q, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_judgement_row row;
    int rc = hw_case_judgements(q->c, "e-", &k, err);
    q->excluded_read = true;
    while (rc == HW_OK && (rc = hw_judgement_next(k, &row, err)) == HW_ROW) {
        rc = HW_OK;
        if (!row.current || row.accept || strlen(row.subject) != HW_ID_TEXT - 1) {
            continue;
        }
        struct hw_excluded *x = hw_arena_alloc(q->a->arena, sizeof *x);
        if (x == NULL) {
            rc = hw_fail(err, HW_E_MEMORY, "no memory for decisions");
            break;
        }
        memcpy(x->id, row.subject, HW_ID_TEXT);
        x->because = hw_span_keep(q->a->arena, hw_span_str(row.because));
        x->next = q->excluded;
        q->excluded = x;
    }
    hw_cursor_free(k);
    return rc;
}

/* Made by the key and over these bytes; a certificate that merely lies there is anybody's. */
static bool holds(const struct hw_fact *s)
{
    struct hw_span claimed = hw_fact_get(s, HW_SIGNATURE_CLAIMED);
    return hw_fact_get_u64(s, HW_SIGNATURE_MATH_OK) == 1 &&
           hw_fact_get_u64(s, HW_SIGNATURE_CONTENT_OK) == 1 && claimed.n > 0 &&
           hw_span_equal(claimed, hw_fact_get(s, HW_SIGNATURE_FOUND));
}

static int name_signer(struct hw_asking *q, struct hw_excluded *x, const struct hw_finding *f,
                       struct hw_span sha256, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = x->name.n > 0 ? HW_OK
                           : hw_case_facts(q->c, f->file->reading, (int64_t)f->file->node,
                                           HW_FACT_CERTIFICATE, HW_FACT_CERTIFICATE, &k, err);
    while (rc == HW_OK && k != NULL && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        if (hw_span_equal(hw_fact_get(&row.fact, HW_CERTIFICATE_SHA256), sha256)) {
            x->name = hw_span_keep(q->a->arena, hw_fact_get(&row.fact, HW_CERTIFICATE_NAME));
        }
        rc = HW_OK;
    }
    hw_cursor_free(k);
    return rc;
}

static int one_signature(struct hw_asking *q, struct hw_finding *f, const struct hw_fact *s,
                         struct hw_error *err)
{
    char id[HW_ID_TEXT];
    struct hw_span signer = hw_fact_get(s, HW_SIGNATURE_SIGNER);
    if (signer.n != 32 || !holds(s)) {
        return HW_OK;
    }
    int rc = hw_certificate_id(signer.p, id, err);
    for (struct hw_excluded *x = q->excluded; x != NULL && rc == HW_OK; x = x->next) {
        if (f->judged == NULL && strcmp(x->id, id) == 0) {
            f->judged = "reject";
            f->judged_because = hw_words(q->a->arena, "every finding of its signer is: %.*s",
                                         (int)x->because.n, (const char *)x->because.p);
            x->findings++;
            rc = name_signer(q, x, f, signer, err);
        }
    }
    return rc;
}

int hw_excluded_by_signer(struct hw_asking *q, struct hw_finding *f, struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    int rc = q->excluded_read ? HW_OK : read_decisions(q, err);
    if (rc != HW_OK || q->excluded == NULL || f->file == NULL || f->judged != NULL ||
        strcmp(f->rule, "known-bad") == 0) {
        return rc;
    }
    rc = hw_case_facts(q->c, f->file->reading, (int64_t)f->file->node, HW_FACT_SIGNATURE,
                       HW_FACT_SIGNATURE, &k, err);
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        rc = one_signature(q, f, &row.fact, err);
    }
    hw_cursor_free(k);
    return rc;
}

int hw_say_excluded(struct hw_asking *q, struct hw_error *err)
{
    int rc = HW_OK;
    for (const struct hw_excluded *x = q->excluded; x != NULL && rc == HW_OK; x = x->next) {
        if (x->findings > 0) {
            rc = hw_gap_add(q, (struct hw_span){NULL, 0}, "signer-excluded",
                            hw_words(q->a->arena,
                                     "%llu finding%s of files that %.*s signed: rejected as a "
                                     "whole (%s). Whoever holds that key passes here",
                                     (unsigned long long)x->findings, x->findings == 1 ? "" : "s",
                                     (int)x->name.n, x->name.n > 0 ? (const char *)x->name.p : "",
                                     x->id),
                            hw_words(q->a->arena,
                                     "reject single findings instead; headwater judge %s accept "
                                     "--because TEXT ends it",
                                     x->id),
                            false, err);
        }
    }
    return rc;
}
