/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask/hunt.h -- all knowledge against everything ever read.
 *
 * Hashes, import hashes and certificates (by hash and by serial number) of published indicators are
 * matched against every record of the case, past ones too; hashes, domains, addresses and URLs
 * against what logs and inventories name; published rules against records and files; packages that
 * are reported as poison, against those of bills of materials, lock files and manifests. What is
 * found is grouped into incidents. Reads no clock, file or network.
 */
#ifndef HW_ASK_HUNT_H
#define HW_ASK_HUNT_H

#include "ask/answer.h"
#include "ask/policy.h"

struct hw_case;

/* The answer, owned by the caller (hw_answer_free). A case without indicators, or without software,
 * is a gap: "nothing found" would be no answer. */
HW_CHECK int hw_hunt(struct hw_case *c, const struct hw_policy *policy, struct hw_answer **out,
                     struct hw_error *err);
/* What else has the shape of what this finding is about, in everything ever read. A finding of the
 * hunt, or of verify over everything: HW_E_MISSING when neither gives rise to it. */
HW_CHECK int hw_hunt_like(struct hw_case *c, const struct hw_policy *policy, const char *id,
                          struct hw_answer **out, struct hw_error *err);

#endif
