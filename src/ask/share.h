/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/share.h -- what of a chain concerns one other party, so that it can be handed over.
 *
 * A selection over the answer of a trace, and nothing else. Without a party, all of it. With one, a
 * step is kept
 *   - that touches the party: its organisation, a thing or machine of it, a release of it;
 *   - that leads to where the chain crosses out of the party or into it, that is: from whose object
 *     the bytes or the address of that crossing are reached by steps of the chain;
 *   - that has the target at an end, and is no step behind it.
 * Who is nowhere on the chain is one who received the target: the whole way to it is kept, and
 * nothing that came of it elsewhere. A step that tells who or where (context) is kept where what it
 * tells of is kept. What an analyst rejected is not told.
 */
#ifndef HW_ASK_SHARE_H
#define HW_ASK_SHARE_H

#include "ask/answer.h"
#include "ask/redact.h"

struct hw_share_kept {
    unsigned steps, left; /* kept, and left out */
    bool met;             /* the party is on the chain */
};
/* Takes out of the answer what does not concern `to` (empty: nobody in particular). Names of
 * organisations are compared with the case of ASCII letters aside. */
HW_CHECK int hw_share_select(struct hw_trace_answer *a, struct hw_span to,
                             struct hw_share_kept *out, struct hw_error *err);

/* What is one thing is told by a pseudonym of its id, so that two bundles agree; but bytes, public
 * addresses, domains, URLs, certificates and releases, which are the same for everybody, by their
 * key. */
HW_CHECK int hw_share_hide(struct hw_trace_answer *a, const uint8_t key[HW_REDACT_KEY_BYTES],
                           struct hw_error *err);

#endif
