/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_json.c -- a report as JSON, one object a line: what each question answers by itself,
 * with its own summary, then evidence, actions and indicators, and what could not be asked.
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/tell.h"

static void text(struct hw_buf *b, const char *key, struct hw_span s)
{
    hw_json_text(b, key, s);
    hw_buf_char(b, ',');
}

static void date(struct hw_buf *b, const char *key, int64_t ns)
{
    hw_json_time(b, key, ns);
    hw_buf_char(b, ',');
}

static void evidence(struct hw_buf *b, const struct hw_report_evidence *e)
{
    hw_buf_str(b, "{\"type\":\"evidence\",\"schema\":1,");
    hw_json_hex(b, "sha256", (struct hw_span){e->sha256, 32});
    hw_buf_printf(b, ",\"size\":%llu,\"class\":\"%s\",\"degree\":\"%s\",\"facts\":%llu,",
                  (unsigned long long)e->size, e->of_class, e->degree,
                  (unsigned long long)e->facts);
    hw_buf_printf(b, "\"log\":%s,", e->is_log ? "true" : "false");
    text(b, "org", e->org);
    text(b, "host", e->host);
    text(b, "acquired_by", e->acquired_by);
    text(b, "acquired_at", e->acquired_at);
    text(b, "exhibit", e->exhibit);
    text(b, "note", e->note);
    date(b, "read", e->read);
    hw_json_text(b, "path", e->path);
    hw_buf_str(b, "}\n");
}

static void action(struct hw_buf *b, const struct hw_report_action *x)
{
    hw_buf_printf(b, "{\"type\":\"action\",\"schema\":1,\"n\":%llu,", (unsigned long long)x->n);
    date(b, "at", x->at);
    text(b, "who", x->who);
    text(b, "command", x->command);
    text(b, "line", x->args);
    hw_json_text(b, "version", x->version);
    hw_buf_str(b, "}\n");
}

static void indicator(struct hw_buf *b, const struct hw_report_indicator *x)
{
    hw_buf_printf(b, "{\"type\":\"indicator\",\"schema\":1,\"kind\":\"%s\",", x->kind);
    text(b, "value", x->value);
    text(b, "role", x->role);
    text(b, "label", x->label);
    text(b, "source", x->source);
    text(b, "title", x->title);
    text(b, "path", x->path);
    hw_buf_printf(b, "\"line\":%llu,\"met\":%s,\"in_force\":%s,\"block\":%s,",
                  (unsigned long long)x->line, x->met ? "true" : "false",
                  x->in_force ? "true" : "false", x->block ? "true" : "false");
    text(b, "harmless_by", x->list);
    date(b, "valid_from", x->from);
    date(b, "valid_until", x->until);
    date(b, "published", x->published);
    date(b, "revoked", x->revoked);
    date(b, "met_first", x->first);
    hw_json_time(b, "met_last", x->last);
    hw_buf_str(b, "}\n");
}

static int questions(const struct hw_teller *t, const struct hw_report_answer *a,
                     struct hw_error *err)
{
    int rc = a->hunt == NULL ? HW_OK : hw_tell_json(t, a->hunt, err);
    rc = rc != HW_OK || a->chain == NULL ? rc : hw_tell_trace_json(t, a->chain, err);
    rc = rc != HW_OK || a->impact == NULL ? rc : hw_tell_impact_json(t, a->impact, err);
    return rc != HW_OK || a->attribution == NULL ? rc
                                                 : hw_tell_attribute_json(t, a->attribution, err);
}

static void refusals(struct hw_buf *b, const struct hw_report_answer *a)
{
    for (const struct hw_refused *r = a->refused; r != NULL; r = r->next) {
        hw_buf_str(b, "{\"type\":\"refusal\",\"schema\":1,");
        text(b, "of", r->of);
        text(b, "because", r->because);
        hw_json_text(b, "needs", r->needs);
        hw_buf_str(b, "}\n");
    }
}

int hw_tell_report_json(const struct hw_teller *t, const struct hw_report_answer *a,
                        struct hw_error *err)
{
    struct hw_buf b;
    int rc = questions(t, a, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_init(&b, 256 << 20);
    for (const struct hw_report_evidence *e = a->evidence; e != NULL; e = e->next) {
        evidence(&b, e);
    }
    for (const struct hw_report_action *x = a->actions; x != NULL; x = x->next) {
        action(&b, x);
    }
    for (const struct hw_report_indicator *x = a->indicators; x != NULL; x = x->next) {
        indicator(&b, x);
    }
    refusals(&b, a);
    hw_buf_str(&b, "{\"type\":\"summary\",\"schema\":1,\"question\":\"report\",");
    text(&b, "title", a->title);
    text(&b, "target", a->target);
    text(&b, "case", a->id);
    text(&b, "version", a->version);
    text(&b, "tlp", a->tlp);
    text(&b, "author", a->author);
    text(&b, "contact", a->contact);
    hw_buf_printf(&b, "\"evidence\":%llu,\"logs\":%llu,\"indicators_left\":%llu,",
                  (unsigned long long)a->evidence_count, (unsigned long long)a->log_count,
                  (unsigned long long)a->indicators_left);
    date(&b, "as_of", a->as_of);
    hw_buf_printf(&b, "\"exit\":%d}\n", a->exit_status);
    return hw_tell_put(t, &b, err);
}
