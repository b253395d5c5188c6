/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/impact.h -- who else is hit by something, and what it could reach next.
 *
 * Three things are kept apart: what records show, what could have been reached, and what others
 * say. A machine is cleared only by an inventory of the time that counts; a release is at risk when
 * whoever held a machine, an account or a key could have written it; a count keeps its observer and
 * unit. Method: DESIGN laws 1 and 3; the states are those of ask/affected.h and one more.
 */
#ifndef HW_ASK_IMPACT_H
#define HW_ASK_IMPACT_H

#include "ask/answer.h"
#include "ask/trace.h"
#include "case/case.h"

struct hw_impact_ask {
    struct hw_span
        target;          /* as a trace takes it; or a purl, or name@version of bills of materials */
    int64_t from, until; /* when it was in a stranger's hand; HW_TIME_NONE: as records have it */
    struct hw_span independent; /* observers that the asker declares independent, "," between */
    int64_t as_of;
};

/* The answer, owned by the caller, and given whatever comes back. Several things meant: HW_E_USAGE
 * and *several; none: HW_E_MISSING. */
HW_CHECK int hw_impact(struct hw_case *c, const struct hw_impact_ask *ask,
                       struct hw_impact_answer **out, struct hw_target_list *several,
                       struct hw_error *err);

#endif
