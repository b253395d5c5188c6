/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_timesketch.c -- the timeline of a report as Timesketch takes it in: CSV with the
 * columns datetime (ISO 8601 with its offset), message and timestamp_desc, and columns of our own
 * behind them (Timesketch documentation, "Create timeline from JSON/JSONL/CSV file").
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/report.h"
#include "tell/tell.h"

static void field(struct hw_buf *b, struct hw_span s, const char *after)
{
    hw_escape_put(b, s, HW_ESCAPE_CSV);
    hw_buf_str(b, after);
}

/* 2023-03-13T06:31:00.000000+00:00: an offset in numbers, microseconds as Timesketch keeps them. */
static void date(struct hw_buf *b, int64_t ns)
{
    char text[HW_TIME_TEXT];
    int64_t second = ns / HW_NS_PER_SECOND, part = ns % HW_NS_PER_SECOND;
    if (part < 0) {
        second--;
        part += HW_NS_PER_SECOND;
    }
    hw_buf_printf(b, "%.19s.%06lld+00:00,", hw_time_text(second * HW_NS_PER_SECOND, text),
                  (long long)(part / 1000));
}

int hw_tell_report_timesketch(const struct hw_teller *t, const struct hw_report_answer *a,
                              struct hw_error *err)
{
    struct hw_report_timeline l;
    struct hw_stream s;
    struct hw_buf raw;
    int rc = hw_report_timeline(a, &l, err);
    if (rc != HW_OK) {
        return rc;
    }
    hw_stream_begin(&s, t, err);
    hw_buf_init(&raw, 1 << 20);
    hw_buf_str(&s.b, "datetime,message,timestamp_desc,known,id,host,organisation,evidence\n");
    for (size_t i = 0; i < l.count; i++) {
        struct hw_span host, org;
        hw_report_event_where(&l.p[i], &host, &org);
        date(&s.b, l.p[i].at);
        hw_buf_clear(&raw);
        hw_report_event_says(&raw, &l.p[i]);
        field(&s.b, hw_buf_span(&raw), ",");
        field(&s.b, hw_span_str(hw_report_event_desc(&l.p[i])), ",");
        field(&s.b, hw_span_str(hw_report_event_known(&l.p[i])), ",");
        field(&s.b, hw_span_str(l.p[i].id), ",");
        field(&s.b, host, ",");
        field(&s.b, org, ",");
        hw_buf_clear(&raw);
        hw_report_event_evidence(&raw, &l.p[i]);
        field(&s.b, hw_buf_span(&raw), "\n");
        hw_stream_line(&s);
    }
    hw_buf_done(&raw);
    hw_report_timeline_done(&l);
    return hw_stream_end(&s);
}
