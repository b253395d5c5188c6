/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/policy.h -- what the asker demands, and what is assumed without words: printed by tell/ and
 * logged with every question, so that an answer can be recomputed.
 */
#ifndef HW_ASK_POLICY_H
#define HW_ASK_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ask/answer.h"

struct hw_policy {
    int64_t as_of; /* ns UTC; given by door/, never read from a clock here */
    enum hw_severity fail_on;
    const char *const *expect_signers; /* a signed file's signer must be one of these */
    size_t expect_signer_count;
    const char *const *require_signers; /* every signable file must be signed by one of these */
    size_t require_signer_count;
    bool require_timestamp;
    int64_t expiring_days;            /* -1: not asked */
    const char *const *accept_opaque; /* kinds of boxes that may stay closed; "all" for every one */
    size_t accept_opaque_count;
    const char *user_anchors;    /* origin of the asker's own anchors ("user:" and a hash), or NULL:
                                 only the built-in ones count */
    const char *const *baseline; /* ids of findings already known */
    size_t baseline_count;
    bool derived; /* the graph of the case stands for all its records: hunt may read it */
};

#endif
