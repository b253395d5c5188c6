/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_md_chain.c -- the chapters of a report on what happened: how it is known, when, and
 * by which steps.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/report_md.h"

/* ---- known, inferred, unknown ---- */

/* What is said for information only, "cannot be judged" among it, shows nothing. */
static bool counts(const struct hw_finding *f)
{
    return f->severity > HW_INFO && !hw_is_rejected(f->judged);
}

static void known(struct md *p)
{
    const struct hw_report_answer *a = p->a;
    hw_buf_str(&p->b, "\n## What is known\n\n- ");
    hw_text_many(&p->b, a->evidence_count, "piece of evidence was read, ",
                 "pieces of evidence were read, ");
    hw_text_many(&p->b, a->log_count, "of them a log.\n", "of them logs.\n");
    if (a->chain != NULL) {
        hw_buf_str(&p->b, "- Of the chain, ");
        hw_text_many(&p->b, a->chain->by_known[0], "step is", "steps are");
        hw_buf_printf(&p->b, " recorded and %u joined by a key.\n", a->chain->by_known[1]);
    }
    if (a->impact != NULL && a->impact->machines != NULL) {
        const struct hw_affected_answer *m = a->impact->machines;
        hw_buf_str(&p->b, "- Machines by state:");
        for (int i = 0; i < HW_ASSET_STATE_COUNT; i++) {
            hw_buf_str(&p->b, i == 0 ? " " : ", ");
            hw_text_count(&p->b, m->count[i]);
            hw_buf_printf(&p->b, " %s", hw_asset_state_word((enum hw_asset_state)i));
        }
        hw_buf_str(&p->b, ".\n");
    }
    uint64_t sure = 0, incidents = 0;
    for (const struct hw_finding *f = a->hunt == NULL ? NULL : a->hunt->findings; f != NULL;
         f = f->next) {
        sure += counts(f) && f->confidence == HW_CONF_HIGH;
    }
    for (const struct hw_incident *i = a->hunt == NULL ? NULL : a->hunt->incidents; i != NULL;
         i = i->next) {
        incidents++;
    }
    hw_buf_str(&p->b, "- ");
    hw_text_many(&p->b, sure, "finding rests on records or bytes that allow one reading, in ",
                 "findings rest on records or bytes that allow one reading, in ");
    hw_text_many(&p->b, incidents, "incident.\n", "incidents.\n");
}

static void inferred(struct md *p)
{
    const struct hw_report_answer *a = p->a;
    uint64_t weak = 0, could = 0, risky = 0;
    for (const struct hw_finding *f = a->hunt == NULL ? NULL : a->hunt->findings; f != NULL;
         f = f->next) {
        weak += counts(f) && f->confidence != HW_CONF_HIGH;
    }
    for (const struct hw_held *h = a->impact == NULL ? NULL : a->impact->held; h != NULL;
         h = h->next) {
        could += !h->shown;
    }
    for (const struct hw_risky *r = a->impact == NULL ? NULL : a->impact->releases; r != NULL;
         r = r->next) {
        risky += r->risk != HW_RISK_POISONED;
    }
    hw_buf_str(&p->b, "\n## What is inferred\n\n");
    if (a->chain != NULL) {
        hw_buf_str(&p->b, "- Of the chain, ");
        hw_text_many(&p->b, a->chain->by_known[2], "step stands", "steps stand");
        hw_buf_printf(&p->b, " on time and place only, and %u on somebody's word.\n",
                      a->chain->by_known[3]);
    }
    if (could > 0) {
        hw_buf_str(&p->b, "- ");
        hw_text_many(&p->b, could,
                     "machine, account or key could have been used; no record shows "
                     "that it was.\n",
                     "machines, accounts and keys could have been used; no record shows that they "
                     "were.\n");
    }
    if (risky > 0) {
        hw_buf_str(&p->b, "- ");
        hw_text_many(&p->b, risky, "release is at risk, and not known to carry it.\n",
                     "releases are at risk, and not known to carry it.\n");
    }
    hw_buf_str(&p->b, "- ");
    hw_text_many(&p->b, weak, "finding allows another reading (see Detections).\n",
                 "findings allow another reading (see Detections).\n");
}

static void unknown(struct md *p)
{
    const struct hw_report_answer *a = p->a;
    bool any = false;
    hw_buf_str(&p->b, "\n## What is unknown\n\n");
    for (const struct hw_root *r = a->chain == NULL ? NULL : a->chain->roots; r != NULL;
         r = r->next) {
        if (r->principal && !r->observed) {
            hw_buf_str(&p->b, "- What came before ");
            hw_report_end(&p->raw, &r->at);
            md_quote_raw(p);
            hw_buf_str(&p->b, ": ");
            md_ours(p, r->says);
            hw_buf_str(&p->b, ".\n");
            any = true;
        }
    }
    if (a->impact != NULL && a->impact->machines != NULL &&
        a->impact->machines->count[HW_ASSET_UNKNOWN] > 0) {
        hw_buf_str(&p->b, "- The state of ");
        hw_text_many(&p->b, a->impact->machines->count[HW_ASSET_UNKNOWN], "machine.\n",
                     "machines.\n");
        any = true;
    }
    for (const struct hw_refused *r = a->refused; r != NULL; r = r->next) {
        hw_buf_str(&p->b, "- Not answered: ");
        md_ours(p, r->of);
        hw_buf_str(&p->b, ", because ");
        md_quote(p, r->because);
        hw_buf_str(&p->b, "; it would need ");
        md_ours(p, r->needs);
        hw_buf_str(&p->b, ".\n");
        any = true;
    }
    hw_buf_str(&p->b, any ? "- More under \"Intelligence gaps\".\n"
                          : "- Who did it, and what no record holds; more under \"Intelligence "
                            "gaps\".\n");
}

void md_known(struct md *p)
{
    known(p);
    inferred(p);
    unknown(p);
}

/* ---- the timeline ---- */

void md_timeline(struct md *p)
{
    uint64_t said = 0;
    hw_buf_str(&p->b, "\n## Timeline (UTC)\n\n");
    if (p->line.count == 0) {
        hw_buf_str(&p->b, "Nothing has a recorded time.\n");
    } else {
        hw_buf_str(&p->b, "| Time | What | Known | Machine | Organisation | Says | Id |\n"
                          "|---|---|---|---|---|---|---|\n");
    }
    for (size_t i = 0; i < p->line.count; i++) {
        const struct hw_report_event *e = &p->line.p[i];
        struct hw_span host, org;
        if (!md_row(p, &said, MD_ROWS)) {
            continue;
        }
        hw_report_event_where(e, &host, &org);
        hw_buf_str(&p->b, "| ");
        md_time(p, e->at);
        hw_buf_printf(&p->b, " | %s | %s | ", hw_report_event_desc(e), hw_report_event_known(e));
        md_quote(p, host);
        md_cell(p);
        md_quote(p, org);
        md_cell(p);
        hw_report_event_says(&p->raw, e);
        md_quote_raw(p);
        hw_buf_printf(&p->b, " | %s |\n", e->id);
    }
    md_more(p, said, MD_ROWS);
    if (p->line.untimed > 0) {
        hw_buf_char(&p->b, '\n');
        hw_text_many(&p->b, p->line.untimed, "step or finding has no recorded time.\n",
                     "steps and findings have no recorded time.\n");
    }
}

/* ---- the chain ---- */

static void places(struct md *p, const struct hw_step *s)
{
    enum { PLACES = 2 };
    unsigned said = 0;
    const struct hw_place_said *x = s->places;
    for (; x != NULL && said < PLACES; x = x->next) {
        hw_buf_str(&p->b, said++ > 0 ? ", " : "");
        md_quote(p, x->file);
        if (x->record > 0) {
            hw_buf_printf(&p->b, " record %llu", (unsigned long long)x->record);
        } else {
            hw_buf_printf(&p->b, " offset %llu", (unsigned long long)x->off);
        }
    }
    hw_buf_str(&p->b, x != NULL ? ", …" : s->places == NULL ? "by examination" : "");
}

static void step(struct md *p, const struct hw_step *s)
{
    hw_buf_printf(&p->b, "| %u | ", s->n);
    if (s->lo > HW_TIME_MIN && s->hi < HW_TIME_MAX) {
        md_time(p, s->bounded ? s->place : s->lo / 2 + s->hi / 2);
        hw_buf_str(&p->b, s->bounded ? " or before" : "");
    } else {
        hw_buf_str(&p->b, "unknown");
    }
    hw_buf_printf(&p->b, " | %s | ", s->known);
    hw_report_end(&p->raw, &s->from);
    md_quote_raw(p);
    hw_buf_printf(&p->b, " %s ", s->verb);
    hw_report_end(&p->raw, &s->to);
    md_quote_raw(p);
    md_cell(p);
    md_quote(p, s->to.host.n > 0 ? s->to.host : s->from.host);
    md_cell(p);
    places(p, s);
    hw_buf_printf(&p->b, " | %s |\n", s->id);
}

static void part(struct md *p, bool forward)
{
    uint64_t said = 0;
    for (const struct hw_step *s = p->a->chain->steps; s != NULL; s = s->next) {
        if (s->forward != forward) {
            continue;
        }
        if (said == 0) {
            hw_buf_printf(&p->b,
                          "\n### %s\n\n| Step | Time | Known | What | Machine | Evidence | Id |\n"
                          "|---|---|---|---|---|---|---|\n",
                          forward ? "What came of it" : "How it came there, and to run");
        }
        if (md_row(p, &said, MD_ROWS)) {
            step(p, s);
        }
    }
    md_more(p, said, MD_ROWS);
}

void md_chain(struct md *p)
{
    const struct hw_trace_answer *c = p->a->chain;
    if (c == NULL) {
        return;
    }
    hw_buf_str(&p->b, "\n## Chain\n");
    if (c->step_count == 0) {
        hw_buf_str(&p->b, "\nThe records know it, and nothing that led to it or came of it.\n");
    }
    for (const struct hw_root *r = c->roots; r != NULL; r = r->next) {
        hw_buf_str(&p->b, r == c->roots ? "\n" : "");
        hw_buf_str(&p->b, r->principal ? "- Ends at " : "- Also ends at ");
        hw_report_end(&p->raw, &r->at);
        md_quote_raw(p);
        hw_buf_str(&p->b, ": ");
        md_ours(p, r->says);
        hw_buf_str(&p->b, ".\n");
    }
    for (const struct hw_crossing *x = c->crossings; x != NULL; x = x->next) {
        hw_buf_str(&p->b, x == c->crossings ? "\n### Crossings\n\n- From " : "- From ");
        md_quote(p, x->from_org);
        hw_buf_str(&p->b, " into ");
        md_quote(p, x->to_org);
        if (x->release.n > 0) {
            hw_buf_str(&p->b, " in ");
            md_quote(p, x->release);
        }
        hw_buf_str(&p->b, ".\n");
    }
    part(p, false);
    part(p, true);
}
