/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_known.c -- what is known, inferred and unknown, a sentence each: the same in every
 * tongue.
 */
#include "base/text.h"
#include "tell/report.h"
#include "tell/tell.h"

const char *hw_standing_word(enum hw_standing s)
{
    static const char *const words[] = {"known", "inferred", "unknown"};
    return words[s];
}

static void say(const struct hw_report_voice *v, const char *text)
{
    v->begin(v->state);
    hw_buf_str(v->b, text);
    v->end(v->state);
}

/* What is said for information only, "cannot be judged" among it, shows nothing. */
static bool counts(const struct hw_finding *f)
{
    return f->severity > HW_INFO && !hw_is_rejected(f->judged);
}

static uint64_t findings(const struct hw_report_answer *a, bool sure)
{
    uint64_t n = 0;
    for (const struct hw_finding *f = a->hunt == NULL ? NULL : a->hunt->findings; f != NULL;
         f = f->next) {
        n += counts(f) && (f->confidence == HW_CONF_HIGH) == sure;
    }
    return n;
}

/* ---- known ---- */

static void machines(const struct hw_report_voice *v, const struct hw_affected_answer *m)
{
    v->begin(v->state);
    hw_buf_str(v->b, "Machines by state:");
    for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
        hw_buf_str(v->b, i == 0 ? " " : ", ");
        hw_text_count(v->b, m->count[i]);
        hw_buf_printf(v->b, " %s", hw_asset_state_word((enum hw_asset_state)i));
    }
    hw_buf_str(v->b, ".");
    v->end(v->state);
}

static void known(const struct hw_report_voice *v, const struct hw_report_answer *a)
{
    uint64_t incidents = 0;
    v->begin(v->state);
    hw_text_many(v->b, a->evidence_count, "piece of evidence was read, ",
                 "pieces of evidence were read, ");
    hw_text_many(v->b, a->log_count, "of them a log.", "of them logs.");
    v->end(v->state);
    if (a->chain != NULL) {
        v->begin(v->state);
        hw_buf_str(v->b, "Of the chain, ");
        hw_text_many(v->b, a->chain->by_known[0], "step is", "steps are");
        hw_buf_printf(v->b, " recorded and %u joined by a key.", a->chain->by_known[1]);
        v->end(v->state);
    }
    if (a->impact != NULL && a->impact->machines != NULL) {
        machines(v, a->impact->machines);
    }
    for (const struct hw_incident *i = a->hunt == NULL ? NULL : a->hunt->incidents; i != NULL;
         i = i->next) {
        incidents++;
    }
    v->begin(v->state);
    hw_text_many(v->b, findings(a, true),
                 "finding rests on records or bytes that allow one reading, in ",
                 "findings rest on records or bytes that allow one reading, in ");
    hw_text_many(v->b, incidents, "incident.", "incidents.");
    v->end(v->state);
}

/* ---- inferred ---- */

static void count(const struct hw_report_voice *v, uint64_t n, const char *one, const char *many)
{
    v->begin(v->state);
    hw_text_many(v->b, n, one, many);
    v->end(v->state);
}

static void inferred(const struct hw_report_voice *v, const struct hw_report_answer *a)
{
    uint64_t could = 0, risky = 0;
    for (const struct hw_held *h = a->impact == NULL ? NULL : a->impact->held; h != NULL;
         h = h->next) {
        could += !h->shown;
    }
    for (const struct hw_risky *r = a->impact == NULL ? NULL : a->impact->releases; r != NULL;
         r = r->next) {
        risky += r->risk != HW_RISK_POISONED;
    }
    if (a->chain != NULL) {
        v->begin(v->state);
        hw_buf_str(v->b, "Of the chain, ");
        hw_text_many(v->b, a->chain->by_known[2], "step stands", "steps stand");
        hw_buf_printf(v->b, " on time and place only, and %u on somebody's word.",
                      a->chain->by_known[3]);
        v->end(v->state);
    }
    if (could > 0) {
        count(v, could,
              "machine, account or key could have been used; no record shows that it was.",
              "machines, accounts and keys could have been used; no record shows that they were.");
    }
    if (risky > 0) {
        count(v, risky, "release is at risk, and not known to carry it.",
              "releases are at risk, and not known to carry it.");
    }
    count(v, findings(a, false), "finding allows another reading.",
          "findings allow another reading.");
}

/* ---- unknown ---- */

static void before(const struct hw_report_voice *v, const struct hw_root *r)
{
    struct hw_buf end;
    hw_buf_init(&end, 1 << 20);
    hw_report_end(&end, &r->at);
    v->begin(v->state);
    hw_buf_str(v->b, "What came before ");
    v->quote(v->state, hw_buf_span(&end));
    hw_buf_str(v->b, ": ");
    v->ours(v->state, r->says);
    hw_buf_str(v->b, ".");
    v->end(v->state);
    hw_buf_done(&end);
}

static void not_answered(const struct hw_report_voice *v, const struct hw_refused *r)
{
    v->begin(v->state);
    hw_buf_str(v->b, "Not answered: ");
    v->ours(v->state, r->of);
    hw_buf_str(v->b, ", because ");
    v->quote(v->state, r->because);
    hw_buf_str(v->b, "; it would need ");
    v->ours(v->state, r->needs);
    hw_buf_str(v->b, ".");
    v->end(v->state);
}

static void unknown(const struct hw_report_voice *v, const struct hw_report_answer *a)
{
    bool any = false;
    for (const struct hw_root *r = a->chain == NULL ? NULL : a->chain->roots; r != NULL;
         r = r->next) {
        if (r->principal && !r->observed) {
            before(v, r);
            any = true;
        }
    }
    if (a->impact != NULL && a->impact->machines != NULL &&
        a->impact->machines->count[HW_ASSET_UNKNOWN] > 0) {
        v->begin(v->state);
        hw_buf_str(v->b, "The state of ");
        hw_text_many(v->b, a->impact->machines->count[HW_ASSET_UNKNOWN], "machine.", "machines.");
        v->end(v->state);
        any = true;
    }
    for (const struct hw_refused *r = a->refused; r != NULL; r = r->next) {
        not_answered(v, r);
        any = true;
    }
    if (!any) {
        say(v, "Who did it, and what no record holds.");
    }
}

void hw_report_standing(const struct hw_report_voice *v, const struct hw_report_answer *a,
                        enum hw_standing s)
{
    static void (*const of[])(const struct hw_report_voice *,
                              const struct hw_report_answer *) = {known, inferred, unknown};
    of[s](v, a);
}
