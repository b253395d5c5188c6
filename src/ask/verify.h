/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/verify.h -- "is this software what its maker meant to ship?"
 *
 * Reads the records of the given evidences, judges every signature at the countersigned time or the
 * as-of time, compares twins, and says what was not looked at. Reads no clock, file or network.
 */
#ifndef HW_ASK_VERIFY_H
#define HW_ASK_VERIFY_H

#include "ask/answer.h"
#include "ask/policy.h"

struct hw_case;

/* What to judge: one evidence under one path, or (node != 0) one member of it and what it holds. */
struct hw_target {
    uint8_t evidence[32]; /* SHA-256 */
    struct hw_span path;  /* as the asker named it, for people */
    uint64_t node;
};

/* A path that was asked for, or lies below one, and could not be read. */
struct hw_missing {
    struct hw_span path;
    const char *kind; /* unreadable, changed, refused ... */
    struct hw_span says;
    bool needed; /* false: a link or a device, said and not held against the answer */
};

/* The answer, owned by the caller (hw_answer_free). Targets that the case does not hold are gaps.
 * HW_E_CASE when the case's own records are damaged. */
HW_CHECK int hw_verify(struct hw_case *c, const struct hw_target *targets, size_t count,
                       const struct hw_missing *missing, size_t missing_count,
                       const struct hw_policy *policy, struct hw_answer **out,
                       struct hw_error *err);

#endif
