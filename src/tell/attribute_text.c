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
    if (a->behaviour != NULL && a->behaviour->named) {
        hw_buf_str(&p->b, between[0] == ',' ? ".\n" : "");
        hw_buf_str(&p->b, "By behaviour, the group ");
        quote(p, a->behaviour->candidates->name);
        hw_buf_printf(&p->b, ": %s (%u to %u %%).\nOur confidence in that is low.\n",
                      a->behaviour->word->word, a->behaviour->word->lo, a->behaviour->word->hi);
    } else if (a->behaviour != NULL) {
        hw_buf_printf(&p->b, "%sa group by behaviour.\n", between);
    }
    if (a->claim_count == 0) {
        hw_buf_str(&p->b, a->behaviour == NULL ? ".\n" : "");
        return;
    }
    hw_buf_str(&p->b, a->behaviour == NULL ? "; " : "");
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

/* ---- by behaviour ---- */

static void candidates(struct page *p, const struct hw_behaviour_answer *x)
{
    for (const struct hw_behaved *c = x->candidates; c != NULL; c = c->next) {
        hw_buf_str(&p->b, "  ");
        quote(p, c->id);
        hw_buf_char(&p->b, ' ');
        quote(p, c->name);
        hw_buf_printf(
            &p->b, ": %u of its %u in common, %u of them software; %.1f deviations above chance\n",
            c->shared, c->features, c->tools, c->z);
        if (c == x->candidates && c->rarest.n > 0) {
            hw_buf_str(&p->b, "      rarest first: ");
            quote(p, c->rarest);
            hw_buf_char(&p->b, '\n');
        }
    }
}

static void behaviour(struct page *p, const struct hw_behaviour_answer *x)
{
    hw_buf_str(&p->b, x->named ? "\nJudgement from behaviour: group "
                               : "\nNo judgement of a group from behaviour: ");
    if (x->named) {
        quote(p, x->candidates->name);
        hw_buf_printf(&p->b, ": %s (%u to %u %%).\n", x->word->word, x->word->lo, x->word->hi);
        hw_buf_str(
            &p->b,
            "Confidence: low, because behaviour alone can be copied, and profiles hold what was "
            "published.\n");
    } else {
        ours(p, x->because);
        hw_buf_str(&p->b, ".\n");
    }
    if (x->groups > 0) {
        hw_buf_str(&p->b, "Basis:\n  profiles of ");
        hw_text_many(&p->b, x->groups, "group by ", "groups by ");
        quote(p, x->publisher);
        hw_buf_printf(&p->b, "; of %u things asked about it knows %u; ", x->asked, x->known);
        hw_text_many(&p->b, x->left_out, "claim was", "claims were");
        hw_buf_str(&p->b, " left out, for their sources or dates\n");
        candidates(p, x);
    }
    if (x->said.n > 0) {
        hw_buf_str(&p->b, "  not used: the publisher itself says ");
        quote(p, x->said);
        hw_buf_char(&p->b, '\n');
    }
    if (x->named) {
        hw_buf_str(&p->b,
                   "Alternatives considered:\n"
                   "  - A group without a profile here, or with one under another name.\n"
                   "  - Another group with the same programs: the rarest of them weighs most.\n"
                   "What would change it:\n"
                   "  - A report of another group with the rarest of what they have in common.\n"
                   "Gaps:\n"
                   "  - Who wrote down what was done may have known the group.\n"
                   "  - How often this is right when it speaks stands in docs/accuracy.md.\n");
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
    if (a->behaviour != NULL) {
        behaviour(&p, a->behaviour);
    }
    names(&p);
    rest(&p);
    claims(&p);
    return hw_tell_put(t, &p.b, err);
}
