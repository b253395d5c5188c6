/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_csv.c -- a report as tables (RFC 4180, but with line ends of one byte): machines, the
 * timeline, findings, and a list to block. A field that a spreadsheet would take for a formula is
 * made plain by the escaper.
 *
 * What stands in the block list stops traffic and programs, so it holds only what its source calls
 * a payload, in force, and on no list of what others use (ask/report_indicators.c).
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/report.h"
#include "tell/tell.h"

const char *hw_report_table_word(enum hw_report_table which)
{
    static const char *const words[HW_TABLE_COUNT] = {"assets", "timeline", "findings",
                                                      "blocklist"};
    return words[which];
}

static void field(struct hw_buf *b, struct hw_span s)
{
    hw_escape_put(b, s, HW_ESCAPE_CSV);
    hw_buf_char(b, ',');
}

static void word(struct hw_buf *b, const char *s)
{
    field(b, hw_span_str(s));
}

static void date(struct hw_buf *b, int64_t ns)
{
    char text[HW_TIME_TEXT];
    if (ns != HW_TIME_NONE) {
        hw_buf_str(b, hw_time_text(ns, text));
    }
    hw_buf_char(b, ',');
}

/* The comma behind the last field goes. */
static void end(struct hw_stream *s)
{
    if (hw_buf_ok(&s->b) && s->b.n > 0) {
        s->b.n--;
    }
    hw_buf_str(&s->b, "\n");
    hw_stream_line(s);
}

static void reasons(struct hw_buf *b, const struct hw_why *y)
{
    struct hw_buf raw;
    hw_buf_init(&raw, 1 << 20);
    for (; y != NULL; y = y->next) {
        hw_buf_str(&raw, raw.n > 0 ? "; " : "");
        hw_buf_span_put(&raw, y->says);
    }
    field(b, hw_buf_span(&raw));
    hw_buf_done(&raw);
}

static void assets(struct hw_stream *s, const struct hw_report_answer *a)
{
    struct hw_buf *b = &s->b;
    const struct hw_affected_answer *m = a->impact == NULL ? NULL : a->impact->machines;
    hw_buf_str(b, "host,organisation,state,by,ran,contacted,because,lacks,ask_for\n");
    for (const struct hw_asset *x = m == NULL ? NULL : m->assets; x != NULL; x = x->next) {
        field(b, x->host);
        field(b, hw_report_org(x->org));
        word(b, hw_asset_state_word(x->state));
        word(b, x->by_hash ? "hash" : x->by_version ? "version" : "");
        word(b, x->ran ? "yes" : "");
        word(b, x->contacted ? "yes" : "");
        reasons(b, x->why);
        field(b, x->lacks);
        field(b, x->ask_for);
        end(s);
    }
}

static int timeline(struct hw_stream *s, const struct hw_report_answer *a, struct hw_error *err)
{
    struct hw_buf *b = &s->b;
    struct hw_report_timeline l;
    struct hw_buf raw;
    int rc = hw_report_timeline(a, &l, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_buf_init(&raw, 1 << 20);
    hw_buf_str(b, "time,what,id,known,host,organisation,says,evidence\n");
    for (size_t i = 0; i < l.count; i++) {
        struct hw_span host, org;
        hw_report_event_where(&l.p[i], &host, &org);
        date(b, l.p[i].at);
        word(b, hw_report_event_desc(&l.p[i]));
        word(b, l.p[i].id);
        word(b, hw_report_event_known(&l.p[i]));
        field(b, host);
        field(b, org);
        hw_buf_clear(&raw);
        hw_report_event_says(&raw, &l.p[i]);
        field(b, hw_buf_span(&raw));
        hw_buf_clear(&raw);
        hw_report_event_evidence(&raw, &l.p[i]);
        field(b, hw_buf_span(&raw));
        end(s);
    }
    hw_buf_done(&raw);
    hw_report_timeline_done(&l);
    return HW_OK;
}

static void findings(struct hw_stream *s, const struct hw_report_answer *a)
{
    struct hw_buf *b = &s->b;
    hw_buf_str(b, "id,rule,severity,confidence,kind,key,name,host,organisation,first,last,ran,met,"
                  "incident,judged,because,do\n");
    for (const struct hw_finding *f = a->hunt == NULL ? NULL : a->hunt->findings; f != NULL;
         f = f->next) {
        word(b, f->id);
        word(b, f->rule);
        word(b, hw_severity_word(f->severity));
        word(b, hw_confidence_word(f->confidence));
        word(b, f->kind);
        field(b, f->key);
        field(b, hw_report_subject(f));
        field(b, f->host);
        field(b, hw_report_org(f->org));
        date(b, f->first);
        date(b, f->last);
        word(b, f->ran ? "yes" : "");
        field(b, f->met);
        word(b, f->incident);
        word(b, f->judged);
        reasons(b, f->why);
        word(b, f->do_next);
        end(s);
    }
}

static void blocklist(struct hw_stream *s, const struct hw_report_answer *a)
{
    struct hw_buf *b = &s->b;
    hw_buf_str(b, "kind,value,label,source,document,valid_from,valid_until,met\n");
    for (const struct hw_report_indicator *x = a->indicators; x != NULL; x = x->next) {
        if (x->block) {
            word(b, x->kind);
            field(b, x->value);
            field(b, x->label);
            field(b, x->source);
            field(b, x->title);
            date(b, x->from);
            date(b, x->until);
            word(b, x->met ? "yes" : "");
            end(s);
        }
    }
}

int hw_tell_report_csv(const struct hw_teller *t, const struct hw_report_answer *a,
                       enum hw_report_table which, struct hw_error *err)
{
    struct hw_stream s;
    int rc = HW_OK;
    hw_stream_begin(&s, t, err);
    switch (which) {
    case HW_TABLE_ASSETS:
        assets(&s, a);
        break;
    case HW_TABLE_TIMELINE:
        rc = timeline(&s, a, err);
        break;
    case HW_TABLE_FINDINGS:
        findings(&s, a);
        break;
    case HW_TABLE_BLOCKLIST:
        blocklist(&s, a);
        break;
    case HW_TABLE_COUNT:
        HW_NEVER();
    }
    int told = hw_stream_end(&s);
    return rc != HW_OK ? rc : told;
}
