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

static void quote(void *state, struct hw_span s)
{
    md_quote(state, s);
}

static void ours(void *state, struct hw_span s)
{
    md_ours(state, s);
}

static void begin(void *state)
{
    struct md *p = state;
    hw_buf_str(&p->b, "- ");
}

static void end(void *state)
{
    struct md *p = state;
    hw_buf_char(&p->b, '\n');
}

void md_known(struct md *p)
{
    const struct hw_report_voice v = {&p->b, quote, ours, begin, end, p};
    for (int i = 0; i < HW_STANDING_COUNT; i++) {
        hw_buf_printf(&p->b, "\n## What is %s\n\n", hw_standing_word((enum hw_standing)i));
        hw_report_standing(&v, p->a, (enum hw_standing)i);
    }
    hw_buf_str(&p->b, "- More under \"Intelligence gaps\".\n");
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
