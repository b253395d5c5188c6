/* SPDX-License-Identifier: Apache-2.0 */
/* ask/reporting.h -- what a report is made of beside the answers (inside of the room). */
#ifndef HW_ASK_REPORTING_H
#define HW_ASK_REPORTING_H

#include "ask/answer_report.h"
#include "ask/policy.h"
#include "case/case.h"

enum { HW_REPORT_INDICATORS = 100000 }; /* as many are held; the others are counted */

/* Every reading with its hash and what people declared of it; counts them. */
HW_CHECK int hw_report_evidence(struct hw_case *c, struct hw_report_answer *a,
                                struct hw_error *err);
HW_CHECK int hw_report_actions(struct hw_case *c, struct hw_report_answer *a, struct hw_error *err);
/* Published indicators, those first that something here carries; policy->derived: the graph may be
 * asked as well. */
HW_CHECK int hw_report_indicators(struct hw_case *c, const struct hw_policy *policy,
                                  struct hw_report_answer *a, struct hw_error *err);

#endif
