/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_md.c -- an analyst's report in Markdown, for tickets and wikis: its frame, its first
 * lines and its judgements.
 *
 * The order is that of analysis reports people know (CISA AR and MAR, MITRE CTID's blueprint):
 * marking and dates, the verdict in one sentence, key judgements with a word for the probability
 * and the confidence in a sentence of its own (ICD 203), what is known, inferred and not known, and
 * only then tables. The second page is what it stands on: evidence, action log, program.
 */
#include "tell/report_md.h"

#include <string.h>

#include "base/text.h"
#include "base/time.h"

/* ---- pieces ---- */

void md_quote(struct md *p, struct hw_span s)
{
    size_t cut = s.n;
    if (s.n == 0) {
        return;
    }
    if (s.n > MD_CUT_BYTES && !p->t->all) {
        for (cut = MD_CUT_BYTES; cut > 0 && (s.p[cut] & 0xc0) == 0x80; cut--) {
        }
    }
    hw_buf_char(&p->b, '"');
    hw_escape_put(&p->b, hw_span_cut(s, 0, cut), HW_ESCAPE_MARKDOWN);
    hw_buf_str(&p->b, cut < s.n ? " …\"" : "\"");
}

void md_quote_raw(struct md *p)
{
    md_quote(p, hw_buf_span(&p->raw));
    hw_buf_clear(&p->raw);
}

void md_ours(struct md *p, struct hw_span s)
{
    hw_escape_put(&p->b, s, HW_ESCAPE_MARKDOWN);
}

void md_time(struct md *p, int64_t ns)
{
    char text[HW_TIME_TEXT];
    if (ns != HW_TIME_NONE && ns > HW_TIME_MIN && ns < HW_TIME_MAX) {
        hw_buf_printf(&p->b, "%.10s %.8s", hw_time_text(ns, text), hw_time_text(ns, text) + 11);
    }
}

void md_cell(struct md *p)
{
    hw_buf_str(&p->b, " | ");
}

bool md_row(const struct md *p, uint64_t *io_said, uint64_t rows)
{
    return (*io_said)++ < rows || p->t->all;
}

void md_more(struct md *p, uint64_t said, uint64_t rows)
{
    if (said > rows && !p->t->all) {
        hw_buf_str(&p->b, "\n… and ");
        hw_text_count(&p->b, said - rows);
        hw_buf_str(&p->b, " more (they are in the JSON).\n");
    }
}

void md_reasons(struct md *p, const struct hw_why *y)
{
    enum { REASONS = 3 };
    unsigned said = 0;
    for (; y != NULL && said < REASONS; y = y->next, said++) {
        hw_buf_str(&p->b, said > 0 ? "; " : "");
        md_quote(p, y->says);
        if (y->evidence.n > 0) {
            hw_buf_str(&p->b, " in ");
            md_quote(p, y->evidence);
        }
        if (y->record > 0) {
            hw_buf_printf(&p->b, " record %llu", (unsigned long long)y->record);
        }
    }
    hw_buf_str(&p->b, y != NULL ? "; …" : "");
}

/* ---- the head ---- */

static void stated(struct md *p, const char *label, struct hw_span s)
{
    hw_buf_printf(&p->b, "- %s: ", label);
    if (s.n > 0) {
        md_quote(p, s);
    } else {
        hw_buf_str(&p->b, "not stated");
    }
    hw_buf_char(&p->b, '\n');
}

static void head(struct md *p)
{
    const struct hw_report_answer *a = p->a;
    hw_buf_str(&p->b, "# ");
    md_quote(p, a->title);
    hw_buf_str(&p->b, a->tlp.n > 0 ? "\n\nTLP:" : "\n\nTLP: not stated");
    hw_buf_span_put(&p->b, a->tlp); /* one of five words */
    hw_buf_str(&p->b, "\n\n");
    if (a->target.n > 0) {
        stated(p, "About", a->target);
    }
    hw_buf_str(&p->b, "- Case: ");
    hw_buf_span_put(&p->b, a->id);
    hw_buf_str(&p->b, "\n- As of: ");
    md_time(p, a->as_of);
    hw_buf_str(&p->b, " UTC\n");
    if (p->line.count > 0) {
        hw_buf_str(&p->b, "- Period: ");
        md_time(p, p->line.p[0].at);
        hw_buf_str(&p->b, " to ");
        md_time(p, p->line.p[p->line.count - 1].at);
        hw_buf_str(&p->b, " UTC\n");
    }
    stated(p, "Author", a->author);
    hw_buf_str(&p->b, "- Made with: Headwater ");
    hw_buf_span_put(&p->b, a->version);
    hw_buf_str(&p->b, "\n\nWhat stands in double quotes is said by evidence or by others.\n");
}

/* ---- the verdict ---- */

static void quote(void *state, struct hw_span s)
{
    md_quote(state, s);
}

void md_verdict(struct md *p)
{
    hw_buf_str(&p->b, "\n## Verdict\n\n");
    hw_report_verdict(&p->b, p->a, quote, p);
    hw_buf_char(&p->b, '\n');
}

/* ---- key judgements ---- */

static void lines(struct md *p, const char *label, const struct hw_why *y)
{
    if (y == NULL) {
        return;
    }
    hw_buf_printf(&p->b, "\n%s\n\n", label);
    for (; y != NULL; y = y->next) {
        hw_buf_str(&p->b, "- ");
        md_ours(p, y->says);
        hw_buf_char(&p->b, '\n');
    }
}

static void pair(struct md *p, const struct hw_judgement *j)
{
    md_quote(p, j->about);
    hw_buf_str(&p->b, " and ");
    md_quote(p, j->other);
}

static void spoken(struct md *p, const struct hw_judgement *j)
{
    hw_buf_str(&p->b, "\nWe assess that ");
    pair(p, j);
    hw_buf_printf(&p->b, " were the work of one operator: %s (%u to %u %%).\n", j->word->word,
                  j->word->lo, j->word->hi);
    hw_buf_printf(&p->b, "Our confidence in that is %s, because ",
                  hw_confidence_word(j->confidence));
    md_ours(p, j->confidence_because);
    hw_buf_printf(&p->b, ".\n\nBasis:\n\n- %+d decibans where two attacks begin\n", j->start);
    for (const struct hw_share *s = j->shares; s != NULL; s = s->next) {
        hw_buf_printf(&p->b, s->weight > 0 ? "- %+d %s " : "- %d %s ", s->weight, s->kind);
        md_quote(p, s->what);
        hw_buf_str(&p->b, ", said by ");
        md_quote(p, s->by);
        hw_buf_str(&p->b, s->because != NULL ? "; " : "");
        md_ours(p, hw_span_str(s->because));
        hw_buf_char(&p->b, '\n');
    }
    hw_buf_printf(&p->b, "- %+d decibans in all\n", j->sum);
    lines(p, "Alternatives considered:", j->alternatives);
    lines(p, "What would change it:", j->would_change);
    lines(p, "Gaps:", j->gaps);
}

static void unspoken(struct md *p, const struct hw_judgement *j)
{
    bool pairs = strcmp(j->of, "one-operator") == 0;
    hw_buf_printf(&p->b, "- No judgement of %s", pairs ? "one operator for " : j->of);
    if (pairs) {
        pair(p, j);
    }
    hw_buf_str(&p->b, ", because ");
    md_ours(p, j->because);
    hw_buf_str(&p->b, ".\n");
}

void md_judgements(struct md *p)
{
    const struct hw_attribute_answer *a = p->a->attribution;
    bool any = false;
    hw_buf_str(&p->b, "\n## Key judgements\n");
    for (const struct hw_judgement *j = a == NULL ? NULL : a->judgements; j != NULL; j = j->next) {
        if (j->percent > 0) {
            spoken(p, j);
        }
    }
    for (const struct hw_judgement *j = a == NULL ? NULL : a->judgements; j != NULL; j = j->next) {
        if (j->percent == 0) {
            hw_buf_str(&p->b, any ? "" : "\nJudgements that are refused:\n\n");
            any = true;
            unspoken(p, j);
        }
    }
    if (a == NULL) {
        hw_buf_str(&p->b, "\nNo judgement is made of who did it: the case holds nobody's word "
                          "about that. What follows is read from evidence, each with its place.\n");
    }
}

/* ---- all of it ---- */

static void feedback(struct md *p)
{
    hw_buf_str(&p->b, "\n## Feedback\n\n");
    if (p->a->contact.n > 0) {
        hw_buf_str(&p->b, "Say what is wrong, what is missing and what was of use to ");
        md_quote(p, p->a->contact);
        hw_buf_str(&p->b, ".\n");
    } else {
        hw_buf_str(&p->b, "Say what is wrong, what is missing and what was of use to whoever sent "
                          "you this report. An address was not stated.\n");
    }
}

int hw_tell_report_md(const struct hw_teller *t, const struct hw_report_answer *a,
                      struct hw_error *err)
{
    struct md p = {.t = t, .a = a};
    int rc = hw_report_timeline(a, &p.line, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_init(&p.b, 256 << 20);
    hw_buf_init(&p.raw, 1 << 20);
    head(&p);
    md_verdict(&p);
    md_judgements(&p);
    md_known(&p);
    md_timeline(&p);
    md_chain(&p);
    md_assets(&p);
    md_spread(&p);
    md_indicators(&p);
    md_detections(&p);
    md_measures(&p);
    md_gaps(&p);
    md_sources(&p);
    feedback(&p);
    md_evidence(&p);
    hw_buf_done(&p.raw);
    hw_report_timeline_done(&p.line);
    return hw_tell_put(t, &p.b, err);
}
