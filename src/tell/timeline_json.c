/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/timeline_json.c -- what of a report has a time, in its order, as JSON: one object a line.
 */
#include "base/text.h"
#include "base/time.h"
#include "tell/report.h"
#include "tell/tell.h"

int hw_tell_timeline_json(const struct hw_teller *t, const struct hw_report_answer *a,
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
    for (size_t i = 0; i < l.count; i++) {
        struct hw_span host, org;
        hw_report_event_where(&l.p[i], &host, &org);
        hw_buf_str(&s.b, "{\"type\":\"event\",\"schema\":1,");
        hw_json_put_time(&s.b, "at", l.p[i].at);
        hw_json_put_time(&s.b, "until", l.p[i].until);
        hw_json_put(&s.b, "what", hw_span_str(hw_report_event_desc(&l.p[i])));
        hw_buf_clear(&raw);
        hw_report_event_says(&raw, &l.p[i]);
        hw_json_put(&s.b, "says", hw_buf_span(&raw));
        hw_json_put(&s.b, "host", host);
        hw_json_put(&s.b, "org", org);
        hw_json_put(&s.b, "known", hw_span_str(hw_report_event_known(&l.p[i])));
        hw_json_text(&s.b, "id", hw_span_str(l.p[i].id));
        hw_buf_str(&s.b, "}\n");
        hw_stream_line(&s);
    }
    hw_buf_done(&raw);
    hw_report_timeline_done(&l);
    return hw_stream_end(&s);
}
