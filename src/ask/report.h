/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/report.h -- what several questions answer at one moment, and what those answers stand on.
 *
 * A report is read by people who were not there: beside the answers it holds the list of evidence
 * with hashes, the action log, and what was published of badness (reporting habits: CISA's analysis
 * reports; MITRE CTID's report blueprint). A question that cannot be asked is refused by name in
 * the report: the others still stand. Reads no clock, file or network.
 */
#ifndef HW_ASK_REPORT_H
#define HW_ASK_REPORT_H

#include "ask/answer_report.h"
#include "ask/policy.h"
#include "ask/trace.h"
#include "case/case.h"

struct hw_report_ask {
    struct hw_span target;          /* of chain and impact, as a trace takes it; empty: none */
    struct hw_span title;           /* empty: made from the target */
    struct hw_span tlp;             /* marking for sharing: RED, AMBER ...; empty: not stated */
    struct hw_span author, contact; /* empty: not stated */
    const struct hw_policy *policy; /* as_of holds for every question */
    const char *version;            /* of the program */
    const char *case_id;
    int64_t from, until;        /* as an impact takes them */
    struct hw_span independent; /* as an impact takes it */
};

/* The answer, owned by the caller (hw_report_free). Several things meant: HW_E_USAGE and *several.
 * exit_status: 3 when the case holds no evidence, else 0. */
HW_CHECK int hw_report(struct hw_case *c, const struct hw_report_ask *ask,
                       struct hw_report_answer **out, struct hw_target_list *several,
                       struct hw_error *err);
void hw_report_free(struct hw_report_answer *a);

#endif
