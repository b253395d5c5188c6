/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell/report_md.h -- what the chapters of a Markdown report share (inside of the room).
 *
 * What evidence or other people say stands in double quotes, so that nobody's words pass for the
 * report's: the judge of wording (ask/wording.h) leaves quotes alone.
 */
#ifndef HW_TELL_REPORT_MD_H
#define HW_TELL_REPORT_MD_H

#include "tell/report.h"
#include "tell/tell.h"

enum { MD_ROWS = 30, MD_EVIDENCE_ROWS = 200, MD_CUT_BYTES = 200 };

struct md {
    const struct hw_teller *t;
    const struct hw_report_answer *a;
    struct hw_report_timeline line;
    struct hw_buf b, raw; /* raw: words on their way to the escaper */
};

void md_quote(struct md *p, struct hw_span s); /* in quotes, cut where it is long; empty: nothing */
void md_quote_raw(struct md *p);               /* the same of p->raw, which is cleared */
void md_ours(struct md *p, struct hw_span s);  /* a sentence that we made; escaped, not quoted */
void md_time(struct md *p, int64_t ns);        /* UTC; nothing for none */
void md_cell(struct md *p);                    /* the border between two cells */
/* Is one more row shown? Counts it. */
bool md_row(const struct md *p, uint64_t *io_said, uint64_t rows);
/* How many rows were not, and where they are. */
void md_more(struct md *p, uint64_t said, uint64_t rows);
void md_reasons(struct md *p, const struct hw_why *y); /* the first few, with their places */

/* Chapters, in their order. */
void md_verdict(struct md *p);
void md_judgements(struct md *p);
void md_known(struct md *p);
void md_timeline(struct md *p);
void md_chain(struct md *p);
void md_assets(struct md *p);
void md_spread(struct md *p);
void md_indicators(struct md *p);
void md_detections(struct md *p);
void md_measures(struct md *p);
void md_gaps(struct md *p);
void md_sources(struct md *p);
void md_evidence(struct md *p);

#endif
