/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_verdict.c -- what a report comes to, in one sentence: the same in every tongue, for
 * people who read nothing else.
 */
#include "tell/report.h"
#include "tell/tell.h"

struct verdict {
    struct hw_buf *b;
    hw_report_quote *quote;
    void *state;
};

static uint64_t grave(const struct hw_answer *a)
{
    return a == NULL ? 0 : a->finding_count[HW_HIGH] + a->finding_count[HW_CRITICAL];
}

static void chain(const struct verdict *v, const struct hw_trace_answer *c)
{
    struct hw_buf end;
    hw_buf_str(v->b, "it is followed over ");
    hw_text_many(v->b, c->step_count, "step", "steps");
    hw_buf_str(v->b, " and ");
    hw_text_many(v->b, c->host_count, "machine", "machines");
    for (const struct hw_root *r = c->roots; r != NULL; r = r->next) {
        if (r->principal) {
            hw_buf_init(&end, 1 << 20);
            hw_report_end(&end, &r->at);
            hw_buf_str(v->b, " back to ");
            v->quote(v->state, hw_buf_span(&end));
            hw_buf_done(&end);
            break;
        }
    }
    hw_buf_str(v->b, "; ");
}

static void machines(const struct verdict *v, const struct hw_affected_answer *m)
{
    uint64_t all = 0;
    for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
        all += m->count[i];
    }
    hw_buf_str(v->b, "of ");
    hw_text_many(v->b, all, "machine ", "machines ");
    hw_text_count(v->b, m->affected);
    hw_buf_str(v->b, m->affected == 1 ? " is affected, " : " are affected, ");
    hw_text_count(v->b, m->ran);
    hw_buf_str(v->b, " ran it");
    if (m->count[HW_ASSET_UNKNOWN] > 0) {
        hw_buf_str(v->b, ", and of ");
        hw_text_count(v->b, m->count[HW_ASSET_UNKNOWN]);
        hw_buf_str(v->b, " it cannot be told");
    }
    hw_buf_str(v->b, "; ");
}

static void hunt(const struct verdict *v, const struct hw_answer *h, bool begins)
{
    if (h == NULL) {
        hw_buf_str(v->b, begins ? "W" : "w");
        hw_buf_str(v->b, "hat is published could not be compared with the evidence.");
        return;
    }
    hw_buf_str(v->b, begins ? "T" : "t");
    hw_buf_str(v->b, "he hunt over all evidence has ");
    if (grave(h) > 0) {
        hw_text_many(v->b, grave(h), "finding at high or above.", "findings at high or above.");
    } else {
        hw_buf_str(v->b, h->gap_count > 0
                             ? "no finding at high or above, and could not look everywhere."
                             : "no finding at high or above.");
    }
}

void hw_report_verdict(struct hw_buf *b, const struct hw_report_answer *a, hw_report_quote *quote,
                       void *state)
{
    const struct verdict v = {b, quote, state};
    if (a->evidence_count == 0) {
        hw_buf_str(b, "Nothing can be told, since the case holds no evidence.");
        return;
    }
    if (a->target.n > 0) {
        quote(state, a->target);
        hw_buf_str(b, a->chain == NULL && a->impact == NULL ? ": nothing of it is known here; "
                                                            : ": ");
    }
    if (a->chain != NULL && a->chain->step_count > 0) {
        chain(&v, a->chain);
    }
    if (a->impact != NULL && a->impact->machines != NULL) {
        machines(&v, a->impact->machines);
    }
    hunt(&v, a->hunt, a->target.n == 0);
}
