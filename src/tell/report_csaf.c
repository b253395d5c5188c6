/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_csaf.c -- a report as a document of the Common Security Advisory Framework (CSAF 2.0,
 * OASIS Standard, 18 November 2022); csaf_products.c has its products.
 *
 * Where no release is known the profile is csaf_security_incident_response (4.2); where some are,
 * csaf_security_advisory (4.4), and then what csaf_vex (4.5) asks holds as well: an id, and what to
 * do about each product that is affected. A machine wrote it and nobody has released it, so it is a
 * draft with version 0; who publishes it changes both. The namespace of an unnamed publisher is the
 * URN of the case (RFC 4122).
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tell/csaf.h"
#include "tell/tell.h"

enum { LINES = 100 };

/* ---- notes ---- */

static void open_note(struct csaf *c)
{
    hw_buf_clear(&c->words);
}

static void close_note(struct csaf *c, const char *category, const char *title)
{
    if (c->words.n > 0) {
        hw_doc_open(&c->b, NULL, '{');
        hw_doc_words(&c->b, "category", category);
        hw_doc_text(&c->b, "text", hw_buf_span(&c->words));
        hw_doc_words(&c->b, "title", title);
        hw_doc_close(&c->b, '}');
    }
}

static void part(struct csaf *c, const char *before, struct hw_span text)
{
    if (text.n > 0) {
        hw_buf_str(&c->words, before);
        hw_doc_clean(&c->words, text, HW_DOC_NAME);
    }
}

static void line(struct csaf *c)
{
    hw_buf_str(&c->words, c->words.n > 0 ? "\n" : "");
}

static void summary(struct csaf *c)
{
    const struct hw_report_answer *r = c->r;
    open_note(c);
    hw_buf_printf(&c->words, "From the records of Headwater case %s.", c->uuid);
    if (r->hunt != NULL) {
        uint64_t findings = 0, incidents = 0;
        for (const struct hw_finding *f = r->hunt->findings; f != NULL; f = f->next) {
            findings += !f->baseline && !hw_is_rejected(f->judged) && f->severity >= HW_MEDIUM;
        }
        for (const struct hw_incident *i = r->hunt->incidents; i != NULL; i = i->next) {
            incidents++;
        }
        hw_buf_printf(&c->words, " %llu findings of medium severity or more, %llu incidents.",
                      (unsigned long long)findings, (unsigned long long)incidents);
    }
    if (c->count > 0) {
        hw_buf_printf(&c->words,
                      " %zu products: %zu known to be affected, %zu under investigation.", c->count,
                      c->affected, c->count - c->affected);
    }
    if (c->left > 0) {
        hw_buf_printf(&c->words, " %llu more products are left out, to keep this document small.",
                      (unsigned long long)c->left);
    }
    close_note(c, "summary", "Summary");
}

static void machines(struct csaf *c)
{
    const struct hw_affected_answer *m = c->r->impact == NULL ? NULL : c->r->impact->machines;
    open_note(c);
    for (int i = 0; m != NULL && i < HW_ASSET_STATE_COUNT; i++) {
        line(c);
        hw_buf_printf(&c->words, "%s: %llu", hw_asset_state_word((enum hw_asset_state)i),
                      (unsigned long long)m->count[i]);
    }
    close_note(c, "details", "Machines by state");
}

static void chain(struct csaf *c)
{
    const struct hw_trace_answer *a = c->r->chain;
    uint64_t n = 0;
    open_note(c);
    for (const struct hw_crossing *x = a == NULL ? NULL : a->crossings; x != NULL; x = x->next) {
        if (n++ < LINES) {
            line(c);
            part(c, "From ", hw_doc_org(x->from_org));
            part(c, " to ", hw_doc_org(x->to_org));
            part(c, " by release ", x->release);
        }
    }
    close_note(c, "details", "Where it crossed between organisations");
}

static void to_do(struct csaf *c)
{
    uint64_t n = 0;
    open_note(c);
    const struct hw_to_do *d = c->r->impact == NULL ? NULL : c->r->impact->to_do;
    for (; d != NULL; d = d->next) {
        if (n++ < LINES) {
            line(c);
            hw_buf_str(&c->words, d->verb);
            part(c, " ", d->what);
            part(c, ": ", d->because);
        }
    }
    close_note(c, "details", "What to do");
}

static void judgements(struct csaf *c)
{
    const struct hw_attribute_answer *a = c->r->attribution;
    uint64_t n = 0;
    open_note(c);
    for (const struct hw_judgement *j = a == NULL ? NULL : a->judgements; j != NULL; j = j->next) {
        if (n++ >= LINES) {
            break;
        }
        line(c);
        hw_buf_printf(&c->words, "%s", j->of);
        part(c, ", ", j->about);
        part(c, " and ", j->other);
        if (j->percent > 0) {
            hw_buf_printf(&c->words, ": %s (%u per cent), confidence %s",
                          j->word != NULL ? j->word->word : "", j->percent,
                          hw_confidence_word(j->confidence));
        } else {
            part(c, ": no judgement, because ", j->because);
        }
    }
    close_note(c, "details", "Judgements");
}

static void refusals(struct csaf *c, const struct hw_refused *r)
{
    for (uint64_t n = 0; r != NULL && n < LINES; r = r->next, n++) {
        line(c);
        part(c, "Not answered: ", r->of);
        part(c, ", because ", r->because);
        part(c, "; it needs ", r->needs);
    }
}

static void gaps(struct csaf *c)
{
    uint64_t n = 0;
    open_note(c);
    refusals(c, c->r->refused);
    refusals(c, c->r->impact == NULL ? NULL : c->r->impact->refused);
    for (const struct hw_gap *g = c->r->hunt == NULL ? NULL : c->r->hunt->gaps; g != NULL;
         g = g->next) {
        if (n++ < LINES) {
            line(c);
            part(c, "Not looked at: ", g->what);
            part(c, "; ask for ", g->ask_for);
        }
    }
    close_note(c, "other", "What is not known");
}

/* ---- references ---- */

static void reference(struct csaf *c, struct hw_span summary_text, struct hw_span url)
{
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_words(&c->b, "category", "external");
    hw_doc_name(&c->b, "summary", summary_text, "What somebody else published");
    hw_doc_text(&c->b, "url", url);
    hw_doc_close(&c->b, '}');
}

/* An incident response document needs one that is external (6.1.27.2): the case itself, which lies
 * with whoever holds it, is one. */
static void references(struct csaf *c)
{
    const struct hw_attribute_answer *a = c->r->attribution;
    struct hw_span before = {NULL, 0};
    uint64_t n = 0;
    char urn[64];
    (void)snprintf(urn, sizeof urn, "urn:uuid:%s", c->uuid);
    hw_doc_open(&c->b, "references", '[');
    reference(c, HW_SPAN_LIT("The case that holds the evidence"), hw_span_str(urn));
    for (const struct hw_claim *x = a == NULL ? NULL : a->claims; x != NULL; x = x->next) {
        if (hw_doc_is_url(x->url) && !hw_span_equal(before, x->url) && n++ < LINES) {
            reference(c, x->title.n > 0 ? x->title : x->by, x->url);
            before = x->url;
        }
    }
    hw_doc_close(&c->b, ']');
}

/* ---- the document ---- */

/* TLP 1 is all that CSAF 2.0 has (3.2.1.5.2): CLEAR is its WHITE, and strict is said in words. */
static void distribution(struct csaf *c)
{
    static const char *const labels[] = {NULL, "WHITE", "GREEN", "AMBER", "AMBER", "RED"};
    enum hw_tlp t = hw_tlp_read(c->r->tlp);
    if (t == HW_TLP_NONE) {
        return;
    }
    hw_doc_open(&c->b, "distribution", '{');
    if (t == HW_TLP_STRICT) {
        hw_doc_words(&c->b, "text", "TLP:AMBER+STRICT: for the recipient's organisation only.");
    }
    hw_doc_open(&c->b, "tlp", '{');
    hw_doc_words(&c->b, "label", labels[t]);
    hw_doc_words(&c->b, "url", "https://www.first.org/tlp/");
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, '}');
}

static void publisher(struct csaf *c)
{
    char name[96];
    hw_doc_open(&c->b, "publisher", '{');
    hw_doc_words(&c->b, "category", "other");
    if (hw_span_trim(c->r->contact).n > 0) {
        hw_doc_name(&c->b, "contact_details", c->r->contact, "not given");
    }
    (void)snprintf(name, sizeof name, "Headwater case %s", c->uuid);
    hw_doc_name(&c->b, "name", c->r->author, name);
    (void)snprintf(name, sizeof name, "urn:uuid:%s", c->uuid);
    hw_doc_words(&c->b, "namespace", name);
    hw_doc_close(&c->b, '}');
}

/* The id is fit to be a file's name as it is (5.1): lower case, digits, '-'. */
static void tracking(struct csaf *c)
{
    char id[64];
    int64_t now = hw_doc_has_time(c->r->as_of) ? c->r->as_of : 0;
    (void)snprintf(id, sizeof id, "headwater-%s", c->uuid);
    hw_doc_open(&c->b, "tracking", '{');
    hw_doc_time(&c->b, "current_release_date", now);
    hw_doc_open(&c->b, "generator", '{');
    hw_doc_time(&c->b, "date", now);
    hw_doc_open(&c->b, "engine", '{');
    hw_doc_words(&c->b, "name", "Headwater");
    hw_doc_name(&c->b, "version", c->r->version, "0");
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, '}');
    hw_doc_words(&c->b, "id", id);
    hw_doc_time(&c->b, "initial_release_date", now);
    hw_doc_open(&c->b, "revision_history", '[');
    hw_doc_open(&c->b, NULL, '{');
    hw_doc_time(&c->b, "date", now);
    hw_doc_words(&c->b, "number", "0");
    hw_doc_words(&c->b, "summary", "Written from the case; not released.");
    hw_doc_close(&c->b, '}');
    hw_doc_close(&c->b, ']');
    hw_doc_words(&c->b, "status", "draft");
    hw_doc_words(&c->b, "version", "0");
    hw_doc_close(&c->b, '}');
}

static void document(struct csaf *c)
{
    hw_doc_open(&c->b, "document", '{');
    hw_doc_words(&c->b, "category",
                 c->count > 0 ? "csaf_security_advisory" : "csaf_security_incident_response");
    hw_doc_words(&c->b, "csaf_version", "2.0");
    distribution(c);
    hw_doc_words(&c->b, "lang", "en");
    hw_doc_open(&c->b, "notes", '[');
    summary(c);
    machines(c);
    chain(c);
    to_do(c);
    judgements(c);
    gaps(c);
    hw_doc_close(&c->b, ']');
    publisher(c);
    references(c);
    hw_doc_name(&c->b, "title", c->r->title, "Headwater report");
    tracking(c);
    hw_doc_close(&c->b, '}');
}

int hw_tell_report_csaf(const struct hw_teller *t, const struct hw_report_answer *r,
                        struct hw_error *err)
{
    struct csaf c = {.r = r};
    uint8_t space[16];
    hw_buf_init(&c.b, HW_DOC_BYTES);
    hw_buf_init(&c.words, 1 << 20);
    bool ok = hw_uuid_of_case(r, space, c.uuid) && csaf_gather(&c);
    if (ok) {
        hw_doc_open(&c.b, NULL, '{');
        document(&c);
        csaf_products(&c);
        csaf_vulnerability(&c);
        hw_buf_str(&c.b, "}\n");
    }
    int rc = ok && hw_buf_ok(&c.b) && hw_buf_ok(&c.words)
                 ? t->put(t->state, hw_buf_span(&c.b), err)
                 : hw_fail(err, HW_E_MEMORY, "no memory for the advisory");
    hw_buf_done(&c.b);
    hw_buf_done(&c.words);
    hw_arena_free(c.arena);
    return rc;
}
