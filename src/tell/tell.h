/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/tell.h -- the room's entry: answers in words, for people and for programs.
 *
 * A tongue turns an answer (ask/answer.h) into bytes and hands them to `put`. It decides nothing.
 * Whatever comes from evidence passes hw_escape_put(). Returns 0 or what put returned.
 */
#ifndef HW_TELL_TELL_H
#define HW_TELL_TELL_H

#include <stdbool.h>

#include "ask/answer_report.h"
#include "base/buf.h"
#include "fact/fact.h"

struct hw_teller {
    int (*put)(void *state, struct hw_span bytes, struct hw_error *err); /* all of them, or fail */
    void *state;
    int zone_minutes; /* how times are shown in text; stored and JSON times are UTC */
    bool all;         /* text: every file, not only those with something to say */
};

/* A teller into b; HW_E_LIMIT when b is full. */
struct hw_teller hw_tell_into(struct hw_buf *b);

/* An answer of many lines on its way: they are made in b, and handed on when there are some, so
 * that memory does not grow with the answer. After the first failure nothing more is handed on. */
struct hw_stream {
    const struct hw_teller *t;
    struct hw_error *err;
    int rc;
    struct hw_buf b;
};
void hw_stream_begin(struct hw_stream *s, const struct hw_teller *t, struct hw_error *err);
void hw_stream_line(struct hw_stream *s); /* the line in b is whole */
HW_CHECK int hw_stream_end(struct hw_stream *s);

HW_CHECK int hw_tell_text(const struct hw_teller *t, const struct hw_answer *a,
                          struct hw_error *err);
HW_CHECK int hw_tell_json(const struct hw_teller *t, const struct hw_answer *a,
                          struct hw_error *err);
HW_CHECK int hw_tell_junit(const struct hw_teller *t, const struct hw_answer *a,
                           struct hw_error *err);

HW_CHECK int hw_tell_trace_text(const struct hw_teller *t, const struct hw_trace_answer *a,
                                struct hw_error *err);
HW_CHECK int hw_tell_trace_json(const struct hw_teller *t, const struct hw_trace_answer *a,
                                struct hw_error *err);

/* The chain as swim-lanes: one SVG document, or an element that a page puts into itself and gives
 * its colours by class: hw-page -band -lane -text -quiet -cell -mark -line -head -pill -passes
 * -hatch -sign -axis, in groups hw-main -side -across and hw-node -hollow -poisoned -principal
 * -target. For a page that opens and searches: data-step="s-... s-..." on an arrow and a crossing,
 * data-n, data-known; data-node="e-... e-..." and data-kind on a cell; data-gap="1". */
enum { HW_PICTURE_EMBEDDED = 1 };
HW_CHECK int hw_tell_picture(const struct hw_teller *t, const struct hw_trace_answer *a,
                             unsigned flags, struct hw_error *err);

HW_CHECK int hw_tell_affected_text(const struct hw_teller *t, const struct hw_affected_answer *a,
                                   struct hw_error *err);
HW_CHECK int hw_tell_affected_json(const struct hw_teller *t, const struct hw_affected_answer *a,
                                   struct hw_error *err);

HW_CHECK int hw_tell_impact_text(const struct hw_teller *t, const struct hw_impact_answer *a,
                                 struct hw_error *err);
HW_CHECK int hw_tell_impact_json(const struct hw_teller *t, const struct hw_impact_answer *a,
                                 struct hw_error *err);

/* ---- all of it ---- */

/* An analyst's report in Markdown; the linter of wording (ask/wording.h) passes it. t->all: no
 * table is folded. */
HW_CHECK int hw_tell_report_md(const struct hw_teller *t, const struct hw_report_answer *a,
                               struct hw_error *err);
/* The lines of every question, then evidence, actions, indicators and a summary. */
HW_CHECK int hw_tell_report_json(const struct hw_teller *t, const struct hw_report_answer *a,
                                 struct hw_error *err);
/* One HTML file of less than 5 MB, with `page` and the JSON inside. HW_E_MISSING: no page. */
struct hw_page {
    struct hw_span script, style; /* UTF-8; the script is one module without imports */
};
HW_CHECK int hw_tell_report_html(const struct hw_teller *t, const struct hw_report_answer *a,
                                 const struct hw_page *page, struct hw_error *err);
/* What has a time, in its order, one a line. */
HW_CHECK int hw_tell_timeline_json(const struct hw_teller *t, const struct hw_report_answer *a,
                                   struct hw_error *err);
/* What a timeline tool (Timesketch) takes in. */
HW_CHECK int hw_tell_report_timesketch(const struct hw_teller *t, const struct hw_report_answer *a,
                                       struct hw_error *err);
/* The findings as SARIF 2.1.0. */
HW_CHECK int hw_tell_report_sarif(const struct hw_teller *t, const struct hw_report_answer *a,
                                  struct hw_error *err);
/* The picture of its chain; of none, one that says so. */
HW_CHECK int hw_tell_report_svg(const struct hw_teller *t, const struct hw_report_answer *r,
                                struct hw_error *err);
enum hw_report_table {
    HW_TABLE_ASSETS,
    HW_TABLE_TIMELINE,
    HW_TABLE_FINDINGS,
    HW_TABLE_BLOCKLIST,
    HW_TABLE_COUNT
};
const char *hw_report_table_word(enum hw_report_table which);
HW_CHECK int hw_tell_report_csv(const struct hw_teller *t, const struct hw_report_answer *a,
                                enum hw_report_table which, struct hw_error *err);

/* ---- pieces the tongues share ---- */

/* Machines and what is missing of them, one a line; their counts as "states":{...}. */
void hw_json_assets(struct hw_stream *s, const struct hw_affected_answer *a, const char *question);
void hw_json_states(struct hw_buf *b, const struct hw_affected_answer *a);
/* A member and the comma behind it. */
void hw_json_put(struct hw_buf *b, const char *key, struct hw_span value);
void hw_json_put_time(struct hw_buf *b, const char *key, int64_t ns);
void hw_json_put_flag(struct hw_buf *b, const char *key, bool on);
void hw_json_put_number(struct hw_buf *b, const char *key, uint64_t n);
/* "why":[...] */
void hw_json_why(struct hw_buf *b, const struct hw_why *why);
HW_CHECK int hw_tell_attribute_text(const struct hw_teller *t, const struct hw_attribute_answer *a,
                                    struct hw_error *err);
HW_CHECK int hw_tell_attribute_json(const struct hw_teller *t, const struct hw_attribute_answer *a,
                                    struct hw_error *err);

/* A report in forms that others read: one JSON document each, of a few megabytes at most, in which
 * bytes that are no text are U+FFFD and nobody is named. STIX 2.1; an event of MISP; Attack Flow
 * 2.0; CSAF 2.0, whose file name is its /document/tracking/id and ".json". */
HW_CHECK int hw_tell_report_stix(const struct hw_teller *t, const struct hw_report_answer *r,
                                 struct hw_error *err);
HW_CHECK int hw_tell_report_misp(const struct hw_teller *t, const struct hw_report_answer *r,
                                 struct hw_error *err);
HW_CHECK int hw_tell_report_flow(const struct hw_teller *t, const struct hw_report_answer *r,
                                 struct hw_error *err);
HW_CHECK int hw_tell_report_csaf(const struct hw_teller *t, const struct hw_report_answer *r,
                                 struct hw_error *err);

/* ---- pieces the commands share ---- */

/* A step, as a line of its own. */
void hw_json_step(struct hw_buf *b, const struct hw_step *s);
/* A gap, as a line of its own. */
void hw_json_gap(struct hw_buf *b, const struct hw_gap *g);
/* The members of a signature's answer, without the brackets around them. */
void hw_json_signature(struct hw_buf *b, const struct hw_sig_answer *s);

/* Appends `"key":"value"` with the value escaped; and `"key_b64":"…"` when it is not clean
 * UTF-8. */
void hw_json_text(struct hw_buf *b, const char *key, struct hw_span value);
/* Appends a time as ISO 8601 in quotes, or null for none (INT64_MIN). */
void hw_json_time(struct hw_buf *b, const char *key, int64_t ns);
/* Appends `"key":"hex"`. */
void hw_json_hex(struct hw_buf *b, const char *key, struct hw_span bytes);
/* A whole fact as one JSON object (without newline), by the table of fact/types.c. */
void hw_json_fact(struct hw_buf *b, const struct hw_fact *f);
/* A time for people, with its offset: 2023-03-13 06:31:00 +00:00. "no time" for INT64_MIN. */
void hw_text_time(struct hw_buf *b, int64_t ns, int zone_minutes);
/* 12,345,678 */
void hw_text_count(struct hw_buf *b, uint64_t n);
/* "1 file", "12,345 files" */
void hw_text_many(struct hw_buf *b, uint64_t n, const char *one, const char *many);
/* Reasons, a line each, so many blanks in, with the record that shows each. */
void hw_text_why(struct hw_buf *b, int indent, const struct hw_why *why);
/* Hands a whole answer on, and frees it; HW_E_MEMORY when it is not whole. */
HW_CHECK int hw_tell_put(const struct hw_teller *t, struct hw_buf *b, struct hw_error *err);

#endif
