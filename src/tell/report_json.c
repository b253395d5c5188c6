/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_json.c -- a report as JSON, one object a line: what each question answers by itself,
 * with its own summary, then evidence, actions and indicators, and what could not be asked.
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/report.h"
#include "tell/tell.h"

static void evidence(struct hw_buf *b, const struct hw_report_evidence *e)
{
    hw_buf_str(b, "{\"type\":\"evidence\",\"schema\":1,");
    hw_json_hex(b, "sha256", (struct hw_span){e->sha256, 32});
    hw_buf_printf(b, ",\"size\":%llu,\"class\":\"%s\",\"degree\":\"%s\",\"facts\":%llu,",
                  (unsigned long long)e->size, e->of_class, e->degree,
                  (unsigned long long)e->facts);
    hw_buf_printf(b, "\"log\":%s,", e->is_log ? "true" : "false");
    hw_json_put(b, "org", e->org);
    hw_json_put(b, "host", e->host);
    hw_json_put(b, "acquired_by", e->acquired_by);
    hw_json_put(b, "acquired_at", e->acquired_at);
    hw_json_put(b, "exhibit", e->exhibit);
    hw_json_put(b, "note", e->note);
    hw_json_put_time(b, "read", e->read);
    hw_json_text(b, "path", e->path);
    hw_buf_str(b, "}\n");
}

static void action(struct hw_buf *b, const struct hw_report_action *x)
{
    hw_buf_printf(b, "{\"type\":\"action\",\"schema\":1,\"n\":%llu,", (unsigned long long)x->n);
    hw_json_put_time(b, "at", x->at);
    hw_json_put(b, "who", x->who);
    hw_json_put(b, "command", x->command);
    hw_json_put(b, "line", x->args);
    hw_json_text(b, "version", x->version);
    hw_buf_str(b, "}\n");
}

static void indicator(struct hw_buf *b, const struct hw_report_indicator *x)
{
    hw_buf_printf(b, "{\"type\":\"indicator\",\"schema\":1,\"kind\":\"%s\",", x->kind);
    hw_json_put(b, "value", x->value);
    hw_json_put(b, "role", x->role);
    hw_json_put(b, "label", x->label);
    hw_json_put(b, "source", x->source);
    hw_json_put(b, "title", x->title);
    hw_json_put(b, "path", x->path);
    hw_buf_printf(b, "\"line\":%llu,\"met\":%s,\"in_force\":%s,\"block\":%s,",
                  (unsigned long long)x->line, x->met ? "true" : "false",
                  x->in_force ? "true" : "false", x->block ? "true" : "false");
    hw_json_put(b, "harmless_by", x->list);
    hw_json_put_time(b, "valid_from", x->from);
    hw_json_put_time(b, "valid_until", x->until);
    hw_json_put_time(b, "published", x->published);
    hw_json_put_time(b, "revoked", x->revoked);
    hw_json_put_time(b, "met_first", x->first);
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
        hw_json_put(b, "of", r->of);
        hw_json_put(b, "because", r->because);
        hw_json_text(b, "needs", r->needs);
        hw_buf_str(b, "}\n");
    }
}

/* As JSON has no other quotes than its own, what others said stands in typographic ones. */
static void quote(void *state, struct hw_span s)
{
    hw_buf_str(state, "\u201c");
    hw_buf_span_put(state, s);
    hw_buf_str(state, "\u201d");
}

/* ---- known, inferred, unknown ---- */

struct voice {
    struct hw_buf *out, said;
    const char *how;
};

static void voice_quote(void *state, struct hw_span s)
{
    quote(&((struct voice *)state)->said, s);
}

static void voice_ours(void *state, struct hw_span s)
{
    hw_buf_span_put(&((struct voice *)state)->said, s);
}

static void voice_begin(void *state)
{
    struct voice *v = state;
    hw_buf_printf(v->out, "{\"type\":\"statement\",\"schema\":1,\"is\":\"%s\",", v->how);
}

static void voice_end(void *state)
{
    struct voice *v = state;
    hw_json_text(v->out, "says", hw_buf_span(&v->said));
    hw_buf_str(v->out, "}\n");
    hw_buf_clear(&v->said);
}

static void statements(struct hw_buf *b, const struct hw_report_answer *a)
{
    struct voice state = {.out = b};
    const struct hw_report_voice v = {&state.said, voice_quote, voice_ours,
                                      voice_begin, voice_end,   &state};
    hw_buf_init(&state.said, 1 << 20);
    for (int i = 0; i < HW_STANDING_COUNT; i++) {
        state.how = hw_standing_word((enum hw_standing)i);
        hw_report_standing(&v, a, (enum hw_standing)i);
    }
    hw_buf_done(&state.said);
}

static void verdict(struct hw_buf *b, const struct hw_report_answer *a)
{
    struct hw_buf said;
    hw_buf_init(&said, 1 << 20);
    hw_report_verdict(&said, a, quote, &said);
    hw_json_put(b, "verdict", hw_buf_span(&said));
    hw_buf_done(&said);
}

int hw_tell_report_json(const struct hw_teller *t, const struct hw_report_answer *a,
                        struct hw_error *err)
{
    struct hw_stream s;
    int rc = questions(t, a, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_stream_begin(&s, t, err);
    for (const struct hw_report_evidence *e = a->evidence; e != NULL; e = e->next) {
        evidence(&s.b, e);
        hw_stream_line(&s);
    }
    for (const struct hw_report_action *x = a->actions; x != NULL; x = x->next) {
        action(&s.b, x);
        hw_stream_line(&s);
    }
    for (const struct hw_report_indicator *x = a->indicators; x != NULL; x = x->next) {
        indicator(&s.b, x);
        hw_stream_line(&s);
    }
    refusals(&s.b, a);
    statements(&s.b, a);
    hw_buf_str(&s.b, "{\"type\":\"summary\",\"schema\":1,\"question\":\"report\",");
    verdict(&s.b, a);
    hw_json_put(&s.b, "title", a->title);
    hw_json_put(&s.b, "target", a->target);
    hw_json_put(&s.b, "case", a->id);
    hw_json_put(&s.b, "version", a->version);
    hw_json_put(&s.b, "tlp", a->tlp);
    hw_json_put(&s.b, "author", a->author);
    hw_json_put(&s.b, "contact", a->contact);
    hw_buf_printf(&s.b, "\"evidence\":%llu,\"logs\":%llu,\"indicators_left\":%llu,",
                  (unsigned long long)a->evidence_count, (unsigned long long)a->log_count,
                  (unsigned long long)a->indicators_left);
    hw_json_put_time(&s.b, "as_of", a->as_of);
    hw_buf_printf(&s.b, "\"exit\":%d}\n", a->exit_status);
    return hw_stream_end(&s);
}
