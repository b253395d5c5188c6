/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/json.c -- one JSON object a line, each with "type" and "schema":1 (docs/schema/).
 */
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "fact/id.h"
#include "tell/tell.h"

void hw_json_text(struct hw_buf *b, const char *key, struct hw_span value)
{
    hw_buf_printf(b, "\"%s\":\"", key);
    hw_escape_put(b, value, HW_ESCAPE_JSON);
    hw_buf_char(b, '"');
    if (!hw_utf8_valid(value)) {
        hw_buf_printf(b, ",\"%s_b64\":\"", key);
        hw_base64_put(b, value);
        hw_buf_char(b, '"');
    }
}

void hw_json_time(struct hw_buf *b, const char *key, int64_t ns)
{
    char text[HW_TIME_TEXT];
    if (ns == HW_TIME_NONE) {
        hw_buf_printf(b, "\"%s\":null", key);
    } else {
        hw_buf_printf(b, "\"%s\":\"%s\"", key, hw_time_text(ns, text));
    }
}

void hw_json_put(struct hw_buf *b, const char *key, struct hw_span value)
{
    hw_json_text(b, key, value);
    hw_buf_char(b, ',');
}

void hw_json_put_time(struct hw_buf *b, const char *key, int64_t ns)
{
    hw_json_time(b, key, ns);
    hw_buf_char(b, ',');
}

void hw_json_put_flag(struct hw_buf *b, const char *key, bool on)
{
    hw_buf_printf(b, "\"%s\":%s,", key, on ? "true" : "false");
}

void hw_json_put_number(struct hw_buf *b, const char *key, uint64_t n)
{
    hw_buf_printf(b, "\"%s\":%llu,", key, (unsigned long long)n);
}

void hw_json_hex(struct hw_buf *b, const char *key, struct hw_span bytes)
{
    hw_buf_printf(b, "\"%s\":\"", key);
    hw_buf_hex(b, bytes);
    hw_buf_char(b, '"');
}

void hw_json_fact(struct hw_buf *b, const struct hw_fact *f)
{
    const struct hw_fact_type *t = hw_fact_type(f->kind);
    hw_buf_printf(b, "{\"type\":\"fact\",\"schema\":1,\"fact\":\"%s\"", t->name);
    for (unsigned i = 0; i < HW_FACT_FIELDS && t->fields[i].name != NULL; i++) {
        const struct hw_field *d = &t->fields[i];
        if (!hw_fact_has(f, i)) {
            continue;
        }
        hw_buf_char(b, ',');
        switch (d->type) {
        case HW_T_U64:
            hw_buf_printf(b, "\"%s\":%llu", d->name, (unsigned long long)f->v[i].u);
            break;
        case HW_T_TIME:
            hw_json_time(b, d->name, (int64_t)f->v[i].u);
            break;
        case HW_T_DIGEST:
            hw_json_hex(b, d->name, f->v[i].s);
            break;
        case HW_T_BYTES: {
            bool name = strcmp(d->name, "name") == 0 || strcmp(d->name, "target") == 0 ||
                        strcmp(d->name, "module") == 0 || strcmp(d->name, "value") == 0 ||
                        strcmp(d->name, "raw") == 0 || strcmp(d->name, "symbols") == 0;
            if (name) {
                hw_json_text(b, d->name, f->v[i].s);
            } else {
                hw_json_hex(b, d->name, f->v[i].s);
            }
            break;
        }
        case HW_T_TEXT:
        case HW_T_WORD:
            hw_json_text(b, d->name, f->v[i].s);
            break;
        }
    }
    hw_buf_char(b, '}');
}

void hw_json_signature(struct hw_buf *b, const struct hw_sig_answer *s)
{
    hw_json_text(b, "scheme", s->scheme);
    hw_buf_printf(b, ",\"index\":%llu", (unsigned long long)s->index);
    if (s->nested) {
        hw_buf_printf(b, ",\"nested_in\":%llu", (unsigned long long)s->outer);
    }
    hw_buf_printf(
        b, ",\"integrity\":\"%s\",\"chain\":\"%s\",\"at_time\":\"%s\",\"revocation\":\"%s\",",
        hw_integrity_word(s->integrity), hw_chain_word(s->chain), hw_at_time_word(s->at_time),
        hw_revocation_word(s->revocation));
    hw_json_text(b, "signer", s->signer);
    hw_buf_char(b, ',');
    if (s->signer_id[0] != 0) {
        hw_buf_printf(b, "\"signer_id\":\"%s\",", s->signer_id);
    }
    hw_json_text(b, "serial", s->serial_hex);
    hw_buf_char(b, ',');
    hw_json_time(b, "signed_at", s->signed_at);
    hw_buf_char(b, ',');
    hw_json_text(b, "countersignature", s->stamp);
    hw_buf_char(b, ',');
    hw_json_text(b, "anchor", s->anchor);
    hw_buf_char(b, ',');
    hw_json_text(b, "digest", s->alg);
    hw_buf_char(b, ',');
    hw_json_text(b, "key", s->key);
    hw_buf_printf(b, ",\"uncovered_bytes\":%llu,\"because\":[",
                  (unsigned long long)s->uncovered_bytes);
    for (const struct hw_why *w = s->because; w != NULL; w = w->next) {
        hw_buf_str(b, w == s->because ? "\"" : ",\"");
        hw_escape_put(b, w->says, HW_ESCAPE_JSON);
        hw_buf_char(b, '"');
    }
    hw_buf_char(b, ']');
}

static void artifact(struct hw_buf *b, const struct hw_file_answer *f)
{
    hw_buf_str(b, "{\"type\":\"artifact\",\"schema\":1,");
    hw_json_hex(b, "sha256", (struct hw_span){f->sha256, 32});
    hw_buf_printf(b, ",\"size\":%llu,", (unsigned long long)f->size);
    hw_json_text(b, "path", f->path);
    hw_buf_char(b, ',');
    hw_json_text(b, "format", f->format);
    hw_buf_char(b, ',');
    hw_json_text(b, "degree", f->degree);
    if (f->component.n > 0) {
        hw_buf_str(b, ",\"component\":{");
        if (f->purl.n > 0) {
            hw_json_text(b, "purl", f->purl);
            hw_buf_char(b, ',');
        }
        hw_json_text(b, "name", f->component);
        hw_buf_char(b, ',');
        hw_json_text(b, "version", f->version);
        hw_buf_char(b, ',');
        hw_json_text(b, "vendor", f->vendor);
        hw_buf_char(b, '}');
    }
    if (f->can_be_signed) {
        hw_buf_str(b, ",\"signatures\":[");
        for (const struct hw_sig_answer *s = f->signatures; s != NULL; s = s->next) {
            if (s != f->signatures) {
                hw_buf_char(b, ',');
            }
            hw_buf_char(b, '{');
            hw_json_signature(b, s);
            hw_buf_char(b, '}');
        }
        hw_buf_printf(b, "],\"uncovered_bytes\":%llu,\"state\":\"%s\"",
                      (unsigned long long)f->uncovered_bytes, hw_state_word(f->state));
    }
    hw_buf_printf(b, ",\"seen\":{\"evidence\":%llu,\"places\":%llu,",
                  (unsigned long long)f->seen_evidence, (unsigned long long)f->seen_places);
    if (f->seen_machines > 0) {
        hw_buf_printf(b, "\"machines\":%llu,", (unsigned long long)f->seen_machines);
    }
    hw_json_time(b, "first", f->first_seen == 0 ? HW_TIME_NONE : f->first_seen);
    hw_buf_str(b, "}}\n");
}

static void times(struct hw_buf *b, int64_t first, int64_t last)
{
    if (first != HW_TIME_NONE) {
        hw_buf_char(b, ',');
        hw_json_time(b, "first", first);
        hw_buf_char(b, ',');
        hw_json_time(b, "last", last);
    }
}

static void finding(struct hw_buf *b, const struct hw_finding *f)
{
    hw_buf_printf(b,
                  "{\"type\":\"finding\",\"schema\":1,\"id\":\"%s\",\"rule\":\"%s\","
                  "\"severity\":\"%s\",\"confidence\":\"%s\",\"subject\":{\"kind\":\"%s\","
                  "\"id\":\"%s\",",
                  f->id, f->rule, hw_severity_word(f->severity), hw_confidence_word(f->confidence),
                  f->kind, f->subject);
    hw_json_text(b, "key", f->key);
    hw_buf_char(b, ',');
    hw_json_text(b, "path", f->path);
    if (f->host.n > 0) {
        hw_buf_char(b, ',');
        hw_json_text(b, "host", f->host);
    }
    if (f->org.n > 0) {
        hw_buf_char(b, ',');
        hw_json_text(b, "org", f->org);
    }
    hw_buf_str(b, "},\"why\":[");
    for (const struct hw_why *w = f->why; w != NULL; w = w->next) {
        hw_buf_str(b, w == f->why ? "{" : ",{");
        hw_json_text(b, "says", w->says);
        hw_buf_char(b, ',');
        hw_json_text(b, "evidence", w->evidence);
        if (w->has_off) {
            hw_buf_printf(b, ",\"offset\":%llu", (unsigned long long)w->off);
        }
        if (w->record != 0) {
            hw_buf_printf(b, ",\"record\":%llu", (unsigned long long)w->record);
        }
        hw_buf_char(b, '}');
    }
    hw_buf_char(b, ']');
    times(b, f->first, f->last);
    if (f->ran) {
        hw_buf_str(b, ",\"ran\":true");
    }
    if (f->met.n > 0) {
        hw_buf_char(b, ',');
        hw_json_text(b, "met", f->met);
    }
    if (f->incident != NULL) {
        hw_buf_printf(b, ",\"incident\":\"%s\"", f->incident);
    }
    if (f->baseline) {
        hw_buf_str(b, ",\"baseline\":true");
    }
    if (f->judged != NULL) {
        hw_buf_printf(b, ",\"judged\":\"%s\",", f->judged);
        hw_json_text(b, "judged_because", f->judged_because);
    }
    hw_buf_str(b, "}\n");
}

void hw_json_gap(struct hw_buf *b, const struct hw_gap *g)
{
    hw_buf_printf(b, "{\"type\":\"gap\",\"schema\":1,\"kind\":\"%s\",", g->kind);
    hw_json_text(b, "what", g->what);
    hw_buf_char(b, ',');
    hw_json_text(b, "path", g->path);
    hw_buf_char(b, ',');
    hw_json_text(b, "ask_for", g->ask_for);
    hw_buf_printf(b, ",\"needed\":%s,\"accepted\":%s}\n", g->needed ? "true" : "false",
                  g->accepted ? "true" : "false");
}

static void summary(struct hw_buf *b, const struct hw_answer *a)
{
    hw_buf_printf(b, "{\"type\":\"summary\",\"schema\":1,\"question\":\"%s\",", a->question);
    hw_json_time(b, "as_of", a->as_of);
    hw_buf_printf(b,
                  ",\"fail_on\":\"%s\",\"evidence\":%llu,\"artifacts\":%llu,\"signed\":%llu,"
                  "\"states\":{",
                  hw_severity_word(a->fail_on), (unsigned long long)a->evidence_count,
                  (unsigned long long)a->artifact_count, (unsigned long long)a->signed_count);
    for (int i = 0; i < HW_STATE_COUNT; i++) {
        hw_buf_printf(b, "%s\"%s\":%llu", i == 0 ? "" : ",", hw_state_word((enum hw_state)i),
                      (unsigned long long)a->state_count[i]);
    }
    hw_buf_str(b, "},\"findings\":{");
    for (int i = 0; i < HW_SEVERITY_COUNT; i++) {
        hw_buf_printf(b, "%s\"%s\":%llu", i == 0 ? "" : ",", hw_severity_word((enum hw_severity)i),
                      (unsigned long long)a->finding_count[i]);
    }
    hw_buf_str(b, "},");
    if (a->knowledge_says.n > 0) {
        hw_json_text(b, "knowledge", a->knowledge_says);
        hw_buf_char(b, ',');
    }
    hw_buf_printf(b, "\"baseline\":%llu,\"gaps\":%llu,\"indicators\":%llu,\"exit\":%d}\n",
                  (unsigned long long)a->baseline_count, (unsigned long long)a->gap_count,
                  (unsigned long long)a->indicator_count, a->exit_status);
}

static void incident(struct hw_buf *b, const struct hw_incident *n)
{
    hw_buf_printf(b, "{\"type\":\"incident\",\"schema\":1,\"id\":\"%s\",\"severity\":\"%s\"", n->id,
                  hw_severity_word(n->severity));
    if (n->org.n > 0) {
        hw_buf_char(b, ',');
        hw_json_text(b, "org", n->org);
    }
    if (n->campaign.n > 0) {
        hw_buf_char(b, ',');
        hw_json_text(b, "campaign", n->campaign);
    }
    times(b, n->first, n->last);
    hw_buf_printf(b, ",\"findings\":%llu,\"ran\":%llu,\"contacted\":%llu,\"machines\":[",
                  (unsigned long long)n->findings, (unsigned long long)n->ran,
                  (unsigned long long)n->contacted);
    for (const struct hw_incident_machine *m = n->machines; m != NULL; m = m->next) {
        hw_buf_str(b, m == n->machines ? "{" : ",{");
        static const char *const at[] = {"host", "path", "together"};
        hw_json_text(b, at[m->at], m->name);
        hw_buf_printf(b, ",\"severity\":\"%s\"", hw_severity_word(m->severity));
        times(b, m->first, m->last);
        hw_buf_printf(b, ",\"findings\":%llu,\"ran\":%s", (unsigned long long)m->findings,
                      m->ran ? "true" : "false");
        if (m->met.n > 0) {
            hw_buf_char(b, ',');
            hw_json_text(b, "met", m->met);
        }
        hw_buf_char(b, '}');
    }
    hw_buf_str(b, "]}\n");
}

int hw_tell_json(const struct hw_teller *t, const struct hw_answer *a, struct hw_error *err)
{
    struct hw_stream s;
    hw_stream_begin(&s, t, err);
    for (const struct hw_file_answer *f = a->files; f != NULL; f = f->next) {
        artifact(&s.b, f);
        hw_stream_line(&s);
    }
    for (const struct hw_incident *n = a->incidents; n != NULL; n = n->next) {
        incident(&s.b, n);
        hw_stream_line(&s);
    }
    for (const struct hw_finding *f = a->findings; f != NULL; f = f->next) {
        finding(&s.b, f);
        hw_stream_line(&s);
    }
    for (const struct hw_gap *g = a->gaps; g != NULL; g = g->next) {
        hw_json_gap(&s.b, g);
        hw_stream_line(&s);
    }
    summary(&s.b, a);
    return hw_stream_end(&s);
}
