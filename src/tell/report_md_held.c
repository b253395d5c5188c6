/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_md_held.c -- the chapters of a report on what it stands on: what is not known, whose
 * word is repeated, and the page of evidence, action log and program.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/report_md.h"

/* ---- gaps: never an empty chapter ---- */

struct saying {
    struct md *p;
    uint64_t said;
};

static void gap(struct saying *s, struct hw_span what, struct hw_span path, struct hw_span ask_for)
{
    struct md *p = s->p;
    if (!md_row(p, &s->said, MD_ROWS)) {
        return;
    }
    hw_buf_str(&p->b, "- ");
    if (what.n > 0 && what.p[0] >= 'a' && what.p[0] <= 'z') {
        hw_buf_char(&p->b, (char)(what.p[0] - 'a' + 'A'));
        what = hw_span_from(what, 1);
    }
    md_ours(p, what);
    if (path.n > 0) {
        hw_buf_str(&p->b, ": ");
        md_quote(p, path);
    }
    if (ask_for.n > 0) {
        hw_buf_str(&p->b, ". Ask for ");
        md_ours(p, ask_for);
    }
    hw_buf_str(&p->b, ".\n");
}

/* What kinds of evidence the case has nothing of: true of every case, whatever was asked. */
static void kinds(struct saying *s)
{
    bool software = false, log = false, knowledge = false;
    for (const struct hw_report_evidence *e = s->p->a->evidence; e != NULL; e = e->next) {
        bool learned = strcmp(e->of_class, "knowledge") == 0;
        log = log || e->is_log;
        knowledge = knowledge || learned;
        software = software || (!e->is_log && !learned);
    }
    const struct {
        bool held;
        const char *what, *ask_for;
    } needed[] = {
        {software, "No software was examined", "copies of the programs in question"},
        {log, "No log of what happened is held",
         "logs of the machines, of log-ons and of the network"},
        {knowledge, "Nothing published is held to compare with", "lists of indicators and rules"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!needed[i].held) {
            gap(s, hw_span_str(needed[i].what), (struct hw_span){NULL, 0},
                hw_span_str(needed[i].ask_for));
        }
    }
}

/* Organisations of whom a kind of evidence is not held at all. */
static void unseen_orgs(struct saying *s, const struct hw_impact_answer *a)
{
    for (int k = 0; a != NULL && k < HW_SIGHT_KINDS; k++) {
        uint64_t none = 0, all = 0;
        for (const struct hw_seen_org *o = a->sights; o != NULL; o = o->next, all++) {
            none += o->sight[k] == HW_SIGHT_NOTHING;
        }
        if (none > 0 && md_row(s->p, &s->said, MD_ROWS)) {
            hw_buf_str(&s->p->b, "- Nothing of the kind ");
            hw_buf_str(&s->p->b, hw_sight_kind_word((enum hw_sight_kind)k));
            hw_buf_str(&s->p->b, " is held of ");
            hw_text_count(&s->p->b, none);
            hw_buf_str(&s->p->b, " of ");
            hw_text_many(&s->p->b, all, "organisation.\n", "organisations.\n");
        }
    }
}

void md_gaps(struct md *p)
{
    const struct hw_report_answer *a = p->a;
    const struct hw_affected_answer *m = a->impact == NULL ? NULL : a->impact->machines;
    struct saying s = {.p = p};
    hw_buf_str(&p->b, "\n## Intelligence gaps\n\n");
    for (const struct hw_unseen *x = a->chain == NULL ? NULL : a->chain->missing; x != NULL;
         x = x->next) {
        gap(&s, x->what, (struct hw_span){NULL, 0}, x->ask_for);
    }
    for (const struct hw_lack *x = m == NULL ? NULL : m->lacks; x != NULL; x = x->next) {
        if (md_row(p, &s.said, MD_ROWS)) {
            hw_buf_str(&p->b, "- Of ");
            hw_text_many(&p->b, x->machines,
                         "machine the state is unknown: ", "machines the state is unknown: ");
            md_ours(p, x->lacks);
            hw_buf_str(&p->b, ". Ask for ");
            md_ours(p, x->ask_for);
            hw_buf_str(&p->b, ".\n");
        }
    }
    for (const struct hw_gap *x = a->hunt == NULL ? NULL : a->hunt->gaps; x != NULL; x = x->next) {
        gap(&s, x->what, x->path, x->ask_for);
    }
    for (const struct hw_gap *x = a->attribution == NULL ? NULL : a->attribution->gaps; x != NULL;
         x = x->next) {
        gap(&s, x->what, x->path, x->ask_for);
    }
    for (const struct hw_judgement *j = a->attribution == NULL ? NULL : a->attribution->judgements;
         j != NULL; j = j->next) {
        if (j->percent == 0 && j->needs.n > 0 && md_row(p, &s.said, MD_ROWS)) {
            hw_buf_printf(&p->b, "- No judgement of %s. Ask for ", j->of);
            md_ours(p, j->needs);
            hw_buf_str(&p->b, ".\n");
        }
    }
    unseen_orgs(&s, a->impact);
    kinds(&s);
    md_more(p, s.said, MD_ROWS);
    hw_buf_str(&p->b, s.said == 0 ? "Software, logs and published knowledge are held. Machines "
                                    "that sent no log, and what no log records, are not seen.\n"
                                  : "");
}

/* ---- sources ---- */

static void claim(struct md *p, const struct hw_claim *x)
{
    char text[HW_TIME_TEXT];
    hw_buf_str(&p->b, "| ");
    md_quote(p, x->by);
    hw_buf_str(&p->b, x->held[0] != 0 ? " | " : " | not graded");
    hw_buf_str(&p->b, x->held);
    hw_buf_str(&p->b, " | ");
    hw_buf_printf(&p->b, "%.10s", x->on == HW_TIME_NONE ? "" : hw_time_text(x->on, text));
    hw_buf_str(&p->b, " | of ");
    md_quote(p, x->about);
    hw_buf_char(&p->b, ' ');
    md_ours(p, x->topic);
    hw_buf_str(&p->b, ": ");
    md_quote(p, x->says);
    md_cell(p);
    md_quote(p, x->url);
    hw_buf_str(&p->b, " |\n");
}

static void documents(struct md *p)
{
    uint64_t said = 0;
    for (const struct hw_report_evidence *e = p->a->evidence; e != NULL; e = e->next) {
        if (strcmp(e->of_class, "knowledge") != 0) {
            continue;
        }
        if (said == 0) {
            hw_buf_str(&p->b, "\nDocuments that were learned, not graded by us:\n\n");
        }
        if (md_row(p, &said, MD_ROWS)) {
            hw_buf_str(&p->b, "- ");
            md_quote(p, e->path);
            hw_buf_str(&p->b, ", ");
            hw_text_many(&p->b, e->facts, "fact\n", "facts\n");
        }
    }
    md_more(p, said, MD_ROWS);
}

void md_sources(struct md *p)
{
    const struct hw_attribute_answer *a = p->a->attribution;
    uint64_t said = 0;
    hw_buf_str(&p->b, "\n## Sources, graded\n\n"
                      "Grades are of the Admiralty scale: A to F for the source, 1 to 6 for what "
                      "it says. Own evidence is listed on the next page, with its hash.\n");
    if (a != NULL && a->claims != NULL) {
        hw_buf_str(&p->b, "\n| Source | Grade | Date | Says | Where |\n|---|---|---|---|---|\n");
    }
    for (const struct hw_claim *x = a == NULL ? NULL : a->claims; x != NULL; x = x->next) {
        if (md_row(p, &said, MD_ROWS)) {
            claim(p, x);
        }
    }
    md_more(p, said, MD_ROWS);
    documents(p);
}

/* ---- the second page ---- */

static void evidence(struct md *p, const struct hw_report_evidence *e)
{
    hw_buf_printf(&p->b, "| %s | ", e->is_log ? "log" : e->of_class);
    md_quote(p, e->path);
    hw_buf_str(&p->b, " | ");
    hw_buf_hex(&p->b, (struct hw_span){e->sha256, 32});
    hw_buf_str(&p->b, " | ");
    hw_text_count(&p->b, e->size);
    hw_buf_printf(&p->b, " | %s | ", e->degree);
    md_quote(p, e->org);
    md_cell(p);
    md_quote(p, e->host);
    md_cell(p);
    md_quote(p, e->acquired_by);
    if (e->acquired_at.n > 0) {
        hw_buf_str(&p->b, e->acquired_by.n > 0 ? ", " : "");
        md_quote(p, e->acquired_at);
    }
    md_cell(p);
    md_quote(p, e->exhibit);
    md_cell(p);
    md_quote(p, e->note);
    hw_buf_str(&p->b, " |\n");
}

static void actions(struct md *p)
{
    uint64_t said = 0;
    hw_buf_str(&p->b, "\n## Action log\n\n");
    if (p->a->actions == NULL) {
        hw_buf_str(&p->b, "No action is logged.\n");
        return;
    }
    hw_buf_str(&p->b, "| N | Time (UTC) | Who | Version | Command |\n|---|---|---|---|---|\n");
    for (const struct hw_report_action *x = p->a->actions; x != NULL; x = x->next) {
        if (md_row(p, &said, MD_EVIDENCE_ROWS)) {
            hw_buf_printf(&p->b, "| %llu | ", (unsigned long long)x->n);
            md_time(p, x->at);
            md_cell(p);
            md_quote(p, x->who);
            md_cell(p);
            hw_buf_span_put(&p->b, x->version);
            md_cell(p);
            md_quote(p, x->args);
            hw_buf_str(&p->b, " |\n");
        }
    }
    md_more(p, said, MD_EVIDENCE_ROWS);
}

void md_evidence(struct md *p)
{
    uint64_t said = 0;
    hw_buf_str(&p->b, "\n---\n\n# Evidence\n\n");
    if (p->a->evidence == NULL) {
        hw_buf_str(&p->b, "The case holds no evidence.\n");
    } else {
        hw_buf_str(&p->b, "| Class | Path | SHA-256 | Bytes | Degree | Organisation | Machine | "
                          "Acquired | Exhibit | Note |\n"
                          "|---|---|---|---|---|---|---|---|---|---|\n");
    }
    for (const struct hw_report_evidence *e = p->a->evidence; e != NULL; e = e->next) {
        if (md_row(p, &said, MD_EVIDENCE_ROWS)) {
            evidence(p, e);
        }
    }
    md_more(p, said, MD_EVIDENCE_ROWS);
    actions(p);
    hw_buf_str(&p->b, "\n## Program\n\nHeadwater ");
    hw_buf_span_put(&p->b, p->a->version);
    hw_buf_str(&p->b, ". The same version, evidence and as-of time give the same answers; the last "
                      "line of the log is the command that made this report.\n");
}
