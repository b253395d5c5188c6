/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/affected.h -- one advisory against machines: which have it, which ran it, which cannot tell.
 *
 * An advisory names bytes (hashes), versions of products, and places on the network. Machines are
 * those of the graph (inventories, logs, estates) and the files that lie in the case. What is held
 * decides what can be said: bytes are known by their hash, a version only says that it may be the
 * named one, and a machine of which nothing is held is unknown, never clean.
 */
#ifndef HW_ASK_AFFECTED_H
#define HW_ASK_AFFECTED_H

#include "ask/answer.h"
#include "case/case.h"

struct hw_affected_ask {
    const uint8_t (*advisories)[32]; /* SHA-256 of what was read as the advisory */
    size_t advisory_count;
    int64_t as_of;
};

/* The answer, owned by the caller. HW_E_MISSING: none of the advisories is in the case as
 * knowledge. */
HW_CHECK int hw_affected(struct hw_case *c, const struct hw_affected_ask *ask,
                         struct hw_affected_answer **out, struct hw_error *err);

#endif
