/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/reissued.c -- one version of a program, made and signed a second time long after the first.
 *
 * A maker raises the version. Whoever has its key or its build and wants to look like what is
 * already trusted does not. Two copies of one version with different code, both intact and
 * countersigned, more than a quarter of a year apart: of these the later one is told. A copy that
 * was only signed anew has the same code and is silent (ask/twin.c compares codes).
 */
#include "ask/room.h"
#include "base/time.h"

#define APART_NS (INT64_C(90) * 86400 * HW_NS_PER_SECOND)

enum { SIGNATURES = 64 };

/* The records are asked, not judged: a copy that serves to compare need not be trusted, its
 * signature must be whole and its time vouched for. */
int hw_signed_time(struct hw_asking *q, int64_t reading, uint32_t node, int64_t *out,
                   struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_fact_row row;
    uint64_t whole = 0; /* a bit for each intact signature */
    int rc = hw_case_facts(q->c, reading, node, HW_FACT_SIGNATURE, HW_FACT_TIMESTAMP, &k, err);
    *out = INT64_MIN;
    while (rc == HW_OK && (rc = hw_fact_next(k, &row, err)) == HW_ROW) {
        const struct hw_fact *f = &row.fact;
        rc = HW_OK;
        if (f->kind == HW_FACT_SIGNATURE) {
            uint64_t index = hw_fact_get_u64(f, HW_SIGNATURE_INDEX);
            bool ok = hw_fact_get_u64(f, HW_SIGNATURE_MATH_OK) == 1 &&
                      hw_fact_get_u64(f, HW_SIGNATURE_CONTENT_OK) == 1 &&
                      hw_span_equal(hw_fact_get(f, HW_SIGNATURE_CLAIMED),
                                    hw_fact_get(f, HW_SIGNATURE_FOUND));
            whole |= ok && index < SIGNATURES ? UINT64_C(1) << index : 0;
        } else {
            uint64_t index = hw_fact_get_u64(f, HW_TIMESTAMP_SIGNATURE);
            bool ok = index < SIGNATURES && (whole >> index & 1) != 0 &&
                      hw_fact_get_u64(f, HW_TIMESTAMP_MATH_OK) == 1 &&
                      hw_fact_get_u64(f, HW_TIMESTAMP_IMPRINT_OK) == 1 &&
                      hw_fact_has(f, HW_TIMESTAMP_TIME);
            int64_t at = hw_fact_get_time(f, HW_TIMESTAMP_TIME);
            *out = ok && (*out == INT64_MIN || at < *out) ? at : *out;
        }
    }
    hw_cursor_free(k);
    return rc;
}

static int64_t own_time(const struct hw_file_answer *file)
{
    int64_t at = INT64_MIN;
    for (const struct hw_sig_answer *s = file->signatures; s != NULL; s = s->next) {
        at =
            s->signed_at != INT64_MIN && (at == INT64_MIN || s->signed_at < at) ? s->signed_at : at;
    }
    return at;
}

int hw_say_reissued(struct hw_asking *q, const struct hw_file_answer *file,
                    const struct hw_copy *other, struct hw_error *err)
{
    struct hw_arena *arena = q->a->arena;
    char first[HW_TIME_TEXT], again[HW_TIME_TEXT];
    int64_t at = own_time(file);
    bool valid = file->state == HW_STATE_VALID || file->state == HW_STATE_VALID_WITH_ADDITIONS;
    if (!valid || !other->comparable || other->signed_at == INT64_MIN || at == INT64_MIN ||
        hw_time_since(at, other->signed_at) <= APART_NS) {
        return HW_OK;
    }
    hw_time_text(other->signed_at, first);
    hw_time_text(at, again);
    err->code = HW_OK;
    struct hw_finding *f =
        hw_find(q, "version-reissued", HW_HIGH, HW_CONF_HIGH, file, other->code, err);
    if (f == NULL) {
        return err->code != HW_OK ? err->code : HW_E_MEMORY;
    }
    hw_because(arena, &f->why,
               hw_words(arena, "%.*s %.*s was signed on %.10s with other code, and again on %.10s",
                        (int)file->component.n, (const char *)file->component.p,
                        (int)file->version.n, (const char *)file->version.p, first, again),
               file->path, false, 0);
    hw_because(arena, &f->why, HW_SPAN_LIT("the copy that was signed first"), other->path, false,
               0);
    return HW_OK;
}
