/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/attribute_text.c -- who did it, for people: our judgements first, each with its confidence
 * in a sentence of its own, what it stands on, what else was considered, what would change it and
 * what is not known; then what no judgement is made of; then everybody else's words, in quotes.
 *
 * Whatever comes from an estate stands in quotes, so that nobody's words pass for ours: the judge
 * of wording (ask/wording.h) is run over this text by the tests.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

enum { CUT_BYTES = 320 };

struct page {
    const struct hw_teller *t;
    const struct hw_attribute_answer *a;
    struct hw_buf b;
};

/* Another's words. A quote in them cannot end ours. */
static void quote(struct page *p, struct hw_span s)
{
    size_t cut = s.n;
    if (s.n > CUT_BYTES && !p->t->all) {
        for (cut = CUT_BYTES; cut > 0 && (s.p[cut] & 0xc0) == 0x80; cut--) {
        }
    }
    struct hw_span rest = hw_span_cut(s, 0, cut);
    hw_buf_char(&p->b, '"');
    while (rest.n > 0) {
        size_t at = hw_span_find(rest, '"');
        hw_escape_put(&p->b, hw_span_cut(rest, 0, at), HW_ESCAPE_TERMINAL);
        hw_buf_str(&p->b, at < rest.n ? "\\\"" : "");
        rest = hw_span_from(rest, at + 1);
    }
    hw_buf_str(&p->b, cut < s.n ? " ...\"" : "\"");
}

static void ours(struct page *p, struct hw_span s)
{
    hw_escape_put(&p->b, s, HW_ESCAPE_TERMINAL);
}

static void date(struct page *p, int64_t on)
{
    char text[HW_TIME_TEXT];
    if (on != HW_TIME_NONE) {
        hw_buf_printf(&p->b, ", %.10s", hw_time_text(on, text));
    }
}

/* ---- the verdict ---- */

static void pair(struct page *p, const struct hw_judgement *j)
{
    quote(p, j->about);
    hw_buf_str(&p->b, " and ");
    quote(p, j->other);
}

static void verdict_of(struct page *p, const struct hw_judgement *j)
{
    hw_buf_str(&p->b, "One operator for ");
    pair(p, j);
    if (j->percent == 0) {
        hw_buf_str(&p->b, ": no judgement, because ");
        ours(p, j->because);
        hw_buf_str(&p->b, ".\n");
        return;
    }
    hw_buf_printf(&p->b, ": %s (%u to %u %%).\n", j->word->word, j->word->lo, j->word->hi);
    hw_buf_printf(&p->b, "Our confidence in that is %s.\n", hw_confidence_word(j->confidence));
}

static uint64_t publishers(const struct hw_attribute_answer *a)
{
    uint64_t n = 0;
    for (const struct hw_claim *x = a->claims; x != NULL; x = x->next) {
        const struct hw_claim *y = a->claims;
        while (y != x && !hw_span_equal_nocase(y->by, x->by)) {
            y = y->next;
        }
        n += y == x;
    }
    return n;
}

static void verdict(struct page *p)
{
    const struct hw_attribute_answer *a = p->a;
    const char *between = "No judgement of ours about ";
    if (a->exit_status != 0) {
        hw_buf_str(&p->b, "COULD NOT TELL: ");
        ours(p, a->gaps->what);
        hw_buf_str(&p->b, ".\n  -> ");
        ours(p, a->gaps->ask_for);
        hw_buf_char(&p->b, '\n');
        return;
    }
    for (const struct hw_judgement *j = a->judgements; j != NULL; j = j->next) {
        if (strcmp(j->of, "one-operator") == 0) {
            verdict_of(p, j);
        }
    }
    for (const struct hw_judgement *j = a->judgements; j != NULL; j = j->next) {
        if (j->percent == 0 && strcmp(j->of, "one-operator") != 0) {
            hw_buf_printf(&p->b, "%s%s", between, j->of);
            between = ", ";
        }
    }
    hw_buf_str(&p->b, "; ");
    hw_text_many(&p->b, a->claim_count, "claim", "claims");
    hw_buf_str(&p->b, " by ");
    hw_text_many(&p->b, publishers(a), "publisher stand below.\n", "publishers stand below.\n");
    if (a->disputed > 0) {
        hw_text_many(&p->b, a->disputed, "matter is disputed.\n", "matters are disputed.\n");
    }
}

/* ---- judgements ---- */

static void weighed(struct page *p, const struct hw_judgement *j)
{
    hw_buf_printf(&p->b, "  %+4d  where two attacks begin: two operators, 20 to 1\n", j->start);
    for (const struct hw_share *s = j->shares; s != NULL; s = s->next) {
        hw_buf_printf(&p->b, s->weight > 0 ? "  %+4d  %s: " : "  %4d  %s: ", s->weight, s->kind);
        quote(p, s->what);
        hw_buf_str(&p->b, "  [");
        quote(p, s->by);
        hw_buf_char(&p->b, ']');
        if (s->independent > 1) {
            hw_buf_str(&p->b, " by ");
            hw_text_count(&p->b, s->independent);
            hw_buf_str(&p->b, " independent sources");
        }
        hw_buf_str(&p->b, s->because != NULL ? "; " : "");
        hw_buf_str(&p->b, s->because != NULL ? s->because : "");
        hw_buf_char(&p->b, '\n');
    }
    hw_buf_printf(&p->b, "  %+4d  decibans in all: %u %%", j->sum, j->reached);
    if (j->percent > 0 && j->percent < j->reached) {
        hw_buf_printf(&p->b, ", held at %u %%", j->percent);
    }
    hw_buf_char(&p->b, '\n');
}

static void lines(struct page *p, const char *label, const struct hw_why *y)
{
    hw_buf_str(&p->b, label);
    for (; y != NULL; y = y->next) {
        hw_buf_str(&p->b, "  - ");
        ours(p, y->says);
        hw_buf_char(&p->b, '\n');
    }
}

static void spoken(struct page *p, const struct hw_judgement *j)
{
    hw_buf_str(&p->b, "\nJudgement: ");
    pair(p, j);
    hw_buf_printf(&p->b, " were the work of one operator: %s (%u to %u %%).\n", j->word->word,
                  j->word->lo, j->word->hi);
    hw_buf_printf(&p->b, "Confidence: %s, because ", hw_confidence_word(j->confidence));
    ours(p, j->confidence_because);
    hw_buf_str(&p->b, ".\nBasis:\n");
    weighed(p, j);
    lines(p, "Alternatives considered:\n", j->alternatives);
    lines(p, "What would change it:\n", j->would_change);
    lines(p, "Gaps:\n", j->gaps);
}

static void refused(struct page *p, const struct hw_judgement *j)
{
    hw_buf_str(&p->b, "\nNo judgement of ");
    if (strcmp(j->of, "one-operator") == 0) {
        hw_buf_str(&p->b, "one operator for ");
        pair(p, j);
    } else {
        hw_buf_str(&p->b, strcmp(j->of, "objective") == 0 ? "an " : "a ");
        hw_buf_str(&p->b, j->of);
    }
    hw_buf_str(&p->b, ": ");
    ours(p, j->because);
    hw_buf_str(&p->b, ".\n");
    if (j->shares != NULL) {
        weighed(p, j);
    }
    hw_buf_str(&p->b, "  -> ask for ");
    ours(p, j->needs);
    hw_buf_char(&p->b, '\n');
}

/* ---- the words of others ---- */

static void graded(struct page *p, const struct hw_claim *x)
{
    if (x->grade.n > 0 && x->held[0] == 0) {
        hw_buf_str(&p->b, ", graded ");
        quote(p, x->grade);
        hw_buf_str(&p->b, ", which the Admiralty scale does not have");
    } else if (x->held[0] != 0) {
        hw_buf_printf(&p->b, ", %s", x->held);
        if (x->grade.p[1] != (uint8_t)x->held[1]) {
            hw_buf_str(&p->b, " (graded 1, \"confirmed\", and nobody independent says the same)");
        }
    }
    static const char *const levels[] = {"low", "moderate", "high"};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (hw_span_is(x->confidence, levels[i])) {
            hw_buf_printf(&p->b, ", its own confidence %s", levels[i]);
        }
    }
}

static void claim(struct page *p, const struct hw_claim *x)
{
    hw_buf_str(&p->b, "    ");
    hw_escape_put(&p->b, x->topic, HW_ESCAPE_TERMINAL);
    hw_buf_char(&p->b, ' ');
    if (x->value.n > 0) {
        quote(p, x->value);
        hw_buf_char(&p->b, ' ');
    }
    hw_buf_str(&p->b, "by ");
    quote(p, x->by);
    date(p, x->on);
    graded(p, x);
    if (x->rests_on.n > 0) {
        hw_buf_str(&p->b, ", rests on ");
        quote(p, x->rests_on);
    }
    hw_buf_str(&p->b, "\n      ");
    quote(p, x->says);
    if (x->names.n > 0) {
        hw_buf_str(&p->b, "\n      names ");
        quote(p, x->names);
    }
    if (x->url.n > 0) {
        hw_buf_str(&p->b, "\n      at ");
        quote(p, x->url);
    }
    hw_buf_char(&p->b, '\n');
}

static void claims(struct page *p)
{
    struct hw_span about = {NULL, 0};
    for (const struct hw_claim *x = p->a->claims; x != NULL; x = x->next) {
        if (x == p->a->claims) {
            hw_buf_str(&p->b, "\nWhat others say, each for itself\n");
        }
        if (x == p->a->claims || !hw_span_equal_nocase(about, x->about)) {
            hw_buf_str(&p->b, "  of ");
            quote(p, x->about);
            hw_buf_char(&p->b, '\n');
        }
        about = x->about;
        claim(p, x);
    }
}

static void names(struct page *p)
{
    if (p->a->namings != NULL) {
        hw_buf_str(&p->b, "\nNames of groups, kept apart\n");
    }
    for (const struct hw_names_apart *n = p->a->namings; n != NULL; n = n->next) {
        hw_buf_str(&p->b, "  ");
        quote(p, n->about);
        hw_buf_str(&p->b, ": ");
        hw_text_many(&p->b, n->claims, "claim, ", "claims, ");
        hw_text_many(&p->b, n->names, "name, ", "names, ");
        hw_text_many(&p->b, n->systems, "naming system, no merge\n", "naming systems, no merge\n");
    }
    for (const struct hw_alias *x = p->a->aliases; x != NULL; x = x->next) {
        hw_buf_str(&p->b, "  ");
        quote(p, x->name);
        hw_buf_str(&p->b, " is a name of ");
        quote(p, x->who);
        if (x->who_id.n > 0) {
            hw_buf_char(&p->b, ' ');
            quote(p, x->who_id);
        }
        hw_buf_str(&p->b, " to ");
        quote(p, x->source.n > 0 ? x->source : x->path);
        hw_buf_char(&p->b, '\n');
    }
}

static void disagreement(struct page *p, const struct hw_disagreement *d)
{
    hw_buf_str(&p->b, "  ");
    quote(p, d->about);
    hw_buf_str(&p->b, ": ");
    if (d->asks.n > 0 || d->question.n > 0) {
        quote(p, d->asks.n > 0 ? d->asks : d->question);
    } else if (hw_span_is(d->topic, "alias")) {
        hw_buf_str(&p->b, "one name, several groups");
    } else {
        hw_escape_put(&p->b, d->topic, HW_ESCAPE_TERMINAL);
    }
    hw_buf_str(&p->b, d->disputed ? "\n" : " (one answer)\n");
    for (const struct hw_saying *s = d->each; s != NULL; s = s->next) {
        hw_buf_str(&p->b, "    ");
        quote(p, s->by);
        date(p, s->on);
        hw_buf_str(&p->b, ": ");
        quote(p, s->value);
        hw_buf_char(&p->b, '\n');
    }
    hw_buf_str(&p->b, "    -> would decide: ");
    if (d->asks.n > 0 || d->question.n > 0) {
        quote(p, d->decided_by.n > 0 ? d->decided_by : HW_SPAN_LIT("nobody has said what would"));
    } else {
        ours(p, d->decided_by);
    }
    hw_buf_char(&p->b, '\n');
}

static void rest(struct page *p)
{
    const struct hw_attribute_answer *a = p->a;
    for (const struct hw_disagreement *d = a->disagreements; d != NULL; d = d->next) {
        if (d == a->disagreements) {
            hw_buf_str(&p->b, "\nStatements that disagree, and what would decide\n");
        }
        disagreement(p, d);
    }
    for (const struct hw_gap *g = a->exit_status != 0 ? NULL : a->gaps; g != NULL; g = g->next) {
        hw_buf_str(&p->b, g == a->gaps ? "\nNot known\n  " : "  ");
        ours(p, g->what);
        hw_buf_str(&p->b, "\n  -> ");
        ours(p, g->ask_for);
        hw_buf_char(&p->b, '\n');
    }
    if (a->later > 0) {
        hw_buf_char(&p->b, '\n');
        hw_text_many(&p->b, a->later, "statement was", "statements were");
        hw_buf_str(&p->b, " made later than ");
        hw_text_time(&p->b, a->as_of, p->t->zone_minutes);
        hw_buf_str(&p->b, " and left out.\n");
    }
}

int hw_tell_attribute_text(const struct hw_teller *t, const struct hw_attribute_answer *a,
                           struct hw_error *err)
{
    struct page p = {.t = t, .a = a};
    hw_buf_init(&p.b, 256 << 20);
    verdict(&p);
    for (const struct hw_judgement *j = a->judgements; j != NULL; j = j->next) {
        if (j->percent > 0) {
            spoken(&p, j);
        } else {
            refused(&p, j);
        }
    }
    names(&p);
    rest(&p);
    claims(&p);
    return hw_tell_put(t, &p.b, err);
}
