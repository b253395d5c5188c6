/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/age.c -- how old the knowledge is that was carried here in packs: where no network is, nobody
 * notices that a pack grew old but by being told with each answer.
 */
#include <string.h>

#include "ask/room.h"
#include "base/text.h"
#include "base/time.h"

/* When this document's pack was made; HW_TIME_NONE: it came some other way. */
static int made_of(struct hw_case *c, const uint8_t evidence[32], int64_t *out,
                   struct hw_error *err)
{
    struct hw_cursor *k = NULL;
    struct hw_declared_row r;
    int64_t at = HW_TIME_NONE;
    int rc = hw_case_declared(c, evidence, &k, err);
    while (rc == HW_OK && (rc = hw_declared_next(k, &r, err)) == HW_ROW) {
        rc = HW_OK;
        if (r.current && strcmp(r.key, "acquired-at") == 0 && !hw_time_parse(r.value, &at)) {
            at = HW_TIME_NONE; /* a person's own words for a time */
        }
    }
    hw_cursor_free(k);
    *out = at;
    return rc;
}

static struct hw_span words(struct hw_asking *q, int64_t newest, int64_t oldest)
{
    char a[HW_TIME_TEXT], b[HW_TIME_TEXT];
    int64_t as_of = q->policy->as_of;
    if (as_of < newest) {
        return hw_words(q->a->arena,
                        "knowledge from packs is as of %.10s, after the time asked about",
                        hw_time_text(newest, a));
    }
    long long young = (long long)(hw_time_since(as_of, newest) / (HW_NS_PER_SECOND * 86400));
    long long old = (long long)(hw_time_since(as_of, oldest) / (HW_NS_PER_SECOND * 86400));
    if (young == old) {
        return hw_words(q->a->arena, "knowledge from packs is as of %.10s, %lld day%s old",
                        hw_time_text(newest, a), young, young == 1 ? "" : "s");
    }
    return hw_words(q->a->arena,
                    "knowledge from packs is as of %.10s, %lld day%s old; some of it of %.10s",
                    hw_time_text(newest, a), young, young == 1 ? "" : "s", hw_time_text(oldest, b));
}

int hw_knowledge_age(struct hw_asking *q, struct hw_error *err)
{
    struct hw_evidence_ask ask = {.ever = true, .only_class = HW_CLASS_KNOWLEDGE};
    struct hw_evidence_row e;
    struct hw_cursor *k = NULL;
    int64_t newest = HW_TIME_NONE, oldest = HW_TIME_NONE;
    int rc = hw_case_evidence(q->c, &ask, &k, err);
    while (rc == HW_OK && (rc = hw_evidence_next(k, &e, err)) == HW_ROW) {
        int64_t at;
        rc = made_of(q->c, e.sha256, &at, err);
        if (rc == HW_OK && at != HW_TIME_NONE) {
            newest = newest == HW_TIME_NONE || at > newest ? at : newest;
            oldest = oldest == HW_TIME_NONE || at < oldest ? at : oldest;
        }
    }
    hw_cursor_free(k);
    if (rc == HW_OK && newest != HW_TIME_NONE) {
        q->a->knowledge_says = words(q, newest, oldest);
    }
    return rc;
}
