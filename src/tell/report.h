/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report.h -- what the tongues of a report share (inside of the room): the timeline, and plain
 * words for steps and findings. Words made here are raw: each tongue escapes them for itself.
 */
#ifndef HW_TELL_REPORT_H
#define HW_TELL_REPORT_H

#include "ask/answer_report.h"
#include "base/buf.h"

enum hw_event_kind { HW_EVENT_STEP, HW_EVENT_FINDING, HW_EVENT_RELEASE, HW_EVENT_DELIVERY };
struct hw_report_event {
    int64_t at, until;
    enum hw_event_kind kind;
    const char *id; /* "" where it has none */
    bool last;      /* of a finding: when it was last met, not first */
    union {
        const struct hw_step *step;
        const struct hw_finding *finding;
        const struct hw_risky *release;
        const struct hw_receiver *delivery;
    } of;
};
struct hw_report_timeline {
    struct hw_report_event *p;
    size_t count;
    uint64_t untimed; /* steps and findings that nobody recorded a time of */
};
/* What has a time, in its order. */
HW_CHECK int hw_report_timeline(const struct hw_report_answer *a, struct hw_report_timeline *out,
                                struct hw_error *err);
void hw_report_timeline_done(struct hw_report_timeline *l);

/* What it is: "step", "finding first met" ... */
const char *hw_report_event_desc(const struct hw_report_event *e);
/* What happened, where, and where that is recorded; raw. */
void hw_report_event_says(struct hw_buf *b, const struct hw_report_event *e);
void hw_report_event_where(const struct hw_report_event *e, struct hw_span *out_host,
                           struct hw_span *out_org);
void hw_report_event_evidence(struct hw_buf *b, const struct hw_report_event *e);
/* observed, keyed ... of a step; the confidence of a finding; claimed of all else. */
const char *hw_report_event_known(const struct hw_report_event *e);

/* One finding of each rule that found something, the gravest of it; the gravest rules first. Those
 * that were rejected count only where they are asked for. At most HW_REPORT_RULES. */
enum { HW_REPORT_RULES = 128 };
size_t hw_report_rules(const struct hw_report_answer *a, bool rejected,
                       const struct hw_finding *out[HW_REPORT_RULES]);

/* What it all comes to, in one sentence. What evidence and askers say goes through `quote`, which
 * appends to b as the tongue quotes. */
typedef void hw_report_quote(void *state, struct hw_span s);
void hw_report_verdict(struct hw_buf *b, const struct hw_report_answer *a, hw_report_quote *quote,
                       void *state);

/* What is known, inferred and unknown, in sentences. Each is appended to b between begin and end;
 * what others say goes through `quote`, words made elsewhere of ours through `ours`, and both
 * append to b. At least one sentence is said of each. */
enum hw_standing { HW_KNOWN, HW_INFERRED, HW_UNKNOWN, HW_STANDING_COUNT };
struct hw_report_voice {
    struct hw_buf *b;
    hw_report_quote *quote, *ours;
    void (*begin)(void *state), (*end)(void *state);
    void *state;
};
void hw_report_standing(const struct hw_report_voice *v, const struct hw_report_answer *a,
                        enum hw_standing s);
const char *hw_standing_word(enum hw_standing s);

/* One end of a step, raw: "machine PC-7". */
void hw_report_end(struct hw_buf *b, const struct hw_end *e);
/* What a finding is about, raw. */
struct hw_span hw_report_subject(const struct hw_finding *f);
/* An organisation that is only a name for "of this evidence alone" is none. */
struct hw_span hw_report_org(struct hw_span org);

#endif
