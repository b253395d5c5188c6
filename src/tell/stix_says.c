/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/stix_says.c -- what others said, what was judged and with what probability, what was counted
 * and by whom, and what is not known.
 *
 * A claim stays its source's: a note that names it. A refusal to judge is an opinion "neutral" with
 * its reason (STIX 2.1, 4.14), so that silence cannot be read as agreement.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/stix.h"

static void part(struct stix *s, const char *before, struct hw_span text)
{
    if (text.n > 0) {
        hw_buf_str(&s->says, before);
        hw_doc_clean(&s->says, text, HW_DOC_NAME);
    }
}

/* ---- claims ---- */

static void claim(struct stix *s, const struct hw_claim *c)
{
    struct hw_buf key;
    hw_buf_init(&key, 1 << 18);
    hw_buf_span_put(&key, c->path);
    hw_buf_printf(&key, "\n%llu\n", (unsigned long long)c->line);
    hw_buf_span_put(&key, c->topic);
    hw_buf_clear(&s->says);
    part(s, "", c->by.n > 0 ? c->by : HW_SPAN_LIT("A source without a name"));
    part(s, " says of ", c->about);
    part(s, ", ", c->topic);
    part(s, ": ", c->says.n > 0 ? c->says : c->value);
    part(s, "; it rests on ", c->rests_on);
    if (stix_note(s, "A claim of somebody else", "claim", hw_buf_span(&key), NULL)) {
        if (c->by.n > 0) {
            hw_doc_open(&s->x.b, "external_references", '[');
            hw_doc_open(&s->x.b, NULL, '{');
            hw_doc_name(&s->x.b, "source_name", c->by, "a source");
            hw_doc_name(&s->x.b, "description", c->title, "a report");
            hw_doc_close(&s->x.b, '}');
            hw_doc_close(&s->x.b, ']');
        }
        stix_extend(s);
        hw_doc_words(&s->x.b, "kind", "claim");
        if (c->grade.n > 0) {
            hw_doc_text(&s->x.b, "grade", c->grade);
        }
        hw_doc_number(&s->x.b, "independent", c->independent);
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
    s->x.failed = s->x.failed || !hw_buf_ok(&key);
    hw_buf_done(&key);
}

void stix_claims(struct stix *s)
{
    uint64_t n = 0;
    const struct hw_attribute_answer *a = s->x.r->attribution;
    for (const struct hw_claim *c = a == NULL ? NULL : a->claims; c != NULL; c = c->next) {
        if (n++ < HW_STIX_CLAIMS) {
            claim(s, c);
        }
    }
    stix_left(s, n, HW_STIX_CLAIMS, "claims");
}

/* ---- judgements ---- */

static void key_of(const struct hw_judgement *j, struct hw_buf *key)
{
    hw_buf_str(key, j->of);
    hw_buf_char(key, '\n');
    hw_buf_span_put(key, j->about);
    hw_buf_char(key, '\n');
    hw_buf_span_put(key, j->other);
}

static void spoken(struct stix *s, const struct hw_judgement *j, struct hw_span key)
{
    hw_buf_clear(&s->says);
    part(s, "", j->about);
    part(s, " and ", j->other);
    hw_buf_printf(&s->says, ", %s: %s (%u per cent); confidence %s", j->of,
                  j->word != NULL ? j->word->word : "no word", j->percent,
                  hw_confidence_word(j->confidence));
    part(s, ", because ", j->confidence_because);
    for (const struct hw_why *w = j->alternatives; w != NULL; w = w->next) {
        part(s, "; alternative: ", w->says);
    }
    for (const struct hw_why *w = j->would_change; w != NULL; w = w->next) {
        part(s, "; would change it: ", w->says);
    }
    if (stix_note(s, "A judgement of Headwater", "judgement", key, NULL)) {
        stix_extend(s);
        hw_doc_words(&s->x.b, "kind", j->of);
        hw_buf_printf(&s->x.b, ",\"probability\":0.%02u", j->percent % 100);
        if (j->word != NULL) {
            hw_doc_words(&s->x.b, "word", j->word->word);
            hw_buf_printf(&s->x.b, ",\"low\":0.%02u,\"high\":0.%02u", j->word->lo % 100,
                          j->word->hi % 100);
        }
        hw_doc_words(&s->x.b, "confidence", hw_confidence_word(j->confidence));
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
}

static void refused(struct stix *s, const struct hw_judgement *j, struct hw_span key)
{
    char id[HW_STIX_ID];
    hw_bundle_id(&s->x, "opinion", "refused", key, id);
    if (hw_bundle_open(&s->x, "opinion", id)) {
        hw_buf_clear(&s->says);
        hw_buf_printf(&s->says, "No judgement of %s is given", j->of);
        part(s, ": ", j->about);
        part(s, " and ", j->other);
        part(s, ". Because ", j->because);
        part(s, ". It needs ", j->needs);
        hw_doc_words(&s->x.b, "opinion", "neutral");
        hw_doc_text(&s->x.b, "explanation", hw_buf_span(&s->says));
        hw_bundle_refer(&s->x, "object_refs", s->report);
        hw_bundle_close(&s->x);
    }
}

void stix_judgements(struct stix *s)
{
    uint64_t n = 0;
    const struct hw_attribute_answer *a = s->x.r->attribution;
    for (const struct hw_judgement *j = a == NULL ? NULL : a->judgements; j != NULL; j = j->next) {
        struct hw_buf key;
        if (n++ >= HW_STIX_LINES) {
            continue;
        }
        hw_buf_init(&key, 1 << 18);
        key_of(j, &key);
        if (j->percent > 0) {
            spoken(s, j, hw_buf_span(&key));
        } else {
            refused(s, j, hw_buf_span(&key));
        }
        s->x.failed = s->x.failed || !hw_buf_ok(&key);
        hw_buf_done(&key);
    }
    stix_left(s, n, HW_STIX_LINES, "judgements");
}

/* ---- numbers ---- */

static void counted(struct stix *s, const struct hw_counted *c, uint64_t n)
{
    char number[32];
    struct hw_buf key;
    (void)snprintf(number, sizeof number, "%llu\n", (unsigned long long)n);
    hw_buf_init(&key, 1 << 18);
    hw_buf_str(&key, number);
    hw_buf_span_put(&key, c->of);
    hw_buf_clear(&s->says);
    part(s, "", c->limit);
    hw_buf_printf(&s->says, "%s%llu ", c->limit.n > 0 ? " " : "", (unsigned long long)c->value);
    part(s, "", c->unit);
    part(s, ", of ", c->of);
    if (c->ours) {
        hw_buf_str(&s->says, "; counted here, from what the case holds");
    } else {
        part(s, "; counted by ", c->observer.n > 0 ? c->observer : c->source);
    }
    if (stix_note(s, "A count: never added to another's", "count", hw_buf_span(&key), NULL)) {
        stix_extend(s);
        hw_doc_number(&s->x.b, "count", c->value);
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
    s->x.failed = s->x.failed || !hw_buf_ok(&key);
    hw_buf_done(&key);
}

static void estimated(struct stix *s, const struct hw_estimated *e)
{
    hw_buf_clear(&s->says);
    part(s, "", e->says.n > 0 ? e->says : e->of);
    hw_buf_printf(&s->says, " (%s: %.1f, 95 %% interval %.1f to %.1f)", e->method, e->n, e->lo,
                  e->hi);
    for (size_t i = 0; e->assumes != NULL && e->assumes[i] != NULL; i++) {
        part(s, "; assumes: ", hw_span_str(e->assumes[i]));
    }
    if (stix_note(s, "An estimate of how many there are", "estimate", e->of, NULL)) {
        stix_extend(s);
        hw_doc_words(&s->x.b, "method", e->method);
        hw_buf_printf(&s->x.b, ",\"count\":%.1f,\"low\":%.1f,\"high\":%.1f", e->n, e->lo, e->hi);
        stix_extend_end(s);
        hw_bundle_close(&s->x);
    }
}

void stix_numbers(struct stix *s)
{
    const struct hw_impact_answer *a = s->x.r->impact;
    uint64_t n = 0;
    for (const struct hw_counted *c = a == NULL ? NULL : a->counts; c != NULL; c = c->next) {
        if (n++ < HW_STIX_LINES) {
            counted(s, c, n);
        }
    }
    stix_left(s, n, HW_STIX_LINES, "counts");
    n = 0;
    for (const struct hw_estimated *e = a == NULL ? NULL : a->estimates; e != NULL; e = e->next) {
        if (n++ < HW_STIX_LINES) {
            estimated(s, e);
        }
    }
    stix_left(s, n, HW_STIX_LINES, "estimates");
}

/* ---- what is not known ---- */

static uint64_t refusals(struct stix *s, const struct hw_refused *r)
{
    uint64_t n = 0;
    for (; r != NULL; r = r->next) {
        if (n++ < HW_STIX_LINES) {
            part(s, "\nNot answered: ", r->of);
            part(s, ", because ", r->because);
            part(s, "; it needs ", r->needs);
        }
    }
    return n;
}

static uint64_t gaps(struct stix *s, const struct hw_gap *g)
{
    uint64_t n = 0;
    for (; g != NULL; g = g->next) {
        if (n++ < HW_STIX_LINES) {
            part(s, "\nNot looked at: ", g->what);
            part(s, "; ask for ", g->ask_for);
        }
    }
    return n;
}

void stix_unknown(struct stix *s)
{
    const struct hw_report_answer *r = s->x.r;
    uint64_t n = 0;
    hw_buf_clear(&s->says);
    hw_buf_str(&s->says, "What is not known, and what would tell.");
    n += refusals(s, r->refused);
    n += refusals(s, r->impact == NULL ? NULL : r->impact->refused);
    n += gaps(s, r->hunt == NULL ? NULL : r->hunt->gaps);
    n += gaps(s, r->attribution == NULL ? NULL : r->attribution->gaps);
    for (const struct hw_unseen *u = r->chain == NULL ? NULL : r->chain->missing; u != NULL;
         u = u->next) {
        if (n++ < HW_STIX_LINES) {
            part(s, "\nNot seen: ", u->what);
            part(s, "; ask for ", u->ask_for);
        }
    }
    if (n > 0 && stix_note(s, "Intelligence gaps", "gaps", (struct hw_span){NULL, 0}, NULL)) {
        hw_bundle_close(&s->x);
    }
}
