/* SPDX-License-Identifier: Apache-2.0 */
#include "ask/report.h"

#include <stdlib.h>

#include "ask/attribute.h"
#include "ask/hunt.h"
#include "ask/impact.h"
#include "ask/reporting.h"
#include "ask/room.h"
#include "base/time.h"

static const size_t REPORT_BYTES = (size_t)1 << 30;

void hw_report_free(struct hw_report_answer *a)
{
    if (a != NULL) {
        hw_answer_free(a->hunt);
        hw_trace_answer_free(a->chain);
        hw_impact_answer_free(a->impact);
        hw_attribute_answer_free(a->attribution);
        hw_arena_free(a->arena);
        free(a);
    }
}

/* Is it the question's own fault, so that the others still stand? */
static bool is_refusal(int rc)
{
    return rc == HW_E_MISSING || rc == HW_E_USAGE || rc == HW_E_STATE || rc == HW_E_LIMIT;
}

/* What one question came to: an answer, a refusal, or our own failure. */
static int take(struct hw_report_answer *a, int rc, const char *of, const char *needs,
                struct hw_error *err)
{
    struct hw_refused **end = &a->refused;
    if (!is_refusal(rc)) {
        return rc;
    }
    struct hw_refused *r = hw_arena_alloc(a->arena, sizeof *r);
    if (r == NULL) {
        return hw_fail(err, HW_E_MEMORY, "no memory for a report");
    }
    *r = (struct hw_refused){.of = hw_span_str(of),
                             .because = hw_span_keep(a->arena, hw_span_str(err->text)),
                             .needs = hw_span_str(needs)};
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = r;
    return HW_OK;
}

static int ask_target(struct hw_case *c, const struct hw_report_ask *ask,
                      struct hw_report_answer *a, struct hw_target_list *several,
                      struct hw_error *err)
{
    const char *needs = "a target that the records of the case know";
    struct hw_trace_ask chain = {
        .target = ask->target, .back = true, .forward = true, .told = true, .as_of = a->as_of};
    struct hw_impact_ask impact = {.target = ask->target,
                                   .from = ask->from,
                                   .until = ask->until,
                                   .independent = ask->independent,
                                   .as_of = a->as_of};
    int rc = hw_trace(c, &chain, &a->chain, several, err);
    if (rc != HW_OK && a->chain != NULL) { /* given whatever came back */
        hw_trace_answer_free(HW_TAKE(a->chain));
    }
    if (several->count > 1) {
        return rc; /* which of them is meant only the asker knows */
    }
    rc = take(a, rc, "the chain", needs, err);
    if (rc != HW_OK) {
        return rc;
    }
    rc = hw_impact(c, &impact, &a->impact, several, err);
    if (rc != HW_OK && a->impact != NULL) {
        hw_impact_answer_free(HW_TAKE(a->impact));
    }
    return several->count > 1 ? rc : take(a, rc, "the impact", needs, err);
}

/* Only where somebody said something: an attribution of nothing is a page of gaps. */
static int ask_attribution(struct hw_case *c, struct hw_report_answer *a, struct hw_error *err)
{
    struct hw_attribute_ask all = {.as_of = a->as_of};
    int rc = take(a, hw_attribute(c, &all, &a->attribution, err), "the attribution",
                  "what others said of it, as an estate repeats it", err);
    if (rc == HW_OK && a->attribution != NULL && a->attribution->exit_status != 0) {
        hw_attribute_answer_free(HW_TAKE(a->attribution));
    }
    return rc;
}

static void name(struct hw_report_answer *a, const struct hw_report_ask *ask)
{
    const struct hw_end *t = a->chain != NULL    ? &a->chain->target
                             : a->impact != NULL ? &a->impact->target
                                                 : NULL;
    struct hw_span what = t == NULL ? ask->target : t->name.n > 0 ? t->name : t->key;
    a->target = hw_span_keep(a->arena, what);
    if (ask->title.n > 0) {
        a->title = hw_span_keep(a->arena, ask->title);
    } else if (what.n > 0) {
        a->title = hw_words(a->arena, "Report on %.*s", (int)what.n, (const char *)what.p);
    } else {
        a->title = HW_SPAN_LIT("Report on all that the case holds");
    }
    a->id = hw_span_keep(a->arena, hw_span_str(ask->case_id));
    a->version = hw_span_keep(a->arena, hw_span_str(ask->version));
    a->tlp = hw_span_keep(a->arena, ask->tlp);
    a->author = hw_span_keep(a->arena, ask->author);
    a->contact = hw_span_keep(a->arena, ask->contact);
}

int hw_report(struct hw_case *c, const struct hw_report_ask *ask, struct hw_report_answer **out,
              struct hw_target_list *several, struct hw_error *err)
{
    struct hw_report_answer *a = calloc(1, sizeof *a);
    if (a == NULL || (a->arena = hw_arena_new(REPORT_BYTES)) == NULL) {
        free(a);
        return hw_fail(err, HW_E_MEMORY, "no memory for a report");
    }
    a->as_of = ask->policy->as_of;
    int rc = take(a, hw_hunt(c, ask->policy, &a->hunt, err), "the hunt", "a case in order", err);
    if (rc == HW_OK && ask->target.n > 0) {
        rc = ask_target(c, ask, a, several, err);
    }
    rc = rc != HW_OK ? rc : ask_attribution(c, a, err);
    rc = rc != HW_OK ? rc : hw_report_evidence(c, a, err);
    rc = rc != HW_OK ? rc : hw_report_actions(c, a, err);
    rc = rc != HW_OK ? rc : hw_report_indicators(c, ask->policy, a, err);
    if (rc != HW_OK) {
        hw_report_free(a);
        return rc;
    }
    name(a, ask);
    a->exit_status = a->evidence_count == 0 ? 3 : 0;
    *out = a;
    return HW_OK;
}
