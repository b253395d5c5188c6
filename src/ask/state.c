/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/state.c -- one word for a file, by a table (printed in docs/rules.md).
 *
 * Integrity is the worst of all signatures: one that does not fit the bytes condemns the file,
 * since whoever changed them can have left the others alone. Chain, time and revocation are the
 * best of the signatures, since each stands by itself: a 2013 file keeps an SHA-1 signature for old
 * systems whose root nobody holds any more, beside one that verifies.
 */
#include "ask/room.h"

/* Unknown revocation alone never lowers a signature. */
static enum hw_state state_of_one(const struct hw_sig_answer *s)
{
    if (s->revocation == HW_REV_REVOKED) {
        return HW_STATE_REVOKED;
    }
    if (s->self_made || s->forged || s->distrusted) {
        return HW_STATE_UNTRUSTED;
    }
    if (s->integrity == HW_INTEGRITY_UNKNOWN || s->chain != HW_ANCHORED) {
        return HW_STATE_UNKNOWN;
    }
    return s->at_time == HW_TIME_VALID     ? HW_STATE_VALID
           : s->at_time == HW_TIME_EXPIRED ? HW_STATE_EXPIRED
                                           : HW_STATE_UNKNOWN;
}

enum hw_state hw_judge_state(const struct hw_sig_answer *sigs)
{
    /* best first */
    static const enum hw_state rank[] = {HW_STATE_VALID, HW_STATE_EXPIRED, HW_STATE_UNKNOWN,
                                         HW_STATE_UNTRUSTED, HW_STATE_REVOKED};
    if (sigs == NULL) {
        return HW_STATE_UNSIGNED;
    }
    bool broken = false, incomplete = false, additions = false;
    unsigned best = sizeof rank / sizeof rank[0] - 1;
    for (const struct hw_sig_answer *s = sigs; s != NULL; s = s->next) {
        broken = broken || s->integrity == HW_INTEGRITY_BROKEN;
        incomplete = incomplete || s->integrity == HW_INTEGRITY_INCOMPLETE;
        additions = additions || s->integrity == HW_INTACT_WITH_ADDITIONS;
        enum hw_state one = state_of_one(s);
        for (unsigned i = 0; i < best; i++) {
            best = rank[i] == one ? i : best;
        }
    }
    if (broken || incomplete) {
        return broken ? HW_STATE_BROKEN : HW_STATE_INCOMPLETE;
    }
    return additions && rank[best] == HW_STATE_VALID ? HW_STATE_VALID_WITH_ADDITIONS : rank[best];
}
