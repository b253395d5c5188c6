/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/force.c -- is what somebody published in force at the time a question is asked for?
 */
#include "ask/room.h"

bool hw_in_force(const struct hw_fact *f, int64_t as_of)
{
    static const struct {
        enum hw_fact_kind kind;
        unsigned from, until, revoked;
    } kinds[] = {
        {HW_FACT_INDICATOR, HW_INDICATOR_FROM, HW_INDICATOR_UNTIL, HW_INDICATOR_REVOKED},
        {HW_FACT_STATEMENT, HW_STATEMENT_FROM, HW_STATEMENT_UNTIL, HW_STATEMENT_REVOKED},
        {HW_FACT_PATTERN, HW_PATTERN_FROM, HW_PATTERN_UNTIL, HW_PATTERN_REVOKED},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (f->kind == kinds[i].kind) {
            unsigned from = kinds[i].from, until = kinds[i].until, revoked = kinds[i].revoked;
            return (!hw_fact_has(f, from) || hw_fact_get_time(f, from) <= as_of) &&
                   (!hw_fact_has(f, until) || hw_fact_get_time(f, until) >= as_of) &&
                   (!hw_fact_has(f, revoked) || hw_fact_get_time(f, revoked) > as_of);
        }
    }
    return false;
}
