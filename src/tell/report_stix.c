/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_stix.c -- a report as one bundle of STIX 2.1 (OASIS Standard, 10 June 2021).
 *
 * What the standard has a word for is said in it: indicators, sightings, observed data, groupings,
 * relationships with a confidence, notes, opinions. What it has none for (probabilities, states of
 * machines, severities) stands in a property extension (section 7.3) whose definition the bundle
 * carries. People are not named: accounts go by ids, files without their folders.
 */
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "tell/stix.h"
#include "tell/tell.h"

#define EXTENSION "extension-definition--5d1f6a0e-7c2b-4b8e-9a43-0e6f2d9c81b7"
#define MAKER "identity--8c0b7f52-3d4e-4f6a-8b19-6a5d2e70c394"

/* These two are the same in every bundle, so their times are fixed. */
static void define(struct stix *s)
{
    static const char when[] = "2025-01-01T00:00:00.000Z";
    hw_buf_printf(&s->x.b,
                  ",{\"type\":\"identity\",\"spec_version\":\"2.1\",\"id\":\"" MAKER
                  "\",\"created\":\"%s\",\"modified\":\"%s\",\"name\":\"Headwater\","
                  "\"identity_class\":\"system\"}",
                  when, when);
    hw_buf_printf(
        &s->x.b,
        ",{\"type\":\"extension-definition\",\"spec_version\":\"2.1\",\"id\":\"" EXTENSION
        "\",\"created_by_ref\":\"" MAKER "\",\"created\":\"%s\",\"modified\":\"%s\","
        "\"name\":\"Headwater findings\",\"description\":\"What Headwater computed of an object."
        "\",\"schema\":\"All are optional. id, rule, state, kind, word, method: strings of "
        "Headwater's documentation. severity: info, low, medium, high, critical. confidence: low, "
        "moderate, high. class: observed, keyed, inferred, claimed. probability: 0 to 1. judged: "
        "accept, reject. grade: Admiralty code. ran: boolean. count, low, high, findings, "
        "contacted, "
        "independent: numbers. evidence: SHA-256.\",\"version\":\"1.0.0\","
        "\"extension_types\":[\"property-extension\"]}",
        when, when);
}

void stix_extend(struct stix *s)
{
    hw_doc_open(&s->x.b, "extensions", '{');
    hw_doc_open(&s->x.b, EXTENSION, '{');
    hw_doc_words(&s->x.b, "extension_type", "property-extension");
}

void stix_extend_end(struct stix *s)
{
    hw_doc_close(&s->x.b, '}');
    hw_doc_close(&s->x.b, '}');
}

void stix_ref(struct hw_buf *refs, const char *id)
{
    if (id[0] != '\0') {
        hw_buf_printf(refs, "%s\"%s\"", refs->n > 0 ? "," : "", id);
    }
}

bool stix_note(struct stix *s, const char *abstract, const char *kind, struct hw_span name,
               const struct hw_buf *refs)
{
    char id[HW_STIX_ID];
    hw_bundle_id(&s->x, "note", kind, name, id);
    if (!hw_bundle_open(&s->x, "note", id)) {
        return false;
    }
    hw_doc_words(&s->x.b, "abstract", abstract);
    hw_doc_text(&s->x.b, "content", hw_buf_span(&s->says));
    if (refs != NULL && refs->n > 0) {
        hw_doc_open(&s->x.b, "object_refs", '[');
        hw_buf_span_put(&s->x.b, hw_buf_span(refs));
        hw_doc_close(&s->x.b, ']');
    } else {
        hw_bundle_refer(&s->x, "object_refs", s->report);
    }
    return true;
}

void stix_opinion(struct stix *s, const char *about, const char *opinion, struct hw_span because)
{
    char id[HW_STIX_ID];
    hw_bundle_id(&s->x, "opinion", opinion, hw_span_str(about), id);
    if (hw_bundle_open(&s->x, "opinion", id)) {
        hw_doc_words(&s->x.b, "opinion", opinion);
        if (because.n > 0) {
            hw_doc_text(&s->x.b, "explanation", because);
        }
        hw_bundle_refer(&s->x, "object_refs", about);
        hw_bundle_close(&s->x);
    }
}

void stix_left(struct stix *s, uint64_t n, uint64_t most, const char *what)
{
    if (n > most) {
        hw_buf_printf(&s->left, "%s%llu %s beyond the first %llu", s->left.n > 0 ? "; " : "",
                      (unsigned long long)(n - most), what, (unsigned long long)most);
    }
}

static void tell_left(struct stix *s)
{
    if (s->left.n > 0) {
        hw_buf_clear(&s->says);
        hw_buf_str(&s->says, "Left out, to keep this bundle small: ");
        hw_buf_span_put(&s->says, hw_buf_span(&s->left));
        hw_buf_str(&s->says, ". The case itself has all of it.");
        if (stix_note(s, "What is not in this bundle", "left", (struct hw_span){NULL, 0}, NULL)) {
            hw_bundle_close(&s->x);
        }
    }
}

/* The report refers to everything before it. */
static void close_report(struct stix *s)
{
    struct hw_bundle *x = &s->x;
    struct hw_buf refs = x->refs;
    hw_buf_init(&x->refs, HW_DOC_BYTES); /* itself is none of them */
    if (hw_bundle_open(x, "report", s->report)) {
        hw_doc_name(&x->b, "name", x->r->title, "Headwater report");
        hw_doc_open(&x->b, "report_types", '[');
        hw_doc_words(&x->b, NULL, "threat-report");
        hw_doc_close(&x->b, ']');
        hw_doc_time(&x->b, "published", x->now);
        hw_doc_open(&x->b, "object_refs", '[');
        hw_buf_span_put(&x->b, hw_buf_span(&refs));
        hw_doc_close(&x->b, ']');
        hw_bundle_close(x);
    }
    hw_buf_done(&x->refs);
    x->refs = refs;
    hw_buf_str(&x->b, "]}\n");
}

int hw_tell_report_stix(const struct hw_teller *t, const struct hw_report_answer *r,
                        struct hw_error *err)
{
    struct stix s = {.report = ""};
    int rc = HW_OK;
    hw_buf_init(&s.says, 1 << 20);
    hw_buf_init(&s.left, 1 << 16);
    if (hw_bundle_init(&s.x, r, "report")) {
        define(&s);
        hw_bundle_id(&s.x, "report", "report", (struct hw_span){NULL, 0}, s.report);
        stix_indicators(&s);
        stix_findings(&s);
        stix_incidents(&s);
        stix_chain(&s);
        stix_machines(&s);
        stix_held(&s);
        stix_claims(&s);
        stix_judgements(&s);
        stix_numbers(&s);
        stix_unknown(&s);
        tell_left(&s);
        close_report(&s);
    }
    rc = hw_bundle_ok(&s.x) && hw_buf_ok(&s.says) && hw_buf_ok(&s.left)
             ? t->put(t->state, hw_buf_span(&s.x.b), err)
             : hw_fail(err, HW_E_MEMORY, "no memory for the bundle");
    hw_bundle_done(&s.x);
    hw_buf_done(&s.says);
    hw_buf_done(&s.left);
    return rc;
}
