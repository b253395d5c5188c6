/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_md_found.c -- the chapters of a report on who is hit and what was found: machines by
 * state, what could be reached, indicators, detections, and what to do about them.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/report_md.h"

/* ---- machines ---- */

void md_assets(struct md *p)
{
    const struct hw_affected_answer *m = p->a->impact == NULL ? NULL : p->a->impact->machines;
    uint64_t said = 0;
    if (p->a->impact == NULL) {
        return;
    }
    hw_buf_str(&p->b, "\n## Affected assets, by state\n\n");
    if (m == NULL) {
        hw_buf_str(&p->b, "No bytes and no version of it are known, so no machine can be asked for "
                          "it.\n");
        return;
    }
    hw_buf_str(&p->b, "| State | Machine | Organisation | Because |\n|---|---|---|---|\n");
    for (const struct hw_asset *x = m->assets; x != NULL; x = x->next) {
        if (!md_row(p, &said, MD_ROWS)) {
            continue;
        }
        hw_buf_printf(&p->b, "| %s | ", hw_asset_state_word(x->state));
        md_quote(p, x->host);
        md_cell(p);
        md_quote(p, hw_report_org(x->org));
        md_cell(p);
        if (x->why != NULL) {
            md_reasons(p, x->why);
        } else {
            md_ours(p, x->lacks);
        }
        hw_buf_str(&p->b, " |\n");
    }
    md_more(p, said, MD_ROWS);
}

/* ---- what could be reached ---- */

static void held(struct md *p)
{
    uint64_t said = 0;
    for (const struct hw_held *h = p->a->impact->held; h != NULL; h = h->next) {
        if (said == 0) {
            hw_buf_str(&p->b, "\n### In a stranger's hand, or within reach\n\n"
                              "| Kind | Name | Organisation | From | Shown | Because |\n"
                              "|---|---|---|---|---|---|\n");
        }
        if (!md_row(p, &said, MD_ROWS)) {
            continue;
        }
        hw_buf_printf(&p->b, "| %s | ", h->kind);
        md_quote(p, h->name);
        md_cell(p);
        md_quote(p, hw_report_org(h->org));
        md_cell(p);
        md_time(p, h->since);
        hw_buf_str(&p->b, h->shown ? " | records show it | " : " | it could have been | ");
        md_reasons(p, h->why);
        hw_buf_str(&p->b, " |\n");
    }
    md_more(p, said, MD_ROWS);
}

static void releases(struct md *p)
{
    uint64_t said = 0;
    for (const struct hw_risky *r = p->a->impact->releases; r != NULL; r = r->next) {
        if (said == 0) {
            hw_buf_str(&p->b, "\n### Releases\n\n| Release | Of | Risk | Published | Because |\n"
                              "|---|---|---|---|---|\n");
        }
        if (!md_row(p, &said, MD_ROWS)) {
            continue;
        }
        hw_buf_str(&p->b, "| ");
        hw_buf_span_put(&p->raw, r->name);
        hw_buf_char(&p->raw, ' ');
        hw_buf_span_put(&p->raw, r->version);
        md_quote_raw(p);
        md_cell(p);
        md_quote(p, r->org);
        hw_buf_printf(&p->b, " | %s | ", hw_risk_word(r->risk));
        md_time(p, r->published);
        md_cell(p);
        md_reasons(p, r->why);
        hw_buf_str(&p->b, " |\n");
    }
    md_more(p, said, MD_ROWS);
}

static void receivers(struct md *p)
{
    uint64_t said = 0;
    for (const struct hw_receiver *r = p->a->impact->receivers; r != NULL; r = r->next) {
        if (said == 0) {
            hw_buf_str(&p->b, "\n### Organisations that got it, by what estates declare\n\n"
                              "| Organisation | Product | How | When |\n|---|---|---|---|\n");
        }
        if (!md_row(p, &said, MD_ROWS)) {
            continue;
        }
        hw_buf_str(&p->b, "| ");
        md_quote(p, r->org);
        md_cell(p);
        md_quote(p, r->product);
        hw_buf_str(&p->b, r->at_risk     ? " | at risk | "
                          : r->depth > 0 ? " | inside another product | "
                                         : " | itself | ");
        md_time(p, r->at);
        hw_buf_str(&p->b, " |\n");
    }
    md_more(p, said, MD_ROWS);
}

static void refusals(struct md *p, const struct hw_refused *r)
{
    struct hw_span of = {NULL, 0};
    for (; r != NULL; r = r->next) {
        if (!hw_span_equal(of, r->of)) {
            hw_buf_str(&p->b, "\nNot given: ");
            md_quote(p, r->of);
            hw_buf_str(&p->b, ", because\n\n");
        }
        of = r->of;
        hw_buf_str(&p->b, "- ");
        md_quote(p, r->because);
        hw_buf_str(&p->b, "; it would need ");
        md_quote(p, r->needs);
        hw_buf_char(&p->b, '\n');
    }
}

static void counts(struct md *p)
{
    const struct hw_impact_answer *a = p->a->impact;
    for (const struct hw_counted *c = a->counts; c != NULL; c = c->next) {
        hw_buf_str(&p->b, c == a->counts ? "\n### Counts, each its observer's; none is added to "
                                           "another\n\n- "
                                         : "- ");
        if (c->limit.n > 0 && !hw_span_is(c->limit, "exactly")) {
            md_quote(p, c->limit);
            hw_buf_char(&p->b, ' ');
        }
        hw_text_count(&p->b, c->value);
        hw_buf_char(&p->b, ' ');
        md_quote(p, c->of);
        hw_buf_str(&p->b, ", unit ");
        md_quote(p, c->unit);
        hw_buf_str(&p->b, ", counted by ");
        md_quote(p, c->observer);
        hw_buf_char(&p->b, '\n');
    }
    for (const struct hw_estimated *e = a->estimates; e != NULL; e = e->next) {
        hw_buf_printf(&p->b, "- Estimated (%s): ", e->method);
        md_ours(p, e->says);
        hw_buf_char(&p->b, '\n');
    }
    refusals(p, a->refused);
}

void md_spread(struct md *p)
{
    if (p->a->impact != NULL) {
        held(p);
        releases(p);
        receivers(p);
        counts(p);
    }
}

/* ---- indicators ---- */

static void indicator(struct md *p, const struct hw_report_indicator *x)
{
    hw_buf_printf(&p->b, "| %s | ", x->kind);
    md_quote(p, x->value);
    md_cell(p);
    md_quote(p, x->role);
    md_cell(p);
    md_quote(p, x->label);
    md_cell(p);
    md_quote(p, x->source.n > 0 ? x->source : x->title);
    hw_buf_printf(&p->b, " line %llu | ", (unsigned long long)x->line);
    hw_buf_str(&p->b, x->block ? "yes" : "no");
    if (x->list.n > 0) {
        hw_buf_str(&p->b, ", harmless by ");
        md_quote(p, x->list);
    } else if (!x->in_force) {
        hw_buf_str(&p->b, ", not in force");
    }
    hw_buf_str(&p->b, x->met ? " | yes | " : " | no | ");
    md_time(p, x->first);
    md_cell(p);
    md_time(p, x->last);
    hw_buf_str(&p->b, " |\n");
}

void md_indicators(struct md *p)
{
    uint64_t said = 0;
    hw_buf_str(&p->b, "\n## Indicators\n\n");
    if (p->a->indicators == NULL) {
        hw_buf_str(&p->b, "The case holds no published indicators.\n");
        return;
    }
    hw_buf_str(&p->b, "Those first that something held here carries. To block: payloads in force, "
                      "on no list of what others use.\n\n"
                      "| Kind | Value | Role | Label | Source | To block | Met here | First | Last "
                      "|\n|---|---|---|---|---|---|---|---|---|\n");
    for (const struct hw_report_indicator *x = p->a->indicators; x != NULL; x = x->next) {
        if (md_row(p, &said, MD_ROWS)) {
            indicator(p, x);
        }
    }
    md_more(p, said, MD_ROWS);
    if (p->a->indicators_left > 0) {
        hw_buf_char(&p->b, '\n');
        hw_text_many(&p->b, p->a->indicators_left,
                     "more is in the case, was not met, and is in no list of this report.\n",
                     "more are in the case, were not met, and are in no list of this report.\n");
    }
}

/* ---- detections ---- */

static void rules(struct md *p)
{
    const struct hw_finding *of[HW_REPORT_RULES];
    size_t n = hw_report_rules(p->a, false, of);
    hw_buf_str(&p->b, n > 0 ? "\n### What the rules mean, and when they err\n\n" : "");
    for (size_t i = 0; i < n; i++) {
        hw_buf_printf(&p->b, "- %s: ", of[i]->rule);
        md_quote(p, hw_span_str(of[i]->means));
        hw_buf_str(&p->b, " It errs with: ");
        md_quote(p, hw_span_str(of[i]->errs));
        hw_buf_str(&p->b, " Reference: ");
        md_quote(p, hw_span_str(of[i]->reference));
        hw_buf_char(&p->b, '\n');
    }
}

/* What of a reference is a technique of ATT&CK: T and four digits, and three more behind a dot. */
static size_t technique(const char *s)
{
    size_t n = 1;
    while (n < 5 && hw_ascii_is_digit((uint8_t)s[n])) {
        n++;
    }
    if (s[0] != 'T' || n < 5) {
        return 0;
    }
    size_t sub = n + 1;
    while (s[n] == '.' && sub < n + 4 && hw_ascii_is_digit((uint8_t)s[sub])) {
        sub++;
    }
    return sub == n + 4 ? sub : n;
}

static void attack(struct md *p)
{
    const struct hw_finding *of[HW_REPORT_RULES];
    size_t n = hw_report_rules(p->a, false, of);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        for (const char *s = of[i]->reference; *s != 0; s++) {
            size_t len = technique(s);
            if (len > 0) {
                hw_buf_str(&p->b, any ? ""
                                      : "\n### ATT&CK, by the rules that found something\n\n"
                                        "| Technique | Rule | Severity |\n|---|---|---|\n");
                any = true;
                hw_buf_printf(&p->b, "| %.*s | %s | %s |\n", (int)len, s, of[i]->rule,
                              hw_severity_word(of[i]->severity));
            }
        }
    }
}

void md_detections(struct md *p)
{
    const struct hw_answer *h = p->a->hunt;
    uint64_t said = 0;
    hw_buf_str(&p->b, "\n## Detections\n\n");
    if (h == NULL || h->findings == NULL) {
        hw_buf_str(&p->b, "Nothing was found.\n");
        return;
    }
    hw_buf_str(&p->b, "| Severity | Confidence | Rule | What | Machine | Because | Id |\n"
                      "|---|---|---|---|---|---|---|\n");
    for (const struct hw_finding *f = h->findings; f != NULL; f = f->next) {
        if (!md_row(p, &said, MD_ROWS)) {
            continue;
        }
        hw_buf_printf(&p->b, "| %s | %s | %s | ", hw_severity_word(f->severity),
                      hw_confidence_word(f->confidence), f->rule);
        md_quote(p, hw_report_subject(f));
        md_cell(p);
        md_quote(p, f->host);
        md_cell(p);
        md_reasons(p, f->why);
        if (f->judged != NULL) {
            hw_buf_printf(&p->b, "; an analyst said %s: ", f->judged);
            md_quote(p, f->judged_because);
        }
        hw_buf_printf(&p->b, " | %s |\n", f->id);
    }
    md_more(p, said, MD_ROWS);
    rules(p);
    attack(p);
}

/* ---- measures ---- */

static uint64_t measures_of(struct md *p, const char *verb, uint64_t *io_number)
{
    uint64_t said = 0;
    for (const struct hw_to_do *d = p->a->impact->to_do; d != NULL; d = d->next) {
        if (strcmp(d->verb, verb) == 0 && md_row(p, &said, MD_ROWS)) {
            hw_buf_printf(&p->b, "%llu. %c%s ", (unsigned long long)++*io_number,
                          (char)(verb[0] - 'a' + 'A'), verb + 1);
            md_quote(p, d->what);
            hw_buf_str(&p->b, ": ");
            md_quote(p, d->because);
            hw_buf_char(&p->b, '\n');
        }
    }
    return said > MD_ROWS && !p->t->all ? said - MD_ROWS : 0;
}

void md_measures(struct md *p)
{
    static const char *const verbs[] = {"pull", "rotate", "revoke", "rebuild"};
    const struct hw_finding *of[HW_REPORT_RULES];
    uint64_t number = 0, left = 0;
    hw_buf_str(&p->b, "\n## What to do, in this order\n\n");
    for (size_t v = 0; p->a->impact != NULL && v < sizeof verbs / sizeof verbs[0]; v++) {
        left += measures_of(p, verbs[v], &number);
    }
    for (size_t i = 0, n = hw_report_rules(p->a, false, of); i < n; i++) {
        if (of[i]->severity >= HW_MEDIUM) {
            hw_buf_printf(&p->b, "%llu. %s: %s\n", (unsigned long long)++number, of[i]->rule,
                          of[i]->do_next);
        }
    }
    hw_buf_str(&p->b, number == 0 ? "Nothing that was found asks for a measure; close the gaps "
                                    "below first.\n"
                                  : "");
    if (left > 0) {
        hw_buf_str(&p->b, "\n… and ");
        hw_text_count(&p->b, left);
        hw_buf_str(&p->b, " more (they are in the JSON).\n");
    }
}
